// Package workbook opens the bytes a sender calls an annex, whatever program wrote them. The type is the one that
// extract.DetectFile found in the content; a name or an extension is never believed.
package workbook

import (
	"context"
	"io"

	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/phuluc/phuluc/extract/xls"
	"github.com/phuluc/phuluc/extract/xlsx"
)

// Workbook is a sheet.Workbook that may say what it is about.
type Workbook interface {
	sheet.Workbook
	// Keywords gives the keywords of the document's properties, "" if it has none.
	Keywords(ctx context.Context) string
}

// Open opens a workbook of the given type. All errors about the content are *sheet.FileError; others are those of r and
// of ctx. r must stay readable until the last use.
func Open(ctx context.Context, kind string, r io.ReaderAt, size int64, lim sheet.Limits) (Workbook, error) {
	switch kind {
	case "xlsx", "zip", "empty", "encrypted", "xlsb", "ods":
		return xlsx.Open(ctx, r, size, lim)
	case "xls", "ole":
		return xls.Open(ctx, r, size, lim)
	}
	return nil, sheet.Refuse(sheet.CodeUnsupported, "", "the content is %s", kind)
}
