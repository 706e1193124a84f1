package layout

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/phuluc/phuluc/transform/catalogue"
)

// Poverty is measured by standards that hold for some years each, and a year may be measured by two: 9,22 % and 15,19 % of Quảng Ngãi's
// households were poor in 2015 by the standards of 2011-2015 and 2016-2020. The years in which a standard is in force are those between
// the breaks of kind standard in breaks.csv; in them the indicator is the plain one. A year under another standard is the indicator that
// bears the standard's years in its code (poverty_rate_2016_2020).

// What "chuẩn cũ" and "chuẩn mới" say, beside standards that are named by their last year.
const (
	standardOld     = "old"
	standardNew     = "new"
	standardSeveral = "several" // a title names more than one: which a figure follows is not told
)

// takeStandard reads a standard at the start of the tokens: "theo chuẩn nghèo đa chiều giai đoạn 2016-2020", "chuẩn mới". A standard without
// its years is none.
func takeStandard(toks []token) (n int, standard string) {
	i := 0
	if i < len(toks) && toks[i].low == "theo" {
		i++
	}
	if i >= len(toks) || toks[i].low != "chuẩn" {
		return 0, ""
	}
	for i++; i < len(toks); i++ {
		switch toks[i].low {
		case "cũ":
			return i + 1, standardOld
		case "mới":
			return i + 1, standardNew
		case "nghèo", "hộ", "đa", "chiều", "tiếp", "cận", "thu", "nhập", "quốc", "gia", "áp", "dụng", "cho", "của", "giai", "đoạn":
			continue
		}
		k, it := takePeriod(toks[i:])
		if it.to == 0 {
			return 0, ""
		}
		return i + k, strconv.Itoa(it.to)
	}
	return 0, ""
}

// takeOwnStandard reads a standard that a province set for itself at the start of the tokens: "chuẩn nghèo của thành phố", "chuẩn hộ nghèo
// riêng của tỉnh", "chuẩn thành phố giai đoạn 2016-2020". "Chuẩn nghèo đa chiều tỉnh Lạng Sơn" only says where.
func takeOwnStandard(toks []token) (n int) {
	if len(toks) == 0 || toks[0].low != "chuẩn" {
		return 0
	}
	own := false
	for i := 1; i < len(toks); i++ {
		switch toks[i].low {
		case "nghèo", "hộ", "cận", "đa", "chiều", "tiếp", "thu", "nhập", "mới", "cũ", "áp", "dụng":
			continue
		case "của", "riêng":
			own = true
			continue
		case "tỉnh", "tp", "thành", "địa":
		default:
			return 0
		}
		if low := toks[i].low; low == "thành" || low == "địa" {
			if i++; i >= len(toks) || toks[i].low != "phố" && toks[i].low != "phương" {
				return 0
			}
		}
		if i++; own || i >= len(toks) || toks[i].num >= 0 || toks[i].punct || slices.Contains([]string{"năm", "giai", "đầu", "cuối"}, toks[i].low) {
			return i
		}
		return 0
	}
	return 0
}

// standardIn finds a standard anywhere in a text.
func standardIn(toks []token) string {
	for i := range toks {
		if n, standard := takeStandard(toks[i:]); n > 0 {
			return standard
		}
	}
	return ""
}

// underStandard gives the indicator that a value of a year under a standard is of; ok is false if the standard leaves it open, or the
// catalogue has no indicator for it. An indicator that knows no standards is the same under all.
func (rd *Reader) underStandard(in *catalogue.Indicator, standard string, year, to int, old bool) (own *catalogue.Indicator, ok bool) {
	type span struct{ first, last, since int } // the years in the standard's name, and the one from which it is in force
	var spans []span
	for _, b := range rd.cat.Breaks {
		if b.Indicator != in.Code || b.Kind != "standard" {
			continue
		}
		for toks := tokenize(b.TextVi); len(toks) > 0; toks = toks[1:] {
			if _, it := takePeriod(toks); it.to != 0 {
				spans = append(spans, span{it.year, it.to, b.Year})
				break
			}
		}
	}
	if len(spans) == 0 {
		return in, true
	}
	if to != 0 {
		return nil, false
	}
	force := -1
	for i := range spans {
		if spans[i].since <= year {
			force = i
		}
	}
	turn := force+1 < len(spans) && spans[force+1].since == year+1 // the last year of a standard is measured by the next one too
	named := -1
	switch standard {
	case standardNew:
		if !old { // one series by "chuẩn mới" alone is the series
			return in, true
		}
		named = force
		if turn {
			named++
		}
	case standardOld:
		if turn {
			return in, true
		}
	default:
		for i := range spans {
			if strconv.Itoa(spans[i].last) == standard {
				named = i
			}
		}
	}
	switch {
	case named < 0:
		return nil, false
	case named == force:
		return in, true
	}
	own = rd.cat.Indicator(fmt.Sprintf("%s_%d_%d", in.Code, spans[named].first, spans[named].last))
	return own, own != nil
}
