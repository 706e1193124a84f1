package publish

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Retention is what became of the old generations.
type Retention struct {
	Removed []int
	InUse   []int // too many, but open somewhere: the next publication tries again
	Err     error // removing failed; nothing that is needed is missing
}

// Retain removes generations beyond the number to keep. Publish does this itself; call it after a reader has gone.
func (s *Store) Retain(ctx context.Context) (Retention, error) {
	l, err := s.lock(ctx, "retain", s.wait)
	if err != nil {
		return Retention{}, err
	}
	r := s.retain()
	return r, errors.Join(r.Err, l.Release())
}

// retain removes what is older than the newest s.keep usable generations, except the current one and what is in use.
func (s *Store) retain() Retention {
	var r Retention
	list, err := s.List()
	if err != nil {
		return Retention{Err: err}
	}
	kept := 0
	for _, g := range slices.Backward(list) {
		if g.Problem == nil && kept < s.keep {
			kept++
			continue
		}
		if g.Current || kept < s.keep {
			continue
		}
		used, err := s.removeUnused(g)
		switch {
		case err != nil:
			r.Err = errors.Join(r.Err, err)
		case used:
			r.InUse = append(r.InUse, g.Generation)
		default:
			r.Removed = append(r.Removed, g.Generation)
		}
	}
	return r
}

// removeUnused keeps Pin out while it looks and removes.
func (s *Store) removeUnused(g Generation) (used bool, err error) {
	manifest, err := os.Open(g.ManifestPath)
	if err != nil {
		return false, fail("remove", g.ManifestPath, err)
	}
	defer manifest.Close()
	err = unix.Flock(int(manifest.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return true, nil
	}
	if err == nil {
		used, err = s.inUse(g.Generation)
	}
	if err != nil || used {
		return used, fail("look whether somebody uses", g.Path, err)
	}
	return false, s.remove(g.Generation)
}

// Pin keeps a generation from being removed until release is called or the process ends.
func (s *Store) Pin(n int) (release func() error, err error) {
	path := s.path(n, "json")
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		err = ErrNotFound
	}
	if err != nil {
		return nil, fail("pin", path, err)
	}
	err = unix.Flock(int(f.Fd()), unix.LOCK_SH|unix.LOCK_NB)
	if err == nil {
		var mine, named os.FileInfo
		mine, err = f.Stat()
		if err == nil {
			named, err = os.Stat(path)
		}
		if err == nil && !os.SameFile(mine, named) {
			err = ErrNotFound
		}
	}
	if errors.Is(err, unix.EWOULDBLOCK) || errors.Is(err, fs.ErrNotExist) {
		err = ErrNotFound // it is being removed at this moment
	}
	if err != nil {
		f.Close()
		return nil, fail("pin", path, err)
	}
	return f.Close, nil
}

// inUse asks about both names of a generation. They are one file, but a copy of the folder that was made without regard to
// hard links has two.
func (s *Store) inUse(n int) (bool, error) {
	table, err := kernelTable() // once for both names: the kernel waits for all processors before it answers
	if err != nil {
		return false, err
	}
	for _, path := range []string{s.path(n, "duckdb"), s.shown(n)} {
		used, err := locked(path, table)
		if err != nil && !errors.Is(err, fs.ErrNotExist) || used {
			return used, err
		}
	}
	return false, nil
}

// locked says whether some process has fcntl locks on the file, as DuckDB has while it has the file open.
func locked(path, table string) (bool, error) {
	used, err := listed(path, table)
	if err != nil || used {
		return used, err
	}
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	// The question is whether a write lock could be had: any reader's lock stands against it.
	ask := unix.Flock_t{Type: unix.F_WRLCK}
	if err := unix.FcntlFlock(f.Fd(), unix.F_GETLK, &ask); err != nil {
		return false, &fs.PathError{Op: "fcntl", Path: path, Err: err}
	}
	return ask.Type != unix.F_UNLCK, nil
}

// kernelTable is Linux's /proc/locks, which says of files without a descriptor of them whether they are locked. Elsewhere there is
// no such table.
func kernelTable() (string, error) {
	table, err := os.ReadFile("/proc/locks")
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return "", nil
	}
	return string(table), err
}

// listed looks for the file in the kernelTable. A line is like
//
//	1: POSIX  ADVISORY  READ 4711 fd:00:1234567 0 EOF
//
// with the device (hexadecimal major:minor) and inode in the sixth field.
func listed(path, table string) (bool, error) {
	if table == "" {
		return false, nil
	}
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil {
		return false, &fs.PathError{Op: "stat", Path: path, Err: err}
	}
	dev := uint64(st.Dev)
	want := fmt.Sprintf("%02x:%02x:%s", unix.Major(dev), unix.Minor(dev), strconv.FormatUint(uint64(st.Ino), 10))
	for line := range strings.Lines(table) {
		if fields := strings.Fields(line); len(fields) >= 6 && fields[1] != "->" && fields[5] == want {
			return true, nil
		}
	}
	return false, nil
}
