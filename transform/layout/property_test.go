package layout

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/phuluc/phuluc/transform/record"
)

// fixtures loads every workbook of testdata.
func fixtures(tb testing.TB) []Book {
	tb.Helper()
	files, err := filepath.Glob("testdata/*.tsv")
	if err != nil || len(files) == 0 {
		tb.Fatal("no fixtures", err)
	}
	var out []Book
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			tb.Fatal(err)
		}
		out = append(out, parseFixture(tb, string(data)))
	}
	return out
}

// checkBook holds a result to invariant 1 and to what follows from it: every cell has one fate, set once; loaded cells
// are observations or cells of tasks; refusals stand for exactly the quarantined cells.
func checkBook(f record.File, grids []*grid) error {
	if err := f.Check(); err != nil {
		return err
	}
	read, loaded, quarantined := 0, 0, 0
	for _, s := range f.Sheets {
		read, loaded, quarantined = read+s.Read, loaded+s.Loaded, quarantined+s.Quarantined
	}
	cells := 0
	for _, g := range grids {
		cells += len(g.cells)
		if g.twice != 0 {
			return fmt.Errorf("sheet %q: %d cells got a second fate", g.info.Name, g.twice)
		}
		for i, ft := range g.fates {
			if ft == fateUnset {
				return fmt.Errorf("sheet %q: %s has no fate", g.info.Name, g.cells[i].Address())
			}
		}
	}
	if read != cells {
		return fmt.Errorf("%d cells given, %d counted", cells, read)
	}
	n := 0
	last := ""
	for _, o := range f.Observations {
		if at := o.Sheet + "!" + o.Cell; at != last { // a cell may hold a value and a part of it
			n++
			last = at
		}
		if o.Achieved.Valid != (o.AchievedCell != "") || o.Achieved.Valid && (!o.Value.Valid || o.Measure != "actual" && o.Measure != "estimate") {
			return fmt.Errorf("a percentage of the plan without its value or its cell: %+v", o)
		}
		if o.Achieved.Valid {
			n++
		}
	}
	for _, t := range f.Tasks {
		n += t.Cells
	}
	if n != loaded {
		return fmt.Errorf("%d cells loaded, but %d observations, percentages of plans and cells of tasks", loaded, n)
	}
	n = 0
	for _, r := range f.Refusals {
		n += r.Cells
		if _, ok := record.CodeOf(r.Code); !ok {
			return fmt.Errorf("code %q is not registered", r.Code)
		}
	}
	if n != quarantined {
		return fmt.Errorf("%d cells quarantined, but refusals stand for %d", quarantined, n)
	}
	type observed struct{ indicator, territory, period, measure, sex, area string }
	seen := map[observed]bool{}
	for _, o := range f.Observations {
		k := observed{o.Indicator, o.Territory, o.Period, o.Measure, o.Sex, o.Area}
		if seen[k] {
			return fmt.Errorf("%+v loaded twice", k)
		}
		seen[k] = true
		if o.Indicator == "" || o.Territory == "" || o.Period == "" || o.Measure == "" || o.Sex == "" || o.Area == "" || o.Unit == "" || o.Status == "" {
			return fmt.Errorf("an observation with a gap was loaded: %+v", o)
		}
		if o.Value.Valid == (o.Empty != "") {
			return fmt.Errorf("%s: value and emptiness exclude each other: %+v", o.Cell, o)
		}
	}
	return nil
}

// damage changes a workbook the way people, software and accidents do.
func damage(r *rand.Rand, b Book, words []string) Book {
	out := Book{Name: b.Name}
	for _, s := range b.Sheets {
		cells := append([]sheet.Cell(nil), s.Cells...)
		for range r.IntN(8) {
			if len(cells) == 0 {
				break
			}
			i := r.IntN(len(cells))
			switch r.IntN(12) {
			case 0: // a cell is lost
				cells = append(cells[:i], cells[i+1:]...)
			case 1: // a row is lost
				row := cells[i].Row
				kept := cells[:0]
				for _, c := range cells {
					if c.Row != row {
						kept = append(kept, c)
					}
				}
				cells = kept
			case 2: // two cells change places
				j := r.IntN(len(cells))
				cells[i].Raw, cells[j].Raw = cells[j].Raw, cells[i].Raw
				cells[i].Kind, cells[j].Kind = cells[j].Kind, cells[i].Kind
			case 3: // another text
				cells[i].Raw, cells[i].Kind = words[r.IntN(len(words))], sheet.Text
			case 4: // a number of any kind
				cells[i].Raw, cells[i].Kind = fmt.Sprintf("%g", (r.Float64()-0.2)*1e5), sheet.Kind(r.IntN(5))
			case 5: // a merge, possibly over neighbours or absurdly large
				cells[i].Merge = sheet.Range{Row1: cells[i].Row, Col1: cells[i].Col, Row2: cells[i].Row + r.IntN(4), Col2: cells[i].Col + r.IntN(5)}
				if r.IntN(10) == 0 {
					cells[i].Merge.Row2, cells[i].Merge.Col2 = 1048576, 16384
				}
			case 6: // half a text
				x := []rune(cells[i].Raw)
				cells[i].Raw = string(x[:len(x)/2])
			case 7: // broken bytes
				cells[i].Raw += string([]byte{byte(r.IntN(256)), 0xcc, 0x81})
			case 8: // the address of another cell
				cells[i].Row, cells[i].Col = cells[r.IntN(len(cells))].Row, 1+r.IntN(12)
			case 9: // far away
				cells[i].Row, cells[i].Col = 1+r.IntN(1048576), 1+r.IntN(16384)
			case 10: // a block is written again below
				for _, c := range cells[i:min(len(cells), i+20)] {
					c.Row += 30
					cells = append(cells, c)
				}
			case 11:
				cells[i].Indent, cells[i].Format, cells[i].Hidden = r.IntN(4), []string{"0.0%", `0"%"`, "#,##0"}[r.IntN(3)], true
			}
		}
		out.Sheets = append(out.Sheets, SheetCells{Info: s.Info, Cells: cells})
	}
	return out
}

// TestEveryCellHasOneFateOnDamagedBooks proves invariant 1 on workbooks that nobody foresaw.
func TestEveryCellHasOneFateOnDamagedBooks(t *testing.T) {
	rd := NewReader(loadCatalogue(t))
	books := fixtures(t)
	var words []string
	for _, b := range books {
		for _, s := range b.Sheets {
			for _, c := range s.Cells {
				words = append(words, c.Raw)
			}
		}
	}
	words = append(words, "-", "…", "x", "(1)", "Trong đó:", "Đơn vị tính: %", "2015-2020", "65-70", "TT", "Năm", "", " ", "......")
	r := rand.New(rand.NewPCG(1, 2))
	rounds := 1500
	if testing.Short() {
		rounds = 300
	}
	for k := range rounds {
		b := damage(r, books[k%len(books)], words)
		f, grids := rd.read(context.Background(), b)
		if err := checkBook(f, grids); err != nil {
			t.Fatalf("round %d: %v\n%+v", k, err, b)
		}
	}
}

// FuzzRead reads grids of fuzzed texts: no panic, no hang, the counts add up. Bytes 0x1f, 0x1e and 0x1d end cells, rows and sheets.
func FuzzRead(f *testing.F) {
	for _, s := range []string{
		"TT\x1fChỉ tiêu\x1fĐơn vị\x1fTH 2018\x1fKH 2020\x1e1\x1fTỷ lệ hộ nghèo\x1f%\x1f12,5\x1f11",
		"\x1f2005\x1f2007\x1fSơ bộ 2021\x1eCẢ NƯỚC\x1f44904.5\x1f..\x1f50560.5",
		"Năm\x1fTổng số\x1fNam\x1fNữ\x1e2018\x1f1\x1f2\x1f3",
		"STT\x1fNhiệm vụ\x1fCơ quan chủ trì\x1fThời gian trình\x1e1\x1fLuật\x1fCục\x1fNăm 2024",
		"(5)=(4)/(3)\x1fKH20/Ước19\x1fquý II/2019\x1f6 tháng",
	} {
		f.Add(s, uint64(0))
	}
	for _, b := range fixtures(f) {
		var seed strings.Builder
		for k, sh := range b.Sheets {
			seed.WriteString(strings.Repeat("\x1d", min(k, 1)))
			row, col := 1, 1
			for _, c := range sh.Cells {
				seed.WriteString(strings.Repeat("\x1e", c.Row-row))
				if c.Row > row {
					col = 1
				}
				seed.WriteString(strings.Repeat("\x1f", c.Col-col))
				row, col = c.Row, c.Col
				if c.Kind == sheet.Number {
					seed.WriteByte('=')
				}
				seed.WriteString(c.Raw)
			}
		}
		f.Add(seed.String(), uint64(0))
	}
	rd := NewReader(loadCatalogue(f))
	f.Fuzz(func(t *testing.T, s string, merges uint64) {
		if len(s) > 8000 {
			return
		}
		b := Book{Name: "a/b.xlsx"}
		var cells []sheet.Cell
		row, col, start := 1, 1, 0
		turn := func() {
			b.Sheets = append(b.Sheets, SheetCells{Info: sheet.Info{Name: fmt.Sprintf("S%d", len(b.Sheets))}, Cells: cells})
			cells = nil
		}
		flush := func(end int) {
			if end > start {
				c := sheet.Cell{Row: row, Col: col, Raw: s[start:end]}
				if c.Raw[0] == '=' {
					c.Kind, c.Raw = sheet.Number, c.Raw[1:]
				}
				if merges>>(uint(len(cells))%64)&1 == 1 {
					c.Merge = sheet.Range{Row1: row, Col1: col, Row2: row + len(cells)%2, Col2: col + len(cells)%3}
				}
				cells = append(cells, c)
			}
		}
		for i := 0; i < len(s); i++ {
			switch s[i] {
			case 0x1f:
				flush(i)
				col, start = col+1, i+1
			case 0x1e:
				flush(i)
				row, col, start = row+1, 1, i+1
			case 0x1d:
				flush(i)
				turn()
				row, col, start = 1, 1, i+1
			}
		}
		flush(len(s))
		turn()
		begin := time.Now()
		got, grids := rd.read(context.Background(), b)
		if err := checkBook(got, grids); err != nil {
			t.Fatal(err)
		}
		if d := time.Since(begin); d > 5*time.Second {
			t.Fatalf("took %v", d)
		}
	})
}

// TestSparseSheetIsRefusedWhole: a few cells at the corners of the format would need a grid of billions of positions.
func TestSparseSheetIsRefusedWhole(t *testing.T) {
	var cells []sheet.Cell
	for i := range 4000 {
		cells = append(cells, sheet.Cell{Row: 1 + i*200, Col: 1 + i*4, Raw: "x"})
	}
	f, grids := NewReader(loadCatalogue(t)).read(context.Background(), Book{Sheets: []SheetCells{{Info: sheet.Info{Name: "S"}, Cells: cells}}})
	if err := checkBook(f, grids); err != nil {
		t.Fatal(err)
	}
	if len(f.Refusals) != 1 || f.Refusals[0].Code != "file.limit" || f.Refusals[0].Cells != len(cells) {
		t.Errorf("got %+v", f.Refusals)
	}
}

// TestReaderIsSafeForManyGoroutines: run with -race.
func TestReaderIsSafeForManyGoroutines(t *testing.T) {
	rd := NewReader(loadCatalogue(t))
	books := fixtures(t)
	done := make(chan error)
	for k := range 4 {
		go func() {
			for i := range books {
				f, grids := rd.read(context.Background(), books[(i*7+k)%len(books)])
				if err := checkBook(f, grids); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	rd := NewReader(loadCatalogue(b))
	data, err := os.ReadFile("testdata/ok_d_2019_hue.tsv")
	if err != nil {
		b.Fatal(err)
	}
	book := parseFixture(b, string(data))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := rd.Read(b.Context(), book); err != nil {
			b.Fatal(err)
		}
	}
}

// The cost of a cell outside all tables must not grow with the sheet.
func BenchmarkCellsOutsideTables(b *testing.B) {
	rd := NewReader(loadCatalogue(b))
	for _, rows := range []int{5_000, 50_000} {
		b.Run(strconv.Itoa(rows), func(b *testing.B) {
			var cells []sheet.Cell
			for r := range rows {
				if r%80 == 0 {
					cells = append(cells, sheet.Cell{Row: r + 1, Col: 1, Raw: "dòng"}, sheet.Cell{Row: r + 1, Col: 8, Raw: "x"})
					continue
				}
				for c := 2; c < 6; c++ {
					cells = append(cells, sheet.Cell{Row: r + 1, Col: c, Kind: sheet.Number, Raw: strconv.Itoa(r + 100*c)})
				}
			}
			book := Book{Sheets: []SheetCells{{Info: sheet.Info{Name: "S"}, Cells: cells}}}
			for b.Loop() {
				if _, err := rd.Read(b.Context(), book); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(cells)), "ns/cell")
		})
	}
}

func BenchmarkNewReader(b *testing.B) {
	cat := loadCatalogue(b)
	for b.Loop() {
		NewReader(cat)
	}
}
