package layout

import (
	"cmp"
	"strconv"
	"sync"

	"github.com/phuluc/phuluc/transform/catalogue"
)

// partial is what a text says about the dimensions of the cells it points at.
type partial struct {
	year, toYear int    // toYear is set for a span
	part         string // "", Y, S1, S2, Q1…Q4, M01…M12 (one month), C09 (January to September)
	measure      string
	status       string
	sex, area    string
	unit         *catalogue.Unit
	unitText     string // the unit as written, also when it is not known
	ref          string // reporting, previous, same …
	standard     string // the poverty standard named: its last year, or standardOld, standardNew; see standard.go
	total        bool
	city         bool   // … of a city, not of a province
	until        bool   // only the end of the time is told, not when it began: "đến năm 2018", "31/12/2018"
	sum          bool   // "lũy kế": counted from the first of January on
	open         bool   // it is not said when the period begins: "đến tháng 9"
	clash        string // two contradictory words in the text itself, as written
}

func (d *partial) any() bool { return d.unit != nil || d.splits() }

// splits reports whether something is said of which values of an indicator are meant, as "Nữ" does; a unit says it of all of them.
func (d *partial) splits() bool {
	return d.year != 0 || d.part != "" || d.measure != "" || d.status != "" || d.sex != "" || d.area != "" || d.total || d.ref != "" || d.standard != ""
}

// apply adds what a word says; a contradiction with what is already known is kept in clash. It reports whether the
// word is one of a dimension.
func (d *partial) apply(w word, written string) bool {
	switch w.kind {
	case kindMeasure:
		d.put(&d.measure, w.value, written)
	case kindStatus:
		d.put(&d.status, w.value, written)
	case kindSex:
		d.put(&d.sex, w.value, written)
	case kindArea:
		d.put(&d.area, w.value, written)
	case kindPart:
		d.putPart(w.value, written)
	case kindRef:
		d.put(&d.ref, w.value, written)
	case kindTotal:
		d.total, d.city = true, w.value == wholeCity
	default:
		return false
	}
	return true
}

func (d *partial) applyItem(it item) {
	if it.year != 0 {
		d.putYear(it.year, it.to, it.written)
	}
	d.putPart(it.part, it.written)
	d.sum, d.open, d.until = d.sum || it.sum, d.open || it.open, d.until || it.until
	d.put(&d.standard, it.standard, it.written)
	for _, w := range it.words {
		d.apply(w, it.written)
	}
}

// put sets one of d's fields to what a text says of it, "" if nothing. Another value than the one that is there is a clash.
func (d *partial) put(field *string, value, written string) {
	switch {
	case value == "" || value == *field:
	case *field == "":
		*field = value
	default:
		d.clash = written
	}
}

// putPart: "cả năm" is the weaker word, since group headers say it of columns that are then split into "6T" and "cả năm"; "cả quý" is of
// the quarter that another word names.
func (d *partial) putPart(part, written string) {
	if part == "" || (part == "Y" || part == partUnread) && d.part != "" {
		return
	}
	if d.part == "Y" || d.part == partUnread {
		d.part = ""
	}
	d.put(&d.part, part, written)
}

func (d *partial) putYear(year, toYear int, written string) {
	if d.year != 0 && (d.year != year || d.toYear != toYear) {
		d.clash = written
		return
	}
	d.year, d.toYear = year, toYear
}

// merge adds what another text at the same distance says.
func (d *partial) merge(o *partial) {
	if o.year != 0 && d.year != 0 && (d.year != o.year || d.toYear != o.toYear) {
		d.clash = periodText(o)
	} else if o.year != 0 {
		d.year, d.toYear = o.year, o.toYear
	}
	d.putPart(o.part, o.part)
	d.put(&d.ref, o.ref, o.ref)
	d.put(&d.measure, o.measure, o.measure)
	d.put(&d.status, o.status, o.status)
	d.put(&d.sex, o.sex, o.sex)
	d.put(&d.area, o.area, o.area)
	if d.standard = clearer(d.standard, o.standard); o.standard != standardMulti {
		d.put(&d.standard, o.standard, o.standard)
	}
	if o.clash != "" {
		d.clash = o.clash
	}
	d.total, d.city, d.until, d.sum, d.open = d.total || o.total, d.city || o.city, d.until || o.until, d.sum || o.sum, d.open || o.open
}

// leave takes away the sex or area that turned out to be part of an indicator's name; of both, only what the indicator is restricted to.
func (d *partial) leave(in *catalogue.Indicator) {
	both := d.sex != "" && d.area != ""
	if !both || in.Sex != "" {
		d.sex = ""
	}
	if !both || in.Area != "" {
		d.area = ""
	}
}

// inherit gives d what it leaves to from.
func inherit(d, from *partial) {
	if d.year == 0 {
		d.year, d.toYear, d.until = from.year, from.toYear, from.until
	}
	d.part = cmp.Or(d.part, from.part)
	d.measure = cmp.Or(d.measure, from.measure)
	d.status = cmp.Or(d.status, from.status)
	d.sex = cmp.Or(d.sex, from.sex)
	d.area = cmp.Or(d.area, from.area)
	d.standard = clearer(d.standard, from.standard)
}

// isPartOf reports whether d names a year of the years that wide names, or a part of its part of the year.
func (d *partial) isPartOf(wide *partial) bool {
	if wide.toYear != 0 {
		return d.toYear == 0 && wide.part == "" && wide.year <= d.year && d.year <= wide.toYear
	}
	if d.part == "" || d.part == "Y" || wide.part == "" || wide.part == "Y" || d.part == wide.part ||
		d.year != 0 && wide.year != 0 && d.year != wide.year {
		return false
	}
	return firstMonth(wide.part) <= firstMonth(d.part) && lastMonth(d.part) <= lastMonth(wide.part)
}

func periodText(d *partial) string {
	if d.toYear != 0 {
		return yearText(d.year) + "-" + yearText(d.toYear)
	}
	return yearText(d.year)
}

// period writes the period as observations do: 2019, 2019-S1, 2019-06, 2015/2020, 2019-01/2019-09; "" if not known.
func (d *partial) period() string {
	switch {
	case d.year == 0, d.part == partUnread:
		return ""
	case d.toYear != 0:
		if d.part != "" && d.part != "Y" {
			return ""
		}
		return yearText(d.year) + "/" + yearText(d.toYear)
	case d.part == "" || d.part == "Y":
		return yearText(d.year)
	case d.part[0] == 'M':
		return yearText(d.year) + "-" + d.part[1:]
	case d.part[0] == 'C':
		return yearText(d.year) + "-01/" + yearText(d.year) + "-" + d.part[1:]
	default:
		return yearText(d.year) + "-" + d.part
	}
}

// years are the texts of firstYear to lastYear: nearly every value asks for one.
var years = sync.OnceValue(func() (texts []string) {
	for y := firstYear; y <= lastYear; y++ {
		texts = append(texts, strconv.Itoa(y))
	}
	return texts
})

func yearText(year int) string {
	if year >= firstYear && year <= lastYear {
		return years()[year-firstYear]
	}
	return strconv.Itoa(year)
}
