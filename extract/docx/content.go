package docx

import (
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/phuluc/phuluc/extract/markup"
	"github.com/phuluc/phuluc/extract/sheet"
)

// The last row and column that a sheet has.
const (
	maxRow    = 1 << 20
	maxColumn = 1 << 14
)

const (
	heldPart  = 20 // part of the limit of cells that a document may have, because it is held in memory: a quarter of a million of five
	pieceSize = 80 // bytes that a piece of text takes beside its letters, as a piece and as a run
)

// parser reads the document part.
type parser struct {
	r      *markup.Reader
	limits sheet.Limits
	styles styles
	sheets []*content
	before content  // the paragraphs since the last table, as rows
	boxes  []text   // of text boxes and objects met inside a paragraph or a table
	outer  *content // the last table that stands in no other
	tables int      // how deep the table being read is nested; 0 is none
	cells  int
	texts  int64 // bytes of the texts and their pieces
}

// text is one paragraph, or what a cell holds.
type text struct {
	pieces  []piece
	size    int // bytes of them
	formula bool
	kind    sheet.Kind
}

// piece is a text that looks the same throughout.
type piece struct {
	s, font                string
	hidden, raised, struck bool
}

func (p *parser) document(root xml.StartElement) error {
	if !isWord(root, "document") {
		return p.r.Refuse(sheet.CodeDamaged, "the root element is %s", root.Name.Local)
	}
	return p.r.Children(func(e xml.StartElement) error {
		if !isWord(e, "body") {
			return p.r.Skip()
		}
		return p.blocks(p.paragraphRow)
	})
}

// end hands the paragraphs behind the last table to it.
func (p *parser) end() error {
	if len(p.sheets) == 0 {
		return sheet.Refuse(sheet.CodeNoTable, "", "")
	}
	for _, c := range p.before.cells {
		c.Row += p.outer.next - 1
		if c.Row > maxRow {
			return p.refuse(sheet.CodeLimit, c, "the limit is %d rows", maxRow)
		}
		p.outer.cells = append(p.outer.cells, c)
	}
	return nil
}

// leftOut reports what is no text of the document: deletions, and the copy of a drawing for old programs.
func leftOut(e xml.StartElement) bool {
	switch e.Name.Local {
	case "del", "moveFrom", "Fallback", "sectPr", "delText", "delInstrText", "rt":
		return true
	}
	return false
}

// blocks reads paragraphs and tables up to the end of the element whose start was given last.
func (p *parser) blocks(paragraph func(text) error) error {
	return p.r.Children(func(e xml.StartElement) error { return p.block(e, paragraph) })
}

func (p *parser) block(e xml.StartElement, paragraph func(text) error) error {
	switch {
	case leftOut(e):
		return p.r.Skip()
	case isWord(e, "p"):
		t, err := p.paragraph()
		if err != nil {
			return err
		}
		return paragraph(t)
	case isWord(e, "tbl"):
		return p.table()
	case isWord(e, "altChunk"):
		return p.r.Refuse(sheet.CodeUnsupported, "the document takes in the text of another one (altChunk)")
	}
	return p.blocks(paragraph) // content controls, insertions, choices …
}

// paragraphRow makes a row of a paragraph outside of tables, and of each text box anchored in it.
func (p *parser) paragraphRow(t text) error {
	boxes := p.boxes
	p.boxes = nil
	for _, t := range append([]text{t}, boxes...) {
		p.before.next = max(p.before.next, 1)
		if err := p.add(&p.before, t.cell(p.before.next, 1)); err != nil {
			return err
		}
		p.before.next++
	}
	return nil
}

// cell joins the pieces. Hidden text that stands beside visible text is put in brackets.
func (t text) cell(row, col int) sheet.Cell {
	c := sheet.Cell{Row: row, Col: col, Kind: t.kind, Formula: t.formula}
	shown, level := false, false // some of the text is; not all of it is raised
	for _, x := range t.pieces {
		if strings.TrimSpace(x.s) != "" {
			shown, level = shown || !x.hidden, level || !x.raised
		}
	}
	var b strings.Builder
	for _, x := range t.pieces {
		if x.raised && level {
			x.s = sheet.Superscript(x.s)
		}
		switch {
		case !x.hidden || !shown:
			c.Hidden = c.Hidden || x.hidden && strings.TrimSpace(x.s) != ""
		case strings.TrimSpace(x.s) == "":
			continue
		default:
			x.s = " [ẩn: " + x.s + "] "
		}
		run := sheet.Run{From: b.Len(), Font: x.font, Struck: x.struck}
		if n := len(c.Runs); n == 0 || !run.LooksLike(c.Runs[n-1]) {
			c.Runs = append(c.Runs, run)
		}
		b.WriteString(x.s)
	}
	if c.Raw = b.String(); strings.Trim(c.Raw, "\n") == "" {
		return sheet.Cell{Row: row, Col: col}
	}
	c.Font, c.Struck = c.Runs[0].Font, c.Runs[0].Struck
	if c.Runs = c.Runs[1:]; len(c.Runs) == 0 {
		c.Runs = nil
	}
	return c
}

// add appends a cell that is not blank.
func (p *parser) add(to *content, c sheet.Cell) error {
	limit := maxColumn
	if p.limits.Columns > 0 {
		limit = min(limit, p.limits.Columns)
	}
	if c.Raw == "" {
		return nil
	}
	p.cells++
	held := (p.limits.Cells + heldPart - 1) / heldPart
	switch {
	case c.Col > limit:
		return p.refuse(sheet.CodeLimit, c, "the limit is %d columns", limit)
	case c.Row > maxRow:
		return p.refuse(sheet.CodeLimit, c, "the limit is %d rows", maxRow)
	case held > 0 && p.cells > held:
		return p.refuse(sheet.CodeLimit, c, "the limit is %d cells", held)
	case p.limits.StringLength > 0 && len(c.Raw) > p.limits.StringLength && units(c.Raw) > p.limits.StringLength:
		return p.refuse(sheet.CodeLimit, c, "a text of more than %d characters", p.limits.StringLength)
	}
	to.cells = append(to.cells, c)
	return nil
}

func (p *parser) refuse(code string, c sheet.Cell, format string, args ...any) error {
	return p.r.Refuse(code, "table %d, cell %s: "+format, append([]any{max(len(p.sheets), 1), c.Address()}, args...)...)
}

// table reads w:tbl into a sheet of its own.
func (p *parser) table() error {
	if p.limits.Sheets > 0 && len(p.sheets) >= p.limits.Sheets {
		return p.r.Refuse(sheet.CodeLimit, "more than %d tables", p.limits.Sheets)
	}
	t := table{p: p, content: &content{name: fmt.Sprintf("Bảng %d", len(p.sheets)+1), next: 1}}
	if p.tables == 0 {
		t.cells, t.next = p.before.cells, max(p.before.next, 1)
		p.before, p.outer = content{}, t.content
	}
	p.sheets = append(p.sheets, t.content)
	p.tables++
	err := t.rows()
	if p.tables--; err != nil || p.tables > 0 {
		return err
	}
	boxes := p.boxes
	p.boxes = nil
	for _, b := range boxes {
		if err := p.paragraphRow(b); err != nil {
			return err
		}
	}
	return nil
}

// table is a table that is being read.
type table struct {
	*content
	p      *parser
	open   map[int]*merged // vertically merged cells by their first column
	merges int
}

// merged is a cell that may grow.
type merged struct {
	sheet.Range
	cell int // index into cells, -1 if it is blank
}

func (t *table) rows() error {
	return t.p.r.Children(func(e xml.StartElement) error {
		switch {
		case leftOut(e):
			return t.p.r.Skip()
		case isWord(e, "tr"):
			return t.row()
		}
		return t.rows() // content controls; properties hold no rows
	})
}

func (t *table) row() error {
	at := rowState{col: 1}
	if err := t.cellsOf(&at); err != nil {
		return err
	}
	if !at.deleted {
		t.next++
	}
	return nil
}

// rowState is how far a row is read.
type rowState struct {
	col             int
	hidden, deleted bool
	last            *merged // the cell before, which may grow to the right
}

func (t *table) cellsOf(at *rowState) error {
	return t.p.r.Children(func(e xml.StartElement) error {
		switch {
		case leftOut(e), at.deleted:
			return t.p.r.Skip()
		case isWord(e, "trPr"):
			return t.properties(at)
		case isWord(e, "tc"):
			return t.one(at)
		}
		return t.cellsOf(at)
	})
}

func (t *table) properties(at *rowState) error {
	return t.p.r.Children(func(e xml.StartElement) error {
		switch {
		case isWord(e, "gridBefore"):
			n, err := t.span(e)
			if err != nil {
				return err
			}
			at.col += n
		case isWord(e, "hidden"):
			at.hidden = *on(e)
		case isWord(e, "del"):
			at.deleted = true
		}
		return t.p.r.Skip()
	})
}

// span reads a number of columns.
func (t *table) span(e xml.StartElement) (int, error) {
	v, _ := word(e, "val")
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 || n > maxColumn {
		return 0, t.p.r.Refuse(sheet.CodeDamaged, "%s, row %d: %s is %q", t.name, t.next, e.Name.Local, v)
	}
	return n, nil
}

// one reads a cell.
func (t *table) one(at *rowState) error {
	span, vertical, horizontal := 1, "", ""
	var all text
	paragraphs := 0
	err := t.p.r.Children(func(e xml.StartElement) error {
		if !isWord(e, "tcPr") {
			return t.p.block(e, func(x text) error {
				if paragraphs++; paragraphs > 1 {
					end := piece{s: "\n", hidden: x.allHidden()}
					if n := len(all.pieces); n > 0 {
						end.font = all.pieces[n-1].font
					}
					all.pieces = append(all.pieces, end)
				}
				all.pieces = append(all.pieces, x.pieces...)
				all.formula = all.formula || x.formula
				return nil
			})
		}
		return t.p.r.Children(func(e xml.StartElement) (err error) {
			value, given := word(e, "val")
			if !given {
				value = "continue"
			}
			switch {
			case isWord(e, "gridSpan"):
				span, err = t.span(e)
				span = max(span, 1)
			case isWord(e, "vMerge"):
				vertical = value
			case isWord(e, "hMerge"):
				horizontal = value
			}
			if err != nil {
				return err
			}
			return t.p.r.Skip()
		})
	})
	if err != nil {
		return err
	}
	c := all.cell(t.next, at.col)
	c.Hidden = c.Hidden || at.hidden
	m := &merged{Range: sheet.Range{Row1: t.next, Col1: at.col, Row2: t.next, Col2: at.col + span - 1}, cell: -1}
	at.col += span
	above := t.open[m.Col1]
	switch {
	case horizontal == "continue" && at.last != nil:
		at.last.Col2 = m.Col2
		c.Hidden, m = true, at.last
	case vertical == "continue" && above != nil && above.Row2 == t.next-1:
		above.Row2 = t.next
		c.Hidden, m = true, above
	default:
		delete(t.open, m.Col1)
		if vertical != "" {
			if t.open == nil {
				t.open = map[int]*merged{}
			}
			t.open[m.Col1] = m
		}
		if c.Raw != "" {
			m.cell = len(t.cells)
		}
	}
	at.last = m
	if err := t.p.add(t.content, c); err != nil {
		return err
	}
	if m.cell >= 0 && (m.Row1 < m.Row2 || m.Col1 < m.Col2) {
		to := &t.cells[m.cell].Merge
		if to.IsZero() {
			t.merges++
		}
		if *to = m.Range; t.p.limits.Merges > 0 && t.merges > t.p.limits.Merges {
			return t.p.refuse(sheet.CodeLimit, c, "more than %d merged cells", t.p.limits.Merges)
		}
	}
	return nil
}

func (t text) allHidden() bool {
	for _, x := range t.pieces {
		if !x.hidden {
			return false
		}
	}
	return len(t.pieces) > 0
}

// paragraph reads w:p.
func (p *parser) paragraph() (text, error) {
	t := text{}
	base := p.styles.of(p.styles.normal).over(p.styles.looks[""])
	return t, p.inline(&t, &base)
}

// inline reads runs up to the end of the element whose start was given last. base is the look of the paragraph, which its
// properties, at the beginning, set.
func (p *parser) inline(t *text, base *look) error {
	return p.r.Children(func(e xml.StartElement) error {
		switch {
		case leftOut(e):
			return p.r.Skip()
		case isWord(e, "pPr"):
			return p.r.Children(func(e xml.StartElement) error {
				if isWord(e, "pStyle") {
					id, _ := word(e, "val")
					*base = p.styles.of(id).over(p.styles.looks[""])
				}
				return p.r.Skip()
			})
		case isWord(e, "fldSimple"):
			instruction, _ := word(e, "instr")
			t.formula = t.formula || strings.HasPrefix(strings.TrimSpace(instruction), "=")
		case isWord(e, "txbxContent"):
			return p.blocks(func(t text) error {
				if len(t.pieces) > 0 {
					p.boxes = append(p.boxes, t)
				}
				return nil
			})
		case e.Name.Local == "r" && (wordSpace(e.Name.Space) || mathSpace(e.Name.Space)):
			return p.run(t, *base)
		}
		return p.inline(t, base)
	})
}

func mathSpace(space string) bool {
	return space == "http://schemas.openxmlformats.org/officeDocument/2006/math" || space == "http://purl.oclc.org/ooxml/officeDocument/math"
}

// run reads w:r or m:r.
func (p *parser) run(t *text, base look) error {
	l := base
	put := func(s string) error {
		if s == "" {
			return nil
		}
		t.pieces = append(t.pieces, piece{s: s, font: l.font, hidden: yes(l.hidden), raised: yes(l.raised), struck: yes(l.struck)})
		t.size += len(s)
		if max := p.limits.StringLength; max > 0 && t.size > 4*max {
			return p.r.Refuse(sheet.CodeLimit, "table %d: a text of more than %d characters", len(p.sheets), max)
		}
		if p.texts += int64(len(s) + pieceSize); p.limits.SharedBytes > 0 && p.texts > p.limits.SharedBytes {
			return p.r.Refuse(sheet.CodeLimit, "the texts need more than %d bytes", p.limits.SharedBytes)
		}
		return nil
	}
	return p.r.Children(func(e xml.StartElement) error {
		if !wordSpace(e.Name.Space) && !mathSpace(e.Name.Space) {
			if leftOut(e) {
				return p.r.Skip()
			}
			return p.inline(t, &base) // drawings, which may hold text boxes
		}
		sign := ""
		switch e.Name.Local {
		case "rPr":
			direct, style, err := readLook(p.r)
			l = direct.over(p.styles.of(style)).over(base)
			return err
		case "t":
			s, err := p.r.Text()
			if err != nil {
				return err
			}
			return put(s)
		case "instrText":
			s, err := p.r.Text()
			t.formula = t.formula || strings.HasPrefix(strings.TrimSpace(s), "=")
			return err
		case "tab":
			sign = "\t"
		case "br", "cr":
			sign = "\n"
		case "noBreakHyphen":
			sign = "-"
		case "softHyphen":
			sign = "\u00AD" // ư of the font TCVN3
		case "sym":
			code, _ := word(e, "char")
			if n, err := strconv.ParseUint(code, 16, 16); err == nil {
				sign = string(rune(n))
			}
		case "object":
			return p.object()
		case "drawing", "pict", "ruby":
			return p.inline(t, &base)
		}
		if err := put(sign); err != nil {
			return err
		}
		return p.r.Skip()
	})
}

// object looks for the worksheet of a spreadsheet program in w:object.
func (p *parser) object() error {
	return p.r.Children(func(e xml.StartElement) error {
		if id, _ := markup.Attr(e, "", "ProgID"); e.Name.Local == "OLEObject" && (strings.HasPrefix(id, "Excel.") || strings.Contains(id, "Calc")) {
			p.boxes = append(p.boxes, text{kind: sheet.Error, pieces: []piece{{s: "[" + id + "]"}}})
		}
		return p.r.Skip()
	})
}

// units counts UTF-16 units, as the format does.
func units(s string) int {
	n := 0
	for _, x := range s {
		n += max(utf16.RuneLen(x), 1)
	}
	return n
}
