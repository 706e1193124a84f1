package layout

import (
	"slices"
	"testing"
)

// A workbook finds nothing of the one before it in what it cuts, and keeps what it has cut when a list is full.
func TestWhatIsCutIsEmptyAndStays(t *testing.T) {
	var list []int
	for range 3 {
		var pieces [][]int
		for n := range 40 {
			piece := cut(&list, n)
			if len(piece) != n || slices.Max(append(piece, 0)) != 0 {
				t.Fatalf("of %d elements %v were cut", n, piece)
			}
			for k := range piece {
				piece[k] = n
			}
			pieces = append(pieces, piece)
		}
		for n, piece := range pieces {
			if n > 0 && (slices.Min(piece) != n || slices.Max(piece) != n) {
				t.Fatalf("the piece of %d became %v", n, piece)
			}
		}
		leave(&list)
	}
	cut(&list, maxScratch+1)
	if leave(&list); list != nil {
		t.Errorf("a list of %d elements was kept", cap(list))
	}
}
