package load

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/apache/arrow-go/v18/arrow/memory"

	models "github.com/phuluc/phuluc/sql"
)

// Invariant 6: every declared check left its result, and only warnings may have found rows.
func TestChecksLeaveTheirResults(t *testing.T) {
	m := madeRows(100)
	m["record"] = append(m["record"], row{"kind": "finding", "source_sha256": m["record"][0]["source_sha256"], "sheet": "Biểu", "cell": "B5", "code": "jump_previous_year", "raw": "1"})
	out := filepath.Join(t.TempDir(), "g.duckdb")
	report, err := Build(t.Context(), Options{Out: out, Tables: m.inputs(t, memory.NewGoAllocator()), Models: models.Files, RunID: "run-9"})
	if err != nil {
		t.Fatal(err)
	}
	declared, err := fs.Glob(models.Files, "checks/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	w, err := OpenReadOnly(t.Context(), out, 1, "")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	var stored, bad, warned int
	if err := w.conn.QueryRowContext(t.Context(), `SELECT count(DISTINCT check_name) FILTER (WHERE run_id = 'run-9'), count(*) FILTER (WHERE status = 'failed'),
		count(*) FILTER (WHERE check_name = 'jumps' AND status = 'warning' AND offending = 1 AND sample LIKE '%B5%') FROM audit.check_result`).Scan(&stored, &bad, &warned); err != nil {
		t.Fatal(err)
	}
	if len(declared) < 20 || stored != len(declared) || len(report.Checks) != len(declared) {
		t.Errorf("%d checks declared, %d stored, %d reported", len(declared), stored, len(report.Checks))
	}
	if bad != 0 || warned != 1 {
		t.Errorf("%d failed checks were published; warnings about B5: %d", bad, warned)
	}
}

// Invariants 1, 3 and 6: a landing that does not add up is not published, and the error names every check that says so.
func TestAFailedCheckLeavesNoFile(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(made)
		check string
	}{
		"a cell is lost": {func(m made) {
			for i, r := range m["record"] {
				if r["kind"] == "observation" {
					m["record"] = append(m["record"][:i:i], m["record"][i+1:]...)
					return
				}
			}
		}, "loaded_cells_are_facts"},
		"a sheet does not add up": {func(m made) {
			for _, r := range m["record"] {
				if r["kind"] == "sheet" {
					r["cells_read"] = r["cells_read"].(int64) + 1
				}
			}
		}, "counts_add_up"},
		"an unknown territory":       {func(m made) { m["record"][len(m["record"])-1]["territory_id"] = "24" }, "observation_keys_resolve"},
		"a value without raw text":   {func(m made) { delete(m["record"][len(m["record"])-1], "raw") }, "fact_has_lineage"},
		"a value of an unknown file": {func(m made) { m["record"][len(m["record"])-1]["source_sha256"] = "f00" }, "observation_keys_resolve"},
		"an indicator twice":         {func(m made) { m["indicators"] = append(m["indicators"], m["indicators"][0]) }, "ids_unique"},
	} {
		t.Run(name, func(t *testing.T) {
			m := madeRows(100)
			c.spoil(m)
			out := filepath.Join(t.TempDir(), "g.duckdb")
			report, err := Build(t.Context(), Options{Out: out, Tables: m.inputs(t, memory.NewGoAllocator()), Models: models.Files})
			var failed *CheckError
			if !errors.As(err, &failed) {
				t.Fatalf("got %v, want a CheckError", err)
			}
			found := false
			for _, f := range failed.Failed {
				found = found || f.Name == c.check
			}
			if !found || !strings.Contains(err.Error(), c.check) {
				t.Errorf("%v does not name %s", err, c.check)
			}
			if len(report.Checks) == 0 {
				t.Error("the report has no checks")
			}
			if _, err := os.Lstat(out); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the refused file is still there: %v", err)
			}
		})
	}
}

func TestChecksAreRefusedWhenTheirHeaderLacks(t *testing.T) {
	const header = "-- check: a\n-- severity: error\n-- text_en: x\n-- text_vi: y\n"
	for name, c := range map[string]struct{ text, want string }{
		"no text":        {"-- check: a\n-- severity: error\n-- text_en: x\nSELECT 1", "text_vi"},
		"another name":   {strings.Replace(header, "check: a", "check: b", 1) + "SELECT 1", "calls itself b"},
		"a new severity": {strings.Replace(header, "error", "fatal", 1) + "SELECT 1", "neither error nor warning"},
		"good":           {header + "SELECT 1", ""},
	} {
		_, err := readChecks(fstest.MapFS{"checks/a.sql": {Data: []byte(c.text)}})
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestModelsAreRefused(t *testing.T) {
	good := fstest.MapFS{
		"order.txt":    {Data: []byte("# comment\n\ndw/a.sql\n")},
		"dw/a.sql":     {Data: []byte("CREATE TABLE dw.a AS SELECT 1 AS x;")},
		"dw/b.sql":     {Data: []byte("CREATE TABLE dw.a AS SELECT 1 AS x;")},
		"dw/two.sql":   {Data: []byte("CREATE TABLE dw.two AS SELECT 1 AS x;\nCREATE TABLE dw.three AS SELECT 1 AS x;")},
		"dw/empty.sql": {Data: []byte("-- nothing")},
	}
	if m, err := readModels(good); err != nil || len(m) != 1 || m[0].table() != "dw.a" {
		t.Fatalf("%v %v", m, err)
	}
	for order, want := range map[string]string{
		"dw/a.sql\ndw/a.sql":     "listed twice",
		"dw/gone.sql":            "dw/gone.sql",
		"dw/b.sql":               "exactly one CREATE",
		"dw/two.sql":             "exactly one CREATE",
		"dw/a.sql\ndw/empty.sql": "order.txt line 2",
	} {
		bad := fstest.MapFS{}
		for k, v := range good {
			bad[k] = v
		}
		bad["order.txt"] = &fstest.MapFile{Data: []byte(order)}
		if _, err := readModels(bad); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", order, err, want)
		}
	}
}

// A model may name any function of the engine, but the engine opens no file, loads no extension and reaches no network.
func TestModelsReachNothingButTheGeneration(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret.csv")
	if err := os.WriteFile(secret, []byte("a,b\n1,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(t.TempDir(), "other.duckdb")
	for name, statement := range map[string]string{
		"read a file":      "CREATE TABLE dw.a AS SELECT * FROM read_csv('" + secret + "')",
		"read by its name": "CREATE TABLE dw.a AS SELECT * FROM '" + secret + "'",
		"write a file":     "COPY (SELECT 1) TO '" + secret + ".out'",
		"attach a file":    "ATTACH '" + other + "' AS other",
		"install":          "INSTALL httpfs",
		"load":             "LOAD httpfs",
		"fetch":            "CREATE TABLE dw.a AS SELECT * FROM read_csv('http://127.0.0.1:1/x.csv')",
		"open the jail":    "SET enable_external_access = true",
	} {
		t.Run(name, func(t *testing.T) {
			b, err := open(t.Context(), Options{Out: filepath.Join(t.TempDir(), "g.duckdb")})
			if err != nil {
				t.Fatal(err)
			}
			defer b.close()
			if err := b.exec(t.Context(), "USE warehouse", statement); err == nil {
				t.Errorf("%s was allowed", statement)
			}
		})
	}
}

// Guards invariant 6: checks declared = checks run.
func TestACheckThatDidNotRunIsNoPassedCheck(t *testing.T) {
	declared, err := readChecks(models.Files)
	if err != nil || len(declared) < 20 {
		t.Fatalf("%d checks, %v", len(declared), err)
	}
	ran := func() []CheckResult {
		var out []CheckResult
		for _, c := range declared {
			out = append(out, CheckResult{Name: c.name, Severity: c.severity})
		}
		return out
	}
	if err := allRan(declared, ran()); err != nil {
		t.Fatal(err)
	}
	for i, c := range declared {
		results := ran()
		results[i] = CheckResult{}
		if err := allRan(declared, results); err == nil || !strings.Contains(err.Error(), c.name) {
			t.Errorf("%s did not run: %v", c.name, err)
		}
	}
	if err := allRan(declared, ran()[1:]); err == nil {
		t.Error("a result is missing")
	}
}
