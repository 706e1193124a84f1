package corpus

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/phuluc/phuluc/transform"
)

// generate makes workbook number index of a corpus.
func generate(src *sources, seed, index uint64) *book {
	w := newWorld(src, seed, index)
	ls := layouts()
	l := ls[int(index)%len(ls)]
	b := &book{layout: l.name}
	l.build(w, b)
	w.damage(b)
	w.choose(b)
	return b
}

// run reads count workbooks of a seed and compares each with its truth.
func run(tb testing.TB, seed, from, to uint64) *report {
	tb.Helper()
	src := load()
	p, err := transform.New(transform.Options{Catalogue: src.cat, Mappings: src.feeds})
	if err != nil {
		tb.Fatal(err)
	}
	const parts = 2
	var wg sync.WaitGroup
	reports := make([]*report, parts)
	for k := range uint64(parts) {
		reports[k] = newReport()
		wg.Go(func() {
			for i := from + k; i < to; i += parts {
				b := generate(src, seed, i)
				data, format, err := b.bytes()
				if err != nil {
					reports[k].faults = append(reports[k].faults, fmt.Sprintf("seed %d, workbook %d: %v", seed, i, err))
					continue
				}
				file, _, err := read(p, b.path, data)
				if err != nil {
					reports[k].faults = append(reports[k].faults, fmt.Sprintf("seed %d, workbook %d: %v", seed, i, err))
					continue
				}
				reports[k].check(b, file, format, seed, i)
			}
		})
	}
	wg.Wait()
	reports[0].plus(reports[1])
	return reports[0]
}

// floor is the share of the cells whose information is in the file that must be loaded.
const floor = 0.99

// TestCorpus reads a labelled corpus: nothing may be loaded wrongly, and nearly all that is there must be loaded.
func TestCorpus(t *testing.T) {
	seeds, n := []uint64{1}, uint64(150)
	if v := os.Getenv("PHULUC_CORPUS"); v != "" {
		a, b, _ := strings.Cut(v, ",")
		from, to, span := strings.Cut(a, "..")
		first, err1 := strconv.ParseUint(from, 10, 64)
		last, err2 := first, error(nil)
		if span {
			last, err2 = strconv.ParseUint(to, 10, 64)
		}
		var err3 error
		if n, err3 = strconv.ParseUint(b, 10, 64); err1 != nil || err2 != nil || err3 != nil {
			t.Fatalf("PHULUC_CORPUS=%q is not seed,count or first..last,count", v)
		}
		seeds = nil
		for s := first; s <= last; s++ {
			seeds = append(seeds, s)
		}
	}
	sum := newReport()
	for _, s := range seeds {
		r := run(t, s, 0, n)
		if len(seeds) > 1 {
			t.Logf("seed %d: %d cells, %d wrong, recall %.3f %%", s, r.all.cells, r.all.n[wrong], 100*float64(r.all.loaded)/float64(r.all.must))
		}
		sum.plus(r)
	}
	t.Log("\n" + sum.String())
	if out := os.Getenv("PHULUC_CORPUS_MISSES"); out != "" {
		slices.SortStableFunc(sum.misses, func(a, b miss) int {
			return cmp.Or(int(a.outcome)-int(b.outcome), strings.Compare(a.layout, b.layout), strings.Compare(a.code, b.code))
		})
		var s strings.Builder
		for _, m := range sum.misses {
			fmt.Fprintf(&s, "%s %s seed=%d,%d %s %v\n  want %s\n  got  %s\n", [...]string{"", "WRONG", "", "MISSED", "LOST"}[m.outcome], m.layout, m.seed, m.index, m.where, m.damages, m.want, m.got)
		}
		if err := os.WriteFile(out, []byte(s.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if recall := float64(sum.all.loaded) / float64(sum.all.must); recall < floor {
		t.Errorf("recall %.4f, want %.2f at least", recall, floor)
	}
	if sum.all.n[lost] > 0 {
		t.Errorf("%d cells are neither loaded nor quarantined", sum.all.n[lost])
	}
	for i, f := range sum.faults {
		if i == 20 {
			t.Errorf("… and %d more", len(sum.faults)-i)
			break
		}
		t.Error(f)
	}
	for i, m := range sum.misses {
		if m.outcome != wrong {
			continue
		}
		if i == 20 {
			break
		}
		t.Errorf("loaded wrongly: %s seed %d, workbook %d, %s %v\n want %s\n got  %s", m.layout, m.seed, m.index, m.where, m.damages, m.want, m.got)
	}
}

// TestShow prints the sheets of one workbook as text: PHULUC_CORPUS_SHOW=seed,index.
func TestShow(t *testing.T) {
	seed, index, ok := strings.Cut(os.Getenv("PHULUC_CORPUS_SHOW"), ",")
	if !ok {
		t.Skip("PHULUC_CORPUS_SHOW=seed,index names no workbook")
	}
	s, err1 := strconv.ParseUint(seed, 10, 64)
	i, err2 := strconv.ParseUint(index, 10, 64)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	t.Log("\n" + generate(load(), s, i).show())
}

// show writes a book as text: one line a row, cells with their column.
func (b *book) show() string {
	var s strings.Builder
	fmt.Fprintf(&s, "%s, layout %s, damages %v\n", b.path, b.layout, b.damages)
	for _, p := range b.pages {
		fmt.Fprintf(&s, "sheet %q hidden=%v rows %v cols %v\n", p.name, p.hidden, p.hiddenRows, p.hiddenCols)
		row := 0
		for _, a := range p.sorted() {
			if a.row != row {
				row = a.row
				fmt.Fprintf(&s, "\n%3d", row)
			}
			c := p.cells[a]
			text := strconv.Quote(c.text)
			if c.number {
				text = c.text
			}
			fmt.Fprintf(&s, " | %s:%s", letters(a.col), strings.Trim(text, "\""))
			for _, m := range p.merges {
				if m.row1 == a.row && m.col1 == a.col {
					fmt.Fprintf(&s, " [→%s%d]", letters(m.col2), m.row2)
				}
			}
		}
		s.WriteByte('\n')
	}
	return s.String()
}
