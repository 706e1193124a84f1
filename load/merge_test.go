package load

import (
	"fmt"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// parts gives n arrays of a type, of all sizes, with values in some, with some or with nothing but NULL, one of them a slice of another.
func parts(kind arrow.DataType, n int) (out []arrow.Array, rows int) {
	for k := range n {
		b := array.NewBuilder(memory.DefaultAllocator, kind)
		for i := range k % 7 {
			if k%3 == 0 || (i+k)%4 == 1 {
				b.AppendNull()
				continue
			}
			switch b := b.(type) {
			case *array.StringBuilder:
				b.Append(fmt.Sprintf("%*d", k, i))
			case *array.Int32Builder:
				b.Append(int32(k * i))
			case *array.Int64Builder:
				b.Append(int64(k) << i)
			case *array.BooleanBuilder:
				b.Append(k%2 == i%2)
			case *array.TimestampBuilder:
				b.Append(arrow.Timestamp(k * i))
			case *array.Decimal128Builder:
				b.Append(decimal128.New(int64(k), uint64(i)))
			case *array.Float64Builder:
				b.Append(float64(k) / float64(i+1))
			}
		}
		a := b.NewArray()
		if k%5 == 0 && a.Len() > 2 {
			a = array.NewSlice(a, 1, int64(a.Len()))
		}
		out, rows = append(out, a), rows+a.Len()
	}
	return out, rows
}

func TestPartsOfAColumnAreJoinedAsConcatenateJoinsThem(t *testing.T) {
	for _, kind := range []arrow.DataType{arrow.BinaryTypes.String, arrow.PrimitiveTypes.Int32, arrow.PrimitiveTypes.Int64, arrow.FixedWidthTypes.Boolean,
		arrow.FixedWidthTypes.Timestamp_us, &arrow.Decimal128Type{Precision: 28, Scale: 10}, arrow.PrimitiveTypes.Float64} {
		for _, n := range []int{1, 2, 4, 60} {
			given, rows := parts(kind, n)
			got, err := joined(given, rows)
			if err != nil {
				t.Fatalf("%s: %v", kind, err)
			}
			want, err := array.Concatenate(given, memory.DefaultAllocator)
			if err != nil {
				t.Fatal(err)
			}
			if !array.Equal(got, want) || !arrow.TypeEqual(got.DataType(), kind) {
				t.Errorf("%s, %d parts: %v, want %v", kind, n, got, want)
			}
		}
	}
}
