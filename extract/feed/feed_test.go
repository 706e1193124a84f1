package feed

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func TestDelimitedFindsSeparatorAndKeepsLineNumbers(t *testing.T) {
	for name, c := range map[string]struct {
		text   string
		header []string
		want   []string // line:fields or line!reason
	}{
		"semicolons with a byte order mark": {"\ufeffa;b\r\n1;2\r\n3;4\r\n", []string{"a", "b"}, []string{"2:[1 2]", "3:[3 4]"}},
		"commas and quotes":                 {"a,b\n\"x, \"\"y\"\"\",2\n", []string{"a", "b"}, []string{`2:[x, "y" 2]`}},
		"line break inside quotes":          {"a,b\n\"x\ny\",2\n3,4\n", []string{"a", "b"}, []string{"2:[x\ny 2]", "4:[3 4]"}},
		"wrong number of fields":            {"a;b\n1\n1;2;3\n5;6\n", []string{"a", "b"}, []string{"2!1 fields, the header has 2", "3!3 fields, the header has 2", "4:[5 6]"}},
		"open quote keeps the rest":         {"a;b\n\"1;2\n3;4\n5;6\n", []string{"a", "b"}, []string{"2!a quote is not closed", "3:[3 4]", "4:[5 6]"}},
		"text after a quote":                {"a;b\n\"1\"x;2\n3;4\n", []string{"a", "b"}, []string{"2!text follows a closing quote", "3:[3 4]"}},
		"blank lines are counted":           {"a\tb\n\n1\t2\n", []string{"a", "b"}, []string{"3:[1 2]"}},
		"no line end":                       {"a|b\n1|2", []string{"a", "b"}, []string{"2:[1 2]"}},
		"not UTF-8":                         {"a;b\n\xff;2\n3;4\n", []string{"a", "b"}, []string{"2!not UTF-8 text", "3:[3 4]"}},
	} {
		t.Run(name, func(t *testing.T) {
			table, err := OpenDelimited(strings.NewReader(c.text))
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(table.Header, c.header) {
				t.Errorf("header %q", table.Header)
			}
			var got []string
			for r, err := range table.Records(context.Background()) {
				if err != nil {
					t.Fatal(err)
				}
				if r.Bad != "" {
					got = append(got, fmt.Sprintf("%d!%s", r.Line, r.Bad))
				} else {
					got = append(got, fmt.Sprintf("%d:%v", r.Line, r.Fields))
				}
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestDelimitedRefusesWhatIsNoTable(t *testing.T) {
	for name, text := range map[string]string{"empty": "", "binary": "\x00\x01;\x02\n", "open quote in the header": "\"a;b\n1;2\n"} {
		if _, err := OpenDelimited(strings.NewReader(text)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

const dataset = `{"dataset":{"dimension":{"Place":{"label":"Place","category":{"index":{"0":0,"1":1},"label":{"0":"A","1":"B"}}},
"Year":{"label":"Year","category":{"index":["x","y","z"],"label":{"x":"2019","y":"2020","z":"Prel. 2021"}}}},
"id":["Place","Year"],"size":[2,3],"label":"L(*)","updated":"9999-12-31T16:59:59Z","status":{"5":null},"value":[1.50,2,3,4,51594.299999999988,null]}}` + "\x00"

func TestJSONStatKeepsDigitsAndMissingCells(t *testing.T) {
	d, err := ReadJSONStat(strings.NewReader(dataset))
	if err != nil {
		t.Fatal(err)
	}
	if string(d.Values[0]) != "1.50" || string(d.Values[4]) != "51594.299999999988" || d.Values[5] != nil {
		t.Errorf("values %q", d.Values)
	}
	if got := d.Position(5); !reflect.DeepEqual(got, []int{1, 2}) {
		t.Errorf("position %v", got)
	}
	if _, ok := d.Status[5]; !ok || d.Dimensions[1].Categories[2] != "Prel. 2021" {
		t.Errorf("%+v", d)
	}
}

func TestJSONStatRefusesWhatDoesNotFit(t *testing.T) {
	for name, text := range map[string]string{
		"not JSON":        "{",
		"no dimension":    `{"value":[1]}`,
		"too few values":  `{"id":["a"],"size":[2],"dimension":{"a":{"category":{"index":["x","y"]}}},"value":[1]}`,
		"gaps":            `{"id":["a"],"size":[2],"dimension":{"a":{"category":{"index":{"x":0,"y":7}}}},"value":[1,2]}`,
		"huge sizes":      `{"id":["a","b"],"size":[4000000000,4000000000],"dimension":{"a":{},"b":{}},"value":[]}`,
		"value outside":   `{"id":["a"],"size":[1],"dimension":{"a":{"category":{"index":["x"]}}},"value":{"9":1}}`,
		"negative size":   `{"id":["a"],"size":[-1],"dimension":{"a":{"category":{"index":[]}}},"value":[]}`,
		"status position": `{"id":["a"],"size":[1],"dimension":{"a":{"category":{"index":["x"]}}},"value":[1],"status":{"7":"x"}}`,
	} {
		if _, err := ReadJSONStat(strings.NewReader(text)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func FuzzReadJSONStat(f *testing.F) {
	f.Add(dataset)
	f.Add(`{"id":["a"],"size":[1],"dimension":{"a":{"category":{"label":{"x":"X"}}}},"value":{"0":1},"status":"p"}`)
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ReadJSONStat(strings.NewReader(text))
		if err == nil && len(d.Values) > 0 {
			d.Position(len(d.Values) - 1)
		}
	})
}

// No line is lost: the fields and bad records of a file account for every line that is not blank.
func FuzzDelimitedLosesNoLine(f *testing.F) {
	f.Add("a;b\n1;2\n\"3;4\n5;6\n")
	f.Add("a,b\n\"x\ny\",2\n")
	f.Fuzz(func(t *testing.T, text string) {
		table, err := OpenDelimited(strings.NewReader(text))
		if err != nil || strings.Contains(text, "\r") || strings.HasPrefix(text, "\xfe\xff") || strings.HasPrefix(text, "\xff\xfe") || strings.HasPrefix(text, "\ufeff") {
			return
		}
		_, body, _ := strings.Cut(text, "\n")
		want := 0
		for _, line := range strings.Split(body, "\n") {
			if strings.TrimSpace(line) != "" {
				want++
			}
		}
		got := 0
		last := int64(1)
		for r, err := range table.Records(context.Background()) {
			if err != nil {
				return
			}
			if r.Line <= last {
				t.Fatalf("line %d after %d", r.Line, last)
			}
			last = r.Line
			for _, line := range strings.Split(r.Raw, "\n") {
				if strings.TrimSpace(line) != "" {
					got++
				}
			}
		}
		if got != want {
			t.Fatalf("%d lines of %d", got, want)
		}
	})
}
func BenchmarkOpenQuotesOnEveryLine(b *testing.B) {
	text := "a;b\n" + strings.Repeat("\"\n", 100_000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		table, err := OpenDelimited(strings.NewReader(text))
		if err != nil {
			b.Fatal(err)
		}
		for _, err := range table.Records(context.Background()) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}

// An error met while looking ahead for a closing quote ends the file; it is not passed over.
func TestDelimitedTellsALineThatIsTooLong(t *testing.T) {
	for name, before := range map[string]string{"at once": "", "behind an open quote": "\"1;2\n"} {
		text := "a;b\n" + before + strings.Repeat("x", maxLine+1) + ";2\n3;4\n"
		table, err := OpenDelimited(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		var failed error
		for r, err := range table.Records(context.Background()) {
			if failed != nil {
				t.Errorf("%s: a record follows the error: %+v", name, r)
			}
			failed = err
		}
		if failed == nil || !strings.Contains(failed.Error(), "longer than") {
			t.Errorf("%s: error %v", name, failed)
		}
	}
}

func TestRecordsEndWhenCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	table, err := OpenDelimited(strings.NewReader("a;b\n1;2\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range table.Records(ctx) {
		if err != context.Canceled {
			t.Errorf("error %v", err)
		}
	}
}

// Guards invariant 3 for feeds: an address gives the same text when it is read again.
func TestAgainReadsEveryAddress(t *testing.T) {
	text := "\ufeffmã;số\r\n01;\"x\r\ny\"\r\n\r\n02;5\r\nonly one\r\n\"open;3\r\n03;7\r\n\xff;1\r\n"
	table, err := OpenDelimited(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	records := 0
	for r, err := range table.Records(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		records++
		want := map[string]string{"": strings.ToValidUTF8(r.Raw, "\ufffd")}
		for i, v := range r.Fields {
			want[table.Header[i]] = v
		}
		for field, v := range want {
			got, err := Again(context.Background(), strings.NewReader(text), "csv", r.Line, field)
			if err != nil || got != v {
				t.Errorf("line %d, field %q: %q, %v; want %q", r.Line, field, got, err, v)
			}
		}
	}
	if records != 6 {
		t.Errorf("%d records", records)
	}
	d, err := ReadJSONStat(strings.NewReader(dataset))
	if err != nil {
		t.Fatal(err)
	}
	for i := range d.Values {
		got, err := Again(context.Background(), strings.NewReader(dataset), "json-stat", 1, CellName(i))
		if err != nil || got != d.Raw(i) {
			t.Errorf("%s: %q, %v", CellName(i), got, err)
		}
	}
}

func TestAgainRefusesWhatIsNoAddress(t *testing.T) {
	csv := "a;b\n1;2\n3\n4;5\n"
	for _, c := range []struct {
		text, kind string
		line       int64
		field      string
	}{
		{csv, "csv", 1, "a"}, {csv, "csv", 3, "a"}, {csv, "csv", 9, "a"}, {csv, "csv", 2, "c"}, {"", "csv", 1, "a"},
		{dataset, "json-stat", 1, "value[6]"}, {dataset, "json-stat", 1, "value[-1]"}, {dataset, "json-stat", 1, "value[01]"},
		{dataset, "json-stat", 1, "a"}, {"{", "json", 1, "value[0]"},
	} {
		if got, err := Again(context.Background(), strings.NewReader(c.text), c.kind, c.line, c.field); err == nil {
			t.Errorf("%+v gives %q", c, got)
		}
	}
}
