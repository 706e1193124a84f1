package annotate

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/phuluc/phuluc/extract/workbook"
	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/record"
)

// Source is the workbook as it was received.
type Source struct {
	Kind   string // as extract.DetectFile names it
	Bytes  io.ReaderAt
	Size   int64
	Limits sheet.Limits
}

const (
	maxComments = 20_000  // in one sheet: above, cells are coloured only, and the first sheet still lists them
	titleRows   = 4       // of a sheet written anew, whose one or two long texts do not widen their columns
	widest      = 40      // letters of a column of such a sheet: what is longer is broken into lines
	maxListed   = 5000    // lines of the first sheet
	maxLinks    = 1000    // from the first sheet: the library takes a time that grows with their square
	maxCopied   = 300_000 // cells of a workbook: above, the library's tree of it fills the memory, and the copy is the first sheet alone
	carryTime   = 20 * time.Second

	refusedColor  = "FFC7CE"
	doubtfulColor = "FFEB9C"
	author        = record.CopyAuthor
	senderSaid    = record.CopySender
)

// Workbook writes the annotated copy, an .xlsx, to w. A file that could not be read at all gives a workbook of one sheet
// that says why.
func Workbook(ctx context.Context, w io.Writer, cat *catalogue.Catalogue, src Source, f *record.File) error {
	all := notes(cat, f)
	sheets := 0
	if copies(f) {
		var err error
		var unreadable *sheet.FileError
		if sheets, err = readable(ctx, src); err != nil && !errors.As(err, &unreadable) {
			return err
		}
	}
	if sheets > 0 && src.Kind == "xlsx" {
		if b := carryOver(ctx, cat, src, f, all); b != nil && intact(b) && same(ctx, b, src) {
			_, err := w.Write(b)
			return err
		}
	}
	var original book // as long as the library holds the workbook its cells need not be here too
	if sheets > 0 {
		var err error
		if original, err = read(ctx, src); err != nil {
			return err
		}
	}
	b, err := rebuild(ctx, cat, original, f, all)
	if err != nil {
		return err
	}
	if sheets > 0 && !same(ctx, b, src) {
		return fmt.Errorf("the annotated copy of %s does not hold the same cells as the original", f.Name)
	}
	_, err = w.Write(b)
	return err
}

// sheetCells is one sheet as it was read.
type sheetCells struct {
	info  sheet.Info
	cells []sheet.Cell
	looks *sheet.Appearance // nil if the reader of the format does not tell
}

type book []sheetCells

// copies reports whether the workbook is not too large for a copy of its sheets.
func copies(f *record.File) bool {
	n := 0
	for _, s := range f.Sheets {
		n += s.Read
	}
	return n <= maxCopied
}

func (s Source) open(ctx context.Context) (sheet.Workbook, error) {
	return workbook.Open(ctx, s.Kind, s.Bytes, s.Size, s.Limits)
}

// readable reads all cells, of which it keeps none, and gives the number of sheets; 0 with an error.
func readable(ctx context.Context, src Source) (int, error) {
	w, err := src.open(ctx)
	if err != nil {
		return 0, err
	}
	defer w.Close()
	for i := range w.Sheets() {
		for _, err := range w.Cells(ctx, i) {
			if err != nil {
				return 0, err
			}
		}
	}
	return len(w.Sheets()), nil
}

func read(ctx context.Context, src Source) (book, error) {
	w, err := src.open(ctx)
	if err != nil {
		return nil, err
	}
	defer w.Close()
	var b book
	for i, info := range w.Sheets() {
		s := sheetCells{info: info}
		for c, err := range w.Cells(ctx, i) {
			if err != nil {
				return nil, err
			}
			s.cells = append(s.cells, c)
		}
		if w, tells := w.(interface {
			Appearance(context.Context, int) (*sheet.Appearance, error)
		}); tells {
			if s.looks, err = w.Appearance(ctx, i); err != nil {
				return nil, err
			}
		}
		b = append(b, s)
	}
	return b, nil
}

// same reports whether the copy holds, behind its first sheet, the original's cells with the same texts. Both are read side by side.
func same(ctx context.Context, copied []byte, src Source) bool {
	original, err := src.open(ctx)
	if err != nil {
		return false
	}
	defer original.Close()
	// What we wrote ourselves is not held against limits meant for strangers: a comment a cell makes it larger.
	c, err := Source{Kind: "xlsx", Bytes: bytes.NewReader(copied), Size: int64(len(copied))}.open(ctx)
	if err != nil {
		return false
	}
	defer c.Close()
	if len(c.Sheets()) != len(original.Sheets())+1 {
		return false
	}
	for i, s := range original.Sheets() {
		if c.Sheets()[i+1].Hidden != s.Hidden || !sameCells(c.Cells(ctx, i+1), original.Cells(ctx, i)) {
			return false
		}
	}
	return true
}

func sameCells(copied, original iter.Seq2[sheet.Cell, error]) bool {
	next, stop := iter.Pull2(copied)
	defer stop()
	for o, err := range original {
		n, errCopied, more := next()
		if err != nil || errCopied != nil || !more || n.Row != o.Row || n.Col != o.Col || n.Raw != o.Raw && printable(n.Raw) != printable(o.Raw) {
			return false
		}
	}
	_, _, more := next()
	return !more
}

// printable leaves out what an .xlsx can not hold: control characters and the kind of a line end.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' || r == '\uFFFE' || r == '\uFFFF' {
			return -1
		}
		return r
	}, s)
}

// carryOver annotates the workbook itself, so that it keeps its looks. It gives nil when the writing library can not do it:
// it fails, panics or takes too long on some workbooks, and then the copy is written anew.
func carryOver(ctx context.Context, cat *catalogue.Catalogue, src Source, f *record.File, all []note) []byte {
	done := make(chan []byte, 1)
	go func() {
		defer func() {
			if recover() != nil {
				done <- nil
			}
		}()
		b, err := carry(cat, src, f, all)
		if err != nil {
			b = nil
		}
		done <- b
	}()
	timeout := time.NewTimer(carryTime)
	defer timeout.Stop()
	select {
	case b := <-done:
		return b
	case <-timeout.C:
	case <-ctx.Done():
	}
	return nil
}

func carry(cat *catalogue.Catalogue, src Source, f *record.File, all []note) ([]byte, error) {
	plain, err := withoutMacros(src.Bytes, src.Size)
	if err != nil {
		return nil, err
	}
	if plain != nil {
		src.Bytes, src.Size = bytes.NewReader(plain), int64(len(plain))
	}
	open := func() (*excelize.File, error) {
		return excelize.OpenReader(io.NewSectionReader(src.Bytes, 0, src.Size), excelize.Options{
			UnzipSizeLimit: src.Limits.UnpackedBytes, UnzipXMLSizeLimit: src.Limits.UnpackedBytes,
		})
	}
	old, err := comments(open)
	if err != nil {
		return nil, err
	}
	x, err := open()
	if err != nil {
		return nil, err
	}
	defer x.Close()
	if err := strip(x); err != nil {
		return nil, err
	}
	title, err := firstSheet(x)
	if err != nil {
		return nil, err
	}
	if d := x.WorkBook.DefinedNames; d != nil { // they number their sheets, and a sheet came in front
		for i := range d.DefinedName {
			if id := d.DefinedName[i].LocalSheetID; id != nil {
				*id++
			}
		}
	}
	return finish(x, title, cat, f, all, old, func(name string) string { return name })
}

// comments gives what the sender had written on cells, by sheet.
func comments(open func() (*excelize.File, error)) (map[string][]excelize.Comment, error) {
	x, err := open()
	if err != nil {
		return nil, err
	}
	defer x.Close()
	all := map[string][]excelize.Comment{}
	for _, name := range x.GetSheetList() {
		if all[name], err = x.GetComments(name); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// rebuild writes the workbook anew from its cells: texts, numbers, formats, fonts, merges and what is hidden.
func rebuild(ctx context.Context, cat *catalogue.Catalogue, b book, f *record.File, all []note) ([]byte, error) {
	x := excelize.NewFile()
	defer x.Close()
	title := x.GetSheetName(0)
	names := map[string]string{}
	if early := slices.ContainsFunc(b, func(s sheetCells) bool { return s.info.Date1904 }); early {
		if err := x.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &early}); err != nil {
			return nil, err
		}
	}
	for i, s := range b {
		name := sheetName(s.info.Name, i, func(n string) bool { i, _ := x.GetSheetIndex(n); return i >= 0 })
		names[s.info.Name] = name
		if _, err := x.NewSheet(name); err != nil {
			return nil, err
		}
		if err := fill(ctx, x, name, s); err != nil {
			return nil, err
		}
	}
	own := sheetName(summaryName, len(b), func(n string) bool { i, _ := x.GetSheetIndex(n); return i > 0 })
	if err := x.SetSheetName(title, own); err != nil {
		return nil, err
	}
	return finish(x, own, cat, f, all, nil, func(name string) string { return names[name] })
}

func fill(ctx context.Context, x *excelize.File, name string, s sheetCells) error {
	styles := wardrobe{x: x, ids: map[outfit]int{{}: 0}}
	looks := s.looks
	if looks == nil {
		looks = guessed(s.cells)
	}
	visibleRow, visibleCol := map[int]bool{}, map[int]bool{}
	held := map[sheet.Position]bool{}
	for i, c := range s.cells {
		if i&1023 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		at := c.Address()
		var err error
		switch c.Kind {
		case sheet.Number, sheet.Date:
			err = x.SetCellDefault(name, at, c.Raw)
		case sheet.Bool:
			err = x.SetCellBool(name, at, c.Raw == "TRUE")
		default:
			err = x.SetCellStr(name, at, c.Raw)
		}
		if err != nil {
			return err
		}
		p := sheet.Position{Row: c.Row, Col: c.Col}
		held[p] = true
		if err := styles.put(name, at, outfit{c.Format, looks.Of(p)}); err != nil {
			return err
		}
		if r := c.Merge; !r.IsZero() && r.Row1 == c.Row && r.Col1 == c.Col {
			if err := x.MergeCell(name, sheet.Address(r.Row1, r.Col1), sheet.Address(r.Row2, r.Col2)); err != nil {
				return err
			}
		}
		visibleRow[c.Row] = visibleRow[c.Row] || !c.Hidden
		visibleCol[c.Col] = visibleCol[c.Col] || !c.Hidden
	}
	byPlace := func(a, b sheet.Position) int { return cmp.Or(cmp.Compare(a.Row, b.Row), cmp.Compare(a.Col, b.Col)) }
	for _, p := range slices.SortedFunc(maps.Keys(looks.Cells), byPlace) {
		if !held[p] { // an empty cell with lines round it
			if err := styles.put(name, sheet.Address(p.Row, p.Col), outfit{"", looks.Of(p)}); err != nil {
				return err
			}
		}
	}
	for col, width := range looks.Widths {
		if err := x.SetColWidth(name, sheet.ColumnName(col), sheet.ColumnName(col), min(width, excelize.MaxColumnWidth)); err != nil {
			return err
		}
	}
	for row, height := range looks.Heights {
		if err := x.SetRowHeight(name, row, min(height, excelize.MaxRowHeight)); err != nil {
			return err
		}
	}
	// A cell only says that its row or its column is hidden: a row without a visible cell is hidden, and a column if that
	// does not explain all of its cells.
	byRow := map[int]bool{}
	for _, c := range s.cells {
		if !visibleRow[c.Row] && !byRow[c.Row] {
			byRow[c.Row] = true
			if err := x.SetRowVisible(name, c.Row, false); err != nil {
				return err
			}
		}
		if visibleRow[c.Row] && !visibleCol[c.Col] {
			if err := x.SetColVisible(name, sheet.ColumnName(c.Col), false); err != nil {
				return err
			}
		}
	}
	if s.info.Hidden {
		if err := x.SetSheetVisible(name, false); err != nil {
			return err
		}
	}
	return onePageWide(x, name)
}

// guessed is how a sheet may look of which only the cells are known: columns as wide as their texts, of which the long ones are broken
// into lines.
func guessed(cells []sheet.Cell) *sheet.Appearance {
	a := &sheet.Appearance{Widths: map[int]float64{}, Cells: map[sheet.Position]int{}}
	at := map[sheet.Look]int{}
	beside := map[int]int{}
	for _, c := range cells {
		beside[c.Row]++
	}
	for _, c := range cells {
		letters := utf8.RuneCountInString(c.Raw)
		below := c.Merge.IsZero() && (c.Row > titleRows || beside[c.Row] > 2) // a row of several texts is no title
		l := sheet.Look{Font: c.Font, Indent: c.Indent, Wrap: strings.Contains(c.Raw, "\n") || c.Kind == sheet.Text && below && letters > widest}
		if _, known := at[l]; !known {
			at[l] = len(a.Looks)
			a.Looks = append(a.Looks, l)
		}
		a.Cells[sheet.Position{Row: c.Row, Col: c.Col}] = at[l]
		if width := min(letters+2, widest); below && width > 9 {
			a.Widths[c.Col] = max(a.Widths[c.Col], float64(width))
		}
	}
	return a
}

// outfit is all of a cell's format.
type outfit struct {
	format string
	sheet.Look
}

// wardrobe makes each format of a workbook once.
type wardrobe struct {
	x   *excelize.File
	ids map[outfit]int
}

func (w *wardrobe) put(name, cell string, o outfit) error {
	id, known := w.ids[o]
	if !known {
		style := &excelize.Style{
			Alignment: &excelize.Alignment{Indent: o.Indent, WrapText: o.Wrap, Horizontal: o.Horizontal, Vertical: o.Vertical},
			Font:      &excelize.Font{Family: o.Font, Size: o.Size, Bold: o.Bold, Italic: o.Italic, Strike: o.Strike, Color: o.Color},
		}
		if o.Underline {
			style.Font.Underline = "single"
		}
		if o.format != "" {
			style.CustomNumFmt = &o.format
		}
		if o.Fill != "" {
			style.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{o.Fill}}
		}
		for _, line := range []excelize.Border{{Type: "left", Style: o.Left}, {Type: "right", Style: o.Right}, {Type: "top", Style: o.Top}, {Type: "bottom", Style: o.Bottom}} {
			if line.Style > 0 {
				line.Color = "000000"
				style.Border = append(style.Border, line)
			}
		}
		var err error
		if id, err = w.x.NewStyle(style); err != nil {
			id = 0 // looks alone are no reason to fail
		}
		w.ids[o] = id
	}
	if id == 0 {
		return nil
	}
	return w.x.SetCellStyle(name, cell, cell, id)
}

// onePageWide has a sheet printed across the page, on as many pages as it is long.
func onePageWide(x *excelize.File, name string) error {
	landscape, one, any, fit := "landscape", 1, 0, true
	return errors.Join(
		x.SetPageLayout(name, &excelize.PageLayoutOptions{Orientation: &landscape, FitToWidth: &one, FitToHeight: &any}),
		x.SetSheetProps(name, &excelize.SheetPropsOptions{FitToPage: &fit}))
}

// finish colours and explains the cells, writes the first sheet and gives the bytes. old are the comments that were there;
// local gives the name a sheet of the original has in the copy.
func finish(x *excelize.File, title string, cat *catalogue.Catalogue, f *record.File, all []note, old map[string][]excelize.Comment, local func(string) string) ([]byte, error) {
	said, err := mark(x, all, old, local)
	if err != nil {
		return nil, err
	}
	if err := said.prepare(x); err != nil {
		return nil, err
	}
	if err := summary(x, title, cat, f, all, local); err != nil {
		return nil, err
	}
	x.SetActiveSheet(0)
	x.Path = "copy.xlsx" // decides the content type, whatever the original was
	var b bytes.Buffer
	if err := x.Write(&b); err != nil {
		return nil, err
	}
	return said.put(b.Bytes())
}

// mark colours the cells and gives the comments they get.
func mark(x *excelize.File, all []note, old map[string][]excelize.Comment, local func(string) string) (*remarks, error) {
	type place struct{ sheet, cell string }
	type paint struct {
		style   int
		refused bool
	}
	painted := map[paint]int{}
	was := map[place]string{}
	for name, list := range old {
		for _, c := range list {
			text := c.Text
			for _, r := range c.Paragraph {
				text += r.Text
			}
			was[place{name, c.Cell}] = strings.TrimSpace(record.SenderSaid(c.Author, text)) // of a copy that came back: what the sender had written stays
		}
	}
	written := map[string]int{}
	said := newRemarks()
	for len(all) > 0 {
		first := all[0]
		of := 1 // so many notes are of one cell: they stand side by side
		for of < len(all) && all[of].Sheet == first.Sheet && all[of].Cell == first.Cell {
			of++
		}
		here := all[:of]
		all = all[of:]
		p := place{local(first.Sheet), first.Cell}
		if p.sheet == "" || p.cell == "" {
			continue
		}
		refused := slices.ContainsFunc(here, func(n note) bool { return n.Refused })
		id, err := x.GetCellStyle(p.sheet, p.cell)
		if err != nil {
			return nil, err
		}
		key := paint{id, refused}
		if _, ok := painted[key]; !ok {
			if painted[key], err = coloured(x, id, refused); err != nil {
				return nil, err
			}
		}
		if err := x.SetCellStyle(p.sheet, p.cell, p.cell, painted[key]); err != nil {
			return nil, err
		}
		if written[p.sheet]++; written[p.sheet] > maxComments {
			continue
		}
		texts := make([]string, len(here))
		for i, n := range here {
			texts[i] = n.text()
		}
		text := strings.Join(texts, "\n\n")
		if before := was[p]; before != "" {
			text += "\n\n" + senderSaid + before
			delete(was, p)
		}
		said.add(p.sheet, p.cell, author, text)
	}
	for _, name := range slices.Sorted(maps.Keys(old)) {
		for _, c := range old[name] {
			if text := was[place{name, c.Cell}]; text != "" {
				said.add(name, c.Cell, c.Author, text)
			}
		}
	}
	return said, nil
}

// coloured adds a cell format that is the given one but for its fill. It copies the format's record: the library's own way
// to a changed style goes through a description that leaves out theme colours and writes empty ones, which spreadsheet
// programs refuse.
func coloured(x *excelize.File, id int, refused bool) (int, error) {
	color := doubtfulColor
	if refused {
		color = refusedColor
	}
	plain, err := x.NewStyle(&excelize.Style{Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{color}}})
	if err != nil {
		return 0, err
	}
	formats := x.Styles.CellXfs
	if id < 0 || id >= len(formats.Xf) {
		return plain, nil
	}
	format, yes := formats.Xf[id], true
	format.FillID, format.ApplyFill = formats.Xf[plain].FillID, &yes
	formats.Xf = append(formats.Xf, format)
	formats.Count = len(formats.Xf)
	return len(formats.Xf) - 1, nil
}

const summaryName = "Kết quả kiểm tra"

// firstSheet adds the sheet that will hold the summary, in front of all others.
func firstSheet(x *excelize.File) (string, error) {
	name := sheetName(summaryName, 0, func(n string) bool { i, _ := x.GetSheetIndex(n); return i >= 0 })
	first := x.GetSheetName(0)
	if _, err := x.NewSheet(name); err != nil {
		return "", err
	}
	return name, x.MoveSheet(name, first)
}

// sheetName makes a name that the format allows and that is not taken.
func sheetName(name string, i int, taken func(string) bool) string {
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]`, r) || r < ' ' {
			return ' '
		}
		return r
	}, name)
	name = strings.Trim(name, " '")
	if name == "" {
		name = "Trang " + strconv.Itoa(i+1)
	}
	base := []rune(name)
	for n := 2; ; n++ {
		candidate := string(base[:min(len(base), excelize.MaxSheetNameLength)])
		if n > 2 {
			tail := fmt.Sprintf(" (%d)", n-1)
			candidate = string(base[:min(len(base), excelize.MaxSheetNameLength-len(tail))]) + tail
		}
		if !taken(candidate) {
			return candidate
		}
	}
}

// summaryWidths are the widths of the first sheet's columns, in letters.
func summaryWidths() []float64 { return []float64{12, 22, 12, 28, 50, 20, 45, 28} }

// listed gives the lines of the first sheet: one a note, or if they are too many, one for all cells of a sheet of which the same is said.
// rest is how many even that leaves out.
func listed(all []note) (list []note, rest int) {
	if len(all) <= maxListed {
		return all, 0
	}
	points := group(all)
	for _, p := range points[:min(len(points), maxListed)] {
		list = append(list, p.named())
	}
	return list, len(points) - len(list)
}

func summary(x *excelize.File, title string, cat *catalogue.Catalogue, f *record.File, all []note, local func(string) string) error {
	style := func(s excelize.Style) int {
		id, err := x.NewStyle(&s)
		if err != nil {
			return 0
		}
		return id
	}
	border := []excelize.Border{{Type: "left", Color: "BFBFBF", Style: 1}, {Type: "right", Color: "BFBFBF", Style: 1}, {Type: "top", Color: "BFBFBF", Style: 1}, {Type: "bottom", Color: "BFBFBF", Style: 1}}
	wrap := &excelize.Alignment{WrapText: true, Vertical: "top"}
	heading := style(excelize.Style{Font: &excelize.Font{Bold: true, Size: 14, Family: "Calibri"}})
	head := style(excelize.Style{Font: &excelize.Font{Bold: true, Family: "Calibri"}, Border: border, Alignment: wrap, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"D9E1F2"}}})
	fill := func(color string) int {
		return style(excelize.Style{Border: border, Alignment: wrap, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{color}}})
	}
	body, red, yellow := style(excelize.Style{Border: border, Alignment: wrap}), fill(refusedColor), fill(doubtfulColor)

	row := 0
	var failed error
	put := func(styleOf int, values ...any) {
		row++
		for i, v := range values {
			at := sheet.Address(row, i+1)
			var err error
			switch v := v.(type) {
			case string:
				err = x.SetCellStr(title, at, v)
			case int:
				err = x.SetCellInt(title, at, int64(v))
			}
			if err == nil && styleOf != 0 {
				err = x.SetCellStyle(title, at, at, styleOf)
			}
			failed = errors.Join(failed, err)
		}
	}
	place, round := names(cat, f.Identity)
	put(heading, record.CopyTitle)
	put(0, record.CopyFile+" "+f.Name)
	if who := nonEmpty(f.Identity.Body, place, round); len(who) > 0 {
		put(0, strings.Join(who, " · "))
	}
	put(0, capital(tally(f, all)))
	if !unread(f, all) && !copies(f) {
		put(0, "Bảng có quá nhiều ô nên bản này chỉ có danh sách; tên trang và ô là của tệp gốc")
	}
	put(red, "Chưa nhận")
	failed = errors.Join(failed, x.SetCellStr(title, sheet.Address(row, 2), "Số trong ô này chưa được đưa vào cơ sở dữ liệu"))
	put(yellow, "Cần xem lại")
	failed = errors.Join(failed, x.SetCellStr(title, sheet.Address(row, 2), "Số đã được nhận nhưng có điểm đáng ngờ"))
	row++
	if len(all) > 0 {
		put(head, "STT", "Trang tính", "Ô", "Nội dung trong ô", "Vấn đề", "Số tính lại", "Cách sửa", "Có phải là")
		failed = errors.Join(failed, x.SetPanes(title, &excelize.Panes{Freeze: true, YSplit: row, TopLeftCell: sheet.Address(row+1, 1), ActivePane: "bottomLeft"}))
	}
	list, rest := listed(all)
	for i, n := range list {
		cell := n.Cell
		if n.Line > 0 {
			cell = n.where()
		}
		texts := []string{"", n.Sheet, cell, shorten(n.Shown, 500), n.Problem, n.Expected, n.Try, n.Nearest}
		put(body, i+1, texts[1], texts[2], texts[3], texts[4], texts[5], texts[6], texts[7])
		// Not every program makes a row as high as its wrapped texts need.
		if height := 1; i < maxLinks {
			for k, text := range texts {
				height = max(height, 1+utf8.RuneCountInString(text)/int(summaryWidths()[k]))
			}
			failed = errors.Join(failed, x.SetRowHeight(title, row, float64(15*height)))
		}
		at := sheet.Address(row, 1)
		color := yellow
		if n.Refused {
			color = red
		}
		failed = errors.Join(failed, x.SetCellStyle(title, at, at, color))
		if to := local(n.Sheet); to != "" && n.Row > 0 && i < maxLinks {
			failed = errors.Join(failed, x.SetCellHyperLink(title, sheet.Address(row, 3), "'"+strings.ReplaceAll(to, "'", "''")+"'!"+sheet.Address(n.Row, n.Col), "Location"))
		}
	}
	if rest > 0 {
		put(0, fmt.Sprintf("… và %d điểm khác", rest))
	}
	row++
	if len(f.Sheets) > 0 {
		put(head, "STT", "Trang tính", "Số ô đã đọc", "Đã nhận", "Chưa nhận", "Không phải số liệu")
		for i, s := range f.Sheets {
			put(body, i+1, s.Name, s.Read, s.Loaded, s.Quarantined, s.Read-s.Loaded-s.Quarantined)
		}
	}
	for i, width := range summaryWidths() {
		col := sheet.ColumnName(i + 1)
		failed = errors.Join(failed, x.SetColWidth(title, col, col, width))
	}
	return errors.Join(failed, onePageWide(x, title))
}
