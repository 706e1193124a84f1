package sample

import (
	"strings"
	"time"
	"unicode"

	"github.com/phuluc/phuluc/extract/sheet"
	"golang.org/x/text/unicode/norm"
)

// style is how a cell looks. Each workbook has one excelize style for each style it uses.
type style uint8

const (
	plain    style = iota
	letter         // letterhead: bold
	title          // bold, centred, 13 pt
	subtitle       // italic, centred: (Kèm theo …), unit line
	head           // header cell: bold, centred, wrapped, bordered
	code           // A B C 1 2 row
	section        // I, II: bold, bordered
	label          // text of a row, wrapped, bordered
	indented       // the same, one step in
	centred        // ordinals, units
	number         // right, bordered, General
	integer        // #,##0
	tenths         // 0.0
	percent        // 0.0%: the stored number is a share of one
	textual        // a figure that is text
	note           // notes below the table
	styles         // how many there are
)

// cell is one cell of a plan. A number has digits that excelize writes as they are.
type cell struct {
	row, col int
	text     string
	number   bool
	style    style
	formula  string // with text as its cached result
	value    int    // 1 + index of the published value it holds; 0 for none
}

// page is one sheet of a plan.
type page struct {
	name   string
	hidden bool
	cells  []cell
	merges []sheet.Range
	widths []float64 // of columns A, B, …; 0 leaves the default
}

// book is one workbook before it is written.
type book struct {
	path  string // slash-separated, below the sample folder
	title string
	date  time.Time // of the document: time of the file and of its zip entries
	pages []*page
}

func (b *book) page(name string, widths ...float64) *page {
	p := &page{name: name, widths: widths}
	b.pages = append(b.pages, p)
	return p
}

// text writes s; an empty s leaves the cell blank.
func (p *page) text(row, col int, st style, s string) {
	if s != "" {
		p.cells = append(p.cells, cell{row: row, col: col, text: s, style: st})
	}
}

// across writes s into (row, col1) and merges up to col2.
func (p *page) across(row, col1, col2 int, st style, s string) {
	p.text(row, col1, st, s)
	if col2 > col1 {
		p.merges = append(p.merges, sheet.Range{Row1: row, Col1: col1, Row2: row, Col2: col2})
	}
}

// down writes s into (row1, col) and merges down to row2.
func (p *page) down(row1, row2, col int, st style, s string) {
	p.text(row1, col, st, s)
	if row2 > row1 {
		p.merges = append(p.merges, sheet.Range{Row1: row1, Col1: col, Row2: row2, Col2: col})
	}
}

// digits writes a number that is no published value, such as a year.
func (p *page) digits(row, col int, st style, s string) {
	p.cells = append(p.cells, cell{row: row, col: col, text: s, number: true, style: st})
}

// place writes published value i of s in the unit of the form: a number if it is a bare one, else words.
// It writes nothing if the form's unit is of another quantity, nor a fraction of a person: a form that counts persons
// has no place for 4124.6220000007 thousand, and rounding it would make a figure that nobody published.
func (p *page) place(s *store, row, col, i int, unit string, st style) {
	v := s.values[i]
	shift := exponent(v.Unit, unit)
	if shift == noExponent || shift > 0 && unit == "person" && !v.Value.Shift(shift).IsInteger() {
		return
	}
	c := cell{row: row, col: col, number: true, style: st, value: i + 1}
	switch {
	case !bare(v):
		c.text, c.number, c.style = words(v, shift), false, textual
	case st == percent:
		c.text = digits(v.Value.Shift(-2))
	case shift == 0:
		c.text = delivered(v)
	default:
		c.text = digits(v.Value.Shift(shift))
	}
	p.cells = append(p.cells, c)
}

// placeText writes published value i as the text s.
func (p *page) placeText(row, col, i int, s string) {
	p.cells = append(p.cells, cell{row: row, col: col, text: s, style: textual, value: i + 1})
}

// fileName makes a name without diacritics, as senders write them: Thừa Thiên Huế becomes ThuaThienHue.
func fileName(s string) string {
	s = strings.NewReplacer("đ", "d", "Đ", "D").Replace(s)
	var b strings.Builder
	for _, r := range norm.NFD.String(s) {
		if r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// dateOf reads the date of a document, of which sometimes only year or month is known; then it is the last of it,
// so that a document never seems older than what it reports.
func dateOf(s string) (time.Time, bool) {
	if t, err := time.Parse("2006-01-02", s); err == nil {
		return t, true
	}
	if t, err := time.Parse("2006-01", s); err == nil {
		return t.AddDate(0, 1, -1), true
	}
	if t, err := time.Parse("2006", s); err == nil {
		return t.AddDate(1, 0, -1), true
	}
	return time.Time{}, false
}
