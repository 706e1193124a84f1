package schedules

import (
	"fmt"
	"time"

	"github.com/phuluc/phuluc/load/ledger"
)

// slotsBetween returns the slots t with from < t <= to, each by the span that is in force at t. A slot at the very moment
// of a change belongs to the span before.
func slotsBetween(spans []ledger.Span, from, to time.Time) ([]time.Time, error) {
	var slots []time.Time
	for i, span := range spans {
		end := to
		if i+1 < len(spans) && spans[i+1].From.Before(to) {
			end = spans[i+1].From
		}
		t := span.From
		if from.After(t) {
			t = from
		}
		if span.Cron == "" || !t.Before(end) {
			continue
		}
		s, err := parse(span.Cron, span.TimeZone)
		if err != nil {
			return nil, err
		}
		for t = s.Next(t.UTC()); !t.IsZero() && !t.After(end); t = s.Next(t) {
			slots = append(slots, t)
		}
	}
	return slots, nil
}

// absent is a slot that was missed.
type absent struct {
	at  time.Time
	why string
}

// task is one run to be done: for its slot, if that is on time, and to make good for missed ones.
type task struct {
	slot   time.Time // what the run is for; if it is not on time, the last of covers
	onTime bool
	covers []absent
}

// plan divides due slots (in order of time, none decided) into those that are final now and runs to be done. why says why a
// slot was missed.
func plan(j Job, due []time.Time, now time.Time, why func(time.Time) string) (final []ledger.Slot, tasks []task) {
	missed := due
	var last *task
	if n := len(due); n > 0 && now.Sub(due[n-1]) <= j.Tolerance {
		last = &task{slot: due[n-1], onTime: true}
		missed = due[:n-1]
	}
	var late []absent
	lose := func(a absent, because string) {
		final = append(final, ledger.Slot{Job: j.Name, At: a.at, Verdict: ledger.Missed, Reason: a.why + "; " + because, DecidedAt: now})
	}
	for _, t := range missed {
		a := absent{t, why(t)}
		switch {
		case j.CatchUp.Policy == CatchUpNone:
			lose(a, "catching up is switched off")
		case now.Sub(t) > j.CatchUp.Window:
			lose(a, fmt.Sprintf("older than the catch-up window of %s", j.CatchUp.Window))
		default:
			late = append(late, a)
		}
	}
	if j.CatchUp.Policy == CatchUpAll {
		for len(late) > j.CatchUp.Cap {
			lose(late[0], fmt.Sprintf("beyond the cap of %d catch-up runs", j.CatchUp.Cap))
			late = late[1:]
		}
		for i := range late {
			tasks = append(tasks, task{slot: late[i].at, covers: late[i : i+1]})
		}
		late = nil
	}
	switch {
	case last != nil:
		last.covers = late
		tasks = append(tasks, *last)
	case len(late) > 0:
		tasks = append(tasks, task{slot: late[len(late)-1].at, covers: late})
	}
	return final, tasks
}
