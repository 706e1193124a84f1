package layout

import (
	"strings"

	"github.com/shopspring/decimal"

	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/text"
)

// styles decides the decimal style of each column of the tables of a sheet: from its own text cells, else from the sheet
// (text_pitfalls.md section 3: per column or document, never per cell). Another sheet, which another hand may have typed, proves nothing.
func (s *sheetReader) styles(tables []*cellContext) {
	for _, cx := range tables {
		cx.styles, cx.torn = make([]text.Style, len(cx.t.columns)), make([]bool, len(cx.t.columns))
	}
	if !s.written { // as in most sheets
		return
	}
	own := make([][]proof, len(tables))
	things := make([][]proof, len(tables))
	var whole, all proof
	for k, cx := range tables {
		own[k], things[k] = make([]proof, len(cx.t.columns)), make([]proof, len(cx.t.columns))
		for c := range cx.t.columns {
			own[k][c] = s.proof(cx, c)
			if cx.t.columns[c].role == roleValue { // clerks type percentages with a dot beside dots for thousands
				whole.add(own[k][c])
				things[k][c] = s.proofOfThings(cx, c)
				all.add(things[k][c])
			}
		}
	}
	s.proven = whole
	for k, cx := range tables {
		cx.mixed = whole.vietnamese && whole.english
		for c, p := range own[k] {
			counts := things[k][c]
			if p == (proof{}) {
				p, counts = whole, all
			}
			cx.styles[c] = p.style()
			cx.torn[c] = cx.styles[c] == text.English && counts.vietnamese || cx.styles[c] == text.Vietnamese && counts.english
		}
	}
}

// proof tells which decimal styles are the only ones that explain some number.
type proof struct{ vietnamese, english bool }

func (p *proof) add(q proof) {
	p.vietnamese, p.english = p.vietnamese || q.vietnamese, p.english || q.english
}

// style is the one that is proven, Unknown if none or both are.
func (p proof) style() text.Style {
	switch {
	case p.vietnamese && !p.english:
		return text.Vietnamese
	case p.english && !p.vietnamese:
		return text.English
	}
	return text.Unknown
}

// marks gives the marks before decimals that are proven.
func (p proof) marks() (marks string) {
	if p.vietnamese {
		marks = ","
	}
	if p.english {
		marks += "."
	}
	return marks
}

// proof looks at the numbers that are written as texts in a column of values. A dot in a percentage proves nothing.
func (s *sheetReader) proof(cx *cellContext, c int) (p proof) {
	t := cx.t
	role := t.columns[c].role
	if role != roleValue && role != roleComparison {
		return p
	}
	for _, rw := range t.rows {
		i := s.g.own(rw.r, c)
		if i == none || s.g.cells[i].Kind != sheet.Text || s.class[i] != classValue {
			continue
		}
		written := s.g.text[i]
		if role == roleValue && !strings.Contains(written, ",") && (rw.mean.comparison || s.rd.isShare(cx, rw, c)) {
			continue
		}
		switch text.DetectStyle([]string{written}) {
		case text.Vietnamese:
			p.vietnamese = true
		case text.English:
			p.english = true
		}
	}
	return p
}

// proofOfThings looks at the numbers of a column that count whole things one by one: a mark before three digits of theirs stands before thousands.
func (s *sheetReader) proofOfThings(cx *cellContext, c int) (p proof) {
	for _, rw := range cx.t.rows {
		i := s.g.own(rw.r, c)
		if i == none || s.g.cells[i].Kind != sheet.Text || s.class[i] != classValue || !s.rd.countsThings(cx, rw, c) {
			continue
		}
		vi, err1 := text.ParseNumber(s.g.text[i], text.Vietnamese)
		en, err2 := text.ParseNumber(s.g.text[i], text.English)
		if err1 != nil || err2 != nil || vi.Scale != 0 || vi.Percent || vi.Value.Equal(en.Value) {
			continue
		}
		p.vietnamese = p.vietnamese || en.Value.Exponent() < 0
		p.english = p.english || vi.Value.Exponent() < 0
	}
	return p
}

// countsThings reports whether row, column or title make of the values of a column counts of whole things, one by one.
func (rd *Reader) countsThings(cx *cellContext, rw *row, c int) bool {
	for _, in := range []*catalogue.Indicator{rw.mean.indicator, cx.columns[c].indicator, cx.title.indicator} {
		if in == nil {
			continue
		}
		word := ""
		for _, w := range []string{rw.mean.unitCell, rw.mean.dims.unitText, cx.columns[c].dims.unitText, rw.mean.blockUnitText, cx.title.dims.unitText} {
			if _, thing := namesThing(w); w != "" && (word == "" || !thing) {
				if word = w; !thing {
					break
				}
			}
		}
		u, code := rd.unitOf(in, word)
		return code == "" && in.ValueKind == "count" && u.IsSingle()
	}
	return false
}

// isShare reports whether row, column or title make percentages of the values of a column.
func (rd *Reader) isShare(cx *cellContext, rw *row, c int) bool {
	for _, in := range []*catalogue.Indicator{rw.mean.indicator, cx.columns[c].indicator, cx.title.indicator} {
		if in != nil {
			u := rd.cat.UnitOf(in)
			return u != nil && u.Quantity == "percent"
		}
	}
	u := rd.unit(rw.mean.unitCell)
	return u != nil && u.Quantity == "percent"
}

// isDoubtful reports whether a number is another one in the other decimal style, and nothing says which is meant: "19.850" thousand
// persons. Where it counts whole things one by one, its dot or comma can only stand before thousands; that is a doubt if
// it was read as a decimal mark, or the sheet holds both styles and the column proves none. Other numbers are doubtful where such counts prove
// another style than the rest.
func (cx *cellContext) isDoubtful(written string, n *text.Number, c int, in *catalogue.Indicator, u *catalogue.Unit) bool {
	style := cx.styles[c]
	vi, err1 := text.ParseNumber(written, text.Vietnamese)
	en, err2 := text.ParseNumber(written, text.English)
	if err1 != nil || err2 != nil || n.Percent || // what has one reading only is refused in the other
		vi.Value.Equal(en.Value) && vi.High.Decimal.Equal(en.High.Decimal) && vi.Sub.Decimal.Equal(en.Sub.Decimal) && vi.Of.Decimal.Equal(en.Of.Decimal) {
		return false
	}
	switch {
	case in.ValueKind == "count" && u.IsSingle() && n.Scale == 0:
		isFraction := n.Value.Exponent() < 0 || n.High.Decimal.Exponent() < 0 || n.Sub.Decimal.Exponent() < 0 || n.Of.Decimal.Exponent() < 0
		return isFraction || cx.mixed && style == text.Unknown
	case isPercent(in) && n.Value.Exponent() >= 0:
		return true // thousands of percent
	}
	return cx.mixed || style == text.Unknown || cx.torn[c]
}

// isBesideThousandths reports whether a number has one mark before three digits, read as thousands, and another of its row has the other mark
// before three digits, read as decimals: "10.626" thousand persons beside "82,512" may be as finely written as that is.
func (s *sheetReader) isBesideThousandths(cx *cellContext, rw *row, cell int32, written string, n *text.Number) bool {
	k := strings.IndexAny(written, ".,")
	if k < 0 || strings.ContainsAny(written[k+1:], ".,") || len(strings.TrimSpace(written))-k != 4 || !n.Value.IsInteger() {
		return false
	}
	for c := range cx.styles {
		i := s.g.own(rw.r, c)
		if i == none || i == cell || s.g.cells[i].Kind != sheet.Text || !strings.ContainsAny(s.g.text[i], ".,") {
			continue
		}
		if other, err := text.ParseNumber(s.g.text[i], cx.styles[c]); err == nil && other.Value.Exponent() == -3 {
			return true
		}
	}
	return false
}

// isBesideFractions reports whether most other numbers of the row, of the same thing and as small, have decimals: "31" beside "30.5" persons is as many
// thousands as that is.
func (s *sheetReader) isBesideFractions(cx *cellContext, rw *row, p *pending) bool {
	cm := &cx.columns[p.col]
	fractions, whole := 0, 0
	for c := range cx.columns {
		m := &cx.columns[c]
		if c == p.col || cx.t.columns[c].role != roleValue || m.indicator != cm.indicator || m.unknown != "" || m.dims.unit != cm.dims.unit {
			continue
		}
		i := s.g.own(rw.r, c)
		if i == none || s.g.cells[i].Kind != sheet.Number || strings.Contains(s.g.cells[i].Format, "%") {
			continue
		}
		if v, _, err := text.FromFloat(s.g.cells[i].Raw); err == nil && !v.IsInteger() && v.Abs().LessThan(decimal.NewFromInt(1000)) {
			fractions++
		} else {
			whole++
		}
	}
	return fractions > whole
}

// isCutThousands reports whether a text ends in a mark and only zeros, not three of them, as no other text of its column does: "22,00" may
// have lost a digit of its thousands, "24.0000" have won one. A column in which others end so too has decimals.
func (s *sheetReader) isCutThousands(cx *cellContext, col int, written string) bool {
	zeros := zerosBehindMark(written)
	if zeros == 0 || zeros == 3 || strings.Contains(written, ".") && strings.Contains(written, ",") { // "62,118.0" proves what its marks are
		return false
	}
	for _, rw := range cx.t.rows {
		i := s.g.own(rw.r, col)
		if i != none && s.g.cells[i].Kind == sheet.Text && s.g.text[i] != written && zerosBehindMark(s.g.text[i]) == zeros {
			return false
		}
	}
	return true
}

// zerosBehindMark counts the zeros behind the last dot or comma of a number, 0 if other digits stand there.
func zerosBehindMark(written string) int {
	t := strings.TrimSpace(written)
	k := strings.LastIndexAny(t, ".,")
	if k < 0 || strings.Trim(t[k+1:], "0") != "" {
		return 0
	}
	return len(t) - k - 1
}
