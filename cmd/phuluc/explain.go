package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/phuluc/phuluc/extract/landing"
	"github.com/phuluc/phuluc/load"
)

type explainFlags struct {
	indicator, territory, measure, sex, area, basis string
	year                                            string
	open                                            string
	limit                                           int
}

func (a *app) explainCommand() *cobra.Command {
	var f explainFlags
	cmd := &cobra.Command{
		Use:   "explain [ID]",
		Short: "Say where a number comes from: file, sheet, cell, raw text, rules",
		Long: `Say where a number comes from: the landed file, its sheet and cell, the text that stands there, the headers that gave
it its meaning, every vintage of it and what the rules said. Name the number by its id (observation_id, fact_id,
insurance_id or task_id: columns of the marts) or by indicator, territory and year. A number that stands in no cell of its
own is explained by those it was made of: a unit of 2025 by its former provinces, a region by its provinces.`,
		Example: `  phuluc explain --indicator poverty_rate --territory 46 --year 2019
  phuluc explain --indicator labour_force_15plus --territory province:24@2025 --year 2019 --basis units_2025
  phuluc explain --open 3f0c2b…
  phuluc explain --open=evidence --indicator poverty_rate --territory 46 --year 2019`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			id := ""
			switch {
			case len(args) == 1 && f.indicator != "":
				return badInput("explain takes an id or --indicator, not both", fmt.Sprintf("%q stands beside --indicator", args[0]), "to copy the files to another folder write --open="+args[0])
			case len(args) == 1:
				id = args[0]
			case f.indicator == "":
				return badInput("explain needs to know which number", "give an id, or --indicator with --territory and --year", "phuluc explain --indicator poverty_rate --territory 46 --year 2019")
			}
			cfg, err := a.config()
			if err != nil {
				return err
			}
			w, err := openCurrent(cmd.Context(), cfg, 0)
			if err != nil {
				return err
			}
			defer w.Close()
			found, err := explain(cmd.Context(), w, id, f)
			if err != nil {
				return err
			}
			if len(found) == 0 {
				return nothingFits(cmd.Context(), w, id, f)
			}
			if f.open != "" {
				if err := copyOut(cfg, found, f.open); err != nil {
					return err
				}
			}
			summary := plural(int64(len(found)), "source cell", "source cells")
			return a.done(cmd, summary, found, func(out io.Writer) { printExplanations(out, found) })
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.indicator, "indicator", "", "indicator code, e.g. poverty_rate")
	flags.StringVar(&f.territory, "territory", "", "territory id (province:46@2004), code (46: every unit that bore it) or name")
	flags.StringVar(&f.year, "year", "", "year or period, e.g. 2019, 2019-S1, 2015/2020")
	flags.StringVar(&f.measure, "measure", "", "actual, estimate, plan, forecast or target (default all)")
	flags.StringVar(&f.sex, "sex", "T", "T, F or M")
	flags.StringVar(&f.area, "area", "T", "T, U or R")
	flags.StringVar(&f.basis, "basis", "as_reported", "as_reported or units_2025")
	flags.StringVar(&f.open, "open", "", "copy the landed files here, or with --open=DIR to another folder")
	flags.Lookup("open").NoOptDefVal = "."
	flags.IntVar(&f.limit, "limit", 100, "at most so many source cells")
	return cmd
}

// nothingFits says which part of the question has no answer, and what there is instead.
func nothingFits(ctx context.Context, w *load.Warehouse, id string, f explainFlags) error {
	const what = "no such number in the warehouse"
	if id != "" {
		return badInput(what, fmt.Sprintf("no id begins with %q", id), `phuluc query "SELECT observation_id, indicator_vi, territory_vi, year FROM mart.indicator_trend LIMIT 5"`)
	}
	indicators, err := oneColumn(ctx, w, "SELECT indicator_code FROM dw.dim_indicator ORDER BY ALL")
	if err != nil {
		return err
	}
	if !slices.Contains(indicators, f.indicator) {
		return badInput(what, fmt.Sprintf("there is no indicator %q", f.indicator), "did you mean --indicator "+nearestWord(f.indicator, indicators)+`? All: phuluc query "SELECT indicator_code, name_vi FROM dw.dim_indicator"`)
	}
	const named = "(territory_id = ? OR territory_code = ? OR lower(name_vi) = lower(?))"
	place := []any{f.territory, f.territory, f.territory}
	if f.territory != "" {
		known, err := oneColumn(ctx, w, "SELECT territory_id FROM dw.dim_territory WHERE "+named, place...)
		if err != nil {
			return err
		}
		if len(known) == 0 {
			names, err := oneColumn(ctx, w, "SELECT DISTINCT name_vi FROM dw.dim_territory ORDER BY ALL")
			if err != nil {
				return err
			}
			return badInput(what, fmt.Sprintf("there is no territory %q", f.territory), fmt.Sprintf(`did you mean --territory "%s"? All: phuluc query "SELECT territory_id, name_vi FROM dw.dim_territory"`, nearestWord(f.territory, names)))
		}
	}
	held, err := oneColumn(ctx, w, `SELECT DISTINCT period_id || ' ' || measure_type FROM dw.observation JOIN dw.dim_territory USING (territory_id)
WHERE indicator_code = ? AND sex = ? AND area = ? AND (? = '' OR `+named+") ORDER BY ALL", append([]any{f.indicator, f.sex, f.area, f.territory}, place...)...)
	if err != nil {
		return err
	}
	asked := fmt.Sprintf("%s (sex %s, area %s)", strings.Join(nonEmpty(f.indicator, f.territory, f.year, f.measure), " "), f.sex, f.area)
	if len(held) == 0 {
		return badInput(what, "nothing fits "+asked+", and nothing was loaded for it in any year", "phuluc quarantine list tells what was refused")
	}
	more := ""
	if len(held) > maxShown {
		held, more = held[:maxShown], ", …"
	}
	return badInput(what, "nothing fits "+asked, "there are "+strings.Join(held, ", ")+more)
}

// oneColumn gives the texts that a query answers.
func oneColumn(ctx context.Context, w *load.Warehouse, query string, args ...any) (list []string, err error) {
	rows, err := w.Rows(ctx, query, args...)
	if err != nil {
		return nil, queryFailure(err)
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, rows.Err()
}

// explanation is one source cell of a number.
type explanation struct {
	Fact          string   `json:"fact"`           // fact_observation, fact_insurance or fact_task
	ObservationID string   `json:"observation_id"` // the id in that table
	Indicator     string   `json:"indicator_code"`
	IndicatorVi   string   `json:"indicator_vi"`
	Territory     string   `json:"territory_id"`
	TerritoryVi   string   `json:"territory_vi"`
	Period        string   `json:"period"`
	Measure       string   `json:"measure_type"`
	Sex           string   `json:"sex"`
	Area          string   `json:"area"`
	Value         *string  `json:"value"`
	ValueHigh     *string  `json:"value_high"`
	Qualifier     *string  `json:"qualifier"`
	Empty         *string  `json:"empty_kind"`
	Unit          *string  `json:"unit"`
	Reported      *string  `json:"reported_unit"`
	Latest        bool     `json:"is_latest"`
	Vintage       int      `json:"vintage_rank"`
	Round         *string  `json:"round_id"`
	SHA256        string   `json:"sha256"`
	File          string   `json:"file"`
	Origin        *string  `json:"origin"`
	Document      *string  `json:"document"`
	Sample        bool     `json:"is_sample"`
	Sheet         string   `json:"sheet"`
	Cell          string   `json:"cell"`
	Raw           *string  `json:"raw"`
	Label         *string  `json:"label"`
	Header        *string  `json:"header"`
	Note          *string  `json:"note"`
	Achieved      *string  `json:"achieved,omitempty"` // percentage of the plan that the sender states
	AchievedCell  *string  `json:"achieved_cell,omitempty"`
	AchievedRaw   *string  `json:"achieved_raw,omitempty"`
	Rules         []string `json:"rules"`
	MemberOf      string   `json:"member_of,omitempty"`
	Weight        *string  `json:"weight,omitempty"`
}

const explainColumns = `'fact_observation', o.observation_id, o.indicator_code, i.name_vi, o.territory_id, t.name_vi, o.period_id, o.measure_type, o.sex, o.area,
  CAST(o.value AS VARCHAR), CAST(o.value_high AS VARCHAR), o.qualifier, o.empty_kind, o.unit_code, o.reported_unit_code, o.is_latest, o.vintage_rank,
  o.round_id, o.source_sha256, s.file_name, s.origins, s.document, o.is_sample, o.sheet, o.cell, o.raw, l.label, l.header, o.note,
  CAST(o.achieved_pct AS VARCHAR), o.achieved_cell, o.achieved_raw,
  (SELECT string_agg(f.rule_code || ': ' || coalesce(f.message_vi, '') || coalesce(' (expected ' || f.expected || ', found ' || f.actual || ')', ''), chr(10) ORDER BY f.finding_id) FROM audit.finding AS f
   WHERE f.source_sha256 = o.source_sha256 AND f.sheet = o.sheet AND f.cell = o.cell)`

const explainFrom = `
FROM dw.observation AS o
JOIN dw.dim_indicator AS i ON i.indicator_code = o.indicator_code
JOIN dw.dim_territory AS t ON t.territory_id = o.territory_id
JOIN dw.dim_source AS s ON s.source_sha256 = o.source_sha256
LEFT JOIN audit.lineage AS l ON l.fact = 'fact_observation' AND l.fact_id = o.observation_id`

// explainOthers explains the facts that are no observations: counts of insured people, under the indicator that counts the
// same, and tasks, under their title. Its columns are those of explainColumns.
const explainOthers = `
FROM (
  SELECT 'fact_insurance' AS fact, f.insurance_id AS id, i.indicator_code, i.name_vi AS name_vi, t.territory_id, t.name_vi AS territory_vi, p.period_id,
         'actual' AS measure_type, x.sex, f.value, f.empty_kind, 'person' AS unit_code, f.is_latest, f.vintage_rank, NULL AS round_id, f.source_key,
         concat_ws('; ', f.note, CASE WHEN f.age_group <> 'T' THEN f.age_group END) AS note
  FROM dw.fact_insurance AS f
  JOIN dw.dim_territory AS t ON t.territory_key = f.territory_key
  JOIN dw.dim_period AS p ON p.period_key = f.period_key
  JOIN dw.dim_sex AS x ON x.sex_key = f.sex_key
  JOIN dw.dim_indicator AS i ON i.indicator_code = CASE f.scheme WHEN 'compulsory' THEN 'bhxh_compulsory' WHEN 'voluntary' THEN 'bhxh_voluntary'
                                                    WHEN 'unemployment' THEN 'bhtn_participants' WHEN 'health' THEN 'bhyt_participants' END
  UNION ALL
  SELECT 'fact_task', k.task_id, '', k.task_title, coalesce(t.territory_id, ''), coalesce(t.name_vi, ''), coalesce(k.due_text, ''),
         'task', 'T', NULL, NULL, NULL, k.is_latest, CASE WHEN k.is_latest THEN 1 ELSE 2 END, r.round_id, k.source_key,
         concat_ws('; ', k.task_lead, k.task_partner, k.task_level)
  FROM dw.fact_task AS k
  LEFT JOIN dw.dim_territory AS t ON t.territory_key = k.territory_key
  LEFT JOIN dw.dim_round AS r ON r.round_key = k.round_key
) AS o
JOIN dw.dim_source AS s ON s.source_key = o.source_key
JOIN audit.lineage AS l ON l.fact = o.fact AND l.fact_id = o.id
WHERE o.id LIKE ? || '%'
ORDER BY o.fact, o.id`

const otherColumns = `o.fact, o.id, o.indicator_code, o.name_vi, o.territory_id, o.territory_vi, o.period_id, o.measure_type, o.sex, 'T',
  CAST(o.value AS VARCHAR), NULL, NULL, o.empty_kind, o.unit_code, o.unit_code, o.is_latest, o.vintage_rank,
  o.round_id, s.source_sha256, s.file_name, s.origins, s.document, s.is_sample, l.sheet, l.cell, l.raw, l.label, l.header, nullif(o.note, ''),
  NULL, NULL, NULL,
  (SELECT string_agg(f.rule_code || ': ' || coalesce(f.message_vi, '') || coalesce(' (expected ' || f.expected || ', found ' || f.actual || ')', ''), chr(10) ORDER BY f.finding_id) FROM audit.finding AS f
   WHERE f.source_sha256 = s.source_sha256 AND f.sheet = l.sheet AND f.cell = l.cell)`

// explain gives the source cells of a number. A number that stands in no cell of its own is explained by the cells it was made
// of: a unit of 2025 by its former provinces, a region or the country by its provinces.
func explain(ctx context.Context, w *load.Warehouse, id string, f explainFlags) ([]explanation, error) {
	type step struct {
		query string
		args  []any
	}
	limit := fmt.Sprintf("\nORDER BY o.indicator_code, o.territory_id, o.period_id, o.measure_type, o.vintage_rank, o.observation_id LIMIT %d", max(f.limit, 1))
	own := "SELECT " + explainColumns + ", '', NULL" + explainFrom
	place := []any{f.territory, f.territory, f.territory}
	what := []any{f.indicator, f.year, f.year, f.measure, f.measure, f.sex, f.area}
	const stands = `
WHERE o.indicator_code = ? AND (? = '' OR o.period_id = ?) AND (? = '' OR o.measure_type = ?) AND o.sex = ? AND o.area = ?`
	const area = `(SELECT territory_id FROM dw.dim_territory WHERE level IN ('region', 'country') AND (territory_id = ? OR territory_code = ? OR lower(name_vi) = lower(?)))`
	reported := step{own + stands + " AND (? = '' OR o.territory_id = ? OR t.territory_code = ? OR lower(t.name_vi) = lower(?))" + limit, append(append(what[:7:7], f.territory), place...)}
	provinces := step{"SELECT " + explainColumns + ", g.territory_id, NULL" + explainFrom + `
JOIN dw.dim_territory AS g ON g.territory_id IN ` + area + ` AND t.level = 'province' AND (g.territory_id = t.region_id OR g.level = 'country')` +
		stands + " AND o.is_latest" + limit, append(place[:3:3], what...)}
	restated := "SELECT " + explainColumns + ", m.territory_id, CAST(m.weight AS VARCHAR)" + explainFrom + `
JOIN mart.restated_member AS m ON m.observation_id = o.observation_id
JOIN dw.dim_territory AS u ON u.territory_id = m.territory_id` + stands
	members := step{restated + " AND (u.territory_id = ? OR u.territory_code = ? OR lower(u.name_vi) = lower(?))" + limit, append(what[:7:7], place...)}
	units := step{restated + " AND u.region_id IN " + area + limit, append(what[:7:7], place...)}

	var steps []step
	switch {
	case id != "":
		steps = []step{
			{own + "\nWHERE o.observation_id LIKE ? || '%'" + limit, []any{id}},
			{"SELECT " + otherColumns + ", '', NULL" + explainOthers + fmt.Sprintf(" LIMIT %d", max(f.limit, 1)), []any{id}},
		}
	case f.basis == "units_2025":
		steps = []step{members, reported, units, provinces}
	case f.basis == "as_reported":
		steps = []step{reported, provinces}
	default:
		return nil, badInput("unknown basis %q", "the bases are as_reported and units_2025", "--basis units_2025", f.basis)
	}
	for _, s := range steps {
		found, err := explainRows(ctx, w, s.query, s.args...)
		if err != nil || len(found) > 0 {
			return found, err
		}
	}
	return nil, nil
}

func explainRows(ctx context.Context, w *load.Warehouse, query string, args ...any) ([]explanation, error) {
	rows, err := w.Rows(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("explain: %w", err)
	}
	defer rows.Close()
	var out []explanation
	for rows.Next() {
		var e explanation
		var rules *string
		if err := rows.Scan(&e.Fact, &e.ObservationID, &e.Indicator, &e.IndicatorVi, &e.Territory, &e.TerritoryVi, &e.Period, &e.Measure, &e.Sex, &e.Area,
			&e.Value, &e.ValueHigh, &e.Qualifier, &e.Empty, &e.Unit, &e.Reported, &e.Latest, &e.Vintage, &e.Round, &e.SHA256, &e.File, &e.Origin,
			&e.Document, &e.Sample, &e.Sheet, &e.Cell, &e.Raw, &e.Label, &e.Header, &e.Note, &e.Achieved, &e.AchievedCell, &e.AchievedRaw, &rules, &e.MemberOf, &e.Weight); err != nil {
			return nil, fmt.Errorf("explain: %w", err)
		}
		e.Rules = []string{}
		if rules != nil {
			e.Rules = strings.Split(*rules, "\n")
		}
		e.Value, e.ValueHigh, e.Weight, e.Achieved = shortNumber(e.Value), shortNumber(e.ValueHigh), shortNumber(e.Weight), shortNumber(e.Achieved)
		out = append(out, e)
	}
	return out, rows.Err()
}

// shortNumber takes the trailing zeros of a decimal away.
func shortNumber(s *string) *string {
	if s == nil || !strings.Contains(*s, ".") {
		return s
	}
	t := strings.TrimRight(strings.TrimRight(*s, "0"), ".")
	return &t
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// valueText writes a value as people do: ≤ 2.3, 10–15, about 24.
func valueText(value, high, qualifier, empty *string) string {
	out := deref(value)
	if out == "" {
		return "(" + deref(empty) + ")"
	}
	if high != nil {
		out += "–" + *high
	}
	switch deref(qualifier) {
	case "at_least":
		return "≥ " + out
	case "at_most":
		return "≤ " + out
	case "about":
		return "≈ " + out
	}
	return out
}

func printExplanations(w io.Writer, list []explanation) {
	for i, e := range list {
		if i > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintf(w, "%s · %s · %s · %s", e.IndicatorVi, e.TerritoryVi, e.Period, e.Measure)
		if e.Sex != "T" || e.Area != "T" {
			fmt.Fprintf(w, " · %s/%s", e.Sex, e.Area)
		}
		if e.Fact != "fact_task" { // a task has no value
			fmt.Fprintf(w, " = %s %s", valueText(e.Value, e.ValueHigh, e.Qualifier, e.Empty), deref(e.Unit))
		}
		fmt.Fprintln(w)
		line := func(name, s string) {
			if s != "" {
				fmt.Fprintf(w, "  %-8s  %s\n", name, s)
			}
		}
		line("file", e.File+"  (sha256 "+e.SHA256+")")
		line("origin", strings.ReplaceAll(deref(e.Origin), "\n", ", "))
		if e.Sample {
			line("sample", "this file was made by phuluc from published figures")
		}
		line("cell", strings.TrimPrefix(e.Sheet+" ! "+e.Cell, " ! "))
		line("raw", fmt.Sprintf("%q", deref(e.Raw)))
		line("label", deref(e.Label))
		line("header", deref(e.Header))
		if deref(e.Unit) != deref(e.Reported) {
			line("unit", "reported in "+deref(e.Reported)+", kept in "+deref(e.Unit))
		}
		if e.Achieved != nil {
			line("plan", fmt.Sprintf("the sender states %s %% of plan (cell %s, %q)", *e.Achieved, deref(e.AchievedCell), deref(e.AchievedRaw)))
		}
		round := ""
		if e.Round != nil {
			round = "round " + *e.Round + ", "
		}
		latest := "superseded"
		if e.Latest {
			latest = "the latest"
		}
		line("vintage", fmt.Sprintf("%sno. %d counted from the newest, %s", round, e.Vintage, latest))
		line("note", deref(e.Note))
		if e.MemberOf != "" {
			weight := ""
			if e.Weight != nil {
				weight = ", weight " + *e.Weight
			}
			line("member", "part of "+e.MemberOf+weight)
		}
		for _, r := range e.Rules {
			line("rule", r)
		}
		line("id", e.ObservationID)
	}
}

// copyOut copies the landed files of the explanations into dir, each once, named by digest so that nothing is overwritten.
func copyOut(cfg config, list []explanation, dir string) error {
	store, err := landing.Open(filepath.Join(cfg.DataDir, "landing"))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	done := map[string]bool{}
	for _, e := range list {
		if done[e.SHA256] {
			continue
		}
		done[e.SHA256] = true
		// The name comes from a file that others sent: only its last element is used, never a path.
		target := filepath.Join(dir, e.SHA256[:12]+"-"+filepath.Base(filepath.FromSlash(strings.ReplaceAll(e.File, "\\", "/"))))
		err := writeFile(target, func(tmp string) error {
			in, err := store.Open(e.SHA256)
			if err != nil {
				return err
			}
			defer in.Close()
			out, err := os.Create(tmp)
			if err != nil {
				return err
			}
			if _, err := io.Copy(out, in); err != nil {
				out.Close()
				return err
			}
			return out.Close()
		})
		if err != nil {
			return fmt.Errorf("copy the landed file: %w", err)
		}
	}
	return nil
}
