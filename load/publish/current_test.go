package publish

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/phuluc/phuluc/extract/durable"
)

// followed is the file that engines name the database after, if they follow links first.
func followed(t *testing.T, s *Store) string {
	t.Helper()
	path, err := filepath.EvalSymlinks(s.CurrentPath())
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// Two things are proved: the name at the end of all links is always the same, and its folder never is. An engine that keeps
// one instance for each path would otherwise go on showing the old generation to new connections, and a write-ahead log
// that somebody left would be played into another generation.
func TestEveryGenerationIsShownUnderOneNameInItsOwnFolder(t *testing.T) {
	s, dir := filled(t, 0, Options{})
	if err := s.StableName(); err != nil {
		t.Errorf("nothing is published: %v", err)
	}
	seen := map[string]int{}
	look := func(n int) {
		t.Helper()
		path := followed(t, s)
		if filepath.Base(path) != filepath.Base(s.CurrentPath()) {
			t.Errorf("generation %d is shown as %s", n, path)
		}
		if before, ok := seen[path]; ok && before != n {
			t.Errorf("generations %d and %d are both %s", before, n, path)
		}
		seen[path] = n
		if same, err := sameFile(s.path(n, "duckdb"), path); err != nil || !same {
			t.Errorf("%s is not the very file of generation %d: %v", path, n, err)
		}
		var st unix.Stat_t
		if err := unix.Stat(path, &st); err != nil || st.Nlink != 2 {
			t.Errorf("%d names, %v", st.Nlink, err)
		}
		if err := s.StableName(); err != nil {
			t.Error(err)
		}
	}
	for n := 1; n <= 3; n++ {
		if _, err := publishOne(t.Context(), s, 8); err != nil {
			t.Fatal(err)
		}
		look(n)
	}
	for _, n := range []int{1, 3, 2} {
		if _, err := s.Rollback(t.Context(), n); err != nil {
			t.Fatal(err)
		}
		look(n)
	}
	if n := whole(t, dir); n != 2 {
		t.Errorf("current is %d", n)
	}
}

func TestAFolderOfDirectLinksIsReadAndSwitchedOver(t *testing.T) {
	for name, next := range map[string]func(s *Store) error{
		"publish":  func(s *Store) error { _, err := publishOne(t.Context(), s, 8); return err },
		"rollback": func(s *Store) error { _, err := s.Rollback(t.Context(), 2); return err },
	} {
		t.Run(name, func(t *testing.T) {
			_, dir := filled(t, 3, Options{})
			direct(t, dir)
			s := open(t, dir, Options{})
			if n := whole(t, dir); n != 3 || filepath.Base(followed(t, s)) != "gen-000003.duckdb" {
				t.Fatalf("opening alone changed something: current is %d, %s", n, followed(t, s))
			}
			var e *Error
			if err := s.StableName(); !errors.Is(err, ErrName) || !errors.As(err, &e) || e.Hint == "" {
				t.Errorf("error %v", err)
			}
			if err := next(s); err != nil {
				t.Fatal(err)
			}
			if err := s.StableName(); err != nil || filepath.Base(followed(t, s)) != currentFile {
				t.Errorf("%s, %v", followed(t, s), err)
			}
			whole(t, dir)
		})
	}
}

func TestWhereNoHardLinksAreMadeTheLinkIsDirect(t *testing.T) {
	for _, answer := range []error{unix.EPERM, unix.EOPNOTSUPP, unix.ENOSYS, unix.EMLINK, unix.EXDEV} {
		s, dir := filled(t, 1, Options{})
		s.disk.Fault = func(op durable.Op, _ string) error {
			if op == "link" {
				return answer
			}
			return nil
		}
		p, err := publishOne(t.Context(), s, 8)
		if err != nil || p.Generation.Generation != 2 || filepath.Base(followed(t, s)) != "gen-000002.duckdb" {
			t.Errorf("%v: generation %d, %v", answer, p.Generation.Generation, err)
		}
		if err := s.StableName(); !errors.Is(err, ErrName) {
			t.Errorf("%v: nobody was told: %v", answer, err)
		}
		if n := whole(t, dir); n != 2 {
			t.Errorf("%v: current is %d", answer, n)
		}
		if _, err := s.Rollback(t.Context(), 1); err != nil || s.StableName() != nil {
			t.Errorf("%v: generation 1 has its second name: %v", answer, err)
		}
	}
}

func TestAFolderThatMayNotBeWrittenIsNotTakenForOneWithoutHardLinks(t *testing.T) {
	s, dir := filled(t, 1, Options{})
	s.disk.Fault = func(op durable.Op, _ string) error {
		if op == "link" {
			return syscall.EACCES
		}
		return nil
	}
	if _, err := publishOne(t.Context(), s, 8); !errors.Is(err, syscall.EACCES) {
		t.Errorf("error %v", err)
	}
	if n := whole(t, dir); n != 1 {
		t.Errorf("current is %d", n)
	}
}

// A process that has the folder open for long did not sweep what another one left since.
func TestALinkThatAKilledProcessLeftIsNotInTheWay(t *testing.T) {
	s, dir := filled(t, 1, Options{})
	if err := os.Link(s.path(1, "duckdb"), filepath.Join(dir, linkTemp)); err != nil {
		t.Fatal(err)
	}
	if _, err := publishOne(t.Context(), s, 8); err != nil {
		t.Fatal(err)
	}
	if n := whole(t, dir); n != 2 || s.StableName() != nil {
		t.Errorf("current is %d, %v", n, s.StableName())
	}
}

func TestAFolderWhoseGenerationWasTakenAwayGoesToo(t *testing.T) {
	s, dir := filled(t, 3, Options{})
	if err := errors.Join(os.Remove(s.path(2, "duckdb")), os.Remove(s.path(2, "json"))); err != nil {
		t.Fatal(err)
	}
	if n := whole(t, dir); n != 3 {
		t.Errorf("current is %d", n)
	}
}

// A refusal of any step but the linking itself must not be taken for a missing ability.
func TestARefusalOfAnotherStepFails(t *testing.T) {
	s, dir := filled(t, 1, Options{})
	s.disk.Fault = func(op durable.Op, path string) error {
		if op == durable.Mkdir {
			return syscall.EPERM
		}
		return nil
	}
	if _, err := publishOne(t.Context(), s, 8); !errors.Is(err, syscall.EPERM) {
		t.Errorf("error %v", err)
	}
	if n := whole(t, dir); n != 1 {
		t.Errorf("current is %d", n)
	}
	if refused(&os.LinkError{Op: "rename", Err: syscall.EPERM}) {
		t.Error("a refused renaming is taken for a refused link")
	}
}

func TestALogBesideTheNameThatReadersOpenSpoilsItsGenerationOnly(t *testing.T) {
	s, _ := filled(t, 2, Options{})
	if err := os.WriteFile(followed(t, s)+".wal", []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	if g, err := s.Current(); !errors.Is(err, ErrWAL) || !errors.Is(g.Problem, ErrWAL) {
		t.Errorf("%+v, %v", g, err)
	}
	if _, err := publishOne(t.Context(), s, 8); err != nil {
		t.Fatal(err)
	}
	if g, err := s.Current(); err != nil || g.Generation != 3 {
		t.Errorf("current %d, %v", g.Generation, err)
	}
	if _, err := s.Rollback(t.Context(), 2); !errors.Is(err, ErrWAL) {
		t.Errorf("rollback to it: %v", err)
	}
	if err := s.remove(2); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(filepath.Dir(s.shown(2))); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what an engine put there outlives the generation: %v", err)
	}
}

// A backup tool may store a file with two names twice.
func TestACopyWithTwoFilesIsMadeOneAgainAndProbedTwice(t *testing.T) {
	s, dir := filled(t, 2, Options{Keep: MinKeep})
	for n := 1; n <= 2; n++ {
		body, err := os.ReadFile(s.path(n, "duckdb"))
		if err := errors.Join(err, os.Remove(s.shown(n)), os.WriteFile(s.shown(n), body, 0o444)); err != nil {
			t.Fatal(err)
		}
	}
	s = open(t, dir, Options{Keep: MinKeep})
	if same, err := sameFile(s.path(2, "duckdb"), followed(t, s)); err != nil || !same {
		t.Errorf("readers see a file that Check does not read: %t, %v", same, err)
	}
	f, err := os.Open(s.shown(1))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := unix.FcntlFlock(f.Fd(), unix.F_SETLK, &unix.Flock_t{Type: unix.F_RDLCK}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat("/proc/locks"); err != nil {
		t.Skip("this system has no /proc/locks; fcntl does not tell a process of its own locks")
	}
	for range 2 {
		if _, err := publishOne(t.Context(), s, 8); err != nil {
			t.Fatal(err)
		}
	}
	if r, err := s.Retain(t.Context()); err != nil || len(r.Removed) != 0 || len(r.InUse) != 1 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestAReaderOfTheShownNameKeepsItsGeneration(t *testing.T) {
	s, dir := filled(t, 3, Options{Keep: MinKeep})
	if _, err := s.Rollback(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	cmd, _ := start(t, "hold", followed(t, s))
	stdin, _ := cmd.StdinPipe()
	cmd.Stdout = nil
	out, _ := cmd.StdoutPipe()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	out.Read(make([]byte, 7))
	p, err := publishOne(t.Context(), s, 8)
	if err != nil || len(p.Retention.InUse) != 1 || p.Retention.InUse[0] != 1 {
		t.Errorf("%+v, %v", p.Retention, err)
	}
	stdin.Close()
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	if r, err := s.Retain(t.Context()); err != nil || len(r.Removed) != 1 || r.Removed[0] != 1 {
		t.Errorf("%+v, %v", r, err)
	}
	if n := whole(t, dir); n != 4 {
		t.Errorf("current is %d", n)
	}
}

func TestALinkThatLeadsElsewhereIsRefused(t *testing.T) {
	for _, target := range []string{"other.duckdb", "gen-000001.json", "gen-000001", "gen-000001/other.duckdb", "gen-000001.duckdb/current.duckdb",
		"../gen-000001.duckdb", "/gen-000001/current.duckdb", "sub/gen-000001/current.duckdb", "current.duckdb", ""} {
		s, _ := filled(t, 1, Options{})
		err := os.Remove(s.CurrentPath())
		if target == "" {
			err = errors.Join(err, os.WriteFile(s.CurrentPath(), nil, 0o444))
		} else {
			err = errors.Join(err, os.Symlink(target, s.CurrentPath()))
		}
		if err != nil {
			t.Fatal(err)
		}
		var e *Error
		if _, err := s.Current(); !errors.As(err, &e) || !strings.Contains(e.Hint, "remove it") {
			t.Errorf("%q: %v", target, err)
		}
	}
}
