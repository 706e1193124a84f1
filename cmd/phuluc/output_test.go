package main

import (
	"bufio"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/mattn/go-runewidth"
)

// A table on a terminal stands in its lines: long texts are cut, numbers are not, columns that have no room are left out, and the table says so.
func TestATableFitsTheTerminal(t *testing.T) {
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "id", Type: arrow.BinaryTypes.String}, {Name: "value", Type: arrow.PrimitiveTypes.Int64},
		{Name: "message_vi", Type: arrow.BinaryTypes.String}, {Name: "file", Type: arrow.BinaryTypes.String},
	}, nil)
	row := []string{"43c7f7d826", "1234567890123456", "Chỉ tiêu không có trong danh mục: Tỷ lệ nhập siêu so với tổng kim ngạch xuất khẩu", "KetQua12ChiTieu_2019_CaNuoc.xlsx"}
	show := func(fit int) []string {
		var b strings.Builder
		w := &tableWriter{w: bufio.NewWriter(&b), fit: fit, schema: schema, rows: [][]string{row}}
		if err := w.End(); err != nil {
			t.Fatal(err)
		}
		return strings.Split(strings.TrimRight(b.String(), "\n"), "\n")
	}
	for fit, columns := range map[int]int{0: 4, 200: 4, 100: 4, 60: 4, 50: 3, 30: 2, 20: 1, 5: 1} {
		lines := show(fit)
		names := strings.Fields(lines[0])
		if len(names) != columns {
			t.Errorf("%d columns of a terminal show %q", fit, names)
		}
		whole := fit == 0 || fit == 200
		if told := strings.HasPrefix(lines[len(lines)-1], "(cut "); told == whole {
			t.Errorf("in %d columns of a terminal: %q", fit, lines)
		}
		for _, l := range lines[:3] {
			if !whole && fit >= 20 && runewidth.StringWidth(l) > fit {
				t.Errorf("%q is wider than %d", l, fit)
			}
		}
		if columns > 1 && !strings.Contains(lines[2], row[1]) {
			t.Errorf("a number is cut: %q", lines[2])
		}
	}
}
