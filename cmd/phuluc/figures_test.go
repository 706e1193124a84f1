package main_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/phuluc/phuluc/extract/xlsx"
	"github.com/phuluc/phuluc/transform/catalogue"
)

// figure is a published number and what it is about.
type figure struct {
	indicator, territory, period, measure string
	sex, area                             string // "" is T
	value, high, qualifier, unit          string
}

func (f figure) where() string {
	or := func(s string) string {
		if s == "" {
			return "T"
		}
		return s
	}
	return fmt.Sprintf("indicator_code = '%s' AND territory_id = '%s' AND period_id = '%s' AND measure_type = '%s' AND sex = '%s' AND area = '%s'",
		f.indicator, f.territory, f.period, f.measure, or(f.sex), or(f.area))
}

const (
	hue       = "province:46@2004"
	quangNinh = "province:22@2004"
	tdmnpb    = "region:tdmnpb" // the 14 provinces of the time of decision 1240
)

// figures are those of the report of Thừa Thiên Huế 2015–2019, plan 27/KH-UBND of Quảng Ninh, decision 1240/QĐ-LĐTBXH.
var figures = []figure{
	{indicator: "poverty_rate", territory: hue, period: "2015", measure: "actual", value: "8.36", unit: "percent"},
	{indicator: "poverty_rate", territory: hue, period: "2019", measure: "actual", value: "4.17", unit: "percent"},
	{indicator: "poverty_rate", territory: hue, period: "2020", measure: "forecast", value: "3.67", unit: "percent"},
	{indicator: "trained_labour_rate", territory: hue, period: "2016", measure: "actual", value: "56", unit: "percent"},
	{indicator: "trained_labour_rate", territory: hue, period: "2019", measure: "actual", value: "62.08", unit: "percent"},
	{indicator: "trained_labour_rate", territory: hue, period: "2020", measure: "target", value: "64", unit: "percent"},
	{indicator: "bhxh_participants", territory: hue, period: "2019", measure: "actual", value: "130637", unit: "person"},
	{indicator: "bhxh_voluntary", territory: hue, period: "2019", measure: "actual", value: "7333", unit: "person"},
	{indicator: "bhxh_compulsory", territory: hue, period: "2019", measure: "actual", value: "123304", unit: "person"},
	{indicator: "bhtn_participants", territory: hue, period: "2019", measure: "actual", value: "113208", unit: "person"},
	{indicator: "jobs_created", territory: hue, period: "2015/2020", measure: "actual", value: "82615", unit: "person"},
	{indicator: "overseas_workers", territory: hue, period: "2015/2020", measure: "actual", value: "3608", unit: "person"},
	{indicator: "unemp_rate_urban", territory: hue, period: "2015/2020", measure: "actual", value: "2.3", qualifier: "at_most", unit: "percent"},

	{indicator: "drug_rehab_total", territory: quangNinh, period: "2021", measure: "plan", value: "900", unit: "person_time"},
	{indicator: "drug_rehab_centre", territory: quangNinh, period: "2021", measure: "plan", value: "700", unit: "person_time"},
	{indicator: "drug_rehab_community", territory: quangNinh, period: "2021", measure: "plan", value: "200", unit: "person_time"},
	{indicator: "drug_rehab_cedemex", territory: quangNinh, period: "2021", measure: "plan", value: "50", qualifier: "at_least", unit: "person"},
	{indicator: "inspected_establishments_rate", territory: quangNinh, period: "2021", measure: "plan", value: "10", high: "15", unit: "percent"},

	{indicator: "trained_labour_rate", territory: tdmnpb, period: "2030", measure: "target", value: "65", high: "70", unit: "percent"},
	{indicator: "trained_labour_cert_rate", territory: tdmnpb, period: "2030", measure: "target", value: "35", high: "40", unit: "percent"},
	{indicator: "poverty_reduction_pp", territory: tdmnpb, period: "2030", measure: "target", value: "2", high: "3", unit: "percentage_point"},
}

func TestFiguresOfTheReportsAreInTheWarehouseAndExplainThemselvesToTheirCells(t *testing.T) {
	t.Parallel()
	w := demo(t)
	for _, f := range figures {
		t.Run(f.indicator+" "+strings.ReplaceAll(f.period, "/", "-")+" "+f.measure, func(t *testing.T) {
			rows := w.ask(t, "SELECT observation_id, value, value_high, qualifier, unit_code FROM dw.observation WHERE is_latest AND %s", f.where())
			if len(rows) != 1 {
				t.Fatalf("%d values, want one", len(rows))
			}
			r := rows[0]
			if r.text("value") != f.value || r.text("value_high") != f.high || r.text("qualifier") != f.qualifier || r.text("unit_code") != f.unit {
				t.Errorf("%v, want %+v", r, f)
			}
			found, _ := runJSON[[]explanation](t, done, "explain", "--data", string(w.home), r.text("observation_id"))
			if len(found) != 1 {
				t.Fatalf("%d explanations, want one", len(found))
			}
			e := found[0]
			if got := reread(t, w.home, e.SHA256)[e.Sheet+"!"+e.Cell]; got != e.Raw || got == "" {
				t.Errorf("%s!%s holds %q, explain says %q", e.Sheet, e.Cell, got, e.Raw)
			}
			if !e.Sample || e.Label == "" || e.Header == "" || e.Origin == "" {
				t.Errorf("explanation without label, header, origin or sample flag: %+v", e)
			}
		})
	}
}

// explanation is one source cell of a number, as explain gives it.
type explanation struct {
	ID        string `json:"observation_id"`
	Indicator string `json:"indicator_code"`
	Territory string `json:"territory_id"`
	SHA256    string `json:"sha256"`
	File      string `json:"file"`
	Origin    string `json:"origin"`
	Sheet     string `json:"sheet"`
	Cell      string `json:"cell"`
	Raw       string `json:"raw"`
	Label     string `json:"label"`
	Header    string `json:"header"`
	Sample    bool   `json:"is_sample"`
	MemberOf  string `json:"member_of"`
	Value     string `json:"value"`
	Weight    string `json:"weight"`
	Latest    bool   `json:"is_latest"`

	Achieved     string `json:"achieved"`
	AchievedCell string `json:"achieved_cell"`
	AchievedRaw  string `json:"achieved_raw"`
}

// reread reads a landed workbook again: sheet!A1 → stored text.
func reread(t testing.TB, h home, sha string) map[string]string {
	t.Helper()
	data, err := os.ReadFile(h.object(sha))
	if err != nil {
		t.Fatal(err)
	}
	cells := map[string]string{}
	w, err := xlsx.Open(context.Background(), bytes.NewReader(data), int64(len(data)), sheet.DefaultLimits())
	if err != nil {
		t.Fatalf("%s: %v", sha, err)
	}
	defer w.Close()
	for i, s := range w.Sheets() {
		for c, err := range w.Cells(context.Background(), i) {
			if err != nil {
				t.Fatalf("%s, %s: %v", sha, s.Name, err)
			}
			cells[s.Name+"!"+c.Address()] = c.Raw
		}
	}
	return cells
}

func TestFiguresStandInTheMarts(t *testing.T) {
	t.Parallel()
	w := demo(t)
	for _, f := range figures {
		mart := "mart.indicator_trend WHERE basis = 'as_reported' AND year = '" + f.period + "' AND "
		if strings.Contains(f.period, "/") {
			mart = "mart.indicator_period WHERE period_id = '" + f.period + "' AND "
		}
		where := strings.Replace(f.where(), "period_id = '"+f.period+"' AND ", "", 1)
		rows := w.ask(t, "SELECT value, value_high, qualifier, unit, source_sha256, source_sheet, source_cell FROM %s%s", mart, where)
		if len(rows) != 1 {
			t.Errorf("%+v: %d rows, want one", f, len(rows))
			continue
		}
		r := rows[0]
		if r.text("value") != f.value || r.text("value_high") != f.high || r.text("qualifier") != f.qualifier || r.text("unit") != f.unit ||
			len(r.text("source_sha256")) != 64 || r.text("source_cell") == "" {
			t.Errorf("%v, want %+v", r, f)
		}
	}
}

// 130,637 = 7,333 + 123,304; 900 = 700 + 200.
func TestPartsOfTheReportsAddUpInReconciliation(t *testing.T) {
	t.Parallel()
	w := demo(t)
	for _, x := range []struct{ whole, territory, period, sum string }{
		{"bhxh_participants", hue, "2019", "130637"}, {"drug_rehab_total", quangNinh, "2021", "900"},
	} {
		rows := w.ask(t, "SELECT expected, actual, difference, status, parts_expected, parts_found FROM mart.reconciliation WHERE check_kind = 'part_sum' AND indicator_code = '%s' AND territory_id = '%s' AND period_id = '%s'", x.whole, x.territory, x.period)
		if len(rows) != 1 {
			t.Errorf("%s: %d reconciliations, want one", x.whole, len(rows))
			continue
		}
		r := rows[0]
		if r.text("status") != "ok" || r.text("expected") != x.sum || r.text("actual") != x.sum || r.text("parts_found") != r.text("parts_expected") {
			t.Errorf("%s: %v", x.whole, r)
		}
	}
}

// The report states 82,615 jobs at 103.3 % of plan, and no plan: the percentage stands beside its value, explained to its
// own cell.
func TestAchievementWithoutItsPlanIsKeptWithItsValue(t *testing.T) {
	t.Parallel()
	w := demo(t)
	for _, x := range []struct{ indicator, period, value, percent string }{
		{"jobs_created", "2015/2020", "82615", "103.3"}, {"bhxh_voluntary", "2019", "7333", "106.09"},
		{"bhxh_compulsory", "2019", "123304", "100.11"}, {"bhtn_participants", "2019", "113208", "100.78"},
	} {
		rows := w.ask(t, `SELECT plan, achieved_value, achievement_pct, achievement_basis, reported_pct, reported_sha256, reported_sheet, reported_cell, actual_observation_id
FROM mart.plan_performance WHERE territory_id = '%s' AND indicator_code = '%s' AND period_id = '%s'`, hue, x.indicator, x.period)
		if len(rows) != 1 {
			t.Errorf("%s: %d rows, want one", x.indicator, len(rows))
			continue
		}
		r := rows[0]
		if r.text("plan") != "" || r.text("achieved_value") != x.value || r.text("achievement_pct") != x.percent || r.text("achievement_basis") != "reported" || r.text("reported_pct") != x.percent {
			t.Errorf("%v, want %+v", r, x)
		}
		if got := reread(t, w.home, r.text("reported_sha256"))[r.text("reported_sheet")+"!"+r.text("reported_cell")]; got != x.percent {
			t.Errorf("%s!%s holds %q, want %s", r.text("reported_sheet"), r.text("reported_cell"), got, x.percent)
		}
		found, _ := runJSON[[]explanation](t, done, "explain", "--data", string(w.home), r.text("actual_observation_id"))
		if len(found) != 1 || found[0].Achieved != x.percent || found[0].AchievedCell != r.text("reported_cell") || found[0].AchievedRaw != x.percent {
			t.Errorf("%s: %+v", x.indicator, found)
		}
		if o := run(t, done, "explain", "--data", string(w.home), r.text("actual_observation_id")); !strings.Contains(o.stdout, "the sender states "+x.percent+" % of plan (cell "+r.text("reported_cell")) {
			t.Errorf("explain does not tell the percentage:\n%s", o.stdout)
		}
		stated := 0
		for _, o := range check(t, done, w.object(r.text("reported_sha256")))[0].Observations {
			if o["indicator"] == x.indicator && o["achieved"] == x.percent && o["achieved_cell"] == r.text("reported_cell") {
				stated++
			}
		}
		if stated != 1 {
			t.Errorf("check tells the percentage of %s %d times", x.indicator, stated)
		}
	}
	// The fifth percentage is of a yearly mean that is no indicator: it stands beside no value and stays a comparison.
	sha := w.one(t, "SELECT source_sha256 FROM dw.dim_source WHERE file_name = 'PhuLuc_BaoCao2015-2019_ThuaThienHue.xlsx'")
	if n := w.one(t, "SELECT coalesce(sum(cells), 0) FROM audit.skip_count WHERE source_sha256 = '%s' AND reason = 'comparison'", sha); n != "1" {
		t.Errorf("%s cells were skipped as comparisons, want 1", n)
	}
}

// A plan and an actual value in one annex give the percentage that the sender would have to write.
func TestPlanPerformanceRecomputesTheAchievement(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.put(t, "HaGiang.xlsx", goodAnnex("Tỉnh Hà Giang").xlsx(t, nil))
	h.refresh(t)
	r := h.ask(t, `SELECT plan, estimate, achieved_by, achievement_pct, difference, is_met FROM mart.plan_performance
WHERE indicator_code = 'jobs_created' AND territory_id = 'province:02@2004' AND period_id = '2019'`)
	if len(r) != 1 || r[0].text("plan") != "15500" || r[0].text("estimate") != "15620" || r[0].text("achieved_by") != "estimate" ||
		r[0].text("achievement_pct") != "100.77" || r[0].text("difference") != "120" || r[0].text("is_met") != "true" {
		t.Errorf("%v, want 15620 of 15500 = 100.77 %%", r)
	}
}

// A percentage that stands beside its plan is not loaded; one that the two values do not give is a warning at its cell.
func TestStatedAchievementBesideItsPlanIsRecomputedAndDoubted(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	a := goodAnnex("Tỉnh Hà Giang")
	a.columns = append(a.columns, annexColumn{"So sánh (%)", "Ước 2019/KH 2019"})
	a.rows[0].values = append(a.rows[0].values, 99.9)
	a.rows[1].values = append(a.rows[1].values, 103.3) // 15620 of 15500 is 100.77 %
	a.rows[3].values = append(a.rows[3].values, 1.0035)
	h.put(t, "HaGiang.xlsx", a.xlsx(t, nil))
	r := h.refresh(t)
	if r.Loaded != 24 || r.Quarantined != 0 {
		t.Errorf("%d loaded and %d quarantined, want the 24 values alone", r.Loaded, r.Quarantined)
	}
	if n := h.one(t, "SELECT count(*) FROM dw.fact_observation WHERE achieved_pct IS NOT NULL"); n != "0" {
		t.Errorf("%s percentages are kept beside their plan", n)
	}
	found := h.ask(t, "SELECT cell, raw, expected, actual, severity FROM audit.finding WHERE rule_code = 'achievement_differs'")
	if len(found) != 1 || found[0].text("cell") != fmt.Sprintf("H%d", a.row(1)) || found[0].text("raw") != "103.3" ||
		found[0].text("expected") != "100.77" || found[0].text("actual") != "103.3" || found[0].text("severity") != "warning" {
		t.Errorf("%v, want one doubt about 103.3 where 100.77 is computed", found)
	}
}

func TestTargetProgressSaysHowFarTheRegionOfDecision1240Is(t *testing.T) {
	t.Parallel()
	w := demo(t)
	rows := w.ask(t, "SELECT * FROM mart.target_progress WHERE document = '1240/QĐ-LĐTBXH' ORDER BY indicator_code")
	want := map[string][3]string{
		"trained_labour_rate": {"65", "70", "level_at_year"}, "trained_labour_cert_rate": {"35", "40", "level_at_year"}, "poverty_reduction_pp": {"2", "3", "annual_change"},
	}
	if len(rows) != len(want) {
		t.Fatalf("%d targets, want %d", len(rows), len(want))
	}
	for _, r := range rows {
		x := want[r.text("indicator_code")]
		if r.text("territory_id") != tdmnpb || r.text("year_to") != "2030" || r.text("target_min") != x[0] || r.text("target_max") != x[1] || r.text("kind") != x[2] || r.text("quote") == "" {
			t.Errorf("%v, want %v for %s in 2030", r, x, tdmnpb)
		}
		// The target explains itself to a cell of the decision's annex.
		if cells := reread(t, w.home, r.text("source_sha256")); cells[r.text("source_sheet")+"!"+r.text("source_cell")] == "" {
			t.Errorf("%s: no cell at %s!%s", r.text("target_id"), r.text("source_sheet"), r.text("source_cell"))
		}
		switch r.text("status") {
		case "on_track", "off_track", "achieved", "missed":
			if r.text("latest_year") == "" || r.text("latest_value") == "" || r.text("gap") == "" {
				t.Errorf("%s is %s without a value and a gap: %v", r.text("target_id"), r.text("status"), r)
			}
		case "no_data", "not_comparable":
			if r.text("reason") == "" || r.text("reason_vi") == "" || r.text("reason_en") == "" {
				t.Errorf("%s is %s and does not say why: %v", r.text("target_id"), r.text("status"), r)
			}
		default:
			t.Errorf("%s: status %q", r.text("target_id"), r.text("status"))
		}
	}
}

// Once the provinces of the region report, the distance to the target is a number.
func TestTargetProgressMeasuresTheRegionFromItsProvinces(t *testing.T) {
	t.Parallel()
	w := demo(t)
	provinces := w.ask(t, "SELECT name_vi, full_name_vi FROM dw.dim_territory WHERE region_id = '%s' AND level = 'province' ORDER BY territory_id", tdmnpb)
	if len(provinces) != 14 {
		t.Fatalf("%d provinces in the region of 2022, want 14", len(provinces))
	}
	h := newHome(t)
	cat, err := catalogue.Load("")
	if err != nil {
		t.Fatal(err)
	}
	force, trained, weighted := decimal.Zero, decimal.Zero, 0.0
	for i, p := range provinces {
		a := goodAnnex(p.text("full_name_vi"))
		a.title, a.attached = "TỔNG HỢP CHỈ TIÊU KẾ HOẠCH NĂM 2025 LĨNH VỰC LAO ĐỘNG, NGƯỜI CÓ CÔNG VÀ XÃ HỘI", "(Kèm theo Công văn số 2536/BLĐTBXH-VKHTC ngày 17/6/2024)"
		a.columns = []annexColumn{{"TH 2022", ""}, {"TH 2023", ""}, {"Năm 2024", "KH"}, {"KH 2025", ""}}
		least, most, _ := cat.Bounds(cat.Indicator("labour_force_15plus"), cat.TerritoriesByName(p.text("full_name_vi"))[0])
		n, rate := int(least+most)*500, 58.5+0.5*float64(i)
		a.rows = []annexRow{
			{"1", "Lực lượng lao động từ 15 tuổi trở lên", "người", []any{n - 500, n, nil, nil}},
			{"2", "Tỷ lệ lao động qua đào tạo", "%", []any{rate - 2, rate, nil, nil}},
		}
		h.put(t, fmt.Sprintf("%02d.xlsx", i), a.xlsx(t, nil))
		force, trained, weighted = force.Add(decimal.NewFromInt(int64(n))), trained.Add(decimal.NewFromFloat(rate)), weighted+float64(n)*rate
	}
	h.refresh(t)
	rows := h.ask(t, "SELECT * FROM mart.target_progress WHERE document = '1240/QĐ-LĐTBXH' AND indicator_code = 'trained_labour_rate'")
	if len(rows) != 1 {
		t.Fatalf("%d targets, want one", len(rows))
	}
	r := rows[0]
	mean := decimal.NewFromFloat(weighted).Div(force)
	if r.text("latest_year") != "2023" || !close4(r.number(t, "latest_value"), mean) || r.text("members_found") != "14" {
		t.Errorf("%v, want %s in 2023 from 14 provinces", r, mean.StringFixed(4))
	}
	if want := decimal.NewFromInt(65).Sub(mean); !close4(r.number(t, "gap"), want) {
		t.Errorf("gap %s, want %s", r.text("gap"), want.StringFixed(4))
	}
	if want := decimal.NewFromInt(65).Sub(mean).Div(decimal.NewFromInt(7)); !close4(r.number(t, "required_per_year"), want) {
		t.Errorf("%s a year, want %s", r.text("required_per_year"), want.StringFixed(4))
	}
	if s := r.text("status"); s != "on_track" && s != "off_track" {
		t.Errorf("status %q with figures of all provinces", s)
	}
}

// close4 compares what is rounded to four decimals.
func close4(a, b decimal.Decimal) bool {
	return a.Sub(b).Abs().LessThanOrEqual(decimal.New(1, -4))
}
