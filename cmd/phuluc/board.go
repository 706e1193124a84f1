package main

import "github.com/spf13/cobra"

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
