package sql

import (
	"encoding/csv"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

var update = flag.Bool("update", false, "write docs/data-dictionary.md anew")

const page = "../docs/data-dictionary.md"

func TestDataDictionaryIsFresh(t *testing.T) {
	want, err := Dictionary(Files)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.MkdirAll(filepath.Dir(page), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s does not match sql/docs: run go generate ./sql", page)
	}
}

// Every table has its row before its columns, no text stands twice, and both languages say something.
func TestDocsAreWholeAndInOrder(t *testing.T) {
	for _, schema := range []string{"mart", "dw", "audit"} {
		f, err := Files.Open("docs/" + schema + ".csv")
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(f).ReadAll()
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for i, r := range rows[1:] {
			name := schema + "." + r[0] + "." + r[1]
			if seen[name] {
				t.Errorf("docs/%s.csv line %d: %s stands twice", schema, i+2, name)
			}
			seen[name] = true
			if r[1] != "" && !seen[schema+"."+r[0]+"."] {
				t.Errorf("docs/%s.csv line %d: %s comes before the text of its table", schema, i+2, name)
			}
			if strings.TrimSpace(r[2]) == "" || strings.TrimSpace(r[3]) == "" {
				t.Errorf("docs/%s.csv line %d: %s lacks a text", schema, i+2, name)
			}
		}
	}
}

func TestDictionaryRefusesWhatIsNoDocumentation(t *testing.T) {
	const ok = "table_name,column_name,text_en,text_vi\nx,,A table,Một bảng\nx,y,a | b,<c>\n"
	whole := func(mart string) fstest.MapFS {
		return fstest.MapFS{"docs/mart.csv": {Data: []byte(mart)}, "docs/dw.csv": {Data: []byte(ok)}, "docs/audit.csv": {Data: []byte(ok)}}
	}
	text, err := Dictionary(whole(ok))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(text, "### mart.x\n\nA table\n\nMột bảng\n") || !strings.Contains(text, "| `y` | a \\| b | &lt;c&gt; |\n") {
		t.Errorf("page is\n%s", text)
	}
	for name, files := range map[string]fstest.MapFS{
		"missing file": {"docs/mart.csv": {Data: []byte(ok)}},
		"ragged":       whole("table_name,column_name,text_en,text_vi\nx,y,z\n"),
		"three fields": whole("a,b,c\nx,y,z\n"),
	} {
		if _, err := Dictionary(files); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
