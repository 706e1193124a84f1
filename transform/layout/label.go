package layout

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// ordinal is the number, letter or bullet of a row and its depth. A row's parent is the nearest row above with a
// smaller rank (I → 1 → 1.1 or a, b, c, d, đ, e, g → - → +).
type ordinal struct {
	rank int // 0: none
	text string
}

const (
	rankUpper   = 5  // A, B
	rankRoman   = 10 // I, II
	rankNumber  = 20 // 1, 2; each further level (1.1) adds 3
	rankLetter  = 40 // a, b
	rankPlain   = 45 // a row without ordinal in a table that has ordinals
	rankBullet  = 50 // -
	rankDot     = 55 // •
	rankPlus    = 60 // +
	rankOfWhich = 48 // "Trong đó" without a bullet

	bulletDepth = 4 // ranks that rows with the same bullet may add by their indentation
)

// cutOrdinal takes the ordinal off the start of a label: "1.1. Số hộ nghèo", "a) Thành thị", "- Nữ", "II. BHXH".
// A bare number needs a dot or parenthesis behind it, since "15 tuổi trở lên" begins with one too.
func cutOrdinal(s string) (ordinal, string) {
	t := strings.TrimSpace(s)
	r, w := utf8.DecodeRuneInString(t)
	switch r {
	case '-', '–', '—', '−', '+', '•', '·', '●', '▪', '○':
		rest := strings.TrimSpace(t[w:])
		if rest == "" || isDigit(rest[0]) && !(len(rest) < len(t)-w && isAge(rest)) { // "-5", "- 5 người" but "- 15-24 tuổi"
			return ordinal{}, t
		}
		switch r {
		case '+':
			return ordinal{rankPlus, "+"}, rest
		case '•', '·', '●', '▪', '○':
			return ordinal{rankDot, string(r)}, rest
		}
		return ordinal{rankBullet, "-"}, rest
	}
	// The candidate runs to the first blank, or to the last dot or parenthesis glued to the text.
	end := strings.IndexAny(t, " \t\u00a0\n")
	head := t
	if end >= 0 {
		head = t[:end]
	}
	if o, rest, ok := cutDashed(t); ok {
		return o, rest
	}
	if o, ok := parseOrdinal(head); ok && end >= 0 && (strings.ContainsAny(head[len(head)-1:], ".)/:") || strings.Contains(head, ".")) {
		if rest := strings.TrimSpace(t[end:]); rest != "" {
			return o, rest
		}
	}
	for i := 1; i < len(head) && i < 8; i++ {
		if head[i-1] != '.' && head[i-1] != ')' {
			continue
		}
		r, _ := utf8.DecodeRuneInString(head[i:])
		if o, ok := parseOrdinal(head[:i]); ok && (r > 'z' || r >= 'A' && r <= 'Z') && !(o.rank == rankUpper && unicode.IsLower(r)) { // "T.đó"
			return o, strings.TrimSpace(t[i:])
		}
	}
	return ordinal{}, t
}

// isAge recognises an age group, which begins with a digit and is no number: "15-24 tuổi", "15 tuổi trở lên".
func isAge(s string) bool { return strings.Contains(strings.ToLower(s), " tuổi") }

// cutDashed takes an ordinal with a dash behind it off a label: "I- Lao động", "1-Số hộ nghèo", but not "15- 24 tuổi", "I-ốt", "X-Quang".
func cutDashed(s string) (o ordinal, rest string, ok bool) {
	before, after, dash := strings.Cut(s, "-")
	if !dash || before == "" {
		return ordinal{}, "", false
	}
	rest = strings.TrimSpace(after)
	r, w := utf8.DecodeRuneInString(rest)
	glued := len(rest) == len(after)
	if !unicode.IsLetter(r) || glued && (!unicode.IsUpper(r) || len(rest) == w || !isDigits(before) && (!isRoman(before) || len(before) == 1 && before != "I")) {
		return ordinal{}, "", false
	}
	o, ok = parseOrdinal(before)
	return o, rest, ok
}

// parseOrdinal reads the text of an ordinal cell: "I", "1", "1.1", "a", "đ)", "(2)", "-", "+".
func parseOrdinal(s string) (ordinal, bool) {
	if len(s) > 20 || len(s) > 3 && isDigits(s[:4]) { // most numbers
		return ordinal{}, false
	}
	t := s
	if s != "" && !(isDigit(s[0]) && isDigit(s[len(s)-1])) {
		t = strings.Trim(strings.TrimSpace(s), "().:/")
	}
	switch t {
	case "-", "–", "—":
		return ordinal{rankBullet, t}, true
	case "+":
		return ordinal{rankPlus, t}, true
	case "*", "•", "·":
		return ordinal{rankDot, t}, t == strings.TrimSpace(s) // "(*)" is the mark of a footnote
	case "":
		return ordinal{}, false
	}
	switch {
	case len(t) > 12: // "100.10.10.10"
		return ordinal{}, false
	case isDigit(t[0]):
	case isRoman(t):
		return ordinal{rankRoman, t}, true
	case len(t) > 1 && len(t) <= 6 && strings.Trim(t, "ivx") == "":
		return ordinal{rankLetter, t}, true // i, ii, iii
	}
	if r, w := utf8.DecodeRuneInString(t); w == len(t) {
		switch {
		case r >= 'A' && r <= 'Z' || r == 'Đ':
			return ordinal{rankUpper, t}, true
		case r >= 'a' && r <= 'z' || r == 'đ':
			return ordinal{rankLetter, t}, true
		}
	}
	parts := strings.Count(t, ".") + 1
	if parts > 4 {
		return ordinal{}, false
	}
	rest := t
	for i := range parts {
		var p string
		p, rest, _ = strings.Cut(rest, ".")
		if p == "" || len(p) > 3 || i > 0 && len(p) > 2 { // "20.100" is a number
			return ordinal{}, false
		}
		if i > 0 && len(p) == 1 && (p[0] >= 'a' && p[0] <= 'z' || p[0] >= 'A' && p[0] <= 'Z') {
			continue
		}
		if i == 0 && i < parts-1 && isRoman(p) {
			continue
		}
		if !isDigits(p) {
			return ordinal{}, false
		}
	}
	return ordinal{rankNumber + 3*(parts-1), t}, true
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isDigits(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return true
}

func isRoman(s string) bool { return s != "" && len(s) <= 6 && strings.Trim(s, "IVX") == "" }
