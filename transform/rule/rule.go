package rule

import (
	"cmp"
	_ "embed"
	"encoding/csv"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/shopspring/decimal"

	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/record"
)

//go:embed rules.csv
var rulesCSV string

// CSV returns rules.csv as it is embedded: the table of rules that goes into the warehouse.
func CSV() string { return rulesCSV }

// Rule is one line of rules.csv. Severity error: the value is refused, under the code value.out_of_range or value.type;
// warning: it is loaded and a finding speaks of it. Scope across_…: the rule is sql/staging/finding_<code>.sql.
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
func Registry() []Rule { return slices.Clone(registry()) }

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

// Judge applies the rules to one file. A value that can not be right moves to the refusals, and the counts of its sheet
// follow; doubts are appended to the findings, ordered by address. The same file always gives the same result.
func Judge(cat *catalogue.Catalogue, f *record.File) {
	(&judge{cat: cat, f: f}).achievements() // before the refusals, which move values
	judgeCells(cat, f)
	j := judge{cat: cat, f: f}
	j.tabulate()
	j.parts()
	j.splits()
	j.insuredSexes()
	j.copies()
	slices.SortFunc(f.Findings, func(a, b record.Finding) int {
		return cmp.Or(
			cmp.Compare(a.Sheet, b.Sheet), cmp.Compare(a.Row, b.Row), cmp.Compare(a.Col, b.Col), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Field, b.Field),
			cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Expected, b.Expected), slices.Compare(a.Args, b.Args),
		)
	})
}

// judgeCells refuses values that can not be: outside the indicator's range, an upper end below the lower, a fraction of a
// person, more digits than the warehouse holds.
func judgeCells(cat *catalogue.Catalogue, f *record.File) {
	sheetOf := func(name string) *record.Sheet {
		for i := range f.Sheets {
			if f.Sheets[i].Name == name {
				return &f.Sheets[i]
			}
		}
		return nil
	}
	refuse := func(o record.Origin, code, why, label, header string) {
		f.Refusals = append(f.Refusals, record.Refusal{Origin: o, Code: code, Args: []string{why}, Cells: 1, Label: label, Header: header})
		s := sheetOf(o.Sheet)
		s.Loaded--
		s.Quarantined++
	}
	// What repeats a value that is refused holds nothing that is loaded.
	repeats := map[int][]*record.Repeat{} // by the position of the observation
	for i := range f.Repeats {
		r := &f.Repeats[i]
		repeats[r.Of] = append(repeats[r.Of], r)
	}
	refuseRepeats := func(of int, code, why string) {
		for _, r := range repeats[of] {
			f.Refusals = append(f.Refusals, record.Refusal{Origin: r.Origin, Code: code, Args: []string{why}, Cells: 1, Label: r.Label, Header: r.Header})
			s := sheetOf(r.Sheet)
			s.Quarantined++
			if s.Skipped[record.SkippedRepeat]--; s.Skipped[record.SkippedRepeat] == 0 {
				delete(s.Skipped, record.SkippedRepeat)
			}
		}
	}
	kept := 0
	var refused record.Origin
	var refusedCode, refusedWhy string
	odd, misstated := oddScales(cat, f.Observations), misstatedUnits(cat, f.Observations)
	for i := range f.Observations {
		o := &f.Observations[i]
		if o.Cell != "" && o.Cell == refused.Cell && o.Sheet == refused.Sheet {
			refuseRepeats(i, refusedCode, refusedWhy)
			continue // a part written in the cell of a value that was refused
		}
		code, why := cellFault(cat, o)
		if w := cmp.Or(odd[i], misstated[i]); w != "" {
			code, why = "value.out_of_range", w
		}
		if code != "" {
			refuse(o.Origin, code, why, o.Label, o.Header)
			refused, refusedCode, refusedWhy = o.Origin, code, why
			refuseRepeats(i, code, why)
			if o.Achieved.Valid { // without its value the percentage says nothing; its cell goes with the value's
				at := o.Origin
				at.Cell, at.Raw = o.AchievedCell, o.AchievedRaw
				_, at.Col, _ = sheet.ParseAddress(o.AchievedCell)
				refuse(at, code, why, o.Label, o.Header)
			}
			continue
		}
		if kept != i {
			f.Observations[kept] = *o
		}
		kept++
	}
	f.Observations = f.Observations[:kept]
	insurance := f.Insurance[:0]
	for _, o := range f.Insurance {
		if !fits(o.Value.Decimal) {
			refuse(o.Origin, "number.unreadable", tooLong, "", "")
			continue
		}
		insurance = append(insurance, o)
	}
	f.Insurance = insurance
}

func cellFault(cat *catalogue.Catalogue, o *record.Observation) (code, why string) {
	if !o.Value.Valid {
		return "", ""
	}
	both := [...]decimal.Decimal{o.Value.Decimal, o.High.Decimal}
	ends := both[:1]
	if o.High.Valid {
		ends = both[:]
	}
	for _, v := range ends {
		if !fits(v) {
			return "number.unreadable", tooLong
		}
	}
	if o.High.Valid && o.High.Decimal.LessThan(o.Value.Decimal) {
		return "number.range", fmt.Sprintf("%s > %s", o.Value.Decimal, o.High.Decimal)
	}
	ind := cat.Indicator(o.Indicator)
	if ind == nil {
		return "", ""
	}
	for _, v := range ends {
		if ind.Min != nil && v.LessThan(*ind.Min) || ind.Max != nil && exceeds(v, *ind.Max, 1) {
			return "value.out_of_range", fmt.Sprintf("%s: %s (%s)", ind.NameVi, v, within(cat, ind, ind.Max))
		}
		if n := localShare(cat, ind, o.Territory); n > 1 && exceeds(v, *ind.Max, n) {
			return "value.out_of_range", fmt.Sprintf("%s: %s (%s)", ind.NameVi, v, within(cat, ind, new(ind.Max.Div(decimal.NewFromInt(n)))))
		}
		if least, most, ok := bounds(cat, ind, o); ok && (v.IntPart() < least || v.IntPart() > most) {
			return "value.out_of_range", fmt.Sprintf("%s: %s ∉ [%d, %d]", ind.NameVi, v, least, most)
		}
		// Only whole units can be counted one by one; an indicator kept in thousands may have decimals.
		if ind.ValueKind == "count" && !v.IsInteger() {
			if unit := cat.Unit(o.Unit); single(unit) {
				return "value.type", fmt.Sprintf("%s: %s %s", ind.NameVi, v, unit.NameVi)
			}
		}
	}
	return "", ""
}

// exceeds reports whether a value that fits is more than the n-th part of a maximum. Of nearly all the whole numbers show that it is not.
func exceeds(v, most decimal.Decimal, n int64) bool {
	if v.IntPart() < most.IntPart()/n {
		return false
	}
	return v.Mul(decimal.NewFromInt(n)).GreaterThan(most)
}

// A plausible maximum is one of the country. The most populous province, Hồ Chí Minh City since 2025, has an eighth of the
// country's people; no district has a fiftieth.
const (
	provinceShare = 8
	districtShare = 50
)

// localShare tells by what the plausible maximum of a count is to be divided in a territory: 1 if it has none or the territory is
// larger than a province.
func localShare(cat *catalogue.Catalogue, ind *catalogue.Indicator, territory string) int64 {
	if ind.Max == nil || ind.ValueKind != "count" || ind.Aggregation != "sum" {
		return 1
	}
	if t := cat.Territory(territory); t != nil {
		switch {
		case t.Level == "province":
			return provinceShare
		case t.IsLocal():
			return districtShare
		}
	}
	return 1
}

// A value is of another scale if it lies this many times beyond the others of its row, which lie within alike of each other.
const (
	otherScale = 300
	alikeScale = 5
)

// oddScales finds values that can not be right beside the others of their row: of a series of years all but one agree in their magnitude, and that one
// was written in thousands, or they were. why tells of each.
func oddScales(cat *catalogue.Catalogue, list []record.Observation) (why map[int]string) {
	same := func(a, b *record.Observation) bool {
		return a.Row == b.Row && a.Row != 0 && a.Indicator == b.Indicator && a.Territory == b.Territory && a.Sex == b.Sex && a.Area == b.Area && a.Sheet == b.Sheet && a.Table == b.Table
	}
	why = map[int]string{}
	var years []int // of one row
	for from := 0; from < len(list); {
		to := from + 1
		for to < len(list) && same(&list[from], &list[to]) {
			to++
		}
		if ind := cat.Indicator(list[from].Indicator); to-from > 2 && ind != nil && (ind.ValueKind == "count" || ind.ValueKind == "currency_vnd") {
			years = years[:0]
			var low, high decimal.Decimal
			for i := from; i < to; i++ {
				if o := &list[i]; o.Value.Decimal.IsPositive() && !strings.ContainsAny(o.Period, "-/") {
					years = append(years, i)
					if v := o.Value.Decimal; len(years) == 1 {
						low, high = v, v
					} else if v.LessThan(low) {
						low = v
					} else if v.GreaterThan(high) {
						high = v
					}
				}
			}
			if high.LessThan(low.Mul(decimal.NewFromInt(otherScale))) { // as nearly all
				years = years[:0]
			}
			for _, i := range years {
				v := list[i].Value.Decimal
				var least, most decimal.Decimal
				for _, k := range years {
					if x := list[k].Value.Decimal; k != i {
						if least.IsZero() || x.LessThan(least) {
							least = x
						}
						most = decimal.Max(most, x)
					}
				}
				if len(years) < 3 || most.GreaterThan(least.Mul(decimal.NewFromInt(alikeScale))) ||
					v.Mul(decimal.NewFromInt(otherScale)).GreaterThan(least) && v.LessThan(most.Mul(decimal.NewFromInt(otherScale))) {
					continue
				}
				why[i] = fmt.Sprintf("%s: %s ↔ %s – %s", ind.NameVi, v, least, most)
			}
		}
		from = to
	}
	return why
}

// misstatedUnits finds people in tables whose unit can not be right: each figure there that has a least value lies below it and would not in
// thousands. What has none is then in thousands too, if so many can be. why tells of each.
func misstatedUnits(cat *catalogue.Catalogue, list []record.Observation) (why map[int]string) {
	type table struct {
		sheet  string
		number int
	}
	people := func(o *record.Observation) (ind *catalogue.Indicator, least, most, thousands int64, ok bool) {
		u := cat.Unit(o.Reported)
		if !o.Value.Valid || !single(u) || u.Quantity != "person" {
			return nil, 0, 0, 0, false
		}
		if ind = cat.Indicator(o.Indicator); ind == nil {
			return nil, 0, 0, 0, false
		}
		least, most, ok = bounds(cat, ind, o)
		return ind, least, most, o.Value.Decimal.Mul(decimal.NewFromInt(1000)).IntPart(), ok
	}
	proofs := map[table]string{} // the cell that shows it; "" if another shows that the unit is right
	some := false
	for i := range list {
		o := &list[i]
		if _, least, most, thousands, ok := people(o); ok && least > 0 {
			t := table{o.Sheet, o.Table}
			if _, seen := proofs[t]; o.Value.Decimal.IntPart() >= least || thousands < least || thousands > most {
				proofs[t] = ""
			} else if !seen {
				proofs[t], some = o.Cell, true
			}
		}
	}
	if !some {
		return nil
	}
	why = map[int]string{}
	for i := range list {
		o := &list[i]
		if proof := proofs[table{o.Sheet, o.Table}]; proof != "" && o.Value.Valid && !o.Value.Decimal.IsZero() {
			if ind, _, most, thousands, ok := people(o); ok && thousands <= most {
				why[i] = fmt.Sprintf("%s: %s ↔ %s", ind.NameVi, o.Value.Decimal, proof)
			}
		}
	}
	return why
}

// bounds gives between which values the people of its territory make an observation plausible. The least is that of what all people are counted
// for, at any time, or of what happens in a whole year; the most is that of a year.
func bounds(cat *catalogue.Catalogue, ind *catalogue.Indicator, o *record.Observation) (least, most int64, ok bool) {
	t := cat.Territory(o.Territory)
	if t == nil {
		return 0, 0, false
	}
	least, most, ok = cat.Bounds(ind, t)
	if o.Sex != "T" || o.Area != "T" || ind.StockFlow != "stock" && strings.Contains(o.Period, "-") {
		least = 0
	}
	if from, to, span := strings.Cut(o.Period, "/"); span && ind.StockFlow != "stock" {
		a, _ := strconv.ParseInt(from, 10, 64)
		z, _ := strconv.ParseInt(to, 10, 64)
		most *= max(1, z-a+1)
	}
	return least, most, ok
}

const tooLong = "18 digits before and 10 behind the decimal point are kept"

// fits reports whether d is a DECIMAL(28,10) as it stands.
func fits(d decimal.Decimal) bool {
	if d.IsZero() {
		return true
	}
	digits := d.NumDigits()
	exponent := int(d.Exponent())
	if digits+exponent > 18 {
		return false
	}
	return exponent >= -10 || d.Equal(d.Truncate(10))
}

// single tells units that are counted one by one, such as person, from those that are amounts, such as thousand persons.
func single(u *catalogue.Unit) bool { return u != nil && u.Factor.Equal(decimal.NewFromInt(1)) }

// within says between what an indicator lies: "0 … 100 %".
func within(cat *catalogue.Catalogue, ind *catalogue.Indicator, most *decimal.Decimal) string {
	var words []string
	if ind.Min != nil {
		words = append(words, ind.Min.String())
	}
	words = append(words, "…")
	if most != nil {
		words = append(words, most.String())
	}
	if unit := cat.Unit(ind.Unit); unit != nil {
		words = append(words, unit.NameVi)
	}
	return strings.Join(words, " ")
}

// numbering gives keys their numbers, 0, 1, 2 …, in the order in which they first come. Rows name their columns in the same order
// one after the other, so the key that came behind the last one before is tried first.
type numbering[K comparable] struct {
	keys   []K
	number map[K]int // of keys, when they are many
	behind []int     // by number: that of the key that came next
	last   int
}

// of gives the number of a key; isNew if it did not come before.
func (n *numbering[K]) of(k K) (number int, isNew bool) {
	if n.last < len(n.keys) {
		if number = n.behind[n.last]; n.keys[number] == k {
			n.last = number
			return number, false
		}
	}
	known := false
	if n.number != nil {
		number, known = n.number[k]
	} else if number = slices.Index(n.keys, k); number >= 0 {
		known = true
	}
	if !known {
		number = len(n.keys)
		n.keys, n.behind = append(n.keys, k), append(n.behind, 0)
		switch {
		case n.number != nil:
			n.number[k] = number
		case len(n.keys) > few:
			n.number = make(map[K]int, 4*few)
			for i, k := range n.keys {
				n.number[k] = i
			}
		}
	}
	n.behind[n.last], n.last = number, number
	return number, !known
}

// table is what a total and its parts have in common: territory, period and measure. Ranges and values with a qualifier add up to
// nothing and stand in none.
type table struct {
	first, last  int          // in judge.cells
	size         int          // cells
	index        map[cell]int // into judge.cells, when they are many
	sexes, areas bool         // some cell is of one sex, of one area
}

// cell is one place of a table.
type cell struct{ indicator, sex, area string }

func cellOf(o *record.Observation) cell { return cell{o.Indicator, o.Sex, o.Area} }

// placed is a cell with the position of its value in File.Observations.
type placed struct {
	cell
	at   int
	next int // in judge.cells: that of the same table
}

// few is how many cells or keys are sooner compared than looked up.
const few = 16

// judge holds what the rules about several values look at.
type judge struct {
	cat    *catalogue.Catalogue
	f      *record.File
	tables []table
	cells  []placed // of all tables
}

// find gives the index of a cell, -1 if the table has none such.
func (j *judge) find(t *table, c cell) int {
	if t.index != nil {
		if k, ok := t.index[c]; ok {
			return k
		}
		return -1
	}
	for k := range j.cellsOf(t) {
		if j.cells[k].cell == c {
			return k
		}
	}
	return -1
}

// put notes where the value of a cell is. Of one that comes twice the last counts.
func (j *judge) put(t *table, c cell, at int) {
	if k := j.find(t, c); k >= 0 {
		j.cells[k].at = at
		return
	}
	k := len(j.cells)
	j.cells = append(j.cells, placed{cell: c, at: at})
	if t.size == 0 {
		t.first = k
	} else {
		j.cells[t.last].next = k
	}
	t.last = k
	switch t.size++; {
	case t.size == few:
		t.index = make(map[cell]int, 2*few)
		for k := range j.cellsOf(t) {
			t.index[j.cells[k].cell] = k
		}
	case t.size > few:
		t.index[c] = k
	}
	t.sexes, t.areas = t.sexes || c.sex != "T", t.areas || c.area != "T"
}

// tabulate sorts the exact values of the file into tables, in the order of their first value.
func (j *judge) tabulate() {
	type point struct{ territory, period, measure string }
	several := false
	for i := range j.f.Observations {
		several = several || cellOf(&j.f.Observations[i]) != cellOf(&j.f.Observations[0])
	}
	if !several {
		return // one and the same in several years and territories adds up to nothing
	}
	var points numbering[point]
	j.cells = make([]placed, 0, len(j.f.Observations))
	for i := range j.f.Observations {
		o := &j.f.Observations[i]
		if !o.Value.Valid || o.High.Valid || o.Qualifier != "" {
			continue
		}
		n, isNew := points.of(point{o.Territory, o.Period, o.Measure})
		if isNew {
			j.tables = append(j.tables, table{})
		}
		j.put(&j.tables[n], cellOf(o), i)
	}
}

// cellsOf gives the indexes into cells of those of a table, in the order of their first value.
func (j *judge) cellsOf(t *table) iter.Seq[int] {
	return func(yield func(int) bool) {
		for k, n := t.first, t.size; n > 0 && yield(k); k, n = j.cells[k].next, n-1 {
		}
	}
}

// value gives the observation that stands in a cell of a table, nil if there is none.
func (j *judge) value(t *table, c cell) *record.Observation {
	if k := j.find(t, c); k >= 0 {
		return &j.f.Observations[j.cells[k].at]
	}
	return nil
}

// parts compares every whole of indicator_parts.csv with its parts. A group of parts that is exhaustive and complete in the
// file must equal the whole (compulsory + voluntary = all insured); of any other the sum must not exceed it.
func (j *judge) parts() {
	for i := range j.tables {
		t := &j.tables[i]
		if t.size == 1 {
			continue
		}
		for k := range j.cellsOf(t) {
			c := &j.cells[k]
			for _, g := range j.cat.PartsOf(c.indicator) {
				var parts []*record.Observation
				for _, part := range g.Parts {
					if o := j.value(t, cell{part, c.sex, c.area}); o != nil {
						parts = append(parts, o)
					}
				}
				j.compare("parts_total", &j.f.Observations[c.at], parts, g.Exhaustive && len(parts) == len(g.Parts))
			}
		}
	}
}

// achievements recomputes the percentages of the plan that stand beside their plan: a difference that rounding of the
// percentage or of the two values does not explain is a doubt. A stated number up to 3 may be the ratio itself.
func (j *judge) achievements() {
	hundred, ratio := decimal.NewFromInt(100), decimal.NewFromInt(3)
	for _, c := range j.f.Comparisons {
		value, plan := &j.f.Observations[c.Value], &j.f.Observations[c.Plan]
		ind, unit := j.cat.Indicator(value.Indicator), j.cat.Unit(value.Unit)
		v, p := value.Value.Decimal, plan.Value.Decimal
		dv, dp := j.rounding(ind, unit, []*record.Observation{value}), j.rounding(ind, unit, []*record.Observation{plan})
		if !v.IsPositive() || !p.GreaterThan(dp) {
			continue
		}
		low, high := v.Sub(dv).Mul(hundred).Div(p.Add(dp)), v.Add(dv).Mul(hundred).Div(p.Sub(dp))
		within := func(stated decimal.Decimal) bool {
			half := decimal.New(5, min(stated.Exponent(), 0)-1) // half of the last decimal written, 0.05 at least
			if least := decimal.New(5, -2); half.LessThan(least) {
				half = least
			}
			return stated.GreaterThanOrEqual(low.Sub(half)) && stated.LessThanOrEqual(high.Add(half))
		}
		if within(c.Percent) || c.Percent.LessThanOrEqual(ratio) && within(c.Percent.Mul(hundred)) {
			continue
		}
		j.f.Findings = append(j.f.Findings, record.Finding{
			Origin: c.Origin, Rule: "achievement_differs", Expected: v.Mul(hundred).DivRound(p, 2).String(), Actual: c.Percent.String(),
			Args: []string{strings.Join([]string{ind.NameVi, value.Period, j.measure(value.Measure)}, ", ")},
		})
	}
}

// measure is what a clerk calls a measure type.
func (j *judge) measure(code string) string {
	for _, m := range j.cat.Measures {
		if m.Code == code {
			return m.NameVi
		}
	}
	return code
}

// named gives the observation of a table by any of its names; nil if there is none.
func (j *judge) named(t *table, indicator, sex, area string) *record.Observation {
	if in := j.cat.Indicator(indicator); in != nil && (in.Sex == "" || sex == "T") && (in.Area == "" || area == "T") { // women have no men among them
		in, sex, area = j.cat.Canonical(in, sex, area)
		return j.value(t, cell{in.Code, sex, area})
	}
	return nil
}

// splits compares totals with male + female and with urban + rural.
func (j *judge) splits() {
	for i := range j.tables {
		t := &j.tables[i]
		if !t.sexes && !t.areas {
			continue
		}
		for k := range j.cellsOf(t) {
			c := &j.cells[k]
			if (c.sex != "T" || !t.sexes) && (c.area != "T" || !t.areas) || !j.adds(c.indicator) {
				continue
			}
			if t.sexes && c.sex == "T" {
				if men := j.named(t, c.indicator, "M", c.area); men != nil {
					if women := j.named(t, c.indicator, "F", c.area); women != nil {
						j.compare("sex_total", &j.f.Observations[c.at], []*record.Observation{men, women}, true)
					}
				}
			}
			if t.areas && c.area == "T" {
				if urban := j.named(t, c.indicator, c.sex, "U"); urban != nil {
					if rural := j.named(t, c.indicator, c.sex, "R"); rural != nil {
						j.compare("area_total", &j.f.Observations[c.at], []*record.Observation{urban, rural}, true)
					}
				}
			}
		}
	}
}

// adds reports whether the values of an indicator add up to a total.
func (j *judge) adds(indicator string) bool {
	in := j.cat.Indicator(indicator)
	return in != nil && in.Aggregation == "sum"
}

// insuredSexes compares insured people with men + women. They are counted one by one, so the sum is exact.
func (j *judge) insuredSexes() {
	type group struct{ territory, period, scheme, age string }
	bySex := map[group]map[string]decimal.Decimal{}
	of := func(o *record.Insurance) group { return group{o.Territory, o.Period, o.Scheme, o.AgeGroup} }
	for i := range j.f.Insurance {
		if o := &j.f.Insurance[i]; o.Value.Valid {
			if bySex[of(o)] == nil {
				bySex[of(o)] = map[string]decimal.Decimal{}
			}
			bySex[of(o)][o.Sex] = o.Value.Decimal
		}
	}
	for i := range j.f.Insurance {
		o := &j.f.Insurance[i]
		men, hasMen := bySex[of(o)]["M"]
		women, hasWomen := bySex[of(o)]["F"]
		if o.Sex != "T" || !o.Value.Valid || !hasMen || !hasWomen || men.Add(women).Equal(o.Value.Decimal) {
			continue
		}
		j.f.Findings = append(j.f.Findings, record.Finding{
			Origin: o.Origin, Rule: "sex_total", Expected: men.Add(women).String(), Actual: o.Value.Decimal.String(),
			Args: []string{strings.Join([]string{o.Scheme, o.Territory, o.Period, o.AgeGroup}, ", ")},
		})
	}
}

// compare doubts a total that differs from the sum of its parts by more than rounding explains, or, if the parts are not
// all, that is less than their sum. Only what adds up is compared: never rates.
func (j *judge) compare(code string, total *record.Observation, parts []*record.Observation, all bool) {
	ind, unit := j.cat.Indicator(total.Indicator), j.cat.Unit(total.Unit)
	if len(parts) == 0 || ind.Aggregation != "sum" || addsUp(total, parts) {
		return
	}
	sum := decimal.Zero
	for _, p := range parts {
		if p.Unit != total.Unit { // which the catalogue grants for parts, and not for what counts women
			return
		}
		sum = sum.Add(p.Value.Decimal)
	}
	off := sum.Sub(total.Value.Decimal)
	tolerance := j.rounding(ind, unit, append([]*record.Observation{total}, parts...))
	if !tolerance.IsZero() {
		// Estimates of a whole and of its parts are made and published apart; the models allow a thousandth too.
		tolerance = decimal.Max(tolerance, total.Value.Decimal.Abs().Shift(-3))
	}
	if !all && off.IsNegative() || off.Abs().LessThanOrEqual(tolerance) {
		return
	}
	j.f.Findings = append(j.f.Findings, record.Finding{
		Origin: total.Origin, Rule: code, Expected: sum.String(), Actual: total.Value.Decimal.String(),
		Args: []string{strings.Join([]string{ind.NameVi, total.Period, j.measure(total.Measure)}, ", ")},
	})
}

// addsUp reports whether parts in the unit of their total are the total, as most are, without decimals being made.
func addsUp(total *record.Observation, parts []*record.Observation) bool {
	const most = 17 // digits: ten of them still fit an int64
	least := total.Value.Decimal.Exponent()
	for _, p := range parts {
		least = min(least, p.Value.Decimal.Exponent())
	}
	scaled := func(v decimal.Decimal) (n int64, ok bool) { // as a number of the smallest places that any has
		shift := int(v.Exponent() - least)
		if v.NumDigits()+shift > most {
			return 0, false
		}
		n = v.CoefficientInt64()
		for range shift {
			n *= 10
		}
		return n, true
	}
	rest, ok := scaled(total.Value.Decimal)
	if !ok || len(parts) > 10 {
		return false
	}
	for _, p := range parts {
		n, ok := scaled(p.Value.Decimal)
		if !ok || p.Unit != total.Unit {
			return false
		}
		rest -= n
	}
	return rest == 0
}

// rounding is by how much a sum may differ from its total because each of the values was rounded to its last decimal: half
// of that decimal for each. How many decimals the sender kept shows in the value that has most; the coarsest unit
// in which one of them was written counts. What is counted one by one is not rounded at all.
func (j *judge) rounding(ind *catalogue.Indicator, unit *catalogue.Unit, values []*record.Observation) decimal.Decimal {
	const most = 6 // what lies beyond is noise of stored doubles
	coarsest, places, counted := unit, int32(0), ind.ValueKind == "count"
	for i, o := range values {
		written, own := j.cat.Unit(o.Reported), j.cat.Unit(o.Unit)
		if i == 0 || written.Factor.GreaterThan(coarsest.Factor) {
			coarsest = written
		}
		counted = counted && single(written)
		v := o.Value.Decimal
		switch {
		case own == written && v.Exponent() >= -most:
		case own == written:
			v = v.Round(most)
		default:
			v = v.Mul(own.Factor).DivRound(written.Factor, most)
		}
		for v.Exponent() < -places && !v.Equal(v.Truncate(places)) {
			places++
		}
	}
	if counted {
		return decimal.Zero
	}
	half := decimal.New(5*int64(len(values)), -places-1)
	if coarsest == unit {
		return half
	}
	return half.Mul(coarsest.Factor).Div(unit.Factor)
}

// copiedAtLeast is how many different values two columns must share before their equality means anything: small round
// numbers and zeros agree by chance, and a few rows of a plan often equal the year before.
const copiedAtLeast = 5

// copies finds columns of different periods that agree in every value: the earlier one may have been copied into the
// later. A column is what one table says of one period and measure. The later column must hold at least half of what the
// earlier one does. Each column is told once, with the latest earlier one that it repeats.
func (j *judge) copies() {
	type row struct{ indicator, territory, sex, area string }
	type name struct {
		sheet           string
		table           int
		period, measure string
	}
	type column struct {
		name
		list   []*record.Observation
		values map[row]*record.Observation // of list, made when it is needed
	}
	at := func(o *record.Observation) row { return row{o.Indicator, o.Territory, o.Sex, o.Area} }
	index := func(c *column) map[row]*record.Observation {
		if c.values == nil {
			c.values = make(map[row]*record.Observation, len(c.list))
			for _, o := range c.list {
				c.values[at(o)] = o
			}
		}
		return c.values
	}
	var names numbering[name]
	var sizes []int
	of := make([]int, len(j.f.Observations)) // the number of the column's name, or -1
	for i := range j.f.Observations {
		o := &j.f.Observations[i]
		of[i] = -1
		if o.Value.Decimal.IsZero() { // or none at all
			continue
		}
		n, isNew := names.of(name{o.Sheet, o.Table, o.Period, o.Measure})
		if isNew {
			sizes = append(sizes, 0)
		}
		of[i] = n
		sizes[n]++
	}
	columns := make([]column, len(sizes))
	for n, size := range sizes {
		if columns[n].name = names.keys[n]; size >= copiedAtLeast {
			columns[n].list = make([]*record.Observation, 0, size)
		}
	}
	for i, n := range of {
		if n >= 0 && sizes[n] >= copiedAtLeast {
			columns[n].list = append(columns[n].list, &j.f.Observations[i])
		}
	}
	columns = slices.DeleteFunc(columns, func(c column) bool { return c.list == nil })
	equal := func(earlier, later *column) bool {
		last := later.list[len(later.list)-1] // what a row says that comes twice
		if !slices.ContainsFunc(earlier.list, func(o *record.Observation) bool {
			return o.Territory == last.Territory && o.Indicator == last.Indicator && at(o) == at(last) && o.Value.Decimal.Equal(last.Value.Decimal)
		}) {
			return false // as most are not, without an index
		}
		index(later)
		if 2*len(later.values) < len(index(earlier)) {
			return false
		}
		different := map[string]bool{}
		for r, o := range later.values {
			before, ok := earlier.values[r]
			if !ok || !o.Value.Decimal.Equal(before.Value.Decimal) {
				return false
			}
			different[o.Value.Decimal.String()] = true
		}
		return len(different) >= copiedAtLeast
	}
	slices.SortFunc(columns, func(a, b column) int {
		return cmp.Or(cmp.Compare(a.sheet, b.sheet), cmp.Compare(a.table, b.table), cmp.Compare(a.period, b.period), cmp.Compare(a.measure, b.measure))
	})
	for i := range columns {
		later := &columns[i]
		for k := i - 1; k >= 0 && columns[k].sheet == later.sheet && columns[k].table == later.table; k-- {
			earlier := &columns[k]
			if earlier.period == later.period || !equal(earlier, later) {
				continue
			}
			first := slices.MinFunc(later.list, func(a, b *record.Observation) int {
				return cmp.Or(cmp.Compare(a.Row, b.Row), cmp.Compare(a.Col, b.Col))
			})
			j.f.Findings = append(j.f.Findings, record.Finding{
				Origin: first.Origin, Rule: "copied_forward", Actual: fmt.Sprint(len(index(later))),
				Args: []string{fmt.Sprintf("%s %s = %s %s", j.measure(earlier.measure), earlier.period, j.measure(later.measure), later.period)},
			})
			break
		}
	}
}
