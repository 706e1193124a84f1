package publish

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

const hintLink = "remove it and run again: the program makes it anew"

// shown is the second name of a generation's file: gen-000012/current.duckdb.
func (s *Store) shown(n int) string {
	return filepath.Join(s.dir, fmt.Sprintf("gen-%06d", n), currentFile)
}

// linked is the generation that current.duckdb points at, whether or not it exists; ErrNone if there is no link.
func (s *Store) linked() (int, error) {
	n, _, err := s.readLink()
	return n, err
}

// readLink also tells whether the link leads to the generation's second name, the one that is always the same.
func (s *Store) readLink() (n int, stable bool, err error) {
	target, err := os.Readlink(s.CurrentPath())
	if errors.Is(err, fs.ErrNotExist) {
		return 0, false, ErrNone
	}
	if errors.Is(err, unix.EINVAL) {
		return 0, false, &Error{Op: "read the link", Path: s.CurrentPath(), Err: errors.New("it is no link"), Hint: hintLink}
	}
	if err != nil {
		return 0, false, fail("read the link", s.CurrentPath(), err)
	}
	folder, file := filepath.Split(target)
	name, want := file, "duckdb"
	if stable = folder != "" && file == currentFile; stable {
		name, want = folder[:len(folder)-1], ""
	}
	n, ext, ok := number(name)
	if !ok || ext != want || folder != "" && !stable {
		return 0, false, &Error{Op: "read the link", Path: s.CurrentPath(), Err: fmt.Errorf("it points at %q, which is not a generation", target), Hint: hintLink}
	}
	return n, stable, nil
}

// link points current.duckdb at generation n. The caller holds the lock.
func (s *Store) link(n int) error {
	target := s.shown(n)
	err := s.join(n)
	if refused(err) {
		target, err = s.path(n, "duckdb"), nil
	}
	if err != nil {
		return err
	}
	if target, err = filepath.Rel(s.dir, target); err != nil {
		return err
	}
	return s.disk.Symlink(target, s.CurrentPath())
}

// join gives the file of generation n its second name, unless it has it.
func (s *Store) join(n int) error {
	file, shown := s.path(n, "duckdb"), s.shown(n)
	if same, err := sameFile(file, shown); err != nil || same {
		return err
	}
	temp := filepath.Join(s.dir, linkTemp)
	if err := os.Remove(temp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if s.disk.Fault != nil {
		if err := s.disk.Fault("link", shown); err != nil {
			return &os.LinkError{Op: "link", Old: file, New: shown, Err: err}
		}
	}
	if err := os.Link(file, temp); err != nil {
		return err
	}
	err := s.disk.MkdirAll(filepath.Dir(shown), 0o755)
	if err == nil {
		err = s.disk.Rename(temp, shown)
	}
	if err != nil {
		os.Remove(temp)
	}
	return err
}

// refused says whether err is a file system's answer that it makes no hard link, or a kernel's that this user may not link
// a file of another user. A folder without write permission answers otherwise (EACCES).
func refused(err error) bool {
	var link *os.LinkError
	if !errors.As(err, &link) || link.Op != "link" {
		return false
	}
	for _, answer := range []error{unix.EPERM, unix.EOPNOTSUPP, unix.ENOSYS, unix.EMLINK, unix.EXDEV} {
		if errors.Is(err, answer) {
			return true
		}
	}
	return false
}

// rejoin makes the two names of the current generation one file again: a copy of the folder that was made without regard
// to hard links has two files, and Check reads only one.
func (s *Store) rejoin(current int) error {
	if current == 0 {
		return nil
	}
	_, stable, err := s.readLink()
	if err != nil || !stable {
		return err
	}
	if _, err := os.Lstat(s.path(current, "duckdb")); errors.Is(err, fs.ErrNotExist) {
		return nil // readers still have the other name
	}
	same, err := sameFile(s.path(current, "duckdb"), s.shown(current))
	if err == nil && !same {
		err = s.link(current)
	}
	return fail("switch current", s.CurrentPath(), err)
}

// sameFile is false if b is missing.
func sameFile(a, b string) (bool, error) {
	first, err := os.Stat(a)
	if err != nil {
		return false, err
	}
	second, err := os.Lstat(b)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && os.SameFile(first, second), err
}

// StableName says whether engines that name a database after its file, links followed, give every generation the same
// name. It is nil if they do or nothing is published, and an *Error of ErrName if current.duckdb leads to gen-000012.duckdb: an
// older program made it so, or the file system makes no hard links.
func (s *Store) StableName() error {
	_, stable, err := s.readLink()
	switch {
	case errors.Is(err, ErrNone):
		return nil
	case err == nil && !stable:
		err = ErrName
	}
	return fail("look at the link", s.CurrentPath(), err)
}
