package corpus

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"github.com/phuluc/phuluc/transform/catalogue"
)

// sections heads a group of indicators, by domain of the catalogue.
var sections = map[string][]string{
	"employment": {"VIỆC LÀM", "LAO ĐỘNG - VIỆC LÀM", "Lao động, việc làm"}, "social_insurance": {"BHXH, BHTN", "BẢO HIỂM XÃ HỘI"},
	"vocational_training": {"DẠY NGHỀ", "GIÁO DỤC NGHỀ NGHIỆP", "Giáo dục nghề nghiệp"}, "merit": {"NGƯỜI CÓ CÔNG", "Người có công"},
	"poverty": {"GIẢM NGHÈO"}, "social_protection": {"BẢO TRỢ XÃ HỘI", "TRỢ GIÚP XÃ HỘI"}, "children": {"TRẺ EM", "BẢO VỆ, CHĂM SÓC TRẺ EM"},
	"gender_equality": {"BÌNH ĐẲNG GIỚI"}, "social_evils": {"TỆ NẠN XÃ HỘI", "PHÒNG, CHỐNG TỆ NẠN XÃ HỘI"}, "osh": {"AN TOÀN LAO ĐỘNG", "AN TOÀN, VỆ SINH LAO ĐỘNG"},
}

// formDomains are the domains of planning annexes in their order.
var formDomains = []string{"employment", "social_insurance", "osh", "vocational_training", "merit", "poverty", "social_protection", "children", "gender_equality", "social_evils"}

var roman = []string{"I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"}

// yearly writes the header of a column about one whole year.
func (w *world) yearly(measure string, y int) string {
	var f string
	switch measure {
	case "actual":
		f = pick(w, "TH %d", "TH năm %d", "Thực hiện %d", "Thực hiện năm %d", "Kết quả thực hiện năm %d", "Số thực hiện năm %d", "TH\nnăm %d", "Đã thực hiện năm %d")
	case "estimate":
		f = pick(w, "Ước TH %d", "Ước thực hiện %d", "Ước thực hiện năm %d", "Ước cả năm %d", "ƯTH %d", "Ước TH cả năm %d", "Ước TH\n%d")
	case "plan":
		f = pick(w, "KH %d", "KH năm %d", "Kế hoạch %d", "Kế hoạch năm %d", "Kế hoạch\nnăm %d", "Chỉ tiêu kế hoạch năm %d", "Kế hoạch giao năm %d")
	case "forecast":
		f = pick(w, "Dự kiến %d", "Dự báo năm %d")
	case "target":
		f = pick(w, "Đến năm %d", "Mục tiêu đến năm %d", "Chỉ tiêu đến năm %d")
	}
	return fmt.Sprintf(f, y)
}

// half writes the header of a column about the first six months of a year.
func (w *world) half(measure string, y int) string {
	f := map[string][]string{
		"actual":   {"TH 6T %d", "TH 6 tháng %d", "Thực hiện 6 tháng %d", "Thực hiện 6 tháng đầu năm %d", "TH 6 tháng đầu năm %d", "TH 06 tháng đầu năm %d"},
		"plan":     {"KH 6 tháng đầu năm %d", "Kế hoạch 6 tháng đầu năm %d"},
		"estimate": {"Ước TH 6 tháng đầu năm %d", "Ước thực hiện 6 tháng đầu năm %d"},
	}[measure]
	return fmt.Sprintf(pick(w, f...), y)
}

// below writes the header of a column under that of its year.
func (w *world) below(measure, part string) string {
	switch {
	case measure == "actual" && part == "S1":
		return pick(w, "TH 6T", "TH 6 tháng", "Thực hiện 6 tháng đầu năm", "TH 6 tháng đầu năm", "Thực hiện 6 tháng")
	case measure == "actual":
		return pick(w, "TH", "Thực hiện", "Kết quả thực hiện", "TH cả năm")
	case measure == "estimate":
		return pick(w, "Ước TH", "Ước cả năm", "Ước thực hiện cả năm", "Ước thực hiện", "Ước TH cả năm")
	case measure == "plan":
		return pick(w, "KH", "Kế hoạch", "KH năm", "Kế hoạch cả năm")
	}
	return "Dự kiến"
}

// label writes the name of an indicator: the catalogue's own, or a synonym of it.
func (w *world) label(code string, drift bool) string {
	labels := w.labels[code]
	if !drift {
		return labels[0]
	}
	return upperFirst(labels[w.r.IntN(len(labels))])
}

func upperFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

func lowerFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(r)) + s[n:]
}

// place writes the name of a territory in a table.
func (w *world) place(t *catalogue.Territory) string {
	switch t.Level {
	case "country":
		return pick(w, "CẢ NƯỚC", "Cả nước", "Toàn quốc")
	case "region":
		return pick(w, t.NameVi, strings.ToUpper(t.NameVi))
	case "province":
		return pick(w, t.NameVi, t.NameVi, t.NameVi, t.FullNameVi)
	}
	return pick(w, t.NameVi, t.NameVi, t.FullNameVi)
}

// unitWord writes a unit: its own name or another word for it that means nothing else.
func (w *world) unitWord(unit string) string {
	u := w.cat.Unit(unit)
	if w.one(3) {
		for _, x := range w.r.Perm(len(w.units[unit])) {
			word := w.units[unit][x]
			if len(w.cat.UnitsByWord(word)) == 1 && !isASCII(word) && word != "đ" {
				return word
			}
		}
	}
	return u.NameVi
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// shift gives the power of ten between two units of one quantity.
func (w *world) shift(from, to string) int32 {
	return int32(w.cat.Unit(from).Exponent - w.cat.Unit(to).Exponent)
}

// otherUnit gives another unit of the same quantity that people write: persons for thousands of persons and back.
func (w *world) otherUnit(unit string) string {
	return map[string]string{"person": "thousand_person", "thousand_person": "person", "household": "thousand_household", "vnd_billion": "vnd_million",
		"person_time": "thousand_person_time"}[unit]
}

// style is how numbers are written as text.
type style uint8

const (
	vietnamese style = iota // 1.234,5
	english                 // 1,234.5
	spaced                  // 1 234,5
)

// write writes a number as a text.
func write(d decimal.Decimal, st style) string {
	s := d.String()
	sign := ""
	if rest, ok := strings.CutPrefix(s, "-"); ok {
		sign, s = "-", rest
	}
	whole, fraction, dotted := strings.Cut(s, ".")
	thousands, mark := ".", ","
	switch st {
	case english:
		thousands, mark = ",", "."
	case spaced:
		thousands = "\u00a0"
	}
	var b strings.Builder
	b.WriteString(sign)
	for i, r := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteString(thousands)
		}
		b.WriteRune(r)
	}
	if dotted {
		b.WriteString(mark + fraction)
	}
	return b.String()
}

// fileName writes a name without diacritics, as file names have it.
func fileName(t *catalogue.Territory) string { return strings.ReplaceAll(t.NameEn, " ", "") }
