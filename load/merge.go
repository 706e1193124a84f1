package load

import (
	"errors"
	"runtime"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"golang.org/x/sync/errgroup"
)

// mergedRows is how many rows a batch has at least before it goes to the engine, which spends more on a batch than on its rows.
const mergedRows = 1 << 16

// merged reads all batches of a table and puts small ones together.
func merged(reader array.RecordReader) (array.RecordReader, error) {
	var out, small []arrow.RecordBatch
	defer func() {
		for _, b := range append(out, small...) {
			b.Release()
		}
	}()
	rows := int64(0)
	flush := func() error {
		if len(small) == 0 {
			return nil
		}
		columns := make([]arrow.Array, reader.Schema().NumFields())
		defer func() {
			for _, c := range columns {
				if c != nil {
					c.Release()
				}
			}
		}()
		var group errgroup.Group
		group.SetLimit(runtime.NumCPU())
		for i := range columns {
			group.Go(func() (err error) {
				parts := make([]arrow.Array, len(small))
				for k, b := range small {
					parts[k] = b.Column(i)
				}
				columns[i], err = joined(parts, int(rows))
				return err
			})
		}
		if err := group.Wait(); err != nil {
			return err
		}
		out = append(out, array.NewRecordBatch(reader.Schema(), columns, rows))
		for _, b := range small {
			b.Release()
		}
		small, rows = small[:0], 0
		return nil
	}
	for reader.Next() {
		b := reader.RecordBatch()
		b.Retain()
		small, rows = append(small, b), rows+b.NumRows()
		if rows >= mergedRows {
			if err := flush(); err != nil {
				return nil, err
			}
		}
	}
	if err := errors.Join(reader.Err(), flush()); err != nil {
		return nil, err
	}
	return array.NewRecordReader(reader.Schema(), out)
}

// joined puts parts of one column together, which have so many rows in all. Most columns of most parts are NULL throughout, and
// most parts have a few dozen rows: array.Concatenate, made for few large parts, takes several times as long.
func joined(parts []arrow.Array, rows int) (arrow.Array, error) {
	nulls, size := 0, 0
	for _, p := range parts {
		nulls += p.NullN()
		if s, ok := p.(*array.String); ok {
			size += len(s.ValueBytes())
		}
	}
	kind := parts[0].DataType()
	if nulls == rows {
		return array.MakeArrayOfNull(memory.DefaultAllocator, kind, rows), nil
	}
	builder := array.NewBuilder(memory.DefaultAllocator, kind)
	defer builder.Release()
	builder.Reserve(rows)
	switch b := builder.(type) {
	case *array.StringBuilder:
		b.ReserveData(size)
		add[string, *array.String](b, parts)
	case *array.Int32Builder:
		add[int32, *array.Int32](b, parts)
	case *array.Int64Builder:
		add[int64, *array.Int64](b, parts)
	case *array.BooleanBuilder:
		add[bool, *array.Boolean](b, parts)
	case *array.TimestampBuilder:
		add[arrow.Timestamp, *array.Timestamp](b, parts)
	case *array.Decimal128Builder:
		add[decimal128.Num, *array.Decimal128](b, parts)
	default:
		return array.Concatenate(parts, memory.DefaultAllocator)
	}
	return builder.NewArray(), nil
}

// add appends every value of parts, which are arrays of type A.
func add[T any, A interface {
	arrow.Array
	Value(int) T
}](b interface {
	Append(T)
	AppendNull()
	AppendNulls(int)
}, parts []arrow.Array) {
	for _, p := range parts {
		if p.NullN() == p.Len() {
			b.AppendNulls(p.Len())
			continue
		}
		a := p.(A)
		for i := range a.Len() {
			if a.IsNull(i) {
				b.AppendNull()
			} else {
				b.Append(a.Value(i))
			}
		}
	}
}
