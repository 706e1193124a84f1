package catalogue

import (
	"encoding/csv"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/phuluc/phuluc/transform/text"
)

func builtIn(t *testing.T) *Catalogue {
	t.Helper()
	c, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func codeOf(in *Indicator) string {
	if in == nil {
		return ""
	}
	return in.Code
}

func TestEveryIndicatorLabelLeadsBackToItsIndicator(t *testing.T) {
	c := builtIn(t)
	for i := range c.Indicators {
		in := &c.Indicators[i]
		for _, name := range []string{in.NameVi, in.NameEn} {
			if got := c.Resolve(name); got != in {
				t.Errorf("%q gives %q, want %s", name, codeOf(got), in.Code)
			}
		}
	}
	head, rows := c.Table("indicator_synonyms")
	if strings.Join(head, ",") != "indicator_code,label,lang,parent_label,source" {
		t.Fatalf("header %v", head)
	}
	for _, r := range rows {
		code, label, parent := r[0], r[1], r[3]
		if r[4] == "" {
			t.Errorf("%q has no source", label)
		}
		if parent == "" {
			if got := codeOf(c.Resolve(label)); got != code {
				t.Errorf("%q gives %q, want %s", label, got, code)
			}
			continue
		}
		if got := codeOf(c.Resolve(label, parent)); got != code {
			t.Errorf("%q below %q gives %q, want %s", label, parent, got, code)
		}
	}
}

// A label that belongs below another must not load on its own, whatever row it stands in.
func TestLabelsThatNeedAParentNameNothingAlone(t *testing.T) {
	c := builtIn(t)
	for _, label := range []string{"Bắt buộc", "Tự nguyện", "Nam", "Nữ", "Trong đó: nữ", "Thành thị", "Nông thôn", "Có bằng cấp, chứng chỉ", "Cai nghiện tập trung", "Đài Loan", "Sửa chữa", "Nhà nước", "BHTN"} {
		if m := c.IndicatorsByLabel(label); len(m) == 0 {
			t.Errorf("%q is not known", label)
		}
		if in := c.Resolve(label); in != nil {
			t.Errorf("%q alone gives %s", label, in.Code)
		}
	}
}

func TestLabelsSeenInForms(t *testing.T) {
	c := builtIn(t)
	for _, x := range []struct {
		want, label string
		above       []string
	}{
		// decision 1240, Phụ lục I
		{"trained_labour_rate", "Tỷ lệ lao động qua đào tạo", nil},
		{"trained_labour_cert_rate", "Trong đó có bằng cấp, chứng chỉ", []string{"Tỷ lệ lao động qua đào tạo"}},
		{"poverty_reduction_pp", "Tỷ lệ hộ nghèo đa chiều giảm bình quân trên năm", nil},
		// the national scorecard of 2019
		{"poverty_reduction_pp", "Mức giảm tỷ lệ hộ nghèo theo chuẩn nghèo tiếp cận đa chiều", nil},
		{"poverty_reduction_poor_districts_pp", "- Trong đó: Giảm tỷ lệ hộ nghèo tại các huyện nghèo", []string{"Mức giảm tỷ lệ hộ nghèo theo chuẩn nghèo tiếp cận đa chiều"}},
		{"trained_labour_cert_rate", "- Trong đó: ... có văn bằng, chứng chỉ", []string{"Tỷ lệ lao động qua đào tạo"}},
		{"unemp_rate_urban", "Tỷ lệ thất nghiệp ở khu vực thành thị", nil},
		{"bhyt_coverage_rate", "Tỷ lệ dân số tham gia bảo hiểm y tế", nil},
		// the labour supply report
		{"pop_15plus", "Số người từ 15 tuổi trở lên", nil},
		{"employed_total", "Số người có việc làm", nil},
		{"not_in_labour_force", "Số người không tham gia hoạt động kinh tế", nil},
		// Bắc Giang
		{"households_total", "Tổng số hộ", nil},
		{"poor_households", "Số hộ nghèo theo chuẩn mới", nil},
		{"poor_hh_escaped", "Số hộ thoát nghèo", nil},
		{"poverty_rate", "Tỷ lệ hộ nghèo", nil},
		// Quảng Ngãi, table 24
		{"employed_fdi", "Khu vực có vốn đầu tư nước ngoài", []string{"Lao động từ 15 tuổi trở lên đang làm việc trong các ngành kinh tế phân theo loại hình kinh tế"}},
		// the social insurance series, header in two lines
		{"bhxh_compulsory", "Bắt buộc", []string{"Số người tham gia BHXH"}},
		{"bhxh_voluntary", "Tự nguyện", []string{"Số người tham gia BHXH"}},
		{"bhtn_participants", "Số người tham gia BHTN", nil},
		{"bhyt_participants", "Số người tham gia BHYT", nil},
		// the statistics office
		{"labour_force_15plus", "Lực lượng lao động từ 15 tuổi trở lên phân theo địa phương(*)", nil},
		{"poverty_rate_gso", "Tỷ lệ nghèo (Tổng cục Thống kê)", nil},
		// wording of 2013 and of 2019
		{"jobs_created", "Số lao động được tạo việc làm", nil},
		{"overseas_workers", "Trong đó: - Xuất khẩu lao động", []string{"Số lao động được tạo việc làm"}},
		{"overseas_workers", "Đi làm việc ở nước ngoài theo hợp đồng", nil},
		{"jobs_created_female", "Trong đó: nữ", []string{"Số lao động được tạo việc làm"}},
		{"overseas_workers_female", "Nữ", []string{"Xuất khẩu lao động", "Số lao động được tạo việc làm"}},
		{"unemp_rate_urban", "Thành thị", []string{"Tỷ lệ thất nghiệp"}},
		{"poverty_rate_urban", "Thành thị", []string{"Tỉ lệ hộ nghèo"}},
		// Quảng Ninh, Huế
		{"drug_rehab_total", "Cai nghiện ma tuý", nil},
		{"drug_rehab_centre", "Cai nghiện tập trung", []string{"Cai nghiện ma tuý"}},
		{"merit_fund_raised", "Qũy ”Đền ơn đáp nghĩa”", nil},
		// section headings and things that are not quite the same name no indicator
		{"", "DẠY NGHỀ", nil},
		{"", "GIÁO DỤC NGHỀ NGHIỆP", nil},
		{"", "NGƯỜI CÓ CÔNG", nil},
		{"", "Tạo việc làm tăng thêm", nil},
		{"", "Số lượt lao động được giải quyết việc làm", nil},
		{"", "Bắt buộc", []string{"Tỷ lệ hộ nghèo"}},
		{"", "", nil},
	} {
		if got := codeOf(c.Resolve(x.label, x.above...)); got != x.want {
			t.Errorf("%q below %q gives %q, want %q", x.label, x.above, got, x.want)
		}
	}
}

// The nearer parent decides: "Nữ" below an "of which abroad" row counts those abroad.
func TestResolvePrefersTheNearestParent(t *testing.T) {
	c := builtIn(t)
	total, abroad := "Số lao động được tạo việc làm", "Xuất khẩu lao động"
	if got := codeOf(c.Resolve("Nữ", abroad, total)); got != "overseas_workers_female" {
		t.Error(got)
	}
	if got := codeOf(c.Resolve("Nữ", total, abroad)); got != "jobs_created_female" {
		t.Error(got)
	}
	// the parent itself may be a label that needs a parent
	if got := codeOf(c.Resolve("Nữ", "Nước ngoài", total)); got != "overseas_workers_female" {
		t.Error(got)
	}
}

func TestAnObservationHasOneName(t *testing.T) {
	c := builtIn(t)
	for _, same := range [][][3]string{ // the first is the canonical one
		{{"unemp_rate_urban", "T", "T"}, {"unemp_rate", "T", "U"}},
		{{"unemp_rate", "M", "U"}, {"unemp_rate_urban", "M", "T"}, {"unemp_rate_male", "T", "U"}},
		{{"unemp_rate_youth_urban", "T", "T"}, {"unemp_rate_youth", "T", "U"}},
		{{"unemp_rate_youth", "F", "U"}, {"unemp_rate_youth_urban", "F", "T"}},
		{{"poverty_rate_rural", "T", "T"}, {"poverty_rate", "T", "R"}},
		{{"poverty_rate", "F", "R"}, {"poverty_rate_rural", "F", "T"}},
		{{"jobs_created_female", "T", "T"}, {"jobs_created", "F", "T"}},
		{{"jobs_created", "F", "R"}, {"jobs_created_female", "T", "R"}},
		{{"overseas_workers", "F", "U"}, {"overseas_workers_female", "T", "U"}},
		{{"osh_accident_victims", "F", "U"}, {"osh_female_victims", "T", "U"}},
		{{"jobs_created", "M", "T"}},
		{{"underemp_rate_youth_rural", "T", "T"}}, // not all of the rural underemployed
		{{"underemp_rate_youth_rural", "F", "T"}},
		{{"underemp_rate", "T", "R"}},
		{{"women_agri_share", "T", "R"}},
	} {
		for _, name := range same {
			in, sex, area := c.Canonical(c.Indicator(name[0]), name[1], name[2])
			if got := [3]string{in.Code, sex, area}; got != same[0] {
				t.Errorf("%v is %v, want %v", name, got, same[0])
			}
		}
	}
}

func TestUnitWords(t *testing.T) {
	c := builtIn(t)
	for word, want := range map[string]string{
		"nghìn người": "thousand_person", "1000 người": "thousand_person", "1.000 người": "thousand_person", "1  000\nngười": "thousand_person", "ngàn người": "thousand_person",
		"người": "person", "Người": "person", "lượt người": "person_time", "hộ": "household", "%": "percent", "ĐVT: %": "percent", "%/năm": "percent",
		"Điểm %": "percentage_point", "điểm phần trăm": "percentage_point", "điểm %/năm": "percentage_point", "tỷ đồng": "vnd_billion", "tỉ đồng": "vnd_billion",
		"triệu đồng": "vnd_million", "nghìn đồng": "vnd_thousand", "1.000đ": "vnd_thousand", "đồng": "vnd", "km2": "km2", "km²": "km2", "người/km2": "person_per_km2",
		"bài/tháng": "items_per_month", "lần": "times", "‰": "per_mille", "Đơn vị tính: nghìn người": "thousand_person", "(Nghìn người)": "thousand_person",
		"bé trai/100 bé gái": "boys_per_100_girls", "Thous. pers.": "thousand_person", "Person/km2": "person_per_km2",
		"điểm": "", "": "", "%%": "", "1.0000 người": "", "quả": "",
	} {
		got := ""
		if u := c.UnitByWord(word); u != nil {
			got = u.Code
		}
		if got != want {
			t.Errorf("%q gives %q, want %q", word, got, want)
		}
	}
	_, rows := c.Table("unit_words")
	for _, r := range rows {
		if !slices.Contains(c.UnitsByWord(r[0]), c.Unit(r[1])) {
			t.Errorf("%q does not lead to %s", r[0], r[1])
		}
	}
}

func TestUnitForDecidesByTheIndicator(t *testing.T) {
	c := builtIn(t)
	for _, x := range []struct{ indicator, word, want string }{
		{"poverty_reduction_pp", "điểm", "percentage_point"},
		{"poverty_reduction_pp", "%", "percentage_point"},
		{"poverty_reduction_pp", "%/năm", "percentage_point"},
		{"counselling_points", "điểm", "point"},
		{"poverty_rate", "%", "percent"},
		{"poverty_rate", "điểm", ""},
		{"labour_productivity_growth", "%/năm", "percent"},
		{"jobs_created", "lượt người", ""},
		{"jobs_created", "lao động", "person"},
		{"children_special", "người", "person"},
		{"labour_force_15plus", "người", "person"},
		{"poor_households", "người", ""},
	} {
		got := ""
		if u := c.UnitFor(c.Indicator(x.indicator), x.word); u != nil {
			got = u.Code
		}
		if got != x.want {
			t.Errorf("%s in %q gives %q, want %q", x.indicator, x.word, got, x.want)
		}
	}
}

func TestConvertIsExactOrRefuses(t *testing.T) {
	c := builtIn(t)
	for _, x := range []struct {
		value, from, to, want string
	}{
		{"15.8", "thousand_person", "person", "15800"},
		{"718415", "person", "thousand_person", "718.415"},
		{"1", "vnd", "vnd_billion", "0.000000001"},
		{"36.4", "vnd_billion", "vnd", "36400000000"},
		{"0.1", "vnd", "vnd_billion", "0.0000000001"},
		{"0.01", "vnd", "vnd_billion", "refused"}, // eleven decimals
		{"250", "hectare", "km2", "2.5"},
		{"2", "per_mille", "per_100000", "200"},
		{"1", "person", "person_time", "refused"},
		{"1", "percent", "percentage_point", "refused"},
		{"1", "person", "household", "refused"},
	} {
		v, ok := c.Convert(decimal.RequireFromString(x.value), c.Unit(x.from), c.Unit(x.to))
		got := "refused"
		if ok {
			got = v.String()
		}
		if got != x.want {
			t.Errorf("%s %s in %s gives %s, want %s", x.value, x.from, x.to, got, x.want)
		}
	}
	if _, ok := c.Convert(decimal.New(1, 0), nil, c.Unit("person")); ok {
		t.Error("converted from no unit")
	}
	if u := c.Unit("thousand_person"); u.Exponent != 3 {
		t.Errorf("exponent %d", u.Exponent)
	}
}

func ids(ts []*Territory) string {
	var s []string
	for _, t := range ts {
		s = append(s, t.ID)
	}
	return strings.Join(s, " ")
}

func TestTerritoriesByEveryNameInUse(t *testing.T) {
	c := builtIn(t)
	for name, want := range map[string]string{
		"CẢ NƯỚC": "vn", " WHOLE COUNTRY": "vn", "Toàn quốc": "vn",
		"Thừa Thiên - Huế": "province:46@2004 province:46@2025", "Huế": "province:46@2004 province:46@2025", "Thua Thien-Hue": "province:46@2004 province:46@2025",
		"TT Huế": "province:46@2004 province:46@2025", "Hue": "province:46@2004 province:46@2025",
		"TPHCM": "province:79@2004 province:79@2025", "TP. Hồ Chí Minh": "province:79@2004 province:79@2025", "Ho Chi Minh city": "province:79@2004 province:79@2025",
		"BR-VT": "province:77@2004", "Ba Ria - Vung Tau": "province:77@2004", "Đắk Lắk": "province:66@2004 province:66@2025", "Ðắk Lắk": "province:66@2004 province:66@2025",
		"Dak Lak": "province:66@2004 province:66@2025", "Bắc Cạn": "province:06@2004", "Thanh Hoá": "province:38@2004 province:38@2025",
		"Thai  Nguyen": "province:19@2004 province:19@2025", "Tỉnh Bắc Ninh": "province:27@2004 province:24@2025", "Bắc Giang": "province:24@2004",
		"Hà Tây": "province:28@2004", "Hà Nam": "province:35@2004", "Hạ Nam": "", "TP Đà Nẵng": "province:48@2004 province:48@2025",
		"Đồng bằng sông Hồng": "region:dbsh region:dbsh_2025", "Red River Delta": "region:dbsh region:dbsh_2025",
		"Northern midlands and mountain areas": "region:tdmnpb region:tdmnpb_2025", "Bắc Trung Bộ": "region:btb_2025", "Tây Nguyên": "region:tn",
		"Quế Sơn": "district:49/que-son", "Thị xã Điện Bàn": "district:49/dien-ban", "TP. Cẩm Phả": "district:22/cam-pha", "": "",
	} {
		if got := ids(c.TerritoriesByName(name)); got != want {
			t.Errorf("%q gives %q, want %q", name, got, want)
		}
	}
	_, rows := c.Table("territory_names")
	for _, r := range rows {
		if !slices.Contains(c.TerritoriesByName(r[1]), c.Territory(r[0])) {
			t.Errorf("%q does not lead to %s", r[1], r[0])
		}
	}
}

func TestTerritoriesAreComplete(t *testing.T) {
	c := builtIn(t)
	count := map[string]int{}
	members := map[string]int{}
	for _, x := range c.Territories {
		vintage := ""
		if _, v, ok := strings.Cut(x.ID, "@"); ok {
			vintage = "@" + v
		}
		if strings.HasSuffix(x.ID, "_2025") {
			vintage = "@2025"
		}
		count[x.Level+vintage]++
		if x.Level == "province" && x.ID != "province:28@2004" {
			members[x.Region]++
		}
		if x.Level == "province" && !strings.HasPrefix(x.ID, "province:"+x.Code+"@") {
			t.Errorf("%s has the code %s", x.ID, x.Code)
		}
		if x.Source == "" {
			t.Errorf("%s has no source", x.ID)
		}
		if p := c.Territory(x.Parent); x.Level != "country" && p == nil {
			t.Errorf("%s has no parent", x.ID)
		}
	}
	for k, n := range map[string]int{"country": 1, "region": 6, "region@2025": 6, "province@2004": 64, "province@2025": 34, "district": 22} {
		if count[k] != n {
			t.Errorf("%d of %s, want %d", count[k], k, n)
		}
	}
	for r, n := range map[string]int{"tdmnpb": 14, "dbsh": 11, "btbdhmt": 14, "tn": 5, "dnb": 6, "dbscl": 13, "tdmnpb_2025": 9, "dbsh_2025": 6, "btb_2025": 5, "dhntb_tn_2025": 6, "dnb_2025": 3, "dbscl_2025": 5} {
		if members["region:"+r] != n {
			t.Errorf("region %s has %d members, want %d", r, members["region:"+r], n)
		}
	}
}

func TestSuccessionLeadsFrom63To34(t *testing.T) {
	c := builtIn(t)
	parts := map[string][]string{}
	kept := map[string]int{}
	for _, s := range c.Successions {
		if s.Date != "2025-07-01" {
			continue
		}
		parts[s.Successor] = append(parts[s.Successor], s.Predecessor)
		if s.Kind != "merged_into" {
			kept[s.Successor]++
			if c.Territory(s.Predecessor).Code != c.Territory(s.Successor).Code {
				t.Errorf("%s → %s is %s with another code", s.Predecessor, s.Successor, s.Kind)
			}
		}
		if s.LegalBasis == "" || s.Source == "" {
			t.Errorf("%s → %s has no basis", s.Predecessor, s.Successor)
		}
	}
	merged, alone, total := 0, 0, 0
	for to, from := range parts {
		total += len(from)
		if kept[to] != 1 {
			t.Errorf("%d predecessors of %s keep its code", kept[to], to)
		}
		if len(from) > 1 {
			merged++
		} else {
			alone++
		}
	}
	if merged != 23 || alone != 11 || total != 63 {
		t.Errorf("%d merged + %d unchanged out of %d, want 23 + 11 out of 63", merged, alone, total)
	}
	for _, x := range c.Territories {
		if x.Level == "province" && strings.HasSuffix(x.ID, "@2004") && len(c.Successors(x.ID)) != 1 {
			t.Errorf("%s has %d successors", x.ID, len(c.Successors(x.ID)))
		}
	}
	if s := c.Successors("province:28@2004"); len(s) != 1 || s[0].Successor != "province:01@2004" || s[0].Date != "2008-08-01" {
		t.Errorf("Hà Tây: %v", s)
	}
	if got := c.Predecessors("province:24@2025"); len(got) != 2 {
		t.Errorf("new Bắc Ninh has %v", got)
	}
}

func TestSevenCodesChangeMeaningIn2025(t *testing.T) {
	c := builtIn(t)
	var changed []string
	for _, x := range c.Territories {
		if !strings.HasSuffix(x.ID, "@2025") {
			continue
		}
		if old := c.Territory(strings.TrimSuffix(x.ID, "@2025") + "@2004"); old != nil && old.NameVi != x.NameVi && x.Code != "46" {
			changed = append(changed, x.Code)
		}
	}
	slices.Sort(changed)
	if got := strings.Join(changed, " "); got != "15 24 44 52 80 82 91" {
		t.Errorf("changed: %s", got)
	}
}

func TestValidOn(t *testing.T) {
	c := builtIn(t)
	for _, x := range []struct {
		id, date string
		want     bool
	}{
		{"province:24@2004", "2025-06-30", true}, {"province:24@2004", "2025-07-01", false}, {"province:24@2025", "2025-06-30", false}, {"province:24@2025", "2025-07-01", true},
		{"region:tdmnpb", "2025-10-04", true}, {"region:tdmnpb_2025", "2025-10-04", false}, {"region:tdmnpb_2025", "2025-10-05", true},
	} {
		if got := c.Territory(x.id).ValidOn(x.date); got != x.want {
			t.Errorf("%s on %s: %v", x.id, x.date, got)
		}
	}
}

func TestHeaderWords(t *testing.T) {
	c := builtIn(t)
	for word, want := range map[string]string{
		"TH": "measure=actual", "Ước TH": "measure=estimate", "KH": "measure=plan", "% KH": "role=plan_achievement", "Dự kiến": "measure=forecast", "Mục tiêu": "measure=target",
		"6T": "period_part=S1", "6 tháng đầu năm": "period_part=S1", "9 tháng": "period_part=01/09", "Quý III": "period_part=Q3", "Nữ": "sex=F", "Thành Thị": "area=U",
		"STT": "role=ordinal", "ĐV tính": "role=unit", "So sánh (%)": "role=comparison", "Ước/KH": "role=plan_achievement", "Cơ quan chủ trì, theo dõi, đánh giá": "role=owner",
		"Ước cả năm": "measure=estimate period_part=Y", "Sơ bộ": "status=P", "Trong đó:": "role=of_which", "GIẢM NGHÈO": "role=section", "Cấp trình/ phê duyệt": "role=task_level",
		"Kỳ trước": "period_ref=previous", "xyz": "",
	} {
		var got []string
		for _, h := range c.HeaderWord(word) {
			got = append(got, h.Dimension+"="+h.Value)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q gives %v, want %q", word, got, want)
		}
	}
	for _, h := range c.HeaderWords {
		if !slices.ContainsFunc(c.HeaderWord(h.Word), func(o HeaderWord) bool { return o.Dimension == h.Dimension && o.Value == h.Value }) {
			t.Errorf("%v can not be reached", h)
		}
	}
}

func TestRoundsByIdAndLetter(t *testing.T) {
	c := builtIn(t)
	for letter, want := range map[string]string{"2364/LĐTBXH-KHTC": "2014", "2364 /LĐTBXH - KHTC": "2014", "2652/LĐTBXH-KHTC": "2020", "2653/LĐTBXH-KHTC": "2020", "5025/LĐTBXH-KHTC": "2019-ye", "2536/BLĐTBXH-VKHTC": "2025", "": "", "1/X": ""} {
		got := ""
		if r := c.RoundByLetter(letter); r != nil {
			got = r.ID
		}
		if got != want {
			t.Errorf("%q gives %q, want %q", letter, got, want)
		}
	}
	for y := 2014; y <= 2026; y++ {
		if r := c.Round(strconv.Itoa(y)); r == nil || r.Year != y || r.Kind != "plan" {
			t.Errorf("plan round %d: %+v", y, r)
		}
		if r := c.Round(strconv.Itoa(y-1) + "-ye"); r == nil || r.Year != y-1 || r.Kind != "year_end" {
			t.Errorf("year-end round %d: %+v", y-1, r)
		}
	}
	if r := c.Round("2014"); r.DueDate != "2013-07-12" || r.LetterDate != "2013-06-28" {
		t.Errorf("%+v", r)
	}
}

func TestTargetsOfTheSourceDocuments(t *testing.T) {
	c := builtIn(t)
	byID := map[string]Target{}
	for _, x := range c.Targets {
		byID[x.ID] = x
	}
	for _, x := range []struct{ id, territory, min, max, comparator, kind, unit string }{
		{"1240-qd-ldtbxh-trained-labour-rate-tdmnpb-2030", "region:tdmnpb", "65", "70", "between", "level_at_year", "percent"},
		{"1240-qd-ldtbxh-trained-labour-cert-rate-tdmnpb-2030", "region:tdmnpb", "35", "40", "between", "level_at_year", "percent"},
		{"1240-qd-ldtbxh-poverty-reduction-pp-tdmnpb-2030", "region:tdmnpb", "2", "3", "between", "annual_change", "percentage_point"},
		{"27-kh-ubnd-22-drug-rehab-total-22-2021", "province:22@2004", "900", "", "=", "cumulative", "person_time"},
		{"27-kh-ubnd-22-drug-rehab-cedemex-22-2021", "province:22@2004", "50", "", ">=", "cumulative", "person"},
		{"27-kh-ubnd-22-inspected-establishments-rate-22-2021", "province:22@2004", "10", "15", "between", "level_at_year", "percent"},
		{"bao-cao-so-46-2020-trained-labour-rate-46-2020", "province:46@2004", "64", "", "=", "level_at_year", "percent"},
		{"2653-ldtbxh-gdp-growth-2020", "vn", "6.8", "", "=", "level_at_year", "percent"},
		{"458-qd-ubnd-49-overseas-workers-49-2020", "province:49@2004", "1800", "", "=", "cumulative", "person"},
	} {
		g, ok := byID[x.id]
		if !ok {
			t.Errorf("no target %s", x.id)
			continue
		}
		hi := ""
		if g.Max.Valid {
			hi = g.Max.Decimal.String()
		}
		if g.Territory != x.territory || g.Min.Decimal.String() != x.min || hi != x.max || g.Comparator != x.comparator || g.Kind != x.kind || g.Unit != x.unit {
			t.Errorf("%s: %+v", x.id, g)
		}
	}
}

func TestPartsOfAWhole(t *testing.T) {
	c := builtIn(t)
	got := map[string][]string{}
	for _, p := range c.Parts {
		if p.Exhaustive {
			got[p.Whole] = append(got[p.Whole], p.Part)
		}
	}
	for whole, want := range map[string]string{
		"bhxh_participants": "bhxh_compulsory bhxh_voluntary", "drug_rehab_total": "drug_rehab_centre drug_rehab_community", "merit_houses": "merit_houses_new merit_houses_repaired",
		"employed_total": "employed_state employed_nonstate employed_fdi", "jobs_created": "jobs_created_domestic overseas_workers", "mpi_households": "poor_households near_poor_households",
	} {
		if s := strings.Join(got[whole], " "); s != want {
			t.Errorf("%s = %s, want %s", whole, s, want)
		}
	}
}

func TestWeightsForRestating(t *testing.T) {
	c := builtIn(t)
	for code, want := range map[string]string{
		"trained_labour_rate": "labour_force_15plus", "trained_employed_rate_gso": "labour_force_15plus", "employed_to_population_ratio": "population_avg",
		"poverty_rate_gso": "population_avg", "poverty_rate": "households_total", "unemp_rate": "labour_force_working_age", "unemp_rate_urban": "", "population_density": "",
	} {
		if in := c.Indicator(code); in.Weight != want {
			t.Errorf("%s is weighed by %q, want %q", code, in.Weight, want)
		}
	}
}

func TestProposalsAreNear(t *testing.T) {
	c := builtIn(t)
	if in, d := c.NearestIndicator("Tỷ lệ thất nghiệp thành thi", 100); codeOf(in) != "unemp_rate_urban" || d != 1 {
		t.Errorf("%s at %d", codeOf(in), d)
	}
	if in, d := c.NearestIndicator("Tỷ lệ hộ nghèo", 100); codeOf(in) != "poverty_rate" || d != 0 {
		t.Errorf("%s at %d", codeOf(in), d)
	}
	if in, d := c.NearestIndicator("TY LE HO NGHEO", 2); codeOf(in) != "poverty_rate" || d != 4 {
		t.Errorf("without marks: %s at %d", codeOf(in), d)
	}
	if in, _ := c.NearestIndicator("Ty lẹ hộ ngheo", 2); in != nil {
		t.Errorf("with some wrong marks: %s", codeOf(in))
	}
	if in, _ := c.NearestIndicator(" ... ", 100); in != nil {
		t.Errorf("proposed %s for nothing", in.Code)
	}
	if x := c.NearestTerritory("Quảng Ngai"); x == nil || x.NameVi != "Quảng Ngãi" {
		t.Errorf("%+v", x)
	}
	if x := c.NearestTerritory(""); x != nil {
		t.Errorf("proposed %s for nothing", x.ID)
	}
}

// The pruning by length must not change the answer.
func TestNearestIndicatorEqualsTheFullSearch(t *testing.T) {
	c := builtIn(t)
	for _, label := range []string{"Số hộ ngheo", "BHXH bat buoc", "Lao động", "x", "Tỷ lệ trẻ em có hoàn cảnh đặc biệt được chăm sóc và bảo vệ tại cộng đồng"} {
		best := -1
		for _, l := range c.labelKeys {
			if d := text.Distance(label, l.label); best < 0 || d < best {
				best = d
			}
		}
		if _, d := c.NearestIndicator(label, 100); d != best {
			t.Errorf("%q: %d, full search %d", label, d, best)
		}
	}
}

func user(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, s := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(s), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestUserAddsWithoutCode(t *testing.T) {
	dir := user(t, map[string]string{
		"indicators.csv":          "\xef\xbb\xbfcode,name_vi,name_en,unit_code,domain,value_kind,direction_good,aggregation,min_value\r\nlibraries,Số thư viện cơ sở,Local libraries,library,culture,count,up,sum,0\r\n",
		"units.csv":               "code;name_vi;name_en;quantity;factor\nlibrary;thư viện;library;library;1\n",
		"unit_words.csv":          "word\tunit_code\nthư viện\tlibrary\n",
		"indicator_synonyms.csv":  "indicator_code,label,parent_label\nlibraries,Thư viện xã,\njobs_created,Việc làm năm nay,\nlibraries,Cấp xã,Số thư viện cơ sở\n",
		"header_words.csv":        "word,dimension,value\nKết quả năm,measure,actual\n",
		"territory_names.csv":     "territory_id,name\nprovince:22@2004,QN22\n",
		"measure_types.csv":       "code,name_vi,name_en,replace\nplan,Kế hoạch giao,Plan,yes\n",
		"notes.txt":               "not a table",
		"bhxh_participants.yaml":  "mapping: of somebody else",
		"territories.csv":         "territory_id,code,name_vi,full_name_vi,name_en,level,type,parent_id,region_id,valid_to\ndistrict:22/dong-trieu,,Đông Triều,Thành phố Đông Triều,Dong Trieu,district,provincial_city,province:22@2004,region:dbsh,2025-06-30\n",
		"indicator_parts.csv":     "whole_code,part_code,group_id,exhaustive\n",
		".hidden.csv":             "ignored",
		"Thumbs.db":               "ignored",
		"rounds.csv":              "round_id,year,kind,title_vi\n2027,2027,plan,Kế hoạch năm 2027\n",
		"documents.csv":           "document,title_vi\n9/KH,Kế hoạch riêng\n",
		"targets.csv":             "target_id,indicator_code,territory_id,year_from,year_to,value_min,comparator,strict,approx,kind,unit_code,document,quote,source,reliability\nmine,libraries,province:22@2004,2024,2026,5,>=,false,false,level_at_year,library,9/KH,ít nhất 5 thư viện,own,primary\n",
		"breaks.csv":              "indicator_code,year,kind,text_vi,text_en,source\nlibraries,2025,definition,Đổi cách đếm,Counted anew,own\n",
		"bodies.csv":              "body_id,name_vi,name_en\nso_vhtt,Sở Văn hóa,Culture\n",
		"forms.csv":               "form_code,title,in_rounds\nLIB,Thư viện cơ sở,false\nLIB2,Thư viện cơ sở cấp xã,true\n",
		"succession.csv":          "predecessor_id,successor_id,date,kind\n",
		"README.md":               "ignored",
		"catalogue-backup.csv.gz": "ignored",
	})
	c, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := codeOf(c.Resolve("Thư viện xã")); got != "libraries" {
		t.Error(got)
	}
	if got := codeOf(c.Resolve("Cấp xã", "Số thư viện cơ sở")); got != "libraries" {
		t.Error(got)
	}
	for title, want := range map[string]string{"BÁO CÁO THƯ VIỆN CƠ SỞ NĂM 2020": "LIB", "Thư viện cơ sở cấp xã": "LIB2", "Thư viện cơ sởi": "", "": ""} {
		got := ""
		if f := c.FormByTitle(title); f != nil {
			got = f.Code
		}
		if got != want {
			t.Errorf("%q tells the form %q, want %q", title, got, want)
		}
	}
	if got := codeOf(c.Resolve("Việc làm năm nay")); got != "jobs_created" {
		t.Error(got)
	}
	if u := c.UnitFor(c.Indicator("libraries"), "ĐVT: thư viện"); u == nil || u.Code != "library" {
		t.Error(u)
	}
	if got := ids(c.TerritoriesByName("qn22")); got != "province:22@2004" {
		t.Error(got)
	}
	if got := ids(c.TerritoriesByName("Đông Triều")); got != "district:22/dong-trieu" {
		t.Error(got)
	}
	if c.Round("2027") == nil || len(c.HeaderWord("Kết quả năm")) != 1 {
		t.Error("round or header word is missing")
	}
	base := builtIn(t)
	if c.Version() == base.Version() {
		t.Error("the version does not tell the catalogues apart")
	}
	again, err := Load(dir)
	if err != nil || again.Version() != c.Version() {
		t.Error("the version changes from load to load", err)
	}
	replaced := 0
	for _, e := range c.Extensions() {
		if e.Replaced {
			replaced++
			if e.Table != "measure_types" || e.Key != "plan" || e.Line != 2 {
				t.Errorf("%+v", e)
			}
		}
	}
	if replaced != 1 || len(c.Extensions()) != 17 {
		t.Errorf("%d replaced, extensions %+v", replaced, c.Extensions())
	}
	if len(base.Measures) != len(c.Measures) || len(base.Extensions()) != 0 {
		t.Error("a replaced row was added")
	}
}

// Empty columns and rows that were once touched, booleans in capitals: what a spreadsheet adds to a file is not its user's fault.
func TestWhatASpreadsheetMakesOfAFileIsRead(t *testing.T) {
	c, err := Load(user(t, map[string]string{
		"forms.csv":              "\xef\xbb\xbfform_code;title;in_rounds;;\r\nLIB;Thư viện cơ sở;FALSE;;\r\n;;;;\r\nLIB2;Thư viện cấp xã;True;;\r\n",
		"indicator_synonyms.csv": "indicator_code;label;;\r\njobs_created;Việc làm năm nay\r\n",
	}))
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Forms) != 2 || c.Forms[0].InRounds || !c.Forms[1].InRounds {
		t.Errorf("%+v", c.Forms)
	}
	if got := codeOf(c.Resolve("Việc làm năm nay")); got != "jobs_created" {
		t.Error(got)
	}
	if _, err := Load(user(t, map[string]string{"indicator_synonyms.csv": "indicator_code;label;\r\njobs_created;Việc làm;năm nay\r\n"})); err == nil {
		t.Error("a text below no column is dropped")
	}
}

func TestUserFaultsNameFileLineAndNearest(t *testing.T) {
	const ind = "code,name_vi,name_en,unit_code,domain,value_kind,direction_good,aggregation,weight_code,parent_code\n"
	for name, x := range map[string]struct {
		file, content string
		line          int
		want          []string
	}{
		"unknown column":           {"indicators.csv", "code,name_vi,name_en,unit_cod,domain,value_kind,direction_good,aggregation\n", 1, []string{"unit_cod", `"unit_code"`}},
		"missing column":           {"unit_words.csv", "word\nthư viện\n", 1, []string{"unit_code", "missing"}},
		"column twice":             {"unit_words.csv", "word,word,unit_code\n", 1, []string{"twice"}},
		"unknown unit":             {"indicators.csv", ind + "x1,Một,One,persn,d,count,up,sum,,\n", 2, []string{"unit_code", `"persn"`, `"person"`}},
		"unknown value":            {"indicators.csv", ind + "x1,Một,One,person,d,count,upp,sum,,\n", 2, []string{"direction_good", "up, down, none", `"up"`}},
		"empty required":           {"indicators.csv", ind + "x1,,One,person,d,count,up,sum,,\n", 2, []string{"name_vi", "empty"}},
		"key exists":               {"indicators.csv", ind + "\njobs_created,Một,One,person,d,count,up,sum,,\n", 3, []string{"jobs_created", "indicators.csv (built in), line 2", "replace"}},
		"replace of nothing":       {"units.csv", "code,name_vi,name_en,quantity,factor,replace\npersom,người,person,person,1,yes\n", 2, []string{"does not exist", `"person"`}},
		"replace is a word":        {"units.csv", "code,name_vi,name_en,quantity,factor,replace\nx,người,person,person,1,có\n", 2, []string{"neither yes nor no"}},
		"not a number":             {"units.csv", "code,name_vi,name_en,quantity,factor\nx,x,x,x,\"1,5\"\n", 2, []string{"factor", "not a number"}},
		"factor zero":              {"units.csv", "code,name_vi,name_en,quantity,factor\nx,x,x,x,0\n", 2, []string{"factor", "greater than zero"}},
		"field count":              {"unit_words.csv", "word,unit_code\na,b,c\n", 2, []string{"3 fields", "quotes"}},
		"broken quotes":            {"unit_words.csv", "word,unit_code\n\"a,b\n", 2, []string{"CSV"}},
		"empty file":               {"unit_words.csv", "", 0, []string{"empty", "word,unit_code"}},
		"not UTF-8":                {"unit_words.csv", "word,unit_code\nng\xfdi,person\n", 0, []string{"UTF-8"}},
		"unknown file":             {"indicator.csv", ind, 0, []string{"not a catalogue file", `"indicators.csv"`}},
		"bad date":                 {"territories.csv", "territory_id,name_vi,full_name_vi,name_en,level,type,valid_from\nd:1,A,A,A,district,district,2025-13-01\n", 2, []string{"valid_from", "2025-07-01"}},
		"code twice at a time":     {"territories.csv", "territory_id,code,name_vi,full_name_vi,name_en,level,type,parent_id\nprovince:x,24,Mới,Mới,New,province,province,vn\n", 2, []string{"province:24@2004", "same time"}},
		"name twice at a time":     {"territory_names.csv", "territory_id,name\nprovince:22@2004,Bắc Ninh\n", 2, []string{"province:27@2004"}},
		"label of another":         {"indicator_synonyms.csv", "indicator_code,label\npoverty_rate_gso,Tỷ lệ hộ nghèo\n", 2, []string{"poverty_rate_gso", "poverty_rate", "parent"}},
		"label under one parent":   {"indicator_synonyms.csv", "indicator_code,label,parent_label\nbhtn_participants,Bắt buộc,Đối tượng tham gia BHXH\n", 2, []string{"bhxh_compulsory", "Đối tượng tham gia BHXH"}},
		"name of another":          {"indicators.csv", ind + "x1,Số hộ nghèo,One,household,d,count,up,sum,,\n", 2, []string{"name_vi", "poor_households"}},
		"circle of parents":        {"indicators.csv", ind + "x1,Một,One,person,d,count,up,sum,,x2\nx2,Hai,Two,person,d,count,up,sum,,x1\n", 2, []string{"circle", "x1 → x2 → x1"}},
		"weight of a sum":          {"indicators.csv", ind + "x1,Một,One,person,d,count,up,sum,population_avg,\n", 2, []string{"weighted_mean only"}},
		"part in another unit":     {"indicator_parts.csv", "whole_code,part_code,group_id,exhaustive\nemployed_total,poor_households,g,true\n", 2, []string{"can not be added"}},
		"two units of one word":    {"unit_words.csv", "word,unit_code\nnghìn người,person\n", 2, []string{"thousand_person", "one quantity"}},
		"header word at odds":      {"header_words.csv", "word,dimension,value\nTH,measure,plan\n", 2, []string{"actual", "plan"}},
		"header value unknown":     {"header_words.csv", "word,dimension,value\nTHX,measure,done\n", 2, []string{"actual, estimate"}},
		"target in another unit":   {"targets.csv", "target_id,indicator_code,territory_id,year_from,year_to,value_min,comparator,strict,approx,kind,unit_code,document,quote,source,reliability\nx,jobs_created,vn,2020,2020,5,=,false,false,level_at_year,household,28-NQ/TW,q,s,primary\n", 2, []string{"another quantity"}},
		"range without an end":     {"targets.csv", "target_id,indicator_code,territory_id,year_from,year_to,value_min,comparator,strict,approx,kind,unit_code,document,quote,source,reliability\nx,jobs_created,vn,2020,2020,5,between,false,false,level_at_year,person,28-NQ/TW,q,s,primary\n", 2, []string{"between"}},
		"succession of the living": {"succession.csv", "predecessor_id,successor_id,date,kind\nprovince:22@2004,province:24@2025,2025-01-01,merged_into\n", 2, []string{"within the validity"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Load(user(t, map[string]string{x.file: x.content}))
			if err == nil {
				t.Fatal("loaded")
			}
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("%T %v", err, err)
			}
			if filepath.Base(e.File) != x.file || e.Line != x.line {
				t.Errorf("names %s line %d, want %s line %d: %v", e.File, e.Line, x.file, x.line, err)
			}
			for _, w := range x.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("does not say %q: %v", w, err)
				}
			}
			if e.ReasonVi == "" || (e.Try == "") != (e.TryVi == "") {
				t.Errorf("not said in Vietnamese: %+v", e)
			}
		})
	}
}

func TestMissingFolderIsAnError(t *testing.T) {
	if _, err := Load(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

func TestManyFaultsAreBounded(t *testing.T) {
	_, err := Load(user(t, map[string]string{"unit_words.csv": "word,unit_code\n" + strings.Repeat("a,b\n", 10000)}))
	if err == nil || len(err.Error()) > 20000 || !strings.Contains(err.Error(), "more") {
		t.Errorf("%d bytes", len(err.Error()))
	}
}

func TestTablesAreGivenAsLoaded(t *testing.T) {
	c := builtIn(t)
	if got := len(c.Tables()); got != 18 {
		t.Errorf("%d tables: %v", got, c.Tables())
	}
	for _, name := range c.Tables() {
		head, rows := c.Table(name)
		if len(rows) == 0 && name != "forms" {
			t.Errorf("%s is empty", name)
		}
		f, err := os.Open(name + ".csv")
		if err != nil {
			t.Fatal(err)
		}
		all, err := csv.NewReader(f).ReadAll()
		f.Close()
		if err != nil || len(all)-1 != len(rows) || strings.Join(all[0], ",") != strings.Join(head, ",") {
			t.Errorf("%s: %d rows, file %d, header %v, %v", name, len(rows), len(all)-1, head, err)
		}
	}
	if h, r := c.Table("nothing"); h != nil || r != nil {
		t.Error("rows of a table that is not there")
	}
	_, rows := c.Table("units")
	rows[0][0] = "changed"
	if _, again := c.Table("units"); again[0][0] == "changed" {
		t.Error("a caller can change the catalogue")
	}
}

// FuzzUserFile: whatever a user puts there is read or refused, and the refusal names the file.
func FuzzUserFile(f *testing.F) {
	f.Add([]byte("code,name_vi,name_en,quantity,factor\nx,x,x,x,1\n"))
	f.Add([]byte("\xef\xbb\xbfcode;factor;replace\n\"x\n"))
	f.Add([]byte(",,\n,,"))
	f.Fuzz(func(t *testing.T, b []byte) {
		l := &loaded{table: schema()[0], at: map[string]int{}}
		var bad faults
		var added []Extension
		l.read("f.csv", b, true, &added, &bad)
		l.checkCells(map[string]*loaded{l.name: l}, &bad)
		for _, r := range l.rows {
			if len(r.cells) != len(l.columns) || r.line < 2 {
				t.Errorf("row %+v", r)
			}
		}
		if len(l.rows) != len(l.at) {
			t.Errorf("%d rows, %d keys", len(l.rows), len(l.at))
		}
		for _, e := range bad.list {
			if !strings.HasPrefix(e.Error(), "f.csv") {
				t.Errorf("%v", e)
			}
		}
	})
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := Load(""); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNearestIndicator(b *testing.B) {
	c, err := Load("")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		c.NearestIndicator("Tỷ lệ lao động nông thôn qua đào tạo nghề có việc làm", 100)
	}
}

func TestEveryFactNamesItsSource(t *testing.T) {
	c := builtIn(t)
	for _, name := range c.Tables() {
		head, rows := c.Table(name)
		col := max(slices.Index(head, "source"), slices.Index(head, "evidence"))
		if col < 0 {
			continue // vocabulary
		}
		for i, r := range rows {
			if r[col] == "" {
				t.Errorf("%s.csv line %d (%s) has no %s", name, i+2, r[0], head[col])
			}
		}
	}
}
