package layout

import "slices"

// titleInfo is what the texts above a table say.
type titleInfo struct {
	meaning
	years    []partial // distinct periods named
	planYear bool      // the title is that of a plan: its year is the plan's
	planned  bool      // a measure other than actual is named: years alone are not taken for actual values
	measures int
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

// titleMeaning reads the texts above a table. A title gives what neither row nor column says: the indicator, the year,
// the measure, the unit. Two titles that name different indicators give none.
func (s *sheetReader) titleMeaning(t *table) titleInfo {
	ti := s.readTitles(t.zoneCells)
	for _, far := range s.shared {
		if row := s.g.rows[t.top]; row >= far.from && row <= far.to {
			ti.under(s.readTitles(far.cells))
		}
	}
	if t.before != nil && t.before.title != nil && len(ti.texts) == 0 {
		ti.under(*t.before.title)
	}
	t.title = &ti
	return ti
}

// under takes over from farther titles what the nearer ones leave open.
func (ti *titleInfo) under(far titleInfo) {
	if ti.indicator == nil && !ti.ambiguous {
		ti.indicator, ti.ambiguous = far.indicator, far.ambiguous
	}
	if len(ti.years) == 0 {
		ti.years = far.years
		ti.dims.year, ti.dims.toYear, ti.dims.part = far.dims.year, far.dims.toYear, far.dims.part
	}
	if ti.measures == 0 {
		ti.measures, ti.dims.measure = far.measures, far.dims.measure
	}
	ti.planned, ti.planYear = ti.planned || far.planned, ti.planYear || far.planYear
	if ti.dims.unitText == "" {
		ti.dims.unit, ti.dims.unitText = far.dims.unit, far.dims.unitText
	}
	ti.dims.standard = firstOf(ti.dims.standard, far.dims.standard)
	ti.dims.sex, ti.dims.area = firstOf(ti.dims.sex, far.dims.sex), firstOf(ti.dims.area, far.dims.area)
	if len(ti.territories) == 0 {
		ti.territories = far.territories
	}
	if ti.local == nil {
		ti.local = far.local
	}
	ti.texts = append(slices.Clip(far.texts), ti.texts...)
	ti.narrowed = append(slices.Clip(far.narrowed), ti.narrowed...)
}

// readTitles reads titles, far to near.
func (s *sheetReader) readTitles(cells []int32) titleInfo {
	var ti titleInfo
	rd := s.rd
	for _, i := range cells {
		p := s.parsed[i]
		if p == nil {
			continue
		}
		if p.unitLine {
			ti.dims.unit, ti.dims.unitText = p.dims.unit, p.dims.unitText // the nearest above the table wins
			continue
		}
		reason := s.g.fates[i].reason
		if reason == skipTitle || reason == skipLetterhead {
			ti.narrowed = append(ti.narrowed, rd.narrowings(s.g.text[i], false)...)
		}
		if reason != skipTitle {
			continue
		}
		if rd.unit(p.text) == nil {
			ti.texts = append(ti.texts, p.text)
		}
		if m, ok := rd.locality(s.g.text[i]); ok {
			ti.local = &m
		}
		if p.rest == "" && len(p.indicators) > 0 {
			if in, _ := rd.pick(p.indicators, nil); in != nil {
				if ti.indicator != nil && ti.indicator != in {
					ti.ambiguous = true
				}
				ti.indicator = in
			}
		}
		if p.dims.unitText != "" && ti.dims.unitText == "" {
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
		if len(p.territories) > 0 && !merges(rd.tokenize(p.text)) {
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
		} else {
			ti.take(rd.titleWords(p.text))
		}
	}
	if ti.ambiguous {
		ti.indicator = nil
	}
	if len(ti.years) == 1 {
		y := ti.years[0]
		ti.dims.year, ti.dims.toYear, ti.dims.part = y.year, y.toYear, y.part
	}
	return ti
}

// say takes over period and measure of a title that is understood.
func (ti *titleInfo) say(d *partial) {
	if p := (partial{year: d.year, toYear: d.toYear, part: d.part}); d.year != 0 && !slices.Contains(ti.years, p) {
		ti.years = append(ti.years, p)
	}
	if d.measure != "" {
		ti.mean(d.measure)
	}
	ti.dims.standard = firstOf(d.standard, ti.dims.standard)
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

// titleWords are the periods and measure words of a title, and the last standard it names. They are shared.
type titleWords struct {
	years    []partial
	measures []string
	standard string
}

// take adds the words of a title.
func (ti *titleInfo) take(w *titleWords) {
	for _, p := range w.years {
		if !slices.Contains(ti.years, p) {
			ti.years = append(ti.years, p)
		}
	}
	for _, m := range w.measures {
		ti.mean(m)
	}
	ti.dims.standard = firstOf(w.standard, ti.dims.standard)
}

// titleWords finds the periods and measure words anywhere in a title. "Chỉ tiêu" alone means any indicator there.
func (rd *Reader) titleWords(s string) *titleWords {
	if len(s) > 4*maxPhrase {
		s = s[:cutRune(s, 4*maxPhrase)]
	}
	return rd.titles.get(s, func() *titleWords { return rd.findTitleWords(s) })
}

func (rd *Reader) findTitleWords(s string) *titleWords {
	var found titleWords
	toks := rd.tokenize(s)
	for i := 0; i < len(toks); {
		if n, standard := takeStandard(toks[i:]); n > 0 {
			found.standard = standard
			i += n
			continue
		}
		if n, it := takePeriod(toks[i:]); n > 0 {
			if it.year != 0 {
				found.years = append(found.years, partial{year: it.year, toYear: it.to, part: it.part})
			}
			i += n
			continue
		}
		step := 1
		for n := min(6, len(toks)-i); n > 0; n-- {
			w, ok := rd.vocab.find(toks[i:i+n], kindMeasure)
			if !ok || toks[i+n-1].punct || n == 1 && (toks[i].low == "th" || i > 0 && isCompound(toks[i-1].low, toks[i].low)) || phraseKey(toks[i:i+n]) == phraseKey(tokenize("Chỉ tiêu")) {
				continue
			}
			if w.value == "target" && i+n < len(toks) && !isYear(toks[i+n]) {
				continue
			}
			found.measures = append(found.measures, w.value)
			step = n
			break
		}
		i += step
	}
	return &found
}
