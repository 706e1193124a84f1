package corpus

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"
)

// point says what a value is about. Fields that are not known yet are zero.
type point struct {
	indicator, territory string
	year, to             int    // to is set for a span of years
	part                 string // "" whole year, S1, S2, Q1 … Q4, 01 … 12, 01/09
	measure, status      string
	sex, area            string
}

// with takes over what q knows.
func (p point) with(q point) point {
	if q.indicator != "" {
		p.indicator = q.indicator
	}
	if q.territory != "" {
		p.territory = q.territory
	}
	if q.year != 0 {
		p.year, p.to = q.year, q.to
	}
	if q.part != "" {
		p.part = q.part
	}
	if q.measure != "" {
		p.measure = q.measure
	}
	if q.status != "" {
		p.status = q.status
	}
	if q.sex != "" {
		p.sex = q.sex
	}
	if q.area != "" {
		p.area = q.area
	}
	return p
}

// period writes year and part as record.Observation does.
func (p point) period() string {
	y := strconv.Itoa(p.year)
	switch from, to, span := strings.Cut(p.part, "/"); {
	case p.to != 0:
		return y + "/" + strconv.Itoa(p.to)
	case p.part == "":
		return y
	case span:
		return y + "-" + from + "/" + y + "-" + to
	}
	return y + "-" + p.part
}

func (p point) String() string {
	return fmt.Sprintf("%s %s %s %s %s%s", p.indicator, p.territory, p.period(), p.measure, p.sex, p.area)
}

// fact is one true observation, in the indicator's own unit.
type fact struct {
	point
	value     decimal.Decimal
	high      decimal.NullDecimal
	qualifier string
	empty     string // the kind of emptiness; then there is no value
}

func (f *fact) String() string {
	v := f.value.String()
	if f.empty != "" {
		v = f.empty
	}
	if f.high.Valid {
		v += ".." + f.high.Decimal.String()
	}
	return strings.TrimSpace(f.point.String() + " = " + f.qualifier + " " + v)
}

type verdict uint8

const (
	must verdict = iota
	may
	never
)

// truth is what a clerk says about one value cell.
type truth struct {
	fact
	verdict verdict
	codes   []string // with which it may be quarantined
	damages []string // what was done to what the cell is read by
	unit    string   // units.csv code in which the cell is written
	also    *fact    // a second value in the same cell: "5.136 (1.323 nữ)"
	hidden  bool     // its row, column or sheet is hidden
	misled  bool     // the sheet says, by its own rules, another number: nobody is held to it

	proposal string // of a typo: the name that a refusal should propose
}

// hit notes that a damage touched what the cell is read by. With codes the cell can not be read any more (never) or is in
// doubt (may).
func (t *truth) hit(damage string, v verdict, codes ...string) {
	if !slices.Contains(t.damages, damage) {
		t.damages = append(t.damages, damage)
	}
	if v > t.verdict {
		t.verdict = v
	}
	for _, c := range codes {
		if !slices.Contains(t.codes, c) {
			t.codes = append(t.codes, c)
		}
	}
}

// kind is the part a cell plays in its table.
type kind uint8

const (
	kindText    kind = iota // letterhead, title, note: nothing hangs on it
	kindHead                // header of value columns
	kindStub                // header of a label, unit or ordinal column
	kindLabel               // names what a row is about
	kindSection             // heading of a group of rows
	kindUnit                // unit of a row, a column or the table
	kindOrdinal             //
	kindCode                // A B C 1 2 3
	kindValue               // has a truth
	kindCompare             // computed from others
	kindGarbage             // a number or text that belongs nowhere
)

// cell is one cell of a generated sheet.
type cell struct {
	kind    kind
	text    string // a text, or the digits of a number
	number  bool
	format  string
	formula string // text is its cached result
	font    string // "" means Times New Roman
	indent  int
	truth   *truth
	governs []*truth // the values that can not be understood without this cell
	names   point    // of a label or header: what it names
	parent  string   // of a label: the code under which alone it names that
	copyOf  *cell    // of a header after a page break: the cell it was copied from
	style   style    // in which a number was written as text
}

type at struct{ row, col int }

type rect struct{ row1, col1, row2, col2 int }

// page is one sheet.
type page struct {
	name       string
	hidden     bool
	cells      map[at]*cell
	merges     []rect
	hiddenRows map[int]bool
	hiddenCols map[int]bool
	tables     []*placed
}

// placed remembers where a table stands, for damage that needs its parts.
type placed struct {
	top, body, bottom   int // first header row, first and last row of the body
	left, values, right int // first column, first value column, last column
	lines               []line
	columns             []column
	merged              bool
}

// book is one workbook with its truth.
type book struct {
	path    string
	format  string // of the file: xlsx, xls, ods, docx, csv
	layout  string
	damages []string
	pages   []*page
	home    string // territory the file is about, "" if several
	tasks   int    // rows of a task annex
	finding string // a finding of a rule that must be there
}

func (b *book) page(name string) *page {
	p := &page{name: name, cells: map[at]*cell{}, hiddenRows: map[int]bool{}, hiddenCols: map[int]bool{}}
	b.pages = append(b.pages, p)
	return p
}

func (p *page) put(row, col int, c cell) *cell {
	if c.text == "" {
		return &cell{}
	}
	x := &c
	p.cells[at{row, col}] = x
	return x
}

func (p *page) text(row, col int, s string) *cell { return p.put(row, col, cell{text: s}) }

func (p *page) merge(row1, col1, row2, col2 int) {
	if row2 > row1 || col2 > col1 {
		p.merges = append(p.merges, rect{row1, col1, row2, col2})
	}
}

// extent gives the last row and column that hold something.
func (p *page) extent() (rows, cols int) {
	for a := range p.cells {
		rows, cols = max(rows, a.row), max(cols, a.col)
	}
	return rows, cols
}

// sorted lists the addresses of the cells in row-major order.
func (p *page) sorted() []at {
	return slices.SortedFunc(maps.Keys(p.cells), func(a, b at) int {
		if a.row != b.row {
			return a.row - b.row
		}
		return a.col - b.col
	})
}

// insertRows moves everything from row on down by n. Ranges that the row cuts grow.
func (p *page) insertRows(row, n int) {
	moved := make(map[at]*cell, len(p.cells))
	for a, c := range p.cells {
		if a.row >= row {
			a.row += n
		}
		moved[a] = c
	}
	p.cells = moved
	for i := range p.merges {
		m := &p.merges[i]
		if m.row1 >= row {
			m.row1 += n
		}
		if m.row2 >= row {
			m.row2 += n
		}
	}
	p.hiddenRows = shifted(p.hiddenRows, row, n)
	for _, t := range p.tables {
		for _, x := range []*int{&t.top, &t.body, &t.bottom} {
			if *x >= row {
				*x += n
			}
		}
		for i := range t.lines {
			if t.lines[i].row >= row {
				t.lines[i].row += n
			}
		}
	}
}

// insertCols moves everything from col on right by n.
func (p *page) insertCols(col, n int) {
	moved := make(map[at]*cell, len(p.cells))
	for a, c := range p.cells {
		if a.col >= col {
			a.col += n
		}
		moved[a] = c
	}
	p.cells = moved
	for i := range p.merges {
		m := &p.merges[i]
		if m.col1 >= col {
			m.col1 += n
		}
		if m.col2 >= col {
			m.col2 += n
		}
	}
	p.hiddenCols = shifted(p.hiddenCols, col, n)
	for _, t := range p.tables {
		for _, x := range []*int{&t.left, &t.values, &t.right} {
			if *x >= col {
				*x += n
			}
		}
		for i := range t.columns {
			if t.columns[i].col >= col {
				t.columns[i].col += n
			}
		}
	}
}

func shifted(m map[int]bool, from, n int) map[int]bool {
	out := make(map[int]bool, len(m))
	for k := range m {
		if k >= from {
			k += n
		}
		out[k] = true
	}
	return out
}

// truths lists the truths of a sheet in row-major order.
func (p *page) truths() []*truth {
	var out []*truth
	for _, a := range p.sorted() {
		if t := p.cells[a].truth; t != nil {
			out = append(out, t)
		}
	}
	return out
}
