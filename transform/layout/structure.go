package layout

import (
	"slices"
	"strings"

	"github.com/phuluc/phuluc/extract/sheet"
)

// A table of which no header word is known is still seen to be one: numbers with texts right above their columns and left of their rows. It
// is looked for where no other table holds the numbers, and none of them is ever loaded: without a word that is known nothing tells what they
// are. But the reason can be told, with the label and the header beside it, and what is missing in the catalogue.

// shape is a table found by where its cells stand.
type shape struct {
	zone        int   // first row of its titles
	heads       []int // rows of its header, top to bottom
	first, last int   // rows of values
	c1          int   // first column of values
}

// A header may stand so many rows of the sheet above the first value: blank rows and a row of units lie between.
const maxBelowHead = 3

// readShapes refuses the numbers that stand in tables of which no header word is known, and gives the number of these tables.
func (b *bookReader) readShapes(s *sheetReader) (n int) {
	from := 0
	for r := 0; r < len(s.g.rows) && s.ctx.Err() == nil; r++ {
		sh := s.shapeAt(r, from)
		if sh == nil {
			continue
		}
		b.refuseShape(s, sh)
		n++
		from, r = sh.last+1, sh.last
	}
	return n
}

// shapeAt finds the table whose first row of values is row r and whose titles and headers stand in row from or below: nil if there is none.
func (s *sheetReader) shapeAt(r, from int) *shape {
	if s.views[r].values == 0 {
		return nil
	}
	c1 := s.firstNumber(r)
	if c1 < 0 {
		return nil
	}
	sh := &shape{first: r, last: r, c1: c1}
	if !s.findHeads(sh, from) {
		return nil
	}
	g := s.g
	rows := 1
	for k := r + 1; k < len(g.rows) && g.rows[k]-g.rows[k-1] <= maxBelowHead && !s.isTaken(k); k++ {
		if labels, values := s.rowOf(sh, k); len(labels) > 0 && len(values) > 0 {
			sh.last = k
			rows++
		} else if len(s.textsFrom(k, sh.c1)) > 0 {
			break // the header of another table
		}
	}
	if rows < 2 {
		return nil
	}
	sh.zone = sh.heads[0]
	for sh.zone > from && !s.isTaken(sh.zone-1) && s.numbers(sh.zone-1) == 0 {
		sh.zone--
	}
	return sh
}

// isFree reports whether nothing has explained a number yet.
func (s *sheetReader) isFree(i int32) bool {
	return s.g.fates[i] == fateUnset && (s.class[i] == classValue || s.class[i] == classYear)
}

// numbers counts the numbers of a row.
func (s *sheetReader) numbers(r int) (n int) {
	for _, i := range s.g.rowCells(r) {
		if s.class[i] == classValue {
			n++
		}
	}
	return n
}

// firstNumber gives the column of the first number of a row that has a label to its left: -1 if there is none.
func (s *sheetReader) firstNumber(r int) int {
	labelled := false
	for _, i := range s.g.rowCells(r) {
		switch {
		case s.class[i] == classText && s.g.text[i] != "" || s.class[i] == classYear && !labelled:
			labelled = true
		case s.class[i] == classValue && labelled && s.isFree(i):
			return s.g.pos[i].c
		}
	}
	return -1
}

// rowOf gives the labels of a row and the numbers beside them. What looks like a number is a label ("15-19", 2002) where no header stands
// over it: below a header it may be a value.
func (s *sheetReader) rowOf(sh *shape, r int) (labels, values []int32) {
	for _, i := range s.g.rowCells(r) {
		c := s.g.pos[i].c
		switch {
		case c >= sh.c1:
			if s.isFree(i) {
				values = append(values, i)
			}
		case s.g.text[i] == "":
		case s.class[i] == classText, (s.g.cells[i].Kind == sheet.Text || s.class[i] == classYear) && s.isFree(i) && len(s.headsOver(sh, c)) == 0:
			labels = append(labels, i)
		}
	}
	return labels, values
}

// emptiesOf lists the written emptinesses of a row that stand where numbers would.
func (s *sheetReader) emptiesOf(sh *shape, r int) (cells []int32) {
	for _, i := range s.g.rowCells(r) {
		if s.g.pos[i].c >= sh.c1 && s.class[i] == classEmpty && s.g.fates[i] == fateUnset {
			cells = append(cells, i)
		}
	}
	return cells
}

// textsFrom lists the texts of a row that begin in a column or right of it, units left out.
func (s *sheetReader) textsFrom(r, c int) (out []int32) {
	for _, i := range s.g.rowCells(r) {
		if p := s.parsed[i]; s.g.pos[i].c >= c && (s.class[i] == classText || s.class[i] == classYear) && p != nil && p.text != "" && !p.unitLine {
			out = append(out, i)
		}
	}
	return out
}

// isTaken reports whether a row belongs to the body of a table that was found by its words.
func (s *sheetReader) isTaken(r int) bool {
	return slices.ContainsFunc(s.g.rowCells(r), func(i int32) bool {
		switch s.g.fates[i] {
		case fateUnset, skipHeader:
			return false
		case fateQuarantined:
			return s.class[i] != classText
		}
		return true
	})
}

// findHeads goes up from the first row of values to the rows of texts over them. A text alone over one of several columns is no header but
// a unit or a title, unless it goes on with a header.
func (s *sheetReader) findHeads(sh *shape, from int) bool {
	g := s.g
	found := false
	below := sh.first
	for r := sh.first - 1; r >= from && len(sh.heads) < maxBand && g.rows[below]-g.rows[r] <= maxBelowHead && !s.isTaken(r) && s.numbers(r) == 0; r-- {
		over := s.textsFrom(r, sh.c1)
		alone := len(over) == 1 && g.span[over[0]].c == g.pos[over[0]].c && s.numbers(sh.first) > 1
		if len(over) == 0 && len(sh.heads) == 0 {
			continue
		}
		if len(over) == 0 || alone && found {
			break // what stands above is the title
		}
		sh.heads = append(sh.heads, r)
		found = found || !alone
		below = r
	}
	slices.Reverse(sh.heads)
	return found
}

// headsOver gives the texts over a column, top to bottom.
func (s *sheetReader) headsOver(sh *shape, c int) (cells []int32) {
	for _, r := range sh.heads {
		if i := s.g.cell(r, c); i != none && s.parsed[i] != nil && !s.parsed[i].unitLine && s.g.text[i] != "" && !slices.Contains(cells, i) {
			cells = append(cells, i)
		}
	}
	return cells
}

// refuseShape gives every cell of a table found by its shape its fate.
func (b *bookReader) refuseShape(s *sheetReader, sh *shape) {
	g := s.g
	var titles []string
	named := false // a text that holds for all cells names an indicator
	for r := sh.zone; r < sh.heads[0]; r++ {
		for _, i := range g.rowCells(r) {
			if s.class[i] != classText || g.fates[i] != fateUnset {
				continue
			}
			reason := s.textReason(i, skipTitle)
			g.skip(i, reason)
			if reason == skipTitle && g.pos[i].c <= sh.c1 {
				titles = append(titles, s.parsed[i].text)
				named = named || s.names(i)
			}
		}
	}
	for _, r := range sh.heads {
		for _, i := range g.rowCells(r) {
			g.skipIfUnset(i, skipHeader)
		}
	}
	title := strings.Join(titles, " / ")
	for r := sh.heads[len(sh.heads)-1] + 1; r <= sh.last && b.ctx.Err() == nil; r++ {
		labels, values := s.rowOf(sh, r)
		if len(labels) == 0 {
			continue
		}
		values = append(values, s.emptiesOf(sh, r)...)
		known := named
		var label []string
		for _, i := range labels {
			label = append(label, g.text[i])
			known = known || s.names(i)
			g.skipIfUnset(i, s.textReason(i, skipLabel))
		}
		if len(values) == 0 {
			named = known // a heading holds for the rows below it
			continue
		}
		for _, i := range values {
			b.refuseUnknown(s, i, title, strings.Join(label, " / "), s.headsOver(sh, g.pos[i].c), known)
		}
	}
}

// names reports whether a text is understood and names an indicator.
func (s *sheetReader) names(i int32) bool {
	p := s.parsed[i]
	return p != nil && p.rest == "" && len(p.indicators) > 0
}

// refuseUnknown refuses a number: known tells whether its title or its labels name an indicator.
func (b *bookReader) refuseUnknown(s *sheetReader, i int32, title, label string, heads []int32, known bool) {
	var texts []string
	unknown := ""
	for _, h := range heads {
		texts = append(texts, s.g.text[h])
		known = known || s.names(h)
		if s.parsed[h].rest != "" {
			unknown = s.parsed[h].body
		}
	}
	header := strings.Join(texts, " / ")
	switch {
	case len(heads) == 0:
	case s.g.cells[i].External:
		b.refuse(s.g, i, "value.external_link", label, header, "")
	case !known:
		b.refuseNameless(s.g, i, title, label, header)
	case unknown != "":
		b.refuse(s.g, i, "header.unknown", label, header, "", unknown)
	}
}
