package main_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/xuri/excelize/v2"
)

// Every row of fact_observation, fact_insurance and fact_task has one row of lineage, and the landed file, read again at
// that address, holds the stored text. Guards invariant 3.
func TestEveryFactExplainsItself(t *testing.T) {
	w := full(t)
	for _, fact := range []struct{ table, id string }{{"fact_observation", "observation_id"}, {"fact_insurance", "insurance_id"}, {"fact_task", "task_id"}} {
		r := w.ask(t, `SELECT count(*) AS facts, count(DISTINCT f.%[2]s) AS ids, count(l.fact_id) AS explained
FROM dw.%[1]s AS f LEFT JOIN audit.lineage AS l ON l.fact = '%[1]s' AND l.fact_id = f.%[2]s`, fact.table, fact.id)[0]
		if r.text("facts") == "0" || r.text("facts") != r.text("ids") || r.text("facts") != r.text("explained") {
			t.Errorf("%s: %v", fact.table, r)
		}
	}
	type address struct{ at, raw, fact string }
	bySource := map[string][]address{}
	rows := w.ask(t, "SELECT fact, source_sha256, sheet, cell, line_no, field, raw FROM audit.lineage")
	for _, r := range rows {
		at := r.text("sheet") + "!" + r.text("cell")
		if r.text("line_no") != "" {
			at = "L" + r.text("line_no") + ":" + r.text("field")
		}
		bySource[r.text("source_sha256")] = append(bySource[r.text("source_sha256")], address{at, r.text("raw"), r.text("fact")})
	}
	types := map[string]string{}
	for _, r := range w.ask(t, "SELECT DISTINCT source_sha256, file_type FROM audit.source") {
		types[r.text("source_sha256")] = r.text("file_type")
	}
	work := make(chan string)
	var group sync.WaitGroup
	for range runtime.NumCPU() {
		group.Go(func() {
			for sha := range work {
				var cells map[string]string
				if types[sha] == "xlsx" {
					cells = reread(t, w.home, sha)
				} else {
					cells = rereadFeed(t, w.home, sha, types[sha])
				}
				for _, a := range bySource[sha] {
					if got, ok := cells[a.at]; !ok || got != a.raw {
						t.Errorf("%s, %s %s holds %q, the warehouse says %q", a.fact, sha[:12], a.at, got, a.raw)
					}
				}
			}
		})
	}
	for sha := range bySource {
		work <- sha
	}
	close(work)
	group.Wait()
	t.Logf("%d facts of %d files read again", len(rows), len(bySource))
}

// rereadFeed reads a landed feed with the readers of the standard library: L<line>:<field> → text.
func rereadFeed(t testing.TB, h home, sha, kind string) map[string]string {
	t.Helper()
	data, err := os.ReadFile(h.object(sha))
	if err != nil {
		t.Error(err)
		return nil
	}
	cells := map[string]string{}
	switch kind {
	case "csv":
		r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
		r.Comma = ';'
		records, err := r.ReadAll()
		if err != nil {
			t.Errorf("%s: %v", sha, err)
			return nil
		}
		for n, record := range records[1:] {
			for i, field := range record {
				cells[fmt.Sprintf("L%d:%s", n+2, records[0][i])] = field
			}
		}
	case "json-stat":
		var doc struct {
			Dataset struct{ Value []json.RawMessage }
		}
		if err := json.Unmarshal(bytes.TrimRight(data, "\x00"), &doc); err != nil {
			t.Errorf("%s: %v", sha, err)
			return nil
		}
		for i, v := range doc.Dataset.Value { // the sample's document is one line
			cells[fmt.Sprintf("L1:value[%d]", i)] = string(v)
		}
	default:
		t.Errorf("%s is of type %s", sha, kind)
	}
	return cells
}

// explain leads a person from any number to its cell; another program than ours finds the same text there.
func TestExplainLeadsFromAnyFactToTheTextInItsFile(t *testing.T) {
	t.Parallel()
	w := demo(t)
	ids := w.ask(t, "SELECT fact, fact_id FROM audit.lineage ORDER BY fact, fact_id")
	r := rand.New(rand.NewPCG(1, 2))
	seen := map[string]int{}
	for i, k := range r.Perm(len(ids)) {
		fact := ids[k].text("fact")
		if i >= 50 && seen[fact] > 0 && len(seen) == 4 {
			break
		}
		if i >= 50 && seen[fact] > 0 {
			continue
		}
		seen[fact]++
		found, _ := runJSON[[]explanation](t, done, "explain", "--data", string(w.home), ids[k].text("fact_id"))
		if len(found) != 1 {
			t.Errorf("%s %s: %d explanations, want one", fact, ids[k].text("fact_id"), len(found))
			continue
		}
		e := found[0]
		if e.ID != ids[k].text("fact_id") || e.Raw == "" {
			t.Errorf("%s: %+v", ids[k].text("fact_id"), e)
		}
		if strings.HasPrefix(e.Cell, "L") && strings.Contains(e.Cell, ":") {
			kind := "csv"
			if strings.HasSuffix(e.File, ".json") {
				kind = "json-stat"
			}
			if got := rereadFeed(t, w.home, e.SHA256, kind)[e.Cell]; got != e.Raw {
				t.Errorf("%s %s holds %q, explain says %q", e.File, e.Cell, got, e.Raw)
			}
			continue
		}
		f, err := excelize.OpenFile(w.object(e.SHA256))
		if err != nil {
			t.Error(err)
			continue
		}
		got, err := f.GetCellValue(e.Sheet, e.Cell, excelize.Options{RawCellValue: true})
		if err != nil || got != e.Raw {
			t.Errorf("%s %s!%s holds %q (%v), explain says %q", e.File, e.Sheet, e.Cell, got, err, e.Raw)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
	t.Logf("explained: %v", seen)
}

// What the rules said of a number is part of its explanation.
func TestExplainTellsTheRulesThatTouchedANumber(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	a := goodAnnex("Tỉnh Hà Giang")
	a.rows = append(a.rows,
		annexRow{"", "Trong đó: - Bắt buộc", "người", []any{30000, nil, nil, nil}},
		annexRow{"", "- Tự nguyện", "người", []any{1210, nil, nil, nil}})
	a.rows[4], a.rows[5], a.rows[6], a.rows[7] = a.rows[6], a.rows[7], a.rows[4], a.rows[5] // parts below their total
	h.put(t, "a.xlsx", a.xlsx(t, nil))
	h.refresh(t)
	found, _ := runJSON[[]struct {
		Value string
		Rules []string
	}](t, done, "explain", "--data", string(h), "--indicator", "bhxh_participants", "--territory", "02", "--year", "2018")
	if len(found) != 1 || found[0].Value != "41210" || len(found[0].Rules) == 0 || !strings.Contains(found[0].Rules[0], "parts_total") || !strings.Contains(found[0].Rules[0], "31210") {
		t.Errorf("%+v, want the doubt that 30000 + 1210 is not 41210", found)
	}
	// A doubt is no refusal: the value stays.
	if n := h.one(t, "SELECT count(*) FROM mart.reconciliation WHERE check_kind = 'part_sum' AND status = 'differs' AND difference <> 0"); n != "1" {
		t.Errorf("%s reconciliations differ, want 1", n)
	}
}

func TestExplainOpenAloneCopiesIntoTheFolderOneStandsIn(t *testing.T) {
	t.Parallel()
	home, err := filepath.Abs(string(demo(t).home))
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(program, "explain", "--open", "--indicator", "poverty_rate", "--territory", "46", "--year", "2019", "--measure", "actual", "--data", home)
	c.Dir = t.TempDir()
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if copied, err := filepath.Glob(c.Dir + "/*.xlsx"); err != nil || len(copied) == 0 {
		t.Errorf("nothing was copied: %v", err)
	}
	_, e := runJSON[[]explanation](t, input, "explain", "--data", home, "--indicator", "poverty_rate", "--open", "evidence")
	if e.Error == nil || !strings.Contains(e.Error.Try, "--open=evidence") {
		t.Errorf("a folder as a word of its own: %+v", e.Error)
	}
}

func TestExplainOpenCopiesTheLandedWorkbookOut(t *testing.T) {
	t.Parallel()
	w := demo(t)
	out := t.TempDir()
	found, _ := runJSON[[]explanation](t, done, "explain", "--data", string(w.home), "--indicator", "poverty_rate", "--territory", "Thừa Thiên Huế", "--year", "2019", "--measure", "actual", "--open="+out)
	if len(found) == 0 {
		t.Fatal("no explanation")
	}
	files, err := os.ReadDir(out)
	if err != nil {
		t.Fatal(err)
	}
	shas := map[string]bool{}
	for _, e := range found {
		shas[e.SHA256] = true
	}
	if len(files) != len(shas) {
		t.Fatalf("%d files copied, want %d", len(files), len(shas))
	}
	for sha := range shas {
		want, err := os.ReadFile(w.object(sha))
		if err != nil {
			t.Fatal(err)
		}
		same := false
		for _, f := range files {
			got, err := os.ReadFile(out + "/" + f.Name())
			if err != nil {
				t.Fatal(err)
			}
			same = same || bytes.Equal(got, want)
		}
		if !same {
			t.Errorf("no copy of %s", sha)
		}
	}
}

func TestExplainOfNothingSaysSo(t *testing.T) {
	t.Parallel()
	w := demo(t)
	_, e := runJSON[any](t, input, "explain", "--data", string(w.home), "ffffffffffffffffffffffffffffffff")
	if e.OK || e.Error == nil || e.Error.What == "" || e.Error.Try == "" {
		t.Errorf("%+v", e)
	}
	run(t, input, "explain", "--data", string(w.home))
}
