package layout

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
)

// wordList is a file of words and word groups (word,kind,value). Unlike those of the vocabulary they need not be all of a text nor stand at one of its
// ends, so that each word of a text is asked for each kind: they are found by the word that they begin or end with, which most words do not. All lists
// have the longest first.
type wordList struct {
	kinds       map[string][]listed
	first, last map[string][]listed // by token.low
}

type listed struct {
	word, value string // as in the file
	kind        string
	key         string // the lowKey of word
	n           int    // tokens
}

// newWordList reads an embedded file; that it can be read is shown by every test.
func newWordList(name, data string) *wordList {
	rows, err := csv.NewReader(strings.NewReader(data)).ReadAll()
	if err != nil {
		panic(fmt.Sprintf("%s: %v", name, err))
	}
	ws := &wordList{kinds: map[string][]listed{}, first: make(map[string][]listed, len(rows)), last: make(map[string][]listed, len(rows))}
	for _, r := range rows[1:] {
		toks := tokenize(r[0])
		w := listed{word: r[0], value: r[2], kind: r[1], key: lowKey(toks), n: len(toks)}
		ws.kinds[w.kind] = append(ws.kinds[w.kind], w)
		first, last := toks[0].low, toks[w.n-1].low
		ws.first[first], ws.last[last] = append(ws.first[first], w), append(ws.last[last], w)
	}
	for _, lists := range []map[string][]listed{ws.kinds, ws.first, ws.last} {
		for _, words := range lists {
			slices.SortStableFunc(words, func(a, b listed) int { return b.n - a.n })
		}
	}
	return ws
}

func lowKey(toks []token) string {
	var b strings.Builder
	for i := range toks {
		b.WriteString(toks[i].low)
		b.WriteByte(' ')
	}
	return b.String()
}

// isLowKey reports whether key is the lowKey of tokens.
func isLowKey(key string, toks []token) bool {
	for i := range toks {
		rest, ok := strings.CutPrefix(key, toks[i].low)
		if !ok || rest == "" || rest[0] != ' ' {
			return false
		}
		key = rest[1:]
	}
	return key == ""
}

// opens reports whether any word begins at token i.
func (ws *wordList) opens(toks []token, i int) bool { return ws.first[toks[i].low] != nil }

// at gives the longest word of a kind that begins at token i.
func (ws *wordList) at(kind string, toks []token, i int) (listed, bool) {
	if i < len(toks) {
		words := ws.first[toks[i].low]
		for k := range words {
			if w := &words[k]; w.kind == kind && i+w.n <= len(toks) && isLowKey(w.key, toks[i:i+w.n]) {
				return *w, true
			}
		}
	}
	return listed{}, false
}

// before gives the longest word of a kind that ends before token i.
func (ws *wordList) before(kind string, toks []token, i int) (listed, bool) {
	if i > 0 {
		words := ws.last[toks[i-1].low]
		for k := range words {
			if w := &words[k]; w.kind == kind && w.n <= i && isLowKey(w.key, toks[i-w.n:i]) {
				return *w, true
			}
		}
	}
	return listed{}, false
}
