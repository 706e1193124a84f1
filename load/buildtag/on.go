//go:build duckdb_arrow

package buildtag

// On is true in every build that can exchange Arrow data with DuckDB; no other build compiles.
const On = true
