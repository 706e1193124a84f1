package publish

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/phuluc/phuluc/load/lock"
)

func TestAPublishedGenerationSaysWhatItIs(t *testing.T) {
	when := time.Date(2026, 3, 1, 2, 0, 0, 0, time.UTC)
	s, dir := filled(t, 1, Options{Now: func() time.Time { return when }})
	c, err := s.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	body := fake(100)
	if err := os.WriteFile(c.Path, body, 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := c.Publish(t.Context(), manifest(), verifyFake)
	if err != nil || p.Retention.Err != nil {
		t.Fatal(err, p.Retention.Err)
	}
	if p.Generation.Generation != 2 || p.Parent != 1 || !p.Current || p.Size != int64(len(body)) || !p.CreatedAt.Equal(when) ||
		p.RunID != 41 || p.Checks.Warnings != 1 || len(p.Tables) != 1 || filepath.Base(p.Path) != "gen-000002.duckdb" {
		t.Errorf("publication %+v", p)
	}
	current, err := s.Current()
	if err != nil || current.SHA256 != p.SHA256 {
		t.Errorf("current %+v, %v", current, err)
	}
	if got, err := os.ReadFile(filepath.Join(dir, "current.duckdb")); err != nil || !bytes.Equal(got, body) {
		t.Errorf("the link does not lead to what was built: %v", err)
	}
	if target, _ := os.Readlink(s.CurrentPath()); filepath.IsAbs(target) {
		t.Error("the link is absolute: the data directory cannot be moved")
	}
	history, err := s.History()
	if err != nil || len(history) != 2 || history[1] != (Switch{Generation: 2, Action: Published, At: when}) {
		t.Errorf("history %+v, %v", history, err)
	}
	if err := c.Abort(); err != nil {
		t.Errorf("Abort after Publish: %v", err)
	}
	if _, err := c.Publish(t.Context(), manifest(), verifyFake); !errors.Is(err, ErrFinished) {
		t.Errorf("second Publish: %v", err)
	}
	whole(t, dir)
}

// Invariants 5 and 6.
func TestWhatIsNotProvedIsNotPublished(t *testing.T) {
	flip := func(path string) error {
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		b[3] ^= 4
		return os.WriteFile(path, b, 0o644)
	}
	ok := func(*Manifest) {}
	cases := []struct {
		name   string
		damage func(path string) error // after the build
		change func(m *Manifest)
		verify func(path string) ([]Table, error)
		want   error
	}{
		{"a flipped bit", flip, ok, verifyFake, ErrVerify},
		{"a file that is cut", func(p string) error { return os.Truncate(p, 20) }, ok, verifyFake, errFake},
		{"no file", os.Remove, ok, verifyFake, fs.ErrNotExist},
		{"a write-ahead log", func(p string) error { return os.WriteFile(p+".wal", nil, 0o644) }, ok, verifyFake, ErrWAL},
		{"a write-ahead log left by verification", nil, ok, func(p string) ([]Table, error) { return nil, os.WriteFile(p+".wal", nil, 0o644) }, ErrWAL},
		{"a file changed by verification", nil, ok, func(p string) ([]Table, error) {
			return nil, errors.Join(os.Chmod(p, 0o644), os.WriteFile(p, fake(64), 0o644), os.Chtimes(p, time.Time{}, time.Unix(1, 0)))
		}, ErrChanged},
		{"a file exchanged by verification", nil, ok, func(p string) ([]Table, error) {
			return nil, errors.Join(os.Rename(p, p+"2"), os.WriteFile(p, fake(64), 0o644))
		}, ErrChanged},
		{"a check that did not run", nil, func(m *Manifest) { m.Checks.Run-- }, verifyFake, ErrChecks},
		{"a check that failed", nil, func(m *Manifest) { m.Checks.Passed-- }, verifyFake, ErrChecks},
		{"no checks at all", nil, func(m *Manifest) { m.Checks = Checks{} }, verifyFake, ErrChecks},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s, dir := filled(t, 1, Options{})
			k, err := s.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(k.Path, fake(64), 0o644); err != nil {
				t.Fatal(err)
			}
			if c.damage != nil {
				if err := c.damage(k.Path); err != nil {
					t.Fatal(err)
				}
			}
			m := manifest()
			c.change(&m)
			_, err = k.Publish(t.Context(), m, c.verify)
			var typed *Error
			if !errors.Is(err, c.want) || !errors.As(err, &typed) || typed.Op == "" || typed.Path == "" {
				t.Errorf("error %v, want %v", err, c.want)
			}
			if n := whole(t, dir); n != 1 {
				t.Errorf("current is %d", n)
			}
		})
	}
}

func TestADamagedGenerationIsFoundWhereverTheBitIs(t *testing.T) {
	s, _ := filled(t, 1, Options{})
	g, err := s.Current()
	if err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(g.Path)
	if err != nil {
		t.Fatal(err)
	}
	os.Chmod(g.Path, 0o644)
	for bit := range 8 * len(good) {
		bad := bytes.Clone(good)
		bad[bit/8] ^= 1 << (bit % 8)
		if err := os.WriteFile(g.Path, bad, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := s.Check(t.Context(), 1); !errors.Is(err, ErrDamaged) {
			t.Fatalf("bit %d: %v", bit, err)
		}
	}
	if err := os.WriteFile(g.Path, good, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := s.Check(t.Context(), 1); err != nil {
		t.Errorf("the good file: %v", err)
	}
	for name, spoil := range map[string]func() error{
		"cut":   func() error { return os.Truncate(g.Path, int64(len(good)-1)) },
		"a WAL": func() error { return os.WriteFile(g.Path+".wal", nil, 0o644) },
		"manifest": func() error {
			return errors.Join(os.Chmod(g.ManifestPath, 0o644), os.WriteFile(g.ManifestPath, []byte("{"), 0o644))
		},
	} {
		t.Run(name, func(t *testing.T) {
			if err := spoil(); err != nil {
				t.Fatal(err)
			}
			if g, err := s.Current(); err == nil || g.Problem == nil || g.Path == "" {
				t.Errorf("current %+v, %v", g, err)
			}
			if list, err := s.List(); err != nil || len(list) != 1 || list[0].Problem == nil {
				t.Errorf("list %+v, %v", list, err)
			}
		})
	}
}

func TestRollbackMovesNamesOnlyAndIsRecorded(t *testing.T) {
	s, dir := filled(t, 4, Options{})
	reader, err := os.Open(s.CurrentPath())
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	before, _ := os.Stat(s.path(2, "duckdb"))
	g, err := s.Rollback(t.Context(), 2)
	if err != nil || g.Generation != 2 || !g.Current {
		t.Fatalf("%+v, %v", g, err)
	}
	after, _ := os.Stat(s.CurrentPath())
	if !os.SameFile(before, after) {
		t.Error("current is not the very file of generation 2")
	}
	if old, _ := reader.Stat(); os.SameFile(old, after) {
		t.Error("the open reader changed generation")
	}
	if n := whole(t, dir); n != 2 {
		t.Fatalf("after a new Open current is %d: newer generations that were current before must stay", n)
	}
	list, _ := s.List()
	if len(list) != 4 {
		t.Errorf("%d generations", len(list))
	}
	p, err := publishOne(t.Context(), s, 64)
	if err != nil || p.Generation.Generation != 5 || p.Parent != 2 {
		t.Errorf("publication after a rollback: %d from %d, %v", p.Generation.Generation, p.Parent, err)
	}
	if _, err := s.Rollback(t.Context(), 4); err != nil {
		t.Error(err)
	}
	history, _ := s.History()
	var got []string
	for _, h := range history[4:] {
		got = append(got, h.Action)
	}
	if strings.Join(got, " ") != "rollback publish rollback" {
		t.Errorf("history %v", got)
	}
}

func TestRollbackRefusesWhatCannotBeShown(t *testing.T) {
	s, dir := filled(t, 3, Options{})
	os.Chmod(s.path(1, "duckdb"), 0o644)
	if err := os.Truncate(s.path(1, "duckdb"), 5); err != nil {
		t.Fatal(err)
	}
	for to, want := range map[int]error{1: ErrDamaged, 3: ErrCurrent, 9: ErrNotFound, 0: ErrNotFound} {
		_, err := s.Rollback(t.Context(), to)
		var typed *Error
		if !errors.Is(err, want) || !errors.As(err, &typed) || typed.Hint == "" {
			t.Errorf("to %d: %v", to, err)
		}
	}
	if n, _ := s.linked(); n != 3 {
		t.Errorf("%s: current is %d", dir, n)
	}
}

func TestNumbersAreNotUsedTwice(t *testing.T) {
	s, _ := filled(t, 3, Options{})
	if _, err := s.Rollback(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{2, 3} {
		if err := s.remove(n); err != nil {
			t.Fatal(err)
		}
	}
	if p, err := publishOne(t.Context(), s, 8); err != nil || p.Generation.Generation != 4 {
		t.Errorf("generation %d, %v", p.Generation.Generation, err)
	}
}

func TestOneCandidateAtATime(t *testing.T) {
	s, dir := filled(t, 1, Options{})
	s.wait = 0
	c, err := s.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var held *lock.HeldError
	if _, err := s.Begin(t.Context()); !errors.As(err, &held) || held.Holder.PID != os.Getpid() {
		t.Errorf("second Begin: %v", err)
	}
	if _, err := s.Rollback(t.Context(), 1); !errors.As(err, &held) {
		t.Errorf("Rollback: %v", err)
	}
	if err := os.WriteFile(c.Path, fake(8), 0o644); err != nil {
		t.Fatal(err)
	}
	other := open(t, dir, Options{})
	if g, err := other.Current(); err != nil || g.Generation != 1 {
		t.Errorf("a second store sees %d, %v", g.Generation, err)
	}
	if _, err := c.Publish(t.Context(), manifest(), verifyFake); err != nil {
		t.Fatalf("Open in between has swept a living candidate: %v", err)
	}
	c, err = other.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Abort(); err != nil {
		t.Fatal(err)
	}
	if n := whole(t, dir); n != 2 {
		t.Errorf("current is %d", n)
	}
}

func TestSpaceIsAskedBeforeTheWork(t *testing.T) {
	free := int64(1 << 40)
	s, _ := filled(t, 1, Options{Free: func(string) (int64, error) { return free, nil }})
	g, _ := s.Current()
	need, err := s.Space(1000)
	if err != nil || need.Last != g.Size || need.Need != 2*g.Size+1000 {
		t.Fatalf("%+v, %v", need, err)
	}
	for _, c := range []struct {
		free int64
		ok   bool
	}{{need.Need, true}, {need.Need - 1, false}, {0, false}} {
		free = c.free
		_, err := s.Space(1000)
		var small *SpaceError
		if errors.As(err, &small) == c.ok {
			t.Errorf("%d free: %v", c.free, err)
		}
		if small != nil && (small.Free != c.free || small.Need != need.Need || small.Hint() == "") {
			t.Errorf("%+v", small)
		}
	}
	if real, err := freeSpace(t.TempDir()); err != nil || real <= 0 {
		t.Errorf("free space of this disk: %d, %v", real, err)
	}
}

func TestRetention(t *testing.T) {
	s, dir := filled(t, 5, Options{Keep: 3})
	numbers := func() []int {
		list, err := s.List()
		if err != nil {
			t.Fatal(err)
		}
		var ns []int
		for _, g := range list {
			ns = append(ns, g.Generation)
		}
		return ns
	}
	publish := func(want Retention) {
		t.Helper()
		p, err := publishOne(t.Context(), s, 8)
		if err != nil || p.Retention.Err != nil || !slices.Equal(p.Retention.Removed, want.Removed) || !slices.Equal(p.Retention.InUse, want.InUse) {
			t.Errorf("retention %+v, %v; want %+v", p.Retention, err, want)
		}
	}
	if got := numbers(); !slices.Equal(got, []int{3, 4, 5}) {
		t.Fatalf("kept %v", got)
	}
	release, err := s.Pin(3)
	if err != nil {
		t.Fatal(err)
	}
	publish(Retention{InUse: []int{3}})
	publish(Retention{Removed: []int{4}, InUse: []int{3}})
	if err := release(); err != nil {
		t.Fatal(err)
	}
	if r, err := s.Retain(t.Context()); err != nil || !slices.Equal(r.Removed, []int{3}) {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := s.Pin(3); !errors.Is(err, ErrNotFound) {
		t.Errorf("Pin of a removed generation: %v", err)
	}

	cmd, _ := start(t, "hold", s.path(5, "duckdb"))
	stdin, _ := cmd.StdinPipe()
	cmd.Stdout = nil
	out, _ := cmd.StdoutPipe()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	out.Read(make([]byte, 7))
	publish(Retention{InUse: []int{5}})
	stdin.Close()
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	publish(Retention{Removed: []int{6, 5}})

	if _, err := s.Rollback(t.Context(), 7); err != nil {
		t.Fatal(err)
	}
	if r, err := s.Retain(t.Context()); err != nil || len(r.Removed) != 0 {
		t.Errorf("%+v, %v", r, err)
	}
	whole(t, dir)
}

func TestAFileThatThisProcessHasLockedIsInUse(t *testing.T) {
	if _, err := os.Stat("/proc/locks"); err != nil {
		t.Skip("this system has no /proc/locks; fcntl does not tell a process of its own locks")
	}
	s, _ := filled(t, 1, Options{})
	path := s.path(1, "duckdb")
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.FcntlFlock(f.Fd(), unix.F_SETLK, &unix.Flock_t{Type: unix.F_RDLCK}); err != nil {
		t.Fatal(err)
	}
	for range 2 { // asking must not drop the lock
		if used, err := s.inUse(1); err != nil || !used {
			t.Errorf("used %t, %v", used, err)
		}
	}
	f.Close()
	if used, err := s.inUse(1); err != nil || used {
		t.Errorf("after closing: used %t, %v", used, err)
	}
}

func TestRetentionNeverRemovesTheCurrentOrCountsADamagedOne(t *testing.T) {
	s, _ := filled(t, 6, Options{})
	if _, err := s.Rollback(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{3, 5} {
		os.Chmod(s.path(n, "duckdb"), 0o644)
		if err := os.Truncate(s.path(n, "duckdb"), 0); err != nil {
			t.Fatal(err)
		}
	}
	s.keep = MinKeep
	r, err := s.Retain(t.Context())
	if err != nil || len(r.Removed) != 0 {
		t.Errorf("usable are 1 (current), 2, 4 and 6, kept are 6, 4, 2: %+v, %v", r, err)
	}
	if _, err := s.Rollback(t.Context(), 6); err != nil {
		t.Fatal(err)
	}
	if r, err := s.Retain(t.Context()); err != nil || !slices.Equal(r.Removed, []int{1}) {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestTooFewGenerationsToKeepAreRefused(t *testing.T) {
	if _, err := Open(t.Context(), t.TempDir(), Options{Keep: 2}); err == nil || !strings.Contains(err.Error(), "keep 2") {
		t.Errorf("error %v", err)
	}
}

func TestReadersNeverSeeAMixture(t *testing.T) {
	s, dir := filled(t, 1, Options{})
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				b, err := os.ReadFile(filepath.Join(dir, "current.duckdb"))
				if err := errors.Join(err, proves(b)); err != nil {
					t.Error(err)
					return
				}
				if list, err := s.List(); err != nil || len(list) == 0 {
					t.Errorf("%d generations, %v", len(list), err)
					return
				}
				time.Sleep(time.Millisecond) // leave the processor to the publisher
			}
		})
	}
	for range 20 {
		if _, err := publishOne(t.Context(), s, 1<<14); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	wg.Wait()
}

func TestALostLinkOrRecordIsMadeAnew(t *testing.T) {
	cases := map[string]struct {
		spoil func(s *Store) error
		want  int
	}{
		"no link":   {func(s *Store) error { return os.Remove(s.CurrentPath()) }, 3},
		"no record": {func(s *Store) error { return os.Remove(filepath.Join(s.dir, currentRecord)) }, 3},
		"neither": {func(s *Store) error {
			return errors.Join(os.Remove(s.CurrentPath()), os.Remove(filepath.Join(s.dir, currentRecord)))
		}, 4},
		"current was lost": {func(s *Store) error { return s.remove(3) }, 4},
		"unreadable record": {func(s *Store) error {
			return s.disk.WriteFile(filepath.Join(s.dir, currentRecord), []byte(`{"fo`), 0o444)
		}, 3},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s, dir := filled(t, 4, Options{})
			if _, err := s.Rollback(t.Context(), 3); err != nil {
				t.Fatal(err)
			}
			if err := c.spoil(s); err != nil {
				t.Fatal(err)
			}
			again := open(t, dir, Options{})
			g, err := again.Current()
			if err != nil || g.Generation != c.want {
				t.Errorf("current %d, %v; want %d", g.Generation, err, c.want)
			}
			history, err := again.History()
			if err != nil || history[len(history)-1].Generation != c.want {
				t.Errorf("history %+v, %v", history, err)
			}
			list, _ := again.List()
			if len(list) < 3 {
				t.Errorf("only %d generations are left", len(list))
			}
			if _, err := publishOne(t.Context(), again, 8); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAFolderOfANewerProgramIsNotTouched(t *testing.T) {
	s, dir := filled(t, 1, Options{})
	if err := s.disk.WriteFile(filepath.Join(dir, currentRecord), []byte(`{"format": 99}`), 0o444); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), dir, Options{}); !errors.Is(err, ErrNewer) {
		t.Errorf("error %v", err)
	}
	if g, err := s.Current(); err != nil || g.Generation != 1 {
		t.Errorf("current %d, %v", g.Generation, err)
	}
}
