package transform

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/xuri/excelize/v2"

	"github.com/phuluc/phuluc/extract/landing"
	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/phuluc/phuluc/transform/record"
)

// withList gives the annex of a province with a list of so many households on a sheet in front of its own.
func withList(t testing.TB, households int) []byte {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(annex(t, "Hà Giang", 2020, 16500, 17000, 17500)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.NewSheet("Danh sách"); err != nil {
		t.Fatal(err)
	}
	if err := f.MoveSheet("Danh sách", "Sheet1"); err != nil {
		t.Fatal(err)
	}
	w, err := f.NewStreamWriter("Danh sách")
	if err != nil {
		t.Fatal(err)
	}
	row := func(r int, cells ...any) {
		if err := w.SetRow(fmt.Sprintf("A%d", r), cells); err != nil {
			t.Fatal(err)
		}
	}
	row(1, nil, "DANH SÁCH HỘ NGHÈO NĂM 2019")
	row(3, "TT", "Họ và tên chủ hộ", "Năm sinh", "Thôn", "Số nhân khẩu", "Số trẻ em", "Thu nhập (nghìn đồng)", "Điểm B1", "Điểm B2")
	for i := range households {
		row(4+i, i+1, fmt.Sprintf("Lò Văn %d", i), 1940+i%60, fmt.Sprintf("Thôn %d", i%97), 1+i%9, i%5, 300+i%1100, i%240, i%60)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Invariant 1. One sheet of too many cells is refused as a whole, with all its cells, and the others are read as if it was not there.
func TestASheetOfTooManyCellsDoesNotStopTheOthers(t *testing.T) {
	content := withList(t, 100) // 10 + 900 cells
	b := newBench(t)
	raw := b.land("HaGiang.xlsx", content)
	b.opt.Limits = sheet.DefaultLimits()
	b.opt.Limits.LaidOut = 0
	whole := b.read(raw)
	b.opt.Limits.LaidOut = 909
	got := b.read(raw)
	if want := (record.Sheet{Name: "Danh sách", Read: 910, Quarantined: 910, Skipped: map[string]int{}}); !reflect.DeepEqual(got.Sheets[0], want) {
		t.Errorf("%+v, want %+v", got.Sheets[0], want)
	}
	if !reflect.DeepEqual(got.Sheets[1], whole.Sheets[1]) || len(got.Observations) == 0 || !reflect.DeepEqual(got.Observations, whole.Observations) {
		t.Errorf("the annex is another: %+v, without the limit %+v", got.Sheets[1], whole.Sheets[1])
	}
	r := got.Refusals[0]
	if r.Code != "sheet.limit" || r.Sheet != "Danh sách" || r.Cells != 910 {
		t.Errorf("%+v", r)
	}
	for _, other := range got.Refusals[1:] {
		if other.Sheet != "Sheet1" {
			t.Errorf("%+v", other)
		}
	}
	b.opt.Limits.LaidOut = whole.Sheets[0].Read + whole.Sheets[1].Read
	if got := b.read(raw); got.Sheets[0].Quarantined == 910 || !reflect.DeepEqual(got.Sheets, whole.Sheets) {
		t.Errorf("within the limit: %+v", got.Sheets)
	}
	b.opt.Limits.LaidOut-- // what is read first is laid out
	if got := b.read(raw); !reflect.DeepEqual(got.Sheets[0], whole.Sheets[0]) || got.Sheets[1].Quarantined != got.Sheets[1].Read || len(got.Observations) > 0 {
		t.Errorf("a cell more than the limit: %+v", got.Sheets)
	}
}

// Delimited text is one sheet: where it is too long nothing tells what it is, and no mapping is asked for.
func TestLongTextIsRefusedAsASheet(t *testing.T) {
	b := newBench(t)
	b.opt.Limits = sheet.DefaultLimits()
	b.opt.Limits.LaidOut = 500
	got := b.read(b.land("so cai.csv", []byte("Số CT;Diễn giải;Số tiền\n"+strings.Repeat("PC01;Mua văn phòng phẩm;1200\n", 400))))
	if len(got.Refusals) != 1 || got.Refusals[0].Code != "sheet.limit" || got.Refusals[0].Cells != 1203 || got.Sheets[0].Read != 1203 {
		t.Errorf("%+v, %+v", got.Sheets, got.Refusals)
	}
}

// A list of cells that nobody would go through does not fill the warehouse: the batch has one row for many cells, and they are as many.
func TestRefusalsBeyondTheLimitAreOneEntryAReason(t *testing.T) {
	b := newBench(t)
	raw := b.land("HaGiang.xlsx", withList(t, 300))
	b.opt.Limits = sheet.DefaultLimits()
	all := b.read(raw)
	b.opt.Limits.Refusals = 40
	r := b.one(b.pipeline(), raw)
	if r.Counts.Refusals > 50 || r.Counts.Refusals < 40 {
		t.Errorf("%d entries", r.Counts.Refusals)
	}
	want := map[string]int64{}
	for _, x := range all.Refusals {
		want[x.Sheet+" "+x.Code] += int64(x.Cells)
	}
	got, listed := map[string]int64{}, 0
	for i := range int(r.Batch.NumRows()) {
		if text := func(c column) string { return r.Batch.Column(int(c)).(*array.String).Value(i) }; text(colKind) == kindQuarantine {
			n := r.Batch.Column(int(colN)).(*array.Int64).Value(i)
			got[text(colSheet)+" "+text(colCode)] += n
			if n > 1 {
				listed++
				if !strings.Contains(text(colMessageVi), "không được liệt kê từng ô") || text(colCell) != "" {
					t.Errorf("%s %s: %s", text(colSheet), text(colCell), text(colMessageVi))
				}
			}
		}
	}
	if !reflect.DeepEqual(got, want) || listed == 0 || r.Counts.Quarantined != int64(len(all.Refusals)) {
		t.Errorf("%d entries stand for many cells: %v, want %v", listed, got, want)
	}
	if n := len(b.read(raw).Refusals); n != len(all.Refusals) {
		t.Errorf("%d of %d refusals are shown to who checks the file", n, len(all.Refusals))
	}
}

// One sheet does not take the room of the others.
func TestSheetsShareTheEntriesOfTheQuarantine(t *testing.T) {
	file := func(counts ...int) *record.File {
		f := &record.File{}
		for s, n := range counts {
			for i := range n {
				f.Refusals = append(f.Refusals, record.Refusal{Origin: record.Origin{Sheet: strconv.Itoa(s), Cell: sheet.Address(i+1, 2), Row: i + 1, Col: 2}, Code: "unit.unknown", Cells: 1})
			}
		}
		return f
	}
	for _, c := range []struct {
		most   int
		counts []int
		want   string // of each sheet how many cells its entries stand for
	}{
		{0, []int{5}, "0:[1 1 1 1 1]"},
		{5, []int{5}, "0:[1 1 1 1 1]"},
		{4, []int{5}, "0:[1 1 1 1 1]"}, // one cell is no fewer entries than its own
		{3, []int{6}, "0:[1 1 1 3]"},
		{6, []int{1, 7, 2}, "0:[1] 1:[1 1 1 4] 2:[1 1]"},
		{6, []int{9, 9, 9}, "0:[1 1 7] 1:[1 1 7] 2:[1 1 7]"},
		{2, []int{3, 3, 3}, "0:[3] 1:[3] 2:[3]"},
	} {
		f := file(c.counts...)
		fold(f, c.most)
		entries := make([][]int, len(c.counts))
		for _, r := range f.Refusals {
			s, _ := strconv.Atoi(r.Sheet)
			entries[s] = append(entries[s], r.Cells)
		}
		var got []string
		for s, e := range entries {
			got = append(got, fmt.Sprintf("%d:%v", s, e))
		}
		if got := strings.Join(got, " "); got != c.want {
			t.Errorf("%v, %d kept: %s, want %s", c.counts, c.most, got, c.want)
		}
	}
	f := file(6)
	fold(f, 3)
	if got := f.Refusals[3].Message("vi"); !strings.HasSuffix(got, "3 ô nữa, từ B4 đến B6, bị từ chối vì lý do này và không được liệt kê từng ô") || f.Refusals[3].Unknown() != "" {
		t.Error(got)
	}
}

// Large workbooks are read one at a time, and small ones beside them.
func TestLargeWorkbooksAreReadOneAtATime(t *testing.T) {
	b := newBench(t)
	large, small := b.land("list.xlsx", withList(t, maxCellsShared/9+1)), b.land("HaGiang.xlsx", annex(t, "Hà Giang", 2020, 16500, 17000, 17500))
	b.opt.Limits = sheet.DefaultLimits()
	p := b.pipeline()
	if _, err := p.attempt(t.Context(), large, "list.xlsx", b.open(large), maxCellsShared); !errors.Is(err, errLarge) {
		t.Fatalf("a large workbook is read beside others: %v", err)
	}
	f, done, err := p.read(t.Context(), large, "list.xlsx", b.open(large))
	if err != nil || f.Sheets[0].Read <= maxCellsShared || len(f.Observations) == 0 || len(p.large) != 1 {
		t.Fatal(f, err)
	}
	if f, err := p.Read(t.Context(), small, "HaGiang.xlsx", b.open(small)); err != nil || len(f.Observations) == 0 {
		t.Fatal(f, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	waiting := make(chan error)
	read := func(ctx context.Context) {
		_, err := p.Read(ctx, large, "list.xlsx", b.open(large))
		waiting <- err
	}
	go read(ctx)
	cancel()
	if err := <-waiting; !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	go read(t.Context())
	done()
	if err := <-waiting; err != nil || len(p.large) != 0 {
		t.Fatal(err)
	}
}

const largeFile = "PHULUC_LARGE_FILE"

// BenchmarkLargeWorkbooks reads a workbook whose list of households is beyond what is laid out, and one whose list is just within, each
// in a process of its own that reports how much memory was resident at most.
func BenchmarkLargeWorkbooks(b *testing.B) {
	for name, households := range map[string]int{"beyond": 200_000, "within": 33_000} {
		b.Run(name, func(b *testing.B) {
			bench := newBench(b)
			raw := bench.land("HaGiang.xlsx", withList(b, households))
			peak := 0.0
			for b.Loop() {
				c := exec.Command(os.Args[0], "-test.run=^TestReadsALargeWorkbook$", "-test.v")
				c.Env = append(os.Environ(), largeFile+"="+bench.dir+" "+raw.SHA256)
				out, err := c.CombinedOutput()
				if err != nil {
					b.Fatalf("%v\n%s", err, out)
				}
				var now float64
				_, line, _ := bytes.Cut(out, []byte("large workbook: "))
				if _, err := fmt.Sscanf(string(line), "%f KiB", &now); err != nil {
					b.Fatalf("%v\n%s", err, out)
				}
				peak = max(peak, now)
			}
			b.ReportMetric(peak/1024, "MiB-resident")
		})
	}
}

// TestReadsALargeWorkbook is the process of BenchmarkLargeWorkbooks.
func TestReadsALargeWorkbook(t *testing.T) {
	dir, sha, given := strings.Cut(os.Getenv(largeFile), " ")
	if !given {
		t.Skip("it is run by BenchmarkLargeWorkbooks")
	}
	bench := newBench(t)
	store, err := landing.Open(dir + "/landing")
	if err != nil {
		t.Fatal(err)
	}
	raws, err := store.List()
	if err != nil || len(raws) != 1 || raws[0].SHA256 != sha {
		t.Fatal(raws, err)
	}
	var batch arrow.RecordBatch
	if err := bench.pipeline().Run(t.Context(), store, raws, func(r Result) error {
		batch = r.Batch
		if r.Counts.Loaded == 0 || r.Counts.Quarantined == 0 {
			t.Errorf("%+v", r.Counts)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	batch.Release()
	fmt.Printf("large workbook: %d KiB\n", peakResident(t))
}
