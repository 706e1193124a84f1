package text

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Key is what all spellings of one label have in common: repaired, lower case, tone mark in one place (hoá = hóa), y
// after a single consonant as i (tỷ = tỉ, quý = quí), no punctuation, quotes or footnote marks, single spaces. The signs
// % ‰ < > ≤ ≥ stay because they carry meaning. Tones stay: Hà Nam is not Hạ Nam. Key(Key(s)) == Key(s).
func Key(s string) string { return tables().key(s) }

func (t *tableSet) key(s string) string {
	k, clean := t.keyOnce(s)
	if clean {
		return k // which is clean and its own key
	}
	k, _ = t.keyOnce(t.repair(s))
	for range maxPasses { // dropping signs out of garbage may leave something to repair
		if t.clean(k) {
			break
		}
		next, _ := t.keyOnce(t.repair(k))
		if next == k {
			break
		}
		k = next
	}
	return k
}

// keyOnce gives the key of a repaired text, and for any text whether it is clean.
func (t *tableSet) keyOnce(s string) (key string, clean bool) {
	var few [128]byte
	out := few[:0]
	gap := false // a separator was seen since the last thing written
	w := word{at: -1}
	start := -1 // of the current run of letters
	flush := func(end int) {
		if start < 0 {
			return
		}
		onset, r, ok := t.parse(&w)
		clean = clean && (!ok || w.placed(onset, r))
		out, gap = space(out, gap), false
		if ok {
			out = t.appendSyllable(out, &w, onset, r)
		} else { // it stays as it is
			for _, r := range s[start:end] {
				out = utf8.AppendRune(out, t.lower(r))
			}
		}
		start, w = -1, word{at: -1}
	}
	clean = true
	skip := 0 // end of a bracketed mark
	for i, r := range s {
		if i < skip {
			continue
		}
		l, ok := t.letter(r)
		if ok || isWordRune(r) {
			if start < 0 {
				if !ok && !unicode.IsLetter(r) { // a stray mark must not join the letter before the gap
					clean = false
					continue
				}
				start = i
			}
			if ok {
				w.add(l)
			} else {
				w.broken, clean = true, false
			}
			continue
		}
		flush(i)
		clean = clean && isPlain(r)
		switch {
		case unicode.IsDigit(r), r == '%' || r == '‰' || r == '<' || r == '>' || r == '≤' || r == '≥':
			out, gap = utf8.AppendRune(space(out, gap), r), false
		case r == '[':
			skip = i + bracketMark(s[i:])
			gap = true
		case (r == '²' || r == '³') && len(out) > 0 && out[len(out)-1] == 'm' && !gap:
			out = append(out, byte('2'+r-'²'))
		default:
			gap = true
		}
	}
	flush(len(s))
	if string(out) == s {
		return s, clean
	}
	return string(out), clean
}

// space writes what a gap leaves between two things.
func space(out []byte, gap bool) []byte {
	if gap && len(out) > 0 {
		return append(out, ' ')
	}
	return out
}

// appendSyllable writes the key of a syllable.
func (t *tableSet) appendSyllable(out []byte, w *word, onset int, r rime) []byte {
	if w.at >= 0 {
		w.at = onset + int(r.at)
	}
	// "qu" is written with y or i throughout (quý, quýt); other onsets only in an open syllable (lý, but not thuý, tuy).
	q := onset == 2 && w.letters[0].base == 'q'
	if onset > 0 && w.letters[onset].base == 'y' && (w.n == onset+1 || q && r.at == 0) {
		w.letters[onset].base = 'i'
	}
	for i := range w.n {
		w.letters[i].upper = false
	}
	return t.appendWord(out, w)
}

// Lower is strings.ToLower, quick for Vietnamese.
func Lower(s string) string {
	t := tables()
	for i, r := range s {
		l, ok := t.letter(r)
		if ok && !l.upper || !ok && r < 0x80 && r != utf8.RuneError {
			continue
		}
		if r == utf8.RuneError {
			return strings.ToLower(s)
		}
		if t.lower(r) == r {
			continue
		}
		out := make([]byte, i, len(s)+utf8.UTFMax)
		copy(out, s)
		for _, r := range s[i:] {
			out = utf8.AppendRune(out, t.lower(r))
		}
		return string(out)
	}
	return s
}

// Fold gives ASCII without diacritics, for file names and proposals only: it makes "Hà Nam" and "Hạ Nam" one.
// Characters without an ASCII form are dropped.
func Fold(s string) string {
	s = Repair(s)
	if ascii(s) {
		return s
	}
	var out strings.Builder
	for _, r := range norm.NFD.String(s) {
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
func Distance(a, b string) int {
	d, _ := KeyDistance([]rune(Key(a)), []rune(Key(b)), math.MaxInt)
	return d
}

// KeyDistance is Distance for a caller that has the keys and compares one of them with many: only a distance below a bound
// is told.
func KeyDistance(x, y []rune, bound int) (d int, below bool) {
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
	row := few[:]
	if len(y) >= len(few) {
		row = make([]int, len(y)+1)
	}
	row = row[:len(y)+1]
	for j := range row {
		row[j] = j
	}
	for i, r := range x {
		diagonal := row[0]
		row[0] = i + 1
		least := row[0]
		for j, q := range y {
			cost := diagonal
			if r != q {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
			least = min(least, cost)
		}
		if least+over >= bound { // the next rows hold nothing smaller
			return 0, false
		}
	}
	d = row[len(y)] + over
	return d, d < bound
}
