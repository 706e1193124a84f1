package layout

import (
	"slices"
	"strings"

	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/text"
)

// exact looks a whole text, of which toks are the words, up in the vocabulary and the catalogue. It reports whether anything
// knows it.
func (rd *Reader) exact(p *phrase, s string, toks []token) bool {
	words := rd.vocab.of(toks)
	found := false
	for _, w := range words {
		switch w.kind {
		case kindRole:
			p.role, found = w.value, true
			switch w.value {
			case roleTerritories:
				p.role, p.places = roleLabel, true
			case roleParts:
				p.role, p.parts = roleLabel, true
			case roleCode:
				p.role, p.codes = roleNote, true
			}
		case kindComparison, kindAchieved:
			p.comparison, found = true, true
			p.achieved = rd.achieved(toks)
		case kindFiller:
			p.bare, found = w.value == besideOthers, true
		case kindCarrier, kindDivision:
			found = true
		case kindSplit:
			p.split, found = w.value, true
		case kindSection:
			p.section, found = true, true
		}
	}
	for _, w := range words {
		found = p.dims.apply(w, s) || found
	}
	key, whole := keyOf(s, toks), ""
	p.indicators = rd.labelled(key)
	if s != p.text {
		whole = text.Key(p.text)
		for _, m := range rd.labelled(whole) {
			if !slices.ContainsFunc(p.indicators, func(o catalogue.Match) bool { return o.Indicator == m.Indicator }) {
				p.indicators = append(slices.Clip(p.indicators), m)
			}
		}
	}
	if p.exactName = len(p.indicators) > 0; p.exactName {
		p.dims.standard = standardIn(toks)
	}
	if len(toks) > 0 && (toks[0].punct || reachOf(rd.openings, toks) == len(toks)) {
		p.territories = rd.cat.TerritoriesByKey(key)
	}
	if len(p.territories) == 0 && s != p.text {
		p.territories = rd.cat.TerritoriesByKey(whole) // "T.T. Huế" begins like an ordinal
	}
	if !found && len(p.indicators) == 0 && len(p.territories) == 0 {
		if u := rd.unitIn(s, toks); u != nil {
			p.dims.unit, p.dims.unitText = u, s
			return true
		}
		if len(toks) > 1 && toks[0].low == "số" && rd.unit(s[toks[1].start:]) != nil { // "Số người" over a column
			p.dims.unit, p.dims.unitText = rd.unit(s[toks[1].start:]), s
			return true
		}
		if vi, en, cut := strings.Cut(s, " - "); cut && rd.unit(vi) != nil && rd.unit(en) != nil { // "Người - Person"
			p.dims.unit, p.dims.unitText = rd.unit(vi), vi
			return true
		}
	}
	return found || len(p.indicators) > 0 || len(p.territories) > 0
}

// unitStatement recognises texts that state a unit for what is below or beside them: "Đơn vị tính: nghìn người",
// "ĐVT: %", "(nghìn người)", "[Người - Person]".
func (rd *Reader) unitStatement(p *phrase, toks []token) bool {
	say := func(u *catalogue.Unit, word string) bool {
		p.unitLine, p.dims.unit, p.dims.unitText = true, u, word
		return true
	}
	for n := rd.vocab.reach(toks, min(len(toks)-1, 4)); n > 0; n-- {
		if w, ok := rd.vocab.find(toks[:n], kindRole); !ok || w.value != roleUnit || toks[n-1].punct {
			continue
		}
		if toks[n].key != ":" {
			break
		}
		rest := strings.Trim(p.text[toks[n].end:], " :.()")
		u := rd.unit(rest)
		if vi := rd.statedTwice(rest); vi != "" {
			return say(rd.unit(vi), vi)
		}
		if u == nil && (rest == "" || n == 2 && toks[1].low == "vị") {
			break // "Đơn vị: Sở Lao động …" names the sender
		}
		return say(u, rest)
	}
	if before, after, ok := strings.Cut(p.text, ":"); ok && len(before) < 40 { // "Đơn vị tính - Unit: Nghìn người - Thous. pers."
		if b := rd.phrase(before); b.role == roleUnit && b.rest == "" && strings.ContainsAny(before, "-/–(") {
			u := rd.bothUnits(after)
			return u != nil && say(u, strings.TrimSpace(after))
		}
	}
	t := p.text
	if len(t) < 3 || !(t[0] == '(' && t[len(t)-1] == ')' || t[0] == '[' && t[len(t)-1] == ']') {
		return false
	}
	inner := t[1 : len(t)-1]
	if u := rd.unit(inner); u != nil {
		return say(u, inner)
	}
	if vi, _, cut := strings.Cut(inner, " - "); cut { // Vietnamese and English side by side
		if u := rd.unit(vi); u != nil {
			return say(u, vi)
		}
	}
	if inside := rd.tokenize(inner); t[0] == '[' && rd.isComparison(inside) {
		p.comparison = true
		return true
	}
	return false
}

// statedTwice gives the unit of a text that goes on with a statement of the same unit, "Nghìn người - Unit: Thous. persons": "" if it does not.
func (rd *Reader) statedTwice(s string) string {
	for _, sep := range []string{"\n", " - ", " – ", "/", " ("} {
		vi, en, cut := strings.Cut(s, sep)
		if !cut || !strings.Contains(en, ":") {
			continue
		}
		if q := rd.phrase(strings.TrimSpace(en)); q.unitLine && q.dims.unit != nil && q.dims.unit == rd.unit(strings.TrimSpace(vi)) {
			return strings.TrimSpace(vi)
		}
	}
	return ""
}

// bothUnits reads a unit, or one unit in two languages.
func (rd *Reader) bothUnits(s string) *catalogue.Unit {
	s = strings.Trim(s, " :.()")
	if u := rd.unit(s); u != nil {
		return u
	}
	for _, sep := range []string{" - ", " – ", "/"} {
		if vi, en, cut := strings.Cut(s, sep); cut && rd.unit(vi) != nil && rd.unit(vi) == rd.unit(strings.TrimSpace(en)) {
			return rd.unit(vi)
		}
	}
	return nil
}

// isFormula recognises the formula of a computed column: "(5)=(4)/(3)", "7=5/3".
func isFormula(toks []token) bool {
	eq := false
	for _, t := range toks {
		switch {
		case t.key == "=":
			eq = true
		case t.punct, t.num >= 0 && t.num < 200:
		default:
			return false
		}
	}
	return eq
}

// isSumOfRows recognises the rows that a total adds up: "I+II", "1+2+3".
func isSumOfRows(toks []token) bool {
	if len(toks) < 3 || len(toks)%2 == 0 {
		return false
	}
	for i, t := range toks {
		_, row := parseOrdinal(strings.ToUpper(t.low))
		if i%2 == 0 && !(row && !t.punct) || i%2 == 1 && t.key != "+" {
			return false
		}
	}
	return true
}

// isComparison recognises the titles of columns that compare other columns: "So sánh (%)", "Ước/KH", "KH20/Ước19",
// "2019/2018". Such columns are recomputed, never loaded.
func (rd *Reader) isComparison(toks []token) bool {
	for len(toks) > 0 && toks[0].punct && toks[0].key != "%" {
		toks = toks[1:]
	}
	for n := rd.vocab.reach(toks, maxWordTokens); n > 0; n-- {
		w, ok := rd.vocab.find(toks[:n], kindComparison, kindAchieved)
		if ok && (w.value != wholeText || phraseKey(toks[n:]) == "" || phraseKey(toks[n:]) == "%" || w.kind == kindAchieved && isOfYear(toks[n:])) {
			return true
		}
	}
	for len(toks) > 2 && (toks[0].key == "%" || toks[0].low == "tỷ" && toks[1].low == "lệ") { // "Tỷ lệ % TH/KH 2019"
		if toks[0].key == "%" {
			toks = toks[1:]
		} else {
			toks = toks[2:]
		}
	}
	for i, t := range toks {
		right := i + 1
		switch {
		case i == 0 || t.low != "so" && t.key != "/" || inPeriod(toks, i):
			continue
		case t.low == "so": // "KH 2020 so với ước 2019"
			for right < len(toks) && right < i+3 && (toks[right].low == "với" || toks[right].low == "sánh") {
				right++
			}
		}
		ly, lm, lok := rd.ratioSide(toks[:i])
		if n, same := rd.vocab.begins(toks[right:], kindRef); t.low == "so" && same && lok { // "6T/2019 so với cùng kỳ"
			if w, _ := rd.vocab.find(toks[right:right+n], kindRef); w.value == refSame {
				return true
			}
		}
		ry, rm, rok := rd.ratioSide(toks[right:])
		if lok && rok && (lm && rm || lm && ry > 0 || rm && ly > 0 || ly > ry && ry > 0) {
			return true
		}
	}
	return false
}

// isOfYear reports whether words only tell that something is of a year: "năm", "năm 2018 (%)".
func isOfYear(toks []token) bool {
	for _, t := range toks {
		if !t.punct && t.low != "năm" && !isYear(t) {
			return false
		}
	}
	return true
}

// ratioSide reads one side of a ratio of columns: measure words, years, "6T"; ok is false if it holds anything else.
func (rd *Reader) ratioSide(toks []token) (year int, measure, ok bool) {
	for len(toks) > 0 {
		if toks[0].punct || toks[0].low == "t" || toks[0].low == "tháng" || toks[0].low == "cùng" || toks[0].low == "kỳ" {
			toks = toks[1:]
			continue
		}
		if isYear(toks[0]) {
			year = toks[0].num
			toks = toks[1:]
			continue
		}
		if toks[0].num >= 0 {
			if toks[0].num > 99 {
				return 0, false, false
			}
			toks = toks[1:]
			continue
		}
		n := 0
		for k := rd.vocab.reach(toks, 4); k > 0; k-- {
			if w, found := rd.vocab.find(toks[:k], kindMeasure, kindFiller, kindPart); found {
				measure = measure || w.kind == kindMeasure
				n = k
				break
			}
		}
		if n == 0 {
			return 0, false, false
		}
		toks = toks[n:]
	}
	return year, measure, year > 0 || measure
}

// item is what one step of the grammar took off an end of a text.
type item struct {
	n           int
	words       []word
	year, to    int
	part        string
	sum, open   bool // of a period: see partial
	until       bool
	territories []*catalogue.Territory
	standard    string
	written     string
}

// grammar takes words it knows off both ends of a text; what is left in the middle must be empty, an indicator or a
// territory. "Tỷ lệ hộ nghèo năm 2015 (%)" is an indicator, a year and a unit; "KH năm 2020" a measure and a year.
func (rd *Reader) grammar(p *phrase, s string, toks []token) {
	if _, ok := rd.exactBesideUnit(p, s, toks); ok {
		return
	}
	toks, s = rd.cutParentheses(p, s, toks)
	if len(toks) == 0 {
		return
	}
	lo, hi := 0, len(toks)
	var left, right []item
	for lo < hi {
		it, ok := rd.takeLeft(toks[lo:hi], s)
		if !ok {
			break
		}
		left = append(left, it)
		lo += it.n
	}
	for lo < hi {
		it, ok := rd.takeRight(toks[lo:hi], s)
		if !ok {
			break
		}
		right = append(right, it)
		hi -= it.n
	}
	if !slices.ContainsFunc(toks[lo:hi], func(t token) bool { return !t.punct || t.key == "%" }) { // nothing, or what is left of parentheses
		rd.applyItems(p, left, right)
		return
	}
	// A name may begin or end with a word of the grammar ("Kế hoạch hóa gia đình"): give back as little as possible. What is left may be a unit, if it
	// is no name with what was given back: "hộ" of "Tổng số hộ toàn tỉnh".
	for _, look := range []func(*phrase, []token, string) bool{rd.middle, rd.middleUnit} {
		for back := 0; back <= len(left)+len(right); back++ {
			for l := 0; l <= min(back, len(left)); l++ {
				r := back - l
				if r > len(right) {
					continue
				}
				from, to := lo, hi
				for _, it := range left[len(left)-l:] {
					from -= it.n
				}
				for _, it := range right[len(right)-r:] {
					to += it.n
				}
				if look(p, trimPunct(toks[from:to]), s) {
					rd.applyItems(p, left[:len(left)-l], right[:len(right)-r])
					return
				}
			}
		}
	}
	rd.applyItems(p, left, right)
	p.rest = s[toks[lo].start:toks[hi-1].end]
}

func (rd *Reader) applyItems(p *phrase, left, right []item) {
	for _, it := range left {
		p.dims.applyItem(it)
	}
	for i := len(right) - 1; i >= 0; i-- {
		p.dims.applyItem(right[i])
	}
	for _, it := range slices.Concat(left, right) {
		if it.territories != nil && p.territories == nil {
			p.territories = it.territories
		} else if it.territories != nil && it.territories[0] != p.territories[0] {
			p.dims.clash = it.written
		}
	}
}

// exactBesideUnit looks a text up without the parentheses that hold its unit, and gives what it looked up. It reports whether there are some and
// anything knows the rest.
func (rd *Reader) exactBesideUnit(p *phrase, s string, toks []token) (name string, ok bool) {
	dims := p.dims
	toks, name = rd.cutParentheses(p, s, toks)
	units := p.dims
	if len(toks) == 0 || units.unit == nil && name == s || !rd.exact(p, name, toks) {
		p.dims = dims
		return "", false
	}
	if units.unit != nil {
		p.dims.unit, p.dims.unitText = units.unit, units.unitText
	}
	return name, true
}

// middle looks up what is left between the words of the grammar; a unit may follow it after a comma or a dash.
func (rd *Reader) middle(p *phrase, toks []token, s string) bool {
	if len(toks) == 0 {
		return false
	}
	whole := s[toks[0].start:toks[len(toks)-1].end]
	key := keyOf(whole, toks)
	if m := rd.labelled(key); len(m) > 0 {
		p.indicators = m
		return true
	}
	if t := rd.cat.TerritoriesByKey(key); len(t) > 0 {
		p.territories = t
		return true
	}
	if n := len(toks) - 1; n > 1 && toks[n].key == "%" { // "Tỷ lệ hộ nghèo %"
		if m := rd.labelled(keyOf(s[toks[0].start:toks[n-1].end], toks[:n])); len(m) > 0 {
			p.indicators, p.dims.unitText = m, toks[n].key
			p.dims.unit = rd.unit(toks[n].key)
			return true
		}
	}
	for i := len(toks) - 2; i > 0; i-- {
		if k := toks[i].key; k != "," && k != "-" && k != ":" {
			continue
		}
		u := rd.unitIn(s[toks[i+1].start:toks[len(toks)-1].end], toks[i+1:])
		if u == nil {
			continue
		}
		if m := rd.labelled(keyOf(s[toks[0].start:toks[i-1].end], toks[:i])); len(m) > 0 {
			p.indicators, p.dims.unit, p.dims.unitText = m, u, u.NameVi
			return true
		}
	}
	return false
}

// middleUnit looks what is left between the words of the grammar up as a unit.
func (rd *Reader) middleUnit(p *phrase, toks []token, s string) bool {
	if len(toks) == 0 {
		return false
	}
	whole := s[toks[0].start:toks[len(toks)-1].end]
	u := rd.unitIn(whole, toks)
	if u != nil {
		p.dims.unit, p.dims.unitText = u, whole
	}
	return u != nil
}

// trimPunct cuts the punctuation off both ends, but for % at the right one.
func trimPunct(toks []token) []token {
	for len(toks) > 0 && toks[0].punct {
		toks = toks[1:]
	}
	for len(toks) > 0 && toks[len(toks)-1].punct && toks[len(toks)-1].key != "%" {
		toks = toks[:len(toks)-1]
	}
	return toks
}

// cutParentheses removes parentheses that hold a unit, a formula, a mark or what says nothing of a value, from a text of which toks are the
// words, and returns the rest of both.
func (rd *Reader) cutParentheses(p *phrase, s string, toks []token) ([]token, string) {
	var b strings.Builder
	from, cut := 0, false
	for {
		i := strings.IndexByte(s[from:], '(')
		if i < 0 {
			break
		}
		j := strings.IndexByte(s[from+i:], ')')
		if j < 0 {
			break
		}
		inner := s[from+i+1 : from+i+j]
		u := rd.unit(inner)
		words := rd.tokenize(inner)
		number := len(words) == 1 && words[0].num >= 0 && words[0].num < 100 // a column code or the mark of a note
		_, says := rd.vocab.find(words, kindDivision, kindFiller)            // "(trước sắp xếp)"
		if u != nil || number || says || isFormula(words) || isSumOfRows(words) || phraseKey(words) == "" {
			if u != nil && p.dims.unit == nil {
				p.dims.unit, p.dims.unitText = u, inner
			}
			b.WriteString(s[from : from+i])
			b.WriteByte(' ')
			cut = true
		} else {
			b.WriteString(s[from : from+i+j+1])
		}
		from += i + j + 1
	}
	if !cut {
		return toks, s
	}
	b.WriteString(s[from:])
	s = strings.TrimSpace(b.String())
	return rd.tokenize(s), s
}

func (rd *Reader) takeLeft(toks []token, s string) (item, bool) {
	if n, standard := takeStandard(toks); n > 0 {
		return item{n: n, standard: standard, written: s[toks[0].start:toks[n-1].end]}, true
	}
	if n, it := takePeriod(toks); n > 0 {
		it.n, it.written = n, s[toks[0].start:toks[n-1].end]
		return it, true
	}
	words, place := 0, 0 // how many tokens a group of words and the name of a place may take
	if !toks[0].punct {
		words = rd.vocab.reach(toks, maxWordTokens)
		if far := min(len(toks)-1, maxPlaceTokens); far > 1 {
			place = reachOf(rd.openings, toks[:far])
		}
	}
	for n := max(words, place); n > 0; n-- {
		if !toks[n-1].counts() {
			continue
		}
		if n <= words {
			if _, ok := rd.vocab.find(toks[:n], kindMeasure, kindStatus, kindSex, kindArea, kindPart, kindRef, kindTotal, kindFiller, kindCarrier, kindDivision); ok && !periodReaches(toks, n) && !rd.referenceReaches(toks, n) {
				return item{n: n, words: rd.vocab.of(toks[:n]), written: s[toks[0].start:toks[n-1].end]}, true
			}
		}
		if n > 1 && n <= place {
			written := s[toks[0].start:toks[n-1].end]
			if t := rd.cat.TerritoriesByKey(keyOf(written, toks[:n])); len(t) > 0 {
				return item{n: n, territories: t, written: written}, true
			}
		}
	}
	if toks[0].punct && toks[0].key != "%" && toks[0].key != "(" {
		return item{n: 1}, true
	}
	return item{}, false
}

// referenceReaches reports whether a period that is named by another one begins inside the first n tokens and ends beyond them: "Thực hiện năm" is no
// word of "Thực hiện năm nay".
func (rd *Reader) referenceReaches(toks []token, n int) bool {
	for j := 1; j < n; j++ {
		for k := rd.vocab.reach(toks[j:], maxWordTokens); j+k > n; k-- {
			if _, ok := rd.vocab.find(toks[j:j+k], kindRef); ok {
				return true
			}
		}
	}
	return false
}

// maxPlaceTokens is how many tokens the name of a territory may have beside other words.
const maxPlaceTokens = 8

// takeRight is takeLeft from the other end: the longest item that reaches the end of the text.
func (rd *Reader) takeRight(toks []token, s string) (item, bool) {
	for i := max(0, len(toks)-maxWordTokens); i < len(toks); i++ {
		it, ok := rd.takeLeft(toks[i:], s)
		if ok && i+it.n == len(toks) {
			return it, true
		}
		if n := len(toks) - i; i > 0 && n > 1 && n <= maxPlaceTokens && !toks[i].punct && reachOf(rd.openings, toks[i:]) == n {
			written := s[toks[i].start:toks[len(toks)-1].end]
			if t := rd.cat.TerritoriesByKey(keyOf(written, toks[i:])); len(t) > 0 {
				return item{n: n, territories: t, written: written}, true
			}
		}
	}
	return item{}, false
}
