package xlsx

import "bytes"

// census is the second count: how many rows, cells and values the bytes of a sheet hold. It knows nothing of how
// cells are read, it looks at every "<" once and at the name behind it. What the scanner hands over must agree with
// it. It also collects the merged ranges, which stand behind the cells they speak of.
type census struct {
	rows, cells int
	values      int // cells with a <v> or <is> that is not self-closing
	merged      int // merged ranges
	merges      [][]byte
}

// takeCensus keeps at most limit merged ranges, all if limit is 0.
func takeCensus(b []byte, limit int) (c census) {
	inside, waiting := false, false // inside <sheetData>; a cell without a value so far
	for p := 0; ; {
		i := bytes.IndexByte(b[p:], '<')
		if i < 0 || p+i+1 >= len(b) {
			return c
		}
		p += i + 1
		closing := false
		switch b[p] {
		case '!':
			end := ">"
			if bytes.HasPrefix(b[p:], []byte("!--")) {
				end = "-->"
			} else if bytes.HasPrefix(b[p:], []byte("![CDATA[")) {
				end = "]]>"
			}
			if i = bytes.Index(b[p:], []byte(end)); i < 0 {
				return c
			}
			p += i + len(end)
			continue
		case '?':
			if i = bytes.Index(b[p:], []byte("?>")); i < 0 {
				return c
			}
			p += i + 2
			continue
		case '/':
			if p+2 < len(b) && (b[p+1] == 'c' || b[p+1] == 'v') && b[p+2] == '>' {
				continue
			}
			closing = true
			p++
		}
		from := p
		for p < len(b) && b[p] > ' ' && b[p] != '>' && b[p] != '/' {
			if b[p] == ':' {
				from = p + 1
			}
			p++
		}
		name := b[from:p]
		switch {
		case closing:
			if string(name) == "sheetData" {
				inside = false
			}
		case inside && len(name) == 1 && name[0] == 'c':
			c.cells++
			waiting = true
		case inside && waiting && (len(name) == 1 && name[0] == 'v' || string(name) == "is"):
			if i = bytes.IndexByte(b[p:], '>'); i >= 0 && b[p+i-1] != '/' {
				c.values++
				waiting = false
			}
		case inside && string(name) == "row":
			c.rows++
		case string(name) == "sheetData":
			i = bytes.IndexByte(b[p:], '>')
			inside = i >= 0 && b[p+i-1] != '/'
		case !inside && string(name) == "mergeCell":
			c.merged++
			if i = bytes.IndexByte(b[p:], '>'); i >= 0 && (limit == 0 || len(c.merges) < limit) {
				ref, _, _ := attr(bytes.TrimSuffix(b[p:p+i], []byte("/")), "ref")
				c.merges = append(c.merges, ref)
			}
		}
	}
}
