// Package ods reads the cells of OpenDocument spreadsheets (ISO/IEC 26300, as LibreOffice writes them).
//
// # What is promised
//
//   - The limits and proofs of packages archive and markup: sizes first, matching checksums, no document type, well-formed to
//     the end, and as many cell elements by a count over the bytes as by the parser. A cell element that stands where no row
//     holds it damages the file. Encrypted documents are refused.
//   - Rows and cells that are repeated cost what they hold: blank ones nothing, others count against the limit of cells before
//     they are made. Memory is that of the cells as written, not as repeated: they may be a tenth of the limit of cells,
//     and their texts have the limit of shared texts.
//
// # What a cell is
//
// Numbers, percentages and amounts of money keep the digits of office:value; the format of a percentage has the decimals
// that the document shows, and that of a number which is shown divided has as many commas as it has thousands. Dates and times become serial numbers from 1899-12-30, whatever day the document counts from, so
// that they read as in other workbooks. Texts are the paragraphs, joined by LF, with their spaces, tabs and line breaks
// (also with runs of spaces that the standard would collapse: LibreOffice writes and reads them as they are); text that is raised by its style is written with Unicode superscripts. Notes of reviewers are left out; the comments on cells are told apart from them. An error is an Error; a
// formula without a result reads as the formula. The text of a cell that a merged one covers is handed over and flagged
// Hidden, because nobody sees it. Charts, drawings and headers of printed pages hold no cells.
package ods
