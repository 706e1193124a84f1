package sample

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// firstRound and lastRound bound the planning rounds of the 63 provinces: after 1 July 2025 other units report.
const (
	firstRound    = 2014
	lastRound     = 2025
	firstNewStyle = 2018 // rounds from here on use the wording and columns of 2019
)

// letters are the ministry's letters that opened a round, where they are public; the others keep their blanks.
var letters = [...]struct {
	round        int
	number, date string
}{
	{2014, "2364/LĐTBXH-KHTC", "28/6/2013"},
	{2018, "2883/LĐTBXH-KHTC", "13/7/2017"},
	{2020, "2652/LĐTBXH-KHTC", "03/7/2019"},
	{2025, "2536/BLĐTBXH-VKHTC", "17/6/2024"},
}

// planColumn is a value column of the planning annex: what its cells are about.
type planColumn struct {
	header, sub string // sub is "" where the header spans both rows
	period      string
	measure     string
}

// planColumns gives the value columns of the annex of round n. The letter of 2013 asks for last year and this year;
// that of 2019 also for the same six months of the year before.
func planColumns(n int) []planColumn {
	before, now, next := strconv.Itoa(n-2), strconv.Itoa(n-1), strconv.Itoa(n)
	if n < firstNewStyle {
		return []planColumn{
			{"TH " + before, "", before, "actual"},
			{"Năm " + now, "KH", now, "plan"},
			{"Năm " + now, "TH 6T", now + "-S1", "actual"},
			{"Năm " + now, "Ước TH", now, "estimate"},
			{"KH " + next, "", next, "plan"},
		}
	}
	return []planColumn{
		{"TH 6T " + before, "", before + "-S1", "actual"},
		{"TH " + before, "", before, "actual"},
		{"Năm " + now, "KH", now, "plan"},
		{"Năm " + now, "TH 6T", now + "-S1", "actual"},
		{"Năm " + now, "Ước cả năm", now, "estimate"},
		{"KH " + next, "", next, "plan"},
	}
}

// planBook lays out the planning annex of province t for round n: the indicators, and the population by sex and area.
// The actual figures of year n-2 are published ones; the other columns hold a figure only where one was published.
func (s *store) planBook(t territory, index, n int) *book {
	b := &book{date: time.Date(n-1, 7, 10, 0, 0, 0, 0, time.UTC)}
	old := n < firstNewStyle
	if old {
		b.path = fmt.Sprintf("%d/PhuLuc_KH%d_%s.xlsx", n, n, fileName(t.name))
		b.title = fmt.Sprintf("Phụ lục kế hoạch năm %d - %s", n, t.full)
	} else {
		b.path = fmt.Sprintf("%d/BieuMau_KH%d_%s.xlsx", n, n, fileName(t.name))
		b.title = fmt.Sprintf("Biểu mẫu kế hoạch năm %d - %s", n, t.full)
	}
	s.planPage(b, t, index, n, old)
	s.populationPage(b, t, n, old)
	if index%10 == 3 { // a list that a clerk left behind, hidden
		p := b.page("DM", 20)
		p.hidden = true
		for i, u := range []string{"người", "hộ", "%", "tỷ đồng"} {
			p.text(i+1, 1, plain, u)
		}
	}
	return b
}

func (s *store) planPage(b *book, t territory, index, n int, old bool) {
	columns := planColumns(n)
	first := 4 // first value column, D
	lastValue := first + len(columns) - 1
	last := lastValue
	style := 0
	widths := []float64{5, 52, 12, 11, 11, 11, 11, 11, 11, 10, 11, 16}
	var p *page
	if old {
		p = b.page("Phụ lục 1", widths[:8]...)
		p.across(1, 1, 3, letter, "Tên đơn vị: Sở LĐTBXH "+lowerFirst(t.full))
		p.text(2, 1, letter, "Phụ lục 1")
		p.across(4, 1, last, title, fmt.Sprintf("KẾT QUẢ THỰC HIỆN %d, %d, KẾ HOẠCH %d", n-2, n-1, n))
		p.across(5, 1, last, subtitle, attached(n))
	} else {
		style = 1
		last = lastValue + 3
		p = b.page("Biểu số 01", widths...)
		p.across(1, 1, 4, letter, "SỞ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI "+strings.ToUpper(t.full))
		p.text(1, last, letter, "Biểu số 01")
		p.across(3, 1, last, title, fmt.Sprintf("TỔNG HỢP CHỈ TIÊU KẾ HOẠCH NĂM %d LĨNH VỰC LAO ĐỘNG, NGƯỜI CÓ CÔNG VÀ XÃ HỘI", n))
		p.across(4, 1, last, subtitle, attached(n))
	}
	header := func(row int) int {
		for i, h := range []string{"TT", "Chỉ tiêu", [...]string{"ĐVT", "Đơn vị"}[style]} {
			p.down(row, row+1, i+1, head, h)
		}
		for i := 0; i < len(columns); i++ {
			c := columns[i]
			if c.sub == "" {
				p.down(row, row+1, first+i, head, c.header)
				continue
			}
			j := i
			for j+1 < len(columns) && columns[j+1].header == c.header {
				j++
			}
			p.across(row, first+i, first+j, head, c.header)
			for ; i <= j; i++ {
				p.text(row+1, first+i, head, columns[i].sub)
			}
			i--
		}
		codes := []string{"A", "B", "C"}
		for i := range columns {
			codes = append(codes, strconv.Itoa(i+1))
		}
		if !old {
			p.across(row, lastValue+1, lastValue+2, head, "So sánh (%)")
			p.text(row+1, lastValue+1, head, "Ước/KH")
			p.text(row+1, lastValue+2, head, fmt.Sprintf("KH%02d/Ước%02d", n%100, (n-1)%100))
			p.down(row, row+1, last, head, "Ghi chú")
			codes = append(codes, "7=5/3", "8=6/5", "9")
		}
		for i, c := range codes {
			if _, err := strconv.Atoi(c); err == nil {
				p.digits(row+2, i+1, code, c)
			} else {
				p.text(row+2, i+1, code, c)
			}
		}
		return row + 3
	}
	row := header(7 - style) // row 7 in the 2013 style, 6 in that of 2019
	for i, r := range s.rows {
		if r.indicator == "" {
			if !old && r.section == "V" && index%5 == 1 { // the print broke here and the clerk copied the header
				row = header(row)
			}
			p.text(row, 1, section, r.section)
			p.text(row, 2, section, r.label[style])
			row++
			continue
		}
		p.text(row, 1, centred, r.ordinal)
		if r.indent > 0 {
			p.text(row, 2, indented, r.label[style])
		} else {
			p.text(row, 2, label, r.label[style])
		}
		p.text(row, 3, centred, s.units[r.unit[style]])
		filled := map[int]bool{} // columns that hold a bare number
		yearbook := false
		for k, c := range columns {
			sex, area := restriction(r.indicator)
			v, ok := s.find(valueKey{r.indicator, t.id, c.period, c.measure, sex, area})
			if !ok {
				continue
			}
			p.place(s, row, first+k, v, r.unit[style], planStyle(r.unit[style], r.indicator, index))
			filled[k] = bare(s.values[v])
			yearbook = yearbook || s.isTable(s.values[v].Document)
		}
		if len(filled) == 0 && (i+index)%17 == 0 {
			p.text(row, first+len(columns)-2, textual, "…") // known to exist, not collected
		}
		if !old {
			if filled[4] && filled[2] {
				p.ratio(row, lastValue+1, first+4, first+2)
			}
			if filled[5] && filled[4] {
				p.ratio(row, lastValue+2, first+5, first+4)
			}
			if yearbook && (i+index)%4 == 0 {
				p.text(row, last, label, "Niên giám thống kê")
			}
		}
		row++
	}
	row++
	p.across(row, 1, last, note, "Ghi chú: Ô để trống là chưa có số liệu; dấu … là có phát sinh nhưng chưa thu thập được số liệu.")
	row += 2
	p.across(row, last-2, last, subtitle, fmt.Sprintf("%s, ngày      tháng 7 năm %d", t.name, n-1))
	p.text(row+1, 2, title, "NGƯỜI LẬP BIỂU")
	p.across(row+1, last-2, last, title, "GIÁM ĐỐC")
	p.across(row+2, last-2, last, subtitle, "(Ký, họ tên, đóng dấu)")
}

// ratio writes the comparison of two cells of one row, 100·a/b, as a formula with its result.
func (p *page) ratio(row, col, a, b int) {
	var x, y string
	for i := len(p.cells) - 1; i >= 0 && p.cells[i].row == row; i-- {
		switch p.cells[i].col {
		case a:
			x = p.cells[i].text
		case b:
			y = p.cells[i].text
		}
	}
	f, err1 := strconv.ParseFloat(x, 64)
	g, err2 := strconv.ParseFloat(y, 64)
	if err1 != nil || err2 != nil || g == 0 {
		return
	}
	p.cells = append(p.cells, cell{row: row, col: col, number: true, style: tenths, text: strconv.FormatFloat(100*f/g, 'f', 1, 64),
		formula: fmt.Sprintf("%s%d/%s%d*100", column(a), row, column(b), row)})
}

// planStyle gives the number format of a row. In every ninth province the clerk formats rates as percentages, so
// that the stored number is a share of one.
func planStyle(unit, indicator string, index int) style {
	switch unit {
	case "percent":
		if index%9 == 4 && indicator != "poverty_rate_gso" {
			return percent
		}
		return number
	case "person", "household":
		return integer
	}
	return number
}

// populationPage adds the population of the last five years known at the round: years down, sex and area across.
func (s *store) populationPage(b *book, t territory, n int, old bool) {
	name := "Biểu số 02"
	if old {
		name = "Phụ lục 2"
	}
	p := b.page(name, 12, 14, 14, 14, 14, 14)
	p.across(1, 1, 4, letter, "Sở Lao động - Thương binh và Xã hội "+lowerFirst(t.full))
	p.across(3, 1, 6, title, "DÂN SỐ TRUNG BÌNH PHÂN THEO GIỚI TÍNH VÀ PHÂN THEO THÀNH THỊ, NÔNG THÔN")
	p.across(4, 5, 6, subtitle, "Đơn vị tính: nghìn người")
	p.down(5, 6, 1, head, "Năm")
	p.down(5, 6, 2, head, "Tổng số")
	p.across(5, 3, 4, head, "Phân theo giới tính")
	p.across(5, 5, 6, head, "Phân theo thành thị, nông thôn")
	columns := []struct{ word, sex, area string }{{"", "T", "T"}, {"Nam", "M", "T"}, {"Nữ", "F", "T"}, {"Thành thị", "T", "U"}, {"Nông thôn", "T", "R"}}
	for i, c := range columns {
		p.text(6, 2+i, head, c.word)
	}
	for k := range 5 {
		year := strconv.Itoa(n - 6 + k)
		p.digits(7+k, 1, centred, year)
		for i, c := range columns {
			if v, ok := s.find(valueKey{"population_avg", t.id, year, "actual", c.sex, c.area}); ok {
				p.place(s, 7+k, 2+i, v, "thousand_person", number)
			}
		}
	}
	p.across(13, 1, 6, note, "Nguồn: Tổng cục Thống kê")
}

// attached writes the line that ties an annex to its letter; where the letter is not public, its blanks stay.
func attached(n int) string {
	for _, l := range letters {
		if l.round == n {
			return fmt.Sprintf("(Kèm theo Công văn số %s ngày %s)", l.number, l.date)
		}
	}
	return fmt.Sprintf("(Kèm theo Công văn số        /LĐTBXH-KHTC ngày      /7/%d)", n-1)
}

// restriction gives sex and area of an indicator that speaks of one only, by its code.
func restriction(indicator string) (sex, area string) {
	sex, area = "T", "T"
	switch {
	case strings.HasSuffix(indicator, "_female"), indicator == "women_paid_employment_rate", indicator == "women_agri_share":
		sex = "F"
	case strings.HasSuffix(indicator, "_male"):
		sex = "M"
	case strings.HasSuffix(indicator, "_urban"):
		area = "U"
	case strings.HasSuffix(indicator, "_rural"):
		area = "R"
	}
	return sex, area
}

// lowerFirst writes "Tỉnh Cao Bằng" as "tỉnh Cao Bằng" inside a line.
func lowerFirst(s string) string {
	if rest, ok := strings.CutPrefix(s, "Tỉnh"); ok {
		return "tỉnh" + rest
	}
	if rest, ok := strings.CutPrefix(s, "Thành phố"); ok {
		return "thành phố" + rest
	}
	return s
}
