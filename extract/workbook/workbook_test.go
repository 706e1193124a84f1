package workbook

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/phuluc/phuluc/extract"
	"github.com/phuluc/phuluc/extract/sheet"
)

func zipOf(t testing.TB, names ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, n := range names {
		if _, err := w.Create(n); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWhatIsNotReadIsRefusedByItsOwnName(t *testing.T) {
	lockFile := append(fmt.Appendf(nil, "\x04%-54s\x04\x00", "Minh"), make([]byte, 108)...)
	for name, c := range map[string]struct {
		data         []byte
		code, detail string
	}{
		"nothing":             {nil, sheet.CodeEmpty, ""},
		"pdf":                 {[]byte("%PDF-1.7\n"), sheet.CodePDF, ""},
		"photo":               {[]byte("\xff\xd8\xff\xe0"), sheet.CodeImage, ""},
		"rich text":           {[]byte(`{\rtf1 x}`), sheet.CodeWordOld, ""},
		"page":                {[]byte("<html><table><tr><td>1</td></tr></table></html>"), sheet.CodeWebPage, ""},
		"mail":                {[]byte("From: a@example.vn\nTo: b@example.vn\nSubject: So lieu\n\nKinh gui\n"), sheet.CodeMail, ""},
		"workbook as XML":     {[]byte(`<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>`), sheet.CodeWebPage, ""},
		"rar":                 {[]byte("Rar!\x1a\x07\x01\x00"), sheet.CodeArchive, ""},
		"annexes in a zip":    {zipOf(t, "b/Hà Giang.xlsx", "a.doc"), sheet.CodeArchive, "a.doc, b/Hà Giang.xlsx"},
		"many files in a zip": {zipOf(t, "1", "2", "3", "4", "5", "6"), sheet.CodeArchive, "1, 2, 3, 4, 5 …"},
		"half a zip":          {zipOf(t, "a.txt")[:30], sheet.CodeTruncated, ""},
		"binary workbook":     {zipOf(t, "xl/workbook.bin"), sheet.CodeXLSB, ""},
		"a zip of nothing":    {zipOf(t), sheet.CodeEmpty, "the archive holds no file"},
		"database":            {[]byte("SQLite format 3\x00"), sheet.CodeUnsupported, "it is a file of data (Parquet, Arrow or SQLite)"},
		"presentation":        {zipOf(t, "ppt/presentation.xml"), sheet.CodeUnsupported, "it is a presentation"},
		"zeros":               {make([]byte, 9000), sheet.CodeDamaged, "only zeros stand at the beginning of the file"},
		"packed by Outlook":   {[]byte("\x78\x9f\x3e\x22\x01\x00"), sheet.CodeUnsupported, "it is an attachment as Outlook packs it (winmail.dat)"},
		"lock file":           {lockFile, sheet.CodeUnsupported, "it is the lock file that Excel keeps while a workbook is open, not the workbook"},
		"noise":               {[]byte("\x01\x02\x03\x04"), sheet.CodeUnsupported, "it is nothing that is known"},
	} {
		t.Run(name, func(t *testing.T) {
			kind, err := extract.DetectFile(bytes.NewReader(c.data), int64(len(c.data)))
			if err != nil {
				t.Fatal(err)
			}
			_, err = Open(context.Background(), kind, bytes.NewReader(c.data), int64(len(c.data)), sheet.DefaultLimits())
			var x *sheet.FileError
			if !errors.As(err, &x) || x.Code != c.code || c.detail != "" && x.Detail != c.detail {
				t.Errorf("%s: %v", kind, err)
			}
		})
	}
}

// cells reads everything.
func cells(data []byte) (string, error) {
	kind, err := extract.DetectFile(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return "", err
	}
	w, err := Open(context.Background(), kind, bytes.NewReader(data), int64(len(data)), sheet.DefaultLimits())
	if err != nil {
		return kind, err
	}
	defer w.Close()
	var b strings.Builder
	for i := range w.Sheets() {
		for c, err := range w.Cells(context.Background(), i) {
			if err != nil {
				return kind, err
			}
			fmt.Fprintf(&b, "%+v\n", c)
		}
	}
	return b.String(), nil
}

// A cut file gives an error or, where the format can not tell, a beginning of what the whole gives; detection must not
// send a cut file to a reader that takes it for something else.
func TestCutFilesNeverReadAsOthers(t *testing.T) {
	for _, name := range []string{"../ods/testdata/ok_annex.ods", "../ods/testdata/ok_annex.xlsx", "../docx/testdata/ok_annex.docx"} {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := cells(data); err != nil {
			t.Fatal(err)
		}
		for i := range 100 {
			n := len(data) * i / 100
			_, err := cells(data[:n])
			var x *sheet.FileError
			if !errors.As(err, &x) {
				t.Errorf("%s cut at %d: %v", filepath.Base(name), n, err)
			}
		}
	}
}

// The checksums of an archive see what was damaged: a file is refused, or reads as the whole one.
func TestDamagedArchivesNeverReadAsOthers(t *testing.T) {
	for _, name := range []string{"../ods/testdata/ok_annex.ods", "../ods/testdata/ok_annex.xlsx", "../docx/testdata/ok_annex.docx"} {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		whole, err := cells(data)
		if err != nil {
			t.Fatal(err)
		}
		refused := 0
		for i := range 60 {
			at := len(data) * i / 60
			flipped, zeroed := bytes.Clone(data), bytes.Clone(data)
			flipped[at] ^= 1 << (i % 8)
			clear(zeroed[at:min(at+64, len(data))])
			for what, damaged := range map[string][]byte{"a bit is flipped": flipped, "64 bytes are zero": zeroed} {
				got, err := cells(damaged)
				var x *sheet.FileError
				switch {
				case err != nil && !errors.As(err, &x):
					t.Errorf("%s: %s at %d: %v", filepath.Base(name), what, at, err)
				case err != nil:
					refused++
				case got != whole:
					t.Errorf("%s: %s at %d, and it reads as another", filepath.Base(name), what, at)
				}
			}
		}
		if refused < 30 {
			t.Errorf("%s: only %d of 120 refused", filepath.Base(name), refused)
		}
	}
}

func FuzzOpen(f *testing.F) {
	for _, name := range []string{"../ods/testdata/ok_annex.ods", "../ods/testdata/ok_annex.xlsx", "../docx/testdata/ok_annex.docx"} {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("a;b\n1;2\n"))
	f.Add([]byte("%PDF"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var x *sheet.FileError
		if _, err := cells(data); err != nil && !errors.As(err, &x) {
			t.Fatal(err)
		}
	})
}
