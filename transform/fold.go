package transform

import (
	"fmt"
	"slices"

	"github.com/phuluc/phuluc/transform/record"
)

// fold puts refusals together where a file has more than so many: of each sheet the first stay as they are, and all others of a code
// become one that says how many cells it stands for and where they begin and end. Each stays in the warehouse for good, and costs it some
// hundred times what the cell costs in the file; nobody goes through more than the first of them. The sheets share what may stay: what one
// does not need the others get.
func fold(f *record.File, most int) {
	if most <= 0 || len(f.Refusals) <= most {
		return
	}
	bySheet := map[string]int{}
	for i := range f.Refusals {
		bySheet[f.Refusals[i].Sheet]++
	}
	counts := make([]int, 0, len(bySheet))
	for _, n := range bySheet {
		counts = append(counts, n)
	}
	slices.Sort(counts)
	share := 0
	for i, n := range counts {
		if share = most / (len(counts) - i); n > share {
			break
		}
		most -= n
	}
	type reason struct{ sheet, code string }
	type rest struct{ refusals, cells, first, last int } // first and last are positions
	var order []reason
	rests := map[reason]*rest{}
	seen := map[string]int{}
	kept := make([]record.Refusal, 0, len(f.Refusals)/2)
	for i := range f.Refusals {
		r := &f.Refusals[i]
		if seen[r.Sheet]++; seen[r.Sheet] <= share {
			kept = append(kept, *r)
			continue
		}
		k := reason{r.Sheet, r.Code}
		if rests[k] == nil {
			order = append(order, k)
			rests[k] = &rest{first: i}
		}
		n := rests[k]
		n.refusals, n.cells, n.last = n.refusals+1, n.cells+r.Cells, i
	}
	for _, k := range order {
		n := rests[k]
		first, last := &f.Refusals[n.first], &f.Refusals[n.last]
		if n.refusals == 1 {
			kept = append(kept, *first)
			continue
		}
		said := fmt.Sprintf("%d more cells, %s to %s, are refused for this reason and not listed one by one", n.cells, first.Cell, last.Cell)
		if first.Line > 0 {
			said = fmt.Sprintf("%d more fields, line %d to %d, are refused for this reason and not listed one by one", n.cells, first.Line, last.Line)
		}
		kept = append(kept, record.Refusal{Origin: record.Origin{Sheet: k.sheet, Hidden: first.Hidden}, Code: k.code, Args: []string{said}, Cells: n.cells})
	}
	f.Refusals = kept
}
