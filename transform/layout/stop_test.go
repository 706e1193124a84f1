package layout

import (
	"context"
	"errors"
	"github.com/phuluc/phuluc/extract/sheet"
	"strconv"
	"strings"
	"testing"
	"unsafe"
)

// endsAfter is a context that ends when it has been asked a number of times.
type endsAfter struct {
	context.Context
	left int
}

func (c *endsAfter) Err() error {
	if c.left--; c.left < 0 {
		return context.DeadlineExceeded
	}
	return nil
}

// TestReadStopsWhereverTheContextEnds: at each of its questions the context may end; the answer is then its error, never
// half a file, and a whole file needs more than one question a row.
func TestReadStopsWhereverTheContextEnds(t *testing.T) {
	rd := NewReader(loadCatalogue(t))
	for _, book := range fixtures(t)[:6] {
		whole := &endsAfter{Context: context.Background(), left: 1 << 30}
		if _, err := rd.Read(whole, book); err != nil {
			t.Fatal(err)
		}
		asked := 1<<30 - whole.left
		rows := 0
		for _, s := range book.Sheets {
			g, _ := newGrid(t.Context(), s, new(scratch), rd.reading)
			rows += len(g.rows)
		}
		if asked < rows {
			t.Errorf("%s: %d rows, the context was looked at %d times", book.Name, rows, asked)
		}
		for k := 0; k < asked; k += 1 + asked/50 {
			f, err := rd.Read(&endsAfter{Context: context.Background(), left: k}, book)
			if !errors.Is(err, context.DeadlineExceeded) || f.Observations != nil {
				t.Fatalf("%s: ended at question %d of %d: %v, %d observations", book.Name, k, asked, err, len(f.Observations))
			}
		}
	}
}

// What costs most before the first table is found looks at the context too: reading the texts of a sheet, and looking for tables side by side
// under each of its headers, of which a forged sheet has one in every other row.
func TestAForgedSheetEndsWithTheContext(t *testing.T) {
	rd := NewReader(loadCatalogue(t))
	var s SheetCells
	const rows = 400
	for r := range rows {
		for c, h := range []string{"TT", "Chỉ tiêu", "Năm 2018", "TT"} {
			cell := sheet.Cell{Row: r + 1, Col: c + 1, Raw: h}
			if r%2 > 0 && c%3 != 1 {
				cell.Kind, cell.Raw = sheet.Number, "7"
			}
			s.Cells = append(s.Cells, cell)
		}
	}
	read := 0
	counted := func(c *sheet.Cell) *reading { read++; return rd.reading(c) }
	if _, ok := newGrid(&endsAfter{context.Background(), 15}, s, new(scratch), counted); ok || read > 2*lookEvery {
		t.Errorf("%d of %d cells were read", read, len(s.Cells))
	}
	g, ok := newGrid(t.Context(), s, new(scratch), rd.reading)
	if !ok {
		t.Fatal("the grid is too large")
	}
	reader := newSheetReader(t.Context(), rd, g)
	whole := &endsAfter{context.Background(), 1 << 30}
	reader.ctx = whole
	if reader.stack(); 1<<30-whole.left < rows/2*len(g.cols) {
		t.Fatalf("%d rows, the context was looked at %d times", rows, 1<<30-whole.left)
	}
	ended := &endsAfter{context.Background(), 100}
	reader.ctx = ended
	if reader.stack(); ended.left < -20 {
		t.Errorf("%d looks behind the end", -ended.left)
	}
	if g.lay(&endsAfter{context.Background(), 0}, nil) {
		t.Error("a grid was laid when the context had ended")
	}
}

// A page of text above a table that nobody knows is joined once, not for each of its cells, and nothing near it is looked for.
func TestAPageAboveATableCostsItsTextOnce(t *testing.T) {
	var s SheetCells
	put := func(row, col int, raw string) {
		c := sheet.Cell{Row: row, Col: col, Raw: raw}
		if raw == "" {
			c.Kind, c.Raw = sheet.Number, "7"
		}
		s.Cells = append(s.Cells, c)
	}
	for r := 1; r <= 20; r++ {
		put(r, 1, strings.Repeat("Lạ lùng ", 100)+strconv.Itoa(r))
	}
	put(21, 2, "Cột lạ")
	put(21, 3, "Cột khác")
	for r := 22; r <= 60; r++ {
		put(r, 1, "Điều lạ "+strconv.Itoa(r))
		put(r, 2, "")
		put(r, 3, "")
	}
	f := Read(loadCatalogue(t), Book{Name: "a.xlsx", Sheets: []SheetCells{s}})
	pages := map[*byte]bool{}
	long := 0
	for _, r := range f.Refusals {
		for _, a := range r.Args {
			if len(a) > 4096 {
				pages[unsafe.StringData(a)] = true
				long++
			}
		}
	}
	if long < 50 || len(pages) != 1 {
		t.Errorf("%d refusals with the page, %d copies of it", long, len(pages))
	}
	if _, ok := farthest("Lao động" + strings.Repeat(" ", 4096)); ok {
		t.Error("names near a page of text are looked for")
	}
}
