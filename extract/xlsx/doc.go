// Package xlsx reads the cells of Office Open XML workbooks that strangers sent.
//
// # Why a reader of its own
//
// It inflates each sheet under limits and scans the bytes. General readers were measured on the same files and left out:
// the one we use to write workbooks (excelize) needs nine times as long for raw values alone and twenty-five times with
// merged ranges, visibility, formulas and styles, because it builds the whole sheet as a tree; its quick paths give half
// of the rows, or empty cells, without an error when a sheet is damaged. It stays in the tests as the oracle: on the
// sample, on generated and on real workbooks both must give the same values, merged ranges, formats, fonts, formula and
// hidden flags, and each difference is named with its reason.
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
//   - Memory does not grow with the sheet. Parts are read through a window of 64 KiB. A sheet above 4 MiB is inflated
//     twice, because its merged ranges stand behind the cells they speak of: once for the census, which collects them,
//     once for the cells. A smaller one is inflated once and kept meanwhile. Only the shared strings stay, within their
//     limit.
//
// # What a cell's text is
//
// Numbers keep the digits of the file. Strings have entities and _xHHHH_ escapes resolved, line ends as LF, rich text
// runs joined and phonetic runs left out; spaces are kept. Where runs have fonts of their own or are struck through, Cell.Runs tells them; what is raised is written with
// Unicode superscripts.
// Booleans read TRUE or FALSE. ISO 8601 dates (t="d") stay Text. A cell said to be numeric that holds something else is
// Text, for its reader to judge. Cells with an empty value are blank and are not handed over.
//
// A formula whose result the file does not hold, as programs leave it that do not compute, is an error cell that reads as
// the formula: what it would show is not known, and must not look like nothing. An empty result is another thing: the
// usual programs write the formula ="" with the type of a text and an empty value, and that cell is blank.
//
// A formula may take its value from another workbook, directly ([1]Sheet!A1), by a defined name, as one of many cells that
// share a formula, or within the range of an array formula. Then Cell.External is set: Raw is what that workbook held
// when somebody last looked, and nothing in this file can tell whether it still does. Cells that read such a cell are not
// marked, and neither are references that a formula puts together as text (INDIRECT): programs do not resolve those
// without the other workbook either.
//
// A workbook may count days from 1904; sheet.Info says so. The serial numbers stay as they are stored. Sheets of charts,
// dialogs and macros are listed and hold no cells. What is attached to cells as comments, of the old kind and the threaded one, is told apart from the cells;
// text boxes and drawings are not read.
package xlsx
