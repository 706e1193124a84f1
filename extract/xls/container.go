package xls

import (
	"encoding/binary"
	"errors"
	"io"
	"strings"

	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/richardlehane/mscfb"
)

var le = binary.LittleEndian

const (
	oleMagic   = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"
	headerSize = 512
	entrySize  = 128        // of the directory
	endOfChain = 0xFFFFFFFE // the sector is the last of its stream
	freeSector = 0xFFFFFFFF
)

// container is what a compound file ([MS-CFB]) holds for us.
type container struct {
	name    string // of the stream that holds the workbook
	book    []byte
	summary []byte // the property set of the document, nil if there is none
}

// openContainer finds the workbook in a compound file. The walk over the directory and the streams is mscfb's; what it
// would walk over is looked at before, because it allocates what the header announces, copies the path of every entry
// and does not see that sectors are missing at the end.
func openContainer(r io.ReaderAt, size int64, lim sheet.Limits) (*container, error) {
	if err := guardContainer(r, size, lim); err != nil {
		return nil, err
	}
	watched := &watchedReader{r: r}
	damaged := func(err error) error {
		if watched.err != nil {
			return watched.err
		}
		return &sheet.FileError{Code: sheet.CodeDamaged, Detail: "the container of the workbook contradicts itself", Err: err}
	}
	d, err := mscfb.New(watched)
	if err != nil {
		return nil, damaged(err)
	}
	var book, summary *mscfb.File
	for _, f := range d.File {
		if len(f.Path) > 0 || f.FileInfo().IsDir() {
			continue
		}
		switch name := strings.ToLower(f.Name); {
		case name == "encryptedpackage":
			return nil, sheet.Refuse(sheet.CodeEncrypted, "", "the workbook is encrypted")
		case name == "workbook", name == "book" && book == nil: // Excel 97 can save both: Book is for Excel 95
			book = f
		case name == "summaryinformation" && f.Initial == 5:
			summary = f
		}
	}
	if book == nil {
		return nil, sheet.Refuse(sheet.CodeNotWorkbook, "", "the content is a compound file without a workbook")
	}
	c := &container{name: book.Name}
	if c.book, err = readStream(book, size, lim); err != nil {
		var refused *sheet.FileError
		if errors.As(err, &refused) {
			return nil, err
		}
		return nil, damaged(err)
	}
	if summary != nil && summary.Size <= maxSummary {
		// It says nothing about cells: one that can not be read is no fault of the workbook.
		c.summary, _ = readStream(summary, size, lim)
	}
	return c, nil
}

// readStream reads a stream in pieces: one read of mscfb costs the square of its sectors.
func readStream(f *mscfb.File, size int64, lim sheet.Limits) ([]byte, error) {
	const piece = 64 << 10
	switch {
	case f.Size > size:
		return nil, sheet.Refuse(sheet.CodeTruncated, f.Name, "the stream has %d bytes, the whole file %d", f.Size, size)
	case lim.UnpackedBytes > 0 && f.Size > lim.UnpackedBytes:
		return nil, sheet.Refuse(sheet.CodeLimit, f.Name, "the stream has %d bytes, more than %d", f.Size, lim.UnpackedBytes)
	}
	b := make([]byte, f.Size)
	for at := 0; at < len(b); {
		n, err := f.Read(b[at:min(at+piece, len(b))])
		at += n
		if err != nil && at < len(b) {
			return nil, err
		}
	}
	return b, nil
}

// guardContainer checks what announces sizes: the header, the allocation table, the length of the directory.
func guardContainer(r io.ReaderAt, size int64, lim sheet.Limits) error {
	head := make([]byte, headerSize)
	if err := readFull(r, head, 0); err != nil {
		return err
	}
	shift := le.Uint16(head[30:])
	if shift != 9 && shift != 12 {
		return sheet.Refuse(sheet.CodeDamaged, "", "the container has sectors of 2^%d bytes", shift)
	}
	sectorSize := int64(1) << shift
	sectors := uint32(min((size-1)>>shift, freeSector-8)) // the header takes the room of one; the last may be short
	sector := make([]byte, sectorSize)
	read := func(n uint32) error {
		if n >= sectors {
			return sheet.Refuse(sheet.CodeTruncated, "", "sector %d of the container is behind the end of the file", n)
		}
		return readFull(r, sector, (int64(n)+1)<<shift)
	}

	tables, more := le.Uint32(head[44:]), le.Uint32(head[72:])
	if tables > sectors || more > sectors {
		return sheet.Refuse(sheet.CodeTruncated, "", "the container announces %d and %d sectors of tables, but has %d sectors", tables, more, sectors)
	}
	var table []uint32 // sectors that hold the allocation table
	for at := 76; at < headerSize; at += 4 {
		table = append(table, le.Uint32(head[at:]))
	}
	for next, n := le.Uint32(head[68:]), uint32(0); n < more && len(table) < int(tables); n++ {
		if err := read(next); err != nil {
			return err
		}
		for at := 0; at < len(sector)-4; at += 4 {
			table = append(table, le.Uint32(sector[at:]))
		}
		next = le.Uint32(sector[len(sector)-4:])
	}
	table = table[:min(len(table), int(tables))]

	// next[i] is the sector that follows sector i in its stream.
	next := make([]uint32, 0, len(table)*int(sectorSize)/4)
	for _, n := range table {
		if err := read(n); err != nil {
			return err
		}
		for at := 0; at < len(sector); at += 4 {
			next = append(next, le.Uint32(sector[at:]))
		}
	}
	// lost tells of a sector behind the end that is in use and to which something leads. Programs that call all sectors behind the
	// end the end of a chain lead to none of them: nothing is missing.
	lost := func(n uint32) error {
		if n < sectors || int(n) >= len(next) || next[n] == freeSector {
			return nil
		}
		return sheet.Refuse(sheet.CodeTruncated, "", "the file ends before sector %d of the container, which is in use", n)
	}
	for i, n := range next {
		if i >= int(sectors) && n != endOfChain {
			n = uint32(i)
		}
		if err := lost(n); err != nil {
			return err
		}
	}
	if err := lost(le.Uint32(head[60:])); err != nil { // the table of small streams
		return err
	}
	used := 0 // sectors of the directory
	for n := le.Uint32(head[48:]); n != endOfChain; n = next[n] {
		used++
		switch {
		case n >= sectors:
			return sheet.Refuse(sheet.CodeTruncated, "", "sector %d of the container's directory is behind the end of the file", n)
		case int(n) >= len(next), used > len(next):
			return sheet.Refuse(sheet.CodeDamaged, "", "the container's directory runs through sector %d and has no end", n)
		case lim.Parts > 0 && used > 1+lim.Parts/int(sectorSize/entrySize):
			return sheet.Refuse(sheet.CodeLimit, "", "the container's directory has more than %d entries", lim.Parts)
		}
		if err := read(n); err != nil {
			return err
		}
		for e := sector; len(e) > 0; e = e[entrySize:] {
			const stream, root = 2, 5 // kinds of entries
			if e[66] == root || e[66] == stream && le.Uint32(e[120:]) >= le.Uint32(head[56:]) {
				if err := lost(le.Uint32(e[116:])); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func readFull(r io.ReaderAt, b []byte, at int64) error {
	n, err := r.ReadAt(b, at)
	if n == len(b) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		return sheet.Refuse(sheet.CodeTruncated, "", "the file ends inside a sector of the container, at byte %d", at+int64(n))
	}
	return err
}

// watchedReader keeps the error of the file itself apart from what mscfb makes of it, and answers its many questions for
// a few bytes, one for each sector of a stream, from a page.
type watchedReader struct {
	r    io.ReaderAt
	err  error
	page []byte
	at   int64 // of the page
}

func (w *watchedReader) ReadAt(b []byte, at int64) (int, error) {
	const few, size = 64, 4096
	if len(b) > few {
		return w.read(b, at)
	}
	if at < w.at || at >= w.at+int64(len(w.page)) {
		page := make([]byte, size)
		n, err := w.read(page, at&^(size-1))
		if w.page, w.at = page[:n], at&^(size-1); err != nil && !errors.Is(err, io.EOF) {
			return 0, err
		}
	}
	if from := at - w.at; from < int64(len(w.page)) && from+int64(len(b)) <= int64(len(w.page)) {
		return copy(b, w.page[from:]), nil
	}
	return w.read(b, at)
}

func (w *watchedReader) read(b []byte, at int64) (int, error) {
	n, err := w.r.ReadAt(b, at)
	if err != nil && !errors.Is(err, io.EOF) {
		w.err = err
	}
	if n == len(b) {
		return n, nil
	}
	return n, err
}
