package load

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
)

// Options describe one build.
type Options struct {
	Out         string // path of the new generation; nothing may exist there
	Threads     int    // 0: one for each processor
	MemoryLimit string // a DuckDB size such as "1GB"; "" for the engine's default
	TempDir     string // where the engine may spill; "" for none
	Tables      []Input
	Models      fs.FS  // layout of package sql
	RunID       string // stamped on what the run recorded; no content depends on it
	// Progress, if set, is told after each step: what was done, how many steps are done and how many there are.
	Progress func(step string, done, total int)
}

// Report says what a build made, also when it failed.
type Report struct {
	Models       int // tables and views made
	Checks       []CheckResult
	Undocumented []string // tables and columns without a text in sql/docs
	Stray        []string // texts in sql/docs that belong to nothing
}

// Warnings counts the checks of severity warning that found rows.
func (r Report) Warnings() int {
	n := 0
	for _, c := range r.Checks {
		if c.Severity == "warning" && c.Offending > 0 {
			n++
		}
	}
	return n
}

// Build makes a new generation at o.Out: inputs into memory, models in declared order, comments, checks, checkpoint, close.
// The first error is final: after a full disk the engine goes on to report success, so nothing it says later
// counts. On any error the unfinished file is removed. Checks of severity error that found rows give a *CheckError.
func Build(ctx context.Context, o Options) (report Report, err error) {
	if _, err := os.Lstat(o.Out); err == nil {
		return report, fmt.Errorf("build %s: the file exists; a generation is always a new file", o.Out)
	} else if !errors.Is(err, os.ErrNotExist) {
		return report, fmt.Errorf("build %s: %w", o.Out, err)
	}
	defer func() {
		if err != nil {
			os.Remove(o.Out)
			os.Remove(o.Out + ".wal")
		}
	}()
	b, err := open(ctx, o)
	if err != nil {
		return report, fmt.Errorf("build %s: %w", o.Out, err)
	}
	report, err = b.build(ctx, o)
	if closeErr := b.close(); err == nil {
		err = closeErr
	}
	if err != nil {
		var failed *CheckError
		if errors.As(err, &failed) {
			return report, err
		}
		return report, fmt.Errorf("build %s: %w", o.Out, err)
	}
	if _, err := os.Lstat(o.Out + ".wal"); err == nil {
		return report, fmt.Errorf("build %s: a write-ahead log is left after the checkpoint", o.Out)
	}
	return report, nil
}

// builder is one engine with the generation attached as warehouse, and input and staging in memory beside it.
type builder struct {
	connector *duckdb.Connector
	db        *sql.DB
	conn      *sql.Conn
}

func open(ctx context.Context, o Options) (*builder, error) {
	settings := url.Values{
		"autoinstall_known_extensions": {"false"},
		"autoload_known_extensions":    {"false"},
		"allow_community_extensions":   {"false"},
		"preserve_insertion_order":     {"false"}, // rows carry their order as data; models that want one say ORDER BY
		"temp_directory":               {o.TempDir},
	}
	if o.Threads > 0 {
		settings.Set("threads", strconv.Itoa(o.Threads))
	}
	if o.MemoryLimit != "" {
		settings.Set("memory_limit", o.MemoryLimit)
	}
	connector, err := duckdb.NewConnector(":memory:?"+settings.Encode(), nil)
	if err != nil {
		return nil, err
	}
	b := &builder{connector: connector, db: sql.OpenDB(connector)}
	if b.conn, err = b.db.Conn(ctx); err == nil {
		err = b.exec(ctx,
			"SET TimeZone = 'UTC'", // instants become dates the same way on every machine
			"ATTACH ':memory:' AS input",
			"ATTACH ':memory:' AS staging",
			"ATTACH "+literal(o.Out)+" AS warehouse",
			// From here on the engine opens the attached file and its own temporary files only.
			"SET enable_external_access = false",
			"CREATE SCHEMA warehouse.dw", "CREATE SCHEMA warehouse.mart", "CREATE SCHEMA warehouse.audit")
	}
	if err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

func (b *builder) exec(ctx context.Context, statements ...string) error {
	for _, s := range statements {
		if _, err := b.conn.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// close ends the engine. Its errors matter: buffered pages may only now meet a full disk.
func (b *builder) close() error {
	var err error
	if b.conn != nil {
		err = b.conn.Close()
	}
	return errors.Join(err, b.db.Close(), b.connector.Close())
}

func (b *builder) build(ctx context.Context, o Options) (Report, error) {
	var report Report
	models, err := readModels(o.Models)
	if err != nil {
		return report, err
	}
	total := len(models) + 4
	done := 0
	tell := func(step string) {
		done++
		if o.Progress != nil {
			o.Progress(step, done, total)
		}
	}
	if err := b.inputs(ctx, o); err != nil {
		return report, err
	}
	tell("inputs")
	for _, m := range models {
		if err := b.model(ctx, m); err != nil {
			return report, err
		}
		report.Models++
		tell(m.table())
	}
	if report.Undocumented, report.Stray, err = comment(ctx, b.conn, o.Models); err != nil {
		return report, err
	}
	tell("comments")
	if report.Checks, err = runChecks(ctx, b.conn, o.Models, o.RunID); err != nil {
		return report, err
	}
	tell("checks")
	var failed []CheckResult
	for _, c := range report.Checks {
		if !c.Passed() {
			failed = append(failed, c)
		}
	}
	if len(failed) > 0 {
		return report, &CheckError{Failed: failed}
	}
	if err := b.exec(ctx, "CHECKPOINT warehouse", "USE memory", "DETACH warehouse"); err != nil {
		return report, fmt.Errorf("checkpoint: %w", err)
	}
	tell("checkpoint")
	return report, nil
}

// inputs fills input.* and makes the generation the place where the models write.
func (b *builder) inputs(ctx context.Context, o Options) error {
	if err := loadInputs(ctx, b.conn, o.Models, o.Tables); err != nil {
		return err
	}
	return b.exec(ctx,
		"CREATE TABLE input.build AS SELECT "+literal(o.RunID)+" AS run_id",
		"USE warehouse")
}

func (b *builder) model(ctx context.Context, m model) error {
	if err := b.exec(ctx, strings.TrimSpace(m.Text)); err != nil {
		return fmt.Errorf("%s: %w", m.File, err)
	}
	return nil
}
