package sample

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"
)

// feed is a machine-made file of the sample.
type feed struct {
	path string
	date time.Time
	data []byte
}

// feeds gives the feeds: they are small and all belong to the default part.
func (s *store) feeds() ([]feed, error) {
	csv := s.insuranceFeed()
	js, err := s.labourFeed()
	if err != nil {
		return nil, err
	}
	return []feed{csv, js}, nil
}

// insuranceFeed writes the published counts of insured people as the monthly file of the social insurance: UTF-8 with
// a byte order mark, semicolons, Vietnamese words. A yearly figure is the count at 31 December, which is that month's
// cut-off. Sex and age were not published, so every row is a total. Figures that the source rounds in words
// ("khoảng", "hơn") stay out, for a feed has no place for them. The last column names the document.
func (s *store) insuranceFeed() feed {
	schemes := []struct{ indicator, word string }{
		{"bhxh_compulsory", "BHXH bắt buộc"}, {"bhxh_voluntary", "BHXH tự nguyện"}, {"bhtn_participants", "BHTN"}, {"bhyt_participants", "BHYT"},
	}
	type line struct {
		month, code, name, scheme string
		order, value              int
	}
	var lines []line
	seen := map[valueKey]bool{}
	for i, v := range s.values {
		for o, x := range schemes {
			if v.Indicator != x.indicator || v.Measure != "actual" || !bare(v) || strings.Contains(v.Period, "/") || strings.Contains(v.Period, "Q") || seen[v.key()] {
				continue
			}
			seen[v.key()] = true
			m := v.Period
			if len(m) == 4 {
				m += "-12"
			}
			code, name := "00", "Toàn quốc"
			if t, ok := strings.CutPrefix(v.Territory, "province:"); ok {
				code, name = t[:2], s.territoryOf[v.Territory].name
			}
			lines = append(lines, line{m, code, name, x.word, o, i})
		}
	}
	sort.Slice(lines, func(a, b int) bool {
		x, y := lines[a], lines[b]
		if x.month != y.month {
			return x.month < y.month
		}
		if x.code != y.code {
			return x.code < y.code
		}
		return x.order < y.order
	})
	var b bytes.Buffer
	b.WriteString("\ufeffthang;ma_tinh;ten_tinh;loai_hinh;gioi_tinh;nhom_tuoi;so_nguoi;nguon\r\n")
	for _, l := range lines {
		fmt.Fprintf(&b, "%s/%s;%s;%s;%s;Tổng;Tổng;%s;%s: %s\r\n", l.month[5:], l.month[:4], l.code, l.name, l.scheme, s.values[l.value].Value, Keyword, s.values[l.value].Document)
	}
	return feed{"feeds/bhxh_nguoi_tham_gia.csv", time.Date(2025, 12, 5, 0, 0, 0, 0, time.UTC), b.Bytes()}
}

// labourFeed writes the labour force table as the PX-Web server of the statistics office sends JSON-stat: one null in
// status for every missing value, labels with a doubled space or the letter Ð (U+00D0) where Đ is meant, a
// preliminary year named so, an update in the year 9999, a NUL byte at the end.
func (s *store) labourFeed() (feed, error) {
	var rows []territory
	years := map[string]bool{}
	preliminary := map[string]bool{}
	at := map[[2]string]Value{}
	for _, v := range s.values {
		if v.Indicator == "labour_force_15plus" && s.isTable(v.Document) {
			years[v.Period] = true
			preliminary[v.Period] = v.Status == "P"
			at[[2]string{v.Territory, v.Period}] = v
		}
	}
	var ys []string
	for y := range years {
		ys = append(ys, y)
	}
	sort.Strings(ys)
	rows = s.tableRows()

	var values, missing []string
	for _, t := range rows {
		for _, y := range ys {
			v, ok := at[[2]string{t.id, y}]
			if !ok {
				missing = append(missing, fmt.Sprintf("%q:null", strconv.Itoa(len(values))))
				values = append(values, "null")
				continue
			}
			values = append(values, delivered(v))
		}
	}
	odd := map[string]string{"Đắk Lắk": "Ðắk Lắk", "Đồng Nai": "Ðồng Nai", "Quảng Nam": "Quảng  Nam", "Thái Nguyên": "Thái  Nguyên"}
	var places, times []string
	for _, t := range rows {
		if o, ok := odd[t.table]; ok {
			places = append(places, o)
		} else {
			places = append(places, t.table)
		}
	}
	for _, y := range ys {
		if preliminary[y] {
			y = "Sơ bộ " + y
		}
		times = append(times, y)
	}
	place, err := categories("Địa phương", places)
	if err != nil {
		return feed{}, err
	}
	when, err := categories("Năm", times)
	if err != nil {
		return feed{}, err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"dataset":{"status":{%s},"dimension":{%s,%s,"id":["Địa phương","Năm"],"size":[%d,%d],"role":{}},`,
		strings.Join(missing, ","), place, when, len(places), len(times))
	fmt.Fprintf(&b, `"label":"Lực lượng lao động từ 15 tuổi trở lên phân theo địa phương(*) chia theo Địa phương và Năm","source":%q,"updated":"9999-12-31T16:59:59Z","value":[%s]}}`,
		Keyword, strings.Join(values, ","))
	b.WriteByte(0)
	return feed{"feeds/pxweb_V02.34_luc_luong_lao_dong.json", time.Date(2022, 12, 31, 0, 0, 0, 0, time.UTC), b.Bytes()}, nil
}

// categories writes one dimension object of JSON-stat, its positions in numeric order as the server does.
func categories(name string, labels []string) (string, error) {
	var index, label []string
	for i, l := range labels {
		text, err := json.Marshal(l)
		if err != nil {
			return "", fmt.Errorf("dimension %s: %w", name, err)
		}
		index = append(index, fmt.Sprintf(`"%d":%d`, i, i))
		label = append(label, fmt.Sprintf(`"%d":%s`, i, text))
	}
	return fmt.Sprintf(`%q:{"label":%q,"category":{"index":{%s},"label":{%s}}}`, name, name, strings.Join(index, ","), strings.Join(label, ",")), nil
}
