package catalogue

import (
	"fmt"
	"strings"
)

// Error is one fault of a catalogue file. Load joins all it finds, so that a file can be put right in one go.
type Error struct {
	File    string // path as the user knows it; "indicators.csv (built in)" for an embedded file
	Line    int    // 1-based; 0 when it is the whole file
	Column  string // "" when it is the whole row
	Value   string // the text that is wrong
	Reason  string
	Nearest string // nearest value that would be right, "" if none
	Try     string // what to do, "" when Nearest says it

	ReasonVi, TryVi string // the same in Vietnamese
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Line > 0 {
		fmt.Fprintf(&b, ": line %d", e.Line)
	}
	if e.Column != "" {
		fmt.Fprintf(&b, ", column %s", e.Column)
	}
	b.WriteString(": ")
	if e.Value != "" {
		fmt.Fprintf(&b, "%q ", e.Value)
	}
	b.WriteString(e.Reason)
	if e.Nearest != "" {
		fmt.Fprintf(&b, "; did you mean %q?", e.Nearest)
	}
	if e.Try != "" {
		b.WriteString("; " + e.Try)
	}
	return b.String()
}
