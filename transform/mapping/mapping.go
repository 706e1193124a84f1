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
	"slices"
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

// Mapping describes one feed. Its keys are those of the YAML file; an unknown key is an error.
type Mapping struct {
	Name    string `yaml:"name"` // unique; the form code of what is read
	TitleVi string `yaml:"title_vi"`
	TitleEn string `yaml:"title_en"`
	Format  string `yaml:"format"` // delimited, json-stat
	Kind    string `yaml:"kind"`   // insurance (counts of people by month), observation
	// Columns names the columns of delimited text: role → headers, any of which may stand in the file.
	Columns map[string][]string `yaml:"columns"`
	// Required lists the roles whose columns a file must have to be read by this mapping.
	Required []string `yaml:"required"`
	// LabelStart is how the label of a JSON-stat dataset begins that is read by this mapping.
	LabelStart string `yaml:"label_starts_with"`
	// Dimensions names the dimensions of JSON-stat: role → ids or labels.
	Dimensions map[string][]string `yaml:"dimensions"`
	Indicator  string              `yaml:"indicator"` // indicators.csv code, unless a column says it
	Measure    string              `yaml:"measure"`   // actual, estimate …, unless a column says it
	Unit       string              `yaml:"unit"`      // units.csv code in which the file gives its values
	// Numbers is how the file writes numbers: vietnamese (1.234,5) or english (1,234.5). Without it a number that
	// can be read in both ways is refused.
	Numbers string `yaml:"numbers"`
	// Values says what the words of a role mean: role → word → meaning. The words of the role "group" mean sex and area.
	Values map[string]map[string]any `yaml:"values"`

	style text.Style
	words map[string]map[string]meaning // Values by text.Key of the word
}

// meaning is what one word says: role → word of the warehouse.
type meaning map[string]string

// vocabulary gives the words that a role may take, nil if any; known is false for what is no role.
func vocabulary(role string) (words []string, known bool) {
	switch role {
	case "scheme":
		return []string{"compulsory", "voluntary", "unemployment", "health"}, true
	case "sex":
		return []string{"T", "F", "M"}, true
	case "area":
		return []string{"T", "U", "R"}, true
	case "measure":
		return []string{"actual", "estimate", "plan", "forecast", "target"}, true
	case "period", "territory", "territory_code", "age_group", "indicator", "value", "group":
		return nil, true
	}
	return nil, false
}

// Error says why a whole feed was refused.
type Error struct {
	Code      string // of record/codes.csv
	Detail    string
	Unmatched bool // no mapping fits: the file may be an annex
}

func (e *Error) Error() string { return e.Code + ": " + e.Detail }

// Set holds every mapping that is known. It is read-only after LoadSet.
type Set struct {
	mappings []Mapping // by name
	version  string
}

// LoadSet reads the embedded mappings and the files *.yaml and *.yml of <userDir>/feeds; a user's mapping replaces the
// embedded one of the same name. Errors name the file: it can not be read, it is not valid, or it bears the name of another.
func LoadSet(userDir string) (*Set, error) {
	byName := map[string]Mapping{}
	h := sha256.New()
	read := func(tree fs.FS, folder, shown string) error {
		files, err := fs.ReadDir(tree, folder)
		if err != nil {
			return err
		}
		from := map[string]string{}
		for _, file := range files {
			if ext := path.Ext(file.Name()); file.IsDir() || ext != ".yaml" && ext != ".yml" {
				continue
			}
			name := filepath.Join(shown, file.Name())
			data, err := fs.ReadFile(tree, path.Join(folder, file.Name()))
			if err != nil {
				return err
			}
			m, err := parse(data)
			if err != nil {
				return fmt.Errorf("feed mapping %s: %w", name, err)
			}
			if other, twice := from[m.Name]; twice {
				return fmt.Errorf("feed mapping %s: %s is called %q too", name, other, m.Name)
			}
			from[m.Name], byName[m.Name] = name, m
			fmt.Fprintf(h, "%d\n%s", len(data), data)
		}
		return nil
	}
	if err := read(embedded, ".", ""); err != nil {
		return nil, err
	}
	if userDir != "" {
		err := read(os.DirFS(userDir), "feeds", filepath.Join(userDir, "feeds"))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	s := &Set{version: hex.EncodeToString(h.Sum(nil))}
	for _, m := range byName {
		s.mappings = append(s.mappings, m)
	}
	sort.Slice(s.mappings, func(i, j int) bool { return s.mappings[i].Name < s.mappings[j].Name })
	return s, nil
}

// Version is the content hash of all mappings.
func (s *Set) Version() string { return s.version }

func parse(data []byte) (Mapping, error) {
	var m Mapping
	if len(strings.TrimSpace(string(data))) == 0 {
		return m, errors.New("the file is empty")
	}
	if err := yaml.UnmarshalWithOptions(data, &m, yaml.Strict()); err != nil {
		return m, errors.New(yaml.FormatError(err, false, true))
	}
	if err := m.complete(); err != nil {
		return m, err
	}
	return m, m.readWords()
}

// complete checks that the mapping says everything that its kind of value needs, and nothing that has no effect.
func (m *Mapping) complete() error {
	given, where := m.Columns, "columns"
	if m.Format == "json-stat" {
		given, where = m.Dimensions, "dimensions"
	}
	has := func(role string) bool { return len(given[role]) > 0 }
	switch {
	case m.Name == "":
		return errors.New("name is missing")
	case m.Format != "delimited" && m.Format != "json-stat":
		return fmt.Errorf("format is %q: delimited or json-stat", m.Format)
	case m.Kind != "insurance" && m.Kind != "observation":
		return fmt.Errorf("kind is %q: insurance or observation", m.Kind)
	case m.Format == "delimited" && (len(m.Dimensions) > 0 || m.LabelStart != ""):
		return errors.New("dimensions and label_starts_with belong to format: json-stat")
	case m.Format == "json-stat" && (len(m.Columns) > 0 || len(m.Required) > 0 || m.Numbers != ""):
		return errors.New("columns, required and numbers belong to format: delimited")
	case m.Format == "delimited" && len(m.Required) == 0:
		return errors.New("required is missing: the roles by which the file is recognised")
	case m.Format == "delimited" && !has("value"):
		return errors.New("columns names no value")
	case m.Format == "json-stat" && (m.LabelStart == "" || m.Kind != "observation"):
		return errors.New("a json-stat mapping needs label_starts_with and kind: observation")
	case !has("period"):
		return fmt.Errorf("%s names no period", where)
	case !has("territory") && !has("territory_code"):
		return fmt.Errorf("%s names neither territory nor territory_code", where)
	case m.Kind == "insurance" && !has("scheme"):
		return errors.New("columns names no scheme")
	case m.Kind == "insurance" && m.Unit != "person":
		return fmt.Errorf("unit is %q: insurance counts are in person", m.Unit)
	case m.Kind == "insurance" && m.Indicator+m.Measure != "":
		return errors.New("indicator and measure belong to kind: observation")
	case m.Kind == "observation" && m.Unit == "":
		return errors.New("unit is missing")
	case m.Kind == "observation" && (m.Indicator == "") != has("indicator"):
		return fmt.Errorf("say either indicator or %s: indicator", where)
	case m.Kind == "observation" && (m.Measure == "") != has("measure"):
		return fmt.Errorf("say either measure or %s: measure", where)
	}
	if words, _ := vocabulary("measure"); m.Measure != "" && !slices.Contains(words, m.Measure) {
		return fmt.Errorf("measure is %q: one of %s", m.Measure, strings.Join(words, ", "))
	}
	switch m.Numbers {
	case "":
	case "vietnamese":
		m.style = text.Vietnamese
	case "english":
		m.style = text.English
	default:
		return fmt.Errorf("numbers is %q: vietnamese or english", m.Numbers)
	}
	for role := range given {
		_, known := vocabulary(role)
		switch {
		case !known:
			return fmt.Errorf("%s: unknown role %q", where, role)
		case m.Kind == "insurance" && (role == "area" || role == "indicator" || role == "measure" || role == "group"),
			m.Kind == "observation" && (role == "scheme" || role == "age_group"),
			m.Format == "json-stat" && role == "value":
			return fmt.Errorf("%s: role %q has no place in kind %s, format %s", where, role, m.Kind, m.Format)
		}
	}
	for _, role := range m.Required {
		if !has(role) {
			return fmt.Errorf("required role %q has no columns", role)
		}
	}
	roleOf := map[string]string{}
	for role, names := range given {
		for _, name := range names {
			if other, twice := roleOf[text.Key(name)]; twice && other != role {
				return fmt.Errorf("%s: %q stands for %s and %s", where, name, min(role, other), max(role, other))
			}
			roleOf[text.Key(name)] = role
		}
	}
	return nil
}

// readWords turns Values into words, and checks each against the vocabulary of its role.
func (m *Mapping) readWords() error {
	m.words = map[string]map[string]meaning{}
	for role, words := range m.Values {
		if len(m.Columns[role]) == 0 && len(m.Dimensions[role]) == 0 {
			return fmt.Errorf("values: role %q has no columns or dimensions", role)
		}
		m.words[role] = map[string]meaning{}
		written := map[string]string{}
		for word, value := range words {
			says := meaning{}
			if parts, ok := value.(map[string]any); ok {
				for k, v := range parts {
					if role != "group" || k != "sex" && k != "area" {
						return fmt.Errorf("values: %s: %s: only words of group have parts, sex and area", role, word)
					}
					says[k] = fmt.Sprint(v)
				}
			} else if role == "group" {
				return fmt.Errorf("values: group: %s: say sex and area", word)
			} else {
				says[role] = fmt.Sprint(value)
			}
			for r, w := range says {
				if allowed, _ := vocabulary(r); allowed != nil && !slices.Contains(allowed, w) {
					return fmt.Errorf("values: %s: %s: %q is not one of %s", role, word, w, strings.Join(allowed, ", "))
				}
			}
			key := text.Key(word)
			if other, twice := written[key]; twice {
				return fmt.Errorf("values: %s: %q and %q are the same word", role, min(word, other), max(word, other))
			}
			written[key], m.words[role][key] = word, says
		}
	}
	if len(m.Columns["group"])+len(m.Dimensions["group"]) > 0 && m.words["group"] == nil {
		return errors.New("values: the words of group are missing")
	}
	return nil
}

// Read reads a feed by the mapping that fits its columns or its label. fileType is that of extract.Detect: csv, text,
// json-stat or json. What is wrong with single records is in the file's refusals, and its counts add up. *Error says
// that nothing of it could be read; other errors are those of ctx.
func (s *Set) Read(ctx context.Context, cat *catalogue.Catalogue, name, fileType string, f *os.File) (*record.File, error) {
	if strings.HasPrefix(fileType, "json") {
		return s.readJSONStat(ctx, cat, fileType, f)
	}
	table, err := feed.OpenDelimited(f)
	if err != nil {
		return nil, &Error{Code: "file.unsupported", Detail: err.Error(), Unmatched: true}
	}
	var best *Mapping
	var columns map[string]int
	for i := range s.mappings {
		m := &s.mappings[i]
		at, ok, err := m.locate(table.Header)
		switch {
		case err != nil:
			return nil, &Error{Code: "feed.mapping_unknown", Detail: err.Error()}
		case !ok || best != nil && len(best.Required) > len(m.Required):
		case best != nil && len(best.Required) == len(m.Required):
			return nil, &Error{Code: "feed.mapping_unknown", Detail: best.Name + " and " + m.Name + " both fit"}
		default:
			best, columns = m, at
		}
	}
	if best != nil {
		return best.readDelimited(ctx, cat, table, columns)
	}
	ext := strings.ToLower(path.Ext(filepath.ToSlash(name)))
	if len(table.Header) == 1 && ext != ".csv" && ext != ".tsv" {
		return nil, &Error{Code: "file.unsupported", Detail: "text that is no table", Unmatched: true}
	}
	header := strings.Join(table.Header[:min(len(table.Header), 12)], ", ")
	if len(header) > 300 {
		header = strings.ToValidUTF8(header[:300], "") + "…"
	}
	return nil, &Error{Code: "feed.mapping_unknown", Detail: header, Unmatched: true}
}

// locate finds the column of every role; ok is false if a required one is missing. A column of a mapping that fits and
// stands in the header twice is an error: nothing says which is meant.
func (m *Mapping) locate(header []string) (at map[string]int, ok bool, err error) {
	if m.Format != "delimited" {
		return nil, false, nil
	}
	byKey := map[string]int{}
	twice := map[string]bool{}
	for i, h := range header {
		key := text.Key(h)
		_, seen := byKey[key]
		byKey[key], twice[key] = i, seen
	}
	at = map[string]int{}
	for role, names := range m.Columns {
		for _, n := range names {
			key := text.Key(n)
			if i, found := byKey[key]; found {
				at[role] = i
				break
			}
		}
	}
	for _, role := range m.Required {
		if _, found := at[role]; !found {
			return nil, false, nil
		}
	}
	for i, h := range header {
		key := text.Key(h)
		for _, j := range at {
			if j == i && twice[key] {
				return nil, false, fmt.Errorf("the column %q stands there twice", h)
			}
		}
	}
	return at, true, nil
}
