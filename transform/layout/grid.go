package layout

import (
	"sort"
	"strings"

	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/phuluc/phuluc/transform/record"
)

// Reasons for skipping a cell: it was understood and holds no value of its own.
const (
	skipTitle      = "title"
	skipHeader     = "header"
	skipLabel      = "label"
	skipUnit       = "unit"
	skipOrdinal    = "ordinal"
	skipColumnCode = "column_code"
	skipComparison = "comparison"
	skipNote       = "note"
	skipSignature  = "signature"
	skipOwner      = "owner"
	skipRepeat     = "repeat"
	skipLetterhead = "letterhead"
	skipBlankForm  = "blank_form"
)

// A sheet whose used rows × used columns exceed this is no annex: laying it out would cost memory out of proportion
// to its cells.
const maxGrid = 8 << 20

// Merged ranges are spread over at most this many further positions of a sheet.
const maxSpread = 1 << 18

const none = int32(-1)

type fateKind uint8

const (
	fateUnset fateKind = iota
	fateLoaded
	fateQuarantined
	fateSkipped
)

type fate struct {
	kind   fateKind
	reason string
}

// grid is a sheet with its unused rows and columns squeezed out. Positions are 0-based into rows and cols.
type grid struct {
	info  sheet.Info
	cells []sheet.Cell
	rows  []int   // sheet row number of each grid row, ascending
	cols  []int   // sheet column number of each grid column, ascending
	at    []int32 // row-major; index into cells, or none; merged cells are spread over their range
	pos   []position
	span  []position // last row and column of each cell's merged range, inside the grid; its own position if not merged
	text  []string   // Raw, repaired and trimmed, of text cells; Raw of others
	fates []fate
	twice int // cells whose fate was set more than once: always 0 unless the code is wrong
}

type position struct{ r, c int }

// newGrid lays out the cells; ok is false when the sheet is too sparse to lay out (see maxGrid). Cells that repeat an
// address already seen keep their own fate but are not on the grid.
func newGrid(s SheetCells, repair func(string) string) (g *grid, ok bool) {
	g = &grid{info: s.Info, cells: s.Cells}
	g.fates = make([]fate, len(s.Cells))
	rowSet := make([]int, 0, len(s.Cells))
	colSet := make([]int, 0, len(s.Cells))
	for i := range s.Cells {
		rowSet = append(rowSet, s.Cells[i].Row)
		colSet = append(colSet, s.Cells[i].Col)
	}
	g.rows, g.cols = distinct(rowSet), distinct(colSet)
	if len(g.rows)*len(g.cols) > maxGrid {
		return g, false
	}
	g.at = make([]int32, len(g.rows)*len(g.cols))
	for i := range g.at {
		g.at[i] = none
	}
	g.pos = make([]position, len(s.Cells))
	g.span = make([]position, len(s.Cells))
	g.text = make([]string, len(s.Cells))
	for i := range s.Cells {
		c := &s.Cells[i]
		p := position{sort.SearchInts(g.rows, c.Row), sort.SearchInts(g.cols, c.Col)}
		g.pos[i], g.span[i] = p, p
		if g.at[p.r*len(g.cols)+p.c] == none {
			g.at[p.r*len(g.cols)+p.c] = int32(i)
		}
		if c.Kind == sheet.Text {
			g.text[i] = strings.TrimSpace(repair(c.Raw))
		} else {
			g.text[i] = strings.TrimSpace(c.Raw)
		}
	}
	budget := maxSpread
	for i := range s.Cells {
		m := s.Cells[i].Merge
		if m.IsZero() || !m.Contains(s.Cells[i].Row, s.Cells[i].Col) {
			continue
		}
		r2 := sort.SearchInts(g.rows, m.Row2+1) - 1
		c2 := sort.SearchInts(g.cols, m.Col2+1) - 1
		p := g.pos[i]
		if r2 < p.r || c2 < p.c || (r2-p.r+1)*(c2-p.c+1) > budget {
			continue
		}
		budget -= (r2 - p.r + 1) * (c2 - p.c + 1)
		for r := p.r; r <= r2; r++ {
			for c := p.c; c <= c2; c++ {
				if k := r*len(g.cols) + c; g.at[k] == none {
					g.at[k] = int32(i)
				}
			}
		}
		g.span[i] = position{r2, c2}
	}
	return g, true
}

func distinct(v []int) []int {
	sort.Ints(v)
	out := v[:0]
	for i, x := range v {
		if i == 0 || x != out[len(out)-1] {
			out = append(out, x)
		}
	}
	return out
}

// cell gives the index of the cell that covers a position, spread merges included, or none.
func (g *grid) cell(r, c int) int32 { return g.at[r*len(g.cols)+c] }

// own gives the index of the cell that starts at a position, or none: a merged cell is its own only at its top left.
func (g *grid) own(r, c int) int32 {
	i := g.at[r*len(g.cols)+c]
	if i != none && g.pos[i] != (position{r, c}) {
		return none
	}
	return i
}

// rowCells lists the cells that start in a row, left to right.
func (g *grid) rowCells(r int) []int32 {
	var out []int32
	for c := range g.cols {
		if i := g.own(r, c); i != none {
			out = append(out, i)
		}
	}
	return out
}

func (g *grid) set(i int32, f fate) {
	if g.fates[i].kind != fateUnset {
		g.twice++
		return
	}
	g.fates[i] = f
}

func (g *grid) skip(i int32, reason string) { g.set(i, fate{fateSkipped, reason}) }

// skipIfUnset gives a cell its fate unless an earlier step did: for the passes that sweep up what is left.
func (g *grid) skipIfUnset(i int32, reason string) {
	if g.fates[i].kind == fateUnset {
		g.skip(i, reason)
	}
}

func (g *grid) origin(i int32) record.Origin {
	c := &g.cells[i]
	return record.Origin{
		Sheet: g.info.Name, Cell: c.Address(), Row: c.Row, Col: c.Col, Raw: c.Raw,
		Hidden: c.Hidden || g.info.Hidden,
	}
}

// count sums the fates. A cell without a fate is counted nowhere, so that Sheet.Check reports it.
func (g *grid) count(tables int) record.Sheet {
	s := record.Sheet{Name: g.info.Name, Hidden: g.info.Hidden, Tables: tables, Read: len(g.cells), Skipped: map[string]int{}}
	for _, f := range g.fates {
		switch f.kind {
		case fateLoaded:
			s.Loaded++
		case fateQuarantined:
			s.Quarantined++
		case fateSkipped:
			s.Skipped[f.reason]++
		}
	}
	return s
}
