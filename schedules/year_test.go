package schedules

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/phuluc/phuluc/load/ledger"
	"github.com/phuluc/phuluc/load/lock"
)

// mortal is a Book whose process dies after a number of writes: from then on nothing reaches the ledger.
type mortal struct {
	*ledger.Ledger
	left atomic.Int64
}

var errDead = errors.New("the process is dead")

func (m *mortal) live() error {
	if m.left.Add(-1) < 0 {
		return errDead
	}
	return nil
}

func (m *mortal) Reschedule(ctx context.Context, job string, span ledger.Span) error {
	if err := m.live(); err != nil {
		return err
	}
	return m.Ledger.Reschedule(ctx, job, span)
}

func (m *mortal) Decide(ctx context.Context, job string, to time.Time, slots []ledger.Slot) error {
	if err := m.live(); err != nil {
		return err
	}
	return m.Ledger.Decide(ctx, job, to, slots)
}

func (m *mortal) Withdraw(ctx context.Context, job string, now time.Time) (int64, error) {
	if err := m.live(); err != nil {
		return 0, err
	}
	return m.Ledger.Withdraw(ctx, job, now)
}

func (m *mortal) StartAttempt(ctx context.Context, job string, slotAt, at time.Time) (int64, error) {
	if err := m.live(); err != nil {
		return 0, err
	}
	return m.Ledger.StartAttempt(ctx, job, slotAt, at)
}

func (m *mortal) FinishAttempt(ctx context.Context, a ledger.Attempt) error {
	if err := m.live(); err != nil {
		return err
	}
	return m.Ledger.FinishAttempt(ctx, a)
}

// world is a year of a careless server room. Its random numbers decide everything that is not the engine's.
type world struct {
	*lab
	seed   uint64
	mu     sync.Mutex
	random *rand.Rand
	calm   bool // the runs of the last days are good

	ok map[int64]bool // by number of the run
}

func (w *world) intN(n int) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.random.IntN(n)
}

func (w *world) upTo(d time.Duration) time.Duration {
	return time.Duration(w.intN(int(d/time.Second)+1)) * time.Second
}

// work is what a run does.
func (w *world) work(ctx context.Context, n int64) error {
	w.mu.Lock()
	calm := w.calm
	w.mu.Unlock()
	kind := w.intN(100)
	last := w.upTo(40 * time.Minute)
	switch {
	case calm:
		last = time.Minute
		kind = 99
	case kind < 4:
		last = 5*time.Hour + w.upTo(30*time.Hour)
	}
	select {
	case <-time.After(last):
	case <-ctx.Done():
		time.Sleep(w.upTo(8 * time.Second))
		if kind%3 > 0 {
			return ctx.Err()
		}
		if kind == 0 {
			time.Sleep(time.Hour) // does not hear
		}
	}
	switch {
	case kind < 20:
		return passing{errors.New("no network")}
	case kind < 25:
		return errors.New("a check failed")
	case kind < 30:
		return &lock.HeldError{Path: "lock", Holder: lock.Holder{PID: 4711}}
	case kind == 30:
		panic("a mistake")
	}
	w.mu.Lock()
	w.ok[n] = true
	w.mu.Unlock()
	return nil
}

// rhythms are cron expressions with a second opinion on when they are due, in half hours of UTC.
var rhythms = map[string]func(t time.Time) bool{
	"0 2 * * *":    func(t time.Time) bool { return hanoi(t).Hour() == 2 && t.Minute() == 0 },
	"30 1 * * 1-5": func(t time.Time) bool { h := hanoi(t); return h.Hour() == 1 && t.Minute() == 30 && h.Weekday()%6 != 0 },
	"0 */6 * * *":  func(t time.Time) bool { return hanoi(t).Hour()%6 == 0 && t.Minute() == 0 },
	"@monthly":     func(t time.Time) bool { h := hanoi(t); return h.Day() == 1 && h.Hour() == 0 && t.Minute() == 0 },
}

func hanoi(t time.Time) time.Time { return t.In(time.FixedZone("", 7*3600)) }

// Invariant 10: whatever happens to processes and clocks, in the end every slot of the schedule that was in force has one
// verdict, and nothing else has one, except a run that a wrong clock had begun.
func TestEverySlotOfAYearHasOneVerdict(t *testing.T) {
	seeds := []struct {
		n    int
		days int
	}{{4, 365}, {60, 60}}
	if testing.Short() {
		seeds = seeds[1:]
	}
	seed := rand.Uint64()
	for _, s := range seeds {
		for range s.n {
			seed++
			t.Run(fmt.Sprintf("%d days, seed %d", s.days, seed), func(t *testing.T) {
				dir := memory(t)
				synctest.Test(t, func(t *testing.T) { year(t, dir, seed, time.Duration(s.days)*aDay) })
			})
		}
	}
}

func year(t *testing.T, dir string, seed uint64, length time.Duration) {
	w := &world{lab: newLab(t, dir), seed: seed, random: rand.New(rand.NewPCG(seed, 0)), ok: map[int64]bool{}}
	w.poll = 6 * time.Hour
	w.run.do = w.work
	crons := []string{"0 2 * * *", "30 1 * * 1-5", "0 */6 * * *", "@monthly"}
	policies := []Policy{CatchUpNone, CatchUpLatest, CatchUpAll}
	truth := w.clock.offset
	begin := time.Now()
	for time.Since(begin) < length {
		if w.intN(5) == 0 {
			w.job.Cron = crons[w.intN(len(crons))]
		}
		w.job.Name = "nightly"
		if w.intN(15) == 0 {
			w.job.Name = "other"
		}
		w.job.CatchUp = CatchUp{Policy: policies[w.intN(3)], Window: w.upTo(20 * aDay), Cap: w.intN(4)}
		w.life(w.intN(3) == 0)
		if w.intN(2) == 0 {
			time.Sleep(w.upTo(6 * aDay))
		}
		if w.intN(4) == 0 {
			w.wrong(truth)
		}
	}
	// The clock is put right, the machine stays on for a while, and nothing goes wrong.
	w.clock.jump(truth - w.clock.offset)
	w.mu.Lock()
	w.calm = true
	w.mu.Unlock()
	w.job.Name = "nightly"
	time.Sleep(2 * time.Hour) // runs that did not hear end
	w.during(3*aDay + 90*time.Minute)
	w.judge()
}

// wrong puts the clock wrong by days, or right again.
func (w *world) wrong(truth time.Duration) {
	off := w.clock.offset - truth
	switch w.intN(4) {
	case 0:
		w.clock.jump(-off)
	case 1:
		w.clock.jump(-off + w.upTo(9*aDay))
	case 2:
		w.clock.jump(-off - w.upTo(9*aDay))
	case 3:
		w.clock.jump(w.upTo(2*time.Hour) - time.Hour)
	}
}

// life is one life of the engine's process.
func (w *world) life(dies bool) {
	m := &mortal{Ledger: w.book}
	m.left.Store(1 << 60)
	if dies {
		m.left.Store(int64(w.intN(30)))
	}
	e, err := New([]Job{w.job}, m, w.clock, w.run, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	e.poll = w.poll
	ctx, cancel := context.WithCancel(w.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- e.Run(ctx) }()
	truth := w.clock.offset
	for range w.intN(6) {
		time.Sleep(w.upTo(5 * aDay))
		if w.intN(5) == 0 {
			w.wrong(truth)
		}
	}
	cancel()
	err = <-ended
	m.left.Store(0) // what goes on after the end of the process does not count
	if err != nil && !errors.Is(err, ErrNotEnded) && !(dies && errors.Is(err, errDead)) {
		w.t.Errorf("Run: %v", err)
	}
}

func (w *world) judge() {
	t, now := w.t, w.clock.Now()
	names, err := w.book.Jobs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, name := range names {
		s, err := w.book.Schedule(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		slots, err := w.book.Slots(t.Context(), name, time.Time{}, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		due := map[time.Time]bool{}
		for i, span := range s.Spans {
			end := now
			if i+1 < len(s.Spans) {
				end = s.Spans[i+1].From
			}
			if span.Cron == "" {
				continue
			}
			for at := span.From.Truncate(30 * time.Minute).Add(30 * time.Minute); !at.After(end); at = at.Add(30 * time.Minute) {
				if rhythms[span.Cron](at) {
					due[at] = true
				}
			}
		}
		installed := !s.Spans[0].From.After(now)
		if name == "other" && installed && s.Spans[len(s.Spans)-1].Cron != "" {
			t.Errorf("the job that was taken away is still scheduled")
		}
		seen := map[time.Time]bool{}
		for _, v := range slots {
			if seen[v.At] {
				t.Errorf("%s at %s has two verdicts", name, v.At)
			}
			seen[v.At] = true
			if installed && !due[v.At] && v.Verdict != ledger.Ran {
				t.Errorf("%s at %s is no slot, but %s: %s", name, v.At, v.Verdict, v.Reason)
			}
			if v.CaughtUpBy != 0 && !w.ok[v.CaughtUpBy] || v.Verdict == ledger.Ran && v.Reason == "" && !w.ok[v.RunID] {
				t.Errorf("%+v leans on a run that was not good", v)
			}
			if v.Verdict != ledger.Ran && v.Reason == "" {
				t.Errorf("%+v has no reason", v)
			}
		}
		for at := range due {
			total++
			if !seen[at] {
				t.Errorf("%s at %s has no verdict", name, at)
			}
		}
	}
	if total == 0 {
		t.Error("there was no slot at all")
	}
	if t.Failed() {
		t.Logf("seed %d", w.seed)
	}
}
