package annotate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/phuluc/phuluc/transform/record"
	"github.com/phuluc/phuluc/transform/rule"
)

// note is one thing to tell the sender.
type note struct {
	record.Origin
	Refused  bool   // false: loaded, but doubtful
	Code     string // of codes.csv or rules.csv
	Problem  string // Vietnamese, as are the following
	Expected string // the control total or the value that was recomputed, "" if there is none
	Try      string
	Nearest  string
	Cells    int // how many cells it stands for
}

// notes lists refusals and findings: those about the file first, then by sheet in the order of the file and by address.
func notes(f *record.File) []note {
	all := make([]note, 0, len(f.Refusals)+len(f.Findings))
	for _, r := range f.Refusals {
		all = append(all, note{
			Origin: r.Origin, Refused: true, Code: r.Code, Problem: r.Message("vi"), Try: r.Try("vi"), Nearest: r.Nearest, Cells: r.Cells,
		})
	}
	for _, d := range f.Findings {
		all = append(all, note{Origin: d.Origin, Code: d.Rule, Problem: rule.Message(d, "vi"), Expected: d.Expected, Cells: 1})
	}
	order := map[string]int{"": -1}
	for i, s := range f.Sheets {
		order[s.Name] = i
	}
	slices.SortStableFunc(all, func(a, b note) int {
		return cmp.Or(cmp.Compare(order[a.Sheet], order[b.Sheet]), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Row, b.Row), cmp.Compare(a.Col, b.Col), cmp.Compare(a.Code, b.Code))
	})
	return all
}

// where is how a person finds the place again: sheet and cell, line and field, or "cả tệp".
func (n note) where() string {
	switch {
	case n.Line > 0:
		return fmt.Sprintf("dòng %d, cột %s", n.Line, n.Field)
	case n.Cell != "":
		return fmt.Sprintf("trang %q, ô %s", n.Sheet, n.Cell)
	case n.Sheet != "":
		return fmt.Sprintf("trang %q", n.Sheet)
	}
	return "cả tệp"
}

// text is what stands in the comment of the cell.
func (n note) text() string {
	var b strings.Builder
	if n.Refused {
		b.WriteString("CHƯA NHẬN: ")
	} else {
		b.WriteString("CẦN XEM LẠI: ")
	}
	b.WriteString(n.Problem)
	line := func(label, s string) {
		if s != "" {
			fmt.Fprintf(&b, "\n%s: %s", label, s)
		}
	}
	line("Trong ô ghi", shorten(n.Raw, 200))
	line("Số kiểm tra", n.Expected)
	line("Có phải là", n.Nearest)
	line("Cách sửa", n.Try)
	if n.Cells > 1 {
		fmt.Fprintf(&b, "\nÁp dụng cho %d ô", n.Cells)
	}
	return b.String()
}

// shorten cuts a text to n letters.
func shorten(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}
