package layout

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/record"
	"github.com/phuluc/phuluc/transform/text"
)

// mention is a territory named in running text; several candidates when the name has several vintages.
type mention struct {
	name        string
	territories []*catalogue.Territory
	at          place
}

// place is where a text stands, for refusals.
type place struct {
	sheet, cell, raw string
}

func (m mention) level() string {
	if len(m.territories) == 0 {
		return ""
	}
	return m.territories[0].Level
}

func sameMention(a, b mention) bool {
	for _, t := range a.territories {
		if slices.Contains(b.territories, t) {
			return true
		}
	}
	return false
}

// headFacts is what a text of a letterhead or title says about the workbook.
type headFacts struct {
	mentions   []mention // provinces, regions, the country
	localities []mention
	planYear   int
}

func (rd *Reader) headFacts(s string) headFacts {
	return rd.facts.get(s, func() headFacts { return headFacts{rd.mentions(s), rd.localities(s), planYear(rd, s)} })
}

// mentions finds the provinces, regions and the country named in a letterhead or title. Names of one word count only
// behind "tỉnh" or "thành phố"; names must be capitalised, since "hòa bình" is also a word.
func (rd *Reader) mentions(s string) []mention {
	if len(s) > 4*maxPhrase {
		s = s[:cutRune(s, 4*maxPhrase)]
	}
	toks := rd.tokenize(s)
	var out []mention
	for i := 0; i < len(toks); i++ {
		far := min(9, len(toks)-i)
		if toks[i].punct || toks[i].num >= 0 || !rd.mayNamePlace(toks[i:i+far]) {
			continue
		}
		for n := far; n > 0; n-- {
			if toks[i+n-1].punct {
				continue
			}
			name := s[toks[i].start:toks[i+n-1].end]
			cands := rd.cat.TerritoriesByKey(keyOf(name, toks[i:i+n]))
			if len(cands) == 0 {
				continue
			}
			cands = slices.DeleteFunc(slices.Clone(cands), func(t *catalogue.Territory) bool { return t.Level == "district" })
			if len(cands) == 0 {
				continue
			}
			ok := true
			switch cands[0].Level {
			case "country":
				ok = isNational(toks, i, n) && !rd.isInName(s, toks, i, n)
			case "region":
				ok = n >= 2
			default:
				first, _ := utf8.DecodeRuneInString(s[toks[i+provincePrefix(toks[i:i+n])].start:])
				prefixed := provincePrefix(toks[i:i+n]) > 0 || i > 0 && (toks[i-1].low == "tỉnh" || toks[i-1].low == "phố" || toks[i-1].low == "tp") ||
					i > 1 && toks[i-1].key == "." && toks[i-2].low == "tp"
				ok = unicode.IsUpper(first) && (n >= 2 || prefixed)
			}
			if ok && merges(toks[:i]) {
				ok = false
			}
			if ok {
				out = append(out, mention{name: name, territories: cands})
				i += n - 1
				break
			}
		}
	}
	return out
}

// merges reports whether words speak of a merger: the provinces named behind them are parts.
func merges(toks []token) bool {
	for i := 1; i < len(toks); i++ {
		if toks[i].low == "nhất" && toks[i-1].low == "hợp" || toks[i].low == "nhập" && (toks[i-1].low == "sáp" || toks[i-1].low == "sát") {
			return true
		}
	}
	return false
}

func provincePrefix(toks []token) int {
	switch {
	case len(toks) > 1 && toks[0].low == "tỉnh":
		return 1
	case len(toks) > 2 && toks[0].low == "thành" && toks[1].low == "phố":
		return 2
	case len(toks) > 1 && toks[0].low == "tp":
		return 1
	}
	return 0
}

// isNational: "cả nước" and "toàn quốc" name the country; "Việt Nam" only where a body or title ends with it, not in
// the motto or in "người lao động Việt Nam".
func isNational(toks []token, i, n int) bool {
	switch toks[i].low {
	case "việt", "viet", "vn", "vietnam":
	default:
		return true
	}
	for _, t := range toks[:i] {
		switch t.low {
		case "cộng", "chủ", "người", "lao", "republic", "foreign", "workers":
			return false
		}
	}
	return (n >= 2 || toks[i].low == "vietnam") && i+n == len(toks)
}

// isInName reports whether n tokens from i are within the name of an indicator: foreigners "làm việc tại Việt Nam" are counted by province too.
func (rd *Reader) isInName(s string, toks []token, i, n int) bool {
	for from := max(0, i-2*maxWordTokens); from <= i; from++ {
		for to := i + n; to <= min(len(toks), i+n+maxWordTokens); to++ {
			if to-from > n && len(rd.labelled(keyOf(s[toks[from].start:toks[to-1].end], toks[from:to]))) > 0 {
				return true
			}
		}
	}
	return false
}

// foldedNames indexes the provinces by their names without diacritics, spaced and glued, for file names.
func foldedNames(cat *catalogue.Catalogue) map[string][]*catalogue.Territory {
	m := map[string][]*catalogue.Territory{}
	for i := range cat.Territories {
		t := &cat.Territories[i]
		if t.Level != "province" {
			continue
		}
		for _, name := range []string{t.NameVi, t.NameEn} {
			words := pathWords(name)
			for _, k := range []string{strings.Join(words, " "), strings.Join(words, "")} {
				if k != "" && !slices.Contains(m[k], t) {
					m[k] = append(m[k], t)
				}
			}
		}
	}
	// A former name is valid for its successor too ("Thua Thien Hue" in 2025).
	for k, list := range m {
		for _, t := range list {
			for _, same := range cat.TerritoriesByName(t.NameVi) {
				if same.Level == "province" && !slices.Contains(m[k], same) {
					m[k] = append(m[k], same)
				}
			}
		}
	}
	return m
}

// pathWords splits a name into lower-case ASCII words and runs of digits.
func pathWords(s string) []string {
	var out []string
	s = strings.ToLower(text.Fold(s))
	last, from := byte(0), 0
	for i := range len(s) + 1 {
		kind := byte(0)
		switch {
		case i == len(s):
		case s[i] >= 'a' && s[i] <= 'z':
			kind = 'a'
		case s[i] >= '0' && s[i] <= '9':
			kind = '0'
		}
		if kind != last {
			if last != 0 {
				out = append(out, s[from:i])
			}
			last, from = kind, i
		}
	}
	return out
}

// wordsOf is pathWords, remembered: many files lie in one folder.
func (rd *Reader) wordsOf(s string) []string {
	return rd.pathWords.get(s, func() []string { return pathWords(s) })
}

// pathTerritory finds the province a path names: in the file's name, else in the nearest folder that names one.
func (rd *Reader) pathTerritory(path string) (mention, bool) {
	elements := strings.FieldsFunc(path, func(r rune) bool { return r == '/' || r == '\\' })
	for k := len(elements) - 1; k >= 0 && k >= len(elements)-6; k-- {
		words := rd.wordsOf(strings.TrimSuffix(elements[k], ".xlsx"))
		var found []mention
		for i := 0; i < len(words); i++ {
			for n := min(5, len(words)-i); n > 0; n-- {
				t := rd.folds[strings.Join(words[i:i+n], " ")]
				if len(t) == 0 { // "BaRia-VungTau"
					t = rd.folds[strings.Join(words[i:i+n], "")]
				}
				if len(t) > 0 {
					found = append(found, mention{name: strings.Join(words[i:i+n], " "), territories: t, at: place{raw: elements[k]}})
					i += n - 1
					break
				}
			}
		}
		if len(found) == 1 {
			return found[0], true
		}
		if len(found) > 1 {
			return mention{}, false
		}
	}
	return mention{}, false
}

// pathRound finds the plan year a path states: "KH2020", "ke hoach 2020", "round-2020", or a folder named after a round.
func (rd *Reader) pathRound(path string) (year int, folder string) {
	elements := strings.FieldsFunc(path, func(r rune) bool { return r == '/' || r == '\\' })
	for k := len(elements) - 1; k >= 0; k-- {
		words := rd.wordsOf(elements[k])
		for i, w := range words {
			y, err := strconv.Atoi(w)
			if err != nil || len(w) != 4 || y < firstYear || y > lastYear || i == 0 {
				continue
			}
			prev := words[i-1]
			if prev == "nam" && i > 1 {
				prev = words[i-2]
			}
			if prev == "kh" || prev == "hoach" || prev == "kehoach" || prev == "round" || prev == "vong" {
				return y, ""
			}
		}
		if k < len(elements)-1 && folder == "" && rd.cat.Round(elements[k]) != nil {
			folder = elements[k]
		}
	}
	return 0, folder
}

// Numbers of documents: "2652/LĐTBXH-KHTC", "1240/QĐ-LĐTBXH"; a blank number ("số     /LĐTBXH-KHTC") does not match.
const documentPattern = `(\d{1,5})\s*/\s*((?:\d{4}/)?[A-ZĐƯ][A-ZĐƯa-z0-9]*(?:\s*[-–]\s*[A-ZĐƯ][A-ZĐƯa-z0-9]*)*)`

// identify fills b.identity from the title zones of all sheets and from the path. It returns a refusal of the whole file
// when they contradict.
func (b *bookReader) identify(path string) *record.Refusal {
	rd := b.rd
	var provinces, others []mention
	rounds := map[int]place{}
	var titles []string
	var issuers []mention
	var document, date string
	dateYear, isAnnex := 0, false
	for _, s := range b.sheets {
		zone := s.headCells()
		s.place = rd.sheetPlace(s.g.info.Name)
		var local, wider []mention
		sheetRound, at := 0, place{}
		for _, i := range zone {
			t := s.g.text[i]
			here := place{s.g.info.Name, s.g.cells[i].Address(), s.g.cells[i].Raw}
			p := s.parsed[i]
			if p == nil || p.opens == kindNote {
				continue
			}
			line := rd.line(t)
			dated, attached := line.dated, line.attached
			if attached || p.opens == kindLetterhead || dated {
				said := rd.reference(t)
				if dated || strings.Contains(strings.ToLower(t), "kèm theo báo cáo") {
					b.signedOn = max(b.signedOn, said.date)
				}
				// The document it is an annex of counts more than the sender's own number and date.
				if said.document != "" && !dated && (document == "" || attached && !isAnnex) {
					document = said.document
				}
				if (said.date != "" || said.year != 0) && (date == "" && dateYear == 0 || attached && !isAnnex) {
					date, dateYear = said.date, said.year
				}
				isAnnex = isAnnex || attached
			}
			if dated || p.unitLine {
				continue
			}
			facts := rd.headFacts(t)
			if len(facts.localities) > 0 && s.local == nil && len(s.tables) > 0 {
				m := facts.localities[0]
				m.at = here
				s.local = &m
			}
			for _, m := range facts.mentions {
				m.at = here
				if m.level() == "province" {
					if attached {
						issuers = append(issuers, m) // of the letter; seldom the sender
						continue
					}
					local, s.own = append(local, m), true
					b.signed = true
				} else {
					wider = append(wider, m)
				}
			}
			if b.identity.Body == "" && p.opens == kindLetterhead && isBody(t) {
				b.identity.Body = bodyName(t)
			}
			if attached {
				continue
			}
			if y := facts.planYear; y > sheetRound {
				sheetRound, at = y, here
			}
			if p.opens == "" && !p.unitLine && rd.bothUnits(p.text) == nil {
				titles = append(titles, p.text)
			}
		}
		if len(s.tables) > 0 || agree(slices.Concat(local, wider)) { // a list of names is no letterhead
			others = append(others, wider...)
			for _, m := range local {
				if s.place == nil || !sameMention(m, *s.place) {
					provinces = append(provinces, m)
				}
			}
		}
		if sheetRound != 0 {
			rounds[sheetRound] = at
		}
		if len(titles) > 0 && b.identity.Title == "" {
			b.identity.Title = strings.Join(titles, " ")
			if len(b.identity.Title) > 1000 {
				b.identity.Title = b.identity.Title[:cutRune(b.identity.Title, 1000)]
			}
		}
	}
	b.identity.Document, b.identity.Date = document, date
	for i := 1; i < len(provinces); i++ {
		if !sameMention(provinces[0], provinces[i]) {
			return refuseFile("identity.territory_two", provinces[i].at, provinces[0].name, provinces[i].name)
		}
	}
	if len(provinces) == 0 {
		provinces = b.onlyPlace()
	}
	inPath, hasPath := rd.pathTerritory(path)
	var home mention
	switch {
	case len(provinces) > 0:
		home = provinces[0]
		for _, m := range provinces[1:] { // the name with the fewest meanings is the most exact
			if len(m.territories) < len(home.territories) {
				home = m
			}
		}
		if hasPath && !sameMention(home, inPath) {
			return refuseFile("identity.conflict_path", home.at, home.name, inPath.name)
		}
	case len(others) > 0:
		regions := slices.DeleteFunc(slices.Clone(others), func(m mention) bool { return m.level() != "region" })
		switch {
		case len(regions) == 0:
			home = others[0]
		case agree(regions):
			home = regions[0]
		}
	case hasPath:
		home = inPath
		if len(issuers) > 0 && !sameMention(issuers[0], inPath) {
			return refuseFile("identity.conflict_path", issuers[0].at, issuers[0].name, inPath.name)
		}
	}
	if r := b.identifyRound(path, rounds); r != nil {
		return r
	}
	b.issued = b.documentDate(dateYear)
	b.asOf = b.issued
	if found, certain := b.evidence(); certain || b.asOf == "" {
		b.asOf = found
	}
	b.home = seat{code: "identity.territory_unknown"}
	if len(home.territories) > 0 {
		if home.level() == "province" && b.signed {
			b.sender = home.territories
		}
		b.home = b.seat(home)
		if b.home.territory != nil {
			b.identity.Territory = b.home.territory.ID
			if b.sender != nil {
				b.sender = []*catalogue.Territory{b.home.territory}
			}
		}
	}
	b.placeSheets()
	for _, s := range b.sheets {
		s.home = b.home
		if s.local != nil {
			s.home = b.seat(*s.local)
			continue
		}
		if s.place == nil {
			continue
		}
		s.home = b.seat(*s.place)
		if b.districts && s.place.level() == "province" && !strings.HasPrefix(strings.ToLower(s.place.name), "tỉnh") { // its capital bears the name too
			s.home = seat{code: "territory.ambiguous", args: []string{s.place.name}}
		}
		if len(home.territories) > 0 && home.level() == "province" && s.place.level() == "province" && !sameMention(home, *s.place) {
			s.home = seat{code: "identity.territory_two", args: []string{home.name, s.place.name}}
		}
	}
	return nil
}

// seat is the territory of all values of a sheet that name none, or the reason why there is none.
type seat struct {
	territory *catalogue.Territory
	code      string
	args      []string
}

func (b *bookReader) seat(m mention) seat {
	if len(m.territories) == 0 {
		return seat{code: "territory.unknown", args: []string{m.name}}
	}
	t, code := b.choose(m.territories, b.home.territory, false)
	if code != "" {
		return seat{code: code, args: []string{m.name}}
	}
	return seat{territory: t}
}

// sheetPlace reads the name of a sheet as that of a territory: nil if it says anything else. The name of a town that the catalogue does
// not know is a place without territories.
func (rd *Reader) sheetPlace(name string) *mention {
	name = rd.repair(name)
	p := rd.phrase(name)
	if p.rest == "" && len(p.territories) > 0 && len(p.indicators) == 0 && !p.dims.any() {
		return &mention{name: name, territories: p.territories, at: place{sheet: name}}
	}
	if p.rest != "" && (rd.isTownName(p.body) || loadGlued()[strings.Join(rd.wordsOf(p.body), "")]) {
		return &mention{name: name, at: place{sheet: name}}
	}
	return nil
}

// onlyPlace gives the province after which all sheets with tables are named, if it is one.
func (b *bookReader) onlyPlace() []mention {
	var out []mention
	for _, s := range b.sheets {
		if len(s.tables) == 0 {
			continue
		}
		if s.place == nil || s.place.level() != "province" {
			return nil
		}
		out = append(out, *s.place)
	}
	if !agree(out) {
		return nil
	}
	return out
}

// agree reports whether all mentions may name one territory.
func agree(ms []mention) bool {
	for i := 1; i < len(ms); i++ {
		if !sameMention(ms[0], ms[i]) {
			return false
		}
	}
	return true
}

func refuseFile(code string, at place, args ...string) *record.Refusal {
	r := &record.Refusal{Code: code, Args: args}
	r.Sheet, r.Cell, r.Raw = at.sheet, at.cell, at.raw
	return r
}

// identifyRound decides the planning round: the letter the annex belongs to, else the plan year of the titles, else of
// the path.
func (b *bookReader) identifyRound(path string, rounds map[int]place) *record.Refusal {
	if f := b.namedForm(); f != nil && !f.InRounds {
		return nil
	}
	years := make([]int, 0, len(rounds))
	for y := range rounds {
		years = append(years, y)
	}
	slices.Sort(years)
	if len(years) > 1 {
		return refuseFile("identity.round_conflict", rounds[years[len(years)-1]], strconv.Itoa(years[0]), strconv.Itoa(years[len(years)-1]))
	}
	var round *catalogue.Round
	if b.identity.Document != "" {
		round = b.rd.cat.RoundByLetter(b.identity.Document)
	}
	if len(years) == 1 {
		y := years[0]
		if round != nil && round.Kind == "plan" && round.Year != y {
			return refuseFile("identity.round_conflict", rounds[y], strconv.Itoa(round.Year), strconv.Itoa(y))
		}
		if round == nil {
			round = b.rd.cat.Round(strconv.Itoa(y))
		}
	}
	stated, folder := b.rd.pathRound(path)
	if round != nil {
		at := place{}
		if len(years) == 1 {
			at = rounds[years[0]]
		}
		if stated != 0 && stated != round.Year {
			return refuseFile("identity.conflict_path", at, strconv.Itoa(round.Year), strconv.Itoa(stated))
		}
		// A folder may be named after the round or after the year of sending.
		if f := b.rd.cat.Round(folder); f != nil && f.Year != round.Year && f.Year != round.Year-1 {
			return refuseFile("identity.conflict_path", at, round.ID, folder)
		}
	} else if stated != 0 {
		round = b.rd.cat.Round(strconv.Itoa(stated))
	} else if f := b.rd.cat.Round(folder); f != nil && b.isPlanning() {
		round = f
	}
	if y := b.lastPlan(); round == nil && y != 0 {
		if b.isDone(y) {
			round = b.rd.cat.Round(strconv.Itoa(y) + "-ye")
		} else {
			round = b.rd.cat.Round(strconv.Itoa(y))
		}
	}
	if round != nil {
		b.identity.Round = round.ID
		b.round = round
	}
	return nil
}

// headCells lists the text cells above the first table of a sheet; without a table, those of its first rows.
func (s *sheetReader) headCells() []int32 {
	end := min(len(s.g.rows), 15)
	if len(s.tables) > 0 {
		end = s.tables[0].top
	}
	for r := 0; r < end && len(s.tables) == 0; r++ {
		if sh := s.shapeAt(r, 0); sh != nil {
			end = sh.heads[0]
		}
	}
	var out []int32
	for r := range end {
		for _, i := range s.g.rowCells(r) {
			if s.class[i] == classText {
				out = append(out, i)
			}
		}
	}
	return out
}

// bodyName takes "Tên đơn vị:" and the dots of an unfilled name off.
func bodyName(t string) string {
	if i := strings.IndexByte(t, ':'); i >= 0 && strings.Contains(strings.ToLower(t[:i]), "đơn vị") {
		t = t[i+1:]
	}
	return strings.Trim(t, " .…_")
}

// isBody tells a reporting body from the other lines of a letterhead.
func isBody(t string) bool {
	low := strings.ToLower(t)
	if i := strings.IndexByte(low, ':'); i >= 0 && strings.Contains(low[:i], "đơn vị") {
		return strings.Trim(low[i+1:], " .…") != ""
	}
	for _, w := range []string{"sở ", "ủy ban", "uỷ ban", "ubnd", "bảo hiểm xã hội", "bhxh", "bộ ", "tổng cục", "cục ", "chi cục", "phòng ", "văn phòng"} {
		if strings.HasPrefix(low, w) {
			return true
		}
	}
	return false
}

// planYear finds "KẾ HOẠCH NĂM 2020", "KẾ HOẠCH 2014" in a title; the plan whose execution is reported ("thực hiện kế
// hoạch năm 2019") is not the plan round's. 0 if none.
func planYear(rd *Reader, t string) int {
	if len(t) > 4*maxPhrase {
		t = t[:cutRune(t, 4*maxPhrase)]
	}
	toks := rd.tokenize(t)
	best := 0
	for i := range toks {
		w, ok := word{}, false
		n := rd.vocab.reach(toks[i:], 5)
		for ; n > 0; n-- {
			if toks[i+n-1].punct {
				continue
			}
			if w, ok = rd.vocab.find(toks[i:i+n], kindMeasure); ok {
				break
			}
		}
		if !ok || w.value != "plan" || phraseKey(toks[i:i+n]) == "chỉ tiêu" {
			continue
		}
		if isReported(toks[:i]) {
			continue
		}
		if k, it := takePeriod(toks[i+n:]); k > 0 && it.to == 0 && it.part == "" && it.year > best {
			best = it.year
		}
	}
	return best
}

// isReported reports whether the words before a plan say that its execution is told: "thực hiện các chỉ tiêu" does for
// "kế hoạch năm 2019"; a year or "và" in between begins something new.
func isReported(toks []token) bool {
	for i := len(toks) - 1; i >= 0 && !isYear(toks[i]) && !toks[i].punct && toks[i].low != "và"; i-- {
		if toks[i].low == "hiện" {
			return true
		}
	}
	return false
}

// headLine is what the form of a text tells of a line of a letterhead.
type headLine struct {
	dated    bool // it is of the place and the date
	attached bool // it tells what the workbook is attached to
}

func (rd *Reader) line(t string) headLine {
	return rd.lines.get(t, func() headLine { return headLine{isPlaceAndDate(t), strings.Contains(strings.ToLower(t), "kèm theo")} })
}

// reference is what a line of a letterhead may refer to.
type reference struct {
	document, date string
	year           int
}

func (rd *Reader) reference(t string) reference {
	return rd.references.get(t, func() reference {
		r := reference{document: strings.Join(strings.Fields(rd.documents.FindString(t)), "")}
		r.date, r.year = findDate(t)
		return r
	})
}

// findDate finds the date of a document in its reference line; a date not filled in gives its year only.
func findDate(t string) (iso string, year int) {
	low := strings.ToLower(t)
	for from := 0; ; {
		i := strings.Index(low[from:], "ngày")
		if i < 0 || len(low) != len(t) {
			break
		}
		at := from + i
		end := min(len(t), at+60)
		for !utf8.RuneStart(byteAt(t, end)) {
			end--
		}
		part := t[at:end]
		if j := strings.IndexAny(part, ")\n;"); j > 0 {
			part = part[:j]
		}
		toks := tokenize(part)
		// "ngày 13 tháng 12 năm 2022", "ngày 13/12/2022", and the blank forms of both.
		for j, x := range toks {
			if isYear(x) && j < 8 {
				year = x.num
				if d, ok := text.ParseDate(part[:x.end]); ok {
					return d, year
				}
				break
			}
		}
		if year != 0 {
			return "", year
		}
		from = at + len("ngày")
	}
	return "", 0
}

func byteAt(s string, i int) byte {
	if i >= len(s) {
		return 0
	}
	return s[i]
}

// documentDate is the date by which names of provinces are read: of the document, else of the round (the plan round of
// year N is of July N-1, the year-end round of December N).
func (b *bookReader) documentDate(year int) string {
	if b.identity.Date != "" {
		return b.identity.Date
	}
	for i := range b.rd.cat.Documents {
		if d := &b.rd.cat.Documents[i]; b.identity.Document != "" && d.Number == b.identity.Document && d.IssueDate != "" {
			return d.IssueDate
		}
	}
	if b.round != nil {
		if b.round.Kind == "plan" {
			return fmt.Sprintf("%d-07-15", b.round.Year-1)
		}
		return fmt.Sprintf("%d-12-15", b.round.Year)
	}
	if year != 0 && year != 2025 {
		return fmt.Sprintf("%d-07-15", year)
	}
	return ""
}

// The provinces were merged on this date (202/2025/QH15).
const lastDayOf63 = "2025-06-30"

// evidence dates a workbook without date by its own tables: names that only the 63 provinces bear, a full set of the 34,
// else the last period that is not a plan, else the last year planned. "" when nothing decides. It is certain where figures are of a time
// after the provinces were merged: a letter or round of before asked for them.
func (b *bookReader) evidence() (date string, certain bool) {
	oldOnly, provinces := false, map[string]bool{}
	last, ahead, after := 0, 0, false
	see := func(p *phrase) {
		if p == nil {
			return
		}
		switch d := &p.dims; {
		case p.rest != "":
		case d.measure == "target", d.measure == "plan", d.measure == "forecast":
			ahead = max(ahead, d.year, d.toYear)
		default:
			last = max(last, d.year, d.toYear)
		}
		after = after || p.rest == "" && p.dims.measure == "actual" && isAfterMerger(&p.dims)
		if len(p.territories) == 0 || p.territories[0].Level != "province" || p.rest != "" || merges(b.rd.tokenize(p.text)) { // "Khu vực Bình Dương", "Bình Dương (cũ)" may be written at any time
			return
		}
		old := true
		for _, t := range p.territories {
			old = old && t.ValidTo != "" && t.ValidTo <= lastDayOf63
		}
		oldOnly = oldOnly || old
		provinces[p.territories[0].ID] = true
	}
	for _, s := range b.sheets {
		for i, p := range s.parsed {
			if s.class[i] == classText || s.class[i] == classYear {
				see(p)
			}
		}
	}
	title, planned := b.titlePeriod()
	if last == 0 && ahead == 0 {
		if ahead = title.year; !planned && ahead == 2025 {
			last = ahead
		}
	}
	if !planned && last <= title.year {
		after = after || isAfterMerger(&title)
	}
	before, since := b.divisions()
	if max(last, title.year) < 2025 { // it speaks of communes, or of a merger of old
		before, since = false, false
	}
	switch {
	case (oldOnly || before) && (after || since):
		return "", true
	case before && (b.issued == "" || b.issued > lastDayOf63):
		return lastDayOf63, true
	case since:
		return "2025-12-31", true
	case oldOnly:
		return lastDayOf63, false
	case after:
		return fmt.Sprintf("%d-12-31", max(last, 2025)), true
	case len(provinces) >= 30 && len(provinces) <= 34:
		return "2025-12-31", false
	case last == 0 && ahead != 0 && ahead <= 2025:
		return fmt.Sprintf("%d-12-31", ahead-1), false // a plan is made before its year
	case last == 0 || last == 2025:
		return "", false
	default:
		return fmt.Sprintf("%d-12-31", last), false
	}
}

// divisions reports whether titles say that the provinces of their tables are those before the merger, those since, or both.
func (b *bookReader) divisions() (before, since bool) {
	for _, s := range b.sheets {
		for _, i := range s.headCells() {
			if p := s.parsed[i]; p != nil {
				w := b.rd.titleWords(p.text)
				before, since = before || w.before, since || w.since
			}
		}
	}
	return before, since
}

// unchanged picks, in a workbook that nothing dates, one of the territories of a name if they are one province that the merger left as it
// was: any of them is right, the one of the time of the figures is the usual one. A name that only the later one bears for all time, and a
// town before, needs figures of that time.
func (b *bookReader) unchanged(cands []*catalogue.Territory) *catalogue.Territory {
	for _, t := range cands {
		if t.Level != "province" || t != cands[0] && !slices.ContainsFunc(b.rd.cat.Predecessors(t.ID), func(s catalogue.Succession) bool {
			return s.Kind == "unchanged" && s.Predecessor == cands[0].ID
		}) {
			return nil
		}
	}
	day := lastDayOf63
	done, bare := b.isOfMergerYear()
	if done || bare {
		day = "2025-12-31"
	}
	if !done && slices.ContainsFunc(cands, func(t *catalogue.Territory) bool { return t.NameVi != cands[0].NameVi }) {
		return nil
	}
	if i := slices.IndexFunc(cands, func(t *catalogue.Territory) bool { return t.ValidOn(day) }); i >= 0 {
		return cands[i]
	}
	return nil
}

// isOfMergerYear reports whether the workbook has figures of the year in which the provinces were merged: of what was done in it, or of
// which nothing says that they are planned.
func (b *bookReader) isOfMergerYear() (done, bare bool) {
	title, planned := b.titlePeriod()
	see := func(d *partial) {
		if d.year != 2025 || d.toYear != 0 {
			return
		}
		done = done || d.measure == "actual" || d.measure == "estimate"
		bare = bare || d.measure == "" && !planned
	}
	see(&title)
	for d := range b.columnDims() {
		see(&d)
	}
	return done, bare
}

// isAfterMerger reports whether what was done in a period can only be known after lastDayOf63.
func isAfterMerger(d *partial) bool {
	if d.year != 2025 || d.toYear != 0 {
		return false
	}
	switch part := d.part; {
	case part == "S2", part == "Q3", part == "Q4":
		return true
	case len(part) == 3 && (part[0] == 'C' || part[0] == 'M'):
		return part[1:] > "06"
	}
	return false
}

// titlePeriod is the one period that the titles name, if they do not name several years, and whether it is that of a plan.
func (b *bookReader) titlePeriod() (period partial, planned bool) {
	done := false
	for _, s := range b.sheets {
		for _, i := range s.headCells() {
			p := s.parsed[i]
			if p == nil || p.opens != "" || b.rd.line(s.g.text[i]).dated {
				continue
			}
			w := b.rd.titleWords(p.text)
			for _, m := range w.measures {
				planned, done = planned || m == "plan" || m == "target" || m == "forecast", done || m == "actual"
			}
			for _, y := range w.years {
				if y.toYear != 0 || period.year != 0 && y.year != period.year {
					return partial{}, planned && !done
				}
				if period.year != 0 && y.part != period.part {
					y.part = ""
				}
				period = y
			}
		}
	}
	return period, planned && !done
}

// isPlanning reports whether a table of the workbook has the columns of a planning round: a plan for one year and
// estimated or actual figures of the year before.
func (b *bookReader) isPlanning() bool { return b.lastPlan() != 0 }

func (b *bookReader) lastPlan() int {
	plan, done := 0, map[int]bool{}
	for d := range b.columnDims() {
		switch d.measure {
		case "plan":
			plan = max(plan, d.year)
		case "estimate", "actual":
			done[d.year] = done[d.year] || d.part == "" || d.part == "Y" // a monthly report compares months with the year's plan
		}
	}
	if plan != 0 && done[plan-1] {
		return plan
	}
	return 0
}

// isDone reports whether a column holds what was done in the whole of a year, or nearly: plans for the year come before it.
func (b *bookReader) isDone(year int) bool {
	for d := range b.columnDims() {
		if d.year == year && d.toYear == 0 && (d.part == "" || d.part == "Y") && (d.measure == "actual" || d.measure == "estimate") {
			return true
		}
	}
	return false
}

// columnDims gives what each column header of each table says.
func (b *bookReader) columnDims() iter.Seq[partial] {
	return func(yield func(partial) bool) {
		for _, s := range b.sheets {
			for d := range s.columnDims() {
				if !yield(d) {
					return
				}
			}
		}
	}
}

func (s *sheetReader) columnDims() iter.Seq[partial] {
	return func(yield func(partial) bool) {
		for _, t := range s.tables {
			for c := range t.columns {
				var d partial
				for _, p := range t.columns[c].stack {
					d.merge(&p.dims)
				}
				if !yield(d) {
					return
				}
			}
		}
	}
}

// form names the family of a workbook's layout by what its first tables hold.
func (b *bookReader) form() string {
	if f := b.namedForm(); f != nil {
		return f.Code
	}
	planning := b.isPlanning()
	for _, s := range b.sheets {
		for _, t := range s.tables {
			if t.isTask {
				return "B2"
			}
			if planning {
				return "D"
			}
			owner, target, verdict, years := false, false, false, 0
			for c := range t.columns {
				owner = owner || t.columns[c].role == roleOwner
				for _, p := range t.columns[c].stack {
					verdict = verdict || p.role == roleNote && p.comparison // "Đánh giá"
				}
				if t.columns[c].role != roleValue {
					continue
				}
				for _, p := range t.columns[c].stack {
					target = target || p.dims.measure == "target"
					if p.dims.year != 0 && p.dims.measure == "" {
						years++
						break
					}
				}
			}
			territories, districts, yearRows, indicators := 0, 0, 0, 0
			for _, rw := range t.rows {
				switch {
				case len(rw.mean.territories) > 0 && rw.mean.territories[0].Level == "district":
					districts++
				case len(rw.mean.territories) > 0:
					territories++
				case rw.mean.indicator != nil:
					indicators++
				case rw.mean.dims.year != 0:
					yearRows++
				}
			}
			switch {
			case owner && target:
				return "B1"
			case districts > 1:
				return "B13"
			case territories > indicators && years > 0:
				return "B11"
			case yearRows > 1:
				return "B10"
			case verdict && indicators > 0:
				return "B3"
			case years > 1 && indicators > 0:
				return "B6"
			}
		}
	}
	return ""
}
