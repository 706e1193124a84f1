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
	code    uint64              // of the letters, see shape
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
	w.letters[w.n] = letter{l.base, level, l.upper, l.code}
	w.code = w.code<<letterBits | uint64(l.code)
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

// shape is how the letters of a syllable, without its tone, fall into onset and rime.
type shape struct {
	onset int // letters
	rime  rime
}

// spoken is a syllable, however it is spelt: its letters and its tone.
type spoken struct {
	code uint64
	tone tone
}

// letterBits is how many bits of a word's code stand for one letter.
const letterBits = 6

// addShapes lists every onset with every rime. The longest onset wins: "gi" in "già", "g" in "gìn", "qu" in "quốc".
func (t *tableSet) addShapes() {
	code := func(s string) (code uint64, letters int) {
		for _, r := range s {
			l, _ := t.letter(r)
			code, letters = code<<letterBits|uint64(l.code), letters+1
		}
		return code, letters
	}
	t.shapes = make(map[uint64]shape, len(t.onsets)*len(t.rimes))
	for onset := range t.onsets {
		head, before := code(onset)
		for s, r := range t.rimes {
			tail, behind := code(s)
			if k := head<<(letterBits*behind) | tail; before+behind <= maxSyllable && before >= t.shapes[k].onset {
				t.shapes[k] = shape{before, r}
			}
		}
	}
}

// parse finds onset and rime by structure.
func (t *tableSet) parse(w *word) (onset int, r rime, ok bool) {
	if w.broken || w.n > maxSyllable {
		return 0, rime{}, false
	}
	if s, ok := t.shapes[w.code]; ok {
		return s.onset, s.rime, t.toneFits(w)
	}
	return 0, rime{}, false
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
