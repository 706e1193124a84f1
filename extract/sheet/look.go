package sheet

// Appearance is how a sheet looks, for a copy that is to look like it. What it leaves out looks as usual.
type Appearance struct {
	Widths  map[int]float64  // of columns, in letters
	Heights map[int]float64  // of rows, in points
	Cells   map[Position]int // position in Looks; also of cells that hold nothing
	Looks   []Look
}

// Look is how a cell is shown. Lines are those of OOXML by their number: 1 thin, 2 medium …
type Look struct {
	Font                            string
	Size                            float64 // points, 0 if unknown
	Bold, Italic, Underline, Strike bool
	Color, Fill                     string // RRGGBB, "" for the usual one
	Horizontal, Vertical            string // as OOXML says it, "" for the usual one
	Wrap                            bool
	Indent                          int
	Left, Right, Top, Bottom        int
}

// Of gives the look of a cell.
func (a *Appearance) Of(p Position) Look {
	if i, ok := a.Cells[p]; ok {
		return a.Looks[i]
	}
	return Look{}
}
