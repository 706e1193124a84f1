package layout

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"

	"github.com/phuluc/phuluc/transform/catalogue"
)

// words.csv holds the words that give a table its structure: column roles, comparison columns, notes, signatures,
// letterheads. header_words.csv of the catalogue adds to it and wins over it.
//
//go:embed words.csv
var wordsCSV string

// What a word of the vocabulary says.
const (
	kindRole       = "role"       // the column's use: ordinal, label, unit, note, owner, task, partner, due, level
	kindComparison = "comparison" // begins the title of a column that is computed from others
	kindAchieved   = "achieved"   // the title of a column of percentages of the plan: a comparison that a sender may write without the plan
	kindMeasure    = "measure"    // actual, estimate, plan, forecast, target
	kindStatus     = "status"     // P
	kindSex        = "sex"        // F, M, T
	kindArea       = "area"       // U, R, T
	kindTotal      = "total"      // the whole, of whatever the neighbours split
	kindPart       = "part"       // part of the year: Y, S1 …
	kindSplit      = "split"      // sex, area: what the headers or rows below it may be, if it is not the name of an indicator
	kindFiller     = "filler"     // no meaning of its own
	kindCarrier    = "carrier"    // "Trong đó": what follows is a part of what precedes
	kindSection    = "section"    // heading of a group of rows
	kindRef        = "ref"        // reporting, previous …: a period relative to another one
	kindShort      = "short"      // stands for the value where a text is not understood as it is written; see spell
	kindDivision   = "division"   // before, since: the provinces of the table are those before the merger or since
	kindNumbered   = "numbered"   // forms and tables that are numbered: a title may begin with one and its number
	kindNote       = "noteline"   // begins a note under a table
	kindSignature  = "signature"  // begins a signature block
	kindLetterhead = "letterhead" // begins a line of the letterhead
	kindCarried    = "carried"    // labels the sum of the rows above on a page, or of the pages before
)

// Periods that are named by another one.
const (
	refSame     = "same"     // that of the columns beside, a year earlier: "Cùng kỳ"
	refPrevious = "previous" // the one before that of the title: "Năm trước"
	refToDate   = "to_date"  // from the first of January to the end of the title's: "Lũy kế từ đầu năm"
	refMonth    = "month"    // the month of the title: "Trong tháng"
	refQuarter  = "quarter"  // its quarter: "Trong quý"
)

// wholeText limits a comparison word to texts that hold nothing else: a row "Tốc độ tăng năng suất" is an indicator.
const wholeText = "whole"

// wholeCity is the total of a city: "Toàn thành phố".
const wholeCity = "city"

// besideOthers limits a filler to texts and headers that say more: a column "Giao" alone is of what was assigned, not of what was done.
const besideOthers = "beside"

// Column roles.
const (
	roleOrdinal    = "ordinal"
	roleLabel      = "label"
	roleUnit       = "unit"
	roleNote       = "note"
	roleOwner      = "owner"
	roleTask       = "task"
	rolePartner    = "partner"
	roleDue        = "due"
	roleLevel      = "level"
	roleComparison = "comparison"
	roleValue      = "value"

	roleTerritories = "territories" // in the vocabulary: a label column that holds territories
	roleParts       = "parts"       // in the vocabulary: a label column that holds parts of a year
	roleCode        = "code"        // in the vocabulary: a column of notes that are the codes of rows
)

type word struct{ kind, value string }

const maxWordTokens = 12

// vocabulary tells what words and word groups say.
type vocabulary struct {
	words    map[string][]word // by phraseKey
	longest  map[string]int    // by the key of a first word: how many words the longest group has that begins so
	tokenize func(string) []token
}

func newVocabulary(cat *catalogue.Catalogue, tokenize func(string) []token) *vocabulary {
	v := &vocabulary{words: map[string][]word{}, longest: map[string]int{}, tokenize: tokenize}
	rows, err := csv.NewReader(strings.NewReader(wordsCSV)).ReadAll()
	if err != nil {
		panic(fmt.Sprintf("words.csv: %v", err)) // embedded at build time; every test reads it
	}
	for _, r := range rows[1:] {
		v.add(r[0], word{r[1], r[2]})
	}
	addCatalogueWords(v, cat)
	return v
}

func (v *vocabulary) add(text string, w word) {
	toks := slices.DeleteFunc(v.tokenize(text), func(t token) bool { return !t.counts() })
	k := phraseKey(toks)
	if len(toks) > 0 {
		v.longest[toks[0].key] = max(v.longest[toks[0].key], len(toks))
	}
	for i, old := range v.words[k] {
		if old == w {
			return
		}
		if old.kind == kindComparison && w.kind == kindComparison {
			return // words.csv knows which may be followed by more
		}
		if old.kind == w.kind && w.kind != kindRole {
			v.words[k][i] = w
			return
		}
	}
	v.words[k] = append(v.words[k], w)
}

// of gives what the words say together.
func (v *vocabulary) of(toks []token) []word {
	var buf [128]byte
	return v.words[string(appendKey(buf[:0], toks))]
}

// reach counts the tokens, up to limit, of the longest group of words that toks may begin with.
func (v *vocabulary) reach(toks []token, limit int) int {
	words, most := 0, 0
	for n := range min(len(toks), limit) {
		if !toks[n].counts() {
			continue
		}
		if words == 0 {
			most = v.longest[toks[n].key]
		}
		if words == most {
			return n
		}
		words++
	}
	return min(len(toks), limit)
}

func (v *vocabulary) find(toks []token, kinds ...string) (word, bool) {
	for _, w := range v.of(toks) {
		for _, k := range kinds {
			if w.kind == k {
				return w, true
			}
		}
	}
	return word{}, false
}

// begins finds the longest word of a kind that a text begins with.
func (v *vocabulary) begins(toks []token, kind string) (n int, ok bool) {
	for n = v.reach(toks, maxWordTokens); n > 0; n-- {
		if !toks[n-1].counts() {
			continue
		}
		if _, ok := v.find(toks[:n], kind); ok {
			return n, true
		}
	}
	return 0, false
}

// addCatalogueWords adds header_words.csv of the catalogue, the user's own rows included.
func addCatalogueWords(v *vocabulary, cat *catalogue.Catalogue) {
	for _, h := range cat.HeaderWords {
		w := word{h.Dimension, h.Value}
		switch h.Dimension {
		case "measure", "sex", "area", "status":
		case "period_part":
			// "Năm" before a year only names it; it must not contradict the "6T" below.
			if n := len(v.tokenize(h.Word)); n == 1 && h.Value == "Y" {
				v.add(h.Word, word{kindFiller, ""})
				continue
			}
			switch {
			case strings.HasPrefix(h.Value, "01/"):
				w.value = "C" + h.Value[3:]
			case len(h.Value) == 2 && h.Value[0] <= '9':
				w.value = "M" + h.Value
			}
			w.kind = kindPart
		case "period_ref":
			w.kind = kindRef
		case "role":
			switch h.Value {
			case "territory_label":
				w = word{kindRole, roleTerritories}
			case "label", "period_label":
				w = word{kindRole, roleLabel}
			case "ordinal", "unit", "note", "code", "owner":
				w = word{kindRole, h.Value}
			case "comparison":
				w = word{kindComparison, wholeText}
			case "plan_achievement":
				w = word{kindAchieved, wholeText}
			case "of_which":
				w = word{kindCarrier, ""}
			case "total":
				w = word{kindTotal, ""}
			case "section":
				w = word{kindSection, ""}
			case "task_title":
				w = word{kindRole, roleTask}
			case "task_lead":
				w = word{kindRole, roleOwner}
			case "task_partner":
				w = word{kindRole, rolePartner}
			case "task_due":
				w = word{kindRole, roleDue}
			case "task_level":
				w = word{kindRole, roleLevel}
			}
		}
		v.add(h.Word, w)
	}
}
