package layout

import (
	"context"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/phuluc/phuluc/transform/record"
	"github.com/phuluc/phuluc/transform/text"
)

// fate is what became of a cell.
type fate uint8

const (
	fateUnset fate = iota
	fateLoaded
	fateQuarantined // a refusal says why
	// The others are skipped: they were understood and hold no value of their own.
	skipTitle
	skipHeader
	skipLabel
	skipUnit
	skipOrdinal
	skipColumnCode
	skipComparison
	skipNote
	skipSignature
	skipOwner
	skipRepeat
	skipLetterhead
	skipBlankForm
	fateCount // how many there are
)

// reason says why a cell was skipped.
func (f fate) reason() string {
	return [fateCount]string{
		skipTitle: "title", skipHeader: "header", skipLabel: "label", skipUnit: "unit", skipOrdinal: "ordinal", skipColumnCode: "column_code",
		skipComparison: "comparison", skipNote: "note", skipSignature: "signature", skipOwner: "owner", skipRepeat: record.SkippedRepeat,
		skipLetterhead: "letterhead", skipBlankForm: "blank_form",
	}[f]
}

// A sheet whose used rows × used columns exceed this is no annex: laying it out would cost memory out of proportion
// to its cells.
const maxGrid = 8 << 20

// Merged ranges are spread over at most this many further positions of a sheet.
const maxSpread = 1 << 18

const none = int32(-1)

// grid is a sheet with its unused rows and columns squeezed out. Positions are 0-based into rows and cols.
type grid struct {
	info  sheet.Info
	room  *scratch // what the lists are cut from
	cells []sheet.Cell

	comments []sheet.Comment

	rows    []int      // row of each grid row, ascending: that of the sheet, or where its zone was laid
	cols    []int      // column of each grid column
	at      []int32    // row-major; index into cells, or none; merged cells are spread over their range
	pos     []position // negative if it is not on the grid
	span    []position // last row and column of each cell's merged range, inside the grid; its own position if not merged
	starts  []int32    // the cells that start at a position, row by row, left to right
	first   []int32    // where those of each row begin in starts, and where the last ones end
	text    []string   // Raw, decoded, repaired and trimmed, of text cells; Raw of others
	read    []*reading // of text cells; nil of others
	asked   []string   // texts that were looked up and are no text of a cell
	remarks []string   // … in all their readings: what comments say
	fates   []fate
	cloned  bool // cells are not the caller's
	worded  bool // some number is shown with words beside it
	struck  bool // some text or number is struck through
	beyond  int  // cells that were read and are more than are laid out: then there are no others
	twice   int  // cells whose fate was set more than once: always 0 unless the code is wrong
}

type position struct{ r, c int }

// compare orders positions by rows, then columns.
func (p position) compare(q position) int {
	if p.r != q.r {
		return p.r - q.r
	}
	return p.c - q.c
}

// newGrid lays out the cells; ok is false when the sheet is too sparse to lay out (see maxGrid). Cells that repeat an
// address already seen keep their own fate but are not on the grid, nor are cells of blanks alone: they show what an empty cell shows.
func newGrid(ctx context.Context, s SheetCells, room *scratch, read func(*sheet.Cell) *reading) (g *grid, ok bool) {
	g = &grid{info: s.Info, room: room, cells: s.Cells, fates: make([]fate, len(s.Cells))}
	if !g.lay(ctx, nil) {
		return g, false
	}
	g.text, g.read = cut(&room.texts, len(s.Cells)), cut(&room.readings, len(s.Cells))
	bare := "" // the last number format that is
	for i := range s.Cells {
		if i%lookEvery == 0 && ctx.Err() != nil {
			return g, false
		}
		shown := ""
		if c := &g.cells[i]; c.Kind == sheet.Number && c.Format != bare {
			if sheet.IsBare(c.Format) {
				bare = c.Format
			} else {
				shown = g.word(i)
			}
		}
		c := &g.cells[i] // word may have made the cells the grid's own
		switch {
		case shown != "":
			g.read[i] = read(&sheet.Cell{Raw: shown, Font: c.Font})
			g.text[i] = g.read[i].trimmed
		case c.Kind == sheet.Text:
			g.read[i] = read(c)
			g.text[i] = g.read[i].trimmed
		default:
			g.text[i] = strings.TrimSpace(c.Raw)
		}
		if g.pos[i].r < 0 {
			g.skip(int32(i), skipBlankForm)
		}
		g.struck = g.struck || (c.Struck || c.Runs != nil) && c.IsStruck()
	}
	return g, true
}

// word gives what a number shows whose format says words, and makes it a text; "" if it stays a number. A whole number may be the year of
// a header: "Ước TH 2019". What is not shown at all is hidden.
func (g *grid) word(i int) (shown string) {
	c := g.cells[i]
	sign := 1
	if strings.Trim(c.Raw, "-0.") == "" {
		sign = 0
	} else if c.Raw[0] == '-' {
		sign = -1
	}
	before, behind, number := sheet.Wording(c.Format, sign)
	switch {
	case number && isDigits(c.Raw) && sheet.HiddenDigits(c.Format) == 0 && !strings.Contains(unquotedFormat(c.Format), "%"):
		shown = before + c.Raw + behind
	case number:
		g.worded = true
		return ""
	case strings.TrimSpace(before) == "" && sign != 0:
		c.Hidden = true
	case strings.Trim(before, "-–—đ ") != "":
		shown = before
	default: // "-" for a zero
		return ""
	}
	if shown != "" {
		c.Kind = sheet.Text
	}
	g.ownCells()
	g.cells[i] = c
	return shown
}

// ownCells makes the cells, which are the caller's, ones that may be changed.
func (g *grid) ownCells() {
	if !g.cloned {
		g.cells, g.cloned = slices.Clone(g.cells), true
	}
}

func isBlank(c *sheet.Cell) bool {
	return c.Kind == sheet.Text && (c.Raw == "" || c.Raw[0] <= ' ' || c.Raw[0] >= utf8.RuneSelf) && strings.TrimSpace(c.Raw) == ""
}

// zone is a rectangle of the sheet that is laid out at another place than it stands: tables side by side are laid out one below the
// other, a table on its side is stood up. See arrange.go.
type zone struct {
	sheet.Range
	row, col int  // where its top left corner comes to lie
	turned   bool // rows become columns
}

// place gives the place of the sheet cell (row, col), which lies in the zone or is the corner of a range that begins there.
func (z *zone) place(row, col int) (int, int) {
	if z.turned {
		return z.row + col - z.Col1, z.col + row - z.Row1
	}
	return z.row + row - z.Row1, z.col + col - z.Col1
}

// lookEvery is how many cells are gone over between two looks at the context.
const lookEvery = 256

// lay gives every cell its position; what lies in no zone stays where it is. It reports whether the grid is small enough and ctx goes on.
func (g *grid) lay(ctx context.Context, zones []zone) bool {
	n := len(g.cells)
	place := func(c *sheet.Cell, row, col int) (int, int) { // where what belongs to a cell comes to lie
		for k := range zones {
			if z := &zones[k]; z.Contains(c.Row, c.Col) {
				return z.place(row, col)
			}
		}
		return row, col
	}
	g.pos, g.span = cut(&g.room.positions, n), cut(&g.room.positions, n)
	rows, sorted := g.rows[:0], true
	if rows == nil && n > 0 {
		rows = cut(&g.room.numbers, min(n, max(g.cells[n-1].Row, 1)))[:0]
	}
	var few [64]int32          // there are seldom more
	column, cols := few[:0], 0 // by column of the sheet: its column of the grid
	var merged []int32
	for i := range g.cells {
		c := &g.cells[i]
		if i%lookEvery == 0 && ctx.Err() != nil {
			return false
		}
		if isBlank(c) {
			g.pos[i] = position{-1, -1}
			continue
		}
		row, col := place(c, c.Row, c.Col)
		if k := len(rows) - 1; k < 0 || rows[k] != row {
			sorted = sorted && (k < 0 || rows[k] < row)
			rows = append(rows, row)
		}
		if col >= len(column) {
			column = append(column, make([]int32, col+1-len(column))...)
		}
		if column[col] == 0 {
			column[col] = 1
			cols++
		}
		g.pos[i] = position{row, col}
		if !c.Merge.IsZero() && c.Merge.Contains(c.Row, c.Col) {
			merged = append(merged, int32(i))
		}
	}
	if !sorted {
		slices.Sort(rows)
		rows = slices.Compact(rows)
	}
	g.rows, g.cols = rows, cut(&g.room.numbers, cols)[:0]
	for col, used := range column {
		if used != 0 {
			column[col] = int32(len(g.cols))
			g.cols = append(g.cols, col)
		}
	}
	size := len(g.rows) * len(g.cols)
	if size > maxGrid {
		return false
	}
	g.at, g.starts, g.first = cut(&g.room.indices, size), cut(&g.room.indices, n)[:0], cut(&g.room.indices, len(g.rows)+1)
	for k := range g.at {
		g.at[k] = none
	}
	r, before, inOrder := -1, position{-1, -1}, true
	for i, p := range g.pos {
		if i%lookEvery == 0 && ctx.Err() != nil {
			return false
		}
		if p.r < 0 {
			g.span[i] = p
			continue
		}
		if r < 0 || g.rows[r] != p.r { // most cells follow one in the same row, the others one in the row above
			if r++; r == len(g.rows) || g.rows[r] != p.r {
				r = sort.SearchInts(g.rows, p.r)
			}
		}
		p = position{r, int(column[p.c])}
		g.pos[i], g.span[i] = p, p
		if at := &g.at[p.r*len(g.cols)+p.c]; *at == none {
			*at = int32(i)
			g.starts = append(g.starts, int32(i))
			inOrder = inOrder && before.compare(p) < 0
			before = p
		}
	}
	if !inOrder {
		slices.SortFunc(g.starts, func(i, j int32) int { return g.pos[i].compare(g.pos[j]) })
	}
	for k, i := range g.starts {
		g.first[g.pos[i].r+1] = int32(k + 1)
	}
	budget := maxSpread
	for _, i := range merged {
		c := &g.cells[i]
		row, col := place(c, c.Merge.Row2, c.Merge.Col2)
		r2 := sort.SearchInts(g.rows, row+1) - 1
		c2 := sort.SearchInts(g.cols, col+1) - 1
		p := g.pos[i]
		if r2 < p.r || c2 < p.c || (r2-p.r+1)*(c2-p.c+1) > budget {
			continue
		}
		budget -= (r2 - p.r + 1) * (c2 - p.c + 1)
		for r := p.r; r <= r2; r++ {
			for c := p.c; c <= c2; c++ {
				switch k := r*len(g.cols) + c; {
				case g.at[k] == none:
					g.at[k] = i
				case g.at[k] != i && g.pos[g.at[k]] == position{r, c}: // the merged cell covers it
					g.ownCells()
					g.cells[g.at[k]].Hidden = true
				}
			}
		}
		g.span[i] = position{r2, c2}
	}
	return true
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

// widen lets a cell reach over the blanks to its right, up to column last, as if it had been merged.
func (g *grid) widen(i int32, last int) {
	p := g.pos[i]
	for c := p.c + 1; c <= last; c++ {
		g.at[p.r*len(g.cols)+c] = i
	}
	g.span[i].c = max(g.span[i].c, last)
}

// rowCells lists the cells that start in a row, left to right. The list belongs to the grid.
func (g *grid) rowCells(r int) []int32 {
	from, to := g.first[r], g.first[r+1]
	return g.starts[from:to:to]
}

// key is what all spellings of a cell's text have in common.
func (g *grid) key(i int32) string {
	if r := g.read[i]; r != nil {
		return r.key
	}
	if isDigits(g.text[i]) { // which are their own key
		return g.text[i]
	}
	return text.Key(g.text[i])
}

// ordinal reads a cell as that of an ordinal.
func (g *grid) ordinal(i int32) (ordinal, bool) {
	if r := g.read[i]; r != nil {
		return r.ordinal, r.isOrdinal
	}
	return parseOrdinal(g.text[i])
}

func (g *grid) set(i int32, f fate) {
	if g.fates[i] != fateUnset {
		g.twice++
		return
	}
	g.fates[i] = f
}

func (g *grid) skip(i int32, why fate) { g.set(i, why) }

// ownList reports whether the sheet is the list of troubles that this program put in front of a copy for the sender.
func (g *grid) ownList() bool {
	if len(g.rows) < 2 || len(g.cols) == 0 || g.rows[0] != 1 || g.rows[1] != 2 || g.cols[0] != 1 {
		return false
	}
	title, file := g.own(0, 0), g.own(1, 0)
	return title != none && file != none && g.text[title] == record.CopyTitle && strings.HasPrefix(g.text[file], record.CopyFile)
}

// skipIfUnset gives a cell its fate unless an earlier step did: for the passes that sweep up what is left.
func (g *grid) skipIfUnset(i int32, why fate) {
	if g.fates[i] == fateUnset {
		g.fates[i] = why
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
	var n [fateCount]int
	for _, f := range g.fates {
		n[f]++
	}
	reasons := 0
	for _, k := range n[skipTitle:] {
		reasons += min(k, 1)
	}
	skipped := make(map[string]int, reasons)
	for f := skipTitle; f < fateCount; f++ {
		if n[f] > 0 {
			skipped[f.reason()] = n[f]
		}
	}
	return record.Sheet{
		Name: g.info.Name, Hidden: g.info.Hidden, Tables: tables, Read: len(g.cells) + g.beyond,
		Loaded: n[fateLoaded], Quarantined: n[fateQuarantined] + g.beyond, Skipped: skipped,
	}
}
