// Package load builds one generation: Arrow tables go through DuckDB staging and the SQL models into a fresh file, the
// checks run on it, and Verify proves afterwards that the closed file is whole.
//
// A generation holds the schemas dw, mart and audit and nothing of the staging, which lives in memory. The file is new in
// every build: nothing is ever updated in place, so there is no key to violate, no half-applied change and, once it is closed,
// no write-ahead log. Uniqueness and references are checks (sql/checks), not constraints.
//
// The engine is kept in a jail of its own while the models run: no extension is installed or loaded, and no file but the
// generation and the temporary directory can be opened.
//
// Same inputs give the same tables on any number of threads and in any order of the rows (invariant 4): every key comes from
// an ordering over natural keys, every choice among rows names a complete order.
package load
