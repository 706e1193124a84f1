package xlsx

import (
	"bytes"
	"context"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/phuluc/phuluc/extract/sheet"
)

type tokenKind uint8

const (
	tokenEnd   tokenKind = iota // of an element
	tokenStart                  // of an element; no tokenEnd follows if the lexer says self
	tokenText                   // between tags; a long text comes in pieces
	tokenEOF                    // the document ended properly
)

// lexer reads one XML document and insists that it is well-formed: tags nest, there is one root, and it is closed. It
// knows no namespaces: a name is what follows the colon. Its slices point into the window: the next token moves them.
type lexer struct {
	window
	ctx context.Context
	lim sheet.Limits

	name  []byte // of the element, without prefix
	attrs []byte // of a start tag, not yet checked
	self  bool   // the start tag closes itself
	text  []byte // of a text token, not yet decoded
	cdata bool   // text is to be taken as it is

	names  []byte // full names of the open elements, one after the other …
	open   []int  // … and where each begins
	rooted bool   // a root was seen
	steps  int

	fonts map[string]string // names of fonts met so far, by their writing in the part
}

func newLexer(ctx context.Context, w window, lim sheet.Limits) *lexer {
	return &lexer{window: w, ctx: ctx, lim: lim, names: make([]byte, 0, 64), open: make([]int, 0, 16)}
}

func (l *lexer) damaged(format string, args ...any) error {
	e := sheet.Refuse(sheet.CodeDamaged, l.part, format, args...)
	e.Detail += " (byte " + strconv.FormatInt(l.base+int64(l.p), 10) + ")"
	return e
}

func (l *lexer) top() []byte { return l.names[l.open[len(l.open)-1]:] }

func (l *lexer) push(name []byte) error {
	if l.lim.Depth > 0 && len(l.open) >= l.lim.Depth {
		return sheet.Refuse(sheet.CodeLimit, l.part, "elements are nested deeper than %d (byte %d)", l.lim.Depth, l.base+int64(l.p))
	}
	l.open = append(l.open, len(l.names))
	l.names = append(l.names, name...)
	return nil
}

func (l *lexer) pop() {
	last := len(l.open) - 1
	l.names = l.names[:l.open[last]]
	l.open = l.open[:last]
}

// step looks at the context now and then.
func (l *lexer) step() error {
	if l.steps++; l.steps&4095 == 0 {
		if err := l.ctx.Err(); err != nil {
			return sheet.Stopped(err, l.part)
		}
	}
	return nil
}

// next moves to the next token.
func (l *lexer) next() (tokenKind, error) {
	for {
		if err := l.step(); err != nil {
			return 0, err
		}
		if len(l.b)-l.p < len("<![CDATA[") && l.src != nil { // to tell one markup from the other
			if _, err := l.more(); err != nil {
				return 0, err
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
			if err := l.readText(); err != nil {
				return 0, err
			}
			if len(l.open) > 0 {
				return tokenText, nil
			}
			if len(trim(l.text)) > 0 {
				return 0, l.damaged("text outside of the root element")
			}
			continue
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
				return tokenText, l.readCDATA()
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

// readText moves behind the text that begins here, or behind a piece of it.
func (l *lexer) readText() error {
	end := bytes.IndexByte(l.b[l.p:], '<')
	if end < 0 {
		if l.p > 0 { // else the window is full of it
			if _, err := l.more(); err != nil {
				return err
			}
		}
		if end = bytes.IndexByte(l.b[l.p:], '<'); end < 0 {
			end = len(l.b) - l.p
			if l.src != nil {
				end -= undecided(l.b[l.p:])
			}
		}
	}
	l.text, l.cdata = l.b[l.p:l.p+end], false
	l.p += end
	return nil
}

// undecided gives how many bytes at the end of a piece of text depend on what follows: a reference that is not over, a CR
// that may belong to an LF.
func undecided(b []byte) int {
	if i := bytes.LastIndexByte(b[max(0, len(b)-maxReference):], '&'); i >= 0 {
		from := max(0, len(b)-maxReference) + i
		if from > 0 && bytes.IndexByte(b[from:], ';') < 0 {
			return len(b) - from
		}
	}
	if len(b) > 1 && b[len(b)-1] == '\r' {
		return 1
	}
	return 0
}

func (l *lexer) readCDATA() error {
	const start, end = "<![CDATA[", "]]>"
	for {
		if i := bytes.Index(l.b[l.p+len(start):], []byte(end)); i >= 0 {
			if len(l.open) == 0 {
				return l.damaged("text outside of the root element")
			}
			from := l.p + len(start)
			l.text, l.cdata = l.b[from:from+i], true
			l.p = from + i + len(end)
			return nil
		}
		if ok, err := l.more(); err != nil {
			return err
		} else if !ok {
			return l.damaged("%s has no %s", start, end)
		}
	}
}

// jump moves behind the first end after start.
func (l *lexer) jump(start, end string) error {
	l.p += len(start)
	if ok, err := l.behind(end); err != nil {
		return err
	} else if !ok {
		return l.damaged("%s has no %s", start, end)
	}
	return nil
}

// startTag reads a start tag; one that the window cuts is read again from its beginning.
func (l *lexer) startTag() error {
	for {
		length, colon, full := scanTag(l.b[l.p:])
		if full == 0 {
			if ok, err := l.more(); err != nil {
				return err
			} else if ok {
				continue
			}
			return l.damaged("the text ends inside a tag")
		}
		tag := l.b[l.p : l.p+length]
		name := tag[1:full]
		if len(name) == 0 || name[0] < 'A' && name[0] != ':' || colon == 1 || colon == full-1 {
			return l.damaged("a tag without a name")
		}
		if tag[length-1] != '>' {
			return l.damaged("< inside <%s", name)
		}
		l.name = name
		if colon > 0 {
			l.name = tag[colon+1 : full]
		}
		l.attrs = tag[full : length-1]
		if l.self = len(l.attrs) > 0 && l.attrs[len(l.attrs)-1] == '/'; l.self {
			l.attrs = l.attrs[:len(l.attrs)-1]
		}
		if len(l.open) == 0 {
			if l.rooted {
				return l.damaged("a second root element <%s>", name)
			}
			l.rooted = true
		}
		l.p += length
		if !l.self {
			return l.push(name)
		}
		return nil
	}
}

// scanTag finds the end of the tag at the beginning of b, by its > outside of quotes, or by the next <, which no tag may
// hold. full is where its name ends, colon the first one in it or -1. full is 0 if b ends before the tag does.
func scanTag(b []byte) (length, colon, full int) {
	i := 1
	colon = -1
	for ; i < len(b); i++ {
		c := b[i]
		if c <= ' ' || c == '/' || c == '>' || c == '<' || c == '=' || c == '"' || c == '\'' || c == '&' {
			break
		}
		if c == ':' && colon < 0 {
			colon = i
		}
	}
	full = i
	var quote byte
	for ; i < len(b); i++ {
		switch c := b[i]; {
		case c == '<':
			return i + 1, colon, full
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '>':
			return i + 1, colon, full
		case c == '"' || c == '\'':
			quote = c
		}
	}
	return 0, 0, 0
}

func (l *lexer) endTag() error {
	i := bytes.IndexByte(l.b[l.p:], '>')
	for i < 0 {
		if ok, err := l.more(); err != nil {
			return err
		} else if !ok {
			return l.damaged("the text ends inside a tag")
		}
		i = bytes.IndexByte(l.b[l.p:], '>')
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
	l.pop()
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
// Text inside child elements does not belong to it. A text that no reading of it brings below the limit ends early.
func (l *lexer) content(dst []byte) ([]byte, error) {
	if l.self {
		return dst, nil
	}
	from := len(dst)
	for {
		if n := l.lim.StringLength; n > 0 && len(dst)-from > n*len("_x0000_") {
			return dst, sheet.Refuse(sheet.CodeLimit, l.part, "a text is longer than %d characters (byte %d)", n, l.base+int64(l.p))
		}
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

// maxReference is the length of the longest reference to a character that is read, "&#x0010FFFF;" and the like.
const maxReference = 13

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
		end := bytes.IndexByte(b[:min(len(b), maxReference-1)], ';')
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
