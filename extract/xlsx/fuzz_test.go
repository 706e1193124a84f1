package xlsx

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/phuluc/phuluc/extract/sheet"
)

// tight keeps a fuzzed file from asking for much.
func tight() sheet.Limits {
	l := sheet.DefaultLimits()
	l.UnpackedBytes = 4 << 20
	return l
}

// orderly checks what every reader downstream relies on.
func orderly(t *testing.T, cells []sheet.Cell) {
	row, col := 0, 0
	for _, c := range cells {
		if c.Row < row || c.Row == row && c.Col <= col || c.Row > maxRow || c.Col > maxCol || c.Col < 1 {
			t.Fatalf("%s comes after row %d column %d", c.Address(), row, col)
		}
		row, col = c.Row, c.Col
		if c.Raw == "" {
			t.Fatalf("%s is empty", c.Address())
		}
		if !c.Merge.IsZero() && (c.Merge.Row1 != c.Row || c.Merge.Col1 != c.Col) {
			t.Fatalf("%s is not the corner of %v", c.Address(), c.Merge)
		}
	}
}

// FuzzOpen gives arbitrary bytes as a workbook: it must end, and either be refused with a code or be read in order.
func FuzzOpen(f *testing.F) {
	f.Add(pack(f, parts(rows(`<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1"><f>1</f><v>2</v></c></row>`))))
	f.Add(generate(f, 5, 1, 6, 4))
	f.Add([]byte("PK\x05\x06"))
	f.Add([]byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"))
	f.Fuzz(func(t *testing.T, data []byte) {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		w, err := Open(ctx, bytes.NewReader(data), int64(len(data)), tight())
		if err != nil {
			if c := code(err); !strings.HasPrefix(c, "file.") || c == sheet.CodeTimeout {
				t.Fatal(err)
			}
			return
		}
		defer w.Close()
		for i := range w.Sheets() {
			var cells []sheet.Cell
			for c, err := range w.Cells(ctx, i) {
				if err != nil {
					if c := code(err); !strings.HasPrefix(c, "file.") || c == sheet.CodeTimeout {
						t.Fatal(err)
					}
					return
				}
				cells = append(cells, c)
			}
			orderly(t, cells)
			if _, err := w.Comments(ctx, i); !fine(t, err) {
				return
			}
		}
	})
}

// FuzzComments gives arbitrary bytes as both kinds of parts that hold comments: each is on a cell of the sheet, or the part is refused.
func FuzzComments(f *testing.F) {
	f.Add([]byte(`<comments><authors><author>a</author></authors><commentList><comment ref="B2" authorId="0"><text><r><rPr><b/></rPr><t>a:_x000A_</t></r><r><t>b</t></r></text></comment></commentList></comments>`))
	f.Add([]byte(`<ThreadedComments><threadedComment ref="B2" id="1"><text>a&amp;</text><mentions/></threadedComment></ThreadedComments>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, parse := range []func(*lexer, *said, *[]sheet.Comment) error{(*lexer).comments, (*lexer).threads} {
			var list []sheet.Comment
			var all said
			if l := lexerOver(t.Context(), data); !fine(t, parse(l, &all, &list)) {
				continue
			}
			for _, c := range list {
				if c.Row < 1 || c.Row > maxRow || c.Col < 1 || c.Col > maxCol || !utf8.ValidString(c.Text) || !utf8.ValidString(c.Author) {
					t.Fatalf("%+v", c)
				}
			}
		}
	})
}

// FuzzSheetXML gives arbitrary bytes as the XML of a sheet. What is read without an error must be well-formed for the
// standard library as well, and hold as many values as a count by its decoder finds.
func FuzzSheetXML(f *testing.F) {
	for _, s := range []string{
		`<worksheet><cols><col min="1" max="2" hidden="1"/></cols><sheetData><row r="1" hidden="1"><c r="A1" s="0" t="s"><v>0</v></c><c><f>x</f><v>1.5e3</v></c></row></sheetData><mergeCells><mergeCell ref="A1:B2"/></mergeCells></worksheet>`,
		`<x:worksheet xmlns:x="m"><x:sheetData><x:row><x:c t="inlineStr"><x:is><x:r><x:t>a</x:t></x:r></x:is></x:c></x:row></x:sheetData></x:worksheet>`,
		"\uFEFF<?xml version=\"1.0\"?><!-- c --><worksheet><sheetData><row><c t='str'><v><![CDATA[a]]>&amp;&#10;_x000D_</v></c><c t='b'><v>1</v></c></row></sheetData></worksheet>",
		`<worksheet><sheetData><row><c><f>SUM(B1)</f><v></v></c><c><f>1</f></c></row></sheetData></worksheet>`,
		`<worksheet><sheetData/></worksheet>`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		cells, blank, err := scanBytes(ctx, data, 0, false)
		for _, window := range []int{32, 100} {
			for _, slow := range []bool{false, true} {
				again, _, againErr := scanBytes(ctx, data, window, slow)
				if !reflect.DeepEqual(cells, again) || code(err) != code(againErr) {
					t.Fatalf("in windows of %d bytes, slow %v: %d cells, %v; as a whole %d cells, %v", window, slow, len(again), againErr, len(cells), err)
				}
			}
		}
		if err != nil {
			var e *sheet.FileError
			if !errors.As(err, &e) || e.Code == sheet.CodeTimeout {
				t.Fatal(err)
			}
			return
		}
		orderly(t, cells)
		if bytes.HasPrefix(data, []byte("\xFF\xFE")) || bytes.HasPrefix(data, []byte("\xFE\xFF")) || bytes.IndexByte(data, 0) >= 0 {
			return // the standard decoder takes no UTF-16
		}
		filled, ok := countByStandardDecoder(data)
		valued := 0
		for _, c := range cells {
			if !(c.Formula && c.Kind == sheet.Error && strings.HasPrefix(c.Raw, "=")) { // a formula without a result
				valued++
			}
		}
		if ok && filled < valued {
			t.Errorf("%d cells with a value were read, the standard decoder finds %d", valued, filled)
		}
		if ok && filled > len(cells)+blank {
			t.Errorf("%d cells were read and %d were blank, the standard decoder finds %d with a value", len(cells), blank, filled)
		}
	})
}

// scanBytes reads the XML of a sheet, in windows of this size, or as a whole if it is 0.
func scanBytes(ctx context.Context, data []byte, size int, slow bool) (cells []sheet.Cell, blank int, err error) {
	s := scan{
		w: &Workbook{limits: tight(), slow: slow, values: []int{0}, styles: make([]style, 2), outside: names{"ngoài": true},
			strings: stringTable{groups: []string{"ab"}, at: []uint32{0, 1}, runs: map[int][]sheet.Run{1: {{From: 0, Font: ".VnTime"}}}}},
		yield: func(c sheet.Cell, _ error) bool {
			cells = append(cells, c)
			return true
		},
	}
	err = s.document(ctx, func() (window, func(), error) {
		in := window{part: "sheet", src: newTextReader("sheet", bytes.NewReader(data)), b: make([]byte, 0, size)}
		if size == 0 {
			b, err := io.ReadAll(in.src)
			in = window{part: "sheet", b: b}
			return in, func() {}, err
		}
		return in, func() {}, nil
	})
	return cells, s.blank, err
}

// lexerOver reads data through a small window.
func lexerOver(ctx context.Context, data []byte) *lexer {
	return newLexer(ctx, window{part: "part", src: newTextReader("part", bytes.NewReader(data)), b: make([]byte, 0, 64)}, tight())
}

// fine fails for an error that is not about the content, and reports whether there is none.
func fine(t *testing.T, err error) bool {
	t.Helper()
	var e *sheet.FileError
	if err != nil && (!errors.As(err, &e) || e.Code == sheet.CodeTimeout) {
		t.Fatal(err)
	}
	return err == nil
}

// FuzzSharedStrings gives arbitrary bytes as the shared strings. Runs must lie within their text and in order.
func FuzzSharedStrings(f *testing.F) {
	f.Add([]byte(`<sst><si><t>a_x0041_&amp;</t></si><si><r><t>b</t></r><rPh><t>c</t></rPh></si></sst>`))
	f.Add([]byte("<sst><si><r><rPr><rFont val='.VnTime'/></rPr><t>a_x000D_</t></r><r><t>\nb</t></r><r><rPr><rFont val='x'/></rPr><t/></r></si><si/></sst>"))
	f.Fuzz(func(t *testing.T, data []byte) {
		table, err := parseStrings(lexerOver(t.Context(), data))
		if !fine(t, err) {
			return
		}
		for i := range table.len() {
			text := table.get(i)
			if tooLong(text, tight().StringLength) || strings.Contains(text, "\r") || !utf8.ValidString(text) {
				t.Fatalf("string %d: %q", i, text)
			}
			from := -1
			for _, r := range table.runs[i] {
				if r.From < from || r.From > len(text) || !utf8.ValidString(text[r.From:]) {
					t.Fatalf("string %d, %q: runs %v", i, text, table.runs[i])
				}
				from = r.From
			}
		}
	})
}

// FuzzStyles gives arbitrary bytes as the styles.
func FuzzStyles(f *testing.F) {
	f.Add([]byte(`<styleSheet><numFmts><numFmt numFmtId="164" formatCode="dd/mm"/></numFmts><fonts><font><name val="x"/></font></fonts><cellXfs><xf numFmtId="164" fontId="0"><alignment indent="1"/></xf></cellXfs></styleSheet>`))
	f.Add([]byte(`<styleSheet xmlns:mc="m"><fonts><mc:AlternateContent><mc:Choice><font/></mc:Choice><mc:Fallback><font><name val="&#65;"/></font></mc:Fallback></mc:AlternateContent></fonts><cellXfs><xf fontId="9"/></cellXfs></styleSheet>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if styles, err := parseStyles(lexerOver(t.Context(), data)); fine(t, err) && len(styles) > tight().Styles {
			t.Fatal("too many styles")
		}
	})
}

// FuzzWorkbookParts gives arbitrary bytes as the list of sheets and as what it refers to.
func FuzzWorkbookParts(f *testing.F) {
	f.Add([]byte(`<Relationships><Relationship Id="a" Type="x/worksheet" Target="../a%20b.xml"/></Relationships>`))
	f.Add([]byte(`<workbook><workbookPr date1904="1"/><sheets><sheet name="a" r:id="a"/></sheets><definedNames><definedName name="b">[1]x!A1+b</definedName></definedNames></workbook>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		sheets := `<Relationships><Relationship Id="a" Type="x/worksheet" Target="/a"/></Relationships>`
		for _, p := range []map[string]string{
			{"xl/workbook.xml": string(data), "xl/_rels/workbook.xml.rels": sheets},
			{"xl/workbook.xml": `<workbook><sheets><sheet name="a" r:id="a"/></sheets></workbook>`, "xl/_rels/workbook.xml.rels": string(data)},
		} {
			p["a"] = "<worksheet><sheetData/></worksheet>"
			_, err := readAll(pack(t, p), tight())
			fine(t, err)
		}
	})
}

// FuzzFormula gives arbitrary bytes as a formula: the search for other workbooks must end, and find no bracket in a
// formula without one.
func FuzzFormula(f *testing.F) {
	f.Add([]byte(`SUM('[1]Biểu 1'!A1,"[x]",Bảng[[#This Row],['[a]]])`))
	f.Add([]byte(`[1]!x+'`))
	f.Fuzz(func(t *testing.T, formula []byte) {
		if refersOutside(formula, nil) && !bytes.ContainsRune(formula, '[') {
			t.Fatalf("%q", formula)
		}
		refersOutside(formula, names{"x": true})
		if _, err := outsideNames(t.Context(), map[string][]byte{"x": formula, "y": []byte("x"), "z": []byte("[1]x!A1")}); err != nil {
			t.Fatal(err)
		}
	})
}

// countByStandardDecoder counts cells with text in a direct <v> or anywhere in a direct <is>. ok is false where the
// standard decoder is stricter than a reader of workbooks has to be (names, attributes it reads and we do not).
func countByStandardDecoder(data []byte) (filled int, ok bool) {
	d := xml.NewDecoder(bytes.NewReader(data))
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	var path []string
	text := false
	for {
		tok, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return filled, true
		}
		if err != nil {
			return 0, false
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			path = append(path, tok.Name.Local)
			if tok.Name.Local == "c" && strings.Join(path, "/") == "worksheet/sheetData/row/c" {
				text = false
			}
		case xml.EndElement:
			if len(path) == 0 {
				return 0, false
			}
			if strings.Join(path, "/") == "worksheet/sheetData/row/c" && text {
				filled++
			}
			path = path[:len(path)-1]
		case xml.CharData:
			p := strings.Join(path, "/")
			if len(tok) > 0 && (p == "worksheet/sheetData/row/c/v" || p == "worksheet/sheetData/row/c/is/t" || p == "worksheet/sheetData/row/c/is/r/t") {
				text = true
			}
		}
	}
}
