package delimited

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/phuluc/phuluc/extract/sheet"
)

// SheetName is the name of the one sheet.
const SheetName = "Bảng 1"

const (
	maxRows   = 1 << 20 // of the sheet of a spreadsheet program
	maxRecord = 4 << 20 // bytes of one record
)

// Dialect is how a file is written.
type Dialect struct {
	Separator byte
	Encoding  string // UTF8 …
}

// Name gives the separator as people write it.
func (d Dialect) Name() string {
	if d.Separator == '\t' {
		return "TAB"
	}
	return string(rune(d.Separator))
}

// Workbook is an opened text. It is used from one goroutine.
type Workbook struct {
	r       io.ReaderAt
	size    int64
	limits  sheet.Limits
	coding  coding
	dialect Dialect
	hint    bool  // the first line is "sep=…"
	cells   int64 // counted by the first pass
	ended   bool  // the last line has a line end
	shifted error // of a record whose fields stand in the columns of others, nil if there is none
}

var _ sheet.Workbook = (*Workbook)(nil)

// Open reads the text once or twice to find its encoding and its separator. All its errors about the content are
// *sheet.FileError; others are those of r and of ctx. r must stay readable until the last use.
func Open(ctx context.Context, r io.ReaderAt, size int64, lim sheet.Limits) (*Workbook, error) {
	switch {
	case size == 0:
		return nil, sheet.Refuse(sheet.CodeEmpty, "", "the file has no bytes")
	case lim.CompressedBytes > 0 && size > lim.CompressedBytes:
		return nil, sheet.Refuse(sheet.CodeLimit, "", "the file has %d bytes, the limit is %d", size, lim.CompressedBytes)
	}
	w := &Workbook{r: r, size: size, limits: lim}
	var err error
	if w.coding, err = detect(ctx, r, size); err != nil {
		return nil, err
	}
	w.dialect.Encoding = w.coding.name
	if err := w.separate(ctx); err != nil {
		return nil, err
	}
	return w, nil
}

// candidate is one separator with what it makes of the text.
type candidate struct {
	scanner
	sizes   map[int]*alike // by number of fields, for two and more
	rows    int64          // all records
	records int64          // that are not blank
	last    line           // of them
	before  [2]line        // the two records before, if they stand together
}

// line is one record; end is true if its last field is not empty.
type line struct {
	at     int64
	fields int
	end    bool
}

// alike is the records that have the same number of fields.
type alike struct {
	records         int64
	first           int64 // line
	padded          bool  // the last field of one of them is empty
	longer, shorter line  // the first record of more or fewer fields, whose last one is not empty, between two of these
}

func (c *candidate) record() {
	now := line{end: c.any}
	c.finish()
	c.rows++
	if c.bytes {
		c.records++
		now.at, now.fields = c.line, c.fields
		c.last = now
	}
	if a := c.sizes[now.fields]; a != nil || now.fields > 1 && len(c.sizes) < 4096 {
		if a == nil {
			a = &alike{first: now.at}
			c.sizes[now.fields] = a
		}
		a.records++
		a.padded = a.padded || !now.end
		switch odd := c.before[1]; {
		case c.before[0].fields != now.fields || !odd.end:
		case odd.fields > now.fields && a.longer.at == 0:
			a.longer = odd
		case odd.fields > 1 && odd.fields < now.fields && a.shorter.at == 0:
			a.shorter = odd
		}
	}
	c.before = [2]line{c.before[1], now}
}

// share gives the number of fields that most records have, and how many records.
func (c *candidate) share() (fields int, records int64) {
	for n, a := range c.sizes {
		if a.records > records || a.records == records && n > fields {
			fields, records = n, a.records
		}
	}
	return fields, records
}

// shifted looks for a record in which a separator was lost, or is part of a text that should be in quotes, so that its fields stand in
// the columns of others: between two records as the header and most others are, it goes on behind their columns; or it is the only one
// that is one shorter, although others are filled up with empty fields.
func (c *candidate) shifted() (at int64, fields int) {
	usual, most := c.share()
	full, all := c.sizes[usual], int64(0)
	if usual < 3 { // prose has separators too
		return 0, 0
	}
	for _, a := range c.sizes {
		if a.first < full.first {
			return 0, 0 // the header is another one
		}
		all += a.records
	}
	switch {
	case full.longer.at > 0:
		return full.longer.at, full.longer.fields
	case all == most+1 && c.last.fields > usual && c.last.end:
		return c.last.at, c.last.fields
	case all == most+1 && full.shorter.fields == usual-1 && full.padded:
		return full.shorter.at, full.shorter.fields
	}
	return 0, 0
}

// separate finds the separator, and counts.
func (w *Workbook) separate(ctx context.Context) error {
	in := w.coding.reader(w.r, w.size)
	seps := []byte("\t;|,")
	if sep, length, ok := hint(in); ok {
		if _, err := in.Discard(length); err != nil {
			return err
		}
		w.hint, seps = true, []byte{sep}
	}
	var found []*candidate
	for _, sep := range seps {
		found = append(found, &candidate{scanner: newScanner(sep), sizes: map[int]*alike{}})
	}
	last, crlf := byte(0), false // the last byte; some lines end with two
	for {
		if err := ctx.Err(); err != nil {
			return sheet.Stopped(err, "")
		}
		_, err := in.Peek(1) // fills the buffer
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		chunk, _ := in.Peek(in.Buffered())
		for _, c := range found {
			for _, b := range chunk {
				if !c.inside(b) && c.step(b) {
					c.record()
					c.begin()
				}
			}
		}
		if !slices.ContainsFunc(found, func(c *candidate) bool { return c.rows <= maxRows }) {
			return sheet.Refuse(sheet.CodeLimit, "", "more than %d rows", maxRows)
		}
		last, crlf = chunk[len(chunk)-1], crlf || bytes.Contains(chunk, []byte("\r\n"))
		if _, err := in.Discard(len(chunk)); err != nil {
			return err
		}
	}
	w.ended = last == '\n'
	var best *candidate
	var most int64
	fields, whole := 0, false
	for _, c := range found {
		if c.err == nil && c.state == inQuotes {
			c.err, c.line = ErrOpenQuote, c.opened
		}
		if c.err == nil {
			whole = true
			c.record()
		}
		if n, k := c.share(); best == nil || k > most {
			best, fields, most = c, n, k
		}
	}
	switch {
	case most < 2 && whole && !w.hint && (most == 0 || best.err == nil):
		return sheet.Refuse(sheet.CodeNoTable, "", "")
	case best.err != nil:
		return sheet.Refuse(sheet.CodeDamaged, "", "line %d: %s", best.line+w.skipped(), best.err)
	case last == '\r' && crlf:
		return sheet.Refuse(sheet.CodeTruncated, "", "line %d: the line end is cut in two", best.line+w.skipped())
	case !w.ended && best.last.fields < fields && best.records == most+1:
		return sheet.Refuse(sheet.CodeTruncated, "", "line %d: the last line has %d fields, all others %d", best.line+w.skipped(), best.last.fields, fields)
	}
	if line, n := best.shifted(); line > 0 {
		w.shifted = sheet.Refuse(sheet.CodeDamaged, "", "line %d: %d fields where others have %d, its figures may stand in wrong columns", line+w.skipped(), n, fields)
	}
	w.dialect.Separator, w.cells = best.sep, best.cells
	return nil
}

// skipped is how many lines stand before the first record.
func (w *Workbook) skipped() int64 {
	if w.hint {
		return 1
	}
	return 0
}

// hint reads the line "sep=;" without taking it.
func hint(in *bufio.Reader) (sep byte, length int, ok bool) {
	head, _ := in.Peek(7) // a shorter file has no such line
	s := string(head)
	if len(s) < 6 || !strings.EqualFold(s[:4], "sep=") {
		return 0, 0, false
	}
	switch rest := s[5:]; {
	case rest[0] == '\n':
		length = 6
	case rest == "\r\n":
		length = 7
	default:
		return 0, 0, false
	}
	return s[4], length, strings.IndexByte("\t;|,", s[4]) >= 0
}

// Dialect says how the file is written.
func (w *Workbook) Dialect() Dialect { return w.dialect }

// Ended reports whether the last line has a line end, as the others have. Programs write it; where it is missing the text may have been
// cut, or somebody typed it.
func (w *Workbook) Ended() bool { return w.ended }

// Keywords is empty: text has no properties.
func (w *Workbook) Keywords(context.Context) string { return "" }

// Sheets lists the one sheet.
func (w *Workbook) Sheets() []sheet.Info { return []sheet.Info{{Name: SheetName}} }

// Close has nothing to close; the reader is its owner's.
func (w *Workbook) Close() error { return nil }

// Cells yields the fields that are not empty. See sheet.Workbook.
func (w *Workbook) Cells(ctx context.Context, _ int) iter.Seq2[sheet.Cell, error] {
	return func(yield func(sheet.Cell, error) bool) {
		if err := w.each(ctx, func(c sheet.Cell) bool { return yield(c, nil) }); err != nil {
			yield(sheet.Cell{}, err)
		}
	}
}

// each calls give for every cell until it returns false.
func (w *Workbook) each(ctx context.Context, give func(sheet.Cell) bool) error {
	in := w.coding.reader(w.r, w.size)
	if _, length, ok := hint(in); ok {
		if _, err := in.Discard(length); err != nil {
			return err
		}
	}
	s := newScanner(w.dialect.Separator)
	var record []byte
	var cells int64
	var numbers splitNumbers
	first := s.line // of the record
	for row, more := 1, true; more; row++ {
		if err := ctx.Err(); err != nil {
			return sheet.Stopped(err, "")
		}
		record = record[:0]
		for more {
			b, err := in.ReadByte()
			if errors.Is(err, io.EOF) {
				more = false
				break
			}
			if err != nil {
				return err
			}
			if !s.inside(b) && s.step(b) {
				break
			}
			if record = append(record, b); len(record) > maxRecord {
				return sheet.Refuse(sheet.CodeLimit, "", "line %d is longer than %d bytes", first+w.skipped(), maxRecord)
			}
		}
		if row > maxRows {
			return sheet.Refuse(sheet.CodeLimit, "", "more than %d rows", maxRows)
		}
		if !s.bytes {
			first = s.line + 1
			s.begin()
			continue
		}
		s.finish()
		text := strings.TrimRight(string(record), "\r")
		text = strings.ReplaceAll(text, "\r\n", "\n")
		fields, err := Split(text, s.sep)
		filled := 0
		for i, f := range fields {
			if f == "" {
				continue
			}
			filled++
			cells++
			c := sheet.Cell{Row: row, Col: i + 1, Raw: f}
			if err := w.limit(c, cells); err != nil {
				return err
			}
			if !give(c) {
				return nil
			}
		}
		if err != nil || len(fields) != s.fields || filled != s.filled {
			return sheet.Refuse(sheet.CodeDamaged, "", "line %d: %d fields were found, then %d", first+w.skipped(), s.fields, len(fields))
		}
		if s.sep == ',' {
			numbers.add(text, fields, first+w.skipped())
		}
		first = s.line + 1
		s.begin()
	}
	if line := numbers.found(); line > 0 {
		return sheet.Refuse(sheet.CodeDamaged, "", "line %d: commas separate the fields and stand in numbers too; numbers must be in quotes, or semicolons separate", line)
	}
	if w.shifted != nil {
		return w.shifted
	}
	if cells != w.cells {
		return sheet.Refuse(sheet.CodeDamaged, "", "%d cells were counted, %d read", w.cells, cells)
	}
	return nil
}

func (w *Workbook) limit(c sheet.Cell, cells int64) error {
	switch lim := w.limits; {
	case lim.Columns > 0 && c.Col > lim.Columns:
		return sheet.Refuse(sheet.CodeLimit, "", "%s: the limit is %d columns", c.Address(), lim.Columns)
	case lim.Cells > 0 && cells > int64(lim.Cells):
		return sheet.Refuse(sheet.CodeLimit, "", "%s: the limit is %d cells", c.Address(), lim.Cells)
	case lim.StringLength > 0 && len(c.Raw) > lim.StringLength && units(c.Raw) > lim.StringLength:
		return sheet.Refuse(sheet.CodeLimit, "", "%s: a text of more than %d characters", c.Address(), lim.StringLength)
	}
	return nil
}

// units counts UTF-16 units.
func units(s string) int {
	n := 0
	for _, x := range s {
		n += max(utf16.RuneLen(x), 1)
	}
	return n
}
