package main_test

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	_ "github.com/duckdb/duckdb-go/v2" // reads what the program exports
	"github.com/mattn/go-runewidth"
	"github.com/xuri/excelize/v2"
)

func TestDemoShowsWhatHappenedThreeAnswersAndWhatToDoNext(t *testing.T) {
	t.Parallel()
	w := demo(t)
	if w.report.Found != w.report.Landed || w.report.New != w.report.Landed || w.report.Generation != 1 || w.report.Unchanged ||
		w.report.Checks.Declared == 0 || w.report.Checks.Declared != w.report.Checks.Run || w.report.Checks.Run != w.report.Checks.Passed+w.report.Checks.Warnings {
		t.Errorf("%+v", w.report)
	}
	// A second demo on the same folder, for people: nothing to do, and it says so.
	o := run(t, done, "demo", "--data", string(w.home))
	for _, want := range []string{"Nothing new", "generation 1", "Next:", "phuluc query"} {
		if !strings.Contains(o.stdout, want) {
			t.Errorf("the second demo does not say %q:\n%s", want, o.stdout)
		}
	}
	r, e := runJSON[report](t, done, "demo", "--data", string(w.home))
	if !r.Unchanged || r.New != 0 || r.Generation != 1 || !strings.Contains(e.Summary, "nothing new") {
		t.Errorf("%+v %+v", r, e)
	}
	// The first, for people, on the landing of the other: the same work with all there is to see.
	h := newHome(t)
	copyTree(t, w.path("landing"), h.path("landing"))
	copyTree(t, w.path("normalised"), h.path("normalised"))
	o = run(t, done, "demo", "--data", string(h))
	for _, want := range []string{" read = ", " loaded + ", " quarantined + ", " skipped", "declared", "passed", "generation 1", "MB",
		"A trend", "Targets with their gap", "One number explained to its cell", "Next:", "Thừa Thiên Huế", "8.36", "3.67"} {
		if !strings.Contains(o.stdout, want) {
			t.Errorf("the demo does not show %q:\n%s", want, o.stdout)
		}
	}
	for _, stage := range []string{"landing", "normalising", "building", "verifying"} {
		if !strings.Contains(o.stderr, stage) {
			t.Errorf("no progress of %s:\n%s", stage, o.stderr)
		}
	}
}

// fingerprint of every file below the folder: name, mode, time, content.
func fingerprint(t testing.TB, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		s := info.Mode().String()
		if info.Mode().IsRegular() {
			data, err := os.ReadFile(p)
			if err != nil {
				return err
			}
			s += fmt.Sprintf(" %x", sha256.Sum256(data))
			if d.Name() != ".lock" { // readers take it for a moment
				s += info.ModTime().String()
			}
		}
		out[p] = s
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestDryRunShowsWhatWouldChangeAndChangesNothing(t *testing.T) {
	t.Parallel()
	type planned struct {
		Found int `json:"files_found"`
		Known int `json:"files_known"`
		New   []struct {
			Origin, Fault       string
			Loaded, Quarantined int
			Added               int `json:"values_added"`
			Changed             int `json:"values_changed"`
			Same                int `json:"values_same"`
		} `json:"files_new"`
		Rebuild    bool
		Changed    bool
		Generation int
	}
	h := newHome(t)
	h.put(t, "HaGiang.xlsx", goodAnnex("Tỉnh Hà Giang").xlsx(t, nil))
	before := fingerprint(t, string(h))
	p, _ := runJSON[planned](t, done, "refresh", "--dry-run", "--data", string(h))
	if len(p.New) != 1 || p.New[0].Added != 24 || !p.Rebuild || p.Generation != 0 {
		t.Errorf("%+v", p)
	}
	if after := fingerprint(t, string(h)); !maps.Equal(before, after) {
		t.Errorf("a dry run before the first refresh changed the folder: %v", after)
	}
	h.refresh(t)
	if p, _ := runJSON[planned](t, done, "refresh", "--dry-run", "--data", string(h)); p.Rebuild || p.Changed || p.Known != 1 {
		t.Errorf("with nothing new: %+v", p)
	}
	write(t, h.path("catalogue", "indicator_synonyms.csv"), []byte("indicator_code,label\njobs_created,Số đĩa bay hạ cánh\n"))
	if p, _ := runJSON[planned](t, done, "refresh", "--dry-run", "--data", string(h)); !p.Rebuild || !p.Changed || p.Known != 1 {
		t.Errorf("with a new word: %+v", p)
	}
	a := goodAnnex("Tỉnh Hà Giang")
	a.rows[1].values = []any{15020, 15500, 15699, 16000}
	h.put(t, "HaGiang_sua.xlsx", a.xlsx(t, nil))
	h.put(t, "cut.xlsx", a.xlsx(t, nil)[:3000])
	before = fingerprint(t, string(h))
	p, _ = runJSON[planned](t, done, "refresh", "--dry-run", "--data", string(h))
	if p.Found != 3 || p.Known != 1 || len(p.New) != 2 || p.Generation != 1 {
		t.Fatalf("%+v", p)
	}
	for _, f := range p.New {
		if strings.HasSuffix(f.Origin, "HaGiang_sua.xlsx") && (f.Changed != 1 || f.Same != 23 || f.Added != 0) ||
			strings.HasSuffix(f.Origin, "cut.xlsx") && !strings.Contains(f.Fault, "file.truncated") {
			t.Errorf("%+v", f)
		}
	}
	if after := fingerprint(t, string(h)); !maps.Equal(before, after) {
		for name, s := range after {
			if before[name] != s {
				t.Errorf("a dry run changed %s: %s, before %s", name, s, before[name])
			}
		}
		t.Error("a dry run changed the folder")
	}
}

func TestAResubmissionIsARestatementThatDiffShowsAndRollbackHides(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	a := goodAnnex("Tỉnh Hà Giang")
	h.put(t, "HaGiang.xlsx", a.xlsx(t, nil))
	h.refresh(t)
	// The province sends the same workbook again: one figure corrected, one row more.
	a.rows[1].values = []any{15020, 15500, 15699, 16000}
	a.rows = append(a.rows, annexRow{"7", "Số người tham gia bảo hiểm thất nghiệp", "người", []any{17000, nil, nil, nil}})
	h.put(t, "HaGiang.xlsx", a.xlsx(t, nil))
	if r := h.refresh(t); r.Generation != 2 || r.Landed != 2 || r.New != 1 {
		t.Fatalf("%+v", r)
	}
	type change struct {
		Kind      string
		Indicator string `json:"indicator_code"`
		Territory string `json:"territory_id"`
		Period    string
		Measure   string `json:"measure_type"`
		Old, New  string
		Sheet     string
		Cell      string
	}
	d, _ := runJSON[struct {
		Counts  map[string]int
		Changes []change
	}](t, done, "diff", "1", "2", "--data", string(h))
	if !maps.Equal(d.Counts, map[string]int{"added": 1, "removed": 0, "changed": 1}) || len(d.Changes) != 2 {
		t.Fatalf("%+v", d)
	}
	for _, c := range d.Changes {
		want := change{"changed", "jobs_created", "province:02@2004", "2019", "estimate", "15620", "15699", "Biểu số 01", "F10"}
		if c.Kind == "added" {
			want = change{"added", "bhtn_participants", "province:02@2004", "2018", "actual", "", "17000", "Biểu số 01", "D15"}
		}
		if c != want {
			t.Errorf("%+v, want %+v", c, want)
		}
	}
	o := run(t, done, "diff", "1", "2", "--data", string(h))
	if !strings.Contains(o.stdout, "15620 → 15699") || !strings.Contains(o.stdout, "1 added, 0 removed, 1 changed") {
		t.Error(o.stdout)
	}

	// Both vintages stay; the restatement lists them.
	r := h.ask(t, "SELECT first_value, last_value, change, vintages, history FROM mart.restatement WHERE is_changed")
	if len(r) != 1 || r[0].text("first_value") != "15620" || r[0].text("last_value") != "15699" || r[0].text("change") != "79" || r[0].text("vintages") != "2" {
		t.Errorf("%v", r)
	}
	if n := h.one(t, "SELECT count(*) FROM audit.finding WHERE rule_code = 'resubmission_changed'"); n == "0" {
		t.Error("no finding tells of the changed re-submission")
	}
	const latest = "SELECT value FROM mart.indicator_trend WHERE basis = 'as_reported' AND indicator_code = 'jobs_created' AND year = 2019 AND measure_type = 'estimate'"
	if v := h.one(t, latest); v != "15699" {
		t.Errorf("the latest value is %s", v)
	}

	run(t, done, "rollback", "--data", string(h))
	if v := h.one(t, latest); v != "15620" {
		t.Errorf("after the rollback the value is %s, want that of generation 1", v)
	}
	o = run(t, done, "query", "--data", string(h), "--generation", "2", "--format", "csv", latest)
	if o.stdout != "value\n15699\n" {
		t.Errorf("generation 2 says %q", o.stdout)
	}
	h.intact(t, 1)
	run(t, input, "rollback", "--data", string(h)) // there is none before the first
	run(t, done, "rollback", "2", "--data", string(h))
	if v := h.one(t, latest); v != "15699" {
		t.Errorf("forward again the value is %s", v)
	}
	if r := h.refresh(t); !r.Unchanged {
		t.Errorf("%+v: generation 2 is what the landing gives", r)
	}
}

func TestSevenGenerationsAreKept(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.put(t, "a.xlsx", goodAnnex("Tỉnh Hà Giang").xlsx(t, nil))
	for range 9 {
		h.refresh(t, "--full")
	}
	files, err := filepath.Glob(h.path("warehouse", "gen-*.duckdb"))
	if err != nil || len(files) != 7 || !strings.HasSuffix(files[0], "gen-000003.duckdb") {
		t.Errorf("%v (%v), want generations 3 to 9", files, err)
	}
	for _, f := range files {
		if info, err := os.Stat(f); err != nil || info.Mode().Perm() != 0o444 {
			t.Errorf("%s: %v (%v), want 0444", f, info.Mode(), err)
		}
	}
}

func TestSameBytesFromTwoPlacesAreOneObjectWithTwoOrigins(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	data := goodAnnex("Tỉnh Hà Giang").xlsx(t, nil)
	h.put(t, "HaGiang.xlsx", data)
	h.put(t, "again/HaGiang.xlsx", data)
	if r := h.refresh(t); r.Found != 2 || r.Landed != 1 || r.Values != 24 {
		t.Errorf("%+v", r)
	}
	if n := h.one(t, "SELECT count(*) FROM audit.source"); n != "2" {
		t.Errorf("%s origins, want 2", n)
	}
	sha := fmt.Sprintf("%x", sha256.Sum256(data))
	got, err := os.ReadFile(h.object(sha))
	if err != nil || !bytes.Equal(got, data) {
		t.Errorf("the landed object is not the file: %v", err)
	}
}

func TestExportWritesEveryMartAsParquetAndAsCSVThatExcelOpensSafely(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	a := goodAnnex("Tỉnh Hà Giang")
	h.put(t, "=HYPERLINK.xlsx", a.xlsx(t, nil))
	h.refresh(t)
	out := filepath.Join(t.TempDir(), "out")
	files, _ := runJSON[[]struct {
		Table, File string
		Bytes       int64
	}](t, done, "export", out, "--data", string(h))
	marts := map[string]string{}
	for _, r := range h.ask(t, "SELECT table_name FROM information_schema.tables WHERE table_schema = 'mart'") {
		marts[r.text("table_name")] = h.one(t, "SELECT count(*) FROM mart.%q", r.text("table_name"))
	}
	if len(marts) < 10 || len(files) != 2*len(marts) {
		t.Errorf("%d files for %d marts", len(files), len(marts))
	}
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	neutralised := false
	for name, rows := range marts {
		var n string
		if err := db.QueryRow("SELECT count(*) FROM read_parquet('" + filepath.Join(out, name+".parquet") + "')").Scan(&n); err != nil || n != rows {
			t.Errorf("%s.parquet has %s rows (%v), want %s", name, n, err, rows)
		}
		data, err := os.ReadFile(filepath.Join(out, name+".csv"))
		if err != nil {
			t.Error(err)
			continue
		}
		text, found := bytes.CutPrefix(data, []byte("\ufeff"))
		if !found {
			t.Errorf("%s.csv does not begin with a byte order mark", name)
		}
		records, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
		if err != nil || strconv.Itoa(len(records)-1) != rows {
			t.Errorf("%s.csv has %d records (%v), want %s", name, len(records)-1, err, rows)
		}
		for _, r := range records {
			for _, field := range r {
				if _, err := strconv.ParseFloat(field, 64); err != nil && field != "" && strings.ContainsAny(field[:1], "=+-@\t\r") {
					t.Errorf("%s.csv: %q is a formula to a spreadsheet", name, field)
				}
				neutralised = neutralised || field == "'=HYPERLINK.xlsx"
			}
		}
	}
	if !neutralised {
		t.Error("the file name that begins with = is in no mart")
	}
	var value string
	if err := db.QueryRow("SELECT CAST(value AS VARCHAR) FROM read_parquet('" + filepath.Join(out, "indicator_trend.parquet") + `')
WHERE basis = 'as_reported' AND indicator_code = 'poverty_rate' AND year = 2018`).Scan(&value); err != nil || value != "11.7200000000" {
		t.Errorf("the poverty rate is %s (%v), want 11.72 exactly", value, err)
	}
	run(t, input, "export", out, "--only", "xml", "--data", string(h))
}

func TestEveryFormatOfQueryGivesTheSameAnswer(t *testing.T) {
	t.Parallel()
	w := demo(t)
	const query = `SELECT territory_vi, year, value, value_high, is_break FROM mart.indicator_trend WHERE basis = 'as_reported' AND indicator_code = 'trained_labour_rate'
AND territory_id IN ('province:46@2004', 'region:tdmnpb') AND year IN (2019, 2030) ORDER BY year`
	want := [][]string{
		{"territory_vi", "year", "value", "value_high", "is_break"},
		{"Thừa Thiên Huế", "2019", "62.08", "", "false"},
		{"Trung du và miền núi phía Bắc", "2030", "65", "70", "false"},
	}
	dir := t.TempDir()
	output := func(format string) []byte {
		name := filepath.Join(dir, "out."+format)
		run(t, done, "query", "--data", string(w.home), "--format", format, "--out", name, query)
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if format != "parquet" { // the same on stdout
			o := run(t, done, "query", "--data", string(w.home), "--format", format, query)
			if format != "xlsx" && o.stdout != string(data) {
				t.Errorf("%s differs between --out and stdout", format)
			}
		}
		return data
	}
	same := func(format string, got [][]string) {
		t.Helper()
		if !slices.EqualFunc(got, want, slices.Equal) {
			t.Errorf("%s: %q, want %q", format, got, want)
		}
	}
	fields := func(text, separator string) (rows [][]string) {
		for i, line := range lines(text) {
			if i == 1 {
				continue // the rule below the header
			}
			var row []string
			for _, f := range strings.Split(strings.Trim(line, "|"), separator) {
				if f = strings.TrimSpace(f); f != "" || separator == "|" {
					row = append(row, f)
				}
			}
			rows = append(rows, row)
		}
		return rows
	}
	table := fields(string(output("table")), "  ")
	if len(table) == 3 {
		table[1] = slices.Insert(table[1], 3, "")
	}
	same("table", table)
	same("md", fields(string(output("md")), "|"))
	records, err := csv.NewReader(bytes.NewReader(output("csv"))).ReadAll()
	if err != nil {
		t.Error(err)
	}
	same("csv", records)

	fromJSON := func(list []record) [][]string {
		rows := [][]string{want[0]}
		for _, r := range list {
			var row []string
			for _, column := range want[0] {
				row = append(row, r.text(column))
			}
			rows = append(rows, row)
		}
		return rows
	}
	var list []record
	decode(t, output("json"), &list)
	same("json", fromJSON(list))
	list = nil
	for _, line := range lines(string(output("jsonl"))) {
		var r record
		decode(t, []byte(line), &r)
		list = append(list, r)
	}
	same("jsonl", fromJSON(list))
	list = nil
	_, e := runJSON[[]record](t, done, "query", "--data", string(w.home), query)
	decode(t, e.Result, &list)
	same("envelope", fromJSON(list))

	reader, err := ipc.NewReader(bytes.NewReader(output("arrow")))
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Release()
	rows := [][]string{want[0]}
	for reader.Next() {
		b := reader.RecordBatch()
		for i := range int(b.NumRows()) {
			var row []string
			for j := range int(b.NumCols()) {
				s := ""
				if col := b.Column(j); !col.IsNull(i) {
					s = col.ValueStr(i)
					if d, ok := col.(*array.Decimal128); ok {
						s = strings.TrimRight(strings.TrimRight(d.Value(i).ToString(10), "0"), ".")
					}
				}
				row = append(row, s)
			}
			rows = append(rows, row)
		}
	}
	same("arrow", rows)

	book, err := excelize.OpenReader(bytes.NewReader(output("xlsx")))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	rows, err = book.GetRows("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	same("xlsx", rows)

	output("parquet")
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	found, err := db.Query("SELECT territory_vi, CAST(year AS VARCHAR), CAST(CAST(value AS DOUBLE) AS VARCHAR), coalesce(CAST(CAST(value_high AS INT) AS VARCHAR), ''), CAST(is_break AS VARCHAR) FROM read_parquet('" + filepath.Join(dir, "out.parquet") + "') ORDER BY year")
	if err != nil {
		t.Fatal(err)
	}
	rows = [][]string{want[0]}
	for found.Next() {
		row := make([]string, 5)
		if err := found.Scan(&row[0], &row[1], &row[2], &row[3], &row[4]); err != nil {
			t.Fatal(err)
		}
		row[2] = strings.TrimSuffix(row[2], ".0")
		rows = append(rows, row)
	}
	same("parquet", rows)
}

func TestQueryTakesItsTextFromAFileOrStandardInput(t *testing.T) {
	t.Parallel()
	w := demo(t)
	name := filepath.Join(t.TempDir(), "q.sql")
	write(t, name, []byte("SELECT 42 AS answer\n"))
	if o := run(t, done, "query", "--data", string(w.home), "--format", "csv", "@"+name); o.stdout != "answer\n42\n" {
		t.Errorf("%q", o.stdout)
	}
	c := command(t, "query", "--data", string(w.home), "--format", "csv", "-")
	c.Stdin = strings.NewReader("SELECT 43 AS answer")
	if o := finish(t, c); o.code != done || o.stdout != "answer\n43\n" {
		t.Errorf("%d %q %s", o.code, o.stdout, o.stderr)
	}
}

// What a clerk sees stands in columns, whatever diacritics the names have.
func TestTablesAreAlignedByDisplayWidth(t *testing.T) {
	t.Parallel()
	w := demo(t)
	o := run(t, done, "query", "--data", string(w.home), "SELECT territory_id, name_vi, full_name_vi, level FROM dw.dim_territory WHERE level = 'province' ORDER BY territory_id")
	table := lines(o.stdout)
	if len(table) < 90 {
		t.Fatalf("%d lines", len(table))
	}
	starts := func(line string) (at []int) { // display columns at which the rule below the header begins a column
		column, blank := 0, true
		for _, r := range line {
			if r != ' ' && blank {
				at = append(at, column)
			}
			blank = r == ' '
			column += runewidth.RuneWidth(r)
		}
		return at
	}
	columns := starts(table[1])
	if len(columns) != 4 {
		t.Fatalf("the rule %q has %d columns, want 4", table[1], len(columns))
	}
	for _, line := range table {
		for _, at := range columns[1:] {
			before, after := "", ""
			column := 0
			for _, r := range line {
				if column == at-1 {
					before = string(r)
				}
				if column == at {
					after = string(r)
				}
				column += runewidth.RuneWidth(r)
			}
			if before != " " || after == " " || after == "" {
				t.Errorf("column %d is not straight in %q", at, line)
			}
		}
	}
	md := lines(run(t, done, "query", "--data", string(w.home), "--format", "md", "SELECT name_vi, full_name_vi FROM dw.dim_territory").stdout)
	for _, line := range md {
		if runewidth.StringWidth(line) != runewidth.StringWidth(md[0]) {
			t.Errorf("%q is %d wide, the header %d", line, runewidth.StringWidth(line), runewidth.StringWidth(md[0]))
		}
	}
}

func TestEveryCommandGivesOneEnvelope(t *testing.T) {
	t.Parallel()
	w := demo(t)
	for _, args := range [][]string{
		{"versions"}, {"doctor"}, {"query", "SELECT 1 AS one"}, {"quarantine", "list"}, {"quarantine", "list", "--summary"}, {"quarantine", "list", "--group"}, {"catalogue", "check"}, {"board"}, {"board", "--round", "2020"},
		{"explain", "--indicator", "poverty_rate", "--territory", "46"}, {"schedule", "list"}, {"schedule", "next"}, {"schedule", "history"}, {"refresh", "--dry-run"}, {"diff", "1", "1"},
		{"export", t.TempDir()},
	} {
		_, e := runJSON[any](t, done, append(slices.Clone(args), "--data", string(w.home))...)
		if !e.OK || e.Summary == "" || e.Error != nil || len(e.Result) == 0 || !strings.HasPrefix(strings.Join(args, " "), e.Command) || e.Command == "" {
			t.Errorf("%v: %+v", args, e)
		}
	}
	for _, args := range [][]string{{"query", "SELEC 1"}, {"rollback", "77"}, {"diff", "1", "77"}, {"explain", "nothing"}} {
		_, e := runJSON[any](t, input, append(slices.Clone(args), "--data", string(w.home))...)
		if e.OK || e.Error == nil || e.Error.Exit != input || e.Error.What == "" || e.Error.Try == "" || e.Summary == "" {
			t.Errorf("%v: %+v", args, e)
		}
	}
}

func TestErrorsNameWhatIsThereInstead(t *testing.T) {
	t.Parallel()
	w := demo(t)
	for _, c := range []struct{ args, want string }{
		{"explain --indicator poverty --territory 46", "did you mean --indicator poverty_rate?"},
		{"explain --indicator poverty_rate --territory Hue", `did you mean --territory "Huế"?`},
		{"explain --indicator poverty_rate --territory 46 --year 1990", "there are 2015 actual, 2019 actual, 2020 forecast"},
		{"explain zzz", `no id begins with "zzz"`},
		{"bord", "did you mean: phuluc board?"},
		{"nosuch", "phuluc --help"},
		{"diff 1", "phuluc diff was given 1 argument; it is written phuluc diff A B"},
	} {
		if o := run(t, input, append(strings.Fields(c.args), "--data", string(w.home))...); !strings.Contains(o.stderr, c.want) {
			t.Errorf("phuluc %s says:\n%s", c.args, o.stderr)
		}
	}
}

// Who only looks makes nothing, also where nothing is yet.
func TestCommandsThatOnlyLookMakeNoDataFolder(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "data")
	for _, c := range []struct {
		exit int
		args []string
	}{
		{done, []string{"versions"}}, {done, []string{"schedule", "list"}}, {done, []string{"schedule", "next"}}, {done, []string{"schedule", "history"}},
		{done, []string{"catalogue", "check"}}, {done, []string{"refresh", "--dry-run"}}, {done, []string{"doctor"}},
		{input, []string{"query", "SELECT 1"}}, {input, []string{"quarantine", "list"}}, {input, []string{"board"}}, {input, []string{"explain", "x"}}, {input, []string{"rollback"}},
	} {
		run(t, c.exit, append(c.args, "--data", folder)...)
		if _, err := os.Stat(folder); err == nil {
			t.Fatalf("%v makes the data folder", c.args)
		}
	}
}

func TestQuietPrintsNothingAndVersionAndCompletionPrintThemselves(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.put(t, "a.xlsx", goodAnnex("Tỉnh Hà Giang").xlsx(t, nil))
	if o := run(t, done, "refresh", "--quiet", "--data", string(h)); o.stdout != "" || o.stderr != "" {
		t.Errorf("%q %q", o.stdout, o.stderr)
	}
	if o := run(t, done, "query", "--quiet", "--data", string(h), "--format", "csv", "SELECT 1 AS one"); o.stdout != "one\n1\n" || o.stderr != "" {
		t.Errorf("quiet keeps the result: %q %q", o.stdout, o.stderr)
	}
	if o := run(t, done, "--version"); !strings.HasPrefix(o.stdout, "phuluc ") || !strings.Contains(o.stdout, "go1.") {
		t.Errorf("%q", o.stdout)
	}
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		if o := run(t, done, "completion", shell); !strings.Contains(o.stdout, "phuluc") || len(o.stdout) < 1000 {
			t.Errorf("%s: %d bytes", shell, len(o.stdout))
		}
	}
	// What the shell asks for.
	if o := run(t, done, "__complete", "query", "--format", ""); !strings.Contains(o.stdout, "parquet") || !strings.Contains(o.stdout, "xlsx") {
		t.Errorf("%q", o.stdout)
	}
	o := run(t, done, "--help")
	for _, c := range []string{"demo", "refresh", "check", "query", "explain", "export", "quarantine", "versions", "rollback", "diff", "schedule", "doctor", "board"} {
		if !strings.Contains(o.stdout, "\n  "+c+" ") {
			t.Errorf("help does not list %s", c)
		}
	}
}

func TestDoctorSaysWhatIsInForceAndWhatIsWrong(t *testing.T) {
	t.Parallel()
	w := demo(t)
	type diagnosis struct{ Name, State, Text, Try string }
	list, _ := runJSON[[]diagnosis](t, done, "doctor", "--data", string(w.home))
	state := map[string]string{}
	for _, d := range list {
		state[d.Name] = d.State
	}
	for _, name := range []string{"program", "engine", "configuration", "data folder", "inbox", "catalogue", "lock", "warehouse"} {
		if state[name] != "ok" {
			t.Errorf("%s is %q", name, state[name])
		}
	}
	if _, found := state["disk"]; !found {
		t.Error("nothing about the disk")
	}
	// One byte of the published file turns: doctor and versions tell, and rollback or a refresh repairs it.
	h := newHome(t)
	h.put(t, "a.xlsx", goodAnnex("Tỉnh Hà Giang").xlsx(t, nil))
	r := h.refresh(t)
	if err := os.Chmod(r.File, 0o644); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(r.File)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 1
	write(t, r.File, data)
	_, e := runJSON[any](t, environment, "doctor", "--data", string(h))
	if e.Error == nil || !strings.Contains(e.Error.Try, "refresh --full") {
		t.Errorf("%+v", e.Error)
	}
	o := run(t, done, "versions", "--verify", "--data", string(h), "--json")
	if !strings.Contains(o.stdout, `"problem":"`) {
		t.Error(o.stdout)
	}
	h.refresh(t, "--full")
	if o := run(t, done, "doctor", "--data", string(h)); strings.Contains(o.stdout, "✗") {
		t.Error(o.stdout)
	}
}

// check reads and touches nothing.
func TestCheckTellsWhatIsUnderstoodInTheShapeOfTheManual(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	name := filepath.Join(dir, "HaGiang.xlsx")
	write(t, name, goodAnnex("Tỉnh Hà Giang").xlsx(t, nil))
	before := fingerprint(t, dir)
	c := command(t, "check", "--json", name)
	o := finish(t, c)
	if o.code != done {
		t.Fatal(o.stderr)
	}
	var out map[string]json.RawMessage
	decode(t, []byte(o.stdout), &out)
	for _, key := range []string{"file", "sha256", "sheets", "observations", "quarantine"} {
		if out[key] == nil {
			t.Errorf("no %q", key)
		}
	}
	var values []map[string]any
	decode(t, out["observations"], &values)
	want := map[string]any{"indicator": "trained_labour_rate", "territory": "province:02@2004", "period": "2018", "measure": "actual", "sex": "T", "area": "T",
		"value": "52.4", "value_high": nil, "qualifier": "", "unit": "percent", "sheet": "Biểu số 01", "cell": "D11", "raw": "52.4"}
	found := false
	for _, v := range values {
		if v["cell"] != "D11" {
			continue
		}
		found = true
		for key, x := range want {
			if got, ok := v[key]; !ok || got != x {
				t.Errorf("%s is %v, want %v", key, got, x)
			}
		}
	}
	if !found || len(values) != 24 {
		t.Errorf("%d values, D11 among them: %v", len(values), found)
	}
	if !maps.Equal(before, fingerprint(t, dir)) {
		t.Error("check changed the folder of the file")
	}
	if left, err := os.ReadDir(c.Dir); err != nil || len(left) != 0 {
		t.Errorf("check wrote %v (%v)", left, err)
	}
	// For people, one line a sheet and the values by indicator.
	if o := run(t, done, "check", name); !strings.Contains(o.stdout, "trained_labour_rate") || !strings.Contains(o.stdout, "24 loaded") {
		t.Error(o.stdout)
	}
}

func TestCheckNamesTheCellsThatWereRefusedForOneReasonInOneLine(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "ha-giang.csv")
	table := "TỈNH HÀ GIANG;;;;\nChỉ tiêu;Đơn vị tính;TH 2018;Ước TH 2019;KH 2020\nSố chim bay;người;1;2;3\nTỷ lệ lao động qua đào tạo;%;50;mưa;52\nSố chim bay;người;4;5;6\n"
	if err := os.WriteFile(name, []byte(table), 0o600); err != nil {
		t.Fatal(err)
	}
	o := run(t, done, "check", name)
	for _, want := range []string{
		"!C3:E3, C5:E5 (6 ô): Chỉ tiêu không có trong danh mục: Số chim bay\n",
		"!D4 \"mưa\": Không đọc được con số: mưa\n",
		"  cách sửa number.unreadable: Nhập số hoặc một trong các ký hiệu",
	} {
		if !strings.Contains(o.stdout, want) {
			t.Errorf("it does not say %q:\n%s", want, o.stdout)
		}
	}
	// Of a table whose title is not known, how it was read.
	table = "SỐ CHIM BAY PHÂN THEO VÙNG;;;;\nĐơn vị tính: con;;;;\n;Năm 2018;Năm 2019;Năm 2020;Năm 2021\nCả nước;1;2;3;4\nTây Nguyên;5;6;7;8\nĐông Nam Bộ;9;10;11;12\nHà Giang;13;14;15;16\n"
	if err := os.WriteFile(name, []byte(table), 0o600); err != nil {
		t.Fatal(err)
	}
	if o := run(t, input, "check", name); !strings.Contains(o.stdout, "\n      4 cột: Năm 2018; Năm 2019; Năm 2020; …\n      4 dòng: Cả nước; Tây Nguyên; Đông Nam Bộ; …\n") {
		t.Error(o.stdout)
	}
	o = run(t, input, "check", "--json", name)
	if !strings.Contains(o.stdout, `"cell":"C5","raw":"6","label":"Tây Nguyên","header":"Năm 2019"`) {
		t.Error(o.stdout)
	}
	letter := filepath.Join(t.TempDir(), "thu.xlsx")
	write(t, letter, annex{body: "SỞ LAO ĐỘNG", title: "Về việc báo cáo"}.xlsx(t, nil))
	if o := run(t, input, "check", letter); !strings.Contains(o.stderr, "no figure stands in it") {
		t.Error(o.stderr)
	}
	picture := filepath.Join(t.TempDir(), "ha-giang.xlsx")
	if err := os.WriteFile(picture, []byte("\x89PNG\r\n\x1a\n0000"), 0o600); err != nil {
		t.Fatal(err)
	}
	if o := run(t, input, "check", picture); !strings.Contains(o.stdout, "\n  ✗ file.image: Tệp là ảnh") {
		t.Error(o.stdout)
	}
}
