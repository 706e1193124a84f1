package docs_test

import (
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/phuluc/phuluc/extract/sheet"
)

const (
	root   = ".."
	module = "github.com/phuluc/phuluc/"
)

// top lists what belongs to the repository; other things beside it (a built program, somebody's data) are not looked at.
var top = []string{".ci", "CONTRIBUTING.md", "NOTICE", "README.md", "cmd", "docs", "extract", "go.mod", "load", "schedules", "serve", "sql", "transform"}

// walk gives the files of the repository, slash-separated below its root.
func walk(t *testing.T, each func(name string)) {
	t.Helper()
	for _, begin := range top {
		err := filepath.WalkDir(filepath.Join(root, begin), func(name string, d fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil {
				return err
			}
			if d.Type().IsRegular() {
				rel, err := filepath.Rel(root, name)
				if err != nil {
					return err
				}
				each(filepath.ToSlash(rel))
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// pages are the texts that people read, by name below the root.
func pages(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	walk(t, func(name string) {
		if path.Ext(name) == ".md" || name == "NOTICE" || path.Ext(name) == ".svg" {
			out[name] = read(t, filepath.Join(root, name))
		}
	})
	for _, must := range []string{"README.md", "CONTRIBUTING.md", "NOTICE", "docs/architecture.md", "docs/connect.md", "docs/operating.md", "docs/adding-a-form.md"} {
		if out[must] == "" {
			t.Errorf("%s is missing", must)
		}
	}
	return out
}

func TestNoTextNamesOneMachine(t *testing.T) {
	private := regexp.MustCompile(`(^|[^a-zA-Z0-9_.])/(work|root|home/[a-z]+|Users/[a-zA-Z]+)/`)
	text := map[string]bool{".go": true, ".md": true, ".sql": true, ".csv": true, ".yaml": true, ".svg": true, ".txt": true, ".test": true, ".mod": true, "": true}
	walk(t, func(name string) {
		if !text[path.Ext(name)] || strings.Contains(name, "/fuzz/") {
			return
		}
		for i, line := range strings.Split(read(t, filepath.Join(root, name)), "\n") {
			if m := private.FindString(line); m != "" {
				t.Errorf("%s line %d names %q", name, i+1, m)
			}
		}
	})
}

func TestTheReadmeFitsTwoScreensAndContributingOne(t *testing.T) {
	for name, most := range map[string]int{"README.md": 100, "CONTRIBUTING.md": 70} {
		if n := strings.Count(read(t, filepath.Join(root, name)), "\n"); n > most {
			t.Errorf("%s has %d lines, at most %d", name, n, most)
		}
	}
}

// cmdSource is the text of the command line, in which commands and flags are looked up.
func cmdSource(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	names, err := filepath.Glob(root + "/cmd/phuluc/*.go")
	if err != nil || len(names) == 0 {
		t.Fatal("no command line", err)
	}
	for _, n := range names {
		if !strings.HasSuffix(n, "_test.go") {
			b.WriteString(read(t, n))
		}
	}
	return b.String()
}

func TestCommandsAndFlagsOfThePagesExist(t *testing.T) {
	source := cmdSource(t)
	commands := map[string]bool{"completion": true, "help": true} // cobra's own
	for _, m := range regexp.MustCompile("Use:\\s*[\"`]([a-z]+)").FindAllStringSubmatch(source, -1) {
		commands[m[1]] = true
	}
	if len(commands) < 12 {
		t.Fatalf("only %d commands are found", len(commands))
	}
	flags := map[string]bool{"help": true, "version": true}
	for _, m := range regexp.MustCompile(`VarP?\(&[^,]+, "([a-z-]+)"`).FindAllStringSubmatch(source, -1) {
		flags[m[1]] = true
	}
	invocation := regexp.MustCompile(`(?:^|[\s` + "`" + `(/])phuluc ([a-z]+)((?: [^|` + "`" + `#\n]*)?)`)
	for name, text := range pages(t) {
		for _, m := range invocation.FindAllStringSubmatch(codeOf(name, text), -1) {
			if !commands[m[1]] {
				t.Errorf("%s speaks of `phuluc %s`, which does not exist", name, m[1])
			}
			rest := strings.Fields(m[2])
			if parent := m[1]; len(rest) > 0 && (parent == "schedule" || parent == "quarantine") && !commands[rest[0]] {
				t.Errorf("%s speaks of `phuluc %s %s`, which does not exist", name, parent, rest[0])
			}
			for _, word := range rest {
				if flag, ok := strings.CutPrefix(word, "--"); ok && !flags[strings.TrimRight(flag, ".,;:)")] {
					t.Errorf("%s gives `phuluc %s` the flag --%s, which does not exist", name, m[1], flag)
				}
			}
		}
	}
}

// codeOf gives what stands in code blocks and backquotes, one piece a line; in other words "phuluc" is a name.
func codeOf(name, text string) string {
	if path.Ext(name) != ".md" {
		return ""
	}
	var b strings.Builder
	for i, part := range strings.Split(text, "```") {
		if i%2 == 1 {
			b.WriteString(part + "\n")
			continue
		}
		for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(part, -1) {
			b.WriteString(strings.ReplaceAll(m[1], "\n", " ") + "\n")
		}
	}
	return b.String()
}

func TestEveryLinkOfThePagesResolves(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	for name, text := range pages(t) {
		if path.Ext(name) != ".md" {
			continue
		}
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			target, _, _ := strings.Cut(m[1], "#")
			if target == "" || strings.Contains(target, "://") {
				continue
			}
			if _, err := os.Stat(filepath.Join(root, path.Dir(name), target)); err != nil {
				t.Errorf("%s links to %s: %v", name, m[1], err)
			}
		}
	}
}

func TestTheArchitecturePageNamesRealGuards(t *testing.T) {
	tests := map[string]bool{}
	walk(t, func(name string) {
		if strings.HasSuffix(name, "_test.go") {
			for _, m := range regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark)\w+)\(`).FindAllStringSubmatch(read(t, filepath.Join(root, name)), -1) {
				tests[m[1]] = true
			}
		}
	})
	for name, text := range pages(t) {
		for _, m := range regexp.MustCompile("`((?:Test|Fuzz|Benchmark)[A-Z]\\w+)`").FindAllStringSubmatch(text, -1) {
			if !tests[m[1]] {
				t.Errorf("%s names %s, which no package has", name, m[1])
			}
		}
	}
	_, table, _ := strings.Cut(read(t, "architecture.md"), "## Invariants")
	table, _, _ = strings.Cut(table, "\n## ")
	rows, checks := 0, 0
	for _, line := range strings.Split(table, "\n") {
		if !regexp.MustCompile(`^\| \d+ \|`).MatchString(line) {
			continue
		}
		rows++
		_, guards, _ := strings.Cut(strings.TrimSuffix(line, " |"), " | ")
		for _, m := range regexp.MustCompile("checks? ((?:`[a-z_0-9]+`(?:, )?)+)").FindAllStringSubmatch(guards, -1) {
			for _, check := range strings.Split(m[1], ", ") {
				check = strings.Trim(check, "` ")
				if check == "" {
					continue
				}
				checks++
				if _, err := os.Stat(root + "/sql/checks/" + check + ".sql"); err != nil {
					t.Errorf("the page names the check %s: %v", check, err)
				}
			}
		}
	}
	if rows != 11 || checks < 10 {
		t.Errorf("%d invariants and %d checks are found, want 11 and at least 10", rows, checks)
	}
}

func TestTablesOfThePagesExist(t *testing.T) {
	known := map[string]bool{"mart.jobs_by_region": true} // the example of CONTRIBUTING.md
	for _, file := range order(t) {
		known[strings.TrimSuffix(strings.Replace(file, "/", ".", 1), ".sql")] = true
	}
	table := regexp.MustCompile(`\b(dw|mart|audit)\.([a-z][a-z_0-9]+)\b`)
	for name, text := range pages(t) {
		for _, m := range table.FindAllStringSubmatch(text, -1) {
			if m[2] != "csv" && !known[m[0]] {
				t.Errorf("%s names %s, which no model makes", name, m[0])
			}
		}
	}
}

func TestTheConfigurationTableIsComplete(t *testing.T) {
	var want, got []string
	for _, m := range regexp.MustCompile("`yaml:\"([a-z_]+)\"`").FindAllStringSubmatch(read(t, root+"/cmd/phuluc/config.go")+read(t, root+"/cmd/phuluc/limits.go"), -1) {
		want = append(want, m[1])
	}
	_, table, _ := strings.Cut(read(t, "operating.md"), "## Configuration")
	table, _, _ = strings.Cut(table, "\n## ")
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\|").FindAllStringSubmatch(table, -1) {
		got = append(got, m[1])
	}
	slices.Sort(want)
	slices.Sort(got)
	if len(want) == 0 || !slices.Equal(got, want) {
		t.Errorf("docs/operating.md explains the keys %v, the program knows %v", got, want)
	}
	readme := read(t, root+"/README.md")
	_, example, _ := strings.Cut(readme, "```yaml\n")
	example, _, _ = strings.Cut(example, "```")
	keys := regexp.MustCompile(`(?m)^([a-z_]+):`).FindAllStringSubmatch(example, -1)
	if len(keys) == 0 {
		t.Error("the README shows no configuration")
	}
	for _, m := range keys {
		if !slices.Contains(want, m[1]) {
			t.Errorf("the README's configuration has the unknown key %s", m[1])
		}
	}
}

func TestTheLimitsOfThePageAreThoseOfTheReader(t *testing.T) {
	l := sheet.DefaultLimits()
	want := fmt.Sprintf("%d MB packed, %d MB unpacked, %d : 1, %d sheets, %d columns with values, %d million cells",
		l.CompressedBytes>>20, l.UnpackedBytes>>20, l.Ratio, l.Sheets, l.Columns, l.Cells/1_000_000)
	if !strings.Contains(read(t, "operating.md"), want) {
		t.Errorf("docs/operating.md does not say %q", want)
	}
}

// imports gives, for each package folder, what its files import; tests are left out.
func imports(t *testing.T) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	walk(t, func(name string) {
		if path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") || strings.Contains(name, "testdata/") {
			return
		}
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, name), nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		if f.Name.Name == "main" && !strings.HasPrefix(name, "cmd/") {
			return // a generator
		}
		dir := path.Dir(name)
		out[dir] = append(out[dir], []string{}...)
		for _, i := range f.Imports {
			out[dir] = append(out[dir], strings.Trim(i.Path.Value, `"`))
		}
	})
	return out
}

func TestNothingImportsUpward(t *testing.T) {
	rank := map[string]int{"sql": 0, "extract": 0, "transform": 1, "load": 2, "schedules": 3, "serve": 3, "cmd": 4}
	for dir, list := range imports(t) {
		layer, _, _ := strings.Cut(dir, "/")
		r, ok := rank[layer]
		if !ok {
			t.Errorf("the folder %s has no place in the order of layers", layer)
		}
		for _, i := range list {
			if other, ok := strings.CutPrefix(i, module); ok {
				otherTop, _, _ := strings.Cut(other, "/")
				if rank[otherTop] > r || rank[otherTop] == r && otherTop != layer {
					t.Errorf("%s imports %s, which is not below it", dir, other)
				}
			}
		}
	}
}

// Each test binary that links the engine takes long to link.
func TestFewPackagesLinkTheEngine(t *testing.T) {
	all := imports(t)
	linking := map[string]bool{}
	for changed := true; changed; {
		changed = false
		for dir, list := range all {
			for _, i := range list {
				if !linking[dir] && (strings.HasPrefix(i, "github.com/duckdb/") || linking[strings.TrimPrefix(i, module)]) {
					linking[dir], changed = true, true
				}
			}
		}
	}
	if !linking["load"] {
		t.Fatal("load does not seem to link the engine: the search is wrong")
	}
	for dir := range linking {
		if !slices.Contains([]string{"load", "load/refresh", "cmd/phuluc"}, dir) && !strings.HasPrefix(dir, "serve") {
			t.Errorf("%s links the engine", dir)
		}
	}
}

// What reads and understands the files of strangers can follow no link, run no program and open no file: it gets bytes and gives cells.
func TestReadersReachNothingButTheirBytes(t *testing.T) {
	all := imports(t)
	seen := map[string]bool{}
	var visit func(dir string)
	visit = func(dir string) {
		if seen[dir] {
			return
		}
		seen[dir] = true
		for _, i := range all[dir] {
			if i == "os" && dir != "extract" /* it lists folders */ || i == "net" || i == "os/exec" || i == "syscall" || i == "plugin" || strings.HasPrefix(i, "net/") && i != "net/url" {
				t.Errorf("%s imports %s", dir, i)
			}
			if own, ok := strings.CutPrefix(i, module); ok {
				visit(own)
			}
		}
	}
	visit("extract/workbook")
	if len(seen) < 8 {
		t.Fatalf("%d packages: the search is wrong", len(seen))
	}
}

func TestThePackageTableIsComplete(t *testing.T) {
	_, table, _ := strings.Cut(read(t, "architecture.md"), "## Packages")
	table, _, _ = strings.Cut(table, "\n## ")
	for dir := range imports(t) {
		if !strings.Contains(table, "| `"+dir+"` |") {
			t.Errorf("docs/architecture.md does not list %s", dir)
		}
	}
}
