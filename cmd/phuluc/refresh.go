package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/phuluc/phuluc/extract"
	"github.com/phuluc/phuluc/extract/landing"
	"github.com/phuluc/phuluc/load"
	"github.com/phuluc/phuluc/load/lock"
	"github.com/phuluc/phuluc/load/refresh"
)

func (a *app) refreshCommand() *cobra.Command {
	var full, dryRun bool
	var wait time.Duration
	var back string
	cmd := &cobra.Command{
		Use:   "refresh",
		Short: "Pull, land, normalise, build, check and publish: the main job",
		Long: `Take in every new file of the inbox, read what is new, build the warehouse afresh, check it and publish it as one new
generation. With nothing new it does nothing and says so. Whatever goes wrong, readers keep the generation they have.`,
		Example: "  phuluc refresh\n  phuluc refresh --dry-run\n  phuluc refresh --config phuluc.yaml --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := a.config()
			if err != nil {
				return err
			}
			if cmd.Flags().Changed("wait") {
				cfg.Wait = duration(wait)
			}
			if cmd.Flags().Changed("annotate") {
				cfg.Annotate = back
			}
			if dryRun {
				return a.dryRun(cmd, cfg)
			}
			report, annotated, err := a.refresh(cmd.Context(), cfg, full, "refresh")
			if err != nil {
				return err
			}
			result := struct {
				refresh.Report
				Annotated int `json:"files_annotated"` // copies written for their senders
			}{report, annotated}
			if report.Values == 0 {
				return nothingLoaded(report)
			}
			return a.done(cmd, refreshSummary(report), result, func(w io.Writer) {
				a.printReport(w, report)
				if annotated > 0 && !a.quiet {
					fmt.Fprintf(w, "  %-11s %s annotated in %s, with a mail each\n", "send back", plural(int64(annotated), "file", "files"), cfg.Annotate)
				}
			})
		},
	}
	cmd.Flags().BoolVar(&full, "full", false, "forget caches and build even if nothing changed")
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "show what would change and change nothing")
	cmd.Flags().StringVar(&back, "annotate", "", "write an annotated copy and a mail for every file with refused or doubtful cells into this folder (default: annotate of the configuration)")
	cmd.Flags().DurationVar(&wait, "wait", 0, "how long to wait for another run to finish, e.g. 5m")
	return cmd
}

// refresh runs the main job with what the configuration says, and writes the copies for senders that it asks for.
func (a *app) refresh(ctx context.Context, cfg config, full bool, command string) (report refresh.Report, annotated int, err error) {
	report, err = a.refreshWith(ctx, cfg, full, command, func(o *refresh.Options) {
		if cfg.Annotate == "" {
			return
		}
		o.After = func(ctx context.Context, store *landing.Store) (err error) {
			annotated, err = annotateLanded(ctx, cfg.Annotate, o.Pipeline.Again(), store)
			return err
		}
	})
	return report, annotated, err
}

// refreshWith runs the main job with options that differ from what the configuration says.
func (a *app) refreshWith(ctx context.Context, cfg config, full bool, command string, differ func(*refresh.Options)) (refresh.Report, error) {
	cacheDir := filepath.Join(cfg.DataDir, "normalised")
	pipeline, err := newPipeline(cfg, cacheDir, full)
	if err != nil {
		return refresh.Report{}, err
	}
	bar := newProgress(a.stderr, !a.quiet && !a.json)
	options := refresh.Options{
		DataDir: cfg.DataDir, Sources: sources(cfg), Catalogue: pipeline.Catalogue(), Pipeline: pipeline, Keep: cfg.Keep, Threads: cfg.Threads,
		MemoryLimit: cfg.MemoryLimit, MaxFileSize: cfg.MaxFileSize << 20, Full: full, Wait: time.Duration(cfg.Wait), Command: command, Version: version(),
		Log: a.log(), Progress: bar.show,
	}
	differ(&options)
	report, err := refresh.Run(ctx, options)
	bar.end()
	return report, runFailure(cfg, err)
}

func sources(cfg config) []extract.Source {
	list := make([]extract.Source, len(cfg.Inbox))
	for i, dir := range cfg.Inbox {
		list[i] = extract.Folder(dir)
	}
	return list
}

func (a *app) log() *slog.Logger {
	level := slog.LevelWarn
	if a.quiet {
		level = slog.LevelError
	}
	return slog.New(slog.NewTextHandler(a.stderr, &slog.HandlerOptions{Level: level}))
}

// runFailure says of a run's error what a person can do about it.
func runFailure(cfg config, err error) error {
	var held *lock.HeldError
	var checks *load.CheckError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &held):
		return &failure{Exit: exitEnvironment, What: "another run is at work", Where: held.Path, Why: held.Error(), Try: held.Hint() + ", or let this one wait: phuluc refresh --wait 10m, for all commands wait: 10m in phuluc.yaml", err: err}
	case errors.Is(err, refresh.ErrNothing):
		return &failure{Exit: exitInput, What: "there is no file to read", Where: strings.Join(cfg.Inbox, ", "), Try: "put annexes (.xlsx) or feeds into this folder, or name another in phuluc.yaml (inbox:); phuluc demo tries the sample", err: err}
	case errors.As(err, &checks):
		return &failure{Exit: exitOurFault, What: "the new warehouse did not pass its checks and was not published", Why: checks.Error(), Try: "readers keep the previous generation; phuluc quarantine list and phuluc doctor may tell more", err: err}
	}
	return publishFailure(err)
}

// nothingLoaded is the one case in which bad files make a refresh fail: not a single value could be read.
func nothingLoaded(r refresh.Report) error {
	f := &failure{Exit: exitInput, What: "nothing could be loaded", Where: plural(int64(r.Landed), "file", "files"), Try: "phuluc quarantine list"}
	var parts []string
	for code, n := range r.FileFaults {
		parts = append(parts, fmt.Sprintf("%s ×%d", code, n))
	}
	for code, n := range r.Reasons {
		if r.FileFaults[code] == 0 {
			parts = append(parts, fmt.Sprintf("%s ×%d", code, n))
		}
	}
	for _, n := range r.Refused {
		parts = append(parts, n.Origin+": "+n.Why)
	}
	sort.Strings(parts)
	f.Why = strings.Join(parts, ", ")
	if r.Unchanged {
		f.Why = "nothing new came, and of what came before not one value could be read"
	}
	return f
}

func refreshSummary(r refresh.Report) string {
	if r.Unchanged {
		return fmt.Sprintf("nothing new: generation %d stays", r.Generation)
	}
	return fmt.Sprintf("generation %d published: %s values from %s files", r.Generation, thousands(r.Values), thousands(int64(r.Landed)))
}

func (a *app) printReport(w io.Writer, r refresh.Report) {
	if a.quiet {
		return
	}
	if r.Unchanged {
		fmt.Fprintf(w, "Nothing new: %s in the inbox, all landed and read before. Generation %d stays (%s).\n", plural(int64(r.Found), "file", "files"), r.Generation, r.File)
		return
	}
	row := func(name, format string, args ...any) {
		fmt.Fprintf(w, "  %-11s %s\n", name, fmt.Sprintf(format, args...))
	}
	row("files", "%s landed (%s new), %s read, %s from cache", thousands(int64(r.Landed)), thousands(int64(r.New)), thousands(int64(r.Landed-r.Cached)), thousands(int64(r.Cached)))
	for _, n := range r.Refused {
		row("", "not landed: %s (%s)", n.Origin, n.Why)
	}
	row("cells", "%s read = %s loaded + %s quarantined + %s skipped", thousands(r.Cells), thousands(r.Loaded), thousands(r.Quarantine), thousands(r.Skipped))
	if len(r.Reasons) > 0 {
		codes := make([]string, 0, len(r.Reasons))
		for c := range r.Reasons {
			codes = append(codes, c)
		}
		sort.Slice(codes, func(i, j int) bool {
			if r.Reasons[codes[i]] != r.Reasons[codes[j]] {
				return r.Reasons[codes[i]] > r.Reasons[codes[j]]
			}
			return codes[i] < codes[j]
		})
		shown := codes[:min(len(codes), 4)]
		for i, c := range shown {
			shown[i] = fmt.Sprintf("%s ×%s", c, thousands(r.Reasons[c]))
		}
		more := ""
		if len(codes) > len(shown) {
			more = ", …"
		}
		row("quarantine", "%s%s", strings.Join(shown, ", "), more)
	}
	row("values", "%s", thousands(r.Values))
	row("checks", "%d declared, %d run, %d passed, %s", r.Checks.Declared, r.Checks.Run, r.Checks.Passed, plural(int64(r.Checks.Warnings), "warning", "warnings"))
	row("published", "generation %d, %s, %s", r.Generation, bytesText(r.Size), r.File)
	row("time", "%.1f s", r.Elapsed.Seconds())
}
