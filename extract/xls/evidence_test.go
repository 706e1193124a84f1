package xls

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/phuluc/phuluc/extract/sheet"
)

func row8(row, first, end uint16) []byte {
	return rec(idRow, row, first, end, uint16(255), uint32(0), uint32(0x100))
}

// block is three rows of four cells as Excel stores them, which say of each row where its cells begin and end. If ended, the record that
// ends a block of rows follows.
func block(first, end uint16, ended bool) (b []byte) {
	for row := range uint16(3) {
		b = append(b, row8(row, first, end)...)
	}
	for row := range uint16(3) {
		for col := range uint16(4) {
			b = append(b, number(row, col+1, 1)...)
		}
	}
	if ended {
		b = append(b, rec(idDBCell, uint32(0))...)
	}
	return b
}

// Where other records tell where a cell stood, or that something stood there, the damage is seen although the format has no checksum.
func TestDamageThatOtherRecordsTell(t *testing.T) {
	swap := func(b, part, by []byte) []byte {
		if !bytes.Contains(b, part) {
			t.Fatalf("%x is not there", part)
		}
		return bytes.Replace(b, part, by, 1)
	}
	cases := []struct {
		name, says string
		stream     []byte
	}{
		{"a cell of an earlier row", "B1 stands behind", sheet8(nil, swap(block(1, 5, true), number(1, 1, 1), number(0, 1, 1)))},
		{"a cell of an earlier column", "B2 stands behind", sheet8(nil, swap(block(1, 5, true), number(1, 3, 1), number(1, 1, 1)))},
		{"a cell on a blank", "D2 stands behind", sheet8(nil, swap(block(1, 5, true), number(1, 2, 1), append(number(1, 3, 1), rec(idBlank, uint16(1), uint16(3), uint16(0))...)))},
		{"a cell behind its row", "J3 lies outside", sheet8(nil, swap(block(1, 5, false), number(2, 4, 1), number(2, 9, 1)))},
		{"a cell before its row", "A1 lies outside", sheet8(nil, swap(block(1, 5, false), number(0, 1, 1), number(0, 0, 1)))},
		{"a cell in a row that is not there", "E260 lies outside", sheet8(nil, swap(block(1, 5, false), number(2, 4, 1), number(259, 4, 1)))},
		{"the first cell", "record 00F5 stands among", sheet8(nil, swap(block(1, 5, false), number(0, 1, 1), rec(0x00F5, make([]byte, 14))))},
		{"the last cell of a block", "record 0243 stands among", sheet8(nil, swap(block(1, 5, true), number(2, 4, 1), rec(0x0243, make([]byte, 14))))},
		{"a short number that became a window", "record 023E stands among", sheet8(nil, block(1, 5, false), rec(idWindow2, make([]byte, 10)), number(3, 1, 1))},
		{"a text that became a selection", "record 00ED stands among", sheet8(nil, block(1, 5, false), rec(0x00ED, make([]byte, 10)), number(3, 1, 1))},
		{"a formula that became a record of later", "record 0806 stands among", sheet8(nil, block(1, 5, false), rec(0x0806, make([]byte, 47)), number(3, 1, 1))},
		{"a text that became the extent", "record 0200 stands twice", sheet8(nil, rec(idDimensions, make([]byte, 14)), block(1, 5, false), rec(idDimensions, make([]byte, 10)))},
		{"a setting that swallows cells", "record 0082 has 34 bytes", sheet8(nil, rec(0x0082, make([]byte, 34)), block(1, 5, false))},
		{"an end that swallows cells", "record 000A has 2 bytes", sheet8(nil, block(1, 5, false), rec(idEOF, uint16(0)))},
		{"a setting of the workbook that swallows others", "record 0022 has 4 bytes", sheet8(rec(idDate1904, uint32(0)), block(1, 5, false))},
		{"blanks that swallow cells", "the blanks", sheet8(nil, swap(block(1, 5, false), number(1, 1, 1), rec(idMulBlank, uint16(1), uint16(1), uint16(0), uint16(0), uint16(2), make([]byte, 18))))},
		{"a sheet that the list lost", "does not name", swap(book(biff8, nil, made{name: "b"}, made{name: "Biểu", records: block(1, 5, true)}), rec(idBoundSheet, make([]byte, 16))[:4], rec(0x0087, make([]byte, 16))[:4])},
		{"a name of a sheet that swallows the next", "before its record", swap(book(biff8, nil, made{name: "Biểu", records: block(1, 5, true)}, made{name: "b"}), rec(idBoundSheet, make([]byte, 16))[:4], rec(idBoundSheet, make([]byte, 26))[:4])},
		{"a block of rows that is not reached", "is not reached", func() []byte {
			list := func(at int) []byte {
				return sheet8(nil, rec(idIndex, uint32(0), uint32(0), uint32(3), uint32(0), uint32(at)), rec(0x0014, append(block(1, 5, true), 0)))
			}
			return list(bytes.Index(list(0), rec(idDBCell, uint32(0))))
		}()},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			all, err := readAll(file(c.stream), sheet.DefaultLimits())
			if code(err) != sheet.CodeDamaged || !bytes.Contains([]byte(err.Error()), []byte(c.says)) {
				t.Errorf("%v and %d cells, want %q", err, len(all["Biểu"]), c.says)
			}
		})
	}
}

// Programs that do not care where the rows end, write cells as they come, or keep an old list of blocks, are read.
func TestWritersThatDoNotSayWhereCellsAre(t *testing.T) {
	late := number(0, 0, 1)
	cases := []struct {
		name   string
		stream []byte
		cells  int
	}{
		{"as they should be", sheet8(nil, block(1, 5, true)), 12},
		{"a title written last, without blocks", sheet8(nil, block(0, 5, false), late), 13},
		{"rows of all columns", sheet8(nil, block(0, 256, false), number(7, 0, 1)), 13},
		{"rows of no columns", sheet8(nil, block(0, 0, false)), 12},
		{"rows out of order", sheet8(nil, row8(9, 0, 1), block(1, 5, false), late), 13},
		{"rows that are too short", sheet8(nil, block(1, 4, false)), 12},
		{"two cells elsewhere", sheet8(nil, block(1, 5, false), number(7, 0, 1), number(8, 0, 1)), 14},
		{"few cells", sheet8(nil, row8(1, 0, 2), number(0, 0, 1), number(1, 0, 1), number(1, 1, 1)), 3},
		{"a list of blocks that leads elsewhere", sheet8(nil, rec(idIndex, uint32(0), uint32(0), uint32(3), uint32(0), uint32(700)), block(1, 5, true)), 12},
		{"something behind the last sheet", append(sheet8(nil, block(1, 5, true)), bof(biff8, 0x40)...), 12},
		{"zeros behind the last sheet", append(sheet8(nil, block(1, 5, true)), make([]byte, 5)...), 12},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			all, err := readAll(file(c.stream), sheet.DefaultLimits())
			if err != nil || len(all["Biểu"]) != c.cells {
				t.Errorf("%d cells of %d, %v", len(all["Biểu"]), c.cells, err)
			}
		})
	}
}

// In a workbook that Excel wrote hardly a bit of a cell's place can flip without being seen: where a text stands alone in its row.
func TestMovedCellsOfARealWorkbookAreNoticed(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(shared(t), "data/vhlss/2002/E MS 2002.12.xls"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := openContainer(bytes.NewReader(data), int64(len(data)), sheet.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	w := &Workbook{stream: stream{b: c.book}}
	tried, unseen := 0, 0
	for p, n := 0, 0; p < len(c.book); {
		r, err := w.record(p)
		if err != nil {
			t.Fatal(err)
		}
		p = r.end
		if !slices.Contains([]uint16{idNumber, idRK, idLabelSST, idFormula, idMulRK}, r.id) {
			continue
		}
		if n++; n%4 > 0 {
			continue
		}
		for bit := range 24 { // of the row, and of the column's lower byte
			b := bytes.Clone(c.book)
			b[r.at+4+bit/8] ^= 1 << (bit % 8)
			tried++
			if _, err := readAll(file(b), sheet.DefaultLimits()); err == nil {
				unseen++
			}
		}
	}
	if tried < 500 || unseen*100 > tried {
		t.Errorf("%d of %d moved cells are not seen", unseen, tried)
	}
}
