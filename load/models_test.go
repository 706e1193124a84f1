package load

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	models "github.com/phuluc/phuluc/sql"
)

// The .test files of sql/testdata say what a model or a check makes of given rows. One file for each model,
// <schema>.<table>.test, and for each check, checks.<name>.test. Lines that start with # are comments. Blocks:
//
//	== name of a case                    starts an empty warehouse; before the first one stands what all cases share
//	include NAME                         takes the rows blocks of sql/testdata/NAME
//	rows SCHEMA.TABLE                    adds rows to an input table, or to what a model made or shows: a line of column names and
//	a | b                                a line for each row, columns divided by |, until a blank line. An empty value is
//	1 | x                                NULL, '' is the empty text.
//	query                                runs SQL until the line ----, and wants the rows below it, in that order, until a
//	SELECT …                             blank line. NULL is written as an empty value. Say ORDER BY.
//	----
//	1 | x
//	check NAME                           wants the rows that the check finds, sorted, until a blank line; none if it passes
//
// Only the models that the tables named in a case depend on are run, in the declared order, by the code that Build runs.

type block struct {
	line   int
	kind   string // rows, query, check
	target string // table of rows, name of check
	text   []string
	want   []string
}

type testCase struct {
	name   string
	blocks []block
}

// readCases parses one .test file; the blocks before the first case are part of every case.
func readCases(dir, name string) ([]testCase, error) {
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return nil, err
	}
	var shared []block
	var cases []testCase
	add := func(b ...block) {
		if len(cases) == 0 {
			shared = append(shared, b...)
		} else {
			cases[len(cases)-1].blocks = append(cases[len(cases)-1].blocks, b...)
		}
	}
	var lines []string
	for _, l := range strings.Split(string(text), "\n") {
		if strings.HasPrefix(l, "#") {
			l = "#"
		}
		lines = append(lines, strings.TrimRight(l, " \t\r"))
	}
	for i := 0; i < len(lines); {
		word, rest, _ := strings.Cut(lines[i], " ")
		start := i
		body := func() (out []string) {
			for i++; i < len(lines) && lines[i] != ""; i++ {
				if lines[i] != "#" {
					out = append(out, lines[i])
				}
			}
			return out
		}
		switch word {
		case "", "#":
			i++
		case "==":
			cases = append(cases, testCase{name: rest})
			i++
		case "include":
			more, err := readCases(dir, rest)
			if err != nil {
				return nil, fmt.Errorf("%s line %d: %w", name, start+1, err)
			}
			add(more[0].blocks...)
			i++
		case "rows":
			add(block{line: start + 1, kind: word, target: rest, text: body()})
		case "check":
			add(block{line: start + 1, kind: word, target: rest, want: body()})
		case "query":
			b := block{line: start + 1, kind: word, text: body()}
			for k, l := range b.text {
				if l == "----" {
					b.text, b.want = b.text[:k], b.text[k+1:]
					break
				}
			}
			add(b)
		default:
			return nil, fmt.Errorf("%s line %d: %q is no block", name, start+1, lines[i])
		}
	}
	if len(cases) == 0 {
		return []testCase{{blocks: shared}}, nil
	}
	for i := range cases {
		cases[i].blocks = append(append([]block(nil), shared...), cases[i].blocks...)
	}
	return cases, nil
}

func splitRow(line string) []string {
	parts := strings.Split(line, "|")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

// insert adds the rows of one block, BY NAME, columns cast by the table's own types.
func insert(ctx context.Context, conn *sql.Conn, b block) error {
	if len(b.text) < 2 {
		return fmt.Errorf("line %d: rows %s has no row", b.line, b.target)
	}
	names := splitRow(b.text[0])
	var q strings.Builder
	fmt.Fprintf(&q, "INSERT INTO %s (%s) VALUES ", b.target, strings.Join(names, ", "))
	for n, line := range b.text[1:] {
		values := splitRow(line)
		if len(values) != len(names) {
			return fmt.Errorf("line %d: row %d of %s has %d values for %d columns", b.line, n+1, b.target, len(values), len(names))
		}
		if n > 0 {
			q.WriteString(", ")
		}
		for i, v := range values {
			q.WriteString(map[bool]string{true: "(", false: ", "}[i == 0])
			switch v {
			case "":
				q.WriteString("NULL")
			case "''":
				q.WriteString("''")
			default:
				q.WriteString(literal(strings.ReplaceAll(v, `\n`, "\n")))
			}
		}
		q.WriteString(")")
	}
	if _, err := conn.ExecContext(ctx, q.String()); err != nil {
		return fmt.Errorf("line %d: %w", b.line, err)
	}
	return nil
}

func rowsOf(ctx context.Context, conn *sql.Conn, query string) ([]string, error) {
	rows, err := conn.QueryContext(ctx, "SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (\n"+query+"\n)")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	values := make([]sql.NullString, len(names))
	into := make([]any, len(names))
	for i := range values {
		into[i] = &values[i]
	}
	var out []string
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		cells := make([]string, len(values))
		for i, v := range values {
			cells[i] = v.String
			if v.Valid && v.String == "" {
				cells[i] = "''"
			}
			cells[i] = strings.ReplaceAll(cells[i], "\n", `\n`)
		}
		out = append(out, strings.Join(cells, " | "))
	}
	return out, rows.Err()
}

func sameRows(got, want []string) bool {
	if len(got) != len(want) {
		return false
	}
	for i := range got {
		if strings.Join(splitRow(got[i]), "|") != strings.Join(splitRow(want[i]), "|") {
			return false
		}
	}
	return true
}

// run builds what the case needs in memory and compares its queries and checks. about is the table or check the file is named after.
func (c testCase) run(ctx context.Context, all []model, checks map[string]check, about string) error {
	b, err := open(ctx, Options{Out: ":memory:", Threads: 1})
	if err != nil {
		return err
	}
	defer b.close()
	inputs, err := b.inputs(Options{Models: models.Files, RunID: "run-1"})
	if err != nil {
		return err
	}
	if err := runSteps(ctx, b.conns, inputs, func(string) {}); err != nil {
		return err
	}
	tables := map[string]bool{about: true}
	rows := map[string][]block{}
	asserts := 0
	for _, k := range c.blocks {
		switch k.kind {
		case "rows":
			tables[k.target] = true
			rows[k.target] = append(rows[k.target], k)
		case "query":
			asserts++
			for t := range uses(strings.Join(k.text, "\n")) {
				tables[t] = true
			}
		case "check":
			asserts++
			if _, ok := checks[k.target]; !ok {
				return fmt.Errorf("line %d: no check %s", k.line, k.target)
			}
			for t := range uses(checks[k.target].query) {
				tables[t] = true
			}
		}
	}
	if asserts == 0 {
		return fmt.Errorf("the case has neither query nor check")
	}
	fill := func(table string, view bool) error {
		if view && len(rows[table]) > 0 { // rows can only be added to what it shows
			if err := b.exec(ctx, "CREATE TABLE shown AS FROM "+table, "DROP VIEW "+table, "CREATE TABLE "+table+" AS FROM shown", "DROP TABLE shown"); err != nil {
				return err
			}
		}
		for _, k := range rows[table] {
			if err := insert(ctx, b.conn, k); err != nil {
				return err
			}
		}
		delete(rows, table)
		return nil
	}
	for t := range rows {
		if strings.HasPrefix(t, "input.") {
			if err := fill(t, false); err != nil {
				return err
			}
		}
	}
	for _, m := range needed(all, tables) {
		if err := m.make(ctx, b.conn); err != nil {
			return err
		}
		if err := fill(m.table(), m.View); err != nil {
			return err
		}
	}
	for t := range rows {
		return fmt.Errorf("rows for %s, which is neither an input nor a model", t)
	}
	for _, k := range c.blocks {
		var got []string
		switch k.kind {
		case "query":
			got, err = rowsOf(ctx, b.conn, strings.Join(k.text, "\n"))
		case "check":
			got, err = rowsOf(ctx, b.conn, checks[k.target].query)
			sort.Strings(got)
			sort.Strings(k.want)
		default:
			continue
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", k.line, err)
		}
		if !sameRows(got, k.want) {
			return fmt.Errorf("line %d: got\n  %s\nwant\n  %s", k.line, strings.Join(got, "\n  "), strings.Join(k.want, "\n  "))
		}
	}
	return nil
}

// needed keeps the models that the named tables depend on, directly or through others, in their declared order.
func needed(all []model, tables map[string]bool) []model {
	want := map[string]bool{}
	for t := range tables {
		want[t] = true
	}
	keep := make([]bool, len(all))
	for i := len(all) - 1; i >= 0; i-- { // a model only uses what stands before it
		if !want[all[i].table()] {
			continue
		}
		keep[i] = true
		for t := range uses(all[i].Text) {
			want[t] = true
		}
	}
	var out []model
	for i, m := range all {
		if keep[i] {
			out = append(out, m)
		}
	}
	return out
}

const testdata = "../sql/testdata"

// TestModels runs every .test file; `-run 'TestModels/mart.restatement'` runs one.
func TestModels(t *testing.T) {
	all, err := readModels(models.Files)
	if err != nil {
		t.Fatal(err)
	}
	list, err := readChecks(models.Files)
	if err != nil {
		t.Fatal(err)
	}
	checks := map[string]check{}
	for _, c := range list {
		checks[c.name] = c
	}
	files, err := filepath.Glob(filepath.Join(testdata, "*.test"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no .test files: %v", err)
	}
	for _, f := range files {
		about := strings.TrimSuffix(filepath.Base(f), ".test")
		t.Run(about, func(t *testing.T) {
			t.Parallel()
			cases, err := readCases(testdata, filepath.Base(f))
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range cases {
				if err := c.run(t.Context(), all, checks, about); err != nil {
					t.Errorf("%s: case %q: %v", f, c.name, err)
				}
			}
		})
	}
}

// TestOrderListsEveryModelOnce proves that order.txt and the folders name the same files.
func TestOrderListsEveryModelOnce(t *testing.T) {
	all, err := readModels(models.Files) // refuses a file listed twice, missing or above what it uses
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for _, m := range all {
		listed[m.File] = true
	}
	for _, dir := range []string{"staging", "dw", "audit", "mart"} {
		found, err := fs.Glob(models.Files, dir+"/*.sql")
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			if !listed[f] {
				t.Errorf("%s is not in order.txt", f)
			}
		}
	}
}

// TestEveryModelAndCheckHasATest proves that no model or check stands without rows in and rows out, and that no .test file is left over.
func TestEveryModelAndCheckHasATest(t *testing.T) {
	all, err := readModels(models.Files)
	if err != nil {
		t.Fatal(err)
	}
	checks, err := readChecks(models.Files)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{}
	for _, m := range all {
		want[m.table()] = true
	}
	for _, c := range checks {
		want["checks."+c.name] = true
	}
	files, err := filepath.Glob(filepath.Join(testdata, "*.test"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".test")
		if !want[name] {
			t.Errorf("%s belongs to no model or check", f)
		}
		delete(want, name)
	}
	for name := range want {
		t.Errorf("%s has no %s/%s.test", name, testdata, name)
	}
}
