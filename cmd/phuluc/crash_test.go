//go:build unix

package main_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A refresh is killed at random moments, each time with a new file to take in. After every kill the published generation
// opens, verifies and answers; the refresh after it succeeds; in the end the warehouse is the one that no crash disturbed.
// PHULUC_CRASH_LOOP says how many times (3 without it). Guards invariant 5.
func TestKilledRefresh(t *testing.T) {
	times := 3
	if s := os.Getenv("PHULUC_CRASH_LOOP"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 {
			t.Fatalf("PHULUC_CRASH_LOOP is %q, want a number", s)
		}
		times = n
	}
	h := newHome(t)
	h.small(t, 15)
	began := time.Now()
	generation := h.refresh(t, "--full").Generation
	usual := time.Since(began)
	tail := usual / 10                                           // from "verifying" to the end
	r := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0)) // other moments in every run; each must be survived
	killed, published := 0, 0
	for i := range times {
		a := goodAnnex("Tỉnh Quảng Ninh")
		a.rows[0].values = []any{700000 + i, 705000 + i, 704500 + i, 709000 + i}
		h.put(t, fmt.Sprintf("later/%03d.xlsx", i), a.xlsx(t, nil))
		c := command(t, "refresh", "--full", "--data", string(h))
		stderr := new(lockedBuffer)
		c.Stderr = stderr
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		from, length := time.Now(), &usual
		if i%2 == 1 { // every other one while it verifies, switches, records and cleans up
			eventually(t, "a refresh verifies what it built", func() bool { return strings.Contains(stderr.String(), "verifying") || exited(c) })
			from, length = time.Now(), &tail
		}
		wait := time.Duration(r.Int64N(int64(*length)*11/10 + 1))
		ended := make(chan struct{})
		go func() { _ = c.Wait(); close(ended) }() // the exit code is looked at below
		select {
		case <-time.After(wait):
			_ = c.Process.Kill() // it may have ended by now
			<-ended
		case <-ended:
		}
		if c.ProcessState.ExitCode() == -1 {
			killed++
		} else if code := c.ProcessState.ExitCode(); code != done {
			t.Fatalf("not killed, and exit code %d", code)
		} else {
			*length = time.Since(from) // it was faster than the one before: aim better
		}
		// Killed before or after the switch: either way one whole generation is there.
		now := h.current(t)
		if now != generation && now != generation+1 {
			t.Fatalf("kill after %s: generation %d is published, want %d or the next", wait, now, generation)
		}
		if now > generation {
			published++
		}
		h.intact(t, now)
		if i%4 == 3 || i == times-1 { // the others let the next run meet what this crash left behind
			next := h.refresh(t)
			if next.Landed != 15+i+1 || !next.Unchanged && next.Generation <= now || next.Unchanged && next.Generation != now {
				t.Fatalf("kill after %s: the next refresh says %+v", wait, next)
			}
			now = next.Generation
		}
		generation = now
	}
	t.Logf("a refresh takes %s; %d of %d were killed, %d had published", usual.Round(time.Millisecond), killed, times, published)
	if n := h.one(t, "SELECT count(*) FROM audit.source"); n != strconv.Itoa(15+times) {
		t.Errorf("%s files in the warehouse, want %d", n, 15+times)
	}
	for _, pattern := range []string{h.path("warehouse", ".candidate-*"), h.path("landing", "incoming", "*")} {
		left, err := filepath.Glob(pattern)
		if err != nil || len(left) > 0 {
			t.Errorf("left behind: %v (%v)", left, err)
		}
	}

	// The same landing, built where nothing was ever killed and nothing is cached.
	calm := newHome(t)
	copyTree(t, h.path("landing"), calm.path("landing"))
	sameTables(t, calm.manifest(t, calm.refresh(t).Generation), h.manifest(t, generation))
}

// current gives the published generation.
func (h home) current(t testing.TB) int {
	t.Helper()
	type version struct {
		Generation int
		Current    bool
	}
	list, _ := runJSON[[]version](t, done, "versions", "--data", string(h))
	for _, v := range list {
		if v.Current {
			return v.Generation
		}
	}
	return 0
}
