package layout

import (
	"slices"
	"strings"

	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/phuluc/phuluc/transform/record"
)

// A comment on a cell may take from its figure as a note below the table does: "chưa gồm 2 huyện", "đơn vị: nghìn". One on a header or a label speaks of
// all that stands below or beside it, one elsewhere of the sheet. What a comment on a figure says else is kept with the figure.

// comment is what is attached to a cell.
type comment struct {
	reservation
	doubt bool // of the figure: "tạm tính", "xem lại"
	ahead bool // it calls the figure an estimate
	scale bool // it tells in what is counted: "nghìn"
}

// takes reports whether a comment may take from figures on which it does not stand.
func (c *comment) takes() bool {
	return c.scale || c.excludes || c.lacks || c.month > 0 || c.year > 0 || c.measure != "" || c.unit != nil
}

// readComments reads those of a sheet.
func (s *sheetReader) readComments() {
	at := make(map[[2]int]int32, len(s.g.comments))
	for i := range s.g.comments {
		at[[2]int{s.g.comments[i].Row, s.g.comments[i].Col}] = none
	}
	for i := range s.g.cells {
		place := [2]int{s.g.cells[i].Row, s.g.cells[i].Col}
		if _, ok := at[place]; ok {
			at[place] = int32(i)
		}
	}
	s.comments = map[int32][]comment{}
	isOfGap := s.gaps()
	for i := range s.g.comments {
		said := &s.g.comments[i]
		cell := at[[2]int{said.Row, said.Col}]
		if cell == none && isOfGap(said) {
			continue // it speaks of no figure
		}
		text := s.commentText(said)
		if text == "" {
			continue
		}
		if cell != none && s.tableOf(cell) == nil {
			cell = none
		}
		found := s.comment(text)
		found.beside = cell != none
		found.lacks = found.lacks && (!found.signs || cell != none && s.class[cell] == classValue) // "chưa có số liệu thì ghi dấu -" says how to fill a form in
		list := s.comments[cell]
		switch {
		case cell == none && !found.takes():
		case len(list) < maxReservations && !slices.ContainsFunc(list, func(c comment) bool { return c.text == found.text }):
			s.comments[cell] = append(list, found)
		}
	}
}

// tableOf gives the table to which a cell belongs, its headers included; nil if there is none.
func (s *sheetReader) tableOf(i int32) *table {
	r := s.g.pos[i].r
	if k := slices.IndexFunc(s.tables, func(t *table) bool { return t.top <= r && r < t.end }); k >= 0 {
		return s.tables[k]
	}
	return nil
}

// gaps tells of a comment that is on no cell whether it stands on an empty one among the values of a table: in one of its rows, and in a column of values.
func (s *sheetReader) gaps() (isOfGap func(*sheet.Comment) bool) {
	type line struct {
		t  *table
		at int // row or column of the sheet
	}
	rows, columns := map[line]int{}, map[line]int{} // of the grid
	for i := range s.g.cells {
		if t := s.tableOf(int32(i)); t != nil && s.g.pos[i].c < len(t.columns) {
			c, p := &s.g.cells[i], s.g.pos[i]
			if p.r > t.bottom {
				rows[line{t, c.Row}] = p.r
			}
			if t.columns[p.c].role == roleValue {
				columns[line{t, c.Col}] = p.c
			}
		}
	}
	return func(said *sheet.Comment) bool {
		return slices.ContainsFunc(s.tables, func(t *table) bool {
			r, inRow := rows[line{t, said.Row}]
			c, inColumn := columns[line{t, said.Col}]
			return inRow && inColumn && s.g.cell(r, c) == none // no merged cell covers it
		})
	}
}

// commentText is what a comment says, without the name of its author before it, what Excel writes before a threaded one for programs that do not
// know them, or what this program wrote.
func (s *sheetReader) commentText(c *sheet.Comment) string {
	text := record.SenderSaid(c.Author, c.Text)
	if _, rest, ok := strings.Cut(text, threadedLink); ok {
		if _, said, ok := strings.Cut(rest, ":"); ok { // "Comment:" in the language of the program
			text = said
		}
	}
	clean := func(text string) string {
		text = strings.Join(strings.Fields(text), " ")
		s.g.remarks = append(s.g.remarks, text)
		return s.rd.repair(text)
	}
	if first, rest, ok := strings.Cut(text, "\n"); ok {
		if first = strings.TrimSpace(first); first == c.Author+":" || strings.HasSuffix(first, ":") && len(first) < maxCommentAuthor && !s.isTaking(clean(first)) {
			text = rest
		}
	}
	return clean(text)
}

// isTaking reports whether a comment takes something from figures, or doubts one: "Chưa gồm:".
func (s *sheetReader) isTaking(text string) bool {
	c := s.comment(text)
	return c.doubt || c.ahead || c.takes()
}

// threadedLink is what Excel tells about threaded comments in the note that stands for one.
const threadedLink = "fwlink/?linkid=870924"

// maxCommentAuthor is how long the name before a comment may be, in bytes.
const maxCommentAuthor = 60

// comment reads what one says.
func (s *sheetReader) comment(text string) comment {
	if len(text) > 4*maxPhrase {
		text = text[:cutRune(text, 4*maxPhrase)]
	}
	found := comment{reservation: s.rd.reservation(text)}
	found.beside = true
	if body := found.body; len(body) <= maxCutHeader {
		found.readNote(s.ask(body))
	}
	toks := s.rd.tokenize(text)
	for i := range toks {
		w, ok := loadTitleWords().at(commentDoubt, toks, i)
		ok = ok && !(i > 0 && (toks[i-1].low == "đã" || toks[i-1].low == "không")) // "đã kiểm tra lại"
		found.doubt = found.doubt || toks[i].key == "?" || ok && w.value == ""
		found.ahead = found.ahead || ok && w.value != ""
		found.scale = found.scale || isTitleWord(commentScale, toks, i)
	}
	return found
}

// isCommented refuses a cell of which a comment takes something: one on it, on the rest of its row, on its headers or on what stands above the tables.
func (v *valueCell) isCommented() bool {
	takes := func(c comment) bool {
		switch {
		case v.takesFrom(c.reservation):
		case c.scale && c.unit == nil:
			v.no("unit.ambiguous", "", c.text)
		default:
			return false
		}
		return true
	}
	about := func(i int32) bool { return slices.ContainsFunc(v.s.comments[i], takes) }
	for _, c := range v.s.comments[v.i] {
		if takes(c) {
			return true
		}
		if c.doubt || c.ahead && v.measure == "actual" {
			v.no("value.commented", "", c.text)
			return true
		}
	}
	ofRow := func(i int32) bool { return v.cx.t.columns[v.s.g.pos[i].c].role != roleValue && about(i) }
	return about(none) || slices.ContainsFunc(v.rw.labels, about) || slices.ContainsFunc(v.cx.t.columns[v.c].cells, about) || slices.ContainsFunc(v.s.g.rowCells(v.rw.r), ofRow)
}

// noteComments keeps with a figure what is said of it.
func (v *valueCell) noteComments(note string) string {
	for _, c := range v.s.comments[v.i] {
		said := c.text
		if len(said) > maxPhrase {
			said = said[:cutRune(said, maxPhrase)] + "…"
		}
		note += ` (ghi chú ở ô: "` + said + `")`
	}
	return strings.TrimSpace(note)
}
