package schedules

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/phuluc/phuluc/load/ledger"
)

// errAbandoned marks a task that ended because the engine was told to stop.
var errAbandoned = errors.New("stopped")

// bookError says that the account of an attempt could not be kept, whatever became of the run.
type bookError struct{ err error }

func (e *bookError) Error() string { return "keep the account of an attempt: " + e.err.Error() }

func (e *bookError) Unwrap() error { return e.err }

// work does the tasks of a job, one after the other and never at the same time as those of another job.
func (e *Engine) work(ctx context.Context, j *state, tasks []task) {
	for i, t := range tasks {
		r := result{job: j, task: t, last: i == len(tasks)-1}
		select {
		case e.turn <- struct{}{}:
			r.runID, r.err = e.retry(ctx, j.Job, t.slot)
			<-e.turn
		case <-ctx.Done():
			r.err = fmt.Errorf("%w before it began", errAbandoned)
		}
		if b := (*bookError)(nil); errors.Is(r.err, errAbandoned) || errors.As(r.err, &b) {
			r.last = true
		}
		select {
		case e.results <- r:
		case <-e.done:
			return
		}
		if r.last {
			return
		}
	}
}

// retry makes attempts until one is good, fails for good, or is the last.
func (e *Engine) retry(ctx context.Context, j Job, slot time.Time) (int64, error) {
	for n := 1; ; n++ {
		runID, err := e.attempt(ctx, j, slot)
		if b := (*bookError)(nil); err == nil || errors.As(err, &b) || errors.Is(err, errAbandoned) || !temporary(err) {
			return runID, err
		}
		if n == j.Retry.Attempts {
			return runID, fmt.Errorf("after %d attempts: %w", n, err)
		}
		wait := j.Retry.wait(n)
		e.tell(ctx, Event{Kind: Retrying, At: e.clock.Now(), Job: j.Name, Err: err, Message: fmt.Sprintf("attempt %d of %d failed; the next in %s", n, j.Retry.Attempts, wait)})
		select {
		case <-e.clock.After(wait):
		case <-ctx.Done():
			return 0, fmt.Errorf("%w while waiting for attempt %d: %w", errAbandoned, n+1, err)
		}
	}
}

func temporary(err error) bool {
	var t interface{ Temporary() bool }
	return errors.As(err, &t) && t.Temporary()
}

// attempt runs the job once and keeps the account of it. An attempt whose beginning cannot be recorded is not made.
func (e *Engine) attempt(ctx context.Context, j Job, slot time.Time) (runID int64, err error) {
	keep := context.WithoutCancel(ctx)
	id, err := e.book.StartAttempt(keep, j.Name, slot, e.clock.Now())
	if err != nil {
		return 0, &bookError{err}
	}
	limited, stop := context.WithCancelCause(ctx)
	ended := make(chan struct{})
	go func() {
		select {
		case <-e.clock.After(j.Timeout):
			stop(ErrTimeout)
		case <-ended:
		}
	}()
	runID, err = e.safely(limited, j, slot)
	close(ended)
	switch {
	case err == nil && runID <= 0:
		err = errors.New("the run ended well but is not in the ledger")
	case err == nil:
	case ctx.Err() != nil:
		err = fmt.Errorf("%w: %w", errAbandoned, err)
	case errors.Is(context.Cause(limited), ErrTimeout):
		err = fmt.Errorf("%w of %s: %v", ErrTimeout, j.Timeout, err)
	}
	stop(nil)
	a := ledger.Attempt{ID: id, FinishedAt: e.clock.Now(), RunID: runID}
	if err != nil {
		a.Error, a.Transient = err.Error(), temporary(err)
	}
	if err := e.book.FinishAttempt(keep, a); err != nil {
		return runID, &bookError{err}
	}
	return runID, err
}

// safely turns a panic into an error: one bad run must not end the nights after it.
func (e *Engine) safely(ctx context.Context, j Job, slot time.Time) (runID int64, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v\n%s", ErrPanic, p, debug.Stack())
		}
	}()
	return e.runner.Run(ctx, j, slot)
}
