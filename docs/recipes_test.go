// Package docs_test follows what the documentation tells people to do, and holds the pages to the code they speak of.
package docs_test

import (
	"encoding/csv"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/phuluc/phuluc/sql"
	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/layout"
	"github.com/phuluc/phuluc/transform/mapping"
	"github.com/phuluc/phuluc/transform/record"
	"github.com/phuluc/phuluc/transform/rule"
)

var namedFence = regexp.MustCompile("(?m)^`([^`\n]+)`\n\n```[a-z]*\n((?s:.*?))```$")

// files gives the code blocks of a page that stand below a line with their name in backquotes.
func files(t *testing.T, page string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, m := range namedFence.FindAllStringSubmatch(read(t, page), -1) {
		if _, twice := out[m[1]]; twice {
			t.Fatalf("%s shows %s twice", page, m[1])
		}
		out[m[1]] = m[2]
	}
	if len(out) == 0 {
		t.Fatalf("%s shows no file", page)
	}
	return out
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// userFolder writes the blocks named catalogue/… that keep admits into a folder and returns it.
func userFolder(t *testing.T, blocks map[string]string, keep func(name string) bool) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range blocks {
		name, ok := strings.CutPrefix(name, "catalogue/")
		if !ok || !keep(name) {
			continue
		}
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// annex makes a workbook of a table written with | between cells.
func annex(text string) layout.Book {
	s := layout.SheetCells{Info: sheet.Info{Name: "Sheet1"}}
	for r, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		for c, cell := range strings.Split(line, "|") {
			if cell = strings.TrimSpace(cell); cell != "" {
				s.Cells = append(s.Cells, sheet.Cell{Row: r + 1, Col: c + 1, Raw: cell})
			}
		}
	}
	return layout.Book{Name: "annex.xlsx", Sheets: []layout.SheetCells{s}}
}

func load(t *testing.T, dir string) *catalogue.Catalogue {
	t.Helper()
	c, err := catalogue.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func values(f record.File) []string {
	var out []string
	for _, o := range f.Observations {
		out = append(out, strings.Join([]string{o.Indicator, o.Territory, o.Period, o.Measure, o.Value.Decimal.String(), o.Unit}, " "))
	}
	slices.Sort(out)
	return out
}

// The page's example, before and after its files are there. Guards invariant 9 as well: without the words nothing loads.
func TestAddingAnIndicatorAndASynonym(t *testing.T) {
	blocks := files(t, "adding-a-form.md")
	book := annex(blocks["annex"])

	before := layout.Read(load(t, ""), book)
	if len(before.Observations) != 0 {
		t.Errorf("without the user's words these load: %v", values(before))
	}
	quarantined := 0
	for _, s := range before.Sheets {
		quarantined += s.Quarantined
	}
	if quarantined != 4 {
		t.Errorf("%d cells are quarantined without the words, want 4", quarantined)
	}

	after := layout.Read(load(t, userFolder(t, blocks, func(string) bool { return true })), book)
	want := []string{
		"hotline_calls province:22@2004 2018 actual 1250 call",
		"hotline_calls province:22@2004 2019 plan 1400 call",
		"trained_labour_rate province:22@2004 2018 actual 75.5 percent",
		"trained_labour_rate province:22@2004 2019 plan 80 percent",
	}
	if got := values(after); !slices.Equal(got, want) {
		t.Errorf("loaded:\n%s\nwant:\n%s\nrefused: %v", strings.Join(got, "\n"), strings.Join(want, "\n"), after.Refusals)
	}
}

// Each file of the page is needed: without it a value of the example is missing, so no step of the recipe is idle.
func TestEveryFileOfTheFormRecipeIsNeeded(t *testing.T) {
	blocks := files(t, "adding-a-form.md")
	book := annex(blocks["annex"])
	for _, left := range []string{"indicator_synonyms.csv", "header_words.csv", "unit_words.csv"} {
		cat := load(t, userFolder(t, blocks, func(name string) bool { return name != left }))
		if f := layout.Read(cat, book); len(f.Observations) == 4 {
			t.Errorf("everything loads without %s", left)
		}
	}
	for _, left := range []string{"units.csv", "indicators.csv"} { // others refer to their rows
		if _, err := catalogue.Load(userFolder(t, blocks, func(name string) bool { return name != left })); err == nil {
			t.Errorf("the catalogue loads without %s", left)
		}
	}
	cat := load(t, userFolder(t, blocks, func(string) bool { return true }))
	if u := cat.UnitByWord("cuộc điện thoại"); u == nil || u.Code != "call" {
		t.Errorf("the unit word of the page gives %v", u)
	}
}

func TestAddingAFeed(t *testing.T) {
	blocks := files(t, "adding-a-form.md")
	dir := userFolder(t, blocks, func(string) bool { return true })
	cat := load(t, dir)
	path := filepath.Join(t.TempDir(), "calls.csv")
	if err := os.WriteFile(path, []byte(blocks["feed"]), 0o644); err != nil {
		t.Fatal(err)
	}
	set := func(dir string) *mapping.Set {
		s, err := mapping.LoadSet(dir)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	open := func() *os.File {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		return f
	}
	if _, err := set("").Read(t.Context(), cat, "calls.csv", "csv", open()); err == nil {
		t.Error("the feed is read without its mapping")
	}
	f, err := set(dir).Read(t.Context(), cat, "calls.csv", "csv", open())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := values(*f), []string{"hotline_calls province:22@2004 2024-01 actual 104 call"}; !slices.Equal(got, want) {
		t.Errorf("loaded %v, want %v", got, want)
	}
	if len(f.Refusals) != 1 || f.Refusals[0].Line != 3 || f.Refusals[0].Field != "tinh" || f.Refusals[0].Nearest != "Quảng Ninh" {
		t.Errorf("refused: %+v", f.Refusals)
	}
}

// The family of budget annexes is read by the page's files alone, and every line of them that gives a cell its meaning is needed:
// without it exactly those cells are refused, and no other value changes.
func TestAddingAFamilyOfForms(t *testing.T) {
	blocks := map[string]string{}
	for name, content := range files(t, "adding-a-form.md") {
		if name, ok := strings.CutPrefix(name, "budget/"); ok {
			blocks[name] = content
		}
	}
	book := annex(blocks["annex"])
	all := func(string) bool { return true }
	whole := layout.Read(load(t, userFolder(t, blocks, all)), book)
	if len(whole.Observations) != 32 || len(whole.Refusals) != 0 || whole.Identity.Form != "NS" || whole.Identity.Round != "" {
		t.Fatalf("%d values, identity %+v, refused %v", len(whole.Observations), whole.Identity, whole.Refusals)
	}
	none := layout.Read(load(t, ""), book)
	if len(none.Observations) != 0 {
		t.Errorf("without the files these load: %v", values(none))
	}
	formless := layout.Read(load(t, userFolder(t, blocks, func(name string) bool { return name != "forms.csv" })), book)
	if formless.Identity.Round != "2020" || len(formless.Observations) != 32 {
		t.Errorf("without forms.csv the annex answers round %q", formless.Identity.Round)
	}
	for _, c := range []struct{ file, line, cells string }{
		{"indicator_synonyms.csv", "budget_revenue,TỔNG THU", "D6 E6 F6 G6"},
		{"indicator_synonyms.csv", "budget_revenue_trade", "D8 E8 F8 G8"},
		{"indicator_synonyms.csv", "budget_education", "D12 E12 F12 G12"},
		{"indicator_synonyms.csv", "budget_revenue_household", "D13 E13 F13 G13"},
		{"header_words.csv", "Quyết toán", "D6 D7 D8 D9 D10 D11 D12 D13"},
		{"header_words.csv", "Dự toán", "E6 G6 E7 G7 E8 G8 E9 G9 E10 G10 E11 G11 E12 G12 E13 G13"},
		{"header_words.csv", "Mã NDKT", "C6 C7 C8 C9 C10 C11 C13"},
		{"unit_words.csv", "triệu đồng/hộ", "D13 E13 F13 G13"},
	} {
		left := map[string]string{}
		for name, content := range blocks {
			if name == "catalogue/"+c.file {
				lines := strings.SplitAfter(content, "\n")
				kept := slices.DeleteFunc(slices.Clone(lines), func(l string) bool { return strings.HasPrefix(l, c.line) })
				if len(kept) != len(lines)-1 {
					t.Fatalf("%s has no line %s", c.file, c.line)
				}
				content = strings.Join(kept, "")
			}
			left[name] = content
		}
		f := layout.Read(load(t, userFolder(t, left, all)), book)
		refused := map[string]bool{}
		for _, r := range f.Refusals {
			refused[r.Cell] = true
		}
		for _, cell := range strings.Fields(c.cells) {
			if !refused[cell] {
				t.Errorf("without %s in %s, %s is not refused", c.line, c.file, cell)
			}
			delete(refused, cell)
		}
		if len(refused) > 0 {
			t.Errorf("without %s in %s these are refused too: %v", c.line, c.file, refused)
		}
		before := values(whole)
		for _, v := range values(f) {
			if !slices.Contains(before, v) {
				t.Errorf("without %s in %s a cell means something else: %s", c.line, c.file, v)
			}
		}
	}
}

// The two last examples: every value loads with the files of the page, and each of these lines is what a cell needs.
func TestRowsUnderTwoHeadersAndPlacesOfAUser(t *testing.T) {
	for _, c := range []struct {
		name, file, line, refused string
		want                      []string
	}{
		{"shares/", "indicator_synonyms.csv", "share_land", "D7", []string{
			"budget_revenue_domestic province:22@2004 2020 plan 37000000 vnd_million", "budget_revenue_land province:22@2004 2020 plan 5100000 vnd_million",
			"budget_revenue_trade province:22@2004 2020 plan 10100000 vnd_million", "share_domestic province:22@2004 2020 plan 29500000 vnd_million", "share_land province:22@2004 2020 plan 4300000 vnd_million"}},
		{"places/", "territories.csv", "commune:06685", "C5 D5", []string{
			"doctor_rate commune:06652 2025 actual 9.5 doctor_per_10000", "doctor_rate commune:06685 2025 actual 8.7 doctor_per_10000",
			"poor_households commune:06652 2025 actual 100 household", "poor_households commune:06685 2025 actual 120 household"}},
		{"places/", "unit_words.csv", "trên vạn dân", "D4 D5", nil},
	} {
		blocks, less := map[string]string{}, map[string]string{}
		for name, content := range files(t, "adding-a-form.md") {
			if name, ok := strings.CutPrefix(name, c.name); ok {
				blocks[name], less[name] = content, content
				if name == "catalogue/"+c.file {
					less[name] = strings.Join(slices.DeleteFunc(strings.SplitAfter(content, "\n"), func(l string) bool { return strings.HasPrefix(l, c.line) }), "")
				}
			}
		}
		all := func(string) bool { return true }
		whole := layout.Read(load(t, userFolder(t, blocks, all)), annex(blocks["annex"]))
		if got := values(whole); c.want != nil && !slices.Equal(got, c.want) || len(whole.Refusals) > 0 {
			t.Errorf("%s: loaded\n%s\nrefused %v", c.name, strings.Join(got, "\n"), whole.Refusals)
		}
		var refused []string
		for _, r := range layout.Read(load(t, userFolder(t, less, all)), annex(blocks["annex"])).Refusals {
			refused = append(refused, r.Cell)
		}
		if got := strings.Join(refused, " "); got != c.refused {
			t.Errorf("%s without %s: refused %s, want %s", c.name, c.line, got, c.refused)
		}
	}
}

// Recipe "a rule": one row in rules.csv, and the code that it names. A row without code would promise what nobody does.
func TestEveryRuleIsRegisteredOnceAndDoneSomewhere(t *testing.T) {
	goCode := ""
	names, err := filepath.Glob("../transform/rule/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		if !strings.HasSuffix(n, "_test.go") {
			goCode += read(t, n)
		}
	}
	codes, err := csv.NewReader(strings.NewReader(record.CodesCSV())).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	refusals := map[string]bool{}
	for _, row := range codes[1:] {
		refusals[row[0]] = true
	}
	seen := map[string]bool{}
	for _, r := range rule.Registry() {
		if seen[r.Code] {
			t.Errorf("%s is registered twice", r.Code)
		}
		seen[r.Code] = true
		if r.TextVi == "" || r.TextEn == "" || r.Severity != "warning" && r.Severity != "error" {
			t.Errorf("%s lacks a text or a severity: %+v", r.Code, r)
		}
		switch {
		case r.Severity == "error": // an error refuses the cell: the refusal code bears the same words
			refusal := map[string]string{"value_range": "value.out_of_range", "value_type": "value.type"}[r.Code]
			if !refusals[refusal] || !strings.Contains(goCode, `"`+refusal+`"`) {
				t.Errorf("%s refuses nothing: its refusal code is %q", r.Code, refusal)
			}
		case strings.HasPrefix(r.Scope, "across_"):
			text, err := fs.ReadFile(sql.Files, "staging/finding_"+r.Code+".sql")
			if err != nil || !strings.Contains(string(text), "'"+r.Code+"'") {
				t.Errorf("%s spans files but sql/staging/finding_%s.sql does not give it (%v)", r.Code, r.Code, err)
			}
		default:
			if !strings.Contains(goCode, `"`+r.Code+`"`) {
				t.Errorf("%s is registered, but no code of transform/rule gives it", r.Code)
			}
		}
	}
}

var tableName = regexp.MustCompile(`\b(input|staging|dw|audit|mart)\.([a-z_0-9]+)`)

// order lists the models as sql/order.txt declares them.
func order(t *testing.T) []string {
	t.Helper()
	b, err := fs.ReadFile(sql.Files, "order.txt")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, line := range strings.Split(string(b), "\n") {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			out = append(out, line)
		}
	}
	return out
}

// code is SQL without its comments.
func code(text string) string {
	return regexp.MustCompile(`--[^\n]*`).ReplaceAllString(text, "")
}

// Recipe "a mart": the steps of CONTRIBUTING.md are what every mart of the repository has, and the example of the recipe fits
// the declared order: it uses only what stands above the line that the recipe adds.
func TestAddingAMart(t *testing.T) {
	above := map[string]bool{}
	dictionary := read(t, "data-dictionary.md")
	var marts []string
	for _, path := range order(t) {
		name := strings.TrimSuffix(strings.Replace(path, "/", ".", 1), ".sql")
		if strings.HasPrefix(name, "mart.") {
			marts = append(marts, name)
			text, err := fs.ReadFile(sql.Files, path)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(string(text), "-- ") {
				t.Errorf("%s does not begin with what one of its rows is", path)
			}
			uses(t, name, string(text), above)
			if _, err := os.Stat("../sql/testdata/" + name + ".test"); err != nil {
				t.Errorf("%s has no test: %v", name, err)
			}
			if !strings.Contains(dictionary, "### "+name+"\n") {
				t.Errorf("%s is not in the data dictionary", name)
			}
		}
		above[name] = true
	}
	if len(marts) < 10 {
		t.Errorf("only %d marts are found", len(marts))
	}

	blocks := files(t, "../CONTRIBUTING.md")
	example := blocks["sql/mart/jobs_by_region.sql"]
	if !strings.Contains(example, "CREATE TABLE mart.jobs_by_region AS") {
		t.Errorf("the example does not create the table it is named after:\n%s", example)
	}
	uses(t, "the example", example, above)
	if test := blocks["sql/testdata/mart.jobs_by_region.test"]; !strings.Contains(test, "FROM mart.jobs_by_region") || !strings.Contains(test, "\n----\n") {
		t.Errorf("the example's test asks nothing of its mart:\n%s", test)
	}
	rows, err := csv.NewReader(strings.NewReader(blocks["sql/docs/mart.csv"])).ReadAll()
	if err != nil || len(rows) < 2 {
		t.Fatalf("the example's texts: %v %v", rows, err)
	}
	for _, r := range rows {
		if len(r) != 4 || r[0] != "jobs_by_region" || r[2] == "" || r[3] == "" {
			t.Errorf("not a row of sql/docs/mart.csv: %v", r)
		}
		if r[1] != "" && !strings.Contains(example, r[1]) {
			t.Errorf("the example has no column %s", r[1])
		}
	}
}

func uses(t *testing.T, who, text string, above map[string]bool) {
	t.Helper()
	for _, m := range tableName.FindAllStringSubmatch(code(text), -1) {
		if m[1] != "input" && m[0] != who && !above[m[0]] && !strings.Contains(text, "CREATE TABLE "+m[0]+" ") {
			t.Errorf("%s uses %s, which does not stand above it in sql/order.txt", who, m[0])
		}
	}
}
