package layout

import "github.com/phuluc/phuluc/transform/catalogue"

// known is what was found out about the cells of a table so far: most are of the same period and in the same unit as the one before, or as the one
// above.
type known struct {
	columns []knownCell // the last cell of each column
	period  *knownPeriod
	unit    *knownUnit
	row     *row                 // of the last cell of which no header says whose it is
	whose   *catalogue.Territory // that cell is
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
	k.period, k.unit, k.row, k.whose = nil, nil, nil, nil
}

// knownPeriod is what is known of a period in a table: what depends on the period alone.
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

// knownUnit is the unit stated for an indicator by the words of row and column, else by the title; nil if none is.
type knownUnit struct {
	in     *catalogue.Indicator
	rm, cm *meaning
	unit   *catalogue.Unit
}

// isOf reports whether the words by which row and column of a cell state a unit, and its indicator, are those of this one.
func (u *knownUnit) isOf(v *valueCell) bool {
	return u.in == v.in && (u.rm == v.rm || u.rm.unitCell == v.rm.unitCell && u.rm.dims.unitText == v.rm.dims.unitText && u.rm.blockUnitText == v.rm.blockUnitText) &&
		(u.cm == v.cm || u.cm.dims.unitText == v.cm.dims.unitText)
}

// unitOf gives what is known of the unit of a cell; nil if it is to be found out.
func (k *known) unitOf(v *valueCell) *knownUnit {
	if k.unit == nil || !k.unit.isOf(v) {
		if k.unit = &k.columns[v.c].unit; !k.unit.isOf(v) {
			k.unit = nil
		}
	}
	return k.unit
}

// keepUnit keeps the unit of a cell.
func (k *known) keepUnit(v *valueCell, u *catalogue.Unit) {
	k.unit = &k.columns[v.c].unit
	*k.unit = knownUnit{v.in, v.rm, v.cm, u}
}

// territoryOf gives the territory of a cell if the row tells it for all of its cells, and one of them was asked; else nil.
func (k *known) territoryOf(v *valueCell) *catalogue.Territory {
	if v.rw == k.row && len(v.cm.territories) == 0 {
		return k.whose
	}
	return nil
}

// keepTerritory keeps the territory of a cell.
func (k *known) keepTerritory(v *valueCell, t *catalogue.Territory) {
	if len(v.cm.territories) == 0 {
		k.row, k.whose = v.rw, t
	}
}
