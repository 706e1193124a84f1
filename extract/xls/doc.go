// Package xls reads the cells of the binary workbooks of Excel 5.0 to 2003 (.xls, [MS-XLS]: BIFF8 and BIFF5) that
// strangers sent.
//
// # Why a reader of its own
//
// General readers of the format were measured on real and made files and left out: the best of them gave three numbers
// of four right, the others panic or do not end. What remains of them is mscfb, which takes the container apart.
//
// # What is promised
//
//   - Limits come first. The container's header, allocation table and directory are held against the size of the file
//     before mscfb sees them; nothing is allocated because a record announces it. Encrypted workbooks and those of
//     Excel 2 to 4 are refused with what to ask for.
//   - A damaged sheet never looks like a short one. A file that ends before a sector in use, a stream that ends inside
//     a record, a sheet that has no end, or does not begin where the list of sheets says, is refused; so is a cell whose
//     text or format is not there, and one that is stored twice with two values; so are zeros where a record should begin, a record
//     among the cells that no program writes there, and texts behind the last one announced; so is a cell that stands where the records of
//     rows and of blocks of rows, which most programs write, say that none can be (evidence). A second, simpler count of the records
//     (census) must find as many cells as were read. Otherwise the iteration ends with a *sheet.FileError, and what came
//     before it must be thrown away. The format has no checksums: a changed digit is no longer to be seen, nor a moved cell where
//     nothing else tells of its place.
//   - Memory is bounded by the Limits: the stream, the shared strings and, for a sheet whose cells are not in order, eight
//     bytes a cell.
//
// # What a cell's text is
//
// The file keeps numbers as doubles; their text is the shortest decimal that gives the double back. Texts are those of
// extract/xlsx: line ends as LF, control characters as _xHHHH_, spaces kept; those of BIFF5 are decoded by the code page
// of the workbook. Raised digits are Unicode superscripts; Cell.Struck and the runs tell what is struck through. Booleans read TRUE or FALSE. Formulas give the result stored with them; the empty text is blank and
// is not handed over. Where no formula of a workbook has a result but 0 or the empty text, and no note says that Excel has
// computed them, they are error cells that read "=": a program wrote them that does not compute. Charts, macro sheets and modules are listed and hold no cells.
//
// A workbook may count days from 1904; sheet.Info says so. The serial numbers stay as they are stored. The comments on cells are told apart from them.
package xls
