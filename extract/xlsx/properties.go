package xlsx

import "context"

// Keywords gives the keywords of the document's properties, "" if it has none. They say nothing about cells, so a
// properties part that is missing or can not be read is no fault of the workbook.
func (w *Workbook) Keywords(ctx context.Context) string {
	e := w.archive.Find("docProps/core.xml")
	if e == nil {
		return ""
	}
	var text []byte
	err := w.read(ctx, e, func(l *lexer) error {
		return l.document("coreProperties", func(name string) (err error) {
			if name != "keywords" {
				return l.skip()
			}
			text, err = l.content(text[:0])
			return err
		})
	})
	if err != nil {
		return ""
	}
	return string(text)
}
