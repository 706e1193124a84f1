package xls

import (
	"bytes"
	"context"
	"maps"
	"testing"

	"github.com/phuluc/phuluc/extract/sheet"
)

// A copy can look like the original: fonts, lines, fills, alignment, sizes, of empty cells too. The numbers of fonts leave 4 out, and a
// workbook may have colours of its own.
func TestAppearanceTellsHowASheetLooks(t *testing.T) {
	var globals []byte
	for i := range 6 {
		weight := uint16(400)
		if i == 4 { // number 5
			weight = 700
		}
		globals = append(globals, rec(idFont, uint16(240), uint16(2), uint16(10), weight, uint16(0), uint32(1), wide(1, "Times New Roman"))...)
	}
	globals = append(globals, rec(idPalette, uint16(3), [12]byte{1, 2, 3, 0, 0, 0, 0, 0, 0xAB, 0xCD, 0xEF, 0})...)
	plain := rec(idXF, uint16(0), uint16(0), uint16(0), byte(0x20), byte(0), byte(0), byte(0), uint64(0), uint16(0))
	rich := rec(idXF, uint16(5), uint16(0), uint16(0), byte(0x1A), byte(0), byte(3), byte(0), byte(0x21), byte(0x56), uint16(0), uint32(1)<<26, uint16(13))
	globals = append(append(globals, plain...), rich...)
	data := file(sheet8(globals,
		rec(idColInfo, uint16(1), uint16(2), uint16(38*256), uint16(0), uint16(0), uint16(0)),
		rec(idRow, uint16(4), uint16(0), uint16(3), uint16(800), uint32(0), byte(0x40), [3]byte{}),
		rec(idRow, uint16(5), uint16(0), uint16(3), uint16(300), uint32(0), uint32(0)),
		rec(idNumber, uint16(4), uint16(1), uint16(1), 7.0),
		rec(idMulBlank, uint16(5), uint16(0), uint16(0), uint16(1), uint16(1)),
	))
	w, err := Open(context.Background(), bytes.NewReader(data), int64(len(data)), sheet.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	a, err := w.Appearance(context.Background(), 0)
	if err != nil {
		t.Fatal(err)
	}
	want := sheet.Look{Font: "Times New Roman", Size: 12, Bold: true, Italic: true, Underline: true, Color: "ABCDEF", Fill: "FFFF00",
		Horizontal: "center", Vertical: "center", Wrap: true, Indent: 3, Left: 1, Right: 2, Top: 6, Bottom: 5}
	for _, p := range []sheet.Position{{Row: 5, Col: 2}, {Row: 6, Col: 2}} {
		if got := a.Of(p); got != want {
			t.Errorf("%v looks like %+v", p, got)
		}
	}
	if got := a.Of(sheet.Position{Row: 6, Col: 1}); got.Bold || got.Left != 0 || got.Font != "Times New Roman" {
		t.Errorf("the plain cell looks like %+v", got)
	}
	if !maps.Equal(a.Widths, map[int]float64{2: 38, 3: 38}) || !maps.Equal(a.Heights, map[int]float64{5: 40}) {
		t.Errorf("columns %v, rows %v", a.Widths, a.Heights)
	}
}
