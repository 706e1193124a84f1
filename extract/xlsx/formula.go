package xlsx

import (
	"bytes"
	"context"
	"strings"

	"github.com/phuluc/phuluc/extract/sheet"
)

// formulaKind says whether a cell's value is the result of a formula, and of which.
type formulaKind uint8

const (
	formulaNone     formulaKind = iota
	formulaOwn                  // reads only this workbook
	formulaExternal             // reads another one
)

// formulas is what the formulas of a sheet say about cells that do not hold them.
type formulas struct {
	shared map[int]bool // external formulas that later cells share, by their number (si)
	areas  []area       // the last array formula or data table in each column; nil before the first
	spread int          // columns of all areas
}

// area is the reach of an array formula in one column.
type area struct {
	until int // row
	kind  formulaKind
}

// at gives the kind of a cell that may lie within the reach of a formula that another cell holds.
func (f *formulas) at(row, col int) formulaKind {
	if f.areas != nil && row <= f.areas[col].until {
		return f.areas[col].kind
	}
	return formulaNone
}

// formulaTag is what the tag of a formula says.
type formulaTag struct {
	shared int // its number + 1
	reach  sheet.Range
}

func parseFormulaTag(attrs []byte) (f formulaTag, ok bool) {
	a := attributes{rest: attrs}
	var ref []byte
	spreads := false
	for a.next() {
		switch string(a.name) {
		case "t":
			spreads = string(a.value) == "array" || string(a.value) == "dataTable"
		case "si":
			n, ok := digits(a.value)
			if !ok {
				return f, false
			}
			f.shared = n + 1
		case "ref":
			ref = a.value
		}
	}
	if spreads && ref != nil {
		var ok bool
		if f.reach, ok = parseRange(ref); !ok {
			return f, false
		}
	}
	return f, !a.bad
}

// formulaKind takes note of a formula with its text and tells its kind.
func (s *scan) formulaKind(f formulaTag, text []byte) (formulaKind, error) {
	kind := formulaOwn
	if refersOutside(text, s.w.outside) || len(text) == 0 && s.formulas.shared[f.shared] {
		kind = formulaExternal
	}
	if f.shared > 0 && len(text) > 0 {
		if kind == formulaExternal && s.formulas.shared == nil {
			s.formulas.shared = map[int]bool{}
		}
		if s.formulas.shared != nil {
			s.formulas.shared[f.shared] = kind == formulaExternal
		}
	}
	if r := f.reach; r.Row2 > r.Row1 || r.Col2 > r.Col1 {
		if s.formulas.areas == nil {
			s.formulas.areas = make([]area, maxCol+1)
		}
		s.formulas.spread += r.Col2 - r.Col1 + 1
		if lim := s.w.limits.Cells; lim > 0 && s.formulas.spread > lim {
			return kind, sheet.Refuse(sheet.CodeLimit, s.l.part, "the array formulas reach over more than %d columns in all", lim)
		}
		for col := r.Col1; col <= r.Col2; col++ {
			s.formulas.areas[col] = area{r.Row2, kind}
		}
	}
	return kind, nil
}

// names is a set of defined names in lower case.
type names map[string]bool

// refersOutside reports whether a formula, as the file writes it (ECMA-376 part 1, 18.17), refers to another workbook:
// by [1]Sheet!A1, '[1]Tên trang'!A1, [1]!name, or by one of the names. Brackets right behind a name are the columns of
// a table and no workbook; texts in quotes are no reference.
func refersOutside(formula []byte, outside names) bool {
	if len(outside) == 0 && bytes.IndexByte(formula, '[') < 0 {
		return false
	}
	for i := 0; i < len(formula); {
		switch c := formula[i]; {
		case c == '"' || c == '\'':
			end := bytes.IndexByte(formula[i+1:], c)
			if end < 0 {
				return c == '\'' && bytes.IndexByte(formula[i:], '[') >= 0
			}
			if c == '\'' && bytes.IndexByte(formula[i:i+1+end], '[') >= 0 {
				return true // no name of a sheet holds a bracket
			}
			i += end + 2
		case c == '[':
			end := bracket(formula[i:])
			if rest := formula[i+end:]; len(rest) > 0 && (isName(rest[0]) || rest[0] == '!') {
				return true
			}
			i += end
		case isName(c):
			from := i
			for i < len(formula) && isName(formula[i]) {
				i++
			}
			next := byte(0)
			if i < len(formula) {
				next = formula[i]
			}
			if next == '[' {
				i += bracket(formula[i:])
			} else if next != '(' && next != '!' && len(outside) > 0 && outside[strings.ToLower(string(formula[from:i]))] {
				return true
			}
		default:
			i++
		}
	}
	return false
}

// bracket gives the length of what stands in brackets at the beginning of b. Brackets nest; an apostrophe takes the
// meaning from the character behind it.
func bracket(b []byte) int {
	depth := 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '\'':
			i++
		case '[':
			depth++
		case ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(b)
}

// isName reports whether c can stand in the name of a cell, sheet, table or function, or in a number.
func isName(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c == '_' || c == '.' || c == '\\' || c == '?' || c >= 0x80
}

// maxNames is how many names may stand for one another. What goes on longer is taken for a reference to the outside.
const maxNames = 50

// outsideNames gives those of the defined names that another workbook's content comes in by, directly or by the name of a
// name. texts is what the names stand for, by name in lower case.
func outsideNames(ctx context.Context, texts map[string][]byte) (names, error) {
	direct := false
	for _, text := range texts {
		direct = direct || refersOutside(text, nil)
	}
	if !direct {
		return nil, nil
	}
	outside, known := names{}, map[string]bool{}
	var visit func(name string, depth int) bool
	visit = func(name string, depth int) bool {
		if known[name] {
			return outside[name]
		}
		known[name] = true // also ends a circle
		text := texts[name]
		is := depth > maxNames || refersOutside(text, nil)
		for rest := text; !is && len(rest) > 0; {
			var word []byte
			word, rest = nextName(rest)
			if other := strings.ToLower(string(word)); texts[other] != nil {
				is = visit(other, depth+1)
			}
		}
		if is {
			outside[name] = true
		}
		return is
	}
	for name := range texts {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		visit(name, 0)
	}
	return outside, nil
}

// nextName gives the first word of b that could be a name, and what follows it.
func nextName(b []byte) (word, rest []byte) {
	i := 0
	for i < len(b) && !isName(b[i]) {
		i++
	}
	from := i
	for i < len(b) && isName(b[i]) {
		i++
	}
	return b[from:i], b[i:]
}
