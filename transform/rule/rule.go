package rule

import (
	"cmp"
	_ "embed"
	"encoding/csv"
	"fmt"
	"math"
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
	j := judge{cat: cat, f: f}
	j.survey()
	j.achievements() // before the refusals, which move values
	j.judgeCells()
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
func (j *judge) judgeCells() {
	f := j.f
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
	var repeats map[int][]*record.Repeat // by the position of the observation
	for i := range f.Repeats {
		r := &f.Repeats[i]
		if repeats == nil {
			repeats = map[int][]*record.Repeat{}
		}
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
	odd, misstated := j.oddScales(), j.misstatedUnits()
	for i := range f.Observations {
		o := &f.Observations[i]
		if o.Cell != "" && o.Cell == refused.Cell && o.Sheet == refused.Sheet {
			refuseRepeats(i, refusedCode, refusedWhy)
			continue // a part written in the cell of a value that was refused
		}
		code, why := j.cellFault(i)
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
			f.Observations[kept], j.facts[kept] = *o, j.facts[i]
		}
		kept++
	}
	f.Observations, j.facts = f.Observations[:kept], j.facts[:kept]
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

func (j *judge) cellFault(i int) (code, why string) {
	o := &j.f.Observations[i]
	switch {
	case !o.Value.Valid:
		return "", ""
	case !fits(o.Value.Decimal) || o.High.Valid && !fits(o.High.Decimal):
		return "number.unreadable", tooLong
	case o.High.Valid && o.High.Decimal.LessThan(o.Value.Decimal):
		return "number.range", fmt.Sprintf("%s > %s", o.Value.Decimal, o.High.Decimal)
	}
	if code, why = j.endFault(i, o.Value.Decimal); code == "" && o.High.Valid {
		code, why = j.endFault(i, o.High.Decimal)
	}
	return code, why
}

// endFault tells why one end of a range, or a value that is none, can not be.
func (j *judge) endFault(i int, v decimal.Decimal) (code, why string) {
	ind := j.indicator(i)
	if ind == nil {
		return "", ""
	}
	if ind.Min != nil && below(v, *ind.Min) || ind.Max != nil && exceeds(v, *ind.Max, 1) {
		return "value.out_of_range", fmt.Sprintf("%s: %s (%s)", ind.NameVi, v, within(j.cat, ind, ind.Max))
	}
	if n := localShare(ind, j.territory(i)); n > 1 && exceeds(v, *ind.Max, n) {
		return "value.out_of_range", fmt.Sprintf("%s: %s (%s)", ind.NameVi, v, within(j.cat, ind, new(ind.Max.Div(decimal.NewFromInt(n)))))
	}
	if least, most, ok := j.bounds(i); ok && (v.IntPart() < least || v.IntPart() > most) {
		return "value.out_of_range", fmt.Sprintf("%s: %s ∉ [%d, %d]", ind.NameVi, v, least, most)
	}
	// Only whole units can be counted one by one; an indicator kept in thousands may have decimals.
	if ind.ValueKind == "count" && !v.IsInteger() {
		if unit := j.unit(i); single(unit) {
			return "value.type", fmt.Sprintf("%s: %s %s", ind.NameVi, v, unit.NameVi)
		}
	}
	return "", ""
}

// below reports whether a value that fits is less than a minimum. Of most the whole numbers show that it is not.
func below(v, least decimal.Decimal) bool {
	return v.IntPart() <= least.IntPart() && v.LessThan(least)
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
func localShare(ind *catalogue.Indicator, t *catalogue.Territory) int64 {
	switch {
	case ind.Max == nil || ind.ValueKind != "count" || ind.Aggregation != "sum" || t == nil:
	case t.Level == "province":
		return provinceShare
	case t.IsLocal():
		return districtShare
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
func (j *judge) oddScales() (why map[int]string) {
	list := j.f.Observations
	same := func(a, b int) bool {
		x, y := &j.facts[a], &j.facts[b]
		return list[a].Row == list[b].Row && list[a].Row != 0 && x.cell == y.cell && x.territory == y.territory && x.table == y.table
	}
	var years []int // of one row
	for from := 0; from < len(list); {
		to := from + 1
		for to < len(list) && same(from, to) {
			to++
		}
		if ind := j.indicator(from); to-from > 2 && ind != nil && (ind.ValueKind == "count" || ind.ValueKind == "currency_vnd") {
			years = years[:0]
			low, high, sure := int64(math.MaxInt64), int64(0), true // by their whole numbers
			for i := from; i < to; i++ {
				if v := list[i].Value.Decimal; v.IsPositive() && !j.moments.keys[j.facts[i].moment].of.part {
					years = append(years, i)
					low, high, sure = min(low, v.IntPart()), max(high, v.IntPart()), sure && fits(v)
				}
			}
			if sure && high/otherScale < low { // as nearly all
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
				if why == nil {
					why = map[int]string{}
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
func (j *judge) misstatedUnits() (why map[int]string) {
	list := j.f.Observations
	people := func(i int) (least, most int64, ok bool) {
		u := j.reported(i)
		if !list[i].Value.Valid || !single(u) || u.Quantity != "person" || j.indicator(i) == nil {
			return 0, 0, false
		}
		return j.bounds(i)
	}
	thousands := func(i int) int64 { return list[i].Value.Decimal.Mul(decimal.NewFromInt(1000)).IntPart() }
	type proof struct {
		seen bool
		cell string // that shows it; "" if another shows that the unit is right
	}
	var proofs []proof // by table
	some := false
	for i := range list {
		if least, most, ok := people(i); ok && least > 0 {
			if proofs == nil {
				proofs = make([]proof, len(j.sheetTables.keys))
			}
			p := &proofs[j.facts[i].table]
			if list[i].Value.Decimal.IntPart() >= least {
				p.cell = ""
			} else if n := thousands(i); n < least || n > most {
				p.cell = ""
			} else if !p.seen {
				p.cell, some = list[i].Cell, true
			}
			p.seen = true
		}
	}
	if !some {
		return nil
	}
	why = map[int]string{}
	for i := range list {
		o := &list[i]
		if p := proofs[j.facts[i].table]; p.cell != "" && o.Value.Valid && !o.Value.Decimal.IsZero() {
			if _, most, ok := people(i); ok && thousands(i) <= most {
				why[i] = fmt.Sprintf("%s: %s ↔ %s", j.indicator(i).NameVi, o.Value.Decimal, p.cell)
			}
		}
	}
	return why
}

// bounds gives between which values the people of its territory make an observation plausible. The least is that of what all people are counted
// for, at any time, or of what happens in a whole year; the most is that of a year.
func (j *judge) bounds(i int) (least, most int64, ok bool) {
	ind, t := j.indicator(i), j.territory(i)
	if t == nil {
		return 0, 0, false
	}
	if least, most, ok = j.cat.Bounds(ind, t); !ok {
		return 0, 0, false
	}
	o, m := &j.f.Observations[i], j.moments.keys[j.facts[i].moment].of
	if o.Sex != "T" || o.Area != "T" || ind.StockFlow != "stock" && m.within {
		least = 0
	}
	if ind.StockFlow != "stock" {
		most *= m.years
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
func single(u *catalogue.Unit) bool {
	return u != nil && u.Exponent == 0 && u.Factor.IsInteger() && u.Factor.IntPart() == 1
}

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

// numbering gives keys their numbers, 0, 1, 2 …, in the order in which they first come, and keeps something of each. Rows name their
// columns in the same order one after the other, so the last key is tried first, then the one that came behind it before.
type numbering[K comparable, V any] struct {
	keys   []numbered[K, V]
	number map[K]int // of keys, when they are many
	last   int
}

type numbered[K comparable, V any] struct {
	key    K
	of     V
	behind int // number of the key that came next
}

// few is how many keys are sooner compared than looked up.
const few = 32

// add gives the number of a key; isNew if it did not come before.
func (n *numbering[K, V]) add(k K) (number int, isNew bool) {
	if n.last < len(n.keys) {
		last := &n.keys[n.last]
		if last.key == k {
			return n.last, false
		}
		if n.keys[last.behind].key == k {
			n.last = last.behind
			return n.last, false
		}
	}
	if number = n.find(k); number < 0 {
		number, isNew = len(n.keys), true
		if n.keys == nil {
			n.keys = make([]numbered[K, V], 0, few/4)
		}
		n.keys = append(n.keys, numbered[K, V]{key: k})
		switch {
		case n.number != nil:
			n.number[k] = number
		case len(n.keys) > few:
			n.number = make(map[K]int, 4*few)
			for i := range n.keys {
				n.number[n.keys[i].key] = i
			}
		}
	}
	n.keys[n.last].behind, n.last = number, number
	return number, isNew
}

// find gives the number of a key, -1 if it has none.
func (n *numbering[K, V]) find(k K) int {
	if n.number == nil {
		return slices.IndexFunc(n.keys, func(o numbered[K, V]) bool { return o.key == k })
	}
	if number, ok := n.number[k]; ok {
		return number
	}
	return -1
}

// told gives the number of a key; of one that is new it keeps what it is told.
func (n *numbering[K, V]) told(k K, of func(K) V) int {
	number, isNew := n.add(k)
	if isNew {
		n.keys[number].of = of(k)
	}
	return number
}

// judge holds what the rules look at.
type judge struct {
	cat         *catalogue.Catalogue
	f           *record.File
	facts       []fact // of f.Observations
	indicators  numbering[string, indicator]
	territories numbering[string, *catalogue.Territory] // nil if the catalogue has none such; so are the units
	units       numbering[string, *catalogue.Unit]
	moments     numbering[moment, span]
	sheetTables numbering[sheetTable, struct{}]
	cells       []cell
	tables      []table
}

// fact is what the rules look at of an observation, in the numbers of the judge: codes are looked up once a file.
type fact struct{ indicator, territory, unit, reported, moment, table, cell int }

type (
	moment     struct{ period, measure string }
	sheetTable struct {
		sheet  string
		number int
	}
	indicator struct {
		*catalogue.Indicator     // nil if the catalogue has none such
		cells                int // 1 + the number of the last cell, 0 if there is none
	}
	// cell is one place of a table.
	cell struct {
		indicator int
		sex, area string
		before    int // 1 + the number of the cell of the indicator before it, 0 if there is none
	}
)

// span is the time that a period takes.
type span struct {
	part   bool  // it is not one year
	within bool  // it is told by parts of years
	years  int64 // how many
}

func spanOf(m moment) span {
	s := span{part: strings.ContainsAny(m.period, "-/"), within: strings.Contains(m.period, "-"), years: 1}
	if from, to, several := strings.Cut(m.period, "/"); several {
		a, _ := strconv.ParseInt(from, 10, 64)
		z, _ := strconv.ParseInt(to, 10, 64)
		s.years = max(1, z-a+1)
	}
	return s
}

// survey tells what the rules look at of each observation.
func (j *judge) survey() {
	j.facts, j.cells = make([]fact, len(j.f.Observations)), make([]cell, 0, few)
	for i := range j.f.Observations {
		o, t := &j.f.Observations[i], &j.facts[i]
		t.indicator = j.indicators.told(o.Indicator, func(code string) indicator { return indicator{j.cat.Indicator(code), 0} })
		t.territory = j.territories.told(o.Territory, j.cat.Territory)
		t.unit = j.units.told(o.Unit, j.cat.Unit)
		if t.reported = t.unit; o.Reported != o.Unit {
			t.reported = j.units.told(o.Reported, j.cat.Unit)
		}
		t.moment = j.moments.told(moment{o.Period, o.Measure}, spanOf)
		t.table, _ = j.sheetTables.add(sheetTable{o.Sheet, o.Table})
		if t.cell = j.cell(t.indicator, o.Sex, o.Area); t.cell < 0 {
			t.cell = len(j.cells)
			last := &j.indicators.keys[t.indicator].of.cells
			j.cells = append(j.cells, cell{t.indicator, o.Sex, o.Area, *last})
			*last = len(j.cells)
		}
	}
}

// cell gives the number of a cell, -1 if there is none such. An indicator, by its number, has few.
func (j *judge) cell(indicator int, sex, area string) int {
	if indicator < 0 {
		return -1
	}
	n := j.indicators.keys[indicator].of.cells
	for ; n > 0; n = j.cells[n-1].before {
		if c := &j.cells[n-1]; c.sex == sex && c.area == area {
			break
		}
	}
	return n - 1
}

// indicator, territory, unit and reported give what the catalogue knows of those of an observation, nil if nothing.
func (j *judge) indicator(i int) *catalogue.Indicator {
	return j.indicators.keys[j.facts[i].indicator].of.Indicator
}
func (j *judge) territory(i int) *catalogue.Territory {
	return j.territories.keys[j.facts[i].territory].of
}
func (j *judge) unit(i int) *catalogue.Unit     { return j.units.keys[j.facts[i].unit].of }
func (j *judge) reported(i int) *catalogue.Unit { return j.units.keys[j.facts[i].reported].of }

// table is what a total and its parts have in common: territory, period and measure. Ranges and values with a qualifier add up to
// nothing and stand in none.
type table struct {
	cells        []placed // by the number of the cell
	sexes, areas bool     // some cell is of one sex, of one area
}

// placed is a cell, by its number, with the position of its value in File.Observations.
type placed struct{ cell, at int }

// value gives the position of the value in a cell of a table, -1 if there is none.
func (t *table) value(cell int) int {
	if cell < 0 {
		return -1
	}
	if k, ok := slices.BinarySearchFunc(t.cells, cell, func(p placed, cell int) int { return p.cell - cell }); ok {
		return t.cells[k].at
	}
	return -1
}

// tabulate sorts the exact values of the file into tables. Of a cell that comes twice the last value counts.
func (j *judge) tabulate() {
	if len(j.cells) < 2 {
		return // one and the same in several years and territories adds up to nothing
	}
	type point struct{ territory, moment int }
	var points numbering[point, int] // with the size of their tables
	of := make([]int, len(j.facts))  // the number of the table, or -1
	total := 0
	for i := range j.facts {
		o, t := &j.f.Observations[i], &j.facts[i]
		if of[i] = -1; o.Value.Valid && !o.High.Valid && o.Qualifier == "" {
			of[i], _ = points.add(point{t.territory, t.moment})
			points.keys[of[i]].of++
			total++
		}
	}
	all := make([]placed, total)
	j.tables = make([]table, len(points.keys))
	for n := range points.keys {
		size := points.keys[n].of
		j.tables[n].cells, all = all[:0:size], all[size:]
	}
	for i, n := range of {
		if n < 0 {
			continue
		}
		t, c := &j.tables[n], j.facts[i].cell
		t.cells = append(t.cells, placed{c, i})
		k := &j.cells[c]
		t.sexes, t.areas = t.sexes || k.sex != "T", t.areas || k.area != "T"
	}
	for n := range j.tables {
		t := &j.tables[n]
		byCell := func(a, b placed) int { return cmp.Or(a.cell-b.cell, b.at-a.at) }
		if !slices.IsSortedFunc(t.cells, byCell) { // most tables name their cells in the same order
			slices.SortFunc(t.cells, byCell)
		}
		t.cells = slices.CompactFunc(t.cells, func(a, b placed) bool { return a.cell == b.cell })
	}
}

// parts compares every whole of indicator_parts.csv with its parts. A group of parts that is exhaustive and complete in the
// file must equal the whole (compulsory + voluntary = all insured); of any other the sum must not exceed it.
func (j *judge) parts() {
	groups, some := make([][]catalogue.PartGroup, len(j.indicators.keys)), false
	for n := range j.indicators.keys {
		groups[n] = j.cat.PartsOf(j.indicators.keys[n].key)
		some = some || groups[n] != nil
	}
	if !some {
		return
	}
	var parts []int
	for i := range j.tables {
		t := &j.tables[i]
		if len(t.cells) == 1 {
			continue
		}
		for _, p := range t.cells {
			c := j.cells[p.cell]
			for _, g := range groups[c.indicator] {
				parts = parts[:0]
				for _, part := range g.Parts {
					if at := t.value(j.cell(j.indicators.find(part), c.sex, c.area)); at >= 0 {
						parts = append(parts, at)
					}
				}
				j.compare("parts_total", p.at, parts, g.Exhaustive && len(parts) == len(g.Parts))
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
		v, p := value.Value.Decimal, plan.Value.Decimal
		dv, dp := j.rounding(c.Value, []int{c.Value}), j.rounding(c.Value, []int{c.Plan})
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
			Args: []string{strings.Join([]string{j.indicator(c.Value).NameVi, value.Period, j.measure(value.Measure)}, ", ")},
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

// named gives the number of the cell that is what a cell is for one sex and area, by any of its names; -1 if the file has none.
func (j *judge) named(c cell, sex, area string) int {
	in := j.indicators.keys[c.indicator].of.Indicator
	if in.Sex != "" && sex != "T" || in.Area != "" && area != "T" { // women have no men among them
		return -1
	}
	own, sex, area := j.cat.Canonical(in, sex, area)
	n := c.indicator
	if own != in {
		n = j.indicators.find(own.Code)
	}
	return j.cell(n, sex, area)
}

// splits compares totals with male + female and with urban + rural.
func (j *judge) splits() {
	type halves struct {
		known         bool
		first, second int // numbers of cells; -1 if there is none
	}
	var sexes, areas []halves // by cell
	for i := range j.tables {
		t := &j.tables[i]
		if !t.sexes && !t.areas {
			continue
		}
		if sexes == nil {
			sexes, areas = make([]halves, len(j.cells)), make([]halves, len(j.cells))
		}
		for _, p := range t.cells {
			c := j.cells[p.cell]
			if (c.sex != "T" || !t.sexes) && (c.area != "T" || !t.areas) || !j.adds(c.indicator) {
				continue
			}
			if t.sexes && c.sex == "T" {
				h := &sexes[p.cell]
				if !h.known {
					*h = halves{true, j.named(c, "M", c.area), j.named(c, "F", c.area)}
				}
				if men, women := t.value(h.first), t.value(h.second); men >= 0 && women >= 0 {
					j.compare("sex_total", p.at, []int{men, women}, true)
				}
			}
			if t.areas && c.area == "T" {
				h := &areas[p.cell]
				if !h.known {
					*h = halves{true, j.named(c, c.sex, "U"), j.named(c, c.sex, "R")}
				}
				if urban, rural := t.value(h.first), t.value(h.second); urban >= 0 && rural >= 0 {
					j.compare("area_total", p.at, []int{urban, rural}, true)
				}
			}
		}
	}
}

// adds reports whether the values of an indicator add up to a total.
func (j *judge) adds(indicator int) bool {
	in := j.indicators.keys[indicator].of.Indicator
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
func (j *judge) compare(code string, whole int, parts []int, all bool) {
	if len(parts) == 0 || !j.adds(j.facts[whole].indicator) || j.addsUp(whole, parts, all) {
		return
	}
	total, sum := &j.f.Observations[whole], decimal.Zero
	for _, i := range parts {
		if j.facts[i].unit != j.facts[whole].unit { // which the catalogue grants for parts, and not for what counts women
			return
		}
		sum = sum.Add(j.f.Observations[i].Value.Decimal)
	}
	off := sum.Sub(total.Value.Decimal)
	tolerance := j.rounding(whole, append([]int{whole}, parts...))
	if !tolerance.IsZero() {
		// Estimates of a whole and of its parts are made and published apart; the models allow a thousandth too.
		tolerance = decimal.Max(tolerance, total.Value.Decimal.Abs().Shift(-3))
	}
	if !all && off.IsNegative() || off.Abs().LessThanOrEqual(tolerance) {
		return
	}
	j.f.Findings = append(j.f.Findings, record.Finding{
		Origin: total.Origin, Rule: code, Expected: sum.String(), Actual: total.Value.Decimal.String(),
		Args: []string{strings.Join([]string{j.indicator(whole).NameVi, total.Period, j.measure(total.Measure)}, ", ")},
	})
}

// addsUp reports whether parts in the unit of their total are the total, but for the thousandth that compare allows, or no more than it if
// they are not all, as it is nearly always, without decimals being made.
func (j *judge) addsUp(total int, parts []int, all bool) bool {
	const most = 17 // digits: ten of them still fit an int64
	value := func(i int) decimal.Decimal { return j.f.Observations[i].Value.Decimal }
	least := value(total).Exponent()
	for _, p := range parts {
		least = min(least, value(p).Exponent())
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
	sum, ok := scaled(value(total))
	if !ok || len(parts) > 10 {
		return false
	}
	rest, counted := sum, j.indicator(total).ValueKind == "count" && single(j.reported(total))
	for _, p := range parts {
		n, ok := scaled(value(p))
		if !ok || j.facts[p].unit != j.facts[total].unit {
			return false
		}
		rest -= n
		counted = counted && single(j.reported(p))
	}
	return rest == 0 || rest > 0 && !all || !counted && max(rest, -rest) <= max(sum, -sum)/1000
}

// rounding is by how much a sum may differ from its total because each of the values was rounded to its last decimal: half
// of that decimal for each. How many decimals the sender kept shows in the value that has most; the coarsest unit
// in which one of them was written counts. What is counted one by one is not rounded at all.
func (j *judge) rounding(whole int, values []int) decimal.Decimal {
	const most = 6 // what lies beyond is noise of stored doubles
	unit, counted := j.unit(whole), j.indicator(whole).ValueKind == "count"
	coarsest, places := j.reported(values[0]), int32(0)
	for _, i := range values {
		written, own := j.reported(i), j.unit(i)
		if written.Factor.GreaterThan(coarsest.Factor) {
			coarsest = written
		}
		counted = counted && single(written)
		v := j.f.Observations[i].Value.Decimal
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
	type row struct{ cell, territory int }
	type name struct{ table, moment int }
	type column struct {
		name
		list   []int       // positions of observations
		values map[row]int // of list, made when it is needed
	}
	at := func(i int) row { return row{j.facts[i].cell, j.facts[i].territory} }
	index := func(c *column) map[row]int {
		if c.values == nil {
			c.values = make(map[row]int, len(c.list))
			for _, i := range c.list {
				c.values[at(i)] = i
			}
		}
		return c.values
	}
	var names numbering[name, int]  // with the size of the column
	of := make([]int, len(j.facts)) // the number of the column's name, or -1
	for i := range j.facts {
		if of[i] = -1; !j.f.Observations[i].Value.Decimal.IsZero() { // which is none at all too
			of[i], _ = names.add(name{j.facts[i].table, j.facts[i].moment})
			names.keys[of[i]].of++
		}
	}
	columns := make([]column, len(names.keys))
	all := make([]int, len(of))
	for n := range columns {
		k := &names.keys[n]
		if columns[n].name = k.key; k.of >= copiedAtLeast {
			columns[n].list, all = all[:0:k.of], all[k.of:]
		}
	}
	for i, n := range of {
		if n >= 0 && columns[n].list != nil {
			columns[n].list = append(columns[n].list, i)
		}
	}
	columns = slices.DeleteFunc(columns, func(c column) bool { return c.list == nil })
	same := func(a, b int) bool {
		return j.f.Observations[a].Value.Decimal.Equal(j.f.Observations[b].Value.Decimal)
	}
	equal := func(earlier, later *column) bool {
		last := later.list[len(later.list)-1] // what a row says that comes twice
		before := len(earlier.list) - 1
		for before >= 0 && at(earlier.list[before]) != at(last) {
			before--
		}
		if before < 0 || !same(earlier.list[before], last) {
			return false // as most are not, without an index
		}
		index(later)
		if 2*len(later.values) < len(index(earlier)) {
			return false
		}
		different := map[string]bool{}
		for r, i := range later.values {
			before, ok := earlier.values[r]
			if !ok || !same(i, before) {
				return false
			}
			different[j.f.Observations[i].Value.Decimal.String()] = true
		}
		return len(different) >= copiedAtLeast
	}
	slices.SortFunc(columns, func(a, b column) int {
		s, t, m, n := &j.sheetTables.keys[a.table].key, &j.sheetTables.keys[b.table].key, &j.moments.keys[a.moment].key, &j.moments.keys[b.moment].key
		return cmp.Or(cmp.Compare(s.sheet, t.sheet), cmp.Compare(s.number, t.number), cmp.Compare(m.period, n.period), cmp.Compare(m.measure, n.measure))
	})
	for i := range columns {
		later := &columns[i]
		when := j.moments.keys[later.moment].key
		for k := i - 1; k >= 0 && columns[k].table == later.table; k-- {
			earlier := &columns[k]
			before := j.moments.keys[earlier.moment].key
			if before.period == when.period || !equal(earlier, later) {
				continue
			}
			first := &j.f.Observations[slices.MinFunc(later.list, func(a, b int) int {
				x, y := &j.f.Observations[a], &j.f.Observations[b]
				return cmp.Or(cmp.Compare(x.Row, y.Row), cmp.Compare(x.Col, y.Col))
			})]
			j.f.Findings = append(j.f.Findings, record.Finding{
				Origin: first.Origin, Rule: "copied_forward", Actual: fmt.Sprint(len(index(later))),
				Args: []string{fmt.Sprintf("%s %s = %s %s", j.measure(before.measure), before.period, j.measure(when.measure), when.period)},
			})
			break
		}
	}
}
