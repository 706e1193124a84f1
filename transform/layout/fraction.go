package layout

import (
	"slices"
	"strings"
	"sync"

	"github.com/shopspring/decimal"

	"github.com/phuluc/phuluc/transform/catalogue"
)

// fractions refuses percentages that were probably stored as fractions (0.641 for 64,1 %): written without a percent sign or format, none
// above 1, where nothing proves the opposite (text_pitfalls.md section 3). Points of a change that would be beyond
// the catalogue's range as a fraction are none, and as good a proof as one above 1. The nearest proof is the rest of the row of the same indicator, in
// numbers or in texts: percentages above 1 there prove it if no gap lies between them and the value, and make it doubtful if one does. Where
// the row holds none, those of the same indicator in the column do the same; those of other indicators only if the indicator can be so
// small, the row is written with no more decimals than they are or would be beyond the catalogue's range as fractions, and no row of the
// table has a gap or is of fractions. A percentage that is written with a sign or
// as a text says that the numbers beside it are percentages too only if it is of their size, or they have no more than one decimal.
func (b *bookReader) fractions(from int) {
	type evidence struct {
		above     bool            // a bare percentage above 1
		fractions bool            // one between 0 and 1
		digits    int             // most decimals of these
		other     decimal.Decimal // the smallest above 1 that is written otherwise, 0 if there is none
		// Of one indicator, however it is written:
		least decimal.Decimal   // the smallest that is surely no fraction, then the smallest that no gap parts from it; 0 if there is none
		small []decimal.Decimal // those that may be one
	}
	type line struct {
		row    bool
		at     int
		number bool                 // stored as numbers; of lines of one indicator always false
		of     *catalogue.Indicator // nil for all
		points bool                 // of all, with points of a change, which say nothing of how percentages are stored
	}
	isPoints := func(p *pending) bool { return b.rd.cat.UnitOf(p.indicator).Quantity == "percentage_point" }
	small := func(p *pending) bool {
		return p.percent && p.obs.Value.Valid && !p.obs.Value.Decimal.IsZero() && !isAboveOne(p.obs.Value.Decimal.Abs())
	}
	some := false
	for i := from; i < len(b.pending) && !some; i++ {
		some = b.pending[i].percent && small(&b.pending[i])
	}
	if !some {
		return
	}
	fine := 0 // most decimals of a percentage above 1
	lines := map[line]*evidence{}
	at := func(l line) *evidence {
		if lines[l] == nil {
			lines[l] = &evidence{}
		}
		return lines[l]
	}
	for i := from; i < len(b.pending); i++ {
		p := &b.pending[i]
		if !p.obs.Value.Valid || !isPercent(p.indicator) && b.rd.cat.UnitOf(p.indicator).Quantity != "percent" {
			continue
		}
		v := p.obs.Value.Decimal.Abs()
		aboveOne := isAboveOne(v)
		if aboveOne {
			fine = max(fine, decimals(v))
		}
		ls := []line{{row: true, at: p.row, of: p.indicator}, {at: p.col, of: p.indicator}}
		for _, points := range []bool{false, true} {
			for _, number := range []bool{false, true} {
				if points || !isPoints(p) {
					ls = append(ls, line{true, p.row, number, nil, points}, line{false, p.col, number, nil, points})
				}
			}
		}
		for _, l := range ls {
			e := at(l)
			switch {
			case l.of == nil || v.IsZero():
			case !aboveOne && !(isPoints(p) && isBeyond(p.indicator, v.Shift(2))):
				e.small = append(e.small, v)
			case e.least.IsZero() || v.LessThan(e.least):
				e.least = v
			}
			switch same := p.percent && (p.number == l.number || l.of != nil); {
			case same && aboveOne:
				e.above = true
			case same && !v.IsInteger():
				e.fractions, e.digits = true, max(e.digits, decimals(v))
			case !same && aboveOne && (e.other.IsZero() || v.LessThan(e.other)):
				e.other = v
			}
		}
	}
	for l, e := range lines {
		if l.of == nil || e.least.IsZero() {
			continue
		}
		slices.SortFunc(e.small, func(x, y decimal.Decimal) int { return y.Cmp(x) })
		gap := decimal.NewFromInt(10) // a fraction is a hundredth: this is as near to the one reading as to the other
		if !l.row {
			gap = decimal.NewFromInt(20) // provinces lie farther apart than the years of one
		}
		for _, v := range e.small {
			if e.least.GreaterThanOrEqual(v.Mul(gap)) {
				break
			}
			e.least = v
		}
	}
	mixed := false
	for i := from; i < len(b.pending); i++ {
		p := &b.pending[i]
		if small(p) {
			series := at(line{row: true, at: p.row, of: p.indicator})
			mixed = mixed || p.obs.Value.Decimal.Abs().LessThan(series.least) ||
				series.least.IsZero() && !at(line{at: p.col, of: p.indicator}).above && (risesFarAboveOne(p.indicator) || series.digits > 2)
		}
	}
	kept := b.pending[:from]
	for i := from; i < len(b.pending); i++ {
		p := &b.pending[i]
		if !small(p) {
			kept = append(kept, *p)
			continue
		}
		v := p.obs.Value.Decimal.Abs()
		series, others := at(line{row: true, at: p.row, of: p.indicator}), at(line{at: p.col, of: p.indicator})
		row, col := at(line{true, p.row, p.number, nil, isPoints(p)}), at(line{false, p.col, p.number, nil, isPoints(p)})
		sure := false
		switch {
		case !series.least.IsZero():
			sure = v.GreaterThanOrEqual(series.least)
		case others.above:
			sure = v.GreaterThanOrEqual(others.least)
		case mixed || risesFarAboveOne(p.indicator) || series.digits > 2:
		default:
			alike := series.digits <= fine || isBeyond(p.indicator, v.Shift(2))
			sure = (row.above || col.above) && alike || v.IsInteger() && !row.fractions && !col.fractions ||
				!row.other.IsZero() && row.other.LessThan(v.Mul(decimal.NewFromInt(20))) ||
				!col.other.IsZero() && alike && (!p.number || max(row.digits, col.digits) <= 1)
		}
		if sure {
			kept = append(kept, *p)
			continue
		}
		b.refuse(p.g, p.cell, "unit.ambiguous", p.obs.Label, p.obs.Header, "", p.obs.Raw, p.obs.Value.Decimal.Shift(2).String()+" %")
	}
	clear(b.pending[len(kept):])
	b.pending = kept
}

// risesFarAboveOne reports whether an indicator is a share that should rise, such as that of the insured: one per cent of it or less is no
// figure of a province. A growth or a change, which can be negative, may be small.
func risesFarAboveOne(in *catalogue.Indicator) bool {
	return in.DirectionGood == "up" && (in.Min == nil || !in.Min.IsNegative())
}

// isBeyond reports whether no province has such a value.
func isBeyond(in *catalogue.Indicator, v decimal.Decimal) bool {
	return in.Max != nil && v.GreaterThan(*in.Max)
}

// ones are 1 with no decimals, with one and so on: a number is compared with that of as many at no cost.
var ones = sync.OnceValue(func() (ones []decimal.Decimal) {
	for n, places := int64(1), int32(0); places <= 10; n, places = 10*n, places+1 {
		ones = append(ones, decimal.New(n, -places))
	}
	return ones
})

func isAboveOne(v decimal.Decimal) bool {
	one := ones()[0]
	if places := -int(v.Exponent()); places > 0 && places < len(ones()) {
		one = ones()[places]
	}
	return v.GreaterThan(one)
}

// decimals counts the digits behind the decimal mark.
func decimals(v decimal.Decimal) int {
	_, fraction, _ := strings.Cut(v.String(), ".")
	return len(fraction)
}
