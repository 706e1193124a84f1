package layout

import (
	"fmt"
	"slices"
	"strconv"
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
			}
		case kindComparison, kindAchieved:
			p.comparison, found = true, true
			p.achieved = rd.achieved(toks)
		case kindFiller, kindCarrier, kindDivision:
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
	if len(toks) > 0 && toks[0].punct || rd.mayNamePlace(toks) {
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

// apply adds what a word says; a contradiction with what is already known is kept in clash. It reports whether the
// word is one of a dimension.
func (d *partial) apply(w word, written string) bool {
	switch w.kind {
	case kindMeasure:
		d.put(&d.measure, w.value, written)
	case kindStatus:
		d.put(&d.status, w.value, written)
	case kindSex:
		d.put(&d.sex, w.value, written)
	case kindArea:
		d.put(&d.area, w.value, written)
	case kindPart:
		d.putPart(w.value, written)
	case kindRef:
		d.put(&d.ref, w.value, written)
	case kindTotal:
		d.total = true
	default:
		return false
	}
	return true
}

func (d *partial) put(field *string, value, written string) {
	if *field != "" && *field != value {
		d.clash = written
		return
	}
	*field = value
}

// putPart: "cả năm" is the weaker word, since group headers say it of columns that are then split into "6T" and "cả năm"; "cả quý" is of
// the quarter that another word names.
func (d *partial) putPart(part, written string) {
	if (part == "Y" || part == partUnread) && d.part != "" {
		return
	}
	if d.part == "Y" || d.part == partUnread {
		d.part = ""
	}
	d.put(&d.part, part, written)
}

func (d *partial) putYear(year, toYear int, written string) {
	if d.year != 0 && (d.year != year || d.toYear != toYear) {
		d.clash = written
		return
	}
	d.year, d.toYear = year, toYear
}

// merge adds what another text at the same distance says.
func (d *partial) merge(o *partial) {
	if o.year != 0 && d.year != 0 && (d.year != o.year || d.toYear != o.toYear) {
		d.clash = periodText(o)
	} else if o.year != 0 {
		d.year, d.toYear = o.year, o.toYear
	}
	if o.part != "" {
		d.putPart(o.part, o.part)
	}
	if o.ref != "" {
		d.put(&d.ref, o.ref, o.ref)
	}
	if o.measure != "" {
		d.put(&d.measure, o.measure, o.measure)
	}
	if o.status != "" {
		d.put(&d.status, o.status, o.status)
	}
	if o.sex != "" {
		d.put(&d.sex, o.sex, o.sex)
	}
	if o.area != "" {
		d.put(&d.area, o.area, o.area)
	}
	if o.standard != "" {
		d.put(&d.standard, o.standard, o.standard)
	}
	if o.clash != "" {
		d.clash = o.clash
	}
	d.total, d.until, d.sum, d.open = d.total || o.total, d.until || o.until, d.sum || o.sum, d.open || o.open
}

// endsWithYear reports whether a text tells of a time that ends with a year, and not when it began: "TH đến năm 2018".
func endsWithYear(toks []token) bool {
	for i, t := range toks {
		if t.low != "đến" || i > 0 && isYear(toks[i-1]) {
			continue
		}
		for i++; i < len(toks); i++ {
			switch toks[i].low {
			case "hết", "cuối", "năm":
				continue
			}
			return isYear(toks[i])
		}
	}
	return false
}

// isPartOf reports whether d names a year of the years that wide names, or a part of its part of the year.
func (d *partial) isPartOf(wide *partial) bool {
	if wide.toYear != 0 {
		return d.toYear == 0 && wide.part == "" && wide.year <= d.year && d.year <= wide.toYear
	}
	if d.part == "" || d.part == "Y" || wide.part == "" || wide.part == "Y" || d.part == wide.part ||
		d.year != 0 && wide.year != 0 && d.year != wide.year {
		return false
	}
	return firstMonth(wide.part) <= firstMonth(d.part) && lastMonth(d.part) <= lastMonth(wide.part)
}

func periodText(d *partial) string {
	if d.toYear != 0 {
		return fmt.Sprintf("%d-%d", d.year, d.toYear)
	}
	return strconv.Itoa(d.year)
}

// period writes the period as observations do: 2019, 2019-S1, 2019-06, 2015/2020, 2019-01/2019-09; "" if not known.
func (d *partial) period() string {
	switch {
	case d.year == 0, d.part == partUnread:
		return ""
	case d.toYear != 0:
		if d.part != "" && d.part != "Y" {
			return ""
		}
		return fmt.Sprintf("%d/%d", d.year, d.toYear)
	case d.part == "" || d.part == "Y":
		return strconv.Itoa(d.year)
	case d.part[0] == 'M':
		return fmt.Sprintf("%d-%s", d.year, d.part[1:])
	case d.part[0] == 'C':
		return fmt.Sprintf("%d-01/%d-%s", d.year, d.year, d.part[1:])
	default:
		return fmt.Sprintf("%d-%s", d.year, d.part)
	}
}

const (
	firstYear = 1950
	lastYear  = 2060
)

func isYear(t token) bool { return t.num >= firstYear && t.num <= lastYear && t.end-t.start == 4 }

// unitStatement recognises texts that state a unit for what is below or beside them: "Đơn vị tính: nghìn người",
// "ĐVT: %", "(nghìn người)", "[Người - Person]".
func (rd *Reader) unitStatement(p *phrase, toks []token) bool {
	say := func(u *catalogue.Unit, word string) bool {
		p.unitLine, p.dims.unit, p.dims.unitText = true, u, word
		return true
	}
	for n := min(len(toks)-1, 4); n > 0; n-- {
		if w, ok := rd.vocab.find(toks[:n], kindRole); !ok || w.value != roleUnit || toks[n-1].punct {
			continue
		}
		if toks[n].key != ":" {
			break
		}
		rest := strings.Trim(p.text[toks[n].end:], " :.()")
		u := rd.unit(rest)
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

// isComparison recognises the titles of columns that compare other columns: "So sánh (%)", "Ước/KH", "KH20/Ước19",
// "2019/2018". Such columns are recomputed, never loaded.
func (rd *Reader) isComparison(toks []token) bool {
	for len(toks) > 0 && toks[0].punct && toks[0].key != "%" {
		toks = toks[1:]
	}
	for n := rd.vocab.reach(toks, maxWordTokens); n > 0; n-- {
		w, ok := rd.vocab.find(toks[:n], kindComparison, kindAchieved)
		if ok && (w.value != wholeText || phraseKey(toks[n:]) == "" || phraseKey(toks[n:]) == "%") {
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
		ry, rm, rok := rd.ratioSide(toks[right:])
		if lok && rok && (lm && rm || lm && ry > 0 || rm && ly > 0 || ly > ry && ry > 0) {
			return true
		}
	}
	return false
}

// inPeriod reports whether a token belongs to a period such as "quý II/2019".
func inPeriod(toks []token, i int) bool {
	for j := max(0, i-6); j < i; j++ {
		if n, _ := takePeriod(toks[j:]); n > i-j {
			return true
		}
		if j+4 < len(toks) && j+4 > i && isDate(toks[j:]) {
			return true
		}
	}
	return false
}

// isDate recognises a day at the start of the tokens: "30/6/2019".
func isDate(toks []token) bool {
	return len(toks) > 4 && toks[0].num >= 1 && toks[0].num <= 31 && toks[1].key == "/" && toks[2].num >= 1 && toks[2].num <= 12 &&
		toks[3].key == "/" && isYear(toks[4])
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
	territories []*catalogue.Territory
	standard    string
	written     string
}

func (d *partial) applyItem(it item) {
	if it.year != 0 {
		d.putYear(it.year, it.to, it.written)
	}
	if it.part != "" {
		d.putPart(it.part, it.written)
	}
	d.sum, d.open = d.sum || it.sum, d.open || it.open
	if it.standard != "" {
		d.put(&d.standard, it.standard, it.written)
	}
	for _, w := range it.words {
		d.apply(w, it.written)
	}
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
	// A name may begin or end with a word of the grammar ("Kế hoạch hóa gia đình"): give back as little as possible.
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
			if rd.middle(p, toks[from:to], s) {
				rd.applyItems(p, left[:len(left)-l], right[:len(right)-r])
				return
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
	for len(toks) > 0 && toks[0].punct {
		toks = toks[1:]
	}
	for len(toks) > 0 && toks[len(toks)-1].punct && toks[len(toks)-1].key != "%" {
		toks = toks[:len(toks)-1]
	}
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
	if u := rd.unitIn(whole, toks); u != nil {
		p.dims.unit, p.dims.unitText = u, whole
		return true
	}
	return false
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
		if u != nil || number || says || isFormula(words) || phraseKey(words) == "" {
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
		if far := min(len(toks)-1, maxPlaceTokens); far > 1 && rd.mayNamePlace(toks[:far]) {
			place = far
		}
	}
	for n := max(words, place); n > 0; n-- {
		if !toks[n-1].counts() {
			continue
		}
		if n <= words {
			if _, ok := rd.vocab.find(toks[:n], kindMeasure, kindStatus, kindSex, kindArea, kindPart, kindRef, kindTotal, kindFiller, kindCarrier, kindDivision); ok && !periodReaches(toks, n) {
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

// periodReaches reports whether a part of a year begins inside the first n tokens and ends beyond them: "TH 6 tháng" is no word of
// "TH 6 tháng cuối năm 2018".
func periodReaches(toks []token, n int) bool {
	for j := 1; j < n; j++ {
		if k, it := takePeriod(toks[j:]); it.part != "" && j+k > n {
			return true
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
		if n := len(toks) - i; i > 0 && n > 1 && n <= maxPlaceTokens && !toks[i].punct && rd.mayNamePlace(toks[i:]) {
			written := s[toks[i].start:toks[len(toks)-1].end]
			if t := rd.cat.TerritoriesByKey(keyOf(written, toks[i:])); len(t) > 0 {
				return item{n: n, territories: t, written: written}, true
			}
		}
	}
	return item{}, false
}

// takeCumulated reads a period that is counted from the first of January: "lũy kế 9 tháng 2019", "lũy kế từ đầu năm đến hết tháng 9". A month or a
// quarter up to which something is counted is its last one, not all of it, and where it is not said when that began ("lũy kế đến 30/9/2019", "tính
// đến tháng 9") the period is open. "Lũy kế đến năm 2019" may have begun in any year, and "lũy kế năm 2019" end in any month.
func takeCumulated(toks []token) (int, item) {
	at := func(i int) string {
		if i < len(toks) {
			return toks[i].low
		}
		return ""
	}
	j, sum := takeSum(toks)
	begins := at(j) == "từ" && at(j+1) == "đầu" && at(j+2) == "năm" && (at(j+3) == "đến" || at(j+3) == "tới")
	if begins {
		j += 3
	}
	if at(j) == "đến" || at(j) == "tới" {
		for j++; at(j) == "hết" || at(j) == "cuối" || at(j) == "ngày"; j++ {
		}
		n, it := takePeriod(toks[min(j, len(toks)):])
		if it.part == "" || it.part == "S2" || it.part[0] == 'S' && at(j) != "6" {
			return 0, item{}
		}
		it.open = !begins && (sum || !isDate(toks[j:]))
		it.part, it.sum = upTo(lastMonth(it.part)), sum
		return j + n, it
	}
	if !sum {
		return 0, item{}
	}
	if at(j) == "giai" && at(j+1) == "đoạn" {
		j += 2
	}
	n, it := takePeriod(toks[j:])
	if n == 0 && at(j) == "12" && at(j+1) == "tháng" {
		n, it = 2, item{part: "Y"}
		if k := j + 2; at(k) == "năm" && k+1 < len(toks) && isYear(toks[k+1]) {
			n, it.year = 4, toks[k+1].num
		} else if k < len(toks) && isYear(toks[k]) {
			n, it.year = 3, toks[k].num
		}
	}
	if n == 0 || it.to == 0 && (it.part == "" || it.part == "S2" || it.part[0] == 'M' || it.part[0] == 'Q' && at(j) != "3") {
		return 0, item{}
	}
	it.sum = true
	return j + n, it
}

// takeSum counts the words that say that a period is counted from its beginning on: "lũy kế", "tính". sum is false if they need "đến" to say so.
func takeSum(toks []token) (n int, sum bool) {
	at := func(i int) string {
		if i < len(toks) {
			return toks[i].low
		}
		return ""
	}
	switch {
	case (at(0) == "lũy" || at(0) == "luỹ") && at(1) == "kế", at(0) == "cộng" && at(1) == "dồn":
		return 2, true
	case at(0) == "lk":
		return 1, true
	case at(0) == "tính" || at(0) == "có":
		return 1, false
	}
	return 0, false
}

// upTo gives the part of the year from January to the end of a month.
func upTo(month int) string {
	switch month {
	case 3:
		return "Q1"
	case 6:
		return "S1"
	case 12:
		return "Y"
	}
	return fmt.Sprintf("C%02d", month)
}

// takePeriod reads a period at the start of the tokens and returns how many it used: "năm 2019", "2015 - 2020",
// "6T 2018", "6 tháng đầu năm 2018", "9 tháng", "quý II/2019", "tháng 3 năm 2019", "3/2019", "31/12/2019".
func takePeriod(toks []token) (int, item) {
	at := func(i int) token {
		if i < len(toks) {
			return toks[i]
		}
		return token{num: -1}
	}
	// year reads "[/ - năm] 2019" from i on.
	year := func(i int) (next, y int) {
		j := i
		for k := at(j).low; k == "/" || k == "-" || k == "năm" || k == "."; k = at(j).low {
			j++
		}
		if isYear(at(j)) {
			return j + 1, at(j).num
		}
		return i, 0
	}
	if n, it := takeCumulated(toks); n > 0 {
		return n, it
	}
	t0 := at(0)
	switch {
	case isDate(toks): // the last day of a part of the year that begins in January
		part := ""
		switch [2]int{t0.num, at(2).num} {
		case [2]int{31, 3}:
			part = "Q1"
		case [2]int{30, 6}:
			part = "S1"
		case [2]int{30, 9}:
			part = "C09"
		case [2]int{31, 12}:
			part = "Y"
		default:
			return 0, item{}
		}
		return 5, item{year: at(4).num, part: part}
	case t0.num > 0 && t0.num < 12 && (at(1).low == "t" || at(1).low == "tháng"):
		j, part := 2, upTo(t0.num)
		if k := at(j).low; k == "đầu" || k == "cuối" {
			if k == "cuối" {
				if t0.num != 6 {
					return 0, item{}
				}
				part = "S2"
			}
			j++
			if at(j).low == "năm" && !isYear(at(j+1)) {
				j++
			}
		}
		next, y := year(j)
		return next, item{year: y, part: part}
	case t0.num > 1 && at(1).low == "năm": // "5 năm 2016-2020"
		n, it := takePeriod(toks[1:])
		if it.to == 0 || it.to-it.year+1 != t0.num {
			return 0, item{}
		}
		return n + 1, it
	case t0.low == "tháng" && at(1).num >= 1 && at(1).num <= 12:
		next, y := year(2)
		return next, item{year: y, part: fmt.Sprintf("M%02d", at(1).num)}
	case t0.low == "quý" || t0.low == "qui" || t0.low == "quí" || t0.low == "q":
		q := 0
		switch at(1).low {
		case "i", "1":
			q = 1
		case "ii", "2":
			q = 2
		case "iii", "3":
			q = 3
		case "iv", "4":
			q = 4
		}
		if q > 0 {
			next, y := year(2)
			return next, item{year: y, part: fmt.Sprintf("Q%d", q)}
		}
	case t0.num >= 1 && t0.num <= 12 && t0.end-t0.start <= 2 && at(1).low == "/" && isYear(at(2)):
		return 3, item{year: at(2).num, part: fmt.Sprintf("M%02d", t0.num)}
	case t0.low == "năm" && isYear(at(1)):
		n, it := takePeriod(toks[1:])
		return n + 1, it
	case isYear(t0):
		j := 1
		if at(1).low == "-" || at(1).low == "đến" {
			j = 2
			if at(2).low == "năm" {
				j = 3
			}
			if isYear(at(j)) && at(j).num > t0.num {
				return j + 1, item{year: t0.num, to: at(j).num}
			}
		}
		return 1, item{year: t0.num}
	}
	return 0, item{}
}
