package schedules

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // a minimal server has no time zone database

	"github.com/goccy/go-yaml"
	"github.com/robfig/cron/v3"

	"github.com/phuluc/phuluc/transform/text"
)

// maxFile is far more than a job file needs.
const maxFile = 64 << 10

//go:embed *.yaml
var builtin embed.FS

// Policy says what to do about slots that were missed.
type Policy string

// The policies.
const (
	CatchUpNone   Policy = "none"
	CatchUpLatest Policy = "latest"
	CatchUpAll    Policy = "all"
)

// Job is something to do by the clock. Times left out of the file get the values of nightly.yaml.
type Job struct {
	Name      string        `yaml:"name"`
	Command   []string      `yaml:"command"` // the words after the program's name
	Cron      string        `yaml:"cron"`    // five fields, or @daily and the like; not @every, which has no fixed times
	TimeZone  string        `yaml:"time_zone"`
	Tolerance time.Duration `yaml:"tolerance"` // a slot this late is still on time
	CatchUp   CatchUp       `yaml:"catch_up"`
	Retry     Retry         `yaml:"retry"`
	Timeout   time.Duration `yaml:"timeout"` // of one attempt
}

// CatchUp says which missed slots are made good for.
type CatchUp struct {
	Policy Policy        `yaml:"policy"`
	Window time.Duration `yaml:"window"` // not slots older than this
	Cap    int           `yaml:"cap"`    // with CatchUpAll: at most so many runs at a time
}

// Retry says how often something that may pass is tried.
type Retry struct {
	Attempts  int           `yaml:"attempts"`   // 1: no second try
	FirstWait time.Duration `yaml:"first_wait"` // doubled after each attempt
	MaxWait   time.Duration `yaml:"max_wait"`
}

// wait is the time between attempt n (from 1) and the next.
func (r Retry) wait(n int) time.Duration {
	w := r.FirstWait
	for range n - 1 {
		if w >= r.MaxWait {
			break
		}
		w *= 2
	}
	return min(w, r.MaxWait)
}

// ConfigError says what is wrong in a job file.
type ConfigError struct {
	File string
	Line int // 0: the file as a whole
	Err  error
	Hint string
}

func (e *ConfigError) Error() string {
	if e.Line > 0 {
		return fmt.Sprintf("%s, line %d: %v", e.File, e.Line, e.Err)
	}
	return fmt.Sprintf("%s: %v", e.File, e.Err)
}

func (e *ConfigError) Unwrap() error { return e.Err }

// Default returns the jobs that are built in.
func Default() ([]Job, error) { return Load(builtin) }

// Load reads every *.yaml file at the top of fsys, in order of name. A folder that cannot be read gives the error of reading
// it; everything else is a *ConfigError. A folder without a job is an error too: it would be a schedule of nothing, which
// nobody notices.
func Load(fsys fs.FS) ([]Job, error) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, err
	}
	var jobs []Job
	from := map[string]string{}
	for _, entry := range entries {
		name := entry.Name()
		if entry.IsDir() || path.Ext(name) != ".yaml" {
			continue
		}
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, &ConfigError{File: name, Err: err}
		}
		j, err := Parse(name, text)
		if err != nil {
			return nil, err
		}
		if other := from[j.Name]; other != "" {
			return nil, &ConfigError{File: name, Err: fmt.Errorf("the name %q is taken by %s", j.Name, other), Hint: "give each job its own name"}
		}
		from[j.Name] = name
		jobs = append(jobs, j)
	}
	if len(jobs) == 0 {
		return nil, &ConfigError{File: "*.yaml", Err: errors.New("the folder of jobs holds no file of this name"), Hint: "copy a job file into it; nightly.yaml of the source is a pattern"}
	}
	return jobs, nil
}

// Parse reads one job file. Errors are of type *ConfigError and carry the file's name.
func Parse(file string, content []byte) (Job, error) {
	j := Job{
		Tolerance: 15 * time.Minute,
		CatchUp:   CatchUp{Policy: CatchUpLatest, Window: 7 * 24 * time.Hour, Cap: 3},
		Retry:     Retry{Attempts: 4, FirstWait: time.Minute, MaxWait: 30 * time.Minute},
		Timeout:   6 * time.Hour,
	}
	if len(content) > maxFile {
		return Job{}, &ConfigError{File: file, Err: fmt.Errorf("it has %d bytes; a job needs less than %d", len(content), maxFile)}
	}
	if err := decode(content, &j); err != nil {
		return Job{}, configError(file, err)
	}
	if err := j.check(); err != nil {
		return Job{}, &ConfigError{File: file, Err: err, Hint: "compare with the built-in job: phuluc schedule list"}
	}
	return j, nil
}

// decode reads strict YAML. The decoder panics on some malformed input (a tag before a sequence, for one); a person's slip
// must not end the program.
func decode(content []byte, j *Job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("this is not YAML that can be read: %v", p)
		}
	}()
	err = yaml.NewDecoder(bytes.NewReader(content), yaml.Strict()).Decode(j)
	if errors.Is(err, io.EOF) { // nothing but comments
		return nil
	}
	return err
}

func configError(file string, err error) error {
	e := &ConfigError{File: file, Err: err}
	var unknown *yaml.UnknownFieldError
	var other yaml.Error
	switch {
	case errors.As(err, &unknown) && unknown.Token != nil:
		key := unknown.Token.Value
		near := slices.MinFunc(keys(), func(a, b string) int { return text.Distance(a, key) - text.Distance(b, key) })
		e.Line = unknown.Token.Position.Line
		e.Err = fmt.Errorf("the key %q is not known", key)
		e.Hint = fmt.Sprintf("the nearest known key is %q", near)
	case errors.As(err, &other):
		e.Err = errors.New(other.GetMessage())
		if t := other.GetToken(); t != nil {
			e.Line = t.Position.Line
		}
	}
	return e
}

func keys() []string {
	return strings.Fields("name command cron time_zone tolerance catch_up policy window cap retry attempts first_wait max_wait timeout")
}

func (j Job) check() error {
	if !regexp.MustCompile(`^[a-z][a-z0-9_-]{0,40}$`).MatchString(j.Name) {
		return fmt.Errorf("name %q: use small letters, digits, - and _", j.Name)
	}
	if len(j.Command) == 0 {
		return errors.New("command is missing: the words after the program's name, as a list")
	}
	s, err := parse(j.Cron, j.TimeZone)
	if err != nil {
		return err
	}
	if s.Next(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return fmt.Errorf("cron %q never comes", j.Cron)
	}
	switch {
	case j.Tolerance <= 0:
		return fmt.Errorf("tolerance %s: must be more than 0", j.Tolerance)
	case !slices.Contains([]Policy{CatchUpNone, CatchUpLatest, CatchUpAll}, j.CatchUp.Policy):
		return fmt.Errorf("catch_up.policy %q: must be none, latest or all", j.CatchUp.Policy)
	case j.CatchUp.Window < 0:
		return fmt.Errorf("catch_up.window %s: must not be negative", j.CatchUp.Window)
	case j.CatchUp.Cap < 0:
		return fmt.Errorf("catch_up.cap %d: must not be negative", j.CatchUp.Cap)
	case j.Retry.Attempts < 1:
		return fmt.Errorf("retry.attempts %d: must be 1 or more", j.Retry.Attempts)
	case j.Retry.FirstWait <= 0 || j.Retry.MaxWait < j.Retry.FirstWait:
		return fmt.Errorf("retry.first_wait %s, max_wait %s: must be more than 0 and in this order", j.Retry.FirstWait, j.Retry.MaxWait)
	case j.Timeout <= 0:
		return fmt.Errorf("timeout %s: must be more than 0", j.Timeout)
	}
	return nil
}

// parse reads a cron expression whose times are those of a zone.
func parse(expression, zone string) (*cron.SpecSchedule, error) {
	if strings.Contains(expression, "TZ=") {
		return nil, fmt.Errorf("cron %q: give the time zone as time_zone", expression)
	}
	if zone == "" || zone == "Local" {
		return nil, errors.New("time_zone is missing, for example Asia/Ho_Chi_Minh: a slot must not depend on the machine")
	}
	loc, err := time.LoadLocation(zone)
	if err != nil {
		return nil, fmt.Errorf("time_zone %q is not known, for example Asia/Ho_Chi_Minh: %w", zone, err)
	}
	s, err := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor).Parse(expression)
	if err != nil {
		return nil, fmt.Errorf("cron %q: %w", expression, err)
	}
	spec, ok := s.(*cron.SpecSchedule)
	if !ok {
		return nil, fmt.Errorf("cron %q: @every has no fixed times; write the minutes and hours", expression)
	}
	spec.Location = loc
	return spec, nil
}
