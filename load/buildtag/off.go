//go:build !duckdb_arrow

package buildtag

// On does not compile here: the undefined name is the message, the only one the compiler prints.
const On = build_or_test_phuluc_with__go_build_tags_duckdb_arrow
