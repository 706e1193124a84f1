package xls

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/phuluc/phuluc/extract/sheet"
)

const (
	maxRow = 65536
	maxCol = 256
)

// Cells yields the cells of sheet i that hold something, in row-major order. Sheets of charts, macros and modules
// yield nothing.
//
// An error comes last and alone: an *sheet.FileError about the content, or the error of ctx. What was yielded before
// it is not the sheet. A deadline of ctx is the time limit for this sheet.
func (w *Workbook) Cells(ctx context.Context, i int) iter.Seq2[sheet.Cell, error] {
	return func(yield func(sheet.Cell, error) bool) {
		p, err := w.sheet(i)
		if err == nil && p.at > 0 {
			s := scan{w: w, yield: yield, stop: deadline{ctx: ctx}}
			w.values[i] = 0
			err = s.run(p.at)
			w.values[i], w.noted[i] = s.values, s.noted
			if errors.Is(err, errStop) {
				return
			}
		}
		if err != nil {
			yield(sheet.Cell{}, err)
		}
	}
}

// errStop ends a scan when the consumer wants no more.
var errStop = errors.New("iteration stopped")

// scan is the reading of one sheet.
type scan struct {
	w     *Workbook
	stop  deadline
	yield func(sheet.Cell, error) bool

	census
	outside map[[2]uint16]bool // first cells of shared formulas that read another workbook
	merge   int                // first of merges that does not lie before the cell
	seen    int                // cells that hold something, or the empty text
	values  int                // cells handed over
	budget  int                // cells the limits still allow; -1 without limit

	digits  []byte
	scratch []byte
	runs    []fontRun
	keep    keeper
}

// place is where a cell stands: in the sheet, and its record in the stream.
type place struct {
	row, col uint16 // 0-based, as stored
	at       uint32
}

func (s *scan) run(at int) error {
	w := s.w
	s.budget = -1
	if w.limits.Cells > 0 {
		s.budget = w.limits.Cells
		for _, n := range w.values {
			s.budget -= n
		}
		s.budget = max(s.budget, 0)
	}
	var err error
	if s.census, err = w.takeCensus(at, &s.stop); err != nil {
		return err
	}
	if s.ordered {
		err = s.places(at, s.cell)
	} else {
		err = s.sorted(at)
	}
	if err == nil && s.seen != s.cells {
		err = w.damaged(at, "%d cells of the sheet were read, but a second count finds %d", s.seen, s.cells)
	}
	return err
}

// places goes over the records of the sheet that begins at byte p and hands over where its cells are.
func (s *scan) places(p int, each func(r record, row, col uint16) error) error {
	w := s.w
	for depth := 0; ; {
		r, err := w.record(p)
		if err == nil {
			err = s.stop.check(w.name)
		}
		if err != nil {
			return err
		}
		p = r.end
		switch r.id {
		case idBOF: // charts lie inside of sheets
			depth++
		case idEOF:
			if depth--; depth == 0 {
				return nil
			}
		case idLabelSST, idNumber, idRK, idFormula, idLabel, idRString, idBoolErr:
			if depth == 1 {
				if err := w.least(r, 8); err != nil {
					return err
				}
				if err := each(r, le.Uint16(r.data), le.Uint16(r.data[2:])); err != nil {
					return err
				}
			}
		case idMulRK:
			if depth == 1 {
				n := len(r.data)
				if n < 12 || n%6 != 0 || int(le.Uint16(r.data[n-2:]))-int(le.Uint16(r.data[2:])) != n/6-2 {
					return w.damaged(r.at, "a row of %d bytes does not hold the numbers it announces", n)
				}
				first := le.Uint16(r.data[2:])
				for i := range n/6 - 1 {
					if err := each(r, le.Uint16(r.data), first+uint16(i)); err != nil {
						return err
					}
				}
			}
		}
	}
}

// sorted reads a sheet whose cells are not stored in order. A cell that is there twice must say the same twice.
func (s *scan) sorted(at int) error {
	all := make([]place, 0, s.cells)
	if err := s.places(at, func(r record, row, col uint16) error {
		all = append(all, place{row, col, uint32(r.at)})
		return nil
	}); err != nil {
		return err
	}
	slices.SortStableFunc(all, func(a, b place) int {
		if a.row != b.row {
			return int(a.row) - int(b.row)
		}
		return int(a.col) - int(b.col)
	})
	for i, p := range all {
		r, err := s.w.record(int(p.at))
		if err == nil {
			err = s.stop.check(s.w.name)
		}
		if err != nil {
			return err
		}
		if i == 0 || all[i-1].row != p.row || all[i-1].col != p.col {
			if err := s.cell(r, p.row, p.col); err != nil {
				return err
			}
			continue
		}
		first, err := s.w.record(int(all[i-1].at))
		if err != nil {
			return err
		}
		var a, b sheet.Cell
		if err := s.read(&a, first, p.row, p.col); err != nil {
			return err
		}
		if err := s.read(&b, r, p.row, p.col); err != nil {
			return err
		}
		if a.Kind != b.Kind || a.Raw != b.Raw || a.Formula != b.Formula || a.External != b.External || a.Format != b.Format || a.Font != b.Font || a.Struck != b.Struck || a.Indent != b.Indent || !slices.Equal(a.Runs, b.Runs) {
			return s.w.damaged(r.at, "cell %s is stored twice, as %.40q and as %.40q", a.Address(), a.Raw, b.Raw)
		}
		s.seen++
	}
	return nil
}

// cell reads one cell and hands it over.
func (s *scan) cell(r record, row, col uint16) error {
	if s.w.lose != nil && s.w.lose(int(row)+1, int(col)+1) {
		return nil
	}
	var c sheet.Cell
	if err := s.read(&c, r, row, col); err != nil {
		return err
	}
	s.seen++
	if c.Raw == "" {
		return nil
	}
	lim := &s.w.limits
	switch {
	case lim.Columns > 0 && c.Col > lim.Columns:
		return s.w.refuse(sheet.CodeLimit, r.at, "cell %s is beyond column %d", c.Address(), lim.Columns)
	case s.values == s.budget:
		return s.w.refuse(sheet.CodeLimit, r.at, "the workbook has more than %d cells with a value", lim.Cells)
	}
	c.Hidden = s.hiddenCols[col] || s.hidden(row)
	for s.merge < len(s.merges) && (s.merges[s.merge].Row1 < c.Row || s.merges[s.merge].Row1 == c.Row && s.merges[s.merge].Col1 < c.Col) {
		s.merge++
	}
	if s.merge < len(s.merges) && s.merges[s.merge].Row1 == c.Row && s.merges[s.merge].Col1 == c.Col {
		c.Merge = s.merges[s.merge]
	}
	s.values++
	if !s.yield(c, nil) {
		return errStop
	}
	return nil
}

// read reads the record of a cell.
func (s *scan) read(c *sheet.Cell, r record, row, col uint16) error {
	w := s.w
	c.Row, c.Col = int(row)+1, int(col)+1
	if c.Col > maxCol {
		return w.damaged(r.at, "cell %s is beyond the last column of a sheet", c.Address())
	}
	d := r.data
	field := 4 // of the format; a row of numbers has one for each of them
	if r.id == idMulRK {
		field += 6 * int(col-le.Uint16(d[2:]))
	}
	var st style
	if xf := int(le.Uint16(d[field:])); xf < len(w.styles) {
		st = w.styles[xf]
	} else if len(w.styles) > 0 {
		return w.damaged(r.at, "cell %s has format %d of %d", c.Address(), xf, len(w.styles))
	}
	c.Format, c.Font, c.Indent, c.Struck = st.format, st.font, st.indent, st.struck
	switch r.id {
	case idMulRK:
		s.rk(c, st, le.Uint32(d[field+2:]))
	case idRK:
		if err := w.least(r, 10); err != nil {
			return err
		}
		s.rk(c, st, le.Uint32(d[6:]))
	case idNumber:
		if err := w.least(r, 14); err != nil {
			return err
		}
		s.number(c, st, math.Float64frombits(le.Uint64(d[6:])))
	case idBoolErr:
		if d[7] == 0 {
			c.Kind, c.Raw = sheet.Bool, boolean(d[6])
		} else {
			c.Kind, c.Raw = sheet.Error, errorName(d[6])
		}
	case idLabelSST:
		if err := w.least(r, 10); err != nil {
			return err
		}
		n := int(le.Uint32(d[6:]))
		if n >= w.strings.len() {
			return w.damaged(r.at, "cell %s refers to shared string %d of %d", c.Address(), n, w.strings.len())
		}
		var runs []fontRun
		c.Raw, runs = w.strings.get(n)
		s.fonts(c, runs)
	case idLabel, idRString:
		return s.label(c, r)
	case idFormula:
		return s.formula(c, st, r)
	}
	return nil
}

// label reads a text that stands in the cell's own record; that of a rich text has its runs behind it.
func (s *scan) label(c *sheet.Cell, r record) error {
	cur := s.w.cursor(r, 6)
	if r.id == idLabel {
		s.scratch, s.runs = cur.text(s.scratch[:0], s.runs[:0], 2)
	} else {
		s.scratch, _, _ = cur.characters(s.scratch[:0], 2)
		read := cur.u16
		if !s.w.biff8 {
			read = cur.u8
		}
		s.runs = cur.runs(s.runs[:0], read(), read)
		s.scratch = tidy(s.scratch, 0, s.runs)
	}
	c.Kind, c.Raw = sheet.Text, s.keep.keep(s.scratch)
	s.fonts(c, s.runs)
	return cur.err
}

// fonts gives the cell the runs whose font is another than what stands before.
func (s *scan) fonts(c *sheet.Cell, runs []fontRun) {
	last := sheet.Run{Font: c.Font, Struck: c.Struck}
	var raised [][2]int
	for i, r := range runs {
		end := len(c.Raw)
		if i+1 < len(runs) {
			end = min(end, int(runs[i+1].at))
		}
		if int(r.at) >= end {
			continue
		}
		f := s.w.font(int(r.font))
		if f.raised {
			raised = append(raised, [2]int{int(r.at), end})
		}
		if run := (sheet.Run{From: int(r.at), Font: f.name, Struck: f.struck}); !run.LooksLike(last) {
			c.Runs = append(c.Runs, run)
			last = run
		}
	}
	if len(raised) > 0 {
		c.Raw = sheet.Raise(c.Raw, raised, c.Runs)
	}
}

// formula reads the result that was stored with a formula.
func (s *scan) formula(c *sheet.Cell, st style, r record) error {
	w := s.w
	if err := w.least(r, 22); err != nil {
		return err
	}
	c.Formula = true
	c.External = s.reads(r)
	d := r.data[6:]
	if w.without(d) {
		c.Kind, c.Raw = sheet.Error, "=" // what it would show is not known, and must not look like nothing or nought
		return nil
	}
	if le.Uint16(d[6:]) != 0xFFFF {
		s.number(c, st, math.Float64frombits(le.Uint64(d)))
		return nil
	}
	switch d[0] {
	case 0:
		return s.result(c, r)
	case 1:
		c.Kind, c.Raw = sheet.Bool, boolean(d[2])
	case 2:
		c.Kind, c.Raw = sheet.Error, errorName(d[2])
	case 3: // the empty text
	default:
		return w.damaged(r.at, "the result of cell %s is of type %d", c.Address(), d[0])
	}
	return nil
}

// result reads the text a formula gave. It stands in a record behind the formula's; records that share the formula
// with other cells may come between.
func (s *scan) result(c *sheet.Cell, r record) error {
	w := s.w
	for {
		next, err := w.record(r.end)
		if err != nil {
			return err
		}
		switch r = next; r.id {
		case idSharedFormula, idArray, idTable, idContinue:
			continue
		case idString:
			cur := w.cursor(r, 0)
			s.scratch, s.runs = cur.text(s.scratch[:0], s.runs[:0], 2)
			c.Kind, c.Raw = sheet.Text, s.keep.keep(s.scratch)
			return cur.err
		}
		return w.damaged(r.at, "the result of cell %s is a text that does not follow", c.Address())
	}
}

// rk takes a number in the short form: 30 bits of an integer or of a double, either of them perhaps times 100.
func (s *scan) rk(c *sheet.Cell, st style, v uint32) {
	if v&2 == 0 {
		f := math.Float64frombits(uint64(v&^3) << 32)
		if v&1 != 0 {
			f /= 100
		}
		s.number(c, st, f)
		return
	}
	c.Kind = sheet.Number
	if st.date {
		c.Kind = sheet.Date
	}
	n := int64(int32(v) >> 2)
	if v&1 == 0 {
		c.Raw = s.keep.keep(strconv.AppendInt(s.digits[:0], n, 10))
		return
	}
	// At most nine digits: the quotient's shortest decimal is the one with the point moved.
	b := s.digits[:0]
	if n < 0 {
		b = append(b, '-')
		n = -n
	}
	b = strconv.AppendInt(b, n/100, 10)
	if cents := byte(n % 100); cents != 0 {
		b = append(b, '.', '0'+cents/10)
		if cents%10 != 0 {
			b = append(b, '0'+cents%10)
		}
	}
	s.digits = b
	c.Raw = s.keep.keep(b)
}

// number takes a double: the shortest digits that give it back.
func (s *scan) number(c *sheet.Cell, st style, f float64) {
	c.Kind = sheet.Number
	if st.date {
		c.Kind = sheet.Date
	}
	a := math.Abs(f)
	switch {
	case a > math.MaxFloat64 || f != f: // no number of a cell, only forged
		c.Kind = sheet.Error
		s.digits = strconv.AppendFloat(s.digits[:0], f, 'g', -1, 64)
	case a < 1e15 && a == math.Trunc(a) && a > 0:
		s.digits = strconv.AppendInt(s.digits[:0], int64(f), 10)
	case a != 0 && a < 1e-5 || a >= 1e21:
		s.digits = strconv.AppendFloat(s.digits[:0], f, 'e', -1, 64)
	default:
		s.digits = strconv.AppendFloat(s.digits[:0], f, 'f', -1, 64)
	}
	c.Raw = s.keep.keep(s.digits)
}

func boolean(b byte) string {
	if b == 0 {
		return "FALSE"
	}
	return "TRUE"
}

// errorName gives what a cell with an error shows ([MS-XLS] Bes).
func errorName(b byte) string {
	switch b {
	case 0x00:
		return "#NULL!"
	case 0x07:
		return "#DIV/0!"
	case 0x0F:
		return "#VALUE!"
	case 0x17:
		return "#REF!"
	case 0x1D:
		return "#NAME?"
	case 0x24:
		return "#NUM!"
	case 0x2A:
		return "#N/A"
	case 0x2B:
		return "#GETTING_DATA"
	}
	return fmt.Sprintf("#ERROR %02X", b)
}

// keeper stores small strings in blocks: one allocation for a thousand numbers instead of a thousand.
type keeper struct{ block strings.Builder }

const keeperBlock = 8 << 10

func (k *keeper) keep(b []byte) string {
	if k.block.Cap()-k.block.Len() < len(b) {
		k.block = strings.Builder{}
		k.block.Grow(max(keeperBlock, len(b)))
	}
	from := k.block.Len()
	k.block.Write(b)
	return k.block.String()[from:]
}
