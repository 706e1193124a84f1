package sheet

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Superscript writes a text with digits in Unicode superscripts, as in "²". Readers use it for pieces of a text that are
// raised by formatting only: a footnote mark behind a number must not become its last digit. "(*)" says what it is.
func Superscript(s string) string {
	if !strings.ContainsAny(s, "0123456789") {
		return s
	}
	return strings.Map(superscript, s)
}

func superscript(r rune) rune {
	const plain, raised = "0123456789+-()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾"
	if i := strings.IndexRune(plain, r); i >= 0 {
		return []rune(raised)[i]
	}
	return r
}

// Raise writes pieces of a text as Superscript does and moves the beginnings of its runs along; a text that is raised as a whole stays.
// The pieces begin and end at the given bytes; they and the runs are in order.
func Raise(text string, pieces [][2]int, runs []Run) string {
	level := false // something stands beside the pieces
	from := 0
	for _, p := range append(pieces, [2]int{len(text), len(text)}) {
		level = level || strings.TrimFunc(text[from:p[0]], unicode.IsSpace) != ""
		from = p[1]
	}
	pieces = slices.DeleteFunc(pieces, func(p [2]int) bool { return !strings.ContainsAny(text[p[0]:p[1]], "0123456789") })
	if !level || len(pieces) == 0 {
		return text
	}
	var b strings.Builder
	for i, r := range text {
		for ; len(runs) > 0 && runs[0].From <= i; runs = runs[1:] {
			runs[0].From = b.Len()
		}
		for len(pieces) > 0 && pieces[0][1] <= i {
			pieces = pieces[1:]
		}
		if len(pieces) > 0 && pieces[0][0] <= i {
			r = superscript(r)
		}
		if r == utf8.RuneError {
			_, n := utf8.DecodeRuneInString(text[i:])
			b.WriteString(text[i : i+n])
			continue
		}
		b.WriteRune(r)
	}
	for ; len(runs) > 0; runs = runs[1:] {
		runs[0].From = b.Len()
	}
	return b.String()
}
