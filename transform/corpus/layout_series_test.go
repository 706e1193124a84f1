package corpus

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/phuluc/phuluc/transform/catalogue"
)

// territoryLines chooses a set of territories: all of the country, a region with its provinces, or some provinces.
func (w *world) territoryLines(ordinals bool) (lines []line) {
	add := func(t *catalogue.Territory, ordinal string) {
		lines = append(lines, line{ordinal: ordinal, label: w.place(t), about: point{territory: t.ID}, parent: -1})
	}
	n := 0
	next := func() string {
		n++
		if ordinals {
			return strconv.Itoa(n)
		}
		return ""
	}
	of := func(region string, k int) {
		var ps []*catalogue.Territory
		for _, t := range w.provinces {
			if t.Region == region {
				ps = append(ps, t)
			}
		}
		for _, t := range sampleOf(w, ps, k) {
			add(t, next())
		}
	}
	switch w.r.IntN(3) {
	case 0:
		add(w.cat.Territory("vn"), "")
		for i, r := range sampleOf(w, w.regions, 2+w.r.IntN(3)) {
			ordinal := ""
			if ordinals {
				ordinal = roman[i]
			}
			add(r, ordinal)
			of(r.ID, 3+w.r.IntN(4))
		}
	case 1:
		r := pick(w, w.regions...)
		add(r, "")
		of(r.ID, 20)
	default:
		for _, t := range sampleOf(w, w.provinces, 6+w.r.IntN(12)) {
			add(t, next())
		}
	}
	return lines
}

func (w *world) nationalHead(p *page, year, width int, title string) int {
	row := 1
	if w.one(2) {
		p.text(row, 1, pick(w, "BỘ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI", "TỔNG CỤC THỐNG KÊ", "BẢO HIỂM XÃ HỘI VIỆT NAM"))
		row++
	}
	p.text(row, 1, title)
	p.merge(row, 1, row, width)
	row++
	p.text(row, 1, fmt.Sprintf("(Kèm theo Công văn số %d/LĐTBXH-KHTC ngày %02d/%02d/%d)", 100+w.r.IntN(4000), 1+w.r.IntN(28), 1+w.r.IntN(6), year))
	return row + 1
}

func (w *world) territoriesByIndicators(b *book) {
	y := 2013 + w.r.IntN(11)
	b.path = fmt.Sprintf("inbox/bieu tong hop %d.xlsx", 1+w.r.IntN(20))
	p := b.page(pick(w, "Rà soát", "Tổng hợp", "Sheet1"))
	g := &grid{label: pick(w, "Địa phương", "Tỉnh/thành phố", "Tỉnh, thành phố"), merged: w.r.IntN(4) > 0, codes: w.one(3)}
	if w.r.IntN(3) > 0 {
		g.ordinal = pick(w, "TT", "STT")
	}
	g.lines = w.territoryLines(g.ordinal != "")
	base := w.indicatorColumns(2+w.r.IntN(4), w.one(3))
	switch w.r.IntN(3) {
	case 0: // year and measure above the indicators
		g.merged = true
		for k, m := range []string{"actual", "plan"} {
			head := w.yearly(m, y+k)
			for _, c := range base {
				c.path = append([]string{head}, c.path...)
				c.about = c.about.with(at2(y+k, "", m))
				g.columns = append(g.columns, c)
			}
		}
		p.text(1, 1, "")
	case 1: // below
		for _, c := range base {
			for k, m := range []string{"actual", "plan"} {
				d := c
				d.path = append(append([]string{}, c.path...), w.yearly(m, y+k))
				d.about = c.about.with(at2(y+k, "", m))
				g.columns = append(g.columns, d)
			}
		}
	default:
		g.columns = base
		g.about = at2(y, "", "actual")
	}
	title := fmt.Sprintf("MỘT SỐ CHỈ TIÊU VỀ LAO ĐỘNG, NGƯỜI CÓ CÔNG VÀ XÃ HỘI NĂM %d", y)
	if g.about.year == 0 {
		title = "MỘT SỐ CHỈ TIÊU VỀ LAO ĐỘNG, NGƯỜI CÓ CÔNG VÀ XÃ HỘI PHÂN THEO ĐỊA PHƯƠNG"
	}
	row := w.nationalHead(p, y+1, len(g.columns)+2, title)
	row = w.table(p, row+1, 1, g)
	if w.one(2) {
		p.text(row+1, 1, "Nguồn: Báo cáo của các địa phương")
	}
}

// numeric chooses an indicator whose values add up and are neither a sex's nor an area's.
func (w *world) numeric(splits bool) string {
	for {
		in := &w.cat.Indicators[w.r.IntN(len(w.cat.Indicators))]
		if in.Domain == "macro" || splits && (!additive(in) || in.Sex != "" || in.Area != "" || !strings.Contains(in.Unit, "person") || len(w.children[in.Code]) > 0) {
			continue
		}
		return in.Code
	}
}

func (w *world) yearHeads(from, n int, last bool) []column {
	var cs []column
	plain := w.one(2)
	for k := range n {
		y := from + k
		about := point{year: y, measure: "actual"}
		text := strconv.Itoa(y)
		if !plain {
			text = "Năm " + text
		}
		if last && k == n-1 {
			text, about.status = pick(w, "Sơ bộ %d", "Sơ bộ - Prel. %d"), "P"
			text = fmt.Sprintf(text, y)
		}
		cs = append(cs, column{path: []string{text}, about: about})
	}
	return cs
}

// unitLine writes the unit above a table and gives it.
func (w *world) unitLine(p *page, row, col int, unit string) *cell {
	word := w.unitWord(unit)
	return p.put(row, col, cell{kind: kindUnit, text: pick(w, "Đơn vị tính: "+word, "ĐVT: "+word, "Đơn vị: "+upperFirst(word), "("+upperFirst(word)+")")})
}

func (w *world) territoriesByYears(b *book) {
	from, n := 2005+w.r.IntN(10), 4+w.r.IntN(6)
	b.path = fmt.Sprintf("inbox/nien giam %d.xlsx", 1+w.r.IntN(40))
	code := w.numeric(false)
	p := b.page("Sheet1")
	g := &grid{label: pick(w, "Địa phương", "Tỉnh/thành phố", "Địa phương"), merged: true, about: point{indicator: code}}
	g.lines = w.territoryLines(false)
	g.columns = w.yearHeads(from, n, w.one(3))
	unit := w.cat.Indicator(code).Unit
	if o := w.otherUnit(unit); o != "" && w.one(4) {
		unit = o
	}
	g.unitCode = unit
	title := pick(w, w.label(code, false)+" phân theo địa phương", strings.ToUpper(w.label(code, false)), w.label(code, w.one(2)))
	if w.one(4) && additive(w.cat.Indicator(code)) && w.cat.Indicator(code).Sex == "" && strings.Contains(unit, "person") && len(w.children[code]) == 0 {
		over := pick(w, "Nam", "Nữ")
		for i := range g.columns {
			g.columns[i].path = append([]string{over}, g.columns[i].path...)
			g.columns[i].about.sex = map[string]string{"Nam": "M", "Nữ": "F"}[over]
		}
	}
	var all []*truth
	g.governs = &all
	row := w.nationalHead(p, from+n, n+1, title)
	u := w.unitLine(p, row, max(2, n-1), unit)
	w.table(p, row+1, 1, g)
	u.governs = all
}

func (w *world) territoriesByMeasures(b *book) {
	y := 2014 + w.r.IntN(10)
	b.path = fmt.Sprintf("inbox/giao chi tieu %d.xlsx", 1+w.r.IntN(40))
	code := w.numeric(false)
	unit := w.cat.Indicator(code).Unit
	p := b.page("Sheet1")
	g := &grid{ordinal: pick(w, "", "TT", "STT"), label: pick(w, "Địa phương", "Tỉnh, thành phố"), merged: w.r.IntN(4) > 0, about: point{indicator: code}, unitCode: unit}
	g.lines = w.territoryLines(g.ordinal != "")
	g.columns = w.columns2013(y + 1)
	var all []*truth
	g.governs = &all
	row := w.nationalHead(p, y, len(g.columns)+2, pick(w, strings.ToUpper(w.label(code, false)), w.label(code, false)+" phân theo địa phương"))
	u := w.unitLine(p, row, len(g.columns), unit)
	w.table(p, row+1, 1, g)
	u.governs = all
}

// territorySections heads groups of indicators with the province they are about.
func (w *world) territorySections(b *book) {
	y := 2014 + w.r.IntN(10)
	b.path = fmt.Sprintf("inbox/tong hop bao cao %d.xlsx", 1+w.r.IntN(40))
	p := b.page("Tổng hợp")
	g := &grid{ordinal: "TT", label: pick(w, "Chỉ tiêu", "Nội dung"), unit: "ĐVT", merged: true}
	g.columns = []column{
		{path: []string{w.yearly("actual", y-1)}, about: at2(y-1, "", "actual")},
		{path: []string{w.yearly("estimate", y)}, about: at2(y, "", "estimate")},
		{path: []string{w.yearly("plan", y+1)}, about: at2(y+1, "", "plan")},
	}
	d := pick(w, formDomains...)
	codes := sampleOf(w, w.domains[d], 3+w.r.IntN(3))
	for i, t := range sampleOf(w, w.provinces, 3+w.r.IntN(4)) {
		me := len(g.lines)
		g.lines = append(g.lines, line{ordinal: roman[i], label: pick(w, strings.ToUpper(t.NameVi), t.NameVi, t.FullNameVi), about: point{territory: t.ID}, section: true, parent: -1})
		for k, c := range codes {
			unit := w.cat.Indicator(c).Unit
			g.lines = append(g.lines, line{ordinal: strconv.Itoa(k + 1), label: w.label(c, false), unit: unit, word: w.unitWord(unit), about: point{indicator: c, territory: t.ID}, parent: me, bound: true})
		}
	}
	row := w.nationalHead(p, y, 6, "TỔNG HỢP KẾT QUẢ THỰC HIỆN CỦA CÁC ĐỊA PHƯƠNG")
	w.table(p, row+1, 1, g)
}

func (w *world) yearsBySexArea(b *book) {
	t := pick(w, w.provinces...)
	from, n := 2008+w.r.IntN(8), 4+w.r.IntN(5)
	b.home, b.path = t.ID, fmt.Sprintf("inbox/%s dan so.xlsx", fileName(t))
	code := w.numeric(true)
	unit := w.cat.Indicator(code).Unit
	p := b.page("Phụ lục 2")
	g := &grid{label: pick(w, "Năm", "Năm", "Thời kỳ"), merged: w.r.IntN(4) > 0, about: point{indicator: code, territory: t.ID, measure: "actual"}, unitCode: unit}
	sex, area := pick(w, "Phân theo giới tính", "Chia theo giới tính", "Trong đó"), pick(w, "Phân theo thành thị, nông thôn", "Chia theo khu vực")
	cs := []column{
		{path: []string{"Tổng số", ""}},
		{path: []string{sex, "Nam"}, about: point{sex: "M"}},
		{path: []string{sex, "Nữ"}, about: point{sex: "F"}},
		{path: []string{area, "Thành thị"}, about: point{area: "U"}},
		{path: []string{area, "Nông thôn"}, about: point{area: "R"}},
	}
	switch w.r.IntN(3) {
	case 0:
		cs = cs[:3]
	case 1:
		cs = append(cs[:1], cs[3:]...)
	}
	g.columns = cs
	for k := range n {
		l := line{label: strconv.Itoa(from + k), about: point{year: from + k}, parent: -1}
		if k == n-1 && w.one(3) {
			l.label, l.about.status = "Sơ bộ "+l.label, "P"
		}
		g.lines = append(g.lines, l)
	}
	p.text(1, 1, "Sở Lao động - Thương binh và Xã hội "+lowerFirst(t.FullNameVi))
	p.text(2, 1, strings.ToUpper(w.label(code, false))+pick(w, "", " PHÂN THEO GIỚI TÍNH VÀ PHÂN THEO THÀNH THỊ, NÔNG THÔN"))
	p.text(3, 1, fmt.Sprintf("(Kèm theo Báo cáo ngày 20/7/%d)", from+n))
	var all []*truth
	g.governs = &all
	u := w.unitLine(p, 4, 4, unit)
	w.table(p, 5, 1, g)
	u.governs = all
}

func (w *world) yearsByIndicators(b *book) {
	from, n := 2008+w.r.IntN(8), 4+w.r.IntN(6)
	b.home, b.path = "vn", "inbox/so lieu thong ke nganh.xlsx"
	p := b.page("Sheet1")
	p.text(1, 1, pick(w, "SỐ NGƯỜI THAM GIA BẢO HIỂM CẢ NƯỚC QUA CÁC NĂM", "SỐ LIỆU CẢ NƯỚC QUA CÁC NĂM"))
	g := &grid{label: "Năm", merged: w.r.IntN(3) > 0, about: point{territory: "vn", measure: "actual"}}
	if w.one(2) { // the series of the social insurance, without a word about the unit: millions can not be thousands of persons
		parent := pick(w, "Số người tham gia BHXH", "Số người tham gia bảo hiểm xã hội")
		g.columns = []column{
			{path: []string{parent, "Bắt buộc"}, about: point{indicator: "bhxh_compulsory"}},
			{path: []string{parent, "Tự nguyện"}, about: point{indicator: "bhxh_voluntary"}},
			{path: []string{"Số người tham gia BHTN", ""}, about: point{indicator: "bhtn_participants"}},
			{path: []string{"Số người tham gia BHYT", ""}, about: point{indicator: "bhyt_participants"}},
		}
		g.fact = func(q point) *fact {
			f := *w.fact(q)
			grown := 1.0 + 0.05*float64(q.year-from)
			f.value = decimal.NewFromFloat(w.base(q.indicator+" national", 3e6, 9e6) * grown).Truncate(0)
			return &f
		}
	} else {
		g.columns = w.indicatorColumns(3+w.r.IntN(3), w.one(2))
	}
	for k := range n {
		g.lines = append(g.lines, line{label: strconv.Itoa(from + k), about: point{year: from + k}, parent: -1})
	}
	row := w.table(p, 3, 1, g)
	p.text(row, 1, "(Nguồn: Báo cáo Quyết toán tài chính hàng năm)")
}

func (w *world) indicatorsByYears(b *book) {
	t := pick(w, w.provinces...)
	from, n := 2010+w.r.IntN(6), 4+w.r.IntN(6)
	b.home, b.path = t.ID, fmt.Sprintf("inbox/%s chi tieu.xlsx", fileName(t))
	p := b.page("GIẢM NGHÈO")
	d := pick(w, formDomains...)
	p.text(1, 1, "UBND "+strings.ToUpper(t.FullNameVi))
	p.text(2, 1, fmt.Sprintf("%d. %s", 1+w.r.IntN(9), sections[d][0]))
	p.text(3, 1, fmt.Sprintf("(Kèm theo Báo cáo ngày 20/7/%d)", from+n))
	g := &grid{label: "Chỉ tiêu", unit: pick(w, "ĐV tính", "Đơn vị tính", "ĐVT"), merged: true, about: point{territory: t.ID}}
	g.columns = w.yearHeads(from, n, w.one(4))
	used := map[string]bool{}
	for _, c := range sampleOf(w, w.domains[d], 5) {
		if !used[c] {
			g.lines = w.indicatorLines(g.lines, c, "", used)
		}
	}
	w.table(p, 5, 1, g)
}

// stackedBlocks is the yearbook table whose block labels are units (B8), or blocks of one year or one indicator each.
func (w *world) stackedBlocks(b *book) {
	from, n := 2008+w.r.IntN(8), 3+w.r.IntN(4)
	p := b.page("Khối")
	switch w.r.IntN(3) {
	case 0:
		t := pick(w, w.provinces...)
		b.home, b.path = t.ID, fmt.Sprintf("inbox/%s bieu 24.xlsx", fileName(t))
		p.text(1, 1, pick(w, "LAO ĐỘNG TỪ 15 TUỔI TRỞ LÊN ĐANG LÀM VIỆC", "Lao động từ 15 tuổi trở lên đang làm việc trong các ngành kinh tế phân theo loại hình kinh tế"))
		p.text(2, 1, strings.ToUpper(t.FullNameVi))
		of := pick(w, "Chia ra - Of which", "Chia ra", "Trong đó")
		g := &grid{label: "", merged: true, about: point{indicator: "employed_total", territory: t.ID, measure: "actual"}, columns: []column{
			{path: []string{pick(w, "Tổng số Total", "Tổng số"), ""}},
			{path: []string{of, "Nhà nước"}, about: point{indicator: "employed_state"}},
			{path: []string{of, "Ngoài Nhà nước"}, about: point{indicator: "employed_nonstate"}},
			{path: []string{of, "Khu vực có vốn đầu tư nước ngoài"}, about: point{indicator: "employed_fdi"}},
		}}
		unit := pick(w, "person", "thousand_person")
		g.lines = append(g.lines, line{label: map[string]string{"person": pick(w, "Người - Person", "Người"), "thousand_person": pick(w, "Nghìn người - Thous. pers.", "Nghìn người")}[unit], section: true, parent: -1})
		for k := range n {
			g.lines = append(g.lines, line{label: strconv.Itoa(from + k), unit: unit, about: point{year: from + k}, parent: 0, bound: true})
		}
		row := w.table(p, 4, 1, g)
		for _, block := range sampleOf(w, []string{"Chỉ số phát triển (Năm trước = 100) - %", "Cơ cấu - Structure (%)", "Cơ cấu (%)"}, 1+w.r.IntN(2)) {
			p.put(row, 1, cell{kind: kindSection, text: block})
			p.merge(row, 1, row, 5)
			row++
			for k := range n {
				p.put(row, 1, cell{kind: kindOrdinal, text: strconv.Itoa(from + k)})
				for c := range 4 {
					p.put(row, 2+c, cell{kind: kindCompare, text: decimal.NewFromInt(int64(1000 + w.r.IntN(9000))).Shift(-2).String(), number: true})
				}
				row++
			}
		}
		p.tables[0].bottom = row - 1
	case 1: // a block a year
		b.path = "inbox/bieu theo nam.xlsx"
		g := &grid{label: "Địa phương", merged: true, columns: w.indicatorColumns(3, false)}
		ts := w.territoryLines(false)
		for k := range 2 {
			me := len(g.lines)
			g.lines = append(g.lines, line{label: fmt.Sprintf("Năm %d", from+k), section: true, parent: -1, about: point{year: from + k}})
			for _, l := range ts {
				l.parent, l.bound = me, true
				l.about = l.about.with(at2(from+k, "", "actual"))
				g.lines = append(g.lines, l)
			}
		}
		row := w.nationalHead(p, from+n, 5, "MỘT SỐ CHỈ TIÊU PHÂN THEO ĐỊA PHƯƠNG")
		w.table(p, row+1, 1, g)
	default: // a block an indicator
		t := pick(w, w.provinces...)
		b.home, b.path = t.ID, fmt.Sprintf("inbox/%s bieu.xlsx", fileName(t))
		p.text(1, 1, "CỤC THỐNG KÊ "+strings.ToUpper(t.FullNameVi))
		p.text(2, 1, "MỘT SỐ CHỈ TIÊU CHỦ YẾU")
		p.text(3, 1, fmt.Sprintf("(Kèm theo Báo cáo ngày 20/7/%d)", from+n))
		g := &grid{label: "", merged: true, about: point{territory: t.ID, measure: "actual"}, columns: []column{
			{path: []string{"Tổng số", ""}},
			{path: []string{"Chia theo giới tính", "Nam"}, about: point{sex: "M"}},
			{path: []string{"Chia theo giới tính", "Nữ"}, about: point{sex: "F"}},
		}}
		used := map[string]bool{}
		for range 2 + w.r.IntN(2) {
			code := w.numeric(true)
			if used[code] {
				continue
			}
			used[code] = true
			unit := w.cat.Indicator(code).Unit
			me := len(g.lines)
			g.lines = append(g.lines, line{label: w.label(code, false) + " (" + w.unitWord(unit) + ")", section: true, parent: -1, about: point{indicator: code}})
			for k := range n {
				g.lines = append(g.lines, line{label: strconv.Itoa(from + k), unit: unit, about: point{indicator: code, year: from + k}, parent: me, bound: true})
			}
		}
		w.table(p, 5, 1, g)
	}
}

// yearbook is laid out as the statistics office prints: Vietnamese and English in one cell, with a run of spaces between, or
// in rows one below the other; the unit stands over the values; years are numbers; a block of growth rates follows.
func (w *world) yearbook(b *book) {
	t := pick(w, w.provinces...)
	from, n := 1995+w.r.IntN(15), 5+w.r.IntN(8)
	code := w.numeric(true)
	unit := w.cat.Indicator(code).Unit
	p := b.page(pick(w, "DSGioiTinh", "Sheet1", "24"))
	gap := strings.Repeat(" ", 1+w.r.IntN(24))
	if w.one(2) {
		b.home, b.path = t.ID, fmt.Sprintf("inbox/%s nien giam.xlsx", fileName(t))
		p.text(1, 1, "CỤC THỐNG KÊ "+strings.ToUpper(t.FullNameVi))
		parts := []column{
			{path: []string{"Chia ra - Of which", "Nam" + gap + "Males"}, about: point{sex: "M"}},
			{path: []string{"Chia ra - Of which", "Nữ" + gap + "Females"}, about: point{sex: "F"}},
		}
		by := [2]string{" phân theo giới tính", " by sex"}
		if w.one(2) {
			parts = []column{
				{path: []string{"Chia ra - Of which", "Thành thị" + gap + "Urban"}, about: point{area: "U"}},
				{path: []string{"Chia ra - Of which", "Nông thôn" + gap + "Rural"}, about: point{area: "R"}},
			}
			by = [2]string{" phân theo thành thị và nông thôn", " by urban and rural"}
		}
		p.text(2, 1, pick(w, "2. ", "")+w.label(code, false)+by[0])
		p.text(3, 1, "    "+w.english[code]+by[1])
		p.text(4, 1, fmt.Sprintf("(Kèm theo Báo cáo ngày 20/7/%d)", from+n))
		g := &grid{label: "", merged: w.one(2), about: point{indicator: code, territory: t.ID, measure: "actual"}, unitCode: unit,
			columns: append([]column{{path: []string{"Tổng số", "Total"}}}, parts...)}
		for k := range n {
			g.lines = append(g.lines, line{label: strconv.Itoa(from + k), about: point{year: from + k}, parent: -1})
		}
		var all []*truth
		g.governs = &all
		row := w.table(p, 6, 1, g)
		body := p.tables[0].body
		p.insertRows(body, 1)
		word := w.unitWord(unit)
		u := p.put(body, 2, cell{kind: kindUnit, text: upperFirst(word) + " - " + w.cat.Unit(unit).NameEn, governs: all})
		u.names = point{}
		p.merge(body, 2, body, 4)
		for a, c := range p.cells {
			if c.kind == kindLabel && c.names.year != 0 && a.col == 1 {
				c.number = true
			}
		}
		row++
		p.put(row, 2, cell{kind: kindSection, text: "Tốc độ tăng (%)" + gap + "Growth rate (%)"})
		p.merge(row, 2, row, 4)
		for k := 1; k < n; k++ {
			row++
			p.put(row, 1, cell{kind: kindOrdinal, text: strconv.Itoa(from + k), number: true})
			for c := range 3 {
				p.put(row, 2+c, cell{kind: kindCompare, text: strconv.FormatFloat(w.r.Float64()*4, 'g', 17, 64), number: true})
			}
		}
		p.tables[0].bottom = row
		return
	}
	b.path = "inbox/nien giam.xlsx"
	p.text(1, 1, "TỔNG CỤC THỐNG KÊ")
	p.text(2, 1, "4. "+w.label(code, false)+" phân theo vùng")
	p.text(3, 1, "    "+w.english[code]+" by region")
	p.text(4, 1, fmt.Sprintf("(Kèm theo Báo cáo ngày 20/7/%d)", from+n))
	var all []*truth
	g := &grid{label: "", merged: true, about: point{indicator: code}, unitCode: unit, columns: w.yearHeads(from, n, w.one(3)), governs: &all}
	if w.one(2) {
		g.lines = append(g.lines, line{label: "Cả nước - Whole country", about: point{territory: "vn"}, parent: -1})
	} else {
		g.lines = append(g.lines, line{label: "CẢ NƯỚC", parent: -1, section: true}, line{label: "WHOLE COUNTRY", about: point{territory: "vn"}, parent: 0})
	}
	for _, r := range w.regions {
		if w.one(2) {
			g.lines = append(g.lines, line{label: r.NameVi + " - " + r.NameEn, about: point{territory: r.ID}, parent: -1})
		} else {
			n := len(g.lines)
			g.lines = append(g.lines, line{label: r.NameVi, parent: -1, section: true}, line{label: r.NameEn, about: point{territory: r.ID}, parent: n})
		}
	}
	u := w.unitLine(p, 5, n, unit)
	w.table(p, 6, 1, g)
	u.governs = all
}

// yearbookSheets is a part of a yearbook without a letterhead: a table of things that no catalogue of labour knows, by
// region, and one of years that names no territory. It may be the country's; it is no region's.
func (w *world) yearbookSheets(b *book) {
	from, n := 1995+w.r.IntN(15), 5+w.r.IntN(8)
	b.path = "inbox/1DSLD.xlsx"
	p := b.page("dvhchinh")
	p.text(1, 1, "1. Số đơn vị hành chính phân theo vùng")
	p.text(2, 1, "    Number of administrative units by region")
	for i, h := range []string{"Phường", "Thị trấn", "Xã"} {
		p.put(4, 2+i, cell{kind: kindText, text: h})
		p.put(5, 2+i, cell{kind: kindText, text: []string{"Precincts", "Towns", "Communes"}[i]})
	}
	row := 7
	places := []string{"CẢ NƯỚC", "WHOLE COUNTRY"}
	for _, r := range w.regions {
		places = append(places, r.NameVi, r.NameEn)
	}
	for i := 0; i < len(places); i += 2 {
		if p.text(row, 1, places[i]); w.one(2) {
			row++
			p.text(row, 1, places[i+1])
		}
		for c := range 3 {
			p.put(row, 2+c, cell{kind: kindGarbage, text: strconv.Itoa(20 + w.r.IntN(9000)), number: true})
		}
		row += 1 + w.r.IntN(2)
	}
	code := w.numeric(true)
	unit := w.cat.Indicator(code).Unit
	p = b.page("DSGioiTinh")
	p.text(1, 1, "2. "+w.label(code, false)+" phân theo giới tính")
	g := &grid{label: "", merged: w.one(2), about: point{indicator: code, territory: "vn", measure: "actual"}, unitCode: unit, columns: []column{
		{path: []string{"Tổng số", "Total"}},
		{path: []string{"Chia ra - Of which", "Nam      Males"}, about: point{sex: "M"}},
		{path: []string{"Chia ra - Of which", "Nữ      Females"}, about: point{sex: "F"}},
	}}
	for k := range n {
		g.lines = append(g.lines, line{label: strconv.Itoa(from + k), about: point{year: from + k}, parent: -1})
	}
	var all []*truth
	g.governs = &all
	u := w.unitLine(p, 3, 3, unit)
	w.table(p, 4, 1, g)
	u.governs = all
	for _, x := range all {
		x.hit("no_territory", may, "identity.territory_unknown")
	}
}

// districtsOfProvince lists districts under a province. Only those of two provinces are in the catalogue: of others
// nothing may be loaded, least of all as the province.
func (w *world) districtsOfProvince(b *book) {
	y := 2014 + w.r.IntN(10)
	id := pick(w, "province:49@2004", "province:49@2004", "province:22@2004")
	t := w.cat.Territory(id)
	b.home, b.path = id, fmt.Sprintf("inbox/%s giao chi tieu.xlsx", fileName(t))
	code := w.numeric(false)
	in := w.cat.Indicator(code)
	p := b.page("Sheet1")
	g := &grid{ordinal: pick(w, "STT", "TT"), label: pick(w, "Địa phương", "Huyện, thị xã, thành phố", "Đơn vị hành chính"), merged: true, about: point{territory: t.ID, indicator: code}, unitCode: in.Unit}
	for k, m := range []string{"actual", "plan"}[w.r.IntN(2):] {
		g.columns = append(g.columns, column{path: []string{w.yearly(m, y+k)}, about: at2(y+k, "", m)})
	}
	total := line{label: pick(w, "Tổng số", "Tổng cộng", "Toàn tỉnh", "Cộng toàn tỉnh"), parent: -1}
	first := w.one(2)
	if first && additive(in) {
		g.lines = append(g.lines, total)
	}
	for i, d := range sampleOf(w, w.districts[id], 4+w.r.IntN(15)) {
		g.lines = append(g.lines, line{ordinal: strconv.Itoa(i + 1), label: w.place(d), about: point{territory: d.ID}, parent: -1})
	}
	if !first && additive(in) {
		g.lines = append(g.lines, total)
	}
	p.text(1, 1, "UBND "+strings.ToUpper(t.FullNameVi))
	p.text(2, 1, strings.ToUpper(w.label(code, false))+pick(w, "", " PHÂN THEO HUYỆN, THỊ XÃ, THÀNH PHỐ"))
	p.text(3, 1, fmt.Sprintf("(Kèm theo Quyết định số %d/QĐ-UBND ngày 24/02/%d)", 100+w.r.IntN(900), y+1))
	var all []*truth
	g.governs = &all
	u := w.unitLine(p, 4, 3, in.Unit)
	w.table(p, 5, 1, g)
	u.governs = all
}

// otherDistricts lists districts that the catalogue does not know, among them the town that bears its province's name:
// nothing may be loaded from their rows, least of all as the province. The total is the province's.
func (w *world) otherDistricts(b *book) {
	y := 2014 + w.r.IntN(10)
	t := pick(w, w.provinces...)
	for len(w.districts[t.ID]) > 0 || t.Type != "province" {
		t = pick(w, w.provinces...)
	}
	b.home, b.path = t.ID, fmt.Sprintf("inbox/%s theo huyen.xlsx", fileName(t))
	p := b.page("Sheet1")
	g := &grid{ordinal: pick(w, "STT", "TT"), label: pick(w, "Địa phương", "Huyện, thị xã, thành phố", "Đơn vị hành chính"), merged: true, about: at2(y, "", "actual")}
	g.columns = w.indicatorColumns(2+w.r.IntN(3), w.one(2))
	names := append([]string{"Thành phố " + t.NameVi, "TP " + t.NameVi, "Thị xã " + t.NameVi}[w.r.IntN(3):][:1],
		sampleOf(w, []string{"Huyện Đồng Văn", "Mèo Vạc", "Huyện Châu Thành", "Tân Phú", "Huyện Phú Lương", "Vĩnh Thạnh", "Thị xã Bình Minh", "Huyện Tam Nông"}, 3+w.r.IntN(4))...)
	var unknown []*truth
	g.governs = &unknown
	for i, n := range names {
		g.lines = append(g.lines, line{ordinal: strconv.Itoa(i + 1), label: n, about: point{territory: t.ID + "/" + strconv.Itoa(i)}, parent: -1})
	}
	p.text(1, 1, "UBND "+strings.ToUpper(t.FullNameVi))
	p.text(2, 1, fmt.Sprintf("MỘT SỐ CHỈ TIÊU VỀ LAO ĐỘNG, NGƯỜI CÓ CÔNG VÀ XÃ HỘI NĂM %d PHÂN THEO HUYỆN, THỊ XÃ, THÀNH PHỐ", y))
	p.text(3, 1, fmt.Sprintf("(Kèm theo Báo cáo số %d/BC-UBND ngày 24/02/%d)", 100+w.r.IntN(900), y+1))
	w.table(p, 5, 1, g)
	for _, x := range unknown {
		x.hit("unknown_district", never, "territory.unknown", "territory.ambiguous")
	}
}

// targets is the target annex B1: ranges, an owner merged down, parts without a number.
func (w *world) targets(b *book) {
	y := pick(w, 2020, 2025, 2030)
	var t *catalogue.Territory
	p := b.page("Phụ lục I")
	p.text(1, 1, "Phụ lục I")
	p.text(2, 1, fmt.Sprintf("CÁC CHỈ TIÊU CỤ THỂ ĐẾN NĂM %d", y))
	if w.one(2) {
		t = w.cat.Territory("vn")
		b.path = "inbox/chi tieu ca nuoc.xlsx"
		p.text(3, 1, "CẢ NƯỚC")
	} else {
		t = pick(w, w.provinces...)
		b.path = fmt.Sprintf("inbox/%s muc tieu.xlsx", fileName(t))
		p.text(3, 1, "(Kèm theo Kế hoạch số 27/KH-UBND của UBND "+lowerFirst(t.FullNameVi)+fmt.Sprintf(" ngày 02/02/%d)", y-8))
	}
	b.home = t.ID
	g := &grid{ordinal: "TT", label: "Chỉ tiêu", unit: "Đơn vị", merged: true, about: point{territory: t.ID}}
	g.columns = []column{
		{path: []string{w.yearly("target", y)}, about: at2(y, "", "target")},
		{path: []string{pick(w, "Cơ quan chủ trì, theo dõi, đánh giá", "Cơ quan chủ trì", "Đơn vị thực hiện")}, note: true},
	}
	used := map[string]bool{}
	var codes []string
	for _, in := range w.cat.Indicators {
		if in.ValueKind == "percent" || in.ValueKind == "percentage_point" || in.ValueKind == "count" && w.one(3) {
			codes = append(codes, in.Code)
		}
	}
	for i, c := range sampleOf(w, codes, 5+w.r.IntN(6)) {
		if used[c] {
			continue
		}
		n := len(g.lines)
		g.lines = w.indicatorLines(g.lines, c, strconv.Itoa(i+1), used)
		g.lines[n].note = pick(w, "Cục Việc làm", "Văn phòng quốc gia về Giảm nghèo", "Tổng cục Giáo dục nghề nghiệp", "Cục Trẻ em")
	}
	for i := range g.lines { // of what adds up "đến năm" does not say when it begins, nor does a bare year below that title
		if in := w.cat.Indicator(g.lines[i].about.indicator); in != nil && in.ValueKind == "count" && in.StockFlow != "stock" {
			g.columns[0].path = []string{fmt.Sprintf(pick(w, "Mục tiêu năm %d", "Mục tiêu trong năm %d"), y)}
			break
		}
	}
	w.table(p, 5, 1, g)
	w.dress(p, "range", 2)
}

// scorecard is B3: plan and estimate with words in the numbers, a verdict in words.
func (w *world) scorecard(b *book) {
	y := 2014 + w.r.IntN(10)
	b.home = "vn"
	b.path = fmt.Sprintf("%d/KetQua12ChiTieu_%d_CaNuoc.xlsx", y, y)
	p := b.page("12 chỉ tiêu")
	p.text(1, 1, fmt.Sprintf("KẾT QUẢ THỰC HIỆN 12 CHỈ TIÊU KINH TẾ - XÃ HỘI CHỦ YẾU NĂM %d CỦA CẢ NƯỚC", y))
	g := &grid{ordinal: "TT", label: "Chỉ tiêu", unit: "Đơn vị", merged: true, about: point{territory: "vn"}}
	g.columns = []column{
		{path: []string{fmt.Sprintf("Kế hoạch năm %d", y)}, about: at2(y, "", "plan")},
		{path: []string{fmt.Sprintf("Ước thực hiện năm %d", y)}, about: at2(y, "", "estimate")},
		{path: []string{pick(w, "Đánh giá", "Ghi chú")}, note: true},
	}
	used := map[string]bool{}
	var codes []string
	for _, in := range w.cat.Indicators {
		if in.ValueKind == "percent" || in.ValueKind == "percentage_point" {
			codes = append(codes, in.Code)
		}
	}
	for _, c := range sampleOf(w, codes, 6+w.r.IntN(5)) {
		if used[c] {
			continue
		}
		n := len(g.lines)
		g.lines = w.indicatorLines(g.lines, c, "1.", used)
		g.lines[n].note = pick(w, "Vượt", "Đạt", "Không đạt")
	}
	row := w.table(p, 3, 1, g)
	p.text(row+1, 1, "(*) Theo Nghị quyết số 121/NQ-CP")
	w.dress(p, "qualifier", 2)
	w.dress(p, "range", 4)
}

// taskBook is B2: no value at all; the header is repeated after a page break.
func (w *world) taskBook(b *book) {
	b.path = "inbox/phu luc nhiem vu.xlsx"
	p := b.page("Phụ lục II")
	p.text(1, 1, "Phụ lục II")
	p.text(2, 1, "CHƯƠNG TRÌNH, ĐỀ ÁN THỰC HIỆN KẾ HOẠCH HÀNH ĐỘNG VÙNG TRUNG DU VÀ MIỀN NÚI BẮC BỘ ĐẾN NĂM 2030, TẦM NHÌN ĐẾN NĂM 2045")
	heads := []string{"STT", "Nhiệm vụ", "Cơ quan chủ trì", "Cơ quan phối hợp", "Thời gian trình", "Cấp trình/ phê duyệt"}
	row := 4
	header := func() {
		for i, h := range heads {
			p.put(row, 1+i, cell{kind: kindStub, text: h})
		}
		row++
	}
	header()
	n := 4 + w.r.IntN(8)
	for i := range n {
		if i > 0 && i == n/2 && w.one(2) {
			header()
		}
		p.put(row, 1, cell{kind: kindOrdinal, text: strconv.Itoa(i + 1), number: true})
		p.text(row, 2, pick(w, "Đề án Nâng tầm kỹ năng lao động Việt Nam", "Xây dựng Luật Việc làm (sửa đổi)", "Quy hoạch mạng lưới cơ sở giáo dục nghề nghiệp thời kỳ 2021-2030", "Đề án hỗ trợ trẻ em khuyết tật")+fmt.Sprintf(" (giai đoạn %d)", i+1))
		p.text(row, 3, pick(w, "Cục Việc làm", "Cục Trẻ em", "Tổng cục Giáo dục nghề nghiệp"))
		p.text(row, 4, pick(w, "Các Bộ, đơn vị liên quan", "Các cơ quan liên quan"))
		p.text(row, 5, fmt.Sprintf("Năm %d", 2022+w.r.IntN(4)))
		p.text(row, 6, pick(w, "Thủ tướng Chính phủ", "Trình Quốc hội", "Ban Bí thư"))
		row++
	}
	b.tasks = n
}

// dress gives one in n of the values of a sheet a word or a range.
func (w *world) dress(p *page, how string, n int) {
	for _, a := range p.sorted() {
		if c := p.cells[a]; c.truth != nil && c.number && w.one(n) {
			w.rewrite(c, how)
		}
	}
}

// rewrite replaces the number of a cell by what people write instead; the truth follows.
func (w *world) rewrite(c *cell, how string) {
	x := c.truth
	in := w.cat.Indicator(x.indicator)
	v := w.shown(x)
	back := w.shift(x.unit, in.Unit)
	switch how {
	case "qualifier":
		q := pick(w, []string{"Dưới ", "at_most"}, []string{"Trên ", "at_least"}, []string{"Khoảng ", "about"}, []string{"dưới ", "at_most"}, []string{"trên ", "at_least"}, []string{"tối thiểu ", "at_least"}, []string{"không quá ", "at_most"})
		c.text, c.number, c.format = q[0]+write(v, vietnamese), false, ""
		x.qualifier = q[1]
		x.hit("qualifier", must)
	case "range":
		high := v.Mul(decimal.NewFromFloat(1.04)).Round(max(0, -v.Exponent()))
		if !high.GreaterThan(v) {
			high = v.Add(decimal.New(1, min(0, v.Exponent())))
		}
		if in.Max != nil && high.Shift(back).GreaterThan(*in.Max) {
			return
		}
		c.text, c.number, c.format = write(v, vietnamese)+pick(w, "-", " - ", " – ")+write(high, vietnamese), false, ""
		x.high = decimal.NewNullDecimal(high.Shift(back))
		x.hit("range", must)
	}
}
