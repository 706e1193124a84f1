// Package markup walks the XML parts of archives that strangers sent, for the readers whose formats need the standard
// library's parser and not its speed: it is strict, refuses document types and deep nesting, ends with the context, and
// proves its end. The end comes only when the one root element is closed, the archive has matched the part's length and
// checksum, and a count over the raw bytes has found as many elements of the names asked for as the parser.
package markup
