package layout

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/record"
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
	return rd.facts.get(s, func() headFacts {
		s := s
		if len(s) > 4*maxPhrase {
			s = s[:cutRune(s, 4*maxPhrase)]
		}
		toks := rd.tokenize(s)
		return headFacts{rd.mentions(s, toks), rd.localities(s, toks), rd.planYear(toks)}
	})
}

// mentions finds the provinces, regions and the country named in a letterhead or title, of which toks are the words. Names of one word count only
// behind "tỉnh" or "thành phố"; names must be capitalised, since "hòa bình" is also a word.
func (rd *Reader) mentions(s string, toks []token) []mention {
	var out []mention
	for i := 0; i < len(toks); i++ {
		if toks[i].punct || toks[i].num >= 0 {
			continue
		}
		for n := reachOf(rd.openings, toks[i:min(i+9, len(toks))]); n > 0; n-- {
			if toks[i+n-1].punct {
				continue
			}
			name := s[toks[i].start:toks[i+n-1].end]
			cands := rd.cat.TerritoriesByKey(keyOf(name, toks[i:i+n]))
			if len(cands) == 0 {
				continue
			}
			cands = slices.DeleteFunc(slices.Clone(cands), func(t *catalogue.Territory) bool { return t.IsLocal() })
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
	ministryReport, localHead := false, false
	for _, s := range b.sheets {
		zone := s.headCells()
		for _, i := range s.signed {
			b.footDate = max(b.footDate, rd.reference(s.g.text[i]).date)
		}
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
			localHead = localHead || line.local
			if attached || p.opens == kindLetterhead || dated {
				said := rd.reference(t)
				ministryReport = ministryReport || line.report && isMinistryReport(said.document)
				if dated || line.report {
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
			if p.opens == kindLetterhead && line.body != "" {
				b.identity.Body = sender(b.identity.Body, line.body)
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
	b.pathName = rd.pathName(path)
	if elements := elementsOf(path); len(elements) > 0 {
		file := rd.element(elements[len(elements)-1])
		b.supposed = file.supposed
		if s := b.onlyTable(); s != nil {
			s.ofFile = file.narrowed
		}
	}
	b.pathName.told = b.pathName.done && b.titlesName(b.pathName.year)
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
	case ministryReport && !localHead && isMinistry(b.identity.Body): // a form that a ministry sends out bears its name too
		country := rd.cat.Territory("vn")
		home = mention{name: country.NameVi, territories: []*catalogue.Territory{country}}
	}
	if r := b.identifyRound(path, rounds); r != nil {
		return r
	}
	b.issued = b.documentDate(dateYear)
	b.asOf = b.issued
	later := b.laterThanRound()
	if later != 0 {
		b.asOf = ""
	}
	if found, certain := b.evidence(); certain || b.asOf == "" && later < 2025 {
		b.asOf = found
	}
	b.home = seat{code: "identity.territory_unknown"}
	if len(home.territories) > 0 {
		if home.level() == "province" && b.signed {
			b.sender = home.territories
		}
		b.home = b.seat(home)
		if b.home.code == "territory.ambiguous" && later != 0 {
			b.home.args = append(b.home.args, "the titles are of an earlier year than the columns")
		}
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
		if s.local == nil && isUnnamedTown(b.identity.Body, b.home.territory) {
			s.local = &mention{name: b.identity.Body}
		}
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

// onlyTable gives the sheet with the only table of the workbook, nil if there are several.
func (b *bookReader) onlyTable() (only *sheetReader) {
	for _, s := range b.sheets {
		if len(s.tables) > 1 || len(s.tables) == 1 && only != nil {
			return nil
		}
		if len(s.tables) == 1 {
			only = s
		}
	}
	return only
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
			if next := b.lastPlan(); next > y && next <= 2025 { // the title of the year before was left above it; of what is planned since the merger see laterThanRound
				y = next
			}
			round, b.titled = b.rd.cat.Round(strconv.Itoa(y)), true
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
	if round == nil {
		if y := b.lastPlan(); y != 0 && b.isDone(y) {
			round = b.rd.cat.Round(strconv.Itoa(y) + "-ye")
		} else if y != 0 {
			round = b.rd.cat.Round(strconv.Itoa(y))
		}
	}
	if round != nil {
		b.identity.Round = round.ID
		b.round = round
	}
	return nil
}
