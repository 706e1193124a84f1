package xlsx

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/url"
	"path"
	"strings"
	"sync"

	"github.com/phuluc/phuluc/extract"
	"github.com/phuluc/phuluc/extract/archive"
	"github.com/phuluc/phuluc/extract/sheet"
)

// Workbook is an opened workbook. It is used from one goroutine.
type Workbook struct {
	archive *archive.Archive
	limits  sheet.Limits
	sheets  []part
	styles  []style
	strings stringTable
	outside names // defined names by which another workbook comes in

	room
	values []int // cells with a value, by sheet
	said   said

	// What tests change, to see that it makes no difference, or that it does.
	window int   // size of a window in bytes
	whole  int64 // see wholeSheet
	slow   bool  // no quick way for the usual cells
	lose   func(row, col int) bool
}

var _ sheet.Workbook = (*Workbook)(nil)

// room is the memory in which parts are read. Most parts are smaller, so a workbook leaves it to the next one.
type room struct {
	windows  [][]byte // not in use
	sheetBuf []byte   // of one whole sheet; nil while it is in use
}

// rooms are those that closed workbooks left.
var rooms = sync.OnceValue(func() *sync.Pool { return &sync.Pool{New: func() any { return new(room) }} })

// part is one sheet; entry is nil for sheets that are listed and not read (charts, dialogs, macros).
type part struct {
	info  sheet.Info
	entry *archive.Entry
}

// Open reads everything but the sheets: the directory, the relationships, styles and shared strings. All its errors
// about the content are *sheet.FileError; others are those of r and of ctx. r must stay readable until the last use.
//
// A deadline of ctx is the time limit for opening; Cells has its own.
func Open(ctx context.Context, r io.ReaderAt, size int64, lim sheet.Limits) (*Workbook, error) {
	kind, err := extract.DetectFile(r, size)
	if err != nil {
		return nil, err
	}
	switch kind {
	case "xlsx", "zip":
	case "empty":
		return nil, sheet.Refuse(sheet.CodeEmpty, "", "the file has no bytes")
	case "encrypted":
		return nil, sheet.Refuse(sheet.CodeEncrypted, "", "the workbook is encrypted")
	case "xls", "ole":
		return nil, sheet.Refuse(sheet.CodeXLS, "", "a workbook of the format before 2007")
	case "xlsb", "ods":
		return nil, sheet.Refuse(sheet.CodeUnsupported, "", "the content is of the type %q", kind)
	default:
		return nil, sheet.Refuse(sheet.CodeNotWorkbook, "", "the content is of the type %q", kind)
	}
	a, err := archive.Open(r, size, lim)
	if err != nil {
		return nil, err
	}
	w := &Workbook{archive: a, limits: lim, room: *rooms().Get().(*room), window: windowSize, whole: wholeSheet}
	if err := w.open(ctx); err != nil {
		return nil, err
	}
	return w, nil
}

func (w *Workbook) open(ctx context.Context) error {
	name, err := w.main(ctx)
	if err != nil {
		return err
	}
	book := w.archive.Find(name)
	if book == nil {
		if w.archive.Find("[Content_Types].xml") == nil {
			return sheet.Refuse(sheet.CodeNotWorkbook, "", "the content is an archive without a workbook")
		}
		return sheet.Refuse(sheet.CodePartMissing, name, "the part that lists the sheets is not in the archive")
	}
	rels, err := w.relations(ctx, name)
	if err != nil {
		return err
	}
	if err := w.list(ctx, book, rels); err != nil {
		return err
	}
	for _, r := range rels {
		var keep func(*lexer) error
		switch r.kind {
		case "styles":
			keep = func(l *lexer) (err error) {
				w.styles, err = parseStyles(l)
				return err
			}
		case "sharedStrings":
			keep = func(l *lexer) (err error) {
				w.strings, err = parseStrings(l)
				return err
			}
		default:
			continue
		}
		e := w.archive.Find(r.target)
		if e == nil {
			return sheet.Refuse(sheet.CodePartMissing, r.target, "the workbook names this part, but it is not in the archive")
		}
		if err := w.read(ctx, e, keep); err != nil {
			return err
		}
	}
	return nil
}

// read reads a part as a document.
func (w *Workbook) read(ctx context.Context, e *archive.Entry, visit func(*lexer) error) error {
	in, done, err := w.stream(ctx, e)
	if err != nil {
		return err
	}
	defer done()
	return visit(newLexer(ctx, in, w.limits))
}

// stream opens a part as text. done gives back what it takes.
func (w *Workbook) stream(ctx context.Context, e *archive.Entry) (in window, done func(), err error) {
	r, err := w.archive.Reader(ctx, e)
	if err != nil {
		return window{}, nil, err
	}
	var b []byte
	if n := len(w.windows); n > 0 {
		b, w.windows = w.windows[n-1], w.windows[:n-1]
	} else {
		b = make([]byte, 0, w.window)
	}
	return window{part: e.Name, src: newTextReader(e.Name, r), b: b}, func() {
		w.windows = append(w.windows, b) // it is not used any more, also where a longer one took its place
		r.Close()
	}, nil
}

// main finds the name of the workbook part, by the package's relationships and, where those are missing, by the name
// everybody uses.
func (w *Workbook) main(ctx context.Context) (string, error) {
	rels, err := w.relations(ctx, "")
	if err != nil {
		return "", err
	}
	for _, r := range rels {
		if r.kind == "officeDocument" {
			return r.target, nil
		}
	}
	return "xl/workbook.xml", nil
}

// relation is one row of a relationships part: what a part refers to by id.
type relation struct {
	id     string
	kind   string // last element of the type, which the two dialects of the format have in common
	target string // name of the part
}

// relations reads what the part called name refers to inside the archive; "" stands for the package itself. A
// missing relationships part means no relations. External targets are left out, so nothing can follow them.
func (w *Workbook) relations(ctx context.Context, name string) ([]relation, error) {
	dir, base := path.Split(name)
	relsName := dir + "_rels/" + base + ".rels"
	e := w.archive.Find(relsName)
	if e == nil {
		return nil, nil
	}
	var rels []relation
	one := func(l *lexer) error {
		if w.limits.Parts > 0 && len(rels) >= w.limits.Parts {
			return sheet.Refuse(sheet.CodeLimit, e.Name, "there are more than %d relationships", w.limits.Parts)
		}
		var v [4]string
		for i, n := range []string{"Id", "Type", "Target", "TargetMode"} {
			var err error
			if v[i], err = l.attr(n); err != nil {
				return err
			}
		}
		if v[3] != "External" {
			target := strings.ReplaceAll(v[2], `\`, "/")
			if u, err := url.PathUnescape(target); err == nil {
				target = u
			}
			if !strings.HasPrefix(target, "/") {
				target = "/" + dir + target
			}
			rels = append(rels, relation{id: v[0], kind: path.Base(v[1]), target: strings.TrimPrefix(path.Clean(target), "/")})
		}
		return l.skip()
	}
	err := w.read(ctx, e, func(l *lexer) error {
		return l.document("Relationships", func(name string) error {
			if name != "Relationship" {
				return l.skip()
			}
			return one(l)
		})
	})
	return rels, err
}

// list reads the names of the sheets and finds their parts, and what cells need to know of the workbook.
func (w *Workbook) list(ctx context.Context, book *archive.Entry, rels []relation) error {
	byID := make(map[string]relation, len(rels))
	for _, r := range rels {
		byID[r.id] = r
	}
	seen, read := map[string]bool{}, map[*archive.Entry]bool{}
	module := "" // a sheet of which the list says that it has no part
	one := func(l *lexer) error {
		if w.limits.Sheets > 0 && len(w.sheets) >= w.limits.Sheets {
			return sheet.Refuse(sheet.CodeLimit, book.Name, "the workbook has more than %d sheets", w.limits.Sheets)
		}
		name, err := l.attr("name")
		if err != nil {
			return err
		}
		state, err := l.attr("state")
		if err != nil {
			return err
		}
		if seen[name] {
			return l.damaged("two sheets are called %q", name)
		}
		seen[name] = true
		p := part{info: sheet.Info{Name: name, Hidden: state == "hidden" || state == "veryHidden"}}
		id, ok := relationID(l.attrs)
		if ok && id == "" { // a module of Visual Basic that came out of a workbook of Excel 95
			module = name
			w.sheets = append(w.sheets, p)
			return l.skip()
		}
		r, ok := byID[id]
		if !ok {
			return sheet.Refuse(sheet.CodePartMissing, book.Name, "sheet %q has no part in the archive", name)
		}
		switch r.kind {
		case "chartsheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet":
		default:
			if p.entry = w.archive.Find(r.target); p.entry == nil {
				return sheet.Refuse(sheet.CodePartMissing, r.target, "the part of sheet %q is not in the archive", name)
			}
			if read[p.entry] {
				return l.damaged("sheet %q is another sheet once more", name) // figures would count twice, a bomb 200 times
			}
			read[p.entry] = true
		}
		w.sheets = append(w.sheets, p)
		return l.skip()
	}
	texts := map[string][]byte{} // of defined names
	size := 0
	var text []byte
	defined := func(l *lexer) error {
		name, err := l.attr("name")
		if err != nil {
			return err
		}
		if text, err = l.content(text[:0]); err != nil {
			return err
		}
		if size += len(name) + len(text); size > maxTexts {
			return sheet.Refuse(sheet.CodeLimit, book.Name, "the defined names have more than %d bytes", maxTexts)
		}
		// A name may stand for one thing in each sheet: it counts as all of them.
		name = strings.ToLower(name)
		texts[name] = append(append(texts[name], text...), ' ')
		return nil
	}
	date1904 := false
	err := w.read(ctx, book, func(l *lexer) error {
		return l.document("workbook", func(name string) error {
			switch name {
			case "workbookPr":
				v, err := l.attr("date1904")
				if err != nil {
					return err
				}
				date1904 = v == "1" || v == "true"
			case "sheets":
				return l.children(func(name string) error {
					if name != "sheet" {
						return l.skip()
					}
					return one(l)
				})
			case "definedNames":
				return l.children(func(name string) error {
					if name != "definedName" {
						return l.skip()
					}
					return defined(l)
				})
			}
			return l.skip()
		})
	})
	if err != nil {
		return err
	}
	if len(w.sheets) == 0 {
		return sheet.Refuse(sheet.CodeDamaged, book.Name, "the workbook lists no sheet")
	}
	for _, r := range rels {
		if module == "" || r.kind != "worksheet" {
			continue
		}
		if e := w.archive.Find(r.target); e != nil && !read[e] {
			return sheet.Refuse(sheet.CodePartMissing, book.Name, "sheet %q has no part in the archive", module) // it may be the one that nobody lists
		}
	}
	for i := range w.sheets {
		w.sheets[i].info.Date1904 = date1904
	}
	w.values = make([]int, len(w.sheets))
	w.outside, err = outsideNames(ctx, texts)
	return err
}

// maxTexts is how much the defined names of a workbook may hold, and its number formats, in bytes. Old workbooks carry
// thousands of dead ones.
const maxTexts = 8 << 20

// relationID gives the attribute id of the relationships namespace, whatever its prefix; the sheet's own attributes
// have none. ok is false if there is none.
func relationID(tag []byte) (id string, ok bool) {
	a := attributes{rest: tag}
	for a.next() {
		if bytes.HasSuffix(a.name, []byte(":id")) {
			if v, ok := decode(nil, a.value); ok {
				return string(v), true
			}
		}
	}
	return "", false
}

// Sheets lists the sheets in workbook order, including hidden ones and those that hold only a chart.
func (w *Workbook) Sheets() []sheet.Info {
	infos := make([]sheet.Info, len(w.sheets))
	for i, p := range w.sheets {
		infos[i] = p.info
	}
	return infos
}

// Close gives the memory back. The reader given to Open stays open; it is its owner's.
func (w *Workbook) Close() error {
	if w.window == windowSize {
		left := w.room
		rooms().Put(&left)
	}
	*w = Workbook{}
	return nil
}

func (w *Workbook) sheet(i int) (part, error) {
	if i < 0 || i >= len(w.sheets) {
		return part{}, fmt.Errorf("sheet %d of %d does not exist", i, len(w.sheets))
	}
	return w.sheets[i], nil
}
