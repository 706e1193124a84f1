package layout

import (
	"slices"

	"github.com/phuluc/phuluc/extract/sheet"
)

// The rest of the package knows tables that stand upright and one below the other. A sheet that holds tables side by side, or a table on
// its side, is laid out anew until it is so; every cell keeps its address.

// arrange lays the sheet out anew where it must be.
func (s *sheetReader) arrange() {
	zones := s.turn()
	if zones == nil {
		zones = s.stack()
	}
	if zones != nil && !s.g.lay(s.ctx, zones) {
		s.g.lay(s.ctx, nil) // too large: it stays as it is
		s.shared = nil
	}
}

// far is below everything: cells under a zone that grew are moved down by it.
const far = 1 << 21

// turn finds a table on its side: the titles of its label columns ("TT", "Chỉ tiêu", "Đơn vị") stand one below the other, with ordinals,
// names and units to their right.
func (s *sheetReader) turn() []zone {
	g := s.g
	for r := range g.rows {
		cells := g.rowCells(r)
		if len(cells) < 3 {
			continue
		}
		c := g.pos[cells[0]].c
		if !s.sideways(r, c) {
			continue
		}
		first, last := r, r
		for first > 0 && s.isSideTitle(first-1, c) {
			first--
		}
		for k := r; k < len(g.rows); k++ {
			if n := len(g.rowCells(k)); n > 1 && g.own(k, c) != none {
				last = k
			}
		}
		return []zone{
			{Range: sheet.Range{Row1: g.rows[first], Col1: g.cols[c], Row2: g.rows[last], Col2: g.cols[len(g.cols)-1]}, row: g.rows[first], col: g.cols[c], turned: true},
			{Range: sheet.Range{Row1: g.rows[last] + 1, Col1: 1, Row2: far, Col2: far}, row: far, col: 1},
		}
	}
	return nil
}

// sideways reports whether the row begins with the title of a column of names, the one above or below with that of ordinals or units,
// and names stand to its right.
func (s *sheetReader) sideways(r, c int) bool {
	g := s.g
	i := g.own(r, c)
	if i == none || s.parsed[i].roleOf() != roleLabel || s.parsed[i].places {
		return false
	}
	beside := false
	for _, k := range []int{r - 1, r + 1} {
		if k >= 0 && k < len(g.rows) {
			beside = beside || s.isSideTitle(k, c)
		}
	}
	names := 0
	for k := c + 1; k < len(g.cols); k++ {
		j := g.own(r, k)
		switch {
		case j == none:
		case s.class[j] != classText || s.parsed[j] == nil || s.parsed[j].role != "":
			return false
		case len(s.parsed[j].indicators) > 0:
			names++
		}
	}
	return beside && names >= 2
}

// isSideTitle reports whether a row is that of the ordinals or units of a table on its side.
func (s *sheetReader) isSideTitle(r, c int) bool {
	g := s.g
	i := g.own(r, c)
	if i == none {
		return false
	}
	role := s.parsed[i].roleOf()
	fit, others := 0, 0
	for k := c + 1; k < len(g.cols); k++ {
		j := g.own(r, k)
		if j == none {
			continue
		}
		_, ordinal := g.ordinal(j)
		if role == roleOrdinal && ordinal || role == roleUnit && s.rd.unit(g.text[j]) != nil {
			fit++
		} else {
			others++
		}
	}
	return fit >= 2 && fit > others
}

// pane is one of the tables that stand side by side: its columns in the grid, first and last.
type pane struct{ from, to int }

// stack finds tables side by side and lays them one below the other.
func (s *sheetReader) stack() []zone {
	g := s.g
	var zones []zone
	grown := 0
	for r := 0; r < len(g.rows) && s.ctx.Err() == nil; r++ {
		panes := s.panes(r)
		if panes == nil {
			continue
		}
		last := s.lastOf(r)
		if last == r {
			continue
		}
		top := s.ownTitles(r, panes)
		same := top == r && s.sameHeads(r, panes)
		height := g.rows[last] - g.rows[top] + 1
		if !same {
			height++ // a gap, so that the tables stay apart
		}
		if grown > 0 {
			zones = append(zones, zone{Range: sheet.Range{Row1: g.rows[top], Col1: 1, Row2: g.rows[last], Col2: g.cols[panes[0].to]}, row: g.rows[top] + grown, col: 1})
		}
		for k, p := range panes[1:] {
			z := zone{Range: sheet.Range{Row1: g.rows[top], Col1: g.cols[p.from], Row2: g.rows[last], Col2: g.cols[p.to]}}
			z.row, z.col = g.rows[top]+grown+(k+1)*height, g.cols[panes[0].from]
			zones = append(zones, z)
			if !same {
				s.share(r, top, p, z.row, z.row+height)
			}
		}
		grown += (len(panes) - 1) * height
		next := len(g.rows)
		for k := last + 1; k < len(g.rows) && s.ctx.Err() == nil; k++ {
			if s.panes(k) != nil {
				next = k
				break
			}
		}
		if last+1 < len(g.rows) {
			end := far
			if next < len(g.rows) {
				end = g.rows[next] - 1
			}
			zones = append(zones, zone{Range: sheet.Range{Row1: g.rows[last] + 1, Col1: 1, Row2: end, Col2: far}, row: g.rows[last] + 1 + grown, col: 1})
		}
		r = last
	}
	return zones
}

// panes reads a row as the headers of several tables: nil unless ordinals or labels begin anew behind columns of values. They do where
// the header of the first column comes again, or behind an empty column.
func (s *sheetReader) panes(r int) []pane {
	g := s.g
	cells := g.rowCells(r)
	if len(cells) < 3 {
		return nil
	}
	for _, i := range cells {
		if s.class[i] != classText && s.class[i] != classYear {
			return nil
		}
	}
	if !s.mayBeginTwice(r) {
		return nil
	}
	begins := func(c int) bool {
		i := g.own(r, c)
		if i == none { // the label column has no header
			j := none
			if c+1 < len(g.cols) {
				j = g.own(r, c+1)
			}
			texts, numbers := s.below(r, c)
			return j != none && s.class[j] == classYear && g.cell(r, c) == none && texts > 1 && numbers == 0
		}
		role := s.parsed[i].roleOf()
		if role != roleOrdinal && role != roleLabel {
			return false
		}
		texts, numbers := s.below(r, c)
		return texts > 0 && numbers == 0
	}
	var out []pane
	start, values := -1, false
	for c := range g.cols {
		if s.ctx.Err() != nil {
			return nil
		}
		switch {
		case start < 0:
			if begins(c) {
				start = c
			} else if g.own(r, c) != none {
				return nil
			}
		case values && begins(c) && (s.comesAgain(r, start, c) || g.cols[c] > g.cols[c-1]+1 || s.isEmptyColumn(r, c-1)):
			out = append(out, pane{start, c - 1})
			start, values = c, false
		case !values:
			_, numbers := s.below(r, c)
			values = numbers > 0
		}
	}
	if len(out) == 0 || !values {
		return nil
	}
	return append(out, pane{start, len(g.cols) - 1})
}

// mayBeginTwice reports whether a row of headers has labels or ordinals, or no header, in two places that are no neighbours: most have not,
// and what stands below them need not be looked at.
func (s *sheetReader) mayBeginTwice(r int) bool {
	places, last := 0, false
	for c := range s.g.cols {
		i := s.g.cell(r, c)
		leads := i == none
		if !leads {
			role := s.parsed[i].roleOf()
			leads = role == roleOrdinal || role == roleLabel
		}
		if leads && !last {
			places++
		}
		last = leads
	}
	return places > 1
}

// comesAgain reports whether two columns have the same header.
func (s *sheetReader) comesAgain(r, a, b int) bool {
	i, j := s.g.own(r, a), s.g.own(r, b)
	return i != none && j != none && s.g.key(i) == s.g.key(j)
}

func (s *sheetReader) isEmptyColumn(r, c int) bool {
	texts, numbers := s.below(r, c)
	return texts+numbers == 0 && s.g.cell(r, c) == none
}

// below counts labels and values of a column below a row; ordinals and years count as labels.
func (s *sheetReader) below(r, c int) (texts, numbers int) {
	counts := 0 // 1, 2, 3 …: ordinals, if nothing else stands there
	for k := r + 1; k < len(s.g.rows); k++ {
		i := s.g.own(k, c)
		if i == none || s.g.span[i].c > c {
			continue
		}
		switch s.class[i] {
		case classText, classYear:
			texts++
		case classValue:
			if o, ok := s.g.ordinal(i); ok && o.rank >= rankNumber {
				counts++
			} else {
				numbers++
			}
		}
	}
	if role := s.roleAt(r, c); role == roleOrdinal && numbers == 0 {
		return texts + counts, 0
	}
	return texts, numbers + counts
}

func (s *sheetReader) roleAt(r, c int) string {
	if i := s.g.own(r, c); i != none {
		return s.parsed[i].roleOf()
	}
	return ""
}

// lastOf finds the last row of values of the tables whose headers stand in row r: before the next row of column titles.
func (s *sheetReader) lastOf(r int) int {
	last := r
	for k := r + 1; k < len(s.g.rows); k++ {
		roles, values := 0, 0
		cells := s.g.rowCells(k)
		for n, i := range cells {
			switch {
			case s.class[i] == classValue || s.class[i] == classEmpty || s.class[i] == classYear && n > 0: // 1964 persons
				values++
			case s.parsed[i].roleOf() != "":
				roles++
			}
		}
		if values == 0 && roles >= 2 && last > r && !s.sameRow(r, k) {
			break
		}
		if values > 0 && len(cells) > 1 {
			last = k
		}
	}
	return last
}

// sameRow reports whether two rows hold the same texts.
func (s *sheetReader) sameRow(a, b int) bool {
	x, y := s.g.rowCells(a), s.g.rowCells(b)
	return slices.EqualFunc(x, y, func(i, j int32) bool { return s.g.key(i) == s.g.key(j) })
}

// sameHeads reports whether all panes have the headers of the first: one table that was broken to fit the page.
func (s *sheetReader) sameHeads(r int, panes []pane) bool {
	heads := func(p pane) (out []string) {
		for c := p.from; c <= p.to; c++ {
			if i := s.g.own(r, c); i != none {
				out = append(out, s.g.key(i))
			} else if !s.isEmptyColumn(r, c) {
				out = append(out, "")
			}
		}
		return out
	}
	first := heads(panes[0])
	for _, p := range panes[1:] {
		if !slices.Equal(first, heads(p)) {
			return false
		}
	}
	return true
}

// ownTitles gives the first of the rows directly above the headers that hold a title over every pane.
func (s *sheetReader) ownTitles(r int, panes []pane) int {
	top := r
	for k := r - 1; k >= 0 && k >= r-3 && s.g.rows[k] >= s.g.rows[k+1]-2; k-- {
		for _, p := range panes {
			found := false
			for c := p.from; c <= p.to; c++ {
				i := s.g.own(k, c)
				found = found || i != none && s.class[i] == classText && s.parsed[i].opens == "" && s.g.span[i].c <= p.to
			}
			if !found {
				return top
			}
		}
		top = k
	}
	return top
}

// share notes the titles above that hold for a pane too, which will be laid between two rows: those merged over it and, if every pane has a title of
// its own, all above these.
func (s *sheetReader) share(r, top int, p pane, from, to int) {
	var cells []int32
	for k := range r {
		for _, i := range s.g.rowCells(k) {
			if s.class[i] == classText && (k < top && top < r || s.g.pos[i].c < p.from && s.g.span[i].c >= p.from) {
				cells = append(cells, i)
			}
		}
	}
	if len(cells) > 0 {
		s.shared = append(s.shared, sharedTitles{from, to, cells})
	}
}

// sharedTitles are titles that stand above a pane and not over it alone.
type sharedTitles struct {
	from, to int // rows of the sheet as it is laid out, between which they hold
	cells    []int32
}
