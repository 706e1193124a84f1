//go:build unix

package main_test

import (
	"io/fs"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// workbooks lists the workbooks below a folder.
func workbooks(b *testing.B, dir string) (names []string) {
	b.Helper()
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(p, ".xlsx") {
			names = append(names, p)
		}
		return err
	})
	if err != nil || len(names) == 0 {
		b.Fatalf("%d workbooks in %s (%v)", len(names), dir, err)
	}
	return names
}

// iterate reads all rows of all sheets with excelize's iterator, on all cores, and gives the time that took, by the clock and of
// the processors.
func iterate(b *testing.B, names []string) (wall, cpu time.Duration) {
	b.Helper()
	began, used := time.Now(), processors(b)
	work := make(chan string)
	var group sync.WaitGroup
	for range runtime.NumCPU() {
		group.Go(func() {
			for name := range work {
				if err := rows(name); err != nil {
					b.Error(err)
				}
			}
		})
	}
	for _, name := range names {
		work <- name
	}
	close(work)
	group.Wait()
	return time.Since(began), processors(b) - used
}

// processors gives the processor time of this process so far.
func processors(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func rows(name string) error {
	f, err := excelize.OpenFile(name)
	if err != nil {
		return err
	}
	defer f.Close()
	for _, sheet := range f.GetSheetList() {
		r, err := f.Rows(sheet)
		if err != nil {
			return err
		}
		for r.Next() {
			if _, err := r.Columns(excelize.Options{RawCellValue: true}); err != nil {
				return err
			}
		}
		if err := r.Close(); err != nil {
			return err
		}
	}
	return nil
}

// BenchmarkRefreshOfTheFullSample measures refresh --full (every file read again, everything built) against excelize alone on the
// same files in the same run: ratio is their quotient by the clock, cpu-ratio that of processor time. first-s is a refresh into an empty folder, which makes every landed file
// durable as well; unchanged-% is a refresh that finds nothing new, of a full one; MiB is the largest resident size of any.
func BenchmarkRefreshOfTheFullSample(b *testing.B) {
	w, err := makeFull()
	if err != nil {
		b.Fatal(err)
	}
	names := workbooks(b, w.path("inbox"))
	var whole, first, nothing, alone, cpu, aloneCPU time.Duration
	var peak int64
	for b.Loop() {
		h := home(b.TempDir())
		copyTree(b, w.path("inbox"), h.path("inbox"))
		timed := func(sum *time.Duration, args ...string) outcome {
			began := time.Now()
			o := run(b, done, append(args, "--data", string(h), "--quiet")...)
			*sum += time.Since(began)
			peak = max(peak, o.peak)
			return o
		}
		timed(&first, "refresh")
		cpu += timed(&whole, "refresh", "--full").cpu
		timed(&nothing, "refresh")
		clock, used := iterate(b, names)
		alone, aloneCPU = alone+clock, aloneCPU+used
	}
	n := float64(b.N)
	b.ReportMetric(first.Seconds()/n, "first-s")
	b.ReportMetric(whole.Seconds()/n, "refresh-s")
	b.ReportMetric(cpu.Seconds()/n, "refresh-cpu-s")
	b.ReportMetric(alone.Seconds()/n, "excelize-s")
	b.ReportMetric(whole.Seconds()/alone.Seconds(), "ratio")
	b.ReportMetric(cpu.Seconds()/aloneCPU.Seconds(), "cpu-ratio")
	b.ReportMetric(100*nothing.Seconds()/whole.Seconds(), "unchanged-%")
	b.ReportMetric(float64(peak)/(1<<20), "MiB")
	b.ReportMetric(float64(len(names)), "workbooks")
}

// BenchmarkStart measures what every call costs: one query of one row.
func BenchmarkStart(b *testing.B) {
	w, err := makeDemo()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if o := run(b, done, "query", "--data", string(w.home), "--format", "csv", "SELECT count(*) AS n FROM mart.target_progress"); !strings.HasPrefix(o.stdout, "n\n") {
			b.Fatalf("%q", o.stdout)
		}
	}
}
