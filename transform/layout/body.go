package layout

import (
	"slices"
	"strings"

	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/phuluc/phuluc/transform/catalogue"
)

// meaning is what the texts on one side of a value cell say together: the labels of its row with the rows above that
// lead to it, the stack of headers of its column, or the title of its table.
type meaning struct {
	texts       []string // nearest last, as written
	indicator   *catalogue.Indicator
	matches     []catalogue.Match // names that need a parent to be decided
	ambiguous   bool
	territories []*catalogue.Territory
	dims        partial
	unknown     string // a text that was not understood
	tainted     bool   // … and heads the row: what it says is lost for all below it
	comparison  bool
	earlier     bool   // the period is that of the columns beside, a year earlier
	unitCell    string // the unit column's text, of this row or its parent

	blockUnit     *catalogue.Unit // unit of a heading over the rows
	blockUnitText string
}

func (m *meaning) text() string { return strings.Join(m.texts, " / ") }

// row is one row of a table's body.
type row struct {
	r       int
	ordinal ordinal
	labels  []int32 // label cells, left to right, merged ones included
	unit    int32
	parent  *row
	before  *row // the row before it of the same rank under the same parent
	lost    bool // a row without its label lies between the row and its parent
	orphan  bool // that row is numbered, and nothing tells that it named a region
	passed  *row // the row directly above, if the row is no part of it
	above   *row // the next row above that has a unit
	below   *row // the next row of the table
	bullet  int  // the rank that the row's bullet has by itself, 0 if it has none
	indent  int  // blanks before the label or its bullet
	values  bool
	mean    meaning

	searched bool        // for headings
	headings []narrowing // see headingsOver
}

// rank is that of the row's ordinal as it is written, 0 if it has none.
func (rw *row) rank() int {
	if rw.ordinal.text == "" {
		return 0
	}
	return rw.ordinal.rank
}

// layOutColumns decides the role of each column of a table.
func (s *sheetReader) layOutColumns(t *table) {
	g := s.g
	s.readUnits(t)
	s.spreadGroups(t)
	t.columns = make([]column, len(g.cols))
	firstValue := len(g.cols)
	room := len(g.cols) * (t.bottom - t.top + 1)
	stacks, cells, texts := make([]*phrase, 0, room), make([]int32, 0, room), make([]string, 0, room) // of all columns, one behind the other
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
			stacks, cells, texts = append(stacks, s.parsed[i]), append(cells, i), append(texts, g.text[i])
		}
		col.stack, col.cells = slices.Clip(stacks[from:]), slices.Clip(cells[from:])
		s.readRateColumn(t, c)
		col.header = strings.Join(texts[from:], " / ")
		col.gap = s.underOpenGroup(t, c) || s.partOfGroup(t, c)
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
				col.role = p.role
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
		texts, numbers, ordinals := s.contents(t, c)
		if c < firstValue {
			texts += s.years(t, c)
		}
		switch {
		case numbers == 0 && texts == 0:
		case len(col.stack) == 0 && c < firstValue && ordinals > 0 && ordinals >= texts+numbers && s.labelsFollow(t, c):
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
	for c := range g.cols {
		if t.columns[c].role == roleTask {
			t.isTask = true
		}
	}
}

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
		texts, numbers, _ := s.contents(t, k)
		if texts+numbers > 0 {
			return t.columns[k].role == "" && texts > numbers
		}
	}
	return false
}

// numbersRows reports whether a column holds the ordinals of the rows. A column of codes right of all labels ("Mã số") numbers parts and
// wholes alike, or ranks them.
func (t *table) numbersRows(c int) bool {
	isLabel := func(col column) bool { return col.role == roleLabel }
	return t.columns[c].role == roleOrdinal && (slices.ContainsFunc(t.columns[c:], isLabel) || !slices.ContainsFunc(t.columns[:c], isLabel))
}

func (t *table) isCode(r int) bool { return t.codes[r] }

// contents counts what the body of a column holds.
func (s *sheetReader) contents(t *table, c int) (texts, numbers, ordinals int) {
	for r := t.bottom + 1; r < t.end; r++ {
		i := s.g.own(r, c)
		if i == none || s.g.fates[i].kind != fateUnset {
			continue
		}
		if s.g.span[i].c > c { // section rows say nothing about a column
			continue
		}
		if _, ok := s.g.ordinal(i); ok {
			ordinals++
		}
		switch s.class[i] {
		case classValue, classEmpty:
			numbers++
		case classText:
			texts++
		}
	}
	return
}

// years counts the years of a column, which are labels if they stand left of the values.
func (s *sheetReader) years(t *table, c int) (n int) {
	for r := t.bottom + 1; r < t.end; r++ {
		if i := s.g.own(r, c); i != none && s.class[i] == classYear && s.g.fates[i].kind == fateUnset {
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
		if i == none || s.class[i] != classText || s.g.fates[i].kind != fateUnset {
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

// breaksOff reports whether a row without values looks like the remains of another table's header: a column role alone,
// or a text over the values that no label belongs to. What is below it is then not this table's.
func (s *sheetReader) breaksOff(t *table, rw *row) bool {
	if s.hasValues(t, rw.r) {
		return false
	}
	for _, i := range s.g.rowCells(rw.r) {
		if p := s.parsed[i]; p != nil && p.unitLine && s.g.text[i][0] != '[' && s.g.text[i][0] != '(' && s.afterGap(t, rw.r) {
			return true // the unit line of another table whose header is lost
		}
	}
	bare := rw.ordinal.rank == 0 && rw.unit == none
	for _, i := range rw.labels {
		bare = bare && !s.parsed[i].says()
	}
	for _, i := range s.g.rowCells(rw.r) {
		p := s.parsed[i]
		if p == nil || p.opens != "" {
			continue
		}
		role := t.columns[s.g.pos[i].c].role
		if role == roleUnit && s.rd.unit(s.g.text[i]) != nil { // "đối tượng" titles columns of labels too
			continue
		}
		if p.role != "" && p.rest == "" && len(p.indicators) == 0 {
			return true
		}
		if role == roleValue && s.class[i] == classText && (len(rw.labels) == 0 || bare && !slices.Contains(rw.labels, i)) {
			return true
		}
	}
	return false
}

// afterGap reports whether blank rows lie between the last row with values and r.
func (s *sheetReader) afterGap(t *table, r int) bool {
	for ; r > t.bottom+1 && !s.hasValues(t, r); r-- {
		if s.g.rows[r] > s.g.rows[r-1]+1 {
			return true
		}
	}
	return false
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
			} else if len(s.parsed[i].territories) > 0 {
				names++
			}
		}
		if names > units {
			col.role = roleLabel
		}
	case roleValue:
		if texts, numbers, _ := s.contents(t, c); texts > 0 && numbers == 0 && s.labelsNone(t, c) {
			col.role = roleLabel // "Chỉ tiêu thống kê"
		}
	case roleLabel:
		texts, numbers, _ := s.contents(t, c)
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
				if names, others, _ := s.contents(t, bare); names > others {
					col.role = roleValue
				}
			}
		}
	}
}

// labelsNone reports whether no column of labels stands left of a column, but one of numbers to its right.
func (s *sheetReader) labelsNone(t *table, c int) bool {
	for k := range t.columns {
		texts, numbers, ordinals := s.contents(t, k)
		switch {
		case k < c && t.columns[k].role != roleOrdinal && texts > ordinals:
			return false
		case k > c && numbers > 0:
			return true
		}
	}
	return false
}

// readRows goes down the body: gives headers, labels, units and notes their fate and links each row to its parent.
func (s *sheetReader) readRows(t *table) {
	g := s.g
	for r := t.top; r <= t.bottom; r++ {
		for _, i := range g.rowCells(r) {
			if !t.isCode(r) && !(t.doubtful && s.class[i] == classYear) {
				g.skipIfUnset(i, skipHeader)
			}
		}
	}
	for r := range t.codes {
		for _, i := range s.codeCells(t, r) {
			g.skipIfUnset(i, skipColumnCode)
		}
	}
	lastData := t.bottom
	noted := false // what stands below a note and has no values goes on with it
	for r := t.bottom + 1; r < t.end; r++ {
		switch {
		case s.hasValues(t, r):
			lastData, noted = r, false
		case s.opensNote(r):
			noted = true
		case !noted && s.isLabelRow(t, r):
			lastData = r
		}
	}
	hasOrdinals := false
	for c := range t.columns {
		hasOrdinals = hasOrdinals || t.numbersRows(c)
	}
	s.placeRanks(t)
	stack := t.open()
	var measured, nameless *row
	broken := false
	for r := t.bottom + 1; r < t.end && s.ctx.Err() == nil; r++ {
		cells := g.rowCells(r)
		again := slices.ContainsFunc(cells, func(i int32) bool { return g.fates[i].reason == skipHeader }) // the header came again
		if len(cells) == 0 || t.isCode(r) || again || g.fates[cells[0]].kind != fateUnset {
			broken = broken && len(cells) > 0 && !again
			continue
		}
		if broken {
			continue
		}
		if r > lastData {
			s.tail(r)
			continue
		}
		rw := s.newRow(t, r)
		if !t.isTask && s.breaksOff(t, rw) {
			broken = true
			continue
		}
		if len(rw.labels) == 0 && !rw.values && rw.ordinal.rank == 0 {
			s.tail(r)
			continue
		}
		if len(rw.labels) > 0 {
			p := s.parsed[rw.labels[len(rw.labels)-1]]
			if !rw.values && p != nil && (p.opens == kindNote || p.opens == kindSignature) && rw.ordinal.rank == 0 {
				s.tail(r)
				continue
			}
		}
		rank := rw.ordinal.rank
		switch rank {
		case 0:
			rank = s.plainRank(t, rw, hasOrdinals, stack)
		case rankBullet, rankDot, rankPlus:
			rank = s.bulletRank(rw, rank, stack)
		}
		rw.ordinal.rank = rank
		for len(stack) > 0 && stack[len(stack)-1].ordinal.rank >= rank {
			if rw.passed == nil {
				rw.passed = stack[len(stack)-1]
			}
			if top := stack[len(stack)-1]; top.ordinal.rank == rank {
				rw.before = top
			}
			stack = stack[:len(stack)-1]
		}
		if len(stack) > 0 {
			rw.parent = stack[len(stack)-1]
		}
		if len(rw.labels) > 0 || !rw.values {
			stack = append(stack, rw)
		} else {
			nameless = rw
		}
		rw.lost = nameless != nil && (rw.parent == nil || nameless.r > rw.parent.r) && (nameless.rank() == 0 || nameless.rank() < rank)
		if n := len(t.rows); n > 0 {
			s.readRateRow(rw, t.rows[n-1])
		}
		rw.orphan = rw.lost && nameless.rank() > 0 && !t.regions[nameless.rank()] && !t.regionRows[nameless.rank()]
		if rw.above = measured; rw.unit != none {
			measured = rw
		}
		if n := len(t.rows); n > 0 {
			t.rows[n-1].below = rw
		}
		t.rows = append(t.rows, rw)
		for _, i := range cells {
			s.rowFate(t, rw, i)
		}
	}
	t.left = stack
}

// placeRanks notes the ranks of rows that head others with a territory, a year, a sex or an area: 0 for those without an ordinal.
func (s *sheetReader) placeRanks(t *table) {
	t.places, t.regions, t.regionRows = map[int]bool{}, map[int]bool{}, map[int]bool{}
	var cells []int32
	for r := t.bottom + 1; r < t.end && !t.placeRows; r++ {
		var values bool
		if cells, values = s.underHeaders(t, r, cells[:0]); values {
			for _, i := range cells {
				p := s.parsed[i]
				t.placeRows = t.placeRows || t.columns[s.g.pos[i].c].role == roleLabel && p != nil && p.rest == "" && len(p.territories) > 0
			}
		}
	}
	for r := t.bottom + 1; r < t.end; r++ {
		var values bool
		if cells, values = s.underHeaders(t, r, cells[:0]); values {
			if t.placeRows {
				s.noteRegion(t, r)
			}
			continue
		}
		if len(cells) > 0 && len(cells) <= 2 && !t.isCode(r) {
			i := cells[len(cells)-1]
			p := s.parsed[i]
			if p != nil && p.rest == "" && len(p.territories) > 0 && t.placeRows {
				t.regions[s.headingRank(cells, p)] = true
			}
			if p != nil && p.rest != "" && s.rd.isTownName(p.rest) { // "Thuận Châu" beside "Huyện Mộc Châu"
				t.places[s.headingRank(cells, p)] = true
			}
			if p == nil || p.rest != "" || p.ofWhich || len(p.indicators) > 0 && p.dims.sex+p.dims.area == "" || (len(p.territories) == 0 || t.placeRows) && (p.dims.year == 0 || s.isInSeries(r, i)) && p.dims.sex+p.dims.area == "" {
				continue
			}
			o := p.ordinal
			if len(cells) == 2 {
				var ok bool
				if o, ok = s.g.ordinal(cells[0]); !ok {
					continue
				}
			}
			t.places[o.rank] = true
			t.placed = t.placed || len(p.territories) > 0
			t.sexed = t.sexed || p.dims.sex+p.dims.area != "" && o.text == ""
		}
	}
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
		t.regionRows[rw.rank()] = region
	}
}

// isInSeries reports whether a year that stands alone in its row goes on with a column of years: the next row but such rows begins with a year in
// the same column and has values, and the year above, if there is one, leads up to both. Then it heads nothing, but its values were not typed.
func (s *sheetReader) isInSeries(r int, year int32) bool {
	c := s.g.pos[year].c
	at := func(r int) int { // the year with which a row begins
		if cells := s.g.rowCells(r); len(cells) > 0 && s.g.pos[cells[0]].c == c && s.class[cells[0]] == classYear {
			return s.parsed[cells[0]].dims.year
		}
		return 0
	}
	next := r
	for next < len(s.g.rows) && len(s.g.rowCells(next)) == 1 && at(next) > 0 {
		next++
	}
	if next == r || !s.holdsYear(next, c) {
		return false
	}
	step := at(next) - at(r)
	return r == 0 || at(r-1) == 0 || step != 0 && (at(r)-at(r-1) > 0) == (step > 0)
}

// underHeaders adds to cells those of a row, but for its notes and the numbers below no header, which a clerk noted beside the table.
func (s *sheetReader) underHeaders(t *table, r int, cells []int32) (_ []int32, values bool) {
	for _, i := range s.g.rowCells(r) {
		col := &t.columns[s.g.pos[i].c]
		number := (col.role == roleValue || col.role == roleComparison) && s.class[i] != classText
		if number && len(col.stack) == 0 || col.role == roleNote {
			continue
		}
		cells, values = append(cells, i), values || number && s.g.pos[i].c == s.g.span[i].c
	}
	return cells, values
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
			return rankNumber
		case p.dims.part != "" && p.dims.year == 0: // "Quý I" under "2019"
			return rankNumber + 2*min(indent, 9) + 1
		}
	}
	unfilled := s.isInSeries(rw.r, i)
	if !rw.values && !unfilled && rw.unit == none && p != nil && p.rest == "" && (len(p.territories) > 0 && !t.placeRows || p.dims.year != 0) {
		return 1 // "Tỉnh Cao Bằng" over the rows that speak of it
	}
	if !rw.values && rw.unit == none && p != nil && p.rest != "" && (t.places[0] || !p.ofWhich && len(s.rd.narrowings(p.body, true)) > 0) {
		return 1 // as the other headings: that it is not understood must not put its rows under another place, nor under all people
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
	if hasOrdinals && rw.values {
		return rankPlain + min(indent, 2)
	}
	return rankNumber + 2*min(indent, 9)
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

// hasValues reports whether a row has numbers below headers.
func (s *sheetReader) hasValues(t *table, r int) bool {
	for _, i := range s.g.rowCells(r) {
		c := s.g.pos[i].c
		if role := t.columns[c].role; (role == roleValue || role == roleComparison) && len(t.columns[c].stack) > 0 && s.class[i] != classText && c == s.g.span[i].c {
			return true
		}
	}
	return false
}

// opensNote reports whether a row begins with a note.
func (s *sheetReader) opensNote(r int) bool {
	cells := s.g.rowCells(r)
	return len(cells) > 0 && s.parsed[cells[0]] != nil && s.parsed[cells[0]].opens == kindNote
}

// isLabelRow: a row of an unfilled form has an ordinal or a unit beside its label, or a label that is known.
func (s *sheetReader) isLabelRow(t *table, r int) bool {
	label, support := false, false
	for _, i := range s.g.rowCells(r) {
		p := s.parsed[i]
		switch t.columns[s.g.pos[i].c].role {
		case roleLabel, roleTask:
			label = true
			if p == nil || p.opens == kindNote || p.opens == kindSignature {
				return false
			}
			support = support || len(p.indicators) > 0 || p.section || p.ofWhich || p.dims.any()
		case roleUnit:
			support = support || s.rd.unit(s.g.text[i]) != nil
		case roleOrdinal:
			_, ok := s.g.ordinal(i)
			support = support || ok
			if p != nil && (p.section || len(p.indicators) > 0) {
				label = true
			}
		}
	}
	return label && support
}

func (s *sheetReader) newRow(t *table, r int) *row {
	g := s.g
	if len(s.blank) == 0 {
		rows, ok := s.rd.rows.Get().(*[slab]row)
		if !ok {
			rows = new([slab]row)
		}
		s.taken, s.blank = append(s.taken, rows), rows[:]
	}
	rw := &s.blank[0]
	s.blank = s.blank[1:]
	rw.r, rw.unit = r, none
	seen := none
	for c := range t.columns {
		i := g.cell(r, c)
		if i == none || i == seen || t.columns[c].role == "" { // a label may be merged over such a column and its own
			continue
		}
		seen = i
		own := g.pos[i].r == r
		switch t.columns[c].role {
		case roleOrdinal:
			if o, ok := g.ordinal(i); ok && own && len(g.text[i]) < 12 {
				if t.numbersRows(c) {
					rw.ordinal = o
				}
			} else if own && g.cells[i].Kind == sheet.Text { // a merged section row starts in the ordinal column
				rw.labels = append(rw.labels, i)
			}
		case roleLabel, roleTask:
			if own || g.span[i].r >= r {
				rw.labels = append(rw.labels, i)
			}
		case roleUnit:
			rw.unit = i
		case roleValue, roleComparison:
			if own && g.pos[i].c == c {
				switch {
				case s.class[i] == classText && g.span[i].c > c && len(rw.labels) == 0:
					rw.labels = append(rw.labels, i)
				case len(t.columns[c].stack) > 0: // a number below no header makes no row of values
					rw.values = true
				}
			} else if !own && g.pos[i].r > t.bottom { // no header that reaches down
				rw.values = true
			}
		}
	}
	for _, i := range rw.labels {
		if s.parsed[i] == nil {
			s.parsed[i] = s.phraseOf(i)
		}
	}
	if n := len(rw.labels); n > 0 {
		c := &g.cells[rw.labels[n-1]]
		rw.indent = 2*c.Indent + leadingBlanks(c.Raw)
	}
	if n := len(rw.labels); n > 0 && rw.ordinal.rank == 0 {
		rw.ordinal = s.parsed[rw.labels[n-1]].ordinal
	}
	return rw
}

// rowFate gives the cells of a row that hold no value their fate; value cells get theirs when they are resolved.
func (s *sheetReader) rowFate(t *table, rw *row, i int32) {
	g := s.g
	if t.isTask && (rw.values || len(g.rowCells(rw.r)) > 2) {
		return // the whole row is one task
	}
	number := g.cells[i].Kind == sheet.Number
	for _, l := range rw.labels {
		if l == i {
			if number && s.class[i] == classValue {
				return // no label: left to be refused
			}
			if p := s.parsed[i]; p.unitLine {
				g.skipIfUnset(i, skipUnit)
			} else {
				g.skipIfUnset(i, skipLabel)
			}
			return
		}
	}
	switch t.columns[g.pos[i].c].role {
	case roleOrdinal:
		if _, ok := g.ordinal(i); ok || s.class[i] == classText || s.class[i] == classEmpty {
			g.skip(i, skipOrdinal)
		}
	case roleUnit:
		if !number {
			g.skip(i, skipUnit)
		}
	case roleNote:
		if !t.columns[g.pos[i].c].inferred || s.class[i] == classText || s.class[i] == classEmpty {
			g.skip(i, skipNote)
		}
	case roleOwner, rolePartner, roleDue, roleLevel:
		g.skip(i, skipOwner)
	case roleComparison:
		if t.isTask || t.columns[g.pos[i].c].achieved == nil { // percentages of the plan are decided when all values are
			g.skip(i, skipComparison)
		}
	case "":
		if s.class[i] == classText {
			g.skip(i, skipNote)
		}
	}
}

// tail gives the rows under a table their fate: notes and signatures; numbers stay for the sweep.
func (s *sheetReader) tail(r int) {
	g := s.g
	for _, i := range g.rowCells(r) {
		if s.class[i] != classText || g.fates[i].kind != fateUnset {
			continue
		}
		g.skip(i, s.textReason(i, skipNote))
	}
}

// textReason classifies a text outside of tables.
func (s *sheetReader) textReason(i int32, otherwise string) string {
	p := s.parsed[i]
	t := s.g.text[i]
	switch {
	case strings.Trim(t, " .…_-–:/") == "":
		return skipBlankForm
	case p == nil:
		return otherwise
	case p.unitLine, otherwise == skipTitle && s.rd.bothUnits(t) != nil:
		return skipUnit
	case p.opens == kindNote:
		return skipNote
	case p.opens == kindSignature:
		return skipSignature
	case s.rd.line(t).dated:
		return skipSignature
	case p.opens == kindLetterhead:
		return skipLetterhead
	}
	return otherwise
}

// isPlaceAndDate recognises "Hà Giang, ngày 12 tháng 7 năm 2013", filled in or not: the place names no sender.
func isPlaceAndDate(t string) bool {
	low := strings.ToLower(t)
	i := strings.Index(low, "ngày")
	return i >= 0 && i < 40 && strings.Contains(low[i:], "tháng") && strings.Contains(low[i:], "năm") && !strings.Contains(low, "số")
}

// zoneOf gives the cells above a table that speak about it, and their fate.
func (s *sheetReader) readZone(t *table) {
	g := s.g
	for r := t.zone; r < t.top; r++ {
		for _, i := range g.rowCells(r) {
			if g.fates[i].kind != fateUnset {
				continue
			}
			if s.class[i] == classText || s.class[i] == classYear && s.isLedIn(r, i) {
				t.zoneCells = append(t.zoneCells, i)
				g.skip(i, s.textReason(i, skipTitle))
			}
		}
	}
}

// isLedIn reports whether a year is what the text to its left announces: "Năm kế hoạch:" in one cell, 2020 in the next.
func (s *sheetReader) isLedIn(r int, year int32) bool {
	for c := s.g.pos[year].c - 1; c >= 0; c-- {
		if i := s.g.cell(r, c); i != none {
			return s.class[i] == classText && strings.HasSuffix(s.g.text[i], ":")
		}
	}
	return false
}
