package layout

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/text"
)

// foldedNames indexes the provinces by their names without diacritics, spaced and glued, for file names.
func foldedNames(cat *catalogue.Catalogue) map[string][]*catalogue.Territory {
	m := map[string][]*catalogue.Territory{}
	for i := range cat.Territories {
		t := &cat.Territories[i]
		if t.Level != "province" {
			continue
		}
		for _, name := range []string{t.NameVi, t.NameEn} {
			words := pathWords(name)
			for _, k := range []string{strings.Join(words, " "), strings.Join(words, "")} {
				if k != "" && !slices.Contains(m[k], t) {
					m[k] = append(m[k], t)
				}
			}
		}
	}
	// A former name is valid for its successor too ("Thua Thien Hue" in 2025).
	for k, list := range m {
		for _, t := range list {
			for _, same := range cat.TerritoriesByName(t.NameVi) {
				if same.Level == "province" && !slices.Contains(m[k], same) {
					m[k] = append(m[k], same)
				}
			}
		}
	}
	return m
}

// pathWords splits a name into lower-case ASCII words and runs of digits.
func pathWords(s string) []string {
	var out []string
	s = strings.ToLower(text.Fold(s))
	last, from := byte(0), 0
	for i := range len(s) + 1 {
		kind := byte(0)
		switch {
		case i == len(s):
		case s[i] >= 'a' && s[i] <= 'z':
			kind = 'a'
		case s[i] >= '0' && s[i] <= '9':
			kind = '0'
		}
		if kind != last {
			if last != 0 {
				out = append(out, s[from:i])
			}
			last, from = kind, i
		}
	}
	return out
}

// wordsOf is pathWords, remembered: many files lie in one folder.
func (rd *Reader) wordsOf(s string) []string {
	return rd.pathWords.get(s, func() []string { return pathWords(s) })
}

// pathElement is what a folder or a file tells by its name.
type pathElement struct {
	provinces []mention
	round     int // the plan year that it states: "KH2020", "ke hoach 2020", "round-2020"
	name      pathName
	supposed  bool // see isSupposed
	narrowed  []narrowing
}

// element reads the name of a folder or a file. It is remembered: many files lie in one folder.
func (rd *Reader) element(s string) *pathElement {
	return rd.elements.get(s, func() *pathElement {
		words := pathWords(strings.TrimSuffix(s, ".xlsx"))
		return &pathElement{rd.provincesOf(words, s), roundOf(words), nameOf(words), isSupposed(words), narrowedBy(words, s)}
	})
}

// elementsOf cuts a path.
func elementsOf(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '/' || r == '\\' })
}

func (rd *Reader) provincesOf(words []string, raw string) (found []mention) {
	for i := 0; i < len(words); i++ {
		var territories []*catalogue.Territory
		n := 0
		var few [64]byte
		spaced, glued := few[:0:32], few[32:32]
		for k, w := range words[i:min(i+5, len(words))] { // the longest name
			if k > 0 {
				spaced = append(spaced, ' ')
			}
			spaced, glued = append(spaced, w...), append(glued, w...)
			t := rd.folds[string(spaced)]
			if len(t) == 0 && k > 0 { // "BaRia-VungTau"
				t = rd.folds[string(glued)]
			}
			if len(t) > 0 {
				territories, n = t, k+1
			}
		}
		if n > 0 {
			found = append(found, mention{name: strings.Join(words[i:i+n], " "), territories: territories, at: place{raw: raw}})
			i += n - 1
		}
	}
	return found
}

// pathTerritory finds the province a path names: in the file's name, else in the nearest folder that names one.
func (rd *Reader) pathTerritory(path string) (mention, bool) {
	elements := elementsOf(path)
	for k := len(elements) - 1; k >= 0 && k >= len(elements)-6; k-- {
		switch found := rd.element(elements[k]).provinces; len(found) {
		case 0:
		case 1:
			return found[0], true
		default:
			return mention{}, false
		}
	}
	return mention{}, false
}

func roundOf(words []string) int {
	for i, w := range words {
		y := pathYear(w)
		if y == 0 || i == 0 {
			continue
		}
		prev := words[i-1]
		if prev == "nam" && i > 1 {
			prev = words[i-2]
		}
		if prev == "kh" || prev == "hoach" || prev == "kehoach" || prev == "round" || prev == "vong" {
			return y
		}
	}
	return 0
}

// pathRound finds the plan year a path states, or a folder named after a round.
func (rd *Reader) pathRound(path string) (year int, folder string) {
	elements := elementsOf(path)
	for k := len(elements) - 1; k >= 0; k-- {
		if y := rd.element(elements[k]).round; y != 0 {
			return y, ""
		}
		if k < len(elements)-1 && folder == "" && rd.cat.Round(elements[k]) != nil {
			folder = elements[k]
		}
	}
	return 0, folder
}

// pathName is what the name of a file, or of its folder, tells of the figures in it: "Ket_qua_9_thang_2019". It is weak evidence, since files are named
// after their sending too and copied: it gives nothing, but what contradicts it is in doubt.
type pathName struct {
	text string
	year int    // 0 if it names none or several
	part string // of the year, see partial; "" if it names none
	done bool   // it says that the year is that of results
	told bool   // a title in the workbook names it too
}

// pathName reads the name of a file; if that names no period the folder's, of which only results are taken: it may be named after its time.
func (rd *Reader) pathName(path string) pathName {
	elements := elementsOf(path)
	for k := len(elements) - 1; k >= 0 && k >= len(elements)-2; k-- {
		n := rd.element(elements[k]).name
		if n.year == 0 && n.part == "" {
			continue
		}
		if n.text = elements[k]; k < len(elements)-1 && !n.done {
			break
		}
		return n
	}
	return pathName{}
}

// pathWord is one of the words of title_words.csv for the names of files, as they are written there.
type pathWord struct {
	kind  string
	words []string
}

// pathWordLists are these words by the last of each.
var pathWordLists = sync.OnceValue(func() map[string][]pathWord {
	lists := map[string][]pathWord{}
	for _, kind := range []string{pathResults, pathOther, pathSupposed, sheetOther} {
		for _, w := range loadTitleWords().kinds[kind] {
			words := pathWords(w.word)
			last := words[len(words)-1]
			lists[last] = append(lists[last], pathWord{kind, words})
		}
	}
	return lists
})

// endsWith gives how many words those of a kind have that end a name, the longest; 0 if it ends with none.
func endsWith(kind string, words []string) int {
	if len(words) == 0 {
		return 0
	}
	for _, w := range pathWordLists()[words[len(words)-1]] {
		if n := len(words) - len(w.words); w.kind == kind && n >= 0 && slices.Equal(words[n:], w.words) {
			return len(w.words)
		}
	}
	return 0
}

// isSupposed reports whether the name of a file says that its figures are of another kind than what was done: "Du_kien_2018". Words of two
// letters and less are too many things without their marks.
func isSupposed(words []string) bool {
	for i, w := range words {
		if pathWordLists()[w] == nil {
			continue
		}
		n := max(endsWith(pathSupposed, words[:i+1]), endsWith(sheetOther, words[:i+1]))
		if (n > 1 || n == 1 && len(w) > 2) && !(i+1 < len(words) && words[i+1] == "quoc") { // "muc tieu quoc gia"
			return true
		}
	}
	return false
}

// pathPopulation is a word of narrowing.csv as names of files write it.
type pathPopulation struct {
	kind, value string
	words       []string
}

// pathPopulations are those by the first of each, the longest first: populations to which such a name may narrow, what holds their words and names
// none, and subjects. Words of two letters are too many things without their marks.
var pathPopulations = sync.OnceValue(func() map[string][]pathPopulation {
	lists, all := map[string][]pathPopulation{}, loadNarrowing()
	for _, kind := range []string{narrowOther, narrowPopulation, narrowBody, narrowSubject} {
		for _, w := range all.kinds[kind] {
			words := pathWords(w.word)
			_, named := all.named(w.value)
			if len(strings.Join(words, "")) < 3 || (kind == narrowPopulation || kind == narrowBody) && !named {
				continue
			}
			lists[words[0]] = append(lists[words[0]], pathPopulation{kind, w.value, words})
		}
	}
	for _, list := range lists {
		slices.SortStableFunc(list, func(a, b pathPopulation) int { return len(b.words) - len(a.words) })
	}
	return lists
})

// named reports whether the name of a file may narrow to a population, and the subject that this population is too.
func (ws *wordList) named(population string) (subject string, ok bool) {
	i := slices.IndexFunc(ws.kinds[narrowNamed], func(w listed) bool { return w.word == population })
	if i < 0 {
		return "", false
	}
	return ws.kinds[narrowNamed][i].value, true
}

// narrowedBy gives the populations to which the name of a file narrows the one table in it: "ho_ngheo_dtts_2019". One that is a subject too
// narrows nothing beside others: "viec_lam_tre_em" may be a list.
func narrowedBy(words []string, name string) (found []narrowing) {
	var subjects []string
	for i := 0; i < len(words); {
		n := 1
		for _, w := range pathPopulations()[words[i]] {
			if end := i + len(w.words); end > len(words) || !slices.Equal(words[i:end], w.words) || len(w.words) < n {
				continue
			}
			n = len(w.words)
			if w.kind == narrowOther {
				break
			}
			if w.kind == narrowSubject {
				subjects = append(subjects, w.value)
			} else {
				found = append(found, narrowing{value: w.value, text: name})
			}
		}
		i += n
	}
	return slices.DeleteFunc(found, func(n narrowing) bool {
		own, _ := loadNarrowing().named(n.value)
		return own != "" && slices.ContainsFunc(subjects, func(s string) bool { return s != own })
	})
}

func nameOf(words []string) (n pathName) {
	at := 0
	for i, w := range words {
		if y := pathYear(w); y != 0 {
			if n.year != 0 && n.year != y {
				return pathName{}
			}
			n.year, at = y, i
		}
		if part := pathPart(words[i:]); part != "" {
			if n.part != "" && n.part != part {
				return pathName{}
			}
			n.part = part
		}
	}
	for i := at; i > 0 && !n.done; i-- {
		n.done = endsWith(pathResults, words[:i]) > 0
		if plan := endsWith(pathPlan, words[:i]); plan > 0 { // "thuc hien ke hoach 2019" is what was done too
			n.done = endsWith(pathResults, words[:i-plan]) > 0
			break
		}
		if endsWith(pathOther, words[:i]) > 0 {
			break
		}
	}
	return n
}

// pathYear gives the year that a word of a name is, 0 if it is none.
func pathYear(w string) int {
	if len(w) != 4 || !isDigits(w) {
		return 0
	}
	if y, err := strconv.Atoi(w); err == nil && y >= firstYear && y <= lastYear {
		return y
	}
	return 0
}

// pathPart gives the part of the year that words of a name begin with: "9 thang", "thang 5", "quy II"; "6T", "T5" and "Q1" before a year only.
func pathPart(words []string) string {
	at := func(i int) string {
		if i < len(words) {
			return words[i]
		}
		return ""
	}
	number := func(i, most int) int {
		if w := at(i); w == "" || len(w) > 2 || !isDigits(w) {
			return 0
		}
		if n, err := strconv.Atoi(at(i)); err == nil && n <= most {
			return n
		}
		return 0
	}
	year := func(i int) bool {
		if at(i) == "nam" {
			i++
		}
		return pathYear(at(i)) != 0
	}
	switch first := at(0); {
	case number(0, 12) > 0 && (at(1) == "thang" && number(2, 12) == 0 && at(2) != "cuoi" || at(1) == "t" && year(2)):
		return upTo(number(0, 12))
	case first == "6" && at(1) == "thang" && at(2) == "cuoi":
		return "S2"
	case (first == "thang" || first == "t" && year(2)) && number(1, 12) > 0:
		return fmt.Sprintf("M%02d", number(1, 12))
	case first == "quy" || first == "q" && year(2):
		if n := number(1, 4); n > 0 {
			return fmt.Sprintf("Q%d", n)
		}
		if n := slices.Index([]string{"i", "ii", "iii", "iv"}, at(1)); n >= 0 {
			return fmt.Sprintf("Q%d", n+1)
		}
	}
	return ""
}

// nameContradicts reports whether the name of the file tells of another time than a value has of a title: results of another year, of which no title
// speaks, or an earlier part of the year than the one that is said to be over. Files are named after a later time too: that of their sending.
func (v *valueCell) nameContradicts() bool {
	n, d, ti := &v.b.pathName, &v.d, v.ti
	if n.text == "" || d.toYear != 0 {
		return false
	}
	if v.titlePeriod && n.done && n.year != 0 && n.year != ti.dims.year && !ti.planYear {
		return !n.told
	}
	year := d.year
	if v.titlePeriod {
		year = ti.dims.year
	}
	if n.part == "" || v.measure != "actual" || n.year != 0 && n.year != year || n.year == 0 && !v.titlePeriod {
		return false
	}
	if own := cmp.Or(v.rm.dims.part, v.cm.dims.part); own != "" && own != "Y" || d.part == partUnread || d.year != year {
		return false
	}
	told, named := lastMonth(d.part), lastMonth(n.part)
	return named < told || v.titlePeriod && n.done && n.year != 0 && named > told && d.part != "" && d.part != "Y"
}

// titlesName reports whether a title in the workbook names a year, or years around it.
func (b *bookReader) titlesName(year int) bool {
	for _, s := range b.sheets {
		for _, i := range s.headCells() {
			if p := s.parsed[i]; p != nil && p.opens == "" {
				for _, y := range b.rd.titleWords(p.text).years {
					if y.year == year || y.year <= year && year <= y.toYear {
						return true
					}
				}
			}
		}
	}
	return false
}
