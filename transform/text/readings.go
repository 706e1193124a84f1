package text

import (
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// maxFree is the number of words up to which a text is short, and of those that Readings takes both ways.
const maxFree = 4

// Readings gives what else a cell's text may have been, for a caller that knows which texts make sense: take a reading
// only if [DecodeRuns] of the same runs is not known and exactly one reading is. It is nil for most texts. Readings are:
//
//   - Unicode text that was run through a conversion from TCVN3 ("Thỏng 7" was Tháng 7, "Khai khoỏng" was Khai khoáng);
//   - text in a legacy font of which each word exists in both readings ("Phó Ninh" in .VnTime was Phú Ninh);
//   - text of a legacy charset whose font was lost ("Lao ñoäng" in Arial was Lao động).
//
// Unless the font is a legacy one, a short text whose words syllables.csv all lists has no other reading.
func Readings(runs ...Run) []string { return tables().readings(DecodeRuns(runs...), runs) }

// DecodeAll gives a cell's text as [DecodeRuns] does, and its [Readings].
func DecodeAll(runs ...Run) (decoded string, readings []string) {
	decoded = DecodeRuns(runs...)
	return decoded, tables().readings(decoded, runs)
}

// readings gives the Readings of runs that were decoded to base.
func (t *tableSet) readings(base string, runs []Run) []string {
	if len(runs) == 0 {
		return nil
	}
	raw, legacyFont := runs[0].Text, t.face(runs[0].Font).charset != nil
	if len(runs) > 1 { // few cells have more than one
		var all strings.Builder
		for _, r := range runs {
			all.WriteString(r.Text)
			legacyFont = legacyFont || t.face(r.Font).charset != nil
		}
		raw = all.String()
	}
	if ascii(raw) || len(raw) > maxNumberText {
		return nil
	}
	var found []string
	add := func(s string) {
		if s = t.repair(s); s != base && !slices.Contains(found, s) {
			found = append(found, s)
		}
	}
	if legacyFont {
		var forced strings.Builder
		for _, r := range runs {
			f := t.face(r.Font)
			s := t.decode(r.Text, f)
			if f.charset != nil {
				if all, ok := t.force(legacyRunes(r.Text), f.charset); ok {
					s = f.show(all)
				}
			}
			forced.WriteString(s)
		}
		add(forced.String())
	} else if t.strange(raw) {
		in := legacyRunes(raw)
		for _, name := range []string{"tcvn3", "vni", "vps", "viscii"} {
			if s, ok := t.force(in, t.charsets[name]); ok {
				add(s)
			}
		}
	}
	for _, s := range t.unconvert(base) {
		add(s)
	}
	return found
}

func legacyRunes(s string) []rune { return []rune(norm.NFC.String(dropInvisible(s))) }

// force decodes every word of a text; ok is false if that does not make all of them syllables.
func (t *tableSet) force(in []rune, c *charset) (decoded string, ok bool) {
	var out []rune
	last := 0
	for w := range t.legacyWords(in, c, true) {
		switch {
		case w.converted == nil: // ASCII
			continue
		case w.verdict == modern || !t.accented(w.converted):
			return "", false
		}
		out = append(append(out, in[last:w.start]...), w.converted...)
		last = w.end
	}
	return string(append(out, in[last:]...)), last > 0
}

// strange reports whether s has an accented word that syllables.csv does not list.
func (t *tableSet) strange(s string) bool {
	w, accented := word{at: -1}, false
	for _, r := range norm.NFC.String(s) {
		if !isWordRune(r) {
			if accented && !t.lists(&w) {
				return true
			}
			w, accented = word{at: -1}, false
			continue
		}
		accented = accented || r >= 0x80
		if l, ok := t.letter(r); ok {
			w.add(l)
		} else {
			w.broken = true
		}
	}
	return accented && !t.lists(&w)
}

// unconvert gives the texts that a conversion from TCVN3 would have turned into s although they were Unicode. Such a
// conversion took every á for the TCVN3 code of ỏ, so it changed every á, and a ỏ in s may have been one or may be a true
// ỏ. A word that syllables.csv lists only one way was written that way; of the others both ways are given. In a short text
// at least one word must be unknown as it stands.
func (t *tableSet) unconvert(s string) []string {
	if strings.IndexFunc(s, func(r rune) bool { return t.misreadAs(r) != 0 }) < 0 {
		return nil
	}
	in := []rune(s)
	var changes []change
	strange, free := false, 0
	for i := 0; i < len(in); {
		if !isWordRune(in[i]) {
			i++
			continue
		}
		start := i
		for i < len(in) && isWordRune(in[i]) {
			i++
		}
		c, ok := t.changeOf(in[start:i])
		if !ok {
			continue
		}
		c.start, c.end = start, i
		if c.free {
			free++
		}
		strange = strange || !c.free
		changes = append(changes, c)
	}
	if len(changes) == 0 || free > maxFree || !strange && len(strings.Fields(s)) <= maxFree {
		return nil
	}
	var found []string
	for choice := range 1 << free {
		out := slices.Clone(in)
		bit := 0
		for _, c := range changes {
			if c.free {
				bit++
				if choice>>(bit-1)&1 == 1 {
					continue
				}
			}
			copy(out[c.start:c.end], c.was)
		}
		found = append(found, string(out))
	}
	return found
}

// change is a word that a conversion from TCVN3 may have misread.
type change struct {
	start, end int
	was        []rune
	free       bool // which of the two it is the vocabulary does not tell
}

// changeOf gives what a word was if a conversion misread it; ok is false if it was written as it stands.
func (t *tableSet) changeOf(word []rune) (c change, ok bool) {
	first := slices.IndexFunc(word, func(r rune) bool { return t.misreadAs(r) != 0 })
	if first < 0 {
		return change{}, false
	}
	c.was = slices.Clone(word)
	for k, r := range word {
		if code := t.misreadAs(r); code != 0 {
			c.was[k] = code
		}
	}
	if !t.syllable(c.was) || oddCase(c.was) {
		return change{}, false
	}
	before, after := t.knows(c.was), t.knows(word) && !oddCase(word)
	c.free = before == after
	return c, before || !after
}

// Spelling is what is known of a word, whatever stands around it.
type Spelling struct {
	Key     string // its [Key]
	Clean   bool   // see [IsClean]
	Certain bool   // clean, and of a text of such words, numbers and clean signs in no legacy font DecodeAll gives the text itself and no readings
}

// Spell gives the Spelling of a word, which is nothing but letters and marks.
func Spell(word string) Spelling {
	t := tables()
	key, clean := t.keyOnce(word)
	if !clean {
		return Spelling{Key: t.key(word)}
	}
	if ascii(word) {
		return Spelling{key, true, true}
	}
	in := []rune(word)
	_, misread := t.changeOf(in)
	return Spelling{key, true, !misread && (t.knows(in) || t.isModern(in))}
}

// isModern reports whether a word is of no legacy charset, whatever stands around it: each has a letter of it neither alone nor as a part of a code.
func (t *tableSet) isModern(word []rune) bool {
	for _, c := range t.charsets {
		if !slices.ContainsFunc(word, func(r rune) bool { return r >= 0x80 && !c.runes[r] }) {
			return false
		}
	}
	return true
}

func (t *tableSet) misreadAs(r rune) rune {
	if int(r) >= len(t.misread) {
		return 0
	}
	return t.misread[r]
}
