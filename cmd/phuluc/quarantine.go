package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

func (a *app) quarantineCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "quarantine",
		Short: "See what was refused, why, and what to try",
		Args:  cobra.ArbitraryArgs,
		RunE:  onlyHelp,
	}
	var code, file, format, out string
	var limit int
	var summary bool
	list := &cobra.Command{
		Use:   "list",
		Short: "List refused cells, rows and files with their reasons",
		Example: `  phuluc quarantine list --summary
  phuluc quarantine list --code indicator.unknown
  phuluc quarantine list --format xlsx --out quarantine.xlsx`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := a.config()
			if err != nil {
				return err
			}
			w, err := openCurrent(cmd.Context(), cfg, 0)
			if err != nil {
				return err
			}
			defer w.Close()
			where := "WHERE (" + sqlLiteral(code) + " = '' OR code = " + sqlLiteral(code) + ") AND (" + sqlLiteral(file) + " = '' OR file_name LIKE '%' || " + sqlLiteral(file) + " || '%')"
			query := `SELECT code, file_name AS file, sheet, cell, raw, message_vi, nearest, try_vi, quarantine_id
FROM audit.quarantine ` + where + " ORDER BY file_name, sheet, line_no, cell, code"
			if summary {
				query = `SELECT code, count(*) AS entries, CAST(sum(cells) AS BIGINT) AS cells, count(DISTINCT source_sha256) AS files, any_value(message_en ORDER BY message_en) AS example
FROM audit.quarantine ` + where + " GROUP BY code ORDER BY entries DESC, code"
			}
			if limit > 0 {
				query += fmt.Sprintf(" LIMIT %d", limit)
			}
			if a.json {
				format = "json"
			}
			return a.runQuery(cmd, w, query, format, out)
		},
	}
	flags := list.Flags()
	flags.StringVar(&code, "code", "", "only this reason, e.g. indicator.unknown")
	flags.StringVar(&file, "file", "", "only files whose name contains this")
	flags.BoolVar(&summary, "summary", false, "count by reason instead of listing")
	flags.IntVar(&limit, "limit", 200, "at most so many lines; 0 lists all")
	flags.StringVarP(&format, "format", "f", "table", "table, csv, json, jsonl, parquet, arrow, xlsx or md")
	flags.StringVarP(&out, "out", "o", "", "write to this file instead of stdout")
	cmd.AddCommand(list)
	return cmd
}

// sqlLiteral quotes a text as an SQL literal.
func sqlLiteral(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func (a *app) boardCommand() *cobra.Command {
	var round, format, out string
	cmd := &cobra.Command{
		Use:   "board",
		Short: "Who has sent what: the submission board of a round",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := a.config()
			if err != nil {
				return err
			}
			w, err := openCurrent(cmd.Context(), cfg, 0)
			if err != nil {
				return err
			}
			defer w.Close()
			if a.json {
				format = "json"
			}
			return a.runQuery(cmd, w, `SELECT * FROM mart.submission_board WHERE `+sqlLiteral(round)+` = '' OR round_id = `+sqlLiteral(round)+" ORDER BY ALL", format, out)
		},
	}
	cmd.Flags().StringVar(&round, "round", "", "only this round, e.g. 2020")
	cmd.Flags().StringVarP(&format, "format", "f", "table", "table, csv, json, jsonl, parquet, arrow, xlsx or md")
	cmd.Flags().StringVarP(&out, "out", "o", "", "write to this file instead of stdout")
	return cmd
}
