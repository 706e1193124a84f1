package corpus

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/phuluc/phuluc/transform"
	tables "github.com/phuluc/phuluc/transform/layout"
	"github.com/phuluc/phuluc/transform/record"
)

var update = flag.Bool("update", false, "write the golden reports of published tables anew")

// shared finds the data that are not part of the repository; tests that want them skip without.
func shared(tb testing.TB) string {
	tb.Helper()
	for _, dir := range []string{os.Getenv("PHULUC_SHARED"), "../../../shared"} {
		if dir == "" {
			continue
		}
		if info, err := os.Stat(filepath.Join(dir, "data")); err == nil && info.IsDir() {
			return dir
		}
	}
	tb.Skip("no shared data")
	return ""
}

// TestPublishedTables reads tables of the statistics office that nobody made for this program, and compares what is
// understood of each with a report that was read beside the table once: tables, columns under their headers, rows,
// territories and periods, what became of the cells and why. The first line of a report names its file; a new report begins
// as a file with that line alone, filled by -update.
func TestPublishedTables(t *testing.T) {
	dir := filepath.Join(shared(t), "data")
	goldens, err := filepath.Glob("testdata/published/*.txt")
	if err != nil || len(goldens) == 0 {
		t.Fatal("no reports", err)
	}
	src := load()
	p, err := transform.New(transform.Options{Catalogue: src.cat, Mappings: src.feeds})
	if err != nil {
		t.Fatal(err)
	}
	for _, golden := range goldens {
		t.Run(strings.TrimSuffix(filepath.Base(golden), ".txt"), func(t *testing.T) {
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			name, _, _ := strings.Cut(string(want), "\n")
			data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
			if err != nil {
				t.Fatal(err)
			}
			file, _, err := read(p, name, data)
			if err != nil {
				t.Fatal(err)
			}
			got := name + "\n" + src.understood(file)
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != string(want) {
				t.Errorf("differs from %s:\n%s", golden, lineDiff(string(want), got))
			}
		})
	}
}

func lineDiff(want, got string) string {
	var out []string
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for _, l := range w {
		if !slices.Contains(g, l) {
			out = append(out, "- "+l)
		}
	}
	for _, l := range g {
		if !slices.Contains(w, l) {
			out = append(out, "+ "+l)
		}
	}
	return strings.Join(out, "\n")
}

var years = regexp.MustCompile(`\b(19|20)\d\d\b`)

// understood writes what was understood of a file as a person would check it.
func (s *sources) understood(f *record.File) string {
	var b strings.Builder
	fmt.Fprintf(&b, "territory %q, document %q, title %q\n", f.Identity.Territory, f.Identity.Document, f.Identity.Title)
	rd := tables.NewReader(s.cat)
	says := func(text string) string { // the territories and years that a label or a header names
		var said []string
		for _, part := range strings.Split(text, " / ") {
			if t := rd.Understand(part).Territories; len(t) > 0 {
				said = append(said, t[0])
			}
			said = append(said, years.FindAllString(part, -1)...)
		}
		if said = slices.Compact(said); len(said) == 0 {
			return ""
		}
		return " = " + strings.Join(said, " ")
	}
	type value struct {
		origin                  record.Origin
		label, header, code, of string
	}
	for _, sh := range f.Sheets {
		fmt.Fprintf(&b, "\nsheet %q: %d tables; %d cells = %d loaded + %d quarantined", sh.Name, sh.Tables, sh.Read, sh.Loaded, sh.Quarantined)
		for _, k := range sortedKeys(sh.Skipped) {
			fmt.Fprintf(&b, " + %d %s", sh.Skipped[k], k)
		}
		b.WriteByte('\n')
		var values []value
		for _, o := range f.Observations {
			if o.Sheet == sh.Name {
				values = append(values, value{o.Origin, o.Label, o.Header, "loaded", fmt.Sprintf("%s %s %s %s %s%s %s", o.Indicator, o.Territory, o.Period, o.Measure, o.Sex, o.Area, o.Value.Decimal)})
			}
		}
		for _, r := range f.Refusals {
			if r.Sheet == sh.Name {
				values = append(values, value{r.Origin, r.Label, r.Header, r.Code, strings.TrimSpace(fmt.Sprintf("%q %s", r.Args, r.Nearest))})
			}
		}
		slices.SortStableFunc(values, func(x, y value) int { return (x.origin.Row-y.origin.Row)*20000 + x.origin.Col - y.origin.Col })
		heads, rows := map[int][]string{}, map[int]string{}
		var cols, lines []int
		for _, v := range values {
			if !slices.Contains(heads[v.origin.Col], v.header) {
				if len(heads[v.origin.Col]) == 0 {
					cols = append(cols, v.origin.Col)
				}
				heads[v.origin.Col] = append(heads[v.origin.Col], v.header)
			}
			if _, seen := rows[v.origin.Row]; !seen {
				lines = append(lines, v.origin.Row)
				rows[v.origin.Row] = v.label
			}
		}
		slices.Sort(cols)
		for _, c := range cols {
			for _, h := range heads[c] {
				fmt.Fprintf(&b, "  column %s %s%s\n", sheet.ColumnName(c), oneLine(h), says(h))
			}
		}
		for _, r := range lines {
			fmt.Fprintf(&b, "  row %d %s%s\n", r, oneLine(rows[r]), says(rows[r]))
		}
		byFate := map[string][]sheet.Position{}
		var fates []string
		for _, v := range values {
			fate := strings.TrimSpace(v.code + " " + oneLine(v.of))
			if len(byFate[fate]) == 0 {
				fates = append(fates, fate)
			}
			byFate[fate] = append(byFate[fate], sheet.Position{Row: v.origin.Row, Col: v.origin.Col})
		}
		for _, fate := range fates {
			cells := byFate[fate]
			fmt.Fprintf(&b, "  %d %s: %s\n", len(cells), sheet.List(sheet.Ranges(cells), len(cells)), fate)
		}
	}
	return b.String()
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
