package sql

import (
	"encoding/csv"
	"fmt"
	"io/fs"
	"strings"
)

// Dictionary writes docs/dw.csv, docs/mart.csv and docs/audit.csv of files (the texts that also become the comments of a generation)
// as one Markdown page, the marts first because that is where a reader starts. It fails on a file that is missing or no CSV.
func Dictionary(files fs.FS) (string, error) {
	var b strings.Builder
	b.WriteString("# Data dictionary / Từ điển dữ liệu\n\n" +
		"Generated from `sql/docs/*.csv` by `go generate ./sql`; the same texts are the comments of every table and column in a generation.\n" +
		"Sinh từ `sql/docs/*.csv` bằng `go generate ./sql`; cũng chính là chú thích của các bảng và cột trong kho dữ liệu.\n")
	for _, s := range []struct{ name, title string }{
		{"mart", "mart: wide tables for people and BI / bảng tổng hợp cho người dùng và BI"},
		{"dw", "dw: star schema / mô hình sao"},
		{"audit", "audit: lineage, quarantine, checks, runs / nguồn gốc, cách ly, kiểm tra, lần chạy"},
	} {
		f, err := files.Open("docs/" + s.name + ".csv")
		if err != nil {
			return "", fmt.Errorf("data dictionary: %w", err)
		}
		rows, err := csv.NewReader(f).ReadAll()
		f.Close()
		if err != nil {
			return "", fmt.Errorf("data dictionary: docs/%s.csv: %w", s.name, err)
		}
		fmt.Fprintf(&b, "\n## %s\n", s.title)
		for i, r := range rows {
			switch {
			case i == 0:
			case len(r) != 4:
				return "", fmt.Errorf("data dictionary: docs/%s.csv line %d: %d fields, want 4", s.name, i+1, len(r))
			case r[1] == "":
				fmt.Fprintf(&b, "\n### %s.%s\n\n%s\n\n%s\n\n| column | meaning | ý nghĩa |\n|---|---|---|\n", s.name, r[0], cell(r[2]), cell(r[3]))
			default:
				fmt.Fprintf(&b, "| `%s` | %s | %s |\n", r[1], cell(r[2]), cell(r[3]))
			}
		}
	}
	return b.String(), nil
}

// cell keeps a text inside its place in a Markdown table.
func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;", ">", "&gt;").Replace(s)
}
