package text

import "testing"

var labels = []string{
	"Tỷ lệ lao động qua đào tạo", "Hà Giang", "Số lao động được tạo việc làm trong năm", "Trong đó: Nữ", "TT", "Đơn vị", "Total employed population",
	"Kế hoạch năm 2020", "Ước TH 2013", "1.1", "Trung du và miền núi phía Bắc", "Nghìn người",
}

func BenchmarkRepairClean(b *testing.B) {
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		Repair(labels[i%len(labels)])
	}
}

func BenchmarkRepairDamaged(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Repair("Thưc\u0323 hiêṇ viêc\u0323 Xa \u0303hôi\u0323")
	}
}

func BenchmarkRepairTCVN3(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Repair("Tæng sè ng­êi cã viÖc lµm")
	}
}

func BenchmarkKey(b *testing.B) {
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		Key(labels[i%len(labels)])
	}
}

func BenchmarkParseNumber(b *testing.B) {
	numbers := []string{"82615", "82.615", "12,5", "103,3%", "1.045,6", "15,8 nghìn người", "-"}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		ParseNumber(numbers[i%len(numbers)], Vietnamese)
	}
}

func BenchmarkFromFloat(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		FromFloat("82.614999999999995")
	}
}

func BenchmarkPeriod(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Period("9 tháng đầu năm 2018")
	}
}
