package transform

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/phuluc/phuluc/extract"
	"github.com/phuluc/phuluc/extract/landing"
	"github.com/phuluc/phuluc/transform/record"
)

// readText reads text as if it had arrived under a name.
func readText(t *testing.T, p *Pipeline, name, text string) *record.File {
	t.Helper()
	f, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(text); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Seek(0, 0); err != nil {
		t.Fatal(err)
	}
	kind, err := extract.DetectFile(f, int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	file, err := p.Read(context.Background(), landing.Raw{SHA256: "00", Size: int64(len(text)), Type: kind}, name, f)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

const annexText = `SỞ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI TỈNH HÀ GIANG;;;;
TỔNG HỢP CHỈ TIÊU KẾ HOẠCH NĂM 2020;;;;
TT;Chỉ tiêu;Đơn vị;TH 2018;KH 2020
1;Số lao động được tạo việc làm;người;15.020;16.000
2;Số hộ nghèo;hộ;21.344;16.500
`

// A mapping has the first word about text; then it is an annex if it has a table; what looks like a feed and gives no value
// lacks a mapping.
func TestTextIsAFeedOrAnAnnex(t *testing.T) {
	p := newBench(t).pipeline()
	for name, c := range map[string]struct {
		file, text        string
		values, insurance int
		code, dialect     string // of the first refusal; separator
	}{
		"a feed":                      {"a.csv", insuranceFeed, 0, 1, "number.unreadable", ""},
		"a feed named workbook":       {"a.xlsx", insuranceFeed, 0, 1, "number.unreadable", ""},
		"an annex":                    {"a.csv", annexText, 4, 0, "", ";"},
		"an annex named workbook":     {"a.xls", annexText, 4, 0, "", ";"},
		"an annex named text":         {"a.txt", strings.ReplaceAll(annexText, ";", "\t"), 4, 0, "", "TAB"},
		"an annex without a province": {"a.csv", strings.ReplaceAll(annexText, "TỈNH HÀ GIANG", ""), 0, 0, "identity.territory_unknown", ";"},
		"an annex of unknown words":   {"HaGiang.csv", strings.ReplaceAll(strings.ReplaceAll(annexText, "Số lao động", "Số đĩa bay"), "Số hộ nghèo", "Số tàu"), 0, 0, "indicator.unknown", ";"},
		"a feed without a mapping":    {"HaGiang.csv", "Năm;Chỉ tiêu;Giá trị\n2019;x;5\n2020;x;6\n", 0, 0, "feed.mapping_unknown", ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := readText(t, p, c.file, c.text)
			code := ""
			if len(f.Refusals) > 0 {
				code = f.Refusals[0].Code
			}
			dialect := ""
			if f.Dialect != nil {
				dialect = f.Dialect.Separator
			}
			if len(f.Observations) != c.values || len(f.Insurance) != c.insurance || code != c.code || dialect != c.dialect {
				t.Errorf("%d values, %d counts, %q, separator %q: %+v", len(f.Observations), len(f.Insurance), code, dialect, f.Refusals)
			}
		})
	}
}
