package corpus

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/shopspring/decimal"

	"github.com/phuluc/phuluc/extract/delimited"
)

// choose decides in which format a workbook travels. Formats that can not hold what was made stay xlsx.
func (w *world) choose(b *book) {
	b.format = pick(w, "xlsx", "xlsx", "xlsx", "xlsx", "xlsx", "xlsx", "xls", "xls", "ods", "docx", "csv")
	switch b.format {
	case "ods":
		if slices.Contains(b.damages, "year_as_date") {
			b.format = "xlsx" // its format of dates is beyond this writer
		}
	case "docx", "csv":
		if !b.prints() || b.format == "csv" && len(b.pages) > 1 {
			b.format = "xlsx"
		} else if b.format == "docx" {
			w.asDocument(b)
		} else {
			w.asText(b)
		}
	}
	b.path = strings.TrimSuffix(b.path, ".xlsx") + "." + b.format
}

// prints reports whether nothing of a workbook is lost when only what is seen on paper remains.
func (b *book) prints() bool {
	if slices.Contains(b.damages, "half_person") { // on paper it would be another number
		return false
	}
	for _, p := range b.pages {
		if p.hidden || len(p.tables) != 1 || len(p.hiddenRows)+len(p.hiddenCols) > 0 {
			return false
		}
		for a, c := range p.cells {
			if c.font != "" || c.kind == kindGarbage || c.truth != nil && (!inBody(p, a) || a.col > p.tables[0].right) {
				return false
			}
		}
	}
	return len(b.pages) > 0
}

// bytes writes a book in its format.
func (b *book) bytes() ([]byte, string, error) {
	var data []byte
	var err error
	switch b.format {
	case "xls":
		data = b.xls()
	case "ods":
		data, err = b.ods()
	case "docx":
		data, err = b.docx()
	case "csv":
		data = b.csv()
	default:
		data, err = b.xlsx()
	}
	return data, b.format, err
}

// printed gives the text that a number shows. Thousands have marks where their format has.
func printed(c *cell, st style, grouped bool) string {
	d, err := decimal.NewFromString(c.text)
	if err != nil {
		return c.text
	}
	switch {
	case c.format == "yyyy":
		n := int(d.IntPart())
		y := 1900
		for days := 366; n > days; y++ {
			n -= days
			days = 365
			if (y+1)%4 == 0 {
				days++
			}
		}
		return strconv.Itoa(y)
	case strings.Contains(c.format, "%"):
		return write(d.Shift(2).Round(10), st) + "%"
	}
	d = d.Round(10)
	if s := write(d, st); grouped {
		return s
	}
	return strings.NewReplacer(".", map[style]string{vietnamese: ",", english: "."}[st]).Replace(d.String())
}

// onPaper turns all numbers of a workbook into texts.
func (w *world) onPaper(b *book, st style, grouped bool) {
	for _, p := range b.pages {
		for _, c := range p.cells {
			if !c.number {
				continue
			}
			year := c.truth == nil && c.kind != kindCompare
			c.text = printed(c, st, grouped && !year)
			c.number, c.format, c.formula = false, "", ""
			c.style = st
		}
	}
	w.doubtNumbers(b)
}

// asDocument lays a workbook out as the tables of a text document: what stands above a table are paragraphs, one a row
// in column A, and the columns of a table begin at A.
func (w *world) asDocument(b *book) {
	w.onPaper(b, vietnamese, true)
	for k, p := range b.pages {
		t := p.tables[0]
		q := &page{name: fmt.Sprintf("Bảng %d", k+1), cells: map[at]*cell{}, hiddenRows: map[int]bool{}, hiddenCols: map[int]bool{}}
		row := 0
		last := 0
		shift, top, bottom := 1-t.left, 0, 0
		for _, a := range p.sorted() {
			c := p.cells[a]
			switch {
			case a.row < t.top || a.row > t.bottom:
				row++
				q.cells[at{row, 1}] = c
			default:
				if top == 0 {
					top = row + 1
				}
				row = top + a.row - t.top
				q.cells[at{row, a.col + shift}] = c
				last, bottom = max(last, a.col+shift), top+t.bottom-t.top
			}
			if a.row == t.bottom {
				row = bottom
			}
		}
		for _, m := range p.merges {
			if m.row1 >= t.top && m.row2 <= t.bottom {
				q.merges = append(q.merges, rect{m.row1 - t.top + top, m.col1 + shift, m.row2 - t.top + top, m.col2 + shift})
			}
		}
		q.tables = []*placed{{top: top, bottom: bottom, left: 1, right: last}}
		b.pages[k] = q
	}
}

// asText leaves of a workbook what a file of delimited text holds: its first sheet, no merged cells.
func (w *world) asText(b *book) {
	if slices.Contains(b.damages, "merged_values") || slices.Contains(b.damages, "header_conflict") { // without merges another sheet
		b.format = "xlsx"
		return
	}
	w.onPaper(b, pick(w, vietnamese, english), w.one(3))
	b.pages = b.pages[:1]
	b.pages[0].name, b.pages[0].merges = delimited.SheetName, nil
	b.finding = ""
}

var le = binary.LittleEndian

// xls writes a book as BIFF8 in a compound file.
func (b *book) xls() []byte {
	rec := func(id uint16, fields ...any) []byte {
		var data []byte
		for _, f := range fields {
			var err error
			if data, err = binary.Append(data, le, f); err != nil {
				panic(err)
			}
		}
		return append(le.AppendUint16(le.AppendUint16(nil, id), uint16(len(data))), data...)
	}
	text := func(width int, s string) []byte {
		units := utf16.Encode([]rune(s))
		out := []byte{byte(len(units))}
		if width == 2 {
			out = append(out, byte(len(units)>>8))
		}
		out = append(out, 1)
		for _, u := range units {
			out = le.AppendUint16(out, u)
		}
		return out
	}
	bof := func(kind uint16) []byte {
		return rec(0x0809, uint16(0x0600), kind, uint16(0x0DBB), uint16(0x07CC), uint32(0), uint32(6))
	}
	fonts, formats := []string{"Times New Roman"}, []string{""}
	index := func(list *[]string, s string) int {
		i := slices.Index(*list, s)
		if i < 0 {
			i = len(*list)
			*list = append(*list, s)
		}
		return i
	}
	type look struct{ font, format, indent int }
	looks := []look{{}}
	var bodies [][]byte
	for _, p := range b.pages {
		body := bof(0x10)
		for col := range p.hiddenCols {
			body = append(body, rec(0x007D, uint16(col-1), uint16(col-1), uint16(2000), uint16(0), uint16(1), uint16(0))...)
		}
		for row := range p.hiddenRows {
			body = append(body, rec(0x0208, uint16(row-1), uint16(0), uint16(9), uint16(255), uint32(0), uint32(0x120))...)
		}
		for _, a := range p.sorted() {
			c := p.cells[a]
			l := look{0, index(&formats, c.format), c.indent}
			if c.font != "" {
				l.font = index(&fonts, c.font)
				if l.font > 3 { // the format numbers fonts 0 … 3, 5 …
					l.font++
				}
			}
			xf := slices.Index(looks, l)
			if xf < 0 {
				xf = len(looks)
				looks = append(looks, l)
			}
			head := []any{uint16(a.row - 1), uint16(a.col - 1), uint16(xf)}
			if !c.number {
				body = append(body, rec(0x0204, append(head, text(2, c.text))...)...)
				continue
			}
			v, err := strconv.ParseFloat(c.text, 64)
			if err != nil {
				panic(err)
			}
			if c.formula != "" {
				body = append(body, rec(0x0006, append(head, math.Float64bits(v), uint16(0), uint32(0), uint16(0))...)...)
			} else {
				body = append(body, rec(0x0203, append(head, v)...)...)
			}
		}
		if len(p.merges) > 0 {
			fields := []any{uint16(len(p.merges))}
			for _, m := range p.merges {
				fields = append(fields, [4]uint16{uint16(m.row1 - 1), uint16(m.row2 - 1), uint16(m.col1 - 1), uint16(m.col2 - 1)})
			}
			body = append(body, rec(0x00E5, fields...)...)
		}
		bodies = append(bodies, append(body, rec(0x000A)...))
	}
	globals := bof(0x05)
	for _, f := range fonts {
		globals = append(globals, rec(0x0031, uint16(200), uint16(0), uint16(0x7FFF), uint16(400), uint16(0), uint32(0), text(1, f))...)
	}
	for i, f := range formats[1:] {
		globals = append(globals, rec(0x041E, uint16(164+i), text(2, f))...)
	}
	for _, l := range looks {
		format := uint16(0)
		if l.format > 0 {
			format = uint16(163 + l.format)
		}
		globals = append(globals, rec(0x00E0, uint16(l.font), format, uint16(0), byte(0x20), byte(0), byte(l.indent), byte(0), uint64(0), uint16(0))...)
	}
	list := func(from int) (out []byte) {
		for i, p := range b.pages {
			state := byte(0)
			if p.hidden {
				state = 1
			}
			out = append(out, rec(0x0085, uint32(from), state, byte(0), text(1, p.name))...)
			from += len(bodies[i])
		}
		return append(out, rec(0x000A)...)
	}
	stream := append(globals, list(len(globals)+len(list(0)))...)
	for _, body := range bodies {
		stream = append(stream, body...)
	}
	return compound(stream)
}

// compound writes a compound file ([MS-CFB], version 3) with one stream, "Workbook": header, directory, stream, table.
func compound(stream []byte) []byte {
	const sector, end, free = 512, 0xFFFFFFFE, 0xFFFFFFFF
	for len(stream) < 4096 || len(stream)%sector != 0 { // shorter streams lie elsewhere
		stream = append(stream, 0)
	}
	n := len(stream) / sector
	tables := 1
	for tables*sector/4 < 1+n+tables {
		tables++
	}
	if tables > 109 {
		panic("a workbook of more than seven megabytes")
	}
	fat := []uint32{end} // the directory
	for i := range n {
		fat = append(fat, uint32(i+2))
	}
	fat[n] = end
	for range tables {
		fat = append(fat, 0xFFFFFFFD)
	}
	for len(fat) < tables*sector/4 {
		fat = append(fat, free)
	}
	head := make([]byte, sector)
	copy(head, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")
	for at, v := range map[int]uint16{24: 0x3E, 26: 3, 28: 0xFFFE, 30: 9, 32: 6} {
		le.PutUint16(head[at:], v)
	}
	for at, v := range map[int]uint32{44: uint32(tables), 48: 0, 56: 4096, 60: end, 68: end} {
		le.PutUint32(head[at:], v)
	}
	for i := range 109 {
		v := uint32(free)
		if i < tables {
			v = uint32(1 + n + i)
		}
		le.PutUint32(head[76+4*i:], v)
	}
	dir := make([]byte, sector)
	for i, e := range []struct {
		name         string
		kind         byte
		child, start uint32
		size         int
	}{{"Root Entry", 5, 1, end, 0}, {"Workbook", 2, free, 1, len(stream)}} {
		d := dir[128*i:]
		for k, u := range utf16.Encode([]rune(e.name)) {
			le.PutUint16(d[2*k:], u)
		}
		le.PutUint16(d[64:], uint16(2*len(e.name)+2))
		d[66], d[67] = e.kind, 1
		le.PutUint32(d[68:], free)
		le.PutUint32(d[72:], free)
		le.PutUint32(d[76:], e.child)
		le.PutUint32(d[116:], e.start)
		le.PutUint32(d[120:], uint32(e.size))
	}
	out := append(append(head, dir...), stream...)
	for _, v := range fat {
		out = le.AppendUint32(out, v)
	}
	return out
}

func escape(s string) string {
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(s)); err != nil {
		panic(err)
	}
	return b.String()
}

// packed writes an archive. A first entry "mimetype" is stored, as OpenDocument wants it.
func packed(entries ...[2]string) ([]byte, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, e := range entries {
		method := zip.Deflate
		if e[0] == "mimetype" {
			method = zip.Store
		}
		f, err := z.CreateHeader(&zip.FileHeader{Name: e[0], Method: method})
		if err != nil {
			return nil, err
		}
		if _, err := f.Write([]byte(e[1])); err != nil {
			return nil, err
		}
	}
	err := z.Close()
	return out.Bytes(), err
}

// ods writes a book as an OpenDocument spreadsheet.
func (b *book) ods() ([]byte, error) {
	var styles, body strings.Builder
	named := map[string]string{}
	style := func(c *cell) string {
		percent := strings.Contains(c.format, "%")
		k := fmt.Sprint(c.font, c.indent, percent)
		if k == "0false" {
			return ""
		}
		if named[k] == "" {
			named[k] = fmt.Sprintf("c%d", len(named))
			fmt.Fprintf(&styles, `<style:style style:name="%s" style:family="table-cell">`, named[k])
			if c.font != "" {
				fmt.Fprintf(&styles, `<style:text-properties fo:font-family="%s"/>`, escape(c.font))
			}
			if c.indent > 0 {
				fmt.Fprintf(&styles, `<style:paragraph-properties fo:margin-left="%dpt"/>`, 10*c.indent)
			}
			styles.WriteString(`</style:style>`)
		}
		return named[k]
	}
	for _, p := range b.pages {
		shown := "t"
		if p.hidden {
			shown = "h"
		}
		fmt.Fprintf(&body, `<table:table table:name="%s" table:style-name="%s">`, escape(p.name), shown)
		rows, cols := p.extent()
		for _, m := range p.merges {
			rows, cols = max(rows, m.row2), max(cols, m.col2)
		}
		visibility := func(hidden bool) string {
			if hidden {
				return ` table:visibility="collapse"`
			}
			return ""
		}
		for col := 1; col <= cols; col++ {
			fmt.Fprintf(&body, `<table:table-column%s/>`, visibility(p.hiddenCols[col]))
		}
		for row := 1; row <= rows; row++ {
			fmt.Fprintf(&body, `<table:table-row%s>`, visibility(p.hiddenRows[row]))
			for col := 1; col <= cols; col++ {
				c := p.cells[at{row, col}]
				attrs, covered := "", false
				for _, m := range p.merges {
					switch {
					case m.row1 == row && m.col1 == col:
						attrs = fmt.Sprintf(` table:number-rows-spanned="%d" table:number-columns-spanned="%d"`, m.row2-m.row1+1, m.col2-m.col1+1)
					case m.row1 <= row && row <= m.row2 && m.col1 <= col && col <= m.col2:
						covered = true
					}
				}
				if c == nil {
					if covered {
						body.WriteString(`<table:covered-table-cell/>`)
					} else {
						fmt.Fprintf(&body, `<table:table-cell%s/>`, attrs)
					}
					continue
				}
				if s := style(c); s != "" {
					attrs += fmt.Sprintf(` table:style-name="%s"`, s)
				}
				switch {
				case c.number && strings.Contains(c.format, "%"):
					attrs += fmt.Sprintf(` office:value-type="percentage" office:value="%s"`, c.text)
				case c.number:
					attrs += fmt.Sprintf(` office:value-type="float" office:value="%s"`, c.text)
					if c.formula != "" {
						attrs += ` table:formula="of:=1"`
					}
				default:
					attrs += ` office:value-type="string"`
				}
				fmt.Fprintf(&body, `<table:table-cell%s>`, attrs)
				for _, line := range strings.Split(c.text, "\n") {
					fmt.Fprintf(&body, `<text:p>%s</text:p>`, escape(line))
				}
				body.WriteString(`</table:table-cell>`)
			}
			body.WriteString(`</table:table-row>`)
		}
		body.WriteString(`</table:table>`)
	}
	const names = `xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"`
	return packed([2]string{"mimetype", "application/vnd.oasis.opendocument.spreadsheet"},
		[2]string{"META-INF/manifest.xml", `<?xml version="1.0" encoding="UTF-8"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/><manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>`},
		[2]string{"content.xml", `<?xml version="1.0" encoding="UTF-8"?><office:document-content ` + names + ` office:version="1.2"><office:automatic-styles><style:style style:name="t" style:family="table"><style:table-properties table:display="true"/></style:style><style:style style:name="h" style:family="table"><style:table-properties table:display="false"/></style:style>` +
			styles.String() + `</office:automatic-styles><office:body><office:spreadsheet>` + body.String() + `</office:spreadsheet></office:body></office:document-content>`})
}

// docx writes a book that asDocument laid out.
func (b *book) docx() ([]byte, error) {
	var body strings.Builder
	paragraph := func(s string) {
		body.WriteString(`<w:p>`)
		for i, line := range strings.Split(s, "\n") {
			if i > 0 {
				body.WriteString(`<w:r><w:br/></w:r>`)
			}
			fmt.Fprintf(&body, `<w:r><w:t xml:space="preserve">%s</w:t></w:r>`, escape(line))
		}
		body.WriteString(`</w:p>`)
	}
	for _, p := range b.pages {
		t := p.tables[0]
		rows, _ := p.extent()
		for row := 1; row < t.top; row++ {
			if c := p.cells[at{row, 1}]; c != nil {
				paragraph(c.text)
			} else {
				paragraph("")
			}
		}
		body.WriteString(`<w:tbl><w:tblGrid>`)
		for range t.right {
			body.WriteString(`<w:gridCol w:w="900"/>`)
		}
		body.WriteString(`</w:tblGrid>`)
		for row := t.top; row <= t.bottom; row++ {
			body.WriteString(`<w:tr>`)
			for col := 1; col <= t.right; col++ {
				span, vertical := 1, ""
				for _, m := range p.merges {
					if m.row1 <= row && row <= m.row2 && m.col1 == col {
						span = min(m.col2, t.right) - col + 1
						if m.row2 > m.row1 {
							vertical = `<w:vMerge/>`
							if row == m.row1 {
								vertical = `<w:vMerge w:val="restart"/>`
							}
						}
					}
				}
				body.WriteString(`<w:tc><w:tcPr>`)
				if span > 1 {
					fmt.Fprintf(&body, `<w:gridSpan w:val="%d"/>`, span)
				}
				body.WriteString(vertical + `</w:tcPr>`)
				if c := p.cells[at{row, col}]; c != nil {
					paragraph(c.text)
				} else {
					paragraph("")
				}
				body.WriteString(`</w:tc>`)
				col += span - 1
			}
			body.WriteString(`</w:tr>`)
		}
		body.WriteString(`</w:tbl>`)
		if p != b.pages[len(b.pages)-1] {
			continue // what follows belongs to the next table
		}
		for row := t.bottom + 1; row <= rows; row++ {
			if c := p.cells[at{row, 1}]; c != nil {
				paragraph(c.text)
			}
		}
	}
	return packed([2]string{"[Content_Types].xml", `<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`},
		[2]string{"_rels/.rels", `<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`},
		[2]string{"word/document.xml", `<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>` + body.String() + `</w:body></w:document>`})
}

// csv writes the only sheet of a book as delimited text, with as many fields in every record.
func (b *book) csv() []byte {
	p := b.pages[0]
	rows, cols := p.extent()
	var out strings.Builder
	for row := 1; row <= rows; row++ {
		for col := 1; col <= cols; col++ {
			if col > 1 {
				out.WriteByte(';')
			}
			if c := p.cells[at{row, col}]; c != nil {
				if strings.ContainsAny(c.text, ";\"\n") {
					out.WriteString(`"` + strings.ReplaceAll(c.text, `"`, `""`) + `"`)
				} else {
					out.WriteString(c.text)
				}
			}
		}
		out.WriteString("\r\n")
	}
	return []byte(out.String())
}
