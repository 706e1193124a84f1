package feed

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sort"
	"strconv"
)

// Limits of JSON-stat.
const (
	maxJSON  = 64 << 20
	maxCells = 1_000_000 // PX-Web itself sends at most 100,000
	maxDims  = 16
)

// Dataset is one JSON-stat dataset (format 1 as PX-Web sends it, with a "dataset" wrapper, or format 2).
type Dataset struct {
	Label      string
	Updated    string
	Dimensions []Dimension
	Values     []json.RawMessage // row-major over Dimensions; the digits as they stand; nil for a missing cell
	Status     map[int]string    // position → status text; present and empty for a null status
}

// Dimension is one axis: its id, its label and its categories in order.
type Dimension struct {
	ID, Label  string
	Categories []string // labels
}

// ReadJSONStat reads a dataset. PX-Web ends its answer with a NUL byte, which is dropped. Errors: not JSON-stat, sizes that
// do not fit the values, more than 1,000,000 cells.
func ReadJSONStat(r io.Reader) (*Dataset, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxJSON+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxJSON {
		return nil, fmt.Errorf("larger than %d bytes", maxJSON)
	}
	data = bytes.TrimPrefix(bytes.TrimRight(data, "\x00 \r\n\t"), []byte("\xef\xbb\xbf"))
	var doc struct {
		Dataset json.RawMessage `json:"dataset"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, fmt.Errorf("not JSON: %w", err)
	}
	if doc.Dataset != nil {
		data = doc.Dataset
	}
	var raw struct {
		Label     string                     `json:"label"`
		Updated   string                     `json:"updated"`
		ID        []string                   `json:"id"`
		Size      []int                      `json:"size"`
		Dimension map[string]json.RawMessage `json:"dimension"`
		Value     json.RawMessage            `json:"value"`
		Status    json.RawMessage            `json:"status"`
	}
	if err := json.Unmarshal(data, &raw); err != nil {
		return nil, fmt.Errorf("not JSON-stat: %w", err)
	}
	if raw.Dimension == nil {
		return nil, errors.New("not JSON-stat: it has no dimension")
	}
	// Format 1 keeps id and size inside dimension; PX-Web has been seen with either.
	if raw.ID == nil {
		if err := json.Unmarshal(raw.Dimension["id"], &raw.ID); err != nil {
			return nil, errors.New("not JSON-stat: it has no id")
		}
		if err := json.Unmarshal(raw.Dimension["size"], &raw.Size); err != nil {
			return nil, errors.New("not JSON-stat: it has no size")
		}
	}
	if len(raw.ID) != len(raw.Size) || len(raw.ID) == 0 || len(raw.ID) > maxDims {
		return nil, fmt.Errorf("not JSON-stat: %d ids, %d sizes", len(raw.ID), len(raw.Size))
	}
	d := &Dataset{Label: raw.Label, Updated: raw.Updated}
	cells := 1
	for _, n := range raw.Size { // before anything is made in these sizes
		if n < 1 || cells > maxCells/n {
			return nil, fmt.Errorf("sizes %v: at most %d cells are read", raw.Size, maxCells)
		}
		cells *= n
	}
	for i, id := range raw.ID {
		dim, err := dimension(id, raw.Dimension[id], raw.Size[i])
		if err != nil {
			return nil, err
		}
		d.Dimensions = append(d.Dimensions, dim)
	}
	if err := values(d, raw.Value, cells); err != nil {
		return nil, err
	}
	return d, status(d, raw.Status, cells)
}

func dimension(id string, text json.RawMessage, size int) (Dimension, error) {
	var raw struct {
		Label    string `json:"label"`
		Category struct {
			Index json.RawMessage   `json:"index"`
			Label map[string]string `json:"label"`
		} `json:"category"`
	}
	dim := Dimension{ID: id}
	if err := json.Unmarshal(text, &raw); err != nil {
		return dim, fmt.Errorf("dimension %q can not be read: %w", id, err)
	}
	dim.Label = raw.Label
	codes := make([]string, 0, size)
	var list []string
	var index map[string]int
	switch {
	case raw.Category.Index == nil:
		for code := range raw.Category.Label {
			codes = append(codes, code)
		}
		sort.Strings(codes)
	case json.Unmarshal(raw.Category.Index, &list) == nil:
		codes = list
	case json.Unmarshal(raw.Category.Index, &index) == nil:
		for code := range index {
			codes = append(codes, code)
		}
		sort.Slice(codes, func(i, j int) bool { return index[codes[i]] < index[codes[j]] })
		for i, code := range codes {
			if index[code] != i {
				return dim, fmt.Errorf("dimension %q: its index has gaps", id)
			}
		}
	default:
		return dim, fmt.Errorf("dimension %q: its index can not be read", id)
	}
	if len(codes) != size {
		return dim, fmt.Errorf("dimension %q: %d categories, size %d", id, len(codes), size)
	}
	for _, code := range codes {
		label, ok := raw.Category.Label[code]
		if !ok {
			label = code
		}
		dim.Categories = append(dim.Categories, label)
	}
	return dim, nil
}

func values(d *Dataset, text json.RawMessage, cells int) error {
	var sparse map[string]json.RawMessage
	if err := json.Unmarshal(text, &d.Values); err != nil {
		if err := json.Unmarshal(text, &sparse); err != nil {
			return fmt.Errorf("not JSON-stat: its values can not be read: %w", err)
		}
		d.Values = make([]json.RawMessage, cells)
		for key, v := range sparse {
			i, err := strconv.Atoi(key)
			if err != nil || i < 0 || i >= cells {
				return fmt.Errorf("value %q lies outside the %d cells", key, cells)
			}
			d.Values[i] = v
		}
	}
	if len(d.Values) != cells {
		return fmt.Errorf("%d values, the sizes give %d cells", len(d.Values), cells)
	}
	for i, v := range d.Values {
		if bytes.Equal(v, []byte("null")) {
			d.Values[i] = nil
		}
	}
	return nil
}

func status(d *Dataset, text json.RawMessage, cells int) error {
	d.Status = map[int]string{}
	if len(text) == 0 || bytes.Equal(text, []byte("null")) {
		return nil
	}
	var sparse map[string]*string
	var list []*string
	var one string
	put := func(i int, s *string) error {
		if i < 0 || i >= cells {
			return fmt.Errorf("status %d lies outside the %d cells", i, cells)
		}
		if s != nil {
			d.Status[i] = *s
		} else {
			d.Status[i] = ""
		}
		return nil
	}
	switch {
	case json.Unmarshal(text, &sparse) == nil:
		for key, s := range sparse {
			i, err := strconv.Atoi(key)
			if err != nil {
				return fmt.Errorf("status %q is not a position", key)
			}
			if err := put(i, s); err != nil {
				return err
			}
		}
	case json.Unmarshal(text, &list) == nil:
		for i, s := range list {
			if s == nil {
				continue
			}
			if err := put(i, s); err != nil {
				return err
			}
		}
	case json.Unmarshal(text, &one) == nil:
		for i := range cells {
			d.Status[i] = one
		}
	default:
		return errors.New("its status can not be read")
	}
	return nil
}

// CellName is the address of a cell of a dataset: its place in the values as the file writes them.
func CellName(cell int) string { return fmt.Sprintf("value[%d]", cell) }

// Raw is the text that stands at a cell: the digits, or null for a missing one.
func (d *Dataset) Raw(cell int) string {
	if d.Values[cell] == nil {
		return "null"
	}
	return string(d.Values[cell])
}

// Position gives the category numbers of a cell, one for each dimension.
func (d *Dataset) Position(cell int) []int {
	at := make([]int, len(d.Dimensions))
	for i := len(d.Dimensions) - 1; i >= 0; i-- {
		n := len(d.Dimensions[i].Categories)
		at[i] = cell % n
		cell /= n
	}
	return at
}
