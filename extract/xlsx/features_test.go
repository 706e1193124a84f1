package xlsx

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/phuluc/phuluc/extract/sheet"
)

// withStyles gives the workbook a styles part with two cell formats, in Times New Roman and in .VnTime.
func withStyles(p map[string]string) map[string]string {
	p["xl/_rels/workbook.xml.rels"] = strings.Replace(p["xl/_rels/workbook.xml.rels"], "</Relationships>", `<Relationship Id="rId9" Type="`+relURL+`styles" Target="styles.xml"/></Relationships>`, 1)
	p["xl/styles.xml"] = `<styleSheet ` + nsMain + `><fonts><font><name val="Times New Roman"/></font><font><name val=".VnTime"/></font></fonts><cellXfs><xf fontId="0"/><xf fontId="1"/></cellXfs></styleSheet>`
	return p
}

func TestFontsOfRuns(t *testing.T) {
	run := func(font, text string) string {
		if font != "" {
			font = `<rPr><b/><rFont val="` + font + `"/><family val="1"/></rPr>`
		}
		return `<r>` + font + `<t xml:space="preserve">` + text + `</t></r>`
	}
	cases := []struct{ name, content, want string }{
		{"no runs", `<t>một</t>`, "một []"},
		{"runs without fonts", run("", "a") + `<r><rPr><b/></rPr><t>b</t></r>`, "ab []"},
		{"two fonts", run(".VnTime", "Sè") + run("Times New Roman", " người"), "Sè người [{0 .VnTime false} {3 Times New Roman false}]"},
		{"the font of the cell first", run("", "Số ") + run(".VnTime", "hé"), "Số hé [{5 .VnTime false}]"},
		{"back to the font of the cell", run(".VnTime", "hé") + run("", " 1") + run("", "0"), "hé 10 [{0 .VnTime false} {3 Times New Roman false}]"},
		{"neighbours in one font", run(".VnTime", "h") + run(".VnTime", "é"), "hé [{0 .VnTime false}]"},
		{"a font that is the cell's", run("Times New Roman", "a") + run("", "b"), "ab []"},
		{"empty runs", run("", "a") + run(".VnArial", "") + run(".VnTime", "b"), "ab [{1 .VnTime false}]"},
		{"offsets count what is read", run("", "a_x000D_&#10;&amp;\r\n_x0041_") + run(".VnTime", "b"), "a\n&\nAb [{5 .VnTime false}]"},
		{"a line end in two runs", run("", "a_x000D_") + run(".VnTime", "\nb"), "a\nb [{2 .VnTime false}]"},
		{"an escape is not put together from two runs", run("", "_x00") + run(".VnTime", "41_"), "_x0041_ [{4 .VnTime false}]"},
		{"phonetics have no part", run("", "a") + `<rPh sb="0" eb="1"><t>x</t></rPh>` + run(".VnTime", "b"), "ab [{1 .VnTime false}]"},
		{"a text beside runs", run(".VnTime", "a") + `<t>b</t>`, "ab [{0 .VnTime false} {1 Times New Roman false}]"},
		{"a mark that is raised", run("", "36500") + `<r><rPr><vertAlign val="superscript"/></rPr><t>1)</t></r>` + run(".VnTime", "b"), "36500¹⁾b [{10 .VnTime false}]"},
		{"a mark that is raised, without a digit", run("", "2003") + `<r><rPr><vertAlign val="superscript"/></rPr><t>(*)</t></r>`, "2003(*) []"},
		{"all is raised", `<r><rPr><vertAlign val="superscript"/></rPr><t>2018</t></r>`, "2018 []"},
		{"a piece that is lowered", run("", "H") + `<r><rPr><vertAlign val="subscript"/></rPr><t>2</t></r>`, "H2 []"},
		{"a piece that is struck through", `<r><rPr><strike/></rPr><t>35 </t></r><r><rPr><strike val="0"/></rPr><t>36</t></r>`, "35 36 [{0 Times New Roman true} {3 Times New Roman false}]"},
		{"a font's name with an entity", run("A&amp;B", "x"), "x [{0 A&B false}]"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := withStyles(parts(rows(`<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is>` + c.content + `</is></c></row>`)))
			p["xl/sharedStrings.xml"] = `<sst><si>` + c.content + `</si></sst>`
			cells, err := one(t, p)
			if err != nil || len(cells) != 2 {
				t.Fatal(cells, err)
			}
			for _, cell := range cells {
				if got := fmt.Sprint(cell.Raw, " ", cell.Runs); got != c.want {
					t.Errorf("%s: got  %q\nwant %q", cell.Address(), got, c.want)
				}
			}
		})
	}
	t.Run("the line through is that of the style where no piece says otherwise", func(t *testing.T) {
		p := withStyles(parts(rows(`<row r="1"><c r="A1" s="1"><v>5</v></c><c r="B1" s="1" t="s"><v>0</v></c><c r="C1" s="2"><v>5</v></c><c r="D1"><v>5</v></c></row>`)))
		p["xl/styles.xml"] = `<styleSheet ` + nsMain + `><fonts><font/><font><strike/><name val="A"/></font><font><strike val="false"/></font></fonts><cellXfs><xf fontId="0"/><xf fontId="1"/><xf fontId="2"/></cellXfs></styleSheet>`
		p["xl/sharedStrings.xml"] = `<sst><si>` + run("", "a") + run(".VnTime", "b") + `</si></sst>`
		cells, err := one(t, p)
		if err != nil || !cells[0].Struck || !cells[0].IsStruck() || !cells[1].Struck || fmt.Sprint(cells[1].Runs) != "[{1 .VnTime false}]" || cells[2].Struck || cells[3].Struck {
			t.Error(cells, err)
		}
	})
	t.Run("the cell says what its font is", func(t *testing.T) {
		p := withStyles(parts(rows(`<row r="1"><c r="A1" s="1" t="s"><v>0</v></c><c r="B1" t="s"><v>0</v></c></row>`)))
		p["xl/sharedStrings.xml"] = `<sst><si>` + run("", "a") + run(".VnTime", "b") + `</si></sst>`
		cells, err := one(t, p)
		if err != nil || fmt.Sprint(cells[0].Runs, cells[1].Runs) != "[] [{1 .VnTime false}]" {
			t.Error(cells, err)
		}
	})
}

// A table of shared strings is kept in groups; its edges are where an offset goes wrong.
func TestSharedStringsInGroups(t *testing.T) {
	for _, n := range []int{1, stringGroup - 1, stringGroup, stringGroup + 1, 3*stringGroup + 7} {
		var sst, body strings.Builder
		for i := range n {
			fmt.Fprintf(&sst, "<si><t>số %d</t></si><si/>", i)
			fmt.Fprintf(&body, `<row><c t="s"><v>%d</v></c><c t="s"><v>%d</v></c></row>`, 2*i, 2*i+1)
		}
		p := parts(rows(body.String()))
		p["xl/sharedStrings.xml"] = "<sst>" + sst.String() + "</sst>"
		cells, err := one(t, p)
		if err != nil || len(cells) != n {
			t.Fatalf("%d strings: %d cells, %v", n, len(cells), err)
		}
		for i, c := range cells {
			if want := fmt.Sprintf("số %d", i); c.Raw != want || c.Row != i+1 {
				t.Errorf("%d strings: %s is %q, want %q", n, c.Address(), c.Raw, want)
			}
		}
	}
}

func TestFormulasThatReadOtherWorkbooks(t *testing.T) {
	cases := []struct {
		formula  string
		external bool
	}{
		{`SUM(B1:B9)`, false},
		{`[1]Sheet1!A1`, true},
		{`B1+[12]Sheet1!$A$1`, true},
		{`'[1]Biểu 1'!A1*2`, true},
		{`'C:\Số liệu\[bieu.xlsx]Sheet1'!A1`, true},
		{`VLOOKUP(A1,[1]Dữ_liệu!$A:$C,2,0)`, true},
		{`[1]!TongSo`, true},
		{`"[1]Sheet1!A1"`, false},
		{`"a""[1]Sheet1!A1"&amp;B1`, false},
		{`"it's "&amp;[1]Sheet1!A1`, true},
		{`'Bà ''Tư'''!A1&amp;"[1]x"`, false},
		{`Bảng1[Cột]`, false},
		{`Table1[1]`, false},
		{`SUM(Table1[[#This Row],[a]:[b]])`, false},
		{`Table1['[1]x!A1]`, false},
		{`SUM(Table1[a],[1]Sheet1!A1)`, true},
		{`[@Cột]*2`, false},
		{`TongNgoai*2`, true},
		{`tongngoai`, true},
		{`TongNgoai2`, false},
		{`TongNgoai(1)`, false},
		{`Sheet1!TongNgoai`, true},
		{`QuaTen+1`, true},
		{`TrongNha`, false},
		{`Vong1`, false},
		{`"TongNgoai"`, false},
		{`Số_ngoài`, true},
	}
	for _, c := range cases {
		p := parts(rows(`<row r="1"><c r="A1"><f>` + c.formula + `</f><v>7</v></c><c r="B1" t="str"><f xml:space="preserve">` + c.formula + `</f><v>bảy</v></c><c r="C1"><v>1</v></c></row>`))
		p["xl/workbook.xml"] = strings.Replace(p["xl/workbook.xml"], "</workbook>", `<definedNames><definedName name="Vong1">Vong2</definedName><definedName name="Vong2">Vong1</definedName><definedName name="QuaTen">TrongNha+TongNgoai</definedName>
			<definedName name="TongNgoai" localSheetId="0">[1]Sheet1!$A$1</definedName><definedName name="TrongNha">Sheet1!$A$1</definedName><definedName name="SỐ_NGOÀI">'[2]x'!A1</definedName></definedNames></workbook>`, 1)
		cells, err := one(t, p)
		if err != nil || addresses(cells) != "A1=7 B1=bảy C1=1" {
			t.Errorf("%s: %v, %v", c.formula, cells, err)
			continue
		}
		for i, cell := range cells {
			if want := c.external && i < 2; cell.External != want || cell.Formula != (i < 2) {
				t.Errorf("%s in %s: external %v, formula %v", c.formula, cell.Address(), cell.External, cell.Formula)
			}
		}
	}
}

// One formula may stand for many cells: shared, or filling a range.
func TestFormulasOfOtherCells(t *testing.T) {
	cases := []struct{ name, xml, want string }{
		{"shared", `<row r="1"><c r="A1"><f t="shared" ref="A1:A3" si="0">[1]x!B1</f><v>1</v></c><c r="B1"><f t="shared" ref="B1:B3" si="1">C1</f><v>1</v></c></row>
			<row r="2"><c r="A2"><f t="shared" si="0"/><v>1</v></c><c r="B2"><f t="shared" si="1"/><v>1</v></c></row>
			<row r="3"><c r="A3"><f t="shared" si="0">C3</f><v>1</v></c></row><row r="4"><c r="A4"><f t="shared" si="0"/><v>1</v></c></row>`,
			"A1 external, B1 formula, A2 external, B2 formula, A3 formula, A4 formula"},
		{"array", `<row r="1"><c r="A1"><f t="array" ref="A1:B2">[1]x!A1:B2</f><v>1</v></c><c r="B1"><v>1</v></c><c r="C1"><v>1</v></c></row>
			<row r="2"><c r="A2"><v>1</v></c><c r="B2"><f>C1</f><v>1</v></c></row><row r="3"><c r="A3"><v>1</v></c></row>`,
			"A1 external, B1 external, C1, A2 external, B2 formula, A3"},
		{"array of this workbook", `<row r="1"><c r="A1"><f t="array" ref="A1:A2">TRANSPOSE(C1:D1)</f><v>1</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>`, "A1 formula, A2 formula"},
		{"data table", `<row r="2"><c r="B2"><f t="dataTable" ref="B2:B3" dt2D="0" r1="A1"/><v>1</v></c></row><row r="3"><c r="B3"><v>2</v></c></row>`, "B2 formula, B3 formula"},
	}
	for _, c := range cases {
		cells, err := one(t, parts(rows(c.xml)))
		var got []string
		for _, cell := range cells {
			s := cell.Address()
			if cell.External {
				s += " external"
			} else if cell.Formula {
				s += " formula"
			}
			got = append(got, s)
		}
		if strings.Join(got, ", ") != c.want || err != nil {
			t.Errorf("%s: got  %s, %v\nwant %s", c.name, strings.Join(got, ", "), err, c.want)
		}
	}
	for _, formula := range []string{`<f t="shared" si="x">1</f>`, `<f t="array" ref="A:B">1</f>`, `<f t=array>1</f>`, `<f>1</f><f>2</f>`} {
		if _, err := one(t, parts(rows(`<row r="1"><c r="A1">`+formula+`<v>1</v></c></row>`))); code(err) != sheet.CodeDamaged || !strings.Contains(err.Error(), "A1") {
			t.Errorf("%s: %v", formula, err)
		}
	}
}

// A workbook with macros is read like any other; the macros are bytes that nobody looks at.
func TestWorkbooksWithMacros(t *testing.T) {
	p := parts(rows(`<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1"><f>MyMacro(A1)</f><v>5</v></c></row>`))
	p["[Content_Types].xml"] = `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>
		<Override PartName="/xl/workbook.xml" ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/></Types>`
	p["xl/_rels/workbook.xml.rels"] = strings.Replace(p["xl/_rels/workbook.xml.rels"], "</Relationships>", `<Relationship Id="rId7" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" Target="vbaProject.bin"/>
		<Relationship Id="rId8" Type="http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet" Target="macrosheets/sheet1.xml"/></Relationships>`, 1)
	p["xl/workbook.xml"] = strings.Replace(p["xl/workbook.xml"], "</sheets>", `<sheet name="Macro1" sheetId="2" state="veryHidden" r:id="rId8"/></sheets>`, 1)
	p["xl/macrosheets/sheet1.xml"] = `<xm:macrosheet xmlns:xm="m"><sheetData><row r="1"><c r="A1"><f>EXEC("calc.exe")</f><v>33</v></c></row></sheetData></xm:macrosheet>`
	p["xl/vbaProject.bin"] = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 Sub Workbook_Open()"
	all, err := readAll(pack(t, p), sheet.DefaultLimits())
	if err != nil || addresses(all["Biểu 1"]) != "A1=một B1=5" || len(all["Macro1"]) != 0 {
		t.Errorf("%v, %v", all, err)
	}
}

// Every part may be UTF-16, may begin with a mark, may use prefixes, and may be of the strict dialect.
func TestPartsInOtherWritings(t *testing.T) {
	wide := func(s string) string {
		b := []byte{0xFE, 0xFF}
		for _, u := range utf16.Encode([]rune(s)) {
			b = append(b, byte(u>>8), byte(u))
		}
		return string(b)
	}
	changes := map[string]func(string) string{
		"UTF-16":           wide,
		"byte order mark":  func(s string) string { return "\uFEFF" + s },
		"CR LF everywhere": func(s string) string { return strings.ReplaceAll(s, "><", ">\r\n<") },
		"strict": func(s string) string {
			return strings.NewReplacer("http://schemas.openxmlformats.org/officeDocument/2006/relationships", "http://purl.oclc.org/ooxml/officeDocument/relationships",
				"http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main").Replace(s)
		},
		"prefixes": func(s string) string {
			if strings.HasPrefix(s, "<?xml") {
				_, s, _ = strings.Cut(s, "?>")
			}
			s = strings.ReplaceAll(strings.ReplaceAll(s, "<", "<x:"), "<x:/", "</x:")
			return strings.ReplaceAll(s, " xmlns=", " xmlns:x=")
		},
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			p := withStyles(parts(rows(`<row r="1"><c r="A1" s="1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>hai</t></is></c></row>`)))
			p["xl/sharedStrings.xml"] = `<sst ` + nsMain + `><si><r><rPr><rFont val="Arial"/></rPr><t>Lào Cai 😀</t></r></si></sst>`
			for part, content := range p {
				p[part] = change(content)
			}
			cells, err := one(t, p)
			if err != nil || addresses(cells) != "A1=Lào Cai 😀 B1=hai" || cells[0].Font != ".VnTime" || fmt.Sprint(cells[0].Runs) != "[{0 Arial false}]" {
				t.Errorf("%+v, %v", cells, err)
			}
		})
	}
}
