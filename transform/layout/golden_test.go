package layout

import (
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/phuluc/phuluc/transform/catalogue"
)

var update = flag.Bool("update", false, "write the golden files anew")

func loadCatalogue(tb testing.TB) *catalogue.Catalogue {
	tb.Helper()
	cat, err := catalogue.Load("")
	if err != nil {
		tb.Fatal(err)
	}
	return cat
}

// parseFixture reads a workbook written as text. A line is a row, a tab ends a cell. Lines that begin with "!" are
// directives: "!name PATH", "!sheet NAME [hidden]", "!merge B2:C3", "!format C5 0.0%", "!indent B4 2", "!hiderow 7",
// "!skiprows 3", "!external B7", "!comment B4 AUTHOR: TEXT", "!font B2:C9 .VnTime" (of its text cells), "!strike B4" (all of it), "!strike B4 3" (from byte 3 on), "!date B3 yyyy" (of a number that is the serial of a day), "!date1904" (days count from then). A cell "=12.5" is a number, all others are text; "\n" is a line break in the cell.
func parseFixture(tb testing.TB, data string) Book {
	tb.Helper()
	var b Book
	row := 0
	cur := func() *SheetCells {
		if len(b.Sheets) == 0 {
			b.Sheets = append(b.Sheets, SheetCells{Info: sheet.Info{Name: "Sheet1"}})
		}
		return &b.Sheets[len(b.Sheets)-1]
	}
	at := func(addr string) *sheet.Cell {
		r, c, err := sheet.ParseAddress(addr)
		if err != nil {
			tb.Fatal(err)
		}
		s := cur()
		for i := range s.Cells {
			if s.Cells[i].Row == r && s.Cells[i].Col == c {
				return &s.Cells[i]
			}
		}
		tb.Fatalf("no cell at %s", addr)
		return nil
	}
	for _, line := range strings.Split(strings.TrimSuffix(data, "\n"), "\n") {
		if directive, ok := strings.CutPrefix(line, "!"); ok {
			word, rest, _ := strings.Cut(directive, " ")
			args := strings.Fields(rest)
			switch word {
			case "name":
				b.Name = rest
			case "sheet":
				name, hidden := strings.CutSuffix(rest, " hidden")
				b.Sheets = append(b.Sheets, SheetCells{Info: sheet.Info{Name: name, Hidden: hidden}})
				row = 0
			case "merge":
				from, to, _ := strings.Cut(rest, ":")
				r2, c2, err := sheet.ParseAddress(to)
				if err != nil {
					tb.Fatal(err)
				}
				c := at(from)
				c.Merge = sheet.Range{Row1: c.Row, Col1: c.Col, Row2: r2, Col2: c2}
			case "format":
				_, at(args[0]).Format, _ = strings.Cut(rest, " ")
			case "strike":
				if c := at(args[0]); len(args) == 1 {
					c.Struck = true
				} else {
					from, _ := strconv.Atoi(args[1])
					c.Runs = []sheet.Run{{From: from, Font: c.Font, Struck: true}}
				}
			case "comment": // "!comment B4 AUTHOR: TEXT"
				r, c, err := sheet.ParseAddress(args[0])
				if err != nil {
					tb.Fatal(err)
				}
				_, said, _ := strings.Cut(rest, " ")
				author, said, _ := strings.Cut(said, ": ")
				cur().Comments = append(cur().Comments, sheet.Comment{Row: r, Col: c, Author: author, Text: strings.ReplaceAll(said, `\n`, "\n")})
			case "external":
				at(args[0]).External = true
			case "date":
				at(args[0]).Kind = sheet.Date
				_, at(args[0]).Format, _ = strings.Cut(rest, " ")
			case "date1904":
				cur().Info.Date1904 = true
			case "font":
				from, to, _ := strings.Cut(args[0], ":")
				r1, c1, err1 := sheet.ParseAddress(from)
				r2, c2, err2 := sheet.ParseAddress(to)
				if err1 != nil || err2 != nil {
					tb.Fatalf("directive %q", line)
				}
				_, font, _ := strings.Cut(rest, " ")
				for i := range cur().Cells {
					if c := &cur().Cells[i]; c.Kind == sheet.Text && c.Row >= r1 && c.Row <= r2 && c.Col >= c1 && c.Col <= c2 {
						c.Font = font
					}
				}
			case "indent":
				at(args[0]).Indent, _ = strconv.Atoi(args[1])
			case "hiderow":
				n, _ := strconv.Atoi(args[0])
				for i := range cur().Cells {
					if cur().Cells[i].Row == n {
						cur().Cells[i].Hidden = true
					}
				}
			case "skiprows":
				n, _ := strconv.Atoi(args[0])
				row += n
			default:
				tb.Fatalf("directive %q", line)
			}
			continue
		}
		row++
		s := cur()
		for c, x := range strings.Split(line, "\t") {
			if x == "" {
				continue
			}
			cell := sheet.Cell{Row: row, Col: c + 1, Raw: strings.ReplaceAll(x, `\n`, "\n")}
			if n, ok := strings.CutPrefix(x, "="); ok {
				cell.Kind, cell.Raw = sheet.Number, n
			}
			s.Cells = append(s.Cells, cell)
		}
	}
	return b
}

// golden is what a fixture must become: who it is, the fate of every cell, every observation.
type golden struct {
	Identity map[string]string   `json:"identity"`
	Sheets   []goldenSheet       `json:"sheets"`
	Loaded   []string            `json:"observations"`
	Compared []string            `json:"comparisons,omitempty"`
	Tasks    []string            `json:"tasks,omitempty"`
	Refused  []string            `json:"refusals"`
	Fates    map[string][]string `json:"fates"`
}

type goldenSheet struct {
	Name                              string
	Hidden                            bool `json:",omitempty"`
	Tables, Read, Loaded, Quarantined int
	Skipped                           map[string]int
}

func describe(rd *Reader, b Book) (golden, error) {
	f, grids := rd.read(context.Background(), b)
	g := golden{Identity: map[string]string{}, Fates: map[string][]string{}, Loaded: []string{}, Refused: []string{}}
	id := f.Identity
	for k, v := range map[string]string{
		"territory": id.Territory, "round": id.Round, "form": id.Form, "body": id.Body, "document": id.Document, "date": id.Date, "title": id.Title,
	} {
		if v != "" {
			g.Identity[k] = v
		}
	}
	for _, s := range f.Sheets {
		g.Sheets = append(g.Sheets, goldenSheet{s.Name, s.Hidden, s.Tables, s.Read, s.Loaded, s.Quarantined, s.Skipped})
	}
	for _, o := range f.Observations {
		value := o.Empty
		if o.Value.Valid {
			value = o.Value.Decimal.String()
		}
		if o.High.Valid {
			value += ".." + o.High.Decimal.String()
		}
		if o.Qualifier != "" {
			value = o.Qualifier + " " + value
		}
		hidden := ""
		if o.Hidden {
			hidden = " hidden"
		}
		if o.Achieved.Valid {
			hidden += fmt.Sprintf(" achieved %s (%s %q)", o.Achieved.Decimal, o.AchievedCell, o.AchievedRaw)
		}
		g.Loaded = append(g.Loaded, fmt.Sprintf("%s!%s #%d %s %s %s %s %s%s %s = %s %s (%s)%s", o.Sheet, o.Cell, o.Table, o.Indicator, o.Territory,
			o.Period, o.Measure, o.Sex, o.Area, o.Status, value, o.Unit, o.Reported, hidden))
	}
	for _, c := range f.Comparisons {
		v, p := &f.Observations[c.Value], &f.Observations[c.Plan]
		g.Compared = append(g.Compared, fmt.Sprintf("%s!%s %s = %s / %s", c.Sheet, c.Cell, c.Percent, v.Cell, p.Cell))
	}
	for _, t := range f.Tasks {
		g.Tasks = append(g.Tasks, fmt.Sprintf("%s!%s %s | %s | %s | %s | %s | %s (%d)", t.Sheet, t.Cell, t.Number, t.Title, t.Lead, t.Partner, t.Due, t.Level, t.Cells))
	}
	for _, r := range f.Refusals {
		g.Refused = append(g.Refused, fmt.Sprintf("%s!%s %s %q nearest=%q cells=%d args=%q label=%q header=%q", r.Sheet, r.Cell, r.Code, r.Raw, r.Nearest, r.Cells, r.Args, r.Label, r.Header))
	}
	codes := map[string]string{} // by cell, or by sheet if one refusal stands for all of its cells
	for _, r := range f.Refusals {
		at := r.Sheet + "!" + r.Cell
		if r.Cells != 1 {
			at = r.Sheet + "!"
		}
		codes[at] = r.Code
	}
	for _, gr := range grids {
		for i, ft := range gr.fates {
			what := "skipped " + ft.reason()
			switch ft {
			case fateUnset:
				what = "UNSET"
			case fateLoaded:
				what = "loaded"
			case fateQuarantined:
				at := gr.info.Name + "!"
				what = "quarantined " + cmp.Or(codes[at+gr.cells[i].Address()], codes[at])
			}
			k := gr.info.Name + ": " + what
			g.Fates[k] = append(g.Fates[k], gr.cells[i].Address())
		}
		if gr.twice != 0 {
			return g, fmt.Errorf("sheet %q: %d cells got a second fate", gr.info.Name, gr.twice)
		}
	}
	return g, f.Check()
}

// TestGolden reads every fixture and compares identity, observations, refusals and the fate of every cell. The name of
// a fixture is its verdict: ok_ nothing is refused, quarantine_ some cells are, refuse_ nothing is loaded.
func TestGolden(t *testing.T) {
	rd := NewReader(loadCatalogue(t))
	files, err := filepath.Glob("testdata/*.tsv")
	if err != nil || len(files) == 0 {
		t.Fatal("no fixtures", err)
	}
	sort.Strings(files)
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".tsv")
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got, err := describe(rd, parseFixture(t, string(data)))
			if err != nil {
				t.Error(err)
			}
			loaded := len(got.Loaded) + len(got.Tasks)
			switch verdict, _, _ := strings.Cut(name, "_"); verdict {
			case "ok":
				if len(got.Refused) > 0 || loaded == 0 {
					t.Errorf("verdict ok, but %d loaded and refusals %q", loaded, got.Refused)
				}
			case "quarantine":
				if len(got.Refused) == 0 || loaded == 0 {
					t.Errorf("verdict quarantine, but %d loaded and %d refused", loaded, len(got.Refused))
				}
			case "refuse":
				if len(got.Refused) == 0 || loaded > 0 {
					t.Errorf("verdict refuse, but %d loaded and %d refused", loaded, len(got.Refused))
				}
			default:
				t.Errorf("the file's name has no verdict")
			}
			out, _ := json.MarshalIndent(got, "", " ")
			want := strings.TrimSuffix(file, ".tsv") + ".json"
			if *update {
				if err := os.WriteFile(want, append(out, '\n'), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			old, err := os.ReadFile(want)
			if err != nil {
				t.Fatal(err)
			}
			if string(old) != string(out)+"\n" {
				t.Errorf("differs from %s:\n%s", want, diffLines(string(old), string(out)))
			}
		})
	}
}

// diffLines lists the lines that only one of two texts has.
func diffLines(want, got string) string {
	count := map[string]int{}
	for _, l := range strings.Split(want, "\n") {
		count[strings.TrimSuffix(l, ",")]--
	}
	for _, l := range strings.Split(got, "\n") {
		count[strings.TrimSuffix(l, ",")]++
	}
	var out []string
	for l, n := range count {
		if n < 0 {
			out = append(out, "- "+l)
		} else if n > 0 {
			out = append(out, "+ "+l)
		}
	}
	sort.Strings(out)
	return strings.Join(out, "\n")
}

// TestRefusalsAreToldInVietnamese holds the messages of all fixtures to the language of those who send the workbooks: an
// explanation that is not a text of the workbook is translated.
func TestRefusalsAreToldInVietnamese(t *testing.T) {
	rd := NewReader(loadCatalogue(t))
	for _, b := range fixtures(t) {
		texts := map[string]bool{}
		for _, s := range b.Sheets {
			for _, c := range s.Cells {
				texts[strings.TrimSpace(c.Raw)] = true
			}
		}
		f, err := rd.Read(t.Context(), b)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range f.Refusals {
			for _, a := range r.Args {
				if !texts[a] && strings.Count(a, " ") >= 2 && strings.Trim(a, "abcdefghijklmnopqrstuvwxyz ×") == "" && strings.Contains(r.Message("vi"), a) {
					t.Errorf("%s %s: %s", b.Name, r.Cell, r.Message("vi"))
				}
			}
		}
	}
}
