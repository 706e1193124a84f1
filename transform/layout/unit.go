package layout

import (
	"cmp"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/text"
)

// unitQuestion asks what a word means as the unit of an indicator.
type unitQuestion struct {
	indicator *catalogue.Indicator
	word      string
}

// namesThing recognises a header that names what is counted, "Số người": that it is counted one by one holds unless a unit is stated anywhere.
func namesThing(w string) (thing string, ok bool) {
	const number = "Số "
	if len(w) > len(number) && strings.EqualFold(w[:len(number)], number) {
		return w[len(number):], true
	}
	return w, false
}

// unitOf reads a unit word for an indicator. code is "" when it fits.
func (rd *Reader) unitOf(in *catalogue.Indicator, w string) (u *catalogue.Unit, code string) {
	w, _ = namesThing(w)
	u = rd.units.get(unitQuestion{in, w}, func() *catalogue.Unit {
		if vi, en, cut := strings.Cut(w, " - "); cut && len(rd.cat.UnitsByWord(w)) == 0 { // "Nghìn người - Thous. pers."
			if u := rd.cat.UnitFor(in, vi); u != nil && u == rd.cat.UnitFor(in, en) {
				return u
			}
		}
		return rd.cat.UnitFor(in, w)
	})
	switch {
	case u != nil:
		return u, ""
	case len(rd.cat.UnitsByWord(w)) > 0:
		return nil, "unit.conflict"
	}
	return nil, "unit.unknown"
}

// inUnit gives the name of an indicator with its own unit, for those who must write it.
func (rd *Reader) inUnit(in *catalogue.Indicator) string {
	if u := rd.cat.UnitOf(in); u != nil {
		return in.NameVi + " (" + u.NameVi + ")"
	}
	return in.NameVi
}

// statedUnit finds the unit that row, column, block or title state for a cell.
func (v *valueCell) statedUnit() (u *catalogue.Unit, code string, args []string) {
	if known := v.b.known.unitOf(v); known != nil {
		return known.unit, "", nil
	}
	if u, code, args = v.b.findUnit(v.cx, v.rm, v.cm, v.in); code == "" {
		v.b.known.keepUnit(v, u)
	}
	return u, code, args
}

// findUnit finds the unit that row, column, block or title state. Units in the row's unit column, its label
// and the column header are equally near and must agree.
func (b *bookReader) findUnit(cx *cellContext, rm, cm *meaning, in *catalogue.Indicator) (u *catalogue.Unit, code string, args []string) {
	percent := isPercent(in)
	var counted *catalogue.Unit // one by one, if nobody says otherwise
	for _, w := range []string{rm.unitCell, rm.dims.unitText, cm.dims.unitText} {
		if w == "" || strings.Trim(w, " -–.…") == "" {
			continue
		}
		x, code := b.rd.unitOf(in, w)
		if code != "" {
			return nil, code, []string{w, b.rd.inUnit(in)}
		}
		if _, thing := namesThing(w); thing {
			counted = x
			continue
		}
		if u != nil && x != u {
			return nil, "unit.conflict", []string{u.NameVi, x.NameVi}
		}
		u = x
	}
	if u != nil {
		return u, "", nil
	}
	for _, w := range []string{rm.blockUnitText, cx.title.dims.unitText} {
		if w == "" {
			continue
		}
		x, code := b.rd.unitOf(in, w)
		if code == "" {
			return x, "", nil
		}
		if percent && code == "unit.conflict" {
			return nil, "", nil // a unit line for the counts of a mixed table
		}
		if counted != nil && code == "unit.conflict" {
			break // of other columns
		}
		return nil, code, []string{w, b.rd.inUnit(in)}
	}
	return counted, "", nil
}

func isPercent(in *catalogue.Indicator) bool {
	return in.ValueKind == "percent" || in.ValueKind == "percentage_point"
}

// labelUnit reads the unit out of a name such as "Số người tham gia BHXH". It holds only in a table that has no place
// for a unit, neither column nor line (form B10), for whole numbers, and where no thousands can be meant: of such a thing nobody
// counts thousands ("Số vụ tai nạn"), or the column proves it, since one of its values times a thousand is beyond what the indicator
// can be, or, where no row names an indicator, beyond what a column beside it proves so of the same things; or the value itself: thousands of it would be
// more than the people of its territory allow.
func (v *valueCell) labelUnit(value decimal.Decimal) *catalogue.Unit {
	b, s, cx, c, in, rm, cm := v.b, v.s, v.cx, v.c, v.in, v.rm, v.cm
	for k := range cx.t.columns {
		if cx.t.columns[k].role == roleUnit {
			return nil
		}
	}
	for _, name := range append(append([]string{in.NameVi}, rm.texts...), cm.texts...) {
		toks := tokenize(name)
		if len(toks) > 0 && toks[0].low == "tổng" {
			toks = toks[1:]
		}
		if len(toks) < 2 || toks[0].low != "số" {
			continue
		}
		for n := min(3, len(toks)-1); n > 0; n-- {
			u := b.rd.cat.UnitFor(in, name[toks[1].start:toks[n].end])
			if u == nil || !u.IsSingle() {
				continue
			}
			if !b.rd.cat.IsScaled(u.Quantity) {
				return u
			}
			if b.isBeyond(s, cx, c, in, u) {
				return u
			}
			thousandfold, ok := b.rd.cat.Convert(value.Shift(3), u, b.rd.cat.UnitOf(in))
			if _, most, known := b.rd.cat.Bounds(in, v.territory); ok && known && thousandfold.GreaterThan(decimal.NewFromInt(most)) {
				return u
			}
			for k := range cx.columns {
				if cx.indicators > 0 || cx.t.columns[k].role != roleValue || k == c || cx.columns[k].dims.unitText != "" || cx.t.columns[k].gap {
					continue
				}
				of := cmp.Or(cx.columns[k].indicator, in)
				if b.rd.cat.UnitOf(of).Quantity == u.Quantity && b.isBeyond(s, cx, k, of, u) && b.largest(s, cx, c).Shift(3).GreaterThan(b.largest(s, cx, k)) {
					return u
				}
			}
		}
	}
	return nil
}

// isBeyond reports whether the largest number of a column, times a thousand, is more than its indicator can be.
func (b *bookReader) isBeyond(s *sheetReader, cx *cellContext, c int, in *catalogue.Indicator, u *catalogue.Unit) bool {
	if in.Max == nil {
		return false
	}
	thousandfold, ok := b.rd.cat.Convert(b.largest(s, cx, c).Shift(3), u, b.rd.cat.UnitOf(in))
	return ok && thousandfold.GreaterThan(*in.Max)
}

// rateUnit reads the unit out of the end of a name that says of how many a rate is: "Số bác sĩ trên vạn dân", "Tần suất tai nạn trên 100.000 lao động".
func (b *bookReader) rateUnit(in *catalogue.Indicator, rm, cm *meaning) *catalogue.Unit {
	if in.ValueKind != "ratio" {
		return nil
	}
	for _, texts := range [][]string{cm.texts, rm.texts} {
		for _, name := range texts {
			toks := tokenize(name)
			for i := 1; i < len(toks); i++ {
				if toks[i].low != "trên" && toks[i].key != "/" {
					continue
				}
				if u := b.rd.cat.UnitFor(in, name[toks[i].start:]); u != nil {
					return u
				}
			}
		}
	}
	return nil
}

// largest gives the largest number of a column of the table.
func (b *bookReader) largest(s *sheetReader, cx *cellContext, c int) decimal.Decimal {
	if v, ok := cx.largest[c]; ok {
		return v
	}
	var top decimal.Decimal
	for _, rw := range cx.t.rows {
		i := s.g.own(rw.r, c)
		if i == none || s.class[i] != classValue {
			continue
		}
		var v decimal.Decimal
		if s.g.cells[i].Kind == sheet.Number {
			v, _, _ = text.FromFloat(s.g.cells[i].Raw)
		} else if n, err := text.ParseNumber(s.g.text[i], cx.styles[c]); err == nil {
			v = n.Value
		}
		if v.GreaterThan(top) {
			top = v
		}
	}
	if cx.largest == nil {
		cx.largest = map[int]decimal.Decimal{}
	}
	cx.largest[c] = top
	return top
}

// unitIn is unit for a piece of text of which toks are the words. Most begin like no unit.
func (rd *Reader) unitIn(s string, toks []token) *catalogue.Unit {
	if len(toks) > 0 && !toks[0].punct && areAllOf(toks, s) && areClean(toks) {
		first := toks[0].key
		if isDigit(first[0]) { // "1.000 người" is "1000 người"
			first = first[:1]
		}
		if rd.unitOpenings[first] == 0 {
			return nil
		}
	}
	return rd.unit(s)
}

// unit gives a unit that a word means, nil if none: which of several is decided with the indicator (see unitOf).
func (rd *Reader) unit(word string) *catalogue.Unit {
	if len(word) > 60 {
		return nil
	}
	return rd.unitWords.get(word, func() *catalogue.Unit {
		if u := rd.cat.UnitsByWord(word); len(u) > 0 {
			return u[0]
		}
		return nil
	})
}
