package layout

import (
	"cmp"
	"slices"

	"github.com/phuluc/phuluc/transform/catalogue"
)

// "TH đến 31/12/2018" tells when a count ended. How many there are at that day needs no more; how many there were until then, of jobs or accidents, is
// the year's only if the count began with it: beside "KH 2016-2020" it is that of three years. "Mục tiêu đến năm 2020" says no more of them.

// addsUp reports whether the values of an indicator grow with the time over which they are counted. One of which that is not known may be either, if
// it is a number of things or of money.
func addsUp(in *catalogue.Indicator) bool {
	return in.StockFlow == "flow" || in.StockFlow == "" && (in.ValueKind == "count" || in.ValueKind == "currency_vnd")
}

// isOfOneYear reports whether a count of which only the end is told is that of the last year. What is wanted "đến năm 2020" is what comes together until
// then, or what each year is to bring: a word must tell. Growth does not come together.
func (v *valueCell) isOfOneYear() bool {
	if v.d.measure != "target" {
		return v.cx.beginsWithYear(&v.d)
	}
	if isPercent(v.in) {
		return true
	}
	return v.isSaid(func(w *titleWords) bool { return w.yearly })
}

// mayComeTogether reports whether what is wanted or planned of a year may be what comes together until then, since the title says so of that year: "Mục tiêu
// 2025" under "MỤC TIÊU ĐẾN NĂM 2025", or under "GIAI ĐOẠN 2021-2025" if no other year of it stands beside. "Mục tiêu năm 2025" is of the year.
func (v *valueCell) mayComeTogether() bool {
	measure := cmp.Or(v.d.measure, v.ti.dims.measure)
	if measure != "target" && !(measure == "plan" && v.ti.planned && !v.ti.results) || cmp.Or(v.d.part, "Y") != "Y" {
		return false
	}
	for _, y := range v.ti.years {
		if y.year == v.d.year && y.toYear == 0 && y.until || measure == "target" && y.year < v.d.year && y.toYear == v.d.year && !v.cx.isAmongYears(&v.d) {
			return !(v.d.measure != "" && namesYear(v.b.rd.tokenize(v.header))) && !isPercent(v.in) && !v.isSaid(func(w *titleWords) bool { return w.yearly })
		}
	}
	return false
}

// isAmongYears reports whether another column, or row, is of another year in the same way.
func (cx *cellContext) isAmongYears(d *partial) bool {
	other := func(o *partial) bool { return o.year != 0 && o.year != d.year && o.measure == d.measure }
	return slices.ContainsFunc(cx.columns, func(m meaning) bool { return other(&m.dims) }) ||
		slices.ContainsFunc(cx.t.rows, func(rw *row) bool { return other(&rw.mean.dims) })
}

// namesYear reports whether a header says "năm" before its year.
func namesYear(toks []token) bool {
	for i := 1; i < len(toks); i++ {
		if toks[i-1].low == "năm" && isYear(toks[i]) {
			return true
		}
	}
	return false
}

// isAverage reports whether a count over several years may be that of each of them: "BÌNH QUÂN NĂM GIAI ĐOẠN 2016-2020". Beside columns of these years
// it is their sum.
func (v *valueCell) isAverage() bool {
	return v.isSaid(func(w *titleWords) bool { return w.each }) && !slices.ContainsFunc(v.cx.columns, func(m meaning) bool {
		return m.dims.toYear == 0 && v.d.year <= m.dims.year && m.dims.year <= v.d.toYear
	})
}

// isSaid reports whether the label, the header or a title says something.
func (v *valueCell) isSaid(by func(*titleWords) bool) bool {
	said := func(s string) bool { return by(v.b.rd.titleWords(s)) }
	return said(v.label) || said(v.header) || slices.ContainsFunc(v.ti.texts, said)
}

// isOfYear reports whether a table is of a year: a column plans for it, and none is of several years. What is counted up to one of its months
// began with it.
func (cx *cellContext) isOfYear(year int) bool {
	planned := false
	for c := range cx.columns {
		d := &cx.columns[c].dims
		if d.toYear != 0 || cx.columns[c].unknown != "" {
			return false
		}
		planned = planned || d.measure == "plan" && d.year == year && cmp.Or(d.part, "Y") == "Y"
	}
	return planned
}

// beginsWithYear reports whether a count of which only the end is told began with the year in which it ended: the table is of that year, or the
// end is a day, years are told one by one, and nothing speaks of several or of what is wanted in the end. A year whose count is told
// beside it is not told again.
func (cx *cellContext) beginsWithYear(d *partial) bool {
	if cx.isOfYear(d.year) {
		return true
	}
	if d.part == "" || cx.title.stage {
		return false
	}
	years := false
	other := func(o *partial) bool {
		if o.toYear != 0 || o.measure == "target" {
			return true
		}
		if o.until || o.year == 0 {
			return false
		}
		years = true
		return o.year == d.year && cmp.Or(o.part, "Y") == cmp.Or(d.part, "Y") && (o.measure == "" || o.measure == "actual" || o.measure == d.measure)
	}
	for i := range cx.title.years {
		if y := &cx.title.years[i]; y.toYear != 0 {
			return false
		} else if !y.until {
			years = true
		}
	}
	for c := range cx.columns {
		if cx.columns[c].unknown != "" || other(&cx.columns[c].dims) {
			return false
		}
	}
	for _, rw := range cx.t.rows {
		if other(&rw.mean.dims) {
			return false
		}
	}
	return years
}
