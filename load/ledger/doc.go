// Package ledger is the record of everything that happened: runs and their events, landed files and their fate, schedule
// slots and their verdicts, decisions about quarantined cells, check results, publications.
//
// It is one SQLite file in WAL mode: one process writes, any number read meanwhile, and a crash loses at most the
// transaction that was not finished. Everything in it is text, whole numbers and UTC times in one sortable form
// (2026-03-01T02:00:00.000Z).
//
// A run that was begun by a process that has died is marked crashed by the next Open. Whether a process lives is known by
// a lock file beside the ledger that the kernel frees at its death, not by a process number, which may be used again.
//
// The shape of the file is the sequence of migrations/*.sql, applied in order and counted in SQLite's user_version. A file
// of a newer program is refused and not touched.
package ledger
