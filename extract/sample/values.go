package sample

import (
	"embed"
	"encoding/csv"
	"fmt"
	"io"
	"strings"

	"github.com/shopspring/decimal"
)

//go:embed published/*.csv
var published embed.FS

// Value is one published figure. Its codes are those of the catalogue: indicators.csv, territories.csv, units.csv.
type Value struct {
	Indicator string
	Territory string              // vn, region:tdmnpb, province:46@2004, district:49/que-son
	Period    string              // 2019, 2019-S1, 2021-Q4, 2019-06, or a span 2015/2020, 2019-01/2019-09
	Measure   string              // actual, estimate, plan, forecast, target
	Sex       string              // T, F, M
	Area      string              // T, U, R
	Value     decimal.Decimal     // in Unit; at most 15 significant digits and 10 decimals
	High      decimal.NullDecimal // upper end of a range; then Value is the lower end
	Qualifier string              // "", about, at_least, at_most
	Status    string              // SDMX OBS_STATUS: A, P, E, F
	Unit      string              // units.csv code in which the figure was published
	Raw       string              // as printed or as the data service delivered it
	Document  string              // id of the document, documents.csv
	Achieved  decimal.NullDecimal // percentage of the plan that the document states for it, achievements.csv

	Source      string // where the document was found
	Reliability string // official (by the authority itself) or press
}

// key says what the value is about, without the document: two values with one key are two statements about one thing.
func (v Value) key() valueKey {
	return valueKey{v.Indicator, v.Territory, v.Period, v.Measure, v.Sex, v.Area}
}

type valueKey struct{ indicator, territory, period, measure, sex, area string }

// document describes where figures were published.
type document struct {
	id, title, issuer, date, source, reliability, family string
}

// territory is a row of the tables of the statistics office, in the order in which it prints them.
type territory struct{ id, table, name, full string }

// formRow is one row of the planning annex in its two wordings.
type formRow struct {
	section, ordinal, indicator string
	label, unit                 [2]string // 2013 style, 2019 style
	indent                      int
}

// store is everything the plans draw from. It is read only once built.
type store struct {
	values      []Value
	byKey       map[valueKey][]int // in order of documents.csv
	byDocument  map[string][]int
	documents   []document
	territories []territory
	territoryOf map[string]territory
	labels      map[string]string
	labelOrder  map[string]int
	units       map[string]string
	rows        []formRow
}

// Published gives every curated figure, in a fixed order that Placement.Value indexes.
func Published() ([]Value, error) {
	s, err := load()
	if err != nil {
		return nil, err
	}
	return s.values, nil
}

// load reads the embedded tables. It fails only on a mistake in them, naming file and line.
func load() (*store, error) {
	s := &store{byKey: map[valueKey][]int{}, byDocument: map[string][]int{}, territoryOf: map[string]territory{},
		labels: map[string]string{}, labelOrder: map[string]int{}, units: map[string]string{}}
	docOf := map[string]int{}
	err := read("documents.csv", "document,title_vi,issuer,issue_date,source,reliability,family", func(r []string) error {
		docOf[r[0]] = len(s.documents)
		s.documents = append(s.documents, document{r[0], r[1], r[2], r[3], r[4], r[5], r[6]})
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := read("territories.csv", "territory_id,table_name_vi,name_vi,full_name_vi", func(r []string) error {
		t := territory{r[0], r[1], r[2], r[3]}
		s.territories = append(s.territories, t)
		s.territoryOf[t.id] = t
		return nil
	}); err != nil {
		return nil, err
	}
	if err := read("labels.csv", "indicator_code,label_vi", func(r []string) error {
		s.labelOrder[r[0]] = len(s.labels)
		s.labels[r[0]] = r[1]
		return nil
	}); err != nil {
		return nil, err
	}
	if err := read("units.csv", "unit_code,word_vi", func(r []string) error {
		s.units[r[0]] = r[1]
		return nil
	}); err != nil {
		return nil, err
	}
	if err := read("form_rows.csv", "section,ordinal,indicator_code,label_2013,unit_2013,label_2019,unit_2019,indent", func(r []string) error {
		f := formRow{section: r[0], ordinal: r[1], indicator: r[2], label: [2]string{r[3], r[5]}, unit: [2]string{r[4], r[6]}}
		if r[7] == "1" {
			f.indent = 1
		}
		s.rows = append(s.rows, f)
		return nil
	}); err != nil {
		return nil, err
	}
	const columns = "indicator_code,territory_id,period,measure_type,sex,area,value,value_high,qualifier,obs_status,unit_code,raw_text,document"
	for _, name := range []string{"labour.csv", "population.csv", "area_density.csv", "documents_values.csv"} {
		err := read(name, columns, func(r []string) error {
			v := Value{Indicator: r[0], Territory: r[1], Period: r[2], Measure: r[3], Sex: r[4], Area: r[5], Qualifier: r[8],
				Status: r[9], Unit: r[10], Raw: r[11], Document: r[12]}
			var err error
			if v.Value, err = decimal.NewFromString(r[6]); err != nil {
				return fmt.Errorf("value %q is no number", r[6])
			}
			if r[7] != "" {
				if v.High.Decimal, err = decimal.NewFromString(r[7]); err != nil {
					return fmt.Errorf("value_high %q is no number", r[7])
				}
				v.High.Valid = true
			}
			d, ok := docOf[v.Document]
			if !ok {
				return fmt.Errorf("document %q is not in documents.csv", v.Document)
			}
			if _, ok := s.territoryOf[v.Territory]; !ok {
				return fmt.Errorf("territory %q is not in territories.csv", v.Territory)
			}
			if _, ok := s.units[v.Unit]; !ok {
				return fmt.Errorf("unit %q is not in units.csv", v.Unit)
			}
			if _, ok := s.labels[v.Indicator]; !ok {
				return fmt.Errorf("indicator %q is not in labels.csv", v.Indicator)
			}
			v.Source, v.Reliability = s.documents[d].source, s.documents[d].reliability
			i := len(s.values)
			s.values = append(s.values, v)
			s.byKey[v.key()] = append(s.byKey[v.key()], i)
			s.byDocument[v.Document] = append(s.byDocument[v.Document], i)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	if err := read("achievements.csv", "indicator_code,territory_id,period,percent,raw_text,document", func(r []string) error {
		percent, err := decimal.NewFromString(r[3])
		if err != nil {
			return fmt.Errorf("percent %q is no number", r[3])
		}
		for _, i := range s.byDocument[r[5]] {
			if v := &s.values[i]; v.Indicator == r[0] && v.Territory == r[1] && v.Period == r[2] && v.Measure == "actual" && v.Sex == "T" && v.Area == "T" && !v.Achieved.Valid {
				v.Achieved = decimal.NewNullDecimal(percent)
				return nil
			}
		}
		return fmt.Errorf("%s has no actual value of %s in %s, %s without a percentage", r[5], r[0], r[1], r[2])
	}); err != nil {
		return nil, err
	}
	return s, nil
}

// find gives the index of the first published value about k, and whether there is one.
func (s *store) find(k valueKey) (int, bool) {
	if is := s.byKey[k]; len(is) > 0 {
		return is[0], true
	}
	return 0, false
}

// provinces gives the territories that report in planning rounds: the 63 provinces, in table order.
func (s *store) provinces() []territory {
	var ps []territory
	for _, t := range s.territories {
		if strings.HasPrefix(t.id, "province:") && t.id != "province:28@2004" { // Hà Tây joined Hà Nội in 2008
			ps = append(ps, t)
		}
	}
	return ps
}

// tableRows gives the rows of a table of the statistics office: country, regions and provinces in its order.
func (s *store) tableRows() []territory {
	var ts []territory
	for _, t := range s.territories {
		if !strings.HasPrefix(t.id, "district:") {
			ts = append(ts, t)
		}
	}
	return ts
}

func read(name, header string, row func([]string) error) error {
	f, err := published.Open("published/" + name)
	if err != nil {
		return fmt.Errorf("embedded table %s: %w", name, err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.ReuseRecord = false
	head, err := r.Read()
	if err != nil {
		return fmt.Errorf("embedded table %s: %w", name, err)
	}
	if got := strings.Join(head, ","); got != header {
		return fmt.Errorf("embedded table %s: header is %q, want %q", name, got, header)
	}
	for {
		rec, err := r.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("embedded table %s: %w", name, err)
		}
		if err := row(rec); err != nil {
			line, _ := r.FieldPos(0)
			return fmt.Errorf("embedded table %s, line %d: %w", name, line, err)
		}
	}
}
