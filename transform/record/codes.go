package record

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
)

//go:embed codes.csv
var codesCSV string

// Code is one reason for which something is refused, with its texts.
type Code struct {
	Code, Scope, Severity string
	MessageVi, MessageEn  string
	TryVi, TryEn          string
}

// particulars.csv gives the Vietnamese of the particulars that are not texts of the workbook.
//
//go:embed particulars.csv
var particularsCSV string

var loadParticulars = sync.OnceValue(func() map[string]string {
	rows, err := csv.NewReader(strings.NewReader(particularsCSV)).ReadAll()
	if err != nil {
		panic(fmt.Sprintf("particulars.csv: %v", err)) // embedded at build time; a test reads it first
	}
	m := make(map[string]string, len(rows))
	for _, r := range rows[1:] {
		if form := particularPattern().ReplaceAllString(r[0], "#"); form != "#" { // "Q4" is no form of "2018"
			m[form] = r[1]
		}
		m[r[0]] = r[1]
	}
	return m
})

var loadCodes = sync.OnceValue(func() map[string]Code {
	rows, err := csv.NewReader(strings.NewReader(codesCSV)).ReadAll()
	if err != nil {
		panic(fmt.Sprintf("codes.csv: %v", err)) // embedded at build time; a test reads it first
	}
	m := make(map[string]Code, len(rows))
	for _, r := range rows[1:] {
		m[r[0]] = Code{r[0], r[1], r[2], r[3], r[4], r[5], r[6]}
	}
	return m
})

// How the first sheet of a copy for the sender begins, who wrote the comments in it, how these begin, and before what they tell what the sender had
// written there. Whoever reads a copy that came back knows it by them.
const (
	CopyTitle    = "KẾT QUẢ KIỂM TRA SỐ LIỆU"
	CopyFile     = "Tệp:"
	CopyAuthor   = "phuluc"
	CopyRefused  = "CHƯA NHẬN: "
	CopyDoubtful = "CẦN XEM LẠI: "
	CopySender   = "Ghi chú cũ: "
)

// SenderSaid gives what people wrote in a comment: of one that this program wrote into a copy, what it tells of theirs. Some programs save comments without
// their authors.
func SenderSaid(author, comment string) string {
	if author == CopyAuthor || strings.HasPrefix(comment, CopyRefused) || strings.HasPrefix(comment, CopyDoubtful) {
		_, comment, _ = strings.Cut(comment, CopySender)
	}
	return comment
}

// CodeOf returns the texts of a refusal code; ok is false for a code that is not registered.
func CodeOf(code string) (Code, bool) {
	c, ok := loadCodes()[code]
	return c, ok
}

// CodeNames gives every registered refusal code, in order.
func CodeNames() []string { return slices.Sorted(maps.Keys(loadCodes())) }

// CodesCSV returns codes.csv as it is embedded: the table of reasons that goes into the warehouse.
func CodesCSV() string { return codesCSV }

// Message is what a person reads: the code's text, then the particulars, in one line. lang is "vi" or "en". What only who maintains the
// program understands comes last in Vietnamese, and is called so.
func (r Refusal) Message(lang string) string {
	c, ok := CodeOf(r.Code)
	text := c.MessageEn
	if lang == "vi" {
		text = c.MessageVi
	}
	if !ok {
		text = r.Code
	}
	var technical []string
	said := 0
	for _, a := range r.Args {
		plain := strings.Join(strings.Fields(a), " ")
		vi, known := particular(a)
		switch {
		case lang == "vi" && !known && r.aboutBytes():
			technical = append(technical, plain)
			continue
		case lang == "vi" && known:
			plain = strings.Join(strings.Fields(vi), " ")
		}
		text += [2]string{": ", "; "}[min(said, 1)] + plain
		said++
	}
	if len(technical) > 0 {
		text += " (chi tiết kỹ thuật: " + strings.Join(technical, "; ") + ")"
	}
	return text
}

// aboutBytes reports whether the particulars tell of the bytes of a file, not of what its sender wrote. Those of an archive are the
// names of the files in it.
func (r Refusal) aboutBytes() bool {
	return strings.HasPrefix(r.Code, "file.") && r.Code != "file.archive"
}

// ForSender is the message in Vietnamese without the particulars of a file that only who maintains the program understands.
func (r Refusal) ForSender() string {
	if r.aboutBytes() {
		r.Args = slices.DeleteFunc(slices.Clone(r.Args), func(a string) bool { _, ok := particular(a); return !ok })
	}
	return r.Message("vi")
}

// particular gives the Vietnamese of what the program itself says, also where a text of the file stands behind a colon or before one.
func particular(said string) (vi string, ok bool) {
	if vi, ok = counted(said); ok {
		return vi, true
	}
	head, tail, colon := strings.Cut(said, ": ")
	if !colon {
		return "", false
	}
	if vi, ok = counted(head); ok {
		return vi + ": " + tail, true
	}
	if vi, ok = counted(tail); ok {
		return head + ": " + vi, true
	}
	return "", false
}

// counted looks up what the program says. What the pattern
// finds in it, which the table writes as #, stays what it is.
func counted(said string) (vi string, ok bool) {
	if vi, ok = loadParticulars()[said]; ok {
		return vi, true
	}
	vi, ok = loadParticulars()[particularPattern().ReplaceAllString(said, "#")]
	if !ok {
		return "", false
	}
	for _, given := range particularPattern().FindAllString(said, -1) {
		vi = strings.Replace(vi, "#", given, 1)
	}
	return vi, true
}

// particularPattern finds what is another thing each time the program says it: names in quotes, addresses of cells, numbers, also
// hexadecimal ones of four digits.
var particularPattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`"(?:[^"\\]|\\.)*"|\b[0-9][0-9A-F]{3}\b|\b[A-Z]{0,3}[0-9]+`)
})

// Try is what a person can do about it. lang is "vi" or "en".
func (r Refusal) Try(lang string) string {
	c, _ := CodeOf(r.Code)
	if lang == "vi" {
		return c.TryVi
	}
	return c.TryEn
}

// Unknown is the text that no catalogue file knows, or of which it knows several meanings, and that a line in one of them could make
// known: a label, a header, a unit or a name of a territory. It is "" where something else is wrong.
func (r Refusal) Unknown() string {
	switch {
	case len(r.Args) == 0:
		return ""
	case r.Line > 0: // a field of a feed is the whole text
		if r.Code == "territory.unknown" {
			return r.Raw
		}
		return ""
	case r.Cells > 1: // each has its own
		return ""
	}
	switch r.Code {
	case "indicator.ambiguous", "indicator.unknown":
		if _, particular := loadParticulars()[r.Args[len(r.Args)-1]]; !particular { // else the year decides it, or what stands above
			return r.Args[0]
		}
	case "header.unknown", "unit.unknown", "territory.unknown":
		if _, particular := loadParticulars()[r.Args[0]]; !particular {
			return r.Args[0]
		}
	}
	return ""
}
