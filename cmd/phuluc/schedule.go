package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/phuluc/phuluc/load/ledger"
	"github.com/phuluc/phuluc/load/lock"
	"github.com/phuluc/phuluc/load/refresh"
	"github.com/phuluc/phuluc/schedules"
)

func (a *app) scheduleCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "schedule",
		Short: "Run jobs by the clock, and account for every slot",
		Args:  cobra.ArbitraryArgs,
		RunE:  onlyHelp,
	}
	var n int
	next := &cobra.Command{
		Use: "next", Short: "When the jobs are due next", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := a.config()
			if err != nil {
				return err
			}
			e, err := a.engine(cfg, nil)
			if err != nil {
				return err
			}
			slots, err := e.Next(n)
			if err != nil {
				return err
			}
			type line struct {
				Job string    `json:"job"`
				At  time.Time `json:"at"`
			}
			lines := []line{}
			for _, s := range slots {
				lines = append(lines, line{s.Job, s.At})
			}
			return a.done(cmd, plural(int64(len(lines)), "slot", "slots"), lines, func(w io.Writer) {
				for _, l := range lines {
					fmt.Fprintf(w, "%s  %s\n", l.At.Format("Mon 2006-01-02 15:04 MST"), l.Job)
				}
			})
		},
	}
	next.Flags().IntVarP(&n, "count", "n", 5, "how many slots")
	list := &cobra.Command{
		Use: "list", Short: "The jobs in force", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := a.config()
			if err != nil {
				return err
			}
			jobs, err := loadJobs(cfg)
			if err != nil {
				return err
			}
			type line struct {
				Name     string   `json:"name"`
				Command  []string `json:"command"`
				Cron     string   `json:"cron"`
				TimeZone string   `json:"time_zone"`
				CatchUp  string   `json:"catch_up"`
				Retries  int      `json:"attempts"`
			}
			lines := []line{}
			for _, j := range jobs {
				lines = append(lines, line{j.Name, j.Command, j.Cron, j.TimeZone, string(j.CatchUp.Policy), j.Retry.Attempts})
			}
			return a.done(cmd, plural(int64(len(lines)), "job", "jobs"), lines, func(w io.Writer) {
				for _, l := range lines {
					fmt.Fprintf(w, "%-12s %-14s %s  %s  (catch up %s, %d attempts)\n", l.Name, l.Cron, l.TimeZone, strings.Join(l.Command, " "), l.CatchUp, l.Retries)
				}
			})
		},
	}
	var since time.Duration
	history := &cobra.Command{
		Use: "history", Short: "The verdict of every slot: ran, skipped, missed", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := a.config()
			if err != nil {
				return err
			}
			var slots []ledger.Slot
			err = readLedger(cmd.Context(), cfg, func(book *ledger.Ledger) (err error) {
				slots, err = book.Slots(cmd.Context(), "", time.Now().Add(-since), time.Time{})
				return err
			})
			if err != nil {
				return err
			}
			type line struct {
				Job        string    `json:"job"`
				At         time.Time `json:"slot_at"`
				Verdict    string    `json:"verdict"`
				Reason     string    `json:"reason,omitempty"`
				RunID      int64     `json:"run_id,omitempty"`
				CaughtUpBy int64     `json:"caught_up_by,omitempty"`
			}
			lines := []line{}
			for _, s := range slots {
				lines = append(lines, line{s.Job, s.At, string(s.Verdict), s.Reason, s.RunID, s.CaughtUpBy})
			}
			return a.done(cmd, plural(int64(len(lines)), "slot", "slots"), lines, func(w io.Writer) {
				for _, l := range lines {
					more := l.Reason
					if l.RunID > 0 {
						more = fmt.Sprintf("run %d %s", l.RunID, more)
					}
					if l.CaughtUpBy > 0 {
						more = fmt.Sprintf("caught up by run %d", l.CaughtUpBy)
					}
					fmt.Fprintf(w, "%s  %-12s %-8s %s\n", l.At.Local().Format("2006-01-02 15:04"), l.Job, l.Verdict, more)
				}
				if len(lines) == 0 {
					fmt.Fprintln(w, "no slot has been decided yet: phuluc schedule run")
				}
			})
		},
	}
	history.Flags().DurationVar(&since, "since", 31*24*time.Hour, "how far back")
	runs := &cobra.Command{
		Use: "run", Short: "Keep running and start the jobs when they are due; Ctrl-C or SIGTERM ends it",
		Long: `Keep running and start the jobs when they are due. Slots that were missed while nothing ran are decided at the start and
caught up as the job says. SIGTERM ends the run that is going on within ten seconds; what is published stays.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := a.config()
			if err != nil {
				return err
			}
			return a.runJobs(cmd.Context(), cfg)
		},
	}
	cmd.AddCommand(runs, next, list, history)
	return cmd
}

func loadJobs(cfg config) ([]schedules.Job, error) {
	load := schedules.Default
	if cfg.Schedules != "" {
		load = func() ([]schedules.Job, error) { return schedules.Load(os.DirFS(cfg.Schedules)) }
	}
	jobs, err := load()
	var bad *schedules.ConfigError
	if errors.As(err, &bad) {
		where := bad.File
		if bad.Line > 0 {
			where = fmt.Sprintf("%s, line %d", bad.File, bad.Line)
		}
		return nil, &failure{Exit: exitInput, What: "a job definition is not valid", Where: where, Why: bad.Err.Error(), Try: bad.Hint, err: err}
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &failure{Exit: exitInput, What: "the folder of job definitions does not exist", Where: cfg.Schedules, Try: "correct schedules: in phuluc.yaml", err: err}
	}
	if err != nil {
		return nil, err
	}
	for _, j := range jobs {
		if len(j.Command) == 0 || j.Command[0] != "refresh" || slices.ContainsFunc(j.Command[1:], func(w string) bool { return w != "--full" }) {
			return nil, &failure{Exit: exitInput, What: fmt.Sprintf("job %s can not be run", j.Name), Why: fmt.Sprintf("its command is %q", strings.Join(j.Command, " ")), Try: "command: [refresh] or command: [refresh, --full]"}
		}
	}
	return jobs, nil
}

// engine gives the schedule engine over a book; without one it tells what the clock alone does.
func (a *app) engine(cfg config, book schedules.Book) (*schedules.Engine, error) {
	jobs, err := loadJobs(cfg)
	if err != nil {
		return nil, err
	}
	return schedules.New(jobs, book, schedules.System{}, jobRunner{a, cfg}, schedules.Log{Logger: a.log()})
}

// runJobs keeps running until ctx ends.
func (a *app) runJobs(ctx context.Context, cfg config) (err error) {
	if _, err := loadJobs(cfg); err != nil { // before anything is made
		return err
	}
	book, err := ledger.Open(ctx, refresh.LedgerPath(cfg.DataDir))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	e, err := a.engine(cfg, book)
	if err != nil {
		return err
	}
	held, err := lock.Acquire(ctx, filepath.Join(cfg.DataDir, "schedule.lock"), "schedule run", 0)
	if err != nil {
		return runFailure(cfg, err)
	}
	if !a.quiet {
		if slots, err := e.Next(1); err == nil && len(slots) == 1 {
			fmt.Fprintf(a.stderr, "schedule: next is %s at %s\n", slots[0].Job, slots[0].At.Format("2006-01-02 15:04 MST"))
		}
	}
	return errors.Join(e.Run(ctx), held.Release())
}

type jobRunner struct {
	a   *app
	cfg config
}

// Run does what the job says: a refresh, like a person's.
func (r jobRunner) Run(ctx context.Context, j schedules.Job, _ time.Time) (int64, error) {
	report, _, err := r.a.refresh(ctx, r.cfg, slices.Contains(j.Command, "--full"), "schedule "+j.Name)
	return report.RunID, err
}
