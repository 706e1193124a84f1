package text

import (
	"embed"
	"encoding/csv"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

//go:embed onsets.csv rimes.csv syllables.csv tcvn3.csv vni.csv vps.csv viscii.csv fonts.csv twins.csv scales.csv qualifiers.csv
var files embed.FS

// tables gives the embedded files in the shape the parsers need. It is built once and never written afterwards.
var tables = sync.OnceValue(buildTables)

type tableSet struct {
	letters    [0x1F00]letter       // by rune; base 0 means "no Vietnamese letter"
	toned      ['ư' + 1][5]rune     // by lower-case vowel: the same with huyền, sắc, hỏi, ngã, nặng
	onsets     map[string]bool      // "", "b", … "ngh"
	rimes      map[string]rime      // without tone: "oa", "iêng"
	shapes     map[uint64]shape     // all onsets with all rimes, by the code of their letters
	syllables  map[spoken]bool      // the accented words of labels, forms and names of this field
	charsets   map[string]*charset  // by the name of the table
	fonts      []fontRule           // the longest prefix first
	twins      map[rune]rune        // letters of other alphabets → the Latin ones that look the same
	misread    [0x1F00]rune         // by letter: the Unicode letter that a conversion from TCVN3 takes for its code, ỏ → á; 0 if none
	scales     map[string]int32     // Key of the word → power of ten
	qualifiers map[string]qualifier // Key of the phrase
	signs      *strings.Replacer    // comparison signs → words and signs of qualifiers.csv
	joints     *strings.Replacer    // no space around - and /
	periods    []periodPattern      //
}

type qualifier struct{ place, meaning string }

// letter is one Vietnamese letter taken apart: base is lower case and keeps the quality of the vowel (ă â ê ô ơ ư).
type letter struct {
	base  rune
	tone  tone
	upper bool
	code  uint8 // from 1, one for each base
}

type tone uint8

const (
	level   tone = iota // ngang
	falling             // huyền  U+0300
	rising              // sắc    U+0301
	asking              // hỏi    U+0309
	broken              // ngã    U+0303
	heavy               // nặng   U+0323
)

// toneMark tells which tone a combining mark stands for, level if none.
func toneMark(r rune) tone {
	switch r {
	case 0x300:
		return falling
	case 0x301:
		return rising
	case 0x309:
		return asking
	case 0x303:
		return broken
	case 0x323:
		return heavy
	}
	return level
}

func markOf(t tone) string {
	return [...]string{"", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323"}[t]
}

const vowels = "aăâeêioôơuưy"

func isVowel(base rune) bool { return strings.ContainsRune(vowels, base) }

func buildTables() *tableSet {
	t := &tableSet{
		onsets:     map[string]bool{"": true},
		rimes:      map[string]rime{},
		syllables:  map[spoken]bool{},
		scales:     map[string]int32{},
		qualifiers: map[string]qualifier{},
	}
	code := uint8(0)
	for _, base := range "bcdđfghjklmnpqrstvwxz" + vowels {
		code++
		t.addLetter(base, letter{base, level, false, code})
		if !isVowel(base) {
			continue
		}
		for i := falling; i <= heavy; i++ {
			r := []rune(norm.NFC.String(string(base) + markOf(i)))[0]
			t.toned[base][i-1] = r
			t.addLetter(r, letter{base, i, false, code})
		}
	}
	for _, row := range readCSV("onsets.csv", 1) {
		t.onsets[row[0]] = true
	}
	for _, row := range readCSV("rimes.csv", 3) {
		r := rime{at: int8(mustAtoi(row[1])), also: -1}
		if row[2] != "" {
			r.also = int8(mustAtoi(row[2]))
		}
		t.rimes[row[0]] = r
	}
	t.addShapes()
	for _, row := range readCSV("syllables.csv", 1) {
		w := word{at: -1}
		for _, r := range row[0] {
			l, _ := t.letter(r)
			w.add(l)
		}
		t.syllables[spoken{w.code, w.tone}] = true
	}
	t.charsets = map[string]*charset{
		"tcvn3":  t.singleByte(pairs("tcvn3.csv")),
		"vps":    t.singleByte(pairs("vps.csv")),
		"viscii": t.singleByte(pairs("viscii.csv")),
		"vni":    twoUnits(pairs("vni.csv")),
	}
	t.addCapitals(t.charsets["tcvn3"])
	t.twins = make(map[rune]rune)
	for _, p := range pairs("twins.csv") {
		from, to := []rune(p[0]), []rune(p[1])
		t.twins[from[0]] = to[0]
	}
	t.fonts = t.fontRules()
	for code, letter := range t.charsets["tcvn3"].codes {
		if _, ok := t.letter(code[0]); ok && code[0] >= 0x80 && code[1] == 0 && code[0] != letter {
			t.misread[letter] = code[0]
		}
	}
	for _, row := range readCSV("scales.csv", 2) {
		t.scales[t.key(row[0])] = int32(mustAtoi(row[1]))
	}
	for _, row := range readCSV("qualifiers.csv", 3) {
		t.qualifiers[t.key(row[0])] = qualifier{row[1], row[2]}
	}
	t.signs = strings.NewReplacer("~", " khoảng ", "≈", " khoảng ", ">=", " ≥ ", "=>", " ≥ ", "<=", " ≤ ", "=<", " ≤ ", "<", " < ", ">", " > ", "≥", " ≥ ", "≤", " ≤ ")
	t.joints = strings.NewReplacer(" - ", "-", " -", "-", "- ", "-", " / ", "/", " /", "/", "/ ", "/")
	t.periods = periodPatterns()
	return t
}

func (t *tableSet) addLetter(r rune, l letter) {
	t.letters[r] = l
	l.upper = true
	t.letters[unicode.ToUpper(r)] = l
}

// letter takes r apart; ok is false when r is no letter of the Vietnamese alphabet (f, j, w, z count as letters).
func (t *tableSet) letter(r rune) (letter, bool) {
	if r < 0 || int(r) >= len(t.letters) {
		return letter{}, false
	}
	l := t.letters[r]
	return l, l.base != 0
}

// lower is unicode.ToLower, quick for the letters of Vietnamese.
func (t *tableSet) lower(r rune) rune {
	l, ok := t.letter(r)
	if !ok {
		return unicode.ToLower(r)
	}
	l.upper = false
	return t.rune(l)
}

// rune puts a letter together again.
func (t *tableSet) rune(l letter) rune {
	r := l.base
	if l.tone != level {
		r = t.toned[l.base][l.tone-1]
	}
	if l.upper {
		return unicode.ToUpper(r)
	}
	return r
}

// readCSV reads an embedded file. The files are part of the program, so a damaged one is a programming error.
func readCSV(name string, fields int) [][]string {
	f, err := files.Open(name)
	if err != nil {
		panic("text: " + err.Error())
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord = fields
	rows, err := r.ReadAll()
	if err != nil {
		panic("text: " + name + ": " + err.Error())
	}
	return rows[1:]
}

func pairs(name string) [][2]string {
	rows := readCSV(name, 2)
	out := make([][2]string, len(rows))
	for i, row := range rows {
		out[i] = [2]string{row[0], row[1]}
	}
	return out
}

func mustHex(s string) byte {
	b, err := strconv.ParseUint(s, 16, 8)
	if err != nil {
		panic("text: " + err.Error())
	}
	return byte(b)
}

func mustAtoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic("text: " + err.Error())
	}
	return n
}
