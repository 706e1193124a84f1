package layout

import (
	"strings"
	"unicode/utf8"

	"github.com/phuluc/phuluc/transform/text"
)

// Numbers of documents: "2652/LĐTBXH-KHTC", "1240/QĐ-LĐTBXH"; a blank number ("số     /LĐTBXH-KHTC") does not match.
const documentPattern = `(\d{1,5})\s*/\s*((?:\d{4}/)?[A-ZĐƯ][A-ZĐƯa-z0-9]*(?:\s*[-–]\s*[A-ZĐƯ][A-ZĐƯa-z0-9]*)*)`

// headCells lists the text cells above the first table of a sheet; without a table, those of its first rows.
func (s *sheetReader) headCells() []int32 {
	end := min(len(s.g.rows), 15)
	if len(s.tables) > 0 {
		end = s.tables[0].top
	}
	for r := 0; r < end && len(s.tables) == 0; r++ {
		if sh := s.shapeAt(r, 0); sh != nil {
			end = sh.heads[0]
		}
	}
	var out []int32
	for r := range end {
		for _, i := range s.g.rowCells(r) {
			if s.class[i] == classText {
				out = append(out, i)
			}
		}
	}
	return out
}

// bodyName takes "Tên đơn vị:" and the dots of an unfilled name off.
func bodyName(t string) string {
	if i := strings.IndexByte(t, ':'); i >= 0 && strings.Contains(strings.ToLower(t[:i]), "đơn vị") {
		t = t[i+1:]
	}
	return strings.Trim(t, " .…_")
}

// isBody tells a reporting body from the other lines of a letterhead, given in lower case.
func isBody(low string) bool {
	if i := strings.IndexByte(low, ':'); i >= 0 && strings.Contains(low[:i], "đơn vị") {
		return strings.Trim(low[i+1:], " .…") != ""
	}
	for _, w := range []string{"sở ", "ủy ban", "uỷ ban", "ubnd", "bảo hiểm xã hội", "bhxh", "bộ ", "tổng cục", "cục ", "chi cục", "phòng ", "văn phòng"} {
		if strings.HasPrefix(low, w) {
			return true
		}
	}
	return false
}

// isMinistryReport reports whether a document is a report that a ministry signs, "152/BC-LĐTBXH": the codes of departments of provinces begin with S, those
// of people's committees with U.
func isMinistryReport(document string) bool {
	_, issuer, ok := strings.Cut(document, "/BC-")
	return ok && !strings.HasPrefix(issuer, "S") && !strings.HasPrefix(issuer, "U")
}

// isMinistry reports whether a body is a ministry.
func isMinistry(body string) bool { return strings.HasPrefix(strings.ToLower(body), "bộ ") }

// sender gives the one of two bodies of a letterhead that sends: the first, unless it is the people's committee above the second. That one
// then bears the committee's place: UBND TỈNH HÀ GIANG / SỞ NỘI VỤ is SỞ NỘI VỤ TỈNH HÀ GIANG.
func sender(first, second string) string {
	if first == "" {
		return second
	}
	place, committee := ofCommittee(first)
	if !committee {
		return first
	}
	if _, both := ofCommittee(second); both {
		return first
	}
	if !strings.Contains(place, " ") || strings.Contains(strings.ToLower(second), strings.ToLower(place)) { // TỈNH …, left blank
		return second
	}
	return second + " " + place
}

// ofCommittee gives what stands behind the name of a people's committee.
func ofCommittee(body string) (place string, ok bool) {
	if r, _ := utf8.DecodeRuneInString(body); !strings.ContainsRune("uUủỦ", r) {
		return "", false
	}
	words := strings.Fields(body)
	for _, name := range [][]string{{"ubnd"}, {"ủy", "ban", "nhân", "dân"}, {"uỷ", "ban", "nhân", "dân"}} {
		if len(words) >= len(name) && strings.EqualFold(strings.Join(words[:len(name)], " "), strings.Join(name, " ")) {
			return strings.Join(words[len(name):], " "), true
		}
	}
	return "", false
}

// planYear finds "KẾ HOẠCH NĂM 2020", "KẾ HOẠCH 2014" in the words of a title; the plan whose execution is reported ("thực hiện kế
// hoạch năm 2019") is not the plan round's. 0 if none.
func (rd *Reader) planYear(toks []token) int {
	best := 0
	for i := range toks {
		w, ok := word{}, false
		n := rd.vocab.reach(toks[i:], 5)
		for ; n > 0; n-- {
			if toks[i+n-1].punct {
				continue
			}
			if w, ok = rd.vocab.find(toks[i:i+n], kindMeasure); ok {
				break
			}
		}
		if !ok || w.value != "plan" || phraseKey(toks[i:i+n]) == "chỉ tiêu" {
			continue
		}
		if isReported(toks[:i]) {
			continue
		}
		if k, it := takePeriod(toks[i+n:]); k > 0 && it.to == 0 && it.part == "" && it.year > best {
			best = it.year
		}
	}
	return best
}

// isReported reports whether the words before a plan say that its execution is told: "thực hiện các chỉ tiêu" does for
// "kế hoạch năm 2019"; a year or "và" in between begins something new.
func isReported(toks []token) bool {
	for i := len(toks) - 1; i >= 0 && !isYear(toks[i]) && !toks[i].punct && toks[i].low != "và"; i-- {
		if toks[i].low == "hiện" {
			return true
		}
	}
	return false
}

// headLine is what the form of a text tells of a line of a letterhead.
type headLine struct {
	dated    bool   // it is of the place and the date
	attached bool   // it tells what the workbook is attached to
	report   bool   // … and that this is a report
	body     string // the body that it names
	local    bool   // it may name a body or place of a province, or leave room for its name
}

func (rd *Reader) line(t string) headLine {
	return rd.lines.get(t, func() headLine {
		low := text.Lower(t)
		l := headLine{dated: isPlaceAndDate(low), attached: strings.Contains(low, "kèm theo"), report: strings.Contains(low, "kèm theo báo cáo")}
		l.local = holds(" "+low, " sở ", " tỉnh", " ubnd", " ủy ban", " uỷ ban", " huyện", " quận", " phố", "...", "…")
		if isBody(low) {
			l.body = bodyName(t)
		}
		return l
	})
}

// reference is what a line of a letterhead may refer to.
type reference struct {
	document, date string
	year           int
}

func (rd *Reader) reference(t string) reference {
	return rd.references.get(t, func() reference {
		var r reference
		if strings.IndexByte(t, '/') >= 0 { // few lines have one
			r.document = strings.Join(strings.Fields(rd.documents.FindString(t)), "")
		}
		r.date, r.year = rd.findDate(t)
		return r
	})
}

// findDate finds the date of a document in its reference line; a date not filled in gives its year only.
func (rd *Reader) findDate(t string) (iso string, year int) {
	low := text.Lower(t)
	for from := 0; ; {
		i := strings.Index(low[from:], "ngày")
		if i < 0 || len(low) != len(t) {
			break
		}
		at := from + i
		end := min(len(t), at+60)
		for !utf8.RuneStart(byteAt(t, end)) {
			end--
		}
		part := t[at:end]
		if j := strings.IndexAny(part, ")\n;"); j > 0 {
			part = part[:j]
		}
		toks := rd.tokenize(part)
		// "ngày 13 tháng 12 năm 2022", "ngày 13/12/2022", and the blank forms of both.
		numbers := 0
		for j, x := range toks {
			if isDigit(x.low[0]) {
				numbers++
			}
			if isYear(x) && j < 8 {
				year = x.num
				if numbers < 3 { // the day or the month is left out
					break
				}
				if d, ok := text.ParseDate(part[:x.end]); ok {
					return d, year
				}
				break
			}
		}
		if year != 0 {
			return "", year
		}
		from = at + len("ngày")
	}
	return "", 0
}

func byteAt(s string, i int) byte {
	if i >= len(s) {
		return 0
	}
	return s[i]
}
