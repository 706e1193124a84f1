package xlsx

import (
	"unsafe"

	"github.com/phuluc/phuluc/extract/sheet"
)

// stringTable is the shared strings of a workbook. The texts of stringGroup strings are one piece of memory, and offsets
// into it instead of strings keep a table of millions of empty strings small.
type stringTable struct {
	groups []string
	at     []uint32            // where string i begins in its group
	runs   map[int][]sheet.Run // of the rich texts; the font "" is that of the cell
}

const (
	stringGroup = 256
	runSize     = int(unsafe.Sizeof(sheet.Run{}))
)

func (t *stringTable) len() int { return len(t.at) }

func (t *stringTable) get(i int) string {
	group, from := t.groups[i/stringGroup], t.at[i]
	if i++; i%stringGroup == 0 || i == len(t.at) {
		return group[from:]
	}
	return group[from:t.at[i]]
}

// parseStrings reads the shared strings part.
func parseStrings(l *lexer) (t stringTable, err error) {
	var text []byte // of the last group
	var total int64
	err = l.document("sst", func(name string) error {
		if name != "si" {
			return l.skip()
		}
		n := len(t.at)
		if l.lim.Cells > 0 && n >= l.lim.Cells {
			return sheet.Refuse(sheet.CodeLimit, l.part, "there are more than %d shared strings", l.lim.Cells)
		}
		from := len(text)
		var runs []sheet.Run
		if text, runs, err = l.richText(text); err != nil {
			return err
		}
		if tooLong(text[from:], l.lim.StringLength) {
			return sheet.Refuse(sheet.CodeLimit, l.part, "shared string %d is longer than %d characters", n, l.lim.StringLength)
		}
		if total += int64(len(text) - from + len(runs)*runSize); l.lim.SharedBytes > 0 && total > l.lim.SharedBytes {
			return sheet.Refuse(sheet.CodeLimit, l.part, "the shared strings need more than %d bytes", l.lim.SharedBytes)
		}
		if runs != nil {
			if t.runs == nil {
				t.runs = map[int][]sheet.Run{}
			}
			t.runs[n] = runs
		}
		if t.at = append(t.at, uint32(from)); len(t.at)%stringGroup == 0 {
			t.groups = append(t.groups, string(text))
			text = text[:0]
		}
		return nil
	})
	t.groups = append(t.groups, string(text))
	return t, err
}

// richText appends the text of an element that holds <t> or runs <r><t>. Phonetic runs (<rPh>, the reading of
// characters) are no part of the text. The runs are nil if none has a font of its own, which is what rFont says, or is struck through.
func (l *lexer) richText(dst []byte) (_ []byte, runs []sheet.Run, err error) {
	from := len(dst)
	cr := false // the last piece ended in a CR, to which an LF may belong
	piece := func() (err error) {
		start := len(dst)
		if dst, err = l.content(dst); err != nil || len(dst) == start {
			return err
		}
		if n := l.lim.StringLength; n > 0 && len(dst)-from > n*len("_x0000_") {
			return sheet.Refuse(sheet.CodeLimit, l.part, "a text is longer than %d characters", n)
		}
		p := unescape(dst[start:])
		ends := p[len(p)-1] == '\r'
		if cr && p[0] == '\n' {
			p = p[:copy(p, p[1:])]
		}
		cr = ends
		dst = dst[:start+len(lineEnds(p))]
		return nil
	}
	fonts := false
	var raised [][2]int
	err = l.children(func(name string) error {
		switch name {
		case "t":
			if start := len(dst) - from; fonts {
				runs = append(runs, sheet.Run{From: start})
			}
			return piece()
		case "r":
			run, up := sheet.Run{From: len(dst) - from}, false
			err := l.children(func(name string) (err error) {
				switch name {
				case "rPr":
					return l.children(func(name string) (err error) {
						switch name {
						case "rFont":
							run.Font, err = l.fontName()
						case "strike":
							run.Struck, err = l.on()
						case "vertAlign":
							var v string
							v, err = l.attr("val")
							up = v == "superscript"
						}
						if err != nil {
							return err
						}
						return l.skip()
					})
				case "t":
					return piece()
				}
				return l.skip()
			})
			if len(dst)-from > run.From && (fonts || run.Font != "" || run.Struck) {
				fonts = true
				if n := len(runs); n == 0 || !run.LooksLike(runs[n-1]) {
					runs = append(runs, run)
				}
			}
			if end := len(dst) - from; up && end > run.From {
				raised = append(raised, [2]int{run.From, end})
			}
			return err
		}
		return l.skip()
	})
	if len(raised) > 0 && err == nil {
		dst = append(dst[:from], sheet.Raise(string(dst[from:]), raised, runs)...)
	}
	return dst, runs, err
}

// fontName gives the attribute val of the last start tag. The format's own program allows 31 characters.
func (l *lexer) fontName() (string, error) {
	raw, _, well := attr(l.attrs, "val")
	if name, ok := l.fonts[string(raw)]; ok && well {
		return name, nil
	}
	name, err := l.attr("val")
	switch {
	case err != nil:
		return "", err
	case len(name) > 255:
		return "", sheet.Refuse(sheet.CodeLimit, l.part, "the name of a font is longer than 255 bytes (byte %d)", l.base+int64(l.p))
	case l.lim.Styles > 0 && len(l.fonts) >= l.lim.Styles:
		return "", sheet.Refuse(sheet.CodeLimit, l.part, "there are more than %d fonts", l.lim.Styles)
	case l.fonts == nil:
		l.fonts = map[string]string{}
	}
	l.fonts[string(raw)] = name
	return name, nil
}

// on gives the attribute val of the last start tag, which switches something on that is on where it is left out.
func (l *lexer) on() (bool, error) {
	v, err := l.attr("val")
	return v != "0" && v != "false", err
}

// inStyle gives the runs of a text in a cell of this font: those that change something.
func inStyle(runs []sheet.Run, font string, struck bool) (out []sheet.Run) {
	last := sheet.Run{Font: font, Struck: struck}
	for _, r := range runs {
		if r.Font == "" { // as the cell
			r.Font, r.Struck = font, r.Struck || struck
		}
		if !r.LooksLike(last) {
			out = append(out, r)
		}
		last = r
	}
	return out
}

// tooLong counts UTF-16 units, as the limit of the format does, but only if it has to.
func tooLong[T string | []byte](b T, limit int) bool {
	if limit <= 0 || len(b) <= limit {
		return false
	}
	n := 0
	for _, r := range string(b) {
		if r > 0xFFFF {
			n++
		}
		n++
	}
	return n > limit
}

// keeper stores small strings in blocks: one allocation for a thousand numbers instead of a thousand. What was stored is
// never written again, so that the strings may point into the block.
type keeper struct {
	block []byte
	n     int // used
}

const keeperBlock = 8 << 10

func (k *keeper) keep(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	if len(k.block)-k.n < len(b) {
		k.block, k.n = make([]byte, max(keeperBlock, len(b))), 0
	}
	from := k.n
	k.n += copy(k.block[from:], b)
	return unsafe.String(&k.block[from], len(b))
}
