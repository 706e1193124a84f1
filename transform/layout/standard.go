package layout

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

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
	standardMulti   = "multi"   // "chuẩn nghèo đa chiều" without its years: none of income alone
)

// takeStandard reads a standard at the start of the tokens: "theo chuẩn nghèo đa chiều giai đoạn 2016-2020", "chuẩn mới". One without its years is
// one of those that are multidimensional, or none.
func takeStandard(toks []token) (n int, standard string) {
	i, multi := 0, 0
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
		case "chiều":
			multi = i + 1
			continue
		case "nghèo", "hộ", "đa", "tiếp", "cận", "thu", "nhập", "quốc", "gia", "áp", "dụng", "cho", "của", "giai", "đoạn":
			continue
		}
		if k, it := takePeriod(toks[i:]); it.to != 0 {
			return i + k, strconv.Itoa(it.to)
		}
		break
	}
	if multi > 0 {
		return multi, standardMulti
	}
	return 0, ""
}

// clearer joins two names of standards of which one may only say that it is multidimensional.
func clearer(a, b string) string {
	if a == "" || a == standardMulti && b != "" {
		return b
	}
	return a
}

// takeStandardOfDocument reads the number of the document that sets a standard, "59/2015/QĐ-TTg", as breaks.csv names it.
func (rd *Reader) takeStandardOfDocument(toks []token) (n int, standard string) {
	if len(toks) < 4 || toks[0].num <= 0 || toks[1].low != "/" || !isYear(toks[2]) || toks[3].low != "/" {
		return 0, ""
	}
	if standard = rd.standards[lowKey([]token{{low: strconv.Itoa(toks[0].num)}, toks[1], toks[2]})]; standard == "" {
		return 0, ""
	}
	return 3, standard
}

// standardsByDocument gives the standards by the numbers of their documents.
func standardsByDocument(cat *catalogue.Catalogue) map[string]string {
	found := map[string]string{}
	for _, b := range cat.Breaks {
		if b.Kind != "standard" {
			continue
		}
		standard, toks := "", tokenize(b.TextVi)
		for i := range toks {
			if _, it := takePeriod(toks[i:]); it.to != 0 && standard == "" {
				standard = strconv.Itoa(it.to)
			}
			if i+3 < len(toks) && toks[i].num > 0 && toks[i+1].low == "/" && isYear(toks[i+2]) && toks[i+3].low == "/" {
				found[lowKey([]token{{low: strconv.Itoa(toks[i].num)}, toks[i+1], toks[i+2]})] = standard
			}
		}
	}
	return found
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

// noteTurns reports whether a note of the sheet says of a year, or of what bears its mark, that it was measured by the standard that came into force
// behind it: "(*) Năm 2015 theo chuẩn nghèo giai đoạn 2016-2020". A note that names a standard alone may speak of the other years.
func (v *valueCell) noteTurns() bool {
	s, rd := v.s, v.b.rd
	if v.in.Domain != "poverty" {
		return false
	}
	if !s.notesRead {
		s.notesRead = true
		for i, p := range s.parsed {
			if p != nil && s.g.fates[i] == skipNote {
				if n := rd.noted.get(s.g.text[i], func() noted { return standardNoted(rd.tokenize(s.g.text[i])) }); n.standard != "" {
					s.noted = append(s.noted, n)
				}
			}
		}
	}
	for _, n := range s.noted {
		if !slices.Contains(n.years, v.d.year) && (n.mark == "" || !slices.Contains(strings.Fields(v.notes()), n.mark)) {
			continue
		}
		own, ok := rd.underStandard(v.in, n.standard, v.d.year, v.d.toYear, false)
		if !ok || own != v.in {
			return true
		}
	}
	return false
}

// noted is a standard that a note names, the years that it names beside it, and the mark that it explains.
type noted struct {
	standard string
	years    []int
	mark     string
}

func standardNoted(toks []token) (found noted) {
	for i := 0; i < len(toks); {
		if n, standard := takeStandard(toks[i:]); n > 0 {
			found.standard = clearer(found.standard, standard)
			i += n
			continue
		}
		if isYear(toks[i]) {
			found.years = append(found.years, toks[i].num)
		}
		i++
	}
	for i := 0; i < min(2, len(toks)) && found.mark == ""; i++ {
		if toks[i].low == "*" {
			found.mark = "*"
		}
	}
	return found
}

// underStandard gives the indicator that a value of a year under a standard is of; ok is false if the standard leaves it open, or the
// catalogue has no indicator for it. An indicator that knows no standards is the same under all.
func (rd *Reader) underStandard(in *catalogue.Indicator, name string, year, to int, old bool) (own *catalogue.Indicator, ok bool) {
	all := rd.measured[in]
	if len(all) == 0 {
		return in, true
	}
	if to != 0 {
		return nil, false
	}
	force := -1
	for i := range all {
		if all[i].since <= year {
			force = i
		}
	}
	turn := force+1 < len(all) && all[force+1].since == year+1 // the last year of a standard is measured by the next one too
	named := -1
	switch name {
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
	case standardMulti:
		if named = force; turn && (force < 0 || !all[force].multi) {
			named++
		}
		if named >= 0 && !all[named].multi {
			named = -1
		}
	default:
		for i := range all {
			if all[i].last == name {
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
	own = all[named].own
	return own, own != nil
}

// povertyStandard is one by which an indicator is measured.
type povertyStandard struct {
	last  string // year in its name
	since int    // the year from which it is in force
	multi bool
	own   *catalogue.Indicator // of the values of other years by it; nil if the catalogue has none
}

// standardsOf gives the standards by which the indicators that know several are measured.
func standardsOf(cat *catalogue.Catalogue) map[*catalogue.Indicator][]povertyStandard {
	found := map[*catalogue.Indicator][]povertyStandard{}
	for _, b := range cat.Breaks {
		if b.Kind != "standard" {
			continue
		}
		for toks := tokenize(b.TextVi); len(toks) > 0; toks = toks[1:] {
			if _, it := takePeriod(toks); it.to != 0 {
				in := cat.Indicator(b.Indicator)
				found[in] = append(found[in], povertyStandard{
					last: strconv.Itoa(it.to), since: b.Year, multi: strings.Contains(b.TextVi, "đa chiều"),
					own: cat.Indicator(fmt.Sprintf("%s_%d_%d", b.Indicator, it.year, it.to)),
				})
				break
			}
		}
	}
	return found
}
