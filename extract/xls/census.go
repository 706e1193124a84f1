package xls

import (
	"slices"

	"github.com/phuluc/phuluc/extract/sheet"
)

// census is the second count: how many cells the records of a sheet hold. It knows nothing of how cells are read. What
// the scan hands over must agree with it. It also collects what stands elsewhere than the cells it speaks of, and sees
// whether the cells are in order.
type census struct {
	cells      int
	ordered    bool // every cell stands behind the one before
	merges     []sheet.Range
	hiddenCols [maxCol]bool
	hiddenRows []uint64 // a bit a row; nil if none
	noted      bool     // some cells bear comments
}

func (c *census) hidden(row uint16) bool {
	return c.hiddenRows != nil && c.hiddenRows[row>>6]>>(row&63)&1 != 0
}

func (c *census) hide(row uint16) {
	if c.hiddenRows == nil {
		c.hiddenRows = make([]uint64, maxRow/64)
	}
	c.hiddenRows[row>>6] |= 1 << (row & 63)
}

// cellSize is how many bytes the record of a cell has, 0 if they differ.
func cellSize(id uint16) int {
	switch id {
	case idBlank:
		return 6
	case idRK, idLabelSST:
		return 10
	case idNumber:
		return 14
	}
	return 0
}

// amongCells knows the records that programs write between cells although they belong before or behind them: what a cell has beside its
// value (links, notes, drawings, validation, formats by condition), columns, and those of Excel 2007 and later, whose numbers begin with 8. Any
// other was the record of a cell before it was damaged.
func amongCells(r record) bool {
	switch r.id {
	case 0x001C, 0x005D, 0x007F, 0x00EC, 0x01B6, 0x01B8, 0x01B0, 0x01B1, 0x01B2, 0x01BE, 0x01C2, idDimensions, idIndex, idDefaultRow, idDefaultCol, 0x001D:
		return true
	case 0x00ED:
		return len(r.data) >= 4 && le.Uint16(r.data[2:]) == 0xF119 // a selection of drawings, which says so itself
	case idWindow2:
		return len(r.data) != 10 // or it was a short number
	}
	return r.id >= 0x0800 && r.id < 0x0900 && len(r.data) >= 2 && le.Uint16(r.data) == r.id // they say twice what they are
}

// takeCensus looks at the sheet that begins at byte p, up to its EOF record.
func (w *Workbook) takeCensus(p int, stop *deadline) (c census, err error) {
	c.ordered = true
	merged := 0
	last := -1     // place of the last cell
	begun := false // the rows or the cells have begun
	strange := 0   // the first record since the last row or cell that does not belong among cells
	from := p
	e := evidence{last: -1}
	for depth := 0; ; {
		r, err := w.record(p)
		if err == nil {
			err = stop.check(w.name)
		}
		if err != nil {
			return c, err
		}
		p = r.end
		if err := w.fits(r); err != nil {
			return c, err
		}
		if r.id == idBOF {
			depth++
		}
		if r.id == idEOF {
			if depth--; depth == 0 {
				break
			}
			continue
		}
		if depth != 1 {
			continue
		}
		switch d := r.data; r.id {
		case idNumber, idRK, idLabel, idLabelSST, idRString, idBoolErr, idFormula, idMulRK:
			if len(d) < 6 {
				return c, w.least(r, 6)
			}
			if strange > 0 && begun {
				return c, w.damaged(strange, "record %04X stands among the cells", le.Uint16(w.b[strange:]))
			}
			if want := cellSize(r.id); want > 0 && len(d) != want {
				return c, w.damaged(r.at, "record %04X has %d bytes, a cell of its kind has %d", r.id, len(d), want)
			}
			strange, begun = 0, true
			n := 1
			if r.id == idMulRK {
				n = (len(d) - 6) / 6
			}
			c.cells += n
			at := int(le.Uint16(d))<<16 + int(le.Uint16(d[2:]))
			c.ordered = c.ordered && at > last
			last = at + n - 1
			e.cell(r, n)
		case 0x0002, 0x0003, 0x0004, 0x0005, 0x0206, 0x0406: // numbers, texts, truths and formulas before BIFF5
			return c, w.damaged(r.at, "record %04X is a cell of an older format", r.id)
		case idRow:
			if err := w.least(r, 16); err != nil {
				return c, err
			}
			if !begun {
				strange, begun = 0, true
			}
			e.row(d)
			if row := le.Uint16(d); d[12]&0x20 != 0 {
				c.hide(row)
			} else if c.hiddenRows != nil {
				c.hiddenRows[row>>6] &^= 1 << (row & 63)
			}
		case idDefaultRow: // how rows are that have no record of their own
			if err := w.least(r, 2); err != nil {
				return c, err
			}
			if err := e.only(w, r); err != nil {
				return c, err
			}
			if d[0]&2 != 0 {
				for row := range maxRow {
					c.hide(uint16(row))
				}
			}
		case idColInfo:
			if err := w.least(r, 11); err != nil {
				return c, err
			}
			if d[8]&1 != 0 {
				for col := int(le.Uint16(d)); col <= int(le.Uint16(d[2:])) && col < maxCol; col++ {
					c.hiddenCols[col] = true
				}
			}
		case idMergeCells:
			if err := w.least(r, 2); err != nil {
				return c, err
			}
			n := int(le.Uint16(d))
			if err := w.least(r, 2+8*n); err != nil {
				return c, err
			}
			if merged += n; w.limits.Merges > 0 && merged > w.limits.Merges {
				return c, w.refuse(sheet.CodeLimit, r.at, "the sheet has more than %d merged ranges", w.limits.Merges)
			}
			for d = d[2 : 2+8*n]; len(d) > 0; d = d[8:] {
				row1, row2, col1, col2 := int(le.Uint16(d)), int(le.Uint16(d[2:])), int(le.Uint16(d[4:])), int(le.Uint16(d[6:]))
				if row1 > row2 || col1 > col2 || col2 >= maxCol {
					return c, w.damaged(r.at, "merged range of rows %d–%d and columns %d–%d is not valid", row1+1, row2+1, col1+1, col2+1)
				}
				if row1 != row2 || col1 != col2 {
					c.merges = append(c.merges, sheet.Range{Row1: row1 + 1, Col1: col1 + 1, Row2: row2 + 1, Col2: col2 + 1})
				}
			}
		case idBlank:
			if len(d) != cellSize(r.id) {
				return c, w.damaged(r.at, "record %04X has %d bytes, a cell of its kind has %d", r.id, len(d), cellSize(r.id))
			}
			e.cell(r, 1)
		case idMulBlank:
			n := len(d)
			if n < 8 || n%2 != 0 || int(le.Uint16(d[n-2:]))-int(le.Uint16(d[2:])) != n/2-4 {
				return c, w.damaged(r.at, "a row of %d bytes does not hold the blanks it announces", n)
			}
			e.cell(r, n/2-3)
		case idDBCell:
			if strange > 0 && c.cells > 0 {
				return c, w.damaged(strange, "record %04X stands among the cells", le.Uint16(w.b[strange:]))
			}
			e.blocks = append(e.blocks, r.at)
		case idString, idSharedFormula, idArray, idTable, idContinue:
		default:
			c.noted = c.noted || r.id == idNote
			if err := e.only(w, r); err != nil {
				return c, err
			}
			if strange == 0 && !amongCells(r) {
				strange = r.at
			}
		}
	}
	if err := e.judge(w, from, p); err != nil {
		return c, err
	}
	if err := w.listed(p); err != nil {
		return c, err
	}
	slices.SortStableFunc(c.merges, func(a, b sheet.Range) int {
		if a.Row1 != b.Row1 {
			return a.Row1 - b.Row1
		}
		return a.Col1 - b.Col1
	})
	return c, nil
}
