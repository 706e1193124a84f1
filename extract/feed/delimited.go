package feed

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"github.com/phuluc/phuluc/extract/delimited"
)

// Limits of delimited text.
const (
	maxLine    = 1 << 20 // bytes of one line
	maxColumns = 512
	// maxJoined bounds how many lines one record with line breaks inside quotes may span, so that a quote that is never
	// closed does not swallow the rest of the file.
	maxJoined = 5
)

// Record is one line of a delimited file. Fields are in the order of the header. A Bad record has no fields: Raw is the
// line as it stands and Bad says what is wrong with it.
type Record struct {
	Line   int64 // 1-based, of its first line
	Fields []string
	Raw    string
	Bad    string
}

// Table is an opened delimited file: its header and its records.
type Table struct {
	Header    []string
	Separator byte
	lines     *lines
}

// OpenDelimited reads the header of a file and finds its separator: the one of ; tab , | that cuts the header into most
// fields. UTF-8, with or without byte order mark, and UTF-16 with one are read. Errors: the file is empty, not text, or a
// header of more than 512 columns.
func OpenDelimited(r io.Reader) (*Table, error) {
	decoded := transform.NewReader(r, unicode.BOMOverride(transform.Nop))
	t := &Table{lines: &lines{r: bufio.NewReaderSize(decoded, 64<<10)}}
	head, err := t.lines.next()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the file has no header line")
	}
	if err != nil {
		return nil, err
	}
	if !isText(head) {
		return nil, errors.New("the file is not UTF-8 text")
	}
	best := 0
	for _, sep := range []byte{';', '\t', ',', '|'} {
		fields, err := delimited.Split(head, sep)
		if err == nil && len(fields) > best {
			best, t.Separator, t.Header = len(fields), sep, fields
		}
	}
	if best == 0 {
		return nil, errors.New("a quote in the header line is not closed")
	}
	if best > maxColumns {
		return nil, fmt.Errorf("%d columns, at most %d are read", best, maxColumns)
	}
	for i := range t.Header {
		t.Header[i] = strings.TrimSpace(t.Header[i])
	}
	return t, nil
}

// Records yields the records after the header. An error ends the file (it can not be read on); bad records do not.
func (t *Table) Records(ctx context.Context) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		for {
			if err := ctx.Err(); err != nil {
				yield(Record{}, err)
				return
			}
			line, err := t.lines.next()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(Record{}, err)
				return
			}
			if strings.TrimSpace(line) == "" {
				continue
			}
			if !yield(t.record(line), nil) {
				return
			}
		}
	}
}

func (t *Table) record(line string) Record {
	r := Record{Line: t.lines.at, Raw: line}
	fields, err := delimited.Split(line, t.Separator)
	if errors.Is(err, delimited.ErrOpenQuote) {
		// A line break inside quotes, or a quote that is never closed: look a few lines ahead, and go back if it is the latter.
		joined := line
		ahead := []string{}
		for len(ahead) < maxJoined {
			next, e := t.lines.next()
			if e != nil {
				break
			}
			ahead = append(ahead, next)
			joined += "\n" + next
			if strings.Count(joined, `"`)%2 == 1 {
				continue // still open
			}
			if f, e := delimited.Split(joined, t.Separator); e == nil && len(f) == len(t.Header) && isText(joined) {
				r.Raw, r.Fields = joined, f
				return r
			}
		}
		t.lines.back(ahead)
	}
	switch {
	case !utf8.ValidString(line):
		r.Bad = "not UTF-8 text"
	case strings.ContainsRune(line, 0):
		r.Bad = "a NUL character stands in it"
	case err != nil:
		r.Bad = err.Error()
	case len(fields) != len(t.Header):
		r.Bad = fmt.Sprintf("%d fields, the header has %d", len(fields), len(t.Header))
	default:
		r.Fields = fields
	}
	return r
}

// isText reports whether s can be text at all.
func isText(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// lines gives physical lines without their ends and counts them; lines can be given back.
type lines struct {
	r     *bufio.Reader
	at    int64 // number of the line given last
	queue []string
	err   error // the end of reading: once met, it stays
}

func (l *lines) next() (string, error) {
	if len(l.queue) > 0 {
		line := l.queue[0]
		l.queue = l.queue[1:]
		l.at++
		return line, nil
	}
	if l.err != nil {
		return "", l.err
	}
	var b []byte
	for {
		part, err := l.r.ReadSlice('\n')
		b = append(b, part...)
		if len(b) > maxLine {
			l.err = fmt.Errorf("line %d is longer than %d bytes", l.at+1, maxLine)
			return "", l.err
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil && (!errors.Is(err, io.EOF) || len(b) == 0) {
			l.err = err
			return "", err
		}
		l.at++
		return string(bytes.TrimRight(b, "\r\n")), nil
	}
}

// back gives lines back in their order; at is then the number of the line before them.
func (l *lines) back(ahead []string) {
	l.queue = append(ahead, l.queue...)
	l.at -= int64(len(ahead))
}
