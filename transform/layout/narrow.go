package layout

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"github.com/phuluc/phuluc/transform/catalogue"
)

// narrowing.csv holds the words by which a title narrows the population of its table: the populations, the words that make one of
// them qualify what stands before it, the words that may stand between, the institutions and local offices that a text may begin with, and the domains whose indicators speak of that population anyway.
//
//go:embed narrowing.csv
var narrowingCSV string

const (
	narrowPopulation = "population" // value: what it is, whatever it is called
	narrowLead       = "lead"       // "của", "tại", "hỗ trợ": what follows qualifies what precedes
	narrowBetween    = "between"    // may stand between a lead and the population
	narrowOther      = "other"      // holds the words of a population and names none
	narrowBody       = "body"       // an institution of which the figures are, if a text begins with it
	narrowOffice     = "office"     // an office that parts of provinces have; value: level, if a word for their level must follow
	narrowNamed      = "named"      // word: a population to which the name of a file may narrow its table; value: the subject that it is too
	narrowDomain     = "domain"     // word: a population; value: the domain of the catalogue that is about it
	narrowSubject    = "subject"    // value: what a table is about that names it
	narrowAbout      = "about"      // word: a subject; value: a domain of which its figures are, "*" for all
	narrowOnly       = "only"       // word: a subject; value: an indicator of which its figures are too
	narrowNever      = "never"      // word: a subject; value: an indicator that its figures never are, in whatever list it stands
	narrowHead       = "head"       // those whom a title counts: what stands behind them narrows them, if nothing tells that it does not
	narrowLimit      = "limit"      // says that not all are counted, whoever they are: "không bao gồm", "chỉ tính"; value: what it is, for domains that are about it
	narrowGroup      = "group"      // some of a whole that a title is about, wherever it names them; value: of which
	narrowWhole      = "whole"      // … that whole: a title that lists it beside them is about all; value: of which groups
	narrowReview     = "review"     // how people are counted: what follows may tell which time of several it was
	narrowPass       = "pass"       // … one of several times, which is not the count that holds
	narrowPlain      = "plain"      // says nothing of whom or what is counted; value: where, if not everywhere
)

// officeOfLevel marks offices that provinces have too.
const officeOfLevel = "level"

// plainHeading limits a plain word to headings over rows: "Các chỉ tiêu giảm nghèo", but not "GIẢM NGHÈO CÁC XÃ".
const plainHeading = "heading"

var loadNarrowing = sync.OnceValue(func() *wordList { return newWordList("narrowing.csv", narrowingCSV) })

// narrowing is a population to which a title or a heading narrows what stands below it.
type narrowing struct {
	value  string // of narrowing.csv
	text   string // as written
	behind string // of what stands behind those who are counted: the lowKey by which a name says it too
}

// inBrackets reports whether a line is all in brackets and begins with none of the words by which such a line remarks on the document, the source or
// the time: "(Lao động có hợp đồng)" below a title is about what its table counts, even if nobody knows how.
func (rd *Reader) inBrackets(line string) bool {
	if !strings.HasPrefix(line, "(") || !strings.HasSuffix(line, ")") || strings.Count(line, "(") > 1 || len(line) > maxPhrase || isASCII(line) || strings.ContainsAny(line, "0123456789") { // numbers are of documents and dates
		return false
	}
	toks := rd.tokenize(strings.Trim(line, "() "))
	return len(toks) > 1 && toks[0].num < 0 && !isTitleWord(titleRemark, toks, 0)
}

// narrowings finds the populations to which a text narrows its table: those that qualify what precedes them, and for a heading over rows
// also one that it begins with ("Thanh niên (15-24 tuổi)"). A list of domains ("Người có công, trẻ em, bình đẳng giới") narrows nothing.
func (rd *Reader) narrowings(s string, heading bool) []narrowing {
	return rd.narrowed.get(narrowQuestion{s, heading}, func() []narrowing { return rd.findNarrowings(s, heading) })
}

// narrowQuestion asks for the populations of a text.
type narrowQuestion struct {
	text    string
	heading bool
}

func (rd *Reader) findNarrowings(s string, heading bool) (found []narrowing) {
	if len(s) > 4*maxPhrase {
		s = s[:cutRune(s, 4*maxPhrase)]
	}
	toks, words := rd.tokenize(s), loadNarrowing()
	first := 0 // behind the number of the annex
	for first < len(toks) && numbersTable(toks[first]) {
		first++
	}
	if w, ok := words.at(narrowBody, toks, first); ok && first+w.n < len(toks) {
		found = append(found, narrowing{value: w.value, text: s})
	}
	whole, reviewed := "", false
	for i := 0; i < len(toks); {
		if n := takeOwnStandard(toks[i:]); n > 0 { // none of those the catalogue knows
			found = append(found, narrowing{value: "own_standard", text: s[toks[i].start:toks[i+n-1].end]})
			i += n
			continue
		}
		if w, ok := words.at(narrowOther, toks, i); ok {
			i += w.n
			continue
		}
		w, ok := words.at(narrowLimit, toks, i)
		if !ok && reviewed {
			w, ok = words.at(narrowPass, toks, i)
		}
		if ok || someLocalities(toks, i) {
			end := min(i+w.n+4, len(toks))
			found = append(found, narrowing{value: w.value, text: s[toks[i].start:toks[end-1].end], behind: w.key})
			i = end
			continue
		}
		if w, ok = words.at(narrowGroup, toks, i); ok {
			if w.value != whole {
				found = append(found, narrowing{value: w.value, text: s[toks[i].start:toks[i+w.n-1].end], behind: w.key})
			}
			i += w.n
			continue
		}
		if w, ok = words.at(narrowWhole, toks, i); ok {
			whole = w.value
			found = slices.DeleteFunc(found, func(n narrowing) bool { return n.value == whole })
			i += w.n
			continue
		}
		if toks[i].key == "(" || toks[i].key == ":" { // "NGƯỜI CÓ CÔNG (THƯƠNG BINH)"
			whole = ""
		}
		if w, ok = words.at(narrowReview, toks, i); ok {
			reviewed = true
			i += w.n
			continue
		}
		if w, ok = words.at(narrowPopulation, toks, i); !ok {
			i++
			continue
		}
		if words.qualifies(toks, i, heading) {
			found = append(found, narrowing{value: w.value, text: s[toks[i].start:toks[i+w.n-1].end]})
		}
		i += w.n
	}
	return found
}

// qualified finds what stands behind those whom a title counts and is not known to say nothing of them: "HỘ NGHÈO CÓ TRẺ EM", "TRẺ EM BỎ HỌC".
// The title of a whole goes on with a period, a place, or how it is divided.
func (rd *Reader) qualified(s string) []narrowing {
	return rd.behind.get(s, func() (found []narrowing) {
		if len(s) > 4*maxPhrase {
			s = s[:cutRune(s, 4*maxPhrase)]
		}
		if _, ok := rd.locality(s); ok { // whose figures are refused
			return nil
		}
		toks, words := rd.tokenize(s), loadNarrowing()
		for i := 0; i < len(toks); {
			w, ok := words.at(narrowHead, toks, i)
			if !ok {
				i++
				continue
			}
			i += w.n
			if i == len(toks) || toks[i].punct || toks[i].num >= 0 || rd.plain(toks, i, "") > 0 || rd.isPlaceAt(s, toks[i]) {
				continue
			}
			found = append(found, narrowing{text: s[toks[i-w.n].start:toks[min(i+4, len(toks))-1].end], behind: lowKey(toks[i:min(i+2, len(toks))])})
		}
		return found
	})
}

// plain counts the tokens at i that say nothing of whom or what is counted: a period, or a word known to be so anywhere, or in a text of a kind.
func (rd *Reader) plain(toks []token, i int, in string) int {
	if n, _ := takePeriod(toks[i:]); n > 0 {
		return n
	}
	if w, ok := loadNarrowing().at(narrowPlain, toks, i); ok && (w.value == "" || w.value == in) {
		return w.n
	}
	return 0
}

// isPlaceAt reports whether a province, a region or the country is named where a token begins.
func (rd *Reader) isPlaceAt(s string, at token) bool {
	return slices.ContainsFunc(rd.headFacts(s).mentions, func(m mention) bool { return strings.HasPrefix(s[at.start:], m.name) })
}

// strange gives the words of a heading over rows that tell neither what its rows are about nor nothing, as lowKeys: none of "CÔNG TÁC GIẢM NGHÈO", all of
// "Tín dụng ưu đãi", "nhân rộng mô hình" of "Nhân rộng mô hình giảm nghèo". Populations are told by narrowings.
func (rd *Reader) strange(s string) []string {
	return rd.stranger.get(s, func() (gaps []string) {
		if len(s) > 4*maxPhrase {
			s = s[:cutRune(s, 4*maxPhrase)]
		}
		toks, words := rd.tokenize(s), loadNarrowing()
		from := 0 // of the words not known
		for i := 0; i <= len(toks); {
			n := 0
			if i < len(toks) {
				n = rd.plain(toks, i, plainHeading)
				for _, kind := range []string{narrowOther, narrowSubject, narrowHead, narrowPopulation, narrowBetween} {
					w, _ := words.at(kind, toks, i)
					n = max(n, w.n)
				}
				if n == 0 {
					n, _ = takeStandard(toks[i:])
				}
				if n == 0 && (toks[i].punct || toks[i].num >= 0 || numbersTable(toks[i])) {
					n = 1
				}
			}
			if n == 0 && i < len(toks) {
				i++
				continue
			}
			if from < i {
				gaps = append(gaps, lowKey(toks[from:i]))
			}
			i += max(n, 1)
			from = i
		}
		return gaps
	})
}

// someLocalities reports whether a number of districts or communes begins at token i that are not all of a province: "9/12 huyện, thành phố", and
// "10 huyện" without the towns that each has.
func someLocalities(toks []token, i int) bool {
	at := func(k int) token {
		if k < len(toks) {
			return toks[k]
		}
		return token{num: -1, punct: true}
	}
	place := func(t token) bool { return t.low == "huyện" || t.low == "xã" || t.low == "quận" }
	if at(i).num <= 0 {
		return false
	}
	if at(i+1).key == "/" {
		return at(i+2).num > at(i).num && place(at(i+3))
	}
	if !place(at(i+1)) || i > 0 && toks[i-1].key == "/" {
		return false
	}
	switch t := at(i + 2); t.low {
	case ",", "-", "–", "và", "thị", "thành", "phường", "quận":
		return false
	default:
		return t.key != "," && t.key != "-" && t.key != "/"
	}
}

// qualifies reports whether the population at token i is led in by a word that makes it a restriction.
func (ws *wordList) qualifies(toks []token, i int, heading bool) bool {
	for {
		if _, ok := ws.before(narrowLead, toks, i); ok {
			return true
		}
		if i > 0 && (toks[i-1].num >= 0 && toks[i-1].num < 1000) { // "5 huyện nghèo"
			i--
			continue
		}
		w, ok := ws.before(narrowBetween, toks, i)
		if !ok {
			return i == 0 && heading
		}
		i -= w.n
	}
}

// populationsIn gives the populations that a text names.
func (rd *Reader) populationsIn(s string) []string {
	return rd.populations.get(s, func() (named []string) {
		toks := rd.tokenize(s)
		for i := range toks {
			if w, ok := loadNarrowing().at(narrowPopulation, toks, i); ok {
				named = append(named, w.value)
			}
		}
		return named
	})
}

// unsaid gives the first narrowing that neither the indicator nor the labels beside the cell nor its sex and area say themselves. Titles that name
// both areas divide by them.
func (rd *Reader) unsaid(ns []narrowing, in *catalogue.Indicator, sex, area string, labels ...string) (narrowing, bool) {
	words := loadNarrowing()
	names := func(value string) bool {
		return slices.ContainsFunc(ns, func(n narrowing) bool { return n.value == value })
	}
	for _, n := range ns {
		said := n.value == "female" && (in.Sex == "F" || sex == "F") ||
			n.value == "rural" && (in.Area == "R" || area == "R" || names("urban")) || n.value == "urban" && (in.Area == "U" || area == "U" || names("rural"))
		for _, w := range words.kinds[narrowDomain] {
			said = said || w.word == n.value && w.value == in.Domain
		}
		for _, l := range append(labels, in.NameVi) {
			said = said || slices.Contains(rd.populationsIn(l), n.value) || n.behind != "" && strings.Contains(lowKey(rd.tokenize(l)), n.behind)
		}
		if !said {
			return n, true
		}
	}
	return narrowing{}, false
}
