package main_test

import (
	"fmt"
	"sort"
	"strings"
	"testing"

	"github.com/phuluc/phuluc/extract/sample"
	"github.com/phuluc/phuluc/transform/catalogue"
)

// what is the identity of a statement: everything but the value.
func what(v sample.Value) string {
	return strings.Join([]string{v.Indicator, v.Territory, v.Period, v.Measure, v.Sex, v.Area}, " ")
}

// worth writes value, upper end and qualifier in the unit in which the warehouse keeps the indicator; ok is false if the
// published unit is of another quantity, so that no form can hold the figure for this indicator.
func worth(t testing.TB, cat *catalogue.Catalogue, v sample.Value) (s string, ok bool) {
	t.Helper()
	own, from := cat.Unit(cat.Indicator(v.Indicator).Unit), cat.Unit(v.Unit)
	x, ok := cat.Convert(v.Value, from, own)
	if !ok {
		return "", false
	}
	s = x.String()
	if v.High.Valid {
		h, _ := cat.Convert(v.High.Decimal, from, own)
		s += "–" + h.String()
	}
	return s + " " + v.Qualifier, true
}

// The whole sample goes in and every published figure comes out, at the cell in which it stood and nowhere else.
func TestEveryPublishedValueOfTheSampleComesBack(t *testing.T) {
	w := full(t)
	values, err := sample.Published()
	if err != nil {
		t.Fatal(err)
	}
	placements, err := sample.Placements(sample.Options{Full: true})
	if err != nil {
		t.Fatal(err)
	}
	cat, err := catalogue.Load("")
	if err != nil {
		t.Fatal(err)
	}

	type loaded struct{ what, worth string }
	at := map[string]loaded{}
	held := map[string]map[string]bool{} // statement → values that some vintage gives it
	for _, r := range w.ask(t, `SELECT s.origin, o.sheet, o.cell, concat_ws(' ', o.indicator_code, o.territory_id, o.period_id, o.measure_type, o.sex, o.area) AS what,
o.value, o.value_high, o.qualifier FROM dw.observation AS o JOIN audit.source AS s USING (source_sha256) WHERE o.value IS NOT NULL`) {
		x := loaded{r.text("what"), r.text("value")}
		if h := r.text("value_high"); h != "" {
			x.worth += "–" + h
		}
		x.worth += " " + r.text("qualifier")
		file := strings.TrimPrefix(r.text("origin"), "inbox/sample/")
		at[file+" "+r.text("sheet")+"!"+r.text("cell")] = x
		if held[x.what] == nil {
			held[x.what] = map[string]bool{}
		}
		held[x.what][x.worth] = true
	}

	workbooks, statements := map[string]bool{}, map[string]bool{}
	var missing, wrong, invented []string
	placed := map[string]bool{}
	for _, p := range placements {
		v := values[p.Value]
		workbooks[p.File] = true
		cell := p.File + " " + p.Sheet + "!" + p.Cell
		placed[cell] = true
		want, ok := worth(t, cat, v)
		x, found := at[cell]
		switch {
		case !ok && !found: // persons where the indicator counts turns: rightly refused
		case !found:
			missing = append(missing, fmt.Sprintf("%s: %s = %s", cell, what(v), want))
		case x.what != what(v) || x.worth != want:
			wrong = append(wrong, fmt.Sprintf("%s: %s = %s, published is %s = %s", cell, x.what, x.worth, what(v), want))
		}
		if ok && held[what(v)][want] {
			statements[what(v)] = true
		}
	}
	for cell, x := range at {
		if strings.HasSuffix(strings.Fields(cell)[0], ".xlsx") && !placed[cell] {
			invented = append(invented, fmt.Sprintf("%s: %s = %s", cell, x.what, x.worth))
		}
	}
	var lost []string
	for _, v := range values {
		if want, ok := worth(t, cat, v); ok && !held[what(v)][want] {
			lost = append(lost, fmt.Sprintf("%s: %s = %s", v.Document, what(v), want))
		}
	}
	t.Logf("%d cells of %d workbooks hold %d published values; %d different statements came back", len(placements), len(workbooks), len(values), len(statements))
	tell := func(what string, list []string) {
		sort.Strings(list)
		if len(list) > 0 {
			t.Errorf("%d %s:\n  %s", len(list), what, strings.Join(list[:min(len(list), 15)], "\n  "))
		}
	}
	tell("cells with a published value are not loaded", missing)
	tell("cells are loaded as something else", wrong)
	tell("cells without a published value are loaded", invented)
	tell("published values do not come back in any vintage", lost)
	if len(statements) < 15000 || len(workbooks) < 500 {
		t.Errorf("%d different statements out of %d workbooks, want at least 15,000 and 500", len(statements), len(workbooks))
	}
}

// The sample says of itself that it is one, cell by cell.
func TestEverySourceOfTheSampleBearsTheFlag(t *testing.T) {
	t.Parallel()
	w := demo(t)
	if n := w.one(t, "SELECT count(*) FROM dw.dim_source WHERE NOT is_sample"); n != "0" {
		t.Errorf("%s sources of the sample do not bear the flag", n)
	}
	h := newHome(t)
	h.put(t, "HaGiang.xlsx", goodAnnex("Tỉnh Hà Giang").xlsx(t, nil))
	h.refresh(t)
	if n := h.one(t, "SELECT count(*) FROM dw.dim_source WHERE is_sample"); n != "0" {
		t.Errorf("%s sources of others bear the flag of the sample", n)
	}
}
