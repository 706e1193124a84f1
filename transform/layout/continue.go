package layout

import (
	"slices"
	"strings"
)

// A form may go on in the next sheet, with its header or without. Then the first row there belongs below the last rows of the sheet before:
// "Trong đó: Nữ", a row numbered next, a section numbered next. Only then; a sheet whose numbers begin anew is a table of its own.

// goOn lets the first table of a sheet go on the last table of the sheet before, if it does. A sheet without a header gets a table with the
// columns of that one.
func (s *sheetReader) goOn(before *sheetReader) {
	if before == nil || len(before.tables) == 0 {
		return
	}
	last := before.tables[len(before.tables)-1]
	if last.isTask || len(last.rows) == 0 {
		return
	}
	var t *table
	if len(s.tables) > 0 {
		if t = s.tables[0]; t.isTask || !s.sameBand(t, before, last) {
			return
		}
	} else if t = s.headless(before, last); t == nil {
		return
	}
	for r := t.bottom + 1; r < t.end; r++ {
		rw := s.newRow(t, r)
		if len(rw.labels) == 0 {
			if rw.values {
				return
			}
			continue
		}
		if !s.follows(rw, last) {
			return
		}
		t.before = last
		if len(s.tables) == 0 {
			s.tables = append(s.tables, t)
		}
		return
	}
}

// goOnBelow completes the headers of a table that repeats the one above it in a shorter form: "2018 | 2019" below "TH 2018 | KH 2019", in
// the same columns and without a title between. What a header leaves open the one above it says, if they agree in the rest. It reports
// whether the headers above say what kind of figure they head: then a column that is still without is a gap.
func (s *sheetReader) goOnBelow(t *table, cx *cellContext) (measured bool) {
	if above := s.above(t); above != nil {
		for c := range cx.columns {
			d := &cx.columns[c].dims
			if t.columns[c].role != roleValue {
				continue
			}
			measured = measured || above.said[c].measure != ""
			if d.measure != "" || d.year+above.said[c].year == 0 {
				continue
			}
			both, said := *d, above.said[c]
			if both.merge(&said); both.clash == "" {
				inherit(d, &said)
			}
		}
	}
	if t != s.tables[len(s.tables)-1] { // the next one may ask
		t.said = make([]partial, len(cx.columns))
		for c := range cx.columns {
			t.said[c] = cx.columns[c].dims
		}
	}
	return measured
}

// above gives the table that a table without a title of its own stands below; nil if there is none.
func (s *sheetReader) above(t *table) *table {
	k := slices.Index(s.tables, t)
	if k < 1 || s.tables[k-1].said == nil || len(s.tables[k-1].columns) != len(t.columns) {
		return nil
	}
	last := s.tables[k-1]
	for _, i := range t.zoneCells {
		if s.parsed[i] == nil || s.parsed[i].says() && !s.parsed[i].unitLine {
			return nil
		}
	}
	return last
}

// sameBand reports whether two tables have the same headers over the same columns of their sheets.
func (s *sheetReader) sameBand(t *table, before *sheetReader, last *table) bool {
	plain := func(p *phrase) string { return strings.Join(strings.Fields(strings.ToLower(p.text)), " ") }
	c, k := t.nextHeaded(0), last.nextHeaded(0)
	for ; c < len(t.columns) && k < len(last.columns); c, k = t.nextHeaded(c+1), last.nextHeaded(k+1) {
		a, b := &t.columns[c], &last.columns[k]
		if s.g.cols[c] != before.g.cols[k] || a.header != b.header && !slices.EqualFunc(a.stack, b.stack, func(p, q *phrase) bool { return p == q || plain(p) == plain(q) }) {
			return false
		}
	}
	return c == len(t.columns) && k == len(last.columns)
}

// nextHeaded gives the first column from c on that has a header, or their number.
func (t *table) nextHeaded(c int) int {
	for c < len(t.columns) && t.columns[c].header == "" {
		c++
	}
	return c
}

// headless gives a sheet without any header a table with the columns of the table before: nil if a value stands under none of its values,
// or a title of its own stands above.
func (s *sheetReader) headless(before *sheetReader, last *table) *table {
	g := s.g
	t := &table{number: 1, end: len(g.rows), columns: make([]column, len(g.cols)), c2: len(g.cols) - 1}
	for c := range g.cols {
		for k := range last.columns {
			if before.g.cols[k] == g.cols[c] {
				t.columns[c] = last.columns[k]
				t.columns[c].cells = nil
			}
		}
	}
	first := -1
	for r := range g.rows {
		values := false
		for _, i := range g.rowCells(r) {
			role := t.columns[g.pos[i].c].role
			switch s.class[i] {
			case classValue, classEmpty:
				if _, ok := g.ordinal(i); ok && role == roleOrdinal {
					continue
				}
				if role != roleValue && role != roleComparison {
					return nil
				}
				values = true
			}
		}
		if values && first < 0 {
			first = r
		}
	}
	if first < 0 {
		return nil
	}
	for r := 0; r < first; r++ { // headings of rows may precede the first values
		if s.isLabelRow(t, r) {
			first = r
			break
		}
		for _, i := range g.rowCells(r) {
			if !strings.Contains(strings.ToLower(g.text[i]), "tiếp") { // another title
				return nil
			}
		}
	}
	t.top, t.bottom = first, first-1
	return t
}

// follows reports whether a row can only be read as the next one of a table.
func (s *sheetReader) follows(rw *row, last *table) bool {
	o := rw.ordinal
	if o.text == "" {
		return s.parsed[rw.labels[len(rw.labels)-1]].ofWhich
	}
	if o.rank >= rankBullet {
		return true
	}
	for i := len(last.rows) - 1; i >= 0; i-- {
		if l := last.rows[i].ordinal; l.text != "" && l.rank == o.rank {
			return isNext(l.text, o.text)
		}
	}
	return false
}

// isNext reports whether an ordinal follows another: 2 after 1, 1.3 after 1.2, III after II, đ after d.
func isNext(a, b string) bool {
	a, b = strings.ToLower(strings.Trim(a, "().:/ ")), strings.ToLower(strings.Trim(b, "().:/ "))
	if i, j := strings.LastIndexByte(a, '.'), strings.LastIndexByte(b, '.'); i >= 0 && j >= 0 && a[:i] == b[:j] {
		a, b = a[i+1:], b[j+1:]
	}
	for _, row := range []string{
		"i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx", "a b c d đ e g h i k l m n o p q r s t u v x y", "a b c d e f g h i j k l m n",
	} {
		if at := strings.Fields(row); slices.Contains(at, a) && slices.Index(at, b) == slices.Index(at, a)+1 {
			return true
		}
	}
	x, y := tokenize(a), tokenize(b)
	return len(x) == 1 && len(y) == 1 && x[0].num >= 0 && y[0].num == x[0].num+1
}

// open gives what the rows of a table that goes on may be parts of. The copies have no labels nor units: those are cells of another sheet.
func (t *table) open() []*row {
	if t.before == nil {
		return nil
	}
	out := make([]*row, 0, len(t.before.left))
	copies := map[*row]*row{}
	for _, rw := range t.before.left { // a row comes behind those that it is a part of
		c := *rw
		c.labels, c.unit, c.parent = nil, none, copies[rw.parent]
		c.before, c.passed, c.above, c.below = nil, nil, nil, nil
		copies[rw] = &c
		out = append(out, &c)
	}
	return out
}
