package sample

import (
	"strconv"
	"strings"

	"github.com/shopspring/decimal"
)

// exponent gives the power of ten between a unit and the unit of the same quantity in which a form asks for it.
// Only the changes that forms of the two styles make are here; everything else is written as published.
func exponent(from, to string) int32 {
	switch {
	case from == to:
		return 0
	case from == "thousand_person" && to == "person":
		return 3
	case from == "person" && to == "thousand_person":
		return -3
	default:
		return noExponent
	}
}

const noExponent = 1000

// digits gives the digits that a workbook stores for d: the shortest that read back as the same IEEE double.
func digits(d decimal.Decimal) string {
	f, _ := d.Float64()
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// delivered gives the digits of a figure as the data service delivered it, with the noise of its double
// (51594.299999999988), where that is the same figure; else the digits of the value.
func delivered(v Value) string {
	f, err := strconv.ParseFloat(v.Raw, 64)
	if err != nil || !decimal.NewFromFloat(f).Round(9).Equal(v.Value.Round(9)) {
		return digits(v.Value)
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// vietnamese writes d with dots between thousands and a decimal comma: 1.234,5.
func vietnamese(d decimal.Decimal) string { return grouped(d.String(), '.', ',') }

// english writes d with commas between thousands, as the series of the social insurance does: 9,441,246.
func english(d decimal.Decimal) string { return grouped(d.String(), ',', '.') }

func grouped(s string, thousands, point byte) string {
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	whole, frac, _ := strings.Cut(s, ".")
	var b strings.Builder
	b.WriteString(sign)
	for i := range len(whole) {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(thousands)
		}
		b.WriteByte(whole[i])
	}
	if frac != "" {
		b.WriteByte(point)
		b.WriteString(frac)
	}
	return b.String()
}

// words writes a figure that is not a bare number, the way a clerk does: "khoảng 6,8", "dưới 4", "60-62".
// shift moves the decimal point into the unit of the form.
func words(v Value, shift int32) string {
	n := vietnamese(v.Value.Shift(shift))
	if v.High.Valid {
		n += "-" + vietnamese(v.High.Decimal.Shift(shift))
	}
	first, _, _ := strings.Cut(strings.ToLower(v.Raw), " ")
	switch v.Qualifier {
	case "about":
		if first == "gần" {
			return "gần " + n
		}
		return "khoảng " + n
	case "at_least":
		if strings.HasSuffix(v.Raw, "trở lên") {
			return n + " trở lên"
		}
		switch first {
		case "hơn":
			return "hơn " + n
		case "tối":
			return "tối thiểu " + n
		case "ít":
			return "ít nhất " + n
		}
		return "trên " + n
	case "at_most":
		return "dưới " + n
	}
	return n
}

// bare reports whether v is a number and nothing else.
func bare(v Value) bool { return v.Qualifier == "" && !v.High.Valid }

// heading writes the header of a column that holds the values of one period, measure type and status.
func heading(period, measure, status string) string {
	span := spanWords(period)
	switch measure {
	case "plan":
		return "Kế hoạch " + span
	case "target":
		return "Mục tiêu " + span // of a flow "đến năm" would leave open when it begins
	case "estimate":
		return "Ước thực hiện " + span
	case "forecast":
		return "Dự kiến " + span
	}
	if status == "P" {
		return "Sơ bộ " + strings.TrimPrefix(span, "năm ")
	}
	return "Thực hiện " + span
}

// spanWords puts a period into words.
func spanWords(p string) string {
	if a, b, ok := strings.Cut(p, "/"); ok {
		if len(a) == 4 {
			return "giai đoạn " + a + "-" + b
		}
		return strconv.Itoa(month(b)) + " tháng đầu năm " + b[:4]
	}
	switch {
	case len(p) == 4:
		return "năm " + p
	case strings.Contains(p, "-S1"):
		return "6 tháng đầu năm " + p[:4]
	case strings.Contains(p, "-Q"):
		return "quý " + [...]string{"I", "II", "III", "IV"}[p[6]-'1'] + " năm " + p[:4]
	}
	return "tháng " + strconv.Itoa(month(p)) + " năm " + p[:4]
}

// month gives the month of 2019-09.
func month(p string) int { return int(p[5]-'0')*10 + int(p[6]-'0') }
