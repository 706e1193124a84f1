package layout

import (
	"cmp"
	"slices"
	"strings"
)

// reservation is what a note or a title says of figures that takes from what their headers say: "Số liệu tính đến 30/9/2019", "(1) Chưa bao gồm lao động
// khu vực phi chính thức".
type reservation struct {
	text     string
	mark     string // of the note that speaks only of what bears it, "" if it has none
	row      int    // the grid row beside which it stands as a remark, -1 if it stands above or below the table
	year     int    // of the period that it names, 0 if it names none
	month    int    // in which the figures end; 0 if it does not say
	excludes bool   // something is left out, or taken in
	measure  string // the remark is a word for another kind of figure: "Ước"
}

// readReservations finds these texts in a sheet, once the rows of its tables are read.
func (s *sheetReader) readReservations() {
	for i, p := range s.parsed {
		if p == nil || len(p.text) > maxPhrase {
			continue
		}
		switch s.g.fates[i].reason {
		case skipNote, skipTitle:
		case skipUnit:
			if len(p.text) < minReservation { // the unit of a row
				continue
			}
		default:
			continue
		}
		found := s.rd.reservation(s.g.text[i])
		if !found.excludes && found.month == 0 && !(p.rest == "" && (p.dims.measure != "" || p.dims.part != "")) {
			continue // as nearly all
		}
		found.row = -1
		for _, t := range s.tables {
			if s.g.pos[i].r > t.bottom && slices.ContainsFunc(t.rows, func(rw *row) bool { return rw.r == s.g.pos[i].r && rw.values }) {
				found.row = s.g.pos[i].r
				if p.rest == "" && found.month == 0 {
					found.measure = p.dims.measure
					if part := p.dims.part; part != "" && part != partUnread {
						found.year, found.month = p.dims.year, lastMonth(part)
					}
				}
			}
		}
		if found.excludes || found.month > 0 && found.month < 12 || found.measure != "" {
			s.reserved = append(s.reserved, found)
		}
	}
}

// minReservation is how long a text is at least, in bytes, that says a unit and what its figures leave out.
const minReservation = 16

// maxNoteWord is how long the word may be that opens a note.
const maxNoteWord = 20

// reservation reads a text for what it takes from the figures it speaks of.
func (rd *Reader) reservation(text string) reservation {
	return rd.reservations.get(text, func() reservation {
		found := reservation{text: text}
		lead := strings.TrimSpace(text)
		if before, note, ok := strings.Cut(lead, ":"); ok && rd.phrase(lead).opens == kindNote && len(before) < maxNoteWord { // "Ghi chú: (*) …"
			lead = strings.TrimSpace(note)
		}
		for _, closed := range []string{"()", "[]"} {
			if in, rest, ok := strings.Cut(lead, closed[1:]); ok && strings.HasPrefix(in, closed[:1]) && len(in) > 1 && len(in) < 5 && strings.TrimSpace(rest) != "" {
				found.mark = in[1:]
			}
		}
		if stars := strings.TrimLeft(strings.TrimLeft(lead, "("), "*"); found.mark == "" {
			found.mark = strings.Repeat("*", strings.Count(lead[:len(lead)-len(stars)], "*"))
		}
		toks := rd.tokenize(text)
		for i := range toks {
			found.excludes = found.excludes || isTitleWord(titleExcludes, toks, i)
			if year, month := endOfCount(toks, i); month > 0 && found.month == 0 {
				found.year, found.month = year, month
			}
		}
		return found
	})
}

// endOfCount reads at token i until when figures are told: "tính đến ngày 31/10/2019", "đến hết quý III", "số liệu 9 tháng năm 2019". month is 0 if
// it is not that.
func endOfCount(toks []token, i int) (year, month int) {
	switch {
	case toks[i].low == "đến" || toks[i].low == "tới":
	case toks[i].low == "liệu" && i > 0 && toks[i-1].low == "số":
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
	if n, it := takePeriod(toks[i:]); n > 0 && it.part != "" && it.part != partUnread && it.to == 0 {
		return it.year, lastMonth(it.part)
	}
	return 0, 0
}

// isReserved refuses a cell of which a note says that it is not all that its headers say: an actual figure of a year that ends before the year, or one
// from which something is left out.
func (v *valueCell) isReserved() bool {
	d := &v.d
	for k := range v.s.reserved {
		r := &v.s.reserved[k]
		if r.row >= 0 && r.row != v.rw.r || r.mark != "" && r.row < 0 && v.s.bears(r.mark) && !v.bears(r.mark) {
			continue
		}
		whole := v.measure == "actual" && cmp.Or(d.part, "Y") == "Y" && d.toYear == 0
		switch {
		case r.excludes:
			v.no("indicator.narrowed", "", r.text)
		case whole && r.month > 0 && (r.year == 0 || r.year == d.year):
			v.no("period.missing", "", v.header, r.text)
		case v.measure == "actual" && r.measure != "" && r.measure != "actual":
			v.no("header.conflict", "", v.header, r.text)
		default:
			continue
		}
		return true
	}
	return false
}

// bears reports whether the mark of a note stands behind the label or a header of the cell.
func (v *valueCell) bears(mark string) bool {
	return slices.Contains(strings.Fields(v.s.notes(v.cx.t, v.rw, v.c)), mark) ||
		endsWithMark(v.s.g.text[v.i], mark) || slices.ContainsFunc(v.rw.labels, func(i int32) bool { return endsWithMark(v.s.g.text[i], mark) }) ||
		slices.ContainsFunc(v.cx.t.columns[v.c].cells, func(i int32) bool { return endsWithMark(v.s.g.text[i], mark) })
}

// bears reports whether any text of the sheet but the note bears its mark.
func (s *sheetReader) bears(mark string) bool {
	for i, p := range s.parsed {
		if p != nil && (slices.Contains(p.marks, mark) || endsWithMark(s.g.text[i], mark)) {
			return true
		}
	}
	return false
}

func endsWithMark(text, mark string) bool {
	text, ok := strings.CutSuffix(strings.TrimSpace(text), ")")
	return ok && strings.HasSuffix(text, "("+mark)
}
