package layout

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// What was done needs no word for it in a table of results: beside "KH 2019" and "Ước cả năm", "6 tháng 2019" is what was done in these
// months. It is certain only where the title tells results, the header names the period and lost nothing, and the period was over when
// the others of the table were estimated.

// month counts months from the year 0: the last one of a period. 0 if its end is not known.
func (d *partial) month() int {
	year := max(d.year, d.toYear)
	if year == 0 || d.part == partUnread {
		return 0
	}
	return 12*year + lastMonth(cmp.Or(d.part, "Y"))
}

// over is the last month of which the title tells results for certain: of several periods the one that ends first. 0 if it names none.
func (ti *titleInfo) over() (month int) {
	var next partial // a period that is not written with its year is of that of the next: "9 THÁNG, ƯỚC CẢ NĂM 2019"
	for _, p := range slices.Backward(ti.parts) {
		d := partial{year: p.year, part: p.part}
		if p.year == 0 && next.year != 0 && p.part != partUnread && lastMonth(p.part) <= lastMonth(cmp.Or(next.part, "Y")) {
			d.year = next.year
		}
		end := d.month()
		switch {
		case p.ahead:
		case end == 0:
			return 0
		case month == 0 || end < month:
			month = end
		}
		next = d
	}
	return month
}

// isOver reports whether a column whose header names nothing but the period d holds what was done in it; issued is the date of the
// document, "" if nothing tells it.
func (s *sheetReader) isOver(cx *cellContext, c int, d *partial, issued string) bool {
	end, own := d.month(), &cx.columns[c].dims
	stated := own.year != 0 || own.part != "" || own.ref != ""
	if !stated || cx.short || d.toYear != 0 && !d.sum || d.status != "" || end == 0 || !s.isWhole(cx.t, c) {
		return false
	}
	said := d.sum || cx.isBeforeEstimate(d) || cx.isWithinEstimate(d) && isOverOn(issued, d)
	if !said && !((cx.title.results || cx.title.toldOfPart()) && end <= cx.title.over()) {
		return false
	}
	done, told := 0, false
	for k := range cx.columns {
		if cx.t.columns[k].role != roleValue {
			continue
		}
		m := &cx.columns[k]
		if len(cx.t.columns[k].stack) == 0 || m.unknown != "" {
			return false // whatever stood there may have been estimated before
		}
		o := m.dims
		if o.year == 0 {
			o.year, o.toYear = cx.title.dims.year, cx.title.dims.toYear
		}
		if o.year == 0 {
			o.year, o.toYear = d.year, d.toYear
		}
		switch o.measure {
		case "estimate", "forecast":
			if end >= o.month() {
				return false
			}
		case "actual":
			if m.earlier {
				continue // it is said of the columns beside
			}
			done, told = max(done, o.month()), true
		}
	}
	return said || !told || end <= done
}

// isBeforeEstimate reports whether a period is a whole year before one that another header gives an estimate of: it is over then. A title that
// plans or wishes for that year tells otherwise, and so does a year without a word for its figures that is not over by then.
func (cx *cellContext) isBeforeEstimate(d *partial) bool {
	if d.toYear != 0 || cmp.Or(d.part, "Y") != "Y" || cx.title.planned && cx.title.covers(d) {
		return false
	}
	estimated, last, begun := 0, d.year, 0 // begun is the last year of which a header names a part: that of the estimate may have begun
	for c := range cx.columns {
		o := &cx.columns[c].dims
		switch {
		case cx.t.columns[c].role != roleValue:
		case o.measure == "estimate" && o.toYear == 0:
			estimated = max(estimated, o.year)
		case o.measure == "" && o.toYear == 0 && cmp.Or(o.part, "Y") != "Y":
			begun = max(begun, o.year)
		case o.measure == "":
			last = max(last, o.year, o.toYear)
		}
	}
	return last < estimated && begun <= estimated
}

// isRowBeforeEstimate reports whether a row names but a whole year before the one that another row gives estimates of, "2016" above "Ước 2017", in a
// table in which nothing else says what kind of figures it holds.
func (cx *cellContext) isRowBeforeEstimate(rw *row, d *partial) bool {
	if rw.mean.dims.year == 0 || d.toYear != 0 || cmp.Or(d.part, "Y") != "Y" || d.status != "" || cx.short || cx.title.planned && cx.title.covers(d) {
		return false
	}
	if slices.ContainsFunc(cx.columns, func(m meaning) bool { return m.dims.measure != "" || m.dims.year != 0 || m.unknown != "" }) {
		return false
	}
	estimated, last := 0, d.year
	for _, other := range cx.t.rows {
		switch o := &other.mean.dims; {
		case !other.values:
		case o.year == 0 || o.toYear != 0 || other.mean.unknown != "" || cmp.Or(o.part, "Y") != "Y":
			return false
		case o.measure == "estimate":
			estimated = max(estimated, o.year)
		case o.measure == "":
			last = max(last, o.year)
		default:
			return false
		}
	}
	return last < estimated
}

// isWithinEstimate reports whether a period is the beginning of a year of which the title tells results and another header estimates the whole: "6 tháng
// 2013" beside "Ước TH 2013" is what was done before the rest was estimated.
func (cx *cellContext) isWithinEstimate(d *partial) bool {
	if d.toYear != 0 || cmp.Or(d.part, "Y") == "Y" || firstMonth(d.part) != 1 || !cx.title.results ||
		!slices.ContainsFunc(cx.title.parts, func(p titlePart) bool { return p.year == d.year && (!p.ahead || p.estimated) }) {
		return false
	}
	return slices.ContainsFunc(cx.columns, func(m meaning) bool {
		o := &m.dims
		return o.measure == "estimate" && o.year == d.year && o.toYear == 0 && cmp.Or(o.part, "Y") == "Y"
	})
}

// toldOfPart reports whether the titles tell how things were in a part of a year and plan nothing: "BÁO CÁO TÌNH HÌNH THAM GIA BHXH THÁNG 6/2020".
func (ti *titleInfo) toldOfPart() bool {
	return ti.told && !ti.planned && len(ti.parts) > 0 && !slices.ContainsFunc(ti.parts, func(p titlePart) bool { return p.ahead || p.part == "Y" || p.part == partUnread })
}

// isWhole reports whether a column has a header in each row of the band in which another column of values has one.
func (s *sheetReader) isWhole(t *table, c int) bool {
	for r := t.top; r <= t.bottom; r++ {
		if t.isCode(r) || s.g.cell(r, c) != none {
			continue
		}
		for k := range t.columns {
			if t.columns[k].role == roleValue && s.g.cell(r, k) != none {
				return false
			}
		}
	}
	return true
}

// isOverOn reports whether a period is over, or nearly, on a date: years are told from October on. Of no date nothing is known.
func isOverOn(date string, d *partial) bool {
	if len(date) < len("2006-01") {
		return true
	}
	year, err := strconv.Atoi(date[:4])
	month, err2 := strconv.Atoi(date[5:7])
	if err != nil || err2 != nil || d.month() == 0 {
		return true
	}
	if month >= 10 {
		month = 12
	}
	return d.month() <= 12*year+month
}

// roundsToCome is for how many years behind the last round that the catalogue knows figures may be of what was done.
const roundsToCome = 3

// isAhead reports whether a period without a word for its kind of figure may not be one of what was done: other headers of the sheet give
// it for plans or estimates and none for what was done, or it is not over on the date of the document, or far behind all rounds.
func (b *bookReader) isAhead(s *sheetReader, d *partial) bool {
	issued := b.issued
	if b.identity.Date == "" && issued != "" { // a round tells the year only: its annexes come later too
		issued = issued[:min(4, len(issued))] + "-12"
	}
	if strings.Contains(b.identity.Document, "/TT-") { // a circular gives a form for years to come
		issued = ""
	}
	if !isOverOn(issued, d) || max(d.year, d.toYear) > b.rd.lastRound+roundsToCome {
		return true
	}
	period := func(d *partial) span { return span{d.year, d.toYear, strings.TrimPrefix(d.part, "Y")} }
	if s.done == nil {
		s.done = map[span]bool{}
		for d := range s.columnDims() {
			if d.year != 0 && d.measure != "" {
				s.done[period(&d)] = s.done[period(&d)] || d.measure == "actual"
			}
		}
	}
	done, said := s.done[period(d)]
	return said && !done
}

// span is a period of a header.
type span struct {
	year, toYear int
	part         string
}
