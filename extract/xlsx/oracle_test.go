package xlsx

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/xuri/excelize/v2"
)

// look is what both readers can say about a cell.
type look struct {
	raw, format, font string
	indent            int
	merge             string
	hidden            bool
}

// byOracle reads a workbook with excelize: values by its row iterator, the rest by asking cell by cell.
func byOracle(data []byte) (map[string]map[string]look, error) {
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: 256 << 20})
	if err != nil {
		return nil, err
	}
	defer f.Close()
	book := map[string]map[string]look{}
	for _, name := range f.GetSheetList() {
		cells := map[string]look{}
		book[name] = cells
		rows, err := f.Rows(name)
		if err != nil && strings.HasSuffix(err.Error(), "is not a worksheet") {
			continue // a sheet of charts
		}
		if err != nil {
			return nil, err
		}
		values := map[string]string{}
		for r := 1; rows.Next(); r++ {
			columns, err := rows.Columns(excelize.Options{RawCellValue: true})
			if err != nil {
				return nil, err
			}
			for c, v := range columns {
				if v != "" {
					values[sheet.Address(r, c+1)] = v
				}
			}
		}
		if err := rows.Close(); err != nil {
			return nil, err
		}
		merges := map[string]string{}
		list, err := f.GetMergeCells(name)
		if err != nil && strings.HasSuffix(err.Error(), "is not a worksheet") {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, m := range list {
			merges[m.GetStartAxis()] = m.GetStartAxis() + ":" + m.GetEndAxis()
		}
		hiddenRows, hiddenCols := map[int]bool{}, map[int]bool{}
		for at, v := range values {
			row, col, err := sheet.ParseAddress(at)
			if err != nil {
				return nil, err
			}
			if _, ok := hiddenRows[row]; !ok {
				visible, err := f.GetRowVisible(name, row)
				if err != nil {
					return nil, err
				}
				hiddenRows[row] = !visible
			}
			if _, ok := hiddenCols[col]; !ok {
				visible, err := f.GetColVisible(name, sheet.ColumnName(col))
				if err != nil {
					return nil, err
				}
				hiddenCols[col] = !visible
			}
			l := look{raw: v, merge: merges[at], hidden: hiddenRows[row] || hiddenCols[col]}
			id, err := f.GetCellStyle(name, at)
			if err != nil {
				return nil, err
			}
			if f.Styles != nil && f.Styles.CellXfs != nil && id < len(f.Styles.CellXfs.Xf) {
				xf := f.Styles.CellXfs.Xf[id]
				if xf.NumFmtID != nil {
					l.format = sheet.BuiltinFormat(*xf.NumFmtID) // the table of the format; own codes follow
					if f.Styles.NumFmts != nil {
						for _, n := range f.Styles.NumFmts.NumFmt {
							if n.NumFmtID == *xf.NumFmtID {
								l.format = n.FormatCode
							}
						}
					}
					if strings.EqualFold(l.format, "General") {
						l.format = ""
					}
				}
				if xf.FontID != nil && f.Styles.Fonts != nil && *xf.FontID < len(f.Styles.Fonts.Font) {
					if n := f.Styles.Fonts.Font[*xf.FontID].Name; n != nil && n.Val != nil {
						l.font = *n.Val
					}
				}
				if xf.Alignment != nil {
					l.indent = xf.Alignment.Indent
				}
			}
			cells[at] = l
		}
	}
	return book, nil
}

func byUs(data []byte) (map[string]map[string]look, error) {
	all, err := readAll(data, sheet.DefaultLimits())
	if err != nil {
		return nil, err
	}
	book := map[string]map[string]look{}
	for name, cells := range all {
		book[name] = map[string]look{}
		for _, c := range cells {
			l := look{raw: c.Raw, format: c.Format, font: c.Font, indent: c.Indent, hidden: c.Hidden}
			if c.Kind == sheet.Bool {
				l.raw = map[string]string{"TRUE": "1", "FALSE": "0"}[c.Raw] // as the oracle gives it
			}
			if !c.Merge.IsZero() {
				l.merge = sheet.Address(c.Merge.Row1, c.Merge.Col1) + ":" + sheet.Address(c.Merge.Row2, c.Merge.Col2)
			}
			book[name][c.Address()] = l
		}
	}
	return book, nil
}

// agree lets the oracle keep a CR before an LF.
func agree(us, oracle look) bool {
	oracle.raw = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(oracle.raw)
	return us == oracle
}

func difference(us, oracle map[string]map[string]look) []string {
	var diffs []string
	for name := range us {
		if _, ok := oracle[name]; !ok {
			diffs = append(diffs, fmt.Sprintf("sheet %q only with us", name))
		}
	}
	for name, cells := range oracle {
		ours, ok := us[name]
		if !ok {
			diffs = append(diffs, fmt.Sprintf("sheet %q is missing", name))
		}
		for at, l := range cells {
			if o, ok := ours[at]; !ok || !agree(o, l) {
				diffs = append(diffs, fmt.Sprintf("%s!%s: %+v, the oracle says %+v", name, at, o, l))
			}
		}
		for at, o := range ours {
			if _, ok := cells[at]; !ok {
				diffs = append(diffs, fmt.Sprintf("%s!%s: %+v, the oracle says nothing", name, at, o))
			}
		}
	}
	sort.Strings(diffs)
	return diffs
}

func TestGeneratedWorkbooksReadAsTheOracleReadsThem(t *testing.T) {
	cells := 0
	for seed := range uint64(20) {
		data := generate(t, 100+seed, 3, 25, 9)
		us, err := byUs(data)
		if err != nil {
			t.Fatalf("workbook %d: %v", seed, err)
		}
		oracle, err := byOracle(data)
		if err != nil {
			t.Fatalf("workbook %d: %v", seed, err)
		}
		for _, d := range difference(us, oracle) {
			t.Errorf("workbook %d: %s", seed, d)
		}
		for _, s := range us {
			cells += len(s)
		}
		w, err := Open(context.Background(), bytes.NewReader(data), int64(len(data)), sheet.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		f, err := excelize.OpenReader(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range w.Sheets() {
			if visible, err := f.GetSheetVisible(s.Name); err != nil || visible == s.Hidden {
				t.Errorf("workbook %d, sheet %s: hidden %v, %v", seed, s.Name, s.Hidden, err)
			}
		}
		f.Close()
	}
	if cells < 5000 {
		t.Errorf("only %d cells were compared", cells)
	}
}

// Real files on which the two readers differ, and why we keep ours. A file that is not named here must read the same.
var explained = []struct{ file, difference, why string }{
	{"46535.xlsx", `Test!(A|B)1: .*font:Arial.*font:Times New Roman`,
		"a cell without a style has style 0 (ECMA-376 part 1, 18.3.1.4); the oracle gives it the style of its column"},
	{"59746_NoRowNums.xlsx", `hidden:true.*hidden:false`,
		"the rows have no numbers and are hidden; the oracle looks rows up by their number"},
	{"clusterfuzz-testcase-minimized-POIXSSFFuzzer-5265527465181184.xlsx", `^we refuse: file.damaged: _rels/.rels: .* checksum`,
		"damage is damage, also where it happens to hit what the oracle has no use for"},
	{"duplicate-filename.xlsx", `^we refuse: file.damaged: .* two parts of this name`,
		"which of the two sheets is meant is anybody's guess; the oracle takes the last"},
	{"style-alternate-content.xlsx", `font:(맑은 고딕|돋움).*font: `,
		"the fonts stand in alternatives of markup compatibility, which the oracle does not look into"},
}

func TestRealWorkbooksReadAsTheOracleReadsThem(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(shared(t), "data", "robustness", "*.xlsx"))
	if err != nil {
		t.Fatal(err)
	}
	same := 0
	for _, path := range paths {
		name := filepath.Base(path)
		if strings.Contains(name, "5937385319563264") {
			continue // the oracle does not come to an end; we refuse the file by its checksum
		}
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			us, err := byUs(data)
			oracle, oracleErr := byOracle(data)
			var diffs []string
			switch {
			case err != nil && oracleErr != nil:
				return
			case err != nil:
				diffs = []string{"we refuse: " + err.Error()}
			case oracleErr != nil:
				diffs = []string{"the oracle refuses: " + oracleErr.Error()}
			default:
				diffs = difference(us, oracle)
				same++
			}
			diffs = slices.DeleteFunc(diffs, func(d string) bool {
				for _, e := range explained {
					if e.file == name && regexp.MustCompile(e.difference).MatchString(d) {
						return true
					}
				}
				return false
			})
			for i, d := range diffs {
				if i == 8 {
					t.Errorf("… and %d more", len(diffs)-i)
					break
				}
				t.Error(d)
			}
		})
	}
	if same < 36 {
		t.Errorf("only %d files were compared", same)
	}
}
