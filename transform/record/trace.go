package record

import (
	"slices"
	"unicode"
)

// Trace is what of a workbook's text decides which names of the catalogue it can hold: the words of every text, and the
// texts that nothing knew.
type Trace struct {
	Texts    [][]uint16 // Words of each text
	Proposed []string   // texts for which a near name was looked for, sorted
}

// Holds reports whether all words of a name, given by its key, stand in one text. A name without letters may be anywhere.
func (t *Trace) Holds(key string) bool {
	name := Words(key)
	return name == nil || slices.ContainsFunc(t.Texts, func(words []uint16) bool { return within(name, words) })
}

// within reports whether every element of the sorted a is in the sorted b.
func within(a, b []uint16) bool {
	for len(a) > 0 && len(b) >= len(a) {
		switch {
		case a[0] == b[0]:
			a, b = a[1:], b[1:]
		case a[0] > b[0]:
			b = b[1:]
		default:
			return false
		}
	}
	return len(a) == 0
}

// Words gives the set of the words of a text by its key, sorted: runs of letters and runs of digits, each as 16 bits of its hash,
// since a word taken for another costs one needless reading and no more. It is nil for a text without letters, which names nothing.
func Words(key string) []uint16 {
	const offset, prime = 2166136261, 16777619 // FNV-1a
	words := make([]uint16, 0, 2+len(key)/5)   // a syllable and the blank behind it
	h, last, letters := uint32(offset), 0, false
	flush := func() {
		if last != 0 {
			words = append(words, uint16(h)^uint16(h>>16))
		}
		h = offset
	}
	for _, r := range key {
		kind := 0
		switch {
		case r >= 'a' && r <= 'z', unicode.IsLetter(r), unicode.IsMark(r):
			kind, letters = 2, true
		case unicode.IsDigit(r):
			kind = 1
		}
		if kind != last {
			flush()
			last = kind
		}
		if kind != 0 {
			h = (h ^ uint32(r)) * prime
		}
	}
	flush()
	if !letters {
		return nil
	}
	slices.Sort(words)
	return slices.Compact(words)
}
