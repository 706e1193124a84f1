package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"
)

// Status of a run.
type Status string

// The statuses. Only Running is not final; only the ledger itself writes Crashed.
const (
	Running   Status = "running"
	Succeeded Status = "succeeded"
	Failed    Status = "failed"
	Cancelled Status = "cancelled"
	Crashed   Status = "crashed"
)

// Run is one execution of a command.
type Run struct {
	ID         int64
	Command    string
	StartedAt  time.Time
	FinishedAt time.Time // zero while it runs
	Status     Status
	Counts     map[string]int64 // what it did: files, cells_read, loaded …
	Error      string
	Generation int // the generation it published; 0: none
}

// Outcome is how a run ended.
type Outcome struct {
	Status     Status // not Running, not Crashed
	At         time.Time
	Counts     map[string]int64
	Error      string
	Generation int
}

// Event is something worth keeping that happened in a run.
type Event struct {
	RunID   int64
	At      time.Time
	Kind    string // a word to search for: landed, quarantined, published …
	Message string
	Detail  map[string]string
}

// StartRun records that a run begins and returns its id. Should this process die before FinishRun, the next Open marks
// the run as crashed.
func (l *Ledger) StartRun(ctx context.Context, command string, at time.Time) (id int64, err error) {
	err = l.write(ctx, "start run", func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, `INSERT INTO run (command, started_at, status, writer) VALUES (?, ?, 'running', ?)`, command, stamp(at), l.writer)
		if err != nil {
			return err
		}
		id, err = r.LastInsertId()
		return err
	})
	return id, err
}

// FinishRun records how a run ended. ErrNotRunning: it has ended before.
func (l *Ledger) FinishRun(ctx context.Context, id int64, o Outcome) error {
	return l.write(ctx, "finish run", func(tx *sql.Tx) error {
		if o.Status != Succeeded && o.Status != Failed && o.Status != Cancelled {
			return fmt.Errorf("a run cannot end as %q", o.Status)
		}
		counts := o.Counts
		if counts == nil {
			counts = map[string]int64{}
		}
		text, err := json.Marshal(counts)
		if err != nil {
			return err
		}
		r, err := tx.ExecContext(ctx, `UPDATE run SET status = ?, finished_at = ?, counts = ?, error = ?, generation = ? WHERE run_id = ? AND status = 'running'`,
			string(o.Status), stamp(o.At), string(text), textOrNull(o.Error), numberOrNull(int64(o.Generation)), id)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil || n != 1 {
			return firstError(err, fmt.Errorf("run %d: %w", id, ErrNotRunning))
		}
		return nil
	})
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// AddEvents appends events in order.
func (l *Ledger) AddEvents(ctx context.Context, events ...Event) error {
	return l.write(ctx, "add event", func(tx *sql.Tx) error {
		for _, e := range events {
			var detail any
			if len(e.Detail) > 0 {
				text, err := json.Marshal(e.Detail)
				if err != nil {
					return err
				}
				detail = string(text)
			}
			if _, err := tx.ExecContext(ctx, `INSERT INTO run_event (run_id, at, kind, message, detail) VALUES (?, ?, ?, ?, ?)`,
				e.RunID, stamp(e.At), e.Kind, e.Message, detail); err != nil {
				return err
			}
		}
		return nil
	})
}

// Runs returns the newest runs, newest first; limit 0: all.
func (l *Ledger) Runs(ctx context.Context, limit int) ([]Run, error) {
	if limit <= 0 {
		limit = -1
	}
	return list(ctx, l, "list runs", func(rows *sql.Rows) (r Run, err error) {
		var started, finished, failure sql.NullString
		var counts string
		var generation sql.NullInt64
		if err := rows.Scan(&r.ID, &r.Command, &started, &finished, &r.Status, &counts, &failure, &generation); err != nil {
			return r, err
		}
		r.Error, r.Generation = failure.String, int(generation.Int64)
		var e1, e2 error
		r.StartedAt, e1 = timeOf(started)
		r.FinishedAt, e2 = timeOf(finished)
		return r, firstError(e1, e2, json.Unmarshal([]byte(counts), &r.Counts))
	}, `SELECT run_id, command, started_at, finished_at, status, counts, error, generation FROM run ORDER BY run_id DESC LIMIT ?`, limit)
}

// Events returns the events of a run in the order they were added.
func (l *Ledger) Events(ctx context.Context, runID int64) ([]Event, error) {
	return list(ctx, l, "list events", func(rows *sql.Rows) (e Event, err error) {
		var at, detail sql.NullString
		if err := rows.Scan(&e.RunID, &at, &e.Kind, &e.Message, &detail); err != nil {
			return e, err
		}
		if detail.Valid {
			err = json.Unmarshal([]byte(detail.String), &e.Detail)
		}
		var e1 error
		e.At, e1 = timeOf(at)
		return e, firstError(err, e1)
	}, `SELECT run_id, at, kind, message, detail FROM run_event WHERE run_id = ? ORDER BY event_id`, runID)
}

// list collects the rows of a query before it returns, so that the connection is free again.
func list[T any](ctx context.Context, l *Ledger, op string, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	rows, err := l.db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, l.fail(op, err)
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		t, err := scan(rows)
		if err != nil {
			return nil, l.fail(op, err)
		}
		all = append(all, t)
	}
	return all, l.fail(op, rows.Err())
}
