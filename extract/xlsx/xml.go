package xlsx

import (
	"bytes"
	"context"
	"encoding/binary"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/phuluc/phuluc/extract/sheet"
)

// maxDepth of elements; workbooks stay below 20.
const maxDepth = 256

type tokenKind uint8

const (
	tokenEnd   tokenKind = iota // of an element
	tokenStart                  // of an element; no tokenEnd follows if the lexer says self
	tokenText                   // between tags
	tokenEOF                    // the document ended properly
)

// lexer reads one XML document from memory and insists that it is well-formed: tags nest, there is one root, and it
// is closed. It knows no namespaces: a name is what follows the colon. Its slices point into the document.
type lexer struct {
	ctx  context.Context
	part string
	b    []byte
	p    int

	name  []byte // of the element, without prefix
	attrs []byte // of a start tag, not yet checked
	self  bool   // the start tag closes itself
	text  []byte // of a text token, not yet decoded
	cdata bool   // text is to be taken as it is

	open   []span // full names of the open elements
	rooted bool   // a root was seen
	steps  int
}

// span is a piece of the document; unlike a slice it costs the garbage collector nothing.
type span struct{ from, to int }

func (l *lexer) top() []byte {
	s := l.open[len(l.open)-1]
	return l.b[s.from:s.to]
}

// newLexer checks what concerns the document as a whole. b is changed to UTF-8 if it is UTF-16.
func newLexer(ctx context.Context, part string, b []byte) (*lexer, error) {
	b, err := toUTF8(part, b)
	if err != nil {
		return nil, err
	}
	return &lexer{ctx: ctx, part: part, b: b, open: make([]span, 0, 16)}, nil
}

// toUTF8 gives the document without a byte order mark. Parts must be UTF-8 or UTF-16 (ECMA-376 part 2, 6.2.5).
func toUTF8(part string, b []byte) ([]byte, error) {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(b, []byte("\xFF\xFE")), bytes.HasPrefix(b, []byte("<\x00")):
		order = binary.LittleEndian
	case bytes.HasPrefix(b, []byte("\xFE\xFF")), bytes.HasPrefix(b, []byte("\x00<")):
		order = binary.BigEndian
	}
	if order != nil {
		if len(b)%2 != 0 {
			return nil, sheet.Refuse(sheet.CodeDamaged, part, "UTF-16 text of an odd number of bytes")
		}
		out := make([]byte, 0, len(b)/2+len(b)/8)
		for i := 0; i < len(b); i += 2 {
			r := rune(order.Uint16(b[i:]))
			if utf16.IsSurrogate(r) {
				if i+4 > len(b) {
					return nil, sheet.Refuse(sheet.CodeDamaged, part, "UTF-16 text ends within a character")
				}
				if r = utf16.DecodeRune(r, rune(order.Uint16(b[i+2:]))); r == utf8.RuneError {
					return nil, sheet.Refuse(sheet.CodeDamaged, part, "byte %d is not valid UTF-16", i)
				}
				i += 2
			}
			out = utf8.AppendRune(out, r)
		}
		return bytes.TrimPrefix(out, []byte("\uFEFF")), nil
	}
	b = bytes.TrimPrefix(b, []byte("\uFEFF"))
	if bytes.HasPrefix(b, []byte("<?xml")) {
		if i := bytes.Index(b[:min(len(b), 256)], []byte("?>")); i > 0 {
			if enc, ok, _ := attr(b[len("<?xml"):i], "encoding"); ok {
				switch strings.ToLower(string(enc)) {
				case "utf-8", "utf8", "us-ascii", "ascii":
				default:
					return nil, sheet.Refuse(sheet.CodeDamaged, part, "encoding %q; parts of a workbook are UTF-8 or UTF-16", enc)
				}
			}
		}
	}
	if !utf8.Valid(b) {
		return nil, sheet.Refuse(sheet.CodeDamaged, part, "the text is not valid UTF-8")
	}
	return b, nil
}

func (l *lexer) damaged(format string, args ...any) error {
	e := sheet.Refuse(sheet.CodeDamaged, l.part, format, args...)
	e.Detail += " (byte " + strconv.Itoa(l.p) + ")"
	return e
}

// next moves to the next token.
func (l *lexer) next() (tokenKind, error) {
	for {
		if l.steps++; l.steps&4095 == 0 {
			if err := l.ctx.Err(); err != nil {
				return 0, sheet.Stopped(err, l.part)
			}
		}
		if l.p >= len(l.b) {
			switch {
			case len(l.open) > 0:
				return 0, l.damaged("the text ends inside <%s>", l.top())
			case !l.rooted:
				return 0, l.damaged("there is no XML element")
			}
			return tokenEOF, nil
		}
		if l.b[l.p] != '<' {
			end := bytes.IndexByte(l.b[l.p:], '<')
			if end < 0 {
				end = len(l.b) - l.p
			}
			l.text, l.cdata = l.b[l.p:l.p+end], false
			if len(l.open) == 0 {
				if len(bytes.TrimLeft(l.text, " \t\r\n")) > 0 {
					return 0, l.damaged("text outside of the root element")
				}
				l.p += end
				continue
			}
			l.p += end
			return tokenText, nil
		}
		rest := l.b[l.p+1:]
		if len(rest) == 0 {
			return 0, l.damaged("the text ends inside a tag")
		}
		switch rest[0] {
		case '/':
			return tokenEnd, l.endTag()
		case '?':
			if err := l.jump("<?", "?>"); err != nil {
				return 0, err
			}
		case '!':
			switch {
			case bytes.HasPrefix(rest, []byte("!--")):
				if err := l.jump("<!--", "-->"); err != nil {
					return 0, err
				}
			case bytes.HasPrefix(rest, []byte("![CDATA[")):
				from := l.p + len("<![CDATA[")
				if err := l.jump("<![CDATA[", "]]>"); err != nil {
					return 0, err
				}
				if len(l.open) == 0 {
					return 0, l.damaged("text outside of the root element")
				}
				l.text, l.cdata = l.b[from:l.p-len("]]>")], true
				return tokenText, nil
			case len(rest) >= 8 && strings.EqualFold(string(rest[:8]), "!DOCTYPE"):
				return 0, sheet.Refuse(sheet.CodeDoctype, l.part, "the part declares a document type; no spreadsheet program writes one, and attacks need it")
			default:
				return 0, l.damaged("a markup declaration")
			}
		default:
			return tokenStart, l.startTag()
		}
	}
}

// jump moves behind the first end after start.
func (l *lexer) jump(start, end string) error {
	i := bytes.Index(l.b[l.p+len(start):], []byte(end))
	if i < 0 {
		return l.damaged("%s has no %s", start, end)
	}
	l.p += len(start) + i + len(end)
	return nil
}

func (l *lexer) startTag() error {
	b := l.b
	from := l.p + 1
	i, colon := from, -1
	for ; i < len(b); i++ {
		c := b[i]
		if c <= ' ' || c == '/' || c == '>' || c == '<' || c == '=' || c == '"' || c == '\'' || c == '&' {
			break
		}
		if c == ':' && colon < 0 {
			colon = i
		}
	}
	full := b[from:i]
	if len(full) == 0 || full[0] < 'A' && full[0] != ':' || colon >= 0 && (colon == from || colon+1 == i) {
		return l.damaged("a tag without a name")
	}
	l.name = full
	if colon >= 0 {
		l.name = b[colon+1 : i]
	}
	var quote byte
	for at := i; ; i++ {
		if i >= len(b) {
			return l.damaged("the text ends inside <%s", full)
		}
		c := b[i]
		if quote != 0 {
			if c == quote {
				quote = 0
			}
			if c == '<' {
				return l.damaged("< inside an attribute of <%s>", full)
			}
			continue
		}
		if c == '>' {
			l.attrs = b[at:i]
			break
		}
		switch c {
		case '"', '\'':
			quote = c
		case '<':
			return l.damaged("< inside <%s", full)
		}
	}
	if l.self = len(l.attrs) > 0 && l.attrs[len(l.attrs)-1] == '/'; l.self {
		l.attrs = l.attrs[:len(l.attrs)-1]
	}
	if len(l.open) == 0 {
		if l.rooted {
			return l.damaged("a second root element <%s>", full)
		}
		l.rooted = true
	}
	l.p = i + 1
	if !l.self {
		if len(l.open) >= maxDepth {
			return l.damaged("elements nested deeper than %d", maxDepth)
		}
		l.open = append(l.open, span{from, from + len(full)})
	}
	return nil
}

func (l *lexer) endTag() error {
	i := bytes.IndexByte(l.b[l.p:], '>')
	if i < 0 {
		return l.damaged("the text ends inside a tag")
	}
	full := l.b[l.p+2 : l.p+i]
	if len(full) > 0 && full[len(full)-1] <= ' ' {
		full = bytes.TrimRight(full, " \t\r\n")
	}
	if len(l.open) == 0 {
		return l.damaged("</%s> closes nothing", full)
	}
	if !bytes.Equal(l.top(), full) {
		return l.damaged("</%s> closes <%s>", full, l.top())
	}
	l.open = l.open[:len(l.open)-1]
	l.p += i + 1
	l.name = full[bytes.IndexByte(full, ':')+1:]
	return nil
}

// skip moves behind the end of the element whose start was the last token.
func (l *lexer) skip() error {
	if l.self {
		return nil
	}
	for depth := len(l.open) - 1; len(l.open) > depth; {
		if _, err := l.next(); err != nil {
			return err
		}
	}
	return nil
}

// children calls visit at the start of every child element of the element whose start was the last token, and moves
// behind its end. visit must consume the child, by skip, children or content. Of the alternatives of markup
// compatibility only the fallback is visited, which is for readers that know no extensions; extension lists are
// skipped.
func (l *lexer) children(visit func(name string) error) error {
	if l.self {
		return nil
	}
	for {
		kind, err := l.next()
		if err != nil {
			return err
		}
		if kind == tokenEnd {
			return nil
		}
		if kind != tokenStart {
			continue
		}
		switch name := string(l.name); name {
		case "AlternateContent", "Fallback":
			err = l.children(visit)
		case "Choice", "extLst":
			err = l.skip()
		default:
			err = visit(name)
		}
		if err != nil {
			return err
		}
	}
}

// document checks that the root is called name, then visits its children and moves to the end.
func (l *lexer) document(name string, visit func(name string) error) error {
	if _, err := l.next(); err != nil { // outside of a root only a start or an error can come
		return err
	}
	if string(l.name) != name {
		return l.damaged("the root element is <%s>, not <%s>", l.name, name)
	}
	if err := l.children(visit); err != nil {
		return err
	}
	_, err := l.next()
	return err
}

// attrs walks the attributes of a tag. Names keep their prefix.
type attributes struct {
	rest  []byte
	name  []byte
	value []byte // entities not decoded
	bad   bool
}

func (a *attributes) next() bool {
	b := a.rest
	i := 0
	for i < len(b) && b[i] <= ' ' {
		i++
	}
	if i == len(b) {
		return false
	}
	if i == 0 {
		a.bad = true // nothing between two attributes
		return false
	}
	from := i
	for i < len(b) && b[i] != '=' && b[i] > ' ' {
		i++
	}
	a.name = b[from:i]
	for i < len(b) && b[i] <= ' ' {
		i++
	}
	if i == len(b) || b[i] != '=' || len(a.name) == 0 {
		a.bad = true
		return false
	}
	i++
	for i < len(b) && b[i] <= ' ' {
		i++
	}
	if i == len(b) || b[i] != '"' && b[i] != '\'' {
		a.bad = true
		return false
	}
	end := bytes.IndexByte(b[i+1:], b[i])
	if end < 0 {
		a.bad = true
		return false
	}
	a.value = b[i+1 : i+1+end]
	a.rest = b[i+end+2:]
	return true
}

// attr finds an attribute by its full name. ok is false if there is none, well is false if the tag is malformed.
func attr(tag []byte, name string) (value []byte, ok, well bool) {
	a := attributes{rest: tag}
	for a.next() {
		if string(a.name) == name && !ok {
			value, ok = a.value, true
		}
	}
	return value, ok, !a.bad
}

// attr gives the decoded value of an attribute of the last start tag, "" if there is none.
func (l *lexer) attr(name string) (string, error) {
	raw, ok, well := attr(l.attrs, name)
	if !well {
		return "", l.damaged("<%s> has a malformed attribute", l.name)
	}
	if !ok {
		return "", nil
	}
	out, ok := decode(nil, raw)
	if !ok {
		return "", l.damaged("attribute %s has an unknown entity or a forbidden character", name)
	}
	return string(out), nil
}

// content appends the decoded text of the element whose start was the last token to dst, and moves behind its end.
// Text inside child elements does not belong to it.
func (l *lexer) content(dst []byte) ([]byte, error) {
	if l.self {
		return dst, nil
	}
	for {
		kind, err := l.next()
		if err != nil {
			return dst, err
		}
		switch kind {
		case tokenEnd:
			return dst, nil
		case tokenStart:
			if err := l.skip(); err != nil {
				return dst, err
			}
		case tokenText:
			if dst, err = l.decoded(dst); err != nil {
				return dst, err
			}
		}
	}
}

// decoded appends the text of the last token.
func (l *lexer) decoded(dst []byte) ([]byte, error) {
	ok := true
	if l.cdata {
		dst, ok = appendLines(dst, l.text)
	} else {
		dst, ok = decode(dst, l.text)
	}
	if !ok {
		return dst, l.damaged("the text holds an unknown entity or a forbidden character")
	}
	return dst, nil
}

// plain reports that b is text that stands for itself.
func plain(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\n' && c != '\t' || c == '&' {
			return false
		}
	}
	return true
}

// decode appends text with its entities resolved and its line ends as LF. It knows the five entities that need no
// declaration and character references (XML 1.0, 2.11, 4.1, 4.6).
func decode(dst, b []byte) ([]byte, bool) {
	if plain(b) {
		return append(dst, b...), true
	}
	for len(b) > 0 {
		i := bytes.IndexByte(b, '&')
		if i < 0 {
			return appendLines(dst, b)
		}
		var ok bool
		if dst, ok = appendLines(dst, b[:i]); !ok {
			return dst, false
		}
		b = b[i+1:]
		end := bytes.IndexByte(b[:min(len(b), 12)], ';')
		if end < 0 {
			return dst, false
		}
		switch e := b[:end]; string(e) {
		case "amp":
			dst = append(dst, '&')
		case "lt":
			dst = append(dst, '<')
		case "gt":
			dst = append(dst, '>')
		case "quot":
			dst = append(dst, '"')
		case "apos":
			dst = append(dst, '\'')
		default:
			r, ok := charRef(e)
			if !ok {
				return dst, false
			}
			dst = utf8.AppendRune(dst, r)
		}
		b = b[end+1:]
	}
	return dst, true
}

// charRef reads "#10" or "#x1EA1".
func charRef(e []byte) (rune, bool) {
	if len(e) < 2 || e[0] != '#' {
		return 0, false
	}
	base, digits := rune(10), e[1:]
	if digits[0] == 'x' {
		base, digits = 16, digits[1:]
	}
	var r rune
	for _, c := range digits {
		d := hexDigit(c)
		if d < 0 || d >= base {
			return 0, false
		}
		if r = r*base + d; r > utf8.MaxRune {
			return 0, false
		}
	}
	return r, len(digits) > 0 && utf8.ValidRune(r) && (r >= ' ' || r == '\t' || r == '\n' || r == '\r')
}

func hexDigit(c byte) rune {
	switch {
	case c >= '0' && c <= '9':
		return rune(c - '0')
	case c >= 'a' && c <= 'f':
		return rune(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return rune(c-'A') + 10
	}
	return -1
}

// appendLines appends literal text, CR LF and CR as LF. Other control characters are not XML.
func appendLines(dst, b []byte) ([]byte, bool) {
	for i := 0; i < len(b); i++ {
		c := b[i]
		switch {
		case c == '\r':
			if i+1 >= len(b) || b[i+1] != '\n' {
				dst = append(dst, '\n')
			}
		case c < ' ' && c != '\n' && c != '\t':
			return dst, false
		default:
			dst = append(dst, c)
		}
	}
	return dst, true
}

// unescape resolves _xHHHH_ in place: the way the format writes characters that XML has no place for (ECMA-376 part 1,
// 22.9.2.19). _x005F_ stands for the underscore that would otherwise begin an escape. Control characters other than
// TAB, LF and CR stay as they are written: they would only do harm in terminals and databases.
func unescape(b []byte) []byte {
	i := bytes.Index(b, []byte("_x"))
	if i < 0 {
		return b
	}
	out := b[:i]
	for i < len(b) {
		u, ok := escapeAt(b[i:])
		if !ok {
			out = append(out, b[i])
			i++
			continue
		}
		i += 7
		if utf16.IsSurrogate(u) {
			low, ok := escapeAt(b[i:])
			r := utf16.DecodeRune(u, low)
			if !ok || r == utf8.RuneError {
				// Half a character stands for nothing: it stays as it is written.
				out = append(out, b[i-7:i]...)
				continue
			}
			i += 7
			u = r
		}
		if u < ' ' && u != '\t' && u != '\n' && u != '\r' {
			out = append(out, b[i-7:i]...)
			continue
		}
		out = utf8.AppendRune(out, u)
	}
	return out
}

// lineEnds makes CR LF and CR one LF, in place. Cells use LF; a CR comes in by _x000D_ or a character reference.
func lineEnds(b []byte) []byte {
	i := bytes.IndexByte(b, '\r')
	if i < 0 {
		return b
	}
	out, _ := appendLines(b[:i], b[i:])
	return out
}

func escapeAt(b []byte) (rune, bool) {
	if len(b) < 7 || b[0] != '_' || b[1] != 'x' || b[6] != '_' {
		return 0, false
	}
	var u rune
	for _, c := range b[2:6] {
		d := hexDigit(c)
		if d < 0 {
			return 0, false
		}
		u = u<<4 | d
	}
	return u, true
}
