package sheet

import "strings"

// Superscript writes digits and signs as Unicode superscripts, as in "²". Readers use it for pieces of a text that are
// raised by formatting only: a footnote mark behind a number must not become its last digit.
func Superscript(s string) string {
	return strings.Map(func(r rune) rune {
		const plain, raised = "0123456789+-()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾"
		if i := strings.IndexRune(plain, r); i >= 0 {
			return []rune(raised)[i]
		}
		return r
	}, s)
}
