package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/phuluc/phuluc/load/publish"
	"github.com/phuluc/phuluc/transform"
	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/mapping"
	"github.com/phuluc/phuluc/transform/record"
	"github.com/phuluc/phuluc/transform/text"
)

func (a *app) catalogueCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "catalogue",
		Short: "Check the words that files are read by",
		Args:  cobra.ArbitraryArgs,
		RunE:  onlyHelp,
	}
	cmd.AddCommand(a.catalogueCheckCommand())
	return cmd
}

// catalogueJSON is the result of catalogue check.
type catalogueJSON struct {
	Folder   string              `json:"folder"`
	Rows     int                 `json:"rows"` // of the user
	Errors   int                 `json:"errors"`
	Warnings int                 `json:"warnings"`
	Invalid  bool                `json:"invalid"` // it does not load: nothing but that was looked at
	Skipped  []string            `json:"skipped"` // what could not be looked at, and why
	Problems []catalogue.Problem `json:"problems"`
}

func (a *app) catalogueCheckCommand() *cobra.Command {
	var folder string
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Say which rows of your catalogue are ambiguous, unreachable, shadowed or unused",
		Long: `Look through your catalogue folder: rows that keep it from loading, texts with two meanings (ambiguous), texts that no
cell can be read as (unreachable), rows that another row makes needless (shadowed) and rows that no landed file holds
(unused; known after a refresh). The first three are errors: exit code 2. Without a folder the built-in files are looked through.`,
		Example: "  phuluc catalogue check\n  phuluc catalogue check --catalogue ./catalogue --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := a.config()
			if err != nil {
				return err
			}
			if folder != "" {
				cfg.Catalogue = folder
			}
			result, err := checkCatalogue(cmd.Context(), cfg)
			if err != nil {
				return err
			}
			summary := fmt.Sprintf("%s, %s in %s", plural(int64(result.Errors), "error", "errors"), plural(int64(result.Warnings), "warning", "warnings"), plural(int64(result.Rows), "row", "rows"))
			if result.Invalid {
				summary = plural(int64(result.Errors), "error", "errors") + "; nothing runs until they are corrected, and nothing else was looked at"
			}
			if !a.json {
				printProblems(a.stdout, result, summary)
			}
			if result.Errors == 0 {
				return a.done(cmd, summary, result, nil)
			}
			f := &failure{Exit: exitInput, What: "the catalogue has errors", Where: cfg.Catalogue, Why: summary, Try: "correct the lines named above"}
			if a.json {
				if err := a.print(envelope{Command: name(cmd), Summary: summary, Result: result, Error: f}); err != nil {
					return err
				}
				return silent{f}
			}
			return f
		},
	}
	cmd.Flags().StringVar(&folder, "catalogue", "", "look through this folder instead of the configured one")
	return cmd
}

func checkCatalogue(ctx context.Context, cfg config) (catalogueJSON, error) {
	result := catalogueJSON{Folder: cfg.Catalogue, Skipped: []string{}, Problems: []catalogue.Problem{}}
	cat, err := catalogue.Load(cfg.Catalogue)
	var fault *catalogue.Error
	switch {
	case errors.As(err, &fault):
		result.Invalid, result.Problems = true, catalogue.Problems(err)
	case errors.Is(err, fs.ErrNotExist):
		return result, badInput("there is no catalogue folder %s", "", "mkdir "+cfg.Catalogue+", or give another with --catalogue", cfg.Catalogue)
	case err != nil:
		return result, badCatalogue(cfg.Catalogue, err)
	default:
		result.Rows = len(cat.Extensions())
		o := catalogue.LintOptions{}
		if o.Held, err = held(cfg); err != nil {
			return result, err
		}
		if o.Held == nil {
			result.Skipped = append(result.Skipped, "unused words: no workbook was read yet (phuluc refresh)")
		}
		if o.Loaded, err = loadedIndicators(ctx, cfg); err != nil {
			return result, err
		}
		if o.Loaded == nil {
			result.Skipped = append(result.Skipped, "unused indicators: nothing was published yet (phuluc refresh)")
		}
		result.Problems = append(result.Problems, lint(cat, o)...)
	}
	if _, err := mapping.LoadSet(cfg.Catalogue); err != nil {
		result.Problems = append(result.Problems, catalogue.Problem{File: filepath.Join(cfg.Catalogue, "feeds"), Kind: catalogue.Invalid, Severity: "error",
			TextVi: "mô tả nguồn dữ liệu không hợp lệ: " + err.Error(), TextEn: err.Error()})
	}
	for _, p := range result.Problems {
		if p.Severity == "error" {
			result.Errors++
		} else {
			result.Warnings++
		}
	}
	return result, nil
}

// held reports whether a landed workbook may hold a text, by the traces of the last run; nil if there is none.
func held(cfg config) (func(string) bool, error) {
	traces, err := transform.Traces(filepath.Join(cfg.DataDir, "normalised"))
	if err != nil || len(traces) == 0 {
		return nil, err
	}
	return func(s string) bool {
		return slices.ContainsFunc(traces, func(t *record.Trace) bool { return t.Holds(text.Key(s)) })
	}, nil
}

// loadedIndicators reports whether the current generation has a value of an indicator; nil if nothing was published.
func loadedIndicators(ctx context.Context, cfg config) (func(string) bool, error) {
	w, err := openCurrent(ctx, cfg, 0)
	if errors.Is(err, publish.ErrNone) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer w.Close()
	rows, err := w.Rows(ctx, "SELECT DISTINCT indicator_code FROM dw.observation")
	if err != nil {
		return nil, queryFailure(err)
	}
	defer rows.Close()
	codes := map[string]bool{}
	for rows.Next() {
		var code string
		if err := rows.Scan(&code); err != nil {
			return nil, err
		}
		codes[code] = true
	}
	return func(code string) bool { return codes[code] }, rows.Err()
}

func printProblems(w io.Writer, r catalogueJSON, summary string) {
	for _, p := range r.Problems {
		where := p.File
		if p.Line > 0 {
			where += fmt.Sprintf(":%d", p.Line)
		}
		fmt.Fprintf(w, "%s  %s  %s  %q\n    %s\n    %s\n", where, p.Severity, p.Kind, p.Value, p.TextVi, p.TextEn)
	}
	for _, s := range r.Skipped {
		fmt.Fprintln(w, "not looked at: "+s)
	}
	if r.Folder == "" {
		fmt.Fprintln(w, "there is no catalogue folder of your own; files are read by the built-in words (docs/adding-a-form.md)")
		return
	}
	fmt.Fprintln(w, r.Folder+": "+summary)
}

// badCatalogue says of an error of the catalogue what a person can do about it.
func badCatalogue(folder string, err error) error {
	return &failure{Exit: exitInput, What: "the catalogue is not valid", Where: folder, Why: err.Error(), Try: "correct the line named above; phuluc catalogue check lists all", err: err}
}
