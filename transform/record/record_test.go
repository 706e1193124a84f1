package record

import (
	"encoding/csv"
	"sort"
	"strings"
	"testing"
)

// Guards invariant 1.
func TestCountsMustAddUp(t *testing.T) {
	ok := Sheet{Name: "a", Read: 6, Loaded: 2, Quarantined: 1, Skipped: map[string]int{"title": 2, "note": 1}}
	if err := ok.Check(); err != nil {
		t.Fatal(err)
	}
	lost := ok
	lost.Read = 7
	if err := lost.Check(); err == nil || !strings.Contains(err.Error(), "7 cells read") {
		t.Fatalf("a lost cell was not noticed: %v", err)
	}
}

func TestCodesAreSortedUniqueAndHaveTextsInBothLanguages(t *testing.T) {
	rows, err := csv.NewReader(strings.NewReader(CodesCSV())).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for i, r := range rows[1:] {
		codes = append(codes, r[0])
		for j, field := range r {
			if strings.TrimSpace(field) == "" {
				t.Errorf("line %d: column %s is empty", i+2, rows[0][j])
			}
		}
	}
	if !sort.StringsAreSorted(codes) {
		t.Error("codes.csv is not sorted")
	}
	for i := 1; i < len(codes); i++ {
		if codes[i] == codes[i-1] {
			t.Errorf("code %s twice", codes[i])
		}
	}
}

func TestAnAmbiguousLabelIsUnknownUnlessTheYearDecides(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"BHTN", "BHTN"},
		{"BHTN|Số người tham gia bảo hiểm thất nghiệp", "BHTN"},
		{"Tỷ lệ hộ nghèo|the year has another poverty standard in force", ""},
	} {
		if got := (Refusal{Code: "indicator.ambiguous", Args: strings.Split(c.args, "|")}).Unknown(); got != c.want {
			t.Errorf("%s: %q, want %q", c.args, got, c.want)
		}
	}
}

func TestMessageGivesTextThenParticulars(t *testing.T) {
	r := Refusal{Code: "indicator.unknown", Args: []string{"Số lao động bay"}}
	if got := r.Message("en"); got != "The indicator is not in the catalogue: Số lao động bay" {
		t.Error(got)
	}
	if got := r.Message("vi"); got != "Chỉ tiêu không có trong danh mục: Số lao động bay" {
		t.Error(got)
	}
	r = Refusal{Code: "header.conflict", Args: []string{"estimate", "Kế hoạch / Ước TH 2019"}}
	if got := r.Message("vi"); got != "Các tiêu đề của ô mâu thuẫn nhau: ước thực hiện; Kế hoạch / Ước TH 2019" {
		t.Error(got)
	}
	r = Refusal{Code: "indicator.unknown", Args: []string{"Tỷ lệ tăng (%)\n      Growth rate (%)"}}
	if got := r.Message("vi"); got != "Chỉ tiêu không có trong danh mục: Tỷ lệ tăng (%) Growth rate (%)" {
		t.Error(got)
	}
	if got := (Refusal{Code: "no.such"}).Message("vi"); got != "no.such" {
		t.Error(got)
	}
}

// What the program says of a file or a record is said in Vietnamese with its numbers and the texts of the file; a sender is spared what
// only the maintainer understands.
func TestParticularsKeepTheirNumbersAndTexts(t *testing.T) {
	for _, c := range []struct{ code, said, want, sender string }{
		{"file.damaged", "line 12: 7 fields were found, then 9", "Tệp bảng tính bị hỏng: dòng 12: số cột không thống nhất (7, sau đó 9)", ""},
		{"file.truncated", "sector 8 of the container is behind the end of the file", "Tệp bị cắt cụt khi gửi hoặc sao chép: thiếu phần cuối của tệp (từ khối 8)", ""},
		{"file.truncated", "the stream ends inside record 00FD (byte 77)", "Tệp bị cắt cụt khi gửi hoặc sao chép: thiếu phần cuối của sổ (bản ghi 00FD ở byte 77)", ""},
		{"file.damaged", "record 00E0 has 9000 bytes", "Tệp bảng tính bị hỏng (chi tiết kỹ thuật: record 00E0 has 9000 bytes)", "Tệp bảng tính bị hỏng"},
		{"file.archive", "Biểu 1.xlsx, Biểu 2.xlsx", "Tệp nén (.zip .rar .7z) chứa tệp khác bên trong: Biểu 1.xlsx, Biểu 2.xlsx", ""},
		{"feed.field", "not a period: 2024-13", "Trường dữ liệu không đọc được: không phải kỳ số liệu: 2024-13", ""},
		{"territory.unknown", "Hà Tây: not in force on 2024-01-31", "Địa phương không có trong danh mục: Hà Tây: không còn hoặc chưa có hiệu lực vào ngày 2024-01-31", ""},
		{"indicator.unknown", "Số hộ # 7: quý 3", "Chỉ tiêu không có trong danh mục: Số hộ # 7: quý 3", ""},
	} {
		r := Refusal{Code: c.code, Args: []string{c.said}}
		if got := r.Message("vi"); got != c.want {
			t.Errorf("%s %q: %q", c.code, c.said, got)
		}
		if c.sender == "" {
			c.sender = c.want
		}
		if got := r.ForSender(); got != c.sender {
			t.Errorf("%s %q: the sender is told %q", c.code, c.said, got)
		}
	}
}
