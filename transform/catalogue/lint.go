package catalogue

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/phuluc/phuluc/transform/text"
)

// Problem is a row that does not do what it seems to do. The catalogue loads all the same, unless Kind is Invalid.
type Problem struct {
	File     string      `json:"file"`
	Line     int         `json:"line"`
	Kind     ProblemKind `json:"kind"`
	Severity string      `json:"severity"` // error: something can be read wrongly or never; warning: the row is of no use, or means more than it says
	Value    string      `json:"value"`
	TextVi   string      `json:"text_vi"`
	TextEn   string      `json:"text_en"`
}

// ProblemKind says what is wrong with a row.
type ProblemKind string

// The kinds of problems.
const (
	Invalid     ProblemKind = "invalid"     // the catalogue does not load with it
	Ambiguous   ProblemKind = "ambiguous"   // one text with two meanings
	Unreachable ProblemKind = "unreachable" // nothing that is written can lead to it
	Shadowed    ProblemKind = "shadowed"    // another row says the same
	Unused      ProblemKind = "unused"      // no landed file holds it
)

// LintOptions say what is known besides the tables. What is nil is not asked.
type LintOptions struct {
	// Reads reports what a text that stands alone in a cell is read as.
	Reads func(text string) Reading
	// Plain does so by the built-in words alone.
	Plain func(text string) Reading
	// Held reports whether a landed file may hold a text; Loaded whether a value of an indicator was loaded.
	Held   func(text string) bool
	Loaded func(indicator string) bool
}

// Reading is what a text that stands alone in a cell is read as.
type Reading struct {
	Indicators  []string // codes
	Territories []string // ids
	Header      bool     // a word of headers
	Counted     bool     // … that only says what is counted, as "Số người" does
	Year        bool     // it holds a year, whether or not the rest is understood
	Rest        string   // what of it nothing knows, "" if everything is understood
}

// Problems gives the faults that keep a catalogue from loading, as Load found them, in the shape of Lint.
func Problems(err error) []Problem {
	var list []Problem
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		for _, e := range joined.Unwrap() {
			list = append(list, Problems(e)...)
		}
		return list
	}
	var e *Error
	if !errors.As(err, &e) {
		return []Problem{{Kind: Invalid, Severity: "error", TextVi: "danh mục không đọc được: " + err.Error(), TextEn: err.Error()}}
	}
	vi, en := e.ReasonVi, e.Reason
	if e.Column != "" {
		vi, en = "cột "+e.Column+": "+vi, "column "+e.Column+": "+en
	}
	if e.Nearest != "" {
		vi += fmt.Sprintf("; có phải là %q?", e.Nearest)
		en += fmt.Sprintf("; did you mean %q?", e.Nearest)
	}
	if e.Try != "" {
		vi += "; " + e.TryVi
		en += "; " + e.Try
	}
	return []Problem{{e.File, e.Line, Invalid, "error", e.Value, vi, en}}
}

// Lint looks through the rows of the user's files, and those of the embedded ones that they meet, for rows that can not do what
// they seem to do. The problems come in the order of files and lines. Without a user's folder it looks through the embedded rows.
func (c *Catalogue) Lint(o LintOptions) []Problem {
	l := &linter{c: c, o: o, user: len(c.extensions) > 0}
	l.labels()
	l.words("unit_words", "word", unitKey, func(f fields) string { return f.s("unit_code") })
	l.words("territory_names", "name", text.Key, func(f fields) string { return f.s("territory_id") })
	l.words("header_words", "word", text.Key, func(f fields) string { return f.s("dimension") + " = " + f.s("value") })
	l.homonyms()
	l.reach()
	l.units()
	l.letters()
	l.useless()
	l.use()
	return l.sorted()
}

type linter struct {
	c    *Catalogue
	o    LintOptions
	user bool // the user has rows of his own: only they are told
	list []Problem
}

// each walks the rows of a table that are looked at.
func (l *linter) each(table string, do func(f fields, tell func(kind ProblemKind, value, vi, en string))) {
	t := l.c.rows[table]
	for _, r := range t.rows {
		if l.user && strings.HasSuffix(r.file, builtInMark) {
			continue
		}
		do(fields{t, r}, func(kind ProblemKind, value, vi, en string) {
			if kind == Shadowed && !l.user {
				return // the embedded files list spellings that are one by key, as documents write them
			}
			severity := "error"
			if kind == Shadowed || kind == Unused {
				severity = "warning"
			}
			l.list = append(l.list, Problem{r.file, r.line, kind, severity, value, vi, en})
		})
	}
}

// warn tells of a row that is read as it says, and of what else comes with it.
func (l *linter) warn(f fields, kind ProblemKind, value, vi, en string) {
	l.list = append(l.list, Problem{f.r.file, f.r.line, kind, "warning", value, vi, en})
}

// isCountedThing reports whether a row's text with that key is both the name of an indicator and that of the unit that it is counted in, as "Bác sĩ" is.
func (l *linter) isCountedThing(table string, f fields, k string) bool {
	var named []*Indicator
	var units []*Unit
	switch table {
	case "unit_words":
		units = []*Unit{l.c.units[f.s("unit_code")]}
		for _, m := range l.c.labels[k] {
			named = append(named, m.Indicator)
		}
	case synonymTable:
		named, units = []*Indicator{l.c.indicators[f.s("indicator_code")]}, l.c.unitWords[k]
	case "indicators":
		named, units = []*Indicator{l.c.indicators[f.s("code")]}, l.c.unitWords[k]
	}
	return len(named) > 0 && !slices.ContainsFunc(named, func(in *Indicator) bool {
		return !slices.ContainsFunc(units, func(u *Unit) bool { return u.Code == in.Unit && text.Key(u.NameVi) == k })
	})
}

func (r row) where() string { return fmt.Sprintf("%s:%d", r.file, r.line) }

// labels finds synonyms that another row makes needless.
func (l *linter) labels() {
	type meaning struct{ label, parent, code string }
	first := map[meaning]row{}
	note := func(m meaning, r row) {
		if _, ok := first[m]; !ok {
			first[m] = r
		}
	}
	t := l.c.rows["indicators"]
	for _, r := range t.rows {
		for _, col := range []string{"name_vi", "name_en"} {
			note(meaning{text.Key(r.cells[t.index(col)]), "", r.cells[t.index("code")]}, r)
		}
	}
	s := l.c.rows[synonymTable]
	of := func(f fields) meaning {
		return meaning{text.Key(f.s("label")), text.Key(f.s("parent_label")), f.s("indicator_code")}
	}
	for _, r := range s.rows {
		note(of(fields{s, r}), r)
	}
	l.each(synonymTable, func(f fields, tell func(ProblemKind, string, string, string)) {
		m := of(f)
		other := first[m]
		if alone, ok := first[meaning{m.label, "", m.code}]; m.parent != "" && ok {
			other = alone
			// The row is of use where the label means something else by itself or below another parent.
			for _, x := range l.c.labels[m.label] {
				if x.Indicator.Code != m.code {
					return
				}
			}
		}
		if other.file != f.r.file || other.line != f.r.line {
			tell(Shadowed, f.s("label"), "thừa: "+other.where()+" đã ghi như vậy", "needless: "+other.where()+" says so already")
		}
	})
}

const synonymTable = "indicator_synonyms"

// words finds words that another row gives the same meaning by the key that they are compared by.
func (l *linter) words(table, column string, key func(string) string, meaning func(fields) string) {
	t := l.c.rows[table]
	first := map[[2]string]row{}
	if table == "territory_names" {
		places := l.c.rows["territories"]
		for _, r := range places.rows {
			for _, col := range []string{"name_vi", "full_name_vi", "name_en"} {
				k := [2]string{key(r.cells[places.index(col)]), r.cells[places.index("territory_id")]}
				if _, ok := first[k]; !ok {
					first[k] = r
				}
			}
		}
	}
	for _, r := range t.rows {
		f := fields{t, r}
		k := [2]string{key(f.s(column)), meaning(f)}
		if _, ok := first[k]; !ok {
			first[k] = r
		}
	}
	l.each(table, func(f fields, tell func(ProblemKind, string, string, string)) {
		other := first[[2]string{key(f.s(column)), meaning(f)}]
		if other.file != f.r.file || other.line != f.r.line {
			tell(Shadowed, f.s(column), "thừa: "+other.where()+" đã ghi như vậy", "needless: "+other.where()+" says so already")
		}
	})
}

// elsewhere reports whether a header word stands where its being a name too does no harm: a section may be called as what it
// holds.
func elsewhere(dimension, value string) bool {
	return dimension == "role" && slices.Contains([]string{"section", "task_title"}, value)
}

// homonyms finds texts that name things of two kinds. A label below a parent is told apart by it.
func (l *linter) homonyms() {
	kinds := map[string]func(k string) string{
		"header_words": func(k string) string {
			for _, h := range l.c.header[k] {
				if !elsewhere(h.Dimension, h.Value) && (h.Value != "of_which" || len(l.c.unitWords[k]) == 0) {
					return "header_words.csv: " + h.Dimension + " = " + h.Value
				}
			}
			return ""
		},
		synonymTable: func(k string) string {
			for _, m := range l.c.labels[k] {
				if m.ParentLabel == "" {
					return "indicators.csv: " + m.Indicator.Code
				}
			}
			return ""
		},
		"territory_names": func(k string) string {
			if t := l.c.places[k]; len(t) > 0 {
				return "territories.csv: " + t[0].ID
			}
			return ""
		},
		"unit_words": func(k string) string {
			if u := l.c.unitWords[k]; len(u) > 0 {
				return "unit_words.csv: " + u[0].Code
			}
			return ""
		},
	}
	ask := func(table, column string) {
		l.each(table, func(f fields, tell func(ProblemKind, string, string, string)) {
			if table == synonymTable && f.s("parent_label") != "" || table == "header_words" && elsewhere(f.s("dimension"), f.s("value")) {
				return
			}
			own := table
			switch table {
			case "indicators":
				own = synonymTable
			case "territories":
				own = "territory_names"
			}
			k := text.Key(f.s(column))
			if k == "" {
				return
			}
			for _, kind := range []string{"header_words", synonymTable, "territory_names", "unit_words"} {
				if kind == own || kind == "unit_words" && table == "header_words" && f.s("value") == "of_which" {
					continue
				}
				other := kinds[kind](k)
				switch {
				case other == "":
				case l.isCountedThing(table, f, k):
					l.warn(f, Ambiguous, f.s(column), "cụm từ này vừa là chỉ tiêu vừa là đơn vị của chỉ tiêu ấy; ở cột đơn vị nó là đơn vị", "this text is an indicator and its unit; in a column of units it is the unit")
				default:
					tell(Ambiguous, f.s(column), "cụm từ này còn có nghĩa khác: "+other, "this text means something else too: "+other)
				}
			}
		})
	}
	// A year, a period or a heading of columns that a label repeats would be taken for the indicator in every table.
	heading := func(table, column string) {
		l.each(table, func(f fields, tell func(ProblemKind, string, string, string)) {
			k := text.Key(f.s(column))
			if k == "" || table == synonymTable && f.s("parent_label") != "" || len(l.c.header[k])+len(l.c.places[k])+len(l.c.unitWords[k]) > 0 {
				return
			}
			if strings.Trim(k, "0123456789 ") == "" {
				tell(Ambiguous, f.s(column), "chỉ có con số, như số thứ tự của dòng; hãy ghi tên bằng chữ", "it is a number, as the ordinals of rows are: give it a name of letters")
				return
			}
			switch r := l.o.Plain(f.s(column)); {
			case r.Rest == "" && r.Counted:
				l.warn(f, Ambiguous, f.s(column), "cụm từ này cũng được hiểu là đơn vị của các chỉ tiêu khác; bảng nào dùng nó như vậy sẽ được đọc là chỉ tiêu này",
					"this text also says what other indicators count; a table that uses it so is read as this indicator")
			case r.Rest == "" && len(r.Indicators)+len(r.Territories) == 0:
				tell(Ambiguous, f.s(column), "cụm từ này tự nó đã là năm, kỳ hoặc tiêu đề cột; hãy ghi parent_label hoặc bỏ dòng này",
					"this text by itself is a year, a period or a heading of columns already: give it a parent label or take the row out")
			}
		})
	}
	// What a name holds is not read for anything else.
	year := func(table, column string) {
		l.each(table, func(f fields, tell func(ProblemKind, string, string, string)) {
			switch r := l.o.Plain(f.s(column)); {
			case !r.Year || r.Rest == "":
			case strings.Contains(" "+text.Key(f.s(column)), " năm ") || table == "header_words":
				tell(Ambiguous, f.s(column), "cụm từ có năm: năm ấy sẽ không được đọc là năm của số liệu; hãy bỏ năm", "it holds a year, which is not read as that of the values then: take it out")
			default:
				l.warn(f, Ambiguous, f.s(column), "cụm từ có con số giống năm, sẽ không được đọc là năm của số liệu; nếu không thuộc tên gọi thì hãy bỏ",
					"it holds what looks like a year, which is not read as that of the values then: take it out if it is no part of the name")
			}
		})
	}
	if l.user && l.o.Plain != nil {
		heading("indicators", "name_vi")
		heading(synonymTable, "label")
		year("indicators", "name_vi")
		year(synonymTable, "label")
		year("header_words", "word")
		l.each("header_words", func(f fields, tell func(ProblemKind, string, string, string)) {
			word := f.s("word")
			if r := l.o.Plain(word); r.Rest == "" && r.Header && strings.ContainsAny(word, "0123456789") {
				tell(Ambiguous, word, "cụm từ này tự nó đã là năm hoặc kỳ; hãy bỏ con số hoặc bỏ dòng này",
					"this text by itself is a year or a period already: take the number or the row out")
			}
		})
	}
	if l.user { // a word may be one of several quantities, and the indicator decides; whoever adds it should know
		l.each("unit_words", func(f fields, _ func(ProblemKind, string, string, string)) {
			for _, u := range l.c.unitWords[unitKey(f.s("word"))] {
				if u.Code != f.s("unit_code") {
					l.warn(f, Ambiguous, f.s("word"), "cụm từ này cũng chỉ đơn vị "+u.Code+"; chỉ tiêu quyết định nghĩa nào được dùng", "this word means the unit "+u.Code+" too; the indicator decides which is meant")
				}
			}
		})
	}
	ask("indicators", "name_vi")
	ask(synonymTable, "label")
	ask("header_words", "word")
	ask("territory_names", "name")
	ask("territories", "name_vi")
	ask("unit_words", "word")
}

// reach finds texts that a cell can hold as they are and still not be read as what the row says.
func (l *linter) reach() {
	if l.o.Reads == nil {
		return
	}
	const vi, en = "không ô nào ghi như vậy được hiểu theo dòng này", "no cell that says so is read as this row says"
	for _, col := range []string{"name_vi", "name_en"} {
		l.each("indicators", func(f fields, tell func(ProblemKind, string, string, string)) {
			if !slices.Contains(l.o.Reads(f.s(col)).Indicators, f.s("code")) {
				tell(Unreachable, f.s(col), vi, en)
			}
		})
	}
	l.each(synonymTable, func(f fields, tell func(ProblemKind, string, string, string)) {
		if !slices.Contains(l.o.Reads(f.s("label")).Indicators, f.s("indicator_code")) {
			tell(Unreachable, f.s("label"), vi, en)
		}
	})
	if l.user { // any text of a sheet may be a parent, but a slip in a known one is not meant
		l.each(synonymTable, func(f fields, _ func(ProblemKind, string, string, string)) {
			parent := f.s("parent_label")
			if len(l.c.IndicatorsByLabel(parent)) > 0 {
				return
			}
			if in, d := l.c.NearestIndicator(parent, 2); in != nil && d > 0 {
				l.warn(f, Unreachable, parent, "parent_label này không có trong danh mục; gần nhất là tên của "+in.Code+" ("+in.NameVi+")", "this parent label is not in the catalogue; a name of "+in.Code+" ("+in.NameVi+") is near")
			}
		})
	}
	l.each("territory_names", func(f fields, tell func(ProblemKind, string, string, string)) {
		if !slices.Contains(l.o.Reads(f.s("name")).Territories, f.s("territory_id")) {
			tell(Unreachable, f.s("name"), vi, en)
		}
	})
	l.each("header_words", func(f fields, tell func(ProblemKind, string, string, string)) {
		if !l.o.Reads(f.s("word")).Header {
			tell(Unreachable, f.s("word"), vi, en)
		}
	})
}

// units finds units that no word leads to.
func (l *linter) units() {
	named := map[string]bool{}
	for _, units := range l.c.unitWords {
		for _, u := range units {
			named[u.Code] = true
		}
	}
	l.each("units", func(f fields, tell func(ProblemKind, string, string, string)) {
		if !named[f.s("code")] {
			tell(Unreachable, f.s("code"), "chưa có cách viết nào của đơn vị này trong unit_words.csv", "no row of unit_words.csv is a way to write this unit")
		}
	})
}

// letters finds rounds that one letter opened.
func (l *linter) letters() {
	opened := map[string][]string{}
	for _, r := range l.c.Rounds {
		for _, letter := range strings.Split(r.Letter, ";") {
			if k := letterKey(letter); k != "" {
				opened[k] = append(opened[k], r.ID)
			}
		}
	}
	l.each("rounds", func(f fields, tell func(ProblemKind, string, string, string)) {
		for _, letter := range strings.Split(f.s("letter"), ";") {
			if rounds := opened[letterKey(letter)]; len(rounds) > 1 {
				ids := strings.Join(rounds, ", ")
				tell(Ambiguous, strings.TrimSpace(letter), "văn bản này mở nhiều đợt: "+ids, "this letter opened several rounds: "+ids)
			}
		}
	})
}

// useless finds rows that replace a row by the same.
func (l *linter) useless() {
	replaced := map[string]bool{}
	for _, e := range l.c.extensions {
		if e.Replaced {
			replaced[fmt.Sprintf("%s:%d", e.File, e.Line)] = true
		}
	}
	for _, t := range schema() {
		b, err := embedded.ReadFile(t.name + ".csv")
		if err != nil {
			continue
		}
		was := &loaded{table: t, at: map[string]int{}}
		var none faults
		was.read(t.name+".csv"+builtInMark, b, false, nil, &none)
		l.each(t.name, func(f fields, tell func(ProblemKind, string, string, string)) {
			i, ok := was.at[was.key(f.r.cells)]
			if ok && replaced[f.r.where()] && slices.Equal(was.rows[i].cells, f.r.cells) {
				tell(Shadowed, strings.ReplaceAll(was.key(f.r.cells), "\x1f", " / "), "giống hệt dòng có sẵn "+was.rows[i].where(), "equals the built-in row "+was.rows[i].where())
			}
		})
	}
}

// use finds rows of the user that no landed file needs. Nothing is expected of the embedded ones.
func (l *linter) use() {
	if !l.user {
		return
	}
	const vi, en = "không tệp nào đã nhận có cụm từ này", "no landed file holds this text"
	if l.o.Held != nil {
		for table, column := range map[string]string{synonymTable: "label", "unit_words": "word", "header_words": "word", "forms": "title"} {
			l.each(table, func(f fields, tell func(ProblemKind, string, string, string)) {
				if !l.o.Held(f.s(column)) {
					tell(Unused, f.s(column), vi, en)
				} else if table == synonymTable && f.s("parent_label") != "" && !l.o.Held(f.s("parent_label")) {
					tell(Unused, f.s("parent_label"), vi, en)
				}
			})
		}
	}
	if l.o.Loaded != nil {
		l.each("indicators", func(f fields, tell func(ProblemKind, string, string, string)) {
			if !l.o.Loaded(f.s("code")) {
				tell(Unused, f.s("code"), "chưa có số liệu nào của chỉ tiêu này được nạp", "no value of this indicator was loaded")
			}
		})
	}
}

// sorted gives the problems by file and line, each once.
func (l *linter) sorted() []Problem {
	slices.SortStableFunc(l.list, func(a, b Problem) int {
		if d := strings.Compare(a.File, b.File); d != 0 {
			return d
		}
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return strings.Compare(string(a.Kind)+a.Value+a.TextEn, string(b.Kind)+b.Value+b.TextEn)
	})
	return slices.Compact(l.list)
}
