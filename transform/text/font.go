package text

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Decode is [Repair] for a text that is set in a font. The fonts of before Unicode show other letters than the
// characters that are stored: .Vn* (TCVN3), VNI-*, VPS *, VI * (VISCII). Their text is decoded where the
// font and the words agree, never because of the font alone: documents are full of Unicode in such fonts, and of foreign
// words and numbers. Only the soft hyphen is always what such a font shows, ư in TCVN3. In capital fonts (.VnTimeH, .VnArial
// NarrowH) small letters are shown as capitals, so the whole text becomes upper case, ASCII as well ("ii" is the ordinal
// II), unless a word of it is certainly Unicode. Bytes may have been read as Windows-1252 or Windows-1258. font may be any name, "" if unknown. Decode(Decode(s, f), f) == Decode(s, f).
func Decode(s, font string) string { return DecodeRuns(Run{s, font}) }

// Run is a piece of a text in one font.
type Run struct{ Text, Font string }

// DecodeRuns is [Decode] for a text whose pieces are set in different fonts.
func DecodeRuns(runs ...Run) string {
	t := tables()
	if len(runs) == 1 {
		return t.repair(t.decode(runs[0].Text, t.face(runs[0].Font)))
	}
	var out, piece strings.Builder
	for len(runs) > 0 {
		face := t.face(runs[0].Font)
		piece.Reset()
		for ; len(runs) > 0 && t.face(runs[0].Font) == face; runs = runs[1:] {
			piece.WriteString(runs[0].Text) // a word may begin in bold and end in another size
		}
		out.WriteString(t.decode(piece.String(), face))
	}
	return t.repair(out.String())
}

// LegacyFont reports whether a font is one of those that Decode knows to show other letters than it stores.
func LegacyFont(font string) bool { return tables().face(font).charset != nil }

// fontRule is one row of fonts.csv. Fonts that begin like a legacy font and are none have no charset.
type fontRule struct {
	prefix  string // in lower case
	charset *charset
}

// face is what a font does to the characters.
type face struct {
	charset *charset // nil: nothing
	capital bool     // small letters are shown as capitals
}

func (t *tableSet) fontRules() []fontRule {
	var rules []fontRule
	for _, row := range readCSV("fonts.csv", 2) {
		c := t.charsets[row[1]]
		if c == nil && row[1] != "" {
			panic(fmt.Sprintf("text: fonts.csv: no charset %q", row[1]))
		}
		rules = append(rules, fontRule{row[0], c})
	}
	slices.SortStableFunc(rules, func(a, b fontRule) int { return cmp.Compare(len(b.prefix), len(a.prefix)) })
	return rules
}

func (t *tableSet) face(font string) face {
	if font == "" {
		return face{}
	}
	font = strings.ToLower(strings.TrimSpace(font))
	for _, rule := range t.fonts {
		if !strings.HasPrefix(font, rule.prefix) {
			continue
		}
		if rule.charset == nil || rule.charset == t.charsets["vni"] { // VNI has codes for every capital
			return face{charset: rule.charset}
		}
		for _, style := range []string{" bold", " italic", " bold"} {
			font = strings.TrimSuffix(font, style)
		}
		return face{rule.charset, strings.HasSuffix(font, "h") || strings.HasSuffix(font, " hoa")}
	}
	return face{}
}

// decode converts s. What it gives must stay when it is decoded again: a text of which that is not true has two readings
// in this charset, and is only repaired.
func (t *tableSet) decode(s string, f face) string {
	switch {
	case f.charset == nil:
		return s
	case ascii(s):
		return f.show(s)
	}
	for {
		if once := t.decodeOnce(s, f); t.decodeOnce(once, f) == once {
			return once
		}
		repaired := t.repair(s)
		if repaired == s {
			return s
		}
		s = repaired
	}
}

func (t *tableSet) decodeOnce(s string, f face) string {
	s = dropInvisible(s)
	if r, ok := t.from1258(s, f.charset); ok {
		s = r
	}
	done := t.fromCharset(norm.NFC.String(s), f.charset, true)
	if letter, ok := f.charset.codes[[2]rune{softHyphen, 0}]; ok {
		done.text = strings.ReplaceAll(done.text, string(softHyphen), string(letter))
	}
	if !done.modern {
		done.text = f.show(done.text)
	}
	return t.repair(done.text)
}

// show gives what the font makes of a decoded text.
func (f face) show(s string) string {
	if f.capital {
		return strings.Map(func(r rune) rune {
			if r == 'µ' { // of a unit, whose capital would be a Greek letter that looks like M
				return r
			}
			return unicode.ToUpper(r)
		}, s)
	}
	return s
}

func ascii(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 || s[i] < ' ' && s[i] != '\n' && s[i] != '\t' {
			return false
		}
	}
	return true
}
