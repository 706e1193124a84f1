package layout

import (
	"slices"
	"strings"
)

// measureHeading gives the row without values from which a row has its measure, nil if it says that itself.
func (s *sheetReader) measureHeading(rw *row) *row {
	for p := rw; p != nil; p = p.parent {
		for _, i := range p.labels {
			if s.parsed[i].dims.measure != "" {
				if p == rw || p.values {
					return nil
				}
				return p
			}
		}
	}
	return nil
}

// isHeadedByPlan reports whether a heading says that its rows are plans where none says that theirs are what was done: under a title of results it may
// name the indicators, "Chỉ tiêu tỉnh giao".
func (s *sheetReader) isHeadedByPlan(t *table, rw *row) bool {
	if m := rw.mean.dims.measure; m != "plan" && m != "target" || s.measureHeading(rw) == nil {
		return false
	}
	return !slices.ContainsFunc(t.rows, func(other *row) bool { return other.mean.dims.measure == "actual" })
}

// isBlockMeasure reports whether the row has its measure of a heading, "Kết quả năm 2018", over columns of which one is of what was done and
// this one is of something else: the heading tells the year then, and the columns what they hold.
func (s *sheetReader) isBlockMeasure(cx *cellContext, rw *row, cm *meaning) bool {
	d := &rw.mean.dims
	if d.measure == "plan" && cm.dims.measure != "" && cm.dims.measure != "plan" {
		h := s.measureHeading(rw)
		return h != nil && holds(strings.ToLower(s.rowText(h)), "chỉ tiêu") // "A. CHỈ TIÊU TỈNH GIAO" names the indicators
	}
	if d.measure != "actual" || cm.dims.measure == "" || cm.dims.measure == "actual" || d.part != "" && d.part != "Y" && cm.dims.part == "" { // plans are the year's
		return false
	}
	for _, i := range rw.labels {
		if s.parsed[i].dims.measure != "" {
			return false
		}
	}
	for p := rw.parent; p != nil; p = p.parent {
		if p.values && p.mean.dims.measure != "" {
			return false
		}
	}
	return slices.ContainsFunc(cx.columns, func(m meaning) bool { return m.dims.measure == "actual" })
}

// otherYear gives a heading above a row that is not understood and names another year: "Nhiệm vụ năm 2019".
func (s *sheetReader) otherYear(rw *row, year int) (heading string, ok bool) {
	for p := rw.parent; p != nil; p = p.parent {
		if p.values || p.mean.unknown == "" {
			continue
		}
		toks := s.rd.tokenize(p.mean.unknown)
		for i := range toks {
			if toks[i].low != "năm" || i > 1 && toks[i-2].low == "tháng" { // the date of a document
				continue
			}
			if n, it := takePeriod(toks[i:]); n > 0 && it.year != 0 {
				if it.year <= year && year <= max(it.year, it.to) {
					return "", false
				}
				heading, ok = p.mean.unknown, true
			}
		}
	}
	return heading, ok
}

// headingsOver gives the populations to which rows above that name no indicator narrow a row.
func (s *sheetReader) headingsOver(rw *row) (found []narrowing) {
	for p := rw.parent; p != nil; p = p.parent {
		for _, i := range p.labels {
			if q := s.parsed[i]; (q.rest != "" || p.mean.indicator == nil) && !q.former { // "Miền núi Đông Bắc" over its provinces
				found = append(found, s.rd.narrowings(q.body, true)...)
			}
		}
	}
	return found
}

// isBelow reports whether the row in r of the grid stands above the row and over it and others.
func (rw *row) isBelow(r int) bool {
	for p := rw.parent; p != nil; p = p.parent {
		if p.r == r {
			return true
		}
	}
	return false
}

// isHeaded reports whether a row without values stands above the row, over it and others, and says a sex, an area or that it is the whole.
func (rw *row) isHeaded() bool {
	if rw.mean.dims.total {
		return true
	}
	for p := rw.parent; p != nil; p = p.parent {
		if d := &p.mean.dims; !p.values && (d.total || d.sex+d.area != "") {
			return true
		}
	}
	return false
}
