package xlsx

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/phuluc/phuluc/extract/sheet"
)

// one reads the only sheet of a made workbook.
func one(t testing.TB, p map[string]string) ([]sheet.Cell, error) {
	t.Helper()
	all, err := readAll(pack(t, p), sheet.DefaultLimits())
	return all["Biểu 1"], err
}

func TestCellsOfEveryForm(t *testing.T) {
	cases := []struct{ name, xml, want string }{
		{"number", `<row r="1"><c r="A1"><v>12.50</v></c></row>`, "A1=12.50"},
		{"number keeps its digits", `<row r="1"><c r="A1"><v>0.10000000000000001</v></c><c r="B1"><v>1E+2</v></c><c r="C1"><v>-007</v></c></row>`, "A1=0.10000000000000001 B1=1E+2 C1=-007"},
		{"spaces around a number", `<row r="1"><c r="A1"><v> 5
</v></c></row>`, "A1=5"},
		{"shared string", `<row r="1"><c r="A1" t="s"><v>1</v></c></row>`, "A1=hai"},
		{"inline string", `<row r="1"><c r="A1" t="inlineStr"><is><t>chữ</t></is></c></row>`, "A1=chữ"},
		{"inline runs without phonetics", `<row r="1"><c r="A1" t="inlineStr"><is><r><rPr><b/></rPr><t>a</t></r><r><t xml:space="preserve"> b</t></r><rPh sb="0" eb="1"><t>x</t></rPh><phoneticPr fontId="1"/></is></c></row>`, "A1=a b"},
		{"formula string", `<row r="1"><c r="A1" t="str"><f>B1&amp;"x"</f><v>kết quả</v></c></row>`, "A1=kết quả"},
		{"formula number", `<row r="1"><c r="A1"><f t="shared" ref="A1:A2" si="0">SUM(B1)</f><v>3</v></c></row>`, "A1=3"},
		{"formula without a value", `<row r="1"><c r="A1"><f>SUM(B1)&amp;2</f></c></row>`, "A1==SUM(B1)&2"},
		{"formula with an empty number", `<row r="1"><c r="A1"><f>SUM(B1)</f><v></v></c><c r="B1"><f>B2</f><v/></c><c r="C1"><f t="shared" si="0"/></c></row>`, "A1==SUM(B1) B1==B2 C1=="},
		{"formula with an empty text", `<row r="1"><c r="A1" t="str"><f>IF(B1,1,"")</f><v></v></c><c r="B1" t="str"><f>""</f><v/></c></row>`, ""},
		{"formula of a text without a value", `<row r="1"><c r="A1" t="str"><f>B1&amp;"x"</f></c></row>`, `A1==B1&"x"`},
		{"boolean", `<row r="1"><c r="A1" t="b"><v>1</v></c><c r="B1" t="b"><v>0</v></c></row>`, "A1=TRUE B1=FALSE"},
		{"error", `<row r="1"><c r="A1" t="e"><v>#N/A</v></c></row>`, "A1=#N/A"},
		{"iso date", `<row r="1"><c r="A1" t="d"><v>2019-07-03</v></c></row>`, "A1=2019-07-03"},
		{"text where a number should be", `<row r="1"><c r="A1"><v>1,5</v></c></row>`, "A1=1,5"},
		{"blank cells", `<row r="1"><c r="A1" s="0"/><c r="B1"></c><c r="C1"><v></v></c><c r="D1"><v/></c><c r="E1" t="str"><v></v></c><c r="F1" t="inlineStr"><is><t/></is></c><c r="G1" t="s"><v/></c><c r="H1"><v>1</v></c></row>`, "H1=1"},
		{"no references", `<row><c><v>1</v></c><c><v>2</v></c></row><row/><row><c><v>3</v></c></row>`, "A1=1 B1=2 A3=3"},
		{"some references", `<row r="2"><c><v>1</v></c><c r="D2"><v>2</v></c><c><v>3</v></c></row><row><c><v>4</v></c></row>`, "A2=1 D2=2 E2=3 A3=4"},
		{"attributes in any order and quotes", `<row spans="1:3" r='1'><c t='s' s='0' r='C1'><v>0</v></c></row>`, "C1=một"},
		{"empty style", `<row r="1"><c r="A1" s=""><v>1</v></c></row>`, "A1=1"},
		{"white space everywhere", "\n <row\n r = \"1\" >\n <c\tr=\"A1\" >\n <v >1</v >\n </c >\n </row >\n ", "A1=1"},
		{"comments, instructions, character data", `<!-- <row r="1"><c r="A1"/> --><row r="1"><?x <c?><c r="A1" t="str"><v>a<!-- x --><![CDATA[<c & ]]>b</v></c></row>`, "A1=a<c & b"},
		{"entities", `<row r="1"><c r="A1" t="str"><v>&lt;&gt;&amp;&quot;&apos;&#7841;&#x1EA1;&#x1F600;</v></c></row>`, `A1=<>&"'ạạ😀`},
		{"line ends", "<row r=\"1\"><c r=\"A1\" t=\"str\"><v>a\r\nb\rc\nd&#13;&#10;e_x000D_\nf_x000D__x000A_g_x000D_h</v></c></row>", "A1=a\nb\nc\nd\ne\nf\ng\nh"},
		{"escapes", `<row r="1"><c r="A1" t="str"><v>_x0041__x005F_x0041__xD83D__xDE00__xD83D_x_x00_x0001__x</v></c></row>`, "A1=A_x0041_😀_xD83D_x_x00_x0001__x"},
		{"no escapes in numbers and errors", `<row r="1"><c r="A1"><v>_x0031_</v></c></row>`, "A1=_x0031_"},
		{"spaces of a text are kept", `<row r="1"><c r="A1" t="str"><v xml:space="preserve">  x </v></c><c r="B1" t="str"><v> y</v></c></row>`, "A1=  x  B1= y"},
		{"extension inside a cell", `<row r="1"><c r="A1"><v>1</v><extLst><ext uri="x"><v>9</v></ext></extLst></c></row>`, "A1=1"},
		{"last row and column", `<row r="1048576"><c r="SR1048576"><v>1</v></c></row>`, "SR1048576=1"},
		{"an empty text beside a value", `<row r="1"><c r="A1"><v>1</v><is/></c></row>`, "A1=1"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := one(t, parts(rows(c.xml)))
			if err != nil || addresses(got) != c.want {
				t.Errorf("got  %q, %v\nwant %q", addresses(got), err, c.want)
			}
		})
		t.Run(c.name+", with a prefix", func(t *testing.T) {
			p := parts(rows(c.xml))
			x := p["xl/worksheets/sheet1.xml"]
			for _, n := range []string{"worksheet", "sheetData", "row", "rPr", "rPh", "c", "v", "f", "is", "t", "r", "extLst", "ext"} {
				for _, end := range []string{" ", ">", "/>", "\t", "\n"} {
					x = strings.ReplaceAll(x, "<"+n+end, "<x:"+n+end)
					x = strings.ReplaceAll(x, "</"+n+end, "</x:"+n+end)
				}
			}
			if c.name == "comments, instructions, character data" {
				x = strings.Replace(x, "<![CDATA[<x:c", "<![CDATA[<c", 1)
			}
			p["xl/worksheets/sheet1.xml"] = strings.Replace(x, "xmlns=", "xmlns:x=", 1)
			got, err := one(t, p)
			if err != nil || addresses(got) != c.want {
				t.Errorf("got  %q, %v\nwant %q\nin %s", addresses(got), err, c.want, x)
			}
		})
	}
}

func TestKindsAndStyles(t *testing.T) {
	p := parts(rows(`<row r="1"><c r="A1" s="1"><v>0.5</v></c><c r="B1" s="2"><v>43649</v></c><c r="C1" s="3"><v>1.5</v></c>` +
		`<c r="D1" s="2" t="s"><v>0</v></c><c r="E1" s="2" t="b"><v>1</v></c><c r="F1" t="e"><v>#REF!</v></c><c r="G1"><f>1</f><v>1</v></c><c r="H1" s="4"><v>1</v></c></row>`))
	p["xl/_rels/workbook.xml.rels"] = strings.Replace(p["xl/_rels/workbook.xml.rels"], "</Relationships>", `<Relationship Id="rId9" Type="`+relURL+`styles" Target="/xl/styles.xml"/></Relationships>`, 1)
	p["xl/styles.xml"] = `<styleSheet ` + nsMain + ` xmlns:mc="m"><numFmts count="1"><numFmt numFmtId="164" formatCode="#,##0.0&quot; %&quot;"/></numFmts>
		<fonts><font><sz val="11"/><name val="Times New Roman"/></font><mc:AlternateContent><mc:Choice Requires="x"><font><name val="New"/></font></mc:Choice><mc:Fallback><font><name val=".VnTime"/></font></mc:Fallback></mc:AlternateContent></fonts>
		<cellStyleXfs><xf numFmtId="9" fontId="0"/></cellStyleXfs>
		<cellXfs><xf numFmtId="0" fontId="0"/><xf numFmtId="10" fontId="1"/><xf numFmtId="14" fontId="0"><alignment horizontal="left" indent="2"/></xf><xf numFmtId="164"/><xf numFmtId="9999" fontId="77"/></cellXfs>
		<dxfs><dxf><font><name val="wrong"/></font></dxf></dxfs></styleSheet>`
	cells, err := one(t, p)
	if err != nil {
		t.Fatal(err)
	}
	want := []sheet.Cell{
		{Col: 1, Kind: sheet.Number, Raw: "0.5", Format: "0.00%", Font: ".VnTime"},
		{Col: 2, Kind: sheet.Date, Raw: "43649", Format: "mm-dd-yy", Font: "Times New Roman", Indent: 2},
		{Col: 3, Kind: sheet.Number, Raw: "1.5", Format: `#,##0.0" %"`, Font: "Times New Roman"},
		{Col: 4, Kind: sheet.Text, Raw: "một", Format: "mm-dd-yy", Font: "Times New Roman", Indent: 2},
		{Col: 5, Kind: sheet.Bool, Raw: "TRUE", Format: "mm-dd-yy", Font: "Times New Roman", Indent: 2},
		{Col: 6, Kind: sheet.Error, Raw: "#REF!", Font: "Times New Roman"},
		{Col: 7, Kind: sheet.Number, Raw: "1", Font: "Times New Roman", Formula: true},
		{Col: 8, Kind: sheet.Number, Raw: "1"},
	}
	if len(cells) != len(want) {
		t.Fatalf("%d cells: %v", len(cells), cells)
	}
	for i, w := range want {
		w.Row = 1
		if !reflect.DeepEqual(cells[i], w) {
			t.Errorf("got  %+v\nwant %+v", cells[i], w)
		}
	}
}

func TestMergesAndHiddenFlags(t *testing.T) {
	cells, err := one(t, parts(`<cols><col min="2" max="3" hidden="1"/><col min="5" max="99999" hidden="true"/></cols>`+
		rows(`<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c><c r="D1"><v>3</v></c><c r="E1"><v>4</v></c></row><row r="2" hidden="1"><c r="A2"><v>5</v></c></row><row r="3" hidden="0"><c r="D3"><v>6</v></c></row>`)+
		`<mergeCells count="4"><mergeCell ref="D3:E5"/><mergeCell ref="A1:C1"/><mergeCell ref="E1"/><mergeCell ref="A9:B7"/></mergeCells>`))
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, c := range cells {
		got += fmt.Sprintf("%s %v %v; ", c.Address(), c.Merge, c.Hidden)
	}
	want := "A1 A1:C1 false; B1  true; D1  false; E1  true; A2  true; D3 D3:E5 false; "
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestDamagedSheetsAreRefused(t *testing.T) {
	ok := `<row r="1"><c r="A1"><v>1</v></c></row>`
	cases := []struct{ name, xml, code, detail string }{
		{"rows out of order", rows(`<row r="2"/><row r="1"/>`), sheet.CodeDamaged, "row"},
		{"a row twice", rows(`<row r="2"/><row r="2"/>`), sheet.CodeDamaged, "row"},
		{"cells out of order", rows(`<row r="1"><c r="B1"/><c r="A1"/></row>`), sheet.CodeDamaged, "A1 comes after B1"},
		{"a cell twice", rows(`<row r="1"><c r="B1"/><c r="B1"/></row>`), sheet.CodeDamaged, "B1"},
		{"a cell of another row", rows(`<row r="1"><c r="B2"/></row>`), sheet.CodeDamaged, "stands in row 1"},
		{"reference with four letters", rows(`<row r="51"><c r="AAAA51"/></row>`), sheet.CodeDamaged, "AAAA51"},
		{"reference beyond the last column", rows(`<row r="1"><c r="XFE1"/></row>`), sheet.CodeDamaged, "XFE1"},
		{"reference that overflows", rows(`<row r="1"><c r="A99999999999"/></row>`), sheet.CodeDamaged, "A99999999999"},
		{"reference with $", rows(`<row r="1"><c r="$A$1"/></row>`), sheet.CodeDamaged, "$A$1"},
		{"row zero", rows(`<row r="0"/>`), sheet.CodeDamaged, "row"},
		{"row beyond the last", rows(`<row r="1048577"/>`), sheet.CodeDamaged, "last row"},
		{"rows counted beyond the last", rows(`<row r="1048576"/><row/>`), sheet.CodeDamaged, "last row"},
		{"columns counted beyond the last", rows(`<row r="1"><c r="XFD1"/><c/></row>`), sheet.CodeDamaged, "last column"},
		{"shared string out of range", rows(`<row r="1"><c r="A1" t="s"><v>2</v></c></row>`), sheet.CodeDamaged, "A1 refers to shared string"},
		{"shared string that is no number", rows(`<row r="1"><c r="A1" t="s"><v>-1</v></c></row>`), sheet.CodeDamaged, "A1"},
		{"style out of range", rows(`<row r="1"><c r="A1" s="7"><v>2</v></c></row>`), sheet.CodeDamaged, "style 7"},
		{"style that is no number", rows(`<row r="1"><c r="A1" s="x"><v>2</v></c></row>`), sheet.CodeDamaged, "style"},
		{"unknown type", rows(`<row r="1"><c r="A1" t="z"><v>2</v></c></row>`), sheet.CodeDamaged, "type"},
		{"boolean of three values", rows(`<row r="1"><c r="A1" t="b"><v>2</v></c></row>`), sheet.CodeDamaged, "TRUE"},
		{"two values", rows(`<row r="1"><c r="A1"><v>2</v><v>3</v></c></row>`), sheet.CodeDamaged, "two values"},
		{"text between cells", rows(`<row r="1">x</row>`), sheet.CodeDamaged, "text between cells"},
		{"text between rows", rows(`x`), sheet.CodeDamaged, "text between rows"},
		{"text beside a value", rows(`<row r="1"><c r="A1">5</c></row>`), sheet.CodeDamaged, "A1"},
		{"unknown entity", rows(`<row r="1"><c r="A1" t="str"><v>&bomb;</v></c></row>`), sheet.CodeDamaged, "A1"},
		{"endless entity", rows(`<row r="1"><c r="A1" t="str"><v>& bomb</v></c></row>`), sheet.CodeDamaged, "A1"},
		{"forbidden character", rows("<row r=\"1\"><c r=\"A1\" t=\"str\"><v>\x01</v></c></row>"), sheet.CodeDamaged, "A1"},
		{"reference to a forbidden character", rows(`<row r="1"><c r="A1" t="str"><f/><v>&#0;</v></c></row>`), sheet.CodeDamaged, ""},
		{"not text at all", rows("<row r=\"1\"><c r=\"A1\" t=\"str\"><v>\xff</v></c></row>"), sheet.CodeDamaged, "UTF-8"},
		{"no table of cells", ``, sheet.CodeDamaged, "no table"},
		{"two tables of cells", rows(ok) + rows(``), sheet.CodeDamaged, "two tables"},
		{"columns described too late", rows(ok) + `<cols/>`, sheet.CodeDamaged, "cols"},
		{"cells hidden where no reader looks", rows(`<mc:AlternateContent><mc:Choice>` + ok + `</mc:Choice></mc:AlternateContent>`), sheet.CodeDamaged, "second count"},
		{"a cell inside a cell", rows(`<row r="1"><c r="A1"><x><c r="B1"><v>1</v></c></x></c></row>`), sheet.CodeDamaged, "second count"},
		{"merged ranges in the wrong place", rows(ok) + `<x><mergeCell ref="A1:B1"/></x>`, sheet.CodeDamaged, "merged"},
		{"merged range that is no range", rows(ok) + `<mergeCells><mergeCell ref="A:C"/></mergeCells>`, sheet.CodeDamaged, "A:C"},
		{"end tag of another element", rows(`<row r="1"><c r="A1"><v>1</c></v></row>`), sheet.CodeDamaged, "closes"},
		{"the end is missing", `<sheetData>` + ok, sheet.CodeDamaged, "closes"},
		{"attribute without quotes", rows(`<row r="1"><c r=A1><v>1</v></c></row>`), sheet.CodeDamaged, "malformed"},
		{"attribute without a value", rows(`<row r="1"><c r><v>1</v></c></row>`), sheet.CodeDamaged, "malformed"},
		{"attributes without a space", rows(`<row r="1"><c r="A1"s="0"><v>1</v></c></row>`), sheet.CodeDamaged, "malformed"},
		{"tag without a name", rows(`<row r="1">< c></row>`), sheet.CodeDamaged, "name"},
		{"document type inside", rows(`<!DOCTYPE x>`), sheet.CodeDoctype, "document type"},
		{"element declaration", rows(`<!ELEMENT x>`), sheet.CodeDamaged, "declaration"},
		{"comment without an end", rows(`<!-- `), sheet.CodeDamaged, "-->"},
		{"nested without end", rows(strings.Repeat("<x>", 300) + strings.Repeat("</x>", 300)), sheet.CodeLimit, "deeper"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := one(t, parts(c.xml))
			if code(err) != c.code || !strings.Contains(err.Error(), c.detail) || !strings.Contains(err.Error(), "xl/worksheets/sheet1.xml") {
				t.Errorf("got %v, want %s … %q", err, c.code, c.detail)
			}
		})
	}
	if _, err := one(t, parts(rows(ok))); err != nil {
		t.Errorf("the undamaged sheet: %v", err)
	}
}

func TestWholeDocumentMustBeThere(t *testing.T) {
	for name, doc := range map[string]string{
		"nothing":             "",
		"another root":        `<chartsheet/>`,
		"text behind":         `<worksheet><sheetData/></worksheet>x`,
		"second root":         `<worksheet><sheetData/></worksheet><worksheet/>`,
		"cut":                 `<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row>`,
		"cut in a tag":        `<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r`,
		"cut at the last tag": `<worksheet><sheetData></sheetData></worksheet`,
		"old encoding":        `<?xml version="1.0" encoding="windows-1258"?><worksheet><sheetData/></worksheet>`,
	} {
		t.Run(name, func(t *testing.T) {
			p := parts("")
			p["xl/worksheets/sheet1.xml"] = doc
			if _, err := one(t, p); code(err) != sheet.CodeDamaged {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestEncodings(t *testing.T) {
	doc := `<worksheet><sheetData><row r="1"><c r="A1" t="str"><v>Lào Cai 😀</v></c></row></sheetData></worksheet>`
	wide := func(big bool, s string) string {
		var b []byte
		for _, u := range utf16.Encode([]rune(s)) {
			if big {
				b = append(b, byte(u>>8), byte(u))
			} else {
				b = append(b, byte(u), byte(u>>8))
			}
		}
		return string(b)
	}
	for name, c := range map[string]struct{ doc, code string }{
		"byte order mark":         {"\uFEFF" + doc, ""},
		"declared":                {`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n" + doc, ""},
		"little endian":           {wide(false, "\uFEFF"+doc), ""},
		"big endian":              {wide(true, "\uFEFF"+`<?xml version="1.0" encoding="UTF-16"?>`+doc), ""},
		"little endian, no mark":  {wide(false, doc), ""},
		"half a unit":             {wide(false, "\uFEFF"+doc) + "x", sheet.CodeDamaged},
		"half a character":        {wide(false, "\uFEFF"+doc) + "\x00\xd8", sheet.CodeDamaged},
		"a character that is not": {wide(false, "\uFEFF<a>") + "\x00\xd8a\x00" + wide(false, "</a>"), sheet.CodeDamaged},
	} {
		t.Run(name, func(t *testing.T) {
			p := parts("")
			p["xl/worksheets/sheet1.xml"] = c.doc
			got, err := one(t, p)
			if code(err) != c.code || c.code == "" && addresses(got) != "A1=Lào Cai 😀" {
				t.Errorf("%q, %v", addresses(got), err)
			}
		})
	}
}

func TestSharedStrings(t *testing.T) {
	p := parts(rows(`<row r="1"><c t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="s"><v>2</v></c><c t="s"><v>3</v></c><c t="s"><v>4</v></c><c t="s"><v>5</v></c></row>`))
	p["xl/sharedStrings.xml"] = `<sst ` + nsMain + ` count="999999999" uniqueCount="999999999"><si><t>  a </t></si><si><r><t>b</t></r><r><rPr/><t xml:space="preserve"> c</t></r><rPh><t>no</t></rPh></si><si/><si><t/></si>
		<si><t>d&amp;_x000D_` + "\n" + `e<![CDATA[<]]></t></si><si><t xml:space="preserve">` + "x\r\ny" + `</t></si><extLst><ext><si><t>no</t></si></ext></extLst></sst>`
	got, err := one(t, p)
	if want := "A1=  a  B1=b c E1=d&\ne< F1=x\ny"; err != nil || addresses(got) != want {
		t.Errorf("got  %q, %v\nwant %q", addresses(got), err, want)
	}
}

// The count at the end of a sheet is what stands between a fault in the scanner and figures that vanish: losing any
// one cell, or one row, must end in an error.
func TestLosingARowOrACellInsideTheReaderIsNoticed(t *testing.T) {
	data := generate(t, 7, 1, 12, 6)
	whole, err := readAll(data, sheet.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	for name, cells := range whole {
		for _, lost := range cells {
			for what, lose := range map[string]func(row, col int) bool{
				"cell": func(row, col int) bool { return row == lost.Row && col == lost.Col },
				"row":  func(row, col int) bool { return row == lost.Row },
			} {
				w, err := Open(context.Background(), bytes.NewReader(data), int64(len(data)), sheet.DefaultLimits())
				if err != nil {
					t.Fatal(err)
				}
				w.lose = lose
				var last error
				for _, err := range w.Cells(context.Background(), 0) {
					last = err
				}
				if code(last) != sheet.CodeDamaged || !strings.Contains(last.Error(), "second count") {
					t.Fatalf("%s: %s %s was lost: %v", name, what, lost.Address(), last)
				}
			}
		}
	}
}

func TestTwoIterationsAtOnceAndStoppingEarly(t *testing.T) {
	data := generate(t, 3, 2, 20, 8)
	whole, err := readAll(data, sheet.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	w, err := Open(context.Background(), bytes.NewReader(data), int64(len(data)), sheet.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	var outer []sheet.Cell
	for c, err := range w.Cells(context.Background(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		outer = append(outer, c)
		n := 0
		for _, err := range w.Cells(context.Background(), 1) {
			if err != nil {
				t.Fatal(err)
			}
			if n++; n == 3 {
				break
			}
		}
	}
	if got, want := addresses(outer), addresses(whole[w.Sheets()[0].Name]); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for _, i := range []int{-1, 2} {
		for _, err := range w.Cells(context.Background(), i) {
			if err == nil {
				t.Errorf("sheet %d gave a cell", i)
			}
		}
	}
}

func TestContextsEndTheReading(t *testing.T) {
	data := generate(t, 3, 1, 400, 20)
	past, cancel := context.WithDeadline(context.Background(), time.Now().Add(-time.Second))
	defer cancel()
	if _, err := Open(past, bytes.NewReader(data), int64(len(data)), sheet.DefaultLimits()); code(err) != sheet.CodeTimeout || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("open after the deadline: %v", err)
	}
	w, err := Open(context.Background(), bytes.NewReader(data), int64(len(data)), sheet.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	n := 0
	var last error
	for _, err := range w.Cells(ctx, 0) {
		last = err
		n++
		stop()
	}
	if !errors.Is(last, context.Canceled) || n > 4096 {
		t.Errorf("%d cells after cancellation, %v", n, last)
	}
	var e *sheet.FileError
	if errors.As(last, &e) {
		t.Errorf("a cancellation is blamed on the file: %v", last)
	}
}
