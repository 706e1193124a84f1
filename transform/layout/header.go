package layout

// Group headers: one header over several columns, merged or typed over the first of them.

// spreadGroups lets every group header that is not merged reach over the blank cells to its right, up to the next header of its row,
// as if it had been merged, where nothing speaks against that.
func (s *sheetReader) spreadGroups(t *table) {
	g := s.g
	for r := t.bottom - 1; r >= t.top; r-- { // the parts of a group before the group
		if t.isCode(r) || s.leavesBare(t, r) {
			continue
		}
		for c := t.c1; c <= t.c2; c++ {
			i := g.own(r, c)
			if i == none || g.span[i] != g.pos[i] || s.parsed[i] == nil || s.parsed[i].role != "" || s.parsed[i].unitLine || !s.headed(t, r, c) {
				continue
			}
			last := c
			for last < t.c2 && g.cell(r, last+1) == none && s.headed(t, r, last+1) && !s.groupBegins(t, r, last+1) {
				last++
			}
			if last = s.groupEnds(t, r, c, last); last > c {
				g.widen(i, last)
			}
		}
	}
	for r := t.top + 1; r <= t.bottom; r++ { // "(người)" below a group holds for all of it
		for c := t.c1; c <= t.c2; c++ {
			if i := g.own(r, c); i != none && g.span[i] == g.pos[i] && s.parsed[i] != nil && s.parsed[i].unitLine {
				s.spreadUnit(t, r, c)
			}
		}
		if last := s.reachesTo(t, r); last >= 0 {
			g.widen(g.rowCells(r)[0], last)
		}
	}
}

// reachesTo gives the last column for which the unit holds that stands alone in a row, below the first column of values: all of them, where their
// headers tell nothing but the parts of one thing, "Tổng số | Nam | Nữ". It is negative if the row is no such row.
func (s *sheetReader) reachesTo(t *table, r int) (last int) {
	g := s.g
	cells := g.rowCells(r)
	if len(cells) != 1 || t.isCode(r) {
		return -1
	}
	i := cells[0]
	if p := s.parsed[i]; p == nil || p.dims.unit == nil || len(p.indicators) > 0 || g.span[i] != g.pos[i] {
		return -1
	}
	last = -1
	notes := false
	for c := range g.cols {
		for k := t.top; k < r; k++ {
			j := g.cell(k, c)
			if j == none || t.isCode(k) {
				continue
			}
			p := s.parsed[j]
			notes = notes || c > g.pos[i].c && p.roleOf() == roleNote // and what stands right of them
			switch {
			case c < g.pos[i].c && p.roleOf() == "", c >= g.pos[i].c && !notes && !p.isPart():
				return -1
			case notes, c < g.pos[i].c:
			case g.span[j].r >= r:
				return -1 // a header reaches down into the row
			default:
				last = c
			}
		}
	}
	return last
}

// isPart reports whether a header tells a part of something or the whole of it, and no more.
func (p *phrase) isPart() bool {
	return p != nil && p.rest == "" && !p.comparison && p.role == "" && len(p.indicators) == 0 && p.dims.unit == nil
}

// groupBegins reports whether a header above a row begins in a column: no header of the row reaches over it.
func (s *sheetReader) groupBegins(t *table, r, c int) bool {
	for k := t.top; k < r; k++ {
		if s.g.own(k, c) != none && !t.isCode(k) {
			return true
		}
	}
	return false
}

// spreadUnit lets a unit below a group header reach as far as that.
func (s *sheetReader) spreadUnit(t *table, r, c int) {
	above := s.g.cell(r-1, c)
	if above == none || s.g.pos[above].c != c {
		return
	}
	last := s.g.span[above].c
	for k := c + 1; k <= last; k++ {
		if s.g.cell(r, k) != none {
			return
		}
	}
	s.g.widen(s.g.own(r, c), last)
}

// headed reports whether a column has a header of its own below a row of the band.
func (s *sheetReader) headed(t *table, r, c int) bool {
	for k := r + 1; k <= t.bottom; k++ {
		if i := s.g.own(k, c); i != none && !t.isCode(k) && s.parsed[i] != nil && !s.parsed[i].unitLine {
			return true
		}
	}
	return false
}

// leavesBare reports whether a column of values stands below nothing although no header to its left can reach it: then the headers of
// the row may be typed over the middle of their groups, and nothing tells how far they reach.
func (s *sheetReader) leavesBare(t *table, r int) bool {
	open := false // a header to the left may reach the column
	for c := t.c1; c <= t.c2; c++ {
		i := s.g.cell(r, c)
		switch {
		case !s.headed(t, r, c):
			open = false
		case i != none:
			open = s.g.span[i] == s.g.pos[i] && s.parsed[i] != nil && s.parsed[i].role == ""
		case !open && s.isValueHeader(t, r, c):
			return true
		}
	}
	return false
}

// isValueHeader reports whether the headers of a column below a row are those of values.
func (s *sheetReader) isValueHeader(t *table, r, c int) bool {
	for k := r + 1; k <= t.bottom; k++ {
		if i := s.g.own(k, c); i != none && !t.isCode(k) && s.parsed[i] != nil && !s.parsed[i].unitLine && s.parsed[i].role != "" {
			return false
		}
	}
	return true
}

// findShifts makes gaps of the columns under a row of groups that stands beside its place: a group there has a column without a header below it, or
// with one that contradicts it, and a column next to a group has no group although its header tells no year.
func (s *sheetReader) findShifts(t *table) {
	g := s.g
	lowest := func(r, c int) *phrase {
		for k := t.bottom; k > r; k-- {
			if i := g.cell(k, c); i != none && g.pos[i].r > r && !t.isCode(k) && s.parsed[i] != nil {
				return s.parsed[i]
			}
		}
		return nil
	}
	for r := t.top; r < t.bottom; r++ {
		broken, bare := false, false
		group := func(c int) int32 { // of years, over several columns
			if c < t.c1 || c > t.c2 {
				return none
			}
			if i := g.cell(r, c); i != none && g.pos[i].r == r && g.span[i].r == r && g.span[i].c > g.pos[i].c && s.parsed[i] != nil && s.parsed[i].dims.year != 0 {
				return i
			}
			return none
		}
		if t.isCode(r) {
			continue
		}
		for c := t.c1; c <= t.c2; c++ {
			p, i := lowest(r, c), group(c)
			switch {
			case i != none:
				d := &s.parsed[i].dims
				broken = broken || p == nil || p.dims.year != 0 && (p.dims.year < d.year || p.dims.year > max(d.year, d.toYear))
			case g.cell(r, c) == none && p != nil && p.says() && p.role == "" && !p.comparison && p.dims.year == 0:
				bare = bare || group(c-1) != none || group(c+1) != none
			}
		}
		for c := t.c1; broken && bare && c <= t.c2; c++ {
			t.columns[c].gap = t.columns[c].gap || group(c) != none || g.cell(r, c) == none
		}
	}
}

// groupEnds gives the last of the columns first to last that a header can be the group of: the group ends with the first column behind
// its own whose headers contradict it, and there is none where a header stands twice, as under two groups of which one lost its header.
// Where those of its own column contradict it, it reaches over the others that do, and what is right of them is left without a group.
func (s *sheetReader) groupEnds(t *table, r, first, last int) int {
	g := s.g
	seen, torn := map[string]bool{}, false
	group := s.parsed[g.own(r, first)]
	for c := first; c <= last; c++ {
		d, key, other := group.dims, "", false
		for k := r + 1; k <= t.bottom; k++ {
			if i := g.cell(k, c); i != none && !t.isCode(k) && s.parsed[i] != nil {
				p := s.parsed[i]
				switch { // "Tháng 1" below "Quý I" says it more narrowly
				case !p.dims.isPartOf(&d):
				case d.toYear != 0:
					d.year, d.toYear = 0, 0
				default:
					d.part = ""
				}
				d.merge(&p.dims)
				key += g.key(i) + "/"
				other = other || len(group.indicators) > 0 && p.exactName && !sameIndicator(group.indicators, p.indicators) && standsFor(p)
			}
		}
		switch {
		case seen[key]:
			return first
		case other:
			return c - 1
		case torn && d.clash == "":
			return c - 1
		case d.clash != "" && c > first && !torn:
			return c
		}
		torn = d.clash != ""
		seen[key] = true
	}
	return last
}

// standsFor reports whether a name needs no parent to mean an indicator.
func standsFor(p *phrase) bool {
	for _, m := range p.indicators {
		if m.ParentLabel == "" {
			return true
		}
	}
	return false
}

// underOpenGroup reports whether a column stands right of a group header that is not merged although headers stand below
// both: whether "Năm 2019" holds for the second column too is then a guess.
func (s *sheetReader) underOpenGroup(t *table, c int) bool {
	g := s.g
	under := func(r, c int) bool {
		for k := r + 1; k <= t.bottom; k++ {
			if !t.isCode(k) && g.own(k, c) != none && s.parsed[g.own(k, c)] != nil && !s.parsed[g.own(k, c)].unitLine {
				return true
			}
		}
		return false
	}
	for r := t.top; r < t.bottom; r++ {
		if t.isCode(r) || g.cell(r, c) != none || !under(r, c) {
			continue
		}
		for k := c - 1; k >= 0; k-- {
			i := g.cell(r, k)
			if i == none {
				continue
			}
			p := s.parsed[i]
			if g.span[i] == g.pos[i] && under(r, k) && p != nil && p.role == "" {
				return true
			}
			break
		}
	}
	return false
}

// partOfGroup reports whether a column has no header of its own under a merged group whose other columns have one: the
// header is lost, and the column is not the group's whole. A unit is no header, nor is a word that only leads to some.
func (s *sheetReader) partOfGroup(t *table, c int) bool {
	g := s.g
	stack := t.columns[c].cells
	for len(stack) > 0 && s.parsed[stack[len(stack)-1]].isUnit() {
		stack = stack[:len(stack)-1]
	}
	if len(stack) == 0 {
		return false
	}
	i := stack[len(stack)-1]
	if p := s.parsed[i]; p.ofWhich && !p.says() {
		return true // "Chia ra" alone
	}
	for k := g.pos[i].c; k <= g.span[i].c; k++ {
		for r := g.span[i].r + 1; k != c && r <= t.bottom; r++ {
			if !t.isCode(r) && g.cell(r, c) == none && g.own(r, k) != none && !s.parsed[g.own(r, k)].isUnit() {
				return true
			}
		}
	}
	return false
}

// isUnit reports whether a header tells a unit and nothing else.
func (p *phrase) isUnit() bool {
	return p != nil && (p.unitLine || p.dims.unit != nil && len(p.indicators) == 0 && !p.dims.splits())
}
