package text

import (
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

// from1258 gives the characters that the legacy tables are keyed by, those of Windows-1252, for a text of which a reader
// decoded the bytes by Windows-1258, the code page that Vietnamese workbooks of before Unicode state. In fourteen bytes
// the two differ: "tiƠn" for "tiÕn" (tiến), "sṃ" for "sòm". s is as it was stored, not NFC, because 1258 has combining marks.
//
// The same characters are those of Unicode Vietnamese in a legacy font, so ok is true only if s has no character beyond
// 1258, no word is certainly Unicode once it is read by 1252, and every word that changes is then a word of the charset.
// And one of these was no syllable as it stood, or another word betrays the charset; if the vocabulary would have to decide
// about all of them, the text stays.
func (t *tableSet) from1258(s string, c *charset) (_ string, ok bool) {
	if c != t.charsets["tcvn3"] && c != t.charsets["vni"] { // the others have letters for Đ and ư at the same codes
		return s, false
	}
	was := []rune(s)
	in := make([]rune, len(was))
	differs := false
	for i, r := range was {
		b, ok := charmap.Windows1258.EncodeRune(r)
		if !ok {
			return s, false
		}
		in[i] = charmap.Windows1252.DecodeByte(b)
		differs = differs || in[i] != r
	}
	if !differs {
		return s, false
	}
	certain, strange := false, false
	for w := range t.legacyWords(in, c, true) {
		if w.verdict == modern {
			return s, false
		}
		evident := w.verdict == legacy || w.verdict == likely
		certain = certain || evident
		if string(was[w.start:w.end]) == string(in[w.start:w.end]) {
			strange = strange || w.verdict == legacy
			continue
		}
		before := []rune(norm.NFC.String(string(was[w.start:w.end])))
		if !evident && w.verdict != eitherOr || t.knows(before) && !t.knows(w.converted) {
			return s, false
		}
		if !t.syllable(before) || oddCase(before) {
			strange = true
			certain = certain || string(w.converted) == string(in[w.start:w.end]) // the same by 1252 and in the charset: "Quư", Quý
		}
	}
	return string(in), certain && strange
}
