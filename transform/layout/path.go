package layout

import (
	"slices"
	"strconv"
	"strings"

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

// pathTerritory finds the province a path names: in the file's name, else in the nearest folder that names one.
func (rd *Reader) pathTerritory(path string) (mention, bool) {
	elements := strings.FieldsFunc(path, func(r rune) bool { return r == '/' || r == '\\' })
	for k := len(elements) - 1; k >= 0 && k >= len(elements)-6; k-- {
		words := rd.wordsOf(strings.TrimSuffix(elements[k], ".xlsx"))
		var found []mention
		for i := 0; i < len(words); i++ {
			for n := min(5, len(words)-i); n > 0; n-- {
				t := rd.folds[strings.Join(words[i:i+n], " ")]
				if len(t) == 0 { // "BaRia-VungTau"
					t = rd.folds[strings.Join(words[i:i+n], "")]
				}
				if len(t) > 0 {
					found = append(found, mention{name: strings.Join(words[i:i+n], " "), territories: t, at: place{raw: elements[k]}})
					i += n - 1
					break
				}
			}
		}
		if len(found) == 1 {
			return found[0], true
		}
		if len(found) > 1 {
			return mention{}, false
		}
	}
	return mention{}, false
}

// pathRound finds the plan year a path states: "KH2020", "ke hoach 2020", "round-2020", or a folder named after a round.
func (rd *Reader) pathRound(path string) (year int, folder string) {
	elements := strings.FieldsFunc(path, func(r rune) bool { return r == '/' || r == '\\' })
	for k := len(elements) - 1; k >= 0; k-- {
		words := rd.wordsOf(elements[k])
		for i, w := range words {
			y, err := strconv.Atoi(w)
			if err != nil || len(w) != 4 || y < firstYear || y > lastYear || i == 0 {
				continue
			}
			prev := words[i-1]
			if prev == "nam" && i > 1 {
				prev = words[i-2]
			}
			if prev == "kh" || prev == "hoach" || prev == "kehoach" || prev == "round" || prev == "vong" {
				return y, ""
			}
		}
		if k < len(elements)-1 && folder == "" && rd.cat.Round(elements[k]) != nil {
			folder = elements[k]
		}
	}
	return 0, folder
}
