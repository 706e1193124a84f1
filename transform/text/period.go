package text

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// Period reads a text that names one period and nothing else, and gives it in the form of the warehouse: 2019, 2019-S1,
// 2019-Q3, 2019-06, or a span of years 2015/2020 or of months from January, 2018-01/2018-09. status is P for "Sơ bộ",
// "Prel."; E for "Ước tính", "Ước", "Est."; "" when the text says nothing. Years run from 1900 to 2100. "6 tháng đầu năm"
// without a year is not ok. Some texts mean another period than the year they print; [PeriodNote] tells.
// The forms that Period gives are read back unchanged.
func Period(s string) (period, status string, ok bool) {
	p, ok := tables().period(s)
	return p.id, p.status, ok
}

// PeriodNote explains a period that differs from the year in its text: "đầu năm 2016" is the state at the end of 2015.
// It is "" for all other texts.
func PeriodNote(s string) string {
	p, _ := tables().period(s)
	return p.note
}

type periodReading struct{ id, status, note string }

// A periodPattern matches a whole text in the form of periodText: Key words, with - / and . kept, no space around them.
type periodPattern struct {
	expr *regexp.Regexp
	read func(m []string) (id, note string)
}

func periodPatterns() []periodPattern {
	const (
		year  = `(19\d\d|20\d\d|2100)`
		month = `(0?[1-9]|1[0-2])`
		of    = `(?:[-/. ]| ?năm )` // what stands between a part of a year and the year
	)
	quarter := func(y, q string) string {
		return y + "-Q" + strings.NewReplacer("iv", "4", "iii", "3", "ii", "2", "i", "1").Replace(q)
	}
	months := func(y, n string) string {
		switch k, _ := strconv.Atoi(n); k {
		case 1:
			return y + "-01"
		case 3:
			return y + "-Q1"
		case 6:
			return y + "-S1"
		case 12:
			return y
		default:
			return fmt.Sprintf("%s-01/%s-%02d", y, y, k)
		}
	}
	span := func(a, b string) string {
		if a >= b {
			return ""
		}
		return a + "/" + b
	}
	pad := func(m string) string { return fmt.Sprintf("%02s", m) }
	list := []struct {
		expr string
		read func(m []string) (id, note string)
	}{
		{`(?:cả |trong |hết |đến |đến hết |cuối |đến cuối |tính đến cuối )?(?:năm )?` + year, func(m []string) (string, string) { return m[1], "" }},
		{`(?:tính |có )?đến (?:ngày |hết ngày )?31[-/.]12[-/.]` + year, func(m []string) (string, string) { return m[1], "" }},
		{`đầu năm ` + year, func(m []string) (string, string) {
			y, _ := strconv.Atoi(m[1])
			return strconv.Itoa(y - 1), fmt.Sprintf("đầu năm %d = cuối năm %d", y, y-1)
		}},
		{`(?:(?:giai đoạn|gđ|thời kì) |từ (?:năm )?|(?:các )?năm )?` + year + `(?:[-/]| đến (?:năm )?)` + year, func(m []string) (string, string) { return span(m[1], m[2]), "" }},
		{month + ` ?(?:tháng|t)(?: đầu)?` + of + year, func(m []string) (string, string) { return months(m[2], m[1]), "" }},
		{month + `t` + year, func(m []string) (string, string) { return months(m[2], m[1]), "" }},
		{`0?6 ?(?:tháng|t) cuối` + of + year, func(m []string) (string, string) { return m[1] + "-S2", "" }},
		{`(?:quí |q)(i|ii|iii|iv|[1-4])` + of + year, func(m []string) (string, string) { return quarter(m[2], m[1]), "" }},
		{year + `[- ]?q([1-4])`, func(m []string) (string, string) { return m[1] + "-Q" + m[2], "" }},
		{year + `-s([12])`, func(m []string) (string, string) { return m[1] + "-S" + m[2], "" }},
		{`(?:tháng |t)` + month + of + year, func(m []string) (string, string) { return m[2] + "-" + pad(m[1]), "" }},
		{month + `/` + year, func(m []string) (string, string) { return m[2] + "-" + pad(m[1]), "" }},
		{year + `(?:-|m)(0[1-9]|1[0-2])`, func(m []string) (string, string) { return m[1] + "-" + m[2], "" }},
		{year + `-01/` + year + `-(0[1-9]|1[0-2])`, func(m []string) (string, string) {
			if m[1] != m[2] || m[3] == "01" {
				return "", ""
			}
			return m[1] + "-01/" + m[2] + "-" + m[3], ""
		}},
	}
	out := make([]periodPattern, len(list))
	for i, l := range list {
		out[i] = periodPattern{regexp.MustCompile(`^` + l.expr + `$`), l.read}
	}
	return out
}

func (t *tableSet) period(s string) (periodReading, bool) {
	var p periodReading
	if len(s) > maxNumberText || !hasYear(s) {
		return p, false
	}
	text := t.periodText(s)
	text, p.status = periodStatus(text)
	for _, pattern := range t.periods {
		m := pattern.expr.FindStringSubmatch(text)
		if m == nil {
			continue
		}
		p.id, p.note = pattern.read(m)
		if p.id == "" {
			return periodReading{}, false
		}
		return p, true
	}
	return periodReading{}, false
}

// hasYear is a quick test that spares most labels the patterns.
func hasYear(s string) bool {
	for i := 0; i+4 <= len(s); i++ {
		if (s[i] == '1' || s[i] == '2') && isDigit(s[i+1]) && isDigit(s[i+2]) && isDigit(s[i+3]) {
			return true
		}
	}
	return false
}

// periodStatus takes the words for provisional and estimated figures off the front or the end.
func periodStatus(s string) (rest, status string) {
	for _, w := range []struct{ word, status string }{
		{"sơ bộ-prel.", "P"}, {"sơ bộ prel.", "P"}, {"sơ bộ/prel.", "P"}, {"sơ bộ", "P"}, {"prel.", "P"}, {"prel", "P"}, {"preliminary", "P"},
		{"ước tính-est.", "E"}, {"ước tính/est.", "E"}, {"ước tính", "E"}, {"ước", "E"}, {"est.", "E"}, {"est", "E"}, {"estimate", "E"},
	} {
		for _, f := range []string{w.word, "(" + w.word + ")"} {
			if rest, ok := strings.CutPrefix(s, f); ok && rest != "" && (rest[0] == ' ' || isDigit(rest[0])) {
				return strings.TrimLeft(rest, " "), w.status
			}
			if rest, ok := strings.CutSuffix(s, " "+f); ok {
				return rest, w.status
			}
		}
	}
	return s, ""
}

// periodText is Key with the punctuation that separates dates kept: footnotes off, words as keys, dashes as "-", no space
// around - and /.
func (t *tableSet) periodText(s string) string {
	s, _ = footnotes(t.repair(s))
	var out strings.Builder
	start := -1
	flush := func(end int) {
		if start >= 0 {
			out.WriteString(t.key(s[start:end]))
			start = -1
		}
	}
	for i, r := range s {
		if isWordRune(r) {
			if start < 0 {
				start = i
			}
			continue
		}
		flush(i)
		switch r {
		case '–', '—', '−':
			r = '-'
		}
		if unicode.IsSpace(r) {
			r = ' '
		}
		out.WriteRune(r)
	}
	flush(len(s))
	text := strings.Join(strings.Fields(out.String()), " ")
	text = t.joints.Replace(text)
	return strings.TrimRight(text, ".:;, ")
}
