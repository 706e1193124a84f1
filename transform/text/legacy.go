package text

import (
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

// fromTCVN3 converts TCVN 5712:1993 (TCVN3, "ABC" fonts) read as Latin-1. s is NFC.
//
// Evidence is a word that holds a character which Vietnamese does not use, is no syllable as it stands and is one after
// conversion. Without evidence nothing is touched. With it, the other words that may be TCVN3 are converted too: those
// with such a character always, those made of letters that exist in both readings ("cã" = có) when only the TCVN3 reading
// is a syllable, or else like the nearest word that is certain. So a cell that mixes TCVN3 and Unicode keeps its Unicode.
func (t *tableSet) fromTCVN3(s string) string {
	suspect := false
	for _, r := range s {
		if r >= 0xA1 && r <= 0xFF && t.tcvn3Only(r) {
			suspect = true
			break
		}
	}
	if !suspect {
		return s
	}
	in := []rune(s)
	words := t.tcvn3Words(in)
	evident := false
	for i := range words {
		if words[i].verdict == legacy {
			evident = true
			break
		}
	}
	if !evident {
		return s
	}
	out := make([]rune, 0, len(in))
	done := 0
	for i, w := range words {
		if !t.convert(words, i) {
			continue
		}
		out = append(append(out, in[done:w.start]...), w.converted...)
		done = w.end
	}
	return string(append(out, in[done:]...))
}

type verdict uint8

const (
	neutral  verdict = iota // ASCII, or cannot be TCVN3 and says nothing
	modern                  // certainly Unicode
	legacy                  // certainly TCVN3: the evidence
	marked                  // holds a TCVN3-only character, but no syllable comes of it ("Q§")
	eitherOr                // letters that exist in both readings
)

type legacyWord struct {
	start, end int
	verdict    verdict
	converted  []rune
	better     bool // only the TCVN3 reading is a syllable
}

// tcvn3Only reports whether r is a TCVN3 code that Unicode Vietnamese does not use.
func (t *tableSet) tcvn3Only(r rune) bool {
	_, code := t.tcvn3[r]
	_, letter := t.letter(r)
	return code && !letter
}

func (t *tableSet) tcvn3Words(in []rune) []legacyWord {
	var words []legacyWord
	for i := 0; i < len(in); {
		if !t.tcvn3Rune(in[i]) {
			i++
			continue
		}
		w := legacyWord{start: i}
		for i < len(in) && t.tcvn3Rune(in[i]) {
			i++
		}
		w.end = i
		t.judge(in[w.start:w.end], &w)
		words = append(words, w)
	}
	return words
}

func (t *tableSet) tcvn3Rune(r rune) bool {
	_, code := t.tcvn3[r]
	return code || isWordRune(r)
}

func (t *tableSet) judge(s []rune, w *legacyWord) {
	only, mapped, ascii := false, true, true
	for _, r := range s {
		if r < 0x80 {
			continue
		}
		ascii = false
		if _, ok := t.tcvn3[r]; !ok {
			mapped = false
		}
		only = only || t.tcvn3Only(r)
	}
	switch {
	case ascii:
		return
	case !mapped:
		w.verdict = modern
		return
	}
	w.converted = t.decodeTCVN3(s)
	after := t.syllable(w.converted)
	before := t.syllable(icelandic(s))
	if !before { // ñ may be a misplaced tilde
		_, before = t.placeTone(string(s))
	}
	w.better = after && !before
	switch {
	case only && w.better && !notation(s):
		w.verdict = legacy
	case only && (len(s) > 1 || unicode.IsLetter(s[0]) || s[0] == '®' || s[0] == '§') && t.atMostOneTone(w.converted):
		w.verdict = marked
	case after && !only:
		w.verdict = eitherOr
	default:
		w.verdict = neutral
	}
}

// icelandic reads an initial Ð, ð as the Đ, đ it is so often typed for.
func icelandic(s []rune) []rune {
	if s[0] != 'Ð' && s[0] != 'ð' {
		return s
	}
	return append([]rune{'đ'}, s[1:]...)
}

// notation names words that ordinary text uses too: µm, B¹, M×, and abbreviations with an Icelandic Ð (LÐ, CÐ).
// One character is never evidence.
func notation(s []rune) bool {
	if len(s) < 2 || len(s) == 2 && (s[0] == 'µ' || s[1] == '¹' || s[1] == '×') {
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

// decodeTCVN3 maps every character. A capital vowel followed by the toned code of its small letter is one toned capital
// ("A¸" = Á): the charset has no codes for those.
func (t *tableSet) decodeTCVN3(s []rune) []rune {
	out := make([]rune, 0, len(s))
	for _, r := range s {
		u, ok := t.tcvn3[r]
		if !ok {
			out = append(out, r)
			continue
		}
		if l, _ := t.letter(u); l.tone != level && len(out) > 0 {
			if p, _ := t.letter(out[len(out)-1]); p.upper && p.tone == level && p.base == l.base {
				l.upper = true
				out[len(out)-1] = t.rune(l)
				continue
			}
		}
		out = append(out, u)
	}
	return out
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

func (t *tableSet) convert(words []legacyWord, i int) bool {
	switch w := words[i]; w.verdict {
	case legacy, marked:
		return true
	case eitherOr:
		if w.better {
			return true
		}
		for d := 1; d < nearby; d++ {
			for _, j := range [2]int{i - d, i + d} {
				if j < 0 || j >= len(words) {
					continue
				}
				switch words[j].verdict {
				case legacy:
					return true
				case modern:
					return false
				}
			}
		}
	}
	return false
}
