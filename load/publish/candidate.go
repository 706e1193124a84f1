package publish

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/phuluc/phuluc/load/lock"
)

// Candidate is a warehouse file being built. End it with Publish or Abort.
type Candidate struct {
	Path string // build the warehouse here; its folder is on the right file system and is empty

	store *Store
	lock  *lock.Lock
	dir   string
}

// Begin starts a candidate. One process at a time can have one: the next gets a *lock.HeldError.
func (s *Store) Begin(ctx context.Context) (*Candidate, error) {
	l, err := s.lock(ctx, "publish", s.wait)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(s.dir, candidatePrefix)
	if err != nil {
		return nil, errors.Join(fail("begin", s.dir, err), l.Release())
	}
	return &Candidate{Path: filepath.Join(dir, "warehouse.duckdb"), store: s, lock: l, dir: dir}, nil
}

// Space compares the disk with what a build needs: twice the current generation plus delta bytes of new material. The
// figures are returned in any case; the error is nil or the same *SpaceError.
func (s *Store) Space(delta int64) (SpaceError, error) {
	free, err := s.free(s.dir)
	if err != nil {
		return SpaceError{}, fail("ask for free space", s.dir, err)
	}
	e := SpaceError{Path: s.dir, Free: free, Delta: delta}
	if g, err := s.Current(); err == nil {
		e.Last = g.Size
	}
	e.Need = 2*e.Last + delta
	if e.Free < e.Need {
		return e, &e
	}
	return e, nil
}

// Publication is what Publish did.
type Publication struct {
	Generation
	Retention Retention
}

// Publish makes the closed file at c.Path the current generation. m describes it; its Format, Generation, Parent, Size and
// SHA256 are filled in here, and CreatedAt too if it is zero. verify reads the whole file and returns what it found in the
// tables, which goes into the manifest if m has none, or an error if anything
// is wrong; it may open the file, but must not change it and must have closed it.
//
// On error nothing is published, readers see what they saw, and the candidate is gone. Trouble with removing old generations
// afterwards is not an error of the publication: Retention tells it.
func (c *Candidate) Publish(ctx context.Context, m Manifest, verify func(path string) ([]Table, error)) (Publication, error) {
	if c.lock == nil {
		return Publication{}, fail("publish", c.Path, ErrFinished)
	}
	g, err := c.publish(ctx, m, verify)
	if err != nil {
		return Publication{}, errors.Join(err, c.Abort())
	}
	p := Publication{Generation: g, Retention: c.store.retain()}
	// What is left of the candidate and of its lock is swept by the next Open and freed at the end of the process.
	p.Retention.Err = errors.Join(p.Retention.Err, c.Abort())
	return p, nil
}

// Abort throws the candidate away. After Publish or Abort it does nothing.
func (c *Candidate) Abort() error {
	if c.lock == nil {
		return nil
	}
	l := c.lock
	c.lock = nil
	return errors.Join(fail("abort", c.dir, os.RemoveAll(c.dir)), fail("abort", c.dir, l.Release()))
}

func (c *Candidate) publish(ctx context.Context, m Manifest, verify func(path string) ([]Table, error)) (Generation, error) {
	s := c.store
	if err := m.Checks.complete(); err != nil {
		return Generation{}, fail("publish", c.Path, err)
	}
	if err := c.prove(ctx, &m, verify); err != nil {
		return Generation{}, err
	}
	found, err := s.files()
	if err != nil {
		return Generation{}, err
	}
	history, err := s.History()
	if err != nil {
		return Generation{}, err
	}
	parent, err := s.linked()
	if err != nil && !errors.Is(err, ErrNone) {
		return Generation{}, err
	}
	// Numbers are never used twice, even if the newest generations have been removed by hand.
	m.Generation = parent
	for n := range found {
		m.Generation = max(m.Generation, n)
	}
	for _, h := range history {
		m.Generation = max(m.Generation, h.Generation)
	}
	m.Generation++
	m.Format = manifestFormat
	m.Parent = parent
	if m.CreatedAt.IsZero() {
		m.CreatedAt = s.now()
	}
	m.CreatedAt = m.CreatedAt.UTC().Truncate(time.Millisecond)
	if err := c.place(m); err != nil {
		// The number was never seen as current. If the link could not be taken back, the files must stay under it.
		if n, e := s.linked(); n != m.Generation && (e == nil || errors.Is(e, ErrNone)) {
			err = errors.Join(err, s.remove(m.Generation))
		}
		return Generation{}, err
	}
	g := s.load(m.Generation, m.Generation)
	return g, nil
}

// prove makes sure that what is on the disk is whole, and fills in its size and sum.
func (c *Candidate) prove(ctx context.Context, m *Manifest, verify func(path string) ([]Table, error)) error {
	s := c.store
	if err := noWAL(c.Path); err != nil {
		return fail("look for a write-ahead log of", c.Path, err)
	}
	if err := os.Chmod(c.Path, 0o444); err != nil {
		return fail("make read-only", c.Path, err)
	}
	if err := s.disk.SyncFile(c.Path); err != nil {
		return fail("sync", c.Path, err)
	}
	before, err := os.Stat(c.Path)
	if err != nil {
		return fail("look at", c.Path, err)
	}
	var reading errgroup.Group // both read the whole file
	reading.Go(func() (err error) {
		m.SHA256, m.Size, err = hash(ctx, c.Path)
		return fail("read", c.Path, err)
	})
	reading.Go(func() error {
		tables, err := verify(c.Path)
		if err != nil {
			return fail("verify", c.Path, fmt.Errorf("%w: %w", ErrVerify, err))
		}
		if m.Tables == nil {
			m.Tables = tables
		}
		return nil
	})
	if err := reading.Wait(); err != nil {
		return err
	}
	after, err := os.Stat(c.Path)
	if err != nil {
		return fail("look at", c.Path, err)
	}
	if !os.SameFile(before, after) || before.Size() != after.Size() || m.Size != after.Size() || !before.ModTime().Equal(after.ModTime()) {
		return fail("verify", c.Path, ErrChanged)
	}
	if err := noWAL(c.Path); err != nil {
		return fail("look for a write-ahead log of", c.Path, err)
	}
	return ctx.Err()
}

// place gives the file its number and shows it to readers.
func (c *Candidate) place(m Manifest) error {
	s := c.store
	file, manifest := s.path(m.Generation, "duckdb"), s.path(m.Generation, "json")
	for _, path := range []string{file, manifest} {
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			return fail("publish", path, errors.Join(fs.ErrExist, err))
		}
	}
	text, err := jsonText(m)
	if err != nil {
		return fail("write the manifest", manifest, err)
	}
	if err := s.disk.WriteFile(manifest, text, 0o444); err != nil {
		return fail("write the manifest", manifest, err)
	}
	if err := s.disk.Rename(c.Path, file); err != nil {
		return fail("rename", file, err)
	}
	return s.switchTo(m.Generation, Published)
}
