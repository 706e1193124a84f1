package transform

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"sync"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/phuluc/phuluc/extract/landing"
	"github.com/phuluc/phuluc/transform/record"
)

// cacheSuffix ends the name of what is kept of an object: its batch as an Arrow stream, its trace if it is a workbook, the length of
// the trace (8 bytes, little end first) and the SHA-256 of all that. Readers of Arrow streams stop before the trace.
const cacheSuffix = ".arrows"

const lengthSize = 8

// cacheFile is where the batch of an object is kept, "" if none is. The name of the file is part of what it says about
// itself, so two names of one object do not share a batch.
func (p *Pipeline) cacheFile(raw landing.Raw) string { return p.cacheFileOf(raw, p.version) }

// cacheFileOf is the cacheFile under the rules of a version.
func (p *Pipeline) cacheFileOf(raw landing.Raw, version string) string {
	if p.opt.CacheDir == "" {
		return ""
	}
	name := sha256.Sum256([]byte(NameOf(raw)))
	return filepath.Join(p.opt.CacheDir, raw.SHA256+"-"+version+hex.EncodeToString(name[:4])+cacheSuffix)
}

// readCache gives the stream and the trace of a kept file. The sum shows a torn or changed file, so a cache needs no fsync.
func readCache(name string) (stream, trace []byte, err error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, nil, err
	}
	end := len(data) - sha256.Size
	if end < lengthSize || sha256.Sum256(data[:end]) != [sha256.Size]byte(data[end:]) {
		return nil, nil, errors.New("not a whole batch")
	}
	end -= lengthSize
	length := binary.LittleEndian.Uint64(data[end:])
	if length > uint64(end) {
		return nil, nil, errors.New("not a whole batch")
	}
	start := end - int(length)
	return data[:start], data[start:end], nil
}

// readBatch reads a cached batch. Any error means: read the object again. The first row shows a file that lies under the name of
// another object.
func readBatch(mem memory.Allocator, name, sha string) (arrow.RecordBatch, error) {
	stream, _, err := readCache(name)
	if err != nil {
		return nil, err
	}
	r, err := ipc.NewReader(bytes.NewReader(stream), ipc.WithAllocator(mem))
	if err != nil {
		return nil, err
	}
	defer r.Release()
	if !r.Next() || r.RecordBatch().NumRows() == 0 {
		return nil, errors.Join(errors.New("not a batch"), r.Err())
	}
	batch, err := widen(mem, r.RecordBatch())
	if err != nil {
		return nil, err
	}
	text := func(c column) string { return batch.Column(int(c)).(*array.String).Value(0) }
	if text(colKind) != kindFile || text(colSHA) != sha {
		batch.Release()
		return nil, errors.New("the batch of another object")
	}
	return batch, nil
}

// writeBatch writes a file in one piece and without a detour: what a killed run leaves of it does not match its sum. A file that
// holds this already is left alone, which is much cheaper than replacing it. trace may be nil.
func writeBatch(name string, batch arrow.RecordBatch, trace *record.Trace) error {
	pair := buffers().Get().(*[2]bytes.Buffer)
	made, old := &pair[0], &pair[1]
	defer func() {
		if max(made.Cap(), old.Cap()) <= maxBufferKept {
			buffers().Put(pair)
		}
	}()
	made.Reset()
	if err := writeStream(made, batch); err != nil {
		return fmt.Errorf("write a normalised batch: %w", err)
	}
	stream := made.Len()
	if trace != nil {
		made.Write(appendTrace(made.AvailableBuffer(), trace))
	}
	made.Write(binary.LittleEndian.AppendUint64(nil, uint64(made.Len()-stream)))
	sum := sha256.Sum256(made.Bytes())
	made.Write(sum[:])
	if holds(name, made.Bytes(), old) {
		return nil
	}
	if err := os.WriteFile(name, made.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write a normalised batch: %w", err)
	}
	return nil
}

// maxBufferKept keeps one large batch from filling the memory for good.
const maxBufferKept = 1 << 22

// buffers are pairs of memory for a file to be written and the one in its place: new memory for each would cost as much as making it.
var buffers = sync.OnceValue(func() *sync.Pool { return &sync.Pool{New: func() any { return new([2]bytes.Buffer) }} })

// holds says whether the file is there and holds this.
func holds(name string, data []byte, old *bytes.Buffer) bool {
	f, err := os.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || info.Size() != int64(len(data)) {
		return false
	}
	old.Reset()
	old.Grow(len(data) + bytes.MinRead)
	_, err = old.ReadFrom(f)
	return err == nil && bytes.Equal(old.Bytes(), data)
}

// writeStream writes the columns of a batch that have a value, which are few in most, as an Arrow stream.
func writeStream(w io.Writer, batch arrow.RecordBatch) error {
	head, err := headOf(batch)
	if err != nil {
		return err
	}
	var columns []arrow.Array
	for _, a := range batch.Columns() {
		if a.NullN() < a.Len() {
			columns = append(columns, a)
		}
	}
	narrow := array.NewRecordBatch(head.schema, columns, batch.NumRows())
	defer narrow.Release()
	rows, err := ipc.GetRecordBatchPayload(narrow)
	if err != nil {
		return err
	}
	defer rows.Release()
	if _, err := w.Write(head.message); err != nil {
		return err
	}
	if _, err := rows.WritePayload(w); err != nil {
		return err
	}
	_, err = w.Write([]byte{0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0}) // the end of the stream
	return err
}

// head begins the stream of a batch: the schema of the columns that have a value.
type head struct {
	schema  *arrow.Schema
	message []byte
}

// heads are those that were needed so far, by the set of columns, a bit each. Most batches have the same few.
var heads = sync.OnceValue(func() *sync.Map { return new(sync.Map) })

func headOf(batch arrow.RecordBatch) (*head, error) {
	var set uint64
	const _ = uint(64 - columnCount) // there is a bit for each
	for i, a := range batch.Columns() {
		if a.NullN() < a.Len() {
			set |= 1 << i
		}
	}
	if known, ok := heads().Load(set); ok {
		return known.(*head), nil
	}
	var fields []arrow.Field
	for i := range batch.Columns() {
		if set>>i&1 == 1 {
			fields = append(fields, batch.Schema().Field(i))
		}
	}
	h := &head{schema: arrow.NewSchema(fields, nil)}
	var b bytes.Buffer
	p := ipc.GetSchemaPayload(h.schema, memory.DefaultAllocator)
	defer p.Release()
	if _, err := p.WritePayload(&b); err != nil {
		return nil, err
	}
	h.message = b.Bytes()
	heads().Store(set, h)
	return h, nil
}

// kept fits the names under which this program and earlier ones kept batches and what belonged to them.
var kept = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^([0-9a-f]{64}-[0-9a-f]+\.arrows?(\.trace)?|\.batch-[0-9]+)$`)
})

// sweep removes batches of other rules or names, and what earlier programs left. Files of other names are people's.
func (p *Pipeline) sweep(raws []landing.Raw) error {
	if p.opt.CacheDir == "" {
		return nil
	}
	files, err := os.ReadDir(p.opt.CacheDir)
	if err != nil {
		return fmt.Errorf("sweep the normalised batches: %w", err)
	}
	used := make(map[string]bool, len(raws))
	for _, raw := range raws {
		used[filepath.Base(p.cacheFile(raw))] = true
	}
	for _, f := range files {
		if f.Type().IsRegular() && !used[f.Name()] && kept().MatchString(f.Name()) {
			if err := os.Remove(filepath.Join(p.opt.CacheDir, f.Name())); err != nil && !errors.Is(err, os.ErrNotExist) {
				return fmt.Errorf("sweep the normalised batches: %w", err)
			}
		}
	}
	return nil
}

// appendTrace writes a trace as counts and words, little end first: number of texts; of each the number of its words and the words;
// number of proposals; of each its length and bytes.
func appendTrace(b []byte, t *record.Trace) []byte {
	b = binary.AppendUvarint(b, uint64(len(t.Texts)))
	for _, words := range t.Texts {
		b = binary.AppendUvarint(b, uint64(len(words)))
		for _, w := range words {
			b = binary.LittleEndian.AppendUint16(b, w)
		}
	}
	b = binary.AppendUvarint(b, uint64(len(t.Proposed)))
	for _, s := range t.Proposed {
		b = append(binary.AppendUvarint(b, uint64(len(s))), s...)
	}
	return b
}

// readTrace reads the trace that is kept of a workbook. Any error means that there is none.
func readTrace(name string) (*record.Trace, error) {
	_, b, err := readCache(name)
	if err != nil {
		return nil, err
	}
	if len(b) == 0 {
		return nil, errors.New("no workbook")
	}
	bad := false                 // more is announced than stands there
	next := func(size int) int { // a number of things, each of which takes at least so many bytes
		n, k := binary.Uvarint(b)
		if k <= 0 || n > uint64((len(b)-k)/size) {
			b, bad = nil, true
			return 0
		}
		b = b[k:]
		return int(n)
	}
	t := &record.Trace{Texts: make([][]uint16, next(1))}
	for i := range t.Texts {
		t.Texts[i] = make([]uint16, next(2))
		for j := range t.Texts[i] {
			t.Texts[i][j] = binary.LittleEndian.Uint16(b)
			b = b[2:]
		}
	}
	t.Proposed = make([]string, next(1))
	for i := range t.Proposed {
		n := next(1)
		t.Proposed[i], b = string(b[:n]), b[n:]
	}
	if bad || len(b) > 0 {
		return nil, errors.New("not a whole trace")
	}
	return t, nil
}
