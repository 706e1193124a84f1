package refresh

import (
	"context"
	"slices"
	"strconv"

	"github.com/phuluc/phuluc/extract/landing"
	"github.com/phuluc/phuluc/load"
	"github.com/phuluc/phuluc/load/ledger"
)

// quarantineTables gives what the ledger knows about refusals as the tables that the models join with those of this build.
func (r *runner) quarantineTables(ctx context.Context) ([]ledger.Table, error) {
	entries, err := r.ledger.QuarantineEntries(ctx)
	if err != nil {
		return nil, err
	}
	run := func(id int64) string {
		if id == 0 {
			return ""
		}
		return strconv.FormatInt(id, 10)
	}
	seen := ledger.Table{Name: "quarantine_entry", Columns: []string{
		"quarantine_id", "first_seen_run", "resolved_run", "reopened_run", "source_sha256", "file_name", "sheet", "cell", "code", "raw",
	}}
	for _, e := range entries {
		seen.Rows = append(seen.Rows, []string{
			e.QuarantineID, run(e.FirstSeenRun), run(e.ResolvedRun), run(e.ReopenedRun), e.SourceSHA256, e.FileName, e.Sheet, e.Cell, e.Code, e.Raw,
		})
	}
	states := ledger.Table{Name: "quarantine_state", Columns: []string{"quarantine_id", "state", "raw", "decided_at", "decided_by", "reason"}}
	for _, d := range r.decisions {
		states.Rows = append(states.Rows, []string{d.QuarantineID, d.State, d.Raw, d.ChangedAt.UTC().Format("2006-01-02 15:04:05.000"), d.By, d.Note})
	}
	return []ledger.Table{seen, states}, nil
}

// quarantineChanges reads from a new generation which refusals came, went or came back with it.
func (r *runner) quarantineChanges(ctx context.Context, w *load.Warehouse) (entries []ledger.QuarantineEntry, err error) {
	rows, err := w.Rows(ctx, `SELECT quarantine_id, CAST(first_seen_run AS BIGINT), coalesce(CAST(resolved_run AS BIGINT), 0), coalesce(CAST(reopened_run AS BIGINT), 0),
		source_sha256, coalesce(file_name, ''), coalesce(sheet, ''), coalesce(cell, ''), code, coalesce(raw, '')
		FROM audit.quarantine_history WHERE ? IN (first_seen_run, resolved_run, reopened_run)`, strconv.FormatInt(r.report.RunID, 10))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var e ledger.QuarantineEntry
		if err := rows.Scan(&e.QuarantineID, &e.FirstSeenRun, &e.ResolvedRun, &e.ReopenedRun, &e.SourceSHA256, &e.FileName, &e.Sheet, &e.Cell, &e.Code, &e.Raw); err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return entries, rows.Err()
}

// renew reads the objects of Options.Renew again and tells how many became something else.
func (r *runner) renew(ctx context.Context, raws []landing.Raw) (int, error) {
	var again []landing.Raw
	for _, raw := range raws {
		if slices.Contains(r.Renew, raw.SHA256) {
			again = append(again, raw)
		}
	}
	if len(again) == 0 {
		return 0, nil
	}
	return r.Pipeline.Renew(ctx, r.store, again)
}
