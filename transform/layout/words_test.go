package layout

import (
	"encoding/csv"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/text"
)

// TestWordsAreKnownOnceAndNotInTheCatalogue keeps one place for every word: words.csv holds what header_words.csv of the
// catalogue does not, and each row changes how some text is read.
func TestWordsAreKnownOnceAndNotInTheCatalogue(t *testing.T) {
	kinds := map[string]bool{}
	for _, k := range []string{kindRole, kindComparison, kindMeasure, kindStatus, kindSex, kindArea, kindTotal, kindPart, kindSplit, kindFiller,
		kindCarrier, kindSection, kindRef, kindDivision, kindShort, kindNumbered, kindNote, kindSignature, kindLetterhead, kindCarried} {
		kinds[k] = true
	}
	theirs := &vocabulary{words: map[string][]word{}, longest: map[string]int{}, tokenize: tokenize}
	addCatalogueWords(theirs, loadCatalogue(t))
	rows, err := csv.NewReader(strings.NewReader(wordsCSV)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for i, r := range rows[1:] {
		if !kinds[r[1]] {
			t.Errorf("line %d: kind %q is not known", i+2, r[1])
		}
		k := phraseKey(tokenize(r[0])) + "|" + r[1] + "|" + r[2]
		if seen[k] {
			t.Errorf("line %d: %q stands twice", i+2, r[0])
		}
		seen[k] = true
		for _, w := range theirs.of(tokenize(r[0])) {
			if w == (word{r[1], r[2]}) {
				t.Errorf("line %d: %q says no more than header_words.csv", i+2, r[0])
			}
		}
	}
}

// TestEveryRefusalCodeHasAFixture: a code that no fixture shows is a code nobody has seen work.
func TestEveryRefusalCodeHasAFixture(t *testing.T) {
	shown := map[string]bool{}
	files, err := filepath.Glob("testdata/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var g golden
		if err := json.Unmarshal(data, &g); err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		for k := range g.Fates {
			if _, code, ok := strings.Cut(k, ": quarantined "); ok {
				shown[code] = true
			}
		}
	}
	for _, code := range []string{"dimension.missing", "header.conflict", "header.unknown", "identity.conflict_path", "identity.round_conflict",
		"identity.territory_two", "identity.territory_unknown", "indicator.ambiguous", "indicator.unknown", "measure.missing", "number.ambiguous",
		"number.range", "number.unreadable", "period.missing", "territory.ambiguous", "territory.unknown", "unit.ambiguous", "unit.conflict",
		"unit.unknown", "value.duplicate", "value.type"} {
		if !shown[code] {
			t.Errorf("no fixture is refused with %s", code)
		}
	}
}

// TestHeaderGrammar reads header and label texts into partial dimensions.
func TestHeaderGrammar(t *testing.T) {
	rd := NewReader(loadCatalogue(t))
	for _, c := range []struct{ text, want string }{
		{"Ước TH 2013", "2013 estimate"},
		{"TH 6T 2018", "2018-S1 actual"},
		{"TH 2018", "2018 actual"},
		{"KH năm 2020", "2020 plan"},
		{"KH 2014", "2014 plan"},
		{"Năm 2013", "2013"},
		{"Ước cả năm", "estimate"},
		{"Sơ bộ 2021", "2021 P"},
		{"Sơ bộ - Prel. 2016", "2016 P"},
		{"Kế hoạch năm 2019", "2019 plan"},
		{"Ước thực hiện năm 2019", "2019 estimate"},
		{"Ước TH\n2019 (người)", "2019 estimate unit"},
		{"Đến năm 2030", "2030 target"},
		{"Chỉ tiêu năm 2020", "2020 plan"},
		{"Chỉ tiêu đến 2020", "2020 target"},
		{"Dự kiến 2020", "2020 forecast"},
		{"Giai đoạn 2015-2020", "2015/2020"},
		{"KH giai đoạn 2016 – 2020", "2016/2020 plan"},
		{"Nam", "M indicator"},
		{"Nữ", "F indicator"},
		{"Thành thị", "U indicator"},
		{"TT", "role ordinal"},
		{"ĐVT", "role unit"},
		{"Chỉ tiêu", "plan role label"},
		{"(5)=(4)/(3)", "formula"},
		{"So sánh (%)", "comparison"},
		{"Ước/KH", "comparison"},
		{"KH20/Ước19", "comparison"},
		{"2019/2018", "comparison"},
		{"TH quý II/2019", "2019-Q2 actual"},
		{"9 tháng năm 2019", "2019-01/2019-09"},
		{"Tháng 01 năm 2015", "2015-01"},
		{"Ghi chú", "role note"},
		{"Hà Giang", "territory"},
		{"Tỷ lệ hộ nghèo năm 2015 (%)", "2015 unit indicator"},
		{"Đơn vị tính: nghìn người", "unit line"},
		{"(nghìn người)", "unit line"},
		{"Đơn vị: Sở Lao động", "rest"},
		{"đầu năm 2016", "rest"},
		{"Biểu 1: Tỷ lệ hộ nghèo năm 2015 (%)", "2015 unit indicator"},
		{"Biểu mẫu số 01/LĐ-TBXH. Tỷ lệ hộ nghèo", "indicator"},
		{"BẢNG 3.1 TỶ LỆ HỘ NGHÈO", "indicator"},
		{"Phụ lục II - Tỷ lệ hộ nghèo", "indicator"},
		{"Biểu 5 năm 2016-2020", "2016/2020"},
		{"Bảng 2019: Tỷ lệ hộ nghèo", "2019 indicator"},
		{"Biểu tổng hợp số 3: Tỷ lệ hộ nghèo", "rest"},
		{"Từ năm 2013 đến năm 2020", "2013/2020"},
		{"Qua các năm 2013-2020", "2013/2020"},
		{"Từ năm 2013 đến nay", "rest"},
		{"KH 2018, TH 2019", "clash"},
		{"Cột lạ 2019", "rest"},
		{"Tỷ trọng lao động công nghiệp - xây dựng - Share of industry and construction labour in total employment", "indicator"},
		{"BHTNLĐ-BNN\nWork-accident\ninsurance participants", "indicator"},
		{"Công nghiệp - xây dựng - Female", "rest"},
		{"Trong đó có bằng cấp, chứng chỉ (%)", "unit indicator"},
		{"Trong đó: - Thành thị (học viên)", "U unit indicator"},
	} {
		if got := describePhrase(rd.phrase(rd.repair(c.text))); got != c.want {
			t.Errorf("%q: got %q, want %q", c.text, got, c.want)
		}
	}
}

// TestPercentagesOfThePlanAreToldFromOtherComparisons: what the title of a column of percentages of the plan says of the
// value measured, "-" for other comparisons.
func TestPercentagesOfThePlanAreToldFromOtherComparisons(t *testing.T) {
	rd := NewReader(loadCatalogue(t))
	for _, c := range []struct{ text, want string }{
		{"% KH", ""},
		{"% KH năm 2018", "2018"},
		{"Đạt % kế hoạch", ""},
		{"So với kế hoạch (%)", ""},
		{"So với\nkế hoạch", ""},
		{"So với KH giai đoạn 2016-2020 (%)", "2016/2020"},
		{"% so với KH 2016-2020", "2016/2020"},
		{"Ước/KH", "estimate"},
		{"Ước TH 2018/KH 2018 (%)", "2018 estimate"},
		{"TH 6T/KH 2019", "2019-S1"},
		{"TH 2018/KH 2019", "-"},
		{"KH20/Ước19", "-"},
		{"KH/Ước", "-"},
		{"So sánh (%)", "-"},
		{"So với cùng kỳ (%)", "-"},
		{"2019/2018", "-"},
		{"Chênh lệch", "-"},
	} {
		p := rd.phrase(rd.repair(c.text))
		got := "-"
		if p.achieved != nil {
			got = strings.TrimSpace(p.achieved.period() + " " + p.achieved.measure)
		}
		if !p.comparison || got != c.want {
			t.Errorf("%q: comparison %v, got %q, want %q", c.text, p.comparison, got, c.want)
		}
	}
}

func describePhrase(p *phrase) string {
	var out []string
	say := func(ok bool, s string) {
		if ok && s != "" {
			out = append(out, s)
		}
	}
	if p.rest != "" {
		return "rest"
	}
	if p.dims.clash != "" {
		return "clash"
	}
	d := p.dims
	say(true, d.period())
	say(true, d.measure)
	say(true, d.status)
	say(true, d.sex)
	say(true, d.area)
	say(d.unit != nil && !p.unitLine, "unit")
	say(p.unitLine, "unit line")
	say(p.role != "", "role "+p.role)
	say(p.formula, "formula")
	say(p.comparison, "comparison")
	say(len(p.territories) > 0, "territory")
	say(len(p.indicators) > 0, "indicator")
	return strings.Join(out, " ")
}

// TestOrdinals tells ordinals and bullets from names that begin with a number.
func TestOrdinals(t *testing.T) {
	for _, c := range []struct {
		text string
		rank int
		body string
	}{
		{"1.1. Số hộ nghèo", rankNumber + 3, "Số hộ nghèo"},
		{"1.a. Nữ", rankNumber + 3, "Nữ"},
		{"1.A. Nữ", rankNumber + 3, "Nữ"},
		{"II. BHXH", rankRoman, "BHXH"},
		{"a) Thành thị", rankLetter, "Thành thị"},
		{"đ) Khác", rankLetter, "Khác"},
		{"- Nữ", rankBullet, "Nữ"},
		{"+ Nữ", rankPlus, "Nữ"},
		{"1.Số hộ", rankNumber, "Số hộ"},
		{"I- Lao động", rankRoman, "Lao động"},
		{"1- Số hộ", rankNumber, "Số hộ"},
		{"1-Số hộ", rankNumber, "Số hộ"},
		{"1.1- Số hộ", rankNumber + 3, "Số hộ"},
		{"II-LAO ĐỘNG", rankRoman, "LAO ĐỘNG"},
		{"a- Nữ", rankLetter, "Nữ"},
		{"15- 24 tuổi", 0, "15- 24 tuổi"},
		{"15-24 tuổi", 0, "15-24 tuổi"},
		{"X-Quang", 0, "X-Quang"},
		{"I-ốt", 0, "I-ốt"},
		{"3-D", 0, "3-D"},
		{"15 tuổi trở lên", 0, "15 tuổi trở lên"},
		{"- 5", 0, "- 5"},
		{"Số hộ nghèo", 0, "Số hộ nghèo"},
	} {
		o, body := cutOrdinal(c.text)
		if o.rank != c.rank || body != c.body {
			t.Errorf("%q: got rank %d, %q, want %d, %q", c.text, o.rank, body, c.rank, c.body)
		}
	}
}

// TestUserHeaderWordsAreRead: a word in the user's own catalogue folder needs no code.
func TestUserHeaderWordsAreRead(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "header_words.csv"), []byte("word,dimension,value,note\nSố giao đầu năm,measure,plan,\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	cat, err := catalogue.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := describePhrase(NewReader(cat).phrase("Số giao đầu năm 2020")); got != "2020 plan" {
		t.Errorf("got %q", got)
	}
}

// What a unit may begin with is asked before the unit is looked for; that must lose none, whatever introduces it.
func TestEveryUnitIsFoundByItsFirstWord(t *testing.T) {
	cat, err := catalogue.Load("")
	if err != nil {
		t.Fatal(err)
	}
	rd := NewReader(cat)
	for k := range cat.UnitKeys() {
		for _, lead := range []string{"", "ĐVT: ", "Đơn vị tính: ", "đơn vị ", "Unit: ", "(", "- "} {
			word := lead + strings.ToUpper(k)
			if got, want := rd.unitIn(word, rd.tokenize(word)), rd.unit(word); got != want {
				t.Errorf("%q is read as %v, want %v", word, got, want)
			}
		}
	}
}

// How far the name of a territory may reach is asked before it is looked for; that must lose none, however its words are joined.
func TestEveryPlaceIsReached(t *testing.T) {
	cat := loadCatalogue(t)
	rd := NewReader(cat)
	for k := range cat.PlaceKeys() {
		for _, name := range []string{k, strings.ToUpper(k), strings.ReplaceAll(k, " ", "-"), strings.Replace(k, " ", " - ", 1), strings.Replace(k, " ", ". ", 1), strings.Replace(k, " ", "[1] ", 1)} {
			toks := rd.tokenize(name + " và")
			if n := len(toks) - 1; text.Key(name) == k && reachOf(rd.openings, toks) < n {
				t.Errorf("the %d words of %q are not reached", n, name)
			}
		}
	}
}

// oddTexts gives the texts of the fixtures, and many made of what is hard to read.
func oddTexts(t *testing.T) (texts []string) {
	files, err := filepath.Glob("testdata/*.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(data)) {
			texts = append(texts, strings.Split(strings.TrimSpace(line), "\t")...)
		}
	}
	pieces := []string{"hoà", "thuỷ", "Tỷ lệ", "QUÝ", "Lđ", "viêc̣", "hòan", "6", "T", "1.000", "m²", "km", "³", "[1]", "[", "]", "%", "‰", "<", "≥", "-", "–", "…", "(", ")", "/", ".", ",", ":", "'",
		" ", "  ", "\n", "\t", "\r\n", "\u00a0", "\u2009", "\u200b", "\u0303", "\u0323", "é", "ß", "中", "ƣ", "Ð", "¶n", "Dá»¯", "\u00ad", "¹", "*", "\xff", "٣", "x"}
	r := rand.New(rand.NewPCG(3, 4))
	for range 20_000 {
		var s strings.Builder
		for range 1 + r.IntN(6) {
			s.WriteString(pieces[r.IntN(len(pieces))])
		}
		texts = append(texts, s.String())
	}
	return texts
}

// The key of a piece of text is made of the keys of its words: it must be the one that the text has by itself, in whatever is written.
func TestTheKeyOfAPieceIsMadeOfThoseOfItsWords(t *testing.T) {
	rd := NewReader(loadCatalogue(t))
	made := 0
	for _, s := range oddTexts(t) {
		toks := rd.tokenize(s)
		if got, want := keyOf(s, toks), text.Key(s); got != want {
			t.Fatalf("%q has the key %q, want %q", s, got, want)
		}
		for from := range toks {
			for to := from + 1; to <= min(len(toks), from+8); to++ {
				piece := s[toks[from].start:toks[to-1].end]
				if got, want := keyOf(piece, toks[from:to]), text.Key(piece); got != want {
					t.Fatalf("%q in %q has the key %q, want %q", piece, s, got, want)
				}
				if areClean(toks[from:to]) {
					made++
				}
			}
		}
	}
	if made < 50_000 {
		t.Errorf("only %d keys were made of words", made)
	}
}

// What the words of a text tell of it, so that it need not be decoded, is what decoding it tells.
func TestATextOfCertainWordsIsReadAsDecoded(t *testing.T) {
	cat := loadCatalogue(t)
	rd, decoding := NewReader(cat), NewReader(cat)
	certain := 0
	for _, s := range oddTexts(t) {
		if areCertain(rd.tokenize(s)) {
			certain++
		}
		if got, want := rd.readPlain(s), decoding.makeReading(text.Run{Text: s}); !reflect.DeepEqual(got, want) {
			t.Fatalf("%q is read as\n%+v, want\n%+v", s, got, want)
		}
	}
	if certain < 10_000 {
		t.Errorf("only %d texts were certain", certain)
	}
}

// Wherever a text of the fixtures is cut, what looks for words beside words does not look beyond its ends.
func TestATextCutAnywhereIsRead(t *testing.T) {
	rd := NewReader(loadCatalogue(t))
	names, err := filepath.Glob("testdata/*.tsv")
	if err != nil || len(names) == 0 {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	read := func(s string) {
		if s == "" || seen[s] {
			return
		}
		seen[s] = true
		defer func() {
			if why := recover(); why != nil {
				t.Errorf("%q: %v", s, why)
			}
		}()
		rd.phrase(s)
		rd.titleWords(s)
		rd.narrowings(s, true)
		rd.headFacts(s)
		rd.line(s)
		rd.isOfPlan(s)
		rd.locality(s)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range parseFixture(t, string(data)).Sheets {
			for i := range s.Cells {
				text := s.Cells[i].Raw
				if s.Cells[i].Kind != sheet.Text || seen[text] {
					continue
				}
				read(text)
				for _, tok := range tokenize(text) {
					read(text[tok.start:])
					read(text[:tok.end])
				}
			}
		}
	}
}

func TestWordsOfAnAdjustedPlanHaveTheSyllableThatIsLookedForFirst(t *testing.T) {
	for _, w := range loadTitleWords().kinds[titleAdjusted] {
		if !strings.Contains(w.word, "hỉnh") {
			t.Errorf("isAdjusted does not see %q", w.word)
		}
	}
}
