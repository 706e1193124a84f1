package layout

import (
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/record"
	"github.com/phuluc/phuluc/transform/text"
)

// isRate reports whether nothing was written but that the column holds percentages: "Tỷ lệ (%)" beside "Số lượng" tells nothing that the other lacks.
func (m *meaning) isRate() bool {
	d := m.dims
	if m.unknown != "" || m.says() || len(m.matches)+len(m.territories) > 0 || d.unit == nil || d.unit.Quantity != "percent" {
		return false
	}
	d.unit, d.unitText = nil, ""
	return !d.any()
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

// cellContext is what is the same for all cells of a table.
type cellContext struct {
	t           *table
	title       titleInfo
	hasMeasures bool // some header or label says what kind of figure it heads: one that does not is a gap
	short       bool // the headers are those of the table above, shortened
	hasYears    bool // some column header names a year: one that does not is a gap
	territories int  // rows that name a territory
	indicators  int  // rows that name an indicator
	columns     []meaning
	styles      []text.Style
	mixed       bool                    // the sheet proves both decimal styles
	torn        []bool                  // by column: counts of whole things prove another decimal style
	largest     map[int]decimal.Decimal // by column, see labelUnit
	labelled    bool                    // the table has row labels, so that a row without one is a gap
	old         bool                    // the old poverty standard is named beside the new one
	sixRegions  bool                    // the regions are those since [firstYearOfRegions]
	lastYear    int                     // that the table names
	named       bool                    // something in the table or above it names an indicator
	provinces   *namedProvinces         // see foreign
	onlyDistr   bool                    // the rows are districts: a province's own name is then a doubtful row
}

// onlyYear reports whether no column header names another year.
func (cx *cellContext) onlyYear(year int) bool {
	for i := range cx.columns {
		d := &cx.columns[i].dims
		if same := cx.columns[i].earlier || d.ref == refSame && d.year == year-1; !same && d.year != 0 && (d.year != year || d.toYear != 0) {
			return false
		}
	}
	return true
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

// hasYearsAround reports whether a column is of several years, among them the one given: what was done up to that year then began in the first of them.
func (cx *cellContext) hasYearsAround(year int) bool {
	return slices.ContainsFunc(cx.columns, func(m meaning) bool { return m.dims.toYear != 0 && m.dims.year <= year && year <= m.dims.toYear })
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
		planned = planned || d.measure == "plan" && d.year == year && firstOf(d.part, "Y") == "Y"
	}
	return planned
}

// isTotalOfSome reports whether a cell is the total of columns or rows that are of months or quarters, but not of all in a year: it is not
// the year's.
func (cx *cellContext) isTotalOfSome(rm, cm *meaning) bool {
	months := map[int]bool{}
	see := func(total, d *partial) {
		if d.part == "" || total.year != 0 && d.year != 0 && d.year != total.year {
			return
		}
		n := map[byte]int{'M': 1, 'Q': 3, 'S': 6}[d.part[0]]
		for end := lastMonth(d.part); n > 0; n-- {
			months[end-n+1] = true
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

// pending is a value cell on its way to an observation.
type pending struct {
	g    *grid
	cell int32
	obs  record.Observation
	// For the checks that look at neighbours.
	indicator *catalogue.Indicator
	row, col  int
	number    bool // stored as a number
	percent   bool
	part      bool // a part that stands in the cell of the pending before it
}

// maxPendingKept keeps one large workbook from filling the memory for good.
const maxPendingKept = 1 << 12

// takePending gives an empty list that an earlier workbook may have used: what is pending is large, and soon decided.
func (rd *Reader) takePending() []pending {
	if list, ok := rd.pendings.Get().(*[]pending); ok {
		return (*list)[:0]
	}
	return nil
}

func (rd *Reader) givePending(list []pending) {
	if cap(list) <= maxPendingKept {
		rd.pendings.Put(&list)
	}
}

// context reads the headers and labels of a table.
func (s *sheetReader) context(t *table) *cellContext {
	g := s.g
	cx := &cellContext{t: t, title: s.titleMeaning(t)}
	cx.columns = make([]meaning, len(g.cols))
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
	short := s.goOnBelow(t, cx)
	cx.yearsAround()
	cx.samePeriods()
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
	for _, rw := range t.rows {
		if s.ctx.Err() != nil {
			return cx
		}
		rw.mean = s.rowMeaning(t, rw, &cx.title.meaning)
		cx.old = cx.old || rw.mean.dims.standard == standardOld
		cx.labelled = cx.labelled || len(rw.labels) > 0
		switch {
		case rw.mean.indicator != nil:
			cx.indicators++
		case len(rw.mean.territories) > 0 && rw.mean.unknown == "":
			cx.territories++
		}
	}
	cx.named = cx.title.says()
	for c := range cx.columns {
		cx.named = cx.named || cx.columns[c].says()
		cx.sixRegions = cx.sixRegions || namesNewRegion(cx.columns[c].territories)
		cx.lastYear = max(cx.lastYear, cx.columns[c].dims.year, cx.columns[c].dims.toYear)
	}
	for _, rw := range t.rows {
		cx.named = cx.named || rw.mean.says()
		cx.sixRegions = cx.sixRegions || namesNewRegion(rw.mean.territories)
		cx.lastYear = max(cx.lastYear, rw.mean.dims.year, rw.mean.dims.toYear)
	}
	cx.lastYear = max(cx.lastYear, cx.title.lastYear())
	cx.hasMeasures, cx.short = s.hasMeasures(t) || short, short
	districts := 0
	for _, rw := range t.rows {
		for _, x := range rw.mean.territories {
			if x.Level == "district" {
				districts++
				break
			}
		}
	}
	cx.onlyDistr = districts >= 2
	return cx
}

// namesNoPart reports whether the headers of a column say nothing, or announce parts ("Chia ra") and tell at most the unit of the one that stands
// there.
func (cx *cellContext) namesNoPart(c int) bool {
	m := cx.columns[c]
	if slices.ContainsFunc(cx.t.columns[c].stack, (*phrase).leadsOn) {
		m.dims.unit = nil
	}
	return m.silent()
}

// resolveTable decides all value cells of a table.
func (b *bookReader) resolveTable(s *sheetReader, cx *cellContext) {
	g, t := s.g, cx.t
	for _, rw := range t.rows {
		if s.ctx.Err() != nil {
			return
		}
		for c := range g.cols {
			i := g.own(rw.r, c)
			if i == none || g.fates[i].kind != fateUnset {
				continue
			}
			switch t.columns[c].role {
			case roleComparison:
				if cx.t.columns[c].achieved == nil {
					g.skip(i, skipComparison)
					continue
				}
				b.claims = append(b.claims, claim{g: g, cell: i, row: rw.r, of: &cx.columns[c], style: cx.styles[c]})
				continue
			case roleValue:
			default:
				continue
			}
			if rw.mean.comparison {
				g.skip(i, skipComparison)
				continue
			}
			if x := g.text[i]; (x == "" || len(x) >= 5) && strings.Trim(x, " .…_") == "" {
				g.skip(i, skipBlankForm)
				continue
			}
			b.resolveCell(s, cx, rw, c, i)
		}
	}
}

// awaits reports whether a column estimates the whole of a year: what was done in it so far is not the year's.
func (cx *cellContext) awaits(year int) bool {
	return slices.ContainsFunc(cx.columns, func(m meaning) bool {
		d := &m.dims
		return d.measure == "estimate" && d.part == "Y" && (d.year == 0 || d.year == year)
	})
}

// samePeriods finds the period of columns such as "Cùng kỳ 2018": the same part of the year as that of the columns of the year after, if
// these have but one; where none names a part or a year, that of the title's results.
func (cx *cellContext) samePeriods() {
	part, year := "", 0
	ti := &cx.title
	titled := 0 // the title's year, for columns that name none
	if ti.dims.toYear == 0 && !ti.planYear && cx.onlyYear(ti.dims.year) {
		titled = ti.dims.year
	}
	for c := range cx.columns {
		d := &cx.columns[c].dims
		if d.ref != "" || d.part == "" || d.part == "Y" || d.toYear != 0 || d.measure != "" && d.measure != "actual" && d.measure != "estimate" {
			continue
		}
		if part != "" && (part != d.part || year != d.year) {
			return
		}
		part, year = d.part, d.year
	}
	switch {
	case part != "" && year == 0:
		year = titled
	case part == "" && cx.isOfTitle():
		if p, ok := ti.partOf("actual"); ok && !(firstOf(p, "Y") == "Y" && cx.awaits(titled)) {
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

// resolveCell joins what row, column, title and file say about a value cell, then reads the value.
func (b *bookReader) resolveCell(s *sheetReader, cx *cellContext, rw *row, c int, i int32) {
	g := s.g
	rm, cm, ti := &rw.mean, &cx.columns[c], &cx.title
	label, header := s.rowText(rw), cx.t.columns[c].header
	no := func(code, nearest string, args ...string) { b.refuse(g, i, code, label, header, nearest, args...) }

	if g.span[i].c > c || g.span[i].r > rw.r {
		if g.span[i].c < len(cx.t.columns) && b.spansMeanings(cx, s, i, rw, c) {
			no("header.conflict", "", "the merged cell covers several headers")
			return
		}
	}
	if len(cx.t.columns[c].stack) == 0 {
		no("dimension.missing", "", "no header above the cell")
		return
	}
	if cx.t.columns[c].gap {
		no("header.unknown", "", "the header of the column is not complete")
		return
	}
	if len(rw.labels) == 0 && cx.labelled {
		no("dimension.missing", "", "no label beside the cell")
		return
	}
	if g.cells[i].External {
		no("value.external_link", "")
		return
	}
	// Unknown texts first: without them nothing else can be said.
	if rm.unknown != "" {
		b.refuseLabel(s, cx, rw, i, rm.unknown, label, header)
		return
	}
	if cm.unknown != "" {
		if b.rd.isTownName(cm.unknown) {
			no("territory.unknown", "", cm.unknown)
			return
		}
		nearest := ""
		if b.columnsAreIndicators(cx) {
			if in := b.proposal(cm.unknown); in != nil {
				no("indicator.unknown", in.NameVi, cm.unknown)
				return
			}
		}
		if !cx.named && len(ti.texts) > 0 {
			b.refuseNameless(g, i, ti.text(), label, header)
			return
		}
		if _, sum := takeSum(b.rd.tokenize(cm.unknown)); sum {
			no("period.missing", "", cm.unknown, "it does not say of which months it is the sum")
			return
		}
		no("header.unknown", nearest, cm.unknown)
		return
	}
	// Indicator.
	in, code := b.joinIndicator(rm, cm, &ti.meaning)
	if code == "" && in != nil && rm.indicator == nil && cx.isBesideAnother(c, ti.indicator) {
		code = "indicator.ambiguous" // "Xuất khẩu lao động | Trong đó nữ" below a title of jobs
	}
	if code == "" && rw.orphan && !rm.says() && !cm.says() {
		code = "indicator.ambiguous" // the lost label may have named another one than the title
	}
	switch {
	case code == "indicator.ambiguous":
		unclear, below := s.unclear(cx.t, rw, c)
		no(code, "", append([]string{firstOf(unclear, strings.TrimSpace(label))}, b.rd.meanings(unclear)...)...)
		b.refusals[len(b.refusals)-1].Below = below
		return
	case code != "":
		no(code, "", strings.TrimSpace(label), header)
		return
	}
	rd2, cd2 := rm.dims, cm.dims
	if rate := s.rateInColumn(cx, rw, c, in); rate != nil {
		in = rate
	} else if in != nil && rm.indicator != in && len(rm.matches) > 0 || cm.indicator != in && in != nil && len(cm.matches) > 0 {
		// A word such as "Thành thị" turned out to name the child indicator.
		if cm.indicator != in && len(cm.matches) > 0 && has(cm.matches, in) {
			cd2.leave(in)
		}
		if rm.indicator != in && len(rm.matches) > 0 && has(rm.matches, in) {
			rd2.leave(in)
		}
	}
	// Period, measure, sex and area of row and column are equally near and must agree.
	d := rd2
	d.unit, d.unitText = nil, ""
	if s.isBlockMeasure(cx, rw, cm) {
		d.measure = ""
	}
	d.merge(&cd2)
	if d.clash != "" {
		no("header.conflict", "", d.clash, header)
		return
	}
	if in == nil {
		what := ti.text()
		said := rm.dims
		said.unit = nil
		if n := len(rm.texts); n > 0 && len(rm.territories) == 0 && (!said.any() || cx.indicators > 0) { // "Số vụ", which is a unit too
			what = rm.texts[n-1]
		}
		b.refuseNameless(g, i, what, label, header)
		return
	}
	titlePeriod := false
	ofTitle := d.ref == refToDate || d.ref == refMonth || d.ref == refQuarter
	if ofTitle || d.year == 0 && d.ref != "" {
		titlePeriod = ti.refer(&d)
	}
	if d.year == 0 && d.part == "" && d.ref == "" && ti.dims.year != 0 && !cx.hasYears && (d.measure == "" || !ti.planYear || d.measure == "plan") {
		if part, ok := ti.partOf(d.measure); ok && !(firstOf(part, "Y") == "Y" && d.measure == "actual" && cx.awaits(ti.dims.year)) {
			d.year, d.toYear, d.part, titlePeriod = ti.dims.year, ti.dims.toYear, part, true
		}
	}
	if d.year == 0 && d.part != "" && ti.dims.year != 0 && ti.dims.toYear == 0 && (ti.dims.part == "" || ti.dims.part == d.part || ti.holds(&d)) && !ti.planYear && cx.onlyYear(ti.dims.year) {
		d.year, titlePeriod = ti.dims.year, true // months under "năm 2019"
	}
	if titlePeriod {
		if heading, ok := s.otherYear(rw, d.year); ok {
			no("header.conflict", "", heading, strconv.Itoa(d.year))
			return
		}
	}
	period := d.period()
	if period == "" || d.ref == refSame || ofTitle && !titlePeriod || d.open && !cx.isOfYear(d.year) || d.part == "" && cx.isTotalOfSome(rm, cm) || d.until && d.measure != "target" && in.ValueKind == "count" && cx.hasYearsAround(d.year) {
		if s.saysPercent(cx.t, c) {
			no("header.unknown", "", header, "it does not say of what these are percentages")
			return
		}
		if d.open && period != "" {
			no("period.missing", "", header, "it does not say of which months it is the sum")
			return
		}
		no("period.missing", "", header)
		return
	}
	if standard := firstOf(d.standard, ti.dims.standard); standard != "" {
		own, ok := b.rd.underStandard(in, standard, d.year, d.toYear, cx.old)
		if !ok {
			no("indicator.ambiguous", "", in.NameVi, "the year has another poverty standard in force")
			return
		}
		in = own
	}
	measure := d.measure
	if measure == "" {
		switch {
		case ti.dims.measure != "" && !cx.hasMeasures && (titlePeriod || ti.covers(&d)):
			measure = ti.dims.measure
		case !cx.hasMeasures && !ti.planned && !(ti.aheadOf != 0 && max(d.year, d.toYear) >= ti.aheadOf) && !b.isAhead(s, &d):
			measure = "actual"
		case d.status == "P", s.isOver(cx, c, &d):
			measure = "actual"
		case s.saysPercent(cx.t, c):
			no("header.unknown", "", header, "it does not say of what these are percentages")
			return
		default:
			no("measure.missing", "", header)
			return
		}
	}
	if measure == "actual" && (!titlePeriod && cx.isCutShort(&d) || (titlePeriod || b.signedOn < strconv.Itoa(d.year)) && !isOverOn(b.signedOn, &d)) {
		no("period.missing", "", header)
		return
	}
	if titlePeriod && ti.results && cm.dims.measure == "" && s.isHeadedByPlan(cx.t, rw) ||
		measure == "target" && cd2.until && ti.results && d.year <= ti.lastYear() && !holds(strings.ToLower(header), "mục tiêu", "chỉ tiêu", "phấn đấu") { // "Đến năm 2018" in the results of 2018
		no("measure.missing", "", header)
		return
	}
	if in.Sex != "" && d.sex != "" && d.sex != in.Sex || in.Area != "" && d.area != "" && d.area != in.Area {
		no("header.conflict", "", in.NameVi, header)
		return
	}
	// A restriction that is part of the indicator is not also a dimension of its values.
	sex, area := "T", "T"
	if in.Sex == "" {
		sex = firstOf(d.sex, ti.dims.sex, "T")
	}
	if in.Area == "" {
		area = firstOf(d.area, ti.dims.area, "T")
	}
	if name := s.nameSays(); name != nil {
		var own partial
		if titlePeriod {
			own.year = d.year
			if rm.dims.part+cm.dims.part == "" {
				own.part = firstOf(d.part, "Y")
			}
		}
		if d.measure == "" {
			own.measure = measure
		}
		if !slices.ContainsFunc(cx.columns, func(m meaning) bool { return m.dims.sex+m.dims.area != "" }) {
			own.sex, own.area = firstOf(in.Sex, sex), firstOf(in.Area, area)
		}
		if name.contradicts(&own, ti) {
			no("header.conflict", "", s.g.info.Name, firstOf(ti.text(), header))
			return
		}
	}
	in, sex, area = b.rd.cat.Canonical(in, sex, area)
	if cx.t.sexed && d.sex+d.area == "" && !rw.isHeaded() {
		no("dimension.missing", "", "no heading above the row names its sex or area") // a heading may be lost
		return
	}
	if !rw.searched {
		rw.headings, rw.searched = s.headingsOver(rw), true
	}
	if len(ti.narrowed)+len(rw.headings) > 0 {
		if n, ok := b.rd.unsaid(slices.Concat(ti.narrowed, rw.headings), in, sex, area, label, header); ok {
			no("indicator.narrowed", "", n.text)
			return
		}
	}
	terr, code, args := b.joinTerritory(s, cx, rw, cm)
	if code != "" {
		no(code, "", args...)
		return
	}
	if terr.Level == "region" && !cx.sixRegions && cx.lastYear < firstYearOfRegions && b.issued < strconv.Itoa(firstYearOfRegions) {
		no("territory.ambiguous", "", terr.NameVi, "the regions were other ones before "+strconv.Itoa(firstYearOfRegions))
		return
	}
	p := pending{g: g, cell: i, indicator: in, row: rw.r, col: c}
	p.obs = record.Observation{
		Origin: g.origin(i), Table: cx.t.number, Indicator: in.Code, Territory: terr.ID, Period: period, Measure: measure,
		Sex: sex, Area: area, Status: status(measure, d.status), Label: label, Header: header,
		Note: s.notes(cx.t, rw, c),
	}
	b.value(s, cx, rw, cm, &p, no)
}

// meanings gives the names of the indicators that a text means below others, if they are few enough to be read: one of them may be written instead.
func (rd *Reader) meanings(s string) (names []string) {
	for _, m := range rd.phrase(s).indicators {
		if m.ParentLabel == "" {
			return nil
		}
		if !slices.Contains(names, m.Indicator.NameVi) {
			names = append(names, m.Indicator.NameVi)
		}
	}
	if len(names) > 3 {
		return nil
	}
	return names
}

// unclear gives the text that may mean several indicators, of the row or else of the column, and the label below which the row's would mean one.
func (s *sheetReader) unclear(t *table, rw *row, c int) (what, below string) {
	if n := len(rw.labels); n > 0 && rw.mean.indicator == nil {
		if p := s.parsed[rw.labels[n-1]]; len(p.indicators) > 0 {
			return p.body, rw.partOf(p.body)
		}
	}
	for _, p := range t.columns[c].stack {
		if len(p.indicators) > 0 {
			what = p.body
		}
	}
	return what, ""
}

// measureHeading gives the row without values from which a row has its measure, nil if it says that itself.
func (s *sheetReader) measureHeading(rw *row) *row {
	for p := rw; p != nil; p = p.parent {
		for _, i := range p.labels {
			if s.parsed[i].dims.measure != "" {
				if p == rw || p.values {
					return nil
				}
				return p
			}
		}
	}
	return nil
}

// isHeadedByPlan reports whether a heading says that its rows are plans where none says that its are what was done: under a title of results it may
// name the indicators, "Chỉ tiêu tỉnh giao".
func (s *sheetReader) isHeadedByPlan(t *table, rw *row) bool {
	if m := rw.mean.dims.measure; m != "plan" && m != "target" || s.measureHeading(rw) == nil {
		return false
	}
	return !slices.ContainsFunc(t.rows, func(other *row) bool { return other.mean.dims.measure == "actual" })
}

// nameSays gives what the name of the sheet says if it is nothing but a period, a measure, a sex or an area: "KH 2020". nil if it is anything else.
func (s *sheetReader) nameSays() *partial {
	if !s.nameRead {
		s.nameRead = true
		if p := s.rd.phrase(s.rd.repair(s.g.info.Name)); p.rest == "" && p.dims.clash == "" && len(p.territories) == 0 && (len(p.indicators) == 0 || p.dims.sex+p.dims.area != "") && p.dims.any() {
			s.name = &p.dims
		}
	}
	return s.name
}

// contradicts reports whether the name of a sheet says something else than what a value has of a title, which may be that of the sheet it was
// copied from.
func (d *partial) contradicts(of *partial, ti *titleInfo) bool {
	other := func(a, b string) bool { return a != "" && b != "" && a != b }
	return d.year != 0 && of.year != 0 && d.toYear == 0 && d.year != of.year && !slices.ContainsFunc(ti.years, func(y partial) bool { return y.year == d.year }) ||
		other(d.part, of.part) && !slices.ContainsFunc(ti.parts, func(p titlePart) bool { return p.part == d.part }) ||
		d.year != 0 && d.year == of.year && other(d.measure, of.measure) || other(d.sex, of.sex) || other(d.area, of.area)
}

// otherYear gives a heading above a row that is not understood and names another year: "Nhiệm vụ năm 2019".
func (s *sheetReader) otherYear(rw *row, year int) (heading string, ok bool) {
	for p := rw.parent; p != nil; p = p.parent {
		if p.values || p.mean.unknown == "" {
			continue
		}
		toks := s.rd.tokenize(p.mean.unknown)
		for i := range toks {
			if toks[i].low != "năm" || i > 1 && toks[i-2].low == "tháng" { // the date of a document
				continue
			}
			if n, it := takePeriod(toks[i:]); n > 0 && it.year != 0 {
				if it.year <= year && year <= max(it.year, it.to) {
					return "", false
				}
				heading, ok = p.mean.unknown, true
			}
		}
	}
	return heading, ok
}

// isBlockMeasure reports whether the row has its measure of a heading, "Kết quả năm 2018", over columns of which one is of what was done and
// this one is of something else: the heading tells the year then, and the columns what they hold.
func (s *sheetReader) isBlockMeasure(cx *cellContext, rw *row, cm *meaning) bool {
	d := &rw.mean.dims
	if d.measure == "plan" && cm.dims.measure != "" && cm.dims.measure != "plan" {
		h := s.measureHeading(rw)
		return h != nil && holds(strings.ToLower(s.rowText(h)), "chỉ tiêu") // "A. CHỈ TIÊU TỈNH GIAO" names the indicators
	}
	if d.measure != "actual" || cm.dims.measure == "" || cm.dims.measure == "actual" || d.part != "" && d.part != "Y" && cm.dims.part == "" { // plans are the year's
		return false
	}
	for _, i := range rw.labels {
		if s.parsed[i].dims.measure != "" {
			return false
		}
	}
	for p := rw.parent; p != nil; p = p.parent {
		if p.values && p.mean.dims.measure != "" {
			return false
		}
	}
	return slices.ContainsFunc(cx.columns, func(m meaning) bool { return m.dims.measure == "actual" })
}

// leave takes away the sex or area that turned out to be part of an indicator's name; of both, only what the indicator is restricted to.
func (d *partial) leave(in *catalogue.Indicator) {
	both := d.sex != "" && d.area != ""
	if !both || in.Sex != "" {
		d.sex = ""
	}
	if !both || in.Area != "" {
		d.area = ""
	}
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

// headingsOver gives the populations to which rows above that name no indicator narrow a row.
func (s *sheetReader) headingsOver(rw *row) (found []narrowing) {
	for p := rw.parent; p != nil; p = p.parent {
		for _, i := range p.labels {
			if q := s.parsed[i]; q.rest != "" || p.mean.indicator == nil {
				found = append(found, s.rd.narrowings(q.body, true)...)
			}
		}
	}
	return found
}

// isHeaded reports whether a row without values stands above the row, over it and others, and says a sex, an area or that it is the whole.
func (rw *row) isHeaded() bool {
	if rw.mean.dims.total {
		return true
	}
	for p := rw.parent; p != nil; p = p.parent {
		if d := &p.mean.dims; !p.values && (d.total || d.sex+d.area != "") {
			return true
		}
	}
	return false
}

func has(ms []catalogue.Match, in *catalogue.Indicator) bool {
	for _, m := range ms {
		if m.Indicator == in {
			return true
		}
	}
	return false
}

func firstOf(s ...string) string {
	for _, x := range s {
		if x != "" {
			return x
		}
	}
	return ""
}

// status gives the SDMX observation status of a value that is there.
func status(measure, written string) string {
	switch {
	case measure == "forecast":
		return "F"
	case written != "":
		return written
	case measure == "estimate":
		return "E"
	}
	return "A"
}

func (s *sheetReader) rowText(rw *row) string {
	if len(rw.labels) == 1 { // as nearly all rows have
		return s.g.text[rw.labels[0]]
	}
	var parts []string
	for _, i := range rw.labels {
		parts = append(parts, s.g.text[i])
	}
	return strings.Join(parts, " / ")
}

// notes joins the footnote marks of label and headers.
func (s *sheetReader) notes(t *table, rw *row, c int) string {
	var marks []string
	for _, i := range rw.labels {
		marks = append(marks, s.parsed[i].marks...)
	}
	for _, p := range t.columns[c].stack {
		marks = append(marks, p.marks...)
	}
	return strings.Join(marks, " ")
}

// spansMeanings reports whether a merged value cell covers columns or rows that mean different things.
func (b *bookReader) spansMeanings(cx *cellContext, s *sheetReader, i int32, rw *row, c int) bool {
	for k := c + 1; k <= s.g.span[i].c; k++ {
		if cx.t.columns[k].role == roleValue && cx.t.columns[k].header != cx.t.columns[c].header {
			return true
		}
	}
	rows := cx.t.rows
	for k := sort.Search(len(rows), func(k int) bool { return rows[k].r > rw.r }); k < len(rows) && rows[k].r <= s.g.span[i].r; k++ {
		if len(rows[k].labels) > 0 {
			return true
		}
	}
	return false
}

func (b *bookReader) columnsAreIndicators(cx *cellContext) bool {
	for c := range cx.columns {
		if cx.t.columns[c].role == roleValue && cx.columns[c].indicator != nil {
			return true
		}
	}
	return cx.indicators == 0 && cx.title.indicator == nil
}

// joinIndicator decides the indicator out of row, column and title.
func (b *bookReader) joinIndicator(rm, cm, ti *meaning) (*catalogue.Indicator, string) {
	r, c := rm.indicator, cm.indicator
	if c == nil && len(cm.matches) > 0 {
		above := ti.indicator
		if r != nil {
			above = r
		}
		if above != nil {
			in, ambiguous := b.rd.pick(cm.matches, []ancestor{{indicator: above, text: above.NameVi}})
			if ambiguous {
				return nil, "indicator.ambiguous"
			}
			if in != nil {
				return in, ""
			}
		}
		if cm.ambiguous {
			return nil, "indicator.ambiguous"
		}
	}
	if r == nil && len(rm.matches) > 0 {
		above := ti.indicator
		if c != nil {
			above = c
		}
		if above != nil {
			in, ambiguous := b.rd.pick(rm.matches, []ancestor{{indicator: above, text: above.NameVi}})
			if ambiguous {
				return nil, "indicator.ambiguous"
			}
			if in != nil {
				return in, ""
			}
		}
		if rm.ambiguous {
			return nil, "indicator.ambiguous"
		}
	}
	if r == nil && rm.ambiguous {
		return nil, "indicator.ambiguous"
	}
	switch {
	case r != nil && c != nil && r != c:
		if c.Parent == r.Code {
			return c, ""
		}
		if r.Parent == c.Code {
			return r, ""
		}
		return nil, "header.conflict"
	case r != nil:
		return r, ""
	case c != nil:
		return c, ""
	}
	if rm.ambiguous || cm.ambiguous {
		return nil, "indicator.ambiguous"
	}
	return ti.indicator, ""
}
