package layout

import (
	"testing"

	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/phuluc/phuluc/transform/catalogue"
)

// Labels reach the catalogue as their fonts show them, and another reading is taken only if it alone is understood.
func TestCellTextIsDecodedByItsFonts(t *testing.T) {
	cat, err := catalogue.Load("")
	if err != nil {
		t.Fatal(err)
	}
	rd := NewReader(cat)
	cases := []struct {
		name string
		cell sheet.Cell
		want string
	}{
		{"no font", sheet.Cell{Raw: "Nữ"}, "Nữ"},
		{"TCVN3", sheet.Cell{Raw: "Tæng sè", Font: ".VnTime"}, "Tổng số"},
		{"TCVN3, font reset", sheet.Cell{Raw: "Tæng sè", Font: "Arial"}, "Tổng số"},
		{"TCVN3 capitals", sheet.Cell{Raw: "c¶ n­íc", Font: ".VnArialH"}, "CẢ NƯỚC"},
		{"TCVN3 that begins with a soft hyphen", sheet.Cell{Raw: "\u00adth 2019", Font: ".VnTimeH"}, "ƯTH 2019"},
		{"TCVN3 that begins with a soft hyphen, font reset", sheet.Cell{Raw: "\u00adth 2019", Font: "Arial"}, "ưth 2019"},
		{"TCVN3, abbreviation", sheet.Cell{Raw: "tnl®", Font: ".VnTime"}, "tnlđ"},
		{"ordinal in TCVN3 capitals", sheet.Cell{Raw: "ii", Font: ".VnTimeH"}, "II"},
		{"VNI", sheet.Cell{Raw: "Caû nöôùc", Font: "VNI-Times"}, "Cả nước"},
		{"VNI, font reset", sheet.Cell{Raw: "Caû nöôùc", Font: "Arial"}, "Cả nước"},
		{"VNI, words of two readings", sheet.Cell{Raw: "Hoà Chí Minh", Font: "VNI-Times"}, "Hồ Chí Minh"},
		{"Unicode in a VNI font", sheet.Cell{Raw: "Hoà Bình", Font: "VNI-Times"}, "Hoà Bình"},
		{"wrong conversion of a header", sheet.Cell{Raw: "Thỏng 7 năm 2013"}, "Tháng 7 năm 2013"},
		{"wrong conversion of a province", sheet.Cell{Raw: "Thỏi Bỡnh"}, "Thái Bình"},
		{"wrong conversion of what nobody knows", sheet.Cell{Raw: "Khai khoỏng sõu"}, "Khai khoỏng sõu"},
		{"rich text", sheet.Cell{Raw: "Nữ, thµnh thÞ", Font: "Arial", Runs: []sheet.Run{{From: len("Nữ, "), Font: ".VnTime"}}}, "Nữ, thành thị"},
		{"runs of a damaged file", sheet.Cell{Raw: "Nữ", Font: ".VnTime", Runs: []sheet.Run{{From: 2, Font: "Arial"}, {From: 99, Font: "Arial"}}}, "Nữ"},
	}
	for _, c := range cases {
		if got := rd.reading(&c.cell).text; got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// A text may be taken for another one after a synonym is added. The trace says so, or the workbook would not be read again.
func TestTraceHoldsOtherReadings(t *testing.T) {
	cat, err := catalogue.Load("")
	if err != nil {
		t.Fatal(err)
	}
	rd := NewReader(cat)
	cells := []sheet.Cell{{Row: 1, Col: 1, Raw: "Khai khoỏng sõu"}, {Row: 2, Col: 1, Raw: "Hoà Bình", Font: "VNI-Times"}}
	g, _ := newGrid(t.Context(), SheetCells{Cells: cells}, new(scratch), rd.reading)
	b := &bookReader{rd: rd, scratch: rd.takeScratch()}
	trace := b.trace([]*grid{g})
	for _, label := range []string{"Khai khoáng sâu", "Khai khoỏng sõu", "Hồ Bình", "Hoà Bình"} {
		if !Touches(trace, label) {
			t.Errorf("a synonym %q may change what the workbook becomes", label)
		}
	}
	if Touches(trace, "Thất nghiệp") {
		t.Error("a synonym of other words touches nothing")
	}
}
