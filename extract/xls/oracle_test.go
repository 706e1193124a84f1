package xls

import (
	"crypto/sha256"
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/phuluc/phuluc/extract/sheet"
)

// oracleLine is what testdata/golden.py writes for a cell.
func oracleLine(t *testing.T, c sheet.Cell) string {
	kind := [...]string{"text", "number", "bool", "date", "error"}[c.Kind]
	value := c.Raw
	if c.Kind == sheet.Number || c.Kind == sheet.Date {
		f, err := strconv.ParseFloat(c.Raw, 64)
		if err != nil {
			t.Error(err)
		}
		value = fmt.Sprintf("%016x", math.Float64bits(f))
	}
	hidden, merge := "", ""
	if c.Hidden {
		hidden = "hidden"
	}
	if m := c.Merge; !m.IsZero() {
		merge = fmt.Sprintf("%d %d %d %d", m.Row1, m.Col1, m.Row2, m.Col2)
	}
	var runs []string
	for _, r := range c.Runs {
		line := ""
		if r.Struck {
			line = "-"
		}
		runs = append(runs, fmt.Sprintf("%d:%s%s", r.From, line, r.Font))
	}
	struck := ""
	if c.Struck {
		struck = "struck"
	}
	return fmt.Sprintf("%d\t%d\t%s\t%s\t%s\t%s\t%d\t%s\t%s\t%s\t%s\n", c.Row, c.Col, kind, value, c.Format, c.Font, c.Indent, struck, hidden, merge, strings.Join(runs, " "))
}

// golden reads a table that testdata/golden.py wrote: for each file its sheets.
func golden(t *testing.T, name string) map[string][][]string {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][][]string{}
	for _, r := range rows[1:] {
		files[r[0]] = append(files[r[0]], r[1:])
	}
	return files
}

// agree reads the files of a folder and compares them with what the oracle read.
func agree(t *testing.T, folder string, files map[string][][]string) {
	right, sheets, cells := 0, 0, 0
	for name, want := range files {
		data, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(name)))
		if err != nil {
			t.Error(err)
			continue
		}
		all, err := readAll(data, sheet.DefaultLimits())
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		same := true
		for _, s := range want {
			var text strings.Builder
			for _, c := range all[s[0]] {
				text.WriteString(oracleLine(t, c))
			}
			sheets++
			cells += len(all[s[0]])
			if sum := fmt.Sprintf("%x", sha256.Sum256([]byte(text.String()))); strconv.Itoa(len(all[s[0]])) != s[1] || sum != s[2] {
				t.Errorf("%s, sheet %s: %d cells instead of %s, or other ones", name, s[0], len(all[s[0]]), s[1])
				same = false
				if dir := os.Getenv("PHULUC_ORACLE_LINES"); dir != "" { // to be compared by hand
					if err := os.WriteFile(filepath.Join(dir, filepath.Base(name)+"."+s[0]+".txt"), []byte(text.String()), 0o644); err != nil {
						t.Error(err)
					}
				}
			}
		}
		if same {
			right++
		}
	}
	t.Logf("%d of %d files, %d sheets, %d cells", right, len(files), sheets, cells)
}

// The values, kinds, number formats, fonts, indents, lines through, merged ranges, hidden flags and runs of real files are those that xlrd reads.
func TestRealWorkbooksReadAsTheOracleReadsThem(t *testing.T) {
	agree(t, filepath.Join(shared(t), "data"), golden(t, "testdata/real.csv"))
}

// The cells of a yearbook in fonts of TCVN3 are what others read of it: the bytes of the font, in the font.
func TestTextInOldFontsStaysAsItIsStored(t *testing.T) {
	folder := filepath.Join(shared(t), "data", "legacy_xls")
	files := map[string]map[string]sheet.Cell{}
	f, err := os.Open(filepath.Join(folder, "tcvn3_cells.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows[1:] { // file, sheet, row and column from 0, font, raw, …
		if files[r[0]] == nil {
			data, err := os.ReadFile(filepath.Join(folder, r[0]))
			if err != nil {
				t.Fatal(err)
			}
			all, err := readAll(data, sheet.DefaultLimits())
			if err != nil {
				t.Fatal(err)
			}
			files[r[0]] = map[string]sheet.Cell{}
			for name, cells := range all {
				for _, c := range cells {
					files[r[0]][name+"!"+c.Address()] = c
				}
			}
		}
		row, _ := strconv.Atoi(r[2])
		col, _ := strconv.Atoi(r[3])
		if c := files[r[0]][r[1]+"!"+sheet.Address(row+1, col+1)]; c.Raw != r[5] || c.Font != r[4] {
			t.Errorf("%v: %q in %q", r, c.Raw, c.Font)
		}
	}
	t.Logf("%d cells", len(rows)-1)
}

// As the real ones, workbooks that LibreOffice and xlwt wrote of made cells: the words, fonts and formats of annexes, rich texts,
// merged ranges, dates, errors, hidden rows, columns and sheets.
func TestMadeWorkbooksReadAsTheOracleReadsThem(t *testing.T) {
	agree(t, "testdata", golden(t, "testdata/made.csv"))
}
