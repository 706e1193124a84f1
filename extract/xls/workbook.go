package xls

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/phuluc/phuluc/extract/sheet"
)

// Workbook is an opened workbook. It is used from one goroutine.
type Workbook struct {
	stream
	limits   sheet.Limits
	summary  []byte
	sheets   []part
	styles   []style
	fonts    []font
	strings  stringTable
	links    links
	date1904 bool

	// Whether the results of formulas are believed where they are 0 or empty; nil before that is known.
	computed *bool

	values   []int  // cells with a value, by sheet
	noted    []bool // sheets with comments
	comments int    // of the sheets whose comments were told
	lose     func(row, col int) bool
}

var _ sheet.Workbook = (*Workbook)(nil)

// part is one sheet; at is the byte of its BOF record, 0 for sheets without cells (charts, macros, modules).
type part struct {
	info sheet.Info
	at   int
}

// Open reads everything but the sheets: the container, and of the stream the part that names the sheets, the formats
// and the shared strings. All its errors about the content are *sheet.FileError; others are those of r and of ctx.
// Nothing is read from r after Open.
//
// A deadline of ctx is the time limit for opening; Cells has its own.
func Open(ctx context.Context, r io.ReaderAt, size int64, lim sheet.Limits) (*Workbook, error) {
	if size == 0 {
		return nil, sheet.Refuse(sheet.CodeEmpty, "", "the file has no bytes")
	}
	if lim.CompressedBytes > 0 && size > lim.CompressedBytes {
		return nil, sheet.Refuse(sheet.CodeLimit, "", "the file has %d bytes, more than %d", size, lim.CompressedBytes)
	}
	head := make([]byte, min(size, 8))
	if err := readFull(r, head, 0); err != nil {
		return nil, err
	}
	w := &Workbook{limits: lim}
	switch {
	case string(head) == oleMagic:
		c, err := openContainer(r, size, lim)
		if err != nil {
			return nil, err
		}
		w.name, w.b, w.summary = c.name, c.book, c.summary
	case len(head) >= 6 && head[0] == 0x09 && head[1]&^0x0E == 0 && head[3] == 0: // a stream without a container
		w.b = make([]byte, size)
		if err := readFull(r, w.b, 0); err != nil {
			return nil, err
		}
	default:
		return nil, sheet.Refuse(sheet.CodeNotWorkbook, "", "the content is no compound file")
	}
	if err := w.globals(ctx); err != nil {
		return nil, err
	}
	return w, nil
}

// Types of a substream ([MS-XLS] BOF) and of a sheet (BoundSheet8).
const (
	bofGlobals = 0x0005
	bofSheet   = 0x0010
	typeSheet  = 0
)

// globals reads the first substream: what all sheets have in common.
func (w *Workbook) globals(ctx context.Context) error {
	w.long = w.limits.StringLength
	w.charmap = charmaps(0)
	first, err := w.record(0)
	if err != nil {
		return err
	}
	if err := w.begin(first); err != nil {
		return err
	}
	looks := looks{w: w, formats: map[int]format{}}
	var names []int // where their records are
	stop := deadline{ctx: ctx}
	for p := first.end; ; {
		r, err := w.record(p)
		if err == nil {
			err = stop.check(w.name)
		}
		if err != nil {
			return err
		}
		p = r.end
		if err := w.fits(r); err != nil {
			return err
		}
		switch r.id {
		case idBOF:
			return w.damaged(r.at, "another part of the workbook begins before the list of sheets ends")
		case idFilePass:
			return sheet.Refuse(sheet.CodeEncrypted, w.name, "the workbook is encrypted")
		case idCodePage:
			if err = w.least(r, 2); err == nil && !w.biff8 {
				page := int(le.Uint16(r.data))
				if w.charmap = charmaps(page); w.charmap == nil {
					return w.refuse(sheet.CodeXLS, r.at, "a workbook of Excel 5.0 or 95 whose texts are in code page %d; ask for it as .xlsx", page)
				}
			}
		case idDate1904:
			if err = w.least(r, 2); err == nil {
				w.date1904 = le.Uint16(r.data) == 1
			}
		case idFont:
			err = looks.font(r)
		case idFormat:
			err = looks.format(r)
		case idXF:
			err = looks.cell(r)
		case idBoundSheet:
			err = w.boundSheet(r)
		case idRecalcID:
			believed := true
			w.computed = &believed
		case idSupBook:
			err = w.supportingBook(r)
		case idExternSheet:
			err = w.references(r)
		case idName:
			if err = w.least(r, 15); err == nil {
				names = append(names, r.at)
				if lim := w.limits.Cells; lim > 0 && len(names) > lim {
					err = w.refuse(sheet.CodeLimit, r.at, "there are more than %d defined names", lim)
				}
			}
		case idSST:
			if w.biff8 {
				err = w.sharedStrings(r, &stop)
			}
		case idEOF:
			w.styles = looks.styles()
			if w.links.any {
				for _, at := range names {
					name, err := w.record(at)
					if err != nil {
						return err
					}
					w.definedName(name)
				}
			}
			if len(w.sheets) == 0 {
				return w.damaged(r.at, "the workbook lists no sheet")
			}
			w.values, w.noted = make([]int, len(w.sheets)), make([]bool, len(w.sheets))
			return w.listed(p)
		}
		if err != nil {
			return err
		}
	}
}

// begin reads the first record of the stream, which says what wrote it.
func (w *Workbook) begin(r record) error {
	older := map[uint16]string{0x0009: "Excel 2", 0x0209: "Excel 3", 0x0409: "Excel 4"}
	if name, ok := older[r.id]; ok {
		return sheet.Refuse(sheet.CodeXLS, w.name, "a workbook of %s (before 1993); open it in LibreOffice and save it as .xlsx, or ask for it as .xlsx", name)
	}
	if r.id != idBOF {
		return w.damaged(0, "the stream begins with record %04X instead of BOF", r.id)
	}
	if err := w.least(r, 4); err != nil {
		return err
	}
	switch version := le.Uint16(r.data); version >> 8 {
	case 6:
		w.biff8 = true
	case 5: // 0500; 0580 before it was final
	default:
		return sheet.Refuse(sheet.CodeXLS, w.name, "the version %04X of the format is unknown; ask for the workbook as .xlsx", version)
	}
	if kind := le.Uint16(r.data[2:]); kind != bofGlobals {
		return w.damaged(0, "the stream begins with a part of type %04X instead of the list of sheets", kind)
	}
	return nil
}

// boundSheet reads the name of a sheet and where it begins.
func (w *Workbook) boundSheet(r record) error {
	if w.limits.Sheets > 0 && len(w.sheets) >= w.limits.Sheets {
		return w.refuse(sheet.CodeLimit, r.at, "the workbook has more than %d sheets", w.limits.Sheets)
	}
	if err := w.least(r, 7); err != nil {
		return err
	}
	c := w.cursor(r, 6)
	name, _ := c.text(nil, nil, 1)
	if c.err != nil {
		return c.err
	}
	if c.p != r.end {
		return w.damaged(r.at, "the name of sheet %q ends before its record", name)
	}
	p := part{info: sheet.Info{Name: string(name), Hidden: r.data[4]&3 != 0}}
	at := int(le.Uint32(r.data))
	bof, err := w.record(at)
	begins := err == nil && bof.id == idBOF && len(bof.data) >= 4 && le.Uint16(bof.data[2:]) == bofSheet
	switch listed := r.data[5] == typeSheet; {
	case listed && err != nil:
		return err
	case listed && !begins:
		return w.damaged(r.at, "sheet %q does not begin at byte %d", name, at)
	case begins && !listed:
		return w.damaged(r.at, "sheet %q is listed as what it is not, type %d", name, r.data[5])
	case listed:
		p.at = at
	}
	for _, other := range w.sheets {
		if other.info.Name == p.info.Name {
			return w.damaged(r.at, "two sheets are called %q", name)
		}
		if p.at > 0 && other.at == p.at {
			return w.damaged(r.at, "sheets %q and %q are the same bytes", other.info.Name, name)
		}
	}
	w.sheets = append(w.sheets, p)
	return nil
}

// stringTable is the shared strings of a workbook in one piece of memory: string i is text[at[i]:at[i+1]]. Those with
// runs are listed apart, because they are few.
type stringTable struct {
	text string
	at   []uint32
	rich []richString
	runs []fontRun
}

// richString says that the runs of string number text begin at runs[first]; they end where those of the next begin.
type richString struct{ text, first uint32 }

func (t *stringTable) len() int { return max(0, len(t.at)-1) }

func (t *stringTable) get(i int) (string, []fontRun) {
	text := t.text[t.at[i]:t.at[i+1]]
	k, found := slices.BinarySearchFunc(t.rich, uint32(i), func(r richString, i uint32) int { return int(r.text) - int(i) })
	if !found {
		return text, nil
	}
	end := len(t.runs)
	if k+1 < len(t.rich) {
		end = int(t.rich[k+1].first)
	}
	return text, t.runs[t.rich[k].first:end]
}

const runSize = 8 // bytes of a fontRun

// sharedStrings reads the table of texts. The number of texts it announces is no promise: some programs write another.
// A cell that refers to a text that is not there is damaged.
func (w *Workbook) sharedStrings(r record, stop *deadline) error {
	if err := w.least(r, 8); err != nil {
		return err
	}
	if len(w.strings.at) > 0 {
		return w.damaged(r.at, "the workbook has two tables of texts")
	}
	announced := int(le.Uint32(r.data[4:]))
	bytes := len(r.data)
	for next := r; ; bytes += len(next.data) {
		var err error
		if next, err = w.record(next.end); err != nil || next.id != idContinue {
			break // the error is met again by whoever reads on
		}
	}
	c := w.cursor(r, 8)
	t := stringTable{at: make([]uint32, 1, 256)}
	// A byte of the table is at most two of UTF-8, but for control characters: the text is rarely moved while it grows.
	var text strings.Builder
	room := 2 * int64(bytes)
	if most := w.limits.SharedBytes; most > 0 {
		room = min(room, most)
	}
	text.Grow(int(room))
	var scratch []byte
	for n := 0; n < announced && !c.done(); n++ {
		if err := stop.check(w.name); err != nil {
			return err
		}
		first := len(t.runs)
		scratch, t.runs = c.text(scratch[:0], t.runs, 2)
		if c.err != nil {
			return c.err
		}
		text.Write(scratch)
		switch lim := &w.limits; {
		case lim.Cells > 0 && n >= lim.Cells:
			return w.refuse(sheet.CodeLimit, r.at, "there are more than %d shared strings", lim.Cells)
		case lim.Cells > 0 && len(t.runs) > lim.Cells:
			return w.refuse(sheet.CodeLimit, r.at, "the shared strings change their font more than %d times", lim.Cells)
		case lim.SharedBytes > 0 && int64(text.Len()+runSize*len(t.runs)) > lim.SharedBytes:
			return w.refuse(sheet.CodeLimit, r.at, "the shared strings need more than %d bytes", lim.SharedBytes)
		}
		if len(t.runs) > first {
			t.rich = append(t.rich, richString{uint32(n), uint32(first)})
		}
		t.at = append(t.at, uint32(text.Len()))
	}
	if !c.done() {
		return w.damaged(r.at, "the table of %d texts has %d bytes more", announced, c.left())
	}
	t.text = text.String()
	w.strings = t
	return nil
}

// Sheets lists the sheets in workbook order, including hidden ones and those that have no cells.
func (w *Workbook) Sheets() []sheet.Info {
	infos := make([]sheet.Info, len(w.sheets))
	for i, p := range w.sheets {
		infos[i] = p.info
		infos[i].Date1904 = w.date1904
	}
	return infos
}

// Close gives the memory back. The reader given to Open stays open; it is its owner's.
func (w *Workbook) Close() error {
	*w = Workbook{}
	return nil
}

func (w *Workbook) sheet(i int) (part, error) {
	if i < 0 || i >= len(w.sheets) {
		return part{}, fmt.Errorf("sheet %d of %d does not exist", i, len(w.sheets))
	}
	return w.sheets[i], nil
}

func itoa(n int) string { return strconv.Itoa(n) }
