package xlsx

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/phuluc/phuluc/extract/sheet"
)

// stringTable is the shared strings of a workbook in one piece of memory: string i is text[at[i]:at[i+1]]. Offsets
// instead of strings keep a table of millions of empty strings small.
type stringTable struct {
	text string
	at   []uint32
}

func (t *stringTable) len() int { return max(0, len(t.at)-1) }

func (t *stringTable) get(i int) string { return t.text[t.at[i]:t.at[i+1]] }

func parseStrings(ctx context.Context, part string, b []byte, lim sheet.Limits) (stringTable, error) {
	l, err := newLexer(ctx, part, b)
	if err != nil {
		return stringTable{}, err
	}
	t := stringTable{at: make([]uint32, 1, 256)}
	text := make([]byte, 0, len(b)/2)
	err = l.document("sst", func(name string) error {
		if name != "si" {
			return l.skip()
		}
		if lim.Cells > 0 && len(t.at) > lim.Cells {
			return sheet.Refuse(sheet.CodeLimit, part, "there are more than %d shared strings", lim.Cells)
		}
		from := len(text)
		if text, err = l.richText(text); err != nil {
			return err
		}
		if tooLong(text[from:], lim.StringLength) {
			return sheet.Refuse(sheet.CodeLimit, part, "shared string %d is longer than %d characters", len(t.at)-1, lim.StringLength)
		}
		t.at = append(t.at, uint32(len(text)))
		return nil
	})
	if err != nil {
		return stringTable{}, err
	}
	t.text = string(text)
	return t, nil
}

// richText appends the text of an element that holds <t> or runs <r><t>. Phonetic runs (<rPh>, the reading of
// characters) are no part of the text.
func (l *lexer) richText(dst []byte) ([]byte, error) {
	from := len(dst)
	err := l.children(func(name string) (err error) {
		switch name {
		case "t":
			dst, err = l.content(dst)
		case "r":
			err = l.children(func(name string) (err error) {
				if name != "t" {
					return l.skip()
				}
				dst, err = l.content(dst)
				return err
			})
		default:
			err = l.skip()
		}
		return err
	})
	return dst[:from+len(lineEnds(unescape(dst[from:])))], err
}

// tooLong counts UTF-16 units, as the limit of the format does, but only if it has to.
func tooLong(b []byte, limit int) bool {
	if limit <= 0 || len(b) <= limit {
		return false
	}
	n := 0
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		if r > 0xFFFF {
			n++
		}
		n++
		b = b[size:]
	}
	return n > limit
}

// keeper stores small strings in blocks: one allocation for a thousand numbers instead of a thousand.
type keeper struct{ block strings.Builder }

const keeperBlock = 8 << 10

func (k *keeper) keep(b []byte) string {
	if k.block.Cap()-k.block.Len() < len(b) {
		k.block = strings.Builder{}
		k.block.Grow(max(keeperBlock, len(b)))
	}
	from := k.block.Len()
	k.block.Write(b)
	return k.block.String()[from:]
}
