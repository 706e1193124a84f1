package load

import (
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/memory"
	_ "github.com/duckdb/duckdb-go/v2"

	models "github.com/phuluc/phuluc/sql"
)

// Invariant 5: what is published was read back whole. One flipped bit anywhere in the file must be noticed.
func TestVerifyFindsEveryFlippedBit(t *testing.T) {
	path := buildMade(t, madeRows(2_000), 2, "r")
	if _, err := Verify(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	flip := func(at int64, bit int) {
		var b [1]byte
		if _, err := file.ReadAt(b[:], at); err != nil {
			t.Fatal(err)
		}
		b[0] ^= 1 << bit
		if _, err := file.WriteAt(b[:], at); err != nil {
			t.Fatal(err)
		}
	}
	random := rand.New(rand.NewPCG(7, 7))
	for range 40 {
		at, bit := random.Int64N(info.Size()), random.IntN(8)
		flip(at, bit)
		if _, err := Verify(t.Context(), path); err == nil {
			t.Errorf("bit %d of byte %d of %d was flipped and not noticed", bit, at, info.Size())
		}
		flip(at, bit)
	}
	if _, err := Verify(t.Context(), path); err != nil {
		t.Errorf("the file is whole again, but %v", err)
	}
}

// Whatever is lost between the tables that the checks saw and the file must be noticed.
func TestRowsThatDidNotReachTheFileAreNoticed(t *testing.T) {
	for change, want := range map[string]string{
		"CHECKPOINT": "",
		"DELETE FROM dw.fact_observation WHERE rowid = 0": "dw.fact_observation has 300 rows, but 299 of them were written",
		"DROP TABLE dw.dim_sex":                           "dw.dim_sex was not written",
		"CREATE TABLE dw.more AS SELECT 1 AS n":           "the file holds dw.more, which no model made",
	} {
		t.Run(change, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "g.duckdb")
			report, err := Build(t.Context(), Options{Out: path, Tables: madeRows(300).inputs(t, memory.NewGoAllocator()), Models: models.Files})
			if err != nil {
				t.Fatal(err)
			}
			db, err := sql.Open("duckdb", path)
			if err != nil {
				t.Fatal(err)
			}
			_, err = db.ExecContext(t.Context(), change)
			if err = errors.Join(err, db.Close()); err != nil {
				t.Fatal(err)
			}
			tables, err := Verify(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprint(report.Compare(tables)); got != want && (want != "" || got != "<nil>") {
				t.Errorf("%s, want %s", got, want)
			}
		})
	}
}

func TestVerifyRefuses(t *testing.T) {
	good, err := os.ReadFile(buildMade(t, madeRows(10), 1, "r"))
	if err != nil {
		t.Fatal(err)
	}
	write := func(t *testing.T, name string, data []byte) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	attach := func(t *testing.T, options string, statements ...string) string {
		path := filepath.Join(t.TempDir(), "made.duckdb")
		db, err := sql.Open("duckdb", "")
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		for _, s := range append([]string{"ATTACH '" + path + "' AS made " + options}, statements...) {
			if _, err := db.Exec(s); err != nil {
				t.Fatal(err)
			}
		}
		return path
	}
	for name, c := range map[string]struct {
		path func(t *testing.T) string
		want string
	}{
		"a log beside the file": {func(t *testing.T) string {
			path := write(t, "g.duckdb", good)
			if err := os.WriteFile(path+".wal", nil, 0o600); err != nil {
				t.Fatal(err)
			}
			return path
		}, "write-ahead log"},
		"a file cut by one byte": {func(t *testing.T) string { return write(t, "g.duckdb", good[:len(good)-1]) }, ""},
		"half a file":            {func(t *testing.T) string { return write(t, "g.duckdb", good[:len(good)/2]) }, ""},
		"text":                   {func(t *testing.T) string { return write(t, "g.duckdb", []byte("not a database")) }, "not a valid"},
		"no file":                {func(t *testing.T) string { return filepath.Join(t.TempDir(), "none") }, "no such file"},
		"a newer storage version": {func(t *testing.T) string {
			return attach(t, "(STORAGE_VERSION 'v1.4.0')", "CREATE TABLE made.t AS SELECT 1 AS x")
		}, "storage version"},
		"nothing inside": {func(t *testing.T) string { return attach(t, "") }, "no table"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Verify(t.Context(), c.path(t))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}
