package landing

import (
	"bytes"
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
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/phuluc/phuluc/extract"
	"github.com/phuluc/phuluc/extract/durable"
)

var (
	day     = time.Date(2024, 7, 12, 8, 0, 0, 0, time.UTC)
	longAgo = day.Add(-time.Hour)
)

// item is an extract.Item that counts how often it is read.
type item struct {
	origin, content string
	mod             time.Time
	reads           int
}

func (i *item) Item() extract.Item {
	return extract.Item{
		Name: filepath.Base(i.origin), Origin: i.origin, Size: int64(len(i.content)), ModTime: i.mod,
		Open: func() (io.ReadCloser, error) {
			i.reads++
			return io.NopCloser(strings.NewReader(i.content)), nil
		},
	}
}

// clock gives a later minute at every call.
func clock() func() time.Time {
	var mu sync.Mutex
	now := day
	return func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(time.Minute)
		return now
	}
}

func open(t *testing.T, dir string, opt Options) *Store {
	t.Helper()
	if opt.Now == nil {
		opt.Now = clock()
	}
	s, err := OpenWith(dir, opt)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func land(t *testing.T, s *Store, it extract.Item) (Raw, bool) {
	t.Helper()
	raw, fresh, err := s.Land(context.Background(), it)
	if err != nil {
		t.Fatal(err)
	}
	return raw, fresh
}

func sha(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:])
}

// describe renders a store so that two states can be compared.
func describe(t *testing.T, s *Store) string {
	t.Helper()
	list, err := s.List()
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestSameBytesFromTwoPlacesAreOneObjectWithTwoOrigins(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{})
	a := &item{origin: "inbox/a.csv", content: "x,y\n1,2\n", mod: longAgo}
	b := &item{origin: "mail/b.csv", content: a.content, mod: longAgo}
	first, fresh := land(t, s, a.Item())
	if !fresh || first.SHA256 != sha(a.content) || first.Type != "csv" || first.Size != 8 {
		t.Errorf("first: %+v, new %v", first, fresh)
	}
	second, fresh := land(t, s, b.Item())
	if fresh || len(second.Origins) != 2 || second.Origins[0].Origin != a.origin || second.Origins[1].Origin != b.origin {
		t.Errorf("second: %+v, new %v", second, fresh)
	}
	if !second.ReceivedAt.Equal(first.ReceivedAt) {
		t.Error("the second sight changed when the object was received")
	}
	info, err := os.Stat(s.Path(first.SHA256))
	if err != nil || info.Mode().Perm() != 0o444 {
		t.Errorf("object: %v, %v", info, err)
	}
	f, err := s.Open(first.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got, _ := io.ReadAll(f); string(got) != a.content {
		t.Errorf("content %q", got)
	}
	if again := open(t, dir, Options{}); describe(t, again) != describe(t, s) {
		t.Error("opened again, the store says something else")
	}
}

func TestLandingAgainReadsAndWritesNothing(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{})
	a := &item{origin: "inbox/a.csv", content: "x,y\n1,2\n", mod: longAgo}
	land(t, s, a.Item())
	steps := 0
	s = open(t, dir, Options{Disk: durable.Disk{Fault: func(durable.Op, string) error { steps++; return nil }}})
	if _, fresh := land(t, s, a.Item()); fresh || a.reads != 1 || steps != 0 {
		t.Errorf("new %v, %d reads, %d steps on disk", fresh, a.reads, steps)
	}
}

func TestWhatMayHaveChangedIsReadAgain(t *testing.T) {
	cases := []struct {
		name   string
		change func(*item)
		sha    string
		fresh  bool
		reads  int // after the change is landed twice
	}{
		{"other time, same bytes", func(i *item) { i.mod = longAgo.Add(time.Minute) }, sha("one"), false, 2},
		{"a later time, same bytes", func(i *item) { i.mod = day.Add(-time.Minute) }, sha("one"), false, 2},
		{"other size", func(i *item) { i.content = "three" }, sha("three"), true, 2},
		{"same size, other time", func(i *item) { i.content, i.mod = "two", longAgo.Add(time.Minute) }, sha("two"), true, 2},
		{"no time known", func(i *item) { i.mod = time.Time{} }, sha("one"), false, 3},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			s := open(t, dir, Options{})
			a := &item{origin: "inbox/a.csv", content: "one", mod: longAgo}
			land(t, s, a.Item())
			c.change(a)
			raw, fresh := land(t, s, a.Item())
			if raw.SHA256 != c.sha || fresh != c.fresh {
				t.Errorf("landed %+v, new %v", raw, fresh)
			}
			land(t, open(t, dir, Options{}), a.Item())
			if a.reads != c.reads {
				t.Errorf("%d reads, want %d", a.reads, c.reads)
			}
		})
	}
}

func TestFileLandedWhileFreshIsNotTrustedByItsTime(t *testing.T) {
	s := open(t, t.TempDir(), Options{Now: func() time.Time { return day }})
	a := &item{origin: "inbox/a.csv", content: "one", mod: day.Add(-time.Second)}
	land(t, s, a.Item())
	a.content = "two" // same size, same time: written within the resolution of the clock
	if raw, fresh := land(t, s, a.Item()); !fresh || raw.SHA256 != sha("two") {
		t.Errorf("the change was missed: %+v", raw)
	}
}

func TestFileThatMayHaveChangedWhileItWasReadIsNotTrustedByItsTime(t *testing.T) {
	now := day
	s := open(t, t.TempDir(), Options{Now: func() time.Time { return now }})
	a := &item{origin: "inbox/a.csv", content: "one", mod: day.Add(-time.Second)}
	slow := a.Item()
	bytes := slow.Open
	slow.Open = func() (io.ReadCloser, error) {
		now = now.Add(time.Minute)
		return bytes()
	}
	land(t, s, slow)
	a.content = "two" // written behind what was read already, within the resolution of the clock
	if raw, fresh := land(t, s, a.Item()); !fresh || raw.SHA256 != sha("two") {
		t.Errorf("the change was missed: %+v", raw)
	}
}

func TestFileLandedWhileFreshIsReadOnceMoreAndThenTrusted(t *testing.T) {
	dir, now := t.TempDir(), day
	a := &item{origin: "inbox/a.csv", content: "one", mod: day.Add(-time.Second)}
	for i, reads := range []int{1, 2, 2} {
		if raw, _ := land(t, open(t, dir, Options{Now: func() time.Time { return now }}), a.Item()); a.reads != reads || raw.SHA256 != sha("one") {
			t.Errorf("landed %d times: %d reads, want %d (%+v)", i+1, a.reads, reads, raw)
		}
		now = now.Add(time.Hour)
	}
}

func TestBytesThatComeBackAreTheLatestAgain(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{Now: func() time.Time { return day }}) // a clock that stands still
	a := &item{origin: "inbox/a.csv", content: "one", mod: longAgo}
	for i, content := range []string{"one", "two", "one"} {
		a.content, a.mod = content, longAgo.Add(time.Duration(i)*time.Minute)
		land(t, s, a.Item())
	}
	reads := a.reads
	s = open(t, dir, Options{})
	if raw, _ := land(t, s, a.Item()); raw.SHA256 != sha("one") || a.reads != reads {
		t.Errorf("landed %+v with %d more reads", raw, a.reads-reads)
	}
	list, _ := s.List()
	if len(list) != 2 {
		t.Errorf("%d objects", len(list))
	}
}

func TestRefusals(t *testing.T) {
	cases := []struct {
		name string
		it   extract.Item
		want error
	}{
		{"announced too large", extract.Item{Origin: "a", Size: 11, Open: func() (io.ReadCloser, error) { panic("must not be opened") }}, ErrTooLarge},
		{"found too large", extract.Item{Origin: "a", Size: 5, Open: reader(strings.Repeat("x", 11))}, ErrTooLarge},
		{"endless", extract.Item{Origin: "a", Size: -1, Open: func() (io.ReadCloser, error) { return io.NopCloser(endless{}), nil }}, ErrTooLarge},
		{"grew", extract.Item{Origin: "a", Size: 3, Open: reader("abcd")}, ErrChanging},
		{"shrank", extract.Item{Origin: "a", Size: 3, Open: reader("ab")}, ErrChanging},
		{"can not be opened", extract.Item{Origin: "a", Size: 3, Open: func() (io.ReadCloser, error) { return nil, fs.ErrPermission }}, fs.ErrPermission},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			s := open(t, dir, Options{MaxSize: 10})
			_, _, err := s.Land(context.Background(), c.it)
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), "land a:") {
				t.Errorf("%v", err)
			}
			if list, _ := s.List(); len(list) != 0 {
				t.Errorf("landed all the same: %v", list)
			}
			if left := files(t, dir); len(left) != 0 {
				t.Errorf("left over: %v", left)
			}
		})
	}
}

func reader(s string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(s)), nil }
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func files(t *testing.T, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// Every step on disk fails once, alone and with all that follow, as a kill or a full disk does it. Whatever failed,
// the store opened afterwards holds what it held before or the new object whole, and the next landing repairs it.
func TestNothingHalfWrittenIsVisibleWhateverStepFails(t *testing.T) {
	errDisk := errors.New("no space left on device")
	type change struct {
		name string
		it   *item
	}
	for _, c := range []change{
		{"new object", &item{origin: "inbox/b.csv", content: "x,y\n3,4\n", mod: longAgo}},
		{"new origin", &item{origin: "mail/a.csv", content: "x,y\n1,2\n", mod: longAgo}},
		{"new bytes", &item{origin: "inbox/a.csv", content: "x,y\n5,6\n", mod: longAgo.Add(time.Minute)}},
	} {
		for _, dead := range []bool{false, true} {
			for n := 0; ; n++ {
				hit := false
				t.Run(fmt.Sprintf("%s dead %v step %d", c.name, dead, n), func(t *testing.T) {
					dir := t.TempDir()
					s := open(t, dir, Options{})
					land(t, s, (&item{origin: "inbox/a.csv", content: "x,y\n1,2\n", mod: longAgo}).Item())
					before := describe(t, s)

					step, failed := 0, ""
					s = open(t, dir, Options{Disk: durable.Disk{Fault: func(op durable.Op, path string) error {
						i := step
						step++
						if i == n || dead && i > n {
							hit = true
							if failed == "" {
								failed = string(op)
							}
							return errDisk
						}
						return nil
					}}})
					_, _, err := s.Land(context.Background(), c.it.Item())
					if hit && err == nil && failed != string(durable.Remove) {
						t.Fatalf("%s failed without an error", failed)
					}
					if err != nil && !errors.Is(err, errDisk) {
						t.Errorf("the cause is lost: %v", err)
					}
					if err != nil && describe(t, s) != before {
						t.Error("a failed landing changed what the open store says")
					}

					after := open(t, dir, Options{})
					if err := after.Verify(context.Background()); err != nil {
						t.Errorf("after a failed %s: %v", failed, err)
					}
					raw, _ := land(t, after, c.it.Item())
					if raw.SHA256 != sha(c.it.content) {
						t.Errorf("landed again: %+v", raw)
					}
					if err := after.Verify(context.Background()); err != nil {
						t.Error(err)
					}
					for _, f := range files(t, dir) {
						if strings.HasPrefix(filepath.Base(f), ".") {
							// A landing whose manifest made it before the failure needs no writing, and so no sweep.
							if _, fresh := land(t, after, (&item{origin: "z", content: "z", mod: longAgo}).Item()); !fresh {
								t.Error("not landed")
							}
							break
						}
					}
					for _, f := range files(t, dir) {
						if strings.HasPrefix(filepath.Base(f), ".") {
							t.Errorf("left over: %s", f)
						}
					}
				})
				if !hit {
					break
				}
				if n > 200 {
					t.Fatal("no end of steps")
				}
			}
		}
	}
}

func TestNamesNeverBecomePaths(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{})
	names := []string{"../../etc/passwd", "/abs.xlsx", `..\..\x`, "'; drop table x", strings.Repeat("a", 4000), "a\x00b", "\u202e\u200b.xlsx", ""}
	for i, n := range names {
		raw, fresh := land(t, s, extract.Item{Name: n, Origin: n, Size: int64(i + 1), ModTime: longAgo, Open: reader(strings.Repeat("x", i+1))})
		if !fresh || raw.Origins[0].Origin != n {
			t.Errorf("%q: %+v", n, raw)
		}
	}
	for _, f := range files(t, dir) {
		name := strings.TrimSuffix(filepath.Base(f), ".json")
		if !isSHA(name) || filepath.Dir(f) != filepath.Join(dir, "objects", name[:2]) {
			t.Errorf("a file at %s", f)
		}
	}
	if again := open(t, dir, Options{}); describe(t, again) != describe(t, s) {
		t.Error("the names did not survive")
	}
	for _, bad := range []string{"../../etc/passwd", "", "ab", strings.ToUpper(sha("x"))} {
		if _, err := s.Open(bad); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Open(%q): %v", bad, err)
		}
		if p := s.Path(bad); !strings.HasPrefix(p, filepath.Join(dir, "objects")+string(filepath.Separator)) {
			t.Errorf("Path(%q) = %s", bad, p)
		}
	}
}

func TestDamagedManifestStopsOpen(t *testing.T) {
	for name, content := range map[string]string{
		"cut":          `{"sha256": "`,
		"other object": `{"sha256": "` + sha("other") + `", "origins": [{"origin": "a"}]}`,
		"no origin":    `{"sha256": "` + sha("x") + `"}`,
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			land(t, open(t, dir, Options{}), extract.Item{Origin: "a", Name: "a", Size: 1, Open: reader("x")})
			path := filepath.Join(dir, "objects", sha("x")[:2], sha("x")+".json")
			if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), path) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestVerifyFindsChangedAndMissingBytes(t *testing.T) {
	for _, damage := range []func(path string) error{
		func(p string) error { return os.WriteFile(p, []byte("X"), 0o444) },
		os.Remove,
	} {
		dir := t.TempDir()
		s := open(t, dir, Options{})
		raw, _ := land(t, s, extract.Item{Origin: "a", Name: "a", Size: 1, Open: reader("x")})
		if err := s.Verify(context.Background()); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(s.Path(raw.SHA256), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := damage(s.Path(raw.SHA256)); err != nil {
			t.Fatal(err)
		}
		if err := s.Verify(context.Background()); err == nil {
			t.Error("not found")
		}
	}
}

func TestOpeningForReadingWritesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "landing")
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if list, err := s.List(); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open made %s", dir)
	}
	// What another process is copying right now must not be swept by somebody who only looks.
	if err := os.MkdirAll(filepath.Join(dir, "incoming"), 0o755); err != nil {
		t.Fatal(err)
	}
	f, err := (durable.Disk{}).CreateTemp(filepath.Join(dir, "incoming"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Abort()
	if _, err := Open(dir); err != nil {
		t.Fatal(err)
	}
	if len(files(t, dir)) != 1 {
		t.Error("Open swept a file that is being written")
	}
}

func TestManyLandingsAtOnce(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{})
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			content := fmt.Sprintf("object %d", i%16)
			it := extract.Item{Origin: fmt.Sprint(i), Name: "n", Size: int64(len(content)), ModTime: longAgo, Open: reader(content)}
			if _, _, err := s.Land(context.Background(), it); err != nil {
				t.Error(err)
			}
		}()
	}
	wg.Wait()
	again := open(t, dir, Options{})
	list, _ := again.List()
	origins := 0
	for _, r := range list {
		origins += len(r.Origins)
	}
	if len(list) != 16 || origins != 64 {
		t.Errorf("%d objects, %d origins", len(list), origins)
	}
}

func TestCancelledLandingLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := s.Land(ctx, extract.Item{Origin: "a", Size: 1, Open: reader("x")}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if left := files(t, dir); len(left) != 0 {
		t.Errorf("left over: %v", left)
	}
}

func BenchmarkLandUnchanged(b *testing.B) {
	dir := b.TempDir()
	s, err := Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	items := make([]extract.Item, 1000)
	for i := range items {
		content := bytes.Repeat([]byte{byte(i), byte(i >> 8)}, 5000)
		items[i] = extract.Item{Origin: fmt.Sprint(i), Name: "n", Size: int64(len(content)), ModTime: longAgo, Open: reader(string(content))}
		if _, _, err := s.Land(context.Background(), items[i]); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		s, err := Open(dir)
		if err != nil {
			b.Fatal(err)
		}
		for _, it := range items {
			if _, _, err := s.Land(context.Background(), it); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(items)), "ns/item")
}
