package sample

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"github.com/phuluc/phuluc/extract/sheet"
	"golang.org/x/sync/errgroup"
)

// The version covers the code that lays out as well as the figures, so that no release can forget to raise it.
//
//go:embed feed.go form_document.go form_plan.go form_table.go number.go plan.go render.go values.go write.go
var layoutCode embed.FS

// marker is the file that says what the folder holds. Its name starts with a dot: folder readers skip it.
const marker = ".phuluc-sample"

// Options chooses how much is written.
type Options struct {
	// Full writes all planning rounds of all provinces, all tables and all documents (nearly 900 workbooks). Without
	// it: the rounds 2014 and 2020, the main tables and all documents (about 250).
	Full bool
}

// Summary says what the folder holds after Write.
type Summary struct {
	Version   string `json:"version"`
	Full      bool   `json:"full"`
	Workbooks int    `json:"workbooks"`
	Feeds     int    `json:"feeds"`
	Cells     int    `json:"cells"`  // workbook cells that hold a published value
	Values    int    `json:"values"` // different published values among them
	Bytes     int64  `json:"bytes"`
	Written   int    `json:"-"` // files that had to be written this time
}

// Placement says where a published value stands.
type Placement struct {
	File  string // slash-separated, below the folder
	Sheet string
	Cell  string // A1
	Text  string // what the cell stores: digits of a number, or a text
	Value int    // index into Published()
}

// Version gives the content hash of the figures and of the code that lays them out, 16 hexadecimal digits.
func Version() (string, error) {
	h := sha256.New()
	for _, tree := range []embed.FS{published, layoutCode} {
		err := fs.WalkDir(tree, ".", func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := tree.ReadFile(p)
			if err != nil {
				return err
			}
			fmt.Fprintf(h, "%s %d\n", p, len(data))
			h.Write(data)
			return nil
		})
		if err != nil {
			return "", fmt.Errorf("version of the sample: %w", err)
		}
	}
	return hex.EncodeToString(h.Sum(nil))[:16], nil
}

// plans gives the workbooks of the sample, each to be laid out when it is needed.
func (s *store) plans(full bool) []func() *book {
	var out []func() *book
	for n := firstRound; n <= lastRound; n++ {
		if !full && n != 2014 && n != 2020 {
			continue
		}
		for i, t := range s.provinces() {
			out = append(out, func() *book { return s.planBook(t, i, n) })
		}
	}
	for _, x := range allSeries() {
		if full || x.defaultPart {
			out = append(out, func() *book { return s.seriesBook(x) })
		}
	}
	return append(out, s.documentBooks()...)
}

// Placements lists every cell of the chosen workbooks that holds a published value, in the order of the files.
func Placements(opt Options) ([]Placement, error) {
	s, err := load()
	if err != nil {
		return nil, err
	}
	var out []Placement
	for _, build := range s.plans(opt.Full) {
		out = append(out, placements(build())...)
	}
	return out, nil
}

func placements(b *book) []Placement {
	var out []Placement
	for _, p := range b.pages {
		for _, c := range p.cells {
			if c.value > 0 {
				out = append(out, Placement{b.path, p.name, sheet.Address(c.row, c.col), c.text, c.value - 1})
			}
		}
	}
	return out
}

// Write lays the sample out in dir, which it makes if needed. Files that are already there with the same bytes are left
// alone; each other file appears whole or not at all, with the date of its document as its time. A folder that this
// version has already filled costs a look at its marker and a count of its files. Files of others in dir are kept, but
// make that look fail; give the sample a folder of its own. When ctx ends, Write stops between two files with its error.
func Write(ctx context.Context, dir string, opt Options) (Summary, error) {
	version, err := Version()
	if err != nil {
		return Summary{}, err
	}
	if sum, ok := filled(dir, version, opt); ok {
		return sum, nil
	}
	s, err := load()
	if err != nil {
		return Summary{}, err
	}
	feeds, err := s.feeds()
	if err != nil {
		return Summary{}, err
	}
	plans := s.plans(opt.Full)
	sum := Summary{Version: version, Full: opt.Full, Workbooks: len(plans), Feeds: len(feeds)}
	// Without the marker an interrupted run is never taken for a complete one.
	if err := os.Remove(filepath.Join(dir, marker)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Summary{}, fmt.Errorf("write the sample: %w", err)
	}
	var written, size atomic.Int64
	put := func(name string, data []byte, at time.Time) error {
		size.Add(int64(len(data)))
		changed, err := replace(filepath.Join(dir, filepath.FromSlash(name)), data, at)
		if err != nil {
			return fmt.Errorf("write the sample: %w", err)
		}
		if changed {
			written.Add(1)
		}
		return nil
	}
	for _, f := range feeds {
		if err := put(f.path, f.data, f.date); err != nil {
			return Summary{}, err
		}
	}
	placed := make([][]Placement, len(plans))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, build := range plans {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			b := build()
			data, err := render(b)
			if err != nil {
				return err
			}
			placed[i] = placements(b)
			return put(b.path, data, b.date)
		})
	}
	if err := group.Wait(); err != nil {
		return Summary{}, err
	}
	distinct := map[int]bool{}
	for _, ps := range placed {
		sum.Cells += len(ps)
		for _, p := range ps {
			distinct[p.Value] = true
		}
	}
	sum.Values, sum.Bytes, sum.Written = len(distinct), size.Load(), int(written.Load())
	data, err := json.MarshalIndent(sum, "", "  ")
	if err != nil {
		return Summary{}, fmt.Errorf("write the sample: %w", err)
	}
	if _, err := replace(filepath.Join(dir, marker), append(data, '\n'), time.Now()); err != nil {
		return Summary{}, fmt.Errorf("write the sample: %w", err)
	}
	return sum, nil
}

// filled reports whether dir already holds what opt asks for, by its marker and the number of its files.
func filled(dir, version string, opt Options) (Summary, bool) {
	data, err := os.ReadFile(filepath.Join(dir, marker))
	if err != nil {
		return Summary{}, false
	}
	var sum Summary
	if json.Unmarshal(data, &sum) != nil || sum.Version != version || opt.Full && !sum.Full {
		return Summary{}, false
	}
	files := 0
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !strings.HasPrefix(d.Name(), ".") {
			files++
		}
		return err
	})
	return sum, err == nil && files == sum.Workbooks+sum.Feeds
}

// replace makes path hold data, through a temporary file beside it, and reports whether it had to.
func replace(path string, data []byte, at time.Time) (bool, error) {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, data) {
		return false, nil
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return false, err
	}
	f, err := os.CreateTemp(dir, ".tmp-")
	if err != nil {
		return false, err
	}
	_, err = f.Write(data)
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Chmod(f.Name(), 0o644)
	}
	if err == nil {
		err = os.Chtimes(f.Name(), at, at)
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return false, errors.Join(err, os.Remove(f.Name()))
	}
	return true, nil
}
