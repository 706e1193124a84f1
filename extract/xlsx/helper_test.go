package xlsx

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/xuri/excelize/v2"
)

// shared finds the data that are not part of the repository; tests that want them skip without.
func shared(t testing.TB) string {
	t.Helper()
	for _, dir := range []string{os.Getenv("PHULUC_SHARED"), "../../../shared"} {
		if dir == "" {
			continue
		}
		if info, err := os.Stat(filepath.Join(dir, "data")); err == nil && info.IsDir() {
			return dir
		}
	}
	t.Skip("no shared data")
	return ""
}

// readAll opens a workbook and reads every cell of every sheet, until the first error.
func readAll(data []byte, lim sheet.Limits) (map[string][]sheet.Cell, error) {
	ctx := context.Background()
	w, err := Open(ctx, bytes.NewReader(data), int64(len(data)), lim)
	if err != nil {
		return nil, err
	}
	defer w.Close()
	all := map[string][]sheet.Cell{}
	for i, info := range w.Sheets() {
		cells := []sheet.Cell{}
		for c, err := range w.Cells(ctx, i) {
			if err != nil {
				return all, err
			}
			cells = append(cells, c)
		}
		all[info.Name] = cells
	}
	return all, nil
}

func code(err error) string {
	var e *sheet.FileError
	if errors.As(err, &e) {
		return e.Code
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// file is one entry of a made archive.
type file struct {
	name, content string
	store         bool
}

func archiveOf(t testing.TB, files ...file) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	for _, f := range files {
		method := zip.Deflate
		if f.store {
			method = zip.Store
		}
		w, err := z.CreateHeader(&zip.FileHeader{Name: f.name, Method: method})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(f.content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const (
	nsMain = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
	nsRels = `xmlns="http://schemas.openxmlformats.org/package/2006/relationships"`
	relURL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
)

// parts gives the smallest workbook with one sheet, given the children of <worksheet>. Tests replace or add parts.
func parts(sheetXML string) map[string]string {
	return map[string]string{
		"[Content_Types].xml":        `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
		"_rels/.rels":                `<Relationships ` + nsRels + `><Relationship Id="rId1" Type="` + relURL + `officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":            `<?xml version="1.0" encoding="UTF-8"?><workbook ` + nsMain + `><sheets><sheet name="Biểu 1" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships ` + nsRels + `><Relationship Id="rId1" Type="` + relURL + `worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="` + relURL + `sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
		"xl/sharedStrings.xml":       `<sst ` + nsMain + `><si><t>một</t></si><si><t>hai</t></si></sst>`,
		"xl/worksheets/sheet1.xml":   `<worksheet ` + nsMain + `>` + sheetXML + `</worksheet>`,
	}
}

// withSheets gives the workbook sheets of these names instead, all of the same content.
func withSheets(p map[string]string, names ...string) map[string]string {
	var list, rels strings.Builder
	for i, name := range names {
		fmt.Fprintf(&list, `<sheet name="%s" sheetId="%d" r:id="s%d"/>`, name, i+1, i)
		fmt.Fprintf(&rels, `<Relationship Id="s%d" Type="%sworksheet" Target="worksheets/s%[1]d.xml"/>`, i, relURL)
		p[fmt.Sprintf("xl/worksheets/s%d.xml", i)] = p["xl/worksheets/sheet1.xml"]
	}
	p["xl/workbook.xml"] = `<workbook ` + nsMain + `><sheets>` + list.String() + `</sheets></workbook>`
	p["xl/_rels/workbook.xml.rels"] = strings.Replace(p["xl/_rels/workbook.xml.rels"], "</Relationships>", rels.String()+"</Relationships>", 1)
	return p
}

func pack(t testing.TB, p map[string]string) []byte {
	t.Helper()
	var files []file
	for _, n := range []string{"[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml", "xl/styles.xml", "xl/worksheets/sheet1.xml"} {
		if c, ok := p[n]; ok {
			files = append(files, file{name: n, content: c})
		}
	}
	for n, c := range p {
		known := false
		for _, f := range files {
			known = known || f.name == n
		}
		if !known {
			files = append(files, file{name: n, content: c})
		}
	}
	return archiveOf(t, files...)
}

// rows wraps rows into the table of cells.
func rows(s string) string { return "<sheetData>" + s + "</sheetData>" }

// generate makes a workbook as people make them: titles, merged headers, Vietnamese words, numbers of several forms,
// formulas, formats, hidden rows, columns and sheets.
func generate(t testing.TB, seed uint64, sheets, height, width int) []byte {
	t.Helper()
	rnd := rand.New(rand.NewPCG(seed, 1))
	f := excelize.NewFile()
	defer f.Close()
	check := func(err error) {
		if err != nil {
			t.Helper()
			t.Fatal(err)
		}
	}
	words := []string{"Lao động qua đào tạo", "Tỷ lệ hộ nghèo <đa chiều> & \"cận nghèo\"", "Trong đó: nữ", " có dấu cách ", "dòng 1\ndòng 2", "TT", "-", "…", "Số người tham gia BHXH'", "_x0041_", "tab\tở giữa", "12/7/2013", "1.234,5", "😀 quà"}
	formats := []string{"0.0%", "#,##0", "dd/mm/yyyy", `#,##0.0 "triệu"`, "General", "@", "[h]:mm", `[$-42A]dd mmmm yyyy`}
	var styles []int
	for i, code := range formats {
		id, err := f.NewStyle(&excelize.Style{CustomNumFmt: &formats[i], Font: &excelize.Font{Family: []string{"Times New Roman", ".VnTime"}[i%2], Size: 12}, Alignment: &excelize.Alignment{Indent: i % 4}})
		check(err)
		_ = code
		styles = append(styles, id)
	}
	for _, builtin := range []int{1, 9, 10, 14, 22, 39} {
		id, err := f.NewStyle(&excelize.Style{NumFmt: builtin})
		check(err)
		styles = append(styles, id)
	}
	for n := range sheets {
		name := fmt.Sprintf("Biểu %d", n+1)
		if n == 0 {
			check(f.SetSheetName("Sheet1", name))
		} else {
			_, err := f.NewSheet(name)
			check(err)
		}
		for r := 1; r <= height; r++ {
			if rnd.IntN(15) == 0 {
				continue
			}
			for c := 1; c <= width; c++ {
				at := sheet.Address(r, c)
				switch rnd.IntN(12) {
				case 0:
				case 1, 2:
					check(f.SetCellStr(name, at, words[rnd.IntN(len(words))]))
				case 3:
					check(f.SetCellStr(name, at, fmt.Sprintf("%s %d", words[rnd.IntN(len(words))], rnd.IntN(1000))))
				case 4:
					check(f.SetCellBool(name, at, rnd.IntN(2) == 0))
				case 5:
					check(f.SetCellFormula(name, at, "SUM(A1:A2)"))
				case 6:
					check(f.SetCellRichText(name, at, []excelize.RichTextRun{{Text: "đậm "}, {Text: "thường", Font: &excelize.Font{Bold: true}}}))
				case 7, 8:
					check(f.SetCellFloat(name, at, rnd.Float64()*1e6, -1, 64))
				default:
					check(f.SetCellInt(name, at, rnd.Int64N(2_000_000)-1000))
				}
				if rnd.IntN(2) == 0 {
					check(f.SetCellStyle(name, at, at, styles[rnd.IntN(len(styles))]))
				}
			}
			if rnd.IntN(10) == 0 {
				check(f.SetRowVisible(name, r, false))
			}
		}
		for range rnd.IntN(6) {
			r, c := 1+rnd.IntN(height), 1+rnd.IntN(width)
			check(f.MergeCell(name, sheet.Address(r, c), sheet.Address(r+rnd.IntN(3), c+1+rnd.IntN(3))))
		}
		if rnd.IntN(2) == 0 {
			check(f.SetColVisible(name, sheet.ColumnName(1+rnd.IntN(width)), false))
		}
		if n > 0 && rnd.IntN(3) == 0 {
			check(f.SetSheetVisible(name, false))
		}
	}
	buf, err := f.WriteToBuffer()
	check(err)
	return buf.Bytes()
}

func addresses(cells []sheet.Cell) string {
	var b strings.Builder
	for _, c := range cells {
		fmt.Fprintf(&b, "%s=%s ", c.Address(), c.Raw)
	}
	return strings.TrimSpace(b.String())
}

// Sizes of the fixed parts of a zip archive's records (APPNOTE.TXT 4.3.12, 4.3.14, 4.3.15).
const (
	centralSize = 46
	end64Size   = 56
	locatorSize = 20
)
