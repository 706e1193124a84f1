package text

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Key is what all spellings of one label have in common: repaired, lower case, tone mark in one place (hoá = hóa), y
// after a single consonant as i (tỷ = tỉ, quý = quí), no punctuation, quotes or footnote marks, single spaces. The signs
// % ‰ < > ≤ ≥ stay because they carry meaning. Tones stay: Hà Nam is not Hạ Nam. Key(Key(s)) == Key(s).
func Key(s string) string { return tables().key(s) }

func (t *tableSet) key(s string) string {
	k := t.keyOnce(t.repair(s))
	for range maxPasses { // dropping signs out of garbage may leave something to repair
		if t.clean(k) {
			break
		}
		next := t.keyOnce(t.repair(k))
		if next == k {
			break
		}
		k = next
	}
	return k
}

func (t *tableSet) keyOnce(s string) string {
	var out strings.Builder
	out.Grow(len(s))
	gap := false // a separator was seen since the last thing written
	space := func() {
		if gap && out.Len() > 0 {
			out.WriteByte(' ')
		}
		gap = false
	}
	w := word{at: -1}
	start := -1 // of the current run of letters
	flush := func(end int) {
		if start < 0 {
			return
		}
		space()
		t.writeKey(&out, s[start:end], &w)
		start, w = -1, word{at: -1}
	}
	skip := 0 // end of a bracketed mark
	for i, r := range s {
		if i < skip {
			continue
		}
		if isWordRune(r) {
			if start < 0 {
				if !unicode.IsLetter(r) { // a stray mark must not join the letter before the gap
					continue
				}
				start = i
			}
			if l, ok := t.letter(r); ok {
				w.add(l)
			} else {
				w.broken = true
			}
			continue
		}
		flush(i)
		switch {
		case unicode.IsDigit(r):
			space()
			out.WriteRune(r)
		case r == '%' || r == '‰' || r == '<' || r == '>' || r == '≤' || r == '≥':
			space()
			out.WriteRune(r)
		case r == '[':
			skip = i + bracketMark(s[i:])
			gap = true
		case isSuperscript(r):
			if (r == '²' || r == '³') && strings.HasSuffix(out.String(), "m") && !gap {
				out.WriteRune('2' + r - '²')
				continue
			}
			gap = true
		default:
			gap = true
		}
	}
	flush(len(s))
	return out.String()
}

// writeKey writes one run of letters. Runs that are no syllable stay as they are, in lower case.
func (t *tableSet) writeKey(out *strings.Builder, s string, w *word) {
	onset, r, ok := t.parse(w)
	if !ok {
		for _, r := range s {
			out.WriteRune(unicode.ToLower(r))
		}
		return
	}
	if w.at >= 0 {
		w.at = onset + int(r.at)
	}
	// "qu" is written with y or i throughout (quý, quýt); other onsets only in an open syllable (lý, but not thuý, tuy).
	q := onset == 2 && w.letters[0].base == 'q'
	if onset > 0 && w.letters[onset].base == 'y' && (w.n == onset+1 || q && r.at == 0) {
		w.letters[onset].base = 'i'
	}
	for i := 0; i < w.n; i++ {
		l := w.letters[i]
		l.upper = false
		if i == w.at {
			l.tone = w.tone
		}
		out.WriteRune(t.rune(l))
	}
}

// Fold gives ASCII without diacritics, for file names and proposals only: it makes "Hà Nam" and "Hạ Nam" one.
// Characters without an ASCII form are dropped.
func Fold(s string) string {
	var out strings.Builder
	for _, r := range norm.NFD.String(Repair(s)) {
		switch {
		case r < 0x80:
			out.WriteRune(r)
		case r == 'đ':
			out.WriteByte('d')
		case r == 'Đ':
			out.WriteByte('D')
		case r == '–' || r == '—' || r == '−':
			out.WriteByte('-')
		}
	}
	return out.String()
}

// Distance is the Levenshtein distance of the keys in letters, for ranking proposals. Of very long texts only the first
// 512 letters are compared; the rest counts by its length.
func Distance(a, b string) int { return KeyDistance([]rune(Key(a)), []rune(Key(b))) }

// KeyDistance is Distance for a caller that has the keys and compares one of them with many.
func KeyDistance(x, y []rune) int {
	const limit = 512
	over := 0
	if len(x) > limit || len(y) > limit {
		over = max(len(x), len(y)) - limit
		if len(x) > limit && len(y) > limit {
			over = max(len(x)-len(y), len(y)-len(x))
		}
		x, y = x[:min(len(x), limit)], y[:min(len(y), limit)]
	}
	var few [128]int
	row := few[:0]
	if len(y) < len(few) {
		row = few[:len(y)+1]
	} else {
		row = make([]int, len(y)+1)
	}
	for j := range row {
		row[j] = j
	}
	for i, r := range x {
		diagonal := row[0]
		row[0] = i + 1
		for j, q := range y {
			cost := diagonal
			if r != q {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(y)] + over
}
