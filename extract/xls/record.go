package xls

import (
	"bytes"
	"context"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/phuluc/phuluc/extract/sheet"
	"golang.org/x/text/encoding/charmap"
)

// Numbers of the records that matter here ([MS-XLS] RecordType, the same in BIFF5).
const (
	idFormula       = 0x0006
	idEOF           = 0x000A
	idExternSheet   = 0x0017
	idName          = 0x0018
	idDate1904      = 0x0022
	idFilePass      = 0x002F
	idFont          = 0x0031
	idContinue      = 0x003C
	idCodePage      = 0x0042
	idColInfo       = 0x007D
	idBoundSheet    = 0x0085
	idMulRK         = 0x00BD
	idRString       = 0x00D6
	idDBCell        = 0x00D7
	idXF            = 0x00E0
	idMergeCells    = 0x00E5
	idSST           = 0x00FC
	idLabelSST      = 0x00FD
	idSupBook       = 0x01AE
	idNumber        = 0x0203
	idLabel         = 0x0204
	idBoolErr       = 0x0205
	idString        = 0x0207
	idRecalcID      = 0x01C1
	idRow           = 0x0208
	idArray         = 0x0221
	idDefaultRow    = 0x0225
	idDefaultCol    = 0x0055
	idDimensions    = 0x0200
	idIndex         = 0x020B
	idWindow2       = 0x023E
	idTable         = 0x0236
	idRK            = 0x027E
	idFormat        = 0x041E
	idSharedFormula = 0x04BC
	idBOF           = 0x0809
)

// maxRecord is the most data one record may hold ([MS-XLS] Record).
const maxRecord = 8224

// record is one record of the stream: data is stream[at+4 : end].
type record struct {
	id      uint16
	at, end int
	data    []byte
}

// stream is the workbook as a sequence of records, and what is needed to read their texts.
type stream struct {
	name    string
	b       []byte
	biff8   bool
	charmap *charmap.Charmap // of the bytes of a BIFF5 text
	long    int              // limit of a text in UTF-16 units, 0 without limit
}

func (s *stream) refuse(code string, at int, format string, args ...any) error {
	e := sheet.Refuse(code, s.name, format, args...)
	e.Detail += " (byte " + itoa(at) + ")"
	return e
}

func (s *stream) damaged(at int, format string, args ...any) error {
	return s.refuse(sheet.CodeDamaged, at, format, args...)
}

// record reads the record at byte p.
func (s *stream) record(p int) (record, error) {
	if p+4 > len(s.b) {
		return record{}, s.refuse(sheet.CodeTruncated, p, "the stream ends where a record should begin")
	}
	r := record{id: le.Uint16(s.b[p:]), at: p}
	n := int(le.Uint16(s.b[p+2:]))
	r.end = p + 4 + n
	if n > maxRecord {
		return r, s.damaged(p, "record %04X has %d bytes, more than a record can have", r.id, n)
	}
	if r.end > len(s.b) {
		return r, s.refuse(sheet.CodeTruncated, p, "the stream ends inside record %04X", r.id)
	}
	// What is left is how BIFF2 says how far a sheet reaches, which some programs still write, and four zeros alone, with which others fill up.
	if fill := n == 0 && !bytes.HasPrefix(s.b[r.end:], make([]byte, 4)); r.id == 0 && n != 8 && n != 10 && !fill {
		return r, s.damaged(p, "zeros stand where a record should begin")
	}
	r.data = s.b[p+4 : r.end]
	return r, nil
}

// least checks that a record has the fields that are about to be read.
func (s *stream) least(r record, n int) error {
	if len(r.data) < n {
		return s.damaged(r.at, "record %04X has %d bytes instead of %d", r.id, len(r.data), n)
	}
	return nil
}

// cursor reads what may run on over CONTINUE records.
type cursor struct {
	s      *stream
	p, end int // what is left of the current record
	from   int // byte of the record it began in, for messages
	err    error
}

func (s *stream) cursor(r record, skip int) *cursor {
	return &cursor{s: s, p: r.at + 4 + skip, end: r.end, from: r.at}
}

func (c *cursor) fail() {
	if c.err == nil {
		c.err = c.s.damaged(c.from, "a text in the record ends too early, at byte %d", c.p)
	}
	c.p = c.end
}

// more goes on to the CONTINUE record behind the current one.
func (c *cursor) more() bool {
	b := c.s.b
	if c.end+4 > len(b) || le.Uint16(b[c.end:]) != idContinue {
		return false
	}
	n := int(le.Uint16(b[c.end+2:]))
	if n > maxRecord || c.end+4+n > len(b) {
		return false
	}
	c.p = c.end + 4
	c.end = c.p + n
	return true
}

// left counts the bytes of the record and of those that continue it which were not read.
func (c *cursor) left() int {
	n := c.end - c.p
	for c.more() {
		n += c.end - c.p
	}
	return n
}

// done reports whether nothing is left, in CONTINUE records neither.
func (c *cursor) done() bool {
	for c.p == c.end {
		if !c.more() {
			return true
		}
	}
	return false
}

func (c *cursor) u8() int {
	if c.err != nil || c.done() {
		c.fail()
		return 0
	}
	c.p++
	return int(c.s.b[c.p-1])
}

func (c *cursor) u16() int {
	if c.p+2 <= c.end {
		c.p += 2
		return int(le.Uint16(c.s.b[c.p-2:]))
	}
	low := c.u8()
	return low | c.u8()<<8
}

func (c *cursor) u32() int {
	low := c.u16()
	return low | c.u16()<<16
}

func (c *cursor) skip(n int) {
	for n > 0 && c.err == nil {
		if c.done() {
			c.fail()
			return
		}
		step := min(n, c.end-c.p)
		c.p += step
		n -= step
	}
}

// fontRun is a run as the file has it: from byte at of the text on it is in font number font.
type fontRun struct {
	at   uint32
	font uint16
}

// text appends a text whose length is a number of width bytes (1 or 2), in the form that tidy gives it, and its runs.
func (c *cursor) text(dst []byte, runs []fontRun, width int) ([]byte, []fontRun) {
	from, first := len(dst), len(runs)
	dst, formatted, extra := c.characters(dst, width)
	runs = c.runs(runs, formatted, c.u16)
	c.skip(extra)
	return tidy(dst, from, runs[first:]), runs
}

// characters appends the characters of a text as they are stored. It says how many runs and how many bytes of other
// things follow.
func (c *cursor) characters(dst []byte, width int) (_ []byte, formatted, extra int) {
	n := 0
	if width == 1 {
		n = c.u8()
	} else {
		n = c.u16()
	}
	if c.s.long > 0 && n > c.s.long && c.err == nil {
		c.err = c.s.refuse(sheet.CodeLimit, c.from, "a text of %d characters, more than %d", n, c.s.long)
	}
	if c.err != nil {
		return dst, 0, 0
	}
	if !c.s.biff8 {
		return c.bytes(dst, n), 0, 0
	}
	flags := c.u8()
	if flags&8 != 0 {
		formatted = c.u16()
	}
	if flags&4 != 0 {
		extra = c.u32()
	}
	return c.units(dst, n, flags&1 != 0), formatted, extra
}

// runs appends n runs, whose two fields read gives.
func (c *cursor) runs(runs []fontRun, n int, read func() int) []fontRun {
	for ; n > 0; n-- {
		at, font := read(), read()
		if c.err != nil {
			break
		}
		runs = append(runs, fontRun{uint32(at), uint16(font)})
	}
	return runs
}

// units appends n characters of UTF-16, whose high bytes are left out where they are all zero. Each record the text
// runs on into says anew whether they are.
func (c *cursor) units(dst []byte, n int, wide bool) []byte {
	high := rune(0) // first half of a pair
	for n > 0 && c.err == nil {
		if c.p == c.end {
			if !c.more() {
				c.fail()
				return dst
			}
			if c.p < c.end {
				wide = c.s.b[c.p]&1 != 0
				c.p++
			}
			continue
		}
		if !wide {
			k := min(n, c.end-c.p)
			for _, b := range c.s.b[c.p : c.p+k] {
				if b < utf8.RuneSelf {
					dst = append(dst, b)
				} else {
					dst = append(dst, 0xC0|b>>6, 0x80|b&0x3F)
				}
			}
			c.p += k
			n -= k
			continue
		}
		k := min(n, (c.end-c.p)/2)
		if k == 0 {
			c.err = c.s.damaged(c.from, "a character of a text is cut in two at byte %d", c.p)
			return dst
		}
		for b := c.s.b[c.p : c.p+2*k]; len(b) > 0; b = b[2:] {
			u := rune(b[0]) | rune(b[1])<<8
			switch {
			case u < utf8.RuneSelf && high == 0:
				dst = append(dst, byte(u))
			case utf16.IsSurrogate(u) && high == 0 && u < 0xDC00:
				high = u
			case high != 0:
				if r := utf16.DecodeRune(high, u); r != utf8.RuneError {
					dst = utf8.AppendRune(dst, r)
				} else {
					dst = utf8.AppendRune(dst, utf8.RuneError)
					dst = utf8.AppendRune(dst, u) // AppendRune writes half a pair as U+FFFD as well
				}
				high = 0
			default:
				dst = utf8.AppendRune(dst, u)
			}
		}
		c.p += 2 * k
		n -= k
	}
	if high != 0 {
		dst = utf8.AppendRune(dst, utf8.RuneError)
	}
	return dst
}

// bytes appends n characters of the code page.
func (c *cursor) bytes(dst []byte, n int) []byte {
	for ; n > 0; n-- {
		b := c.u8()
		if c.err != nil {
			return dst
		}
		dst = utf8.AppendRune(dst, c.s.charmap.DecodeByte(byte(b)))
	}
	return dst
}

// tidy gives dst[from:] the form all readers agree on: LF ends a line, and control characters are written as Office
// Open XML writes them, because they would only do harm in terminals and databases. It turns the beginnings of runs
// from UTF-16 units into bytes.
func tidy(dst []byte, from int, runs []fontRun) []byte {
	text := dst[from:]
	odd := false
	for _, b := range text {
		if b < ' ' && b != '\n' && b != '\t' {
			odd = true
			break
		}
	}
	if !odd && len(runs) == 0 {
		return dst
	}
	old := string(text)
	dst = dst[:from]
	unit := uint32(0)
	place := func() {
		for len(runs) > 0 && runs[0].at <= unit {
			runs[0].at = uint32(len(dst) - from)
			runs = runs[1:]
		}
	}
	for i, r := range old {
		place()
		unit++
		switch {
		case r == '\r':
			if !strings.HasPrefix(old[i+1:], "\n") {
				dst = append(dst, '\n')
			}
		case r < ' ' && r != '\n' && r != '\t':
			const hex = "0123456789ABCDEF"
			dst = append(dst, '_', 'x', '0', '0', hex[r>>4], hex[r&15], '_')
		default:
			if r > 0xFFFF {
				unit++
			}
			dst = utf8.AppendRune(dst, r)
		}
	}
	unit = 1 << 16
	place()
	return dst
}

// charmaps are the code pages of one byte a character, by the number the CODEPAGE record gives.
func charmaps(page int) *charmap.Charmap {
	switch page {
	case 0, 1252, 32769, 1200: // 1200 says UTF-16, which only BIFF8 has
		return charmap.Windows1252
	case 437:
		return charmap.CodePage437
	case 850:
		return charmap.CodePage850
	case 852:
		return charmap.CodePage852
	case 855:
		return charmap.CodePage855
	case 858:
		return charmap.CodePage858
	case 860:
		return charmap.CodePage860
	case 862:
		return charmap.CodePage862
	case 863:
		return charmap.CodePage863
	case 865:
		return charmap.CodePage865
	case 866:
		return charmap.CodePage866
	case 874:
		return charmap.Windows874
	case 1250:
		return charmap.Windows1250
	case 1251:
		return charmap.Windows1251
	case 1253:
		return charmap.Windows1253
	case 1254:
		return charmap.Windows1254
	case 1255:
		return charmap.Windows1255
	case 1256:
		return charmap.Windows1256
	case 1257:
		return charmap.Windows1257
	case 1258:
		return charmap.Windows1258
	case 10000, 32768:
		return charmap.Macintosh
	}
	return nil
}

// deadline looks at the context now and then.
type deadline struct {
	ctx   context.Context
	steps int
}

func (d *deadline) check(part string) error {
	if d.steps++; d.steps&4095 != 0 {
		return nil
	}
	if err := d.ctx.Err(); err != nil {
		return sheet.Stopped(err, part)
	}
	return nil
}
