package sample

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/xml"
	"fmt"
	"io"
	"io/fs"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/phuluc/phuluc/extract"
	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/xuri/excelize/v2"
)

// Keyword stands in the core properties (docProps/core.xml, cp:keywords) of every workbook of the sample, and as the
// source of its JSON-stat feed.
const Keyword = extract.SampleKeyword

// IsSample reports whether a workbook bears the keyword. It reads the zip directory and at most 64 KiB of the core
// properties, no sheet. A file that is no zip, or has no such part, is no sample; that is no error.
func IsSample(r io.ReaderAt, size int64) bool {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return false
	}
	for _, f := range z.File {
		if f.Name != "docProps/core.xml" {
			continue
		}
		part, err := f.Open()
		if err != nil {
			return false
		}
		defer part.Close()
		var core struct {
			Keywords string `xml:"keywords"`
		}
		return xml.NewDecoder(io.LimitReader(part, 64<<10)).Decode(&core) == nil && core.Keywords == Keyword
	}
	return false
}

// IsSampleFeed reports whether a feed bears the keyword, by the first bytes of it: 64 KiB are plenty.
func IsSampleFeed(head []byte) bool { return bytes.Contains(head, []byte(Keyword)) }

func mergeDown(row1, row2, col int) sheet.Range {
	return sheet.Range{Row1: row1, Col1: col, Row2: row2, Col2: col}
}

// render turns a plan into the bytes of a workbook. The same plan gives the same bytes.
func render(b *book) ([]byte, error) {
	f := excelize.NewFile()
	defer f.Close()
	f.SetZipWriter(func(w io.Writer) excelize.ZipWriter {
		return &sortedZip{w: w, time: b.date, parts: map[string]*bytes.Buffer{}}
	})
	stamp := b.date.UTC().Format(time.RFC3339)
	if err := f.SetDocProps(&excelize.DocProperties{Title: b.title, Creator: "phuluc", LastModifiedBy: "phuluc", Keywords: Keyword,
		Created: stamp, Modified: stamp}); err != nil {
		return nil, fmt.Errorf("%s: core properties: %w", b.path, err)
	}
	looks := &looks{file: f}
	for i, p := range b.pages {
		var err error
		if i == 0 {
			err = f.SetSheetName("Sheet1", p.name)
		} else {
			_, err = f.NewSheet(p.name)
		}
		if err == nil {
			err = renderPage(f, looks, p)
		}
		if err != nil {
			return nil, fmt.Errorf("%s, sheet %q: %w", b.path, p.name, err)
		}
	}
	buf, err := f.WriteToBuffer()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.path, err)
	}
	return buf.Bytes(), nil
}

func renderPage(f *excelize.File, looks *looks, p *page) error {
	for i, w := range p.widths {
		if w > 0 {
			if err := f.SetColWidth(p.name, column(i+1), column(i+1), w); err != nil {
				return err
			}
		}
	}
	lastRow, lastCol := 1, 1
	for _, c := range p.cells {
		at := sheet.Address(c.row, c.col)
		lastRow, lastCol = max(lastRow, c.row), max(lastCol, c.col)
		var err error
		if c.number {
			var x float64
			if x, err = strconv.ParseFloat(c.text, 64); err == nil {
				err = f.SetCellFloat(p.name, at, x, -1, 64)
			}
		} else {
			err = f.SetCellStr(p.name, at, c.text)
		}
		if err == nil && c.formula != "" {
			err = f.SetCellFormula(p.name, at, c.formula)
		}
		if err != nil {
			return fmt.Errorf("cell %s: %w", at, err)
		}
		if c.style == plain {
			continue
		}
		id, err := looks.id(c.style)
		if err == nil {
			err = f.SetCellStyle(p.name, at, at, id)
		}
		if err != nil {
			return fmt.Errorf("style of %s: %w", at, err)
		}
	}
	for _, m := range p.merges {
		lastRow, lastCol = max(lastRow, m.Row2), max(lastCol, m.Col2)
		if err := f.MergeCell(p.name, sheet.Address(m.Row1, m.Col1), sheet.Address(m.Row2, m.Col2)); err != nil {
			return fmt.Errorf("merge: %w", err)
		}
	}
	if p.hidden {
		if err := f.SetSheetVisible(p.name, false); err != nil {
			return err
		}
	}
	// Without this the file says its extent is A1, and readers that believe it see one cell.
	return f.SetSheetDimension(p.name, "A1:"+sheet.Address(lastRow, lastCol))
}

// looks makes the excelize styles of one workbook as they are needed.
type looks struct {
	file *excelize.File
	ids  [styles]int // 1 + id
}

func (l *looks) id(s style) (int, error) {
	if l.ids[s] > 0 {
		return l.ids[s] - 1, nil
	}
	id, err := l.file.NewStyle(styleOf(s))
	if err != nil {
		return 0, err
	}
	l.ids[s] = 1 + id
	return id, nil
}

func styleOf(s style) *excelize.Style {
	x := &excelize.Style{Font: &excelize.Font{Family: "Times New Roman", Size: 12}, Alignment: &excelize.Alignment{Vertical: "center"}}
	border := func() {
		for _, side := range []string{"left", "right", "top", "bottom"} {
			x.Border = append(x.Border, excelize.Border{Type: side, Color: "000000", Style: 1})
		}
	}
	format := func(code string) {
		border()
		x.Alignment.Horizontal = "right"
		if code != "" {
			x.CustomNumFmt = &code
		}
	}
	switch s {
	case letter:
		x.Font.Bold = true
	case title:
		x.Font.Bold, x.Font.Size, x.Alignment.Horizontal, x.Alignment.WrapText = true, 13, "center", true
	case subtitle:
		x.Font.Italic, x.Alignment.Horizontal = true, "center"
	case head:
		border()
		x.Font.Bold, x.Alignment.Horizontal, x.Alignment.WrapText = true, "center", true
	case code:
		border()
		x.Font.Italic, x.Alignment.Horizontal = true, "center"
	case section:
		border()
		x.Font.Bold = true
	case label:
		border()
		x.Alignment.WrapText = true
	case indented:
		border()
		x.Alignment.WrapText, x.Alignment.Indent, x.Alignment.Horizontal = true, 1, "left"
	case centred:
		border()
		x.Alignment.Horizontal = "center"
	case number:
		format("")
	case integer:
		format("#,##0")
	case tenths:
		format("0.0")
	case percent:
		format("0.0%")
	case textual:
		format("")
	case note:
		x.Font.Italic = true
	}
	return x
}

// sortedZip writes the parts of a workbook in the order of their names, with one time, so that the bytes depend on
// the content alone and the file begins with [Content_Types].xml.
type sortedZip struct {
	w     io.Writer
	time  time.Time
	parts map[string]*bytes.Buffer
}

func (z *sortedZip) Create(name string) (io.Writer, error) {
	if z.parts[name] != nil {
		return nil, fmt.Errorf("part %s is written twice", name)
	}
	z.parts[name] = &bytes.Buffer{}
	return z.parts[name], nil
}

func (z *sortedZip) AddFS(fs.FS) error { return fmt.Errorf("adding a file system is not supported") }

func (z *sortedZip) Close() error {
	names := make([]string, 0, len(z.parts))
	for n := range z.parts {
		names = append(names, n)
	}
	sort.Slice(names, func(i, j int) bool { return strings.Compare(names[i], names[j]) < 0 })
	w := zip.NewWriter(z.w)
	w.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) { return flate.NewWriter(out, flate.BestSpeed) })
	for _, n := range names {
		part, err := w.CreateHeader(&zip.FileHeader{Name: n, Method: zip.Deflate, Modified: z.time})
		if err != nil {
			return err
		}
		if _, err := part.Write(z.parts[n].Bytes()); err != nil {
			return err
		}
	}
	return w.Close()
}
