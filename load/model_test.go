package load

import (
	"maps"
	"slices"
	"testing"
)

func TestUsesNamesTheTablesOutsideComments(t *testing.T) {
	got := slices.Sorted(maps.Keys(uses(`-- of dw.comment, not used
CREATE TABLE mart.made AS SELECT i.name, x.dw, "dw".y -- mart.told
FROM dw.dim_x AS i JOIN(audit.log2) USING (a) WHERE 1.5 > generation.staging.latest.n AND 'Tổng.' <> mydw.z AND input.record.kind = 'ở.dw.phía'`)))
	want := []string{"audit.log2", "dw.dim_x", "dw.ph", "input.record", "mart.made", "staging.latest"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
