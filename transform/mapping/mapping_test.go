package mapping

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/phuluc/phuluc/extract"
	"github.com/phuluc/phuluc/extract/feed"
	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/record"
)

func fixtures(t testing.TB) (*catalogue.Catalogue, *Set) {
	t.Helper()
	cat, err := catalogue.Load("")
	if err != nil {
		t.Fatal(err)
	}
	set, err := LoadSet("")
	if err != nil {
		t.Fatal(err)
	}
	return cat, set
}

func fileOf(t testing.TB, content string) *os.File {
	t.Helper()
	f, err := os.CreateTemp(t.TempDir(), "feed")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	if _, err := f.WriteString(content); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Seek(0, 0); err != nil {
		t.Fatal(err)
	}
	return f
}

func read(t testing.TB, cat *catalogue.Catalogue, set *Set, kind, content string) *record.File {
	t.Helper()
	f, err := set.Read(context.Background(), cat, "feed.csv", kind, fileOf(t, content))
	if err != nil {
		t.Fatal(err)
	}
	proveCounts(t, f)
	return f
}

// proveCounts holds a file to invariant 1: every field has one fate, and what is refused is listed.
func proveCounts(t testing.TB, f *record.File) {
	t.Helper()
	if err := f.Check(); err != nil {
		t.Error(err)
	}
	listed := 0
	for _, r := range f.Refusals {
		listed += r.Cells
		if _, ok := record.CodeOf(r.Code); !ok {
			t.Errorf("code %q is not registered", r.Code)
		}
	}
	for _, s := range f.Sheets {
		if s.Quarantined != listed || s.Loaded != len(f.Observations)+len(f.Insurance) {
			t.Errorf("%+v, but %d fields are listed as refused and %d values", s, listed, len(f.Observations)+len(f.Insurance))
		}
		for reason, n := range s.Skipped {
			if n < 0 {
				t.Errorf("skipped %s: %d", reason, n)
			}
		}
	}
}

const head = "thang;ma_tinh;ten_tinh;loai_hinh;gioi_tinh;nhom_tuoi;so_nguoi;nguon\r\n"

func insured(f *record.File) []string {
	var out []string
	for _, o := range f.Insurance {
		v := o.Empty // the kinds of emptiness stay apart
		if o.Value.Valid {
			v = o.Value.Decimal.String()
		}
		out = append(out, strings.Join([]string{o.Period, o.Territory, o.Scheme, o.Sex, o.AgeGroup, v, o.Status}, " "))
	}
	return out
}

func refused(f *record.File) []string {
	var out []string
	for _, r := range f.Refusals {
		out = append(out, fmt.Sprintf("%d %s=%s %s %s", r.Line, r.Field, r.Raw, r.Code, r.Nearest))
	}
	return out
}

func TestInsuranceFeedBecomesMonthlyCounts(t *testing.T) {
	cat, set := fixtures(t)
	for name, c := range map[string]struct {
		line             string
		loaded, quarrels []string
	}{
		"a count":                        {"12/2024;24;Bắc Giang;BHXH bắt buộc;Tổng;Tổng;480123;x", []string{"2024-12 province:24@2004 compulsory T T 480123 A"}, nil},
		"the country by 00":              {"2024-12;00;Toàn quốc;BHTN;;Tổng;15000000;x", nil, []string{"2 gioi_tinh= feed.field Chung"}},
		"the country":                    {"2024-12;00;Toàn quốc;BHTN;Tổng;Tổng;15000000;x", []string{"2024-12 vn unemployment T T 15000000 A"}, nil},
		"dots for thousands":             {"202412;24;;BHYT;Nữ;15-24;1.000;x", []string{"2024-12 province:24@2004 health F 15-24 1000 A"}, nil},
		"ages as written":                {"202412;24;;BHYT;Nữ;60+;7;x", []string{"2024-12 province:24@2004 health F 60+ 7 A"}, nil},
		"code without its zero":          {"202412;1;Hà Nội;TN;Nam;Tổng;7;x", []string{"2024-12 province:01@2004 voluntary M T 7 A"}, nil},
		"nil":                            {"202412;24;;TN;Nam;Tổng;-;x", []string{"2024-12 province:24@2004 voluntary M T dash A"}, nil},
		"not collected":                  {"202412;24;;TN;Nam;Tổng;...;x", []string{"2024-12 province:24@2004 voluntary M T ellipsis L"}, nil},
		"blank":                          {"202412;24;;TN;Nam;Tổng; ;x", nil, nil},
		"code and name differ":           {"202412;24;Hà Nội;TN;Nam;Tổng;7;x", nil, []string{"2 ma_tinh=24 territory.ambiguous 01"}},
		"a province's code, the country": {"202412;24;Cả nước;TN;Nam;Tổng;7;x", nil, []string{"2 ma_tinh=24 territory.ambiguous VN"}},
		"unknown code":                   {"202412;99;;TN;Nam;Tổng;7;x", nil, []string{"2 ma_tinh=99 territory.unknown "}},
		"unknown name":                   {"202412;;Bắc Gian;TN;Nam;Tổng;7;x", nil, []string{"2 ten_tinh=Bắc Gian territory.unknown Bắc Giang"}},
		"a province of the past":         {"2025-08;;Bắc Giang;TN;Nam;Tổng;7;x", nil, []string{"2 ten_tinh=Bắc Giang territory.unknown "}},
		"a province before its end":      {"2008-07;28;;TN;Nam;Tổng;7;x", []string{"2008-07 province:28@2004 voluntary M T 7 A"}, nil},
		"unknown scheme":                 {"202412;24;;Bắt buôc;Nam;Tổng;7;x", nil, []string{"2 loai_hinh=Bắt buôc feed.field Bắt buộc"}},
		"unknown age":                    {"202412;24;;TN;Nam;trẻ;7;x", nil, []string{"2 nhom_tuoi=trẻ feed.field Chung"}},
		"ages of letters":                {"202412;24;;TN;Nam;15-x;7;x", nil, []string{"2 nhom_tuoi=15-x feed.field Chung"}},
		"ages from a letter":             {"202412;24;;TN;Nam;x-15;7;x", nil, []string{"2 nhom_tuoi=x-15 feed.field Chung"}},
		"ages for a sex":                 {"202412;24;;TN;15-24;Tổng;7;x", nil, []string{"2 gioi_tinh=15-24 feed.field Nam"}},
		"ages backwards":                 {"202412;24;;TN;Nam;24-15;7;x", nil, []string{"2 nhom_tuoi=24-15 feed.field Chung"}},
		"a fraction of a person":         {"202412;24;;TN;Nam;Tổng;7,5;x", nil, []string{"2 so_nguoi=7,5 value.type "}},
		"fewer than nobody":              {"202412;24;;TN;Nam;Tổng;-7;x", nil, []string{"2 so_nguoi=-7 value.type "}},
		"text":                           {"202412;24;;TN;Nam;Tổng;7 người;x", nil, []string{"2 so_nguoi=7 người number.unreadable "}},
		"a range":                        {"202412;24;;TN;Nam;Tổng;7-9;x", nil, []string{"2 so_nguoi=7-9 number.unreadable "}},
		"infinity":                       {"202412;24;;TN;Nam;Tổng;1e9999;x", nil, []string{"2 so_nguoi=1e9999 number.unreadable "}},
		"a year":                         {"2024;24;;TN;Nam;Tổng;7;x", nil, []string{"2 thang=2024 feed.field "}},
		"a month without a century":      {"0001-05;24;;TN;Nam;Tổng;7;x", nil, []string{"2 thang=0001-05 feed.field "}},
		"a month long ago":               {"1989-05;24;;TN;Nam;Tổng;7;x", []string{"1989-05 province:24@2004 voluntary M T 7 A"}, nil},
		"a month that is none":           {"13/2024;24;;TN;Nam;Tổng;7;x", nil, []string{"2 thang=13/2024 feed.field "}},
		"every fault at once": {"13/2024;24;Hà Nội;?;x;y;z;x", nil, []string{
			"2 thang=13/2024 feed.field ", "2 loai_hinh=? feed.field BB", "2 gioi_tinh=x feed.field Nam", "2 nhom_tuoi=y feed.field Chung", "2 so_nguoi=z number.unreadable ",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			f := read(t, cat, set, "csv", head+c.line+"\r\n")
			if got := insured(f); !reflect.DeepEqual(got, c.loaded) {
				t.Errorf("loaded %q, want %q", got, c.loaded)
			}
			got := refused(f)
			if strings.HasPrefix(name, "ages ") || name == "unknown age" || name == "every fault at once" || name == "the country by 00" {
				for i := range got { // which word is nearest to nonsense does not matter
					got[i], c.quarrels[i] = got[i][:strings.LastIndex(got[i], " ")], c.quarrels[i][:strings.LastIndex(c.quarrels[i], " ")]
				}
			}
			if !reflect.DeepEqual(got, c.quarrels) {
				t.Errorf("refused %q, want %q", got, c.quarrels)
			}
		})
	}
}

func TestRepeatedRecordsLoadOnceAndContradictionsAreRefused(t *testing.T) {
	cat, set := fixtures(t)
	f := read(t, cat, set, "csv", head+
		"12/2024;24;;BB;Tổng;Tổng;5;x\n"+
		"2024-12;24;Bắc Giang;BHXH bắt buộc;Chung;Chung;5;y\n"+
		"12/2024;24;;BB;Tổng;Tổng;6;x\n"+
		"one field\n"+
		"12/2024;24;;TN;Tổng;Tổng;5;x\n")
	if got := insured(f); len(got) != 2 {
		t.Errorf("loaded %q", got)
	}
	want := []string{"4 so_nguoi=6 value.duplicate ", "5 =one field feed.record "}
	if got := refused(f); !reflect.DeepEqual(got, want) {
		t.Errorf("refused %q", got)
	}
	if s := f.Sheets[0]; s.Skipped[skipRepeat] != 1 || s.Skipped[skipHeader] != 8 || s.Skipped[skipUnmapped] != 4 {
		t.Errorf("%+v", s)
	}
	for _, second := range []string{"-", "…"} { // nobody, and nobody knows
		f := read(t, cat, set, "csv", head+"12/2024;24;;BB;Tổng;Tổng;0;x\n12/2024;24;;BB;Tổng;Tổng;"+second+";x\n12/2024;24;;BB;Tổng;Tổng;0;x\n")
		if got := refused(f); len(insured(f)) != 1 || !slices.Equal(got, []string{"3 so_nguoi=" + second + " value.duplicate "}) {
			t.Errorf("%s after 0: %q, %q", second, insured(f), got)
		}
	}
	if f := read(t, cat, set, "csv", head+"12/2024;24;;BB;Tổng;Tổng;-;x\n12/2024;24;;BB;Tổng;Tổng;…;x\n"); len(insured(f)) != 1 || len(f.Refusals) != 1 {
		t.Errorf("… after -: %q, %q", insured(f), refused(f))
	}
}

// What a user's feed says of the same thing twice must be the same in every respect; what it does not say is not made up.
func TestObservationsOfAUsersFeed(t *testing.T) {
	cat, _ := fixtures(t)
	set, err := user(t, map[string]string{
		"calls.yaml": calls, "archive.yaml/old.txt": "a folder",
		"groups.yaml": `name: groups
title_vi: a
title_en: b
format: delimited
kind: observation
columns: {period: [nam], territory: [noi], value: [tri], group: [nhom], indicator: [ma], measure: [loai]}
required: [period, territory, value, group]
unit: person
values: {group: {Chung: {sex: T}, Nam: {sex: M}, Nữ ở quê: {sex: F, area: R}}, measure: {kh: plan, th: actual, tt: actual}}
`})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ content, loaded, refused string }{
		"a column twice that nobody reads": {"thang,tinh,so,gioi,x,x\n2019,Bắc Giang,7,T,,\n",
			"so population_avg province:24@2004 2019 actual T T 0.007 A thousand_person", ""},
		"no period": {"thang,tinh,so,gioi\nsoon,Bắc Giang,7,T\n", "", "2 thang=soon feed.field "},
		"told twice, in two ways": {"thang,tinh,so,gioi\n2019,Bắc Giang,7,T\nSơ bộ 2019,Bắc Giang,7,T\n2018,Bắc Giang,-,T\n2018,Bắc Giang,..,T\n2017,Bắc Giang,-,T\n2017,Bắc Giang,0,T\n",
			"so population_avg province:24@2004 2019 actual T T 0.007 A thousand_person so population_avg province:24@2004 2018 actual T T dash A thousand_person so population_avg province:24@2004 2017 actual T T dash A thousand_person",
			"3 so=7 value.duplicate  5 so=.. value.duplicate  7 so=0 value.duplicate "},
		"numbers of one style": {"thang,tinh,so,gioi\n2019,Bắc Giang,\"1,234.5\",T\n2018,Bắc Giang,\"1.234,5\",T\n2017,Bắc Giang,\"1,234\",T\n2016,Bắc Giang,\"0,00000001\",T\n",
			"so population_avg province:24@2004 2019 actual T T 1.2345 A thousand_person so population_avg province:24@2004 2018 actual T T 1.2345 A thousand_person",
			"4 so=1,234 number.ambiguous  5 so=0,00000001 number.unreadable "},
		"groups": {"nam,noi,tri,nhom,ma,loai\n2019,Bắc Giang,7,Nữ ở quê,population_avg,th\n2019,Bắc Giang,7,Chung,jobs_created_female,kh\n2019,Bắc Giang,7,Nam,jobs_created_female,kh\n2019,Bắc Giang,7,Chung,,th\n2019,Bắc Giang,7,Chung,strikes,th\n2019,Bắc Giang,7,Chung,none_such,th\n2019,Bắc Giang,7,Chung,jobs_created,xx\n",
			"tri population_avg province:24@2004 2019 actual F R 0.007 A thousand_person tri jobs_created_female province:24@2004 2019 plan T T 7 A person",
			"4 tri=7 header.conflict  5 ma= feed.field  6 tri=7 unit.conflict  7 ma=none_such indicator.unknown  8 loai=xx feed.field kh"},
	} {
		for range 8 { // of equally near words the first is proposed, whatever the order in which they are looked at
			f := read(t, cat, set, "csv", c.content)
			if got := strings.Join(observed(f), " "); got != c.loaded {
				t.Errorf("%s: loaded %s", name, got)
			}
			if got := strings.Join(refused(f), " "); got != c.refused {
				t.Errorf("%s: refused %s", name, got)
			}
		}
	}
	set, err = user(t, map[string]string{"calls.yaml": strings.Replace(calls, "unit: person", "unit: none_such", 1)})
	if err != nil {
		t.Fatal(err)
	}
	if f := read(t, cat, set, "csv", "thang,tinh,so,gioi\n2019,Bắc Giang,7,T\n"); len(f.Refusals) != 1 || f.Refusals[0].Code != "unit.unknown" {
		t.Errorf("%q", refused(f))
	}
	set, err = user(t, map[string]string{"plain.yaml": `name: plain
title_vi: a
title_en: b
format: delimited
kind: insurance
columns: {period: [thang], territory: [tinh], value: [so], scheme: [loai], age_group: [tuoi]}
required: [period, territory, value]
unit: person
`})
	if err != nil {
		t.Fatal(err)
	}
	f := read(t, cat, set, "csv", "thang,tinh,so,loai,tuoi\n2019-05,Bắc Giang,7,health,từ 15 tuổi\n2019-06,Bắc Giang,7,health,\n")
	if got := strings.Join(insured(f), " "); got != "2019-05 province:24@2004 health T từ 15 tuổi 7 A" || strings.Join(refused(f), "") != "3 tuoi= feed.field " {
		t.Errorf("%q, %q", got, refused(f))
	}
}

// Guards invariant 3 for feeds.
func TestEveryAddressReadsBackItsText(t *testing.T) {
	cat, set := fixtures(t)
	content := head + "12/2024;24;;BB;Tổng;Tổng;5;x\n12/2024;\"24\";;BB;?;Tổng;\"7\";x\nbad \xff line\n12/2024;25;;BB;\"To\nng\";Tổng;7;x\n"
	f := read(t, cat, set, "csv", content)
	var all []record.Origin
	for _, o := range f.Insurance {
		all = append(all, o.Origin)
	}
	for _, r := range f.Refusals {
		all = append(all, r.Origin)
	}
	if len(all) != 4 {
		t.Errorf("%d addresses", len(all))
	}
	for _, o := range all {
		got, err := feed.Again(context.Background(), strings.NewReader(content), "csv", o.Line, o.Field)
		if err != nil || got != o.Raw {
			t.Errorf("L%d:%s gives %q, %v, not %q", o.Line, o.Field, got, err, o.Raw)
		}
	}
}

const population = `{"dataset":{"label":"Average population by province, sex and residence by Cities, provincies, Year and Average population(*)",
"dimension":{"Cities, provincies":{"label":"Cities, provincies","category":{"index":{"0":0,"1":1,"2":2},"label":{"0":"WHOLE COUNTRY","1":"Ha Noi","2":"Atlantis"}}},
"Year":{"label":"Year","category":{"index":["a","b"],"label":{"a":"2010","b":"Prel. 2019"}}},
"Average population":{"label":"Average population","category":{"index":["t","f"],"label":{"t":"Total","f":"Female"}}}},
"id":["Cities, provincies","Year","Average population"],"size":[3,2,2],"status":{"3":null,"1":"e","2":"confidential"},
"value":[87067.3,44024.100000000006,96484,null,6617.9,3000,8093.9,4000,1,null,2,"x"]}}` + "\x00"

func observed(f *record.File) []string {
	var out []string
	for _, o := range f.Observations {
		v := o.Empty
		if o.Value.Valid {
			v = o.Value.Decimal.String()
		}
		out = append(out, strings.TrimSpace(strings.Join([]string{o.Field, o.Indicator, o.Territory, o.Period, o.Measure, o.Sex, o.Area, v, o.Status, o.Unit, o.Note}, " ")))
	}
	return out
}

func TestDatasetBecomesObservations(t *testing.T) {
	cat, set := fixtures(t)
	f := read(t, cat, set, "json-stat", population)
	want := []string{
		"value[0] population_avg vn 2010 actual T T 87067.3 A thousand_person",
		"value[1] population_avg vn 2010 actual F T 44024.1 E thousand_person",
		"value[2] population_avg vn 2019 actual T T 96484 P thousand_person status: confidential",
		"value[3] population_avg vn 2019 actual F T dots L thousand_person",
		"value[4] population_avg province:01@2004 2010 actual T T 6617.9 A thousand_person",
		"value[5] population_avg province:01@2004 2010 actual F T 3000 A thousand_person",
		"value[6] population_avg province:01@2004 2019 actual T T 8093.9 P thousand_person",
		"value[7] population_avg province:01@2004 2019 actual F T 4000 P thousand_person",
	}
	if got := observed(f); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	var codes []string
	for _, r := range f.Refusals {
		codes = append(codes, r.Field+" "+r.Code+" "+r.Raw)
	}
	if want := []string{"value[8] territory.unknown 1", "value[10] territory.unknown 2", `value[11] territory.unknown "x"`}; !slices.Equal(codes, want) {
		t.Errorf("refused %q", codes)
	}
	if f.Sheets[0].Skipped[skipBlank] != 1 {
		t.Errorf("%+v", f.Sheets[0])
	}
	for _, o := range f.Observations {
		if got, err := feed.Again(context.Background(), strings.NewReader(population), "json-stat", o.Line, o.Field); err != nil || got != o.Raw {
			t.Errorf("%s gives %q, %v, not %q", o.Field, got, err, o.Raw)
		}
	}
}

// The statistics office's own answers load without a loss.
func TestPublishedDatasetsLoad(t *testing.T) {
	dir := os.Getenv("PHULUC_SHARED")
	if dir == "" {
		dir = "../../../shared"
	}
	cat, set := fixtures(t)
	for name, least := range map[string]int{"V02.34.vi.json": 500, "E02.03-07.json": 3000} {
		f, err := os.Open(filepath.Join(dir, "data", "pxweb", name))
		if err != nil {
			t.Skip("the published data are not at hand")
		}
		defer f.Close()
		out, err := set.Read(context.Background(), cat, name, "json-stat", f)
		if err != nil {
			t.Fatal(err)
		}
		proveCounts(t, out)
		if len(out.Observations) < least || len(out.Refusals) > 0 {
			t.Errorf("%s: %d values, %d refused, the first %q", name, len(out.Observations), len(out.Refusals), refused(out)[:min(3, len(out.Refusals))])
		}
	}
}

func TestTwoCategoriesOfOneMeaningDoNotLoadTwice(t *testing.T) {
	cat, set := fixtures(t)
	const tpl = `{"id":["Địa phương","Năm"],"size":[2,1],"label":"Lực lượng lao động từ 15 tuổi trở lên phân theo địa phương",
"dimension":{"Địa phương":{"category":{"index":["a","b"],"label":{"a":"Hà Nội","b":"Thành phố Hà Nội"}}},"Năm":{"category":{"index":["x"],"label":{"x":"2019"}}}},"value":[1,%d]}`
	if f := read(t, cat, set, "json-stat", fmt.Sprintf(tpl, 1)); len(f.Observations) != 1 || f.Sheets[0].Skipped[skipRepeat] != 1 {
		t.Errorf("%q %q", observed(f), refused(f))
	}
	if f := read(t, cat, set, "json-stat", fmt.Sprintf(tpl, 2)); len(f.Observations) != 1 || len(f.Refusals) != 1 || f.Refusals[0].Code != "value.duplicate" {
		t.Errorf("%q %q", observed(f), refused(f))
	}
}

func TestWholeFeedsAreRefusedWithAReason(t *testing.T) {
	cat, set := fixtures(t)
	for name, c := range map[string]struct{ file, kind, content, code string }{
		"unknown columns":   {"a.csv", "csv", "a;b\n1;2\n", "feed.mapping_unknown"},
		"a long header":     {"a.csv", "csv", strings.Repeat("ộ", 200) + ";b\n1;2\n", "feed.mapping_unknown"},
		"a column twice":    {"a.csv", "csv", "thang;ma_tinh;loai_hinh;so_nguoi;THANG\n1;2;3;4;5\n", "feed.mapping_unknown"},
		"the value twice":   {"a.csv", "csv", "thang;ma_tinh;loai_hinh;so_nguoi;SO_NGUOI\n1;2;3;4;5\n", "feed.mapping_unknown"},
		"a letter":          {"a.txt", "text", "Kính gửi\nCăn cứ\n", "file.unsupported"},
		"one column":        {"a.csv", "text", "Kính gửi\nCăn cứ\n", "feed.mapping_unknown"},
		"binary":            {"a.csv", "text", "\x00\x00;\n", "file.unsupported"},
		"a line too long":   {"a.csv", "csv", head + strings.Repeat("x", 2<<20), "file.damaged"},
		"any JSON":          {"a.json", "json", `{"a":1}`, "file.unsupported"},
		"damaged JSON-stat": {"a.json", "json-stat", `{"dataset":{"id":["a"]`, "file.damaged"},
		"an unknown label":  {"a.json", "json-stat", `{"id":["a"],"size":[1],"dimension":{"a":{"category":{"index":["x"]}}},"value":[1],"label":"Rice"}`, "feed.mapping_unknown"},
		"another dimension": {"a.json", "json-stat", strings.ReplaceAll(population, `"Year"`, `"Tide"`), "feed.mapping_unknown"},
	} {
		_, err := set.Read(context.Background(), cat, c.file, c.kind, fileOf(t, c.content))
		var refusal *Error
		if !errors.As(err, &refusal) || refusal.Code != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
			continue
		}
		if _, ok := record.CodeOf(refusal.Code); !ok || !strings.Contains(refusal.Error(), refusal.Code) || strings.ContainsRune(refusal.Detail, '\ufffd') {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTooManyRecordsAreRefused(t *testing.T) {
	if testing.Short() {
		t.Skip("reads a million records")
	}
	cat, set := fixtures(t)
	content := "thang;ma_tinh;loai_hinh;so_nguoi\n" + strings.Repeat("1\n", maxRecords+1)
	_, err := set.Read(context.Background(), cat, "a.csv", "csv", fileOf(t, content))
	var refusal *Error
	if !errors.As(err, &refusal) || refusal.Code != "file.limit" {
		t.Error(err)
	}
}

func TestReadingStopsWhenCancelled(t *testing.T) {
	cat, set := fixtures(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for kind, content := range map[string]string{"csv": head + "1\n", "json-stat": population} {
		if _, err := set.Read(ctx, cat, "a", kind, fileOf(t, content)); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

const insurance = `name: a
format: delimited
kind: insurance
unit: person
columns: {period: [a], territory: [b], scheme: [c], value: [d]}
required: [value]
`

const dataset = `name: a
format: json-stat
kind: observation
label_starts_with: L
dimensions: {period: [p], territory_code: [t]}
indicator: population_avg
measure: actual
unit: person
`

const calls = `name: calls
title_vi: a
title_en: b
format: delimited
kind: observation
columns: {period: [thang], territory: [tinh], value: [so], sex: [gioi]}
required: [period, territory, value]
indicator: population_avg
measure: actual
unit: person
`

func user(t *testing.T, files map[string]string) (*Set, error) {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, "feeds", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return LoadSet(dir)
}

func TestUserFolderAddsAndReplaces(t *testing.T) {
	cat, embedded := fixtures(t)
	set, err := user(t, map[string]string{"calls.yml": calls, "notes.txt": "not a mapping"})
	if err != nil {
		t.Fatal(err)
	}
	if len(set.mappings) != len(embedded.mappings)+1 || set.Version() == embedded.Version() {
		t.Errorf("%d mappings", len(set.mappings))
	}
	f := read(t, cat, set, "csv", "thang,tinh,so,gioi\n2019,Bắc Giang,\"1.234\",T\n2019,Bắc Giang,1234567,F\n2018,Bắc Giang,1.5,M\n2017,Bắc Giang,7,T\n2016,Bắc Giang,7,X\n2015,Bắc Giang,,T\n")
	want := []string{
		"so population_avg province:24@2004 2019 actual F T 1234.567 A thousand_person",
		"so population_avg province:24@2004 2018 actual M T 0.0015 A thousand_person",
		"so population_avg province:24@2004 2017 actual T T 0.007 A thousand_person",
	}
	if got := observed(f); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if got := refused(f); !slices.Equal(got, []string{"2 so=1.234 number.ambiguous ", "6 gioi=X feed.field T, F, M"}) {
		t.Errorf("%q", got)
	}
	if got := f.Sheets[0].Skipped[skipBlank]; got != 1 {
		t.Errorf("%d blank", got)
	}
	for style, value := range map[string]string{"vietnamese": "1.234", "english": "0.001234"} {
		set, err := user(t, map[string]string{"calls.yaml": calls + "numbers: " + style + "\n"})
		if err != nil {
			t.Fatal(err)
		}
		f := read(t, cat, set, "csv", "thang,tinh,so,gioi\n2019,Bắc Giang,1.234,T\n")
		if got := observed(f); len(got) != 1 || !strings.Contains(got[0], " "+value+" ") {
			t.Errorf("%s: %q %q", style, got, refused(f))
		}
	}
	restricted, err := user(t, map[string]string{"calls.yaml": strings.Replace(calls, "population_avg", "jobs_created_female", 1)})
	if err != nil {
		t.Fatal(err)
	}
	f = read(t, cat, restricted, "csv", "thang,tinh,so,gioi\n2019,Bắc Giang,5,F\n2018,Bắc Giang,6,M\n")
	if got := observed(f); !slices.Equal(got, []string{"so jobs_created_female province:24@2004 2019 actual T T 5 A person"}) {
		t.Errorf("%q", got)
	}
	if got := refused(f); !slices.Equal(got, []string{"3 gioi=M header.conflict "}) {
		t.Errorf("%q", got)
	}
	whole, err := user(t, map[string]string{"calls.yaml": strings.Replace(calls, "population_avg", "jobs_created", 1)})
	if err != nil {
		t.Fatal(err)
	}
	f = read(t, cat, whole, "csv", "thang,tinh,so,gioi\n2019,Bắc Giang,5,F\n")
	if got := observed(f); !slices.Equal(got, []string{"so jobs_created_female province:24@2004 2019 actual T T 5 A person"}) {
		t.Errorf("an annex calls it jobs_created_female, the feed %q", got)
	}
	replaced, err := user(t, map[string]string{"x.yaml": strings.Replace(calls, "name: calls", "name: bhxh_participants", 1)})
	if err != nil || len(replaced.mappings) != len(embedded.mappings) {
		t.Errorf("%v", err)
	}
}

func TestTwoMappingsThatFitAreNotChosenByLuck(t *testing.T) {
	cat, _ := fixtures(t)
	other := strings.Replace(calls, "name: calls", "name: other", 1)
	const content = "thang,tinh,so,gioi\n2019,Bắc Giang,1,T\n"
	set, err := user(t, map[string]string{"a.yaml": calls, "b.yaml": other})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := set.Read(context.Background(), cat, "a.csv", "csv", fileOf(t, content)); err == nil || !strings.Contains(err.Error(), "calls and other") {
		t.Errorf("%v", err)
	}
	set, err = user(t, map[string]string{"a.yaml": calls, "b.yaml": strings.Replace(other, "value]", "value, sex]", 1)})
	if err != nil {
		t.Fatal(err)
	}
	if f := read(t, cat, set, "csv", content); f.Identity.Form != "other" {
		t.Errorf("read by %s", f.Identity.Form)
	}
	set, err = user(t, map[string]string{"a.yaml": strings.Replace(calls, "value]", "value, sex]", 1), "b.yaml": other})
	if err != nil {
		t.Fatal(err)
	}
	if f := read(t, cat, set, "csv", content); f.Identity.Form != "calls" {
		t.Errorf("read by %s", f.Identity.Form)
	}
}

func TestMappingErrorsNameTheFileAndTheFault(t *testing.T) {
	edit := func(old, new string) string {
		if !strings.Contains(calls, old) {
			t.Fatalf("%q is not in the mapping", old)
		}
		return strings.Replace(calls, old, new, 1)
	}
	for name, c := range map[string]struct{ text, want string }{
		"empty":                      {" \n", "empty"},
		"not YAML":                   {"a: [", ""},
		"unknown key":                {calls + "colour: red\n", "colour"},
		"no name":                    {edit("name: calls", "name: ''"), "name is missing"},
		"format":                     {edit("delimited", "xml"), "format"},
		"kind":                       {edit("kind: observation", "kind: number"), "kind"},
		"unknown role":               {edit("sex: [gioi]", "sexx: [gioi]"), `"sexx"`},
		"no value":                   {edit("value: [so], ", ""), "names no value"},
		"no value is required":       {strings.Replace(edit("value: [so], ", ""), "territory, value", "territory", 1), "names no value"},
		"no period":                  {strings.Replace(edit("period: [thang], ", ""), "[period, ", "[", 1), "names no period"},
		"no territory":               {strings.Replace(edit("territory: [tinh], ", ""), "territory, ", "", 1), "neither territory"},
		"required without columns":   {edit("required: [period", "required: [area, period"), `"area"`},
		"nothing required":           {edit("required: [period, territory, value]\n", ""), "required"},
		"no unit":                    {edit("unit: person\n", ""), "unit"},
		"no measure":                 {edit("measure: actual\n", ""), "measure"},
		"unknown measure":            {edit("measure: actual", "measure: reality"), "reality"},
		"no indicator":               {edit("indicator: population_avg\n", ""), "indicator"},
		"indicator twice":            {edit("sex: [gioi]", "indicator: [gioi]"), "indicator"},
		"a scheme in observations":   {edit("sex: [gioi]", "scheme: [gioi]"), `"scheme"`},
		"one column for two":         {edit("sex: [gioi]", "sex: [Thang]"), `"`},
		"number style":               {calls + "numbers: french\n", "french"},
		"words of no column":         {calls + "values: {area: {U: U}}\n", `"area"`},
		"a word of no meaning":       {calls + "values: {sex: {Nam: male}}\n", `"male"`},
		"one word twice":             {calls + "values: {sex: {Nam: M, NAM: F}}\n", "same word"},
		"parts of a word":            {calls + "values: {sex: {Nam: {sex: M}}}\n", "group"},
		"group without words":        {edit("sex: [gioi]", "group: [gioi]"), "group"},
		"group without parts":        {edit("sex: [gioi]", "group: [gioi]") + "values: {group: {Nam: M}}\n", "sex and area"},
		"dimensions of a delimited":  {calls + "label_starts_with: x\n", "json-stat"},
		"columns of a dataset":       {edit("format: delimited", "format: json-stat"), "delimited"},
		"dimensions of columns":      {calls + "dimensions: {sex: [x]}\n", "belong to format: json-stat"},
		"columns beside dimensions":  {dataset + "columns: {sex: [x]}\n", "belong to format: delimited"},
		"required of a dataset":      {dataset + "required: [period]\n", "belong to format: delimited"},
		"numbers of a dataset":       {dataset + "numbers: english\n", "belong to format: delimited"},
		"a dataset without a label":  {strings.Replace(dataset, "label_starts_with: L\n", "", 1), "label_starts_with"},
		"a dataset of the insured":   {strings.Replace(dataset, "kind: observation", "kind: insurance", 1), "label_starts_with"},
		"a dimension of values":      {strings.Replace(dataset, "period: [p]", "period: [p], value: [v]", 1), "\"value\" has no place"},
		"ages of observations":       {edit("sex: [gioi]", "age_group: [gioi]"), "\"age_group\" has no place"},
		"insurance by no scheme":     {strings.Replace(insurance, ", scheme: [c]", "", 1), "names no scheme"},
		"insurance by area":          {strings.Replace(insurance, "value: [d]", "value: [d], area: [e]", 1), "\"area\" has no place"},
		"insurance by indicator":     {strings.Replace(insurance, "value: [d]", "value: [d], indicator: [e]", 1), "\"indicator\" has no place"},
		"insurance by measure":       {strings.Replace(insurance, "value: [d]", "value: [d], measure: [e]", 1), "\"measure\" has no place"},
		"insurance by group":         {strings.Replace(insurance, "value: [d]", "value: [d], group: [e]", 1), "\"group\" has no place"},
		"insurance by another unit":  {strings.Replace(insurance, "unit: person", "unit: thousand_person", 1), "in person"},
		"insurance with a indicator": {insurance + "indicator: x\n", "belong to kind: observation"},
		"another part of a word":     {edit("sex: [gioi]", "group: [gioi]") + "values: {group: {Nam: {measure: plan}}}\n", "only words of group"},
	} {
		_, err := user(t, map[string]string{"mine.yaml": c.text})
		if err == nil || !strings.Contains(err.Error(), "mine.yaml") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := user(t, map[string]string{"a.yaml": calls, "b.yaml": calls}); err == nil || !strings.Contains(err.Error(), "a.yaml") || !strings.Contains(err.Error(), "b.yaml") {
		t.Errorf("two files of one name: %v", err)
	}
	if _, err := LoadSet(filepath.Join(t.TempDir(), "none")); err != nil {
		t.Errorf("no folder: %v", err)
	}
}

// Whatever stands in a feed, every field has one fate and every address reads back its text.
func TestCountsAddUpForRandomFeeds(t *testing.T) {
	cat, set := fixtures(t)
	r := rand.New(rand.NewPCG(1, 2))
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	for n := range 200 {
		var b strings.Builder
		b.WriteString(pick("", "\ufeff") + pick(head, "so_nguoi;thang;loai_hinh;ma_tinh\n"))
		for range r.IntN(12) {
			for range pick("1234", "12345678", "12345678", "123456789") {
				b.WriteString(pick("12/2024", "2019", "24", "01", "", "Hà Nội", "BB", "TN", "Tổng", "Nam", "5", "6", "-", "1.000", "\"a\"\"b\"", "\"open", "x\"y", "\xff", "…") + pick(";", ";", ";", ";", ""))
			}
			b.WriteString(pick("\n", "\r\n", "\n\n"))
		}
		content := b.String()
		f, err := set.Read(context.Background(), cat, "a.csv", "csv", fileOf(t, content))
		if err != nil {
			t.Fatalf("%q: %v", content, err)
		}
		proveCounts(t, f)
		for _, x := range f.Refusals {
			if got, err := feed.Again(context.Background(), strings.NewReader(content), "csv", x.Line, x.Field); err != nil || got != x.Raw {
				t.Fatalf("%d: L%d:%s gives %q, %v, not %q\n%s", n, x.Line, x.Field, got, err, x.Raw, content)
			}
		}
		if t.Failed() {
			t.Fatalf("%q", content)
		}
	}
}

func FuzzReadDelimited(f *testing.F) {
	f.Add(head + "12/2024;24;Bắc Giang;BHXH bắt buộc;Tổng;Tổng;480123;x\n12/2024;24;;TN;?;\"a\nb\";1.5;\n")
	f.Add("thang,ma_tinh,loai_hinh,so_nguoi\n2024-01,24,BB,-\n\"")
	fuzz(f, "csv")
}

func FuzzReadJSONStat(f *testing.F) {
	f.Add(population)
	f.Add(`{"id":["Địa phương","Năm"],"size":[1,1],"label":"Lực lượng lao động từ 15 tuổi trở lên phân theo địa phương","dimension":{"Địa phương":{"category":{"index":["a"],"label":{"a":"Hà Nội"}}},"Năm":{"category":{"index":["x"],"label":{"x":"2019"}}}},"value":[1e300]}`)
	fuzz(f, "json-stat")
}

func fuzz(f *testing.F, kind string) {
	cat, set := fixtures(f)
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, content string) {
		name := filepath.Join(dir, "feed")
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		in, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		out, err := set.Read(context.Background(), cat, "feed.csv", kind, in)
		var refusal *Error
		if errors.As(err, &refusal) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		proveCounts(t, out)
	})
}

func BenchmarkReadDelimited(b *testing.B) {
	cat, set := fixtures(b)
	var text strings.Builder
	text.WriteString(head)
	for i := range 50_000 {
		fmt.Fprintf(&text, "%02d/%d;24;Bắc Giang;BB;%s;%d-%d;%d;x\n", i%12+1, 2010+i/12%15, []string{"Nam", "Nữ"}[i%2], i%60, i%60+i/3000, i)
	}
	in := fileOf(b, text.String())
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		if _, err := in.Seek(0, 0); err != nil {
			b.Fatal(err)
		}
		if _, err := set.Read(context.Background(), cat, "a.csv", extract.Detect([]byte(head+"1\n"), 1), in); err != nil {
			b.Fatal(err)
		}
	}
}
