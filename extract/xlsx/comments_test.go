package xlsx

import (
	"archive/zip"
	"bytes"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/phuluc/phuluc/extract/sheet"
)

// commented writes a workbook with a sheet of comments and one without.
func commented(t *testing.T) []byte {
	t.Helper()
	x := excelize.NewFile()
	if _, err := x.NewSheet("Sheet2"); err != nil {
		t.Fatal(err)
	}
	for cell, text := range map[string]string{"B2": "chưa gồm 2 huyện", "D9": "đơn vị: nghìn"} {
		if err := x.AddComment("Sheet1", excelize.Comment{Cell: cell, Author: "Sở A", Paragraph: []excelize.RichTextRun{{Text: "Sở A:\n", Font: &excelize.Font{Bold: true}}, {Text: text}}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := x.SetCellValue("Sheet1", "B2", 7); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := x.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func commentsOf(t *testing.T, data []byte) (all [][]sheet.Comment, err error) {
	t.Helper()
	return commentsWithin(t, data, sheet.DefaultLimits())
}

func commentsWithin(t *testing.T, data []byte, lim sheet.Limits) (all [][]sheet.Comment, err error) {
	t.Helper()
	w, err := Open(t.Context(), bytes.NewReader(data), int64(len(data)), lim)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for i := range w.Sheets() {
		for _, err := range w.Cells(t.Context(), i) {
			if err != nil {
				t.Fatal(err)
			}
		}
		found, err := w.Comments(t.Context(), i)
		if err != nil {
			return nil, err
		}
		slices.SortFunc(found, func(a, b sheet.Comment) int { return a.Row - b.Row })
		all = append(all, found)
	}
	return all, nil
}

func TestCommentsAreToldWithTheirCells(t *testing.T) {
	got, err := commentsOf(t, commented(t))
	want := []sheet.Comment{{Row: 2, Col: 2, Author: "Sở A", Text: "Sở A:\nchưa gồm 2 huyện"}, {Row: 9, Col: 4, Author: "Sở A", Text: "Sở A:\nđơn vị: nghìn"}}
	if err != nil || len(got) != 2 || !slices.Equal(got[0], want) || got[1] != nil {
		t.Fatalf("%+v %v", got, err)
	}
}

// Excel writes a comment of the new kind twice: as it is, and as a note that says in the language of the program that it can not be shown.
func TestThreadedCommentsTakeThePlaceOfTheirNotes(t *testing.T) {
	data := repack(t, commented(t), func(name string, content []byte) []byte {
		if strings.HasSuffix(name, "/_rels/sheet1.xml.rels") {
			return bytes.Replace(content, []byte("</Relationships>"), []byte(`<Relationship Id="rId9" Type="http://schemas.microsoft.com/office/2017/10/relationships/threadedComment" Target="../threadedComments/t.xml"/></Relationships>`), 1)
		}
		return content
	}, file{name: "xl/threadedComments/t.xml", content: `<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"><threadedComment ref="B2" id="{1}"><text>số ước</text></threadedComment><threadedComment ref="B2" id="{2}" parentId="{1}"><text>đã sửa</text></threadedComment></ThreadedComments>`})
	got, err := commentsOf(t, data)
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, c := range got[0] {
		texts = append(texts, sheet.Address(c.Row, c.Col)+" "+c.Text)
	}
	if want := []string{"B2 số ước", "B2 đã sửa", "D9 Sở A:\nđơn vị: nghìn"}; !slices.Equal(texts, want) {
		t.Fatalf("%q, want %q", texts, want)
	}
}

func TestCommentsThatCanNotBeReadAreNotPassedOver(t *testing.T) {
	for name, c := range map[string]struct {
		change func(string) string
		code   string
	}{
		"on no cell":      {func(s string) string { return strings.Replace(s, `ref="B2"`, `ref="B0"`, 1) }, sheet.CodeDamaged},
		"cut":             {func(s string) string { return s[:len(s)/2] }, sheet.CodeDamaged},
		"a declared type": {func(s string) string { return "<!DOCTYPE x>" + s[strings.Index(s, "<comments"):] }, sheet.CodeDoctype},
	} {
		data := repack(t, commented(t), func(name string, content []byte) []byte {
			if strings.HasPrefix(name, "xl/comments") {
				return []byte(c.change(string(content)))
			}
			return content
		})
		if _, err := commentsOf(t, data); code(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Sheets that name one part keep its comments for each.
func TestCommentsOfAllSheetsAreHeldAgainstTheLimits(t *testing.T) {
	const link = `<Relationships ` + nsRels + `><Relationship Id="rId1" Type="` + relURL + `comments" Target="../said.xml"/></Relationships>`
	for name, c := range map[string]struct {
		comments int
		text     string
		code     string
	}{
		"few":       {100, "x", ""},
		"too many":  {maxComments/2 + 1, "", sheet.CodeLimit},
		"too large": {100, strings.Repeat("x", 100_000), sheet.CodeLimit},
	} {
		one := `<comment ref="B2"><text><t>` + c.text + `</t></text></comment>`
		list := file{name: "xl/said.xml", content: `<comments ` + nsMain + `><commentList>` + strings.Repeat(one, c.comments) + `</commentList></comments>`}
		more := []file{list, {name: "xl/worksheets/_rels/sheet2.xml.rels", content: link}}
		data := repack(t, commented(t), func(name string, content []byte) []byte { return content }, more...)
		data = repack(t, data, func(name string, content []byte) []byte {
			if strings.HasSuffix(name, "/_rels/sheet1.xml.rels") {
				return []byte(link)
			}
			return content
		})
		lim := sheet.DefaultLimits()
		lim.Ratio, lim.SharedBytes = 0, 15_000_000
		if _, err := commentsWithin(t, data, lim); code(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// repack changes the parts of an archive and adds others.
func repack(t *testing.T, data []byte, change func(name string, content []byte) []byte, more ...file) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var files []file
	for _, f := range z.File {
		content, err := fs.ReadFile(z, f.Name)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file{name: f.Name, content: string(change(f.Name, content))})
	}
	return archiveOf(t, append(files, more...)...)
}
