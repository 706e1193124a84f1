package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// app holds what every command needs: streams and the flags that all of them share.
type app struct {
	stdout, stderr io.Writer
	configPath     string
	dataDir        string
	json, quiet    bool
}

// config reads the configuration and applies the flags that override it.
func (a *app) config() (config, error) {
	c, err := loadConfig(a.configPath)
	if err != nil {
		return c, err
	}
	if a.dataDir != "" {
		if len(c.Inbox) == 1 && c.Inbox[0] == filepath.Join(c.DataDir, "inbox") {
			c.Inbox = nil
		}
		if c.Catalogue == c.ownCatalogue() {
			c.Catalogue = ""
		}
		c.DataDir = a.dataDir
		c = c.complete()
	}
	return c, nil
}

// envelope is the one JSON object that a command prints with --json.
type envelope struct {
	Command string   `json:"command"`
	OK      bool     `json:"ok"`
	Summary string   `json:"summary"`
	Result  any      `json:"result,omitempty"`
	Error   *failure `json:"error,omitempty"`
}

// done ends a command well: the envelope with --json, otherwise what text prints.
func (a *app) done(cmd *cobra.Command, summary string, result any, text func(io.Writer)) error {
	if a.json {
		return a.print(envelope{Command: name(cmd), OK: true, Summary: summary, Result: result})
	}
	if text != nil {
		text(a.stdout)
	}
	return nil
}

func (a *app) print(v any) error {
	e := json.NewEncoder(a.stdout)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// report says what went wrong: on stderr for people, in the envelope for programs.
func (a *app) report(cmd *cobra.Command, f *failure) {
	if a.json {
		what, _, _ := strings.Cut(f.What, "\n")
		_ = a.print(envelope{Command: name(cmd), Summary: what, Error: f}) // stdout is gone: nobody is left to tell
		return
	}
	fmt.Fprintln(a.stderr, "Error: "+f.Error())
}

func name(cmd *cobra.Command) string {
	return strings.TrimPrefix(strings.TrimPrefix(cmd.CommandPath(), "phuluc"), " ")
}

// interactive reports whether people watch w.
func interactive(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// version gives the program's version as the Go tool recorded it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "phuluc (unknown version)"
	}
	v := info.Main.Version
	if v == "" || v == "(devel)" {
		v = "development"
	}
	revision := ""
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			revision = " " + s.Value[:12]
		}
	}
	return "phuluc " + v + revision + ", " + info.GoVersion
}

// warehouseDir is where generations are published.
func (c config) warehouseDir() string { return filepath.Join(c.DataDir, "warehouse") }

// plural writes "1 file", "2 files".
func plural(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return thousands(n) + " " + many
}

// thousands groups digits by three: 1,234,567.
func thousands(n int64) string {
	s := fmt.Sprint(n)
	sign := ""
	if n < 0 {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// bytesText writes a size for people: 12.3 MB.
func bytesText(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f kB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d B", n)
}
