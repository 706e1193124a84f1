package layout

import (
	"errors"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/record"
	"github.com/phuluc/phuluc/transform/text"
)

// styles decides the decimal style of each column from its own text cells, else from the table, else from the workbook
// (text_pitfalls.md section 3: per column or document, never per cell).
func (b *bookReader) styles(s *sheetReader, t *table) []text.Style {
	styles := make([]text.Style, len(t.columns))
	var all []string
	for c := range t.columns {
		samples := s.samples(t, c)
		styles[c] = text.DetectStyle(samples)
		if t.columns[c].role == roleValue { // clerks type percentages with a dot beside dots for thousands
			all = append(all, samples...)
		}
	}
	whole := text.DetectStyle(all)
	if whole == text.Unknown {
		whole = b.style
	}
	for c := range styles {
		if styles[c] == text.Unknown {
			styles[c] = whole
		}
	}
	return styles
}

// samples lists the numbers that are written as texts in a column of values.
func (s *sheetReader) samples(t *table, c int) (out []string) {
	if role := t.columns[c].role; role != roleValue && role != roleComparison {
		return nil
	}
	for r := t.bottom + 1; r < t.end; r++ {
		if i := s.g.own(r, c); i != none && s.g.cells[i].Kind == sheet.Text && s.class[i] == classValue {
			out = append(out, s.g.text[i])
		}
	}
	return out
}

// unitQuestion asks what a word means as the unit of an indicator.
type unitQuestion struct {
	indicator *catalogue.Indicator
	word      string
}

// unitOf reads a unit word for an indicator. code is "" when it fits.
func (rd *Reader) unitOf(in *catalogue.Indicator, w string) (u *catalogue.Unit, code string) {
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

// statedUnit finds the unit that row, column, block or title state for a cell. Units in the row's unit column, its label
// and the column header are equally near and must agree.
func (b *bookReader) statedUnit(cx *cellContext, rm, cm *meaning, in *catalogue.Indicator) (u *catalogue.Unit, code string, args []string) {
	percent := isPercent(in)
	for _, w := range []string{rm.unitCell, rm.dims.unitText, cm.dims.unitText} {
		if w == "" || strings.Trim(w, " -–.…") == "" {
			continue
		}
		x, code := b.rd.unitOf(in, w)
		if code != "" {
			return nil, code, []string{w, in.NameVi}
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
		return nil, code, []string{w, in.NameVi}
	}
	return nil, "", nil
}

func isPercent(in *catalogue.Indicator) bool {
	return in.ValueKind == "percent" || in.ValueKind == "percentage_point"
}

// labelUnit reads the unit out of a name such as "Số người tham gia BHXH". It holds only in a table that has no place
// for a unit, neither column nor line (form B10), for whole numbers, and where the column proves that no thousands are
// meant: one of its values times a thousand is beyond what the indicator can be.
func (b *bookReader) labelUnit(s *sheetReader, cx *cellContext, c int, in *catalogue.Indicator, rm, cm *meaning) *catalogue.Unit {
	for k := range cx.t.columns {
		if cx.t.columns[k].role == roleUnit {
			return nil
		}
	}
	for _, name := range append(append([]string{in.NameVi}, rm.texts...), cm.texts...) {
		toks := tokenize(name)
		if len(toks) < 3 || toks[0].low != "số" {
			continue
		}
		for n := min(3, len(toks)-2); n > 0; n-- {
			u := b.rd.cat.UnitFor(in, name[toks[1].start:toks[n].end])
			if u == nil || in.Max == nil || !u.Factor.Equal(decimal.NewFromInt(1)) {
				continue
			}
			thousandfold, ok := b.rd.cat.Convert(b.largest(s, cx, c).Shift(3), u, b.rd.cat.Unit(in.Unit))
			if ok && thousandfold.GreaterThan(*in.Max) {
				return u
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
		} else if n, err := text.ParseNumber(s.g.cells[i].Raw, cx.styles[c]); err == nil {
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

// value reads the number of a resolved cell, brings it into the indicator's own unit and keeps the pending observation;
// or refuses it.
func (b *bookReader) value(s *sheetReader, cx *cellContext, rw *row, cm *meaning, p *pending, no func(code, nearest string, args ...string)) {
	in, cell := p.indicator, &s.g.cells[p.cell]
	cat := b.rd.cat
	own := cat.Unit(in.Unit)
	if own == nil {
		no("unit.unknown", "", in.Unit)
		return
	}
	u, code, args := b.statedUnit(cx, &rw.mean, cm, in)
	if code != "" {
		no(code, "", args...)
		return
	}
	var n text.Number
	switch cell.Kind {
	case sheet.Number:
		v, cut, err := text.FromFloat(cell.Raw)
		if err != nil {
			no("number.unreadable", "", cell.Raw)
			return
		}
		if cut {
			p.obs.Note = strings.TrimSpace(p.obs.Note + " digits beyond the tenth decimal were cut")
		}
		n.Value, p.number = v, true
		if strings.Contains(unquotedFormat(cell.Format), "%") {
			n.Value, n.Percent = v.Shift(2), true
		}
	case sheet.Text:
		var err error
		n, err = text.ParseNumber(cell.Raw, cx.styles[p.col])
		var ne *text.NumberError
		if errors.As(err, &ne) {
			switch ne.Reason {
			case text.ReasonEmpty:
				b.empty(p, ne.Empty, u, own)
			case text.ReasonAmbiguous:
				no("number.ambiguous", "", cell.Raw)
			case text.ReasonRange:
				no("number.range", "", cell.Raw)
			default:
				no("number.unreadable", "", cell.Raw)
			}
			return
		}
		if err != nil || n.Kind != "" || n.Of.Valid || n.Sub.Valid {
			no("number.unreadable", "", cell.Raw)
			return
		}
	default:
		no("number.unreadable", "", cell.Raw)
		return
	}
	if n.High.Valid && n.High.Decimal.LessThan(n.Value) {
		no("number.range", "", cell.Raw)
		return
	}
	// The cell's own unit is the nearest.
	word := n.Unit
	if word == "" && n.Percent {
		word = "%"
	}
	if word != "" {
		x, code := b.rd.unitOf(in, word)
		if code == "unit.unknown" {
			code = "number.unreadable"
		}
		if code != "" {
			no(code, "", word, in.NameVi)
			return
		}
		if u != nil && n.Scale == 0 && x != u && x.Factor.Cmp(u.Factor) != 0 {
			no("unit.conflict", "", word, u.NameVi)
			return
		}
		u = x
	} else if n.Scale != 0 && (u == nil || !u.Factor.Equal(decimal.NewFromInt(1))) {
		no("unit.ambiguous", "", cell.Raw)
		return
	}
	if u == nil {
		switch {
		case isPercent(in):
			u = own
		case n.Value.IsInteger():
			u = b.labelUnit(s, cx, p.col, in, &rw.mean, cm)
		}
		if u == nil {
			no("unit.ambiguous", "", in.NameVi)
			return
		}
	}
	if in.ValueKind == "count" && u.Factor.GreaterThan(decimal.NewFromInt(1)) && cell.Kind == sheet.Text && cx.styles[p.col] == text.Unknown {
		// "19.850" thousand persons, and nothing in the workbook tells which mark is the decimal one.
		if e, err := text.ParseNumber(cell.Raw, text.English); err == nil && !e.Value.Equal(n.Value) {
			no("number.ambiguous", "", cell.Raw, u.NameVi)
			return
		}
	}
	if in.ValueKind == "count" && u.Factor.Equal(decimal.NewFromInt(1)) && (!n.Value.IsInteger() || n.High.Valid && !n.High.Decimal.IsInteger()) {
		if p.number && -n.Value.Exponent() == 3 && n.Value.Abs().LessThan(decimal.NewFromInt(1000)) {
			no("number.ambiguous", "", cell.Raw) // 7.333 typed where a dot is the decimal mark: 7333?
		} else {
			no("value.type", "", cell.Raw, in.NameVi)
		}
		return
	}
	v, ok := cat.Convert(n.Value, u, own)
	if !ok {
		no("number.range", "", cell.Raw, u.NameVi, own.NameVi)
		return
	}
	p.obs.Value = decimal.NewNullDecimal(v)
	if n.High.Valid {
		h, ok := cat.Convert(n.High.Decimal, u, own)
		if !ok {
			no("number.range", "", cell.Raw, u.NameVi, own.NameVi)
			return
		}
		p.obs.High = decimal.NewNullDecimal(h)
	}
	p.obs.Qualifier = n.Qualifier
	p.obs.Unit, p.obs.Reported = own.Code, u.Code
	p.percent = p.number && !n.Percent && own.Quantity == "percent"
	b.pending = append(b.pending, *p)
}

// unquotedFormat drops the literal parts of a number format, in which % is no percent sign.
func unquotedFormat(f string) string {
	for {
		i := strings.IndexByte(f, '"')
		if i < 0 {
			return strings.ReplaceAll(f, `\%`, "")
		}
		j := strings.IndexByte(f[i+1:], '"')
		if j < 0 {
			return f[:i]
		}
		f = f[:i] + f[i+j+2:]
	}
}

// empty keeps a written emptiness: no value, and the reason. "-" says that nothing occurred.
func (b *bookReader) empty(p *pending, kind string, u, own *catalogue.Unit) {
	p.obs.Empty = kind
	switch kind {
	case text.EmptyEllipsis, text.EmptyDots:
		p.obs.Status = "L"
	case text.EmptyNotApplicable:
		p.obs.Status = "M"
	}
	p.obs.Unit, p.obs.Reported = own.Code, own.Code
	if u != nil {
		p.obs.Reported = u.Code
	}
	b.pending = append(b.pending, *p)
}

// fractions refuses percentages that were probably stored as fractions (0.641 for 64,1 %): numeric cells without a percent format, none
// above 1, where no numeric percentage of the same row or column is (text_pitfalls.md section 3). A percentage written as a text or with that format
// says that the numbers beside it are percentages too only if it is of their size, or they have no more than one decimal.
func (b *bookReader) fractions(from int) {
	type evidence struct {
		above     bool            // a number above 1
		fractions bool            // a number between 0 and 1
		digits    int             // most decimals of these
		text      decimal.Decimal // the smallest above 1 that is written as a text or with a percent format, 0 if there is none
	}
	rows, cols := map[int]*evidence{}, map[int]*evidence{}
	at := func(m map[int]*evidence, k int) *evidence {
		if m[k] == nil {
			m[k] = &evidence{}
		}
		return m[k]
	}
	one := decimal.NewFromInt(1)
	for i := from; i < len(b.pending); i++ {
		p := &b.pending[i]
		if b.rd.cat.Unit(p.indicator.Unit).Quantity != "percent" || !p.obs.Value.Valid {
			continue
		}
		v := p.obs.Value.Decimal.Abs()
		for _, e := range []*evidence{at(rows, p.row), at(cols, p.col)} {
			switch {
			case p.percent && v.GreaterThan(one):
				e.above = true
			case p.percent && !v.IsInteger():
				e.fractions, e.digits = true, max(e.digits, decimals(v))
			case !p.percent && v.GreaterThan(one) && (e.text.IsZero() || v.LessThan(e.text)):
				e.text = v
			}
		}
	}
	kept := b.pending[:from]
	for i := from; i < len(b.pending); i++ {
		p := b.pending[i]
		if !p.percent || !p.obs.Value.Valid || p.obs.Value.Decimal.IsZero() || p.obs.Value.Decimal.Abs().GreaterThan(one) {
			kept = append(kept, p)
			continue
		}
		v, row, col := p.obs.Value.Decimal.Abs(), rows[p.row], cols[p.col]
		sure := row.above || col.above || v.IsInteger() && !row.fractions && !col.fractions ||
			!row.text.IsZero() && row.text.LessThan(v.Mul(decimal.NewFromInt(20))) || !col.text.IsZero() && max(row.digits, col.digits) <= 1
		if sure {
			kept = append(kept, p)
			continue
		}
		b.refuse(p.g, p.cell, "unit.ambiguous", p.obs.Label, p.obs.Header, "", p.obs.Raw, p.obs.Value.Decimal.Shift(2).String()+" %")
	}
	b.pending = kept
}

// decimals counts the digits behind the decimal mark.
func decimals(v decimal.Decimal) int {
	_, fraction, _ := strings.Cut(v.String(), ".")
	return len(fraction)
}

type observationKey struct{ indicator, territory, period, measure, sex, area string }

// settle loads what is pending. The same observation twice: equal values are one, the second a repeat; different values
// are all refused, since nothing says which is right.
func (b *bookReader) settle() []record.Observation {
	groups := make(map[observationKey][]int, len(b.pending))
	clash := map[observationKey]bool{}
	for i := range b.pending {
		o := &b.pending[i].obs
		k := observationKey{o.Indicator, o.Territory, o.Period, o.Measure, o.Sex, o.Area}
		if g := groups[k]; len(g) > 0 && !sameValue(o, &b.pending[g[0]].obs) {
			clash[k] = true
		}
		groups[k] = append(groups[k], i)
		if b.ctx.Err() != nil {
			return nil
		}
	}
	out := make([]record.Observation, 0, len(b.pending))
	rows := map[gridRow][]int{}
	for i := range b.pending {
		p := &b.pending[i]
		k := observationKey{p.obs.Indicator, p.obs.Territory, p.obs.Period, p.obs.Measure, p.obs.Sex, p.obs.Area}
		switch {
		case clash[k]:
			var others []string
			for _, j := range groups[k] {
				if j == i {
					continue
				}
				o := &b.pending[j].obs
				others = append(others, o.Sheet+"!"+o.Cell+" = "+o.Raw)
				if len(others) == 5 {
					break
				}
			}
			b.refuse(p.g, p.cell, "value.duplicate", p.obs.Label, p.obs.Header, "", others...)
		case groups[k][0] != i:
			p.g.skip(p.cell, skipRepeat)
		default:
			p.g.set(p.cell, fate{kind: fateLoaded})
			if len(b.claims) > 0 {
				rows[gridRow{p.g, p.row}] = append(rows[gridRow{p.g, p.row}], len(out))
			}
			out = append(out, p.obs)
		}
	}
	b.settleClaims(out, rows)
	return out
}

func sameValue(a, b *record.Observation) bool {
	same := func(x, y decimal.NullDecimal) bool {
		return x.Valid == y.Valid && (!x.Valid || x.Decimal.Equal(y.Decimal))
	}
	return same(a.Value, b.Value) && same(a.High, b.High) && a.Qualifier == b.Qualifier && a.Empty == b.Empty
}
