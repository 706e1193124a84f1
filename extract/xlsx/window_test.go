package xlsx

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/flate"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/phuluc/phuluc/extract/sheet"
)

// writeLarge writes a workbook of one sheet with height rows of 15 cells: labels out of the shared strings, figures, and
// merged ranges behind them. The sheet is about 40 bytes a cell long.
func writeLarge(t testing.TB, path string, height int) (size int64) {
	t.Helper()
	check := func(err error) {
		if err != nil {
			t.Helper()
			t.Fatal(err)
		}
	}
	f, err := os.Create(path)
	check(err)
	defer f.Close()
	z := zip.NewWriter(f)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	p := parts("")
	const labels = 5000
	var b strings.Builder
	b.WriteString("<sst>")
	for i := range labels {
		fmt.Fprintf(&b, "<si><t>Số người tham gia bảo hiểm xã hội, xã thứ %d</t></si>", i)
	}
	p["xl/sharedStrings.xml"] = b.String() + "</sst>"
	delete(p, "xl/worksheets/sheet1.xml")
	for name, content := range p {
		w, err := z.Create(name)
		check(err)
		_, err = io.WriteString(w, content)
		check(err)
	}
	entry, err := z.Create("xl/worksheets/sheet1.xml")
	check(err)
	w := bufio.NewWriter(entry)
	w.WriteString(`<worksheet><sheetData>`)
	for r := 1; r <= height; r++ {
		fmt.Fprintf(w, `<row r="%d" spans="1:15">`, r)
		for c := 1; c <= 15; c++ {
			if c <= 2 {
				fmt.Fprintf(w, `<c r="%s%d" t="s"><v>%d</v></c>`, sheet.ColumnName(c), r, (r*7+c)%labels)
			} else {
				fmt.Fprintf(w, `<c r="%s%d"><v>%d.%d</v></c>`, sheet.ColumnName(c), r, r*c*7919%1_000_003, c)
			}
		}
		w.WriteString(`</row>`)
	}
	fmt.Fprintf(w, `</sheetData><mergeCells><mergeCell ref="A%d:B%[1]d"/><mergeCell ref="A1:O1"/></mergeCells></worksheet>`, height)
	check(w.Flush())
	check(z.Close())
	info, err := f.Stat()
	check(err)
	return info.Size()
}

// A large sheet never stands in memory: what is live while it is read does not grow with it.
func TestALargeSheetIsReadThroughAWindow(t *testing.T) {
	path := filepath.Join(t.TempDir(), "large.xlsx")
	const height = 30_000
	size := writeLarge(t, path, height)
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	live := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := live()
	w, err := Open(t.Context(), f, size, sheet.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if unpacked := w.sheets[0].entry.Size(); unpacked < 14<<20 {
		t.Fatalf("the sheet has only %d bytes", unpacked)
	}
	n := 0
	for c, err := range w.Cells(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n%100_000 == 0 {
			if grown := int64(live()) - int64(before); grown > 4<<20 {
				t.Errorf("at cell %s %d KiB are live", c.Address(), grown>>10)
			}
		}
		switch c.Address() {
		case "A1", fmt.Sprintf("A%d", height): // the ranges stand behind all cells
			if c.Merge.IsZero() {
				t.Errorf("%s is not merged", c.Address())
			}
		}
	}
	if n != height*15 {
		t.Errorf("%d cells, want %d", n, height*15)
	}
}

// However small the window is, and wherever it cuts the text, the cells and the errors are the same.
func TestWindowsMakeNoDifference(t *testing.T) {
	read := func(data []byte, change func(*Workbook)) (map[string][]sheet.Cell, error) {
		w, err := Open(t.Context(), bytes.NewReader(data), int64(len(data)), sheet.DefaultLimits())
		if err != nil {
			return nil, err
		}
		defer w.Close()
		change(w)
		w.windows = nil
		all := map[string][]sheet.Cell{}
		for i, info := range w.Sheets() {
			for c, err := range w.Cells(t.Context(), i) {
				if err != nil {
					return all, err
				}
				all[info.Name] = append(all[info.Name], c)
			}
		}
		return all, nil
	}
	comment := "<!-- " + strings.Repeat("<c>-- ", 100) + "-->"
	books := map[string][]byte{
		"generated": generate(t, 12, 2, 20, 8),
		"annex":     annex(t, 2, 1, 30, 14),
		"odd": pack(t, parts(comment+rows(`<?x `+strings.Repeat("<row>", 50)+`?>`+comment+`<row r="1"><c r="A1" t="str"><f>"&amp;"&amp;B1</f><v>`+
			strings.Repeat("ạ&amp;&#x1EA1;\r\n_x000D_]]&gt;", 60)+`<![CDATA[`+strings.Repeat("<v>\r\n", 30)+`]]></v></c>`+comment+
			`<c r="B1" t="inlineStr"><is><r><rPr><rFont val=".VnTime"/></rPr><t xml:space="preserve"> a`+"\r\n"+`</t></r><r><t>b</t></r></is></c></row>`)+
			`<mergeCells>`+comment+`<mergeCell ref="A1:A2"/></mergeCells>`+strings.Repeat(" ", 500))),
		"damaged at the end": pack(t, parts(rows(oneCell)+strings.Repeat(" ", 300)+"<x")),
	}
	for name, data := range books {
		want, wantErr := read(data, func(*Workbook) {})
		for _, size := range []int{32, 33, 47, 64, 127, 512, 4096} {
			for _, slow := range []bool{false, true} {
				got, err := read(data, func(w *Workbook) { w.window, w.whole, w.slow = size, 0, slow })
				if code(err) != code(wantErr) || wantErr == nil && !reflect.DeepEqual(got, want) {
					t.Errorf("%s, windows of %d bytes, slow %v: %v, want %v", name, size, slow, err, wantErr)
				}
			}
		}
	}
}

func TestTextReaderTakesTextInAnyPieces(t *testing.T) {
	wide := func(s string) []byte {
		b := []byte{0xFF, 0xFE}
		for _, r := range s {
			if r > 0xFFFF {
				r -= 0x10000
				b = append(b, byte(r>>10), byte(r>>18)|0xD8, byte(r), byte(r>>8)&3|0xDC)
			} else {
				b = append(b, byte(r), byte(r>>8))
			}
		}
		return b
	}
	long := strings.Repeat("Số hộ nghèo 😀 ", 300)
	cases := []struct {
		name string
		in   []byte
		want string
		bad  bool
	}{
		{"nothing", nil, "", false},
		{"mark only", []byte("\uFEFF"), "", false},
		{"text", []byte(long), long, false},
		{"text with a mark", []byte("\uFEFF" + long), long, false},
		{"wide text", wide(long), long, false},
		{"cut character", []byte(long + "\xF0\x9F"), "", true},
		{"cut character in the middle", []byte(long + "\xF0\x9F" + long), "", true},
		{"continuation without a beginning", []byte(long + "\x9F" + long), "", true},
		{"surrogate in UTF-8", []byte(long + "\xED\xA0\x80"), "", true},
		{"wide text with half a unit", append(wide(long), 'x'), "", true},
		{"wide text with half a character", append(wide(long), 0, 0xD8), "", true},
	}
	for _, c := range cases {
		for _, piece := range []func(io.Reader) io.Reader{func(r io.Reader) io.Reader { return r }, iotest.OneByteReader, iotest.HalfReader, iotest.DataErrReader} {
			for _, ask := range []func(io.Reader) io.Reader{func(r io.Reader) io.Reader { return r }, iotest.OneByteReader} {
				got, err := io.ReadAll(ask(newTextReader("part", piece(bytes.NewReader(c.in)))))
				if (err != nil) != c.bad || !c.bad && string(got) != c.want {
					t.Errorf("%s: %d bytes, want %d, %v", c.name, len(got), len(c.want), err)
				}
			}
		}
	}
	broken := errors.New("the disk is gone")
	for _, before := range []string{"", long} {
		r := io.MultiReader(strings.NewReader(before), iotest.ErrReader(broken))
		if _, err := io.ReadAll(newTextReader("part", r)); !errors.Is(err, broken) {
			t.Errorf("after %d bytes: %v", len(before), err)
		}
	}
}

// BenchmarkLargeSheet reads 200,000 rows of 15 cells and tells the most memory that the process held meanwhile.
func BenchmarkLargeSheet(b *testing.B) {
	path := filepath.Join(b.TempDir(), "large.xlsx")
	const height = 200_000
	size := writeLarge(b, path, height)
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	runtime.GC()
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // the peak so far; where there is none, none is reported
	b.ReportAllocs()
	for b.Loop() {
		w, err := Open(context.Background(), f, size, sheet.DefaultLimits())
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for _, err := range w.Cells(context.Background(), 0) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		w.Close()
		if n != height*15 {
			b.Fatalf("%d cells", n)
		}
	}
	b.ReportMetric(float64(height)*15*float64(b.N)/b.Elapsed().Seconds(), "cells/s")
	if status, err := os.ReadFile("/proc/self/status"); err == nil {
		if _, peak, ok := strings.Cut(string(status), "VmHWM:"); ok {
			peak, _, _ = strings.Cut(strings.TrimSpace(peak), " ")
			if kib, err := strconv.Atoi(peak); err == nil {
				b.ReportMetric(float64(kib)/1024, "peak-MiB")
			}
		}
	}
}
