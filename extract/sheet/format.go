package sheet

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// BuiltinFormat gives the code of a number format that files refer to without spelling it out (ECMA-376 part 1,
// 18.8.30; the binary format has the same numbers). The ids 27–36 and 50–58 are dates in every locale that defines them;
// their codes differ, one stands for all.
func BuiltinFormat(id int) string {
	switch id {
	case 1:
		return "0"
	case 2:
		return "0.00"
	case 3:
		return "#,##0"
	case 4:
		return "#,##0.00"
	case 5:
		return `"$"#,##0_);\("$"#,##0\)`
	case 6:
		return `"$"#,##0_);[Red]\("$"#,##0\)`
	case 7:
		return `"$"#,##0.00_);\("$"#,##0.00\)`
	case 8:
		return `"$"#,##0.00_);[Red]\("$"#,##0.00\)`
	case 9:
		return "0%"
	case 10:
		return "0.00%"
	case 11:
		return "0.00E+00"
	case 12:
		return "# ?/?"
	case 13:
		return "# ??/??"
	case 14:
		return "mm-dd-yy"
	case 15:
		return "d-mmm-yy"
	case 16:
		return "d-mmm"
	case 17:
		return "mmm-yy"
	case 18:
		return "h:mm AM/PM"
	case 19:
		return "h:mm:ss AM/PM"
	case 20:
		return "h:mm"
	case 21:
		return "h:mm:ss"
	case 22:
		return "m/d/yy h:mm"
	case 37:
		return "#,##0 ;(#,##0)"
	case 38:
		return "#,##0 ;[Red](#,##0)"
	case 39:
		return "#,##0.00;(#,##0.00)"
	case 40:
		return "#,##0.00;[Red](#,##0.00)"
	case 41:
		return `_(* #,##0_);_(* \(#,##0\);_(* "-"_);_(@_)`
	case 42:
		return `_("$"* #,##0_);_("$"* \(#,##0\);_("$"* "-"_);_(@_)`
	case 43:
		return `_(* #,##0.00_);_(* \(#,##0.00\);_(* "-"??_);_(@_)`
	case 44:
		return `_("$"* #,##0.00_);_("$"* \(#,##0.00\);_("$"* "-"??_);_(@_)`
	case 45:
		return "mm:ss"
	case 46:
		return "[h]:mm:ss"
	case 47:
		return "mmss.0"
	case 48:
		return "##0.0E+0"
	case 49:
		return "@"
	}
	if id >= 27 && id <= 36 || id >= 50 && id <= 58 {
		return "yyyy/m/d"
	}
	return ""
}

// IsDateFormat reports whether a number format code shows a date or a time: whether a letter of one stands outside of
// quotes, escapes and brackets. Elapsed time ([h], [mm], [ss]) is a time too.
func IsDateFormat(code string) bool {
	if strings.EqualFold(code, "General") {
		return false
	}
	for i := 0; i < len(code); i++ {
		switch c := code[i] | 0x20; {
		case code[i] == '"':
			end := strings.IndexByte(code[i+1:], '"')
			if end < 0 {
				return false
			}
			i += end + 1
		case code[i] == '\\' || code[i] == '_' || code[i] == '*':
			i++
		case code[i] == '[':
			end := strings.IndexByte(code[i:], ']')
			if end < 0 {
				return false
			}
			if s := strings.ToLower(code[i+1 : i+end]); s != "" && (strings.Trim(s, "h") == "" || strings.Trim(s, "m") == "" || strings.Trim(s, "s") == "") {
				return true
			}
			i += end
		case len(code)-i >= 7 && strings.EqualFold(code[i:i+7], "General"):
			i += 6
		case c == 'y' || c == 'm' || c == 'd' || c == 'h' || c == 's':
			return true
		}
	}
	return false
}

// HiddenDigits gives how many digits of a number its format leaves out: a comma behind the last digit of the code, or behind the last one
// before the decimal point, divides what is shown by a thousand, "#,##0.0,," by a million (ECMA-376 part 1, 18.8.31). Of a code with
// sections it is that of the one that hides most: which holds is a matter of the value.
func HiddenDigits(code string) int32 {
	most, commas, digits, point := int32(0), int32(0), false, int32(0)
	end := func() {
		most = max(most, 3*(point+commas))
		commas, digits, point = 0, false, 0
	}
	for i := 0; i < len(code); i++ {
		switch code[i] {
		case '"', '[':
			closing := code[i]
			if closing == '[' {
				closing = ']'
			}
			n := strings.IndexByte(code[i+1:], closing)
			if n < 0 {
				end()
				return most
			}
			i += n + 1
		case '\\', '_', '*':
			i++
		case ';':
			end()
		case '0', '#', '?':
			digits, commas = true, 0
		case '.':
			point, commas = point+commas, 0
		case ',':
			if digits {
				commas++
			}
		}
	}
	end()
	return most
}

// IsBare reports whether a number format code shows the number and beside it nothing that means something: no letters, sign of comparison or
// of a currency, nor a percent sign that does not multiply. Other cells say more than their number, `"Ước "0` and `0" nghìn"`, or hide it, `;;;`.
func IsBare(code string) bool {
	bare, number, section := true, code == "", 0
	eachSymbol(code, func(s symbol, r rune) bool {
		switch s {
		case symbolSection:
			section++
		case symbolNumber:
			number = number || section == 0
		case symbolText, symbolLetter:
			bare = !(unicode.IsLetter(r) || unicode.Is(unicode.Sc, r) && r != '$' || strings.ContainsRune("%<>≤≥~≈", r))
		}
		return bare
	})
	return bare && number
}

// Wording gives what a number format code shows before and behind a number of this sign (-1, 0, 1), and whether it shows the number itself.
// Where a condition decides among the sections, what is shown is not known, which reads "?". The sign ₫ reads "đ".
func Wording(code string, sign int) (before, behind string, number bool) {
	if code == "" {
		return "", "", true
	}
	sections, conditional := 1, false
	eachSymbol(code, func(s symbol, r rune) bool {
		if s == symbolSection {
			sections++
		}
		conditional = conditional || s == symbolCondition
		return true
	})
	if conditional {
		return "?", "", true
	}
	section := 0
	switch {
	case sign < 0 && sections > 1:
		section = 1
	case sign == 0 && sections > 2:
		section = 2
	}
	at := 0
	var texts [2]strings.Builder
	eachSymbol(code, func(s symbol, r rune) bool {
		switch {
		case s == symbolSection:
			at++
		case at != section:
		case s == symbolNumber:
			number = true
		case s == symbolText, s == symbolLetter:
			k := 0
			if number {
				k = 1
			}
			if r == '₫' {
				r = 'đ'
			}
			texts[k].WriteRune(r)
		}
		return at <= section
	})
	return texts[0].String(), texts[1].String(), number
}

// DateWording gives the text that the format code of a date shows before, between and behind its parts.
func DateWording(code string) (before, between, behind string) {
	var texts [2]strings.Builder // between the last two parts, and since
	parts := 0
	eachSymbol(code, func(s symbol, r rune) bool {
		switch {
		case s == symbolSection:
			return false
		case s == symbolLetter:
			if parts++; parts == 1 {
				before = texts[1].String()
			} else {
				texts[0].WriteString(texts[1].String())
			}
			texts[1].Reset()
		case s == symbolText:
			texts[1].WriteRune(r)
		}
		return true
	})
	return before, texts[0].String(), texts[1].String()
}

// symbol is what a piece of a number format code does.
type symbol uint8

const (
	symbolText      symbol = iota // is shown as it is
	symbolLetter                  // a letter without quotes: a part of a date; else it is shown as it is too
	symbolNumber                  // stands for the number or a part of it
	symbolSection                 // begins the next section
	symbolCondition               // says for which numbers the section is
)

// eachSymbol goes through a number format code (ECMA-376 part 1, 18.8.31) until each says no.
func eachSymbol(code string, each func(s symbol, r rune) bool) {
	quoted := false
	for i := 0; i < len(code); {
		r, n := utf8.DecodeRuneInString(code[i:])
		i += n
		s, literal := symbolText, quoted
		switch {
		case r == '"':
			quoted = !quoted
			continue
		case quoted:
		case r == '\\':
			literal = true
			r, n = utf8.DecodeRuneInString(code[i:])
			i += n
			if n == 0 {
				return
			}
		case r == '_', r == '*': // as wide as the next character; filled with it
			_, n = utf8.DecodeRuneInString(code[i:])
			i += n
			r = ' '
		case r == '[':
			end := strings.IndexByte(code[i:], ']')
			if end < 0 {
				return
			}
			inside := code[i : i+end]
			i += end + 1
			if sign, ok := strings.CutPrefix(inside, "$"); ok { // of a currency, and its language
				sign, _, _ = strings.Cut(sign, "-")
				for _, r := range sign {
					if !each(symbolText, r) {
						return
					}
				}
				continue
			}
			if !strings.ContainsAny(inside, "<>=") {
				continue // a colour
			}
			s = symbolCondition
		case r == ';':
			s = symbolSection
		case strings.ContainsRune("0#?.,@%", r):
			s = symbolNumber
		case (r == 'E' || r == 'e') && i < len(code) && (code[i] == '+' || code[i] == '-'):
			i++
			s = symbolNumber
		case len(code)-i >= 6 && (r == 'G' || r == 'g') && strings.EqualFold(code[i:i+6], "eneral"):
			i += 6
			s = symbolNumber
		}
		if s == symbolText && !literal && unicode.IsLetter(r) {
			s = symbolLetter
		}
		if !each(s, r) {
			return
		}
	}
}
