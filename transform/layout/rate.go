package layout

import (
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/text"
)

// "Tỷ lệ" beside a count of the same thing is the rate of that thing: "Số hộ | Tỷ lệ (%)" below "Hộ nghèo", a row "Tỷ lệ" right below the row
// "Hộ nghèo". It reads as if the whole name stood there, "Tỷ lệ hộ nghèo", if the catalogue has a rate of that name.

// isRateWord recognises "Tỷ lệ", "Tỷ lệ (%)".
func (rd *Reader) isRateWord(p *phrase) bool {
	const word = "tỷ"
	if len(p.body) < len(word) || len(p.body) > 20 || !strings.EqualFold(p.body[:len(word)], word) && !strings.EqualFold(p.body[:len(word)], "tỉ") {
		return false // as nearly all are: seen without splitting them
	}
	toks := rd.tokenize(p.body)
	if len(toks) < 2 || toks[0].end != len(word) || toks[1].low != "lệ" {
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
	if d := rate.dims; rate.rest != "" || len(rate.indicators) != 1 || d.year != p.dims.year || d.toYear != p.dims.toYear || d.part != p.dims.part || d.sex+d.area+d.measure != "" {
		return nil
	}
	if in := rate.indicators[0].Indicator; rate.indicators[0].ParentLabel != "" || !isPercent(in) || in.Domain != of.Domain {
		return nil
	}
	return rate
}

// counted is the one indicator that a phrase names by itself, if it is a count.
func (rd *Reader) counted(p *phrase) *catalogue.Indicator {
	if p == nil || p.rest != "" || p.ofWhich || len(p.territories) > 0 || !p.exactName && p.dims.sex+p.dims.area+p.dims.measure+p.dims.ref != "" {
		return nil
	}
	in, _ := rd.pick(p.indicators, nil)
	if in == nil || in.ValueKind != "count" || !standsAlone(p, in) {
		return nil
	}
	return in
}

// isPercentHead recognises a header that says nothing but that figures are percentages: "(%)", "Tỷ lệ (%)".
func (rd *Reader) isPercentHead(p *phrase) bool {
	return rd.isRateWord(p) || isUnitHead(p) && p.dims.unit.Quantity == "percent"
}

// saysPercent reports whether nothing stands over a column but that its figures are percentages.
func (s *sheetReader) saysPercent(t *table, c int) bool {
	for _, p := range t.columns[c].stack {
		if !s.rd.isPercentHead(p) {
			return false
		}
	}
	return true
}

// isUnitHead recognises a header that says nothing but a unit: "(hộ)", "Số hộ".
func isUnitHead(p *phrase) bool {
	if p.dims.unit == nil || p.rest != "" || p.comparison || p.role != "" || len(p.indicators)+len(p.territories) > 0 {
		return false
	}
	return !p.dims.splits()
}

// rateInColumn gives the rate of the things that a row counts, for the column of percentages right beside that of their number, which says nothing
// else: "Hộ nghèo" under "Số hộ | Tỷ lệ (%)".
func (s *sheetReader) rateInColumn(cx *cellContext, rw *row, c int, in *catalogue.Indicator) *catalogue.Indicator {
	t := cx.t
	n := len(t.columns[c].stack)
	if in == nil || c == 0 || n == 0 || len(t.columns[c-1].stack) != n || len(rw.labels) == 0 || t.columns[c-1].role != roleValue {
		return nil
	}
	if d := &cx.columns[c].dims; d.sex+d.area != "" {
		return nil // "Thành thị: số hộ | %" may be the share of those in towns
	}
	beside, own := &t.columns[c-1], &t.columns[c]
	if !isUnitHead(beside.stack[n-1]) || !s.rd.isPercentHead(own.stack[n-1]) || !s.rd.measures(beside.stack[n-1].dims.unit, in) || !slices.Equal(beside.cells[:n-1], own.cells[:n-1]) {
		return nil
	}
	for k := range t.columns { // "Kế hoạch: số hộ | Thực hiện: số hộ, %" may tell how much of the plan was done
		stack := t.columns[k].stack
		if n := len(stack); t.columns[k].role == roleValue && n > 0 && isUnitHead(stack[n-1]) && s.rd.measures(stack[n-1].dims.unit, in) {
			if k+1 == len(t.columns) || len(t.columns[k+1].stack) == 0 || !s.rd.isPercentHead(t.columns[k+1].stack[len(t.columns[k+1].stack)-1]) {
				return nil
			}
		}
	}
	p := s.parsed[rw.labels[len(rw.labels)-1]]
	if s.rd.counted(p) != in || s.holdsWhole(t, c) {
		return nil
	}
	if rate := s.rateOf(p); rate != nil {
		return rate.indicators[0].Indicator
	}
	return nil
}

// readRateColumn reads the last header of a column as a rate, if the column beside it holds the numbers of what both stand below.
func (s *sheetReader) readRateColumn(t *table, c int) {
	col := &t.columns[c]
	n := len(col.stack)
	if c == 0 || n < 2 || len(t.columns[c-1].stack) != n || !s.rd.isPercentHead(col.stack[n-1]) || t.columns[c-1].cells[n-2] != col.cells[n-2] {
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

// holdsWhole reports whether a column holds 100 or adds up to it: then its figures may be the shares of the parts in the whole.
func (s *sheetReader) holdsWhole(t *table, c int) bool {
	whole, sum := decimal.NewFromInt(100), decimal.Decimal{}
	for r := t.bottom + 1; r < t.end; r++ {
		if i := s.g.own(r, c); i != none && s.class[i] == classValue {
			n, err := text.ParseNumber(s.g.text[i], text.Vietnamese)
			if s.g.cells[i].Kind == sheet.Number {
				n.Value, _, err = text.FromFloat(s.g.cells[i].Raw)
			}
			if err == nil && n.Value.Equal(whole) {
				return true
			}
			sum = sum.Add(n.Value)
		}
	}
	return sum.Sub(whole).Abs().LessThan(decimal.New(5, -1))
}

// readProvenRates reads "Tỷ lệ (%)" right of the number of a thing as the rate of that thing, where its figures are that number in a hundred of what the
// rate is a share of, which another column holds: "Tổng số hộ | Số hộ nghèo | Tỷ lệ (%)". Right of a plan and what was done, figures that are the one in a
// hundred of the other compare them.
func (s *sheetReader) readProvenRates(t *table, cx *cellContext) {
	for c := 1; c < len(t.columns); c++ {
		col, of := &t.columns[c], &cx.columns[c-1]
		if n := len(col.stack); n == 0 || col.role != roleValue || t.columns[c-1].role != roleValue || len(t.columns[c-1].stack) == 0 || cx.columns[c].indicator != nil || !s.rd.isPercentHead(col.stack[n-1]) {
			continue
		}
		if m := of.dims.measure; c > 1 && t.columns[c-2].role == roleValue && cx.columns[c-2].dims.measure == "plan" && (m == "actual" || m == "estimate") && s.areInHundred(t, c-1, c-2, c) {
			col.role, cx.columns[c] = roleComparison, meaning{comparison: true}
			continue
		}
		if of.indicator == nil {
			continue
		}
		name := t.columns[c-1].stack[len(t.columns[c-1].stack)-1]
		if s.rd.counted(name) != of.indicator {
			continue
		}
		rate := s.rateOf(name)
		if rate == nil {
			continue
		}
		for k := range cx.columns {
			whole := &cx.columns[k]
			if whole.indicator != nil && whole.indicator.Code == rate.indicators[0].Indicator.Weight && whole.dims.measure == of.dims.measure && whole.dims.period() == of.dims.period() && s.areInHundred(t, c-1, k, c) {
				col.stack = append(slices.Clone(col.stack[:len(col.stack)-1]), rate)
				cx.columns[c] = s.columnMeaning(t, c)
				break
			}
		}
	}
}

// areInHundred reports whether the figures of a column are those of another one in a hundred of a third, in all rows that hold the three and in at least
// one.
func (s *sheetReader) areInHundred(t *table, part, whole, rate int) bool {
	proven := false
	for r := t.bottom + 1; r < t.end; r++ {
		n, ok1 := s.number(r, part)
		of, ok2 := s.number(r, whole)
		x, ok3 := s.number(r, rate)
		if !ok1 || !ok2 || !ok3 || of.IsZero() {
			continue
		}
		near := decimal.New(6, -2) // more than rounding makes it differ, but for whole figures
		if x.IsInteger() {
			near = decimal.New(5, -1)
		}
		if n.Shift(2).DivRound(of, 4).Sub(x).Abs().GreaterThan(near) {
			return false
		}
		proven = proven || !n.IsZero()
	}
	return proven
}

// number reads the number that stands at a place the Vietnamese way.
func (s *sheetReader) number(r, c int) (decimal.Decimal, bool) {
	i := s.g.own(r, c)
	if i == none || s.class[i] != classValue && s.class[i] != classYear {
		return decimal.Decimal{}, false
	}
	if s.g.cells[i].Kind == sheet.Number {
		v, _, err := text.FromFloat(s.g.cells[i].Raw)
		if strings.Contains(unquotedFormat(s.g.cells[i].Format), "%") {
			v = v.Shift(2)
		}
		return v, err == nil
	}
	n, err := text.ParseNumber(s.g.text[i], text.Vietnamese)
	return n.Value, err == nil
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
	own := rd.cat.UnitOf(in)
	return own != nil && own.Quantity == u.Quantity
}
