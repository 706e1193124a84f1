package durable

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// tempPrefix marks files that are not finished. It starts with a dot so that folder readers skip them too.
const tempPrefix = ".tmp-"

// Op names a step that changes the disk.
type Op string

// The steps, in the words a Fault function sees.
const (
	Mkdir    Op = "mkdir"
	Create   Op = "create"
	Write    Op = "write"
	Chmod    Op = "chmod"
	Sync     Op = "sync"
	Close    Op = "close"
	Rename   Op = "rename"
	SyncDirs Op = "syncdir"
	Symlink  Op = "symlink"
	Remove   Op = "remove"
)

// Disk performs durable changes. The zero value works on the real disk.
type Disk struct {
	// Fault, if set, is asked before every step; an error it returns becomes the result of the step, which is then
	// not done (a write is done by half, as a full disk does it). Only tests set it.
	Fault func(op Op, path string) error
}

func (d Disk) fault(op Op, path string) error {
	if d.Fault == nil {
		return nil
	}
	if err := d.Fault(op, path); err != nil {
		return &fs.PathError{Op: string(op), Path: path, Err: err}
	}
	return nil
}

// MkdirAll makes dir and its missing parents, and syncs every directory that got a new entry.
func (d Disk) MkdirAll(dir string, perm fs.FileMode) error {
	info, err := os.Stat(dir)
	if err == nil {
		if !info.IsDir() {
			return &fs.PathError{Op: "mkdir", Path: dir, Err: errors.New("a file of this name is in the way")}
		}
		return nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	parent := filepath.Dir(dir)
	if parent != dir {
		if err := d.MkdirAll(parent, perm); err != nil {
			return err
		}
	}
	if err := d.fault(Mkdir, dir); err != nil {
		return err
	}
	if err := os.Mkdir(dir, perm); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return d.SyncDir(parent)
}

// SyncDir makes the names in dir survive a power cut. Windows has no such call and orders renames itself.
func (d Disk) SyncDir(dir string) error {
	if err := d.fault(SyncDirs, dir); err != nil {
		return err
	}
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// SyncFile makes the content of a file that something else wrote survive a power cut.
func (d Disk) SyncFile(path string) error {
	if err := d.fault(Sync, path); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrPermission) {
		f, err = os.Open(path)
	}
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Rename moves a file or directory that is already synced, replacing a file at newpath, and syncs both directories.
// An error after the move (the directory sync) leaves the new name in place: the caller must treat it as not proved.
func (d Disk) Rename(oldpath, newpath string) error {
	if err := d.fault(Rename, newpath); err != nil {
		return err
	}
	if err := os.Rename(oldpath, newpath); err != nil {
		return err
	}
	from, to := filepath.Dir(oldpath), filepath.Dir(newpath)
	if err := d.SyncDir(to); err != nil {
		return err
	}
	if from == to {
		return nil
	}
	return d.SyncDir(from)
}

// Symlink points the name link at target in one step: whoever opens link gets the old target or the new one.
func (d Disk) Symlink(target, link string) error {
	dir := filepath.Dir(link)
	f, err := os.CreateTemp(dir, tempPrefix+"*")
	if err != nil {
		return err
	}
	temp := f.Name()
	// The temporary file only reserves a name nobody else uses; a link can not be made over it.
	err = errors.Join(f.Close(), os.Remove(temp), d.fault(Symlink, link))
	if err != nil {
		return err
	}
	if err := os.Symlink(target, temp); err != nil {
		return err
	}
	if err := d.Rename(temp, link); err != nil {
		os.Remove(temp)
		return err
	}
	return nil
}

// Remove deletes one file and syncs its directory.
func (d Disk) Remove(path string) error {
	if err := d.fault(Remove, path); err != nil {
		return err
	}
	if err := os.Remove(path); err != nil {
		return err
	}
	return d.SyncDir(filepath.Dir(path))
}

// WriteFile writes a whole file, replacing an old one. On error the old file is untouched, except that after a
// failed directory sync the new one may already be in place.
func (d Disk) WriteFile(path string, data []byte, perm fs.FileMode) (err error) {
	f, err := d.CreateTemp(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Abort()
		}
	}()
	if _, err := f.Write(data); err != nil {
		return err
	}
	return f.Commit(path, perm)
}

// File is a file being written that nobody sees yet.
type File struct {
	disk Disk
	f    *os.File
	err  error // the first error is final: after a failed write nothing is committed
	done bool
}

var _ io.Writer = (*File)(nil)

// CreateTemp starts a file in dir, which must be on the file system of the final name. End it with Commit or Abort.
func (d Disk) CreateTemp(dir string) (*File, error) {
	if err := d.fault(Create, dir); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(dir, tempPrefix+"*")
	if err != nil {
		return nil, err
	}
	return &File{disk: d, f: f}, nil
}

// Write appends to the file.
func (f *File) Write(p []byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	if f.err = f.disk.fault(Write, f.f.Name()); f.err != nil {
		n, _ := f.f.Write(p[:len(p)/2])
		return n, f.err
	}
	n, err := f.f.Write(p)
	f.err = err
	return n, err
}

// ReadAt reads what was written so far.
func (f *File) ReadAt(p []byte, off int64) (int, error) { return f.f.ReadAt(p, off) }

// Commit syncs the file, gives it perm and its final name, and syncs the directory. After an error call Abort.
func (f *File) Commit(path string, perm fs.FileMode) error {
	if f.err != nil {
		return f.err
	}
	if f.done {
		return fmt.Errorf("commit %s: the file was already committed or aborted", path)
	}
	temp := f.f.Name()
	steps := []struct {
		op Op
		do func() error
	}{
		{Chmod, func() error { return f.f.Chmod(perm) }},
		{Sync, f.f.Sync},
		{Close, f.f.Close},
	}
	for _, s := range steps {
		if f.err = f.disk.fault(s.op, temp); f.err == nil {
			f.err = s.do()
		}
		if f.err != nil {
			return f.err
		}
	}
	if f.err = f.disk.fault(Rename, path); f.err != nil {
		return f.err
	}
	if f.err = os.Rename(temp, path); f.err != nil {
		return f.err
	}
	f.done = true
	return f.disk.SyncDir(filepath.Dir(path))
}

// Abort throws the file away. It does nothing after a Commit that gave the file its name. It may fail to remove the
// file, on a dying disk for example; Sweep removes such leftovers later.
func (f *File) Abort() {
	if f.done {
		return
	}
	f.done = true
	f.f.Close()
	if f.disk.fault(Remove, f.f.Name()) == nil {
		os.Remove(f.f.Name())
	}
}

// Sweep removes the unfinished files that a crash left in dir (not in directories below it). Nobody may be writing
// there at that time. A missing dir has nothing to sweep.
func (d Disk) Sweep(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.IsDir() || !strings.HasPrefix(e.Name(), tempPrefix) {
			continue
		}
		path := filepath.Join(dir, e.Name())
		if err := d.fault(Remove, path); err != nil {
			return err
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
