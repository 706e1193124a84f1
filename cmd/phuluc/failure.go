package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
)

// Exit codes of every command.
const (
	exitDone        = 0
	exitOurFault    = 1 // a fault of the program
	exitInput       = 2 // fix the input or the configuration
	exitEnvironment = 3 // check the machine: disk, permissions, another run
	exitInterrupted = 130
)

// failure is an error as a person needs it: what, where, why, and what to try.
type failure struct {
	Exit  int    `json:"exit"`
	What  string `json:"what"`
	Where string `json:"where,omitempty"`
	Why   string `json:"why,omitempty"`
	Try   string `json:"try,omitempty"`
	err   error
}

func (f *failure) Error() string {
	var b strings.Builder
	b.WriteString(f.What)
	for _, part := range []struct{ name, text string }{{"where", f.Where}, {"why", f.Why}, {"try", f.Try}} {
		if part.text != "" {
			fmt.Fprintf(&b, "\n  %-5s  %s", part.name, part.text)
		}
	}
	return b.String()
}

func (f *failure) Unwrap() error { return f.err }

// explainFailure gives any error the shape of a failure, with the exit code that fits its cause.
func explainFailure(err error) *failure {
	var f *failure
	if errors.As(err, &f) {
		return f
	}
	f = &failure{Exit: exitOurFault, What: err.Error(), err: err}
	switch {
	case errors.Is(err, context.Canceled):
		f.Exit, f.What = exitInterrupted, "interrupted; nothing was published"
	case outOfSpace(err):
		f.Exit, f.Try = exitEnvironment, "free some disk space, then run the same command again; the published warehouse is untouched"
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS), errors.Is(err, syscall.ENOTDIR):
		f.Exit, f.Try = exitEnvironment, "give this user write permission to the data folder, or name another with --data"
	case errors.Is(err, fs.ErrNotExist):
		f.Exit, f.Try = exitInput, "check the path"
	default:
		f.Try = "this looks like a fault of phuluc: please report it with the output of `phuluc doctor`"
	}
	return f
}

// outOfSpace reports whether a disk, a quota or a limit on file sizes is full. The engines hand on the system's words only.
func outOfSpace(err error) bool {
	for _, cause := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG} {
		if errors.Is(err, cause) || strings.Contains(strings.ToLower(err.Error()), cause.Error()) {
			return true
		}
	}
	return strings.Contains(err.Error(), "database or disk is full") // SQLite's own words
}

func badInput(what, why, try string, args ...any) *failure {
	return &failure{Exit: exitInput, What: fmt.Sprintf(what, args...), Why: why, Try: try}
}
