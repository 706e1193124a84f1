package publish

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"
)

// manifestFormat is the version of the manifest's shape. A program refuses a greater one.
const manifestFormat = 1

// Manifest says what a generation is made of and what is in it.
type Manifest struct {
	Format         int       `json:"format"`
	Generation     int       `json:"generation"` // 1, 2, 3 … in order of publication
	Parent         int       `json:"parent"`     // the generation that was current before; 0: none
	CreatedAt      time.Time `json:"created_at"`
	RunID          int64     `json:"run_id"`
	ProgramVersion string    `json:"program_version"`
	DuckDBVersion  string    `json:"duckdb_version"`
	InputHash      string    `json:"input_hash"` // of landing set, rules version and configuration: equal hashes, equal tables
	Tables         []Table   `json:"tables"`
	Checks         Checks    `json:"checks"`
	Size           int64     `json:"size"`   // bytes of the warehouse file
	SHA256         string    `json:"sha256"` // of the warehouse file, lower-case hexadecimal
}

// Table is one table of a generation.
type Table struct {
	Name string `json:"name"` // with schema: dw.fact_observation
	Rows int64  `json:"rows"`
	Hash string `json:"hash"` // of its content in a fixed order
}

// Checks counts what was examined before publication. A check that failed only as a warning counts under Warnings and
// not under Passed.
type Checks struct {
	Declared int `json:"declared"`
	Run      int `json:"run"`
	Passed   int `json:"passed"`
	Warnings int `json:"warnings"`
}

// complete guards invariant 6.
func (c Checks) complete() error {
	if c.Declared <= 0 || c.Declared != c.Run || c.Run != c.Passed+c.Warnings {
		return fmt.Errorf("%w: %d declared, %d run, %d passed, %d warnings", ErrChecks, c.Declared, c.Run, c.Passed, c.Warnings)
	}
	return nil
}

func readManifest(path string, number int) (Manifest, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Manifest{}, err
	}
	var m Manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return Manifest{}, errors.Join(ErrUnreadable, err)
	}
	switch {
	case m.Format > manifestFormat:
		return Manifest{}, fmt.Errorf("%w: format %d, this program knows %d", ErrNewer, m.Format, manifestFormat)
	case m.Format < 1 || m.Generation != number:
		return Manifest{}, fmt.Errorf("%w: it says format %d, generation %d", ErrUnreadable, m.Format, m.Generation)
	}
	return m, nil
}

func jsonText(v any) ([]byte, error) {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return nil, err
	}
	return append(text, '\n'), nil
}
