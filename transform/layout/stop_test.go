package layout

import (
	"context"
	"errors"
	"testing"
)

// endsAfter is a context that ends when it has been asked a number of times.
type endsAfter struct {
	context.Context
	left int
}

func (c *endsAfter) Err() error {
	if c.left--; c.left < 0 {
		return context.DeadlineExceeded
	}
	return nil
}

// TestReadStopsWhereverTheContextEnds: at each of its questions the context may end; the answer is then its error, never
// half a file, and a whole file needs more than one question a row.
func TestReadStopsWhereverTheContextEnds(t *testing.T) {
	rd := NewReader(loadCatalogue(t))
	for _, book := range fixtures(t)[:6] {
		whole := &endsAfter{Context: context.Background(), left: 1 << 30}
		if _, err := rd.Read(whole, book); err != nil {
			t.Fatal(err)
		}
		asked := 1<<30 - whole.left
		rows := 0
		for _, s := range book.Sheets {
			g, _ := newGrid(s, rd.reading)
			rows += len(g.rows)
		}
		if asked < rows {
			t.Errorf("%s: %d rows, the context was looked at %d times", book.Name, rows, asked)
		}
		for k := 0; k < asked; k += 1 + asked/50 {
			f, err := rd.Read(&endsAfter{Context: context.Background(), left: k}, book)
			if !errors.Is(err, context.DeadlineExceeded) || f.Observations != nil {
				t.Fatalf("%s: ended at question %d of %d: %v, %d observations", book.Name, k, asked, err, len(f.Observations))
			}
		}
	}
}
