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
	heads := regexp.MustCompile(`(?m)^CREATE (TABLE|VIEW) ([a-z]+)\.([a-z0-9_]+)\b`).FindAllStringSubmatch(m.Text, -1)
	if len(heads) != 1 || heads[0][2] != m.Schema || heads[0][3] != m.Name {
		return model{}, fmt.Errorf("%s: want exactly one CREATE TABLE or CREATE VIEW, of %s", file, m.table())
	}
	m.View = heads[0][1] == "VIEW"
	return m, nil
}
