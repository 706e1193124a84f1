// The tests of this package run the built program, as its users do, and import none of the packages that open a warehouse:
// what a test says about a warehouse came through `phuluc query`.
package main_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/shopspring/decimal"
)

var (
	program string // the built binary
	scratch string // a folder for what several tests share; removed at the end
)

func TestMain(m *testing.M) { os.Exit(buildAndRun(m)) }

func buildAndRun(m *testing.M) int {
	dir, err := os.MkdirTemp("", "phuluc-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	scratch, program = dir, filepath.Join(dir, "phuluc")
	build := exec.Command("go", "build", "-buildvcs=false", "-tags", "duckdb_arrow", "-o", program, ".")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// Exit codes of the program.
const (
	done        = 0
	input       = 2
	environment = 3
	interrupted = 130
)

// outcome is how one call of the program ended.
type outcome struct {
	code           int
	stdout, stderr string
	peak           int64         // largest resident size, bytes
	cpu            time.Duration // user and system
}

// command prepares a call in an empty folder of its own, so that no phuluc.yaml of the surroundings is read.
func command(t testing.TB, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	t.Cleanup(cancel)
	c := exec.CommandContext(ctx, program, args...)
	c.Dir = t.TempDir()
	return c
}

func finish(t testing.TB, c *exec.Cmd) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	err := c.Run()
	return ended(t, c, err, &stdout, &stderr)
}

func ended(t testing.TB, c *exec.Cmd, err error, stdout, stderr *bytes.Buffer) outcome {
	t.Helper()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("%v: %v", c.Args, err)
	}
	o := outcome{code: c.ProcessState.ExitCode(), stdout: stdout.String(), stderr: stderr.String(), cpu: c.ProcessState.UserTime() + c.ProcessState.SystemTime()}
	if u, ok := c.ProcessState.SysUsage().(*syscall.Rusage); ok {
		o.peak = u.Maxrss * 1024
	}
	return o
}

// run calls the program and demands the exit code.
func run(t testing.TB, code int, args ...string) outcome {
	t.Helper()
	o := finish(t, command(t, args...))
	if o.code != code {
		t.Fatalf("phuluc %s: exit code %d, want %d\nstdout: %s\nstderr: %s", strings.Join(args, " "), o.code, code, clip(o.stdout), clip(o.stderr))
	}
	return o
}

func clip(s string) string {
	if len(s) > 3000 {
		return s[:3000] + " …"
	}
	return s
}

// envelope is what every command but check prints with --json.
type envelope struct {
	Command string          `json:"command"`
	OK      bool            `json:"ok"`
	Summary string          `json:"summary"`
	Result  json.RawMessage `json:"result"`
	Error   *struct {
		Exit                  int
		What, Where, Why, Try string
	} `json:"error"`
}

// runJSON calls the program with --json, demands the exit code and one well-formed envelope, and decodes its result.
func runJSON[T any](t testing.TB, code int, args ...string) (T, envelope) {
	t.Helper()
	o := run(t, code, append(slices.Clone(args), "--json")...)
	var result T
	return result, decodeEnvelope(t, o, &result)
}

func decodeEnvelope(t testing.TB, o outcome, result any) envelope {
	t.Helper()
	var e envelope
	d := json.NewDecoder(strings.NewReader(o.stdout))
	if err := d.Decode(&e); err != nil {
		t.Fatalf("no envelope: %v\nstdout: %s\nstderr: %s", err, clip(o.stdout), clip(o.stderr))
	}
	if d.More() {
		t.Fatalf("more than one envelope: %s", clip(o.stdout))
	}
	if len(e.Result) > 0 {
		decode(t, e.Result, result)
	}
	return e
}

// decode keeps numbers as they are written.
func decode(t testing.TB, data []byte, into any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		t.Fatalf("%v\n%s", err, clip(string(data)))
	}
}

// report is the result of refresh and demo.
type report struct {
	RunID       int64            `json:"run_id"`
	Unchanged   bool             `json:"unchanged"`
	Generation  int              `json:"generation"`
	File        string           `json:"file"`
	Found       int              `json:"files_found"`
	New         int              `json:"files_new"`
	Landed      int              `json:"files_landed"`
	Cached      int              `json:"files_cached"`
	FileFaults  map[string]int   `json:"file_faults"`
	Sheets      int64            `json:"sheets"`
	Cells       int64            `json:"cells_read"`
	Loaded      int64            `json:"cells_loaded"`
	Quarantined int64            `json:"cells_quarantined"`
	Skipped     int64            `json:"cells_skipped"`
	Values      int64            `json:"values"`
	Reasons     map[string]int64 `json:"quarantine_reasons"`
	Checks      struct{ Declared, Run, Passed, Warnings int }
}

// home is a data folder.
type home string

func newHome(t testing.TB) home { return home(filepath.Join(t.TempDir(), "data")) }

func (h home) path(elements ...string) string {
	return filepath.Join(append([]string{string(h)}, elements...)...)
}

// put writes a file into the inbox.
func (h home) put(t testing.TB, name string, data []byte) {
	t.Helper()
	write(t, h.path("inbox", filepath.FromSlash(name)), data)
}

func write(t testing.TB, name string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func (h home) refresh(t testing.TB, args ...string) report {
	t.Helper()
	r, _ := runJSON[report](t, done, append([]string{"refresh", "--data", string(h)}, args...)...)
	return r
}

// record is one row of an answer. Decimals are exact texts.
type record map[string]any

func (r record) text(column string) string {
	switch v := r[column].(type) {
	case nil:
		return ""
	case string:
		return v
	case json.Number:
		return v.String()
	default:
		return fmt.Sprint(v)
	}
}

func (r record) number(t testing.TB, column string) decimal.Decimal {
	t.Helper()
	d, err := decimal.NewFromString(r.text(column))
	if err != nil {
		t.Fatalf("%s is %v: %v", column, r[column], err)
	}
	return d
}

// ask runs a query on the published warehouse.
func (h home) ask(t testing.TB, sql string, args ...any) []record {
	t.Helper()
	if len(args) > 0 {
		sql = fmt.Sprintf(sql, args...)
	}
	o := run(t, done, "query", "--data", string(h), "--format", "jsonl", sql)
	var rows []record
	d := json.NewDecoder(strings.NewReader(o.stdout))
	d.UseNumber()
	for d.More() {
		var r record
		if err := d.Decode(&r); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		rows = append(rows, r)
	}
	return rows
}

// one is ask for a query with one value.
func (h home) one(t testing.TB, sql string, args ...any) string {
	t.Helper()
	rows := h.ask(t, sql, args...)
	if len(rows) != 1 || len(rows[0]) != 1 {
		t.Fatalf("%s: %v, want one value", sql, rows)
	}
	for column := range rows[0] {
		return rows[0].text(column)
	}
	return ""
}

// manifest is what stands beside a generation.
type manifest struct {
	Generation int    `json:"generation"`
	InputHash  string `json:"input_hash"`
	Tables     []struct {
		Name string `json:"name"`
		Rows int64  `json:"rows"`
		Hash string `json:"hash"`
	} `json:"tables"`
}

func (h home) manifest(t testing.TB, generation int) manifest {
	t.Helper()
	data, err := os.ReadFile(h.path("warehouse", fmt.Sprintf("gen-%06d.json", generation)))
	if err != nil {
		t.Fatal(err)
	}
	var m manifest
	decode(t, data, &m)
	if len(m.Tables) < 40 {
		t.Fatalf("the manifest of generation %d names %d tables", generation, len(m.Tables))
	}
	return m
}

// sameTables compares the content hashes of two generations, table by table, but for those excepted.
func sameTables(t testing.TB, a, b manifest, except ...string) {
	t.Helper()
	hash := map[string]string{}
	for _, x := range a.Tables {
		hash[x.Name] = fmt.Sprint(x.Rows, " rows ", x.Hash)
	}
	for _, x := range b.Tables {
		if other, ok := hash[x.Name]; !ok {
			t.Errorf("%s is in one generation only", x.Name)
		} else if mine := fmt.Sprint(x.Rows, " rows ", x.Hash); other != mine && !slices.Contains(except, x.Name) {
			t.Errorf("%s differs: %s and %s", x.Name, other, mine)
		}
		delete(hash, x.Name)
	}
	for name := range hash {
		t.Errorf("%s is in one generation only", name)
	}
}

// shared is a warehouse that several tests read and none changes.
type shared struct {
	home
	report report
	outcome
}

func makeShared(name string, args ...string) func() (shared, error) {
	return sync.OnceValues(func() (shared, error) {
		s := shared{home: home(filepath.Join(scratch, name))}
		var stdout, stderr bytes.Buffer
		c := exec.Command(program, append(args, "--json", "--data", string(s.home))...)
		c.Dir, c.Stdout, c.Stderr = scratch, &stdout, &stderr
		err := c.Run()
		if err != nil {
			return s, fmt.Errorf("%v: %w\n%s%s", c.Args, err, clip(stdout.String()), clip(stderr.String()))
		}
		s.cpu = c.ProcessState.UserTime() + c.ProcessState.SystemTime()
		if u, ok := c.ProcessState.SysUsage().(*syscall.Rusage); ok {
			s.peak = u.Maxrss * 1024
		}
		var e struct{ Result *report }
		e.Result = &s.report
		return s, json.Unmarshal(stdout.Bytes(), &e)
	})
}

var (
	makeDemo = makeShared("demo", "demo")
	makeFull = makeShared("full", "demo", "--full-sample")
)

// demo gives the warehouse of the default part of the sample.
func demo(t testing.TB) shared {
	t.Helper()
	s, err := makeDemo()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// full gives the warehouse of the whole sample.
func full(t testing.TB) shared {
	t.Helper()
	if testing.Short() {
		t.Skip("the whole sample is not for -short")
	}
	s, err := makeFull()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// copyTree copies files with their modes and times, and links as links.
func copyTree(t testing.TB, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, p)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rel)
		info, err := d.Info()
		if err != nil {
			return err
		}
		switch {
		case d.IsDir():
			return os.MkdirAll(target, 0o755)
		case d.Type()&fs.ModeSymlink != 0:
			link, err := os.Readlink(p)
			if err != nil {
				return err
			}
			return os.Symlink(link, target)
		}
		data, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		if err := os.WriteFile(target, data, info.Mode()); err != nil {
			return err
		}
		return os.Chtimes(target, info.ModTime(), info.ModTime())
	})
	if err != nil {
		t.Fatal(err)
	}
}

// object is the path of a landed object.
func (h home) object(sha string) string { return h.path("landing", "objects", sha[:2], sha) }

func lines(s string) []string { return strings.Split(strings.TrimRight(s, "\n"), "\n") }
