// Package extract says where foreign bytes come from. A Source lists Items, an Item can be opened, and Detect names
// what the bytes are by looking at them; a name or an extension is never believed.
//
// What becomes of the bytes is not decided here: landing keeps them, workbook and feed read them.
package extract
