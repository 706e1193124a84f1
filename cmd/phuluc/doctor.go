package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/phuluc/phuluc/load"
	"github.com/phuluc/phuluc/load/lock"
	"github.com/phuluc/phuluc/load/publish"
)

// finding of the doctor: what was looked at, whether it is well, and what to try.
type diagnosis struct {
	Name  string `json:"name"`
	State string `json:"state"` // ok, warning, error
	Text  string `json:"text"`
	Try   string `json:"try,omitempty"`
}

func (a *app) doctorCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Say what configuration is in force, what is wrong and what to try",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var list []diagnosis
			note := func(name, state, try, format string, args ...any) {
				list = append(list, diagnosis{name, state, fmt.Sprintf(format, args...), try})
			}
			note("program", "ok", "", "%s, %s/%s, %d processors", version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
			if v, err := load.EngineVersion(cmd.Context()); err != nil {
				note("engine", "error", "reinstall phuluc", "DuckDB does not start: %v", err)
			} else {
				note("engine", "ok", "", "DuckDB %s", v)
			}
			cfg, err := a.config()
			if err != nil {
				f := explainFailure(err)
				note("configuration", "error", f.Try, "%s (%s) %s", f.What, f.Where, f.Why)
				return a.diagnosed(cmd, list)
			}
			where := cfg.path
			if where == "" {
				where = "no phuluc.yaml: defaults"
			}
			text, err := yaml.Marshal(cfg)
			if err != nil {
				return err
			}
			note("configuration", "ok", "", "%s\n%s", where, strings.TrimRight(string(text), "\n"))
			abs, err := filepath.Abs(cfg.DataDir)
			if err != nil {
				return err
			}
			there := abs // the data folder, or that in which a refresh will make it
			for {
				if _, err := os.Stat(there); !errors.Is(err, fs.ErrNotExist) || there == filepath.Dir(there) {
					break
				}
				there = filepath.Dir(there)
			}
			if probe, err := os.CreateTemp(there, ".doctor-*"); err != nil {
				note("data folder", "error", "give this user write permission, or choose another with --data or data_dir", "%v", err)
			} else {
				probe.Close()
				os.Remove(probe.Name())
				if there == abs {
					note("data folder", "ok", "", "%s is writable", abs)
				} else {
					note("data folder", "ok", "", "%s is made by the first refresh", abs)
				}
			}
			var st unix.Statfs_t
			if err := unix.Statfs(there, &st); err == nil {
				free := int64(uint64(st.Bavail) * uint64(st.Bsize))
				if free < 1<<30 {
					note("disk", "warning", "free some space: a run needs twice the size of the last generation", "%s free", bytesText(free))
				} else {
					note("disk", "ok", "", "%s free", bytesText(free))
				}
			}
			for _, dir := range cfg.Inbox {
				entries, err := os.ReadDir(dir)
				if err != nil {
					note("inbox", "warning", "create the folder, or name the right one under inbox:", "%v", err)
					continue
				}
				note("inbox", "ok", "", "%s: %s", dir, plural(int64(len(entries)), "entry", "entries"))
			}
			if _, err := newPipeline(cfg, "", false); err != nil {
				f := explainFailure(err)
				note("catalogue", "error", f.Try, "%s %s", f.What, f.Why)
			} else {
				note("catalogue", "ok", "", "embedded reference data%s", map[bool]string{true: " and " + cfg.Catalogue}[cfg.Catalogue != ""])
			}
			path := filepath.Join(cfg.DataDir, "lock")
			switch holder, held, err := lock.Inspect(path); {
			case err != nil:
				note("lock", "error", "check the permissions of the data folder", "%v", err)
			case held:
				e := &lock.HeldError{Path: path, Holder: holder}
				note("lock", "warning", e.Hint(), "%v", e)
			default:
				note("lock", "ok", "", "no run is at work")
			}
			store, err := openStore(cmd.Context(), cfg)
			if errors.Is(err, publish.ErrNone) {
				note("warehouse", "warning", "phuluc refresh", "nothing has been published yet")
				return a.diagnosed(cmd, list)
			}
			if err != nil {
				f := explainFailure(err)
				note("warehouse", "error", f.Try, "%s %s", f.What, f.Why)
				return a.diagnosed(cmd, list)
			}
			current, err := store.Current()
			switch {
			case errors.Is(err, publish.ErrNone):
				note("warehouse", "warning", "phuluc refresh", "nothing has been published yet")
			case err != nil:
				note("warehouse", "error", "phuluc rollback, or phuluc refresh --full", "%v", err)
			default:
				state, try := "ok", ""
				if err := store.Check(cmd.Context(), current.Generation); err != nil {
					note("warehouse", "error", "phuluc rollback, or phuluc refresh --full", "%v", err)
					break
				}
				age := time.Since(current.CreatedAt)
				if age > 36*time.Hour {
					state, try = "warning", "phuluc schedule history, or run phuluc refresh"
				}
				note("warehouse", state, try, "generation %d, %s, built %s ago, its bytes are those that were verified", current.Generation, bytesText(current.Size), age.Round(time.Second))
			}
			var unstable *publish.Error
			if err := store.StableName(); errors.As(err, &unstable) {
				note("current.duckdb", "warning", unstable.Hint, "%v", err)
			}
			return a.diagnosed(cmd, list)
		},
	}
}

// diagnosed prints the list; an error in it makes the command fail with the environment's exit code.
func (a *app) diagnosed(cmd *cobra.Command, list []diagnosis) error {
	var worst *failure
	for _, d := range list {
		if d.State == "error" && worst == nil {
			worst = &failure{Exit: exitEnvironment, What: d.Name + ": " + d.Text, Try: d.Try}
			if d.Name == "configuration" || d.Name == "catalogue" {
				worst.Exit = exitInput
			}
		}
	}
	if a.json {
		if err := a.print(envelope{Command: name(cmd), OK: worst == nil, Summary: fmt.Sprintf("%d looked at", len(list)), Result: list, Error: worst}); err != nil {
			return err
		}
	} else {
		printDiagnoses(a.stdout, list)
	}
	if worst != nil {
		return silent{worst}
	}
	return nil
}

func printDiagnoses(w io.Writer, list []diagnosis) {
	mark := map[string]string{"ok": "✓", "warning": "!", "error": "✗"}
	for _, d := range list {
		fmt.Fprintf(w, "%s %-13s  %s\n", mark[d.State], d.Name, strings.ReplaceAll(d.Text, "\n", "\n                   "))
		if d.Try != "" && d.State != "ok" {
			fmt.Fprintf(w, "                 try: %s\n", d.Try)
		}
	}
}
