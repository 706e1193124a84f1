package publish

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"github.com/phuluc/phuluc/load/lock"
)

// Causes to look for with errors.Is.
var (
	ErrNone       = errors.New("nothing has been published yet")
	ErrNotFound   = errors.New("there is no such generation")
	ErrDamaged    = errors.New("the file is not the one its manifest describes")
	ErrWAL        = errors.New("a write-ahead log is beside the file: it was not closed, or somebody wrote to it")
	ErrVerify     = errors.New("verification failed")
	ErrChecks     = errors.New("checks declared, run and passed differ")
	ErrChanged    = errors.New("the file changed while it was being verified")
	ErrCurrent    = errors.New("this generation is the current one already")
	ErrFinished   = errors.New("the candidate was published or aborted before")
	ErrNewer      = errors.New("the manifest was written by a newer program")
	ErrUnreadable = errors.New("the manifest cannot be read")
	ErrName       = errors.New("tools will name the database after the generation, with another name after every publication")
)

// Error says which step failed on which file, why, and what a person may try.
type Error struct {
	Op   string // "verify", "switch current", …
	Path string
	Err  error
	Hint string // empty if there is nothing sensible to try
}

func (e *Error) Error() string { return fmt.Sprintf("%s %s: %v", e.Op, e.Path, e.Err) }

func (e *Error) Unwrap() error { return e.Err }

// fail wraps err; a nil err stays nil. An error of this package is not wrapped twice.
func fail(op, path string, err error) error {
	if err == nil {
		return nil
	}
	var own *Error
	var held *lock.HeldError
	var space *SpaceError
	if errors.As(err, &own) || errors.As(err, &held) || errors.As(err, &space) {
		return err
	}
	return &Error{Op: op, Path: path, Err: err, Hint: hint(err)}
}

func hint(err error) string {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		return "free space on this disk or raise the quota, then run again; the published warehouse is untouched"
	case errors.Is(err, syscall.EROFS):
		return "the file system is read-only: remount it, or choose another data directory"
	case errors.Is(err, fs.ErrPermission):
		return "give this user write permission on the data directory, or choose another one"
	case errors.Is(err, syscall.EIO):
		return "the disk reports errors: look at the system log and restore from a backup if it goes on"
	case errors.Is(err, ErrNone):
		return "run: phuluc refresh"
	case errors.Is(err, ErrNotFound), errors.Is(err, ErrCurrent):
		return "list what there is with: phuluc versions"
	case errors.Is(err, ErrDamaged), errors.Is(err, ErrUnreadable):
		return "build it again with: phuluc refresh --full, or choose another generation with: phuluc rollback"
	case errors.Is(err, ErrName):
		return "run: phuluc refresh --full; if that does not help, keep the data directory on a file system that makes hard links"
	case errors.Is(err, ErrNewer):
		return "use the newer program, or choose an older generation with: phuluc rollback"
	}
	return ""
}

// SpaceError says that the disk is too small for the work that was about to begin. All sizes are bytes.
type SpaceError struct {
	Path  string
	Free  int64
	Need  int64 // 2 × Last + Delta
	Last  int64 // size of the current generation, 0 if there is none
	Delta int64 // what the caller is about to add
}

func (e *SpaceError) Error() string {
	return fmt.Sprintf("%s has %d bytes free, the work needs %d (twice the current generation of %d, and %d new)",
		e.Path, e.Free, e.Need, e.Last, e.Delta)
}

// Hint says what a person may do.
func (e *SpaceError) Hint() string {
	return fmt.Sprintf("free at least %d bytes on the disk of %s", e.Need-e.Free, e.Path)
}
