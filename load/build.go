package load

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"runtime"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
)

// Options describe one build.
type Options struct {
	Out         string // path of the new generation; nothing may exist there
	Threads     int    // steps that run at once, at most four; 0: one for each processor
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
	Engine   string           // version of the engine, e.g. v1.5.5
	Models   int              // tables and views made
	Rows     map[string]int64 // rows of each table of the generation, by schema.table
	Declared int              // files of sql/checks
	Checks   []CheckResult
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

// Build makes a new generation at o.Out: inputs, models, comments and checks in memory, then the file, checkpoint, close. A model
// runs as soon as what it uses is there, several at a time; no content depends on the order. That all rows came into the file is
// for Verify to find and Report.Compare to say.
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
	if err != nil {
		err = errors.Join(err, b.close())
		var failed *CheckError
		if errors.As(err, &failed) {
			return report, err
		}
		return report, fmt.Errorf("build %s: %w", o.Out, err)
	}
	if _, err := os.Lstat(o.TempDir); err == nil { // what the engine spilled must be gone before others clear its folder
		if err := b.close(); err != nil {
			return report, fmt.Errorf("build %s: %w", o.Out, err)
		}
	} else {
		go b.close() // the file is closed; giving the memory back takes a while, and nothing depends on it
	}
	if _, err := os.Lstat(o.Out + ".wal"); err == nil {
		return report, fmt.Errorf("build %s: a write-ahead log is left after the checkpoint", o.Out)
	}
	return report, nil
}

// builder is one engine. Everything is made in memory: the inputs in input, what only models see in staging, and what is
// published in warehouse, from where each finished table is copied to the file, which is attached as generation.
type builder struct {
	connector *duckdb.Connector
	db        *sql.DB
	conn      *sql.Conn   // the first of conns
	conns     []*sql.Conn // as many as steps run at once
}

// maxConnections bounds how many steps run at once: each may hold a large intermediate result.
const maxConnections = 4

func open(ctx context.Context, o Options) (*builder, error) {
	settings := url.Values{
		"autoinstall_known_extensions": {"false"},
		"autoload_known_extensions":    {"false"},
		"allow_community_extensions":   {"false"},
		"temp_directory":               {o.TempDir},
		"threads":                      {"1"}, // for each connection: dividing a step of some ten thousand rows costs half as much again
	}
	if o.MemoryLimit != "" {
		settings.Set("memory_limit", o.MemoryLimit)
	}
	connector, err := duckdb.NewConnector(":memory:?"+settings.Encode(), nil)
	if err != nil {
		return nil, err
	}
	b := &builder{connector: connector, db: sql.OpenDB(connector)}
	if err := b.prepare(ctx, o); err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

func (b *builder) prepare(ctx context.Context, o Options) (err error) {
	n := o.Threads
	if n <= 0 {
		n = runtime.NumCPU()
	}
	for range min(n, maxConnections) {
		c, err := b.db.Conn(ctx)
		if err != nil {
			return err
		}
		b.conns = append(b.conns, c)
	}
	b.conn = b.conns[0]
	err = b.exec(ctx,
		"ATTACH ':memory:' AS input",
		"ATTACH ':memory:' AS staging",
		"ATTACH ':memory:' AS warehouse",
		// The file is written once and read back whole before anyone sees it, so a log of the writing protects nothing.
		"ATTACH "+literal(o.Out)+" AS generation (RECOVERY_MODE NO_WAL_WRITES)",
		// Finding the symbols of this method costs more than all other writing and makes the file a tenth smaller.
		"SET disabled_compression_methods = 'fsst'",
		"SET allowed_paths = ["+literal(o.Out)+"]",
		// From here on the engine opens the attached file and its own temporary files only.
		"SET enable_external_access = false",
		"CREATE SCHEMA warehouse.dw", "CREATE SCHEMA warehouse.mart", "CREATE SCHEMA warehouse.audit",
		"CREATE SCHEMA generation.dw", "CREATE SCHEMA generation.mart", "CREATE SCHEMA generation.audit")
	for _, c := range b.conns {
		if err == nil {
			_, err = c.ExecContext(ctx, "SET TimeZone = 'UTC'; USE warehouse") // instants become dates the same way on every machine
		}
	}
	return err
}

func (b *builder) exec(ctx context.Context, statements ...string) error {
	return execute(ctx, b.conn, statements...)
}

func execute(ctx context.Context, conn *sql.Conn, statements ...string) error {
	for _, s := range statements {
		if _, err := conn.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// close ends the engine.
func (b *builder) close() error {
	var err error
	for _, c := range b.conns {
		err = errors.Join(err, c.Close())
	}
	return errors.Join(err, b.db.Close(), b.connector.Close())
}

func (b *builder) build(ctx context.Context, o Options) (Report, error) {
	var report Report
	models, err := readModels(o.Models)
	if err != nil {
		return report, err
	}
	checks, err := readChecks(o.Models)
	if err != nil {
		return report, err
	}
	steps, err := b.inputs(o)
	if err != nil {
		return report, err
	}
	texts, err := readTexts(o.Models)
	if err != nil {
		return report, err
	}
	made, written := map[string]bool{}, map[string]bool{}
	for _, m := range models {
		made[m.table()] = true
		steps = append(steps, step{name: m.table(), needs: uses(m.Text), run: m.make})
		if m.Schema == "staging" {
			continue
		}
		write := step{name: "write " + m.table(), needs: map[string]bool{m.table(): true}, writes: true, run: func(ctx context.Context, conn *sql.Conn) error {
			return m.write(ctx, conn, texts)
		}}
		if m.View { // what it looks at must be in the file
			for used := range uses(m.Text) {
				write.needs["write "+used] = true
			}
		}
		steps, written[write.name] = append(steps, write), true
	}
	// Most of the file is brought to the disk here, while the checks look at what is in memory.
	steps = append(steps, step{name: "checkpoint", needs: written, writes: true, run: checkpoint})
	steps = append(steps, step{name: "count", needs: made, run: func(ctx context.Context, conn *sql.Conn) (err error) {
		report.Rows, err = count(ctx, conn, models)
		return err
	}})
	report.Declared, report.Checks = len(checks), make([]CheckResult, len(checks))
	for i, c := range checks {
		steps = append(steps, step{name: "check " + c.name, needs: uses(c.query), run: func(ctx context.Context, conn *sql.Conn) (err error) {
			report.Checks[i], err = c.run(ctx, conn)
			return err
		}})
	}
	done, total := 0, len(steps)+1
	tell := func(name string) {
		done++
		if o.Progress != nil {
			o.Progress(name, done, total)
		}
	}
	if err := runSteps(ctx, b.conns, steps, tell); err != nil {
		report.Checks = nil
		return report, err
	}
	report.Models = len(models)
	report.Rows[checkResults] = int64(len(checks))
	if err := allRan(checks, report.Checks); err != nil {
		report.Checks = nil
		return report, err
	}
	if err := storeChecks(ctx, b.conn, report.Checks, o.RunID); err != nil {
		return report, err
	}
	var failed []CheckResult
	for _, c := range report.Checks {
		if !c.Passed() {
			failed = append(failed, c)
		}
	}
	if len(failed) > 0 {
		return report, &CheckError{Failed: failed}
	}
	if err := b.conn.QueryRowContext(ctx, "SELECT version()").Scan(&report.Engine); err != nil {
		return report, err
	}
	if err := checkpoint(ctx, b.conn); err != nil { // the results of the checks
		return report, err
	}
	if err := b.exec(ctx, "DETACH generation"); err != nil {
		return report, fmt.Errorf("close the written file: %w", err)
	}
	tell("results of the checks")
	return report, nil
}

func checkpoint(ctx context.Context, conn *sql.Conn) error {
	if err := execute(ctx, conn, "CHECKPOINT generation"); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	return nil
}

// count gives the rows of every table that the generation is to hold, as they are in memory.
func count(ctx context.Context, conn *sql.Conn, models []model) (map[string]int64, error) {
	var queries []string
	for _, m := range models {
		if !m.View && m.Schema != "staging" {
			queries = append(queries, "SELECT "+literal(m.table())+", count(*) FROM "+m.table())
		}
	}
	counts := map[string]int64{}
	if len(queries) == 0 {
		return counts, nil
	}
	rows, err := conn.QueryContext(ctx, strings.Join(queries, " UNION ALL "))
	if err != nil {
		return nil, fmt.Errorf("count rows: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		var n int64
		if err := rows.Scan(&name, &n); err != nil {
			return nil, err
		}
		counts[name] = n
	}
	return counts, rows.Err()
}

// Compare says whether the tables that Verify found in the file have the rows that the models made and the checks saw in memory.
func (r Report) Compare(tables []TableHash) error {
	left := maps.Clone(r.Rows)
	for _, t := range tables {
		name := t.Schema + "." + t.Name
		made, ok := left[name]
		if !ok {
			return fmt.Errorf("the file holds %s, which no model made", name)
		}
		if made != t.Rows {
			return fmt.Errorf("%s has %d rows, but %d of them were written", name, made, t.Rows)
		}
		delete(left, name)
	}
	for name := range left {
		return fmt.Errorf("%s was not written", name)
	}
	return nil
}
