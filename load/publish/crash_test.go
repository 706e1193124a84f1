package publish

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/phuluc/phuluc/extract/durable"
)

// The publishing process is killed before each of its disk steps in turn: before and after the sync of the file, between
// the rename and the sync of the folder, during the switch of current, during retention. Invariant 5.
func TestKilledAtAnyStepTheOldOrTheNewGenerationIsWhole(t *testing.T) {
	for _, c := range []struct {
		generations int
		direct      bool
	}{{0, false}, {3, false}, {3, true}} {
		generations, switched := c.generations, false
		for n := 0; ; n++ {
			if n > 200 {
				t.Fatal("there is no end of steps")
			}
			_, dir := filled(t, generations, Options{Keep: MinKeep})
			if c.direct {
				direct(t, dir)
			}
			cmd, out := start(t, "publish", dir, fmt.Sprintf("%s=%d", childKill, n))
			err := cmd.Run()
			got := whole(t, dir)
			if t.Failed() {
				t.Fatalf("%d generations, step %d: %s", generations, n, out)
			}
			if err == nil {
				if got != generations+1 {
					t.Fatalf("no step failed, but current is %d", got)
				}
				if n < 20 {
					t.Fatalf("only %d steps were killed", n)
				}
				break
			}
			if !strings.Contains(out.String(), "killed before") {
				t.Fatalf("step %d: the process was not killed: %v %s", n, err, out)
			}
			if got != generations && got != generations+1 || switched && got == generations {
				t.Fatalf("step %d: current is %d: %s", n, got, out)
			}
			switched = got == generations+1
			if _, err := publishOne(t.Context(), open(t, dir, Options{}), 8); err != nil {
				t.Fatalf("step %d: the next publication: %v", n, err)
			}
		}
		if !switched {
			t.Error("no kill came after the switch")
		}
	}
}

func TestRollbackKilledAtAnyStepShowsTheOldOrTheChosenGeneration(t *testing.T) {
	for _, old := range []bool{false, true} {
		switched := false
		for n := 0; ; n++ {
			if n > 200 {
				t.Fatal("there is no end of steps")
			}
			_, dir := filled(t, 3, Options{Keep: MinKeep})
			if old {
				direct(t, dir)
			}
			cmd, out := start(t, "rollback", dir, fmt.Sprintf("%s=%d", childKill, n))
			err := cmd.Run()
			got := whole(t, dir)
			if got != 3 && got != 1 || switched && got == 3 || t.Failed() {
				t.Fatalf("direct %t, step %d: current is %d: %s", old, n, got, out)
			}
			switched = got == 1
			if err == nil {
				if !switched || n < 5 {
					t.Fatalf("direct %t: after %d steps current is %d", old, n, got)
				}
				break
			}
			if !strings.Contains(out.String(), "killed before") {
				t.Fatalf("step %d: the process was not killed: %v %s", n, err, out)
			}
		}
	}
}

func TestKilledAtRandomTimesTheOldOrTheNewGenerationIsWhole(t *testing.T) {
	dir := filepath.Join(memory(t), "warehouse")
	if _, err := publishOne(t.Context(), open(t, dir, Options{Keep: MinKeep}), 8); err != nil {
		t.Fatal(err)
	}
	before, advanced := 1, 0
	const kills = 120
	for i := range kills {
		cmd, out := start(t, "loop", dir)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(rand.IntN(40_000)) * time.Microsecond)
		cmd.Process.Signal(syscall.SIGKILL)
		cmd.Wait()
		if out.Len() > 0 {
			t.Fatalf("kill %d: the process failed by itself: %s", i, out)
		}
		now := whole(t, dir)
		if now < before || t.Failed() {
			t.Fatalf("kill %d: generation %d after %d", i, now, before)
		}
		if now > before {
			advanced++
		}
		before = now
	}
	if advanced == 0 {
		t.Error("no generation was ever published: the test kills too early to say anything")
	}
	t.Logf("%d kills, %d advanced, %d generations", kills, advanced, before)
}

// Every disk step fails once (and, as on a dying disk, every step after it too).
func TestAnErrorAtAnyStepPublishesNothing(t *testing.T) {
	for _, dead := range []bool{false, true} {
		for n := 0; ; n++ {
			if n > 200 {
				t.Fatal("there is no end of steps")
			}
			s, dir := filled(t, 3, Options{Keep: MinKeep})
			step, failedOp := 0, ""
			s.disk.Fault = func(op durable.Op, path string) error {
				step++
				if step-1 == n || dead && step-1 > n {
					if step-1 == n {
						failedOp = fmt.Sprintf("%s of %s", op, filepath.Base(path))
					}
					return syscall.ENOSPC
				}
				return nil
			}
			p, err := publishOne(t.Context(), s, 64)
			name := fmt.Sprintf("dead %t, step %d (%s)", dead, n, failedOp)
			current, e := s.Current()
			if e != nil {
				t.Fatalf("%s: %v", name, e)
			}
			failed := err != nil
			switch {
			case failedOp == "":
				if err != nil || p.Retention.Err != nil {
					t.Fatal(err, p.Retention.Err)
				}
			case failed:
				var typed *Error
				if !errors.Is(err, syscall.ENOSPC) || !errors.As(err, &typed) || typed.Op == "" || typed.Hint == "" {
					t.Errorf("%s: error %#v", name, err)
				}
				if current.Generation != 3 && !(dead && strings.Contains(err.Error(), "taking it back failed too")) {
					t.Errorf("%s: failed with %v, but current is %d", name, err, current.Generation)
				}
			case p.Retention.Err == nil:
				t.Errorf("%s: nobody was told", name)
			case current.Generation != 4:
				t.Errorf("%s: reported as published, but current is %d", name, current.Generation)
			}
			after := whole(t, dir)
			if after != current.Generation {
				t.Errorf("%s: the next Open sees %d, this process %d", name, after, current.Generation)
			}
			if t.Failed() || failedOp == "" {
				break
			}
		}
	}
}

func TestAnErrorAtAnyStepOfRollbackLeavesTheRecordTrue(t *testing.T) {
	for n := 0; ; n++ {
		s, dir := filled(t, 3, Options{Keep: MinKeep})
		direct(t, dir) // then there is most to do
		step, hit := 0, false
		s.disk.Fault = func(durable.Op, string) error {
			step++
			if step-1 == n {
				hit = true
				return syscall.EIO
			}
			return nil
		}
		_, err := s.Rollback(t.Context(), 1)
		if !hit {
			if err != nil {
				t.Fatal(err)
			}
			return
		}
		if !errors.Is(err, syscall.EIO) {
			t.Errorf("step %d: %v", n, err)
		}
		if got := whole(t, dir); got != 3 {
			t.Errorf("step %d: current is %d after a failed rollback", n, got)
		}
	}
}

func TestAFileSizeLimitIsReportedAndHarmless(t *testing.T) {
	_, dir := filled(t, 1, Options{})
	cmd, out := start(t, "limit", dir)
	if err := cmd.Run(); err == nil || !strings.Contains(out.String(), "file too large") || !strings.Contains(out.String(), "hint=free space") {
		t.Errorf("%v: %s", err, out)
	}
	if got := whole(t, dir); got != 1 {
		t.Errorf("current is %d", got)
	}
}

func TestAFullDiskIsReportedAndHarmless(t *testing.T) {
	disk := t.TempDir()
	if err := unix.Mount("tmpfs", disk, "tmpfs", 0, "size=64k"); err != nil {
		t.Skipf("a small file system cannot be mounted here: %v", err)
	}
	t.Cleanup(func() { unix.Unmount(disk, 0) })
	dir := filepath.Join(disk, "warehouse")
	s := open(t, dir, Options{})
	for want := 1; ; want++ {
		if want > 64 {
			t.Fatal("the disk does not fill")
		}
		p, err := publishOne(t.Context(), s, 7000)
		if err != nil {
			if !errors.Is(err, syscall.ENOSPC) {
				t.Errorf("error %v", err)
			}
			if got := whole(t, dir); got != want-1 {
				t.Errorf("current is %d, want %d", got, want-1)
			}
			return
		}
		if p.Generation.Generation != want {
			t.Fatal(p.Generation.Generation)
		}
		if want == 6 {
			// Something else fills the disk to the last page.
			filler, err := os.Create(filepath.Join(disk, "filler"))
			if err != nil {
				t.Fatal(err)
			}
			for err == nil {
				_, err = filler.Write(make([]byte, 4096))
			}
			filler.Close()
		}
	}
}

func TestAFolderWithoutWritePermissionCanBeRead(t *testing.T) {
	top := t.TempDir()
	dir := filepath.Join(top, "warehouse")
	s := open(t, dir, Options{})
	if _, err := publishOne(t.Context(), s, 8); err != nil {
		t.Fatal(err)
	}
	// The child may be another user: it must be able to walk here.
	for p := top; p != os.TempDir() && p != "/"; p = filepath.Dir(p) {
		if err := os.Chmod(p, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(filepath.Join(dir, lockFile), 0o444); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(dir, 0o755) })
	cmd, out := start(t, "readonly", dir)
	err := cmd.Run()
	text := out.String()
	if err == nil || !strings.Contains(text, "current 1 <nil>") || !strings.Contains(text, "op=publish") || !strings.Contains(text, "hint=give this user write permission") {
		t.Errorf("%v: %s", err, text)
	}
}
