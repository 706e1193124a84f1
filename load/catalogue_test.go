package load

import (
	"encoding/csv"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/memory"

	models "github.com/phuluc/phuluc/sql"
	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/record"
	"github.com/phuluc/phuluc/transform/rule"
)

// catalogueRows is the embedded catalogue as input rows, with the codes and rules, and no record.
func catalogueRows(t testing.TB) made {
	t.Helper()
	cat, err := catalogue.Load("")
	if err != nil {
		t.Fatal(err)
	}
	m := made{}
	add := func(name string, header []string, rows [][]string) {
		for _, r := range rows {
			out := row{}
			for i, h := range header {
				if r[i] != "" {
					out[h] = r[i]
				}
			}
			m[name] = append(m[name], out)
		}
	}
	for _, name := range cat.Tables() {
		header, rows := cat.Table(name)
		add(name, header, rows)
	}
	for name, text := range map[string]string{"codes": record.CodesCSV(), "rules": rule.CSV()} {
		rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		add(name, rows[0], rows[1:])
	}
	return m
}

// The embedded catalogue must satisfy the checks by itself: 63 provinces lead to 34, every name resolves, every target has a source.
func TestTheEmbeddedCataloguePassesEveryCheck(t *testing.T) {
	out := filepath.Join(t.TempDir(), "g.duckdb")
	report, err := Build(t.Context(), Options{Out: out, Tables: catalogueRows(t).inputs(t, memory.NewGoAllocator()), Models: models.Files})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range report.Checks {
		if c.Offending > 0 {
			t.Errorf("%s: %d rows: %s", c.Name, c.Offending, c.Sample)
		}
	}
	w, err := OpenReadOnly(t.Context(), out, 1, "")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for _, c := range []struct {
		what, query string
		want        int
	}{
		{"former provinces that lead to a unit of 2025", "SELECT count(DISTINCT territory_id) FROM dw.bridge_territory_2025 WHERE territory_id LIKE '%@2004' AND territory_id <> 'province:28@2004' AND successor_key IS NOT NULL", 63},
		{"units of 2025 they lead to", "SELECT count(DISTINCT successor_id) FROM dw.bridge_territory_2025 WHERE territory_id LIKE '%@2004'", 34},
		{"codes that stand for another province since 2025", `SELECT count(*) FROM dw.dim_territory AS a JOIN dw.dim_territory AS b ON a.territory_code = b.territory_code
			WHERE a.territory_id LIKE '%@2004' AND b.territory_id LIKE '%@2025' AND a.name_vi <> b.name_vi AND a.territory_id <> 'province:46@2004'`, 7},
		{"targets without a key", "SELECT count(*) FROM dw.fact_target WHERE indicator_key IS NULL", 0},
	} {
		var got int
		if err := w.conn.QueryRowContext(t.Context(), c.query).Scan(&got); err != nil {
			t.Fatal(err)
		}
		if got != c.want {
			t.Errorf("%s: %d, want %d", c.what, got, c.want)
		}
	}
}
