package transform

import (
	"context"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/phuluc/phuluc/extract/landing"
	"github.com/phuluc/phuluc/extract/sample"
	"github.com/phuluc/phuluc/transform/rule"
)

// BenchmarkAfterCells takes the workbooks of the sample through all steps, one after the other, and reports how long each
// step takes for each second that reading the cells takes: laying them out, judging them, encoding them, and all three.
// Every round begins with a pipeline that has seen no workbook, as a refresh does. Each workbook and step counts by its
// quickest round, because what else the machine does only adds; with_gc is the quickest round as a whole.
func BenchmarkAfterCells(b *testing.B) {
	bench := newBench(b)
	bench.opt.CacheDir, bench.opt.Memory = "", memory.DefaultAllocator
	dir := b.TempDir()
	if _, err := sample.Write(context.Background(), dir, sample.Options{}); err != nil {
		b.Fatal(err)
	}
	type workbook struct {
		raw  landing.Raw
		name string
		file *os.File
	}
	var books []workbook
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".xlsx") {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		b.Cleanup(func() { f.Close() })
		info, err := f.Stat()
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		books = append(books, workbook{landing.Raw{Type: "xlsx", Size: info.Size()}, filepath.ToSlash(name), f})
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	const cells, laying, judging, encoding, steps = 0, 1, 2, 3, 4
	quickest := make([][steps]time.Duration, len(books))
	for i := range quickest {
		for k := range steps {
			quickest[i][k] = math.MaxInt64
		}
	}
	whole := math.Inf(1)
	for b.Loop() {
		p := bench.pipeline()
		var read, rest time.Duration
		for i, w := range books {
			var at [steps + 1]time.Time
			at[cells] = time.Now()
			book, says, err := p.open(b.Context(), w.raw, w.name, w.file)
			if err != nil {
				b.Fatal(err)
			}
			at[laying] = time.Now()
			file, err := p.layOut(b.Context(), book, says)
			if err != nil {
				b.Fatal(err)
			}
			at[judging] = time.Now()
			rule.Judge(p.opt.Catalogue, file)
			at[encoding] = time.Now()
			batch, err := Encode(p.opt.Memory, file)
			if err != nil {
				b.Fatal(err)
			}
			at[steps] = time.Now()
			batch.Release()
			for k := range steps {
				quickest[i][k] = min(quickest[i][k], at[k+1].Sub(at[k]))
			}
			read += at[laying].Sub(at[cells])
			rest += at[steps].Sub(at[laying])
		}
		whole = min(whole, float64(rest)/float64(read))
	}
	var sum [steps]float64
	for i := range quickest {
		for k := range steps {
			sum[k] += float64(quickest[i][k])
		}
	}
	b.ReportMetric(sum[laying]/sum[cells], "layout/cells")
	b.ReportMetric(sum[judging]/sum[cells], "rules/cells")
	b.ReportMetric(sum[encoding]/sum[cells], "encode/cells")
	b.ReportMetric((sum[laying]+sum[judging]+sum[encoding])/sum[cells], "all/cells")
	b.ReportMetric(whole, "with_gc")
	b.ReportMetric(sum[cells]/float64(len(books)), "cells-ns/workbook")
}
