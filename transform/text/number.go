package text

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/shopspring/decimal"
)

// Number is what a text says about a quantity. Scale words are applied, the decimals are exact.
type Number struct {
	Value     decimal.Decimal
	High      decimal.NullDecimal // upper end of a range ("65-70"); Value is the lower end
	Of        decimal.NullDecimal // "71.819/75.126": Value of Of
	Sub       decimal.NullDecimal // a part of Value printed behind it: 1323 for "5.136 (1.323 nữ)"; 0 ≤ Sub ≤ Value, same Scale
	SubWord   string              // which part, repaired: "nữ"; never "" when Sub is valid. Who does not know the word refuses the cell
	Qualifier string              // "", at_least, at_most, about
	Percent   bool                // a % sign stood behind the number; Value is 12.5 for "12,5%"
	Unit      string              // text behind the number, repaired, "" if none
	Scale     int32               // power of ten of the scale word already applied: 3 for nghìn
	Rounded   bool                // a scale word was applied: digits below the last printed one are unknown
	Kind      string              // "", or plan_achievement_percent ("vượt 28,3% so với kế hoạch" = 128.3)
}

// Qualifiers and kinds of [Number].
const (
	AtLeast                = "at_least"
	AtMost                 = "at_most"
	About                  = "about"
	PlanAchievementPercent = "plan_achievement_percent"
)

// Reasons of [NumberError].
const (
	ReasonEmpty      = "empty_kind" // the text says why there is no number; see Empty
	ReasonAmbiguous  = "ambiguous"  // two readings: "21,700"
	ReasonUnreadable = "unreadable" // digits, but no number: "04.3.8269.544"
	ReasonText       = "text"       // no digit at all: "Xuất siêu"
	ReasonRange      = "range"      // a range that falls: "65-60"; or more digits than DECIMAL(28,10) holds: 18 before, 10 behind the decimal mark
)

// Kinds of emptiness of [NumberError].
const (
	EmptyBlank         = "blank"          // nothing but spaces
	EmptyDash          = "dash"           // -, –, —: nothing occurred
	EmptyEllipsis      = "ellipsis"       // …, ...: occurred, not collected
	EmptyDots          = "dots"           // ..: not available, as the statistics office writes it
	EmptyNotApplicable = "not_applicable" // x, X, n/a
)

// NumberError tells why a text is no number.
type NumberError struct {
	Raw    string // as given
	Reason string // one of the Reason constants
	Empty  string // for ReasonEmpty: one of the Empty constants
	Detail string // what exactly, in plain words; "" if the reason says it all

	words string // before the number; quoted only where the error is written, as hardly any is
}

func (e *NumberError) Error() string {
	raw := e.Raw
	if len(raw) > 80 {
		raw = strings.ToValidUTF8(raw[:80], "") + "…"
	}
	what := e.Reason
	if e.Reason == ReasonEmpty {
		what = "no value (" + e.Empty + ")"
	}
	switch {
	case e.words != "":
		what += fmt.Sprintf(": the words %q before the number are not understood", e.words)
	case e.Detail != "":
		what += ": " + e.Detail
	}
	return fmt.Sprintf("number %q: %s", raw, what)
}

// Style is the decimal style of a column or document.
type Style uint8

const (
	Unknown    Style = iota
	Vietnamese       // 1.234,5
	English          // 1,234.5
)

// maxNumberText bounds the work on one cell; a number with all its words is far shorter.
const maxNumberText = 512

// ParseNumber reads one quantity out of s, which must hold nothing but that quantity, words that qualify it before it
// (khoảng, trên, tối thiểu …) and the unit behind it. Leading zeros are style ("06" = 6). The rules for separators:
//
//   - two different separators: the last one is the decimal mark, whatever the style;
//   - one kind of separator, in groups of three, more than once: thousands, whatever the style;
//   - one separator that cannot group (54.13, 1234,567, 0.641): decimal mark, whatever the style;
//   - one separator before exactly three digits: as the style says. With Unknown style a dot is thousands (82.615), a comma
//     is a decimal mark only before a scale word (18,259 triệu) and else refused as ambiguous, and both are decimal marks
//     before %.
//
// A second number is read only as the end of a range, as the denominator of a fraction, or as a named part of the first:
// in parentheses or behind "trong đó", with a word that says which ("5.136 (1.323 nữ)", "5.136 người, trong đó nữ: 1.323").
// The apostrophe that marks a text in a spreadsheet, and the full stop, comma or semicolon of a sentence behind a unit or
// a %, are no part of the number.
//
// The error is always a *[NumberError].
func ParseNumber(s string, st Style) (Number, error) {
	if n, ok := plainInteger(s); ok {
		return Number{Value: decimal.New(n, 0)}, nil
	}
	t := tables()
	p := numberParser{t: t, raw: s, style: st}
	repaired := ""
	if len(s) <= maxNumberText {
		repaired = t.repair(s) // may be longer
	}
	if max(len(s), len(repaired)) > maxNumberText {
		return Number{}, p.fail(ReasonUnreadable, "the text is too long to be a number")
	}
	p.s, _ = footnotes(repaired)
	p.s = cutApostrophe(cutStop(strings.TrimSpace(p.s)))
	if err := p.empty(); err != nil {
		return Number{}, err
	}
	n, err := p.number()
	if err != nil {
		return Number{}, err
	}
	return n, nil
}

// plainInteger is the short cut for the common case.
func plainInteger(s string) (int64, bool) {
	if len(s) == 0 || len(s) > 15 || s[0] == '0' && len(s) > 1 {
		return 0, false
	}
	var n int64
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int64(s[i]-'0')
	}
	return n, true
}

type numberParser struct {
	t     *tableSet
	raw   string
	s     string // repaired, without footnote marks
	style Style
}

func (p *numberParser) fail(reason, detail string) *NumberError {
	return &NumberError{Raw: p.raw, Reason: reason, Detail: detail}
}

// empty returns the error for a text that says there is no number, or that has no digit.
func (p *numberParser) empty() error {
	kind := ""
	switch p.s {
	case "":
		if strings.TrimSpace(p.raw) != "" { // a lone footnote mark
			return p.fail(ReasonText, "")
		}
		kind = EmptyBlank
	case "-", "–", "—", "−", "--":
		kind = EmptyDash
	case "…", "...":
		kind = EmptyEllipsis
	case "..":
		kind = EmptyDots
	case "x", "X", "×", "n/a", "N/A", "n.a.":
		kind = EmptyNotApplicable
	default:
		if strings.ContainsAny(p.s, "0123456789") {
			return nil
		}
		return p.fail(ReasonText, "")
	}
	return &NumberError{Raw: p.raw, Reason: ReasonEmpty, Empty: kind}
}

// numeral is the digits of one number as printed.
type numeral struct {
	digits   string // without separators
	groups   []int8 // digits before the first, between, and behind the last separator
	seps     string // the separators between the groups: '.', ',' or ' '
	negative bool
	percent  bool
	scaled   bool
	scale    int32
}

func (p *numberParser) number() (Number, error) {
	s := p.s
	first := strings.IndexAny(s, "0123456789")
	prefix, rest := s[:first], s[first:]

	negative := false
	switch r, size := utf8.DecodeLastRuneInString(prefix); {
	case r == '-' || r == '−' || r == '–':
		if strings.TrimSpace(prefix) != prefix[len(prefix)-size:] {
			return Number{}, p.fail(ReasonUnreadable, "a sign behind words")
		}
		negative, prefix = true, ""
	case r == '+' && strings.TrimSpace(prefix) == "+":
		prefix = ""
	case r == '.' || r == ',':
		return Number{}, p.fail(ReasonUnreadable, "no digit before the separator")
	}
	meaning, ok := p.before(prefix)
	if !ok {
		err := p.fail(ReasonUnreadable, "the words before the number are not understood")
		err.words = strings.TrimSpace(prefix)
		return Number{}, err
	}

	a, rest := p.numeral(rest)
	a.negative = negative
	var b numeral
	join := byte(0) // '-' range, '/' fraction
	if next, tail := p.connector(rest); next != 0 {
		join = next
		b, rest = p.numeral(tail)
		if again, _ := p.connector(rest); again != 0 {
			return Number{}, p.fail(ReasonUnreadable, "more than two numbers: a date, a telephone or a document number")
		}
		if join == '-' { // "1,5 - 2 triệu", "33 – 34%": what is printed once holds for both ends
			if b.scaled && !a.scaled {
				a.scaled, a.scale = true, b.scale
			}
			a.percent = a.percent || b.percent
			b.percent = a.percent
		}
	}

	n := Number{Percent: a.percent || b.percent, Scale: max(a.scale, b.scale), Rounded: a.scaled || b.scaled}
	var part subCount
	if join == 0 && !n.Percent {
		part, rest = p.subCount(rest)
	}
	rest = strings.TrimSpace(rest)
	after := ""
	if rest != "" {
		rest, after = p.after(rest)
		if why := badUnit(rest, p.s[:len(p.s)-len(rest)]); why != "" {
			return Number{}, p.fail(ReasonUnreadable, why)
		}
		n.Unit = rest
	}
	var err error
	if n.Value, err = p.value(a); err != nil {
		return Number{}, err
	}
	switch join {
	case '-':
		high, err := p.value(b)
		if err != nil {
			return Number{}, err
		}
		if high.LessThan(n.Value) {
			return Number{}, p.fail(ReasonRange, "a range must rise; this may be a date or a code")
		}
		// "1.400 - 700" where points mark decimals elsewhere: nothing beside these digits shows that they are decimals too.
		if len(b.seps) == 0 && a.mayBeThousands() && n.Value.Exponent() < 0 {
			return Number{}, p.fail(ReasonAmbiguous, twoReadings)
		}
		if n.Unit == "" && !n.Percent && isYear(a) && isYear(b) {
			return Number{}, p.fail(ReasonAmbiguous, "two years: a period, not a quantity")
		}
		n.High = decimal.NewNullDecimal(high)
	case '/':
		of, err := p.value(b)
		if err != nil {
			return Number{}, err
		}
		if isYear(b) && len(a.digits) <= 2 {
			return Number{}, p.fail(ReasonUnreadable, "a month of a year, not a quantity")
		}
		if n.Unit == "" && len(a.digits) <= 2 && len(b.digits) <= 2 && of.LessThanOrEqual(decimal.New(12, 0)) {
			return Number{}, p.fail(ReasonAmbiguous, "a share or a day of a month")
		}
		if of.LessThan(n.Value) { // "14.500/14.000", "150/60": planned and done, or all and the women
			return Number{}, p.fail(ReasonAmbiguous, "so many of fewer: which of the two is meant is not said")
		}
		n.Of = decimal.NewNullDecimal(of)
	}
	if part.found {
		if err := p.addSub(&n, &part); err != nil {
			return Number{}, err
		}
	}
	return n, p.qualify(&n, meaning, after)
}

// subCount is a part of the number as printed: the words before it and behind it.
type subCount struct {
	found         bool
	count         numeral
	before, after string
}

// subCount takes a named part off the end of the text behind the first number: "(1.323 nữ)", "(trong đó nữ: 1.323)",
// ", trong đó 1.323 nữ". What is not exactly that stays, to be refused as a unit.
func (p *numberParser) subCount(s string) (c subCount, rest string) {
	rest = strings.TrimSpace(s)
	inside := ""
	if head, ok := strings.CutSuffix(rest, ")"); ok {
		i := strings.LastIndexByte(head, '(')
		if i < 0 || strings.ContainsRune(head[:i], ')') {
			return c, s
		}
		rest, inside = head[:i], head[i+1:]
		if tail, ok := cutOfWhich(inside); ok {
			inside = tail
		}
	} else {
		i := max(strings.Index(rest, ofWhich), strings.Index(rest, "T"+ofWhich[1:]))
		if i < 0 {
			return c, s
		}
		rest, inside = rest[:i], rest[i+len(ofWhich):]
	}
	inside = strings.Trim(inside, " :")
	first := strings.IndexAny(inside, "0123456789")
	if first < 0 {
		return c, s
	}
	c.before = strings.Trim(inside[:first], " :")
	c.count, c.after = p.numeral(inside[first:])
	c.after = strings.TrimPrefix(strings.Trim(c.after, " "), "là ")
	if p.t.qualifiers[p.t.key(c.before)].meaning == "neutral" { // "trong đó có 1.323 nữ"
		c.before = ""
	}
	if c.count.percent || !words(c.before) || !words(c.after) || c.before == "" && c.after == "" {
		return subCount{}, s
	}
	c.found = true
	return c, strings.TrimRight(rest, " ,;")
}

const ofWhich = "trong đó"

func cutOfWhich(s string) (string, bool) {
	s = strings.TrimLeft(s, " ")
	if len(s) < len(ofWhich) || !strings.EqualFold(s[:len(ofWhich)], ofWhich) {
		return s, false
	}
	return s[len(ofWhich):], true
}

// words reports whether s is nothing but letters and spaces.
func words(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r != ' ' && !isWordRune(r) }) < 0
}

// addSub reads the part of n. Its name is what the words say beyond the unit of the whole: "5.136 lao động (1.323 lao động
// nữ)" and "5.136 người (nữ 1.323 người)" are both "nữ".
func (p *numberParser) addSub(n *Number, c *subCount) error {
	sub, err := p.value(c.count)
	if err != nil {
		return err
	}
	unit := Key(n.Unit)
	name := c.before
	switch {
	case name == "":
		name = c.after
		words := strings.Fields(name)
		for i := 1; i < len(words) && unit != ""; i++ {
			if Key(strings.Join(words[:i], " ")) == unit {
				name = strings.TrimPrefix(strings.Join(words[i:], " "), "là ")
				break
			}
		}
	case c.after != "" && Key(c.after) != unit:
		return p.fail(ReasonUnreadable, "the words around the second number are not understood")
	}
	switch {
	case Key(name) == "" || Key(name) == unit:
		return p.fail(ReasonUnreadable, "the second number has no name")
	case c.count.scale != n.Scale:
		return p.fail(ReasonAmbiguous, "one of two numbers has a scale word")
	case sub.GreaterThan(n.Value):
		return p.fail(ReasonUnreadable, "the part is more than the whole")
	}
	n.Sub, n.SubWord = decimal.NewNullDecimal(sub), name
	return nil
}

// cutStop takes the punctuation of a sentence off the end. Behind a digit it stays: "3." numbers a row, and "12.345." may
// have lost digits.
func cutStop(s string) string {
	cut := strings.TrimRight(strings.TrimSuffix(s, "./."), " .;,")
	if cut == "" || len(cut) == len(s) || strings.HasSuffix(s, "..") {
		return s
	}
	if r, _ := utf8.DecodeLastRuneInString(cut); r == '%' || r == ')' || unicode.IsLetter(r) && strings.ContainsAny(cut, "0123456789") {
		return cut
	}
	return s
}

// cutApostrophe drops the sign that makes a spreadsheet store digits as text. "'13" stays: it is a year.
func cutApostrophe(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	if r != '\'' && r != '’' && r != '‘' && r != '`' {
		return s
	}
	rest := strings.TrimSpace(s[size:])
	if rest == "" || !isDigit(rest[0]) && rest[0] != '-' || len(rest) == 2 && isDigit(rest[1]) {
		return s
	}
	return rest
}

// qualify applies the words around the number.
func (p *numberParser) qualify(n *Number, before, after string) error {
	switch {
	case before == "from":
		if after == "" && !n.High.Valid {
			return p.fail(ReasonAmbiguous, `"từ" without an end or "trở lên"`)
		}
		n.Qualifier = after
	case before == "exceeds":
		if !n.Percent || !isPlan(n.Unit) {
			return p.fail(ReasonUnreadable, `"vượt" is read only with a percentage of the plan`)
		}
		hundred := decimal.New(100, 0)
		n.Value = n.Value.Add(hundred)
		if n.High.Valid {
			n.High.Decimal = n.High.Decimal.Add(hundred)
		}
	case before != "" && after != "" && before != after:
		return p.fail(ReasonUnreadable, "the words before and behind the number disagree")
	case before != "":
		n.Qualifier = before
	default:
		n.Qualifier = after
	}
	if n.Percent && isPlan(n.Unit) {
		n.Kind = PlanAchievementPercent
	}
	return nil
}

// isPlan tells a unit text that makes a percentage an achievement of the plan: "kế hoạch", "so với kế hoạch năm".
func isPlan(unit string) bool {
	k := strings.TrimPrefix(Key(unit), "so ")
	k = strings.TrimPrefix(k, "với ")
	for _, plan := range []string{"kế hoạch", "kh", "chỉ tiêu kế hoạch"} {
		if k == plan || strings.HasPrefix(k, plan+" ") {
			return true
		}
	}
	return false
}

// before reads the words in front of the number: a chain of qualifiers.csv phrases of which one at most says something.
func (p *numberParser) before(prefix string) (meaning string, ok bool) {
	prefix = strings.TrimSpace(prefix)
	if prefix == "" {
		return "", true
	}
	if strings.ContainsAny(prefix, "\"'()[]{}*#:;.,/\\+-–—") {
		return "", false
	}
	if strings.ContainsAny(prefix, "~≈<=>≤≥") {
		prefix = p.t.signs.Replace(prefix)
	}
	words := strings.Fields(p.t.key(prefix))
	if len(words) == 0 || len(words) > 8 {
		return "", false
	}
	for i := 0; i < len(words); {
		n := min(4, len(words)-i)
		for ; n > 0; n-- {
			q, ok := p.t.qualifiers[strings.Join(words[i:i+n], " ")]
			if !ok || q.place != "before" {
				continue
			}
			if q.meaning != "neutral" {
				if meaning != "" && meaning != q.meaning {
					return "", false
				}
				meaning = q.meaning
			}
			break
		}
		if n == 0 {
			return "", false
		}
		i += n
	}
	return meaning, true
}

// after splits "người trở lên" into the unit and the qualifier.
func (p *numberParser) after(rest string) (unit, meaning string) {
	words := strings.Fields(rest)
	if len(words) < 2 {
		return rest, ""
	}
	tail := words[len(words)-2:]
	if q, ok := p.t.qualifiers[p.t.key(strings.Join(tail, " "))]; ok && q.place == "after" {
		return strings.TrimSpace(rest[:strings.LastIndex(rest, tail[0])]), q.meaning
	}
	head := words[:2]
	if q, ok := p.t.qualifiers[p.t.key(strings.Join(head, " "))]; ok && q.place == "after" {
		i := strings.Index(rest, head[1]) // the first word cannot contain the second
		return strings.TrimSpace(rest[i+len(head[1]):]), q.meaning
	}
	return rest, ""
}

// numeral reads digits and separators, then % and scale words. s starts with a digit.
func (p *numberParser) numeral(s string) (numeral, string) {
	var n numeral
	i, digits := 0, make([]byte, 0, 24)
	for {
		start := i
		for i < len(s) && isDigit(s[i]) {
			digits = append(digits, s[i])
			i++
		}
		n.groups = append(n.groups, int8(min(i-start, 100)))
		if i+1 >= len(s) || !isDigit(s[i+1]) {
			break
		}
		if c := s[i]; c == '.' || c == ',' || c == ' ' && spaceGroup(s, start, i, n.seps) {
			n.seps += string(c)
			i++
			continue
		}
		break
	}
	n.digits = string(digits)
	s = s[i:]
	for {
		rest := strings.TrimLeft(s, " ")
		if strings.HasPrefix(rest, "%") && !n.percent {
			n.percent, s = true, rest[1:]
			continue
		}
		end := 0
		for end < len(rest) {
			r, size := utf8.DecodeRuneInString(rest[end:])
			if !isWordRune(r) {
				break
			}
			end += size
		}
		power, ok := int32(0), false
		if end > 0 && !n.percent {
			power, ok = p.t.scales[p.t.key(rest[:end])]
		}
		if !ok || n.scale+power > 12 {
			return n, s
		}
		n.scale += power
		n.scaled = true
		s = rest[end:]
	}
}

// spaceGroup decides whether the space at i separates thousands: one to three digits before it (three after an earlier
// separator), exactly three behind it.
func spaceGroup(s string, start, i int, seps string) bool {
	if n := i - start; n > 3 || n < 3 && seps != "" || strings.ContainsAny(seps, ".,") || s[0] == '0' {
		return false
	}
	return len(s) >= i+4 && isDigit(s[i+2]) && isDigit(s[i+3]) && (len(s) == i+4 || !isDigit(s[i+4]))
}

// connector finds what joins a second number: a dash or "đến" gives '-', a slash '/'. rest starts with that number.
func (p *numberParser) connector(s string) (join byte, rest string) {
	s = strings.TrimLeft(s, " ")
	switch r, size := utf8.DecodeRuneInString(s); r {
	case '-', '–', '—', '−', '÷':
		join, s = '-', s[size:]
	case '/':
		join, s = '/', s[size:]
	default:
		for _, w := range []string{"đến ", "tới ", "Đến ", "to "} {
			if strings.HasPrefix(s, w) {
				join, s = '-', s[len(w):]
				break
			}
		}
	}
	s = strings.TrimLeft(s, " ")
	if join == 0 || s == "" || !isDigit(s[0]) {
		return 0, ""
	}
	return join, s
}

// value turns the printed digits into a decimal under the separator rules of ParseNumber.
func (p *numberParser) value(n numeral) (decimal.Decimal, error) {
	zero := decimal.Decimal{}
	if n.groups[0] > 1 && n.digits[0] == '0' {
		if grouped := len(n.groups) > 1 && n.groups[len(n.groups)-1] == 3; grouped || len(n.groups) > 2 {
			return zero, p.fail(ReasonUnreadable, "a leading zero in grouped digits: a telephone or a code")
		}
		if n.groups[0] > 3 {
			return zero, p.fail(ReasonUnreadable, "a leading zero in a long number: a telephone or a code")
		}
	}
	fraction, why := n.fraction(p.style)
	if why != "" {
		reason := ReasonUnreadable
		if why == twoReadings {
			reason = ReasonAmbiguous
		}
		return zero, p.fail(reason, why)
	}
	digits := strings.TrimLeft(n.digits, "0")
	if len(digits)-fraction+int(n.scale) > 18 || fraction-int(n.scale) > 10 {
		return zero, p.fail(ReasonRange, "more than 18 digits before or 10 behind the decimal mark")
	}
	if digits == "" {
		digits = "0"
	}
	if n.negative {
		digits = "-" + digits
	}
	return exact(digits, n.scale-int32(fraction)), nil
}

const twoReadings = "the separator may mark thousands or decimals; the column does not tell"

// fraction gives the number of digits behind the decimal mark, or why there is no one answer.
func (n *numeral) fraction(st Style) (int, string) {
	const bad = "the digits are not grouped like a number"
	k := len(n.seps)
	if k == 0 {
		return 0, ""
	}
	last := int(n.groups[k])
	for i := 1; i < k; i++ {
		if n.groups[i] != 3 {
			return 0, bad
		}
	}
	groupable := n.groups[0] <= 3
	if n.seps[k-1] == ' ' { // spaceGroup has checked the widths
		return 0, ""
	}
	if k > 1 {
		if !groupable || strings.Count(n.seps[:k-1], n.seps[:1]) != k-1 {
			return 0, bad
		}
		if n.seps[k-1] != n.seps[0] {
			return last, ""
		}
		if last != 3 {
			return 0, bad
		}
		return 0, ""
	}
	if !n.mayBeThousands() {
		return last, ""
	}
	dot := n.seps[0] == '.'
	switch {
	case st == Unknown && n.percent:
		return last, ""
	case st != Unknown && n.percent && dot == (st == Vietnamese): // thousands of percent
		return 0, twoReadings
	case st == Vietnamese && !dot, st == English && dot:
		return last, ""
	case st == Vietnamese, st == English, dot:
		return 0, ""
	case n.scaled:
		return last, ""
	}
	return 0, twoReadings
}

// mayBeThousands reports whether the digits have one separator that may stand behind thousands as well as before decimals.
func (n *numeral) mayBeThousands() bool {
	return len(n.seps) == 1 && n.seps[0] != ' ' && n.groups[1] == 3 && n.groups[0] <= 3 && n.digits[0] != '0'
}

// exact builds digits × 10^exponent.
func exact(digits string, exponent int32) decimal.Decimal {
	if len(digits) <= 18 {
		v, err := strconv.ParseInt(digits, 10, 64)
		if err == nil && exponent <= 0 {
			return decimal.New(v, exponent)
		}
		if err == nil {
			return shift(big.NewInt(v), exponent)
		}
	}
	v, _ := new(big.Int).SetString(digits, 10)
	return shift(v, exponent)
}

// shift keeps exponents at or below zero, so that equal numbers print alike.
func shift(v *big.Int, exponent int32) decimal.Decimal {
	if exponent > 0 {
		v = new(big.Int).Mul(v, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(exponent)), nil))
		exponent = 0
	}
	return decimal.NewFromBigInt(v, exponent)
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isYear(n numeral) bool {
	return len(n.seps) == 0 && !n.scaled && len(n.digits) == 4 && (n.digits[:2] == "19" || n.digits[:2] == "20")
}

// badUnit says why the text behind a number is no unit, "" if it may be one. before is the text up to it.
func badUnit(unit, before string) string {
	if unit == "" {
		return ""
	}
	first, _ := utf8.DecodeRuneInString(unit)
	glued := !strings.HasSuffix(before, " ")
	switch {
	case unicode.IsLetter(first):
	case first == '/' || first == '(':
		r, _ := utf8.DecodeRuneInString(strings.TrimLeft(unit[1:], " "))
		if !unicode.IsLetter(r) && !(first == '/' && strings.HasSuffix(before, "%") && isDigit(byte(r))) {
			return "what follows the number is no unit"
		}
		if first == '/' && glued && unicode.IsUpper(r) && isDigit(before[len(before)-1]) {
			return "a document number"
		}
	case first == '‰' || first == '°':
	default:
		return "what follows the number is no unit"
	}
	if isDocumentNumber(unit) {
		return "a document number"
	}
	if strings.Contains(unit, "?") {
		return "whoever wrote it was not sure"
	}
	if end := strings.IndexFunc(unit, func(r rune) bool { return !isWordRune(r) }); glued && (end == 1 || len(unit) == 1) &&
		isDigit(before[len(before)-1]) && !strings.ContainsRune("gml", first) {
		return "a letter glued to the number: a code"
	}
	for i := 0; i < len(unit); i++ {
		if !isDigit(unit[i]) || i > 0 && isDigit(unit[i-1]) {
			continue
		}
		head := strings.TrimRight(unit[:i], " ")
		switch {
		case strings.HasSuffix(head, "/"), // per 100.000 dân
			i > 0 && unit[i-1] == '.' && strings.Contains(head, "/"),
			strings.Contains(head, "("),
			strings.HasPrefix(head, "so "),
			i > 0 && unit[i-1] == 'm' && (unit[i] == '2' || unit[i] == '3'):
		default:
			return "another number follows"
		}
	}
	return ""
}

// isDocumentNumber knows "QĐ-LĐTBXH", "/QĐ-TTg", "NQ/TU": two abbreviations in capitals joined by a hyphen or slash.
func isDocumentNumber(unit string) bool {
	unit = strings.TrimLeft(unit, "/ -")
	i := strings.IndexAny(unit, "-/")
	return i > 0 && capitals(strings.TrimSpace(unit[:i])) && capitals(strings.TrimSpace(unit[i+1:]))
}

// capitals reports whether s starts with two capital letters and has no small letter before the second.
func capitals(s string) bool {
	n := 0
	for _, r := range s {
		if !unicode.IsUpper(r) {
			break
		}
		n++
	}
	return n >= 2
}
