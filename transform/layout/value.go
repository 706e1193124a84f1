package layout

import (
	"cmp"
	"errors"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/record"
	"github.com/phuluc/phuluc/transform/text"
)

// cutMark cuts the mark of a note off a number: "25(1)", where one digit in parentheses follows the last one.
func cutMark(s string) (number, mark string, ok bool) {
	t := strings.TrimSpace(s)
	k := len(t) - 3
	if k < 1 || t[k] != '(' || t[k+1] < '1' || t[k+1] > '9' || t[k+2] != ')' {
		return s, "", false
	}
	number = strings.TrimRight(t[:k], " ")
	last := number[len(number)-1:]
	return number, t[k+1 : k+2], last >= "0" && last <= "9" || last == "%"
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
	shown := s.g.text[p.cell]
	written := shown
	switch cell.Kind {
	case sheet.Number:
		v, cut, err := text.FromFloat(cell.Raw)
		if err != nil {
			no("number.unreadable", "", shown)
			return
		}
		if cut {
			p.obs.Note = strings.TrimSpace(p.obs.Note + " digits beyond the tenth decimal were cut")
		}
		n.Value, p.number = v, true
		if digits := sheet.HiddenDigits(cell.Format); digits > 0 && !v.IsZero() { // who wrote the unit beside it saw another number
			no("unit.ambiguous", "", shown, "the number format shows it divided", v.Shift(-digits).String())
			return
		}
		if strings.Contains(cell.Format, "%") && strings.Contains(unquotedFormat(cell.Format), "%") {
			n.Value, n.Percent = v.Shift(2), true
		}
	case sheet.Text:
		var err error
		n, err = text.ParseNumber(written, cx.styles[p.col])
		if number, mark, ok := cutMark(written); err != nil && ok {
			written = number
			n, err = text.ParseNumber(number, cx.styles[p.col])
			p.obs.Note = strings.TrimSpace(p.obs.Note + " " + mark)
		}
		var ne *text.NumberError
		if errors.As(err, &ne) {
			switch ne.Reason {
			case text.ReasonEmpty:
				b.empty(p, ne.Empty, u, own)
			case text.ReasonAmbiguous:
				no("number.ambiguous", "", shown)
			case text.ReasonRange:
				no("number.range", "", shown)
			default:
				no("number.unreadable", "", shown)
			}
			return
		}
		if err != nil || n.Kind != "" || (n.Of.Valid || n.Sub.Valid) && in.ValueKind != "count" || n.Sub.Valid && b.rd.subSex(p.obs, in, n.SubWord) == "" {
			no("number.unreadable", "", shown)
			return
		}
		if n.Of.Valid { // "71.819/75.126": so many of so many
			p.obs.Note = strings.TrimSpace(p.obs.Note + " / " + n.Of.Decimal.String())
		}
	case sheet.Date:
		no("number.unreadable", "", cmp.Or(s.shownDate(p.cell, "d/m/yyyy"), shown), "the cell is a date")
		return
	default:
		if cell.Kind == sheet.Error && strings.HasPrefix(cell.Raw, "=") {
			no("value.not_computed", "", shown)
			return
		}
		no("number.unreadable", "", shown)
		return
	}
	if n.High.Valid && n.High.Decimal.LessThan(n.Value) {
		no("number.range", "", shown)
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
			no(code, "", word, b.rd.inUnit(in))
			return
		}
		if u != nil && n.Scale == 0 && x != u && x.Factor.Cmp(u.Factor) != 0 {
			no("unit.conflict", "", word, u.NameVi)
			return
		}
		u = x
	} else {
		if u == nil && n.Value.IsInteger() && !isPercent(in) {
			u = b.labelUnit(s, cx, p.col, in, &rw.mean, cm)
		}
		if n.Scale != 0 && (u == nil || !u.Factor.Equal(decimal.NewFromInt(1))) {
			no("unit.ambiguous", "", shown)
			return
		}
	}
	if u == nil && isPercent(in) {
		u = own
	}
	if u == nil {
		no("unit.ambiguous", "", in.NameVi)
		return
	}
	if cell.Kind == sheet.Text && cx.isDoubtful(written, &n, p.col, in, u) {
		no("number.ambiguous", "", shown, u.NameVi)
		return
	}
	if cell.Kind == sheet.Text && !u.Factor.Equal(decimal.NewFromInt(1)) && s.isBesideThousandths(cx, rw, p.cell, written, &n) {
		no("number.ambiguous", "", shown, u.NameVi)
		return
	}
	if cell.Kind == sheet.Text && in.ValueKind == "count" && s.isCutThousands(cx, p.col, written) {
		no("number.ambiguous", "", shown, u.NameVi)
		return
	}
	if in.ValueKind == "count" && u.Factor.Equal(decimal.NewFromInt(1)) && (!n.Value.IsInteger() || n.High.Valid && !n.High.Decimal.IsInteger()) {
		if p.number && -n.Value.Exponent() == 3 && n.Value.Abs().LessThan(decimal.NewFromInt(1000)) {
			no("number.ambiguous", "", shown) // 7.333 typed where a dot is the decimal mark: 7333?
		} else {
			no("value.type", "", shown, in.NameVi)
		}
		return
	}
	v, ok := cat.Convert(n.Value, u, own)
	if !ok {
		no("number.range", "", shown, u.NameVi, own.NameVi)
		return
	}
	p.obs.Value = decimal.NewNullDecimal(v)
	if n.High.Valid {
		h, ok := cat.Convert(n.High.Decimal, u, own)
		if !ok {
			no("number.range", "", shown, u.NameVi, own.NameVi)
			return
		}
		p.obs.High = decimal.NewNullDecimal(h)
	}
	p.obs.Qualifier = n.Qualifier
	p.obs.Unit, p.obs.Reported = own.Code, u.Code
	p.percent = !n.Percent && n.Qualifier == "" && (isPercent(in) || own.Quantity == "percent")
	if !n.Sub.Valid {
		b.pending = append(b.pending, *p)
		return
	}
	part, ok := cat.Convert(n.Sub.Decimal, u, own)
	if !ok || u.Factor.Equal(decimal.NewFromInt(1)) && !n.Sub.Decimal.IsInteger() {
		no("value.type", "", shown, in.NameVi)
		return
	}
	q := *p
	q.obs = b.observation()
	*q.obs = *p.obs
	q.obs.Value, q.obs.Qualifier, q.part = decimal.NewNullDecimal(part), "", true
	q.obs.Sex = b.rd.subSex(p.obs, in, n.SubWord)
	q.indicator, q.obs.Sex, q.obs.Area = cat.Canonical(in, q.obs.Sex, q.obs.Area)
	q.obs.Indicator = q.indicator.Code
	b.pending = append(b.pending, *p, q)
}

// subSex gives the sex that a number in parentheses counts ("5.136 (1.323 nữ)", form B15): "" if the word names none, or the value is
// already of one sex.
func (rd *Reader) subSex(o *record.Observation, in *catalogue.Indicator, word string) string {
	if o.Sex != "T" || in.Sex != "" {
		return ""
	}
	if w, ok := rd.vocab.find(tokenize(word), kindSex); ok && w.value != "T" {
		return w.value
	}
	return ""
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
