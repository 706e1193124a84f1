package xls

import (
	"strings"

	"github.com/phuluc/phuluc/extract/sheet"
)

// style is what a cell's format says about its value.
type style struct {
	format string // number format code, "" for General
	font   string
	indent int
	struck bool // by the font
	date   bool // the format shows a date or a time
}

// looks collects the records that styles are made of.
type looks struct {
	w       *Workbook
	formats map[int]format
	cells   []cellFormat
}

type format struct {
	code string
	date bool
}

type cellFormat struct{ format, font, indent int }

func (l *looks) room(n int, what string, at int) error {
	if most := l.w.limits.Styles; most > 0 && n > most {
		return l.w.refuse(sheet.CodeLimit, at, "there are more than %d %s", most, what)
	}
	return nil
}

func (l *looks) font(r record) error {
	if err := l.w.least(r, 15); err != nil {
		return err
	}
	c := l.w.cursor(r, 14)
	name, _ := c.text(nil, nil, 1)
	if c.err != nil {
		return c.err
	}
	// [MS-XLS] 2.4.122: fStrikeOut is a bit of the flags, sss 1 is a superscript.
	l.w.fonts = append(l.w.fonts, font{string(name), le.Uint16(r.data[8:]) == 1, r.data[2]&8 != 0})
	return l.room(len(l.w.fonts), "fonts", r.at)
}

func (l *looks) format(r record) error {
	if err := l.w.least(r, 3); err != nil {
		return err
	}
	c := l.w.cursor(r, 2)
	width := 1
	if l.w.biff8 {
		width = 2
	}
	text, _ := c.text(nil, nil, width)
	if c.err != nil {
		return c.err
	}
	l.add(int(le.Uint16(r.data)), string(text))
	return l.room(len(l.formats), "number formats", r.at)
}

func (l *looks) add(id int, code string) format {
	f := format{code: code, date: sheet.IsDateFormat(code)}
	if strings.EqualFold(code, "General") {
		f.code = ""
	}
	l.formats[id] = f
	return f
}

func (l *looks) cell(r record) error {
	if err := l.w.least(r, 16); err != nil {
		return err
	}
	c := cellFormat{font: int(le.Uint16(r.data)), format: int(le.Uint16(r.data[2:]))}
	if l.w.biff8 {
		c.indent = int(r.data[8] & 15)
	}
	l.cells = append(l.cells, c)
	return l.room(len(l.cells), "cell formats", r.at)
}

// styles puts together what the records say, once all of them are known.
func (l *looks) styles() []style {
	out := make([]style, len(l.cells))
	for i, c := range l.cells {
		f, ok := l.formats[c.format]
		if !ok {
			f = l.add(c.format, sheet.BuiltinFormat(c.format))
		}
		own := l.w.font(c.font)
		out[i] = style{format: f.code, font: own.name, struck: own.struck, indent: c.indent, date: f.date}
	}
	return out
}

// font is what the reader needs of a font.
type font struct {
	name           string
	raised, struck bool
}

// font gives a font as other records number it: there is no number 4 ([MS-XLS] FontIndex).
func (w *Workbook) font(n int) font {
	if n > 4 {
		n--
	}
	if n < len(w.fonts) {
		return w.fonts[n]
	}
	return font{}
}
