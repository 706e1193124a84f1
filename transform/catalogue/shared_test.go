package catalogue

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// domainFile opens a file of the collected domain facts, which are not part of the repository.
func domainFile(t *testing.T, name string, comma rune) []map[string]string {
	t.Helper()
	dir := os.Getenv("PHULUC_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	f, err := os.Open(filepath.Join(dir, "domain", name))
	if err != nil {
		t.Skip("the domain facts are not here; set PHULUC_SHARED")
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma = comma
	r.FieldsPerRecord = -1
	r.LazyQuotes = comma == '\t'
	all, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, rec := range all[1:] {
		m := map[string]string{}
		for i, h := range all[0] {
			if i < len(rec) {
				m[h] = rec[i]
			}
		}
		rows = append(rows, m)
	}
	return rows
}

func TestProvinceSpellingsOfTheFixtures(t *testing.T) {
	c := builtIn(t)
	n := 0
	for _, r := range domainFile(t, "text_fixtures.tsv", '\t') {
		if r["kind"] != "province" {
			continue
		}
		n++
		name, err := strconv.Unquote(`"` + strings.ReplaceAll(r["input_unicode_escape"], `\x`, `\u00`) + `"`)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(c.TerritoriesByName(name), func(x *Territory) bool { return x.ID == "province:"+r["expected"]+"@2004" }) {
			t.Errorf("%q gives %q, want code %s", name, ids(c.TerritoriesByName(name)), r["expected"])
		}
	}
	if n == 0 {
		t.Error("no province in the fixtures")
	}
}

func TestEveryIndicatorOfTheDomainFactsIsHere(t *testing.T) {
	c := builtIn(t)
	for _, r := range domainFile(t, "indicators.csv", ',') {
		in := c.Indicator(r["code"])
		if in == nil {
			t.Errorf("%s is missing", r["code"])
			continue
		}
		if u := c.UnitFor(in, r["unit_vi"]); u == nil {
			t.Errorf("%s: unit %q does not fit", in.Code, r["unit_vi"])
		}
		if in.DirectionGood != r["direction_good"] || in.ValueKind != r["value_kind"] {
			t.Errorf("%s: %s %s, facts say %s %s", in.Code, in.DirectionGood, in.ValueKind, r["direction_good"], r["value_kind"])
		}
	}
}

func TestProvincesOfTheDomainFactsAreHere(t *testing.T) {
	c := builtIn(t)
	for _, r := range domainFile(t, "provinces.csv", ',') {
		x := c.Territory("province:" + r["code"] + "@2004")
		if x == nil || x.Region != "region:"+r["region_code"] || !slices.Contains(c.TerritoriesByName(r["name_vi"]), x) || !slices.Contains(c.TerritoriesByName(r["full_name_vi"]), x) {
			t.Errorf("%s: %+v", r["name_vi"], x)
		}
		if s := c.Successors(x.ID); len(s) != 1 || s[0].Successor != "province:"+r["successor_code_2025"]+"@2025" {
			t.Errorf("%s became %v", x.ID, s)
		}
	}
}

// Observations whose unit can not be that of their indicator are counted here, so that a new one is noticed.
func TestPublishedFiguresFitTheirUnits(t *testing.T) {
	c := builtIn(t)
	var odd []string
	for _, r := range domainFile(t, "observations.csv", ',') {
		in := c.Indicator(r["indicator_code"])
		if in == nil {
			t.Errorf("%s is missing", r["indicator_code"])
			continue
		}
		if r["unit"] == "" || r["measure_type"] == "plan_achievement_percent" {
			continue
		}
		if c.UnitFor(in, r["unit"]) == nil {
			odd = append(odd, strings.Join([]string{in.Code, r["territory"], r["period"], r["unit"]}, " "))
		}
	}
	want := []string{"drug_rehab_centre 86 2020-02 người"} // persons, where the indicator counts person-times
	if !slices.Equal(odd, want) {
		t.Errorf("%q", odd)
	}
}

// Every target of the facts is here or left out for a reason that SOURCES.md gives.
func TestTargetsOfTheDomainFactsAreHere(t *testing.T) {
	c := builtIn(t)
	all := domainFile(t, "targets.csv", ',')
	have := map[string]int{}
	for _, g := range c.Targets {
		have[g.Quote+"\x1f"+strconv.Itoa(g.YearTo)+"\x1f"+g.Min.Decimal.String()]++
	}
	var missing []string
	for _, r := range all {
		k := r["quote"] + "\x1f" + r["year_to"] + "\x1f" + r["value_min"]
		if have[k] == 0 {
			missing = append(missing, r["indicator_code"]+" "+r["territory"]+" "+r["year_to"])
		}
		have[k]--
	}
	want := []string{"poverty_rate 46 2020", "poverty_reduction_pp 46 2023", "drug_rehab_community 30 2018", "drug_rehab_centre 30 2018"}
	if !slices.Equal(missing, want) || len(all) != len(c.Targets)+len(want) {
		t.Errorf("left out %q; %d of %d here", missing, len(c.Targets), len(all))
	}
}

// The bounds hold for every published count of the years that population.csv is of.
func TestBoundsHoldForPublishedCounts(t *testing.T) {
	cat := builtIn(t)
	n := 0
	for _, r := range domainFile(t, "../data/gso/province_series.csv", ',') {
		in := cat.Indicator(r["indicator_code"])
		id := "province:" + r["territory"] + "@2004"
		switch {
		case r["territory"] == "vn":
			id = "vn"
		case len(r["territory"]) > 2:
			id = "region:" + r["territory"]
		}
		terr := cat.Territory(id)
		v, err := strconv.ParseFloat(r["value"], 64)
		if in == nil || terr == nil || err != nil || r["sex"] != "T" || r["area"] != "T" {
			continue
		}
		if least, most, ok := cat.Bounds(in, terr); ok {
			n++
			if int64(v) < least || int64(v) > most {
				t.Errorf("%s of %s in %s is %v, not in [%d, %d]", in.Code, id, r["year"], v, least, most)
			}
		}
	}
	if n < 1000 {
		t.Errorf("%d values compared", n)
	}
}
