package layout

import (
	"cmp"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/phuluc/phuluc/transform/catalogue"
)

// titleInfo is what the texts above a table say.
type titleInfo struct {
	meaning
	years    []partial   // distinct periods named with their year
	parts    []titlePart // all periods named, also those without a year, far to near
	split    bool        // several parts of the year are named: a header that names none means any of them
	result   string      // of these, the only one that is not spoken of as yet to come
	until    bool        // of the periods only the end is told: "ĐẾN 31/12/2018"
	stage    bool        // several years are spoken of, or a count that began before
	begun    bool        // a count that began before its year
	lasts    bool        // how many years, not which: "3 NĂM THỰC HIỆN"
	results  bool        // a title says that it tells what was done
	told     bool        // see titleWords
	planYear bool        // the title is that of a plan: its year is the plan's
	aheadOf  int         // from this year on nothing is known to be done, see titleWords; 0 if the titles do not say
	planned  bool        // a measure other than actual is named, or what is wanted: years alone are not taken for actual values
	measures int
	prelim   []preliminary
	name     string      // the label in the catalogue by which they name the indicator
	subjects []narrowing // what the table is about
	narrowed []narrowing // populations to which the titles narrow the table
	local    *mention    // a part of a province named in a title
	other    *mention    // a province named in a title that says more than is understood
}

// covers reports whether the title's period is the cell's, or a span of years that holds it: "KẾ HOẠCH 2021-2025" over a
// column 2022.
func (ti *titleInfo) covers(d *partial) bool {
	if ti.dims.year == d.year && ti.dims.toYear == d.toYear {
		return true
	}
	return d.toYear == 0 && ti.dims.year != 0 && ti.dims.year <= d.year && d.year <= ti.dims.toYear
}

// nameOf gives the label by which the titles name an indicator, "" if they do not: what it says of whom it counts, the indicator says.
func (ti *titleInfo) nameOf(in *catalogue.Indicator) string {
	if in != ti.indicator {
		return ""
	}
	return ti.name
}

// titleMeaning reads the texts above a table. A title gives what neither row nor column says: the indicator, the year,
// the measure, the unit. Two titles that name different indicators give none.
func (s *sheetReader) titleMeaning(t *table) titleInfo {
	ti := s.readTitles(t.zoneCells)
	ti.narrowed = append(ti.narrowed, s.nameNarrows()...)
	for _, far := range s.shared {
		if row := s.g.rows[t.top]; row >= far.from && row <= far.to {
			ti.under(s.readTitles(far.cells))
		}
	}
	if t.before != nil && t.before.title != nil && len(ti.texts) == 0 {
		ti.under(*t.before.title)
	}
	for c := range t.columns {
		if t.columns[c].role != roleLabel {
			continue
		}
		for _, p := range t.columns[c].stack { // "ĐVT: Người" in the corner
			if p.unitLine {
				ti.dims.unit, ti.dims.unitText = p.dims.unit, p.dims.unitText
			}
		}
	}
	t.title = &ti
	return ti
}

// under takes over from farther titles what the nearer ones leave open.
func (ti *titleInfo) under(far titleInfo) {
	if ti.indicator == nil && !ti.ambiguous {
		ti.indicator, ti.ambiguous, ti.name = far.indicator, far.ambiguous, far.name
	}
	if len(ti.topics) == 0 {
		ti.topics = far.topics
	}
	if len(ti.years) == 0 {
		ti.years, ti.parts = far.years, append(slices.Clip(far.parts), ti.parts...)
		ti.settle()
	}
	if ti.measures == 0 {
		ti.measures, ti.dims.measure = far.measures, far.dims.measure
	}
	ti.aheadOf = max(ti.aheadOf, far.aheadOf)
	ti.stage, ti.lasts, ti.begun = ti.stage || far.stage, ti.lasts || far.lasts, ti.begun || far.begun
	ti.planned, ti.planYear, ti.results = ti.planned || far.planned, ti.planYear || far.planYear, ti.results || far.results
	if ti.dims.unitText == "" {
		ti.dims.unit, ti.dims.unitText = far.dims.unit, far.dims.unitText
	}
	ti.dims.standard = clearer(ti.dims.standard, far.dims.standard)
	ti.dims.sex, ti.dims.area = cmp.Or(ti.dims.sex, far.dims.sex), cmp.Or(ti.dims.area, far.dims.area)
	if len(ti.territories) == 0 {
		ti.territories = far.territories
	}
	if ti.local == nil {
		ti.local = far.local
	}
	ti.texts, ti.prelim = append(slices.Clip(far.texts), ti.texts...), append(slices.Clip(far.prelim), ti.prelim...)
	ti.narrowed = append(slices.Clip(far.narrowed), ti.narrowed...)
	if len(ti.subjects) == 0 {
		ti.subjects = far.subjects
	}
}

// readTitles reads titles, far to near.
func (s *sheetReader) readTitles(cells []int32) titleInfo {
	var ti titleInfo
	rd := s.rd
	attached := false // to a document of plans
	for _, i := range cells {
		p := s.parsed[i]
		if p == nil {
			continue
		}
		if p.unitLine {
			ti.dims.unit, ti.dims.unitText = p.dims.unit, p.dims.unitText // the nearest above the table wins
			continue
		}
		reason := s.g.fates[i]
		if reason == skipTitle || reason == skipLetterhead {
			ti.narrowed = append(ti.narrowed, rd.narrowings(s.g.text[i], false)...)
		}
		attached = attached || reason == skipLetterhead && rd.isOfPlan(s.g.text[i])
		if reason != skipTitle && reason != skipUnit {
			continue
		}
		if reason == skipTitle {
			ti.texts = append(ti.texts, p.text)
			if p.preliminary {
				if found, ok := inTitle(rd.tokenize(p.text)); ok {
					ti.prelim = append(ti.prelim, found)
				}
			}
			ti.subjects = append(ti.subjects, rd.subjectsIn(s.g.text[i])...)
			if p.rest != "" {
				ti.topics = append(ti.topics, p.rest)
				ti.narrowed = append(ti.narrowed, rd.qualified(s.g.text[i])...)
				if rd.inBrackets(s.g.text[i]) {
					ti.narrowed = append(ti.narrowed, narrowing{text: s.g.text[i]})
				}
			}
		}
		if m, ok := rd.locality(s.g.text[i]); ok {
			ti.local = &m
		}
		if p.rest == "" && len(p.indicators) > 0 {
			if in, _ := rd.pick(p.indicators, nil); in != nil {
				if ti.indicator != nil && ti.indicator != in {
					ti.ambiguous = true
				}
				ti.indicator, ti.name = in, p.indicators[slices.IndexFunc(p.indicators, func(m catalogue.Match) bool { return m.Indicator == in })].Synonym
			}
		}
		if p.dims.unitText != "" && ti.dims.unitText == "" && rd.statesUnit(p) {
			ti.dims.unit, ti.dims.unitText = p.dims.unit, p.dims.unitText
		}
		if p.rest == "" && p.dims.clash == "" { // "phân theo thành thị và nông thôn" is neither
			if p.dims.sex != "" {
				ti.dims.sex = p.dims.sex
			}
			if p.dims.area != "" {
				ti.dims.area = p.dims.area
			}
		}
		if len(p.territories) > 0 && !p.merger {
			ti.territories = p.territories
		}
		if p.rest != "" {
			for _, m := range rd.headFacts(s.g.text[i]).mentions {
				if m.level() == "province" {
					ti.other = &m
				}
			}
		}
		if p.rest == "" && len(p.indicators) > 0 {
			ti.say(&p.dims) // "Tỷ lệ huyện có kế hoạch …" is a name, no plan
			w := rd.titleWords(p.text)
			ti.results, ti.told, ti.stage, ti.lasts, ti.begun = ti.results || w.results, ti.told || w.told, ti.stage || w.stage, ti.lasts || w.lasts, ti.begun || w.begun
			if p.dims.year != 0 || p.dims.part != "" {
				ti.parts = append(ti.parts, w.parts...)
			}
		} else {
			ti.take(rd.titleWords(p.text))
		}
	}
	if ti.ambiguous {
		ti.indicator = nil
	}
	ti.planned = ti.planned || attached && !ti.told
	ti.settle()
	return ti
}

// statesUnit reports whether a title that holds the word of a unit states it: "LAO ĐỘNG CÁC NĂM", "DÂN SỐ, LAO ĐỘNG" name what the table is about.
func (rd *Reader) statesUnit(p *phrase) bool {
	u := p.dims.unit
	if u != nil && !(u.Factor.Equal(decimal.NewFromInt(1)) && rd.cat.IsScaled(u.Quantity)) { // thousands, and what nobody counts in thousands
		return true
	}
	return rd.unit(p.text) != nil || strings.ContainsAny(p.text, "([:%")
}

// settle decides the period of which the titles speak. "KẾT QUẢ 6 THÁNG ĐẦU NĂM, NHIỆM VỤ 6 THÁNG CUỐI NĂM 2019" gives the year alone.
func (ti *titleInfo) settle() {
	d := &ti.dims
	d.year, d.toYear, d.part, ti.split, ti.result = 0, 0, "", false, ""
	ti.until = len(ti.parts) > 0 && !slices.ContainsFunc(ti.parts, func(p titlePart) bool { return !p.until && p.part != partUnread })
	if len(ti.years) == 0 {
		return
	}
	for _, p := range ti.parts {
		ti.split = ti.split || p.part != ti.parts[0].part
	}
	y := ti.years[0]
	if !ti.split {
		if len(ti.years) == 1 {
			d.year, d.toYear, d.part = y.year, y.toYear, y.part
		}
		return
	}
	for _, other := range ti.years {
		if other.year != y.year || other.toYear != y.toYear {
			return
		}
	}
	last := 0
	for _, p := range ti.parts { // "QUÝ IV, NHIỆM VỤ QUÝ I NĂM 2020" speaks of two years
		if p.part == partUnread {
			continue
		}
		end := lastMonth(p.part)
		if end < last {
			return
		}
		last = end
	}
	d.year, d.toYear = y.year, y.toYear
	var done []string
	for _, p := range ti.parts {
		if !slices.Contains(done, p.part) && !slices.ContainsFunc(ti.parts, func(q titlePart) bool { return q.part == p.part && q.ahead }) {
			done = append(done, p.part)
		}
	}
	if len(done) == 1 && done[0] != partUnread {
		ti.result = done[0]
	}
}

// lastYear is the last year that the titles name, 0 if they name none.
func (ti *titleInfo) lastYear() (year int) {
	for _, y := range ti.years {
		year = max(year, y.year, y.toYear)
	}
	return year
}

// endsBefore reports whether the titles tell results of years that all lie before another one, which they do not name.
func (ti *titleInfo) endsBefore(year int) bool {
	last := ti.lastYear()
	return ti.results && last != 0 && year > last && !slices.ContainsFunc(ti.texts, func(title string) bool { return strings.Contains(title, yearText(year)) })
}

// refer gives a header that names its period by that of the title the period meant. Of a report of a part of the year, "Năm trước" may be the whole
// year before it or the same part of it, and "Kỳ trước" the part before.
func (ti *titleInfo) refer(d *partial) bool {
	if ti.dims.year == 0 || ti.dims.toYear != 0 || ti.planYear || d.year != 0 && d.year != ti.dims.year { // a plan is written in the year before
		return false
	}
	part, ok := ti.partOf("actual")
	own := part != "" && part != "Y" && part != partUnread
	switch d.ref {
	case refPrevious:
		if d.part == "" && (own || ti.split) {
			return false
		}
		d.year = ti.dims.year - 1
		return true
	case refToDate:
		if !ok || !own || d.part != "" {
			return false
		}
		part, d.sum = upTo(lastMonth(part)), true
	case refMonth, refQuarter:
		kind := map[string]byte{refMonth: 'M', refQuarter: 'Q'}[d.ref]
		if !ok || !own || d.part != "" || part[0] != kind {
			return false
		}
	default:
		if d.part == "" && (!ok || own && d.measure != "" && d.measure != "actual") { // "Kế hoạch năm nay" is of the year
			return false
		}
	}
	d.year = ti.dims.year
	if d.part == "" {
		d.part = part
	}
	return true
}

// partOf gives the part of the year, "" for the whole of it, of a header that names a measure but no period. Plans are made for the year:
// one that does not say of what part it is can be the year's in a report of a part.
func (ti *titleInfo) partOf(measure string) (part string, ok bool) {
	switch {
	case ti.split:
		return ti.result, ti.result != "" && measure == "actual"
	case measure == "plan" || measure == "target":
		return ti.dims.part, ti.dims.part == "" || ti.dims.part == "Y"
	case (measure == "actual" || measure == "" && ti.measures == 0) && ti.dims.part != "" && ti.dims.part != "Y" && !slices.ContainsFunc(ti.parts, func(p titlePart) bool { return !p.ahead }):
		return "", false // "… VÀ NHIỆM VỤ QUÝ II NĂM 2019": the part that is over stands in a line that was lost
	}
	return ti.dims.part, true
}

// holds reports whether a part of the year that a header names without its year is one of the title's year, though the title speaks of another
// part: what was done in months that are over by then, and what the whole year will be before its last quarter.
func (ti *titleInfo) holds(d *partial) bool {
	if ti.split || ti.dims.part == "" || ti.dims.part == partUnread || !slices.ContainsFunc(ti.parts, func(p titlePart) bool { return !p.ahead }) {
		return false
	}
	if d.isPartOf(&ti.dims) { // "Tháng 1" in the results of the first quarter
		return true
	}
	last := lastMonth(ti.dims.part)
	if d.part == "Y" {
		return last <= 9 && (d.measure == "estimate" || d.measure == "plan" || d.measure == "forecast")
	}
	return (d.measure == "actual" || d.measure == "estimate" || d.measure == "" || d.sum) && lastMonth(d.part) <= last
}

// titlePart is a period that a title names: a part of the year, "Y" for the whole of it.
type titlePart struct {
	part      string
	year      int  // 0 if it is not written with it
	ahead     bool // as something planned or expected
	estimated bool // … by "ước"
	until     bool // see partial
}

// addYear notes a period named with its year. One that is named as a whole too ends where it is said to, and begins where it does.
func (ti *titleInfo) addYear(p partial) {
	for i := range ti.years {
		if y := &ti.years[i]; y.year == p.year && y.toYear == p.toYear && cmp.Or(y.part, "Y") == cmp.Or(p.part, "Y") {
			y.until = y.until && p.until
			return
		}
	}
	ti.years = append(ti.years, p)
}

// say takes over period and measure of a title that is understood.
func (ti *titleInfo) say(d *partial) {
	if d.year != 0 {
		ti.addYear(partial{year: d.year, toYear: d.toYear, part: d.part, until: d.until})
	}
	if d.measure != "" {
		ti.mean(d.measure)
	}
	ti.dims.standard = clearer(d.standard, ti.dims.standard)
}

// mean notes a measure word of a title; two that differ say nothing.
func (ti *titleInfo) mean(measure string) {
	if ti.measures == 0 || ti.dims.measure == measure {
		ti.dims.measure = measure
	} else {
		ti.dims.measure = ""
	}
	ti.measures++
	ti.planned = ti.planned || measure != "actual"
	ti.planYear = ti.planYear || measure == "plan"
}

// isCompound reports whether two syllables are one word of which the second alone would be a measure: "thỏa ước" is an agreement.
func isCompound(a, b string) bool {
	if b != "ước" {
		return false
	}
	switch a {
	case "thỏa", "thoả", "hiệp", "công", "giao", "quy", "khế":
		return true
	}
	return false
}
