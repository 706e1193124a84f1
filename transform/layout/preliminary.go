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

// readPreliminary finds these texts in a sheet, and what its name says; titles are held against their own tables. A header "Sơ bộ 2019" speaks for itself.
func (s *sheetReader) readPreliminary() {
	if name := s.rd.repair(s.g.info.Name); s.rd.phrase(name).preliminary {
		if found, ok := inTitle(s.rd.tokenize(name)); ok {
			s.prelim = append(s.prelim, found)
		}
	}
	for i, p := range s.parsed {
		if p == nil || !p.preliminary || p.rest == "" && !strings.ContainsAny(p.text[:1], "(*") ||
			slices.ContainsFunc(s.tables, func(t *table) bool { return t.top <= s.g.pos[i].r && s.g.pos[i].r <= t.bottom }) {
			continue
		}
		toks := s.rd.tokenize(p.text)
		k := indexOfPreliminary(toks)
		if k < 1 || toks[k-1].low != "liệu" && toks[k-1].low != "số" && toks[k-1].low != "là" {
			continue
		}
		found := preliminary{years: yearsIn(toks)}
		if lead := strings.TrimLeft(s.g.text[i], " ("); strings.HasPrefix(lead, "*") {
			found.mark = lead[:len(lead)-len(strings.TrimLeft(lead, "*"))]
		}
		s.prelim = append(s.prelim, found)
	}
}

// inTitle reads what a title or the name of a sheet says of the years behind the word, or of those before it: "KẾT QUẢ NĂM 2018, SƠ BỘ NĂM 2019". "Hồ sơ bộ
// phận" says nothing.
func inTitle(toks []token) (preliminary, bool) {
	k := indexOfPreliminary(toks)
	if k < 0 || k > 0 && (toks[k-1].low == "hồ" || toks[k-1].low == "cơ") {
		return preliminary{}, false
	}
	years := yearsIn(toks[k:])
	if len(years) == 0 {
		years = yearsIn(toks)
	}
	return preliminary{years: years}, true
}

// indexOfPreliminary gives where "sơ bộ" begins, -1 if it stands nowhere.
func indexOfPreliminary(toks []token) int {
	for k := 1; k < len(toks); k++ {
		if toks[k-1].low == "sơ" && toks[k].low == "bộ" {
			return k - 1
		}
	}
	return -1
}

func yearsIn(toks []token) (years []int) {
	for _, t := range toks {
		if isYear(t) {
			years = append(years, t.num)
		}
	}
	return years
}

// isPreliminary reports whether a text of the sheet or a title of the table says so of what was done in a year. marks are those of the label and the headers.
func (s *sheetReader) isPreliminary(ti *titleInfo, d *partial, marks string) bool {
	says := func(p preliminary) bool {
		return (len(p.years) == 0 || slices.Contains(p.years, max(d.year, d.toYear))) && (p.mark == "" || slices.Contains(strings.Fields(marks), p.mark))
	}
	return slices.ContainsFunc(s.prelim, says) || slices.ContainsFunc(ti.prelim, says)
}
