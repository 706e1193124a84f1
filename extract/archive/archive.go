package archive

import (
	"bufio"
	"bytes"
	"compress/flate"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"path"
	"strings"
	"sync"

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
	offset     int64  // of the local header
	own        string // what the part's own header calls it, where the directory says otherwise
	twice      bool   // another entry has the same name
}

// Size gives the unpacked size in bytes, as announced. A Reader never gives more.
func (e *Entry) Size() int64 { return e.unpacked }

// Archive is a zip file whose directory passed the limits. It is used from one goroutine. The standard library's reader is not used because it
// reads the whole directory, however large, before anybody can object.
type Archive struct {
	r     io.ReaderAt
	size  int64
	parts map[string]*Entry // by folded name
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
		if e.own, err = a.otherName(&e); err != nil {
			return nil, err
		}
		a.add(Fold(e.Name), &e)
		if e.own != "" {
			a.add(Fold(e.own), &e)
		}
	}
	if uint64(n) != count && uint64(n)&0xFFFF != count {
		return nil, sheet.Refuse(sheet.CodeDamaged, "", "the archive announces %d parts, its directory lists %d", count, n)
	}
	return a, nil
}

func (a *Archive) add(key string, e *Entry) {
	if other := a.parts[key]; other != nil && other != e {
		other.twice = true
		return
	}
	a.parts[key] = e
}

// otherName gives what the part's own header calls it, if the directory says otherwise: no checksum covers the names. Such a part is
// found under both, and is then refused: under one name alone, nobody would miss a part that a document may lack. A part that nobody
// looks for, a picture or a chart, does no harm. Parts without a header are for whoever opens them.
func (a *Archive) otherName(e *Entry) (string, error) {
	const usual = 64
	var local [localSize + usual]byte
	head := local[:min(int64(len(local)), max(0, a.size-e.offset))]
	if len(head) < localSize {
		return "", nil
	}
	if err := readFull(a.r, head, e.offset); err != nil {
		return "", err
	}
	if !bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		return "", nil
	}
	name := head[localSize:]
	if n := int(binary.LittleEndian.Uint16(head[26:])); n <= len(name) {
		name = name[:n]
	} else {
		name = make([]byte, min(int64(n), a.size-e.offset-localSize))
		if err := readFull(a.r, name, e.offset+localSize); err != nil {
			return "", err
		}
	}
	if own := strings.ToValidUTF8(string(name), "\uFFFD"); own != e.Name && Fold(own) != Fold(e.Name) {
		return own, nil
	}
	return "", nil
}

// findDirectory reads the end record and then the directory it points at.
func findDirectory(r io.ReaderAt, size int64) (directory []byte, count uint64, err error) {
	// The end record is followed by a comment of up to 64 KiB, which hardly any archive has.
	var tail []byte
	at := -1
	for _, length := range []int64{1 << 10, endSize + 1<<16} {
		tail = make([]byte, min(size, length))
		if err := readFull(r, tail, size-int64(len(tail))); err != nil {
			return nil, 0, err
		}
		if at = findEnd(tail); at >= locatorSize {
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

// findEnd gives where in the tail of an archive its end record begins, -1 if there is none.
func findEnd(tail []byte) int {
	for i := len(tail) - endSize; i >= 0; i-- {
		if bytes.HasPrefix(tail[i:], []byte("PK\x05\x06")) && i+endSize+int(binary.LittleEndian.Uint16(tail[i+20:])) <= len(tail) {
			return i
		}
	}
	return -1
}

// Find gives the part of this name, whatever its case and slashes; nil if there is none.
func (a *Archive) Find(name string) *Entry { return a.parts[Fold(name)] }

// Names lists the parts as written, in no order.
func (a *Archive) Names() []string {
	names := make([]string, 0, len(a.parts))
	for key, e := range a.parts {
		if key == Fold(e.Name) {
			names = append(names, e.Name)
		}
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

// Reader opens a part as a stream. Parts may be open at the same time; each Reader must be closed. Its EOF is a proof: it
// comes only after as many bytes as the directory announced, and they match their CRC. Every other error about the
// content is a *sheet.FileError, and what was read before it must be thrown away.
func (a *Archive) Reader(ctx context.Context, e *Entry) (io.ReadCloser, error) {
	switch {
	case e.twice:
		return nil, sheet.Refuse(sheet.CodeDamaged, e.Name, "the archive holds two parts of this name")
	case e.own != "":
		return nil, sheet.Refuse(sheet.CodeDamaged, e.Name, "the header of the part calls it %q", e.own)
	case e.flags&1 != 0:
		return nil, sheet.Refuse(sheet.CodeEncrypted, e.Name, "this part of the archive is encrypted")
	case e.method != 0 && e.method != 8:
		return nil, sheet.Refuse(sheet.CodeUnsupported, e.Name, "compression method %d; workbooks use 0 or 8", e.method)
	case e.method == 0 && e.compressed != e.unpacked, e.unpacked > (e.compressed+1)*maxDeflateRatio:
		return nil, sheet.Refuse(sheet.CodeDamaged, e.Name, "%d compressed bytes can not unpack to %d", e.compressed, e.unpacked)
	}
	var local [localSize]byte
	if e.offset > a.size-localSize {
		return nil, sheet.Refuse(sheet.CodeDamaged, e.Name, "the part lies outside the file")
	}
	if err := readFull(a.r, local[:], e.offset); err != nil {
		return nil, err
	}
	start := e.offset + localSize + int64(binary.LittleEndian.Uint16(local[26:])) + int64(binary.LittleEndian.Uint16(local[28:]))
	if !bytes.HasPrefix(local[:], []byte("PK\x03\x04")) || start > a.size || e.compressed > a.size-start {
		return nil, sheet.Refuse(sheet.CodeDamaged, e.Name, "the part lies outside the file or has no header")
	}
	r := &reader{ctx: ctx, e: e, left: e.unpacked}
	packed := io.NewSectionReader(a.r, start, e.compressed)
	if e.method == 0 {
		r.src = packed
		return r, nil
	}
	r.inflater = inflaters().Get().(*inflater)
	r.inflater.reset(packed)
	r.src = r.inflater.out
	return r, nil
}

// inflater is what unpacking needs; it is kept and reused, from archive to archive, because it is larger than most parts.
type inflater struct {
	in  *bufio.Reader
	out io.ReadCloser
}

// inflaters are those not in use.
var inflaters = sync.OnceValue(func() *sync.Pool {
	return &sync.Pool{New: func() any {
		in := bufio.NewReaderSize(nil, 32<<10)
		return &inflater{in: in, out: flate.NewReader(in)}
	}}
})

func (i *inflater) reset(r io.Reader) {
	i.in.Reset(r)
	i.out.(flate.Resetter).Reset(i.in, nil) // never fails: it only fails for a dictionary that is too long
}

// reader is one open part.
type reader struct {
	ctx      context.Context
	e        *Entry
	src      io.Reader
	inflater *inflater // nil if the part is stored, or closed
	left     int64     // announced and not yet read
	crc      uint32
	err      error // the first one, which stays
}

func (r *reader) Read(p []byte) (int, error) {
	if r.err != nil || len(p) == 0 {
		return 0, r.err
	}
	n, err := r.read(p)
	r.err = err
	return n, err
}

func (r *reader) read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, sheet.Stopped(err, r.e.Name)
	}
	var beyond [1]byte // one byte more than announced is asked for, to see whether there is more
	if r.left == 0 {
		p = beyond[:]
	} else if int64(len(p)) > r.left {
		p = p[:r.left]
	}
	n, err := r.src.Read(p)
	var corrupt flate.CorruptInputError
	if n > 0 && r.left == 0 {
		return 0, sheet.Refuse(sheet.CodeDamaged, r.e.Name, "the part unpacks to more than the %d bytes it announces", r.e.unpacked)
	}
	r.crc = crc32.Update(r.crc, crc32.IEEETable, p[:n])
	r.left -= int64(n)
	switch {
	case err == nil:
		return n, nil
	case errors.As(err, &corrupt), errors.Is(err, io.ErrUnexpectedEOF):
		return n, &sheet.FileError{Code: sheet.CodeDamaged, Part: r.e.Name, Detail: "the compressed data are damaged", Err: err}
	case !errors.Is(err, io.EOF):
		return n, err // of the file itself, which may be readable another time
	case r.left > 0:
		return n, sheet.Refuse(sheet.CodeDamaged, r.e.Name, "the part ends after %d of %d bytes", r.e.unpacked-r.left, r.e.unpacked)
	case r.crc != r.e.crc:
		return n, sheet.Refuse(sheet.CodeDamaged, r.e.Name, "the part's bytes do not match their checksum")
	}
	return n, io.EOF
}

func (r *reader) Close() error {
	if r.inflater != nil {
		r.inflater.in.Reset(nil) // the file is not kept
		inflaters().Put(r.inflater)
		r.inflater = nil
	}
	if r.err == nil {
		r.err = errClosed
	}
	return nil
}

var errClosed = errors.New("the part was closed")

// Read inflates a whole part into buf, which grows as needed and is given back for reuse, with the promises of Reader. It
// is for small parts: a part may be as large as the limits allow, and Size says how large.
func (a *Archive) Read(ctx context.Context, e *Entry, buf []byte) ([]byte, error) {
	r, err := a.Reader(ctx, e)
	if err != nil {
		return buf, err
	}
	defer r.Close()
	// The announced size is believed: it is within the limits and within what so many bytes can unpack to.
	if int64(cap(buf)) <= e.unpacked {
		buf = make([]byte, 0, e.unpacked+1)
	}
	for buf = buf[:0]; ; {
		n, err := r.Read(buf[len(buf):min(cap(buf), len(buf)+1<<20)])
		buf = buf[:len(buf)+n]
		if errors.Is(err, io.EOF) {
			return buf, nil
		}
		if err != nil {
			return buf, err
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
