package layout

import (
	"slices"

	"github.com/phuluc/phuluc/extract/sheet"
)

// How far a header band may reach: forms of the planning rounds need three rows, statistical yearbooks up to five. A table of which
// more rows would belong to the band is doubtful.
const maxBand = 6

// extendUp takes in a row of group headers above the row that was recognised ("Năm 2013" over "KH | TH 6T").
func (s *sheetReader) extendUp(t *table, prev *table) {
	for t.top > 0 {
		r := t.top - 1
		if prev != nil && r <= prev.bottom || s.g.rows[r] != s.g.rows[t.top]-1 {
			return
		}
		v := &s.views[r]
		if v.values > 0 || len(v.cells) == 0 {
			return
		}
		if !s.reachesInto(v.cells, t.top) && !s.isGroupRow(t, v) {
			return
		}
		if t.bottom-r >= maxBand {
			t.doubtful = true
			return
		}
		t.top = r
	}
}

// isGroupRow reports whether a row right above the band holds nothing but headers of groups of its columns.
func (s *sheetReader) isGroupRow(t *table, v *rowView) bool {
	group := len(v.cells) > 1 && slices.ContainsFunc(v.cells, func(i int32) bool { return s.headsCells(i, t.top) })
	for _, i := range v.cells {
		p := s.parsed[i]
		if s.g.pos[i].c == 0 || p == nil || p.rest != "" && !group || p.unitLine || p.opens != "" || p.dims.unit != nil && len(p.indicators) == 0 {
			return false
		}
		// The group stands over header cells of the row below, not beside them, where only "Total" may stand.
		if s.g.span[i].c == s.g.pos[i].c && s.g.cell(t.top, s.g.pos[i].c) == none && !(group && p.dims.total) {
			return false
		}
	}
	return true
}

// headsCells reports whether a cell is merged over two and more cells of a row, and over nothing else.
func (s *sheetReader) headsCells(i int32, r int) bool {
	for c := s.g.pos[i].c; c <= s.g.span[i].c; c++ {
		if s.g.own(r, c) == none {
			return false
		}
	}
	return s.g.span[i].c > s.g.pos[i].c
}

// reachesInto reports whether one of the cells is merged down into a row.
func (s *sheetReader) reachesInto(cells []int32, r int) bool {
	return slices.ContainsFunc(cells, func(i int32) bool { return s.g.span[i].r >= r })
}

func (s *sheetReader) extendDown(t *table) {
	g := s.g
	// Merged header cells say how deep the band is.
	deepest := t.bottom
	for _, i := range s.views[t.bottom].cells {
		if p := s.parsed[i]; p != nil && p.role != "" {
			deepest = max(deepest, min(g.span[i].r, t.top+maxBand-1))
		}
	}
	for t.bottom+1 < len(g.rows) {
		r := t.bottom + 1
		v := &s.views[r]
		if len(v.cells) > 1 && s.isCodes(v.cells) {
			t.codes = append(t.codes, r)
			t.bottom = r
			continue
		}
		if v.values > 0 && s.areUnits(v.cells) {
			s.look(r)
		}
		if r > deepest && (v.values > 0 || len(v.cells) == 0 || len(t.codes) > 0 || !s.continues(t, r, v)) {
			return
		}
		if r-t.top > maxBand {
			t.doubtful = true
			return
		}
		t.bottom = r
		for _, i := range v.cells {
			if g.span[i].r < t.top+maxBand {
				deepest = max(deepest, min(g.span[i].r, t.bottom))
			}
		}
	}
}

// areUnits reports whether a row holds nothing but units, and makes texts of those that look like numbers ("1.000 người").
func (s *sheetReader) areUnits(cells []int32) bool {
	units := 0
	for _, i := range cells {
		t := s.g.text[i]
		if s.g.cells[i].Kind != sheet.Text || s.rd.unit(t) == nil && (s.parsed[i] == nil || !s.parsed[i].unitLine) {
			return false
		}
		if s.class[i] == classText {
			units++
		}
	}
	if units == 0 {
		return false
	}
	for _, i := range cells {
		s.class[i], s.parsed[i] = classText, s.phraseOf(i)
	}
	return true
}

// continues reports whether a row goes on with the band: its own cells stand under headers of value columns, none in
// the columns of ordinals and labels.
func (s *sheetReader) continues(t *table, r int, v *rowView) bool {
	g := s.g
	if gap := g.rows[r] - g.rows[t.bottom]; gap > 3 || gap > 1 && !v.isOfHeaders() && !s.areUnitsOfColumns(t, r, v.cells) {
		return false // blank rows inside the band only before a row that can be nothing but headers
	}
	if len(v.cells) == 1 && s.isBlockLabel(v.cells[0]) {
		return false
	}
	if s.translates(t.bottom, r) {
		return true
	}
	for _, i := range v.cells {
		c := g.pos[i].c
		above := g.cell(t.bottom, c)
		if above == none {
			above = g.cell(t.top, c)
		}
		p := s.parsed[i]
		if p == nil || p.opens == kindNote || p.opens == kindSignature || p.unitLine && (above == none || g.text[i][0] != '(') {
			return false
		}
		if s.class[i] == classYear {
			switch {
			case above == none && i == v.cells[0] && (!v.ascending && !v.descending || s.holdsYear(r+1, c) || s.holdsYear(r+2, c)):
				return false // the first of a column of years
			case above != none && s.parsed[above] != nil && s.parsed[above].dims.year != 0 && s.parsed[above].dims.year != p.dims.year && !p.dims.isPartOf(&s.parsed[above].dims):
				return false // 1968 persons in 2014
			}
		}
		if above == none {
			if p.role == "" && (!p.heads() && !s.underGroup(t, r, c) && !s.overHeader(r, c) || len(v.cells) == 1) { // a label column whose header stands one row lower
				return false
			}
			continue
		}
		switch s.parsed[above].roleOf() {
		case roleOrdinal, roleUnit, roleOwner, roleTask, rolePartner, roleDue, roleLevel:
			return false
		case roleLabel:
			if s.parsed[above].dims.year == 0 && g.span[above].c == g.pos[above].c && (len(v.cells) == 1 || !s.underYears(above, i)) && !s.headsNumbers(r, c) { // "Năm 2017" alone stands over rows
				return false
			}
		}
	}
	return true
}

// headsNumbers reports whether a number with a text to its left stands in a column of the first row of numbers soon below a row: "Huyện" over it is
// no title of labels but tells what is counted.
func (s *sheetReader) headsNumbers(r, c int) bool {
	for k := r + 1; k < min(r+2*maxBand, len(s.g.rows)); k++ {
		labelled, numbers := false, false
		for _, i := range s.g.rowCells(k) {
			switch {
			case s.class[i] == classText:
				labelled = labelled || !numbers
			case s.class[i] == classValue && s.g.pos[i].c == c:
				return labelled
			default:
				numbers = true
			}
		}
		if numbers {
			return false
		}
	}
	return false
}

// underGroup reports whether a cell below a blank of the band may belong to the header left of the blank: the column of that header has
// a cell in this row too.
func (s *sheetReader) underGroup(t *table, r, c int) bool {
	for k := c - 1; k >= 0; k-- {
		if i := s.g.cell(t.bottom, k); i != none {
			return s.parsed[i] != nil && s.parsed[i].role == "" && s.g.own(r, k) != none
		}
		if s.g.own(r, k) == none {
			return false
		}
	}
	return false
}

// overHeader reports whether a text that need not be understood stands right above a row of headers, over one of them.
func (s *sheetReader) overHeader(r, c int) bool {
	g := s.g
	if r+1 >= len(g.rows) || g.rows[r+1] != g.rows[r]+1 {
		return false
	}
	for _, i := range g.rowCells(r + 1) {
		if p := s.parsed[i]; s.class[i] != classText && s.class[i] != classYear || p == nil || p.body == "" || p.rest == "" && p.says() && !p.heads() {
			return false
		}
	}
	below := g.own(r+1, c)
	return below != none && s.parsed[below].heads()
}

// areUnitsOfColumns reports whether a row below the band holds the units of several columns and nothing else.
func (s *sheetReader) areUnitsOfColumns(t *table, r int, cells []int32) bool {
	for _, i := range cells {
		if p := s.parsed[i]; s.class[i] != classText || p == nil || !p.unitLine && s.rd.bothUnits(s.g.text[i]) == nil && !isUnitHead(p) && !s.rd.isPercentHead(p) {
			return false
		}
	}
	return len(cells) > 1 || s.reachesTo(t, r) >= 0
}

// isBlockLabel recognises the label of a block that stands over its values, across the columns: "Người - Person", "Cơ cấu
// - Structure (%)" (form B8). It ends the header band and holds for the rows up to the next one.
func (s *sheetReader) isBlockLabel(i int32) bool {
	p := s.parsed[i]
	return p != nil && s.g.span[i].c > s.g.pos[i].c && (p.unitLine || p.comparison || p.rest == "" && p.dims.unit != nil && len(p.indicators) == 0)
}

// underYears: "Năm" over a row of years is a group header although "Năm" alone names a label column.
func (s *sheetReader) underYears(above, below int32) bool {
	return s.parsed[below].dims.year != 0 && s.g.pos[above].c > 0
}

func (p *phrase) roleOf() string {
	if p == nil {
		return ""
	}
	return p.role
}

func (s *sheetReader) bandHeight(t *table) int {
	n := t.bottom - t.top + 1
	for _, c := range t.codes {
		if c >= t.top && c <= t.bottom {
			n--
		}
	}
	return n
}

// bounds finds the columns of the band, and label columns without header to its left.
func (s *sheetReader) bounds(t *table) {
	g := s.g
	t.c1, t.c2 = len(g.cols), -1
	for r := t.top; r <= t.bottom; r++ {
		if t.isCode(r) {
			continue
		}
		for c := range g.cols {
			if g.cell(r, c) != none {
				t.c1, t.c2 = min(t.c1, c), max(t.c2, c)
			}
		}
	}
}
