package durable

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var errDisk = errors.New("no space left on device")

// faulty fails the n-th step (0-based); if dead, every later one too, as after a kill.
type faulty struct {
	n, seen int
	dead    bool
	hit     bool
	ops     []string
}

func (f *faulty) fault(op Op, path string) error {
	i := f.seen
	f.seen++
	f.ops = append(f.ops, string(op))
	if i == f.n || f.dead && i > f.n {
		f.hit = true
		return errDisk
	}
	return nil
}

// everyFault runs do once for every step it has, failing that step, until a run meets no failure.
func everyFault(t *testing.T, do func(t *testing.T, d Disk) error) {
	t.Helper()
	for _, dead := range []bool{false, true} {
		for n := 0; ; n++ {
			f := &faulty{n: n, dead: dead}
			ok := t.Run(fmt.Sprintf("step %d dead %v", n, dead), func(t *testing.T) {
				err := do(t, Disk{Fault: f.fault})
				if f.hit && err == nil && f.ops[n] != string(Remove) {
					t.Errorf("%s failed, but no error came back", f.ops[n])
				}
				if err != nil && !errors.Is(err, errDisk) {
					t.Errorf("the cause is lost: %v", err)
				}
			})
			if !ok || !f.hit {
				break
			}
			if n > 100 {
				t.Fatal("no end of steps")
			}
		}
	}
}

func TestWriteFileShowsOldOrNewWhateverStepFails(t *testing.T) {
	everyFault(t, func(t *testing.T, d Disk) error {
		dir := t.TempDir()
		path := filepath.Join(dir, "a")
		if err := (Disk{}).WriteFile(path, []byte("old content"), 0o444); err != nil {
			t.Fatal(err)
		}
		err := d.WriteFile(path, []byte("new content"), 0o444)
		got, readErr := os.ReadFile(path)
		if readErr != nil {
			t.Fatal(readErr)
		}
		if s := string(got); s != "old content" && s != "new content" || err == nil && s != "new content" {
			t.Errorf("error %v, content %q", err, s)
		}
		if err := (Disk{}).Sweep(dir); err != nil {
			t.Fatal(err)
		}
		if left, _ := os.ReadDir(dir); len(left) != 1 {
			t.Errorf("after Sweep: %v", left)
		}
		return err
	})
}

func TestSymlinkPointsToOldOrNewWhateverStepFails(t *testing.T) {
	everyFault(t, func(t *testing.T, d Disk) error {
		dir := t.TempDir()
		link := filepath.Join(dir, "current")
		if err := (Disk{}).Symlink("generation-1", link); err != nil {
			t.Fatal(err)
		}
		err := d.Symlink("generation-2", link)
		got, readErr := os.Readlink(link)
		if readErr != nil {
			t.Fatal(readErr)
		}
		if got != "generation-1" && got != "generation-2" || err == nil && got != "generation-2" {
			t.Errorf("error %v, link to %q", err, got)
		}
		return err
	})
}

func TestRenameAndMkdirAllReportEveryFailedStep(t *testing.T) {
	everyFault(t, func(t *testing.T, d Disk) error {
		dir := t.TempDir()
		from, to := filepath.Join(dir, "from"), filepath.Join(dir, "x", "y", "to")
		if err := os.WriteFile(from, []byte("content"), 0o600); err != nil {
			t.Fatal(err)
		}
		err := d.MkdirAll(filepath.Dir(to), 0o755)
		if err == nil {
			err = d.SyncFile(from)
		}
		if err == nil {
			err = d.Rename(from, to)
		}
		_, atFrom := os.Stat(from)
		_, atTo := os.Stat(to)
		if (atFrom == nil) == (atTo == nil) {
			t.Errorf("error %v: the file is at both names or at none", err)
		}
		if err == nil && atTo != nil {
			t.Error("no error, but the file was not moved")
		}
		return err
	})
}

func TestCommitAfterAFailedWriteIsRefused(t *testing.T) {
	dir := t.TempDir()
	failing := true
	d := Disk{Fault: func(op Op, _ string) error {
		if op == Write && failing {
			failing = false // the disk has space again: the first error must stay final
			return errDisk
		}
		return nil
	}}
	f, err := d.CreateTemp(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte("half of this")); !errors.Is(err, errDisk) {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte("more")); !errors.Is(err, errDisk) {
		t.Errorf("a write after a failed write: %v", err)
	}
	if err := f.Commit(filepath.Join(dir, "a"), 0o444); !errors.Is(err, errDisk) {
		t.Errorf("commit after a failed write: %v", err)
	}
	f.Abort()
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left over: %v", left)
	}
}

func TestSweepTakesOnlyUnfinishedFiles(t *testing.T) {
	dir := t.TempDir()
	for _, n := range []string{tempPrefix + "1", "kept", "kept.tmp-1"} {
		if err := os.WriteFile(filepath.Join(dir, n), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := (Disk{}).Sweep(dir); err != nil {
		t.Fatal(err)
	}
	var left []string
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		left = append(left, e.Name())
	}
	if got := strings.Join(left, " "); got != "kept kept.tmp-1" {
		t.Errorf("left: %s", got)
	}
	if err := (Disk{}).Sweep(filepath.Join(dir, "absent")); err != nil {
		t.Errorf("a missing directory: %v", err)
	}
}

// The order of the steps is the promise; a test on a healthy disk can not see its absence.
func TestStepsComeInTheOrderThatSurvivesAPowerCut(t *testing.T) {
	dir := t.TempDir()
	var steps []string
	d := Disk{Fault: func(op Op, path string) error {
		if path == dir {
			path = "directory"
		} else if strings.HasPrefix(filepath.Base(path), tempPrefix) {
			path = "temporary"
		} else {
			path = filepath.Base(path)
		}
		steps = append(steps, string(op)+" "+path)
		return nil
	}}
	for _, c := range []struct {
		name string
		do   func() error
		want string
	}{
		{"WriteFile", func() error { return d.WriteFile(filepath.Join(dir, "a"), []byte("x"), 0o444) },
			"create directory, write temporary, chmod temporary, sync temporary, close temporary, rename a, syncdir directory"},
		{"Symlink", func() error { return d.Symlink("a", filepath.Join(dir, "b")) }, "symlink b, rename b, syncdir directory"},
		{"Rename", func() error { return d.Rename(filepath.Join(dir, "a"), filepath.Join(dir, "c")) }, "rename c, syncdir directory"},
		{"SyncFile", func() error { return d.SyncFile(filepath.Join(dir, "c")) }, "sync c"},
		{"Remove", func() error { return d.Remove(filepath.Join(dir, "c")) }, "remove c, syncdir directory"},
		{"MkdirAll", func() error { return d.MkdirAll(filepath.Join(dir, "x", "y"), 0o755) }, "mkdir x, syncdir directory, mkdir y, syncdir x"},
	} {
		steps = nil
		if err := c.do(); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if got := strings.Join(steps, ", "); got != c.want {
			t.Errorf("%s\ngot  %s\nwant %s", c.name, got, c.want)
		}
	}
}
