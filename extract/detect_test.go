package extract

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"
)

func zipOf(t testing.TB, names ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, n := range names {
		name, content, _ := strings.Cut(n, "=")
		f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		f.Write([]byte(content))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// oleOf makes the two sectors of an OLE2 container that matter: header and directory.
func oleOf(directoryAt int, streams ...string) []byte {
	b := make([]byte, (directoryAt+2)*512)
	copy(b, oleMagic)
	binary.LittleEndian.PutUint16(b[30:], 9)
	binary.LittleEndian.PutUint32(b[48:], uint32(directoryAt))
	at := (directoryAt + 1) * 512
	for i, s := range streams {
		for j, u := range utf16.Encode([]rune(s)) {
			binary.LittleEndian.PutUint16(b[at+i*128+j*2:], u)
		}
	}
	return b
}

func TestDetectGoesByContent(t *testing.T) {
	pad := "pad=" + strings.Repeat("x", 3*HeadSize)
	cases := []struct {
		name, want string
		data       []byte
	}{
		{"nothing", "empty", nil},
		{"workbook", "xlsx", zipOf(t, "[Content_Types].xml", "xl/workbook.xml")},
		{"workbook with backslashes and capitals", "xlsx", zipOf(t, `XL\WORKBOOK.XML`)},
		{"workbook whose parts come late", "xlsx", zipOf(t, pad, "xl/workbook.xml")},
		{"binary workbook", "xlsb", zipOf(t, "xl/styles.bin", "xl/workbook.bin")},
		{"word", "docx", zipOf(t, "[Content_Types].xml", "word/document.xml")},
		{"open document sheet", "ods", zipOf(t, "mimetype=application/vnd.oasis.opendocument.spreadsheet", "content.xml")},
		{"open document text", "odt", zipOf(t, "mimetype=application/vnd.oasis.opendocument.text", "content.xml")},
		{"open document sheet, packed again", "ods", zipOf(t, "META-INF/manifest.xml", "content.xml")},
		{"open document text, packed again", "odt", zipOf(t, "content.xml", "mimetype=application/vnd.oasis.opendocument.text")},
		{"scan", "image", []byte("II*\x00\x08\x00\x00\x00")},
		{"photo of a phone", "image", []byte("\x00\x00\x00\x18ftypheic")},
		{"photo of the web", "image", []byte("RIFF\x10\x00\x00\x00WEBPVP8 ")},
		{"bitmap", "image", []byte("BM\x36\x00\x0c\x00\x00\x00\x00\x00\x36\x00")},
		{"rich text", "rtf", []byte(`{\rtf1\ansi x}`)},
		{"page with its pictures", "html", []byte("MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n")},
		{"page of a browser with its pictures", "html", []byte("From: <Saved by Blink>\r\nSnapshot-Content-Location: file:///a.html\r\nSubject: a\r\nMIME-Version: 1.0\r\n\r\n")},
		{"mail", "mail", []byte("MIME-Version: 1.0\r\nDate: Mon, 8 Jul 2019 10:00:00 +0700\r\nSubject: So lieu\r\n\tnam 2019\r\nFrom: a@example.vn\r\nTo: b@example.vn\r\n\r\nKinh gui\r\n")},
		{"mail as it was received", "mail", []byte("Received: from a (b [10.0.0.1])\n by c; Mon, 8 Jul 2019\nFrom: a@example.vn\n\nKinh gui\n")},
		{"mail of Outlook", "mail", oleOf(0, "Root Entry", "__nameid_version1.0", "__substg1.0_001A001F")},
		{"table of mails", "csv", []byte("From,To,Subject\na,b,c\n")},
		{"form of lines", "text", []byte("From: a\nHọ tên: b\n")},
		{"sixteen bit without mark", "text", []byte("a\x00,\x00b\x00\n\x00")},
		{"another archive", "zip", zipOf(t, "a.txt=xl/workbook.xml")},
		{"archive of workbooks that are stored as they are", "zip", zipOf(t, "2020/Sơn La.xlsx="+string(zipOf(t, "[Content_Types].xml", "xl/workbook.xml")))},
		{"workbook that holds a document", "xlsx", zipOf(t, "xl/embeddings/a.docx="+string(zipOf(t, "word/document.xml")), "xl/workbook.xml")},
		{"archive of nothing", "zip", zipOf(t)},
		{"old workbook", "xls", oleOf(0, "Root Entry", "Workbook")},
		{"older workbook", "xls", oleOf(0, "Root Entry", "Book")},
		{"encrypted", "encrypted", oleOf(0, "Root Entry", "EncryptionInfo", "EncryptedPackage")},
		{"encrypted, directory beyond the head", "encrypted", oleOf(300, "Root Entry", "EncryptionInfo", "EncryptedPackage")},
		{"word 97", "doc", oleOf(0, "Root Entry", "WordDocument")},
		{"directory outside the file", "ole", oleOf(0)[:600]},
		{"oldest workbook", "xls", []byte{0x09, 0x08, 0x06, 0x00, 0x00, 0x05, 0x10, 0x00}},
		{"pdf", "pdf", []byte("%PDF-1.7\n")},
		{"parquet", "parquet", []byte("PAR1\x15\x04")},
		{"gzip", "gzip", []byte("\x1f\x8b\x08\x00")},
		{"page", "html", []byte("<html><table><tr><td>1</td></tr></table></html>")},
		{"xml", "xml", []byte(`<?xml version="1.0"?><Workbook/>`)},
		{"comma", "csv", []byte("thang,tinh,so\n2024-01,Hà Giang,5\n")},
		{"byte order mark, semicolon, quotes with lines", "csv", []byte("\xEF\xBB\xBFa;b\r\n\"x\r\ny;z\";2\r\n")},
		{"no newline at the end", "csv", []byte("a\tb\n1\t2")},
		{"one line is no table", "text", []byte("Kính gửi, các tỉnh\n")},
		{"prose", "text", []byte("Kính gửi các tỉnh\nSở Lao động, Thương binh và Xã hội\n")},
		{"sixteen bit", "text", []byte("\xFF\xFEa\x00,\x00b\x00")},
		{"statistics office", "json-stat", []byte(`{"dataset":{"status":{},"dimension":{}}}`)},
		{"statistics office, second version", "json-stat", []byte(`{"version":"2.0", "class" : "dataset","id":[]}`)},
		{"nul inside json", "json-stat", []byte("{\"dataset\":{\"label\":\"a\x00b\"}}")},
		{"json", "json", []byte(`{"a":1}`)},
		{"json that says the word elsewhere", "json", []byte(`{"a":"dataset"}`)},
		{"array", "json", []byte(`[{"a":1}]`)},
		{"lines", "jsonl", []byte("{\"a\":1}\n{\"a\":2}\n")},
		{"brace in a text", "text", []byte("{hello\n")},
		{"noise", "unknown", []byte{1, 2, 3, 4, 0, 0, 7}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := DetectFile(bytes.NewReader(c.data), int64(len(c.data)))
			if err != nil || got != c.want {
				t.Errorf("got %s, %v; want %s", got, err, c.want)
			}
		})
	}
}

// shared finds the data that are not part of the repository; tests that want them skip without.
func shared(t testing.TB) string {
	t.Helper()
	for _, dir := range []string{os.Getenv("PHULUC_SHARED"), "../../shared"} {
		if dir == "" {
			continue
		}
		if info, err := os.Stat(filepath.Join(dir, "data")); err == nil && info.IsDir() {
			return dir
		}
	}
	t.Skip("no shared data")
	return ""
}

func TestDetectAgreesWithTheIndexOfRealFiles(t *testing.T) {
	dir := filepath.Join(shared(t), "data", "robustness")
	f, err := os.Open(filepath.Join(dir, "INDEX.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	// The index's words for the formats, and what Detect may say. A damaged archive is what its names say it is.
	want := map[string]string{
		"xlsx": "xlsx", "xlsb": "xlsb", "xls-biff8": "xls", "xls-biff5": "xls", "xls-raw-biff": "xls",
		"ole-encrypted-ooxml": "encrypted", "zip-other": "xlsx docx zip pptx", "zip-corrupt": "xlsx docx zip xlsb unknown",
	}
	for _, r := range rows[1:] {
		file, err := os.Open(filepath.Join(dir, r[0]))
		if err != nil {
			t.Fatal(err)
		}
		info, err := file.Stat()
		if err != nil {
			t.Fatal(err)
		}
		got, err := DetectFile(file, info.Size())
		file.Close()
		if err != nil || !strings.Contains(" "+want[r[2]]+" ", " "+got+" ") {
			t.Errorf("%s (%s): %s, %v", r[0], r[2], got, err)
		}
	}
}

func FuzzDetect(f *testing.F) {
	f.Add(zipOf(f, "xl/workbook.xml"))
	f.Add(oleOf(0, "Workbook"))
	f.Add([]byte("a,b\n1,2\n"))
	f.Add([]byte(`{"dataset":{}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if kind, err := DetectFile(bytes.NewReader(b), int64(len(b))); err != nil || kind == "" {
			t.Errorf("%q, %v", kind, err)
		}
	})
}
