package xls

import (
	"context"
	"strings"

	"github.com/phuluc/phuluc/extract/sheet"
)

var _ sheet.Commented = (*Workbook)(nil)

const (
	idNote       = 0x001C
	idObject     = 0x005D
	idObjectText = 0x01B6 // the text itself stands in the CONTINUE record behind it
	objectNote   = 0x19   // the kind of object that shows a note
)

// maxComments is more than anybody writes into a workbook.
const maxComments = 1 << 16

// Comments gives the comments of sheet i, of which its census has told that there are some. A note names the object that shows its text; before
// BIFF8 it has the text itself, of which what is too long for one record follows in others that name no row.
func (w *Workbook) Comments(ctx context.Context, i int) ([]sheet.Comment, error) {
	p, err := w.sheet(i)
	if err != nil || !w.noted[i] {
		return nil, err
	}
	var list []sheet.Comment
	texts := map[uint16]string{}
	object, isNote, size := uint16(0), false, 0
	stop := deadline{ctx: ctx}
	for at, depth := p.at, 0; ; {
		r, err := w.record(at)
		if err == nil {
			err = stop.check(w.name)
		}
		if err != nil {
			return nil, err
		}
		at = r.end
		switch r.id {
		case idBOF:
			depth++
		case idEOF:
			if depth--; depth == 0 {
				return list, nil
			}
		}
		if depth != 1 {
			continue
		}
		switch d := r.data; r.id {
		case idObject:
			if isNote = w.biff8 && len(d) >= 8 && le.Uint16(d) == 0x15 && le.Uint16(d[4:]) == objectNote; isNote {
				object = le.Uint16(d[6:])
			}
		case idObjectText:
			if !isNote {
				continue
			}
			if err := w.least(r, 12); err != nil {
				return nil, err
			}
			if n := int(le.Uint16(d[10:])); n > 0 {
				text, err := w.objectText(r, n)
				if err != nil {
					return nil, err
				}
				texts[object] = text
				size += len(text)
			}
			isNote = false
		case idNote:
			if err := w.least(r, 6); err != nil {
				return nil, err
			}
			row, col := int(le.Uint16(d)), int(le.Uint16(d[2:]))
			one := sheet.Comment{Row: row + 1, Col: col + 1}
			switch c := w.cursor(r, 6); {
			case w.biff8:
				if err := w.least(r, 8); err != nil {
					return nil, err
				}
				one.Text = texts[le.Uint16(d[6:])]
				if c.skip(2); len(d) > 8 {
					author, _ := c.text(nil, nil, 2)
					if c.err != nil {
						return nil, c.err
					}
					one.Author = string(author)
				}
			default:
				text := c.bytes(nil, min(int(le.Uint16(d[4:])), len(d)-6))
				if size += len(text); row == 0xFFFF {
					if n := len(list); n > 0 {
						list[n-1].Text += string(text)
					}
					continue
				}
				one.Text = string(tidy(text, 0, nil))
			}
			list = append(list, one)
			if w.comments++; w.comments > maxComments {
				return nil, w.refuse(sheet.CodeLimit, r.at, "there are more than %d comments", maxComments)
			}
			size += len(one.Author)
		}
		if most := w.limits.SharedBytes; most > 0 && int64(size) > most {
			return nil, w.refuse(sheet.CodeLimit, r.at, "the comments have more than %d bytes", most)
		}
	}
}

// objectText reads the n characters that stand behind a record.
func (w *Workbook) objectText(r record, n int) (string, error) {
	c := w.cursor(r, len(r.data))
	wide := c.u8()&1 != 0
	text := c.units(nil, n, wide)
	if c.err != nil {
		return "", c.err
	}
	return strings.Clone(string(tidy(text, 0, nil))), nil
}
