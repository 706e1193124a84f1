package layout

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/phuluc/phuluc/transform/text"
)

type class uint8

const (
	classText  class = iota
	classYear        // a year standing alone, as number or text: header or label or, rarely, value
	classValue       // a number, a range, a qualified number
	classEmpty       // "-", "…", "x": a written emptiness
)

func (s *sheetReader) classify(i int32) {
	c, t := &s.g.cells[i], s.g.text[i]
	switch c.Kind {
	case sheet.Number:
		s.class[i] = classValue
		if len(t) == 4 && t >= "1950" && t <= "2060" && isDigits(t) {
			s.class[i] = classYear
			s.parsed[i] = s.rd.phrase(t)
		}
		return
	case sheet.Text:
	case sheet.Date:
		s.class[i] = classValue
		if shown := s.shownDate(i, c.Format); shown != "" {
			if p := s.ask(shown); p.known() {
				s.class[i], s.parsed[i] = classText, p
				if len(shown) == 4 {
					s.class[i] = classYear
				}
			}
		}
		return
	default:
		s.class[i] = classValue
		return
	}
	s.class[i] = s.g.read[i].class
	s.written = s.written || s.class[i] == classValue
	if p := s.g.read[i].phrase; s.class[i] == classText || s.class[i] == classYear || !startsLikeNumber(t) {
		s.parsed[i] = p
		if p.dated {
			s.signed = append(s.signed, i)
		}
	}
}

// classOf classifies a text, of which p is the phrase.
func (rd *Reader) classOf(t string, p *phrase) class {
	numeral := startsLikeNumber(t)
	switch {
	case numeral && p.known() && p.dims.unit == nil:
		if p.dims.year != 0 && p.dims.toYear == 0 && len(t) == 4 {
			return classYear
		}
		return classText
	case numeral && strings.Contains(t, " - ") && rd.bothUnits(t) != nil: // "1,000 người - thousand persons"
		return classText
	case numeral && p.known() && p.dims.year != 0 && strings.HasSuffix(t, ")"): // "2016 (người)"
		return classText
	case !numeral && (p.says() || len(t) >= 60 || p.dated):
		return classText
	}
	// "Dưới 4", "Khoảng 24", "trên 29.976 hồ sơ", "x"
	n, err := text.ParseNumber(t, text.Unknown)
	ne, isNumberError := err.(*text.NumberError)
	switch {
	case err == nil && (numeral || n.Kind == "") && (n.Unit == "" || rd.unit(n.Unit) != nil):
		return classValue
	case isNumberError && (ne.Reason == text.ReasonAmbiguous || ne.Reason == text.ReasonRange):
		return classValue
	case isNumberError && ne.Reason == text.ReasonEmpty:
		return classEmpty
	}
	return classText
}

// shownDate writes the serial number of cell i as a number format shows it, as far as years and months go: 2019, 6/2019, 30/6/2019; "" if
// it shows no year.
func (s *sheetReader) shownDate(i int32, format string) string {
	days, err := strconv.ParseFloat(s.g.text[i], 64)
	if err != nil || days < 1 || days > 80000 {
		return ""
	}
	first := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	if s.g.info.Date1904 {
		first = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	day := first.AddDate(0, 0, int(days))
	f, shown := strings.ToLower(unquotedFormat(format)), "2006"
	switch {
	case !strings.Contains(f, "y"):
		return ""
	case strings.Contains(f, "d"):
		shown = "2/1/2006"
	case strings.Contains(f, "m"):
		shown = "1/2006"
	}
	before, between, behind := sheet.DateWording(format)
	for _, word := range strings.Fields(strings.ToLower(between)) {
		if strings.ContainsFunc(word, unicode.IsLetter) && word != "tháng" && word != "năm" {
			return ""
		}
	}
	return strings.TrimSpace(before + day.Format(shown) + behind)
}

// serialYears makes years of a row of headers that hold the serial numbers of the first day of a year, which is how a program shows dates
// whose format was lost: at least two, one after the other, and no other number.
func (s *sheetReader) serialYears(r int) {
	var days []int32
	last := 0
	for _, i := range s.g.rowCells(r) {
		if s.class[i] != classValue && s.class[i] != classYear {
			continue
		}
		if t := s.g.text[i]; s.g.cells[i].Kind != sheet.Number || len(t) < 5 && !strings.ContainsAny(t, "eE") {
			return // no day of these years
		}
		shown := s.shownDate(i, "d/m/yyyy")
		year, first := strings.CutPrefix(shown, "1/1/")
		n, _ := strconv.Atoi(year)
		if !first || n <= last || n < firstYear || n > lastYear {
			return
		}
		last = n
		days = append(days, i)
	}
	if len(days) < 2 {
		return
	}
	for _, i := range days {
		s.class[i], s.parsed[i] = classYear, s.rd.phrase(s.shownDate(i, "yyyy"))
	}
}

func startsLikeNumber(t string) bool {
	if t == "" {
		return false
	}
	switch t[0] {
	case '-', '+', '.', ',', '(', '<', '>', '~', '#':
		return true
	}
	return t[0] >= '0' && t[0] <= '9' || strings.HasPrefix(t, "…") || strings.HasPrefix(t, "–") || strings.HasPrefix(t, "−") || strings.HasPrefix(t, "≥") || strings.HasPrefix(t, "≤")
}

// rowView counts what a row holds.
type rowView struct {
	cells                           []int32
	heads, roles, years, known      int32
	names                           int32 // of the known: indicators and territories
	texts, values, ordinals, labels int32
	fillers                         int32 // "Trong đó", "Chia ra": words of the grammar that say nothing by themselves
	lastYear                        int32
	ascending, descending           bool
	valued                          bool // of the body of a table: see hasValues
}

// isOfHeaders reports whether a row is one of headers for certain: several that can be nothing else, beside which one more text need not be
// understood, or several names.
func (v *rowView) isOfHeaders() bool {
	others := int32(len(v.cells)) - v.heads - v.years - v.fillers
	return v.heads >= 2 && others == 0 || v.heads > 2 && others == 1 && v.texts == 1 || v.names >= 2 && v.names == others
}

func (v *rowView) order(of *partial) {
	year := int32(of.year)
	v.ascending = v.ascending && year > v.lastYear
	v.descending = v.descending && (v.lastYear == 0 || year < v.lastYear)
	v.lastYear = year
}

// look counts what a row holds.
func (s *sheetReader) look(r int) {
	v := &s.views[r]
	*v = rowView{cells: s.g.rowCells(r), ascending: true, descending: true}
	for _, i := range v.cells {
		switch s.class[i] {
		case classValue, classEmpty:
			v.values++
			continue
		case classYear:
			v.years++
			v.order(&s.parsed[i].dims)
			continue
		}
		p := s.parsed[i]
		switch {
		case p.heads() && !strings.HasSuffix(s.g.text[i], ":"): // "Năm kế hoạch:" stands before a year, not above one
			v.heads++
			if p.role != "" {
				v.roles++
			}
			if p.dims.year != 0 && p.dims.measure == "" {
				v.order(&p.dims)
			}
		case p.known() && !p.unitLine:
			v.known++
			if len(p.indicators) > 0 || len(p.territories) > 0 {
				v.names++
			}
		case p.rest == "" && !p.unitLine && !p.section && p.body != "" && p.opens == "":
			v.fillers++
		default:
			if _, ok := s.g.ordinal(i); ok {
				v.ordinals++
			} else if p.opens == "" && !p.unitLine {
				v.texts++
			} else {
				v.labels++
			}
		}
	}
}
