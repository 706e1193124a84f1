package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/mattn/go-sqlite3"
)

// Verdict on a slot.
type Verdict string

// The verdicts. A slot whose run was begun and ended, well or badly, ran.
const (
	Ran     Verdict = "ran"
	Skipped Verdict = "skipped"
	Missed  Verdict = "missed"
)

// Slot is a time at which a job was due, and what became of it.
type Slot struct {
	Job        string
	At         time.Time
	Verdict    Verdict
	Reason     string // always set unless the run was good
	RunID      int64  // ran: the run; 0 if it failed before it could be recorded
	CaughtUpBy int64  // missed: the run that made good for it; 0: none
	DecidedAt  time.Time
}

// Span is a schedule from a time on.
type Span struct {
	From     time.Time
	Cron     string // empty: no slots from here on
	TimeZone string
}

// Schedule is everything the ledger knows about when a job was and is due.
type Schedule struct {
	Spans     []Span    // in order of time; the first begins at installation
	DecidedTo time.Time // up to here every slot has a verdict
}

// Schedule returns the schedule of a job; no spans: the job is not installed.
func (l *Ledger) Schedule(ctx context.Context, job string) (Schedule, error) {
	spans, err := list(ctx, l, "read schedule", func(rows *sql.Rows) (s Span, err error) {
		var from sql.NullString
		if err := rows.Scan(&from, &s.Cron, &s.TimeZone); err != nil {
			return s, err
		}
		s.From, err = timeOf(from)
		return s, err
	}, `SELECT effective_from, cron, time_zone FROM schedule WHERE job = ? ORDER BY effective_from`, job)
	if err != nil || len(spans) == 0 {
		return Schedule{}, err
	}
	var to sql.NullString
	if err := l.db.QueryRowContext(ctx, `SELECT decided_to FROM schedule_state WHERE job = ?`, job).Scan(&to); err != nil {
		return Schedule{}, l.fail("read schedule", err)
	}
	decided, err := timeOf(to)
	return Schedule{Spans: spans, DecidedTo: decided}, l.fail("read schedule", err)
}

// Jobs returns the names of all jobs that were ever installed.
func (l *Ledger) Jobs(ctx context.Context) ([]string, error) {
	return list(ctx, l, "list jobs", func(rows *sql.Rows) (name string, err error) {
		return name, rows.Scan(&name)
	}, `SELECT job FROM schedule_state ORDER BY job`)
}

// Reschedule records that a job follows span from span.From on. The first span of a job is its installation. Slots before
// span.From must have been decided.
func (l *Ledger) Reschedule(ctx context.Context, job string, span Span) error {
	return l.write(ctx, "reschedule", func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO schedule (job, effective_from, cron, time_zone) VALUES (?, ?, ?, ?)
			ON CONFLICT (job, effective_from) DO UPDATE SET cron = excluded.cron, time_zone = excluded.time_zone`,
			job, stamp(span.From), span.Cron, span.TimeZone); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO schedule_state (job, decided_to) VALUES (?, ?) ON CONFLICT (job) DO NOTHING`, job, stamp(span.From))
		return err
	})
}

// Decide records verdicts and that every slot of job up to decidedTo has one; a zero or earlier decidedTo leaves that as it
// is. All or nothing. ErrDecided: one of the slots has a verdict already.
func (l *Ledger) Decide(ctx context.Context, job string, decidedTo time.Time, slots []Slot) error {
	return l.write(ctx, "decide slot", func(tx *sql.Tx) error {
		for _, s := range slots {
			_, err := tx.ExecContext(ctx, `INSERT INTO slot (job, slot_at, verdict, reason, run_id, caught_up_by, decided_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
				job, stamp(s.At), string(s.Verdict), textOrNull(s.Reason), numberOrNull(s.RunID), numberOrNull(s.CaughtUpBy), stamp(s.DecidedAt))
			var own sqlite3.Error
			if errors.As(err, &own) && own.ExtendedCode == sqlite3.ErrConstraintPrimaryKey {
				return fmt.Errorf("%s at %s: %w", job, stamp(s.At), ErrDecided)
			}
			if err != nil {
				return err
			}
		}
		if decidedTo.IsZero() {
			return nil
		}
		_, err := tx.ExecContext(ctx, `UPDATE schedule_state SET decided_to = ? WHERE job = ? AND decided_to < ?`, stamp(decidedTo), job, stamp(decidedTo))
		return err
	})
}

// Withdraw takes back what was decided about times after now, because the clock went back: verdicts that did not run are
// moved aside, and those slots will be decided when they come. A slot that ran keeps its verdict. It returns how many were
// withdrawn. A change of the schedule, or an installation, that was recorded for later counts from now on.
func (l *Ledger) Withdraw(ctx context.Context, job string, now time.Time) (n int64, err error) {
	err = l.write(ctx, "withdraw verdicts", func(tx *sql.Tx) error {
		at := stamp(now)
		const which = ` FROM slot WHERE job = ? AND slot_at > ? AND verdict <> 'ran'`
		if _, err := tx.ExecContext(ctx, `INSERT INTO slot_withdrawn (job, slot_at, verdict, reason, run_id, caught_up_by, decided_at, withdrawn_at)
			SELECT job, slot_at, verdict, reason, run_id, caught_up_by, decided_at, ?`+which, at, job, at); err != nil {
			return err
		}
		r, err := tx.ExecContext(ctx, `DELETE`+which, job, at)
		if err != nil {
			return err
		}
		if n, err = r.RowsAffected(); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO schedule (job, effective_from, cron, time_zone)
			SELECT job, ?, cron, time_zone FROM schedule WHERE job = ? AND effective_from > ? ORDER BY effective_from DESC LIMIT 1`, at, job, at); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM schedule WHERE job = ? AND effective_from > ?`, job, at); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE schedule_state SET decided_to = ? WHERE job = ? AND decided_to > ?`, at, job, at)
		return err
	})
	return n, err
}

// Slots returns the slots of a job with from < At <= to in order of time. A zero to means no end; an empty job means all.
func (l *Ledger) Slots(ctx context.Context, job string, from, to time.Time) ([]Slot, error) {
	end := any(stamp(to))
	if to.IsZero() {
		end = "9999"
	}
	return list(ctx, l, "list slots", func(rows *sql.Rows) (s Slot, err error) {
		var at, reason, decided sql.NullString
		var run, caught sql.NullInt64
		if err := rows.Scan(&s.Job, &at, &s.Verdict, &reason, &run, &caught, &decided); err != nil {
			return s, err
		}
		s.Reason, s.RunID, s.CaughtUpBy = reason.String, run.Int64, caught.Int64
		var e1, e2 error
		s.At, e1 = timeOf(at)
		s.DecidedAt, e2 = timeOf(decided)
		return s, firstError(e1, e2)
	}, `SELECT job, slot_at, verdict, reason, run_id, caught_up_by, decided_at FROM slot
		WHERE (? = '' OR job = ?) AND slot_at > ? AND slot_at <= ? ORDER BY slot_at, job`, job, job, stamp(from), end)
}

// Attempt is one try to run a job for a slot.
type Attempt struct {
	ID         int64
	Job        string
	SlotAt     time.Time
	StartedAt  time.Time
	FinishedAt time.Time // zero: it is going on, or its process died
	RunID      int64
	Error      string
	Transient  bool // the error might pass
}

// StartAttempt records that a try begins and returns its id.
func (l *Ledger) StartAttempt(ctx context.Context, job string, slotAt, at time.Time) (id int64, err error) {
	err = l.write(ctx, "start attempt", func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, `INSERT INTO attempt (job, slot_at, started_at) VALUES (?, ?, ?)`, job, stamp(slotAt), stamp(at))
		if err != nil {
			return err
		}
		id, err = r.LastInsertId()
		return err
	})
	return id, err
}

// FinishAttempt records how a try ended: FinishedAt, RunID, Error and Transient of a count; a.ID says which.
func (l *Ledger) FinishAttempt(ctx context.Context, a Attempt) error {
	return l.write(ctx, "finish attempt", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE attempt SET finished_at = ?, run_id = ?, error = ?, transient = ? WHERE attempt_id = ?`,
			stamp(a.FinishedAt), numberOrNull(a.RunID), textOrNull(a.Error), a.Transient, a.ID)
		return err
	})
}

// Attempts returns the tries for one slot, oldest first.
func (l *Ledger) Attempts(ctx context.Context, job string, slotAt time.Time) ([]Attempt, error) {
	return list(ctx, l, "list attempts", func(rows *sql.Rows) (a Attempt, err error) {
		var at, started, finished, failure sql.NullString
		var run sql.NullInt64
		if err := rows.Scan(&a.ID, &a.Job, &at, &started, &finished, &run, &failure, &a.Transient); err != nil {
			return a, err
		}
		a.RunID, a.Error = run.Int64, failure.String
		var e1, e2, e3 error
		a.SlotAt, e1 = timeOf(at)
		a.StartedAt, e2 = timeOf(started)
		a.FinishedAt, e3 = timeOf(finished)
		return a, firstError(e1, e2, e3)
	}, `SELECT attempt_id, job, slot_at, started_at, finished_at, run_id, error, transient FROM attempt
		WHERE job = ? AND slot_at = ? ORDER BY attempt_id`, job, stamp(slotAt))
}
