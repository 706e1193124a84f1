package xlsx

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/phuluc/phuluc/extract/sheet"
)

const oneCell = `<row r="1"><c r="A1"><v>1</v></c></row>`

// Every limit has a workbook that only this limit refuses: with it the file is refused at little cost, without it the
// same file is read. So the test fails when a guard is taken out, and when a guard refuses for another reason.
func TestEveryLimitRefusesItsBomb(t *testing.T) {
	noise := func(n int) string { // does not compress
		b := make([]byte, n)
		x := uint64(88172645463325252)
		for i := range b {
			x ^= x << 13
			x ^= x >> 7
			x ^= x << 17
			b[i] = byte(x)
		}
		return string(b)
	}
	repeat := func(n int, f func(i int) string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(f(i))
		}
		return b.String()
	}
	with := func(p map[string]string, name, content string) map[string]string {
		p[name] = content
		return p
	}
	styled := func() map[string]string {
		p := parts(rows(oneCell))
		p["xl/_rels/workbook.xml.rels"] = strings.Replace(p["xl/_rels/workbook.xml.rels"], "</Relationships>", `<Relationship Id="rId9" Type="`+relURL+`styles" Target="styles.xml"/></Relationships>`, 1)
		return p
	}
	padded := func(n int) map[string]string {
		return parts(rows(oneCell) + strings.Repeat(" ", n))
	}
	cases := []struct {
		name  string
		data  func() []byte
		lim   func(*sheet.Limits) // makes room for this limit alone
		off   func(*sheet.Limits) // takes the guard out
		code  string
		cells int // read when the guard is out
	}{
		{"compressed size",
			func() []byte {
				p := parts(rows(oneCell))
				files := []file{{name: "xl/media/image1.png", content: noise(33 << 20), store: true}}
				for n, c := range p {
					files = append(files, file{name: n, content: c})
				}
				return archiveOf(t, files...)
			}, func(*sheet.Limits) {}, func(l *sheet.Limits) { l.CompressedBytes = 0 }, sheet.CodeLimit, 1},
		{"unpacked size", func() []byte { return pack(t, padded(80<<20)) },
			func(l *sheet.Limits) { l.Ratio, l.UnpackedBytes = 0, 64<<20 }, func(l *sheet.Limits) { l.UnpackedBytes = 0 }, sheet.CodeZipBomb, 1},
		{"unpacked size of the styles", func() []byte {
			return pack(t, with(parts(rows(oneCell)), "xl/styles.xml", `<styleSheet>`+strings.Repeat(" ", 80<<20)+`</styleSheet>`))
		},
			func(l *sheet.Limits) { l.Ratio, l.UnpackedBytes = 0, 64<<20 }, func(l *sheet.Limits) { l.UnpackedBytes = 0 }, sheet.CodeZipBomb, 1},
		{"unpacked size in many small parts", func() []byte {
			p := parts(rows(oneCell))
			for i := range 70 {
				p[fmt.Sprintf("xl/media/%d", i)] = strings.Repeat(" ", 1<<20)
			}
			return pack(t, p)
		},
			func(l *sheet.Limits) { l.Ratio, l.UnpackedBytes = 0, 64<<20 }, func(l *sheet.Limits) { l.UnpackedBytes = 0 }, sheet.CodeZipBomb, 1},
		{"ratio", func() []byte { return pack(t, padded(1<<20)) },
			func(*sheet.Limits) {}, func(l *sheet.Limits) { l.Ratio = 0 }, sheet.CodeZipBomb, 1},
		{"parts", func() []byte {
			p := parts(rows(oneCell))
			for i := range 1000 {
				p[fmt.Sprintf("xl/media/%d", i)] = "x"
			}
			return pack(t, p)
		},
			func(*sheet.Limits) {}, func(l *sheet.Limits) { l.Parts = 0 }, sheet.CodeZipBomb, 1},
		{"sheets", func() []byte {
			var names []string
			for i := range 201 {
				names = append(names, fmt.Sprint(i))
			}
			return pack(t, withSheets(parts(rows(oneCell)), names...))
		},
			func(*sheet.Limits) {}, func(l *sheet.Limits) { l.Sheets = 0 }, sheet.CodeLimit, 201},
		{"columns", func() []byte {
			return pack(t, parts(rows(repeat(4000, func(i int) string { return fmt.Sprintf(`<row r="%d"><c r="XFD%[1]d"><v>%[1]d</v></c></row>`, i+1) }))))
		},
			func(*sheet.Limits) {}, func(l *sheet.Limits) { l.Columns = 0 }, sheet.CodeLimit, 4000},
		{"cells", func() []byte { return pack(t, parts(rows(`<row>`+strings.Repeat(`<c><v>1</v></c>`, 101)+`</row>`))) },
			func(l *sheet.Limits) { l.Cells = 100 }, func(l *sheet.Limits) { l.Cells = 0 }, sheet.CodeLimit, 101},
		{"cells over several sheets", func() []byte {
			return pack(t, withSheets(parts(rows(`<row>`+strings.Repeat(`<c><v>1</v></c>`, 60)+`</row>`)), "a", "b"))
		},
			func(l *sheet.Limits) { l.Cells = 100 }, func(l *sheet.Limits) { l.Cells = 0 }, sheet.CodeLimit, 120},
		{"length of a shared string", func() []byte {
			p := parts(rows(`<row><c t="s"><v>0</v></c></row>`))
			return pack(t, with(p, "xl/sharedStrings.xml", `<sst><si><t>`+strings.Repeat("ạ", 32768)+`</t></si></sst>`))
		},
			func(*sheet.Limits) {}, func(l *sheet.Limits) { l.StringLength = 0 }, sheet.CodeLimit, 1},
		{"length of an inline string", func() []byte {
			return pack(t, parts(rows(`<row><c t="inlineStr"><is><t>`+strings.Repeat("x", 16384)+`</t><t>`+strings.Repeat("y", 16384)+`</t></is></c></row>`)))
		},
			func(*sheet.Limits) {}, func(l *sheet.Limits) { l.StringLength = 0 }, sheet.CodeLimit, 1},
		{"length of a shared string in pieces", func() []byte {
			p := parts(rows(oneCell))
			return pack(t, with(p, "xl/sharedStrings.xml", `<sst><si>`+strings.Repeat(`<r><t>`+strings.Repeat("x", 30000)+`</t></r>`, 2000)+`</si></sst>`))
		},
			func(l *sheet.Limits) { l.Ratio = 0 }, func(l *sheet.Limits) { l.StringLength, l.SharedBytes = 0, 0 }, sheet.CodeLimit, 1},
		{"length of a formula's string", func() []byte {
			return pack(t, parts(rows(`<row><c t="str"><v>`+strings.Repeat("😀", 16384)+`</v></c></row>`)))
		},
			func(*sheet.Limits) {}, func(l *sheet.Limits) { l.StringLength = 0 }, sheet.CodeLimit, 1},
		{"length of a text that does not end soon", func() []byte {
			return pack(t, parts(rows(`<row><c t="inlineStr"><is><t>`+strings.Repeat("x", 80<<20)+`</t></is></c></row>`)))
		},
			func(l *sheet.Limits) { l.Ratio = 0 }, func(l *sheet.Limits) { l.StringLength = 0 }, sheet.CodeLimit, 1},
		{"length of a formula", func() []byte {
			return pack(t, parts(rows(`<row><c><f>`+strings.Repeat("1+", 8<<20)+`1</f><v>1</v></c></row>`)))
		},
			func(l *sheet.Limits) { l.Ratio = 0 }, func(l *sheet.Limits) { l.StringLength = 0 }, sheet.CodeLimit, 1},
		{"bytes of shared strings", func() []byte {
			p := parts(rows(oneCell))
			return pack(t, with(p, "xl/sharedStrings.xml", `<sst>`+strings.Repeat(`<si><t>`+strings.Repeat("x", 32767)+`</t></si>`, 600)+`</sst>`))
		},
			func(l *sheet.Limits) { l.Ratio, l.SharedBytes = 0, 16<<20 }, func(l *sheet.Limits) { l.SharedBytes = 0 }, sheet.CodeLimit, 1},
		{"runs of shared strings", func() []byte {
			p := parts(rows(oneCell))
			return pack(t, with(p, "xl/sharedStrings.xml", `<sst>`+strings.Repeat(`<si>`+strings.Repeat(`<r><rPr><rFont val="a"/></rPr><t>x</t></r><r><t>y</t></r>`, 1000)+`</si>`, 30)+`</sst>`))
		},
			func(l *sheet.Limits) { l.Ratio, l.SharedBytes = 0, 1<<20 }, func(l *sheet.Limits) { l.SharedBytes = 0 }, sheet.CodeLimit, 1},
		{"fonts of runs", func() []byte {
			p := parts(rows(oneCell))
			return pack(t, with(p, "xl/sharedStrings.xml", `<sst>`+repeat(65_537, func(i int) string { return fmt.Sprintf(`<si><r><rPr><rFont val="%d"/></rPr><t>x</t></r></si>`, i) })+`</sst>`))
		},
			func(l *sheet.Limits) { l.Ratio = 0 }, func(l *sheet.Limits) { l.Styles = 0 }, sheet.CodeLimit, 1},
		{"reach of array formulas", func() []byte {
			return pack(t, parts(rows(repeat(320, func(i int) string {
				return fmt.Sprintf(`<row r="%d"><c r="A%[1]d"><f t="array" ref="A1:XFD1048576">1</f><v>1</v></c></row>`, i+1)
			}))))
		},
			func(*sheet.Limits) {}, func(l *sheet.Limits) { l.Cells = 0 }, sheet.CodeLimit, 320},
		{"nesting", func() []byte {
			return pack(t, parts(rows(oneCell)+strings.Repeat("<x>", 1_000_000)+strings.Repeat("</x>", 1_000_000)))
		},
			func(l *sheet.Limits) { l.Ratio = 0 }, func(l *sheet.Limits) { l.Depth = 0 }, sheet.CodeLimit, 1},
		{"shared strings", func() []byte {
			p := parts(rows(oneCell))
			return pack(t, with(p, "xl/sharedStrings.xml", `<sst>`+strings.Repeat(`<si/>`, 101)+`</sst>`))
		},
			func(l *sheet.Limits) { l.Cells = 100 }, func(l *sheet.Limits) { l.Cells = 0 }, sheet.CodeLimit, 1},
		{"relationships", func() []byte {
			p := parts(rows(oneCell))
			p["_rels/.rels"] = strings.Replace(p["_rels/.rels"], "</Rel", strings.Repeat(`<Relationship/>`, 1_000_000)+"</Rel", 1)
			return pack(t, p)
		},
			func(l *sheet.Limits) { l.Ratio = 0 }, func(l *sheet.Limits) { l.Parts = 0 }, sheet.CodeLimit, 1},
		{"styles", func() []byte {
			return pack(t, with(styled(), "xl/styles.xml", `<styleSheet><cellXfs>`+strings.Repeat(`<xf/>`, 65_537)+`</cellXfs></styleSheet>`))
		},
			func(l *sheet.Limits) { l.Ratio = 0 }, func(l *sheet.Limits) { l.Styles = 0 }, sheet.CodeLimit, 1},
		{"fonts", func() []byte {
			return pack(t, with(styled(), "xl/styles.xml", `<styleSheet><fonts>`+strings.Repeat(`<font/>`, 65_537)+`</fonts></styleSheet>`))
		},
			func(l *sheet.Limits) { l.Ratio = 0 }, func(l *sheet.Limits) { l.Styles = 0 }, sheet.CodeLimit, 1},
		{"number formats", func() []byte {
			return pack(t, with(styled(), "xl/styles.xml", `<styleSheet><numFmts>`+repeat(65_537, func(i int) string { return fmt.Sprintf(`<numFmt numFmtId="%d"/>`, i) })+`</numFmts></styleSheet>`))
		},
			func(l *sheet.Limits) { l.Ratio = 0 }, func(l *sheet.Limits) { l.Styles = 0 }, sheet.CodeLimit, 1},
		{"merged ranges", func() []byte {
			return pack(t, parts(rows(oneCell)+`<mergeCells>`+repeat(100_001, func(i int) string { return fmt.Sprintf(`<mergeCell ref="A%d:B%[1]d"/>`, i+1) })+`</mergeCells>`))
		},
			func(*sheet.Limits) {}, func(l *sheet.Limits) { l.Merges = 0 }, sheet.CodeLimit, 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			data := c.data()
			lim := sheet.DefaultLimits()
			c.lim(&lim)
			runtime.GC()
			if _, err := frugally(t, c.name, data, lim, time.Second, 64<<20); code(err) != c.code {
				t.Errorf("with the guard: %v, want %s", err, c.code)
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

// Some bounds are no setting, because nothing that a program writes comes near them.
func TestWhatNoProgramWritesIsRefusedAtLittleCost(t *testing.T) {
	styled := func(styles string) map[string]string {
		p := withStyles(parts(rows(oneCell)))
		p["xl/styles.xml"] = styles
		return p
	}
	named := func(names string) map[string]string {
		p := parts(rows(oneCell))
		p["xl/workbook.xml"] = strings.Replace(p["xl/workbook.xml"], "</workbook>", "<definedNames>"+names+"</definedNames></workbook>", 1)
		return p
	}
	long := strings.Repeat("x", 5<<20)
	for name, p := range map[string]map[string]string{
		"a long tag":             parts(rows(`<row r="1" x="` + long + `"/>`)),
		"a long tag that is cut": parts(rows(`<row x="` + long)),
		"a long end tag":         parts(rows(`<row></row` + strings.Repeat(" ", 5<<20) + `>`)),
		"a long CDATA section":   parts(rows(`<row><c t="str"><v><![CDATA[` + long + `]]></v></c></row>`)),
		"a long name":            parts(rows(`<` + long + `/>`)),
		"a long font":            styled(`<styleSheet><fonts><font><name val="` + long[:256] + `"/></font></fonts></styleSheet>`),
		"long formats":           styled(`<styleSheet><numFmts>` + strings.Repeat(`<numFmt formatCode="`+long[:500_000]+`"/>`, 40) + `</numFmts></styleSheet>`),
		"a long defined name":    named(`<definedName name="a">` + long + `</definedName>`),
		"many defined names":     named(strings.Repeat(`<definedName name="a">`+long[:200]+`</definedName>`, 50_000)),
	} {
		data := pack(t, p)
		lim := sheet.DefaultLimits()
		lim.Ratio = 0
		if _, err := frugally(t, name, data, lim, time.Second, 64<<20); code(err) != sheet.CodeLimit {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOrdinaryWorkbooksAreFarFromTheLimits(t *testing.T) {
	if _, err := readAll(generate(t, 1, 6, 300, 20), sheet.DefaultLimits()); err != nil {
		t.Error(err)
	}
	// 32767 characters are allowed, however many bytes they take.
	p := parts(rows(`<row><c t="s"><v>0</v></c></row>`))
	p["xl/sharedStrings.xml"] = `<sst><si><t>` + strings.Repeat("ạ", 32767) + `</t></si></sst>`
	lim := sheet.DefaultLimits()
	lim.Ratio = 0
	if all, err := readAll(pack(t, p), lim); err != nil || len(all["Biểu 1"]) != 1 {
		t.Error(err)
	}
}

// patch changes the directory entry of one part.
func patch(t *testing.T, data []byte, name string, change func(header []byte)) []byte {
	t.Helper()
	data = bytes.Clone(data)
	for from := 0; ; {
		i := bytes.Index(data[from:], []byte("PK\x01\x02"))
		if i < 0 {
			t.Fatalf("%s is not in the directory", name)
		}
		h := data[from+i:]
		if n := int(binary.LittleEndian.Uint16(h[28:])); string(h[centralSize:centralSize+n]) == name {
			change(h)
			return data
		}
		from += i + 4
	}
}

func TestDirectoriesThatLie(t *testing.T) {
	const part = "xl/worksheets/sheet1.xml"
	u32 := binary.LittleEndian.PutUint32
	u16 := binary.LittleEndian.PutUint16
	long := pack(t, parts(rows(oneCell)+strings.Repeat(" ", 4<<20)))
	good := pack(t, parts(rows(oneCell)))
	end := func(data []byte, change func(e []byte)) []byte {
		data = bytes.Clone(data)
		change(data[bytes.LastIndex(data, []byte("PK\x05\x06")):])
		return data
	}
	cases := []struct {
		name string
		data []byte
		code string
	}{
		{"says less than it holds", patch(t, long, part, func(h []byte) { u32(h[24:], 1000) }), sheet.CodeDamaged},
		{"says nothing", patch(t, long, part, func(h []byte) { u32(h[24:], 0) }), sheet.CodeDamaged},
		{"says a little more than it holds", patch(t, good, part, func(h []byte) { u32(h[24:], binary.LittleEndian.Uint32(h[24:])+1) }), sheet.CodeDamaged},
		{"says more than any stream can hold", patch(t, good, part, func(h []byte) { u32(h[24:], 60<<20) }), sheet.CodeDamaged},
		{"wrong checksum", patch(t, good, part, func(h []byte) { h[16] ^= 1 }), sheet.CodeDamaged},
		{"data end early", patch(t, good, part, func(h []byte) { u32(h[20:], binary.LittleEndian.Uint32(h[20:])-9) }), sheet.CodeDamaged},
		{"data outside the file", patch(t, good, part, func(h []byte) { u32(h[20:], 1<<30) }), sheet.CodeDamaged},
		{"header outside the file", patch(t, good, part, func(h []byte) { u32(h[42:], 1<<30) }), sheet.CodeDamaged},
		{"header of something else", patch(t, good, part, func(h []byte) { u32(h[42:], 1) }), sheet.CodeDamaged},
		{"unknown compression", patch(t, good, part, func(h []byte) { u16(h[10:], 14) }), sheet.CodeUnsupported},
		{"stored, but of two sizes", patch(t, good, part, func(h []byte) { u16(h[10:], 0) }), sheet.CodeDamaged},
		{"encrypted entry", patch(t, good, part, func(h []byte) { h[8] |= 1 }), sheet.CodeEncrypted},
		{"more entries announced", end(good, func(e []byte) { u16(e[10:], 99) }), sheet.CodeDamaged},
		{"fewer entries announced", end(good, func(e []byte) { u16(e[10:], 1) }), sheet.CodeDamaged},
		{"directory outside the file", end(good, func(e []byte) { u32(e[16:], 1<<30) }), sheet.CodeTruncated},
		{"directory of something else", end(good, func(e []byte) { u32(e[16:], 1) }), sheet.CodeDamaged},
		{"64-bit directory that is not there", end(good, func(e []byte) { u16(e[10:], 0xFFFF) }), sheet.CodeDamaged},
		{"entry longer than the directory", patch(t, good, part, func(h []byte) { u16(h[32:], 60000) }), sheet.CodeDamaged},
		{"64-bit size that is not there", patch(t, good, part, func(h []byte) { u32(h[24:], 0xFFFFFFFF) }), sheet.CodeDamaged},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			lim := sheet.DefaultLimits()
			lim.Ratio = 0
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			all, err := readAll(c.data, lim)
			runtime.ReadMemStats(&after)
			if code(err) != c.code || len(all["Biểu 1"]) > 0 {
				t.Errorf("%v, want %s", err, c.code)
			}
			if grown := after.TotalAlloc - before.TotalAlloc; grown > 8<<20 {
				t.Errorf("took %d MiB", grown>>20)
			}
		})
	}
	if _, err := readAll(good, sheet.DefaultLimits()); err != nil {
		t.Errorf("the honest directory: %v", err)
	}
}

func TestRefusedFiles(t *testing.T) {
	ole := func(stream string) []byte {
		b := make([]byte, 4096)
		copy(b, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")
		binary.LittleEndian.PutUint16(b[30:], 9)
		for i, c := range []byte(stream) {
			b[512+2*i] = c
		}
		return b
	}
	without := func(name string) []byte {
		p := parts(rows(oneCell))
		delete(p, name)
		return pack(t, p)
	}
	replaced := func(name, old, new string) []byte {
		p := parts(rows(oneCell))
		if !strings.Contains(p[name], old) {
			t.Fatalf("%s has no %s", name, old)
		}
		p[name] = strings.Replace(p[name], old, new, 1)
		return pack(t, p)
	}
	good := pack(t, parts(rows(oneCell)))
	twice := archiveOf(t, append(files(parts(rows(oneCell))), file{name: "XL/Worksheets/Sheet1.xml", content: "<worksheet><sheetData/></worksheet>"})...)
	cases := []struct {
		name, code string
		data       []byte
	}{
		{"empty", sheet.CodeEmpty, nil},
		{"text", sheet.CodeNotWorkbook, []byte("Kính gửi: Bộ Lao động\n")},
		{"csv", sheet.CodeNotWorkbook, []byte("a,b\n1,2\n")},
		{"page", sheet.CodeNotWorkbook, []byte("<html><table><tr><td>1</td></tr></table></html>")},
		{"pdf", sheet.CodeNotWorkbook, []byte("%PDF-1.4")},
		{"word", sheet.CodeNotWorkbook, archiveOf(t, file{name: "word/document.xml"})},
		{"another archive", sheet.CodeNotWorkbook, archiveOf(t, file{name: "a.txt", content: "x"})},
		{"archive of nothing", sheet.CodeNotWorkbook, archiveOf(t)},
		{"open document", sheet.CodeUnsupported, archiveOf(t, file{name: "mimetype", content: "application/vnd.oasis.opendocument.spreadsheet", store: true})},
		{"binary workbook", sheet.CodeUnsupported, archiveOf(t, file{name: "xl/workbook.bin"})},
		{"encrypted", sheet.CodeEncrypted, ole("EncryptedPackage")},
		{"old workbook", sheet.CodeXLS, ole("Workbook")},
		{"half", sheet.CodeTruncated, good[:len(good)/2]},
		{"all but one byte", sheet.CodeTruncated, good[:len(good)-1]},
		{"only a signature", sheet.CodeTruncated, []byte("PK\x03\x04")},
		{"no workbook part", sheet.CodePartMissing, without("xl/workbook.xml")},
		{"no sheet part", sheet.CodePartMissing, without("xl/worksheets/sheet1.xml")},
		{"no shared strings part", sheet.CodePartMissing, without("xl/sharedStrings.xml")},
		{"no relationships of the workbook", sheet.CodePartMissing, without("xl/_rels/workbook.xml.rels")},
		{"sheet without a relationship", sheet.CodePartMissing, replaced("xl/workbook.xml", `r:id="rId1"`, `r:id="rId99"`)},
		{"sheet in another file", sheet.CodePartMissing, replaced("xl/_rels/workbook.xml.rels", `Target="worksheets/sheet1.xml"`, `Target="file:///etc/passwd" TargetMode="External"`)},
		{"sheet in another file that has a part's name", sheet.CodePartMissing, replaced("xl/_rels/workbook.xml.rels", `Target="worksheets/sheet1.xml"`, `Target="worksheets/sheet1.xml" TargetMode="External"`)},
		{"sheet outside the archive", sheet.CodePartMissing, replaced("xl/_rels/workbook.xml.rels", `"worksheets/sheet1.xml"`, `"../../../../etc/passwd"`)},
		{"no sheets", sheet.CodeDamaged, replaced("xl/workbook.xml", `<sheet name="Biểu 1" sheetId="1" r:id="rId1"/>`, "")},
		{"two sheets of one name", sheet.CodeDamaged, replaced("xl/workbook.xml", `<sheets>`, `<sheets><sheet name="Biểu 1" r:id="rId1"/>`)},
		{"one part for two sheets", sheet.CodeDamaged, replaced("xl/workbook.xml", `<sheets>`, `<sheets><sheet name="Biểu 2" r:id="rId1"/>`)},
		{"two parts of one name", sheet.CodeDamaged, twice},
		{"a workbook that is none", sheet.CodeDamaged, replaced("xl/workbook.xml", `<sheets>`, `<sheets`)},
		{"document type in the package relationships", sheet.CodeDoctype, replaced("_rels/.rels", "<Rel", "<!DOCTYPE x><Rel")},
		{"document type in the relationships", sheet.CodeDoctype, replaced("xl/_rels/workbook.xml.rels", "<Rel", "<!DOCTYPE x><Rel")},
		{"document type in the workbook", sheet.CodeDoctype, replaced("xl/workbook.xml", "<workbook", "<!DOCTYPE x [<!ENTITY a \"b\">]><workbook")},
		{"document type in the strings", sheet.CodeDoctype, replaced("xl/sharedStrings.xml", "<sst", "<!doctype x><sst")},
		{"document type in the sheet", sheet.CodeDoctype, replaced("xl/worksheets/sheet1.xml", "<worksheet", "<!DOCTYPE x SYSTEM \"file:///etc/passwd\"><worksheet")},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			all, err := readAll(c.data, sheet.DefaultLimits())
			if code(err) != c.code || len(all) > 0 {
				t.Errorf("%v, want %s", err, c.code)
			}
			if err != nil && !strings.HasPrefix(err.Error(), c.code+": ") {
				t.Errorf("the message does not say its code: %v", err)
			}
		})
	}
}

func files(p map[string]string) (list []file) {
	for n, c := range p {
		list = append(list, file{name: n, content: c})
	}
	return list
}

func TestFindingTheSheets(t *testing.T) {
	rename := func(p map[string]string, from, to string) map[string]string {
		p[to] = p[from]
		delete(p, from)
		return p
	}
	cases := map[string]func(p map[string]string) map[string]string{
		"backslashes and capitals": func(p map[string]string) map[string]string {
			p = rename(p, "xl/worksheets/sheet1.xml", `XL\Worksheets\SHEET1.xml`)
			return rename(p, "xl/workbook.xml", `xl\Workbook.xml`)
		},
		"leading slash": func(p map[string]string) map[string]string {
			return rename(p, "xl/sharedStrings.xml", "/xl/sharedStrings.xml")
		},
		"absolute target": func(p map[string]string) map[string]string {
			p["xl/_rels/workbook.xml.rels"] = strings.Replace(p["xl/_rels/workbook.xml.rels"], `"worksheets/`, `"/xl/worksheets/`, 1)
			return p
		},
		"target with dots, backslashes, escapes": func(p map[string]string) map[string]string {
			p["xl/_rels/workbook.xml.rels"] = strings.Replace(p["xl/_rels/workbook.xml.rels"], `"worksheets/sheet1.xml"`, `".\..\xl\worksheets\sheet%31.xml"`, 1)
			return p
		},
		"strict dialect": func(p map[string]string) map[string]string {
			for n := range p {
				p[n] = strings.ReplaceAll(p[n], "http://schemas.openxmlformats.org/officeDocument/2006/relationships", "http://purl.oclc.org/ooxml/officeDocument/relationships")
				p[n] = strings.ReplaceAll(p[n], "http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main")
			}
			return p
		},
		"no package relationships": func(p map[string]string) map[string]string { delete(p, "_rels/.rels"); return p },
		"workbook elsewhere": func(p map[string]string) map[string]string {
			p["_rels/.rels"] = strings.Replace(p["_rels/.rels"], "xl/workbook.xml", "/book/main.xml", 1)
			p = rename(p, "xl/workbook.xml", "book/main.xml")
			p = rename(p, "xl/_rels/workbook.xml.rels", "book/_rels/main.xml.rels")
			p["book/_rels/main.xml.rels"] = strings.NewReplacer(`"worksheets/`, `"/xl/worksheets/`, `"shared`, `"/xl/shared`).Replace(p["book/_rels/main.xml.rels"])
			return p
		},
		"prefixes": func(p map[string]string) map[string]string {
			p["xl/workbook.xml"] = `<x:workbook xmlns:x="m" xmlns:rel="r"><x:workbookPr/><x:sheets><x:sheet rel:id="rId1" name="Biểu 1"/></x:sheets></x:workbook>`
			p["xl/_rels/workbook.xml.rels"] = strings.ReplaceAll(strings.ReplaceAll(p["xl/_rels/workbook.xml.rels"], "<Rel", "<p:Rel"), "</Rel", "</p:Rel")
			return p
		},
		"external links and macros beside": func(p map[string]string) map[string]string {
			p["xl/vbaProject.bin"] = "MZ"
			p["xl/_rels/workbook.xml.rels"] = strings.Replace(p["xl/_rels/workbook.xml.rels"], "<Relationship ", `<Relationship Id="x" Type="`+relURL+`externalLink" Target="http://192.0.2.1/x.xlsx" TargetMode="External"/><Relationship `, 1)
			return p
		},
	}
	for name, change := range cases {
		t.Run(name, func(t *testing.T) {
			all, err := readAll(pack(t, change(parts(rows(`<row r="1"><c r="A1" t="s"><v>1</v></c></row>`)))), sheet.DefaultLimits())
			if err != nil || addresses(all["Biểu 1"]) != "A1=hai" {
				t.Errorf("%v, %v", all, err)
			}
		})
	}
}

func TestSheetListAndFlags(t *testing.T) {
	p := parts(rows(oneCell))
	p = withSheets(p, "../../x&quot;'; drop", "Ẩn", "sâu")
	p["xl/workbook.xml"] = strings.NewReplacer("<sheets>", `<workbookPr date1904="1"/><sheets>`, `"Ẩn"`, `"Ẩn" state="hidden"`, `"sâu"`, `"sâu" state="veryHidden"`, `drop"`, `drop" state="visible"`,
		"</sheets>", `<sheet name="Biểu đồ" r:id="rId5"/></sheets><definedNames><definedName name="x">1</definedName></definedNames>`).Replace(p["xl/workbook.xml"])
	p["xl/_rels/workbook.xml.rels"] = strings.Replace(p["xl/_rels/workbook.xml.rels"], "</Rel", `<Relationship Id="rId5" Type="`+relURL+`chartsheet" Target="chartsheets/sheet1.xml"/></Rel`, 1)
	data := pack(t, p)
	w, err := Open(context.Background(), bytes.NewReader(data), int64(len(data)), sheet.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	want := []sheet.Info{{Name: `../../x"'; drop`}, {Name: "Ẩn", Hidden: true}, {Name: "sâu", Hidden: true}, {Name: "Biểu đồ"}}
	for i := range want {
		want[i].Date1904 = true
	}
	if got := w.Sheets(); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for i, n := range []int{1, 1, 1, 0} {
		cells := 0
		for _, err := range w.Cells(context.Background(), i) {
			if err != nil {
				t.Fatal(err)
			}
			cells++
		}
		if cells != n {
			t.Errorf("sheet %d: %d cells, want %d", i, cells, n)
		}
	}
}

// A module of a workbook that Excel 95 began is listed as a sheet without a part. A sheet that lost its part is another thing.
func TestModulesAreSheetsWithoutAPart(t *testing.T) {
	module := func(p map[string]string) map[string]string {
		p["xl/workbook.xml"] = strings.Replace(p["xl/workbook.xml"], "</sheets>", `<sheet name="Module1" sheetId="9" r:id=""/></sheets>`, 1)
		return p
	}
	all, err := readAll(pack(t, module(parts(rows(oneCell)))), sheet.DefaultLimits())
	if cells, listed := all["Module1"]; err != nil || len(all) != 2 || !listed || len(cells) > 0 || len(all["Biểu 1"]) != 1 {
		t.Errorf("%v %v", all, err)
	}
	lost := withSheets(parts(rows(oneCell)), "a", "b")
	lost["xl/workbook.xml"] = strings.Replace(lost["xl/workbook.xml"], `r:id="s1"`, `r:id=""`, 1)
	if _, err := readAll(pack(t, lost), sheet.DefaultLimits()); code(err) != sheet.CodePartMissing {
		t.Errorf("a sheet that lost its part: %v", err)
	}
	none := parts(rows(oneCell))
	none["xl/workbook.xml"] = strings.Replace(none["xl/workbook.xml"], ` r:id="rId1"`, "", 1)
	if _, err := readAll(pack(t, none), sheet.DefaultLimits()); code(err) != sheet.CodePartMissing {
		t.Errorf("a sheet that names no part: %v", err)
	}
}

func TestArchivesWith64BitSizes(t *testing.T) {
	// The smallest such archive: every size of one entry moved to the extra field, and a 64-bit end record.
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for n, c := range parts(rows(oneCell)) {
		w, err := z.Create(n)
		if err != nil {
			t.Fatal(err)
		}
		w.Write([]byte(c))
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	data := b.Bytes()
	endAt := bytes.LastIndex(data, []byte("PK\x05\x06"))
	le := binary.LittleEndian
	from := int(le.Uint32(data[endAt+16:]))
	out := bytes.Clone(data[:from])
	count := 0
	for h := data[from:endAt]; len(h) > 0; count++ {
		n, x := int(le.Uint16(h[28:])), int(le.Uint16(h[30:]))
		head := bytes.Clone(h[:centralSize+n])
		extra := []byte{0x55, 0x54, 1, 0, 0, 1, 0, 24, 0} // another field first
		for _, at := range []int{24, 20, 42} {
			extra = le.AppendUint64(extra, uint64(le.Uint32(head[at:])))
			le.PutUint32(head[at:], 0xFFFFFFFF)
		}
		le.PutUint16(head[30:], uint16(len(extra)))
		out = append(append(out, head...), extra...)
		h = h[centralSize+n+x:]
	}
	dirEnd := len(out)
	e64 := make([]byte, end64Size)
	copy(e64, "PK\x06\x06")
	le.PutUint64(e64[4:], end64Size-12)
	le.PutUint64(e64[24:], uint64(count))
	le.PutUint64(e64[32:], uint64(count))
	le.PutUint64(e64[40:], uint64(dirEnd-from))
	le.PutUint64(e64[48:], uint64(from))
	locator := make([]byte, locatorSize)
	copy(locator, "PK\x06\x07")
	le.PutUint64(locator[8:], uint64(dirEnd))
	end := bytes.Clone(data[endAt:])
	le.PutUint16(end[10:], 0xFFFF)
	le.PutUint32(end[12:], 0xFFFFFFFF)
	le.PutUint32(end[16:], 0xFFFFFFFF)
	out = append(append(append(out, e64...), locator...), end...)
	all, err := readAll(out, sheet.DefaultLimits())
	if err != nil || addresses(all["Biểu 1"]) != "A1=1" {
		t.Errorf("%v, %v", all, err)
	}
	for n := 1; n < len(out)-from; n += 7 {
		if _, err := readAll(append(bytes.Clone(out[:from]), out[from+n:]...), sheet.DefaultLimits()); err == nil {
			t.Errorf("%d bytes taken out of the directory went unnoticed", n)
		}
	}
}

// Promise: a cut workbook is refused, it never reads as a shorter one. The cut is made in the archive, and in the XML
// of the sheet with a correct archive around it.
func TestCutWorkbooksNeverLookLikeShortOnes(t *testing.T) {
	for seed := range uint64(3) {
		data := generate(t, seed, 2, 30, 10)
		for percent := range 100 {
			if _, err := readAll(data[:len(data)*percent/100], sheet.DefaultLimits()); err == nil {
				t.Errorf("workbook %d: %d %% of its bytes were read without an error", seed, percent)
			}
		}
		r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		p := map[string]string{}
		for _, f := range r.File {
			content, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			if _, err := b.ReadFrom(content); err != nil {
				t.Fatal(err)
			}
			p[f.Name] = b.String()
		}
		for _, part := range []string{"xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"} {
			whole := p[part]
			for percent := range 100 {
				p[part] = whole[:len(whole)*percent/100]
				if _, err := readAll(pack(t, p), sheet.DefaultLimits()); err == nil {
					t.Errorf("workbook %d: %s cut to %d %% was read without an error", seed, part, percent)
				}
			}
			p[part] = whole
		}
	}
}

// frugally reads a file within so much time of the processor (of the clock a busy machine may take more) and so many bytes
// of memory, all that is ever allocated, not only what is held.
func frugally(t *testing.T, name string, data []byte, lim sheet.Limits, time time.Duration, bytes uint64) (map[string][]sheet.Cell, error) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began := processor(t)
	all, err := readAll(data, lim)
	if took := processor(t) - began; took > time {
		t.Errorf("%s: reading took %v of the processor", name, took)
	}
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > bytes {
		t.Errorf("%s: reading took %d MiB", name, grown>>20)
	}
	return all, err
}

// reading reads a file as the pipeline would, within the bounds that every file must keep: 2 s, 256 MiB, an error of the
// register or none.
func reading(t *testing.T, name string, data []byte) (map[string][]sheet.Cell, error) {
	t.Helper()
	all, err := frugally(t, name, data, sheet.DefaultLimits(), 2*time.Second, 256<<20)
	if c := code(err); err != nil && !strings.HasPrefix(c, "file.") {
		t.Errorf("%s: %v", name, err)
	}
	return all, err
}

// processor gives the time that all threads of the process took so far.
func processor(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// Of ten workbooks, every beginning in steps of one percent.
func TestBeginningsOfWorkbooksAreRefused(t *testing.T) {
	books := map[string][]byte{}
	for seed := range uint64(4) {
		books[fmt.Sprintf("generated %d", seed)] = generate(t, 50+seed, 2, 40, 10)
		books[fmt.Sprintf("annex %d", seed)] = annex(t, 50+seed, 2, 40, 14)
	}
	books["stored"] = archiveOf(t, func() (list []file) {
		for n, c := range parts(rows(strings.Repeat(`<row><c t="s"><v>1</v></c></row>`, 500))) {
			list = append(list, file{name: n, content: c, store: true})
		}
		return list
	}()...)
	var large strings.Builder // of which only a window is in memory
	for i := range 40_000 {
		fmt.Fprintf(&large, `<row><c><v>%d</v></c><c t="inlineStr"><is><t>Huyện thứ %d, xã thứ %d</t></is></c><c><v>%d</v></c></row>`, i, i%700, i*31%11_000, i*7919)
	}
	books["window"] = pack(t, parts(rows(large.String())))
	for name, data := range books {
		whole, err := reading(t, name, data)
		if err != nil || len(whole) == 0 {
			t.Errorf("%s: %v", name, err)
		}
		for percent := range 100 {
			if _, err := reading(t, name, data[:len(data)*percent/100]); err == nil {
				t.Errorf("%s: %d %% of it were read without an error", name, percent)
			}
		}
	}
}

// The files that broke other readers: whatever they are, they and their beginnings end in time, in little memory, and a
// beginning never reads as less than the whole.
func TestFilesThatBrokeOtherReaders(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(shared(t), "data", "robustness", "*"))
	if err != nil || len(paths) < 80 {
		t.Fatal(len(paths), err)
	}
	for _, path := range paths {
		name := filepath.Base(path)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		whole, wholeErr := reading(t, name, data)
		for percent := range 100 {
			all, err := reading(t, name, data[:len(data)*percent/100])
			if err == nil && (wholeErr != nil || !reflect.DeepEqual(all, whole)) {
				t.Errorf("%s: %d %% of it were read without an error", name, percent)
			}
		}
	}
}

// Promise: no single damaged byte makes a workbook read as another one. In the archive the checksum sees it; where no
// checksum reaches, the directory contradicts itself or the byte means nothing.
func TestFlippedBytesAreNoticedOrHarmless(t *testing.T) {
	data := pack(t, parts(rows(`<row r="1"><c r="A1" t="s"><v>1</v></c><c r="B1"><v>12.5</v></c></row><row r="2"><c r="A2"><v>3</v></c></row>`)))
	whole, err := readAll(data, sheet.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	want := addresses(whole["Biểu 1"])
	for i := range data {
		for _, bit := range []byte{0x01, 0x20, 0x80} {
			broken := bytes.Clone(data)
			broken[i] ^= bit
			all, err := readAll(broken, sheet.DefaultLimits())
			if err == nil && (len(all) != 1 || addresses(all["Biểu 1"]) != want) {
				t.Errorf("byte %d bit %02x: read as %v", i, bit, all)
			}
		}
	}
}

func TestKeywordsAreReadUnderTheSameGuards(t *testing.T) {
	for doc, want := range map[string]string{
		`<cp:coreProperties xmlns:cp="c"><dc:title>x</dc:title><cp:keywords>mẫu &amp; thử</cp:keywords></cp:coreProperties>`: "mẫu & thử",
		`<cp:coreProperties><cp:keywords/></cp:coreProperties>`:                                                              "",
		`<!DOCTYPE x><cp:coreProperties><cp:keywords>a</cp:keywords></cp:coreProperties>`:                                    "",
		`<cp:coreProperties><cp:keywords>a</cp:keywords>`:                                                                    "",
		"": "",
	} {
		p := parts(rows(oneCell))
		if doc != "" {
			p["docProps/core.xml"] = doc
		}
		data := pack(t, p)
		w, err := Open(context.Background(), bytes.NewReader(data), int64(len(data)), sheet.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		if got := w.Keywords(context.Background()); got != want {
			t.Errorf("%s: %q, want %q", doc, got, want)
		}
	}
}
