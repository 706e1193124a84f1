package xls

import (
	"context"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxSummary is how large a property set may be to be looked at; real ones have some kilobytes, with a picture more.
const maxSummary = 1 << 20

// Keywords gives the keywords of the document's properties, "" if it has none. They say nothing about cells, so a
// property set that is missing or can not be read is no fault of the workbook.
func (w *Workbook) Keywords(context.Context) string {
	const (
		codePage = 1 // property identifiers ([MS-OLEPS] 2.1, 2.25.1)
		keywords = 5
		lpstr    = 0x1E // types (2.15)
		lpwstr   = 0x1F
	)
	b := w.summary
	u32 := func(at int) int {
		if at < 0 || at+4 > len(b) {
			return 0
		}
		return int(le.Uint32(b[at:]))
	}
	set := u32(44)
	find := func(id int) int {
		for i := range min(u32(set+4), len(b)/8) {
			if at := set + 8 + 8*i; set > 0 && u32(at) == id {
				return set + u32(at+4)
			}
		}
		return -1
	}
	at := find(keywords)
	n, from := u32(at+4), at+8
	if at < 0 || n > len(b) {
		return ""
	}
	page := 0
	if p := find(codePage); p >= 0 {
		page = u32(p+4) & 0xFFFF
	}
	kind := u32(at)
	if kind == lpwstr || kind == lpstr && page == 1200 {
		if kind == lpwstr {
			n *= 2 // it counts characters
		}
		if from+n > len(b) {
			return ""
		}
		units := make([]uint16, n/2)
		for i := range units {
			units[i] = le.Uint16(b[from+2*i:])
		}
		return strings.TrimRight(string(utf16.Decode(units)), "\x00")
	}
	if kind != lpstr || from+n > len(b) {
		return ""
	}
	text := b[from : from+n]
	if cm := charmaps(page); page != 65001 && cm != nil {
		var out []byte
		for _, c := range text {
			out = utf8.AppendRune(out, cm.DecodeByte(c))
		}
		text = out
	}
	return strings.TrimRight(strings.ToValidUTF8(string(text), "\uFFFD"), "\x00")
}
