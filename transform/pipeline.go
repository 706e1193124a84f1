package transform

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"golang.org/x/sync/errgroup"

	"github.com/phuluc/phuluc/extract"
	"github.com/phuluc/phuluc/extract/landing"
	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/phuluc/phuluc/extract/xlsx"
	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/layout"
	"github.com/phuluc/phuluc/transform/mapping"
	"github.com/phuluc/phuluc/transform/record"
	"github.com/phuluc/phuluc/transform/rule"
)

// Options of a Pipeline. The zero value of a field takes the default said with it.
type Options struct {
	Catalogue *catalogue.Catalogue // required
	Mappings  *mapping.Set         // required: how feeds are read
	CacheDir  string               // where batches are kept; "" keeps none
	Refill    bool                 // read every object again and renew the cache
	Limits    xlsx.Limits          // of workbooks; zero means xlsx.DefaultLimits
	Timeout   time.Duration        // for one file; 0 means 60 seconds
	Workers   int                  // files read at once; 0 means one per processor
}

// Pipeline turns landed objects into batches. It is safe for use by several goroutines.
type Pipeline struct {
	opt     Options
	reader  *layout.Reader
	version string
}

// New returns a pipeline that is ready to run.
func New(opt Options) (*Pipeline, error) {
	if opt.Catalogue == nil || opt.Mappings == nil {
		return nil, errors.New("a pipeline needs a catalogue and feed mappings")
	}
	if opt.Limits == (xlsx.Limits{}) {
		opt.Limits = xlsx.DefaultLimits()
	}
	if opt.Timeout == 0 {
		opt.Timeout = time.Minute
	}
	if opt.Workers <= 0 {
		opt.Workers = runtime.GOMAXPROCS(0)
	}
	h := sha256.New()
	fmt.Fprintln(h, sourceVersion(), opt.Catalogue.Version(), opt.Mappings.Version(), opt.Limits)
	return &Pipeline{opt: opt, reader: layout.NewReader(opt.Catalogue), version: hex.EncodeToString(h.Sum(nil))[:16]}, nil
}

// Version names the rules under which a batch was made: catalogue, mappings, limits and the code that reads.
func (p *Pipeline) Version() string { return p.version }

// Read reads one object and judges it. What is wrong with the object is in the File, as refusals; an error means that
// the program itself failed (counts that do not add up) or that ctx ended.
func (p *Pipeline) Read(ctx context.Context, raw landing.Raw, name string, f *os.File) (*record.File, error) {
	file, err := p.read(ctx, raw, name, f)
	if err != nil {
		return nil, err
	}
	file.SHA256, file.Name, file.Type = raw.SHA256, path.Base(filepath.ToSlash(name)), raw.Type
	rule.Judge(p.opt.Catalogue, file)
	if err := file.Check(); err != nil {
		return nil, fmt.Errorf("cells do not add up, which is a fault of the program: %w", err)
	}
	return file, nil
}

func (p *Pipeline) read(ctx context.Context, raw landing.Raw, name string, f *os.File) (*record.File, error) {
	limited, cancel := context.WithTimeout(ctx, p.opt.Timeout)
	defer cancel()
	if ext := strings.ToLower(filepath.Ext(name)); raw.Type != "empty" && isText(raw.Type) && (ext == ".xlsx" || ext == ".xlsm") {
		return &record.File{Refusals: []record.Refusal{{Code: "file.not_workbook", Args: []string{raw.Type}}}}, nil
	}
	switch raw.Type {
	case "xlsx", "zip", "xls", "ole", "xlsb", "ods", "encrypted", "truncated":
		file, err := p.workbook(limited, name, f, raw.Size)
		if err == nil {
			return file, nil
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return refused(err), nil
	case "csv", "text", "json-stat", "json":
		file, err := p.opt.Mappings.Read(limited, p.opt.Catalogue, name, raw.Type, f)
		if err == nil {
			file.Sample, err = namesSample(f)
			return file, err
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return refused(err), nil
	}
	if raw.Type == "empty" {
		return &record.File{Refusals: []record.Refusal{{Code: "file.empty"}}}, nil
	}
	return &record.File{Refusals: []record.Refusal{{Code: "file.unsupported", Args: []string{raw.Type}}}}, nil
}

// namesSample reports whether the beginning of a feed names the program's sample as its source.
func namesSample(f *os.File) (bool, error) {
	head := make([]byte, extract.HeadSize)
	n, err := f.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return false, err
	}
	return bytes.Contains(head[:n], []byte(extract.SampleKeyword)), nil
}

func isText(kind string) bool {
	switch kind {
	case "csv", "text", "json", "json-stat", "unknown":
		return true
	}
	return false
}

// refused turns the error of a reader into a file that holds nothing but the reason.
func refused(err error) *record.File {
	r := record.Refusal{Code: "file.damaged", Args: []string{err.Error()}}
	var x *xlsx.Error
	var m *mapping.Error
	switch {
	case errors.As(err, &x):
		r.Code, r.Args = x.Code, nil
		if detail := strings.TrimSpace(x.Part + " " + x.Detail); detail != "" {
			r.Args = []string{detail}
		}
	case errors.As(err, &m):
		r.Code, r.Args = m.Code, []string{m.Detail}
	case errors.Is(err, context.DeadlineExceeded):
		r.Code, r.Args = "file.timeout", nil
	}
	return &record.File{Refusals: []record.Refusal{r}}
}

func (p *Pipeline) workbook(ctx context.Context, name string, f *os.File, size int64) (*record.File, error) {
	book, err := xlsx.Open(ctx, f, size, p.opt.Limits)
	if err != nil {
		return nil, err
	}
	defer book.Close()
	in := layout.Book{Name: name}
	for i, info := range book.Sheets() {
		var cells []sheet.Cell
		for c, err := range book.Cells(ctx, i) {
			if err != nil {
				return nil, err
			}
			cells = append(cells, c)
		}
		in.Sheets = append(in.Sheets, layout.SheetCells{Info: info, Cells: cells})
	}
	file := p.reader.Read(in)
	file.Sample = book.Keywords(ctx) == extract.SampleKeyword
	return &file, nil
}

// Result is what became of one object.
type Result struct {
	Raw    landing.Raw
	Batch  arrow.RecordBatch // of Schema; the receiver releases it
	Cached bool              // taken from the cache, not read again
	Counts Counts
}

// Counts sums a batch up.
type Counts struct {
	Sheets, Tables                     int
	Read, Loaded, Quarantined, Skipped int64
	Observations, Refusals, Findings   int64
	FileCode                           string           // why the whole file was refused, "" if it was not
	Reasons                            map[string]int64 // refusal code → entries
}

// Run reads every object, in parallel, and hands the results to each in the order of raws, whatever finished first.
// An error of each ends the run.
func (p *Pipeline) Run(ctx context.Context, store *landing.Store, raws []landing.Raw, each func(Result) error) error {
	if p.opt.CacheDir != "" {
		if err := os.MkdirAll(p.opt.CacheDir, 0o755); err != nil {
			return fmt.Errorf("create the folder for normalised batches: %w", err)
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	// The window bounds how many finished results may wait for an earlier one.
	window := make(chan chan Result, 4*p.opt.Workers)
	workers := make(chan struct{}, p.opt.Workers)
	group.Go(func() error {
		defer close(window)
		for _, raw := range raws {
			slot := make(chan Result, 1)
			select {
			case window <- slot:
			case <-ctx.Done():
				return ctx.Err()
			}
			select {
			case workers <- struct{}{}:
			case <-ctx.Done():
				return ctx.Err()
			}
			group.Go(func() error {
				defer func() { <-workers }()
				r, err := p.one(ctx, store, raw)
				if err != nil {
					return err
				}
				slot <- r
				return nil
			})
		}
		return nil
	})
	group.Go(func() error {
		for slot := range window {
			select {
			case r := <-slot:
				if err := each(r); err != nil {
					return err
				}
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	return group.Wait()
}

func (p *Pipeline) one(ctx context.Context, store *landing.Store, raw landing.Raw) (Result, error) {
	cache := ""
	if p.opt.CacheDir != "" {
		// The name is part of what a file says about itself, so two names of one object do not share a batch.
		cache = filepath.Join(p.opt.CacheDir, raw.SHA256+"-"+p.version+nameHash(nameOf(raw))+".arrow")
		if batch, err := readBatch(cache); !p.opt.Refill && err == nil {
			return Result{Raw: raw, Batch: batch, Cached: true, Counts: count(batch)}, nil
		}
	}
	f, err := store.Open(raw.SHA256)
	if err != nil {
		return Result{}, fmt.Errorf("open landed object %s: %w", raw.SHA256, err)
	}
	defer f.Close()
	file, err := p.Read(ctx, raw, nameOf(raw), f)
	if err != nil {
		return Result{}, err
	}
	batch, err := Encode(memory.DefaultAllocator, file)
	if err != nil {
		return Result{}, fmt.Errorf("%s: %w", nameOf(raw), err)
	}
	if cache != "" {
		if err := writeBatch(cache, batch); err != nil {
			batch.Release()
			return Result{}, err
		}
	}
	return Result{Raw: raw, Batch: batch, Counts: count(batch)}, nil
}

// nameOf is the path under which the object first arrived: the second witness of a workbook's identity.
func nameOf(raw landing.Raw) string {
	if len(raw.Origins) == 0 {
		return raw.SHA256
	}
	return raw.Origins[0].Name
}

func nameHash(name string) string {
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:4])
}

// readBatch reads a cached batch. Any error means: read the object again. The file's own footer and a row count
// guard against a torn write; a cache needs no fsync.
func readBatch(name string) (arrow.RecordBatch, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	r, err := ipc.NewFileReader(bytes.NewReader(data), ipc.WithAllocator(memory.DefaultAllocator))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if r.NumRecords() != 1 || !r.Schema().Equal(Schema()) {
		return nil, errors.New("not a batch of this version")
	}
	batch, err := r.RecordBatchAt(0)
	if err != nil {
		return nil, err
	}
	return batch, nil
}

func writeBatch(name string, batch arrow.RecordBatch) (err error) {
	tmp, err := os.CreateTemp(filepath.Dir(name), ".batch-*")
	if err != nil {
		return fmt.Errorf("write a normalised batch: %w", err)
	}
	defer func() {
		if err != nil {
			tmp.Close()
			os.Remove(tmp.Name())
			err = fmt.Errorf("write a normalised batch: %w", err)
		}
	}()
	w, err := ipc.NewFileWriter(tmp, ipc.WithSchema(batch.Schema()))
	if err != nil {
		return err
	}
	if err = w.Write(batch); err != nil {
		return err
	}
	if err = w.Close(); err != nil {
		return err
	}
	if err = tmp.Close(); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), name)
}

// count sums a batch up by its own rows, so that a cached batch needs no decoding.
func count(batch arrow.RecordBatch) Counts {
	c := Counts{Reasons: map[string]int64{}}
	kinds := batch.Column(int(colKind)).(*array.String)
	n := batch.Column(int(colN)).(*array.Int64)
	for i := range int(batch.NumRows()) {
		switch kinds.Value(i) {
		case kindSheet:
			c.Sheets++
			c.Tables += int(batch.Column(int(colTables)).(*array.Int32).Value(i))
			c.Read += batch.Column(int(colRead)).(*array.Int64).Value(i)
			c.Loaded += batch.Column(int(colLoaded)).(*array.Int64).Value(i)
			c.Quarantined += batch.Column(int(colQuarantined)).(*array.Int64).Value(i)
		case kindSkip:
			c.Skipped += n.Value(i)
		case kindObservation, kindInsurance, kindTask:
			c.Observations++
		case kindQuarantine:
			c.Refusals++
			code := batch.Column(int(colCode)).(*array.String).Value(i)
			c.Reasons[code]++
			if n.Value(i) == 0 {
				c.FileCode = code
			}
		case kindFinding:
			c.Findings++
		}
	}
	return c
}
