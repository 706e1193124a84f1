package corpus

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"
)

// column is one column of a table behind its labels.
type column struct {
	path    []string // header texts from top to bottom; "" below a text means that the text reaches down
	about   point
	unit    string // units.csv code that the header states
	note    bool   // holds the notes of the rows
	compare bool
	of      [2]int // of a comparison: the columns compared
	code    string // what stands in the row of column codes
	col     int    // where it stands
}

// line is one row of the body.
type line struct {
	ordinal, label string
	unit           string // units.csv code that the row states, "" if none
	word           string // how it is written; "" with a unit means that the row leaves it to its parent
	indent         int
	about          point
	bound          bool // the label means this only below its parent
	parent         int  // index of the row it is a part of, -1 if none
	section        bool // a heading: no values
	note           string
	row            int // where it stands
}

// grid is a table before it is placed.
type grid struct {
	ordinal, label, unit string // headers of the columns in front; "" leaves ordinal and unit out
	columns              []column
	lines                []line
	about                point  // what title and file say of every cell
	unitCode             string // stated above the table
	merged               bool   // headers are merged over what they cover
	codes                bool   // with a row A B C 1 2 3
	repeat               int    // the header is written again before this line; 0 for never
	density              int    // values of 100 that are there; 0 means 95
	governs              *[]*truth
	fact                 func(point) *fact // nil means world.fact
}

// depth gives the number of header rows.
func (g *grid) depth() int {
	n := 1
	for i := range g.columns {
		n = max(n, len(g.columns[i].path))
	}
	return n
}

// table writes a grid with its top left at (row, col) and gives the row below it.
func (w *world) table(p *page, row, col int, g *grid) int {
	t := &placed{top: row, left: col, merged: g.merged}
	depth := g.depth()
	first := col
	type lead struct{ head, code string }
	var leads []lead
	if g.ordinal != "" {
		leads = append(leads, lead{g.ordinal, "A"})
	}
	labelAt := col + len(leads)
	leads = append(leads, lead{g.label, "B"})
	unitAt := 0
	if g.unit != "" {
		unitAt = col + len(leads)
		leads = append(leads, lead{g.unit, "C"})
	}
	t.values = col + len(leads)
	for i := range g.columns {
		g.columns[i].col = t.values + i
	}
	t.right = t.values + len(g.columns) - 1
	heads := map[int][]*cell{} // by column
	original := map[at]*cell{} // cells of the first header, by row within it and column
	header := func(row int) int {
		from := row
		for i, s := range leads {
			p.put(row, first+i, cell{kind: kindStub, text: s.head})
			if g.merged {
				p.merge(row, first+i, row+depth-1, first+i)
			}
		}
		for level := range depth {
			for i := 0; i < len(g.columns); {
				path := g.columns[i].path
				j := i + 1
				if level >= len(path) || path[level] == "" {
					i = j
					continue
				}
				for j < len(g.columns) && len(g.columns[j].path) > level && slices.Equal(g.columns[j].path[:level+1], path[:level+1]) {
					j++
				}
				c := p.put(row+level, g.columns[i].col, cell{kind: kindHead, text: path[level], names: g.columns[i].about})
				down := level
				for k := level + 1; k < depth; k++ {
					if k < len(path) && path[k] != "" {
						break
					}
					down = k
				}
				if g.merged {
					p.merge(row+level, g.columns[i].col, row+down, g.columns[j-1].col)
				}
				place := at{row + level - from, g.columns[i].col}
				if c.copyOf = original[place]; c.copyOf == nil {
					original[place] = c
					for k := i; k < j; k++ {
						heads[k] = append(heads[k], c)
					}
				}
				i = j
			}
		}
		row += depth
		if g.codes {
			for i, s := range leads {
				p.put(row, first+i, cell{kind: kindCode, text: s.code})
			}
			for i := range g.columns {
				code, number := g.columns[i].code, false
				if code == "" {
					code, number = strconv.Itoa(i+1), true
				}
				p.put(row, g.columns[i].col, cell{kind: kindCode, text: code, number: number})
			}
			row++
		}
		return row
	}
	row = header(row)
	t.body = row
	labels, units := make([]*cell, len(g.lines)), make([]*cell, len(g.lines))
	for n := range g.lines {
		l := &g.lines[n]
		if g.repeat > 0 && n == g.repeat {
			row = header(row)
		}
		l.row = row
		if g.ordinal != "" && l.ordinal != "" {
			_, err := strconv.Atoi(l.ordinal)
			p.put(row, col, cell{kind: kindOrdinal, text: l.ordinal, number: err == nil && w.one(2)})
		}
		kind := kindLabel
		if l.section {
			kind = kindSection
		}
		labels[n] = p.put(row, labelAt, cell{kind: kind, text: l.label, indent: l.indent, names: l.about})
		if l.bound && l.parent >= 0 {
			labels[n].parent = g.lines[l.parent].about.indicator
		}
		if unitAt > 0 && l.word != "" {
			units[n] = p.put(row, unitAt, cell{kind: kindUnit, text: l.word})
		} else if l.parent >= 0 {
			units[n] = units[l.parent]
		}
		for i := range g.columns {
			if l.section {
				break
			}
			c := &g.columns[i]
			switch {
			case c.note:
				p.put(row, c.col, cell{kind: kindText, text: l.note})
				continue
			case c.compare:
				w.ratio(p, row, c.col, g.columns[c.of[0]].col, g.columns[c.of[1]].col)
				continue
			}
			density := g.density
			if density == 0 {
				density = 95
			}
			if w.r.IntN(100) >= density {
				continue
			}
			ask := g.fact
			if ask == nil {
				ask = w.fact
			}
			f := ask(g.about.with(l.about).with(c.about))
			if f == nil {
				continue
			}
			unit := c.unit
			if unit == "" {
				unit = l.unit
			}
			if unit == "" {
				unit = g.unitCode
			}
			if unit == "" {
				unit = w.cat.Indicator(f.indicator).Unit
			}
			x := w.value(p, row, c.col, f, unit)
			if !g.merged && depth > 1 {
				x.hit("unmerged", must)
			}
			if w.drifted(l.label, l.about.indicator) || w.drifted(c.path[0], c.about.indicator) {
				x.hit("wording_drift", must)
			}
			for _, h := range heads[i] {
				h.governs = append(h.governs, x)
			}
			for k := n; k >= 0; k = g.lines[k].parent {
				labels[k].governs = append(labels[k].governs, x)
				if !g.lines[k].bound && g.lines[k].about.indicator != "" {
					break
				}
			}
			if units[n] != nil {
				units[n].governs = append(units[n].governs, x)
			}
			if g.governs != nil {
				*g.governs = append(*g.governs, x)
			}
		}
		row++
	}
	t.bottom = row - 1
	t.lines, t.columns = g.lines, g.columns
	p.tables = append(p.tables, t)
	return row
}

// drifted reports whether a label names an indicator by another wording than the catalogue's own.
func (w *world) drifted(label, code string) bool {
	in := w.cat.Indicator(code)
	return in != nil && slices.ContainsFunc(w.labels[code][1:], func(s string) bool { return strings.Contains(label, upperFirst(s)) }) && !strings.Contains(label, in.NameVi)
}

// value writes a fact as a number and notes the truth.
func (w *world) value(p *page, row, col int, f *fact, unit string) *truth {
	x := &truth{fact: *f, unit: unit}
	p.cells[at{row, col}] = w.numberCell(x)
	return x
}

// shown gives the number that stands in the cell of a truth.
func (w *world) shown(x *truth) decimal.Decimal {
	return x.value.Shift(w.shift(w.cat.Indicator(x.indicator).Unit, x.unit))
}

func (w *world) numberCell(x *truth) *cell {
	v := w.shown(x)
	c := &cell{kind: kindValue, text: v.String(), number: true, truth: x}
	if v.IsInteger() {
		c.format = pick(w, "", "#,##0", "0", "#,##0")
	} else {
		c.format = pick(w, "", "", "0.0", "#,##0.00")
	}
	return c
}

// ratio writes the comparison of two cells of a row, as a formula or as its value.
func (w *world) ratio(p *page, row, col, a, b int) {
	x, y := p.cells[at{row, a}], p.cells[at{row, b}]
	if x == nil || y == nil || x.truth == nil || y.truth == nil || y.truth.value.IsZero() {
		return
	}
	v := x.truth.value.Mul(decimal.NewFromInt(100)).Div(y.truth.value).Round(1)
	c := cell{kind: kindCompare, text: v.String(), number: true, format: pick(w, "0.0", "", "#,##0.0")}
	if w.one(2) {
		c.formula = fmt.Sprintf("%s%d/%s%d*100", letters(a), row, letters(b), row)
	}
	p.put(row, col, c)
}
