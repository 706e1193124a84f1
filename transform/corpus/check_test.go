package corpus

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/phuluc/phuluc/extract"
	"github.com/phuluc/phuluc/extract/landing"
	"github.com/phuluc/phuluc/transform"
	"github.com/phuluc/phuluc/transform/record"
)

// outcome is what became of one value cell.
type outcome uint8

const (
	right       outcome = iota // loaded as its truth says
	wrong                      // loaded as something else, or loaded at all where nothing may be
	quarantined                // with a reason that the truth allows
	otherReason                // quarantined, though it must be loaded, or with another reason
	lost                       // skipped: neither loaded nor in quarantine
	outcomes
)

// tally counts outcomes.
type tally struct {
	must, loaded int // must cells, and those of them that were loaded right
	n            [outcomes]int
	cells        int
}

func (t *tally) add(o outcome, x *truth) {
	t.cells++
	t.n[o]++
	if x.verdict == must {
		t.must++
		if o == right {
			t.loaded++
		}
	}
}

func (t *tally) plus(u *tally) {
	t.must, t.loaded, t.cells = t.must+u.must, t.loaded+u.loaded, t.cells+u.cells
	for i := range t.n {
		t.n[i] += u.n[i]
	}
}

// report is the sum over many workbooks.
type report struct {
	books            int
	all              tally
	layouts, damages map[string]*tally
	formats          map[string]*tally
	misses           []miss
	proposed, typos  int      // refused typos, and those of them for which the right name was proposed
	faults           []string // counts that do not add up, files that can not be read, findings that are missing
}

// miss is a value cell that did not become what it should.
type miss struct {
	outcome             outcome
	file, layout, where string
	seed, index         uint64
	want, got, code     string
	damages             []string
}

func newReport() *report {
	return &report{layouts: map[string]*tally{}, damages: map[string]*tally{}, formats: map[string]*tally{}}
}

func (r *report) plus(s *report) {
	r.books += s.books
	r.proposed, r.typos = r.proposed+s.proposed, r.typos+s.typos
	r.all.plus(&s.all)
	for _, m := range [][2]map[string]*tally{{r.layouts, s.layouts}, {r.damages, s.damages}, {r.formats, s.formats}} {
		for k, t := range m[1] {
			if m[0][k] == nil {
				m[0][k] = &tally{}
			}
			m[0][k].plus(t)
		}
	}
	r.misses = append(r.misses, s.misses...)
	r.faults = append(r.faults, s.faults...)
}

func count(m map[string]*tally, key string, o outcome, x *truth) {
	if m[key] == nil {
		m[key] = &tally{}
	}
	m[key].add(o, x)
}

func (r *report) String() string {
	var s strings.Builder
	head := fmt.Sprintf("%-28s %8s %8s %6s %8s %7s %5s %8s\n", "", "cells", "right", "wrong", "quarant.", "reason?", "lost", "recall")
	line := func(name string, t *tally) {
		recall := "-"
		if t.must > 0 {
			recall = fmt.Sprintf("%.2f %%", 100*float64(t.loaded)/float64(t.must))
		}
		fmt.Fprintf(&s, "%-28s %8d %8d %6d %8d %7d %5d %8s\n", name, t.cells, t.n[right], t.n[wrong], t.n[quarantined], t.n[otherReason], t.n[lost], recall)
	}
	for _, group := range []struct {
		title string
		of    map[string]*tally
	}{{"by layout", r.layouts}, {"by damage", r.damages}, {"by format", r.formats}} {
		fmt.Fprintf(&s, "%s\n%s", group.title, head)
		for _, k := range sortedKeys(group.of) {
			line(k, group.of[k])
		}
		s.WriteByte('\n')
	}
	fmt.Fprintf(&s, "%d of %d refused typos come with the right name\n", r.proposed, r.typos)
	line(fmt.Sprintf("all, %d workbooks", r.books), &r.all)
	return s.String()
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// read gives the bytes of a file to the pipeline as a refresh would.
func read(p *transform.Pipeline, path string, data []byte) (*record.File, string, error) {
	f, err := os.CreateTemp("", "corpus-")
	if err != nil {
		return nil, "", err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if _, err := f.Write(data); err != nil {
		return nil, "", err
	}
	kind, err := extract.DetectFile(f, int64(len(data)))
	if err != nil {
		return nil, "", err
	}
	file, err := p.Read(context.Background(), landing.Raw{SHA256: strings.Repeat("0", 64), Type: kind, Size: int64(len(data))}, path, f)
	return file, kind, err
}

// check compares what became of a file with its truth.
func (r *report) check(b *book, file *record.File, format string, seed, index uint64) {
	r.books++
	before := len(r.misses)
	fault := func(f string, args ...any) {
		r.faults = append(r.faults, fmt.Sprintf("seed %d, workbook %d (%s %s %v): ", seed, index, b.layout, format, b.damages)+fmt.Sprintf(f, args...))
	}
	if err := file.Check(); err != nil {
		fault("%v", err)
	}
	loaded := map[string][]*record.Observation{}
	for i := range file.Observations {
		o := &file.Observations[i]
		k := o.Sheet + "!" + o.Cell
		loaded[k] = append(loaded[k], o)
	}
	refused := map[string]*record.Refusal{}
	whole := map[string]*record.Refusal{}
	for i := range file.Refusals {
		f := &file.Refusals[i]
		if f.Cells != 1 || f.Cell == "" {
			whole[f.Sheet] = f
			continue
		}
		refused[f.Sheet+"!"+f.Cell] = f
	}
	// The same observation may stand twice: then one cell is loaded and the others are repeats of it.
	first := map[string]bool{}
	for _, p := range b.pages {
		for _, a := range p.sorted() {
			x := p.cells[a].truth
			if x == nil {
				continue
			}
			if os := loaded[where(p, a)]; len(os) > 0 && os[0] != nil && x.verdict != never && matches(x, os) == "" {
				first[x.point.String()] = true
			}
		}
	}
	for _, p := range b.pages {
		for _, a := range p.sorted() {
			c := p.cells[a]
			k := where(p, a)
			os := loaded[k]
			delete(loaded, k)
			x := c.truth
			if x != nil && x.misled {
				continue
			}
			if x == nil {
				if len(os) > 0 {
					x = &truth{verdict: never}
					m := miss{wrong, b.path, b.layout, k, seed, index, "no value: " + c.text, describe(os[0]), "", b.damages}
					r.misses = append(r.misses, m)
					r.tally(b, format, wrong, x)
				}
				continue
			}
			o, got, code := lost, "skipped", ""
			why := refused[k]
			if why == nil {
				why = whole[p.name]
			}
			if why == nil {
				why = whole[""]
			}
			switch {
			case len(os) > 0:
				got = describe(os[0])
				if why := matches(x, os); x.verdict == never {
					o = wrong
				} else if why == "" {
					o = right
					if os[0].Hidden != x.hidden {
						fault("%s: hidden is %v", k, os[0].Hidden)
					}
				} else {
					o, got = wrong, why+": "+got
				}
			case why != nil:
				code = why.Code
				got = fmt.Sprintf("%s %q nearest %q label %q header %q", why.Code, why.Args, why.Nearest, why.Label, why.Header)
				if x.proposal != "" {
					r.typos++
					if why.Nearest == x.proposal {
						r.proposed++
					}
				}
				if x.verdict != must && slices.Contains(x.codes, why.Code) {
					o = quarantined
				} else {
					o = otherReason
				}
			case first[x.point.String()] && x.verdict != never:
				o = right
			}
			r.tally(b, format, o, x)
			if o != right && o != quarantined {
				want := []string{"must ", "may ", "never "}[x.verdict] + x.fact.String()
				if len(x.codes) > 0 {
					want += fmt.Sprint(x.codes)
				}
				r.misses = append(r.misses, miss{o, b.path, b.layout, k + " " + fmt.Sprintf("%q", c.text), seed, index, want, got, code, x.damages})
			}
		}
	}
	for k, os := range loaded { // cells that the generator did not write
		fault("%s: loaded from nowhere: %s", k, describe(os[0]))
	}
	if b.tasks > 0 && len(file.Tasks) != b.tasks && len(b.damages) == 0 {
		fault("%d tasks of %d", len(file.Tasks), b.tasks)
	}
	if b.finding != "" && len(b.damages) == 1 && len(r.misses) == before && !slices.ContainsFunc(file.Findings, func(f record.Finding) bool { return f.Rule == b.finding }) {
		fault("no finding %s", b.finding)
	}
}

func where(p *page, a at) string { return fmt.Sprintf("%s!%s%d", p.name, letters(a.col), a.row) }

func (r *report) tally(b *book, format string, o outcome, x *truth) {
	r.all.add(o, x)
	count(r.layouts, b.layout, o, x)
	count(r.formats, format, o, x)
	for _, d := range x.damages {
		count(r.damages, d, o, x)
	}
	if len(x.damages) == 0 {
		count(r.damages, "(none)", o, x)
	}
}

// matches compares what was loaded from a cell with its truth and names the first difference, "" if there is none.
func matches(x *truth, os []*record.Observation) string {
	want := []*fact{&x.fact}
	if x.also != nil {
		want = append(want, x.also)
	}
	if len(os) > len(want) {
		return "more values than the cell holds"
	}
	for i, o := range os {
		var why string
		for _, f := range want {
			if why = differs(f, o); why == "" {
				break
			}
		}
		if why != "" {
			if i == 0 || x.also == nil {
				why = differs(&x.fact, o)
			}
			return why
		}
	}
	if differs(&x.fact, os[0]) != "" && (len(os) < 2 || differs(&x.fact, os[1]) != "") {
		return "the main value is missing"
	}
	return ""
}

func differs(f *fact, o *record.Observation) string {
	cat := load().cat
	in, sex, area := cat.Canonical(cat.Indicator(f.indicator), cmp.Or(f.sex, "T"), cmp.Or(f.area, "T"))
	switch {
	case o.Indicator != in.Code:
		return "indicator"
	case o.Territory != f.territory:
		return "territory"
	case o.Period != f.period():
		return "period"
	case o.Measure != cmp.Or(f.measure, "actual"):
		return "measure"
	case o.Sex != sex:
		return "sex"
	case o.Area != area:
		return "area"
	case f.status == "P" && f.empty == "" && o.Status != "P":
		return "status"
	case o.Empty != f.empty || o.Value.Valid != (f.empty == ""):
		return "emptiness"
	case f.empty == "" && !o.Value.Decimal.Equal(f.value):
		return "value"
	case o.High.Valid != f.high.Valid || o.High.Valid && !o.High.Decimal.Equal(f.high.Decimal):
		return "upper end"
	case o.Qualifier != f.qualifier:
		return "qualifier"
	}
	return ""
}

func describe(o *record.Observation) string {
	v := o.Empty
	if o.Value.Valid {
		v = o.Value.Decimal.String()
	}
	if o.High.Valid {
		v += ".." + o.High.Decimal.String()
	}
	return fmt.Sprintf("%s %s %s %s %s%s = %s %s %s (%q / %q)", o.Indicator, o.Territory, o.Period, o.Measure, o.Sex, o.Area, o.Qualifier, v, o.Unit, o.Label, o.Header)
}
