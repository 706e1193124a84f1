package docx

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/phuluc/phuluc/extract/sheet"
)

// packed writes the parts of a document, a name and a content each.
func packed(t testing.TB, parts ...string) []byte {
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

const space = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" ` +
	`xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" xmlns:wps="wps" xmlns:o="urn:schemas-microsoft-com:office:office"`

func document(body string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><w:document ` + space + `><w:body>` + body + `</w:body></w:document>`
}

// Pieces of documents: a paragraph, a run with properties, a cell, a row, a table.
func par(s string) string { return `<w:p>` + run("", s) + `</w:p>` }
func run(properties, s string) string {
	return `<w:r><w:rPr>` + properties + `</w:rPr><w:t xml:space="preserve">` + s + `</w:t></w:r>`
}
func tc(properties, content string) string {
	return `<w:tc><w:tcPr>` + properties + `</w:tcPr>` + content + `</w:tc>`
}
func tr(cells ...string) string { return `<w:tr>` + strings.Join(cells, "") + `</w:tr>` }
func tbl(rows ...string) string {
	return `<w:tbl><w:tblPr/><w:tblGrid/>` + strings.Join(rows, "") + `</w:tbl>`
}

// plain makes a row of cells with one paragraph each.
func plain(texts ...string) string {
	var cells []string
	for _, s := range texts {
		cells = append(cells, tc("", par(s)))
	}
	return tr(cells...)
}

func open(data []byte, lim sheet.Limits) (*Workbook, [][]sheet.Cell, error) {
	return openWithin(context.Background(), data, lim)
}

func openWithin(ctx context.Context, data []byte, lim sheet.Limits) (*Workbook, [][]sheet.Cell, error) {
	w, err := Open(ctx, bytes.NewReader(data), int64(len(data)), lim)
	if err != nil {
		return nil, nil, err
	}
	var all [][]sheet.Cell
	for i := range w.Sheets() {
		var cells []sheet.Cell
		for c, err := range w.Cells(ctx, i) {
			if err != nil {
				return nil, nil, err
			}
			cells = append(cells, c)
		}
		all = append(all, cells)
	}
	return w, all, nil
}

// show writes a sheet a line: name: A1=text, * if hidden, ! if an error, [A1:B2] if merged.
func show(w *Workbook, all [][]sheet.Cell) string {
	var b strings.Builder
	for i, info := range w.Sheets() {
		fmt.Fprintf(&b, "%s:", info.Name)
		for _, c := range all[i] {
			mark := ""
			if c.Hidden {
				mark = "*"
			}
			if c.Kind == sheet.Error {
				mark += "!"
			}
			if !c.Merge.IsZero() {
				mark += "[" + sheet.Address(c.Merge.Row1, c.Merge.Col1) + ":" + sheet.Address(c.Merge.Row2, c.Merge.Col2) + "]"
			}
			fmt.Fprintf(&b, " %s%s=%s", c.Address(), mark, strings.ReplaceAll(c.Raw, "\n", "⏎"))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func testdata(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestDocumentOfLibreOffice(t *testing.T) {
	w, all, err := open(testdata(t, "ok_annex.docx"), sheet.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	want := `Bảng 1: A1=SỞ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI TỈNH HÀ GIANG B1=CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM⏎Độc lập - Tự do - Hạnh phúc
Bảng 2: A1=Phụ lục I A2=TỔNG HỢP CHỈ TIÊU KẾ HOẠCH NĂM 2020 LĨNH VỰC LAO ĐỘNG, NGƯỜI CÓ CÔNG VÀ XÃ HỘI A3=(Kèm theo Công văn số 2652/LĐTBXH-KHTC ngày 03/7/2019)` +
		` A4[A4:A5]=TT B4[B4:B5]=Chỉ tiêu C4[C4:C5]=Đơn vị D4[D4:D5]=TH 2018 E4[E4:F4]=Năm 2019 G4[G4:G5]=KH 2020 E5=KH F5=Ước cả năm` +
		` A6=1 B6=Lực lượng lao động từ 15 tuổi trở lên C6=người D6=401.200 E6=405.000 F6=404.500 G6=409.000` +
		` A7=2 B7=Sè lao ®éng ®­îc t¹o viÖc lµm C7=người D7=15.020 E7=15.500 F7=15.620¹ G7=16.000` +
		` A8=3 B8=Tỷ lệ lao động qua đào tạo C8=% D8=52,4 E8=55,0 F8=55,1 G8=57,5 A9=Ghi chú: số liệu sơ bộ. A10=Hà Giang, ngày 01 tháng 7 năm 2019
`
	if got := show(w, all); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	for _, c := range all[1] {
		if legacy := c.Address() == "B7"; legacy != (c.Font == ".VnTime") {
			t.Errorf("%s: font %q", c.Address(), c.Font)
		}
	}
}

func TestTablesAndTextsBecomeSheets(t *testing.T) {
	const restart, continued = `<w:vMerge w:val="restart"/>`, `<w:vMerge/>`
	for name, c := range map[string]struct{ body, want string }{
		"texts around tables": {par("t") + `<w:p/>` + par("u") + tbl(plain("a", "b")) + par("m") + tbl(plain("c")) + par("x") + par("y") + `<w:sectPr/>`,
			"Bảng 1: A1=t A3=u A4=a B4=b\nBảng 2: A1=m A2=c A3=x A4=y\n"},
		"spans": {tbl(tr(tc(`<w:gridSpan w:val="2"/>`, par("ab")), tc(restart, par("c"))), tr(tc("", par("a")), tc("", par("b")), tc(continued, `<w:p/>`)), tr(tc("", par("d")), tc("", par("e")), tc(continued, par("under")))),
			"Bảng 1: A1[A1:B1]=ab C1[C1:C3]=c A2=a B2=b A3=d B3=e C3*=under\n"},
		"a merge that begins again":  {tbl(tr(tc(restart, par("a"))), tr(tc(continued, "<w:p/>")), tr(tc(restart, par("b"))), tr(tc(continued, "<w:p/>")), plain("c")), "Bảng 1: A1[A1:A2]=a A3[A3:A4]=b A5=c\n"},
		"old horizontal merges":      {tbl(tr(tc(`<w:hMerge w:val="restart"/>`, par("a")), tc(`<w:hMerge/>`, `<w:p/>`), tc("", par("c")))), "Bảng 1: A1[A1:B1]=a C1=c\n"},
		"a row that begins later":    {tbl(tr(`<w:trPr><w:gridBefore w:val="2"/></w:trPr>`, tc("", par("c")))), "Bảng 1: C1=c\n"},
		"changes":                    {tbl(tr(tc("", `<w:p><w:del>`+run("", "5")+`</w:del><w:ins>`+run("", "7")+`</w:ins><w:moveFrom>`+run("", "8")+`</w:moveFrom></w:p>`)), tr(`<w:trPr><w:del/></w:trPr>`, tc("", par("gone"))), plain("b")), "Bảng 1: A1=7 A2=b\n"},
		"content controls":           {`<w:sdt><w:sdtPr/><w:sdtContent>` + tbl(`<w:sdt><w:sdtContent>`+tr(`<w:sdt><w:sdtContent>`+tc("", `<w:sdt><w:sdtContent>`+par("a")+`</w:sdtContent></w:sdt>`)+`</w:sdtContent></w:sdt>`)+`</w:sdtContent></w:sdt>`) + `</w:sdtContent></w:sdt>`, "Bảng 1: A1=a\n"},
		"a table in a cell":          {tbl(tr(tc("", par("o")+tbl(plain("i", "j"))+par("p")), tc("", par("q")))) + par("z"), "Bảng 1: A1=o⏎p B1=q A2=z\nBảng 2: A1=i B1=j\n"},
		"paragraphs of a cell":       {tbl(tr(tc("", par("a")+`<w:p/>`+par("b")), tc("", `<w:p/><w:p/>`))), "Bảng 1: A1=a⏎⏎b\n"},
		"signs":                      {tbl(tr(tc("", `<w:p><w:r><w:t>a</w:t><w:tab/><w:br/><w:noBreakHyphen/><w:softHyphen/><w:sym w:font="Symbol" w:char="F0B3"/></w:r><w:hyperlink>`+run("", "l")+`</w:hyperlink></w:p>`))), "Bảng 1: A1=a\t⏎-\u00ad\uf0b3l\n"},
		"raised marks":               {tbl(tr(tc("", `<w:p>`+run("", "1.234")+run(`<w:vertAlign w:val="superscript"/>`, "(1)")+run(`<w:vertAlign w:val="subscript"/>`, "2")+`</w:p>`))), "Bảng 1: A1=1.234⁽¹⁾2\n"},
		"raised throughout":          {tbl(tr(tc("", `<w:p>`+run(`<w:position w:val="6"/>`, "12")+`</w:p>`))), "Bảng 1: A1=12\n"},
		"hidden text":                {tbl(tr(tc("", `<w:p>`+run(`<w:vanish/>`, "12")+`</w:p>`), tc("", `<w:p>`+run("", "12")+run(`<w:vanish/>`, "34")+run(`<w:vanish w:val="0"/>`, "5")+`</w:p>`)), tr(`<w:trPr><w:hidden/></w:trPr>`, tc("", par("h")))), "Bảng 1: A1*=12 B1=12 [ẩn: 34] 5 A2*=h\n"},
		"fields":                     {tbl(tr(tc("", `<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> =SUM(ABOVE) </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>`+run("", "9")+`</w:p>`))), "Bảng 1: A1=9\n"},
		"mathematics":                {tbl(tr(tc("", `<w:p><m:oMath><m:r><m:t>5</m:t></m:r></m:oMath></w:p>`))), "Bảng 1: A1=5\n"},
		"footnotes are not the text": {tbl(tr(tc("", `<w:p>`+run("", "5")+`<w:r><w:footnoteReference w:id="1"/></w:r></w:p>`))), "Bảng 1: A1=5\n"},
		"text boxes": {`<w:p>` + run("", "p") + box("b1") + `</w:p>` + tbl(tr(tc("", `<w:p>`+run("", "c")+box("b2")+`</w:p>`))) + par("z"),
			"Bảng 1: A1=p A2=b1 A3=c A4=b2 A5=z\n"},
		"a pasted worksheet": {tbl(plain("a")) + `<w:p><w:r><w:object><o:OLEObject Type="Embed" ProgID="Excel.Sheet.12"/></w:object></w:r></w:p>`, "Bảng 1: A1=a A3!=[Excel.Sheet.12]\n"},
	} {
		t.Run(name, func(t *testing.T) {
			w, all, err := open(packed(t, "word/document.xml", document(c.body)), sheet.DefaultLimits())
			if err != nil {
				t.Fatal(err)
			}
			if got := show(w, all); got != c.want {
				t.Errorf("got\n%swant\n%s", got, c.want)
			}
			if name == "fields" != all[0][0].Formula {
				t.Errorf("%+v", all[0][0])
			}
		})
	}
}

func box(s string) string {
	return `<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx><w:txbxContent>` + par(s) + `</w:txbxContent></wps:txbx></w:drawing></mc:Choice>` +
		`<mc:Fallback><w:pict><w:txbxContent>` + par(s) + `</w:txbxContent></w:pict></mc:Fallback></mc:AlternateContent></w:r>`
}

// Fonts come from the run, its style, the paragraph's style, the document, in this order.
func TestFontsAreInherited(t *testing.T) {
	styles := `<w:styles ` + space + `><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="D" w:hAnsi="D"/></w:rPr></w:rPrDefault></w:docDefaults>` +
		`<w:style w:type="paragraph" w:default="1" w:styleId="N"/>` +
		`<w:style w:type="paragraph" w:styleId="P0"><w:rPr><w:rFonts w:hAnsi=".VnTime"/></w:rPr></w:style><w:style w:type="paragraph" w:styleId="P"><w:basedOn w:val="P0"/></w:style>` +
		`<w:style w:type="character" w:styleId="C"><w:rPr><w:rFonts w:ascii="VNI-Times"/></w:rPr></w:style>` +
		`<w:style w:type="paragraph" w:styleId="L1"><w:basedOn w:val="L2"/></w:style><w:style w:type="paragraph" w:styleId="L2"><w:basedOn w:val="L1"/></w:style></w:styles>`
	p := func(style string, runs ...string) string {
		return `<w:p><w:pPr><w:pStyle w:val="` + style + `"/></w:pPr>` + strings.Join(runs, "") + `</w:p>`
	}
	body := tbl(tr(tc("", par("a")), tc("", p("P", run("", "b"))), tc("", p("P", run(`<w:rStyle w:val="C"/>`, "ộ"), run("", "d"), run(`<w:rFonts w:hAnsi="X"/>`, "e"))),
		tc("", p("P", run(`<w:rFonts w:asciiTheme="minorHAnsi" w:hAnsiTheme="minorHAnsi"/>`, "f"))), tc("", p("L1", run("", "g"))), tc("", p("N", run(`<w:strike/>`, "5"), run(`<w:dstrike/>`, "6"), run(`<w:strike w:val="0"/>`, "7"))), tc("", `<w:p/>`+p("P", run("", "h"))+p("P", run("", "i")))))
	_, all, err := open(packed(t,
		"_rels/.rels", `<Relationships><Relationship Type="http://x/officeDocument" Target="/word/document2.xml"/></Relationships>`,
		"word/_rels/document2.xml.rels", `<Relationships><Relationship Type="http://x/styles" Target="styles9.xml"/><Relationship Type="http://x/styles" Target="http://h/" TargetMode="External"/></Relationships>`,
		"word/document2.xml", document(body), "word/styles9.xml", styles), sheet.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	want := []sheet.Cell{
		{Row: 1, Col: 1, Raw: "a", Font: "D"}, {Row: 1, Col: 2, Raw: "b", Font: ".VnTime"},
		{Row: 1, Col: 3, Raw: "ộde", Font: "VNI-Times", Runs: []sheet.Run{{From: 3, Font: ".VnTime"}, {From: 4, Font: "X"}}},
		{Row: 1, Col: 4, Raw: "f", Font: "+minorHAnsi"}, {Row: 1, Col: 5, Raw: "g", Font: "D"},
		{Row: 1, Col: 6, Raw: "567", Font: "D", Struck: true, Runs: []sheet.Run{{From: 2, Font: "D"}}},
		{Row: 1, Col: 7, Raw: "\nh\ni", Runs: []sheet.Run{{From: 1, Font: ".VnTime"}}},
	}
	if !reflect.DeepEqual(all[0], want) {
		t.Errorf("\ngot  %+v\nwant %+v", all[0], want)
	}
}

func TestKeywords(t *testing.T) {
	w, _, err := open(packed(t, "word/document.xml", document(tbl(plain("a"))),
		"_rels/.rels", `<Relationships><Relationship Type="http://x/core-properties" Target="docProps/core.xml"/></Relationships>`,
		"docProps/core.xml", `<cp:coreProperties xmlns:cp="c"><cp:keywords>phuluc sample</cp:keywords></cp:coreProperties>`), sheet.DefaultLimits())
	if err != nil || w.Keywords(context.Background()) != "phuluc sample" {
		t.Errorf("%v", err)
	}
}

type refused struct {
	parts []string
	code  string
	lift  func(*sheet.Limits)
}

func hostile() map[string]refused {
	doc := func(body string) []string { return []string{"word/document.xml", document(body)} }
	nested := strings.Repeat(`<w:tbl><w:tr><w:tc>`, 100) + `<w:p/>` + strings.Repeat(`</w:tc></w:tr></w:tbl>`, 100)
	return map[string]refused{
		"tables":              {doc(strings.Repeat(tbl(plain("a")), 201)), sheet.CodeLimit, func(l *sheet.Limits) { l.Sheets = 0 }},
		"cells":               {doc(tbl(strings.Repeat(plain("a"), 1001))), sheet.CodeLimit, func(l *sheet.Limits) { l.Cells = 0 }},
		"columns":             {doc(tbl(tr(tc(`<w:gridSpan w:val="600"/>`, `<w:p/>`), tc("", par("a"))))), sheet.CodeLimit, func(l *sheet.Limits) { l.Columns = 0 }},
		"a long text":         {doc(tbl(plain(strings.Repeat("ộ", 33000)))), sheet.CodeLimit, func(l *sheet.Limits) { l.StringLength = 0 }},
		"a text in pieces":    {doc(tbl(tr(tc("", `<w:p>`+strings.Repeat(`<w:r><w:t>`+strings.Repeat("x", 30000)+`</w:t></w:r>`, 2000)+`</w:p>`)))), sheet.CodeLimit, nil},
		"one long token":      {doc(tbl(plain(strings.Repeat("x", 40<<20)))), sheet.CodeLimit, nil},
		"one long comment":    {doc(tbl(plain("a")) + `<!--` + strings.Repeat("x", 40<<20) + `-->`), sheet.CodeLimit, nil},
		"texts":               {doc(tbl(strings.Repeat(plain(strings.Repeat("x", 30000)), 200))), sheet.CodeLimit, func(l *sheet.Limits) { l.SharedBytes = 0 }},
		"pieces of text":      {doc(tbl(strings.Repeat(tr(tc("", `<w:p>`+strings.Repeat(`<w:r><w:t>x</w:t></w:r>`, 600)+`</w:p>`)), 100))), sheet.CodeLimit, func(l *sheet.Limits) { l.SharedBytes = 0 }},
		"rows":                {doc(tbl(strings.Repeat(`<w:tr/>`, maxRow) + plain("a"))), sheet.CodeLimit, nil},
		"rows behind a table": {doc(tbl(plain("a")+strings.Repeat(`<w:tr/>`, maxRow)) + par("b")), sheet.CodeLimit, nil},
		"merges":              {doc(tbl(strings.Repeat(tr(tc(`<w:gridSpan w:val="2"/>`, par("a"))), 101))), sheet.CodeLimit, func(l *sheet.Limits) { l.Merges = 0 }},
		"unpacked":            {[]string{"word/document.xml", document(tbl(plain("a"))) + strings.Repeat(" ", 3<<20)}, sheet.CodeZipBomb, func(l *sheet.Limits) { l.Ratio = 0 }},
		"nested tables":       {doc(nested), sheet.CodeLimit, func(l *sheet.Limits) { l.Depth = 0 }},
		"a far column":        {doc(tbl(tr(tc(`<w:gridSpan w:val="999999999"/>`, par("a"))))), sheet.CodeDamaged, nil},
		"no table":            {doc(par("Kính gửi")), sheet.CodeNoTable, nil},
		"taken in":            {doc(tbl(plain("a")) + `<w:altChunk/>`), sheet.CodeUnsupported, nil},
		"document type":       {[]string{"word/document.xml", `<!DOCTYPE x>` + strings.TrimPrefix(document(tbl(plain("a"))), `<?xml version="1.0" encoding="UTF-8"?>`)}, sheet.CodeDoctype, nil},
		"no text":             {[]string{"word/a.xml", "<a/>"}, sheet.CodePartMissing, nil},
		"another root":        {[]string{"word/document.xml", "<a/>"}, sheet.CodeDamaged, nil},
		"two roots":           {[]string{"word/document.xml", document(tbl(plain("a"))) + "<a/>"}, sheet.CodeDamaged, nil},
		"a cell in a comment": {doc(tbl(plain("a")) + "<!-- <w:tc> -->"), sheet.CodeDamaged, nil},
		"styles": {[]string{"word/document.xml", document(tbl(plain("a"))), "word/_rels/document.xml.rels", `<Relationships><Relationship Type="/styles" Target="s.xml"/></Relationships>`,
			"word/s.xml", `<w:styles ` + space + `>` + numbered(`<w:style w:styleId="%d"><w:rPr/></w:style>`, 101) + `</w:styles>`}, sheet.CodeLimit, func(l *sheet.Limits) { l.Styles = 0 }},
	}
}

func numbered(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

func TestHostileDocumentsAreRefused(t *testing.T) {
	for name, h := range hostile() {
		t.Run(name, func(t *testing.T) {
			lim := sheet.DefaultLimits()
			lim.Merges, lim.Styles, lim.Cells, lim.SharedBytes = 100, 100, 1000*heldPart, 4<<20
			if name == "a text in pieces" {
				lim.SharedBytes = 0
			}
			if name != "unpacked" {
				lim.Ratio = 0
			}
			data := packed(t, h.parts...)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, _, err := open(data, lim)
			runtime.ReadMemStats(&after)
			var x *sheet.FileError
			if !errors.As(err, &x) || x.Code != h.code {
				t.Fatalf("%v, want %s", err, h.code)
			}
			// All that was ever allocated, most of it tokens that are thrown away at once.
			if grown := after.TotalAlloc - before.TotalAlloc; grown > 64<<20 && !strings.HasPrefix(name, "rows") {
				t.Errorf("refusing took %d MiB", grown>>20)
			}
			if h.lift == nil {
				return
			}
			h.lift(&lim)
			if _, _, err := open(data, lim); err != nil {
				t.Errorf("without the limit: %v", err)
			}
		})
	}
}

func isFileError(err error) bool {
	var x *sheet.FileError
	return errors.As(err, &x)
}

func TestEveryPrefixIsRefused(t *testing.T) {
	whole := testdata(t, "ok_annex.docx")
	for i := range 100 {
		n := len(whole) * i / 100
		if _, _, err := open(whole[:n], sheet.DefaultLimits()); !isFileError(err) {
			t.Fatalf("cut at %d of %d: %v", n, len(whole), err)
		}
	}
	content := document(par("t") + tbl(plain("a", "b"), plain("c", "d")) + par("x"))
	for n := range len(content) {
		if _, _, err := open(packed(t, "word/document.xml", content[:n]), sheet.DefaultLimits()); !isFileError(err) {
			t.Fatalf("content cut at %d of %d: %v", n, len(content), err)
		}
	}
}

func TestDeadlineIsAnErrorOfTheFile(t *testing.T) {
	data := testdata(t, "ok_annex.docx")
	ctx, cancel := context.WithTimeout(context.Background(), 0)
	defer cancel()
	_, err := Open(ctx, bytes.NewReader(data), int64(len(data)), sheet.DefaultLimits())
	var x *sheet.FileError
	if !errors.As(err, &x) || x.Code != sheet.CodeTimeout {
		t.Error(err)
	}
}

// fuzzed checks what must hold whatever the bytes. It gives the number of digits in the cells, -1 if the document is refused.
func fuzzed(t *testing.T, data []byte) int {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	_, all, err := openWithin(ctx, data, sheet.DefaultLimits())
	if err != nil {
		var x *sheet.FileError
		if !errors.As(err, &x) || x.Code == sheet.CodeTimeout {
			t.Fatal(err)
		}
		return -1
	}
	n := 0
	for _, cells := range all {
		ordered := slices.IsSortedFunc(cells, func(a, b sheet.Cell) int {
			if a.Row != b.Row {
				return a.Row - b.Row
			}
			if a.Col == b.Col {
				t.Fatalf("two cells at %s", a.Address())
			}
			return a.Col - b.Col
		})
		if !ordered {
			t.Fatal("cells are not in order")
		}
		for _, c := range cells {
			n += digits(c.Raw)
			if c.Raw == "" || c.Row > maxRow || c.Col > maxColumn || !c.Merge.IsZero() && !c.Merge.Contains(c.Row, c.Col) {
				t.Fatalf("%+v", c)
			}
			for i, r := range c.Runs {
				if r.From >= len(c.Raw) || i > 0 && r.From <= c.Runs[i-1].From {
					t.Fatalf("%+v", c)
				}
			}
		}
	}
	return n
}

// digits counts them, raised ones too.
func digits(s string) int {
	n := 0
	for _, r := range s {
		if r >= '0' && r <= '9' || unicode.Is(unicode.No, r) {
			n++
		}
	}
	return n
}

// digitsOfTables counts, by the standard decoder alone, the digits that stand in plain runs of the tables' cells.
func digitsOfTables(content string) int {
	d := xml.NewDecoder(strings.NewReader(content))
	var path []string
	n := 0
	for {
		tok, err := d.Token()
		if err != nil {
			return n
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			name := tok.Name.Local
			if !wordSpace(tok.Name.Space) {
				name = "?"
			}
			path = append(path, name)
		case xml.EndElement:
			path = path[:len(path)-1]
		case xml.CharData:
			if strings.Join(path, "/") == "document/body/tbl/tr/tc/p/r/t" {
				for _, c := range tok {
					if c >= '0' && c <= '9' {
						n++
					}
				}
			}
		}
	}
}

// FuzzDocument gives arbitrary bytes as the document: what is not refused holds all digits of its tables, unless rows of
// them are deleted.
func FuzzDocument(f *testing.F) {
	for _, h := range hostile() {
		if len(h.parts[1]) < 4000 {
			f.Add(h.parts[1])
		}
	}
	f.Add(document(par("t") + tbl(tr(`<w:trPr><w:gridBefore w:val="1"/></w:trPr>`, tc(`<w:gridSpan w:val="2"/><w:vMerge w:val="restart"/>`, par("a")+tbl(plain("n"))), tc(`<w:hMerge/>`, `<w:p>`+run(`<w:vanish/>`, "h")+box("b")+`</w:p>`)))))
	f.Fuzz(func(t *testing.T, content string) {
		if got, want := fuzzed(t, packed(t, "word/document.xml", content)), digitsOfTables(content); got >= 0 && got < want && !strings.Contains(content, "del") {
			t.Fatalf("%d digits of %d", got, want)
		}
	})
}

func FuzzOpen(f *testing.F) {
	f.Add(testdata(f, "ok_annex.docx"))
	f.Fuzz(func(t *testing.T, data []byte) { fuzzed(t, data) })
}
