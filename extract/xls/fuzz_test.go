package xls

import (
	"bytes"
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/phuluc/phuluc/extract/sheet"
)

// tight keeps a fuzzed file from asking for much.
func tight() sheet.Limits {
	l := sheet.DefaultLimits()
	l.UnpackedBytes = 4 << 20
	return l
}

// orderly checks what every reader downstream relies on.
func orderly(t *testing.T, cells []sheet.Cell) {
	t.Helper()
	row, col := 0, 0
	for _, c := range cells {
		if c.Row < row || c.Row == row && c.Col <= col || c.Row > maxRow || c.Col > maxCol || c.Col < 1 {
			t.Fatalf("%s comes after row %d column %d", c.Address(), row, col)
		}
		row, col = c.Row, c.Col
		if c.Raw == "" {
			t.Fatalf("%s is empty", c.Address())
		}
		if !c.Merge.IsZero() && (c.Merge.Row1 != c.Row || c.Merge.Col1 != c.Col) {
			t.Fatalf("%s is not the corner of %v", c.Address(), c.Merge)
		}
		for i, r := range c.Runs {
			if r.From < 0 || r.From >= len(c.Raw) || i > 0 && r.From <= c.Runs[i-1].From {
				t.Fatalf("%s: runs %v of %d bytes", c.Address(), c.Runs, len(c.Raw))
			}
		}
	}
}

// must reads a workbook to its end: it must be refused with a code or be read in order. It gives the cells, a sheet after
// the other, and whether all were read.
func must(t *testing.T, data []byte) (all []sheet.Cell, ok bool) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	fine := func(err error) bool {
		if err == nil {
			return true
		}
		if c := code(err); !strings.HasPrefix(c, "file.") || c == sheet.CodeTimeout {
			t.Fatal(err)
		}
		return false
	}
	w, err := Open(ctx, bytes.NewReader(data), int64(len(data)), tight())
	if !fine(err) {
		return nil, false
	}
	defer w.Close()
	w.Keywords(ctx)
	for i := range w.Sheets() {
		var cells []sheet.Cell
		for c, err := range w.Cells(ctx, i) {
			if !fine(err) {
				return nil, false
			}
			cells = append(cells, c)
		}
		orderly(t, cells)
		if _, err := w.Appearance(ctx, i); !fine(err) {
			return nil, false
		}
		if _, err := w.Comments(ctx, i); !fine(err) {
			return nil, false
		}
		all = append(all, cells...)
	}
	return all, true
}

// FuzzOpen gives arbitrary bytes as a file.
func FuzzOpen(f *testing.F) {
	f.Add(file(sample(2)))
	f.Add(compound(named{"Book", book(biff5, font5("a"), made{name: "a", records: rec(idLabel, uint16(0), uint16(0), uint16(0), old(2, "x"))})}, named{"\x05SummaryInformation", make([]byte, 60)}))
	f.Add([]byte(oleMagic))
	f.Fuzz(func(t *testing.T, data []byte) { must(t, data) })
}

// FuzzStream gives arbitrary bytes as the stream of a workbook, which nothing has to be guessed around. What is left of it
// when it is cut is refused or the same.
func FuzzStream(f *testing.F) {
	f.Add(sample(2))
	f.Add(book(biff5, append(rec(idCodePage, uint16(1258)), font5("a")...), made{name: "a", records: rec(idRString, uint16(0), uint16(0), uint16(0), old(2, "x"), byte(1), byte(0), byte(0))}))
	f.Add(sheet8(nil, number(1, 0, 1), number(0, 0, 1), number(1, 0, 1)))
	f.Add(sheet8(nil, number(1, 0, 1), noted(1, 1, 1, "Sở", "Sở:\nchưa gồm 2 huyện", 5), rec(idNote, uint16(0xFFFF), uint16(0), uint16(1), []byte("a"))))
	f.Add(sheet8(rec(idSST, uint32(1), uint32(1), []byte{3, 0, 13, 1, 0, 2, 0, 0, 0, 'a', 0}), rec(idContinue, []byte{0, 'b', 'c', 0, 0, 0, 0, 1, 2})))
	f.Add(sheet8(slices.Concat(rec(idSupBook, uint16(1), wide(2, "x")), rec(idExternSheet, uint16(1), [3]uint16{}), rec(idName, uint16(0), byte(0), byte(1), uint16(7), uint64(0), narrow(1, "a")[1:], []byte{0x3A, 0, 0, 0, 0, 0, 0})),
		rec(idFormula, uint16(0), uint16(0), uint16(0), 1.5, uint16(0), uint32(0), uint16(5), []byte{1, 0, 0, 0, 0}), rec(idArray, make([]byte, 12), uint16(5), []byte{0x43, 1, 0, 0, 0})))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) < 4 || le.Uint16(data) != idBOF {
			data = append(bof(biff8, bofGlobals), data...)
		}
		all, ok := must(t, data)
		if !ok {
			return
		}
		for _, n := range []int{len(data) - 1, len(data) * 3 / 4, len(data) / 2} {
			if part, ok := must(t, data[:n]); ok && !reflect.DeepEqual(part, all) {
				t.Fatalf("cut at %d of %d bytes: %d cells of %d", n, len(data), len(part), len(all))
			}
		}
	})
}
