package transform

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/shopspring/decimal"
	"github.com/xuri/excelize/v2"

	"github.com/phuluc/phuluc/extract"
	"github.com/phuluc/phuluc/extract/landing"
	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/phuluc/phuluc/sql"
	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/mapping"
	"github.com/phuluc/phuluc/transform/record"
)

// annex is a workbook of a province for the round of a year, with the given numbers for its jobs.
func annex(t testing.TB, province string, year int, jobs ...any) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	rows := [][]any{
		{"Tên đơn vị: Sở LĐTBXH tỉnh " + province}, {},
		{fmt.Sprintf("KẾT QUẢ THỰC HIỆN %d, %d, KẾ HOẠCH %d", year-2, year-1, year)},
		{"TT", "Chỉ tiêu", "ĐVT", fmt.Sprintf("TH %d", year-2), fmt.Sprintf("Ước TH %d", year-1), fmt.Sprintf("KH %d", year)},
		{"I", "VIỆC LÀM"},
		append([]any{1, "Số lao động được tạo việc làm", "người"}, jobs...),
		{2, "Tỷ lệ thất nghiệp thành thị", "%", "3,1", "3", "Dưới 3"},
		{3, "Chỉ tiêu không ai biết", "người", 1, 2, 3},
	}
	for i, r := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &r); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const insuranceFeed = "thang;ma_tinh;loai_hinh;so_nguoi\n2024-12;24;BB;480.123\n2024-12;24;TN;?\n"

// bench is a landing, and pipelines over it that count every byte of Arrow.
type bench struct {
	t     testing.TB
	dir   string
	store *landing.Store
	mem   *memory.CheckedAllocator
	opt   Options
}

func newBench(t testing.TB) *bench {
	t.Helper()
	cat, err := catalogue.Load("")
	if err != nil {
		t.Fatal(err)
	}
	set, err := mapping.LoadSet("")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	store, err := landing.Open(filepath.Join(dir, "landing"))
	if err != nil {
		t.Fatal(err)
	}
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	t.Cleanup(func() {
		if n := mem.CurrentAlloc(); n != 0 {
			t.Errorf("%d bytes of Arrow memory are never given back", n)
		}
	})
	return &bench{t, dir, store, mem, Options{Catalogue: cat, Mappings: set, CacheDir: filepath.Join(dir, "normalised"), Workers: 3, Memory: mem}}
}

func (b *bench) pipeline() *Pipeline {
	b.t.Helper()
	p, err := New(b.opt)
	if err != nil {
		b.t.Fatal(err)
	}
	return p
}

func (b *bench) land(name string, content []byte) landing.Raw {
	b.t.Helper()
	raw, _, err := b.store.Land(context.Background(), extract.Item{
		Name: name, Origin: "/in/" + name, Size: int64(len(content)), ModTime: time.Unix(0, 0),
		Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil },
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return raw
}

func (b *bench) open(raw landing.Raw) *os.File {
	b.t.Helper()
	f, err := b.store.Open(raw.SHA256)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { f.Close() })
	return f
}

func (b *bench) read(raw landing.Raw) *record.File {
	b.t.Helper()
	f, err := b.pipeline().Read(context.Background(), raw, NameOf(raw), b.open(raw))
	if err != nil {
		b.t.Fatal(err)
	}
	return f
}

// run gives the results of a run; the test releases them.
func (b *bench) run(p *Pipeline, raws ...landing.Raw) []Result {
	b.t.Helper()
	var out []Result
	if err := p.Run(context.Background(), b.store, raws, func(r Result) error { out = append(out, r); return nil }); err != nil {
		b.t.Fatal(err)
	}
	return out
}

// one runs a single object and gives the batch until the test ends.
func (b *bench) one(p *Pipeline, raw landing.Raw) Result {
	b.t.Helper()
	r := b.run(p, raw)[0]
	b.t.Cleanup(r.Batch.Release)
	return r
}

// The contract with the models: the columns of a batch are those of the table record in sql/inputs.csv, names and types.
func TestSchemaIsTheTableThatTheModelsRead(t *testing.T) {
	text, err := fs.ReadFile(sql.Files, "inputs.csv")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for _, r := range rows {
		if r[0] == "record" {
			want = append(want, r[1]+" "+r[2])
		}
	}
	types := map[string]string{"utf8": "VARCHAR", "int32": "INTEGER", "int64": "BIGINT", "bool": "BOOLEAN", "decimal(28, 10)": "DECIMAL(28,10)"}
	for _, f := range Schema().Fields() {
		got = append(got, f.Name+" "+types[f.Type.String()])
	}
	if len(got) != int(columnCount) {
		t.Errorf("%d columns are named, %d stand in the schema", columnCount, len(got))
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// row shows the columns of a row that are set, in order.
func row(batch arrow.RecordBatch, i int) string {
	var out []string
	for c, f := range batch.Schema().Fields() {
		if col := batch.Column(c); col.IsValid(i) {
			out = append(out, f.Name+"="+col.ValueStr(i))
		}
	}
	return strings.Join(out, " ")
}

func number(s string) decimal.NullDecimal {
	return decimal.NewNullDecimal(decimal.RequireFromString(s))
}

func TestEncodeFillsWhatAKindOfRowHasAndNothingElse(t *testing.T) {
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer mem.AssertSize(t, 0)
	file := &record.File{
		SHA256: "abc", Name: "a\xff.xlsx", Type: "xlsx", Sample: true, Identity: record.Identity{Territory: "vn", Round: "2014", Form: "D", Body: "Sở", Document: "1/BC", Date: "2013-07-01", Title: "T"},
		Sheets: []record.Sheet{{Name: "S", Hidden: true, Tables: 2, Read: 9, Loaded: 4, Quarantined: 2, Skipped: map[string]int{"title": 1, "header": 2}}},
		Observations: []record.Observation{{
			Origin: record.Origin{Sheet: "S", Cell: "B2", Row: 2, Col: 2, Raw: "5–6"}, Table: 1, Indicator: "i", Territory: "t", Period: "2013", Measure: "plan", Sex: "F", Area: "U",
			Value: number("5"), High: number("6.5"), Qualifier: "about", Status: "A", Unit: "u", Reported: "v", Note: "n", Label: "l", Header: "h",
			Achieved: number("103.3"), AchievedCell: "C2", AchievedRaw: "103,3%",
		}, {Origin: record.Origin{Sheet: "S", Cell: "B3", Row: 3, Col: 2, Raw: "-", Hidden: true}, Table: 2, Indicator: "i", Empty: "dash"}},
		Tasks: []record.Task{{Origin: record.Origin{Sheet: "S", Cell: "B4", Row: 4, Col: 2, Raw: "Làm"}, Number: "1", Title: "Làm", Lead: "Sở", Partner: "Hội", Due: "Quý I", Level: "UBND", Cells: 6}},
		Insurance: []record.Insurance{{Origin: record.Origin{Line: 7, Field: "số", Raw: "8"}, Territory: "vn", Period: "2024-06", Scheme: "health", Sex: "T", AgeGroup: "15-24", Value: number("8"), Status: "A"},
			{Origin: record.Origin{Line: 8, Field: "số", Raw: ".."}, Territory: "vn", Period: "2024-07", Scheme: "health", Sex: "T", AgeGroup: "T", Empty: "dots", Status: "L"}},
		Refusals: []record.Refusal{{Origin: record.Origin{Sheet: "S", Cell: "C2", Row: 2, Col: 3, Raw: "?"}, Code: "number.unreadable", Args: []string{"x"}, Nearest: "y", Cells: 2, Label: "l", Header: "h"}},
		Findings: []record.Finding{{Origin: record.Origin{Sheet: "S", Cell: "B2", Row: 2, Col: 2, Raw: "5"}, Rule: "sex_total", Args: []string{"z"}, Expected: "4", Actual: "5"}},
	}
	batch, err := Encode(mem, file)
	if err != nil {
		t.Fatal(err)
	}
	defer batch.Release()
	want := []string{
		"kind=file source_sha256=abc territory_id=vn round_id=2014 form_code=D file_name=a\ufffd.xlsx file_type=xlsx body_name=Sở document=1/BC document_date=2013-07-01 title=T is_sample=true",
		"kind=sheet source_sha256=abc sheet=S hidden=true cells_read=9 loaded=4 quarantined=2 tables=2",
		"kind=skip source_sha256=abc sheet=S n=2 reason=header",
		"kind=skip source_sha256=abc sheet=S n=1 reason=title",
		"kind=observation source_sha256=abc sheet=S cell=B2 row_no=2 col_no=2 raw=5–6 label=l header=h hidden=false table_no=1 indicator_code=i territory_id=t period_id=2013 measure_type=plan sex=F area=U value=5 value_high=6.5 qualifier=about obs_status=A unit_code=u reported_unit=v round_id=2014 form_code=D note=n achieved_pct=103.3 achieved_cell=C2 achieved_raw=103,3%",
		"kind=observation source_sha256=abc sheet=S cell=B3 row_no=3 col_no=2 raw=- hidden=true table_no=2 indicator_code=i empty_kind=dash round_id=2014 form_code=D",
		"kind=task source_sha256=abc sheet=S cell=B4 row_no=4 col_no=2 raw=Làm hidden=false table_no=0 territory_id=vn n=6 task_number=1 task_title=Làm task_lead=Sở task_partner=Hội task_due=Quý I task_level=UBND",
		"kind=insurance source_sha256=abc cell=L7:số line_no=7 field=số raw=8 hidden=false territory_id=vn period_id=2024-06 sex=T scheme=health age_group=15-24 value=8 obs_status=A",
		"kind=insurance source_sha256=abc cell=L8:số line_no=8 field=số raw=.. hidden=false territory_id=vn period_id=2024-07 sex=T scheme=health age_group=T empty_kind=dots obs_status=L",
		"kind=quarantine source_sha256=abc sheet=S cell=C2 row_no=2 col_no=3 raw=? label=l header=h hidden=false territory_id=vn round_id=2014 form_code=D code=number.unreadable message_vi=Không đọc được con số: x message_en=The number can not be read: x nearest=y n=2",
		"kind=finding source_sha256=abc sheet=S cell=B2 row_no=2 col_no=2 raw=5 hidden=false code=sex_total message_vi=Nam cộng nữ không bằng tổng số: z message_en=Male and female do not add up to the total: z expected=4 actual=5",
	}
	if int(batch.NumRows()) != len(want) {
		t.Fatalf("%d rows", batch.NumRows())
	}
	for i, w := range want {
		if got := row(batch, i); got != w {
			t.Errorf("row %d\ngot  %s\nwant %s", i, got, w)
		}
	}
	c := count(batch)
	if c.Sheets != 1 || c.Tables != 2 || c.Read != 9 || c.Loaded != 4 || c.Quarantined != 2 || c.Skipped != 3 || c.Observations != 5 || c.Refusals != 1 || c.Findings != 1 || c.FileCode != "" || c.Reasons["number.unreadable"] != 1 {
		t.Errorf("%+v", c)
	}
}

// forgetful is memory that is overwritten when it is given back.
type forgetful struct{ *memory.CheckedAllocator }

func (f forgetful) Free(b []byte) {
	for i := range b {
		b[i] = 0xAA
	}
	f.CheckedAllocator.Free(b)
}

// A text that stands in several rows, one behind the other or not, is in each of them; between them is nothing. Each column keeps what it
// needs, whatever becomes of the batch.
func TestATextOfSeveralRowsIsInEachOfThem(t *testing.T) {
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer mem.AssertSize(t, 0)
	random := rand.New(rand.NewPCG(1, 2))
	text := func() string { return []string{"", "", "T", "T", "T", "Tổng số", "\xff"}[random.IntN(7)] }
	for rows := range 40 {
		f := &record.File{SHA256: "abc", Identity: record.Identity{Form: "D"}}
		for range rows {
			o := record.Observation{Label: text(), Header: text(), Sex: text()}
			if random.IntN(2) == 0 {
				o.Value = decimal.NewNullDecimal(decimal.NewFromInt(random.Int64N(3)))
			}
			f.Observations = append(f.Observations, o)
		}
		batch, err := Encode(forgetful{mem}, f)
		if err != nil {
			t.Fatal(err)
		}
		columns := map[column]arrow.Array{}
		for _, c := range []column{colSHA, colForm, colLabel, colHeader, colSex, colValue, colNote} {
			columns[c] = batch.Column(int(c))
			columns[c].Retain()
		}
		batch.Release()
		for i := range rows {
			o := &f.Observations[i]
			for c, want := range map[column]string{colSHA: "abc", colForm: "D", colLabel: o.Label, colHeader: o.Header, colSex: o.Sex, colNote: ""} {
				got := columns[c].(*array.String)
				if got.IsNull(i+1) != (want == "") || got.Value(i+1) != strings.ToValidUTF8(want, "\ufffd") {
					t.Errorf("%d rows: row %d says %q in column %d, want %q", rows, i, got.Value(i+1), c, want)
				}
			}
			if v := columns[colValue].(*array.Decimal128); v.IsNull(i+1) == o.Value.Valid || v.Value(i+1).ToString(Scale) != o.Value.Decimal.StringFixed(Scale) {
				t.Errorf("%d rows: row %d has the value %s, want %v", rows, i, v.ValueStr(i+1), o.Value)
			}
		}
		for _, c := range columns {
			c.Release()
		}
	}
}

func TestDecimalsAreExactOrRefused(t *testing.T) {
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer mem.AssertSize(t, 0)
	for text, want := range map[string]string{
		"0": "0", "1": "1", "-1.5": "-1.5", "0.1": "0.1", "1e3": "1000", "0e9000": "0", "1.500000000000000": "1.5",
		"999999999999999999.9999999999": "999999999999999999.9999999999", "-999999999999999999.9999999999": "-999999999999999999.9999999999",
		"0.0000000001": "0.0000000001", "0.00000000010000": "0.0000000001",
		"1000000000000000000": "", "0.00000000001": "", "-1e18": "", "1e9000": "", "1e-9000": "", "99999999999999999999999999999999999999999": "",
	} {
		n, err := toDecimal128(decimal.RequireFromString(text))
		if (err == nil) != (want != "") {
			t.Errorf("%s: error %v", text, err)
		}
		if err == nil && !decimal.NewFromBigInt(n.BigInt(), -Scale).Equal(decimal.RequireFromString(want)) {
			t.Errorf("%s becomes %s", text, n.ToString(Scale))
		}
		batch, encodeErr := Encode(mem, &record.File{Observations: []record.Observation{{Value: number(text)}}})
		if (encodeErr == nil) != (err == nil) {
			t.Errorf("%s: %v", text, encodeErr)
		}
		if encodeErr == nil {
			batch.Release()
		}
	}
	if _, err := toDecimal128(decimal.New(1, 2_000_000_000)); err == nil {
		t.Error("an exponent of two thousand million is no value")
	}
	if _, err := toDecimal128(decimal.New(1, -2_000_000_000)); err == nil {
		t.Error("nor is a negative one")
	}
}

func TestAnnexAndFeedGiveBatchesThatCountWhatTheFileCounts(t *testing.T) {
	b := newBench(t)
	p := b.pipeline()
	raws := []landing.Raw{b.land("Ha Giang 2014.xlsx", annex(t, "Hà Giang", 2014, 15200, 15600, 16000)), b.land("bhxh.csv", []byte(insuranceFeed))}
	for i, want := range []Counts{
		{Sheets: 1, Tables: 1, Observations: 6, Refusals: 3},
		{Sheets: 1, Tables: 1, Read: 12, Loaded: 1, Quarantined: 1, Skipped: 10, Observations: 1, Refusals: 1},
	} {
		r := b.one(p, raws[i])
		file := b.read(raws[i])
		got, s := r.Counts, file.Sheets[0]
		skipped := 0
		for _, n := range s.Skipped {
			skipped += n
		}
		if got.Observations != want.Observations || got.Refusals != want.Refusals || got.Sheets != want.Sheets || got.Tables != want.Tables || want.Read > 0 && got.Read != want.Read || want.Skipped > 0 && got.Skipped != want.Skipped {
			t.Errorf("%+v, want %+v", got, want)
		}
		if int(got.Read) != s.Read || int(got.Loaded) != s.Loaded || int(got.Quarantined) != s.Quarantined || int(got.Skipped) != skipped || got.Read != got.Loaded+got.Quarantined+got.Skipped {
			t.Errorf("%+v, but the file says %+v", got, s)
		}
	}
}

// Guards invariant 1: were a reader to lose a row, the pipeline would refuse to go on.
func TestALostCellIsAFaultOfTheProgram(t *testing.T) {
	f := &record.File{Name: "a.xlsx", Sheets: []record.Sheet{{Name: "S", Read: 3, Loaded: 2}}}
	if err := f.Check(); err == nil || !strings.Contains(err.Error(), `"S"`) {
		t.Error(err)
	}
	b := newBench(t)
	raw := b.land("Ha Giang 2014.xlsx", annex(t, "Hà Giang", 2014, 1, 2, 3))
	file := b.read(raw)
	if got := file.Sheets[0].Read; got != 28 { // what annex writes: a row that a reader drops is missing here
		t.Errorf("%d cells are read", got)
	}
}

func zipped(t *testing.T, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, content := range parts {
		p, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// ole is the beginning of an OLE2 container that names a stream.
func ole(stream string) []byte {
	b := append([]byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), make([]byte, 2048)...)
	b[30] = 9
	for i, c := range []byte(stream) {
		b[1024+2*i] = c
	}
	return b
}

// packedOtherwise is a workbook whose parts are said to be compressed by a method that no workbook uses.
func packedOtherwise(t *testing.T) []byte {
	b := annex(t, "Hà Giang", 2014, 1, 2, 3)
	for at := 0; ; {
		i := bytes.Index(b[at:], []byte("PK\x01\x02"))
		if i < 0 {
			return b
		}
		at += i + 4
		b[at+6] = 12
	}
}

func TestFilesThatCanNotBeReadAreRefusedWithTheirCode(t *testing.T) {
	b := newBench(t)
	good := annex(t, "Hà Giang", 2014, 1, 2, 3)
	for name, c := range map[string]struct {
		file    string
		content []byte
		code    string
	}{
		"nothing":                      {"a.xlsx", nil, "file.empty"},
		"a letter named workbook":      {"a.xlsx", []byte("Kính gửi: Bộ\nVề việc\n"), "file.not_workbook"},
		"a table without a table":      {"a.xls", []byte("x;y\n1;2\n"), "feed.mapping_unknown"},
		"a page named workbook":        {"a.xls", []byte("<html><body><table><tr><td>1</td></tr></table></body></html>"), "file.web_page"},
		"a PDF named workbook":         {"a.xlsm", []byte("%PDF-1.4\n"), "file.pdf"},
		"a scan":                       {"a.tif", []byte("II*\x00\x08\x00"), "file.image"},
		"a photo named workbook":       {"a.xlsx", []byte("\xff\xd8\xff\xe0"), "file.image"},
		"an old letter":                {"a.doc", ole("WordDocument"), "file.word_old"},
		"rich text named .doc":         {"a.doc", []byte(`{\rtf1\ansi x}`), "file.word_old"},
		"a binary workbook":            {"a.xlsb", zipped(t, map[string]string{"xl/workbook.bin": "x"}), "file.unsupported_xlsb"},
		"annexes in an archive":        {"a.xlsx", zipped(t, map[string]string{"Hà Giang.xlsx": "x"}), "file.archive"},
		"a line with commas":           {"a.xlsx", []byte("Kính gửi Bộ, xin gửi phụ lục sau.\n"), "file.not_workbook"},
		"a table of one line":          {"a.csv", []byte("a,b\n"), "feed.mapping_unknown"},
		"a damaged table":              {"a.csv", []byte("Phụ lục;\nTT;Chỉ tiêu\n1;\"x\n2;y\n"), "file.damaged"},
		"noise named workbook":         {"a.xlsx", []byte("\x01\x02\x03\x04\x05\x06\x07\x08"), "file.not_workbook"},
		"a PDF":                        {"a.pdf", []byte("%PDF-1.4\n"), "file.pdf"},
		"noise":                        {"a.bin", []byte("\x01\x02\x03\x04\x05\x06\x07\x08"), "file.unsupported"},
		"a letter":                     {"a.txt", []byte("Kính gửi: Bộ\nVề việc\n"), "file.no_table"},
		"a text document":              {"a.docx", zipped(t, map[string]string{"word/document.xml": "<a/>"}), "file.damaged"},
		"a workbook of Excel 4":        {"a.xls", []byte("\x09\x04\x06\x00\x00\x00\x10\x00\x00\x00"), "file.unsupported_xls"},
		"the same, renamed":            {"a.xlsx", []byte("\x09\x04\x06\x00\x00\x00\x11\x00\x00\x00"), "file.unsupported_xls"},
		"a damaged .xls":               {"a.xls", ole("Workbook"), "file.damaged"},
		"a workbook with a password":   {"a.xlsx", ole("EncryptedPackage"), "file.encrypted"},
		"a cut workbook":               {"a.xlsx", good[:len(good)/2], "file.truncated"},
		"an archive":                   {"a.zip", zipped(t, map[string]string{"a.txt": "x"}), "file.archive"},
		"a workbook without a part":    {"a.xlsx", zipped(t, map[string]string{"xl/styles.xml": "<a/>", "[Content_Types].xml": "<Types/>"}), "file.part_missing"},
		"a feed nobody described":      {"a.csv", []byte("x;y\n1;2\n"), "feed.mapping_unknown"},
		"JSON of any kind":             {"a.json", []byte(`{"a":1}`), "file.unsupported"},
		"a name that is no text":       {"\xff\xfe.pdf", []byte("%PDF-1.4\n"), "file.pdf"},
		"a name that climbs":           {"../../etc/passwd.pdf", []byte("%PDF-1.5\n"), "file.pdf"},
		"a name of another system":     {`C:\Users\x\a.pdf`, []byte("%PDF-1.6\n"), "file.pdf"},
		"a very long name":             {strings.Repeat("ộ", 5000) + ".pdf", []byte("%PDF-1.7\n"), "file.pdf"},
		"a damaged feed":               {"a.json", []byte(`{"dataset":{"dimension":{}`), "file.damaged"},
		"a dataset nobody described":   {"a.json", []byte(`{"dataset":{"id":["a"],"size":[1],"dimension":{"a":{"category":{"index":["x"]}}},"value":[1]}}`), "feed.mapping_unknown"},
		"a workbook packed otherwise":  {"a.xlsx", packedOtherwise(t), "file.unsupported"},
		"an open document spreadsheet": {"a.ods", append(zipped(t, map[string]string{"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}), 0), "file.part_missing"},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := os.CreateTemp(t.TempDir(), "")
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if _, err := f.Write(c.content); err != nil {
				t.Fatal(err)
			}
			kind, err := extract.DetectFile(f, int64(len(c.content)))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := f.Seek(0, io.SeekStart); err != nil {
				t.Fatal(err)
			}
			file, err := b.pipeline().Read(context.Background(), landing.Raw{SHA256: "00", Size: int64(len(c.content)), Type: kind}, c.file, f)
			if err != nil {
				t.Fatal(err)
			}
			if len(file.Refusals) != 1 || file.Refusals[0].Code != c.code || len(file.Observations) > 0 {
				t.Errorf("type %s: %+v", kind, file.Refusals)
			}
			if strings.ContainsAny(file.Name, `/\`) {
				t.Errorf("name %q", file.Name)
			}
			if _, ok := record.CodeOf(c.code); !ok {
				t.Errorf("%s is not registered", c.code)
			}
			batch, err := Encode(b.mem, file)
			if err != nil {
				t.Fatal(err)
			}
			defer batch.Release()
			if n := count(batch); strings.HasPrefix(c.code, "file.") && n.FileCode != c.code {
				t.Errorf("%+v", n)
			}
		})
	}
}

func TestAPanicOfAReaderRefusesOneFile(t *testing.T) {
	b := newBench(t)
	p := b.pipeline()
	p.reader = nil // what a fault of the program looks like
	raws := []landing.Raw{b.land("a.xlsx", annex(t, "Hà Giang", 2014, 1, 2, 3)), b.land("bhxh.csv", []byte(insuranceFeed))}
	results := b.run(p, raws...)
	if code := results[0].Counts.FileCode; code != "file.fault" || results[1].Counts.Observations != 1 {
		t.Errorf("%+v %+v", results[0].Counts, results[1].Counts)
	}
	for _, r := range results {
		r.Batch.Release()
	}
	if _, ok := record.CodeOf("file.fault"); !ok {
		t.Error("the code is not registered")
	}
}

// How delimited text is written is found, and said where nothing proves it.
func TestDelimitedTextSaysHowItsNumbersAreWritten(t *testing.T) {
	b := newBench(t)
	for numbers, want := range map[string]string{"1.234,5;1,5": ",", "1,234.5;1.5": ".", "1,234.5;1.234,5": ",.", "1234;5": "", "1.234;1.234": ""} {
		text := "Tỉnh Hà Giang;;;\nTT;Chỉ tiêu;ĐVT;TH 2018;KH 2019\n1;Số lao động được tạo việc làm;người;" + numbers + "\n2;Chỉ tiêu không ai biết;người;7;8\n"
		if d := b.read(b.land(numbers+".csv", []byte(text))).Dialect; d == nil || d.Decimal != want || d.Separator != ";" {
			t.Errorf("%s: %+v, want %q", numbers, d, want)
		}
	}
}

// Who sent twenty sheets must know which of them is refused.
func TestARefusedFileNamesTheSheet(t *testing.T) {
	b := newBench(t)
	b.opt.Limits = sheet.DefaultLimits()
	b.opt.Limits.Columns = 3
	f := b.read(b.land("a.xlsx", annex(t, "Hà Giang", 2014, 1, 2, 3)))
	got := f.Refusals[0].Message("vi")
	if want := `ô D4 nằm ngoài cột thứ 3; trang tính "Sheet1" (chi tiết kỹ thuật: xl/worksheets/sheet1.xml)`; len(f.Refusals) != 1 || !strings.HasSuffix(got, want) {
		t.Errorf("%s\nwant … %s", got, want)
	}
}

// A comment is no cell: it counts nowhere, but it takes part in what its cell means.
func TestCommentsOfAWorkbookReachTheirCells(t *testing.T) {
	b := newBench(t)
	f, err := excelize.OpenReader(bytes.NewReader(annex(t, "Hà Giang", 2014, 15200, 15800, 16000)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for cell, text := range map[string]string{"D6": "chưa gồm 2 huyện", "F6": "theo Quyết định của UBND tỉnh"} {
		if err := f.AddComment("Sheet1", excelize.Comment{Cell: cell, Author: "Sở", Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	var said bytes.Buffer
	if err := f.Write(&said); err != nil {
		t.Fatal(err)
	}
	plain, with := b.read(b.land("a.xlsx", annex(t, "Hà Giang", 2014, 15200, 15800, 16000))), b.read(b.land("b.xlsx", said.Bytes()))
	if p, w := plain.Sheets[0], with.Sheets[0]; p.Read != w.Read || w.Loaded != p.Loaded-1 || w.Quarantined != p.Quarantined+1 {
		t.Errorf("%+v without, %+v with comments", p, w)
	}
	for _, r := range with.Refusals {
		if r.Cell == "D6" && r.Code != "indicator.narrowed" {
			t.Error(r.Message("vi"))
		}
	}
	for _, o := range with.Observations {
		if want := `(ghi chú ở ô: "theo Quyết định của UBND tỉnh")`; o.Cell == "F6" && o.Note != want {
			t.Errorf("note %q, want %q", o.Note, want)
		}
	}
}

func TestTimeoutRefusesTheFileAndIsForgotten(t *testing.T) {
	b := newBench(t)
	for _, raw := range []landing.Raw{b.land("a.xlsx", annex(t, "Hà Giang", 2014, 1, 2, 3)), b.land("bhxh.csv", []byte(insuranceFeed))} {
		b.opt.Timeout = time.Nanosecond
		if r := b.one(b.pipeline(), raw); r.Counts.FileCode != "file.timeout" {
			t.Errorf("%+v", r.Counts)
		}
		b.opt.Timeout = 0
		if r := b.one(b.pipeline(), raw); r.Cached || r.Counts.Observations == 0 {
			t.Errorf("%+v", r.Counts)
		}
	}
}

// A long text over many cells is said again for each of them: the file is refused before that is written down, and is read when the limit is taken out.
func TestATextOverManyCellsIsNoBomb(t *testing.T) {
	f := excelize.NewFile()
	defer f.Close()
	if err := f.SetSheetRow("Sheet1", "A1", &[]any{"TT", "Chỉ tiêu", "Năm 2018 " + strings.Repeat("x y z ", 5000)}); err != nil {
		t.Fatal(err)
	}
	for r := 2; r <= 500; r++ {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", r), &[]any{r, "Lạ lùng", r}); err != nil {
			t.Fatal(err)
		}
	}
	var content bytes.Buffer
	if err := f.Write(&content); err != nil {
		t.Fatal(err)
	}
	b := newBench(t)
	raw := b.land("a.xlsx", content.Bytes())
	b.opt.Limits = sheet.DefaultLimits()
	b.opt.Limits.UnpackedBytes = 2 << 20
	b.opt.Limits.Ratio = 0
	if r := b.one(b.pipeline(), raw); r.Counts.FileCode != "file.limit" {
		t.Errorf("with the limit: %+v", r.Counts)
	}
	b.opt.Limits.UnpackedBytes = 0
	if r := b.one(b.pipeline(), raw); r.Counts.FileCode != "" || r.Counts.Quarantined == 0 {
		t.Errorf("without the limit: %+v", r.Counts)
	}
}

func TestCancelIsNoRefusal(t *testing.T) {
	b := newBench(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, raw := range []landing.Raw{b.land("a.xlsx", annex(t, "Hà Giang", 2014, 1, 2, 3)), b.land("bhxh.csv", []byte(insuranceFeed))} {
		if _, err := b.pipeline().Read(ctx, raw, "a", b.open(raw)); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
		if err := b.pipeline().Run(ctx, b.store, []landing.Raw{raw}, func(Result) error { return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
	}
}

func equalBatches(a, b arrow.RecordBatch) bool { return array.RecordEqual(a, b) }

func TestSecondRunTakesTheSameBatchFromTheCache(t *testing.T) {
	b := newBench(t)
	raw := b.land("a.xlsx", annex(t, "Hà Giang", 2014, 1, 2, 3))
	first := b.one(b.pipeline(), raw)
	if err := os.Remove(b.store.Path(raw.SHA256)); err != nil { // it must not be needed
		t.Fatal(err)
	}
	second := b.one(b.pipeline(), raw)
	if first.Cached || !second.Cached || !equalBatches(first.Batch, second.Batch) || fmt.Sprint(first.Counts) != fmt.Sprint(second.Counts) {
		t.Errorf("%+v %+v", first.Counts, second.Counts)
	}
}

func TestTheCacheIsAnArrowStream(t *testing.T) {
	b := newBench(t)
	p := b.pipeline()
	raw := b.land("a.xlsx", annex(t, "Hà Giang", 2014, 1, 2, 3))
	made := b.one(p, raw)
	f, err := os.Open(p.cacheFile(raw))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := ipc.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Release()
	if !r.Next() {
		t.Fatalf("another reader does not find the batch: %v", r.Err())
	}
	kept := r.RecordBatch()
	for i, field := range made.Batch.Schema().Fields() {
		column, at := made.Batch.Column(i), kept.Schema().FieldIndices(field.Name)
		switch {
		case column.NullN() == column.Len():
			if len(at) != 0 {
				t.Errorf("%s has no value and is kept", field.Name)
			}
		case len(at) != 1 || !array.Equal(kept.Column(at[0]), column):
			t.Errorf("another reader does not find %s", field.Name)
		}
	}
	if r.Next() || r.Err() != nil {
		t.Errorf("more than a batch: %v", r.Err())
	}
}

func TestAKeptBatchOfAnotherShapeIsRefused(t *testing.T) {
	names := array.NewStringBuilder(memory.DefaultAllocator)
	names.Append("x")
	column := names.NewArray()
	for name, fields := range map[string][]arrow.Field{
		"unknown column": {{Name: "other", Type: arrow.BinaryTypes.String, Nullable: true}},
		"another type":   {{Name: "value", Type: arrow.BinaryTypes.String, Nullable: true}},
		"given twice":    {{Name: "raw", Type: arrow.BinaryTypes.String, Nullable: true}, {Name: "raw", Type: arrow.BinaryTypes.String, Nullable: true}},
	} {
		batch := array.NewRecordBatch(arrow.NewSchema(fields, nil), slices.Repeat([]arrow.Array{column}, len(fields)), 1)
		if _, err := widen(memory.DefaultAllocator, batch); err == nil {
			t.Errorf("%s: taken for a batch", name)
		}
	}
}

func TestTheCacheIsUsedOnlyForWhatItWasMadeOf(t *testing.T) {
	b := newBench(t)
	raw := b.land("a.xlsx", annex(t, "Hà Giang", 2014, 1, 2, 3))
	other := b.land("b.xlsx", annex(t, "Hà Giang", 2014, 4, 5, 6))
	p := b.pipeline()
	want := b.one(p, raw)
	cached := func(p *Pipeline) bool { return b.one(p, raw).Cached }
	rewrite := func(change func([]byte) []byte) {
		t.Helper()
		data, err := os.ReadFile(p.cacheFile(raw))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p.cacheFile(raw), change(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if !cached(p) {
		t.Fatal("the cache is not used at all")
	}
	for name, change := range map[string]func([]byte) []byte{
		"empty":          func([]byte) []byte { return nil },
		"short":          func(b []byte) []byte { return b[:20] },
		"cut":            func(b []byte) []byte { return b[:len(b)-100] },
		"without sum":    func(b []byte) []byte { return b[:len(b)-32] },
		"zeros":          func(b []byte) []byte { clear(b[len(b)/2:]); return b },
		"one bit":        func(b []byte) []byte { b[len(b)/2] ^= 1; return b },
		"another object": func([]byte) []byte { return cacheOf(t, b, p, other) },
	} {
		rewrite(change)
		if r := b.one(p, raw); r.Cached || !equalBatches(r.Batch, want.Batch) {
			t.Errorf("%s: cached %v", name, r.Cached)
		}
		if !cached(p) {
			t.Errorf("%s: it was not replaced", name)
		}
	}

	renamed := raw
	renamed.Origins = []landing.Origin{{Name: "Ha Giang 2019.xlsx"}}
	if b.one(p, renamed).Cached {
		t.Error("another name of the object has the batch of the first")
	}
	b.opt.Refill = true
	if cached(b.pipeline()) {
		t.Error("refill reads the cache")
	}
	if !cached(b.pipeline().Again()) {
		t.Error("a second run reads again what the refill has read")
	}
	b.opt.Refill = false
	if p := b.pipeline(); p.Version() != b.pipeline().Version() {
		t.Error("the version is not stable")
	}
	b.opt.Limits = sheet.DefaultLimits()
	if !cached(b.pipeline()) {
		t.Error("the default limits said aloud are others")
	}
	user := t.TempDir()
	if err := os.WriteFile(filepath.Join(user, "indicator_synonyms.csv"), []byte("indicator_code,label,lang,parent_label,source\njobs_created,Chỉ tiêu không ai biết,vi,,test\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	cat, err := catalogue.Load(user)
	if err != nil {
		t.Fatal(err)
	}
	before := b.pipeline()
	b.opt.Catalogue = cat
	after := b.pipeline()
	r := b.one(after, raw)
	if before.Version() == after.Version() || r.Cached || equalBatches(r.Batch, want.Batch) {
		t.Errorf("another catalogue: version %s and %s, cached %v", before.Version(), after.Version(), r.Cached)
	}
	left, err := filepath.Glob(filepath.Join(b.opt.CacheDir, "*"+cacheSuffix+"*"))
	if err != nil || !slices.Equal(left, []string{after.cacheFile(raw)}) {
		t.Errorf("batches of other rules are left: %v %v", left, err)
	}
}

func cacheOf(t *testing.T, b *bench, p *Pipeline, raw landing.Raw) []byte {
	t.Helper()
	b.one(p, raw)
	data, err := os.ReadFile(p.cacheFile(raw))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestSweepTakesWhatTheProgramLeftAndNothingOfPeoples(t *testing.T) {
	b := newBench(t)
	raw := b.land("bhxh.csv", []byte(insuranceFeed))
	ours := strings.Repeat("0a", 32) + "-0123456789abcdef01234567"
	folder := ours + cacheSuffix
	if err := os.MkdirAll(filepath.Join(b.opt.CacheDir, folder), 0o755); err != nil {
		t.Fatal(err)
	}
	theirs := []string{"notes.txt", "old.arrows", ours + ".txt", "copy of " + ours + ".arrow"}
	for _, name := range append([]string{ours + ".arrow", ours + "0.arrows", ours + ".arrows.trace", ".batch-123"}, theirs...) {
		if err := os.WriteFile(filepath.Join(b.opt.CacheDir, name), []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	p := b.pipeline()
	b.one(p, raw)
	var names []string
	files, err := os.ReadDir(b.opt.CacheDir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		names = append(names, f.Name())
	}
	batch := filepath.Base(p.cacheFile(raw))
	want := append(theirs, batch, folder, rulesFile)
	if slices.Sort(want); !slices.Equal(names, want) {
		t.Errorf("left %q", names)
	}
}

func TestRunKeepsTheOrderOfRaws(t *testing.T) {
	b := newBench(t)
	var raws []landing.Raw
	for i := range 40 {
		name, content := fmt.Sprintf("%d.csv", i), []byte(fmt.Sprintf("%s2024-11;24;BB;%d\n", insuranceFeed, i))
		if i%8 == 0 { // the slow ones
			name, content = fmt.Sprintf("%d.xlsx", i), annex(t, "Hà Giang", 2014, i, 2, 3)
		}
		raws = append(raws, b.land(name, content))
	}
	b.opt.Workers = 8
	for _, cacheDir := range []string{"", b.opt.CacheDir, b.opt.CacheDir} {
		b.opt.CacheDir = cacheDir
		for i, r := range b.run(b.pipeline(), raws...) {
			if r.Raw.SHA256 != raws[i].SHA256 {
				t.Errorf("result %d is of another object", i)
			}
			if sha := r.Batch.Column(int(colSHA)).(*array.String).Value(0); sha != raws[i].SHA256 {
				t.Errorf("batch %d is of another object", i)
			}
			r.Batch.Release()
		}
	}
}

func TestRunStopsAtTheFirstErrorOfEach(t *testing.T) {
	b := newBench(t)
	var raws []landing.Raw
	for i := range 30 {
		raws = append(raws, b.land(fmt.Sprintf("%d.csv", i), []byte(fmt.Sprintf("%s2024-11;24;BB;%d\n", insuranceFeed, i))))
	}
	before := runtime.NumGoroutine()
	full := errors.New("the disk is full")
	calls := 0
	err := b.pipeline().Run(context.Background(), b.store, raws, func(r Result) error {
		defer r.Batch.Release()
		if calls++; calls == 5 {
			return full
		}
		return nil
	})
	if !errors.Is(err, full) || calls != 5 {
		t.Errorf("%v after %d calls", err, calls)
	}

	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var after atomic.Int64
	err = b.pipeline().Run(ctx, b.store, raws, func(r Result) error {
		r.Batch.Release()
		if ctx.Err() != nil {
			after.Add(1)
		}
		cancel()
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}

	missing := append(slices.Clone(raws[:3]), landing.Raw{SHA256: strings.Repeat("0", 64), Type: "csv"})
	err = b.pipeline().Run(context.Background(), b.store, missing, func(r Result) error { r.Batch.Release(); return nil })
	if err == nil || !strings.Contains(err.Error(), "0000") {
		t.Errorf("%v", err)
	}
	if b.mem.CurrentAlloc() != 0 {
		t.Errorf("%d bytes are held after runs that failed", b.mem.CurrentAlloc())
	}
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Errorf("%d goroutines, before %d", runtime.NumGoroutine(), before)
}

func TestNewRefusesHalfAPipeline(t *testing.T) {
	if _, err := New(Options{}); err == nil {
		t.Error("a pipeline without a catalogue")
	}
}

// Tests and their data change nothing that is read, so they are no part of the version; data files beside the code are.
func TestVersionIsOfSourcesOnly(t *testing.T) {
	names := map[string]bool{}
	for _, tree := range sourceTrees() {
		files, err := sourceFiles(tree)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			names[name] = true
			if strings.HasSuffix(name, "_test.go") || strings.Contains(name, "testdata") {
				t.Errorf("%s is part of the version", name)
			}
		}
	}
	for _, name := range []string{"batch.go", "layout/words.csv", "mapping/bhxh_participants.yaml", "rule/rules.csv", "record/codes.csv", "text/tcvn3.csv", "catalogue/match.go", "xlsx/cells.go", "feed/delimited.go", "sheet/sheet.go"} {
		if !names[name] {
			t.Errorf("%s is no part of the version", name)
		}
	}
}

func BenchmarkPipeline(b *testing.B) {
	bench := newBench(b)
	var raws []landing.Raw
	var size int64
	for i := range 63 {
		raw := bench.land(fmt.Sprintf("%d.xlsx", i), annex(b, "Hà Giang", 2014+i%7, 1000+i, 2000+i, 3000+i))
		raws, size = append(raws, raw), size+raw.Size
	}
	for _, c := range []struct {
		name   string
		refill bool
	}{{"read", true}, {"cached", false}} {
		b.Run(c.name, func(b *testing.B) {
			bench.opt.Refill, bench.opt.Workers = c.refill, 0
			p := bench.pipeline()
			b.SetBytes(size)
			for b.Loop() {
				if err := p.Run(context.Background(), bench.store, raws, func(r Result) error { r.Batch.Release(); return nil }); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
