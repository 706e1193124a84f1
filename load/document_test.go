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
	report, err := Build(t.Context(), Options{Out: out, Tables: madeRows(10).inputs(t, memory.NewGoAllocator()), Models: models.Files})
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Undocumented) > 0 {
		t.Errorf("without a text in sql/docs: %s", strings.Join(report.Undocumented, " "))
	}
	if len(report.Stray) > 0 {
		t.Errorf("texts in sql/docs of things that do not exist, or twice: %s", strings.Join(report.Stray, " "))
	}
	w, err := OpenReadOnly(t.Context(), out, 1, "")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
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
