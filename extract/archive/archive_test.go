package archive

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/phuluc/phuluc/extract/sheet"
)

// packed makes an archive of parts named 0, 1, …; those at odd places are stored.
func packed(t testing.TB, contents ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i, c := range contents {
		w, err := z.CreateHeader(&zip.FileHeader{Name: fmt.Sprint(i), Method: []uint16{zip.Deflate, zip.Store}[i%2]})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, c); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func open(t testing.TB, data []byte) *Archive {
	t.Helper()
	a, err := Open(bytes.NewReader(data), int64(len(data)), sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func code(err error) string {
	var e *sheet.FileError
	if errors.As(err, &e) {
		return e.Code
	}
	return fmt.Sprint(err)
}

func TestPartsReadAsTheyWereWritten(t *testing.T) {
	long := strings.Repeat("Số hộ nghèo, hộ cận nghèo. ", 20_000)
	contents := []string{"", "", "a", "b", long, long}
	a := open(t, packed(t, contents...))
	var buf []byte
	for i, want := range contents {
		e := a.Find(fmt.Sprint(i))
		if e.Size() != int64(len(want)) {
			t.Errorf("part %d says %d bytes, holds %d", i, e.Size(), len(want))
		}
		for name, piece := range map[string]func(io.Reader) io.Reader{"at once": func(r io.Reader) io.Reader { return r }, "by the byte": iotest.OneByteReader} {
			r, err := a.Reader(t.Context(), e)
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(piece(r))
			if err != nil || string(got) != want {
				t.Errorf("part %d, %s: %d bytes, want %d, %v", i, name, len(got), len(want), err)
			}
			if n, err := r.Read(make([]byte, 1)); n != 0 || err != io.EOF {
				t.Errorf("part %d, %s: behind the end %d, %v", i, name, n, err)
			}
			r.Close()
		}
		var err error
		if buf, err = a.Read(t.Context(), e, buf); err != nil || string(buf) != want {
			t.Errorf("part %d as a whole: %d bytes, %v", i, len(buf), err)
		}
	}
}

func TestTheDirectoryIsFoundBeforeAnyComment(t *testing.T) {
	for _, n := range []int{0, 1, 980, 1000, 1002, 1003, 1024, 5000, 65535} {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		if _, err := z.Create("a"); err != nil {
			t.Fatal(err)
		}
		if err := z.SetComment(strings.Repeat("c", n)); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		if a := open(t, b.Bytes()); a.Find("a") == nil {
			t.Errorf("a comment of %d bytes: the part is missing", n)
		}
		if _, err := Open(bytes.NewReader(b.Bytes()), int64(b.Len()-1), sheet.Limits{}); code(err) != sheet.CodeTruncated {
			t.Errorf("a comment of %d bytes, cut: %v", n, err)
		}
	}
}

func TestPartsMayBeOpenAtTheSameTime(t *testing.T) {
	one, two := strings.Repeat("một ", 50_000), strings.Repeat("hai ", 50_000)
	for range 2 { // what the first round closed twice must not serve two parts in the second
		a := open(t, packed(t, one, "", two))
		var readers []io.ReadCloser
		for _, name := range []string{"0", "2"} {
			r, err := a.Reader(t.Context(), a.Find(name))
			if err != nil {
				t.Fatal(err)
			}
			readers = append(readers, r)
		}
		var got [2]strings.Builder
		for range 1 << 20 {
			n := int64(0)
			for i, r := range readers {
				m, err := io.CopyN(&got[i], r, 1000)
				if err != nil && err != io.EOF {
					t.Fatal(err)
				}
				n += m
			}
			if n == 0 {
				break
			}
		}
		if got[0].String() != one || got[1].String() != two {
			t.Error("two parts read in turn are mixed up")
		}
		readers[0].Close()
		readers[0].Close()
		if _, err := readers[0].Read(make([]byte, 1)); err == nil {
			t.Error("a closed part was read")
		}
	}
}

// What a part holds is proven before its end is told: no reader takes a lie for the whole.
func TestTheEndOfAPartIsAProof(t *testing.T) {
	le := binary.LittleEndian
	long := strings.Repeat("x,y;", 100_000)
	cases := []struct {
		name   string
		change func(central, body []byte)
		code   string
	}{
		{"nothing", func(_, _ []byte) {}, "EOF"},
		{"another checksum", func(h, _ []byte) { h[16] ^= 1 }, sheet.CodeDamaged},
		{"fewer bytes announced", func(h, _ []byte) { le.PutUint32(h[24:], uint32(len(long)-1)) }, sheet.CodeDamaged},
		{"more bytes announced", func(h, _ []byte) { le.PutUint32(h[24:], uint32(len(long)+1)) }, sheet.CodeDamaged},
		{"none announced", func(h, _ []byte) { le.PutUint32(h[24:], 0) }, sheet.CodeDamaged},
		{"the end is missing", func(h, _ []byte) { le.PutUint32(h[20:], le.Uint32(h[20:])-1) }, sheet.CodeDamaged},
		{"a byte of the data", func(_, b []byte) { b[len(b)/2] ^= 0x40 }, sheet.CodeDamaged},
	}
	for _, c := range cases {
		data := packed(t, long)
		at := bytes.Index(data, []byte("PK\x01\x02"))
		c.change(data[at:], data[localSize+1:at-16])
		a := open(t, data)
		r, err := a.Reader(t.Context(), a.Find("0"))
		if err == nil {
			for _, err = r.Read(make([]byte, 1000)); err == nil; _, err = r.Read(make([]byte, 1000)) {
			}
			if _, again := r.Read(make([]byte, 1)); again != err {
				t.Errorf("%s: first %v, then %v", c.name, err, again)
			}
		}
		if code(err) != c.code {
			t.Errorf("%s: %v, want %s", c.name, err, c.code)
		}
	}
}

func TestReadingStopsWithTheContext(t *testing.T) {
	a := open(t, packed(t, strings.Repeat("x", 1<<20)))
	ctx, cancel := context.WithCancel(t.Context())
	r, err := a.Reader(ctx, a.Find("0"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Read(make([]byte, 10)); err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := r.Read(make([]byte, 10)); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// A disk that fails is no fault of the workbook: the error is handed on as it is.
func TestFaultsOfTheFileAreNotThoseOfItsContent(t *testing.T) {
	data := packed(t, strings.Repeat("abcdefgh", 1000), "stored")
	broken := errors.New("the disk is gone")
	for _, name := range []string{"0", "1"} {
		f := &failing{r: bytes.NewReader(data)}
		a, err := Open(f, int64(len(data)), sheet.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		r, err := a.Reader(t.Context(), a.Find(name))
		if err != nil {
			t.Fatal(err)
		}
		f.err = broken
		_, err = io.ReadAll(r)
		var e *sheet.FileError
		if !errors.Is(err, broken) || errors.As(err, &e) {
			t.Errorf("part %s: %v", name, err)
		}
	}
}

// No checksum covers a name: a part that the directory calls otherwise would be missed by nobody who can do without it.
func TestAPartIsCalledAsItsHeaderCallsIt(t *testing.T) {
	named := func(names ...string) []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for _, name := range names {
			if _, err := z.Create(name); err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	for _, name := range []string{"word/styles.xml", strings.Repeat("x", 100) + ".xml"} {
		data := named(name)
		data[bytes.LastIndex(data, []byte(".xml"))+1] = 'y'
		a := open(t, data)
		for _, called := range []string{name, strings.TrimSuffix(name, ".xml") + ".yml"} {
			e := a.Find(called)
			if e == nil {
				t.Errorf("%.20s is not found", called)
			} else if _, err := a.Reader(t.Context(), e); code(err) != sheet.CodeDamaged {
				t.Errorf("%.20s: %v", called, err)
			}
		}
		if n := len(a.Names()); n != 1 {
			t.Errorf("%.20s: %d names for one part", name, n)
		}
	}
	two := named("a.xml", "b.xml")
	two[bytes.Index(two, []byte("b.xml"))] = 'a' // the header of one claims to be the other
	a := open(t, two)
	if _, err := a.Reader(t.Context(), a.Find("a.xml")); code(err) != sheet.CodeDamaged {
		t.Errorf("a part that two headers claim to be: %v", err)
	}
	data := named("word/styles.xml")
	copy(data[bytes.LastIndex(data, []byte("word/styles.xml")):], `Word\Styles.xml`) // the same name to whoever looks for it
	if open(t, data).Find("word/styles.xml") == nil {
		t.Error("not found")
	}
}

type failing struct {
	r   io.ReaderAt
	err error
}

func (f *failing) ReadAt(b []byte, at int64) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	return f.r.ReadAt(b, at)
}

func FuzzArchive(f *testing.F) {
	f.Add(packed(f, "a", "b", strings.Repeat("c", 1000)))
	f.Add([]byte("PK\x05\x06"))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := Open(bytes.NewReader(data), int64(len(data)), sheet.Limits{UnpackedBytes: 1 << 20, Parts: 100})
		var e *sheet.FileError
		if err != nil {
			if !errors.As(err, &e) {
				t.Fatal(err)
			}
			return
		}
		for _, name := range a.Names() {
			entry := a.Find(name)
			if entry == nil {
				t.Fatalf("%q is listed and not found", name)
			}
			b, err := a.Read(t.Context(), entry, nil)
			if err != nil && !errors.As(err, &e) || err == nil && int64(len(b)) != entry.Size() {
				t.Fatalf("%q: %d bytes of %d, %v", name, len(b), entry.Size(), err)
			}
		}
	})
}
