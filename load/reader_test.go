package load

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/duckdb/duckdb-go/v2"
)

// database makes a small file with the given statements.
func database(t *testing.T, name string, statements ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	connector, err := duckdb.NewConnector(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	for _, s := range append(statements, "CHECKPOINT") {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(db.Close(), connector.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

// Invariant 11: who asks the warehouse can read it and nothing else.
func TestTheReaderCanOnlyRead(t *testing.T) {
	path := database(t, "gen.duckdb", "CREATE TABLE t AS SELECT 1 AS n")
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	outside := filepath.Join(t.TempDir(), "outside.csv")
	if err := os.WriteFile(outside, []byte("secret\n1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	other := database(t, "other.duckdb", "CREATE TABLE secret AS SELECT 1 AS n")
	w, err := OpenReadOnly(t.Context(), path, 1, "100MB")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	written := filepath.Join(t.TempDir(), "written")
	ask := func(query string) error {
		return w.Arrow(t.Context(), func(r array.RecordReader) error {
			for r.Next() {
			}
			return nil
		}, query)
	}
	for _, statement := range []string{
		"COPY t TO '" + written + "'",
		"COPY t TO '" + written + "' (FORMAT parquet)",
		"COPY t FROM '" + outside + "'",
		"EXPORT DATABASE '" + written + "'",
		"ATTACH '" + other + "' AS o",
		"ATTACH '" + other + "' AS o (READ_ONLY)",
		"ATTACH '" + written + "' AS o",
		"FROM read_csv('" + outside + "')",
		"FROM read_text('" + outside + "')",
		"FROM read_blob('" + outside + "')",
		"FROM glob('/*')",
		"FROM '" + outside + "'",
		"FROM 'https://example.org/x.csv'",
		"INSERT INTO t VALUES (2)",
		"UPDATE t SET n = 2",
		"DELETE FROM t",
		"DROP TABLE t",
		"CREATE TABLE u AS FROM t",
		"CREATE VIEW v AS FROM t",
		"COMMENT ON TABLE t IS 'x'",
		"ALTER TABLE t ADD COLUMN m INTEGER",
		"SET threads = 8",
		"SET GLOBAL memory_limit = '8GB'",
		"SET enable_external_access = true",
		"RESET enable_external_access",
		"SET lock_configuration = false",
		"PRAGMA threads = 8",
		"PRAGMA enable_profiling",
		"SET profile_output = '" + written + "'",
		"INSTALL httpfs",
		"LOAD httpfs",
		"CREATE SECRET s (TYPE s3)",
		"DETACH gen",
		"PRAGMA version",
		"CALL enable_logging()",
		"EXPLAIN ANALYZE SELECT 1",
		"BEGIN",
		"PREPARE p AS SELECT 1",
		"SELECT 1; SELECT 2",
		"SELECT 1; PRAGMA enable_profiling",
		"",
		"FROM enable_logging()",
		"FROM Enable_Logging(level = 'trace', storage = 'stdout')",
		"WITH a AS (FROM enable_logging()) SELECT 1",
		"SELECT (SELECT count(*) FROM force_checkpoint())",
		"SELECT 1 WHERE EXISTS (FROM t, LATERAL (FROM glob('*')))",
		"FROM query('SELECT 1')",
		"FROM query_table('t')",
		"FROM json_execute_serialized_sql(json_serialize_sql('SELECT 42'))",
		"FROM parquet_metadata('x')",
		"FROM duckdb_settings()",
		"FROM duckdb_secrets()",
	} {
		if err := ask(statement); err == nil {
			t.Errorf("allowed: %s", statement)
		}
	}
	// The settings alone keep the files of others shut, whoever asks.
	for _, statement := range []string{
		"COPY t TO '" + written + "'", "ATTACH '" + other + "' AS o (READ_ONLY)", "FROM read_csv('" + outside + "')", "FROM '" + outside + "'",
		"INSERT INTO t VALUES (2)", "CREATE TABLE u AS FROM t", "SET threads = 8", "SET enable_external_access = true", "INSTALL httpfs",
	} {
		if _, err := w.conn.ExecContext(t.Context(), statement); err == nil {
			t.Errorf("the settings allow: %s", statement)
		}
	}
	for _, query := range []string{
		"SELECT n FROM t", "FROM t", "WITH a AS (SELECT 1) FROM a", "VALUES (1)", "TABLE t", "SHOW ALL TABLES", "SHOW TABLES", "DESCRIBE t", "SUMMARIZE t",
		"FROM range(3), unnest([1, 2])", "FROM information_schema.tables", "FROM pg_catalog.pg_class", "SELECT * FROM duckdb_tables() -- note", "SELECT 1;",
	} {
		if err := ask(query); err != nil {
			t.Errorf("%s: %v", query, err)
		}
	}
	if err := ask("SELEC 1"); err == nil || errors.Is(err, ErrNotReading) || !strings.Contains(err.Error(), "SELEC") {
		t.Errorf("the engine should say what is wrong: %v", err)
	}
	if err := ask("DROP TABLE t"); !errors.Is(err, ErrNotReading) {
		t.Error(err)
	}
	if _, err := os.Lstat(written); !errors.Is(err, os.ErrNotExist) {
		t.Error("a file was written")
	}
	var n int
	if err := w.conn.QueryRowContext(t.Context(), "SELECT n FROM t").Scan(&n); err != nil || n != 1 {
		t.Errorf("it can not read any more: %d, %v", n, err)
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	after, err := os.ReadFile(path)
	if err != nil || !slices.Equal(before, after) {
		t.Errorf("the file changed, %v", err)
	}
}

func TestOpeningRefuses(t *testing.T) {
	junk := filepath.Join(t.TempDir(), "junk.duckdb")
	if err := os.WriteFile(junk, []byte(strings.Repeat("no database", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	odd := filepath.Join(t.TempDir(), "odd?threads=1")
	if err := os.WriteFile(odd, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{"no file": filepath.Join(t.TempDir(), "none.duckdb"), "junk": junk, "settings in the path": odd} {
		if w, err := OpenReadOnly(t.Context(), path, 0, ""); err == nil {
			w.Close()
			t.Errorf("%s: opened", name)
		} else if !strings.Contains(err.Error(), "open warehouse") {
			t.Errorf("%s: %v", name, err)
		}
	}
	good := database(t, "gen.duckdb", "CREATE TABLE t AS SELECT 1 AS n")
	if w, err := OpenReadOnly(t.Context(), good, 0, "much"); err == nil {
		w.Close()
		t.Error("a memory limit of no size")
	}
	if v, err := EngineVersion(t.Context()); err != nil || !strings.HasPrefix(v, "v1.") {
		t.Errorf("%q, %v", v, err)
	}
}

func TestArrowTellsErrorsAndStops(t *testing.T) {
	w, err := OpenReadOnly(t.Context(), database(t, "gen.duckdb", "CREATE TABLE t AS SELECT range AS n FROM range(10000)"), 2, "")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	rows := int64(0)
	err = w.Arrow(t.Context(), func(r array.RecordReader) error {
		for r.Next() {
			rows += r.RecordBatch().NumRows()
		}
		return nil
	}, "SELECT n FROM t WHERE n >= ?", 5000)
	if err != nil || rows != 5000 {
		t.Errorf("%d rows, %v", rows, err)
	}
	stop := errors.New("stop")
	if err := w.Arrow(t.Context(), func(array.RecordReader) error { return stop }, "FROM t"); !errors.Is(err, stop) {
		t.Error(err)
	}
	if err := w.Arrow(t.Context(), func(array.RecordReader) error { return nil }, "FROM nothing"); err == nil {
		t.Error("a table that does not exist")
	}
	if err := w.Arrow(t.Context(), func(r array.RecordReader) error {
		for r.Next() {
		}
		return nil
	}, "SELECT n // 0, error('no') FROM t"); err == nil {
		t.Error("an error while the rows come")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := w.Arrow(ctx, func(array.RecordReader) error { return nil }, "SELECT sum(a.n + b.n) FROM t AS a, t AS b"); err == nil {
		t.Error("a cancelled query gave an answer")
	}
}

func TestParquetHoldsWhatTheQueryGave(t *testing.T) {
	w, err := OpenReadOnly(t.Context(), database(t, "gen.duckdb", `CREATE TABLE t AS SELECT range AS n, CAST(range / 8 AS DECIMAL(28,10)) AS d, CASE WHEN range % 3 > 0 THEN 'Hà Giang ' || range END AS s,
		range % 2 = 0 AS b, DATE '2024-02-29' AS day, TIMESTAMP '2024-02-29 01:02:03.000004' AS at, CAST(999999999999999999.9999999999 AS DECIMAL(28,10)) AS big FROM range(5000)`), 2, "")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	path := filepath.Join(t.TempDir(), "it's.parquet")
	if err := w.Arrow(t.Context(), func(r array.RecordReader) error { return WriteParquet(t.Context(), r, path) }, "FROM t"); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "ATTACH "+literal(filepath.Join(filepath.Dir(pathOf(t, w)), "gen.duckdb"))+" AS g (READ_ONLY)"); err != nil {
		t.Fatal(err)
	}
	var rows, differ int
	var types string
	if err := db.QueryRowContext(t.Context(), "SELECT count(*), (SELECT count(*) FROM (FROM g.t EXCEPT ALL FROM read_parquet("+literal(path)+"))), (SELECT string_agg(column_type, ' ') FROM (DESCRIBE FROM read_parquet("+literal(path)+"))) FROM read_parquet("+literal(path)+")").Scan(&rows, &differ, &types); err != nil {
		t.Fatal(err)
	}
	if rows != 5000 || differ != 0 || types != "BIGINT DECIMAL(28,10) VARCHAR BOOLEAN DATE TIMESTAMP DECIMAL(28,10)" {
		t.Errorf("%d rows, %d differ, types %s", rows, differ, types)
	}
}

// pathOf is the file that a warehouse is open on.
func pathOf(t *testing.T, w *Warehouse) string {
	t.Helper()
	var path string
	if err := w.conn.QueryRowContext(t.Context(), "SELECT path FROM duckdb_databases() WHERE NOT internal").Scan(&path); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestParquetErrorsLeaveNoMemory(t *testing.T) {
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer mem.AssertSize(t, 0)
	schema := arrow.NewSchema([]arrow.Field{{Name: "n", Type: arrow.PrimitiveTypes.Int64}}, nil)
	reader := func() array.RecordReader {
		b := array.NewRecordBuilder(mem, schema)
		defer b.Release()
		for i := range int64(5000) {
			b.Field(0).(*array.Int64Builder).Append(i)
		}
		batch := b.NewRecordBatch()
		defer batch.Release()
		r, err := array.NewRecordReader(schema, []arrow.RecordBatch{batch, batch})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	good := filepath.Join(t.TempDir(), "a.parquet")
	for name, c := range map[string]struct {
		ctx  context.Context
		path string
		ok   bool
	}{
		"good":      {t.Context(), good, true},
		"again":     {t.Context(), good, true},
		"no folder": {t.Context(), filepath.Join(t.TempDir(), "none", "a.parquet"), false},
		"cancelled": {cancelled, filepath.Join(t.TempDir(), "b.parquet"), false},
	} {
		r := reader()
		if err := WriteParquet(c.ctx, r, c.path); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
		r.Release()
	}
}

func TestDiffTellsWhatWasAddedRemovedAndChanged(t *testing.T) {
	table := func(rows string) string {
		return database(t, "g'1.duckdb", "CREATE SCHEMA dw", `CREATE TABLE dw.observation AS SELECT * FROM (VALUES `+rows+`)
			AS v(indicator_code, territory_id, period_id, measure_type, sex, area, value, value_high, qualifier, empty_kind, source_sha256, sheet, cell, is_latest)`)
	}
	row := func(indicator, value, rest string) string {
		return "('" + indicator + "', 'vn', '2019', 'actual', 'T', 'T', " + value + ", " + rest + ", 'sha', 'S', 'B2', true)"
	}
	plain := "CAST(NULL AS DECIMAL(28,10)), CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR)"
	a := table(strings.Join([]string{
		row("same", "CAST(1 AS DECIMAL(28,10))", plain), row("gone", "2", plain), row("changed", "3.50", plain), row("emptied", "4", plain),
		row("range", "5", plain), row("qualified", "6", plain), "('old', 'vn', '2019', 'actual', 'T', 'T', 7, " + plain + ", 'sha', '', 'L2:x', false)",
	}, ","))
	b := table(strings.Join([]string{
		row("same", "CAST(1.0 AS DECIMAL(28,10))", plain), row("changed", "1000", plain), row("emptied", "NULL", "NULL, NULL, 'dash'"),
		row("range", "5", "8.25, NULL, NULL"), row("qualified", "6", "NULL, 'at_most', NULL"), row("new", "-0.5", plain),
	}, ","))
	text := func(s *string) string {
		if s == nil {
			return "∅"
		}
		return *s
	}
	var got []string
	collect := func(c Change) error {
		got = append(got, c.Indicator+" "+c.Kind+" "+text(c.Old)+" → "+text(c.New)+" "+c.Cell)
		return nil
	}
	if err := Diff(t.Context(), a, b, collect); err != nil {
		t.Fatal(err)
	}
	want := []string{"changed changed 3.5 → 1000 B2", "emptied changed 4 → dash B2", "gone removed 2 → ∅ B2", "new added ∅ → -0.5 B2", "qualified changed 6 → <= 6 B2", "range changed 5 → 5 – 8.25 B2"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if err := Diff(t.Context(), a, a, func(c Change) error { t.Errorf("%+v", c); return nil }); err != nil {
		t.Error(err)
	}
	stop := errors.New("stop")
	calls := 0
	if err := Diff(t.Context(), a, b, func(Change) error { calls++; return stop }); !errors.Is(err, stop) || calls != 1 {
		t.Errorf("%v after %d calls", err, calls)
	}
	if err := Diff(t.Context(), a, filepath.Join(t.TempDir(), "none.duckdb"), collect); err == nil || !strings.Contains(err.Error(), "none.duckdb") {
		t.Errorf("%v", err)
	}
}
