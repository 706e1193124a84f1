package schedules

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/phuluc/phuluc/load/ledger"
	"github.com/phuluc/phuluc/load/lock"
)

const (
	// poll bounds how late a slot is noticed after the machine slept.
	poll = 30 * time.Second
	// grace is how long a cancelled run may take to end.
	grace = 10 * time.Second
)

// Causes to look for with errors.Is.
var (
	ErrTimeout  = errors.New("the attempt took longer than the job's timeout")
	ErrPanic    = errors.New("the run panicked")
	ErrNotEnded = errors.New("a run did not end in time after it was cancelled")
)

// Clock tells the wall time and waits.
type Clock interface {
	Now() time.Time // without a monotonic part: the wall clock may jump
	After(d time.Duration) <-chan time.Time
}

// System is the machine's clock.
type System struct{}

// Now is the wall time.
func (System) Now() time.Time { return time.Now().Round(0) }

// After sends the time after d.
func (System) After(d time.Duration) <-chan time.Time { return time.After(d) }

// Runner does a job. Run returns the id of the run in the ledger, which may be 0 only if it failed before there was one. An
// error with a method Temporary() bool that says true is tried again; a *lock.HeldError that does not pass makes the slot skipped; any
// other error is final. When ctx ends Run must stop within ten seconds, leaving what is published untouched.
type Runner interface {
	Run(ctx context.Context, j Job, slot time.Time) (runID int64, err error)
}

// Book is where the engine keeps its accounts: *ledger.Ledger.
type Book interface {
	Jobs(ctx context.Context) ([]string, error)
	Schedule(ctx context.Context, job string) (ledger.Schedule, error)
	Reschedule(ctx context.Context, job string, span ledger.Span) error
	Slots(ctx context.Context, job string, from, to time.Time) ([]ledger.Slot, error)
	Decide(ctx context.Context, job string, decidedTo time.Time, slots []ledger.Slot) error
	Withdraw(ctx context.Context, job string, now time.Time) (int64, error)
	StartAttempt(ctx context.Context, job string, slotAt, at time.Time) (int64, error)
	FinishAttempt(ctx context.Context, a ledger.Attempt) error
	Attempts(ctx context.Context, job string, slotAt time.Time) ([]ledger.Attempt, error)
}

var _ Book = (*ledger.Ledger)(nil)

// Engine runs jobs by the clock. Use it for one Run.
type Engine struct {
	jobs   []*state
	book   Book
	clock  Clock
	runner Runner
	tell   func(context.Context, Event)

	poll    time.Duration
	grace   time.Duration
	began   time.Time
	retired bool          // no schedule is left of a job that is no longer there
	turn    chan struct{} // holds one token: who has it may run
	results chan result
	done    chan struct{} // closed when Run returns
}

// state is what the loop knows about a job beyond the ledger.
type state struct {
	Job
	flight []time.Time // slots of the runs that are queued or going on; empty: idle
	since  time.Time   // when the first of them was queued
	seen   time.Time   // every slot up to here is decided or in flight
	behind bool        // the clock is before the installation, and that was told
}

// result is the end of one task.
type result struct {
	job   *state
	task  task
	runID int64
	err   error
	last  bool // the job is idle again
}

// New makes an engine for jobs; notifier may be nil.
func New(jobs []Job, book Book, clock Clock, runner Runner, notifier Notifier) (*Engine, error) {
	e := &Engine{
		book: book, clock: clock, runner: runner, tell: func(context.Context, Event) {},
		poll: poll, grace: grace,
		turn: make(chan struct{}, 1), results: make(chan result), done: make(chan struct{}),
	}
	if notifier != nil {
		e.tell = notifier.Notify
	}
	for _, j := range jobs {
		if err := j.check(); err != nil {
			return nil, fmt.Errorf("job %s: %w", j.Name, err)
		}
		if slices.ContainsFunc(e.jobs, func(s *state) bool { return s.Name == j.Name }) {
			return nil, fmt.Errorf("two jobs have the name %s", j.Name)
		}
		e.jobs = append(e.jobs, &state{Job: j})
	}
	return e, nil
}

// Upcoming is a slot to come.
type Upcoming struct {
	Job string
	At  time.Time // in the job's time zone
}

// Next returns the next n slots of all jobs, in order of time.
func (e *Engine) Next(n int) ([]Upcoming, error) {
	var all []Upcoming
	for _, j := range e.jobs {
		s, err := parse(j.Cron, j.TimeZone)
		if err != nil {
			return nil, err
		}
		t := e.clock.Now().In(s.Location)
		for range n {
			if t = s.Next(t); t.IsZero() {
				break
			}
			all = append(all, Upcoming{j.Name, t})
		}
	}
	slices.SortStableFunc(all, func(a, b Upcoming) int { return a.At.Compare(b.At) })
	return all[:min(n, len(all))], nil
}

// Undecided returns the slots that have come and have no verdict yet: those of a run that is going on, and those that the
// next start will decide.
func (e *Engine) Undecided(ctx context.Context) ([]Upcoming, error) {
	names, err := e.book.Jobs(ctx)
	if err != nil {
		return nil, err
	}
	var all []Upcoming
	for _, name := range names {
		s, err := e.book.Schedule(ctx, name)
		if err != nil {
			return nil, err
		}
		due, err := e.due(ctx, name, s, e.clock.Now())
		if err != nil {
			return nil, err
		}
		for _, t := range due {
			all = append(all, Upcoming{name, t})
		}
	}
	slices.SortStableFunc(all, func(a, b Upcoming) int { return a.At.Compare(b.At) })
	return all, nil
}

// Run works until ctx ends, and then returns nil, or ErrNotEnded if a run did not stop in time. Any other error means that
// the accounts cannot be kept.
func (e *Engine) Run(ctx context.Context) error {
	defer close(e.done)
	runs, stop := context.WithCancel(ctx)
	defer stop()
	// The accounts are kept to the end: a verdict must not be lost because the program is told to stop.
	keep := context.WithoutCancel(ctx)
	e.began = e.clock.Now()
	wait, err := e.look(keep, runs)
	for err == nil {
		select {
		case <-ctx.Done():
			return e.drain(keep)
		case r := <-e.results:
			err = e.finish(keep, r)
		case <-e.clock.After(wait):
		}
		if err == nil {
			wait, err = e.look(keep, runs)
		}
	}
	stop()
	return errors.Join(err, e.wait(func(r result) error { return nil }))
}

// drain ends what is going on: a run that still ends by itself gets its verdict.
func (e *Engine) drain(ctx context.Context) error {
	return e.wait(func(r result) error { return e.finish(ctx, r) })
}

// wait waits for the cancelled runs, at most the time of grace.
func (e *Engine) wait(finish func(result) error) error {
	late := e.clock.After(e.grace)
	for e.busy() {
		select {
		case r := <-e.results:
			err := finish(r)
			if r.last {
				r.job.flight = nil
			}
			if err != nil {
				return err
			}
		case <-late:
			return ErrNotEnded
		}
	}
	return nil
}

func (e *Engine) busy() bool {
	return slices.ContainsFunc(e.jobs, func(s *state) bool { return len(s.flight) > 0 })
}

// look decides what is due in all jobs and returns how long nothing can come.
func (e *Engine) look(keep, runs context.Context) (time.Duration, error) {
	if !e.retired {
		if err := e.retire(keep); err != nil {
			return 0, fmt.Errorf("end the schedules of jobs that are no longer there: %w", err)
		}
	}
	wait := e.poll
	for _, j := range e.jobs {
		now := e.clock.Now()
		if err := e.tick(keep, runs, j, now); err != nil {
			return 0, fmt.Errorf("keep the accounts of job %s: %w", j.Name, err)
		}
		s, err := parse(j.Cron, j.TimeZone)
		if err != nil {
			return 0, err
		}
		if next := s.Next(now); !next.IsZero() {
			wait = min(wait, next.Sub(now))
		}
	}
	return wait, nil
}

// retire ends the schedules of jobs that are no longer there. One that a wrong clock does not let end waits for the next time.
func (e *Engine) retire(ctx context.Context) error {
	names, err := e.book.Jobs(ctx)
	if err != nil {
		return err
	}
	now := e.clock.Now()
	e.retired = true
	for _, name := range names {
		if slices.ContainsFunc(e.jobs, func(s *state) bool { return s.Name == name }) {
			continue
		}
		s, err := e.book.Schedule(ctx, name)
		if err != nil {
			return err
		}
		s, ok, err := e.rewind(ctx, name, s, now)
		if err != nil {
			return err
		}
		last := s.Spans[len(s.Spans)-1]
		if !ok {
			e.retired = false
		}
		if !ok || last.Cron == "" {
			continue
		}
		due, err := e.due(ctx, name, s, now)
		if err != nil {
			return err
		}
		var slots []ledger.Slot
		for _, t := range due {
			slots = append(slots, ledger.Slot{Job: name, At: t, Verdict: ledger.Missed, Reason: "the scheduler was not running; the job is no longer there", DecidedAt: now})
		}
		if err := e.decide(ctx, name, now, slots, nil); err != nil {
			return err
		}
		if err := e.book.Reschedule(ctx, name, ledger.Span{From: now, TimeZone: last.TimeZone}); err != nil {
			return err
		}
		e.tell(ctx, Event{Kind: Changed, At: now, Job: name, Message: "the job is no longer there"})
	}
	return nil
}

// due returns the slots of a job up to now that have no verdict.
func (e *Engine) due(ctx context.Context, job string, s ledger.Schedule, now time.Time) ([]time.Time, error) {
	slots, err := slotsBetween(s.Spans, s.DecidedTo, now)
	if err != nil || len(slots) == 0 {
		return nil, err
	}
	decided, err := e.book.Slots(ctx, job, s.DecidedTo, now)
	if err != nil {
		return nil, err
	}
	has := map[int64]bool{}
	for _, d := range decided {
		has[d.At.UnixMilli()] = true
	}
	return slices.DeleteFunc(slots, func(t time.Time) bool { return has[t.UnixMilli()] }), nil
}

// agree brings the ledger's schedule of a job in line with its file and with the clock. ok is false while the clock is
// before the installation.
func (e *Engine) agree(ctx context.Context, j *state, now time.Time) (s ledger.Schedule, ok bool, err error) {
	s, err = e.book.Schedule(ctx, j.Name)
	if err != nil {
		return s, false, err
	}
	s, ok, err = e.rewind(ctx, j.Name, s, now)
	if err != nil {
		return s, false, err
	}
	if !ok {
		if !j.behind {
			j.behind = true
			e.tell(ctx, Event{Kind: ClockBehind, At: now, Job: j.Name,
				Message: fmt.Sprintf("the clock says %s, before the installation at %s: nothing runs until it is right", now.Format(time.RFC3339), s.Spans[0].From.Format(time.RFC3339))})
		}
		return s, false, nil
	}
	j.behind = false
	if n := len(s.Spans); n == 0 || s.Spans[n-1].Cron != j.Cron || s.Spans[n-1].TimeZone != j.TimeZone {
		if err := e.book.Reschedule(ctx, j.Name, ledger.Span{From: now, Cron: j.Cron, TimeZone: j.TimeZone}); err != nil {
			return s, false, err
		}
		kind, message := Changed, fmt.Sprintf("the job is now due at %q in %s", j.Cron, j.TimeZone)
		if n == 0 {
			kind = Installed
		}
		e.tell(ctx, Event{Kind: kind, At: now, Job: j.Name, Message: message})
		s, err = e.book.Schedule(ctx, j.Name)
	}
	return s, true, err
}

// rewind withdraws what was decided about times after now, if the clock has gone back. A clock before the installation was
// wrong then or is wrong now. It was wrong then if nothing has ever run, and the installation moves to now; otherwise ok is
// false and nothing changes.
func (e *Engine) rewind(ctx context.Context, job string, s ledger.Schedule, now time.Time) (_ ledger.Schedule, ok bool, err error) {
	if len(s.Spans) == 0 {
		return s, true, nil
	}
	future, err := e.book.Slots(ctx, job, now, time.Time{})
	if err != nil {
		return s, false, err
	}
	ran := func(s ledger.Slot) bool { return s.Verdict == ledger.Ran }
	if now.Before(s.Spans[0].From) && slices.ContainsFunc(future, ran) {
		return s, false, nil
	}
	back := now.Before(s.DecidedTo) || now.Before(s.Spans[len(s.Spans)-1].From)
	if !back && !slices.ContainsFunc(future, func(s ledger.Slot) bool { return !ran(s) }) {
		return s, true, nil
	}
	n, err := e.book.Withdraw(ctx, job, now)
	if err != nil {
		return s, false, err
	}
	e.tell(ctx, Event{Kind: ClockBack, At: now, Job: job,
		Message: fmt.Sprintf("the clock went back to %s; %d verdicts about times to come were withdrawn", now.Format(time.RFC3339), n)})
	s, err = e.book.Schedule(ctx, job)
	return s, true, err
}

// tick decides what is due in one job.
func (e *Engine) tick(keep, runs context.Context, j *state, now time.Time) error {
	s, ok, err := e.agree(keep, j, now)
	if err != nil || !ok {
		return err
	}
	due, err := e.due(keep, j.Name, s, now)
	if err != nil {
		return err
	}
	due = slices.DeleteFunc(due, func(t time.Time) bool {
		return slices.ContainsFunc(j.flight, t.Equal)
	})
	j.seen = now
	if len(j.flight) > 0 {
		var skipped []ledger.Slot
		for _, t := range due {
			skipped = append(skipped, ledger.Slot{Job: j.Name, At: t, Verdict: ledger.Skipped, DecidedAt: now,
				Reason: fmt.Sprintf("the run before was still going on, since %s", j.since.UTC().Format(time.RFC3339))})
		}
		return e.decide(keep, j.Name, time.Time{}, skipped, nil)
	}
	if len(due) == 0 {
		return nil
	}
	final, tasks := plan(j.Job, due, now, func(t time.Time) string {
		why, failed := e.absence(keep, j.Name, t)
		err = errors.Join(err, failed)
		return why
	})
	if err != nil {
		return err
	}
	to := now
	if len(tasks) > 0 {
		to = time.Time{} // a slot in flight is not decided
	}
	if err := e.decide(keep, j.Name, to, final, nil); err != nil {
		return err
	}
	for _, t := range tasks {
		for _, a := range t.covers {
			j.flight = append(j.flight, a.at)
		}
		if t.onTime {
			j.flight = append(j.flight, t.slot)
		}
	}
	if len(tasks) > 0 {
		j.since = now
		go e.work(runs, j, tasks)
	}
	return nil
}

// absence says why nothing ran at t.
func (e *Engine) absence(ctx context.Context, job string, t time.Time) (string, error) {
	attempts, err := e.book.Attempts(ctx, job, t)
	switch {
	case err != nil:
		return "", err
	case len(attempts) > 0:
		return fmt.Sprintf("the run begun at %s was interrupted", attempts[len(attempts)-1].StartedAt.Format(time.RFC3339)), nil
	case t.Before(e.began):
		return "the scheduler was not running", nil
	}
	return "the machine slept or its clock was put forward", nil
}

// decide writes verdicts and tells of them.
func (e *Engine) decide(ctx context.Context, job string, to time.Time, slots []ledger.Slot, cause error) error {
	if len(slots) == 0 && to.IsZero() {
		return nil
	}
	if err := e.book.Decide(ctx, job, to, slots); err != nil {
		return err
	}
	for _, s := range slots {
		message := "slot " + string(s.Verdict)
		if s.Verdict == ledger.Missed && s.CaughtUpBy != 0 {
			message = "slot missed and caught up"
		}
		e.tell(ctx, Event{Kind: Decided, At: s.DecidedAt, Job: job, Slot: &s, Message: message, Err: cause})
	}
	return nil
}

// finish writes the verdicts that a task's end allows.
func (e *Engine) finish(ctx context.Context, r result) error {
	j, now := r.job, e.clock.Now()
	if r.last {
		j.flight = nil
	}
	if b := (*bookError)(nil); errors.As(r.err, &b) {
		return b
	}
	if errors.Is(r.err, errAbandoned) {
		e.tell(ctx, Event{Kind: Abandoned, At: now, Job: j.Name, Err: r.err, Message: "the run was stopped; the next start decides its slot"})
		return nil
	}
	var slots []ledger.Slot
	for _, a := range r.task.covers {
		s := ledger.Slot{Job: j.Name, At: a.at, Verdict: ledger.Missed, Reason: a.why, DecidedAt: now}
		if r.err == nil {
			s.CaughtUpBy = r.runID
		} else {
			s.Reason += "; catching up failed: " + r.err.Error()
		}
		slots = append(slots, s)
	}
	if r.task.onTime {
		s := ledger.Slot{Job: j.Name, At: r.task.slot, Verdict: ledger.Ran, RunID: r.runID, DecidedAt: now}
		var held *lock.HeldError
		if errors.As(r.err, &held) {
			s.Verdict, s.RunID, s.Reason = ledger.Skipped, 0, r.err.Error()
		} else if r.err != nil {
			s.Reason = "failed: " + r.err.Error()
		}
		slots = append(slots, s)
	}
	var to time.Time
	if r.last {
		to = j.seen
	}
	// Should the clock have gone back during the run, the next look withdraws what has not come yet.
	return e.decide(ctx, j.Name, to, slots, r.err)
}
