package ods

import (
	"context"
	"encoding/xml"
	"io"
	"iter"

	"github.com/phuluc/phuluc/extract/archive"
	"github.com/phuluc/phuluc/extract/markup"
	"github.com/phuluc/phuluc/extract/sheet"
)

// Workbook is an opened spreadsheet. It is used from one goroutine.
type Workbook struct {
	archive *archive.Archive
	limits  sheet.Limits
	sheets  []*content
}

var (
	_ sheet.Workbook  = (*Workbook)(nil)
	_ sheet.Commented = (*Workbook)(nil)
)

// content is one sheet as written.
type content struct {
	info sheet.Info
	rows []row // those that hold something

	comments []sheet.Comment
}

// row is a row with cells, from row number at, repeated times.
type row struct {
	at, times int
	cells     []sheet.Cell // with Row at
}

// Open reads the whole document. All its errors about the content are *sheet.FileError; others are those of r and of ctx.
func Open(ctx context.Context, r io.ReaderAt, size int64, lim sheet.Limits) (*Workbook, error) {
	a, err := archive.Open(r, size, lim)
	if err != nil {
		return nil, err
	}
	w := &Workbook{archive: a, limits: lim}
	if a.Find("encrypted-package") != nil {
		return nil, sheet.Refuse(sheet.CodeEncrypted, "", "the document is encrypted")
	}
	err = parts(ctx, a, "META-INF/manifest.xml", lim, func(r *markup.Reader, e xml.StartElement) error {
		return r.Children(func(e xml.StartElement) error {
			if e.Name.Space == nsManifest && e.Name.Local == "encryption-data" {
				return sheet.Refuse(sheet.CodeEncrypted, "", "the document is encrypted")
			}
			return r.Skip()
		})
	})
	if err != nil {
		return nil, err
	}
	body := a.Find("content.xml")
	if body == nil {
		return nil, sheet.Refuse(sheet.CodePartMissing, "content.xml", "the part that holds the sheets is not in the archive")
	}
	p := parser{limits: lim, styles: newStyles(lim.Styles)}
	if err := parts(ctx, a, "styles.xml", lim, p.styles.read); err != nil {
		return nil, err
	}
	if p.r, err = markup.Open(ctx, a, body, lim, "table-cell", "covered-table-cell"); err != nil {
		return nil, err
	}
	defer p.r.Close()
	if err := p.r.Document(p.document); err != nil {
		return nil, err
	}
	if len(p.sheets) == 0 {
		return nil, sheet.Refuse(sheet.CodeNotWorkbook, "", "the document has no sheets")
	}
	w.sheets = p.sheets
	return w, nil
}

// Sheets lists the sheets in their order.
func (w *Workbook) Sheets() []sheet.Info {
	var out []sheet.Info
	for _, s := range w.sheets {
		out = append(out, s.info)
	}
	return out
}

// Cells yields the cells of a sheet. See sheet.Workbook.
func (w *Workbook) Cells(ctx context.Context, i int) iter.Seq2[sheet.Cell, error] {
	return func(yield func(sheet.Cell, error) bool) {
		for _, r := range w.sheets[i].rows {
			for k := range r.times {
				if err := ctx.Err(); err != nil {
					yield(sheet.Cell{}, sheet.Stopped(err, ""))
					return
				}
				for _, c := range r.cells {
					c.Row += k
					if !c.Merge.IsZero() {
						c.Merge.Row1, c.Merge.Row2 = c.Merge.Row1+k, c.Merge.Row2+k
					}
					if !yield(c, nil) {
						return
					}
				}
			}
		}
	}
}

// Comments gives the comments of a sheet.
func (w *Workbook) Comments(_ context.Context, i int) ([]sheet.Comment, error) {
	return w.sheets[i].comments, nil
}

// Keywords gives the keywords of the document's properties, "" if it has none. They say nothing about cells, so
// properties that can not be read are no fault of the document.
func (w *Workbook) Keywords(ctx context.Context) string {
	var words string
	err := parts(ctx, w.archive, "meta.xml", w.limits, func(r *markup.Reader, _ xml.StartElement) error {
		return r.Children(func(e xml.StartElement) (err error) {
			if e.Name.Space != nsMeta || e.Name.Local != "keyword" {
				return r.Skip()
			}
			text, err := r.Text()
			if words != "" {
				words += " "
			}
			words += text
			return err
		})
	})
	if err != nil {
		return ""
	}
	return words
}

// Close has nothing to close; the reader is its owner's.
func (w *Workbook) Close() error { return nil }
