package load

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/big"
	"os"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
)

// TableHash stands for the content of one table.
type TableHash struct {
	Schema, Name string
	Rows         int64
	// Hash is the sum over all rows of the engine's 64-bit hash of the row, as decimal text: it does not depend on the order of the rows
	// and is comparable between files written by the same engine version. Columns named run_id and those ending in _run or _at are left
	// out, because they say when and by which run something was recorded, not what was recorded: two
	// builds of one landing differ in nothing else.
	Hash string
	// History marks the ledger's own tables (runs, slots, events, the history of the quarantine): they tell what happened, so they differ between two builds of
	// the same content and are left out when generations are compared.
	History bool
}

// storageVersion is the format that every DuckDB since 1.0 reads.
const storageVersion = "v1.0.0+"

// history lists the tables that copy the ledger.
const history = "audit.run audit.run_event audit.slot audit.quarantine_history"

// Verify reopens a closed generation read-only and reads every column of every table, because an opening or a count of rows
// finds no damaged block. It refuses a file with a write-ahead log beside it and one in another storage version.
// The hashes come ordered by schema and name. also is called with the generation while it is open, which saves another opening.
func Verify(ctx context.Context, path string, also ...func(context.Context, *Warehouse) error) ([]TableHash, error) {
	tables, err := verify(ctx, path, also)
	if err != nil {
		return nil, fmt.Errorf("verify %s: %w", path, err)
	}
	return tables, nil
}

func verify(ctx context.Context, path string, also []func(context.Context, *Warehouse) error) (tables []TableHash, err error) {
	if _, err := os.Lstat(path + ".wal"); err == nil {
		return nil, errors.New("a write-ahead log stands beside the file: the build did not finish")
	}
	w, err := OpenReadOnly(ctx, path, 1, "")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.Close()) }()

	var version string
	if err := w.conn.QueryRowContext(ctx, "SELECT tags['storage_version'] FROM duckdb_databases() WHERE NOT internal AND path IS NOT NULL").Scan(&version); err != nil {
		return nil, fmt.Errorf("read the storage version: %w", err)
	}
	if version != storageVersion {
		return nil, fmt.Errorf("storage version %s instead of %s", version, storageVersion)
	}
	if tables, err = listTables(ctx, w.conn); err != nil {
		return nil, err
	}
	if len(tables) == 0 {
		return nil, errors.New("the file holds no table")
	}
	// One thread for each table and several tables at a time: dividing one table costs more than it gains.
	group, scan := errgroup.WithContext(ctx)
	group.SetLimit(min(runtime.NumCPU(), maxConnections))
	for i := range tables {
		group.Go(func() error {
			conn, err := w.db.Conn(scan)
			if err != nil {
				return err
			}
			if err = tables[i].read(scan, conn); err != nil {
				err = fmt.Errorf("%s.%s: %w", tables[i].Schema, tables[i].Name, err)
			}
			return errors.Join(err, conn.Close())
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	for _, read := range also {
		if err := read(ctx, w); err != nil {
			return nil, err
		}
	}
	return tables, nil
}

func listTables(ctx context.Context, conn *sql.Conn) ([]TableHash, error) {
	rows, err := conn.QueryContext(ctx, "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal AND NOT temporary ORDER BY ALL")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []TableHash
	for rows.Next() {
		var t TableHash
		if err := rows.Scan(&t.Schema, &t.Name); err != nil {
			return nil, err
		}
		t.History = slices.Contains(strings.Fields(history), t.Schema+"."+t.Name)
		out = append(out, t)
	}
	return out, rows.Err()
}

// volatile names the columns that content hashes leave out.
func volatile(column string) bool {
	return column == "run_id" || strings.HasSuffix(column, "_run") || strings.HasSuffix(column, "_at")
}

// read reads every column of every row of the table, and sets Rows and Hash.
func (t *TableHash) read(ctx context.Context, conn *sql.Conn) error {
	table := quote(t.Schema) + "." + quote(t.Name)
	rows, err := conn.QueryContext(ctx, "FROM "+table+" LIMIT 0") // for its columns: the engine's list of all columns costs more than this
	if err != nil {
		return err
	}
	columns, err := rows.Columns()
	if err = errors.Join(err, rows.Close()); err != nil {
		return err
	}
	var content, rest []string
	for _, c := range columns {
		if volatile(c) {
			rest = append(rest, quote(c))
		} else {
			content = append(content, quote(c))
		}
	}
	sum := func(columns []string) string {
		if len(columns) == 0 {
			return "CAST(0 AS HUGEINT)"
		}
		return "coalesce(sum(CAST(hash(" + strings.Join(columns, ", ") + ") AS HUGEINT)), 0)"
	}
	var contentSum, restSum *big.Int
	query := fmt.Sprintf("SELECT count(*), %s, %s FROM %s", sum(content), sum(rest), table)
	if err := conn.QueryRowContext(ctx, query).Scan(&t.Rows, &contentSum, &restSum); err != nil {
		return err
	}
	t.Hash = contentSum.String()
	return nil
}
