package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Footnote takes the footnote marks off the end of a label or number: superscripts ("quốc gia¹"), stars ("(*)", "**"),
// bracketed numbers ("[1]"), <sup> tags, and one plain digit glued to a Vietnamese word in a longer label ("trực thuộc
// trung ương1"). The marks come in reading order, superscripts as plain digits. "(1)" is no mark: it numbers columns.
// Superscripts of units (m², km³) stay. base is s without trailing blanks when there is no mark.
func Footnote(s string) (base string, marks []string) {
	base, marks = footnotes(s)
	if n := len(base); len(marks) == 0 && n > 1 && base[n-1] >= '1' && base[n-1] <= '9' && gluedMark(base[:n-1]) {
		return base[:n-1], []string{base[n-1:]}
	}
	return base, marks
}

// footnotes takes off explicit marks only, so that it is safe for numbers.
func footnotes(s string) (base string, marks []string) {
	base = strings.TrimRightFunc(s, unicode.IsSpace)
	for {
		rest, mark := lastMark(base)
		if mark == "" {
			break
		}
		base = strings.TrimRightFunc(rest, unicode.IsSpace)
		marks = append(marks, mark)
	}
	for i, j := 0, len(marks)-1; i < j; i, j = i+1, j-1 {
		marks[i], marks[j] = marks[j], marks[i]
	}
	return base, marks
}

// endsInMetre reports whether the last word of s is a unit of length: of "KM²", but not of "VIỆC LÀM²".
func endsInMetre(s string) bool {
	word := s[len(strings.TrimRightFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsMark(r) })):]
	return strings.EqualFold(word, "m") || strings.EqualFold(word, "km")
}

func lastMark(s string) (rest, mark string) {
	if s == "" {
		return s, ""
	}
	switch r, size := utf8.DecodeLastRuneInString(s); {
	case isSuperscript(r):
		i := len(s)
		for i > 0 {
			r, size := utf8.DecodeLastRuneInString(s[:i])
			if !isSuperscript(r) {
				break
			}
			i -= size
		}
		if (r == '²' || r == '³') && i == len(s)-size && endsInMetre(s[:i]) {
			return s, ""
		}
		return strings.TrimRight(s[:i], ","), plainDigits(s[i:])
	case r == '*':
		if strings.HasPrefix(s, "*") && strings.Trim(s, "*") != "" { // **bold** of a text converter
			return s, ""
		}
		rest := strings.TrimRight(s, "*")
		return rest, s[len(rest):]
	case r == ')':
		i := strings.LastIndexByte(s, '(')
		if i < 0 {
			return s, ""
		}
		in := strings.TrimSpace(s[i+1 : len(s)-1])
		if in != "" && strings.Trim(in, "*") == "" {
			return s[:i], in
		}
		if in != "" && strings.TrimFunc(in, isSuperscript) == "" {
			return s[:i], plainDigits(in)
		}
	case r == ']':
		if i := strings.LastIndexByte(s, '['); i >= 0 && bracketMark(s[i:]) == len(s)-i {
			return s[:i], s[i+1 : len(s)-1]
		}
	case strings.HasSuffix(s, "</sup>"):
		if i := strings.LastIndex(s, "<sup>"); i >= 0 {
			if in := strings.TrimSpace(s[i+len("<sup>") : len(s)-len("</sup>")]); in != "" {
				return s[:i], in
			}
		}
	}
	return s, ""
}

// gluedMark decides whether a digit right behind s is a footnote: s ends in a Vietnamese word that is no noun that
// numbers follow ("quý1", "biểu1"), and is long enough to be a label.
func gluedMark(s string) bool {
	i := len(s)
	ascii := true
	for i > 0 {
		r, size := utf8.DecodeLastRuneInString(s[:i])
		if !isWordRune(r) {
			break
		}
		ascii = ascii && r < 0x80
		i -= size
	}
	last := s[i:]
	if ascii || len(strings.Fields(s[:i])) < 3 || !tables().syllable([]rune(Repair(last))) {
		return false
	}
	switch Key(last) {
	case "quí", "tháng", "năm", "số", "biểu", "mẫu", "bảng", "cột", "đợt", "kì", "loại", "hạng", "nhóm", "lần", "cấp", "vùng", "lớp", "bậc", "mức", "điều", "khoản", "lục":
		return false
	}
	return true
}

func isSuperscript(r rune) bool {
	return r == '¹' || r == '²' || r == '³' || r == '⁰' || r >= '⁴' && r <= '⁹'
}

func plainDigits(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '¹':
			return '1'
		case '²', '³':
			return '2' + r - '²'
		case '⁰':
			return '0'
		}
		return '0' + r - '⁰'
	}, s)
}

// bracketMark gives the length of a leading "[12]", 0 if there is none.
func bracketMark(s string) int {
	i := 1
	for i < len(s) && i <= 3 && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	if i == 1 || i >= len(s) || s[i] != ']' {
		return 0
	}
	return i + 1
}
