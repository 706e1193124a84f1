package text

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ParseDate gives the ISO date of a Vietnamese date: day first ("12/7/2013", "13-4-2016", "20.3.2017"), in words
// ("Hà Nội, ngày 03 tháng 7 năm 2019", anywhere in the text) or ISO with or without a time of day. Blanks before signing
// ("ngày   tháng  năm 2022"), two-digit years and days that do not exist give ok = false.
func ParseDate(s string) (iso string, ok bool) { return ParseDateIn(s, 0) }

// ParseDateIn reads what ParseDate reads, and a day and month without a year ("24.2", "24/2", "ngày 24 tháng 2") as of the
// given year. Use it only where the context says that a date is meant: "24.2" is a number elsewhere.
func ParseDateIn(s string, year int) (iso string, ok bool) {
	if len(s) > maxNumberText || !strings.ContainsAny(s, "0123456789") {
		return "", false
	}
	s = strings.TrimSpace(strings.ReplaceAll(Repair(s), "*", ""))
	low := Lower(s)
	if strings.Contains(low, "ngày") && strings.Contains(low, "tháng") {
		if iso, ok = dateInWords(s, year); ok {
			return iso, true
		}
	}
	s = strings.TrimSpace(strings.TrimPrefix(low, "ngày"))
	if len(s) > 10 && (s[10] == 't' || s[10] == ' ') && strings.Count(s[:10], "-") == 2 { // a time of day follows
		s = s[:10]
	}
	var nums [3]string
	n, sep := 0, byte(0)
	for i := 0; ; {
		for i < len(s) && s[i] == ' ' {
			i++
		}
		start := i
		for i < len(s) && isDigit(s[i]) {
			i++
		}
		if i == start || n == len(nums) {
			return "", false
		}
		nums[n] = s[start:i]
		n++
		for i < len(s) && s[i] == ' ' {
			i++
		}
		if i == len(s) {
			break
		}
		if c := s[i]; c != '/' && c != '-' && c != '.' || sep != 0 && c != sep {
			return "", false
		}
		sep = s[i]
		i++
	}
	switch {
	case n == 3 && len(nums[0]) == 4:
		return isoDate(nums[0], nums[1], nums[2])
	case n == 3:
		return isoDate(nums[2], nums[1], nums[0])
	case n == 2 && year != 0:
		return isoDate(strconv.Itoa(year), nums[1], nums[0])
	}
	return "", false
}

func dateInWords(s string, year int) (string, bool) {
	words := strings.Fields(Key(s))
	for i := 0; i+3 < len(words); i++ {
		if words[i] != "ngày" || words[i+2] != "tháng" {
			continue
		}
		switch {
		case i+5 < len(words) && words[i+4] == "năm":
			if iso, ok := isoDate(words[i+5], words[i+3], words[i+1]); ok {
				return iso, true
			}
		case year != 0 && i+4 == len(words):
			return isoDate(strconv.Itoa(year), words[i+3], words[i+1])
		}
	}
	return "", false
}

func isoDate(year, month, day string) (string, bool) {
	y, err1 := strconv.Atoi(year)
	m, err2 := strconv.Atoi(month)
	d, err3 := strconv.Atoi(day)
	if err1 != nil || err2 != nil || err3 != nil || len(month) > 2 || len(day) > 2 || y < 1900 || y > 2100 || m < 1 || m > 12 {
		return "", false
	}
	if t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC); t.Day() != d || int(t.Month()) != m {
		return "", false
	}
	return fmt.Sprintf("%04d-%02d-%02d", y, m, d), true
}
