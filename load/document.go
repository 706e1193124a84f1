package load

import (
	"context"
	"database/sql"
	"encoding/csv"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strings"
)

// text is one row of sql/docs/<schema>.csv: what a table (column "") or a column holds.
type text struct{ schema, table, column, en, vi string }

func (t text) name() string {
	if t.column == "" {
		return t.schema + "." + t.table
	}
	return t.schema + "." + t.table + "." + t.column
}

// readTexts reads sql/docs/*.csv: table_name,column_name,text_en,text_vi. A text missing in either language is an error.
func readTexts(files fs.FS) ([]text, error) {
	paths, err := fs.Glob(files, "docs/*.csv")
	if err != nil {
		return nil, err
	}
	sort.Strings(paths)
	var out []text
	for _, p := range paths {
		f, err := files.Open(p)
		if err != nil {
			return nil, err
		}
		rows, err := csv.NewReader(f).ReadAll()
		f.Close()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p, err)
		}
		for i, r := range rows {
			if i == 0 {
				if strings.Join(r, ",") != "table_name,column_name,text_en,text_vi" {
					return nil, fmt.Errorf("%s: the header must be table_name,column_name,text_en,text_vi", p)
				}
				continue
			}
			t := text{schema: strings.TrimSuffix(path.Base(p), ".csv"), table: r[0], column: r[1], en: r[2], vi: r[3]}
			if t.en == "" || t.vi == "" {
				return nil, fmt.Errorf("%s line %d: %s lacks a text", p, i+1, t.name())
			}
			out = append(out, t)
		}
	}
	return out, nil
}

// comment writes the texts into the generation, Vietnamese first, and returns the names of tables and columns that have none and
// of texts whose table or column does not exist. Both lists are sorted.
func comment(ctx context.Context, conn *sql.Conn, files fs.FS) (missing, stray []string, err error) {
	texts, err := readTexts(files)
	if err != nil {
		return nil, nil, err
	}
	exists, isView, err := objects(ctx, conn)
	if err != nil {
		return nil, nil, err
	}
	done := map[string]bool{}
	var statements strings.Builder
	for _, t := range texts {
		if done[t.name()] || !exists[t.name()] {
			stray = append(stray, t.name())
			continue
		}
		done[t.name()] = true
		target := "TABLE"
		switch {
		case t.column != "":
			target = "COLUMN"
		case isView[t.name()]:
			target = "VIEW"
		}
		name := "generation." + quote(t.schema) + "." + quote(t.table)
		if t.column != "" {
			name += "." + quote(t.column)
		}
		fmt.Fprintf(&statements, "COMMENT ON %s %s IS %s;\n", target, name, literal(t.vi+" / "+t.en))
	}
	// One transaction: a commit for each of several hundred comments would cost more than the comments.
	if _, err := conn.ExecContext(ctx, "BEGIN;\n"+statements.String()+"COMMIT;"); err != nil {
		return nil, nil, fmt.Errorf("comments: %w", err)
	}
	for name := range exists {
		if !done[name] {
			missing = append(missing, name)
		}
	}
	sort.Strings(missing)
	sort.Strings(stray)
	return missing, stray, nil
}

// objects names every table, view and column of the generation.
func objects(ctx context.Context, conn *sql.Conn) (exists, isView map[string]bool, err error) {
	exists, isView = map[string]bool{}, map[string]bool{}
	rows, err := conn.QueryContext(ctx, `
		SELECT schema_name || '.' || table_name, false FROM duckdb_tables() WHERE database_name = 'generation'
		UNION ALL SELECT schema_name || '.' || view_name, true FROM duckdb_views() WHERE database_name = 'generation' AND NOT internal
		UNION ALL SELECT schema_name || '.' || table_name || '.' || column_name, false FROM duckdb_columns() WHERE database_name = 'generation' AND NOT internal`)
	if err != nil {
		return nil, nil, fmt.Errorf("list tables: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		var view bool
		if err := rows.Scan(&name, &view); err != nil {
			return nil, nil, err
		}
		exists[name] = true
		if view {
			isView[name] = true
		}
	}
	return exists, isView, rows.Err()
}
