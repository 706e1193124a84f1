package load

import (
	"context"
	"database/sql"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/duckdb/duckdb-go/v2"
)

// Input is one table given to a build. Reader is called once; the build releases what it returns. What is absent is NULL, not an empty text.
// Column names and types follow sql/inputs.csv; columns not declared there are left out.
type Input struct {
	Name   string // record, indicators, territories …
	Reader func() array.RecordReader
}

// declared is one table of sql/inputs.csv.
type declared struct {
	name    string
	columns []column
}

type column struct{ name, sqlType string }

func readDeclared(files fs.FS) ([]declared, error) {
	f, err := files.Open("inputs.csv")
	if err != nil {
		return nil, fmt.Errorf("read declared inputs: %w", err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read inputs.csv: %w", err)
	}
	var out []declared
	for _, r := range rows[1:] {
		if len(out) == 0 || out[len(out)-1].name != r[0] {
			out = append(out, declared{name: r[0]})
		}
		t := &out[len(out)-1]
		t.columns = append(t.columns, column{r[1], r[2]})
	}
	return out, nil
}

// create makes input.<name>, filled from the view called source, or empty when source is "".
func (d declared) create(ctx context.Context, conn *sql.Conn, source string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "CREATE TABLE input.%s AS SELECT ", d.name)
	for i, c := range d.columns {
		if i > 0 {
			b.WriteString(", ")
		}
		value := quote(c.name)
		if source == "" {
			value = "NULL"
		}
		fmt.Fprintf(&b, "CAST(%s AS %s) AS %s", value, c.sqlType, quote(c.name))
	}
	if source == "" {
		b.WriteString(" WHERE false")
	} else {
		b.WriteString(" FROM " + quote(source))
	}
	_, err := conn.ExecContext(ctx, b.String())
	return err
}

// load copies one Arrow table into memory staging.
func (d declared) load(ctx context.Context, conn *sql.Conn, in Input) error {
	given := in.Reader()
	defer given.Release()
	reader, err := merged(given)
	if err != nil {
		return err
	}
	defer reader.Release()
	have := map[string]bool{}
	for _, f := range reader.Schema().Fields() {
		have[f.Name] = true
	}
	for _, c := range d.columns {
		if !have[c.name] {
			return fmt.Errorf("column %s is missing", c.name)
		}
	}
	view := "arrow_" + d.name
	var release func()
	err = conn.Raw(func(driverConn any) error {
		c, ok := driverConn.(*duckdb.Conn)
		if !ok {
			return fmt.Errorf("unexpected driver connection %T", driverConn)
		}
		views, err := duckdb.NewArrowFromConn(c)
		if err != nil {
			return err
		}
		release, err = views.RegisterView(reader, view)
		return err
	})
	if err != nil {
		return err
	}
	err = d.create(ctx, conn, view)
	// The view must be gone before the stream that it points at is released, also after an error.
	_, dropErr := conn.ExecContext(context.WithoutCancel(ctx), "DROP VIEW "+view)
	release()
	if err == nil {
		err = reader.Err()
	}
	return errors.Join(err, dropErr)
}

// inputs lists the steps that make every declared input, and input.build; those not given stay empty. Names that are not
// declared and names given twice are errors.
func (b *builder) inputs(o Options) ([]step, error) {
	tables, err := readDeclared(o.Models)
	if err != nil {
		return nil, err
	}
	byName := map[string]Input{}
	for _, in := range o.Tables {
		if _, twice := byName[in.Name]; twice {
			return nil, fmt.Errorf("input %s is given twice", in.Name)
		}
		byName[in.Name] = in
	}
	steps := []step{{name: "input.build", run: func(ctx context.Context, conn *sql.Conn) error {
		return execute(ctx, conn, "CREATE TABLE input.build AS SELECT "+literal(o.RunID)+" AS run_id")
	}}}
	for _, t := range tables {
		in, ok := byName[t.name]
		delete(byName, t.name)
		steps = append(steps, step{name: "input." + t.name, run: func(ctx context.Context, conn *sql.Conn) (err error) {
			if ok {
				err = t.load(ctx, conn, in)
			} else {
				err = t.create(ctx, conn, "")
			}
			if err != nil {
				return fmt.Errorf("input %s: %w", t.name, err)
			}
			return nil
		}})
	}
	for name := range byName {
		return nil, fmt.Errorf("input %s is not declared in inputs.csv", name)
	}
	return steps, nil
}

func quote(name string) string   { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
