package catalogue

import (
	"cmp"
	"iter"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/phuluc/phuluc/transform/text"
)

// Indicator gives the indicator with that code, nil if there is none.
func (c *Catalogue) Indicator(code string) *Indicator { return c.indicators[code] }

// IndicatorsByLabel gives all meanings of a label by its exact key: name, English name and synonyms. A lead-in ("Trong
// đó:", "Chia ra", "of which") is dropped if the label as a whole is not known, and "Tổng số người …" means "Số người …" then: the whole of what
// is counted is its number. Several matches, or one with a
// ParentLabel, are for the caller to decide by what stands above; [Catalogue.Resolve] does that.
func (c *Catalogue) IndicatorsByLabel(label string) []Match {
	return c.IndicatorsByKey(text.Key(label))
}

// IndicatorsByKey is IndicatorsByLabel for a caller that has the text.Key of the label.
func (c *Catalogue) IndicatorsByKey(k string) []Match {
	if m := c.labels[k]; len(m) > 0 {
		return slices.Clone(m)
	}
	if rest := WithoutLead(k); rest != k {
		return slices.Clone(c.labels[rest])
	}
	return nil
}

// WithoutLead gives the key of a label without the lead-in that IndicatorsByLabel drops.
func WithoutLead(key string) string {
	if of, ok := strings.CutPrefix(key, "tổng "); ok && strings.HasPrefix(of, "số ") {
		return of
	}
	for _, lead := range [...]string{"trong đó ", "trđ ", "tr đó ", "chia ra ", "of which "} {
		if rest, ok := strings.CutPrefix(key, lead); ok {
			return rest
		}
	}
	return key
}

// Resolve gives the one indicator that a label means below the labels above it, nearest first. A meaning that belongs
// below the nearest parent wins over one below a farther parent, and that over one that stands alone. It returns nil when
// the label is not known or when two meanings are equally near.
func (c *Catalogue) Resolve(label string, parents ...string) *Indicator {
	all := c.IndicatorsByLabel(label)
	for i, p := range parents {
		pk := text.Key(p)
		above := c.named(p)
		if above == nil && hasParent(all) {
			above = c.Resolve(p, parents[i+1:]...)
		}
		if in, n := distinct(all, func(m Match) bool {
			return m.ParentLabel != "" && (text.Key(m.ParentLabel) == pk || above != nil && m.parent == above)
		}); n > 0 {
			return in
		}
	}
	in, _ := distinct(all, func(m Match) bool { return m.ParentLabel == "" })
	return in
}

func hasParent(ms []Match) bool {
	return slices.ContainsFunc(ms, func(m Match) bool { return m.ParentLabel != "" })
}

// distinct counts the indicators among the matches that ok accepts and gives the indicator if it is one.
func distinct(ms []Match, ok func(Match) bool) (*Indicator, int) {
	var found []*Indicator
	for _, m := range ms {
		if ok(m) && !slices.Contains(found, m.Indicator) {
			found = append(found, m.Indicator)
		}
	}
	if len(found) == 1 {
		return found[0], 1
	}
	return nil, len(found)
}

// PartsOf gives the groups of parts that an indicator falls into, in file order. The list is shared.
func (c *Catalogue) PartsOf(whole string) []PartGroup { return c.partGroups[whole] }

// Canonical gives the one name of an observation, whichever of its names a layout came to: the indicator that is made for one sex or area
// if it is restricted in that alone, and the indicator that is made for all with both dimensions if it is restricted in both. What an
// indicator is restricted to by its definition is given as T.
func (c *Catalogue) Canonical(in *Indicator, sex, area string) (*Indicator, string, string) {
	if in.whole != nil {
		in, sex, area = in.whole, cmp.Or(in.Sex, sex), cmp.Or(in.Area, area)
	}
	if sex != "T" || area != "T" {
		if part := in.only(sex, area); part != nil {
			return part, "T", "T"
		}
	}
	return in, sex, area
}

// NearestIndicator gives the indicator with the label nearest to the given one, at an edit distance of the keys of at most
// limit, and that distance. A label without any marks ("Ty le ho ngheo") is nearest to the one name that it is when that loses its
// marks, however many. It is for proposals, never for loading. The first in file order wins a tie; nil when there is none, or label has no letters.
func (c *Catalogue) NearestIndicator(label string, limit int) (*Indicator, int) {
	key := []rune(text.Key(label))
	if len(key) == 0 {
		return nil, 0
	}
	if in, d := c.unmarked(key); in != nil {
		return in, d
	}
	var at *Indicator
	best := limit + 1
	for _, l := range c.labelKeys {
		if abs(len(l.key)-len(key)) >= best {
			continue // the distance is at least the difference of the lengths
		}
		if d, below := text.KeyDistance(key, l.key, best); below {
			best, at = d, l.of
		}
	}
	return at, best
}

// unmarked gives the one indicator of whose names a key may be one that lost its marks, and how many letters lost them.
func (c *Catalogue) unmarked(key []rune) (at *Indicator, d int) {
	if !IsUnmarked(string(key), string(key)) {
		return nil, 0
	}
	for _, l := range c.labelKeys {
		if len(l.key) != len(key) || !IsUnmarked(string(key), string(l.key)) {
			continue
		}
		if at != nil && at != l.of {
			return nil, 0
		}
		at = l.of
		d, _ = text.KeyDistance(key, l.key, math.MaxInt)
	}
	return at, d
}

// IsUnmarked reports whether a key is what another one loses its marks to: "ti le ho ngheo".
func IsUnmarked(key, of string) bool { return text.Fold(of) == key }

func abs(n int) int { return max(n, -n) }

// Territory gives the territory with that id, nil if there is none.
func (c *Catalogue) Territory(id string) *Territory { return c.territories[id] }

// TerritoriesByName gives all territories of any level and validity that bear this name or alias, in file order: the
// country, regions, provinces of 2004, provinces of 2025, districts.
func (c *Catalogue) TerritoriesByName(name string) []*Territory {
	return slices.Clone(c.TerritoriesByKey(text.Key(name)))
}

// TerritoriesByKey is TerritoriesByName for a caller that has the text.Key of the name. The list is shared.
func (c *Catalogue) TerritoriesByKey(k string) []*Territory { return c.places[k] }

// PlaceKeys gives the text.Key of each name that TerritoriesByName knows.
func (c *Catalogue) PlaceKeys() iter.Seq[string] { return maps.Keys(c.places) }

// NearestTerritory gives the territory with the nearest name, for proposals only: names of provinces differ by one letter.
func (c *Catalogue) NearestTerritory(name string) *Territory {
	key := []rune(text.Key(name))
	if len(key) == 0 {
		return nil
	}
	var at *Territory
	best := math.MaxInt
	for _, p := range c.placeKeys {
		if abs(len(p.key)-len(key)) >= best {
			continue
		}
		if d, below := text.KeyDistance(key, p.key, best); below {
			best, at = d, p.of
		}
	}
	return at
}

// Unit gives the unit with that code, nil if there is none.
func (c *Catalogue) Unit(code string) *Unit { return c.units[code] }

// UnitOf gives the unit in which the values of an indicator are kept.
func (c *Catalogue) UnitOf(in *Indicator) *Unit { return in.unit }

// UnitsByWord gives all units that a unit word may mean; "điểm" means two.
func (c *Catalogue) UnitsByWord(word string) []*Unit {
	return slices.Clone(c.unitWords[unitKey(word)])
}

// UnitByWord gives the unit a word means ("nghìn người", "ĐVT: %", "1.000 người", "Điểm %"), nil when it is not known
// or when it may mean several; then [Catalogue.UnitFor] decides by the indicator.
func (c *Catalogue) UnitByWord(word string) *Unit {
	if u := c.unitWords[unitKey(word)]; len(u) == 1 {
		return u[0]
	}
	return nil
}

// UnitFor gives the unit in which a value of the indicator is written when the sheet says word: of several meanings the
// one of the indicator's quantity. For a rate of change in percentage points "%" is read as percentage points, which is how
// plans write it ("giảm 1-1,5%"). nil means unknown or of another quantity.
func (c *Catalogue) UnitFor(in *Indicator, word string) *Unit {
	own := in.unit
	var found *Unit
	for _, u := range c.unitWords[unitKey(word)] {
		if own.Quantity == "percentage_point" && u.Quantity == "percent" {
			u = own
		}
		if u.Quantity == own.Quantity {
			if found != nil && found != u {
				return nil
			}
			found = u
		}
	}
	return found
}

// IsScaled reports whether a quantity has units of different size, such as persons and thousands of them.
func (c *Catalogue) IsScaled(quantity string) bool {
	return slices.ContainsFunc(c.Units, func(u Unit) bool { return u.Quantity == quantity && !u.single })
}

// UnitKeys gives the beginnings of all words that UnitsByWord knows.
func (c *Catalogue) UnitKeys() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, lead := range unitLeads() {
			if !yield(lead) {
				return
			}
		}
		for k := range c.unitWords {
			if !yield(k) {
				return
			}
		}
	}
}

// unitLeads are the words that introduce a unit.
func unitLeads() [7]string {
	return [...]string{"đơn vị tính ", "đơn vị đo ", "đơn vị ", "đv tính ", "đvt ", "đv ", "unit "}
}

// unitKey is text.Key without the words that introduce a unit, and with the digits of a number in one piece: "ĐVT: 1.000
// người" gives "1000 người".
func unitKey(s string) string {
	k := text.Key(joinDigits(strings.Join(strings.Fields(s), " "))) // "1  000\nngười"
	for _, lead := range unitLeads() {
		if rest, ok := strings.CutPrefix(k, lead); ok {
			return rest
		}
	}
	return k
}

// joinDigits drops one separator between a digit and a group of exactly three digits.
func joinDigits(s string) string {
	if !strings.ContainsAny(s, "0123456789") {
		return s
	}
	r := []rune(s)
	digit := func(i int) bool { return i >= 0 && i < len(r) && r[i] >= '0' && r[i] <= '9' }
	out := make([]rune, 0, len(r))
	for i, x := range r {
		if (x == '.' || x == ',' || x == ' ' || x == '\u00a0') && digit(i-1) && digit(i+1) && digit(i+2) && digit(i+3) && !digit(i+4) {
			continue
		}
		out = append(out, x)
	}
	return string(out)
}

// Convert gives v in another unit of the same quantity. It returns false when the quantities differ, a unit is nil or the
// result has more than the ten decimals a value can hold: nothing is rounded.
func (c *Catalogue) Convert(v decimal.Decimal, from, to *Unit) (decimal.Decimal, bool) {
	if from == nil || to == nil || from.Quantity != to.Quantity {
		return decimal.Decimal{}, false
	}
	if v.Exponent() >= -10 && (from == to || from.Factor.Equal(to.Factor)) {
		return v, true
	}
	base := v.Mul(from.Factor)
	out := base.DivRound(to.Factor, 10)
	return out, out.Mul(to.Factor).Equal(base)
}

// HeaderWord gives the dimensions of a header word. Give the text as written: the sign % matters ("% KH" compares, "KH"
// is a plan).
func (c *Catalogue) HeaderWord(word string) []HeaderWord {
	return slices.Clone(c.header[text.Key(word)])
}

// Round gives the round with that id, nil if there is none.
func (c *Catalogue) Round(id string) *Round { return c.rounds[id] }

// FormByTitle gives the form whose title stands in a text as whole words, nil if there is none. The longest title wins, and of several
// as long as each other the first.
func (c *Catalogue) FormByTitle(s string) *Form {
	var found *Form
	if len(c.Forms) == 0 {
		return nil
	}
	in := " " + text.Key(s) + " "
	for i := range c.Forms {
		f := &c.Forms[i]
		if strings.Contains(in, " "+text.Key(f.Title)+" ") && (found == nil || len(text.Key(f.Title)) > len(text.Key(found.Title))) {
			found = f
		}
	}
	return found
}

// RoundByLetter gives the round that a letter opened, by its number with or without spaces ("2364/LĐTBXH-KHTC"), nil if
// the number is not known.
func (c *Catalogue) RoundByLetter(number string) *Round { return c.letters[letterKey(number)] }

func letterKey(s string) string { return strings.ReplaceAll(text.Key(s), " ", "") }

// Successors gives the successions out of a territory; Predecessors those into it.
func (c *Catalogue) Successors(id string) []Succession {
	var out []Succession
	for _, s := range c.Successions {
		if s.Predecessor == id {
			out = append(out, s)
		}
	}
	return out
}

// Predecessors gives the successions into a territory. The list is shared.
func (c *Catalogue) Predecessors(id string) []Succession { return c.predecessors[id] }
