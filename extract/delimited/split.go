package delimited

import (
	"errors"
	"strings"
)

// Errors of Split.
var (
	ErrOpenQuote = errors.New("a quote is not closed")
	ErrBareQuote = errors.New("text follows a closing quote")
)

// Split cuts one record into fields by RFC 4180, with any separator. A quote inside a field that does not begin with one
// is text. Errors: ErrOpenQuote, ErrBareQuote.
func Split(record string, sep byte) ([]string, error) {
	var fields []string
	for {
		if !strings.HasPrefix(record, `"`) {
			i := strings.IndexByte(record, sep)
			if i < 0 {
				return append(fields, record), nil
			}
			fields, record = append(fields, record[:i]), record[i+1:]
			continue
		}
		var b strings.Builder
		rest := record[1:]
		for {
			i := strings.IndexByte(rest, '"')
			if i < 0 {
				return nil, ErrOpenQuote
			}
			b.WriteString(rest[:i])
			rest = rest[i+1:]
			if !strings.HasPrefix(rest, `"`) {
				break
			}
			b.WriteByte('"')
			rest = rest[1:]
		}
		fields = append(fields, b.String())
		if rest == "" {
			return fields, nil
		}
		if rest[0] != sep {
			return nil, ErrBareQuote
		}
		record = rest[1:]
	}
}
