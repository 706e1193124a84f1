package transform

import (
	"context"
	"encoding/csv"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/phuluc/phuluc/extract/landing"
	"github.com/phuluc/phuluc/extract/sample"
	"github.com/phuluc/phuluc/transform/catalogue"
)

// with gives the embedded catalogue and synonyms (code, label, parent label); nil if they do not fit it.
func with(t testing.TB, rows ...[]string) *catalogue.Catalogue {
	t.Helper()
	dir := t.TempDir()
	f, err := os.Create(filepath.Join(dir, synonyms+".csv"))
	if err != nil {
		t.Fatal(err)
	}
	w := csv.NewWriter(f)
	if err := w.WriteAll(append([][]string{{"indicator_code", "label", "parent_label"}}, rows...)); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	c, err := catalogue.Load(dir)
	if err != nil {
		return nil
	}
	return c
}

// Guards invariant 4: a batch that is kept under new synonyms is the one that reading the file by them gives. Synonyms are made
// of what stands in the files: texts that nothing knew, the same misspelt, and pieces of any text, which hit known labels too.
func TestABatchKeptUnderNewSynonymsIsWhatReadingGives(t *testing.T) {
	dir := t.TempDir()
	if _, err := sample.Write(context.Background(), dir, sample.Options{}); err != nil {
		t.Fatal(err)
	}
	b := newBench(t)
	var names []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(7, 11))
	random.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	for _, name := range names[:min(len(names), 25)] {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		b.land(strings.TrimPrefix(filepath.ToSlash(name), filepath.ToSlash(dir)+"/"), data)
	}
	b.land("la.xlsx", annex(t, "Hà Giang", 2020, 1, 2, 3))
	raws, err := b.store.List()
	if err != nil {
		t.Fatal(err)
	}
	var unknown, texts []string
	for _, raw := range raws {
		f := b.read(raw)
		for _, r := range f.Refusals {
			if strings.HasSuffix(r.Code, ".unknown") && len(r.Args) > 0 {
				unknown = append(unknown, r.Args[0])
			}
			texts = append(texts, r.Label)
		}
		for _, o := range f.Observations {
			texts = append(texts, o.Label, o.Header)
		}
	}
	if len(unknown) == 0 || len(texts) < 100 {
		t.Fatalf("the files hold %d unknown texts and %d labels", len(unknown), len(texts))
	}
	label := func() string {
		switch s := unknown[random.IntN(len(unknown))]; random.IntN(4) {
		case 0:
			return s
		case 1:
			return s + " khác"
		}
		words := strings.Fields(texts[random.IntN(len(texts))])
		if len(words) == 0 {
			return "tỉnh"
		}
		from := random.IntN(len(words))
		return strings.Join(words[from:min(len(words), from+1+random.IntN(6))], " ")
	}
	codes := []string{"jobs_created", "poverty_rate", "trained_labour_rate"}
	plain := b.opt.Catalogue
	for _, r := range b.run(b.pipeline(), raws...) {
		r.Batch.Release()
	}
	kept, different := 0, 0
	for range 8 {
		var rows [][]string
		for range 1 + random.IntN(3) {
			rows = append(rows, []string{codes[random.IntN(len(codes))], label(), []string{"", "", "Số người tham gia BHXH"}[random.IntN(3)]})
		}
		cat := with(t, rows...)
		if cat == nil {
			continue // the label names something already
		}
		for _, c := range []*catalogue.Catalogue{cat, plain} { // there and back again
			b.opt.Catalogue = c
			p := b.pipeline()
			for _, r := range b.run(p, raws...) {
				if !r.Cached {
					r.Batch.Release()
					continue
				}
				kept++
				f, err := p.Read(context.Background(), r.Raw, NameOf(r.Raw), b.open(r.Raw))
				if err != nil {
					t.Fatal(err)
				}
				fresh, err := Encode(b.mem, f)
				if err != nil {
					t.Fatal(err)
				}
				if !equalBatches(r.Batch, fresh) {
					different++
					t.Errorf("%s is kept under %q, but reading it gives something else", NameOf(r.Raw), rows)
				}
				fresh.Release()
				r.Batch.Release()
			}
		}
		if different > 3 {
			break
		}
	}
	t.Logf("%d batches kept", kept)
	if kept < len(raws) {
		t.Errorf("of %d files only %d batches were kept in all trials", len(raws), kept)
	}
}

// What a synonym speaks of is read again; what it does not is kept; a parent of others and every other change reads all.
func TestASynonymReadsAgainWhatHoldsIt(t *testing.T) {
	const label = "Chỉ tiêu không ai biết"
	b := newBench(t)
	holds := b.land("a.xlsx", annex(t, "Hà Giang", 2020, 1, 2, 3))
	other := b.land("b.csv", []byte(insuranceFeed))
	reread := func(c *catalogue.Catalogue) (names []string) {
		t.Helper()
		b.opt.Catalogue = c
		for _, r := range b.run(b.pipeline(), holds, other) {
			if !r.Cached {
				names = append(names, r.Raw.Origins[0].Name)
			}
			r.Batch.Release()
		}
		return names
	}
	plain := b.opt.Catalogue
	both := []string{"a.xlsx", "b.csv"}
	for _, step := range []struct {
		what string
		cat  *catalogue.Catalogue
		want []string
	}{
		{"the first run", plain, both},
		{"nothing new", plain, nil},
		{"a label that a workbook holds", with(t, []string{"jobs_created", label, ""}), []string{"a.xlsx"}},
		{"it is gone again", plain, []string{"a.xlsx"}},
		{"a label one letter off what the workbook holds: its proposal changes", with(t, []string{"jobs_created", label + "t", ""}), []string{"a.xlsx"}},
		{"it is gone again", plain, []string{"a.xlsx"}},
		{"a label with a word that only it and a workbook hold: it is no proper name any longer", with(t, []string{"jobs_created", "Đàn trâu của ai", ""}), []string{"a.xlsx"}},
		{"it is gone again", plain, []string{"a.xlsx"}},
		{"a label that nothing holds", with(t, []string{"jobs_created", "Đàn trâu bò cuối kỳ", ""}), nil},
		{"it is gone again", plain, nil},
		{"its parent is a label", with(t, []string{"jobs_created", "Đàn trâu bò cuối kỳ", "Chăn nuôi của hộ"}, []string{"poverty_rate", "Chăn nuôi của hộ", ""}), both},
		{"they are gone again", plain, both},
		{"it is a word of headers too", with(t, []string{"jobs_created", "Nông thôn", "Chăn nuôi của hộ"}), both},
		{"it is gone again", plain, both},
	} {
		if got := reread(step.cat); !slices.Equal(got, step.want) {
			t.Errorf("%s: read %v, want %v", step.what, got, step.want)
		}
	}
	for _, broken := range []string{rulesFile, filepath.Base(b.pipeline().cacheFile(holds))} {
		reread(plain)
		if err := os.WriteFile(filepath.Join(b.opt.CacheDir, broken), []byte("{torn"), 0o644); err != nil {
			t.Fatal(err)
		}
		if got := reread(with(t, []string{"jobs_created", "Đàn trâu bò cuối kỳ", ""})); !slices.Contains(got, "a.xlsx") {
			t.Errorf("with a torn %s the workbook is not read again", broken)
		}
	}
}

func TestRenewReadsAgainAndTellsWhatBecameOther(t *testing.T) {
	b := newBench(t)
	raw := b.land("a.xlsx", annex(t, "Hà Giang", 2020, 1, 2, 3))
	p := b.pipeline()
	renew := func(want int) {
		t.Helper()
		if n, err := p.Renew(context.Background(), b.store, []landing.Raw{raw}); err != nil || n != want {
			t.Errorf("renewed %d, %v; want %d", n, err, want)
		}
	}
	renew(1) // nothing was kept
	renew(0)
	stale := b.land("b.xlsx", annex(t, "Hà Giang", 2020, 4, 5, 6))
	r := b.one(p, stale)
	if err := writeBatch(p.cacheFile(raw), r.Batch, nil); err != nil {
		t.Fatal(err)
	}
	renew(1) // the batch of another object is none
	renew(0)
}
