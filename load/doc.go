// Package load builds one generation: Arrow tables go through DuckDB staging and the SQL models, the checks run on what they
// made, all in memory; each finished table is written once to a fresh file, and Verify proves afterwards that the closed file is whole.
//
// A model or check runs as soon as what it names is there, on one thread, several of them at a time: the tables are small, and dividing
// one among threads costs more than it gains. The file has one writer at a time and no write-ahead log (the engine loses rows of
// several writers in that mode); the rows in the file are counted against those in memory.
//
// A generation holds the schemas dw, mart and audit and nothing of the staging. The file is new in every build: nothing is ever
// updated in place, so there is no key to violate and no half-applied change. Uniqueness and references are checks
// (sql/checks), not constraints.
//
// The engine is kept in a jail of its own while the models run: no extension is installed or loaded, and no file but the
// generation and the temporary directory can be opened.
//
// Same inputs give the same tables on any number of threads and in any order of the rows (invariant 4): every key comes from
// an ordering over natural keys, every choice among rows names a complete order.
package load
