package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/phuluc/phuluc/load"
	"github.com/phuluc/phuluc/load/ledger"
	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/layout"
	"github.com/phuluc/phuluc/transform/record"
	"github.com/phuluc/phuluc/transform/text"
)

func (a *app) quarantineCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "quarantine",
		Short: "See what was refused and why, and decide what becomes of it",
		Long: `What was refused, with its reason. A day with it: list --group shows what one decision would settle, show tells all about an entry and
what its text may mean, accept writes one line into your catalogue (or reject leaves the entry refused, with the reason why), replay reads again
what was accepted, and export writes the rest as a list for a meeting. A file that is wrong is sent back: phuluc check --annotate.`,
		Args: cobra.ArbitraryArgs,
		RunE: onlyHelp,
	}
	cmd.AddCommand(a.quarantineListCommand(), a.quarantineShowCommand(), a.quarantineAcceptCommand(), a.quarantineRejectCommand(), a.quarantineReplayCommand(), a.quarantineExportCommand())
	return cmd
}

// shortID is how many digits of an id are shown; any beginning that fits one entry only can be typed.
const shortID = 10

// quarantineFilter says which entries are meant.
type quarantineFilter struct {
	code, file, sheet, state string
	limit                    int
}

func (f *quarantineFilter) flags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.code, "code", "", "only this reason, e.g. indicator.unknown")
	flags.StringVar(&f.file, "file", "", "only files whose name contains this")
	flags.StringVar(&f.sheet, "sheet", "", "only this sheet")
	flags.StringVar(&f.state, "state", "open", "open, accepted, rejected, resolved (no longer refused) or all (but resolved)")
}

// plainText gives an expression without capitals and marks: a name is typed in another way than the sender wrote it.
func plainText(expression string) string {
	return "replace(strip_accents(lower(nfc_normalize(" + expression + "))), 'đ', 'd')"
}

// where gives the condition on the relation of quarantineSQL.
func (f quarantineFilter) where() (string, error) {
	switch f.state {
	case "open", "accepted", "rejected", "resolved", "all":
	default:
		return "", badInput("unknown state %q", "the states are open, accepted, rejected, resolved and all", "phuluc quarantine list --state open", f.state)
	}
	conditions := []string{"true"}
	add := func(value, condition string) {
		if value != "" {
			conditions = append(conditions, fmt.Sprintf(condition, sqlLiteral(value)))
		}
	}
	if _, known := record.CodeOf(f.code); f.code != "" && !known {
		return "", badInput("there is no reason %q", "", fmt.Sprintf("did you mean %q? phuluc quarantine list --summary counts all", nearestWord(f.code, record.CodeNames())), f.code)
	}
	add(f.code, "code = %s")
	add(f.file, "contains("+plainText("file_name")+", "+plainText("%s")+")")
	add(f.sheet, plainText("sheet")+" = "+plainText("%s"))
	if f.state != "all" && f.state != "resolved" {
		add(f.state, "state = %s")
	}
	return " WHERE " + strings.Join(conditions, " AND "), nil
}

// quarantineSQL is the beginning of a query on q: what the current generation refuses, with the decisions that are in force now, or
// what no generation refuses any longer.
func quarantineSQL(state string, decisions []ledger.QuarantineState) (string, error) {
	list := make([][4]string, 0, len(decisions))
	for _, d := range decisions {
		list = append(list, [4]string{d.QuarantineID, d.State, d.Raw, d.ChangedAt.UTC().Format(time.DateTime + ".000")})
	}
	given, err := json.Marshal(list)
	if err != nil {
		return "", err
	}
	// What was accepted before the run that built this generation, and is refused all the same, is open.
	decided := "WITH decided AS (SELECT d[1] AS quarantine_id, d[2] AS state, d[3] AS raw FROM (SELECT unnest(from_json(" + sqlLiteral(string(given)) + `, '[["VARCHAR"]]')) AS d)
  WHERE d[2] <> 'accepted' OR CAST(d[4] AS TIMESTAMP) > (SELECT coalesce(max(started_at), '-infinity') FROM audit.run)), `
	if state == "resolved" {
		return decided + `q AS (
  SELECT h.quarantine_id, h.state, h.source_sha256, h.file_name, h.sheet, h.cell, h.code, h.raw, c.message_vi, c.message_en,
         'đã hết ở lần chạy ' || h.resolved_run AS try_vi, 'gone since run ' || h.resolved_run AS try_en,
         NULL AS nearest, NULL AS unknown_text, NULL AS label, NULL AS header, 1 AS cells, NULL AS line_no, NULL AS round_id
  FROM audit.quarantine_history AS h LEFT JOIN audit.code AS c ON c.code = h.code WHERE h.state = 'resolved')
`, nil
	}
	return decided + `q AS (
  SELECT e.* REPLACE (coalesce(d.state, 'open') AS state)
  FROM audit.quarantine AS e LEFT JOIN decided AS d ON d.quarantine_id = e.quarantine_id AND (d.raw = '' OR d.raw = coalesce(e.raw, '')))
`, nil
}

// quarantine is the list of what the current generation refuses, with the decisions in force.
type quarantine struct {
	*load.Warehouse
	query string // the beginning of a query on the list, which it calls q
}

// openQuarantine opens the list of a state.
func openQuarantine(ctx context.Context, cfg config, state string) (*quarantine, error) {
	var list []ledger.QuarantineState // the decisions in force
	err := readLedger(ctx, cfg, func(book *ledger.Ledger) (err error) {
		list, err = book.QuarantineStates(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	query, err := quarantineSQL(state, list)
	if err != nil {
		return nil, err
	}
	w, err := openCurrent(ctx, cfg, 0)
	if err != nil {
		return nil, err
	}
	rows, err := w.Rows(ctx, "SELECT 1 FROM duckdb_columns() WHERE schema_name = 'audit' AND table_name = 'quarantine' AND column_name = 'unknown_text'")
	known := err == nil && rows.Next()
	if err == nil {
		err = errors.Join(rows.Err(), rows.Close())
	}
	if err == nil && !known {
		err = &failure{Exit: exitInput, What: "the current generation was built by an older program", Where: cfg.warehouseDir(), Why: "it does not tell which texts were not known", Try: "phuluc refresh"}
	}
	if err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return &quarantine{w, query}, nil
}

// quarantine opens the list of a state by the configuration in force.
func (a *app) quarantine(ctx context.Context, state string) (config, *quarantine, error) {
	cfg, err := a.config()
	if err != nil {
		return cfg, nil, err
	}
	q, err := openQuarantine(ctx, cfg, state)
	return cfg, q, err
}

// groupSQL puts what one line of the catalogue would settle, or what bears the same message, into one row.
const groupSQL = `SELECT left(min(quarantine_id), 10) AS id, coalesce(any_value(unknown_text ORDER BY quarantine_id), any_value(message_vi ORDER BY quarantine_id)) AS text,
  count(*) AS entries, count(DISTINCT source_sha256) AS files, code, any_value(nearest ORDER BY quarantine_id) AS nearest, CAST(sum(cells) AS BIGINT) AS cells,
  any_value(file_name ORDER BY quarantine_id) AS example_file,
  any_value(concat_ws('!', sheet, cell) ORDER BY quarantine_id) AS example_place, any_value(try_vi ORDER BY quarantine_id) AS try_vi
FROM q`

const groupBy = ` GROUP BY code, coalesce(lower(regexp_replace(trim(unknown_text), '\s+', ' ', 'g')), message_vi) ORDER BY entries DESC, code, text`

func (a *app) quarantineListCommand() *cobra.Command {
	var f quarantineFilter
	var format, out string
	var summary, group bool
	list := &cobra.Command{
		Use:   "list",
		Short: "List refused cells, rows and files with their reasons",
		Example: `  phuluc quarantine list --summary
  phuluc quarantine list --group
  phuluc quarantine list --code indicator.unknown
  phuluc quarantine list --format xlsx --out quarantine.xlsx`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			where, err := f.where()
			if err != nil {
				return err
			}
			_, q, err := a.quarantine(cmd.Context(), f.state)
			if err != nil {
				return err
			}
			defer q.Close()
			if a.json {
				format = "json"
			}
			query := q.query
			switch {
			case summary:
				query += `SELECT code, count(*) AS entries, CAST(sum(cells) AS BIGINT) AS cells, count(DISTINCT source_sha256) AS files, any_value(message_vi ORDER BY message_vi) AS example_vi, any_value(try_vi ORDER BY message_vi) AS try_vi
FROM q` + where + " GROUP BY code ORDER BY entries DESC, code"
			case group:
				query += groupSQL + where + groupBy
			case format == "table":
				query += "SELECT left(quarantine_id, 10) AS id, file_name AS file, concat_ws('!', sheet, cell) AS place, message_vi, raw, nearest, code"
				if f.state == "all" {
					query += ", state"
				}
				query += " FROM q" + where + quarantineOrder
			default:
				query += "SELECT code, file_name AS file, sheet, cell, raw, message_vi, nearest, try_vi, state, unknown_text, quarantine_id FROM q" + where + quarantineOrder
			}
			if f.limit > 0 {
				query += fmt.Sprintf(" LIMIT %d", f.limit)
			}
			return a.runQuery(cmd, q.Warehouse, query, format, out)
		},
	}
	f.flags(list)
	flags := list.Flags()
	flags.BoolVar(&summary, "summary", false, "count by reason instead of listing")
	flags.BoolVar(&group, "group", false, "one line for what one decision would settle, such as the same unknown label in many files")
	flags.IntVar(&f.limit, "limit", 200, "at most so many lines; 0 lists all")
	flags.StringVarP(&format, "format", "f", "table", "table, csv, json, jsonl, parquet, arrow, xlsx or md")
	flags.StringVarP(&out, "out", "o", "", "write to this file instead of stdout")
	return list
}

const quarantineOrder = " ORDER BY file_name, sheet, line_no, cell, code, quarantine_id"

// exportSQL has the columns of a list for a meeting: what was refused, and room for what is decided.
const exportSQL = `SELECT left(quarantine_id, 10) AS "Mã", code AS "Mã lý do", message_vi AS "Lý do", unknown_text AS "Cụm từ chưa có", nearest AS "Gần nhất", file_name AS "Tệp", sheet AS "Trang tính",
  cell AS "Ô", raw AS "Nội dung gốc", label AS "Tên dòng", header AS "Tiêu đề cột", try_vi AS "Cách xử lý", CASE state WHEN 'open' THEN 'chưa xử lý' WHEN 'accepted' THEN 'đã chấp nhận' WHEN 'rejected' THEN 'giữ từ chối' WHEN 'resolved' THEN 'đã hết' ELSE state END AS "Trạng thái", '' AS "Quyết định", '' AS "Ghi chú" FROM q`

func (a *app) quarantineExportCommand() *cobra.Command {
	var f quarantineFilter
	var group bool
	cmd := &cobra.Command{
		Use:   "export FILE.csv|FILE.xlsx",
		Short: "Write a list for a meeting, in Vietnamese, with room for decisions",
		Long: `Write what was refused to a workbook, or to CSV that Excel shows right. The first column is the id by which
phuluc quarantine accept and reject know an entry; the last two are empty, for what the meeting decides.`,
		Example: "  phuluc quarantine export hop.xlsx\n  phuluc quarantine export --group --code indicator.unknown hop.csv",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			where, err := f.where()
			if err != nil {
				return err
			}
			ext := strings.ToLower(filepath.Ext(args[0]))
			if ext != ".csv" && ext != ".xlsx" {
				return badInput("%s is neither .csv nor .xlsx", "the name says what is written", "phuluc quarantine export quarantine.xlsx", args[0])
			}
			_, q, err := a.quarantine(cmd.Context(), f.state)
			if err != nil {
				return err
			}
			defer q.Close()
			query := q.query
			if group {
				query += "SELECT id AS \"Mã\", code AS \"Mã lý do\", text AS \"Cụm từ hoặc lý do\", nearest AS \"Gần nhất\", entries AS \"Số mục\", cells AS \"Số ô\", files AS \"Số tệp\", concat_ws(' › ', example_file, nullif(example_place, '')) AS \"Ví dụ\", try_vi AS \"Cách xử lý\", '' AS \"Quyết định\", '' AS \"Ghi chú\" FROM (" +
					groupSQL + where + groupBy + ")"
			} else {
				query += exportSQL + where + quarantineOrder
			}
			if ext == ".csv" {
				err = writeFile(args[0], func(tmp string) error { return writeExcelCSV(cmd.Context(), q.Warehouse, tmp, query) })
			} else {
				err = writeFile(args[0], func(tmp string) error { return writeMeetingList(cmd.Context(), q.Warehouse, tmp, query) })
			}
			if err != nil {
				return err
			}
			return a.done(cmd, "written to "+args[0], map[string]string{"file": args[0]}, func(out io.Writer) { fmt.Fprintln(out, "written to "+args[0]) })
		},
	}
	f.flags(cmd)
	cmd.Flags().BoolVar(&group, "group", false, "one line for what one decision would settle")
	return cmd
}

// writeMeetingList writes a workbook that is printed, filtered and written on.
func writeMeetingList(ctx context.Context, w *load.Warehouse, path, query string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	result := &xlsxWriter{w: bufio.NewWriter(f), sheet: "Cần xử lý", list: true}
	return errors.Join(queryFailure(arrowTo(ctx, w, result, query)), f.Close())
}

// quarantineEntry is one refusal with the decision in force.
type quarantineEntry struct {
	ID        string `json:"quarantine_id"`
	State     string `json:"state"`
	Code      string `json:"code"`
	File      string `json:"file"`
	SHA256    string `json:"source_sha256"`
	Sheet     string `json:"sheet"`
	Cell      string `json:"cell"`
	Raw       string `json:"raw"`
	Label     string `json:"label"`
	Header    string `json:"header"`
	MessageVi string `json:"message_vi"`
	MessageEn string `json:"message_en"`
	Nearest   string `json:"nearest"`
	Unknown   string `json:"unknown_text"`
	TryVi     string `json:"try_vi"`
	TryEn     string `json:"try_en"`
	Cells     int64  `json:"cells"`
	Round     string `json:"round_id"`
	Line      int64  `json:"line,omitempty"` // of a feed
}

// entries reads those that a condition on q admits.
func (q *quarantine) entries(ctx context.Context, where string, args ...any) ([]quarantineEntry, error) {
	rows, err := q.Rows(ctx, q.query+`SELECT quarantine_id, state, code, coalesce(file_name, ''), source_sha256, coalesce(sheet, ''), coalesce(cell, ''), coalesce(raw, ''), coalesce(label, ''),
  coalesce(header, ''), coalesce(message_vi, ''), coalesce(message_en, ''), coalesce(nearest, ''), coalesce(unknown_text, ''), coalesce(try_vi, ''), coalesce(try_en, ''), cells,
  coalesce(round_id, ''), coalesce(line_no, 0) FROM q`+where+quarantineOrder, args...)
	if err != nil {
		return nil, queryFailure(err)
	}
	defer rows.Close()
	var list []quarantineEntry
	for rows.Next() {
		var e quarantineEntry
		if err := rows.Scan(&e.ID, &e.State, &e.Code, &e.File, &e.SHA256, &e.Sheet, &e.Cell, &e.Raw, &e.Label, &e.Header, &e.MessageVi, &e.MessageEn, &e.Nearest, &e.Unknown,
			&e.TryVi, &e.TryEn, &e.Cells, &e.Round, &e.Line); err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, rows.Err()
}

var errNoEntry = errors.New("no such entry")

// one finds the entry whose id begins as a person typed it.
func (q *quarantine) one(ctx context.Context, id string) (quarantineEntry, error) {
	list, err := q.entries(ctx, " WHERE starts_with(quarantine_id, lower(?))", id)
	switch {
	case err != nil:
		return quarantineEntry{}, err
	case id == "" || len(list) == 0:
		f := badInput("no entry of the quarantine has the id %q", "it was never there, or it is no longer refused", "phuluc quarantine list, or phuluc quarantine list --state resolved", id)
		f.err = errNoEntry
		return quarantineEntry{}, f
	case len(list) > 1:
		var ids []string
		for _, e := range list[:min(len(list), 5)] {
			ids = append(ids, e.ID[:min(len(e.ID), max(shortID, len(id)+2))])
		}
		return quarantineEntry{}, badInput("%d entries have an id that begins with %q", "they begin with "+strings.Join(ids, ", "), "give more of it", len(list), id)
	}
	return list[0], nil
}

// sameText gives the entries that the line that settles one would settle too.
func (q *quarantine) sameText(ctx context.Context, cat *catalogue.Catalogue, e quarantineEntry) ([]quarantineEntry, error) {
	list, err := q.entries(ctx, " WHERE code = ? AND unknown_text IS NOT NULL", e.Code)
	reader := layout.NewReader(cat)
	k := text.Key(newWord(reader, e))
	return slices.DeleteFunc(list, func(o quarantineEntry) bool { return text.Key(newWord(reader, o)) != k }), err
}

// decision is one line of an entry's history.
type decision struct {
	State string `json:"state"`
	At    string `json:"at"`
	By    string `json:"by"`
	Note  string `json:"note,omitempty"`
}

type quarantineShown struct {
	quarantineEntry
	Same    int64      `json:"same_text"`  // entries with the same code and unknown text
	Files   int64      `json:"same_files"` // files that hold them
	First   string     `json:"first_seen_run"`
	Later   string     `json:"later_file,omitempty"` // that answers the same round for the same place, and came after it
	May     []string   `json:"may_be,omitempty"`     // the indicators that an ambiguous label can mean, or that an unknown one may be
	Accept  string     `json:"accept,omitempty"`     // the command that would accept the proposal
	History []decision `json:"history"`
}

func (a *app) quarantineShowCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "show ID",
		Short:   "Show one refusal: where, what, why, the nearest known word, what to do, and its history",
		Example: "  phuluc quarantine show 3f0c2b19aa",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			cfg, q, err := a.quarantine(ctx, "all")
			if err != nil {
				return err
			}
			defer q.Close()
			e, err := q.one(ctx, args[0])
			if errors.Is(err, errNoEntry) { // it may be gone
				if q.query, err = quarantineSQL("resolved", nil); err == nil {
					e, err = q.one(ctx, args[0])
				}
			}
			if err != nil {
				return err
			}
			shown := quarantineShown{quarantineEntry: e, History: []decision{}}
			if e.Unknown != "" {
				cat, err := ownWords(cfg)
				if err != nil {
					return err
				}
				same, err := q.sameText(ctx, cat, e)
				if err != nil {
					return err
				}
				files := map[string]bool{}
				for _, s := range same {
					files[s.SHA256] = true
				}
				shown.Same, shown.Files = int64(len(same)), int64(len(files))
				if e.Code == "indicator.ambiguous" {
					shown.May = meanings(cat, e.Unknown)
				}
				shown.Accept = "phuluc quarantine accept " + e.ID[:shortID]
				if row, err := propose(cat, e, "", ""); err != nil {
					if e.Code == "indicator.unknown" {
						shown.May = akin(cat, newWord(layout.NewReader(cat), e))
					}
					shown.Accept += " --as " + targetOf(e.Code)
				} else {
					shown.Accept += " --as " + row.target
				}
			}
			rows, err := q.Rows(ctx, `SELECT h.first_seen_run, coalesce((SELECT max_by(n.file_name, n.vintage_order) FROM dw.dim_source AS o JOIN dw.dim_source AS n
  ON n.round_key = o.round_key AND n.territory_key = o.territory_key AND coalesce(n.form_code, '') = coalesce(o.form_code, '') AND n.vintage_order > o.vintage_order
  WHERE o.source_sha256 = h.source_sha256), '') FROM audit.quarantine_history AS h WHERE h.quarantine_id = ?`, e.ID)
			if err != nil {
				return queryFailure(err)
			}
			for rows.Next() {
				if err := rows.Scan(&shown.First, &shown.Later); err != nil {
					return err
				}
			}
			if err := errors.Join(rows.Err(), rows.Close()); err != nil {
				return err
			}
			err = readLedger(ctx, cfg, func(book *ledger.Ledger) error {
				states, err := book.QuarantineHistory(ctx, e.ID)
				for _, s := range states {
					shown.History = append(shown.History, decision{s.State, s.ChangedAt.Local().Format("2006-01-02 15:04:05"), s.By, s.Note})
				}
				return err
			})
			if err != nil {
				return err
			}
			return a.done(cmd, e.Code+" "+place(e), shown, func(out io.Writer) { printEntry(out, shown) })
		},
	}
}

// meanings lists what a label can mean, each with the label below which it does.
func meanings(cat *catalogue.Catalogue, label string) (list []string) {
	for _, m := range cat.IndicatorsByLabel(label) {
		s := m.Indicator.Code + " (" + m.Indicator.NameVi
		if m.ParentLabel != "" {
			s += "; khi đứng dưới “" + m.ParentLabel + "”"
		}
		if s += ")"; !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}

// akin lists the few indicators whose labels share the most words with a label that nobody knows. They are read by a person who chooses one,
// so they may be far off.
func akin(cat *catalogue.Catalogue, label string) (list []string) {
	const most, least = 5, 0.3
	words := func(s string) map[string]bool {
		set := map[string]bool{}
		for w := range strings.FieldsSeq(text.Key(s)) {
			set[w] = true
		}
		return set
	}
	own := words(label)
	best := map[string]float64{}
	compare := func(code, label string) {
		shared, other := 0, words(label)
		for w := range other {
			if own[w] {
				shared++
			}
		}
		best[code] = max(best[code], float64(shared)/float64(len(own)+len(other)-shared))
	}
	for _, table := range []struct {
		name        string
		code, label int
	}{{"indicators", 0, 1}, {"indicator_synonyms", 0, 1}} {
		_, rows := cat.Table(table.name)
		for _, r := range rows {
			compare(r[table.code], r[table.label])
		}
	}
	codes := slices.SortedFunc(maps.Keys(best), func(a, b string) int { return cmp.Or(cmp.Compare(best[b], best[a]), cmp.Compare(a, b)) })
	for _, code := range codes[:min(most, len(codes))] {
		if best[code] >= least {
			list = append(list, code+" ("+cat.Indicator(code).NameVi+")")
		}
	}
	return list
}

// place says where an entry stands.
func place(e quarantineEntry) string {
	where := strings.Trim(e.Sheet+"!"+e.Cell, "!")
	if where == "" {
		return e.File
	}
	return e.File + " › " + where
}

func printEntry(w io.Writer, e quarantineShown) {
	row := func(name, format string, args ...any) {
		if s := fmt.Sprintf(format, args...); s != "" {
			fmt.Fprintf(w, "  %s  %s\n", padTo(name, 14), s)
		}
	}
	fmt.Fprintf(w, "%s  %s  %s\n", e.ID[:shortID], e.Code, e.State)
	row("tệp", "%s", e.File)
	if e.Later != "" {
		row("tệp gửi sau", "%s", e.Later)
	}
	row("vị trí", "%s", strings.Trim(e.Sheet+"!"+e.Cell, "!"))
	row("nội dung gốc", "%s", e.Raw)
	row("tên dòng", "%s", e.Label)
	row("tiêu đề cột", "%s", e.Header)
	row("lý do", "%s", e.MessageVi)
	row("reason", "%s", e.MessageEn)
	row("gần nhất", "%s", e.Nearest)
	for _, m := range e.May {
		row("có thể là", "%s", m)
	}
	row("cách xử lý", "%s", e.TryVi)
	if strings.HasSuffix(e.Accept, " --as "+targetOf(e.Code)) && codesQuery(e.Code) != "" {
		row("tra mã", "phuluc query %q", codesQuery(e.Code))
	}
	if e.Same > 1 {
		row("cùng cụm từ", "%d mục trong %d tệp", e.Same, e.Files)
	}
	row("chấp nhận", "%s", e.Accept)
	if e.First != "" {
		row("thấy lần đầu", "lần chạy %s", e.First)
	}
	for _, h := range e.History {
		row("lịch sử", "%s  %s  %s  %s", h.At, h.State, h.By, h.Note)
	}
}

// sqlLiteral quotes a text as an SQL literal.
func sqlLiteral(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
