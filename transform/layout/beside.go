package layout

import (
	"slices"
	"strings"

	"github.com/phuluc/phuluc/transform/catalogue"
)

// A header may leave to the columns beside it what it is about: "Tr.đó: nữ" right of "TH 2018" tells the women of 2018, and "TH 6 tháng" between
// "KH 2013" and "Ước TH cả năm 2013" was done in 2013.

// subColumns gives the columns that name but a sex or an area the period and the measure of the column they follow. Which one that is is certain
// where the first column with a period is followed by such columns, and every other that is, by the same: "Trong đó: nữ" behind "TH 2018 | KH
// 2019" may be the women of both.
func (cx *cellContext) subColumns() {
	bare := func(d *partial) bool {
		return d.sex+d.area != "" && d.year == 0 && d.part == "" && d.measure == "" && d.ref == "" && d.status == "" && !d.total
	}
	if !slices.ContainsFunc(cx.columns, func(m meaning) bool { return bare(&m.dims) }) {
		return
	}
	type group struct {
		head int
		subs []int
	}
	var groups []group
	for c := range cx.columns {
		t := &cx.t.columns[c]
		if t.role != roleValue {
			continue
		}
		m := &cx.columns[c]
		d := &m.dims
		switch {
		case len(t.stack) == 0 || t.gap || m.unknown != "" || m.ambiguous || len(m.territories) > 0 || d.clash != "":
			return
		case bare(d):
			if len(groups) == 0 {
				return
			}
			g := &groups[len(groups)-1]
			g.subs = append(g.subs, c)
		case d.sex+d.area == "" && d.year != 0 && !m.says(): // the women of which indicator would be another question
			groups = append(groups, group{head: c})
		default:
			return
		}
	}
	if len(groups) == 0 || len(groups[0].subs) == 0 {
		return
	}
	same := func(a, b int) bool { return cx.t.columns[a].header == cx.t.columns[b].header }
	for k, g := range groups[1:] {
		if len(g.subs) > 0 && (len(groups[k].subs) == 0 || !slices.EqualFunc(g.subs, groups[0].subs, same)) {
			return
		}
	}
	for _, g := range groups {
		for _, c := range g.subs {
			inherit(&cx.columns[c].dims, &cx.columns[g.head].dims)
			cx.columns[c].earlier = cx.columns[g.head].earlier
		}
	}
}

// partsOfColumns gives the columns that are led in by "Trong đó", and those that name but a sex or an area behind "Tổng số (người)", the unit of the
// column they follow. One that names but a sex or an area is also of the same indicator and period, if neither title nor rows name any.
func (cx *cellContext) partsOfColumns(rd *Reader) {
	head := -1
	for c := range cx.columns {
		t, m := &cx.t.columns[c], &cx.columns[c]
		if t.role != roleValue || len(t.stack) == 0 || t.gap || m.unknown != "" || m.ambiguous && m.indicator == nil && len(m.matches) == 0 || m.dims.clash != "" {
			head = -1
			continue
		}
		led := slices.ContainsFunc(t.stack, func(p *phrase) bool { return p.ofWhich })
		own := m.dims
		own.sex, own.area = "", ""
		bare := m.indicator == nil && m.dims.sex+m.dims.area != "" && len(m.territories) == 0 && !own.any()
		if head < 0 || !led && !(bare && cx.columns[head].dims.total) {
			if head = c; m.dims.unit == nil || m.dims.sex+m.dims.area != "" {
				head = -1
			}
			continue
		}
		of := &cx.columns[head]
		if m.dims.unit == nil && m.dims.unitText == "" && (m.indicator == nil || rd.measures(of.dims.unit, m.indicator)) {
			m.dims.unit, m.dims.unitText = of.dims.unit, of.dims.unitText
		}
		if bare && led && of.indicator != nil && rd.isDivided(of.indicator, &m.dims) && cx.title.indicator == nil && cx.indicators == 0 && head == c-1 {
			m.indicator, m.matches, m.ambiguous = of.indicator, nil, false
			inherit(&m.dims, &of.dims)
		}
	}
}

// partsOfOthers makes columns ambiguous that "Trong đó" makes a part of what cannot have it: "Trong đó: Hộ cận nghèo" behind "Số hộ thoát nghèo" is those
// of them who left poverty.
func (cx *cellContext) partsOfOthers(rd *Reader) {
	var last *catalogue.Indicator // that a column names without it
	for c := range cx.columns {
		m := &cx.columns[c]
		stack := cx.t.columns[c].stack
		k := slices.IndexFunc(stack, func(p *phrase) bool { return p.ofWhich })
		if m.indicator == nil || k < 0 {
			if cx.t.columns[c].role == roleValue && m.indicator != nil {
				last = m.indicator
			}
			continue
		}
		whole := last
		for _, p := range stack[:k] {
			if in, _ := rd.pick(p.indicators, nil); in != nil {
				whole = in
			}
		}
		if rd.cannotHold(whole, m.indicator) {
			m.ambiguous, m.indicator, m.matches = true, nil, nil
		}
	}
}

// cannotHold reports whether what one indicator counts can be no part of what another one does: it is there at a time, while the other happens in
// one, or is paid out of it.
func (rd *Reader) cannotHold(whole, part *catalogue.Indicator) bool {
	if whole == nil || part == nil || whole == part || part.ValueKind != "count" || rd.isUnder(part, whole) {
		return false
	}
	return whole.ValueKind == "currency_vnd" || whole.ValueKind == "count" && whole.StockFlow == "flow" && part.StockFlow != "flow"
}

// isDivided reports whether what an indicator counts can be of a sex, as people are, or is divided by area only.
func (rd *Reader) isDivided(in *catalogue.Indicator, part *partial) bool {
	return part.sex == "" || rd.countsPeople(in)
}

// countsPeople reports whether an indicator counts people, one by one or by the times that something is done for them.
func (rd *Reader) countsPeople(in *catalogue.Indicator) bool {
	switch rd.cat.UnitOf(in).Quantity {
	case "person", "person_time":
		return true
	}
	return false
}

// isSexless reports whether an indicator counts what is of no sex, or is a rate of such: households are of nobody's sex but their heads', cases of
// that of whoever they befell.
func (rd *Reader) isSexless(in *catalogue.Indicator) bool {
	if in.ValueKind == "count" || in.ValueKind == "currency_vnd" {
		return !rd.countsPeople(in)
	}
	weight := rd.cat.Indicator(in.Weight)
	return weight != nil && rd.isSexless(weight)
}

// isBesideAnother reports whether a column that names but a sex or an area stands right of one that names an indicator, and not that of the title.
func (cx *cellContext) isBesideAnother(c int, title *catalogue.Indicator) bool {
	if m := &cx.columns[c]; m.indicator != nil || m.dims.sex+m.dims.area == "" {
		return false
	}
	for k := c - 1; k >= 0; k-- {
		if in := cx.columns[k].indicator; in != nil && cx.t.columns[k].role == roleValue {
			return in != title
		}
	}
	return false
}

// namesBeside reports whether a column names the indicator of the title, so that one that leaves it to the title is of something else, if only by the end of its name: "Tổng
// số trẻ em" beside "Trẻ em có hoàn cảnh đặc biệt", "Tổng số" beside "Nghèo".
func (cx *cellContext) namesBeside(title *catalogue.Indicator) bool {
	if cx.titleNamed == 0 {
		cx.titleNamed = -1
		for k := range cx.columns {
			if m := &cx.columns[k]; cx.t.columns[k].role == roleValue &&
				(m.indicator == title || m.unknown != "" && strings.HasSuffix(lowKey(tokenize(title.NameVi)), " "+lowKey(tokenize(m.unknown)))) {
				cx.titleNamed = 1
			}
		}
	}
	return cx.titleNamed > 0
}

// yearsAround gives the columns that name a part of a year only its year, if the next columns on both sides that name a year name the same one
// and say what kind of figures they hold.
func (cx *cellContext) yearsAround() {
	next := func(c, step int) (year int) {
		for k := c + step; k >= 0 && k < len(cx.columns); k += step {
			t, d := &cx.t.columns[k], &cx.columns[k].dims
			switch {
			case t.role == roleComparison, t.role == roleValue && d.ref == refSame:
			case t.role != roleValue, len(t.stack) == 0, t.gap, cx.columns[k].unknown != "", cx.columns[k].indicator != cx.columns[c].indicator,
				d.ref != "", d.toYear != 0, d.year != 0 && d.measure == "":
				return 0
			case d.year != 0:
				return d.year
			}
		}
		return 0
	}
	for c := range cx.columns {
		d := &cx.columns[c].dims
		if cx.t.columns[c].role == roleValue && d.year == 0 && d.part != "" && d.ref == "" && !cx.t.columns[c].gap {
			if year := next(c, -1); year != 0 && next(c, 1) == year {
				d.year = year
			}
		}
	}
}
