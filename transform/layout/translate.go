package layout

import (
	"slices"
	"strings"
	"unicode"

	"github.com/phuluc/phuluc/transform/catalogue"
)

// Yearbooks say everything twice, and some of them in two rows: "Nông thôn" with its values, "Rural" below it. The second row heads nothing.

// isEnglish reports whether a text has words and none of its letters is Vietnamese.
func isEnglish(t string) bool { return isASCII(t) && strings.ContainsFunc(t, unicode.IsLetter) }

// saysAgain reports whether a text says nothing that another does not say too. known is false if it is not understood.
func (p *phrase) saysAgain(of *phrase) (again, known bool) {
	if p == nil || of == nil || p.rest != "" || of.rest != "" {
		return false, false
	}
	both := of.dims
	both.merge(&p.dims)
	both.unit, both.unitText = of.dims.unit, of.dims.unitText
	switch {
	case both != of.dims, p.role != "" && p.role != of.role, p.comparison != of.comparison, p.opens != "", p.says() != of.says(),
		p.dims.unit != nil && p.dims.unit != of.dims.unit,
		len(p.indicators) > 0 && !sameIndicator(p.indicators, of.indicators) && !sexed(p, of),
		len(p.territories) > 0 && !slices.ContainsFunc(p.territories, func(t *catalogue.Territory) bool { return slices.Contains(of.territories, t) }):
		return false, true
	}
	return true, true
}

// compareRows holds a row in English against the one above: how many of its cells say what the cell above says, and how many are not understood. ok is
// false if it holds anything else.
func (s *sheetReader) compareRows(above, r int) (again, unknown int, ok bool) {
	g := s.g
	vietnamese := false
	for _, i := range g.rowCells(r) {
		j := g.own(above, g.pos[i].c)
		if s.class[i] != classText || !isEnglish(g.text[i]) || j == none || s.class[j] != classText || g.span[i].c != g.span[j].c {
			return 0, 0, false
		}
		vietnamese = vietnamese || !isASCII(g.text[j]) || s.parsed[j].rest != ""
		switch same, known := s.parsed[i].saysAgain(s.parsed[j]); {
		case same:
			again++
		case known || isASCII(g.text[j]) && s.parsed[j].rest == "":
			return 0, 0, false
		default:
			unknown++
		}
	}
	return again, unknown, vietnamese || unknown == 0
}

// translates reports whether a row of the band says in English what the row above says. What is not understood of it is taken for a translation where
// more is.
func (s *sheetReader) translates(above, r int) bool {
	again, unknown, ok := s.compareRows(above, r)
	if !ok || again == 0 || unknown > again {
		return false
	}
	for _, i := range s.g.rowCells(r) {
		if s.parsed[i].rest != "" {
			s.parsed[i] = &phrase{}
		}
	}
	return true
}

// findTranslations notes the rows of the body that say in English what the labels above them say. Where that is certain of several rows, those that are
// not understood are translations too.
func (s *sheetReader) findTranslations(t *table) {
	var doubtful []int
	certain := 0
	for r := t.bottom + 2; r < t.end; r++ {
		if t.translated[r-1] || s.hasNumbers(r) || !s.hasNumbers(r-1) && !s.isHeading(r-1) {
			continue
		}
		again, unknown, ok := s.compareRows(r-1, r)
		switch {
		case !ok:
		case unknown > 0:
			doubtful = append(doubtful, r)
		case again > 0:
			if t.translated == nil {
				t.translated = map[int]bool{}
			}
			t.translated[r] = true
			certain++
		}
	}
	for _, r := range doubtful {
		if certain > 1 && !t.translated[r-1] {
			t.translated[r] = true
		}
	}
}

// hasNumbers reports whether a row holds anything but texts.
func (s *sheetReader) hasNumbers(r int) bool {
	return s.views[r].values+s.views[r].years > 0
}

// isHeading reports whether a row holds one text, and not an English one.
func (s *sheetReader) isHeading(r int) bool {
	cells := s.g.rowCells(r)
	return len(cells) == 1 && !isASCII(s.g.text[cells[0]])
}
