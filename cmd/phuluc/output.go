package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/mattn/go-runewidth"
	"github.com/xuri/excelize/v2"
	"golang.org/x/term"
)

// resultWriter takes the batches of one query result.
type resultWriter interface {
	Begin(*arrow.Schema) error
	Batch(arrow.RecordBatch) error
	End() error
}

// newResultWriter gives the writer of a text or file format that needs no engine: table, csv, json, jsonl, md, arrow, xlsx.
func newResultWriter(format string, w io.Writer) (resultWriter, error) {
	b := bufio.NewWriterSize(w, 64<<10)
	switch format {
	case "table":
		return &tableWriter{w: b, fit: terminalWidth(w)}, nil
	case "md":
		return &tableWriter{w: b, markdown: true}, nil
	case "csv":
		return &csvWriter{w: csv.NewWriter(b), flush: b.Flush}, nil
	case "json":
		return &jsonWriter{w: b, open: "[\n  ", between: ",\n  ", close: "\n]\n", empty: "[]\n"}, nil
	case "jsonl":
		return &jsonWriter{w: b, between: "\n", close: "\n"}, nil
	case "arrow":
		return &arrowWriter{w: b}, nil
	case "xlsx":
		return &xlsxWriter{w: b, sheet: "Sheet1"}, nil
	}
	return nil, badInput("unknown format %q", "the formats are table, csv, json, jsonl, parquet, arrow, xlsx and md", "phuluc query --format csv \"SELECT …\"", format)
}

// cellText gives a value as text: exact decimals without trailing zeros, "" for NULL.
func cellText(col arrow.Array, row int) string {
	if col.IsNull(row) {
		return ""
	}
	switch c := col.(type) {
	case *array.Decimal128:
		return decimalText(c.Value(row), c.DataType().(*arrow.Decimal128Type).Scale)
	case *array.String:
		return strings.Clone(c.Value(row)) // the batch's memory is the engine's and ends with the batch
	case *array.Boolean:
		if c.Value(row) {
			return "true"
		}
		return "false"
	}
	return strings.Clone(col.ValueStr(row))
}

func decimalText(n decimal128.Num, scale int32) string {
	s := n.ToString(scale)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// isNumber reports whether a column is set to the right and written to JSON without quotes.
func isNumber(t arrow.DataType) bool {
	return arrow.IsInteger(t.ID()) || arrow.IsFloating(t.ID()) || arrow.IsDecimal(t.ID())
}

// tableWriter aligns by display width, so that Vietnamese names stand straight on a terminal.
type tableWriter struct {
	w        *bufio.Writer
	markdown bool
	fit      int // width of the terminal that shows it; 0: everything is written
	schema   *arrow.Schema
	rows     [][]string
}

// maxTableRows bounds what is held to find the column widths.
const maxTableRows = 10000

func (t *tableWriter) Begin(s *arrow.Schema) error { t.schema = s; return nil }

func (t *tableWriter) Batch(batch arrow.RecordBatch) error {
	for i := range int(batch.NumRows()) {
		if len(t.rows) == maxTableRows {
			return badInput("the result has more than 10,000 rows", "a table on the terminal must fit in memory", "add LIMIT, or use --format csv")
		}
		row := make([]string, batch.NumCols())
		for j := range row {
			row[j] = strings.NewReplacer("\r", " ", "\n", " ", "\t", " ").Replace(cellText(batch.Column(j), i))
		}
		t.rows = append(t.rows, row)
	}
	return nil
}

func (t *tableWriter) End() error {
	fields := t.schema.Fields()
	width := make([]int, len(fields))
	for j, f := range fields {
		width[j] = runewidth.StringWidth(f.Name)
	}
	for _, row := range t.rows {
		for j, s := range row {
			width[j] = max(width[j], runewidth.StringWidth(s))
		}
	}
	cut := false
	if t.fit > 0 {
		whole := width
		width = fitted(whole, fields, t.fit)
		cut = !slices.Equal(whole, width)
		fields = fields[:len(width)]
	}
	line := func(row func(int) string, right bool) {
		if t.markdown {
			t.w.WriteString("| ")
		}
		for j, f := range fields {
			if j > 0 {
				if t.markdown {
					t.w.WriteString(" | ")
				} else {
					t.w.WriteString("  ")
				}
			}
			s := row(j)
			if runewidth.StringWidth(s) > width[j] {
				s = runewidth.Truncate(s, width[j], "…")
			}
			pad := strings.Repeat(" ", width[j]-runewidth.StringWidth(s))
			switch {
			case right && isNumber(f.Type):
				t.w.WriteString(pad + s)
			case j == len(fields)-1 && !t.markdown:
				t.w.WriteString(s)
			default:
				t.w.WriteString(s + pad)
			}
		}
		if t.markdown {
			t.w.WriteString(" |")
		}
		t.w.WriteString("\n")
	}
	line(func(j int) string { return fields[j].Name }, true)
	rule := "─"
	if t.markdown {
		rule = "-"
	}
	line(func(j int) string { return strings.Repeat(rule, width[j]) }, false)
	for _, row := range t.rows {
		line(func(j int) string {
			if t.markdown {
				return strings.ReplaceAll(row[j], "|", `\|`)
			}
			return row[j]
		}, true)
	}
	if cut {
		fmt.Fprintf(t.w, "(cut to the width of the terminal, %d of %d columns; --format csv gives all)\n", len(fields), t.schema.NumFields())
	}
	return t.w.Flush()
}

// What a column of texts is cut down to at the most, and what it is cut down to before columns are left out of many.
const (
	leastWidth    = 12
	readableWidth = 24
	manyColumns   = 4
)

// fitted gives the widths of the columns that a terminal can show: the widest texts are cut, never a number, and if that is not enough the
// last columns are left out, but for the first.
func fitted(width []int, fields []arrow.Field, terminal int) []int {
	const gap = 2
	fit := func(columns, least int) []int {
		for n := len(width); n >= columns; n-- {
			for most := max(least, slices.Max(width[:n])); most >= least; most-- {
				out, total := make([]int, n), gap*(n-1)
				for j, w := range width[:n] {
					if !isNumber(fields[j].Type) {
						w = min(w, most)
					}
					out[j] = w
					total += w
				}
				if total <= terminal || n == 1 && most == least {
					return out
				}
			}
		}
		return nil
	}
	for _, out := range [][]int{fit(manyColumns, readableWidth), fit(1, leastWidth)} {
		if out != nil {
			return out
		}
	}
	return width
}

// terminalWidth is that of the terminal behind w; 0 if there is none.
func terminalWidth(w io.Writer) int {
	f, ok := w.(*os.File)
	if !ok {
		return 0
	}
	n, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return n
}

type csvWriter struct {
	w     *csv.Writer
	flush func() error
	row   []string
}

func (c *csvWriter) Begin(s *arrow.Schema) error {
	c.row = make([]string, s.NumFields())
	for j, f := range s.Fields() {
		c.row[j] = f.Name
	}
	return c.w.Write(c.row)
}

func (c *csvWriter) Batch(batch arrow.RecordBatch) error {
	for i := range int(batch.NumRows()) {
		for j := range c.row {
			c.row[j] = cellText(batch.Column(j), i)
		}
		if err := c.w.Write(c.row); err != nil {
			return err
		}
	}
	return nil
}

func (c *csvWriter) End() error {
	c.w.Flush()
	if err := c.w.Error(); err != nil {
		return err
	}
	return c.flush()
}

type jsonWriter struct {
	w                           *bufio.Writer
	open, between, close, empty string
	schema                      *arrow.Schema
	rows                        int
}

func (o *jsonWriter) Begin(s *arrow.Schema) error { o.schema = s; return nil }

func (o *jsonWriter) Batch(batch arrow.RecordBatch) error {
	for i := range int(batch.NumRows()) {
		if o.rows == 0 {
			o.w.WriteString(o.open)
		} else {
			o.w.WriteString(o.between)
		}
		o.rows++
		o.w.WriteByte('{')
		for j, f := range o.schema.Fields() {
			if j > 0 {
				o.w.WriteByte(',')
			}
			name, err := jsonText(f.Name)
			if err != nil {
				return err
			}
			o.w.Write(name)
			o.w.WriteByte(':')
			col := batch.Column(j)
			text := cellText(col, i)
			switch {
			case col.IsNull(i):
				o.w.WriteString("null")
			case isNumber(f.Type) && json.Valid([]byte(text)), f.Type.ID() == arrow.BOOL:
				o.w.WriteString(text)
			default:
				value, err := jsonText(text)
				if err != nil {
					return err
				}
				o.w.Write(value)
			}
		}
		o.w.WriteByte('}')
	}
	return nil
}

func (o *jsonWriter) End() error {
	if o.rows == 0 {
		o.w.WriteString(o.empty)
	} else {
		o.w.WriteString(o.close)
	}
	return o.w.Flush()
}

// jsonText quotes a text without turning < > & into escapes: names are read by people too.
func jsonText(s string) ([]byte, error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return nil, err
	}
	return []byte(strings.TrimSuffix(b.String(), "\n")), nil
}

type arrowWriter struct {
	w   *bufio.Writer
	ipc *ipc.Writer
}

func (a *arrowWriter) Begin(s *arrow.Schema) error {
	a.ipc = ipc.NewWriter(a.w, ipc.WithSchema(s))
	return nil
}
func (a *arrowWriter) Batch(batch arrow.RecordBatch) error { return a.ipc.Write(batch) }
func (a *arrowWriter) End() error {
	if err := a.ipc.Close(); err != nil {
		return err
	}
	return a.w.Flush()
}

// spreadsheetNumber gives a number to Excel only if Excel's own 15 digits hold it exactly; a longer one stays text.
func spreadsheetNumber(text string) any {
	if n, err := strconv.ParseFloat(text, 64); err == nil && strconv.FormatFloat(n, 'f', -1, 64) == text {
		return n
	}
	return text
}

// xlsxWriter streams one sheet: a bold header that stays in sight, and columns as wide as the texts of the first batch. A list is for people to
// print, filter and write into: its texts are broken into lines, it is one page wide, and its header stands on each page.
type xlsxWriter struct {
	w      *bufio.Writer
	sheet  string
	list   bool
	file   *excelize.File
	stream *excelize.StreamWriter
	row    int
	cols   int
	style  int // of the cells
	widths []int
	schema *arrow.Schema
}

func (x *xlsxWriter) Begin(s *arrow.Schema) (err error) {
	x.file, x.schema, x.cols = excelize.NewFile(), s, s.NumFields()
	if err := x.file.SetSheetName("Sheet1", x.sheet); err != nil {
		return err
	}
	if x.list { // before the stream begins, which writes the head of the sheet at once
		landscape, a4, one, any, fit := "landscape", 9, 1, 0, true
		if err := errors.Join(
			x.file.SetPageLayout(x.sheet, &excelize.PageLayoutOptions{Size: &a4, Orientation: &landscape, FitToWidth: &one, FitToHeight: &any}),
			x.file.SetSheetProps(x.sheet, &excelize.SheetPropsOptions{FitToPage: &fit})); err != nil {
			return err
		}
	}
	x.stream, err = x.file.NewStreamWriter(x.sheet)
	return err
}

// widest is how wide a column is made at the most, in letters; in a list, texts are broken at narrow, and roomy is how wide a column is that waits
// for what people write.
const (
	widest = 50
	narrow = 32
	roomy  = 24
)

// head writes the header, once it is known how wide the columns have to be. batch is nil if there are no rows.
func (x *xlsxWriter) head(batch arrow.RecordBatch) error {
	header := &excelize.Style{Font: &excelize.Font{Bold: true}}
	if x.list {
		var lines []excelize.Border
		for _, side := range []string{"left", "right", "top", "bottom"} {
			lines = append(lines, excelize.Border{Type: side, Color: "BFBFBF", Style: 1})
		}
		wrap := &excelize.Alignment{WrapText: true, Vertical: "top"}
		header.Border, header.Alignment, header.Fill = lines, wrap, excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"D9E1F2"}}
		var err error
		if x.style, err = x.file.NewStyle(&excelize.Style{Border: lines, Alignment: wrap}); err != nil {
			return err
		}
	}
	bold, err := x.file.NewStyle(header)
	if err != nil {
		return err
	}
	head, most := make([]any, x.cols), widest
	if x.list {
		most = narrow
	}
	x.widths = make([]int, x.cols)
	for j, f := range x.schema.Fields() {
		head[j] = excelize.Cell{StyleID: bold, Value: f.Name}
		width, empty := runewidth.StringWidth(f.Name), x.list
		for i := 0; batch != nil && i < int(batch.NumRows()) && width < most; i++ {
			text := cellText(batch.Column(j), i)
			width, empty = max(width, runewidth.StringWidth(text)), empty && text == ""
		}
		if empty {
			width = max(width, roomy)
		}
		x.widths[j] = min(width, most)
		if err := x.stream.SetColWidth(j+1, j+1, float64(x.widths[j]+2)); err != nil {
			return err
		}
	}
	if err := x.stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	return x.write(head, 1)
}

// write adds a row whose texts need so many lines.
func (x *xlsxWriter) write(row []any, lines int) error {
	x.row++
	if x.row > excelize.TotalRows {
		return badInput("the result has more rows than an Excel sheet can hold (1,048,576)", "", "use --format csv or parquet")
	}
	var opts []excelize.RowOpts
	if lines > 1 { // not every program makes a row as high as its wrapped texts need
		opts = append(opts, excelize.RowOpts{Height: float64(15 * min(lines, 20))})
	}
	return x.stream.SetRow(fmt.Sprintf("A%d", x.row), row, opts...)
}

func (x *xlsxWriter) Batch(batch arrow.RecordBatch) error {
	if x.row == 0 {
		if err := x.head(batch); err != nil {
			return err
		}
	}
	row := make([]any, x.cols)
	for i := range int(batch.NumRows()) {
		lines := 1
		for j, f := range x.schema.Fields() {
			text := cellText(batch.Column(j), i)
			if x.list {
				lines = max(lines, 1+runewidth.StringWidth(text)/(x.widths[j]+1))
			}
			switch {
			case batch.Column(j).IsNull(i):
				row[j] = nil
			case isNumber(f.Type):
				row[j] = spreadsheetNumber(text)
			default:
				row[j] = text
			}
			if x.style != 0 {
				row[j] = excelize.Cell{StyleID: x.style, Value: row[j]}
			}
		}
		if err := x.write(row, lines); err != nil {
			return err
		}
	}
	return nil
}

func (x *xlsxWriter) End() error {
	defer x.file.Close()
	if x.row == 0 {
		if err := x.head(nil); err != nil {
			return err
		}
	}
	last, err := excelize.CoordinatesToCellName(max(x.cols, 1), max(x.row, 1))
	if err != nil {
		return err
	}
	if x.list {
		if err := errors.Join(
			x.file.AutoFilter(x.sheet, "A1:"+last, nil),
			x.file.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: "'" + x.sheet + "'!$1:$1", Scope: x.sheet})); err != nil {
			return err
		}
	}
	if err := x.stream.Flush(); err != nil {
		return err
	}
	// Without the dimension, readers that trust it see one cell.
	if err := x.file.SetSheetDimension(x.sheet, "A1:"+last); err != nil {
		return err
	}
	if _, err := x.file.WriteTo(x.w); err != nil {
		return err
	}
	return x.w.Flush()
}
