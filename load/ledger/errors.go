package ledger

import (
	"errors"
	"fmt"
)

// Causes to look for with errors.Is.
var (
	ErrNotRunning = errors.New("the run is not running: it was finished before, or it was never begun")
	ErrDecided    = errors.New("the slot has a verdict already")
	ErrForeign    = errors.New("this SQLite file is not a ledger of this program")
	ErrReadOnly   = errors.New("the ledger was opened for reading")
)

// VersionError says that a ledger was written by another version of the program.
type VersionError struct {
	Path  string
	Found int // schema version of the file
	Known int // newest schema version this program knows
}

func (e *VersionError) Error() string {
	if e.Found > e.Known {
		return fmt.Sprintf("%s was written by a newer program: schema %d, this one knows up to %d; nothing was changed", e.Path, e.Found, e.Known)
	}
	return fmt.Sprintf("%s was written by an older program: schema %d, this one reads %d", e.Path, e.Found, e.Known)
}

// Hint says what a person may do.
func (e *VersionError) Hint() string {
	if e.Found > e.Known {
		return "use the newer program, or give another data directory"
	}
	return "run: phuluc refresh (it brings the ledger up to date and keeps what is in it)"
}

// Error says what could not be done with the ledger.
type Error struct {
	Op   string // "open", "start run", …
	Path string
	Err  error
}

func (e *Error) Error() string { return fmt.Sprintf("%s in ledger %s: %v", e.Op, e.Path, e.Err) }

func (e *Error) Unwrap() error { return e.Err }
