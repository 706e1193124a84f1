package text

import (
	"encoding/csv"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/encoding/charmap"
)

func TestDecode(t *testing.T) {
	cases := []struct{ name, font, in, want string }{
		{"no font is Repair", "", "S¶n xuÊt, Lao ñoäng", "Sản xuất, Lao ñoäng"},
		{"a font of today is Repair", "Times New Roman", "S¶n xuÊt", "Sản xuất"},
		{"TCVN3", ".VnTime", "Tæng sè lao ®éng", "Tổng số lao động"},
		{"dirty names of fonts", " .vntime ", "Sè hé nghÌo", "Số hộ nghèo"},
		{"a font that lost its dot", "VnTeknical", "Sè hé", "Số hộ"},
		{"only letters that exist in both", ".VnTime", "Sè", "Số"},
		{"only letters that exist in both, as Unicode", ".VnTime", "Tháng 7", "Tháng 7"},
		{"only letters that exist in both, two known words", ".VnTime", "bé", "bé"},
		{"abbreviations", ".VnTime", "H§ND, L§TBXH", "HĐND, LĐTBXH"},
		{"a word that is no syllable", ".VnArial", "Decision No 31/2001/Q§-TCTK, ViÑt Nam", "Decision No 31/2001/QĐ-TCTK, Viẹt Nam"},
		{"misplaced tone in legacy text", ".VnTime", "hßan thµnh", "hoàn thành"},
		{"capitals typed in the small font", ".VnTime", "TØNH Hµ NAM", "TỉNH Hà NAM"},
		{"capital font", ".VnTimeH", "Sè ®¬n vÞ hµnh chÝnh", "SỐ ĐƠN VỊ HÀNH CHÍNH"},
		{"capital font, bold, narrow", ".vnArial NarrowH Bold", "c¶ n­íc", "CẢ NƯỚC"},
		{"capital font with real capitals", ".VnTimeH", "ThÞ x·", "THỊ XÃ"},
		{"capital font, one word that exists in both", ".VnTimeH", "cã", "CÓ"},
		{"capital font over Unicode", ".VnTimeH", "Tỉnh Quảng Ngãi", "Tỉnh Quảng Ngãi"},
		{"capital font over Unicode that is letters of no charset", ".VnTimeH", "Lao động", "Lao động"},
		{"capital font over English", ".VnArialH", "whole country", "WHOLE COUNTRY"},
		{"capital font over a unit", ".VnTimeH", "10 µm, 5 µg/m³", "10 µM, 5 µG/M³"},
		{"capital font, ordinal", ".VnTimeH", "iii", "III"},
		{"capital font, ordinal with its dot", ".VnTimeH", "iv. chia theo vïng", "IV. CHIA THEO VÙNG"},
		{"small font, ordinal", ".VnTime", "iii", "iii"},
		{"soft hyphen at the start", ".VnTimeH", "\u00adth 2019", "ƯTH 2019"},
		{"soft hyphen at the start, small", ".VnTime", "\u00adth 2019", "ưth 2019"},
		{"soft hyphen at the start, typed in capitals", ".VnTime", "\u00adTH 2019", "ưTH 2019"},
		{"soft hyphen in the middle", ".VnTime", "KH-\u00adTH, k\u00adk, n\u00adíc", "KH-ưTH, kưk, nước"},
		{"soft hyphen at the end", ".VnTime", "t\u00ad", "tư"},
		{"soft hyphen alone", ".VnTime", "\u00ad", "ư"},
		{"soft hyphen alone in a text", ".VnTime", "12 \u00ad 15", "12 ư 15"},
		{"soft hyphen between digits", ".VnTime", "12\u00ad15", "12ư15"},
		{"soft hyphen in Unicode", ".VnTime", "lao\u00ad động", "laoư động"},
		{"soft hyphen in VISCII", "VI Times", "\u00ad 5", "ễ 5"},
		{"soft hyphen in VNI, which has no such letter", "VNI-Times", "\u00adth 2019", "ưth 2019"},
		{"abbreviations in small letters", ".VnTime", "l®, tnl®, bhtnl®-bnn, l®tbxh, q®-ttg, n®-cp, atvsl®", "lđ, tnlđ, bhtnlđ-bnn, lđtbxh, qđ-ttg, nđ-cp, atvslđ"},
		{"abbreviations in a capital font", ".VnTimeH", "bhtnl®-bnn", "BHTNLĐ-BNN"},
		{"VNI abbreviations in small letters", "VNI-Times", "tnlñ, qñ-ttg, nñ-cp", "tnlđ, qđ-ttg, nđ-cp"},
		{"VNI currency behind a scale or a figure", "VNI-Times", "(nghìn ñ), 1.000 ñ", "(nghìn đ), 1.000 đ"},
		{"TCVN3 currency behind a scale cut short", ".VnTime", "(tr. ®), tr ®", "(tr. đ), tr đ"},
		{"a trade mark behind a word", ".VnTime", "Excel ®", "Excel ®"},
		{"VNI abbreviation with Ư", "VNI-Times", "ÖTH 2019", "ƯTH 2019"},
		{"trade marks, quotation marks and units", ".VnTime", "Excel®, IBM®, «total», km², µg/m³, n°", "Excel®, IBM®, «total», km², µg/m³, n°"},
		{"TCVN3 read by Windows-1258", ".VnTime", "tiƠn \u00adu", "tiến ưu"},
		{"TCVN3 read by Windows-1258, capital font", ".VnTimeH", "gi¸ tr\u0303, chƯnh phñ", "GIÁ TRỊ, CHÍNH PHỦ"},
		{"VNI read by Windows-1258", "VNI-Times", "th\u0323 xaơ, laơnh ñaïo", "thị xã, lãnh đạo"},
		{"Unicode of Windows-1258 in a TCVN3 font", ".VnTime", "tư vâ\u0301n, Đơn vi\u0323, thơ", "tư vấn, Đơn vị, thơ"},
		{"TCVN3 font over Unicode and TCVN3", ".VnTime", "XuÊt khÈu th¸ng 7 đầu năm 2008", "Xuất khẩu tháng 7 đầu năm 2008"},
		{"VNI", "VNI-Times", "Lao ñoäng, Tyû leä", "Lao động, Tỷ lệ"},
		{"VNI capitals", "VNI-Helve", "TOÅNG SOÁ HOÄ NGHEØO, ÑAØO TAÏO", "TỔNG SỐ HỘ NGHÈO, ĐÀO TẠO"},
		{"VNI mixed case", "VNI-Times", "Ñaø Naüng, AÁn Ñoä, YÙ", "Đà Nẵng, Ấn Độ, Ý"},
		{"VNI abbreviations", "VNI-Times", "HÑND, LÑTBXH", "HĐND, LĐTBXH"},
		{"VNI words without a mark unit", "VNI-Times", "tôø trình soá 12 veà vieäc laøm", "tờ trình số 12 về việc làm"},
		{"VNI font over Unicode", "VNI-Times", "Có hộ nghèo ở lô 5", "Có hộ nghèo ở lô 5"},
		{"VNI font, a Unicode word that exists in both", "VNI-Times", "Bò", "Bò"},
		{"VNI beside Unicode", "VNI-Times", "Lao ñoäng nữ có việc", "Lao động nữ có việc"},
		{"a Unicode font that begins like a legacy one", "VNtimes new roman", "Tỷ lệ cã", "Tỷ lệ cã"},
		{"VPS", "VPS Times", "T°ng sÓ lao Ç¶ng, tÌ lŒ", "Tổng số lao động, tỉ lệ"},
		{"VISCII", "VI Times", "T±ng s¯ lao ðµng, ngß¶i", "Tổng số lao động, người"},
		{"numbers, dates, names", ".VnTime", "30/6/2013 MOLISA 12,5% km² (*)", "30/6/2013 MOLISA 12,5% km² (*)"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := Decode(c.in, c.font); got != c.want {
				t.Errorf("Decode(%q, %q)\n got %q\nwant %q", c.in, c.font, got, c.want)
			}
		})
	}
}

func TestDecodeRunsKeepsEachRunsFont(t *testing.T) {
	cases := []struct {
		name string
		runs []Run
		want string
	}{
		{"a word split between two sizes of a font", []Run{{"Tæng s", ".VnTime"}, {"è lao ®é", ".VnTime"}, {"ng", ".VnTime"}}, "Tổng số lao động"},
		{"Unicode beside TCVN3", []Run{{"Sè hé nghÌo ", ".VnTime"}, {"có bé gái", "Arial"}}, "Số hộ nghèo có bé gái"},
		{"Unicode in a TCVN3 run", []Run{{"1. Số hộ ", "Arial"}, {"nghèo", ".VnTime"}, {" có", ".VnTime"}}, "1. Số hộ nghèo có"},
		{"two charsets", []Run{{"Lao ñoäng", "VNI-Times"}, {" - ", "Arial"}, {"viÖc lµm", ".VnTime"}}, "Lao động - việc làm"},
		{"a capital run", []Run{{"Tæng sè", ".VnTimeH"}, {" (ng­êi)", ".VnTime"}}, "TỔNG SỐ (người)"},
		{"a soft hyphen in its own run", []Run{{"KH, ", "Arial"}, {"\u00ad", ".VnTime"}, {"TH", "Arial"}}, "KH, ưTH"},
		{"ordinal in a capital font", []Run{{"ii. ", ".VnTimeH"}, {"Lao động", "Arial"}}, "II. Lao động"},
		{"none", nil, ""},
	}
	for _, c := range cases {
		if got := DecodeRuns(c.runs...); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestLegacyFont(t *testing.T) {
	for _, f := range []string{".VnTime", ".VNTIMEH", "VNI-Aptima", "VPS Times", "VI Arial", "VnArial"} {
		if !LegacyFont(f) {
			t.Errorf("%q is a legacy font", f)
		}
	}
	for _, f := range []string{"", "Arial", "Times New Roman", "VNtimes new roman", "Verdana", "Vivaldi", "Calibri"} {
		if LegacyFont(f) {
			t.Errorf("%q is no legacy font", f)
		}
	}
}

// The yearbook cells with the font of each: all of them. The expected column leaves the text of capital fonts in small
// letters, as the bytes have it.
func TestDecodeConvertsEveryYearbookCell(t *testing.T) {
	f, err := os.Open(shared(t, filepath.Join("data", "legacy_xls", "tcvn3_cells.csv")))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows[1:] {
		font, raw, want := r[4], r[5], r[6]
		if strings.HasSuffix(font, "H") {
			want = strings.ToUpper(want)
		}
		if got := Decode(raw, font); got != want {
			t.Errorf("%s %s %s:\n raw %q\n got %q\nwant %q", r[0], r[1], font, raw, got, want)
		}
	}
}

// catalogueNames gives every Vietnamese name and label of the catalogue, and the structural words of tables.
func catalogueNames(t testing.TB) []string {
	t.Helper()
	seen := map[string]bool{}
	for _, from := range []struct {
		file    string
		columns []string
	}{
		{"../catalogue/indicators.csv", []string{"name_vi"}},
		{"../catalogue/indicator_synonyms.csv", []string{"label"}},
		{"../catalogue/territories.csv", []string{"name_vi", "full_name_vi"}},
		{"../catalogue/territory_names.csv", []string{"name"}},
		{"../catalogue/header_words.csv", []string{"word"}},
		{"../catalogue/unit_words.csv", []string{"word"}},
		{"../catalogue/units.csv", []string{"name_vi"}},
		{"../layout/words.csv", []string{"word"}},
		{"../layout/title_words.csv", []string{"word"}},
	} {
		f, err := os.Open(from.file)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(f).ReadAll()
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		for _, column := range from.columns {
			i := slices.Index(rows[0], column)
			if i < 0 {
				t.Fatalf("%s has no column %s: %v", from.file, column, rows[0])
			}
			for _, row := range rows[1:] {
				if name := Repair(row[i]); name != "" {
					seen[name] = true
				}
			}
		}
	}
	if len(seen) < 1000 {
		t.Fatalf("only %d names", len(seen))
	}
	return slices.Sorted(maps.Keys(seen))
}

// encoder writes Vietnamese in a legacy charset: the inverse of its table, built from the table alone.
type encoder map[rune]string

func newEncoder(c *charset) encoder {
	e := encoder{}
	for code, letter := range c.codes {
		s := string(code[0])
		if code[1] != 0 {
			s += string(code[1])
		}
		if old, ok := e[letter]; !ok || len(s) < len(old) || len(s) == len(old) && s < old {
			e[letter] = s
		}
	}
	return e
}

func (e encoder) encode(s string) string {
	var out strings.Builder
	for _, r := range s {
		if code, ok := e[r]; ok {
			out.WriteString(code)
		} else {
			out.WriteRune(r)
		}
	}
	return out.String()
}

var legacyFonts = map[string]string{"tcvn3": ".VnTime", "vni": "VNI-Times", "vps": "VPS Times", "viscii": "VI Times"}

// can reports whether a charset has a code for every Vietnamese letter of s. VPS lacks some capitals.
func (e encoder) can(s string) bool {
	for _, r := range s {
		if _, ok := e[r]; !ok && r >= 0x80 && unicode.IsLetter(r) {
			return false
		}
	}
	return true
}

// What is not decoded stays as it is: two known words ("Phó Ninh": Phú Ninh).
func TestEveryNameComesBackFromEveryCharset(t *testing.T) {
	names := catalogueNames(t)
	for charset, font := range legacyFonts {
		e := newEncoder(tables().charsets[charset])
		kept, tried := 0, 0
		for _, name := range names {
			if !e.can(name) {
				continue
			}
			tried++
			in := e.encode(name)
			switch got := Decode(in, font); {
			case got == name:
			case got == Repair(in):
				kept++
			default:
				t.Errorf("%s: %q → %q → %q", charset, name, in, got)
			}
		}
		if t.Logf("%s: %d names, %d not decoded", charset, tried, kept); kept > 12 || tried < 1400 {
			t.Errorf("%s: %d of %d names not decoded", charset, kept, tried)
		}
	}
}

// The same names as a reader gives them that took the bytes for Windows-1258: as they were, or as the bytes show no letter
// of the charset, never another name.
func TestEveryNameComesBackFromBytesReadBy1258(t *testing.T) {
	names := catalogueNames(t)
	for _, charset := range []string{"tcvn3", "vni"} {
		e := newEncoder(tables().charsets[charset])
		kept, tried := 0, 0
		for _, name := range names {
			raw, err := charmap.Windows1252.NewEncoder().String(e.encode(name))
			if err != nil {
				continue
			}
			in, err := charmap.Windows1258.NewDecoder().String(raw)
			if err != nil || in == e.encode(name) {
				continue
			}
			tried++
			switch got := Decode(in, legacyFonts[charset]); {
			case got == name:
			case got == Repair(in):
				kept++
				t.Logf("%s: %q → %q not decoded", charset, name, in)
			default:
				t.Errorf("%s: %q → %q → %q", charset, name, in, got)
			}
		}
		if t.Logf("%s: %d names, %d not decoded", charset, tried, kept); kept*20 > tried || tried < 200 {
			t.Errorf("%s: %d of %d names not decoded", charset, kept, tried)
		}
	}
}

// Unicode Vietnamese that Windows-1258 can hold, in a legacy font, is no legacy text.
func TestUnicodeOf1258InLegacyFontsStays(t *testing.T) {
	for _, name := range catalogueNames(t) {
		var out strings.Builder // letters as 1258 has them: the tone apart
		for _, r := range name {
			l, ok := tables().letter(r)
			if !ok || l.tone == level {
				out.WriteRune(r)
				continue
			}
			mark := markOf(l.tone)
			l.tone = level
			out.WriteString(string(tables().rune(l)) + mark)
		}
		for _, font := range []string{".VnTime", "VNI-Times"} {
			if got := Decode(out.String(), font); got != name {
				t.Errorf("Decode(%+q, %q) = %q, want %q", out.String(), font, got, name)
			}
		}
	}
}

func TestUnicodeInLegacyFontsStays(t *testing.T) {
	fonts := []string{".VnTime", ".VnTimeH", "VNI-Times", "VPS Times", "VPS Times Hoa", "VI Times", "VI Times H"}
	texts := append(catalogueNames(t), "30/6/2013", "MOLISA", "Café", "Total (1,000 persons)", "«Đền ơn» – 12,5%", "São Tomé, Curaçao, Côte d’Ivoire, Zürich, España, Niño, Düsseldorf, Malmö",
		"Évian, Hélène, pâté, naïve, façade, œuvre, Noël, garçon", "§5, 10 µm, © 2013, ± 2, m², B¹, 10M×8, Microsoft®, Excel™", "“Total” – ‘of which’ … • 5 €", "Ea H'leo, Krông Pắc")
	for _, font := range fonts {
		for _, s := range texts {
			got, want := Decode(s, font), Repair(s)
			if tables().face(font).capital {
				got, want = strings.ToUpper(got), strings.ToUpper(want)
			}
			if got != want {
				t.Errorf("Decode(%q, %q) = %q", s, font, got)
			}
		}
	}
}

// A name in a legacy charset beside one in Unicode, in a legacy font. Right or untouched is not always possible: where a
// word exists in both readings and both are known words, the nearest certain word decides ("Mô hình", "bé gái").
func TestMixedCellsComeBack(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	names := catalogueNames(t)
	for charset, font := range legacyFonts {
		e := newEncoder(tables().charsets[charset])
		right, tried := 0, 0
		for range 1500 {
			a, b := names[r.IntN(len(names))], names[r.IntN(len(names))]
			if !e.can(a) {
				continue
			}
			in, want := e.encode(a)+" - "+b, a+" - "+b
			if r.IntN(2) == 0 {
				in, want = b+": "+e.encode(a), b+": "+a
			}
			tried++
			if Decode(in, font) == want {
				right++
			}
		}
		if t.Logf("%s: %d of %d cells right", charset, right, tried); right*100 < tried*97 {
			t.Errorf("%s: %d of %d cells right, want 97 %%", charset, right, tried)
		}
	}
}

func TestDecodeIsIdempotent(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	names := catalogueNames(t)
	fonts := slices.Sorted(maps.Values(legacyFonts))
	fonts = append(fonts, "", "Arial", ".VnTimeH", "VPS Times Hoa")
	var encoders []encoder
	for _, charset := range slices.Sorted(maps.Keys(legacyFonts)) {
		encoders = append(encoders, newEncoder(tables().charsets[charset]))
	}
	for i := range 20_000 {
		s := randomText(r)
		if i%2 == 0 {
			s = encoders[r.IntN(len(encoders))].encode(names[r.IntN(len(names))])
		}
		checkDecode(t, s, fonts[r.IntN(len(fonts))])
	}
}

func checkDecode(t *testing.T, s, font string) {
	t.Helper()
	once := Decode(s, font)
	if twice := Decode(once, font); twice != once {
		t.Fatalf("Decode(%+q, %q) = %+q, again %+q", s, font, once, twice)
	}
	if asNumbers(once) != asNumbers(s) {
		t.Fatalf("Decode(%+q, %q) = %+q has other digits or signs", s, font, once)
	}
	if again := Repair(once); again != once {
		t.Fatalf("Decode(%+q, %q) = %+q, repaired %+q", s, font, once, again)
	}
	if !LegacyFont(font) && once != Repair(s) {
		t.Fatalf("Decode(%+q, %q) = %+q, want what Repair gives", s, font, once)
	}
}
