package layout

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/text"
)

// meaning is what the texts on one side of a value cell say together: the labels of its row with the rows above that
// lead to it, the stack of headers of its column, or the title of its table.
type meaning struct {
	texts       []string // nearest last, as written
	topics      []string // of titles: what is left of each beside the words of the grammar
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

// ancestor is a text above or left of a label under which the label may have a meaning of its own.
type ancestor struct {
	indicator *catalogue.Indicator
	text      string
	unknown   bool // it is a name that nothing is known of
	topic     bool // it is what a title is about
}

// reach cuts off the ancestors that a word of a sex or an area can not be a part of: it belongs to the name right above it, and to
// pass over that name would make the women of one thing those of another.
func (p *phrase) reach(above []ancestor) []ancestor {
	if p.dims.sex+p.dims.area == "" {
		return above
	}
	for i, a := range above {
		if a.indicator != nil || a.unknown {
			return above[:i+1]
		}
	}
	return above
}

// pick decides what a name means under its ancestors, nearest first. A meaning bound to a parent wins over one that stands alone; the
// ancestors reach up to the nearest that names an indicator, for "Nữ" below "Trong nước" is no part of what stands above "Trong nước".
func (rd *Reader) pick(matches []catalogue.Match, above []ancestor) (in *catalogue.Indicator, ambiguous bool) {
	if i := slices.IndexFunc(above, func(a ancestor) bool { return a.indicator != nil }); i >= 0 {
		above = above[:i+1]
	}
	one := func(ok func(*catalogue.Match) bool) (*catalogue.Indicator, int) {
		var found *catalogue.Indicator
		n := 0
		for i := range matches {
			if m := &matches[i]; m.Indicator != found && ok(m) {
				found = m.Indicator
				n++
			}
		}
		return found, n
	}
	for _, a := range above {
		found, n := one(func(m *catalogue.Match) bool { return m.ParentLabel != "" && rd.isParent(m, a) })
		if n == 1 {
			return found, false
		}
		if n > 1 {
			return nil, true
		}
	}
	found, n := one(func(m *catalogue.Match) bool { return m.ParentLabel == "" })
	switch n {
	case 0:
		return nil, false
	case 1:
		return found, false
	}
	for _, a := range above {
		if a.indicator == nil {
			continue
		}
		if found, n := one(func(m *catalogue.Match) bool { return m.ParentLabel == "" && m.Indicator.Parent == a.indicator.Code }); n == 1 {
			return found, false
		}
	}
	return nil, true
}

// parentQuestion asks whether the text of an ancestor is the label under which a synonym holds.
type parentQuestion struct{ label, text string }

// isParent reports whether an ancestor is the parent under which a synonym holds.
func (rd *Reader) isParent(m *catalogue.Match, a ancestor) bool {
	switch {
	case m.ParentLabel == a.text:
		return true
	case a.topic:
		return rd.isAbout(a.text, m.ParentLabel)
	case a.indicator != nil && m.IsBelow(a.indicator):
		return true
	case a.indicator != nil && a.text == a.indicator.NameVi: // which is a label that names it
		return false
	}
	return rd.parents.get(parentQuestion{m.ParentLabel, a.text}, func() bool { return text.Key(m.ParentLabel) == text.Key(a.text) })
}

// isAbout reports whether what a title is about is a label that parts are named below, "Tai nạn lao động", alone or with the names of such parts behind
// it: "Số người tham gia BHXH, BHYT, BHTN".
func (rd *Reader) isAbout(topic, label string) bool {
	toks, name := rd.tokenize(topic), rd.tokenize(label)
	if len(toks) < len(name) || len(name) == 0 || phraseKey(toks[:len(name)]) != phraseKey(name) {
		return false
	}
	for toks = toks[len(name):]; len(toks) > 0; {
		n := 0
		for n < len(toks) && !toks[n].punct && toks[n].low != "và" {
			n++
		}
		if n > 0 && !slices.ContainsFunc(rd.labelled(phraseKey(toks[:n])), func(m catalogue.Match) bool { return m.ParentLabel == label }) {
			return false
		}
		toks = toks[min(n+1, len(toks)):]
	}
	return true
}

// add takes a phrase into the meaning of its side. Phrases come far to near; above lists what lies beyond them.
func (rd *Reader) add(m *meaning, p *phrase, above []ancestor) {
	if p == nil || p.text == "" {
		return
	}
	m.texts = append(m.texts, p.text)
	if p.comparison && len(p.indicators) == 0 {
		m.comparison = true
		return
	}
	if p.rest != "" {
		m.unknown = p.body
		return
	}
	dims := p.dims
	if len(p.indicators) > 0 {
		in, ambiguous := rd.pick(p.indicators, p.reach(above))
		switch {
		case in != nil:
			m.indicator, m.matches, m.ambiguous = in, nil, false
			if p.exactName {
				dims.sex, dims.area, dims.total = "", "", false // the word is the name, not a dimension
			}
		case ambiguous:
			m.ambiguous, m.indicator, m.matches = true, nil, p.indicators
		default:
			m.matches = p.indicators
			if !(p.exactName && p.dims.splits()) && len(p.territories) == 0 {
				m.ambiguous, m.indicator = true, nil
			}
		}
	}
	if len(p.territories) > 0 {
		m.territories = p.territories
	}
	u, ut := m.dims.unit, m.dims.unitText
	m.dims.merge(&dims)
	if dims.unitText != "" {
		u, ut = dims.unit, dims.unitText
	}
	m.dims.unit, m.dims.unitText = u, ut
}

// silent reports whether nothing but words of the grammar was written.
func (m *meaning) silent() bool {
	return m.unknown == "" && m.indicator == nil && len(m.matches) == 0 && len(m.territories) == 0 && !m.dims.any()
}

// says reports whether an indicator is named, if only by a name that needs more to be decided.
func (m *meaning) says() bool { return m.indicator != nil || m.ambiguous || len(m.matches) > 0 }

func (m *meaning) asAncestor() ancestor {
	t := ""
	if len(m.texts) > 0 {
		t = m.texts[len(m.texts)-1]
	}
	return ancestor{indicator: m.indicator, text: t, unknown: m.unknown != ""}
}

// roomFor gives room for the texts of a meaning, cut from a list of those of many.
func (s *sheetReader) roomFor(n int) []string {
	const many = 64
	from := len(s.room)
	if from+n > cap(s.room) {
		from, s.room = 0, make([]string, 0, max(n, many))
	}
	s.room = s.room[:from+n]
	return s.room[from:from:len(s.room)]
}

// columnMeaning reads the header stack of a column, top to bottom: they are at one distance, so they must agree.
func (s *sheetReader) columnMeaning(t *table, c int) meaning {
	stack := t.columns[c].stack
	m := meaning{texts: s.roomFor(len(stack))}
	above := s.lineage[:0]
	for k, p := range stack {
		if p.split != "" && slices.ContainsFunc(stack[k+1:], p.isSplitInto) {
			p = p.nameless()
		}
		measure, period := s.isRefined(t, c, k)
		if measure || period {
			q := *p
			if measure {
				q.dims.measure = ""
			}
			if period && q.dims.toYear != 0 {
				q.dims.year, q.dims.toYear = 0, 0
			} else if period {
				q.dims.part = ""
			}
			p = &q
		}
		s.rd.add(&m, p, above)
		if k+1 < len(stack) {
			above = slices.Insert(above, 0, ancestor{indicator: m.indicator, text: p.body})
		}
	}
	s.lineage = above // its room is used again
	if n := len(stack); n > 0 && stack[n-1].bare && m.unknown == "" {
		m.unknown = stack[n-1].body
	}
	named := false // by a header above
	for _, p := range stack {
		if p.places && len(m.territories) == 0 && m.unknown == "" {
			m.unknown = p.body // "Huyện" over numbers: those of districts, or their number
		}
		if p.section && (named || m.indicator == nil && len(m.matches) == 0) && m.unknown == "" {
			m.unknown = p.body // "Trẻ em" over numbers: a group of what the title, or the header above, counts
		}
		named = named || len(p.indicators) > 0
	}
	return m
}

// hasFigures reports whether a row has numbers other than zero.
func (s *sheetReader) hasFigures(t *table, rw *row) bool {
	for c := range t.columns {
		if t.columns[c].role == roleValue && s.g.hasFigure(rw.r, c) {
			return true
		}
	}
	return false
}

// isSplitInto reports whether a text is one of those into which p announces that something is split: "Urban" below "Area".
func (p *phrase) isSplitInto(part *phrase) bool {
	return p.split == "area" && part.dims.area != "" || p.split == "sex" && part.dims.sex != ""
}

// nameless is the phrase without the indicators that it may name elsewhere.
func (p *phrase) nameless() *phrase {
	q := *p
	q.indicators, q.exactName = nil, false
	return &q
}

// isRefined reports what the lowest header of a column says more narrowly than the one at k, which stands over several columns: that the
// figures are estimates of what was done ("Thực hiện năm 2019" over "Ước thực hiện") or were planned for it, or of which part of a period they are ("Kế hoạch giai
// đoạn 2021-2025" over "Năm 2021", "Quý I" over "Tháng 1").
func (s *sheetReader) isRefined(t *table, c, k int) (measure, period bool) {
	col := &t.columns[c]
	last := len(col.stack) - 1
	if k >= last || len(col.cells) != len(col.stack) {
		return false, false
	}
	beside := func(c int) bool { // merged or not, the header is the group's
		return c >= 0 && c < len(t.columns) && k < len(t.columns[c].cells) && t.columns[c].cells[k] == col.cells[k]
	}
	m := s.g.cells[col.cells[k]].Merge
	wide, narrow := &col.stack[k].dims, &col.stack[last].dims
	return m.Col2 > m.Col1 && wide.measure == "actual" && (narrow.measure == "estimate" || narrow.measure == "plan" && s.tellsBeside(t, m.Col1, m.Col2)),
		(beside(c-1) || beside(c+1)) && narrow.isPartOf(wide)
}

// tellsBeside reports whether the lowest header of a column of a group says that it holds what was done: "Thực hiện năm 2018" over "KH" and "TH".
func (s *sheetReader) tellsBeside(t *table, from, to int) bool {
	for c := from; c <= to && c < len(t.columns); c++ {
		if stack := t.columns[c].stack; len(stack) > 1 {
			if m := stack[len(stack)-1].dims.measure; m == "actual" || m == "estimate" {
				return true
			}
		}
	}
	return false
}

func titleAncestors(title *meaning) (above []ancestor) {
	if title.indicator != nil {
		return []ancestor{{indicator: title.indicator, text: title.indicator.NameVi}}
	}
	for _, topic := range slices.Backward(title.topics) {
		above = append(above, ancestor{text: topic, topic: true})
	}
	return above
}

// ancestors lists what the labels of a row may be part of, nearest first. A row that nobody understands ends them: what stands below it is
// part of it, and not of what stands above it. They are appended to above, then those of the title.
func (rw *row) ancestors(above, title []ancestor) []ancestor {
	for p := rw.parent; p != nil; p = p.parent {
		if p.mean.unknown != "" {
			if !p.values { // "Tai nạn lao động" may head the rows of its parts
				above = append(above, ancestor{text: p.mean.unknown, unknown: true})
			}
			return above
		}
		above = append(above, p.mean.asAncestor())
	}
	return append(above, title...)
}

// readMeaning reads the labels of a row and inherits from the rows above what the label leaves open, below those that the title gives.
func (s *sheetReader) readMeaning(t *table, rw *row, title []ancestor) {
	m := &rw.mean
	*m = meaning{texts: s.roomFor(len(rw.labels))}
	if rw.carried {
		return
	}
	above := title
	if rw.parent != nil {
		above = rw.ancestors(s.lineage[:0], title)
		s.lineage = above // its room is used again
	}
	for k, i := range rw.labels {
		p := s.parsed[i]
		if p.split != "" && rw.below != nil && slices.ContainsFunc(rw.below.labels, func(i int32) bool { return p.isSplitInto(s.parsed[i]) }) {
			p = p.nameless()
		}
		s.rd.add(m, p, above)
		if k+1 < len(rw.labels) {
			above = append([]ancestor{{indicator: m.indicator, text: p.body}}, above...)
		}
	}
	if rw.unit != none {
		m.unitCell = strings.TrimSpace(s.g.text[rw.unit])
		if rw.above != nil && isDitto(m.unitCell) {
			m.unitCell = rw.above.mean.unitCell
		}
	}
	if len(rw.labels) == 0 && !rw.values {
		m.unknown = rw.ordinal.text // a heading that lost its text: the rows below may not do without it
	}
	if n := len(rw.labels); rw.lost && n > 0 && m.unknown == "" {
		p := s.parsed[rw.labels[n-1]]
		if len(p.indicators) > 0 && !standsAlone(p, m.indicator) || len(p.indicators) == 0 && m.dims.sex+m.dims.area != "" {
			m.unknown = p.text // the label that it is a part of may be the lost one
		}
	}
	if n := len(rw.labels); n > 0 && rw.values && m.unknown == "" {
		if p := s.parsed[rw.labels[n-1]]; (p.section || p.bare || p.ofWhich && p.rest == "" && !p.says() && s.hasFigures(t, rw)) && len(p.indicators) == 0 {
			m.unknown = p.text // "Trẻ em" with figures is a group of what the title counts, not all of it; so is "Trong đó" of what stands above
		}
	}
	if m.unknown != "" {
		return
	}
	if s.mayBeBesideOfWhich(rw, m) {
		m.ambiguous, m.matches = true, nil
		m.dims.sex, m.dims.area = "", ""
		return
	}
	if s.besideAnother(rw, m, title) {
		m.ambiguous, m.indicator, m.matches = true, nil, s.parsed[rw.labels[len(rw.labels)-1]].indicators
		m.dims.sex, m.dims.area = "", ""
		return
	}
	own := m.indicator != nil
	if m.ambiguous && rw.parent != nil && rw.parent.mean.indicator != nil {
		m.matches = nil // a part of the row above in a sense that nobody knows: neither title nor column may give it another
	}
	if p := rw.parent; p != nil { // which has already inherited from its own parents
		q := &p.mean
		if q.unknown != "" && (!p.values && (t.places[p.rank()] || s.rd.narrows(q.unknown) || s.rd.isPlace(q.unknown)) || q.tainted || s.rd.isTownName(q.unknown)) {
			m.unknown, m.tainted = q.unknown, true
			return
		}
		if m.indicator == nil && !(m.ambiguous && q.indicator != nil) && (len(m.matches) == 0 || m.dims.splits() || q.unknown != "") {
			ofRegion := !p.values && t.regions[p.rank()] || p.values && t.regionRows[p.rank()]
			if q.unknown != "" && !(len(m.territories) > 0 && ofRegion) { // a region says nothing of its provinces
				m.unknown = q.unknown
				return
			}
			m.indicator = q.indicator
			if q.ambiguous && q.indicator == nil {
				m.ambiguous, m.matches = true, q.matches
			}
		}
		if own && q.unknown != "" && q.dims.sex+q.dims.area != "" {
			m.unknown = q.unknown
			return
		}
		if own && m.partOfPart(q) && !s.isDividedAgain(t, rw, q) {
			sex, area := s.saysOf(p)
			if !rw.isSurelyUnder(p) || sex+area == "" || standsAlone(s.parsed[rw.labels[len(rw.labels)-1]], m.indicator) {
				m.ambiguous, m.indicator, m.matches = true, nil, nil
				return
			}
			m.dims.sex, m.dims.area = cmp.Or(m.dims.sex, sex), cmp.Or(m.dims.area, area)
		}
		if len(m.territories) == 0 {
			m.territories = q.territories
		}
		if !own || q.indicator == nil || m.indicator.Parent == q.indicator.Code && m.indicator.Sex+m.indicator.Area != "" { // a part of a part
			inherit(&m.dims, &q.dims)
		}
		if m.unitCell == "" && m.dims.unitText == "" {
			if q.unitCell != "" && (q.indicator != nil || !p.values) {
				m.unitCell = q.unitCell
			} else if q.dims.unitText != "" {
				m.blockUnit, m.blockUnitText = q.dims.unit, q.dims.unitText
				m.dims.unit, m.dims.unitText = nil, ""
			} else if p.values && q.unitCell == "" {
				m.unitCell = unknownUnit(q.unknown)
			}
			if m.blockUnitText == "" {
				m.blockUnit, m.blockUnitText = q.blockUnit, q.blockUnitText
			}
		}
		if q.comparison {
			m.comparison = true
		}
	}
	if b := rw.before; b != nil && b.below == rw && b.values && len(m.territories) == 0 && len(rw.labels) > 0 {
		if d := &s.parsed[rw.labels[len(rw.labels)-1]].dims; d.sex+d.area != "" { // "Thành thị" and "Nông thôn" below "Cả nước"
			switch {
			case b.mean.unknown != "" && t.placeRows:
				m.unknown = b.mean.unknown
			case b.mean.unknown == "" && len(b.mean.territories) > 0 && b.mean.territories[0].Level == "country":
				m.territories = b.mean.territories
			}
		}
	}
}

// unknownUnit gives what stands in parentheses behind a name that is not understood, where a unit would: "Mức giảm (thùng)". It may be the unit of
// the parts of what is named too.
func unknownUnit(name string) string {
	i := strings.LastIndexByte(name, '(')
	if i <= 0 || !strings.HasSuffix(name, ")") {
		return ""
	}
	if inner := name[i+1 : len(name)-1]; len(strings.Fields(inner)) <= 3 {
		return inner
	}
	return ""
}

// partOfPart reports whether a row with an indicator of its own stands below one that is of a sex or an area, and says none: "+ có bằng cấp"
// below "- Nữ".
func (m *meaning) partOfPart(q *meaning) bool {
	if q.indicator == nil || q.indicator == m.indicator {
		return false
	}
	sex, area := cmp.Or(q.dims.sex, q.indicator.Sex, "T"), cmp.Or(q.dims.area, q.indicator.Area, "T")
	return sex != "T" && m.dims.sex+m.indicator.Sex == "" || area != "T" && m.dims.area+m.indicator.Area == ""
}

// isDividedAgain reports whether the parts of a row say the sex or area that the row above it is of: women are not divided by sex, so that
// the row is none of theirs.
func (s *sheetReader) isDividedAgain(t *table, rw *row, above *meaning) bool {
	for _, part := range t.rows {
		if part.parent != rw {
			continue
		}
		for _, i := range part.labels {
			if d := &s.parsed[i].dims; d.sex != "" && above.dims.sex != "" || d.area != "" && above.dims.area != "" {
				return true
			}
		}
	}
	return false
}

// saysOf gives the sex and area that a row is of and that do not stand in the name of an indicator only: "Thành thị" below "Tỷ lệ hộ nghèo"
// names one and is an area all the same.
func (s *sheetReader) saysOf(rw *row) (sex, area string) {
	sex, area = rw.mean.dims.sex, rw.mean.dims.area
	for _, i := range rw.labels {
		p := s.parsed[i]
		if !standsAlone(p, rw.mean.indicator) {
			sex, area = cmp.Or(sex, p.dims.sex), cmp.Or(area, p.dims.area)
		}
	}
	return sex, area
}

// isSurelyUnder reports whether a row with a name that needs one is a part of its parent and not of what that is a part of: the parent has no value of its own, both are
// numbered, or the row stands further right.
func (rw *row) isSurelyUnder(p *row) bool {
	numbered := func(r *row) bool { return r.bullet == 0 && r.ordinal.text != "" }
	return !p.values || numbered(rw) && numbered(p) || rw.indent >= p.indent+2
}

// isDitto recognises the marks for "as above" in a unit column.
func isDitto(s string) bool {
	switch {
	case s == "", s[0] < utf8.RuneSelf && !strings.ContainsRune(`"'/nN -.`, rune(s[0])),
		len(s) > 1 && s[0]|0x20 == 'n' && s[1] < utf8.RuneSelf && s[1]|0x20 != 't' && s[1]|0x20 != 'h':
		return false // "Người", as most units
	}
	switch t := strings.Trim(s, " -–."); t {
	case `"`, `""`, "''", "”", "“", "„", "’’", "//", "〃", "´´", "''''":
		return true
	default:
		return strings.EqualFold(t, "nt") || strings.EqualFold(t, "như trên")
	}
}

// mayBeBesideOfWhich reports whether a row that names but a sex or an area stands with a bullet, and no further right, below "Trong đó: nữ" without one: "- Nông
// thôn" there may be of the women or of all.
func (s *sheetReader) mayBeBesideOfWhich(rw *row, m *meaning) bool {
	p := rw.parent
	if p == nil || !p.values || len(p.labels) == 0 || p.ordinal.text != "" || rw.ordinal.text == "" || rw.indent >= p.indent+2 ||
		m.indicator != nil || m.dims.sex+m.dims.area == "" || !s.parsed[p.labels[len(p.labels)-1]].ofWhich {
		return false
	}
	q := &p.mean
	return q.dims.sex+q.dims.area != "" || q.indicator != nil && q.indicator.Sex+q.indicator.Area != ""
}

// besideAnother reports whether a label that has a meaning only under another ("Nữ", "2019", "Hà Giang") stands, without a number, beside a row
// without a number that is no part of what the row or the title above both names, or behind a part that "Trong đó" names: whose part it is
// can not be told.
func (s *sheetReader) besideAnother(rw *row, m *meaning, title []ancestor) bool {
	if rw.ordinal.text != "" || len(rw.labels) == 0 {
		return false
	}
	var over *catalogue.Indicator
	if rw.parent != nil {
		over = rw.parent.mean.indicator
	} else if len(title) > 0 {
		over = title[0].indicator
	}
	if over == nil {
		return false
	}
	p := s.parsed[rw.labels[len(rw.labels)-1]]
	if p.ofWhich || m.indicator == nil && len(m.matches)+len(m.territories) == 0 && !m.dims.splits() && m.dims.year == 0 || standsAlone(p, m.indicator) {
		return false
	}
	if b := rw.passed; b != nil && b.ordinal.text == "" && b.values && b.isOfWhich(s) { // "Trong đó: Xuất khẩu lao động", then "Nữ" in line with it
		in := b.mean.indicator
		beside := in != nil && m.indicator != nil && in.Parent == m.indicator.Parent && in.Parent == over.Code // "Cao đẳng", then "Trung cấp"
		if b.mean.unknown != "" || in != nil && in != over && in.Sex+in.Area == "" && !(beside && p.dims.sex+p.dims.area == "") {
			return true
		}
	}
	for b := rw.before; b != nil && b.ordinal.text == "" && len(b.labels) > 0; b = b.before {
		q := s.parsed[b.labels[len(b.labels)-1]]
		switch in := b.mean.indicator; {
		case q.ofWhich:
			return false
		case in != nil && standsAlone(q, in):
			return in != over && in.Parent != over.Code
		}
	}
	return false
}

// standsAlone reports whether a text names the indicator without a parent.
func standsAlone(p *phrase, in *catalogue.Indicator) bool {
	for _, m := range p.indicators {
		if m.Indicator == in && m.ParentLabel == "" {
			return true
		}
	}
	return false
}
