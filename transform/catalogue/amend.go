package catalogue

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
)

// Amendment is one more line in a file of the user, not written yet.
type Amendment struct {
	File      string     // path
	Line      string     // the new line, without its end
	LineNo    int        // 1-based
	Content   []byte     // the whole file with the line; all other lines are as they were, byte for byte
	Catalogue *Catalogue // as it would be
}

// Amend works out what one more row in a table would do: cells by column name, what is not named stays empty. Where the file has no
// column source, note or lang, which only tell people something, their cells are left out. The line is
// written the way the file writes its own: columns in its order, its separator, its line ends. The file need not exist. An
// error means that the row can not be added (*Error, joined) or that the folder is not valid as it is; nothing is changed in any case.
func Amend(userDir, tableName string, cells map[string]string) (*Amendment, error) {
	order := schema()
	i := slices.IndexFunc(order, func(t table) bool { return t.name == tableName })
	if i < 0 {
		return nil, fmt.Errorf("catalogue: there is no table %s", tableName)
	}
	name := tableName + ".csv"
	a := &Amendment{File: filepath.Join(userDir, name)}
	old, err := readBounded(a.File)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, fmt.Errorf("catalogue folder: %w", err)
	case len(old) > 0: // the folder must be valid before it can be told what the line does
		if _, err := Load(userDir); err != nil {
			return nil, err
		}
	}
	text := bytes.TrimPrefix(old, []byte("\xef\xbb\xbf"))
	header := order[i].header()
	comma, end := ',', "\n"
	if len(bytes.TrimSpace(text)) > 0 {
		comma = separator(text)
		r := csv.NewReader(bytes.NewReader(text))
		r.Comma = comma
		if header, err = r.Read(); err != nil {
			return nil, csvFault(a.File, err)
		}
		if bytes.Contains(text, []byte("\r\n")) {
			end = "\r\n"
		}
		a.Content = slices.Clone(old)
		if !bytes.HasSuffix(old, []byte("\n")) {
			a.Content = append(a.Content, end...)
		}
	} else {
		a.Content = []byte(strings.Join(header, ",") + end)
	}
	row := make([]string, len(header))
	left := len(cells)
	for j, h := range header {
		if v, ok := cells[strings.TrimSpace(h)]; ok {
			row[j] = v
			left--
		}
	}
	if left > 0 {
		for c, v := range cells {
			if v != "" && c != "source" && c != "note" && c != "lang" && !slices.ContainsFunc(header, func(h string) bool { return strings.TrimSpace(h) == c }) {
				return nil, &Error{File: a.File, Line: 1, Column: c, Reason: "is missing from the header", Try: "add the column to the first line and a separator to the others",
					ReasonVi: "dòng đầu thiếu cột này", TryVi: "thêm cột này vào dòng đầu và dấu phân cách vào các dòng khác"}
			}
		}
	}
	var line strings.Builder
	w := csv.NewWriter(&line)
	w.Comma = comma
	if err := w.Write(row); err != nil {
		return nil, err
	}
	w.Flush()
	a.Line = strings.TrimSuffix(line.String(), "\n")
	if strings.ContainsAny(a.Line, "\r\n") {
		return nil, &Error{File: a.File, Value: a.Line, Reason: "is more than one line", ReasonVi: "dài hơn một dòng"}
	}
	a.LineNo = bytes.Count(a.Content, []byte("\n")) + 1
	a.Content = append(append(a.Content, a.Line...), end...)
	if a.Catalogue, err = load(userDir, name, a.Content); err != nil {
		return nil, err
	}
	return a, nil
}
