package corpus

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/phuluc/phuluc/transform/catalogue"
)

// counted chooses n counts of things of planning annexes, which add up over the parts of a year.
func (w *world) counted(n int) (codes []string) {
	for _, d := range formDomains {
		for _, c := range w.domains[d] {
			if in := w.cat.Indicator(c); additive(in) && in.ValueKind == "count" {
				codes = append(codes, c)
			}
		}
	}
	return sampleOf(w, codes, n)
}

// counts are the rows of some counts, numbered, each with its unit.
func (w *world) counts(n int) (lines []line) {
	for i, c := range w.counted(n) {
		unit := w.cat.Indicator(c).Unit
		lines = append(lines, line{ordinal: strconv.Itoa(i + 1), label: w.label(c, w.one(3)), unit: unit, word: w.unitWord(unit), about: point{indicator: c}, parent: -1})
	}
	return lines
}

// partsOfYear is what a province reports by months or quarters, across or down the page. The year stands in the title, in a group header or
// with each part. What is summed up over months that are not all of the year, or since a month that nothing names, is no part of it.
func (w *world) partsOfYear(b *book) {
	t := pick(w, w.provinces...)
	y := 2013 + w.r.IntN(12)
	b.home, b.path = t.ID, fmt.Sprintf("inbox/%s bao cao thang.xlsx", fileName(t))
	p := b.page(pick(w, "Tháng", "Sheet1", "Biểu 3"))
	titled, grouped := true, false
	suffix := ""
	switch w.r.IntN(4) {
	case 0:
		titled, suffix = false, "/"+strconv.Itoa(y)
	case 1:
		titled, grouped = false, true
	}
	type part struct {
		path  []string
		about point
		doubt []string // the codes with which it is refused
		may   bool     // … if it is
	}
	var parts []part
	add := func(p string, path ...string) {
		parts = append(parts, part{path: path, about: point{year: y, part: p, measure: "actual"}})
	}
	month := func(m int) string {
		return fmt.Sprintf(pick(w, "Tháng %d", "Tháng %d", "Tháng %02d"), m) + suffix
	}
	quarter := func(q int) string { return "Quý " + roman[q-1] + suffix }
	sum := pick(w, "Cộng", "Tổng cộng", "Tổng số")
	down := w.one(3)
	switch kind := w.r.IntN(4); {
	case kind == 0 || kind == 1 && down: // months, and their sum
		n := pick(w, 3, 4, 6, 9, 12)
		for m := 1; m <= n; m++ {
			add(fmt.Sprintf("%02d", m), month(m))
		}
		if w.one(2) {
			add("", sum)
			if n < 12 || suffix != "" {
				parts[len(parts)-1].doubt, parts[len(parts)-1].may = []string{"period.missing", "dimension.missing", "header.unknown"}, n == 12
			}
		}
	case kind == 1: // the months of quarters
		for q := 1; q <= pick(w, 1, 2, 4); q++ {
			for m := 3*q - 2; m <= 3*q; m++ {
				add(fmt.Sprintf("%02d", m), quarter(q), fmt.Sprintf("Tháng %d", m))
			}
			if w.one(2) {
				add("Q"+strconv.Itoa(q), quarter(q), pick(w, "Cộng quý "+roman[q-1], "Cả quý"))
			}
		}
	case kind == 2: // quarters and the year
		for q := 1; q <= 4; q++ {
			add("Q"+strconv.Itoa(q), quarter(q))
		}
		if w.one(2) {
			add("", "Cả năm"+strings.ReplaceAll(suffix, "/", " "))
		}
	default: // a month and what was done since January
		m := 3 + w.r.IntN(9)
		add(fmt.Sprintf("%02d", m), month(m))
		since := fmt.Sprintf("01/%02d", m)
		switch m {
		case 3:
			since = "Q1"
		case 6:
			since = "S1"
		}
		add(since, fmt.Sprintf(pick(w, "%d tháng", "%d tháng đầu năm"), m)+strings.ReplaceAll(suffix, "/", " năm "))
		if w.one(2) {
			add(since, pick(w, "Lũy kế", "Lũy kế từ đầu năm", "Cộng dồn từ đầu năm"))
			parts[len(parts)-1].doubt = []string{"period.missing", "header.unknown", "value.duplicate", "dimension.missing", "indicator.unknown"}
		}
	}
	if grouped && !down {
		for i := range parts {
			parts[i].path = append([]string{fmt.Sprintf("Năm %d", y)}, parts[i].path...)
		}
	}
	titled = titled || down && grouped
	title := pick(w, "KẾT QUẢ THỰC HIỆN MỘT SỐ CHỈ TIÊU", "BÁO CÁO KẾT QUẢ THỰC HIỆN CÁC CHỈ TIÊU LAO ĐỘNG, NGƯỜI CÓ CÔNG VÀ XÃ HỘI")
	if titled {
		title += fmt.Sprintf(" NĂM %d", y)
	}
	p.text(1, 1, "SỞ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI "+strings.ToUpper(t.FullNameVi))
	p.text(3, 1, title)
	p.text(4, 1, fmt.Sprintf("(Kèm theo Báo cáo số %d/BC-SLĐTBXH ngày 15/01/%d)", 10+w.r.IntN(200), y+1))
	g := &grid{label: "Chỉ tiêu", merged: w.r.IntN(3) > 0, about: point{territory: t.ID}}
	if down {
		g.label = pick(w, "Thời gian", "Thời kỳ", "Tháng")
		g.merged = true
		for _, c := range w.counted(2 + w.r.IntN(4)) {
			unit := w.cat.Indicator(c).Unit
			g.columns = append(g.columns, column{path: []string{w.label(c, w.one(2)) + " (" + w.unitWord(unit) + ")"}, about: point{indicator: c}, unit: unit})
		}
		for _, x := range parts {
			g.lines = append(g.lines, line{label: x.path[len(x.path)-1], about: x.about, parent: -1})
		}
	} else {
		g.ordinal, g.unit = pick(w, "TT", "STT"), pick(w, "ĐVT", "Đơn vị tính")
		g.lines = w.counts(3 + w.r.IntN(5))
		for _, x := range parts {
			g.columns = append(g.columns, column{path: x.path, about: x.about})
		}
	}
	w.table(p, 6, 1, g)
	for k, x := range parts {
		if x.doubt == nil {
			continue
		}
		for a, c := range p.cells {
			if c.truth != nil && (down && a.row == g.lines[k].row || !down && a.col == g.columns[k].col) {
				v := never
				if x.may {
					v = may
				}
				c.truth.hit("sum_of_some", v, x.doubt...)
			}
		}
	}
	if w.one(2) {
		w.ending(p, p.tables[0].bottom+1, p.tables[0].right, t, y+1)
	}
}

// territoriesAcross lists indicators down the page and territories across it, each with one column or several.
func (w *world) territoriesAcross(b *book) {
	y := 2014 + w.r.IntN(10)
	b.path = fmt.Sprintf("inbox/tong hop vung %d.xlsx", 1+w.r.IntN(40))
	p := b.page(pick(w, "Tổng hợp", "Sheet1"))
	g := &grid{ordinal: pick(w, "TT", "STT"), label: pick(w, "Chỉ tiêu", "Nội dung"), unit: pick(w, "ĐVT", "Đơn vị tính"), merged: w.r.IntN(4) > 0, codes: w.one(4)}
	places := sampleOf(w, w.provinces, 2+w.r.IntN(5))
	if w.one(3) {
		places = append([]*catalogue.Territory{w.cat.Territory("vn")}, places...)
	}
	var measures []column
	switch w.r.IntN(3) {
	case 0:
		g.about = at2(y, "", "actual")
	case 1:
		measures = []column{{path: []string{w.yearly("estimate", y)}, about: at2(y, "", "estimate")}, {path: []string{w.yearly("plan", y+1)}, about: at2(y+1, "", "plan")}}
	default:
		measures = []column{{path: []string{w.yearly("actual", y-1)}, about: at2(y-1, "", "actual")}, {path: []string{w.yearly("actual", y)}, about: at2(y, "", "actual")}}
	}
	for _, t := range places {
		name := w.place(t)
		if measures == nil {
			g.columns = append(g.columns, column{path: []string{name}, about: point{territory: t.ID}})
		}
		for _, m := range measures {
			g.columns = append(g.columns, column{path: append([]string{name}, m.path...), about: m.about.with(point{territory: t.ID})})
		}
	}
	if measures != nil && w.one(3) { // the measure above the places
		slices.SortStableFunc(g.columns, func(x, y column) int { return strings.Compare(x.path[1], y.path[1]) })
		for i := range g.columns {
			slices.Reverse(g.columns[i].path)
		}
		g.merged = true
	}
	used := map[string]bool{}
	var codes []string
	for _, d := range sampleOf(w, formDomains, 2) {
		codes = append(codes, sampleOf(w, w.domains[d], 4)...)
	}
	for i, c := range codes {
		if !used[c] {
			g.lines = w.indicatorLines(g.lines, c, strconv.Itoa(i+1), used)
		}
	}
	title := fmt.Sprintf("TỔNG HỢP KẾT QUẢ THỰC HIỆN MỘT SỐ CHỈ TIÊU NĂM %d", y)
	if measures != nil {
		title = "TỔNG HỢP MỘT SỐ CHỈ TIÊU CỦA CÁC ĐỊA PHƯƠNG"
	}
	row := w.nationalHead(p, y+1, len(g.columns)+3, title)
	w.table(p, row+1, 1, g)
}

// origins lists the provinces that people come from or go to: a figure beside a name is none of that province, nor of the sender.
func (w *world) origins(b *book) {
	y := 2015 + w.r.IntN(10)
	ts := sampleOf(w, w.provinces, 6+w.r.IntN(8))
	at := w.r.IntN(len(ts))
	t := ts[at]
	if w.one(2) {
		ts = slices.Delete(ts, at, at+1)
	}
	b.home, b.path = t.ID, fmt.Sprintf("inbox/%s lao dong.xlsx", fileName(t))
	p := b.page("Sheet1")
	code := pick(w, "bhtn_participants", "jobs_created", "overseas_workers", "bhxh_compulsory")
	name := w.label(code, false)
	title := fmt.Sprintf(pick(w, "%s PHÂN THEO QUÊ QUÁN NĂM %d", "%s NGOẠI TỈNH THEO NƠI ĐĂNG KÝ THƯỜNG TRÚ NĂM %d", "%s CHIA THEO TỈNH, THÀNH PHỐ NƠI ĐẾN NĂM %d", "%s ĐẾN TỪ CÁC TỈNH KHÁC NĂM %d"), strings.ToUpper(name), y)
	g := &grid{ordinal: pick(w, "TT", "STT"), label: pick(w, "Tỉnh/thành phố", "Quê quán", "Địa phương", "Nơi thường trú"), merged: true, about: at2(y, "", "actual").with(point{indicator: code, territory: t.ID})}
	for i, x := range ts {
		g.lines = append(g.lines, line{ordinal: strconv.Itoa(i + 1), label: w.place(x), about: point{territory: x.ID}, parent: -1})
	}
	g.columns = []column{{path: []string{pick(w, "Số người", "Tổng số", "Số lượng (người)")}}, {path: []string{pick(w, "Trong đó: nữ", "Nữ")}, about: point{sex: "F"}}}[:1+w.r.IntN(2)]
	p.text(1, 1, pick(w, "SỞ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI ", "UBND ")+strings.ToUpper(t.FullNameVi))
	p.text(2, 1, title)
	p.text(3, 1, fmt.Sprintf("(Kèm theo Báo cáo số %d/BC-SLĐTBXH ngày 15/01/%d)", 10+w.r.IntN(200), y+1))
	unit := w.cat.Indicator(code).Unit
	g.unitCode = unit
	w.unitLine(p, 4, 3, unit)
	w.table(p, 5, 1, g)
	p.hit("origins", never, "identity.territory_two", "header.conflict", "dimension.missing", "indicator.unknown", "indicator.ambiguous", "indicator.narrowed", "territory.unknown", "territory.ambiguous", "identity.territory_unknown")
}
