package lock

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestMain lets the test binary play a process that takes the lock, says so, and holds it until its input closes.
func TestMain(m *testing.M) {
	path := os.Getenv("LOCK_TEST_PATH")
	if path == "" {
		os.Exit(m.Run())
	}
	l, err := Acquire(context.Background(), path, "child", 0)
	var held *HeldError
	switch {
	case errors.As(err, &held):
		fmt.Printf("held %d %s %t\n", held.Holder.PID, held.Holder.Command, held.Holder.StartedAt.IsZero())
		os.Exit(3)
	case err != nil:
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("ran")
	io.Copy(io.Discard, os.Stdin)
	if err := l.Release(); err != nil {
		os.Exit(1)
	}
	os.Exit(0)
}

type child struct {
	cmd   *exec.Cmd
	stdin io.WriteCloser
	says  string // its first line
}

func start(t *testing.T, path string) *child {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "LOCK_TEST_PATH="+path)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, _ := bufio.NewReader(stdout).ReadString('\n')
	return &child{cmd: cmd, stdin: stdin, says: strings.TrimSpace(line)}
}

func TestOfTwentyProcessesOneRunsAndTheOthersNameIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data", "lock")
	const n = 20
	got := make(chan *child, n)
	for range n {
		go func() { got <- start(t, path) }()
	}
	var ran *child
	var refused []*child
	for range n {
		switch c := <-got; {
		case c.says == "ran" && ran == nil:
			ran = c
		case c.says == "ran":
			t.Error("two processes hold the lock")
		default:
			refused = append(refused, c)
		}
	}
	if ran == nil || len(refused) != n-1 {
		t.Fatalf("ran %v, refused %d", ran != nil, len(refused))
	}
	want := fmt.Sprintf("held %d child false", ran.cmd.Process.Pid)
	for _, c := range refused {
		if c.says != want {
			t.Errorf("a refused process says %q, want %q", c.says, want)
		}
		c.cmd.Wait()
		if code := c.cmd.ProcessState.ExitCode(); code != 3 {
			t.Errorf("exit code %d, want 3", code)
		}
	}
	ran.stdin.Close()
	if err := ran.cmd.Wait(); err != nil {
		t.Fatal(err)
	}
}

func TestALockOfAKilledProcessDoesNotBlock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	c := start(t, path)
	if c.says != "ran" {
		t.Fatal(c.says)
	}
	if h, held, err := Inspect(path); err != nil || !held || h.PID != c.cmd.Process.Pid || h.Command != "child" {
		t.Fatalf("Inspect = %+v, %t, %v", h, held, err)
	}
	c.cmd.Process.Kill()
	c.cmd.Wait()
	if text, _ := os.ReadFile(path); len(text) == 0 {
		t.Fatal("the killed process left no name: this test does not test what it says")
	}
	if _, held, err := Inspect(path); err != nil || held {
		t.Fatalf("held %t, %v after the holder died", held, err)
	}
	l, err := Acquire(t.Context(), path, "next", 0)
	if err != nil {
		t.Fatal(err)
	}
	l.Release()
}

func TestWaitingEndsWhenTheLockIsGivenBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	first, err := Acquire(t.Context(), path, "first", 0)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() {
		second, err := Acquire(t.Context(), path, "second", time.Minute)
		if err == nil {
			err = second.Release()
		}
		done <- err
	}()
	select {
	case err := <-done:
		t.Fatalf("the second did not wait: %v", err)
	case <-time.After(30 * time.Millisecond):
	}
	if err := first.Release(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if err := first.Release(); err != nil {
		t.Errorf("second Release: %v", err)
	}
}

func TestWaitingEndsWithAHeldErrorThatMayPass(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	first, err := Acquire(t.Context(), path, "refresh --full", 0)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Release()
	_, err = Acquire(t.Context(), path, "second", 20*time.Millisecond)
	var held *HeldError
	if !errors.As(err, &held) {
		t.Fatalf("error %v, want a *HeldError", err)
	}
	if held.Holder != first.Holder() && !held.Holder.StartedAt.Equal(first.Holder().StartedAt) {
		t.Errorf("holder %+v, want %+v", held.Holder, first.Holder())
	}
	for _, part := range []string{path, fmt.Sprint(os.Getpid()), "refresh --full", first.Holder().StartedAt.Format(time.RFC3339)} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not name %q", err, part)
		}
	}
	if !held.Temporary() || !strings.Contains(held.Hint(), "kill") {
		t.Errorf("temporary %t, hint %q", held.Temporary(), held.Hint())
	}
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	first, err := Acquire(t.Context(), path, "first", 0)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Release()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Acquire(ctx, path, "second", time.Hour); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want context.Canceled", err)
	}
}

func TestInspectOfAFileThatIsNotThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	if _, held, err := Inspect(path); held || err != nil {
		t.Fatalf("held %t, %v", held, err)
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Error("Inspect made the file")
	}
}
