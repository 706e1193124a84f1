package extract

import (
	"context"
	"io"
	"iter"
	"time"
)

// Item is one thing a source offers: a file in a folder, an attachment, a downloaded table.
type Item struct {
	Name    string    // last element of where it was found, e.g. "PL I.xlsx"
	Origin  string    // where it was found, stable between runs: the source's name, "/", the path inside the source
	Size    int64     // bytes, -1 if the source does not know
	ModTime time.Time // zero if the source does not know
	Open    func() (io.ReadCloser, error)
}

// Source lists items. To add a kind of source, implement these two methods.
type Source interface {
	// Name is short, stable between runs and part of every Origin.
	Name() string
	// Items lists everything there is now, in an order that depends on nothing but the content. An error that comes
	// with an Item speaks of that item only and the listing goes on; an error with a zero Item ends the listing.
	Items(ctx context.Context) iter.Seq2[Item, error]
}
