package layout

import (
	"cmp"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/phuluc/phuluc/transform/text"
)

// cellContext is what is the same for all cells of a table.
type cellContext struct {
	t            *table
	title        titleInfo
	hasMeasures  bool // some header or label says what kind of figure it heads: one that does not is a gap
	short        bool // the headers are those of the table above, shortened
	hasYears     bool // some column header names a year: one that does not is a gap
	territories  int  // rows that name a territory
	indicators   int  // rows that name an indicator
	columns      []meaning
	styles       []text.Style
	mixed        bool                    // the sheet proves both decimal styles
	torn         []bool                  // by column: counts of whole things prove another decimal style
	largest      map[int]decimal.Decimal // by column, see labelUnit
	labelled     bool                    // the table has row labels, so that a row without one is a gap
	titleNamed   int                     // 1: see namesBeside, -1: it is not so, 0: not asked yet
	old          bool                    // the old poverty standard is named beside the new one
	sixRegions   bool                    // the regions are those since [firstYearOfRegions]
	otherRegions bool                    // … or of another division; see former_regions.csv
	lastYear     int                     // that the table names
	adjusted     []int                   // columns of plans that take the place of the first
	twice        [][2]int                // columns that estimate a year, and those that tell it as done
	named        bool                    // something in the table or above it names an indicator
	provinces    *namedProvinces         // see foreign
	onlyDistr    bool                    // the rows are districts: a province's own name is then a doubtful row
	marked       bool                    // some label or header bears the mark of a note
}

// context reads the headers and labels of a table.
func (s *sheetReader) context(t *table) *cellContext {
	g := s.g
	cx := &cellContext{t: t, title: s.titleMeaning(t)}
	cx.columns = cut(&g.room.meanings, len(g.cols))
	for c := range g.cols {
		if a := t.columns[c].achieved; a != nil {
			cx.columns[c] = s.columnMeaning(t, c)
			cx.columns[c].dims.merge(a)
		}
		if t.columns[c].role == roleValue {
			cx.columns[c] = s.columnMeaning(t, c)
			if cx.columns[c].comparison {
				t.columns[c].role = roleComparison
			}
			cx.hasYears = cx.hasYears || cx.columns[c].dims.year != 0
		}
	}
	s.readProvenRates(t, cx)
	short := s.goOnBelow(t, cx)
	cx.yearsAround()
	cx.samePeriods()
	cx.yearsOfSpan()
	cx.subColumns()
	for c := range cx.columns {
		cx.old = cx.old || cx.columns[c].dims.standard == standardOld
	}
	silent, says := 0, false
	for c := range g.cols {
		if t.columns[c].role == roleValue && len(t.columns[c].stack) > 0 {
			switch {
			case cx.namesNoPart(c):
				silent++
			case !cx.columns[c].isRate():
				says = true
			}
		}
	}
	for c := range g.cols {
		t.columns[c].gap = t.columns[c].gap || t.doubtful
		if silent > 0 && says && t.columns[c].role == roleValue && cx.namesNoPart(c) {
			t.columns[c].gap = true // "Phân theo giới tính" alone, beside columns that say more
		}
	}
	title := titleAncestors(&cx.title.meaning)
	for _, rw := range t.rows {
		if s.ctx.Err() != nil {
			return cx
		}
		s.readMeaning(t, rw, title)
		cx.old = cx.old || rw.mean.dims.standard == standardOld
		cx.labelled = cx.labelled || len(rw.labels) > 0
		switch {
		case rw.mean.indicator != nil:
			cx.indicators++
		case len(rw.mean.territories) > 0 && rw.mean.unknown == "":
			cx.territories++
		}
	}
	for c := range cx.columns {
		if header := t.columns[c].header; t.columns[c].role == roleValue && header != "" && s.rd.isAdjusted(header) {
			cx.adjusted = append(cx.adjusted, c)
		}
	}
	cx.yearsToldTwice()
	cx.partsOfColumns(s.rd)
	cx.partsOfOthers(s.rd)
	cx.named = cx.title.says()
	for c := range cx.columns {
		cx.marked = cx.marked || slices.ContainsFunc(t.columns[c].stack, func(p *phrase) bool { return len(p.marks) > 0 })
		cx.named = cx.named || cx.columns[c].says()
		cx.sixRegions = cx.sixRegions || namesNewRegion(cx.columns[c].territories)
		cx.lastYear = max(cx.lastYear, cx.columns[c].dims.year, cx.columns[c].dims.toYear)
	}
	for _, rw := range t.rows {
		cx.named = cx.named || rw.mean.says()
		cx.sixRegions = cx.sixRegions || namesNewRegion(rw.mean.territories)
		for _, i := range rw.labels {
			cx.otherRegions = cx.otherRegions || s.parsed[i].former
			cx.marked = cx.marked || len(s.parsed[i].marks) > 0
		}
		cx.lastYear = max(cx.lastYear, rw.mean.dims.year, rw.mean.dims.toYear)
	}
	cx.lastYear = max(cx.lastYear, cx.title.lastYear())
	cx.hasMeasures, cx.short = s.hasMeasures(t) || short, short
	districts := 0
	for _, rw := range t.rows {
		for _, x := range rw.mean.territories {
			if x.IsLocal() {
				districts++
				break
			}
		}
	}
	cx.onlyDistr = districts >= 2
	return cx
}

// hasMeasures reports whether any header or label of the table says what kind of figure it holds.
func (s *sheetReader) hasMeasures(t *table) bool {
	for c := range t.columns {
		if t.columns[c].role != roleValue {
			continue
		}
		for _, p := range t.columns[c].stack {
			if p.dims.measure != "" && p.dims.status != "E" {
				return true
			}
		}
	}
	for _, rw := range t.rows {
		if rw.mean.dims.measure != "" {
			return true
		}
	}
	return false
}

// isRate reports whether nothing was written but that the column holds percentages: "Tỷ lệ (%)" beside "Số lượng" tells nothing that the other lacks.
func (m *meaning) isRate() bool {
	d := &m.dims
	return m.unknown == "" && !m.says() && len(m.matches)+len(m.territories) == 0 && d.unit != nil && d.unit.Quantity == "percent" && !d.splits()
}

// namesNoPart reports whether the headers of a column say nothing, or announce parts ("Chia ra") and tell at most the unit of the one that stands
// there.
func (cx *cellContext) namesNoPart(c int) bool {
	m := &cx.columns[c]
	if m.silent() {
		return true
	}
	return m.unknown == "" && m.indicator == nil && len(m.matches)+len(m.territories) == 0 && !m.dims.splits() && slices.ContainsFunc(cx.t.columns[c].stack, (*phrase).leadsOn)
}

// samePeriods finds the period of columns such as "Cùng kỳ 2018": the same part of the year as that of the columns of the year after, if
// these have but one; where none names a part or a year, that of the title's results.
func (cx *cellContext) samePeriods() {
	same := false
	for c := range cx.columns {
		same = same || cx.columns[c].dims.ref == refSame
	}
	if !same { // as in most tables
		return
	}
	part, year := "", 0
	whole := map[int]bool{} // years told as a whole
	ti := &cx.title
	titled := 0 // the title's year, for columns that name none
	if ti.dims.toYear == 0 && !ti.planYear && cx.onlyYear(ti.dims.year) {
		titled = ti.dims.year
	}
	for c := range cx.columns {
		d := &cx.columns[c].dims
		if d.ref == refToDate && cx.t.columns[c].role == roleValue { // "Cùng kỳ" beside the month and the months so far is of either
			return
		}
		if d.ref == "" && cmp.Or(d.part, "Y") == "Y" && d.toYear == 0 && (d.measure == "" || d.measure == "actual") && cx.t.columns[c].role == roleValue {
			whole[d.year] = true
		}
		if d.ref != "" || d.part == "" || d.part == "Y" || d.toYear != 0 || d.measure != "" && d.measure != "actual" && d.measure != "estimate" {
			continue
		}
		if part != "" && (part != d.part || year != d.year) {
			return
		}
		part, year = d.part, d.year
	}
	switch {
	case part != "" && whole[cmp.Or(year, titled)] && cmp.Or(year, titled) != 0:
		return
	case part != "" && year == 0:
		year = titled
	case part == "" && cx.isOfTitle():
		if p, ok := ti.partOf("actual"); ok && !(cmp.Or(p, "Y") == "Y" && cx.awaits(titled)) {
			part, year = p, titled
		}
	}
	for c := range cx.columns {
		d := &cx.columns[c].dims
		if d.ref == refSame && d.part == "" && year != 0 && (d.year == 0 || d.year == year-1) && (d.measure == "" || d.measure == "actual") {
			d.ref, d.part, d.year = "", part, year-1
			d.measure, cx.columns[c].earlier = "actual", true
		}
	}
}

// yearsOfSpan lets the years of a plan be planned as their whole is: "Kế hoạch 5 năm 2021-2025" beside "Trong đó" over "2021", "2022" ….
func (cx *cellContext) yearsOfSpan() {
	for c := range cx.columns {
		col, d := &cx.t.columns[c], &cx.columns[c].dims
		if len(col.stack) < 2 || !col.stack[0].ofWhich || col.stack[0].says() || d.year == 0 || d.toYear != 0 || d.measure != "" {
			continue
		}
		k := c - 1
		for k >= 0 && len(cx.t.columns[k].cells) > 0 && cx.t.columns[k].cells[0] == col.cells[0] {
			k-- // under the same "Trong đó"
		}
		if k < 0 || cx.t.columns[k].role != roleValue {
			continue
		}
		if whole := &cx.columns[k].dims; cx.columns[k].unknown == "" && whole.toYear != 0 && whole.year <= d.year && d.year <= whole.toYear {
			d.measure = whole.measure
		}
	}
}

// isOfTitle reports whether the columns of a table leave its period to the title: one tells what was done, none names a part of the year or
// another period than the same one a year earlier, and all of them are understood.
func (cx *cellContext) isOfTitle() bool {
	done := false
	for c := range cx.columns {
		if cx.t.columns[c].role != roleValue {
			continue
		}
		m := &cx.columns[c]
		d := &m.dims
		if len(cx.t.columns[c].stack) == 0 || m.unknown != "" || cx.t.columns[c].gap || d.part != "" && d.part != "Y" || d.ref != "" && d.ref != refSame || d.ref == "" && d.year != 0 && d.measure == "actual" {
			return false
		}
		done = done || d.measure == "actual" && d.ref == "" && d.part == ""
	}
	return done
}

// awaits reports whether a column estimates the whole of a year: what was done in it so far is not the year's.
func (cx *cellContext) awaits(year int) bool {
	return slices.ContainsFunc(cx.columns, func(m meaning) bool {
		d := &m.dims
		return d.measure == "estimate" && d.part == "Y" && (d.year == 0 || d.year == year)
	})
}

// isEstimated reports whether a column estimates a whole year in the row of the cell: the sum of the years up to it is not yet done either.
func (v *valueCell) isEstimated(year int) bool {
	for c := range v.cx.columns {
		if d := &v.cx.columns[c].dims; d.measure == "estimate" && d.year == year && d.toYear == 0 && cmp.Or(d.part, "Y") == "Y" && v.s.g.hasFigure(v.rw.r, c) {
			return true
		}
	}
	return false
}

// yearsToldTwice finds the columns that estimate a whole year beside one that tells it as done. One group, "Năm 2018" over "Ước" and "TH", may hold both.
func (cx *cellContext) yearsToldTwice() {
	whole := func(c int, measure string) bool {
		d := &cx.columns[c].dims
		return d.measure == measure && d.year != 0 && d.toYear == 0 && cmp.Or(d.part, "Y") == "Y" && d.ref == "" && cx.t.columns[c].role == roleValue
	}
	for e := range cx.columns {
		for k := 0; k < len(cx.columns) && whole(e, "estimate"); k++ {
			if whole(k, "actual") && cx.columns[k].dims.year == cx.columns[e].dims.year && !cx.t.isOneGroup(k, e) {
				cx.twice = append(cx.twice, [2]int{e, k})
			}
		}
	}
}

// isOneGroup reports whether two columns stand under the same first header. A table that goes on from another sheet has but their texts.
func (t *table) isOneGroup(a, b int) bool {
	x, y := &t.columns[a], &t.columns[b]
	if len(x.cells) > 0 && len(y.cells) > 0 {
		return x.cells[0] == y.cells[0]
	}
	return len(x.stack) > 0 && len(y.stack) > 0 && x.stack[0] == y.stack[0]
}

// isToldTwice gives the header of another column with a figure of the row that tells the year of this one as done where this one or its group estimates it,
// or the other way: the headers of one of the two were copied from those of the year before.
func (v *valueCell) isToldTwice() (header string, ok bool) {
	t, g := v.cx.t, v.s.g
	for _, pair := range v.cx.twice {
		e, done := pair[0], pair[1]
		if !g.hasFigure(v.rw.r, e) || !g.hasFigure(v.rw.r, done) {
			continue
		}
		switch {
		case v.c == done:
			return t.columns[e].header, true
		case t.isOneGroup(v.c, e):
			return t.columns[done].header, true
		}
	}
	return "", false
}

// isPlanOfYear reports whether a column of a report of a part of a year holds the plan of that year, "KH năm" below "BÁO CÁO THÁNG 10 NĂM 2018": beside
// plans of other parts, "KH quý I", it may be that of the next.
func (cx *cellContext) isPlanOfYear(d *partial) bool {
	return d.part == "Y" && d.measure == "plan" && !slices.ContainsFunc(cx.columns, func(m meaning) bool { return m.dims.measure == "plan" && m.dims.part != "Y" })
}

// isReplaced gives the header of another column that holds the plan of a year as it was adjusted.
func (s *sheetReader) isReplaced(cx *cellContext, c, year int) (header string, ok bool) {
	for _, k := range cx.adjusted {
		header = cx.t.columns[k].header
		w := s.rd.titleWords(header)
		of := func(y partial) bool { return y.year <= year && year <= max(y.year, y.toYear) }
		if k != c && !slices.Contains(cx.adjusted, c) && (len(w.years) == 0 || slices.ContainsFunc(w.years, of)) && !slices.ContainsFunc(w.measures, func(m string) bool { return m != "plan" }) {
			return header, true
		}
	}
	return "", false
}

// isLeftToTitle reports whether a column that says that it holds what was done, "TH", stands behind one of the title's year: no other holds the same of
// that year.
func (cx *cellContext) isLeftToTitle(c int) bool {
	year := cx.title.dims.year
	if cx.columns[c].dims.measure != "actual" || cx.title.dims.toYear != 0 || !cx.isAmong(c, year) {
		return false
	}
	for k := range cx.columns {
		if d := &cx.columns[k].dims; k != c && cx.t.columns[k].role == roleValue && d.measure == "actual" && (d.year == 0 || d.year == year) {
			return false
		}
	}
	return true
}

// yearOfResults gives the year of which the titles tell results, for a column that says only that it holds what was done then or planned for it:
// "Kế hoạch | Thực hiện" beside "Năm 2015" under "KẾT QUẢ NĂM 2016", and beside "Kế hoạch năm 2019" under "KẾT QUẢ NĂM 2018, KẾ HOẠCH NĂM 2019". It is 0 if
// another column may hold the same, or one of another year may be what the column belongs to. The plan that stands alone beside the results under a
// title of both years may be that of either.
func (cx *cellContext) yearOfResults(c int) int {
	measure, ti := cx.columns[c].dims.measure, &cx.title
	if measure != "actual" && measure != "plan" || !ti.results || ti.stage {
		return 0
	}
	year, next := 0, 0
	for _, p := range ti.parts {
		switch {
		case p.part != "Y" || p.year == 0 || p.until || year != 0 && p.year != year && !p.ahead || next != 0 && p.ahead:
			return 0
		case p.ahead:
			next = p.year
		default:
			year = p.year
		}
	}
	if year == 0 || next != 0 && next != year+1 || slices.ContainsFunc(ti.years, func(y partial) bool { return y.toYear != 0 }) {
		return 0
	}
	planned := false // for the next year, as a header says
	for k := range cx.columns {
		m, t := &cx.columns[k], &cx.t.columns[k]
		d := &m.dims
		switch {
		case t.role != roleValue || k == c || m.earlier:
		case m.unknown != "" || t.gap || len(t.stack) == 0 || d.part != "" && d.part != "Y" || d.ref != "" || d.toYear != 0 || d.measure != "plan" && d.measure != "actual" && d.measure != "":
			return 0
		case d.year == 0 || d.year == year:
			if d.measure == measure || d.measure == "" {
				return 0
			}
		case d.year < year:
			if d.measure == "plan" { // "KH 2017 | TH" are a pair
				return 0
			}
		case d.year == next && d.measure == "plan":
			planned = true
		default:
			return 0
		}
	}
	if measure == "plan" && next != 0 && !planned {
		return 0
	}
	return year
}

// isAmong reports whether a column that names no year stands among those of a year: the next one to its left that names a year names this one, and
// what stands right of it are plans for a later one.
func (cx *cellContext) isAmong(c, year int) bool {
	named := false
	for k := range cx.columns {
		d, t := &cx.columns[k].dims, &cx.t.columns[k]
		switch {
		case t.role != roleValue || cx.columns[k].earlier:
		case cx.columns[k].unknown != "" || t.gap || len(t.stack) == 0: // it may have named another year
			return false
		case d.year == 0:
		case d.toYear != 0 || d.measure == "":
			return false
		case k < c:
			named = d.year == year
			if d.year > year {
				return false
			}
		case d.year < year || d.year > year && d.measure != "plan":
			return false
		}
	}
	return named
}

// onlyYear reports whether no column header names another year.
func (cx *cellContext) onlyYear(year int) bool {
	for i := range cx.columns {
		d := &cx.columns[i].dims
		if same := cx.columns[i].earlier || d.ref == refSame && d.year == year-1 || d.year == year-1 && cx.isBeforeTheSame(d); !same && d.year != 0 && (d.year != year || d.toYear != 0) {
			return false
		}
	}
	return true
}

// isBeforeTheSame reports whether a header names what was done in a part of a year beside one of the same part a year later: "Quý I/2015 | Quý I/2016".
func (cx *cellContext) isBeforeTheSame(d *partial) bool {
	if d.toYear != 0 || cmp.Or(d.part, "Y") == "Y" || d.measure != "" && d.measure != "actual" {
		return false
	}
	return slices.ContainsFunc(cx.columns, func(m meaning) bool {
		return m.dims.year == d.year+1 && m.dims.part == d.part && m.dims.toYear == 0 && m.dims.measure == d.measure
	})
}

// isCutShort reports whether a year that headers give what was done for is one of which the title tells a part only, or one beside it that is written
// in the same way: "2018 | 2019" under "KẾT QUẢ 6 THÁNG ĐẦU NĂM 2019" are six months of both.
func (cx *cellContext) isCutShort(d *partial) bool {
	if d.part != "" || d.toYear != 0 {
		return false
	}
	for _, y := range cx.title.years {
		if y.year == d.year && (y.part == "" || y.part == "Y") || y.toYear != 0 && y.year <= d.year && d.year <= y.toYear {
			return false
		}
	}
	for _, y := range cx.title.years {
		if y.part == "" || y.part == "Y" || y.toYear != 0 {
			continue
		}
		if y.year == d.year {
			return true
		}
		beside := func(m *partial) bool {
			return m.year == y.year && m.part == "" && m.toYear == 0 && m.ref == "" && !m.sum && (m.measure == "" || m.measure == "actual")
		}
		if slices.ContainsFunc(cx.columns, func(m meaning) bool { return beside(&m.dims) }) || slices.ContainsFunc(cx.t.rows, func(rw *row) bool { return beside(&rw.mean.dims) }) {
			return true
		}
	}
	return false
}

// isTotalOfSome reports whether a cell is the total of columns or rows that are of months or quarters, but not of all in a year: it is not
// the year's.
func (cx *cellContext) isTotalOfSome(rm, cm *meaning) bool {
	if !rm.dims.total && !cm.dims.total {
		return false
	}
	months := map[int]bool{}
	see := func(total, d *partial) {
		if len(d.part) < 2 || d.part[0] == 'C' || total.year != 0 && d.year != 0 && d.year != total.year { // "9 tháng" may be as much as the total
			return
		}
		for m := firstMonth(d.part); m <= lastMonth(d.part); m++ {
			months[m] = true
		}
	}
	if cm.dims.total {
		some := false // "Trong đó: Quý I | Quý II" are both only some
		for c := range cx.columns {
			some = cx.t.columns[c].ofWhole() || some && !cx.columns[c].dims.total
			if !some {
				see(&cm.dims, &cx.columns[c].dims)
			}
		}
	}
	if rm.dims.total {
		for _, rw := range cx.t.rows {
			see(&rm.dims, &rw.mean.dims)
		}
	}
	return len(months) > 0 && len(months) < 12
}

// ofWhole reports whether a header says that the column is a part of more than the columns beside it hold: "Trong đó", not "Chia ra".
func (col *column) ofWhole() bool {
	return slices.ContainsFunc(col.stack, func(p *phrase) bool {
		if !p.ofWhich {
			return false
		}
		low := strings.ToLower(p.text)
		return strings.HasPrefix(low, "tr") || strings.HasPrefix(low, "of which") || strings.HasPrefix(low, "in which")
	})
}
