package text

import (
	"encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
)

// readCases reads a CSV of testdata; inputs with \u escapes are decoded.
func readCases(t testing.TB, name string) [][]string {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) < 2 {
		t.Fatalf("%s holds no case", name)
	}
	for _, row := range rows[1:] {
		s, err := strconv.Unquote(`"` + strings.ReplaceAll(row[0], `"`, `\"`) + `"`)
		if err != nil {
			t.Fatalf("%s: %q: %v", name, row[0], err)
		}
		row[0] = s
	}
	return rows[1:]
}

func TestRepairMendsTheCollectedSpellings(t *testing.T) {
	for _, c := range readCases(t, "fixture_text.csv") {
		base, _ := Footnote(Repair(c[0]))
		if base != c[1] {
			t.Errorf("Repair(%+q) without marks = %q, want %q", c[0], base, c[1])
		}
	}
}

func TestRepair(t *testing.T) {
	cases := []struct{ name, in, want string }{
		{"ASCII stays", "Total (1,000 persons)\n", "Total (1,000 persons)\n"},
		{"leading blanks may be an indent", "   Hà Nội ", "   Hà Nội "},
		{"decomposed", "va\u0300 Viê\u0323t", "và Việt"},
		{"order of marks", "Vie\u0323\u0302t", "Việt"},
		{"mark on the glide", "dữ liêu\u0323", "dữ liệu"},
		{"mark composed with a consonant", "rô\u1e47g", "rộng"},
		{"marks behind spaces", "chế đô \u0323chính sách, Xa \u0303hôi\u0323", "chế độ chính sách, Xã hội"},
		{"mark behind the last space", "chế đô \u0323", "chế độ"},
		{"a mark with no syllable before it stays", "A1 \u0323b", "A1 \u0323b"},
		{"closed oa", "hòan thành tóan", "hoàn thành toán"},
		{"glide of qu", "Qũy Qúy", "Quỹ Quý"},
		{"gi", "gìa gía già gìn gì", "già giá già gìn gì"},
		{"ươ", "nứơc trừơng", "nước trường"},
		{"both places of oa, oe, uy are right", "hoá hóa khoẻ khỏe thuỷ thủy", "hoá hóa khoẻ khỏe thuỷ thủy"},
		{"upper case", "QŨY XÃ HÔỊ", "QUỸ XÃ HỘI"},
		{"foreign names stay", "São Tomé, Curaçao, Côte d’Ivoire, Zürich, España, Niño, Düsseldorf, Malmö", "São Tomé, Curaçao, Côte d’Ivoire, Zürich, España, Niño, Düsseldorf, Malmö"},
		{"highland names stay", "Đắk Lắk, Krông Pắc, Kon Plông, Ia H'Drai", "Đắk Lắk, Krông Pắc, Kon Plông, Ia H'Drai"},
		{"signs stay", "§5, «Đền ơn», 10 µm, © 2013, ± 2, m², B¹, 10M×8", "§5, «Đền ơn», 10 µm, © 2013, ± 2, m², B¹, 10M×8"},
		{"Icelandic D", "Ðảng, ðất, Ðo lường, Ðà Nẵng, SLÐ, LÐ, CÐ", "Đảng, đất, Đo lường, Đà Nẵng, SLĐ, LĐ, CĐ"},
		{"African D", "Ɖảng, ɖất", "Đảng, đất"},
		{"Cyrillic and Greek letters among Latin ones", "Тỷ lệ hộ nghèо, Нà Nội, ΤỔΝG SỐ", "Tỷ lệ hộ nghèo, Hà Nội, TỔNG SỐ"},
		{"decomposed over a Cyrillic letter", "Viе\u0323\u0302t", "Việt"},
		{"Cyrillic and Greek words and units stay", "Москва, μm, ΔT, Россия и Việt Nam", "Москва, μm, ΔT, Россия и Việt Nam"},
		{"full-width letters and digits", "ＴＯＮＧ　ＳＯ １２，５％", "TONG SO 12,5%"},
		{"odd spaces", "Hà\u00a0Nội\u2009(1)\ufeff\u200b", "Hà Nội (1)"},
		{"line ends", "a\r\nb\rc", "a\nb\nc"},
		{"controls", "a\x00b\x07", "a b "},
		{"invalid UTF-8", "a\xffb", "a\uFFFDb"},
		{"soft hyphen in Unicode text", "lao\u00ad động", "lao động"},
		{"soft hyphen between syllables", "thất\u00adnghiệp", "thấtnghiệp"},
		{"soft hyphen in English", "popu\u00adlation", "population"},
		{"soft hyphen that is ư, at the start", "\u00adth 2019", "ưth 2019"},
		{"soft hyphen that is ư, in the middle", "l\u00adu tr\u00adng", "lưu trưng"},
		{"soft hyphen that is ư, at the end", "t\u00ad nhân", "tư nhân"},
		{"soft hyphen beside consonants", "K\u00adTH", "KưTH"},
		{"soft hyphen between digits", "12\u00ad15", "12\u00ad15"},
		{"soft hyphen alone", "\u00ad", "\u00ad"},
		{"TCVN3 mixed with Unicode", "XuÊt khÈu th¸ng 7 đầu năm 2008", "Xuất khẩu tháng 7 đầu năm 2008"},
		{"TCVN3 letters that exist in both", "Tæng sè ng­êi cã viÖc lµm", "Tổng số người có việc làm"},
		{"TCVN3 short words", "N÷", "Nữ"},
		{"TCVN3 without an ASCII letter", "Trong ®ã:", "Trong đó:"},
		{"TCVN3 abbreviation", "(Theo Q§-TCTK vÒ viÖc)", "(Theo QĐ-TCTK về việc)"},
		{"TCVN3 capital with small tone code", "¸p dông ¢Ên §é", "áp dụng Ấn Độ"},
		{"Unicode with a TCVN3-like letter stays", "và có sẽ bé số Hè", "và có sẽ bé số Hè"},
		{"Unicode beside a TCVN3 word keeps its ambiguous words", "số bé trong năm, viÖc lµm", "số bé trong năm, việc làm"},
		{"UTF-8 read as Windows-1252", "Dá»¯ liá»‡u vÃ\u00a0 viá»‡c lÃ\u00a0m", "Dữ liệu và việc làm"},
		{"UTF-8 read as Windows-1252, with nothing but signs of units", "Thanh HÃ³a, HÃ²a BÃ¬nh", "Thanh Hóa, Hòa Bình"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := Repair(c.in); got != c.want {
				t.Errorf("Repair(%+q)\n got %q\nwant %q", c.in, got, c.want)
			}
		})
	}
}

func TestKeyJoinsSpellingsAndKeepsMeanings(t *testing.T) {
	same := [][]string{
		{"Hòa Bình", "Hoà Bình", "HÒA BÌNH", "Hoà  Bình ", "“Hòa Bình”", "Hòa Bình¹", "Hòa Bình (*)", "Hòa Bình[1]", "Ho\u0300a Bi\u0300nh"},
		{"Ủy ban", "Uỷ ban"}, {"ma túy", "ma tuý"}, {"Khánh Hòa", "Khánh Hoà"}, {"Thanh Hoá", "Thanh Hóa"},
		{"Tỷ lệ", "Tỉ lệ", "tỷ lệ:"}, {"liệt sĩ", "liệt sỹ"}, {"Quỹ", "Qũy", "quĩ"}, {"quý", "quí", "Qúy"}, {"qui định", "quy định"},
		{"kỹ thuật", "kĩ thuật"}, {"Mỹ", "Mĩ"}, {"bác sĩ", "bác sỹ"},
		{"Thừa Thiên - Huế", "Thừa Thiên Huế", "Thừa Thiên–Huế"},
		{"Người lao động", "Ngƣời lao đôṇg", "NGƯỜI LAO ĐỘNG"},
		{"Đảng", "Ðảng"}, {"1.1. Tổng số", "1.1 Tổng số"}, {"km²", "km2"},
		{"”Đền ơn đáp nghĩa”", "“Đền ơn đáp nghĩa”", "Đền ơn đáp nghĩa"},
	}
	for _, group := range same {
		for _, s := range group {
			if Key(s) != Key(group[0]) {
				t.Errorf("Key(%q) = %q, Key(%q) = %q", s, Key(s), group[0], Key(group[0]))
			}
		}
	}
	differ := [][2]string{
		{"Hà Nam", "Hạ Nam"}, {"Hà Nội", "Hà Nam"}, {"thuý", "thúi"}, {"tuy", "tui"}, {"đan", "dan"}, {"Điểm %", "Điểm"},
		{"Quảng Nam", "Quảng Ninh"}, {"%", ""}, {"< 15 tuổi", "15 tuổi"}, {"Cột (1)", "Cột (2)"}, {"năm", "nam"}, {"tay", "tai"},
	}
	for _, d := range differ {
		if Key(d[0]) == Key(d[1]) {
			t.Errorf("Key(%q) == Key(%q) == %q", d[0], d[1], Key(d[0]))
		}
	}
	if got := Key("  Tỷ lệ Lao-động, qua ĐÀO TẠO (%) "); got != "tỉ lệ lao động qua đào tạo %" {
		t.Errorf("Key = %q", got)
	}
}

func TestFold(t *testing.T) {
	if got := Fold("Sở LĐTBXH Thừa Thiên – Huế, Ðắk Lắk"); got != "So LDTBXH Thua Thien - Hue, Dak Lak" {
		t.Errorf("Fold = %q", got)
	}
}

func TestFootnote(t *testing.T) {
	cases := []struct{ in, base, marks string }{
		{"quốc gia¹", "quốc gia", "1"}, {"quốc gia ¹²", "quốc gia", "12"}, {"Tiêu đề (*)", "Tiêu đề", "*"}, {"Tiêu đề(**)", "Tiêu đề", "**"},
		{"Năm 2021*", "Năm 2021", "*"}, {"văn này[1]", "văn này", "1"}, {"Tổng số<sup>2</sup>", "Tổng số", "2"},
		{"62/63 tỉnh, thành phố trực thuộc trung ương1", "62/63 tỉnh, thành phố trực thuộc trung ương", "1"},
		{"7.718¹", "7.718", "1"}, {"Số liệu (*)[2]", "Số liệu", "* 2"}, {"Dân số (¹)", "Dân số", "1"}, {"GDP²˒", "GDP²˒", ""},
		{"Diện tích (km²)", "Diện tích (km²)", ""}, {"m²", "m²", ""}, {"KM²", "KM²", ""}, {"Việc làm²", "Việc làm", "2"}, {"Cột (1)", "Cột (1)", ""}, {"Số liệu của cả quý1", "Số liệu của cả quý1", ""},
		{"Biểu 1", "Biểu 1", ""}, {"**Tổng số**", "**Tổng số**", ""}, {"Nhãn ", "Nhãn", ""}, {"", "", ""}, {"(*)", "", "*"}, {"a []", "a []", ""}, {"771", "771", ""},
	}
	for _, c := range cases {
		base, marks := Footnote(c.in)
		if base != c.base || strings.Join(marks, " ") != c.marks {
			t.Errorf("Footnote(%q) = %q %q, want %q %q", c.in, base, marks, c.base, c.marks)
		}
	}
}

// describe prints a Number in the form of the fixtures.
func describe(n Number) string {
	var s string
	switch {
	case n.High.Valid:
		s = "range(" + n.Value.String() + "," + n.High.Decimal.String() + ")"
	case n.Of.Valid:
		s = n.Value.String() + " of " + n.Of.Decimal.String()
	default:
		s = n.Value.String()
	}
	if n.Percent {
		s += "|percent"
	}
	if n.Qualifier != "" {
		s += "|" + n.Qualifier
	}
	if n.Kind != "" {
		s += "|" + n.Kind
	}
	if n.Unit != "" {
		s += "|" + n.Unit
	}
	if n.Sub.Valid {
		s += "|" + n.SubWord + "=" + n.Sub.Decimal.String()
	}
	return s
}

func TestParseNumberReadsTheCollectedForms(t *testing.T) {
	read := 0
	for _, c := range readCases(t, "fixture_numbers.csv") {
		in, want := c[0], c[1]
		read++
		switch {
		case want == "TEXT":
			var e *NumberError
			if _, err := ParseNumber(in, Unknown); !errors.As(err, &e) || e.Reason != ReasonText {
				t.Errorf("%q: %v, want reason text", in, err)
			}
			continue
		case strings.HasPrefix(want, "year="):
			if p, st, ok := Period(in); !ok || p != "2021" || st != "P" {
				t.Errorf("Period(%q) = %q %q %v", in, p, st, ok)
			}
			continue
		case strings.HasSuffix(want, "6M cumulative"):
			if p, _, ok := Period(in); !ok || p != "2016-S1" {
				t.Errorf("Period(%q) = %q %v", in, p, ok)
			}
			continue
		case strings.Contains(want, "day.month"):
			if iso, ok := ParseDateIn(in, 2020); !ok || !strings.HasPrefix(want, iso) {
				t.Errorf("ParseDateIn(%q, 2020) = %q %v", in, iso, ok)
			}
			continue
		}
		n, err := ParseNumber(in, Unknown)
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		parts := strings.Split(want, "|")
		value := strings.TrimLeft(parts[0], "<>=")
		if got, _, _ := strings.Cut(describe(n), "|"); got != value {
			t.Errorf("%q = %s, want %s", in, got, value)
		}
		if strings.HasPrefix(want, ">=") && n.Qualifier != AtLeast || strings.HasPrefix(want, "<") && n.Qualifier != AtMost {
			t.Errorf("%q: qualifier %q, want that of %s", in, n.Qualifier, want)
		}
		percent := false
		for _, word := range parts[1:] {
			ok := true
			switch word {
			case "percent":
				percent, ok = true, n.Percent
			case "approx":
				ok = n.Rounded || n.Qualifier == About
			case AtLeast, AtMost:
				ok = n.Qualifier == word
			case "VND":
				ok = n.Unit == "đồng"
			case PlanAchievementPercent:
				percent, ok = true, n.Kind == word && n.Percent
			default:
				t.Fatalf("unknown word %q in the fixtures", word)
			}
			if !ok {
				t.Errorf("%q: %s is missing in %+v", in, word, n)
			}
		}
		if n.Percent != percent {
			t.Errorf("%q: percent = %v", in, n.Percent)
		}
	}
	if read < 24 {
		t.Errorf("only %d fixture rows", read)
	}
}

// Guards invariants 8 and 9: kinds of emptiness stay apart, and what has two readings is refused.
func TestParseNumber(t *testing.T) {
	styles := map[string]Style{"unknown": Unknown, "vietnamese": Vietnamese, "english": English}
	for _, c := range readCases(t, "numbers.csv") {
		st, ok := styles[c[1]]
		if !ok {
			t.Fatalf("style %q", c[1])
		}
		n, err := ParseNumber(c[0], st)
		got := describe(n)
		if err != nil {
			var e *NumberError
			if !errors.As(err, &e) {
				t.Fatalf("%q: error of type %T", c[0], err)
			}
			got = "!" + e.Reason
			if e.Empty != "" {
				got = "!" + e.Empty
			}
			if e.Error() == "" || e.Raw != c[0] {
				t.Errorf("%q: error without text or raw: %+v", c[0], e)
			}
		}
		if got != c[2] {
			t.Errorf("%q (%s) = %s, want %s", c[0], c[1], got, c[2])
		}
	}
}

func TestScaleAndRounding(t *testing.T) {
	n, err := ParseNumber("1,2 nghìn tỷ đồng", Unknown)
	if err != nil || n.Scale != 12 || !n.Rounded || n.Unit != "đồng" || n.Value.String() != "1200000000000" {
		t.Errorf("%+v %v", n, err)
	}
	if n, err = ParseNumber("1.200", Unknown); err != nil || n.Scale != 0 || n.Rounded {
		t.Errorf("%+v %v", n, err)
	}
}

func TestDetectStyle(t *testing.T) {
	cases := []struct {
		name string
		in   []string
		want Style
	}{
		{"nothing", nil, Unknown},
		{"only thousands", []string{"82.615", "54.131"}, Unknown},
		{"decimal comma", []string{"82.615", "12,5"}, Vietnamese},
		{"two dots", []string{"1.234.567"}, Vietnamese},
		{"both separators", []string{"1.045,6 nghìn"}, Vietnamese},
		{"trailing .00", []string{"412204.00", "82.615"}, English},
		{"two commas", []string{"9,441,246"}, English},
		{"English both", []string{"1,234.5"}, English},
		{"short decimals", []string{"12.11", "55767.4"}, English},
		{"percent with a dot proves nothing", []string{"54.13%", "54.131"}, Unknown},
		{"contradiction", []string{"12,5", "12.55"}, Unknown},
		{"dates and telephones prove nothing", []string{"04.3.8269.544", "12.7.2013"}, Unknown},
		{"qualified", []string{"khoảng 12,5%"}, Vietnamese},
	}
	for _, c := range cases {
		if got := DetectStyle(c.in); got != c.want {
			t.Errorf("%s: DetectStyle(%q) = %d, want %d", c.name, c.in, got, c.want)
		}
	}
}

func TestFromFloat(t *testing.T) {
	cases := []struct {
		in, want string
		cut      bool
	}{
		{"0", "0", false}, {"12", "12", false}, {"-3", "-3", false}, {"0.1", "0.1", false}, {"0.30000000000000004", "0.3", false},
		{"82.614999999999995", "82.615", false}, {"1.5E-3", "0.0015", false}, {"1E+15", "1000000000000000", false}, {"1.5e3", "1500", false},
		{"0.123456789012345", "0.123456789", true}, {"1e-12", "0", true}, {"123456789012345678", "123456789012346000", true},
		{"100000000000000000", "100000000000000000", false}, {"412204.00", "412204", false}, {"0.64100000000000001", "0.641", false}, {"-0", "0", false},
		{"1E-320", "0", true}, {"999999999999999.9", "1000000000000000", false},
	}
	for _, c := range cases {
		d, cut, err := FromFloat(c.in)
		if err != nil || !d.Equal(decimal.RequireFromString(c.want)) || cut != c.cut || d.Exponent() < -10 || d.Exponent() > 0 {
			t.Errorf("FromFloat(%q) = %s %v %v, want %s %v", c.in, d, cut, err, c.want, c.cut)
		}
	}
	for _, in := range []string{"", "abc", "NaN", "Inf", "-Infinity", "1e18", "1e400", "0x10", "1_000", "1,5", " 1", "12/7/2013"} {
		if d, _, err := FromFloat(in); err == nil {
			t.Errorf("FromFloat(%q) = %s, want an error", in, d)
		}
	}
}

func TestDistanceComparesKeys(t *testing.T) {
	cases := []struct {
		a, b string
		want int
	}{
		{"Hoà Bình", "HÒA BÌNH", 0}, {"lao động", "lao đông", 1}, {"", "abc", 3}, {"Hà Nam", "Hà Nội", 2}, {strings.Repeat("a", 600), strings.Repeat("a", 700), 100}, {strings.Repeat("a", 30000), "a", 29999},
	}
	for _, c := range cases {
		if got := Distance(c.a, c.b); got != c.want {
			t.Errorf("Distance(%.20q, %.20q) = %d, want %d", c.a, c.b, got, c.want)
		}
		if Distance(c.a, c.b) != Distance(c.b, c.a) {
			t.Errorf("Distance(%.20q, %.20q) is not symmetric", c.a, c.b)
		}
	}
}

func TestParseDate(t *testing.T) {
	cases := []struct{ in, want string }{
		{"12/7/2013", "2013-07-12"}, {"03/07/2019", "2019-07-03"}, {"20/3/2017", "2017-03-20"}, {"13-4-2016", "2016-04-13"}, {"13.4.2016", "2016-04-13"},
		{"ngày 03 tháng 7 năm 2019", "2019-07-03"}, {"ngày **28** tháng 6 năm 2013", "2013-06-28"}, {"Hà Nội, ngày 13 tháng 12 năm 2022", "2022-12-13"},
		{"Ngày 12/7/2013", "2013-07-12"}, {"12 / 7 / 2013", "2013-07-12"}, {"2019-07-03", "2019-07-03"}, {"2019-07-03T00:00:00Z", "2019-07-03"}, {"2019-07-03 10:00:00", "2019-07-03"},
		{"29/2/2020", "2020-02-29"}, {"Hà Nôị, ngày 3 tháng 7 năm 2019", "2019-07-03"},
		{"ngày   tháng  năm 2022", ""}, {"ngày ... tháng 7 năm 2022", ""}, {"29/2/2019", ""}, {"31/4/2019", ""}, {"12/13/2019", ""}, {"12/7/13", ""}, {"12/7-2013", ""}, {"tháng 7 năm 2019", ""},
		{"24.2", ""}, {"04.3.8269.544", ""}, {"", ""}, {"12/7/2013/4", ""}, {"12/7/20133", ""}, {"0/7/2013", ""}, {"82.615", ""}, {"1/1/0001", ""},
	}
	for _, c := range cases {
		got, ok := ParseDate(c.in)
		if got != c.want || ok != (c.want != "") {
			t.Errorf("ParseDate(%q) = %q %v, want %q", c.in, got, ok, c.want)
		}
	}
	for in, want := range map[string]string{"24.2": "2020-02-24", "24/2": "2020-02-24", "ngày 24 tháng 2": "2020-02-24", "29/2": "2020-02-29", "13/7/2013": "2013-07-13", "30.2": "", "24": ""} {
		if got, ok := ParseDateIn(in, 2020); got != want || ok != (want != "") {
			t.Errorf("ParseDateIn(%q, 2020) = %q %v, want %q", in, got, ok, want)
		}
	}
}

func TestPeriod(t *testing.T) {
	for _, c := range readCases(t, "periods.csv") {
		p, status, ok := Period(c[0])
		if p != c[1] || status != c[2] || ok != (c[1] != "") {
			t.Errorf("Period(%q) = %q %q %v, want %q %q", c[0], p, status, ok, c[1], c[2])
			continue
		}
		if !ok {
			continue
		}
		if again, _, ok := Period(p); !ok || again != p {
			t.Errorf("Period(%q) = %q, not read back unchanged: %q %v", c[0], p, again, ok)
		}
	}
	if got := PeriodNote("Đầu năm 2016"); got != "đầu năm 2016 = cuối năm 2015" {
		t.Errorf("PeriodNote = %q", got)
	}
	if got := PeriodNote("Năm 2016"); got != "" {
		t.Errorf("PeriodNote = %q", got)
	}
}

// shared finds the material that is not part of the repository.
func shared(t *testing.T, name string) string {
	dir := os.Getenv("PHULUC_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	path := filepath.Join(dir, name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("%s is not there", name)
	}
	return path
}

// Cells of two yearbooks of the statistics office. The text of capital fonts (.VnArialH) is checked too: the expected
// column leaves it in small letters, as the bytes have it.
func TestRepairConvertsYearbookCells(t *testing.T) {
	f, err := os.Open(shared(t, filepath.Join("data", "legacy_xls", "tcvn3_cells.csv")))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	right := 0
	for _, r := range rows[1:] {
		raw, want := r[5], r[6]
		if got := Repair(raw); got == want {
			right++
		} else {
			t.Logf("%s %s:\n raw %q\n got %q\nwant %q", r[0], r[1], raw, got, want)
		}
		if got := Repair(want); got != want {
			t.Errorf("already Unicode, but changed: %q → %q", want, got)
		}
	}
	n := len(rows) - 1
	t.Logf("%d of %d cells as expected", right, n)
	if right*100 < n*99 {
		t.Errorf("%d of %d cells as expected, want 99 %%", right, n)
	}
}
