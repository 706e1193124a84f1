package layout

import (
	"cmp"
	"slices"
	"strings"

	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/record"
	"github.com/phuluc/phuluc/transform/text"
)

// refuse quarantines one cell.
func (b *bookReader) refuse(g *grid, i int32, code, label, header, nearest string, args ...string) {
	g.set(i, fateQuarantined)
	b.refusals = append(b.refusals, record.Refusal{
		Origin: g.origin(i), Code: code, Args: args, Nearest: nearest, Cells: 1, Label: label, Header: header,
	})
}

// A proposal costs a comparison with every name of the catalogue: a workbook gets so many.
const maxProposals = 100

func (b *bookReader) mayPropose(s string) bool {
	if b.proposed[s] {
		return true
	}
	if len(b.proposed) >= maxProposals {
		return false
	}
	if b.proposed == nil {
		b.proposed = map[string]bool{}
	}
	b.proposed[s] = true
	return true
}

func (b *bookReader) proposal(s string) *catalogue.Indicator {
	if !b.mayPropose(s) {
		return nil
	}
	return b.rd.nearIndicator(s)
}

// nearIndicator proposes an indicator whose name is close to a text; nil if none is.
func (rd *Reader) nearIndicator(s string) *catalogue.Indicator {
	return rd.nearest.get(s, func() *catalogue.Indicator {
		limit, ok := farthest(s)
		if !ok {
			return nil
		}
		in, _ := rd.cat.NearestIndicator(s, limit)
		if in == nil || negates(s) != negates(in.NameVi) {
			return nil
		}
		return in
	})
}

// negates reports whether a name is that of those who are not something: "Số người chưa tham gia" is near its opposite in letters alone.
func negates(s string) bool {
	return slices.ContainsFunc(tokenize(s), func(t token) bool { return t.low == "chưa" || t.low == "không" || t.low == "mất" })
}

// refuseNameless refuses a cell of which nothing names the indicator: by the title of its table, else by its label.
func (b *bookReader) refuseNameless(g *grid, i int32, title, label, header string) {
	what := cmp.Or(title, label)
	nearest := ""
	if in := b.proposal(what); in != nil {
		nearest = in.NameVi
	}
	b.refuse(g, i, "indicator.unknown", label, header, nearest, what)
}

// refuseLabel refuses a cell whose row label is not known: as a territory in a table of territories, else as an
// indicator.
func (b *bookReader) refuseLabel(s *sheetReader, cx *cellContext, rw *row, i int32, unknown, label, header string) {
	territories := 0
	for _, l := range rw.labels {
		for _, h := range cx.t.columns[s.g.pos[l].c].stack {
			if h.places {
				territories++
			}
		}
	}
	town := b.rd.isTownName(unknown) || rw.mean.tainted && b.rd.isPlace(unknown)
	if !cx.named && len(cx.title.texts) > 0 && territories+cx.territories > 0 {
		b.refuseNameless(s.g, i, cx.title.text(), label, header)
		return
	}
	if territories+cx.territories > cx.indicators || town || rw.mean.tainted && cx.t.placed {
		nearest := ""
		if limit, ok := farthest(unknown); ok && !town && b.mayPropose(unknown) { // the nearest name of a town is that of its province
			if t := s.rd.cat.NearestTerritory(unknown); t != nil && text.Distance(t.NameVi, unknown) <= limit {
				nearest = t.NameVi
			}
		}
		b.refuse(s.g, i, "territory.unknown", label, header, nearest, unknown)
		return
	}
	nearest := ""
	if in := b.proposal(unknown); in != nil {
		nearest = in.NameVi
	}
	b.refuse(s.g, i, "indicator.unknown", label, header, nearest, unknown)
	b.refusals[len(b.refusals)-1].Below = rw.partOf(unknown)
}

// partOf gives the label of the nearest row that a row with an unknown label is a part of: one that names an indicator or has values, since a
// heading over unlike rows says nothing about them. unknown may be the label of a row between.
func (rw *row) partOf(unknown string) string {
	for len(rw.mean.texts) > 0 && !strings.Contains(rw.mean.texts[len(rw.mean.texts)-1], unknown) && rw.parent != nil {
		rw = rw.parent
	}
	for p := rw.parent; p != nil; p = p.parent {
		if a := p.mean.asAncestor(); a.text != "" && (p.values || a.indicator != nil) {
			return a.text
		}
	}
	return ""
}

// meanings gives the names of the indicators that a text means below others, if they are few enough to be read: one of them may be written instead.
func (rd *Reader) meanings(s string) (names []string) {
	for _, m := range rd.phrase(s).indicators {
		if m.ParentLabel == "" {
			return nil
		}
		if !slices.Contains(names, m.Indicator.NameVi) {
			names = append(names, m.Indicator.NameVi)
		}
	}
	if len(names) > 3 {
		return nil
	}
	return names
}

// unclear gives the text that may mean several indicators, of the row or else of the column, and the label below which the row's would mean one.
func (s *sheetReader) unclear(t *table, rw *row, c int) (what, below string) {
	if n := len(rw.labels); n > 0 && rw.mean.indicator == nil {
		if p := s.parsed[rw.labels[n-1]]; len(p.indicators) > 0 {
			return p.body, rw.partOf(p.body)
		}
	}
	for _, p := range t.columns[c].stack {
		if len(p.indicators) > 0 {
			what = p.body
		}
	}
	return what, ""
}
