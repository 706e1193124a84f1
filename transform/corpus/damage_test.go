package corpus

import (
	"iter"
	"slices"
	"strings"
)

// damage is one thing that people, programs and accidents do to a workbook. apply reports whether it could be done; it
// notes on the truth of every value that it touches.
type damage struct {
	name  string
	apply func(w *world, b *book, name string) bool
}

// damages lists all damage in the order in which it is done: first to texts and numbers, then to the place of cells,
// then to whole sheets.
func damages() []damage {
	return slices.Concat(textDamages(), numberDamages(), placeDamages(), bookDamages())
}

// damage does up to three things to a workbook.
func (w *world) damage(b *book) {
	n := pick(w, 0, 1, 1, 1, 2, 2, 2, 3, 3)
	all := damages()
	var chosen []int
	for _, i := range w.r.Perm(len(all)) {
		if len(chosen) < n {
			chosen = append(chosen, i)
		}
	}
	slices.Sort(chosen)
	for _, i := range chosen {
		if all[i].apply(w, b, all[i].name) {
			b.damages = append(b.damages, all[i].name)
		}
		for _, p := range b.pages {
			for _, c := range p.cells {
				if o := c.copyOf; o != nil { // who copies a header copies its faults
					c.text, c.number, c.format, c.font = o.text, o.number, o.format, o.font
				}
			}
		}
	}
	w.doubtNumbers(b)
}

// some gives cells that ok accepts, about one in n of each sheet but one at least.
func (w *world) some(b *book, n int, ok func(*page, at, *cell) bool) []*cell {
	var out []*cell
	for _, p := range b.pages {
		var all []*cell
		for _, a := range p.sorted() {
			if c := p.cells[a]; ok(p, a, c) {
				all = append(all, c)
			}
		}
		if len(all) > 0 {
			out = append(out, sampleOf(w, all, 1+len(all)/n)...)
		}
	}
	return out
}

// hit notes a damage on all values that a cell governs.
func (c *cell) hit(name string, v verdict, codes ...string) {
	for _, x := range c.governs {
		x.hit(name, v, codes...)
	}
}

// single gives the sheets of one table, with that table: a row or a column put into a sheet of several would go through the others too.
func (b *book) single() iter.Seq2[*page, *placed] {
	return func(yield func(*page, *placed) bool) {
		for _, p := range b.pages {
			if len(p.tables) == 1 && !yield(p, p.tables[0]) {
				return
			}
		}
	}
}

// labelAt gives the column of the label of a row, that of the first value if it has none.
func (p *page) labelAt(t *placed, row int) int {
	col := t.left
	for col < t.values && (p.cells[at{row, col}] == nil || p.cells[at{row, col}].kind != kindLabel) {
		col++
	}
	return col
}

// hit notes a damage on all values of a sheet.
func (p *page) hit(name string, v verdict, codes ...string) bool {
	xs := p.truths()
	for _, x := range xs {
		x.hit(name, v, codes...)
	}
	return len(xs) > 0
}

// namesIndicator reports whether the text of a cell holds a label that names its indicator by itself.
func (w *world) namesIndicator(c *cell) bool {
	if c.kind != kindLabel && c.kind != kindHead && c.kind != kindSection || c.names.indicator == "" || c.parent != "" || c.number {
		return false
	}
	low := strings.ToLower(c.text)
	return slices.ContainsFunc(w.labels[c.names.indicator], func(l string) bool { return strings.Contains(low, strings.ToLower(l)) })
}

// namesPlace reports whether the cell names a territory of a table.
func (w *world) namesPlace(c *cell) bool {
	if c.kind != kindLabel && c.kind != kindSection || c.names.territory == "" || c.number {
		return false
	}
	t := w.cat.Territory(c.names.territory)
	low := strings.ToLower(c.text)
	return t != nil && t.ID != "vn" && (strings.Contains(low, strings.ToLower(t.NameVi)))
}
