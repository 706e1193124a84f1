package ledger

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMain lets the test binary play a writing process: one that begins a run and waits, one that writes without end, one
// that opens the ledger once.
func TestMain(m *testing.M) {
	mode, path := os.Getenv("LEDGER_TEST_MODE"), os.Getenv("LEDGER_TEST_PATH")
	if mode == "" {
		os.Exit(m.Run())
	}
	ctx := context.Background()
	l, err := Open(ctx, path)
	if err == nil && mode == "run" {
		_, err = l.StartRun(ctx, "refresh", time.Now())
		fmt.Println("running")
		time.Sleep(time.Minute)
	}
	for n := 0; err == nil && mode == "write"; n++ {
		var id int64
		if id, err = l.StartRun(ctx, "refresh", time.Now()); err != nil {
			break
		}
		batch := make([]Item, 10)
		for i := range batch {
			batch[i] = Item{SHA256: fmt.Sprintf("%d-%d-%d", os.Getpid(), n, i), Origins: []string{"a", "b"}, Fate: "loaded", Detail: fmt.Sprintf("%d-%d", os.Getpid(), n)}
		}
		err = errors.Join(l.RecordItems(ctx, id, batch), l.FinishRun(ctx, id, Outcome{Status: Succeeded, At: time.Now()}))
	}
	if err == nil {
		err = l.Close()
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	os.Exit(0)
}

func process(mode, path string) (*exec.Cmd, *bytes.Buffer) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "LEDGER_TEST_MODE="+mode, "LEDGER_TEST_PATH="+path)
	out := new(bytes.Buffer)
	cmd.Stdout, cmd.Stderr = out, out
	return cmd, out
}

func newLedger(t *testing.T) *Ledger {
	t.Helper()
	return reopen(t, filepath.Join(t.TempDir(), "dữ liệu 100%?#", "ledger.sqlite"))
}

func reopen(t *testing.T, path string) *Ledger {
	t.Helper()
	l, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func must[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %+v\nwant %+v", what, got, want)
	}
}

func day(d int) time.Time { return time.Date(2026, 3, d, 19, 0, 0, 0, time.UTC) }

func TestALedgerKeepsWhatItIsTold(t *testing.T) {
	ctx := t.Context()
	l := newLedger(t)
	id := must(l.StartRun(ctx, "refresh --full", day(1)))(t)
	second := must(l.StartRun(ctx, "demo", day(2)))(t)
	outcome := Outcome{Status: Succeeded, At: day(3), Counts: map[string]int64{"files": 63, "loaded": 1 << 40}, Generation: 12}
	event := Event{RunID: id, At: day(1), Kind: "landed", Message: "Huế.xlsx", Detail: map[string]string{"sha256": "aa"}}
	plain := Event{RunID: id, At: day(2), Kind: "published", Message: "generation 12"}
	checks := []CheckResult{{id, "a", "error", "passed", 0, ""}, {id, "b", "warning", "warning", 3, "3 rows"}}
	item := Item{SHA256: "aa", Origins: []string{"inbox/b.xlsx"}, Fate: "refused", Detail: "file.truncated"}
	again := Item{SHA256: "aa", Origins: []string{"inbox/a.xlsx", "inbox/b.xlsx"}, Fate: "loaded"}
	first := QuarantineState{"q1", "open", day(1), "run 1", "", ""}
	then := QuarantineState{"q1", "accepted", day(2), "clerk", "checked", "5 sào"}
	shown := Publication{Generation: 12, Action: "publish", At: day(3)}
	for _, err := range []error{
		l.AddEvents(ctx, event, plain),
		l.RecordChecks(ctx, id, checks),
		l.RecordItems(ctx, id, []Item{item}),
		l.RecordItems(ctx, second, []Item{again, {SHA256: "bb", Fate: "loaded"}}),
		l.SetQuarantineStates(ctx, first, then, QuarantineState{"q0", "open", day(1), "run 1", "", ""}),
		l.RecordQuarantineEntries(ctx, []QuarantineEntry{{QuarantineID: "q2", FirstSeenRun: id, SourceSHA256: "aa", FileName: "a.xlsx", Sheet: "S", Cell: "B2", Code: "unit.unknown", Raw: "5 sào"}, {QuarantineID: "q1", FirstSeenRun: id, SourceSHA256: "aa", Code: "file.empty"}}),
		l.RecordQuarantineEntries(ctx, []QuarantineEntry{{QuarantineID: "q1", FirstSeenRun: id, ResolvedRun: second, ReopenedRun: id, SourceSHA256: "aa", Code: "file.empty"}}),
		l.RecordPublications(ctx, shown, Publication{Generation: 11, Action: "rollback", At: day(4), RunID: second}),
		l.RecordPublications(ctx, Publication{Generation: 12, Action: "publish", At: day(3), RunID: id}),
		l.RecordPublications(ctx, shown),
		l.FinishRun(ctx, id, outcome),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	shown.RunID = id
	r := must(OpenReader(ctx, l.Path()))(t)
	defer r.Close()
	for _, l := range []*Ledger{l, r} {
		same(t, "runs", must(l.Runs(ctx, 0))(t), []Run{
			{ID: second, Command: "demo", StartedAt: day(2), Status: Running, Counts: map[string]int64{}},
			{ID: id, Command: "refresh --full", StartedAt: day(1), FinishedAt: day(3), Status: Succeeded, Counts: outcome.Counts, Generation: 12},
		})
		same(t, "one run", len(must(l.Runs(ctx, 1))(t)), 1)
		same(t, "events", must(l.Events(ctx, id))(t), []Event{event, plain})
		same(t, "checks", must(l.Checks(ctx, id))(t), checks)
		same(t, "items", must(l.Items(ctx))(t), []Item{
			{SHA256: "aa", FirstSeenRun: id, FateRun: second, Origins: again.Origins, Fate: "loaded"},
			{SHA256: "bb", FirstSeenRun: second, FateRun: second, Fate: "loaded"},
		})
		same(t, "quarantine", must(l.QuarantineStates(ctx))(t), []QuarantineState{{"q0", "open", day(1), "run 1", "", ""}, then})
		same(t, "quarantine history", must(l.QuarantineHistory(ctx, "q1"))(t), []QuarantineState{first, then})
		same(t, "quarantine entries", must(l.QuarantineEntries(ctx))(t), []QuarantineEntry{
			{QuarantineID: "q1", FirstSeenRun: id, ResolvedRun: second, ReopenedRun: id, SourceSHA256: "aa", Code: "file.empty"},
			{QuarantineID: "q2", FirstSeenRun: id, SourceSHA256: "aa", FileName: "a.xlsx", Sheet: "S", Cell: "B2", Code: "unit.unknown", Raw: "5 sào"},
		})
		same(t, "publications", must(l.Publications(ctx))(t), []Publication{shown, {11, "rollback", day(4), second}})
	}
	if err := r.AddEvents(ctx, event); !errors.Is(err, ErrReadOnly) {
		t.Errorf("writing through a reader: %v", err)
	}
}

func TestExportGivesHeadersAndText(t *testing.T) {
	ctx := t.Context()
	l := newLedger(t)
	for _, table := range must(l.Export(ctx))(t) {
		if len(table.Columns) < 6 || len(table.Rows) != 0 {
			t.Errorf("%s of a new ledger: %v, %d rows", table.Name, table.Columns, len(table.Rows))
		}
	}
	id := must(l.StartRun(ctx, "refresh", day(1)))(t)
	if err := errors.Join(
		l.AddEvents(ctx, Event{RunID: id, At: day(1), Kind: "k", Message: "m"}),
		l.Reschedule(ctx, "nightly", Span{day(1), "0 2 * * *", "Asia/Ho_Chi_Minh"}),
		l.Decide(ctx, "nightly", day(2), []Slot{{At: day(2), Verdict: Skipped, Reason: "locked", DecidedAt: day(2)}}),
		l.FinishRun(ctx, id, Outcome{Status: Failed, At: day(1), Error: "no space"}),
	); err != nil {
		t.Fatal(err)
	}
	same(t, "export", must(l.Export(ctx))(t), []Table{
		{"run", []string{"run_id", "command", "started_at", "finished_at", "status", "counts", "error", "generation"},
			[][]string{{"1", "refresh", "2026-03-01T19:00:00.000Z", "2026-03-01T19:00:00.000Z", "failed", "{}", "no space", ""}}},
		{"slot", []string{"job", "slot_at", "verdict", "reason", "run_id", "caught_up_by", "decided_at"},
			[][]string{{"nightly", "2026-03-02T19:00:00.000Z", "skipped", "locked", "", "", "2026-03-02T19:00:00.000Z"}}},
		{"run_event", []string{"event_id", "run_id", "at", "kind", "message", "detail"},
			[][]string{{"1", "1", "2026-03-01T19:00:00.000Z", "k", "m", ""}}},
	})
}

func TestARunEndsOnce(t *testing.T) {
	ctx := t.Context()
	l := newLedger(t)
	id := must(l.StartRun(ctx, "refresh", day(1)))(t)
	good := Outcome{Status: Succeeded, At: day(1)}
	if err := l.FinishRun(ctx, id, good); err != nil {
		t.Fatal(err)
	}
	for _, id := range []int64{id, 99} {
		if err := l.FinishRun(ctx, id, good); !errors.Is(err, ErrNotRunning) {
			t.Errorf("run %d: %v", id, err)
		}
	}
	for _, s := range []Status{Running, Crashed, ""} {
		if err := l.FinishRun(ctx, must(l.StartRun(ctx, "x", day(1)))(t), Outcome{Status: s, At: day(1)}); err == nil {
			t.Errorf("a run ended as %q", s)
		}
	}
}

// Invariant 10.
func TestASlotHasOneVerdict(t *testing.T) {
	ctx := t.Context()
	l := newLedger(t)
	if s := must(l.Schedule(ctx, "nightly"))(t); len(s.Spans) != 0 {
		t.Errorf("a job that is not installed: %+v", s)
	}
	span := Span{day(1), "0 2 * * *", "Asia/Ho_Chi_Minh"}
	ran := Slot{Job: "nightly", At: day(2), Verdict: Ran, RunID: 7, DecidedAt: day(2)}
	missed := Slot{Job: "nightly", At: day(3), Verdict: Missed, Reason: "off", CaughtUpBy: 8, DecidedAt: day(4)}
	if err := errors.Join(l.Reschedule(ctx, "nightly", span), l.Decide(ctx, "nightly", day(3), []Slot{ran, missed})); err != nil {
		t.Fatal(err)
	}
	err := l.Decide(ctx, "nightly", day(9), []Slot{
		{At: day(5), Verdict: Ran, RunID: 9, DecidedAt: day(5)},
		{At: day(3), Verdict: Skipped, Reason: "again", DecidedAt: day(5)},
	})
	if !errors.Is(err, ErrDecided) {
		t.Errorf("second verdict: %v", err)
	}
	same(t, "slots", must(l.Slots(ctx, "nightly", time.Time{}, time.Time{}))(t), []Slot{ran, missed})
	same(t, "slots after the first", must(l.Slots(ctx, "", day(2), day(3)))(t), []Slot{missed})
	same(t, "schedule", must(l.Schedule(ctx, "nightly"))(t), Schedule{[]Span{span}, day(3)})
	same(t, "jobs", must(l.Jobs(ctx))(t), []string{"nightly"})
	if err := l.Decide(ctx, "nightly", day(1), nil); err != nil {
		t.Fatal(err)
	}
	same(t, "decided_to after an earlier one", must(l.Schedule(ctx, "nightly"))(t).DecidedTo, day(3))
	for _, bad := range []Slot{
		{At: day(6), Verdict: "perhaps", Reason: "x"}, {At: day(6), Verdict: Skipped}, {At: day(6), Verdict: Missed},
		{At: day(6), Verdict: Skipped, Reason: "x", RunID: 1}, {At: day(6), Verdict: Ran, CaughtUpBy: 1},
	} {
		bad.DecidedAt = day(6)
		if err := l.Decide(ctx, "nightly", day(6), []Slot{bad}); err == nil || errors.Is(err, ErrDecided) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

func TestVerdictsAboutTimesThatHaveNotComeAreWithdrawn(t *testing.T) {
	ctx := t.Context()
	l := newLedger(t)
	slots := []Slot{
		{Job: "j", At: day(2), Verdict: Missed, Reason: "off", DecidedAt: day(9)},
		{Job: "j", At: day(4), Verdict: Missed, Reason: "off", CaughtUpBy: 3, DecidedAt: day(9)},
		{Job: "j", At: day(5), Verdict: Skipped, Reason: "locked", DecidedAt: day(9)},
		{Job: "j", At: day(6), Verdict: Ran, RunID: 3, DecidedAt: day(9)},
	}
	if err := errors.Join(
		l.Reschedule(ctx, "j", Span{day(1), "0 2 * * *", "UTC"}), l.Decide(ctx, "j", day(7), slots),
		l.Reschedule(ctx, "j", Span{day(7), "0 3 * * *", "UTC"}), l.Reschedule(ctx, "j", Span{day(8), "0 4 * * *", "UTC"}),
	); err != nil {
		t.Fatal(err)
	}
	if n := must(l.Withdraw(ctx, "j", day(3)))(t); n != 2 {
		t.Errorf("%d withdrawn", n)
	}
	same(t, "slots", must(l.Slots(ctx, "j", time.Time{}, time.Time{}))(t), []Slot{slots[0], slots[3]})
	same(t, "schedule", must(l.Schedule(ctx, "j"))(t), Schedule{[]Span{{day(1), "0 2 * * *", "UTC"}, {day(3), "0 4 * * *", "UTC"}}, day(3)})
	var aside int
	if err := l.db.QueryRow(`SELECT count(*) FROM slot_withdrawn WHERE withdrawn_at = ?`, stamp(day(3))).Scan(&aside); err != nil || aside != 2 {
		t.Errorf("%d moved aside, %v", aside, err)
	}
}

func TestAttemptsOfASlot(t *testing.T) {
	ctx := t.Context()
	l := newLedger(t)
	first := must(l.StartAttempt(ctx, "j", day(1), day(1)))(t)
	second := must(l.StartAttempt(ctx, "j", day(1), day(2)))(t)
	done := Attempt{ID: first, Job: "j", SlotAt: day(1), StartedAt: day(1), FinishedAt: day(2), RunID: 4, Error: "no network", Transient: true}
	if err := l.FinishAttempt(ctx, done); err != nil {
		t.Fatal(err)
	}
	same(t, "attempts", must(l.Attempts(ctx, "j", day(1)))(t), []Attempt{done, {ID: second, Job: "j", SlotAt: day(1), StartedAt: day(2)}})
}

func TestTheRunOfAKilledProcessIsMarkedCrashedAndThatOfALivingOneIsNot(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.sqlite")
	begin := func() *exec.Cmd {
		cmd, _ := process("run", path)
		cmd.Stdout = nil
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if n, err := out.Read(make([]byte, 7)); n != 7 {
			t.Fatal(n, err)
		}
		return cmd
	}
	dead, living := begin(), begin()
	defer living.Wait()
	defer living.Process.Kill()
	dead.Process.Kill()
	dead.Wait()
	l := reopen(t, path)
	runs := must(l.Runs(t.Context(), 0))(t)
	if len(runs) != 2 || runs[1].Status != Crashed || runs[1].FinishedAt.IsZero() || runs[1].Error == "" || runs[0].Status != Running {
		t.Fatalf("%+v", runs)
	}
	if events := must(l.Events(t.Context(), runs[1].ID))(t); len(events) != 1 || events[0].Kind != "crashed" {
		t.Errorf("%+v", events)
	}
	marks, _ := filepath.Glob(path + writerMark + "*")
	if len(marks) != 2 { // of the living process and of this one
		t.Errorf("lock files %v", marks)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if marks, _ := filepath.Glob(path + writerMark + "*"); len(marks) != 1 {
		t.Errorf("lock files after closing: %v", marks)
	}
}

func TestAProcessKilledAtRandomTimesLosesNoFinishedTransaction(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.sqlite")
	for i := range 30 {
		cmd, out := process("write", path)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(rand.IntN(40)) * time.Millisecond)
		cmd.Process.Signal(syscall.SIGKILL)
		cmd.Wait()
		if out.Len() > 0 {
			t.Fatal(out)
		}
		l, err := Open(t.Context(), path)
		if err != nil {
			t.Fatalf("kill %d: %v", i, err)
		}
		var health string
		if err := l.db.QueryRow(`PRAGMA integrity_check`).Scan(&health); err != nil || health != "ok" {
			t.Fatalf("kill %d: %s, %v", i, health, err)
		}
		var torn, running int
		if err := l.db.QueryRow(`SELECT (SELECT count(*) FROM (SELECT 1 FROM item JOIN item_origin USING (sha256) GROUP BY detail HAVING count(*) <> 20)),
			(SELECT count(*) FROM run WHERE status = 'running')`).Scan(&torn, &running); err != nil || torn+running > 0 {
			t.Fatalf("kill %d: %d half batches, %d runs still running, %v", i, torn, running, err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	l := reopen(t, path)
	if items := must(l.Items(t.Context()))(t); len(items) == 0 {
		t.Error("nothing was ever written: the test kills too early to say anything")
	}
	if marks, _ := filepath.Glob(path + writerMark + "*"); len(marks) != 1 {
		t.Errorf("lock files %v", marks)
	}
}

func TestManyProcessesMayOpenANewLedgerAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.sqlite")
	results := make(chan string)
	const n = 12
	for range n {
		go func() {
			cmd, out := process("open", path)
			if err := cmd.Run(); err != nil {
				fmt.Fprint(out, err)
			}
			results <- out.String()
		}()
	}
	for range n {
		if s := <-results; s != "" {
			t.Error(s)
		}
	}
}

func TestAReaderSeesWhatIsFinishedWhileAWriterWrites(t *testing.T) {
	ctx := t.Context()
	l := newLedger(t)
	id := must(l.StartRun(ctx, "refresh", day(1)))(t)
	r := must(OpenReader(ctx, l.Path()))(t)
	defer r.Close()
	err := l.write(ctx, "test", func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `UPDATE run SET command = 'half'`); err != nil {
			return err
		}
		runs, err := r.Runs(ctx, 0)
		if err != nil {
			return err
		}
		if len(runs) != 1 || runs[0].Command != "refresh" {
			t.Errorf("during a transaction: %+v", runs)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if runs := must(r.Runs(ctx, 0))(t); runs[0].ID != id || runs[0].Command != "half" {
		t.Errorf("after it: %+v", runs)
	}
}

func TestAnOldLedgerIsBroughtUpToDate(t *testing.T) {
	ctx := t.Context()
	text, err := os.ReadFile("testdata/schema_1.sql")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "ledger.sqlite")
	writeSQL(t, path, string(text))
	var old *VersionError
	if _, err := OpenReader(ctx, path); !errors.As(err, &old) || old.Found != 1 || old.Hint() == "" {
		t.Errorf("a reader of the old file: %v", err)
	}
	l := reopen(t, path)
	runs := must(l.Runs(ctx, 0))(t)
	if len(runs) != 3 || runs[2].Counts["cells_read"] != 15120 || runs[2].Generation != 1 || runs[1].Error != "the disk is full" || runs[0].Status != Crashed {
		t.Errorf("runs %+v", runs)
	}
	if e := must(l.Events(ctx, 1))(t); len(e) != 2 || e[0].Detail["sha256"] != "aa" {
		t.Errorf("events %+v", e)
	}
	if it := must(l.Items(ctx))(t); len(it) != 2 || len(it[0].Origins) != 2 || it[1].Detail != "file.truncated" {
		t.Errorf("items %+v", it)
	}
	if q := must(l.QuarantineStates(ctx))(t); len(q) != 1 || q[0].State != "accepted" {
		t.Errorf("quarantine %+v", q)
	}
	if len(must(l.Checks(ctx, 1))(t)) != 2 || len(must(l.Publications(ctx))(t)) != 1 {
		t.Error("checks or publications are missing")
	}
	if err := l.Reschedule(ctx, "nightly", Span{day(1), "0 2 * * *", "UTC"}); err != nil {
		t.Errorf("what the old schema did not have: %v", err)
	}
	if got, want := shape(t, l.db), shape(t, newLedger(t).db); got != want {
		t.Errorf("the shape of an upgraded ledger\n%s\nis not that of a new one\n%s", got, want)
	}
}

func shape(t *testing.T, db *sql.DB) string {
	t.Helper()
	var s string
	if err := db.QueryRow(`SELECT group_concat(sql, char(10)) FROM (SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name)`).Scan(&s); err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(s, "\"", "")
}

func writeSQL(t *testing.T, path, text string) {
	t.Helper()
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(text); err != nil {
		t.Fatal(err)
	}
}

func TestWhatIsNotOurLedgerIsRefusedAndNotTouched(t *testing.T) {
	cases := map[string]struct {
		make func(t *testing.T, path string)
		want func(err error) bool
	}{
		"newer": {
			func(t *testing.T, path string) {
				writeSQL(t, path, fmt.Sprintf("CREATE TABLE run (x); PRAGMA application_id = %d; PRAGMA user_version = 999", applicationID))
			},
			func(err error) bool {
				var v *VersionError
				return errors.As(err, &v) && v.Found == 999 && v.Known == 3 && strings.Contains(v.Hint(), "newer program")
			},
		},
		"foreign": {
			func(t *testing.T, path string) { writeSQL(t, path, "CREATE TABLE bookmarks (url)") },
			func(err error) bool { return errors.Is(err, ErrForeign) },
		},
		"text": {
			func(t *testing.T, path string) {
				if err := os.WriteFile(path, []byte(strings.Repeat("this is not a database ", 100)), 0o644); err != nil {
					t.Fatal(err)
				}
			},
			func(err error) bool { var e *Error; return errors.As(err, &e) && e.Path != "" },
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "ledger.sqlite")
			c.make(t, path)
			before := must(os.ReadFile(path))(t)
			if _, err := Open(t.Context(), path); !c.want(err) {
				t.Errorf("Open: %v", err)
			}
			if _, err := OpenReader(t.Context(), path); !c.want(err) {
				t.Errorf("OpenReader: %v", err)
			}
			if after := must(os.ReadFile(path))(t); sha256.Sum256(before) != sha256.Sum256(after) {
				t.Error("the file changed")
			}
			if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 1 {
				t.Errorf("left behind: %v", entries)
			}
		})
	}
	if _, err := OpenReader(t.Context(), filepath.Join(t.TempDir(), "absent")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
}
