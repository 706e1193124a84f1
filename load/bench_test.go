//go:build unix

package load

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	models "github.com/phuluc/phuluc/sql"
)

func cpuSeconds(b *testing.B) float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}

// BenchmarkBuild100k loads 100,000 observations, runs all models and checks, and verifies the file. The Arrow tables are made before the
// clock starts; cpu-s/op is the processor time of all threads together.
func BenchmarkBuild100k(b *testing.B) {
	rows := madeRows(100_000)
	var cpu float64
	for i := range b.N {
		b.StopTimer()
		inputs := rows.inputs(b, memory.NewGoAllocator())
		for k, in := range inputs {
			reader := in.Reader()
			inputs[k].Reader = func() array.RecordReader { return reader }
		}
		out := filepath.Join(b.TempDir(), fmt.Sprintf("%d.duckdb", i))
		b.StartTimer()
		start := cpuSeconds(b)
		if _, err := Build(b.Context(), Options{Out: out, Threads: 2, Tables: inputs, Models: models.Files}); err != nil {
			b.Fatal(err)
		}
		if _, err := Verify(b.Context(), out); err != nil {
			b.Fatal(err)
		}
		cpu += cpuSeconds(b) - start
		if info, err := os.Stat(out); err == nil {
			b.ReportMetric(float64(info.Size())/1e6, "MB/file")
		}
	}
	b.ReportMetric(cpu/float64(b.N), "cpu-s/op")
}
