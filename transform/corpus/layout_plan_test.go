package corpus

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/phuluc/phuluc/transform/catalogue"
)

// layout builds one workbook of a kind.
type layout struct {
	name  string
	build func(w *world, b *book)
}

func layouts() []layout {
	return []layout{
		{"plan_2013", func(w *world, b *book) { w.planBook(b, 2013) }},
		{"plan_2019", func(w *world, b *book) { w.planBook(b, 2019) }},
		{"deep_headers", (*world).deepBook},
		{"several_sheets", (*world).severalSheets},
		{"stacked_tables", (*world).stackedTables},
		{"side_by_side", (*world).sideBySide},
		{"transposed", (*world).transposed},
		{"targets", (*world).targets},
		{"scorecard", (*world).scorecard},
		{"tasks", (*world).taskBook},
		{"territories_indicators", (*world).territoriesByIndicators},
		{"territories_years", (*world).territoriesByYears},
		{"territories_measures", (*world).territoriesByMeasures},
		{"territory_sections", (*world).territorySections},
		{"years_sex_area", (*world).yearsBySexArea},
		{"years_indicators", (*world).yearsByIndicators},
		{"indicators_years", (*world).indicatorsByYears},
		{"stacked_blocks", (*world).stackedBlocks},
		{"yearbook", (*world).yearbook},
		{"yearbook_sheets", (*world).yearbookSheets},
		{"districts", (*world).districtsOfProvince},
		{"districts_unknown", (*world).otherDistricts},
		{"parts_of_year", (*world).partsOfYear},
		{"territories_across", (*world).territoriesAcross},
		{"origins", (*world).origins},
	}
}

// annex begins the sheet of a province for the plan round of year n and gives the first row below its head.
func (w *world) annexHead(p *page, b *book, t *catalogue.Territory, n, width int, title string) int {
	number := pick(w, "Biểu số "+strconv.Itoa(1+w.r.IntN(9)), "Phụ lục "+strconv.Itoa(1+w.r.IntN(5)), "Biểu mẫu số 0"+strconv.Itoa(1+w.r.IntN(9)))
	row := 1
	switch w.r.IntN(4) {
	case 0:
		p.text(row, 1, "Tên đơn vị: Sở LĐTBXH "+lowerFirst(t.FullNameVi))
		p.text(row+1, 1, number)
		row += 2
	case 1:
		p.text(row, 1, "UBND "+strings.ToUpper(t.FullNameVi))
		p.text(row+1, 1, "SỞ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI")
		p.text(row, width, number)
		row += 2
	default:
		body := "SỞ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI "
		if n > 2025 {
			body = "SỞ NỘI VỤ "
		}
		p.text(row, 1, body+strings.ToUpper(t.FullNameVi))
		p.merge(row, 1, row, 4)
		p.text(row, width, number)
		row++
	}
	row += w.r.IntN(2)
	p.text(row, 1, title)
	p.merge(row, 1, row, width)
	row++
	if w.one(4) {
		p.text(row, 1, fmt.Sprintf("(Kèm theo Công văn số        /LĐTBXH-KHTC ngày      /7/%d)", n-1))
	} else {
		p.text(row, 1, fmt.Sprintf("(Kèm theo Công văn số %d/SLĐTBXH-KHTC ngày %d/7/%d của Sở Lao động - Thương binh và Xã hội)", 100+w.r.IntN(3000), 1+w.r.IntN(28), n-1))
	}
	p.merge(row, 1, row, width)
	return row + 1 + w.r.IntN(2)
}

// ending writes what stands below a table.
func (w *world) ending(p *page, row, width int, t *catalogue.Territory, year int) {
	if w.one(3) {
		p.text(row+1, 1, pick(w, "Ghi chú: Số liệu năm trước là số chính thức.", "Ghi chú: (*) số liệu do các huyện báo cáo.", "* Số liệu do các huyện báo cáo, đã rà soát lại 2 xã.", "Nguồn: Báo cáo của các địa phương"))
		row += 2
	}
	if w.one(2) {
		p.text(row+1, max(2, width-2), fmt.Sprintf("%s, ngày    tháng 7 năm %d", t.NameVi, year))
		p.text(row+2, 2, pick(w, "NGƯỜI LẬP BIỂU", "Người lập biểu", "Người tổng hợp"))
		p.text(row+2, max(3, width-2), pick(w, "GIÁM ĐỐC", "KT. GIÁM ĐỐC", "THỦ TRƯỞNG ĐƠN VỊ"))
		p.text(row+3, max(3, width-2), "(Ký, họ tên, đóng dấu)")
	}
}

// planBooks of rounds 2014 … 2025 come from the 63 provinces.
func (w *world) planBook(b *book, styleOf int) {
	t := pick(w, w.provinces...)
	n := 2014 + w.r.IntN(5)
	if styleOf == 2019 {
		n = 2018 + w.r.IntN(8)
		if w.one(6) { // the provinces after 1 July 2025
			n, t = 2026, pick(w, w.provinces2025...)
		}
	}
	b.home = t.ID
	b.path = pick(w, fmt.Sprintf("%d/BieuMau_KH%d_%s.xlsx", n, n, fileName(t)), fmt.Sprintf("inbox/%s_%d.xlsx", fileName(t), n), fmt.Sprintf("inbox/PhuLuc_%s.xlsx", fileName(t)), "inbox/bieu 01.xlsx")
	p := b.page(pick(w, "Biểu số 01", "Phụ lục 1", "Sheet1", "PL1"))
	g := w.planGrid(styleOf, n, t)
	width := len(g.columns) + 3
	title := fmt.Sprintf("KẾT QUẢ THỰC HIỆN %d, %d, KẾ HOẠCH %d", n-2, n-1, n)
	if styleOf == 2019 {
		title = pick(w, fmt.Sprintf("TỔNG HỢP CHỈ TIÊU KẾ HOẠCH NĂM %d", n), fmt.Sprintf("TỔNG HỢP CHỈ TIÊU KẾ HOẠCH NĂM %d LĨNH VỰC LAO ĐỘNG, NGƯỜI CÓ CÔNG VÀ XÃ HỘI", n))
	}
	row := w.annexHead(p, b, t, n, width, title)
	row = w.table(p, row, 1, g)
	w.ending(p, row, width, t, n-1)
}

func (w *world) planGrid(styleOf, n int, t *catalogue.Territory) *grid {
	g := &grid{ordinal: pick(w, "TT", "STT"), label: pick(w, "Chỉ tiêu", "Nội dung", "Tên chỉ tiêu"), unit: pick(w, "ĐVT", "Đơn vị", "Đơn vị tính"), merged: w.r.IntN(4) > 0, codes: w.one(2)}
	g.about = point{territory: t.ID}
	if styleOf == 2013 {
		g.columns = w.columns2013(n)
	} else {
		g.columns = w.columns2019(n)
	}
	g.lines = w.planLines(pick(w, 2, 3, 4), 5)
	if w.one(3) && len(g.lines) > 12 {
		g.repeat = 6 + w.r.IntN(len(g.lines)-8)
	}
	return g
}

func at2(y int, part, measure string) point { return point{year: y, part: part, measure: measure} }

func (w *world) columns2013(n int) []column {
	group := pick(w, "Năm %d", "Năm %d", "NĂM %d")
	now := fmt.Sprintf(group, n-1)
	return []column{
		{path: []string{w.yearly("actual", n-2), ""}, about: at2(n-2, "", "actual")},
		{path: []string{now, w.below("plan", "")}, about: at2(n-1, "", "plan")},
		{path: []string{now, w.below("actual", "S1")}, about: at2(n-1, "S1", "actual")},
		{path: []string{now, w.below("estimate", "")}, about: at2(n-1, "", "estimate")},
		{path: []string{w.yearly("plan", n), ""}, about: at2(n, "", "plan")},
	}
}

func (w *world) columns2019(n int) []column {
	now := fmt.Sprintf("Năm %d", n-1)
	cs := []column{
		{path: []string{w.half("actual", n-2), ""}, about: at2(n-2, "S1", "actual")},
		{path: []string{w.yearly("actual", n-2), ""}, about: at2(n-2, "", "actual")},
		{path: []string{now, w.below("plan", "")}, about: at2(n-1, "", "plan")},
		{path: []string{now, w.below("actual", "S1")}, about: at2(n-1, "S1", "actual")},
		{path: []string{now, w.below("estimate", "")}, about: at2(n-1, "", "estimate")},
		{path: []string{w.yearly("plan", n), ""}, about: at2(n, "", "plan")},
	}
	if w.r.IntN(3) > 0 {
		cmp := pick(w, "So sánh (%)", "So sánh (%)", "Tỷ lệ (%)", "So sánh")
		a, b := "Ước/KH", fmt.Sprintf("KH%02d/Ước%02d", n%100, (n-1)%100)
		if w.one(3) {
			a, b = fmt.Sprintf("Ước TH %d/KH %d", n-1, n-1), fmt.Sprintf("KH %d/Ước TH %d", n, n-1)
		}
		cs = append(cs, column{path: []string{cmp, a}, compare: true, of: [2]int{4, 2}, code: "7=5/3"}, column{path: []string{cmp, b}, compare: true, of: [2]int{5, 4}, code: "8=6/5"})
		cs = append(cs, column{path: []string{"Ghi chú", ""}, note: true})
	}
	return cs
}

// planLines writes the rows of a planning annex: sections of domains with some of their indicators and the parts of these.
func (w *world) planLines(domains, each int) []line {
	var lines []line
	used := map[string]bool{}
	chosen := sampleOf(w, formDomains, domains)
	for k, d := range chosen {
		if len(chosen) > 1 {
			lines = append(lines, line{ordinal: roman[k], label: pick(w, sections[d]...), parent: -1, section: true})
		}
		n := 0
		for _, code := range sampleOf(w, w.domains[d], each) {
			if used[code] {
				continue
			}
			n++
			lines = w.indicatorLines(lines, code, strconv.Itoa(n), used)
		}
	}
	return lines
}

// indicatorLines adds the row of an indicator, and sometimes rows of its parts.
func (w *world) indicatorLines(lines []line, code, ordinal string, used map[string]bool) []line {
	used[code] = true
	in := w.cat.Indicator(code)
	unit := in.Unit
	if o := w.otherUnit(unit); o != "" && w.one(4) {
		unit = o
	}
	me := len(lines)
	lines = append(lines, line{ordinal: ordinal, label: w.label(code, w.one(2)), unit: unit, word: w.unitWord(unit), about: point{indicator: code}, parent: -1})
	var parts []line
	add := func(l line) {
		l.parent = me
		if l.unit = w.cat.Indicator(l.about.indicator).Unit; w.cat.Unit(l.unit).Quantity == w.cat.Unit(unit).Quantity {
			l.unit, l.word = unit, lines[me].word
		} else {
			l.word = w.unitWord(l.unit)
		}
		parts = append(parts, l)
	}
	bound := w.children[code]
	splits := func(label string) bool {
		return slices.ContainsFunc(bound, func(c child) bool { return strings.EqualFold(c.label, label) })
	}
	switch {
	case len(bound) > 0 && w.r.IntN(3) > 0:
		for _, c := range sampleOf(w, bound, 3) {
			if !used[c.code] && w.cat.Indicator(c.code).Sex == "" && !strings.Contains(c.label, ":") {
				used[c.code] = true
				alone := slices.ContainsFunc(w.cat.IndicatorsByLabel(c.label), func(m catalogue.Match) bool { return m.ParentLabel == "" })
				add(line{label: c.label, about: point{indicator: c.code}, bound: !alone})
			}
		}
	case additive(in) && in.Sex == "" && in.Unit != "house" && in.ValueKind == "count" && (in.Unit == "person" || in.Unit == "thousand_person") && !splits("Nữ") && w.one(4):
		add(line{label: pick(w, "Nam", "Nam"), about: point{indicator: code, sex: "M"}, bound: true})
		add(line{label: pick(w, "Nữ", "Nữ"), about: point{indicator: code, sex: "F"}, bound: true})
	case additive(in) && in.Area == "" && in.ValueKind == "count" && (in.Unit == "person" || in.Unit == "thousand_person") && !splits("Thành thị") && w.one(4):
		add(line{label: pick(w, "Thành thị", "Khu vực thành thị"), about: point{indicator: code, area: "U"}, bound: true})
		add(line{label: pick(w, "Nông thôn", "Khu vực nông thôn"), about: point{indicator: code, area: "R"}, bound: true})
	default:
		for i := range w.cat.Indicators {
			c := &w.cat.Indicators[i]
			if c.Parent == code && !used[c.Code] && len(parts) < 3 && w.one(2) {
				used[c.Code] = true
				add(line{label: w.label(c.Code, w.one(2)), about: point{indicator: c.Code}})
			}
		}
	}
	if len(parts) == 0 {
		return lines
	}
	blank := w.one(3) // the unit is left to the parent
	lead := w.r.IntN(5)
	if ordinal == "" {
		lead = w.r.IntN(3) // without numbers only bullets show the parts
	}
	if lead == 1 {
		lines = append(lines, line{label: pick(w, "Trong đó:", "Trong đó", "Chia ra:"), parent: me, section: true})
	}
	for i, l := range parts {
		if blank && l.unit == unit {
			l.word = ""
		}
		switch lead {
		case 0:
			l.label, l.indent = "- "+l.label, 1
			if i == 0 {
				l.label = "Trong đó: " + l.label
			}
		case 1, 2:
			l.label = "- " + l.label
		case 3:
			l.ordinal = string("abcdeghik"[i])
		case 4:
			l.ordinal = strings.TrimSuffix(ordinal, ".") + "." + strconv.Itoa(i+1)
		}
		lines = append(lines, l)
	}
	return lines
}

// deepBook has three to six header rows over indicators.
func (w *world) deepBook(b *book) {
	t := pick(w, w.provinces...)
	y := 2014 + w.r.IntN(9)
	b.home = t.ID
	b.path = fmt.Sprintf("inbox/baocao_%s.xlsx", fileName(t))
	p := b.page(pick(w, "Biểu 1", "Sheet1"))
	g := &grid{ordinal: pick(w, "TT", "STT"), label: "Chỉ tiêu", unit: pick(w, "ĐVT", "Đơn vị tính"), merged: w.r.IntN(4) > 0, codes: w.one(2), about: point{territory: t.ID}}
	split := w.r.IntN(3) // 0 none, 1 sex, 2 area
	var codes []string
	for _, d := range formDomains {
		for _, c := range w.domains[d] {
			in := w.cat.Indicator(c)
			if split == 0 || additive(in) && in.Sex == "" && in.Area == "" && strings.Contains(in.Unit, "person") && len(w.children[c]) == 0 {
				codes = append(codes, c)
			}
		}
	}
	for i, c := range sampleOf(w, codes, 4+w.r.IntN(5)) {
		unit := w.cat.Indicator(c).Unit
		g.lines = append(g.lines, line{ordinal: strconv.Itoa(i + 1), label: w.label(c, w.one(2)), unit: unit, word: w.unitWord(unit), about: point{indicator: c}, parent: -1})
	}
	leaf := func(path []string, about point) {
		switch split {
		case 0:
			g.columns = append(g.columns, column{path: path, about: about})
		case 1:
			group := pick(w, "Chia theo giới tính", "Trong đó", "Phân theo giới tính", "Chia ra")
			g.columns = append(g.columns, column{path: append(slices.Clone(path), "Tổng số", ""), about: about})
			for _, s := range []struct{ word, sex string }{{"Nam", "M"}, {"Nữ", "F"}} {
				a := about
				a.sex = s.sex
				g.columns = append(g.columns, column{path: append(slices.Clone(path), group, s.word), about: a})
			}
		case 2:
			group := pick(w, "Chia theo khu vực", "Trong đó", "Phân theo thành thị, nông thôn")
			g.columns = append(g.columns, column{path: append(slices.Clone(path), "Tổng số", ""), about: about})
			for _, s := range []struct{ word, area string }{{"Thành thị", "U"}, {"Nông thôn", "R"}} {
				a := about
				a.area = s.area
				g.columns = append(g.columns, column{path: append(slices.Clone(path), group, s.word), about: a})
			}
		}
	}
	switch w.r.IntN(3) {
	case 0: // measure, then year
		for _, m := range []string{"actual", "plan"} {
			word := map[string]string{"actual": pick(w, "Thực hiện", "Kết quả thực hiện"), "plan": "Kế hoạch"}[m]
			for k := range 2 {
				leaf([]string{word, fmt.Sprintf("Năm %d", y+k)}, at2(y+k, "", m))
			}
		}
	case 1: // year, part, measure
		for k := range 2 {
			year := fmt.Sprintf("Năm %d", y+k)
			leaf([]string{year, pick(w, "6 tháng đầu năm", "6 tháng đầu năm"), pick(w, "Thực hiện", "TH")}, at2(y+k, "S1", "actual"))
			leaf([]string{year, "Cả năm", pick(w, "Kế hoạch", "KH")}, at2(y+k, "", "plan"))
			leaf([]string{year, "Cả năm", pick(w, "Thực hiện", "TH")}, at2(y+k, "", "actual"))
		}
	case 2: // one or two headings over all, year, measure
		top := pick(w, "Số liệu báo cáo", "Kết quả thực hiện kế hoạch", "Thời kỳ báo cáo")
		if w.one(2) {
			inner := leaf
			leaf = func(path []string, about point) { inner(append([]string{"Số liệu thống kê"}, path...), about) }
		}
		for k := range 2 {
			year := fmt.Sprintf("Năm %d", y+k)
			leaf([]string{top, year, "Kế hoạch"}, at2(y+k, "", "plan"))
			leaf([]string{top, year, "Thực hiện"}, at2(y+k, "", "actual"))
		}
	}
	width := len(g.columns) + 3
	p.text(1, 1, "SỞ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI "+strings.ToUpper(t.FullNameVi))
	p.text(3, 1, fmt.Sprintf("BÁO CÁO KẾT QUẢ THỰC HIỆN CÁC CHỈ TIÊU GIAI ĐOẠN %d - %d", y, y+1))
	p.merge(3, 1, 3, width)
	p.text(4, 1, fmt.Sprintf("(Kèm theo Báo cáo số %d/BC-SLĐTBXH ngày 15/01/%d)", 10+w.r.IntN(200), y+2))
	row := w.table(p, 6, 1, g)
	w.ending(p, row, width, t, y+2)
}

// severalSheets spreads one form over sheets by domain.
func (w *world) severalSheets(b *book) {
	t := pick(w, w.provinces...)
	n := 2015 + w.r.IntN(10)
	b.home = t.ID
	b.path = fmt.Sprintf("%d/BieuMau_KH%d_%s.xlsx", n, n, fileName(t))
	for i, d := range sampleOf(w, formDomains, 2+w.r.IntN(3)) {
		p := b.page(pick(w, fmt.Sprintf("Biểu %d", i+1), fmt.Sprintf("%d. %s", i+1, sections[d][0])))
		g := w.planGrid(2019, n, t)
		g.repeat, g.lines = 0, nil
		used := map[string]bool{}
		for k, code := range sampleOf(w, w.domains[d], 6) {
			if !used[code] {
				g.lines = w.indicatorLines(g.lines, code, strconv.Itoa(k+1), used)
			}
		}
		width := len(g.columns) + 3
		title := fmt.Sprintf("TỔNG HỢP CHỈ TIÊU KẾ HOẠCH NĂM %d", n)
		row := 1
		if i == 0 {
			row = w.annexHead(p, b, t, n, width, title)
		} else {
			p.text(1, width, fmt.Sprintf("Biểu số %02d", i+1))
			p.text(2, 1, pick(w, title+" (tiếp theo)", title, "LĨNH VỰC "+sections[d][0]))
			p.merge(2, 1, 2, width)
			row = 4
		}
		w.table(p, row, 1, g)
	}
}

// stackedTables puts several tables with titles of their own one below the other.
func (w *world) stackedTables(b *book) {
	t := pick(w, w.provinces...)
	y := 2014 + w.r.IntN(9)
	b.home = t.ID
	b.path = fmt.Sprintf("inbox/%s bao cao.xlsx", fileName(t))
	p := b.page("Tổng hợp")
	p.text(1, 1, "SỞ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI "+strings.ToUpper(t.FullNameVi))
	p.text(2, 1, fmt.Sprintf("(Kèm theo Báo cáo số %d/BC-SLĐTBXH ngày 15/01/%d)", 10+w.r.IntN(200), y+2))
	row := 4
	for i, d := range sampleOf(w, formDomains, 2+w.r.IntN(2)) {
		p.text(row, 1, fmt.Sprintf("%s. KẾT QUẢ THỰC HIỆN LĨNH VỰC %s", roman[i], sections[d][0]))
		g := &grid{ordinal: "TT", label: "Chỉ tiêu", unit: "Đơn vị", merged: true, about: point{territory: t.ID}}
		for k := range 2 + w.r.IntN(3) {
			m := []string{"actual", "actual", "estimate", "plan"}[k]
			g.columns = append(g.columns, column{path: []string{w.yearly(m, y-1+k)}, about: at2(y-1+k, "", m)})
		}
		used := map[string]bool{}
		for k, code := range sampleOf(w, w.domains[d], 4) {
			if !used[code] {
				g.lines = w.indicatorLines(g.lines, code, strconv.Itoa(k+1), used)
			}
		}
		row = w.table(p, row+1, 1, g) + 1 + w.r.IntN(3)
	}
}

// sideBySide puts two tables next to each other.
func (w *world) sideBySide(b *book) {
	t := pick(w, w.provinces...)
	y := 2014 + w.r.IntN(9)
	b.home = t.ID
	b.path = fmt.Sprintf("inbox/%s.xlsx", fileName(t))
	p := b.page("Sheet1")
	p.text(1, 1, "SỞ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI "+strings.ToUpper(t.FullNameVi))
	p.text(2, 1, fmt.Sprintf("KẾT QUẢ THỰC HIỆN NĂM %d", y))
	p.text(3, 1, fmt.Sprintf("(Kèm theo Báo cáo số %d/BC-SLĐTBXH ngày 15/01/%d)", 10+w.r.IntN(200), y+1))
	used := map[string]bool{}
	col := 1
	for _, d := range sampleOf(w, formDomains, 2) {
		g := &grid{ordinal: "TT", label: "Chỉ tiêu", unit: "ĐVT", merged: true, about: point{territory: t.ID}}
		g.columns = []column{
			{path: []string{w.yearly("plan", y)}, about: at2(y, "", "plan")},
			{path: []string{w.yearly("actual", y)}, about: at2(y, "", "actual")},
		}
		if w.one(2) {
			g.columns = append(g.columns, column{path: []string{pick(w, "% so với KH", "TH/KH (%)", "So sánh (%)")}, compare: true, of: [2]int{1, 0}})
		}
		for k, code := range sampleOf(w, w.domains[d], 4+w.r.IntN(4)) {
			if !used[code] {
				g.lines = w.indicatorLines(g.lines, code, strconv.Itoa(k+1), used)
			}
		}
		w.table(p, 5, col, g)
		col += 3 + len(g.columns) + pick(w, 1, 1, 2)
	}
}

// transposed writes periods down and indicators across, the unit in a row of its own or in the header.
func (w *world) transposed(b *book) {
	t := pick(w, w.provinces...)
	n := 2014 + w.r.IntN(10)
	b.home = t.ID
	b.path = fmt.Sprintf("inbox/%s_%d.xlsx", fileName(t), n)
	p := b.page("Biểu")
	g := &grid{label: pick(w, "Chỉ tiêu", "Nội dung", "Thời gian"), merged: true, about: point{territory: t.ID}}
	g.columns = w.indicatorColumns(3+w.r.IntN(5), w.r.IntN(2) == 0)
	for _, m := range []struct {
		y             int
		part, measure string
	}{{n - 2, "", "actual"}, {n - 1, "", "plan"}, {n - 1, "S1", "actual"}, {n - 1, "", "estimate"}, {n, "", "plan"}} {
		label := ""
		if m.part == "S1" {
			label = w.half(m.measure, m.y)
		} else {
			label = w.yearly(m.measure, m.y)
		}
		g.lines = append(g.lines, line{label: label, about: at2(m.y, m.part, m.measure), parent: -1})
	}
	row := w.annexHead(p, b, t, n, len(g.columns)+1, fmt.Sprintf("KẾT QUẢ THỰC HIỆN %d, %d, KẾ HOẠCH %d", n-2, n-1, n))
	row = w.table(p, row, 1, g)
	w.ending(p, row, len(g.columns)+1, t, n-1)
}

// indicatorColumns heads columns with indicators; the unit stands in parentheses behind the name or in a row below.
func (w *world) indicatorColumns(n int, unitRow bool) []column {
	var codes []string
	for _, d := range append([]string{"population"}, formDomains...) {
		codes = append(codes, w.domains[d]...)
	}
	var cs []column
	for _, code := range sampleOf(w, codes, n) {
		unit := w.cat.Indicator(code).Unit
		if o := w.otherUnit(unit); o != "" && w.one(4) {
			unit = o
		}
		c := column{about: point{indicator: code}, unit: unit}
		if unitRow {
			c.path = []string{w.label(code, w.one(2)), pick(w, "("+w.unitWord(unit)+")", w.unitWord(unit))}
		} else {
			c.path = []string{w.label(code, w.one(2)) + " (" + w.unitWord(unit) + ")"}
		}
		cs = append(cs, c)
	}
	return cs
}
