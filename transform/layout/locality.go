package layout

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/text"
)

// A locality is a part of a province: a district, town, ward or commune. Figures of "huyện Mèo Vạc" are never those of its
// province, whether the catalogue knows the district or not, so a text that governs a table and names a locality says whose
// the figures are, or that it is not known.

// localities.csv names them without the word for their level: the districts until 30 June 2025 and the communes since, without those that
// bear the name of a province. It serves to know a place from a heading, and resolves nothing.
//
//go:embed localities.csv
var localitiesCSV string

// loadLocalities gives the level of each, by text.Key.
var loadLocalities = sync.OnceValue(func() map[string]string {
	rows, err := csv.NewReader(strings.NewReader(localitiesCSV)).ReadAll()
	if err != nil {
		panic(fmt.Sprintf("localities.csv: %v", err)) // embedded at build time; a test reads it first
	}
	levels := make(map[string]string, len(rows))
	for _, r := range rows[1:] {
		levels[text.Key(r[0])] = r[1]
	}
	return levels
})

// localityOpenings are those of their names.
var localityOpenings = sync.OnceValue(func() map[string]int { return openings(maps.Keys(loadLocalities())) })

// loadGlued indexes the districts of two syllables and more as the names of sheets write them: without signs and blanks, "NhaTrang".
var loadGlued = sync.OnceValue(func() map[string]bool {
	glued := map[string]bool{}
	for name, level := range loadLocalities() {
		if words := pathWords(name); level == "district" && len(words) > 1 {
			glued[strings.Join(words, "")] = true
		}
	}
	return glued
})

// localities finds the parts of provinces named in a running text, of which toks are the words: a word for the level with a proper name behind it. One
// that the catalogue does not know has no territories. "Huyện nghèo", "các huyện" and "cấp huyện" name none.
func (rd *Reader) localities(s string, toks []token) []mention {
	var out []mention
	for i := 0; i < len(toks); i++ {
		n := localityLevel(toks[i:])
		if n == 0 || i > 0 && speaksOfMany(toks[i-1]) {
			continue
		}
		from := i + n
		for from < len(toks) && (toks[from].key == ":" || toks[from].key == "." && n == 1 && len(toks[i].low) <= 2) { // "Huyện: Mộc Châu", "TX. Sa Pa"
			from++
		}
		end := from
		for end < len(toks) && end < from+6 && isNameSyllable(s, toks[end]) && !(toks[end].low == "tỉnh" && end > from) {
			end++
		}
		if end == from && from < len(toks) && toks[from].num >= 0 && toks[from].num <= 30 && (toks[i].low == "quận" || toks[i].low == "phường") {
			end++ // "Quận 7"
		}
		if end == from || isCommon(toks[from].low) || toks[from].num < 0 && localityLevel(toks[from:]) > 0 {
			continue
		}
		if k, _ := takePeriod(toks[from:]); k > 0 && toks[from].num < 0 {
			continue
		}
		if isCity(toks[i:]) && rd.isCentralCity(s, toks[i:], n) {
			continue
		}
		m := mention{name: strings.TrimSpace(s[toks[i].start:toks[end-1].end])}
		for k := end; k > from && len(m.territories) == 0; k-- {
			for _, start := range []int{i, from} {
				name := s[toks[start].start:toks[k-1].end]
				if known := slices.DeleteFunc(slices.Clone(rd.cat.TerritoriesByKey(keyOf(name, toks[start:k]))), func(t *catalogue.Territory) bool { return !t.IsLocal() }); len(known) > 0 {
					m.name, m.territories = name, known
					break
				}
			}
		}
		out = append(out, m)
		i = end - 1
	}
	if len(out) == 0 {
		out = rd.bareLocalities(s, toks)
	}
	if len(out) == 0 && isLocalOffice(toks) {
		out = append(out, mention{name: s})
	}
	return out
}

// bareLocalities finds a locality that is all of a text, and the districts in one, without a word for their level. Names of one syllable
// and of communes are words of the language too. Provinces are passed over, also those that nobody knows ("tỉnh Phú Xuyên"): the districts
// Bà Rịa and Vũng Tàu are in the name of one.
func (rd *Reader) bareLocalities(s string, toks []token) (out []mention) {
	levels := loadLocalities()
	known := func(name, key string) mention {
		m := mention{name: name}
		for _, t := range rd.cat.TerritoriesByKey(key) {
			if t.IsLocal() {
				m.territories = append(m.territories, t)
			}
		}
		return m
	}
	if len(s) <= maxPhrase {
		if key := keyOf(s, toks); levels[key] != "" {
			return []mention{known(strings.TrimSpace(s), key)}
		}
	}
	if len(toks) > 1 && toks[0].low == "địa" && toks[1].low == "chỉ" { // streets bear names of districts
		return nil
	}
next:
	for i := 0; i < len(toks); i++ {
		if !isNameSyllable(s, toks[i]) {
			continue
		}
		ahead := toks[i:min(i+9, len(toks))]
		for n := max(reachOf(localityOpenings(), ahead), reachOf(rd.openings, ahead)); n > 0; n-- {
			name := s[toks[i].start:toks[i+n-1].end]
			key := keyOf(name, toks[i:i+n])
			if slices.ContainsFunc(rd.cat.TerritoriesByKey(key), func(t *catalogue.Territory) bool { return !t.IsLocal() }) {
				i += n - 1
				continue next
			}
			if n > 1 && n <= 4 && isNameSyllable(s, toks[i+n-1]) && levels[key] == "district" {
				if i == 0 || toks[i-1].low != "tỉnh" {
					out = append(out, known(name, key))
				}
				i += n - 1
				continue next
			}
		}
	}
	return out
}

// locality gives the first part of a province that a text names.
func (rd *Reader) locality(s string) (mention, bool) {
	if ms := rd.headFacts(s).localities; len(ms) > 0 {
		return ms[0], true
	}
	return mention{}, false
}

// isPlace reports whether a heading that nothing else is known of names a locality, or a place that no list knows: by syllables with a
// capital each, one of which no word of the forms holds.
func (rd *Reader) isPlace(heading string) bool {
	return rd.headings.get(heading, func() bool {
		_, ok := rd.locality(heading)
		return ok || rd.isProperName(heading) && rd.isForeign(heading)
	})
}

// localityLevel counts the tokens of the word for the level of a locality at the start of toks, 0 if there is none.
func localityLevel(toks []token) int {
	next := func(k int) string {
		if k < len(toks) {
			return toks[k].low
		}
		return ""
	}
	switch next(0) {
	case "huyện", "quận", "xã", "phường", "tp", "tx":
		return 1
	case "h":
		if next(1) == "." {
			return 1
		}
	case "thành":
		if next(1) == "phố" {
			return 2
		}
	case "thị":
		if next(1) == "xã" || next(1) == "trấn" {
			return 2
		}
	}
	return 0
}

func isCity(toks []token) bool { return toks[0].low == "thành" || toks[0].low == "tp" }

// isCentralCity reports whether the city named behind the first n tokens, or one that bears the name in some year, is of the
// rank of a province.
func (rd *Reader) isCentralCity(s string, toks []token, n int) bool {
	for end := min(len(toks), n+7); end > n; end-- {
		for _, from := range []int{0, n} {
			for from < end && toks[from].punct {
				from++
			}
			if from == end {
				continue
			}
			for _, t := range rd.cat.TerritoriesByKey(keyOf(s[toks[from].start:toks[end-1].end], toks[from:end])) {
				if t.Level == "province" && t.Type == "municipality" {
					return true
				}
			}
		}
	}
	return false
}

// speaksOfMany reports whether the word before "huyện" makes it a level or a number of districts, no name; "hợp tác xã" and "thị xã" end
// in a word for a level.
func speaksOfMany(before token) bool {
	switch before.low {
	case "các", "cấp", "theo", "liên", "mọi", "từng", "mỗi", "số", "những", "nhiều", "tác", "tuyến", "làng":
		return true
	}
	return before.num >= 0
}

// isNameSyllable: the syllables of a proper name begin with a capital letter.
func isNameSyllable(s string, t token) bool {
	r, _ := utf8.DecodeRuneInString(s[t.start:])
	return !t.punct && t.num < 0 && unicode.IsUpper(r)
}

// isCommon recognises words that no name of a locality begins with, but that follow the word for its level in titles written in capitals.
func isCommon(low string) bool {
	switch low {
	case "hội", "nghèo", "đảo", "biên", "vùng", "đặc", "khó", "thuộc", "trực", "trong", "có", "đạt", "nông", "ủy", "uỷ", "và", "hoặc", "năm", "giai",
		"theo", "được", "của", "tính", "về", "với", "ở", "trên", "đến", "từ", "còn", "thực", "đã", "để", "là", "tháng", "quý", "viên", "trung",
		"miền", "thoát", "phấn", "không", "chưa", "cần", "mới":
		return true
	}
	return false
}

// isLocalOffice reports whether a text begins with an office that only parts of provinces have, and does not say of which part it is. Such an office is
// "Phòng Lao động - Thương binh và Xã hội", since the departments of a province bear other names, and what narrowing.csv holds.
func isLocalOffice(toks []token) bool {
	for i, t := range toks[:min(len(toks), 6)] { // "Đơn vị báo cáo: Phòng LĐTBXH", but not who receives it
		if t.low == "nhận" || i == 0 && t.low != "đơn" && t.low != "cơ" && t.low != "tên" {
			break
		}
		if t.key == ":" {
			toks = toks[i+1:]
			break
		}
	}
	if w, ok := loadNarrowing().at(narrowOffice, toks, 0); ok && (w.value != officeOfLevel || localityLevel(toks[w.n:]) > 0 && !isCity(toks[w.n:])) {
		return true
	}
	if len(toks) < 2 || toks[0].low != "phòng" {
		return false
	}
	for i, t := range toks[1:min(len(toks), 9)] {
		switch t.low {
		case "lđtbxh", "lđtb", "tbxh", "tb", "thương":
			return i == 0 || toks[1].low == "lđ" || toks[1].low == "lao"
		}
	}
	return false
}

// isUnnamedTown reports whether a sender is that of a city and does not say of which: in a province that is none itself it is one of its towns.
func isUnnamedTown(body string, of *catalogue.Territory) bool {
	low := strings.ToLower(body)
	return of != nil && of.Level == "province" && of.Type != "municipality" && (strings.HasSuffix(low, " thành phố") || strings.HasSuffix(low, " tp"))
}

// narrows reports whether a text speaks of districts or communes at all, by name or not: "5 huyện nghèo".
func (rd *Reader) narrows(s string) bool {
	return rd.narrow.get(s, func() bool { return namesLocalities(rd.tokenize(s)) })
}

func namesLocalities(toks []token) bool {
	for i := range toks {
		if localityLevel(toks[i:]) > 0 && !isCity(toks[i:]) && (i+1 >= len(toks) || toks[i+1].low != "hội") && (i == 0 || toks[i-1].low != "tác") {
			return true
		}
	}
	return false
}

// placeSheets decides which sheets are of a locality: by a line above their tables, by their names, or because they follow a
// sheet of a locality without naming a province of their own. A sheet named after a place beside them ("Bát Xát" beside "Sa Pa") is one too.
func (b *bookReader) placeSheets() {
	var carried *mention
	found := false
	for _, s := range b.sheets {
		switch {
		case s.local != nil:
		case s.placeKnown():
			carried = nil
			found = found || s.place.level() != "province"
			continue
		case s.own:
			carried = nil
			if m, ok := b.rd.locality(b.rd.repair(s.g.info.Name)); ok {
				s.local = &m
			}
			found = found || s.local != nil || s.place != nil
			continue
		default:
			s.local = carried
		}
		carried, found = s.local, found || s.local != nil || s.place != nil
	}
	if !found && !b.namesSiblings() {
		return
	}
	for _, s := range b.sheets {
		b.districts = b.districts || s.place != nil && (len(s.place.territories) == 0 || s.place.territories[0].IsLocal())
		if name := b.rd.repair(s.g.info.Name); s.local == nil && s.place == nil && b.rd.mayBePlace(name) {
			s.local, b.districts = &mention{name: name, at: place{sheet: s.g.info.Name}}, true
		}
	}
}

func (s *sheetReader) placeKnown() bool { return s.place != nil && len(s.place.territories) > 0 }

// namesSiblings reports whether two sheets or more are named as places are, one of them by syllables that no word of the forms holds.
func (b *bookReader) namesSiblings() bool {
	names, foreign := 0, false
	for _, s := range b.sheets {
		if name := b.rd.repair(s.g.info.Name); len(s.tables) > 0 && b.rd.mayBePlace(name) {
			names++
			_, known := b.rd.locality(name)
			foreign = foreign || known || b.rd.isForeign(name)
		}
	}
	return names > 1 && foreign
}

// mayBePlace reports whether the name of a sheet is written like that of a place. Without signs most are short for what they hold
// ("GiamNgheo", "Viec Lam"), so such a name must be one of the list.
func (rd *Reader) mayBePlace(name string) bool {
	if _, ok := rd.locality(name); ok || loadGlued()[strings.Join(rd.wordsOf(name), "")] {
		return true
	}
	return rd.isProperName(name) && strings.ContainsFunc(name, func(r rune) bool { return r > unicode.MaxASCII })
}

// isProperName: all syllables begin with a capital and go on in small letters, and nothing else is known of the text.
func (rd *Reader) isProperName(name string) bool {
	return rd.properNames.get(name, func() bool { return rd.readsAsName(name) })
}

func (rd *Reader) readsAsName(name string) bool {
	toks := rd.tokenize(name)
	if p := rd.phrase(name); len(toks) == 0 || len(toks) > 5 || p.rest == "" && p.says() || p.opens != "" {
		return false
	}
	letters := 0
	for _, t := range toks {
		w := name[t.start:t.end]
		if !isNameSyllable(name, t) || utf8.RuneCountInString(w) > 1 && strings.ToUpper(w) == w {
			return false
		}
		letters += len(w)
	}
	return letters > 3 && (len(toks) > 1 || isGlued(name))
}

// isGlued reports whether a capital stands inside a word: "SaPa" is a name, "Sheet" is none.
func isGlued(name string) bool {
	for i, r := range name {
		if i > 0 && unicode.IsUpper(r) {
			return true
		}
	}
	return false
}

// isForeign reports whether a syllable stands in no name of an indicator and no word of the grammar.
func (rd *Reader) isForeign(name string) bool {
	for _, t := range rd.tokenize(name) {
		if !t.punct && t.num < 0 && !rd.syllable(t.low) {
			return true
		}
	}
	return false
}

// knownSyllables collects the syllables of indicators and of the words of the grammar, without those of some synonyms.
func knownSyllables(cat *catalogue.Catalogue, v *vocabulary, without ...string) map[string]bool {
	keys := map[string]bool{}
	for _, s := range without {
		keys[text.Key(s)] = true
	}
	known := map[string]bool{}
	add := func(s string) {
		s = text.Lower(s)
		for i := 0; i < len(s); {
			r, w := utf8.DecodeRuneInString(s[i:])
			from := i
			for isWordLetter(r) {
				i += w
				r, w = utf8.DecodeRuneInString(s[i:])
			}
			if low := s[from:i]; low != "" && !known[low] { // the keys of all are much more work
				known[low] = true
			}
			i += w
		}
	}
	for i := range cat.Indicators {
		add(cat.Indicators[i].NameVi)
		for _, other := range cat.Indicators[i].Synonyms {
			if len(keys) == 0 || !keys[text.Key(other)] {
				add(other)
			}
		}
	}
	for _, h := range cat.HeaderWords {
		add(h.Word)
	}
	for k := range v.words {
		add(k)
	}
	return known
}
