package sample

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
)

// documentBooks lays out every document that is no table of the statistics office, in the order of documents.csv.
func (s *store) documentBooks() []func() *book {
	var out []func() *book
	add := func(build func() *book) { out = append(out, build) }
	for _, d := range s.documents {
		id := d.id
		switch d.family {
		case "b1":
			add(func() *book { return s.actionPlanBook(id) })
		case "b3":
			add(func() *book { return s.scorecardBook(id) })
		case "b6":
			add(func() *book { return s.povertyPageBook(id) })
		case "b8":
			add(func() *book { return s.yearbookBook(id) })
		case "b10":
			add(func() *book { return s.insuranceBook(id) })
		case "b13":
			add(func() *book { return s.allocationBook(id) })
		case "hue":
			add(func() *book { return s.achievementBook(id) })
		case "qn":
			add(func() *book { return s.socialEvilsBook(id) })
		case "danang":
			add(func() *book { return s.unemploymentBook(id) })
		case "qng262":
			standard := "2011-2015"
			if strings.HasSuffix(id, "-2016") {
				standard = "2016-2020"
			}
			add(func() *book { return s.povertyBook(id, standard) })
		case "target", "tonghop":
			add(func() *book { return s.digestBook(id) })
		}
	}
	return out
}

// dimension is a column of a digest: one period, measure type and status.
type dimension struct{ period, measure, status string }

// dimensions gives the columns a set of values needs: what was done, then what is expected, planned and aimed at,
// each by time, years before spans. Two statuses of one period and measure type share a column.
func (s *store) dimensions(is []int) []dimension {
	rank := map[string]int{"actual": 0, "estimate": 1, "forecast": 2, "plan": 3, "target": 4}
	seen := map[[2]string]bool{}
	var ds []dimension
	for _, i := range is {
		v := s.values[i]
		if k := [2]string{v.Period, v.Measure}; !seen[k] {
			seen[k] = true
			ds = append(ds, dimension{v.Period, v.Measure, v.Status})
		}
	}
	sort.SliceStable(ds, func(a, b int) bool {
		if ds[a].measure != ds[b].measure {
			return rank[ds[a].measure] < rank[ds[b].measure]
		}
		if x, y := len(ds[a].period) > 4, len(ds[b].period) > 4; x != y {
			return y
		}
		return ds[a].period < ds[b].period
	})
	return ds
}

// indicators gives the indicators of a set of values in the catalogue's order, so that parts follow their whole.
func (s *store) indicators(is []int) []string {
	seen := map[string]bool{}
	var out []string
	for _, i := range is {
		if ind := s.values[i].Indicator; !seen[ind] {
			seen[ind] = true
			out = append(out, ind)
		}
	}
	sort.Slice(out, func(a, b int) bool { return s.labelOrder[out[a]] < s.labelOrder[out[b]] })
	return out
}

// indicatorTable writes the values is of one territory as indicators × periods, header in row; it gives the row
// after the table.
func (s *store) indicatorTable(p *page, row int, is []int) int {
	ds := s.dimensions(is)
	for i, h := range []string{"TT", "Chỉ tiêu", "Đơn vị"} {
		p.text(row, 1+i, head, h)
	}
	for k, d := range ds {
		p.text(row, 4+k, head, heading(d.period, d.measure, d.status))
	}
	for n, ind := range s.indicators(is) {
		row++
		p.digits(row, 1, centred, strconv.Itoa(n+1))
		p.text(row, 2, label, s.labels[ind])
		for _, i := range is {
			v := s.values[i]
			if v.Indicator != ind {
				continue
			}
			for k, d := range ds {
				if d.period == v.Period && d.measure == v.Measure {
					p.place(s, row, 4+k, i, v.Unit, numberStyle(v.Unit))
				}
			}
			if !p.has(row, 3) {
				p.text(row, 3, centred, s.units[v.Unit])
			}
		}
	}
	return row + 1
}

// achievements adds to the table that indicatorTable wrote a column of the percentages of the plan.
func (s *store) achievements(p *page, row, col int, is []int, heading string) {
	p.text(row, col, head, heading)
	for n, ind := range s.indicators(is) {
		for _, i := range is {
			if v := s.values[i]; v.Indicator == ind && v.Achieved.Valid {
				p.digits(row+1+n, col, number, v.Achieved.Decimal.String())
			}
		}
	}
}

// achieved gives the values of is for which a percentage of the plan is stated.
func (s *store) achieved(is []int) []int {
	var out []int
	for _, i := range is {
		if s.values[i].Achieved.Valid {
			out = append(out, i)
		}
	}
	return out
}

// planOf heads a column of percentages of the plan of the year of value i: those of months and half-years are of it too.
func (s *store) planOf(i int) string { return "% so với KH năm " + s.values[i].Period[:4] }

// territoryTable writes the values is as territories × (period, indicator), the unit in the header of each column.
func (s *store) territoryTable(p *page, row int, is []int) int {
	ds := s.dimensions(is)
	p.down(row, row+1, 1, head, "TT")
	p.down(row, row+1, 2, head, "Địa phương")
	type columnKey struct{ period, measure, indicator string }
	at := map[columnKey]int{}
	col := 3
	for _, d := range ds {
		var of []int
		for _, i := range is {
			if v := s.values[i]; v.Period == d.period && v.Measure == d.measure {
				of = append(of, i)
			}
		}
		inds := s.indicators(of)
		p.across(row, col, col+len(inds)-1, head, heading(d.period, d.measure, d.status))
		for _, ind := range inds {
			at[columnKey{d.period, d.measure, ind}] = col
			for _, i := range of {
				if s.values[i].Indicator == ind {
					p.text(row+1, col, head, s.labels[ind]+" ("+s.units[s.values[i].Unit]+")")
					break
				}
			}
			col++
		}
	}
	achievedAt := map[string]int{} // by indicator
	if as := s.achieved(is); len(as) > 0 {
		inds := s.indicators(as)
		p.across(row, col, col+len(inds)-1, head, s.planOf(as[0]))
		for _, ind := range inds {
			achievedAt[ind] = col
			p.text(row+1, col, head, s.labels[ind])
			col++
		}
	}
	row += 2
	n := 0
	for _, t := range s.territories {
		found := false
		for _, i := range is {
			v := s.values[i]
			if v.Territory != t.id {
				continue
			}
			if !found {
				found = true
				if t.id == "vn" {
					p.text(row, 2, section, "Cả nước")
				} else {
					n++
					p.digits(row, 1, centred, strconv.Itoa(n))
					p.text(row, 2, label, t.name)
				}
			}
			p.place(s, row, at[columnKey{v.Period, v.Measure, v.Indicator}], i, v.Unit, numberStyle(v.Unit))
			if v.Achieved.Valid {
				p.digits(row, achievedAt[v.Indicator], number, v.Achieved.Decimal.String())
			}
		}
		if found {
			row++
		}
	}
	return row
}

// has reports whether a cell was written.
func (p *page) has(row, col int) bool {
	for i := len(p.cells) - 1; i >= 0; i-- {
		if p.cells[i].row == row && p.cells[i].col == col {
			return true
		}
	}
	return false
}

func numberStyle(unit string) style {
	if unit == "person" || unit == "household" || unit == "person_time" {
		return integer
	}
	return number
}

// digestBook lays out the figures of one document that gave them in words: a resolution, a plan, a notice, an article.
func (s *store) digestBook(id string) *book {
	d := s.document(id)
	is := s.byDocument[id]
	b := &book{title: d.title, date: s.date(id)}
	folder, heading := "tong_hop", "TỔNG HỢP SỐ LIỆU ĐÃ CÔNG BỐ"
	if d.family == "target" {
		folder, heading = "muc_tieu", "CÁC CHỈ TIÊU, MỤC TIÊU"
	}
	b.path = folder + "/" + id + ".xlsx"
	p := b.page("Tổng hợp", 6, 60, 14, 18, 18, 18, 18, 18, 18, 18)
	one := true
	for _, i := range is {
		one = one && s.values[i].Territory == s.values[is[0]].Territory
	}
	switch t := s.values[is[0]].Territory; {
	case !one:
	case t == "vn":
		p.across(1, 1, 3, letter, "CẢ NƯỚC")
	default:
		p.across(1, 1, 3, letter, strings.ToUpper(s.territoryOf[t].full))
	}
	p.across(2, 1, 5, title, heading+" VỀ LAO ĐỘNG, NGƯỜI CÓ CÔNG VÀ XÃ HỘI")
	if !strings.HasPrefix(d.title, "Tổng hợp") {
		p.across(3, 1, 5, subtitle, "("+d.title+")")
	}
	row := 5
	if one {
		if as := s.achieved(is); len(as) > 0 {
			s.achievements(p, row, 4+len(s.dimensions(is)), is, s.planOf(as[0]))
		}
		row = s.indicatorTable(p, row, is)
	} else {
		row = s.territoryTable(p, row, is)
	}
	p.text(row+1, 1, note, "Nguồn: "+d.source)
	return b
}

// actionPlanBook lays out the two annexes of decision 1240 as they are printed: the child row without number and
// owner, "65-70" beside "2 - 3", the blanks of the number, the header repeated before task 7, "20245" in the title.
func (s *store) actionPlanBook(id string) *book {
	b := &book{path: "2022/QD1240_KeHoachHanhDong_TrungDuMienNuiBacBo.xlsx", title: "Kế hoạch hành động thực hiện Nghị quyết 96/NQ-CP vùng trung du và miền núi Bắc Bộ", date: s.date(id)}
	attached := "(Kèm theo Kế hoạch hành động của Bộ Lao động - Thương binh và Xã hội tại Quyết định số        /QĐ-LĐTBXH ngày       tháng       năm 2022 của Bộ trưởng Bộ Lao động - Thương binh và Xã hội)"
	p := b.page("Phụ lục I", 5, 48, 10, 16, 34)
	p.across(1, 1, 5, title, "Phụ lục I")
	p.across(2, 1, 5, title, "CÁC CHỈ TIÊU CỤ THỂ ĐẾN NĂM 2030")
	p.across(3, 1, 5, subtitle, attached)
	for i, h := range []string{"TT", "Chỉ tiêu", "Đơn vị", "Đến năm 2030", "Cơ quan chủ trì, theo dõi, đánh giá"} {
		p.text(5, 1+i, head, h)
	}
	rows := []struct{ ordinal, indicator, label, unit, printed, owner string }{
		{"1", "trained_labour_rate", "Tỷ lệ lao động qua đào tạo", "%", "65-70", "Cục Việc làm"},
		{"", "trained_labour_cert_rate", "Trong đó có bằng cấp, chứng chỉ", "%", "35-40", ""},
		{"2", "poverty_reduction_pp", "Tỷ lệ hộ nghèo đa chiều giảm bình quân trên năm", "Điểm %", "2 - 3", "Văn phòng quốc gia về Giảm nghèo"},
	}
	for i, r := range rows {
		row := 6 + i
		if r.ordinal != "" {
			p.digits(row, 1, centred, r.ordinal)
		}
		p.text(row, 2, label, r.label)
		p.text(row, 3, centred, r.unit)
		for _, v := range s.byDocument[id] {
			if s.values[v].Indicator == r.indicator {
				p.placeText(row, 4, v, r.printed)
			}
		}
		p.text(row, 5, label, r.owner)
	}
	p.merges = append(p.merges, mergeDown(6, 7, 5))

	p = b.page("Phụ lục II", 6, 60, 26, 34, 18, 22)
	p.across(1, 1, 6, title, "Phụ lục II")
	p.across(2, 1, 6, title, "CHƯƠNG TRÌNH, ĐỀ ÁN THỰC HIỆN KẾ HOẠCH HÀNH ĐỘNG CỦA BỘ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI THỰC HIỆN NGHỊ QUYẾT SỐ 96/NQ-CP NGÀY 01/8/2022 CỦA CHÍNH PHỦ THỰC HIỆN NGHỊ QUYẾT SỐ 11-NQ/TW NGÀY 10/02/2022 CỦA BỘ CHÍNH TRỊ VỀ PHƯƠNG HƯỚNG PHÁT TRIỂN KINH TẾ - XÃ HỘI VÀ BẢO ĐẢM QUỐC PHÒNG, AN NINH VÙNG TRUNG DU VÀ MIỀN NÚI BẮC BỘ ĐẾN NĂM 2030, TẦM NHÌN ĐẾN NĂM 20245")
	p.across(3, 1, 6, subtitle, attached)
	vet, units := "Tổng cục Giáo dục nghề nghiệp", "Các Vụ, đơn vị thuộc Bộ và các cơ quan có liên quan"
	prime, children := "Thủ tướng Chính phủ", "Cục Trẻ em"
	tasks := [][5]string{
		{"Xây dựng Luật Việc làm (sửa đổi)", "Cục Việc làm", "Các Bộ, đơn vị liên quan", "Năm 2024 - 2025", "Trình Quốc hội"},
		{"Chỉ thị của Ban Bí thư về tăng cường sự lãnh đạo của Đảng đối với công tác đổi mới, phát triển giáo dục nghề nghiệp trong tình hình mới", vet, units, "Năm 2022", "Ban Bí thư"},
		{"Quy hoạch mạng lưới cơ sở giáo dục nghề nghiệp thời kỳ 2021-2030, tầm nhìn đến năm 2045", vet, units, "Năm 2022", prime},
		{"Đề án Nâng tầm kỹ năng lao động Việt Nam", vet, units, "Năm 2022", prime},
		{"Đề án Đổi mới, nâng cao chất lượng đào tạo nghề nông thôn", vet, units, "Năm 2022", prime},
		{"Trung tâm Quốc gia đào tạo và thực hành nghề chất lượng cao tại 3 miền Bắc, Trung, Nam", vet, units, "Năm 2023", prime},
		{"Thành lập một số trung tâm vùng đào tạo và thực hành nghề chất lượng cao", vet, units, "Năm 2023", prime},
		{"Đề án chăm sóc vì sự phát triển toàn diện trẻ em trong những năm đầu đời tại gia đình và cộng đồng giai đoạn 2026-2030", children, "Các cơ quan liên quan", "Năm 2026", prime},
		{"Đề án hỗ trợ trẻ em khuyết tật tiếp cận với các dịch vụ bảo vệ, chăm sóc, giáo dục trẻ em tại cộng đồng giai đoạn 2026-2030", children, "Các cơ quan liên quan", "Năm 2026", prime},
	}
	row := 5
	header := func() {
		for i, h := range []string{"STT", "Nhiệm vụ", "Cơ quan chủ trì", "Cơ quan phối hợp", "Thời gian trình", "Cấp trình/ phê duyệt"} {
			p.text(row, 1+i, head, h)
		}
		row++
	}
	header()
	for n, t := range tasks {
		if n == 6 {
			header()
		}
		p.digits(row, 1, centred, strconv.Itoa(n+1))
		for i, c := range t {
			p.text(row, 2+i, label, c)
		}
		row++
	}
	return b
}

// scorecardBook lays out the scorecard of 2019: plan and estimate side by side, words inside the numbers, a row that
// is no number at all, the ordinals lost, parent and child in different units.
func (s *store) scorecardBook(id string) *book {
	b := &book{path: "2019/KetQua12ChiTieu_2019_CaNuoc.xlsx", title: "Kết quả thực hiện 12 chỉ tiêu kinh tế - xã hội chủ yếu năm 2019", date: s.date(id)}
	p := b.page("12 chỉ tiêu", 5, 58, 10, 18, 22, 14)
	p.across(1, 1, 6, title, "KẾT QUẢ THỰC HIỆN 12 CHỈ TIÊU KINH TẾ - XÃ HỘI CHỦ YẾU NĂM 2019 CỦA CẢ NƯỚC")
	for i, h := range []string{"TT", "Chỉ tiêu", "Đơn vị", "Kế hoạch năm 2019", "Ước thực hiện năm 2019", "Đánh giá"} {
		p.text(3, 1+i, head, h)
	}
	rows := []struct{ ordinal, indicator, label, unit, verdict string }{
		{"1.", "", "Tỷ lệ nhập siêu so với tổng kim ngạch xuất khẩu", "%", "Vượt"},
		{"1.", "poverty_reduction_pp", "Mức giảm tỷ lệ hộ nghèo theo chuẩn nghèo tiếp cận đa chiều", "điểm", "Vượt"},
		{"", "poverty_reduction_poor_districts_pp", "- Trong đó: Giảm tỷ lệ hộ nghèo tại các huyện nghèo", "%", ""},
		{"1.", "unemp_rate_urban", "Tỷ lệ thất nghiệp ở khu vực thành thị", "%", "Đạt"},
		{"1.", "trained_labour_rate", "Tỷ lệ lao động qua đào tạo", "%", "Đạt"},
		{"", "trained_labour_cert_rate", "- Trong đó: Tỷ lệ lao động qua đào tạo có văn bằng, chứng chỉ", "%", "Đạt"},
		{"1.", "bhyt_coverage_rate", "Tỷ lệ dân số tham gia bảo hiểm y tế", "%", "Vượt"},
	}
	for i, r := range rows {
		row := 4 + i
		p.text(row, 1, centred, r.ordinal)
		p.text(row, 2, label, r.label)
		p.text(row, 3, centred, r.unit)
		p.text(row, 6, centred, r.verdict)
		if r.indicator == "" {
			p.text(row, 4, textual, "Dưới 3")
			p.text(row, 5, textual, "Xuất siêu")
		}
		for _, v := range s.byDocument[id] {
			x := s.values[v]
			if x.Indicator != r.indicator {
				continue
			}
			col := 4
			if x.Measure == "estimate" {
				col = 5
			}
			w := words(x, 0)
			p.placeText(row, col, v, strings.ToUpper(w[:1])+w[1:])
		}
	}
	p.across(12, 1, 6, note, "(*) Theo Nghị quyết số 121/NQ-CP")
	return b
}

// achievementBook lays out every figure of the report of Thừa Thiên Huế for 2015–2019. The yearly mean of enrolments and
// its percentage of the plan are figures of the report that are no observation of an indicator.
func (s *store) achievementBook(id string) *book {
	b := &book{path: "2021/PhuLuc_BaoCao2015-2019_ThuaThienHue.xlsx", title: s.document(id).title, date: s.date(id)}
	p := b.page("Phụ lục", 5, 60, 14, 14, 14, 16, 18, 18, 14, 14, 14, 18)
	p.across(1, 1, 3, letter, "SỞ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI TỈNH THỪA THIÊN HUẾ")
	p.across(3, 1, 8, title, "PHỤ LỤC SỐ LIỆU KẾT QUẢ THỰC HIỆN CÔNG TÁC LAO ĐỘNG, NGƯỜI CÓ CÔNG VÀ XÃ HỘI GIAI ĐOẠN 2015 - 2019 VÀ PHƯƠNG HƯỚNG GIAI ĐOẠN 2020 - 2025")
	p.across(4, 1, 8, subtitle, "(Kèm theo báo cáo theo Công văn số 66/BTĐKT-THHC ngày 17/4/2020)")
	is := s.byDocument[id]
	end := s.indicatorTable(p, 6, is)
	ds := s.dimensions(is)
	col := 4 + len(ds)
	s.achievements(p, 6, col, is, "So với kế hoạch (%)")
	p.digits(end, 1, centred, strconv.Itoa(end-6))
	p.text(end, 2, label, "Bình quân hàng năm tuyển sinh học nghề giai đoạn 2015 - 2019")
	p.text(end, 3, centred, "nghìn người")
	for k, d := range ds {
		if d.period == "2015/2019" {
			p.digits(end, 4+k, number, "15.8")
		}
	}
	p.digits(end, col, number, "105.58")
	p.across(end+2, 1, 8, note, "Ghi chú: Tỷ lệ hộ nghèo theo chuẩn nghèo đa chiều giai đoạn 2016-2020.")
	return b
}

// socialEvilsBook lays out plan 27/KH-UBND of Quảng Ninh: the rehabilitation targets (Phụ biểu 01), the models
// (Phụ biểu 02) and the other targets of part I. The tables of the annexes are not public; the figures are.
func (s *store) socialEvilsBook(id string) *book {
	b := &book{path: "2021/KH27_PhuBieu_QuangNinh.xlsx", title: s.document(id).title, date: s.date(id)}
	sheets := []struct{ name, title string }{
		{"Phụ biểu 01", "CHỈ TIÊU CAI NGHIỆN MA TÚY NĂM 2021"},
		{"Phụ biểu 02", "CÁC MÔ HÌNH PHÒNG, CHỐNG TỆ NẠN XÃ HỘI NĂM 2021"},
		{"Chỉ tiêu", "CÁC CHỈ TIÊU CHỦ YẾU PHÒNG, CHỐNG TỆ NẠN XÃ HỘI NĂM 2021"},
	}
	parts := make([][]int, len(sheets))
	var districts []int
	for _, i := range s.byDocument[id] {
		switch v := s.values[i]; {
		case strings.HasPrefix(v.Territory, "district:"):
			districts = append(districts, i)
		case strings.HasPrefix(v.Indicator, "drug_rehab"):
			parts[0] = append(parts[0], i)
		case v.Unit == "team" || v.Unit == "point" || v.Unit == "club" || v.Unit == "model":
			parts[1] = append(parts[1], i)
		default:
			parts[2] = append(parts[2], i)
		}
	}
	for k, x := range sheets {
		p := b.page(x.name, 6, 64, 16, 20)
		p.across(1, 1, 2, letter, "ỦY BAN NHÂN DÂN TỈNH QUẢNG NINH")
		p.text(1, 4, letter, x.name)
		p.across(2, 1, 4, title, x.title)
		p.across(3, 1, 4, subtitle, "(Kèm theo Kế hoạch số 27/KH-UBND ngày 02/02/2021 của Ủy ban nhân dân tỉnh Quảng Ninh)")
		row := s.indicatorTable(p, 5, parts[k])
		if k > 0 {
			continue
		}
		row++
		p.across(row, 1, 4, section, "Số người cai nghiện bằng thuốc Cedemex phân theo địa phương")
		p.across(row+1, 3, 4, subtitle, "Đơn vị tính: người")
		for i, h := range []string{"STT", "Địa phương", "", "Kế hoạch năm 2021"} {
			p.text(row+2, 1+i, head, h)
		}
		row += 3
		for n, i := range districts {
			p.digits(row, 1, centred, strconv.Itoa(n+1))
			p.text(row, 2, label, s.territoryOf[s.values[i].Territory].name)
			p.place(s, row, 4, i, "person", integer)
			row++
		}
		p.digits(row, 1, centred, strconv.Itoa(len(districts)+1))
		p.text(row, 2, label, "Cơ sở cai nghiện ma túy tỉnh")
		p.digits(row, 4, integer, "30")
		p.text(row+2, 1, note, fmt.Sprintf("Ghi chú: mỗi địa phương %s người", vietnamese(s.values[districts[0]].Value)))
	}
	return b
}
