package catalogue

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"github.com/phuluc/phuluc/transform/text"
)

//go:embed *.csv
var embedded embed.FS

// maxFile bounds a file of the user; the largest embedded one has 60 KB.
const maxFile = 16 << 20

// builtInMark ends the file name of an embedded table in an error.
const builtInMark = " (built in)"

// maxFaults bounds how many faults one Load reports.
const maxFaults = 50

// row is one line of a table with the place it came from.
type row struct {
	cells []string
	file  string
	line  int
}

// loaded is a table with its rows.
type loaded struct {
	table
	rows []row
	at   map[string]int // key → index into rows
	cut  bool           // rows of the user's could not be read: what refers to them is not looked up, and their fault alone is told
}

func (l *loaded) key(cells []string) string {
	parts := make([]string, len(l.table.key))
	for i, k := range l.table.key {
		parts[i] = cells[l.index(k)]
	}
	return strings.Join(parts, "\x1f")
}

// Extension is one row that a file of the user added or replaced.
type Extension struct {
	File     string
	Line     int
	Table    string
	Key      string // the key columns joined by " / "
	Replaced bool   // it took the place of a row that existed
}

// faults collects errors up to a bound.
type faults struct {
	list []error
	more int
}

// full reports that further faults are only counted, so that nothing costly need be worked out for them.
func (f *faults) full() bool { return len(f.list) >= maxFaults }

func (f *faults) add(e *Error) {
	if f.full() {
		f.more++
		return
	}
	f.list = append(f.list, e)
}

// blameUser drops what was found in embedded rows if a user's row has a part in it: a contradiction shows at both ends,
// and only one of them can be put right.
func (f *faults) blameUser() {
	theirs := func(e error) bool { return strings.HasSuffix(e.(*Error).File, builtInMark) }
	if !slices.ContainsFunc(f.list, func(e error) bool { return !theirs(e) }) {
		return
	}
	f.list = slices.DeleteFunc(f.list, theirs)
}

func (f *faults) err() error {
	if f.more > 0 {
		return errors.Join(append(f.list, fmt.Errorf("and %d more", f.more))...)
	}
	return errors.Join(f.list...)
}

// Load reads the embedded tables and, unless userDir is "", the files of the same names in userDir. A userDir that can
// not be read is an error that wraps the cause (fs.ErrNotExist when it is not there). Every fault of the tables is an
// *Error; several are joined. The Catalogue is read-only from then on and may be used by many goroutines.
func Load(userDir string) (*Catalogue, error) { return load(userDir, "", nil) }

// load is Load with one file of the user's folder as it would be: name, "" for none, and content. The folder need not exist then.
func load(userDir, name string, content []byte) (*Catalogue, error) {
	var bad faults
	tables := map[string]*loaded{}
	order := schema()
	for _, t := range order {
		l := &loaded{table: t, at: map[string]int{}}
		tables[t.name] = l
		b, err := embedded.ReadFile(t.name + ".csv")
		if err != nil {
			return nil, fmt.Errorf("catalogue: %w", err)
		}
		l.read(t.name+".csv"+builtInMark, b, false, nil, &bad)
	}
	var added []Extension
	if userDir != "" {
		if err := extend(userDir, name, content, order, tables, &added, &bad); err != nil {
			return nil, err
		}
	}
	for _, t := range order {
		tables[t.name].checkCells(tables, &bad)
	}
	if err := bad.err(); err != nil {
		return nil, err
	}
	c := build(order, tables)
	c.extensions = added
	c.check(tables, &bad)
	bad.blameUser()
	if err := bad.err(); err != nil {
		return nil, err
	}
	return c, nil
}

// extend reads the user's folder, and content in place of the file called amended. Files that are not CSV (mappings, notes) are
// left to others.
func extend(dir, amended string, content []byte, order []table, tables map[string]*loaded, added *[]Extension, bad *faults) error {
	entries, err := os.ReadDir(dir)
	if err != nil && (amended == "" || !errors.Is(err, fs.ErrNotExist)) {
		return fmt.Errorf("catalogue folder: %w", err)
	}
	known := make([]string, len(order))
	for i, t := range order {
		known[i] = t.name + ".csv"
	}
	var names []string
	for _, e := range entries {
		stem := strings.TrimSuffix(e.Name(), filepath.Ext(e.Name()))
		if i := slices.Index(known, stem+".csv"); i >= 0 && slices.Contains([]string{".xlsx", ".xls", ".ods", ".txt", ".tsv"}, strings.ToLower(filepath.Ext(e.Name()))) {
			bad.add(&Error{File: filepath.Join(dir, e.Name()), Reason: "is not read", Try: "save it as CSV UTF-8 under the name " + known[i],
				ReasonVi: "tệp này không được đọc", TryVi: "hãy lưu thành CSV UTF-8 với tên " + known[i]})
			tables[order[i].name].cut = true
		}
		if name := e.Name(); name != amended && !e.IsDir() && strings.EqualFold(filepath.Ext(name), ".csv") && !strings.HasPrefix(name, ".") {
			names = append(names, name)
		}
	}
	if amended != "" {
		names = append(names, amended)
		slices.Sort(names) // as the folder lists them
	}
	for _, name := range names {
		path := filepath.Join(dir, name)
		i := slices.Index(known, name)
		if i < 0 {
			near := nearest(name, known)
			bad.add(&Error{File: path, Reason: "is not a catalogue file", Nearest: near, ReasonVi: "không phải tên một tệp danh mục", Try: "the files are " + strings.Join(known, ", "), TryVi: "các tệp: " + strings.Join(known, ", ")})
			if i := slices.Index(known, near); i >= 0 {
				tables[order[i].name].cut = true
			}
			continue
		}
		b := content
		if name != amended {
			if b, err = readBounded(path); err != nil {
				return fmt.Errorf("catalogue folder: %w", err)
			}
		}
		if int64(len(b)) > maxFile {
			bad.add(&Error{File: path, Reason: fmt.Sprintf("is larger than %d MB", maxFile>>20), ReasonVi: fmt.Sprintf("lớn hơn %d MB", maxFile>>20)})
			continue
		}
		tables[order[i].name].read(path, b, true, added, bad)
	}
	return nil
}

func readBounded(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxFile+1))
}

// read adds the rows of one file. In a user's file columns may be missing or moved, and "replace" is a column.
func (l *loaded) read(file string, b []byte, user bool, added *[]Extension, bad *faults) {
	whole := len(bad.list) + bad.more
	defer func() { l.cut = l.cut || user && len(bad.list)+bad.more > whole }()
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(b) {
		bad.add(&Error{File: file, Reason: "is not UTF-8 text", Try: "save it as CSV UTF-8", ReasonVi: "bảng mã không phải UTF-8", TryVi: "hãy lưu thành CSV UTF-8"})
		return
	}
	r := csv.NewReader(bytes.NewReader(b))
	r.FieldsPerRecord = -1
	if user {
		r.Comma = separator(b)
	}
	header, err := r.Read()
	if err != nil {
		if err == io.EOF {
			bad.add(&Error{File: file, Reason: "is empty", Try: "the first line names the columns: " + strings.Join(l.header(), ","),
				ReasonVi: "tệp trống", TryVi: "dòng đầu ghi tên các cột: " + strings.Join(l.header(), ",")})
		} else {
			bad.add(csvFault(file, err))
		}
		return
	}
	if user { // a spreadsheet writes the empty columns that were ever touched
		for len(header) > 0 && strings.TrimSpace(header[len(header)-1]) == "" {
			header = header[:len(header)-1]
		}
	}
	to, replace, ok := l.place(file, header, user, bad)
	if !ok {
		return
	}
	for {
		rec, err := r.Read()
		if err == io.EOF {
			return
		}
		if err != nil {
			bad.add(csvFault(file, err))
			return
		}
		line, _ := r.FieldPos(0)
		if !slices.ContainsFunc(rec, func(s string) bool { return strings.TrimSpace(s) != "" }) {
			continue
		}
		for user && len(rec) > len(header) && strings.TrimSpace(rec[len(rec)-1]) == "" {
			rec = rec[:len(rec)-1]
		}
		if len(rec) != len(header) {
			bad.add(&Error{File: file, Line: line, Reason: fmt.Sprintf("has %d fields, the header has %d", len(rec), len(header)), Try: "put quotes round a text that holds the separator",
				ReasonVi: fmt.Sprintf("có %d ô, dòng đầu có %d", len(rec), len(header)), TryVi: "cụm từ có chứa dấu phân cách phải đặt trong ngoặc kép"})
			continue
		}
		cells := make([]string, len(l.columns))
		over := ""
		for i, v := range rec {
			v = strings.TrimSpace(v)
			if i == replace {
				over = v
			} else {
				cells[to[i]] = v
				if l.columns[to[i]].kind == boolean {
					cells[to[i]] = strings.ToLower(v) // a spreadsheet writes TRUE
				}
			}
		}
		l.put(row{cells, file, line}, over, user, added, bad)
	}
}

// separator of a user's file: the semicolon is what a spreadsheet writes where the comma is the decimal sign, the tab what it pastes.
func separator(b []byte) rune {
	head, _, _ := bytes.Cut(b, []byte("\n"))
	for _, c := range []byte{',', ';', '\t'} {
		if bytes.IndexByte(head, c) >= 0 {
			return rune(c)
		}
	}
	return ','
}

// place maps the fields of a file to the columns of the table; replace is the field of that name or -1.
func (l *loaded) place(file string, header []string, user bool, bad *faults) (to []int, replace int, ok bool) {
	replace, ok = -1, true
	to = make([]int, len(header))
	seen := map[string]bool{}
	for i, h := range header {
		h = strings.TrimSpace(h)
		if seen[h] {
			bad.add(&Error{File: file, Line: 1, Column: h, Reason: "stands twice in the header", ReasonVi: "cột này ghi hai lần ở dòng đầu"})
			ok = false
		}
		seen[h] = true
		if user && h == "replace" {
			replace = i
			continue
		}
		if to[i] = l.index(h); to[i] < 0 {
			bad.add(&Error{File: file, Line: 1, Column: h, Reason: "is not a column of " + l.name + ".csv", Nearest: nearest(h, l.header()), Try: "columns are " + strings.Join(l.header(), ","),
				ReasonVi: l.name + ".csv không có cột này", TryVi: "các cột: " + strings.Join(l.header(), ",")})
			ok = false
		}
	}
	for _, c := range l.columns {
		if !seen[c.name] && (c.required || !user) {
			bad.add(&Error{File: file, Line: 1, Column: c.name, Reason: "is missing from the header", ReasonVi: "dòng đầu thiếu cột này"})
			ok = false
		}
	}
	return to, replace, ok
}

func (l *loaded) put(r row, over string, user bool, added *[]Extension, bad *faults) {
	if over != "" && over != "yes" && over != "no" {
		bad.add(&Error{File: r.file, Line: r.line, Column: "replace", Value: over, Reason: "is neither yes nor no", ReasonVi: "chỉ ghi yes hoặc no"})
		return
	}
	k := l.key(r.cells)
	shown := strings.ReplaceAll(k, "\x1f", " / ")
	i, exists := l.at[k]
	switch {
	case exists && over != "yes":
		first := l.rows[i]
		e := &Error{File: r.file, Line: r.line, Value: shown, Reason: fmt.Sprintf("is there already, in %s, line %d", first.file, first.line), ReasonVi: fmt.Sprintf("đã có ở %s, dòng %d", first.file, first.line)}
		if user {
			e.Try, e.TryVi = `say "yes" in a column "replace" to take its place`, `muốn thay dòng ấy thì ghi "yes" ở cột "replace"`
		}
		bad.add(e)
		return
	case exists:
		l.rows[i] = r
	case over == "yes":
		near := ""
		if !bad.full() {
			near = strings.ReplaceAll(nearest(k, l.keys()), "\x1f", " / ")
		}
		bad.add(&Error{File: r.file, Line: r.line, Value: shown, Reason: "is to replace a row that does not exist", ReasonVi: "không có dòng nào như vậy để thay", Nearest: near})
		return
	default:
		l.at[k] = len(l.rows)
		l.rows = append(l.rows, r)
	}
	if user {
		*added = append(*added, Extension{File: r.file, Line: r.line, Table: l.name, Key: shown, Replaced: exists})
	}
}

func (l *loaded) keys() []string {
	k := make([]string, len(l.rows))
	for i, r := range l.rows {
		k[i] = l.key(r.cells)
	}
	return k
}

func csvFault(file string, err error) *Error {
	var p *csv.ParseError
	if errors.As(err, &p) {
		return &Error{File: file, Line: p.Line, Reason: "can not be read as CSV: " + p.Err.Error(), ReasonVi: "không đọc được theo dạng CSV: " + p.Err.Error()}
	}
	return &Error{File: file, Reason: "can not be read: " + err.Error(), ReasonVi: "không đọc được: " + err.Error()}
}

// checkCells holds every cell against the kind of its column.
func (l *loaded) checkCells(tables map[string]*loaded, bad *faults) {
	for _, r := range l.rows {
		for i, c := range l.columns {
			v := r.cells[i]
			fault := func(en, vi, near string) {
				bad.add(&Error{File: r.file, Line: r.line, Column: c.name, Value: v, Reason: en, ReasonVi: vi, Nearest: near})
			}
			if v == "" {
				if c.required {
					fault("is empty", "còn trống", "")
				}
				continue
			}
			switch c.kind {
			case oneOf:
				if !slices.Contains(c.of, v) {
					fault("is none of "+strings.Join(c.of, ", "), "phải là một trong: "+strings.Join(c.of, ", "), nearest(v, c.of))
				}
			case ref:
				t := tables[c.of[0]]
				if _, ok := t.at[v]; ok || t.cut {
					continue
				}
				near := ""
				if !bad.full() {
					near = nearest(v, t.keys())
				}
				fault("is not in "+t.name+".csv", "không có trong "+t.name+".csv", near)
			case number:
				if _, err := decimal.NewFromString(v); err != nil {
					fault("is not a number (a dot is the decimal sign)", "không phải là số (dấu thập phân là dấu chấm)", "")
				}
			case year:
				if n, err := strconv.Atoi(v); err != nil || len(v) != 4 || n < 1900 {
					fault("is not a year of four digits", "không phải năm gồm bốn chữ số", "")
				}
			case date:
				if _, err := time.Parse(time.DateOnly, v); err != nil {
					fault("is not a date such as 2025-07-01", "không phải ngày viết như 2025-07-01", "")
				}
			case boolean:
				if v != "true" && v != "false" {
					fault("is neither true nor false", "chỉ ghi true hoặc false", "")
				}
			}
		}
	}
}

// nearest gives the candidate with the smallest edit distance if it is near enough to be a slip, "" otherwise.
func nearest(s string, candidates []string) string {
	best, at := -1, ""
	for _, c := range candidates {
		if d := text.Distance(s, c); best < 0 || d < best {
			best, at = d, c
		}
	}
	if best < 0 || best > max(2, utf8.RuneCountInString(s)/3) {
		return ""
	}
	return at
}

// version hashes all rows of all tables but one, in order, with lengths so that no two tables give one stream.
func version(order []table, tables map[string]*loaded, except string) string {
	h := sha256.New()
	for _, t := range order {
		if t.name == except {
			continue
		}
		fmt.Fprintf(h, "%s %d %d\n", t.name, len(t.columns), len(tables[t.name].rows))
		for _, r := range tables[t.name].rows {
			for _, v := range r.cells {
				fmt.Fprintf(h, "%d:%s", len(v), v)
			}
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}
