package xlsx

import (
	"bytes"
	"context"
	"io"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/phuluc/phuluc/extract/archive"
	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/xuri/excelize/v2"
	"golang.org/x/sync/errgroup"
)

// readCount reads a workbook as the pipeline does and counts its cells.
func readCount(data []byte) (n int, err error) {
	w, err := Open(context.Background(), bytes.NewReader(data), int64(len(data)), sheet.DefaultLimits())
	if err != nil {
		return 0, err
	}
	defer w.Close()
	for i := range w.Sheets() {
		for _, err := range w.Cells(context.Background(), i) {
			if err != nil {
				return 0, err
			}
			n++
		}
	}
	return n, nil
}

// BenchmarkCells reads the same annexes in four ways, book by book in turn: with this reader, with the oracle (its values
// alone; all that a sheet.Cell says), and by inflating the parts, which no reader can beat. The figures are the time of
// this reader as a part of that of the others, each by its quickest run, because what else the machine does only adds.
func BenchmarkCells(b *testing.B) {
	books := annexes(b, 10)
	ways := []struct {
		name string
		read func(data []byte) error
	}{
		{"phuluc", func(data []byte) error { _, err := readCount(data); return err }},
		{"inflate", inflateAll},
		{"excelize_raw", func(data []byte) error { return excelizeRead(data, false) }},
		{"excelize_all", func(data []byte) error { return excelizeRead(data, true) }},
	}
	quickest := make([][]time.Duration, len(ways))
	for k := range ways {
		quickest[k] = slices.Repeat([]time.Duration{math.MaxInt64}, len(books))
	}
	for b.Loop() {
		for i := range books {
			for k, way := range ways {
				runtime.GC() // what one leaves behind is not for the next to clear away
				for range 3 {
					start := time.Now()
					if err := way.read(books[i]); err != nil {
						b.Fatal(err)
					}
					quickest[k][i] = min(quickest[k][i], time.Since(start))
				}
			}
		}
	}
	sum := make([]float64, len(ways))
	for k := range ways {
		for _, d := range quickest[k] {
			sum[k] += float64(d)
		}
	}
	for k, way := range ways[1:] {
		b.ReportMetric(sum[0]/sum[k+1], "of_"+way.name)
	}
}

// BenchmarkBooks reads many annexes with one and with two processors in turn, and tells how much faster two are, each by
// its quickest run.
func BenchmarkBooks(b *testing.B) {
	books := annexes(b, 10)
	cells := 0
	for _, data := range books {
		n, err := readCount(data)
		if err != nil {
			b.Fatal(err)
		}
		cells += n
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	const times = 10
	quickest := [3]time.Duration{1: math.MaxInt64, 2: math.MaxInt64}
	b.ReportAllocs()
	for b.Loop() {
		for workers := 1; workers <= 2; workers++ {
			runtime.GOMAXPROCS(workers)
			start := time.Now()
			var next atomic.Int64
			var g errgroup.Group
			for range workers {
				g.Go(func() error {
					for i := next.Add(1) - 1; i < int64(times*len(books)); i = next.Add(1) - 1 {
						if _, err := readCount(books[i%int64(len(books))]); err != nil {
							return err
						}
					}
					return nil
				})
			}
			if err := g.Wait(); err != nil {
				b.Fatal(err)
			}
			quickest[workers] = min(quickest[workers], time.Since(start))
		}
	}
	b.ReportMetric(times*float64(cells)/quickest[1].Seconds(), "cells/s")
	b.ReportMetric(float64(quickest[1])/float64(quickest[2]), "x_with_two")
}

// inflateAll unpacks the parts that the reader reads, and does nothing with them.
func inflateAll(data []byte) error {
	a, err := archive.Open(bytes.NewReader(data), int64(len(data)), sheet.DefaultLimits())
	if err != nil {
		return err
	}
	for _, name := range a.Names() {
		if !strings.HasPrefix(name, "xl/") {
			continue
		}
		r, err := a.Reader(context.Background(), a.Find(name))
		if err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, r); err != nil {
			return err
		}
		r.Close()
	}
	return nil
}

// excelizeRead reads the values of a workbook, and if all is true merged ranges, visibility, formulas and formats as well.
func excelizeRead(data []byte, all bool) error {
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		return err
	}
	defer f.Close()
	styles := map[int]*excelize.Style{}
	for _, name := range f.GetSheetList() {
		rows, err := f.Rows(name)
		if err != nil {
			return err
		}
		for r := 1; rows.Next(); r++ {
			columns, err := rows.Columns(excelize.Options{RawCellValue: true})
			if err != nil {
				return err
			}
			if !all {
				continue
			}
			if _, err := f.GetRowVisible(name, r); err != nil {
				return err
			}
			for c, v := range columns {
				if v == "" {
					continue
				}
				at := sheet.Address(r, c+1)
				if _, err := f.GetCellFormula(name, at); err != nil {
					return err
				}
				id, err := f.GetCellStyle(name, at)
				if err != nil {
					return err
				}
				if styles[id] == nil {
					if styles[id], err = f.GetStyle(id); err != nil {
						return err
					}
				}
			}
			if r > 1 {
				continue
			}
			for c := range columns {
				if _, err := f.GetColVisible(name, sheet.ColumnName(c+1)); err != nil {
					return err
				}
			}
		}
		if err := rows.Close(); err != nil {
			return err
		}
		if !all {
			continue
		}
		if _, err := f.GetMergeCells(name); err != nil {
			return err
		}
	}
	return nil
}
