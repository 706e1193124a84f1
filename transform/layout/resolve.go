package layout

import (
	"cmp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/record"
)

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
		no(code, "", append([]string{cmp.Or(unclear, strings.TrimSpace(label))}, b.rd.meanings(unclear)...)...)
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
		if part, ok := ti.partOf(d.measure); ok && !(cmp.Or(part, "Y") == "Y" && d.measure == "actual" && cx.awaits(ti.dims.year)) {
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
	if standard := cmp.Or(d.standard, ti.dims.standard); standard != "" {
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
	if measure == "actual" && (!titlePeriod && cx.isCutShort(&d) || (titlePeriod || b.signedOn < yearText(d.year)) && !isOverOn(b.signedOn, &d)) {
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
		sex = cmp.Or(d.sex, ti.dims.sex, "T")
	}
	if in.Area == "" {
		area = cmp.Or(d.area, ti.dims.area, "T")
	}
	if name := s.nameSays(); name != nil {
		var own partial
		if titlePeriod {
			own.year = d.year
			if rm.dims.part+cm.dims.part == "" {
				own.part = cmp.Or(d.part, "Y")
			}
		}
		if d.measure == "" {
			own.measure = measure
		}
		if !slices.ContainsFunc(cx.columns, func(m meaning) bool { return m.dims.sex+m.dims.area != "" }) {
			own.sex, own.area = cmp.Or(in.Sex, sex), cmp.Or(in.Area, area)
		}
		if name.contradicts(&own, ti) {
			no("header.conflict", "", s.g.info.Name, cmp.Or(ti.text(), header))
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
	made, waiting := len(b.made), len(b.pending)
	p := pending{g: g, cell: i, obs: b.observation(), indicator: in, row: rw.r, col: c}
	*p.obs = record.Observation{
		Origin: g.origin(i), Table: cx.t.number, Indicator: in.Code, Territory: terr.ID, Period: period, Measure: measure,
		Sex: sex, Area: area, Status: status(measure, d.status), Label: label, Header: header,
		Note: s.notes(cx.t, rw, c),
	}
	if b.value(s, cx, rw, cm, &p, no); len(b.pending) == waiting { // refused
		b.made = b.made[:made]
	}
}

func has(ms []catalogue.Match, in *catalogue.Indicator) bool {
	for _, m := range ms {
		if m.Indicator == in {
			return true
		}
	}
	return false
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
