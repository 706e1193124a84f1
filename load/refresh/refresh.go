// Package refresh is the main job, once: pull, land, normalise, build, check, publish.
//
//	sources ─▶ landing ─▶ transform.Pipeline ─▶ load.Build ─▶ publish ─▶ readers
//	                └──────────── ledger: what happened ───────────┘
//
// It holds the data directory's lock for as long as it works. Whatever goes wrong, the published generation stays.
package refresh

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/phuluc/phuluc/extract"
	"github.com/phuluc/phuluc/extract/landing"
	"github.com/phuluc/phuluc/load"
	"github.com/phuluc/phuluc/load/ledger"
	"github.com/phuluc/phuluc/load/lock"
	"github.com/phuluc/phuluc/load/publish"
	"github.com/phuluc/phuluc/sql"
	"github.com/phuluc/phuluc/transform"
	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/record"
	"github.com/phuluc/phuluc/transform/rule"
)

// Options of one run.
type Options struct {
	DataDir     string
	Sources     []extract.Source
	Catalogue   *catalogue.Catalogue
	Pipeline    *transform.Pipeline
	Keep        int      // generations to keep; 0 means publish.DefaultKeep
	Threads     int      // of the engine; 0 means one per processor
	MemoryLimit string   // of the engine, e.g. 1GB
	MaxFileSize int64    // bytes; larger items are not landed; 0 means the landing's default
	Full        bool     // build even if nothing changed
	Renew       []string // SHA-256 of objects to read again although their batches are kept
	Wait        time.Duration
	Command     string           // what the lock and the ledger call this run
	Version     string           // of the program, for the manifest
	Log         *slog.Logger     // nil: nothing is logged
	Memory      memory.Allocator // of Arrow; nil means the default
	// Progress, if set, is told how far a stage is. total 0 means not known.
	Progress func(stage Stage, done, total int)
	// After, if set, works on what has landed after a run that went well: its outcome is recorded, and no other run is at work.
	After func(ctx context.Context, store *landing.Store) error
}

// Stage of a run, in order.
type Stage string

// The stages that Progress is told.
const (
	Landing     Stage = "landing"
	Normalising Stage = "normalising"
	Building    Stage = "building"
	Verifying   Stage = "verifying"
)

// Report says what a run did.
type Report struct {
	RunID      int64            `json:"run_id"`
	Unchanged  bool             `json:"unchanged"` // same landing, rules and decisions: nothing was built
	Generation int              `json:"generation"`
	File       string           `json:"file"`
	Size       int64            `json:"size"`
	Found      int              `json:"files_found"`   // in the sources
	New        int              `json:"files_new"`     // landed in this run
	Refused    []NotLanded      `json:"files_refused"` // could not be landed at all
	Landed     int              `json:"files_landed"`  // in the landing, all runs
	Cached     int              `json:"files_cached"`  // not read again
	FileFaults map[string]int   `json:"file_faults"`   // code → files that could not be read
	Sheets     int              `json:"sheets"`
	Cells      int64            `json:"cells_read"` // = loaded + quarantined + skipped
	Loaded     int64            `json:"cells_loaded"`
	Quarantine int64            `json:"cells_quarantined"`
	Skipped    int64            `json:"cells_skipped"`
	Values     int64            `json:"values"`             // observations, insurance counts and tasks
	Reasons    map[string]int64 `json:"quarantine_reasons"` // code → entries
	Findings   int64            `json:"findings"`           // of the rules inside one file; those across files are in the warehouse
	Checks     publish.Checks   `json:"checks"`
	Warnings   []string         `json:"warnings"` // checks that found something doubtful
	Elapsed    time.Duration    `json:"-"`
}

// NotLanded is an item that could not be taken in, or a source that is not there.
type NotLanded struct {
	Origin string `json:"origin"`
	Why    string `json:"why"`
}

// Run does the job. The report is filled as far as the run came, also when an error is returned.
func Run(ctx context.Context, o Options) (report Report, err error) {
	began := time.Now()
	report = Report{FileFaults: map[string]int{}, Reasons: map[string]int64{}, Refused: []NotLanded{}, Warnings: []string{}}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Memory == nil {
		o.Memory = memory.DefaultAllocator
	}
	defer func() { report.Elapsed = time.Since(began) }()
	if err := os.MkdirAll(o.DataDir, 0o755); err != nil {
		return report, fmt.Errorf("create the data folder: %w", err)
	}
	held, err := lock.Acquire(ctx, filepath.Join(o.DataDir, "lock"), o.Command, o.Wait)
	if err != nil {
		return report, err
	}
	defer func() { err = errors.Join(err, held.Release()) }()
	book, err := ledger.Open(ctx, LedgerPath(o.DataDir))
	if err != nil {
		return report, err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	report.RunID, err = book.StartRun(ctx, o.Command, began)
	if err != nil {
		return report, err
	}
	r := &runner{Options: o, report: &report, ledger: book}
	err = r.run(ctx)
	err = errors.Join(err, finish(ctx, book, &report, err))
	if err == nil && o.After != nil {
		err = o.After(ctx, r.store)
	}
	return report, err
}

// LedgerPath is where the ledger of a data folder lies.
func LedgerPath(dataDir string) string { return filepath.Join(dataDir, "ledger.db") }

type runner struct {
	Options
	report *Report
	ledger *ledger.Ledger
	store  *landing.Store

	decisions []ledger.QuarantineState // in force
}

func (r *runner) progress(stage Stage, done, total int) {
	if r.Progress != nil {
		r.Progress(stage, done, total)
	}
}

func (r *runner) run(ctx context.Context) (err error) {
	if r.store, err = landing.OpenWith(r.landingDir(), landing.Options{MaxSize: r.MaxFileSize}); err != nil {
		return err
	}
	if err := r.land(ctx); err != nil {
		return err
	}
	events := make([]ledger.Event, len(r.report.Refused))
	for i, n := range r.report.Refused {
		events[i] = ledger.Event{RunID: r.report.RunID, At: time.Now(), Kind: "not_landed", Message: n.Why, Detail: map[string]string{"origin": n.Origin}}
	}
	if err := r.ledger.AddEvents(ctx, events...); err != nil {
		return err
	}
	raws, err := r.store.List()
	if err != nil {
		return err
	}
	r.report.Landed = len(raws)
	if len(raws) == 0 {
		return ErrNothing
	}
	generations, err := publish.Open(ctx, filepath.Join(r.DataDir, "warehouse"), publish.Options{Keep: r.Keep})
	if err != nil {
		return err
	}
	if r.decisions, err = r.ledger.QuarantineStates(ctx); err != nil {
		return err
	}
	renewed, err := r.renew(ctx, raws)
	if err != nil {
		return err
	}
	input := r.inputHash(raws)
	if !r.Full && renewed == 0 {
		current, err := generations.Current()
		if err == nil && current.InputHash == input {
			r.report.Unchanged = true
			r.report.Generation, r.report.File, r.report.Size, r.report.Checks = current.Generation, current.Path, current.Size, current.Checks
			for _, t := range current.Tables {
				switch t.Name {
				case "dw.fact_observation", "dw.fact_insurance", "dw.fact_task":
					r.report.Values += t.Rows
				}
			}
			return nil
		}
		if err != nil && !errors.Is(err, publish.ErrNone) {
			r.Log.Warn("the current generation can not be used, building a new one", "error", err)
		}
	}
	return r.build(ctx, generations, raws, input)
}

// ErrNothing says that no source holds a file and nothing was ever landed.
var ErrNothing = errors.New("there is no file to read")

// land takes in every item of every source. An item that can not be read is told and does not stop the others; a full
// disk or a missing permission on our side does.
func (r *runner) land(ctx context.Context) error {
	for _, source := range r.Sources {
		for item, err := range source.Items(ctx) {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil {
				origin := item.Origin
				if origin == "" { // the source itself, such as a share that is not mounted
					origin = source.Name()
				}
				r.refuse(origin, err)
				continue
			}
			r.report.Found++
			r.progress(Landing, r.report.Found, 0)
			_, isNew, err := r.store.Land(ctx, item)
			switch {
			case err == nil && isNew:
				r.report.New++
			case err == nil:
			case ctx.Err() != nil:
				return ctx.Err()
			case r.ours(err):
				return err
			default:
				r.refuse(item.Origin, err)
			}
		}
	}
	return nil
}

// ours tells trouble with our own disk, which ends the run, from trouble with one item, which does not.
func (r *runner) ours(err error) bool {
	for _, disk := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG, syscall.EROFS} {
		if errors.Is(err, disk) {
			return true
		}
	}
	var path *fs.PathError
	var link *os.LinkError
	inside := func(path string) bool {
		return strings.HasPrefix(path, r.landingDir()+string(filepath.Separator)) || path == r.landingDir()
	}
	return errors.As(err, &path) && inside(path.Path) || errors.As(err, &link) && inside(link.New)
}

func (r *runner) landingDir() string { return filepath.Join(r.DataDir, "landing") }

func (r *runner) refuse(origin string, err error) {
	r.report.Refused = append(r.report.Refused, NotLanded{Origin: origin, Why: err.Error()})
	r.Log.Warn("file not landed", "origin", origin, "error", err)
}

// inputHash names everything that a generation's content depends on.
func (r *runner) inputHash(raws []landing.Raw) string {
	h := sha256.New()
	fmt.Fprintln(h, "rules", r.Pipeline.Version(), "models", ModelsVersion())
	for _, raw := range raws {
		fmt.Fprintln(h, raw.SHA256, raw.ReceivedAt.UTC().Format(time.RFC3339Nano))
		for _, o := range raw.Origins {
			fmt.Fprintln(h, o.Origin, o.Name)
		}
	}
	for _, d := range r.decisions {
		fmt.Fprintf(h, "%s %s %q\n", d.QuarantineID, d.State, d.Raw)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// manyCells are more than leave nothing worth mentioning behind when they are read.
const manyCells = 1 << 20

func (r *runner) build(ctx context.Context, generations *publish.Store, raws []landing.Raw, input string) (err error) {
	batches, err := r.normalise(ctx, raws)
	defer func() {
		for _, b := range batches {
			b.Release()
		}
	}()
	if err != nil {
		return err
	}
	var landed int64
	for _, raw := range raws {
		landed += raw.Size
	}
	if _, err := generations.Space(landed); err != nil {
		return err
	}
	candidate, err := generations.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, candidate.Abort())
		}
	}()
	if r.report.Cells > manyCells {
		debug.FreeOSMemory() // what reading left behind: the engine takes its own memory beside it
	}
	inputs, release, err := r.inputs(ctx, raws, batches)
	if err != nil {
		return err
	}
	defer release()
	result, err := load.Build(ctx, load.Options{
		Out: candidate.Path, Threads: r.Threads, MemoryLimit: r.MemoryLimit, TempDir: candidate.Path + ".tmp", Tables: inputs,
		Models: sql.Files, RunID: strconv.FormatInt(r.report.RunID, 10),
		Progress: func(_ string, done, total int) { r.progress(Building, done, total) },
	})
	r.report.Checks = publish.Checks{Declared: result.Declared, Run: len(result.Checks), Warnings: result.Warnings()}
	for _, c := range result.Checks {
		if c.Passed() {
			r.report.Checks.Passed++
		}
		if c.Offending > 0 {
			r.report.Warnings = append(r.report.Warnings, fmt.Sprintf("%s: %d", c.Name, c.Offending))
		}
	}
	r.report.Checks.Passed -= r.report.Checks.Warnings
	if recordErr := r.recordChecks(ctx, result.Checks); recordErr != nil {
		err = errors.Join(err, recordErr)
	}
	if err != nil {
		return err
	}
	r.progress(Verifying, 0, 1)
	manifest := publish.Manifest{
		DuckDBVersion: result.Engine,
		RunID:         r.report.RunID, ProgramVersion: r.Version, InputHash: input, Checks: r.report.Checks,
	}
	var changes []ledger.QuarantineEntry
	g, err := candidate.Publish(ctx, manifest, func(path string) ([]publish.Table, error) {
		tables, err := load.Verify(ctx, path, func(ctx context.Context, w *load.Warehouse) (err error) {
			changes, err = r.quarantineChanges(ctx, w)
			return err
		})
		if err == nil {
			err = result.Compare(tables)
		}
		if err != nil {
			return nil, err
		}
		var out []publish.Table
		for _, t := range tables {
			if !t.History {
				out = append(out, publish.Table{Name: t.Schema + "." + t.Name, Rows: t.Rows, Hash: t.Hash})
			}
		}
		return out, nil
	})
	if err != nil {
		return err
	}
	if g.Retention.Err != nil { // the generation is published all the same
		r.Log.Warn("old generations could not be removed", "error", g.Retention.Err)
	}
	// What is published is recorded.
	if err := r.ledger.RecordQuarantineEntries(context.WithoutCancel(ctx), changes); err != nil { // the next run that publishes makes up for it
		r.Log.Warn("what came into quarantine and went was not recorded", "error", err)
	}
	r.progress(Verifying, 1, 1)
	r.report.Generation, r.report.File, r.report.Size = g.Generation.Generation, g.Path, g.Size
	return nil
}

// recordChecks keeps what the checks found, also when nothing is published.
func (r *runner) recordChecks(ctx context.Context, checks []load.CheckResult) error {
	results := make([]ledger.CheckResult, len(checks))
	for i, c := range checks {
		results[i] = ledger.CheckResult{RunID: r.report.RunID, Code: c.Name, Severity: c.Severity, Status: c.Status(), N: c.Offending, Detail: c.Sample}
	}
	return r.ledger.RecordChecks(context.WithoutCancel(ctx), r.report.RunID, results)
}

// normalise gives the batches of all objects, in the order of raws.
func (r *runner) normalise(ctx context.Context, raws []landing.Raw) ([]arrow.RecordBatch, error) {
	var batches []arrow.RecordBatch
	items := make([]ledger.Item, 0, len(raws))
	done := 0
	err := r.Pipeline.Run(ctx, r.store, raws, func(result transform.Result) error {
		done++
		r.progress(Normalising, done, len(raws))
		batches = append(batches, result.Batch)
		c := result.Counts
		items = append(items, fate(result.Raw, c))
		if result.Cached {
			r.report.Cached++
		}
		if c.FileCode != "" {
			r.report.FileFaults[c.FileCode]++
		}
		r.report.Sheets += c.Sheets
		r.report.Cells += c.Read
		r.report.Loaded += c.Loaded
		r.report.Quarantine += c.Quarantined
		r.report.Skipped += c.Skipped
		r.report.Values += c.Observations
		r.report.Findings += c.Findings
		for code, n := range c.Reasons {
			r.report.Reasons[code] += n
		}
		return nil
	})
	if err != nil {
		return batches, err
	}
	return batches, r.ledger.RecordItems(ctx, r.report.RunID, items)
}

// fate says what became of a landed file: loaded, partly_loaded or refused.
func fate(raw landing.Raw, c transform.Counts) ledger.Item {
	item := ledger.Item{SHA256: raw.SHA256, Fate: "loaded", Detail: c.FileCode}
	for _, o := range raw.Origins {
		item.Origins = append(item.Origins, o.Origin)
	}
	switch {
	case c.Observations == 0 && c.Refusals > 0:
		item.Fate = "refused"
	case c.Refusals > 0:
		item.Fate = "partly_loaded"
	}
	if item.Detail == "" && c.Refusals > 0 {
		item.Detail = fmt.Sprintf("%d refusals", c.Refusals)
	}
	return item
}

// inputs lists every table that a build starts from: the batches, what the landing knows, the reference data and the ledger so far.
// The caller calls release when the build is over.
func (r *runner) inputs(ctx context.Context, raws []landing.Raw, batches []arrow.RecordBatch) (inputs []load.Input, release func(), err error) {
	records, err := array.NewRecordReader(transform.Schema(), batches)
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		if err != nil {
			records.Release()
		}
	}()
	inputs = []load.Input{{Name: "record", Reader: func() array.RecordReader {
		records.Retain() // the build releases what it is given, if it comes that far
		return records
	}}}
	add := func(name string, header []string, rows [][]string) {
		inputs = append(inputs, load.Input{Name: name, Reader: func() array.RecordReader { return textTable(r.Memory, header, rows) }})
	}
	add("landed", []string{"source_sha256", "received_at", "size_bytes", "origins"}, landed(raws))
	declared, err := declaredInputs()
	if err != nil {
		return nil, nil, err
	}
	for _, name := range r.Catalogue.Tables() {
		if declared[name] { // header words, for instance, are of no use after reading
			header, rows := r.Catalogue.Table(name)
			add(name, header, rows)
		}
	}
	for name, text := range map[string]string{"codes": record.CodesCSV(), "rules": rule.CSV()} {
		rows, err := readCSV(text)
		if err != nil {
			return nil, nil, fmt.Errorf("%s.csv: %w", name, err)
		}
		add(name, rows[0], rows[1:])
	}
	history, err := r.ledger.Export(ctx)
	if err != nil {
		return nil, nil, err
	}
	quarantine, err := r.quarantineTables(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, t := range append(history, quarantine...) {
		add(t.Name, historyColumns(t.Name, t.Columns), t.Rows)
	}
	add("meta", []string{"key", "value"}, [][]string{
		{"program_version", r.Version}, {"rules_version", r.Pipeline.Version()}, {"catalogue_version", r.Catalogue.Version()}, {"models_version", ModelsVersion()},
	})
	return inputs, records.Release, nil
}

// landed tells of each object when it was received, its size and every place it came from.
func landed(raws []landing.Raw) [][]string {
	rows := make([][]string, len(raws))
	for i, raw := range raws {
		origins := make([]string, len(raw.Origins))
		for k, o := range raw.Origins {
			origins[k] = strings.ToValidUTF8(strings.ReplaceAll(o.Origin, "\n", "␤"), "\ufffd") // a line break separates origins
		}
		rows[i] = []string{raw.SHA256, raw.ReceivedAt.UTC().Truncate(time.Microsecond).Format("2006-01-02 15:04:05.999999"),
			strconv.FormatInt(raw.Size, 10), strings.Join(origins, "\n")}
	}
	return rows
}

// historyColumns gives the ledger's columns the names that the warehouse uses for them.
func historyColumns(table string, columns []string) []string {
	names := map[string]map[string]string{
		"run":       {"command": "trigger", "status": "state", "error": "detail"},
		"run_event": {"at": "event_at", "message": "detail", "detail": "particulars"},
	}[table]
	out := slices.Clone(columns)
	for i, c := range columns {
		if n, ok := names[c]; ok {
			out[i] = n
		}
	}
	return out
}

// finish writes down how the run ended. It has its own context: a cancelled run is recorded too.
func finish(ctx context.Context, book *ledger.Ledger, r *Report, failure error) error {
	cancelled := errors.Is(failure, context.Canceled) || failure != nil && errors.Is(ctx.Err(), context.Canceled) // the engine has its own word for it
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	o := ledger.Outcome{Status: ledger.Succeeded, At: time.Now(), Counts: map[string]int64{
		"files_found": int64(r.Found), "files_new": int64(r.New), "files_landed": int64(r.Landed), "files_cached": int64(r.Cached),
		"cells_read": r.Cells, "cells_loaded": r.Loaded, "cells_quarantined": r.Quarantine, "cells_skipped": r.Skipped, "values": r.Values,
	}}
	switch {
	case failure == nil && !r.Unchanged:
		o.Generation = r.Generation
	case cancelled:
		o.Status, o.Error = ledger.Cancelled, failure.Error()
	case failure != nil:
		o.Status, o.Error = ledger.Failed, failure.Error()
	}
	if err := book.FinishRun(ctx, r.RunID, o); err != nil {
		return err
	}
	if o.Generation > 0 {
		return book.RecordPublications(ctx, ledger.Publication{Generation: o.Generation, Action: publish.Published, At: o.At, RunID: r.RunID})
	}
	return nil
}
