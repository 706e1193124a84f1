package sheet

import "strings"

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
