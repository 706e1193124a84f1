package transform

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/phuluc/phuluc/extract/landing"
	"github.com/phuluc/phuluc/extract/sample"
	"github.com/phuluc/phuluc/transform/rule"
)

// BenchmarkAfterCells takes workbooks through all steps, one after the other, and reports how long each step takes for each
// second that reading the cells takes: laying them out, judging them, encoding them, and all three. It does so twice a round:
// first with a pipeline that has seen no workbook, as a refresh begins; then with one that has seen them all, as it goes on when
// thousands of workbooks share their forms. Each workbook and step counts by its quickest round, because what else the machine
// does only adds. The workbooks are those of the full sample, which hold some 50 values each as the annexes of a province do; and one
// of a dense sheet, every province in twelve years, of which the cells are read in next to no time (first, it pays for the words
// of the catalogue alone).
func BenchmarkAfterCells(b *testing.B) {
	b.Run("sample", func(b *testing.B) {
		dir := b.TempDir()
		if _, err := sample.Write(context.Background(), dir, sample.Options{Full: true}); err != nil {
			b.Fatal(err)
		}
		benchAfterCells(b, dir)
	})
	b.Run("dense", func(b *testing.B) {
		dir := b.TempDir()
		rows := [][]any{{"Biểu 1"}, {"Số người lao động đi làm việc ở nước ngoài theo hợp đồng phân theo địa phương"}, {"Đơn vị tính: Người"}, {"Tỉnh, thành phố"}}
		for year := range 12 {
			rows[3] = append(rows[3], fmt.Sprintf("Năm %d", 2010+year))
		}
		cat := newBench(b).opt.Catalogue
		for i := range cat.Territories {
			if t := &cat.Territories[i]; t.Level == "province" && t.ValidOn("2024-12-31") {
				row := []any{t.NameVi}
				for year := range 12 {
					row = append(row, 1000+37*i+year)
				}
				rows = append(rows, row)
			}
		}
		if err := os.WriteFile(filepath.Join(dir, "dense.xlsx"), workbookOf(b, rows), 0o644); err != nil {
			b.Fatal(err)
		}
		benchAfterCells(b, dir)
	})
}

func benchAfterCells(b *testing.B, dir string) {
	bench := newBench(b)
	bench.opt.CacheDir, bench.opt.Memory = "", memory.DefaultAllocator
	type workbook struct {
		raw  landing.Raw
		name string
		file *os.File
	}
	var books []workbook
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".xlsx") {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		b.Cleanup(func() { f.Close() })
		info, err := f.Stat()
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		books = append(books, workbook{landing.Raw{Type: "xlsx", Size: info.Size()}, filepath.ToSlash(name), f})
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	const cells, laying, judging, encoding, steps = 0, 1, 2, 3, 4
	var quickest [2][][steps]time.Duration
	for pass := range quickest {
		quickest[pass] = slices.Repeat([][steps]time.Duration{{math.MaxInt64, math.MaxInt64, math.MaxInt64, math.MaxInt64}}, len(books))
	}
	loaded := 0
	for b.Loop() {
		p := bench.pipeline()
		for pass := range quickest {
			for i, w := range books {
				var at [steps + 1]time.Time
				at[cells] = time.Now()
				book, says, err := p.open(b.Context(), w.raw, w.name, w.file, math.MaxInt)
				if err != nil {
					b.Fatal(err)
				}
				at[laying] = time.Now()
				file, err := p.layOut(b.Context(), book, says)
				if err != nil {
					b.Fatal(err)
				}
				at[judging] = time.Now()
				loaded += len(file.Observations)
				rule.Judge(p.opt.Catalogue, file)
				at[encoding] = time.Now()
				batch, err := Encode(p.opt.Memory, file)
				if err != nil {
					b.Fatal(err)
				}
				at[steps] = time.Now()
				batch.Release()
				for k := range steps {
					quickest[pass][i][k] = min(quickest[pass][i][k], at[k+1].Sub(at[k]))
				}
			}
		}
	}
	if loaded == 0 {
		b.Fatal("nothing was loaded")
	}
	for pass, when := range []string{"first", "later"} {
		var sum [steps]float64
		for _, q := range quickest[pass] {
			for k := range steps {
				sum[k] += float64(q[k])
			}
		}
		b.ReportMetric(sum[laying]/sum[cells], when+"-layout")
		b.ReportMetric(sum[judging]/sum[cells], when+"-rules")
		b.ReportMetric(sum[encoding]/sum[cells], when+"-encode")
		b.ReportMetric((sum[laying]+sum[judging]+sum[encoding])/sum[cells], when+"-all/cells")
	}
}

// manyDir and manySize tell the process that BenchmarkManyWorkbooks starts what to read.
const (
	manyDir  = "PHULUC_MANY_DIR"
	manySize = "PHULUC_MANY_SIZE"
)

// BenchmarkManyWorkbooks reads 3,000 landed workbooks in groups of 10, of 300 and all together, each group with a pipeline and
// a cache of its own, and reports the time a workbook of each and how it grows. They are those of the full sample, over and
// over, each with a note of its own, so that none is another again. Each size is read in a process of its own, by the quicker
// of two, which reports how much memory was resident at most.
func BenchmarkManyWorkbooks(b *testing.B) {
	const workbooks = 3000
	bench := newBench(b)
	dir := b.TempDir()
	if _, err := sample.Write(context.Background(), dir, sample.Options{Full: true}); err != nil {
		b.Fatal(err)
	}
	var names []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".xlsx") {
			names = append(names, path)
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	for n := range workbooks {
		path := names[n%len(names)]
		name, err := filepath.Rel(dir, path)
		if err != nil {
			b.Fatal(err)
		}
		bench.land(filepath.ToSlash(name), withNote(b, path, fmt.Sprintf("Ghi chú: bản thứ %d", n)))
	}
	sizes := []int{10, 300, workbooks}
	quickest, resident := map[int]float64{}, map[int]float64{}
	for b.Loop() {
		for range 2 {
			for _, size := range sizes {
				c := exec.Command(os.Args[0], "-test.run=^TestReadsManyWorkbooks$", "-test.v")
				c.Env = append(os.Environ(), manyDir+"="+bench.dir, manySize+"="+strconv.Itoa(size))
				out, err := c.CombinedOutput()
				if err != nil {
					b.Fatalf("%v\n%s", err, out)
				}
				var spent, peak float64
				_, line, _ := bytes.Cut(out, []byte("many workbooks: "))
				if _, err := fmt.Sscanf(string(line), "%f ns, %f KiB", &spent, &peak); err != nil {
					b.Fatalf("%v\n%s", err, out)
				}
				if quickest[size] == 0 || spent < quickest[size] {
					quickest[size] = spent
				}
				resident[size] = max(resident[size], peak)
			}
		}
	}
	for _, size := range sizes {
		b.ReportMetric(quickest[size]/workbooks, fmt.Sprintf("ns/workbook-of-%d", size))
	}
	b.ReportMetric(quickest[workbooks]/quickest[10], "of-10")
	b.ReportMetric(quickest[workbooks]/quickest[300], "of-300")
	b.ReportMetric(resident[workbooks]/1024, "MiB-resident")
}

// TestReadsManyWorkbooks is the process of BenchmarkManyWorkbooks.
func TestReadsManyWorkbooks(t *testing.T) {
	dir := os.Getenv(manyDir)
	if dir == "" {
		t.Skip("it is run by BenchmarkManyWorkbooks")
	}
	size, err := strconv.Atoi(os.Getenv(manySize))
	if err != nil {
		t.Fatal(err)
	}
	bench := newBench(t)
	store, err := landing.Open(filepath.Join(dir, "landing"))
	if err != nil {
		t.Fatal(err)
	}
	raws, err := store.List()
	if err != nil {
		t.Fatal(err)
	}
	bench.opt.Memory, bench.opt.Workers = memory.DefaultAllocator, 0
	var spent time.Duration
	for group := range slices.Chunk(raws, size) {
		bench.opt.CacheDir = t.TempDir()
		p := bench.pipeline()
		loaded := int64(0)
		start := time.Now()
		if err := p.Run(context.Background(), store, group, func(r Result) error {
			loaded += r.Counts.Loaded
			r.Batch.Release()
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		spent += time.Since(start)
		if loaded == 0 {
			t.Fatal("nothing was loaded")
		}
	}
	fmt.Printf("many workbooks: %d ns, %d KiB\n", spent.Nanoseconds(), peakResident(t))
}

// peakResident is how many KiB of memory the process had resident at most; 0 where the system does not tell.
func peakResident(t *testing.T) (n int) {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	if _, line, ok := strings.Cut(string(status), "VmHWM:"); ok {
		if _, err := fmt.Sscanf(line, "%d kB", &n); err != nil {
			t.Fatal(err)
		}
	}
	return n
}

// withNote gives a workbook with one more cell, far below all others of its first sheet.
func withNote(tb testing.TB, path, note string) []byte {
	tb.Helper()
	r, err := zip.OpenReader(path)
	if err != nil {
		tb.Fatal(err)
	}
	defer r.Close()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range r.File {
		if f.Name != "xl/worksheets/sheet1.xml" {
			if err := w.Copy(f); err != nil {
				tb.Fatal(err)
			}
			continue
		}
		part, err := f.Open()
		if err != nil {
			tb.Fatal(err)
		}
		data, err := io.ReadAll(part)
		if err != nil {
			tb.Fatal(err)
		}
		row := `<row r="9000"><c r="A9000" t="inlineStr"><is><t>` + note + `</t></is></c></row></sheetData>`
		longer := bytes.Replace(data, []byte("</sheetData>"), []byte(row), 1)
		if len(longer) == len(data) {
			tb.Fatalf("%s has no rows", path)
		}
		to, err := w.Create(f.Name)
		if err != nil {
			tb.Fatal(err)
		}
		if _, err := to.Write(longer); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}
