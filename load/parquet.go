package load

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/duckdb/duckdb-go/v2"
)

// WriteParquet writes the batches of reader to a new Parquet file (zstd). The engine's own writer does it, in a
// database of its own in memory, so that the connection which ran a person's query never gets to write files.
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
		defer release()
		_, err = c.ExecContext(ctx, "COPY (FROM result) TO '"+strings.ReplaceAll(path, "'", "''")+"' (FORMAT parquet, COMPRESSION zstd)", nil)
		if err != nil {
			return fmt.Errorf("write parquet %s: %w", path, err)
		}
		return nil
	})
}
