package layout

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What the program itself says of a cell is said in Vietnamese to a Vietnamese reader; only words of the workbook stay as they are.
func TestParticularsAreSaidInVietnamese(t *testing.T) {
	fixtures, err := filepath.Glob("testdata/*.tsv")
	if err != nil {
		t.Fatal(err)
	}
	rd := NewReader(loadCatalogue(t))
	ours := map[string]bool{}
	for _, fixture := range fixtures {
		data, err := os.ReadFile(fixture)
		if err != nil {
			t.Fatal(err)
		}
		book := parseFixture(t, string(data))
		f, _ := rd.read(t.Context(), book)
		var shown strings.Builder
		shown.WriteString(book.Name)
		for _, s := range book.Sheets {
			for i := range s.Cells {
				shown.WriteString(" / " + rd.reading(&s.Cells[i]).trimmed)
			}
		}
		for _, r := range f.Refusals {
			for _, arg := range r.Args {
				if !isASCII(arg) || len(strings.Fields(arg)) < 3 || strings.Contains(arg, " = ") || strings.Contains(shown.String(), arg) {
					continue
				}
				ours[arg] = true
				if strings.Contains(r.Message("vi"), arg) {
					t.Errorf("%s %s: %s", fixture, r.Cell, r.Message("vi"))
				}
			}
		}
	}
	if len(ours) < 5 {
		t.Errorf("only %v are words of the program", ours)
	}
}
