package layout

import (
	"strings"

	"github.com/shopspring/decimal"

	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/text"
)

// "Tỷ lệ" beside a count of the same thing is the rate of that thing: "Số hộ | Tỷ lệ (%)" below "Hộ nghèo", a row "Tỷ lệ" right below the row
// "Hộ nghèo". It reads as if the whole name stood there, "Tỷ lệ hộ nghèo", if the catalogue has a rate of that name.

// isRateWord recognises "Tỷ lệ", "Tỷ lệ (%)".
func (rd *Reader) isRateWord(p *phrase) bool {
	if len(p.body) > 20 {
		return false
	}
	toks := rd.tokenize(p.body)
	if len(toks) < 2 || toks[0].low != "tỷ" && toks[0].low != "tỉ" || toks[1].low != "lệ" {
		return false
	}
	for _, t := range toks[2:] {
		if !t.punct {
			return false
		}
	}
	return true
}

// rateOf reads a rate word beside the count that p names: nil if there is no such rate. The name is kept for the trace.
func (s *sheetReader) rateOf(p *phrase) *phrase {
	of := s.rd.counted(p)
	if of == nil {
		return nil
	}
	thing := strings.TrimSpace(p.body)
	for _, w := range []string{"Tổng số ", "Số "} {
		if n := len(w); len(thing) > n && strings.EqualFold(thing[:n], w) {
			thing = thing[n:]
			break
		}
	}
	name := "Tỷ lệ " + thing
	rate := s.ask(name)
	if !rate.exactName || len(rate.indicators) != 1 {
		return nil
	}
	if in := rate.indicators[0].Indicator; rate.indicators[0].ParentLabel != "" || !isPercent(in) || in.Domain != of.Domain {
		return nil
	}
	return rate
}

// counted is the one indicator that a phrase names by itself, if it is a count.
func (rd *Reader) counted(p *phrase) *catalogue.Indicator {
	if p == nil || !p.exactName || p.ofWhich {
		return nil
	}
	in, _ := rd.pick(p.indicators, nil)
	if in == nil || in.ValueKind != "count" || !standsAlone(p, in) {
		return nil
	}
	return in
}

// readRateColumn reads the last header of a column as a rate, if the column beside it holds the numbers of what both stand below.
func (s *sheetReader) readRateColumn(t *table, c int) {
	col := &t.columns[c]
	n := len(col.stack)
	if c == 0 || n < 2 || len(t.columns[c-1].stack) != n || !s.rd.isRateWord(col.stack[n-1]) || t.columns[c-1].cells[n-2] != col.cells[n-2] {
		return
	}
	of := s.rd.counted(col.stack[n-2])
	u := t.columns[c-1].stack[n-1].dims.unit
	if of == nil || u == nil || !s.rd.measures(u, of) || s.holdsWhole(t, c) {
		return
	}
	if rate := s.rateOf(col.stack[n-2]); rate != nil {
		col.stack[n-1] = rate
	}
}

// holdsWhole reports whether a column holds 100: then its figures may be the shares of the parts in the whole.
func (s *sheetReader) holdsWhole(t *table, c int) bool {
	for r := t.bottom + 1; r < t.end; r++ {
		if i := s.g.own(r, c); i != none && s.class[i] == classValue {
			if n, err := text.ParseNumber(s.g.text[i], text.Unknown); err == nil && n.Value.Equal(decimal.NewFromInt(100)) {
				return true
			}
		}
	}
	return false
}

// readRateRow reads the label of a row right below a count as a rate.
func (s *sheetReader) readRateRow(rw, above *row) {
	if above == nil || len(rw.labels) != 1 || len(above.labels) == 0 || !rw.values || !above.values || rw.rank() != 0 && rw.bullet == 0 {
		return
	}
	i := rw.labels[0]
	p := s.parsed[i]
	of := s.rd.counted(s.parsed[above.labels[len(above.labels)-1]])
	if of == nil || !s.rd.isRateWord(p) {
		return
	}
	if u := s.unitIn(above); u == nil || !s.rd.measures(u, of) {
		return
	}
	if u := s.unitIn(rw); rw.unit != none && (u == nil || u.Quantity != "percent") {
		return
	}
	if rate := s.rateOf(s.parsed[above.labels[len(above.labels)-1]]); rate != nil {
		s.parsed[i] = rate
	}
}

func (s *sheetReader) unitIn(rw *row) *catalogue.Unit {
	if rw.unit == none {
		return nil
	}
	return s.rd.unit(strings.TrimSpace(s.g.text[rw.unit]))
}

// measures reports whether values of an indicator can be written in a unit.
func (rd *Reader) measures(u *catalogue.Unit, in *catalogue.Indicator) bool {
	own := rd.cat.Unit(in.Unit)
	return own != nil && own.Quantity == u.Quantity
}
