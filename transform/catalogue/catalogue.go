package catalogue

import (
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/phuluc/phuluc/transform/text"
)

// Indicator is one thing that is counted or measured.
type Indicator struct {
	Code, NameVi, NameEn string
	Unit                 string // units.csv code in which its values are kept
	Domain               string
	ValueKind            string // count, percent, percentage_point, ratio, currency_vnd, index, area
	DirectionGood        string // up, down, none
	Aggregation          string // over territories: sum, weighted_mean, none
	StockFlow            string // stock: what there is at a time; flow: what is counted over one, so that periods add up; "" if it may be either
	Weight               string // indicator code that weighs a weighted_mean, "" when none is published
	Parent               string // indicator code of which it is a part or sub-category, ""
	Sex, Area            string // "" or the sex or area it is restricted to by definition; its values are totals all the same
	Synonyms             []string
	Min, Max             *decimal.Decimal // plausible range in Unit, nil if open
	Notes, Evidence      string

	leastPerPerson, mostPerPerson float64 // see Bounds
	unit                          *Unit
	whole                         *Indicator // that it is for one sex or area and nothing else, nil if it is that of none
	restricted                    []restriction
}

// restriction is the indicator that another one is for one sex or area only.
type restriction struct {
	sex, area string
	in        *Indicator
}

// PartGroup is a group of parts of one whole. It is exhaustive if all of its rows are.
type PartGroup struct {
	Name       string
	Exhaustive bool
	Parts      []string
}

// Part says that Part is a part of Whole. The parts of one Group of a Whole add up to it when Exhaustive, and to no more
// than it otherwise.
type Part struct {
	Whole, Part, Group string
	Exhaustive         bool
}

// Unit is a unit of measure. Value × Factor is in the base unit of Quantity.
type Unit struct {
	Code, NameVi, NameEn, Quantity string
	Factor                         decimal.Decimal
	Exponent                       int // Factor = 10^Exponent; 0 also when it is no power of ten

	single bool
}

// IsSingle reports whether values are written in the base unit itself: persons, and not thousands of them.
func (u *Unit) IsSingle() bool { return u.single }

// Territory is a territory within one validity span.
type Territory struct {
	ID, Code, NameVi, FullNameVi, NameEn string
	Level                                string // country, region, province, district, commune
	Type                                 string // country, region, province, municipality, provincial_city, town, district, commune, ward, township, special_zone
	Parent, Region                       string // territory ids, "" if none
	ValidFrom, ValidTo                   string // ISO, inclusive, "" if open or unknown
	Source                               string

	peopleLeast, peopleMost float64 // who ever lived there, see Bounds
}

// IsLocal reports whether the territory lies within a province: a district, or a commune, which since July 2025 lies right below it.
func (t *Territory) IsLocal() bool { return t.Level == "district" || t.Level == "commune" }

// ValidOn reports whether the territory exists on an ISO date.
func (t *Territory) ValidOn(date string) bool {
	return (t.ValidFrom == "" || t.ValidFrom <= date) && (t.ValidTo == "" || date <= t.ValidTo)
}

// Succession says that Predecessor became, or became a part of, Successor on Date.
type Succession struct{ Predecessor, Successor, Date, Kind, LegalBasis, Source string }

// Measure is a measure type.
type Measure struct{ Code, NameVi, NameEn string }

// Target is what a document sets for an indicator.
type Target struct {
	ID, Indicator, Territory   string
	YearFrom, YearTo           int
	Min                        decimal.NullDecimal
	Max                        decimal.NullDecimal // upper end of a range; then Comparator is "between"
	Comparator                 string              // =, >=, <=, between
	Strict, Approx             bool                // "dưới 4": strict; "khoảng 65": approx
	Kind                       string              // level_at_year, annual_change, cumulative
	Unit                       string              // units.csv code of Min and Max; percent for a relative cut of a count
	Document, IssueDate, Quote string              // IssueDate is ISO, "" when the day is not known
	Source, Reliability, Note  string              // Reliability: primary (text of the document), secondary (press, digest)
}

// Round is one call for annexes.
type Round struct {
	ID         string // 2014, 2019-ye
	Year       int
	Kind       string // plan, year_end
	Letter     string // numbers of the letters that opened it, joined by "; ", "" if not known
	LetterDate string // ISO, "" if not known
	DueDate    string // ISO, "" if not known
	TitleVi    string
	Source     string
}

// Form is a family of tables that its title tells: a workbook is of it when a title of its first sheet holds Title. InRounds says
// whether its workbooks answer the planning rounds; those of others belong to no round, whatever years they plan.
type Form struct {
	Code, Title    string
	InRounds       bool
	NameVi, NameEn string
}

// Body is a kind of reporting body.
type Body struct{ ID, NameVi, NameEn, ValidFrom, ValidTo, Source string }

// Break marks a year from which an indicator can not be compared with the years before. Territory is "" when it holds
// everywhere.
type Break struct {
	Indicator                    string
	Year                         int
	Kind, TextVi, TextEn, Source string
	Territory                    string
}

// Document is a document that targets, rounds and reports refer to.
type Document struct{ Number, Issuer, IssueDate, TitleVi, Territory, PeriodFrom, PeriodTo, Source string }

// HeaderWord gives one dimension of a word in a header; see the package text for the dimensions.
type HeaderWord struct{ Word, Dimension, Value, Note string }

// Match is one meaning of a label.
type Match struct {
	Indicator   *Indicator
	Synonym     string // the label as the catalogue writes it
	ParentLabel string // below which label alone it means this; "" if it stands alone
	parent      *Indicator
	parents     []*Indicator // see IsBelow
}

// IsBelow reports whether ParentLabel names an indicator by itself, beside others perhaps.
func (m *Match) IsBelow(in *Indicator) bool { return slices.Contains(m.parents, in) }

// Catalogue holds the tables. It is read-only; slices and pointers belong to it.
type Catalogue struct {
	Indicators  []Indicator
	Parts       []Part
	Units       []Unit
	Territories []Territory
	Successions []Succession
	Measures    []Measure
	Targets     []Target
	Rounds      []Round
	Forms       []Form
	Bodies      []Body
	Breaks      []Break
	Documents   []Document
	HeaderWords []HeaderWord

	version     string
	extensions  []Extension
	names       []string
	rows        map[string]*loaded
	indicators  map[string]*Indicator
	labels      map[string][]Match // text.Key → meanings
	labelKeys   []labelKey
	units       map[string]*Unit
	unitWords   map[string][]*Unit
	territories map[string]*Territory
	places      map[string][]*Territory
	placeKeys   []placeKey
	rounds      map[string]*Round
	letters     map[string]*Round
	header      map[string][]HeaderWord

	partGroups   map[string][]PartGroup  // by the whole
	predecessors map[string][]Succession // by the successor
}

type labelKey struct {
	label string
	key   []rune
	of    *Indicator
}

type placeKey struct {
	name string
	key  []rune
	of   *Territory
}

// fields reads cells by column name; cells were checked before.
type fields struct {
	t *loaded
	r row
}

func (f fields) s(name string) string { return f.r.cells[f.t.index(name)] }
func (f fields) n(name string) int    { n, _ := strconv.Atoi(f.s(name)); return n }
func (f fields) b(name string) bool   { return f.s(name) == "true" }
func (f fields) d(name string) *decimal.Decimal {
	if d, err := decimal.NewFromString(f.s(name)); err == nil {
		return &d
	}
	return nil
}

func (f fields) null(name string) decimal.NullDecimal {
	if d := f.d(name); d != nil {
		return decimal.NewNullDecimal(*d)
	}
	return decimal.NullDecimal{}
}

func build(order []table, tables map[string]*loaded) *Catalogue {
	c := &Catalogue{
		version: version(order, tables, ""), rows: tables,
		indicators: map[string]*Indicator{}, labels: map[string][]Match{}, units: map[string]*Unit{}, unitWords: map[string][]*Unit{},
		territories: map[string]*Territory{}, places: map[string][]*Territory{}, rounds: map[string]*Round{}, letters: map[string]*Round{},
		header: map[string][]HeaderWord{}, partGroups: map[string][]PartGroup{}, predecessors: map[string][]Succession{},
	}
	for _, t := range order {
		c.names = append(c.names, t.name)
	}
	each := func(name string, f func(fields)) {
		for _, r := range tables[name].rows {
			f(fields{tables[name], r})
		}
	}
	c.buildUnits(each)
	c.buildIndicators(each)
	c.buildTerritories(each)
	each("measure_types", func(f fields) {
		c.Measures = append(c.Measures, Measure{f.s("code"), f.s("name_vi"), f.s("name_en")})
	})
	each("header_words", func(f fields) {
		h := HeaderWord{f.s("word"), f.s("dimension"), f.s("value"), f.s("note")}
		c.HeaderWords = append(c.HeaderWords, h)
		k := text.Key(h.Word)
		if !slices.ContainsFunc(c.header[k], func(o HeaderWord) bool { return o.Dimension == h.Dimension && o.Value == h.Value }) {
			c.header[k] = append(c.header[k], h)
		}
	})
	c.buildRestrictions()
	each("documents", func(f fields) {
		c.Documents = append(c.Documents, Document{f.s("document"), f.s("issuer"), f.s("issue_date"), f.s("title_vi"), f.s("territory_id"), f.s("period_from"), f.s("period_to"), f.s("source")})
	})
	each("targets", func(f fields) {
		c.Targets = append(c.Targets, Target{
			ID: f.s("target_id"), Indicator: f.s("indicator_code"), Territory: f.s("territory_id"), YearFrom: f.n("year_from"), YearTo: f.n("year_to"),
			Min: f.null("value_min"), Max: f.null("value_max"), Comparator: f.s("comparator"), Strict: f.b("strict"), Approx: f.b("approx"), Kind: f.s("kind"),
			Unit: f.s("unit_code"), Document: f.s("document"), IssueDate: f.s("issue_date"), Quote: f.s("quote"), Source: f.s("source"),
			Reliability: f.s("reliability"), Note: f.s("note"),
		})
	})
	each("rounds", func(f fields) {
		c.Rounds = append(c.Rounds, Round{ID: f.s("round_id"), Year: f.n("year"), Kind: f.s("kind"), Letter: f.s("letter"), LetterDate: f.s("letter_date"), DueDate: f.s("due_date"), TitleVi: f.s("title_vi"), Source: f.s("source")})
	})
	for i := range c.Rounds {
		r := &c.Rounds[i]
		c.rounds[r.ID] = r
		for _, l := range strings.Split(r.Letter, ";") {
			if k := letterKey(l); k != "" {
				c.letters[k] = r
			}
		}
	}
	each("forms", func(f fields) {
		c.Forms = append(c.Forms, Form{f.s("form_code"), f.s("title"), f.b("in_rounds"), f.s("name_vi"), f.s("name_en")})
	})
	each("bodies", func(f fields) {
		c.Bodies = append(c.Bodies, Body{f.s("body_id"), f.s("name_vi"), f.s("name_en"), f.s("valid_from"), f.s("valid_to"), f.s("source")})
	})
	c.buildBounds(each)
	each("breaks", func(f fields) {
		c.Breaks = append(c.Breaks, Break{f.s("indicator_code"), f.n("year"), f.s("kind"), f.s("text_vi"), f.s("text_en"), f.s("source"), f.s("territory_id")})
	})
	return c
}

func (c *Catalogue) buildUnits(each func(string, func(fields))) {
	each("units", func(f fields) {
		u := Unit{Code: f.s("code"), NameVi: f.s("name_vi"), NameEn: f.s("name_en"), Quantity: f.s("quantity"), Factor: *f.d("factor")}
		for e := -12; e <= 12; e++ {
			if u.Factor.Equal(decimal.New(1, int32(e))) {
				u.Exponent = e
			}
		}
		u.single = u.Factor.Equal(decimal.NewFromInt(1))
		c.Units = append(c.Units, u)
	})
	for i := range c.Units {
		c.units[c.Units[i].Code] = &c.Units[i]
	}
	each("unit_words", func(f fields) {
		k, u := unitKey(f.s("word")), c.units[f.s("unit_code")]
		if !slices.Contains(c.unitWords[k], u) {
			c.unitWords[k] = append(c.unitWords[k], u)
		}
	})
}

func (c *Catalogue) buildIndicators(each func(string, func(fields))) {
	each("indicators", func(f fields) {
		c.Indicators = append(c.Indicators, Indicator{
			Code: f.s("code"), NameVi: f.s("name_vi"), NameEn: f.s("name_en"), Unit: f.s("unit_code"), Domain: f.s("domain"), ValueKind: f.s("value_kind"),
			DirectionGood: f.s("direction_good"), Aggregation: f.s("aggregation"), StockFlow: f.s("stock_flow"), Weight: f.s("weight_code"), Parent: f.s("parent_code"),
			Sex: f.s("sex"), Area: f.s("area"), Min: f.d("min_value"), Max: f.d("max_value"), Notes: f.s("notes"), Evidence: f.s("evidence"),
		})
	})
	for i := range c.Indicators {
		in := &c.Indicators[i]
		in.unit = c.units[in.Unit]
		c.indicators[in.Code] = in
		c.addLabel(in.NameVi, "", in)
		c.addLabel(in.NameEn, "", in)
	}
	each("indicator_synonyms", func(f fields) {
		in := c.indicators[f.s("indicator_code")]
		in.Synonyms = append(in.Synonyms, f.s("label"))
		c.addLabel(f.s("label"), f.s("parent_label"), in)
	})
	for _, ms := range c.labels {
		for i := range ms {
			if ms[i].ParentLabel != "" {
				ms[i].parent = c.named(ms[i].ParentLabel)
				for _, m := range c.IndicatorsByLabel(ms[i].ParentLabel) {
					if m.ParentLabel == "" {
						ms[i].parents = append(ms[i].parents, m.Indicator)
					}
				}
			}
		}
	}
	each("indicator_parts", func(f fields) {
		p := Part{f.s("whole_code"), f.s("part_code"), f.s("group_id"), f.b("exhaustive")}
		c.Parts = append(c.Parts, p)
		groups := c.partGroups[p.Whole]
		i := slices.IndexFunc(groups, func(g PartGroup) bool { return g.Name == p.Group })
		if i < 0 {
			i = len(groups)
			groups = append(groups, PartGroup{Name: p.Group, Exhaustive: true})
		}
		groups[i].Parts = append(groups[i].Parts, p.Part)
		groups[i].Exhaustive = groups[i].Exhaustive && p.Exhaustive
		c.partGroups[p.Whole] = groups
	})
}

// buildRestrictions finds the indicators that are their parent for one sex or area and nothing else: those that the word for it names
// below the parent. One of the young people of an area is restricted too, but is not what its parent is for the area.
func (c *Catalogue) buildRestrictions() {
	for _, h := range c.HeaderWords {
		r := restriction{sex: "T", area: "T"}
		switch {
		case h.Value == "T":
			continue
		case h.Dimension == "sex":
			r.sex = h.Value
		case h.Dimension == "area":
			r.area = h.Value
		default:
			continue
		}
		for _, m := range c.IndicatorsByLabel(h.Word) {
			own, of := m.Indicator, m.parent
			if of != nil && own.Parent == of.Code && own.Sex+own.Area == h.Value && of.only(r.sex, r.area) == nil {
				r.in, own.whole = own, of
				of.restricted = append(of.restricted, r)
			}
		}
	}
}

// only gives the indicator that is this one for a sex and an area, nil if there is none.
func (in *Indicator) only(sex, area string) *Indicator {
	for i := range in.restricted {
		if r := &in.restricted[i]; r.sex == sex && r.area == area {
			return r.in
		}
	}
	return nil
}

func (c *Catalogue) addLabel(label, parent string, in *Indicator) {
	k, p := text.Key(label), text.Key(parent)
	for _, m := range c.labels[k] {
		if m.Indicator == in && text.Key(m.ParentLabel) == p {
			return // spellings that are one by key
		}
	}
	c.labels[k] = append(c.labels[k], Match{Indicator: in, Synonym: label, ParentLabel: parent})
	c.labelKeys = append(c.labelKeys, labelKey{label, []rune(k), in})
}

// named gives the one indicator that label names by itself, nil otherwise.
func (c *Catalogue) named(label string) *Indicator {
	var found *Indicator
	for _, m := range c.labels[text.Key(label)] {
		if m.ParentLabel != "" || m.Indicator == found {
			continue
		}
		if found != nil {
			return nil
		}
		found = m.Indicator
	}
	return found
}

func (c *Catalogue) buildTerritories(each func(string, func(fields))) {
	each("territories", func(f fields) {
		c.Territories = append(c.Territories, Territory{
			ID: f.s("territory_id"), Code: f.s("code"), NameVi: f.s("name_vi"), FullNameVi: f.s("full_name_vi"), NameEn: f.s("name_en"), Level: f.s("level"),
			Type: f.s("type"), Parent: f.s("parent_id"), Region: f.s("region_id"), ValidFrom: f.s("valid_from"), ValidTo: f.s("valid_to"), Source: f.s("source"),
		})
	})
	for i := range c.Territories {
		t := &c.Territories[i]
		c.territories[t.ID] = t
		c.addPlace(t.NameVi, t)
		c.addPlace(t.FullNameVi, t)
		c.addPlace(t.NameEn, t)
	}
	each("territory_names", func(f fields) { c.addPlace(f.s("name"), c.territories[f.s("territory_id")]) })
	order := map[*Territory]int{}
	for i := range c.Territories {
		order[&c.Territories[i]] = i
	}
	for _, ts := range c.places {
		slices.SortFunc(ts, func(a, b *Territory) int { return order[a] - order[b] })
	}
	each("succession", func(f fields) {
		s := Succession{f.s("predecessor_id"), f.s("successor_id"), f.s("date"), f.s("kind"), f.s("legal_basis"), f.s("source")}
		c.Successions = append(c.Successions, s)
		c.predecessors[s.Successor] = append(c.predecessors[s.Successor], s)
	})
}

func (c *Catalogue) addPlace(name string, t *Territory) {
	k := text.Key(name)
	if slices.Contains(c.places[k], t) {
		return
	}
	c.places[k] = append(c.places[k], t)
	c.placeKeys = append(c.placeKeys, placeKey{name, []rune(k), t})
}

// Version is a hash over all rows, embedded and of the user. It is part of the rules version: another catalogue means
// that everything is read again.
func (c *Catalogue) Version() string { return c.version }

// VersionWithout is Version without one table.
func (c *Catalogue) VersionWithout(table string) string { return version(schema(), c.rows, table) }

// Extensions lists the rows that came out of the user's folder, in the order read.
func (c *Catalogue) Extensions() []Extension { return c.extensions }

// Tables lists the names of all tables; [Catalogue.Table] gives their rows.
func (c *Catalogue) Tables() []string { return slices.Clone(c.names) }

// Table gives the header and all rows of one table after extension, in file order; nil, nil for an unknown name.
func (c *Catalogue) Table(name string) (header []string, rows [][]string) {
	t := c.rows[name]
	if t == nil {
		return nil, nil
	}
	rows = make([][]string, len(t.rows))
	for i, r := range t.rows {
		rows[i] = slices.Clone(r.cells)
	}
	return t.header(), rows
}
