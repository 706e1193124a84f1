package archive

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"path"
	"strings"

	"github.com/phuluc/phuluc/extract/sheet"
)

// Entry is one file of the archive as the directory announces it.
type Entry struct {
	Name       string // as written
	method     uint16
	flags      uint16
	crc        uint32
	compressed int64
	unpacked   int64
	offset     int64 // of the local header
	twice      bool  // another entry has the same name
}

// Archive is a zip file whose directory passed the limits. The standard library's reader is not used because it
// reads the whole directory, however large, before anybody can object.
type Archive struct {
	r     io.ReaderAt
	size  int64
	parts map[string]*Entry // by folded name

	inflater io.ReadCloser // reused from part to part
	packed   []byte
}

// Sizes and signatures: APPNOTE.TXT 6.3.10, 4.3.7, 4.3.12, 4.3.14–16.
const (
	localSize   = 30
	centralSize = 46
	endSize     = 22
	end64Size   = 56
	locatorSize = 20

	// No deflate stream unpacks to more: 258 bytes out of two bits.
	maxDeflateRatio = 1032
)

// Fold makes part names comparable: they are case-insensitive (ECMA-376 part 2, 6.2.2), and some writers use
// backslashes.
func Fold(name string) string {
	name = strings.ToLower(strings.ReplaceAll(name, `\`, "/"))
	return strings.TrimPrefix(path.Clean("/"+name), "/")
}

// Open reads the directory and holds what it announces against the limits, before anything is inflated. Errors about the
// content are *sheet.FileError. r must stay readable until the last use.
func Open(r io.ReaderAt, size int64, lim sheet.Limits) (*Archive, error) {
	if lim.CompressedBytes > 0 && size > lim.CompressedBytes {
		return nil, sheet.Refuse(sheet.CodeLimit, "", "the file has %d bytes, the limit is %d", size, lim.CompressedBytes)
	}
	directory, count, err := findDirectory(r, size)
	if err != nil {
		return nil, err
	}
	a := &Archive{r: r, size: size, parts: map[string]*Entry{}}
	var total int64
	n := 0
	for b := directory; len(b) > 0; n++ {
		if lim.Parts > 0 && n >= lim.Parts {
			return nil, sheet.Refuse(sheet.CodeZipBomb, "", "the archive has more than %d parts", lim.Parts)
		}
		e, length, ok := parseEntry(b)
		if !ok {
			return nil, sheet.Refuse(sheet.CodeDamaged, "", "entry %d of the archive's directory is not readable", n+1)
		}
		b = b[length:]
		total += e.unpacked
		if lim.UnpackedBytes > 0 && (total > lim.UnpackedBytes || total < 0) {
			return nil, sheet.Refuse(sheet.CodeZipBomb, e.Name, "the parts unpack to more than %d bytes", lim.UnpackedBytes)
		}
		if lim.Ratio > 0 && e.unpacked > lim.RatioGrace && e.unpacked/lim.Ratio > e.compressed {
			return nil, sheet.Refuse(sheet.CodeZipBomb, e.Name, "%d bytes unpack to %d, more than %d times as much", e.compressed, e.unpacked, lim.Ratio)
		}
		key := Fold(e.Name)
		if other := a.parts[key]; other != nil {
			other.twice = true
			continue
		}
		a.parts[key] = &e
	}
	if uint64(n) != count && uint64(n)&0xFFFF != count {
		return nil, sheet.Refuse(sheet.CodeDamaged, "", "the archive announces %d parts, its directory lists %d", count, n)
	}
	return a, nil
}

// findDirectory reads the end record and then the directory it points at.
func findDirectory(r io.ReaderAt, size int64) (directory []byte, count uint64, err error) {
	tail := make([]byte, min(size, endSize+1<<16))
	if err := readFull(r, tail, size-int64(len(tail))); err != nil {
		return nil, 0, err
	}
	at := -1
	for i := len(tail) - endSize; i >= 0; i-- {
		if bytes.HasPrefix(tail[i:], []byte("PK\x05\x06")) && i+endSize+int(binary.LittleEndian.Uint16(tail[i+20:])) <= len(tail) {
			at = i
			break
		}
	}
	if at < 0 {
		return nil, 0, sheet.Refuse(sheet.CodeTruncated, "", "the end of the archive is missing; the file was cut, probably while it was copied or sent")
	}
	e := tail[at:]
	count = uint64(binary.LittleEndian.Uint16(e[10:]))
	length := uint64(binary.LittleEndian.Uint32(e[12:]))
	offset := uint64(binary.LittleEndian.Uint32(e[16:]))
	end := uint64(size) - uint64(len(tail)) + uint64(at) // where the directory must be over
	if count == 0xFFFF || length == 0xFFFFFFFF || offset == 0xFFFFFFFF {
		if at < locatorSize || !bytes.HasPrefix(tail[at-locatorSize:], []byte("PK\x06\x07")) {
			return nil, 0, sheet.Refuse(sheet.CodeDamaged, "", "the archive's 64-bit directory is missing")
		}
		end = binary.LittleEndian.Uint64(tail[at-locatorSize+8:])
		var e64 [end64Size]byte
		if end > uint64(size) || uint64(size)-end < end64Size {
			return nil, 0, sheet.Refuse(sheet.CodeTruncated, "", "the archive's 64-bit directory lies outside the file")
		}
		if err := readFull(r, e64[:], int64(end)); err != nil {
			return nil, 0, err
		}
		if !bytes.HasPrefix(e64[:], []byte("PK\x06\x06")) {
			return nil, 0, sheet.Refuse(sheet.CodeDamaged, "", "the archive's 64-bit directory is missing")
		}
		count = binary.LittleEndian.Uint64(e64[32:])
		length = binary.LittleEndian.Uint64(e64[40:])
		offset = binary.LittleEndian.Uint64(e64[48:])
	}
	if offset > end || length > end-offset {
		return nil, 0, sheet.Refuse(sheet.CodeTruncated, "", "the archive's directory lies outside the file; a piece of the file is missing")
	}
	directory = make([]byte, length)
	return directory, count, readFull(r, directory, int64(offset))
}

// Find gives the part of this name, whatever its case and slashes; nil if there is none.
func (a *Archive) Find(name string) *Entry { return a.parts[Fold(name)] }

// Names lists the parts as written, in no order.
func (a *Archive) Names() []string {
	names := make([]string, 0, len(a.parts))
	for _, e := range a.parts {
		names = append(names, e.Name)
	}
	return names
}

// parseEntry reads one header of the directory and gives its length.
func parseEntry(b []byte) (e Entry, length int, ok bool) {
	if len(b) < centralSize || !bytes.HasPrefix(b, []byte("PK\x01\x02")) {
		return e, 0, false
	}
	name := int(binary.LittleEndian.Uint16(b[28:]))
	extra := int(binary.LittleEndian.Uint16(b[30:]))
	length = centralSize + name + extra + int(binary.LittleEndian.Uint16(b[32:]))
	if length > len(b) {
		return e, 0, false
	}
	e = Entry{
		Name:       strings.ToValidUTF8(string(b[centralSize:centralSize+name]), "\uFFFD"),
		flags:      binary.LittleEndian.Uint16(b[8:]),
		method:     binary.LittleEndian.Uint16(b[10:]),
		crc:        binary.LittleEndian.Uint32(b[16:]),
		compressed: int64(binary.LittleEndian.Uint32(b[20:])),
		unpacked:   int64(binary.LittleEndian.Uint32(b[24:])),
		offset:     int64(binary.LittleEndian.Uint32(b[42:])),
	}
	// Values that do not fit 32 bits follow, in this order, in the extra field 0001.
	wide := []*int64{}
	for _, v := range []*int64{&e.unpacked, &e.compressed, &e.offset} {
		if *v == 0xFFFFFFFF {
			wide = append(wide, v)
		}
	}
	for x := b[centralSize+name : centralSize+name+extra]; len(wide) > 0; {
		if len(x) < 4 {
			return e, 0, false
		}
		id, n := binary.LittleEndian.Uint16(x), int(binary.LittleEndian.Uint16(x[2:]))
		if len(x) < 4+n {
			return e, 0, false
		}
		field := x[4 : 4+n]
		x = x[4+n:]
		if id != 1 {
			continue
		}
		for _, v := range wide {
			if len(field) < 8 {
				return e, 0, false
			}
			*v = int64(binary.LittleEndian.Uint64(field))
			field = field[8:]
		}
		break
	}
	return e, length, e.compressed >= 0 && e.unpacked >= 0 && e.offset >= 0
}

// Read inflates a part into buf, which grows as needed and is given back for reuse. It never takes more than the
// directory announced, and what it took must match the announced length and CRC.
func (a *Archive) Read(ctx context.Context, e *Entry, buf []byte) ([]byte, error) {
	switch {
	case e.twice:
		return buf, sheet.Refuse(sheet.CodeDamaged, e.Name, "the archive holds two parts of this name")
	case e.flags&1 != 0:
		return buf, sheet.Refuse(sheet.CodeEncrypted, e.Name, "this part of the archive is encrypted")
	case e.method != 0 && e.method != 8:
		return buf, sheet.Refuse(sheet.CodeUnsupported, e.Name, "compression method %d; workbooks use 0 or 8", e.method)
	case e.method == 0 && e.compressed != e.unpacked, e.unpacked > (e.compressed+1)*maxDeflateRatio:
		return buf, sheet.Refuse(sheet.CodeDamaged, e.Name, "%d compressed bytes can not unpack to %d", e.compressed, e.unpacked)
	}
	var local [localSize]byte
	if e.offset > a.size-localSize {
		return buf, sheet.Refuse(sheet.CodeDamaged, e.Name, "the part lies outside the file")
	}
	if err := readFull(a.r, local[:], e.offset); err != nil {
		return buf, err
	}
	start := e.offset + localSize + int64(binary.LittleEndian.Uint16(local[26:])) + int64(binary.LittleEndian.Uint16(local[28:]))
	if !bytes.HasPrefix(local[:], []byte("PK\x03\x04")) || start > a.size || e.compressed > a.size-start {
		return buf, sheet.Refuse(sheet.CodeDamaged, e.Name, "the part lies outside the file or has no header")
	}
	if int64(cap(a.packed)) < e.compressed {
		a.packed = make([]byte, e.compressed)
	}
	a.packed = a.packed[:e.compressed]
	if err := readFull(a.r, a.packed, start); err != nil {
		return buf, err
	}
	if e.method == 0 {
		buf = append(buf[:0], a.packed...)
	} else {
		var err error
		if buf, err = a.inflate(ctx, e, buf[:0]); err != nil {
			return buf, err
		}
	}
	if int64(len(buf)) != e.unpacked {
		return buf, sheet.Refuse(sheet.CodeDamaged, e.Name, "the part ends after %d of %d bytes", len(buf), e.unpacked)
	}
	if crc32.ChecksumIEEE(buf) != e.crc {
		return buf, sheet.Refuse(sheet.CodeDamaged, e.Name, "the part's bytes do not match their checksum")
	}
	return buf, nil
}

func (a *Archive) inflate(ctx context.Context, e *Entry, buf []byte) ([]byte, error) {
	src := bytes.NewReader(a.packed)
	if a.inflater == nil {
		a.inflater = flate.NewReader(src)
	} else if err := a.inflater.(flate.Resetter).Reset(src, nil); err != nil {
		return buf, err
	}
	// The announced size is believed: it is within the limits and within what so many bytes can unpack to. One byte
	// more is asked for, to see whether there is more.
	if int64(cap(buf)) <= e.unpacked {
		buf = make([]byte, 0, e.unpacked+1)
	}
	const step = 1 << 20
	for {
		if err := ctx.Err(); err != nil {
			return buf, sheet.Stopped(err, e.Name)
		}
		want := int(min(e.unpacked+1-int64(len(buf)), step))
		if want <= 0 {
			return buf, sheet.Refuse(sheet.CodeZipBomb, e.Name, "the part unpacks to more than the %d bytes it announces", e.unpacked)
		}
		n, err := a.inflater.Read(buf[len(buf) : len(buf)+want])
		buf = buf[:len(buf)+n]
		if err == io.EOF {
			return buf, nil
		}
		if err != nil {
			return buf, &sheet.FileError{Code: sheet.CodeDamaged, Part: e.Name, Detail: "the compressed data are damaged", Err: err}
		}
	}
}

func readFull(r io.ReaderAt, b []byte, at int64) error {
	n, err := r.ReadAt(b, at)
	if n == len(b) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		return sheet.Refuse(sheet.CodeTruncated, "", "the file ends before byte %d", at+int64(len(b)))
	}
	return err
}
