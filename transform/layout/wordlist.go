package layout

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
)

// wordList is a file of words and word groups (word,kind,value) by kind, the longest first. Unlike those of the vocabulary they need not be all of a
// text nor stand at one of its ends.
type wordList map[string][]listed

type listed struct {
	word, value string // as in the file
	key         string // the lowKey of word
	n           int    // tokens
}

// newWordList reads an embedded file; that it can be read is shown by every test.
func newWordList(name, data string) wordList {
	rows, err := csv.NewReader(strings.NewReader(data)).ReadAll()
	if err != nil {
		panic(fmt.Sprintf("%s: %v", name, err))
	}
	words := wordList{}
	for _, r := range rows[1:] {
		toks := tokenize(r[0])
		words[r[1]] = append(words[r[1]], listed{r[0], r[2], lowKey(toks), len(toks)})
	}
	for _, ws := range words {
		slices.SortStableFunc(ws, func(a, b listed) int { return b.n - a.n })
	}
	return words
}

func lowKey(toks []token) string {
	var b strings.Builder
	for _, t := range toks {
		b.WriteString(t.low)
		b.WriteByte(' ')
	}
	return b.String()
}

// at gives the longest word of a kind that begins at token i.
func (ws wordList) at(kind string, toks []token, i int) (listed, bool) {
	for _, w := range ws[kind] {
		if i+w.n <= len(toks) && strings.HasPrefix(w.key, toks[i].low) && lowKey(toks[i:i+w.n]) == w.key {
			return w, true
		}
	}
	return listed{}, false
}

// before gives the longest word of a kind that ends before token i.
func (ws wordList) before(kind string, toks []token, i int) (listed, bool) {
	for _, w := range ws[kind] {
		if w.n <= i && lowKey(toks[i-w.n:i]) == w.key {
			return w, true
		}
	}
	return listed{}, false
}
