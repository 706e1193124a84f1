package xlsx

import (
	"bytes"
	"context"
	"encoding/xml"
)

// Keywords gives the keywords of the document's properties, "" if it has none. They say nothing about cells, so a
// properties part that is missing or can not be read is no fault of the workbook.
func (w *Workbook) Keywords(ctx context.Context) string {
	e := w.archive.parts["docprops/core.xml"]
	if e == nil {
		return ""
	}
	b, err := w.archive.read(ctx, e, nil)
	if err != nil {
		return ""
	}
	var core struct {
		Keywords string `xml:"keywords"`
	}
	if xml.NewDecoder(bytes.NewReader(b)).Decode(&core) != nil {
		return ""
	}
	return core.Keywords
}
