package layout

import "github.com/phuluc/phuluc/transform/catalogue"

// known is what was found out about the cells of a table so far: most are of the same period and in the same unit as the one before, or as the one
// above.
type known struct {
	columns []knownCell // the last cell of each column
	period  *knownPeriod
	unit    *knownUnit
}

type knownCell struct {
	period knownPeriod
	unit   knownUnit
}

// begin forgets all, for a table of so many columns.
func (k *known) begin(columns int) {
	clear(k.columns)
	if columns > cap(k.columns) {
		k.columns = make([]knownCell, columns)
	}
	k.columns = k.columns[:columns]
	k.period, k.unit = nil, nil
}

// knownPeriod is what is known of a period in a table.
type knownPeriod struct {
	year, toYear int
	part         string
	text         string // see partial.period
	ahead        answer // see isAhead
	cut          answer // see isCutShort
	over         answer // see isOverOn, on the date of the report
}

// periodOf gives what is known of the period of a cell of a column.
func (k *known) periodOf(c int, d *partial) *knownPeriod {
	same := func(p *knownPeriod) bool { return p.year == d.year && p.toYear == d.toYear && p.part == d.part }
	if k.period != nil && same(k.period) {
		return k.period
	}
	p := &k.columns[c].period
	if !same(p) || p.text == "" {
		*p = knownPeriod{year: d.year, toYear: d.toYear, part: d.part, text: d.period()}
	}
	k.period = p
	return p
}

// answer is that to a question that is asked when it is first needed.
type answer int8

func (a *answer) is(ask func() bool) bool {
	if *a == 0 {
		*a = -1
		if ask() {
			*a = 1
		}
	}
	return *a > 0
}

// knownUnit is the unit that the words of row, column and block, and else the title, state for an indicator.
type knownUnit struct {
	in    *catalogue.Indicator
	words [4]string
	unit  *catalogue.Unit
}

// unitOf gives the unit of a cell of a column. find finds it, and says whether it is to be kept.
func (k *known) unitOf(c int, in *catalogue.Indicator, words [4]string, find func() (*catalogue.Unit, bool)) *catalogue.Unit {
	same := func(u *knownUnit) bool { return u.in == in && u.words == words }
	if k.unit != nil && same(k.unit) {
		return k.unit.unit
	}
	u := &k.columns[c].unit
	if !same(u) {
		unit, ok := find()
		if !ok {
			return nil
		}
		*u = knownUnit{in, words, unit}
	}
	k.unit = u
	return u.unit
}
