package layout

import (
	"fmt"
	"strconv"
)

const (
	firstYear = 1950
	lastYear  = 2060
)

func isYear(t token) bool { return t.num >= firstYear && t.num <= lastYear && t.end-t.start == 4 }

// partUnread is a part of the year that no period stands for, such as a week.
const partUnread = "?"

// firstMonth gives the number of the month in which a part of the year begins.
func firstMonth(part string) int {
	switch last := lastMonth(part); part[0] {
	case 'Q':
		return last - 2
	case 'S':
		return last - 5
	case 'M':
		return last
	}
	return 1
}

// lastMonth gives the number of the month in which a part of the year ends.
func lastMonth(part string) int {
	if len(part) < 2 { // "Y", and what no period stands for
		return 12
	}
	n, _ := strconv.Atoi(part[1:])
	switch part[0] {
	case 'Q':
		return 3 * n
	case 'S':
		return 6 * n
	case 'M', 'C':
		return n
	}
	return 12
}

// endsWithYear reports whether a text tells of a time that ends with a year, and not when it began: "TH đến năm 2018".
func endsWithYear(toks []token) bool {
	for i := range toks {
		if isYear(toks[i]) && endsAt(toks, i) {
			return true
		}
	}
	return false
}

// endsAt reports whether a period that begins at token i is the end of a time of which the beginning is not told: "đến hết năm 2018", not "2016 đến 2018".
func endsAt(toks []token, i int) bool {
	for i--; i >= 0; i-- {
		switch toks[i].low {
		case "hết", "cuối", "năm", "ngày", "thời", "điểm":
			continue
		case "đến", "tới":
			return i == 0 || !isYear(toks[i-1])
		}
		return false
	}
	return false
}

// inPeriod reports whether a token belongs to a period such as "quý II/2019".
func inPeriod(toks []token, i int) bool {
	for j := max(0, i-6); j < i; j++ {
		if n, _ := takePeriod(toks[j:]); n > i-j {
			return true
		}
		if j+4 < len(toks) && j+4 > i && isDate(toks[j:]) {
			return true
		}
	}
	return false
}

// isDate recognises a day at the start of the tokens: "30/6/2019".
func isDate(toks []token) bool {
	return len(toks) > 4 && toks[0].num >= 1 && toks[0].num <= 31 && toks[1].key == "/" && toks[2].num >= 1 && toks[2].num <= 12 &&
		toks[3].key == "/" && isYear(toks[4])
}

// takePeriod reads a period at the start of the tokens and returns how many it used: "năm 2019", "2015 - 2020",
// "6T 2018", "6 tháng đầu năm 2018", "9 tháng", "quý II/2019", "tháng 3 năm 2019", "3/2019", "31/12/2019".
func takePeriod(toks []token) (int, item) {
	if len(toks) == 0 || !opensPeriod(&toks[0]) {
		return 0, item{}
	}
	at := func(i int) token {
		if i < len(toks) {
			return toks[i]
		}
		return token{num: -1}
	}
	// year reads "[/ - năm] 2019" from i on.
	year := func(i int) (next, y int) {
		j := i
		for k := at(j).low; k == "/" || k == "-" || k == "năm" || k == "."; k = at(j).low {
			j++
		}
		if isYear(at(j)) {
			return j + 1, at(j).num
		}
		return i, 0
	}
	if n, it := takeCumulated(toks); n > 0 {
		return n, it
	}
	t0 := at(0)
	switch {
	case isDate(toks): // the last day of a part of the year that begins in January
		part := ""
		switch [2]int{t0.num, at(2).num} {
		case [2]int{31, 3}:
			part = "Q1"
		case [2]int{30, 6}:
			part = "S1"
		case [2]int{30, 9}:
			part = "C09"
		case [2]int{31, 12}:
			part = "Y"
		default:
			return 0, item{}
		}
		return 5, item{year: at(4).num, part: part, until: true}
	case t0.num > 0 && t0.num < 12 && (at(1).low == "t" || at(1).low == "tháng"):
		j, part := 2, upTo(t0.num)
		if k := at(j).low; k == "đầu" || k == "cuối" {
			if k == "cuối" {
				if t0.num != 6 {
					return 0, item{}
				}
				part = "S2"
			}
			j++
			if at(j).low == "năm" && !isYear(at(j+1)) {
				j++
			}
		}
		next, y := year(j)
		return next, item{year: y, part: part}
	case t0.num > 1 && at(1).low == "năm": // "5 năm 2016-2020"
		n, it := takePeriod(toks[1:])
		if it.to == 0 || it.to-it.year+1 != t0.num {
			return 0, item{}
		}
		return n + 1, it
	case t0.low == "từ" || t0.low == "qua" || t0.low == "các": // "từ năm 2016 đến năm 2020", "qua các năm 2016-2020"
		if n, it := takePeriod(toks[1:]); it.to != 0 {
			return n + 1, it
		}
	case t0.low == "tháng" && at(1).num >= 1 && at(1).num <= 12:
		next, y := year(2)
		return next, item{year: y, part: fmt.Sprintf("M%02d", at(1).num)}
	case t0.low == "quý" || t0.low == "qui" || t0.low == "quí" || t0.low == "q":
		q := 0
		switch at(1).low {
		case "i", "1":
			q = 1
		case "ii", "2":
			q = 2
		case "iii", "3":
			q = 3
		case "iv", "4":
			q = 4
		}
		if q > 0 {
			next, y := year(2)
			return next, item{year: y, part: fmt.Sprintf("Q%d", q)}
		}
	case t0.num >= 1 && t0.num <= 12 && t0.end-t0.start <= 2 && at(1).low == "/" && isYear(at(2)):
		return 3, item{year: at(2).num, part: fmt.Sprintf("M%02d", t0.num)}
	case t0.low == "năm" && isYear(at(1)):
		n, it := takePeriod(toks[1:])
		return n + 1, it
	case isYear(t0):
		j := 1
		if at(1).low == "-" || at(1).low == "đến" {
			j = 2
			if at(2).low == "năm" {
				j = 3
			}
			if isYear(at(j)) && at(j).num > t0.num {
				return j + 1, item{year: t0.num, to: at(j).num}
			}
		}
		return 1, item{year: t0.num}
	}
	return 0, item{}
}

// opensPeriod reports whether a period may begin with a token, as hardly any does.
func opensPeriod(t *token) bool {
	switch t.low {
	case "năm", "tháng", "quý", "qui", "quí", "q", "từ", "qua", "các", "lũy", "luỹ", "cộng", "lk", "tính", "có", "đến", "tới":
		return true
	}
	return t.num > 0
}

// periodReaches reports whether a part of a year begins inside the first n tokens and ends beyond them: "TH 6 tháng" is no word of
// "TH 6 tháng cuối năm 2018".
func periodReaches(toks []token, n int) bool {
	for j := 1; j < n; j++ {
		if k, it := takePeriod(toks[j:]); it.part != "" && j+k > n {
			return true
		}
	}
	return false
}

// takeCumulated reads a period that is counted from the first of January: "lũy kế 9 tháng 2019", "lũy kế từ đầu năm đến hết tháng 9". A month or a
// quarter up to which something is counted is its last one, not all of it, and where it is not said when that began ("lũy kế đến 30/9/2019", "tính
// đến tháng 9") the period is open. "Lũy kế đến năm 2019" may have begun in any year, and "lũy kế năm 2019" end in any month.
func takeCumulated(toks []token) (int, item) {
	at := func(i int) string {
		if i < len(toks) {
			return toks[i].low
		}
		return ""
	}
	j, sum := takeSum(toks)
	begins := at(j) == "từ" && at(j+1) == "đầu" && at(j+2) == "năm" && (at(j+3) == "đến" || at(j+3) == "tới")
	if begins {
		j += 3
	}
	if at(j) == "đến" || at(j) == "tới" {
		for j++; at(j) == "hết" || at(j) == "cuối" || at(j) == "ngày"; j++ {
		}
		n, it := takePeriod(toks[min(j, len(toks)):])
		if it.part == "" || it.part == "S2" || it.part[0] == 'S' && at(j) != "6" {
			return 0, item{}
		}
		it.open, it.until = !begins && (sum || !isDate(toks[j:])), !begins
		it.part, it.sum = upTo(lastMonth(it.part)), sum
		return j + n, it
	}
	if !sum {
		return 0, item{}
	}
	if at(j) == "giai" && at(j+1) == "đoạn" {
		j += 2
	}
	n, it := takePeriod(toks[j:])
	if n == 0 && at(j) == "12" && at(j+1) == "tháng" {
		n, it = 2, item{part: "Y"}
		if k := j + 2; at(k) == "năm" && k+1 < len(toks) && isYear(toks[k+1]) {
			n, it.year = 4, toks[k+1].num
		} else if k < len(toks) && isYear(toks[k]) {
			n, it.year = 3, toks[k].num
		}
	}
	if n == 0 || it.to == 0 && (it.part == "" || it.part == "S2" || it.part[0] == 'M' || it.part[0] == 'Q' && at(j) != "3") {
		return 0, item{}
	}
	it.sum = true
	return j + n, it
}

// takeSum counts the words that say that a period is counted from its beginning on: "lũy kế", "tính". sum is false if they need "đến" to say so.
func takeSum(toks []token) (n int, sum bool) {
	at := func(i int) string {
		if i < len(toks) {
			return toks[i].low
		}
		return ""
	}
	switch {
	case (at(0) == "lũy" || at(0) == "luỹ") && at(1) == "kế", at(0) == "cộng" && at(1) == "dồn":
		return 2, true
	case at(0) == "lk":
		return 1, true
	case at(0) == "tính" || at(0) == "có":
		return 1, false
	}
	return 0, false
}

// upTo gives the part of the year from January to the end of a month.
func upTo(month int) string {
	switch month {
	case 3:
		return "Q1"
	case 6:
		return "S1"
	case 12:
		return "Y"
	}
	return fmt.Sprintf("C%02d", month)
}
