package layout

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"iter"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"unicode"
	"unicode/utf8"

	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/record"
	"github.com/phuluc/phuluc/transform/text"
)

// words.csv holds the words that give a table its structure: column roles, comparison columns, notes, signatures,
// letterheads. header_words.csv of the catalogue adds to it and wins over it.
//
//go:embed words.csv
var wordsCSV string

// What a word of the vocabulary says.
const (
	kindRole       = "role"       // the column's use: ordinal, label, unit, note, owner, task, partner, due, level
	kindComparison = "comparison" // begins the title of a column that is computed from others
	kindAchieved   = "achieved"   // the title of a column of percentages of the plan: a comparison that a sender may write without the plan
	kindMeasure    = "measure"    // actual, estimate, plan, forecast, target
	kindStatus     = "status"     // P
	kindSex        = "sex"        // F, M, T
	kindArea       = "area"       // U, R, T
	kindTotal      = "total"      // the whole, of whatever the neighbours split
	kindPart       = "part"       // part of the year: Y, S1 …
	kindSplit      = "split"      // sex, area: what the headers or rows below it may be, if it is not the name of an indicator
	kindFiller     = "filler"     // no meaning of its own
	kindCarrier    = "carrier"    // "Trong đó": what follows is a part of what precedes
	kindSection    = "section"    // heading of a group of rows
	kindRef        = "ref"        // reporting, previous …: a period relative to another one
	kindDivision   = "division"   // before, since: the provinces of the table are those before the merger or since
	kindNote       = "noteline"   // begins a note under a table
	kindSignature  = "signature"  // begins a signature block
	kindLetterhead = "letterhead" // begins a line of the letterhead
)

// Periods that are named by another one.
const (
	refSame     = "same"     // that of the columns beside, a year earlier: "Cùng kỳ"
	refPrevious = "previous" // the one before that of the title: "Năm trước"
	refToDate   = "to_date"  // from the first of January to the end of the title's: "Lũy kế từ đầu năm"
	refMonth    = "month"    // the month of the title: "Trong tháng"
	refQuarter  = "quarter"  // its quarter: "Trong quý"
)

// wholeText limits a comparison word to texts that hold nothing else: a row "Tốc độ tăng năng suất" is an indicator.
const wholeText = "whole"

// Column roles.
const (
	roleOrdinal    = "ordinal"
	roleLabel      = "label"
	roleUnit       = "unit"
	roleNote       = "note"
	roleOwner      = "owner"
	roleTask       = "task"
	rolePartner    = "partner"
	roleDue        = "due"
	roleLevel      = "level"
	roleComparison = "comparison"
	roleValue      = "value"

	roleTerritories = "territories" // in the vocabulary: a label column that holds territories
	roleParts       = "parts"       // in the vocabulary: a label column that holds parts of a year
)

type word struct{ kind, value string }

// partial is what a text says about the dimensions of the cells it points at.
type partial struct {
	year, toYear int    // toYear is set for a span
	part         string // "", Y, S1, S2, Q1…Q4, M01…M12 (one month), C09 (January to September)
	measure      string
	status       string
	sex, area    string
	unit         *catalogue.Unit
	unitText     string // the unit as written, also when it is not known
	ref          string // reporting, previous, same …
	standard     string // the poverty standard named: its last year, or standardOld, standardNew; see standard.go
	total        bool
	until        bool   // the year is the one up to which something is told
	sum          bool   // "lũy kế": counted from the first of January on
	open         bool   // it is not said when the period begins: "đến tháng 9"
	clash        string // two contradictory words in the text itself, as written
}

// phrase is a parsed header or label text. It is shared and never changed after it is made.
type phrase struct {
	text        string // repaired, without footnote marks
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
	comparison  bool
	achieved    *partial // the comparison is a percentage of the plan; what it says of the value measured, see achievement.go
	rest        string   // words that were not understood, "" if none
	unitLine    bool     // "Đơn vị tính: …", "(nghìn người)": states the unit of what is below
	formula     bool     // "(5)=(4)/(3)"
	section     bool     // a known heading of a group of rows
	opens       string   // noteline, signature, letterhead: what kind of line the text begins
}

// known reports whether every word of the phrase was understood and it says something.
func (p *phrase) known() bool { return p.rest == "" && p.says() }

// says reports whether the phrase carries any meaning besides fillers.
func (p *phrase) says() bool {
	return len(p.indicators) > 0 || len(p.territories) > 0 || p.role != "" || p.comparison || p.dims.any()
}

func (d *partial) any() bool {
	return d.year != 0 || d.part != "" || d.measure != "" || d.status != "" || d.sex != "" || d.area != "" || d.unit != nil || d.total || d.ref != "" || d.standard != ""
}

// splits reports whether something is said of which values of an indicator are meant, as "Nữ" does; a unit says it of all of them.
func (d *partial) splits() bool {
	said := *d
	said.unit = nil
	return said.any()
}

// heads reports whether the phrase can only be a header: period, measure, sex, area or a column role, not merely an
// indicator, unit or territory that may as well be a row label.
func (p *phrase) heads() bool {
	d := &p.dims
	return !p.unitLine && p.rest == "" && (p.role != "" || p.comparison || d.year != 0 || d.part != "" || d.measure != "" || d.status != "" || d.sex != "" || d.area != "" || d.total || d.ref != "")
}

type token struct {
	key        string // matching key; the character itself for punctuation
	low        string // the text in lower case, to compare with the few words the grammar itself knows
	num        int    // value of a run of digits, -1 otherwise
	punct      bool
	clean      bool // text.IsClean, also of the blanks before it
	start, end int  // in the text
}

// counts reports whether the token is no punctuation, but for % which carries meaning.
func (t *token) counts() bool { return !t.punct || t.key == "%" }

// spelling is a word in the two forms of a token.
type spelling struct {
	low, key string
	clean    bool
}

func spell(w string) spelling {
	f := spelling{strings.ToLower(w), text.Key(w), text.IsClean(w)}
	if f.key == "" {
		f.key = f.low
	}
	return f
}

// tokenize splits a text into words, runs of digits and single punctuation marks.
func tokenize(s string) []token { return tokens(s, spell) }

// tokenize is the function of that name with the words remembered: a language has few.
func (rd *Reader) tokenize(s string) []token {
	return tokens(s, func(w string) spelling {
		return rd.spellings.get(w, func() spelling { return spell(w) })
	})
}

func tokens(s string, spell func(string) spelling) []token {
	toks := make([]token, 0, min(12, 1+len(s)/3))
	blanks := true // those before the token are usual ones
	for i := 0; i < len(s); {
		r, w := utf8.DecodeRuneInString(s[i:])
		switch {
		case unicode.IsSpace(r):
			blanks = blanks && (r == ' ' || r == '\n' || r == '\t')
			i += w
			continue
		case r >= '0' && r <= '9':
			j := i
			for j < len(s) && s[j] >= '0' && s[j] <= '9' {
				j++
			}
			n := -1
			if j-i <= 6 {
				n, _ = strconv.Atoi(s[i:j])
			}
			toks = append(toks, token{key: s[i:j], low: s[i:j], num: n, clean: blanks, start: i, end: j})
			i = j
		case unicode.IsLetter(r) || unicode.IsMark(r):
			j := i
			for j < len(s) {
				if c := s[j] | 0x20; c >= 'a' && c <= 'z' { // as most letters are
					j++
					continue
				}
				r, w := utf8.DecodeRuneInString(s[j:])
				if !unicode.IsLetter(r) && !unicode.IsMark(r) {
					break
				}
				j += w
			}
			f := spell(s[i:j])
			toks = append(toks, token{key: f.key, low: f.low, num: -1, clean: blanks && f.clean, start: i, end: j})
			i = j
		default:
			key := s[i : i+w]
			if r == '–' || r == '—' || r == '−' {
				key = "-"
			}
			toks = append(toks, token{key: key, low: key, num: -1, punct: true, clean: blanks && text.IsClean(s[i:i+w]), start: i, end: i + w})
			i += w
		}
		blanks = true
	}
	return toks
}

// phraseKey joins the keys of the tokens that count.
func phraseKey(toks []token) string { return string(appendKey(nil, toks)) }

func appendKey(b []byte, toks []token) []byte {
	for i := range toks {
		t := &toks[i]
		if !t.counts() {
			continue
		}
		if len(b) > 0 {
			b = append(b, ' ')
		}
		b = append(b, t.key...)
	}
	return b
}

// areClean reports whether text.IsClean holds for the piece of text from the first to the last of the tokens.
func areClean(toks []token) bool {
	for i := range toks {
		if !toks[i].clean {
			return false
		}
	}
	return true
}

// areAllOf reports whether nothing stands before or behind the tokens of a piece of text.
func areAllOf(toks []token, s string) bool {
	return len(toks) > 0 && toks[len(toks)-1].end-toks[0].start == len(s)
}

// keyOf gives the text.Key of a piece of text of which toks are the words. Their keys are known; only what wants repair is taken apart
// again.
func keyOf(s string, toks []token) string {
	if !areAllOf(toks, s) || !areClean(toks) {
		return text.Key(s)
	}
	var buf [128]byte
	out := buf[:0]
	gap := false
	for i := range toks {
		t := &toks[i]
		gap = gap || i > 0 && toks[i-1].end < t.start
		switch t.key {
		case "[", "²", "³": // marks of notes, squares
			return text.Key(s)
		case "%", "<", ">", "≤", "≥":
		default:
			if t.punct {
				gap = true
				continue
			}
		}
		if gap && len(out) > 0 {
			out = append(out, ' ')
		}
		out, gap = append(out, t.key...), false
	}
	if string(out) == s {
		return s
	}
	return string(out)
}

const maxWordTokens = 12

// vocabulary tells what words and word groups say.
type vocabulary struct {
	words   map[string][]word // by phraseKey
	longest map[string]int    // by the key of a first word: how many words the longest group has that begins so
}

func newVocabulary(cat *catalogue.Catalogue) *vocabulary {
	v := &vocabulary{words: map[string][]word{}, longest: map[string]int{}}
	rows, err := csv.NewReader(strings.NewReader(wordsCSV)).ReadAll()
	if err != nil {
		panic(fmt.Sprintf("words.csv: %v", err)) // embedded at build time; every test reads it
	}
	for _, r := range rows[1:] {
		v.add(r[0], word{r[1], r[2]})
	}
	addCatalogueWords(v, cat)
	return v
}

func (v *vocabulary) add(text string, w word) {
	toks := slices.DeleteFunc(tokenize(text), func(t token) bool { return !t.counts() })
	k := phraseKey(toks)
	if len(toks) > 0 {
		v.longest[toks[0].key] = max(v.longest[toks[0].key], len(toks))
	}
	for i, old := range v.words[k] {
		if old == w {
			return
		}
		if old.kind == kindComparison && w.kind == kindComparison {
			return // words.csv knows which may be followed by more
		}
		if old.kind == w.kind && w.kind != kindRole {
			v.words[k][i] = w
			return
		}
	}
	v.words[k] = append(v.words[k], w)
}

// of gives what the words say together.
func (v *vocabulary) of(toks []token) []word {
	var buf [128]byte
	return v.words[string(appendKey(buf[:0], toks))]
}

// reach counts the tokens, up to limit, of the longest group of words that toks may begin with.
func (v *vocabulary) reach(toks []token, limit int) int {
	words, most := 0, 0
	for n := range min(len(toks), limit) {
		if !toks[n].counts() {
			continue
		}
		if words == 0 {
			most = v.longest[toks[n].key]
		}
		if words == most {
			return n
		}
		words++
	}
	return min(len(toks), limit)
}

func (v *vocabulary) find(toks []token, kinds ...string) (word, bool) {
	for _, w := range v.of(toks) {
		for _, k := range kinds {
			if w.kind == k {
				return w, true
			}
		}
	}
	return word{}, false
}

// begins finds the longest word of a kind that a text begins with.
func (v *vocabulary) begins(toks []token, kind string) (n int, ok bool) {
	for n = v.reach(toks, maxWordTokens); n > 0; n-- {
		if !toks[n-1].counts() {
			continue
		}
		if _, ok := v.find(toks[:n], kind); ok {
			return n, true
		}
	}
	return 0, false
}

// Reader reads workbooks with one catalogue. It remembers the texts it has parsed, since the forms of one round share
// theirs; it may be used from many goroutines.
type Reader struct {
	cat          *catalogue.Catalogue
	vocab        *vocabulary
	lastRound    int                               // the year of the last round
	folds        map[string][]*catalogue.Territory // provinces by name without diacritics, for paths
	openings     map[string]bool                   // the keys of the words that names of territories begin with
	unitOpenings map[string]bool                   // those that units begin with
	documents    *regexp.Regexp                    // see documentPattern
	// What the texts of a workbook ask the labels of the catalogue goes through these two and nearIndicator; see trace.go.
	labelled  func(key string) []catalogue.Match // the indicators that bear the label of this text.Key
	syllable  func(low string) bool              // whether it is one of knownSyllables
	unitWords memo[string, *catalogue.Unit]
	pendings  sync.Pool // see takePending
	seen      sync.Pool // see trace
	rows      sync.Pool // of *[slab]row, see giveRows

	plainFont atomic.Pointer[string] // the font last asked about that is no legacy one, as most cells have one

	spellings   memo[string, spelling]
	legacyFonts memo[string, bool]
	phrases     memo[string, *phrase]
	readings    memo[string, *reading]
	repairs     memo[string, string]
	facts       memo[string, headFacts]
	titles      memo[string, *titleWords]
	provinces   memo[string, provinceWords]
	lines       memo[string, headLine]
	planLines   memo[string, bool] // see isOfPlan
	references  memo[string, reference]
	names       memo[string, [][]uint16]
	pathWords   memo[string, []string]
	towns       memo[string, bool]
	headings    memo[string, bool] // see isPlace
	properNames memo[string, bool]
	narrow      memo[string, bool]
	forms       memo[string, *catalogue.Form]
	units       memo[unitQuestion, *catalogue.Unit]
	parents     memo[parentQuestion, bool]
	nearest     memo[string, *catalogue.Indicator]
	narrowed    memo[narrowQuestion, []narrowing]
	populations memo[string, []string]
}

// NewReader makes a Reader.
func NewReader(cat *catalogue.Catalogue) *Reader {
	v := newVocabulary(cat)
	syllables := knownSyllables(cat, v)
	last := 0
	for i := range cat.Rounds {
		last = max(last, cat.Rounds[i].Year)
	}
	return &Reader{
		cat: cat, vocab: v, folds: foldedNames(cat), openings: openings(cat.PlaceKeys()), unitOpenings: openings(cat.UnitKeys()), documents: regexp.MustCompile(documentPattern),
		lastRound: last, labelled: cat.IndicatorsByKey, syllable: func(low string) bool { return syllables[low] },
	}
}

// openings gives the first words of keys.
func openings(keys iter.Seq[string]) map[string]bool {
	first := map[string]bool{}
	for k := range keys {
		if toks := tokenize(k); len(toks) > 0 {
			first[toks[0].key] = true
		}
	}
	return first
}

// mayNamePlace reports whether a piece of text, of which toks are the words, may begin with the name of a territory. Of a text
// that wants repair nothing is known before it is repaired.
func (rd *Reader) mayNamePlace(toks []token) bool {
	return len(toks) > 0 && (rd.openings[toks[0].key] || !areClean(toks))
}

// memo remembers the answers to a pure question. It is emptied when it holds maxRemembered answers, so that a hostile
// landing can not fill memory.
type memo[K comparable, V any] struct {
	mu sync.RWMutex
	m  map[K]V
}

const maxRemembered = 1 << 16

func (m *memo[K, V]) get(k K, ask func() V) V {
	m.mu.RLock()
	v, ok := m.m[k]
	m.mu.RUnlock()
	if ok {
		return v
	}
	v = ask()
	m.mu.Lock()
	defer m.mu.Unlock()
	if first, ok := m.m[k]; ok { // another workbook asked meanwhile: all shall share one answer
		return first
	}
	if m.m == nil || len(m.m) >= maxRemembered {
		m.m = map[K]V{}
	}
	m.m[k] = v
	return v
}

// repair gives a text that is not that of a cell as [Reader.reading] gives that of a cell without fonts.
func (rd *Reader) repair(s string) string {
	return rd.repairs.get(s, func() string {
		run := text.Run{Text: s}
		return rd.choose(text.DecodeRuns(run), text.Readings(run))
	})
}

// reading is what a cell's text was taken for. It is shared and never changed after it is made.
type reading struct {
	text      string  // as the fonts of the cell show it
	trimmed   string  // without blanks at its ends
	key       string  // text.Key of trimmed
	phrase    *phrase // of trimmed
	class     class   // of a text cell that holds it
	ordinal   ordinal // of trimmed, if all of it is one
	isOrdinal bool
	words     [][]uint16 // record.Words of trimmed, and of what it would have been taken for if the catalogue knew other labels
}

func (rd *Reader) reading(c *sheet.Cell) *reading {
	legacy := rd.isLegacy(c.Font)
	for _, r := range c.Runs {
		legacy = legacy || rd.isLegacy(r.Font)
	}
	if !legacy {
		return rd.readings.get(c.Raw, func() *reading { return rd.makeReading(text.Run{Text: c.Raw}) })
	}
	runs := fontRuns(c)
	var key strings.Builder
	for _, r := range runs {
		key.WriteString(r.Text + "\x00" + r.Font + "\x00")
	}
	return rd.readings.get(key.String(), func() *reading { return rd.makeReading(runs...) })
}

func (rd *Reader) isLegacy(font string) bool {
	if last := rd.plainFont.Load(); last != nil && *last == font {
		return false
	}
	legacy := rd.legacyFonts.get(font, func() bool { return text.LegacyFont(font) })
	if !legacy {
		plain := font // only what is kept goes to the heap
		rd.plainFont.Store(&plain)
	}
	return legacy
}

func (rd *Reader) makeReading(runs ...text.Run) *reading {
	s := text.DecodeRuns(runs...)
	all := text.Readings(runs...)
	r := &reading{text: rd.choose(s, all)}
	r.trimmed = strings.TrimSpace(r.text)
	r.key = text.Key(r.trimmed)
	r.phrase = rd.phrase(r.trimmed)
	r.class = rd.classOf(r.trimmed, r.phrase)
	r.ordinal, r.isOrdinal = parseOrdinal(r.trimmed)
	if w := record.Words(r.key); len(all) == 0 && s == r.trimmed && w != nil { // as nearly always
		r.words = [][]uint16{w}
	} else {
		r.words = wordsOfAll(append(all, s))
	}
	return r
}

// wordsOfAll gives the record.Words of texts, of those that have any.
func wordsOfAll(texts []string) (words [][]uint16) {
	for _, s := range texts {
		if w := record.Words(text.Key(s)); w != nil {
			words = append(words, w)
		}
	}
	return words
}

// choose gives the one text that a cell holds, of the decoded one and what else [text.Readings] offers: another than the
// decoded one only if that is not understood and exactly one other is, to the last word.
func (rd *Reader) choose(s string, others []string) string {
	if len(others) == 0 || rd.phrase(strings.TrimSpace(s)).known() {
		return s
	}
	found := s
	for _, other := range others {
		if !rd.phrase(strings.TrimSpace(other)).known() {
			continue
		}
		if found != s {
			return s
		}
		found = other
	}
	return found
}

// fontRuns cuts a cell's text at its runs. Runs out of order or inside a letter, which only a damaged file has, end it.
func fontRuns(c *sheet.Cell) []text.Run {
	out := make([]text.Run, 0, len(c.Runs)+1)
	from, font := 0, c.Font
	for _, r := range c.Runs {
		if r.From < from || r.From > len(c.Raw) || r.From < len(c.Raw) && !utf8.RuneStart(c.Raw[r.From]) {
			break
		}
		if r.From > from {
			out = append(out, text.Run{Text: c.Raw[from:r.From], Font: font})
		}
		from, font = r.From, r.Font
	}
	return append(out, text.Run{Text: c.Raw[from:], Font: font})
}

// Texts longer than this are prose: they are not searched for the words of the grammar.
const maxPhrase = 400

// phrase parses a repaired text, or recalls it.
func (rd *Reader) phrase(s string) *phrase {
	return rd.phrases.get(s, func() *phrase { return rd.parse(s) })
}

func (rd *Reader) parse(s string) *phrase {
	p := &phrase{}
	p.text, p.marks = text.Footnote(s)
	p.text = strings.TrimSpace(p.text)
	if p.text == "" {
		return p
	}
	if len(p.text) > maxPhrase {
		p.rest = p.text
		p.body = p.text
		toks := rd.tokenize(p.text[:cutRune(p.text, maxPhrase)])
		p.opens = rd.opening(toks)
		return p
	}
	all := rd.tokenize(p.text)
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
	p.dims.until = p.dims.year != 0 && endsWithYear(toks)
	if p.dims.unitText != "" && len(p.indicators) == 0 && loadLocalities()[text.Key(p.body)] != "" { // the districts Nam Đồng and Năm Căn are neither money of men nor houses
		p.dims, p.rest = partial{}, p.body
	}
	if p.rest != "" {
		if q := rd.bilingual(p); q != nil {
			return q
		}
	}
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
		q.dims, q.split = both, firstOf(a.split, b.split)
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

// sexed: "Nữ" may name a child indicator where "Female" is a sex only, or the other way round; then both say the same sex or area.
func sexed(a, b *phrase) bool {
	return a.dims.sex == b.dims.sex && a.dims.area == b.dims.area && a.dims.sex+a.dims.area != ""
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
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

func cutRune(s string, n int) int {
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return n
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
	best, at := "", 0
	for _, k := range []string{kindNote, kindSignature, kindLetterhead} {
		n, ok := rd.vocab.begins(toks, k)
		if !ok || n <= at {
			continue
		}
		if w, _ := rd.vocab.find(toks[:n], k); w.value == "number" && len(toks) > n+5 {
			continue // "Biểu số 01: KẾT QUẢ …" is a title with its number in front
		}
		best, at = k, n
	}
	return best
}

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

// addCatalogueWords adds header_words.csv of the catalogue, the user's own rows included.
func addCatalogueWords(v *vocabulary, cat *catalogue.Catalogue) {
	for _, h := range cat.HeaderWords {
		w := word{h.Dimension, h.Value}
		switch h.Dimension {
		case "measure", "sex", "area", "status":
		case "period_part":
			// "Năm" before a year only names it; it must not contradict the "6T" below.
			if n := len(tokenize(h.Word)); n == 1 && h.Value == "Y" {
				v.add(h.Word, word{kindFiller, ""})
				continue
			}
			switch {
			case strings.HasPrefix(h.Value, "01/"):
				w.value = "C" + h.Value[3:]
			case len(h.Value) == 2 && h.Value[0] <= '9':
				w.value = "M" + h.Value
			}
			w.kind = kindPart
		case "period_ref":
			w.kind = kindRef
		case "role":
			switch h.Value {
			case "territory_label":
				w = word{kindRole, roleTerritories}
			case "label", "period_label":
				w = word{kindRole, roleLabel}
			case "ordinal", "unit", "note", "owner":
				w = word{kindRole, h.Value}
			case "comparison":
				w = word{kindComparison, wholeText}
			case "plan_achievement":
				w = word{kindAchieved, wholeText}
			case "of_which":
				w = word{kindCarrier, ""}
			case "total":
				w = word{kindTotal, ""}
			case "section":
				w = word{kindSection, ""}
			case "task_title":
				w = word{kindRole, roleTask}
			case "task_lead":
				w = word{kindRole, roleOwner}
			case "task_partner":
				w = word{kindRole, rolePartner}
			case "task_due":
				w = word{kindRole, roleDue}
			case "task_level":
				w = word{kindRole, roleLevel}
			}
		}
		v.add(h.Word, w)
	}
}

// unitIn is unit for a piece of text of which toks are the words. Most begin like no unit.
func (rd *Reader) unitIn(s string, toks []token) *catalogue.Unit {
	if len(toks) > 0 && !toks[0].punct && !isDigit(toks[0].low[0]) && !rd.unitOpenings[toks[0].key] && areAllOf(toks, s) && areClean(toks) {
		return nil
	}
	return rd.unit(s)
}

// unit gives a unit that a word means, nil if none: which of several is decided with the indicator (see unitOf).
func (rd *Reader) unit(word string) *catalogue.Unit {
	if len(word) > 60 {
		return nil
	}
	return rd.unitWords.get(word, func() *catalogue.Unit {
		if u := rd.cat.UnitsByWord(word); len(u) > 0 {
			return u[0]
		}
		return nil
	})
}
