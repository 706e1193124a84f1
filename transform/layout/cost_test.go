package layout_test

import (
	"testing"
	"time"

	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/layout"
)

// BenchmarkSample reads the workbooks of the sample, cells and layout, and reports how long the layout takes for each second that reading the
// cells takes.
func BenchmarkSample(b *testing.B) {
	cat, err := catalogue.Load("")
	if err != nil {
		b.Fatal(err)
	}
	dir, placed, _ := writeSample(b)
	rd := layout.NewReader(cat)
	var reading, laying time.Duration
	for b.Loop() {
		for name := range placed {
			start := time.Now()
			book := openBook(b, dir, name)
			read := time.Now()
			if _, err := rd.Read(b.Context(), book); err != nil {
				b.Fatal(err)
			}
			reading += read.Sub(start)
			laying += time.Since(read)
		}
	}
	b.ReportMetric(float64(laying)/float64(reading), "layout/reading")
}
