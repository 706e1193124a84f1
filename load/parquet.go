package load

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/duckdb/duckdb-go/v2"
)

// WriteParquet writes the batches of reader to a Parquet file (zstd) at path. The engine's own writer does it, in a
// database of its own in memory, so that the connection which ran a person's query never gets to write files. On error
// what stands at path is not whole: give the path of a temporary file and rename it afterwards.
func WriteParquet(ctx context.Context, reader array.RecordReader, path string) (err error) {
	connector, err := duckdb.NewConnector("", nil)
	if err != nil {
		return fmt.Errorf("write parquet: %w", err)
	}
	db := sql.OpenDB(connector)
	defer func() { err = errors.Join(err, db.Close(), connector.Close()) }()
	conn, err := db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("write parquet: %w", err)
	}
	defer conn.Close()
	return conn.Raw(func(driverConn any) error {
		c, ok := driverConn.(*duckdb.Conn)
		if !ok {
			return fmt.Errorf("unexpected driver connection %T", driverConn)
		}
		arrow, err := duckdb.NewArrowFromConn(c)
		if err != nil {
			return err
		}
		release, err := arrow.RegisterView(reader, "result")
		if err != nil {
			return err
		}
		_, err = c.ExecContext(ctx, "COPY (FROM result) TO "+literal(path)+" (FORMAT parquet, COMPRESSION zstd)", nil)
		// The view must be gone before the stream that it points at is released, also after an error.
		_, dropErr := c.ExecContext(context.WithoutCancel(ctx), "DROP VIEW result", nil)
		release()
		if err == nil {
			err = reader.Err()
		}
		if err = errors.Join(err, dropErr); err != nil {
			return fmt.Errorf("write parquet %s: %w", path, err)
		}
		return nil
	})
}
