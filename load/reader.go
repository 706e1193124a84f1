package load

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/duckdb/duckdb-go/v2"

	_ "github.com/phuluc/phuluc/load/buildtag" // explains a build without the duckdb_arrow tag in one line
)

// Warehouse is a generation opened for reading. It can not write, open other files, reach the network or change its
// settings (invariant 11), because everything it is asked comes from people.
type Warehouse struct {
	connector *duckdb.Connector
	db        *sql.DB
	conn      *sql.Conn
}

// OpenReadOnly opens a generation file. threads 0 means one per processor; memory is a DuckDB size such as "2GB",
// "" for the engine's default.
func OpenReadOnly(ctx context.Context, path string, threads int, memory string) (*Warehouse, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("open warehouse: %w", err)
	}
	settings := url.Values{
		"access_mode":                  {"READ_ONLY"},
		"enable_external_access":       {"false"},
		"autoinstall_known_extensions": {"false"},
		"autoload_known_extensions":    {"false"},
		"allow_community_extensions":   {"false"},
		"lock_configuration":           {"true"},
	}
	if threads > 0 {
		settings.Set("threads", strconv.Itoa(threads))
	}
	if memory != "" {
		settings.Set("memory_limit", memory)
	}
	if strings.ContainsAny(path, "?%") { // the driver takes its settings from the same string
		return nil, fmt.Errorf("open warehouse %s: the path must not contain ? or %%", path)
	}
	connector, err := duckdb.NewConnector(path+"?"+settings.Encode(), nil)
	if err != nil {
		return nil, fmt.Errorf("open warehouse %s: %w", path, err)
	}
	w := &Warehouse{connector: connector, db: sql.OpenDB(connector)}
	if w.conn, err = w.db.Conn(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open warehouse %s: %w", path, err), w.Close())
	}
	return w, nil
}

// Arrow runs one query that a person wrote and hands its batches to each, in order. A batch is valid only during the call.
// ErrNotReading: the text is not one query that only reads.
func (w *Warehouse) Arrow(ctx context.Context, each func(array.RecordReader) error, query string, args ...any) error {
	if err := w.permit(ctx, query); err != nil {
		return err
	}
	return w.conn.Raw(func(driverConn any) error {
		c, ok := driverConn.(*duckdb.Conn)
		if !ok {
			return fmt.Errorf("unexpected driver connection %T", driverConn)
		}
		arrow, err := duckdb.NewArrowFromConn(c)
		if err != nil {
			return err
		}
		reader, err := arrow.QueryContext(ctx, query, args...)
		if err != nil {
			return err
		}
		defer reader.Release()
		if err := each(reader); err != nil {
			return err
		}
		return reader.Err()
	})
}

// Rows runs one query of the program itself, for short answers. What a person wrote goes to Arrow.
func (w *Warehouse) Rows(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return w.conn.QueryContext(ctx, query, args...)
}

// Close ends the connection; the file is free for others.
func (w *Warehouse) Close() error {
	var err error
	if w.conn != nil {
		err = w.conn.Close()
	}
	return errors.Join(err, w.db.Close(), w.connector.Close())
}

// EngineVersion is the version of the engine that is linked in, e.g. v1.5.5.
func EngineVersion(ctx context.Context) (version string, err error) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	err = db.QueryRowContext(ctx, "SELECT version()").Scan(&version)
	return version, err
}
