// Package sheet is the one shape in which every workbook reader hands over what it read: cells in row-major order.
// A reader of another format is a new package that yields these Cells; nothing after it changes.
package sheet

import (
	"context"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"sync"
)

// Kind says how the file stores the cell, not what it means.
type Kind uint8

const (
	Text   Kind = iota // shared, inline or formula string
	Number             // IEEE double written as digits; Raw keeps those digits
	Bool               // TRUE or FALSE
	Date               // a number whose format shows a date; Raw is the serial number
	Error              // #N/A, #REF! …; or a formula without a result, as "=SUM(B1:B9)"
)

// Run is a piece of a rich text: from byte From of Cell.Raw to the next run, or to the end, in a font of its own. What
// stands before the first run is in the font of the cell.
type Run struct {
	From   int
	Font   string
	Struck bool // struck through
}

// LooksLike reports whether a run looks like another one.
func (r Run) LooksLike(other Run) bool {
	r.From = other.From
	return r == other
}

// Range is a rectangle of cells, 1-based and inclusive. The zero value means "no range".
type Range struct{ Row1, Col1, Row2, Col2 int }

// IsZero reports whether r is no range.
func (r Range) IsZero() bool { return r.Row1 == 0 }

// Contains reports whether the cell (row, col) lies inside r.
func (r Range) Contains(row, col int) bool {
	return row >= r.Row1 && row <= r.Row2 && col >= r.Col1 && col <= r.Col2
}

// Cell is one cell that holds something. Blank cells are not handed over.
type Cell struct {
	Row, Col int    // 1-based
	Kind     Kind   //
	Raw      string // the text as stored: string, or the digits of the number; read again, it is the same. Raised pieces are written as Superscript does
	Format   string // number format code, e.g. "0.0%"; "" means General
	Font     string // font name of the cell's style, "" if unknown
	Indent   int    // alignment indent of the cell's style
	Struck   bool   // the font of the cell's style strikes through
	Runs     []Run  // of a rich text, in order of From; nil if the whole text is as Font and Struck say
	Formula  bool   // Raw is the cached result of a formula
	External bool   // the formula reads another workbook: Raw is what that said when somebody last looked
	Merge    Range  // the merged range whose top left this cell is; zero if none
	Hidden   bool   // its row or column is hidden, or it is white on white, where the format's reader tells colours
}

// IsStruck reports whether some of what the cell shows is struck through.
func (c *Cell) IsStruck() bool {
	from, struck := 0, c.Struck
	for _, r := range c.Runs {
		if struck && r.From > from && r.From <= len(c.Raw) && strings.TrimSpace(c.Raw[from:r.From]) != "" {
			return true
		}
		from, struck = r.From, r.Struck
	}
	return struck && from < len(c.Raw) && strings.TrimSpace(c.Raw[max(from, 0):]) != ""
}

// Address gives the cell's A1 name, e.g. "C7".
func (c Cell) Address() string { return Address(c.Row, c.Col) }

// Address gives the A1 name of a 1-based row and column.
func Address(row, col int) string {
	if 0 < row && row <= nearRows && 0 < col && col <= nearColumns {
		return nearAddresses()[(row-1)*nearColumns+col-1]
	}
	var b [32]byte
	return string(strconv.AppendInt(appendColumn(b[:0], col), int64(row), 10))
}

// Most cells of an annex stand in these rows and columns: their names are made once.
const nearRows, nearColumns = 128, 16

var nearAddresses = sync.OnceValue(func() []string {
	names := make([]string, 0, nearRows*nearColumns)
	for row := 1; row <= nearRows; row++ {
		for col := 1; col <= nearColumns; col++ {
			names = append(names, string(strconv.AppendInt(appendColumn(nil, col), int64(row), 10)))
		}
	}
	return names
})

// ColumnName gives the letters of a 1-based column: 1 is A, 27 is AA.
func ColumnName(col int) string {
	var b [8]byte
	return string(appendColumn(b[:0], col))
}

func appendColumn(b []byte, col int) []byte {
	if col > 26 {
		b = appendColumn(b, (col-1)/26)
	}
	if col > 0 {
		b = append(b, byte('A'+(col-1)%26))
	}
	return b
}

// ParseAddress reads an A1 name without $ signs. It refuses rows above 1,048,576 and columns above XFD (16,384),
// the limits of the format, so that a forged reference can not overflow.
func ParseAddress(s string) (row, col int, err error) {
	i := 0
	for ; i < len(s) && i < 4 && s[i] >= 'A' && s[i] <= 'Z'; i++ {
		col = col*26 + int(s[i]-'A') + 1
	}
	digits := s[i:]
	if i == 0 || len(digits) == 0 || len(digits) > 7 || col > 16384 {
		return 0, 0, fmt.Errorf("cell reference %q is not valid", s)
	}
	for _, c := range []byte(digits) {
		if c < '0' || c > '9' {
			return 0, 0, fmt.Errorf("cell reference %q is not valid", s)
		}
		row = row*10 + int(c-'0')
	}
	if row < 1 || row > 1048576 {
		return 0, 0, fmt.Errorf("cell reference %q is not valid", s)
	}
	return row, col, nil
}

// Info describes one sheet of a workbook.
type Info struct {
	Name     string
	Hidden   bool
	Date1904 bool // the serial numbers of Dates count days from 1904-01-01: 1462 less than usual for the same day
}

// Comment is what somebody attached to a cell, which may be empty.
type Comment struct {
	Row, Col     int // 1-based
	Author, Text string
}

// Commented is a Workbook that tells comments too.
type Commented interface {
	// Comments gives those of sheet i, after its cells were read; none if nobody wrote any.
	Comments(ctx context.Context, i int) ([]Comment, error)
}

// Workbook is an opened workbook. Cells may be called once per sheet, in any order, from one goroutine.
type Workbook interface {
	// Sheets lists the sheets in workbook order.
	Sheets() []Info
	// Cells yields the non-empty cells of sheet i (0-based, index into Sheets) in row-major order. After an error
	// nothing follows, and the cells already yielded must be thrown away: a damaged sheet never looks like a short one.
	Cells(ctx context.Context, i int) iter.Seq2[Cell, error]
	Close() error
}
