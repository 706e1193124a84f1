package layout

import (
	"slices"
	"strings"
	"testing"
)

// A word of a sex or an area is a part of the name right above it, not of one farther up, and keeps the other of the two.
func TestPartsOfPartsKeepWhatTheyArePartsOf(t *testing.T) {
	got, err := describe(NewReader(loadCatalogue(t)), parseFixture(t, `SỞ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI TỈNH HÀ GIANG
KẾT QUẢ NĂM 2018
TT	Chỉ tiêu	ĐVT	TH 2018
1	Số lao động được tạo việc làm	người	=18000
1.1	Trong nước	người	=17880
	Trong đó: + Nữ	người	=8000
1.2	Làm việc theo mùa vụ	người	=120
a	Nữ	người	=50
2	Tỷ lệ thất nghiệp trong độ tuổi lao động	%	=2
	- Thành thị	%	=3.4
	  + Nam	%	=3.3
	- Nữ	%	=1.9
	  + Thành thị	%	=3.1
!sheet Biểu 2
SỞ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI TỈNH HÀ GIANG
KẾT QUẢ NĂM 2017
TT	Chỉ tiêu	ĐVT	Thành thị		Nông thôn	
			Nam	Nữ	Nam	Nữ
1	Số lao động được tạo việc làm	người	=2000	=1000	=8000	=7000
2	Tỷ lệ thất nghiệp trong độ tuổi lao động	%	=3.3	=3.7	=1.4	=1.6
!merge D3:E3
!merge F3:G3
`))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"Sheet1!D6 #1 jobs_created_domestic province:02@2004 2018 actual FT A = 8000",
		"Sheet1!D11 #1 unemp_rate province:02@2004 2018 actual MU A = 3.3",
		"Sheet1!D13 #1 unemp_rate province:02@2004 2018 actual FU A = 3.1",
		"Biểu 2!E5 #1 jobs_created province:02@2004 2017 actual FU A = 1000",
		"Biểu 2!G5 #1 jobs_created province:02@2004 2017 actual FR A = 7000",
		"Biểu 2!D6 #1 unemp_rate province:02@2004 2017 actual MU A = 3.3",
	} {
		if !slices.ContainsFunc(got.Loaded, func(o string) bool { return strings.HasPrefix(o, want) }) {
			t.Errorf("no %q in %q", want, got.Loaded)
		}
	}
	if !slices.ContainsFunc(got.Refused, func(r string) bool { return strings.HasPrefix(r, "Sheet1!D8 indicator.unknown") }) {
		t.Errorf("the women of an unknown indicator are not refused: %q", got.Refused)
	}
}
