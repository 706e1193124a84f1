package text

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
)

func seedText(f *testing.F) {
	for _, name := range []string{"fixture_text.csv", "fixture_numbers.csv", "numbers.csv", "periods.csv"} {
		for _, c := range readCases(f, name) {
			f.Add(c[0])
		}
	}
}

func FuzzRepair(f *testing.F) {
	seedText(f)
	f.Fuzz(func(t *testing.T, s string) { checkText(t, s) })
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{"Tæng sè lao ®éng", "Lao ñoäng, Tyû leä", "T°ng sÓ lao Ç¶ng", "T±ng s¯ lao ðµng · ngß¶i", "XuÊt khÈu th¸ng 7 đầu năm", "Q§-TCTK ViÑt Nam", "1.000®", "Có bé Hoà"} {
		f.Add(s, "", ".VnTime")
		f.Add(s, " (ng­êi)", ".VnArialH")
		f.Add("Số ", s, "VNI-Times")
		f.Add(s, s, "VPS Times Hoa")
		f.Add(s, "“", "VI Times")
	}
	f.Fuzz(func(t *testing.T, a, b, font string) {
		checkDecode(t, a+b, font)
		joined := DecodeRuns(Run{a, font}, Run{b, "Arial"})
		if joined != Repair(joined) {
			t.Fatalf("DecodeRuns(%+q, %+q, %q) = %+q is not settled", a, b, font, joined)
		}
	})
}

func FuzzKey(f *testing.F) {
	seedText(f)
	f.Fuzz(func(t *testing.T, s string) {
		key := Key(s)
		if key != Key(Repair(s)) || key != Key(key) {
			t.Fatalf("Key(%+q) = %+q is not stable", s, key)
		}
		if !strings.ContainsAny(Repair(s), "[²³") && onlyDigits(key) != onlyDigits(Repair(s)) {
			t.Fatalf("Key(%+q) = %+q has other digits", s, key)
		}
		if strings.Contains(key, "  ") || strings.TrimSpace(key) != key {
			t.Fatalf("Key(%+q) = %+q has loose spaces", s, key)
		}
		if len([]rune(s)) < 64 && Distance(s, key) != 0 {
			t.Fatalf("Distance(%+q, its key) = %d", s, Distance(s, key))
		}
	})
}

func FuzzParseNumber(f *testing.F) {
	seedText(f)
	f.Fuzz(func(t *testing.T, s string) {
		limit := decimal.New(1, 18)
		for _, st := range []Style{Unknown, Vietnamese, English} {
			n, err := ParseNumber(s, st)
			if err != nil {
				var e *NumberError
				if !errors.As(err, &e) || e.Reason == "" || e.Error() == "" || (e.Reason == ReasonEmpty) != (e.Empty != "") {
					t.Fatalf("%q: %#v", s, err)
				}
				continue
			}
			if !strings.ContainsAny(Repair(s), "0123456789") {
				t.Fatalf("%q has no digit but is %s", s, n.Value)
			}
			for _, d := range []decimal.Decimal{n.Value, n.High.Decimal, n.Of.Decimal, n.Sub.Decimal} {
				if d.Exponent() < -10 || d.Exponent() > 0 || d.Abs().GreaterThan(limit) {
					t.Fatalf("%q: %s does not fit DECIMAL(28,10)", s, d)
				}
			}
			if n.High.Valid && n.High.Decimal.LessThan(n.Value) {
				t.Fatalf("%q: range falls", s)
			}
			if plain := n.Kind == "" && !n.High.Valid && !n.Of.Valid && !n.Sub.Valid; plain && !strings.Contains(onlyDigits(Repair(s)), strings.Trim(onlyDigits(n.Value.String()), "0")) {
				t.Fatalf("%q = %s, whose digits it does not hold", s, n.Value)
			}
			if n.Sub.Valid && (n.SubWord == "" || n.Sub.Decimal.IsNegative() || n.Sub.Decimal.GreaterThan(n.Value)) {
				t.Fatalf("%q: part %s %q of %s", s, n.Sub.Decimal, n.SubWord, n.Value)
			}
			if n.Unit != Repair(n.Unit) || n.Unit != strings.TrimSpace(n.Unit) {
				t.Fatalf("%q: unit %q is not clean", s, n.Unit)
			}
			again, err := ParseNumber(Repair(s), st)
			if err != nil || !again.Value.Equal(n.Value) {
				t.Fatalf("%q = %s, repaired first: %s %v", s, n.Value, again.Value, err)
			}
		}
		DetectStyle([]string{s})
		if d, _, err := FromFloat(s); err == nil && (d.Exponent() < -10 || d.Exponent() > 0 || d.Abs().GreaterThan(limit)) {
			t.Fatalf("FromFloat(%q) = %s does not fit DECIMAL(28,10)", s, d)
		}
	})
}

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

func FuzzPeriod(f *testing.F) {
	seedText(f)
	f.Fuzz(func(t *testing.T, s string) {
		p, status, ok := Period(s)
		if !ok {
			if p != "" {
				t.Fatalf("Period(%q) = %q, not ok", s, p)
			}
			return
		}
		if again, _, ok := Period(p); !ok || again != p {
			t.Fatalf("Period(%q) = %q, read again %q", s, p, again)
		}
		if year := p[2:4]; PeriodNote(s) == "" && !strings.Contains(onlyDigits(Repair(s)), year) {
			t.Fatalf("Period(%q) = %q, a year that it does not hold", s, p)
		}
		if status != "" && status != "P" && status != "E" {
			t.Fatalf("Period(%q): status %q", s, status)
		}
	})
}

func FuzzDate(f *testing.F) {
	seedText(f)
	f.Add("ngày 03 tháng 7 năm 2019")
	f.Add("2019-07-03T00:00:00Z")
	f.Fuzz(func(t *testing.T, s string) {
		for _, year := range []int{0, 2020} {
			iso, ok := ParseDateIn(s, year)
			if !ok {
				continue
			}
			if _, err := time.Parse(time.DateOnly, iso); err != nil {
				t.Fatalf("ParseDateIn(%q) = %q: %v", s, iso, err)
			}
			digits := onlyDigits(Repair(s))
			for _, part := range strings.Split(strings.TrimPrefix(iso, "2020-"), "-") {
				if part = strings.TrimLeft(part, "0"); len(part) < 4 && !strings.Contains(digits, part) || len(part) == 4 && !strings.Contains(digits, part[2:]) {
					t.Fatalf("ParseDateIn(%q) = %q, which holds %q from nowhere", s, iso, part)
				}
			}
			if again, ok := ParseDate(iso); !ok || again != iso {
				t.Fatalf("ParseDate(%q) = %q", iso, again)
			}
		}
	})
}

func FuzzFootnote(f *testing.F) {
	seedText(f)
	lowered := strings.NewReplacer("⁰", "0", "¹", "1", "²", "2", "³", "3", "⁴", "4", "⁵", "5", "⁶", "6", "⁷", "7", "⁸", "8", "⁹", "9")
	f.Add("Số liệu (*)[2]¹")
	f.Add("62/63 tỉnh, thành phố trực thuộc trung ương1")
	f.Fuzz(func(t *testing.T, s string) {
		base, marks := Footnote(s)
		if !strings.HasPrefix(s, base) {
			t.Fatalf("Footnote(%q): %q is not its beginning", s, base)
		}
		for _, m := range marks {
			if m == "" {
				t.Fatalf("Footnote(%q): empty mark", s)
			}
		}
		if got, want := onlyDigits(strings.Join(marks, "")), onlyDigits(lowered.Replace(s[len(base):])); len(marks) > 0 && got != want {
			t.Fatalf("Footnote(%q): marks %q of %q", s, marks, s[len(base):])
		}
	})
}
