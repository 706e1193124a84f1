package main_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/phuluc/phuluc/extract/sample"
)

func TestInsuranceFeedOfTheSampleFillsFactsAndCoverage(t *testing.T) {
	t.Parallel()
	w := demo(t)
	rows := w.ask(t, `SELECT scheme, CAST(value AS BIGINT) AS value, cell FROM dw.fact_insurance AS f JOIN dw.dim_territory AS t USING (territory_key) JOIN dw.dim_period AS p USING (period_key)
WHERE t.territory_id = '%s' AND p.period_id = '2019-12' AND f.is_latest ORDER BY scheme`, hue)
	got := map[string]string{}
	for _, r := range rows {
		got[r.text("scheme")] = r.text("value")
	}
	if want := map[string]string{"compulsory": "123304", "voluntary": "7333", "unemployment": "113208"}; !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	// Coverage on a named denominator, counted again: 100 × 130,637 / labour force.
	r := w.ask(t, `SELECT insured_persons, denominator_persons, denominator_code, denominator_year, coverage_pct, participants_basis FROM mart.insurance_coverage
WHERE source_kind = 'feed' AND territory_id = '%s' AND period_id = '2019-12' AND scheme = 'social_insurance'`, hue)
	if len(r) != 1 {
		t.Fatalf("%d rows, want one", len(r))
	}
	insured, of := r[0].number(t, "insured_persons"), r[0].number(t, "denominator_persons")
	if insured.String() != "130637" || r[0].text("denominator_code") == "" || r[0].text("denominator_year") != "2019" || r[0].text("participants_basis") != "compulsory_plus_voluntary" {
		t.Errorf("%v", r[0])
	}
	if want := insured.Mul(decimal.NewFromInt(100)).DivRound(of, 2); !want.Equal(r[0].number(t, "coverage_pct")) {
		t.Errorf("coverage %s, want %s", r[0].text("coverage_pct"), want)
	}
}

func TestLabourFeedOfTheSampleIsThePublishedSeries(t *testing.T) {
	t.Parallel()
	w := demo(t)
	values, err := sample.Published()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]decimal.Decimal{}
	provisional := 0
	for _, v := range values {
		if v.Document == "gso-v02.34" {
			want[strings.Join([]string{v.Territory, v.Period, v.Status}, " ")] = v.Value
			if v.Status == "P" {
				provisional++
			}
		}
	}
	if len(want) < 1000 || provisional < 60 {
		t.Fatalf("%d published values, %d of them provisional", len(want), provisional)
	}
	rows := w.ask(t, `SELECT concat_ws(' ', o.territory_id, o.period_id, o.obs_status) AS k, o.value FROM dw.observation AS o JOIN dw.dim_source AS s USING (source_sha256)
WHERE s.file_type = 'json-stat' AND o.indicator_code = 'labour_force_15plus' AND o.value IS NOT NULL`)
	for _, r := range rows {
		v, ok := want[r.text("k")]
		if got := r.number(t, "value"); !ok || !got.Equal(v) {
			t.Errorf("%s is %s, published is %s (%v)", r.text("k"), got, v, ok)
		}
		delete(want, r.text("k"))
	}
	for k, v := range want {
		t.Errorf("%s = %s is not in the feed's observations", k, v)
	}
	// And on to the mart, with its mark of provisional years.
	r := w.ask(t, "SELECT labour_force_15plus, is_provisional FROM mart.labour_market WHERE basis = 'as_reported' AND territory_id = 'vn' AND year IN (2020, 2021) ORDER BY year")
	if len(r) != 2 || r[0].text("is_provisional") != "false" || r[1].text("is_provisional") != "true" || r[1].text("labour_force_15plus") != "50560.5" {
		t.Errorf("%v", r)
	}
}

// jsonStat is a document of the statistics office's server, with the NUL byte it ends with.
func jsonStat(t testing.TB, territories, years []string, values []any, status map[string]any) []byte {
	t.Helper()
	dimension := func(words []string) map[string]any {
		index, label := map[string]int{}, map[string]string{}
		for i, w := range words {
			index[fmt.Sprint(i)], label[fmt.Sprint(i)] = i, w
		}
		return map[string]any{"label": "x", "category": map[string]any{"index": index, "label": label}}
	}
	data, err := json.Marshal(map[string]any{"dataset": map[string]any{
		"label": "Lực lượng lao động từ 15 tuổi trở lên phân theo địa phương(*) chia theo Địa phương và Năm", "updated": "2022-07-01T00:00:00Z", "source": "GSO",
		"status": status, "value": values,
		"dimension": map[string]any{"Địa phương": dimension(territories), "Năm": dimension(years), "id": []string{"Địa phương", "Năm"}, "size": []int{len(territories), len(years)}, "role": map[string]any{}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return append(data, 0)
}

// A NUL byte at the end, a provisional year, a D with stroke of the wrong alphabet, the region Tây Nguyên beside provinces, a value that is not there, a territory that nobody knows.
func TestJSONStatIsReadWithItsPeculiarities(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.put(t, "v0234.json", jsonStat(t,
		[]string{"CẢ NƯỚC", "Tây Nguyên", "\u00d0à Nẵng", "Thừa Thiên-Huế", "Vùng trời"},
		[]string{"2019", "2020", "Sơ bộ 2021"},
		[]any{55767.4, 54842.9, 50560.5, 3596.1, 3500.2, 3400.25, 580.1, 570, 560.5, 621, nil, 600.125, 1, 2, 3},
		map[string]any{"10": nil}))
	r := h.refresh(t)
	got := map[string]string{}
	for _, r := range h.ask(t, "SELECT territory_id || ' ' || period_id AS k, value, obs_status FROM dw.observation WHERE indicator_code = 'labour_force_15plus'") {
		got[r.text("k")] = r.text("value") + " " + r.text("obs_status")
	}
	for k, v := range map[string]string{
		"vn 2019": "55767.4 A", "vn 2021": "50560.5 P", "region:tn 2021": "3400.25 P", "province:48@2004 2019": "580.1 A", "province:48@2004 2021": "560.5 P",
		"province:46@2004 2019": "621 A", "province:46@2004 2021": "600.125 P",
	} {
		if got[k] != v {
			t.Errorf("%s is %q, want %q", k, got[k], v)
		}
	}
	q := h.ask(t, "SELECT code, line_no, field, raw FROM audit.quarantine")
	codes := map[string]int{}
	for _, r := range q {
		codes[r.text("code")]++
		if r.text("field") == "" || r.text("line_no") == "" || r.text("raw") == "" {
			t.Errorf("%v has no address", r)
		}
	}
	if codes["territory.unknown"] != 3 || len(codes) != 1 {
		t.Errorf("quarantined: %v, want the three values of the unknown territory", codes)
	}
	if r.Cells != r.Loaded+r.Quarantined+r.Skipped || r.Quarantined != 3 {
		t.Errorf("%+v", r)
	}
}

const insuranceHeader = "\ufeffthang;ma_tinh;ten_tinh;loai_hinh;gioi_tinh;nhom_tuoi;so_nguoi\n"

func TestABadRecordOfAFeedIsQuarantinedWithLineAndFieldAndTheRestLoads(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	data := []byte(insuranceHeader +
		"06/2024;02;Hà Giang;BHXH bắt buộc;Tổng;Tổng;41210\n" + // 2
		"06/2024;02;Hà Giang;BHXH tự nguyện;Tổng;Tổng;nhiều\n" + // 3: no number
		"13/2024;02;Hà Giang;BHTN;Tổng;Tổng;30000\n" + // 4: no month
		"06/2024;99;Nơi Khác;BHYT;Tổng;Tổng;800000\n" + // 5: no such province
		"06/2024;04;Cao Bằng;BHXH bắt buộc;Tổng\n" + // 6: too short
		"06/2024;04;Cao Bằng;Bảo hiểm xe;Tổng;Tổng;5\n" + // 7: no such scheme
		"06/2024;04;Cao Bằng;BHYT;Nam;Tổng;260000\n" + // 8
		"06/2024;04;Cao Bằng;BHYT;Nữ;Tổng;270000\n") // 9
	h.put(t, "bhxh.csv", data)
	r := h.refresh(t)
	if r.Values != 3 {
		t.Errorf("%d values loaded, want 3", r.Values)
	}
	at := map[string]string{}
	for _, q := range h.ask(t, "SELECT line_no, field, code FROM audit.quarantine") {
		at[q.text("line_no")] = strings.TrimSpace(at[q.text("line_no")] + " " + q.text("field") + " " + q.text("code"))
	}
	want := map[string][]string{"3": {"so_nguoi", "number.unreadable"}, "4": {"thang"}, "5": {"t"}, "6": {"feed.record"}, "7": {"loai_hinh"}}
	if keys := slices.Sorted(maps.Keys(at)); !slices.Equal(keys, slices.Sorted(maps.Keys(want))) {
		t.Errorf("quarantined lines %v", at)
	}
	for line, parts := range want {
		for _, p := range parts {
			if !strings.Contains(at[line], p) {
				t.Errorf("line %s: %q, want %s", line, at[line], p)
			}
		}
	}
	if r.Cells != r.Loaded+r.Quarantined+r.Skipped {
		t.Errorf("%+v does not add up", r)
	}
	// Men and women make the total where no total was sent.
	c := h.ask(t, "SELECT insured_persons, participants_basis FROM mart.insurance_coverage WHERE territory_id = 'province:04@2004' AND scheme = 'health'")
	if len(c) != 1 || c[0].text("insured_persons") != "530000" || c[0].text("participants_basis") != "sum_of_sexes" {
		t.Errorf("%v", c)
	}
	// check says the same of the file, without a warehouse.
	name := filepath.Join(t.TempDir(), "bhxh.csv")
	write(t, name, data)
	got := check(t, done, name)[0]
	if len(got.Insurance) != 3 {
		t.Errorf("check understands %d counts, want 3", len(got.Insurance))
	}
	for _, q := range got.Quarantine {
		if q.Line == 0 || q.Code != "feed.record" && q.Field == "" {
			t.Errorf("%+v has no address", q)
		}
	}
}

func TestAFeedThatNoMappingKnowsIsRefusedAndOneOfTheUserIsRead(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.put(t, "lao_dong.csv", []byte("nam,tinh,luc_luong\n2023,Hà Giang,540100\n2023,Cao Bằng,350200\n"))
	_, e := runJSON[report](t, input, "refresh", "--data", string(h))
	if e.Error == nil || !strings.Contains(e.Error.Why, "feed.mapping_unknown") {
		t.Errorf("%+v", e.Error)
	}
	own := t.TempDir()
	write(t, filepath.Join(own, "feeds", "lao_dong.yaml"), []byte(`name: lao_dong
title_vi: Lực lượng lao động theo tỉnh
title_en: Labour force by province
format: delimited
kind: observation
indicator: labour_force_15plus
measure: actual
unit: person
columns:
  period: [nam]
  territory: [tinh]
  value: [luc_luong]
required: [period, territory, value]
`))
	config := filepath.Join(t.TempDir(), "c.yaml")
	write(t, config, fmt.Appendf(nil, "data_dir: %q\ncatalogue: %q\n", string(h), own))
	if o := finish(t, command(t, "refresh", "--config", config)); o.code != done {
		t.Fatalf("exit code %d: %s", o.code, o.stderr)
	}
	if v := h.one(t, "SELECT string_agg(territory_id || ' ' || CAST(value AS DOUBLE), ', ' ORDER BY territory_id) FROM dw.observation WHERE period_id = '2023'"); v != "province:02@2004 540.1, province:04@2004 350.2" {
		t.Error(v)
	}
}
