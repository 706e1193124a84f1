package ledger

import (
	"context"
	"crypto/rand"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	_ "github.com/mattn/go-sqlite3" // the driver "sqlite3"

	"github.com/phuluc/phuluc/load/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

// applicationID marks the file as ours: "phlc" in ASCII.
const applicationID = 0x70686c63

// timeForm sorts as text.
const timeForm = "2006-01-02T15:04:05.000Z"

// Ledger is an open ledger. Its methods may be called from several goroutines.
type Ledger struct {
	path   string
	db     *sql.DB
	alive  *lock.Lock // held as long as this process may have running runs; nil for a reader
	writer string     // file name of alive
}

// Open opens the ledger at path for writing, making it or bringing it up to date if needed, and marks the runs of dead
// processes as crashed. Errors: *VersionError if it is of a newer program, ErrForeign if it is no ledger.
func Open(ctx context.Context, path string) (*Ledger, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, &Error{"open", path, err}
	}
	l, err := open(path, "_txlock=immediate&_busy_timeout=10000&_foreign_keys=1&_synchronous=FULL")
	if err != nil {
		return nil, err
	}
	// Writers take turns: SQLite would make them wait anyway.
	l.db.SetMaxOpenConns(1)
	if err := l.prepare(ctx); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// OpenReader opens the ledger at path for reading, also while another process writes. A file that does not exist gives
// fs.ErrNotExist; one of another schema version a *VersionError.
func OpenReader(ctx context.Context, path string) (*Ledger, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, &Error{"open", path, err}
	}
	l, err := open(path, "mode=ro&_query_only=1&_busy_timeout=10000")
	if err != nil {
		return nil, err
	}
	if err := l.readable(ctx); err != nil {
		return nil, errors.Join(l.fail("open", err), l.Close())
	}
	return l, nil
}

func (l *Ledger) readable(ctx context.Context) error {
	files, err := steps()
	if err != nil {
		return err
	}
	found, err := version(ctx, l.db)
	if err == nil && found != len(files) {
		err = &VersionError{Path: l.path, Found: found, Known: len(files)}
	}
	return err
}

func open(path, options string) (*Ledger, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, &Error{"open", path, err}
	}
	// As a URL, because a path may contain a question mark or a percent sign.
	name := (&url.URL{Scheme: "file", Path: filepath.ToSlash(abs), RawQuery: options}).String()
	db, err := sql.Open("sqlite3", name)
	if err != nil {
		return nil, &Error{"open", path, err}
	}
	return &Ledger{path: abs, db: db}, nil
}

func (l *Ledger) prepare(ctx context.Context) error {
	if err := l.migrate(ctx); err != nil {
		return l.fail("open", err)
	}
	// Only now: a file that was refused must not have changed its mode.
	if _, err := l.db.ExecContext(ctx, "PRAGMA journal_mode = WAL"); err != nil {
		return l.fail("open", err)
	}
	if err := l.showAlive(ctx); err != nil {
		return l.fail("open", err)
	}
	if err := l.buryDead(ctx); err != nil {
		return l.fail("mark crashed runs", err)
	}
	return nil
}

// Close closes the ledger. A run of this process that is still running will count as crashed.
func (l *Ledger) Close() error {
	err := l.db.Close()
	if l.alive != nil {
		err = errors.Join(err, os.Remove(filepath.Join(filepath.Dir(l.path), l.writer)), l.alive.Release())
	}
	return l.fail("close", err)
}

// Path is the file.
func (l *Ledger) Path() string { return l.path }

func (l *Ledger) fail(op string, err error) error {
	var own *Error
	var other *VersionError
	if err == nil || errors.As(err, &own) || errors.As(err, &other) {
		return err
	}
	return &Error{op, l.path, err}
}

// write runs do in one transaction.
func (l *Ledger) write(ctx context.Context, op string, do func(tx *sql.Tx) error) error {
	if l.alive == nil {
		return l.fail(op, ErrReadOnly)
	}
	return l.fail(op, l.transact(ctx, do))
}

func (l *Ledger) transact(ctx context.Context, do func(tx *sql.Tx) error) error {
	tx, err := l.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := do(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// steps are the migrations in order; the n-th brings a file to schema version n (from 1).
func steps() ([]fs.DirEntry, error) { return migrations.ReadDir("migrations") }

type queryer interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func version(ctx context.Context, q queryer) (int, error) {
	var v, id, tables int
	err := q.QueryRowContext(ctx, `SELECT (SELECT user_version FROM pragma_user_version),
		(SELECT application_id FROM pragma_application_id), (SELECT count(*) FROM sqlite_schema)`).Scan(&v, &id, &tables)
	if err != nil {
		return 0, err
	}
	if id != applicationID && (tables > 0 || v > 0 || id != 0) {
		return 0, ErrForeign
	}
	return v, nil
}

func (l *Ledger) migrate(ctx context.Context) error {
	files, err := steps()
	if err != nil {
		return err
	}
	return l.transact(ctx, func(tx *sql.Tx) error {
		found, err := version(ctx, tx)
		if err != nil {
			return err
		}
		if found > len(files) {
			return &VersionError{Path: l.path, Found: found, Known: len(files)}
		}
		for i := found; i < len(files); i++ {
			name := files[i].Name()
			text, err := migrations.ReadFile("migrations/" + name)
			if err != nil {
				return err
			}
			mark := fmt.Sprintf("PRAGMA user_version = %d; PRAGMA application_id = %d", i+1, applicationID)
			for _, s := range []string{string(text), mark} {
				if _, err := tx.ExecContext(ctx, s); err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
			}
		}
		return nil
	})
}

const writerMark = "-writer-"

// showAlive takes the lock file whose being held says that this process lives.
func (l *Ledger) showAlive(ctx context.Context) error {
	for {
		name := filepath.Base(l.path) + writerMark + strings.ToLower(rand.Text()[:12])
		path := filepath.Join(filepath.Dir(l.path), name)
		held, err := lock.Acquire(ctx, path, "ledger", time.Second)
		if err != nil {
			return err
		}
		// Another process may have taken the new file for a dead one's in the moment before it was locked.
		if _, err := os.Stat(path); err == nil {
			l.alive, l.writer = held, name
			return nil
		}
		if err := held.Release(); err != nil {
			return err
		}
	}
}

// buryDead marks the running runs of dead processes and removes what those processes left.
func (l *Ledger) buryDead(ctx context.Context) error {
	dir := filepath.Dir(l.path)
	err := l.transact(ctx, func(tx *sql.Tx) error {
		writers, err := column(ctx, tx, `SELECT DISTINCT writer FROM run WHERE status = 'running'`)
		if err != nil {
			return err
		}
		for _, w := range writers {
			_, living, err := lock.Inspect(filepath.Join(dir, w))
			if err != nil {
				return err
			}
			if living {
				continue
			}
			now := stamp(time.Now())
			_, err = tx.ExecContext(ctx, `INSERT INTO run_event (run_id, at, kind, message)
				SELECT run_id, ?, 'crashed', 'the process ended without finishing the run' FROM run WHERE status = 'running' AND writer = ?`, now, w)
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, `UPDATE run SET status = 'crashed', finished_at = ?,
				error = 'the process ended without finishing the run' WHERE status = 'running' AND writer = ?`, now, w); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	left, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range left {
		path := filepath.Join(dir, e.Name())
		if !strings.HasPrefix(e.Name(), filepath.Base(l.path)+writerMark) || e.Name() == l.writer {
			continue
		}
		if held, err := lock.Acquire(ctx, path, "ledger", 0); err == nil {
			err := os.Remove(path)
			if errors.Is(err, fs.ErrNotExist) { // another process that opens the ledger sweeps too
				err = nil
			}
			if err := errors.Join(err, held.Release()); err != nil {
				return err
			}
		} else if he := (*lock.HeldError)(nil); !errors.As(err, &he) {
			return err
		}
	}
	return nil
}

func column(ctx context.Context, tx *sql.Tx, query string) ([]string, error) {
	rows, err := tx.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, rows.Err()
}

func stamp(t time.Time) string { return t.UTC().Format(timeForm) }

func textOrNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func numberOrNull(n int64) any {
	if n == 0 {
		return nil
	}
	return n
}

// timeOf reads what stamp wrote; NULL is the zero time.
func timeOf(s sql.NullString) (time.Time, error) {
	if !s.Valid {
		return time.Time{}, nil
	}
	return time.Parse(timeForm, s.String)
}
