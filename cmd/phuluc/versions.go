package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/phuluc/phuluc/load"
	"github.com/phuluc/phuluc/load/publish"
)

// openStore opens the folder of generations. It makes none: before the first refresh the error is publish.ErrNone.
func openStore(ctx context.Context, cfg config) (*publish.Store, error) {
	if _, err := os.Stat(cfg.warehouseDir()); errors.Is(err, fs.ErrNotExist) {
		return nil, &failure{Exit: exitInput, What: "nothing has been published yet", Where: cfg.warehouseDir(), Try: "phuluc refresh (or phuluc demo to try the sample)", err: publish.ErrNone}
	}
	s, err := publish.Open(ctx, cfg.warehouseDir(), publish.Options{Keep: cfg.Keep})
	if err != nil {
		return nil, publishFailure(err)
	}
	return s, nil
}

// publishFailure gives errors of publication their place, cause and remedy.
func publishFailure(err error) error {
	var p *publish.Error
	var space *publish.SpaceError
	switch {
	case errors.As(err, &p):
		f := explainFailure(p.Err)
		exit := f.Exit
		for _, inputFault := range []error{publish.ErrNone, publish.ErrNotFound, publish.ErrCurrent} {
			if errors.Is(err, inputFault) {
				exit = exitInput
			}
		}
		if errors.Is(err, publish.ErrDamaged) || errors.Is(err, publish.ErrNewer) || errors.Is(err, publish.ErrWAL) {
			exit = exitEnvironment
		}
		return &failure{Exit: exit, What: "can not " + p.Op, Where: p.Path, Why: p.Err.Error(), Try: p.Hint, err: err}
	case errors.As(err, &space):
		return &failure{Exit: exitEnvironment, What: "not enough disk space", Where: space.Path, Why: space.Error(), Try: space.Hint(), err: err}
	}
	return err
}

// openCurrent opens the published generation, or the one with the given number if it is not 0.
func openCurrent(ctx context.Context, cfg config, generation int) (*load.Warehouse, error) {
	path, err := generationPath(ctx, cfg, generation)
	if err != nil {
		return nil, err
	}
	w, err := load.OpenReadOnly(ctx, path, cfg.Threads, cfg.MemoryLimit)
	if err != nil {
		return nil, &failure{Exit: exitEnvironment, What: "the warehouse can not be opened", Where: path, Why: err.Error(), Try: "phuluc versions, then phuluc rollback or phuluc refresh --full", err: err}
	}
	return w, nil
}

func generationPath(ctx context.Context, cfg config, generation int) (string, error) {
	s, err := openStore(ctx, cfg)
	if err != nil {
		return "", err
	}
	var g publish.Generation
	if generation == 0 {
		g, err = s.Current()
	} else if g, err = s.Get(generation); err == nil {
		err = g.Problem
	}
	if errors.Is(err, publish.ErrNone) {
		return "", &failure{Exit: exitInput, What: "nothing has been published yet", Where: cfg.warehouseDir(), Try: "phuluc refresh (or phuluc demo to try the sample)", err: err}
	}
	if err != nil {
		return "", publishFailure(err)
	}
	return g.Path, nil
}

type versionLine struct {
	Generation int       `json:"generation"`
	Current    bool      `json:"current"`
	CreatedAt  time.Time `json:"created_at"`
	RunID      int64     `json:"run_id"`
	Rows       int64     `json:"observations"`
	Checks     string    `json:"checks"`
	Size       int64     `json:"size"`
	Verified   bool      `json:"verified"` // its bytes are those of its manifest
	Problem    string    `json:"problem,omitempty"`
	File       string    `json:"file"`
}

func (a *app) versionsCommand() *cobra.Command {
	var verify bool
	cmd := &cobra.Command{
		Use:   "versions",
		Short: "List the generations that are kept",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := a.config()
			if err != nil {
				return err
			}
			var list []publish.Generation
			s, err := openStore(cmd.Context(), cfg)
			if err == nil {
				list, err = s.List()
			}
			if err != nil && !errors.Is(err, publish.ErrNone) {
				return publishFailure(err)
			}
			lines := []versionLine{}
			for _, g := range list {
				l := versionLine{Generation: g.Generation, Current: g.Current, CreatedAt: g.CreatedAt, RunID: g.RunID, Size: g.Size, File: g.Path,
					Checks: fmt.Sprintf("%d/%d", g.Checks.Passed+g.Checks.Warnings, g.Checks.Declared)}
				for _, t := range g.Tables {
					if t.Name == "dw.fact_observation" {
						l.Rows = t.Rows
					}
				}
				if g.Problem == nil && verify {
					g.Problem = s.Check(cmd.Context(), g.Generation)
					l.Verified = g.Problem == nil
				}
				if g.Problem != nil {
					l.Problem = g.Problem.Error()
				}
				lines = append(lines, l)
			}
			return a.done(cmd, plural(int64(len(lines)), "generation", "generations"), lines, func(w io.Writer) {
				if len(lines) == 0 {
					fmt.Fprintln(w, "nothing has been published yet: phuluc refresh")
				}
				for _, l := range lines {
					mark := " "
					if l.Current {
						mark = "*"
					}
					state := l.Problem
					if l.Verified {
						state = "verified"
					}
					fmt.Fprintln(w, strings.TrimRight(fmt.Sprintf("%s %6d  %s  %12s observations  checks %s  %9s  %s", mark, l.Generation,
						l.CreatedAt.Local().Format("2006-01-02 15:04:05"), thousands(l.Rows), l.Checks, bytesText(l.Size), state), " "))
				}
			})
		},
	}
	cmd.Flags().BoolVar(&verify, "verify", false, "read every file whole and compare its SHA-256")
	return cmd
}

func (a *app) rollbackCommand() *cobra.Command {
	var quick bool
	cmd := &cobra.Command{
		Use:   "rollback [GENERATION]",
		Short: "Show readers an older generation again (default: the one before the current)",
		Long: `Show readers an older generation again. Its bytes are compared with the SHA-256 of their manifest first; then only names
move, and readers that have another generation open keep it. A later refresh that finds something new publishes a newer one.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := a.config()
			if err != nil {
				return err
			}
			s, err := openStore(cmd.Context(), cfg)
			if err != nil {
				return err
			}
			to := 0
			if len(args) == 1 {
				if to, err = strconv.Atoi(args[0]); err != nil {
					return badInput("%q is not a generation number", "", "phuluc versions", args[0])
				}
			} else {
				list, err := s.List()
				if err != nil {
					return publishFailure(err)
				}
				current := 0
				for _, g := range list {
					if g.Current {
						current = g.Generation
					}
				}
				for _, g := range list {
					if g.Generation < current && g.Problem == nil {
						to = g.Generation
					}
				}
				if to == 0 {
					return badInput("there is no older generation", "", "phuluc versions")
				}
			}
			if !quick {
				if err := s.Check(cmd.Context(), to); err != nil {
					return publishFailure(err)
				}
			}
			g, err := s.Rollback(cmd.Context(), to)
			if err != nil {
				return publishFailure(err)
			}
			if err := recordRollback(cmd.Context(), cfg, g.Generation); err != nil {
				return err
			}
			summary := fmt.Sprintf("readers now see generation %d; a refresh that finds something new publishes a newer one", g.Generation)
			return a.done(cmd, summary, map[string]any{"generation": g.Generation, "file": g.Path}, func(w io.Writer) { fmt.Fprintln(w, summary) })
		},
	}
	cmd.Flags().BoolVar(&quick, "quick", false, "do not read the file first")
	return cmd
}

func (a *app) diffCommand() *cobra.Command {
	var limit int
	cmd := &cobra.Command{
		Use:     "diff A B",
		Short:   "List the values added, removed and changed from generation A to B",
		Example: "  phuluc diff 3 4\n  phuluc diff --json 3 4 | jq '.result.changes[] | select(.kind == \"changed\")'",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := a.config()
			if err != nil {
				return err
			}
			var paths [2]string
			for i, arg := range args {
				n, err := strconv.Atoi(arg)
				if err != nil || n < 1 {
					return badInput("%q is not a generation number", "", "phuluc versions", arg)
				}
				if paths[i], err = generationPath(cmd.Context(), cfg, n); err != nil {
					return err
				}
			}
			counts := map[string]int64{"added": 0, "removed": 0, "changed": 0}
			changes := []load.Change{}
			err = load.Diff(cmd.Context(), paths[0], paths[1], func(c load.Change) error {
				counts[c.Kind]++
				if limit == 0 || len(changes) < limit {
					changes = append(changes, c)
				}
				return nil
			})
			if err != nil {
				return err
			}
			summary := fmt.Sprintf("%s added, %s removed, %s changed", thousands(counts["added"]), thousands(counts["removed"]), thousands(counts["changed"]))
			return a.done(cmd, summary, map[string]any{"counts": counts, "changes": changes}, func(w io.Writer) {
				sign := map[string]string{"added": "+", "removed": "-", "changed": "~"}
				for _, c := range changes {
					value := func(s *string) string {
						if s == nil {
							return ""
						}
						return *s
					}
					arrow := value(c.Old) + " → " + value(c.New)
					switch c.Kind {
					case "added":
						arrow = value(c.New)
					case "removed":
						arrow = value(c.Old)
					}
					fmt.Fprintf(w, "%s %s  %s  %s %s %s/%s  %s  (%s!%s)\n", sign[c.Kind], c.Indicator, c.Territory, c.Period, c.Measure, c.Sex, c.Area, arrow, c.Sheet, c.Cell)
				}
				if n := counts["added"] + counts["removed"] + counts["changed"]; int64(len(changes)) < n {
					fmt.Fprintf(w, "… %s more; --limit 0 shows all\n", thousands(n-int64(len(changes))))
				}
				fmt.Fprintln(w, summary)
			})
		},
	}
	cmd.Flags().IntVar(&limit, "limit", 200, "how many changes to list; 0 lists all")
	return cmd
}
