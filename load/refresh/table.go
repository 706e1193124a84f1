package refresh

import (
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"io/fs"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/phuluc/phuluc/sql"
)

func readCSV(text string) ([][]string, error) {
	return csv.NewReader(strings.NewReader(text)).ReadAll()
}

// textTable gives rows of text as one batch; an empty text is NULL. The models cast what is not text.
func textTable(mem memory.Allocator, header []string, rows [][]string) array.RecordReader {
	fields := make([]arrow.Field, len(header))
	for i, name := range header {
		fields[i] = arrow.Field{Name: name, Type: arrow.BinaryTypes.String, Nullable: true}
	}
	schema := arrow.NewSchema(fields, nil)
	b := array.NewRecordBuilder(mem, schema)
	defer b.Release()
	for _, row := range rows {
		for i := range header {
			column := b.Field(i).(*array.StringBuilder)
			if i < len(row) && row[i] != "" {
				column.Append(row[i])
			} else {
				column.AppendNull()
			}
		}
	}
	batch := b.NewRecordBatch()
	defer batch.Release()
	reader, err := array.NewRecordReader(schema, []arrow.RecordBatch{batch})
	if err != nil {
		panic(err) // the batch was built with this very schema
	}
	return reader
}

// ModelsVersion is the content hash of everything in package sql: another model makes another warehouse.
func ModelsVersion() string {
	h := sha256.New()
	err := fs.WalkDir(sql.Files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(sql.Files, path)
		fmt.Fprintf(h, "%s %d\n%s", path, len(text), text)
		return err
	})
	if err != nil {
		panic(fmt.Sprintf("embedded models: %v", err)) // embedded at build time, can not fail to be read
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}

// declaredInputs names the tables that the models read.
func declaredInputs() (map[string]bool, error) {
	text, err := fs.ReadFile(sql.Files, "inputs.csv")
	if err != nil {
		return nil, err
	}
	rows, err := readCSV(string(text))
	if err != nil {
		return nil, fmt.Errorf("inputs.csv: %w", err)
	}
	names := map[string]bool{}
	for _, r := range rows[1:] {
		names[r[0]] = true
	}
	return names, nil
}
