package main_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/phuluc/phuluc/extract/xlsx"
)

// grid is one sheet by rows and columns, both from 1; nil stands where nothing is.
type grid struct {
	cells      map[[2]int]sheet.Cell
	rows, cols int
}

func gridOf(t testing.TB, workbook []byte) grid {
	t.Helper()
	w, err := xlsx.Open(context.Background(), bytes.NewReader(workbook), int64(len(workbook)), sheet.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	g := grid{cells: map[[2]int]sheet.Cell{}}
	for c, err := range w.Cells(context.Background(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		g.cells[[2]int{c.Row, c.Col}] = c
		g.rows, g.cols = max(g.rows, c.Row), max(g.cols, c.Col)
	}
	return g
}

// printed is the text of a cell as people write numbers.
func printed(c sheet.Cell) string {
	if c.Kind == sheet.Number {
		return strings.Replace(c.Raw, ".", ",", 1)
	}
	return c.Raw
}

// covers gives the cell in whose merged range a position lies, without being its first.
func (g grid) covers(row, col int) (sheet.Cell, bool) {
	for _, c := range g.cells {
		if c.Merge.Contains(row, col) && (c.Row != row || c.Col != col) {
			return c, true
		}
	}
	return sheet.Cell{}, false
}

func (g grid) csv(sep string) []byte {
	var b strings.Builder
	for r := 1; r <= g.rows; r++ {
		var fields []string
		for c := 1; c <= g.cols; c++ {
			s := printed(g.cells[[2]int{r, c}])
			if strings.ContainsAny(s, sep+"\"\n") {
				s = `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
			}
			fields = append(fields, s)
		}
		b.WriteString(strings.Join(fields, sep) + "\r\n")
	}
	return []byte(b.String())
}

func zipOf(t testing.TB, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		to, err := w.Create(parts[i])
		if err == nil {
			_, err = to.Write([]byte(parts[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func (g grid) ods(t testing.TB) []byte {
	var b strings.Builder
	b.WriteString(`<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"` +
		` xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet><table:table table:name="Biểu số 01">`)
	for r := 1; r <= g.rows; r++ {
		b.WriteString(`<table:table-row>`)
		for c := 1; c <= g.cols; c++ {
			cell, ok := g.cells[[2]int{r, c}]
			if _, covered := g.covers(r, c); covered || !ok {
				b.WriteString(map[bool]string{true: `<table:covered-table-cell/>`, false: `<table:table-cell/>`}[covered])
				continue
			}
			b.WriteString(`<table:table-cell`)
			if m := cell.Merge; !m.IsZero() {
				fmt.Fprintf(&b, ` table:number-columns-spanned="%d" table:number-rows-spanned="%d"`, m.Col2-m.Col1+1, m.Row2-m.Row1+1)
			}
			if cell.Kind == sheet.Number {
				fmt.Fprintf(&b, ` office:value-type="float" office:value="%s"`, cell.Raw)
			}
			fmt.Fprintf(&b, `><text:p>%s</text:p></table:table-cell>`, html.EscapeString(printed(cell)))
		}
		b.WriteString(`</table:table-row>`)
	}
	b.WriteString(`</table:table></office:spreadsheet></office:body></office:document-content>`)
	return zipOf(t, "mimetype", "application/vnd.oasis.opendocument.spreadsheet", "content.xml", b.String())
}

// docx makes paragraphs of the rows before the first row of the table, and a table of the rest.
func (g grid) docx(t testing.TB, first int) []byte {
	var b strings.Builder
	b.WriteString(`<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>`)
	paragraph := func(c sheet.Cell) string {
		return `<w:p><w:r><w:t xml:space="preserve">` + html.EscapeString(printed(c)) + `</w:t></w:r></w:p>`
	}
	for r := 1; r < first; r++ {
		b.WriteString(paragraph(g.cells[[2]int{r, 1}]))
	}
	b.WriteString(`<w:tbl>`)
	for r := first; r <= g.rows; r++ {
		b.WriteString(`<w:tr>`)
		for c := 1; c <= g.cols; c++ {
			cell, merge := g.cells[[2]int{r, c}], ""
			m := cell.Merge
			if over, covered := g.covers(r, c); covered {
				if over.Col != c {
					continue
				}
				cell, m, merge = sheet.Cell{}, over.Merge, `<w:vMerge/>`
			} else if m.Row2 > m.Row1 {
				merge = `<w:vMerge w:val="restart"/>`
			}
			if m.Col2 > m.Col1 {
				merge = fmt.Sprintf(`<w:gridSpan w:val="%d"/>`, m.Col2-m.Col1+1) + merge
			}
			b.WriteString(`<w:tc><w:tcPr>` + merge + `</w:tcPr>` + paragraph(cell) + `</w:tc>`)
		}
		b.WriteString(`</w:tr>`)
	}
	b.WriteString(`</w:tbl></w:body></w:document>`)
	return zipOf(t, "[Content_Types].xml", "<Types/>", "word/document.xml", b.String())
}

// formats lays one annex out in every format that is read, each under a name that says so.
func formats(t testing.TB, province string) map[string][]byte {
	workbook := goodAnnex(province).xlsx(t, nil)
	g := gridOf(t, workbook)
	var old []byte
	if name := map[string]string{"Tỉnh Hà Giang": "ha_giang", "Tỉnh Yên Bái": "yen_bai"}[province]; name != "" {
		var err error
		if old, err = os.ReadFile("testdata/ok_annex_" + name + ".xls"); err != nil {
			t.Fatal(err)
		}
	}
	return map[string][]byte{
		"a.xlsx": workbook,
		"a.xls":  old, // the same annex as LibreOffice saves it, for two provinces

		"a.csv":  append([]byte("\xEF\xBB\xBF"), g.csv(";")...),
		"a.tsv":  g.csv("\t"),
		"a.ods":  g.ods(t),
		"a.docx": g.docx(t, 6),
	}
}

// meanings writes what check understood, a value a line, with its cell.
func meanings(c checked) string {
	var out []string
	for _, o := range c.Observations {
		out = append(out, fmt.Sprint(o["indicator"], " ", o["territory"], " ", o["period"], " ", o["measure"], " ", o["value"], " ", o["unit"], " ", o["cell"]))
	}
	sort.Strings(out)
	return strings.Join(out, "\n")
}

func TestAnAnnexSaysTheSameInEveryFormat(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	all := formats(t, "Tỉnh Hà Giang")
	write(t, filepath.Join(dir, "a.xlsx"), all["a.xlsx"])
	want := check(t, done, filepath.Join(dir, "a.xlsx"))[0]
	if len(want.Observations) != 24 {
		t.Fatalf("%d values", len(want.Observations))
	}
	wrong := map[string]string{".xlsx": ".xls", ".xls": ".xlsx", ".csv": ".xlsx", ".tsv": ".xls", ".ods": ".csv", ".docx": ".xlsx"}
	for name, data := range all {
		ext := filepath.Ext(name)
		// The content decides, not the name.
		for _, name := range []string{name, "wrong" + wrong[ext]} {
			path := filepath.Join(dir, strings.TrimPrefix(ext, "."), name)
			write(t, path, data)
			got := check(t, done, path)[0]
			if meanings(got) != meanings(want) {
				t.Errorf("%s as %s:\n%s\nwant\n%s", ext, name, meanings(got), meanings(want))
			}
			if len(got.Quarantine) > 0 {
				t.Errorf("%s as %s: %+v", ext, name, got.Quarantine)
			}
		}
	}
	o := run(t, done, "check", filepath.Join(dir, "csv", "a.csv"))
	if !strings.Contains(o.stdout, "đọc như CSV: dấu phân cách ;, bảng mã UTF-8, phần thập phân: dấu phẩy (1.234,5)\n") || strings.Contains(o.stdout, "lưu ý") {
		t.Error(o.stdout)
	}
	open := filepath.Join(dir, "csv", "open.csv")
	write(t, open, bytes.TrimRight(all["a.csv"], "\r\n"))
	if o := run(t, done, "check", open); !strings.Contains(o.stdout, "lưu ý: dòng cuối của tệp không có dấu xuống dòng; hãy xem tệp có bị cắt cụt không\n") {
		t.Error(o.stdout)
	}
	if o := run(t, done, "check", "--json", filepath.Join(dir, "tsv", "a.tsv")); !strings.Contains(o.stdout, `"read_as":{"separator":"TAB","encoding":"UTF-8","decimal":",","ended":true}`) {
		t.Error(clip(o.stdout))
	}
}

// Annexes of every format are loaded, and explain leads to their cells.
func TestRefreshLoadsEveryFormat(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	provinces := map[string]string{"a.xlsx": "Tỉnh Hà Giang", "a.csv": "Tỉnh Cao Bằng", "a.ods": "Tỉnh Lào Cai", "a.docx": "Tỉnh Sơn La", "a.xls": "Tỉnh Yên Bái"}
	for name, province := range provinces {
		h.put(t, name, formats(t, province)[name])
	}
	if r := h.refresh(t); r.Values != 24*int64(len(provinces)) {
		t.Errorf("%d values", r.Values)
	}
	rows := h.ask(t, "SELECT s.origin, any_value(o.observation_id) AS id FROM dw.observation AS o JOIN audit.source AS s USING (source_sha256) WHERE o.indicator_code = 'poor_households' AND o.measure_type = 'plan' AND o.period_id = '2020' GROUP BY ALL")
	if len(rows) != len(provinces) {
		t.Fatalf("%v", rows)
	}
	for _, r := range rows {
		e, _ := runJSON[[]explanation](t, done, "explain", "--data", string(h), r.text("id"))
		if len(e) != 1 || e[0].Cell != "G13" || e[0].Raw != "16500" {
			t.Errorf("%s: %+v", r.text("origin"), e)
		}
	}
}
