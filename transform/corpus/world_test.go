package corpus

import (
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/shopspring/decimal"

	"github.com/phuluc/phuluc/extract/sample"
	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/mapping"
)

// child is a label that means an indicator only below another.
type child struct{ label, code string }

// sources is what all corpora draw from: the catalogue and the published figures. It is read only once made.
type sources struct {
	cat       *catalogue.Catalogue
	feeds     *mapping.Set
	published map[string]sample.Value
	labels    map[string][]string // indicator → the labels that name it by themselves, the catalogue's name first
	english   map[string]string
	children  map[string][]child // indicator → labels bound to it
	domains   map[string][]string
	units     map[string][]string // unit → the words for it
	provinces []*catalogue.Territory
	provinces2025,
	regions []*catalogue.Territory
	districts map[string][]*catalogue.Territory // by province
}

var dated = regexp.MustCompile(`\d{4}`)

var load = sync.OnceValue(func() *sources {
	cat, err := catalogue.Load("")
	if err != nil {
		panic(err)
	}
	feeds, err := mapping.LoadSet("")
	if err != nil {
		panic(err)
	}
	values, err := sample.Published()
	if err != nil {
		panic(err)
	}
	s := &sources{cat: cat, feeds: feeds, published: map[string]sample.Value{}, labels: map[string][]string{}, english: map[string]string{},
		children: map[string][]child{}, domains: map[string][]string{}, units: map[string][]string{}, districts: map[string][]*catalogue.Territory{}}
	for _, v := range values {
		k := v.Indicator + " " + v.Territory + " " + v.Period + " " + v.Measure + " " + v.Sex + v.Area
		if _, twice := s.published[k]; !twice && v.Qualifier == "" && !v.High.Valid {
			s.published[k] = v
		}
	}
	for i := range cat.Indicators {
		in := &cat.Indicators[i]
		s.labels[in.Code] = []string{in.NameVi}
		s.english[in.Code] = in.NameEn
		s.domains[in.Domain] = append(s.domains[in.Domain], in.Code)
	}
	header, rows := cat.Table("indicator_synonyms")
	col := func(name string) int { return slices.Index(header, name) }
	for _, r := range rows {
		code, label, parent := r[col("indicator_code")], r[col("label")], r[col("parent_label")]
		switch {
		case r[col("lang")] != "vi":
		case parent != "":
			for _, m := range cat.IndicatorsByLabel(parent) {
				if m.ParentLabel == "" {
					s.children[m.Indicator.Code] = append(s.children[m.Indicator.Code], child{label, code})
				}
			}
		case strings.Contains(label, "chuẩn") && strings.Contains(label, "đa chiều"): // of 2015 it is the series of the next standard
		case !dated.MatchString(label) && !strings.Contains(label, "phân theo"):
			s.labels[code] = append(s.labels[code], label)
		}
	}
	header, rows = cat.Table("unit_words")
	for _, r := range rows {
		word, unit := r[slices.Index(header, "word")], r[slices.Index(header, "unit_code")]
		s.units[unit] = append(s.units[unit], word)
	}
	for i := range cat.Territories {
		t := &cat.Territories[i]
		switch {
		case t.Level == "district":
			s.districts[t.Parent] = append(s.districts[t.Parent], t)
		case t.Level == "region" && !strings.HasSuffix(t.ID, "_2025"):
			s.regions = append(s.regions, t)
		case strings.HasSuffix(t.ID, "@2025"):
			s.provinces2025 = append(s.provinces2025, t)
		case strings.HasSuffix(t.ID, "@2004") && t.ID != "province:28@2004" && t.ID != "province:46@2004":
			s.provinces = append(s.provinces, t) // Hà Tây ended in 2008, Huế changed its rank in 2025
		}
	}
	return s
})

// world holds the true observations of one workbook: the same point always has the same value, parts add up to their
// whole, sexes and areas to the total.
type world struct {
	*sources
	r     *rand.Rand
	facts map[string]*fact
	bases map[string]float64
}

func newWorld(src *sources, seed, index uint64) *world {
	return &world{sources: src, r: rand.New(rand.NewPCG(seed, index)), facts: map[string]*fact{}, bases: map[string]float64{}}
}

// one reports true once in n times.
func (w *world) one(n int) bool { return w.r.IntN(n) == 0 }

func pick[T any](w *world, xs ...T) T { return xs[w.r.IntN(len(xs))] }

// sampleOf gives n different elements in their order.
func sampleOf[T any](w *world, xs []T, n int) []T {
	if n >= len(xs) {
		return slices.Clone(xs)
	}
	is := w.r.Perm(len(xs))[:n]
	slices.Sort(is)
	out := make([]T, n)
	for k, i := range is {
		out[k] = xs[i]
	}
	return out
}

// fact gives the true observation about a point whose indicator, territory and period are known.
func (w *world) fact(p point) *fact {
	if p.measure == "" {
		p.measure = "actual"
	}
	if p.sex == "" {
		p.sex = "T"
	}
	if p.area == "" {
		p.area = "T"
	}
	k := p.String()
	f := w.facts[k]
	if f == nil {
		f = &fact{point: p}
		w.facts[k] = f // before the parts ask for the whole
		f.value = w.number(p)
	}
	f.status = p.status
	return f
}

// decimals gives how many decimals figures of an indicator have in its own unit.
func (w *world) decimals(in *catalogue.Indicator) int32 {
	switch {
	case in.ValueKind == "count" && w.cat.Unit(in.Unit).Factor.Equal(decimal.NewFromInt(1)):
		return 0
	case in.ValueKind == "percentage_point", in.ValueKind == "percent":
		return int32(1 + w.r.IntN(2))
	}
	return 1
}

func additive(in *catalogue.Indicator) bool {
	return in.Aggregation == "sum" && (in.ValueKind == "count" || in.ValueKind == "currency_vnd")
}

func (w *world) number(p point) decimal.Decimal {
	in := w.cat.Indicator(p.indicator)
	total := p
	switch {
	case p.sex != "T":
		total.sex = "T"
		whole := w.fact(total).value
		men := w.share(whole, "sex", p, in, 0.46, 0.54)
		if p.sex == "M" || !additive(in) {
			return men
		}
		return whole.Sub(men)
	case p.area != "T":
		total.area = "T"
		whole := w.fact(total).value
		town := w.share(whole, "area", p, in, 0.2, 0.6)
		if p.area == "U" || !additive(in) {
			return town
		}
		return whole.Sub(town)
	}
	for _, part := range w.cat.Parts {
		if part.Part != p.indicator || !additive(in) {
			continue
		}
		var group []string
		for _, x := range w.cat.Parts {
			if x.Whole == part.Whole && x.Group == part.Group {
				group = append(group, x.Part)
			}
		}
		own := total
		own.indicator = part.Whole
		rest := w.fact(own).value
		scale := w.decimals(in)
		for i, code := range group {
			var v decimal.Decimal
			switch {
			case i == len(group)-1 && part.Exhaustive:
				v = rest
			default:
				f := 0.2 + 0.6*w.base("part "+code, 0.01, 1)
				v = rest.Mul(decimal.NewFromFloat(f)).Truncate(scale)
			}
			if code == p.indicator {
				return v
			}
			rest = rest.Sub(v)
		}
	}
	if v, ok := w.published[p.String()]; ok {
		if x, ok := w.cat.Convert(v.Value, w.cat.Unit(v.Unit), w.cat.Unit(in.Unit)); ok && -x.Exponent() <= 3 {
			return x
		}
	}
	return w.made(p, in)
}

// share splits a whole in two; of a rate it gives a rate of the part.
func (w *world) share(whole decimal.Decimal, what string, p point, in *catalogue.Indicator, low, high float64) decimal.Decimal {
	if !additive(in) {
		return whole.Mul(decimal.NewFromFloat(0.8 + 0.4*w.r.Float64())).Round(2)
	}
	f := low + (high-low)*w.base(what+p.indicator+p.territory+p.period()+p.measure, 0.01, 1)
	return whole.Mul(decimal.NewFromFloat(f)).Truncate(max(0, -whole.Exponent()))
}

// base remembers a number between low and high, spread evenly over its magnitude.
func (w *world) base(key string, low, high float64) float64 {
	b, ok := w.bases[key]
	if !ok {
		b = low * math.Exp(w.r.Float64()*math.Log(high/low))
		w.bases[key] = b
	}
	return b
}

// made invents a plausible figure: of the size that the unit has in a territory of that level, drifting over the years.
func (w *world) made(p point, in *catalogue.Indicator) decimal.Decimal {
	low, high := 2.0, 900.0
	switch in.ValueKind {
	case "percent":
		low, high = 1.6, 80
	case "percentage_point":
		low, high = 0.3, 5
	case "currency_vnd":
		low, high = 1, 400
	case "ratio", "index":
		low, high = 2, 90
	case "count":
		switch in.Unit {
		case "person", "child", "person_time", "child_time":
			low, high = 60, 60000
		case "household":
			low, high = 300, 150000
		case "thousand_person":
			low, high = 60, 1800
		}
	}
	if in.Min != nil {
		if m, _ := in.Min.Float64(); m > 0 {
			low = max(low, m*1.05)
		}
	}
	if in.Max != nil {
		m, _ := in.Max.Float64()
		high = min(high, m*0.9)
	}
	low = min(low, high*0.9)
	v := w.base(p.indicator+" "+p.territory, low, high)
	if additive(in) {
		switch {
		case p.territory == "vn":
			v *= 40
		case strings.HasPrefix(p.territory, "region:"):
			v *= 8
		case strings.HasPrefix(p.territory, "district:"):
			v = max(v/15, 1)
		}
		if p.part != "" {
			v *= 0.5
		}
	}
	v *= (1 + 0.03*float64(p.year-2016)) * (0.93 + 0.14*w.r.Float64())
	if !additive(in) {
		v = min(max(v, low), high)
	}
	if t := w.cat.Territory(p.territory); t != nil {
		if least, most, ok := w.cat.Bounds(in, t); ok { // of so many people
			v = min(max(v, 1.05*float64(least)*(1+0.3*w.r.Float64())), 0.95*float64(most))
		}
	}
	x := decimal.NewFromFloat(v).Round(w.decimals(in))
	if x.IsZero() {
		x = decimal.NewFromInt(1)
	}
	return x
}
