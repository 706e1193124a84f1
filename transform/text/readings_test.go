package text

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestReadings(t *testing.T) {
	cases := []struct{ name, font, in, want string }{
		{"wrong conversion", "", "Thỏng 7", "Tháng 7"},
		{"wrong conversion, several words", "Arial", "Khai khoỏng; so sỏnh", "Khai khoáng; so sánh"},
		{"wrong conversion, capitals", "", "NễNG THễN", "NÔNG THÔN"},
		{"wrong conversion beside true letters", "", "Số người tham gia hỏi cung năm trước: 12 thỏng", "Số người tham gia hỏi cung năm trước: 12 tháng"},
		{"lost TCVN3 font", "Arial", "Sè", "Số"},
		{"lost VNI font", "Arial", "Lao ñoäng", "Lao động"},
		{"VNI font, two known words", "VNI-Times", "Hoà Chí Minh", "Hồ Chí Minh"},
		{"TCVN3 font, two known words", ".VnTime", "Phó Ninh", "Phú Ninh"},
	}
	for _, c := range cases {
		if got := Readings(Run{c.in, c.font}); !slices.Contains(got, c.want) {
			t.Errorf("%s: Readings(%q, %q) = %q, want %q among them", c.name, c.in, c.font, got, c.want)
		}
	}
	for _, in := range []string{"\u00adth 2019", "lao\u00ad K\u00ad"} {
		if got := Readings(Run{in, ".VnTimeH"}); len(got) > 0 {
			t.Errorf("Readings(%+q) = %q, want none: the font says what a soft hyphen is", in, got)
		}
	}
	for _, in := range []string{"", "12", "Total", "Phó Ninh", "Tháng 7", "Khai khoáng", "Có bé gái", "thành thị", "Café", "cái mỏ", "Cờ Đỏ", "HÀ NỘI"} {
		if got := Readings(Run{in, "Arial"}); len(got) > 0 {
			t.Errorf("Readings(%q) = %q, want none", in, got)
		}
	}
}

// misconvert is the wrong conversion: every Latin-1 letter of Unicode Vietnamese that is also a TCVN3 code.
func misconvert(s string) string {
	codes := tables().charsets["tcvn3"].codes
	return strings.Map(func(r rune) rune {
		if letter, ok := codes[[2]rune{r, 0}]; ok {
			return letter
		}
		return r
	}, s)
}

// As a caller does it: what is known as it stands stays, otherwise the one reading that is known is taken.
func TestMisconvertedNamesAreKnownAgainAndOthersStay(t *testing.T) {
	names := catalogueNames(t)
	known := map[string]bool{}
	for _, name := range names {
		known[Key(name)] = true
	}
	read := func(s string) string {
		base := DecodeRuns(Run{s, ""})
		if known[Key(base)] {
			return base
		}
		var hits []string
		for _, other := range Readings(Run{s, ""}) {
			if known[Key(other)] && !slices.ContainsFunc(hits, func(h string) bool { return Key(h) == Key(other) }) {
				hits = append(hits, other)
			}
		}
		if len(hits) == 1 {
			return hits[0]
		}
		return base
	}
	damaged, lost := 0, 0
	for _, name := range names {
		if got := read(name); Key(got) != Key(name) {
			t.Errorf("the name %q became %q", name, got)
		}
		bad := misconvert(name)
		if bad == name {
			continue
		}
		damaged++
		switch got := read(bad); {
		case Key(got) == Key(name):
		case known[Key(bad)]:
			t.Logf("%q misconverted is the name %q", name, bad)
		case Key(got) == Key(bad):
			lost++
			t.Logf("%q → %q stays: %q", name, bad, Readings(Run{bad, ""}))
		default:
			t.Errorf("%q → %q → %q", name, bad, got)
		}
	}
	if t.Logf("%d of %d misconverted names not known again", lost, damaged); damaged < 600 || lost*50 > damaged {
		t.Errorf("%d of %d misconverted names not known again", lost, damaged)
	}
}

// A caller that remembers what Spell tells of words decodes no text that is made of certain ones, whatever stands between them.
func TestATextOfCertainWordsHasOneReading(t *testing.T) {
	words := []string{"LĐTBXH", "QĐ", "ĐVT", "Phú", "Núi", "bộ", "thỏng", "khoỏch", "Sè", "ñoäng", "Ðak", "hòan", "viêc̣", "İ", "ſ", "中", "b", "Đ", "total", "KH"}
	for _, row := range readCSV("syllables.csv", 1) {
		words = append(words, row[0], strings.ToUpper(row[0]))
	}
	for _, w := range words {
		if s := Spell(w); s.Key != Key(w) || s.Clean != IsClean(w) || s.Certain && !s.Clean {
			t.Errorf("Spell(%q) = %+v, but its key is %q, and it is clean: %v", w, s, Key(w), IsClean(w))
		}
	}
	between := []string{" ", "  ", "\n", ", ", " - ", "-", "–", "/", " (", ") ", "“", "”", "…", "‘", "’", " 2019 ", "1", ".", "%", "≥"}
	r := rand.New(rand.NewPCG(5, 6))
	certain := 0
	for range 50_000 {
		var s strings.Builder
		all := true
		for range 1 + r.IntN(6) {
			w := words[r.IntN(len(words))]
			all = all && Spell(w).Certain
			s.WriteString(w)
			s.WriteString(between[r.IntN(len(between))])
		}
		if !all {
			continue
		}
		certain++
		if got, readings := DecodeAll(Run{Text: s.String()}); got != s.String() || readings != nil {
			t.Fatalf("DecodeAll(%q) = %q, %q: none but the text itself is expected", s.String(), got, readings)
		}
	}
	if certain < 10_000 {
		t.Errorf("only %d texts were certain", certain)
	}
}
