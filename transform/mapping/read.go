package mapping

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/phuluc/phuluc/extract/feed"
	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/record"
	"github.com/phuluc/phuluc/transform/text"
)

// fault says which field of a record can not be understood.
type fault struct{ code, role, why, nearest string }

func (f *fault) Error() string { return f.code + " " + f.role }

// unify turns a word of a role into what it means; without a list of words it stays as it is.
func (m *Mapping) unify(role, word string) (any, *fault) {
	words, ok := m.words[role]
	if !ok {
		return text.Repair(strings.TrimSpace(word)), nil
	}
	if v, ok := words[text.Key(word)]; ok {
		return v, nil
	}
	nearest, distance := "", 1<<30
	for w := range m.Values[role] {
		if d := text.Distance(w, word); d < distance || d == distance && w < nearest {
			nearest, distance = w, d
		}
	}
	return nil, &fault{"feed.field", role, "unknown word", nearest}
}

func (m *Mapping) readDelimited(ctx context.Context, cat *catalogue.Catalogue, t *feed.Table, at map[string]int) (*record.File, error) {
	out := &record.File{Identity: record.Identity{Form: m.Name, Title: m.TitleVi}}
	sheet := record.Sheet{Tables: 1, Skipped: map[string]int{"header": len(t.Header)}, Read: len(t.Header)}
	seen := map[string]int{} // key of a value → position in out
	for r, err := range t.Records(ctx) {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			return nil, &Error{"file.damaged", err.Error()}
		}
		if r.Bad != "" {
			sheet.Read++
			sheet.Quarantined++
			out.Refusals = append(out.Refusals, record.Refusal{
				Origin: record.Origin{Line: r.Line, Raw: strings.ToValidUTF8(r.Raw, "�")}, Code: "feed.record", Args: []string{r.Bad}, Cells: 1,
			})
			continue
		}
		sheet.Read += len(r.Fields)
		sheet.Skipped["dimension"] += len(r.Fields) - 1
		origin := record.Origin{Line: r.Line, Field: t.Header[at["value"]], Raw: r.Fields[at["value"]]}
		if f := m.take(cat, out, r.Fields, at, origin, seen, &sheet); f != nil {
			bad := origin
			if i, ok := at[f.role]; ok {
				bad.Field, bad.Raw = t.Header[i], r.Fields[i]
			}
			sheet.Quarantined++
			out.Refusals = append(out.Refusals, record.Refusal{Origin: bad, Code: f.code, Args: []string{f.why}, Nearest: f.nearest, Cells: 1, Label: r.Raw})
		}
	}
	out.Sheets = []record.Sheet{sheet}
	return out, nil
}

// take understands one record and appends it to out, or says which field it does not understand.
func (m *Mapping) take(cat *catalogue.Catalogue, out *record.File, fields []string, at map[string]int, origin record.Origin, seen map[string]int, sheet *record.Sheet) *fault {
	field := func(role string) string {
		if i, ok := at[role]; ok {
			return fields[i]
		}
		return ""
	}
	period, status, ok := month(field("period"))
	if !ok {
		return &fault{"feed.field", "period", "not a period", ""}
	}
	territory, f := place(cat, field("territory_code"), field("territory"), lastDay(period))
	if f != nil {
		return f
	}
	word := map[string]string{}
	for _, role := range []string{"scheme", "sex", "area", "age_group", "indicator", "measure"} {
		if _, has := at[role]; !has {
			continue
		}
		v, f := m.unify(role, field(role))
		if f != nil {
			return f
		}
		word[role] = fmt.Sprint(v)
	}
	value, empty, f := number(field("value"))
	if f != nil {
		return f
	}
	if status == "" {
		status = "A"
	}
	fresh := func(key string, same func(int) bool) (*fault, bool) {
		i, twice := seen[key]
		switch {
		case !twice:
			return nil, true
		case same(i):
			sheet.Skipped["repeat"]++
			return nil, false
		}
		return &fault{"value.duplicate", "value", fmt.Sprintf("line %d says otherwise", i), ""}, false
	}
	if m.Kind == "insurance" {
		o := record.Insurance{
			Origin: origin, Territory: territory, Period: period, Scheme: word["scheme"], Sex: or(word["sex"], "T"), AgeGroup: or(word["age_group"], "T"), Value: value, Status: status,
		}
		if value.Valid && (value.Decimal.IsNegative() || !value.Decimal.IsInteger()) {
			return &fault{"value.type", "value", "a count of people is a whole number", ""}
		}
		key := strings.Join([]string{o.Territory, o.Period, o.Scheme, o.Sex, o.AgeGroup}, "|")
		f, isNew := fresh(key, func(line int) bool {
			for i := range out.Insurance {
				if out.Insurance[i].Line == int64(line) {
					return equal(out.Insurance[i].Value, o.Value)
				}
			}
			return false
		})
		if f != nil {
			return f
		}
		if isNew {
			seen[key] = int(origin.Line)
			out.Insurance = append(out.Insurance, o)
			sheet.Loaded++
		}
		return nil
	}
	o := record.Observation{
		Origin: origin, Table: 1, Indicator: or(word["indicator"], m.Indicator), Territory: territory, Period: period, Measure: or(word["measure"], m.Measure),
		Sex: or(word["sex"], "T"), Area: or(word["area"], "T"), Value: value, Empty: empty, Status: status, Reported: m.Unit,
	}
	if f := m.inOwnUnit(cat, &o); f != nil {
		return f
	}
	key := strings.Join([]string{o.Indicator, o.Territory, o.Period, o.Measure, o.Sex, o.Area}, "|")
	f, isNew := fresh(key, func(line int) bool {
		for i := range out.Observations {
			if out.Observations[i].Line == int64(line) {
				return equal(out.Observations[i].Value, o.Value)
			}
		}
		return false
	})
	if f != nil {
		return f
	}
	if isNew {
		seen[key] = int(origin.Line)
		out.Observations = append(out.Observations, o)
		sheet.Loaded++
	}
	return nil
}

// month reads the forms of a month that machines write (2019-12, 12/2019), and otherwise those that people write.
func month(s string) (period, status string, ok bool) {
	s = strings.TrimSpace(s)
	for _, form := range []string{"2006-01", "01/2006", "1/2006", "200601"} {
		if t, err := time.Parse(form, s); err == nil {
			return t.Format("2006-01"), "", true
		}
	}
	return text.Period(s)
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func equal(a, b decimal.NullDecimal) bool {
	return a.Valid == b.Valid && (!a.Valid || a.Decimal.Equal(b.Decimal))
}

// inOwnUnit converts a value to the unit of its indicator.
func (m *Mapping) inOwnUnit(cat *catalogue.Catalogue, o *record.Observation) *fault {
	ind := cat.Indicator(o.Indicator)
	if ind == nil {
		return &fault{"indicator.unknown", "indicator", o.Indicator, ""}
	}
	o.Unit = ind.Unit
	from, to := cat.Unit(o.Reported), cat.Unit(ind.Unit)
	if from == nil || to == nil {
		return &fault{"unit.unknown", "value", o.Reported, ""}
	}
	if o.Value.Valid {
		v, ok := cat.Convert(o.Value.Decimal, from, to)
		if !ok {
			return &fault{"unit.conflict", "value", from.NameVi + " → " + to.NameVi, ""}
		}
		o.Value.Decimal = v
	}
	return nil
}

// number reads the digits of a feed. Feeds are machine-made: a plain number, or one of the signs for a missing one.
func number(raw string) (decimal.NullDecimal, string, *fault) {
	s := strings.TrimSpace(raw)
	if v, err := decimal.NewFromString(s); err == nil && !strings.ContainsAny(s, "eE") {
		if v.Exponent() < -10 || len(v.Coefficient().String()) > 28 {
			return decimal.NullDecimal{}, "", &fault{"number.unreadable", "value", "more digits than DECIMAL(28,10) holds", ""}
		}
		return decimal.NewNullDecimal(v), "", nil
	}
	n, err := text.ParseNumber(s, text.Unknown)
	var e *text.NumberError
	switch {
	case errors.As(err, &e) && e.Empty != "":
		return decimal.NullDecimal{}, e.Empty, nil
	case err != nil || n.High.Valid || n.Of.Valid || n.Qualifier != "" || n.Unit != "" || n.Percent:
		return decimal.NullDecimal{}, "", &fault{"number.unreadable", "value", "not a number", ""}
	}
	return decimal.NewNullDecimal(n.Value), "", nil
}

// place finds the territory by code, by name, or by both, which must then agree; day decides between units of one name.
func place(cat *catalogue.Catalogue, code, name, day string) (string, *fault) {
	code, name = strings.TrimSpace(code), text.Repair(strings.TrimSpace(name))
	var found []*catalogue.Territory
	if name != "" {
		for _, t := range cat.TerritoriesByName(name) {
			if t.ValidOn(day) && t.Level != "district" {
				found = append(found, t)
			}
		}
		if len(found) == 0 {
			nearest := ""
			if t := cat.NearestTerritory(name); t != nil {
				nearest = t.NameVi
			}
			return "", &fault{"territory.unknown", "territory", name, nearest}
		}
	} else {
		for i := range cat.Territories {
			if t := &cat.Territories[i]; t.Level == "province" && t.Code == code && t.ValidOn(day) {
				found = append(found, t)
			}
		}
		if len(found) == 0 {
			return "", &fault{"territory.unknown", "territory_code", code, ""}
		}
	}
	if len(found) > 1 {
		return "", &fault{"territory.ambiguous", "territory", name + code, ""}
	}
	if t := found[0]; code != "" && name != "" && t.Level == "province" && t.Code != code {
		return "", &fault{"territory.ambiguous", "territory_code", fmt.Sprintf("%s has code %s", t.NameVi, t.Code), t.Code}
	}
	return found[0].ID, nil
}

// lastDay is the last day of a period: the day on which its territory must exist.
func lastDay(period string) string {
	if _, to, ok := strings.Cut(period, "/"); ok {
		period = to
	}
	switch {
	case len(period) == 4:
		return period + "-12-31"
	case strings.HasSuffix(period, "-S1"), strings.HasSuffix(period, "-Q2"):
		return period[:4] + "-06-30"
	case strings.HasSuffix(period, "-Q1"):
		return period[:4] + "-03-31"
	case strings.HasSuffix(period, "-Q3"):
		return period[:4] + "-09-30"
	case strings.Contains(period, "Q4"), strings.Contains(period, "S2"):
		return period[:4] + "-12-31"
	}
	return period + "-28" // units change on the first of a month
}

func (s *Set) readJSONStat(ctx context.Context, cat *catalogue.Catalogue, f *os.File) (*record.File, error) {
	d, err := feed.ReadJSONStat(f)
	if err != nil {
		return nil, &Error{"file.damaged", err.Error()}
	}
	label, _ := text.Footnote(text.Repair(d.Label))
	for i := range s.mappings {
		m := &s.mappings[i]
		if m.Format == "json-stat" && strings.HasPrefix(text.Key(label), text.Key(m.LabelStart)) {
			return m.readDataset(ctx, cat, d, label)
		}
	}
	return nil, &Error{"feed.mapping_unknown", label}
}

func (m *Mapping) readDataset(ctx context.Context, cat *catalogue.Catalogue, d *feed.Dataset, label string) (*record.File, error) {
	role := map[int]string{}
	for i, dim := range d.Dimensions {
		for r, names := range m.Dimensions {
			for _, n := range names {
				if text.Key(n) == text.Key(dim.Label) || text.Key(n) == text.Key(dim.ID) {
					role[i] = r
				}
			}
		}
		if role[i] == "" {
			return nil, &Error{"feed.mapping_unknown", fmt.Sprintf("dimension %q of %q", dim.Label, label)}
		}
	}
	out := &record.File{Identity: record.Identity{Form: m.Name, Title: label}}
	sheet := record.Sheet{Tables: 1, Read: len(d.Values), Skipped: map[string]int{}}
	for cell, raw := range d.Values {
		if cell%4096 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		at := d.Position(cell)
		names := make([]string, len(at))
		o := record.Observation{
			Origin: record.Origin{Line: 1, Field: fmt.Sprintf("value[%d]", cell), Raw: string(raw)}, Table: 1,
			Indicator: m.Indicator, Measure: m.Measure, Reported: m.Unit, Sex: "T", Area: "T", Status: "A",
		}
		if raw == nil {
			o.Raw = "null"
		}
		var place string
		var bad *fault
		for i, c := range at {
			name := text.Repair(strings.TrimSpace(d.Dimensions[i].Categories[c]))
			names[i] = name
			switch role[i] {
			case "territory":
				place, o.Label = name, d.Dimensions[i].Categories[c]
			case "period":
				period, status, ok := text.Period(name)
				if !ok {
					bad = &fault{"feed.field", "period", "not a period: " + name, ""}
				}
				o.Period = period
				if status != "" {
					o.Status = status
				}
			default:
				v, f := m.unify(role[i], name)
				if f != nil {
					bad = f
					break
				}
				if parts, ok := v.(map[string]any); ok {
					for k, x := range parts {
						switch k {
						case "sex":
							o.Sex = fmt.Sprint(x)
						case "area":
							o.Area = fmt.Sprint(x)
						}
					}
				}
			}
		}
		o.Header = strings.Join(names, " / ")
		if bad == nil {
			bad = m.settle(cat, &o, place, raw == nil)
		}
		switch {
		case bad != nil && raw == nil:
			sheet.Skipped["blank"]++ // nothing stands there, so nothing is lost
		case bad != nil:
			sheet.Quarantined++
			out.Refusals = append(out.Refusals, record.Refusal{Origin: o.Origin, Code: bad.code, Args: []string{bad.why}, Nearest: bad.nearest, Cells: 1, Label: o.Label, Header: o.Header})
		default:
			sheet.Loaded++
			out.Observations = append(out.Observations, o)
		}
	}
	out.Sheets = []record.Sheet{sheet}
	return out, nil
}

// settle finds the territory and the value of a cell of a dataset. A missing cell is loaded as missing, with its kind.
func (m *Mapping) settle(cat *catalogue.Catalogue, o *record.Observation, name string, missing bool) *fault {
	id, f := place(cat, "", name, lastDay(o.Period))
	if f != nil {
		return f
	}
	o.Territory = id
	if missing {
		o.Empty, o.Status = "dots", "L"
	} else {
		v, cut, err := text.FromFloat(o.Raw)
		if err != nil {
			return &fault{"number.unreadable", "value", err.Error(), ""}
		}
		o.Value = decimal.NewNullDecimal(v)
		if cut {
			o.Note = "rounded to the 15 digits that the sender's program shows"
		}
	}
	return m.inOwnUnit(cat, o)
}
