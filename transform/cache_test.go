package transform

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

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
