package layout

import (
	_ "embed"
	"slices"
	"sync"

	"github.com/phuluc/phuluc/transform/catalogue"
)

// narrowing.csv holds the words by which a title narrows the population of its table: the populations, the words that make one of
// them qualify what stands before it, the words that may stand between, the institutions that a text may begin with, and the domains whose indicators speak of that population anyway.
//
//go:embed narrowing.csv
var narrowingCSV string

const (
	narrowPopulation = "population" // value: what it is, whatever it is called
	narrowLead       = "lead"       // "của", "tại", "hỗ trợ": what follows qualifies what precedes
	narrowBetween    = "between"    // may stand between a lead and the population
	narrowOther      = "other"      // holds the words of a population and names none
	narrowBody       = "body"       // an institution of which the figures are, if a text begins with it
	narrowDomain     = "domain"     // word: a population; value: the domain of the catalogue that is about it
	narrowSubject    = "subject"    // value: what a table is about that names it
	narrowAbout      = "about"      // word: a subject; value: a domain of which its figures are, "*" for all
	narrowOnly       = "only"       // word: a subject; value: an indicator of which its figures are too
	narrowNever      = "never"      // word: a subject; value: an indicator that its figures never are, in whatever list it stands
)

var loadNarrowing = sync.OnceValue(func() wordList { return newWordList("narrowing.csv", narrowingCSV) })

// narrowing is a population to which a title or a heading narrows what stands below it.
type narrowing struct {
	value string // of narrowing.csv
	text  string // as written
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
		found = append(found, narrowing{w.value, s})
	}
	for i := 0; i < len(toks); {
		if n := takeOwnStandard(toks[i:]); n > 0 { // none of those the catalogue knows
			found = append(found, narrowing{"own_standard", s[toks[i].start:toks[i+n-1].end]})
			i += n
			continue
		}
		if w, ok := words.at(narrowOther, toks, i); ok {
			i += w.n
			continue
		}
		w, ok := words.at(narrowPopulation, toks, i)
		if !ok {
			i++
			continue
		}
		if words.qualifies(toks, i, heading) {
			found = append(found, narrowing{w.value, s[toks[i].start:toks[i+w.n-1].end]})
		}
		i += w.n
	}
	return found
}

// qualifies reports whether the population at token i is led in by a word that makes it a restriction.
func (ws wordList) qualifies(toks []token, i int, heading bool) bool {
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
		for _, w := range words[narrowDomain] {
			said = said || w.word == n.value && w.value == in.Domain
		}
		for _, l := range append(labels, in.NameVi) {
			said = said || slices.Contains(rd.populationsIn(l), n.value)
		}
		if !said {
			return n, true
		}
	}
	return narrowing{}, false
}
