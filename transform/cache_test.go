package transform

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"

	"github.com/phuluc/phuluc/extract/landing"
	"github.com/phuluc/phuluc/transform/record"
)

// A sum proves that a file is whole, not who wrote it: bytes of another program must be read as "nothing is kept".
func TestForgedCacheFilesAreNoneAndDoNoHarm(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x"+cacheSuffix)
	forge := func(trace []byte, length uint64) {
		t.Helper()
		data := binary.LittleEndian.AppendUint64(append([]byte("no stream"), trace...), length)
		sum := sha256.Sum256(data)
		if err := os.WriteFile(name, append(data, sum[:]...), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want := &record.Trace{Texts: [][]uint16{{1, 2, 300}, {}, {7}}, Proposed: []string{"số lao động", "hộ nghèo"}}
	whole := appendTrace(nil, want)
	forge(whole, uint64(len(whole)))
	if got, err := readTrace(name); err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("%+v %v", got, err)
	}
	forged := map[string][]byte{
		"more texts than bytes": binary.AppendUvarint(nil, 1<<62),
		"more words than bytes": binary.AppendUvarint([]byte{1}, 1<<62),
		"a longer proposal":     binary.AppendUvarint([]byte{0, 1}, 1<<62),
		"a number without end":  {0x80, 0x80},
		"a number too large":    slices.Repeat([]byte{0xff}, 12),
		"something behind":      append(slices.Clone(whole), 0),
	}
	for n := range whole {
		forged[fmt.Sprintf("cut to %d bytes", n)] = whole[:n]
	}
	for what, trace := range forged {
		forge(trace, uint64(len(trace)))
		if got, err := readTrace(name); err == nil {
			t.Errorf("%s: %+v", what, got)
		}
	}
	for _, length := range []uint64{100, 1 << 40, 1<<64 - 1} {
		forge(nil, length)
		if _, _, err := readCache(name); err == nil {
			t.Errorf("a trace of %d bytes in a file of fewer", length)
		}
	}
}

// The pieces of a stream are put together here; any reader of Arrow streams must find in it what the library's own writer writes.
func TestAStreamIsWhatTheLibraryWrites(t *testing.T) {
	bench := newBench(t)
	for _, raw := range []landing.Raw{
		bench.land("Ha Giang 2014.xlsx", annex(t, "Hà Giang", 2014, 15200, 15600, 16000)), bench.land("Ha Giang 2015.xlsx", annex(t, "Hà Giang", 2015, 1)),
		bench.land("bhxh.csv", []byte(insuranceFeed)), bench.land("none.xlsx", nil),
	} {
		for range 2 { // the second time the head is known
			batch, err := Encode(bench.mem, bench.read(raw))
			if err != nil {
				t.Fatal(err)
			}
			var fields []arrow.Field
			var columns []arrow.Array
			for i, a := range batch.Columns() {
				if a.NullN() < a.Len() {
					fields, columns = append(fields, batch.Schema().Field(i)), append(columns, a)
				}
			}
			narrow := array.NewRecordBatch(arrow.NewSchema(fields, nil), columns, batch.NumRows())
			var got, want bytes.Buffer
			w := ipc.NewWriter(&want, ipc.WithSchema(narrow.Schema()))
			if err := errors.Join(w.Write(narrow), w.Close(), writeStream(&got, batch)); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.Bytes(), want.Bytes()) {
				t.Errorf("%s: %d bytes with %d columns are not the %d of the library", NameOf(raw), got.Len(), len(fields), want.Len())
			}
			narrow.Release()
			batch.Release()
		}
	}
}
