package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/phuluc/phuluc/extract/sample"
	"github.com/phuluc/phuluc/load"
)

func (a *app) demoCommand() *cobra.Command {
	var full bool
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Try everything on the embedded sample: real figures in realistic annexes",
		Long: `Write the embedded sample (published figures laid out as the annexes of the provinces) to the inbox of the data folder,
run refresh on it, and show three answers. A second demo finds everything done and says so.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := a.config()
			if err != nil {
				return err
			}
			inbox := filepath.Join(cfg.Inbox[0], "sample")
			say := func(format string, args ...any) {
				if !a.json && !a.quiet {
					fmt.Fprintf(a.stdout, format, args...)
				}
			}
			summary, err := sample.Write(cmd.Context(), inbox, sample.Options{Full: full})
			if err != nil {
				return fmt.Errorf("write the sample: %w", err)
			}
			if summary.Written > 0 {
				say("Sample: %s written to %s: %s published figures in the layouts of the provinces.\n", plural(int64(summary.Workbooks+summary.Feeds), "file", "files"), inbox, thousands(int64(summary.Values)))
			}
			report, _, err := a.refresh(cmd.Context(), cfg, false, "demo")
			if err != nil {
				return err
			}
			if report.Unchanged {
				return a.done(cmd, refreshSummary(report), report, func(w io.Writer) {
					fmt.Fprintf(w, "Nothing new: the sample is loaded already, generation %d stays.\n\n%s", report.Generation, demoNext(cfg))
				})
			}
			if a.json {
				return a.done(cmd, refreshSummary(report), report, nil)
			}
			a.printReport(a.stdout, report)
			if a.quiet {
				return nil
			}
			w, err := openCurrent(cmd.Context(), cfg, 0)
			if err != nil {
				return err
			}
			defer w.Close()
			if err := a.demoAnswers(cmd.Context(), w); err != nil {
				return err
			}
			say("\n%s", demoNext(cfg))
			return nil
		},
	}
	cmd.Flags().BoolVar(&full, "full-sample", false, "take the whole sample instead of a part")
	return cmd
}

// demoAnswers shows a trend, a target with its gap, and one number explained to its cell.
func (a *app) demoAnswers(ctx context.Context, w *load.Warehouse) error {
	for _, q := range []struct{ title, sql string }{
		{"A trend: the poverty rate of Thừa Thiên Huế", `SELECT year, measure_type, value AS poverty_rate, "change", source_cell
FROM mart.indicator_trend WHERE basis = 'as_reported' AND indicator_code = 'poverty_rate' AND territory_id = 'province:46@2004' AND sex = 'T' AND area = 'T' AND value IS NOT NULL
ORDER BY year, measure_type`},
		{"Targets with their gap: Decision 1240 for the northern midlands, and the nation's health insurance", `SELECT t.indicator_code, t.year_to AS by_year, concat_ws('–', ` + plain("t.target_min") + `, CASE WHEN t.target_max IS DISTINCT FROM t.target_min THEN ` + plain("t.target_max") + ` END) AS target, t.latest_year, t.latest_value AS latest, t.gap, t.required_per_year AS per_year, t.status, t.related_indicator_code || ' ' || ` + plain("t.related_value") + ` || ' (' || t.related_year || ')' AS another_concept
FROM mart.target_progress AS t
WHERE (t.document LIKE '%1240%' OR (t.indicator_code = 'bhyt_coverage_rate' AND t.year_to = 2030)) ORDER BY t.document, t.indicator_code`},
	} {
		fmt.Fprintf(a.stdout, "\n%s\n", q.title)
		var b strings.Builder
		result, err := newResultWriter("table", &b)
		if err != nil {
			return err
		}
		if err := arrowTo(ctx, w, result, q.sql); err != nil {
			return queryFailure(err)
		}
		fmt.Fprint(a.stdout, indented(b.String()))
	}
	found, err := explain(ctx, w, "", explainFlags{indicator: "trained_labour_rate", territory: "province:46@2004", year: "2019", measure: "actual", sex: "T", area: "T", basis: "as_reported", limit: 1})
	if err != nil {
		return err
	}
	fmt.Fprint(a.stdout, "\nOne number explained to its cell\n")
	var b strings.Builder
	printExplanations(&b, found)
	fmt.Fprint(a.stdout, indented(b.String()))
	return nil
}

// plain is SQL that writes a decimal without trailing zeros.
func plain(column string) string {
	return `regexp_replace(CAST(` + column + ` AS VARCHAR), '\.?0+$', '')`
}

// indented puts two blanks before every line.
func indented(text string) string {
	return "  " + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n  ") + "\n"
}

func demoNext(cfg config) string {
	program := "go run -tags duckdb_arrow ./cmd/phuluc"
	return "Next:\n" +
		"  " + program + ` query "FROM mart.plan_performance WHERE territory_id = 'province:46@2004' LIMIT 20"` + "\n" +
		"  " + program + " explain --indicator labour_force_15plus --territory province:24@2025 --year 2019 --basis units_2025\n" +
		"  " + program + " quarantine list --summary\n" +
		"  " + program + " check YOUR-ANNEX.xlsx\n" +
		"  any tool that opens DuckDB files: " + filepath.Join(cfg.warehouseDir(), "current.duckdb") + "\n"
}
