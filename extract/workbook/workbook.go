// Package workbook opens the bytes a sender calls an annex, whatever program wrote them. The type is the one that
// extract.DetectFile found in the content; a name or an extension is never believed.
package workbook

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/phuluc/phuluc/extract/archive"
	"github.com/phuluc/phuluc/extract/delimited"
	"github.com/phuluc/phuluc/extract/docx"
	"github.com/phuluc/phuluc/extract/ods"
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

// Open opens a workbook of the given type. All errors about the content are *sheet.FileError, also for the types that are
// not read; others are those of r and of ctx. r must stay readable until the last use.
func Open(ctx context.Context, kind string, r io.ReaderAt, size int64, lim sheet.Limits) (Workbook, error) {
	refuse := func(code string) (Workbook, error) { return nil, sheet.Refuse(code, "", "") }
	switch kind {
	case "xlsx":
		return xlsx.Open(ctx, r, size, lim)
	case "xls", "ole":
		return xls.Open(ctx, r, size, lim)
	case "ods":
		return ods.Open(ctx, r, size, lim)
	case "docx":
		return docx.Open(ctx, r, size, lim)
	case "csv", "text":
		return delimited.Open(ctx, r, size, lim)
	case "zip":
		return unknownArchive(ctx, r, size, lim)
	case "empty":
		return refuse(sheet.CodeEmpty)
	case "encrypted":
		return refuse(sheet.CodeEncrypted)
	case "xlsb":
		return refuse(sheet.CodeXLSB)
	case "pdf":
		return refuse(sheet.CodePDF)
	case "image":
		return refuse(sheet.CodeImage)
	case "doc", "rtf", "odt":
		return refuse(sheet.CodeWordOld)
	case "html", "xml":
		return refuse(sheet.CodeWebPage)
	case "mail":
		return refuse(sheet.CodeMail)
	case "rar", "7z", "gzip":
		return refuse(sheet.CodeArchive)
	}
	if kind == "unknown" {
		return nil, unknown(r, size)
	}
	return nil, sheet.Refuse(sheet.CodeUnsupported, "", "%s", Describe(kind))
}

// Describe says of a type that extract.DetectFile found what it is to people, for what is sent instead of a workbook.
func Describe(kind string) string {
	switch kind {
	case "pptx":
		return "it is a presentation"
	case "docx":
		return "it is a Word document"
	case "text", "csv":
		return "it is plain text"
	case "json", "jsonl", "json-stat":
		return "it is a file of data (JSON)"
	case "parquet", "arrow", "sqlite":
		return "it is a file of data (Parquet, Arrow or SQLite)"
	}
	return "it is nothing that is known"
}

// unknown looks at bytes of no known type for what senders attach by mistake.
func unknown(r io.ReaderAt, size int64) error {
	const lock = 165 // bytes of the file that Excel keeps beside an open workbook: the user's name, twice, filled up with blanks
	head := make([]byte, min(size, 4096))
	if _, err := r.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	switch {
	case len(bytes.Trim(head, "\x00")) == 0:
		return sheet.Refuse(sheet.CodeDamaged, "", "only zeros stand at the beginning of the file")
	case bytes.HasPrefix(head, []byte("\x78\x9F\x3E\x22")):
		return sheet.Refuse(sheet.CodeUnsupported, "", "it is an attachment as Outlook packs it (winmail.dat)")
	case size == lock && head[0] > 0 && head[0] <= 54 && len(bytes.Trim(head[1+head[0]:55], " ")) == 0:
		return sheet.Refuse(sheet.CodeUnsupported, "", "it is the lock file that Excel keeps while a workbook is open, not the workbook")
	}
	return sheet.Refuse(sheet.CodeUnsupported, "", "%s", Describe("unknown"))
}

// unknownArchive is a workbook all the same if its parts have names that detection does not know, and names what it holds
// if not: people pack annexes into archives.
func unknownArchive(ctx context.Context, r io.ReaderAt, size int64, lim sheet.Limits) (Workbook, error) {
	w, err := xlsx.Open(ctx, r, size, lim)
	var x *sheet.FileError
	if err == nil {
		return w, nil
	}
	if !errors.As(err, &x) || x.Code != sheet.CodeNotWorkbook {
		return nil, err
	}
	a, err := archive.Open(r, size, lim)
	if err != nil {
		return nil, err
	}
	names := a.Names()
	if len(names) == 0 {
		return nil, sheet.Refuse(sheet.CodeEmpty, "", "the archive holds no file")
	}
	slices.Sort(names)
	more := ""
	if len(names) > 5 {
		names, more = names[:5], " …"
	}
	return nil, sheet.Refuse(sheet.CodeArchive, "", "%s%s", strings.Join(names, ", "), more)
}
