package feed

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Again reads once more what stands at an address, so that a stored number can be held against its source. fileType is
// that of extract.Detect. For delimited text line is where the record begins, 1 being the header, and field a name of the
// header; the field "" is the whole record as it stands, bytes that are no text shown as U+FFFD. For JSON-stat field is a
// CellName and line does not count. Errors: the file can not be read, or nothing stands at that address.
func Again(ctx context.Context, r io.Reader, fileType string, line int64, field string) (string, error) {
	if strings.HasPrefix(fileType, "json") {
		return againJSONStat(r, field)
	}
	t, err := OpenDelimited(r)
	if err != nil {
		return "", err
	}
	column := slices.Index(t.Header, field)
	for record, err := range t.Records(ctx) {
		switch {
		case err != nil:
			return "", err
		case record.Line < line:
			continue
		case record.Line > line:
			return "", fmt.Errorf("no record begins on line %d", line)
		case field == "":
			return strings.ToValidUTF8(record.Raw, "\ufffd"), nil
		case record.Bad != "":
			return "", fmt.Errorf("line %d has no fields: %s", line, record.Bad)
		case column < 0:
			return "", fmt.Errorf("no column is called %q", field)
		}
		return record.Fields[column], nil
	}
	return "", fmt.Errorf("no record begins on line %d", line)
}

func againJSONStat(r io.Reader, field string) (string, error) {
	digits, ok := strings.CutPrefix(strings.TrimSuffix(field, "]"), "value[")
	cell, err := strconv.Atoi(digits)
	if !ok || err != nil || CellName(cell) != field {
		return "", fmt.Errorf("%q is not the address of a cell", field)
	}
	d, err := ReadJSONStat(r)
	if err != nil {
		return "", err
	}
	if cell < 0 || cell >= len(d.Values) {
		return "", fmt.Errorf("%s lies outside the %d cells", field, len(d.Values))
	}
	return d.Raw(cell), nil
}
