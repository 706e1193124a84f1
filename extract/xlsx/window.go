package xlsx

import (
	"bytes"
	"encoding/binary"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/phuluc/phuluc/extract/sheet"
)

const (
	// windowSize is what is in memory of a part that is read as a stream.
	windowSize = 64 << 10
	// maxToken is how far a window grows for one tag or one CDATA section. The longest text that a cell may hold fits.
	maxToken = 1 << 20
)

// window is the piece of a text that is in memory. b[p:] is still to be read.
type window struct {
	part string
	src  io.Reader // nil if b goes on to the end of the text
	b    []byte
	p    int
	base int64 // bytes of the text before b
}

// more reads on and drops what lies before p: offsets into b change, those from p stay. It is false at the end of the
// text. The whole space is filled, so that what did not fit needs it only once.
func (w *window) more() (bool, error) {
	if w.src == nil {
		return false, nil
	}
	n := copy(w.b, w.b[w.p:])
	w.base += int64(w.p)
	w.b, w.p = w.b[:n], 0
	if n == cap(w.b) {
		if n >= maxToken {
			return false, sheet.Refuse(sheet.CodeLimit, w.part, "one tag or one piece of text is longer than %d bytes (byte %d)", maxToken, w.base)
		}
		grown := make([]byte, n, max(2*n, 16))
		copy(grown, w.b)
		w.b = grown
	}
	got, err := io.ReadFull(w.src, w.b[n:cap(w.b)])
	w.b = w.b[:n+got]
	if err == io.EOF || err == io.ErrUnexpectedEOF { // and not errors.Is: damage of the archive may wrap one
		w.src, err = nil, nil
	}
	return got > 0, err
}

// behind moves behind the next end, or to the end of the text, and says whether there was one.
func (w *window) behind(end string) (bool, error) {
	for {
		if i := bytes.Index(w.b[w.p:], []byte(end)); i >= 0 {
			w.p += i + len(end)
			return true, nil
		}
		w.p = max(w.p, len(w.b)-len(end)+1)
		if ok, err := w.more(); err != nil || !ok {
			w.p = len(w.b)
			return false, err
		}
	}
}

// textReader gives a part as UTF-8 without a byte order mark and refuses bytes that are no text. Parts must be UTF-8 or
// UTF-16 (ECMA-376 part 2, 6.2.5).
type textReader struct {
	part    string
	src     io.Reader
	head    []byte // read ahead to know the encoding, to be given first
	begun   bool
	order   binary.ByteOrder // of UTF-16; nil for UTF-8
	wide    []byte           // decoded UTF-16 …
	ready   []byte           // … and what of it is still to be given
	cut     [utf8.UTFMax]byte
	pending int   // bytes of cut: the beginning of a character whose end was not yet seen
	err     error // the first one, which stays
}

func newTextReader(part string, src io.Reader) *textReader { return &textReader{part: part, src: src} }

func (t *textReader) Read(p []byte) (n int, err error) {
	if t.err != nil {
		return 0, t.err
	}
	if !t.begun {
		if t.err = t.begin(); t.err != nil {
			return 0, t.err
		}
	}
	if t.order != nil {
		n, t.err = t.readWide(p)
	} else {
		n, t.err = t.raw(p)
		if bad := t.check(p[:n]); bad != nil {
			n, t.err = 0, bad
		} else if t.err == io.EOF && t.pending > 0 {
			t.err = t.invalid()
		}
	}
	return n, t.err
}

// raw reads what stands in the part, the head first.
func (t *textReader) raw(p []byte) (int, error) {
	if len(t.head) > 0 {
		n := copy(p, t.head)
		t.head = t.head[n:]
		return n, nil
	}
	return t.src.Read(p)
}

// begin looks at the first bytes for the encoding.
func (t *textReader) begin() error {
	t.begun = true
	head := make([]byte, 256)
	n, err := io.ReadFull(t.src, head)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		t.src = strings.NewReader("") // the end was proven
	} else if err != nil {
		return err
	}
	b := head[:n]
	switch {
	case bytes.HasPrefix(b, []byte("\xFF\xFE")), bytes.HasPrefix(b, []byte("<\x00")):
		t.order = binary.LittleEndian
	case bytes.HasPrefix(b, []byte("\xFE\xFF")), bytes.HasPrefix(b, []byte("\x00<")):
		t.order = binary.BigEndian
	}
	if t.order != nil {
		if t.order.Uint16(b) == 0xFEFF {
			b = b[2:]
		}
		t.head = b
		t.wide = make([]byte, 0, wideStep/2*3)
		return nil
	}
	b = bytes.TrimPrefix(b, []byte("\uFEFF"))
	t.head = b
	if bytes.HasPrefix(b, []byte("<?xml")) {
		if i := bytes.Index(b, []byte("?>")); i > 0 {
			if enc, ok, _ := attr(b[len("<?xml"):i], "encoding"); ok {
				switch strings.ToLower(string(enc)) {
				case "utf-8", "utf8", "us-ascii", "ascii":
				default:
					return sheet.Refuse(sheet.CodeDamaged, t.part, "encoding %q; parts of a workbook are UTF-8 or UTF-16", enc)
				}
			}
		}
	}
	return nil
}

func (t *textReader) invalid() error {
	return sheet.Refuse(sheet.CodeDamaged, t.part, "the text is not valid UTF-8")
}

// check proves that b continues valid UTF-8, which may end within a character.
func (t *textReader) check(b []byte) error {
	for t.pending > 0 && len(b) > 0 {
		t.cut[t.pending] = b[0]
		t.pending++
		b = b[1:]
		if c := t.cut[:t.pending]; utf8.FullRune(c) {
			if !utf8.Valid(c) {
				return t.invalid()
			}
			t.pending = 0
		}
	}
	// The last three bytes may be the beginning of a character.
	end := len(b)
	for i := 1; i < utf8.UTFMax && i <= len(b); i++ {
		if c := b[len(b)-i]; utf8.RuneStart(c) {
			if !utf8.FullRune(b[len(b)-i:]) {
				end = len(b) - i
			}
			break
		}
	}
	if !utf8.Valid(b[:end]) {
		return t.invalid()
	}
	if end < len(b) {
		t.pending = copy(t.cut[:], b[end:])
	}
	return nil
}

// wideStep is how many bytes of UTF-16 are decoded at a time. Two become three at most.
const wideStep = 1024

// readWide reads UTF-16. The pending bytes are those of a unit or of a character that was cut.
func (t *textReader) readWide(p []byte) (int, error) {
	for len(t.ready) == 0 {
		var in [wideStep]byte
		copy(in[:], t.cut[:t.pending])
		n, err := t.raw(in[t.pending:])
		b := in[:t.pending+n]
		t.ready = t.wide[:0]
		for len(b) >= 2 {
			r, size := rune(t.order.Uint16(b)), 2
			if utf16.IsSurrogate(r) {
				if len(b) < 4 {
					break
				}
				if r = utf16.DecodeRune(r, rune(t.order.Uint16(b[2:]))); r == utf8.RuneError {
					return 0, sheet.Refuse(sheet.CodeDamaged, t.part, "the text is not valid UTF-16")
				}
				size = 4
			}
			t.ready = utf8.AppendRune(t.ready, r)
			b = b[size:]
		}
		t.pending = copy(t.cut[:], b)
		if err == io.EOF && t.pending > 0 {
			return 0, sheet.Refuse(sheet.CodeDamaged, t.part, "UTF-16 text ends within a character")
		}
		if err != nil {
			t.src = errReader{err}
			if len(t.ready) == 0 {
				return 0, err
			}
		}
	}
	n := copy(p, t.ready)
	t.ready = t.ready[n:]
	return n, nil
}

// errReader gives an error that was met before.
type errReader struct{ err error }

func (r errReader) Read([]byte) (int, error) { return 0, r.err }
