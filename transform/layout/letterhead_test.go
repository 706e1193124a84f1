package layout

import "testing"

func TestTheSenderIsTheBodyBelowTheCommittee(t *testing.T) {
	for _, c := range []struct{ first, second, want string }{
		{"", "UBND TỈNH HÀ GIANG", "UBND TỈNH HÀ GIANG"},
		{"UBND TỈNH HÀ GIANG", "SỞ NỘI VỤ", "SỞ NỘI VỤ TỈNH HÀ GIANG"},
		{"Ủy ban nhân dân tỉnh Hà Giang", "Sở Nội vụ tỉnh Hà Giang", "Sở Nội vụ tỉnh Hà Giang"},
		{"UBND TỈNH", "SỞ NỘI VỤ", "SỞ NỘI VỤ"},
		{"UBND TỈNH HÀ GIANG", "UBND HUYỆN MÈO VẠC", "UBND TỈNH HÀ GIANG"},
		{"SỞ NỘI VỤ TỈNH HÀ GIANG", "PHÒNG KẾ HOẠCH", "SỞ NỘI VỤ TỈNH HÀ GIANG"},
		{"BỘ NỘI VỤ", "CỤC VIỆC LÀM", "BỘ NỘI VỤ"},
	} {
		if got := sender(c.first, c.second); got != c.want {
			t.Errorf("%q over %q: %q, want %q", c.first, c.second, got, c.want)
		}
	}
}
