package layout

import (
	"strings"

	"github.com/phuluc/phuluc/transform/catalogue"
)

// Understand tells what a text that stands alone in a cell is read as; where it stands in a table decides the rest.
func (rd *Reader) Understand(s string) catalogue.Reading {
	p := rd.phrase(strings.TrimSpace(rd.repair(s)))
	var r catalogue.Reading
	r.Year = p.dims.year != 0
	if r.Rest = p.rest; r.Rest != "" {
		return r
	}
	for _, m := range p.indicators {
		r.Indicators = append(r.Indicators, m.Indicator.Code)
	}
	for _, t := range p.territories {
		r.Territories = append(r.Territories, t.ID)
	}
	_, r.Counted = namesThing(p.dims.unitText)
	r.Header = p.heads() || p.ofWhich || p.section || len(rd.vocab.of(tokenize(p.body))) > 0
	return r
}
