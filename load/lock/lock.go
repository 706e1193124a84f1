package lock

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

const (
	firstPause = 10 * time.Millisecond
	lastPause  = 250 * time.Millisecond
	// A new holder takes the lock first and writes its name next; a loser that looks between the two reads again.
	nameReads = 20
)

// Holder is the process that has the lock.
type Holder struct {
	PID       int       `json:"pid"`
	StartedAt time.Time `json:"started_at"` // when it took the lock
	Command   string    `json:"command"`
}

// HeldError says that another process has the lock, and which one.
type HeldError struct {
	Path   string
	Holder Holder        // zero if the holder has not written its name
	Waited time.Duration // 0: the caller did not want to wait
}

func (e *HeldError) Error() string {
	who := "another process that has not said its name"
	if e.Holder.PID != 0 {
		who = fmt.Sprintf("process %d (%s), started %s", e.Holder.PID, e.Holder.Command, e.Holder.StartedAt.Format(time.RFC3339))
	}
	if e.Waited > 0 {
		return fmt.Sprintf("%s is held by %s; waited %s", e.Path, who, e.Waited.Round(time.Millisecond))
	}
	return fmt.Sprintf("%s is held by %s", e.Path, who)
}

// Temporary says that a later try may succeed.
func (e *HeldError) Temporary() bool { return true }

// Hint says what a person may do.
func (e *HeldError) Hint() string {
	if e.Holder.PID != 0 {
		return fmt.Sprintf("wait for process %d to finish, or stop it with: kill %d", e.Holder.PID, e.Holder.PID)
	}
	return "wait for the other process to finish"
}

// Lock is a lock that this process holds.
type Lock struct {
	file   *os.File
	holder Holder
}

// Acquire takes the lock at path, which is created with its folder if it is missing. While another process holds it,
// Acquire tries again until wait has passed (0: one try) and then returns a *HeldError. When ctx ends first it returns
// ctx's error. command is the text that others read about this holder.
func Acquire(ctx context.Context, path, command string, wait time.Duration) (*Lock, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("make the folder of the lock: %w", err)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fmt.Errorf("open the lock: %w", err)
	}
	if err := take(ctx, f, path, wait); err != nil {
		f.Close()
		return nil, err
	}
	l := &Lock{file: f, holder: Holder{PID: os.Getpid(), StartedAt: time.Now().Truncate(time.Second), Command: command}}
	if err := l.sign(); err != nil {
		f.Close()
		return nil, fmt.Errorf("write the holder into %s: %w", path, err)
	}
	return l, nil
}

func take(ctx context.Context, f *os.File, path string, wait time.Duration) error {
	began := time.Now()
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		err := flock(f, unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			return nil
		}
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return fmt.Errorf("lock %s: %w", path, err)
		}
		left := wait - time.Since(began)
		if left <= 0 {
			h := holderOf(f)
			// Nobody has signed: the lock may have been free for long, or been in the hands of Inspect for a moment.
			if h.PID == 0 && flock(f, unix.LOCK_EX|unix.LOCK_NB) == nil {
				return nil
			}
			return &HeldError{Path: path, Holder: h, Waited: wait}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(min(pause, left)):
		}
	}
}

func flock(f *os.File, how int) error {
	for {
		if err := unix.Flock(int(f.Fd()), how); err != unix.EINTR {
			return err
		}
	}
}

// sign replaces the text of the file. Readers may see it half written; holderOf reads again until it is JSON.
func (l *Lock) sign() error {
	text, err := json.Marshal(l.holder)
	if err != nil {
		return err
	}
	if err := l.file.Truncate(0); err != nil {
		return err
	}
	_, err = l.file.WriteAt(append(text, '\n'), 0)
	return err
}

// holderOf reads who holds the lock; a zero Holder if nobody living has signed. The name of a dead process is what a
// crash left behind: the living holder is about to write its own over it.
func holderOf(f *os.File) Holder {
	for range nameReads {
		text, err := io.ReadAll(io.NewSectionReader(f, 0, 1<<16))
		var h Holder
		if err == nil && json.Unmarshal(text, &h) == nil && alive(h.PID) {
			return h
		}
		time.Sleep(5 * time.Millisecond)
	}
	return Holder{}
}

func alive(pid int) bool {
	return pid > 0 && !errors.Is(unix.Kill(pid, 0), unix.ESRCH)
}

// Holder is what this process wrote about itself.
func (l *Lock) Holder() Holder { return l.holder }

// Release gives the lock back. A second call does nothing.
func (l *Lock) Release() error {
	if l.file == nil {
		return nil
	}
	f := l.file
	l.file = nil
	return errors.Join(f.Truncate(0), f.Close())
}

// Inspect says whether some process holds the lock at path now, and which one. It takes nothing and changes nothing. A
// file that does not exist is not held.
func Inspect(path string) (Holder, bool, error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return Holder{}, false, nil
	}
	if err != nil {
		return Holder{}, false, fmt.Errorf("open the lock: %w", err)
	}
	defer f.Close()
	// A shared lock is refused exactly while somebody has the exclusive one; closing the file gives it back.
	err = flock(f, unix.LOCK_SH|unix.LOCK_NB)
	switch {
	case err == nil:
		return Holder{}, false, nil
	case errors.Is(err, unix.EWOULDBLOCK):
		return holderOf(f), true, nil
	}
	return Holder{}, false, fmt.Errorf("lock %s: %w", path, err)
}
