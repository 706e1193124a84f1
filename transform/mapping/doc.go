// Package mapping says what the records of a feed mean: a YAML file a feed, beside this text or in the folder feeds of the
// user's catalogue. A mapping names the columns (or the dimensions of a JSON-stat dataset) that give period, territory
// and the rest, and the words in them; a new feed of a known shape needs no code.
//
// A field that can not be understood refuses its record with the line and the field; it is never guessed.
package mapping
