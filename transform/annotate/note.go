package annotate

import (
	"cmp"
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/shopspring/decimal"

	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/record"
	"github.com/phuluc/phuluc/transform/rule"
)

// ask.csv says what the sender can do, where that differs from what the register of refusals tells the operator.
//
//go:embed ask.csv
var askCSV string

var asks = sync.OnceValue(func() map[string]string {
	rows, err := csv.NewReader(strings.NewReader(askCSV)).ReadAll()
	if err != nil {
		panic(fmt.Sprintf("ask.csv: %v", err)) // embedded at build time; a test reads it first
	}
	m := make(map[string]string, len(rows))
	for _, r := range rows[1:] {
		m[r[0]] = r[1]
	}
	return m
})

// note is one thing to tell the sender.
type note struct {
	record.Origin
	Refused  bool   // false: loaded, but doubtful
	Code     string // of codes.csv or rules.csv
	Problem  string // Vietnamese, as are the following
	Shown    string // what stands in the cell as the sheet shows it, "" where the problem tells it or it is no number
	Expected string // the control total or the value that was recomputed, in the unit of the sheet; "" if there is none
	Try      string
	Nearest  string
	Cells    int // how many cells it stands for
}

// notes lists refusals and findings: those about the file first, then by sheet in the order of the file and by address.
func notes(cat *catalogue.Catalogue, f *record.File) []note {
	all := make([]note, 0, len(f.Refusals)+len(f.Findings))
	for i, r := range f.Refusals {
		n := note{Origin: r.Origin, Refused: true, Code: r.Code, Nearest: r.Nearest, Cells: r.Cells}
		if i > 0 && r.Code == f.Refusals[i-1].Code && slices.Equal(r.Args, f.Refusals[i-1].Args) { // as those of the cells of a table are
			n.Problem, n.Try = all[i-1].Problem, all[i-1].Try
		} else {
			n.Problem, n.Try = r.ForSender(), cmp.Or(asks()[r.Code], r.Try("vi"))
		}
		all = append(all, n)
	}
	at := map[address]*record.Observation{}
	for i := range f.Observations {
		o := &f.Observations[i]
		if p := (address{o.Sheet, o.Row, o.Col, o.Line}); at[p] == nil {
			at[p] = o
		}
	}
	for _, d := range f.Findings {
		all = append(all, note{Origin: d.Origin, Code: d.Rule, Problem: rule.Message(d, "vi"), Expected: expected(cat, at, d), Try: asks()[d.Rule], Cells: 1})
	}
	for i, n := range all {
		if !n.tellsRaw() {
			all[i].Shown = n.Raw
		}
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

// address is where a value stands.
type address struct {
	sheet    string
	row, col int
	line     int64
}

// expected is the recomputed value of a finding as the sender would write it: values are kept in the units of their indicators, and the
// sheet may have others.
func expected(cat *catalogue.Catalogue, at map[address]*record.Observation, d record.Finding) string {
	switch d.Rule {
	case "achievement_differs":
		return vietnamese(d.Expected) + " %"
	case "sex_total", "area_total", "parts_total":
	default:
		return vietnamese(d.Expected)
	}
	o := at[address{d.Sheet, d.Row, d.Col, d.Line}]
	value, err := decimal.NewFromString(d.Expected)
	if o == nil || err != nil {
		return vietnamese(d.Expected)
	}
	unit := cat.Unit(o.Unit)
	if reported := cat.Unit(o.Reported); reported != nil {
		if v, exact := cat.Convert(value, unit, reported); exact {
			value, unit = v, reported
		}
	}
	if unit == nil {
		return vietnamese(d.Expected)
	}
	return vietnamese(value.String()) + " " + unit.NameVi
}

// vietnamese writes a decimal as a clerk does: 1.234,5.
func vietnamese(number string) string {
	d, err := decimal.NewFromString(number)
	if err != nil {
		return number
	}
	whole, fraction, broken := strings.Cut(d.Abs().String(), ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "." + whole[i:]
	}
	if broken {
		whole += "," + fraction
	}
	if d.IsNegative() {
		whole = "-" + whole
	}
	return whole
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
		b.WriteString(record.CopyRefused)
	} else {
		b.WriteString(record.CopyDoubtful)
	}
	b.WriteString(n.Problem)
	line := func(label, s string) {
		if s != "" {
			fmt.Fprintf(&b, "\n%s: %s", label, s)
		}
	}
	line("Trong ô ghi", shorten(n.Shown, 200))
	line("Số tính lại", n.Expected)
	line("Có phải là", n.Nearest)
	line("Cách sửa", n.Try)
	if n.Cells > 1 {
		fmt.Fprintf(&b, "\nÁp dụng cho %d ô", n.Cells)
	}
	return b.String()
}

// tellsRaw reports whether the problem says already what stands in the cell, or may: a text is told as its font shows it, which may be
// another one than its letters are.
func (n note) tellsRaw() bool {
	said := n.Problem + ";"
	return n.Code == "number.unreadable" || !strings.ContainsAny(n.Raw, "0123456789") || strings.Contains(said, ": "+n.Raw+";") || strings.Contains(said, "; "+n.Raw+";")
}

// shorten cuts a text to n letters.
func shorten(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}
