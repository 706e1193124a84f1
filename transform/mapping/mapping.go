package mapping

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/phuluc/phuluc/extract/feed"
	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/record"
	"github.com/phuluc/phuluc/transform/text"
)

//go:embed *.yaml
var embedded embed.FS

// Mapping describes one feed.
type Mapping struct {
	Name       string                    `yaml:"name"`
	TitleVi    string                    `yaml:"title_vi"`
	TitleEn    string                    `yaml:"title_en"`
	Format     string                    `yaml:"format"` // delimited, json-stat
	Kind       string                    `yaml:"kind"`   // insurance, observation
	Columns    map[string][]string       `yaml:"columns"`
	Required   []string                  `yaml:"required"`
	LabelStart string                    `yaml:"label_starts_with"`
	Dimensions map[string][]string       `yaml:"dimensions"`
	Indicator  string                    `yaml:"indicator"`
	Measure    string                    `yaml:"measure"`
	Unit       string                    `yaml:"unit"`
	Values     map[string]map[string]any `yaml:"values"`

	words map[string]map[string]any // Values by text.Key
}

// Error says why a whole feed was refused.
type Error struct {
	Code   string // of record/codes.csv
	Detail string
}

func (e *Error) Error() string { return e.Code + ": " + e.Detail }

// Set holds every mapping that is known. It is read-only after LoadSet.
type Set struct {
	mappings []Mapping
	version  string
}

// LoadSet reads the embedded mappings and those of <userDir>/feeds/*.yaml; a user's mapping replaces the embedded one of the
// same name. Errors name the file.
func LoadSet(userDir string) (*Set, error) {
	s := &Set{}
	h := sha256.New()
	byName := map[string]Mapping{}
	read := func(tree fs.FS, pattern string) error {
		names, err := fs.Glob(tree, pattern)
		if err != nil {
			return err
		}
		for _, name := range names {
			data, err := fs.ReadFile(tree, name)
			if err != nil {
				return err
			}
			m, err := parse(data)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			byName[m.Name] = m
			fmt.Fprintf(h, "%d\n%s", len(data), data)
		}
		return nil
	}
	if err := read(embedded, "*.yaml"); err != nil {
		return nil, err
	}
	if userDir != "" {
		if err := read(os.DirFS(userDir), "feeds/*.yaml"); err != nil {
			return nil, err
		}
	}
	for _, m := range byName {
		s.mappings = append(s.mappings, m)
	}
	sort.Slice(s.mappings, func(i, j int) bool { return s.mappings[i].Name < s.mappings[j].Name })
	s.version = hex.EncodeToString(h.Sum(nil))
	return s, nil
}

// Version is the content hash of all mappings.
func (s *Set) Version() string { return s.version }

func parse(data []byte) (Mapping, error) {
	var m Mapping
	if err := yaml.UnmarshalWithOptions(data, &m, yaml.Strict()); err != nil {
		return m, errors.New(yaml.FormatError(err, false, true))
	}
	known := map[string]bool{"period": true, "territory": true, "territory_code": true, "scheme": true, "sex": true, "area": true, "age_group": true, "value": true, "indicator": true, "measure": true, "group": true}
	for _, names := range []map[string][]string{m.Columns, m.Dimensions} {
		for role := range names {
			if !known[role] {
				return m, fmt.Errorf("unknown role %q", role)
			}
		}
	}
	switch {
	case m.Name == "":
		return m, errors.New("name is missing")
	case m.Kind != "insurance" && m.Kind != "observation":
		return m, fmt.Errorf("kind is %q: insurance or observation", m.Kind)
	case m.Format == "delimited" && len(m.Required) == 0:
		return m, errors.New("required is missing: the roles by which the file is recognised")
	case m.Format == "json-stat" && (m.LabelStart == "" || m.Indicator == "" || m.Kind != "observation"):
		return m, errors.New("a json-stat mapping needs label_starts_with, indicator and kind: observation")
	case m.Format != "delimited" && m.Format != "json-stat":
		return m, fmt.Errorf("format is %q: delimited or json-stat", m.Format)
	}
	for _, role := range m.Required {
		if len(m.Columns[role]) == 0 {
			return m, fmt.Errorf("required role %q has no columns", role)
		}
	}
	m.words = map[string]map[string]any{}
	for role, words := range m.Values {
		m.words[role] = map[string]any{}
		for word, value := range words {
			m.words[role][text.Key(word)] = value
		}
	}
	return m, nil
}

// Read reads a feed by the mapping that fits its columns or its label. fileType is that of extract.Detect. What is wrong
// with single records is in the file's refusals; *Error says that nothing of it could be read.
func (s *Set) Read(ctx context.Context, cat *catalogue.Catalogue, name, fileType string, f *os.File) (*record.File, error) {
	if strings.HasPrefix(fileType, "json") {
		return s.readJSONStat(ctx, cat, f)
	}
	table, err := feed.OpenDelimited(f)
	if err != nil {
		return nil, &Error{"file.unsupported", err.Error()}
	}
	for i := range s.mappings {
		if at, ok := s.mappings[i].locate(table.Header); ok {
			return s.mappings[i].readDelimited(ctx, cat, table, at)
		}
	}
	header := strings.Join(table.Header[:min(len(table.Header), 12)], ", ")
	if len(header) > 300 {
		header = header[:300] + "…"
	}
	ext := strings.ToLower(path.Ext(filepath.ToSlash(name)))
	if len(table.Header) == 1 && ext != ".csv" && ext != ".tsv" {
		return nil, &Error{"file.unsupported", "text that is no table"}
	}
	return nil, &Error{"feed.mapping_unknown", strings.ToValidUTF8(header, "�")}
}

// locate finds the column of every role; ok is false if a required one is missing.
func (m *Mapping) locate(header []string) (at map[string]int, ok bool) {
	if m.Format != "delimited" {
		return nil, false
	}
	byKey := map[string]int{}
	for i, h := range header {
		byKey[text.Key(h)] = i
	}
	at = map[string]int{}
	for role, names := range m.Columns {
		for _, n := range names {
			if i, found := byKey[text.Key(n)]; found {
				at[role] = i
				break
			}
		}
	}
	for _, role := range m.Required {
		if _, found := at[role]; !found {
			return nil, false
		}
	}
	return at, true
}
