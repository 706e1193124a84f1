package sheet

import (
	"context"
	"errors"
	"fmt"
)

// Codes of FileError. They are rows of the register of refusals.
const (
	CodeEmpty       = "file.empty"           // no bytes at all
	CodeNotWorkbook = "file.not_workbook"    // readable as something else, or as nothing
	CodeTruncated   = "file.truncated"       // the end of the archive is missing
	CodeZipBomb     = "file.zip_bomb"        // unpacks to more than the limits
	CodeEncrypted   = "file.encrypted"       // needs a password
	CodeDoctype     = "file.doctype"         // a part declares a document type
	CodePartMissing = "file.part_missing"    // a part that the workbook names is not there
	CodeDamaged     = "file.damaged"         // the bytes contradict themselves or the format
	CodeLimit       = "file.limit"           // within the format, above the limits
	CodeXLS         = "file.unsupported_xls" // a version of the binary format that is not read
	CodeUnsupported = "file.unsupported"     // another spreadsheet format, or a compression nobody uses
	CodeTimeout     = "file.timeout"         // the deadline of the context passed
	CodeNoTable     = "file.no_table"        // a document without a table
	CodeXLSB        = "file.unsupported_xlsb"
	CodePDF         = "file.pdf"
	CodeImage       = "file.image"
	CodeWordOld     = "file.word_old" // .doc, .rtf, .odt
	CodeWebPage     = "file.web_page" // HTML or XML, often under the name .xls
	CodeMail        = "file.mail"     // the annex is attached to it
	CodeArchive     = "file.archive"  // .zip, .rar, .7z, .gz that is no document itself
)

// FileError says why a workbook, or the rest of one, is refused. No retry can help.
type FileError struct {
	Code   string // one of the Code constants
	Part   string // name of the part inside the archive, "" if it is about the file
	Detail string // what exactly, with the cell's address or the byte offset in the part where there is one
	Err    error  // cause, may be nil
}

func (e *FileError) Error() string {
	s := e.Code
	for _, x := range []string{e.Part, e.Detail} {
		if x != "" {
			s += ": " + x
		}
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *FileError) Unwrap() error { return e.Err }

// Refuse makes the Error of a code.
func Refuse(code, part, format string, args ...any) *FileError {
	return &FileError{Code: code, Part: part, Detail: fmt.Sprintf(format, args...)}
}

// Stopped turns the end of a context into what the caller needs: a passed deadline is the file's fault, a
// cancellation is not.
func Stopped(err error, part string) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return &FileError{Code: CodeTimeout, Part: part, Detail: "reading took longer than one file may take", Err: err}
	}
	return err
}
