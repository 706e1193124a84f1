package rule

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/phuluc/phuluc/sql"
	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/record"
)

func load(t testing.TB) *catalogue.Catalogue {
	t.Helper()
	cat, err := catalogue.Load("")
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

// observation reads "indicator period measure sex area value[–high] [unit it was reported in]".
func observation(t testing.TB, cat *catalogue.Catalogue, line string) record.Observation {
	t.Helper()
	w := strings.Fields(line)
	ind := cat.Indicator(w[0])
	if ind == nil {
		t.Fatalf("no indicator %s", w[0])
	}
	o := record.Observation{Indicator: w[0], Territory: "province:28@2004", Period: w[1], Measure: w[2], Sex: w[3], Area: w[4], Unit: ind.Unit, Reported: ind.Unit, Status: "A", Table: 1}
	low, high, _ := strings.Cut(w[5], "–")
	switch {
	case low == "-":
		o.Empty = "dash"
	default:
		if q, rest, ok := strings.Cut(low, ":"); ok {
			o.Qualifier, low = q, rest
		}
		o.Value = decimal.NewNullDecimal(decimal.RequireFromString(low))
	}
	if high != "" {
		o.High = decimal.NewNullDecimal(decimal.RequireFromString(high))
	}
	o.Raw = w[5]
	if len(w) > 6 {
		o.Reported = w[6]
	}
	return o
}

func file(t testing.TB, cat *catalogue.Catalogue, lines ...string) *record.File {
	t.Helper()
	f := &record.File{Sheets: []record.Sheet{{Name: "Biểu", Read: len(lines), Loaded: len(lines), Skipped: map[string]int{}}}}
	for i, line := range lines {
		o := observation(t, cat, line)
		o.Sheet, o.Row, o.Col, o.Cell = "Biểu", i+1, 2, fmt.Sprintf("B%d", i+1)
		f.Observations = append(f.Observations, o)
	}
	return f
}

func TestRules(t *testing.T) {
	cat := load(t)
	for name, c := range map[string]struct {
		lines    []string
		refused  []string // cell code
		findings []string // cell rule expected → actual
	}{
		"plain":                       {[]string{"poverty_rate 2019 actual T T 5.4"}, nil, nil},
		"a rate above 100":            {[]string{"poverty_rate 2019 actual T T 100.1"}, []string{"B1 value.out_of_range"}, nil},
		"a rate of 100":               {[]string{"poverty_rate 2019 actual T T 100"}, nil, nil},
		"fewer than nobody":           {[]string{"jobs_created 2019 actual T T -1"}, []string{"B1 value.out_of_range"}, nil},
		"more people than a province": {[]string{"jobs_created 2019 actual T T 15000001"}, []string{"B1 value.out_of_range"}, nil},
		"as many as a province has":   {[]string{"jobs_created 2019 actual T T 15000000"}, nil, nil},
		"the upper end is beyond":     {[]string{"poverty_rate 2019 actual T T 99–101"}, []string{"B1 value.out_of_range"}, nil},
		"ends changed":                {[]string{"poverty_rate 2019 actual T T 9–7"}, []string{"B1 number.range"}, nil},
		"a fraction of a person":      {[]string{"jobs_created 2019 actual T T 10.5"}, []string{"B1 value.type"}, nil},
		"a fraction behind a whole":   {[]string{"jobs_created 2019 actual T T 10–10.5"}, []string{"B1 value.type"}, nil},
		"a fraction of a thousand":    {[]string{"employed_total 2019 actual T T 10.5"}, nil, nil},
		"a fraction of a rate":        {[]string{"poverty_rate 2019 actual T T 10.5"}, nil, nil},
		"a whole with decimals":       {[]string{"jobs_created 2019 actual T T 10.000"}, nil, nil},
		"18 digits":                   {[]string{"jobs_loan_value 2019 actual T T 999999999999999999.9999999999"}, nil, nil},
		"19 digits":                   {[]string{"jobs_loan_value 2019 actual T T 1000000000000000000"}, []string{"B1 number.unreadable"}, nil},
		"11 decimals":                 {[]string{"jobs_loan_value 2019 actual T T 0.00000000001"}, []string{"B1 number.unreadable"}, nil},
		"10 decimals and zeros":       {[]string{"jobs_loan_value 2019 actual T T 0.00000000010000"}, nil, nil},
		"an exponent out of the way":  {[]string{"jobs_loan_value 2019 actual T T 1e9999"}, []string{"B1 number.unreadable"}, nil},
		"nothing, far away":           {[]string{"jobs_loan_value 2019 actual T T 0e9999"}, nil, nil},
		"a tiny part":                 {[]string{"jobs_loan_value 2019 actual T T 1e-9999"}, []string{"B1 number.unreadable"}, nil},
		"an empty cell is not judged": {[]string{"poverty_rate 2019 actual T T -"}, nil, nil},

		"parts add up": {[]string{
			"bhxh_participants 2019 actual T T 110", "bhxh_compulsory 2019 actual T T 100", "bhxh_voluntary 2019 actual T T 10"}, nil, nil},
		"parts do not add up": {[]string{
			"bhxh_participants 2019 actual T T 111", "bhxh_compulsory 2019 actual T T 100", "bhxh_voluntary 2019 actual T T 10"}, nil, []string{"B1 parts_total 110 → 111"}},
		"a part is missing": {[]string{
			"bhxh_participants 2019 actual T T 111", "bhxh_compulsory 2019 actual T T 100"}, nil, nil},
		"a part exceeds the whole": {[]string{
			"bhxh_participants 2019 actual T T 99", "bhxh_compulsory 2019 actual T T 100"}, nil, []string{"B1 parts_total 100 → 99"}},
		"a part is nil": {[]string{
			"bhxh_participants 2019 actual T T 111", "bhxh_compulsory 2019 actual T T 100", "bhxh_voluntary 2019 actual T T -"}, nil, nil},
		"parts of another period": {[]string{
			"bhxh_participants 2019 actual T T 111", "bhxh_compulsory 2018 actual T T 100", "bhxh_voluntary 2019 plan T T 10"}, nil, nil},
		"a group that is not all": {[]string{
			"overseas_workers 2019 actual T T 100", "overseas_workers_japan 2019 actual T T 10", "overseas_workers_taiwan 2019 actual T T 20",
			"overseas_workers_korea 2019 actual T T 1", "overseas_workers_malaysia 2019 actual T T 1"}, nil, nil},
		"a group that is too much": {[]string{
			"overseas_workers 2019 actual T T 25", "overseas_workers_japan 2019 actual T T 10", "overseas_workers_taiwan 2019 actual T T 20"}, nil, []string{"B1 parts_total 30 → 25"}},
		"the parts of a range are not summed": {[]string{
			"bhxh_participants 2019 plan T T 111–120", "bhxh_compulsory 2019 plan T T 10", "bhxh_voluntary 2019 plan T T 10"}, nil, nil},
		"a part that is about": {[]string{
			"bhxh_participants 2019 plan T T 111", "bhxh_compulsory 2019 plan T T about:10", "bhxh_voluntary 2019 plan T T 10"}, nil, nil},
		"rounded to one decimal": {[]string{
			"employed_total 2019 actual T T 100", "employed_state 2019 actual T T 33.3", "employed_nonstate 2019 actual T T 33.3", "employed_fdi 2019 actual T T 33.3"}, nil, nil},
		"more than rounding": {[]string{
			"employed_total 2019 actual T T 100.2", "employed_state 2019 actual T T 33.3", "employed_nonstate 2019 actual T T 33.3", "employed_fdi 2019 actual T T 33.3"}, nil, []string{"B1 parts_total 99.9 → 100.2"}},
		"rounded to whole thousands": {[]string{
			"employed_total 2019 actual T T 100", "employed_state 2019 actual T T 33", "employed_nonstate 2019 actual T T 33", "employed_fdi 2019 actual T T 33"}, nil, nil},
		"persons written in thousands are rounded": {[]string{
			"bhxh_participants 2019 actual T T 16800 thousand_person", "bhxh_compulsory 2019 actual T T 12300 thousand_person", "bhxh_voluntary 2019 actual T T 4400 thousand_person"}, nil, nil},
		"persons written in thousands, too far": {[]string{
			"bhxh_participants 2019 actual T T 16900 thousand_person", "bhxh_compulsory 2019 actual T T 12300 thousand_person", "bhxh_voluntary 2019 actual T T 4400 thousand_person"}, nil, []string{"B1 parts_total 16700 → 16900"}},
		"estimates made apart": {[]string{
			"population_avg 2021 actual T T 323.7118382967", "population_avg 2021 actual F T 160.012", "population_avg 2021 actual M T 163.7"}, nil, nil},
		"estimates too far apart": {[]string{
			"population_avg 2021 actual T T 323.7118382967", "population_avg 2021 actual F T 160.012", "population_avg 2021 actual M T 164.2"}, nil, []string{"B1 sex_total 324.212 → 323.7118382967"}},
		"one part written in thousands": {[]string{
			"bhxh_participants 2019 actual T T 16800", "bhxh_compulsory 2019 actual T T 12300 thousand_person", "bhxh_voluntary 2019 actual T T 4400"}, nil, nil},
		"all but the last written in thousands": {[]string{
			"bhxh_participants 2019 actual T T 16800 thousand_person", "bhxh_compulsory 2019 actual T T 12300 thousand_person", "bhxh_voluntary 2019 actual T T 4400"}, nil, nil},
		"thousands written in persons are exact": {[]string{
			"employed_total 2019 actual T T 100.002 person", "employed_state 2019 actual T T 33.333 person", "employed_nonstate 2019 actual T T 33.333 person", "employed_fdi 2019 actual T T 33.333 person"}, nil, []string{"B1 parts_total 99.999 → 100.002"}},

		"sexes add up":        {[]string{"employed_total 2019 actual T T 10.1", "employed_total 2019 actual F T 5", "employed_total 2019 actual M T 5.1"}, nil, nil},
		"sexes do not add up": {[]string{"employed_total 2019 actual T T 10.4", "employed_total 2019 actual F T 5", "employed_total 2019 actual M T 5.1"}, nil, []string{"B1 sex_total 10.1 → 10.4"}},
		"one sex only":        {[]string{"employed_total 2019 actual T T 10.4", "employed_total 2019 actual F T 5"}, nil, nil},
		"the total behind its parts": {[]string{
			"employed_total 2018 actual T T 9", "employed_total 2019 actual F T 5", "employed_total 2019 actual M T 5.1", "employed_total 2019 actual T T 10.4"}, nil, []string{"B4 sex_total 10.1 → 10.4"}},
		"areas before their total": {[]string{
			"employed_total 2019 actual T U 5", "employed_total 2019 actual T R 9", "employed_total 2019 actual T T 10"}, nil, []string{"B3 area_total 14 → 10"}},
		"sexes of a rate":         {[]string{"trained_labour_rate 2019 actual T T 95", "trained_labour_rate 2019 actual F T 94", "trained_labour_rate 2019 actual M T 96"}, nil, nil},
		"sexes of a productivity": {[]string{"labour_productivity 2019 actual T T 95", "labour_productivity 2019 actual F T 94", "labour_productivity 2019 actual M T 96"}, nil, nil},
		"areas do not add up":     {[]string{"employed_total 2019 actual T T 10", "employed_total 2019 actual T U 5", "employed_total 2019 actual T R 9"}, nil, []string{"B1 area_total 14 → 10"}},
		"areas of women":          {[]string{"employed_total 2019 actual F T 10", "employed_total 2019 actual F U 5", "employed_total 2019 actual F R 9"}, nil, []string{"B1 area_total 14 → 10"}},
		"areas of women of an indicator made for women": {[]string{
			"osh_female_victims 2019 actual T T 10", "osh_accident_victims 2019 actual F U 5", "osh_accident_victims 2019 actual F R 9"}, nil, []string{"B1 area_total 14 → 10"}},
		"sexes of which one has an indicator": {[]string{
			"overseas_workers 2019 actual T T 10", "overseas_workers_female 2019 actual T T 5", "overseas_workers 2019 actual M T 6"}, nil, []string{"B1 sex_total 11 → 10"}},
		"a refused value takes no part": {[]string{
			"jobs_created 2019 actual T T 10", "jobs_created 2019 actual F T 5.5", "jobs_created 2019 actual M T 5"}, []string{"B2 value.type"}, nil},

		"copied forward": {[]string{
			"jobs_created 2018 actual T T 1001", "overseas_workers 2018 actual T T 52", "poverty_rate 2018 actual T T 5.4", "employed_total 2018 actual T T 700.5", "bhxh_voluntary 2018 actual T T 37",
			"jobs_created 2019 plan T T 1001", "overseas_workers 2019 plan T T 52", "poverty_rate 2019 plan T T 5.4", "employed_total 2019 plan T T 700.5", "bhxh_voluntary 2019 plan T T 37"},
			nil, []string{"B6 copied_forward  → 5"}},
		"copied three times is told of each copy": {[]string{
			"jobs_created 2017 actual T T 1001", "overseas_workers 2017 actual T T 52", "poverty_rate 2017 actual T T 5.4", "employed_total 2017 actual T T 700.5", "bhxh_voluntary 2017 actual T T 37",
			"jobs_created 2018 actual T T 1001", "overseas_workers 2018 actual T T 52", "poverty_rate 2018 actual T T 5.4", "employed_total 2018 actual T T 700.5", "bhxh_voluntary 2018 actual T T 37",
			"jobs_created 2019 plan T T 1001", "overseas_workers 2019 plan T T 52", "poverty_rate 2019 plan T T 5.4", "employed_total 2019 plan T T 700.5", "bhxh_voluntary 2019 plan T T 37"},
			nil, []string{"B6 copied_forward  → 5", "B11 copied_forward  → 5"}},
		"one value differs": {[]string{
			"jobs_created 2018 actual T T 1001", "overseas_workers 2018 actual T T 52", "poverty_rate 2018 actual T T 5.4", "employed_total 2018 actual T T 700.5", "bhxh_voluntary 2018 actual T T 37",
			"jobs_created 2019 plan T T 1001", "overseas_workers 2019 plan T T 52", "poverty_rate 2019 plan T T 5.4", "employed_total 2019 plan T T 700.5", "bhxh_voluntary 2019 plan T T 38"}, nil, nil},
		"the first value differs": {[]string{
			"jobs_created 2018 actual T T 1001", "overseas_workers 2018 actual T T 52", "poverty_rate 2018 actual T T 5.4", "employed_total 2018 actual T T 700.5", "bhxh_voluntary 2018 actual T T 37", "households_total 2018 actual T T 90",
			"jobs_created 2019 plan T T 1002", "overseas_workers 2019 plan T T 52", "poverty_rate 2019 plan T T 5.4", "employed_total 2019 plan T T 700.5", "bhxh_voluntary 2019 plan T T 37", "households_total 2019 plan T T 90"}, nil, nil},
		"four rows and one of nothing": {[]string{
			"jobs_created 2018 actual T T 1001", "overseas_workers 2018 actual T T 52", "poverty_rate 2018 actual T T 5.4", "strikes 2018 actual T T 0", "employed_total 2018 actual T T 700.5",
			"jobs_created 2019 plan T T 1001", "overseas_workers 2019 plan T T 52", "poverty_rate 2019 plan T T 5.4", "strikes 2019 plan T T 0", "employed_total 2019 plan T T 700.5"}, nil, nil},
		"four rows": {[]string{
			"jobs_created 2018 actual T T 1001", "overseas_workers 2018 actual T T 52", "poverty_rate 2018 actual T T 5.4", "employed_total 2018 actual T T 700.5",
			"jobs_created 2019 plan T T 1001", "overseas_workers 2019 plan T T 52", "poverty_rate 2019 plan T T 5.4", "employed_total 2019 plan T T 700.5"}, nil, nil},
		"few different values": {[]string{
			"jobs_created 2018 actual T T 1", "overseas_workers 2018 actual T T 1", "poverty_rate 2018 actual T T 2", "employed_total 2018 actual T T 2", "bhxh_voluntary 2018 actual T T 1",
			"jobs_created 2019 plan T T 1", "overseas_workers 2019 plan T T 1", "poverty_rate 2019 plan T T 2", "employed_total 2019 plan T T 2", "bhxh_voluntary 2019 plan T T 1"}, nil, nil},
		"the estimate is the plan of the same year": {[]string{
			"jobs_created 2019 estimate T T 1001", "overseas_workers 2019 estimate T T 52", "poverty_rate 2019 estimate T T 5.4", "employed_total 2019 estimate T T 700.5", "bhxh_voluntary 2019 estimate T T 37",
			"jobs_created 2019 plan T T 1001", "overseas_workers 2019 plan T T 52", "poverty_rate 2019 plan T T 5.4", "employed_total 2019 plan T T 700.5", "bhxh_voluntary 2019 plan T T 37"}, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			f := file(t, cat, c.lines...)
			Judge(cat, f)
			var refused, findings []string
			for _, r := range f.Refusals {
				refused = append(refused, r.Cell+" "+r.Code)
				if _, ok := record.CodeOf(r.Code); !ok || r.Cells != 1 || len(r.Args) != 1 {
					t.Errorf("%+v", r)
				}
			}
			for _, d := range f.Findings {
				findings = append(findings, fmt.Sprintf("%s %s %s → %s", d.Cell, d.Rule, d.Expected, d.Actual))
				if len(d.Args) != 1 || Message(d, "vi") == Message(d, "en") {
					t.Errorf("%+v", d)
				}
			}
			if !slices.Equal(refused, c.refused) || !slices.Equal(findings, c.findings) {
				t.Errorf("refused %q, findings %q; want %q, %q", refused, findings, c.refused, c.findings)
			}
			if err := f.Check(); err != nil {
				t.Error(err)
			}
			if s := f.Sheets[0]; s.Loaded != len(f.Observations) || s.Quarantined != len(f.Refusals) {
				t.Errorf("%+v, but %d values and %d refused", s, len(f.Observations), len(f.Refusals))
			}
		})
	}
}

// A later column that holds few of the earlier one's rows says nothing: the rest of the plan is not there yet.
func TestFewRowsOfALongColumnAreNoCopy(t *testing.T) {
	cat := load(t)
	var lines []string
	for i, ind := range cat.Indicators[:11] {
		lines = append(lines, fmt.Sprintf("%s 2018 actual T T %d", ind.Code, 10+i))
	}
	five := slices.Clone(lines)
	for i, ind := range cat.Indicators[:5] {
		five = append(five, fmt.Sprintf("%s 2019 plan T T %d", ind.Code, 10+i))
	}
	f := file(t, cat, five...)
	Judge(cat, f)
	for _, d := range f.Findings {
		if d.Rule == "copied_forward" {
			t.Errorf("%+v", d)
		}
	}
}

// Districts in rows and years in columns are columns too, and equal columns of two tables or sheets are no copy.
func TestCopiesAreSoughtInsideOneTable(t *testing.T) {
	cat := load(t)
	var lines []string
	for i := range 6 {
		for year := range 2 {
			lines = append(lines, fmt.Sprintf("jobs_created %d %s T T %d", 2018+year, []string{"actual", "plan"}[year], 100+i))
		}
	}
	districts := func() *record.File {
		f := file(t, cat, lines...)
		for i := range f.Observations {
			f.Observations[i].Territory = fmt.Sprintf("district:24/%d", i/2)
		}
		return f
	}
	f := districts()
	Judge(cat, f)
	if len(f.Findings) != 1 || f.Findings[0].Rule != "copied_forward" || f.Findings[0].Cell != "B2" {
		t.Errorf("%+v", f.Findings)
	}
	if want := []string{"Thực hiện 2018 = Kế hoạch 2019"}; len(f.Findings) == 1 && !slices.Equal(f.Findings[0].Args, want) {
		t.Errorf("got %q, want %q", f.Findings[0].Args, want)
	}
	for _, apart := range []func(*record.Observation, int){
		func(o *record.Observation, n int) { o.Table = n },
		func(o *record.Observation, n int) { o.Sheet = []string{"Biểu", "Biểu 2"}[n] },
	} {
		f = districts()
		f.Sheets = append(f.Sheets, record.Sheet{Name: "Biểu 2"})
		for i := range f.Observations {
			apart(&f.Observations[i], i%2)
		}
		Judge(cat, f)
		if len(f.Findings) > 0 {
			t.Errorf("%+v", f.Findings)
		}
	}
}

func TestInsuredMenAndWomen(t *testing.T) {
	cat := load(t)
	feed := func(total, women int64) *record.File {
		f := &record.File{Sheets: []record.Sheet{{Read: 3, Loaded: 3}}}
		for i, o := range []struct {
			sex   string
			value int64
		}{{"M", 60}, {"T", total}, {"F", women}} {
			f.Insurance = append(f.Insurance, record.Insurance{
				Origin: record.Origin{Line: int64(i + 2), Field: "so_nguoi"}, Territory: "vn", Period: "2024-12", Scheme: "voluntary", Sex: o.sex, AgeGroup: "T",
				Value: decimal.NewNullDecimal(decimal.NewFromInt(o.value)), Status: "A",
			})
		}
		return f
	}
	good, bad := feed(100, 40), feed(100, 41)
	Judge(cat, good)
	Judge(cat, bad)
	if len(good.Findings) > 0 || len(bad.Findings) != 1 || bad.Findings[0].Rule != "sex_total" || bad.Findings[0].Line != 3 || bad.Findings[0].Expected != "101" {
		t.Errorf("%+v %+v", good.Findings, bad.Findings)
	}
	for name, change := range map[string]func(f *record.File){
		"no men":         func(f *record.File) { f.Insurance = f.Insurance[1:] },
		"no women":       func(f *record.File) { f.Insurance = f.Insurance[:2] },
		"men not told":   func(f *record.File) { f.Insurance[0].Value, f.Insurance[0].Empty = decimal.NullDecimal{}, "dots" },
		"total not told": func(f *record.File) { f.Insurance[1].Value, f.Insurance[1].Empty = decimal.NullDecimal{}, "dots" },
	} {
		f := feed(100, 40)
		change(f)
		Judge(cat, f)
		if len(f.Findings) > 0 {
			t.Errorf("%s: %+v", name, f.Findings)
		}
	}
	huge := feed(100, 40)
	huge.Insurance[0].Value.Decimal = decimal.New(1, 18)
	Judge(cat, huge)
	if len(huge.Insurance) != 2 || len(huge.Refusals) != 1 || huge.Check() != nil || huge.Sheets[0].Loaded != 2 {
		t.Errorf("%+v", huge)
	}
}

// Guards invariant 4: the same file is judged the same way every time, whatever order maps are walked in.
func TestJudgingIsDeterministic(t *testing.T) {
	cat := load(t)
	r := rand.New(rand.NewPCG(3, 4))
	var lines []string
	for range 400 {
		ind := cat.Indicators[r.IntN(40)]
		lines = append(lines, fmt.Sprintf("%s %d %s %s %s %d", ind.Code, 2015+r.IntN(3), []string{"actual", "plan"}[r.IntN(2)], []string{"T", "F", "M"}[r.IntN(3)], []string{"T", "U", "R"}[r.IntN(3)], r.IntN(9)))
	}
	judged := func() *record.File {
		f := file(t, cat, lines...)
		for i := range f.Observations { // as a feed has it: no rows, one line
			f.Observations[i].Row, f.Observations[i].Col, f.Observations[i].Line, f.Observations[i].Field = 0, 0, 1, fmt.Sprint(i%7)
		}
		Judge(cat, f)
		return f
	}
	first := judged()
	if len(first.Findings) == 0 || len(first.Refusals) != 0 {
		t.Fatalf("%d findings, %d refusals", len(first.Findings), len(first.Refusals))
	}
	for range 20 {
		if !reflect.DeepEqual(judged(), first) {
			t.Fatal("two judgements of one file differ")
		}
	}
}

// A percentage of the plan beside its plan is recomputed: rounding of the percentage and of both values explains a difference.
func TestStatedPercentagesOfThePlanAreRecomputed(t *testing.T) {
	cat := load(t)
	for _, c := range []struct{ value, plan, stated, want string }{
		{"jobs_created 2019 actual T T 15620", "jobs_created 2019 plan T T 15500", "100.77", ""},
		{"jobs_created 2019 actual T T 15620", "jobs_created 2019 plan T T 15500", "100.8", ""},
		{"jobs_created 2019 actual T T 15620", "jobs_created 2019 plan T T 15500", "101", ""},
		{"jobs_created 2019 actual T T 15620", "jobs_created 2019 plan T T 15500", "100.774193548387", ""},
		{"jobs_created 2019 actual T T 15620", "jobs_created 2019 plan T T 15500", "1.0077", ""}, // the ratio itself
		{"jobs_created 2019 actual T T 15620", "jobs_created 2019 plan T T 15500", "103.3", "100.77 → 103.3"},
		{"jobs_created 2019 actual T T 15620", "jobs_created 2019 plan T T 15500", "2", "100.77 → 2"},
		{"jobs_created 2019 actual T T 16000 thousand_person", "jobs_created 2019 plan T T 15000 thousand_person", "109", ""},
		{"jobs_created 2019 actual T T 16000 thousand_person", "jobs_created 2019 plan T T 15000 thousand_person", "115", "106.67 → 115"},
		{"jobs_created 2019 actual T T 0", "jobs_created 2019 plan T T 15500", "50", ""},            // nothing to divide
		{"jobs_created 2019 actual T T 15620", "jobs_created 2019 plan T T 0", "50", ""},            // nothing to divide by
		{"jobs_created 2019 actual T T 15500", "jobs_created 2019 plan T T 310", "50", "5000 → 50"}, // too large for a ratio
		{"jobs_loan_value 2019 actual T T 16 vnd_million", "jobs_loan_value 2019 plan T T 15 vnd_million", "109", "106.67 → 109"},
	} {
		f := file(t, cat, c.value, c.plan)
		f.Sheets[0].Read++
		f.Sheets[0].Skipped["comparison"] = 1
		f.Comparisons = []record.Comparison{{Origin: record.Origin{Sheet: "Biểu", Cell: "C1", Row: 1, Col: 3}, Percent: decimal.RequireFromString(c.stated), Value: 0, Plan: 1}}
		Judge(cat, f)
		got := ""
		for _, d := range f.Findings {
			got += d.Expected + " → " + d.Actual
			if d.Rule != "achievement_differs" || d.Cell != "C1" {
				t.Errorf("%+v", d)
			}
		}
		if got != c.want {
			t.Errorf("%s of %s stated as %s: %q, want %q", c.value, c.plan, c.stated, got, c.want)
		}
	}
}

// Guards invariant 1: a refused value takes the percentage that was stated for it along.
func TestARefusedValueTakesItsStatedPercentageAlong(t *testing.T) {
	cat := load(t)
	f := file(t, cat, "jobs_created 2019 actual T T -5", "jobs_created 2018 actual T T 5")
	for i := range f.Observations {
		o := &f.Observations[i]
		o.Achieved, o.AchievedCell, o.AchievedRaw = decimal.NewNullDecimal(decimal.NewFromInt(104)), fmt.Sprintf("D%d", i+1), "104"
	}
	f.Sheets[0].Read, f.Sheets[0].Loaded = 4, 4
	Judge(cat, f)
	if err := f.Check(); err != nil || f.Sheets[0].Loaded != 2 || len(f.Observations) != 1 || !f.Observations[0].Achieved.Valid {
		t.Errorf("%v, %+v", err, f)
	}
	if len(f.Refusals) != 2 || f.Refusals[1].Cell != "D1" || f.Refusals[1].Col != 4 || f.Refusals[1].Raw != "104" {
		t.Errorf("%+v", f.Refusals)
	}
}

// Every rule of rules.csv is given by code of this package or by a model, and every code that is given is registered.
func TestRegistryIsWhatIsGiven(t *testing.T) {
	given := map[string]bool{"value_range": true, "value_type": true} // under the refusal codes value.out_of_range and value.type
	source, err := os.ReadFile("rule.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, expr := range []string{`compare\("([a-z_]+)"`, `Rule: "([a-z_]+)"`} {
		for _, m := range regexp.MustCompile(expr).FindAllStringSubmatch(string(source), -1) {
			given[m[1]] = true
		}
	}
	models, err := fs.Glob(sql.Files, "staging/finding_*.sql")
	if err != nil || len(models) == 0 {
		t.Fatal("no models of findings", err)
	}
	for _, name := range models {
		text, err := fs.ReadFile(sql.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		m := regexp.MustCompile(`'([a-z_]+)' AS rule_code`).FindSubmatch(text)
		if m == nil {
			t.Errorf("%s gives no rule_code", name)
			continue
		}
		given[string(m[1])] = true
	}
	var last string
	for _, r := range Registry() {
		if !given[r.Code] || r.Code <= last {
			t.Errorf("%s: given %v, after %s", r.Code, given[r.Code], last)
		}
		delete(given, r.Code)
		last = r.Code
	}
	if len(given) > 0 {
		t.Errorf("not registered: %v", given)
	}
}

func TestMessageOfAnUnknownRuleIsItsCode(t *testing.T) {
	for want, args := range map[string][]string{"x: a; b": {"a", "b"}, "x": nil} {
		if got := Message(record.Finding{Rule: "x", Args: args}, "vi"); got != want {
			t.Error(got)
		}
	}
}

func BenchmarkJudge(b *testing.B) {
	cat := load(b)
	var lines []string
	for year := range 12 {
		for i, ind := range cat.Indicators {
			for _, sex := range []string{"T", "F", "M"} {
				lines = append(lines, fmt.Sprintf("%s %d actual %s T %d", ind.Code, 2010+year, sex, 1+i%90))
			}
		}
	}
	made := file(b, cat, lines...)
	b.ReportMetric(float64(len(lines)), "values/op")
	for b.Loop() {
		f := *made
		f.Sheets, f.Observations = slices.Clone(made.Sheets), slices.Clone(made.Observations)
		Judge(cat, &f)
	}
}

// What is counted in a territory fits its people: a figure in a unit a thousand times too large or too small does not.
func TestFiguresFitThePeopleOfTheirTerritory(t *testing.T) {
	cat := load(t)
	for _, c := range []struct {
		territory, line string
		refused         bool
	}{
		{"province:24@2004", "labour_force_15plus 2019 actual T T 1052.3", false},
		{"province:24@2004", "labour_force_15plus 2019 actual T T 1.052", true},
		{"province:24@2004", "labour_force_15plus 2019 actual F T 520.1", false},
		{"province:24@2004", "labour_force_15plus 2019 actual F T 210.5", false}, // one sex, one area: nothing tells how few
		{"province:24@2004", "labour_force_15plus 2019 actual T U 110.5", false},
		{"province:24@2004", "labour_force_15plus 2019 actual T T -", false},
		{"province:24@2004", "poor_households 2016/2020 plan T T 3000000", true}, // there are no more in five years than in one
		{"province:24@2004", "media_items_monthly 2019 actual T T 90", false},
		{"province:24@2004", "employed_total 2019 actual T T 2.35", true}, // of a centre
		{"province:24@2004", "jobs_created 2019 actual T T 30500", false},
		{"province:24@2004", "jobs_created 2019 actual T T 3050000", true},
		{"province:24@2004", "jobs_created 2019 actual T T 31", true},
		{"province:24@2004", "jobs_created 2019-01 actual T T 31", false},
		{"province:24@2004", "jobs_created 2016/2020 plan T T 151", true},
		{"province:06@2004", "jobs_created 2019 actual T T 310", false},
		{"province:06@2004", "voc_enrolment 2019 actual T T 310", false},
		{"province:06@2004", "voc_enrolment 2019 actual T T 6", true},
		{"province:06@2004", "unemployed_persons 2019 actual T T 40", false},
		{"vn", "unemployed_persons 2019 actual T T 1400", true},
		{"province:24@2004", "jobs_created 2016/2020 plan T T 1000000", false},
		{"province:24@2004", "jobs_created 2016 plan T T 1000000", true},
		{"province:24@2004", "methadone_patients 2019 actual T T 3000000", true}, // more than live there
		{"province:24@2004", "bhtn_benefit_value 2019 actual T T 423.44", false},
		{"province:24@2004", "bhtn_benefit_value 2019 actual T T 423440", true},
		{"province:08@2025", "population_avg 2025 actual T T 1750", false}, // of two
		{"province:08@2025", "population_avg 2025 actual T T 1.75", true},
		{"vn", "population_avg 2030 plan T T 105000", false},
		{"region:tn", "poor_households 2019 actual T T 5000000", true},
		{"province:28@2004", "employed_total 2007 actual T T 2.35", false}, // of which nothing is known
	} {
		f := file(t, cat, c.line)
		f.Observations[0].Territory = c.territory
		Judge(cat, f)
		if got := len(f.Refusals) == 1 && f.Refusals[0].Code == "value.out_of_range"; got != c.refused || len(f.Refusals) > 1 {
			t.Errorf("%s %s: %v", c.territory, c.line, f.Refusals)
		}
	}
}

// Of a row of years one value in another unit does not agree with the others.
func TestAValueOfAnotherScaleThanItsRow(t *testing.T) {
	cat := load(t)
	for name, c := range map[string]struct {
		values  []string
		refused string
	}{
		"thousands":            {[]string{"2016 actual T T 30500", "2017 actual T T 31", "2018 actual T T 32000"}, "31"},
		"written in full":      {[]string{"2016 actual T T 30", "2017 plan T T 32000", "2018 actual T T 31"}, "32000"},
		"nothing odd":          {[]string{"2016 actual T T 30500", "2017 actual T T 3100", "2018 actual T T 32000"}, ""},
		"not by so much":       {[]string{"2016 actual T T 29000", "2017 actual T T 40000", "2018 actual T T 100"}, ""},
		"two only":             {[]string{"2016 actual T T 30500", "2017 actual T T 31"}, ""},
		"two years, one month": {[]string{"2016 actual T T 30500", "2017-01 actual T T 31", "2018 actual T T 32"}, ""},
		"others unlike":        {[]string{"2016 actual T T 31", "2017 actual T T 3", "2018 actual T T 32000"}, ""},
		"a year of nothing":    {[]string{"2016 actual T T 30500", "2017 actual T T 0", "2018 actual T T 32000"}, ""},
		"a year not told":      {[]string{"2016 actual T T 30500", "2017 actual T T -", "2018 actual T T 32000"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var lines []string
			for _, v := range c.values {
				lines = append(lines, "jobs_created "+v)
			}
			f := inRows(file(t, cat, lines...), len(lines))
			Judge(cat, f)
			if got := refusedRaws(f); got != c.refused {
				t.Errorf("refused %v", f.Refusals)
			}
		})
	}
}

// What has no least value of its own stands in the unit of the table: one that all the others show to be wrong.
func TestAUnitThatTheOthersOfTheTableShowToBeWrong(t *testing.T) {
	cat := load(t)
	for name, c := range map[string]struct {
		lines   []string
		refused string
	}{
		"all too small":           {[]string{"bhxh_participants 2018 actual T T 14724", "bhxh_participants 2019 actual T T 15774", "bhxh_voluntary 2019 actual T T 574"}, "14724 15774 574"},
		"one is right":            {[]string{"bhxh_participants 2018 actual T T 14724", "bhxh_participants 2019 actual T T 15774000", "bhxh_voluntary 2019 actual T T 574"}, "14724"},
		"too many then":           {[]string{"bhxh_participants 2018 actual T T 14724", "bhxh_voluntary 2019 actual T T 574000"}, "14724"},
		"no mistake of thousands": {[]string{"bhxh_participants 2018 actual T T 14", "bhxh_voluntary 2019 actual T T 574"}, "14"},
		"another unit":            {[]string{"bhxh_participants 2018 actual T T 14724", "osh_accidents 2019 actual T T 90"}, "14724"},
	} {
		t.Run(name, func(t *testing.T) {
			f := file(t, cat, c.lines...)
			for i := range f.Observations {
				f.Observations[i].Territory, f.Observations[i].Raw = "vn", f.Observations[i].Value.Decimal.String()
			}
			Judge(cat, f)
			var refused []string
			for _, r := range f.Refusals {
				refused = append(refused, r.Raw)
			}
			if strings.Join(refused, " ") != c.refused {
				t.Errorf("refused %v", f.Refusals)
			}
		})
	}
}

// inRows puts every so many of the values of a file into one row.
func inRows(f *record.File, width int) *record.File {
	for i := range f.Observations {
		o := &f.Observations[i]
		o.Row, o.Col, o.Cell = 1+i/width, 2+i%width, fmt.Sprintf("%c%d", 'B'+i%width, 1+i/width)
	}
	return f
}

func refusedRaws(f *record.File) string {
	var raws []string
	for _, r := range f.Refusals {
		raws = append(raws, r.Raw)
	}
	return strings.Join(raws, " ")
}

// Only values of one thing agree in their magnitude, and only counts and money.
func TestScalesAreComparedInsideOneRowOfOneThing(t *testing.T) {
	cat := load(t)
	row := func(thing string) *record.File {
		return inRows(file(t, cat, thing+" 2016 actual T T 30", thing+" 2017 actual T T 32", thing+" 2018 actual T T 0.01"), 3)
	}
	money := row("jobs_loan_value")
	Judge(cat, money)
	if got := refusedRaws(money); got != "0.01" {
		t.Errorf("refused %q", got)
	}
	for name, change := range map[string]func(f *record.File, o *record.Observation){
		"rows":        func(_ *record.File, o *record.Observation) { o.Row = 2 },
		"indicators":  func(_ *record.File, o *record.Observation) { o.Indicator = "merit_fund_raised" },
		"territories": func(_ *record.File, o *record.Observation) { o.Territory = "province:30@2004" },
		"sexes":       func(_ *record.File, o *record.Observation) { o.Sex = "F" },
		"areas":       func(_ *record.File, o *record.Observation) { o.Area = "U" },
		"tables":      func(_ *record.File, o *record.Observation) { o.Table = 2 },
		"sheets": func(f *record.File, o *record.Observation) {
			o.Sheet = "Biểu 2"
			f.Sheets = append(f.Sheets, record.Sheet{Name: "Biểu 2"})
		},
		"a feed": func(f *record.File, _ *record.Observation) { // has no rows
			for i := range f.Observations {
				f.Observations[i].Row = 0
			}
		},
		"a rate": func(f *record.File, _ *record.Observation) {
			for i := range f.Observations {
				f.Observations[i].Indicator = "poverty_rate"
			}
		},
	} {
		f := row("jobs_loan_value")
		change(f, &f.Observations[2])
		Judge(cat, f)
		if len(f.Refusals) > 0 {
			t.Errorf("%s: refused %+v", name, f.Refusals)
		}
	}
	two := inRows(file(t, cat,
		"jobs_created 2016 actual T T 30500", "jobs_created 2017 actual T T 31", "jobs_created 2018 actual T T 32000",
		"strikes 2016 actual T T 1", "strikes 2017 actual T T 2", "strikes 2018 actual T T 900"), 3)
	if Judge(cat, two); refusedRaws(two) != "31 900" {
		t.Errorf("refused %q", refusedRaws(two))
	}
}

// Guards invariant 1: a cell with a value and a part of it, "5.5 (2 nữ)", is refused once and whole; a field of a feed has no cell.
func TestAPartGoesWithTheValueOfItsCell(t *testing.T) {
	cat := load(t)
	f := file(t, cat, "jobs_created 2019 actual T T 5.5", "jobs_created 2019 actual F T 2", "jobs_created 2018 actual T T 5")
	f.Observations[1].Origin = f.Observations[0].Origin
	f.Observations[2].Cell, f.Observations[2].Sheet = f.Observations[0].Cell, "Biểu 2"
	f.Sheets = []record.Sheet{{Name: "Biểu", Read: 1, Loaded: 1}, {Name: "Biểu 2", Read: 1, Loaded: 1}}
	Judge(cat, f)
	if err := f.Check(); err != nil || len(f.Refusals) != 1 || len(f.Observations) != 1 || f.Observations[0].Period != "2018" || f.Sheets[0].Loaded != 0 {
		t.Errorf("%v, %+v", err, f)
	}
	feed := &record.File{Sheets: []record.Sheet{{Read: 2, Loaded: 2}}}
	for i, line := range []string{"jobs_created 2019 actual T T 5.5", "jobs_created 2018 actual T T 5"} {
		o := observation(t, cat, line)
		o.Line, o.Field = int64(i+2), "so_nguoi"
		feed.Observations = append(feed.Observations, o)
	}
	Judge(cat, feed)
	if err := feed.Check(); err != nil || len(feed.Refusals) != 1 || len(feed.Observations) != 1 || feed.Sheets[0].Loaded != 1 {
		t.Errorf("%v, %+v", err, feed)
	}
}

// A file of many indicators and years is looked up by index: each of its totals is compared all the same.
func TestTotalsOfLongTablesAreCompared(t *testing.T) {
	cat := load(t)
	var lines []string
	for year := range 2 * few {
		for _, ind := range cat.Indicators[:2*few] {
			if ind.Sex+ind.Area == "" && ind.Parent == "" {
				lines = append(lines, fmt.Sprintf("%s %d actual T T 1", ind.Code, 1990+year))
			}
		}
		lines = append(lines, fmt.Sprintf("poor_households %d actual F T 5", 1990+year), fmt.Sprintf("poor_households %d actual M T 5", 1990+year), fmt.Sprintf("poor_households %d actual T T 11", 1990+year))
	}
	f := file(t, cat, lines...)
	Judge(cat, f)
	n := 0
	for _, d := range f.Findings {
		if d.Rule == "sex_total" && d.Expected == "10" && d.Actual == "11" {
			n++
		}
	}
	if n != 2*few || len(f.Refusals) > 0 {
		t.Errorf("%d totals of %d are doubted; refused %v", n, 2*few, f.Refusals)
	}
}

// What is said to add up without decimals being made does: coefficients alone are not the numbers.
func TestWhatAddsUpIsExact(t *testing.T) {
	cat := load(t)
	for _, c := range []struct {
		total string
		parts []string
		want  bool
	}{
		{"10.0", []string{"4.9", "5.1"}, true},
		{"10.0", []string{"4.9", "5.2"}, false},
		{"10.0", []string{"40", "60"}, false},                                      // 100 tenths
		{"1844674407.3709551616", []string{"0.0000000000", "0.0000000000"}, false}, // 2^64
		{"0.0000000000", []string{"1844674407.3709551616"}, false},
		{"0", []string{"36893488147419103232"}, false},
	} {
		values := append([]string{c.total}, c.parts...)
		if got := addsUp(cat, "person", values...); got != c.want {
			t.Errorf("%s = %v: %v", c.total, c.parts, got)
		}
		if addsUp(cat, "thousand_person", values...) {
			t.Errorf("%s = %v in another unit", c.total, c.parts)
		}
	}
	many := slices.Repeat([]string{"72057594037927936"}, 257) // each fits, the sum of 256 is 2^64
	if many[0] = "0"; addsUp(cat, "person", many...) {
		t.Error("2^64 is nothing")
	}
}

// addsUp reports whether a total of persons adds up from parts, the first of them in a unit.
func addsUp(cat *catalogue.Catalogue, unit string, values ...string) bool {
	var parts []int
	f := &record.File{}
	for i, v := range values {
		f.Observations = append(f.Observations, record.Observation{Indicator: "strikes", Unit: "person", Reported: "person", Value: decimal.NewNullDecimal(decimal.RequireFromString(v))})
		if i > 0 {
			parts = append(parts, i)
		}
	}
	f.Observations[1].Unit = unit
	j := judge{cat: cat, f: f}
	j.survey()
	return j.addsUp(0, parts, true)
}

// Parts in another unit than the whole are not compared with it, nor is a whole of which no part is there.
func TestTotalsThatAreNotCompared(t *testing.T) {
	cat := load(t)
	total, men, women := observation(t, cat, "strikes 2019 actual T T 9"), observation(t, cat, "strikes 2019 actual M T 1"), observation(t, cat, "strikes 2019 actual F T 1")
	compare := func(all bool, parts ...*record.Observation) int {
		j := judge{cat: cat, f: &record.File{Observations: []record.Observation{total}}}
		var positions []int
		for i, p := range parts {
			j.f.Observations, positions = append(j.f.Observations, *p), append(positions, i+1)
		}
		j.survey()
		j.compare("sex_total", 0, positions, all)
		return len(j.f.Findings)
	}
	if compare(true, &men, &women) != 1 {
		t.Error("not compared")
	}
	men.Unit = "thousand_person"
	if compare(true, &men, &women) != 0 {
		t.Error("compared with another unit")
	}
	total.Value.Decimal = total.Value.Decimal.Neg()
	if compare(false) != 0 {
		t.Error("compared with nothing")
	}
}

// An indicator that the catalogue does not hold says nothing about its values.
func TestWhatTheCatalogueDoesNotHoldIsNotJudged(t *testing.T) {
	cat := load(t)
	f := inRows(file(t, cat,
		"strikes 2016 actual T T 1.5", "strikes 2017 actual T T 900000", "strikes 2018 actual T T 9",
		"strikes 2019 actual T T 9", "strikes 2019 actual M T 1", "strikes 2019 actual F T 1"), 3)
	for i := range f.Observations {
		f.Observations[i].Indicator = "none such"
	}
	Judge(cat, f)
	if len(f.Refusals)+len(f.Findings) > 0 {
		t.Errorf("%+v", f)
	}
}

// An indicator of a user may have one bound or none, and a largest value that is that of a province too.
func TestIndicatorsWithoutBounds(t *testing.T) {
	cat := load(t)
	money := cat.Indicator("jobs_loan_value")
	money.Min = nil
	most := decimal.NewFromInt(1000)
	once := cat.Indicator("media_items_monthly") // which does not add up over territories
	once.Max = &most
	for line, want := range map[string]string{
		"jobs_loan_value 2019 actual T T -5":       "",
		"media_items_monthly 2019 actual T T 900":  "",
		"media_items_monthly 2019 actual T T 1001": "Số bài, tin về phòng, chống tệ nạn xã hội mỗi tháng: 1001 (0 … 1000 bài/tháng)",
		"area_km2 2019 actual T T 60000":           "", // of no things that a province has a share of
		"merit_houses 2019 actual T T -1":          "Số nhà tình nghĩa xây dựng, sửa chữa: -1 (0 … nhà)",
	} {
		f := file(t, cat, line)
		Judge(cat, f)
		got := ""
		for _, r := range f.Refusals {
			got += strings.Join(r.Args, "; ")
		}
		if got != want {
			t.Errorf("%s: refused %q, want %q", line, got, want)
		}
	}
}

// A cell that repeats a value is skipped as long as that one is loaded.
func TestARefusedValueTakesItsRepeatsAlong(t *testing.T) {
	cat := load(t)
	f := file(t, cat, "poverty_rate 2019 actual T T 5.4", "poverty_rate 2018 actual T T 100.1")
	for i := range f.Observations {
		name := fmt.Sprintf("Sửa %d", i+1)
		f.Sheets = append(f.Sheets, record.Sheet{Name: name, Read: 1, Skipped: map[string]int{record.SkippedRepeat: 1}})
		f.Repeats = append(f.Repeats, record.Repeat{Origin: record.Origin{Sheet: name, Cell: fmt.Sprintf("B%d", i+1), Row: i + 1, Col: 2, Raw: "x"}, Of: i})
	}
	Judge(cat, f)
	if err := f.Check(); err != nil {
		t.Error(err)
	}
	var refused []string
	for _, r := range f.Refusals {
		refused = append(refused, r.Sheet+"!"+r.Cell+" "+r.Code)
	}
	if want := []string{"Biểu!B2 value.out_of_range", "Sửa 2!B2 value.out_of_range"}; !slices.Equal(refused, want) {
		t.Errorf("got %v, want %v", refused, want)
	}
	if s := f.Sheets[1]; s.Quarantined != 0 || s.Skipped[record.SkippedRepeat] != 1 {
		t.Errorf("%+v", s)
	}
	if s := f.Sheets[2]; s.Quarantined != 1 || len(s.Skipped) != 0 {
		t.Errorf("%+v", s)
	}
}
