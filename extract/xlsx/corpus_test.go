package xlsx

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/xuri/excelize/v2"
)

// annexes makes n workbooks as provinces send them: eight forms of 120 × 14 cells with a title, a merged header of two
// rows, indented labels out of the shared strings, figures with number formats, sums with their results, hidden rows.
func annexes(t testing.TB, n int) [][]byte {
	t.Helper()
	books := make([][]byte, n)
	for i := range books {
		books[i] = annex(t, uint64(i), 8, 120, 14)
	}
	return books
}

func annex(t testing.TB, seed uint64, sheets, height, width int) []byte {
	t.Helper()
	check := func(err error) {
		if err != nil {
			t.Helper()
			t.Fatal(err)
		}
	}
	rnd := rand.New(rand.NewPCG(seed, 2))
	f := excelize.NewFile()
	defer f.Close()
	style := func(format string, indent int) int {
		id, err := f.NewStyle(&excelize.Style{CustomNumFmt: &format, Font: &excelize.Font{Family: "Times New Roman", Size: 12}, Alignment: &excelize.Alignment{Indent: indent}})
		check(err)
		return id
	}
	text, child, whole, share := style("@", 0), style("@", 1), style("#,##0", 0), style("0.0%", 0)
	areas := []string{"Lao động", "Việc làm", "Bảo hiểm xã hội", "Giảm nghèo", "Người có công", "Trẻ em", "Bình đẳng giới"}
	things := []string{"Số người được tạo việc làm", "Tỷ lệ lao động qua đào tạo", "Số hộ nghèo", "Số người tham gia bảo hiểm xã hội bắt buộc", "Kinh phí thực hiện"}
	for k := range sheets {
		name := fmt.Sprintf("Biểu %d", k+1)
		if k == 0 {
			check(f.SetSheetName("Sheet1", name))
		} else {
			_, err := f.NewSheet(name)
			check(err)
		}
		check(f.SetCellStr(name, "A1", "CHỈ TIÊU VỀ "+areas[k%len(areas)]))
		check(f.MergeCell(name, "A1", sheet.Address(1, width)))
		for c := 3; c+1 <= width; c += 2 {
			check(f.SetCellStr(name, sheet.Address(3, c), fmt.Sprintf("Năm %d", 2005+c/2)))
			check(f.MergeCell(name, sheet.Address(3, c), sheet.Address(3, c+1)))
			check(f.SetCellStr(name, sheet.Address(4, c), "Kế hoạch"))
			check(f.SetCellStr(name, sheet.Address(4, c+1), "Thực hiện"))
		}
		for r := 5; r <= height; r++ {
			check(f.SetCellInt(name, sheet.Address(r, 1), int64(r-4)))
			label, look := things[rnd.IntN(len(things))], text
			if rnd.IntN(3) > 0 {
				label, look = fmt.Sprintf("Trong đó: %s %d", label, rnd.IntN(40)), child
			}
			check(f.SetCellStr(name, sheet.Address(r, 2), label))
			check(f.SetCellStyle(name, sheet.Address(r, 2), sheet.Address(r, 2), look))
			for c := 3; c <= width; c++ {
				at := sheet.Address(r, c)
				switch rnd.IntN(20) {
				case 0:
					continue
				case 1, 2, 3, 4:
					check(f.SetCellFloat(name, at, float64(rnd.IntN(1000))/1000, -1, 64))
					check(f.SetCellStyle(name, at, at, share))
				case 5, 6:
					check(f.SetCellFloat(name, at, rnd.Float64()*1e4, -1, 64))
				default:
					check(f.SetCellInt(name, at, rnd.Int64N(200_000)))
				}
				if r%10 == 0 {
					check(f.SetCellFormula(name, at, fmt.Sprintf("SUM(%s:%s)", sheet.Address(r-5, c), sheet.Address(r-1, c))))
				}
			}
			check(f.SetCellStyle(name, sheet.Address(r, 3), sheet.Address(r, 4), whole))
			if r%40 == 0 {
				check(f.SetRowVisible(name, r, false))
			}
		}
	}
	buf, err := f.WriteToBuffer()
	check(err)
	return buf.Bytes()
}
