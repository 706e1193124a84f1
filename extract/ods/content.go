package ods

import (
	"cmp"
	"encoding/xml"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"

	"github.com/phuluc/phuluc/extract/markup"
	"github.com/phuluc/phuluc/extract/sheet"
)

// heldPart is the part of the limit of cells that a document may have, because it is held in memory: half a million of five.
const heldPart = 10

// The last row and column that a spreadsheet has.
const (
	maxRow    = 1 << 20
	maxColumn = 1 << 14
)

// parser reads content.xml.
type parser struct {
	r      *markup.Reader
	limits sheet.Limits
	styles styles
	sheets []*content
	cells  int64 // with a value, repeated ones as often as they are
	held   int64 // of them those that are kept: a row that is repeated is kept once
	texts  int64 // bytes of their texts and runs

	sheet  *content
	row    int // number of the row
	merges int
	cols   []columns // of the sheet

	comments []sheet.Comment // of the cell
	said     int             // comments of all cells before
}

// columns is a number of columns that are alike.
type columns struct {
	last   int // 1-based
	style  string
	hidden bool
}

func is(e xml.StartElement, space, local string) bool {
	return e.Name.Local == local && e.Name.Space == space
}

func (p *parser) document(root xml.StartElement) error {
	if !is(root, nsOffice, "document-content") {
		return p.r.Refuse(sheet.CodeDamaged, "the root element is %s", root.Name.Local)
	}
	return p.r.Children(func(e xml.StartElement) error {
		if !is(e, nsOffice, "body") {
			return p.styles.read(p.r, e)
		}
		return p.r.Children(func(e xml.StartElement) error {
			if !is(e, nsOffice, "spreadsheet") {
				return p.r.Refuse(sheet.CodeWordOld, "the document is of the kind %q", e.Name.Local)
			}
			return p.r.Children(func(e xml.StartElement) error {
				if is(e, nsTable, "table") {
					return p.table(e)
				}
				return p.skip()
			})
		})
	})
}

// skip passes over what holds no cells. Sources of links keep copies of foreign tables, changes keep what stood there
// before: neither is shown.
func (p *parser) skip() error { return p.r.Skip() }

func (p *parser) table(e xml.StartElement) error {
	if p.limits.Sheets > 0 && len(p.sheets) >= p.limits.Sheets {
		return p.r.Refuse(sheet.CodeLimit, "more than %d sheets", p.limits.Sheets)
	}
	name, _ := markup.Attr(e, nsTable, "name")
	styled, _ := markup.Attr(e, nsTable, "style-name")
	p.sheet = &content{info: sheet.Info{Name: name, Hidden: p.styles.of("table", styled).hidden}}
	p.sheets = append(p.sheets, p.sheet)
	p.row, p.merges, p.cols = 1, 0, nil
	return p.r.Children(func(e xml.StartElement) error { return p.part(e, false, false) })
}

// part reads what stands in a table, its groups included.
func (p *parser) part(e xml.StartElement, hiddenRows, hiddenCols bool) error {
	if e.Name.Space != nsTable {
		return p.skip()
	}
	display, _ := markup.Attr(e, nsTable, "display")
	switch e.Name.Local {
	case "table-row":
		return p.tableRow(e, hiddenRows)
	case "table-row-group", "table-header-rows", "table-rows":
		return p.r.Children(func(c xml.StartElement) error { return p.part(c, hiddenRows || display == "false", hiddenCols) })
	case "table-column-group", "table-header-columns", "table-columns":
		return p.r.Children(func(c xml.StartElement) error { return p.part(c, hiddenRows, hiddenCols || display == "false") })
	case "table-column":
		n, err := p.times(e, "number-columns-repeated")
		if err != nil {
			return err
		}
		c := columns{last: n, hidden: hiddenCols || invisible(e)}
		if k := len(p.cols); k > 0 {
			c.last += p.cols[k-1].last
		}
		c.style, _ = markup.Attr(e, nsTable, "default-cell-style-name")
		if p.limits.Styles > 0 && len(p.cols) >= p.limits.Styles {
			return p.r.Refuse(sheet.CodeLimit, "sheet %q: more than %d kinds of columns", p.sheet.info.Name, p.limits.Styles)
		}
		p.cols = append(p.cols, c)
		return p.r.Skip()
	case "table-cell", "covered-table-cell", "table":
		return p.r.Refuse(sheet.CodeDamaged, "sheet %q: an element %s stands outside a row", p.sheet.info.Name, e.Name.Local)
	}
	return p.skip()
}

func invisible(e xml.StartElement) bool {
	v, _ := markup.Attr(e, nsTable, "visibility")
	return v == "collapse" || v == "filter"
}

// times reads how often a row or cell is repeated.
func (p *parser) times(e xml.StartElement, attr string) (int, error) {
	s, ok := markup.Attr(e, nsTable, attr)
	if !ok {
		return 1, nil
	}
	n, err := strconv.ParseUint(strings.TrimSpace(s), 10, 31)
	if err != nil || n == 0 {
		return 0, p.r.Refuse(sheet.CodeDamaged, "%s is %q", attr, s)
	}
	return int(n), nil
}

func (p *parser) tableRow(e xml.StartElement, hidden bool) error {
	times, err := p.times(e, "number-rows-repeated")
	if err != nil {
		return err
	}
	hidden = hidden || invisible(e)
	styled, _ := markup.Attr(e, nsTable, "default-cell-style-name")
	var cells []sheet.Cell
	col, group := 1, 0
	err = p.r.Children(func(e xml.StartElement) error {
		covered := is(e, nsTable, "covered-table-cell")
		if !covered && !is(e, nsTable, "table-cell") {
			return p.skip()
		}
		repeat, err := p.times(e, "number-columns-repeated")
		if err != nil {
			return err
		}
		for group < len(p.cols)-1 && p.cols[group].last < col {
			group++
		}
		fallback := styled
		if fallback == "" && group < len(p.cols) {
			fallback = p.cols[group].style
		}
		c, err := p.cell(e, fallback, col)
		if err != nil {
			return err
		}
		if c.Raw == "" {
			col += repeat
			return nil
		}
		if err := p.count(col, int64(times)*int64(repeat), col+repeat-1); err != nil {
			return err
		}
		if err := p.hold(c, col, repeat); err != nil {
			return err
		}
		c.Row = p.row
		c.Hidden = hidden || covered
		for k := range repeat {
			c.Col = col
			if k > 0 {
				c.Merge = sheet.Range{}
			}
			for group < len(p.cols)-1 && p.cols[group].last < col {
				group++
			}
			one := c
			one.Hidden = c.Hidden || group < len(p.cols) && p.cols[group].hidden && p.cols[group].last >= col
			cells = append(cells, one)
			col++
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(cells) > 0 {
		if p.row > maxRow-times+1 {
			return p.r.Refuse(sheet.CodeLimit, "sheet %q: values below row %d", p.sheet.info.Name, maxRow)
		}
		p.sheet.rows = append(p.sheet.rows, row{p.row, times, cells})
	}
	if p.row += times; p.row > math.MaxInt32 {
		return p.r.Refuse(sheet.CodeDamaged, "sheet %q has more than %d rows", p.sheet.info.Name, math.MaxInt32)
	}
	return nil
}

// count holds cells against the limits before they are made.
func (p *parser) count(col int, cells int64, last int) error {
	limit := maxColumn
	if p.limits.Columns > 0 {
		limit = min(limit, p.limits.Columns)
	}
	if last > limit {
		return p.refuse(sheet.CodeLimit, col, "values right of column %d", limit)
	}
	if p.cells += cells; p.limits.Cells > 0 && p.cells > int64(p.limits.Cells) {
		return p.refuse(sheet.CodeLimit, col, "the limit is %d cells", p.limits.Cells)
	}
	return nil
}

// hold counts what is kept of a cell and of those that repeat it in its row.
func (p *parser) hold(c sheet.Cell, col, repeat int) error {
	const run = 40 // bytes
	p.held += int64(repeat)
	p.texts += int64(len(c.Raw) + run*len(c.Runs))
	if most := int64(p.limits.Cells+heldPart-1) / heldPart; most > 0 && p.held > most {
		return p.refuse(sheet.CodeLimit, col, "the limit is %d cells", most)
	}
	if p.limits.SharedBytes > 0 && p.texts > p.limits.SharedBytes {
		return p.refuse(sheet.CodeLimit, col, "the texts need more than %d bytes", p.limits.SharedBytes)
	}
	return nil
}

func (p *parser) refuse(code string, col int, format string, args ...any) error {
	return p.r.Refuse(code, "sheet %q, cell %s: "+format, append([]any{p.sheet.info.Name, sheet.Address(p.row, col)}, args...)...)
}

// A value must be a decimal number as XML schemas write a double.
func number(s string) bool {
	v, err := strconv.ParseFloat(s, 64)
	return err == nil && !math.IsInf(v, 0) && strings.Trim(s, "+-.0123456789eE") == ""
}

// shownPercent finds the decimals in "12,50 %" or "12.50%".
var shownPercent = regexp.MustCompile(`^[-+(]?\d+(?:[.,](\d+))?[ \x{00A0}]?%\)?$`)

// cell reads one cell; Raw is empty if it is blank. Row, Col and Hidden are the row's to fill.
func (p *parser) cell(e xml.StartElement, fallback string, col int) (sheet.Cell, error) {
	var c sheet.Cell
	attr := func(space, local string) string {
		v, _ := markup.Attr(e, space, local)
		return v
	}
	p.comments = p.comments[:0]
	text, err := p.text(e)
	if err != nil {
		return c, err
	}
	for _, said := range p.comments {
		said.Row, said.Col = p.row, col
		if p.said++; p.said > maxComments {
			return c, p.refuse(sheet.CodeLimit, col, "there are more than %d comments", maxComments)
		}
		p.sheet.comments = append(p.sheet.comments, said)
		if p.texts += int64(len(said.Text) + len(said.Author)); p.limits.SharedBytes > 0 && p.texts > p.limits.SharedBytes {
			return c, p.refuse(sheet.CodeLimit, col, "the texts need more than %d bytes", p.limits.SharedBytes)
		}
	}
	name := attr(nsTable, "style-name")
	if name == "" {
		name = fallback
	}
	st := p.styles.of("table-cell", name)
	c.Font, c.Indent, c.Struck = st.font, st.indent, st.struck()
	formula, isFormula := markup.Attr(e, nsTable, "formula")
	c.Formula, c.External = isFormula, strings.Contains(formula, "'file:")
	kind, value := attr(nsOffice, "value-type"), attr(nsOffice, "value")
	switch {
	case attr(nsCalcext, "value-type") == "error", isFormula && (strings.HasPrefix(text.raw, "#") || strings.HasPrefix(text.raw, "Err:")):
		c.Kind, c.Raw = sheet.Error, text.raw
		if c.Raw == "" {
			c.Raw = "#VALUE!"
		}
	case kind == "float" || kind == "currency" || kind == "percentage":
		if !number(value) {
			return c, p.refuse(sheet.CodeDamaged, col, "%q is no number", value)
		}
		c.Kind, c.Raw, c.Format = sheet.Number, value, p.styles.scale(st.data)
		switch before, behind, shown := words(text.raw); {
		case !shown:
			c.Format = before
		case before+behind != "":
			c.Format = before + cmp.Or(c.Format, "0") + behind
		}
		if kind == "percentage" {
			c.Format = "0%"
			if m := shownPercent.FindStringSubmatch(text.raw); m != nil && m[1] != "" {
				c.Format = "0." + strings.Repeat("0", min(len(m[1]), 30)) + "%"
			}
		}
	case kind == "date":
		serial, ok := dateSerial(attr(nsOffice, "date-value"))
		c.Kind, c.Raw, c.Format = sheet.Date, serial, "yyyy-mm-dd"
		if !ok {
			return c, p.refuse(sheet.CodeDamaged, col, "%q is no date", attr(nsOffice, "date-value"))
		}
	case kind == "time":
		serial, ok := timeSerial(attr(nsOffice, "time-value"))
		c.Kind, c.Raw, c.Format = sheet.Date, serial, "[h]:mm:ss"
		if !ok {
			return c, p.refuse(sheet.CodeDamaged, col, "%q is no time", attr(nsOffice, "time-value"))
		}
	case kind == "boolean":
		c.Kind, c.Raw = sheet.Bool, strings.ToUpper(attr(nsOffice, "boolean-value"))
		if c.Raw != "TRUE" && c.Raw != "FALSE" {
			return c, p.refuse(sheet.CodeDamaged, col, "%q is no boolean", c.Raw)
		}
	case kind == "" && text.raw == "" && isFormula:
		_, f, found := strings.Cut(formula, "=") // of:=SUM([.B1:.B9])
		if !found {
			f = formula
		}
		c.Kind, c.Raw = sheet.Error, "="+f
	case kind == "string" || kind == "":
		c.Raw, c.Runs = text.raw, text.runs
		for i := range c.Runs {
			if r := &c.Runs[i]; r.Font == "" { // that of the cell
				r.Font, r.Struck = c.Font, r.Struck || c.Struck
			}
		}
		if s := attr(nsOffice, "string-value"); c.Raw == "" && s != "" {
			c.Raw = s
		}
	default:
		return c, p.refuse(sheet.CodeDamaged, col, "a value of the type %q", kind)
	}
	if p.limits.StringLength > 0 && len(c.Raw) > p.limits.StringLength && units(c.Raw) > p.limits.StringLength {
		return c, p.refuse(sheet.CodeLimit, col, "a text of more than %d characters", p.limits.StringLength)
	}
	return c, p.span(e, &c, col)
}

// span reads the merged range that begins with the cell.
func (p *parser) span(e xml.StartElement, c *sheet.Cell, col int) error {
	width, err := p.times(e, "number-columns-spanned")
	if err != nil {
		return err
	}
	height, err := p.times(e, "number-rows-spanned")
	if err != nil || width == 1 && height == 1 {
		return err
	}
	if p.merges++; p.limits.Merges > 0 && p.merges > p.limits.Merges {
		return p.refuse(sheet.CodeLimit, col, "more than %d merged ranges", p.limits.Merges)
	}
	c.Merge = sheet.Range{Row1: p.row, Col1: col, Row2: min(p.row+height-1, maxRow), Col2: min(col+width-1, maxColumn)}
	return nil
}

// words gives what a number is shown with beside its digits, as a number format writes it, if there are letters in it, and whether digits are.
func words(shown string) (before, behind string, number bool) {
	if !strings.ContainsFunc(shown, func(r rune) bool { return unicode.IsLetter(r) || r == '₫' }) {
		return "", "", true
	}
	quote := func(s string) string {
		if s == "" {
			return ""
		}
		return `"` + strings.ReplaceAll(s, `"`, "'") + `"`
	}
	first, last := strings.IndexFunc(shown, unicode.IsDigit), strings.LastIndexFunc(shown, unicode.IsDigit)
	if first < 0 {
		return quote(shown), "", false
	}
	return quote(shown[:first]), quote(shown[last+1:]), true
}

// rich is a text with the fonts of its pieces.
type rich struct {
	raw  string
	runs []sheet.Run
}

// textBuilder collects the paragraphs of a cell.
type textBuilder struct {
	strings.Builder
	runs  []sheet.Run
	space bool // what stands here is layout of the XML; further spaces are too
}

// maxComments is more than anybody writes into a workbook.
const maxComments = 1 << 16

// annotation reads the comment of a cell to its end.
func (p *parser) annotation() error {
	var c sheet.Comment
	var b textBuilder
	err := p.r.Children(func(e xml.StartElement) (err error) {
		switch {
		case e.Name.Local == "creator":
			c.Author, err = p.r.Text()
			return err
		case is(e, nsText, "p"):
			if b.Len() > 0 {
				b.WriteByte('\n')
			}
			b.space = false
			return p.inline(&b, sheet.Run{}, false)
		}
		return p.skip()
	})
	if c.Text = b.String(); c.Text != "" {
		p.comments = append(p.comments, c)
	}
	return err
}

// text reads the content of a cell to its end.
func (p *parser) text(e xml.StartElement) (rich, error) {
	var b textBuilder
	first := true
	err := p.r.Children(func(e xml.StartElement) error {
		if !is(e, nsText, "p") && !is(e, nsText, "h") {
			if is(e, nsTable, "table") {
				return p.r.Refuse(sheet.CodeUnsupported, "sheet %q: a table inside a cell", p.sheet.info.Name)
			}
			if is(e, nsOffice, "annotation") {
				return p.annotation()
			}
			return p.skip() // drawings
		}
		if !first {
			b.WriteByte('\n')
		}
		first, b.space = false, false
		return p.inline(&b, sheet.Run{}, false)
	})
	if err != nil {
		return rich{}, err
	}
	out := rich{raw: b.String()}
	var last sheet.Run
	for _, r := range b.runs {
		if r.From < len(out.raw) && !r.LooksLike(last) {
			out.runs = append(out.runs, r)
			last = r
		}
	}
	return out, nil
}

// inline reads text up to the end of the element whose start was given last, which looks like the given run and may be raised.
func (p *parser) inline(b *textBuilder, look sheet.Run, raised bool) error {
	for {
		t, err := p.r.Next()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.EndElement:
			return nil
		case xml.CharData:
			text := string(t)
			if raised {
				text = sheet.Superscript(text)
			}
			for _, x := range text {
				switch {
				case x == '\t' || x == '\n' || x == '\r': // of the XML's own layout
					if !b.space && !strings.HasSuffix(b.String(), " ") {
						b.WriteByte(' ')
					}
					b.space = true
					continue
				case x == ' ' && b.space:
					continue
				}
				b.space = false
				b.WriteRune(x)
			}
		case xml.StartElement:
			if err := p.element(b, t, look, raised); err != nil {
				return err
			}
		}
		if max := p.limits.StringLength; max > 0 && b.Len() > 4*max {
			return p.r.Refuse(sheet.CodeLimit, "sheet %q, row %d: a text of more than %d characters", p.sheet.info.Name, p.row, max)
		}
	}
}

func (p *parser) element(b *textBuilder, e xml.StartElement, look sheet.Run, raised bool) error {
	if e.Name.Space != nsText {
		return p.skip()
	}
	switch e.Name.Local {
	case "s":
		n := 1
		if c, ok := markup.Attr(e, nsText, "c"); ok {
			var err error
			if n, err = strconv.Atoi(c); err != nil || n < 0 || n > 1<<15 {
				return p.r.Refuse(sheet.CodeDamaged, "sheet %q, row %d: %q spaces", p.sheet.info.Name, p.row, c)
			}
		}
		b.WriteString(strings.Repeat(" ", n))
		b.space = false
	case "tab":
		b.WriteByte('\t')
		b.space = false
	case "line-break":
		b.WriteByte('\n')
		b.space = false
	case "note", "ruby-text":
	case "span":
		name, _ := markup.Attr(e, nsText, "style-name")
		st := p.styles.of("text", name)
		inner := sheet.Run{Font: cmp.Or(st.font, look.Font), Struck: st.struck() || look.Struck && st.line == ""}
		if inner != look {
			b.run(inner)
		}
		if err := p.inline(b, inner, raised || st.raised); err != nil {
			return err
		}
		if inner != look {
			b.run(look)
		}
		return nil
	default: // links and fields hold what they show
		return p.inline(b, look, raised)
	}
	return p.skip()
}

// run begins a piece that looks so; the font "" is that of the cell.
func (b *textBuilder) run(look sheet.Run) {
	if n := len(b.runs); n > 0 && b.runs[n-1].From == b.Len() {
		b.runs = b.runs[:n-1]
	}
	look.From = b.Len()
	b.runs = append(b.runs, look)
}

// units counts UTF-16 units, as the formats do.
func units(s string) int {
	n := 0
	for _, x := range s {
		n += max(utf16.RuneLen(x), 1)
	}
	return n
}

// dateSerial turns "2019-07-03" or "2019-07-03T12:00:00" into days since 1899-12-30.
func dateSerial(s string) (string, bool) {
	s = strings.TrimSuffix(s, "Z")
	t, err := time.Parse("2006-01-02T15:04:05.999999999", s)
	if err != nil {
		if t, err = time.Parse("2006-01-02", s); err != nil {
			return "", false
		}
	}
	seconds := t.Unix() - time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).Unix()
	return days(float64(seconds) + float64(t.Nanosecond())/1e9), true
}

var duration = regexp.MustCompile(`^(-?)PT(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?$`)

// timeSerial turns "PT12H30M00S" into days.
func timeSerial(s string) (string, bool) {
	m := duration.FindStringSubmatch(s)
	if m == nil || m[2]+m[3]+m[4] == "" {
		return "", false
	}
	var total float64
	for i, unit := range []float64{3600, 60, 1} {
		if n, err := strconv.ParseFloat(m[2+i], 64); err == nil {
			total += n * unit
		}
	}
	if m[1] != "" {
		total = -total
	}
	return days(total), true
}

func days(seconds float64) string { return strconv.FormatFloat(seconds/86400, 'f', -1, 64) }
