package layout

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/phuluc/phuluc/transform/catalogue"
)

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
	carried bool // see isCarried
	either  bool // see findEither
	mean    meaning

	searched bool        // for headings
	headings []narrowing // see headingsOver

	onSubject *catalogue.Indicator // the last that the label is enough for, see offSubject
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
	for _, r := range t.codes {
		for _, i := range s.codeCells(t, r) {
			g.skipIfUnset(i, skipColumnCode)
		}
	}
	for r := t.bottom + 1; r < t.end; r++ {
		s.views[r].valued = s.hasHeadedNumbers(t, r)
	}
	lastData := t.bottom
	noted := false // what stands below a note and has no values goes on with it
	apart := false // a blank row lies between
	for r := t.bottom + 1; r < t.end; r++ {
		switch {
		case len(g.rowCells(r)) == 0:
			apart = true
		case s.hasValues(r):
			lastData, noted, apart = r, false, false
		case s.opensNote(r):
			noted = true
		case !noted && (s.isLabelRow(t, r) || !apart && s.isMistyped(t, r)), noted && s.countsOn(t, lastData, r) && s.isMistyped(t, r):
			lastData, noted = r, false
		}
	}
	hasOrdinals := false
	for c := range t.columns {
		hasOrdinals = hasOrdinals || t.numbersRows(c)
	}
	s.findTranslations(t)
	s.placeRanks(t)
	stack := t.open()
	var measured, nameless *row
	broken := false
	t.rows = slices.Grow(t.rows, max(t.end-t.bottom-1, 0))
	s.labels = slices.Grow(s.labels, max(t.end-t.bottom-1, 0))
	for r := t.bottom + 1; r < t.end && s.ctx.Err() == nil; r++ {
		cells := g.rowCells(r)
		again := slices.ContainsFunc(cells, func(i int32) bool { return g.fates[i] == skipHeader }) // the header came again
		if len(cells) == 0 || t.isCode(r) || again || g.fates[cells[0]] != fateUnset {
			broken = broken && len(cells) > 0 && !again
			continue
		}
		if broken {
			continue
		}
		if t.translated[r] {
			for _, i := range cells {
				g.skip(i, skipLabel)
			}
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
		if rw.carried = rw.values && s.isCarried(rw); rw.carried { // the break of a page ends no heading
			t.rows = append(t.rows, rw)
			for _, i := range cells {
				s.rowFate(t, rw, i)
			}
			continue
		}
		if n := len(stack); n > 0 && !stack[n-1].values && s.areLikePeriods(stack[n-1], rw) { // nobody filled the row above
			stack = stack[:n-1]
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
		rw.lost = rw.lost || s.beginsBehindAnother(rw)
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
	s.findDivisions(t)
	s.findEither(t)
}

// findEither marks the rows that name but a sex or an area and of which it is not clear what they are a part of: "Trong đó: nữ" behind "- BHXH bắt buộc",
// or "+ Nữ" between "+ Trung cấp" and "+ Sơ cấp", may be a part of the row above or of the one that this is a part of.
func (s *sheetReader) findEither(t *table) {
	divides := func(rw *row) bool {
		if len(rw.labels) == 0 {
			return false
		}
		p := s.parsed[rw.labels[len(rw.labels)-1]]
		return p.rest == "" && p.dims.sex+p.dims.area != "" && !standsFor(p) && len(p.territories) == 0
	}
	names := func(rw *row) bool {
		return rw != nil && rw.values && len(rw.labels) > 0 && !divides(rw) && len(s.parsed[rw.labels[len(rw.labels)-1]].indicators) > 0
	}
	for _, rw := range t.rows {
		if rw.parent == nil || !divides(rw) || !names(rw.parent) {
			continue
		}
		if rw.isOfWhich(s) {
			rw.either = names(rw.passed) && rw.passed.parent == rw.parent && rw.passed.ordinal.rank >= rankBullet
			continue
		}
		next := rw.below
		for next != nil && next.parent == rw.parent && divides(next) {
			next = next.below
		}
		before := rw.before
		for before != nil && divides(before) {
			before = before.before
		}
		rw.either = names(before) && before.parent == rw.parent && names(next) && next.parent == rw.parent && next.ordinal.rank == rw.ordinal.rank
	}
}

// areLikePeriods reports whether two rows name a month each, or a quarter, or a year, and nothing else: neither heads the other.
func (s *sheetReader) areLikePeriods(a, b *row) bool {
	period := func(rw *row) *partial {
		if len(rw.labels) != 1 {
			return nil
		}
		p := s.parsed[rw.labels[0]]
		if p == nil || p.rest != "" || len(p.indicators)+len(p.territories) > 0 || p.dims.year == 0 && p.dims.part == "" {
			return nil
		}
		return &p.dims
	}
	x, y := period(a), period(b)
	return x != nil && y != nil && len(x.part) == len(y.part) && (x.part == "" || x.part[0] == y.part[0]) && (x.part != y.part || x.year != y.year)
}

// findDivisions makes two rows that name but the one sex or area and the other the parts of the row above them, beside which they stand, if their figures
// add up to its in each column that holds the three: "Lực lượng lao động", "Thành thị", "Nông thôn".
func (s *sheetReader) findDivisions(t *table) {
	var whole *row
	for k := 0; k+1 < len(t.rows); k++ {
		a, b := t.rows[k], t.rows[k+1]
		if a.carried || len(a.labels) == 0 || len(b.labels) == 0 || a.ordinal.text != "" || b.ordinal.text != "" || a.parent != b.parent ||
			!s.parsed[b.labels[len(b.labels)-1]].isRestOf(s.parsed[a.labels[len(a.labels)-1]]) {
			whole = a
			continue
		}
		if whole == nil || whole.parent != a.parent || len(whole.labels) == 0 || !s.addUp(t, whole, a, b) {
			whole = nil
			continue
		}
		if in := s.rd.counted(s.parsed[whole.labels[len(whole.labels)-1]]); in == nil || !s.rd.isDivided(in, &s.parsed[a.labels[len(a.labels)-1]].dims) {
			whole = nil
			continue
		}
		a.parent, b.parent = whole, whole
		k++
	}
}

// addUp reports whether the figures of two rows add up to those of a third, in all columns that hold the three and in at least one.
func (s *sheetReader) addUp(t *table, whole, a, b *row) (proven bool) {
	for c := range t.columns {
		if t.columns[c].role != roleValue {
			continue
		}
		sum, ok := s.number(whole.r, c)
		x, ok1 := s.number(a.r, c)
		y, ok2 := s.number(b.r, c)
		switch {
		case !ok || !ok1 || !ok2:
		case !x.Add(y).Equal(sum) || x.IsZero() || y.IsZero():
			return false
		default:
			proven = true
		}
	}
	return proven
}

// isCarried reports whether a row holds what others on its page or on those before add up to: "Cộng trang 1", "Mang sang".
func (s *sheetReader) isCarried(rw *row) bool {
	return len(rw.labels) > 0 && !slices.ContainsFunc(rw.labels, func(i int32) bool {
		p := s.parsed[i]
		if p.opens != kindNote {
			return true
		}
		toks := s.rd.tokenize(p.body)
		for len(toks) > 1 && (toks[len(toks)-1].num >= 0 || toks[len(toks)-1].punct) {
			toks = toks[:len(toks)-1]
		}
		_, ok := s.rd.vocab.find(toks, kindCarried)
		return !ok
	})
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

// isBesideRest reports whether a text that stands alone in its row names the one sex, or the one area, that a row with values directly above
// or below it leaves: it heads nothing, but its values were not typed.
func (s *sheetReader) isBesideRest(t *table, r int, i int32) bool {
	for _, step := range []int{-1, 1} {
		k := r + step
		for t.translated[k] {
			k += step
		}
		if k <= t.bottom || k >= t.end || !s.hasValues(k) {
			continue
		}
		if j := s.g.own(k, s.g.pos[i].c); j != none && s.parsed[i] != nil && s.parsed[j].isRestOf(s.parsed[i]) {
			return true
		}
	}
	return false
}

// underHeaders adds to cells those of a row, but for its notes and the numbers below no header, which a clerk noted beside the table.
func (s *sheetReader) underHeaders(t *table, r int, cells []int32) []int32 {
	for _, i := range s.g.rowCells(r) {
		col := &t.columns[s.g.pos[i].c]
		number := (col.role == roleValue || col.role == roleComparison) && s.class[i] != classText
		if number && len(col.stack) == 0 || col.role == roleNote {
			continue
		}
		cells = append(cells, i)
	}
	return cells
}

// hasValues reports whether a row of the body of a table that is being read has numbers below headers.
func (s *sheetReader) hasValues(r int) bool { return s.views[r].valued }

// hasHeadedNumbers reports whether a row has numbers below headers of a table.
func (s *sheetReader) hasHeadedNumbers(t *table, r int) bool {
	return s.hasNumbers(r) && slices.ContainsFunc(s.g.rowCells(r), func(i int32) bool {
		c := s.g.pos[i].c
		if s.class[i] == classText || c != s.g.span[i].c {
			return false
		}
		col := &t.columns[c]
		return len(col.stack) > 0 && (col.role == roleValue || col.role == roleComparison)
	})
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

// isMistyped reports whether a row has a label, and below a header of values a text of digits more than letters, which a clerk may have
// meant as a number: "l2,5", "12,5 (a)". At the end of a table it is no note.
func (s *sheetReader) isMistyped(t *table, r int) bool {
	label, meant := false, false
	for _, i := range s.g.rowCells(r) {
		if s.g.fates[i] != fateUnset || s.class[i] != classText {
			continue
		}
		switch col := &t.columns[s.g.pos[i].c]; col.role {
		case roleLabel:
			p := s.parsed[i]
			label = label || p != nil && p.opens != kindNote && p.opens != kindSignature
		case roleValue:
			meant = meant || len(col.stack) > 0 && mostlyDigits(s.g.text[i]) && s.textReason(i, skipNote) == skipNote
		}
	}
	return label && meant
}

// countsOn reports whether a row has the number behind that of another: 4 below a note, behind 3 above it.
func (s *sheetReader) countsOn(t *table, before, r int) bool {
	number := func(r int) int {
		for _, i := range s.g.rowCells(r) {
			if t.columns[s.g.pos[i].c].role == roleOrdinal {
				n, _ := strconv.Atoi(s.g.text[i])
				return n
			}
		}
		return 0
	}
	n := number(before)
	return n > 0 && number(r) == n+1
}

// mostlyDigits reports whether a text has digits, of any writing, and no more letters than digits.
func mostlyDigits(t string) bool {
	digits, letters := 0, 0
	for _, r := range t {
		switch {
		case unicode.IsNumber(r):
			digits++
		case unicode.IsLetter(r):
			letters++
		}
	}
	return digits > 0 && letters <= digits
}

// beginsBehindAnother reports whether a list begins, with its a or 1, right behind a row that names something and has lost its ordinal: its
// parts may be those of that row, not of the row above both.
func (s *sheetReader) beginsBehindAnother(rw *row) bool {
	another := rw.passed
	if another == nil || rw.before != nil || !another.values || another.ordinal.text != "" || another.ordinal.rank < rankPlain || another.ordinal.rank >= rankOfWhich || len(another.labels) == 0 {
		return false
	}
	switch rw.ordinal.text {
	case "a", "A", "1", "i", "I":
	default:
		return false
	}
	p := s.parsed[another.labels[len(another.labels)-1]]
	return len(p.indicators) > 0 && !p.ofWhich
}

func (s *sheetReader) newRow(t *table, r int) *row {
	g := s.g
	rw := &cut(&g.room.rows, 1)[0]
	rw.r, rw.unit = r, none
	from := len(s.labels)
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
				s.labels = append(s.labels, i)
			}
		case roleLabel, roleTask:
			if own || g.span[i].r >= r {
				s.labels = append(s.labels, i)
			}
		case roleUnit:
			rw.unit = i
		case roleValue, roleComparison:
			if own && g.pos[i].c == c {
				switch {
				case s.class[i] == classText && g.span[i].c > c && len(s.labels) == from:
					s.labels = append(s.labels, i)
				case len(t.columns[c].stack) > 0: // a number below no header makes no row of values
					rw.values = true
				}
			} else if !own && g.pos[i].r > t.bottom { // no header that reaches down
				rw.values = true
			}
		}
	}
	rw.labels = slices.Clip(s.labels[from:])
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
		switch {
		case t.columns[g.pos[i].c].codes:
			g.skip(i, skipOrdinal)
		case s.class[i] != classValue || t.isTask:
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
		if s.class[i] != classText || g.fates[i] != fateUnset {
			continue
		}
		g.skip(i, s.textReason(i, skipNote))
	}
}

// textReason classifies a text outside of tables.
func (s *sheetReader) textReason(i int32, otherwise fate) fate {
	p := s.parsed[i]
	t := s.g.text[i]
	switch {
	case strings.Trim(t, " .…_-–:/") == "":
		return skipBlankForm
	case p == nil:
		return otherwise
	case p.unitLine:
		return skipUnit
	case p.opens == kindNote:
		return skipNote
	case p.opens == kindSignature:
		return skipSignature
	case s.rd.line(t).dated:
		return skipSignature
	case p.opens == kindLetterhead:
		return skipLetterhead
	case otherwise == skipTitle && s.rd.bothUnits(t) != nil:
		return skipUnit
	}
	return otherwise
}

// isPlaceAndDate recognises "Hà Giang, ngày 12 tháng 7 năm 2013", filled in or not, in lower case: the place names no sender.
func isPlaceAndDate(low string) bool {
	i := strings.Index(low, "ngày")
	return i >= 0 && i < 40 && strings.Contains(low[i:], "tháng") && strings.Contains(low[i:], "năm") && !strings.Contains(low, "số")
}

// zoneOf gives the cells above a table that speak about it, and their fate.
func (s *sheetReader) readZone(t *table) {
	g := s.g
	t.zoneCells = cut(&g.room.indices, int(g.first[t.top]-g.first[t.zone]))[:0]
	for r := t.zone; r < t.top; r++ {
		for _, i := range g.rowCells(r) {
			if g.fates[i] != fateUnset {
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

func (s *sheetReader) rowText(rw *row) string {
	if len(rw.labels) == 1 { // as nearly all rows have
		return s.g.text[rw.labels[0]]
	}
	var parts []string
	for _, i := range rw.labels {
		parts = append(parts, s.g.text[i])
	}
	return strings.Join(parts, " / ")
}

// breaksOff reports whether a row without values looks like the remains of another table's header: a column role alone,
// or a text over the values that no label belongs to. What is below it is then not this table's.
func (s *sheetReader) breaksOff(t *table, rw *row) bool {
	if s.hasValues(rw.r) {
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
		if p.role != "" && p.rest == "" && len(p.indicators) == 0 && !s.rd.leadsToRole(p) {
			return true
		}
		if role == roleValue && s.class[i] == classText && (len(rw.labels) == 0 || bare && !slices.Contains(rw.labels, i)) {
			return true
		}
	}
	return false
}

// leadsToRole reports whether a text says by what rows are split, in a word that heads columns too: "Chia theo nguồn", "Theo hình thức".
func (rd *Reader) leadsToRole(p *phrase) bool {
	toks := rd.tokenize(p.body)
	n, ok := rd.vocab.begins(toks, kindFiller)
	return p.ofWhich || ok && n < len(toks)
}

// afterGap reports whether blank rows lie between the last row with values and r.
func (s *sheetReader) afterGap(t *table, r int) bool {
	for ; r > t.bottom+1 && !s.hasValues(r); r-- {
		if s.g.rows[r] > s.g.rows[r-1]+1 {
			return true
		}
	}
	return false
}
