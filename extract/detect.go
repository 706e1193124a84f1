package extract

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// HeadSize is how many bytes Detect makes use of.
const HeadSize = 64 << 10

var (
	zipLocal   = []byte("PK\x03\x04")
	zipCentral = []byte("PK\x01\x02")
	zipEnd     = []byte("PK\x05\x06")
	oleMagic   = []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")
)

// Detect names the type of a file from its first bytes (all of it, or the first HeadSize) and its size:
//
//	xlsx xlsb ods docx odt pptx zip   archives; zip is any other archive, or one cut before it said more
//	xls encrypted doc mail ole        OLE2 containers; encrypted is a workbook or document that needs a password
//	csv json-stat json jsonl xml html rtf mail text
//	pdf parquet arrow gzip rar 7z sqlite image
//	empty unknown
//
// It is a statement about the beginning only: a cut workbook is still xlsx, its reader says that it is cut.
func Detect(head []byte, size int64) string {
	if size == 0 || size < 0 && len(head) == 0 {
		return "empty"
	}
	head = head[:min(len(head), HeadSize)]
	for _, m := range []struct{ magic, name string }{
		{"%PDF-", "pdf"}, {"PAR1", "parquet"}, {"ARROW1\x00\x00", "arrow"}, {"\x1f\x8b", "gzip"}, {"Rar!\x1a\x07", "rar"},
		{"7z\xbc\xaf\x27\x1c", "7z"}, {"SQLite format 3\x00", "sqlite"}, {"\x89PNG\r\n", "image"}, {"\xff\xd8\xff", "image"}, {"GIF8", "image"},
		{"II*\x00", "image"}, {"MM\x00*", "image"}, {`{\rtf`, "rtf"},
	} {
		if strings.HasPrefix(string(head[:min(len(head), 16)]), m.magic) {
			return m.name
		}
	}
	switch {
	case len(head) >= 12 && (string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP" || string(head[4:8]) == "ftyp"),
		len(head) >= 10 && string(head[:2]) == "BM" && binary.LittleEndian.Uint32(head[6:]) == 0:
		return "image" // a photo of a phone; a bitmap, whose bytes 6–9 are zero
	case bytes.HasPrefix(head, zipLocal), bytes.HasPrefix(head, zipEnd):
		return archive(head)
	case bytes.HasPrefix(head, oleMagic):
		return compound(head)
	case len(head) >= 8 && head[0] == 0x09 && head[1]&^0x0E == 0 && head[3] == 0:
		return "xls" // BIFF2–5: a stream of records without a container, the first one BOF (0009, 0209, 0409, 0809)
	}
	return plain(head)
}

// DetectFile is Detect with the whole file at hand: it looks where an archive keeps its directory and where an OLE2
// container names its streams, which may be beyond the head.
func DetectFile(r io.ReaderAt, size int64) (string, error) {
	head, err := readAt(r, 0, min(size, HeadSize))
	if err != nil {
		return "", err
	}
	switch kind := Detect(head, size); {
	case kind == "zip" && size > HeadSize:
		tail, err := readAt(r, max(HeadSize, size-HeadSize), min(HeadSize, size-HeadSize))
		if err != nil {
			return "", err
		}
		return archive(tail), nil
	case (kind == "ole" || kind == "xls") && len(head) >= 76:
		// [MS-CFB] 2.2: sector size as a power of two at byte 30, first directory sector at byte 48.
		shift, first := binary.LittleEndian.Uint16(head[30:]), binary.LittleEndian.Uint32(head[48:])
		if shift != 9 && shift != 12 {
			return kind, nil
		}
		at := (int64(first) + 1) << shift
		if at >= size {
			return kind, nil
		}
		dir, err := readAt(r, at, min(size-at, 1<<shift))
		if err != nil {
			return "", err
		}
		return compound(append(head, dir...)), nil
	default:
		return kind, nil
	}
}

func readAt(r io.ReaderAt, at, n int64) ([]byte, error) {
	b := make([]byte, n)
	got, err := r.ReadAt(b, at)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return b[:got], err
}

// archive tells the kinds of zip files apart by the names of their entries, in local or central headers.
func archive(b []byte) string {
	kind, sealed := "zip", false
	names := func(sig []byte, nameLen, nameAt int) {
		for rest := b; !sealed; {
			i := bytes.Index(rest, sig)
			if i < 0 {
				return
			}
			rest = rest[i:]
			if len(rest) < nameAt {
				return
			}
			n := int(binary.LittleEndian.Uint16(rest[nameLen:]))
			name := strings.ToLower(strings.ReplaceAll(string(rest[nameAt:min(len(rest), nameAt+n)]), `\`, "/"))
			switch {
			case kind == "zip" && !strings.Contains(name, "/embeddings/") && slices.Contains([]string{".xlsx", ".xlsm", ".xlsb", ".xls", ".docx", ".doc", ".ods"}, path.Ext(name)):
				sealed = true // what stands in it may be stored as it is, with entries of its own
			case strings.HasPrefix(name, "xl/workbook.bin"):
				kind = "xlsb"
			case strings.HasPrefix(name, "xl/") && kind == "zip":
				kind = "xlsx"
			case strings.HasPrefix(name, "word/") && kind == "zip":
				kind = "docx"
			case strings.HasPrefix(name, "ppt/") && kind == "zip":
				kind = "pptx"
			case name == "content.xml" && kind == "zip":
				kind = "ods" // its mimetype may be packed; the reader tells text documents
			case name == "mimetype" && (kind == "zip" || kind == "ods"):
				content := rest[min(len(rest), nameAt+n):]
				if bytes.HasPrefix(content, []byte("application/vnd.oasis.opendocument.spreadsheet")) {
					kind = "ods"
				} else if bytes.HasPrefix(content, []byte("application/vnd.oasis.opendocument.text")) {
					kind = "odt"
				}
			}
			rest = rest[len(sig):]
		}
	}
	names(zipLocal, 26, 30)
	names(zipCentral, 28, 46)
	return kind
}

// compound tells OLE2 containers apart by the names of their streams ([MS-CFB] 2.6.1, UTF-16). An encrypted xlsx is
// a container with a stream EncryptedPackage ([MS-OFFCRYPTO] 2.3.4.4).
func compound(b []byte) string {
	begins := func(name string) bool {
		wide := make([]byte, 0, 2*len(name)+2)
		for _, c := range []byte(name) {
			wide = append(wide, c, 0)
		}
		return bytes.Contains(b, wide)
	}
	has := func(name string) bool { return begins(name + "\x00") }
	switch {
	case begins("__substg1.0_"), has("__properties_version1.0"): // [MS-OXMSG] 2.2
		return "mail"
	case has("EncryptedPackage"):
		return "encrypted"
	case has("Workbook"), has("WORKBOOK"), has("Book"), has("BOOK"):
		return "xls"
	case has("WordDocument"):
		return "doc"
	}
	return "ole"
}

// UTF16 reports whether a text that begins so is in UTF-16, by its byte order mark or because most units of one byte order
// are Latin letters, digits and signs; order is nil if not. bom is the length of the mark, 0 or 2.
func UTF16(head []byte) (order binary.ByteOrder, bom int) {
	switch {
	case bytes.HasPrefix(head, []byte("\xFF\xFE")):
		return binary.LittleEndian, 2
	case bytes.HasPrefix(head, []byte("\xFE\xFF")):
		return binary.BigEndian, 2
	}
	var zeros [2]int // high bytes that are zero, if the text is big or little endian
	units := min(len(head), 4096) / 2
	for i := range units {
		for k := range zeros {
			if head[2*i+k] == 0 {
				zeros[k]++
			}
		}
	}
	switch {
	case units < 4 || zeros[0]*2 < units && zeros[1]*2 < units || zeros[0] > 0 && zeros[1] > 0:
		return nil, 0
	case zeros[1] > 0:
		return binary.LittleEndian, 0
	}
	return binary.BigEndian, 0
}

func plain(b []byte) string {
	if order, _ := UTF16(b); order != nil {
		return "text"
	}
	b = bytes.TrimPrefix(b, []byte("\xEF\xBB\xBF"))
	if kind := message(b); kind != "" {
		return kind
	}
	trimmed := bytes.TrimLeft(b, " \t\r\n")
	if len(trimmed) > 0 {
		switch trimmed[0] {
		case '{', '[':
			if kind := jsonKind(trimmed); kind != "" {
				return kind
			}
		case '<':
			start := bytes.ToLower(trimmed[:min(len(trimmed), 512)])
			if bytes.Contains(start, []byte("<html")) || bytes.HasPrefix(start, []byte("<!doctype html")) || bytes.HasPrefix(start, []byte("<table")) {
				return "html"
			}
			if bytes.HasPrefix(start, []byte("<?xml")) {
				return "xml"
			}
		}
	}
	for _, c := range b {
		if c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' {
			return "unknown"
		}
	}
	// Old encodings of Vietnamese (TCVN3, VNI) are no UTF-8 and still text, but then most bytes are letters.
	if !utf8.Valid(b[:max(0, len(b)-utf8.UTFMax)]) {
		high := 0
		for _, c := range b {
			if c >= 0x80 {
				high++
			}
		}
		if high*2 > len(b) {
			return "unknown"
		}
	}
	if delimited(b) {
		return "csv"
	}
	return "text"
}

// message tells what begins with the fields of a mail (RFC 5322, 3.6): a mail was sent to somebody, a page that was saved with its
// pictures was not. "" if it is neither.
func message(b []byte) string {
	fields := map[string]bool{}
	for line := range bytes.Lines(b[:min(len(b), 16<<10)]) {
		if line[0] == ' ' || line[0] == '\t' { // the field above goes on
			continue
		}
		name, _, ok := bytes.Cut(line, []byte(":"))
		if !ok || bytes.ContainsAny(name, " \t,;|\"") {
			break
		}
		fields[strings.ToLower(string(name))] = true
	}
	switch {
	case fields["from"] && (fields["to"] || fields["received"] || fields["delivered-to"]):
		return "mail"
	case fields["mime-version"]:
		return "html"
	}
	return ""
}

// jsonKind looks at the keys of the outermost object as far as the head shows them.
func jsonKind(b []byte) string {
	dec := json.NewDecoder(bytes.NewReader(b))
	if t, err := dec.Token(); err != nil {
		return ""
	} else if t == json.Delim('[') {
		if _, err := dec.Token(); err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			return ""
		}
		return "json"
	}
	for first := true; dec.More(); first = false {
		t, err := dec.Token()
		if err != nil && first {
			return ""
		}
		if err != nil {
			break
		}
		key, ok := t.(string)
		if !ok {
			return ""
		}
		// JSON-stat 1 wraps everything in "dataset"; JSON-stat 2 says "class":"dataset".
		if first && key == "dataset" {
			return "json-stat"
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			// The head ends here, or the value holds a byte that strict JSON forbids.
			if first && !errors.Is(err, io.ErrUnexpectedEOF) && !bytes.Contains(b, []byte(`":`)) {
				return ""
			}
			if bytes.Contains(b, []byte(`"class":"dataset"`)) || bytes.Contains(b, []byte(`"class": "dataset"`)) {
				return "json-stat"
			}
			return "json"
		}
		if key == "class" && string(value) == `"dataset"` {
			return "json-stat"
		}
	}
	if _, err := dec.Token(); err != nil { // the closing brace
		return "json"
	}
	if dec.More() {
		return "jsonl"
	}
	return "json"
}

// delimited reports whether the first lines, two at least, hold one and the same number (at least one) of one
// delimiter outside quotes. The last line of a full head is left out, because it may be cut.
func delimited(b []byte) bool {
	if len(b) == HeadSize {
		b = b[:bytes.LastIndexByte(b, '\n')+1]
	}
	for _, delim := range []byte{',', ';', '\t', '|'} {
		if n, lines := delimiters(b, delim); n > 0 && lines > 1 {
			return true
		}
	}
	return false
}

// delimiters counts delim in each of the first 20 lines that are not empty; n is -1 if the counts differ.
func delimiters(b []byte, delim byte) (n, lines int) {
	count, quoted, empty := 0, false, true
	for i := 0; i <= len(b) && lines < 20; i++ {
		end := i == len(b) || b[i] == '\n' && !quoted
		switch {
		case end && empty:
		case end && lines > 0 && count != n:
			return -1, lines
		case end:
			n, count, empty = count, 0, true
			lines++
		case b[i] == '"':
			quoted, empty = !quoted, false
		case b[i] == delim && !quoted:
			count++
			empty = false
		default:
			empty = empty && b[i] == '\r'
		}
	}
	return n, lines
}
