package xls

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/phuluc/phuluc/extract/sheet"
)

// annexes is a workbook as statistics offices write them, at length: a label and a unit of few words, then numbers as
// Excel stores them (whole ones together, doubles, hundredths, results of formulas), in several fonts and formats.
func annexes(sheets int, rows uint16) []byte {
	var texts [][]byte
	for i := range 500 {
		texts = append(texts, wide(2, fmt.Sprintf("Tỷ lệ lao động qua đào tạo %d", i)), narrow(2, fmt.Sprintf("%d người", i)))
	}
	globals := append(font8("Times New Roman"), font8(".VnTime")...)
	globals = append(globals, rec(idFormat, uint16(164), wide(2, `#,##0.0 "triệu"`))...)
	for i := range uint16(20) {
		globals = append(globals, xf8(i%2, []uint16{0, 3, 164, 9}[i%4], byte(i%3))...)
	}
	globals = append(globals, table(8200, texts...)...)
	var list []made
	for s := range sheets {
		var b []byte
		for row := range rows {
			b = append(b, rec(idLabelSST, row, uint16(0), uint16(1), uint32(row%1000))...)
			b = append(b, rec(idLabelSST, row, uint16(1), uint16(2), uint32((row*7)%1000))...)
			numbers := []any{row, uint16(2)}
			for i := range uint32(6) {
				numbers = append(numbers, uint16(i), (uint32(row)*31+i)<<2|2|i&1)
			}
			b = append(b, rec(idMulRK, append(numbers, uint16(7))...)...)
			for col := uint16(8); col < 12; col++ {
				b = append(b, rec(idNumber, row, col, col, float64(row)*1.37+float64(col)/7)...)
			}
			b = append(b, rec(idFormula, row, uint16(12), uint16(3), math.Floor(float64(row)*3.7), uint16(0), uint32(0), uint16(3), []byte{0x1E, 1, 0})...)
			b = append(b, rec(idFormula, row, uint16(13), uint16(3), math.Round(float64(row)*123)/1000, uint16(0), uint32(0), uint16(3), []byte{0x1E, 1, 0})...)
			b = append(b, rec(idRK, row, uint16(14), uint16(3), uint32(row)<<2|3)...)
		}
		list = append(list, made{name: fmt.Sprint(s), records: b})
	}
	return file(book(biff8, globals, list...))
}

// BenchmarkCells reads one large workbook and many small ones.
func BenchmarkCells(b *testing.B) {
	for _, shape := range []struct {
		name         string
		sheets, rows int
	}{{"1x20000x15", 1, 20000}, {"8x120x15", 8, 120}} {
		data := annexes(shape.sheets, uint16(shape.rows))
		if dir := os.Getenv("PHULUC_ORACLE_LINES"); dir != "" { // to be measured with other programs
			if err := os.WriteFile(dir+"/bench_"+shape.name+".xls", data, 0o644); err != nil {
				b.Fatal(err)
			}
		}
		b.Run(shape.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(data)))
			n := 0
			for b.Loop() {
				w, err := Open(context.Background(), bytes.NewReader(data), int64(len(data)), sheet.DefaultLimits())
				if err != nil {
					b.Fatal(err)
				}
				for i := range w.Sheets() {
					for _, err := range w.Cells(context.Background(), i) {
						if err != nil {
							b.Fatal(err)
						}
						n++
					}
				}
				w.Close()
			}
			if n != shape.sheets*shape.rows*15*b.N {
				b.Fatalf("%d cells", n)
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "cells/s")
		})
	}
}
