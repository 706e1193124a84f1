package xlsx

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"testing"

	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/xuri/excelize/v2"
)

// BenchmarkCells compares three ways over the same workbooks in one run: this reader, the oracle's raw row iterator
// (values only), and inflating the sheets alone, which no reader can beat.
func BenchmarkCells(b *testing.B) {
	shapes := []struct{ sheets, height, width int }{{8, 120, 14}, {1, 3000, 15}}
	for _, s := range shapes {
		var books [][]byte
		cells := 0
		for seed := range uint64(10) {
			data := generate(b, seed, s.sheets, s.height, s.width)
			books = append(books, data)
			all, err := readAll(data, sheet.DefaultLimits())
			if err != nil {
				b.Fatal(err)
			}
			for _, c := range all {
				cells += len(c)
			}
		}
		speed := func(b *testing.B) {
			b.ReportMetric(float64(cells)*float64(b.N)/b.Elapsed().Seconds(), "cells/s")
		}
		name := fmt.Sprintf("%dx%dx%d", s.sheets, s.height, s.width)
		b.Run(name+"/phuluc", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				n := 0
				for _, data := range books {
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
				if n != cells {
					b.Fatalf("%d cells, want %d", n, cells)
				}
			}
			speed(b)
		})
		b.Run(name+"/excelize", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for _, data := range books {
					f, err := excelize.OpenReader(bytes.NewReader(data))
					if err != nil {
						b.Fatal(err)
					}
					for _, name := range f.GetSheetList() {
						rows, err := f.Rows(name)
						if err != nil {
							b.Fatal(err)
						}
						for rows.Next() {
							if _, err := rows.Columns(excelize.Options{RawCellValue: true}); err != nil {
								b.Fatal(err)
							}
						}
						if err := rows.Close(); err != nil {
							b.Fatal(err)
						}
					}
					f.Close()
				}
			}
			speed(b)
		})
		b.Run(name+"/inflate", func(b *testing.B) {
			for b.Loop() {
				for _, data := range books {
					w, err := Open(context.Background(), bytes.NewReader(data), int64(len(data)), sheet.DefaultLimits())
					if err != nil {
						b.Fatal(err)
					}
					var total int64
					for _, p := range w.sheets {
						if w.buf, err = w.archive.Read(context.Background(), p.entry, w.buf); err != nil {
							b.Fatal(err)
						}
						n, _ := io.Copy(io.Discard, bytes.NewReader(w.buf))
						total += n
					}
				}
			}
			speed(b)
		})
	}
}
