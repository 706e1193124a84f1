package xls

import (
	"slices"

	"github.com/phuluc/phuluc/extract/sheet"
)

// evidence is what the other records of a sheet say about where its cells are. The format has no checksum, but most programs write
// twice what matters: the columns of each row, the end of each block of rows. What one record of a cell says against all others was
// damaged; where many disagree, the program does not care, and nothing follows.
type evidence struct {
	once   uint // records met that a sheet has once
	rows   []rowSpan
	vague  bool // the rows do not follow each other, or are said to hold all columns
	near   int  // place in rows of the last cell's row
	inside int  // records of cells within the columns of their row
	astray int  // records elsewhere
	stray  record
	last   int // place of the last cell or blank
	mixed  record
	index  record
	blocks []int // bytes of the records that end a block of rows
}

// rowSpan is what a ROW record says about the columns of its row: the first, and the one behind the last.
type rowSpan struct{ row, first, end uint16 }

// only counts the records that a sheet has once.
func (e *evidence) only(w *Workbook, r record) error {
	bit := uint(0)
	switch r.id {
	case idDimensions:
		bit = 1
	case idIndex:
		bit = 2
		e.index = r
	case idDefaultRow:
		bit = 4
	case idDefaultCol:
		bit = 8
	}
	if e.once&bit != 0 {
		return w.damaged(r.at, "record %04X stands twice in the sheet", r.id)
	}
	e.once |= bit
	return nil
}

// row takes a ROW record of 16 bytes.
func (e *evidence) row(d []byte) {
	s := rowSpan{le.Uint16(d), le.Uint16(d[2:]), le.Uint16(d[4:])}
	e.vague = e.vague || s.first == 0 && s.end >= maxCol || len(e.rows) > 0 && e.rows[len(e.rows)-1].row >= s.row
	e.rows = append(e.rows, s)
}

// cell takes the record of n cells or blanks.
func (e *evidence) cell(r record, n int) {
	row, col := le.Uint16(r.data), le.Uint16(r.data[2:])
	at := int(row)<<16 + int(col)
	if at <= e.last && e.mixed.end == 0 {
		e.mixed = r
	}
	e.last = at + n - 1
	if e.vague {
		return
	}
	if e.near >= len(e.rows) || e.rows[e.near].row != row {
		e.near, _ = slices.BinarySearchFunc(e.rows, row, func(s rowSpan, row uint16) int { return int(s.row) - int(row) })
	}
	if e.near < len(e.rows) && e.rows[e.near].row == row && col >= e.rows[e.near].first && int(col)+n <= int(e.rows[e.near].end) {
		e.inside++
		return
	}
	e.astray++
	e.stray = r
}

// judge looks at the whole of the sheet that stands in the stream from byte from to byte to.
func (e *evidence) judge(w *Workbook, from, to int) error {
	place := func(r record) string {
		return sheet.Address(int(le.Uint16(r.data))+1, int(le.Uint16(r.data[2:]))+1)
	}
	const enough = 8 // records that agree, before one that does not is called damaged
	switch {
	case len(e.blocks) > 0 && e.mixed.end > 0: // blocks say where their rows are in the stream: their cells are in order
		return w.damaged(e.mixed.at, "cell %s stands behind cells that come after it", place(e.mixed))
	case e.astray == 1 && !e.vague && e.inside >= enough:
		return w.damaged(e.stray.at, "cell %s lies outside its row, and no other cell does", place(e.stray))
	}
	fixed := 12 // bytes before the list of blocks
	if w.biff8 {
		fixed = 16
	}
	for d := e.index.data; len(d) >= fixed+4; d = d[4:] {
		at := int(le.Uint32(d[fixed:]))
		if at <= from || at+4 > to || le.Uint16(w.b[at:]) != idDBCell {
			continue // of programs that do not keep the list
		}
		if _, found := slices.BinarySearch(e.blocks, at); !found {
			return w.damaged(at, "a block of rows is not reached, because what stands before it is longer than it can be")
		}
	}
	return nil
}

// longest gives how many bytes a record has at most whose size is fixed, -1 if it may have any. A longer one would swallow what stands
// behind it.
func longest(id uint16) int {
	switch id {
	case idEOF:
		return 0
	case 0x000C, 0x000D, 0x000E, 0x000F, 0x0011, 0x0012, 0x0013, 0x0019, 0x002A, 0x002B, 0x0040, 0x005F, 0x0063, 0x0081, 0x0082, 0x0083, 0x0084,
		0x008D, 0x0099, 0x009C, 0x00C1, 0x00DA, 0x00DD, 0x00E1, 0x0160, 0x0161, 0x01AF, 0x01B7, 0x01BC, idCodePage, idDate1904, idDefaultCol:
		return 2 // settings of calculation, of printing and of the program
	case 0x008C, 0x00A0, idDefaultRow:
		return 4
	case 0x0026, 0x0027, 0x0028, 0x0029, 0x0080, idRecalcID:
		return 8 // margins, outlines
	case idBoolErr:
		return 9
	case 0x0041:
		return 10 // panes
	case idColInfo:
		return 12
	case 0x0010, idBOF, idDimensions, idRow:
		return 16
	case 0x003D, idWindow2:
		return 18
	case idXF:
		return 20
	case 0x00A1:
		return 34 // the page
	}
	return -1
}

// fits refuses a record that is longer than its kind can be.
func (w *Workbook) fits(r record) error {
	if most := longest(r.id); most >= 0 && len(r.data) > most {
		return w.damaged(r.at, "record %04X has %d bytes, more than the %d of its kind", r.id, len(r.data), most)
	}
	return nil
}

// listed refuses a sheet that begins at byte p, behind another part of the workbook, and that the list of sheets does not name.
func (w *Workbook) listed(p int) error {
	if p+4 > len(w.b) || le.Uint16(w.b[p:]) != idBOF {
		return nil
	}
	r, err := w.record(p)
	if err != nil || len(r.data) < 4 || le.Uint16(r.data[2:]) != bofSheet {
		return nil // what is no sheet is nobody's loss
	}
	if !slices.ContainsFunc(w.sheets, func(s part) bool { return s.at == p }) {
		return w.damaged(p, "a sheet begins that the list of sheets does not name")
	}
	return nil
}
