package load

import (
	"context"
	"database/sql"
	"encoding/csv"
	"errors"
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

// comments gives the statements that write the texts of one table of the generation and its columns, Vietnamese first.
func comments(texts []text, m model) string {
	var b strings.Builder
	for _, t := range texts {
		if t.schema != m.Schema || t.table != m.Name {
			continue
		}
		target, name := "TABLE", "generation."+quote(t.schema)+"."+quote(t.table)
		switch {
		case t.column != "":
			target, name = "COLUMN", name+"."+quote(t.column)
		case m.View:
			target = "VIEW"
		}
		fmt.Fprintf(&b, "COMMENT ON %s %s IS %s;\n", target, name, literal(t.vi+" / "+t.en))
	}
	return b.String()
}

// comment writes the texts of one finished table or view of the generation. A text of a column that is not there is an error.
func comment(ctx context.Context, conn *sql.Conn, texts []text, m model) error {
	// One transaction: a commit for each of several hundred comments would cost more than the comments. And a query although
	// there is no answer: the driver watches a query for cancellation as a whole, but an execution statement by statement.
	rows, err := conn.QueryContext(ctx, "BEGIN;\n"+comments(texts, m)+"COMMIT;")
	if err == nil {
		err = errors.Join(rows.Err(), rows.Close())
	}
	if err != nil {
		return fmt.Errorf("comments: %w", err)
	}
	return nil
}
