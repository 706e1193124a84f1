//go:build unix

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
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/phuluc/phuluc/load/ledger"
)

// small fills an inbox with n annexes of different provinces.
func (h home) small(t testing.TB, n int) {
	t.Helper()
	for i, p := range []string{"Tỉnh Hà Giang", "Tỉnh Cao Bằng", "Tỉnh Bắc Kạn", "Tỉnh Tuyên Quang", "Tỉnh Lào Cai", "Tỉnh Điện Biên", "Tỉnh Lai Châu", "Tỉnh Sơn La",
		"Tỉnh Yên Bái", "Tỉnh Hoà Bình", "Tỉnh Thái Nguyên", "Tỉnh Lạng Sơn", "Tỉnh Bắc Giang", "Tỉnh Phú Thọ", "Tỉnh Nghệ An"}[:n] {
		h.put(t, fmt.Sprintf("%02d.xlsx", i), goodAnnex(p).xlsx(t, nil))
	}
}

// intact demands that the published generation is the one named, whole, and answers.
func (h home) intact(t testing.TB, generation int) {
	t.Helper()
	type version struct {
		Generation int
		Current    bool
		Problem    string
	}
	list, _ := runJSON[[]version](t, done, "versions", "--verify", "--data", string(h))
	current := 0
	for _, v := range list {
		if v.Problem != "" {
			t.Errorf("generation %d: %s", v.Generation, v.Problem)
		}
		if v.Current {
			current = v.Generation
		}
	}
	if current != generation {
		t.Errorf("generation %d is published, want %d", current, generation)
	}
	if generation > 0 && h.one(t, "SELECT count(*) FROM mart.indicator_trend") == "0" {
		t.Error("the published generation is empty")
	}
}

// limited calls the program with a limit on the size of the files it writes, in blocks of 512 bytes: the write at the limit
// fails as on a full disk (EFBIG instead of ENOSPC), and this needs no privileges.
func limited(t testing.TB, blocks int, args ...string) outcome {
	t.Helper()
	c := command(t, args...)
	c.Args = append([]string{"sh", "-c", fmt.Sprintf(`ulimit -f %d; exec "$0" "$@"`, blocks), program}, args...)
	c.Path = "/bin/sh"
	return finish(t, c)
}

func TestAFullDiskFailsTheRefreshAndKeepsThePublishedGeneration(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.small(t, 5)
	first := h.refresh(t)
	info, err := os.Stat(first.File)
	if err != nil {
		t.Fatal(err)
	}
	whole := int(info.Size() / 512)
	for i, blocks := range []int{4, whole / 20, whole / 4, whole / 2, whole * 9 / 10} {
		h.put(t, fmt.Sprintf("new%d.xlsx", i), goodAnnex("Tỉnh Quảng Ninh").xlsx(t, nil))
		o := limited(t, blocks, "refresh", "--full", "--json", "--data", string(h))
		if o.code != environment {
			t.Errorf("%d blocks: exit code %d, want %d\n%s%s", blocks, o.code, environment, clip(o.stdout), clip(o.stderr))
		} else if e := decodeEnvelope(t, o, new(any)); e.OK || e.Error == nil || !strings.Contains(e.Error.Try, "free ") {
			t.Errorf("%d blocks: %+v", blocks, e.Error)
		}
		h.intact(t, 1)
	}
	leftovers, err := filepath.Glob(h.path("warehouse", ".candidate-*"))
	if err != nil || len(leftovers) > 0 {
		t.Errorf("left behind: %v (%v)", leftovers, err)
	}
	// With space again, everything works.
	if r := h.refresh(t); r.Generation <= 1 {
		t.Errorf("%+v", r)
	}
}

// The real thing, where the system lets a test mount a small file system in a namespace of its own.
func TestARealFullDiskFailsTheRefreshWithItsReason(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	probe := exec.Command("unshare", "-rm", "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", dir)
	if out, err := probe.CombinedOutput(); err != nil {
		t.Skipf("no namespaces here: %v %s", err, out)
	}
	h := newHome(t)
	h.small(t, 5)
	disk := h.path("disk")
	if err := os.MkdirAll(disk, 0o755); err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(t.TempDir(), "c.yaml")
	write(t, config, fmt.Appendf(nil, "data_dir: %q\ninbox: [%q]\n", disk, h.path("inbox")))
	for _, size := range []string{"16k", "400k", "3m"} {
		c := command(t)
		c.Path = "/bin/sh"
		c.Args = []string{"sh", "-c", `exec unshare -rm sh -c 'mount -t tmpfs -o size="$1" tmpfs "$2" && exec "$3" refresh --json --config "$4"' sh "$@"`, "sh", size, disk, program, config}
		o := finish(t, c)
		if o.code != environment {
			t.Errorf("%s: exit code %d, want %d\n%s%s", size, o.code, environment, clip(o.stdout), clip(o.stderr))
		} else if e := decodeEnvelope(t, o, new(any)); e.Error == nil || !strings.Contains(e.Error.Try, "free ") {
			t.Errorf("%s: %+v", size, e.Error)
		}
	}
}

func TestAnUnwritableDataFolderIsToldWithAnotherChoice(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	write(t, file, nil)
	inbox := filepath.Join(dir, "inbox")
	write(t, filepath.Join(inbox, "a.xlsx"), goodAnnex("Tỉnh Hà Giang").xlsx(t, nil))
	folders := map[string]string{"below a file": filepath.Join(file, "data"), "below a device": "/dev/null/data"}
	if os.Getuid() != 0 { // the superuser may write everywhere
		closed := filepath.Join(dir, "closed")
		if err := os.Mkdir(closed, 0o555); err != nil {
			t.Fatal(err)
		}
		folders["without permission"] = filepath.Join(closed, "data")
	}
	for name, folder := range folders {
		t.Run(name, func(t *testing.T) {
			config := filepath.Join(t.TempDir(), "c.yaml")
			write(t, config, fmt.Appendf(nil, "data_dir: %q\ninbox: [%q]\n", folder, inbox))
			for _, call := range []string{"refresh", "demo", "doctor"} {
				_, e := runJSON[any](t, environment, call, "--config", config)
				if e.OK || e.Error == nil || !strings.Contains(e.Error.Try, "--data") || !strings.Contains(fmt.Sprint(e.Error), filepath.Dir(folder)) {
					t.Errorf("%s: %+v", call, e.Error)
				}
			}
		})
	}
}

// begin starts the program and waits until it holds the lock of the data folder.
func (h home) begin(t testing.TB, args ...string) (c *exec.Cmd, stdout, stderr *lockedBuffer) {
	t.Helper()
	c = command(t, append(args, "--data", string(h))...)
	stdout, stderr = new(lockedBuffer), new(lockedBuffer)
	c.Stdout, c.Stderr = stdout, stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if c.ProcessState == nil {
			_ = c.Process.Kill() // the test failed before it ended
			_ = c.Wait()
		}
	})
	eventually(t, "the lock is taken", func() bool {
		data, err := os.ReadFile(h.path("lock"))
		var holder struct{ PID int }
		return err == nil && json.Unmarshal(data, &holder) == nil && holder.PID == c.Process.Pid
	})
	return c, stdout, stderr
}

func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !holds(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within a minute: %s", what)
		}
	}
}

func TestOfTwoRefreshesTheSecondWaitsOrNamesTheHolder(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.small(t, 5)
	first, stdout, _ := h.begin(t, "refresh", "--json")
	// The holder stands still, so that the second call meets it for sure.
	if err := first.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	_, e := runJSON[report](t, environment, "refresh", "--data", string(h))
	if e.Error == nil || !strings.Contains(e.Error.Why, fmt.Sprint("process ", first.Process.Pid)) || !strings.Contains(e.Error.Try, "--wait") {
		t.Errorf("%+v does not name process %d", e.Error, first.Process.Pid)
	}
	_, e = runJSON[report](t, environment, "refresh", "--data", string(h), "--wait", "100ms")
	if e.Error == nil || !strings.Contains(e.Error.Why, "waited") {
		t.Errorf("%+v", e.Error)
	}
	if err := first.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	r := h.refresh(t, "--wait", "2m")
	if err := first.Wait(); err != nil {
		t.Fatalf("the first run failed: %v", err)
	}
	var one report
	decodeEnvelope(t, outcome{stdout: stdout.String()}, &one)
	if one.Generation != 1 || !r.Unchanged || r.Generation != 1 {
		t.Errorf("first %+v, second %+v: the second finds the work of the first done", one, r)
	}
}

func TestConfigurationWithAMisspeltKeyNamesTheNearest(t *testing.T) {
	t.Parallel()
	for misspelt, nearest := range map[string]string{"data_dri": "data_dir", "tread": "threads", "inbx": "inbox"} {
		config := filepath.Join(t.TempDir(), "phuluc.yaml")
		write(t, config, []byte("keep: 5\n"+misspelt+": 1\n"))
		for _, call := range [][]string{{"refresh"}, {"versions"}, {"doctor"}} {
			_, e := runJSON[any](t, input, append(call, "--config", config)...)
			if e.Error == nil || !strings.Contains(fmt.Sprint(*e.Error), misspelt) || !strings.Contains(e.Error.Try, nearest) || !strings.Contains(fmt.Sprint(*e.Error), "line 2") {
				t.Errorf("%s, %v: %+v", misspelt, call, e.Error)
			}
		}
	}
	// The file in the current folder is read without being named.
	c := command(t, "versions")
	write(t, filepath.Join(c.Dir, "phuluc.yaml"), []byte("kep: 5\n"))
	if o := finish(t, c); o.code != input || !strings.Contains(o.stderr, `"keep"`) {
		t.Errorf("exit code %d: %s", o.code, o.stderr)
	}
}

func TestWrongCallsEndWithTwoAndSayWhatToTry(t *testing.T) {
	t.Parallel()
	w := demo(t)
	nothing := newHome(t)
	for _, args := range [][]string{
		{"refrsh"},
		{"refresh", "--ful"},
		{"refresh", "extra"},
		{"query"},
		{"query", "--data", string(w.home), "SELECT * FROM mart.indicator_trand"},
		{"query", "--data", string(w.home), "SELEC 1"},
		{"query", "--data", string(w.home), "--format", "yaml", "SELECT 1"},
		{"query", "--data", string(w.home), "--generation", "99", "SELECT 1"},
		{"query", "--data", string(nothing), "SELECT 1"},
		{"explain", "--data", string(nothing), "--indicator", "poverty_rate"},
		{"export", "--data", string(nothing), t.TempDir()},
		{"quarantine", "list", "--data", string(nothing)},
		{"rollback", "--data", string(nothing)},
		{"diff", "--data", string(w.home), "1", "x"},
		{"check"},
		{"check", filepath.Join(t.TempDir(), "absent.xlsx")},
		{"check", t.TempDir()},
		{"refresh", "--config", filepath.Join(t.TempDir(), "absent.yaml")},
	} {
		o := finish(t, command(t, args...))
		if o.code != input || !strings.Contains(o.stderr, "try") {
			t.Errorf("%v: exit code %d, want %d with something to try: %s", args, o.code, input, clip(o.stderr))
		}
		if o.stdout != "" {
			t.Errorf("%v: an error on stdout: %s", args, clip(o.stdout))
		}
	}
	if _, err := os.Stat(string(nothing)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("asking a warehouse that is not there made %s (%v)", nothing, err)
	}
}

// A user of SQL reads the warehouse and nothing else. Guards invariant 11 as far as query goes.
func TestQueryCanNotWriteNorReadFiles(t *testing.T) {
	t.Parallel()
	w := demo(t)
	secret := filepath.Join(t.TempDir(), "secret.csv")
	write(t, secret, []byte("a\n1\n"))
	for _, sql := range []string{
		"DROP TABLE mart.indicator_trend", "CREATE TABLE t AS SELECT 1", "UPDATE dw.fact_observation SET value = 0",
		"SELECT * FROM read_csv('" + secret + "')", "FROM '" + secret + "'", "COPY (SELECT 1) TO '" + secret + ".out'",
		"ATTACH '" + secret + ".db'", "INSTALL httpfs", "LOAD httpfs",
	} {
		o := finish(t, command(t, "query", "--data", string(w.home), sql))
		if o.code != input {
			t.Errorf("%s: exit code %d, want %d: %s", sql, o.code, input, clip(o.stdout+o.stderr))
		}
	}
	if _, err := os.Stat(secret + ".out"); err == nil {
		t.Error("a query wrote a file")
	}
	w.intact(t, w.report.Generation)
}

func TestCtrlCEndsARefreshAtAnyStageAndLeavesThePublishedGeneration(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.small(t, 15)
	h.refresh(t)
	for _, stage := range []string{"landing", "normalising", "building"} {
		c, _, stderr := h.begin(t, "refresh", "--full")
		eventually(t, stage, func() bool { return strings.Contains(stderr.String(), stage) || exited(c) })
		if err := c.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		err := c.Wait()
		if code := c.ProcessState.ExitCode(); code != interrupted {
			t.Errorf("%s: exit code %d (%v), want %d: %s", stage, code, err, interrupted, stderr.String())
		}
		if d := time.Since(began); d > 10*time.Second {
			t.Errorf("%s: it took %s to stop", stage, d)
		}
		h.intact(t, 1)
	}
	if r := h.refresh(t, "--full"); r.Generation != 2 || r.Unchanged {
		t.Errorf("%+v", r)
	}
	if n := h.one(t, "SELECT count(*) FROM audit.run WHERE state = 'cancelled'"); n != "3" {
		t.Errorf("%s runs are recorded as cancelled, want 3", n)
	}
}

// exited reports whether the process is gone or a zombie.
func exited(c *exec.Cmd) bool {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.Process.Pid))
	return err == nil && strings.Contains(string(data), ") Z ")
}

func TestSIGTERMEndsTheScheduleWithinTenSecondsInTheMiddleOfARun(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.small(t, 15)
	h.refresh(t)
	h.put(t, "later.xlsx", goodAnnex("Tỉnh Quảng Ninh").xlsx(t, nil))
	jobs := t.TempDir()
	write(t, filepath.Join(jobs, "often.yaml"), []byte("name: often\ncommand: [refresh, --full]\ncron: \"*/5 * * * *\"\ntime_zone: Asia/Ho_Chi_Minh\n"))
	config := filepath.Join(t.TempDir(), "c.yaml")
	write(t, config, fmt.Appendf(nil, "data_dir: %q\nschedules: %q\n", string(h), jobs))
	// The job was installed some time ago and nothing ran: one run is due at once.
	book, err := ledger.Open(context.Background(), h.path("ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	installed := time.Now().Add(-30 * time.Minute).Truncate(time.Minute)
	err = errors.Join(book.Reschedule(context.Background(), "often", ledger.Span{From: installed, Cron: "*/5 * * * *", TimeZone: "Asia/Ho_Chi_Minh"}),
		book.Decide(context.Background(), "often", installed, nil), book.Close())
	if err != nil {
		t.Fatal(err)
	}
	c := command(t, "schedule", "run", "--config", config)
	stderr := new(lockedBuffer)
	c.Stderr = stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the run is at work", func() bool { return strings.Contains(stderr.String(), "normalising") || exited(c) })
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	_ = c.Wait() // its exit code is looked at below
	if d := time.Since(began); d > 10*time.Second {
		t.Errorf("it took %s to stop", d)
	}
	if code := c.ProcessState.ExitCode(); code != done && code != interrupted {
		t.Errorf("exit code %d: %s", code, stderr.String())
	}
	h.intact(t, 1)
	// What was cut short is told by the history of the next engine, and a refresh works.
	h.refresh(t)
	type slot struct{ Job, Verdict, Reason string }
	history, _ := runJSON[[]slot](t, done, "schedule", "history", "--config", config)
	for _, s := range history {
		if s.Job != "often" || s.Verdict != "missed" && s.Verdict != "skipped" && s.Verdict != "ran" || s.Verdict != "ran" && s.Reason == "" {
			t.Errorf("%+v", s)
		}
	}
}

func TestScheduleListsAndForetellsItsJobs(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	type job struct {
		Name     string
		Command  []string
		Cron     string
		TimeZone string `json:"time_zone"`
	}
	jobs, _ := runJSON[[]job](t, done, "schedule", "list", "--data", string(h))
	if len(jobs) != 1 || jobs[0].Name != "nightly" || jobs[0].Cron != "0 2 * * *" || jobs[0].TimeZone != "Asia/Ho_Chi_Minh" || strings.Join(jobs[0].Command, " ") != "refresh" {
		t.Errorf("%+v", jobs)
	}
	type slot struct {
		Job string
		At  time.Time
	}
	next, _ := runJSON[[]slot](t, done, "schedule", "next", "-n", "3", "--data", string(h))
	if len(next) != 3 {
		t.Fatalf("%+v", next)
	}
	for i, s := range next {
		if u := s.At.UTC(); s.Job != "nightly" || u.Hour() != 19 || u.Minute() != 0 || !u.After(time.Now()) || i > 0 && !u.Equal(next[i-1].At.UTC().AddDate(0, 0, 1)) {
			t.Errorf("%+v", next)
		}
	}
}

// lockedBuffer takes what a process writes while a test looks.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// The limits of a file are those of the configuration: doctor shows them, check obeys them, and a misspelt key of the section
// is no silent default.
func TestLimitsAreConfigured(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	annex := filepath.Join(dir, "a.xlsx")
	write(t, annex, goodAnnex("Tỉnh Hà Giang").xlsx(t, nil))
	config := func(text string) string {
		name := filepath.Join(t.TempDir(), "phuluc.yaml")
		write(t, name, []byte(text))
		return name
	}
	codes := func(config string) string {
		o := run(t, input, "check", "--json", "--config", config, annex)
		var c checked
		decode(t, []byte(lines(o.stdout)[0]), &c)
		if len(c.Quarantine) != 1 {
			t.Fatalf("%s", o.stdout)
		}
		return c.Quarantine[0].Code
	}
	if got := codes(config("limits:\n  file_size: 1KB\n")); got != "file.limit" {
		t.Error(got)
	}
	if got := codes(config("limits: {cells: 10}\n")); got != "file.limit" {
		t.Error(got)
	}
	if got := codes(config("file_timeout: 1ns\n")); got != "file.timeout" {
		t.Error(got)
	}
	run(t, done, "check", "--config", config("limits:\n  cells: 0\n  file_size: 1 GB\n"), annex)
	for text, want := range map[string]string{
		"keep: 5\nlimits:\n  fil_size: 1MB\n": "file_size", "limits:\n  file_size: 1 mile\n": "64MB", "limits:\n  cells: -1\n": "-1", "limits: 5\n": "keys and values",
	} {
		_, e := runJSON[any](t, input, "doctor", "--config", config(text))
		if e.Error == nil || !strings.Contains(fmt.Sprint(*e.Error), want) {
			t.Errorf("%q: %+v", text, e.Error)
		}
	}
	if o := run(t, done, "doctor", "--data", dir, "--config", config("limits:\n  file_size: 512KB\n")); !strings.Contains(o.stdout, "file_size: 512KB") || !strings.Contains(o.stdout, "unpacked_size: 256MB") {
		t.Error(o.stdout)
	}
}
