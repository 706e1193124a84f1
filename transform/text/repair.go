package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Repair gives the text its writer meant, in NFC. It mends:
//
//   - ƣ/Ƣ typed for ư/Ư, and the Icelandic Ð/ð and African Ɖ/ɖ for Đ/đ;
//   - Cyrillic and Greek letters that look like Latin ones, in a text of which all other letters are Latin ("Tỷ lệ" with a Cyrillic Т);
//   - full-width letters, digits and signs (to those of ASCII);
//   - tone marks that stand on the wrong letter ("viêc̣", "liêụ", "hòan", "Qũy"), even behind a space ("Xa ̃hôị");
//   - no-break and other odd spaces (to a space), zero-width characters (dropped), CR LF (to LF), invalid UTF-8 (to U+FFFD);
//   - TCVN3 bytes read as Latin-1 ("S¶n xuÊt"), and UTF-8 read as Windows-1252 ("Dá»¯ liá»‡u");
//   - soft hyphens, which are dropped only where a word may be broken, and the ư of TCVN3 at any other letter ("\u00adth": ưth).
//     One that touches no letter stays, so that no number comes of "12\u00ad15".
//
// A legacy reading is taken only where it makes syllables out of what was none, so that text already in Unicode is never
// converted. Leading blanks stay, because they may be an indent; superscripts stay, see [Footnote]; hoá/hóa and i/y stay
// as written, see [Key]. Repair(Repair(s)) == Repair(s). Clean text is returned as it is, without allocation.
func Repair(s string) string { return tables().repair(s) }

// IsClean reports whether Repair and [Key] take s for what is written, and every piece of it that begins and ends with whole
// words. It may say false for text that needs nothing.
func IsClean(s string) bool { return tables().clean(s) }

// Each pass removes damage and adds none, so the text settles; the bound only guards against hostile nesting.
const maxPasses = 16

func (t *tableSet) repair(s string) string {
	for range maxPasses {
		if t.clean(s) {
			return s
		}
		next := t.pass(s)
		if next == s {
			return s
		}
		s = next
	}
	return s
}

func (t *tableSet) pass(s string) string {
	s = redecode(dropInvisible(s))
	s = norm.NFC.String(mapCharacters(t.latin(s)))
	s = t.softHyphens(t.fromTCVN3(s))
	s = strings.Map(func(r rune) rune {
		switch r {
		case 'Ð', 'Ɖ': // until here Ð may have been the é of TCVN3
			return 'Đ'
		case 'ð', 'ɖ':
			return 'đ'
		}
		return r
	}, s)
	return norm.NFC.String(t.placeTones(t.attachMarks(s)))
}

// clean reports whether Repair has nothing to do. It may say false for text that needs nothing.
func (t *tableSet) clean(s string) bool {
	i := 0
	for i < len(s) && (s[i] >= ' ' && s[i] < 0x7F || s[i] == '\n' || s[i] == '\t') {
		i++
	}
	if i == len(s) {
		return true
	}
	w := word{at: -1}
	for _, r := range s {
		if l, ok := t.letter(r); ok {
			w.add(l)
			continue
		}
		if !t.settled(&w) || !isPlain(r) {
			return false
		}
		w = word{at: -1}
	}
	return t.settled(&w)
}

// isPlain reports whether Repair leaves a character that is no letter as it is, whatever stands around it. ² and ³ may be the
// second half of ò and ó ("HÃ³a").
func isPlain(r rune) bool {
	return r >= ' ' && r < 0x7F || r == '\n' || r == '\t' || strings.ContainsRune("–—−‘’“”…•≤≥≈", r)
}

// settled reports whether the tone mark of w stays where it is: in its place, or in a word that is no syllable.
func (t *tableSet) settled(w *word) bool {
	if w.at < 0 {
		return true
	}
	onset, r, ok := t.parse(w)
	return !ok || w.placed(onset, r)
}

func dropInvisible(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 0x200B && r <= 0x200F, r >= 0x202A && r <= 0x202E, r >= 0x2060 && r <= 0x2064, r == 0xFEFF:
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

func mapCharacters(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == 'ƣ':
			return 'ư'
		case r == 'Ƣ':
			return 'Ư'
		case r == '\n' || r == '\t':
			return r
		case r == '\r' || r == 0x85 || r == 0x2028 || r == 0x2029:
			return '\n'
		case unicode.IsSpace(r), unicode.IsControl(r):
			return ' '
		case r >= '！' && r <= '～': // full-width
			return r - '！' + '!'
		}
		return r
	}, s)
}

// latin replaces the letters of other alphabets that look like Latin ones, if there are Latin letters and no others.
func (t *tableSet) latin(s string) string {
	if strings.IndexFunc(s, foreignAlphabet) < 0 {
		return s
	}
	mixed := false
	for _, r := range s {
		if foreignAlphabet(r) && t.twins[r] == 0 {
			return s
		}
		mixed = mixed || unicode.Is(unicode.Latin, r)
	}
	if !mixed {
		return s
	}
	return strings.Map(func(r rune) rune {
		if twin := t.twins[r]; twin != 0 {
			return twin
		}
		return r
	}, s)
}

func foreignAlphabet(r rune) bool {
	return r >= 0x370 && (unicode.Is(unicode.Greek, r) || unicode.Is(unicode.Cyrillic, r))
}

const softHyphen = '\u00AD'

// softHyphens reads every soft hyphen that touches a letter. The code is also the ư of TCVN3, and a lost ư changes what a
// label says ("ưth", estimated, would be "th", done). So it is a hyphen only where a word may be broken or ends, behind a
// syllable or a pronounceable part of a foreign word, and only if no syllable comes of the ư.
func (t *tableSet) softHyphens(s string) string {
	if !strings.ContainsRune(s, softHyphen) {
		return s
	}
	in := []rune(s)
	out := make([]rune, 0, len(in))
	for i := 0; i < len(in); {
		start := i
		hyphens := 0
		for i < len(in) && (in[i] == softHyphen || isWordRune(in[i])) {
			if in[i] == softHyphen {
				hyphens++
			}
			i++
		}
		switch word := in[start:i]; {
		case i == start:
			out = append(out, in[i])
			i++
		case hyphens == 0 || hyphens == len(word):
			out = append(out, word...)
		default:
			with := []rune(strings.ReplaceAll(string(word), string(softHyphen), "ư"))
			if !t.accented(with) && t.breaks(word) {
				with = []rune(strings.ReplaceAll(string(word), string(softHyphen), ""))
			}
			out = append(out, with...)
		}
	}
	return string(out)
}

// breaks reports whether a word may be broken at its soft hyphens.
func (t *tableSet) breaks(word []rune) bool {
	parts := strings.Split(string(word), string(softHyphen))
	for i, part := range parts {
		behind := part == "" && i > 0 // the word, or another one
		foreign := len(part) > 1 && ascii(part) && strings.ContainsAny(strings.ToLower(part), vowels)
		if !behind && !foreign && !t.syllable([]rune(part)) && !t.accented([]rune(part)) {
			return false
		}
	}
	return true
}

// attachMarks moves a tone mark that follows a space back to the syllable before it, and the space behind the mark:
// "Xa ̃hôị" → "Xã hôị". It does so only if that makes a well-formed syllable.
func (t *tableSet) attachMarks(s string) string {
	if !strings.Contains(s, " \u0300") && !strings.Contains(s, " \u0301") && !strings.Contains(s, " \u0309") &&
		!strings.Contains(s, " \u0303") && !strings.Contains(s, " \u0323") {
		return s
	}
	in := []rune(s)
	out := make([]rune, 0, len(in))
	for i, r := range in {
		tn := toneMark(r)
		if tn == level || len(out) == 0 || out[len(out)-1] != ' ' {
			out = append(out, r)
			continue
		}
		end := len(out)
		for end > 0 && out[end-1] == ' ' {
			end--
		}
		start := end
		w := word{at: -1}
		for start > 0 && end-start <= maxSyllable && isWordRune(out[start-1]) {
			start--
		}
		for _, r := range out[start:end] {
			l, ok := t.letter(r)
			if !ok {
				w.broken = true
				break
			}
			w.add(l)
		}
		if w.tone != level || w.n == 0 {
			out = append(out, r)
			continue
		}
		w.tone = tn
		onset, rm, ok := t.parse(&w)
		if !ok {
			out = append(out, r)
			continue
		}
		w.at = onset + int(rm.at)
		out = append(out[:start], t.spell(&w)...)
		if i+1 < len(in) && isWordRune(in[i+1]) {
			out = append(out, ' ')
		}
	}
	return string(out)
}

// spell writes w with its tone mark on the letter w.at.
func (t *tableSet) spell(w *word) []rune { return []rune(string(t.appendWord(nil, w))) }

func (t *tableSet) appendWord(out []byte, w *word) []byte {
	for i, l := range w.letters[:w.n] {
		if i == w.at {
			l.tone = w.tone
		}
		out = utf8.AppendRune(out, t.rune(l))
	}
	return out
}

func isWordRune(r rune) bool {
	if r < 0x80 {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
	}
	return unicode.IsLetter(r) || unicode.Is(unicode.Mn, r)
}

// placeTones puts every misplaced tone mark on the letter that bears it. s is NFC.
func (t *tableSet) placeTones(s string) string {
	var out strings.Builder
	done := 0
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if !isWordRune(r) {
			i += size
			continue
		}
		end := i + size
		for end < len(s) {
			r, size := utf8.DecodeRuneInString(s[end:])
			if !isWordRune(r) {
				break
			}
			end += size
		}
		if fixed, ok := t.placeTone(s[i:end]); ok {
			out.WriteString(s[done:i])
			out.WriteString(fixed)
			done = end
		}
		i = end
	}
	if done == 0 {
		return s
	}
	out.WriteString(s[done:])
	return out.String()
}

// placeTone mends one word; ok is false when it stays as it is. NFC composes a mark with a consonant where Unicode has
// such a letter (ṇ, ṭ, ń), so the word is taken apart first.
func (t *tableSet) placeTone(s string) (string, bool) {
	w := word{at: -1}
	for _, r := range s {
		if l, ok := t.letter(r); ok {
			w.add(l)
			continue
		}
		for i, r := range []rune(norm.NFD.String(string(r))) {
			tn := toneMark(r)
			l, ok := t.letter(r)
			switch {
			case tn != level && w.n > 0 && w.n <= maxSyllable:
				w.mark(tn)
			case ok && i == 0:
				w.add(l)
			default:
				return "", false
			}
		}
	}
	if w.tone == level {
		return "", false
	}
	onset, r, ok := t.parse(&w)
	if !ok {
		return "", false
	}
	if !w.placed(onset, r) {
		w.at = onset + int(r.at)
	}
	fixed := string(t.appendWord(nil, &w))
	return fixed, fixed != s
}
