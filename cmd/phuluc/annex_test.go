package main_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// annex is a province's planning annex in the form of 2019. Its fields are what tests spoil.
type annex struct {
	body     string
	title    string
	attached string
	columns  []annexColumn
	rows     []annexRow
	note     string
}

type annexColumn struct{ head, sub string }

type annexRow struct {
	ordinal, label, unit string
	values               []any // one a column; nil leaves the cell blank
}

// goodAnnex is an annex of a province for the plan of 2020 that loads whole: 6 rows of 4 values.
func goodAnnex(province string) annex {
	more := map[string]int{"Tỉnh Nghệ An": 1500000, "Tỉnh Bắc Kạn": -200000}[province] // its labour force is another one than that of most
	return annex{
		body:     "SỞ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI " + strings.ToUpper(province),
		title:    "TỔNG HỢP CHỈ TIÊU KẾ HOẠCH NĂM 2020 LĨNH VỰC LAO ĐỘNG, NGƯỜI CÓ CÔNG VÀ XÃ HỘI",
		attached: "(Kèm theo Công văn số 2652/LĐTBXH-KHTC ngày 03/7/2019)",
		columns:  []annexColumn{{"TH 2018", ""}, {"Năm 2019", "KH"}, {"Năm 2019", "Ước cả năm"}, {"KH 2020", ""}},
		rows: []annexRow{
			{"1", "Lực lượng lao động từ 15 tuổi trở lên", "người", []any{401200 + more, 405000 + more, 404500 + more, 409000 + more}},
			{"2", "Số lao động được tạo việc làm", "người", []any{15020, 15500, 15620, 16000}},
			{"3", "Tỷ lệ lao động qua đào tạo", "%", []any{52.4, 55, 55.1, 57.5}},
			{"4", "Số người tham gia bảo hiểm xã hội", "người", []any{41210, 43000, 43150, 45500}},
			{"5", "Số hộ nghèo", "hộ", []any{21344, 19000, 18760, 16500}},
			{"6", "Tỷ lệ hộ nghèo theo chuẩn nghèo đa chiều", "%", []any{11.72, 10.2, 10.15, 8.9}},
		},
	}
}

// row gives the row of the sheet in which row i of the annex stands; its first value is in column D.
func (annex) row(i int) int { return 9 + i }

// xlsx lays the annex out; edit, if not nil, may spoil the workbook before it is written.
func (a annex) xlsx(t testing.TB, edit func(*excelize.File)) []byte {
	t.Helper()
	const sheet = "Biểu số 01"
	f := excelize.NewFile()
	defer f.Close()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check(f.SetSheetName("Sheet1", sheet))
	at := func(col, row int) string {
		name, err := excelize.CoordinatesToCellName(col, row)
		check(err)
		return name
	}
	put := func(col, row int, v any) {
		if v != nil && v != "" {
			check(f.SetCellValue(sheet, at(col, row), v))
		}
	}
	merge := func(c1, r1, c2, r2 int) { check(f.MergeCell(sheet, at(c1, r1), at(c2, r2))) }
	last := 3 + len(a.columns)
	put(1, 1, a.body)
	merge(1, 1, 4, 1)
	put(1, 3, a.title)
	merge(1, 3, last, 3)
	put(1, 4, a.attached)
	merge(1, 4, last, 4)
	for i, h := range []string{"TT", "Chỉ tiêu", "Đơn vị"} {
		put(1+i, 6, h)
		merge(1+i, 6, 1+i, 7)
	}
	for i := 0; i < len(a.columns); i++ {
		c := a.columns[i]
		put(4+i, 6, c.head)
		if c.sub == "" {
			merge(4+i, 6, 4+i, 7)
			continue
		}
		j := i
		for j+1 < len(a.columns) && a.columns[j+1].head == c.head {
			j++
		}
		if j > i {
			merge(4+i, 6, 4+j, 6)
		}
		for ; i <= j; i++ {
			put(4+i, 7, a.columns[i].sub)
		}
		i--
	}
	for i, s := range []string{"A", "B", "C"} {
		put(1+i, 8, s)
	}
	for i := range a.columns {
		put(4+i, 8, i+1)
	}
	for i, r := range a.rows {
		put(1, a.row(i), r.ordinal)
		put(2, a.row(i), r.label)
		put(3, a.row(i), r.unit)
		for k, v := range r.values {
			put(4+k, a.row(i), v)
		}
	}
	if a.note != "" {
		put(1, a.row(len(a.rows))+1, a.note)
	}
	check(f.SetSheetDimension(sheet, fmt.Sprintf("A1:%s", at(last, a.row(len(a.rows))+2))))
	if edit != nil {
		edit(f)
	}
	var b bytes.Buffer
	check(f.Write(&b))
	return b.Bytes()
}
