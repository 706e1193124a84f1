package main

import "github.com/spf13/cobra"

func (a *app) boardCommand() *cobra.Command {
	var round, format, out string
	cmd := &cobra.Command{
		Use:   "board",
		Short: "Who has sent what: the submission board of a round",
		Long: `Who has sent what in a round, when, and what was understood of it. The table shows the columns that people look for; all of
mart.submission_board comes with every other format.`,
		Example: "  phuluc board --round 2020\n  phuluc board --round 2020 --format xlsx --out board.xlsx",
		Args:    cobra.NoArgs,
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
			columns := "*"
			if format == "table" { // what people look for; the rest is in the mart
				columns = "round_id, territory_vi, form_code, status, timeliness, days_late, document_date, observations, cells_quarantined AS quarantined, is_copied_forward AS copied, file_name"
			}
			return a.runQuery(cmd, w, `SELECT `+columns+` FROM mart.submission_board WHERE `+sqlLiteral(round)+` = '' OR round_id = `+sqlLiteral(round)+" ORDER BY round_id, territory_id, form_code, source_sha256", format, out)
		},
	}
	cmd.Flags().StringVar(&round, "round", "", "only this round, e.g. 2020")
	cmd.Flags().StringVarP(&format, "format", "f", "table", "table, csv, json, jsonl, parquet, arrow, xlsx or md")
	cmd.Flags().StringVarP(&out, "out", "o", "", "write to this file instead of stdout")
	return cmd
}
