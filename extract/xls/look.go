package xls

import (
	"context"
	"fmt"

	"github.com/phuluc/phuluc/extract/sheet"
)

// Records that say nothing about values.
const (
	idPalette  = 0x0092
	idMulBlank = 0x00BE
	idBlank    = 0x0201
)

// most cells of which Appearance tells the look: a form may be formatted to the last row.
const mostLooks = 200_000

// Appearance tells how a sheet looks: a copy of it can be recognised by whoever made it. It reads the stream once more, since nothing of it
// matters to values. Workbooks of Excel 5.0 and 95 have none.
func (w *Workbook) Appearance(ctx context.Context, i int) (*sheet.Appearance, error) {
	p, err := w.sheet(i)
	if err != nil || p.at == 0 || !w.biff8 {
		return nil, err
	}
	a := &sheet.Appearance{Widths: map[int]float64{}, Heights: map[int]float64{}, Cells: map[sheet.Position]int{}}
	stop := deadline{ctx: ctx}
	if a.Looks, err = w.appearances(&stop); err != nil {
		return nil, err
	}
	note := func(d []byte, col, xf uint16) {
		if int(xf) < len(a.Looks) && len(a.Cells) < mostLooks {
			a.Cells[sheet.Position{Row: int(le.Uint16(d)) + 1, Col: int(col) + 1}] = int(xf)
		}
	}
	first, err := w.record(p.at)
	if err != nil {
		return nil, err
	}
	for at, depth := first.end, 1; depth > 0; {
		r, err := w.record(at)
		if err == nil {
			err = stop.check(w.name)
		}
		if err != nil {
			return nil, err
		}
		at = r.end
		d := r.data
		switch {
		case r.id == idBOF:
			depth++
		case r.id == idEOF:
			depth--
		case depth > 1: // a chart
		case r.id == idColInfo && len(d) >= 6:
			for col := int(le.Uint16(d)); col <= min(int(le.Uint16(d[2:])), 255); col++ {
				a.Widths[col+1] = float64(le.Uint16(d[4:])) / 256
			}
		case r.id == idRow && len(d) >= 16 && d[12]&0x40 != 0: // a height that somebody chose; others follow from what the row holds
			a.Heights[int(le.Uint16(d))+1] = float64(le.Uint16(d[6:])&0x7FFF) / 20
		case (r.id == idMulRK || r.id == idMulBlank) && len(d) >= 6:
			size := 2
			if r.id == idMulRK {
				size = 6
			}
			col := le.Uint16(d[2:])
			for at := 4; at+size <= len(d)-2; at += size {
				note(d, col, le.Uint16(d[at:]))
				col++
			}
		case len(d) >= 6:
			switch r.id {
			case idBlank, idLabelSST, idLabel, idRString, idNumber, idRK, idFormula, idBoolErr:
				note(d, le.Uint16(d[2:]), le.Uint16(d[4:]))
			}
		}
	}
	return a, nil
}

// appearances gives the looks that the cells of all sheets refer to.
func (w *Workbook) appearances(stop *deadline) ([]sheet.Look, error) {
	var fonts []sheet.Look
	var inks []int // numbers of the fonts' colours: the palette comes behind them
	var formats [][]byte
	colors := palette()
	for p := 0; ; {
		r, err := w.record(p)
		if err == nil {
			err = stop.check(w.name)
		}
		if err != nil {
			return nil, err
		}
		p = r.end
		switch d := r.data; {
		case r.id == idFont && len(d) >= 11:
			fonts = append(fonts, sheet.Look{
				Size: float64(le.Uint16(d)) / 20, Italic: d[2]&2 != 0, Strike: d[2]&8 != 0, Bold: le.Uint16(d[6:]) >= 600, Underline: d[10] != 0,
			})
			inks = append(inks, int(le.Uint16(d[4:])))
		case r.id == idPalette && len(d) >= 2:
			for i := 0; i < min(int(le.Uint16(d)), 56) && 2+4*i+3 <= len(d); i++ {
				colors[8+i] = fmt.Sprintf("%02X%02X%02X", d[2+4*i], d[3+4*i], d[4+4*i])
			}
		case r.id == idXF && len(d) >= 20:
			formats = append(formats, d)
		case r.id == idEOF:
			looks := make([]sheet.Look, len(formats))
			for i, d := range formats {
				font := int(le.Uint16(d))
				n := font
				if n > 4 { // there is no number 4
					n--
				}
				if n < len(fonts) {
					looks[i] = fonts[n]
					looks[i].Color = colors[inks[n]]
				}
				l := &looks[i]
				l.Font = w.font(font).name
				l.Horizontal = [...]string{"", "left", "center", "right", "fill", "justify", "centerContinuous", "distributed"}[d[6]&7]
				l.Wrap = d[6]&8 != 0
				l.Vertical = [...]string{"top", "center", "", "justify", "distributed", "", "", ""}[d[6]>>4&7]
				l.Indent = int(d[8] & 15)
				l.Left, l.Right, l.Top, l.Bottom = int(d[10]&15), int(d[10]>>4), int(d[11]&15), int(d[11]>>4)
				if le.Uint32(d[14:])>>26 == 1 { // solid
					l.Fill = colors[int(le.Uint16(d[18:])&0x7F)]
				}
			}
			return looks, nil
		}
	}
}

// palette gives the colours by their numbers, as they are unless the workbook has its own; others are automatic.
func palette() map[int]string {
	colors := map[int]string{}
	for i, c := range [...]string{
		"000000", "FFFFFF", "FF0000", "00FF00", "0000FF", "FFFF00", "FF00FF", "00FFFF", "800000", "008000", "000080", "808000", "800080", "008080", "C0C0C0", "808080",
		"9999FF", "993366", "FFFFCC", "CCFFFF", "660066", "FF8080", "0066CC", "CCCCFF", "000080", "FF00FF", "FFFF00", "00FFFF", "800080", "800000", "008080", "0000FF",
		"00CCFF", "CCFFFF", "CCFFCC", "FFFF99", "99CCFF", "FF99CC", "CC99FF", "FFCC99", "3366FF", "33CCCC", "99CC00", "FFCC00", "FF9900", "FF6600", "666699", "969696",
		"003366", "339966", "003300", "333300", "993300", "993366", "333399", "333333",
	} {
		colors[8+i] = c
	}
	return colors
}
