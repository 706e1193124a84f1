package xls

// links is what the workbook says about other workbooks its formulas refer to.
type links struct {
	outside []bool // by supporting book: whether it is another workbook
	books   []int  // supporting book, by the number that references use
	names   []bool // by defined name: whether it refers to another workbook
	any     bool
}

// supportingBook reads what a book of the list is ([MS-XLS] SupBook): this workbook, functions of a program, or a file.
func (w *Workbook) supportingBook(r record) error {
	if err := w.least(r, 4); err != nil {
		return err
	}
	const own, functions = 0x0401, 0x3A01
	n := le.Uint16(r.data[2:])
	outside := n != own && n != functions && n != 1 // one character stands for this workbook, or for no use
	w.links.outside = append(w.links.outside, outside)
	w.links.any = w.links.any || outside
	return nil
}

// references reads which supporting book each number in a formula stands for (ExternSheet). BIFF5 has a record for each
// book instead and marks a reference outwards in the formula itself.
func (w *Workbook) references(r record) error {
	if !w.biff8 {
		w.links.any = true
		return nil
	}
	c := w.cursor(r, 0)
	for n := c.u16(); n > 0 && c.err == nil; n-- {
		w.links.books = append(w.links.books, c.u16())
		c.skip(4)
	}
	return c.err
}

// definedName tells whether a name (Lbl) refers to another workbook.
func (w *Workbook) definedName(r record) {
	at := 14 + 1 + int(r.data[3])
	if !w.biff8 {
		at--
	} else if r.data[14]&1 != 0 {
		at += int(r.data[3])
	}
	n := int(le.Uint16(r.data[4:]))
	w.links.names = append(w.links.names, at+n > len(r.data) || w.refersOutside(r.data[at:at+n]))
}

// refersOutside tells whether a formula reads another workbook. A formula that is not understood may do so.
func (w *Workbook) refersOutside(f []byte) bool {
	if !w.links.any {
		return false
	}
	for len(f) > 0 {
		token := f[0]
		f = f[1:]
		if token >= 0x40 { // the same operands, for arrays and values
			token = token&0x1F | 0x20
		}
		n := w.operand(token, f)
		if n < 0 || n > len(f) {
			return true
		}
		switch token {
		case 0x23: // a name
			if name := int(le.Uint16(f)) - 1; name < 0 || name >= len(w.links.names) || w.links.names[name] {
				return true
			}
		case 0x39, 0x3A, 0x3B, 0x3C, 0x3D: // a name, a cell or a range elsewhere
			if book := le.Uint16(f); w.biff8 {
				if int(book) >= len(w.links.books) {
					return true
				}
				if s := w.links.books[book]; s >= len(w.links.outside) || w.links.outside[s] {
					return true
				}
			} else if int16(book) > 0 {
				return true
			}
		}
		f = f[n:]
	}
	return false
}

// operand gives how many bytes belong to a token of a formula that begins with them ([MS-XLS] Ptg), -1 if that is
// not known.
func (w *Workbook) operand(token byte, f []byte) int {
	pick := func(biff8, biff5 int) int {
		if w.biff8 {
			return biff8
		}
		return biff5
	}
	switch {
	case token >= 0x03 && token <= 0x16: // operators, brackets, a missing argument
		return 0
	case token == 0x17 && len(f) >= 2: // a text
		if w.biff8 {
			return 2 + int(f[0])<<(f[1]&1)
		}
		return 1 + int(f[0])
	case token == 0x19 && len(f) >= 3: // what stands around functions
		if f[0]&4 != 0 { // a jump for each choice
			return 5 + 2*int(le.Uint16(f[1:]))
		}
		return 3
	}
	switch token {
	case 0x1C, 0x1D: // an error, a truth
		return 1
	case 0x1E, 0x21, 0x29, 0x2E, 0x2F:
		return 2
	case 0x22: // a function
		return 3
	case 0x01, 0x02: // a formula kept elsewhere
		return 4
	case 0x18:
		return 5
	case 0x26, 0x27, 0x28:
		return 6
	case 0x20: // an array
		return 7
	case 0x1F: // a number
		return 8
	case 0x24, 0x2A, 0x2C: // a cell
		return pick(4, 3)
	case 0x25, 0x2B, 0x2D: // a range
		return pick(8, 6)
	case 0x23:
		return pick(4, 14)
	case 0x39:
		return pick(6, 24)
	case 0x3A, 0x3C:
		return pick(6, 17)
	case 0x3B, 0x3D:
		return pick(10, 20)
	}
	return -1
}

// reads tells whether the formula in record r reads another workbook. Formulas that cells share, or that fill several
// cells, stand in a record behind the first of them; the others say which cell that is.
func (s *scan) reads(r record) bool {
	w := s.w
	if !w.links.any {
		return false
	}
	f := r.data[20:]
	n := int(le.Uint16(f))
	if f = f[2:]; n > len(f) {
		return true
	}
	f = f[:n]
	if n != 5 || f[0] != 1 {
		return w.refersOutside(f)
	}
	first := [2]uint16{le.Uint16(f[1:]), le.Uint16(f[3:])}
	if next, err := w.record(r.end); err == nil {
		at := 0 // of the formula and its length
		switch next.id {
		case idSharedFormula:
			at = 8
		case idArray:
			at = 12
		}
		if at > 0 {
			outside := true
			if at+2 <= len(next.data) {
				if n := int(le.Uint16(next.data[at:])); at+2+n <= len(next.data) {
					outside = w.refersOutside(next.data[at+2 : at+2+n])
				}
			}
			if outside {
				if s.outside == nil {
					s.outside = map[[2]uint16]bool{}
				}
				s.outside[first] = true
			}
		}
	}
	return s.outside[first]
}

// without tells whether the result of a formula says nothing. Programs that do not compute write formulas with 0 or the
// empty text for a result, and leave it to the next program to compute. Excel since 2000 notes that it has computed; where
// that note is missing, one other result in the workbook is proof enough.
func (w *Workbook) without(result []byte) bool {
	if !idle(result) {
		return false
	}
	if w.computed == nil {
		computed := w.anyResult()
		w.computed = &computed
	}
	return !*w.computed
}

func idle(result []byte) bool {
	v := le.Uint64(result)
	return v == 0 || v>>48 == 0xFFFF && v&0xFF == 3
}

// anyResult looks for a formula with a result.
func (w *Workbook) anyResult() bool {
	for _, p := range w.sheets {
		if p.at == 0 {
			continue
		}
		depth := 0
		for at := p.at; ; {
			r, err := w.record(at)
			if err != nil {
				return true // the sheet is refused
			}
			at = r.end
			if r.id == idBOF {
				depth++
			}
			if r.id == idEOF {
				if depth--; depth == 0 {
					break
				}
			}
			if depth == 1 && r.id == idFormula && len(r.data) >= 14 && !idle(r.data[6:]) {
				return true
			}
		}
	}
	return false
}
