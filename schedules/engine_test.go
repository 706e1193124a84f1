package schedules

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/phuluc/phuluc/load/ledger"
	"github.com/phuluc/phuluc/load/lock"
)

// wall is a clock in a synctest bubble: time passes as the bubble's does, and set moves the wall time without time passing,
// as when a clock is put right or a machine sleeps.
type wall struct {
	mu     sync.Mutex
	offset time.Duration
}

func (w *wall) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Now().Round(0).UTC().Add(w.offset)
}

func (w *wall) After(d time.Duration) <-chan time.Time { return time.After(d) }

func (w *wall) jump(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.offset += d
}

// run is a Runner made of a function. It numbers its runs from 1.
type run struct {
	mu    sync.Mutex
	n     int64
	slots []time.Time
	do    func(ctx context.Context, n int64) error
}

func (r *run) Run(ctx context.Context, j Job, slot time.Time) (int64, error) {
	r.mu.Lock()
	r.n++
	n := r.n
	r.slots = append(r.slots, slot)
	r.mu.Unlock()
	if r.do == nil {
		return n, nil
	}
	return n, r.do(ctx, n)
}

type passing struct{ error }

func (passing) Temporary() bool { return true }

// memory is a folder whose syncs cost nothing, where there is one.
func memory(t testing.TB) string {
	if dir, err := os.MkdirTemp("/dev/shm", "schedules"); err == nil {
		t.Cleanup(func() { os.RemoveAll(dir) })
		return dir
	}
	return t.TempDir()
}

// lab is everything an engine needs, at 2026-03-01 00:00 UTC, which is 07:00 in Hanoi.
type lab struct {
	t      *testing.T
	clock  *wall
	book   *ledger.Ledger
	job    Job
	run    *run
	poll   time.Duration
	mu     sync.Mutex
	events []string
}

func newLab(t *testing.T, dir string) *lab {
	t.Helper()
	l, err := ledger.Open(t.Context(), filepath.Join(dir, "ledger.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	jobs, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	w := &wall{offset: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC).Sub(time.Now().UTC())}
	return &lab{t: t, clock: w, book: l, job: jobs[0], run: &run{}, poll: time.Hour}
}

func (l *lab) Notify(_ context.Context, e Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events = append(l.events, string(e.Kind))
}

// start runs an engine; stop ends it and returns what Run returned.
func (l *lab) start() (stop func() error) {
	l.t.Helper()
	e, err := New([]Job{l.job}, l.book, l.clock, l.run, l)
	if err != nil {
		l.t.Fatal(err)
	}
	e.poll = l.poll
	ctx, cancel := context.WithCancel(l.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- e.Run(ctx) }()
	synctest.Wait()
	return func() error { cancel(); return <-ended }
}

// during runs an engine for a time and stops it.
func (l *lab) during(d time.Duration) {
	l.t.Helper()
	stop := l.start()
	time.Sleep(d)
	synctest.Wait()
	if err := stop(); err != nil {
		l.t.Errorf("Run: %v", err)
	}
}

// verdicts writes each slot as day, verdict, run; reasons must contain the texts given by day.
func (l *lab) verdicts(want string, reasons map[int]string) {
	l.t.Helper()
	slots, err := l.book.Slots(l.t.Context(), "", time.Time{}, time.Time{})
	if err != nil {
		l.t.Fatal(err)
	}
	var got []string
	for _, s := range slots {
		text := fmt.Sprintf("%d:%s", s.At.Day(), s.Verdict)
		if s.RunID != 0 {
			text += fmt.Sprintf("#%d", s.RunID)
		}
		if s.CaughtUpBy != 0 {
			text += fmt.Sprintf(">%d", s.CaughtUpBy)
		}
		got = append(got, text)
		if r := reasons[s.At.Day()]; !strings.Contains(s.Reason, r) {
			l.t.Errorf("day %d: reason %q does not say %q", s.At.Day(), s.Reason, r)
		}
	}
	if g := strings.Join(got, " "); g != want {
		l.t.Errorf("verdicts\n got %s\nwant %s", g, want)
	}
}

const aDay = 24 * time.Hour

// The slots of these tests are at 19:00 UTC.
func TestEngine(t *testing.T) {
	cases := []struct {
		name string
		live func(t *testing.T, l *lab)
	}{
		{"every night runs", func(t *testing.T, l *lab) {
			l.during(3 * aDay)
			l.verdicts("1:ran#1 2:ran#2 3:ran#3", nil)
		}},
		{"a failure is a verdict and the next night runs", func(t *testing.T, l *lab) {
			l.run.do = func(_ context.Context, n int64) error {
				if n == 1 {
					return errors.New("a check failed")
				}
				return nil
			}
			l.during(2 * aDay)
			l.verdicts("1:ran#1 2:ran#2", map[int]string{1: "failed: a check failed"})
		}},
		{"what may pass is tried again with doubling waits", func(t *testing.T, l *lab) {
			var at []string
			l.run.do = func(_ context.Context, n int64) error {
				at = append(at, l.clock.Now().Format("15:04"))
				if n < 4 {
					return passing{errors.New("no network")}
				}
				return nil
			}
			l.during(aDay)
			l.verdicts("1:ran#4", nil)
			if s := strings.Join(at, " "); s != "19:00 19:01 19:03 19:07" {
				t.Errorf("attempts at %s", s)
			}
			attempts, err := l.book.Attempts(t.Context(), "nightly", time.Date(2026, 3, 1, 19, 0, 0, 0, time.UTC))
			if err != nil || len(attempts) != 4 || !attempts[0].Transient || attempts[0].Error == "" || attempts[3].Error != "" || attempts[3].RunID != 4 {
				t.Errorf("attempts %+v, %v", attempts, err)
			}
		}},
		{"what may pass and does not is tried four times", func(t *testing.T, l *lab) {
			l.run.do = func(context.Context, int64) error { return fmt.Errorf("fetch: %w", passing{errors.New("no network")}) }
			l.during(aDay)
			l.verdicts("1:ran#4", map[int]string{1: "after 4 attempts: fetch: no network"})
		}},
		{"what cannot pass is not tried again", func(t *testing.T, l *lab) {
			l.run.do = func(context.Context, int64) error { return errors.New("a bad contract") }
			l.during(aDay)
			if l.run.n != 1 {
				t.Errorf("%d attempts", l.run.n)
			}
		}},
		{"a lock that stays makes the slot skipped and names the holder", func(t *testing.T, l *lab) {
			l.run.do = func(context.Context, int64) error {
				return &lock.HeldError{Path: "lock", Holder: lock.Holder{PID: 4711, Command: "refresh"}}
			}
			l.during(aDay)
			l.verdicts("1:skipped", map[int]string{1: "process 4711"})
			if l.run.n != 4 {
				t.Errorf("%d attempts", l.run.n)
			}
		}},
		{"a run that takes two days makes the next slots skipped", func(t *testing.T, l *lab) {
			l.job.Timeout = 100 * time.Hour
			l.run.do = func(ctx context.Context, n int64) error {
				if n == 1 {
					time.Sleep(50 * time.Hour)
				}
				return nil
			}
			l.during(4 * aDay)
			l.verdicts("1:ran#1 2:skipped 3:skipped 4:ran#2", map[int]string{2: "still going on, since 2026-03-01T19:00:00Z"})
		}},
		{"a run that takes too long is cancelled", func(t *testing.T, l *lab) {
			l.run.do = func(ctx context.Context, n int64) error { <-ctx.Done(); return ctx.Err() }
			l.during(2*aDay + 2*time.Hour)
			l.verdicts("1:ran#1 2:ran#2", map[int]string{1: "longer than the job's timeout of 6h0m0s"})
		}},
		{"a panic is a failure", func(t *testing.T, l *lab) {
			l.run.do = func(context.Context, int64) error { panic("index out of range") }
			l.during(2 * aDay)
			l.verdicts("1:ran 2:ran", map[int]string{1: "index out of range", 2: "panicked"})
		}},
		{"a restart within the tolerance is on time", func(t *testing.T, l *lab) {
			l.during(10 * time.Hour)
			time.Sleep(9*time.Hour + 10*time.Minute)
			l.during(time.Hour)
			l.verdicts("1:ran#1", nil)
		}},
		{"one run makes good for all nights away", func(t *testing.T, l *lab) {
			l.during(aDay)
			time.Sleep(3 * aDay)
			l.during(aDay)
			l.verdicts("1:ran#1 2:missed>2 3:missed>2 4:missed>2 5:ran#3", map[int]string{3: "the scheduler was not running"})
		}},
		{"a catch-up that fails says so", func(t *testing.T, l *lab) {
			l.during(aDay)
			time.Sleep(2 * aDay)
			l.run.do = func(context.Context, int64) error { return errors.New("disk full") }
			l.during(time.Hour)
			l.verdicts("1:ran#1 2:missed 3:missed", map[int]string{2: "not running; catching up failed: disk full"})
		}},
		{"catching up one by one, with a cap", func(t *testing.T, l *lab) {
			l.job.CatchUp = CatchUp{Policy: CatchUpAll, Window: 100 * aDay, Cap: 2}
			l.during(aDay)
			time.Sleep(4 * aDay)
			l.during(aDay)
			l.verdicts("1:ran#1 2:missed 3:missed 4:missed>2 5:missed>3 6:ran#4", map[int]string{3: "beyond the cap of 2"})
		}},
		{"no catching up", func(t *testing.T, l *lab) {
			l.job.CatchUp.Policy = CatchUpNone
			l.during(aDay)
			time.Sleep(2 * aDay)
			l.during(aDay)
			l.verdicts("1:ran#1 2:missed 3:missed 4:ran#2", map[int]string{2: "switched off"})
		}},
		{"a machine that slept misses and makes good", func(t *testing.T, l *lab) {
			l.poll = poll
			stop := l.start()
			time.Sleep(time.Hour)
			l.clock.jump(2 * aDay) // no time passed for timers
			time.Sleep(time.Minute)
			synctest.Wait()
			l.verdicts("1:missed>1 2:missed>1", map[int]string{1: "the machine slept"})
			time.Sleep(aDay)
			stop()
			l.verdicts("1:missed>1 2:missed>1 3:ran#2", nil)
		}},
		{"a machine that slept a few minutes is on time", func(t *testing.T, l *lab) {
			l.poll = poll
			stop := l.start()
			time.Sleep(18*time.Hour + 55*time.Minute)
			l.clock.jump(10 * time.Minute)
			time.Sleep(time.Minute)
			stop()
			l.verdicts("1:ran#1", nil)
		}},
		{"a clock that goes back an hour runs nothing twice", func(t *testing.T, l *lab) {
			stop := l.start()
			time.Sleep(19*time.Hour + time.Minute)
			l.clock.jump(-time.Hour)
			time.Sleep(aDay + time.Hour)
			stop()
			l.verdicts("1:ran#1 2:ran#2", nil)
		}},
		{"a clock that was years ahead for an hour costs one run", func(t *testing.T, l *lab) {
			l.poll = poll
			stop := l.start()
			time.Sleep(time.Hour)
			l.clock.jump(30 * aDay)
			time.Sleep(time.Hour)
			l.clock.jump(-30 * aDay)
			time.Sleep(3 * aDay)
			stop()
			l.verdicts("1:ran#2 2:ran#3 3:ran#4", nil)
			if !strings.Contains(strings.Join(l.events, " "), "clock_back") {
				t.Errorf("events %v", l.events)
			}
		}},
		{"a clock before the installation decides nothing", func(t *testing.T, l *lab) {
			l.during(aDay)
			l.clock.jump(-1000 * aDay)
			l.during(5 * aDay)
			l.verdicts("1:ran#1", nil)
			l.clock.jump(1000*aDay - 5*aDay)
			l.during(aDay)
			l.verdicts("1:ran#1 2:ran#2", nil)
			if n := strings.Count(strings.Join(l.events, " "), "clock_behind"); n != 1 {
				t.Errorf("%d notices of a clock behind", n)
			}
		}},
		{"a clock that was wrong at the installation and nothing ran moves it", func(t *testing.T, l *lab) {
			l.clock.jump(1000 * aDay)
			l.during(time.Hour)
			l.clock.jump(-1000 * aDay)
			l.during(aDay)
			l.verdicts("1:ran#1", nil)
		}},
		{"a new cron expression counts from the start that brings it", func(t *testing.T, l *lab) {
			l.during(aDay) // to 2 March, 00:00
			time.Sleep(aDay)
			l.job.Cron, l.job.TimeZone = "0 12 * * *", "UTC"
			l.during(aDay) // from 3 March, 00:00
			l.verdicts("1:ran#1 2:missed>2 3:ran#3", nil)
			s, err := l.book.Schedule(t.Context(), "nightly")
			if err != nil || len(s.Spans) != 2 || s.Spans[1].Cron != "0 12 * * *" {
				t.Errorf("%+v, %v", s, err)
			}
		}},
		{"a job taken away has no slots until it is back", func(t *testing.T, l *lab) {
			l.during(aDay)
			time.Sleep(aDay)
			nightly := l.job
			l.job.Name = "other"
			l.during(aDay)
			time.Sleep(aDay)
			l.job = nightly
			l.during(aDay)
			l.verdicts("1:ran#1 2:missed 3:ran#2 4:missed 5:ran#3", map[int]string{2: "no longer there", 4: "no longer there"})
		}},
		{"stopped in a run, the next start makes good for it", func(t *testing.T, l *lab) {
			l.run.do = func(ctx context.Context, n int64) error {
				if n == 1 {
					<-ctx.Done()
					time.Sleep(5 * time.Second)
					return ctx.Err()
				}
				return nil
			}
			stop := l.start()
			time.Sleep(20 * time.Hour)
			before := time.Now()
			if err := stop(); err != nil || time.Since(before) != 5*time.Second {
				t.Errorf("%v after %s", err, time.Since(before))
			}
			l.verdicts("", nil)
			time.Sleep(time.Hour)
			l.during(time.Hour)
			l.verdicts("1:missed>2", map[int]string{1: "the run begun at 2026-03-01T19:00:00Z was interrupted"})
		}},
		{"a run that ends well although stopped has its verdict", func(t *testing.T, l *lab) {
			l.run.do = func(ctx context.Context, n int64) error { <-ctx.Done(); time.Sleep(9 * time.Second); return nil }
			l.during(20 * time.Hour)
			l.verdicts("1:ran#1", nil)
		}},
		{"a run that does not stop is left behind after ten seconds", func(t *testing.T, l *lab) {
			l.run.do = func(ctx context.Context, n int64) error { time.Sleep(time.Hour); return nil }
			stop := l.start()
			time.Sleep(19*time.Hour + time.Minute)
			before := time.Now()
			if err := stop(); !errors.Is(err, ErrNotEnded) || time.Since(before) != 10*time.Second {
				t.Errorf("%v after %s", err, time.Since(before))
			}
			time.Sleep(2 * time.Hour)
			l.verdicts("", nil)
		}},
		{"stopped while waiting for another attempt", func(t *testing.T, l *lab) {
			l.run.do = func(context.Context, int64) error { return passing{errors.New("no network")} }
			l.during(19*time.Hour + 2*time.Minute)
			l.verdicts("", nil)
			if l.run.n != 2 {
				t.Errorf("%d attempts", l.run.n)
			}
		}},
		{"a run that is not in the ledger did not end well", func(t *testing.T, l *lab) {
			l.run.n = -1
			l.during(aDay)
			l.verdicts("1:ran", map[int]string{1: "not in the ledger"})
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			dir := memory(t)
			synctest.Test(t, func(t *testing.T) { c.live(t, newLab(t, dir)) })
		})
	}
}

func TestJobsRunOneAfterTheOther(t *testing.T) {
	dir := memory(t)
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, dir)
		var mu sync.Mutex
		going, most := 0, 0
		l.run.do = func(context.Context, int64) error {
			mu.Lock()
			going++
			most = max(most, going)
			mu.Unlock()
			time.Sleep(20 * time.Minute)
			mu.Lock()
			going--
			mu.Unlock()
			return nil
		}
		var jobs []Job
		for i := range 4 {
			j := l.job
			j.Name = fmt.Sprintf("job%d", i)
			jobs = append(jobs, j)
		}
		e, err := New(jobs, l.book, l.clock, l.run, nil)
		if err != nil {
			t.Fatal(err)
		}
		e.poll = l.poll
		ctx, cancel := context.WithTimeout(t.Context(), 2*aDay)
		defer cancel()
		if err := e.Run(ctx); err != nil {
			t.Fatal(err)
		}
		slots, err := l.book.Slots(t.Context(), "", time.Time{}, time.Time{})
		if err != nil || len(slots) != 8 || most != 1 {
			t.Errorf("%d slots, %d at once, %v", len(slots), most, err)
		}
		for _, s := range slots {
			if s.Verdict != ledger.Ran || s.Reason != "" {
				t.Errorf("%+v", s)
			}
		}
	})
}

func TestUndecidedSlotsAreListed(t *testing.T) {
	dir := memory(t)
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, dir)
		l.during(aDay)
		time.Sleep(2 * aDay)
		e, err := New([]Job{l.job}, l.book, l.clock, l.run, nil)
		if err != nil {
			t.Fatal(err)
		}
		open, err := e.Undecided(t.Context())
		if err != nil || len(open) != 2 || open[0].Job != "nightly" || open[0].At.Day() != 2 {
			t.Errorf("%+v, %v", open, err)
		}
	})
}

func TestWhatIsWrongWithJobsIsSaidAtOnce(t *testing.T) {
	jobs, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	bad := jobs[0]
	bad.Cron = "2 o'clock"
	for _, js := range [][]Job{{bad}, {jobs[0], jobs[0]}, {{}}} {
		if _, err := New(js, nil, System{}, nil, nil); err == nil {
			t.Errorf("%+v was accepted", js)
		}
	}
}

func TestTheLogTellsABadEventAsAWarning(t *testing.T) {
	var out bytes.Buffer
	n := Log{slog.New(slog.NewTextHandler(&out, nil))}
	at := time.Date(2026, 3, 1, 19, 0, 0, 0, time.UTC)
	n.Notify(t.Context(), Event{Kind: Decided, Job: "nightly", Message: "slot ran", Slot: &ledger.Slot{At: at, Verdict: ledger.Ran, RunID: 7}})
	n.Notify(t.Context(), Event{Kind: Decided, Job: "nightly", Message: "slot missed", Err: errors.New("disk full"), Slot: &ledger.Slot{At: at, Verdict: ledger.Missed, Reason: "off", CaughtUpBy: 8}})
	lines := strings.Split(out.String(), "\n")
	for i, words := range [][]string{{"level=INFO", "job=nightly", "run=7", "verdict=ran"}, {"level=WARN", "reason=off", "caught_up_by=8", `error="disk full"`}} {
		for _, w := range words {
			if !strings.Contains(lines[i], w) {
				t.Errorf("%q does not say %q", lines[i], w)
			}
		}
	}
}
