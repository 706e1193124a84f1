package corpus

import (
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"
)

func numberDamages() []damage {
	return []damage{
		{"wrong_total", (*world).wrongTotal},
		{"emptiness", (*world).emptiness},
		{"garbage", (*world).garbage},
		{"half_person", (*world).halfPerson},
		{"words_in_numbers", func(w *world, b *book, _ string) bool { return w.dressBook(b, "qualifier") }},
		{"ranges", func(w *world, b *book, _ string) bool { return w.dressBook(b, "range") }},
		{"unit_behind_number", (*world).unitBehind},
		{"scale_word", (*world).scaleWord},
		{"sub_count", (*world).subCount},
		{"number_of_number", (*world).numberOf},
		{"falling_range", (*world).fallingRange},
		{"percent_format", (*world).percentFormat},
		{"percent_as_fraction", (*world).percentAsFraction},
		{"text_numbers_vietnamese", textNumbers(vietnamese)},
		{"text_numbers_english", textNumbers(english)},
		{"text_numbers_spaced", textNumbers(spaced)},
		{"float_noise", (*world).floatNoise},
		{"footnote_on_number", (*world).footnoteOnNumber},
		{"year_as_date", (*world).yearAsDate},
		{"year_as_number", (*world).yearAsNumber},
	}
}

// plain reports whether a cell is a value written as a bare number.
func plainValue(c *cell) bool { return c.truth != nil && c.number }

func (w *world) someValues(b *book, n int, ok func(*cell, *truth) bool) []*cell {
	return w.some(b, n, func(_ *page, _ at, c *cell) bool { return plainValue(c) && c.truth.verdict != never && ok(c, c.truth) })
}

// single reports whether a value counts whole things one by one.
func (w *world) single(x *truth) bool {
	in := w.cat.Indicator(x.indicator)
	return in.ValueKind == "count" && w.cat.Unit(x.unit).Factor.Equal(decimal.NewFromInt(1))
}

// ownUnit reports whether a value is written in the unit in which its indicator is kept.
func (w *world) ownUnit(x *truth) bool { return x.unit == w.cat.Indicator(x.indicator).Unit }

// wrongTotal makes a total differ from the sum of its parts, as published tables do: loaded as it stands, and doubted.
func (w *world) wrongTotal(b *book, name string) bool {
	at := map[string]*cell{}
	for _, p := range b.pages {
		for _, a := range p.sorted() {
			if c := p.cells[a]; plainValue(c) {
				if _, twice := at[c.truth.point.String()]; twice {
					return false
				}
				at[c.truth.point.String()] = c
			}
		}
	}
	all := func(ps ...point) bool {
		return len(ps) > 0 && !slices.ContainsFunc(ps, func(p point) bool { return at[p.String()] == nil })
	}
	for _, k := range sortedKeys(at) {
		c := at[k]
		x := c.truth
		if !w.single(x) || x.verdict != must {
			continue
		}
		men, women, town, land := x.point, x.point, x.point, x.point
		men.sex, women.sex, town.area, land.area = "M", "F", "U", "R"
		switch groups := w.wholes(x.point); {
		case x.sex == "T" && x.area == "T" && all(men, women):
			b.finding = "sex_total"
		case x.sex == "T" && x.area == "T" && all(town, land):
			b.finding = "area_total"
		case slices.ContainsFunc(groups, func(ps []point) bool { return all(ps...) }):
			b.finding = "parts_total"
		default:
			continue
		}
		// By more than a thousandth, which the rounding of parts sent in thousands may explain.
		x.value = x.value.Add(decimal.NewFromInt(int64(2 + w.r.IntN(40)))).Add(x.value.Abs().Shift(-3).Ceil())
		c.text = w.shown(x).String()
		x.hit(name, must)
		return true
	}
	return false
}

// wholes gives the points that add up to one, for each way of dividing it.
func (w *world) wholes(p point) [][]point {
	groups := map[string][]point{}
	for _, part := range w.cat.Parts {
		if part.Whole == p.indicator && part.Exhaustive {
			q := p
			q.indicator = part.Part
			groups[part.Group] = append(groups[part.Group], q)
		}
	}
	var out [][]point
	for _, k := range sortedKeys(groups) {
		out = append(out, groups[k])
	}
	return out
}

func (w *world) emptiness(b *book, name string) bool {
	cs := w.someValues(b, 8, func(*cell, *truth) bool { return true })
	for _, c := range cs {
		e := pick(w, []string{"-", "dash"}, []string{"–", "dash"}, []string{"…", "ellipsis"}, []string{"...", "ellipsis"}, []string{"..", "dots"}, []string{"x", "not_applicable"}, []string{"X", "not_applicable"})
		c.text, c.number, c.format = e[0], false, ""
		c.truth.empty = e[1]
		c.truth.hit(name, must)
	}
	return len(cs) > 0
}

// unreadable are codes with which a cell without a readable number is refused.
var unreadable = []string{"number.unreadable", "number.ambiguous", "number.range", "value.type"}

func (w *world) garbage(b *book, name string) bool {
	cs := w.someValues(b, 20, func(*cell, *truth) bool { return true })
	for _, c := range cs {
		c.number, c.format = false, ""
		c.text = pick(w, "abc", "04.3.8269.544", "12.34.56", "chưa có số liệu", "KTK", "12/7/2013", "?", "1O5", "12,3,4", "Xuất siêu", "100%/năm 5", "#REF!")
		c.truth.hit(name, never, unreadable...)
		c.truth.hit(name, never, "unit.conflict", "unit.unknown")
	}
	return len(cs) > 0
}

// halfPerson writes a count with a fraction: 10.98 households, or 7.333 where a dot was typed for thousands.
func (w *world) halfPerson(b *book, name string) bool {
	cs := w.someValues(b, 30, func(_ *cell, x *truth) bool { return w.single(x) })
	for _, c := range cs {
		c.text = decimal.NewFromInt(int64(1001 + 10*w.r.IntN(900))).Shift(-pick(w, int32(2), int32(3))).String()
		c.format = ""
		c.truth.hit(name, never, "value.type", "number.ambiguous")
	}
	return len(cs) > 0
}

func (w *world) dressBook(b *book, how string) bool {
	cs := w.someValues(b, 6, func(*cell, *truth) bool { return true })
	for _, c := range cs {
		w.rewrite(c, how)
	}
	return len(cs) > 0
}

func (w *world) unitBehind(b *book, name string) bool {
	cs := w.someValues(b, 5, func(_ *cell, x *truth) bool {
		return x.unit == "person" || x.unit == "household" || x.unit == "percent"
	})
	for _, c := range cs {
		x := c.truth
		word := map[string]string{"person": " người", "household": " hộ", "percent": pick(w, "%", " %")}[x.unit]
		c.text, c.number, c.format = write(w.shown(x), vietnamese)+word, false, ""
		x.hit(name, must)
	}
	return len(cs) > 0
}

// scaleWord writes "15,8 nghìn" into a table that counts one by one.
func (w *world) scaleWord(b *book, name string) bool {
	cs := w.someValues(b, 12, func(_ *cell, x *truth) bool {
		return w.single(x) && x.value.GreaterThan(decimal.NewFromInt(2000)) && w.ownUnit(x) && (x.unit == "person" || x.unit == "household")
	})
	for _, c := range cs {
		x := c.truth
		v := x.value.Shift(-3).Round(1)
		f := w.fact(x.point)
		f.value = v.Shift(3)
		x.value = f.value
		c.text, c.number, c.format = write(v, vietnamese)+" nghìn"+pick(w, "", map[string]string{"person": " người", "household": " hộ"}[x.unit]), false, ""
		x.hit(name, must)
	}
	return len(cs) > 0
}

// subCount adds the number of women in parentheses.
func (w *world) subCount(b *book, name string) bool {
	cs := w.someValues(b, 8, func(_ *cell, x *truth) bool {
		in := w.cat.Indicator(x.indicator)
		return w.single(x) && w.ownUnit(x) && in.Sex == "" && additive(in) && x.unit == "person" && x.sex == "T" && x.area == "T" && x.value.GreaterThan(decimal.NewFromInt(10))
	})
	for _, c := range cs {
		x := c.truth
		q := x.point
		q.sex = "F"
		for _, k := range w.children[x.indicator] {
			if k.label == "Nữ" {
				q.indicator, q.sex = k.code, "T"
			}
		}
		q.status = ""
		_, known := w.facts[q.String()]
		women := w.fact(q)
		if q.sex == "T" && !known {
			women.value = x.value.Div(decimal.NewFromInt(3)).Truncate(0)
		}
		if women.value.GreaterThan(x.value) {
			continue
		}
		x.also = women
		n := write(women.value, vietnamese)
		c.text = write(x.value, vietnamese) + pick(w, " ("+n+" nữ)", " ("+n+" lao động nữ)", " (trong đó "+n+" nữ)")
		c.number, c.format = false, ""
		x.hit(name, must)
	}
	return len(cs) > 0
}

// numberOf writes "71.819/75.126": so many of so many. The first is the figure; who is not sure asks back.
func (w *world) numberOf(b *book, name string) bool {
	cs := w.someValues(b, 12, func(_ *cell, x *truth) bool {
		return w.single(x) && w.ownUnit(x) && x.value.GreaterThan(decimal.NewFromInt(40))
	})
	for _, c := range cs {
		x := c.truth
		whole := x.value.Mul(decimal.NewFromFloat(1.07)).Ceil()
		c.text, c.number, c.format = write(x.value, vietnamese)+"/"+write(whole, vietnamese), false, ""
		x.hit(name, may, "number.unreadable", "number.ambiguous")
	}
	return len(cs) > 0
}

func (w *world) fallingRange(b *book, name string) bool {
	cs := w.someValues(b, 20, func(_ *cell, x *truth) bool { return x.value.GreaterThan(decimal.NewFromInt(1)) })
	for _, c := range cs {
		v := w.shown(c.truth)
		c.text, c.number, c.format = write(v, vietnamese)+" - "+write(v.Div(decimal.NewFromInt(2)).Round(max(0, -v.Exponent())), vietnamese), false, ""
		c.truth.hit(name, never, unreadable...)
	}
	return len(cs) > 0
}

// percentFormat stores percentages as Excel does: a share of one that is shown as a percentage.
func (w *world) percentFormat(b *book, name string) bool {
	cs := w.someValues(b, 1, func(_ *cell, x *truth) bool { return x.unit == "percent" })
	format := pick(w, "0.0%", "0%", "0.00%", "0.0 %")
	for _, c := range cs {
		c.text, c.format = w.shown(c.truth).Shift(-2).String(), format
		c.truth.hit(name, must)
	}
	return len(cs) > 0
}

// percentAsFraction stores all percentages as shares of one without saying so.
func (w *world) percentAsFraction(b *book, name string) bool {
	hundred := decimal.NewFromInt(100)
	cs := w.someValues(b, 1, func(_ *cell, x *truth) bool { return x.unit == "percent" })
	for _, p := range b.pages {
		for _, c := range p.cells {
			if x := c.truth; x != nil && x.unit == "percent" && (!x.value.LessThan(hundred) || !c.number && x.empty == "") {
				return false // a range or a word beside them would show what is meant
			}
		}
	}
	for _, p := range b.pages { // every one, also those that are to be refused for another reason
		for _, c := range p.cells {
			if plainValue(c) && c.truth.unit == "percent" {
				shown := w.shown(c.truth)
				c.text, c.format = shown.Shift(-2).String(), ""
				v := never
				if shown.IsZero() { // nothing is nothing in any unit
					v = may
				}
				c.truth.hit(name, v, "unit.ambiguous")
			}
		}
	}
	return len(cs) > 0
}

// textNumbers writes the numbers of some columns as text.
func textNumbers(st style) func(*world, *book, string) bool {
	return func(w *world, b *book, name string) bool {
		done := false
		for _, p := range b.pages {
			all := w.one(2)
			chosen := map[int]bool{}
			for _, a := range p.sorted() {
				c := p.cells[a]
				if _, seen := chosen[a.col]; !seen {
					chosen[a.col] = all || w.one(2)
				}
				if !plainValue(c) || !chosen[a.col] || strings.Contains(c.format, "%") || slices.Contains(c.truth.damages, "half_person") {
					continue
				}
				d, err := decimal.NewFromString(c.text)
				if err != nil {
					continue
				}
				c.text, c.number, c.format = write(d, st), false, ""
				c.style = st
				c.truth.hit(name, must)
				done = true
			}
		}
		return done
	}
}

// floatNoise stores the double that a calculation left: 51594.299999999988.
func (w *world) floatNoise(b *book, name string) bool {
	cs := w.someValues(b, 4, func(c *cell, x *truth) bool { return strings.Contains(c.text, ".") && c.format != "0%" })
	for _, c := range cs {
		f, err := strconv.ParseFloat(c.text, 64)
		if err != nil {
			continue
		}
		third := f / 3
		c.text = strconv.FormatFloat(third+third+third, 'g', 17, 64)
		c.truth.hit(name, must)
	}
	return len(cs) > 0
}

func (w *world) footnoteOnNumber(b *book, name string) bool {
	cs := w.someValues(b, 12, func(*cell, *truth) bool { return true })
	for _, c := range cs {
		d, err := decimal.NewFromString(c.text)
		if err != nil || strings.Contains(c.format, "%") || len(c.text) > 12 { // nobody types the noise of a calculation
			continue
		}
		c.text, c.number, c.format = write(d, vietnamese)+pick(w, "¹", "²", " (*)", "[1]"), false, ""
		c.truth.hit(name, must)
	}
	return len(cs) > 0
}

// yearCell gives the year of a header or label that is nothing but a year.
func yearCell(c *cell) (int, bool) {
	if c.kind != kindHead && c.kind != kindLabel || len(c.text) != 4 || c.format != "" {
		return 0, false
	}
	y, err := strconv.Atoi(c.text)
	return y, err == nil && y > 1990 && y < 2050
}

// yearAsDate turns years into dates that are shown as years.
func (w *world) yearAsDate(b *book, name string) bool {
	done := false
	for _, p := range b.pages {
		for _, a := range p.sorted() {
			c := p.cells[a]
			y, ok := yearCell(c)
			if !ok {
				continue
			}
			days := 0
			for k := 1900; k < y; k++ {
				days += 365
				if k%4 == 0 { // also 1900, as spreadsheets count
					days++
				}
			}
			c.text, c.number, c.format = strconv.Itoa(days+1+w.r.IntN(365)), true, "yyyy"
			c.hit(name, must)
			done = true
		}
	}
	return done
}

func (w *world) yearAsNumber(b *book, name string) bool {
	done := false
	for _, p := range b.pages {
		for _, a := range p.sorted() {
			if c := p.cells[a]; !c.number {
				if _, ok := yearCell(c); ok {
					c.number = true
					c.hit(name, must)
					done = true
				}
			}
		}
	}
	return done
}

// doubtNumbers decides where a number written as text leaves a doubt: one mark before exactly three digits is thousands
// or a decimal mark. A clerk looks along the column, and trusts nothing in a sheet that holds both styles. Where a mark can
// only be thousands, because nobody counts thousandths of a person, the Vietnamese dot is sure, the English comma is not.
func (w *world) doubtNumbers(b *book) {
	for _, p := range b.pages {
		proof := map[int][2]bool{} // column → is there a number that only one style explains
		inSheet := [2]bool{}
		for a, c := range p.cells {
			if c.truth == nil || c.number || c.truth.empty != "" {
				continue
			}
			vi, en := proves(c.text)
			if in := w.cat.Indicator(c.truth.indicator); in != nil && w.cat.Unit(in.Unit).Quantity == "percent" && !strings.Contains(c.text, ",") {
				en = false // a dot is typed in percentages beside dots for thousands
			}
			x := proof[a.col]
			proof[a.col] = [2]bool{x[0] || vi, x[1] || en}
			inSheet = [2]bool{inSheet[0] || vi, inSheet[1] || en}
		}
		for a, c := range p.cells {
			x := c.truth
			if x == nil || c.number || x.empty != "" || !doubtful(c.text) {
				continue
			}
			dot := strings.ContainsRune(c.text, '.')
			sure := !(inSheet[0] && inSheet[1]) && (w.single(x) && dot && !inSheet[1] ||
				proof[a.col][0] && c.style == vietnamese || proof[a.col][1] && c.style == english)
			if inSheet[0] != inSheet[1] && inSheet[0] == (c.style == english) {
				x.misled = true // the sheet proves the other style, and with it another number
			}
			if !sure {
				x.hit("ambiguous_number", may, "number.ambiguous", "value.type", "unit.ambiguous")
			}
		}
	}
}

// runs splits a text into the numbers in it, marks and all.
func runs(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return (r < '0' || r > '9') && r != '.' && r != ',' })
}

// doubtful reports whether a text has a number with one mark before exactly three digits.
func doubtful(s string) bool {
	for _, n := range runs(s) {
		i := strings.IndexAny(n, ".,")
		if i > 0 && i <= 3 && i == strings.LastIndexAny(n, ".,") && len(n)-i == 4 && n[0] != '0' {
			return true
		}
	}
	return false
}

// proves reports whether a text has a number that only the Vietnamese, or only the English style explains.
func proves(s string) (vi, en bool) {
	for _, n := range runs(s) {
		dots, commas := strings.Count(n, "."), strings.Count(n, ",")
		i := strings.LastIndexAny(n, ".,")
		if i <= 0 || i == len(n)-1 {
			continue
		}
		behind := len(n) - i - 1
		mark := n[i]
		switch {
		case dots > 1 && commas == 0:
			vi = true
		case commas > 1 && dots == 0:
			en = true
		case dots+commas == 1 && behind == 3:
		case mark == ',':
			vi = true
		default:
			en = true
		}
	}
	return vi, en
}
