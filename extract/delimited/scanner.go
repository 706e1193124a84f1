package delimited

// scanner finds the records of a text byte by byte, for one separator, and counts their fields. It knows nothing of what
// the fields hold.
type scanner struct {
	sep    byte
	state  uint8
	line   int64 // of the byte last seen, 1-based
	opened int64 // line on which the open quote stands
	err    error // ErrBareQuote; nothing is counted after it

	fields int   // of the record that is open, those that ended
	filled int   // of them those that are not empty
	any    bool  // the open field is not empty
	bytes  bool  // the open record is not empty
	cr     bool  // the last byte was a carriage return, which counts only if no line end follows
	cells  int64 // fields that are not empty, of ended records
}

const (
	atStart  uint8 = iota // of a field
	inText                // of a field without quotes
	inQuotes              //
	atQuote               // the quote seen last closes the field or is half of a doubled one
)

func newScanner(sep byte) scanner { return scanner{sep: sep, line: 1} }

// inside reports whether a byte changes nothing: most do, and need no step.
func (s *scanner) inside(b byte) bool {
	return s.state == inText && b > '\r' && b != s.sep && !s.cr || s.state == inQuotes && s.any && b != '"' && b != '\n'
}

// step takes one byte and reports whether a record ends with it; its numbers are then in fields and filled, until begin.
func (s *scanner) step(b byte) bool {
	if s.err != nil {
		return false
	}
	if s.state == inQuotes {
		switch b {
		case '"':
			s.state = atQuote
		case '\n':
			s.line++
			s.any = true
		default:
			s.any = true
		}
		return false
	}
	switch b {
	case '\n':
		s.cr = false
		return true
	case '\r':
		s.cr = true
		return false
	}
	if s.cr { // it was not part of a line end
		s.cr = false
		s.text()
	}
	s.bytes = true
	switch {
	case s.err != nil:
	case b == s.sep:
		s.end()
	case b != '"':
		s.text()
	case s.state == atStart:
		s.state, s.opened = inQuotes, s.line
	case s.state == atQuote:
		s.state, s.any = inQuotes, true
	}
	return false
}

func (s *scanner) text() {
	if s.state == atQuote {
		s.err = ErrBareQuote
		return
	}
	s.state, s.any, s.bytes = inText, true, true
}

func (s *scanner) end() {
	s.fields++
	if s.any {
		s.filled++
	}
	s.state, s.any = atStart, false
}

// finish ends the record that step or the end of the file ended.
func (s *scanner) finish() {
	s.end()
	s.cells += int64(s.filled)
}

// begin starts the next record.
func (s *scanner) begin() { *s = scanner{sep: s.sep, line: s.line + 1, cells: s.cells} }
