// Package buildtag stops a build without `-tags duckdb_arrow` with one line that says so. The driver leaves its Arrow
// interface out without that tag, which would otherwise show as a page of undefined methods in package load. It is a leaf,
// so that the compiler reports it before it reaches anything that uses the driver.
package buildtag
