// Package record holds the vocabulary of what a source becomes: observations, tasks, insurance counts, refusals,
// findings and the counts that must add up. Layouts and mappings produce it, rules judge it, load stores it.
// It has no logic of its own beyond checking the counts, so that everything may import it.
package record

import (
	"fmt"
	"sort"

	"github.com/shopspring/decimal"
)

// Origin is the address of a value inside its file. A workbook cell has Sheet and Cell; a feed record has Line
// (1-based, of the file) and Field. Raw is the stored text; reading the address again gives the same text.
type Origin struct {
	Sheet    string
	Cell     string // A1
	Row, Col int    // 1-based, 0 for feeds
	Line     int64  // 0 for workbooks
	Field    string // column or dimension path of a feed
	Raw      string
	Hidden   bool // row, column or sheet is hidden
}

// Observation is one value of one indicator for one territory, period, measure type, sex and area.
type Observation struct {
	Origin
	Table     int    // 1-based number of the table in its sheet
	Indicator string // indicators.csv code
	Territory string // "vn", "region:tdmnpb", "province:24@2004", "district:…"
	Period    string // 2019, 2019-S1, 2019-Q3, 2019-06, or a span 2015/2020 or 2019-01/2019-09
	Measure   string // actual, estimate, plan, forecast, target
	Sex       string // T, F, M
	Area      string // T, U, R
	Value     decimal.NullDecimal
	High      decimal.NullDecimal // upper end of a range; then Value is the lower end
	Qualifier string              // "", at_least, at_most, about
	Empty     string              // why Value is NULL: dash, ellipsis, dots, not_applicable; "" when there is a value
	Status    string              // SDMX OBS_STATUS: A, E, P, B, M …
	Unit      string              // units.csv code in which Value is expressed (the indicator's own unit)
	Reported  string              // units.csv code in which the sender wrote it
	Note      string              // footnotes, standards, rounding, words of the number format: never needed to read the value
	Label     string              // the row or column text that named the indicator or territory, as the fonts of the file show it
	Header    string              // the header texts that applied, joined by " / ", as their fonts show them

	// The percentage of the plan that the sender states for this value, and the A1 address and stored text of its cell (same
	// sheet). Kept only where the plan itself is not there to recompute it from.
	Achieved     decimal.NullDecimal
	AchievedCell string
	AchievedRaw  string
}

// Comparison is a percentage of the plan written beside a value and its plan. It is recomputed and checked by a rule,
// never loaded.
type Comparison struct {
	Origin
	Percent     decimal.Decimal // as stated, 103.3 for 103.3 %
	Value, Plan int             // positions in File.Observations
}

// SkippedRepeat is why the cell of a Repeat is skipped.
const SkippedRepeat = "repeat"

// Repeat is a cell that says once more what an observation says. It shares the observation's fate: where that is refused, so is it.
type Repeat struct {
	Origin
	Label, Header string
	Of            int // position in File.Observations
}

// Task is one row of a task annex (form B2): what, who leads, who helps, when, who approves.
type Task struct {
	Origin                                          // of the cell that holds Title
	Table                                    int    //
	Number, Title, Lead, Partner, Due, Level string // as written, text repaired
	Cells                                    int    // how many cells the row holds; all count as loaded
}

// Insurance is one count of insured people from a monthly feed.
type Insurance struct {
	Origin
	Territory string
	Period    string // month, 2024-06
	Scheme    string // compulsory, voluntary, unemployment, health
	Sex       string // T, F, M
	AgeGroup  string // "T" or as described by the mapping, e.g. 15-24
	Value     decimal.NullDecimal
	Empty     string // why Value is NULL, as in Observation
	Status    string
}

// Refusal is something that was not loaded: a cell, row, sheet or whole file, with the reason. Cells is how many
// cells it stands for (1 for a cell, 0 for a file that could not be read at all).
type Refusal struct {
	Origin
	Code    string   // codes.csv
	Args    []string // fill the %s of the code's texts, in order
	Nearest string   // nearest known spelling, "" if none
	Cells   int
	Label   string // row text beside the cell
	Header  string // header texts above it
	Below   string // label of the row that the row is a part of, "" if it is none or the label is not what was refused
}

// Finding is a doubt of a rule about values that were loaded.
type Finding struct {
	Origin          // the cell it speaks of
	Rule     string // rules.csv code
	Args     []string
	Expected string
	Actual   string
}

// Sheet counts what became of the non-empty cells of one sheet (of a feed: one row, Name "", cells are fields).
type Sheet struct {
	Name        string
	Hidden      bool
	Tables      int
	Read        int
	Loaded      int
	Quarantined int
	Skipped     map[string]int // reason → cells
}

// Check verifies invariant 1: cells read = loaded + quarantined + skipped.
func (s Sheet) Check() error {
	n := s.Loaded + s.Quarantined
	for _, k := range s.Skipped {
		n += k
	}
	if n == s.Read {
		return nil
	}
	reasons := make([]string, 0, len(s.Skipped))
	for r, k := range s.Skipped {
		reasons = append(reasons, fmt.Sprintf("%s %d", r, k))
	}
	sort.Strings(reasons)
	return fmt.Errorf("sheet %q: %d cells read, but %d loaded + %d quarantined + skipped %v = %d", s.Name, s.Read, s.Loaded, s.Quarantined, reasons, n)
}

// Identity is what a workbook says about itself, by its own text first and its path second.
type Identity struct {
	Territory string // "" if unknown
	Round     string // rounds.csv id, "" if it belongs to no round
	Form      string // family of layout: D, B1, B2 … as far as recognised; "" is allowed
	Body      string // reporting body as written
	Document  string // number of the document it is an annex of
	Date      string // ISO date of the document, "" if blank or absent
	Title     string
}

// Dialect is how delimited text is written, as found.
type Dialect struct {
	Separator string // ; , | or TAB
	Encoding  string // UTF-8, UTF-16 LE, Windows-1258 …
	Decimal   string // the mark before decimals that its numbers prove: "," or "."; both where some prove the one and some the other
	Ended     bool   // the last line has a line end; where it has none the text may have been cut
}

// File is everything one landed object became.
type File struct {
	SHA256       string
	Name         string // last element of the first origin
	Type         string // xlsx, csv, json-stat
	Sample       bool
	Decimal      string   // see Dialect, of numbers that are written as text in a workbook; not kept in batches either
	Dialect      *Dialect // of delimited text that was read as an annex, else nil; it is not kept in batches
	Identity     Identity
	Sheets       []Sheet
	Observations []Observation
	Repeats      []Repeat // for the rules; not kept in batches
	Comparisons  []Comparison
	Tasks        []Task
	Insurance    []Insurance
	Refusals     []Refusal
	Findings     []Finding
	Trace        *Trace // nil if it is not known what the file asked of the catalogue
}

// Check verifies invariant 1 for every sheet.
func (f *File) Check() error {
	for _, s := range f.Sheets {
		if err := s.Check(); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	return nil
}
