package annotate

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"github.com/phuluc/phuluc/extract/sheet"
)

// remark is a comment on a cell.
type remark struct{ cell, author, text string }

// remarks are the comments of a workbook, by sheet. The library makes the parts that hold them, with one comment in each, and put writes
// all of them there: the library would look at every row above a cell for each comment, and gives all shapes one id.
type remarks struct {
	sheets []string
	of     map[string][]remark
	sizes  map[string]sizes
}

// sizes are those of a sheet's columns and rows in pixels; what is not there has the usual one.
type sizes struct{ widths, heights map[int]int }

const (
	usualWidth, usualHeight = 64, 20
	remarkWidth, lineHeight = 320, 17
	lineLetters             = 48
	maxRemark               = 8000 // letters
	shapeBlock              = 1024 // ids of shapes are given out in blocks of so many
	reach                   = 8    // columns over which a comment may lie
)

func newRemarks() *remarks { return &remarks{of: map[string][]remark{}, sizes: map[string]sizes{}} }

func (r *remarks) add(name, cell, author, text string) {
	if r.of[name] == nil {
		r.sheets = append(r.sheets, name)
	}
	r.of[name] = append(r.of[name], remark{cell, author, shorten(printable(text), maxRemark)})
}

// prepare has the library make the parts, and measures the sheets.
func (r *remarks) prepare(x *excelize.File) error {
	for _, name := range r.sheets {
		first := r.of[name][0]
		if err := x.AddComment(name, excelize.Comment{Cell: first.cell, Author: first.author, Text: first.text}); err != nil {
			return err
		}
		s := sizes{map[int]int{}, map[int]int{}}
		rows, err := x.Rows(name)
		if err != nil {
			return err
		}
		for n := 1; rows.Next(); n++ {
			if o := rows.GetRowOpts(); o.Hidden {
				s.heights[n] = 0
			} else if o.Height > 0 {
				s.heights[n] = int(o.Height * 4 / 3)
			}
		}
		if err := errors.Join(rows.Error(), rows.Close()); err != nil {
			return err
		}
		for _, c := range r.of[name] {
			_, col, err := sheet.ParseAddress(c.cell)
			if err != nil {
				return err
			}
			for i := col + 1; i <= min(col+reach, excelize.MaxColumns); i++ {
				if _, known := s.widths[i]; known {
					continue
				}
				width, err := x.GetColWidth(name, sheet.ColumnName(i))
				if err != nil {
					return err
				}
				s.widths[i] = int(width*7) + 5
			}
		}
		r.sizes[name] = s
	}
	return nil
}

// put writes the comments into the parts that prepare had made.
func (r *remarks) put(workbook []byte) ([]byte, error) {
	if len(r.sheets) == 0 {
		return workbook, nil
	}
	z, err := zip.NewReader(bytes.NewReader(workbook), int64(len(workbook)))
	if err != nil {
		return nil, err
	}
	parts, err := sheetParts(z)
	if err != nil {
		return nil, err
	}
	written := map[string][]byte{}
	block := 1
	for _, name := range r.sheets {
		var rels relationships
		dir, file := path.Split(parts[name])
		body, err := fs.ReadFile(z, parts[name])
		if err != nil {
			return nil, err
		}
		drawing := legacyDrawing().FindSubmatch(body) // pictures of headers are drawings of this kind too
		if drawing == nil || !decode(z, dir+"_rels/"+file+".rels", &rels) {
			return nil, fmt.Errorf("the comments of sheet %q have no parts", name)
		}
		for _, rel := range rels.List {
			switch {
			case path.Base(rel.Type) == "comments":
				written[resolve(dir, rel.Target)] = commentsPart(r.of[name])
			case rel.ID == string(drawing[1]):
				part := resolve(dir, rel.Target)
				if written[part], err = shapesPart(r.of[name], r.sizes[name], block); err != nil {
					return nil, err
				}
			}
		}
		block += blocks(len(r.of[name]))
	}
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	for _, f := range z.File {
		content, ours := written[f.Name]
		if !ours {
			if err := out.Copy(f); err != nil {
				return nil, err
			}
			continue
		}
		w, err := out.Create(f.Name)
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(content); err != nil {
			return nil, err
		}
	}
	if err := out.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// sheetParts gives the part of each sheet.
func sheetParts(z *zip.Reader) (map[string]string, error) {
	const book = "xl/workbook.xml"
	var rels relationships
	var list struct {
		Sheets []struct {
			Name string `xml:"name,attr"`
			ID   string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
		} `xml:"sheets>sheet"`
	}
	if !decode(z, book, &list) || !decode(z, "xl/_rels/workbook.xml.rels", &rels) {
		return nil, errors.New("the list of sheets can not be read")
	}
	targets := map[string]string{}
	for _, r := range rels.List {
		targets[r.ID] = resolve("xl", r.Target)
	}
	parts := map[string]string{}
	for _, s := range list.Sheets {
		parts[s.Name] = targets[s.ID]
	}
	return parts, nil
}

func commentsPart(list []remark) []byte {
	var b bytes.Buffer
	b.WriteString(xml.Header + `<comments xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><authors>`)
	authors := map[string]int{}
	for _, c := range list {
		if _, known := authors[c.author]; !known {
			authors[c.author] = len(authors)
			b.WriteString("<author>")
			escape(&b, c.author)
			b.WriteString("</author>")
		}
	}
	b.WriteString("</authors><commentList>")
	for _, c := range list {
		fmt.Fprintf(&b, `<comment ref="%s" authorId="%d"><text><r><rPr><sz val="9"/><rFont val="Tahoma"/><family val="2"/></rPr><t xml:space="preserve">`, c.cell, authors[c.author])
		escape(&b, c.text)
		b.WriteString("</t></r></text></comment>")
	}
	b.WriteString("</commentList></comments>")
	return b.Bytes()
}

// blocks is how many blocks of ids n shapes take; the first id of each stays free.
func blocks(n int) int { return (n + shapeBlock - 2) / (shapeBlock - 1) }

// shapesPart gives the boxes in which the comments are shown, with ids from a block on.
func shapesPart(list []remark, s sizes, block int) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(`<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel">` +
		`<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="`)
	for i := range blocks(len(list)) {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprint(&b, block+i)
	}
	b.WriteString(`"/></o:shapelayout><v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">` +
		`<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>`)
	for i, c := range list {
		row, col, err := sheet.ParseAddress(c.cell)
		if err != nil {
			return nil, err
		}
		lines := 2
		for line := range strings.SplitSeq(c.text, "\n") {
			lines += 1 + utf8.RuneCountInString(line)/lineLetters
		}
		right, dx := far(col+1, remarkWidth, usualWidth, excelize.MaxColumns, s.widths)
		top := max(row-1, 1)
		bottom, dy := far(top, lines*lineHeight, usualHeight, excelize.TotalRows, s.heights)
		fmt.Fprintf(&b, `<v:shape id="_x0000_s%d" type="#_x0000_t202" style="position:absolute;visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto">`+
			`<v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>`+
			`<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>`+
			`<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>%d, 15, %d, 2, %d, %d, %d, %d</x:Anchor><x:AutoFill>False</x:AutoFill><x:Row>%d</x:Row><x:Column>%d</x:Column></x:ClientData></v:shape>`,
			(block+i/(shapeBlock-1))*shapeBlock+1+i%(shapeBlock-1), min(col, excelize.MaxColumns-1), top-1, right-1, dx, bottom-1, dy, row-1, col-1)
	}
	b.WriteString("</xml>")
	return b.Bytes(), nil
}

// far goes so many pixels from a column or row on and gives the one it ends in, and how far in it.
func far(from, pixels, usual, last int, known map[int]int) (at, offset int) {
	for at = min(from, last); at < last; at++ {
		size, ok := known[at]
		if !ok {
			size = usual
		}
		if pixels < size {
			return at, pixels
		}
		pixels -= size
	}
	return last, 0
}

func escape(w io.Writer, s string) { xml.EscapeText(w, []byte(s)) } // into memory: it can not fail
