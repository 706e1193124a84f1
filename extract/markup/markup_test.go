package markup

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/phuluc/phuluc/extract/archive"
	"github.com/phuluc/phuluc/extract/sheet"
)

// open packs a text as a part and opens it.
func open(t testing.TB, text string, names ...string) *Reader {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	to, err := w.Create("p.xml")
	if err == nil {
		_, err = io.WriteString(to, text)
	}
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	lim := sheet.DefaultLimits()
	lim.Ratio = 0
	a, err := archive.Open(bytes.NewReader(b.Bytes()), int64(b.Len()), lim)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Open(context.Background(), a, a.Find("p.xml"), lim, names...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// walk reads to the end.
func walk(r *Reader) (elements, text string, err error) {
	for {
		token, err := r.Next()
		if errors.Is(err, io.EOF) {
			return elements, text, nil
		}
		if err != nil {
			return elements, text, err
		}
		switch x := token.(type) {
		case xml.StartElement:
			elements += x.Name.Local + " "
		case xml.CharData:
			text += string(x)
		}
	}
}

func TestWholePartsAreReadToTheirEnd(t *testing.T) {
	whole := "<?xml version=\"1.0\"?><!-- c --><x:a xmlns:x='u'>1<x:b q='>'/>&lt;<b\n/><bb></bb></x:a>\n<!-- d -->"
	for _, mark := range []string{"", "\uFEFF"} { // some programs write a byte order mark
		r := open(t, mark+whole, "b")
		elements, text, err := walk(r)
		if err != nil || elements != "a b b bb " || text != "1<" {
			t.Errorf("%q: %q %q %v", mark, elements, text, err)
		}
		r.Close()
	}
}

func TestWhatIsNotOneWholeElementIsRefused(t *testing.T) {
	for name, c := range map[string]struct{ text, code string }{
		"nothing":             {"", sheet.CodeDamaged},
		"spaces":              {" \n", sheet.CodeDamaged},
		"not closed":          {"<a><b></b>", sheet.CodeDamaged},
		"closed wrongly":      {"<a></b>", sheet.CodeDamaged},
		"two":                 {"<a/><a/>", sheet.CodeDamaged},
		"a mark behind":       {"<a/>\uFEFF", sheet.CodeDamaged},
		"two marks":           {"\uFEFF\uFEFF<a/>", sheet.CodeDamaged},
		"text behind":         {"<a/>x", sheet.CodeDamaged},
		"document type":       {"<!DOCTYPE a><a/>", sheet.CodeDoctype},
		"type inside":         {"<a><!ENTITY x 'y'></a>", sheet.CodeDoctype},
		"entity":              {"<a>&nbsp;</a>", sheet.CodeDamaged},
		"not UTF-8":           {"<a>\xff</a>", sheet.CodeDamaged},
		"another encoding":    {"<?xml version='1.0' encoding='latin1'?><a/>", sheet.CodeDamaged},
		"deep":                {strings.Repeat("<a>", 300) + strings.Repeat("</a>", 300), sheet.CodeLimit},
		"counted differently": {"<a><!-- <b> --></a>", sheet.CodeDamaged},
		"hidden in CDATA":     {"<a><![CDATA[<b>]]></a>", sheet.CodeDamaged},
	} {
		r := open(t, c.text, "b")
		_, _, err := walk(r)
		var x *sheet.FileError
		if !errors.As(err, &x) || x.Code != c.code || x.Part != "p.xml" {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestTextSkipAndChildren(t *testing.T) {
	r := open(t, "<a><skip><b>1</b></skip><t>x<i>no</i>y</t></a>")
	defer r.Close()
	got := ""
	err := r.Document(func(xml.StartElement) error {
		return r.Children(func(e xml.StartElement) error {
			if e.Name.Local == "skip" {
				return r.Skip()
			}
			s, err := r.Text()
			got += s
			return err
		})
	})
	if err != nil || got != "xy" {
		t.Errorf("%q %v", got, err)
	}
}

func TestTheContextEndsReading(t *testing.T) {
	r := open(t, "<a>"+strings.Repeat("<b/>", 10_000)+"</a>")
	defer r.Close()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r.ctx = ctx
	if _, _, err := walk(r); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
