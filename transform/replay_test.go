package transform

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/xuri/excelize/v2"

	"github.com/phuluc/phuluc/extract/landing"
	"github.com/phuluc/phuluc/extract/sample"
	"github.com/phuluc/phuluc/transform/catalogue"
)

// with gives the embedded catalogue and synonyms (code, label, parent label); nil if they do not fit it.
func with(t testing.TB, rows ...[]string) *catalogue.Catalogue {
	t.Helper()
	dir := t.TempDir()
	f, err := os.Create(filepath.Join(dir, synonyms+".csv"))
	if err != nil {
		t.Fatal(err)
	}
	w := csv.NewWriter(f)
	if err := w.WriteAll(append([][]string{{"indicator_code", "label", "parent_label"}}, rows...)); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	c, err := catalogue.Load(dir)
	if err != nil {
		return nil
	}
	return c
}

// Guards invariant 4: a batch that is kept under new synonyms is the one that reading the file by them gives. Synonyms are made
// of what stands in the files: texts that nothing knew, the same misspelt, and pieces of any text, which hit known labels too.
func TestABatchKeptUnderNewSynonymsIsWhatReadingGives(t *testing.T) {
	dir := t.TempDir()
	if _, err := sample.Write(context.Background(), dir, sample.Options{}); err != nil {
		t.Fatal(err)
	}
	b := newBench(t)
	var names []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(7, 11))
	random.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	for _, name := range names[:min(len(names), 25)] {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		b.land(strings.TrimPrefix(filepath.ToSlash(name), filepath.ToSlash(dir)+"/"), data)
	}
	b.land("la.xlsx", annex(t, "Hà Giang", 2020, 1, 2, 3))
	raws, err := b.store.List()
	if err != nil {
		t.Fatal(err)
	}
	var unknown, texts []string
	for _, raw := range raws {
		f := b.read(raw)
		for _, r := range f.Refusals {
			if strings.HasSuffix(r.Code, ".unknown") && len(r.Args) > 0 {
				unknown = append(unknown, r.Args[0])
			}
			texts = append(texts, r.Label)
		}
		for _, o := range f.Observations {
			texts = append(texts, o.Label, o.Header)
		}
	}
	if len(unknown) == 0 || len(texts) < 100 {
		t.Fatalf("the files hold %d unknown texts and %d labels", len(unknown), len(texts))
	}
	label := func() string {
		switch s := unknown[random.IntN(len(unknown))]; random.IntN(4) {
		case 0:
			return s
		case 1:
			return s + " khác"
		}
		words := strings.Fields(texts[random.IntN(len(texts))])
		if len(words) == 0 {
			return "tỉnh"
		}
		from := random.IntN(len(words))
		return strings.Join(words[from:min(len(words), from+1+random.IntN(6))], " ")
	}
	codes := []string{"jobs_created", "poverty_rate", "trained_labour_rate"}
	plain := b.opt.Catalogue
	for _, r := range b.run(b.pipeline(), raws...) {
		r.Batch.Release()
	}
	kept, different := 0, 0
	for range 8 {
		var rows [][]string
		for range 1 + random.IntN(3) {
			rows = append(rows, []string{codes[random.IntN(len(codes))], label(), []string{"", "", "Số người tham gia BHXH"}[random.IntN(3)]})
		}
		cat := with(t, rows...)
		if cat == nil {
			continue // the label names something already
		}
		for _, c := range []*catalogue.Catalogue{cat, plain} { // there and back again
			b.opt.Catalogue = c
			p := b.pipeline()
			for _, r := range b.run(p, raws...) {
				if !r.Cached {
					r.Batch.Release()
					continue
				}
				kept++
				f, err := p.Read(context.Background(), r.Raw, NameOf(r.Raw), b.open(r.Raw))
				if err != nil {
					t.Fatal(err)
				}
				fresh, err := Encode(b.mem, f)
				if err != nil {
					t.Fatal(err)
				}
				if !equalBatches(r.Batch, fresh) {
					different++
					t.Errorf("%s is kept under %q, but reading it gives something else", NameOf(r.Raw), rows)
				}
				fresh.Release()
				r.Batch.Release()
			}
		}
		if different > 3 {
			break
		}
	}
	t.Logf("%d batches kept", kept)
	if kept < len(raws) {
		t.Errorf("of %d files only %d batches were kept in all trials", len(raws), kept)
	}
}

// What a synonym speaks of is read again; what it does not is kept; a parent of others and every other change reads all.
func TestASynonymReadsAgainWhatHoldsIt(t *testing.T) {
	const label = "Chỉ tiêu không ai biết"
	b := newBench(t)
	holds := b.land("a.xlsx", annex(t, "Hà Giang", 2020, 1, 2, 3))
	other := b.land("b.csv", []byte(insuranceFeed))
	torn := b.land("c.xlsx", annex(t, "Hà Giang", 2020, 4, 5, 6)[:3000])
	nothing := b.land("Ha Giang d.csv", []byte("TT,Chỉ tiêu,ĐVT,TH 2018\n1,Số thuyền thúng,người,5\n2,Số thuyền nan,người,6\n"))
	reread := func(c *catalogue.Catalogue) (names []string) {
		t.Helper()
		b.opt.Catalogue = c
		for _, r := range b.run(b.pipeline(), holds, other, torn, nothing) {
			if !r.Cached {
				names = append(names, r.Raw.Origins[0].Name)
			}
			r.Batch.Release()
		}
		return names
	}
	plain := b.opt.Catalogue
	all := []string{"a.xlsx", "b.csv", "c.xlsx", "Ha Giang d.csv"}
	for _, step := range []struct {
		what string
		cat  *catalogue.Catalogue
		want []string
	}{
		{"the first run", plain, all},
		{"nothing new", plain, nil},
		{"a label that a workbook holds", with(t, []string{"jobs_created", label, ""}), []string{"a.xlsx"}},
		{"it is gone again", plain, []string{"a.xlsx"}},
		{"a label one letter off what the workbook holds: its proposal changes", with(t, []string{"jobs_created", label + "t", ""}), []string{"a.xlsx"}},
		{"it is gone again", plain, []string{"a.xlsx"}},
		{"a label with a word that only it and a workbook hold: it is no proper name any longer", with(t, []string{"jobs_created", "Đàn trâu của ai", ""}), []string{"a.xlsx"}},
		{"it is gone again", plain, []string{"a.xlsx"}},
		{"a label that makes a feed that no mapping fits an annex", with(t, []string{"jobs_created", "Số thuyền nan", ""}), []string{"Ha Giang d.csv"}},
		{"it is gone again", plain, []string{"Ha Giang d.csv"}},
		{"a label that nothing holds", with(t, []string{"jobs_created", "Đàn trâu bò cuối kỳ", ""}), nil},
		{"it is gone again", plain, nil},
		{"its parent is a label", with(t, []string{"jobs_created", "Đàn trâu bò cuối kỳ", "Chăn nuôi của hộ"}, []string{"poverty_rate", "Chăn nuôi của hộ", ""}), all},
		{"they are gone again", plain, all},
		{"its words stand in the parent of a label", with(t, []string{"jobs_created", "Đàn trâu bò cuối kỳ", "Chăn nuôi của hộ"}, []string{"poverty_rate", "Chăn nuôi", ""}), nil},
		{"they are gone again", plain, nil},
		{"it is a word of headers too", with(t, []string{"jobs_created", "Nông thôn", "Chăn nuôi của hộ"}), all},
		{"it is gone again", plain, all},
	} {
		if got := reread(step.cat); !slices.Equal(got, step.want) {
			t.Errorf("%s: read %v, want %v", step.what, got, step.want)
		}
	}
	for _, broken := range []string{rulesFile, filepath.Base(b.pipeline().cacheFile(holds))} {
		reread(plain)
		if err := os.WriteFile(filepath.Join(b.opt.CacheDir, broken), []byte("{torn"), 0o644); err != nil {
			t.Fatal(err)
		}
		if got := reread(with(t, []string{"jobs_created", "Đàn trâu bò cuối kỳ", ""})); !slices.Contains(got, "a.xlsx") {
			t.Errorf("with a torn %s the workbook is not read again", broken)
		}
	}
}

func TestRenewReadsAgainAndTellsWhatBecameOther(t *testing.T) {
	b := newBench(t)
	raw := b.land("a.xlsx", annex(t, "Hà Giang", 2020, 1, 2, 3))
	p := b.pipeline()
	renew := func(want int) {
		t.Helper()
		if n, err := p.Renew(context.Background(), b.store, []landing.Raw{raw}); err != nil || n != want {
			t.Errorf("renewed %d, %v; want %d", n, err, want)
		}
	}
	renew(1) // nothing was kept
	renew(0)
	stale := b.land("b.xlsx", annex(t, "Hà Giang", 2020, 4, 5, 6))
	r := b.one(p, stale)
	if err := writeBatch(p.cacheFile(raw), r.Batch, nil); err != nil {
		t.Fatal(err)
	}
	renew(1) // the batch of another object is none
	renew(0)
}

// workbookOf writes sheets, each a name and its rows.
func workbookOf(t testing.TB, sheets ...[][]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for k, rows := range sheets {
		name := rows[0][0].(string)
		if k == 0 {
			if err := f.SetSheetName("Sheet1", name); err != nil {
				t.Fatal(err)
			}
		} else if _, err := f.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		for i, r := range rows[1:] {
			if err := f.SetSheetRow(name, fmt.Sprintf("A%d", i+1), &r); err != nil {
				t.Fatal(err)
			}
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Guards invariant 4: whatever a heuristic of the layout asks the labels of the catalogue about, a new label reads again the workbook
// whose question it answers and no other, and all batches are those that reading the workbooks gives.
func TestEachKindOfQuestionReadsAgainWhatItTouches(t *testing.T) {
	rows := func(sheet, title string, body ...[]any) [][]any {
		return append([][]any{{sheet}, {"Tên đơn vị: Sở LĐTBXH tỉnh Hà Giang"}, {title}, {"TT", "Chỉ tiêu", "ĐVT", "TH 2018", "TH 2019"}}, body...)
	}
	const results = "KẾT QUẢ THỰC HIỆN 2018, 2019"
	known := []any{1, "Số lao động được tạo việc làm", "người", 1200, 1300}
	series := func(name, title string, places ...string) [][]any {
		out := [][]any{{name}, {title}, {"STT", "Tỉnh", "2018", "2019"}}
		for i, p := range places {
			out = append(out, []any{i + 1, p, 11 + i, 13 + i})
		}
		return out
	}
	b := newBench(t)
	plain := b.opt.Catalogue
	questions := []struct {
		what   string
		label  []string // of the synonym: code, label, parent label
		sheets [][][]any
	}{
		{"the label of a row", []string{"jobs_created", "Số đĩa bay hạ cánh", ""}, [][][]any{rows("B1", results, []any{1, "Số đĩa bay hạ cánh", "người", 5, 6})}},
		{"a label in parts", []string{"jobs_created_female", "Phi công nữ", "Số lao động được tạo việc làm"}, [][][]any{rows("B2", results, known, []any{"", "Trong đó: Phi công nữ", "người", 7, 8})}},
		{"a label with its unit", []string{"jobs_created", "Khinh khí cầu", ""}, [][][]any{rows("B3", results, []any{1, "Khinh khí cầu (người)", "", 9, 10})}},
		{"a label in two languages", []string{"jobs_created", "Nuôi ong mật", ""}, [][][]any{rows("B4", results, []any{1, "Nuôi ong mật - Workers given jobs during the year", "người", 11, 12})}},
		{"a label beside a period", []string{"poverty_rate", "Mức nghèo đói sao Hỏa", ""}, [][][]any{{{"B5"}, {"BÁO CÁO"}, {"STT", "Tỉnh", "Mức nghèo đói sao Hỏa năm 2018 (%)", "Mức nghèo đói sao Hỏa năm 2019 (%)"}, {1, "Hà Giang", 21, 22}, {2, "Cao Bằng", 23, 24}, {3, "Lào Cai", 25, 26}}}},
		{"a title", []string{"poverty_rate", "Mức lặn biển", ""}, [][][]any{series("B6", "MỨC LẶN BIỂN (%)", "Hà Giang", "Cao Bằng", "Lào Cai")}},
		{"another reading of a cell", []string{"jobs_created", "Đoàn khách quá cảnh", ""}, [][][]any{rows("B7", results, []any{1, "Đoàn khỏch quỏ cảnh", "người", 31, 32})}},
		{"a near text", []string{"jobs_created", "Bộ xương khủng long hóa thạch", ""}, [][][]any{rows("B8", results, []any{1, "Bộ xương khủng lonh hóa thạch", "người", 33, 34})}},
		{"a word that only the label holds", []string{"jobs_created", "Đàn kỳ đà vượt cạn", ""}, [][][]any{rows("Kỳ Đà", results, known), rows("Vượt Cạn", results, known)}},
		{"the name of a sheet", []string{"jobs_created", "Rừng Tràm", ""}, [][][]any{rows("Rừng Tràm", results, known), rows("Bát Xát", results, known)}},
		{"another reading of the name of a sheet", []string{"jobs_created", "Lao động khoáng sâu", ""}, [][][]any{rows("Lao Động Khoỏng Sõu", results, known), rows("Sa Pa", results, known)}},
		{"a rate below its count", []string{"unemp_rate", "Tỷ lệ lao động được tạo việc làm", ""}, [][][]any{rows("B10", results, known, []any{"", "Tỷ lệ", "%", 3, 4})}},
		{"a name around that of the country", []string{"jobs_created", "Xiếc thú tại Việt Nam", ""}, [][][]any{append([][]any{{"B9"}}, rows("", "XIẾC THÚ TẠI VIỆT NAM", known)[2:]...)}},
	}
	var raws []landing.Raw
	for i, q := range questions {
		raws = append(raws, b.land(fmt.Sprintf("%02d.xlsx", i), workbookOf(t, q.sheets...)))
	}
	fresh := func(p *Pipeline, raw landing.Raw) arrow.RecordBatch {
		f, err := p.Read(context.Background(), raw, NameOf(raw), b.open(raw))
		if err != nil {
			t.Fatal(err)
		}
		batch, err := Encode(b.mem, f)
		if err != nil {
			t.Fatal(err)
		}
		return batch
	}
	before := map[string]arrow.RecordBatch{}
	defer func() {
		for _, batch := range before {
			batch.Release()
		}
	}()
	for _, r := range b.run(b.pipeline(), raws...) {
		before[r.Raw.SHA256] = r.Batch
	}
	var labels [][]string
	for i, q := range questions {
		labels = append(labels, q.label)
		if b.opt.Catalogue = with(t, labels...); b.opt.Catalogue == nil {
			t.Fatalf("%s: %q does not fit the catalogue", q.what, q.label)
		}
		p := b.pipeline()
		var read []string
		for _, r := range b.run(p, raws...) {
			if !r.Cached {
				read = append(read, r.Raw.Origins[0].Name)
			}
			same := fresh(p, r.Raw)
			if !equalBatches(r.Batch, same) {
				t.Errorf("%s: %s is kept, but reading it gives something else", q.what, NameOf(r.Raw))
			}
			same.Release()
			if r.Raw.SHA256 == raws[i].SHA256 && equalBatches(r.Batch, before[r.Raw.SHA256]) {
				t.Errorf("%s: the label changes nothing, so nothing is proved", q.what)
			}
			before[r.Raw.SHA256].Release()
			before[r.Raw.SHA256] = r.Batch
		}
		if want := []string{fmt.Sprintf("%02d.xlsx", i)}; !slices.Equal(read, want) {
			t.Errorf("%s: read %v, want %v", q.what, read, want)
		}
	}
	b.opt.Catalogue = plain
}
