package load

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"

	models "github.com/phuluc/phuluc/sql"
)

// row is one row of an input table; columns it does not name are NULL.
type row map[string]any

// made is a set of input rows: 4 provinces and the country, n observations out of as many yearly workbooks as needed.
type made map[string][]row

func madeRows(n int) made {
	m := made{
		"units":         {{"code": "percent", "name_vi": "phần trăm", "name_en": "percent", "quantity": "share", "factor": "1"}, {"code": "person", "name_vi": "người", "name_en": "persons", "quantity": "person", "factor": "1"}},
		"measure_types": {{"code": "actual", "name_vi": "thực hiện"}, {"code": "plan", "name_vi": "kế hoạch"}, {"code": "target", "name_vi": "mục tiêu"}},
		"territories":   {{"territory_id": "vn", "code": "VN", "name_vi": "Cả nước", "level": "country", "type": "nước"}, {"territory_id": "region:a", "code": "a", "name_vi": "Vùng A", "level": "region", "parent_id": "vn", "valid_to": "2025-10-04"}, {"territory_id": "region:a_2025", "code": "a_2025", "name_vi": "Vùng A", "level": "region", "parent_id": "vn", "valid_from": "2025-10-05"}},
		"rounds":        {{"round_id": "2014", "year": "2014", "kind": "plan", "letter_date": "2013-06-28", "due_date": "2013-07-12"}, {"round_id": "2015", "year": "2015", "kind": "plan"}},
		"meta":          {{"key": "rules_version", "value": "r1"}},
		"rules":         {{"code": "jump_previous_year", "severity": "warning", "text_vi": "nhảy vọt", "text_en": "jump"}, {"code": "province_vs_national", "severity": "warning", "text_vi": "cộng tỉnh", "text_en": "sum"}, {"code": "resubmission_changed", "severity": "warning", "text_vi": "gửi lại", "text_en": "sent again"}},
		"codes":         {{"code": "unit.unknown", "scope": "cell", "severity": "error", "message_vi": "đơn vị lạ", "message_en": "unit unknown", "try_vi": "sửa", "try_en": "correct"}},
	}
	const provinces, perFile = 4, 500
	for p := 1; p <= provinces; p++ {
		old, now := fmt.Sprintf("province:%02d@2004", p), fmt.Sprintf("province:%02d@2025", (p+1)/2)
		m["territories"] = append(m["territories"], row{"territory_id": old, "code": fmt.Sprintf("%02d", p), "name_vi": fmt.Sprintf("Tỉnh %d", p), "level": "province", "type": "tỉnh", "parent_id": "vn", "region_id": "region:a", "valid_from": "2004-01-01", "valid_to": "2025-06-30"})
		if p%2 == 1 {
			m["territories"] = append(m["territories"], row{"territory_id": now, "code": fmt.Sprintf("%02d", (p+1)/2), "name_vi": fmt.Sprintf("Tỉnh mới %d", p), "level": "province", "type": "tỉnh", "parent_id": "vn", "region_id": "region:a_2025", "valid_from": "2025-07-01"})
		}
		m["succession"] = append(m["succession"], row{"predecessor_id": old, "successor_id": now, "date": "2025-07-01", "kind": "merge", "legal_basis": "202/2025/QH15"})
	}
	const indicators, years = 100, 20
	for i := range indicators {
		m["indicators"] = append(m["indicators"], row{"code": fmt.Sprintf("indicator_%03d", i), "name_vi": fmt.Sprintf("Chỉ tiêu %d", i), "name_en": fmt.Sprintf("Indicator %d", i), "unit_code": "person", "domain": "employment", "value_kind": "count", "direction_good": "up", "aggregation": "sum"})
	}
	for i := range n {
		sha := fmt.Sprintf("%064x", i/perFile)
		if i%perFile == 0 {
			in := min(perFile, n-i)
			m["landed"] = append(m["landed"], row{"source_sha256": sha, "received_at": time.Date(2026, 1, 2, 3, 4, i/perFile%60, 0, time.UTC), "size_bytes": int64(1000), "origins": "a/x.xlsx\nb/x.xlsx"})
			m["record"] = append(m["record"],
				row{"kind": "file", "source_sha256": sha, "file_name": fmt.Sprintf("phu-luc-%d.xlsx", i/perFile), "file_type": "xlsx", "territory_id": "province:01@2004", "round_id": []string{"2014", "2015"}[i/perFile%2], "form_code": "D", "is_sample": true},
				row{"kind": "sheet", "source_sha256": sha, "sheet": "Biểu", "cells_read": int64(in + 3), "loaded": int64(in), "quarantined": int64(1), "tables": int32(1)},
				row{"kind": "skip", "source_sha256": sha, "sheet": "Biểu", "reason": "header", "n": int64(2)},
				row{"kind": "quarantine", "source_sha256": sha, "sheet": "Biểu", "cell": "Z1", "raw": "1,5 sào", "code": "unit.unknown", "message_vi": "đơn vị lạ", "message_en": "unit unknown", "n": int64(1)})
		}
		// Every fact comes back: n observations over 100 x 20 x 4 x 2 facts, so later files revise earlier ones.
		k := i
		indicator, k := k%indicators, k/indicators
		year, k := 2000+k%years, k/years
		province, k := 1+k%provinces, k/provinces
		at := i % perFile
		revised := 0 // one value in fifty changes when it comes back
		if i%50 == 0 {
			revised = i / 16_000
		}
		m["record"] = append(m["record"], row{"kind": "observation", "source_sha256": sha, "sheet": "Biểu",
			"cell": "B" + strconv.Itoa(at+5), "row_no": int32(at + 5), "col_no": int32(2), "raw": strconv.Itoa(i), "label": "Chỉ tiêu", "header": "TH " + strconv.Itoa(year), "hidden": false,
			"indicator_code": fmt.Sprintf("indicator_%03d", indicator), "territory_id": fmt.Sprintf("province:%02d@2004", province), "period_id": strconv.Itoa(year),
			"measure_type": []string{"actual", "plan"}[k%2], "sex": "T", "area": "T", "value": strconv.Itoa(1000 + i%16_000%97 + revised), "obs_status": "A", "unit_code": "person", "reported_unit": "person"})
	}
	return m
}

// inputs encodes the rows as Arrow, in batches of 4096, in the declared types.
func (m made) inputs(t testing.TB, mem memory.Allocator) []Input {
	t.Helper()
	tables, err := readDeclared(models.Files)
	if err != nil {
		t.Fatal(err)
	}
	var out []Input
	for _, d := range tables {
		rows, ok := m[d.name]
		if !ok {
			continue
		}
		out = append(out, Input{Name: d.name, Reader: func() array.RecordReader { return encode(t, mem, d, rows) }})
	}
	return out
}

func encode(t testing.TB, mem memory.Allocator, d declared, rows []row) array.RecordReader {
	types := map[string]arrow.DataType{"VARCHAR": arrow.BinaryTypes.String, "INTEGER": arrow.PrimitiveTypes.Int32, "BIGINT": arrow.PrimitiveTypes.Int64,
		"BOOLEAN": arrow.FixedWidthTypes.Boolean, "TIMESTAMP": arrow.FixedWidthTypes.Timestamp_us, "DECIMAL(28,10)": &arrow.Decimal128Type{Precision: 28, Scale: 10}}
	var fields []arrow.Field
	for _, c := range d.columns {
		fields = append(fields, arrow.Field{Name: c.name, Type: types[c.sqlType], Nullable: true})
	}
	schema := arrow.NewSchema(fields, nil)
	b := array.NewRecordBuilder(mem, schema)
	defer b.Release()
	var batches []arrow.RecordBatch
	flush := func() { batches = append(batches, b.NewRecordBatch()) }
	for n, r := range rows {
		for i, c := range d.columns {
			switch v := r[c.name].(type) {
			case nil:
				b.Field(i).AppendNull()
			case string:
				if f, ok := b.Field(i).(*array.Decimal128Builder); ok {
					x, err := decimal128.FromString(v, 28, 10)
					if err != nil {
						t.Fatal(err)
					}
					f.Append(x)
				} else {
					b.Field(i).(*array.StringBuilder).Append(v)
				}
			case int32:
				b.Field(i).(*array.Int32Builder).Append(v)
			case int64:
				b.Field(i).(*array.Int64Builder).Append(v)
			case bool:
				b.Field(i).(*array.BooleanBuilder).Append(v)
			case time.Time:
				b.Field(i).(*array.TimestampBuilder).AppendTime(v)
			default:
				t.Fatalf("%s.%s: %T", d.name, c.name, v)
			}
		}
		if n%4096 == 4095 {
			flush()
		}
	}
	flush()
	reader, err := array.NewRecordReader(schema, batches)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range batches {
		b.Release()
	}
	return reader
}

func (m made) shuffled(seed uint64) made {
	random := rand.New(rand.NewPCG(seed, 1))
	out := made{}
	for name, rows := range m {
		rows = append([]row(nil), rows...)
		random.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		out[name] = rows
	}
	return out
}

func buildMade(t testing.TB, m made, threads int, runID string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "g.duckdb")
	if _, err := Build(context.Background(), Options{Out: out, Threads: threads, Tables: m.inputs(t, memory.NewGoAllocator()), Models: models.Files, RunID: runID}); err != nil {
		t.Fatal(err)
	}
	return out
}

// Invariant 4: same landing, same rules, same tables, whatever the number of threads, the order of rows and the run.
func TestSameInputsGiveSameHashes(t *testing.T) {
	m := madeRows(8_000)
	var want []TableHash
	for i, threads := range []int{1, 2, 2} {
		got, err := Verify(t.Context(), buildMade(t, m.shuffled(uint64(i)), threads, fmt.Sprintf("run-%d", i)))
		if err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = got
			continue
		}
		if len(got) != len(want) {
			t.Fatalf("%d tables, then %d", len(want), len(got))
		}
		for k := range got {
			if got[k] != want[k] {
				t.Errorf("threads %d: %+v, before %+v", threads, got[k], want[k])
			}
		}
	}
}

// A changed value must change the hash of its table: a hash that is always equal would pass the test above.
func TestHashSeesOneChangedValue(t *testing.T) {
	m := madeRows(1000)
	before, err := Verify(t.Context(), buildMade(t, m, 2, "r"))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range m["record"] {
		if r["kind"] == "observation" {
			r["value"] = "1.5"
			break
		}
	}
	after, err := Verify(t.Context(), buildMade(t, m, 2, "r"))
	if err != nil {
		t.Fatal(err)
	}
	changed := map[string]bool{}
	for i := range before {
		if before[i] != after[i] {
			changed[before[i].Schema+"."+before[i].Name] = true
		}
	}
	if !changed["dw.fact_observation"] || changed["dw.dim_territory"] {
		t.Errorf("changed: %v", changed)
	}
}

func TestNoArrowMemoryIsLeftAfterABuild(t *testing.T) {
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer mem.AssertSize(t, 0)
	out := filepath.Join(t.TempDir(), "g.duckdb")
	if _, err := Build(t.Context(), Options{Out: out, Tables: madeRows(9_000).inputs(t, mem), Models: models.Files}); err != nil {
		t.Fatal(err)
	}
}

// Who clears the folder of a candidate must not take files from under an engine that still ends.
func TestNothingSpilledIsLeftAfterABuild(t *testing.T) {
	dir := t.TempDir()
	spill, spilled := filepath.Join(dir, "spill"), false
	_, err := Build(t.Context(), Options{Out: filepath.Join(dir, "g.duckdb"), Threads: 2, MemoryLimit: "150MB", TempDir: spill,
		Tables: madeRows(9_000).inputs(t, memory.NewGoAllocator()), Models: models.Files,
		Progress: func(string, int, int) {
			_, err := os.Lstat(spill)
			spilled = spilled || err == nil
		}})
	if err != nil || !spilled {
		t.Fatalf("spilled %v, %v", spilled, err)
	}
	if _, err := os.Lstat(spill); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder is still there: %v", err)
	}
}

// brokenReader fails in the middle of the stream.
type brokenReader struct {
	array.RecordReader
	left int
	err  error
}

func (b *brokenReader) Next() bool {
	b.left--
	return b.left >= 0 && b.RecordReader.Next()
}

func (b *brokenReader) Err() error {
	if b.left < 0 {
		return b.err
	}
	return b.RecordReader.Err()
}

// Invariant 2 of reliability: a stream that breaks off must never look like a short one.
func TestABrokenInputStreamFailsTheBuildAndLeavesNoFile(t *testing.T) {
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer mem.AssertSize(t, 0)
	broken := errors.New("the stream broke off")
	inputs := madeRows(20_000).inputs(t, mem)
	for i, in := range inputs {
		if in.Name == "record" {
			inputs[i].Reader = func() array.RecordReader { return &brokenReader{in.Reader(), 2, broken} }
		}
	}
	out := filepath.Join(t.TempDir(), "g.duckdb")
	_, err := Build(t.Context(), Options{Out: out, Tables: inputs, Models: models.Files})
	if err == nil {
		t.Fatal("a broken stream was loaded")
	}
	if _, err := os.Lstat(out); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the unfinished file is still there: %v", err)
	}
}

func TestBuildRefuses(t *testing.T) {
	exists := filepath.Join(t.TempDir(), "exists.duckdb")
	if err := os.WriteFile(exists, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	good := madeRows(10).inputs(t, memory.NewGoAllocator())
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		name   string
		ctx    context.Context
		out    string
		tables []Input
		want   string
	}{
		{"a file that exists", t.Context(), exists, good, "a generation is always a new file"},
		{"a folder that does not exist", t.Context(), filepath.Join(t.TempDir(), "no", "g.duckdb"), good, "No such file"},
		{"a table given twice", t.Context(), "", append(good[:len(good):len(good)], good[0]), "given twice"},
		{"a table nobody declared", t.Context(), "", []Input{{Name: "salaries", Reader: good[0].Reader}}, "not declared"},
		{"a table without its columns", t.Context(), "", []Input{{Name: "territories", Reader: good[len(good)-1].Reader}}, "is missing"},
		{"a context that has ended", cancelled, "", good, "canceled"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.out == "" {
				c.out = filepath.Join(t.TempDir(), "g.duckdb")
			}
			_, err := Build(c.ctx, Options{Out: c.out, Tables: c.tables, Models: models.Files})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
			if text, _ := os.ReadFile(c.out); c.out == exists && string(text) != "precious" {
				t.Error("the file that was there is gone")
			} else if _, err := os.Lstat(c.out); c.out != exists && !errors.Is(err, os.ErrNotExist) {
				t.Errorf("a file was left: %v", err)
			}
		})
	}
}
