package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/phuluc/phuluc/load/publish"
	"github.com/phuluc/phuluc/transform/text"
)

// config is phuluc.yaml. Every key is optional: with no file everything works in ./phuluc-data.
type config struct {
	DataDir     string   `yaml:"data_dir"`     // where everything is kept
	Inbox       []string `yaml:"inbox"`        // folders that are searched for annexes and feeds
	Catalogue   string   `yaml:"catalogue"`    // folder with the user's own CSV and YAML
	Keep        int      `yaml:"keep"`         // generations kept
	Threads     int      `yaml:"threads"`      // 0: one per processor
	MemoryLimit string   `yaml:"memory_limit"` // of the engine, e.g. 2GB
	MaxFileSize int64    `yaml:"max_file_mb"`  // larger files are not landed
	FileTimeout duration `yaml:"file_timeout"` // for reading one file
	Limits      limits   `yaml:"limits"`       // of one file
	Wait        duration `yaml:"wait"`         // how long a second run waits for the first
	Schedules   string   `yaml:"schedules"`    // folder with job definitions; "" means the embedded ones

	Annotate string `yaml:"annotate"` // folder for annotated copies and mails to senders; "" writes none

	path string // the file it came from, "" if none
}

// duration reads "90s" or "5m" from YAML.
type duration time.Duration

func (d *duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	if err != nil {
		return fmt.Errorf("%q is not a duration such as 90s or 5m", b)
	}
	*d = duration(v)
	return nil
}

func (d duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

func defaultConfig() config {
	return config{
		DataDir: "phuluc-data", Keep: 7, MemoryLimit: "1GB", MaxFileSize: 64,
		FileTimeout: duration(time.Minute), Limits: defaultLimits(), Wait: 0,
	}
}

// loadConfig reads the named file, or ./phuluc.yaml if name is empty and the file exists. An unknown key is an error
// that names the nearest key.
func loadConfig(name string) (config, error) {
	c := defaultConfig()
	explicit := name != ""
	if !explicit {
		name = "phuluc.yaml"
	}
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) && !explicit {
		return c.complete(), nil
	}
	if err != nil {
		return c, &failure{Exit: exitInput, What: "the configuration can not be read", Where: name, Why: err.Error(), Try: "check the path given with --config", err: err}
	}
	if err := parseConfig(name, data, &c); err != nil {
		return c, err
	}
	c.path = name
	if c.Keep < publish.MinKeep {
		return c, &failure{Exit: exitInput, What: "keep is too small", Where: name, Why: fmt.Sprintf("at least %d generations are kept so that a rollback has somewhere to go", publish.MinKeep), Try: fmt.Sprintf("set keep: %d or more", publish.MinKeep)}
	}
	return c.complete(), nil
}

// parseConfig reads YAML into c. The YAML library panics on some malformed input, which is the input's fault here.
func parseConfig(name string, data []byte, c *config) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &failure{Exit: exitInput, What: "the configuration is not valid YAML", Where: name, Why: fmt.Sprint(p), Try: "write lines such as `data_dir: phuluc-data`"}
		}
	}()
	if f := checkKeys(name, data); f != nil {
		return f
	}
	if err := yaml.Unmarshal(data, c); err != nil {
		return &failure{Exit: exitInput, What: "the configuration is not valid", Where: name, Why: yaml.FormatError(err, false, true), Try: "phuluc doctor --config " + name, err: err}
	}
	return nil
}

// complete fills in what depends on other keys.
func (c config) complete() config {
	if len(c.Inbox) == 0 {
		c.Inbox = []string{filepath.Join(c.DataDir, "inbox")}
	}
	if info, err := os.Stat(c.ownCatalogue()); c.Catalogue == "" && err == nil && info.IsDir() {
		c.Catalogue = c.ownCatalogue()
	}
	return c
}

// ownCatalogue is the catalogue folder of who names none: it is used if it is there.
func (c config) ownCatalogue() string { return filepath.Join(c.DataDir, "catalogue") }

// keysOf gives the keys of a section and the type of each.
func keysOf(section reflect.Type) (keys []string, types map[string]reflect.Type) {
	types = map[string]reflect.Type{}
	for i := range section.NumField() {
		if tag := section.Field(i).Tag.Get("yaml"); tag != "" {
			keys = append(keys, tag)
			types[tag] = section.Field(i).Type
		}
	}
	sort.Strings(keys)
	return keys, types
}

func checkKeys(name string, data []byte) *failure {
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		return &failure{Exit: exitInput, What: "the configuration is not valid YAML", Where: name, Why: yaml.FormatError(err, false, true), Try: "correct the line shown", err: err}
	}
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		if f := checkSection(name, "", doc.Body, reflect.TypeFor[config]()); f != nil {
			return f
		}
	}
	return nil
}

// checkSection compares the keys of a section with the fields of its type; in is "" or " of limits".
func checkSection(name, in string, body ast.Node, section reflect.Type) *failure {
	var values []*ast.MappingValueNode
	switch body := body.(type) {
	case *ast.MappingNode:
		values = body.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{body}
	case *ast.NullNode:
		return nil
	default:
		return &failure{Exit: exitInput, What: "the configuration" + in + " is not a list of keys and values", Where: name, Try: "write lines such as `data_dir: phuluc-data`"}
	}
	keys, types := keysOf(section)
	for _, v := range values {
		key := v.Key.String()
		t, known := types[key]
		switch {
		case known && t.Kind() == reflect.Struct:
			if f := checkSection(name, " of "+key, v.Value, t); f != nil {
				return f
			}
		case !known:
			return &failure{
				Exit: exitInput, What: fmt.Sprintf("unknown key %q in the configuration%s", key, in),
				Where: fmt.Sprintf("%s, line %d", name, v.Key.GetToken().Position.Line),
				Why:   "known keys are " + strings.Join(keys, ", "),
				Try:   fmt.Sprintf("did you mean %q?", nearestWord(key, keys)),
			}
		}
	}
	return nil
}

// nearestWord gives the known word with the smallest edit distance.
func nearestWord(word string, known []string) string {
	best, distance := "", 1<<30
	for _, k := range known {
		if d := text.Distance(word, k); d < distance {
			best, distance = k, d
		}
	}
	return best
}
