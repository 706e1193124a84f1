package xls

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/phuluc/phuluc/extract/sheet"
)

// result is how a formula keeps what it gave: a number, or the kind and value of something else.
func result(kind, value byte) uint64 {
	return 0xFFFF<<48 | uint64(value)<<16 | uint64(kind)
}

func formula(row, col uint16, result uint64) []byte {
	return rec(idFormula, row, col, uint16(0), result, uint16(0), uint32(0), uint16(3), []byte{0x1E, 1, 0})
}

// computed is the note that Excel has computed the formulas.
var computed = rec(idRecalcID, uint16(idRecalcID), uint16(0), uint32(0))

func rk(row, col uint16, v uint32) []byte { return rec(idRK, row, col, uint16(0), v) }

func TestEveryRecordOfACell(t *testing.T) {
	share := rec(idSharedFormula, make([]byte, 13))
	cases := []struct {
		name    string
		biff8   []byte
		biff5   []byte
		want    string
		formula bool
	}{
		{"double", number(0, 0, 1234.5), nil, "number 1234.5", false},
		{"double that is whole", number(0, 0, 1e14), nil, "number 100000000000000", false},
		{"nought", number(0, 0, 0), nil, "number 0", false},
		{"negative", number(0, 0, -0.1), nil, "number -0.1", false},
		{"no number", number(0, 0, math.NaN()), nil, "error NaN", false},
		{"infinity", number(0, 0, math.Inf(-1)), nil, "error -Inf", false},
		{"integer", rk(0, 0, 86<<2|2), nil, "number 86", false},
		{"negative integer", rk(0, 0, 0xFFFFFFFF&^3|2), nil, "number -1", false},
		{"integer of hundredths", rk(0, 0, 1234<<2|3), nil, "number 12.34", false},
		{"hundredths that are whole", rk(0, 0, 1200<<2|3), nil, "number 12", false},
		{"tenths", rk(0, 0, 1230<<2|3), nil, "number 12.3", false},
		{"negative hundredths", rk(0, 0, 0xFFFFFFFF&^3-4*6|3), nil, "number -0.07", false},
		{"short double", rk(0, 0, uint32(math.Float64bits(0.5)>>32)), nil, "number 0.5", false},
		{"short double of hundredths", rk(0, 0, uint32(math.Float64bits(110)>>32)|1), nil, "number 1.1", false},
		{"row of numbers", rec(idMulRK, uint16(0), uint16(0), uint16(0), uint32(7<<2|2), uint16(0)), nil, "number 7", false},
		{"text in its record", rec(idLabel, uint16(0), uint16(0), uint16(0), wide(2, "Tổng số")), rec(idLabel, uint16(0), uint16(0), uint16(0), old(2, "T\xE6ng s\xE8")), "text Tổng số", false},
		{"text of one byte a character", rec(idLabel, uint16(0), uint16(0), uint16(0), narrow(2, "Bà Rịa"[:3]+"é")), nil, "text Bàé", false},
		{"rich text in its record", rec(idRString, uint16(0), uint16(0), uint16(0), wide(2, "ấm no"), uint16(1), uint16(2), uint16(0)), rec(idRString, uint16(0), uint16(0), uint16(0), old(2, "no"), byte(1), byte(1), byte(0)), "text ấm no", false},
		{"true", rec(idBoolErr, uint16(0), uint16(0), uint16(0), byte(1), byte(0)), nil, "bool TRUE", false},
		{"false", rec(idBoolErr, uint16(0), uint16(0), uint16(0), byte(0), byte(0)), nil, "bool FALSE", false},
		{"error", rec(idBoolErr, uint16(0), uint16(0), uint16(0), byte(0x2A), byte(1)), nil, "error #N/A", false},
		{"unknown error", rec(idBoolErr, uint16(0), uint16(0), uint16(0), byte(0x99), byte(1)), nil, "error #ERROR 99", false},
		{"formula of a number", formula(0, 0, math.Float64bits(2.5)), nil, "number 2.5", true},
		{"formula of a truth", formula(0, 0, result(1, 1)), nil, "bool TRUE", true},
		{"formula of an error", formula(0, 0, result(2, 0x07)), nil, "error #DIV/0!", true},
		{"formula of a text", append(formula(0, 0, result(0, 0)), rec(idString, wide(2, "Đạt"))...), append(formula(0, 0, result(0, 0)), rec(idString, old(2, "ok"))...), "text Đạt", true},
		{"shared formula of a text", slices.Concat(formula(0, 0, result(0, 0)), share, rec(idString, narrow(2, "x"))), nil, "text x", true},
		{"array formula of a text", slices.Concat(formula(0, 0, result(0, 0)), rec(idArray, make([]byte, 20)), rec(idString, narrow(2, "x"))), nil, "text x", true},
		{"table of a text", slices.Concat(formula(0, 0, result(0, 0)), rec(idTable, make([]byte, 16)), rec(idString, narrow(2, "x"))), nil, "text x", true},
		{"formula's long text", slices.Concat(formula(0, 0, result(0, 0)), rec(idString, length(2, 5, 0), []byte("abc")), rec(idContinue, []byte{1, 'd', 0, 'e', 0})), nil, "text abcde", true},
		{"formula of the empty text", formula(0, 0, result(3, 0)), nil, "", true},
		{"formula of a text that is empty", append(formula(0, 0, result(0, 0)), rec(idString, narrow(2, ""))...), nil, "", true},
		{"empty text", rec(idLabel, uint16(0), uint16(0), uint16(0), narrow(2, "")), nil, "", false},
		{"blank", rec(0x0201, uint16(0), uint16(0), uint16(0)), nil, "", false},
		{"blanks", rec(0x00BE, uint16(0), uint16(0), uint16(0), uint16(0), uint16(1)), nil, "", false},
	}
	kinds := []string{"text", "number", "bool", "date", "error"}
	for _, c := range cases {
		for _, version := range []uint16{biff8, biff5} {
			t.Run(fmt.Sprintf("%s/%04X", c.name, version), func(t *testing.T) {
				records, name, want := c.biff8, "Biểu", c.want
				if version == biff5 {
					name = "Sheet"
					if c.biff5 != nil {
						records = c.biff5
						want = map[string]string{"text Tổng số": "text Tæng sè", "text ấm no": "text no", "text Đạt": "text ok"}[want]
					} else if strings.HasPrefix(want, "text") || strings.Contains(c.name, "text") && want == "" && c.name != "formula of the empty text" {
						t.Skip("a text of BIFF8")
					}
				}
				all, err := readAll(file(book(version, computed, made{name: name, records: records})), sheet.DefaultLimits())
				if err != nil {
					t.Fatal(err)
				}
				got := ""
				for _, cell := range all[name] {
					got = kinds[cell.Kind] + " " + cell.Raw
					if cell.Row != 1 || cell.Col != 1 || cell.Formula != c.formula {
						t.Errorf("%+v", cell)
					}
				}
				if got != want || len(all[name]) > 1 {
					t.Errorf("%q, want %q", got, want)
				}
			})
		}
	}
}

// Promise: the digits of a number give back the same double, and there are no shorter ones.
func TestNumbersKeepTheirDouble(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 7))
	var records [][]byte
	var want []float64
	add := func(r []byte, f float64) {
		row := uint16(len(want))
		le.PutUint16(r[4:], row)
		records = append(records, r)
		want = append(want, f)
	}
	short := func(v uint32) float64 {
		f := math.Float64frombits(uint64(v&^3) << 32)
		if v&2 != 0 {
			f = float64(int32(v) >> 2)
		}
		if v&1 != 0 {
			f /= 100
		}
		return f
	}
	for _, f := range []float64{0, 1, -1, 0.1, 1e-5, 9.9e-6, 1e15, 1e15 - 1, 1e15 + 2, 1e20, 1e21, 1e22, 123456789012345680, 5e-324, math.MaxFloat64, 12.340000000000002, 1 / 3.0, math.Copysign(0, -1), 999999999999999.9} {
		add(number(0, 0, f), f)
	}
	for range 5000 {
		f := math.Float64frombits(rnd.Uint64())
		if math.IsNaN(f) || math.IsInf(f, 0) {
			continue
		}
		add(number(0, 0, f), f)
		add(number(0, 0, math.Round(f)), math.Round(f))
		f = float64(rnd.IntN(1e9)) / math.Pow10(rnd.IntN(7))
		add(number(0, 0, f), f)
		v := rnd.Uint32()
		if f = short(v); math.IsNaN(f) || math.IsInf(f, 0) {
			continue
		}
		add(rk(0, 0, v), f)
		add(rk(0, 0, v|3), short(v|3))
	}
	cells, err := one(sheet8(nil, records...))
	if err != nil || len(cells) != len(want) {
		t.Fatalf("%d cells, want %d, %v", len(cells), len(want), err)
	}
	for i, c := range cells {
		got, err := strconv.ParseFloat(c.Raw, 64)
		if err != nil || math.Float64bits(got) != math.Float64bits(want[i]) || c.Kind != sheet.Number {
			t.Fatalf("%s for %v: %v", c.Raw, want[i], err)
		}
		digits := func(s string) int {
			s, _, _ = strings.Cut(strings.TrimPrefix(s, "-"), "e")
			s = strings.ReplaceAll(s, ".", "")
			return len(strings.Trim(s, "0"))
		}
		if shortest := strconv.FormatFloat(want[i], 'e', -1, 64); digits(c.Raw) != digits(shortest) {
			t.Fatalf("%s for %s", c.Raw, shortest)
		}
	}
}

// Promise: wherever a record ends inside the shared strings, and however the width of characters changes there, every
// text and every run is whole.
func TestSharedStringsRunOnOverRecords(t *testing.T) {
	long := strings.Repeat("Tỷ lệ hộ nghèo 12,5% ", 20)
	texts := []string{"abc", "Đồng Nai", "", "é÷", "😀 quà 😀", long, "abcdefghij", "ạ", "dòng 1\ndòng 2", strings.Repeat("x", 300)}
	var stored [][]byte
	for i, s := range texts {
		b := wide(2, s)
		if i == 0 || i == 3 || i == 6 || i == 9 {
			b = narrow(2, s)
		}
		stored = append(stored, b)
	}
	stored[1] = rich(stored[1], nil, [2]uint16{0, 1}, [2]uint16{5, 2})
	stored[4] = rich(stored[4], []byte("phonetic"), [2]uint16{3, 1})
	stored[6] = rich(stored[6], []byte{1, 2, 3})
	stored[5] = rich(stored[5], nil, [2]uint16{400, 1}, [2]uint16{2, 2}, [2]uint16{6, 0})
	var cells []byte
	for i := range texts {
		cells = append(cells, rec(idLabelSST, uint16(i), uint16(0), uint16(0), uint32(i))...)
	}
	fonts := slices.Concat(font8("A"), font8("B"), font8("C"), xf8(0, 0, 0))
	for size := 20; size < 700; size++ {
		got, err := one(sheet8(append(slices.Clone(fonts), table(size, stored...)...), cells))
		if err != nil {
			t.Fatalf("records of %d bytes: %v", size, err)
		}
		i := 0
		for n, s := range texts {
			if s == "" {
				continue
			}
			c := got[i]
			i++
			var runs []sheet.Run
			switch n {
			case 1: // the second run begins at the sixth character
				runs = []sheet.Run{{From: 0, Font: "B"}, {From: len("Đồng "), Font: "C"}}
			case 4: // an emoji is two units
				runs = []sheet.Run{{From: len("😀 "), Font: "B"}}
			case 5: // out of order, as nobody writes them: none begins before the one in front of it
				runs = []sheet.Run{{From: len(string([]rune(long)[:400])), Font: "B"}}
			}
			if c.Raw != s || n != 5 && !reflect.DeepEqual(c.Runs, runs) {
				t.Fatalf("records of %d bytes: text %d is %q with %v", size, n, c.Raw, c.Runs)
			}
			for k, r := range c.Runs {
				if k > 0 && r.From < c.Runs[k-1].From || r.From >= len(c.Raw) {
					t.Fatalf("text %d: runs %v", n, c.Runs)
				}
			}
		}
	}
}

func TestTextsHaveTheFormOfAllReaders(t *testing.T) {
	for in, want := range map[string]string{
		"a\r\nb": "a\nb", "a\rb": "a\nb", "\r\n\r": "\n\n", "a\tb ": "a\tb ", "\x00": "_x0000_", "a\x1Fb": "a_x001F_b", "_x0041_": "_x0041_", "\x07\r\n": "_x0007_\n",
	} {
		for name, records := range map[string][]byte{
			"label":   label(0, 0, in),
			"formula": append(formula(0, 0, result(0, 0)), rec(idString, wide(2, in))...),
		} {
			cells, err := one(sheet8(nil, records))
			if err != nil || len(cells) != 1 || cells[0].Raw != want {
				t.Errorf("%s %q: %v %v", name, in, cells, err)
			}
		}
	}
	// Half of a pair of UTF-16 is no character.
	cells, err := one(sheet8(nil, rec(idLabel, uint16(0), uint16(0), uint16(0), length(2, 4, 1), []byte{0x3D, 0xD8, 'a', 0, 0x3D, 0xD8, 0x3D, 0xD8})))
	if err != nil || cells[0].Raw != "\uFFFDa\uFFFD\uFFFD" {
		t.Errorf("%+v %v", cells, err)
	}
	// What comes before a run moves when characters are written otherwise.
	globals := slices.Concat(font8("A"), font8("B"), xf8(0, 0, 0), table(8000, rich(wide(2, "a\r\n\x01ạ😀b"), nil, [2]uint16{4, 1}, [2]uint16{5, 0}, [2]uint16{7, 1}, [2]uint16{8, 0})))
	cells, err = one(sheet8(globals, rec(idLabelSST, uint16(0), uint16(0), uint16(0), uint32(0))))
	want := []sheet.Run{{From: len("a\n_x0001_"), Font: "B"}, {From: len("a\n_x0001_ạ"), Font: "A"}, {From: len("a\n_x0001_ạ😀"), Font: "B"}}
	if err != nil || cells[0].Raw != "a\n_x0001_ạ😀b" || !reflect.DeepEqual(cells[0].Runs, want) {
		t.Errorf("%+v %v", cells, err)
	}
}

func TestFontsFormatsAndIndents(t *testing.T) {
	formats := slices.Concat(rec(idFormat, uint16(164), wide(2, `dd/mm/yyyy "ngày"`)), rec(idFormat, uint16(165), narrow(2, "0.0%")), rec(idFormat, uint16(3), narrow(2, "#,##0.000")), rec(idFormat, uint16(166), narrow(2, "General")))
	fonts := slices.Concat(font8("F0"), font8("F1"), font8("F2"), font8("F3"), font8(".VnTimeH"), font8("F6"))
	xfs := slices.Concat(xf8(0, 0, 0), xf8(5, 164, 0), xf8(6, 165, 2), xf8(3, 3, 15), xf8(1, 14, 0x12), xf8(99, 166, 0), xf8(2, 4, 0))
	at := func(xf uint16, col uint16) []byte { return rec(idNumber, uint16(0), col, xf, 1.5) }
	cells, err := one(sheet8(slices.Concat(xfs, fonts, formats), at(0, 0), at(1, 1), at(2, 2), at(3, 3), at(4, 4), at(5, 5), at(6, 6),
		rec(idRK, uint16(0), uint16(7), uint16(1), uint32(2<<2|2)), rec(idMulRK, uint16(0), uint16(8), uint16(1), uint32(150<<2|3), uint16(2), uint32(8), uint16(9)),
		rec(idFormula, uint16(0), uint16(10), uint16(4), 3.5, uint16(0), uint32(0), uint16(0)),
		rec(idBoolErr, uint16(0), uint16(11), uint16(1), uint16(1)), rec(idLabel, uint16(0), uint16(12), uint16(1), narrow(2, "x"))))
	if err != nil {
		t.Fatal(err)
	}
	day := `dd/mm/yyyy "ngày"`
	want := []sheet.Cell{
		{Kind: sheet.Number, Raw: "1.5", Font: "F0"},
		{Kind: sheet.Date, Raw: "1.5", Font: ".VnTimeH", Format: day}, // there is no font 4
		{Kind: sheet.Number, Raw: "1.5", Font: "F6", Format: "0.0%", Indent: 2},
		{Kind: sheet.Number, Raw: "1.5", Font: "F3", Format: "#,##0.000", Indent: 15},
		{Kind: sheet.Date, Raw: "1.5", Font: "F1", Format: "mm-dd-yy", Indent: 2},
		{Kind: sheet.Number, Raw: "1.5"},
		{Kind: sheet.Number, Raw: "1.5", Font: "F2", Format: "#,##0.00"},
		{Kind: sheet.Date, Raw: "2", Font: ".VnTimeH", Format: day},
		{Kind: sheet.Date, Raw: "1.5", Font: ".VnTimeH", Format: day},
		{Kind: sheet.Number, Raw: "0.00000000000000000000", Font: "F6", Format: "0.0%", Indent: 2},
		{Kind: sheet.Date, Raw: "3.5", Font: "F1", Format: "mm-dd-yy", Indent: 2, Formula: true},
		{Kind: sheet.Bool, Raw: "TRUE", Font: ".VnTimeH", Format: day},
		{Kind: sheet.Text, Raw: "x", Font: ".VnTimeH", Format: day},
	}
	want[9].Raw = strconv.FormatFloat(math.Float64frombits(8<<32), 'e', -1, 64)
	if len(cells) != len(want) {
		t.Fatalf("%d cells: %+v", len(cells), cells)
	}
	for i, w := range want {
		w.Row, w.Col = 1, i+1
		if !reflect.DeepEqual(cells[i], w) {
			t.Errorf("got  %+v\nwant %+v", cells[i], w)
		}
	}
	// BIFF5 has no indents, and narrow texts only.
	five := book(biff5, slices.Concat(font5("F0"), font5(".VnTime"), rec(idFormat, uint16(170), old(1, "d.m.yy")), xf5(0, 0), xf5(1, 170)), made{name: "a", records: rec(idNumber, uint16(0), uint16(0), uint16(1), 40000.0)})
	all, err := readAll(file(five), sheet.DefaultLimits())
	if err != nil || !reflect.DeepEqual(all["a"], []sheet.Cell{{Row: 1, Col: 1, Kind: sheet.Date, Raw: "40000", Font: ".VnTime", Format: "d.m.yy"}}) {
		t.Errorf("%+v %v", all, err)
	}
	// A workbook without formats at all, as small programs write it.
	if cells, err := one(sheet8(nil, rec(idNumber, uint16(0), uint16(0), uint16(15), 1.0))); err != nil || addresses(cells) != "A1=1" {
		t.Errorf("%v %v", cells, err)
	}
}

func TestRichTextKeepsTheFontsThatDiffer(t *testing.T) {
	fonts := slices.Concat(font8("A"), font8("B"), font8("A"), xf8(0, 0, 0))
	for name, c := range map[string]struct {
		runs [][2]uint16
		want []sheet.Run
	}{
		"from the start":          {[][2]uint16{{0, 1}}, []sheet.Run{{From: 0, Font: "B"}}},
		"same font, other size":   {[][2]uint16{{1, 2}}, nil},
		"there and back":          {[][2]uint16{{1, 1}, {3, 0}}, []sheet.Run{{From: 1, Font: "B"}, {From: 3, Font: "A"}}},
		"behind the end":          {[][2]uint16{{1, 1}, {4, 0}}, []sheet.Run{{From: 1, Font: "B"}}},
		"two at one place":        {[][2]uint16{{1, 0}, {1, 1}}, []sheet.Run{{From: 1, Font: "B"}}},
		"a font that is not here": {[][2]uint16{{1, 77}}, []sheet.Run{{From: 1}}},
	} {
		globals := append(slices.Clone(fonts), table(8000, rich(narrow(2, "abcd"), nil, c.runs...))...)
		var inline []any = []any{uint16(0), uint16(1), uint16(0), narrow(2, "abcd"), uint16(len(c.runs))}
		for _, r := range c.runs {
			inline = append(inline, r[0], r[1])
		}
		cells, err := one(sheet8(globals, rec(idLabelSST, uint16(0), uint16(0), uint16(0), uint32(0)), rec(idRString, inline...)))
		if err != nil || len(cells) != 2 || !reflect.DeepEqual(cells[0].Runs, c.want) || !reflect.DeepEqual(cells[1].Runs, c.want) {
			t.Errorf("%s: %+v %v", name, cells, err)
		}
	}
}

func TestHiddenMergedAndNested(t *testing.T) {
	row := func(n uint16, flags uint32) []byte {
		return rec(idRow, n, uint16(0), uint16(9), uint16(255), uint32(0), flags)
	}
	merge := func(ranges ...[4]uint16) []byte {
		f := []any{uint16(len(ranges))}
		for _, r := range ranges {
			f = append(f, r)
		}
		return rec(idMergeCells, f...)
	}
	chart := slices.Concat(bof(biff8, 0x20), number(7, 7, 7), bof(biff8, 0x20), rec(idEOF), rec(idEOF))
	cells, err := one(sheet8(nil,
		rec(idColInfo, uint16(2), uint16(3), uint16(2000), uint16(0), uint16(1), uint16(0)), rec(idColInfo, uint16(9), uint16(256), uint16(0), uint16(0), uint16(1), uint16(0)),
		row(0, 0x100), row(1, 0x120), number(0, 0, 1), number(0, 2, 2), number(0, 4, 3), number(1, 0, 4), chart, row(64, 0x20), number(64, 0, 5), number(65, 3, 6), number(65, 255, 7),
		merge([4]uint16{64, 66, 0, 1}, [4]uint16{9, 9, 9, 9}), merge([4]uint16{0, 1, 0, 0}, [4]uint16{0, 0, 4, 5})))
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, c := range cells {
		got += fmt.Sprintf("%s=%s hidden %v merge %v\n", c.Address(), c.Raw, c.Hidden, c.Merge)
	}
	want := `A1=1 hidden false merge A1:A2
C1=2 hidden true merge 
E1=3 hidden false merge E1:F1
A2=4 hidden true merge 
A65=5 hidden true merge A65:B67
D66=6 hidden true merge 
IV66=7 hidden true merge 
`
	if got != want {
		t.Errorf("got\n%s", got)
	}
}

func TestRowsThatAreHiddenUnlessTheySayOtherwise(t *testing.T) {
	row := func(n uint16, flags uint32) []byte {
		return rec(idRow, n, uint16(0), uint16(9), uint16(255), uint32(0), flags)
	}
	cells, err := one(sheet8(nil, rec(idDefaultRow, uint16(2), uint16(255)), row(0, 0x100), row(1, 0x120), number(0, 0, 1), number(1, 0, 2), number(2, 0, 3)))
	if err != nil || len(cells) != 3 || cells[0].Hidden || !cells[1].Hidden || !cells[2].Hidden {
		t.Errorf("%+v %v", cells, err)
	}
}

func TestListOfSheets(t *testing.T) {
	data := file(book(biff8, rec(idDate1904, uint16(1)),
		made{name: `../../x"'; drop`, records: number(0, 0, 1)}, made{name: "Ẩn", state: 1, records: number(0, 0, 2)}, made{name: "sâu", state: 2, records: number(0, 0, 3)},
		made{name: "Biểu đồ", kind: 2, records: number(0, 0, 9)}, made{name: "mô-đun", kind: 6, records: number(0, 0, 9)}, made{name: "macro", kind: 1, state: 2, records: number(0, 0, 9)}))
	w, err := Open(context.Background(), bytes.NewReader(data), int64(len(data)), sheet.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	want := []sheet.Info{{Name: `../../x"'; drop`}, {Name: "Ẩn", Hidden: true}, {Name: "sâu", Hidden: true}, {Name: "Biểu đồ"}, {Name: "mô-đun"}, {Name: "macro", Hidden: true}}
	for i := range want {
		want[i].Date1904 = true
	}
	if got := w.Sheets(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v", got)
	}
	for i, n := range []int{1, 1, 1, 0, 0, 0} {
		cells := 0
		for _, err := range w.Cells(context.Background(), i) {
			if err != nil {
				t.Fatal(err)
			}
			cells++
		}
		if cells != n {
			t.Errorf("sheet %d: %d cells, want %d", i, cells, n)
		}
	}
	for _, err := range w.Cells(context.Background(), 6) {
		if err == nil {
			t.Error("a sheet that does not exist was read")
		}
	}
}

func TestCellsOutOfOrderAreSorted(t *testing.T) {
	cells, err := one(sheet8(nil, number(5, 0, 1), rec(idMulRK, uint16(1), uint16(2), uint16(0), uint32(2<<2|2), uint16(0), uint32(3<<2|2), uint16(3)), number(1, 1, 4),
		append(formula(0, 1, result(0, 0)), rec(idString, narrow(2, "x"))...), label(0, 0, "y"), number(1, 3, 3), number(5, 0, 1)))
	if err != nil || addresses(cells) != "A1=y B1=x B2=4 C2=2 D2=3 A6=1" {
		t.Errorf("%s %v", addresses(cells), err)
	}
	if _, err := one(sheet8(nil, number(5, 0, 1), number(5, 1, 1), number(5, 0, 2))); code(err) != sheet.CodeDamaged || !strings.Contains(err.Error(), "A6") {
		t.Errorf("two values of one cell: %v", err)
	}
	if _, err := one(sheet8(nil, number(5, 0, 1), formula(5, 0, math.Float64bits(1)))); code(err) != sheet.CodeDamaged {
		t.Errorf("a value and a formula in one cell: %v", err)
	}
}

func TestTextsOfOldWorkbooksAreInTheirCodePage(t *testing.T) {
	for page, want := range map[uint16]string{0: "Ñ¬êò", 1252: "Ñ¬êò", 1258: "Ñ¬ê\u0323", 1251: "С¬кт", 437: "╤¼Ω≥", 10000: "—¨ÍÚ", 32768: "—¨ÍÚ", 1200: "Ñ¬êò"} {
		globals := rec(idCodePage, page)
		if page == 0 {
			globals = nil
		}
		text := "\xD1\xAC\xEA\xF2"
		all, err := readAll(file(book(biff5, append(globals, font5(text)...), made{name: text, records: rec(idLabel, uint16(0), uint16(0), uint16(0), old(2, text))})), sheet.DefaultLimits())
		if err != nil || len(all[want]) != 1 || all[want][0].Raw != want {
			t.Errorf("%d: %+v %v", page, all, err)
		}
	}
	if _, err := readAll(file(book(biff5, rec(idCodePage, uint16(932)), made{name: "a"})), sheet.DefaultLimits()); code(err) != sheet.CodeXLS || !strings.Contains(err.Error(), "932") {
		t.Error(err)
	}
	// BIFF8 is UTF-16 whatever it says.
	if _, err := readAll(file(book(biff8, rec(idCodePage, uint16(932)), made{name: "a"})), sheet.DefaultLimits()); err != nil {
		t.Error(err)
	}
}

// Some programs fill up with four zeros between records.
func TestZerosThatFillUpAreNoRecord(t *testing.T) {
	cells, err := one(sheet8(rec(0), rec(0x0027, uint64(1)), rec(0), rec(0x0026, uint64(0)), rec(0), number(0, 0, 1), number(1, 0, 2)))
	if got := addresses(cells); err != nil || got != "A1=1 A2=2" {
		t.Errorf("%s %v", got, err)
	}
}

func TestNamesOfTheStream(t *testing.T) {
	stream := sheet8(nil, number(0, 0, 1))
	other := sheet8(nil, number(0, 0, 2))
	for name, data := range map[string][]byte{
		"Workbook": compound(named{"Workbook", stream}), "WORKBOOK": compound(named{"WORKBOOK", stream}), "Book": compound(named{"Book", stream}), "BOOK": compound(named{"BOOK", stream}),
		"both": compound(named{"Book", other}, named{"Workbook", stream}), "both, turned": compound(named{"Workbook", stream}, named{"Book", other}),
		"among others": compound(named{"\x05SummaryInformation", []byte("x")}, named{"Workbook", stream}, named{"\x01CompObj", make([]byte, 5000)}),
		"large":        compound(named{"Workbook", append(bytes.Clone(stream), make([]byte, 5000)...)}),
		"bare":         stream,
	} {
		all, err := readAll(data, sheet.DefaultLimits())
		if err != nil || addresses(all["Biểu"]) != "A1=1" {
			t.Errorf("%s: %v %v", name, all, err)
		}
	}
}

func TestKeywords(t *testing.T) {
	set := func(page uint16, kind uint32, value []byte) []byte {
		b := make([]byte, 48)
		le.PutUint32(b[24:], 1)
		le.PutUint32(b[44:], 48)
		b = append(b, 0, 0, 0, 0, 2, 0, 0, 0)
		b = le.AppendUint32(le.AppendUint32(b, 1), 24)
		b = le.AppendUint32(le.AppendUint32(b, 5), 32)
		b = le.AppendUint32(le.AppendUint32(b, 2), uint32(page))
		b = le.AppendUint32(b, kind)
		return append(b, value...)
	}
	counted := func(n int, s string) []byte { return append(le.AppendUint32(nil, uint32(n)), s...) }
	for name, c := range map[string]struct {
		set  []byte
		want string
	}{
		"narrow":         {set(1252, 0x1E, counted(14, "phuluc sample\x00")), "phuluc sample"},
		"code page":      {set(1258, 0x1E, counted(3, "\xD0a\x00")), "Đa"},
		"UTF-8":          {set(65001, 0x1E, counted(6, "mẫu\x00")), "mẫu"},
		"UTF-16":         {set(1200, 0x1E, counted(4, "a\x00\x00\x00")), "a"},
		"wide":           {set(1252, 0x1F, counted(2, "a\x00\x00\x00")), "a"},
		"another type":   {set(1252, 3, counted(14, "phuluc sample\x00")), ""},
		"cut":            {set(1252, 0x1E, counted(140, "phuluc sample\x00")), ""},
		"cut wide":       {set(1252, 0x1F, counted(14, "phuluc sample\x00")), ""},
		"huge":           {set(1252, 0x1E, counted(math.MaxUint32, "phuluc sample\x00")), ""},
		"no set":         {[]byte{1, 2, 3}, ""},
		"nothing in it":  {make([]byte, 60), ""},
		"offset outside": {append(make([]byte, 44), 0xFF, 0xFF, 0xFF, 0x7F), ""},
	} {
		data := compound(named{"\x05SummaryInformation", c.set}, named{"Workbook", sheet8(nil)})
		w, err := Open(context.Background(), bytes.NewReader(data), int64(len(data)), sheet.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		if got := w.Keywords(context.Background()); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// Promise: what the scan loses, the census finds.
func TestLosingACellInsideTheReaderIsNoticed(t *testing.T) {
	data := file(sheet8(table(8000, narrow(2, "a")), number(0, 0, 1), rec(idLabelSST, uint16(0), uint16(1), uint16(0), uint32(0)),
		rec(idMulRK, uint16(1), uint16(0), uint16(0), uint32(2), uint16(0), uint32(6), uint16(1)), formula(2, 0, result(3, 0)), label(3, 0, ""), label(3, 1, "x")))
	for lost := range 8 {
		w, err := Open(context.Background(), bytes.NewReader(data), int64(len(data)), sheet.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		w.lose = func(row, col int) bool { return (row-1)*2+col-1 == lost }
		last := error(nil)
		for _, err := range w.Cells(context.Background(), 0) {
			last = err
		}
		if want := map[bool]string{true: sheet.CodeDamaged}[lost != 5]; code(last) != want { // B3 holds nothing
			t.Errorf("cell %d: %v, want %q", lost, last, want)
		}
		w.Close()
	}
}

func TestReadingEndsWithItsTime(t *testing.T) {
	var records []byte
	for row := range uint16(20000) {
		records = append(records, number(row, 0, 1)...)
	}
	data := file(sheet8(nil, records))
	w, err := Open(context.Background(), bytes.NewReader(data), int64(len(data)), sheet.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	passed, cancel := context.WithDeadline(context.Background(), time.Now().Add(-time.Second))
	defer cancel()
	canceled, stop := context.WithCancel(context.Background())
	stop()
	for ctx, want := range map[context.Context]string{passed: sheet.CodeTimeout, canceled: context.Canceled.Error()} {
		n, last := 0, error(nil)
		for _, err := range w.Cells(ctx, 0) {
			last = err
			n++
		}
		if code(last) != want || n > 10000 {
			t.Errorf("%d cells, %v, want %s", n, last, want)
		}
	}
	many := make([][]byte, 20000)
	for i := range many {
		many[i] = narrow(2, "")
	}
	data = file(sheet8(table(8000, many...)))
	if _, err := Open(passed, bytes.NewReader(data), int64(len(data)), sheet.DefaultLimits()); code(err) != sheet.CodeTimeout {
		t.Errorf("shared strings: %v", err)
	}
	// Whoever wants no more cells gets no more.
	n := 0
	for range w.Cells(context.Background(), 0) {
		if n++; n == 3 {
			break
		}
	}
	if n != 3 {
		t.Error(n)
	}
}

// Programs that do not compute leave 0 or the empty text for the result of each formula. That is no result.
func TestFormulasNobodyComputedHaveNoResult(t *testing.T) {
	zero, empty := formula(0, 0, 0), formula(0, 1, result(3, 0))
	for name, c := range map[string]struct {
		globals []byte
		more    []byte // in another sheet
		want    string
	}{
		"never computed":             {nil, nil, "A1== B1=="},
		"Excel says it has computed": {computed, nil, "A1=0"},
		"another one has a number":   {nil, formula(9, 9, math.Float64bits(0.5)), "A1=0"},
		"another one has an error":   {nil, formula(9, 9, result(2, 7)), "A1=0"},
		"another one has a text":     {nil, append(formula(9, 9, result(0, 0)), rec(idString, narrow(2, ""))...), "A1=0"},
		"only numbers beside":        {nil, number(9, 9, 1), "A1== B1=="},
		"a formula in a chart":       {nil, slices.Concat(bof(biff8, 0x20), formula(9, 9, math.Float64bits(0.5)), rec(idEOF)), "A1== B1=="},
	} {
		all, err := readAll(file(book(biff8, c.globals, made{name: "Biểu", records: slices.Concat(zero, empty)}, made{name: "b", records: c.more})), sheet.DefaultLimits())
		if err != nil || addresses(all["Biểu"]) != c.want {
			t.Errorf("%s: %v %v, want %s", name, all["Biểu"], err, c.want)
		}
		for _, cell := range all["Biểu"] {
			if !cell.Formula || cell.Kind != sheet.Error && cell.Raw == "=" {
				t.Errorf("%s: %+v", name, cell)
			}
		}
	}
}

// The formulas of testdata/ok_libreoffice_links.xls refer to another workbook by a cell, a range, a function, an array and a
// name; or to this one by the same means.
func TestFormulasThatReadOtherWorkbooks(t *testing.T) {
	data, err := os.ReadFile("testdata/ok_libreoffice_links.xls")
	if err != nil {
		t.Fatal(err)
	}
	all, err := readAll(data, sheet.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	outside := map[string]bool{"D1": true, "E1": true, "J1": true, "A2": true, "B2": true, "E2": true}
	if len(all["A"]) != 15 {
		t.Errorf("%d cells", len(all["A"]))
	}
	for _, c := range all["A"] {
		if c.External != outside[c.Address()] || c.Formula != (c.Address() != "A1") {
			t.Errorf("%s: %+v", c.Address(), c)
		}
	}

	with := func(row, col uint16, tokens ...byte) []byte {
		return rec(idFormula, row, col, uint16(0), 1.5, uint16(0), uint32(0), uint16(len(tokens)), tokens)
	}
	exp := []byte{1, 0, 0, 0, 0} // the formula of A1
	share := func(id uint16, head int, tokens ...byte) []byte {
		return rec(id, make([]byte, head), uint16(len(tokens)), tokens)
	}
	ref3d := []byte{0x5A, 1, 0, 0, 0, 0, 0}
	links := slices.Concat(rec(idSupBook, uint16(1), uint16(0x0401)), rec(idSupBook, uint16(1), uint16(0x3A01)), rec(idSupBook, uint16(1), wide(2, "x.xls")),
		rec(idExternSheet, uint16(2), [3]uint16{0, 0, 0}, [3]uint16{2, 0, 0}))
	name := func(tokens ...byte) []byte {
		return rec(idName, uint16(0), byte(0), byte(2), uint16(len(tokens)), uint64(0), byte(1), []byte{'a', 0, 'b', 0}, tokens)
	}
	for what, c := range map[string]struct {
		globals []byte
		records []byte
		want    bool
	}{
		"a number":                      {links, with(0, 0, 0x1E, 1, 0), false},
		"a cell of this workbook":       {links, with(0, 0, 0x3A, 0, 0, 0, 0, 0, 0), false},
		"a cell of another one":         {links, with(0, 0, ref3d...), true},
		"the same behind other things":  {links, with(0, 0, append([]byte{0x17, 2, 1, 'a', 0, 'b', 0, 0x19, 4, 1, 0, 1, 1, 1, 1, 0x1F, 0, 0, 0, 0, 0, 0, 0, 0, 0x44, 0, 0, 0, 0, 0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0x22, 1, 2, 3, 0x15}, ref3d...)...), true},
		"shared":                        {links, append(with(0, 0, exp...), share(idSharedFormula, 8, ref3d...)...), true},
		"shared, of this workbook":      {links, append(with(0, 0, exp...), share(idSharedFormula, 8, 0x4C, 0, 0, 0, 0)...), false},
		"an array":                      {links, append(with(0, 0, exp...), share(idArray, 12, ref3d...)...), true},
		"an array cut":                  {links, append(with(0, 0, exp...), rec(idArray, make([]byte, 12), uint16(90))...), true},
		"a name":                        {slices.Concat(links, name(0x1E, 1, 0), name(ref3d...)), with(0, 0, 0x43, 2, 0, 0, 0), true},
		"a name of this workbook":       {slices.Concat(links, name(0x1E, 1, 0), name(ref3d...)), with(0, 0, 0x43, 1, 0, 0, 0), false},
		"a name that does not exist":    {links, with(0, 0, 0x43, 1, 0, 0, 0), true},
		"a book that does not exist":    {links, with(0, 0, 0x3A, 9, 0, 0, 0, 0, 0), true},
		"what is not understood":        {links, with(0, 0, 0x7F), true},
		"the same where nothing is far": {nil, with(0, 0, 0x7F), false},
	} {
		cells, err := one(sheet8(c.globals, c.records, with(1, 0, exp...)))
		if err != nil || len(cells) != 2 || cells[0].External != c.want || len(c.records) > 40 && c.records[22+4] == 1 && cells[1].External != c.want {
			t.Errorf("%s: %+v %v", what, cells, err)
		}
	}
	for ref, want := range map[byte]bool{1: true, 0xFF: false} {
		tokens := append([]byte{0x5A, ref, map[byte]byte{0xFF: 0xFF}[ref]}, make([]byte, 15)...)
		all, err := readAll(file(book(biff5, rec(idExternSheet, old(1, "\x03a")), made{name: "a", records: with(0, 0, tokens...)})), sheet.DefaultLimits())
		if err != nil || len(all["a"]) != 1 || all["a"][0].External != want {
			t.Errorf("BIFF5, %02X: %+v %v", ref, all, err)
		}
	}
}
