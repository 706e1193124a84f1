// Package publish puts a finished warehouse file in front of readers, in one step, and keeps the ones before it.
//
// It guards invariant 5 (a reader sees one whole generation; nobody writes a published file; a published file has no
// WAL; rollback is one command) and, as the last gate, invariant 6 (checks declared = run = passed, warnings counted).
// It knows nothing about DuckDB: the caller builds the file and passes the function that scans it.
//
// # The folder
//
//	gen-000012.duckdb   the warehouse, mode 0444
//	gen-000012.json     its Manifest: what it was made of, what is in it, its SHA-256
//	gen-000012/         holds current.duckdb, a hard link: the same file under the name that readers see
//	current.duckdb      symbolic link to gen-000012/current.duckdb, the generation that readers should open
//	current.json        every switch of that link since the first, the last one in force
//	.linking            a hard link on its way to its folder
//	.lock               taken by whoever publishes, rolls back or cleans
//	.candidate-*/       a file being built, with whatever its engine writes beside it
//
// # The name
//
// DuckDB names a database after its file, and follows symbolic links first (Python, JDBC). Tools that store names of three
// parts need that name to be the same in every generation: hence the file name current.duckdb at the end of the link. They
// also need the folder to differ. With one path for all generations, a hard link at the top for example, DuckDB goes on
// giving new connections the old file for as long as its process has one connection open, as it keeps one instance for each
// path; and a write-ahead log that somebody left beside the old file is played into the new one.
//
// Where no hard link can be made current.duckdb leads to gen-000012.duckdb, and the name changes with each generation.
// A folder that an older program made is like that too, until the next publication or rollback. StableName tells it.
//
// # The order
//
// Publish syncs the candidate, takes its SHA-256, has it verified, makes it read-only, writes the manifest, renames the
// file to its number, syncs the folder, gives the file its second name, and switches current.duckdb by a rename. That last
// rename is the moment of publication. A process killed before it has published nothing: the next Open takes the unfinished parts away. A process
// killed after it has published: Open completes the record. A step that fails undoes the steps before it; should
// undoing fail too, as on a dying disk, the next Open does it.
//
// Mode 0444 keeps everybody but the superuser from writing to a published file, and DuckDB writes to a file that it opens
// without access_mode=READ_ONLY when it pleases, even to answer a question. Readers that are the superuser must open read-only; Check finds a
// file that was written to.
//
// current.duckdb decides; current.json is the record of it and follows.
//
// # What is in use
//
// Retention removes old generations, never the current one and never one that is open. Open means one of: held by Pin (a
// shared flock on the manifest, which works between processes); locked in /proc/locks (what this machine's processes
// have open through DuckDB, this process included); locked when asked with fcntl F_GETLK, which is the lock that DuckDB
// takes on a file for as long as it has it open and which also sees other containers. A tool that reads the bytes
// with no lock (cp, a backup) is not seen, and is not harmed: the system keeps a removed file until the last reader
// closes it.
//
// Check and retention open and close warehouse files. POSIX drops all fcntl locks of a process on a file when the process
// closes any descriptor of it, so a process that has a generation open through DuckDB should Pin it. Retention asks
// /proc/locks first and leaves such files alone.
//
// Locks belong to the file, so either name of it tells of them.
//
// The package needs a Unix system: flock, fcntl locks, symbolic links.
package publish
