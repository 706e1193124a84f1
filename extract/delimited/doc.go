// Package delimited reads delimited text (.csv, .tsv, .txt): as a workbook of one sheet when it is an annex, and as the
// fields of single records for package feed.
//
// # What is found, not asked
//
// The encoding is that of the byte order mark, or UTF-16 if every other byte of the beginning is zero, or UTF-8 if the whole
// file is valid UTF-8. Otherwise the file is 8-bit: Windows-1258 if its combining tone marks stand behind vowels throughout
// and nothing points at the fonts TCVN3 or VNI, else Windows-1252, which gives every byte one character and takes none
// away: texts in legacy fonts arrive as they would in an old workbook, to be decoded by whoever knows the fonts' tables. A
// file with more whole characters of UTF-8 than other bytes is damaged, not 8-bit.
//
// The separator is the one of tab ; | , by which most records have one and the same number of fields, at least two; of equals the first, because commas also stand in numbers and prose. A first line "sep=;", as the usual
// spreadsheet program understands it, settles it and is no record. What was found is in Dialect, for people to see.
//
// # Cells
//
// Row is the number of the record, counting blank ones; a line break inside quotes does not end a record. So rows are
// numbered as a spreadsheet program numbers them when it opens the file. Col is the number of the field. Raw is the field as
// it stands, without its quotes, line ends as LF. Every cell is Text: how numbers are written is for their reader to find.
//
// # What is promised
//
// Records are found by one count over the bytes and cut into fields by another; both must find as many fields in every
// record and as many cells as the first pass over the file. A quote that is never closed, or text behind a closing quote,
// damages the file, with the line; so do commas that separate and group digits too, where records have different numbers
// of fields. A file that was cut inside a character, inside quotes, inside a line end, or in a last line that is
// shorter than all others, is refused. Any other cut can not be seen: the format does not say where it ends; Ended tells whether the
// last line has a line end. So is one with a record that goes
// on behind the columns of the header and its neighbours, or is the only one that is one shorter where empty fields fill up the others: a
// separator was lost or stands in a text, and figures would be read in the columns of others. Memory is one record.
package delimited
