package xlsx

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"slices"

	"github.com/phuluc/phuluc/extract/archive"
	"github.com/phuluc/phuluc/extract/sheet"
)

const (
	maxRow = 1048576
	maxCol = 16384
)

// Cells yields the cells of sheet i that hold something, in row-major order. A sheet of charts yields nothing.
//
// An error comes last and alone: an *sheet.FileError about the content, or the error of ctx or of the reader. What was yielded
// before it is not the sheet. A deadline of ctx is the time limit for this sheet.
func (w *Workbook) Cells(ctx context.Context, i int) iter.Seq2[sheet.Cell, error] {
	return func(yield func(sheet.Cell, error) bool) {
		p, err := w.sheet(i)
		if err == nil && p.entry != nil {
			s := scan{w: w, yield: yield}
			err = s.run(ctx, p.entry)
			w.values[i] = s.values
			if errors.Is(err, errStop) {
				return
			}
		}
		if err != nil {
			yield(sheet.Cell{}, err)
		}
	}
}

// errStop ends a scan when the consumer wants no more.
var errStop = errors.New("iteration stopped")

// scan is one pass over one sheet.
type scan struct {
	w     *Workbook
	l     *lexer
	yield func(sheet.Cell, error) bool

	row, col  int // of the cell being read
	rowHidden bool
	cols      []bool // hidden columns, by number; nil if none
	merges    []sheet.Range
	merge     int // first of merges that does not lie before the cell

	rows, cells, values int // counted, for the census
	budget              int // cells the limits still allow; -1 without limit
	blank               int // cells whose value is the empty text
	uncomputed          int // formulas without any value, which the census does not count
	others              int // merged ranges found where they belong

	keep    keeper
	scratch []byte
	formula []byte
}

func (s *scan) run(ctx context.Context, e *archive.Entry) error {
	// The buffer changes hands while it is in use, so that two iterations at once do not share it.
	buf := s.w.buf
	s.w.buf = nil
	buf, err := s.w.archive.Read(ctx, e, buf)
	defer func() { s.w.buf = buf }()
	if err != nil {
		return err
	}
	return s.document(ctx, e.Name, buf)
}

func (s *scan) document(ctx context.Context, part string, b []byte) (err error) {
	if s.l, err = newLexer(ctx, part, b); err != nil {
		return err
	}
	lim := s.w.limits
	s.budget = -1
	if lim.Cells > 0 {
		s.budget = lim.Cells
		for _, n := range s.w.values {
			s.budget -= n
		}
		s.budget = max(s.budget, 0)
	}
	count := takeCensus(s.l.b, lim.Merges)
	if lim.Merges > 0 && count.merged > lim.Merges {
		return sheet.Refuse(sheet.CodeLimit, part, "the sheet has more than %d merged ranges", lim.Merges)
	}
	for _, ref := range count.merges {
		r, ok := parseRange(ref)
		if !ok {
			return sheet.Refuse(sheet.CodeDamaged, part, "merged range %q is not valid", ref)
		}
		if r.Row1 != r.Row2 || r.Col1 != r.Col2 {
			s.merges = append(s.merges, r)
		}
	}
	slices.SortStableFunc(s.merges, func(a, b sheet.Range) int {
		if a.Row1 != b.Row1 {
			return a.Row1 - b.Row1
		}
		return a.Col1 - b.Col1
	})
	found := false
	err = s.l.document("worksheet", func(name string) error {
		switch name {
		case "cols":
			if found {
				return s.l.damaged("<cols> stands behind the cells")
			}
			return s.l.children(s.columns)
		case "sheetData":
			if found {
				return s.l.damaged("the sheet has two tables of cells")
			}
			found = true
			return s.sheetData()
		case "mergeCells":
			return s.l.children(func(name string) error {
				if name == "mergeCell" {
					s.others++
				}
				return s.l.skip()
			})
		}
		return s.l.skip()
	})
	switch {
	case err != nil:
		return err
	case !found:
		return sheet.Refuse(sheet.CodeDamaged, part, "the sheet has no table of cells")
	case s.rows != count.rows, s.cells != count.cells, s.values-s.uncomputed+s.blank != count.values:
		return sheet.Refuse(sheet.CodeDamaged, part, "%d rows, %d cells, %d values were read, but a second count finds %d, %d, %d",
			s.rows, s.cells, s.values-s.uncomputed+s.blank, count.rows, count.cells, count.values)
	case s.others != count.merged:
		return sheet.Refuse(sheet.CodeDamaged, part, "%d merged ranges stand where they belong, %d in all", s.others, count.merged)
	}
	return nil
}

// columns reads one <col>: a span of columns that look the same.
func (s *scan) columns(string) error {
	l := s.l
	hidden, err := l.attr("hidden")
	if err != nil {
		return err
	}
	if hidden == "1" || hidden == "true" {
		var span [2]int
		for i, name := range []string{"min", "max"} {
			raw, _, well := attr(l.attrs, name)
			n, ok := digits(raw)
			if !well || !ok || n < 1 {
				return l.damaged("<col> without a valid %s", name)
			}
			span[i] = min(n, maxCol)
		}
		if s.cols == nil {
			s.cols = make([]bool, maxCol+1)
		}
		for c := span[0]; c <= span[1]; c++ {
			s.cols[c] = true
		}
	}
	return l.skip()
}

func (s *scan) sheetData() error {
	l := s.l
	if l.self {
		return nil
	}
	for {
		kind, err := l.next()
		if err != nil {
			return err
		}
		switch kind {
		case tokenEnd:
			return nil
		case tokenText:
			if len(trim(l.text)) > 0 {
				return l.damaged("text between rows")
			}
		case tokenStart:
			if string(l.name) != "row" {
				err = l.skip()
			} else {
				err = s.readRow()
			}
			if err != nil {
				return err
			}
		}
	}
}

func (s *scan) readRow() error {
	l := s.l
	next := s.row + 1
	s.rowHidden = false
	a := attributes{rest: l.attrs}
	for a.next() {
		switch string(a.name) {
		case "r":
			n, ok := digits(a.value)
			if !ok || n < next {
				return l.damaged("row %q comes after row %d", a.value, s.row)
			}
			next = n
		case "hidden":
			s.rowHidden = string(a.value) == "1" || string(a.value) == "true"
		}
	}
	if a.bad {
		return l.damaged("<row> has a malformed attribute")
	}
	if next > maxRow {
		return l.damaged("row %d is beyond the last row of a sheet", next)
	}
	s.row, s.col = next, 0
	s.rows++
	if l.self {
		return nil
	}
	for {
		kind, err := l.next()
		if err != nil {
			return err
		}
		switch kind {
		case tokenEnd:
			return nil
		case tokenText:
			if len(trim(l.text)) > 0 {
				return l.damaged("text between cells")
			}
		case tokenStart:
			if len(l.name) == 1 && l.name[0] == 'c' {
				err = s.readCell()
			} else {
				err = l.skip()
			}
			if err != nil {
				return err
			}
		}
	}
}

// readCell reads one <c>.
func (s *scan) readCell() error {
	l := s.l
	s.cells++
	col := s.col + 1
	var kind []byte
	xf := 0
	a := attributes{rest: l.attrs}
	for a.next() {
		if len(a.name) != 1 {
			continue
		}
		switch a.name[0] {
		case 'r':
			row, c, ok := parseAddress(a.value)
			if !ok {
				return l.damaged("cell reference %q is not valid", a.value)
			}
			if row != s.row {
				return l.damaged("cell %s stands in row %d", a.value, s.row)
			}
			if c < col {
				return l.damaged("cell %s comes after %s", a.value, sheet.Address(s.row, s.col))
			}
			col = c
		case 's':
			n, ok := digits(a.value)
			if !ok && len(a.value) > 0 {
				return l.damaged("cell %s has the style %q", sheet.Address(s.row, col), a.value)
			}
			xf = n
		case 't':
			kind = a.value
		}
	}
	if a.bad {
		return l.damaged("a cell in row %d has a malformed attribute", s.row)
	}
	if col > maxCol {
		return l.damaged("a cell beyond the last column of a sheet")
	}
	s.col = col
	if l.self {
		return nil
	}

	// Nearly every cell is <c …><v>text</v></c>.
	if rest := l.b[l.p:]; bytes.HasPrefix(rest, []byte("<v>")) {
		end := bytes.IndexByte(rest[3:], '<')
		if end >= 0 && bytes.HasPrefix(rest[3+end:], []byte("</v></c>")) && len(l.top()) == 1 {
			value := rest[3 : 3+end]
			l.p += 3 + end + len("</v></c>")
			l.open = l.open[:len(l.open)-1]
			if l.steps++; l.steps&4095 == 0 {
				if err := l.ctx.Err(); err != nil {
					return sheet.Stopped(err, l.part)
				}
			}
			if plain(value) {
				return s.emit(kind, xf, value, false, false)
			}
			text, ok := decode(s.scratch[:0], value)
			if !ok {
				return l.damaged("cell %s holds an unknown entity or a forbidden character", sheet.Address(s.row, s.col))
			}
			s.scratch = text
			return s.emit(kind, xf, text, false, false)
		}
	}
	return s.readContent(kind, xf)
}

// readContent reads the children of a <c> of any form.
func (s *scan) readContent(kind []byte, xf int) error {
	l := s.l
	kind = bytes.Clone(kind)
	formula, valued, inline := false, false, false
	text, formed := s.scratch[:0], s.formula[:0]
	for {
		token, err := l.next()
		if err != nil {
			return err
		}
		if token == tokenEnd {
			break
		}
		if token == tokenText {
			if len(trim(l.text)) > 0 {
				return l.damaged("text beside the value of cell %s", sheet.Address(s.row, s.col))
			}
			continue
		}
		switch name := l.name; {
		case len(name) == 1 && name[0] == 'v', string(name) == "is":
			// An empty element next to the other kind of value stands for nothing.
			if l.self {
				continue
			}
			if valued {
				return l.damaged("cell %s has two values", sheet.Address(s.row, s.col))
			}
			valued = true
			if inline = len(name) == 2; inline {
				text, err = l.richText(text)
			} else {
				text, err = l.content(text)
			}
		case len(name) == 1 && name[0] == 'f':
			formula = true
			formed, err = l.content(append(formed, '='))
		default:
			err = l.skip()
		}
		if err != nil {
			return err
		}
	}
	s.scratch, s.formula = text, formed
	switch {
	case formula && !valued && string(kind) != "str":
		s.uncomputed++
		return s.emit([]byte{'e'}, xf, formed, true, false)
	case formula && len(text) == 0 && (len(kind) == 0 || string(kind) == "n"): // the empty text has the type "str"
		return s.emit([]byte{'e'}, xf, formed, true, false)
	case !valued:
		return nil
	}
	return s.emit(kind, xf, text, formula, inline)
}

// emit hands over the cell at s.row, s.col. value is decoded and may be reused by the caller afterwards.
func (s *scan) emit(kind []byte, xf int, value []byte, formula, inline bool) error {
	c := sheet.Cell{Row: s.row, Col: s.col, Formula: formula, Hidden: s.rowHidden || s.cols != nil && s.cols[s.col]}
	if xf < len(s.w.styles) {
		st := &s.w.styles[xf]
		c.Format, c.Font, c.Indent = st.format, st.font, st.indent
		if st.date {
			c.Kind = sheet.Date
		} else {
			c.Kind = sheet.Number
		}
	} else if xf > 0 {
		return s.l.damaged("cell %s has style %d of %d", c.Address(), xf, len(s.w.styles))
	} else {
		c.Kind = sheet.Number
	}
	switch {
	case inline:
		c.Kind, c.Raw = sheet.Text, s.keep.keep(value)
	case len(kind) == 0, len(kind) == 1 && kind[0] == 'n':
		value = trim(value)
		if !isNumber(value) {
			c.Kind = sheet.Text
		}
		c.Raw = s.keep.keep(value)
	case len(kind) == 1 && kind[0] == 's':
		c.Kind = sheet.Text
		value = trim(value)
		if len(value) == 0 {
			break
		}
		n, ok := digits(value)
		if !ok || n >= s.w.strings.len() {
			return s.l.damaged("cell %s refers to shared string %q of %d", c.Address(), value, s.w.strings.len())
		}
		c.Raw = s.w.strings.get(n)
	case string(kind) == "str", string(kind) == "inlineStr":
		c.Kind, c.Raw = sheet.Text, s.keep.keep(lineEnds(unescape(s.own(value))))
	case len(kind) == 1 && kind[0] == 'b':
		c.Kind = sheet.Bool
		switch string(trim(value)) {
		case "1", "true":
			c.Raw = "TRUE"
		case "0", "false":
			c.Raw = "FALSE"
		case "":
		default:
			return s.l.damaged("cell %s is neither TRUE nor FALSE: %q", c.Address(), value)
		}
	case len(kind) == 1 && kind[0] == 'e':
		c.Kind, c.Raw = sheet.Error, s.keep.keep(value)
	case len(kind) == 1 && kind[0] == 'd':
		c.Kind, c.Raw = sheet.Text, s.keep.keep(value)
	default:
		return s.l.damaged("cell %s has the unknown type %q", c.Address(), kind)
	}
	if c.Raw == "" {
		s.blank++
		return nil
	}
	lim := &s.w.limits
	switch {
	case lim.Columns > 0 && c.Col > lim.Columns:
		return sheet.Refuse(sheet.CodeLimit, s.l.part, "cell %s is beyond column %d", c.Address(), lim.Columns)
	case lim.StringLength > 0 && len(c.Raw) > lim.StringLength && tooLong([]byte(c.Raw), lim.StringLength):
		return sheet.Refuse(sheet.CodeLimit, s.l.part, "cell %s holds more than %d characters", c.Address(), lim.StringLength)
	case s.values == s.budget:
		return sheet.Refuse(sheet.CodeLimit, s.l.part, "the workbook has more than %d cells with a value", lim.Cells)
	}
	for s.merge < len(s.merges) && (s.merges[s.merge].Row1 < c.Row || s.merges[s.merge].Row1 == c.Row && s.merges[s.merge].Col1 < c.Col) {
		s.merge++
	}
	if s.merge < len(s.merges) && s.merges[s.merge].Row1 == c.Row && s.merges[s.merge].Col1 == c.Col {
		c.Merge = s.merges[s.merge]
	}
	if s.w.lose != nil && s.w.lose(c.Row, c.Col) {
		return nil
	}
	s.values++
	if !s.yield(c, nil) {
		return errStop
	}
	return nil
}

// own gives a copy of value that may be changed, unless it is already the scratch space.
func (s *scan) own(value []byte) []byte {
	if bytes.IndexByte(value, '_') < 0 && bytes.IndexByte(value, '\r') < 0 {
		return value
	}
	s.scratch = append(s.scratch[:0], value...)
	return s.scratch
}

// trim takes off what XML counts as white space.
func trim(b []byte) []byte {
	for len(b) > 0 && b[0] <= ' ' {
		b = b[1:]
	}
	for len(b) > 0 && b[len(b)-1] <= ' ' {
		b = b[:len(b)-1]
	}
	return b
}

// parseAddress is sheet.ParseAddress for bytes, without the error's text.
func parseAddress(b []byte) (row, col int, ok bool) {
	i := 0
	for ; i < len(b) && i < 3 && b[i] >= 'A' && b[i] <= 'Z'; i++ {
		col = col*26 + int(b[i]-'A') + 1
	}
	if i == 0 || len(b) > 10 || col > maxCol {
		return 0, 0, false
	}
	row, ok = digits(b[i:])
	return row, col, ok && row >= 1 && row <= maxRow
}

func parseRange(b []byte) (r sheet.Range, ok bool) {
	from, to, two := bytes.Cut(b, []byte(":"))
	r.Row1, r.Col1, ok = parseAddress(from)
	if !ok {
		return r, false
	}
	r.Row2, r.Col2 = r.Row1, r.Col1
	if two {
		if r.Row2, r.Col2, ok = parseAddress(to); !ok {
			return r, false
		}
	}
	r.Row1, r.Row2 = min(r.Row1, r.Row2), max(r.Row1, r.Row2)
	r.Col1, r.Col2 = min(r.Col1, r.Col2), max(r.Col1, r.Col2)
	return r, true
}

// digits reads a number of at most nine digits.
func digits(b []byte) (n int, ok bool) {
	if len(b) == 0 || len(b) > 9 {
		return 0, false
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

// isNumber reports whether b is a decimal number as XML Schema writes a double, without INF and NaN.
func isNumber(b []byte) bool {
	i := 0
	sign := func() {
		if i < len(b) && (b[i] == '-' || b[i] == '+') {
			i++
		}
	}
	run := func() int {
		from := i
		for i < len(b) && b[i] >= '0' && b[i] <= '9' {
			i++
		}
		return i - from
	}
	sign()
	n := run()
	if i < len(b) && b[i] == '.' {
		i++
		n += run()
	}
	if n == 0 {
		return false
	}
	if i < len(b) && (b[i] == 'e' || b[i] == 'E') {
		i++
		sign()
		if run() == 0 {
			return false
		}
	}
	return i == len(b)
}
