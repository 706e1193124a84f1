package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/spf13/cobra"

	"github.com/phuluc/phuluc/load"
)

func (a *app) exportCommand() *cobra.Command {
	var only string
	cmd := &cobra.Command{
		Use:   "export DIR",
		Short: "Write every mart as Parquet and as CSV that Excel opens safely",
		Long: `Write every mart twice: as Parquet for tools, and as CSV for people. The CSV starts with a byte order mark so that
Excel shows Vietnamese, and a text that Excel would take for a formula is written with a ' before it.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch only {
			case "", "parquet", "csv":
			default:
				return badInput("unknown format %q", "export writes parquet and csv", "phuluc export --only csv DIR", only)
			}
			cfg, err := a.config()
			if err != nil {
				return err
			}
			w, err := openCurrent(cmd.Context(), cfg, 0)
			if err != nil {
				return err
			}
			defer w.Close()
			files, err := exportMarts(cmd.Context(), w, args[0], only)
			if err != nil {
				return err
			}
			summary := fmt.Sprintf("%d files written to %s", len(files), args[0])
			return a.done(cmd, summary, files, func(out io.Writer) { fmt.Fprintln(out, summary) })
		},
	}
	cmd.Flags().StringVar(&only, "only", "", "parquet or csv (default both)")
	return cmd
}

type exportedFile struct {
	Table string `json:"table"`
	File  string `json:"file"`
	Bytes int64  `json:"bytes"`
}

func exportMarts(ctx context.Context, w *load.Warehouse, dir, only string) ([]exportedFile, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("create the export folder: %w", err)
	}
	tables, err := martNames(ctx, w)
	if err != nil {
		return nil, err
	}
	var files []exportedFile
	for _, table := range tables {
		query := "FROM mart." + quoteIdentifier(table)
		for _, format := range []string{"parquet", "csv"} {
			if only != "" && only != format {
				continue
			}
			target := filepath.Join(dir, table+"."+format)
			err := writeFile(target, func(tmp string) error {
				if format == "parquet" {
					return w.Arrow(ctx, func(r array.RecordReader) error { return load.WriteParquet(ctx, r, tmp) }, query)
				}
				return writeExcelCSV(ctx, w, tmp, query)
			})
			if err != nil {
				return nil, fmt.Errorf("export mart.%s: %w", table, err)
			}
			info, err := os.Stat(target)
			if err != nil {
				return nil, err
			}
			files = append(files, exportedFile{"mart." + table, target, info.Size()})
		}
	}
	meta, err := json.MarshalIndent(files, "", "  ")
	if err != nil {
		return nil, err
	}
	return files, writeFile(filepath.Join(dir, "export.json"), func(tmp string) error { return os.WriteFile(tmp, append(meta, '\n'), 0o644) })
}

func martNames(ctx context.Context, w *load.Warehouse) ([]string, error) {
	rows, err := w.Rows(ctx, "SELECT table_name FROM information_schema.tables WHERE table_schema = 'mart' ORDER BY table_name")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		names = append(names, s)
	}
	return names, rows.Err()
}

func quoteIdentifier(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

func writeExcelCSV(ctx context.Context, w *load.Warehouse, path, query string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	b := bufio.NewWriterSize(f, 64<<10)
	b.WriteString("\ufeff")
	if err := arrowTo(ctx, w, &excelCSV{csvWriter{w: csv.NewWriter(b), flush: b.Flush}, nil}, query); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// excelCSV is CSV that is safe to double-click: a text that starts like a formula is neutralised (OWASP, CSV injection).
type excelCSV struct {
	csvWriter
	numeric []bool
}

func (e *excelCSV) Begin(s *arrow.Schema) error {
	for _, f := range s.Fields() {
		e.numeric = append(e.numeric, isNumber(f.Type))
	}
	e.w.UseCRLF = true
	return e.csvWriter.Begin(s)
}

func (e *excelCSV) Batch(batch arrow.RecordBatch) error {
	for i := range int(batch.NumRows()) {
		for j := range e.row {
			e.row[j] = cellText(batch.Column(j), i)
			if !e.numeric[j] {
				e.row[j] = safeForExcel(e.row[j])
			}
		}
		if err := e.w.Write(e.row); err != nil {
			return err
		}
	}
	return nil
}

// safeForExcel puts a ' before a text that a spreadsheet would evaluate.
func safeForExcel(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r＝＋－＠", []rune(s)[0]) {
		return "'" + s
	}
	return s
}
