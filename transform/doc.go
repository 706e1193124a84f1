// Package transform turns landed objects into Arrow batches that add up.
//
//	landing.Raw ─▶ reader (extract/workbook, extract/feed) ─▶ layout or mapping ─▶ rules ─▶ record.File ─▶ Batch
//
// The invariants of the whole program; a test names the one it guards:
//
//  1. cells read = loaded + quarantined + skipped (declared reason), for every sheet, stored and checked.
//  2. A landed file is never changed and never deleted; it is addressed by its SHA-256.
//  3. Every number in a mart explains itself: file SHA-256, sheet, A1, raw text (feed: file, line, field). Reading that
//     cell again gives that text.
//  4. Same landing, same rules: the same generation, table by table, on any number of threads and in any file order.
//  5. A reader sees one whole generation: build, checkpoint, close, full-scan verify, fsync, rename, fsync of the
//     directory. Nobody writes a published file; a published file has no WAL. Rollback is one command.
//  6. Nothing is published unless checks declared = checks run = checks passed (warnings excepted, and counted).
//  7. All vintages stay; a written rule names the winner; restatements are listed.
//  8. Numbers are exact: DECIMAL or BIGINT from the cell to the mart. A range stays a range, a qualifier stays with its
//     number, kinds of emptiness stay apart.
//  9. Nothing is guessed silently. A near match of a label is a proposal in quarantine, not a load.
//  10. One run at a time. Every schedule slot since installation has exactly one verdict.
//  11. A SQL user can read the warehouse and nothing else.
//
// A Batch is flat (no list, no struct): the engine's Arrow views leak nested types, and one schema with a kind column
// lets a file's observations, refusals and counts travel, cache and load as one thing.
//
// What a hostile or simply huge file costs is bounded: the cells of a workbook are held while it is laid out, at most Limits.LaidOut of them,
// a sheet beyond is refused as a whole (sheet.limit); large workbooks are read one at a time; and of more refused cells than
// Limits.Refusals a batch has one row a sheet and reason (fold.go).
//
// The batch of an object is kept under normalised/<sha256>-<rules version and hash of its name>.arrows, an Arrow stream that
// ends, after the trace of a workbook, with the SHA-256 of the whole (cache.go). The rules version is a hash over the
// catalogue and over the source text of every package that decides what a cell means, so that nobody can forget to
// raise it: an unchanged file is never parsed twice and a changed rule re-parses all. The one exception is a new synonym of an
// indicator: the trace tells which texts a workbook holds, and a batch that the synonym can not touch is renamed to the new version (replay.go).
package transform
