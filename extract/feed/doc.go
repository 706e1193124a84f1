// Package feed reads machine-made tables: delimited text and JSON-stat. It gives records with their address in the file
// (line and field) and the text that stands there, and knows nothing of what they mean; package mapping does.
//
// A bad record never takes the next one with it: a line with a wrong number of fields or a quote that is not closed comes
// as a Bad record, and reading goes on with the line after it.
package feed
