package sample

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"math/rand"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

func mustLoad(t testing.TB) *store {
	t.Helper()
	s, err := load()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// hashes gives the SHA-256 of every file below dir but the marker.
func hashes(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == marker {
			return err
		}
		data, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(data)
		rel, err := filepath.Rel(dir, p)
		out[filepath.ToSlash(rel)] = hex.EncodeToString(sum[:])
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestPublishedHoldsAtLeast15000DifferentStatements(t *testing.T) {
	values, err := Published()
	if err != nil {
		t.Fatal(err)
	}
	keys := map[valueKey]bool{}
	for _, v := range values {
		keys[v.key()] = true
		if v.Raw == "" || v.Source == "" || v.Reliability == "" {
			t.Errorf("%+v has no printed text or no source", v)
		}
		if v.High.Valid && !v.Value.LessThan(v.High.Decimal) {
			t.Errorf("%+v: the range is upside down", v)
		}
		if -v.Value.Exponent() > 10 {
			t.Errorf("%+v has more than 10 decimals", v)
		}
	}
	if len(keys) < 15000 {
		t.Errorf("%d different statements, want at least 15,000", len(keys))
	}
	t.Logf("%d values about %d different things", len(values), len(keys))
}

func TestNoDocumentStatesOneThingTwice(t *testing.T) {
	s := mustLoad(t)
	type stated struct {
		valueKey
		document string
	}
	seen := map[stated]bool{}
	for _, v := range s.values {
		k := stated{v.key(), v.Document}
		if seen[k] {
			t.Errorf("%s states %+v twice", v.Document, v.key())
		}
		seen[k] = true
	}
}

// Figures of one report that must add up: 130.637 = 7.333 + 123.304 and so on.
func TestPartsOfTheReportsAddUp(t *testing.T) {
	s := mustLoad(t)
	get := func(doc, ind, period string) int64 {
		for _, i := range s.byDocument[doc] {
			if v := s.values[i]; v.Indicator == ind && v.Period == period {
				return v.Value.IntPart()
			}
		}
		t.Fatalf("%s has no %s of %s", doc, ind, period)
		return 0
	}
	for _, x := range []struct {
		doc, period, whole string
		parts              []string
	}{
		{"hue-2020", "2019", "bhxh_participants", []string{"bhxh_compulsory", "bhxh_voluntary"}},
		{"hue-2020", "2015/2019", "merit_houses", []string{"merit_houses_new", "merit_houses_repaired"}},
		{"27-KH-UBND", "2021", "drug_rehab_total", []string{"drug_rehab_centre", "drug_rehab_community"}},
		{"hoabinh-gov-vn", "2016/2020", "voc_enrolment", []string{"voc_enrolment_college", "voc_enrolment_intermediate", "voc_enrolment_elementary", "voc_enrolment_short"}},
		{"quangngai-24", "2016", "employed_total", []string{"employed_state", "employed_nonstate", "employed_fdi"}},
	} {
		var sum int64
		for _, p := range x.parts {
			sum += get(x.doc, p, x.period)
		}
		if whole := get(x.doc, x.whole, x.period); whole != sum {
			t.Errorf("%s, %s: %s is %d, its parts add up to %d", x.doc, x.period, x.whole, whole, sum)
		}
	}
	var total, districts int64
	for _, i := range s.byDocument["458-QD-UBND-tinh-Quang-Nam"] {
		if v := s.values[i]; strings.HasPrefix(v.Territory, "district:") {
			districts += v.Value.IntPart()
		} else {
			total = v.Value.IntPart()
		}
	}
	if total != 1800 || districts != total {
		t.Errorf("decision 458: total %d, districts %d, want 1800 both", total, districts)
	}
}

func TestEveryPublishedValueStandsInAWorkbookAndNoWorkbookStatesOneThingTwice(t *testing.T) {
	values, err := Published()
	if err != nil {
		t.Fatal(err)
	}
	ps, err := Placements(Options{Full: true})
	if err != nil {
		t.Fatal(err)
	}
	placed := map[int]bool{}
	keys := map[valueKey]bool{}
	type statement struct {
		valueKey
		file string
	}
	inFile := map[statement]string{}
	files := map[string]bool{}
	for _, p := range ps {
		placed[p.Value] = true
		keys[values[p.Value].key()] = true
		files[p.File] = true
		k := statement{values[p.Value].key(), p.File}
		at := p.Sheet + "!" + p.Cell
		if first, ok := inFile[k]; ok {
			t.Errorf("%s states %+v in %s and in %s", p.File, k.valueKey, first, at)
		}
		inFile[k] = at
	}
	for i, v := range values {
		if !placed[i] {
			t.Errorf("%s, %+v: in no workbook", v.Document, v.key())
		}
	}
	if len(files) < 500 || len(keys) < 15000 {
		t.Errorf("%d workbooks with %d different statements, want at least 500 and 15,000", len(files), len(keys))
	}
	t.Logf("%d cells in %d workbooks hold %d published values", len(ps), len(files), len(placed))
}

func TestNoCellIsWrittenTwiceAndEveryPathIsUnique(t *testing.T) {
	s := mustLoad(t)
	paths := map[string]bool{}
	for _, build := range s.plans(true) {
		b := build()
		if paths[b.path] {
			t.Errorf("two workbooks are called %s", b.path)
		}
		paths[b.path] = true
		for _, p := range b.pages {
			at := map[[2]int]bool{}
			for _, c := range p.cells {
				k := [2]int{c.row, c.col}
				if at[k] {
					t.Errorf("%s, %s: row %d column %d is written twice (%q)", b.path, p.name, c.row, c.col, c.text)
				}
				at[k] = true
			}
			for _, m := range p.merges {
				for r := m.Row1; r <= m.Row2; r++ {
					for c := m.Col1; c <= m.Col2; c++ {
						if (r != m.Row1 || c != m.Col1) && at[[2]int{r, c}] {
							t.Errorf("%s, %s: row %d column %d is hidden by a merge", b.path, p.name, r, c)
						}
					}
				}
			}
		}
	}
}

func TestWriteIsDeterministicAndLeavesAFilledFolderAlone(t *testing.T) {
	a, b := t.TempDir(), t.TempDir()
	first, err := Write(context.Background(), a, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Write(context.Background(), b, Options{}); err != nil {
		t.Fatal(err)
	}
	ha, hb := hashes(t, a), hashes(t, b)
	if len(ha) != first.Workbooks+first.Feeds || first.Written != len(ha) {
		t.Errorf("%d files in the folder, summary says %+v", len(ha), first)
	}
	for name, h := range ha {
		if hb[name] != h {
			t.Errorf("%s differs between two writes", name)
		}
	}
	again, err := Write(context.Background(), a, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if first.Written = 0; again != first {
		t.Errorf("second call says %+v, first said %+v", again, first)
	}

	// A file that somebody spoiled is put back, and only that one.
	victim := filepath.Join(a, "2020", "BieuMau_KH2020_ThuaThienHue.xlsx")
	if err := os.Remove(victim); err != nil {
		t.Fatal(err)
	}
	repaired, err := Write(context.Background(), a, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if repaired.Written != 1 || hashes(t, a)["2020/BieuMau_KH2020_ThuaThienHue.xlsx"] != ha["2020/BieuMau_KH2020_ThuaThienHue.xlsx"] {
		t.Errorf("repair wrote %d files, want the missing one", repaired.Written)
	}
}

func TestWriteStopsWhenTheContextEndsAndIsNotTakenForComplete(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Write(ctx, dir, Options{}); err == nil {
		t.Fatal("Write ignored the end of its context")
	}
	if _, err := os.Stat(filepath.Join(dir, marker)); err == nil {
		t.Error("an interrupted write left its marker")
	}
}

// A cell read again gives the text that the index of placements promises.
func TestPlacedTextIsWhatTheWorkbookHolds(t *testing.T) {
	s := mustLoad(t)
	plans := s.plans(true)
	r := rand.New(rand.NewSource(1))
	pick := map[int]bool{}
	annexes := (lastRound - firstRound + 1) * len(s.provinces())
	for i := range plans {
		if i >= annexes { // tables and documents: all of them
			pick[i] = true
		}
	}
	for range 40 {
		pick[r.Intn(annexes)] = true
	}
	var order []int
	for i := range pick {
		order = append(order, i)
	}
	sort.Ints(order)
	for _, i := range order {
		b := plans[i]()
		data, err := render(b)
		if err != nil {
			t.Fatal(err)
		}
		if !IsSample(bytes.NewReader(data), int64(len(data))) {
			t.Errorf("%s does not bear the keyword", b.path)
		}
		f, err := excelize.OpenReader(bytes.NewReader(data))
		if err != nil {
			t.Fatalf("%s: %v", b.path, err)
		}
		for _, p := range placements(b) {
			got, err := f.GetCellValue(p.Sheet, p.Cell, excelize.Options{RawCellValue: true})
			if err != nil || got != p.Text {
				t.Errorf("%s, %s!%s holds %q, want %q (%v)", b.path, p.Sheet, p.Cell, got, p.Text, err)
			}
		}
		for _, name := range f.GetSheetList() {
			if ref, err := f.GetSheetDimension(name); err != nil || !strings.Contains(ref, ":") {
				t.Errorf("%s, %s: extent %q, %v", b.path, name, ref, err)
			}
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestIsSampleRefusesOthers(t *testing.T) {
	f := excelize.NewFile()
	defer f.Close()
	buf, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"other workbook": buf.Bytes(), "no zip": []byte(Keyword), "empty": nil} {
		if IsSample(bytes.NewReader(data), int64(len(data))) {
			t.Errorf("%s is taken for a sample", name)
		}
	}
}

// The feed holds the same figures as the table, in the shape of the server.
func TestLabourFeedIsTheTable(t *testing.T) {
	s := mustLoad(t)
	f, err := s.labourFeed()
	if err != nil {
		t.Fatal(err)
	}
	body, ok := bytes.CutSuffix(f.data, []byte{0})
	if !ok {
		t.Fatal("no NUL byte at the end")
	}
	var doc struct {
		Dataset struct {
			Status    map[string]any `json:"status"`
			Dimension map[string]json.RawMessage
			Updated   string
			Value     []*float64
		}
	}
	if err := json.Unmarshal(body, &doc); err != nil {
		t.Fatal(err)
	}
	var size []int
	if err := json.Unmarshal(doc.Dataset.Dimension["size"], &size); err != nil {
		t.Fatal(err)
	}
	filled := 0
	for _, v := range doc.Dataset.Value {
		if v != nil {
			filled++
		}
	}
	if len(size) != 2 || size[0] != 71 || size[1] != 16 || len(doc.Dataset.Value) != 71*16 {
		t.Errorf("size %v with %d values, want 71 × 16", size, len(doc.Dataset.Value))
	}
	if filled != 1122 || len(doc.Dataset.Status) != 71*16-filled {
		t.Errorf("%d values and %d missing, want 1122 and 14", filled, len(doc.Dataset.Status))
	}
	if *doc.Dataset.Value[0] != 44904.5 {
		t.Errorf("country 2005 is %v, want 44904.5", *doc.Dataset.Value[0])
	}
}

func TestInsuranceFeedHoldsPublishedFiguresOnly(t *testing.T) {
	s := mustLoad(t)
	data := string(s.insuranceFeed().data)
	if !strings.HasPrefix(data, "\ufeffthang;ma_tinh;") {
		t.Errorf("begins with %q", data[:20])
	}
	for _, want := range []string{
		"12/2019;46;Thừa Thiên Huế;BHXH bắt buộc;Tổng;Tổng;123304",
		"12/2019;46;Thừa Thiên Huế;BHXH tự nguyện;Tổng;Tổng;7333",
		"12/2010;00;Toàn quốc;BHYT;Tổng;Tổng;52407090",
		"11/2025;00;Toàn quốc;BHXH bắt buộc;Tổng;Tổng;18032000",
		"09/2021;00;Toàn quốc;BHXH tự nguyện;Tổng;Tổng;1182774",
	} {
		if !strings.Contains(data, "\n"+want+";"+Keyword) {
			t.Errorf("no line %q", want)
		}
	}
}

func TestEveryFeedBearsTheKeyword(t *testing.T) {
	feeds, err := mustLoad(t).feeds()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range feeds {
		if !IsSampleFeed(f.data[:min(len(f.data), 64<<10)]) {
			t.Errorf("%s does not bear the keyword", f.path)
		}
	}
	if IsSampleFeed([]byte("thang;ma_tinh;so_nguoi\n12/2019;46;1\n")) {
		t.Error("another feed is taken for a sample")
	}
}

func TestUnitsAreConvertedExactlyOrNotAtAll(t *testing.T) {
	s := mustLoad(t)
	for _, x := range []struct{ territory, unit, want string }{
		{"province:01@2004", "thousand_person", "4124.6220000007"},
		{"province:01@2004", "person", ""},                          // 4,124,622.0000007 persons
		{"province:34@2004", "thousand_person", "1084.33100000002"}, // as delivered
		{"province:34@2004", "person", "1084331"},                   // 1084.331 in ten decimals
		{"province:02@2004", "person", "529363"},
		{"province:02@2004", "percent", ""},
	} {
		i, ok := s.find(valueKey{"labour_force_15plus", x.territory, "2020", "actual", "T", "T"})
		if !ok {
			t.Fatalf("no labour force of %s 2020", x.territory)
		}
		p := &page{}
		p.place(s, 1, 1, i, x.unit, number)
		got := ""
		if len(p.cells) == 1 {
			got = p.cells[0].text
		}
		if got != x.want {
			t.Errorf("%s in %s is written %q, want %q", x.territory, x.unit, got, x.want)
		}
	}
}

func TestWordsOfFigures(t *testing.T) {
	s := mustLoad(t)
	for _, x := range []struct{ doc, indicator, want string }{
		{"27-KH-UBND", "drug_rehab_cedemex", "tối thiểu 50"},
		{"27-KH-UBND", "inspected_establishments_rate", "10-15"},
		{"27-KH-UBND", "adults_awareness_rate", "trên 45"},
		{"hue-2020", "unemp_rate_urban", "dưới 2,3"},
		{"hue-2020", "bhtn_beneficiaries", "gần 30.000"},
		{"Chi-thi-16-CT-TTg", "gdp_growth", "khoảng 6,8"},
	} {
		found := false
		for _, i := range s.byDocument[x.doc] {
			if v := s.values[i]; v.Indicator == x.indicator && !strings.HasPrefix(v.Territory, "district:") {
				found = true
				if got := words(v, 0); got != x.want {
					t.Errorf("%s, %s: %q, want %q", x.doc, x.indicator, got, x.want)
				}
			}
		}
		if !found {
			t.Errorf("%s has no %s", x.doc, x.indicator)
		}
	}
}

func BenchmarkWriteDefault(b *testing.B) { benchmarkWrite(b, Options{}) }
func BenchmarkWriteFull(b *testing.B)    { benchmarkWrite(b, Options{Full: true}) }

func benchmarkWrite(b *testing.B, opt Options) {
	for b.Loop() {
		sum, err := Write(context.Background(), b.TempDir(), opt)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(sum.Workbooks), "workbooks")
		b.ReportMetric(float64(sum.Bytes), "bytes")
	}
}

func BenchmarkWriteAgain(b *testing.B) {
	dir := b.TempDir()
	if _, err := Write(context.Background(), dir, Options{Full: true}); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if sum, err := Write(context.Background(), dir, Options{Full: true}); err != nil || sum.Written != 0 {
			b.Fatal(sum, err)
		}
	}
}
