// Package docx reads the tables of text documents (Office Open XML, ECMA-376): annexes of decisions travel so. Each table
// is a sheet, "Bảng 1", "Bảng 2" …, in the order in which they begin.
//
// # What a sheet is
//
// The paragraphs before a table, back to the one before it, are the rows above it, one a row in column A: titles, the unit,
// the number of the annex stand there. What follows the last table are rows below that one. Blank paragraphs are blank rows.
// A cell has the column of the table's grid at which it begins; cells that span columns or rows are merged ranges. Every cell
// is Text, its paragraphs joined by LF, spaces kept. A table inside a cell is a sheet of its own behind the outer one; text of
// text boxes follows as paragraphs behind the paragraph or the table in which the box is anchored. A pasted worksheet can not
// be read and is an Error cell "[Excel.Sheet.12]" in a row of its own, so that somebody asks for it.
//
// # What counts as text
//
// Insertions that were not yet accepted are text, deletions are not. Raised text is written with Unicode superscripts, so that
// the mark of a footnote does not become the last digit of a number. A cell or row that is hidden is flagged Hidden; hidden
// text beside visible text is kept as "[ẩn: …]" and can not join it. Fields give the result that the document holds; a
// field with a formula makes the cell one.
//
// Not seen: ordinals that the program numbers by itself, headers and footers of pages, footnotes, comments, pictures. A
// document that takes text in from another one (altChunk) is refused.
//
// # What is promised
//
// The limits and proofs of packages archive and markup; as many cell elements by a count over the bytes as by the parser. Memory is that of
// the cells: they may be a twentieth of the limit of cells, and their texts have the limit of shared texts.
package docx
