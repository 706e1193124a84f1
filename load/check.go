package load

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strings"
)

// CheckResult is what one file of sql/checks found.
type CheckResult struct {
	Name           string
	Severity       string // error: stops the publication; warning: counted and shown
	TextEn, TextVi string // what is wrong when the check finds rows
	Offending      int64  // rows found
	Sample         string // the first five of them as JSON, ordered; "" if none
}

// Passed says whether the check allows publication.
func (c CheckResult) Passed() bool { return c.Offending == 0 || c.Severity == "warning" }

// Status is the word for it in audit.check_result and in the ledger: passed, warning or failed.
func (c CheckResult) Status() string {
	switch {
	case c.Offending == 0:
		return "passed"
	case c.Passed():
		return "warning"
	}
	return "failed"
}

// CheckError is returned by Build when checks of severity error found rows. The build's report names all of them.
type CheckError struct{ Failed []CheckResult }

func (e *CheckError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d checks failed, nothing can be published:", len(e.Failed))
	for _, c := range e.Failed {
		fmt.Fprintf(&b, "\n  %s: %s (%d rows, for example %s)", c.Name, c.TextEn, c.Offending, c.Sample)
	}
	return b.String()
}

// check is one file of sql/checks: header lines `-- check: name`, `-- severity: error|warning`, `-- text_en:`, `-- text_vi:`, then a
// query that returns the rows that offend.
type check struct {
	name, severity, textEn, textVi, query string
}

func readChecks(files fs.FS) ([]check, error) {
	paths, err := fs.Glob(files, "checks/*.sql")
	if err != nil {
		return nil, err
	}
	sort.Strings(paths)
	var out []check
	for _, p := range paths {
		text, err := fs.ReadFile(files, p)
		if err != nil {
			return nil, err
		}
		c := check{query: strings.TrimRight(strings.TrimSpace(string(text)), ";")}
		for field, to := range map[string]*string{"check": &c.name, "severity": &c.severity, "text_en": &c.textEn, "text_vi": &c.textVi} {
			_, rest, ok := strings.Cut(string(text), "-- "+field+": ")
			*to, _, _ = strings.Cut(rest, "\n")
			if *to = strings.TrimSpace(*to); !ok || *to == "" {
				return nil, fmt.Errorf("%s: the header line `-- %s: …` is missing", p, field)
			}
		}
		if want := strings.TrimSuffix(path.Base(p), ".sql"); c.name != want {
			return nil, fmt.Errorf("%s: the check calls itself %s", p, c.name)
		}
		if c.severity != "error" && c.severity != "warning" {
			return nil, fmt.Errorf("%s: severity %q is neither error nor warning", p, c.severity)
		}
		out = append(out, c)
	}
	return out, nil
}

func (c check) run(ctx context.Context, conn *sql.Conn) (CheckResult, error) {
	r := CheckResult{Name: c.name, Severity: c.severity, TextEn: c.textEn, TextVi: c.textVi}
	// min(x, 5) keeps the five smallest, so the sample does not depend on the order of the rows.
	var sample sql.NullString
	err := conn.QueryRowContext(ctx,
		"SELECT count(*), CAST(min(CAST(to_json(q) AS VARCHAR), 5) AS VARCHAR) FROM (\n"+c.query+"\n) AS q").Scan(&r.Offending, &sample)
	if err != nil {
		return r, fmt.Errorf("checks/%s.sql: %w", c.name, err)
	}
	if r.Offending > 0 {
		r.Sample = sample.String
	}
	return r, nil
}

// allRan guards invariant 6: the result of a check that did not run is empty, and an empty result would count as passed.
func allRan(declared []check, results []CheckResult) error {
	if len(results) != len(declared) {
		return fmt.Errorf("%d checks are declared, %d have a result", len(declared), len(results))
	}
	for i, c := range declared {
		if results[i].Name != c.name || results[i].Severity != c.severity {
			return fmt.Errorf("the check %s is declared but did not run", c.name)
		}
	}
	return nil
}

// checkResults is the table that the checks fill themselves.
const checkResults = "audit.check_result"

// storeChecks stores the results in audit.check_result. That every check left one is itself proved from the table.
func storeChecks(ctx context.Context, conn *sql.Conn, results []CheckResult, runID string) error {
	var rows []string
	var values []any
	for _, r := range results {
		rows = append(rows, "(?, ?, ?, ?, ?, nullif(?, ''), ?, ?)")
		values = append(values, runID, r.Name, r.Severity, r.Status(), r.Offending, r.Sample, r.TextEn, r.TextVi)
	}
	if len(rows) > 0 {
		if _, err := conn.ExecContext(ctx, "INSERT INTO generation.audit.check_result (run_id, check_name, severity, status, offending, sample, text_en, text_vi) VALUES "+
			strings.Join(rows, ", "), values...); err != nil {
			return fmt.Errorf("store the results of the checks: %w", err)
		}
	}
	var stored int
	if err := conn.QueryRowContext(ctx, "SELECT count(DISTINCT check_name) FROM generation.audit.check_result").Scan(&stored); err != nil {
		return fmt.Errorf("count the checks that ran: %w", err)
	}
	if stored != len(results) {
		return fmt.Errorf("%d checks are declared but %d left a result", len(results), stored)
	}
	return nil
}
