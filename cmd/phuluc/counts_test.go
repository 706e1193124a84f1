package main_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// Guards invariant 1, over the whole sample.
func TestCellsReadAreLoadedQuarantinedOrSkippedInEverySheet(t *testing.T) {
	w := full(t)
	rows := w.ask(t, `SELECT c.source_sha256, c.sheet, c.cells_read, c.loaded, c.quarantined, c.skipped, coalesce(k.skipped, 0) AS by_reason
FROM audit.sheet_count AS c LEFT JOIN (SELECT source_sha256, sheet, CAST(sum(cells) AS BIGINT) AS skipped FROM audit.skip_count GROUP BY ALL) AS k
  ON k.source_sha256 = c.source_sha256 AND k.sheet = c.sheet`)
	var read, loaded, quarantined, skipped int64
	for _, r := range rows {
		n := func(column string) int64 { return r.number(t, column).IntPart() }
		if n("cells_read") != n("loaded")+n("quarantined")+n("skipped") || n("skipped") != n("by_reason") {
			t.Errorf("%v does not add up", r)
		}
		read, loaded, quarantined, skipped = read+n("cells_read"), loaded+n("loaded"), quarantined+n("quarantined"), skipped+n("skipped")
	}
	got := fmt.Sprintln(len(rows), "sheets:", read, "=", loaded, "+", quarantined, "+", skipped)
	if want := fmt.Sprintln(w.report.Sheets, "sheets:", w.report.Cells, "=", w.report.Loaded, "+", w.report.Quarantined, "+", w.report.Skipped); got != want {
		t.Errorf("the warehouse says %s the run reported %s", got, want)
	}
	if read < 100000 {
		t.Errorf("%d cells read", read)
	}
	// What is quarantined is listed.
	if n := w.one(t, "SELECT CAST(sum(cells) AS BIGINT) FROM audit.quarantine"); n != fmt.Sprint(quarantined) {
		t.Errorf("%s cells are listed in the quarantine, %d were counted", n, quarantined)
	}
}

// No cell is lost on the way in: another program counts the filled cells of the same files.
func TestCellsReadAreTheCellsThatExcelizeSees(t *testing.T) {
	t.Parallel()
	w := demo(t)
	var names []string
	for _, pattern := range []string{"*/*.xlsx", "*/*/*.xlsx"} {
		found, err := filepath.Glob(w.path("inbox", "sample", filepath.FromSlash(pattern)))
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, found...)
	}
	counted := map[string]string{}
	for _, r := range w.ask(t, `SELECT s.origin, c.sheet, c.cells_read FROM audit.sheet_count AS c JOIN audit.source AS s USING (source_sha256)`) {
		counted[r.text("origin")+" "+r.text("sheet")] = r.text("cells_read")
	}
	sheets := 0
	for i, name := range names {
		if i%5 != 0 {
			continue
		}
		rel, err := filepath.Rel(w.path(), name)
		if err != nil {
			t.Fatal(err)
		}
		f, err := excelize.OpenFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, sheet := range f.GetSheetList() {
			rows, err := f.GetRows(sheet, excelize.Options{RawCellValue: true})
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for _, row := range rows {
				for _, cell := range row {
					if cell != "" {
						n++
					}
				}
			}
			sheets++
			if got := counted[filepath.ToSlash(rel)+" "+sheet]; got != fmt.Sprint(n) {
				t.Errorf("%s, %s: %s cells read, there are %d", rel, sheet, got, n)
			}
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
	if sheets < 40 {
		t.Errorf("only %d sheets of %d files compared", sheets, len(names))
	}
}

// Guards invariant 4: the same landing gives the same tables, whatever the number of threads.
func TestSameLandingGivesTheSameTablesOnAnyNumberOfThreads(t *testing.T) {
	w := demo(t)
	h := newHome(t)
	copyTree(t, w.path("landing"), h.path("landing"))
	config := filepath.Join(t.TempDir(), "one.yaml")
	write(t, config, fmt.Appendf(nil, "data_dir: %q\nthreads: 1\nmemory_limit: 512MB\n", string(h)))
	r, _ := runJSON[report](t, done, "refresh", "--config", config)
	if r.Landed != w.report.Landed || r.Cached != 0 || r.Cells != w.report.Cells {
		t.Fatalf("%+v, want the %d files of the other folder read afresh", r, w.report.Landed)
	}
	a, b := w.manifest(t, w.report.Generation), h.manifest(t, r.Generation)
	sameTables(t, a, b)
	if a.InputHash != b.InputHash {
		t.Errorf("input hashes differ: %s and %s", a.InputHash, b.InputHash)
	}
	// And from the caches: once more, on all threads.
	write(t, config, fmt.Appendf(nil, "data_dir: %q\nthreads: 2\n", string(h)))
	if err := os.RemoveAll(h.path("warehouse")); err != nil {
		t.Fatal(err)
	}
	r, _ = runJSON[report](t, done, "refresh", "--config", config)
	if r.Cached != r.Landed {
		t.Errorf("%d of %d files came from the cache", r.Cached, r.Landed)
	}
	sameTables(t, a, h.manifest(t, r.Generation))
}

// Files that arrive in another order give the same facts and marts. Tables that hold the time of arrival differ in it.
func TestOrderOfArrivalDoesNotChangeFacts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for i, p := range []string{"Tỉnh Hà Giang", "Tỉnh Cao Bằng", "Tỉnh Bắc Kạn", "Tỉnh Lào Cai", "Thành phố Đà Nẵng", "Tỉnh Nghệ An"} {
		write(t, filepath.Join(dir, []string{"a", "b"}[i%2], fmt.Sprintf("%d.xlsx", i)), goodAnnex(p).xlsx(t, nil))
	}
	var found []manifest
	for _, order := range []string{"a b", "b a"} {
		first, second, _ := strings.Cut(order, " ")
		h := newHome(t)
		config := filepath.Join(t.TempDir(), "c.yaml")
		write(t, config, fmt.Appendf(nil, "data_dir: %q\ninbox: [%q, %q]\n", string(h), filepath.Join(dir, first), filepath.Join(dir, second)))
		r, _ := runJSON[report](t, done, "refresh", "--config", config)
		if r.Loaded != 6*24 || r.Quarantined != 0 {
			t.Fatalf("%+v, want 144 cells loaded", r)
		}
		found = append(found, h.manifest(t, r.Generation))
	}
	sameTables(t, found[0], found[1], "audit.source", "dw.dim_source", "audit.meta")
}
