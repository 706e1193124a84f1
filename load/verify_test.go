package load

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// Invariant 5: what is published was read back whole. One flipped bit anywhere in the file must be noticed.
func TestVerifyFindsEveryFlippedBit(t *testing.T) {
	path := buildMade(t, madeRows(5_000), 2, "r")
	if _, err := Verify(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(7, 7))
	damaged := filepath.Join(t.TempDir(), "damaged.duckdb")
	for range 60 {
		at, bit := random.IntN(len(good)), random.IntN(8)
		bad := append([]byte(nil), good...)
		bad[at] ^= 1 << bit
		if err := os.WriteFile(damaged, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Verify(t.Context(), damaged); err == nil {
			t.Errorf("bit %d of byte %d of %d was flipped and not noticed", bit, at, len(good))
		}
	}
}
