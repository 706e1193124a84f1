package transform

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"golang.org/x/sync/errgroup"

	"github.com/phuluc/phuluc/extract"
	"github.com/phuluc/phuluc/extract/delimited"
	"github.com/phuluc/phuluc/extract/landing"
	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/phuluc/phuluc/extract/workbook"
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
	Limits    sheet.Limits         // of workbooks; zero means sheet.DefaultLimits
	Timeout   time.Duration        // for one file; 0 means 60 seconds
	Workers   int                  // files read at once; 0 means one per processor
	Memory    memory.Allocator     // of batches; nil means the default
}

// Pipeline turns landed objects into batches. It is safe for use by several goroutines.
type Pipeline struct {
	opt     Options
	reader  func() *layout.Reader // made when the first workbook is read
	version string
	cells   *sync.Pool    // of *[]sheet.Cell; see open
	large   chan struct{} // holds something while a large workbook is at work; see read
}

// New returns a pipeline that is ready to run.
func New(opt Options) (*Pipeline, error) {
	if opt.Catalogue == nil || opt.Mappings == nil {
		return nil, errors.New("a pipeline needs a catalogue and feed mappings")
	}
	if opt.Limits == (sheet.Limits{}) {
		opt.Limits = sheet.DefaultLimits()
	}
	if opt.Timeout == 0 {
		opt.Timeout = time.Minute
	}
	if opt.Workers <= 0 {
		opt.Workers = runtime.GOMAXPROCS(0)
	}
	if opt.Memory == nil {
		opt.Memory = memory.DefaultAllocator
	}
	h := sha256.New()
	fmt.Fprintln(h, sourceVersion(), opt.Catalogue.Version(), opt.Mappings.Version(), opt.Limits)
	return &Pipeline{opt: opt, reader: sync.OnceValue(func() *layout.Reader { return layout.NewReader(opt.Catalogue) }), cells: new(sync.Pool), large: make(chan struct{}, 1), version: hex.EncodeToString(h.Sum(nil))[:16]}, nil
}

// Limits are those under which workbooks are read.
func (p *Pipeline) Limits() sheet.Limits { return p.opt.Limits }

// Catalogue is the one by which objects are read.
func (p *Pipeline) Catalogue() *catalogue.Catalogue { return p.opt.Catalogue }

// Version names the rules under which a batch was made: catalogue, mappings, limits and the code that reads.
func (p *Pipeline) Version() string { return p.version }

// Again is the same pipeline for a second run over the same objects: it takes what the first one has read.
func (p *Pipeline) Again() *Pipeline {
	again := *p
	again.opt.Refill = false
	return &again
}

// Read reads one object and judges it. name is the path it arrived under; f holds its bytes. What is wrong with the
// object is in the File, as refusals; an error means that the program itself failed (counts that do not add up) or that
// ctx ended.
func (p *Pipeline) Read(ctx context.Context, raw landing.Raw, name string, f *os.File) (*record.File, error) {
	file, done, err := p.read(ctx, raw, name, f)
	if err != nil {
		return nil, err
	}
	done()
	return file, nil
}

// maxCellsShared is how many cells a workbook may have that is read while others are: those of any number of workers do not fill the memory.
const maxCellsShared = 1 << 16

var errLarge = errors.New("the workbook is to be read while no other large one is")

// read is Read, of which the receiver calls done when it has no more use for the file. A workbook that turns out to be large is read from the
// beginning when no other large one is at work; the time it waits is not counted.
func (p *Pipeline) read(ctx context.Context, raw landing.Raw, name string, f *os.File) (file *record.File, done func(), err error) {
	done = func() {}
	file, err = p.attempt(ctx, raw, name, f, maxCellsShared)
	if errors.Is(err, errLarge) {
		select {
		case p.large <- struct{}{}:
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		}
		done = func() { <-p.large }
		if _, err = f.Seek(0, io.SeekStart); err == nil {
			file, err = p.attempt(ctx, raw, name, f, math.MaxInt)
		}
	}
	if err != nil {
		done()
		return nil, nil, err
	}
	file.SHA256, file.Name, file.Type = raw.SHA256, path.Base(strings.ReplaceAll(name, `\`, "/")), raw.Type
	if err := file.Check(); err != nil {
		done()
		return nil, nil, fmt.Errorf("cells do not add up, which is a fault of the program: %w", err)
	}
	return file, done, nil
}

// attempt reads and judges an object; the error is errLarge if it is a workbook of which more than so many cells would be held in memory.
func (p *Pipeline) attempt(ctx context.Context, raw landing.Raw, name string, f *os.File, most int) (file *record.File, err error) {
	limited, cancel := context.WithTimeout(ctx, p.opt.Timeout)
	defer cancel()
	// One file that a reader can not cope with must not keep all others from being published.
	defer func() {
		if fault := recover(); fault != nil {
			file, err = refusedAs("file.fault", fmt.Sprint(fault)), nil
		}
	}()
	switch raw.Type {
	case "csv", "text":
		file, err = p.text(limited, raw, name, f, most)
	case "json-stat", "json":
		file, err = p.feed(limited, raw, name, f)
	default:
		file, err = p.workbook(limited, raw, name, f, most)
	}
	switch {
	case err == nil:
		rule.Judge(p.opt.Catalogue, file)
		if lim := p.opt.Limits.UnpackedBytes; lim > 0 && said(file) > lim {
			trace := file.Trace
			file = refused(sheet.Refuse(sheet.CodeLimit, "", "what is said of its cells needs more than %d bytes", lim), raw.Type, name)
			file.Trace = trace
		}
		return file, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, errLarge):
		return nil, errLarge
	}
	file = refused(err, raw.Type, name)
	file.Trace = &record.Trace{} // what can not be opened has no text
	return file, nil
}

// said is how many bytes of text a batch needs for what was found out about the cells of a file. A text that stands over or beside
// many cells is said again for each of them, so that a small file can ask for more than there is memory.
func said(f *record.File) (n int64) {
	for i := range f.Observations {
		o := &f.Observations[i]
		n += int64(len(o.Label) + len(o.Header) + len(o.Note))
	}
	for i := range f.Refusals {
		r := &f.Refusals[i]
		n += int64(len(r.Label) + len(r.Header))
		for _, a := range r.Args {
			n += 2 * int64(len(a)) // in both languages
		}
	}
	for i := range f.Findings {
		for _, a := range f.Findings[i].Args {
			n += 2 * int64(len(a))
		}
	}
	return n
}

// feed reads a machine-made table by the mapping that fits it.
func (p *Pipeline) feed(ctx context.Context, raw landing.Raw, name string, f *os.File) (*record.File, error) {
	file, err := p.opt.Mappings.Read(ctx, p.opt.Catalogue, name, raw.Type, f)
	if err != nil {
		return nil, err
	}
	file.Sample, err = namesSample(f)
	return file, err
}

// text reads text as a feed, and as an annex if no mapping fits. It is no annex either if no table is found in it, or if
// it looks like a feed, its first line filled like all others, and gives no value: then the mapping is what is missing.
func (p *Pipeline) text(ctx context.Context, raw landing.Raw, name string, f *os.File, most int) (*record.File, error) {
	file, err := p.feed(ctx, raw, name, f)
	var m *mapping.Error
	if !errors.As(err, &m) || !m.Unmatched {
		return file, err
	}
	book, about, annexErr := p.open(ctx, raw, name, f, most)
	var x *sheet.FileError
	ext := strings.ToLower(filepath.Ext(name))
	switch {
	case errors.As(annexErr, &x) && x.Code == sheet.CodeNoTable && (ext == ".csv" || ext == ".tsv"):
		return nil, err
	case annexErr != nil:
		return nil, annexErr
	}
	annex, annexErr := p.layOut(ctx, book, about)
	if annexErr != nil {
		return nil, annexErr
	}
	tables := 0
	for _, s := range annex.Sheets {
		tables += s.Tables
	}
	if book.Sheets[0].TooMany > 0 { // it was not looked at what it is
		return annex, nil
	}
	if tables == 0 || machineMade(book) && len(annex.Observations)+len(annex.Tasks) == 0 {
		refusal := refused(err, raw.Type, name)
		refusal.Trace = annex.Trace
		return refusal, nil
	}
	return annex, nil
}

// machineMade reports whether the first row of a sheet fills every column that is used.
func machineMade(book layout.Book) bool {
	columns := map[int]bool{}
	first, filled := 0, 0
	for _, c := range book.Sheets[0].Cells {
		if first == 0 {
			first = c.Row
		}
		if c.Row == first {
			filled++
		}
		columns[c.Col] = true
	}
	return filled == len(columns)
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

// refused turns the error of a reader into a file that holds nothing but the reason. What is not read at all, or has no
// table, is no workbook if its name says that it is one.
func refused(err error, kind, name string) *record.File {
	file := refusedFor(err)
	switch strings.ToLower(filepath.Ext(name)) {
	case ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods":
		switch r := &file.Refusals[0]; {
		case kind == "xlsx" || kind == "ods": // it is one; what it uses is not read
		case r.Code == sheet.CodeUnsupported:
			r.Code = sheet.CodeNotWorkbook
		case r.Code == sheet.CodeNoTable:
			return refusedAs(sheet.CodeNotWorkbook, workbook.Describe(kind))
		}
	}
	return file
}

// sheetError is an error of reading a sheet.
type sheetError struct {
	error
	sheet string
}

func (e *sheetError) Unwrap() error { return e.error }

func refusedFor(err error) *record.File {
	var x *sheet.FileError
	var m *mapping.Error
	var s *sheetError
	where := ""
	if errors.As(err, &s) {
		where = fmt.Sprintf("sheet %q", s.sheet)
	}
	switch {
	case errors.As(err, &x):
		return refusedAs(x.Code, x.Detail, where, x.Part)
	case errors.As(err, &m):
		return refusedAs(m.Code, m.Detail)
	case errors.Is(err, context.DeadlineExceeded):
		return refusedAs(sheet.CodeTimeout, "")
	}
	return refusedAs("file.damaged", err.Error())
}

// refusedAs is a file that holds nothing but the reason why it was refused, with its particulars if there are any.
func refusedAs(code string, particulars ...string) *record.File {
	r := record.Refusal{Code: code, Args: slices.DeleteFunc(particulars, func(s string) bool { return s == "" })}
	return &record.File{Refusals: []record.Refusal{r}}
}

func (p *Pipeline) workbook(ctx context.Context, raw landing.Raw, name string, f *os.File, most int) (*record.File, error) {
	book, about, err := p.open(ctx, raw, name, f, most)
	if err != nil {
		return nil, err
	}
	return p.layOut(ctx, book, about)
}

// about is what a workbook says besides its cells.
type about struct {
	sample  bool
	dialect *record.Dialect
}

// maxCellsKept keeps one large sheet from filling the memory for good.
const maxCellsKept = 1 << 14

// open reads all cells of a workbook, and keeps those that are laid out.
func (p *Pipeline) open(ctx context.Context, raw landing.Raw, name string, f *os.File, most int) (layout.Book, about, error) {
	in := layout.Book{Name: name}
	book, err := workbook.Open(ctx, raw.Type, f, raw.Size, p.opt.Limits)
	if err != nil {
		return in, about{}, err
	}
	defer book.Close()
	// How many cells a sheet has is known at its end: they are gathered in a list that is there already and copied once.
	list, _ := p.cells.Get().(*[]sheet.Cell)
	if list == nil {
		list = new([]sheet.Cell)
	}
	defer func() {
		if cap(*list) <= maxCellsKept {
			p.cells.Put(list)
		}
	}()
	held := 0 // cells of the sheets before
	for i, info := range book.Sheets() {
		*list = (*list)[:0]
		read := 0
		for c, err := range book.Cells(ctx, i) {
			if err != nil {
				return in, about{}, &sheetError{err, info.Name}
			}
			read++
			switch limit := p.opt.Limits.LaidOut; {
			case limit > 0 && held+read > limit:
				*list = nil // the others are only counted
			case held+read > most:
				return in, about{}, errLarge
			default:
				*list = append(*list, c)
			}
		}
		if len(*list) < read {
			in.Sheets = append(in.Sheets, layout.SheetCells{Info: info, TooMany: read})
			continue
		}
		held += read
		cells := *list
		if cap(cells) <= maxCellsKept {
			cells = slices.Clone(cells)
			clear(*list) // its texts are not kept
		} else {
			*list = nil // it is too long to be kept for the next sheet
		}
		var comments []sheet.Comment
		if commented, ok := book.(sheet.Commented); ok {
			if comments, err = commented.Comments(ctx, i); err != nil {
				return in, about{}, &sheetError{err, info.Name}
			}
		}
		in.Sheets = append(in.Sheets, layout.SheetCells{Info: info, Cells: cells, Comments: comments})
	}
	says := about{sample: book.Keywords(ctx) == extract.SampleKeyword}
	if text, ok := book.(*delimited.Workbook); ok {
		d := text.Dialect()
		says.dialect = &record.Dialect{Separator: d.Name(), Encoding: d.Encoding, Ended: text.Ended()}
	}
	return in, says, nil
}

func (p *Pipeline) layOut(ctx context.Context, book layout.Book, says about) (*record.File, error) {
	file, err := p.reader().Read(ctx, book)
	if err != nil {
		return nil, err
	}
	if file.Sample = says.sample; says.dialect != nil {
		file.Dialect = says.dialect
		file.Dialect.Decimal = file.Decimal
	}
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
	Read, Loaded, Quarantined, Skipped int64            // cells; of a feed, fields
	Observations                       int64            // values of any kind: observations, insurance counts, tasks
	Refusals, Findings                 int64            // entries; one refusal may stand for many cells
	FileCode                           string           // why the file could not be read at all, "" if it could
	Reasons                            map[string]int64 // refusal code → entries
}

// Run reads every object, in parallel, and hands the results to each in the order of raws, whatever finished first. An
// error of each or of the program ends the run, and so does the end of ctx; each is not called again then. raws are all
// objects there are: batches of other rules or objects are removed from the cache.
func (p *Pipeline) Run(ctx context.Context, store *landing.Store, raws []landing.Raw, each func(Result) error) error {
	if err := p.carryOver(raws); err != nil {
		return err
	}
	slots := make([]chan Result, len(raws)) // one a raw, with room for its result
	for i := range slots {
		slots[i] = make(chan Result, 1)
	}
	defer func() {
		for _, slot := range slots {
			select {
			case r := <-slot: // nobody took it
				r.Batch.Release()
			default:
			}
		}
	}()
	group, ctx := errgroup.WithContext(ctx)
	jobs := make(chan int)
	// The window bounds how many finished results may wait for an earlier one.
	window := make(chan struct{}, 4*p.opt.Workers)
	group.Go(func() error {
		defer close(jobs)
		for i := range raws {
			select {
			case window <- struct{}{}:
			case <-ctx.Done():
				return ctx.Err()
			}
			select {
			case jobs <- i:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	for range p.opt.Workers {
		group.Go(func() error {
			for i := range jobs {
				r, err := p.one(ctx, store, raws[i])
				if err != nil {
					return err
				}
				slots[i] <- r
			}
			return nil
		})
	}
	group.Go(func() error {
		for _, slot := range slots {
			select {
			case r := <-slot:
				if err := each(r); err != nil {
					return err
				}
				<-window
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	if err := group.Wait(); err != nil {
		return err
	}
	return errors.Join(p.sweep(raws), p.noteRules())
}

func (p *Pipeline) one(ctx context.Context, store *landing.Store, raw landing.Raw) (Result, error) {
	cache := p.cacheFile(raw)
	if cache != "" && !p.opt.Refill {
		if batch, err := readBatch(p.opt.Memory, cache, raw.SHA256); err == nil {
			return Result{Raw: raw, Batch: batch, Cached: true, Counts: count(batch)}, nil
		}
	}
	f, err := store.Open(raw.SHA256)
	if err != nil {
		return Result{}, fmt.Errorf("open landed object %s: %w", raw.SHA256, err)
	}
	defer f.Close()
	file, done, err := p.read(ctx, raw, NameOf(raw), f)
	if err != nil {
		return Result{}, err
	}
	defer done()
	fold(file, p.opt.Limits.Refusals)
	batch, err := Encode(p.opt.Memory, file)
	if err != nil {
		return Result{}, fmt.Errorf("%s: %w", NameOf(raw), err)
	}
	r := Result{Raw: raw, Batch: batch, Counts: count(batch)}
	if cache != "" && r.Counts.FileCode != sheet.CodeTimeout { // a busy machine must not make a file unreadable for ever
		if err := writeBatch(cache, batch, file.Trace); err != nil {
			batch.Release()
			return Result{}, err
		}
	}
	return r, nil
}

// NameOf is the path under which the object first arrived: the second witness of a workbook's identity.
func NameOf(raw landing.Raw) string {
	if len(raw.Origins) == 0 {
		return raw.SHA256
	}
	return raw.Origins[0].Origin
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
