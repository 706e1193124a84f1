package docx

import (
	"context"
	"encoding/xml"
	"io"
	"iter"
	"path"
	"strings"

	"github.com/phuluc/phuluc/extract/archive"
	"github.com/phuluc/phuluc/extract/markup"
	"github.com/phuluc/phuluc/extract/sheet"
)

// Workbook is an opened document. It is used from one goroutine.
type Workbook struct {
	archive *archive.Archive
	limits  sheet.Limits
	sheets  []*content
}

var _ sheet.Workbook = (*Workbook)(nil)

// content is one sheet.
type content struct {
	name  string
	cells []sheet.Cell // in row-major order
	next  int          // the row that follows what was read
}

// Open reads the whole document. All its errors about the content are *sheet.FileError; others are those of r and of ctx.
func Open(ctx context.Context, r io.ReaderAt, size int64, lim sheet.Limits) (*Workbook, error) {
	a, err := archive.Open(r, size, lim)
	if err != nil {
		return nil, err
	}
	main, err := related(ctx, a, lim, "", "officeDocument")
	if err != nil {
		return nil, err
	}
	if main == "" {
		main = "word/document.xml"
	}
	body := a.Find(main)
	if body == nil {
		return nil, sheet.Refuse(sheet.CodePartMissing, main, "the part that holds the text is not in the archive")
	}
	p := parser{limits: lim, styles: styles{looks: map[string]look{}, parent: map[string]string{}}}
	styled, err := related(ctx, a, lim, body.Name, "styles")
	if err != nil {
		return nil, err
	}
	if e := a.Find(styled); styled != "" && e != nil {
		err := partOf(ctx, a, lim, e, func(r *markup.Reader, _ xml.StartElement) error { return p.styles.read(r, lim.Styles) })
		if err != nil {
			return nil, err
		}
	}
	if p.r, err = markup.Open(ctx, a, body, lim, "tc"); err != nil {
		return nil, err
	}
	defer p.r.Close()
	if err := p.r.Document(p.document); err != nil {
		return nil, err
	}
	if err := p.end(); err != nil {
		return nil, err
	}
	return &Workbook{archive: a, limits: lim, sheets: p.sheets}, nil
}

// partOf reads a part whose root element is for read.
func partOf(ctx context.Context, a *archive.Archive, lim sheet.Limits, e *archive.Entry, read func(*markup.Reader, xml.StartElement) error) error {
	r, err := markup.Open(ctx, a, e, lim)
	if err != nil {
		return err
	}
	defer r.Close()
	return r.Document(func(root xml.StartElement) error { return read(r, root) })
}

// related gives the name of the part to which a part relates in a way, "" if there is none; the archive itself is "". No
// relationship that leads out of the archive is followed.
func related(ctx context.Context, a *archive.Archive, lim sheet.Limits, part, kind string) (string, error) {
	dir, file := path.Split(strings.ReplaceAll(part, `\`, "/"))
	e := a.Find(dir + "_rels/" + file + ".rels")
	if e == nil {
		return "", nil
	}
	found := ""
	err := partOf(ctx, a, lim, e, func(r *markup.Reader, _ xml.StartElement) error {
		return r.Children(func(e xml.StartElement) error {
			t, _ := markup.Attr(e, "", "Type")
			mode, _ := markup.Attr(e, "", "TargetMode")
			target, _ := markup.Attr(e, "", "Target")
			if path.Base(t) == kind && mode != "External" && found == "" {
				if found = path.Join("/", target); !strings.HasPrefix(target, "/") {
					found = path.Join("/", dir, target)
				}
				found = strings.TrimPrefix(found, "/")
			}
			return r.Skip()
		})
	})
	return found, err
}

// Sheets lists the tables in their order.
func (w *Workbook) Sheets() []sheet.Info {
	var out []sheet.Info
	for _, s := range w.sheets {
		out = append(out, sheet.Info{Name: s.name})
	}
	return out
}

// Cells yields the cells of a table and of the paragraphs around it. See sheet.Workbook.
func (w *Workbook) Cells(ctx context.Context, i int) iter.Seq2[sheet.Cell, error] {
	return func(yield func(sheet.Cell, error) bool) {
		for k, c := range w.sheets[i].cells {
			if err := ctx.Err(); k&0xFFF == 0 && err != nil {
				yield(sheet.Cell{}, sheet.Stopped(err, ""))
				return
			}
			if !yield(c, nil) {
				return
			}
		}
	}
}

// Keywords gives the keywords of the document's properties, "" if it has none. They say nothing about cells, so
// properties that can not be read are no fault of the document.
func (w *Workbook) Keywords(ctx context.Context) string {
	name, err := related(ctx, w.archive, w.limits, "", "core-properties")
	e := w.archive.Find(name)
	if err != nil || name == "" || e == nil {
		return ""
	}
	words := ""
	err = partOf(ctx, w.archive, w.limits, e, func(r *markup.Reader, _ xml.StartElement) error {
		return r.Children(func(e xml.StartElement) (err error) {
			if e.Name.Local != "keywords" {
				return r.Skip()
			}
			words, err = r.Text()
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
