package xlsx

import (
	"bytes"
	"encoding/binary"
	"math/bits"

	"github.com/phuluc/phuluc/extract/sheet"
)

// census is the second count: how many rows, cells and values the bytes of a sheet hold. It knows nothing of how
// cells are read, it looks at every "<" once and at the name behind it. What the scanner hands over must agree with
// it. It goes over the sheet first and also collects the merged ranges, which stand behind the cells they speak of.
type census struct {
	rows, cells int
	values      int // cells with a <v> or <is> that is not self-closing
	merges      []sheet.Range
	merged      int // merged ranges, also those of one cell, which are not kept
}

// The beginnings of tags, as little-endian numbers.
const (
	openCell   = '<' | 'c'<<8 | ' '<<16
	openValue  = '<' | 'v'<<8 | '>'<<16
	closeCell  = '<' | '/'<<8 | 'c'<<16 | '>'<<24
	closeBoth  = '<' | '/'<<8 | 'v'<<16 | '>'<<24 | closeCell<<32 // </v></c>
	threeBytes = 1<<24 - 1
)

// count takes the census of a text, to its end.
func (c *census) count(w window, lim sheet.Limits) error {
	inside, waiting := false, false // inside <sheetData>; a cell without a value so far
	for {
		b, p := w.b, w.p
		// What nearly all of a sheet consists of.
	usual:
		for inside && p+8 <= len(b) {
			tag := binary.LittleEndian.Uint64(b[p:])
			switch {
			case byte(tag) != '<':
				p = nextTag(b, p)
			case tag&threeBytes == openCell:
				c.cells++
				waiting = true
				p += 3
			case tag&threeBytes == openValue && waiting:
				c.values++
				waiting = false
				p += 3
			case tag == closeBoth:
				p += 8
			case uint32(tag) == closeCell:
				p += 4
			default:
				break usual
			}
		}
		w.p = nextTag(b, p)
		length, colon, full := 0, -1, 0
		if rest := b[w.p:]; len(rest) > len("<![CDATA[") || w.src == nil && len(rest) > 0 {
			skipped := false
			for _, m := range [][2]string{{"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}} {
				if bytes.HasPrefix(rest, []byte(m[0])) {
					w.p += len(m[0])
					if _, err := w.behind(m[1]); err != nil {
						return err
					}
					skipped = true
					break
				}
			}
			if skipped {
				continue
			}
			length, colon, full = scanTag(rest)
		}
		if full == 0 {
			ok, err := w.more()
			if err != nil {
				return err
			}
			if !ok { // a tag that is cut is for the scanner to refuse
				return nil
			}
			continue
		}
		tag := b[w.p : w.p+length]
		w.p += length
		if tag[length-1] == '<' {
			w.p-- // no tag either, but the next one may be
		}
		closing := len(tag) > 1 && tag[1] == '/'
		self := length > 2 && tag[length-2] == '/'
		name := tag[max(colon, 0)+1 : full]
		if closing {
			name = trim(tag[2 : length-1])
			name = name[bytes.IndexByte(name, ':')+1:]
		}
		switch {
		case closing:
			if string(name) == "sheetData" {
				inside = false
			}
		case inside && len(name) == 1 && name[0] == 'c':
			c.cells++
			waiting = true
		case inside && waiting && !self && (len(name) == 1 && name[0] == 'v' || string(name) == "is"):
			c.values++
			waiting = false
		case inside && string(name) == "row":
			c.rows++
		case string(name) == "sheetData":
			inside = !self
		case !inside && string(name) == "mergeCell":
			if err := c.merge(w.part, tag[full:length-1], lim.Merges); err != nil {
				return err
			}
		}
	}
}

func (c *census) merge(part string, attrs []byte, limit int) error {
	if c.merged++; limit > 0 && c.merged > limit {
		return sheet.Refuse(sheet.CodeLimit, part, "the sheet has more than %d merged ranges", limit)
	}
	ref, _, _ := attr(bytes.TrimSuffix(attrs, []byte("/")), "ref")
	r, ok := parseRange(ref)
	if !ok {
		return sheet.Refuse(sheet.CodeDamaged, part, "merged range %q is not valid", ref)
	}
	if r.Row1 != r.Row2 || r.Col1 != r.Col2 {
		c.merges = append(c.merges, r)
	}
	return nil
}

// nextTag gives where the next "<" stands at or after p, len(b) if there is none. Between the tags of a sheet lie few
// bytes, so it looks at eight at a time instead of preparing for many.
func nextTag(b []byte, p int) int {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	for ; p+8 <= len(b); p += 8 {
		x := binary.LittleEndian.Uint64(b[p:]) ^ '<'*ones
		if found := (x - ones) &^ x & tops; found != 0 {
			return p + bits.TrailingZeros64(found)>>3
		}
	}
	for ; p < len(b); p++ {
		if b[p] == '<' {
			return p
		}
	}
	return p
}
