package layout

import (
	"context"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/record"
)

// Book is a workbook as its reader handed it over.
type Book struct {
	Name   string // path as landed: folders and file name take part in the identity
	Sheets []SheetCells
}

// SheetCells is one sheet with its non-empty cells.
type SheetCells struct {
	Info     sheet.Info
	Cells    []sheet.Cell
	Comments []sheet.Comment
	TooMany  int // so many cells were read and are more than shall be laid out: Cells is empty then
}

// Read lays out one workbook, however long it takes. To read many with one catalogue use [NewReader].
func Read(cat *catalogue.Catalogue, b Book) record.File {
	f, _ := NewReader(cat).Read(context.Background(), b) // that context never ends
	return f
}

// bookReader is the state of reading one workbook.
type bookReader struct {
	ctx       context.Context // looked at in every loop over tables, rows and cells; what is half done is thrown away
	rd        *Reader
	sheets    []*sheetReader
	identity  record.Identity
	round     *catalogue.Round
	titled    bool   // the round is that of the titles
	issued    string // ISO date that the document bears, "" if it bears none
	signedOn  string // ISO date that the report itself bears, and not the letter that asked for it; "" if it bears none
	footDate  string // … below its tables, where that of the year before may have been left
	asOf      string // ISO date by which names of territories are read, "" if nothing tells
	pathName  pathName
	supposed  bool // see isSupposed
	home      seat
	sender    []*catalogue.Territory // the province whose the workbook is, in all vintages that are possible; none if it is of a region or the country
	signed    bool                   // a text above a table names its province
	districts bool                   // some sheets are named after parts of a province
	values    int                    // cells that may hold a value
	made      []record.Observation   // see observation
	spilled   bool                   // made was too short
	*scratch
	claims      []claim
	repeats     []record.Repeat
	comparisons []record.Comparison
	tasks       []record.Task
	refusals    []record.Refusal
	proposed    map[string]bool // texts for which a near name was looked up
}

// Read lays out one workbook. What is not understood is in Refusals, and for every sheet the counts add up
// (record.Sheet.Check). SHA256, Type and Sample are the caller's to fill. The only error is that of ctx, when it ended
// before the workbook was read.
func (rd *Reader) Read(ctx context.Context, book Book) (record.File, error) {
	f, _ := rd.read(ctx, book)
	if err := ctx.Err(); err != nil {
		return record.File{}, err
	}
	return f, nil
}

// read gives half a file when ctx ends, and for tests the grids, of which only the cells and their fates are left.
func (rd *Reader) read(ctx context.Context, book Book) (record.File, []*grid) {
	b := &bookReader{ctx: ctx, rd: rd, scratch: rd.takeScratch()}
	defer rd.giveScratch(b.scratch)
	grids := make([]*grid, 0, len(book.Sheets))
	for _, sc := range book.Sheets {
		if sc.TooMany > 0 {
			grids = append(grids, &grid{info: sc.Info, beyond: sc.TooMany})
			r := record.Refusal{Code: "sheet.limit", Cells: sc.TooMany}
			r.Sheet, r.Hidden = sc.Info.Name, sc.Info.Hidden
			b.refusals = append(b.refusals, r)
			continue
		}
		g, ok := newGrid(ctx, sc, b.scratch, rd.reading)
		if ctx.Err() != nil {
			return record.File{}, grids
		}
		g.comments = sc.Comments
		grids = append(grids, g)
		if !ok {
			for i := range g.fates {
				g.set(int32(i), fateQuarantined)
			}
			r := record.Refusal{Code: "file.limit", Args: []string{"rows × columns"}, Cells: len(g.cells)}
			r.Sheet, r.Hidden = g.info.Name, g.info.Hidden
			b.refusals = append(b.refusals, r)
			continue
		}
		if g.ownList() { // of a copy that came back instead of the workbook
			for i := range g.fates {
				g.skipIfUnset(int32(i), skipNote)
			}
			continue
		}
		s := newSheetReader(ctx, rd, g)
		if ctx.Err() == nil {
			s.arrange()
			s.find()
		}
		if ctx.Err() != nil {
			return record.File{}, grids
		}
		b.sheets = append(b.sheets, s)
	}
	for _, s := range b.sheets {
		for _, t := range s.tables {
			if ctx.Err() != nil {
				return record.File{}, grids
			}
			s.layOutColumns(t)
		}
		s.readPreliminary()
	}
	name := path.Base(strings.ReplaceAll(book.Name, `\`, "/"))
	if r := b.identify(book.Name); r != nil {
		f := b.refuseAll(name, r, grids)
		f.Trace = b.trace(grids)
		return f, grids
	}
	for _, s := range b.sheets {
		for _, t := range s.tables {
			for r := t.bottom + 1; r < t.end; r++ {
				for _, i := range s.g.rowCells(r) {
					if c := s.class[i]; (c == classValue || c == classEmpty || c == classYear) && t.columns[s.g.pos[i].c].role == roleValue {
						b.values++
					}
				}
			}
		}
	}
	b.pending = slices.Grow(b.pending, b.values)
	var before *sheetReader
	for _, s := range b.sheets {
		if s.goOn(before); len(s.tables) > 0 {
			before = s
		} else if slices.Contains(s.class, classValue) {
			before = nil // what stands there lies between
		}
		tables := make([]*cellContext, 0, len(s.tables))
		for _, t := range s.tables {
			if ctx.Err() != nil {
				return record.File{}, grids
			}
			s.readZone(t)
			s.readRows(t)
			if t.isTask {
				b.readTasks(s, t)
				continue
			}
			tables = append(tables, s.context(t))
		}
		s.styles(tables)
		s.readReservations()
		for _, cx := range tables {
			from := len(b.pending)
			b.resolveTable(s, cx)
			s.parts = s.parts || cx.title.local != nil
			b.fractions(from)
		}
	}
	f := record.File{Name: name, Observations: b.settle(), Tasks: b.tasks}
	b.identity.Form = b.form()
	for _, s := range b.sheets {
		s.shapes = b.readShapes(s)
		b.sweep(s)
	}
	var proven proof
	for _, s := range b.sheets {
		proven.add(s.proven)
	}
	f.Decimal = proven.marks()
	f.Repeats = b.repeats
	f.Identity, f.Refusals, f.Comparisons, f.Trace = b.identity, b.refusals, b.comparisons, b.trace(grids)
	order := make(map[string]int, len(grids))
	for k, g := range grids {
		f.Sheets = append(f.Sheets, g.count(b.tablesOf(g)))
		order[g.info.Name] = k
	}
	slices.SortStableFunc(f.Refusals, func(x, y record.Refusal) int {
		if d := order[x.Sheet] - order[y.Sheet]; d != 0 {
			return d
		}
		if x.Row != y.Row {
			return x.Row - y.Row
		}
		return x.Col - y.Col
	})
	return f, grids
}

func (b *bookReader) tablesOf(g *grid) int {
	for _, s := range b.sheets {
		if s.g == g {
			return len(s.tables) + s.shapes
		}
	}
	return 0
}

// refuseAll refuses the whole file: one refusal a sheet, standing for all of its cells.
func (b *bookReader) refuseAll(name string, why *record.Refusal, grids []*grid) record.File {
	f := record.File{Name: name, Identity: b.identity}
	f.Refusals = append(f.Refusals, b.refusals...)
	for _, g := range grids {
		n := 0
		for i := range g.fates {
			if g.fates[i] == fateQuarantined {
				continue
			}
			g.fates[i] = fateQuarantined
			n++
		}
		if n > 0 {
			r := *why
			r.Cells = n
			if r.Sheet != g.info.Name {
				r.Origin = record.Origin{Sheet: g.info.Name}
			}
			r.Hidden = g.info.Hidden
			f.Refusals = append(f.Refusals, r)
		}
		f.Sheets = append(f.Sheets, g.count(b.tablesOf(g)))
	}
	return f
}

// sweep gives every cell its fate that no table and no title zone gave one. Texts are notes, titles or letterheads;
// numbers that no header and no label explains are refused, never lost.
func (b *bookReader) sweep(s *sheetReader) {
	g := s.g
	titled := len(s.tables)+s.shapes > 0
	var empty []int32
	for i := range g.cells {
		k := int32(i)
		if i%lookEvery == 0 && b.ctx.Err() != nil {
			return
		}
		if g.fates[i] != fateUnset {
			continue
		}
		if strings.TrimSpace(g.text[i]) == "" {
			g.skip(k, skipBlankForm)
			continue
		}
		if kind := g.cells[i].Kind; kind == sheet.Date || kind == sheet.Bool {
			g.skip(k, skipNote) // no count, rate or amount is written so
			continue
		}
		if s.class[i] == classText {
			reason := skipNote
			if !titled {
				reason, titled = skipTitle, s.parsed[i].opens == ""
			}
			g.skip(k, s.textReason(k, reason))
			continue
		}
		if s.class[i] == classEmpty {
			empty = append(empty, k)
			continue
		}
		if strings.Trim(g.text[i], " .…_-–") == "" {
			g.skip(k, skipBlankForm)
			continue
		}
		b.refuseOutside(s, k)
	}
	if len(empty) == 0 {
		return
	}
	rows, cols := s.refusedNumbers()
	for _, k := range empty {
		if p := g.pos[k]; rows[p.r] && cols[p.c] { // it says of a value that is not there what it would say in a table
			b.refuseOutside(s, k)
		} else {
			g.skip(k, skipBlankForm)
		}
	}
}

// refuseOutside refuses a cell that stands in no table.
func (b *bookReader) refuseOutside(s *sheetReader, i int32) {
	label, header := s.neighbours(i)
	if shown := s.typedYear(i); shown != "" {
		b.refuse(s.g, i, "period.missing", label, header, "", shown, "a year was typed into a cell that shows dates")
		return
	}
	b.refuse(s.g, i, "dimension.missing", label, header, "", "no table holds the cell")
}

// typedYear gives the day that the nearest date above shows, if that is a year in a format of dates: 2016 shows as 9/7/1905.
func (s *sheetReader) typedYear(i int32) string {
	p := s.g.pos[i]
	above := s.dates()[p.c]
	n, _ := slices.BinarySearch(above, p.r)
	if n == 0 {
		return ""
	}
	k := s.g.cell(above[n-1], p.c)
	if n, err := strconv.Atoi(s.g.text[k]); err != nil || n < firstYear || n > lastYear {
		return ""
	}
	return s.shownDate(k, "d/m/yyyy")
}

// dates gives the rows of each column in which a date stands. It is asked for every number outside all tables, of which a sheet may have
// hundreds of thousands.
func (s *sheetReader) dates() [][]int {
	if s.dated == nil {
		s.dated = make([][]int, len(s.g.cols))
		for at, k := range s.g.at {
			if k != none && s.g.cells[k].Kind == sheet.Date {
				c := at % len(s.g.cols)
				s.dated[c] = append(s.dated[c], at/len(s.g.cols))
			}
		}
	}
	return s.dated
}

// refusedNumbers gives the rows and columns in which a number was refused.
func (s *sheetReader) refusedNumbers() (rows, cols map[int]bool) {
	rows, cols = map[int]bool{}, map[int]bool{}
	for i, f := range s.g.fates {
		if f == fateQuarantined && (s.class[i] == classValue || s.class[i] == classYear) {
			rows[s.g.pos[i].r], cols[s.g.pos[i].c] = true, true
		}
	}
	return rows, cols
}

// neighbours gives the nearest texts left of and above a cell that stands in no table.
func (s *sheetReader) neighbours(i int32) (label, header string) {
	p := s.g.pos[i]
	for c := p.c - 1; c >= 0; c-- {
		if j := s.g.cell(p.r, c); j != none && s.class[j] == classText {
			label = s.g.text[j]
			break
		}
	}
	for r := p.r - 1; r >= 0 && r >= p.r-40; r-- {
		if j := s.g.cell(r, p.c); j != none && s.class[j] == classText {
			header = s.g.text[j]
			break
		}
	}
	return label, header
}
