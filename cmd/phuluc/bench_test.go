package main_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
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

// iterate reads all rows of all sheets with excelize's iterator, on all cores, and gives the time that took.
func iterate(b *testing.B, names []string) time.Duration {
	b.Helper()
	began := time.Now()
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
	return time.Since(began)
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

// BenchmarkRefreshOfTheFullSample measures refresh --full of landed files against excelize alone on the same files, in the same
// process run: ratio is their quotient, MiB the largest resident size, unchanged-% the time of a refresh that finds nothing new.
func BenchmarkRefreshOfTheFullSample(b *testing.B) {
	w, err := makeFull()
	if err != nil {
		b.Fatal(err)
	}
	names := workbooks(b, w.path("inbox"))
	h := home(filepath.Join(b.TempDir(), "data"))
	copyTree(b, w.path("inbox"), h.path("inbox"))
	var whole, nothing, alone time.Duration
	var cpu time.Duration
	var peak int64
	for b.Loop() {
		if err := os.RemoveAll(h.path("landing")); err != nil {
			b.Fatal(err)
		}
		if err := os.RemoveAll(h.path("normalised")); err != nil {
			b.Fatal(err)
		}
		began := time.Now()
		o := run(b, done, "refresh", "--full", "--data", string(h), "--quiet")
		whole += time.Since(began)
		cpu, peak = cpu+o.cpu, max(peak, o.peak)
		began = time.Now()
		run(b, done, "refresh", "--data", string(h), "--quiet")
		nothing += time.Since(began)
		alone += iterate(b, names)
	}
	n := float64(b.N)
	b.ReportMetric(whole.Seconds()/n, "refresh-s")
	b.ReportMetric(cpu.Seconds()/n, "refresh-cpu-s")
	b.ReportMetric(alone.Seconds()/n, "excelize-s")
	b.ReportMetric(whole.Seconds()/alone.Seconds(), "ratio")
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
			b.Fatal(fmt.Sprintf("%q", o.stdout))
		}
	}
}
