package publish

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/phuluc/phuluc/extract/durable"
)

// The test binary plays a publishing process when it is started with these variables.
const (
	childMode = "PUBLISH_TEST_MODE" // publish, loop, rollback, limit, readonly, hold
	childDir  = "PUBLISH_TEST_DIR"
	childKill = "PUBLISH_TEST_KILL_AT" // the step, counted from 0, at which it kills itself
)

func TestMain(m *testing.M) {
	mode, dir := os.Getenv(childMode), os.Getenv(childDir)
	if mode == "" {
		os.Exit(m.Run())
	}
	if err := child(mode, dir); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	os.Exit(0)
}

func child(mode, dir string) error {
	ctx := context.Background()
	o := Options{Keep: MinKeep}
	switch mode {
	case "publish", "loop", "rollback":
		step, killAt := 0, -1
		if s := os.Getenv(childKill); s != "" {
			killAt, _ = strconv.Atoi(s)
		}
		o.Disk.Fault = func(op durable.Op, path string) error {
			if step == killAt {
				fmt.Printf("killed before %s of %s\n", op, filepath.Base(path))
				syscall.Kill(os.Getpid(), syscall.SIGKILL)
				select {}
			}
			step++
			return nil
		}
		s, err := Open(ctx, dir, o)
		if err == nil && mode == "rollback" {
			_, err = s.Rollback(ctx, 1)
			return err
		}
		for err == nil {
			_, err = publishOne(ctx, s, 1<<12)
			if mode == "publish" {
				break
			}
		}
		return err
	case "limit":
		// A file size limit stands for a full disk: it needs no rights and no mount.
		signal.Ignore(syscall.SIGXFSZ)
		s, err := Open(ctx, dir, o)
		if err != nil {
			return err
		}
		c, err := s.Begin(ctx)
		if err != nil {
			return err
		}
		if err := os.WriteFile(c.Path, fake(10), 0o644); err != nil {
			return err
		}
		if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: 100, Max: 100}); err != nil {
			return err
		}
		_, err = c.Publish(ctx, manifest(), verifyFake)
		return describe(err)
	case "readonly":
		if os.Getuid() == 0 {
			if err := syscall.Setuid(65534); err != nil {
				return err
			}
		}
		s, err := Open(ctx, dir, o)
		if err != nil {
			return describe(err)
		}
		g, err := s.Current()
		fmt.Println("current", g.Generation, err)
		_, err = s.Begin(ctx)
		return describe(err)
	case "hold":
		f, err := os.Open(dir) // the file
		if err != nil {
			return err
		}
		if err := unix.FcntlFlock(f.Fd(), unix.F_SETLK, &unix.Flock_t{Type: unix.F_RDLCK}); err != nil {
			return err
		}
		fmt.Println("holding")
		io.Copy(io.Discard, os.Stdin)
		return nil
	}
	return fmt.Errorf("unknown mode %q", mode)
}

// describe shows what the typed error says.
func describe(err error) error {
	var e *Error
	if !errors.As(err, &e) {
		return fmt.Errorf("not a typed error: %w", err)
	}
	return fmt.Errorf("op=%s path=%s err=%w hint=%s", e.Op, filepath.Base(e.Path), e.Err, e.Hint)
}

func start(t *testing.T, mode, dir string, more ...string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(append(os.Environ(), childMode+"="+mode, childDir+"="+dir), more...)
	out := new(bytes.Buffer)
	cmd.Stdout, cmd.Stderr = out, out
	return cmd, out
}

// fake is a file that proves itself: random bytes and their SHA-256.
func fake(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rand.Uint32())
	}
	sum := sha256.Sum256(b)
	return append(b, sum[:]...)
}

var errFake = errors.New("the bytes do not match their sum")

func verifyFake(path string) ([]Table, error) { return nil, readFake(path) }

func readFake(path string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return proves(b)
}

func proves(b []byte) error {
	n := len(b) - sha256.Size
	if n < 0 {
		return errFake
	}
	if sum := sha256.Sum256(b[:n]); !bytes.Equal(sum[:], b[n:]) {
		return errFake
	}
	return nil
}

func manifest() Manifest {
	return Manifest{
		RunID: 41, ProgramVersion: "1.0.0", DuckDBVersion: "v1.5.5", InputHash: "abc",
		Tables: []Table{{Name: "dw.fact_observation", Rows: 3, Hash: "def"}},
		Checks: Checks{Declared: 5, Run: 5, Passed: 4, Warnings: 1},
	}
}

func publishOne(ctx context.Context, s *Store, size int) (Publication, error) {
	c, err := s.Begin(ctx)
	if err != nil {
		return Publication{}, err
	}
	if err := os.WriteFile(c.Path, fake(size), 0o644); err != nil {
		return Publication{}, err
	}
	return c.Publish(ctx, manifest(), verifyFake)
}

func open(t *testing.T, dir string, o Options) *Store {
	t.Helper()
	s, err := Open(t.Context(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// memory is a folder whose syncs cost nothing, where there is one. A killed process loses nothing there that it would not
// lose on a disk: only a power cut does, which no test here can make.
func memory(t *testing.T) string {
	if dir, err := os.MkdirTemp("/dev/shm", "publish"); err == nil {
		t.Cleanup(func() { os.RemoveAll(dir) })
		return dir
	}
	return t.TempDir()
}

// filled is a folder with n generations.
func filled(t *testing.T, n int, o Options) (*Store, string) {
	t.Helper()
	dir := filepath.Join(memory(t), "dữ liệu", "warehouse")
	s := open(t, dir, o)
	for range n {
		if _, err := publishOne(t.Context(), s, 64); err != nil {
			t.Fatal(err)
		}
	}
	return s, dir
}

// direct makes the folder what it is where there are no hard links, and what older programs left: the generations have one
// name, and the link leads to it.
func direct(t *testing.T, dir string) {
	t.Helper()
	folders, err := filepath.Glob(filepath.Join(dir, "gen-*", currentFile))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range folders {
		if err := os.RemoveAll(filepath.Dir(f)); err != nil {
			t.Fatal(err)
		}
	}
	link := filepath.Join(dir, currentFile)
	target, err := os.Readlink(link)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err := errors.Join(err, os.Remove(link), os.Symlink(filepath.Dir(target)+".duckdb", link)); err != nil {
		t.Fatal(err)
	}
}

// whole opens the folder as the next process would and proves that what it shows is whole and that nothing else is there.
func whole(t *testing.T, dir string) (current int) {
	t.Helper()
	s := open(t, dir, Options{Keep: MinKeep})
	list, err := s.List()
	if err != nil {
		t.Fatal(err)
	}
	history, err := s.History()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{lockFile, currentRecord}
	for _, g := range list {
		if g.Problem != nil {
			t.Errorf("generation %d: %v", g.Generation, g.Problem)
		}
		if err := s.Check(t.Context(), g.Generation); err != nil {
			t.Error(err)
		}
		if err := readFake(g.Path); err != nil {
			t.Errorf("generation %d: %v", g.Generation, err)
		}
		if info, err := os.Stat(g.Path); err != nil || info.Mode() != 0o444 {
			t.Errorf("generation %d: mode %v, %v", g.Generation, info.Mode(), err)
		}
		if !slices.ContainsFunc(history, func(h Switch) bool { return h.Generation == g.Generation }) {
			t.Errorf("generation %d is listed but was never current", g.Generation)
		}
		want = append(want, filepath.Base(g.Path), filepath.Base(g.ManifestPath))
		folder := filepath.Dir(s.shown(g.Generation))
		if held, err := os.ReadDir(folder); err == nil {
			want = append(want, filepath.Base(folder))
			if same, err := sameFile(g.Path, s.shown(g.Generation)); err != nil || !same || len(held) != 1 {
				t.Errorf("%s holds %v: the generation's file %t, %v", folder, held, same, err)
			}
		}
	}
	g, err := s.Current()
	switch {
	case err == nil:
		want = append(want, currentFile)
		current = g.Generation
		if last := history[len(history)-1].Generation; last != current {
			t.Errorf("current is %d, the record says %d", current, last)
		}
		if b, err := os.ReadFile(s.CurrentPath()); err != nil || proves(b) != nil {
			t.Errorf("reading %s: %v", currentFile, errors.Join(err, proves(b)))
		}
	case !errors.Is(err, ErrNone) || len(list) > 0:
		t.Error(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	slices.Sort(want)
	if got, want := strings.Join(names, " "), strings.Join(want, " "); got != want {
		t.Errorf("the folder holds\n%s\nshould hold\n%s", got, want)
	}
	return current
}
