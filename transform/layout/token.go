package layout

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/phuluc/phuluc/transform/text"
)

// usualBlanks are those that text.IsClean takes as they are.
const usualBlanks = " \n\t"

type token struct {
	key        string // matching key; the character itself for punctuation
	low        string // the text in lower case, to compare with the few words the grammar itself knows
	num        int    // value of a run of digits, -1 otherwise
	punct      bool
	clean      bool // text.IsClean, also of the blanks before it
	certain    bool // … and a text of such tokens has no other reading, see text.Spelling
	start, end int  // in the text
}

// counts reports whether the token is no punctuation, but for % which carries meaning.
func (t *token) counts() bool { return !t.punct || t.key == "%" }

// spelling is a word in the two forms of a token.
type spelling struct {
	low, key       string
	clean, certain bool
}

func spell(w string) spelling {
	s := text.Spell(w)
	f := spelling{text.Lower(w), s.Key, s.Clean, s.Certain}
	if f.key == "" {
		f.key = f.low
	}
	return f
}

// tokenize splits a text into words, runs of digits and single punctuation marks.
func tokenize(s string) []token { return tokens(s, spell) }

// tokenize is the function of that name with the words remembered: a language has few.
func (rd *Reader) tokenize(s string) []token {
	return tokens(s, func(w string) spelling {
		return rd.spellings.get(w, func() spelling { return spell(w) })
	})
}

func tokens(s string, spell func(string) spelling) []token {
	toks := make([]token, 0, 2+len(s)/5) // a syllable and the blank behind it
	blanks := true                       // those before the token are usual ones
	for i := 0; i < len(s); {
		r, w := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, w = utf8.DecodeRuneInString(s[i:])
		}
		switch {
		case r == ' ':
			i++
			continue
		case isWordLetter(r):
			j, plain := i, true
			for j < len(s) {
				if c := s[j]; c >= 'a' && c <= 'z' { // as most letters are
					plain = plain && c != 'y'
					j++
					continue
				}
				r, w := utf8.DecodeRuneInString(s[j:])
				if !isWordLetter(r) {
					break
				}
				plain = false
				j += w
			}
			f := spelling{s[i:j], s[i:j], true, true}
			if !plain { // else text.Key changes nothing: it may write a y as i
				f = spell(s[i:j])
			}
			toks = append(toks, token{key: f.key, low: f.low, num: -1, clean: blanks && f.clean, certain: blanks && f.certain, start: i, end: j})
			i = j
		case r >= '0' && r <= '9':
			j := i
			for j < len(s) && s[j] >= '0' && s[j] <= '9' {
				j++
			}
			n := -1
			if j-i <= 6 {
				n, _ = strconv.Atoi(s[i:j])
			}
			toks = append(toks, token{key: s[i:j], low: s[i:j], num: n, clean: blanks, certain: blanks, start: i, end: j})
			i = j
		case unicode.IsSpace(r):
			blanks = blanks && strings.ContainsRune(usualBlanks, r)
			i += w
			continue
		default:
			key := s[i : i+w]
			if r == '–' || r == '—' || r == '−' {
				key = "-"
			}
			clean := blanks && text.IsClean(s[i:i+w])
			toks = append(toks, token{key: key, low: key, num: -1, punct: true, clean: clean, certain: clean, start: i, end: i + w})
			i += w
		}
		blanks = true
	}
	return toks
}

// isWordLetter reports whether a character is one of a word, quickly for the letters of Latin alphabets.
func isWordLetter(r rune) bool {
	switch {
	case r < utf8.RuneSelf:
		return r|0x20 >= 'a' && r|0x20 <= 'z'
	case r >= 'À' && r <= 'ư', r >= 'Ạ' && r <= 'ỹ':
		return r != '×' && r != '÷'
	}
	return unicode.IsLetter(r) || unicode.IsMark(r)
}

// phraseKey joins the keys of the tokens that count.
func phraseKey(toks []token) string { return string(appendKey(nil, toks)) }

func appendKey(b []byte, toks []token) []byte {
	for i := range toks {
		t := &toks[i]
		if !t.counts() {
			continue
		}
		if len(b) > 0 {
			b = append(b, ' ')
		}
		b = append(b, t.key...)
	}
	return b
}

// areClean reports whether text.IsClean holds for the piece of text from the first to the last of the tokens.
func areClean(toks []token) bool {
	for i := range toks {
		if !toks[i].clean {
			return false
		}
	}
	return true
}

// areCertain reports whether the piece of text from the first to the last of the tokens has one reading, which is what is written.
func areCertain(toks []token) bool {
	for i := range toks {
		if !toks[i].certain {
			return false
		}
	}
	return true
}

// areAllOf reports whether nothing stands before or behind the tokens of a piece of text.
func areAllOf(toks []token, s string) bool {
	return len(toks) > 0 && toks[len(toks)-1].end-toks[0].start == len(s)
}

// keyOf gives the text.Key of a piece of text of which toks are the words. Their keys are known; only what wants repair is taken apart
// again.
func keyOf(s string, toks []token) string {
	if !areAllOf(toks, s) || !areClean(toks) {
		return text.Key(s)
	}
	var buf [128]byte
	out := buf[:0]
	gap := false
	for i := range toks {
		t := &toks[i]
		gap = gap || i > 0 && toks[i-1].end < t.start
		switch t.key {
		case "[", "²", "³": // marks of notes, squares
			return text.Key(s)
		case "%", "<", ">", "≤", "≥":
		default:
			if t.punct {
				gap = true
				continue
			}
		}
		if gap && len(out) > 0 {
			out = append(out, ' ')
		}
		out, gap = append(out, t.key...), false
	}
	if string(out) == s {
		return s
	}
	return string(out)
}

func cutRune(s string, n int) int {
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return n
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
