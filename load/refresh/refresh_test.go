package refresh

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/xuri/excelize/v2"

	"github.com/phuluc/phuluc/extract"
	"github.com/phuluc/phuluc/extract/landing"
	"github.com/phuluc/phuluc/load"
	"github.com/phuluc/phuluc/load/ledger"
	"github.com/phuluc/phuluc/load/lock"
	"github.com/phuluc/phuluc/load/publish"
	"github.com/phuluc/phuluc/transform"
	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/mapping"
)

// office is a data folder with an inbox, and everything a run needs.
type office struct {
	t     *testing.T
	dir   string
	inbox string
	mem   *memory.CheckedAllocator
	opt   Options
}

func newOffice(t *testing.T) *office {
	t.Helper()
	dir := t.TempDir()
	o := &office{t: t, dir: filepath.Join(dir, "data"), inbox: filepath.Join(dir, "inbox"), mem: memory.NewCheckedAllocator(memory.NewGoAllocator())}
	if err := os.Mkdir(o.inbox, 0o755); err != nil {
		t.Fatal(err)
	}
	cat := o.catalogue("")
	o.opt = Options{
		DataDir: o.dir, Sources: []extract.Source{extract.Folder(o.inbox)}, Catalogue: cat, Pipeline: o.pipeline(cat), Threads: 2, MaxFileSize: 100_000,
		Command: "test", Version: "v0", Memory: o.mem,
	}
	t.Cleanup(func() {
		if n := o.mem.CurrentAlloc(); n != 0 {
			t.Errorf("%d bytes of Arrow memory are never given back", n)
		}
	})
	return o
}

func (o *office) catalogue(user string) *catalogue.Catalogue {
	o.t.Helper()
	cat, err := catalogue.Load(user)
	if err != nil {
		o.t.Fatal(err)
	}
	return cat
}

func (o *office) pipeline(cat *catalogue.Catalogue) *transform.Pipeline {
	o.t.Helper()
	set, err := mapping.LoadSet("")
	if err != nil {
		o.t.Fatal(err)
	}
	p, err := transform.New(transform.Options{Catalogue: cat, Mappings: set, CacheDir: filepath.Join(o.dir, "normalised"), Memory: o.mem})
	if err != nil {
		o.t.Fatal(err)
	}
	return p
}

func (o *office) receive(name string, content []byte) {
	o.t.Helper()
	if err := os.WriteFile(filepath.Join(o.inbox, name), content, 0o644); err != nil {
		o.t.Fatal(err)
	}
}

// annex is a workbook of a province: two indicators that are known, and one that is not.
func (o *office) annex(province string, year int, jobs int) []byte {
	o.t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, r := range [][]any{
		{"Tên đơn vị: Sở LĐTBXH tỉnh " + province}, {},
		{fmt.Sprintf("KẾT QUẢ THỰC HIỆN %d, %d, KẾ HOẠCH %d", year-2, year-1, year)},
		{"TT", "Chỉ tiêu", "ĐVT", fmt.Sprintf("TH %d", year-2), fmt.Sprintf("Ước TH %d", year-1), fmt.Sprintf("KH %d", year)},
		{1, "Số lao động được tạo việc làm", "người", jobs, jobs + 400, jobs + 800},
		{2, "Tỷ lệ thất nghiệp thành thị", "%", "3,1", "3", "Dưới 3"},
		{3, "Chỉ tiêu không ai biết", "người", 1, 2, "3\x00"},
	} {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &r); err != nil {
			o.t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		o.t.Fatal(err)
	}
	return b.Bytes()
}

func (o *office) run() Report {
	o.t.Helper()
	report, err := Run(context.Background(), o.opt)
	if err != nil {
		o.t.Fatal(err)
	}
	return report
}

// lastRun is what the ledger says of the last run.
func (o *office) lastRun() (ledger.Run, []ledger.Event, []ledger.CheckResult) {
	o.t.Helper()
	ctx := context.Background()
	book, err := ledger.Open(ctx, LedgerPath(o.dir))
	if err != nil {
		o.t.Fatal(err)
	}
	defer book.Close()
	runs, err := book.Runs(ctx, 1)
	if err != nil || len(runs) != 1 {
		o.t.Fatal(runs, err)
	}
	events, err := book.Events(ctx, runs[0].ID)
	if err != nil {
		o.t.Fatal(err)
	}
	checks, err := book.Checks(ctx, runs[0].ID)
	if err != nil {
		o.t.Fatal(err)
	}
	return runs[0], events, checks
}

func (o *office) store() *publish.Store {
	o.t.Helper()
	s, err := publish.Open(context.Background(), filepath.Join(o.dir, "warehouse"), publish.Options{})
	if err != nil {
		o.t.Fatal(err)
	}
	return s
}

// published is the number of the current generation; nothing of an unfinished one may be left beside it.
func (o *office) published() int {
	o.t.Helper()
	left, err := filepath.Glob(filepath.Join(o.dir, "warehouse", ".candidate-*"))
	if err != nil || len(left) > 0 {
		o.t.Errorf("a candidate is left: %v %v", left, err)
	}
	g, err := o.store().Current()
	if errors.Is(err, publish.ErrNone) {
		return 0
	}
	if err != nil {
		o.t.Fatal(err)
	}
	return g.Generation
}

func (o *office) value(query string) string {
	o.t.Helper()
	g, err := o.store().Current()
	if err != nil {
		o.t.Fatal(err)
	}
	w, err := load.OpenReadOnly(context.Background(), g.Path, 1, "")
	if err != nil {
		o.t.Fatal(err)
	}
	defer w.Close()
	rows, err := w.Rows(context.Background(), query)
	if err != nil {
		o.t.Fatal(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			o.t.Fatal(err)
		}
		out = append(out, s)
	}
	if err := rows.Err(); err != nil {
		o.t.Fatal(err)
	}
	return strings.Join(out, ", ")
}

// The life of a data folder, run after run. Guards invariants 1, 4, 5, 6 and 10.
func TestRefresh(t *testing.T) {
	o := newOffice(t)
	ctx := context.Background()

	if _, err := Run(ctx, o.opt); !errors.Is(err, ErrNothing) {
		t.Fatalf("an empty inbox: %v", err)
	}
	if run, _, _ := o.lastRun(); run.Status != ledger.Failed || o.published() != 0 {
		t.Errorf("%+v", run)
	}

	o.receive("Ha Giang 2014.xlsx", o.annex("Hà Giang", 2014, 15200))
	o.receive("Cao Bang \xff 2014.xlsx", o.annex("Cao Bằng", 2014, 9000))
	o.receive("bhxh.csv", []byte("thang;ma_tinh;loai_hinh;so_nguoi\n2024-12;24;BB;480.123\n2024-12;24;TN;?;\n"))
	o.receive("letter.txt", []byte("Kính gửi: Bộ\nVề việc\n"))
	o.receive("huge.csv", bytes.Repeat([]byte("x"), 100_001))
	var stages []Stage
	o.opt.Progress = func(stage Stage, done, total int) {
		if len(stages) == 0 || stages[len(stages)-1] != stage {
			stages = append(stages, stage)
		}
		if total > 0 && done > total {
			t.Errorf("%s: %d of %d", stage, done, total)
		}
	}
	o.opt.Sources = append(o.opt.Sources, extract.Folder(filepath.Join(o.dir, "not mounted")))
	after := 0
	o.opt.After = func(_ context.Context, store *landing.Store) error {
		after++
		raws, err := store.List()
		_, held, lockErr := lock.Inspect(filepath.Join(o.dir, "lock"))
		if run, _, _ := o.lastRun(); err != nil || lockErr != nil || len(raws) != 4 || !held || run.Status != ledger.Succeeded {
			t.Errorf("after the run: %d landed, held %t, %+v, %v %v", len(raws), held, run, err, lockErr)
		}
		return nil
	}
	first := o.run()
	if after != 1 {
		t.Errorf("what comes after the run was done %d times", after)
	}
	o.opt.Progress, o.opt.Sources, o.opt.After = nil, o.opt.Sources[:1], nil
	if want := []Stage{Landing, Normalising, Building, Verifying}; !slices.Equal(stages, want) {
		t.Errorf("stages %q", stages)
	}
	if first.Generation != 1 || first.Found != 5 || first.New != 4 || first.Landed != 4 || first.Cached != 0 || len(first.Refused) != 2 || first.Sheets != 3 ||
		first.Values != 13 || first.Loaded != 13 || first.Cells != first.Loaded+first.Quarantine+first.Skipped || first.Size == 0 || first.Unchanged {
		t.Errorf("%+v", first)
	}
	if !maps.Equal(first.FileFaults, map[string]int{"file.no_table": 1}) || !maps.Equal(first.Reasons, map[string]int64{"file.no_table": 1, "indicator.unknown": 6, "feed.record": 1}) {
		t.Errorf("%v %v", first.FileFaults, first.Reasons)
	}
	if c := first.Checks; c.Declared == 0 || c.Declared != c.Run || c.Passed+c.Warnings != c.Run || c.Warnings != len(first.Warnings) {
		t.Errorf("%+v %q", c, first.Warnings)
	}
	for _, n := range first.Refused {
		if !strings.HasSuffix(n.Origin, "huge.csv") && n.Origin != "not mounted" || n.Why == "" {
			t.Errorf("%+v", n)
		}
	}
	run, events, checks := o.lastRun()
	if run.ID != first.RunID || run.Status != ledger.Succeeded || run.Generation != 1 || run.Command != "test" || run.Counts["cells_read"] != first.Cells || run.Counts["values"] != 13 {
		t.Errorf("%+v", run)
	}
	if len(events) != 2 || events[0].Kind != "not_landed" || events[0].Detail["origin"] == "" || len(checks) != first.Checks.Declared {
		t.Errorf("%+v, %d checks", events, len(checks))
	}
	o.proveLedger(first)
	for query, want := range map[string]string{
		"SELECT CAST(sum(value) AS VARCHAR) FROM dw.observation WHERE is_latest AND measure_type = 'plan' AND indicator_code = 'jobs_created'": "25800.0000000000",
		"SELECT CAST(value AS VARCHAR) FROM dw.fact_insurance":                                                                                 "480123.0000000000",
		"SELECT string_agg(DISTINCT sheet, '') || count(*) FROM audit.quarantine":                                                              "Sheet18",
		"SELECT detail FROM audit.run_event ORDER BY ALL LIMIT 1":                                                                              events[0].Message,
		"SELECT CAST(count(DISTINCT sheet || cell) AS VARCHAR) FROM dw.observation":                                                            "6",
		"SELECT CAST(count(*) AS VARCHAR) FROM audit.lineage":                                                                                  "13",
		"SELECT CAST(sum(cells_read) AS VARCHAR) FROM audit.sheet_count":                                                                       fmt.Sprint(first.Cells),
		"SELECT CAST(received_at >= now()::TIMESTAMP - INTERVAL 1 HOUR AS VARCHAR) FROM dw.dim_source LIMIT 1":                                 "true",
	} {
		if got := o.value(query); got != want {
			t.Errorf("%s\ngives %q, want %q", query, got, want)
		}
	}

	again := o.run()
	if !again.Unchanged || again.Generation != 1 || again.File != first.File || again.Found != 5 || again.New != 0 || again.RunID == first.RunID {
		t.Errorf("%+v", again)
	}
	if run, _, _ := o.lastRun(); run.Status != ledger.Succeeded || run.Generation != 0 {
		t.Errorf("%+v", run)
	}

	held, err := lock.Acquire(ctx, filepath.Join(o.dir, "lock"), "another", 0)
	if err != nil {
		t.Fatal(err)
	}
	var inUse *lock.HeldError
	if _, err := Run(ctx, o.opt); !errors.As(err, &inUse) || inUse.Holder.Command != "another" {
		t.Errorf("%v", err)
	}
	if err := held.Release(); err != nil {
		t.Fatal(err)
	}
	if run, _, _ := o.lastRun(); run.ID != again.RunID {
		t.Errorf("a run that never began is in the ledger: %+v", run)
	}

	o.opt.Full = true
	full := o.run()
	o.opt.Full = false
	if full.Generation != 2 || full.Unchanged || full.Cached != 4 || full.Cells != first.Cells || !maps.Equal(full.Reasons, first.Reasons) {
		t.Errorf("%+v", full)
	}
	o.proveSame(1, 2)

	o.receive("Lang Son 2014.xlsx", o.annex("Lạng Sơn", 2014, 700))
	before := o.opt
	o.breakIt("cancelled while it builds", context.Canceled, ledger.Cancelled, 5, func(cancel func()) {
		o.opt.Progress = func(stage Stage, done, _ int) {
			if stage == Building && done == 3 {
				cancel()
			}
		}
	})
	o.opt = before
	o.breakIt("cancelled while it reads", context.Canceled, ledger.Cancelled, 5, func(cancel func()) {
		o.opt.Progress = func(stage Stage, _, _ int) {
			if stage == Normalising {
				cancel()
			}
		}
	})
	o.opt = before
	user := t.TempDir()
	if err := os.WriteFile(filepath.Join(user, "indicators.csv"), []byte("code,name_vi,name_en,unit_code,domain,value_kind,direction_good,aggregation\nmystery,Chỉ tiêu không ai biết,Mystery,person,employment,count,up,sum\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	var failed *load.CheckError
	o.breakIt("values that the catalogue does not know", nil, ledger.Failed, 5, func(func()) {
		o.opt.Pipeline = o.pipeline(o.catalogue(user))
	}, &failed)
	if failed == nil || len(failed.Failed) == 0 {
		t.Errorf("%v", failed)
	}
	o.opt = before

	last := o.run()
	if last.Generation != 3 || last.Landed != 5 || last.New != 0 || last.Values != 19 {
		t.Errorf("%+v", last)
	}
	changes := 0
	g1, g3 := o.generation(1), o.generation(3)
	if err := load.Diff(ctx, g1, g3, func(c load.Change) error {
		changes++
		if c.Kind != "added" || c.Territory != "province:20@2004" || c.Old != nil || c.New == nil || c.Sheet != "Sheet1" {
			return fmt.Errorf("%+v", c)
		}
		return nil
	}); err != nil || changes != 6 {
		t.Errorf("%d changes, %v", changes, err)
	}
}

// breakIt runs once under a condition that must fail, and proves that readers see what they saw.
func (o *office) breakIt(what string, want error, status ledger.Status, landed int, condition func(cancel func()), as ...any) {
	o.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	before := o.published()
	condition(cancel)
	report, err := Run(ctx, o.opt)
	if err == nil || want != nil && ctx.Err() == nil {
		o.t.Fatalf("%s: %v", what, err)
	}
	for _, target := range as {
		errors.As(err, target)
	}
	run, _, _ := o.lastRun()
	if o.published() != before || run.Status != status || run.Error == "" || run.Generation != 0 || run.ID != report.RunID || run.FinishedAt.IsZero() || report.Landed != landed {
		o.t.Errorf("%s: generation %d, %+v, %+v", what, o.published(), run, report)
	}
	if n := o.mem.CurrentAlloc(); n != 0 {
		o.t.Errorf("%s: %d bytes of Arrow memory are held", what, n)
	}
}

func (o *office) generation(n int) string {
	return filepath.Join(o.dir, "warehouse", fmt.Sprintf("gen-%06d.duckdb", n))
}

// proveSame holds two generations of one landing against each other, table by table.
func (o *office) proveSame(a, b int) {
	o.t.Helper()
	var tables [2]map[string]string
	for i, n := range []int{a, b} {
		hashes, err := load.Verify(context.Background(), o.generation(n))
		if err != nil {
			o.t.Fatal(err)
		}
		tables[i] = map[string]string{}
		for _, h := range hashes {
			if !h.History {
				tables[i][h.Schema+"."+h.Name] = h.Hash
			}
		}
	}
	if !maps.Equal(tables[0], tables[1]) {
		o.t.Errorf("generations %d and %d of one landing differ", a, b)
	}
}

func (o *office) proveLedger(r Report) {
	o.t.Helper()
	ctx := context.Background()
	book, err := ledger.Open(ctx, LedgerPath(o.dir))
	if err != nil {
		o.t.Fatal(err)
	}
	defer book.Close()
	publications, err := book.Publications(ctx)
	if err != nil || len(publications) != 1 || publications[0].Generation != 1 || publications[0].RunID != r.RunID {
		o.t.Errorf("%+v %v", publications, err)
	}
	items, err := book.Items(ctx)
	fates := map[string]int{}
	for _, it := range items {
		fates[it.Fate]++
		if len(it.Origins) != 1 || it.FirstSeenRun != r.RunID {
			o.t.Errorf("%+v", it)
		}
	}
	if err != nil || !maps.Equal(fates, map[string]int{"partly_loaded": 3, "refused": 1}) {
		o.t.Errorf("%v %v", fates, err)
	}
}

func TestTroubleWithOurOwnDiskIsNotTheItemsFault(t *testing.T) {
	r := &runner{Options: Options{DataDir: "/data"}}
	for _, c := range []struct {
		err  error
		ours bool
	}{
		{&os.PathError{Op: "open", Path: "/data/landing/objects/x", Err: os.ErrPermission}, true},
		{&os.PathError{Op: "open", Path: "/data/landing-2/x", Err: os.ErrPermission}, false},
		{&os.PathError{Op: "open", Path: "/in/x", Err: os.ErrPermission}, false},
		{&os.LinkError{Op: "rename", Old: "/in/x", New: "/data/landing/objects/x", Err: os.ErrPermission}, true},
		{fmt.Errorf("x: %w", landing.ErrTooLarge), false},
	} {
		if r.ours(c.err) != c.ours {
			t.Errorf("%v", c.err)
		}
	}
}

func TestInputHashFollowsWhatAGenerationIsMadeOf(t *testing.T) {
	o := newOffice(t)
	r := &runner{Options: o.opt}
	base := []landing.Raw{{SHA256: "a", ReceivedAt: time.Unix(1, 0), Origins: []landing.Origin{{Origin: "in/x", Name: "x"}}}}
	seen := map[string]string{r.inputHash(base): "base"}
	for name, raws := range map[string][]landing.Raw{
		"another file":     {{SHA256: "b", ReceivedAt: time.Unix(1, 0), Origins: base[0].Origins}},
		"another time":     {{SHA256: "a", ReceivedAt: time.Unix(2, 0), Origins: base[0].Origins}},
		"another name":     {{SHA256: "a", ReceivedAt: time.Unix(1, 0), Origins: []landing.Origin{{Origin: "in/x", Name: "y"}}}},
		"one place more":   {{SHA256: "a", ReceivedAt: time.Unix(1, 0), Origins: append(slices.Clone(base[0].Origins), landing.Origin{Origin: "in/z"})}},
		"nothing any more": nil,
	} {
		h := r.inputHash(raws)
		if other, twice := seen[h]; twice {
			t.Errorf("%s has the hash of %s", name, other)
		}
		seen[h] = name
	}
	if r.inputHash(base) != r.inputHash(slices.Clone(base)) {
		t.Error("the hash is not stable")
	}
}

func TestWhatOnlyTheLandingKnowsGoesInBesideTheBatches(t *testing.T) {
	received := time.Date(2026, 2, 3, 4, 5, 6, 7_008_009, time.FixedZone("", 7*3600))
	got := landed([]landing.Raw{{SHA256: "abc", Size: 12, ReceivedAt: received, Origins: []landing.Origin{{Origin: "/a/x"}, {Origin: "/b/two\nlines\xff"}}}})
	want := [][]string{{"abc", "2026-02-02 21:05:06.007008", "12", "/a/x\n/b/two␤lines\ufffd"}}
	if !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("%q, want %q", got, want)
	}
}
