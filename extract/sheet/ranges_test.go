package sheet

import "testing"

func TestCellsAreListedAsTheRangesTheyFill(t *testing.T) {
	for _, c := range []struct {
		cells []Position
		want  string
	}{
		{nil, ""},
		{[]Position{{7, 2}}, "B7"},
		{[]Position{{7, 2}, {7, 3}, {7, 5}}, "B7:C7, E7"},
		{[]Position{{7, 2}, {7, 3}, {8, 2}, {8, 3}, {9, 2}, {9, 3}}, "B7:C9"},
		{[]Position{{7, 2}, {7, 3}, {9, 2}, {9, 3}}, "B7:C7, B9:C9"},
		{[]Position{{7, 2}, {7, 3}, {8, 2}, {9, 2}}, "B7:C7, B8:B9"},
		{[]Position{{7, 2}, {7, 4}, {8, 2}, {8, 4}}, "B7:B8, D7:D8"},
		{[]Position{{1, 1}, {3, 1}, {5, 1}, {7, 1}}, "A1, A3, A5, …"},
	} {
		if got := List(Ranges(c.cells), 3); got != c.want {
			t.Errorf("%v: %q, want %q", c.cells, got, c.want)
		}
	}
}
