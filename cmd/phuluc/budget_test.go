package main_test

import (
	"bytes"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// The last recipe of docs/adding-a-form.md, followed to the letter with the program: the files of the page, an annex as a
// workbook, check, refresh, and what the warehouse then says.
func TestAFamilyOfFormsIsReadByTheFilesOfThePageAlone(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/adding-a-form.md")
	if err != nil {
		t.Fatal(err)
	}
	h := newHome(t)
	var table string
	for _, m := range regexp.MustCompile("(?m)^`budget/([^`\n]+)`\n\n```[a-z]*\n((?s:.*?))```$").FindAllStringSubmatch(string(page), -1) {
		if m[1] == "annex" {
			table = m[2]
		} else {
			write(t, h.path(m[1]), []byte(m[2]))
		}
	}
	book := budgetWorkbook(t, table)
	name := h.path("Ngan sach Quang Ninh.xlsx")
	write(t, name, book)

	o := run(t, done, "check", name, "--json", "--data", string(h))
	var checked struct {
		Observations []struct{ Indicator, Territory, Period, Measure, Value, Unit, Cell string }
		Quarantine   []any
	}
	decode(t, []byte(o.stdout), &checked)
	got := map[string]string{}
	for _, v := range checked.Observations {
		got[v.Cell] = strings.Join([]string{v.Indicator, v.Territory, v.Period, v.Measure, v.Value, v.Unit}, " ")
	}
	want := map[string]string{}
	for i, code := range []string{"budget_revenue", "budget_revenue_domestic", "budget_revenue_trade", "budget_expenditure", "budget_capital", "budget_recurrent", "budget_education", "budget_revenue_household"} {
		unit := "vnd_million"
		if code == "budget_revenue_household" {
			unit = "vnd_million_per_household"
		}
		for j, period := range []string{"2018 actual", "2019 plan", "2019 estimate", "2020 plan"} {
			cell := string(rune('D'+j)) + strconv.Itoa(6+i)
			value := strings.TrimSpace(strings.Split(strings.Split(table, "\n")[5+i], "|")[3+j])
			want[cell] = code + " province:22@2004 " + period + " " + strings.ReplaceAll(strings.ReplaceAll(value, ".", ""), ",", ".") + " " + unit
		}
	}
	for cell, meaning := range want {
		if got[cell] != meaning {
			t.Errorf("%s is %q, want %q", cell, got[cell], meaning)
		}
		delete(got, cell)
	}
	if len(got) > 0 || len(checked.Quarantine) > 0 {
		t.Errorf("also read %v, refused %v", got, checked.Quarantine)
	}

	h.put(t, "Ngan sach Quang Ninh.xlsx", book)
	if r := h.refresh(t); r.Values != int64(len(want)) || r.Quarantined != 0 {
		t.Errorf("%d values, %d cells refused", r.Values, r.Quarantined)
	}
	if v := h.one(t, "SELECT value FROM mart.indicator_trend WHERE basis = 'as_reported' AND indicator_code = 'budget_capital' AND year = 2020"); !strings.HasPrefix(v, "15210400") {
		t.Errorf("the mart says %s", v)
	}
	if n := h.one(t, "SELECT count(*) FROM mart.submission_board"); n != "0" {
		t.Errorf("a budget answers a planning round: %s rows on the board", n)
	}

	type problems struct {
		Errors, Warnings int
		Skipped          []string
		Problems         []struct {
			File, Kind, Severity, Value string
			Line                        int
			Vi                          string `json:"text_vi"`
			En                          string `json:"text_en"`
		}
	}
	clean, _ := runJSON[problems](t, done, "catalogue", "check", "--data", string(h))
	if len(clean.Problems) != 0 || len(clean.Skipped) != 0 {
		t.Errorf("the page's files: %+v", clean)
	}
	synonyms, err := os.ReadFile(h.path("catalogue", "indicator_synonyms.csv"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, h.path("catalogue", "indicator_synonyms.csv"), append(slices.Clone(synonyms), "budget_revenue,Thu cân đối NSNN,\nbudget_revenue,Quảng Ninh,\n"...))
	bad, e := runJSON[problems](t, input, "catalogue", "check", "--data", string(h))
	if e.OK || e.Error == nil || bad.Errors != 1 || bad.Warnings != 1 || bad.Problems[0].Line != 6 || bad.Problems[0].Kind != "unused" || bad.Problems[1].Kind != "ambiguous" || bad.Problems[1].Vi == "" || bad.Problems[1].En == "" {
		t.Errorf("two more lines: %+v", bad)
	}
	write(t, h.path("catalogue", "indicator_synonyms.csv"), append(slices.Clone(synonyms), "budget_revenu,Thu cân đối NSNN,\n"...))
	if broken, _ := runJSON[problems](t, input, "catalogue", "check", "--data", string(h)); len(broken.Problems) != 1 || broken.Problems[0].Kind != "invalid" || broken.Problems[0].Line != 6 {
		t.Errorf("a line that does not load: %+v", broken)
	}
}

// budgetWorkbook makes a workbook of a table written with | between cells; whole numbers become numbers.
func budgetWorkbook(t testing.TB, table string) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for r, line := range strings.Split(strings.TrimRight(table, "\n"), "\n") {
		for c, cell := range strings.Split(line, "|") {
			if cell = strings.TrimSpace(cell); cell == "" {
				continue
			}
			at, err := excelize.CoordinatesToCellName(c+1, r+1)
			if err != nil {
				t.Fatal(err)
			}
			var value any = cell
			if n, err := strconv.Atoi(strings.ReplaceAll(cell, ".", "")); err == nil {
				value = n
			}
			if err := f.SetCellValue("Sheet1", at, value); err != nil {
				t.Fatal(err)
			}
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
