package load

import (
	"bufio"
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"
)

// model is one file of sql/: a single statement that makes the table or view the file is named after.
type model struct {
	File   string // dw/fact_task.sql
	Schema string // dw
	Name   string // fact_task
	Text   string
	View   bool
}

func (m model) table() string { return m.Schema + "." + m.Name }

var (
	modelHead  = regexp.MustCompile(`(?m)^CREATE (TABLE|VIEW) ([a-z]+)\.([a-z0-9_]+)\b`)
	tableNames = regexp.MustCompile(`\b(input|staging|dw|audit|mart)\.([a-z0-9_]+)\b`)
)

// readModels reads order.txt and the files it lists, in that order. A line is a path below the root; blank lines and
// lines that start with # are left out. A file that makes anything but its own table is an error.
func readModels(files fs.FS) ([]model, error) {
	order, err := fs.ReadFile(files, "order.txt")
	if err != nil {
		return nil, fmt.Errorf("read models: %w", err)
	}
	var out []model
	seen := map[string]bool{}
	lines := bufio.NewScanner(bytes.NewReader(order))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if seen[line] {
			return nil, fmt.Errorf("order.txt line %d: %s is listed twice", n, line)
		}
		seen[line] = true
		m, err := readModel(files, line)
		if err != nil {
			return nil, fmt.Errorf("order.txt line %d: %w", n, err)
		}
		out = append(out, m)
	}
	return out, lines.Err()
}

func readModel(files fs.FS, file string) (model, error) {
	text, err := fs.ReadFile(files, file)
	if err != nil {
		return model{}, err
	}
	m := model{File: file, Schema: path.Dir(file), Name: strings.TrimSuffix(path.Base(file), ".sql"), Text: string(text)}
	heads := modelHead.FindAllStringSubmatch(m.Text, -1)
	if len(heads) != 1 || heads[0][2] != m.Schema || heads[0][3] != m.Name {
		return model{}, fmt.Errorf("%s: want exactly one CREATE TABLE or CREATE VIEW, of %s", file, m.table())
	}
	m.View = heads[0][1] == "VIEW"
	return m, nil
}

// uses names the tables and views that an SQL text mentions outside its comments.
func uses(text string) map[string]bool {
	out := map[string]bool{}
	for _, line := range strings.Split(text, "\n") {
		code, _, _ := strings.Cut(line, "--")
		for _, m := range tableNames.FindAllString(code, -1) {
			out[m] = true
		}
	}
	return out
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
