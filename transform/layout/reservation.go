package layout

import (
	"cmp"
	"slices"
	"strings"

	"github.com/phuluc/phuluc/transform/catalogue"
)

// reservation is what a note or a title says of figures that takes from what their headers say: "Số liệu tính đến 30/9/2019", "(1) Chưa bao gồm lao động
// khu vực phi chính thức".
type reservation struct {
	text     string
	mark     string // of the note that speaks only of what bears it, "" if it has none
	body     string // behind the mark
	borne    bool   // something in the sheet bears that mark
	beside   bool   // it is a remark beside one row
	year     int    // of the period that it names, 0 if it names none
	month    int    // in which the figures end; 0 if it does not say
	excludes bool   // something is left out, or taken in
	lacks    bool   // … or is not there yet
	signs    bool   // that may be said of signs in cells, "(…) chưa có số liệu"
	measure  string // a word for another kind of figure: "Ước"
	before   bool   // the figures are of before the provinces were merged, and of one of them
	of       []int  // the years of which that word speaks; none: of all
	unit     *catalogue.Unit
}

// readReservations finds these texts in a sheet, once the rows of its tables are read.
func (s *sheetReader) readReservations() {
	if len(s.g.comments) > 0 {
		s.readComments()
	}
	var marks map[string]bool
	var values []bool // by grid row: whether it holds some
	for i, reason := range s.g.fates {
		if reason != skipNote && reason != skipTitle && reason != skipUnit {
			continue
		}
		p := s.parsed[i]
		if p == nil || len(p.text) > maxPhrase || reason == skipUnit && len(p.text) < minReservation { // the unit of a row
			continue
		}
		found := s.rd.reservation(s.g.text[i])
		if reason == skipNote {
			if values == nil {
				values = s.rowsOfValues()
			}
			found.beside = values[s.g.pos[i].r]
			q := p
			if body := found.body; body != p.text && len(body) <= maxCutHeader { // it may be the words of a header
				q = s.ask(body)
			}
			found.readNote(q)
		}
		found.lacks = found.lacks && (found.beside || !found.signs)
		if !found.excludes && !found.lacks && (found.month == 0 || found.month == 12) && (found.year == 0 || found.month > 0 || !found.beside) && found.measure == "" && found.unit == nil && !found.before {
			continue
		}
		if found.mark != "" && marks == nil {
			marks = s.marks()
		}
		if found.borne = marks[found.mark]; !found.beside {
			if len(s.reserved) < maxReservations && !slices.ContainsFunc(s.reserved, func(r reservation) bool { return r.text == found.text }) {
				s.reserved = append(s.reserved, found)
			}
			continue
		}
		if s.remarks == nil {
			s.remarks = map[int][]reservation{}
		}
		s.remarks[s.g.pos[i].r] = append(s.remarks[s.g.pos[i].r], found)
	}
}

// maxReservations is more notes than anybody writes below a table; each value is held against all of them.
const maxReservations = 100

// rowsOfValues tells of each grid row whether it is one of a table and holds values.
func (s *sheetReader) rowsOfValues() []bool {
	rows := make([]bool, len(s.g.rows))
	for _, t := range s.tables {
		for _, rw := range t.rows {
			rows[rw.r] = rows[rw.r] || rw.values
		}
	}
	return rows
}

// marks gives the marks of notes that the texts of the sheet bear.
func (s *sheetReader) marks() map[string]bool {
	marks := map[string]bool{}
	for i, p := range s.parsed {
		if p == nil {
			continue
		}
		for _, m := range p.marks {
			marks[m] = true
		}
		if m := lastMark(s.g.text[i]); m != "" {
			marks[m] = true
		}
	}
	return marks
}

// readNote takes what a note tells that is nothing but the words of a header: "Ước", "(*) Lượt người", "9 tháng".
func (r *reservation) readNote(p *phrase) {
	r.unit = p.dims.unit
	if p.rest != "" || len(p.indicators) > 0 || !r.beside && r.mark == "" {
		return
	}
	r.measure = cmp.Or(r.measure, p.dims.measure)
	if part := p.dims.part; part != "" && part != partUnread && r.beside && r.month == 0 {
		r.year, r.month = p.dims.year, lastMonth(part)
	}
}

// besideRow is the value of words that say it only beside a row.
const besideRow = "beside"

// minReservation is how long a text is at least, in bytes, that says a unit and what its figures leave out.
const minReservation = 16

// maxNoteWord is how long the word may be that opens a note.
const maxNoteWord = 20

// lead is the text behind the word that opens a note: "Ghi chú: (*) …".
func (r *reservation) lead() string {
	if before, note, ok := strings.Cut(r.text, ":"); ok && len(before) < maxNoteWord && strings.TrimSpace(note) != "" && !strings.ContainsAny(before, "(*[") {
		return strings.TrimSpace(note)
	}
	return strings.TrimSpace(r.text)
}

// behindMark is the text behind the mark.
func (r *reservation) behindMark() string {
	lead := strings.TrimLeft(r.lead(), "([*")
	if r.mark != "" {
		lead = strings.TrimLeft(strings.TrimPrefix(lead, r.mark), ")]* ")
	}
	return strings.Trim(lead, " .")
}

// reservation reads a text for what it takes from the figures it speaks of.
func (rd *Reader) reservation(text string) reservation {
	return rd.reservations.get(text, func() reservation {
		found := reservation{text: text}
		lead := found.lead()
		for _, closed := range []string{"()", "[]"} {
			if in, rest, ok := strings.Cut(lead, closed[1:]); ok && strings.HasPrefix(in, closed[:1]) && len(in) > 1 && len(in) < 5 && strings.TrimSpace(rest) != "" {
				found.mark = in[1:]
			}
		}
		if stars := strings.TrimLeft(strings.TrimLeft(lead, "("), "*"); found.mark == "" {
			found.mark = strings.Repeat("*", strings.Count(lead[:len(lead)-len(stars)], "*"))
		}
		found.body = found.behindMark()
		toks := rd.tokenize(text)
		found.before = rd.mayNameDivision(toks) && rd.titleWords(text).before
		for i := range toks {
			found.before = found.before && !isTitleWord(titlePooled, toks, i)
			found.excludes = found.excludes || isTitleWord(titleExcludes, toks, i)
			if w, ok := loadTitleWords().at(titleLacks, toks, i); ok && !found.lacks {
				found.lacks, found.signs = true, w.value == besideRow
			}
			if year, month := endOfCount(toks, i); (month > 0 || year > 0) && found.month == 0 {
				found.year, found.month = year, month
			}
			if found.measure == "" {
				found.measure, found.of = rd.kindOfFigures(toks, i)
			}
		}
		return found
	})
}

// kindOfFigures reads at token i what kind of figures a text says to be told: "số liệu ước tính", "số liệu năm 2019 là số ước thực hiện".
func (rd *Reader) kindOfFigures(toks []token, i int) (measure string, of []int) {
	if toks[i].low != "liệu" || i == 0 || toks[i-1].low != "số" {
		return "", nil
	}
	for i++; i < len(toks); i++ {
		for n := rd.vocab.reach(toks[i:], 6); n > 0; n-- {
			if w, ok := rd.vocab.find(toks[i:i+n], kindMeasure); ok && (w.value == "estimate" || w.value == "forecast") {
				return w.value, of
			}
		}
		switch {
		case isYear(toks[i]):
			of = append(of, toks[i].num)
		case !slices.Contains([]string{"trên", "nêu", "này", "trong", "bảng", "biểu", "năm", "là", "số", "thực", "hiện", "của"}, toks[i].low):
			return "", nil
		}
	}
	return "", nil
}

// endOfCount reads at token i until when figures are told: "tính đến ngày 31/10/2019", "đến hết quý III", "số liệu 9 tháng năm 2019". month is 0 if
// it is not that.
func endOfCount(toks []token, i int) (year, month int) {
	switch {
	case toks[i].low == "đến" || toks[i].low == "tới":
	case toks[i].low == "liệu" && i > 0 && toks[i-1].low == "số":
	case i > 0 && toks[i].low == "số" && (toks[i-1].low == "dân" || toks[i-1].low == "thiểu"): // "Tính theo dân số năm 2017"
		return 0, 0
	case toks[i].low == "số" && i+2 < len(toks) && toks[i+1].low == "năm" && isYear(toks[i+2]): // "Lấy số năm 2017"
	default:
		return 0, 0
	}
	for i++; i < len(toks); i++ {
		switch toks[i].low {
		case "hết", "ngày", "cuối", "thời", "điểm", "tính", "đến", "của", "là":
			continue
		}
		break
	}
	if rest := toks[i:]; isDate(rest) {
		return rest[4].num, rest[2].num
	} else if len(rest) > 2 && rest[0].num > 0 && rest[0].num <= 31 && rest[1].low == "/" && rest[2].num > 0 && rest[2].num <= 12 && (len(rest) == 3 || rest[3].low != "/") {
		return 0, rest[2].num // "30/9"
	} else if len(rest) > 2 && rest[0].num > 0 && rest[0].num <= 31 && rest[1].low == "tháng" && rest[2].num > 0 && rest[2].num <= 12 {
		i++ // the day of "31 tháng 10 năm 2019"
	}
	if i == len(toks) {
		return 0, 0
	}
	n, it := takePeriod(toks[i:])
	switch {
	case n == 0 || it.to != 0 || it.part == partUnread:
	case it.part != "":
		return it.year, lastMonth(it.part)
	case i > 0 && (toks[i-1].low == "liệu" || toks[i-1].low == "số") && i+n == len(toks): // "Số liệu năm 2018"
		return it.year, 0
	}
	return 0, 0
}

// isReserved refuses a cell of which a note says that it is not all that its headers say: an actual figure of a year that ends before the year, or one
// from which something is left out.
func (v *valueCell) isReserved() bool {
	if v.s.comments != nil && v.isCommented() {
		return true
	}
	if len(v.s.reserved) == 0 && len(v.s.remarks) == 0 {
		return false
	}
	return slices.ContainsFunc(v.s.reserved, v.takesFrom) || slices.ContainsFunc(v.s.remarks[v.rw.r], v.takesFrom)
}

// takesFrom refuses a cell of which a note takes something.
func (v *valueCell) takesFrom(r reservation) bool {
	if r.borne && !r.beside && !v.bears(r.mark) {
		return false
	}
	d := &v.d
	legend := r.mark != "" && !r.borne && !r.beside // "(*) số ước" below a form in which nothing was marked
	whole := v.measure == "actual" && cmp.Or(d.part, "Y") == "Y" && d.toYear == 0
	switch {
	case r.excludes:
		v.no("indicator.narrowed", "", r.text)
	case whole && r.month > 0 && r.month < 12 && (r.year == 0 || r.year == d.year):
		v.no("period.missing", "", v.header, r.text)
	case whole && r.month == 0 && r.beside && r.year != 0 && r.year < d.year:
		v.no("header.conflict", "", v.header, r.text)
	case legend:
		return false
	case r.lacks && (v.measure == "actual" || v.measure == "estimate") && (r.year == 0 || r.year == d.year) && v.s.g.hasFigure(v.rw.r, v.c):
		v.no("indicator.narrowed", "", r.text)
	case v.measure == "actual" && r.measure != "" && r.measure != "actual" && (len(r.of) == 0 || slices.Contains(r.of, max(d.year, d.toYear))):
		v.no("header.conflict", "", v.header, r.text)
	case r.unit != nil && v.isInOtherUnit(&r):
		v.no("unit.conflict", "", r.text, v.b.rd.inUnit(v.in))
	default:
		return false
	}
	return true
}

// isInOtherUnit reports whether the unit that a note names is another than the row, the column or the title state. A note on the whole table speaks of
// what is counted in that quantity.
func (v *valueCell) isInOtherUnit(r *reservation) bool {
	stated, code, _ := v.statedUnit()
	if own := v.b.rd.cat.UnitOf(v.in); code == "" && stated == nil {
		stated = own
	}
	if stated == nil {
		return false
	}
	if stated.Quantity != r.unit.Quantity {
		return r.beside || r.mark != ""
	}
	return !stated.Factor.Equal(r.unit.Factor)
}

// bears reports whether the mark of a note stands behind the label or a header of the cell.
func (v *valueCell) bears(mark string) bool {
	ends := func(i int32) bool { return lastMark(v.s.g.text[i]) == mark }
	return slices.Contains(strings.Fields(v.notes()), mark) || ends(v.i) || slices.ContainsFunc(v.rw.labels, ends) || slices.ContainsFunc(v.cx.t.columns[v.c].cells, ends)
}

// lastMark gives what stands in parentheses at the end of a text, if it may be the mark of a note: "TH 2019 (1)".
func lastMark(text string) string {
	text, ok := strings.CutSuffix(strings.TrimSpace(text), ")")
	if k := strings.LastIndexByte(text, '('); ok && k >= 0 && len(text)-k <= 4 {
		return text[k+1:]
	}
	return ""
}
