package xls

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/phuluc/phuluc/extract/sheet"
)

// many repeats what f gives for 0, 1, 2 ….
func many(n int, f func(i int) []byte) []byte {
	var b []byte
	for i := range n {
		b = append(b, f(i)...)
	}
	return b
}

// Every limit has a workbook that only this limit refuses: with it the file is refused at little cost, without it the
// same file is read. So the test fails when a guard is taken out, and when a guard refuses for another reason.
func TestEveryLimitRefusesItsBomb(t *testing.T) {
	cell := number(0, 0, 1)
	cases := []struct {
		name  string
		data  func() []byte
		lim   func(*sheet.Limits) // makes room for this limit alone
		off   func(*sheet.Limits) // takes the guard out
		cells int                 // read when the guard is out
	}{
		{"size of the file", func() []byte {
			return compound(named{"Workbook", sheet8(nil, cell)}, named{"Macros", make([]byte, 33<<20)})
		},
			func(*sheet.Limits) {}, func(l *sheet.Limits) { l.CompressedBytes = 0 }, 1},
		{"size of the stream", func() []byte { return file(append(sheet8(nil, cell), make([]byte, 1<<20)...)) },
			func(l *sheet.Limits) { l.UnpackedBytes = 1 << 20 }, func(l *sheet.Limits) { l.UnpackedBytes = 0 }, 1},
		{"size of the shared strings", func() []byte {
			return file(sheet8(table(8000, narrow(2, strings.Repeat("\x01", 30000)), narrow(2, strings.Repeat("\xFF", 30000)))))
		},
			func(l *sheet.Limits) { l.SharedBytes = 200_000 }, func(l *sheet.Limits) { l.SharedBytes = 0 }, 0},
		{"entries of the container", func() []byte {
			streams := []named{{"Workbook", sheet8(nil, cell)}}
			for i := range 1010 {
				streams = append(streams, named{fmt.Sprint(i), nil})
			}
			return compound(streams...)
		},
			func(*sheet.Limits) {}, func(l *sheet.Limits) { l.Parts = 0 }, 1},
		{"sheets", func() []byte {
			var sheets []made
			for i := range 201 {
				sheets = append(sheets, made{name: fmt.Sprint(i), records: cell})
			}
			return file(book(biff8, nil, sheets...))
		},
			func(*sheet.Limits) {}, func(l *sheet.Limits) { l.Sheets = 0 }, 201},
		{"columns", func() []byte { return file(sheet8(nil, number(0, 255, 1))) },
			func(l *sheet.Limits) { l.Columns = 255 }, func(l *sheet.Limits) { l.Columns = 0 }, 1},
		{"cells", func() []byte {
			return file(sheet8(nil, many(101, func(i int) []byte { return number(uint16(i), 0, 1) })))
		},
			func(l *sheet.Limits) { l.Cells = 100 }, func(l *sheet.Limits) { l.Cells = 0 }, 101},
		{"cells over several sheets", func() []byte {
			records := many(60, func(i int) []byte { return number(uint16(i), 0, 1) })
			return file(book(biff8, nil, made{name: "a", records: records}, made{name: "b", records: records}))
		},
			func(l *sheet.Limits) { l.Cells = 100 }, func(l *sheet.Limits) { l.Cells = 0 }, 120},
		{"cells of a row of numbers", func() []byte {
			row := []any{uint16(0), uint16(0)}
			for range 101 {
				row = append(row, uint16(0), uint32(2))
			}
			return file(sheet8(nil, rec(idMulRK, append(row, uint16(100))...)))
		},
			func(l *sheet.Limits) { l.Cells = 100 }, func(l *sheet.Limits) { l.Cells = 0 }, 101},
		{"defined names", func() []byte {
			name := rec(idName, uint16(0), byte(0), byte(1), uint16(0), uint64(0), narrow(1, "a")[1:])
			return file(sheet8(bytes.Repeat(name, 101), cell))
		},
			func(l *sheet.Limits) { l.Cells = 100 }, func(l *sheet.Limits) { l.Cells = 0 }, 1},
		{"length of a shared string", func() []byte {
			return file(sheet8(table(8000, wide(2, strings.Repeat("ạ", 32768))), rec(idLabelSST, uint16(0), uint16(0), uint16(0), uint32(0))))
		},
			func(*sheet.Limits) {}, func(l *sheet.Limits) { l.StringLength = 0 }, 1},
		{"length of a text", func() []byte { return file(sheet8(nil, label(0, 0, strings.Repeat("x", 4000)))) },
			func(l *sheet.Limits) { l.StringLength = 3999 }, func(l *sheet.Limits) { l.StringLength = 0 }, 1},
		{"length of a formula's text", func() []byte {
			return file(sheet8(nil, formula(0, 0, result(0, 0)), rec(idString, narrow(2, strings.Repeat("x", 4000)))))
		},
			func(l *sheet.Limits) { l.StringLength = 3999 }, func(l *sheet.Limits) { l.StringLength = 0 }, 1},
		{"shared strings", func() []byte {
			return file(sheet8(table(8000, slices.Repeat([][]byte{narrow(2, "")}, 101)...), cell))
		},
			func(l *sheet.Limits) { l.Cells = 100 }, func(l *sheet.Limits) { l.Cells = 0 }, 1},
		{"runs of the shared strings", func() []byte {
			return file(sheet8(table(8000, slices.Repeat([][]byte{rich(narrow(2, "ab"), nil, [2]uint16{1, 1}, [2]uint16{1, 2})}, 51)...), cell))
		},
			func(l *sheet.Limits) { l.Cells = 100 }, func(l *sheet.Limits) { l.Cells = 0 }, 1},
		{"cell formats", func() []byte { return file(sheet8(bytes.Repeat(xf8(0, 0, 0), 65_537), cell)) },
			func(*sheet.Limits) {}, func(l *sheet.Limits) { l.Styles = 0 }, 1},
		{"fonts", func() []byte { return file(sheet8(bytes.Repeat(font8("A"), 65_537), cell)) },
			func(*sheet.Limits) {}, func(l *sheet.Limits) { l.Styles = 0 }, 1},
		{"number formats", func() []byte {
			return file(sheet8(many(101, func(i int) []byte { return rec(idFormat, uint16(i), narrow(2, "0")) }), cell))
		},
			func(l *sheet.Limits) { l.Styles = 100 }, func(l *sheet.Limits) { l.Styles = 0 }, 1},
		{"merged ranges", func() []byte {
			return file(sheet8(nil, cell, many(100, func(i int) []byte {
				f := []any{uint16(1001)}
				for k := range 1001 {
					f = append(f, [4]uint16{uint16(k), uint16(k), uint16(i), uint16(i + 1)})
				}
				return rec(idMergeCells, f...)
			})))
		},
			func(*sheet.Limits) {}, func(l *sheet.Limits) { l.Merges = 0 }, 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			data := c.data()
			lim := sheet.DefaultLimits()
			c.lim(&lim)
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			_, err := readAll(data, lim)
			runtime.ReadMemStats(&after)
			if code(err) != sheet.CodeLimit {
				t.Errorf("with the guard: %v, want %s", err, sheet.CodeLimit)
			}
			// All that was ever allocated, not only what is still held.
			if grown := after.TotalAlloc - before.TotalAlloc; grown > 64<<20 {
				t.Errorf("refusing took %d MiB", grown>>20)
			}
			c.off(&lim)
			all, err := readAll(data, lim)
			n := 0
			for _, cells := range all {
				n += len(cells)
			}
			if err != nil || n != c.cells {
				t.Errorf("without the guard: %d cells, want %d, %v", n, c.cells, err)
			}
		})
	}
}

// What a record announces is not believed: nothing is allocated for it.
func TestForgedNumbersCostNothing(t *testing.T) {
	head := func(change func(h []byte)) []byte {
		data := file(sheet8(table(8000, narrow(2, "a")), number(0, 0, 1)))
		change(data)
		return data
	}
	u32 := le.PutUint32
	entry := func(data []byte, i int) []byte {
		return data[headerSize*(1+int(le.Uint32(data[48:])))+entrySize*i:]
	}
	cases := []struct {
		name string
		data []byte
		code string
	}{
		{"shared strings announced", file(sheet8(rec(idSST, uint32(0xFFFFFFFF), uint32(0xFFFFFFFF), narrow(2, "a")), rec(idLabelSST, uint16(0), uint16(0), uint16(0), uint32(0xFFFFFFFE)))), sheet.CodeDamaged},
		{"other data of a text", file(sheet8(rec(idSST, uint32(1), uint32(1), []byte{1, 0, 4, 0xFF, 0xFF, 0xFF, 0xFF, 'a'}))), sheet.CodeDamaged},
		{"runs of a text", file(sheet8(rec(idSST, uint32(1), uint32(1), []byte{1, 0, 8, 0xFF, 0xFF, 'a'}))), sheet.CodeDamaged},
		{"merged ranges announced", file(sheet8(nil, rec(idMergeCells, uint16(0xFFFF)))), sheet.CodeDamaged},
		{"tables of the container", head(func(h []byte) { u32(h[44:], 0xFFFFFFFF) }), sheet.CodeTruncated},
		// With this number mscfb alone asks for a slice that is longer than its capacity.
		{"tables of tables", head(func(h []byte) { u32(h[72:], 0xFFFFFFFF/127) }), sheet.CodeTruncated},
		{"tables of tables that are a circle", head(func(h []byte) {
			u32(h[44:], uint32(len(h)/headerSize-1))
			u32(h[68:], 0)
			u32(h[72:], uint32(len(h)/headerSize-1))
			u32(h[2*headerSize-4:], 0)
		}), sheet.CodeTruncated},
		{"sector in use behind the end", head(func(h []byte) {
			u32(h[headerSize*(1+int(le.Uint32(h[76:])))+4*(len(h)/headerSize-1):], 0)
		}), sheet.CodeTruncated},
		{"stream that begins behind the end", func() []byte {
			h := file(append(sheet8(nil, number(0, 0, 1)), make([]byte, 8000)...))
			n := uint32(len(h)/headerSize - 1)
			u32(h[headerSize*(1+int(le.Uint32(h[76:])))+4*int(n):], endOfChain)
			u32(entry(h, 1)[116:], n)
			return h
		}(), sheet.CodeTruncated},
		{"table of small streams behind the end", head(func(h []byte) {
			n := uint32(len(h)/headerSize - 1)
			u32(h[headerSize*(1+int(le.Uint32(h[76:])))+4*int(n):], endOfChain)
			u32(h[60:], n)
		}), sheet.CodeTruncated},
		{"stream that goes on behind the end", head(func(h []byte) {
			n := uint32(len(h)/headerSize - 1)
			table := h[headerSize*(1+int(le.Uint32(h[76:]))):]
			u32(table[4*int(n):], endOfChain)
			u32(table, n)
		}), sheet.CodeTruncated},
		{"sectors of small streams", head(func(h []byte) { u32(h[64:], 0xFFFFFFFF) }), sheet.CodeDamaged},
		{"table outside the file", head(func(h []byte) { u32(h[76:], 0x7FFFFFFF) }), sheet.CodeTruncated},
		{"table at the very end", head(func(h []byte) { u32(h[76:], 0xFFFFFFFF) }), sheet.CodeTruncated},
		{"directory outside the file", head(func(h []byte) { u32(h[48:], 0x7FFFFFFF) }), sheet.CodeTruncated},
		{"directory that is a circle", head(func(h []byte) {
			at := le.Uint32(h[48:])
			u32(h[headerSize*(1+int(le.Uint32(h[76:])))+4*int(at):], at)
		}), sheet.CodeDamaged},
		{"sectors of 2^31 bytes", head(func(h []byte) { h[30] = 31 }), sheet.CodeDamaged},
		{"size of the stream", head(func(h []byte) { u32(entry(h, 1)[120:], 0xFFFFFFFF) }), sheet.CodeTruncated},
		{"size of the stream, within the file", head(func(h []byte) { u32(entry(h, 1)[120:], uint32(len(h))) }), sheet.CodeDamaged},
		{"start of the stream", head(func(h []byte) { u32(entry(h, 1)[116:], 0x7FFFFFFF) }), sheet.CodeDamaged},
		{"tree that is a circle", head(func(h []byte) { u32(entry(h, 1)[72:], 1) }), sheet.CodeDamaged},
		{"tree that leaves the directory", head(func(h []byte) { u32(entry(h, 0)[76:], 99) }), sheet.CodeDamaged},
		{"tree without a child", head(func(h []byte) { u32(entry(h, 0)[76:], freeSector) }), sheet.CodeNotWorkbook},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := readAll(c.data, sheet.DefaultLimits())
			runtime.ReadMemStats(&after)
			if code(err) != c.code {
				t.Errorf("%v, want %s", err, c.code)
			}
			if grown := after.TotalAlloc - before.TotalAlloc; grown > 4<<20 {
				t.Errorf("took %d MiB", grown>>20)
			}
		})
	}
}

func TestRefusedFiles(t *testing.T) {
	cell := number(0, 0, 1)
	good := sheet8(nil, cell)
	stream := func(change func(b []byte) []byte) []byte { return file(change(bytes.Clone(good))) }
	cases := []struct {
		name, code, says string
		data             []byte
	}{
		{"empty", sheet.CodeEmpty, "", nil},
		{"text", sheet.CodeNotWorkbook, "", []byte("Kính gửi: Bộ Lao động\n")},
		{"Excel 2", sheet.CodeXLS, "Excel 2", []byte("\x09\x00\x04\x00\x02\x00\x10\x00")},
		{"Excel 3", sheet.CodeXLS, "Excel 3", []byte("\x09\x02\x06\x00\x00\x00\x10\x00\x00\x00")},
		{"Excel 4", sheet.CodeXLS, "Excel 4", []byte("\x09\x04\x06\x00\x00\x00\x10\x00\x00\x00")},
		{"Excel 4 in a container", sheet.CodeXLS, "Excel 4", compound(named{"Book", []byte("\x09\x04\x06\x00\x00\x00\x10\x00\x00\x00")})},
		{"a version after the last", sheet.CodeXLS, "0700", file(bof(0x0700, bofGlobals))},
		{"encrypted", sheet.CodeEncrypted, "", file(sheet8(rec(idFilePass, uint16(1), make([]byte, 52)), cell))},
		{"encrypted xlsx", sheet.CodeEncrypted, "", compound(named{"EncryptionInfo", []byte("x")}, named{"EncryptedPackage", []byte("x")})},
		{"letter", sheet.CodeNotWorkbook, "", compound(named{"WordDocument", []byte("x")})},
		{"only a signature", sheet.CodeTruncated, "", []byte(oleMagic)},
		{"no first record", sheet.CodeDamaged, "BOF", stream(func(b []byte) []byte { return append(rec(idEOF), b...) })},
		{"empty stream", sheet.CodeTruncated, "", compound(named{"Workbook", nil})},
		{"a sheet without a list", sheet.CodeDamaged, "0010", file(slices.Concat(bof(biff8, bofSheet), cell, rec(idEOF)))},
		{"no sheets", sheet.CodeDamaged, "lists no sheet", file(book(biff8, nil))},
		{"two sheets of one name", sheet.CodeDamaged, "two sheets", file(book(biff8, nil, made{name: "a"}, made{name: "a"}))},
		{"two sheets in one place", sheet.CodeDamaged, "same bytes", func() []byte {
			b := book(biff8, nil, made{name: "a"}, made{name: "b"})
			first := bytes.Index(b, []byte{0x85, 0})
			second := first + bytes.Index(b[first+2:], []byte{0x85, 0}) + 2
			copy(b[second+4:second+8], b[first+4:])
			return file(b)
		}()},
		{"list without an end", sheet.CodeDamaged, "before the list", stream(func(b []byte) []byte {
			copy(b[bytes.Index(b, rec(idEOF)):], rec(0x00EC))
			return b
		})},
		{"a sheet that is not where it should be", sheet.CodeDamaged, "does not begin", stream(func(b []byte) []byte {
			b[bytes.Index(b, []byte{0x85, 0})+4]++
			b[bytes.Index(b, []byte{0x85, 0})+4]++
			b[bytes.Index(b, []byte{0x85, 0})+4]++
			b[bytes.Index(b, []byte{0x85, 0})+4]++
			return append(b, make([]byte, 8000)...)
		})},
		{"a sheet behind the end", sheet.CodeTruncated, "", stream(func(b []byte) []byte {
			b[bytes.Index(b, []byte{0x85, 0})+6] = 9
			return b
		})},
		{"a chart called a sheet", sheet.CodeDamaged, "does not begin", file(slices.Concat(book(biff8, nil, made{name: "a", kind: 2})[:len(bof(biff8, 0))], rec(idBoundSheet, uint32(len(bof(biff8, 0))+len(rec(idBoundSheet, uint32(0), uint16(0), narrow(1, "a")))+4), uint16(0), narrow(1, "a")), rec(idEOF), bof(biff8, 0x20), rec(idEOF)))},
		{"sheet without an end", sheet.CodeTruncated, "a record should begin", stream(func(b []byte) []byte { return b[:len(b)-4] })},
		{"sheet cut in a record", sheet.CodeTruncated, "inside record", stream(func(b []byte) []byte { return b[:len(b)-6] })},
		{"chart without an end", sheet.CodeTruncated, "", file(sheet8(nil, bof(biff8, 0x20), cell))},
		{"record too long", sheet.CodeDamaged, "8225", file(sheet8(nil, rec(0x00EC, make([]byte, 8225))))},
		{"format that does not exist", sheet.CodeDamaged, "format 7 of 1", file(sheet8(xf8(0, 0, 0), rec(idNumber, uint16(0), uint16(0), uint16(7), 1.0)))},
		{"shared string that does not exist", sheet.CodeDamaged, "string 1 of 1", file(sheet8(table(100, narrow(2, "a")), rec(idLabelSST, uint16(0), uint16(0), uint16(0), uint32(1))))},
		{"no shared strings", sheet.CodeDamaged, "string 0 of 0", file(sheet8(nil, rec(idLabelSST, uint16(0), uint16(0), uint16(0), uint32(0))))},
		{"two tables of shared strings", sheet.CodeDamaged, "two tables", file(sheet8(slices.Concat(table(100, narrow(2, "a")), table(100, narrow(2, "b")))))},
		{"shared string cut", sheet.CodeDamaged, "ends too early", file(sheet8(rec(idSST, uint32(1), uint32(1), []byte{5, 0, 0, 'a'})))},
		{"shared string cut in a character", sheet.CodeDamaged, "in two", file(sheet8(append(rec(idSST, uint32(1), uint32(1), []byte{2, 0, 1, 'a', 0, 'b'}), rec(idContinue, []byte{1, 0, 'c', 0})...)))},
		{"text cut", sheet.CodeDamaged, "ends too early", file(sheet8(nil, rec(idLabel, uint16(0), uint16(0), uint16(0), []byte{5, 0, 0, 'a'})))},
		{"column behind the last", sheet.CodeDamaged, "IW1", file(sheet8(nil, number(0, 256, 1)))},
		{"row of numbers that does not fit", sheet.CodeDamaged, "row of", file(sheet8(nil, rec(idMulRK, uint16(0), uint16(0), uint16(0), uint32(2), uint16(1))))},
		{"merged range upside down", sheet.CodeDamaged, "merged", file(sheet8(nil, cell, rec(idMergeCells, uint16(1), [4]uint16{5, 4, 0, 1})))},
		{"cell of an older format", sheet.CodeDamaged, "older", file(sheet8(nil, cell, rec(0x0003, uint16(1), uint16(0), make([]byte, 11))))},
		{"zeros where cells were", sheet.CodeDamaged, "zeros", file(sheet8(nil, cell, make([]byte, 18), cell))},
		{"zeros that end inside a cell", sheet.CodeDamaged, "zeros", file(sheet8(nil, cell, make([]byte, 2), number(1, 0, 1)[2:]))},
		{"a record among cells that is none", sheet.CodeDamaged, "record 0243 stands among", file(sheet8(nil, cell, rec(0x0243, make([]byte, 14)), number(1, 0, 1)))},
		{"a number that became a blank", sheet.CodeDamaged, "record 0201 has 14 bytes", file(sheet8(nil, cell, rec(idBlank, make([]byte, 14))))},
		{"shared strings behind the last", sheet.CodeDamaged, "1 texts has 4 bytes more", file(sheet8(slices.Concat(rec(idSST, uint32(1), uint32(1), narrow(2, "a")), rec(idContinue, narrow(2, "b")))))},
		{"a sheet listed as something else", sheet.CodeDamaged, "type 16", stream(func(b []byte) []byte {
			b[bytes.Index(b, []byte{0x85, 0})+9] = 16
			return b
		})},
		{"formula of an unknown result", sheet.CodeDamaged, "type 9", file(sheet8(nil, formula(0, 0, result(9, 0))))},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			all, err := readAll(c.data, sheet.DefaultLimits())
			if code(err) != c.code || len(all) > 0 || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v, want %s with %q", err, c.code, c.says)
			}
		})
	}
}

// Programs put what belongs to a cell beside it, and some say of a sheet in the words of Excel 2 how far it reaches.
func TestOrdinaryRecordsStandAmongCells(t *testing.T) {
	for _, id := range []uint16{0x001C, 0x01B8, 0x0800, 0x00D7, idContinue, idRow, idColInfo, idMergeCells} {
		data := make([]byte, 16)
		switch id {
		case 0x0800:
			le.PutUint16(data, id)
		case idColInfo:
			data = data[:12]
		case idMergeCells:
			data = data[:2]
		}
		cells, err := one(sheet8(nil, number(0, 0, 1), rec(id, data), number(1, 0, 2)))
		if err != nil || len(cells) != 2 {
			t.Errorf("record %04X: %d cells, %v", id, len(cells), err)
		}
	}
	if cells, err := one(sheet8(nil, rec(0, make([]byte, 10)), number(0, 0, 1))); err != nil || len(cells) != 1 {
		t.Errorf("%d cells, %v", len(cells), err)
	}
}

func TestRecordsThatAreTooShort(t *testing.T) {
	for _, r := range []struct {
		id   uint16
		need int
	}{{idNumber, 14}, {idRK, 10}, {idBoolErr, 8}, {idLabelSST, 10}, {idLabel, 9}, {idRString, 11}, {idFormula, 22}, {idMulRK, 12}, {idRow, 16}, {idColInfo, 11}, {idMergeCells, 2}, {idDefaultRow, 2}} {
		for n := range r.need {
			if _, err := one(sheet8(nil, rec(r.id, make([]byte, n)))); code(err) != sheet.CodeDamaged {
				t.Errorf("%d bytes of record %04X: %v", n, r.id, err)
			}
		}
	}
	for _, r := range []struct {
		id   uint16
		need int
	}{{idFont, 15}, {idFormat, 3}, {idXF, 16}, {idBoundSheet, 7}, {idSST, 8}, {idDate1904, 2}} {
		for n := range r.need {
			if _, err := one(sheet8(rec(r.id, make([]byte, n)))); code(err) != sheet.CodeDamaged {
				t.Errorf("%d bytes of record %04X: %v", n, r.id, err)
			}
		}
	}
	if _, err := readAll(file(book(biff5, rec(idCodePage, byte(1)), made{name: "a"})), sheet.DefaultLimits()); code(err) != sheet.CodeDamaged {
		t.Error(err)
	}
}

// sample is a workbook with every record this reader knows, three sheets of some rows.
func sample(rows uint16) []byte {
	texts := [][]byte{narrow(2, "Ch\u00EC ti\u00EAu"), wide(2, "Đơn vị"), rich(wide(2, "Hà Nội mới"), []byte("abc"), [2]uint16{3, 1}), wide(2, strings.Repeat("Tỷ lệ ", 60))}
	globals := slices.Concat(rec(idCodePage, uint16(1200)), rec(idDate1904, uint16(0)), font8("Arial"), font8(".VnTime"), rec(idFormat, uint16(164), wide(2, "dd/mm/yyyy")), xf8(0, 0, 0), xf8(1, 164, 1), table(300, texts...))
	var sheets []made
	for s := range 3 {
		var b []byte
		for row := range rows {
			b = append(b, rec(idRow, row, uint16(0), uint16(9), uint16(255), uint32(0), uint32(0x100))...)
			b = append(b, rec(idLabelSST, row, uint16(0), uint16(0), uint32(row%4))...)
			b = append(b, rec(idMulRK, row, uint16(1), uint16(0), uint32(row)<<2|2, uint16(1), uint32(row)<<2|3, uint16(2))...)
			b = append(b, rec(idNumber, row, uint16(3), uint16(1), float64(row)/7)...)
			b = append(b, append(formula(row, 4, result(0, 0)), rec(idString, wide(2, "đạt"))...)...)
			b = append(b, label(row, 5, "nhãn")...)
		}
		b = append(b, rec(idMergeCells, uint16(1), [4]uint16{0, 1, 0, 0})...)
		sheets = append(sheets, made{name: fmt.Sprintf("Biểu %d", s+1), records: b})
	}
	return book(biff8, globals, sheets...)
}

// lines is all of a workbook that cells can say.
func lines(all map[string][]sheet.Cell) string {
	names := []string{}
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	var b strings.Builder
	for _, name := range names {
		fmt.Fprintf(&b, "%s %+v\n", name, all[name])
	}
	return b.String()
}

// Promise: a cut workbook is refused, it never reads as a shorter one. The cut is made in the file, and in the stream with
// a correct container around it.
func TestCutWorkbooksNeverLookLikeShortOnes(t *testing.T) {
	books := map[string][]byte{"made": sample(40)}
	for name, stream := range books {
		data := file(stream)
		for at := range len(data) {
			if at%37 != 0 && at%(len(data)/100) != 0 {
				continue
			}
			if _, err := readAll(data[:at], sheet.DefaultLimits()); err == nil {
				t.Errorf("%s: %d of %d bytes were read without an error", name, at, len(data))
			}
		}
		for at := range len(stream) {
			if at%11 != 0 {
				continue
			}
			if _, err := readAll(file(stream[:at]), sheet.DefaultLimits()); err == nil {
				t.Errorf("%s: %d of %d bytes of the stream were read without an error", name, at, len(stream))
			}
		}
	}
}

// realFiles gives the .xls files of the shared data: those of statistics offices, and odd ones.
func realFiles(t testing.TB) (names []string) {
	dir := shared(t)
	for _, pattern := range []string{"data/vhlss/2002/*.xls", "data/legacy_xls/*.xls", "data/robustness/*.xls", "data/robustness/*.bin", "data/robustness/*rotect*.xls*", "data/robustness/crash*.xlsx"} {
		list, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, list...)
	}
	return names
}

func TestCutRealWorkbooksNeverLookLikeShortOnes(t *testing.T) {
	for i, name := range realFiles(t) {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		whole, wholeErr := readAll(data, sheet.DefaultLimits())
		if wholeErr != nil || i%3 != 0 && strings.Contains(name, "vhlss") {
			continue
		}
		want := lines(whole)
		for percent := range 100 {
			part, err := readAll(data[:len(data)*percent/100], sheet.DefaultLimits())
			if err == nil && lines(part) != want {
				t.Errorf("%s: %d %% of its bytes were read without an error as something else", filepath.Base(name), percent)
			}
		}
	}
}

// A damaged byte is noticed or changes one thing; it never makes the reader fail, and never mixes up the order.
func TestFlippedBytesNeverBreakTheReader(t *testing.T) {
	stream := sample(40)
	data := file(stream)
	for i := range data {
		if i > headerSize && i%23 != 0 {
			continue
		}
		for _, bit := range []byte{0x01, 0x20, 0x80} {
			broken := bytes.Clone(data)
			broken[i] ^= bit
			all, err := readAll(broken, sheet.DefaultLimits())
			if c := code(err); err != nil && !strings.HasPrefix(c, "file.") {
				t.Fatalf("byte %d: %v", i, err)
			}
			for _, cells := range all {
				orderly(t, cells)
			}
		}
	}
}

// A sector that a disk lost reads as zeros: it is noticed, or the cells are as many.
func TestZeroedBlocksNeverReadAsFewerCells(t *testing.T) {
	stream := sample(40)
	whole, err := readAll(file(stream), sheet.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	count := func(all map[string][]sheet.Cell) (n int) {
		for _, cells := range all {
			n += len(cells)
		}
		return n
	}
	refused := 0
	for _, size := range []int{16, 64, 512} {
		for at := 0; at < len(stream); at += size/2 + 5 {
			broken := bytes.Clone(stream)
			clear(broken[at:min(at+size, len(broken))])
			all, err := readAll(file(broken), sheet.DefaultLimits())
			if err != nil {
				refused++
				continue
			}
			if got, want := count(all), count(whole); got < want {
				t.Errorf("%d bytes zero at %d: %d cells of %d", size, at, got, want)
			}
		}
	}
	if refused < 500 {
		t.Errorf("only %d refused", refused)
	}
}

// brokenDisk fails from some byte on.
type brokenDisk struct {
	r    io.ReaderAt
	from int64
}

var errDisk = errors.New("input/output error")

func (d brokenDisk) ReadAt(b []byte, at int64) (int, error) {
	if at+int64(len(b)) > d.from {
		return 0, errDisk
	}
	return d.r.ReadAt(b, at)
}

func TestAFailingDiskIsNoDamagedFile(t *testing.T) {
	data := file(sample(40))
	for from := int64(0); from < int64(len(data)); from += 256 {
		_, err := Open(context.Background(), brokenDisk{bytes.NewReader(data), from}, int64(len(data)), sheet.DefaultLimits())
		if !errors.Is(err, errDisk) && err != nil || err == nil && from < int64(len(data))/2 {
			t.Fatalf("from byte %d: %v", from, err)
		}
	}
}

func TestRobustnessFilesEndWithAnAnswer(t *testing.T) {
	for _, name := range realFiles(t) {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all, err := readAll(data, sheet.DefaultLimits())
		if c := code(err); err != nil && !strings.HasPrefix(c, "file.") {
			t.Errorf("%s: %v", filepath.Base(name), err)
		}
		for _, cells := range all {
			orderly(t, cells)
		}
	}
}
