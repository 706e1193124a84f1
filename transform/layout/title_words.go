package layout

import (
	"cmp"
	_ "embed"
	"slices"
	"strings"
	"sync"
)

// title_words.csv holds the words by which a title says whether its figures are of what was done.
//
//go:embed title_words.csv
var titleWordsCSV string

const (
	titleAhead     = "ahead"     // speaks of what is yet to come
	titleWanted    = "wanted"    // figures are wished for, not planned
	titleOther     = "other"     // begins like a word of wishes and is none: "khả năng lao động", or what programmes are called
	titleProgramme = "programme" // the name of a document that says what is to be reached
	titleTold      = "told"      // what follows is told as it is or was, of a programme too
	titleLaw       = "law"       // what is called by the year it was made in
	titleDocument  = "document"  // … if more of its name follows
	titleYearly    = "yearly"    // within one year; value: each, if it is each of several
	titleAdjusted  = "adjusted"  // another plan takes the place of the first
	titlePooled    = "pooled"    // the figures of provinces since merged were added up
	titleExcludes  = "excludes"  // a part of what figures are of is left out of them, or another taken in; or they are of no real case
	titleLacks     = "lacks"     // figures are not there yet; value: beside, if that is said of signs too unless it stands beside a row
	titleRemark    = "remark"    // a line in brackets that begins so says nothing of what is counted
	sheetDraft     = "draft"     // the name of a sheet whose figures do not hold, or no longer
	sheetOther     = "unlike"    // … or whose figures are none of the usual kind unless their headers say so
	pathResults    = "results"   // in the name of a file: the period behind it is that of results
	pathPlan       = "planned"   // … or of what is planned for it
	pathOther      = "named"     // … or of something else
	pathSupposed   = "supposed"  // … or its figures are not of what was done
	commentDoubt   = "doubt"     // a comment on a figure that says so does not trust it
	commentScale   = "scale"     // … or tells in what it is counted
)

var loadTitleWords = sync.OnceValue(func() *wordList { return newWordList("title_words.csv", titleWordsCSV) })

// titleWords are the periods and measure words of a title, and the standard it names. They are shared.
type titleWords struct {
	years    []partial
	parts    []titlePart
	measures []string
	standard string
	results  bool // "kết quả", "tình hình thực hiện"
	stage    bool // "giai đoạn", "nhiệm kỳ", "từ năm 2016", "lũy kế đến": several years, or a count that began before
	begun    bool // "lũy kế từ đầu nhiệm kỳ": a count that began before its year
	lasts    bool // "3 NĂM THỰC HIỆN": how many years, not which
	told     bool // "tình hình", "thống kê", "tổng kết": what is told is over, whatever programme it is of
	wanted   bool // "mục tiêu", "đề án", "nhu cầu" of a period: no results, of no certain measure
	yearly   bool // "trong năm", "bình quân"
	each     bool // "bình quân", "mỗi năm"
	adjusted bool // "điều chỉnh"
	aheadOf  int  // the first year of which that is said behind another period: "KẾT QUẢ NĂM 2018, NHIỆM VỤ NĂM 2019"
	before   bool // the provinces are those before the merger
	since    bool // or those since
	ofPlan   bool // see namesPlan
}

// names notes a standard.
func (w *titleWords) names(standard string) {
	if a, b := clearer(w.standard, standard), clearer(standard, w.standard); a == b {
		w.standard = a
	} else {
		w.standard = standardSeveral
	}
}

// take adds the words of a title.
func (ti *titleInfo) take(w *titleWords) {
	for _, p := range w.years {
		ti.addYear(p)
	}
	ti.parts, ti.results, ti.planned = append(ti.parts, w.parts...), ti.results || w.results, ti.planned || w.wanted
	ti.told, ti.stage, ti.lasts, ti.begun = ti.told || w.told, ti.stage || w.stage, ti.lasts || w.lasts, ti.begun || w.begun
	ti.aheadOf = max(ti.aheadOf, w.aheadOf)
	for _, m := range w.measures {
		ti.mean(m)
	}
	ti.dims.standard = clearer(w.standard, ti.dims.standard)
}

// titleWords finds the periods and measure words anywhere in a title. "Chỉ tiêu" alone means any indicator there.
func (rd *Reader) titleWords(s string) *titleWords {
	if len(s) > 4*maxPhrase {
		s = s[:cutRune(s, 4*maxPhrase)]
	}
	return rd.titles.get(s, func() *titleWords { return rd.findTitleWords(s) })
}

func (rd *Reader) findTitleWords(s string) *titleWords {
	var found titleWords
	toks, words := rd.tokenize(s), loadTitleWords()
	for i := range toks {
		if !words.opens(toks, i) {
			continue
		}
		if w, ok := words.at(titleYearly, toks, i); ok {
			found.yearly, found.each = true, found.each || w.value == "each"
		}
		found.adjusted = found.adjusted || isTitleWord(titleAdjusted, toks, i)
	}
	found.ofPlan = namesPlan(toks)
	ahead, behind, estimated := false, false, false
	until := false // of the next period
	part := func(p string, year int) {
		found.parts = append(found.parts, titlePart{part: cmp.Or(p, "Y"), year: year, ahead: ahead, estimated: ahead && estimated, until: until})
		ahead = ahead && p == partUnread // "nhiệm vụ tuần 3 tháng 5"
		estimated = estimated && ahead
	}
	for i := 0; i < len(toks); {
		for n := rd.vocab.reach(toks[i:], maxWordTokens); n > 0; n-- {
			w, ok := rd.vocab.find(toks[i:i+n], kindDivision)
			found.before, found.since = found.before || ok && w.value == "before", found.since || ok && w.value == "since"
		}
		opens := words.opens(toks, i)
		if opens && isAhead(toks, i) && !isCarriedOut(toks[:i]) {
			ahead, estimated = true, estimated || toks[i].low == "ước"
		}
		found.results = found.results || !ahead && tellsResults(toks[i:])
		found.told = found.told || opens && !ahead && isTitleWord(titleTold, toks, i)
		if opens && ahead && isWanted(toks, i) || !found.told && (opens && namesProgramme(toks, i) || setsTarget(toks, i)) {
			if beside := isBeside(toks, i); len(found.parts) == 0 && (beside || !found.results) {
				found.wanted = true
				if beside { // of which no one knows which figures are
					found.measures = append(found.measures, "")
				}
			}
			behind = behind || len(found.parts) > 0
		}
		if n, standard := rd.takeStandardOfDocument(toks[i:]); n > 0 {
			found.names(standard)
			i += n
			continue
		}
		n := takeReference(toks[i:])
		if opens {
			n = max(n, takeDocument(toks, i))
		}
		if n > 0 {
			i += n
			continue
		}
		stage, lasts := namesStage(toks[i:])
		found.stage, found.lasts, found.begun = found.stage || stage, found.lasts || lasts, found.begun || beginsBefore(toks[i:])
		until = endsAt(toks, i)
		if n := takeOpenYear(toks[i:]); n > 0 {
			found.stage = true
			i += n
			continue
		}
		if n := takeUnread(toks[i:]); n > 0 {
			part(partUnread, 0)
			i += n
			continue
		}
		if isDuration(toks, i) {
			i += 2
			continue
		}
		if len(toks) > i+1 && toks[i].low == "cả" && toks[i+1].low == "năm" && (len(toks) == i+2 || !isYear(toks[i+2])) {
			part("Y", 0)
			i += 2
			continue
		}
		if n, standard := takeStandard(toks[i:]); n > 0 {
			found.names(standard)
			i += n
			continue
		}
		if toks[i].low == "đa" && i+1 < len(toks) && toks[i+1].low == "chiều" {
			found.names(standardMulti)
		}
		if n, it := takePeriod(toks[i:]); n > 0 {
			until = until || it.until && !isDate(toks[i:])
			if it.open {
				it.part = partUnread
			}
			if it.year != 0 {
				if behind && it.part == "" && found.aheadOf == 0 {
					found.aheadOf = it.year
				}
				found.years = append(found.years, partial{year: it.year, toYear: it.to, part: it.part, until: until})
			}
			part(it.part, max(it.year, it.to))
			i += n
			continue
		}
		step := 1
		for n := rd.vocab.reach(toks[i:], 6); n > 0; n-- {
			w, ok := rd.vocab.find(toks[i:i+n], kindMeasure)
			if !ok || toks[i].punct || toks[i+n-1].punct || n == 1 && (toks[i].low == "th" || i > 0 && isCompound(toks[i-1].low, toks[i].low)) || phraseKey(toks[i:i+n]) == "chỉ tiêu" {
				continue
			}
			if w.value == "target" && i+n < len(toks) && !isYear(toks[i+n]) {
				continue
			}
			if w.value == "plan" && i > 0 && toks[i-1].low == "các" && toks[i].low == "chỉ" && toks[i+1].low == "tiêu" { // "CÁC CHỈ TIÊU NĂM 2019" names indicators or targets
				found.measures = append(found.measures, "")
				step = n
				break
			}
			if w.value == "plan" && found.results && isReported(toks[:i]) { // "tình hình thực hiện kế hoạch" tells what was done
				step = n
				break
			}
			found.measures = append(found.measures, w.value)
			step = n
			break
		}
		i += step
	}
	found.wanted = found.wanted || !found.results && !found.told && isStageOfTargets(toks)
	return &found
}

// isCarriedOut reports whether the words before say that what begins is told as it was carried out: "thực hiện kế hoạch", "thực hiện các chỉ tiêu kế
// hoạch".
func isCarriedOut(before []token) bool {
	for i := len(before) - 1; i > 0; i-- {
		switch before[i].low {
		case "các", "những", "một", "số", "chỉ", "tiêu", "mục", "nhiệm", "vụ", "kế", "hoạch", "công", "tác", "chủ", "yếu", "chính":
		default:
			return before[i].low == "hiện" && before[i-1].low == "thực"
		}
	}
	return false
}

// beginsBefore reports whether words begin that say that a count began before its year: "từ đầu nhiệm kỳ", "từ khi thực hiện Đề án".
func beginsBefore(toks []token) bool {
	if len(toks) < 3 || toks[0].low != "từ" {
		return false
	}
	return toks[1].low == "khi" || toks[1].low == "đầu" && slices.Contains([]string{"nhiệm", "giai", "khóa", "khoá", "thời", "chương", "đề", "dự"}, toks[2].low)
}

// namesStage reports whether words begin that speak of several years or of a count that may have begun before: a stage, a term of office, "lũy kế đến";
// and of those, whether they tell how many years and not which.
func namesStage(toks []token) (stage, lasts bool) {
	at := func(i int) string {
		if i < len(toks) {
			return toks[i].low
		}
		return ""
	}
	switch at(0) {
	case "giai":
		return at(1) == "đoạn", false
	case "thời":
		return at(1) == "kỳ", false
	case "nhiệm":
		return at(1) == "kỳ", false
	case "lũy", "luỹ":
		return at(1) == "kế" && (at(2) == "đến" || at(2) == "tới" || at(2) == "từ" && at(4) != "năm"), false
	case "kể":
		return at(1) == "từ", false
	case "từ":
		return at(1) == "đầu" && at(2) != "năm" || at(1) == "khi" || at(1) == "năm", false
	}
	if toks[0].num > 1 && toks[0].num < 50 && at(1) == "năm" && !(len(toks) > 2 && isYear(toks[2])) { // "3 NĂM THỰC HIỆN", not "Phụ lục 1 năm 2019"
		return true, true
	}
	return false, false
}

// isStageOfTargets reports whether a title names indicators of a stage of several years, "CÁC CHỈ TIÊU GIAI ĐOẠN 2021-2025": a stage is planned before
// it is over, and the same word names targets.
func isStageOfTargets(toks []token) bool {
	indicators := false
	for i := 1; i < len(toks); i++ {
		switch toks[i-1].low + " " + toks[i].low {
		case "chỉ tiêu":
			indicators = i < 2 || toks[i-2].low != "số" // "một số chỉ tiêu" are figures
		case "giai đoạn", "thời kỳ":
			if _, it := takePeriod(toks[i+1:]); indicators && it.to != 0 {
				return true
			}
		}
	}
	return false
}

// isAdjusted reports whether a header says that its plan takes the place of another.
func (rd *Reader) isAdjusted(header string) bool {
	// Each of those words has this syllable, which hardly any header has: a test holds the list to it.
	return (strings.Contains(header, "hỉnh") || strings.Contains(header, "HỈNH")) && rd.titleWords(header).adjusted
}

// isTitleWord reports whether a word of a kind of title_words.csv begins at token i.
func isTitleWord(kind string, toks []token, i int) bool {
	_, ok := loadTitleWords().at(kind, toks, i)
	return ok
}

// isAhead reports whether a word begins at token i that speaks of what is yet to come.
func isAhead(toks []token, i int) bool {
	return isTitleWord(titleAhead, toks, i) || isWanted(toks, i)
}

// isWanted reports whether a word begins at token i that says that figures are wished for, without saying that they are a plan.
func isWanted(toks []token, i int) bool {
	return isTitleWord(titleWanted, toks, i) && !isTitleWord(titleOther, toks, i)
}

// namesProgramme reports whether the title, or what its list of indicators is of, is named at token i as a document that says what is to be
// reached. "Vay vốn từ chương trình" only tells where something comes from.
func namesProgramme(toks []token, i int) bool {
	if !isTitleWord(titleProgramme, toks, i) {
		return false
	}
	for k, t := range toks[:i] {
		switch t.low {
		case "của", "trong":
			if k < i-1 {
				return false
			}
		case "các", "một", "chỉ", "tiêu", "chủ", "yếu", "cơ", "bản", "cụ", "thể", "chính", "danh", "mục", "tổng", "hợp", "nội", "dung", "triển", "khai":
		default:
			if !numbersTable(t) {
				return false
			}
		}
	}
	return true
}

// numbersTable reports whether a word may belong to the number of an annex, which stands before its title.
func numbersTable(t token) bool {
	switch t.low {
	case "biểu", "mẫu", "bảng", "phụ", "lục", "số":
		return true
	}
	return t.punct || t.num >= 0 || len(t.low) == 1 || strings.Trim(t.low, "ivx0123456789") == "" // "II", "a"
}

// setsTarget reports whether a title begins at token i with a target for something, "CHỈ TIÊU VIỆC LÀM": not with indicators ("CHỈ TIÊU CHỦ
// YẾU"), which the same word names.
func setsTarget(toks []token, i int) bool {
	if i+2 >= len(toks) || toks[i].low != "chỉ" || toks[i+1].low != "tiêu" || slices.ContainsFunc(toks[:i], func(t token) bool { return !numbersTable(t) }) {
		return false
	}
	switch t := toks[i+2]; t.low {
	case "chủ", "thống", "kinh", "về", "cơ", "tổng", "chính", "năm", "của", "trong", "thuộc", "theo", "đạt", "hoàn":
		return false
	default:
		return !t.punct && t.num < 0
	}
}

// isBeside reports whether the word at token i stands beside the results that are told and not for what these are of: "KẾT QUẢ VÀ MỤC TIÊU".
func isBeside(toks []token, i int) bool {
	return i > 1 && (toks[i-1].low == "và" || toks[i-1].punct) && (toks[i-2].low == "quả" || toks[i-2].low == "hiện")
}

// takeReference counts the words of what a title only refers to: the period with which its figures are compared ("so với cùng kỳ năm 2018"), the number
// of a document ("11/2015/TT-BLĐTBXH").
func takeReference(toks []token) int {
	at := func(i int) token {
		if i < len(toks) {
			return toks[i]
		}
		return token{num: -1}
	}
	if at(0).num > 0 && at(1).low == "/" && isYear(at(2)) && at(3).low == "/" && len(toks) > 4 && !toks[4].punct && toks[4].num < 0 {
		return 4
	}
	n := 0
	switch {
	case at(0).low != "so":
		return 0
	case at(1).low == "với":
		n = 2
	case at(1).low == "sánh" && at(2).low == "với":
		n = 3
	default:
		return 0
	}
	if at(n).low != "cùng" || at(n+1).low != "kỳ" {
		return 0
	}
	n += 2
	if k, it := takePeriod(toks[min(n, len(toks)):]); it.year != 0 && it.part == "" && it.to == 0 {
		return n + k
	}
	return 0
}

// takeDocument counts the words of a document at token i with the year that it is of, which is not that of the figures: "LUẬT VIỆC LÀM NĂM 2013" is called
// so, "NGHỊ QUYẾT SỐ 28-NQ/TW NĂM 2018 VỀ …" if its name goes on behind the year. "Pháp luật lao động năm 2019" is no law.
func takeDocument(toks []token, i int) int {
	law, isLaw := loadTitleWords().at(titleLaw, toks, i)
	document, ok := loadTitleWords().at(titleDocument, toks, i)
	if isLaw = isLaw && (i == 0 || toks[i-1].low != "pháp"); !isLaw && !ok {
		return 0
	}
	at := func(k int) string {
		if k < len(toks) {
			return toks[k].low
		}
		return ""
	}
	for k := i + max(law.n, document.n); k < len(toks) && k < i+maxDocumentName; k++ {
		switch t := toks[k]; {
		case isDate(toks[k:]):
			k += 4
		case isYear(t) && (at(k+1) == "-" || at(k+1) == "đến" || at(k+1) == "/"):
			return 0
		case isYear(t) && (isLaw || at(k+1) == "về" || at(k+1) == "của"):
			return k + 1 - i
		case isYear(t):
			return 0
		}
		switch at(k) {
		case "từ", "đến", "giai", "trong", "quý", "tháng", "kết", "(", ":", ";":
			return 0
		case ",":
			if at(k+1) == "năm" { // the name is over
				return 0
			}
		}
	}
	return 0
}

// maxDocumentName is how many words the name of a document may have.
const maxDocumentName = 24

// takeOpenYear counts the words of a time of which one end only is told: "từ năm 2016 đến nay", "lũy kế đến năm 2018".
func takeOpenYear(toks []token) int {
	n := 1
	switch toks[0].low {
	case "từ", "sau", "trước":
	case "lũy", "luỹ", "cộng":
		for n = 2; n < len(toks) && (toks[n].low == "tính" || toks[n].low == "đến" || toks[n].low == "hết" || toks[n].low == "cuối"); n++ {
		}
		if n == 2 {
			return 0
		}
	default:
		return 0
	}
	if k, it := takePeriod(toks[n:]); k > 0 && it.year != 0 && it.to == 0 && it.part == "" {
		return n + k
	}
	return 0
}

// mayNameDivision reports whether words of a division stand anywhere in a text: hardly any text holds some.
func (rd *Reader) mayNameDivision(toks []token) bool {
	for i := range toks {
		for n := rd.vocab.reach(toks[i:], maxWordTokens); n > 0; n-- {
			if _, ok := rd.vocab.find(toks[i:i+n], kindDivision); ok {
				return true
			}
		}
	}
	return false
}

// isOfPlan reports whether a line of a letterhead says that the table is of a document of plans: "(Kèm theo Đề án số …)", "Số: 27/KH-UBND".
func (rd *Reader) isOfPlan(line string) bool {
	w := rd.titleWords(line)
	return w.ofPlan || w.wanted
}

// namesPlan reports whether a line names such a document.
func namesPlan(toks []token) bool {
	attached := false
	for i := 1; i+1 < len(toks); i++ {
		switch before, t, next := toks[i-1], toks[i], toks[i+1]; {
		case before.low == "theo" && (t.low == "báo" && next.low == "cáo" || t.low == "công" && next.low == "văn"): // whatever plan it is a report on
			return false
		case before.low == "theo" && (isTitleWord(titleProgramme, toks, i) || t.low == "kế" && next.low == "hoạch" || t.low == "tờ" && next.low == "trình"):
			return true
		case before.key == "/" && next.key == "-" && (t.low == "kh" || t.low == "đa" || t.low == "ctr" || t.low == "nq"):
			return true
		case attached && t.low == "giao" && (next.low == "chỉ" || next.low == "kế" || next.low == "dự"):
			return true
		}
		attached = attached || toks[i-1].low == "kèm" && toks[i].low == "theo"
	}
	return false
}

// tellsResults reports whether words begin that say that what follows is over.
func tellsResults(toks []token) bool {
	at := func(i int) string {
		if i < len(toks) {
			return toks[i].low
		}
		return ""
	}
	return at(0) == "kết" && at(1) == "quả" || at(0) == "tình" && at(1) == "hình" && at(2) == "thực" && at(3) == "hiện"
}

// takeUnread counts the words of a part of the year that no period stands for: "tuần 3", "2 tháng cuối năm", "nửa đầu năm", the
// day of "15/5/2019"; a school year too.
func takeUnread(toks []token) int {
	at := func(i int) token {
		if i < len(toks) {
			return toks[i]
		}
		return token{num: -1}
	}
	switch t := toks[0]; {
	case t.low == "tuần" && at(1).low != "lễ":
		if at(1).num >= 0 && !isYear(at(1)) {
			return 2
		}
		return 1
	case t.low == "nửa" && (at(1).low == "đầu" || at(1).low == "cuối"), t.low == "năm" && at(1).low == "học", (t.low == "đầu" || t.low == "giữa") && at(1).low == "năm" && isYear(at(2)):
		return 2
	case t.num > 0 && t.num <= 31 && at(1).low == "tháng" && at(2).num > 0 && at(2).num <= 12:
		return 1
	case isDate(toks):
		if n, _ := takePeriod(toks); n == 0 {
			return 2
		}
	case t.num > 0 && t.num < 12 && t.num != 6 && at(1).low == "tháng" && at(2).low == "cuối":
		return 3
	}
	return 0
}

// isDuration reports whether a number of months is how long something lasts: "trẻ em dưới 6 tháng tuổi".
func isDuration(toks []token, i int) bool {
	if toks[i].num < 0 || i+1 == len(toks) || toks[i+1].low != "tháng" {
		return false
	}
	if i+2 < len(toks) {
		switch toks[i+2].low {
		case "tuổi", "trở", "lương":
			return true
		}
	}
	if i > 0 {
		switch toks[i-1].low {
		case "dưới", "trên", "đủ", "hạn":
			return true
		}
	}
	return false
}
