package delimited

import "strings"

// splitNumbers looks for commas that separate fields and group digits alike, as in "1,Số hộ,15,020": nobody can tell then
// which are which. It takes the records of a text that commas separate.
type splitNumbers struct {
	size   int   // fields of the records with numbers, and of the one before the first of them
	before int   // fields of the record before
	ragged bool  // they differ
	line   int64 // of the first record with fields that may be pieces of one number
}

func (s *splitNumbers) add(record string, fields []string, line int64) {
	if len(fields) < 2 { // a title, or nothing
		s.before = 0
		return
	}
	data := false
	for i, f := range fields {
		if !digits(f, 1, 15) || len(f) == 4 && f >= "1950" && f <= "2060" { // a year stands in headers
			continue
		}
		data = true
		if s.line > 0 || i+1 == len(fields) {
			continue
		}
		next := fields[i+1]
		piece := digits(f, 1, 3) && digits(next, 3, 3) || digits(next, 1, 2)
		if piece && strings.Contains(record, f+","+next) { // and no quotes around them
			s.line = line
		}
	}
	if data {
		if s.size == 0 {
			if s.size = s.before; s.size == 0 {
				s.size = len(fields)
			}
		}
		s.ragged = s.ragged || s.size != len(fields)
	}
	s.before = len(fields)
}

// found gives the line of such a record, 0 if there is none.
func (s *splitNumbers) found() int64 {
	if s.ragged {
		return s.line
	}
	return 0
}

func digits(s string, least, most int) bool {
	s = strings.TrimLeft(strings.TrimSpace(s), "-(")
	return len(s) >= least && len(s) <= most && strings.Trim(s, "0123456789") == ""
}
