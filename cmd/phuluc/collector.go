package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

const (
	// Most of what a run allocates is garbage soon and the engine's memory is not the collector's: with its default setting
	// the collector would take a sixth of the time for reading to save some tens of megabytes.
	usualPercent = 400
	// Of a large workbook four times as much garbage as there is in use would be gigabytes: up to so many bytes the heap grows as
	// usual, beyond by half of what is in use.
	roomyHeap    = 400 << 20
	leastGarbage = 50
)

// setCollector says how much garbage the collector leaves, anew after each collection by what that found in use.
func setCollector() {
	debug.SetGCPercent(usualPercent)
	afterCollection(func(live uint64) { debug.SetGCPercent(garbagePercent(live)) })
}

// garbagePercent is how much garbage may stand beside so many bytes in use, in percent of them.
func garbagePercent(live uint64) int {
	if live == 0 {
		return usualPercent
	}
	room := roomyHeap - min(live, roomyHeap)
	return int(min(usualPercent, max(leastGarbage, room*100/live)))
}

// afterCollection calls f after each collection with the bytes that it found in use. The collector tells by freeing an object that nothing refers to.
func afterCollection(f func(live uint64)) {
	type sentinel struct{ _ *sentinel }
	runtime.AddCleanup(new(sentinel), func(f func(uint64)) {
		afterCollection(f)
		sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(sample)
		f(sample[0].Value.Uint64())
	}, f)
}
