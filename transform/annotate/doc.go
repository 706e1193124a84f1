// Package annotate makes what goes back to the sender: a copy of the workbook in which every refused or doubtful cell is
// coloured and explained in Vietnamese, with a first sheet that lists them all, and the text of a mail.
//
// The copy of an .xlsx keeps its looks. Every other format, and an .xlsx that the writing library can not carry over, is
// written anew from its cells, and from what its reader tells of their looks. In both cases the copy is read again before it is handed over: every sheet must hold the
// same cells with the same texts as the original, or it is not used. Macros are never carried over.
package annotate
