package layout

import (
	"strings"

	"github.com/shopspring/decimal"

	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/phuluc/phuluc/transform/record"
	"github.com/phuluc/phuluc/transform/text"
)

// A column of percentages of the plan ("% KH", "Ước/KH", "So với kế hoạch (%)") is a comparison: it is recomputed, not
// loaded. But a report may state "82.615 người, đạt 103,3% kế hoạch" and no plan. Then nothing can be recomputed, and the
// percentage is kept with the one value of its row that it can speak of.

// achieved reads what the title of a column of percentages of the plan says of the value that is measured: "% KH năm 2019",
// "Ước TH 6T/KH". It is nil if the title is another comparison.
func (rd *Reader) achieved(toks []token) *partial {
	var d partial
	var words []token
	for i := 0; i < len(toks); {
		if n, it := takePeriod(toks[i:]); n > 0 {
			it.written = toks[i].key
			d.applyItem(it)
			i += n
		} else if n := rd.filler(toks[i:]); n > 0 {
			i += n // "giai đoạn", "giao"
		} else {
			words = append(words, toks[i])
			i++
		}
	}
	if d.clash != "" {
		return nil
	}
	_, ok := rd.vocab.find(words, kindAchieved)
	for n := len(words); !ok && n > 0 && words[n-1].punct; n-- { // "(%)" may follow
		_, ok = rd.vocab.find(words[:n-1], kindAchieved)
	}
	if !ok {
		return nil
	}
	for n := min(len(words), 3); n > 0; n-- {
		if w, ok := rd.vocab.find(words[:n], kindMeasure); ok {
			if w.value == "estimate" { // "thực hiện" is said of estimates too
				d.measure = w.value
			}
			break
		}
	}
	return &d
}

// filler counts the tokens of a word at the start that has no meaning of its own.
func (rd *Reader) filler(toks []token) int {
	for n := min(len(toks), 2); n > 0; n-- {
		if _, ok := rd.vocab.find(toks[:n], kindFiller); ok && !toks[0].punct && !toks[n-1].punct {
			return n
		}
	}
	return 0
}

// claim is a cell of a column of percentages of the plan.
type claim struct {
	g     *grid
	cell  int32
	row   int
	of    *meaning // what the header says of the value measured
	style text.Style
}

type gridRow struct {
	g *grid
	r int
}

// settleClaims decides every claim once it is known which values are loaded; rows gives their positions in values. Two
// columns that claim one value are both left out: nothing says which is right.
func (b *bookReader) settleClaims(values []record.Observation, rows map[gridRow][]int) {
	type statement struct {
		value   int // position in values, -1 if none
		percent decimal.Decimal
	}
	statements := make([]statement, len(b.claims))
	claimed := map[int]int{}
	for i := range b.claims {
		c := &b.claims[i]
		statements[i].value = -1
		percent, sure, ok := c.percent(b.rd)
		if !ok {
			continue
		}
		value, plan := c.target(values, rows[gridRow{c.g, c.row}])
		switch {
		case value < 0:
		case plan >= 0:
			b.comparisons = append(b.comparisons, record.Comparison{Origin: c.g.origin(c.cell), Percent: percent, Value: value, Plan: plan})
		case sure:
			statements[i] = statement{value, percent}
			claimed[value]++
		}
	}
	for i := range b.claims {
		c, k := &b.claims[i], statements[i].value
		if k < 0 || claimed[k] > 1 {
			c.g.skip(c.cell, skipComparison)
			continue
		}
		o := c.g.origin(c.cell)
		values[k].Achieved, values[k].AchievedCell, values[k].AchievedRaw = decimal.NewNullDecimal(statements[i].percent), o.Cell, o.Raw
		c.g.set(c.cell, fateLoaded)
	}
}

// percent reads the cell; ok is false for words, ranges, qualified numbers and what no percentage of a plan can be. It is
// sure only if header or cell say "%" and the number is not one that may be the ratio itself, 1.033 for 103.3 %.
func (c *claim) percent(rd *Reader) (v decimal.Decimal, sure, ok bool) {
	cell := &c.g.cells[c.cell]
	if c.of.unknown != "" || c.g.span[c.cell] != c.g.pos[c.cell] {
		return v, false, false
	}
	signed := false // the cell itself says "%"
	switch cell.Kind {
	case sheet.Number:
		x, _, err := text.FromFloat(cell.Raw)
		if err != nil {
			return v, false, false
		}
		v = x
		if strings.Contains(unquotedFormat(cell.Format), "%") {
			v, signed = x.Shift(2), true
		}
	case sheet.Text:
		n, err := text.ParseNumber(c.g.text[c.cell], c.style)
		if err != nil || n.High.Valid || n.Of.Valid || n.Sub.Valid || n.Qualifier != "" || n.Scale != 0 {
			return v, false, false
		}
		if n.Unit != "" && n.Kind != text.PlanAchievementPercent {
			return v, false, false
		}
		v, signed = n.Value, n.Percent
	default:
		return v, false, false
	}
	if v.IsNegative() || v.GreaterThan(decimal.NewFromInt(maxPercent)) || v.Exponent() < -10 {
		return v, false, false
	}
	return v, signed || strings.Contains(c.of.text(), "%") && v.GreaterThan(decimal.NewFromInt(maxRatio)), true
}

const (
	maxPercent = 100_000 // more is a value in the wrong column
	maxRatio   = 3       // fewer than three percent of a plan are rare, ratios in cells without "%" are not
)

// target finds the one value of the row that the header can speak of, and the plan that it can be compared with: both are
// positions in values, -1 if there is none. Of several values the one with a plan of its own period is meant.
func (c *claim) target(values []record.Observation, row []int) (value, plan int) {
	var found, within, planned []int
	for _, k := range row {
		switch o := &values[k]; {
		case o.Measure != "actual" && o.Measure != "estimate" || !o.Value.Valid || !c.speaksOf(o):
		case c.inPeriod(o.Period):
			found = append(found, k)
		case c.of.dims.part == "" && c.of.dims.toYear == 0 && strings.HasPrefix(o.Period, c.of.dims.period()+"-"):
			within = append(within, k) // nine months of the plan of the year
		}
	}
	if len(found) == 0 {
		found = within
	}
	if len(found) > 1 {
		for _, k := range found {
			if p := planOf(values, row, k); p >= 0 && values[p].Period == values[k].Period {
				planned = append(planned, k)
			}
		}
		if len(planned) == 1 {
			return planned[0], planOf(values, row, planned[0])
		}
		return -1, -1
	}
	if len(found) == 0 {
		return -1, -1
	}
	return found[0], planOf(values, row, found[0])
}

// speaksOf reports whether nothing in the header but its period excludes the value.
func (c *claim) speaksOf(o *record.Observation) bool {
	d := &c.of.dims
	if in := c.of.indicator; in != nil && in.Code != o.Indicator || in == nil && len(c.of.matches) > 0 || d.clash != "" {
		return false
	}
	if len(c.of.territories) > 0 {
		named := false
		for _, t := range c.of.territories {
			named = named || t.ID == o.Territory
		}
		if !named {
			return false
		}
	}
	return (d.measure == "" || d.measure == o.Measure) && (d.sex == "" || d.sex == o.Sex) && (d.area == "" || d.area == o.Area)
}

// inPeriod reports whether the header names the period, or none.
func (c *claim) inPeriod(period string) bool {
	d := c.of.dims
	if d.year != 0 {
		return d.period() == period
	}
	if d.part == "" || d.part == "Y" && len(period) == 4 {
		return true
	}
	y := tokenize(period)
	if len(y) == 0 {
		return false
	}
	d.year = y[0].num
	return d.period() == period
}

// planOf finds the plan in the row that a value is recomputed with: the plan of its period, else that of its year. Both
// must be exact and the plan not zero, or nothing can be recomputed.
func planOf(values []record.Observation, row []int, of int) int {
	exact := func(o *record.Observation) bool { return o.Value.Valid && !o.High.Valid && o.Qualifier == "" }
	v := &values[of]
	best := -1
	for _, k := range row {
		o := &values[k]
		if o.Measure != "plan" || o.Indicator != v.Indicator || o.Territory != v.Territory || o.Sex != v.Sex || o.Area != v.Area ||
			!exact(v) || !exact(o) || o.Value.Decimal.IsZero() {
			continue
		}
		if o.Period == v.Period {
			return k
		}
		if len(o.Period) == 4 && strings.HasPrefix(v.Period, o.Period+"-") {
			best = k
		}
	}
	return best
}
