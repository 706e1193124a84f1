package ods

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/phuluc/phuluc/extract/sheet"
)

func TestCommentsAreToldWithTheirCells(t *testing.T) {
	said := func(text string) string {
		return `<office:annotation office:display="false"><dc:creator xmlns:dc="http://purl.org/dc/elements/1.1/">Sở A</dc:creator><dc:date xmlns:dc="http://purl.org/dc/elements/1.1/">2019-12-01</dc:date>` + text + `</office:annotation>`
	}
	doc := inSheet(`<table:table-row table:number-rows-repeated="3"><table:table-cell/></table:table-row><table:table-row>` +
		`<table:table-cell table:number-columns-repeated="2"/>` +
		`<table:table-cell office:value-type="float" office:value="7">` + said(`<text:p>chưa gồm</text:p><text:p>2 huyện</text:p>`) + `<text:p>7</text:p></table:table-cell>` +
		`<table:table-cell>` + said(`<text:p>đơn vị: <text:span>nghìn</text:span></text:p>`) + `</table:table-cell>` +
		`<table:table-cell office:value-type="float" office:value="8">` + said("") + `<text:p>8</text:p></table:table-cell></table:table-row>`)
	w, cells, err := open(packed(t, "content.xml", doc), sheet.DefaultLimits())
	if err != nil || len(cells) != 1 || addresses(cells[0]) != "C4=7 E4=8" {
		t.Fatal(cells, err)
	}
	got, err := w.Comments(t.Context(), 0)
	want := []sheet.Comment{{Row: 4, Col: 3, Author: "Sở A", Text: "chưa gồm\n2 huyện"}, {Row: 4, Col: 4, Author: "Sở A", Text: "đơn vị: nghìn"}}
	if err != nil || !slices.Equal(got, want) {
		t.Fatalf("%+v %v", got, err)
	}
}

func TestCommentsOfAWorkbookAreHeldAgainstTheirLimit(t *testing.T) {
	row := `<table:table-row><table:table-cell office:value-type="float" office:value="7">` + strings.Repeat(`<office:annotation><text:p>a</text:p></office:annotation>`, maxComments/8) + `<text:p>7</text:p></table:table-cell></table:table-row>`
	l := sheet.DefaultLimits()
	l.Ratio = 0 // so many that are alike
	for name, c := range map[string]struct{ more, code string }{
		"as many":  {"", ""},
		"one more": {`<table:table-row><table:table-cell><office:annotation><text:p>a</text:p></office:annotation></table:table-cell></table:table-row>`, sheet.CodeLimit},
	} {
		_, _, err := open(packed(t, "content.xml", inSheet(strings.Repeat(row, 8)+c.more)), l)
		var e *sheet.FileError
		if errors.As(err, &e); (err != nil || c.code != "") && (e == nil || e.Code != c.code) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
