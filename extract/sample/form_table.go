package sample

import (
	"fmt"
	"sort"
	"strconv"
	"time"

	"github.com/phuluc/phuluc/extract/sheet"
)

// column gives the letters of a 1-based column.
func column(n int) string { return sheet.ColumnName(n) }

// series is one table of the statistics office: territories down, years across.
type series struct {
	path, title, over string // over stands above the years where a sex or area must be named
	indicator         string
	sex, area         string
	decimals          style
	defaultPart       bool
}

// allSeries lists the tables. Together they hold every figure of the statistics office.
func allSeries() []series {
	pop := "Dân số trung bình phân theo địa phương"
	return []series{
		{"V02.34_LucLuongLaoDong.xlsx", "Lực lượng lao động từ 15 tuổi trở lên phân theo địa phương(*)", "", "labour_force_15plus", "T", "T", number, true},
		{"LaoDongDaQuaDaoTao.xlsx", "Tỷ lệ lao động từ 15 tuổi trở lên đang làm việc đã qua đào tạo phân theo địa phương", "", "trained_employed_rate_gso", "T", "T", number, true},
		{"TyLeHoNgheo.xlsx", "Tỷ lệ hộ nghèo (Tổng cục Thống kê) phân theo địa phương", "", "poverty_rate_gso", "T", "T", number, true},
		{"LaoDongSoVoiDanSo.xlsx", "Tỷ lệ lao động từ 15 tuổi trở lên đang làm việc so với tổng dân số phân theo địa phương", "", "employed_to_population_ratio", "T", "T", number, true},
		{"E02.03_DanSo_TongSo.xlsx", pop, "", "population_avg", "T", "T", number, true},
		{"E02.04_DanSo_Nam.xlsx", pop, "Nam", "population_avg", "M", "T", number, false},
		{"E02.05_DanSo_Nu.xlsx", pop, "Nữ", "population_avg", "F", "T", number, false},
		{"E02.06_DanSo_ThanhThi.xlsx", pop, "Thành thị", "population_avg", "T", "U", number, false},
		{"E02.07_DanSo_NongThon.xlsx", pop, "Nông thôn", "population_avg", "T", "R", number, false},
		{"E02.01_DienTich.xlsx", "Diện tích phân theo địa phương", "", "area_km2", "T", "T", number, false},
		{"E02.01_MatDoDanSo.xlsx", "Mật độ dân số phân theo địa phương", "", "population_density", "T", "T", number, false},
	}
}

// seriesBook lays out one such table: country, regions and provinces in one column, the unit in a line of its own,
// the last year headed "Sơ bộ" where it is preliminary, ".." for a province that was not there.
func (s *store) seriesBook(x series) *book {
	years, preliminary := map[string]bool{}, map[string]bool{}
	unit, doc := "", ""
	for _, v := range s.values {
		if v.Indicator == x.indicator && v.Sex == x.sex && v.Area == x.area && s.isTable(v.Document) {
			years[v.Period] = true
			preliminary[v.Period] = v.Status == "P"
			unit, doc = v.Unit, v.Document
		}
	}
	var ys []string
	for y := range years {
		ys = append(ys, y)
	}
	sort.Strings(ys)
	b := &book{path: "tong_cuc_thong_ke/" + x.path, title: x.title, date: s.date(doc)}
	p := b.page("Sheet1", 42)
	last := 1 + len(ys)
	p.across(1, 1, last, title, x.title)
	p.across(2, max(2, last-3), last, subtitle, "Đơn vị tính: "+s.units[unit])
	row := 3
	if x.over != "" {
		p.down(row, row+1, 1, head, "Địa phương")
		p.across(row, 2, last, head, x.over)
		row++
	} else {
		p.text(row, 1, head, "Địa phương")
	}
	for i, y := range ys {
		if preliminary[y] {
			p.text(row, 2+i, head, "Sơ bộ "+y)
		} else {
			p.digits(row, 2+i, head, y)
		}
	}
	for _, t := range s.tableRows() {
		var is []int
		any := false
		for _, y := range ys {
			i, ok := s.tableValue(valueKey{x.indicator, t.id, y, "actual", x.sex, x.area})
			if !ok {
				i = -1
			}
			any = any || ok
			is = append(is, i)
		}
		if !any {
			continue
		}
		row++
		st := label
		if t.id == "vn" || t.id[:6] == "region" {
			st = section
		}
		p.text(row, 1, st, t.table)
		for k, i := range is {
			if i < 0 {
				p.text(row, 2+k, textual, "..")
				continue
			}
			p.place(s, row, 2+k, i, unit, x.decimals)
		}
	}
	if x.indicator == "labour_force_15plus" {
		p.across(row+2, 1, last, note, "(*) Số liệu năm 2008 trở đi của Hà Nội bao gồm Hà Tây.")
	}
	p.across(row+3, 1, last, note, "Nguồn: Tổng cục Thống kê")
	return b
}

// isTable reports whether a document is a table of the statistics office by territory.
func (s *store) isTable(id string) bool { return s.document(id).family == "b11" }

func (s *store) document(id string) document {
	for _, d := range s.documents {
		if d.id == id {
			return d
		}
	}
	return document{}
}

// tableValue is find among the statistics office's tables only.
func (s *store) tableValue(k valueKey) (int, bool) {
	for _, i := range s.byKey[k] {
		if s.isTable(s.values[i].Document) {
			return i, true
		}
	}
	return 0, false
}

// date gives the date of a document; without one, the end of January after the last year it speaks of.
func (s *store) date(id string) time.Time {
	if t, ok := dateOf(s.document(id).date); ok {
		return t
	}
	year := 2010
	for _, i := range s.byDocument[id] {
		p := s.values[i].Period
		if j := len(p) - 7; j >= 0 && p[j] >= '0' && p[j] <= '9' && p[len(p)-3] == '-' { // …/2019-09, 2019-09
			p = p[j:]
		} else if len(p) == 9 { // 2015/2020
			p = p[5:]
		}
		if y, err := strconv.Atoi(p[:4]); err == nil && s.values[i].Measure == "actual" {
			year = max(year, y)
		}
	}
	return time.Date(year+1, 1, 31, 0, 0, 0, 0, time.UTC)
}

// yearbookBook lays out table 24 of a provincial yearbook: three blocks stacked under one header, the unit heading
// each block. Of the second and third block one printed line is known.
func (s *store) yearbookBook(id string) *book {
	b := &book{path: "2017/NienGiam2016_QuangNgai_Bieu24.xlsx", title: s.document(id).title, date: s.date(id)}
	p := b.page("Biểu 24", 24, 16, 16, 16, 20)
	p.across(1, 1, 3, letter, "Cục Thống kê tỉnh Quảng Ngãi")
	p.across(2, 1, 5, title, "24. Lao động từ 15 tuổi trở lên đang làm việc trong các ngành kinh tế phân theo loại hình kinh tế")
	p.down(4, 5, 1, head, "Năm")
	p.down(4, 5, 2, head, "Tổng số")
	p.across(4, 3, 5, head, "Chia ra - Of which")
	indicators := []string{"employed_total", "employed_state", "employed_nonstate", "employed_fdi"}
	for i, h := range []string{"Nhà nước", "Ngoài Nhà nước", "Khu vực có vốn đầu tư nước ngoài"} {
		p.text(5, 3+i, head, h)
	}
	row := 6
	block := func(h string) {
		p.across(row, 2, 5, section, h)
		row++
	}
	block("Người - Person")
	for year := 2010; year <= 2016; year++ {
		y := strconv.Itoa(year)
		head := y
		for i, ind := range indicators {
			for _, v := range s.byDocument[id] {
				if s.values[v].Indicator == ind && s.values[v].Period == y {
					p.place(s, row, 2+i, v, "person", integer)
					if s.values[v].Status == "P" {
						head = "Sơ bộ - Prel. " + y
					}
				}
			}
		}
		p.text(row, 1, centred, head)
		row++
	}
	for _, x := range []struct {
		unit  string
		cells [4]string
	}{
		{"Chỉ số phát triển (Năm trước = 100) - %", [4]string{"104.49", "137.61", "102.52", "61.2"}},
		{"Cơ cấu - Structure (%)", [4]string{"100", "7.77", "92.09", "0.14"}},
	} {
		block(x.unit)
		p.text(row, 1, centred, "2010")
		for i, d := range x.cells {
			p.digits(row, 2+i, number, d)
		}
		row++
	}
	return b
}

// povertyBook lays out table 262 of the same yearbook: years down, total and areas across, for one poverty standard.
func (s *store) povertyBook(id, standard string) *book {
	b := &book{path: "2017/NienGiam2016_QuangNgai_Bieu262_Chuan" + standard + ".xlsx", title: s.document(id).title, date: s.date(id)}
	p := b.page("Biểu 262", 14, 16, 16, 16)
	p.across(1, 1, 3, letter, "Cục Thống kê tỉnh Quảng Ngãi")
	p.across(2, 1, 4, title, "262. Tỷ lệ hộ nghèo")
	p.across(3, 3, 4, subtitle, "Đơn vị tính: %")
	p.down(4, 5, 1, head, "Năm")
	p.down(4, 5, 2, head, "Tỷ lệ hộ nghèo")
	p.across(4, 3, 4, head, "Chia theo khu vực")
	p.text(5, 3, head, "Thành thị")
	p.text(5, 4, head, "Nông thôn")
	columns := map[string]int{"poverty_rate": 2, "poverty_rate_urban": 3, "poverty_rate_rural": 4}
	s.years(p, id, 6, columns)
	p.across(14, 1, 4, note, "Ghi chú: Theo chuẩn nghèo giai đoạn "+standard)
	return b
}

// unemploymentBook lays out the unemployment table of Đà Nẵng: years down, sex and area across.
func (s *store) unemploymentBook(id string) *book {
	b := &book{path: "2021/DaNang_TyLeThatNghiep.xlsx", title: "Tỷ lệ thất nghiệp thành phố Đà Nẵng", date: s.date(id)}
	p := b.page("Biểu", 14, 14, 14, 14, 14, 14)
	p.across(1, 1, 4, letter, "Cục Thống kê thành phố Đà Nẵng")
	p.across(2, 1, 6, title, "Tỷ lệ thất nghiệp trong độ tuổi lao động phân theo giới tính và thành thị, nông thôn")
	p.across(3, 5, 6, subtitle, "Đơn vị tính: %")
	p.down(4, 5, 1, head, "Năm")
	p.down(4, 5, 2, head, "Tổng số")
	p.across(4, 3, 4, head, "Phân theo giới tính")
	p.across(4, 5, 6, head, "Phân theo thành thị, nông thôn")
	for i, h := range []string{"Nam", "Nữ", "Thành thị", "Nông thôn"} {
		p.text(5, 3+i, head, h)
	}
	s.years(p, id, 6, map[string]int{"unemp_rate": 2, "unemp_rate_male": 3, "unemp_rate_female": 4, "unemp_rate_urban": 5, "unemp_rate_rural": 6})
	return b
}

// years writes the values of a document as rows of years from row on; columns says where each indicator goes.
func (s *store) years(p *page, id string, row int, columns map[string]int) {
	var ys []string
	at := map[string][]int{}
	for _, i := range s.byDocument[id] {
		y := s.values[i].Period
		if at[y] == nil {
			ys = append(ys, y)
		}
		at[y] = append(at[y], i)
	}
	sort.Strings(ys)
	for _, y := range ys {
		st := ""
		for _, i := range at[y] {
			v := s.values[i]
			p.place(s, row, columns[v.Indicator], i, v.Unit, number)
			st = v.Status
		}
		if st == "P" {
			p.text(row, 1, centred, "Sơ bộ "+y)
		} else {
			p.digits(row, 1, centred, y)
		}
		row++
	}
}

// insuranceBook lays out the national series of the social insurance: a header of two levels, thousands with commas.
func (s *store) insuranceBook(id string) *book {
	b := &book{path: "bhxh/SoLieuThongKe_BHXH_2010-2017.xlsx", title: s.document(id).title, date: s.date(id)}
	p := b.page("Số liệu", 10, 18, 18, 24, 24)
	p.across(1, 1, 3, letter, "BẢO HIỂM XÃ HỘI VIỆT NAM")
	p.across(2, 1, 5, title, "SỐ LIỆU THỐNG KÊ TOÀN QUỐC GIAI ĐOẠN 2010-2017")
	p.across(3, 4, 5, subtitle, "Đơn vị tính: người")
	p.down(4, 5, 1, head, "Năm")
	p.across(4, 2, 3, head, "Số người tham gia BHXH")
	p.text(5, 2, head, "Bắt buộc")
	p.text(5, 3, head, "Tự nguyện")
	p.down(4, 5, 4, head, "Số người tham gia BHTN")
	p.down(4, 5, 5, head, "Số người tham gia BHYT")
	columns := map[string]int{"bhxh_compulsory": 2, "bhxh_voluntary": 3, "bhtn_participants": 4, "bhyt_participants": 5}
	row := 5
	year := ""
	for _, i := range s.byDocument[id] {
		v := s.values[i]
		if v.Period != year {
			year = v.Period
			row++
			p.digits(row, 1, centred, year)
		}
		p.placeText(row, columns[v.Indicator], i, english(v.Value))
	}
	p.across(row+1, 1, 5, note, "(Nguồn: Báo cáo Quyết toán tài chính hàng năm của Bảo hiểm xã hội Việt Nam)")
	return b
}

// povertyPageBook lays out the indicator page of Bắc Giang: years across, a dot as the decimal separator even for
// households, and one cell that is as wrong there as on the page (10.98 households).
func (s *store) povertyPageBook(id string) *book {
	b := &book{path: "2018/BacGiang_HeThongChiTieu_GiamNgheo.xlsx", title: s.document(id).title, date: s.date(id)}
	p := b.page("Giảm nghèo", 34, 10, 12, 12, 12, 12, 12, 12, 12, 12, 12)
	p.across(1, 1, 5, letter, "Sở Kế hoạch và Đầu tư tỉnh Bắc Giang")
	p.across(2, 1, 11, title, "3. GIẢM NGHÈO")
	p.text(4, 1, head, "Chỉ tiêu")
	p.text(4, 2, head, "ĐV tính")
	for y := 2010; y <= 2018; y++ {
		p.digits(4, 3+y-2010, head, strconv.Itoa(y))
	}
	rows := []struct{ indicator, label, unit string }{
		{"households_total", "Tổng số hộ", "hộ"}, {"poor_households", "Số hộ nghèo theo chuẩn mới", "hộ"},
		{"poor_hh_escaped", "Số hộ thoát nghèo", "hộ"}, {"poverty_rate", "Tỷ lệ hộ nghèo", "%"},
	}
	for r, x := range rows {
		p.text(5+r, 1, label, x.label)
		p.text(5+r, 2, centred, x.unit)
		for _, i := range s.byDocument[id] {
			if v := s.values[i]; v.Indicator == x.indicator {
				y, _ := strconv.Atoi(v.Period)
				p.placeText(5+r, 3+y-2010, i, v.Value.StringFixed(2))
			}
		}
	}
	p.text(7, 3+2013-2010, textual, "10.98")
	return b
}

// allocationBook lays out the allocation of a provincial target over its districts, with the printed total.
func (s *store) allocationBook(id string) *book {
	b := &book{path: "2020/QD458_ChiTieuXKLD_QuangNam.xlsx", title: s.document(id).title, date: s.date(id)}
	p := b.page("Phụ lục", 6, 30, 22)
	p.across(1, 1, 3, letter, "UBND TỈNH QUẢNG NAM")
	p.across(2, 1, 3, title, "GIAO CHỈ TIÊU XUẤT KHẨU LAO ĐỘNG NĂM 2020")
	p.across(3, 1, 3, subtitle, "(Kèm theo Quyết định số 458/QĐ-UBND ngày 24/02/2020)")
	p.across(4, 2, 3, subtitle, "Đơn vị tính: người")
	for i, h := range []string{"STT", "Địa phương", "Chỉ tiêu năm 2020"} {
		p.text(5, 1+i, head, h)
	}
	row := 6
	ordinal := 0
	for _, i := range s.byDocument[id] {
		v := s.values[i]
		if v.Territory == "province:49@2004" {
			p.text(6, 2, section, "Tổng số")
			p.placeText(6, 3, i, vietnamese(v.Value))
			continue
		}
		row++
		ordinal++
		p.digits(row, 1, centred, strconv.Itoa(ordinal))
		p.text(row, 2, label, s.territoryOf[v.Territory].name)
		p.place(s, row, 3, i, v.Unit, integer)
	}
	p.text(row+2, 1, note, fmt.Sprintf("(Tổng cộng %d địa phương)", ordinal))
	return b
}
