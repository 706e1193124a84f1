package load

import (
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/apache/arrow-go/v18/arrow/memory"

	models "github.com/phuluc/phuluc/sql"
)

// Every table and column says in both languages what it holds, and no text speaks of something that is not there.
func TestEveryTableAndColumnHasAText(t *testing.T) {
	out := filepath.Join(t.TempDir(), "g.duckdb")
	if _, err := Build(t.Context(), Options{Out: out, Tables: madeRows(10).inputs(t, memory.NewGoAllocator()), Models: models.Files}); err != nil {
		t.Fatal(err)
	}
	w, err := OpenReadOnly(t.Context(), out, 1, "")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	texts, err := readTexts(models.Files)
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]bool{}
	for _, x := range texts {
		if told[x.name()] {
			t.Errorf("sql/docs tells twice of %s", x.name())
		}
		told[x.name()] = true
	}
	rows, err := w.conn.QueryContext(t.Context(), `
		SELECT schema_name || '.' || table_name FROM duckdb_tables()
		UNION ALL SELECT schema_name || '.' || view_name FROM duckdb_views() WHERE NOT internal
		UNION ALL SELECT schema_name || '.' || table_name || '.' || column_name FROM duckdb_columns() WHERE NOT internal`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		if !told[name] {
			t.Errorf("%s has no text in sql/docs", name)
		}
		delete(told, name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	for name := range told {
		t.Errorf("sql/docs tells of %s, which does not exist", name)
	}
	var table, column, view string
	if err := w.conn.QueryRowContext(t.Context(), `SELECT (SELECT comment FROM duckdb_tables() WHERE table_name = 'dim_sex'),
		(SELECT comment FROM duckdb_columns() WHERE table_name = 'dim_sex' AND column_name = 'sex'),
		(SELECT comment FROM duckdb_views() WHERE view_name = 'observation')`).Scan(&table, &column, &view); err != nil {
		t.Fatal(err)
	}
	for got, want := range map[string]string{table: "Giới tính / Sexes", column: "Giới tính: T", view: "fact_observation với mã"} {
		if !strings.HasPrefix(got, want) {
			t.Errorf("comment %q, want it to begin with %q", got, want)
		}
	}
}

func TestTextsAreRefused(t *testing.T) {
	for name, text := range map[string]string{
		"lacks a text":        "table_name,column_name,text_en,text_vi\nrun,,Runs,\n",
		"the header must be":  "table,column,en,vi\n",
		"wrong number of fie": "table_name,column_name,text_en,text_vi\nrun,Runs\n",
	} {
		_, err := readTexts(fstest.MapFS{"docs/audit.csv": {Data: []byte(text)}})
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v, want an error with %q", err, name)
		}
	}
}
