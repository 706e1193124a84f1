package ods

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

	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/phuluc/phuluc/extract/xlsx"
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

const (
	begin = `<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="` + nsOffice + `" xmlns:style="` + nsStyle + `" xmlns:number="` + nsNumber + `" xmlns:table="` + nsTable +
		`" xmlns:text="` + nsText + `" xmlns:fo="` + nsFo + `" xmlns:svg="` + nsSvg + `" xmlns:calcext="` + nsCalcext + `">`
	body = `<office:body><office:spreadsheet>`
	end  = `</office:spreadsheet></office:body></office:document-content>`
)

// inSheet makes a document of one sheet.
func inSheet(rows string) string {
	return begin + body + `<table:table table:name="S">` + rows + `</table:table>` + end
}

// inRow makes a document of one row.
func inRow(cells string) string { return inSheet(`<table:table-row>` + cells + `</table:table-row>`) }

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

func testdata(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestLibreOfficeCopyReadsAsTheWorkbook reads a workbook and the copy of it that LibreOffice wrote. They differ in what is
// listed here and in nothing else.
func TestLibreOfficeCopyReadsAsTheWorkbook(t *testing.T) {
	data := testdata(t, "ok_annex.xlsx")
	x, err := xlsx.Open(context.Background(), bytes.NewReader(data), int64(len(data)), sheet.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	w, got, err := open(testdata(t, "ok_annex.ods"), sheet.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(w.Sheets(), []sheet.Info{{Name: "Biểu số 01"}, {Name: "Ẩn", Hidden: true}}) || w.Keywords(context.Background()) != "từ khóa" {
		t.Errorf("%+v %q", w.Sheets(), w.Keywords(context.Background()))
	}
	for i := range w.Sheets() {
		var want []sheet.Cell
		for c, err := range x.Cells(context.Background(), i) {
			if err != nil {
				t.Fatal(err)
			}
			switch a := c.Address(); {
			case i == 0 && a == "A14": // the footnote mark is raised
				c.Raw = "Số liệu¹ s¬ bé"
				c.Runs = []sheet.Run{{From: 11, Font: ".VnTime"}}
			case i == 0 && a == "D14": // LibreOffice makes a formula of a truth value
				c.Kind, c.Raw, c.Format, c.Formula = sheet.Number, "1", `"TRUE"`, true
			case i == 0 && (a == "D11" || a == "E14"): // the writer stored no results; LibreOffice computed them
				c.Kind, c.Raw = sheet.Number, "21344"
				if a == "E14" {
					c.Kind, c.Raw = sheet.Error, "#DIV/0!"
				}
			}
			if c.Kind == sheet.Date {
				c.Format = "yyyy-mm-dd"
			} else if !strings.HasSuffix(c.Format, "%") && !strings.HasPrefix(c.Format, `"`) {
				c.Format = ""
			}
			want = append(want, c)
		}
		if len(got[i]) != len(want) {
			t.Fatalf("sheet %d: %d cells, want %d", i, len(got[i]), len(want))
		}
		for k := range want {
			if !reflect.DeepEqual(got[i][k], want[k]) {
				t.Errorf("sheet %d:\ngot  %+v\nwant %+v", i, got[i][k], want[k])
			}
		}
	}
}

func TestCellsAreReadByTheirType(t *testing.T) {
	p := func(s string) string { return "<text:p>" + s + "</text:p>" }
	for name, c := range map[string]struct {
		attrs, content string
		want           sheet.Cell
	}{
		"float":                {`office:value-type="float" office:value="1234.50"`, p("1.234,5"), sheet.Cell{Kind: sheet.Number, Raw: "1234.50"}},
		"money":                {`office:value-type="currency" office:value="-3E5"`, p("-300.000 ₫"), sheet.Cell{Kind: sheet.Number, Raw: "-3E5", Format: `"-"0" ₫"`}},
		"words beside it":      {`office:value-type="float" office:value="17.5"`, p("khoảng 17,5 nghìn"), sheet.Cell{Kind: sheet.Number, Raw: "17.5", Format: `"khoảng "0" nghìn"`}},
		"words instead":        {`office:value-type="float" office:value="0"`, p(`chưa "có"`), sheet.Cell{Kind: sheet.Number, Raw: "0", Format: `"chưa 'có'"`}},
		"thousands, and so":    {`table:style-name="k" office:value-type="float" office:value="17000"`, p("17 nghìn"), sheet.Cell{Kind: sheet.Number, Raw: "17000", Format: `0," nghìn"`, Font: ".VnArial"}},
		"digits and an E":      {`office:value-type="float" office:value="150000"`, p("1,5E+05"), sheet.Cell{Kind: sheet.Number, Raw: "150000"}},
		"percent":              {`office:value-type="percentage" office:value="0.125"`, p("12,5%"), sheet.Cell{Kind: sheet.Number, Raw: "0.125", Format: "0.0%"}},
		"percent without text": {`office:value-type="percentage" office:value="0.125"`, "", sheet.Cell{Kind: sheet.Number, Raw: "0.125", Format: "0%"}},
		"thousands":            {`table:style-name="k" office:value-type="float" office:value="17000"`, p("17,0"), sheet.Cell{Kind: sheet.Number, Raw: "17000", Format: "0,", Font: ".VnArial"}},
		"millions of some":     {`table:style-name="m" office:value-type="float" office:value="17000"`, p("0,0"), sheet.Cell{Kind: sheet.Number, Raw: "17000", Format: "0,,"}},
		"an odd factor":        {`table:style-name="odd" office:value-type="float" office:value="17000"`, p("?"), sheet.Cell{Kind: sheet.Number, Raw: "17000", Format: "0,"}},
		"not scaled":           {`table:style-name="plain" office:value-type="float" office:value="17000"`, p("17000"), sheet.Cell{Kind: sheet.Number, Raw: "17000"}},
		"date":                 {`office:value-type="date" office:date-value="2019-07-03"`, p("3/7"), sheet.Cell{Kind: sheet.Date, Raw: "43649", Format: "yyyy-mm-dd"}},
		"date and time":        {`office:value-type="date" office:date-value="2019-07-03T18:00:00"`, "", sheet.Cell{Kind: sheet.Date, Raw: "43649.75", Format: "yyyy-mm-dd"}},
		"time":                 {`office:value-type="time" office:time-value="PT36H00M00S"`, "", sheet.Cell{Kind: sheet.Date, Raw: "1.5", Format: "[h]:mm:ss"}},
		"truth":                {`office:value-type="boolean" office:boolean-value="true"`, p("ĐÚNG"), sheet.Cell{Kind: sheet.Bool, Raw: "TRUE"}},
		"text":                 {`office:value-type="string"`, p("a  b<text:s text:c=\"2\"/>c<text:tab/>d<text:line-break/>e\n   f") + p("g"), sheet.Cell{Raw: "a  b  c\td\ne f\ng"}},
		"text of a field":      {`office:value-type="string"`, p(`x<text:a xlink:href="http://h" xmlns:xlink="l">y<text:span>z</text:span></text:a>`), sheet.Cell{Raw: "xyz"}},
		"text as attribute":    {`office:value-type="string" office:string-value="v"`, "", sheet.Cell{Raw: "v"}},
		"text without a type":  {``, p("v"), sheet.Cell{Raw: "v"}},
		"a reviewer's note":    {`office:value-type="float" office:value="7"`, `<office:annotation>` + p("9") + `</office:annotation>` + p("7"), sheet.Cell{Kind: sheet.Number, Raw: "7"}},
		"a raised mark":        {`office:value-type="string"`, p(`1.234<text:span text:style-name="up">2)</text:span>`), sheet.Cell{Raw: "1.234²⁾"}},
		"a line through":       {`table:style-name="gone" office:value-type="float" office:value="7"`, p("7"), sheet.Cell{Kind: sheet.Number, Raw: "7", Struck: true}},
		"a line taken away":    {`table:style-name="back" office:value-type="float" office:value="7"`, p("7"), sheet.Cell{Kind: sheet.Number, Raw: "7"}},
		"a piece with a line":  {`office:value-type="string"`, p(`<text:span text:style-name="out">5 </text:span>7`), sheet.Cell{Raw: "5 7", Runs: []sheet.Run{{From: 0, Struck: true}, {From: 2}}}},
		"a piece without one":  {`table:style-name="gone" office:value-type="string"`, p(`5 <text:span text:style-name="vn">7</text:span>`), sheet.Cell{Raw: "5 7", Struck: true, Runs: []sheet.Run{{From: 2, Font: ".VnTime"}}}},
		"fonts of pieces":      {`office:value-type="string"`, p(`a<text:span text:style-name="vn">b<text:span text:style-name="up">3</text:span></text:span>c`), sheet.Cell{Raw: "ab³c", Runs: []sheet.Run{{From: 1, Font: ".VnTime"}, {From: 4, Font: ""}}}},
		"font of the cell":     {`table:style-name="ce" office:value-type="string"`, p("x"), sheet.Cell{Raw: "x", Font: ".VnArial", Indent: 2}},
		"result of a formula":  {`table:formula="of:=[.B1]" office:value-type="float" office:value="7"`, p("7"), sheet.Cell{Kind: sheet.Number, Raw: "7", Formula: true}},
		"of another workbook":  {`table:formula="of:=['file:///x.ods'#$S.A1]" office:value-type="float" office:value="7"`, p("7"), sheet.Cell{Kind: sheet.Number, Raw: "7", Formula: true, External: true}},
		"no result":            {`table:formula="of:=SUM([.B1:.B9])"`, "", sheet.Cell{Kind: sheet.Error, Raw: "=SUM([.B1:.B9])", Formula: true}},
		"error":                {`table:formula="of:=1/0" office:value-type="string" office:string-value="" calcext:value-type="error"`, p("#DIV/0!"), sheet.Cell{Kind: sheet.Error, Raw: "#DIV/0!", Formula: true}},
		"error as number":      {`table:formula="of:=X()" office:value-type="float" office:value="0"`, p("Err:508"), sheet.Cell{Kind: sheet.Error, Raw: "Err:508", Formula: true}},
		"merged":               {`office:value-type="string" table:number-columns-spanned="3" table:number-rows-spanned="2"`, p("x"), sheet.Cell{Raw: "x", Merge: sheet.Range{Row1: 1, Col1: 1, Row2: 2, Col2: 3}}},
	} {
		t.Run(name, func(t *testing.T) {
			styles := `<office:font-face-decls><style:font-face style:name="F" svg:font-family="'.VnTime'"/></office:font-face-decls><office:automatic-styles>` +
				`<style:style style:name="gone0" style:family="table-cell"><style:text-properties style:text-line-through-style="solid" style:text-line-through-type="single"/></style:style>` +
				`<style:style style:name="gone" style:family="table-cell" style:parent-style-name="gone0"/>` +
				`<style:style style:name="back" style:family="table-cell" style:parent-style-name="gone0"><style:text-properties style:text-line-through-style="none"/></style:style>` +
				`<style:style style:name="out" style:family="text"><style:text-properties style:text-line-through-type="single"/></style:style>` +
				`<style:style style:name="vn" style:family="text"><style:text-properties style:font-name="F"/></style:style>` +
				`<style:style style:name="up" style:family="text"><style:text-properties style:text-position="super 58%"/></style:style>` +
				`<style:style style:name="base" style:family="table-cell"><style:text-properties fo:font-family=".VnArial"/></style:style>` +
				`<style:style style:name="ce" style:family="table-cell" style:parent-style-name="base"><style:paragraph-properties fo:margin-left="0.7056cm"/></style:style>` +
				`<style:style style:name="thousands" style:family="table-cell" style:data-style-name="N1" style:parent-style-name="base"/><style:style style:name="k" style:family="table-cell" style:parent-style-name="thousands"/>` +
				`<style:style style:name="m" style:family="table-cell" style:data-style-name="N3"/><style:style style:name="odd" style:family="table-cell" style:data-style-name="N4"/><style:style style:name="plain" style:family="table-cell" style:data-style-name="N5"/>` +
				`<number:number-style style:name="N1"><number:number number:display-factor="1000"/></number:number-style><number:currency-style style:name="N2"><number:number number:display-factor="1000000"/></number:currency-style>` +
				`<number:number-style style:name="N3"><number:number/><style:map style:condition="value()&gt;0" style:apply-style-name="N2"/></number:number-style>` +
				`<number:number-style style:name="N4"><number:number number:display-factor="1e"/></number:number-style><number:number-style style:name="N5"><number:number number:display-factor="1"/></number:number-style>` +
				`</office:automatic-styles>`
			doc := begin + styles + strings.TrimPrefix(inRow(`<table:table-cell `+c.attrs+`>`+c.content+`</table:table-cell>`), begin)
			_, got, err := open(packed(t, "content.xml", doc), sheet.DefaultLimits())
			if err != nil {
				t.Fatal(err)
			}
			c.want.Row, c.want.Col = 1, 1
			if want := []sheet.Cell{c.want}; !reflect.DeepEqual(got[0], want) {
				t.Errorf("\ngot  %+v\nwant %+v", got[0], want)
			}
		})
	}
}

// addresses gives "A1=text", a hidden cell with a star.
func addresses(cells []sheet.Cell) string {
	var out []string
	for _, c := range cells {
		star := ""
		if c.Hidden {
			star = "*"
		}
		out = append(out, c.Address()+star+"="+c.Raw)
	}
	return strings.Join(out, " ")
}

func TestRepeatsGroupsAndHiddenParts(t *testing.T) {
	v := func(s string) string {
		return `<table:table-cell office:value-type="string"><text:p>` + s + `</text:p></table:table-cell>`
	}
	for name, c := range map[string]struct{ rows, want string }{
		"cells":         {`<table:table-row><table:table-cell table:number-columns-repeated="2"/><table:table-cell table:number-columns-repeated="2" office:value-type="float" office:value="1"/>` + v("z") + `</table:table-row>`, "C1=1 D1=1 E1=z"},
		"rows":          {`<table:table-row table:number-rows-repeated="3">` + v("x") + v("y") + `</table:table-row><table:table-row>` + v("z") + `</table:table-row>`, "A1=x B1=y A2=x B2=y A3=x B3=y A4=z"},
		"blank rows":    {`<table:table-row table:number-rows-repeated="1048570"><table:table-cell table:number-columns-repeated="16384"/></table:table-row><table:table-row>` + v("z") + `</table:table-row>`, "A1048571=z"},
		"hidden rows":   {`<table:table-row table:visibility="filter">` + v("x") + `</table:table-row><table:table-row table:visibility="collapse">` + v("y") + `</table:table-row><table:table-row>` + v("z") + `</table:table-row>`, "A1*=x A2*=y A3=z"},
		"closed groups": {`<table:table-header-rows><table:table-row>` + v("h") + `</table:table-row></table:table-header-rows><table:table-row-group table:display="false"><table:table-row-group><table:table-row>` + v("x") + `</table:table-row></table:table-row-group></table:table-row-group><table:table-row>` + v("z") + `</table:table-row>`, "A1=h A2*=x A3=z"},
		"hidden columns": {`<table:table-column/><table:table-column-group table:display="false"><table:table-column table:number-columns-repeated="2"/></table:table-column-group><table:table-column table:visibility="collapse"/>` +
			`<table:table-row>` + v("a") + `<table:table-cell table:number-columns-repeated="2" office:value-type="float" office:value="1"/>` + v("d") + v("e") + `</table:table-row>`, "A1=a B1*=1 C1*=1 D1*=d E1=e"},
		"covered text":        {`<table:table-row>` + v("a") + `<table:covered-table-cell office:value-type="float" office:value="5"/>` + v("c") + `</table:table-row>`, "A1=a B1*=5 C1=c"},
		"what holds no cells": {`<office:forms/><table:shapes><text:p>x</text:p></table:shapes><table:table-row>` + v("a") + `</table:table-row>`, "A1=a"},
	} {
		_, got, err := open(packed(t, "content.xml", inSheet(c.rows)), sheet.DefaultLimits())
		if err != nil || addresses(got[0]) != c.want {
			t.Errorf("%s: %v\ngot  %s\nwant %s", name, err, addresses(got[0]), c.want)
		}
	}
}

func TestColumnAndRowStylesGiveTheFont(t *testing.T) {
	doc := begin + `<office:automatic-styles><style:default-style style:family="table-cell"><style:text-properties fo:font-family="D"/></style:default-style>` +
		`<style:style style:name="c" style:family="table-cell"><style:text-properties fo:font-family="C"/></style:style>` +
		`<style:style style:name="r" style:family="table-cell"><style:text-properties fo:font-family="R"/></style:style></office:automatic-styles>` + body +
		`<table:table table:name="S"><table:table-column table:default-cell-style-name="c"/><table:table-column/>` +
		`<table:table-row><table:table-cell><text:p>1</text:p></table:table-cell><table:table-cell><text:p>2</text:p></table:table-cell></table:table-row>` +
		`<table:table-row table:default-cell-style-name="r"><table:table-cell><text:p>3</text:p></table:table-cell></table:table-row></table:table>` + end
	_, got, err := open(packed(t, "content.xml", doc), sheet.DefaultLimits())
	if err != nil || len(got[0]) != 3 || got[0][0].Font != "C" || got[0][1].Font != "D" || got[0][2].Font != "R" {
		t.Errorf("%v %+v", err, got)
	}
}

// hostile lists documents that must be refused. Those with a limit pass when it is taken out.
func hostile(t testing.TB) map[string]struct {
	parts []string
	code  string
	lift  func(*sheet.Limits)
} {
	valued := `office:value-type="float" office:value="1"`
	cell := `<table:table-cell ` + valued + `/>`
	deep := strings.Repeat(`<text:span>`, 300)
	type h = struct {
		parts []string
		code  string
		lift  func(*sheet.Limits)
	}
	doc := func(s string) []string { return []string{"content.xml", s} }
	return map[string]h{
		"cells held":            {doc(inSheet(strings.Repeat(`<table:table-row>`+strings.Repeat(cell, 500)+`</table:table-row>`, 101))), sheet.CodeLimit, func(l *sheet.Limits) { l.Cells = 0 }},
		"texts":                 {doc(inSheet(strings.Repeat(`<table:table-row><table:table-cell><text:p>`+strings.Repeat("x", 30000)+`</text:p></table:table-cell></table:table-row>`, 200))), sheet.CodeLimit, func(l *sheet.Limits) { l.SharedBytes = 0 }},
		"one long token":        {doc(inRow(`<table:table-cell><text:p>` + strings.Repeat("x", 40<<20) + `</text:p></table:table-cell>`)), sheet.CodeLimit, nil},
		"kinds of columns":      {doc(inSheet(strings.Repeat(`<table:table-column/>`, 1001) + `<table:table-row>` + cell + `</table:table-row>`)), sheet.CodeLimit, func(l *sheet.Limits) { l.Styles = 0 }},
		"number styles":         {doc(begin + `<office:automatic-styles>` + numbered(`<number:number-style style:name="%d"/>`, 1001) + `</office:automatic-styles>` + strings.TrimPrefix(inRow(cell), begin)), sheet.CodeLimit, func(l *sheet.Limits) { l.Styles = 0 }},
		"rows repeated":         {doc(inSheet(`<table:table-row table:number-rows-repeated="1000000">` + strings.Repeat(cell, 6) + `</table:table-row>`)), sheet.CodeLimit, func(l *sheet.Limits) { l.Cells = 0 }},
		"cells repeated":        {doc(inRow(`<table:table-cell table:number-columns-repeated="16384" ` + valued + `/>`)), sheet.CodeLimit, func(l *sheet.Limits) { l.Columns = 0 }},
		"both repeated":         {doc(inSheet(`<table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="500" ` + valued + `/></table:table-row>`)), sheet.CodeLimit, nil},
		"rows beyond the sheet": {doc(inSheet(`<table:table-row table:number-rows-repeated="1048576"/><table:table-row>` + cell + `</table:table-row>`)), sheet.CodeLimit, nil},
		"far column":            {doc(inRow(`<table:table-cell table:number-columns-repeated="600"/>` + cell)), sheet.CodeLimit, func(l *sheet.Limits) { l.Columns = 0 }},
		"sheets":                {doc(begin + body + strings.Repeat(`<table:table/>`, 201) + end), sheet.CodeLimit, func(l *sheet.Limits) { l.Sheets = 0 }},
		"a long text":           {doc(inRow(`<table:table-cell><text:p>` + strings.Repeat("ộ", 33000) + `</text:p></table:table-cell>`)), sheet.CodeLimit, func(l *sheet.Limits) { l.StringLength = 0 }},
		"spaces":                {doc(inRow(`<table:table-cell><text:p>` + strings.Repeat(`<text:s text:c="32000"/>`, 1000) + `</text:p></table:table-cell>`)), sheet.CodeLimit, func(l *sheet.Limits) { l.StringLength, l.SharedBytes = 0, 0 }},
		"merges":                {doc(inSheet(`<table:table-row>` + strings.Repeat(`<table:table-cell table:number-rows-spanned="2" `+valued+`/>`, 101) + `</table:table-row>`)), sheet.CodeLimit, func(l *sheet.Limits) { l.Merges = 0 }},
		"styles":                {doc(begin + `<office:automatic-styles>` + strings.Repeat(`<style:style style:name="%d" style:family="text"/>`, 2) + numbered(`<style:style style:name="%d" style:family="text"/>`, 1001) + `</office:automatic-styles>` + strings.TrimPrefix(inRow(cell), begin)), sheet.CodeLimit, func(l *sheet.Limits) { l.Styles = 0 }},
		"deep":                  {doc(inRow(`<table:table-cell><text:p>` + deep + `x` + strings.Repeat(`</text:span>`, 300) + `</text:p></table:table-cell>`)), sheet.CodeLimit, func(l *sheet.Limits) { l.Depth = 0 }},
		"unpacked":              {doc(inRow(cell) + strings.Repeat(" ", 3<<20)), sheet.CodeZipBomb, func(l *sheet.Limits) { l.Ratio, l.UnpackedBytes = 0, 0 }},
		"document type":         {doc(`<!DOCTYPE x [<!ENTITY a "aaaa">]>` + strings.TrimPrefix(inRow(cell), `<?xml version="1.0" encoding="UTF-8"?>`)), sheet.CodeDoctype, nil},
		"an entity":             {doc(inRow(`<table:table-cell><text:p>&a;</text:p></table:table-cell>`)), sheet.CodeDamaged, nil},
		"encrypted part":        {[]string{"content.xml", "\x01\x02", "META-INF/manifest.xml", `<m:manifest xmlns:m="` + nsManifest + `"><m:file-entry m:full-path="content.xml"><m:encryption-data/></m:file-entry></m:manifest>`}, sheet.CodeEncrypted, nil},
		"encrypted package":     {[]string{"encrypted-package", "x"}, sheet.CodeEncrypted, nil},
		"no content":            {[]string{"mimetype", "application/vnd.oasis.opendocument.spreadsheet"}, sheet.CodePartMissing, nil},
		"empty content":         {doc(""), sheet.CodeDamaged, nil},
		"another root":          {doc("<a/>"), sheet.CodeDamaged, nil},
		"two roots":             {doc(inRow(cell) + "<a/>"), sheet.CodeDamaged, nil},
		"text behind the root":  {doc(inRow(cell) + "a"), sheet.CodeDamaged, nil},
		"a text document":       {doc(begin + `<office:body><office:text/></office:body></office:document-content>`), sheet.CodeWordOld, nil},
		"no sheets":             {doc(begin + body + end), sheet.CodeNotWorkbook, nil},
		"a cell outside a row":  {doc(inSheet(cell)), sheet.CodeDamaged, nil},
		"a cell in a comment":   {doc(inRow(cell + "<!-- <table:table-cell/> -->")), sheet.CodeDamaged, nil},
		"a table in a cell":     {doc(inRow(`<table:table-cell><table:table/></table:table-cell>`)), sheet.CodeUnsupported, nil},
		"no number":             {doc(inRow(`<table:table-cell office:value-type="float" office:value="1,5"/>`)), sheet.CodeDamaged, nil},
		"infinity":              {doc(inRow(`<table:table-cell office:value-type="float" office:value="Inf"/>`)), sheet.CodeDamaged, nil},
		"no date":               {doc(inRow(`<table:table-cell office:value-type="date" office:date-value="3/7/2019"/>`)), sheet.CodeDamaged, nil},
		"no time":               {doc(inRow(`<table:table-cell office:value-type="time" office:time-value="PT"/>`)), sheet.CodeDamaged, nil},
		"no boolean":            {doc(inRow(`<table:table-cell office:value-type="boolean"/>`)), sheet.CodeDamaged, nil},
		"an unknown type":       {doc(inRow(`<table:table-cell office:value-type="void2"/>`)), sheet.CodeDamaged, nil},
		"repeated never":        {doc(inRow(`<table:table-cell table:number-columns-repeated="0"/>`)), sheet.CodeDamaged, nil},
		"repeated wrongly":      {doc(inRow(`<table:table-cell table:number-columns-repeated="-1"/>`)), sheet.CodeDamaged, nil},
		"another encoding":      {doc(strings.Replace(inRow(cell), "UTF-8", "UTF-16", 1)), sheet.CodeDamaged, nil},
	}
}

func numbered(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

func smallLimits() sheet.Limits {
	lim := sheet.DefaultLimits()
	lim.Merges, lim.Styles, lim.Cells, lim.SharedBytes = 100, 1000, 500_000, 4<<20
	return lim
}

func TestHostileDocumentsAreRefused(t *testing.T) {
	for name, h := range hostile(t) {
		t.Run(name, func(t *testing.T) {
			data := packed(t, h.parts...)
			lim := smallLimits()
			if name != "unpacked" {
				lim.Ratio = 0
			}
			_, _, err := open(data, lim)
			var x *sheet.FileError
			if !errors.As(err, &x) || x.Code != h.code {
				t.Fatalf("%v, want %s", err, h.code)
			}
			if h.lift == nil {
				return
			}
			if h.lift(&lim); name == "rows repeated" {
				// Six million cells pass then; counting them is enough.
				if _, err := Open(context.Background(), bytes.NewReader(data), int64(len(data)), lim); err != nil {
					t.Errorf("without the limit: %v", err)
				}
				return
			}
			if _, _, err := open(data, lim); err != nil {
				t.Errorf("without the limit: %v", err)
			}
		})
	}
}

// A bomb must not cost memory before it is refused.
func TestBombsCostLittle(t *testing.T) {
	for name, h := range hostile(t) {
		if h.code != sheet.CodeLimit {
			continue
		}
		data := packed(t, h.parts...)
		lim := smallLimits()
		lim.Ratio = 0
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, _, err := open(data, lim); !isFileError(err) {
			t.Errorf("%s: %v", name, err)
		}
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > 64<<20 {
			t.Errorf("%s: %d bytes", name, n)
		}
	}
}

func TestEveryPrefixIsRefused(t *testing.T) {
	whole := testdata(t, "ok_annex.ods")
	for i := range 100 {
		n := len(whole) * i / 100
		if _, _, err := open(whole[:n], sheet.DefaultLimits()); !isFileError(err) {
			t.Fatalf("cut at %d of %d: %v", n, len(whole), err)
		}
	}
	content := inSheet(strings.Repeat(`<table:table-row><table:table-cell office:value-type="float" office:value="1"><text:p>1</text:p></table:table-cell></table:table-row>`, 20))
	for n := range len(content) {
		if _, _, err := open(packed(t, "content.xml", content[:n]), sheet.DefaultLimits()); !isFileError(err) {
			t.Fatalf("content cut at %d of %d: %v", n, len(content), err)
		}
	}
}

func isFileError(err error) bool {
	var x *sheet.FileError
	return errors.As(err, &x)
}

func TestDeadlineIsAnErrorOfTheFile(t *testing.T) {
	data := testdata(t, "ok_annex.ods")
	ctx, cancel := context.WithTimeout(context.Background(), 0)
	defer cancel()
	_, err := Open(ctx, bytes.NewReader(data), int64(len(data)), sheet.DefaultLimits())
	var x *sheet.FileError
	if !errors.As(err, &x) || x.Code != sheet.CodeTimeout {
		t.Error(err)
	}
}

// fuzzed checks what must hold whatever the bytes. It gives the number of cells, -1 if the document is refused.
func fuzzed(t *testing.T, data []byte) int {
	lim := sheet.DefaultLimits()
	lim.Cells = 10_000
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	_, all, err := openWithin(ctx, data, lim)
	if err != nil {
		var x *sheet.FileError
		if !errors.As(err, &x) || x.Code == sheet.CodeTimeout {
			t.Fatal(err)
		}
		return -1
	}
	n := 0
	for _, cells := range all {
		n += len(cells)
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
			if c.Raw == "" || c.Row > maxRow || c.Col > maxColumn || !c.Merge.IsZero() && !c.Merge.Contains(c.Row, c.Col) {
				t.Fatalf("%+v", c)
			}
			for i, r := range c.Runs {
				if r.From > len(c.Raw) || i > 0 && r.From <= c.Runs[i-1].From {
					t.Fatalf("%+v", c)
				}
			}
		}
	}
	return n
}

// cellsWithText counts, by the standard decoder alone, the cells that hold a text.
func cellsWithText(content string) int {
	d := xml.NewDecoder(strings.NewReader(content))
	var path []string
	n, filled := 0, false
	for {
		tok, err := d.Token()
		if err != nil {
			return n
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			if path = append(path, tok.Name.Space+" "+tok.Name.Local); strings.HasSuffix(tok.Name.Local, "table-cell") {
				filled = false
			}
		case xml.EndElement:
			path = path[:len(path)-1]
		case xml.CharData:
			if !filled && strings.TrimSpace(string(tok)) != "" && slices.Equal(path, []string{nsOffice + " document-content", nsOffice + " body", nsOffice + " spreadsheet",
				nsTable + " table", nsTable + " table-row", nsTable + " table-cell", nsText + " p"}) {
				n, filled = n+1, true
			}
		}
	}
}

// FuzzContent gives arbitrary bytes as the content: what is not refused has as many cells as the standard decoder finds.
func FuzzContent(f *testing.F) {
	for _, h := range hostile(f) {
		for i := 0; i < len(h.parts); i += 2 {
			if h.parts[i] == "content.xml" && len(h.parts[i+1]) < 4000 {
				f.Add(h.parts[i+1])
			}
		}
	}
	f.Add(inRow(`<table:table-cell table:number-columns-repeated="3" table:number-rows-spanned="2"><text:p>a<text:span>b</text:span></text:p></table:table-cell>`))
	f.Fuzz(func(t *testing.T, content string) {
		if got, want := fuzzed(t, packed(t, "content.xml", content)), cellsWithText(content); got >= 0 && got < want {
			t.Fatalf("%d cells of %d", got, want)
		}
	})
}

func FuzzOpen(f *testing.F) {
	f.Add(testdata(f, "ok_annex.ods"))
	f.Fuzz(func(t *testing.T, data []byte) { fuzzed(t, data) })
}

func BenchmarkOpen(b *testing.B) {
	row := `<table:table-row><table:table-cell office:value-type="string" calcext:value-type="string"><text:p>Số lao động được tạo việc làm</text:p></table:table-cell>` +
		strings.Repeat(`<table:table-cell office:value-type="float" office:value="15020" calcext:value-type="float"><text:p>15020</text:p></table:table-cell>`, 7) + `</table:table-row>`
	data := packed(b, "content.xml", inSheet(strings.Repeat(row, 5000)))
	lim := sheet.DefaultLimits()
	lim.Ratio = 0
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := open(data, lim); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(40_000*b.N)/b.Elapsed().Seconds(), "cells/s")
}
