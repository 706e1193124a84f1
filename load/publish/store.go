package publish

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"github.com/phuluc/phuluc/extract/durable"
	"github.com/phuluc/phuluc/load/lock"
)

// How many generations are kept.
const (
	DefaultKeep = 7
	MinKeep     = 3
)

const (
	currentFile     = "current.duckdb"
	currentRecord   = "current.json"
	lockFile        = ".lock"
	candidatePrefix = ".candidate-"
	linkTemp        = ".linking" // a hard link that has not got its name yet
)

// lockWait outlasts the moment in which Open, in another process, has the lock in order to clean.
const lockWait = 2 * time.Second

// Options of a Store. The zero value is right for everybody but tests.
type Options struct {
	Keep int          // generations to keep; 0: DefaultKeep; less than MinKeep is refused
	Disk durable.Disk // tests make its steps fail
	Now  func() time.Time
	Free func(dir string) (int64, error) // free bytes on the disk of dir for this user
}

// Store is a folder of generations. Its methods may be called from several goroutines and processes.
type Store struct {
	dir      string
	keep     int
	disk     durable.Disk
	now      func() time.Time
	free     func(dir string) (int64, error)
	wait     time.Duration
	readOnly error // why this process may not write here; nil if it may
}

// Generation is one published warehouse file.
type Generation struct {
	Manifest
	Path         string // of the warehouse file; never of the link
	ManifestPath string
	Current      bool
	Problem      error // why it cannot be used (manifest unreadable or of a newer program, size differs); nil if it can
}

// Switch is one change of what readers see.
type Switch struct {
	Generation int       `json:"generation"`
	Action     string    `json:"action"` // Published or RolledBack
	At         time.Time `json:"at"`
	Recovered  bool      `json:"recovered,omitempty"` // found in force at Open: its own record was lost in a crash
}

// Actions of a Switch.
const (
	Published  = "publish"
	RolledBack = "rollback"
)

type record struct {
	Format  int      `json:"format"`
	History []Switch `json:"history"`
}

// Open opens the folder of generations, making it if it is missing. If nobody is publishing, Open finishes or takes away
// what a killed process left. A folder this user may not write to opens for reading.
func Open(ctx context.Context, dir string, o Options) (*Store, error) {
	s := &Store{dir: dir, keep: o.Keep, disk: o.Disk, now: o.Now, free: o.Free, wait: lockWait}
	if s.keep == 0 {
		s.keep = DefaultKeep
	}
	if s.keep < MinKeep {
		return nil, &Error{Op: "open", Path: dir, Err: fmt.Errorf("keep %d generations", s.keep), Hint: fmt.Sprintf("keep at least %d", MinKeep)}
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.free == nil {
		s.free = freeSpace
	}
	if err := s.disk.MkdirAll(dir, 0o755); err != nil {
		return nil, fail("open", dir, err)
	}
	l, err := s.lock(ctx, "open", 0)
	var held *lock.HeldError
	switch {
	case errors.As(err, &held):
		return s, nil // its holder cleans
	case errors.Is(err, fs.ErrPermission), errors.Is(err, unix.EROFS):
		s.readOnly = errors.Unwrap(err)
		return s, nil
	case err != nil:
		return nil, err
	}
	return s, errors.Join(s.recover(), l.Release())
}

func freeSpace(dir string) (int64, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return 0, err
	}
	return int64(uint64(st.Bavail) * uint64(st.Bsize)), nil
}

func (s *Store) lock(ctx context.Context, what string, wait time.Duration) (*lock.Lock, error) {
	path := filepath.Join(s.dir, lockFile)
	if s.readOnly != nil {
		return nil, fail(what, s.dir, s.readOnly)
	}
	l, err := lock.Acquire(ctx, path, what, wait)
	return l, fail(what, path, err)
}

// Dir is the folder.
func (s *Store) Dir() string { return s.dir }

// CurrentPath is the name that readers open; it exists once something is published.
func (s *Store) CurrentPath() string { return filepath.Join(s.dir, currentFile) }

func (s *Store) path(number int, ext string) string {
	return filepath.Join(s.dir, fmt.Sprintf("gen-%06d.%s", number, ext))
}

// number reads gen-000012.duckdb; extension is what follows the dot, nothing for the folder gen-000012.
func number(name string) (n int, ext string, ok bool) {
	m := regexp.MustCompile(`^gen-([0-9]{6,9})(?:\.(duckdb|json))?$`).FindStringSubmatch(name)
	if m == nil {
		return 0, "", false
	}
	n, err := strconv.Atoi(m[1])
	return n, m[2], err == nil && n > 0
}

// files maps generation numbers to the extensions found.
func (s *Store) files() (map[int][]string, error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, fail("list", s.dir, err)
	}
	found := map[int][]string{}
	for _, e := range entries {
		if n, ext, ok := number(e.Name()); ok && ext != "" && e.Type().IsRegular() {
			found[n] = append(found[n], ext)
		}
	}
	return found, nil
}

// List returns the published generations, oldest first, with those that cannot be used (Problem says why).
func (s *Store) List() ([]Generation, error) {
	found, err := s.files()
	if err != nil {
		return nil, err
	}
	current, err := s.linked()
	if err != nil && !errors.Is(err, ErrNone) {
		return nil, err
	}
	var list []Generation
	for n, exts := range found {
		// One of two files is a generation that is just coming or just going.
		if len(exts) == 2 {
			list = append(list, s.load(n, current))
		}
	}
	slices.SortFunc(list, func(a, b Generation) int { return a.Generation - b.Generation })
	return list, nil
}

func (s *Store) load(n, current int) Generation {
	g := Generation{Path: s.path(n, "duckdb"), ManifestPath: s.path(n, "json"), Current: n == current}
	m, err := readManifest(g.ManifestPath, n)
	if err != nil {
		g.Generation = n
		g.Problem = fail("read the manifest", g.ManifestPath, err)
		return g
	}
	g.Manifest = m
	info, err := os.Stat(g.Path)
	if err == nil && info.Size() != m.Size {
		err = fmt.Errorf("%w: it has %d bytes, should have %d", ErrDamaged, info.Size(), m.Size)
	}
	if err == nil {
		err = noWAL(g.Path)
	}
	if err == nil {
		err = noWAL(s.shown(n)) // an engine puts it beside the name by which it was told to open
	}
	g.Problem = fail("look at", g.Path, err)
	return g
}

func noWAL(path string) error {
	_, err := os.Lstat(path + ".wal")
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	}
	return ErrWAL
}

// Current returns the generation that readers see. ErrNone: nothing has been published.
func (s *Store) Current() (Generation, error) {
	n, err := s.linked()
	if err != nil {
		return Generation{}, fail("read the link", s.CurrentPath(), err)
	}
	g := s.load(n, n)
	return g, g.Problem
}

// Get returns one generation, whatever its Problem.
func (s *Store) Get(n int) (Generation, error) {
	list, err := s.List()
	if err != nil {
		return Generation{}, err
	}
	i := slices.IndexFunc(list, func(g Generation) bool { return g.Generation == n })
	if i < 0 {
		return Generation{}, fail("find the generation", s.path(n, "duckdb"), ErrNotFound)
	}
	return list[i], nil
}

// Check reads the whole file of a generation and compares it with the SHA-256 in its manifest.
func (s *Store) Check(ctx context.Context, n int) error {
	g, err := s.Get(n)
	if err != nil {
		return err
	}
	if g.Problem != nil {
		return g.Problem
	}
	sum, _, err := hash(ctx, g.Path)
	if err == nil && sum != g.SHA256 {
		err = fmt.Errorf("%w: its SHA-256 is %s, should be %s", ErrDamaged, sum, g.SHA256)
	}
	return fail("check", g.Path, err)
}

// hash returns the SHA-256 and the size of a file.
func hash(ctx context.Context, path string) (string, int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	h := sha256.New()
	var size int64
	for buf := make([]byte, 1<<20); ; {
		if err := ctx.Err(); err != nil {
			return "", 0, err
		}
		n, err := f.Read(buf)
		h.Write(buf[:n])
		size += int64(n)
		if err == io.EOF {
			return hex.EncodeToString(h.Sum(nil)), size, nil
		}
		if err != nil {
			return "", 0, err
		}
	}
}

// History returns every switch of what readers see, oldest first.
func (s *Store) History() ([]Switch, error) {
	r, err := s.readRecord()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return r.History, fail("read the record", filepath.Join(s.dir, currentRecord), err)
}

func (s *Store) readRecord() (record, error) {
	text, err := os.ReadFile(filepath.Join(s.dir, currentRecord))
	if err != nil {
		return record{}, err
	}
	var r record
	if err := json.Unmarshal(text, &r); err != nil {
		return record{}, errors.Join(ErrUnreadable, err)
	}
	if r.Format != manifestFormat {
		return record{}, fmt.Errorf("%w: format %d, this program knows %d", ErrNewer, r.Format, manifestFormat)
	}
	return r, nil
}

func (s *Store) writeRecord(history []Switch) error {
	text, err := jsonText(record{Format: manifestFormat, History: append([]Switch{}, history...)})
	if err != nil {
		return err
	}
	return s.disk.WriteFile(filepath.Join(s.dir, currentRecord), text, 0o444)
}

// Rollback shows readers a generation that is still kept, older or newer than the current one. It moves names only, so it
// is as quick for a large file as for a small one; Check the generation first if its disk is in doubt. Readers that have
// another generation open keep it.
func (s *Store) Rollback(ctx context.Context, to int) (Generation, error) {
	l, err := s.lock(ctx, "rollback", s.wait)
	if err != nil {
		return Generation{}, err
	}
	g, err := s.rollback(to)
	return g, errors.Join(err, l.Release())
}

func (s *Store) rollback(to int) (Generation, error) {
	g, err := s.Get(to)
	if err == nil {
		err = g.Problem
	}
	if err == nil && g.Current {
		err = fail("rollback", g.Path, ErrCurrent)
	}
	if err != nil {
		return Generation{}, err
	}
	if err := s.switchTo(to, RolledBack); err != nil {
		return Generation{}, err
	}
	g.Current = true
	return g, nil
}

// switchTo changes what readers see and records it, or leaves both as they were.
func (s *Store) switchTo(n int, action string) error {
	before, err := s.linked()
	if err != nil && !errors.Is(err, ErrNone) {
		return err
	}
	history, err := s.History()
	if err != nil {
		return err
	}
	err = fail("switch current", s.CurrentPath(), s.link(n))
	if err == nil {
		next := append(slices.Clone(history), Switch{Generation: n, Action: action, At: s.now().UTC()})
		err = fail("record the switch", filepath.Join(s.dir, currentRecord), s.writeRecord(next))
	}
	if err == nil {
		return nil
	}
	// What is reported as failed must not be seen. Either name may be in place with only the proof of it missing.
	undo := s.writeRecord(history)
	if before != 0 {
		undo = errors.Join(undo, s.link(before))
	} else if e := s.disk.Remove(s.CurrentPath()); !errors.Is(e, fs.ErrNotExist) {
		undo = errors.Join(undo, e)
	}
	if undo != nil {
		return fmt.Errorf("%w; taking it back failed too: %w", err, undo)
	}
	return err
}
