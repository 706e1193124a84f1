package corpus

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/phuluc/phuluc/transform/text"
)

func textDamages() []damage {
	return []damage{
		{"typo_indicator", (*world).typoIndicator},
		{"typo_territory", (*world).typoTerritory},
		{"typo_header", (*world).typoHeader},
		{"unknown_header", (*world).unknownHeader},
		{"header_conflict", (*world).headerConflict},
		{"unit_conflict", (*world).unitConflict},
		{"unit_unknown", (*world).unitUnknown},
		{"unit_missing", (*world).unitMissing},
		{"unit_in_label", (*world).unitInLabel},
		{"unit_ditto", (*world).unitDitto},
		{"bilingual", (*world).bilingual},
		{"footnote_marks", (*world).footnoteMarks},
		{"tone_placement", spelling(tonePlacement)},
		{"i_or_y", spelling(iOrY)},
		{"upper_case", spelling(strings.ToUpper)},
		{"title_case", spelling(titleCase)},
		{"decomposed", spelling(norm.NFD.String)},
		{"wrong_letters", spelling(wrongLetters)},
		{"mark_misplaced", spelling(markMisplaced)},
		{"spaces", (*world).spaces},
	}
}

// typo changes one letter of one word of four letters or more: dropped, doubled, changed places with the next, or
// without its marks. It gives "" when the text has no such word. Words in parentheses are units and stay.
func (w *world) typo(s string) string {
	head, tail, parenthesis := s, "", strings.IndexByte(s, '(')
	if parenthesis >= 0 {
		head, tail = s[:parenthesis], s[parenthesis:]
	}
	rs := []rune(head)
	var at []int
	for i := 1; i+2 < len(rs); i++ {
		if unicode.IsLetter(rs[i-1]) && unicode.IsLetter(rs[i]) && unicode.IsLetter(rs[i+1]) && (i > 1 && unicode.IsLetter(rs[i-2]) || unicode.IsLetter(rs[i+2])) {
			at = append(at, i)
		}
	}
	if len(at) == 0 {
		return ""
	}
	i := pick(w, at...)
	out := slices.Clone(rs)
	switch w.r.IntN(4) {
	case 0:
		out = slices.Delete(out, i, i+1)
	case 1:
		out = slices.Insert(out, i, out[i])
	case 2:
		out[i], out[i+1] = out[i+1], out[i]
	case 3:
		plain := []rune(norm.NFD.String(string(out[i])))
		out[i] = plain[0]
	}
	return string(out) + tail
}

// typed writes a typo into a cell that changes its key, and that names nothing known by accident.
func (w *world) typed(c *cell, known func(string) bool) bool {
	for range 20 {
		s := w.typo(c.text)
		if s == "" || text.Key(s) == text.Key(c.text) || known(s) {
			continue
		}
		c.text = s
		return true
	}
	return false
}

func (w *world) typoIndicator(b *book, name string) bool {
	done := false
	for _, c := range w.some(b, 10, func(_ *page, _ at, c *cell) bool {
		return len(c.governs) > 0 && w.namesIndicator(c) && len(c.text) > 12
	}) {
		if !w.typed(c, func(s string) bool { return len(w.cat.IndicatorsByLabel(strings.TrimLeft(s, "-+ "))) > 0 }) {
			continue
		}
		done = true
		c.hit(name, never, "indicator.unknown")
		if c.kind == kindHead {
			c.hit(name, never, "header.unknown")
		}
		for _, x := range c.governs {
			if x.indicator != c.names.indicator {
				x.hit(name, never, "indicator.ambiguous") // a part whose label means many things
			} else {
				x.proposal = w.cat.Indicator(c.names.indicator).NameVi
			}
		}
	}
	return done
}

func (w *world) typoTerritory(b *book, name string) bool {
	done := false
	for _, c := range w.some(b, 10, func(_ *page, _ at, c *cell) bool { return len(c.governs) > 0 && w.namesPlace(c) }) {
		if !w.typed(c, func(s string) bool { return len(w.cat.TerritoriesByName(s)) > 0 }) {
			continue
		}
		done = true
		c.hit(name, never, "territory.unknown")
		if c.kind == kindSection {
			c.hit(name, never, "indicator.unknown", "dimension.missing")
		}
	}
	return done
}

var measureWords = []string{"thực hiện", "kế hoạch", "kết quả", "ước"}

func (w *world) typoHeader(b *book, name string) bool {
	done := false
	for _, c := range w.some(b, 10, func(_ *page, _ at, c *cell) bool {
		low := strings.ToLower(c.text)
		return c.kind == kindHead && len(c.governs) > 0 && !w.namesIndicator(c) && slices.ContainsFunc(measureWords, func(m string) bool { return strings.HasPrefix(low, m) })
	}) {
		if w.typed(c, func(string) bool { return false }) {
			done = true
			c.hit(name, never, "header.unknown")
		}
	}
	return done
}

// unknownHeader writes words into a header that nothing in the form explains.
func (w *world) unknownHeader(b *book, name string) bool {
	for _, c := range w.some(b, 1000, func(_ *page, _ at, c *cell) bool {
		return c.kind == kindHead && len(c.governs) > 0 && c.names.measure != "" && !w.namesIndicator(c)
	}) {
		c.text += " " + pick(w, "(phương án B)", "theo QĐ 17", "điều chỉnh lần 2", "loại trừ")
		c.hit(name, never, "header.unknown", "indicator.unknown")
		if c.names.territory != "" {
			c.hit(name, never, "territory.unknown")
		}
		return true
	}
	return false
}

// brokenHeader are codes for the columns beside one that contradicts its group, where no merge says how far the group reaches.
var brokenHeader = []string{"header.unknown", "header.conflict", "measure.missing", "period.missing", "value.duplicate"}

// headerConflict puts another year, or another kind of figure, under a group of columns.
func (w *world) headerConflict(b *book, name string) bool {
	for _, p := range b.pages {
		for _, t := range p.tables {
			for row := t.top + 1; row < t.body; row++ {
				for col := t.values; col <= t.right; col++ {
					c, over := p.cells[at{row, col}], p.cells[at{t.top, col}]
					if c == nil || over == nil || c.kind != kindHead || over.kind != kindHead || c.number || len(c.governs) == 0 {
						continue
					}
					year, group := dated.FindString(c.text), dated.FindString(over.text)
					switch {
					case group != "" && year == "" && c.names.measure != "" && slices.ContainsFunc(measureWords[:2], func(m string) bool { return strings.HasPrefix(strings.ToLower(c.text), m) }):
						c.text += " " + pick(w, "2011", "2010")
					case over.text == "Thực hiện" && c.names.measure == "actual":
						c.text = "Kế hoạch " + strings.ToLower(c.text)
					default:
						continue
					}
					if !t.merged { // how far the texts beside it reach is in doubt too
						p.hit(name, may, brokenHeader...)
					}
					c.hit(name, never, "header.conflict")
					return true
				}
			}
		}
	}
	return false
}

// ownUnit lists cells of the unit column whose unit is that of their row alone.
func (w *world) unitCells(b *book, n int, ok func(*cell, *truth) bool) []*cell {
	return w.some(b, n, func(p *page, a at, c *cell) bool {
		return c.kind == kindUnit && len(c.governs) > 0 && inBody(p, a) && ok(c, c.governs[0])
	})
}

func inBody(p *page, a at) bool {
	return slices.ContainsFunc(p.tables, func(t *placed) bool { return a.row >= t.body && a.row <= t.bottom })
}

func (w *world) unitConflict(b *book, name string) bool {
	cs := w.unitCells(b, 1000, func(c *cell, x *truth) bool { return !strings.Contains(x.unit, "percent") })
	for _, c := range cs {
		other := "km²"
		switch c.governs[0].unit {
		case "person", "thousand_person":
			other = pick(w, "hộ", "%", "tỷ đồng")
		case "household":
			other = pick(w, "người", "%")
		}
		c.text = other
		c.hit(name, never, "unit.conflict")
	}
	return len(cs) > 0
}

func (w *world) unitUnknown(b *book, name string) bool {
	cs := w.unitCells(b, 1000, func(*cell, *truth) bool { return true })
	for _, c := range cs {
		c.text = pick(w, "thùng", "suất", "ngàn suất", "tấn")
		c.hit(name, never, "unit.unknown", "unit.conflict")
	}
	return len(cs) > 0
}

// unitMissing takes a unit away. "Số hộ nghèo" says households, but not whether thousands of them.
func (w *world) unitMissing(b *book, name string) bool {
	done := false
	for _, p := range b.pages {
		for _, a := range p.sorted() {
			c := p.cells[a]
			if c.kind != kindUnit || len(c.governs) == 0 || c.governs[0].verdict == never || !inBody(p, a) || !w.one(12) {
				continue
			}
			if next := p.cells[at{a.row + 1, a.col}]; next == nil || next.kind != kindUnit {
				continue // rows below may leave their unit to this one
			}
			delete(p.cells, a)
			c.hit(name, may, "unit.ambiguous")
			done = true
		}
	}
	return done
}

func (w *world) unitInLabel(b *book, name string) bool {
	done := false
	for _, p := range b.pages {
		for _, a := range p.sorted() {
			u := p.cells[a]
			if u.kind != kindUnit || len(u.governs) == 0 || !inBody(p, a) {
				continue
			}
			l := p.cells[at{a.row, a.col - 1}]
			if l == nil || l.kind != kindLabel || l.number || strings.Contains(l.text, "(") {
				continue
			}
			l.text += pick(w, " (", " (") + u.text + ")"
			delete(p.cells, a)
			l.governs = append(l.governs, u.governs...)
			u.hit(name, must)
			for _, x := range u.governs {
				if x.verdict == never { // for its unit: now the label holds a word that is not known
					x.hit(name, never, "indicator.unknown")
				}
			}
			done = true
		}
	}
	return done
}

// unitDitto writes "nt" (như trên, as above) where the unit is that of the row above.
func (w *world) unitDitto(b *book, name string) bool {
	done := false
	for _, p := range b.pages {
		last, was := map[int]*cell{}, map[int]int{} // by column
		for _, a := range p.sorted() {
			c, above := p.cells[a], last[a.col]
			if c.kind != kindUnit || len(c.governs) == 0 || !inBody(p, a) {
				continue
			}
			if c.governs[0].verdict == never {
				delete(last, a.col)
				continue
			}
			if above != nil && was[a.col] == a.row-1 && len(above.governs) > 0 && above.governs[0].unit == c.governs[0].unit {
				c.text = pick(w, `"`, "nt", "-nt-", "''")
				c.hit(name, must)
				done = true
			} else {
				last[a.col] = c
			}
			was[a.col] = a.row
		}
	}
	return done
}

func (w *world) bilingual(b *book, name string) bool {
	sep := pick(w, " - ", "\n", " / ")
	done := false
	for _, p := range b.pages {
		for _, a := range p.sorted() {
			c := p.cells[a]
			if len(c.governs) == 0 || !slices.Contains(w.labels[c.names.indicator], c.text) || c.parent != "" {
				continue
			}
			c.text += sep + w.english[c.names.indicator]
			c.hit(name, must)
			done = true
		}
	}
	return done
}

func (w *world) footnoteMarks(b *book, name string) bool {
	cs := w.some(b, 4, func(_ *page, _ at, c *cell) bool {
		return len(c.governs) > 0 && (w.namesIndicator(c) || w.namesPlace(c))
	})
	mark := pick(w, "(*)", " (*)", "¹", "[1]", " (1)", "*")
	for _, c := range cs {
		c.text += mark
		c.hit(name, must)
	}
	return len(cs) > 0
}

// spelling applies another way to write the same word to most labels and headers. No clerk sees a difference.
func spelling(change func(string) string) func(*world, *book, string) bool {
	return func(w *world, b *book, name string) bool {
		done := false
		for _, p := range b.pages {
			for _, a := range p.sorted() {
				c := p.cells[a]
				if c.number || len(c.governs) == 0 || c.kind != kindLabel && c.kind != kindHead && c.kind != kindSection || w.one(4) {
					continue
				}
				if s := change(c.text); s != c.text {
					c.text = s
					c.hit(name, must)
					done = true
				}
			}
		}
		return done
	}
}

var tonePairs = strings.NewReplacer("hóa", "hoá", "hòa", "hoà", "Hòa", "Hoà", "Hóa", "Hoá", "thủy", "thuỷ", "túy", "tuý", "khỏe", "khoẻ", "họa", "hoạ", "tỏa", "toả", "đóa", "đoá", "xóa", "xoá", "Thỏa", "Thoả", "thỏa", "thoả", "lũy", "luỹ", "hủy", "huỷ", "ủy", "uỷ", "dọa", "doạ")

func tonePlacement(s string) string { return tonePairs.Replace(s) }

var yPairs = strings.NewReplacer("Tỷ lệ", "Tỉ lệ", "tỷ lệ", "tỉ lệ", "Tỷ trọng", "Tỉ trọng", "sĩ", "sỹ", "kỹ", "kĩ", "Tỷ số", "Tỉ số", "quý", "quí", "tỷ đồng", "tỉ đồng", "Quỹ", "Qũy")

func iOrY(s string) string { return yPairs.Replace(s) }

func titleCase(s string) string {
	words := strings.Split(s, " ")
	for i := range words {
		words[i] = upperFirst(words[i])
	}
	return strings.Join(words, " ")
}

// wrongLetters are letters of other languages that look right.
func wrongLetters(s string) string {
	return strings.NewReplacer("ươ", "ƣơ", "ườ", "ƣờ", "ướ", "ƣớ", "ượ", "ƣợ", "Đ", "Ð").Replace(s)
}

// markMisplaced moves the mark below a vowel behind the consonant that ends the syllable, as converters of documents do:
// "việc" becomes "viêc" with the dot below c.
func markMisplaced(s string) string {
	const dot = '\u0323'
	rs := []rune(norm.NFD.String(s))
	for i := 0; i+1 < len(rs); i++ {
		if rs[i] != dot {
			continue
		}
		j := i + 1
		for j < len(rs) && unicode.Is(unicode.Mn, rs[j]) {
			j++
		}
		if j < len(rs) && strings.ContainsRune("ctpn", rs[j]) && (j+1 == len(rs) || !unicode.IsLetter(rs[j+1])) {
			copy(rs[i:], rs[i+1:j+1])
			rs[j] = dot
			i = j
		}
	}
	return norm.NFC.String(string(rs))
}

func (w *world) spaces(b *book, name string) bool {
	done := false
	for _, p := range b.pages {
		for _, a := range p.sorted() {
			c := p.cells[a]
			if c.number || len(c.governs) == 0 || !strings.Contains(c.text, " ") || w.one(2) {
				continue
			}
			at := strings.IndexByte(c.text, ' ')
			c.text = c.text[:at] + pick(w, "\u00a0", "  ", "\n", " \n", "\u200b ") + c.text[at+1:] + pick(w, "", " ", "\u00a0")
			c.hit(name, must)
			done = true
		}
	}
	return done
}
