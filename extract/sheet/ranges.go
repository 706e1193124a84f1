package sheet

import "strings"

// String gives the range as people write it: B7:G22, B7 where it is one cell, "" where it is none.
func (r Range) String() string {
	if r.IsZero() {
		return ""
	}
	first, last := Address(r.Row1, r.Col1), Address(r.Row2, r.Col2)
	if first == last {
		return first
	}
	return first + ":" + last
}

// Position is the place of a cell, 1-based.
type Position struct{ Row, Col int }

// Ranges gives the ranges that cells fill, which are listed row by row and left to right: cells side by side are one range, and such
// of the same columns in rows one below the other.
func Ranges(cells []Position) []Range {
	type foot struct{ row, col1, col2 int }
	var all []Range
	open := map[foot]int{} // the range that ends in a row
	for i := 0; i < len(cells); {
		r := Range{cells[i].Row, cells[i].Col, cells[i].Row, cells[i].Col}
		for i++; i < len(cells) && cells[i] == (Position{r.Row1, r.Col2 + 1}); i++ {
			r.Col2++
		}
		k, above := open[foot{r.Row1 - 1, r.Col1, r.Col2}]
		if above {
			all[k].Row2 = r.Row2
		} else {
			k = len(all)
			all = append(all, r)
		}
		open[foot{r.Row2, r.Col1, r.Col2}] = k
	}
	return all
}

// List writes ranges one behind the other, the first most of them.
func List(ranges []Range, most int) string {
	parts := make([]string, 0, min(len(ranges), most+1))
	for _, r := range ranges[:min(len(ranges), most)] {
		parts = append(parts, r.String())
	}
	if len(ranges) > most {
		parts = append(parts, "…")
	}
	return strings.Join(parts, ", ")
}
