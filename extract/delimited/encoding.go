package delimited

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"github.com/phuluc/phuluc/extract"
	"github.com/phuluc/phuluc/extract/sheet"
)

// Encodings, by the names that people see.
const (
	UTF8        = "UTF-8"
	UTF16LE     = "UTF-16 LE"
	UTF16BE     = "UTF-16 BE"
	Windows1258 = "Windows-1258"
	Windows1252 = "Windows-1252" // or an 8-bit font over it
)

const bom8 = "\xEF\xBB\xBF"

// coding is what the bytes of a file are.
type coding struct {
	name   string
	bom    int  // its length
	macCR  bool // lines end with a carriage return alone
	marked bool // the byte order mark says so
}

// detect reads the whole file once, and an 8-bit file twice.
func detect(ctx context.Context, r io.ReaderAt, size int64) (coding, error) {
	head := make([]byte, min(size, extract.HeadSize))
	if _, err := r.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return coding{}, err
	}
	all := func(from int) *bufio.Reader {
		return bufio.NewReaderSize(io.NewSectionReader(r, int64(from), size-int64(from)), 64<<10)
	}
	if order, bom := extract.UTF16(head); order != nil {
		c := coding{name: UTF16LE, bom: bom, marked: bom > 0}
		if order == binary.BigEndian {
			c.name = UTF16BE
		}
		return c, c.check16(ctx, all(bom), order)
	}
	c := coding{name: UTF8}
	if strings.HasPrefix(string(head[:min(len(head), 3)]), bom8) {
		c.bom, c.marked = len(bom8), true
	}
	var line, multi, wrong, wrongLine, feeds, returns int64 = 1, 0, 0, 0, 0, 0
	in := all(c.bom)
	for i := 0; ; i++ {
		if i&0xFFFF == 0 && ctx.Err() != nil {
			return c, sheet.Stopped(ctx.Err(), "")
		}
		x, n, err := in.ReadRune()
		if errors.Is(err, io.EOF) {
			break
		}
		switch {
		case err != nil:
			return c, err
		case x == 0:
			return c, sheet.Refuse(sheet.CodeDamaged, "", "line %d: a NUL character", line)
		case x == '\n':
			line++
			feeds++
		case x == '\r':
			returns++
		case x == utf8.RuneError && n == 1:
			if wrong++; wrong == 1 {
				wrongLine = line
			}
		case n > 1:
			multi++
		}
	}
	c.macCR = feeds == 0 && returns > 0
	if wrong == 0 {
		return c, nil
	}
	if c.marked || multi > wrong {
		return c, sheet.Refuse(sheet.CodeDamaged, "", "line %d: not UTF-8 text, although the rest is", wrongLine)
	}
	c.name = Windows1252
	viet, err := is1258(ctx, all(0))
	if viet {
		c.name = Windows1258
	}
	return c, err
}

// check16 looks for what is no UTF-16: half a unit, half a pair, NUL.
func (c *coding) check16(ctx context.Context, in *bufio.Reader, order binary.ByteOrder) error {
	line, feeds, returns, high := 1, 0, 0, false
	damaged := func(what string) error {
		return sheet.Refuse(sheet.CodeDamaged, "", "line %d: %s", line, what)
	}
	var unit [2]byte
	for i := 0; ; i++ {
		if i&0xFFFF == 0 && ctx.Err() != nil {
			return sheet.Stopped(ctx.Err(), "")
		}
		_, err := io.ReadFull(in, unit[:])
		if errors.Is(err, io.EOF) && !high {
			break
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return sheet.Refuse(sheet.CodeTruncated, "", "line %d: the text ends inside a character", line)
		}
		if err != nil {
			return err
		}
		u := order.Uint16(unit[:])
		low := u >= 0xDC00 && u < 0xE000
		switch {
		case low != high:
			return damaged("half of a character")
		case u == 0:
			return damaged("a NUL character")
		case u == '\n':
			line++
			feeds++
		case u == '\r':
			returns++
		}
		high = u >= 0xD800 && u < 0xDC00
	}
	c.macCR = feeds == 0 && returns > 0
	return nil
}

// is1258 reports whether 8-bit text is in Windows-1258, which writes most tones as marks of their own behind the vowel.
// TCVN3 has its letters where Windows-1258 has signs (A8–BF), and the marks' codes are letters in it and in VNI, which also
// follow consonants; đ of VNI is F1.
func is1258(ctx context.Context, in *bufio.Reader) (bool, error) {
	const vowels = "aeiouyAEIOUY\xC2\xC3\xCA\xD4\xD5\xDD\xE2\xE3\xEA\xF4\xF5\xFD"
	const marks = "\xCC\xD2\xDE\xEC\xF2" // grave, hook above, tilde, acute, dot below
	var last byte
	tones, legacy := 0, 0
	for i := 0; ; i++ {
		if i&0xFFFF == 0 && ctx.Err() != nil {
			return false, sheet.Stopped(ctx.Err(), "")
		}
		b, err := in.ReadByte()
		if errors.Is(err, io.EOF) {
			return tones > 0 && legacy*20 < tones, nil
		}
		switch {
		case err != nil:
			return false, err
		case strings.IndexByte(marks, b) >= 0:
			if strings.IndexByte(vowels, last) < 0 {
				return false, nil
			}
			tones++
		case b >= 0xA8 && b <= 0xBF && b != 0xAB && b != 0xBB && b != 0xB0 && b != 0xB2 && b != 0xB3 && b != 0xB7, b == 0xF1, b == 0xD1:
			legacy++
		}
		last = b
	}
}

// reader gives the text in UTF-8 with LF for a carriage return alone if that is how lines end.
func (c coding) reader(r io.ReaderAt, size int64) *bufio.Reader {
	var in io.Reader = io.NewSectionReader(r, int64(c.bom), size-int64(c.bom))
	var t transform.Transformer
	switch c.name {
	case UTF16LE:
		t = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewDecoder()
	case UTF16BE:
		t = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewDecoder()
	case Windows1252:
		t = eightBit(charmap.Windows1252)
	case Windows1258:
		t = eightBit(charmap.Windows1258)
	}
	if t != nil {
		in = transform.NewReader(in, t)
	}
	if c.macCR {
		in = crReader{in}
	}
	return bufio.NewReaderSize(in, 64<<10)
}

// codePage decodes a code page. Bytes that it leaves undefined become the control characters of the same number, as
// Windows itself does it, so that no byte is lost.
type codePage struct {
	transform.NopResetter
	table [256]string
}

func eightBit(page *charmap.Charmap) transform.Transformer {
	var t codePage
	for i := range t.table {
		x := page.DecodeByte(byte(i))
		if x == utf8.RuneError {
			x = rune(i)
		}
		t.table[i] = string(x)
	}
	return &t
}

func (t *codePage) Transform(dst, src []byte, _ bool) (nDst, nSrc int, err error) {
	for _, b := range src {
		s := t.table[b]
		if nDst+len(s) > len(dst) {
			return nDst, nSrc, transform.ErrShortDst
		}
		nDst += copy(dst[nDst:], s)
		nSrc++
	}
	return nDst, nSrc, nil
}

type crReader struct{ r io.Reader }

func (c crReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	for i, b := range p[:n] {
		if b == '\r' {
			p[i] = '\n'
		}
	}
	return n, err
}
