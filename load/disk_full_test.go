//go:build unix

package load

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/memory"

	models "github.com/phuluc/phuluc/sql"
)

// A limit on the size of files stands for a full disk, because it needs no privileges: the write fails in the same place. After the
// first failed write the engine reports success for what follows, so the limits are spread over the whole build.
func TestAFullDiskFailsTheBuildAndLeavesNoFile(t *testing.T) {
	if flag.Arg(0) == "child" {
		buildUnderLimit(flag.Arg(1), flag.Arg(2))
	}
	whole := buildMade(t, madeRows(1_000), 2, "r")
	info, err := os.Stat(whole)
	if err != nil {
		t.Fatal(err)
	}
	for _, percent := range []int64{0, 25, 60, 97} {
		t.Run(fmt.Sprintf("%d percent", percent), func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "g.duckdb")
			child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+"TestAFullDiskFailsTheBuildAndLeavesNoFile"+"$", "--", "child", out, strconv.FormatInt(info.Size()*percent/100, 10))
			text, err := child.CombinedOutput()
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.ExitCode() != 3 {
				t.Fatalf("the child ended with %v: %s", err, text)
			}
			if !strings.Contains(string(text), "build "+out) {
				t.Errorf("the error does not say which file: %s", text)
			}
			for _, name := range []string{out, out + ".wal"} {
				if _, err := os.Lstat(name); !errors.Is(err, os.ErrNotExist) {
					t.Errorf("%s was left behind", name)
				}
			}
		})
	}
}

// buildUnderLimit builds in a process whose files can not grow beyond limit bytes, and exits: 3 after an error of Build, 4 if Build called the
// file good, 5 if the limit could not be set.
func buildUnderLimit(out, limit string) {
	max, err := strconv.ParseUint(limit, 10, 64)
	if err != nil {
		fmt.Println(err)
		os.Exit(5)
	}
	inputs := madeRows(1_000).inputs(&testing.T{}, memory.NewGoAllocator())
	signal.Ignore(syscall.SIGXFSZ) // the write then fails like one on a full disk
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: max, Max: max}); err != nil {
		fmt.Println(err)
		os.Exit(5)
	}
	if _, err := Build(context.Background(), Options{Out: out, Threads: 2, Tables: inputs, Models: models.Files}); err != nil {
		fmt.Println(err)
		os.Exit(3)
	}
	os.Exit(4)
}
