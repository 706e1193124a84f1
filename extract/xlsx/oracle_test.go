package xlsx

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"

	"github.com/phuluc/phuluc/extract/sample"
	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/xuri/excelize/v2"
)

// look is what both readers can say about a cell.
type look struct {
	raw, format, font string
	indent            int
	merge             string
	hidden            bool
	formula, struck   bool
	runs              string // pieces of a rich text in fonts of their own
}

// book is the looks of a workbook, by sheet and address; hidden tells the hidden sheets.
type book struct {
	cells  map[string]map[string]look
	hidden map[string]bool
}

// byOracle reads a workbook with excelize: values by its row iterator, the rest by asking cell by cell. ours are cells to
// ask for as well, because the iterator gives no formula that has no value.
func byOracle(data []byte, ours book) (book, error) {
	b := book{cells: map[string]map[string]look{}, hidden: map[string]bool{}}
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: 256 << 20})
	if err != nil {
		return b, err
	}
	defer f.Close()
	for _, name := range f.GetSheetList() {
		cells := map[string]look{}
		b.cells[name] = cells
		if visible, err := f.GetSheetVisible(name); err != nil {
			return b, err
		} else if !visible {
			b.hidden[name] = true
		}
		rows, err := f.Rows(name)
		if err != nil && strings.HasSuffix(err.Error(), "is not a worksheet") {
			continue // a sheet of charts
		}
		if err != nil {
			return b, err
		}
		values := map[string]string{}
		for r := 1; rows.Next(); r++ {
			columns, err := rows.Columns(excelize.Options{RawCellValue: true})
			if err != nil {
				return b, err
			}
			for c, v := range columns {
				if v != "" {
					values[sheet.Address(r, c+1)] = v
				}
			}
		}
		if err := rows.Close(); err != nil {
			return b, err
		}
		merges := map[string]string{}
		list, err := f.GetMergeCells(name)
		if err != nil && strings.HasSuffix(err.Error(), "is not a worksheet") {
			continue
		}
		if err != nil {
			return b, err
		}
		for _, m := range list {
			merges[m.GetStartAxis()] = m.GetStartAxis() + ":" + m.GetEndAxis()
		}
		for at := range ours.cells[name] {
			if _, ok := values[at]; !ok {
				values[at] = ""
			}
		}
		hiddenRows, hiddenCols := map[int]bool{}, map[int]bool{}
		for at, v := range values {
			row, col, err := sheet.ParseAddress(at)
			if err != nil {
				return b, err
			}
			if _, ok := hiddenRows[row]; !ok {
				visible, err := f.GetRowVisible(name, row)
				if err != nil {
					return b, err
				}
				hiddenRows[row] = !visible
			}
			if _, ok := hiddenCols[col]; !ok {
				visible, err := f.GetColVisible(name, sheet.ColumnName(col))
				if err != nil {
					return b, err
				}
				hiddenCols[col] = !visible
			}
			l := look{raw: v, merge: merges[at], hidden: hiddenRows[row] || hiddenCols[col]}
			formula, err := f.GetCellFormula(name, at)
			if err != nil {
				return b, err
			}
			l.formula = formula != ""
			if v == "" {
				if !l.formula {
					continue
				}
				l.raw = "=" + formula // as our cells without a result read
			}
			id, err := f.GetCellStyle(name, at)
			if err != nil {
				return b, err
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
					font := f.Styles.Fonts.Font[*xf.FontID]
					if n := font.Name; n != nil && n.Val != nil {
						l.font = *n.Val
					}
					l.struck = font.Strike != nil && (font.Strike.Val == nil || *font.Strike.Val)
					ground := true // is that of the sheet, or white
					if xf.FillID != nil && f.Styles.Fills != nil && *xf.FillID < len(f.Styles.Fills.Fill) {
						fill := f.Styles.Fills.Fill[*xf.FillID]
						p := fill.PatternFill
						ground = fill.GradientFill == nil && (p == nil || p.PatternType == "" || p.PatternType == "none" ||
							p.PatternType == "solid" && p.FgColor != nil && strings.HasSuffix(strings.ToUpper(p.FgColor.RGB), "FFFFFF"))
					}
					l.hidden = l.hidden || ground && font.Color != nil && strings.HasSuffix(strings.ToUpper(font.Color.RGB), "FFFFFF")
				}
				if xf.Alignment != nil {
					l.indent = xf.Alignment.Indent
				}
			}
			if runs, err := f.GetCellRichText(name, at); err == nil {
				var own []sheet.Run
				var raised [][2]int
				from := 0
				for _, r := range runs {
					if run := (sheet.Run{From: from}); r.Text != "" {
						if r.Font != nil {
							run.Font, run.Struck = r.Font.Family, r.Font.Strike
							if r.Font.VertAlign == "superscript" {
								raised = append(raised, [2]int{from, from + len(r.Text)})
							}
						}
						own = append(own, run)
					}
					from += len(r.Text)
				}
				if len(raised) > 0 {
					l.raw = sheet.Raise(l.raw, raised, own)
				}
				l.runs = fmt.Sprint(inStyle(own, l.font, l.struck))
			}
			cells[at] = l
		}
	}
	return b, nil
}

func byUs(data []byte) (book, error) {
	b := book{cells: map[string]map[string]look{}, hidden: map[string]bool{}}
	all, err := readAll(data, sheet.DefaultLimits())
	if err != nil {
		return b, err
	}
	w, err := Open(context.Background(), bytes.NewReader(data), int64(len(data)), sheet.DefaultLimits())
	if err != nil {
		return b, err
	}
	for _, s := range w.Sheets() {
		if s.Hidden {
			b.hidden[s.Name] = true
		}
	}
	for name, cells := range all {
		b.cells[name] = map[string]look{}
		for _, c := range cells {
			l := look{raw: c.Raw, format: c.Format, font: c.Font, indent: c.Indent, struck: c.Struck, hidden: c.Hidden, formula: c.Formula, runs: fmt.Sprint(c.Runs)}
			if c.Kind == sheet.Bool {
				l.raw = map[string]string{"TRUE": "1", "FALSE": "0"}[c.Raw] // as the oracle gives it
			}
			if !c.Merge.IsZero() {
				l.merge = sheet.Address(c.Merge.Row1, c.Merge.Col1) + ":" + sheet.Address(c.Merge.Row2, c.Merge.Col2)
			}
			b.cells[name][c.Address()] = l
		}
	}
	return b, nil
}

// unlike names what the two readers say differently about a cell, "" if nothing.
func unlike(us, oracle look) string {
	var b strings.Builder
	tell := func(what string, us, oracle any) {
		if us != oracle {
			fmt.Fprintf(&b, " %s %q, the oracle says %q;", what, fmt.Sprint(us), fmt.Sprint(oracle))
		}
	}
	tell("raw", us.raw, strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(oracle.raw)) // it keeps a CR before an LF
	tell("format", us.format, oracle.format)
	tell("font", us.font, oracle.font)
	tell("indent", us.indent, oracle.indent)
	tell("line through", us.struck, oracle.struck)
	tell("merge", us.merge, oracle.merge)
	tell("hidden", us.hidden, oracle.hidden)
	tell("formula", us.formula, oracle.formula)
	tell("runs", us.runs, oracle.runs)
	return strings.TrimSuffix(b.String(), ";")
}

func difference(us, oracle book) []string {
	var diffs []string
	for name := range us.cells {
		if _, ok := oracle.cells[name]; !ok {
			diffs = append(diffs, fmt.Sprintf("sheet %q only with us", name))
		}
	}
	for name, cells := range oracle.cells {
		ours, ok := us.cells[name]
		if !ok {
			diffs = append(diffs, fmt.Sprintf("sheet %q is missing", name))
		}
		if us.hidden[name] != oracle.hidden[name] {
			diffs = append(diffs, fmt.Sprintf("sheet %q: hidden %v, the oracle says %v", name, us.hidden[name], oracle.hidden[name]))
		}
		for at, l := range cells {
			if o, ok := ours[at]; !ok {
				diffs = append(diffs, fmt.Sprintf("%s!%s: nothing, the oracle says %+v", name, at, l))
			} else if d := unlike(o, l); d != "" {
				diffs = append(diffs, fmt.Sprintf("%s!%s:%s", name, at, d))
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

// Where the two readers differ, and why we keep ours. A difference that is not named here fails. file is the pattern of
// a file's name.
var explained = []struct{ file, difference, why string }{
	{"46535.xlsx", `^Test!(A|B)1: font "Arial", the oracle says "Times New Roman"$`,
		"a cell without a style has style 0 (ECMA-376 part 1, 18.3.1.4); the oracle gives it the style of its column"},
	{"59746_NoRowNums.xlsx", `^[^;]*: hidden "true", the oracle says "false"$`,
		"the rows have no numbers and are hidden; the oracle looks rows up by their number"},
	{"MatrixFormulaEvalTestData.xlsx", `^[^;]*: formula "true", the oracle says "false"$`,
		"what an array formula puts into the cells of its range is computed too; the oracle knows only its first cell"},
	{"clusterfuzz-testcase-minimized-POIXSSFFuzzer-5265527465181184.xlsx", `^we refuse: file.damaged: _rels/.rels: .* checksum`,
		"damage is damage, also where it happens to hit what the oracle has no use for"},
	{"duplicate-filename.xlsx", `^we refuse: file.damaged: .* two parts of this name`,
		"which of the two sheets is meant is anybody's guess; the oracle takes the last"},
	{"style-alternate-content.xlsx", `^[^;]*: font "(맑은 고딕|돋움)", the oracle says ""$`,
		"the fonts stand in alternatives of markup compatibility, which the oracle does not look into"},
}

// compare reads a workbook with both readers and fails for every difference that is not explained. It gives the number
// of cells that were compared.
func compare(t *testing.T, name string, data []byte) int {
	t.Helper()
	us, err := byUs(data)
	oracle, oracleErr := byOracle(data, us)
	var diffs []string
	cells := 0
	switch {
	case err != nil && oracleErr != nil:
	case err != nil:
		diffs = []string{"we refuse: " + err.Error()}
	case oracleErr != nil:
		diffs = []string{"the oracle refuses: " + oracleErr.Error()}
	default:
		diffs = difference(us, oracle)
		for _, s := range us.cells {
			cells += len(s)
		}
	}
	told := 0
	for _, d := range diffs {
		known := false
		for _, e := range explained {
			file, _ := filepath.Match(e.file, name)
			known = known || file && regexp.MustCompile(e.difference).MatchString(d)
		}
		if told++; !known && told <= 8 {
			t.Errorf("%s: %s", name, d)
		}
	}
	return cells
}

func TestGeneratedWorkbooksReadAsTheOracleReadsThem(t *testing.T) {
	cells := 0
	for seed := range uint64(20) {
		cells += compare(t, fmt.Sprintf("generated %d", seed), generate(t, 100+seed, 3, 25, 9))
	}
	cells += compare(t, "annex", annex(t, 1, 2, 60, 14))
	if cells < 8000 {
		t.Errorf("only %d cells were compared", cells)
	}
}

func TestTheSampleReadsAsTheOracleReadsIt(t *testing.T) {
	dir := t.TempDir()
	if _, err := sample.Write(t.Context(), dir, sample.Options{}); err != nil {
		t.Fatal(err)
	}
	books, cells := 0, 0
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".xlsx" {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		books++
		cells += compare(t, filepath.Base(path), data)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if books < 200 || cells < 30_000 {
		t.Errorf("only %d cells of %d workbooks were compared", cells, books)
	}
}

func TestRealWorkbooksReadAsTheOracleReadsThem(t *testing.T) {
	dir := shared(t)
	compared := 0
	for _, pattern := range []string{"robustness/*.xlsx", "*/*.xlsm", "gso/*.xlsx", "vhlss/*.xlsx", "admin/*.xlsx", "pxweb/*.xlsx"} {
		paths, err := filepath.Glob(filepath.Join(dir, "data", pattern))
		if err != nil {
			t.Fatal(err)
		}
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
				if compare(t, name, data) > 0 {
					compared++
				}
			})
		}
	}
	if compared < 30 {
		t.Errorf("only %d files were compared", compared)
	}
}
