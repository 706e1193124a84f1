package layout

import (
	"slices"
	"strings"
)

// preliminary is what a title or a note says of figures that may yet change: "(Số liệu sơ bộ)", "(*) Số liệu năm 2019 là số sơ bộ".
type preliminary struct {
	years []int  // none: of all
	mark  string // of the note that speaks only of what bears it, "" if it has none
}

// readPreliminary finds these texts in a sheet. A header "Sơ bộ 2019" speaks for itself.
func (s *sheetReader) readPreliminary() {
	for i, p := range s.parsed {
		if p == nil || !p.preliminary || p.rest == "" && !strings.ContainsAny(p.text[:1], "(*") ||
			slices.ContainsFunc(s.tables, func(t *table) bool { return t.top <= s.g.pos[i].r && s.g.pos[i].r <= t.bottom }) {
			continue
		}
		toks := s.rd.tokenize(p.text)
		k := slices.IndexFunc(toks, func(t token) bool { return t.low == "sơ" })
		if k < 1 || k+1 == len(toks) || toks[k+1].low != "bộ" || toks[k-1].low != "liệu" && toks[k-1].low != "số" && toks[k-1].low != "là" {
			continue
		}
		var found preliminary
		for _, t := range toks {
			if isYear(t) {
				found.years = append(found.years, t.num)
			}
		}
		if lead := strings.TrimLeft(s.g.text[i], " ("); strings.HasPrefix(lead, "*") {
			found.mark = lead[:len(lead)-len(strings.TrimLeft(lead, "*"))]
		}
		s.prelim = append(s.prelim, found)
	}
}

// isPreliminary reports whether a text of the sheet says so of what was done in a year. marks are those of the label and the headers.
func (s *sheetReader) isPreliminary(d *partial, marks string) bool {
	return slices.ContainsFunc(s.prelim, func(p preliminary) bool {
		return (len(p.years) == 0 || slices.Contains(p.years, max(d.year, d.toYear))) && (p.mark == "" || slices.Contains(strings.Fields(marks), p.mark))
	})
}
