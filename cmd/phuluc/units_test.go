package main_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
)

// Bắc Giang and Bắc Ninh became the Bắc Ninh of 2025, which bears code 24; that code was Bắc Giang's.
const (
	bacGiang   = "province:24@2004"
	bacNinhOld = "province:27@2004"
	bacNinhNew = "province:24@2025"
)

func TestLabourForceOfNewBacNinhIsOldBacGiangAndOldBacNinh(t *testing.T) {
	t.Parallel()
	w := demo(t)
	value := func(territory, basis string) decimal.Decimal {
		rows := w.ask(t, `SELECT value FROM mart.indicator_trend WHERE basis = '%s' AND indicator_code = 'labour_force_15plus' AND territory_id = '%s'
AND year = 2019 AND measure_type = 'actual' AND sex = 'T' AND area = 'T'`, basis, territory)
		if len(rows) != 1 {
			t.Fatalf("%d labour forces of %s in 2019, want one", len(rows), territory)
		}
		return rows[0].number(t, "value")
	}
	a, b, sum := value(bacGiang, "as_reported"), value(bacNinhOld, "as_reported"), value(bacNinhNew, "units_2025")
	if !a.IsPositive() || !b.IsPositive() || !a.Add(b).Equal(sum) {
		t.Errorf("%s + %s = %s, the new province has %s", a, b, a.Add(b), sum)
	}

	// The restated number explains itself by the cells of its members.
	found, _ := runJSON[[]explanation](t, done, "explain", "--data", string(w.home), "--indicator", "labour_force_15plus", "--territory", bacNinhNew, "--year", "2019", "--basis", "units_2025", "--measure", "actual")
	members := map[string]string{}
	for _, e := range found {
		members[e.Territory] = e.Value
		if e.MemberOf != bacNinhNew || e.Raw == "" || e.Cell == "" {
			t.Errorf("member without its cell: %+v", e)
		}
	}
	if len(found) != 2 || members[bacGiang] != a.String() || members[bacNinhOld] != b.String() {
		t.Errorf("members are %v, want %s and %s", members, a, b)
	}
}

// A number that no cell holds is explained by the cells it was made of, whose values add up to it.
func TestExplainOfARegionIsThatOfItsProvinces(t *testing.T) {
	t.Parallel()
	w := demo(t)
	for _, x := range []struct {
		territory, basis string
		year             string
		members          int
	}{
		{"region:tdmnpb_2025", "units_2025", "2019", 14}, // the former provinces of its units
		{"vn", "units_2025", "2019", 1},                  // published
		{"region:tdmnpb", "as_reported", "2019", 1},      // published
		{bacNinhOld, "units_2025", "2019", 1},
	} {
		found, _ := runJSON[[]explanation](t, done, "explain", "--data", string(w.home), "--indicator", "labour_force_15plus", "--territory", x.territory, "--year", x.year, "--measure", "actual", "--basis", x.basis)
		territories, sum := map[string]bool{}, decimal.Zero
		for _, e := range found {
			if e.Latest && !territories[e.Territory] {
				sum = sum.Add(decimal.RequireFromString(e.Value))
			}
			territories[e.Territory] = true
		}
		if x.territory != bacNinhOld { // it is no territory of this basis, but its own figure is at hand
			value := decimal.RequireFromString(w.one(t, `SELECT value FROM mart.indicator_trend WHERE basis = '%s' AND territory_id = '%s' AND indicator_code = 'labour_force_15plus'
AND year = %s AND measure_type = 'actual' AND sex = 'T' AND area = 'T'`, x.basis, x.territory, x.year))
			if !sum.Equal(value) {
				t.Errorf("%+v: the cells add up to %s, the mart says %s", x, sum, value)
			}
		}
		if len(territories) != x.members {
			t.Errorf("%+v: cells of %d territories", x, len(territories))
		}
	}
	// A sum that nobody published: the cells of the provinces.
	r := w.ask(t, `SELECT indicator_code, territory_id, year, measure_type, sex, area, members_found, members_value FROM mart.region_summary
WHERE value_source = 'members' AND aggregation = 'sum' AND members_found < 20 AND territory_id NOT LIKE '%\_2025' ESCAPE '\' ORDER BY ALL LIMIT 1`)
	if len(r) != 1 {
		t.Fatal("no region is made of its provinces alone")
	}
	found, _ := runJSON[[]explanation](t, done, "explain", "--data", string(w.home), "--indicator", r[0].text("indicator_code"), "--territory", r[0].text("territory_id"),
		"--year", r[0].text("year"), "--measure", r[0].text("measure_type"), "--sex", r[0].text("sex"), "--area", r[0].text("area"))
	sum := decimal.Zero
	for _, e := range found {
		sum = sum.Add(decimal.RequireFromString(e.Value))
	}
	if fmt.Sprint(len(found)) != r[0].text("members_found") || !sum.Equal(r[0].number(t, "members_value")) {
		t.Errorf("%v is explained by %d cells that add up to %s", r[0], len(found), sum)
	}
}

// trend of actual annual values: indicator, territory, year, sex, area → value.
func trend(t testing.TB, h home, where string) map[string]decimal.Decimal {
	t.Helper()
	out := map[string]decimal.Decimal{}
	for _, r := range h.ask(t, `SELECT concat_ws(' ', indicator_code, territory_id, year, sex, area) AS k, value FROM mart.indicator_trend
WHERE measure_type = 'actual' AND value IS NOT NULL AND value_high IS NULL AND qualifier IS NULL AND %s`, where) {
		out[r.text("k")] = r.number(t, "value")
	}
	return out
}

// Every restated value, counted again: counts add up exactly, rates are weighted by the labour force or population.
func TestRestatedValuesAreSumsAndWeightedMeansOfTheFormerProvinces(t *testing.T) {
	t.Parallel()
	w := demo(t)
	members := map[string][]string{}
	for _, r := range w.ask(t, `SELECT predecessor_id, successor_id FROM dw.bridge_territory WHERE date = DATE '2025-07-01' ORDER BY ALL`) {
		members[r.text("successor_id")] = append(members[r.text("successor_id")], r.text("predecessor_id"))
	}
	if len(members) != 34 {
		t.Fatalf("%d units of 2025, want 34", len(members))
	}
	weight := map[string]string{"trained_employed_rate_gso": "labour_force_15plus", "trained_labour_rate": "labour_force_15plus", "employed_to_population_ratio": "population_avg", "poverty_rate_gso": "population_avg"}
	sums := map[string]bool{"labour_force_15plus": true, "population_avg": true, "area_km2": true}
	reported := trend(t, w.home, "basis = 'as_reported'")
	counted := map[string]int{}
	for _, r := range w.ask(t, `SELECT indicator_code, territory_id, year, sex, area, value, method FROM mart.indicator_trend
WHERE basis = 'units_2025' AND territory_level = 'province' AND measure_type = 'actual' AND method IN ('sum', 'weighted_mean')`) {
		code := r.text("indicator_code")
		key := func(code, territory, sex, area string) string {
			return strings.Join([]string{code, territory, r.text("year"), sex, area}, " ")
		}
		total, weights := decimal.Zero, decimal.Zero
		of := members[r.text("territory_id")]
		if r.text("territory_id") == "province:01@2025" && r.text("year") < "2008" {
			of = append(slices.Clone(of), "province:28@2004") // Hà Tây joined Hà Nội on 1 August 2008
		}
		for _, m := range of {
			v, ok := reported[key(code, m, r.text("sex"), r.text("area"))]
			if !ok {
				t.Errorf("%v: member %s has no value", r, m)
			}
			if sums[code] {
				total = total.Add(v)
				continue
			}
			by, ok := reported[key(weight[code], m, r.text("sex"), r.text("area"))]
			if !ok {
				by, ok = reported[key(weight[code], m, "T", "T")]
			}
			if !ok {
				t.Errorf("%v: member %s has no weight %q", r, m, weight[code])
			}
			total, weights = total.Add(v.Mul(by)), weights.Add(by)
		}
		counted[code]++
		if got := r.number(t, "value"); sums[code] {
			if !got.Equal(total) || r.text("method") != "sum" {
				t.Errorf("%v, the members add up to %s", r, total)
			}
		} else if weights.IsPositive() && !close4(got, total.Div(weights)) || r.text("method") != "weighted_mean" {
			t.Errorf("%v, the weighted mean is %s", r, total.Div(weights).StringFixed(4))
		}
	}
	for _, code := range []string{"labour_force_15plus", "population_avg", "trained_employed_rate_gso", "employed_to_population_ratio"} {
		if counted[code] < 100 {
			t.Errorf("only %d restated values of %s", counted[code], code)
		}
	}
	t.Logf("counted again: %v", counted)
}

// What can not be restated is NULL and says why; the trained rate is weighted by the labour force.
func TestRestatementWeighsOrSaysWhyNot(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	put := func(province string, force, trained, urban, poverty any) {
		a := goodAnnex(province)
		a.title, a.attached = "TỔNG HỢP CHỈ TIÊU KẾ HOẠCH NĂM 2021 LĨNH VỰC LAO ĐỘNG, NGƯỜI CÓ CÔNG VÀ XÃ HỘI", ""
		a.columns = []annexColumn{{"TH 2019", ""}, {"KH 2021", ""}}
		a.rows = []annexRow{
			{"1", "Lực lượng lao động từ 15 tuổi trở lên", "người", []any{force, nil}},
			{"2", "Tỷ lệ lao động qua đào tạo", "%", []any{trained, nil}},
			{"3", "Tỷ lệ thất nghiệp khu vực thành thị", "%", []any{urban, nil}},
			{"4", "Tỷ lệ hộ nghèo theo chuẩn nghèo đa chiều", "%", []any{poverty, nil}},
		}
		h.put(t, strings.ReplaceAll(province, " ", "")+".xlsx", a.xlsx(t, nil))
	}
	put("Tỉnh Bắc Giang", 1066000, 66.5, 2.6, 5.1)
	put("Tỉnh Bắc Ninh", 819000, 72.25, 2.1, 1.2)
	put("Tỉnh Hà Giang", 532000, 50, nil, nil) // its later half, Tuyên Quang, sends nothing
	h.refresh(t)
	for _, x := range []struct{ territory, indicator, value, reason string }{
		{bacNinhNew, "labour_force_15plus", "1885", ""},    // thousands of persons
		{bacNinhNew, "trained_labour_rate", "68.9983", ""}, // (1066·66.5 + 819·72.25) / 1885
		{bacNinhNew, "poverty_rate", "", "no_weight"},      // weighted by households, which nobody sent
		{bacNinhNew, "unemp_rate_urban", "", "no_weight_indicator"},
		{"province:08@2025", "labour_force_15plus", "", "missing_member"},
	} {
		rows := h.ask(t, `SELECT value, restate_reason, note FROM mart.indicator_trend WHERE basis = 'units_2025' AND territory_id = '%s' AND indicator_code = '%s' AND year = 2019`, x.territory, x.indicator)
		if len(rows) != 1 {
			t.Errorf("%+v: %d rows, want one", x, len(rows))
			continue
		}
		if r := rows[0]; r.text("value") != x.value || r.text("restate_reason") != x.reason || x.reason != "" && r.text("note") == "" {
			t.Errorf("%+v: %v", x, r)
		}
	}
}

// Only provinces are ever added: counted again from the observations, for every region and year.
func TestSumsOverProvincesNeverCountRegionsOrTheCountry(t *testing.T) {
	t.Parallel()
	w := demo(t)
	sums, found := map[string]decimal.Decimal{}, map[string]int{}
	for _, r := range w.ask(t, `SELECT o.indicator_code, o.year, o.sex, o.area, o.value, t.territory_id, t.region_id FROM dw.observation AS o
JOIN dw.dim_territory AS t USING (territory_id)
WHERE o.is_latest AND o.freq = 'A' AND o.measure_type = 'actual' AND o.value IS NOT NULL AND o.value_high IS NULL AND o.qualifier IS NULL
  AND t.territory_id LIKE 'province:%%@2004' AND NOT (t.territory_id = 'province:28@2004' AND o.year >= 2008)`) {
		for _, area := range []string{"vn", r.text("region_id")} {
			k := strings.Join([]string{area, r.text("indicator_code"), r.text("year"), r.text("sex"), r.text("area")}, " ")
			sums[k] = sums[k].Add(r.number(t, "value"))
			found[k]++
		}
	}
	compared, complete := 0, 0
	for _, r := range w.ask(t, `SELECT territory_id, indicator_code, year, sex, area, members_value, members_found, members_expected, published_value, is_complete
FROM mart.region_summary WHERE aggregation = 'sum' AND measure_type = 'actual' AND members_value IS NOT NULL AND year < 2025
  AND territory_id NOT LIKE '%\_2025' ESCAPE '\'`) {
		k := strings.Join([]string{r.text("territory_id"), r.text("indicator_code"), r.text("year"), r.text("sex"), r.text("area")}, " ")
		compared++
		if got := r.number(t, "members_value"); !got.Equal(sums[k]) || r.text("members_found") != fmt.Sprint(found[k]) {
			t.Errorf("%s is %s from %s provinces, want %s from %d", k, got, r.text("members_found"), sums[k], found[k])
		}
		// The published row is close to the sum of its provinces: nothing was counted twice.
		if r.text("is_complete") == "true" && r.text("published_value") != "" && r.text("indicator_code") == "labour_force_15plus" {
			complete++
			p := r.number(t, "published_value")
			if r.number(t, "members_value").Sub(p).Abs().GreaterThan(p.Mul(decimal.New(2, -2))) {
				t.Errorf("%s: provinces add up to %s, published is %s", k, r.text("members_value"), p)
			}
		}
	}
	if compared < 500 || complete < 50 {
		t.Errorf("only %d sums compared, %d of them with a published row", compared, complete)
	}
	t.Logf("%d sums, %d beside a published row", compared, complete)
}

// The country on the basis of 2025 is what was published for it, or the sum of 34 units; regions are never added to it.
func TestUnitsOf2025AddUpToTheCountry(t *testing.T) {
	t.Parallel()
	w := demo(t)
	r := w.ask(t, `SELECT sum(value) FILTER (WHERE territory_level = 'province') AS provinces, count(*) FILTER (WHERE territory_level = 'province') AS n,
  sum(value) FILTER (WHERE territory_level = 'region') AS regions, count(*) FILTER (WHERE territory_level = 'region') AS regions_n,
  any_value(value) FILTER (WHERE territory_level = 'country') AS country
FROM mart.indicator_trend WHERE basis = 'units_2025' AND indicator_code = 'labour_force_15plus' AND year = 2019 AND measure_type = 'actual' AND sex = 'T' AND area = 'T'`)[0]
	old := decimal.RequireFromString(w.one(t, `SELECT sum(value) FROM mart.indicator_trend WHERE basis = 'as_reported' AND indicator_code = 'labour_force_15plus' AND year = 2019
  AND measure_type = 'actual' AND sex = 'T' AND area = 'T' AND territory_level = 'province'`))
	if r.text("n") != "34" || r.text("regions_n") != "6" || !r.number(t, "provinces").Equal(old) || !r.number(t, "regions").Equal(old) {
		t.Errorf("%v, want 34 provinces and 6 regions of %s each", r, old)
	}
	if d := r.number(t, "country").Sub(old).Abs(); d.GreaterThan(old.Mul(decimal.New(1, -2))) {
		t.Errorf("the country has %s, its provinces %s", r.text("country"), old)
	}
}
