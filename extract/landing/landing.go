package landing

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
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/phuluc/phuluc/extract"
	"github.com/phuluc/phuluc/extract/durable"
)

// DefaultMaxSize is the largest item that is landed unless Options say otherwise.
const DefaultMaxSize = 64 << 20

// settle is the coarsest resolution of modification times in use (FAT: 2 s). A file landed within that time of its
// last change may have changed once more without a trace, so its bytes are looked at again.
const settle = 2 * time.Second

// ErrTooLarge is the cause when an item is above the size limit.
var ErrTooLarge = errors.New("larger than the limit for one file")

// ErrChanging is the cause when an item was still being written while it was copied. Landing it later can succeed.
var ErrChanging = errors.New("the file changed while it was copied; it will be landed when it stays the same")

// Raw is one landed object.
type Raw struct {
	SHA256     string    `json:"sha256"` // lower-case hexadecimal
	Size       int64     `json:"size"`
	Type       string    `json:"type"` // as extract.Detect names it
	ReceivedAt time.Time `json:"received_at"`
	Origins    []Origin  `json:"origins"` // in order of first sight, at least one
}

// Origin is one place the bytes were found at.
type Origin struct {
	Origin  string    `json:"origin"`
	Name    string    `json:"name"`
	ModTime time.Time `json:"mod_time"`
	SeenAt  time.Time `json:"seen_at"` // when these bytes took the place of others at this origin, or came first
	Settled bool      `json:"settled"` // they were looked at when ModTime was no longer fresh, so it stands for them
}

// Options adjust a store. The zero value is the default.
type Options struct {
	MaxSize int64            // bytes of one item; 0 means DefaultMaxSize
	Disk    durable.Disk     // tests inject faults here
	Now     func() time.Time // nil means time.Now
}

// Store is an open landing directory. Its methods may be called from several goroutines.
type Store struct {
	dir      string
	incoming string
	opt      Options

	prepare sync.Once // makes the directories and sweeps, before the first landing
	ready   error

	mu     sync.Mutex
	raws   map[string]Raw    // by SHA-256
	latest map[string]string // origin → SHA-256 of the object last seen there
}

// Open reads the manifests in dir. A missing directory is an empty store; nothing is written before something lands.
// A manifest that can not be read is an error that names its file: it is never skipped.
func Open(dir string) (*Store, error) { return OpenWith(dir, Options{}) }

// OpenWith is Open with options.
func OpenWith(dir string, opt Options) (*Store, error) {
	if opt.MaxSize == 0 {
		opt.MaxSize = DefaultMaxSize
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	s := &Store{dir: dir, incoming: filepath.Join(dir, "incoming"), opt: opt, raws: map[string]Raw{}, latest: map[string]string{}}
	shards, err := os.ReadDir(filepath.Join(dir, "objects"))
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return nil, fmt.Errorf("open the landing: %w", err)
	}
	found := make([][]Raw, len(shards))
	var group errgroup.Group // there is a manifest for each file that ever came
	group.SetLimit(runtime.NumCPU())
	for i, shard := range shards {
		group.Go(func() (err error) {
			found[i], err = s.readShard(shard.Name())
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, fmt.Errorf("open the landing: %w", err)
	}
	for _, raws := range found {
		for _, raw := range raws {
			s.remember(raw)
		}
	}
	return s, nil
}

// readShard reads the manifests in one folder of objects.
func (s *Store) readShard(name string) (raws []Raw, err error) {
	files, err := os.ReadDir(filepath.Join(s.dir, "objects", name))
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		sha, ok := strings.CutSuffix(f.Name(), ".json")
		if !ok || strings.HasPrefix(sha, ".") {
			continue
		}
		raw, err := s.readManifest(sha)
		if err != nil {
			return nil, err
		}
		raws = append(raws, raw)
	}
	return raws, nil
}

func (s *Store) readManifest(sha string) (Raw, error) {
	path := s.manifest(sha)
	data, err := os.ReadFile(path)
	if err != nil {
		return Raw{}, err
	}
	var raw Raw
	if err := json.Unmarshal(data, &raw); err != nil {
		return Raw{}, fmt.Errorf("manifest %s is damaged (%w): restore it from a backup, or delete it and the next run lands the file again", path, err)
	}
	if !isSHA(sha) || raw.SHA256 != sha || len(raw.Origins) == 0 {
		return Raw{}, fmt.Errorf("manifest %s is damaged (it does not describe its object): restore it from a backup, or delete it and the next run lands the file again", path)
	}
	return raw, nil
}

// remember puts raw into the indexes. s.mu is held, or the store is not shared yet.
func (s *Store) remember(raw Raw) {
	s.raws[raw.SHA256] = raw
	for _, o := range raw.Origins {
		other, ok := s.raws[s.latest[o.Origin]]
		if !ok || other.SHA256 == raw.SHA256 || other.origin(o.Origin).SeenAt.Before(o.SeenAt) {
			s.latest[o.Origin] = raw.SHA256
		}
	}
}

func (r Raw) origin(name string) Origin {
	for _, o := range r.Origins {
		if o.Origin == name {
			return o
		}
	}
	return Origin{}
}

// Land keeps the bytes of it, if they are new, and the fact that they were found at its origin, if that is new. The
// flag says whether a new object was made. When Land returns without an error, both survive a power cut.
//
// An item that has the size and time it had when it was landed from the same origin is not read again. Errors name
// the origin; ErrTooLarge and ErrChanging say what can be done. After any error the store is as before.
func (s *Store) Land(ctx context.Context, it extract.Item) (Raw, bool, error) {
	raw, fresh, err := s.land(ctx, it)
	if err != nil {
		return Raw{}, false, fmt.Errorf("land %s: %w", it.Origin, err)
	}
	raw.Origins = slices.Clone(raw.Origins)
	return raw, fresh, nil
}

func (s *Store) land(ctx context.Context, it extract.Item) (Raw, bool, error) {
	if raw, ok := s.unchanged(it); ok {
		return raw, false, nil
	}
	if it.Size > s.opt.MaxSize {
		return Raw{}, false, fmt.Errorf("%w: %d bytes, the limit is %d", ErrTooLarge, it.Size, s.opt.MaxSize)
	}
	s.prepare.Do(func() { s.ready = s.prepareDir() })
	if s.ready != nil {
		return Raw{}, false, s.ready
	}
	f, err := s.opt.Disk.CreateTemp(s.incoming)
	if err != nil {
		return Raw{}, false, err
	}
	defer f.Abort()
	began := s.opt.Now() // a change while the bytes are read may leave the time as it is
	sha, size, err := s.copyIn(ctx, f, it)
	if err != nil {
		return Raw{}, false, err
	}
	kind, err := extract.DetectFile(f, size)
	if err != nil {
		return Raw{}, false, err
	}

	// Only the copying above runs beside other landings; what follows changes what is visible.
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.opt.Now().UTC().Truncate(time.Microsecond)
	origin := Origin{Origin: it.Origin, Name: it.Name, ModTime: it.ModTime.UTC(), SeenAt: now, Settled: began.Sub(it.ModTime) >= settle}
	if before, ok := s.raws[s.latest[it.Origin]]; ok && before.SHA256 != sha {
		// A clock that was set back must not make the bytes that were replaced look like the newer ones.
		if seen := before.origin(it.Origin).SeenAt; !origin.SeenAt.After(seen) {
			origin.SeenAt = seen.Add(time.Microsecond)
		}
	}
	raw, known := s.raws[sha]
	if !known {
		raw = Raw{SHA256: sha, Size: size, Type: kind, ReceivedAt: now, Origins: []Origin{origin}}
		if err := s.keepObject(f, sha, size); err != nil {
			return Raw{}, false, err
		}
	} else {
		i := slices.IndexFunc(raw.Origins, func(o Origin) bool { return o.Origin == it.Origin })
		raw.Origins = slices.Clone(raw.Origins)
		switch {
		case i < 0:
			raw.Origins = append(raw.Origins, origin)
		case s.latest[it.Origin] == sha && raw.Origins[i].ModTime.Equal(origin.ModTime) && raw.Origins[i].Settled == origin.Settled:
			return raw, false, nil
		case s.latest[it.Origin] == sha: // the same bytes, touched or looked at later
			raw.Origins[i].ModTime, raw.Origins[i].Settled = origin.ModTime, origin.Settled
		default:
			raw.Origins[i] = origin // these bytes came back after others
		}
	}
	data, err := json.MarshalIndent(raw, "", "  ")
	if err != nil {
		return Raw{}, false, err
	}
	if err := s.opt.Disk.WriteFile(s.manifest(sha), append(data, '\n'), 0o644); err != nil {
		return Raw{}, false, err
	}
	s.remember(raw)
	return raw, !known, nil
}

// unchanged finds what an item was landed as if its size and time prove that it is the same.
func (s *Store) unchanged(it extract.Item) (Raw, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	raw, ok := s.raws[s.latest[it.Origin]]
	if !ok || it.ModTime.IsZero() || raw.Size != it.Size {
		return Raw{}, false
	}
	o := raw.origin(it.Origin)
	return raw, o.Settled && o.ModTime.Equal(it.ModTime)
}

func (s *Store) prepareDir() error {
	for _, dir := range []string{s.incoming, filepath.Join(s.dir, "objects")} {
		if err := s.opt.Disk.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	if err := s.opt.Disk.Sweep(s.incoming); err != nil {
		return err
	}
	shards, err := os.ReadDir(filepath.Join(s.dir, "objects"))
	if err != nil {
		return err
	}
	for _, shard := range shards {
		if err := s.opt.Disk.Sweep(filepath.Join(s.dir, "objects", shard.Name())); err != nil {
			return err
		}
	}
	return nil
}

// copyIn copies and hashes in one pass, and refuses an item that grows above the limit or is being written.
func (s *Store) copyIn(ctx context.Context, f io.Writer, it extract.Item) (sha string, size int64, err error) {
	r, err := it.Open()
	if err != nil {
		return "", 0, err
	}
	defer r.Close()
	h := sha256.New()
	buf := make([]byte, 128<<10)
	for {
		if err := ctx.Err(); err != nil {
			return "", 0, err
		}
		n, err := r.Read(buf)
		size += int64(n)
		if size > s.opt.MaxSize {
			return "", 0, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, s.opt.MaxSize)
		}
		if n > 0 {
			h.Write(buf[:n])
			if _, err := f.Write(buf[:n]); err != nil {
				return "", 0, err
			}
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", 0, err
		}
	}
	if it.Size >= 0 && size != it.Size {
		return "", 0, fmt.Errorf("%w (%d bytes announced, %d found)", ErrChanging, it.Size, size)
	}
	return hex.EncodeToString(h.Sum(nil)), size, nil
}

// keepObject gives the copied bytes their name. Bytes already there, from a landing that was cut short before its
// manifest, are kept when they are whole.
func (s *Store) keepObject(f *durable.File, sha string, size int64) error {
	path := s.Path(sha)
	if err := s.opt.Disk.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if whole, err := sameBytes(path, sha, size); err != nil {
		return err
	} else if whole {
		return nil
	}
	return f.Commit(path, 0o444)
}

func sameBytes(path, sha string, size int64) (bool, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	return n == size && hex.EncodeToString(h.Sum(nil)) == sha, err
}

// List gives every object, sorted by SHA-256.
func (s *Store) List() ([]Raw, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]Raw, 0, len(s.raws))
	for _, r := range s.raws {
		r.Origins = slices.Clone(r.Origins)
		list = append(list, r)
	}
	slices.SortFunc(list, func(a, b Raw) int { return strings.Compare(a.SHA256, b.SHA256) })
	return list, nil
}

// Open opens the bytes of an object. Its error wraps fs.ErrNotExist if there is no such object.
func (s *Store) Open(sha string) (*os.File, error) {
	s.mu.Lock()
	_, known := s.raws[sha]
	s.mu.Unlock()
	if !known {
		return nil, &fs.PathError{Op: "open landed object", Path: sha, Err: fs.ErrNotExist}
	}
	return os.Open(s.Path(sha))
}

// Path is where the bytes of the object are. A string that is no SHA-256 gives a path at which nothing can be.
func (s *Store) Path(sha string) string {
	if !isSHA(sha) {
		return filepath.Join(s.dir, "objects", "invalid")
	}
	return filepath.Join(s.dir, "objects", sha[:2], sha)
}

func (s *Store) manifest(sha string) string { return s.Path(sha) + ".json" }

// Verify reads every object again and compares it with its name. It gives the first difference, or nil.
func (s *Store) Verify(ctx context.Context) error {
	list, err := s.List()
	if err != nil {
		return err
	}
	for _, r := range list {
		if err := ctx.Err(); err != nil {
			return err
		}
		ok, err := sameBytes(s.Path(r.SHA256), r.SHA256, r.Size)
		if err != nil {
			return err
		}
		if !ok {
			return fmt.Errorf("landed object %s (%s) is missing or its bytes changed: restore it from a backup", s.Path(r.SHA256), r.Origins[0].Origin)
		}
	}
	return nil
}

func isSHA(s string) bool {
	if len(s) != 2*sha256.Size {
		return false
	}
	for _, c := range []byte(s) {
		if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f') {
			return false
		}
	}
	return true
}
