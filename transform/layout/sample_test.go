package layout_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/phuluc/phuluc/extract/sample"
	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/phuluc/phuluc/extract/xlsx"
	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/layout"
	"github.com/phuluc/phuluc/transform/record"
)

// openBook reads a workbook file as the pipeline does.
func openBook(tb testing.TB, dir, name string) layout.Book {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		tb.Fatal(err)
	}
	w, err := xlsx.Open(context.Background(), bytes.NewReader(data), int64(len(data)), sheet.DefaultLimits())
	if err != nil {
		tb.Fatal(err)
	}
	defer w.Close()
	b := layout.Book{Name: name}
	for i, info := range w.Sheets() {
		s := layout.SheetCells{Info: info}
		for c, err := range w.Cells(context.Background(), i) {
			if err != nil {
				tb.Fatal(err)
			}
			s.Cells = append(s.Cells, c)
		}
		b.Sheets = append(b.Sheets, s)
	}
	return b
}

// writeSample lays the default part of the sample out, or all of it with PHULUC_FULL_SAMPLE set.
func writeSample(tb testing.TB) (dir string, placed map[string][]sample.Placement, values []sample.Value) {
	tb.Helper()
	dir = tb.TempDir()
	opt := sample.Options{Full: os.Getenv("PHULUC_FULL_SAMPLE") != ""}
	if _, err := sample.Write(context.Background(), dir, opt); err != nil {
		tb.Fatal(err)
	}
	list, err := sample.Placements(opt)
	if err != nil {
		tb.Fatal(err)
	}
	values, err = sample.Published()
	if err != nil {
		tb.Fatal(err)
	}
	placed = map[string][]sample.Placement{}
	for _, p := range list {
		placed[p.File] = append(placed[p.File], p)
	}
	return dir, placed, values
}

// TestSampleIsReadAsPublished reads the sample's workbooks and finds every published value at its cell with the
// dimensions under which it was published, and nothing besides.
func TestSampleIsReadAsPublished(t *testing.T) {
	cat, err := catalogue.Load("")
	if err != nil {
		t.Fatal(err)
	}
	dir, placed, values := writeSample(t)
	rd := layout.NewReader(cat)
	files := make([]string, 0, len(placed))
	for f := range placed {
		files = append(files, f)
	}
	sort.Strings(files)
	var problems []string
	good, others := 0, 0
	achieved := map[int]bool{} // values found with their percentage of the plan
	for _, name := range files {
		f, err := rd.Read(t.Context(), openBook(t, dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Check(); err != nil {
			t.Error(err)
		}
		at := map[string]*record.Observation{}
		for i := range f.Observations {
			o := &f.Observations[i]
			at[o.Sheet+"!"+o.Cell] = o
		}
		refused := map[string]record.Refusal{}
		for _, r := range f.Refusals {
			refused[r.Sheet+"!"+r.Cell] = r
		}
		for _, p := range placed[name] {
			v, k := &values[p.Value], p.Sheet+"!"+p.Cell
			want := describeValue(cat, v)
			o := at[k]
			delete(at, k)
			delete(refused, k)
			if o == nil {
				r := refused[k]
				for _, x := range f.Refusals {
					if x.Sheet+"!"+x.Cell == k {
						r = x
					}
				}
				if _, known := cat.Convert(v.Value, cat.Unit(v.Unit), cat.Unit(cat.Indicator(v.Indicator).Unit)); !known && r.Code == "unit.conflict" {
					continue // persons where the indicator counts person-times
				}
				if cat.Territory(v.Territory) == nil && r.Code == "territory.unknown" {
					continue
				}
				problems = append(problems, fmt.Sprintf("MISS %s %s %s: %s %q label %q header %q", name, k, want, r.Code, r.Args, r.Label, r.Header))
				continue
			}
			if v.Status == "P" && o.Status == "A" && !strings.Contains(o.Header+o.Label, "Sơ bộ") {
				o.Status = "P" // the annexes of the planning rounds do not print it
			}
			if o.Achieved.Valid {
				if !v.Achieved.Valid || !o.Achieved.Decimal.Equal(v.Achieved.Decimal) {
					problems = append(problems, fmt.Sprintf("BAD %s %s of the plan, want %v", o.AchievedCell, o.Achieved.Decimal, v.Achieved))
				}
				achieved[p.Value] = true
			}
			if got := describeObservation(o); got != want {
				problems = append(problems, fmt.Sprintf("BAD %s %s want %s got %s", name, k, want, got))
				continue
			}
			good++
		}
		for k, o := range at {
			if o.Value.Valid {
				problems = append(problems, fmt.Sprintf("EXTRA %s %s %s", name, k, describeObservation(o)))
			}
		}
		for k, r := range refused {
			if r.Code == "value.type" || r.Code == "indicator.unknown" || r.Code == "territory.unknown" {
				others++ // damage and figures that no indicator fits, kept in the sample for that
				continue
			}
			problems = append(problems, fmt.Sprintf("REFUSE %s %s %s %q %q label %q header %q", name, k, r.Code, r.Raw, r.Args, r.Label, r.Header))
		}
	}
	t.Logf("%d values of %d workbooks as published, %d cells that no value is expected from are refused", good, len(files), others)
	if good < 8000 || others > 20 {
		t.Errorf("%d values read and %d other cells refused", good, others)
	}
	for i := range values {
		if values[i].Achieved.Valid && !achieved[i] {
			problems = append(problems, fmt.Sprintf("MISS %s %% of the plan of %s", values[i].Achieved.Decimal, describeValue(cat, &values[i])))
		}
	}
	sort.Strings(problems)
	if out := os.Getenv("PHULUC_SAMPLE_REPORT"); out != "" {
		if err := os.WriteFile(out, []byte(strings.Join(problems, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for i, p := range problems {
		if i == 20 {
			t.Errorf("… and %d more", len(problems)-i)
			break
		}
		t.Error(p)
	}
}

func describeValue(cat *catalogue.Catalogue, v *sample.Value) string {
	own := cat.Unit(cat.Indicator(v.Indicator).Unit)
	x, _ := cat.Convert(v.Value, cat.Unit(v.Unit), own)
	s := fmt.Sprintf("%s %s %s %s %s%s %s %s%s", v.Indicator, v.Territory, v.Period, v.Measure, v.Sex, v.Area, v.Status, v.Qualifier, x)
	if v.High.Valid {
		h, _ := cat.Convert(v.High.Decimal, cat.Unit(v.Unit), own)
		s += ".." + h.String()
	}
	return s
}

func describeObservation(o *record.Observation) string {
	s := fmt.Sprintf("%s %s %s %s %s%s %s %s%s", o.Indicator, o.Territory, o.Period, o.Measure, o.Sex, o.Area, o.Status, o.Qualifier, o.Value.Decimal)
	if o.High.Valid {
		s += ".." + o.High.Decimal.String()
	}
	return s
}

// BenchmarkReadSample lays out one workbook of the sample after the other with a Reader that has seen none of them at
// first, as a refresh does; the time is that of one workbook.
func BenchmarkReadSample(b *testing.B) {
	cat, err := catalogue.Load("")
	if err != nil {
		b.Fatal(err)
	}
	dir, placed, _ := writeSample(b)
	var books []layout.Book
	cells := 0
	for name := range placed {
		book := openBook(b, dir, name)
		for _, s := range book.Sheets {
			cells += len(s.Cells)
		}
		books = append(books, book)
	}
	rd := layout.NewReader(cat)
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		if _, err := rd.Read(b.Context(), books[i%len(books)]); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(cells)/float64(len(books)), "cells/book")
}
