package schedules

import (
	"context"
	"log/slog"
	"time"

	"github.com/phuluc/phuluc/load/ledger"
)

// Kind of an Event.
type Kind string

// The kinds.
const (
	Decided     Kind = "decided"      // a slot has its verdict
	Retrying    Kind = "retrying"     // an attempt failed with something that may pass
	Abandoned   Kind = "abandoned"    // the engine was stopped during a run
	Installed   Kind = "installed"    // a job is scheduled for the first time
	Changed     Kind = "changed"      // a job's schedule changed or ended
	ClockBack   Kind = "clock_back"   // the clock went back; verdicts about the future were withdrawn
	ClockBehind Kind = "clock_behind" // the clock is before the installation; nothing is decided
)

// Event is something people may want to be told. A silent night is one too: its slot is decided as missed or skipped.
type Event struct {
	Kind    Kind
	At      time.Time
	Job     string
	Slot    *ledger.Slot // of Decided
	Message string
	Err     error // of Retrying, Abandoned, and of Decided if the run failed
}

// Bad says whether somebody should look.
func (e Event) Bad() bool {
	if e.Kind == Decided {
		return e.Slot.Verdict != ledger.Ran || e.Slot.Reason != ""
	}
	return e.Kind != Installed && e.Kind != Changed
}

// Notifier is told what happens. Notify is called from the engine's own goroutines, maybe from two at once, and must
// return soon; it has no way to fail.
type Notifier interface {
	Notify(ctx context.Context, e Event)
}

// Log tells the log: bad events as warnings, the others as information.
type Log struct{ Logger *slog.Logger }

// Notify writes one line.
func (l Log) Notify(ctx context.Context, e Event) {
	level := slog.LevelInfo
	if e.Bad() {
		level = slog.LevelWarn
	}
	attrs := []slog.Attr{slog.String("kind", string(e.Kind)), slog.String("job", e.Job)}
	if s := e.Slot; s != nil {
		attrs = append(attrs, slog.Time("slot", s.At), slog.String("verdict", string(s.Verdict)))
		if s.RunID != 0 {
			attrs = append(attrs, slog.Int64("run", s.RunID))
		}
		if s.CaughtUpBy != 0 {
			attrs = append(attrs, slog.Int64("caught_up_by", s.CaughtUpBy))
		}
		if s.Reason != "" {
			attrs = append(attrs, slog.String("reason", s.Reason))
		}
	}
	if e.Err != nil {
		attrs = append(attrs, slog.String("error", e.Err.Error()))
	}
	l.Logger.LogAttrs(ctx, level, e.Message, attrs...)
}
