package markup

import (
	"bufio"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"github.com/phuluc/phuluc/extract/archive"
	"github.com/phuluc/phuluc/extract/sheet"
)

// Reader gives the tokens of one part.
type Reader struct {
	ctx    context.Context
	part   string
	in     io.ReadCloser
	dec    *xml.Decoder
	census *census
	seen   map[string]int // elements by local name, of the names counted
	limit  int            // of depth, 0 is none
	depth  int
	tokens int
	root   bool // the root element has begun
}

// Open opens a part. The elements of the local names given are counted twice. The Reader must be closed.
func Open(ctx context.Context, a *archive.Archive, e *archive.Entry, lim sheet.Limits, names ...string) (*Reader, error) {
	in, err := a.Reader(ctx, e)
	if err != nil {
		return nil, err
	}
	r := &Reader{ctx: ctx, part: e.Name, in: in, limit: lim.Depth, seen: map[string]int{}}
	r.census = &census{r: in, part: e.Name, found: map[string]int{}}
	for _, n := range names {
		r.census.found[n], r.seen[n] = 0, 0
	}
	r.dec = xml.NewDecoder(bufio.NewReaderSize(r.census, 64<<10))
	return r, nil
}

// Close closes the part.
func (r *Reader) Close() error { return r.in.Close() }

// Refuse makes an error that names the part.
func (r *Reader) Refuse(code, format string, args ...any) error {
	return sheet.Refuse(code, r.part, format, args...)
}

// Next gives the next start, end or text; comments and instructions are passed over. io.EOF is the proven end. All other
// errors about the content are *sheet.FileError. Texts are valid until the next call.
func (r *Reader) Next() (xml.Token, error) {
	for {
		if r.tokens++; r.tokens&0xFFF == 1 && r.ctx.Err() != nil {
			return nil, sheet.Stopped(r.ctx.Err(), r.part)
		}
		t, err := r.dec.Token()
		if err != nil {
			return nil, r.end(err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			if r.depth == 0 && r.root {
				return nil, r.Refuse(sheet.CodeDamaged, "a second root element")
			}
			r.root = true
			if r.depth++; r.limit > 0 && r.depth > r.limit {
				return nil, r.Refuse(sheet.CodeLimit, "byte %d: elements are nested deeper than %d", r.dec.InputOffset(), r.limit)
			}
			if _, ok := r.seen[t.Name.Local]; ok {
				r.seen[t.Name.Local]++
			}
			return t, nil
		case xml.EndElement:
			r.depth--
			return t, nil
		case xml.CharData:
			if r.depth > 0 {
				return t, nil
			}
			outside := string(t)
			if r.tokens == 1 { // a byte order mark may stand before all else
				outside = strings.TrimPrefix(outside, "\uFEFF")
			}
			if strings.TrimSpace(outside) != "" {
				return nil, r.Refuse(sheet.CodeDamaged, "byte %d: text outside the root element", r.dec.InputOffset())
			}
		case xml.Directive:
			return nil, r.Refuse(sheet.CodeDoctype, "byte %d: a document type or another declaration", r.dec.InputOffset())
		}
	}
}

func (r *Reader) end(err error) error {
	var x *sheet.FileError
	switch {
	case errors.Is(err, io.EOF):
		if !r.root {
			return r.Refuse(sheet.CodeDamaged, "the part is empty")
		}
		for name, n := range r.census.found {
			if r.seen[name] != n {
				return r.Refuse(sheet.CodeDamaged, "%d elements %s were counted, %d read", n, name, r.seen[name])
			}
		}
		return io.EOF
	case errors.As(err, &x), r.ctx.Err() != nil:
		return err
	}
	var syntax *xml.SyntaxError
	if !errors.As(err, &syntax) && !strings.HasPrefix(err.Error(), "xml:") {
		return err // of the reader below
	}
	return &sheet.FileError{Code: sheet.CodeDamaged, Part: r.part, Detail: "the XML is damaged", Err: err}
}

// Skip passes over the rest of the element whose start was given last.
func (r *Reader) Skip() error {
	for depth := 1; depth > 0; {
		t, err := r.Next()
		if err != nil {
			return err
		}
		switch t.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		}
	}
	return nil
}

// Children calls each for every element directly below the one whose start was given last, until that one ends. each must
// read its element to the end.
func (r *Reader) Children(each func(xml.StartElement) error) error {
	for {
		t, err := r.Next()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if err := each(t); err != nil {
				return err
			}
		case xml.EndElement:
			return nil
		}
	}
}

// Document reads the whole part: each is called for the root element and must read it to the end.
func (r *Reader) Document(each func(root xml.StartElement) error) error {
	for {
		t, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if t, ok := t.(xml.StartElement); ok {
			if err := each(t); err != nil {
				return err
			}
		}
	}
}

// Text gives the text of the element whose start was given last, without that of elements below it.
func (r *Reader) Text() (string, error) {
	var b strings.Builder
	for depth := 1; ; {
		t, err := r.Next()
		if err != nil {
			return "", err
		}
		switch t := t.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			if depth--; depth == 0 {
				return b.String(), nil
			}
		case xml.CharData:
			if depth == 1 {
				b.Write(t)
			}
		}
	}
}

// Attr gives an attribute by namespace and local name; with namespace "*" by the local name alone.
func Attr(e xml.StartElement, space, local string) (value string, ok bool) {
	for _, a := range e.Attr {
		if a.Name.Local == local && (space == "*" || a.Name.Space == space) {
			return a.Value, true
		}
	}
	return "", false
}

// maxToken is how many bytes one tag, one piece of text or one comment may have: the parser keeps it whole. The longest text that a
// cell may hold fits.
const maxToken = 4 << 20

// census counts start tags in the bytes that pass, by local name, and refuses what the parser could not take in.
type census struct {
	r     io.Reader
	part  string
	found map[string]int
	name  []byte
	in    bool // inside the name of a start tag
	token int  // bytes since a tag began or ended
}

func (c *census) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	for _, b := range p[:n] {
		if c.token++; b == '<' || b == '>' {
			c.token = 0
		}
		switch {
		case c.token > maxToken:
			return 0, sheet.Refuse(sheet.CodeLimit, c.part, "one tag or one piece of text is longer than %d bytes", maxToken)
		case b == '<':
			c.in, c.name = true, c.name[:0]
		case !c.in:
		case b == ':':
			c.name = c.name[:0]
		case b == ' ' || b == '>' || b == '/' || b == '\n' || b == '\r' || b == '\t':
			if k, ok := c.found[string(c.name)]; ok && len(c.name) > 0 {
				c.found[string(c.name)] = k + 1
			}
			c.in = false
		case len(c.name) > 64:
			c.in = false
		default:
			c.name = append(c.name, b)
		}
	}
	return n, err
}
