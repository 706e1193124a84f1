package xls

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/phuluc/phuluc/extract/sheet"
)

// shared finds the data that are not part of the repository; tests that want them skip without.
func shared(t testing.TB) string {
	t.Helper()
	for _, dir := range []string{os.Getenv("PHULUC_SHARED"), "../../../shared"} {
		if dir == "" {
			continue
		}
		if info, err := os.Stat(filepath.Join(dir, "data")); err == nil && info.IsDir() {
			return dir
		}
	}
	t.Skip("no shared data")
	return ""
}

// readAll opens a workbook and reads every cell of every sheet, until the first error.
func readAll(data []byte, lim sheet.Limits) (map[string][]sheet.Cell, error) {
	w, err := Open(context.Background(), bytes.NewReader(data), int64(len(data)), lim)
	if err != nil {
		return nil, err
	}
	defer w.Close()
	all := map[string][]sheet.Cell{}
	for i, info := range w.Sheets() {
		cells := []sheet.Cell{}
		for c, err := range w.Cells(context.Background(), i) {
			if err != nil {
				return all, err
			}
			cells = append(cells, c)
		}
		all[info.Name] = cells
	}
	return all, nil
}

func code(err error) string {
	var e *sheet.FileError
	if errors.As(err, &e) {
		return e.Code
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

func addresses(cells []sheet.Cell) string {
	var b strings.Builder
	for _, c := range cells {
		fmt.Fprintf(&b, "%s=%s ", c.Address(), c.Raw)
	}
	return strings.TrimSpace(b.String())
}

// rec writes one record; fields are numbers of a fixed size, bytes, or records to follow it.
func rec(id uint16, fields ...any) []byte {
	var data []byte
	for _, f := range fields {
		var err error
		if data, err = binary.Append(data, le, f); err != nil {
			panic(err)
		}
	}
	out := le.AppendUint16(nil, id)
	out = le.AppendUint16(out, uint16(len(data)))
	return append(out, data...)
}

// Texts of BIFF8: the length takes width bytes, the characters one (narrow) or two bytes.
func narrow(width int, s string) []byte {
	var b []byte
	for _, r := range s {
		b = append(b, byte(r))
	}
	return append(length(width, len(b), 0), b...)
}

func wide(width int, s string) []byte {
	units := utf16.Encode([]rune(s))
	out := length(width, len(units), 1)
	for _, u := range units {
		out = le.AppendUint16(out, u)
	}
	return out
}

func length(width, n int, flags byte) []byte {
	if width == 1 {
		return []byte{byte(n), flags}
	}
	return []byte{byte(n), byte(n >> 8), flags}
}

// old is a text of BIFF5, given in the bytes of its code page.
func old(width int, s string) []byte {
	if width == 1 {
		return append([]byte{byte(len(s))}, s...)
	}
	return append([]byte{byte(len(s)), byte(len(s) >> 8)}, s...)
}

// made is a sheet to be written.
type made struct {
	name        string
	state, kind byte
	records     []byte
}

const (
	biff8 = 0x0600
	biff5 = 0x0500
)

func bof(version, kind uint16) []byte {
	if version == biff5 {
		return rec(idBOF, version, kind, uint16(0x0DBB), uint16(0x07CC))
	}
	return rec(idBOF, version, kind, uint16(0x0DBB), uint16(0x07CC), uint32(0), uint32(6))
}

// book writes a stream: what all sheets have in common, the list of sheets, the sheets.
func book(version uint16, globals []byte, sheets ...made) []byte {
	list := func(at []int) (b []byte) {
		for i, s := range sheets {
			name := wide(1, s.name)
			if version == biff5 {
				name = old(1, s.name)
			}
			b = append(b, rec(idBoundSheet, uint32(at[i]), s.state, s.kind, name)...)
		}
		return append(b, rec(idEOF)...)
	}
	at := make([]int, len(sheets))
	head := append(bof(version, bofGlobals), globals...)
	body := []byte{}
	from := len(head) + len(list(at))
	for i, s := range sheets {
		at[i] = from + len(body)
		kind := map[byte]uint16{0: bofSheet, 1: 0x40, 2: 0x20, 6: 0x06}[s.kind]
		body = append(body, bof(version, kind)...)
		body = append(body, s.records...)
		body = append(body, rec(idEOF)...)
	}
	return append(append(head, list(at)...), body...)
}

// file puts a stream into a compound file.
func file(stream []byte) []byte { return compound(named{"Workbook", stream}) }

type named struct {
	name string
	data []byte
}

// compound writes a compound file ([MS-CFB], version 3). Streams below 4096 bytes lie in the mini stream. The directory
// has the streams as a chain of right siblings.
func compound(streams ...named) []byte {
	const (
		sector, mini = 512, 64
		fatSector    = 0xFFFFFFFD
	)
	var body []byte // sectors, in order
	var fat, minis []uint32
	var small []byte
	put := func(b []byte) uint32 {
		first := uint32(len(fat))
		for i := 0; i < len(b); i += sector {
			body = append(body, b[i:min(i+sector, len(b))]...)
			body = append(body, make([]byte, (sector-len(body)%sector)%sector)...)
			fat = append(fat, uint32(len(fat)+1))
		}
		if len(b) == 0 {
			return endOfChain
		}
		fat[len(fat)-1] = endOfChain
		return first
	}
	words := func(list []uint32) (b []byte) {
		for _, v := range list {
			b = le.AppendUint32(b, v)
		}
		for len(b)%sector != 0 {
			b = le.AppendUint32(b, freeSector)
		}
		return b
	}
	starts := make([]uint32, len(streams))
	for i, s := range streams {
		if len(s.data) >= 4096 {
			starts[i] = put(s.data)
			continue
		}
		starts[i] = endOfChain
		for k := 0; k < len(s.data); k += mini {
			if k == 0 {
				starts[i] = uint32(len(minis))
			}
			minis = append(minis, uint32(len(minis)+1))
			small = append(small, s.data[k:min(k+mini, len(s.data))]...)
			small = append(small, make([]byte, (mini-len(small)%mini)%mini)...)
		}
		if len(s.data) > 0 {
			minis[len(minis)-1] = endOfChain
		}
	}
	smallAt := put(small)
	miniTable := words(minis)
	miniAt := put(miniTable)

	var dir []byte
	entry := func(name string, kind byte, right, child, start uint32, size int) {
		e := make([]byte, entrySize)
		for i, u := range utf16.Encode([]rune(name)) {
			le.PutUint16(e[2*i:], u)
		}
		le.PutUint16(e[64:], uint16(2*len(utf16.Encode([]rune(name)))+2))
		e[66], e[67] = kind, 1
		le.PutUint32(e[68:], freeSector)
		le.PutUint32(e[72:], right)
		le.PutUint32(e[76:], child)
		le.PutUint32(e[116:], start)
		le.PutUint32(e[120:], uint32(size))
		dir = append(dir, e...)
	}
	entry("Root Entry", 5, freeSector, 1, smallAt, len(small))
	for i, s := range streams {
		right := uint32(i + 2)
		if i == len(streams)-1 {
			right = freeSector
		}
		entry(s.name, 2, right, freeSector, starts[i], len(s.data))
	}
	dirAt := put(dir)

	// The tables describe themselves as well: find how many sectors they need.
	tables, more := 0, 0
	for {
		n := (len(fat) + tables + more + sector/4 - 1) / (sector / 4)
		m := 0
		if n > 109 {
			m = (n - 109 + sector/4 - 2) / (sector/4 - 1)
		}
		if n == tables && m == more {
			break
		}
		tables, more = n, m
	}
	tableAt := len(fat)
	for range tables {
		fat = append(fat, fatSector)
	}
	moreAt := len(fat)
	for range more {
		fat = append(fat, 0xFFFFFFFC)
	}
	body = append(body, words(fat)...)
	head := make([]byte, headerSize)
	copy(head, oleMagic)
	le.PutUint16(head[24:], 0x3E)
	le.PutUint16(head[26:], 3)
	le.PutUint16(head[28:], 0xFFFE)
	le.PutUint16(head[30:], 9)
	le.PutUint16(head[32:], 6)
	le.PutUint32(head[44:], uint32(tables))
	le.PutUint32(head[48:], dirAt)
	le.PutUint32(head[56:], 4096)
	le.PutUint32(head[60:], miniAt)
	le.PutUint32(head[64:], uint32(len(miniTable)/sector))
	le.PutUint32(head[68:], endOfChain)
	le.PutUint32(head[72:], uint32(more))
	if more > 0 {
		le.PutUint32(head[68:], uint32(moreAt))
	}
	for i := range 109 {
		at := uint32(freeSector)
		if i < tables {
			at = uint32(tableAt + i)
		}
		le.PutUint32(head[76+4*i:], at)
	}
	for i := range more {
		list := make([]byte, 0, sector)
		for k := range sector/4 - 1 {
			at := uint32(freeSector)
			if n := 109 + i*(sector/4-1) + k; n < tables {
				at = uint32(tableAt + n)
			}
			list = le.AppendUint32(list, at)
		}
		follow := uint32(endOfChain)
		if i+1 < more {
			follow = uint32(moreAt + i + 1)
		}
		body = append(body, le.AppendUint32(list, follow)...)
	}
	return append(head, body...)
}

// one reads the only sheet of a stream.
func one(stream []byte) ([]sheet.Cell, error) {
	all, err := readAll(file(stream), sheet.DefaultLimits())
	return all["Biểu"], err
}

// sheet8 is a workbook of one sheet.
func sheet8(globals []byte, records ...[]byte) []byte {
	return book(biff8, globals, made{name: "Biểu", records: bytes.Join(records, nil)})
}

func number(row, col uint16, v float64) []byte { return rec(idNumber, row, col, uint16(0), v) }

func label(row, col uint16, s string) []byte { return rec(idLabel, row, col, uint16(0), wide(2, s)) }

// table writes texts as the shared strings, each as given by narrow or wide, in records of at most size bytes. A text that
// does not fit goes on in the next record, whose characters are stored in the other width where they can be.
func table(size int, texts ...[]byte) []byte {
	var out []byte
	data := le.AppendUint32(nil, uint32(len(texts)))
	data = le.AppendUint32(data, uint32(len(texts)))
	id := uint16(idSST)
	flush := func() {
		out = append(out, rec(id, data)...)
		id, data = idContinue, nil
	}
	room := func(n int) {
		if len(data)+n > size {
			flush()
		}
	}
	for _, s := range texts {
		n, flags := int(le.Uint16(s)), s[2]
		head := 3
		runs, extra := 0, 0
		if flags&8 != 0 {
			runs = int(le.Uint16(s[head:]))
			head += 2
		}
		if flags&4 != 0 {
			extra = int(le.Uint32(s[head:]))
			head += 4
		}
		room(head)
		data = append(data, s[:head]...)
		s = s[head:]
		var units []uint16
		for range n {
			if flags&1 != 0 {
				units = append(units, le.Uint16(s))
				s = s[2:]
			} else {
				units = append(units, uint16(s[0]))
				s = s[1:]
			}
		}
		big := flags&1 != 0
		for i, u := range units {
			w := 1
			if big {
				w = 2
			}
			if len(data)+w > size {
				flush()
				big = !big
				for _, u := range units[i:] {
					big = big || u > 0xFF
				}
				data = append(data, 0)
				if big {
					data[0] = 1
				}
			}
			data = append(data, byte(u))
			if big {
				data = append(data, byte(u>>8))
			}
		}
		for ; runs > 0; runs-- {
			room(4)
			data = append(data, s[:4]...)
			s = s[4:]
		}
		for ; extra > 0; extra-- {
			room(1)
			data = append(data, s[0])
			s = s[1:]
		}
	}
	flush()
	return out
}

// rich adds runs (character, font) and other data to a text of BIFF8 whose length takes two bytes.
func rich(s []byte, extra []byte, runs ...[2]uint16) []byte {
	out := []byte{s[0], s[1], s[2]}
	if len(runs) > 0 {
		out[2] |= 8
		out = le.AppendUint16(out, uint16(len(runs)))
	}
	if extra != nil {
		out[2] |= 4
		out = le.AppendUint32(out, uint32(len(extra)))
	}
	out = append(out, s[3:]...)
	for _, r := range runs {
		out = le.AppendUint16(le.AppendUint16(out, r[0]), r[1])
	}
	return append(out, extra...)
}

func font8(name string) []byte {
	return rec(idFont, uint16(200), uint16(0), uint16(0x7FFF), uint16(400), uint16(0), uint32(0), wide(1, name))
}

func font5(name string) []byte {
	return rec(idFont, uint16(200), uint16(0), uint16(0x7FFF), uint16(400), uint16(0), uint32(0), old(1, name))
}

func xf8(font, format uint16, indent byte) []byte {
	return rec(idXF, font, format, uint16(0), byte(0x20), byte(0), indent, byte(0), uint64(0), uint16(0))
}

func xf5(font, format uint16) []byte { return rec(idXF, font, format, uint16(0), make([]byte, 10)) }
