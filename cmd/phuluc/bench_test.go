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

// cost is what something took, by the clock and of the processors, and the largest resident size of any process that did it.
type cost struct {
	wall, cpu time.Duration
	peak      int64 // bytes
}

// measure calls the program and adds what that took.
func (c *cost) measure(b *testing.B, args ...string) {
	b.Helper()
	began := time.Now()
	o := run(b, done, args...)
	c.wall, c.cpu, c.peak = c.wall+time.Since(began), c.cpu+o.cpu, max(c.peak, o.peak)
}

// iterate reads all rows of all sheets with excelize's iterator, on all cores, and adds what that took. Everything is as excelize and
// Go have it by themselves but for the options given to Columns.
func (c *cost) iterate(b *testing.B, names []string, options ...excelize.Options) {
	b.Helper()
	runtime.GC() // what was there before is not its garbage
	began, used := time.Now(), processors(b)
	work := make(chan string)
	var group sync.WaitGroup
	for range runtime.NumCPU() {
		group.Go(func() {
			for name := range work {
				if err := rows(name, options...); err != nil {
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
	c.wall, c.cpu = c.wall+time.Since(began), c.cpu+processors(b)-used
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

func rows(name string, options ...excelize.Options) error {
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
			if _, err := r.Columns(options...); err != nil {
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
// same files in the same run: ratio is their quotient by the clock and cpu-ratio that of processor time, where excelize gives rows as
// it does by default, with formatted values; raw-ratio and raw-cpu-ratio are against excelize giving raw values. first-s is a refresh into
// an empty folder, which makes every landed file durable as well; unchanged-% is a refresh that finds nothing new, of a full
// one; MiB is the largest resident size of any. All files were written just before, so none is read from the disk.
func BenchmarkRefreshOfTheFullSample(b *testing.B) {
	w, err := makeFull()
	if err != nil {
		b.Fatal(err)
	}
	var first, full, nothing, formatted, raw cost
	count := 0
	for b.Loop() {
		h := home(b.TempDir())
		copyTree(b, w.path("inbox"), h.path("inbox"))
		names := workbooks(b, h.path("inbox"))
		count = len(names)
		first.measure(b, "refresh", "--data", string(h), "--quiet")
		formatted.iterate(b, names)
		full.measure(b, "refresh", "--full", "--data", string(h), "--quiet")
		raw.iterate(b, names, excelize.Options{RawCellValue: true})
		nothing.measure(b, "refresh", "--data", string(h), "--quiet")
	}
	seconds := func(name string, d time.Duration) { b.ReportMetric(d.Seconds()/float64(b.N), name) }
	seconds("first-s", first.wall)
	seconds("refresh-s", full.wall)
	seconds("refresh-cpu-s", full.cpu)
	seconds("excelize-s", formatted.wall)
	seconds("excelize-cpu-s", formatted.cpu)
	seconds("raw-s", raw.wall)
	seconds("raw-cpu-s", raw.cpu)
	b.ReportMetric(full.wall.Seconds()/formatted.wall.Seconds(), "ratio")
	b.ReportMetric(full.cpu.Seconds()/formatted.cpu.Seconds(), "cpu-ratio")
	b.ReportMetric(full.wall.Seconds()/raw.wall.Seconds(), "raw-ratio")
	b.ReportMetric(full.cpu.Seconds()/raw.cpu.Seconds(), "raw-cpu-ratio")
	b.ReportMetric(100*nothing.wall.Seconds()/full.wall.Seconds(), "unchanged-%")
	b.ReportMetric(float64(max(first.peak, full.peak, nothing.peak))/(1<<20), "MiB")
	b.ReportMetric(float64(count), "workbooks")
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
