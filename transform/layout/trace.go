package layout

import (
	"maps"
	"slices"
	"unicode/utf8"

	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/record"
	"github.com/phuluc/phuluc/transform/text"
)

// Which labels of the catalogue can have had a part in what a workbook became? A label is only ever looked up in a piece of
// one text of the workbook, cut at the ends of words, so that all words of a label that was found stand in one text; and its
// distance is only asked for from texts that nothing knew. A trace keeps both, so that a new synonym leaves the batches of
// all other workbooks as they are. A text that is looked up and is neither that of a text cell nor the name of a sheet goes through
// sheetReader.ask, which adds it. The name and folder of a file are read for territories and rounds, never for labels.
// Words that only labels hold act by themselves too, see OnlyIn.

// trace tells what a workbook asked the labels of the catalogue about.
func (b *bookReader) trace(grids []*grid) *record.Trace {
	cells := 0
	for _, g := range grids {
		cells += len(g.cells)
	}
	t := &record.Trace{Texts: slices.Grow([][]uint16(nil), cells/2)}
	b.seen = b.seen.clearedFor(int(b.rd.made.Load()) + 1)
	for _, g := range grids {
		t.Texts = append(t.Texts, b.rd.wordsIn(g.info.Name)...)
		for _, r := range g.read {
			if r == nil {
				continue
			}
			if !b.seen.add(int(r.number)) { // whatever how many cells hold it
				t.Texts = append(t.Texts, r.words...)
			}
		}
		for _, remark := range g.remarks {
			t.Texts = append(t.Texts, b.rd.wordsIn(remark)...)
		}
		for _, asked := range g.asked {
			t.Texts = append(t.Texts, b.rd.askedWords.get(asked, func() [][]uint16 { return b.rd.wordsOfAll([]string{asked}) })...)
		}
	}
	if len(b.proposed) > 0 {
		t.Proposed = slices.Sorted(maps.Keys(b.proposed))
	}
	return t
}

// bitset is a set of numbers from 0 on.
type bitset []uint64

// clearedFor gives the empty set for n numbers, in the room of this one if it is large enough.
func (s bitset) clearedFor(n int) bitset {
	s = slices.Grow(s[:0], n/64+1)[:n/64+1]
	clear(s)
	return s
}

// add adds a number and reports whether it was there.
func (s bitset) add(n int) bool {
	word, bit := &s[n/64], uint64(1)<<(n%64)
	had := *word&bit != 0
	*word |= bit
	return had
}

// wordsIn gives the words of a text that is no cell's, in all its readings, as those of a cell.
func (rd *Reader) wordsIn(name string) [][]uint16 {
	return rd.names.get(name, func() [][]uint16 {
		run := text.Run{Text: name}
		s, all := text.DecodeAll(run)
		return rd.wordsOfAll(append(all, s))
	})
}

// proposable reports whether a name at distance d of a text that nothing knows is near enough to be proposed for it.
func proposable(s string, d int) bool {
	limit, ok := farthest(s)
	return ok && d <= limit
}

// farthest gives the distance within which names are proposed for a text; ok is false if none is. In a short text one or two letters
// make another word.
func farthest(s string) (limit int, ok bool) {
	const long = 4096 // bytes: no name has so many, but what stands above a table may be a whole page
	if len(s) > long {
		return 0, false
	}
	n := utf8.RuneCountInString(text.Key(s))
	return min(n/4, 2+n/8), n >= 4 && n <= 200
}

// Touches reports whether a label may change what a workbook becomes, given its trace, when the label is added to or taken
// from the catalogue. It errs on the side of true.
func Touches(t *record.Trace, label string) bool {
	if t.Holds(text.Key(label)) {
		return true
	}
	for _, s := range t.Proposed {
		if proposable(s, text.Distance(s, label)) || catalogue.IsUnmarked(text.Key(s), text.Key(label)) {
			return true
		}
	}
	return false
}

// OnlyIn gives the words that labels hold and nothing else of a catalogue does. As long as such a label is there they are no proper names
// (isForeign), so that each of them acts like a label of its own when the labels are added or taken away.
func OnlyIn(cat *catalogue.Catalogue, labels []string) (words []string) {
	known := knownSyllables(cat, newVocabulary(cat, tokenize), labels...)
	for _, l := range labels {
		for _, t := range tokenize(l) {
			if !t.punct && t.num < 0 && !known[t.low] { // a number is no name anyway
				words, known[t.low] = append(words, t.low), true
			}
		}
	}
	return words
}
