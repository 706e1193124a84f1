package layout

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// sheetReader finds the tables of one sheet.
type sheetReader struct {
	ctx       context.Context
	rd        *Reader
	g         *grid
	class     []class
	parsed    []*phrase // of text and year cells; nil for values
	views     []rowView // what each row of the grid holds
	written   bool      // some number is written as a text
	tables    []*table
	shapes    int // tables of which no header word is known
	shared    []sharedTitles
	lineage   []ancestor    // room for the ancestors of a row or a header
	room      []string      // see roomFor
	place     *mention      // the territory after which the sheet is named, nil if it is not
	local     *mention      // the part of a province whose the sheet is, nil if it is not, see placeSheets
	parts     bool          // a table above is titled after a part of a province
	done      map[span]bool // the periods of headers that say what kind of figure they head: whether one is of what was done
	own       bool          // the texts above its tables name a province
	home      seat
	labels    []int32  // those of all rows, one behind the other
	dated     [][]int  // see dates
	proven    proof    // by the numbers of all its tables
	name      *partial // see nameSays
	noted     []noted  // the poverty standards that notes name, see noteTurns
	notesRead bool
	nameRead  bool
	aside     string // see nameSetsAside
	asideRead bool
	about     []narrowing // what the name of the sheet says that it is about
	aboutRead bool
	prelim    []preliminary
	reserved  []reservation
	signed    []int32               // lines that tell where and when the report was signed
	remarks   map[int][]reservation // by the grid row beside which they stand
	comments  map[int32][]comment   // by cell
	ofFile    []narrowing           // see narrowedBy
}

// table is one header band with the rows below it.
type table struct {
	number      int
	top, bottom int   // header band, grid rows, inclusive
	zone        int   // first grid row of the texts above the band that speak about this table
	codes       []int // rows of column codes, ascending
	c1, c2      int   // first and last column of the table
	columns     []column
	rows        []*row
	zoneCells   []int32
	isTask      bool
	doubtful    bool         // its header may be a row of values of the table above ("Số giáo viên | 2015 | 2016 | 2017"), or is not all of it
	before      *table       // of the sheet before, that this one goes on
	left        []*row       // the last row and those it is a part of
	title       *titleInfo   // what its titles said
	said        []partial    // what the headers of its columns said, see goOnBelow
	places      map[int]bool // see placeRanks
	placed      bool         // some of these rows name a territory
	regions     map[int]bool // ranks of the rows over these that name their region
	regionRows  map[int]bool // ranks of numbered rows with values that name regions and nothing else
	placeRows   bool         // rows with values name territories: one without is no heading
	torn        map[int]bool // see isTorn
	translated  map[int]bool // rows that say in English what the row above says
	sexed       bool         // some of the rows that head others name a sex or an area
	lone        int          // the only one of these if it stands behind rows with values, which may be but a row without; else 0
	end         int          // first grid row after the body
}

func newSheetReader(ctx context.Context, rd *Reader, g *grid) *sheetReader {
	s := &sheetReader{ctx: ctx, rd: rd, g: g, class: cut(&g.room.classes, len(g.cells)), parsed: cut(&g.room.phrases, len(g.cells))}
	for i := range g.cells {
		if i%lookEvery == 0 && ctx.Err() != nil {
			break
		}
		s.classify(int32(i))
	}
	return s
}

// phraseOf parses what a cell holds.
func (s *sheetReader) phraseOf(i int32) *phrase {
	if r := s.g.read[i]; r != nil {
		return r.phrase
	}
	return s.ask(s.g.text[i])
}

// ask parses a text that is not that of a text cell, and keeps it for the trace.
func (s *sheetReader) ask(t string) *phrase {
	if strings.ContainsFunc(t, unicode.IsLetter) { // without, no label is in it
		s.g.asked = append(s.g.asked, t)
	}
	return s.rd.phrase(t)
}

// isHeader decides whether a row can begin a header band: no values, and at least two cells of which column roles,
// periods or measures make the row more than a label. cur is the table above, nil if there is none: a row with a cell
// in its label columns goes on with that table unless roles or years say otherwise.
func (s *sheetReader) isHeader(r int, v *rowView, cur *table) bool {
	if v.values > 0 {
		return false
	}
	switch {
	case v.roles >= 2:
		return true
	case v.roles == 1 && (cur == nil || !s.hasUnit(v.cells, cur)):
		return v.heads+v.years+v.known+v.texts >= 2
	}
	if cur != nil && v.years > 0 && s.isBodyRow(r, v, cur) {
		return false
	}
	first := len(v.cells) > 0 && s.g.pos[v.cells[0]].c > 0 // the label column's header is blank
	if v.years >= 2 && (v.ascending || v.descending) {
		return v.names == 0 && (first || s.class[v.cells[0]] == classYear || s.parsed[v.cells[0]].unitLine || !s.parsed[v.cells[0]].says())
	}
	if cur != nil {
		for _, i := range v.cells {
			j := s.g.cell(cur.top, s.g.pos[i].c)
			if j == none || s.parsed[j] == nil || s.parsed[j].role != "" && s.parsed[j].dims.year == 0 {
				return false
			}
		}
	}
	switch {
	case v.heads+v.years >= 2, first && v.heads > 0 && v.fillers > 0:
		return v.known == 0 && (v.texts+v.labels == 0 || first)
	case v.names >= 2 && first:
		return v.texts+v.labels == 0
	}
	return false
}

// hasUnit reports whether one of the cells is a unit in the column of units of a table: "đối tượng" is the title of a column of labels elsewhere.
func (s *sheetReader) hasUnit(cells []int32, t *table) bool {
	return slices.ContainsFunc(cells, func(i int32) bool {
		j := s.g.cell(t.top, s.g.pos[i].c)
		return j != none && s.parsed[j].roleOf() == roleUnit && s.rd.unit(s.g.text[i]) != nil
	})
}

// isBodyRow reports whether a row with numbers that look like years is one of values, of the table above: 2052 persons beside "- Nam", or
// beside a year that goes on a column of years.
func (s *sheetReader) isBodyRow(r int, v *rowView, cur *table) bool {
	again, run := s.countsYears(v, cur)
	if run {
		return false
	}
	for _, i := range v.cells {
		c := s.g.pos[i].c
		if s.class[i] == classYear {
			if again {
				break
			}
			return i == v.cells[0] && (s.holdsYear(r-1, c) || s.holdsYear(r+1, c)) // the labels are years, or the row begins with one
		}
		p := s.parsed[i]
		if p == nil {
			return false
		}
		if p.ordinal.rank > 0 || p.dims.sex+p.dims.area != "" || p.dims.total || s.rd.unit(s.g.text[i]) != nil {
			return true
		}
		for k := cur.top; k <= cur.bottom && !again; k++ {
			j := s.g.cell(k, c)
			if j == none || s.parsed[j] == nil || s.g.key(j) == s.g.key(i) {
				continue
			}
			switch s.parsed[j].role {
			case roleOrdinal, roleLabel, roleUnit:
				return s.parsed[j].dims.year == 0
			}
		}
	}
	return again && s.isLabelled(r, v, cur)
}

// isLabelled reports whether a row directly below values has a text of its own below the header of the labels: years of the header again
// are then as many persons, or what they say of the rows below they say with the header above.
func (s *sheetReader) isLabelled(r int, v *rowView, cur *table) bool {
	if r-1 > cur.bottom && !s.hasNumbers(r-1) {
		return false
	}
	for _, i := range v.cells {
		p := s.parsed[i]
		if s.class[i] != classText || p.role != "" || p.rest == "" || p.opens != "" {
			continue
		}
		for k := cur.top; k <= cur.bottom; k++ {
			if j := s.g.cell(k, s.g.pos[i].c); j != none && s.parsed[j].roleOf() == roleLabel && s.g.key(j) != s.g.key(i) {
				return true
			}
		}
	}
	return false
}

// goesOn reports whether nothing in the rows from one to the last of the next band is a value or stands in the columns of the labels of a table, as
// its rows, the title of the next table and the labels of that do: what the band of the table says may be of what stands below the next.
func (s *sheetReader) goesOn(t *table, from, to int) bool {
	for k := from; k <= to; k++ {
		for _, i := range s.g.rowCells(k) {
			if s.class[i] == classValue {
				return false
			}
			h := t.top
			for h < t.bottom && s.g.cell(h, s.g.pos[i].c) == none {
				h++
			}
			if j := s.g.cell(h, s.g.pos[i].c); j != none && !slices.Contains([]string{"", roleValue, roleComparison, roleNote}, s.parsed[j].roleOf()) {
				return false
			}
		}
	}
	return true
}

// countsYears reports whether the years of a row are those of the table again, or others, three and more one after the other.
func (s *sheetReader) countsYears(v *rowView, cur *table) (again, run bool) {
	again, run = true, v.years >= 3
	last := 0
	for _, i := range v.cells {
		if s.class[i] != classYear {
			continue
		}
		year, same := s.parsed[i].dims.year, false
		for k := cur.top; k <= cur.bottom; k++ {
			j := s.g.cell(k, s.g.pos[i].c)
			same = same || j != none && s.parsed[j] != nil && s.parsed[j].dims.year == year
		}
		again = again && same
		run = run && (last == 0 || year == last+1 || year == last-1)
		last = year
	}
	return again, run && !again
}

// holdsYear reports whether a row begins with a year in a column and goes on with values.
func (s *sheetReader) holdsYear(r, c int) bool {
	if r < 0 || r >= len(s.g.rows) {
		return false
	}
	i := s.g.own(r, c)
	cells := s.g.rowCells(r)
	if i == none || s.class[i] != classYear || len(cells) < 2 || cells[0] != i {
		return false
	}
	for _, k := range cells[1:] {
		if s.class[k] == classText {
			return false
		}
	}
	return true
}

// isCodes recognises the row of column codes under a header: "A B C 1 2 3", "(1) (2) (3)", "7=5/3". The codes count up
// from one, and no cell is longer than a code.
func (s *sheetReader) isCodes(cells []int32) bool {
	for _, i := range cells {
		if len(s.g.text[i]) > 20 {
			return false
		}
	}
	next, seen := 1, 0
	for _, i := range cells {
		t := strings.Trim(s.g.text[i], "() ")
		if t == "" || longerThanCode(t) {
			return false
		}
		if r, w := utf8.DecodeRuneInString(t); w == len(t) && (unicode.IsLetter(r) || unicode.IsMark(r)) {
			seen++
			continue
		}
		t = strings.TrimSpace(t)
		digits := leadingDigits(t)
		n, err := strconv.Atoi(t[:digits])
		if err != nil || digits > 6 || n > 99 {
			return false
		}
		if n != next {
			if next != 1 || n > 4 { // "A B C" may also be counted as 1 2 3
				return false
			}
			next = n
		}
		if digits < len(t) && (s.g.read[i] == nil || !s.g.read[i].phrase.formula) {
			return false
		}
		next++
		seen++
	}
	return seen >= 2 && (next > 1 || s.isAlphabet(cells))
}

// longerThanCode reports whether a text begins with a word of more than one letter or with a number above 99, without splitting it.
func longerThanCode(t string) bool {
	if r, w := utf8.DecodeRuneInString(t); unicode.IsLetter(r) && w < len(t) {
		return true
	}
	return leadingDigits(t) > 2 && t[0] != '0'
}

func leadingDigits(t string) (n int) {
	for n < len(t) && isDigit(t[n]) {
		n++
	}
	return n
}

// isAlphabet recognises column codes that are letters only, "a b c d": at least four, each the next one.
func (s *sheetReader) isAlphabet(cells []int32) bool {
	for k, i := range cells {
		t := strings.ToLower(strings.Trim(s.g.text[i], "() "))
		if len(t) != 1 || t[0] != byte('a'+k) {
			return false
		}
	}
	return len(cells) >= 4
}

// find splits the sheet into tables.
func (s *sheetReader) find() {
	g := s.g
	s.views = cut(&g.room.views, len(g.rows))
	for r := range g.rows {
		s.serialYears(r)
		s.look(r)
	}
	var cur *table  // the last one
	var head *table // the last one whose band does not go on with that of another
	for r := 0; r < len(g.rows) && s.ctx.Err() == nil; r++ {
		again := cur != nil && s.repeats(cur, r)
		if !again && !s.isHeader(r, &s.views[r], cur) {
			if cur != nil && (r == cur.bottom+1 || s.afterRepeat(cur, r) || s.afterLabel(cur, r)) && s.isCodes(s.codeCells(cur, r)) {
				cur.codes = append(cur.codes, r)
				if r == cur.bottom+1 {
					cur.bottom = r
				}
			}
			continue
		}
		if again {
			// A page break: the band comes again. Its rows are header rows of the same table.
			from, end := r, min(r+s.bandHeight(cur), len(g.rows))
			for k := from; k < end && (k == from || !s.holdsValues(cur, k) || s.areAlike(cur.top+k-from, k)); k++ {
				s.markHeader(cur, k)
				r = k
			}
			continue
		}
		t := &table{number: len(s.tables) + 1, top: r, bottom: r, end: len(g.rows)}
		s.extendUp(t, cur)
		s.extendDown(t)
		if cur != nil && s.views[r].roles == 0 {
			_, run := s.countsYears(&s.views[r], cur)
			t.doubtful = t.doubtful || run && s.isLabelled(r, &s.views[r], cur)
		}
		if head != nil && s.goesOn(head, cur.bottom+1, t.bottom) {
			t.doubtful = true
		} else {
			head = t
		}
		s.bounds(t)
		s.tables = append(s.tables, t)
		cur = t
		r = t.bottom
	}
	for k, t := range s.tables {
		floor := 0
		if k > 0 {
			floor = s.tables[k-1].bottom + 1
		}
		t.zone = s.zoneStart(t, floor)
		if k > 0 {
			s.tables[k-1].end = t.zone
		}
	}
}

// afterLabel reports whether nothing but labels of blocks stands between the header of a table and a row.
func (s *sheetReader) afterLabel(t *table, r int) bool {
	for k := t.bottom + 1; k < r; k++ {
		if len(s.views[k].cells) != 1 || !s.isBlockLabel(s.views[k].cells[0]) {
			return false
		}
	}
	return true
}

// afterRepeat reports whether the row above is a repeated header of the table.
func (s *sheetReader) afterRepeat(t *table, r int) bool {
	if r == 0 {
		return false
	}
	for _, i := range s.g.rowCells(r - 1) {
		return s.g.fates[i] == skipHeader
	}
	return false
}

// areAlike reports whether two rows hold the same texts in the same columns: "1.000 người" is no value below a header that has it too.
func (s *sheetReader) areAlike(r, again int) bool {
	return slices.EqualFunc(s.g.rowCells(r), s.g.rowCells(again), func(i, j int32) bool {
		return s.g.pos[i].c == s.g.pos[j].c && s.g.key(i) == s.g.key(j)
	})
}

// isBeside reports whether a cell is a number that stands outside a table's columns: what somebody noted beside it.
func (s *sheetReader) isBeside(t *table, i int32) bool {
	c := s.g.pos[i].c
	return s.class[i] == classValue && (c < t.c1 || c > t.c2)
}

// holdsValues reports whether a row holds values of the table.
func (s *sheetReader) holdsValues(t *table, r int) bool {
	return slices.ContainsFunc(s.g.rowCells(r), func(i int32) bool { return (s.class[i] == classValue || s.class[i] == classEmpty) && !s.isBeside(t, i) })
}

// codeCells gives the cells of a row that can be column codes: all, or those of the table if others spoil them.
func (s *sheetReader) codeCells(t *table, r int) []int32 {
	if cells := s.g.rowCells(r); s.isCodes(cells) {
		return cells
	}
	return slices.DeleteFunc(slices.Clone(s.g.rowCells(r)), func(i int32) bool {
		j := s.g.cell(t.top, s.g.pos[i].c)
		return s.isBeside(t, i) || j != none && s.parsed[j].roleOf() == roleNote
	})
}

func (s *sheetReader) markHeader(t *table, r int) {
	for _, i := range s.g.rowCells(r) {
		reason := skipHeader
		if s.class[i] == classValue {
			reason = skipColumnCode
		}
		if !s.isBeside(t, i) {
			s.g.skipIfUnset(i, reason)
		}
	}
}

// repeats reports whether a header row is the table's own again, after a page break: the same texts, directly below rows
// of the body. Below a title or unit line it begins another table.
func (s *sheetReader) repeats(t *table, r int) bool {
	if r > 0 {
		if above := s.g.rowCells(r - 1); len(above) == 1 && s.class[above[0]] == classText && s.g.span[above[0]].r == r-1 && !s.parsed[above[0]].leadsOn() {
			return false
		}
	}
	isNote := func(i int32) bool { return s.parsed[i].roleOf() == roleNote } // wherever it stands, it says nothing of values
	same, all := 0, 0
	for _, i := range s.g.rowCells(r) {
		if s.isBeside(t, i) || isNote(i) {
			continue
		}
		j := s.g.cell(t.top, s.g.pos[i].c)
		if j != none && isNote(j) && s.class[i] == classText && !s.parsed[i].known() { // a note below the header of the notes
			continue
		}
		if j == none || s.g.key(j) != s.g.key(i) {
			return false
		}
		same++
	}
	if same < 2 {
		return false
	}
	for _, i := range s.g.rowCells(t.top) {
		if !isNote(i) {
			all++
		}
	}
	return same == all
}

// leadsOn reports whether a text announces the rows below it ("Trong đó:", a section): it is no title.
func (p *phrase) leadsOn() bool {
	return p.ofWhich || p.section || p.rest == "" && p.opens == "" && !p.unitLine && !p.says()
}

// isUnfilled recognises a row of the table above to which nobody typed values: a unit right of its label, or a bullet before it.
func (s *sheetReader) isUnfilled(cells []int32) bool {
	for k, i := range cells {
		p := s.parsed[i]
		if p == nil || p.unitLine {
			continue
		}
		if k > 0 && s.rd.unit(s.g.text[i]) != nil {
			return true
		}
		switch p.ordinal.rank {
		case rankBullet, rankDot, rankPlus:
			if p.dims.sex+p.dims.area != "" && s.g.pos[i].c > 0 {
				return true
			}
		}
	}
	return false
}

// zoneStart finds the first of the rows above a band that speak about it: text rows without values, up to the last
// row of data above. Above the first band all rows do.
func (s *sheetReader) zoneStart(t *table, floor int) int {
	z := t.top
	for r := t.top - 1; r >= floor; r-- {
		v := &s.views[r]
		if v.values > 0 || v.years > 0 || v.ordinals > 0 || len(v.cells) > 2 {
			break
		}
		if s.isUnfilled(v.cells) {
			if r > 0 && s.views[r-1].values > 0 { // above the first band too
				return z
			}
			break
		}
		opens := ""
		for _, i := range v.cells {
			if p := s.parsed[i]; p != nil && (p.opens == kindNote || p.opens == kindSignature) {
				opens = p.opens
			}
		}
		if opens != "" {
			break
		}
		z = r
	}
	if k := s.lastRows(t, z); k > z {
		z = k
	} else if floor == 0 {
		z = 0
	}
	t.doubtful = t.doubtful || s.mayHoldRows(t, floor, z)
	return z
}

// namesPart reports whether a text says of which part of something the figures beside it are, and not of what.
func (p *phrase) namesPart() bool {
	return p != nil && p.rest == "" && p.opens == "" && !p.unitLine && (p.ofWhich || p.dims.sex+p.dims.area != "") && len(p.territories) == 0 && !standsFor(p)
}

// isTitled reports whether a text that is no unit stands in the rows from r on above the band.
func (s *sheetReader) isTitled(t *table, r int) bool {
	for ; r < t.top; r++ {
		for _, i := range s.views[r].cells {
			if s.class[i] == classText && !s.parsed[i].unitLine {
				return true
			}
		}
	}
	return false
}

// lastRows gives the row behind the last rows of a table to which nobody typed values, if the rows from z on above the band t begin with them:
// "Nam" and "Nữ" below the figures of both, above the title of the next table. A title may stand so too, but is not followed by another.
func (s *sheetReader) lastRows(t *table, z int) int {
	g := s.g
	if z == 0 || s.views[z-1].values == 0 {
		return z
	}
	k, part := z, false
	for ; k < t.top && g.rows[k] == g.rows[k-1]+1; k++ {
		i := s.views[k].cells[0]
		p, above := s.parsed[i], g.cell(z-1, g.pos[i].c)
		if g.span[i].c > g.pos[i].c || above != none && s.class[above] != classText || p == nil || p.rest != "" || p.opens != "" || !p.namesPart() && len(p.indicators)+len(p.territories) == 0 {
			break
		}
		part = part || p.namesPart()
	}
	if s.isTitled(t, k) && (part || g.rows[k] > g.rows[k-1]+1) {
		return k
	}
	return z
}

// mayHoldRows reports whether a text above the band that names but a part of something may be the label of a row of another table: it stands
// beside values, or near below them, above the title or apart from the band.
func (s *sheetReader) mayHoldRows(t *table, floor, z int) bool {
	g := s.g
	last := -1 // the last row of values above
	for r := floor; r < t.top; r++ {
		if s.views[r].values > 0 {
			last = r
		}
		if i := s.views[r].cells[0]; r < z || last < 0 || g.span[i].c > g.pos[i].c || !s.parsed[i].namesPart() {
			continue
		}
		lost := g.rows[r] - g.rows[last] - (r - last)
		if lost <= 1 && (last == r || s.isTitled(t, r+1) || lost == 0 && g.rows[r+1] > g.rows[r]+1) {
			return true
		}
	}
	return false
}
