package layout

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/phuluc/phuluc/transform/catalogue"
)

// readBy reads a table with the words of a user's folder and gives what each cell means, or the code that it is refused with.
func readBy(t *testing.T, files map[string]string, table string) map[string]string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cat, err := catalogue.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	f := Read(cat, parseFixture(t, table))
	for _, o := range f.Observations {
		got[o.Cell] = strings.Join([]string{o.Indicator, o.Territory, o.Period, o.Measure, o.Value.Decimal.String()}, " ")
	}
	for _, r := range f.Refusals {
		got[r.Cell] = r.Code
	}
	return got
}

func sameCells(t *testing.T, got, want map[string]string) {
	t.Helper()
	for _, cell := range slices.Sorted(maps.Keys(want)) {
		if got[cell] != want[cell] {
			t.Errorf("%s is %q, want %q", cell, got[cell], want[cell])
		}
		delete(got, cell)
	}
	if len(got) > 0 {
		t.Errorf("also %v", got)
	}
}

const ownIndicators = "code,name_vi,name_en,unit_code,domain,value_kind,direction_good,aggregation,stock_flow,parent_code\n"

// "Tổng thu NSNN | Thu NSĐP" over rows of the same taxes: a row below a header that names the whole is itself, below another one it is what the
// catalogue says of it there, and refused where the catalogue says nothing.
func TestALabelMeansAnotherThingBelowAHeader(t *testing.T) {
	got := readBy(t, map[string]string{
		"indicators.csv": ownIndicators + `state,Tổng thu ngân sách nhà nước,State revenue,vnd_million,budget,currency_vnd,up,sum,flow,
state_home,Thu nội địa,Domestic revenue,vnd_million,budget,currency_vnd,up,sum,flow,state
state_firms,Thu từ doanh nghiệp nhà nước,Revenue from state firms,vnd_million,budget,currency_vnd,up,sum,flow,state_home
state_vat,Thuế GTGT của doanh nghiệp nhà nước,VAT of state firms,vnd_million,budget,currency_vnd,up,sum,flow,state_firms
state_land,Thu tiền sử dụng đất,Land fees,vnd_million,budget,currency_vnd,up,sum,flow,state_home
state_fees,Lệ phí trước bạ,Registration fees,vnd_million,budget,currency_vnd,up,sum,flow,state_home
own,Thu ngân sách địa phương,Local revenue,vnd_million,budget,currency_vnd,up,sum,flow,
own_home,Thu nội địa của ngân sách địa phương,Local domestic revenue,vnd_million,budget,currency_vnd,up,sum,flow,own
own_firms,Thu từ doanh nghiệp nhà nước của ngân sách địa phương,Local revenue from state firms,vnd_million,budget,currency_vnd,up,sum,flow,own_home
own_vat,Thuế GTGT của ngân sách địa phương,Local VAT,vnd_million,budget,currency_vnd,up,sum,flow,own_firms
own_land,Tiền sử dụng đất của ngân sách địa phương,Local land fees,vnd_million,budget,currency_vnd,up,sum,flow,own_home
`,
		"indicator_synonyms.csv": `indicator_code,label,parent_label
state,Tổng thu NSNN,
own,Thu NSĐP,
own,Tổng thu NSNN,Thu NSĐP
own_home,Thu nội địa,Thu NSĐP
own_firms,Thu từ doanh nghiệp nhà nước,Thu nội địa của ngân sách địa phương
state_vat,Thuế GTGT,Thu từ doanh nghiệp nhà nước
own_vat,Thuế GTGT,Thu từ doanh nghiệp nhà nước của ngân sách địa phương
own_land,Thu tiền sử dụng đất,Thu NSĐP
`,
		"header_words.csv": "word,dimension,value\nDự toán,measure,plan\n",
	}, `UBND TỈNH BẮC GIANG
DỰ TOÁN THU NGÂN SÁCH NHÀ NƯỚC THEO LĨNH VỰC NĂM 2020
			Đơn vị: tỷ đồng
STT	Nội dung	Ước thực hiện năm 2019		Dự toán năm 2020
		Tổng thu NSNN	Thu NSĐP	Tổng thu NSNN	Thu NSĐP
!merge C4:D4
!merge E4:F4
	TỔNG THU NSNN	=7.9	=5.6	=8.4	=6
I	Thu nội địa	=6.8	=5.5	=7.2	=5.9
1	Thu từ doanh nghiệp nhà nước	=0.9	=0.8	=1.1	=0.7
	- Thuế GTGT	=0.5	=0.3	=0.6	=0.2
2	Thu tiền sử dụng đất	=3.2	=2.7	=3.3	=2.9
3	Lệ phí trước bạ	=0.4	=0.35	=0.45	=0.36
`)
	const home = " province:24@2004 "
	want := map[string]string{}
	for cell, meaning := range map[string]string{
		"C6": "state 7900", "C7": "state_home 6800", "C8": "state_firms 900", "C9": "state_vat 500", "C10": "state_land 3200", "C11": "state_fees 400",
		"D6": "own 5600", "D7": "own_home 5500", "D8": "own_firms 800", "D9": "own_vat 300", "D10": "own_land 2700",
		"E6": "state 8400", "E7": "state_home 7200", "E8": "state_firms 1100", "E9": "state_vat 600", "E10": "state_land 3300", "E11": "state_fees 450",
		"F6": "own 6000", "F7": "own_home 5900", "F8": "own_firms 700", "F9": "own_vat 200", "F10": "own_land 2900",
	} {
		code, value, _ := strings.Cut(meaning, " ")
		period := "2019 estimate "
		if cell[0] >= 'E' {
			period = "2020 plan "
		}
		want[cell] = code + home + period + value
	}
	want["D11"], want["F11"] = "header.conflict", "header.conflict"
	sameCells(t, got, want)
}

// A header that is no whole of the row's indicator leaves the two contradicting, however near they are in meaning.
func TestARowBelowAHeaderOfAnotherThingIsRefused(t *testing.T) {
	got := readBy(t, nil, `SỞ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI TỈNH SƠN LA
KẾT QUẢ NĂM 2018
TT	Chỉ tiêu	Số lao động được tạo việc làm (người)	Số hộ nghèo (hộ)
1	Số người tham gia BHXH	=1	=2
2	Số hộ cận nghèo	=3	=4
`)
	sameCells(t, got, map[string]string{"C4": "header.conflict", "D4": "header.conflict", "C5": "header.conflict", "D5": "header.conflict"})
}

const ownWards = `territory_id,code,name_vi,full_name_vi,name_en,level,type,parent_id,valid_from
commune:06652,06652,Hồng Gai,Phường Hồng Gai,Hong Gai,commune,ward,province:22@2025,2025-07-01
commune:06685,06685,Hà Tu,Phường Hà Tu,Ha Tu,commune,ward,province:22@2025,2025-07-01
commune:07192,07192,Cô Tô,Đặc khu Cô Tô,Co To,commune,special_zone,province:22@2025,2025-07-01
`

func TestCommunesOfAUserArePlacesOfTheirProvince(t *testing.T) {
	got := readBy(t, map[string]string{"territories.csv": ownWards}, `UBND TỈNH QUẢNG NINH
HỘ NGHÈO THEO XÃ, PHƯỜNG NĂM 2025
			Đơn vị: hộ
STT	Xã, phường, đặc khu	Số hộ nghèo	Số hộ cận nghèo
	Toàn tỉnh	=1000	=1300
1	Phường Hồng Gai	=100	=200
2	P. Hà Tu	=200	=300
3	Cô Tô	=350	=390
4	Xã Thống Nhất	=350	=410
`)
	sameCells(t, got, map[string]string{
		"C5": "poor_households province:22@2025 2025 actual 1000", "D5": "near_poor_households province:22@2025 2025 actual 1300",
		"C6": "poor_households commune:06652 2025 actual 100", "D6": "near_poor_households commune:06652 2025 actual 200",
		"C7": "poor_households commune:06685 2025 actual 200", "D7": "near_poor_households commune:06685 2025 actual 300",
		"C8": "poor_households commune:07192 2025 actual 350", "D8": "near_poor_households commune:07192 2025 actual 390",
		"C9": "territory.unknown", "D9": "territory.unknown",
	})
}

// A commune below a district of the province is one of it too; that of the name of its district is either.
func TestACommuneAndItsDistrictAreToldApart(t *testing.T) {
	got := readBy(t, map[string]string{"territories.csv": `territory_id,code,name_vi,full_name_vi,name_en,level,type,parent_id
district:24/yen-dung,221,Yên Dũng,Huyện Yên Dũng,Yen Dung,district,district,province:24@2004
commune:24/neo,07681,Nham Biền,Thị trấn Nham Biền,Nham Bien,commune,township,district:24/yen-dung
commune:24/yen-dung,07682,Yên Dũng,Xã Yên Dũng,Yen Dung,commune,commune,district:24/yen-dung
`}, `UBND TỈNH BẮC GIANG
HỘ NGHÈO NĂM 2018
STT	Đơn vị	Số hộ nghèo (hộ)
1	Huyện Yên Dũng	=900
2	Nham Biền	=40
3	Xã Yên Dũng	=50
4	Yên Dũng	=60
`)
	sameCells(t, got, map[string]string{
		"C4": "poor_households district:24/yen-dung 2018 actual 900", "C5": "poor_households commune:24/neo 2018 actual 40",
		"C6": "poor_households commune:24/yen-dung 2018 actual 50", "C7": "territory.ambiguous",
	})
}

// In a table without units a name may tell it: of how many a rate is, or what is counted one by one.
func TestANameTellsTheUnit(t *testing.T) {
	own := map[string]string{
		"units.csv":      "code,name_vi,name_en,quantity,factor\nclass,lớp,class,class,1\ndoctor_10k,bác sĩ/vạn dân,doctors per 10000,doctor_rate,1\n",
		"unit_words.csv": "word,unit_code\nlớp,class\nbác sĩ/vạn dân,doctor_10k\ntrên vạn dân,doctor_10k\ntrên 10.000 dân,doctor_10k\n",
		"indicators.csv": ownIndicators + "classes,Số lớp,Classes,class,education,count,none,sum,stock,\ndoctor_rate,Số bác sĩ trên vạn dân,Doctors per 10000,doctor_10k,health,ratio,up,none,stock,\n",
		"indicator_synonyms.csv": `indicator_code,label
doctor_rate,Số bác sĩ trên 10.000 dân
doctor_rate,Mật độ bác sĩ
`,
	}
	for header, want := range map[string]string{
		"Số bác sĩ trên vạn dân":    "doctor_rate province:24@2004 2018 actual 8.8",
		"Số bác sĩ trên 10.000 dân": "doctor_rate province:24@2004 2018 actual 8.8",
		"Mật độ bác sĩ":             "unit.ambiguous",
	} {
		got := readBy(t, own, "SỞ Y TẾ TỈNH BẮC GIANG\nKẾT QUẢ NĂM 2018\nĐịa phương\t"+header+"\tSố lớp\nBắc Giang\t=8.8\t=12650\n")
		sameCells(t, got, map[string]string{"B4": want, "C4": "classes province:24@2004 2018 actual 12650"})
	}
}

// A school year is two years to the grammar; a word of the user's says that it is one period.
func TestASchoolYearIsAPeriodByAWordOfTheUser(t *testing.T) {
	table := "SỞ GIÁO DỤC TỈNH BẮC GIANG\nQUY MÔ HỌC SINH\nChỉ tiêu\tĐVT\tNăm học 2017-2018\tNăm học 2018-2019\nSố trẻ mẫu giáo\tcháu\t=100\t=110\n"
	own := map[string]string{"indicators.csv": ownIndicators + "nursery,Số trẻ mẫu giáo,Children in kindergartens,child,education,count,none,sum,stock,\n"}
	sameCells(t, readBy(t, own, table), map[string]string{"C4": "header.unknown", "D4": "header.unknown"})
	own["header_words.csv"] = "word,dimension,value\nNăm học,period_part,Y\n"
	sameCells(t, readBy(t, own, table), map[string]string{"C4": "nursery province:24@2004 2017/2018 actual 100", "D4": "nursery province:24@2004 2018/2019 actual 110"})
}

// A heading that nobody knows may narrow what the rows below it count; one that a user calls a section does not.
func TestAHeadingIsASectionByAWordOfTheUser(t *testing.T) {
	table := `SỞ Y TẾ TỈNH BẮC GIANG
KẾT QUẢ THỰC HIỆN NĂM 2018, KẾ HOẠCH NĂM 2019
TT	Chỉ tiêu	Đơn vị	TH 2018	KH 2019
I	Nhân lực y tế
1	Tổng số bác sĩ	bác sĩ	=1502	=1600
	Trong đó: Nữ	bác sĩ	=700	=750
`
	own := map[string]string{
		"unit_words.csv": "word,unit_code\nbác sĩ,person\n",
		"indicators.csv": ownIndicators + "doctors,Tổng số bác sĩ,Doctors,person,health,count,up,sum,stock,\n",
	}
	sameCells(t, readBy(t, own, table), map[string]string{"D5": "indicator.narrowed", "E5": "indicator.narrowed", "D6": "indicator.narrowed", "E6": "indicator.narrowed"})
	own["header_words.csv"] = "word,dimension,value\nNhân lực y tế,role,section\n"
	const home = " province:24@2004 "
	sameCells(t, readBy(t, own, table), map[string]string{
		"D5": "doctors" + home + "2018 actual 1502", "E5": "doctors" + home + "2019 plan 1600", "D6": "doctors" + home + "2018 actual 700", "E6": "doctors" + home + "2019 plan 750",
	})
}
