package xlsx

import (
	"bytes"
	"context"
	"encoding/binary"
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

// wholeSheet is the size in bytes up to which a sheet is unpacked once and kept while it is read. A larger one is unpacked
// twice, for the census and for the cells, and never in memory as a whole.
const wholeSheet = 4 << 20

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
	merged              int // merged ranges found where they belong

	formulas formulas
	keep     keeper
	scratch  []byte
	formula  []byte
}

// run reads the sheet in a part.
func (s *scan) run(ctx context.Context, e *archive.Entry) error {
	if e.Size() > s.w.whole {
		return s.document(ctx, func() (window, func(), error) { return s.w.stream(ctx, e) })
	}
	in, done, err := s.w.stream(ctx, e)
	if err != nil {
		return err
	}
	defer done()
	// The buffer changes hands while it is in use, so that two iterations at once do not share it.
	buf := bytes.NewBuffer(s.w.sheetBuf[:0])
	s.w.sheetBuf = nil
	buf.Grow(int(e.Size()) + bytes.MinRead)
	_, err = buf.ReadFrom(in.src)
	defer func() { s.w.sheetBuf = buf.Bytes() }()
	if err != nil {
		return err
	}
	return s.document(ctx, func() (window, func(), error) {
		return window{part: e.Name, b: buf.Bytes()}, func() {}, nil
	})
}

// document reads a sheet; open gives its text from the beginning, twice.
func (s *scan) document(ctx context.Context, open func() (window, func(), error)) error {
	lim := s.w.limits
	s.budget = -1
	if lim.Cells > 0 {
		s.budget = lim.Cells
		for _, n := range s.w.values {
			s.budget -= n
		}
		s.budget = max(s.budget, 0)
	}
	var count census
	in, done, err := open()
	if err != nil {
		return err
	}
	err = count.count(in, lim)
	done()
	if err != nil {
		return err
	}
	s.merges = count.merges
	slices.SortStableFunc(s.merges, func(a, b sheet.Range) int {
		if a.Row1 != b.Row1 {
			return a.Row1 - b.Row1
		}
		return a.Col1 - b.Col1
	})
	if in, done, err = open(); err != nil {
		return err
	}
	defer done()
	s.l = newLexer(ctx, in, lim)
	if err := s.worksheet(); err != nil {
		return err
	}
	switch values := s.values - s.uncomputed + s.blank; {
	case s.rows != count.rows, s.cells != count.cells, values != count.values:
		return sheet.Refuse(sheet.CodeDamaged, in.part, "%d rows, %d cells, %d values were read, but a second count finds %d, %d, %d",
			s.rows, s.cells, values, count.rows, count.cells, count.values)
	case s.merged != count.merged:
		return sheet.Refuse(sheet.CodeDamaged, in.part, "%d merged ranges stand where they belong, %d in all", s.merged, count.merged)
	}
	return nil
}

// worksheet reads the whole document.
func (s *scan) worksheet() error {
	found := false
	err := s.l.document("worksheet", func(name string) error {
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
					s.merged++
				}
				return s.l.skip()
			})
		}
		return s.l.skip()
	})
	if err == nil && !found {
		err = sheet.Refuse(sheet.CodeDamaged, s.l.part, "the sheet has no table of cells")
	}
	return err
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
		if took, err := s.quickCell(); err != nil {
			return err
		} else if took {
			continue
		}
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

// cellType is how a cell's value is stored: its attribute t.
type cellType uint8

const (
	typeNumber cellType = iota // n, or no attribute
	typeShared                 // s: index of a shared string
	typeString                 // str: a formula's text, or inlineStr with its text in <v>
	typeInline                 // its text stands in <is>
	typeBool                   // b
	typeError                  // e
	typeISO                    // d: a date in ISO 8601
	typeOther
)

func parseType(t []byte) cellType {
	switch string(t) {
	case "", "n":
		return typeNumber
	case "s":
		return typeShared
	case "str", "inlineStr":
		return typeString
	case "b":
		return typeBool
	case "e":
		return typeError
	case "d":
		return typeISO
	}
	return typeOther
}

// plainCell is how nearly every cell begins; bytes as a little-endian number, the six of them.
const plainCell = '<' | 'c'<<8 | ' '<<16 | 'r'<<24 | '='<<32 | '"'<<40

// quickCell reads the cell that begins here if it is written as the usual programs write it:
//
//	<c r="B7" s="3" t="s"><v>12</v></c>
//
// with or without s, t and a value. It takes nothing that readCell would read in another way; whatever else stands here,
// or does not stand in the window as a whole, is left to it.
func (s *scan) quickCell() (took bool, err error) {
	l := s.l
	if len(l.b)-l.p < 512 && l.src != nil {
		if _, err := l.more(); err != nil {
			return false, err
		}
	}
	b := l.b[l.p:]
	if s.w.slow || len(b) < 16 || binary.LittleEndian.Uint64(b)&(1<<48-1) != plainCell {
		return false, nil
	}
	i, col := 6, 0
	for ; i < len(b) && b[i] >= 'A' && b[i] <= 'Z' && i < 6+3; i++ {
		col = col*26 + int(b[i]-'A') + 1
	}
	row, from := 0, i
	for ; i < len(b) && b[i]-'0' <= 9 && i < from+7; i++ {
		row = row*10 + int(b[i]-'0')
	}
	if row != s.row || col <= s.col || col > maxCol || i+16 > len(b) || b[i] != '"' {
		return false, nil
	}
	i++
	xf := 0
	if b[i] == ' ' && b[i+1] == 's' && b[i+2] == '=' && b[i+3] == '"' {
		from = i + 4
		for i = from; i < len(b) && b[i]-'0' <= 9 && i < from+6; i++ {
			xf = xf*10 + int(b[i]-'0')
		}
		if i == from || i+16 > len(b) || b[i] != '"' {
			return false, nil
		}
		i++
	}
	t := typeNumber
	if b[i] == ' ' && b[i+1] == 't' && b[i+2] == '=' && b[i+3] == '"' {
		from = i + 4
		n := bytes.IndexByte(b[from:min(len(b), from+16)], '"')
		if n < 0 {
			return false, nil
		}
		t = parseType(b[from : from+n])
		if i = from + n + 1; t == typeOther || i+16 > len(b) {
			return false, nil
		}
	}
	if b[i] == '/' && b[i+1] == '>' {
		s.cells++
		s.col = col
		l.p += i + 2
		return true, l.step()
	}
	if b[i] != '>' {
		return false, nil
	}
	i++
	of := formulaNone
	content := i
	if b[i] == '<' && b[i+1] == 'f' && b[i+2] == '>' {
		from = i + 3
		if i = plainEnd(b, from); i > from && bytes.HasPrefix(b[i:], []byte("</f><v>")) && i+16 <= len(b) && b[i+7] != '<' {
			of = formulaOwn
			if refersOutside(b[from:i], s.w.outside) {
				of = formulaExternal
			}
			i += 4
		}
	}
	if i+16 > len(b) || b[i] != '<' || b[i+1] != 'v' || b[i+2] != '>' {
		return true, s.beginContent(col, content, t, xf)
	}
	from = i + 3
	i = plainEnd(b, from)
	if i+8 > len(b) || binary.LittleEndian.Uint64(b[i:]) != closeBoth {
		return true, s.beginContent(col, content, t, xf)
	}
	s.cells++
	s.col = col
	l.p += i + 8
	if err := l.step(); err != nil {
		return false, err
	}
	return true, s.emit(t, xf, b[from:i], of, nil)
}

// beginContent reads the content of the cell in column col, whose start tag ends before b[p+at].
func (s *scan) beginContent(col, at int, t cellType, xf int) error {
	l := s.l
	if err := l.push(l.b[l.p+1 : l.p+2]); err != nil {
		return err
	}
	s.cells++
	s.col = col
	l.p += at
	return s.readContent(t, xf)
}

// plainEnd gives where text from b[i] on ends that stands for itself.
func plainEnd(b []byte, i int) int {
	for ; i < len(b); i++ {
		if c := b[i]; c == '<' || c == '&' || c < ' ' && c != '\n' && c != '\t' {
			break
		}
	}
	return i
}

// readCell reads one <c> of any form.
func (s *scan) readCell() error {
	l := s.l
	s.cells++
	col := s.col + 1
	t := typeNumber
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
			if t = parseType(a.value); t == typeOther && !l.self {
				return l.damaged("cell %s has the unknown type %q", sheet.Address(s.row, col), a.value)
			}
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
	return s.readContent(t, xf)
}

// readContent reads the children of a <c>.
func (s *scan) readContent(t cellType, xf int) error {
	l := s.l
	of := formulaNone
	valued, present := false, false // a value, be it empty; a tag of one
	text, formed := s.scratch[:0], s.formula[:0]
	var runs []sheet.Run
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
			present = true
			// An empty element next to the other kind of value stands for nothing.
			if l.self {
				continue
			}
			if valued {
				err = l.damaged("two values")
				break
			}
			valued = true
			if len(name) == 2 {
				t = typeInline
				text, runs, err = l.richText(text)
			} else {
				text, err = l.content(text)
			}
		case len(name) == 1 && name[0] == 'f':
			tag, ok := parseFormulaTag(l.attrs)
			if !ok || len(formed) > 0 {
				err = l.damaged("two formulas, or a malformed one")
				break
			}
			if formed, err = l.content(append(formed, '=')); err == nil {
				of, err = s.formulaKind(tag, formed[1:])
			}
		default:
			err = l.skip()
		}
		if err != nil {
			return s.inCell(err)
		}
	}
	s.scratch, s.formula = text, formed
	switch {
	case len(formed) == 0 && !valued:
		return nil
	case len(formed) > 0 && !valued && !(t == typeString && present):
		s.uncomputed++
		return s.emit(typeError, xf, formed, of, nil)
	case len(formed) > 0 && len(text) == 0 && t == typeNumber: // the empty text has the type "str"
		return s.emit(typeError, xf, formed, of, nil)
	case !valued:
		return nil
	}
	return s.emit(t, xf, text, of, runs)
}

// inCell says in which cell the content is at fault.
func (s *scan) inCell(err error) error {
	if e, ok := err.(*sheet.FileError); ok {
		e.Detail = "cell " + sheet.Address(s.row, s.col) + ": " + e.Detail
	}
	return err
}

// emit hands over the cell at s.row, s.col. value is decoded and may be reused by the caller afterwards.
func (s *scan) emit(t cellType, xf int, value []byte, of formulaKind, runs []sheet.Run) error {
	if of == formulaNone {
		of = s.formulas.at(s.row, s.col)
	}
	c := sheet.Cell{Row: s.row, Col: s.col, Kind: sheet.Number, Formula: of != formulaNone, External: of == formulaExternal,
		Hidden: s.rowHidden || s.cols != nil && s.cols[s.col]}
	if xf < len(s.w.styles) {
		st := &s.w.styles[xf]
		c.Format, c.Font, c.Indent, c.Struck = st.format, st.font, st.indent, st.struck
		c.Hidden = c.Hidden || st.unseen
		if st.date {
			c.Kind = sheet.Date
		}
	} else if xf > 0 {
		return s.l.damaged("cell %s has style %d of %d", c.Address(), xf, len(s.w.styles))
	}
	switch t {
	case typeNumber:
		value = trim(value)
		if !isNumber(value) {
			c.Kind = sheet.Text
		}
		c.Raw = s.keep.keep(value)
	case typeShared:
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
		runs = s.w.strings.runs[n]
	case typeInline:
		c.Kind, c.Raw = sheet.Text, s.keep.keep(value)
	case typeString:
		c.Kind, c.Raw = sheet.Text, s.keep.keep(lineEnds(unescape(s.own(value))))
	case typeBool:
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
	case typeError:
		c.Kind, c.Raw = sheet.Error, s.keep.keep(value)
	default: // typeISO
		c.Kind, c.Raw = sheet.Text, s.keep.keep(value)
	}
	if runs != nil {
		c.Runs = inStyle(runs, c.Font, c.Struck)
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
