package layout

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/text"
)

// phrase is a parsed header or label text. It is shared and never changed after it is made.
type phrase struct {
	text        string // repaired, without footnote marks
	spelled     string // text with its abbreviations written out, which is read where text is not understood; "" if it has none
	marks       []string
	ordinal     ordinal
	ofWhich     bool   // begins with "Trong đó", "Chia ra" …
	body        string // text without ordinal and "Trong đó"
	dims        partial
	indicators  []catalogue.Match
	exactName   bool // the whole text is the name of the indicators
	territories []*catalogue.Territory
	split       string // sex, area: see kindSplit
	role        string
	places      bool // the role is a label column of territories
	parts       bool // the role is a label column of parts of a year
	codes       bool // the role is a column of codes of rows
	comparison  bool
	achieved    *partial // the comparison is a percentage of the plan; what it says of the value measured, see achievement.go
	rest        string   // words that were not understood, "" if none
	unitLine    bool     // "Đơn vị tính: …", "(nghìn người)": states the unit of what is below
	formula     bool     // "(5)=(4)/(3)"
	section     bool     // a known heading of a group of rows
	former      bool     // a region of another division, see former_regions.csv
	was         bool     // a province as it was before the merger: "Hà Giang (cũ)"
	bare        bool     // a filler that needs others beside it; see besideOthers
	opens       string   // noteline, signature, letterhead: what kind of line the text begins
	dated       bool     // the place and the date of a document
	merger      bool     // the territories are named behind words of a merger
	preliminary bool     // "sơ bộ" stands somewhere in it
}

// known reports whether every word of the phrase was understood and it says something.
func (p *phrase) known() bool { return p.rest == "" && p.says() }

// says reports whether the phrase carries any meaning besides fillers.
func (p *phrase) says() bool {
	return len(p.indicators) > 0 || len(p.territories) > 0 || p.role != "" || p.comparison || p.dims.any()
}

// heads reports whether the phrase can only be a header: period, measure, sex, area or a column role, not merely an
// indicator, unit or territory that may as well be a row label.
func (p *phrase) heads() bool {
	d := &p.dims
	return !p.unitLine && p.rest == "" && (p.role != "" || p.comparison || d.year != 0 || d.part != "" || d.measure != "" || d.status != "" || d.sex != "" || d.area != "" || d.total || d.ref != "")
}

// maxPlace is how long the name of the place may be that a document was signed at.
const maxPlace = 40

// Texts longer than this are prose: they are not searched for the words of the grammar.
const maxPhrase = 400

// phrase parses a repaired text, or recalls it.
func (rd *Reader) phrase(s string) *phrase {
	return rd.phrases.get(s, func() *phrase { return rd.newPhrase(s, rd.tokenize(s)) })
}

// phraseOf is phrase for a text of which toks are the words.
func (rd *Reader) phraseOf(s string, toks []token) *phrase {
	return rd.phrases.get(s, func() *phrase { return rd.newPhrase(s, toks) })
}

func (rd *Reader) newPhrase(s string, toks []token) *phrase {
	p := rd.parse(s, toks)
	if len(p.territories) > 0 {
		if p.text != s {
			toks = rd.tokenize(p.text)
		}
		p.merger = merges(toks)
	}
	return p
}

func (rd *Reader) parse(s string, all []token) *phrase {
	p := &phrase{}
	p.text, p.marks = text.Footnote(s)
	p.text = strings.TrimSpace(p.text)
	if p.text == "" {
		return p
	}
	p.preliminary = (strings.Contains(p.text, "ơ ") || strings.Contains(p.text, "Ơ ")) && strings.Contains(text.Lower(p.text), "sơ bộ")
	if len(p.text) > maxPhrase {
		p.rest = p.text
		p.body = p.text
		toks := rd.tokenize(p.text[:cutRune(p.text, maxPhrase)])
		p.opens = rd.opening(toks)
		return p
	}
	if place, _, ok := strings.Cut(p.text, ", ngày "); ok && len(place) < maxPlace && rd.line(p.text).dated { // "Hà Giang, ngày 12 tháng 7 năm 2013": neither a place nor a year that figures are of
		p.rest, p.body, p.dated = p.text, p.text, true
		return p
	}
	if p.text != s {
		all = rd.tokenize(p.text)
	}
	p.spelled = rd.spell(p.text, all)
	p.opens = rd.opening(all)
	p.ordinal, p.body = cutOrdinal(p.text)
	p.formula = isFormula(all)
	if p.body == "" {
		p.rest = ""
		return p
	}
	if rd.unitStatement(p, all) {
		return p
	}
	toks := all
	if p.body != p.text {
		toks = rd.tokenize(p.body)
	}
	if rest := rd.cutNumber(p.body, toks); rest != "" {
		p.body, toks = rest, rd.tokenize(rest)
		p.opens = rd.opening(toks)
	}
	if rd.exact(p, p.body, toks) {
		rd.leadIn(p, toks)
		rd.unitOfName(p)
		return p
	}
	// "Trong đó: - Xuất khẩu lao động": the carrier, then the child's own bullet and name.
	if n := rd.carrier(toks); n > 0 {
		q := *p
		if beside, ok := rd.exactBesideUnit(&q, p.body, toks); ok && len(q.indicators) > 0 { // "Trong đó có bằng cấp, chứng chỉ (%)": a name begins with the carrier
			q.body = beside
			rd.leadIn(&q, rd.tokenize(beside))
			return &q
		}
		p.ofWhich = true
		rest := strings.TrimLeft(p.body[toks[n-1].end:], " :.,")
		o, body := cutOrdinal(rest)
		if o.rank > 0 {
			p.ordinal = o
		}
		p.body = strings.TrimSpace(body)
		if p.body == "" {
			return p
		}
		toks = rd.tokenize(p.body)
		if rd.exact(p, p.body, toks) {
			return p
		}
	}
	if rd.isComparison(toks) {
		p.comparison = true
		p.achieved = rd.achieved(toks)
		return p
	}
	rd.grammar(p, p.body, toks)
	p.dims.until = p.dims.until || p.dims.year != 0 && endsWithYear(toks)
	if p.dims.unitText != "" && len(p.indicators) == 0 && loadLocalities()[text.Key(p.body)] != "" { // the districts Nam Đồng and Năm Căn are neither money of men nor houses
		p.dims, p.rest = partial{}, p.body
	}
	if p.rest != "" {
		if q := rd.bilingual(p); q != nil {
			return q
		}
		if p.spelled != "" {
			if full := rd.phrase(p.spelled); full.known() {
				q := *full
				q.text, q.spelled, q.marks, q.opens, q.formula = p.text, p.spelled, p.marks, p.opens, p.formula
				return &q
			}
		}
	}
	if p.rest != "" {
		if t := rd.formerProvince(toks, p.body); t != nil {
			p.territories, p.rest, p.was, p.dims = []*catalogue.Territory{t}, "", true, partial{}
		}
	}
	p.former = p.namesFormerRegion(toks)
	return p
}

// A text with more separators is none that says the same twice.
const maxSeparators = 4

// bilingual reads a text that says the same in two languages, "Chỉ tiêu - Indicator", "Tổng số (Total)": nil unless both halves are
// understood and one says no more than the other.
func (rd *Reader) bilingual(p *phrase) *phrase {
	halves := func(sep string) (a, b string, ok bool) {
		s := p.text
		if sep == "(" {
			if !strings.HasSuffix(s, ")") {
				return "", "", false
			}
			s = strings.TrimSuffix(s, ")")
		}
		n := strings.Count(s, sep)
		if n == 0 || n > maxSeparators {
			return "", "", false
		}
		// A name may hold the separator: English begins where nothing but ASCII follows.
		a, b, _ = strings.Cut(s, sep)
		for n--; n > 0 && !isASCII(b); n-- {
			next, rest, _ := strings.Cut(b, sep)
			a, b = a+sep+next, rest
		}
		a, b = strings.TrimSpace(a), strings.TrimSpace(b)
		return a, b, a != "" && b != ""
	}
	for _, sep := range []string{"\n", " - ", " – ", " / ", "/", "("} {
		vi, en, ok := halves(sep)
		if !ok || isASCII(vi) && sep == "/" || !isASCII(en) && !isASCII(vi) {
			continue // "Nam/Nữ", "TH/KH" are no translations
		}
		a, b := rd.phrase(vi), rd.phrase(en)
		if a.rest != "" || b.rest != "" || a.says() != b.says() || a.comparison != b.comparison || a.role != "" && b.role != "" && a.role != b.role ||
			len(a.indicators) > 0 && len(b.indicators) > 0 && !sameIndicator(a.indicators, b.indicators) ||
			len(a.territories) > 0 && len(b.territories) > 0 && !slices.ContainsFunc(a.territories, func(t *catalogue.Territory) bool { return slices.Contains(b.territories, t) }) {
			continue
		}
		if a.says() && a.role == "" && (len(a.indicators) > 0) != (len(b.indicators) > 0) && !sexed(a, b) {
			continue
		}
		both := a.dims
		both.merge(&b.dims)
		if both.clash != "" || both != a.dims && both != b.dims || a.dims.unit != b.dims.unit && a.dims.unit != nil && b.dims.unit != nil {
			continue
		}
		q := *a
		q.spelled = p.spelled
		q.dims, q.split = both, cmp.Or(a.split, b.split)
		if q.dims.unitText == "" {
			q.dims.unit, q.dims.unitText = b.dims.unit, b.dims.unitText
		}
		if len(q.indicators) == 0 {
			q.indicators, q.exactName = b.indicators, b.exactName
		}
		if len(q.territories) == 0 {
			q.territories = b.territories
		}
		return &q
	}
	return nil
}

// spell writes out the abbreviations of a text of which toks are the words, "Số TE có HCĐB"; "" if it has none.
func (rd *Reader) spell(s string, toks []token) string {
	var b strings.Builder
	end := 0
	for i := 0; i < len(toks); i++ {
		if t := &toks[i]; t.punct || t.end-t.start < 2 || s[t.start:t.end] == t.low || s[t.end-1] >= 'a' && s[t.end-1] <= 'z' { // "te" is a syllable, "TE" is not
			continue
		}
		for n := rd.vocab.reach(toks[i:], maxWordTokens); n > 0; n-- {
			word := s[toks[i].start:toks[i+n-1].end]
			if w, ok := rd.vocab.find(toks[i:i+n], kindShort); ok && word == strings.ToUpper(word) {
				b.WriteString(s[end:toks[i].start])
				b.WriteString(w.value)
				end = toks[i+n-1].end
				i += n - 1
				break
			}
		}
	}
	if end == 0 {
		return ""
	}
	b.WriteString(s[end:])
	return b.String()
}

// sexed: "Nữ" may name a child indicator where "Female" is a sex only, or the other way round; then both say the same sex or area.
func sexed(a, b *phrase) bool {
	return a.dims.sex == b.dims.sex && a.dims.area == b.dims.area && a.dims.sex+a.dims.area != ""
}

// unitOfName finds the unit in a name that the catalogue knows with it: "Mật độ dân số (người/km²)".
func (rd *Reader) unitOfName(p *phrase) {
	i := strings.LastIndexByte(p.body, '(')
	if len(p.indicators) == 0 || p.dims.unitText != "" || i < 0 || !strings.HasSuffix(p.body, ")") {
		return
	}
	inner := p.body[i+1 : len(p.body)-1]
	if u := rd.unit(inner); u != nil {
		p.dims.unit, p.dims.unitText = u, inner
	}
}

func sameIndicator(a, b []catalogue.Match) bool {
	return slices.ContainsFunc(a, func(x catalogue.Match) bool {
		return slices.ContainsFunc(b, func(y catalogue.Match) bool { return x.Indicator == y.Indicator })
	})
}

func (rd *Reader) opening(toks []token) string {
	for len(toks) > 0 && toks[0].punct {
		if toks[0].key == "*" && len(toks) > 1 {
			return kindNote
		}
		toks = toks[1:]
	}
	if len(toks) > 1 && toks[0].low == "số" && (toks[1].key == ":" || toks[1].num >= 0 || toks[1].key == "/") {
		return kindLetterhead // "Số: 27/KH-UBND"
	}
	kinds := [...]string{kindNote, kindSignature, kindLetterhead}
	var tried [len(kinds)]bool
	for n := rd.vocab.reach(toks, maxWordTokens); n > 0; n-- {
		if !toks[n-1].counts() {
			continue
		}
		words := rd.vocab.of(toks[:n])
		for k, kind := range kinds {
			i := slices.IndexFunc(words, func(w word) bool { return w.kind == kind })
			if i < 0 || tried[k] {
				continue
			}
			if tried[k] = true; words[i].value == "number" && len(toks) > n+5 {
				continue // "Biểu số 01: KẾT QUẢ …" is a title with its number in front
			}
			return kind
		}
	}
	return ""
}

// cutNumber takes the number of a form or table off the start of a title, of which toks are the words: "Biểu số 01/LĐ: Số hộ nghèo",
// "Bảng 3.1. …", "Phụ lục II - …". It gives what is left, "" if the title begins otherwise.
func (rd *Reader) cutNumber(s string, toks []token) string {
	n, ok := rd.vocab.begins(toks, kindNumbered)
	if !ok {
		return ""
	}
	const blanks, marks = " \u00a0\n", ":.)-–—"
	number := strings.TrimLeft(s[toks[n-1].end:], blanks+":")
	rest := ""
	if end := strings.IndexAny(number, blanks); end >= 0 {
		number, rest = number[:end], strings.TrimLeft(number[end:], blanks)
	}
	title := strings.TrimLeft(rest, blanks+marks)
	if r, _ := utf8.DecodeRuneInString(title); !unicode.IsLetter(r) || !formNumber().MatchString(strings.TrimRight(number, marks)) {
		return ""
	} else if title == rest && strings.TrimRight(number, marks) == number { // no mark between them
		if low := strings.ToLower(title); !unicode.IsUpper(r) || strings.HasPrefix(low, "năm ") || strings.HasPrefix(low, "tháng ") {
			return "" // "Biểu 5 năm 2016-2020"
		}
	}
	return title
}

// formNumber is 1, 01/LĐ-TBXH, 3.1, 2a, B11, II or A.1, but no year.
var formNumber = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(\d{1,3}\p{L}?|[IVX]{1,6}|\p{Lu}\d{0,3})([./-][\p{L}\d]{1,12}){0,5}$`)
})

// leadIn notes that a known name, of which toks are the words, is written behind a carrier, and the bullet between the two: "Trong đó: - Xuất khẩu lao
// động" is as deep as the "- Nữ" below it.
func (rd *Reader) leadIn(p *phrase, toks []token) {
	n := rd.carrier(toks)
	if n == 0 {
		return
	}
	p.ofWhich = true
	o, body := cutOrdinal(strings.TrimLeft(p.body[toks[n-1].end:], " :.,"))
	if o.rank > 0 {
		p.ordinal = o
	}
	for _, w := range rd.vocab.of(rd.tokenize(body)) { // "Trong đó: nữ", where it is not the name of an indicator
		p.dims.apply(w, body)
	}
}

// carrier counts the tokens of "Trong đó", "Chia ra", "Bao gồm", "Of which" at the start of a text. It reaches over no colon and no bullet: "Trong đó: - Có bằng cấp" does not begin with "Trong đó có".
func (rd *Reader) carrier(toks []token) int {
	n, _ := rd.vocab.begins(toks, kindCarrier)
	if own := slices.IndexFunc(toks, func(t token) bool { return t.key == ":" || t.key == "-" }); own > 0 && own < n && phraseKey(toks[n:]) != "" { // not "Chia ra - Of which:"
		n, _ = rd.vocab.begins(toks[:own], kindCarrier)
	}
	return n
}
