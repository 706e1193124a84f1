// Package xlsx reads the cells of Office Open XML workbooks that strangers sent.
//
// # Why a reader of its own
//
// It inflates each sheet once, under limits, and scans the bytes. General readers were measured on the same files and
// left out: the one we use to write workbooks (excelize) needs nine times as long for raw values alone and twenty
// times with merged ranges and hidden rows, because it builds the whole sheet as a tree; its quick paths give half of
// the rows, or empty cells, without an error when a sheet is damaged. It stays in the tests as the oracle: on generated
// and on real workbooks both must give the same values, merged ranges, formats and hidden flags.
//
// # What is promised
//
//   - Limits come first. The archive's directory is read before anything is inflated, what it announces is held
//     against the Limits, and while a part is inflated it may not grow beyond what was announced. No document type
//     declaration is accepted, so no entity can expand. External links are not followed, macros are not run.
//   - A damaged sheet never looks like a short one. Every part must be well-formed to its end and match its CRC; rows
//     and cells must come in order; and a second, simpler count over the same bytes (census) must find as many rows,
//     cells and values as the scanner handed over. Otherwise the iteration ends with an *sheet.FileError, and what came before it
//     must be thrown away.
//   - Memory is bounded by the Limits: one sheet's XML, the shared strings, one compressed part.
//
// # What a cell's text is
//
// Numbers keep the digits of the file. Strings have entities and _xHHHH_ escapes resolved, line ends as LF, rich text
// runs joined and phonetic runs left out; spaces are kept. Booleans read TRUE or FALSE. ISO 8601 dates (t="d") stay
// Text. A cell said to be numeric that holds something else is Text, for its reader to judge. Cells with an empty
// value are blank and are not handed over. A formula whose result the file does not hold, as programs leave it that do not
// compute, is an error cell that reads as the formula: what it would show is not known, and must not look like nothing.
//
// A workbook may count days from 1904; Date1904 says so. The serial numbers stay as they are stored.
package xlsx
