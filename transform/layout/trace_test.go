package layout

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/phuluc/phuluc/extract/sample"
	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/phuluc/phuluc/extract/workbook"
	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/text"
)

// Guards invariant 4 where batches are kept under a new synonym: whatever text a workbook makes the reader look up, its trace holds
// the words of it.
func TestATraceHoldsEveryTextThatIsLookedUp(t *testing.T) {
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
	cat, err := catalogue.Load("")
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	for name, kind := range books {
		b, ok := openAny(t, name, kind)
		if !ok {
			continue
		}
		rd := NewReader(cat) // its memory is that of this workbook
		f, err := rd.Read(context.Background(), b)
		if err != nil {
			t.Fatal(err)
		}
		for s := range rd.phrases.m {
			asked++
			if k := text.Key(s); k != "" && strings.ContainsFunc(k, isLetter) && !f.Trace.Holds(k) {
				t.Errorf("%s: %q is looked up and not in the trace", filepath.Base(name), s)
			}
		}
		if Touches(f.Trace, "Đàn trâu bò gia cầm thủy sản cuối kỳ báo cáo") {
			t.Errorf("%s: the trace holds what the workbook does not", filepath.Base(name))
		}
	}
	if len(books) < 20 || asked < 1000 {
		t.Fatalf("%d texts of %d workbooks are looked up", asked, len(books))
	}
}

func isLetter(r rune) bool { return r > '9' && r != '‰' && r != '≤' && r != '≥' }

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
