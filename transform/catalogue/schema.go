package catalogue

// kind says which text a column may hold. An empty cell is right in every column that is not required.
type kind uint8

const (
	words   kind = iota // any text
	oneOf               // one of the listed words
	ref                 // the key of a row of another table
	number              // decimal with a dot
	year                // four digits
	date                // ISO date
	boolean             // true or false
)

type column struct {
	name     string
	kind     kind
	of       []string // oneOf: the words; ref: the table
	required bool
}

type table struct {
	name    string // without .csv
	key     []string
	columns []column
}

func (t table) index(name string) int {
	for i, c := range t.columns {
		if c.name == name {
			return i
		}
	}
	return -1
}

func (t table) header() []string {
	h := make([]string, len(t.columns))
	for i, c := range t.columns {
		h[i] = c.name
	}
	return h
}

// schema lists the tables in an order in which every reference points backwards, itself or forwards by name only.
func schema() []table {
	text := func(n string) column { return column{name: n} }
	must := func(n string) column { return column{name: n, required: true} }
	enum := func(n string, w ...string) column { return column{name: n, kind: oneOf, of: w, required: true} }
	maybe := func(n string, w ...string) column { return column{name: n, kind: oneOf, of: w} }
	to := func(n, t string) column { return column{name: n, kind: ref, of: []string{t}, required: true} }
	toMaybe := func(n, t string) column { return column{name: n, kind: ref, of: []string{t}} }
	as := func(n string, k kind) column { return column{name: n, kind: k} }
	mustBe := func(n string, k kind) column { return column{name: n, kind: k, required: true} }
	return []table{
		{"units", []string{"code"}, []column{must("code"), must("name_vi"), must("name_en"), must("quantity"), mustBe("factor", number)}},
		{"unit_words", []string{"word", "unit_code"}, []column{must("word"), to("unit_code", "units")}},
		{"measure_types", []string{"code"}, []column{enum("code", "actual", "estimate", "plan", "forecast", "target"), must("name_vi"), must("name_en")}},
		{"indicators", []string{"code"}, []column{
			must("code"), must("name_vi"), must("name_en"), to("unit_code", "units"), must("domain"),
			enum("value_kind", "count", "percent", "percentage_point", "ratio", "currency_vnd", "index", "area"),
			enum("direction_good", "up", "down", "none"), enum("aggregation", "sum", "weighted_mean", "none"), maybe("stock_flow", "stock", "flow"),
			toMaybe("weight_code", "indicators"), toMaybe("parent_code", "indicators"),
			maybe("sex", "F", "M"), maybe("area", "U", "R"), as("min_value", number), as("max_value", number), text("notes"), text("evidence"),
		}},
		{"indicator_parts", []string{"whole_code", "part_code"}, []column{
			to("whole_code", "indicators"), to("part_code", "indicators"), must("group_id"), mustBe("exhaustive", boolean),
		}},
		{"indicator_synonyms", []string{"indicator_code", "label", "parent_label"}, []column{
			to("indicator_code", "indicators"), must("label"), maybe("lang", "vi", "en"), text("parent_label"), text("source"),
		}},
		{"territories", []string{"territory_id"}, []column{
			must("territory_id"), text("code"), must("name_vi"), must("full_name_vi"), must("name_en"),
			enum("level", "country", "region", "province", "district", "commune"),
			enum("type", "country", "region", "province", "municipality", "provincial_city", "town", "district", "commune", "ward", "township", "special_zone"),
			toMaybe("parent_id", "territories"), toMaybe("region_id", "territories"), as("valid_from", date), as("valid_to", date), text("source"),
		}},
		{"population", []string{"territory_id"}, []column{
			to("territory_id", "territories"), mustBe("least", number), mustBe("most", number), must("source"),
		}},
		{"bounds", []string{"indicator_code"}, []column{
			to("indicator_code", "indicators"), as("least_per_person", number), mustBe("most_per_person", number), must("evidence"),
		}},
		{"territory_names", []string{"territory_id", "name"}, []column{
			to("territory_id", "territories"), must("name"), maybe("kind", "official", "alias", "english", "former"),
		}},
		{"succession", []string{"predecessor_id", "successor_id", "date"}, []column{
			to("predecessor_id", "territories"), to("successor_id", "territories"), mustBe("date", date),
			enum("kind", "unchanged", "merged_into", "merged_keeps_code", "split_from"), text("legal_basis"), text("source"),
		}},
		{"header_words", []string{"word", "dimension", "value"}, []column{
			must("word"), enum("dimension", "measure", "sex", "area", "period_part", "status", "period_ref", "role"), must("value"), text("note"),
		}},
		{"documents", []string{"document"}, []column{
			must("document"), text("issuer"), as("issue_date", date), must("title_vi"), toMaybe("territory_id", "territories"),
			as("period_from", year), as("period_to", year), text("source"),
		}},
		{"targets", []string{"target_id"}, []column{
			must("target_id"), to("indicator_code", "indicators"), to("territory_id", "territories"), mustBe("year_from", year), mustBe("year_to", year),
			mustBe("value_min", number), as("value_max", number), enum("comparator", "=", ">=", "<=", "between"), mustBe("strict", boolean), mustBe("approx", boolean),
			enum("kind", "level_at_year", "annual_change", "cumulative"), to("unit_code", "units"), to("document", "documents"), as("issue_date", date),
			must("quote"), must("source"), enum("reliability", "primary", "secondary"), text("note"),
		}},
		{"rounds", []string{"round_id"}, []column{
			must("round_id"), mustBe("year", year), enum("kind", "plan", "year_end"), text("letter"), as("letter_date", date), as("due_date", date),
			must("title_vi"), text("source"),
		}},
		{"forms", []string{"form_code", "title"}, []column{
			must("form_code"), must("title"), mustBe("in_rounds", boolean), text("name_vi"), text("name_en"),
		}},
		{"bodies", []string{"body_id"}, []column{
			must("body_id"), must("name_vi"), must("name_en"), as("valid_from", date), as("valid_to", date), text("source"),
		}},
		{"breaks", []string{"indicator_code", "year", "kind", "territory_id"}, []column{
			to("indicator_code", "indicators"), mustBe("year", year),
			enum("kind", "definition", "denominator", "standard", "meaning", "law", "boundary", "ended"),
			must("text_vi"), must("text_en"), must("source"), toMaybe("territory_id", "territories"),
		}},
	}
}

// headerValues are the values that a header word of dimension d may have; nil allows any.
func headerValues(d string) []string {
	switch d {
	case "measure":
		return []string{"actual", "estimate", "plan", "forecast", "target"}
	case "sex":
		return []string{"M", "F", "T"}
	case "area":
		return []string{"U", "R", "T"}
	case "period_part":
		v := []string{"Y", "S1", "S2", "Q1", "Q2", "Q3", "Q4"}
		for m := 1; m <= 12; m++ {
			v = append(v, twoDigits(m), "01/"+twoDigits(m))
		}
		return v
	case "status":
		return []string{"P", "E", "A"}
	case "period_ref":
		return []string{"previous", "reporting"}
	case "role":
		return []string{"ordinal", "label", "unit", "note", "code", "comparison", "plan_achievement", "owner", "territory_label", "period_label", "of_which", "total",
			"section", "task_title", "task_lead", "task_partner", "task_due", "task_level"}
	}
	return nil
}

func twoDigits(n int) string { return string([]byte{byte('0' + n/10), byte('0' + n%10)}) }
