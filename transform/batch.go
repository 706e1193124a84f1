package transform

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/bitutil"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/shopspring/decimal"

	"github.com/phuluc/phuluc/transform/record"
	"github.com/phuluc/phuluc/transform/rule"
)

// Kinds of rows in a Batch: they say which columns a row fills.
const (
	kindFile        = "file"
	kindSheet       = "sheet"
	kindSkip        = "skip"
	kindObservation = "observation"
	kindTask        = "task"
	kindInsurance   = "insurance"
	kindQuarantine  = "quarantine"
	kindFinding     = "finding"
)

// Scale is the number of decimals that the warehouse keeps: DECIMAL(28,10).
const Scale = 10

var decimalType = &arrow.Decimal128Type{Precision: 28, Scale: Scale}

type column int

// The columns of a Batch in order. The schema is flat because nested Arrow types leak in the engine's view reader.
const (
	colKind column = iota
	colSHA
	colSheet
	colCell
	colRow
	colCol
	colLine
	colField
	colRaw
	colLabel
	colHeader
	colHidden
	colTable
	colIndicator
	colTerritory
	colPeriod
	colMeasure
	colSex
	colArea
	colScheme
	colAge
	colValue
	colHigh
	colQualifier
	colEmpty
	colStatus
	colUnit
	colReported
	colRound
	colForm
	colNote
	colAchieved
	colAchievedCell
	colAchievedRaw
	colCode
	colMessageVi
	colMessageEn
	colNearest
	colUnknown
	colExpected
	colActual
	colN
	colReason
	colRead
	colLoaded
	colQuarantined
	colTables
	colTaskNumber
	colTaskTitle
	colTaskLead
	colTaskPartner
	colTaskDue
	colTaskLevel
	colFileName
	colFileType
	colBody
	colDocument
	colDate
	colTitle
	colSample
	columnCount
)

// Schema describes a Batch: one row a loaded value, refusal, finding or count of one file, with its address. It is one for
// all batches.
func Schema() *arrow.Schema { return schema() }

var schema = sync.OnceValue(func() *arrow.Schema {
	text := func(name string) arrow.Field {
		return arrow.Field{Name: name, Type: arrow.BinaryTypes.String, Nullable: true}
	}
	of := func(name string, t arrow.DataType) arrow.Field {
		return arrow.Field{Name: name, Type: t, Nullable: true}
	}
	i32, i64, flag := arrow.PrimitiveTypes.Int32, arrow.PrimitiveTypes.Int64, arrow.FixedWidthTypes.Boolean
	return arrow.NewSchema([]arrow.Field{
		text("kind"), text("source_sha256"), text("sheet"), text("cell"), of("row_no", i32), of("col_no", i32), of("line_no", i64),
		text("field"), text("raw"), text("label"), text("header"), of("hidden", flag), of("table_no", i32),
		text("indicator_code"), text("territory_id"), text("period_id"), text("measure_type"), text("sex"), text("area"),
		text("scheme"), text("age_group"), of("value", decimalType), of("value_high", decimalType), text("qualifier"), text("empty_kind"),
		text("obs_status"), text("unit_code"), text("reported_unit"), text("round_id"), text("form_code"), text("note"),
		of("achieved_pct", decimalType), text("achieved_cell"), text("achieved_raw"),
		text("code"), text("message_vi"), text("message_en"), text("nearest"), text("unknown_text"), text("expected"), text("actual"), of("n", i64), text("reason"),
		of("cells_read", i64), of("loaded", i64), of("quarantined", i64), of("tables", i32),
		text("task_number"), text("task_title"), text("task_lead"), text("task_partner"), text("task_due"), text("task_level"),
		text("file_name"), text("file_type"), text("body_name"), text("document"), text("document_date"), text("title"), of("is_sample", flag),
	}, nil)
})

// types are those of the columns.
var types = sync.OnceValue(func() (types []arrow.DataType) {
	for _, f := range Schema().Fields() {
		types = append(types, f.Type)
	}
	return types
})

// encoder writes rows into one record batch; a column that a row does not set becomes NULL. Values are only noted; their columns
// are made in one go when all are known, for most columns of most batches are never set.
type encoder struct {
	mem     memory.Allocator
	columns [columnCount]noted
	texts   []textAt
	numbers []numberAt
	rows    int
	err     error
}

// noted is what is known of a column while its values are noted.
type noted struct {
	values, bytes int    // bytes only of texts
	last          textAt // not among encoder.texts yet: the next row may say the same
}

// textAt is a text with its place in the batch. Most columns say the same in row after row.
type textAt struct {
	text     string
	row, end int32 // in all rows from row to before end
	column   uint8
}

// numberAt is a number, a flag or an instant with its place in the batch.
type numberAt struct {
	value  decimal128.Num
	row    int32
	column uint8
}

// maxNotedKept keeps one large batch from filling the memory for good.
const maxNotedKept = 1 << 17

// encoders have lists for the values of a batch, which are needed only until its columns are made.
var encoders = sync.OnceValue(func() *sync.Pool { return &sync.Pool{New: func() any { return new(encoder) }} })

func newEncoder(mem memory.Allocator) *encoder {
	e := encoders().Get().(*encoder)
	*e = encoder{mem: mem, texts: e.texts[:0], numbers: e.numbers[:0]}
	return e
}

// begin starts a row.
func (e *encoder) begin(kind string) {
	e.rows++
	e.text(colKind, kind)
}

// text sets a text column in the row; an empty text is NULL.
func (e *encoder) text(c column, s string) {
	if s != "" {
		e.note(c, s, e.rows-1)
	}
}

// since sets a text column in all rows from one on, at once.
func (e *encoder) since(from int, c column, s string) {
	if s != "" && from < e.rows {
		e.note(c, s, from)
	}
}

// note notes a text of the rows from one on. Names of files may hold bytes that are no text: they become U+FFFD.
func (e *encoder) note(c column, s string, from int) {
	n, row, end := &e.columns[c], int32(from), int32(e.rows)
	if s != n.last.text {
		if !utf8.ValidString(s) {
			s = strings.ToValidUTF8(s, "\ufffd")
		}
	} else if n.last.end == row {
		n.last.end = end
		return
	}
	e.keep(n)
	n.last = textAt{s, row, end, uint8(c)}
}

// keep puts the last text of a column, if it has one, among the texts.
func (e *encoder) keep(n *noted) {
	if rows := int(n.last.end - n.last.row); rows > 0 {
		e.texts = append(e.texts, n.last)
		n.values += rows
		n.bytes += rows * len(n.last.text)
	}
}

// open is a column that is being written.
type open struct {
	kind        arrow.Type
	from        int // where valid is in the memory of the batch
	valid, data []byte
	starts      []int32 // of the texts in data; nil of other columns
	filled      int     // of starts
	end         int     // of what is written of data
}

// write puts a text into its rows, behind those of the rows before.
func (o *open) write(t *textAt) {
	o.fill(int(t.row))
	rows := o.starts[t.row:t.end]
	for i := range rows {
		rows[i] = int32(o.end + i*len(t.text))
	}
	o.filled = int(t.end)
	same := o.data[o.end:][:len(rows)*len(t.text)]
	o.end += len(same)
	for done := copy(same, t.text); done < len(same); {
		done += copy(same[done:], same[:done])
	}
	if len(rows) == 1 {
		bitutil.SetBit(o.valid, int(t.row))
	} else {
		bitutil.SetBitsTo(o.valid, int64(t.row), int64(len(rows)), true)
	}
}

// fill leaves the rows before this one that have no text empty.
func (o *open) fill(row int) {
	for ; o.filled < row; o.filled++ {
		o.starts[o.filled] = int32(o.end)
	}
}

// set puts a number into its row.
func (o *open) set(n *numberAt) {
	row := int(n.row)
	switch o.kind {
	case arrow.BOOL:
		bitutil.SetBitTo(o.data, row, n.value.LowBits() != 0)
	case arrow.INT32:
		binary.NativeEndian.PutUint32(o.data[4*row:], uint32(n.value.LowBits()))
	case arrow.DECIMAL128:
		arrow.Decimal128Traits.CastFromBytes(o.data)[row] = n.value
	default:
		binary.NativeEndian.PutUint64(o.data[8*row:], n.value.LowBits())
	}
	bitutil.SetBit(o.valid, row)
}

// write writes the columns that have a value. Their memory, which the caller releases, is one piece, cut where the alignment that Arrow
// asks for allows.
func (e *encoder) write(columns *[columnCount]open) (*memory.Buffer, error) {
	aligned := func(n int) int { return (n + 7) &^ 7 }
	offsets, valid := arrow.Int32Traits.BytesRequired(e.rows+1), int(bitutil.BytesForBits(int64(e.rows)))
	size, types := 0, types()
	for c := range e.columns {
		n := &e.columns[c]
		if e.keep(n); n.values == 0 {
			continue
		}
		if t, fixed := types[c].(arrow.FixedWidthDataType); fixed {
			n.bytes = int(bitutil.BytesForBits(int64(e.rows) * int64(t.BitWidth())))
		} else if n.bytes <= math.MaxInt32 {
			size += aligned(offsets)
		} else {
			return nil, fmt.Errorf("%d bytes of text in the column %s of one file", n.bytes, Schema().Field(c).Name)
		}
		size += aligned(n.bytes) + aligned(valid)
	}
	all := memory.NewResizableBuffer(e.mem)
	all.Resize(size)
	cut := 0
	next := func(n int) []byte {
		b := all.Bytes()[cut:][:n:n]
		cut += aligned(n)
		return b
	}
	for c := range e.columns {
		n := &e.columns[c]
		if n.values == 0 {
			continue
		}
		o := &columns[c]
		o.kind, o.from = types[c].ID(), cut
		o.valid = next(valid)
		clear(o.valid)
		if o.data = next(n.bytes); o.kind == arrow.STRING {
			o.starts = arrow.Int32Traits.CastFromBytes(next(offsets))
		} else {
			clear(o.data) // a NULL is 0 too
		}
	}
	for i := range e.texts {
		t := &e.texts[i]
		columns[t.column].write(t)
	}
	for i := range e.numbers {
		n := &e.numbers[i]
		columns[n.column].set(n)
	}
	for c := range columns {
		if o := &columns[c]; o.kind == arrow.STRING {
			o.fill(e.rows + 1)
		}
	}
	return all, nil
}

// arrays makes the columns that have a value; the others are nil. What they are made of is made for all at once too. A column lives and
// goes as a whole, so it holds the memory once, by the bits that tell which of its rows have a value: those are the same for many columns.
// Its other buffers are but views.
func (e *encoder) arrays(arrays *[columnCount]arrow.Array) error {
	var columns [columnCount]open
	all, err := e.write(&columns)
	if err != nil {
		return err
	}
	defer all.Release()
	holders := make([]*memory.Buffer, 0, 16)
	defer func() {
		for _, b := range holders {
			b.Release()
		}
	}()
	hold := func(o *open) *memory.Buffer {
		for _, b := range slices.Backward(holders) {
			if bytes.Equal(b.Bytes(), o.valid) {
				return b
			}
		}
		holders = append(holders, memory.SliceBuffer(all, o.from, len(o.valid)))
		return holders[len(holders)-1]
	}
	written, texts := 0, 0
	for c := range columns {
		if o := &columns[c]; o.data != nil {
			written++
			if o.kind == arrow.STRING {
				texts++
			}
		}
	}
	parts, strings, views := make([]array.Data, written), make([]array.String, texts), make([]memory.Buffer, written+texts)
	lists := make([]*memory.Buffer, 0, 2*written+texts)
	view := func(b []byte) *memory.Buffer {
		v := &views[0]
		views = views[1:]
		v.Reset(b)
		return v
	}
	for c := range columns {
		o := &columns[c]
		if o.data == nil {
			continue
		}
		from := len(lists)
		lists = append(lists, hold(o))
		if o.kind == arrow.STRING {
			lists = append(lists, view(arrow.Int32Traits.CastToBytes(o.starts)))
		}
		lists = append(lists, view(o.data))
		part := &parts[0]
		parts = parts[1:]
		part.Reset(types()[c], e.rows, slices.Clip(lists[from:]), nil, e.rows-e.columns[c].values, 0)
		if o.kind == arrow.STRING {
			s := &strings[0]
			strings = strings[1:]
			s.Reset(part)
			s.Retain() // as a new array is
			arrays[c] = s
		} else {
			arrays[c] = array.MakeFromData(part)
		}
	}
	return nil
}

// number sets a column of another type than text.
func (e *encoder) number(c column, v decimal128.Num) {
	e.numbers = append(e.numbers, numberAt{v, int32(e.rows - 1), uint8(c)})
	e.columns[c].values++
}

func (e *encoder) integer(c column, n int64) { e.number(c, decimal128.FromI64(n)) }

func (e *encoder) flag(c column, v bool) {
	n := int64(0)
	if v {
		n = 1
	}
	e.integer(c, n)
}

func (e *encoder) decimal(c column, d decimal.NullDecimal) {
	if !d.Valid {
		return
	}
	n, err := toDecimal128(d.Decimal)
	if err != nil && e.err == nil {
		e.err = err
	}
	e.number(c, n)
}

// tens are the powers of ten up to that of Scale.
var tens = sync.OnceValue(func() (t [Scale + 1]uint64) {
	t[0] = 1
	for i := range Scale {
		t[i+1] = 10 * t[i]
	}
	return t
})

// toDecimal128 scales d to DECIMAL(28,10) without rounding. More digits are an error: readers cut decimals with a note,
// and rules refuse what is left.
func toDecimal128(d decimal.Decimal) (decimal128.Num, error) {
	if d.IsZero() {
		return decimal128.Num{}, nil
	}
	shift := int64(d.Exponent()) + Scale
	if shift > 28 || shift < -4*28 { // also keeps an exponent from filling the memory
		return decimal128.Num{}, fmt.Errorf("a value with exponent %d does not fit DECIMAL(28,%d)", d.Exponent(), Scale)
	}
	if d.NumDigits() <= 18 && shift >= 0 && shift <= Scale { // the coefficient is an int64
		n := d.CoefficientInt64()
		hi, lo := bits.Mul64(uint64(max(n, -n)), tens()[shift])
		v := decimal128.New(int64(hi), lo) // of 28 digits at most
		if n < 0 {
			v = v.Negate()
		}
		return v, nil
	}
	coefficient := d.Coefficient() // a copy
	power := new(big.Int).Exp(big.NewInt(10), big.NewInt(max(shift, -shift)), nil)
	if shift >= 0 {
		coefficient.Mul(coefficient, power)
	} else {
		rest := new(big.Int)
		if coefficient.QuoRem(coefficient, power, rest); rest.Sign() != 0 {
			return decimal128.Num{}, fmt.Errorf("value %s has more than %d decimals", d, Scale)
		}
	}
	if coefficient.BitLen() > 94 || !decimal128.FromBigInt(coefficient).FitsInPrecision(28) { // 10^28 needs 94 bits
		return decimal128.Num{}, fmt.Errorf("value %s does not fit DECIMAL(28,%d)", d, Scale)
	}
	return decimal128.FromBigInt(coefficient), nil
}

func (e *encoder) origin(o *record.Origin) {
	e.text(colSheet, o.Sheet)
	cell := o.Cell
	if o.Line > 0 {
		e.integer(colLine, o.Line)
		cell = fmt.Sprintf("L%d:%s", o.Line, o.Field)
	}
	e.text(colCell, cell)
	if o.Row > 0 {
		e.integer(colRow, int64(o.Row))
		e.integer(colCol, int64(o.Col))
	}
	e.text(colField, o.Field)
	e.text(colRaw, o.Raw)
	e.flag(colHidden, o.Hidden)
}

// finish gives the rows as one Arrow record batch; the caller releases it. The encoder is done with.
func (e *encoder) finish() (arrow.RecordBatch, error) {
	defer func() {
		if max(cap(e.texts), cap(e.numbers)) <= maxNotedKept {
			encoders().Put(e)
		}
	}()
	if e.err != nil {
		return nil, e.err
	}
	var arrays [columnCount]arrow.Array
	if err := e.arrays(&arrays); err != nil {
		return nil, err
	}
	return complete(e.mem, &arrays, e.rows), nil
}

// complete makes a batch of arrays, which it releases; in place of each that is nil stands a column of NULLs.
func complete(mem memory.Allocator, arrays *[columnCount]arrow.Array, rows int) arrow.RecordBatch {
	zeros := memory.NewResizableBuffer(mem)
	zeros.Resize(arrow.Decimal128Traits.BytesRequired(rows + 1)) // no column of NULLs needs more
	clear(zeros.Bytes())
	defer zeros.Release()
	var empty [arrow.DECIMAL128 + 1]arrow.Array // by type; shared by the columns that have no value
	buffers := []*memory.Buffer{zeros, zeros, nil}
	full, types := *arrays, types()
	for c, a := range arrays {
		t := types[c]
		switch {
		case a != nil:
			continue
		case empty[t.ID()] == nil:
			needed := buffers[:2:2]
			if t.ID() == arrow.STRING {
				needed = buffers
			}
			data := array.NewData(t, rows, needed, nil, rows, 0)
			arrays[c] = array.MakeFromData(data)
			data.Release()
			empty[t.ID()] = arrays[c]
		}
		full[c] = empty[t.ID()]
	}
	batch := array.NewRecordBatch(Schema(), full[:], int64(rows))
	for _, a := range arrays {
		if a != nil {
			a.Release()
		}
	}
	return batch
}

// widen gives a batch of which only the columns with a value were kept its other columns back; the caller releases the result. An error says that a column is none of Schema.
func widen(mem memory.Allocator, narrow arrow.RecordBatch) (arrow.RecordBatch, error) {
	schema, arrays := Schema(), [columnCount]arrow.Array{}
	for i, f := range narrow.Schema().Fields() {
		at := schema.FieldIndices(f.Name)
		if len(at) != 1 || !schema.Field(at[0]).Equal(f) || arrays[at[0]] != nil {
			return nil, fmt.Errorf("no batch of this version: column %s", f.Name)
		}
		arrays[at[0]] = narrow.Column(i)
	}
	for _, a := range narrow.Columns() {
		a.Retain()
	}
	return complete(mem, &arrays, int(narrow.NumRows())), nil
}

// Encode gives everything that became of one file as one record batch of Schema; the caller releases it. The first
// row is the file's own (kind "file"); what only the landing knows is not in it.
func Encode(mem memory.Allocator, f *record.File) (arrow.RecordBatch, error) {
	e := newEncoder(mem)
	e.texts = slices.Grow(e.texts, 8*len(f.Observations)) // a row has some 16 texts, of which half are those of the row before
	e.numbers = slices.Grow(e.numbers, 5*len(f.Observations))
	e.begin(kindFile)
	e.text(colFileName, f.Name)
	e.text(colFileType, f.Type)
	e.text(colTerritory, f.Identity.Territory)
	e.text(colRound, f.Identity.Round)
	e.text(colForm, f.Identity.Form)
	e.text(colBody, f.Identity.Body)
	e.text(colDocument, f.Identity.Document)
	e.text(colDate, f.Identity.Date)
	e.text(colTitle, f.Identity.Title)
	e.flag(colSample, f.Sample)
	type skip struct {
		reason string
		cells  int
	}
	skips := make([]skip, 0, 16)
	for i := range f.Sheets {
		s := &f.Sheets[i]
		e.begin(kindSheet)
		e.text(colSheet, s.Name)
		e.flag(colHidden, s.Hidden)
		e.integer(colTables, int64(s.Tables))
		e.integer(colRead, int64(s.Read))
		e.integer(colLoaded, int64(s.Loaded))
		e.integer(colQuarantined, int64(s.Quarantined))
		skips = skips[:0]
		for reason, n := range s.Skipped {
			skips = append(skips, skip{reason, n})
		}
		slices.SortFunc(skips, func(a, b skip) int { return strings.Compare(a.reason, b.reason) })
		for _, k := range skips {
			e.begin(kindSkip)
			e.text(colSheet, s.Name)
			e.text(colReason, k.reason)
			e.integer(colN, int64(k.cells))
		}
	}
	first := e.rows
	for i := range f.Observations {
		o := &f.Observations[i]
		e.begin(kindObservation)
		e.origin(&o.Origin)
		e.integer(colTable, int64(o.Table))
		e.text(colIndicator, o.Indicator)
		e.text(colTerritory, o.Territory)
		e.text(colPeriod, o.Period)
		e.text(colMeasure, o.Measure)
		e.text(colSex, o.Sex)
		e.text(colArea, o.Area)
		e.decimal(colValue, o.Value)
		e.decimal(colHigh, o.High)
		e.text(colQualifier, o.Qualifier)
		e.text(colEmpty, o.Empty)
		e.text(colStatus, o.Status)
		e.text(colUnit, o.Unit)
		e.text(colReported, o.Reported)
		e.text(colNote, o.Note)
		e.decimal(colAchieved, o.Achieved)
		e.text(colAchievedCell, o.AchievedCell)
		e.text(colAchievedRaw, o.AchievedRaw)
		e.text(colLabel, o.Label)
		e.text(colHeader, o.Header)
	}
	e.since(first, colRound, f.Identity.Round)
	e.since(first, colForm, f.Identity.Form)
	for i := range f.Tasks {
		t := &f.Tasks[i]
		e.begin(kindTask)
		e.origin(&t.Origin)
		e.integer(colTable, int64(t.Table))
		e.text(colTerritory, f.Identity.Territory)
		e.text(colTaskNumber, t.Number)
		e.text(colTaskTitle, t.Title)
		e.text(colTaskLead, t.Lead)
		e.text(colTaskPartner, t.Partner)
		e.text(colTaskDue, t.Due)
		e.text(colTaskLevel, t.Level)
		e.integer(colN, int64(t.Cells))
	}
	for i := range f.Insurance {
		o := &f.Insurance[i]
		e.begin(kindInsurance)
		e.origin(&o.Origin)
		e.text(colTerritory, o.Territory)
		e.text(colPeriod, o.Period)
		e.text(colScheme, o.Scheme)
		e.text(colSex, o.Sex)
		e.text(colAge, o.AgeGroup)
		e.decimal(colValue, o.Value)
		e.text(colEmpty, o.Empty)
		e.text(colStatus, o.Status)
	}
	var vi, en, unknown string // of the refusal before: the cells of a table are refused for the same reason
	for i := range f.Refusals {
		r := &f.Refusals[i]
		if last := &f.Refusals[max(i-1, 0)]; i == 0 || r.Line > 0 || r.Code != last.Code || !slices.Equal(r.Args, last.Args) {
			vi, en, unknown = r.Message("vi"), r.Message("en"), r.Unknown()
		}
		e.begin(kindQuarantine)
		e.origin(&r.Origin)
		e.text(colCode, r.Code)
		e.text(colMessageVi, vi)
		e.text(colMessageEn, en)
		e.text(colNearest, r.Nearest)
		e.text(colUnknown, unknown)
		e.text(colLabel, r.Label)
		e.text(colHeader, r.Header)
		e.text(colRound, f.Identity.Round)
		e.text(colForm, f.Identity.Form)
		e.text(colTerritory, f.Identity.Territory)
		e.integer(colN, int64(r.Cells))
	}
	for i := range f.Findings {
		d := &f.Findings[i]
		e.begin(kindFinding)
		e.origin(&d.Origin)
		e.text(colCode, d.Rule)
		e.text(colMessageVi, rule.Message(*d, "vi"))
		e.text(colMessageEn, rule.Message(*d, "en"))
		e.text(colExpected, d.Expected)
		e.text(colActual, d.Actual)
	}
	e.since(0, colSHA, f.SHA256)
	return e.finish()
}
