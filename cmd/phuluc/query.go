package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"errors"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/spf13/cobra"

	"github.com/phuluc/phuluc/load"
)

func (a *app) queryCommand() *cobra.Command {
	var format, out string
	var generation int
	cmd := &cobra.Command{
		Use:   `query "SQL"`,
		Short: "Ask the published warehouse in SQL",
		Long: `Run one SQL query on the published warehouse, which is opened read-only: it can not write, open other files or
reach the network. SQL may also come from a file (query @file.sql) or from standard input (query -).`,
		Example: `  phuluc query "SELECT year, value FROM mart.indicator_trend WHERE indicator_code = 'poverty_rate' AND territory_id = 'province:46@2004'"
  phuluc query --format xlsx --out board.xlsx "FROM mart.submission_board"
  phuluc query "SHOW ALL TABLES"`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := a.config()
			if err != nil {
				return err
			}
			text, err := sqlText(cmd.InOrStdin(), args[0])
			if err != nil {
				return err
			}
			if a.json {
				format = "json"
			}
			if out == "" && (format == "parquet" || format == "arrow" || format == "xlsx") && (format == "parquet" || interactive(a.stdout)) {
				return badInput("%s is not for a terminal", "", "add --out FILE", format)
			}
			w, err := openCurrent(cmd.Context(), cfg, generation)
			if err != nil {
				return err
			}
			defer w.Close()
			return a.runQuery(cmd, w, text, format, out)
		},
	}
	cmd.Flags().StringVarP(&format, "format", "f", "table", "table, csv, json, jsonl, parquet, arrow, xlsx or md")
	cmd.Flags().StringVarP(&out, "out", "o", "", "write to this file instead of stdout")
	cmd.Flags().IntVar(&generation, "generation", 0, "ask an older generation (see `phuluc versions`)")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"table", "csv", "json", "jsonl", "parquet", "arrow", "xlsx", "md"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func sqlText(stdin io.Reader, arg string) (string, error) {
	switch {
	case arg == "-":
		b, err := io.ReadAll(stdin)
		return string(b), err
	case strings.HasPrefix(arg, "@"):
		b, err := os.ReadFile(arg[1:])
		if err != nil {
			return "", &failure{Exit: exitInput, What: "the SQL file can not be read", Where: arg[1:], Why: err.Error(), Try: "check the path", err: err}
		}
		return string(b), nil
	}
	return arg, nil
}

// runQuery writes the result, to a file by a temporary name first so that a failure leaves no half file.
func (a *app) runQuery(cmd *cobra.Command, w *load.Warehouse, text, format, out string) error {
	write := func(to io.Writer) error {
		result, err := newResultWriter(format, to)
		if err != nil {
			return err
		}
		if err := arrowTo(cmd.Context(), w, result, text); err != nil {
			return queryFailure(err)
		}
		return nil
	}
	if a.json && out == "" {
		var b strings.Builder
		if err := write(&b); err != nil {
			return err
		}
		return a.print(envelope{Command: name(cmd), OK: true, Summary: "query done", Result: rawJSON(b.String())})
	}
	if out == "" {
		return write(a.stdout)
	}
	return writeFile(out, func(tmp string) error {
		if format == "parquet" {
			return queryFailure(w.Arrow(cmd.Context(), func(r array.RecordReader) error { return load.WriteParquet(cmd.Context(), r, tmp) }, text))
		}
		f, err := os.Create(tmp)
		if err != nil {
			return err
		}
		if err := write(f); err != nil {
			f.Close()
			return err
		}
		return f.Close()
	})
}

// arrowTo streams a query into a result writer.
func arrowTo(ctx context.Context, w *load.Warehouse, result resultWriter, query string, args ...any) error {
	err := w.Arrow(ctx, func(r array.RecordReader) error {
		if err := result.Begin(r.Schema()); err != nil {
			return err
		}
		for r.Next() {
			if err := result.Batch(r.RecordBatch()); err != nil {
				return err
			}
		}
		return r.Err()
	}, query, args...)
	if err != nil {
		return err
	}
	return result.End()
}

// writeFile gives write a temporary name beside the target and renames when it is done.
func writeFile(target string, write func(tmp string) error) error {
	tmp := filepath.Join(filepath.Dir(target), "."+filepath.Base(target)+".part")
	if err := write(tmp); err != nil {
		os.Remove(tmp)
		return err
	}
	if err := os.Rename(tmp, target); err != nil {
		os.Remove(tmp)
		return fmt.Errorf("write %s: %w", target, err)
	}
	return nil
}

type rawJSON string

func (r rawJSON) MarshalJSON() ([]byte, error) { return []byte(r), nil }

func queryFailure(err error) error {
	var f *failure
	if err == nil || errors.As(err, &f) || errors.Is(err, context.Canceled) || errors.Is(err, fs.ErrPermission) {
		return err
	}
	return &failure{Exit: exitInput, What: "the query failed", Why: strings.TrimSpace(err.Error()), Try: `phuluc query "SHOW ALL TABLES" lists what there is; docs/data-dictionary.md explains it`, err: err}
}
