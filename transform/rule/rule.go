package rule

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"sort"
	"strings"
	"sync"

	"github.com/shopspring/decimal"

	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/record"
)

//go:embed rules.csv
var rulesCSV string

// CSV returns rules.csv as it is embedded: the table of rules that goes into the warehouse.
func CSV() string { return rulesCSV }

// Rule is one line of rules.csv.
type Rule struct{ Code, Scope, Severity, TextVi, TextEn string }

var registry = sync.OnceValue(func() []Rule {
	rows, err := csv.NewReader(strings.NewReader(rulesCSV)).ReadAll()
	if err != nil {
		panic(fmt.Sprintf("rules.csv: %v", err)) // embedded at build time; a test reads it first
	}
	var rules []Rule
	for _, r := range rows[1:] {
		rules = append(rules, Rule{r[0], r[1], r[2], r[3], r[4]})
	}
	return rules
})

// Registry lists every rule, ordered by code.
func Registry() []Rule { return registry() }

// Message is what a person reads of a finding: the rule's text, then the particulars. lang is "vi" or "en".
func Message(f record.Finding, lang string) string {
	text := f.Rule
	for _, r := range registry() {
		if r.Code == f.Rule {
			text = r.TextEn
			if lang == "vi" {
				text = r.TextVi
			}
		}
	}
	if len(f.Args) > 0 {
		text += ": " + strings.Join(f.Args, "; ")
	}
	return text
}

// Judge applies the rules to one file. The counts of its sheets follow: what moves to the refusals is no longer loaded.
func Judge(cat *catalogue.Catalogue, f *record.File) {
	judgeCells(cat, f)
	g := group(f)
	judgeParts(cat, f, g)
	judgeSplits(f, g)
	judgeCopies(f)
	sort.SliceStable(f.Findings, func(i, j int) bool {
		a, b := f.Findings[i], f.Findings[j]
		if a.Sheet != b.Sheet {
			return a.Sheet < b.Sheet
		}
		if a.Row != b.Row {
			return a.Row < b.Row
		}
		if a.Col != b.Col {
			return a.Col < b.Col
		}
		if a.Rule != b.Rule {
			return a.Rule < b.Rule
		}
		return a.Expected < b.Expected
	})
}

// judgeCells refuses values that can not be: outside the indicator's range, an upper end below the lower, a fraction of a
// person.
func judgeCells(cat *catalogue.Catalogue, f *record.File) {
	kept := f.Observations[:0]
	for _, o := range f.Observations {
		code, why := cellFault(cat, &o)
		if code == "" {
			kept = append(kept, o)
			continue
		}
		f.Refusals = append(f.Refusals, record.Refusal{Origin: o.Origin, Code: code, Args: []string{why}, Cells: 1, Label: o.Label, Header: o.Header})
		for i := range f.Sheets {
			if f.Sheets[i].Name == o.Sheet {
				f.Sheets[i].Loaded--
				f.Sheets[i].Quarantined++
				break
			}
		}
	}
	f.Observations = kept
}

func cellFault(cat *catalogue.Catalogue, o *record.Observation) (code, why string) {
	if !o.Value.Valid {
		return "", ""
	}
	if o.High.Valid && o.High.Decimal.LessThan(o.Value.Decimal) {
		return "number.range", fmt.Sprintf("%s > %s", o.Value.Decimal, o.High.Decimal)
	}
	ind := cat.Indicator(o.Indicator)
	if ind == nil {
		return "", ""
	}
	ends := []decimal.Decimal{o.Value.Decimal}
	if o.High.Valid {
		ends = append(ends, o.High.Decimal)
	}
	for _, v := range ends {
		if ind.Min != nil && v.LessThan(*ind.Min) || ind.Max != nil && v.GreaterThan(*ind.Max) {
			return "value.out_of_range", fmt.Sprintf("%s: %s ∉ [%s, %s]", ind.NameVi, v, bound(ind.Min, "−∞"), bound(ind.Max, "∞"))
		}
		// Only whole units can be counted one by one; an indicator kept in thousands may have decimals.
		unit := cat.Unit(o.Unit)
		if ind.ValueKind == "count" && unit != nil && unit.Factor.Equal(decimal.NewFromInt(1)) && !v.IsInteger() {
			return "value.type", fmt.Sprintf("%s: %s %s", ind.NameVi, v, unit.NameVi)
		}
	}
	return "", ""
}

func bound(d *decimal.Decimal, none string) string {
	if d == nil {
		return none
	}
	return d.String()
}

// point is an observation without its indicator, sex and area: what a total and its parts have in common.
type point struct{ territory, period, measure string }

type split struct{ indicator, sex, area string }

// group indexes the exact values of a file: point → split → position. Ranges and qualified values add up to nothing.
func group(f *record.File) map[point]map[split]int {
	g := map[point]map[split]int{}
	for i := range f.Observations {
		o := &f.Observations[i]
		if !o.Value.Valid || o.High.Valid || o.Qualifier != "" {
			continue
		}
		p := point{o.Territory, o.Period, o.Measure}
		if g[p] == nil {
			g[p] = map[split]int{}
		}
		g[p][split{o.Indicator, o.Sex, o.Area}] = i
	}
	return g
}

// judgeParts compares every total with its parts, if the file holds all of them (for instance compulsory + voluntary = all
// insured).
func judgeParts(cat *catalogue.Catalogue, f *record.File, g map[point]map[split]int) {
	type key struct{ whole, group string }
	parts := map[key][]string{}
	exhaustive := map[key]bool{}
	for _, p := range cat.Parts {
		k := key{p.Whole, p.Group}
		parts[k] = append(parts[k], p.Part)
		exhaustive[k] = p.Exhaustive
	}
	for _, values := range g {
		for k, members := range parts {
			for s, at := range values {
				if s.indicator != k.whole {
					continue
				}
				sum, found := decimal.Zero, 0
				for _, m := range members {
					if i, ok := values[split{m, s.sex, s.area}]; ok {
						sum = sum.Add(f.Observations[i].Value.Decimal)
						found++
					}
				}
				total := &f.Observations[at]
				switch {
				case found == len(members) && exhaustive[k]:
					doubt(f, "parts_total", total, sum, found)
				case found > 0 && sum.GreaterThan(total.Value.Decimal) && !within(total, sum, found):
					doubt(f, "parts_total", total, sum, found) // some parts already exceed the whole
				}
			}
		}
	}
}

// judgeSplits compares totals with male + female and with urban + rural.
func judgeSplits(f *record.File, g map[point]map[split]int) {
	for _, values := range g {
		for s, at := range values {
			if !additive(&f.Observations[at]) {
				continue
			}
			check := func(code string, total bool, a, b split) {
				i, okA := values[a]
				j, okB := values[b]
				if total && okA && okB {
					doubt(f, code, &f.Observations[at], f.Observations[i].Value.Decimal.Add(f.Observations[j].Value.Decimal), 2)
				}
			}
			check("sex_total", s.sex == "T", split{s.indicator, "M", s.area}, split{s.indicator, "F", s.area})
			check("area_total", s.area == "T", split{s.indicator, s.sex, "U"}, split{s.indicator, s.sex, "R"})
		}
	}
}

// additive tells counts and money from rates: the unit of a rate is a share.
func additive(o *record.Observation) bool {
	return o.Unit != "percent" && o.Unit != "percentage_point"
}

// within allows for rounding: half of the last decimal that is written, for each part.
func within(total *record.Observation, sum decimal.Decimal, parts int) bool {
	places := max(-total.Value.Decimal.Exponent(), -sum.Exponent(), 0)
	tolerance := decimal.Zero
	if places > 0 {
		tolerance = decimal.New(int64(parts+1), -places).Div(decimal.NewFromInt(2))
	}
	return total.Value.Decimal.Sub(sum).Abs().LessThanOrEqual(tolerance)
}

func doubt(f *record.File, code string, total *record.Observation, sum decimal.Decimal, parts int) {
	if within(total, sum, parts) {
		return
	}
	f.Findings = append(f.Findings, record.Finding{
		Origin: total.Origin, Rule: code, Expected: sum.String(), Actual: total.Value.Decimal.String(),
		Args: []string{total.Indicator + " " + total.Period + " " + total.Measure},
	})
}

// copiedAtLeast is how many values two columns must share before their equality means anything.
const copiedAtLeast = 5

// judgeCopies finds columns of different periods or measures that agree in every value.
func judgeCopies(f *record.File) {
	type column struct{ sheet, territory, period, measure string }
	type row struct{ indicator, sex, area string }
	columns := map[column]map[row]int{}
	for i := range f.Observations {
		o := &f.Observations[i]
		if !o.Value.Valid || o.Value.Decimal.IsZero() {
			continue
		}
		c := column{o.Sheet, o.Territory, o.Period, o.Measure}
		if columns[c] == nil {
			columns[c] = map[row]int{}
		}
		columns[c][row{o.Indicator, o.Sex, o.Area}] = i
	}
	byPlace := map[[2]string][]column{}
	for c := range columns {
		k := [2]string{c.sheet, c.territory}
		byPlace[k] = append(byPlace[k], c)
	}
	for _, list := range byPlace {
		sort.Slice(list, func(i, j int) bool {
			if list[i].period != list[j].period {
				return list[i].period < list[j].period
			}
			return list[i].measure < list[j].measure
		})
		for i, later := range list {
			for _, earlier := range list[:i] {
				if at, ok := copied(f, columns[earlier], columns[later]); ok {
					o := &f.Observations[at]
					f.Findings = append(f.Findings, record.Finding{
						Origin: o.Origin, Rule: "copied_forward",
						Args:     []string{fmt.Sprintf("%s %s = %s %s", earlier.measure, earlier.period, later.measure, later.period)},
						Expected: "", Actual: fmt.Sprint(len(columns[later])),
					})
				}
			}
		}
	}
}

// copied reports whether every value of later stands in earlier too, and the first cell of later.
func copied[K comparable](f *record.File, earlier, later map[K]int) (int, bool) {
	if len(later) < copiedAtLeast {
		return 0, false
	}
	first := -1
	for k, i := range later {
		j, ok := earlier[k]
		if !ok || !f.Observations[i].Value.Decimal.Equal(f.Observations[j].Value.Decimal) || f.Observations[i].Raw == "" {
			return 0, false
		}
		o := &f.Observations[i]
		if first < 0 || o.Row < f.Observations[first].Row || o.Row == f.Observations[first].Row && o.Col < f.Observations[first].Col {
			first = i
		}
	}
	return first, true
}
