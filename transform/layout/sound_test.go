package layout

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/phuluc/phuluc/transform/record"
)

// TestALostTextNeverChangesAMeaning damages, one at a time, every cell that is not a value in every fixture: deletes it,
// writes nonsense over it, or takes its merge away. What is still loaded must mean what it meant, or it must be refused.
// A header that was lost is a gap, not a default.
func TestALostTextNeverChangesAMeaning(t *testing.T) {
	rd := NewReader(loadCatalogue(t))
	files, err := filepath.Glob("testdata/*.tsv")
	if err != nil {
		t.Fatal(err)
	}
	meaning := func(o *record.Observation) string {
		return fmt.Sprintf("%s %s %s %s %s%s %s %s %s", o.Indicator, o.Territory, o.Period, o.Measure, o.Sex, o.Area, o.Value.Decimal, o.High.Decimal, o.Unit)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		book := parseFixture(t, string(data))
		whole, grids := rd.read(context.Background(), book)
		want, first := map[string]string{}, map[string]string{} // a cell may hold a value and a part of it: by what it counts
		for i := range whole.Observations {
			o := &whole.Observations[i]
			at := o.Sheet + "!" + o.Cell
			if first[at] == "" {
				first[at] = o.Indicator + o.Sex
			}
			if first[at] != o.Indicator+o.Sex {
				at += "/part"
			}
			want[at] = meaning(o)
		}
		for k, s := range book.Sheets {
			for i := range s.Cells {
				if grids[k].fates[i] < skipTitle {
					continue
				}
				rest := append(append(s.Cells[:0:0], s.Cells[:i]...), s.Cells[i+1:]...)
				nonsense := append(s.Cells[:0:0], s.Cells...)
				nonsense[i].Raw, nonsense[i].Kind = "Xyz qwrt", sheet.Text
				variants := map[string][]sheet.Cell{"without": rest, "nonsense at": nonsense}
				if !s.Cells[i].Merge.IsZero() {
					open := append(s.Cells[:0:0], s.Cells...)
					open[i].Merge = sheet.Range{}
					variants["unmerged"] = open
				}
				for how, cells := range variants {
					damaged := Book{Name: book.Name, Sheets: append([]SheetCells(nil), book.Sheets...)}
					damaged.Sheets[k].Cells = cells
					f, _ := rd.read(context.Background(), damaged)
					for j := range f.Observations {
						o := &f.Observations[j]
						at := o.Sheet + "!" + o.Cell
						if j > 0 && f.Observations[j-1].Sheet+"!"+f.Observations[j-1].Cell == at {
							at += "/part"
						}
						was, ok := want[at]
						if ok && was != meaning(o) && !inherent(grids[k].fates[i], was, meaning(o)) {
							t.Errorf("%s %s %s %q: %s was %s, is %s", strings.TrimPrefix(file, "testdata/"), how, s.Cells[i].Address(), s.Cells[i].Raw, o.Cell, was, meaning(o))
							break
						}
					}
				}
			}
		}
	}
}

// inherent lists the defaults that the forms have: a blank unit is that of the row it is a part of, and a table of years
// without a word about plans is one of actual values.
func inherent(lost fate, was, is string) bool {
	a, b := strings.Fields(was), strings.Fields(is)
	switch lost {
	case skipUnit:
		return a[0] == b[0] && a[3] == b[3]
	case skipHeader, skipLabel:
		// Without "chuẩn cũ" beside it, "chuẩn mới" is the one series there is.
		return strings.HasPrefix(a[0], b[0]+"_20") && strings.Join(a[1:], " ") == strings.Join(b[1:], " ")
	case skipTitle:
		a[3] = b[3]
		return strings.Join(a, " ") == strings.Join(b, " ")
	}
	return false
}

// TestNoRowOfADeepHeaderIsLost stacks headers far beyond the bands of real forms. Whatever of them is understood, a value is loaded with
// what all of them say, or it is refused.
func TestNoRowOfADeepHeaderIsLost(t *testing.T) {
	rd := NewReader(loadCatalogue(t))
	r := rand.New(rand.NewPCG(3, 5))
	fillers := []string{"Cả năm", "KH", "2019", "(người)", "Năm 2019", "Kế hoạch", "Khu vực", "Chia ra", "Chia theo khu vực", "Tổng số"}
	loaded := 0
	for range 500 {
		levels := []string{"Nữ", "Kế hoạch", "Năm 2019", "split"}
		for range r.IntN(22) {
			levels = append(levels, fillers[r.IntN(len(fillers))])
		}
		r.Shuffle(len(levels), func(i, j int) { levels[i], levels[j] = levels[j], levels[i] })
		cells := []sheet.Cell{
			{Kind: sheet.Text, Row: 1, Col: 1, Raw: "SỞ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI TỈNH SƠN LA"},
			{Kind: sheet.Text, Row: 2, Col: 1, Raw: "SỐ LIỆU"},
		}
		const top = 3
		bottom, merged, below := top+len(levels)-1, r.IntN(2) == 0, false
		for k, level := range levels {
			if k == 0 {
				for c, role := range []string{"TT", "Chỉ tiêu", "ĐVT"} {
					head := sheet.Cell{Kind: sheet.Text, Row: top, Col: 1 + c, Raw: role}
					if merged && bottom > top {
						head.Merge = sheet.Range{Row1: top, Col1: 1 + c, Row2: bottom, Col2: 1 + c}
					}
					cells = append(cells, head)
				}
			}
			left, right := level, level
			if level == "split" {
				left, right, below = "Thành thị", "Nông thôn", true
			}
			head := sheet.Cell{Kind: sheet.Text, Row: top + k, Col: 4, Raw: left}
			if below {
				cells = append(cells, head, sheet.Cell{Kind: sheet.Text, Row: top + k, Col: 5, Raw: right})
				continue
			}
			head.Merge = sheet.Range{Row1: top + k, Col1: 4, Row2: top + k, Col2: 5}
			cells = append(cells, head)
		}
		for c, text := range []string{"1", "Số lao động được tạo việc làm", "người"} {
			cells = append(cells, sheet.Cell{Kind: sheet.Text, Row: bottom + 1, Col: 1 + c, Raw: text})
		}
		cells = append(cells, sheet.Cell{Kind: sheet.Number, Row: bottom + 1, Col: 4, Raw: "10"}, sheet.Cell{Kind: sheet.Number, Row: bottom + 1, Col: 5, Raw: "20"})
		f, _ := rd.read(context.Background(), Book{Sheets: []SheetCells{{Info: sheet.Info{Name: "Sheet1"}, Cells: cells}}})
		for i := range f.Observations {
			o := &f.Observations[i]
			area := map[string]string{"10": "U", "20": "R"}[o.Raw]
			if got, want := o.Indicator+" "+o.Sex+o.Area+" "+o.Period+" "+o.Measure, "jobs_created F"+area+" 2019 plan"; got != want {
				t.Errorf("below %q (merged %v): %s is %s, want %s", levels, merged, o.Cell, got, want)
			}
			loaded++
		}
	}
	if loaded < 100 {
		t.Errorf("only %d values are loaded", loaded)
	}
}
