package layout

import (
	"slices"
	"strings"

	"github.com/phuluc/phuluc/extract/sheet"
)

// column is what the header band says about one grid column.
type column struct {
	role     string
	stack    []*phrase // header texts, top to bottom
	cells    []int32   // their cells; none in a table that goes on from another sheet
	header   string    // their texts, as written
	gap      bool      // a group header to the left may or may not reach over this column
	achieved *partial  // of a column of percentages of the plan, see achievement.go
	codes    bool      // the notes are codes of the rows
	inferred bool      // the role comes from what the column holds, not from its header
}

// layOutColumns decides the role of each column of a table.
func (s *sheetReader) layOutColumns(t *table) {
	g := s.g
	s.readUnits(t)
	s.spreadGroups(t)
	t.columns = cut(&g.room.columns, len(g.cols))
	firstValue := len(g.cols)
	room := len(g.cols) * (t.bottom - t.top + 1)
	stacks, cells, texts := cut(&g.room.phrases, room)[:0], cut(&g.room.indices, room)[:0], cut(&g.room.texts, room)[:0] // of all columns, one behind the other
	for c := range g.cols {
		col := &t.columns[c]
		last := none
		from := len(stacks)
		for r := t.top; r <= t.bottom; r++ {
			i := g.cell(r, c)
			if i == none || i == last || t.isCode(r) {
				continue
			}
			if s.parsed[i] == nil {
				s.parsed[i] = s.phraseOf(i)
			}
			last = i
			written := g.text[i]
			if g.cells[i].Kind == sheet.Date {
				written = s.parsed[i].text // as it is shown
			}
			stacks, cells, texts = append(stacks, s.parsed[i]), append(cells, i), append(texts, written)
		}
		col.stack, col.cells = slices.Clip(stacks[from:]), slices.Clip(cells[from:])
		col.header = strings.Join(texts[from:], " / ")
	}
	s.joinCutHeaders(t)
	s.joinNames(t)
	s.findShifts(t)
	for c := range g.cols {
		col := &t.columns[c]
		s.readRateColumn(t, c)
		col.gap = col.gap || s.underOpenGroup(t, c) || s.partOfGroup(t, c)
		for k := len(col.stack) - 1; k >= 0; k-- {
			p := col.stack[k]
			if p.comparison && len(p.indicators) == 0 {
				col.role, col.achieved = roleComparison, p.achieved
				break
			}
			if p.formula && k > 0 {
				col.role = roleComparison
			}
			if col.role != "" {
				continue
			}
			switch {
			case p.role != "" && !(p.role == roleLabel && p.dims.measure != "" && p.body != p.text):
				col.role, col.codes = p.role, p.codes
			case p.says():
				col.role = roleValue
			}
		}
	}
	for c := range g.cols {
		s.settleColumn(t, c)
	}
	for c := range g.cols {
		if t.columns[c].role == roleValue {
			firstValue = c
			break
		}
	}
	// Text columns without a header left of the values are labels; to their right they are notes.
	for c := range g.cols {
		col := &t.columns[c]
		if col.role != "" {
			continue
		}
		texts, numbers := s.contents(t, c)
		if c < firstValue {
			texts += s.years(t, c)
		}
		switch {
		case numbers == 0 && texts == 0:
		case len(col.stack) == 0 && c < firstValue && s.ordinals(t, c) >= max(texts+numbers, 1) && s.labelsFollow(t, c):
			col.role = roleOrdinal
		case c < firstValue && texts > 0 && texts >= numbers:
			col.role = roleLabel
			if s.holdsUnits(t, c) && s.years(t, c) == 0 { // "Nghìn người" over a column of years
				col.role = roleUnit
			}
		case texts > numbers && c > firstValue:
			col.role, col.inferred = roleNote, true
		default:
			col.role = roleValue
		}
	}
	t.doubtful = t.doubtful || t.isCutByLabels()
	for c := range g.cols {
		if t.columns[c].role != roleTask {
			continue
		}
		if texts, numbers := s.contents(t, c); numbers > texts { // "Nhiệm vụ" over figures: what is to be done
			t.columns[c].role = roleValue
		} else {
			t.isTask = true
		}
	}
}

// isCutByLabels reports whether labels stand left of values, between them and others, as in two tables side by side of which that is not seen:
// whose label a value has is then not certain.
func (t *table) isCutByLabels() bool {
	turns, last := 0, roleValue
	for c := range t.columns {
		if role := t.columns[c].role; role != last && (role == roleLabel || role == roleValue) {
			turns, last = turns+1, role
		}
	}
	return turns >= 4
}

// joinCutHeaders joins the headers that go on in the row below, "Thực" over "hiện" over "2018": where a text is not understood, and with the one below it
// is. In the two rows that hold such a one each other column has both halves too, or one of its was lost.
func (s *sheetReader) joinCutHeaders(t *table) {
	g := s.g
	halves := func(c, r int) (upper, lower int32) {
		upper, lower = g.own(r, c), g.own(r+1, c)
		if upper == none || lower == none || g.span[upper] != g.pos[upper] || g.span[lower] != g.pos[lower] || s.class[upper] != classText || s.class[lower] != classText {
			return none, none
		}
		return upper, lower
	}
	for r := t.top; r < t.bottom; r++ {
		if t.isCode(r) || t.isCode(r+1) {
			continue
		}
		var joined map[int]*phrase
		cut := false
		for c := range t.columns {
			upper, lower := halves(c, r)
			if upper == none || len(g.text[upper])+len(g.text[lower]) > maxCutHeader {
				continue
			}
			a, b := s.parsed[upper], s.parsed[lower]
			unread := a.rest != "" || b.rest != ""
			if !unread && (a.dims.measure == "" || b.dims.measure == "" || a.dims.measure == b.dims.measure) {
				continue
			}
			if q := s.ask(g.text[upper] + " " + g.text[lower]); q.known() && q.dims.clash == "" {
				if joined == nil {
					joined = map[int]*phrase{}
				}
				joined[c], cut = q, cut || unread
			}
		}
		if !cut {
			continue
		}
		for c := range t.columns {
			col := &t.columns[c]
			k := slices.Index(col.cells, g.own(r, c))
			if q := joined[c]; q != nil && k >= 0 {
				col.stack = slices.Concat(col.stack[:k], []*phrase{q}, col.stack[k+2:])
				col.cells = slices.Delete(slices.Clone(col.cells), k, k+1)
				continue
			}
			upper, lower := g.cell(r, c), g.cell(r+1, c)
			col.gap = col.gap || (upper == none) != (lower == none)
		}
	}
}

// joinNames joins a group header that is not understood and the header below it where both are one name of an indicator: "Số người tham gia" over "BHXH
// bắt buộc".
func (s *sheetReader) joinNames(t *table) {
	for c := range t.columns {
		col := &t.columns[c]
		for k := 0; k+1 < len(col.stack) && len(col.cells) == len(col.stack); k++ {
			group, below := col.stack[k], col.stack[k+1]
			if group.rest == "" || below.comparison || below.role != "" || len(group.body)+len(below.body) > maxPhrase {
				continue
			}
			if q := s.ask(group.body + " " + below.body); q.rest == "" && len(q.indicators) > 0 && q.dims.clash == "" {
				col.stack = slices.Concat(col.stack[:k], []*phrase{q}, col.stack[k+2:])
				col.cells = slices.Delete(slices.Clone(col.cells), k, k+1)
			}
		}
	}
}

// maxCutHeader is how long a header that is cut in two may be: a longer one is a group over another.
const maxCutHeader = 60

// readUnits takes a text of the band that is the name of a unit for one where it stands below a name: "trẻ em" is no section there,
// "đối tượng" no title of a column of labels, and "trđ" no "trong đó" if it leads to nothing.
func (s *sheetReader) readUnits(t *table) {
	for r := t.top + 1; r <= t.bottom; r++ {
		for _, i := range s.g.rowCells(r) {
			p := s.parsed[i]
			if p == nil || p.dims.unit != nil || !p.section && p.role != roleLabel && !(p.ofWhich && !p.says() && s.isLowest(t, i)) {
				continue
			}
			u := s.rd.unit(s.g.text[i])
			if u == nil {
				continue
			}
			for k := t.top; k < r; k++ {
				if j := s.g.cell(k, s.g.pos[i].c); j != none && s.parsed[j] != nil && (p.section || len(s.parsed[j].indicators) > 0) {
					q := *p
					q.section, q.role, q.ofWhich, q.dims.unit, q.dims.unitText = false, "", false, u, s.g.text[i]
					s.parsed[i] = &q
					break
				}
			}
		}
	}
}

// isLowest reports whether no other header stands below one in its column.
func (s *sheetReader) isLowest(t *table, i int32) bool {
	for r := s.g.pos[i].r + 1; r <= t.bottom; r++ {
		if j := s.g.cell(r, s.g.pos[i].c); j != none && j != i && !t.isCode(r) {
			return false
		}
	}
	return true
}

// labelsFollow reports whether the next column that holds anything holds texts: then this one may number them.
func (s *sheetReader) labelsFollow(t *table, c int) bool {
	for k := c + 1; k < len(t.columns); k++ {
		if t.columns[k].role == roleLabel {
			return true
		}
		texts, numbers := s.contents(t, k)
		if texts+numbers > 0 {
			return t.columns[k].role == "" && texts > numbers
		}
	}
	return false
}

// numbersRows reports whether a column holds the ordinals of the rows. A column of codes right of all labels ("Mã số") numbers parts and
// wholes alike, or ranks them.
func (t *table) numbersRows(c int) bool {
	if t.columns[c].role != roleOrdinal {
		return false
	}
	before := false // a label stands left of it
	for k := range t.columns {
		if t.columns[k].role == roleLabel {
			if k > c {
				return true
			}
			before = true
		}
	}
	return !before
}

func (t *table) isCode(r int) bool {
	_, ok := slices.BinarySearch(t.codes, r)
	return ok
}

// content gives the cell of the body of a column in a row, or none: section rows say nothing about a column.
func (s *sheetReader) content(r, c int) int32 {
	if i := s.g.own(r, c); i != none && s.g.fates[i] == fateUnset && s.g.span[i].c <= c {
		return i
	}
	return none
}

// contents counts what the body of a column holds.
func (s *sheetReader) contents(t *table, c int) (texts, numbers int) {
	for r := t.bottom + 1; r < t.end; r++ {
		i := s.content(r, c)
		if i == none {
			continue
		}
		switch s.class[i] {
		case classValue, classEmpty:
			numbers++
		case classText:
			texts++
		}
	}
	return texts, numbers
}

// ordinals counts what may be ordinals of the texts and numbers that the body of a column holds.
func (s *sheetReader) ordinals(t *table, c int) (n int) {
	for r := t.bottom + 1; r < t.end; r++ {
		if i := s.content(r, c); i != none {
			if _, ok := s.g.ordinal(i); ok {
				n++
			}
		}
	}
	return n
}

// holdsTexts reports whether the body of a column holds texts and nothing else but years.
func (s *sheetReader) holdsTexts(t *table, c int) (texts bool) {
	for r := t.bottom + 1; r < t.end; r++ {
		i := s.content(r, c)
		if i == none {
			continue
		}
		switch s.class[i] {
		case classValue, classEmpty:
			return false
		case classText:
			texts = true
		}
	}
	return texts
}

// years counts the years of a column, which are labels if they stand left of the values.
func (s *sheetReader) years(t *table, c int) (n int) {
	for r := t.bottom + 1; r < t.end; r++ {
		if i := s.g.own(r, c); i != none && s.class[i] == classYear && s.g.fates[i] == fateUnset {
			n++
		}
	}
	return n
}

// holdsUnits reports whether most texts of a column are units.
func (s *sheetReader) holdsUnits(t *table, c int) bool {
	units, others := 0, 0
	for r := t.bottom + 1; r < t.end; r++ {
		i := s.g.own(r, c)
		if i == none || s.class[i] != classText || s.g.fates[i] != fateUnset {
			continue
		}
		if s.rd.unit(s.g.text[i]) != nil {
			units++
		} else {
			others++
		}
	}
	return units > others
}

// settleColumn corrects a role by what the column holds: "Đơn vị" over names of districts is a label column, "Chỉ tiêu"
// over numbers beside another label column holds planned values.
func (s *sheetReader) settleColumn(t *table, c int) {
	col := &t.columns[c]
	switch col.role {
	case roleUnit:
		units, names := 0, 0
		for r := t.bottom + 1; r < t.end; r++ {
			i := s.g.own(r, c)
			if i == none || s.parsed[i] == nil {
				continue
			}
			if s.rd.unit(s.g.text[i]) != nil {
				units++
			} else if p := s.parsed[i]; len(p.territories) > 0 || p.rest == "" && p.dims.total || s.rd.isTownName(p.body) {
				names++
			}
		}
		if names > units {
			col.role = roleLabel
		}
	case roleValue:
		if s.holdsTexts(t, c) && s.labelsNone(t, c) {
			col.role = roleLabel // "Chỉ tiêu thống kê"
		}
	case roleLabel:
		texts, numbers := s.contents(t, c)
		if numbers > texts {
			bare := -1 // the first column without a header, which may hold the labels
			for k := range c {
				if t.columns[k].role == roleLabel {
					col.role = roleValue
					col.gap = col.gap || col.stack[len(col.stack)-1].parts // of which month its numbers are is not said
					return
				}
				if bare < 0 && t.columns[k].role == "" && len(t.columns[k].stack) == 0 {
					bare = k
				}
			}
			if bare >= 0 {
				if names, others := s.contents(t, bare); names > others {
					col.role = roleValue
				}
			}
		}
	}
}

// labelsNone reports whether no column of labels stands left of a column, but one of numbers to its right.
func (s *sheetReader) labelsNone(t *table, c int) bool {
	for k := range t.columns {
		texts, numbers := s.contents(t, k)
		switch {
		case k < c && t.columns[k].role != roleOrdinal && texts > s.ordinals(t, k):
			return false
		case k > c && numbers > 0:
			return true
		}
	}
	return false
}
