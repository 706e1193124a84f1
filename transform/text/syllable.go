package text

// rime is the part of a syllable after its onset. The offsets count letters from the start of the rime.
type rime struct {
	at   int8 // letter that bears the tone mark: hóa, thủy
	also int8 // letter that bears it in the other accepted spelling (hoá, thuỷ), -1 if there is only one
}

// maxSyllable is the length of "nghiêng", the longest syllable in letters.
const maxSyllable = 7

// word is a run of letters taken apart. It lives on the stack, so that looking at clean text allocates nothing.
type word struct {
	letters [maxSyllable]letter // tones are kept in tone and at, not here
	n       int                 // letters; more than maxSyllable means "no syllable"
	tone    tone
	at      int  // letter that bears the tone mark, -1 if none
	broken  bool // a foreign letter, or two different tone marks
}

// add appends one letter. A second mark of the same tone is the same mark typed twice.
func (w *word) add(l letter) {
	if w.n >= maxSyllable {
		w.n++
		return
	}
	w.letters[w.n] = letter{l.base, level, l.upper}
	w.n++
	if l.tone != level {
		w.mark(l.tone)
	}
}

// mark puts a tone mark on the last letter.
func (w *word) mark(tn tone) {
	if w.tone == level {
		w.tone, w.at = tn, w.n-1
	} else if w.tone != tn {
		w.broken = true
	}
}

// parse finds onset and rime by structure. The longest onset wins: "gi" in "già", "g" in "gìn", "qu" in "quốc".
func (t *tableSet) parse(w *word) (onset int, r rime, ok bool) {
	if w.broken || w.n == 0 || w.n > maxSyllable {
		return 0, rime{}, false
	}
	var buf [maxSyllable * 2]byte // every base letter takes one or two bytes
	var off [maxSyllable + 1]int
	k := 0
	for i := 0; i < w.n; i++ {
		off[i] = k
		k += putRune(buf[k:], w.letters[i].base)
	}
	off[w.n] = k
	for n := min(3, w.n-1); n >= 0; n-- {
		if !t.onsets[string(buf[:off[n]])] {
			continue
		}
		if r, ok := t.rimes[string(buf[off[n]:k])]; ok {
			return n, r, t.toneFits(w)
		}
	}
	return 0, rime{}, false
}

func putRune(b []byte, r rune) int {
	if r < 0x80 {
		b[0] = byte(r)
		return 1
	}
	b[0], b[1] = 0xC0|byte(r>>6), 0x80|byte(r&0x3F)
	return 2
}

// toneFits: a syllable that ends in c, ch, k, p or t bears sắc or nặng. A missing tone is let through as it is an
// omission, not a structure (Đak Lak).
func (t *tableSet) toneFits(w *word) bool {
	last := w.letters[w.n-1].base
	if last == 'h' && w.n > 1 && w.letters[w.n-2].base == 'c' {
		last = 'c'
	}
	switch last {
	case 'c', 'k', 'p', 't':
		return w.tone == rising || w.tone == heavy || w.tone == level
	}
	return true
}

// placed reports whether the tone mark stands where one of the two accepted spellings puts it.
func (w *word) placed(onset int, r rime) bool {
	return w.at < 0 || w.at == onset+int(r.at) || r.also >= 0 && w.at == onset+int(r.also)
}

// syllable reports whether s is one well-formed Vietnamese syllable, with the tone mark in its place.
func (t *tableSet) syllable(s []rune) bool {
	w := word{at: -1}
	for _, r := range s {
		l, ok := t.letter(r)
		if !ok {
			return false
		}
		w.add(l)
	}
	onset, r, ok := t.parse(&w)
	if !ok || !w.placed(onset, r) {
		return false
	}
	if w.tone != level {
		return true
	}
	switch w.letters[w.n-1].base { // an unmarked stop is an English word more often than not
	case 'c', 'k', 'p', 't':
		return false
	}
	return true
}
