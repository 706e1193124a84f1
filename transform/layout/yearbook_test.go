package layout

import (
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/phuluc/phuluc/extract/workbook"
	"github.com/phuluc/phuluc/transform/catalogue"
)

// Two yearbooks of the statistics office in TCVN3 fonts, from the bytes of the file to the text of the label. The
// expected text of capital fonts is in small letters, as the bytes have it.
func TestYearbooksReadAsTheirFontsShowThem(t *testing.T) {
	dir := os.Getenv("PHULUC_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	dir = filepath.Join(dir, "data", "legacy_xls")
	f, err := os.Open(filepath.Join(dir, "tcvn3_cells.csv"))
	if err != nil {
		t.Skip("the yearbooks are not here; set PHULUC_SHARED")
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	cat, err := catalogue.Load("")
	if err != nil {
		t.Fatal(err)
	}
	rd := NewReader(cat)
	cells := map[string]sheet.Cell{}
	read := map[string]bool{}
	compared := 0
	for _, r := range rows[1:] {
		file, sheetName, font, raw, want := r[0], r[1], r[4], r[5], r[6]
		if !read[file] {
			read[file] = true
			yearbookCells(t, filepath.Join(dir, file), cells)
		}
		row, _ := strconv.Atoi(r[2])
		col, _ := strconv.Atoi(r[3])
		cell, ok := cells[filepath.Join(file, sheetName, sheet.Address(row+1, col+1))]
		if !ok || cell.Raw != raw || cell.Font != font {
			t.Errorf("%s %s row %d column %d: %q in %q, want %q in %q", file, sheetName, row, col, cell.Raw, cell.Font, raw, font)
			continue
		}
		if strings.HasSuffix(font, "H") {
			want = strings.ToUpper(want)
		}
		if got := rd.reading(&cell).text; got != want {
			t.Errorf("%s %s %s: %q in %q with runs %v\n got %q\nwant %q", file, sheetName, cell.Address(), raw, font, cell.Runs, got, want)
		}
		compared++
	}
	if compared != 215 {
		t.Errorf("%d cells compared, want 215", compared)
	}
}

func yearbookCells(t *testing.T, path string, into map[string]sheet.Cell) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	w, err := workbook.Open(context.Background(), "xls", f, info.Size(), sheet.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for i, s := range w.Sheets() {
		for c, err := range w.Cells(context.Background(), i) {
			if err != nil {
				t.Fatal(err)
			}
			into[filepath.Join(filepath.Base(path), s.Name, c.Address())] = c
		}
	}
}
