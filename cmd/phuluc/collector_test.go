package main

import (
	"runtime"
	"testing"
)

func TestGarbageIsBounded(t *testing.T) {
	const mb = 1 << 20
	for _, c := range []struct {
		live, heap uint64 // heap is how far it grows
	}{
		{0, 0}, {10 * mb, 50 * mb}, {80 * mb, 400 * mb}, {100 * mb, 400 * mb}, {200 * mb, 400 * mb}, {266 * mb, 399 * mb}, {300 * mb, 450 * mb}, {400 * mb, 600 * mb}, {2000 * mb, 3000 * mb},
	} {
		heap := c.live + c.live*uint64(garbagePercent(c.live))/100
		if heap > c.heap || heap+c.live/50 < c.heap {
			t.Errorf("%d MB in use: the heap grows to %d MB, want %d", c.live/mb, heap/mb, c.heap/mb)
		}
	}
}

func TestEachCollectionIsTold(t *testing.T) {
	told := make(chan uint64, 1)
	afterCollection(func(live uint64) {
		select {
		case told <- live:
		default: // not taken yet, or the test is over
		}
	})
	for range 3 {
		runtime.GC()
		if live := <-told; live == 0 {
			t.Fatal("nothing was in use")
		}
	}
}
