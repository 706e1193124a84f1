package delimited

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/phuluc/phuluc/extract/sheet"
)

// read gives the dialect and the cells as "A1=text".
func read(text string, lim sheet.Limits) (Dialect, []string, error) {
	w, err := Open(context.Background(), strings.NewReader(text), int64(len(text)), lim)
	if err != nil {
		return Dialect{}, nil, err
	}
	var cells []string
	for c, err := range w.Cells(context.Background(), 0) {
		if err != nil {
			return w.Dialect(), nil, err
		}
		cells = append(cells, c.Address()+"="+c.Raw)
	}
	return w.Dialect(), cells, nil
}

const viet = "Phụ lục I;;\nTỉnh Hà Giang, năm 2019;;\nTT;Chỉ tiêu;TH 2018\n1;Tổng số, gồm;1,5\n2;\"Nữ \"\"*\"\"\nmới\";2,5\n"

var vietCells = []string{"A1=Phụ lục I", "A2=Tỉnh Hà Giang, năm 2019", "A3=TT", "B3=Chỉ tiêu", "C3=TH 2018", "A4=1", "B4=Tổng số, gồm", "C4=1,5", "A5=2", "B5=Nữ \"*\"\nmới", "C5=2,5"}

func encoded(t testing.TB, e interface{ Bytes([]byte) ([]byte, error) }, s string) string {
	t.Helper()
	b, err := e.Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestEncodingAndSeparatorAreFound(t *testing.T) {
	le := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder()
	be := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder()
	swap := func(sep string) string { return strings.ReplaceAll(viet, ";", sep) }
	for name, c := range map[string]struct {
		text string
		want Dialect
	}{
		"UTF-8":                         {viet, Dialect{';', UTF8}},
		"UTF-8 with mark, CRLF":         {bom8 + strings.ReplaceAll(viet, "\n", "\r\n"), Dialect{';', UTF8}},
		"tabs":                          {swap("\t"), Dialect{'\t', UTF8}},
		"bars":                          {swap("|"), Dialect{'|', UTF8}},
		"no line end at the end":        {strings.TrimSuffix(viet, "\n"), Dialect{';', UTF8}},
		"old Macintosh lines":           {strings.ReplaceAll(viet, "\n", "\r"), Dialect{';', UTF8}},
		"UTF-16 LE with mark":           {"\xff\xfe" + encoded(t, le, viet), Dialect{';', UTF16LE}},
		"UTF-16 BE with mark":           {"\xfe\xff" + encoded(t, be, viet), Dialect{';', UTF16BE}},
		"UTF-16 LE without mark, tabs":  {encoded(t, le, swap("\t")), Dialect{'\t', UTF16LE}},
		"UTF-16 BE without mark":        {encoded(t, be, viet), Dialect{';', UTF16BE}},
		"the separator is said":         {"sep=;\r\n" + viet, Dialect{';', UTF8}},
		"decimal commas in every label": {viet + "3;a, b;3,5\n4;c, d;4,5\n5;e, f;4,5\n", Dialect{';', UTF8}},
	} {
		t.Run(name, func(t *testing.T) {
			d, cells, err := read(c.text, sheet.DefaultLimits())
			if err != nil || d != c.want {
				t.Fatalf("%v, %v", d, err)
			}
			if len(cells) < len(vietCells) || !reflect.DeepEqual(cells[:len(vietCells)], vietCells) {
				t.Errorf("got  %q\nwant %q", cells, vietCells)
			}
		})
	}
}

// Bytes of 8-bit text each give one character of Windows-1252, from which fonts' tables start; none is lost.
func TestEightBitTextIsKeptByteByByte(t *testing.T) {
	tcvn3 := "ChØ tiªu;Sè ng­êi;§¬n vÞ\nTæng sè;1.234;ng­êi\n"
	vni := "Chæ tieâu;Soá ngöôøi;Ñôn vò\nToång soá;1.234;ngöôøi\n"
	plain := "Größe;Zahl\nMünchen;1\n"
	for name, s := range map[string]string{"TCVN3": tcvn3, "VNI": vni, "Latin": plain} {
		d, cells, err := read(encoded(t, charmap.Windows1252.NewEncoder(), s), sheet.DefaultLimits())
		if err != nil || d != (Dialect{';', Windows1252}) || len(cells) == 0 || !strings.HasSuffix(cells[0], "="+s[:strings.Index(s, ";")]) {
			t.Errorf("%s: %v %v %q", name, d, err, cells)
		}
	}
	var all strings.Builder
	for i := 1; i < 256; i++ {
		if !strings.ContainsRune("\t\n\r\";", rune(i)) {
			all.WriteByte(byte(i))
		}
	}
	_, cells, err := read(all.String()+";1\n"+all.String()+";2\n", sheet.DefaultLimits())
	if err != nil || len(cells) != 4 || len([]rune(cells[0])) != len("A1=")+all.Len() || strings.ContainsRune(cells[0], '\ufffd') {
		t.Errorf("%v %q", err, cells)
	}
}

// Windows-1258 writes tones behind their vowels.
func TestWindows1258IsToldFromTheFonts(t *testing.T) {
	s := "Chi\u0309 tiêu;Sô\u0301 ngươ\u0300i\nTô\u0309ng sô\u0301;1.234\nNư\u0303 đươ\u0323c;5\n"
	d, cells, err := read(encoded(t, charmap.Windows1258.NewEncoder(), s), sheet.DefaultLimits())
	if err != nil || d != (Dialect{';', Windows1258}) || cells[0] != "A1=Chi\u0309 tiêu" || cells[3] != "B2=1.234" {
		t.Errorf("%v %v %q", d, err, cells)
	}
}

func TestWhatIsRefused(t *testing.T) {
	lim := sheet.DefaultLimits()
	lim.Cells, lim.Columns, lim.StringLength, lim.CompressedBytes = 100, 8, 50, 4000
	for name, c := range map[string]struct{ text, code, detail string }{
		"nothing":                         {"", sheet.CodeEmpty, ""},
		"a letter":                        {"Kính gửi: Bộ\nVề việc\n", sheet.CodeNoTable, ""},
		"an open quote":                   {"a;b\n1;2\n3;\"4\n5;6\n", sheet.CodeDamaged, "line 3: a quote is not closed"},
		"an open quote at once":           {"\"a;b\n1;2\n", sheet.CodeDamaged, "line 1: a quote is not closed"},
		"an open quote in the header":     {"Phụ lục;\nTT;\"Chỉ tiêu\n1;2\n3;4\n", sheet.CodeDamaged, "line 2: a quote is not closed"},
		"text behind a quote":             {"a;b\n1;2\n3;\"4\"5\n5;6\n", sheet.CodeDamaged, "line 3: text follows"},
		"behind the hint":                 {"sep=;\na;b\n1;\"2\"2\n", sheet.CodeDamaged, "line 3: text follows"},
		"NUL":                             {"a;b\n1;2\n\x00;3\n", sheet.CodeDamaged, "line 3: a NUL"},
		"UTF-8 with a wrong byte":         {viet + "\xff;1;1\n" + viet, sheet.CodeDamaged, "line 7: not UTF-8"},
		"a mark, then no UTF-8":           {bom8 + "a;b\n\xff;1\n", sheet.CodeDamaged, "line 2"},
		"cut in a character":              {viet[:len("Phụ lục I;;\nTỉnh Hà")-1], sheet.CodeDamaged, "line 2"},
		"half a unit":                     {"\xff\xfea\x00;\x00\n\x00b", sheet.CodeTruncated, "line 2"},
		"half a pair":                     {"\xff\xfea\x00;\x00\x00\xd8b\x00\n\x00", sheet.CodeDamaged, "line 1"},
		"half a pair at the end":          {"\xff\xfea\x00;\x00\x00\xd8", sheet.CodeTruncated, "line 1"},
		"a last line shorter than all":    {"a;b;c\n1;2;3\n4;5", sheet.CodeTruncated, "line 3"},
		"a last line of half a label":     {"a;b;c\n1;2;3\n4", sheet.CodeTruncated, "line 3"},
		"commas in numbers":               {"TT,Chỉ tiêu,TH 2018\n1,Số hộ,15,020\n2,Số người,16,000\n", sheet.CodeDamaged, "line 2: commas"},
		"decimal commas":                  {"TT,Chỉ tiêu,2018,2019\n1,Tỷ lệ,52,4,55,1\n2,Tỷ lệ,52,4,55,2\n", sheet.CodeDamaged, "line 2: commas"},
		"commas in some numbers":          {"TT,Chỉ tiêu,2018,2019\n1,a,5,6\n2,b,5,16,000\n", sheet.CodeDamaged, "line 2: commas"},
		"too many columns":                {strings.Repeat("a;b;c;d;e;f;g;h;i\n", 3), sheet.CodeLimit, "I1"},
		"too many cells":                  {strings.Repeat("a;b\n", 51), sheet.CodeLimit, "A51"},
		"a text too long":                 {"a;" + strings.Repeat("ộ", 51) + "\n1;2\n", sheet.CodeLimit, "B1"},
		"a file too large":                {strings.Repeat("a;b\n", 1001), sheet.CodeLimit, "4004 bytes"},
		"one quoted text of all the file": {"a;b\n1;2\n3;4\n\"" + strings.Repeat("1;2\n", 20) + "\";1\n", sheet.CodeLimit, "A4"},
	} {
		_, _, err := read(c.text, lim)
		var x *sheet.FileError
		if !errors.As(err, &x) || x.Code != c.code || !strings.Contains(x.Detail, c.detail) {
			t.Errorf("%s: %v, want %s %s", name, err, c.code, c.detail)
		}
	}
}

// A spreadsheet has no more rows; lines without end are refused while they are counted, whatever they hold.
// Half a line end is no end; that the last line has none is told, because people write so too.
func TestTheLastLineTellsWhetherItEnds(t *testing.T) {
	for text, want := range map[string]bool{"a;b\n1;2\n": true, "a;b\r\n1;2\r\n": true, "a;b\n1;2": false, "a;b\r\n1;2": false, "a;b\n1;2\r": false} {
		w, err := Open(context.Background(), strings.NewReader(text), int64(len(text)), sheet.DefaultLimits())
		if err != nil || w.Ended() != want {
			t.Errorf("%q: %v", text, err)
		}
	}
	_, _, err := read("a;b\r\n1;2\r", sheet.DefaultLimits())
	var x *sheet.FileError
	if !errors.As(err, &x) || x.Code != sheet.CodeTruncated || x.Detail != "line 2: the line end is cut in two" {
		t.Error(err)
	}
}

// Where one separator more or less moves the figures of a line into other columns, the file is refused; lines that programs and people
// write shorter or longer are read.
func TestALineWhoseFieldsMovedIsRefused(t *testing.T) {
	const head, row, empty = "TT;Chỉ tiêu;2018;2019;2020\n", "1;a;5;6;7\n", "2;b;8;9;\n"
	for name, c := range map[string]struct {
		text string
		line int // that is named, 0 if the text is read
	}{
		"a separator more":                       {head + row + "3;c;;5;6;7\n" + empty, 3},
		"a separator in a text":                  {head + row + "3;c; d;5;6;7\n" + row, 3},
		"a second table of more columns":         {head + row + row + row + "TT;Chỉ tiêu;2018;2019;2020;2021\n1;a;5;6;7;8\n", 0},
		"separators in several texts":            {head + row + "3;c; d;5;6;7\n" + row + row + "3;e; f; g;5;6;7\n" + row, 3},
		"in the last line":                       {head + row + row + "3;c;;5;6;7\n", 4},
		"below a title":                          {"Biểu 1\n\n" + head + row + "3;c;;5;6;7\n" + row, 5},
		"below a line that names the separator":  {"sep=;\n" + head + row + "3;c;;5;6;7\n" + row, 4},
		"a separator less":                       {head + row + empty + "3;c;5;6\n" + row, 4},
		"the header is longer than most":         {"TT;Chỉ tiêu;2018;2019;2020;Ghi chú\n" + row + row + row + "3;c;5;6;7;ước\n" + row, 0},
		"empty fields behind":                    {head + row + "3;c;5;6;7;;\n" + row, 0},
		"a shorter line where none is filled up": {head + row + "II;Nông thôn\n" + row + row, 0},
		"a heading among the lines":              {head + row + empty + "II;Nông thôn\n" + row + row, 0},
		"a second table of another header":       {head + row + row + row + "\nBiểu 2\nTT;Chỉ tiêu;2018;2019;2020;Ghi chú\n" + row + row, 0},
		"two shorter lines":                      {head + row + empty + "II;Nông thôn\n" + row + "III;Thành thị\n" + row + row, 0},
		"a note with a separator at the end":     {head + row + empty + row + "Ghi chú: a; b\n", 0},
		"a title with a separator":               {"Biểu 1; năm 2018\n" + head + row + empty + row, 0},
		"a line without a separator":             {head + row + empty + "Trong đó\n" + row, 0},
		"a heading and then a separator more":    {head + row + "II;Nông thôn\n" + row + "3;c;;5;6;7\n" + row, 5},
		"prose":                                  {"Kính gửi: a; b\nVề việc c; d\nNơi nhận: e; f; g\nLưu: h; i\n", 0},
		"no line has the separator it names":     {"sep=;\nTT\n1\n2\n", 0},
		"the last of three lines":                {head + row + "3;c;;5;6;7\n", 3},
	} {
		_, cells, err := read(c.text, sheet.DefaultLimits())
		var x *sheet.FileError
		switch {
		case c.line == 0 && (err != nil || len(cells) == 0):
			t.Errorf("%s: %v", name, err)
		case c.line > 0 && (!errors.As(err, &x) || x.Code != sheet.CodeDamaged || !strings.HasPrefix(x.Detail, fmt.Sprintf("line %d: ", c.line)) || !strings.HasSuffix(x.Detail, "wrong columns")):
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTooManyRowsAreRefused(t *testing.T) {
	quoted := strings.Repeat("1;2|\"\n", maxRows+70_000) // bars would make records of two lines each, but semicolons make more of them
	for _, text := range []string{strings.Repeat("\n", maxRows+70_000), strings.Repeat("a;b\n", maxRows+70_000), quoted} {
		_, _, err := read(text, sheet.Limits{})
		var x *sheet.FileError
		if !errors.As(err, &x) || x.Code != sheet.CodeLimit {
			t.Error(err)
		}
	}
}

// A line is kept whole while it is cut into fields, of which each costs more than its separator.
func TestALineThatIsTooLongIsRefused(t *testing.T) {
	text := "a;b\n1;2\n" + strings.Repeat(";", 8<<20) + "\n3;4\n"
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, _, err := read(text, sheet.DefaultLimits())
	runtime.ReadMemStats(&after)
	var x *sheet.FileError
	if !errors.As(err, &x) || x.Code != sheet.CodeLimit || !strings.Contains(x.Detail, "line 3") {
		t.Error(err)
	}
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 64<<20 {
		t.Errorf("refusing took %d MiB", grown>>20)
	}
}

// A limit that is taken out lets its text pass: what refuses is the limit and nothing else.
func TestEveryLimitIsNeeded(t *testing.T) {
	for name, text := range map[string]string{
		"columns": strings.Repeat("a;b;c;d;e;f;g;h;i\n", 3), "cells": strings.Repeat("a;b\n", 51), "length": "a;" + strings.Repeat("ộ", 51) + "\n1;2\n",
	} {
		if _, cells, err := read(text, sheet.Limits{}); err != nil || len(cells) == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestEveryPrefix: cut at every byte, the text is refused or gives the cells before the cut, the last of which may be
// shorter: that is all the format can tell. A cut where the last line has fewer fields than all others is always seen.
func TestEveryPrefix(t *testing.T) {
	text := strings.Repeat("1;Tổng \"số\";\"a\nb\";1.234\n", 20)
	_, whole, err := read(text, sheet.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for n := range len(text) {
		_, cells, err := read(text[:n], sheet.DefaultLimits())
		if err != nil {
			seen++
			continue
		}
		if len(cells) > 0 && !strings.HasPrefix(whole[len(cells)-1], cells[len(cells)-1]) {
			t.Fatalf("cut at %d: %q", n, cells[len(cells)-1])
		}
		if len(cells)%4 != 0 && !strings.HasSuffix(text[:n], ";") {
			t.Fatalf("cut at %d: %d cells and no error", n, len(cells))
		}
	}
	if seen < len(text)*2/3 {
		t.Errorf("%d of %d cuts seen", seen, len(text))
	}
}

// Generated tables are read as the standard library reads them.
func TestGeneratedTextsReadAsTheOracleReadsThem(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	words := []string{"", "a", "1,5", "x;y", "Hà\nGiang", `"`, `""`, "a|b", "\t", " ", "số \"1\"", "–"}
	for range 2000 {
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		w.Comma = []rune{',', ';', '\t', '|'}[r.IntN(4)]
		w.UseCRLF = r.IntN(2) == 0
		var want []string
		columns := 2 + r.IntN(4)
		for row := range 2 + r.IntN(6) {
			fields := make([]string, columns)
			for i := range fields {
				if fields[i] = words[r.IntN(len(words))]; i == 0 {
					fields[i] += "k" // no blank line, which that writer writes otherwise
				}
				if fields[i] != "" {
					want = append(want, sheet.Address(row+1, i+1)+"="+fields[i])
				}
			}
			if err := w.Write(fields); err != nil {
				t.Fatal(err)
			}
		}
		w.Flush()
		d, got, err := read("sep="+string(w.Comma)+"\n"+b.String(), sheet.DefaultLimits())
		if err != nil || d.Separator != byte(w.Comma) || !reflect.DeepEqual(got, want) {
			t.Fatalf("%v %v\n%s\ngot  %q\nwant %q", d, err, b.String(), got, want)
		}
	}
}

// Commas that separate only are taken as such, whatever numbers stand beside each other.
func TestNumbersBesideEachOtherAreNoPieces(t *testing.T) {
	for name, text := range map[string]string{
		"of one width":         "Phụ lục\nTT,Chỉ tiêu,2018,2019\n1,a,15,020\n2,b,5,6\n",
		"in quotes":            "TT,Chỉ tiêu,2018,2019\n1,a,\"15,020\",\"16,000\"\n2,b,5\n",
		"letterhead in two":    "SỞ,CỘNG HÒA\nTT,Chỉ tiêu,2018,2019\n1,a,15,120\n2,b,5,6\n",
		"a note of two fields": "TT,Chỉ tiêu,2018,2019\n1,a,15,120\n2,b,5,6\nGhi chú,sơ bộ\n",
	} {
		if _, cells, err := read(text, sheet.DefaultLimits()); err != nil || len(cells) < 8 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestBlankLinesAreRowsAsInASpreadsheet(t *testing.T) {
	_, cells, err := read("\n\na;b\n\r\n1;2\n;\n", sheet.DefaultLimits())
	if want := "[A3=a B3=b A5=1 B5=2]"; err != nil || fmt.Sprint(cells) != want {
		t.Errorf("%v %v", cells, err)
	}
}

func TestCancelledReadingIsNoFaultOfTheFile(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Open(ctx, strings.NewReader(viet), int64(len(viet)), sheet.Limits{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// FuzzOpen: whatever the bytes, reading ends with a *sheet.FileError or with cells in row-major order, which hold every
// digit of the file.
func FuzzOpen(f *testing.F) {
	f.Add([]byte(viet))
	f.Add([]byte("sep=;\na;b\n1;2"))
	f.Add([]byte("\xff\xfea\x00;\x00b\x00\n\x00a\x00;\x00b\x00"))
	f.Add([]byte("a;\"b\r\nc\"\r\n\r\nx;\xc8\"\"\r"))
	digits := func(b []byte) []byte {
		return bytes.Map(func(r rune) rune {
			if r < '0' || r > '9' {
				return -1
			}
			return r
		}, b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		w, err := Open(ctx, bytes.NewReader(b), int64(len(b)), sheet.DefaultLimits())
		var x *sheet.FileError
		if err != nil {
			if !errors.As(err, &x) || x.Code == sheet.CodeTimeout {
				t.Fatal(err)
			}
			return
		}
		var last sheet.Cell
		var text []byte
		for c, err := range w.Cells(ctx, 0) {
			if err != nil {
				if !errors.As(err, &x) || x.Code != sheet.CodeLimit && !strings.Contains(x.Detail, "commas") && !strings.HasSuffix(x.Detail, "wrong columns") {
					t.Fatal(err)
				}
				return
			}
			if c.Row < last.Row || c.Row == last.Row && c.Col <= last.Col || c.Raw == "" {
				t.Fatalf("%+v after %+v", c, last)
			}
			last = c
			text = append(text, c.Raw...)
		}
		if encoding := w.Dialect().Encoding; !strings.HasPrefix(encoding, "UTF-16") && !bytes.Equal(digits(b), digits(text)) {
			t.Fatalf("%s: digits %q, in the cells %q", encoding, digits(b), digits(text))
		}
	})
}

func BenchmarkCells(b *testing.B) {
	text := strings.Repeat("1;Lực lượng lao động từ 15 tuổi trở lên;người;401200;405000;404500;409000\n", 10_000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, _, err := read(text, sheet.DefaultLimits()); err != nil {
			b.Fatal(err)
		}
	}
}
