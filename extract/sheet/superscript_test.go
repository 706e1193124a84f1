package sheet

import (
	"fmt"
	"testing"
)

func TestRaisedPiecesAreSuperscripts(t *testing.T) {
	cases := []struct {
		name, text string
		pieces     [][2]int
		runs       []Run
		want       string
	}{
		{"a mark behind a number", "36500(1)", [][2]int{{5, 8}}, nil, "36500⁽¹⁾ []"},
		{"two, and runs before, in and behind them", "a1b2c", [][2]int{{1, 2}, {3, 4}}, []Run{{From: 0}, {From: 1}, {From: 2}, {From: 4}}, "a¹b²c [{0  false} {1  false} {3  false} {6  false}]"},
		{"a star says itself what it is", "36500(*)", [][2]int{{5, 8}}, nil, "36500(*) []"},
		{"all of it", " 2018\n", [][2]int{{1, 5}}, nil, " 2018\n []"},
		{"bytes that are no text", "\xff1\xfe", [][2]int{{1, 2}}, []Run{{From: 2}}, "\xff¹\xfe [{3  false}]"},
		{"runs at the end", "a1", [][2]int{{1, 2}}, []Run{{From: 2}}, "a¹ [{3  false}]"},
	}
	for _, c := range cases {
		if got := fmt.Sprint(Raise(c.text, c.pieces, c.runs), " ", c.runs); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestACellIsStruckIfAPieceOfItIs(t *testing.T) {
	cases := []struct {
		name string
		cell Cell
		want bool
	}{
		{"plain", Cell{Raw: "5"}, false},
		{"by its style", Cell{Raw: "5", Struck: true}, true},
		{"a piece", Cell{Raw: "5 6", Runs: []Run{{From: 0, Struck: true}, {From: 1}}}, true},
		{"a blank piece", Cell{Raw: "5 6", Runs: []Run{{From: 1, Struck: true}, {From: 2}}}, false},
		{"the last piece", Cell{Raw: "5 6", Runs: []Run{{From: 2, Struck: true}}}, true},
		{"the style, but no piece", Cell{Raw: "5 6", Struck: true, Runs: []Run{{From: 0}}}, false},
		{"before the first piece", Cell{Raw: "5 6", Struck: true, Runs: []Run{{From: 2}}}, true},
		{"runs of a damaged file", Cell{Raw: "5", Runs: []Run{{From: 9, Struck: true}}}, false},
	}
	for _, c := range cases {
		if got := c.cell.IsStruck(); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
