package layout

import (
	"slices"

	"github.com/phuluc/phuluc/transform/catalogue"
)

// rank is that of the row's ordinal as it is written, 0 if it has none.
func (rw *row) rank() int {
	if rw.ordinal.text == "" {
		return 0
	}
	return rw.ordinal.rank
}

// placeRanks notes the ranks of rows that head others with a territory, a year, a sex or an area: 0 for those without an ordinal.
func (s *sheetReader) placeRanks(t *table) {
	for r := t.bottom + 1; r < t.end && !t.placeRows; r++ {
		t.placeRows = s.hasValues(r) && slices.ContainsFunc(s.g.rowCells(r), func(i int32) bool {
			p := s.parsed[i]
			return p != nil && p.rest == "" && len(p.territories) > 0 && t.columns[s.g.pos[i].c].role == roleLabel
		})
	}
	end := t.end
	for end > t.bottom+1 && !s.hasValues(end-1) { // rows behind the last with values head none
		end--
	}
	heads, behind := 0, false // of a sex or an area; the first stands behind a row with values
	var cells []int32
	for r := t.bottom + 1; r < end; r++ {
		if s.hasValues(r) {
			behind = behind || heads == 0
			if t.placeRows {
				s.noteRegion(t, r)
			}
			continue
		}
		cells = s.underHeaders(t, r, cells[:0])
		if len(cells) > 0 && len(cells) <= 2 && !t.isCode(r) && !t.translated[r] {
			i := cells[len(cells)-1]
			p := s.parsed[i]
			if p != nil && p.rest == "" && len(p.territories) > 0 && t.placeRows {
				note(&t.regions, s.headingRank(cells, p), true)
			}
			if p != nil && p.rest != "" && s.rd.isTownName(p.rest) { // "Thuận Châu" beside "Huyện Mộc Châu"
				note(&t.places, s.headingRank(cells, p), true)
			}
			if p == nil || p.rest != "" || p.ofWhich || len(p.indicators) > 0 && p.dims.sex+p.dims.area == "" || (len(p.territories) == 0 || t.placeRows) && (p.dims.year == 0 || s.isInSeries(r, i)) && p.dims.sex+p.dims.area == "" || s.isBesideRest(t, r, i) {
				continue
			}
			o := p.ordinal
			if len(cells) == 2 {
				var ok bool
				if o, ok = s.g.ordinal(cells[0]); !ok {
					continue
				}
			}
			note(&t.places, o.rank, true)
			t.placed = t.placed || len(p.territories) > 0
			if p.dims.sex+p.dims.area != "" && o.text == "" {
				t.sexed, t.lone = true, r
				heads++
			}
		}
	}
	if heads > 1 || !behind {
		t.lone = 0
	}
}

// note says something of a rank. Most tables have none of which it is said.
func note(of *map[int]bool, rank int, is bool) {
	if *of == nil {
		*of = map[int]bool{}
	}
	(*of)[rank] = is
}

// noteRegion takes a numbered row with values into regionRows.
func (s *sheetReader) noteRegion(t *table, r int) {
	rw := s.newRow(t, r)
	if rw.rank() == 0 || len(rw.labels) == 0 {
		return
	}
	p := s.parsed[rw.labels[len(rw.labels)-1]]
	if p.rest != "" {
		return
	}
	region := len(p.indicators) == 0 && len(p.territories) > 0 && !slices.ContainsFunc(p.territories, func(x *catalogue.Territory) bool { return x.Level != "region" })
	if before, seen := t.regionRows[rw.rank()]; !seen || before {
		note(&t.regionRows, rw.rank(), region)
	}
}

// headingRank is the rank of a heading: that of the ordinal in its first cell, if it has two, else that before its text.
func (s *sheetReader) headingRank(cells []int32, p *phrase) int {
	o := p.ordinal
	if len(cells) == 2 {
		o, _ = s.g.ordinal(cells[0])
	}
	return o.rank
}

// plainRank ranks a row without ordinal: "Trong đó" goes under the row above; otherwise indentation decides, and in a
// table with ordinals a row without one is a part of the numbered row above.
func (s *sheetReader) plainRank(t *table, rw *row, hasOrdinals bool, stack []*row) int {
	if len(rw.labels) == 0 {
		return rankPlus + 50
	}
	i := rw.labels[len(rw.labels)-1]
	p := s.parsed[i]
	indent := s.g.cells[i].Indent
	if indent == 0 {
		indent = leadingBlanks(s.g.cells[i].Raw) / 2
	}
	// A label one column further right is one level deeper.
	for c := range s.g.pos[i].c {
		if t.columns[c].role == roleLabel && len(rw.labels) == 1 {
			indent++
		}
	}
	if p != nil && p.rest == "" && len(p.indicators) == 0 {
		switch {
		case p.dims.total: // "Tổng số" stands beside the rows it sums up
			if part := s.partBeside(rw, stack); part != nil {
				return part.ordinal.rank
			}
			return rankNumber
		case p.dims.part != "" && p.dims.year == 0: // "Quý I" under "2019"
			return rankNumber + 2*min(indent, 9) + 1
		}
	}
	unfilled := s.isInSeries(rw.r, i) || s.isBesideRest(t, rw.r, i)
	if !rw.values && !unfilled && rw.unit == none && p != nil && p.rest == "" && (len(p.territories) > 0 && !t.placeRows || p.dims.year != 0) {
		return 1 // "Tỉnh Cao Bằng" over the rows that speak of it
	}
	if !rw.values && rw.unit == none && p != nil && p.rest != "" && (t.places[0] || !p.ofWhich && len(s.rd.narrowings(p.body, true)) > 0) {
		return 1 // as the other headings: that it is not understood must not put its rows under another place, nor under all people
	}
	if !rw.values && rw.unit == none && len(stack) > 0 && stack[0].ordinal.rank == 1 && !stack[0].values && s.isUnderHeading(t, p, stack[0]) {
		return 2
	}
	merged := s.g.span[i].c > s.g.pos[i].c
	if !rw.values && !unfilled && (merged || rw.unit == none && !hasOrdinals && indent == 0) && (p == nil || !p.ofWhich) {
		return 1 // a heading over the rows below
	}
	for k := len(stack) - 1; k >= 0 && (rw.values || p != nil && p.ofWhich) && stack[k].ordinal.rank >= rankOfWhich; k-- {
		top := stack[k]
		if s.isIndentedUnder(rw, top) {
			return top.ordinal.rank + 1
		}
		if top.bullet == 0 && top.ordinal.text == "" && !top.isOfWhich(s) && rw.indent > top.indent-2 { // in line with one that stands under another
			return top.ordinal.rank
		}
	}
	if p != nil && p.ofWhich {
		if n := len(stack); n > 0 {
			if stack[n-1].ordinal.rank == rankOfWhich || stack[n-1].ordinal.rank > rankOfWhich {
				return stack[n-1].ordinal.rank
			}
		}
		return rankOfWhich
	}
	if n := len(stack); n > 0 && rw.values && stack[n-1].values && stack[n-1].isOfWhich(s) && stack[n-1].ordinal.text == "" && p.isRestOf(s.parsed[stack[n-1].labels[len(stack[n-1].labels)-1]]) {
		return stack[n-1].ordinal.rank // "Nông thôn" behind "Trong đó: thành thị"
	}
	if hasOrdinals && rw.values {
		return rankPlain + min(indent, 2)
	}
	return rankNumber + 2*min(indent, 9)
}

// partBeside gives the row that names one sex, one area or one place and has values of its own, below which a total of all of them
// stands: "II. Nông thôn" above "Tổng cộng". A total that repeats its values is its own.
func (s *sheetReader) partBeside(total *row, stack []*row) *row {
	for _, part := range stack {
		if !part.values || len(part.labels) == 0 || part.ordinal.rank >= rankNumber {
			continue
		}
		p := s.parsed[part.labels[len(part.labels)-1]]
		named := slices.ContainsFunc(p.indicators, func(m catalogue.Match) bool { return m.ParentLabel == "" })
		if p.rest == "" && !named && (p.dims.sex+p.dims.area != "" || len(p.territories) > 0) {
			if s.repeatsValues(total, part) {
				return nil
			}
			return part
		}
	}
	return nil
}

// repeatsValues reports whether two rows hold the same, number by number.
func (s *sheetReader) repeatsValues(a, b *row) bool {
	values := func(rw *row) (texts []string) {
		for _, i := range s.g.rowCells(rw.r) {
			if s.class[i] == classValue {
				texts = append(texts, s.g.text[i])
			}
		}
		return texts
	}
	return slices.Equal(values(a), values(b))
}

// isUnderHeading reports whether a text without values can not end the heading above it: a province of which nothing is told below a year, or
// "Phân theo giới tính" below the unit of a block.
func (s *sheetReader) isUnderHeading(t *table, p *phrase, heading *row) bool {
	if p == nil || p.rest != "" || p.opens != "" || len(p.indicators) > 0 || len(heading.labels) == 0 {
		return false
	}
	h := s.parsed[heading.labels[len(heading.labels)-1]]
	switch {
	case h.rest != "" || len(h.indicators)+len(h.territories) > 0:
		return false
	case len(p.territories) > 0:
		return t.placeRows && h.dims.year != 0 && !p.dims.any() && !s.isTorn(t, heading)
	}
	return !p.says() && !p.section && !p.comparison && (h.comparison || h.dims.unit != nil && !h.dims.splits())
}

// isTorn reports whether a territory stands twice below a heading: another one, between the two, was lost.
func (s *sheetReader) isTorn(t *table, heading *row) bool {
	if torn, known := t.torn[heading.r]; known {
		return torn
	}
	seen, torn := map[string]bool{}, false
	for r := heading.r + 1; r < t.end && !torn; r++ {
		cells := s.g.rowCells(r)
		if len(cells) == 1 && s.parsed[cells[0]] != nil && s.parsed[cells[0]].dims.year != 0 {
			break
		}
		for _, i := range cells {
			if p := s.parsed[i]; p != nil && len(p.territories) > 0 {
				torn = torn || seen[p.territories[0].ID]
				seen[p.territories[0].ID] = true
			}
		}
	}
	if t.torn == nil {
		t.torn = map[int]bool{}
	}
	t.torn[heading.r] = torn
	return torn
}

// isRestOf reports whether a text names nothing but the one sex, or the one area, that another leaves.
func (p *phrase) isRestOf(part *phrase) bool {
	if p == nil || p.dims.sex+p.dims.area == "" || p.rest != "" || part.rest != "" || p.ofWhich || len(p.territories)+len(part.territories) > 0 {
		return false
	}
	a, b := p.dims, part.dims
	other := a.sex+b.sex == "MF" || a.sex+b.sex == "FM" || a.area+b.area == "UR" || a.area+b.area == "RU"
	a.sex, a.area, b.sex, b.area = "", "", "", ""
	return other && !a.any() && !b.any()
}

// bulletRank ranks a row with a bullet among the rows above: as deep as the one with the same bullet that it is in line with, deeper than
// one that it is indented under. Behind "Trong đó:" the first bullet stands further right than it begins, so that nothing is indented
// under it.
func (s *sheetReader) bulletRank(rw *row, rank int, stack []*row) int {
	rw.bullet = rank
	if len(rw.labels) == 0 {
		return rank
	}
	for k := len(stack) - 1; k >= 0; k-- {
		top := stack[k]
		switch under := s.isIndentedUnder(rw, top); {
		case under && top.bullet > rank && k == len(stack)-1: // "-" under "+"
			return top.ordinal.rank + 1
		case top.bullet != rank || len(top.labels) == 0:
			continue
		case under:
			return min(top.ordinal.rank+1, rank+bulletDepth)
		case rw.indent > top.indent-2:
			return top.ordinal.rank
		}
	}
	return rank
}

// isIndentedUnder reports whether a row stands further right than one with a bullet, or than a "Trong đó" with a name of its own.
func (s *sheetReader) isIndentedUnder(rw, top *row) bool {
	if len(top.labels) == 0 || rw.indent < top.indent+2 {
		return false
	}
	return top.isOfWhich(s) && top.bullet == 0 && rw.ordinal.text == "" && top.values || top.bullet > 0 && !top.isOfWhich(s)
}

// isOfWhich reports whether the label begins with "Trong đó".
func (rw *row) isOfWhich(s *sheetReader) bool {
	return len(rw.labels) > 0 && s.parsed[rw.labels[len(rw.labels)-1]].ofWhich
}

func leadingBlanks(s string) int {
	n := 0
	for _, r := range s {
		if r != ' ' && r != '\u00a0' && r != '\t' {
			break
		}
		n++
	}
	return n
}
