package load

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
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

// make runs the model on a connection that uses the warehouse.
func (m model) make(ctx context.Context, conn *sql.Conn) error {
	if _, err := conn.ExecContext(ctx, strings.TrimSpace(m.Text)); err != nil {
		return fmt.Errorf("%s: %w", m.File, err)
	}
	return nil
}

// write copies the finished table or view to the file, with the order of its rows and its texts.
func (m model) write(ctx context.Context, conn *sql.Conn, texts []text) error {
	var err error
	if m.View {
		err = execute(ctx, conn, "USE generation", strings.TrimSpace(m.Text), "USE warehouse")
	} else {
		err = execute(ctx, conn, "CREATE TABLE generation."+m.table()+" AS FROM warehouse."+m.table())
	}
	if err == nil {
		err = comment(ctx, conn, texts, m)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", m.table(), err)
	}
	return nil
}

// readModels reads order.txt and the files it lists, in that order. A line is a path below the root; blank lines and
// lines that start with # are left out. A file that makes anything but its own table, or uses one that stands below it, is an error.
func readModels(files fs.FS) ([]model, error) {
	order, err := fs.ReadFile(files, "order.txt")
	if err != nil {
		return nil, fmt.Errorf("read models: %w", err)
	}
	var out []model
	seen, made := map[string]bool{}, map[string]bool{}
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
		for used := range uses(m.Text) {
			if !strings.HasPrefix(used, "input.") && !made[used] && used != m.table() {
				return nil, fmt.Errorf("order.txt line %d: %s uses %s, which no file above it makes", n, line, used)
			}
		}
		made[m.table()] = true
		out = append(out, m)
	}
	return out, lines.Err()
}

// uses names the tables and views that an SQL text mentions outside its comments, and those that it makes.
func uses(text string) map[string]bool {
	inName := func(r rune) bool {
		return r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
	}
	out := map[string]bool{}
	for line := range strings.Lines(text) {
		code, _, _ := strings.Cut(line, "--")
		for {
			before, after, dotted := strings.Cut(code, ".")
			if !dotted {
				break
			}
			schema := before[strings.LastIndexFunc(before, func(r rune) bool { return !inName(r) })+1:]
			switch schema {
			case "input", "staging", "dw", "audit", "mart":
				name := after
				if end := strings.IndexFunc(after, func(r rune) bool { return !inName(r) }); end >= 0 {
					name = after[:end]
				}
				out[schema+"."+name] = true
			}
			code = after
		}
	}
	return out
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
