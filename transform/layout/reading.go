package layout

import (
	"strings"
	"unicode/utf8"

	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/phuluc/phuluc/transform/record"
	"github.com/phuluc/phuluc/transform/text"
)

// reading is what a cell's text was taken for. It is shared and never changed after it is made.
type reading struct {
	text      string  // as the fonts of the cell show it
	trimmed   string  // without blanks at its ends
	key       string  // text.Key of trimmed
	phrase    *phrase // of trimmed
	class     class   // of a text cell that holds it
	ordinal   ordinal // of trimmed, if all of it is one
	isOrdinal bool
	words     [][]uint16 // record.Words of trimmed, and of what it would have been taken for if the catalogue knew other labels
	number    uint64     // its own among all of the Reader
}

func (rd *Reader) reading(c *sheet.Cell) *reading {
	legacy := rd.isLegacy(c.Font)
	for _, r := range c.Runs {
		legacy = legacy || rd.isLegacy(r.Font)
	}
	if !legacy {
		return rd.readings.get(c.Raw, func() *reading { return rd.readPlain(c.Raw) })
	}
	runs := fontRuns(c)
	var key strings.Builder
	for _, r := range runs {
		key.WriteString(r.Text + "\x00" + r.Font + "\x00")
	}
	return rd.readings.get(key.String(), func() *reading { return rd.makeReading(runs...) })
}

// readPlain reads a text in no legacy font. Nearly always its words tell that there is nothing to decode.
func (rd *Reader) readPlain(raw string) *reading {
	trimmed := strings.Trim(raw, usualBlanks)
	toks := rd.tokenize(trimmed)
	if !areAllOf(toks, trimmed) || !areCertain(toks) {
		return rd.makeReading(text.Run{Text: raw})
	}
	r := rd.finish(&reading{text: raw, trimmed: trimmed, key: keyOf(trimmed, toks)}, toks)
	if r.phrase.spelled != "" {
		r.words = rd.wordsOfAll([]string{trimmed})
	} else if w := record.Words(r.key); w != nil {
		r.words = [][]uint16{w}
	}
	return r
}

func (rd *Reader) makeReading(runs ...text.Run) *reading {
	s, all := text.DecodeAll(runs...)
	r := &reading{text: rd.choose(s, all)}
	r.trimmed = strings.TrimSpace(r.text)
	r.key = text.Key(r.trimmed)
	r.words = rd.wordsOfAll(append(all, s))
	return rd.finish(r, rd.tokenize(r.trimmed))
}

// finish adds what follows from the trimmed text, of which toks are the words.
func (rd *Reader) finish(r *reading, toks []token) *reading {
	r.number = rd.made.Add(1)
	r.phrase = rd.phraseOf(r.trimmed, toks)
	r.class = rd.classOf(r.trimmed, r.phrase)
	r.ordinal, r.isOrdinal = parseOrdinal(r.trimmed)
	return r
}

func (rd *Reader) isLegacy(font string) bool {
	if last := rd.plainFont.Load(); last != nil && *last == font {
		return false
	}
	legacy := rd.legacyFonts.get(font, func() bool { return text.LegacyFont(font) })
	if !legacy {
		plain := font // only what is kept goes to the heap
		rd.plainFont.Store(&plain)
	}
	return legacy
}

// fontRuns cuts a cell's text at its runs. Runs out of order or inside a letter, which only a damaged file has, end it.
func fontRuns(c *sheet.Cell) []text.Run {
	out := make([]text.Run, 0, len(c.Runs)+1)
	from, font := 0, c.Font
	for _, r := range c.Runs {
		if r.From < from || r.From > len(c.Raw) || r.From < len(c.Raw) && !utf8.RuneStart(c.Raw[r.From]) {
			break
		}
		if r.From > from {
			out = append(out, text.Run{Text: c.Raw[from:r.From], Font: font})
		}
		from, font = r.From, r.Font
	}
	return append(out, text.Run{Text: c.Raw[from:], Font: font})
}

// repair gives a text that is not that of a cell as [Reader.reading] gives that of a cell without fonts.
func (rd *Reader) repair(s string) string {
	return rd.repairs.get(s, func() string {
		run := text.Run{Text: s}
		return rd.choose(text.DecodeAll(run))
	})
}

// choose gives the one text that a cell holds, of the decoded one and what else [text.Readings] offers: another than the
// decoded one only if that is not understood and exactly one other is, to the last word.
func (rd *Reader) choose(s string, others []string) string {
	if len(others) == 0 || rd.phrase(strings.TrimSpace(s)).known() {
		return s
	}
	found := s
	for _, other := range others {
		if !rd.phrase(strings.TrimSpace(other)).known() {
			continue
		}
		if found != s {
			return s
		}
		found = other
	}
	return found
}

// wordsOfAll gives the record.Words of texts, as they are and with their abbreviations written out, of those that have any.
func (rd *Reader) wordsOfAll(texts []string) (words [][]uint16) {
	for _, s := range texts {
		if w := record.Words(text.Key(s)); w != nil {
			words = append(words, w)
		}
		if full := rd.phrase(strings.TrimSpace(s)).spelled; full != "" {
			words = append(words, record.Words(text.Key(full)))
		}
	}
	return words
}
