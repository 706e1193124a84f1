package layout

import (
	"cmp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/phuluc/phuluc/transform/catalogue"
)

// resolveTable decides all value cells of a table.
func (b *bookReader) resolveTable(s *sheetReader, cx *cellContext) {
	g, t := s.g, cx.t
	b.known.begin(len(t.columns))
	for _, rw := range t.rows {
		if s.ctx.Err() != nil {
			return
		}
		for _, i := range g.rowCells(rw.r) {
			if g.fates[i] != fateUnset {
				continue
			}
			c := g.pos[i].c
			switch t.columns[c].role {
			case roleComparison:
				if cx.t.columns[c].achieved == nil {
					g.skip(i, skipComparison)
					continue
				}
				b.claims = append(b.claims, claim{g: g, cell: i, row: rw.r, of: &cx.columns[c], style: cx.styles[c]})
				continue
			case roleNote: // a value in the wrong column, perhaps
				if !t.columns[c].inferred {
					b.refuse(g, i, "header.unknown", s.rowText(rw), t.columns[c].header, "", t.columns[c].header, "a number stands in the column of notes")
				}
				continue
			case roleValue:
			default:
				continue
			}
			if rw.mean.comparison {
				g.skip(i, skipComparison)
				continue
			}
			if isUnfilled(g.text[i]) {
				g.skip(i, skipBlankForm)
				continue
			}
			b.resolveCell(s, cx, rw, c, i)
		}
	}
}

// isUnfilled reports whether nothing is written but where to write: "......". Fewer dots say that there is no value.
func isUnfilled(s string) bool {
	if s == "" {
		return true
	}
	return len(s) >= 5 && (s[0] < '0' || s[0] > '9') && strings.Trim(s, " .…_") == ""
}

// valueCell is a value cell, and what is found out about its dimensions.
type valueCell struct {
	b      *bookReader
	s      *sheetReader
	cx     *cellContext
	rw     *row
	c      int // its column
	i      int32
	rm, cm *meaning // of the row and the column
	ti     *titleInfo
	label  string
	header string

	in          *catalogue.Indicator
	d           partial // what row and column say together, then with the period of the title
	until       bool    // the column's year is the one up to which something is told
	titlePeriod bool    // the period is that of the title
	when        *knownPeriod
	measure     string
	sex, area   string
	territory   *catalogue.Territory
}

// no refuses the cell.
func (v *valueCell) no(code, nearest string, args ...string) {
	v.b.refuse(v.s.g, v.i, code, v.label, v.header, nearest, args...)
}

// resolveCell joins what row, column, title and file say about a value cell, then reads the value. Each step refuses the cell if it ends there.
func (b *bookReader) resolveCell(s *sheetReader, cx *cellContext, rw *row, c int, i int32) {
	v := valueCell{
		b: b, s: s, cx: cx, rw: rw, c: c, i: i, rm: &rw.mean, cm: &cx.columns[c], ti: &cx.title,
		label: s.rowText(rw), header: cx.t.columns[c].header,
	}
	if v.stands() && v.isUnderstood() && v.findIndicator() && v.join() && v.findPeriod() && v.findMeasure() && v.findSplit() && v.isOfAll() && !v.isReserved() && v.findTerritory() {
		v.keep()
	}
}

// stands reports whether the cell has a header and a label of its own.
func (v *valueCell) stands() bool {
	span, col := v.s.g.span[v.i], &v.cx.t.columns[v.c]
	switch {
	case (span.c > v.c || span.r > v.rw.r) && span.c < len(v.cx.t.columns) && v.b.spansMeanings(v.cx, v.s, v.i, v.rw, v.c):
		v.no("header.conflict", "", "the merged cell covers several headers")
	case len(col.stack) == 0:
		v.no("dimension.missing", "", "no header above the cell")
	case col.gap:
		v.no("header.unknown", "", "the header of the column is not complete")
	case len(v.rw.labels) == 0 && v.cx.labelled:
		v.no("dimension.missing", "", "no label beside the cell")
	case v.s.g.cells[v.i].External:
		v.no("value.external_link", "")
	case v.s.g.struck && v.isStruck():
		return false
	case v.rw.carried:
		v.no("dimension.missing", "", "the row adds up those of a page")
	default:
		return true
	}
	return false
}

// isStruck refuses the cell if it, or a text that gives it its meaning, is struck through: a clerk did so, and did not say whether it holds.
func (v *valueCell) isStruck() bool {
	g := v.s.g
	said := [][]int32{{v.i}, v.cx.t.columns[v.c].cells, v.cx.t.zoneCells}
	for rw := v.rw; rw != nil; rw = rw.parent {
		said = append(said, rw.labels)
		if rw.unit != none {
			said = append(said, []int32{rw.unit})
		}
	}
	for _, cells := range said {
		for _, i := range cells {
			if g.cells[i].IsStruck() {
				var what []string
				if i != v.i {
					what = []string{g.text[i]}
				}
				v.no("value.struck", "", what...)
				return true
			}
		}
	}
	return false
}

// isUnderstood reports whether the texts of row and column are known: without them nothing else can be said.
func (v *valueCell) isUnderstood() bool {
	b, unknown := v.b, v.cm.unknown
	if v.rm.unknown != "" {
		b.refuseLabel(v.s, v.cx, v.rw, v.i, v.rm.unknown, v.label, v.header)
		return false
	}
	if unknown == "" {
		return true
	}
	if b.rd.isTownName(unknown) {
		v.no("territory.unknown", "", unknown)
		return false
	}
	if b.columnsAreIndicators(v.cx) {
		if in := b.proposal(unknown); in != nil {
			v.no("indicator.unknown", in.NameVi, unknown)
			return false
		}
	}
	if !v.cx.named && len(v.ti.texts) > 0 {
		b.refuseNameless(v.s.g, v.i, v.ti.text(), v.label, v.header)
		return false
	}
	if _, sum := takeSum(b.rd.tokenize(unknown)); sum {
		v.no("period.missing", "", unknown, "it does not say of which months it is the sum")
		return false
	}
	v.no("header.unknown", "", unknown)
	return false
}

// findIndicator joins the indicators of row, column and title. That none names one is refused later: dimensions that contradict each other tell more.
func (v *valueCell) findIndicator() bool {
	in, code := v.b.joinIndicator(v.rm, v.cm, &v.ti.meaning)
	if code == "header.conflict" {
		if below, ambiguous := v.s.belowHeader(v.rw, v.cm.indicator); below != nil {
			in, code = below, ""
		} else if ambiguous {
			code = "indicator.ambiguous"
		}
	}
	if code == "" && in != nil && v.rm.indicator == nil && v.cx.isBesideAnother(v.c, v.ti.indicator) {
		code = "indicator.ambiguous" // "Xuất khẩu lao động | Trong đó nữ" below a title of jobs
	}
	if code == "" && (v.rw.orphan && !v.rm.says() && !v.cm.says() || v.rw.either) {
		code = "indicator.ambiguous" // the lost label may have named another one than the title
	}
	switch code {
	case "":
		v.in = in
		return true
	case "indicator.ambiguous":
		unclear, below := v.s.unclear(v.cx.t, v.rw, v.c)
		v.no(code, "", append([]string{cmp.Or(unclear, strings.TrimSpace(v.label))}, v.b.rd.meanings(unclear)...)...)
		v.b.refusals[len(v.b.refusals)-1].Below = below
	default:
		v.no(code, "", strings.TrimSpace(v.label), v.header)
	}
	return false
}

// join puts together the dimensions of row and column, which are equally near and must agree.
func (v *valueCell) join() bool {
	rm, cm, in := v.rm, v.cm, v.in
	var without partial // the column's dimensions, if the indicator takes some of them away
	rd, cd := &v.d, &cm.dims
	*rd = rm.dims
	if rate := v.s.rateInColumn(v.cx, v.rw, v.c, in); rate != nil {
		v.in = rate
	} else if in != nil && rm.indicator == nil && cm.indicator == nil && v.cx.namesBeside(in) {
		v.no("indicator.ambiguous", "", cmp.Or(v.header, v.label), in.NameVi)
		return false
	} else if in != nil { // a word such as "Thành thị" may have turned out to name the child indicator
		if cm.indicator != in && has(cm.matches, in) {
			without = *cd
			cd = &without
			cd.leave(in)
		}
		if rm.indicator != in && has(rm.matches, in) {
			rd.leave(in)
		}
	}
	v.until = cd.until
	v.d.unit, v.d.unitText = nil, ""
	if v.s.isBlockMeasure(v.cx, v.rw, cm) {
		v.d.measure = ""
	}
	relative := func(d *partial) bool { return d.ref == refPrevious && d.year == 0 }
	if relative(rd) && cd.year != 0 || relative(cd) && rd.year != 0 { // "Số hộ nghèo năm trước" under "TH 2018"
		v.no("header.conflict", "", v.label, v.header)
		return false
	}
	v.d.merge(cd)
	if v.d.clash != "" {
		v.no("header.conflict", "", v.d.clash, v.header)
		return false
	}
	if v.in == nil {
		what := v.ti.text()
		if n := len(rm.texts); n > 0 && len(rm.territories) == 0 && (!rm.dims.splits() || v.cx.indicators > 0) { // "Số vụ", which is a unit too
			what = rm.texts[n-1]
		}
		if d := rm.dims; d.sex+d.area != "" && rm.indicator == nil && what == v.label { // a rate of women is no nearer than another
			v.no("indicator.unknown", "", what, "it names a sex or an area and not of what")
			return false
		}
		v.b.refuseNameless(v.s.g, v.i, what, v.label, v.header)
		return false
	}
	return true
}

// findPeriod completes the period by that of the title, and the indicator by the poverty standard of the year.
func (v *valueCell) findPeriod() bool {
	d, ti, cx := &v.d, v.ti, v.cx
	ofTitle := d.ref == refToDate || d.ref == refMonth || d.ref == refQuarter
	if ofTitle || d.year == 0 && d.ref != "" {
		v.titlePeriod = ti.refer(d)
	}
	if d.year == 0 && d.part == "" && d.ref == "" && ti.dims.year != 0 && (!cx.hasYears || cx.isLeftToTitle(v.c)) && (d.measure == "" || !ti.planYear || d.measure == "plan") {
		if part, ok := ti.partOf(d.measure); ok && !(cmp.Or(part, "Y") == "Y" && d.measure == "actual" && cx.awaits(ti.dims.year)) {
			d.year, d.toYear, d.part, v.titlePeriod = ti.dims.year, ti.dims.toYear, part, true
		}
	}
	if d.year == 0 && d.part == "" && d.ref == "" {
		if year := cx.yearOfResults(v.c); year != 0 {
			d.year, v.titlePeriod = year, true
		}
	}
	if d.year == 0 && d.part != "" && ti.dims.year != 0 && ti.dims.toYear == 0 && (ti.dims.part == "" || ti.dims.part == d.part || ti.holds(d) || cx.isPlanOfYear(d)) && !ti.planYear && (cx.onlyYear(ti.dims.year) || cx.isAmong(v.c, ti.dims.year)) {
		d.year, v.titlePeriod = ti.dims.year, true // months under "năm 2019"
	}
	if v.titlePeriod {
		if heading, ok := v.s.otherYear(v.rw, d.year); ok {
			v.no("header.conflict", "", heading, strconv.Itoa(d.year))
			return false
		}
	}
	v.when = v.b.known.periodOf(v.c, d)
	if v.when.text == "" || d.ref == refSame || ofTitle && !v.titlePeriod || d.open && !cx.isOfYear(d.year) || d.part == "" && cx.isTotalOfSome(v.rm, v.cm) {
		switch {
		case v.s.saysPercent(cx.t, v.c):
			v.no("header.unknown", "", v.header, "it does not say of what these are percentages")
		case d.open && v.when.text != "":
			v.no("period.missing", "", v.header, "it does not say of which months it is the sum")
		default:
			v.no("period.missing", "", v.header)
		}
		return false
	}
	if d.toYear == d.year+1 && v.mayBeSchoolYear() {
		v.no("period.missing", "", v.header, "it may be a school year")
		return false
	}
	if d.toYear == 0 && addsUp(v.in) && ((d.until || v.titlePeriod && ti.until) && !v.isOfOneYear() || v.titlePeriod && (ti.lasts || ti.begun) || !v.titlePeriod && v.mayComeTogether()) {
		v.no("period.missing", "", v.header, "it does not say when the count began")
		return false
	}
	if d.toYear != 0 && v.in.ValueKind == "count" && addsUp(v.in) && v.isAverage() {
		v.no("period.missing", "", v.header, "it may be the average of the years")
		return false
	}
	if standard := clearer(d.standard, ti.dims.standard); standard != "" {
		own, ok := v.b.rd.underStandard(v.in, standard, d.year, d.toYear, cx.old)
		if standard == standardNew && v.titlePeriod && ok { // new in the year, or since the one before: a series would tell
			apart, _ := v.b.rd.underStandard(v.in, standard, d.year, d.toYear, true)
			ok = apart == own
		}
		if !ok {
			v.no("indicator.ambiguous", "", v.in.NameVi, "the year has another poverty standard in force")
			return false
		}
		v.in = own
	} else if v.noteTurns() {
		v.no("indicator.ambiguous", "", v.in.NameVi, "the year has another poverty standard in force")
		return false
	}
	return true
}

// mayBeSchoolYear reports whether "2017-2018" may be one school year, which is neither of the two nor both.
func (v *valueCell) mayBeSchoolYear() bool {
	return v.in.Domain == "vocational_training" || v.in.Domain == "children" || slices.ContainsFunc(v.ti.texts, func(title string) bool {
		return holds(strings.ToLower(title), "năm học", "niên học", "niên khóa", "niên khoá")
	})
}

// findMeasure decides what kind of figure the cell holds, and whether that can be for its period.
func (v *valueCell) findMeasure() bool {
	d, ti, cx, b := &v.d, v.ti, v.cx, v.b
	switch v.measure = d.measure; {
	case v.measure != "":
	case ti.dims.measure != "" && !cx.hasMeasures && (v.titlePeriod || ti.covers(d)):
		v.measure = ti.dims.measure
	case !cx.hasMeasures && !ti.planned && !(b.supposed && !ti.results) && !(ti.aheadOf != 0 && max(d.year, d.toYear) >= ti.aheadOf) && !v.when.ahead.is(func() bool { return ti.endsBefore(max(d.year, d.toYear)) || b.isAhead(v.s, d) }):
		v.measure = "actual"
	case d.status == "P", v.s.isOver(cx, v.c, d, b.issued), cx.isRowBeforeEstimate(v.rw, d):
		v.measure = "actual"
	case v.s.saysPercent(cx.t, v.c):
		v.no("header.unknown", "", v.header, "it does not say of what these are percentages")
		return false
	default:
		v.no("measure.missing", "", v.header)
		return false
	}
	if v.measure == "actual" && (!v.when.over.is(func() bool { return isOverOn(b.signedOn, d) }) && (v.titlePeriod || b.signedOn < yearText(d.year) || b.lastPlan() > d.year) ||
		b.footDate != "" && strings.HasPrefix(b.footDate, yearText(d.year)) && !isOverOn(b.footDate, d) && (v.titlePeriod || b.lastPlan() > d.year)) {
		v.no("period.missing", "", v.header, "it was not over when the document was signed")
		return false
	}
	if v.measure == "actual" && !v.titlePeriod && v.when.cut.is(func() bool { return cx.isCutShort(d) }) {
		v.no("period.missing", "", v.header)
		return false
	}
	if v.measure == "actual" && d.toYear != 0 && v.isEstimated(d.toYear) {
		v.no("header.conflict", "", v.header, "the year is both done and estimated")
		return false
	}
	if len(cx.twice) > 0 {
		if header, ok := v.isToldTwice(); ok {
			v.no("header.conflict", "", v.header, header, "the year is both done and estimated")
			return false
		}
	}
	if len(cx.adjusted) > 0 && v.measure == "plan" {
		if header, ok := v.s.isReplaced(cx, v.c, d.year); ok {
			v.no("header.conflict", "", v.header, header)
			return false
		}
	}
	if v.titlePeriod && ti.results && v.cm.dims.measure == "" && v.s.isHeadedByPlan(cx.t, v.rw) ||
		v.measure == "target" && v.until && ti.results && d.year <= ti.lastYear() && !holds(strings.ToLower(v.header), "mục tiêu", "chỉ tiêu", "phấn đấu") { // "Đến năm 2018" in the results of 2018
		v.no("measure.missing", "", v.header)
		return false
	}
	return true
}

// findSplit decides the sex and the area, and holds what was found against the names of the sheet and the file.
func (v *valueCell) findSplit() bool {
	d, in, ti := &v.d, v.in, v.ti
	if in.Sex != "" && d.sex != "" && d.sex != in.Sex || in.Area != "" && d.area != "" && d.area != in.Area {
		v.no("header.conflict", "", in.NameVi, v.header)
		return false
	}
	// A restriction that is part of the indicator is not also a dimension of its values.
	v.sex, v.area = "T", "T"
	if in.Sex == "" {
		v.sex = firstOf(d.sex, ti.dims.sex, "T")
	}
	if in.Area == "" {
		v.area = firstOf(d.area, ti.dims.area, "T")
	}
	if v.sex != "T" && v.b.rd.isSexless(in) {
		v.no("header.conflict", "", in.NameVi, v.header, "it is not counted in persons")
		return false
	}
	if name := v.s.nameSays(); name != nil {
		var own partial
		if v.titlePeriod {
			own.year = d.year
			if v.rm.dims.part+v.cm.dims.part == "" {
				own.part = cmp.Or(d.part, "Y")
			}
		}
		if d.measure == "" && (name.year != 0 || ti.dims.measure == "" && !ti.results) {
			own.measure = v.measure
		}
		if !slices.ContainsFunc(v.cx.columns, func(m meaning) bool { return m.dims.sex+m.dims.area != "" }) {
			own.sex, own.area = cmp.Or(in.Sex, v.sex), cmp.Or(in.Area, v.area)
		}
		if name.contradicts(&own, ti) {
			v.no("header.conflict", "", v.s.g.info.Name, cmp.Or(ti.text(), v.header))
			return false
		}
	}
	if aside := v.s.nameSetsAside(); aside == sheetDraft || aside == sheetOther && d.measure == "" {
		v.no("header.conflict", "", v.s.g.info.Name, cmp.Or(ti.text(), v.header))
		return false
	}
	if v.nameContradicts() {
		v.no("identity.conflict_path", "", cmp.Or(v.ti.text(), v.header), v.b.pathName.text)
		return false
	}
	v.in, v.sex, v.area = v.b.rd.cat.Canonical(in, v.sex, v.area)
	return true
}

// isOfAll reports whether no title nor heading narrows the population to one that nothing beside the cell names.
func (v *valueCell) isOfAll() bool {
	rw := v.rw
	if v.cx.t.sexed && (v.d.sex+v.d.area == "" && !rw.isHeaded() || rw.isBelow(v.cx.t.lone)) {
		v.no("dimension.missing", "", "no heading above the row names its sex or area") // a heading may be lost
		return false
	}
	if !rw.searched {
		rw.headings, rw.searched = v.s.headingsOver(rw), true
	}
	n, narrowed := narrowing{}, false
	if len(v.ti.narrowed)+len(rw.headings) > 0 {
		n, narrowed = v.b.rd.unsaid(slices.Concat(v.ti.narrowed, rw.headings), v.in, v.sex, v.area, v.label, v.header, v.ti.nameOf(v.in))
	}
	if !narrowed {
		n, narrowed = v.s.offSubject(v.cx, rw, v.in, v.label, v.header)
	}
	if !narrowed && v.rm.indicator != nil && len(v.rm.territories) == 0 {
		n, narrowed = v.underUnknown()
	}
	switch p := rw.parent; {
	case narrowed:
		v.no("indicator.narrowed", "", n.text)
	case p != nil && p.values && (rw.bullet != 0 || rw.isOfWhich(v.s)) && v.b.rd.cannotHold(p.mean.indicator, v.rm.indicator): // "- Nhà tình nghĩa" below the fund that paid them
		v.no("indicator.ambiguous", "", strings.TrimSpace(v.label), v.in.NameVi)
	default:
		return true
	}
	return false
}

// findTerritory decides whose the figure is.
func (v *valueCell) findTerritory() bool {
	t := v.b.known.territoryOf(v)
	if t == nil {
		var code string
		var args []string
		if t, code, args = v.b.joinTerritory(v.s, v.cx, v.rw, v.cm); code != "" {
			v.no(code, "", args...)
			return false
		}
		v.b.known.keepTerritory(v, t)
	}
	if t.Level == "region" && !v.cx.sixRegions && v.cx.lastYear < firstYearOfRegions && v.b.issued < strconv.Itoa(firstYearOfRegions) {
		v.no("territory.ambiguous", "", t.NameVi, "the regions were other ones before "+strconv.Itoa(firstYearOfRegions))
		return false
	}
	if t.Level == "region" && v.cx.otherRegions {
		v.no("territory.ambiguous", "", t.NameVi, "the table is of other regions than the catalogue")
		return false
	}
	if t.ValidFrom > lastDayOf63 {
		if text := v.saysBeforeMerger(); text != "" {
			v.no("territory.ambiguous", "", t.NameVi, text)
			return false
		}
	}
	if other := v.unlike(t); other != nil {
		v.no("territory.ambiguous", "", t.NameVi, "only one of the two merged provinces has a figure, the other one is: "+other.NameVi)
		return false
	}
	if t.ValidTo != "" && (t.ValidTo < lastDayOf63 || v.b.isOfMerged()) && t.ValidTo < yearText(v.d.year) && v.s.g.hasFigure(v.rw.r, v.c) {
		v.no("territory.ambiguous", "", t.NameVi, "the province had been merged before the year began")
		return false
	}
	v.territory = t
	return true
}

// keep reads the value and lets it wait with its dimensions for those of the other cells.
func (v *valueCell) keep() {
	b, g := v.b, v.s.g
	made, waiting := len(b.made), len(b.pending)
	o := b.observation()
	b.pending = append(b.pending, pending{g: g, cell: v.i, obs: o, indicator: v.in, row: v.rw.r, col: v.c})
	o.Origin = g.origin(v.i)
	o.Table, o.Indicator, o.Territory, o.Period, o.Measure = v.cx.t.number, v.in.Code, v.territory.ID, v.when.text, v.measure
	o.Sex, o.Area, o.Status, o.Label, o.Header = v.sex, v.area, status(v.measure, v.d.status), v.label, v.header
	o.Note = v.notes()
	if v.measure == "actual" && v.d.status == "" && v.s.isPreliminary(v.ti, &v.d, o.Note) {
		o.Status = "P"
	}
	if v.s.comments != nil {
		o.Note = v.noteComments(o.Note)
	}
	if !v.value(&b.pending[waiting]) { // refused
		clear(b.made[made:])
		clear(b.pending[waiting:])
		b.made, b.pending = b.made[:made], b.pending[:waiting]
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

// firstOf is cmp.Or without a list of its arguments.
func firstOf(a, b, c string) string {
	switch {
	case a != "":
		return a
	case b != "":
		return b
	}
	return c
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
func (v *valueCell) notes() string {
	if !v.cx.marked {
		return ""
	}
	var marks []string
	for _, i := range v.rw.labels {
		marks = append(marks, v.s.parsed[i].marks...)
	}
	for _, p := range v.cx.t.columns[v.c].stack {
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
		if above == nil {
			if in, ambiguous := b.rd.pick(cm.matches, titleAncestors(ti)); in != nil && !ambiguous {
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
		switch {
		case c.Parent == r.Code, b.rd.isPartOfPart(c, r):
			return c, ""
		case r.Parent == c.Code, b.rd.isPartOfPart(r, c):
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

// isPartOfPart reports whether an indicator is a part, of any depth, of what another one counts in the same unit.
func (rd *Reader) isPartOfPart(in, whole *catalogue.Indicator) bool {
	for p := in; p != nil && p.Unit == whole.Unit; p = rd.cat.Indicator(p.Parent) {
		if p == whole {
			return true
		}
	}
	return false
}

// belowHeader gives what the label of a row that has a meaning of its own means below the header of a column, where the catalogue says so: "Thu nội địa"
// under "Thu NSĐP" is the part that stays with the province. A label that means something only as a part of the row above it, as "Thuế GTGT" does, is
// there a part of what that row means below the header.
func (s *sheetReader) belowHeader(rw *row, header *catalogue.Indicator) (in *catalogue.Indicator, ambiguous bool) {
	if header == nil || len(rw.labels) == 0 || rw.mean.indicator == nil {
		return nil, false
	}
	p := s.parsed[rw.labels[len(rw.labels)-1]]
	var above []ancestor
	for parent := rw.parent; parent != nil; parent = parent.parent {
		if parent.mean.unknown != "" {
			return nil, false
		}
		if parent.mean.indicator != nil {
			if whole, _ := s.belowHeader(parent, header); whole != nil {
				above = append(above, ancestor{indicator: whole, text: whole.NameVi})
			}
			break
		}
	}
	if standsAlone(p, rw.mean.indicator) {
		above = append(above, ancestor{indicator: header, text: header.NameVi})
	}
	for _, a := range above {
		for _, m := range p.indicators {
			if m.ParentLabel == "" || m.Indicator == in || !s.rd.isParent(&m, a) {
				continue
			}
			if in != nil {
				return nil, true
			}
			in = m.Indicator
		}
		if in != nil {
			break
		}
	}
	return in, false
}
