package buildtag_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/phuluc/phuluc/load/buildtag"
)

func TestABuildWithoutTheTagSaysSoInOneLine(t *testing.T) {
	if !buildtag.On {
		t.Fatal("built without the tag")
	}
	tool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("no go command to build with")
	}
	text, err := exec.CommandContext(t.Context(), tool, "build", "-tags=", ".").CombinedOutput()
	if err == nil {
		t.Fatal("a build without -tags duckdb_arrow succeeded")
	}
	var lines []string
	for _, l := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		if !strings.HasPrefix(l, "#") { // the name of the package that follows
			lines = append(lines, l)
		}
	}
	if len(lines) != 1 || !strings.Contains(lines[0], "tags_duckdb_arrow") {
		t.Errorf("the compiler says:\n%s", text)
	}
}
