package text

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/shopspring/decimal"
)

// Guards the short way of FromFloat: what it takes is what a double of these digits shows.
func TestAPlainDecimalIsWhatTheDoubleShows(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	taken := 0
	for range 20000 {
		s := decimal.New(rng.Int64N(1e15), -int32(rng.IntN(11))).String()
		if n, places, ok := plainDecimal(s); ok {
			taken++
			f, err := strconv.ParseFloat(s, 64)
			if err != nil {
				t.Fatal(err)
			}
			shown, err := decimal.NewFromString(strconv.FormatFloat(f, 'e', 14, 64))
			if got := decimal.New(n, -places); err != nil || !got.Equal(shown) || got.String() != s {
				t.Fatalf("%s: %s, the double shows %s", s, got, shown)
			}
		}
	}
	if taken < 10000 {
		t.Errorf("only %d of 20000 are taken", taken)
	}
	for _, s := range []string{"", ".", ".5", "5.", "1.50", "00.5", "-1.5", "1.5E3", "1.2.3", "0.12345678901", "1234567890123.456"} {
		if _, _, ok := plainDecimal(s); ok {
			t.Errorf("%q is taken", s)
		}
	}
}
