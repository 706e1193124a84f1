package layout

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/phuluc/phuluc/extract/sample"
	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/phuluc/phuluc/extract/workbook"
	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/text"
)

// Guards invariant 4 where batches are kept under a new synonym: whatever a workbook makes the reader ask the labels of the catalogue,
// its trace holds the words of it, or the text for which a near label was looked for.
func TestATraceHoldsEveryTextThatIsLookedUp(t *testing.T) {
	cat, err := catalogue.Load("")
	if err != nil {
		t.Fatal(err)
	}
	asked, base := 0, NewReader(cat)
	holds := func(name string, b Book) {
		t.Helper()
		questions := map[string]string{}
		rd := &Reader{ // whose memory is that of this workbook
			cat: cat, vocab: base.vocab, folds: base.folds, openings: base.openings, unitOpenings: base.unitOpenings, documents: base.documents,
			labelled: func(key string) []catalogue.Match {
				questions[key] = key
				return base.labelled(key)
			},
			syllable: func(low string) bool {
				questions[text.Key(low)] = low
				return base.syllable(low)
			},
		}
		f, err := rd.Read(context.Background(), b)
		if err != nil {
			t.Fatal(err)
		}
		for key, s := range questions {
			asked++
			if strings.ContainsFunc(key, unicode.IsLetter) && !f.Trace.Holds(key) {
				t.Errorf("%s: %q is looked up and not in the trace", name, s)
			}
		}
		for s := range rd.nearest.all {
			if !slices.Contains(f.Trace.Proposed, s) {
				t.Errorf("%s: a near label of %q is looked for, which is not in the trace", name, s)
			}
		}
		for _, s := range f.Trace.Proposed {
			if plain := text.Fold(text.Key(s)); plain == text.Key(s) && !Touches(f.Trace, marked(s)) {
				t.Errorf("%s: a name that is %q without marks would be proposed for it and does not touch the trace", name, s)
			}
		}
		if Touches(f.Trace, "Đàn trâu bò gia cầm thủy sản cuối kỳ báo cáo") {
			t.Errorf("%s: the trace holds what the workbook does not", name)
		}
	}
	fixtures, err := filepath.Glob("testdata/*.tsv")
	if err != nil || len(fixtures) < 100 {
		t.Fatalf("%d fixtures, %v", len(fixtures), err)
	}
	for _, name := range fixtures {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		holds(filepath.Base(name), parseFixture(t, string(data)))
	}
	dir := t.TempDir()
	if _, err := sample.Write(context.Background(), dir, sample.Options{}); err != nil {
		t.Fatal(err)
	}
	books := map[string]string{}
	collect := func(dir string, every int) {
		n := 0
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if ext := filepath.Ext(path); err == nil && (ext == ".xlsx" || ext == ".xls") {
				if n++; n%every == 0 {
					books[path] = ext[1:]
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	collect(dir, 9)
	shared := os.Getenv("PHULUC_SHARED")
	if shared == "" {
		shared = "../../../shared"
	}
	if _, err := os.Stat(filepath.Join(shared, "data")); err == nil {
		collect(filepath.Join(shared, "data"), 23)
	}
	for name, kind := range books {
		if b, ok := openAny(t, name, kind); ok {
			holds(filepath.Base(name), b)
		}
	}
	if len(books) < 20 || asked < 5000 {
		t.Fatalf("%d questions of %d workbooks", asked, len(books)+len(fixtures))
	}
}

// A trace is worth as much as the doors through which all questions go: whoever asks the catalogue for labels past them must think of
// the trace first.
func TestLabelsAreAskedForByFewDoors(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	doors := map[string]int{ // how often each stands in the package
		".IndicatorsByKey":   1, // Reader.labelled
		".IndicatorsByLabel": 0,
		".IsBelow":           1, // isParent, which asks about a label of the catalogue, see transform/replay.go
		".NearestIndicator":  1, // nearIndicator
		".Synonyms":          1, // knownSyllables
		"cat.Resolve":        0,
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for door := range doors {
			doors[door] -= strings.Count(string(source), door)
		}
	}
	for door, n := range doors {
		if n != 0 {
			t.Errorf("%s stands in %d places more than the trace knows", door, -n)
		}
	}
}

func openAny(t *testing.T, name, kind string) (Book, bool) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	w, err := workbook.Open(context.Background(), kind, bytes.NewReader(data), int64(len(data)), sheet.DefaultLimits())
	if err != nil {
		return Book{}, false // a damaged one
	}
	defer w.Close()
	b := Book{Name: filepath.Base(name)}
	for i, info := range w.Sheets() {
		s := SheetCells{Info: info}
		for c, err := range w.Cells(context.Background(), i) {
			if err != nil {
				return Book{}, false
			}
			s.Cells = append(s.Cells, c)
		}
		b.Sheets = append(b.Sheets, s)
	}
	return b, true
}

// marked puts a circumflex on every vowel that takes one.
func marked(s string) string {
	return strings.NewReplacer("a", "â", "e", "ê", "o", "ô", "d", "đ").Replace(s)
}
