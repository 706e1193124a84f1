package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/phuluc/phuluc/load"
	"github.com/phuluc/phuluc/load/publish"
	"github.com/phuluc/phuluc/load/refresh"
	"github.com/phuluc/phuluc/transform/record"
)

// plannedFile is what a refresh would make of one new file.
type plannedFile struct {
	Origin      string `json:"origin"`
	SHA256      string `json:"sha256"`
	Loaded      int    `json:"loaded"`
	Quarantined int    `json:"quarantined"`
	Fault       string `json:"fault,omitempty"` // why the whole file would be refused
	Added       int    `json:"values_added"`    // observations that the warehouse does not hold
	Changed     int    `json:"values_changed"`  // held with another value
	Same        int    `json:"values_same"`
}

type plan struct {
	Found      int           `json:"files_found"`
	Known      int           `json:"files_known"` // landed before
	New        []plannedFile `json:"files_new"`
	Rebuild    bool          `json:"rebuild"` // a new generation would be built
	Changed    bool          `json:"changed"` // so it would without any new file: the words or the program are others
	Generation int           `json:"generation"`
}

// dryRun shows what a refresh would change. It reads the inbox and the published generation and writes nothing.
func (a *app) dryRun(cmd *cobra.Command, cfg config) error {
	ctx := cmd.Context()
	pipeline, err := newPipeline(cfg, "", false)
	if err != nil {
		return err
	}
	p := plan{New: []plannedFile{}}
	held, versions, err := heldValues(ctx, cfg, &p)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, source := range sources(cfg) {
		for item, err := range source.Items(ctx) {
			if errors.Is(err, fs.ErrNotExist) && item.Origin == "" {
				continue
			}
			if err != nil {
				p.New = append(p.New, plannedFile{Origin: item.Origin, Fault: err.Error()})
				continue
			}
			p.Found++
			sha, tmp, err := spool(item.Open)
			if err != nil {
				p.New = append(p.New, plannedFile{Origin: item.Origin, Fault: err.Error()})
				continue
			}
			if _, err := os.Stat(filepath.Join(cfg.DataDir, "landing", "objects", sha[:2], sha)); err == nil || seen[sha] {
				p.Known++
				os.Remove(tmp)
				continue
			}
			seen[sha] = true
			file, err := checkFileAs(ctx, pipeline, tmp, item.Name)
			os.Remove(tmp)
			if err != nil {
				return err
			}
			p.New = append(p.New, planned(item.Origin, file, held))
		}
	}
	p.Changed = p.Generation > 0 && !slices.Equal(versions, []string{refresh.ModelsVersion(), pipeline.Version()})
	p.Rebuild = p.Changed || len(p.New) > 0 || p.Generation == 0
	summary := fmt.Sprintf("%s found, %d known, %d new", plural(int64(p.Found), "file", "files"), p.Known, len(p.New))
	return a.done(cmd, summary, p, func(w io.Writer) {
		for _, f := range p.New {
			if f.Fault != "" {
				fmt.Fprintf(w, "✗ %s: %s\n", f.Origin, f.Fault)
				continue
			}
			fmt.Fprintf(w, "+ %s: %d cells loaded, %d quarantined; values: %d new, %d changed, %d as they are\n", f.Origin, f.Loaded, f.Quarantined, f.Added, f.Changed, f.Same)
		}
		if p.Changed {
			fmt.Fprintf(w, "The words or the program have changed since generation %d: what they touch would be read again.\n", p.Generation)
		}
		fmt.Fprintln(w, summary+"; nothing was written")
	})
}

// spool copies an item to a temporary file of the system and gives its digest.
func spool(open func() (io.ReadCloser, error)) (sha, tmp string, err error) {
	in, err := open()
	if err != nil {
		return "", "", err
	}
	defer in.Close()
	f, err := os.CreateTemp("", "phuluc-*")
	if err != nil {
		return "", "", err
	}
	h := sha256.New()
	_, err = io.Copy(io.MultiWriter(f, h), in)
	if err = errors.Join(err, f.Close()); err != nil {
		os.Remove(f.Name())
		return "", "", err
	}
	return hex.EncodeToString(h.Sum(nil)), f.Name(), nil
}

func planned(origin string, file *record.File, held map[string]string) plannedFile {
	out := plannedFile{Origin: origin, SHA256: file.SHA256}
	for _, s := range file.Sheets {
		out.Loaded += s.Loaded
		out.Quarantined += s.Quarantined
	}
	if len(file.Sheets) == 0 && len(file.Refusals) > 0 {
		out.Fault = file.Refusals[0].Code + ": " + file.Refusals[0].Message("vi")
	}
	for _, o := range file.Observations {
		value := o.Empty
		if o.Value.Valid {
			value = o.Value.Decimal.StringFixed(10)
		}
		switch before, ok := held[strings.Join([]string{o.Indicator, o.Territory, o.Period, o.Measure, o.Sex, o.Area}, "|")]; {
		case !ok:
			out.Added++
		case before == value:
			out.Same++
		default:
			out.Changed++
		}
	}
	return out
}

// heldValues gives the latest values of the published generation by their dimensions, and the versions of the models and rules
// that made it; none if nothing is published. It does not look into the ledger, which even a reader of it touches.
func heldValues(ctx context.Context, cfg config, p *plan) (held map[string]string, versions []string, err error) {
	held = map[string]string{}
	s, err := openStore(ctx, cfg)
	if errors.Is(err, publish.ErrNone) {
		return held, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	g, err := s.Current()
	if errors.Is(err, publish.ErrNone) {
		return held, nil, nil
	}
	if err != nil {
		return nil, nil, publishFailure(err)
	}
	p.Generation = g.Generation
	w, err := load.OpenReadOnly(ctx, g.Path, cfg.Threads, cfg.MemoryLimit)
	if err != nil {
		return nil, nil, err
	}
	defer w.Close()
	if versions, err = oneColumn(ctx, w, "SELECT value FROM audit.meta WHERE key IN ('models_version', 'rules_version') ORDER BY key"); err != nil {
		return nil, nil, err
	}
	rows, err := w.Rows(ctx, `SELECT concat_ws('|', indicator_code, territory_id, period_id, measure_type, sex, area), coalesce(CAST(value AS VARCHAR), empty_kind, '')
FROM dw.observation WHERE is_latest`)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var key, value string
		if err := rows.Scan(&key, &value); err != nil {
			return nil, nil, err
		}
		held[key] = value
	}
	return held, versions, rows.Err()
}
