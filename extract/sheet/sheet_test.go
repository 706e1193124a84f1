package sheet

import "testing"

func TestAddressAndParseAddressAreInverse(t *testing.T) {
	for col := 1; col <= 16384; col++ {
		row := 1 + col*63%1048576
		r, c, err := ParseAddress(Address(row, col))
		if err != nil || r != row || c != col {
			t.Fatalf("%s: row %d, column %d, %v", Address(row, col), r, c, err)
		}
	}
}

func TestParseAddressRefusesWhatIsOutsideTheFormat(t *testing.T) {
	for _, s := range []string{"", "A", "1", "A0", "AAAA51", "XFE1", "A1048577", "a1", "$A$1", "A1B", "A-1", "A99999999", "Ａ1"} {
		if _, _, err := ParseAddress(s); err == nil {
			t.Errorf("%q was read", s)
		}
	}
	if r, c, err := ParseAddress("XFD1048576"); r != 1048576 || c != 16384 || err != nil {
		t.Errorf("the last cell: %d, %d, %v", r, c, err)
	}
}

func TestRangeContainsItsEdges(t *testing.T) {
	r := Range{2, 3, 4, 5}
	if !r.Contains(2, 3) || !r.Contains(4, 5) || r.Contains(1, 3) || r.Contains(4, 6) || r.IsZero() || !(Range{}).IsZero() {
		t.Error("edges of a range")
	}
}

func FuzzParseAddress(f *testing.F) {
	f.Add("B7")
	f.Add("AAAA51")
	f.Fuzz(func(t *testing.T, s string) {
		if row, col, err := ParseAddress(s); err == nil && (row < 1 || row > 1048576 || col < 1 || col > 16384) {
			t.Fatalf("%q: row %d, column %d", s, row, col)
		}
	})
}

func TestSuperscriptKeepsLettersAndRaisesDigits(t *testing.T) {
	if got := Superscript("(12)* a-3"); got != "⁽¹²⁾* a⁻³" {
		t.Error(got)
	}
}
