package sheet

import "testing"

func TestDateFormats(t *testing.T) {
	for code, want := range map[string]bool{
		"General": false, "": false, "0.00": false, "@": false, "0.00E+00": false, "#,##0": false, `0" người"`: false, `#,##0\ "đ"`: false,
		"[Red]0": false, "_-* #,##0\\ _₫_-": false, `_(* #,##0_);_(* \(#,##0\)`: false, `0\d`: false, `"ngày" 0`: false, "[$-42A]#,##0": false, `General" m2"`: false, `0"m`: false, "[0": false,
		"dd/mm/yyyy": true, "D/M/YY": true, "[$-42A]dd mmmm yyyy": true, "h:mm": true, "[h]:mm": true, "[mm]:ss": true, "[SS]": true, `"ngày" dd`: true, "yyyy": true, "m/d/yy h:mm": true, `\Qd`: true,
	} {
		if got := IsDateFormat(code); got != want {
			t.Errorf("%q: %v, want %v", code, got, want)
		}
	}
	for id := range 60 {
		date := id >= 14 && id <= 22 || id >= 27 && id <= 36 || id >= 45 && id <= 47 || id >= 50 && id <= 58
		if got := IsDateFormat(BuiltinFormat(id)); got != date {
			t.Errorf("format %d (%s): %v, want %v", id, BuiltinFormat(id), got, date)
		}
	}
}

func TestWhatAFormatSaysBesideTheNumber(t *testing.T) {
	for code, want := range map[string]struct {
		sign  int
		bare  bool
		shown string // with # for the number
	}{
		"":                                {1, true, "#"},
		"#,##0":                           {1, true, "#"},
		"0.00E+00":                        {1, true, "#"},
		"[Red]General":                    {1, true, "#"},
		`_-* #,##0\ _₫_-;\-* #,##0\ _₫_-`: {1, true, "  #   "},
		`0.0\%`:                           {1, false, "#%"},
		"0.0%":                            {1, true, "#"},
		`0" nghìn"`:                       {1, false, "# nghìn"},
		`"Ước TH "0`:                      {1, false, "Ước TH #"},
		`"<"0`:                            {1, false, "<#"},
		`"$"#,##0`:                        {1, true, "$#"},
		`#,##0\ "₫"`:                      {1, false, "# đ"},
		`#,##0\ [$₫-42A]`:                 {1, false, "# đ"},
		`[$-42A]#,##0`:                    {1, true, "#"},
		`0;"giảm "0`:                      {-1, false, "giảm #"},
		`0" tăng";"giảm "0`:               {1, false, "# tăng"},
		`0;-0;"chưa có"`:                  {0, false, "chưa có"},
		`0;-0`:                            {0, true, "#"},
		`;;;`:                             {1, false, ""},
		`[<1000]0" người";0`:              {1, false, "?#"},
		`0đ`:                              {1, false, "#đ"},
		`0"nửa chừng`:                     {1, false, "#nửa chừng"},
		`0\`:                              {1, true, "#"},
		`[0`:                              {1, false, ""},
		"0_":                              {1, true, "# "},
	} {
		before, behind, number := Wording(code, want.sign)
		if number {
			before += "#"
		}
		if got := before + behind; IsBare(code) != want.bare || got != want.shown {
			t.Errorf("%q: %v %q, want %v %q", code, IsBare(code), got, want.bare, want.shown)
		}
	}
	for id := range 60 {
		if code := BuiltinFormat(id); !IsDateFormat(code) && !IsBare(code) {
			t.Errorf("format %d (%s) is not bare", id, code)
		}
	}
}

func TestWhatADateFormatSaysBesideTheDate(t *testing.T) {
	for code, want := range map[string][3]string{
		"dd/mm/yyyy":    {"", "//", ""},
		`"Ước TH "yyyy`: {"Ước TH ", "", ""},
		`[$-42A]"ngày "d" tháng "m" năm "yyyy;@`: {"ngày ", " tháng  năm ", ""},
		`yyyy\ "(ước)"`:                          {"", "", " (ước)"},
		"":                                       {},
	} {
		before, between, behind := DateWording(code)
		if got := [3]string{before, between, behind}; got != want {
			t.Errorf("%q: %q, want %q", code, got, want)
		}
	}
}

func FuzzWording(f *testing.F) {
	for _, code := range []string{`_-* #,##0\ _₫_-;[<5]"giảm "0;[$₫-42A]0%;@`, "General\\"} {
		f.Add(code, 1)
	}
	f.Fuzz(func(t *testing.T, code string, sign int) {
		before, behind, _ := Wording(code, sign)
		if len(before)+len(behind) > 3*len(code)+1 { // bytes that are no text are three
			t.Errorf("%q shows %q and %q", code, before, behind)
		}
		IsBare(code)
		DateWording(code)
		HiddenDigits(code)
		IsDateFormat(code)
	})
}

func TestDigitsThatAFormatHides(t *testing.T) {
	for code, want := range map[string]int32{
		"": 0, "General": 0, "0": 0, "#,##0": 0, "#,##0.00": 0, "0.0%": 0, `#,##0" nghìn,"`: 0, `#,##0\,`: 0, `#,##0_,`: 0, `_-* #,##0.00\ _₫_-;\-* #,##0.00\ _₫_-;_-* "-"??\ _₫_-;_-@_-`: 0,
		`_(* #,##0_);_(* (#,##0);_(* "-"??_)`: 0, "[$-42A,1]0": 0, ",": 0, `"chưa đóng`: 0,
		"#,##0,": 3, "#,##0.0,": 3, "0,": 3, `#,##0,"nghìn"`: 3, "#,##0,.0": 3, "#,##0, ": 3, `#,##0.0,\ "nghìn"`: 3, "0.0,,": 6, "#,##0.0,,;(#,##0.0,,)": 6, "[Red]#,##0.0,_)": 3, "[>=1000]#,##0,;0": 3, "0;-0,": 3, "0,.0,": 6,
	} {
		if got := HiddenDigits(code); got != want {
			t.Errorf("%q: %d, want %d", code, got, want)
		}
	}
	for id := range 60 {
		if got := HiddenDigits(BuiltinFormat(id)); got != 0 {
			t.Errorf("format %d (%s): %d", id, BuiltinFormat(id), got)
		}
	}
}
