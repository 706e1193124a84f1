package layout

import (
	"cmp"
	"errors"
	"slices"
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

// value reads the number of a resolved cell and brings it into the indicator's own unit. It reports whether it is kept and not refused. p is the
// last that is pending: a part that stands in the same cell becomes the next.
func (v *valueCell) value(p *pending) (kept bool) {
	b, in, cat := v.b, v.in, v.b.rd.cat
	own := cat.UnitOf(in)
	u, code, args := v.statedUnit()
	if code != "" {
		v.no(code, "", args...)
		return false
	}
	var n text.Number
	written, ok := v.number(p, &n, u, own)
	if !ok {
		return p.obs.Empty != ""
	}
	if u, ok = v.unit(&n, u, own); !ok || v.isDoubtful(p, &n, written, u) {
		return false
	}
	shown := v.s.g.text[v.i]
	converted, ok := cat.Convert(n.Value, u, own)
	if !ok {
		v.no("number.range", "", shown, u.NameVi, own.NameVi)
		return false
	}
	p.obs.Value = decimal.NewNullDecimal(converted)
	if n.High.Valid {
		high, ok := cat.Convert(n.High.Decimal, u, own)
		if !ok {
			v.no("number.range", "", shown, u.NameVi, own.NameVi)
			return false
		}
		p.obs.High = decimal.NewNullDecimal(high)
	}
	p.obs.Qualifier = n.Qualifier
	p.obs.Unit, p.obs.Reported = own.Code, u.Code
	p.percent = !n.Percent && n.Qualifier == "" && (isPercent(in) || own.Quantity == "percent")
	if !n.Sub.Valid {
		return true
	}
	part, ok := cat.Convert(n.Sub.Decimal, u, own)
	if !ok || u.IsSingle() && !n.Sub.Decimal.IsInteger() {
		v.no("value.type", "", shown, in.NameVi)
		return false
	}
	q := *p
	q.obs = b.observation()
	*q.obs = *p.obs
	q.obs.Value, q.obs.Qualifier, q.part = decimal.NewNullDecimal(part), "", true
	q.obs.Sex = b.rd.subSex(p.obs, in, n.SubWord)
	q.indicator, q.obs.Sex, q.obs.Area = cat.Canonical(in, q.obs.Sex, q.obs.Area)
	q.obs.Indicator = q.indicator.Code
	b.pending = append(b.pending, q)
	return true
}

// number reads what the cell holds; written is its text without the mark of a note. ok is false if it was refused, or is one of the
// kinds of emptiness.
func (v *valueCell) number(p *pending, n *text.Number, u, own *catalogue.Unit) (written string, ok bool) {
	cell, shown := &v.s.g.cells[v.i], v.s.g.text[v.i]
	written = shown
	switch cell.Kind {
	case sheet.Number:
		value, cut, err := text.FromFloat(cell.Raw)
		if err != nil {
			v.no("number.unreadable", "", shown)
			return written, false
		}
		if cut {
			p.obs.Note = strings.TrimSpace(p.obs.Note + " (bỏ các chữ số sau chữ số thập phân thứ mười)")
		}
		if g := v.s.g; g.worded && !sheet.IsBare(cell.Format) {
			if *n, err = worded(cell.Format, value, v.cx.styles[v.c]); err != nil {
				v.no("number.unreadable", "", shown, "the number format shows words beside it", cell.Format)
				return written, false
			}
			before, behind, _ := sheet.Wording(cell.Format, value.Sign())
			p.noteShown(before + "…" + behind)
		}
		digits := sheet.HiddenDigits(cell.Format)
		if digits != n.Scale && digits > 0 && !value.IsZero() { // who wrote the unit beside it saw another number
			v.no("unit.ambiguous", "", shown, "the number format shows it divided", value.Shift(-digits).String())
			return written, false
		}
		if n.Scale != 0 {
			value = value.Shift(n.Scale - digits) // "43 nghìn" for 43000
		}
		n.Value, p.number = value, true
		if strings.Contains(cell.Format, "%") && strings.Contains(unquotedFormat(cell.Format), "%") {
			n.Value, n.Percent = value.Shift(2), true
		}
	case sheet.Text:
		var err error
		*n, err = text.ParseNumber(written, v.cx.styles[v.c])
		if number, mark, ok := cutMark(written); err != nil && ok {
			written = number
			*n, err = text.ParseNumber(number, v.cx.styles[v.c])
			p.obs.Note = strings.TrimSpace(p.obs.Note + " " + mark)
		}
		if ne, ok := errors.AsType[*text.NumberError](err); ok {
			switch ne.Reason {
			case text.ReasonEmpty:
				p.empty(ne.Empty, u, own)
			case text.ReasonAmbiguous:
				v.no("number.ambiguous", "", shown)
			case text.ReasonRange:
				v.no("number.range", "", shown)
			default:
				v.no("number.unreadable", "", shown)
			}
			return written, false
		}
		if err != nil || n.Kind != "" || (n.Of.Valid || n.Sub.Valid) && v.in.ValueKind != "count" || n.Sub.Valid && v.b.rd.subSex(p.obs, v.in, n.SubWord) == "" {
			v.no("number.unreadable", "", shown)
			return written, false
		}
		if shown != cell.Raw && isDigits(cell.Raw) {
			p.noteShown(shown)
		}
		if n.Of.Valid { // "71.819/75.126": so many of so many
			if v.b.rd.isMeasuredAgainst(v.in) {
				v.no("number.ambiguous", "", shown, "it may be the whole that stands behind the slash")
				return written, false
			}
			p.obs.Note = strings.TrimSpace(p.obs.Note + " / " + n.Of.Decimal.String())
		}
	case sheet.Date:
		v.no("number.unreadable", "", cmp.Or(v.s.shownDate(v.i, "d/m/yyyy"), shown), "the cell is a date")
		return written, false
	default:
		code := "number.unreadable"
		if cell.Kind == sheet.Error && strings.HasPrefix(cell.Raw, "=") {
			code = "value.not_computed"
		}
		v.no(code, "", shown)
		return written, false
	}
	return written, true
}

// isMeasuredAgainst reports whether rates are shares of what an indicator counts: "30.000/140.000" of all households may be the poor ones of all of them.
func (rd *Reader) isMeasuredAgainst(in *catalogue.Indicator) bool {
	return slices.ContainsFunc(rd.cat.Indicators, func(rate catalogue.Indicator) bool { return rate.Weight == in.Code })
}

// worded reads what a number format shows beside a number, as if all of it had been typed: `0.0" nghìn"`.
func worded(format string, value decimal.Decimal, style text.Style) (text.Number, error) {
	before, behind, _ := sheet.Wording(format, value.Sign())
	n, err := text.ParseNumber(before+"7"+behind, style)
	if err == nil && (n.High.Valid || n.Of.Valid || n.Sub.Valid || n.Kind != "") {
		err = errWords
	}
	return n, err
}

// noteShown tells beside the value what the number format of its cell shows, of which the raw text has the bare number only.
func (p *pending) noteShown(shown string) {
	p.obs.Note = strings.TrimSpace(p.obs.Note + ` (định dạng số của ô hiện "` + strings.TrimSpace(shown) + `")`)
}

var errWords = errors.New("words that say more of the number")

// unit decides the unit of the number: that of the cell itself is the nearest, then what row, column and title state, then what the label tells.
func (v *valueCell) unit(n *text.Number, stated, own *catalogue.Unit) (u *catalogue.Unit, ok bool) {
	b, in, shown := v.b, v.in, v.s.g.text[v.i]
	word := n.Unit
	if word == "" && n.Percent {
		word = "%"
	}
	if word != "" {
		u, code := b.rd.unitOf(in, word)
		switch code {
		case "":
		case "unit.unknown":
			if !strings.Contains(shown, word) { // the number format shows it
				shown += " " + word
			}
			v.no("number.unreadable", "", shown)
			return nil, false
		default:
			v.no(code, "", word, b.rd.inUnit(in))
			return nil, false
		}
		if stated != nil && n.Scale == 0 && u != stated && u.Factor.Cmp(stated.Factor) != 0 {
			v.no("unit.conflict", "", word, stated.NameVi)
			return nil, false
		}
		return u, true
	}
	if u = stated; u == nil && n.Value.IsInteger() && !isPercent(in) {
		u = v.labelUnit(n.Value)
	}
	if u == nil {
		u = b.rateUnit(in, v.rm, v.cm)
	}
	switch {
	case n.Scale != 0 && (u == nil || !u.IsSingle()):
		v.no("unit.ambiguous", "", shown)
		return nil, false
	case u != nil:
		return u, true
	case isPercent(in):
		return own, true
	}
	v.no("unit.ambiguous", "", in.NameVi)
	return nil, false
}

// isDoubtful refuses a number that others of its column, row or unit show to have two readings, or to be no count.
func (v *valueCell) isDoubtful(p *pending, n *text.Number, written string, u *catalogue.Unit) bool {
	single := u.IsSingle()
	shown, count := v.s.g.text[v.i], v.in.ValueKind == "count"
	switch {
	case !p.number && (v.cx.isDoubtful(written, n, v.c, v.in, u) || !single && v.s.isBesideThousandths(v.cx, v.rw, v.i, written, n) || count && v.s.isCutThousands(v.cx, v.c, written)):
		v.no("number.ambiguous", "", shown, u.NameVi)
	case count && single && isFew(n.Value) && v.s.isBesideFractions(v.cx, v.rw, p):
		v.no("unit.ambiguous", "", shown, "other figures of the row are no whole numbers")
	case v.in.ValueKind == "percentage_point" && n.Value.IsNegative():
		v.no("number.ambiguous", "", shown, "the minus may say again that it falls")
	case !count || !single || n.Value.IsInteger() && (!n.High.Valid || n.High.Decimal.IsInteger()):
		return false
	case p.number && -n.Value.Exponent() == 3 && n.Value.Abs().LessThan(decimal.NewFromInt(1000)):
		v.no("number.ambiguous", "", shown) // 7.333 typed where a dot is the decimal mark: 7333?
	default:
		v.no("value.type", "", shown, v.in.NameVi)
	}
	return true
}

// isFew reports whether a number is a whole one of at most three digits, and not zero.
func isFew(v decimal.Decimal) bool {
	if !v.IsInteger() {
		return false
	}
	n := v.IntPart() // numbers are read with at most 18 digits
	return n != 0 && -1000 < n && n < 1000
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

// empty makes it a written emptiness: no value, and the reason. "-" says that nothing occurred.
func (p *pending) empty(kind string, u, own *catalogue.Unit) {
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
}
