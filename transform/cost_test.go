package transform

import (
	"context"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/phuluc/phuluc/extract/landing"
	"github.com/phuluc/phuluc/extract/sample"
	"github.com/phuluc/phuluc/transform/rule"
)

// BenchmarkAfterCells takes the workbooks of the sample through all steps, one after the other, and reports how long each
// step takes for each second that reading the cells takes: laying them out, judging them, encoding them, and all three. It
// does so twice a round: first with a pipeline that has seen no workbook, as a refresh begins; then with one that has seen
// them all, as it goes on when thousands of workbooks share their forms. Each workbook and step counts by its quickest
// round, because what else the machine does only adds.
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
	var quickest [2][][steps]time.Duration
	for pass := range quickest {
		quickest[pass] = slices.Repeat([][steps]time.Duration{{math.MaxInt64, math.MaxInt64, math.MaxInt64, math.MaxInt64}}, len(books))
	}
	for b.Loop() {
		p := bench.pipeline()
		for pass := range quickest {
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
					quickest[pass][i][k] = min(quickest[pass][i][k], at[k+1].Sub(at[k]))
				}
			}
		}
	}
	for pass, when := range []string{"first", "later"} {
		var sum [steps]float64
		for _, q := range quickest[pass] {
			for k := range steps {
				sum[k] += float64(q[k])
			}
		}
		b.ReportMetric(sum[laying]/sum[cells], when+"-layout")
		b.ReportMetric(sum[judging]/sum[cells], when+"-rules")
		b.ReportMetric(sum[encoding]/sum[cells], when+"-encode")
		b.ReportMetric((sum[laying]+sum[judging]+sum[encoding])/sum[cells], when+"-all/cells")
	}
}
