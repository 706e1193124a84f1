package text

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"
)

// DetectStyle decides the decimal style of a column or document from its cells. Only a number that has one reading
// counts: "12,5" and "1.234.567" are Vietnamese, "412204.00" and "1,234.5" English, "82.615" neither. A percentage with a dot
// is no evidence, because clerks type it so beside dots for thousands. Contradictory evidence gives Unknown, under which
// ParseNumber refuses what has two readings.
func DetectStyle(samples []string) Style {
	vietnamese, english := false, false
	p := numberParser{t: tables()}
	for _, s := range samples {
		if len(s) > maxNumberText || !strings.ContainsAny(s, ".,") {
			continue
		}
		s, _ = footnotes(p.t.repair(s))
		for i := 0; i < len(s); i++ {
			if !isDigit(s[i]) {
				continue
			}
			n, rest := p.numeral(s[i:])
			i = len(s) - len(rest)
			switch n.evidence() {
			case Vietnamese:
				vietnamese = true
			case English:
				english = true
			}
		}
	}
	switch {
	case vietnamese && !english:
		return Vietnamese
	case english && !vietnamese:
		return English
	}
	return Unknown
}

// evidence gives the style that one numeral proves, Unknown if none.
func (n *numeral) evidence() Style {
	k := len(n.seps)
	if k == 0 || strings.Contains(n.seps, " ") || n.groups[0] > 1 && n.digits[0] == '0' {
		return Unknown
	}
	fraction, why := n.fraction(Unknown)
	if why != "" {
		return Unknown
	}
	decimalMark := n.seps[k-1]
	switch {
	case k > 1 && fraction == 0: // thousands only: the other character is the decimal mark
		if decimalMark == '.' {
			return Vietnamese
		}
		return English
	case k > 1:
	case n.groups[1] == 3 && n.groups[0] <= 3 && n.digits[0] != '0':
		return Unknown
	case n.percent && decimalMark == '.':
		return Unknown
	}
	if decimalMark == ',' {
		return Vietnamese
	}
	return English
}

// FromFloat gives the decimal of an IEEE double written in digits, as a workbook or JSON stores it ("0.1",
// "0.30000000000000004", "1.5E-3"). A spreadsheet shows 15 significant digits and what lies beyond is noise of the binary
// form, so the value is rounded to 15, and to the 10 decimals of DECIMAL(28,10). cut reports that more than noise was
// lost: digits behind the tenth decimal, or digits of a whole number longer than 15. NaN, infinities, other texts and
// values of 10^18 and above are errors.
func FromFloat(raw string) (d decimal.Decimal, cut bool, err error) {
	if n, ok := plainInteger(raw); ok {
		return decimal.New(n, 0), false, nil
	}
	if n, places, ok := plainDecimal(raw); ok {
		return decimal.New(n, -places), false, nil
	}
	if len(raw) > maxNumberText || strings.ContainsAny(raw, "xXpP_") {
		return d, false, fmt.Errorf("%.40q is not a stored number", raw)
	}
	f, err := strconv.ParseFloat(raw, 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return d, false, fmt.Errorf("%.40q is not a stored number", raw)
	}
	if f == 0 {
		return decimal.New(0, 0), false, nil
	}
	if math.Abs(f) >= 1e18 {
		return d, false, fmt.Errorf("%.40q has more than 18 digits before the decimal point", raw)
	}
	var buf [32]byte
	b := strconv.AppendFloat(buf[:0], f, 'e', 14, 64) // -d.dddddddddddddde±xx
	mantissa := bytes.IndexByte(b, 'e')
	e, err := strconv.Atoi(string(b[mantissa+1:]))
	if err != nil {
		return d, false, fmt.Errorf("%.40q is not a stored number", raw)
	}
	n := int64(0)
	for _, c := range b[:mantissa] {
		if isDigit(c) {
			n = n*10 + int64(c-'0')
		}
	}
	for e -= 14; n%10 == 0; e++ {
		n /= 10
	}
	for ; e > 0; e-- { // below 1e18
		n *= 10
	}
	beyond := e < -10
	if beyond {
		n, cut = roundOff(n, -10-e)
		e = -10
	}
	if f < 0 {
		n = -n
	}
	return decimal.New(n, int32(e)), cut || !beyond && wholeDigits(raw) > 15, nil
}

// roundOff drops the last digits of a number that is not negative, and rounds it half up. It tells whether they were other ones than zeros.
func roundOff(n int64, digits int) (rounded int64, cut bool) {
	power := int64(1)
	for range min(digits, 18) {
		power *= 10
	}
	rounded, rest := n/power, n%power
	if digits > 18 { // n has 15
		return 0, n != 0
	}
	if 2*rest >= power {
		rounded++
	}
	return rounded, rest != 0
}

// plainDecimal reads a decimal of at most 15 digits, of which at most ten stand behind the point and the last is not zero: a
// double keeps these digits as they are.
func plainDecimal(s string) (n int64, places int32, ok bool) {
	point := strings.IndexByte(s, '.')
	places = int32(len(s) - 1 - point)
	if point < 1 || len(s) > 16 || places < 1 || places > 10 || s[0] == '0' && point > 1 || s[len(s)-1] == '0' {
		return 0, 0, false
	}
	for i := range len(s) {
		switch {
		case i == point:
		case s[i] < '0' || s[i] > '9':
			return 0, 0, false
		default:
			n = n*10 + int64(s[i]-'0')
		}
	}
	return n, places, true
}

// wholeDigits counts the significant digits of a whole number written without exponent, 0 for anything else.
func wholeDigits(raw string) int {
	s := strings.TrimLeft(strings.TrimPrefix(raw, "-"), "0")
	if strings.ContainsAny(s, ".eE") {
		return 0
	}
	return len(strings.TrimRight(s, "0"))
}
