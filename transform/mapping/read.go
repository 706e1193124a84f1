package mapping

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/phuluc/phuluc/extract/feed"
	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/record"
	"github.com/phuluc/phuluc/transform/text"
)

// maxRecords bounds what one delimited feed may put into memory. A year of monthly counts of every province by scheme,
// sex and age group is a tenth of it.
const maxRecords = 1_000_000

// Reasons why fields are skipped.
const (
	skipHeader    = "header"
	skipDimension = "dimension" // says what the value of its record means
	skipUnmapped  = "unmapped"  // stands in a column that the mapping does not name
	skipRepeat    = "repeat"    // the same value of the same thing once more
	skipBlank     = "blank"     // nothing stands where the value would be
)

// fault says which field of a record can not be understood, and why.
type fault struct{ code, role, why, nearest string }

// key is what a value is about: all its dimensions.
type key struct{ indicator, territory, period, measure, sex, area, scheme, age string }

// reader turns the records of one feed into a file.
type reader struct {
	m     *Mapping
	cat   *catalogue.Catalogue
	out   *record.File
	sheet record.Sheet
	seen  map[key]int // position in out.Insurance or out.Observations
	// What was understood before is looked up: feeds say the same few names and words a million times.
	places map[[3]string]placed // code, name, day
	words  map[[2]string]said   // role, word
}

type placed struct {
	id    string
	fault *fault
}

type said struct {
	says  meaning
	fault *fault
}

func newReader(m *Mapping, cat *catalogue.Catalogue, title string) *reader {
	return &reader{
		// A feed names indicators by code, so that no label of the catalogue touches it.
		m: m, cat: cat, out: &record.File{Identity: record.Identity{Form: m.Name, Title: title}, Trace: &record.Trace{}}, sheet: record.Sheet{Tables: 1, Skipped: map[string]int{}},
		seen: map[key]int{}, places: map[[3]string]placed{}, words: map[[2]string]said{},
	}
}

func (r *reader) skip(reason string, fields int) {
	if fields > 0 {
		r.sheet.Skipped[reason] += fields
	}
}

func (r *reader) finish() *record.File {
	r.out.Sheets = []record.Sheet{r.sheet}
	return r.out
}

func (m *Mapping) readDelimited(ctx context.Context, cat *catalogue.Catalogue, t *feed.Table, at map[string]int) (*record.File, error) {
	r := newReader(m, cat, m.TitleVi)
	r.sheet.Read = len(t.Header)
	r.skip(skipHeader, len(t.Header))
	records := 0
	for line, err := range t.Records(ctx) {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			return nil, &Error{Code: "file.damaged", Detail: err.Error()}
		}
		if records++; records > maxRecords {
			return nil, &Error{Code: "file.limit", Detail: fmt.Sprintf("more than %d records", maxRecords)}
		}
		if line.Bad != "" {
			r.sheet.Read++
			r.sheet.Quarantined++
			r.out.Refusals = append(r.out.Refusals, record.Refusal{
				Origin: record.Origin{Line: line.Line, Raw: strings.ToValidUTF8(line.Raw, "\ufffd")}, Code: "feed.record", Args: []string{line.Bad}, Cells: 1,
			})
			continue
		}
		r.record(line, t.Header, at)
	}
	return r.finish(), nil
}

// record reads one record of delimited text. Its value is one cell; its other fields give that cell its meaning. Every
// field that can not be understood is refused, not only the first, so that a sender can correct all of them at once.
func (r *reader) record(line feed.Record, header []string, at map[string]int) {
	n := len(line.Fields)
	r.sheet.Read += n
	field := func(role string) (string, bool) {
		i, ok := at[role]
		if !ok {
			return "", false
		}
		return line.Fields[i], true
	}
	origin := record.Origin{Line: line.Line, Field: header[at["value"]], Raw: line.Fields[at["value"]]}
	entry, faults := r.understand(origin, field)
	value, empty, f := r.m.number(origin.Raw)
	if empty == text.EmptyBlank {
		r.skip(skipBlank, 1)
		r.skipRest(n-1, len(at)-1)
		return
	}
	if f != nil {
		faults = append(faults, f)
	} else {
		entry.Value, entry.Empty = value, empty
	}
	if len(faults) == 0 {
		f, repeated := r.add(&entry)
		switch {
		case f != nil:
			faults = append(faults, f)
		case repeated:
			r.skip(skipRepeat, 1)
		default:
			r.sheet.Loaded++
		}
	}
	for _, f := range faults { // no two are of one field
		bad := origin
		if i, ok := at[f.role]; ok {
			bad.Field, bad.Raw = header[i], line.Fields[i]
		}
		r.sheet.Quarantined++
		r.out.Refusals = append(r.out.Refusals, record.Refusal{Origin: bad, Code: f.code, Args: []string{f.why}, Nearest: f.nearest, Cells: 1, Label: line.Raw})
	}
	used := max(1, len(faults))
	r.skipRest(n-used, len(at)-used)
}

// skipRest counts the fields of a record that are neither loaded nor refused; mapped of them are named by the mapping.
func (r *reader) skipRest(fields, mapped int) {
	r.skip(skipDimension, mapped)
	r.skip(skipUnmapped, fields-mapped)
}

// entry is a value with everything that is known about it; only an insurance count has a scheme and an age group.
type entry struct {
	record.Observation
	scheme, age string
}

// understand reads what a record says about its value. word gives the text of a role, false if the feed has no such
// column or dimension.
func (r *reader) understand(origin record.Origin, word func(role string) (string, bool)) (entry, []*fault) {
	e := entry{Observation: record.Observation{
		Origin: origin, Table: 1, Indicator: r.m.Indicator, Measure: r.m.Measure, Sex: "T", Area: "T", Status: "A", Reported: r.m.Unit,
	}, age: "T"}
	var faults []*fault
	raw, _ := word("period")
	period, status, ok := periodOf(raw)
	switch {
	case !ok:
		faults = append(faults, &fault{"feed.field", "period", "not a period: " + raw, ""})
	case r.m.Kind == "insurance" && !isMonth(period):
		faults = append(faults, &fault{"feed.field", "period", "not a month: " + raw, ""})
	}
	e.Period = period
	if status != "" {
		e.Status = status
	}
	if ok {
		code, _ := word("territory_code")
		name, _ := word("territory")
		id, f := r.place(code, name, lastDay(period))
		if f != nil {
			faults = append(faults, f)
		}
		e.Territory = id
	}
	for _, role := range []string{"scheme", "sex", "area", "age_group", "indicator", "measure", "group"} {
		raw, has := word(role)
		if !has {
			continue
		}
		says, f := r.says(role, raw)
		if f != nil {
			faults = append(faults, f)
			continue
		}
		for _, to := range []struct {
			role string
			word *string
		}{{"scheme", &e.scheme}, {"sex", &e.Sex}, {"area", &e.Area}, {"age_group", &e.age}, {"indicator", &e.Indicator}, {"measure", &e.Measure}} {
			if w, ok := says[to.role]; ok {
				*to.word = w
			}
		}
	}
	return e, faults
}

// says gives what a word of a role means. Without a list of words in the mapping it stands for itself.
func (r *reader) says(role, word string) (meaning, *fault) {
	k := [2]string{role, word}
	known, ok := r.words[k]
	if !ok {
		known.says, known.fault = r.m.says(role, word)
		r.words[k] = known
	}
	return known.says, known.fault
}

func (m *Mapping) says(role, word string) (meaning, *fault) {
	words, listed := m.words[role]
	if listed {
		if says, ok := words[text.Key(word)]; ok {
			return says, nil
		}
		if ages := ageGroup(word); role == "age_group" && ages != "" {
			return meaning{role: ages}, nil
		}
		nearest, distance := "", 1<<30
		for w := range m.Values[role] {
			if d := text.Distance(w, word); d < distance || d == distance && w < nearest {
				nearest, distance = w, d
			}
		}
		return nil, &fault{"feed.field", role, "unknown word: " + word, nearest}
	}
	word = text.Repair(strings.TrimSpace(word))
	if allowed, _ := vocabulary(role); word == "" || allowed != nil && !slices.Contains(allowed, word) {
		return nil, &fault{"feed.field", role, "unknown word: " + word, strings.Join(allowed, ", ")}
	}
	return meaning{role: word}, nil
}

// ageGroup gives ages in their one form: 15-24, 60+, 7; "" for any other text.
func ageGroup(s string) string {
	s = strings.NewReplacer(" ", "", "–", "-").Replace(text.Repair(strings.TrimSpace(s)))
	from, to, span := strings.Cut(s, "-")
	if !span {
		to = strings.TrimSuffix(from, "+")
		from = to
	}
	a, errA := strconv.ParseUint(from, 10, 8)
	b, errB := strconv.ParseUint(to, 10, 8)
	if errA != nil || errB != nil || a > b {
		return ""
	}
	return s
}

// add loads an entry. The same value of the same thing again is a repeat; another value of it is a fault, for nothing says
// which is right.
func (r *reader) add(e *entry) (f *fault, repeated bool) {
	if f := r.canonical(e); f != nil {
		return f, false
	}
	k := key{e.Indicator, e.Territory, e.Period, e.Measure, e.Sex, e.Area, e.scheme, e.age}
	twice := func(line int64, same bool) (*fault, bool) {
		if same {
			return nil, true
		}
		return &fault{"value.duplicate", "value", fmt.Sprintf("line %d says otherwise", line), ""}, false
	}
	if r.m.Kind == "insurance" {
		if v := e.Value.Decimal; v.IsNegative() || !v.IsInteger() {
			return &fault{"value.type", "value", "a count of people is a whole number", ""}, false
		}
		o := record.Insurance{
			Origin: e.Origin, Territory: e.Territory, Period: e.Period, Scheme: e.scheme, Sex: e.Sex, AgeGroup: e.age, Value: e.Value, Empty: e.Empty, Status: statusOf(e.Status, e.Empty),
		}
		if i, ok := r.seen[k]; ok {
			first := &r.out.Insurance[i]
			return twice(first.Line, equal(first.Value, o.Value) && first.Status == o.Status)
		}
		r.seen[k] = len(r.out.Insurance)
		r.out.Insurance = append(r.out.Insurance, o)
		return nil, false
	}
	o := e.Observation
	o.Status = statusOf(o.Status, o.Empty)
	if f := r.inOwnUnit(&o); f != nil {
		return f, false
	}
	if i, ok := r.seen[k]; ok {
		first := &r.out.Observations[i]
		return twice(first.Line, equal(first.Value, o.Value) && first.Empty == o.Empty && first.Status == o.Status)
	}
	r.seen[k] = len(r.out.Observations)
	r.out.Observations = append(r.out.Observations, o)
	return nil, false
}

// canonical gives an observation the name that it has in the annexes too. Counts of the insured have none: their table names no indicator.
func (r *reader) canonical(e *entry) *fault {
	in := r.cat.Indicator(e.Indicator)
	if in == nil {
		return nil
	}
	for _, d := range []struct {
		role, restricted string
		word             *string
	}{{"sex", in.Sex, &e.Sex}, {"area", in.Area, &e.Area}} {
		switch {
		case d.restricted == "" || *d.word == "T":
		case *d.word != d.restricted:
			return &fault{"header.conflict", d.role, in.NameVi, ""}
		default:
			*d.word = "T"
		}
	}
	in, e.Sex, e.Area = r.cat.Canonical(in, e.Sex, e.Area)
	e.Indicator = in.Code
	return nil
}

func equal(a, b decimal.NullDecimal) bool {
	return a.Valid == b.Valid && a.Decimal.Equal(b.Decimal)
}

// statusOf gives the SDMX status of a kind of emptiness: … and .. exist but were not collected, x has no meaning there.
func statusOf(status, empty string) string {
	switch empty {
	case text.EmptyEllipsis, text.EmptyDots:
		return "L"
	case text.EmptyNotApplicable:
		return "M"
	}
	return status
}

// inOwnUnit converts a value to the unit of its indicator.
func (r *reader) inOwnUnit(o *record.Observation) *fault {
	ind := r.cat.Indicator(o.Indicator)
	if ind == nil {
		return &fault{"indicator.unknown", "indicator", o.Indicator, ""}
	}
	o.Unit = ind.Unit
	from, to := r.cat.Unit(o.Reported), r.cat.Unit(ind.Unit)
	switch {
	case from == nil:
		return &fault{"unit.unknown", "value", o.Reported, ""}
	case from.Quantity != to.Quantity:
		return &fault{"unit.conflict", "value", from.NameVi + " → " + to.NameVi, ""}
	}
	v, exact := r.cat.Convert(o.Value.Decimal, from, to)
	if !exact {
		return &fault{"number.unreadable", "value", "more than ten decimals in " + to.NameVi, ""}
	}
	o.Value.Decimal = v
	return nil
}

// number reads a number of delimited text, or one of the signs for a missing one. A number that means one thing written
// the Vietnamese way and another written the English way is refused, unless the mapping says how the file writes numbers.
func (m *Mapping) number(raw string) (value decimal.NullDecimal, empty string, f *fault) {
	n, err := text.ParseNumber(raw, m.style)
	if m.style == text.Unknown && strings.ContainsAny(raw, ".,") {
		a, errA := text.ParseNumber(raw, text.Vietnamese)
		b, errB := text.ParseNumber(raw, text.English)
		if errA == nil && errB == nil && !a.Value.Equal(b.Value) {
			return value, "", &fault{"number.ambiguous", "value", a.Value.String() + " | " + b.Value.String(), ""}
		}
	}
	var e *text.NumberError
	switch {
	case errors.As(err, &e) && e.Reason == text.ReasonEmpty:
		return value, e.Empty, nil
	case err != nil || n.High.Valid || n.Of.Valid || n.Sub.Valid || n.Qualifier != "" || n.Unit != "" || n.Percent || n.Kind != "" || n.Scale != 0:
		return value, "", &fault{"number.unreadable", "value", "not a bare number", ""}
	}
	return decimal.NewNullDecimal(n.Value), "", nil
}

// periodOf reads the forms of a month that machines write (2019-12, 12/2019, 201912), and otherwise those that people write.
// Years run from 1900 to 2100.
func periodOf(s string) (period, status string, ok bool) {
	s = strings.TrimSpace(s)
	for _, form := range []string{"2006-01", "01/2006", "1/2006", "200601"} {
		if t, err := time.Parse(form, s); err == nil && t.Year() >= 1900 && t.Year() <= 2100 {
			return t.Format("2006-01"), "", true
		}
	}
	return text.Period(s)
}

func isMonth(period string) bool {
	return len(period) == len("2006-01") && period[5] != 'Q' && period[5] != 'S'
}

// place finds the territory that a record is about.
func (r *reader) place(code, name, day string) (string, *fault) {
	k := [3]string{code, name, day}
	known, ok := r.places[k]
	if !ok {
		known.id, known.fault = place(r.cat, code, name, day)
		r.places[k] = known
	}
	return known.id, known.fault
}

// maxSlip is how many letters a name may be from a known one to be proposed.
const maxSlip = 3

// place finds a territory by code, by name, or by both, which must then agree; day decides between units of one name or
// code. A code that lost its leading zero, as spreadsheets do to it, is given it back.
func place(cat *catalogue.Catalogue, code, name, day string) (string, *fault) {
	code, name = strings.TrimSpace(code), text.Repair(strings.TrimSpace(name))
	if len(code) == 1 {
		code = "0" + code
	}
	var coded *catalogue.Territory
	for i := range cat.Territories {
		if t := &cat.Territories[i]; t.Level == "province" && t.Code == code && t.ValidOn(day) {
			coded = t
		}
	}
	if name == "" {
		if coded == nil {
			return "", &fault{"territory.unknown", "territory_code", "no province has this code on " + day, ""}
		}
		return coded.ID, nil
	}
	var found []*catalogue.Territory
	all := cat.TerritoriesByName(name)
	for _, t := range all {
		if t.ValidOn(day) && !t.IsLocal() {
			found = append(found, t)
		}
	}
	switch {
	case len(found) > 1:
		return "", &fault{"territory.ambiguous", "territory", found[0].ID + ", " + found[1].ID, ""}
	case len(found) == 0 && len(all) > 0:
		return "", &fault{"territory.unknown", "territory", name + ": not in force on " + day, ""}
	case len(found) == 0:
		nearest := ""
		if t := cat.NearestTerritory(name); t != nil && text.Distance(t.NameVi, name) <= maxSlip {
			nearest = t.NameVi
		}
		return "", &fault{"territory.unknown", "territory", name, nearest}
	case code == "" || coded == found[0] || coded == nil && found[0].Level != "province": // the country goes by 00 and by others
		return found[0].ID, nil
	}
	return "", &fault{"territory.ambiguous", "territory_code", fmt.Sprintf("%s, not %s, is the code of %s", found[0].Code, code, found[0].NameVi), found[0].Code}
}

// lastDay is the last day of a period, or of a month its 28th: the day on which its territory must exist. Units change on
// the first of a month.
func lastDay(period string) string {
	if _, to, ok := strings.Cut(period, "/"); ok {
		period = to
	}
	if len(period) == 4 {
		return period + "-12-31"
	}
	switch year, part := period[:4], period[5:]; part {
	case "S1", "Q2":
		return year + "-06-30"
	case "Q1":
		return year + "-03-31"
	case "Q3":
		return year + "-09-30"
	case "S2", "Q4":
		return year + "-12-31"
	default:
		return period + "-28"
	}
}

func (s *Set) readJSONStat(ctx context.Context, cat *catalogue.Catalogue, fileType string, f *os.File) (*record.File, error) {
	d, err := feed.ReadJSONStat(f)
	if err != nil && fileType == "json" { // any JSON at all
		return nil, &Error{Code: "file.unsupported", Detail: err.Error()}
	}
	if err != nil {
		return nil, &Error{Code: "file.damaged", Detail: err.Error()}
	}
	label, _ := text.Footnote(text.Repair(d.Label))
	var best *Mapping
	for i := range s.mappings { // the longest label is the most exact
		m := &s.mappings[i]
		if m.Format == "json-stat" && strings.HasPrefix(text.Key(label), text.Key(m.LabelStart)) && (best == nil || len(m.LabelStart) > len(best.LabelStart)) {
			best = m
		}
	}
	if best == nil {
		return nil, &Error{Code: "feed.mapping_unknown", Detail: label}
	}
	return best.readDataset(ctx, cat, d, label)
}

// roles finds the dimension of every role. A dimension without a role, or two with one, refuse the dataset.
func (m *Mapping) roles(d *feed.Dataset) (map[string]int, error) {
	at := map[string]int{}
	for i, dim := range d.Dimensions {
		role := ""
		for r, names := range m.Dimensions {
			for _, n := range names {
				if text.Key(n) == text.Key(dim.Label) || text.Key(n) == text.Key(dim.ID) {
					role = r
				}
			}
		}
		if _, twice := at[role]; role == "" || twice {
			return nil, fmt.Errorf("dimension %q", dim.Label)
		}
		at[role] = i
	}
	for role := range m.Dimensions {
		if _, ok := at[role]; !ok {
			return nil, fmt.Errorf("no dimension gives %s", role)
		}
	}
	return at, nil
}

func (m *Mapping) readDataset(ctx context.Context, cat *catalogue.Catalogue, d *feed.Dataset, label string) (*record.File, error) {
	dimensions, err := m.roles(d)
	if err != nil {
		return nil, &Error{Code: "feed.mapping_unknown", Detail: fmt.Sprintf("%v of %q", err, label)}
	}
	names := make([][]string, len(d.Dimensions))
	for i, dim := range d.Dimensions {
		for _, c := range dim.Categories {
			names[i] = append(names[i], text.Repair(strings.TrimSpace(c)))
		}
	}
	r := newReader(m, cat, label)
	r.sheet.Read = len(d.Values)
	header := make([]string, len(d.Dimensions))
	for cell := range d.Values {
		if cell%4096 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		at := d.Position(cell)
		for i, c := range at {
			header[i] = names[i][c]
		}
		e, faults := r.understand(record.Origin{Line: 1, Field: feed.CellName(cell), Raw: d.Raw(cell)}, func(role string) (string, bool) {
			i, ok := dimensions[role]
			if !ok {
				return "", false
			}
			return header[i], true
		})
		e.Header = strings.Join(header, " / ")
		if i, ok := dimensions["territory"]; ok {
			e.Label = d.Dimensions[i].Categories[at[i]]
		}
		missing := d.Values[cell] == nil
		if missing {
			e.Empty = text.EmptyDots
		} else if f := e.readDouble(); f != nil {
			faults = append(faults, f)
		}
		e.readStatus(d.Status[cell])
		repeated := false
		if len(faults) == 0 {
			var f *fault
			if f, repeated = r.add(&e); f != nil {
				faults = append(faults, f)
			}
		}
		switch {
		case len(faults) > 0 && missing:
			r.skip(skipBlank, 1) // nothing stands there, so nothing is lost
		case len(faults) > 0:
			refusal := record.Refusal{Origin: e.Origin, Code: faults[0].code, Nearest: faults[0].nearest, Cells: 1, Label: e.Label, Header: e.Header}
			for _, f := range faults {
				refusal.Args = append(refusal.Args, f.why)
			}
			r.sheet.Quarantined++
			r.out.Refusals = append(r.out.Refusals, refusal)
		case repeated:
			r.skip(skipRepeat, 1)
		default:
			r.sheet.Loaded++
		}
	}
	return r.finish(), nil
}

// readDouble reads the value of a cell of a dataset.
func (e *entry) readDouble() *fault {
	v, cut, err := text.FromFloat(e.Raw)
	if err != nil {
		return &fault{"number.unreadable", "value", err.Error(), ""}
	}
	e.Value = decimal.NewNullDecimal(v)
	if cut {
		e.Note = "rounded to the 15 digits that the sender's program shows"
	}
	return nil
}

// readStatus takes over a status of SDMX that is sent with a cell, and notes any other.
func (e *entry) readStatus(sent string) {
	switch s := strings.ToUpper(strings.TrimSpace(sent)); {
	case s == "":
	case strings.Contains("AEPFB", s) && len(s) == 1:
		e.Status = s
	default:
		e.Note = strings.TrimSpace(e.Note + " status: " + text.Repair(strings.TrimSpace(sent)))
	}
}
