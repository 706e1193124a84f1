package load

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
)

// Change is one value that differs between two generations: the latest vintage of one observation in each.
type Change struct {
	Kind      string  `json:"kind"` // added, removed, changed
	Indicator string  `json:"indicator_code"`
	Territory string  `json:"territory_id"`
	Period    string  `json:"period"`
	Measure   string  `json:"measure_type"`
	Sex       string  `json:"sex"`
	Area      string  `json:"area"`
	Old       *string `json:"old"` // as text, with range and qualifier; null if added
	New       *string `json:"new"` // null if removed
	Source    string  `json:"source_sha256"`
	Sheet     string  `json:"sheet"`
	Cell      string  `json:"cell"`
}

// Diff compares the latest observations of two generation files, a and b, and hands every change from a to b to each,
// ordered by indicator, territory, period, measure, sex and area. An error of each ends it.
func Diff(ctx context.Context, a, b string, each func(Change) error) (err error) {
	connector, err := duckdb.NewConnector("", nil)
	if err != nil {
		return fmt.Errorf("compare generations: %w", err)
	}
	db := sql.OpenDB(connector)
	defer func() { err = errors.Join(err, db.Close(), connector.Close()) }()
	conn, err := db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("compare generations: %w", err)
	}
	defer conn.Close()
	for _, g := range []struct{ alias, path string }{{"a", a}, {"b", b}} {
		if _, err := conn.ExecContext(ctx, "ATTACH "+literal(g.path)+" AS "+g.alias+" (READ_ONLY)"); err != nil {
			return fmt.Errorf("open %s: %w", g.path, err)
		}
	}
	const latest = `SELECT indicator_code, territory_id, period_id, measure_type, sex, area, source_sha256, sheet, cell,
  concat(CASE qualifier WHEN 'at_least' THEN '>= ' WHEN 'at_most' THEN '<= ' WHEN 'about' THEN '~ ' ELSE '' END,
         coalesce(CAST(value AS VARCHAR), empty_kind), ' – ' || CAST(value_high AS VARCHAR)) AS shown
FROM %s.dw.observation WHERE is_latest`
	rows, err := conn.QueryContext(ctx, `SELECT CASE WHEN o.shown IS NULL THEN 'added' WHEN n.shown IS NULL THEN 'removed' ELSE 'changed' END,
  indicator_code, territory_id, period_id, measure_type, sex, area, o.shown, n.shown,
  coalesce(n.source_sha256, o.source_sha256), coalesce(n.sheet, o.sheet), coalesce(n.cell, o.cell)
FROM (`+fmt.Sprintf(latest, "a")+`) AS o
FULL JOIN (`+fmt.Sprintf(latest, "b")+`) AS n USING (indicator_code, territory_id, period_id, measure_type, sex, area)
WHERE o.shown IS DISTINCT FROM n.shown
ORDER BY 2, 3, 4, 5, 6, 7`)
	if err != nil {
		return fmt.Errorf("compare generations: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var c Change
		if err := rows.Scan(&c.Kind, &c.Indicator, &c.Territory, &c.Period, &c.Measure, &c.Sex, &c.Area, &c.Old, &c.New, &c.Source, &c.Sheet, &c.Cell); err != nil {
			return fmt.Errorf("compare generations: %w", err)
		}
		c.Old, c.New = trimmed(c.Old), trimmed(c.New)
		if err := each(c); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("compare generations: %w", err)
	}
	return nil
}

// trimmed takes the trailing zeros of DECIMAL(28,10) away: "8.3600000000 – 9.0000000000" becomes "8.36 – 9".
func trimmed(s *string) *string {
	if s == nil {
		return nil
	}
	words := strings.Fields(*s)
	for i, w := range words {
		if strings.Contains(w, ".") && strings.Trim(w, "-0123456789.") == "" {
			words[i] = strings.TrimRight(strings.TrimRight(w, "0"), ".")
		}
	}
	out := strings.Join(words, " ")
	return &out
}
