package catalogue

// A thousandfold error hides where an indicator has no plausible maximum of its own, or one that only the country reaches. What is counted has some
// measure of those who live in a territory: population.csv tells how many these were, bounds.csv between which shares of them the values lie,
// with the figures that the shares are from.

// The people of a territory in a year beyond those of population.csv, or as another list counts them, are no more and no fewer than
// these times the most and the least there.
const (
	morePeople  = 1.3
	fewerPeople = 0.8
)

// Bounds gives between which values, in its own unit, the yearly figure of an indicator lies in a territory. known is false if nothing is known of
// either; least is 0 if there need be none.
func (c *Catalogue) Bounds(in *Indicator, t *Territory) (least, most int64, known bool) {
	if in.mostPerPerson == 0 || t.peopleMost == 0 {
		return 0, 0, false
	}
	return int64(in.leastPerPerson * t.peopleLeast * fewerPeople), int64(in.mostPerPerson*t.peopleMost*morePeople) + 1, true
}

// buildBounds reads both tables. A person is counted once in a territory, whatever the indicator. The people of a province that others
// were merged into are theirs.
func (c *Catalogue) buildBounds(each func(string, func(fields))) {
	share := func(f fields, column string, in *Indicator) float64 {
		d := f.d(column)
		if d == nil {
			return 0
		}
		return d.Div(c.units[in.Unit].Factor).InexactFloat64()
	}
	for i := range c.Indicators {
		in := &c.Indicators[i]
		if u := c.units[in.Unit]; u.Quantity == "person" && in.Aggregation == "sum" {
			in.mostPerPerson = 1 / u.Factor.InexactFloat64()
		}
	}
	each("bounds", func(f fields) {
		in := c.indicators[f.s("indicator_code")]
		in.leastPerPerson, in.mostPerPerson = share(f, "least_per_person", in), share(f, "most_per_person", in)
	})
	each("population", func(f fields) {
		t := c.territories[f.s("territory_id")]
		t.peopleLeast, t.peopleMost = f.d("least").InexactFloat64(), f.d("most").InexactFloat64()
	})
	type people struct{ least, most float64 }
	sums, unknown := map[*Territory]people{}, map[*Territory]bool{}
	for _, s := range c.Successions {
		from, to := c.territories[s.Predecessor], c.territories[s.Successor]
		unknown[to] = unknown[to] || from.peopleMost == 0
		sum := sums[to]
		sums[to] = people{sum.least + from.peopleLeast, sum.most + from.peopleMost}
	}
	for t, sum := range sums {
		if t.peopleMost == 0 && !unknown[t] {
			t.peopleLeast, t.peopleMost = sum.least, sum.most
		}
	}
}
