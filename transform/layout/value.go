package layout

import (
	"errors"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/record"
	"github.com/phuluc/phuluc/transform/text"
)

// styles decides the decimal style of each column of the tables of a sheet: from its own text cells, else from the sheet
// (text_pitfalls.md section 3: per column or document, never per cell). Another sheet, which another hand may have typed, proves nothing.
func (s *sheetReader) styles(tables []*cellContext) {
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
	for k, cx := range tables {
		cx.mixed = whole.vietnamese && whole.english
		cx.styles, cx.torn = make([]text.Style, len(own[k])), make([]bool, len(own[k]))
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
		return code == "" && in.ValueKind == "count" && u.Factor.Equal(decimal.NewFromInt(1))
	}
	return false
}

// isShare reports whether row, column or title make percentages of the values of a column.
func (rd *Reader) isShare(cx *cellContext, rw *row, c int) bool {
	for _, in := range []*catalogue.Indicator{rw.mean.indicator, cx.columns[c].indicator, cx.title.indicator} {
		if in != nil {
			u := rd.cat.Unit(in.Unit)
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
	case in.ValueKind == "count" && u.Factor.Equal(decimal.NewFromInt(1)) && n.Scale == 0:
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
	if u := rd.cat.Unit(in.Unit); u != nil {
		return in.NameVi + " (" + u.NameVi + ")"
	}
	return in.NameVi
}

// statedUnit finds the unit that row, column, block or title state for a cell. Units in the row's unit column, its label
// and the column header are equally near and must agree.
func (b *bookReader) statedUnit(cx *cellContext, rm, cm *meaning, in *catalogue.Indicator) (u *catalogue.Unit, code string, args []string) {
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
		if len(toks) > 0 && toks[0].low == "tổng" {
			toks = toks[1:]
		}
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
		if err != nil || n.Kind != "" || (n.Of.Valid || n.Sub.Valid) && in.ValueKind != "count" || n.Sub.Valid && b.rd.subSex(&p.obs, in, n.SubWord) == "" {
			no("number.unreadable", "", shown)
			return
		}
		if n.Of.Valid { // "71.819/75.126": so many of so many
			p.obs.Note = strings.TrimSpace(p.obs.Note + " / " + n.Of.Decimal.String())
		}
	case sheet.Date:
		no("number.unreadable", "", firstOf(s.shownDate(p.cell, "d/m/yyyy"), shown), "the cell is a date")
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
	q.obs.Value, q.obs.Qualifier, q.part = decimal.NewNullDecimal(part), "", true
	q.obs.Sex = b.rd.subSex(&p.obs, in, n.SubWord)
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
	isPoints := func(p *pending) bool { return b.rd.cat.Unit(p.indicator.Unit).Quantity == "percentage_point" }
	one := decimal.NewFromInt(1)
	small := func(p *pending) bool {
		v := p.obs.Value.Decimal.Abs()
		return p.percent && p.obs.Value.Valid && !v.IsZero() && v.LessThanOrEqual(one)
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
		if !p.obs.Value.Valid || !isPercent(p.indicator) && b.rd.cat.Unit(p.indicator.Unit).Quantity != "percent" {
			continue
		}
		v := p.obs.Value.Decimal.Abs()
		if v.GreaterThan(one) {
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
			case !v.GreaterThan(one) && !(isPoints(p) && isBeyond(p.indicator, v.Shift(2))):
				e.small = append(e.small, v)
			case e.least.IsZero() || v.LessThan(e.least):
				e.least = v
			}
			switch same := p.percent && (p.number == l.number || l.of != nil); {
			case same && v.GreaterThan(one):
				e.above = true
			case same && !v.IsInteger():
				e.fractions, e.digits = true, max(e.digits, decimals(v))
			case !same && v.GreaterThan(one) && (e.other.IsZero() || v.LessThan(e.other)):
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

// decimals counts the digits behind the decimal mark.
func decimals(v decimal.Decimal) int {
	_, fraction, _ := strings.Cut(v.String(), ".")
	return len(fraction)
}

type observationKey struct{ indicator, territory, period, measure, sex, area string }

func (p *pending) key() observationKey {
	o := &p.obs
	return observationKey{o.Indicator, o.Territory, o.Period, o.Measure, o.Sex, o.Area}
}

// settle loads what is pending. The same observation twice: equal values are one, the second a repeat; different values
// are all refused, since nothing says which is right. The values of one cell are loaded or refused together.
func (b *bookReader) settle() []record.Observation {
	leader := make([]int, len(b.pending)) // the first that says the same
	seen := make(map[observationKey]int, len(b.pending))
	others := map[int][]int{} // by leader: all that say the same, if they are several
	clash := map[int]bool{}   // leaders
	for i := range b.pending {
		p := &b.pending[i]
		k := p.key()
		first, again := seen[k]
		if !again {
			seen[k], leader[i] = i, i
			continue
		}
		leader[i] = first
		clash[first] = clash[first] || !sameValue(&p.obs, &b.pending[first].obs)
		if others[first] == nil {
			others[first] = []int{first}
		}
		others[first] = append(others[first], i)
		if b.ctx.Err() != nil {
			return nil
		}
	}
	out := make([]record.Observation, 0, len(b.pending))
	rows := map[gridRow][]int{}
	for i := 0; i < len(b.pending); {
		p := &b.pending[i]
		end := i + 1
		for end < len(b.pending) && b.pending[end].part {
			end++
		}
		refused, loaded := false, false
		for j := i; j < end && !refused; j++ {
			if clash[leader[j]] {
				refused = true
				b.refuse(p.g, p.cell, "value.duplicate", p.obs.Label, p.obs.Header, "", b.others(others[leader[j]], j)...)
			}
		}
		for j := i; j < end && !refused; j++ {
			if same := others[leader[j]]; same != nil && b.first(same) != j {
				continue
			}
			loaded = true
			if len(b.claims) > 0 && j == i {
				rows[gridRow{p.g, p.row}] = append(rows[gridRow{p.g, p.row}], len(out))
			}
			out = append(out, b.pending[j].obs)
		}
		switch {
		case loaded:
			p.g.set(p.cell, fate{kind: fateLoaded})
		case !refused:
			p.g.skip(p.cell, skipRepeat)
		}
		i = end
	}
	b.settleClaims(out, rows)
	return out
}

// first picks the pending that is loaded of those that say the same: one with a cell of its own before a part in that of another.
func (b *bookReader) first(group []int) int {
	for _, j := range group {
		if !b.pending[j].part {
			return j
		}
	}
	return group[0]
}

// others tells where else a value was written, and how.
func (b *bookReader) others(group []int, but int) (out []string) {
	for _, j := range group {
		if j != but && len(out) < 5 {
			o := &b.pending[j].obs
			out = append(out, o.Sheet+"!"+o.Cell+" = "+o.Raw)
		}
	}
	return out
}

func sameValue(a, b *record.Observation) bool {
	same := func(x, y decimal.NullDecimal) bool {
		return x.Valid == y.Valid && (!x.Valid || x.Decimal.Equal(y.Decimal))
	}
	return same(a.Value, b.Value) && same(a.High, b.High) && a.Qualifier == b.Qualifier && a.Empty == b.Empty
}
