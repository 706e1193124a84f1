package text

import (
	"iter"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// redecode undoes "UTF-8 read as Windows-1252". Vietnamese in UTF-8 always has continuation bytes that no sane text
// lines up by chance, so a whole string that maps back to valid UTF-8 with a Vietnamese letter in it was one.
func redecode(s string) string {
	multi := false
	for _, r := range s {
		if r >= 0xC3 && r <= 0xE1 {
			multi = true
			break
		}
	}
	if !multi {
		return s
	}
	b := make([]byte, 0, len(s))
	for _, r := range s {
		switch c, ok := charmap.Windows1252.EncodeRune(r); {
		case ok:
			b = append(b, c)
		case r <= 0xFF: // bytes that Windows-1252 leaves undefined are passed through by most decoders
			b = append(b, byte(r))
		default:
			return s
		}
	}
	if !utf8.Valid(b) {
		return s
	}
	for _, r := range string(b) {
		if r >= 0x80 && unicode.IsLetter(r) {
			return string(b)
		}
	}
	return s
}

// charset is a legacy encoding: its codes as they look when they are read as Windows-1252.
type charset struct {
	codes map[[2]rune]rune // one or two characters (the second 0 if one) → letter
	runes map[rune]bool    // characters beyond ASCII that occur in codes
}

func newCharset() *charset { return &charset{codes: map[[2]rune]rune{}, runes: map[rune]bool{}} }

func (c *charset) add(first, second, letter rune) {
	c.codes[[2]rune{first, second}] = letter
	for _, r := range [2]rune{first, second} {
		if r >= 0x80 || r > 0 && r < ' ' {
			c.runes[r] = true
		}
	}
}

// singleByte reads a table of bytes. A byte between 80 and 9F reaches us as Windows-1252 shows it or as it is.
func (t *tableSet) singleByte(rows [][2]string) *charset {
	c := newCharset()
	for _, row := range rows {
		b := mustHex(row[0])
		letter := []rune(row[1])[0]
		c.add(rune(b), 0, letter)
		if r := charmap.Windows1252.DecodeByte(b); r != rune(b) && r != utf8.RuneError {
			c.add(r, 0, letter)
		}
	}
	return c
}

// addCapitals gives TCVN3 its toned capitals: a capital vowel followed by the toned code of its small letter ("A¸" = Á).
func (t *tableSet) addCapitals(c *charset) {
	capital := map[rune]rune{} // base letter → its capital as written
	for _, r := range vowels {
		capital[r] = unicode.ToUpper(r)
	}
	single := make(map[rune]rune, len(c.codes))
	for code, r := range c.codes {
		single[code[0]] = r
		if l, _ := t.letter(r); l.upper {
			capital[l.base] = code[0]
		}
	}
	for code, r := range single {
		if l, _ := t.letter(r); l.tone != level {
			c.add(capital[l.base], code, unicode.ToUpper(r))
		}
	}
}

// twoUnits reads the table of VNI, which lists the small letters. The capitals follow from them; the second unit of a
// capital is typed in either case.
func twoUnits(rows [][2]string) *charset {
	c := newCharset()
	for _, row := range rows {
		code, letter := []rune(row[0]+"\x00"), []rune(row[1])[0]
		first, second := code[0], code[1]
		c.add(first, second, letter)
		c.add(unicode.ToUpper(first), second, unicode.ToUpper(letter))
		c.add(unicode.ToUpper(first), unicode.ToUpper(second), unicode.ToUpper(letter))
	}
	return c
}

// decode maps every code, the longest first. whole is false if a character beyond ASCII is left that is no code.
func (c *charset) decode(s []rune) (out []rune, whole bool) {
	out, whole = make([]rune, 0, len(s)), true
	for i := 0; i < len(s); i++ {
		if i+1 < len(s) {
			if r, ok := c.codes[[2]rune{s[i], s[i+1]}]; ok {
				out = append(out, r)
				i++
				continue
			}
		}
		r, ok := c.codes[[2]rune{s[i], 0}]
		if !ok {
			r = s[i]
			whole = whole && r < 0x80
		}
		out = append(out, r)
	}
	return out, whole
}

// fromTCVN3 converts TCVN 5712:1993 (TCVN3, "ABC" fonts) read as Latin-1 where nothing is known of the font. s is NFC.
//
// Evidence is a word that holds a character which Vietnamese does not use, is no syllable as it stands and is one after
// conversion. Without evidence nothing is touched. With it, the other words that may be TCVN3 are converted too: those
// with such a character always, those made of letters that exist in both readings ("cã" = có) when only the TCVN3 reading
// is a syllable, never when the vocabulary knows only the other reading, and else like the nearest word that is certain. So a cell that mixes TCVN3 and Unicode keeps its Unicode.
func (t *tableSet) fromTCVN3(s string) string {
	c := t.charsets["tcvn3"]
	for _, r := range s {
		if r >= 0xA1 && r <= 0xFF && t.foreign(c, r) {
			return t.fromCharset(s, c, false).text
		}
	}
	return s
}

type conversion struct {
	text      string
	converted bool // at least one word
	modern    bool // at least one word is certainly Unicode
}

// fromCharset converts the words of s that are written in a charset. font tells that the font says so too; then more is
// evidence: a word that only the charset makes a syllable, whatever its characters, an abbreviation ("H§ND", "tnl®"), a
// character in the middle of a word where no Latin orthography has one ("ViÑt"). And if nothing in the text is certain,
// the words that exist in both readings are converted when the vocabulary knows at least one of them only as converted
// ("Sè": số) and none only as it stands ("Tháng", which would become "Thỏng").
func (t *tableSet) fromCharset(s string, c *charset, font bool) conversion {
	in := []rune(s)
	words := slices.Collect(t.legacyWords(in, c, font))
	var has [verdicts]bool
	for i := range words {
		has[words[i].verdict] = true
	}
	done := conversion{text: s, modern: has[modern]}
	evident := has[legacy] || has[likely]
	voted := font && !evident && !has[modern] && t.vote(in, words)
	if !evident && !voted {
		return done
	}
	out := make([]rune, 0, len(in))
	last := 0
	for i, w := range words {
		if !(voted && w.verdict == eitherOr || t.convert(in, words, i)) {
			continue
		}
		out = append(append(out, in[last:w.start]...), w.converted...)
		last = w.end
		done.converted = true
	}
	done.text = string(append(out, in[last:]...))
	return done
}

type verdict uint8

const (
	neutral  verdict = iota // ASCII, or cannot be of the charset and says nothing
	modern                  // certainly Unicode
	legacy                  // certainly of the charset: the evidence
	likely                  // only the charset makes it a syllable, but all its letters are Vietnamese: evidence if the font says so
	marked                  // holds a character that Vietnamese does not use, but no syllable comes of it ("Q§")
	eitherOr                // letters that exist in both readings
	verdicts
)

type legacyWord struct {
	start, end int
	verdict    verdict
	converted  []rune
	better     bool // only the converted reading is a syllable
}

// foreign reports whether r is a code of the charset that Unicode Vietnamese does not use.
func (t *tableSet) foreign(c *charset, r rune) bool {
	if !c.runes[r] {
		return false
	}
	_, letter := t.letter(r)
	return !letter
}

// legacyWords cuts a text into the words that it has in a charset, and judges each.
func (t *tableSet) legacyWords(in []rune, c *charset, font bool) iter.Seq[legacyWord] {
	return func(yield func(legacyWord) bool) {
		for i := 0; i < len(in); {
			if !c.runes[in[i]] && !isWordRune(in[i]) {
				i++
				continue
			}
			w := legacyWord{start: i}
			for i < len(in) && (c.runes[in[i]] || isWordRune(in[i])) {
				i++
			}
			w.end = i
			t.unquote(in, &w, c)
			if t.judge(in, &w, c, font); !yield(w) {
				return
			}
		}
	}
}

// unquote leaves the quotation marks and dashes around a word out of it, which are letters in VPS and VISCII ("l”" = lễ),
// if without them it is a syllable and with them none.
func (t *tableSet) unquote(in []rune, w *legacyWord, c *charset) {
	quote := func(r rune) bool { return r >= '\u2010' && r <= '\u203A' }
	start, end := w.start, w.end
	for start < end && quote(in[start]) {
		start++
	}
	if start == end || start == w.start && !quote(in[end-1]) {
		return
	}
	if whole, _ := c.decode(in[w.start:w.end]); t.syllable(whole) {
		return
	}
	for _, stop := range [2]int{end, end - 1} { // the last may be a letter of the word
		if inner, _ := c.decode(in[start:stop]); t.syllable(inner) {
			w.start, w.end = start, stop
			return
		}
		if !quote(in[end-1]) {
			return
		}
	}
}

func (t *tableSet) judge(in []rune, w *legacyWord, c *charset, font bool) {
	s := in[w.start:w.end]
	only, plain := false, true
	for _, r := range s {
		if r < 0x80 && !c.runes[r] {
			continue
		}
		plain = false
		only = only || t.foreign(c, r)
	}
	if plain {
		return
	}
	whole := false
	if w.converted, whole = c.decode(s); !whole {
		w.verdict = modern
		return
	}
	after := t.syllable(w.converted) || font && t.accented(w.converted)
	before := t.syllable(icelandic(s)) && !oddCase(s)
	if !before {
		if mended, ok := t.placeTone(string(s)); ok { // ñ may be a misplaced tilde
			before = !font || t.knows([]rune(mended)) || !t.knows(w.converted)
		}
	}
	w.better = after && !before
	switch {
	case only && w.better && !notation(s):
		w.verdict = legacy
	case font && only && (t.sure(s, w.converted) || t.lone(in, w)):
		w.verdict = legacy
	case font && w.better && !notation(s):
		w.verdict = likely
	case only && t.readable(s, w.converted, c):
		w.verdict = marked
	case after && !only:
		w.verdict = eitherOr
	default:
		w.verdict = neutral
	}
}

// accented knows the syllables that legacy text writes less strictly: with a misplaced tone ("hòan"), and the highland
// names without one ("Đăk").
func (t *tableSet) accented(s []rune) bool {
	w := word{at: -1}
	special := false
	for _, r := range s {
		l, ok := t.letter(r)
		if !ok {
			return false
		}
		w.add(l)
		special = special || l.base >= 0x80 || l.tone != level
	}
	_, _, ok := t.parse(&w)
	return ok && special
}

// oddCase finds an accented capital inside a word of small letters ("phÓ"), which Unicode text does not have.
func oddCase(s []rune) bool {
	for i, r := range s {
		if i > 0 && r >= 0x80 && unicode.IsUpper(r) && (unicode.IsLower(s[i-1]) || i+1 < len(s) && unicode.IsLower(s[i+1])) {
			return true
		}
	}
	return false
}

// lone knows single signs that are words: "đ" behind a number or a scale or in "tr.đ", and words like "ở" between others.
func (t *tableSet) lone(in []rune, w *legacyWord) bool {
	if w.end-w.start != 1 || len(w.converted) != 1 {
		return false
	}
	at := func(i int) rune {
		if i < 0 || i >= len(in) {
			return 0
		}
		return in[i]
	}
	previous, next := at(w.start-1), at(w.end)
	if r := w.converted[0]; r == 'đ' || r == 'Đ' {
		return unicode.IsDigit(previous) || strings.ContainsRune("./(", previous) || strings.ContainsRune("./", next) || len(in) == 1 ||
			previous == ' ' && t.amount(in[:w.start-1])
	}
	if !t.knows(w.converted) {
		return false
	}
	return unicode.IsControl(in[w.start]) || previous == ' ' && next == ' ' && unicode.IsLetter(at(w.start-2))
}

// amount reports whether s ends with a figure, the word of a scale or "tr." ("1.000", "nghìn"), behind which "đ" is the currency.
func (t *tableSet) amount(s []rune) bool {
	if n := len(s); n > 0 && s[n-1] == '.' {
		s = s[:n-1]
	}
	if len(s) > 0 && unicode.IsDigit(s[len(s)-1]) {
		return true
	}
	start := len(s)
	for start > 0 && isWordRune(s[start-1]) {
		start--
	}
	key := t.key(string(s[start:]))
	_, ok := t.scales[key]
	return ok || key == "tr"
}

// readable limits the words that are converted beside evidence although no syllable comes of them.
func (t *tableSet) readable(s, converted []rune, c *charset) bool {
	if len(s) == 1 && !unicode.IsLetter(s[0]) {
		return s[0] == '®' || s[0] == '§' || unicode.IsControl(s[0])
	}
	if last := s[len(s)-1]; c != t.charsets["tcvn3"] && last >= 0x80 && !unicode.IsLetter(last) && !t.syllable(converted) {
		return false // km², Excel™
	}
	return t.atMostOneTone(converted)
}

// sure knows words that are no syllable and still certain when the font says so: abbreviations with Đ, and words with a
// sign or a capital where no other language has one.
func (t *tableSet) sure(s, converted []rune) bool {
	if len(s) < 2 || !t.atMostOneTone(converted) {
		return false
	}
	if t.shorthand(s) || (s[0] == '§' || s[0] == '¦' || s[0] == '®') && unicode.IsLetter(s[1]) {
		return true
	}
	abbreviation, icelandic := true, slices.Contains(s, 'Ð')
	for i, r := range converted {
		l, _ := t.letter(r)
		if !l.upper || isVowel(l.base) && (l.base < 0x80 || l.tone != level || icelandic) { // ƯTH has a vowel of its own
			abbreviation = false
		}
		if i > 0 && i < len(s)-1 && s[i] >= 0x80 && unicode.IsLetter(s[i-1]) && unicode.IsLetter(s[i+1]) &&
			(s[i] <= '¿' && !unicode.IsLetter(s[i]) || unicode.IsUpper(s[i]) && unicode.IsLower(s[i-1])) {
			return true
		}
	}
	return abbreviation
}

// shorthand finds abbreviations that hold a character which Vietnamese does not use: in small letters without a vowel
// ("tnl®", "lñ"), in small letters with signs that are no letters ("atvsl®"), with a soft hyphen in any letters ("\u00adTH"). Capitals
// with ® may be a trade mark; « and » may be quotation marks, µ and raised digits a unit, and Ð is mended by Repair.
func (t *tableSet) shorthand(s []rune) bool {
	small, spoken, signs := true, false, true
	for _, r := range s {
		l, letter := t.letter(r)
		switch {
		case r == softHyphen:
			return true
		case letter:
			small = small && !l.upper
			spoken = spoken || isVowel(l.base)
			signs = signs && r < 0x80
		case r > 0xFF || strings.ContainsRune("«»¹²³×°±µªºÐð", r):
			return false
		default:
			signs = signs && !unicode.IsLetter(r)
		}
	}
	return small && (signs || !spoken)
}

// icelandic reads an initial Ð, ð as the Đ, đ it is so often typed for.
func icelandic(s []rune) []rune {
	if s[0] != 'Ð' && s[0] != 'ð' {
		return s
	}
	return append([]rune{'đ'}, s[1:]...)
}

// notation names words that ordinary text uses too: µm, m², B¹, M×, and abbreviations with an Icelandic Ð (LÐ, CÐ).
// One character is never evidence.
func notation(s []rune) bool {
	if len(s) < 2 || len(s) == 2 && (s[0] == 'µ' || strings.ContainsRune("¹²³×", s[1])) {
		return true
	}
	icelandic := false
	for _, r := range s {
		if !unicode.IsUpper(r) {
			return false
		}
		icelandic = icelandic || r == 'Ð'
	}
	return icelandic
}

func (t *tableSet) atMostOneTone(s []rune) bool {
	n := 0
	for _, r := range s {
		l, ok := t.letter(r)
		if !ok {
			return false
		}
		if l.tone != level {
			n++
		}
	}
	return n <= 1
}

// nearby bounds the search for a word that is certain; farther words say nothing about this one.
const nearby = 64

func (t *tableSet) convert(in []rune, words []legacyWord, i int) bool {
	switch w := words[i]; w.verdict {
	case legacy, likely, marked:
		return true
	case eitherOr:
		if w.better {
			return true
		}
		if before, after := t.knows(in[w.start:w.end]), t.knows(w.converted); before != after {
			return after
		}
		return nearest(words, i) == legacy
	}
	return false
}

// nearest gives the verdict of the certain word that stands nearest to word i: legacy, modern, or neutral if there is none.
func nearest(words []legacyWord, i int) verdict {
	found, least := neutral, 0
	for _, step := range [2]int{-1, 1} {
		for j := i + step; j >= 0 && j < len(words) && j > i-nearby && j < i+nearby; j += step {
			v := words[j].verdict
			if v == likely {
				v = legacy
			}
			if v != legacy && v != modern {
				continue
			}
			if far := max(words[i].start-words[j].end, words[j].start-words[i].end); found == neutral || far < least {
				found, least = v, far
			}
			break
		}
	}
	return found
}

// vote asks the vocabulary about words that exist in both readings.
func (t *tableSet) vote(in []rune, words []legacyWord) bool {
	yes := false
	for _, w := range words {
		if w.verdict != eitherOr {
			continue
		}
		before, after := t.knows(in[w.start:w.end]), t.knows(w.converted)
		if before && !after {
			return false
		}
		yes = yes || after && !before
	}
	return yes
}

// knows reports whether syllables.csv lists a word, wherever its tone mark stands.
func (t *tableSet) knows(s []rune) bool {
	w := word{at: -1}
	for _, r := range s {
		l, ok := t.letter(r)
		if !ok {
			return false
		}
		w.add(l)
	}
	return t.lists(&w)
}

func (t *tableSet) lists(w *word) bool {
	_, _, ok := t.parse(w)
	return ok && t.syllables[spoken{w.code, w.tone}]
}
