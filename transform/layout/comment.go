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
	for i := range s.g.comments {
		text := commentText(&s.g.comments[i])
		if text == "" {
			continue
		}
		found, cell := s.comment(s.rd.repair(text)), at[[2]int{s.g.comments[i].Row, s.g.comments[i].Col}]
		if cell != none && !s.isInTable(cell) {
			cell = none
		}
		found.beside = cell != none
		found.lacks = found.lacks && (!found.signs || cell != none && s.class[cell] == classValue) // "chưa có số liệu thì ghi dấu -" says how to fill a form in
		s.comments[cell] = append(s.comments[cell], found)
	}
}

// isInTable reports whether a cell belongs to a table, its headers included.
func (s *sheetReader) isInTable(i int32) bool {
	r := s.g.pos[i].r
	return slices.ContainsFunc(s.tables, func(t *table) bool { return t.top <= r && r < t.end })
}

// commentText is what a comment says, without the name of its author before it, or what this program wrote.
func commentText(c *sheet.Comment) string {
	text := record.SenderSaid(c.Author, c.Text)
	if first, rest, ok := strings.Cut(text, "\n"); ok && (strings.TrimSpace(first) == c.Author+":" || strings.HasSuffix(strings.TrimSpace(first), ":") && len(first) < maxCommentAuthor) {
		text = rest
	}
	return strings.Join(strings.Fields(text), " ")
}

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
