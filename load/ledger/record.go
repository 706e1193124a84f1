package ledger

import (
	"context"
	"database/sql"
	"strings"
	"time"
)

// Item is a landed file.
type Item struct {
	SHA256       string
	FirstSeenRun int64    // set when the item is first recorded and never changed
	Origins      []string // where it came from, in order of the alphabet
	Fate         string   // loaded, partly_loaded, refused …
	FateRun      int64    // the run that decided the fate
	Detail       string   // why, if there is something to say
}

// RecordItems records the fate that files had in a run: all of them or, on error, none. A file that is known gets the new
// fate and keeps its first run and its earlier origins. FirstSeenRun and FateRun of the argument do not count: runID does.
func (l *Ledger) RecordItems(ctx context.Context, runID int64, items []Item) error {
	return l.write(ctx, "record items", func(tx *sql.Tx) error {
		for _, it := range items {
			if _, err := tx.ExecContext(ctx, `INSERT INTO item (sha256, first_seen_run, fate, fate_run, detail) VALUES (?, ?, ?, ?, ?)
				ON CONFLICT (sha256) DO UPDATE SET fate = excluded.fate, fate_run = excluded.fate_run, detail = excluded.detail`,
				it.SHA256, runID, it.Fate, runID, textOrNull(it.Detail)); err != nil {
				return err
			}
			for _, o := range it.Origins {
				if _, err := tx.ExecContext(ctx, `INSERT INTO item_origin (sha256, origin) VALUES (?, ?) ON CONFLICT DO NOTHING`, it.SHA256, o); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// Items returns all files in order of their SHA-256.
func (l *Ledger) Items(ctx context.Context) ([]Item, error) {
	return list(ctx, l, "list items", func(rows *sql.Rows) (it Item, err error) {
		var detail, origins sql.NullString
		err = rows.Scan(&it.SHA256, &it.FirstSeenRun, &it.Fate, &it.FateRun, &detail, &origins)
		it.Detail = detail.String
		if origins.Valid {
			it.Origins = strings.Split(origins.String, "\n")
		}
		return it, err
	}, `SELECT sha256, first_seen_run, fate, fate_run, detail,
		(SELECT group_concat(origin, char(10)) FROM (SELECT origin FROM item_origin o WHERE o.sha256 = item.sha256 ORDER BY origin))
		FROM item ORDER BY sha256`)
}

// QuarantineState is a decision about something in quarantine.
type QuarantineState struct {
	QuarantineID string
	State        string // open, accepted, rejected
	ChangedAt    time.Time
	By           string
	Note         string
	Raw          string // the text that it was about; "" for any
}

// SetQuarantineStates records decisions: all or none. Earlier ones are kept, the last is in force.
func (l *Ledger) SetQuarantineStates(ctx context.Context, states ...QuarantineState) error {
	return l.write(ctx, "set quarantine state", func(tx *sql.Tx) error {
		for _, q := range states {
			if _, err := tx.ExecContext(ctx, `INSERT INTO quarantine_state (quarantine_id, state, changed_at, by, note, raw) VALUES (?, ?, ?, ?, ?, ?)`,
				q.QuarantineID, q.State, stamp(q.ChangedAt), q.By, textOrNull(q.Note), textOrNull(q.Raw)); err != nil {
				return err
			}
		}
		return nil
	})
}

// QuarantineStates returns the decisions in force, in order of their id.
func (l *Ledger) QuarantineStates(ctx context.Context) ([]QuarantineState, error) {
	return l.quarantine(ctx, `WHERE change_id IN (SELECT max(change_id) FROM quarantine_state GROUP BY quarantine_id) ORDER BY quarantine_id`)
}

// QuarantineHistory returns every decision about one id, oldest first.
func (l *Ledger) QuarantineHistory(ctx context.Context, id string) ([]QuarantineState, error) {
	return l.quarantine(ctx, `WHERE quarantine_id = ? ORDER BY change_id`, id)
}

func (l *Ledger) quarantine(ctx context.Context, where string, args ...any) ([]QuarantineState, error) {
	return list(ctx, l, "list quarantine states", func(rows *sql.Rows) (q QuarantineState, err error) {
		var at, note, raw sql.NullString
		if err := rows.Scan(&q.QuarantineID, &q.State, &at, &q.By, &note, &raw); err != nil {
			return q, err
		}
		q.Note, q.Raw = note.String, raw.String
		q.ChangedAt, err = timeOf(at)
		return q, err
	}, `SELECT quarantine_id, state, changed_at, by, note, raw FROM quarantine_state `+where, args...)
}

// QuarantineEntry is something that a published generation refused, now or once. Runs are 0 where there is none.
type QuarantineEntry struct {
	QuarantineID string
	FirstSeenRun int64
	ResolvedRun  int64 // the run that no longer refused it
	ReopenedRun  int64 // the run that refused it again after that
	SourceSHA256 string
	FileName     string
	Sheet        string
	Cell         string
	Code         string
	Raw          string
}

// RecordQuarantineEntries records entries, all or none; what was recorded of the same ids before is replaced.
func (l *Ledger) RecordQuarantineEntries(ctx context.Context, entries []QuarantineEntry) error {
	if len(entries) == 0 {
		return nil
	}
	return l.write(ctx, "record quarantine", func(tx *sql.Tx) error {
		insert, err := tx.PrepareContext(ctx, `INSERT OR REPLACE INTO quarantine_entry
			(quarantine_id, first_seen_run, resolved_run, reopened_run, source_sha256, file_name, sheet, cell, code, raw) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
		if err != nil {
			return err
		}
		defer insert.Close()
		for _, e := range entries {
			if _, err := insert.ExecContext(ctx, e.QuarantineID, e.FirstSeenRun, numberOrNull(e.ResolvedRun), numberOrNull(e.ReopenedRun),
				e.SourceSHA256, textOrNull(e.FileName), textOrNull(e.Sheet), textOrNull(e.Cell), e.Code, textOrNull(e.Raw)); err != nil {
				return err
			}
		}
		return nil
	})
}

// QuarantineEntries returns everything that was ever refused, in order of the id.
func (l *Ledger) QuarantineEntries(ctx context.Context) ([]QuarantineEntry, error) {
	return list(ctx, l, "list quarantine", func(rows *sql.Rows) (e QuarantineEntry, err error) {
		var resolved, reopened sql.NullInt64
		var file, sheet, cell, raw sql.NullString
		err = rows.Scan(&e.QuarantineID, &e.FirstSeenRun, &resolved, &reopened, &e.SourceSHA256, &file, &sheet, &cell, &e.Code, &raw)
		e.ResolvedRun, e.ReopenedRun = resolved.Int64, reopened.Int64
		e.FileName, e.Sheet, e.Cell, e.Raw = file.String, sheet.String, cell.String, raw.String
		return e, err
	}, `SELECT quarantine_id, first_seen_run, resolved_run, reopened_run, source_sha256, file_name, sheet, cell, code, raw FROM quarantine_entry ORDER BY quarantine_id`)
}

// CheckResult is what one check of a run found.
type CheckResult struct {
	RunID    int64
	Code     string
	Severity string // error, warning
	Status   string // passed, failed, warning, not_run
	N        int64  // rows that offend
	Detail   string
}

// RecordChecks records the results of a run: all or none.
func (l *Ledger) RecordChecks(ctx context.Context, runID int64, results []CheckResult) error {
	return l.write(ctx, "record checks", func(tx *sql.Tx) error {
		for _, c := range results {
			if _, err := tx.ExecContext(ctx, `INSERT INTO check_result (run_id, code, severity, status, n, detail) VALUES (?, ?, ?, ?, ?, ?)`,
				runID, c.Code, c.Severity, c.Status, c.N, textOrNull(c.Detail)); err != nil {
				return err
			}
		}
		return nil
	})
}

// Checks returns the results of a run in order of their code.
func (l *Ledger) Checks(ctx context.Context, runID int64) ([]CheckResult, error) {
	return list(ctx, l, "list checks", func(rows *sql.Rows) (c CheckResult, err error) {
		var detail sql.NullString
		err = rows.Scan(&c.RunID, &c.Code, &c.Severity, &c.Status, &c.N, &detail)
		c.Detail = detail.String
		return c, err
	}, `SELECT run_id, code, severity, status, n, detail FROM check_result WHERE run_id = ? ORDER BY code`, runID)
}

// Publication is one change of the generation that readers see.
type Publication struct {
	Generation int
	Action     string // publish, rollback
	At         time.Time
	RunID      int64 // 0: not by a run
}

// RecordPublications records switches that are not recorded yet, so that the whole history of the generations may be given
// again after a crash. RunID of one that is recorded is filled in where it was 0.
func (l *Ledger) RecordPublications(ctx context.Context, publications ...Publication) error {
	return l.write(ctx, "record publication", func(tx *sql.Tx) error {
		for _, p := range publications {
			if _, err := tx.ExecContext(ctx, `INSERT INTO publication (generation, action, at, run_id) VALUES (?, ?, ?, ?)
				ON CONFLICT (generation, action, at) DO UPDATE SET run_id = coalesce(run_id, excluded.run_id)`,
				p.Generation, p.Action, stamp(p.At), numberOrNull(p.RunID)); err != nil {
				return err
			}
		}
		return nil
	})
}

// Publications returns all switches, oldest first.
func (l *Ledger) Publications(ctx context.Context) ([]Publication, error) {
	return list(ctx, l, "list publications", func(rows *sql.Rows) (p Publication, err error) {
		var at sql.NullString
		var run sql.NullInt64
		if err := rows.Scan(&p.Generation, &p.Action, &at, &run); err != nil {
			return p, err
		}
		p.RunID = run.Int64
		p.At, err = timeOf(at)
		return p, err
	}, `SELECT generation, action, at, run_id FROM publication ORDER BY at, publication_id`)
}

// Table is a table of text.
type Table struct {
	Name    string
	Columns []string
	Rows    [][]string // an empty text stands for NULL
}

// Export returns the tables run, slot and run_event, each in a fixed order, for the warehouse.
func (l *Ledger) Export(ctx context.Context) ([]Table, error) {
	var all []Table
	for _, t := range []struct{ name, query string }{
		{"run", `SELECT run_id, command, started_at, finished_at, status, counts, error, generation FROM run ORDER BY run_id`},
		{"slot", `SELECT job, slot_at, verdict, reason, run_id, caught_up_by, decided_at FROM slot ORDER BY job, slot_at`},
		{"run_event", `SELECT event_id, run_id, at, kind, message, detail FROM run_event ORDER BY event_id`},
	} {
		table := Table{Name: t.name}
		rows, err := list(ctx, l, "export "+t.name, func(rows *sql.Rows) ([]string, error) {
			var err error
			if table.Columns, err = rows.Columns(); err != nil {
				return nil, err
			}
			cells := make([]sql.NullString, len(table.Columns))
			to := make([]any, len(cells))
			for i := range cells {
				to[i] = &cells[i]
			}
			if err := rows.Scan(to...); err != nil {
				return nil, err
			}
			row := make([]string, len(cells))
			for i, c := range cells {
				row[i] = c.String
			}
			return row, nil
		}, t.query)
		if err != nil {
			return nil, err
		}
		if table.Columns == nil {
			if table.Columns, err = l.columns(ctx, t.query); err != nil {
				return nil, err
			}
		}
		table.Rows = rows
		all = append(all, table)
	}
	return all, nil
}

func (l *Ledger) columns(ctx context.Context, query string) ([]string, error) {
	rows, err := l.db.QueryContext(ctx, query)
	if err != nil {
		return nil, l.fail("export", err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	return names, l.fail("export", err)
}
