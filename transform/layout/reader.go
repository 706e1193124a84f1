package layout

import (
	"iter"
	"maps"
	"regexp"
	"sync"
	"sync/atomic"

	"github.com/phuluc/phuluc/transform/catalogue"
)

// Reader reads workbooks with one catalogue. It remembers the texts it has parsed, since the forms of one round share
// theirs; it may be used from many goroutines.
type Reader struct {
	cat          *catalogue.Catalogue
	vocab        *vocabulary
	lastRound    int                               // the year of the last round
	folds        map[string][]*catalogue.Territory // provinces by name without diacritics, for paths
	openings     map[string]int                    // of the names of territories
	unitOpenings map[string]int                    // of the words of units, and the first digits of those that begin with a number
	standards    map[string]string                 // see standardsByDocument
	measured     map[*catalogue.Indicator][]povertyStandard
	documents    *regexp.Regexp // see documentPattern
	// What the texts of a workbook ask the labels of the catalogue goes through these two and nearIndicator; see trace.go.
	labelled  func(key string) []catalogue.Match // the indicators that bear the label of this text.Key
	syllable  func(low string) bool              // whether it is one of knownSyllables
	unitWords memo[string, *catalogue.Unit]
	scratches sync.Pool // see takeScratch

	plainFont atomic.Pointer[string] // the font last asked about that is no legacy one, as most cells have one

	spellings   memo[string, spelling]
	legacyFonts memo[string, bool]
	phrases     memo[string, *phrase]
	readings    memo[string, *reading]
	made        atomic.Uint64 // readings
	repairs     memo[string, string]
	facts       memo[string, headFacts]
	titles      memo[string, *titleWords]
	provinces   memo[string, provinceWords]
	lines       memo[string, headLine]
	references  memo[string, reference]
	names       memo[string, [][]uint16]
	pathWords   memo[string, []string]
	elements    memo[string, *pathElement]
	askedWords  memo[string, [][]uint16]
	towns       memo[string, bool]
	headings    memo[string, bool] // see isPlace
	properNames memo[string, bool]
	narrow      memo[string, bool]
	forms       memo[string, *catalogue.Form]
	units       memo[unitQuestion, *catalogue.Unit]
	parents     memo[parentQuestion, bool]
	nearest     memo[string, *catalogue.Indicator]
	narrowed    memo[narrowQuestion, []narrowing]
	populations memo[string, []string]
	behind      memo[string, []narrowing] // see qualified
	stranger    memo[string, []string]    // see strange
	subjects    memo[string, []narrowing]
	standings   memo[subjectQuestion, standing]
	noted       memo[string, noted]
	asides      memo[string, string] // see nameSetsAside

	reservations memo[string, reservation]
}

// NewReader makes a Reader.
func NewReader(cat *catalogue.Catalogue) *Reader {
	rd := &Reader{cat: cat, labelled: cat.IndicatorsByKey, documents: regexp.MustCompile(documentPattern), standards: standardsByDocument(cat), measured: standardsOf(cat)}
	for i := range cat.Rounds {
		rd.lastRound = max(rd.lastRound, cat.Rounds[i].Year)
	}
	var rest sync.WaitGroup // the first workbook waits for all of it
	rest.Go(func() { rd.folds = foldedNames(cat) })
	rest.Go(func() {
		rd.openings, rd.unitOpenings = openings(cat.PlaceKeys()), openings(cat.UnitKeys())
		for k := range maps.Clone(rd.unitOpenings) {
			if isDigit(k[0]) {
				rd.unitOpenings[k[:1]] = 1
			}
		}
	})
	rd.vocab = newVocabulary(cat, rd.tokenize)                                                   // whose words are those of the texts
	syllables := sync.OnceValue(func() map[string]bool { return knownSyllables(cat, rd.vocab) }) // hardly any workbook asks for one
	rd.syllable = func(low string) bool { return syllables()[low] }
	rest.Wait()
	return rd
}

// openings gives, by the first word of keys, how many words those have at most that begin with it.
func openings(keys iter.Seq[string]) map[string]int {
	first := map[string]int{}
	for k := range keys {
		if toks := tokenize(k); len(toks) > 0 {
			first[toks[0].key] = max(first[toks[0].key], 1, countWords(toks))
		}
	}
	return first
}

func countWords(toks []token) (n int) {
	for i := range toks {
		if !toks[i].punct {
			n++
		}
	}
	return n
}

// reachOf counts the tokens of a piece of text that the longest of the keys with these openings may take, if one begins there. Of a text that wants repair
// nothing is known before it is repaired, and the mark of a note is none of its words ("Phú[1] Thọ").
func reachOf(openings map[string]int, toks []token) int {
	if !areClean(toks) || len(toks) == 0 {
		return len(toks)
	}
	words := openings[toks[0].key]
	if words == 0 {
		return 0
	}
	for i := range toks {
		switch {
		case toks[i].key == "[":
			return len(toks)
		case toks[i].punct:
		case words == 0:
			return i
		default:
			words--
		}
	}
	return len(toks)
}

// memo remembers the answers to a pure question. It is emptied when it holds maxRemembered answers, so that a hostile
// landing can not fill memory. Most questions come again: what was asked often enough is answered without a lock.
type memo[K comparable, V any] struct {
	often atomic.Pointer[map[K]V] // is never changed
	mu    sync.Mutex
	all   map[K]V
	asked int // how often all had to be looked at since often was made of it
}

const maxRemembered = 1 << 16

// fewRemembered is for how many answers there is room at first: most questions soon have as many.
const fewRemembered = 200

func (m *memo[K, V]) get(k K, ask func() V) V {
	if often := m.often.Load(); often != nil {
		if v, ok := (*often)[k]; ok {
			return v
		}
	}
	if v, ok := m.look(k); ok {
		return v
	}
	v := ask()
	m.mu.Lock()
	defer m.mu.Unlock()
	if first, ok := m.all[k]; ok { // another workbook asked meanwhile: all shall share one answer
		return first
	}
	if m.all == nil || len(m.all) >= maxRemembered {
		m.all, m.asked = make(map[K]V, fewRemembered), 0
		m.often.Store(nil)
	}
	m.all[k] = v
	return v
}

func (m *memo[K, V]) look(k K) (v V, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if v, ok = m.all[k]; ok {
		if m.asked++; m.asked > len(m.all) { // the copy costs no more than the looks did
			often := maps.Clone(m.all)
			m.often.Store(&often)
			m.asked = 0
		}
	}
	return v, ok
}
