package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mattn/go-runewidth"
	"github.com/spf13/cobra"

	"github.com/phuluc/phuluc/extract/durable"
	"github.com/phuluc/phuluc/extract/landing"
	"github.com/phuluc/phuluc/load/ledger"
	"github.com/phuluc/phuluc/load/refresh"
	"github.com/phuluc/phuluc/transform"
	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/layout"
	"github.com/phuluc/phuluc/transform/record"
	"github.com/phuluc/phuluc/transform/text"
)

// Decisions of the ledger about an entry of the quarantine.
const (
	stateOpen     = "open"
	stateAccepted = "accepted"
	stateRejected = "rejected"
)

// amendRow is the line of the catalogue that settles an entry.
type amendRow struct {
	table  string
	cells  map[string]string
	word   string // the text that becomes known
	target string // what it is to mean
	then   string // why the cell is still refused with it, "" if it is read
}

// targetOf shows what --as expects for a code.
func targetOf(code string) string {
	switch code {
	case "indicator.unknown", "indicator.ambiguous":
		return "INDICATOR"
	case "territory.unknown":
		return "TERRITORY_ID"
	case "unit.unknown":
		return "UNIT"
	case "header.unknown":
		return "measure=actual"
	}
	return ""
}

// codesQuery lists what --as takes for a code, "" if that is in no table.
func codesQuery(code string) string {
	switch code {
	case "indicator.unknown", "indicator.ambiguous":
		return "SELECT indicator_code, name_vi FROM dw.dim_indicator"
	case "territory.unknown":
		return "SELECT territory_id, name_vi FROM dw.dim_territory"
	case "unit.unknown":
		return "SELECT unit_code, name_vi FROM dw.dim_unit"
	}
	return ""
}

// propose gives the line that would make an entry's text known. as says what the text means, "" what the nearest known spelling does;
// below is the label that the text must stand below, "" for anywhere.
func propose(cat *catalogue.Catalogue, e quarantineEntry, as, below string) (amendRow, error) {
	word := newWord(layout.NewReader(cat), e)
	if word == "" || targetOf(e.Code) == "" {
		return amendRow{}, badInput("%s can not be accepted", e.MessageVi, e.TryVi+" / "+e.TryEn, e.ID[:shortID])
	}
	say := func(what string) error {
		return &failure{Exit: exitInput, What: fmt.Sprintf("it is not known what %q is to mean", word), Where: place(e), Why: what, Try: "phuluc quarantine accept " + e.ID[:shortID] + " --as " + targetOf(e.Code)}
	}
	table := map[string]string{"indicator.unknown": "indicator_synonyms", "indicator.ambiguous": "indicator_synonyms", "territory.unknown": "territory_names", "unit.unknown": "unit_words", "header.unknown": "header_words"}[e.Code]
	if below != "" && table != "indicator_synonyms" {
		return amendRow{}, badInput("--below is for indicators", "", "leave it out")
	}
	missing := func(kind, table string) error { return noTarget(cat, e.Code, kind, table, as) }
	as = codeOf(cat, e.Code, as)
	row := amendRow{table: table, word: word, target: as}
	if as == "" && !isSlip(cat, word, e.Nearest) { // only what is a slip is accepted without a word
		e.Nearest = ""
	}
	switch e.Code {
	case "indicator.ambiguous":
		var codes []string
		for _, m := range cat.IndicatorsByLabel(word) {
			if !slices.Contains(codes, m.Indicator.Code) {
				codes = append(codes, m.Indicator.Code)
			}
		}
		switch {
		case as == "":
			return row, say("it may be " + strings.Join(codes, ", "))
		case cat.Indicator(as) == nil:
			return row, missing("indicator", "indicators")
		case below == "":
			return row, badInput("%q means several things by itself", "nothing tells what the row is a part of, and a line without a parent would hold in every table", "--below \"the label that it is a part of\"", word)
		}
		row.cells = map[string]string{"indicator_code": as, "label": word, "parent_label": below}
	case "indicator.unknown":
		if as == "" {
			codes := named(cat, e.Nearest)
			if len(codes) != 1 {
				return row, say("no known label is near")
			}
			row.target = codes[0]
		} else if cat.Indicator(as) == nil {
			return row, missing("indicator", "indicators")
		}
		row.cells = map[string]string{"indicator_code": row.target, "label": word, "parent_label": below}
	case "territory.unknown":
		if as == "" {
			var ids []string
			date := ""
			if r := cat.Round(e.Round); r != nil { // a plan round is of July of the year before, a year-end round of December
				date = fmt.Sprintf("%d-07-15", r.Year-1)
				if r.Kind == "year_end" {
					date = fmt.Sprintf("%d-12-15", r.Year)
				}
			}
			for _, t := range cat.TerritoriesByName(e.Nearest) {
				if date == "" || t.ValidOn(date) {
					ids = append(ids, t.ID)
				}
			}
			switch len(ids) {
			case 0:
				return row, say("no known name is near")
			case 1:
			default:
				return row, say("it may be " + strings.Join(ids, ", "))
			}
			row.target = ids[0]
		} else if cat.Territory(as) == nil {
			return row, missing("territory", "territories")
		}
		row.cells = map[string]string{"territory_id": row.target, "name": word, "kind": "alias"}
	case "unit.unknown":
		if as == "" {
			u := cat.UnitByWord(e.Nearest)
			if u == nil {
				return row, say("no unit is near")
			}
			row.target = u.Code
		} else if cat.Unit(as) == nil {
			return row, missing("unit", "units")
		}
		row.cells = map[string]string{"word": word, "unit_code": row.target}
	case "header.unknown":
		dimension, value, ok := strings.Cut(as, "=")
		if !ok {
			return row, say("a word of a header gives a dimension a value, e.g. measure=plan or role=comparison")
		}
		row.cells = map[string]string{"word": word, "dimension": dimension, "value": value}
	}
	return row, nil
}

// codesOf gives the codes of what a word of the catalogue means, of the kind that a refusal is about.
func codesOf(cat *catalogue.Catalogue, code, word string) (codes []string) {
	switch code {
	case "indicator.unknown", "indicator.ambiguous":
		return named(cat, word)
	case "unit.unknown":
		for _, u := range cat.UnitsByWord(word) {
			codes = append(codes, u.Code)
		}
	case "territory.unknown":
		for _, t := range cat.TerritoriesByName(word) {
			codes = append(codes, t.ID)
		}
	}
	return codes
}

// codeOf gives the code that --as means by a word of the catalogue, if it means one only; else what was given.
func codeOf(cat *catalogue.Catalogue, code, as string) string {
	if cat.Indicator(as) != nil || cat.Unit(as) != nil || cat.Territory(as) != nil {
		return as
	}
	if codes := codesOf(cat, code, as); len(codes) == 1 {
		return codes[0]
	}
	return as
}

// noTarget says that --as names nothing of a kind, or too much, and what could have been meant.
func noTarget(cat *catalogue.Catalogue, code, kind, table, as string) error {
	all := fmt.Sprintf("all: phuluc query %q; a new one is a line in %s.csv of the catalogue folder", codesQuery(code), table)
	if codes := codesOf(cat, code, as); len(codes) > 1 {
		return badInput("%q is the word of several", "it may be "+strings.Join(codes, ", "), "give one of these codes with --as", as)
	}
	if near := nearestWord(as, column(cat, table, 0)); text.Distance(as, near) <= 1+len([]rune(as))/3 {
		all = fmt.Sprintf("did you mean %q? ", near) + all
	}
	return badInput("there is no "+kind+" %q", "", all, as)
}

// isSlip reports whether a text is a known name with a slip in it: near in letters, and where it differs no word of the catalogue. "BHTN" is
// near "BHXH" and is another insurance.
func isSlip(cat *catalogue.Catalogue, word, known string) bool {
	if text.Distance(known, word) > 2+len([]rune(word))/8 {
		return false
	}
	own := strings.Fields(text.Key(known))
	var other []string
	for _, w := range strings.Fields(text.Key(word)) {
		if !slices.Contains(own, w) {
			other = append(other, w)
		}
	}
	for _, table := range []string{"indicators", "indicator_synonyms"} {
		for _, label := range column(cat, table, 1) {
			for w := range strings.FieldsSeq(text.Key(label)) {
				if slices.Contains(other, w) {
					return false
				}
			}
		}
	}
	return true
}

// named gives the indicators that a label means wherever it stands.
func named(cat *catalogue.Catalogue, label string) (codes []string) {
	for _, m := range cat.IndicatorsByLabel(label) {
		if m.ParentLabel == "" && !slices.Contains(codes, m.Indicator.Code) {
			codes = append(codes, m.Indicator.Code)
		}
	}
	return codes
}

// newWord is what a line of the catalogue must make known of an entry's text: without the years, units and other words that are
// understood already, since a label that holds a year would take it from the value.
func newWord(reader *layout.Reader, e quarantineEntry) string {
	word := e.Unknown
	if e.Line == 0 && e.Code != "unit.unknown" {
		if rest := reader.Understand(word).Rest; rest != "" && text.Key(rest) != text.Key(word) {
			word = rest
		}
	}
	return strings.Join(strings.Fields(word), " ")
}

// column gives one column of a table of the catalogue.
func column(cat *catalogue.Catalogue, table string, i int) []string {
	_, rows := cat.Table(table)
	out := make([]string, len(rows))
	for k, r := range rows {
		out[k] = r[i]
	}
	return out
}

// ownWords loads the catalogue of the configuration.
func ownWords(cfg config) (*catalogue.Catalogue, error) {
	cat, err := catalogue.Load(cfg.Catalogue)
	if err != nil {
		return nil, badCatalogue(cfg.Catalogue, err)
	}
	return cat, nil
}

// person is who decides: what --by says, else the user of the machine.
func person(by string) string {
	if by != "" {
		return by
	}
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return fmt.Sprintf("uid %d", os.Getuid())
}

type acceptedJSON struct {
	File    string `json:"file"` // of the catalogue
	Line    int    `json:"line"`
	Added   string `json:"added"`
	Text    string `json:"text"`
	Target  string `json:"target"`
	Entries int    `json:"entries"` // that bear the text
	Files   int    `json:"files"`   // that hold them
	Then    string `json:"then"`    // why the cell is still refused with the line, "" if it is read
	Replay  any    `json:"replay,omitempty"`
}

func (a *app) quarantineAcceptCommand() *cobra.Command {
	var as, below, by, reason string
	var replay bool
	cmd := &cobra.Command{
		Use:   "accept ID",
		Short: "Accept a proposal: write one line into your catalogue",
		Long: `Make the unknown or ambiguous text of an entry known: one line is added to a file of your catalogue folder (indicator_synonyms.csv,
territory_names.csv, unit_words.csv or header_words.csv), and no other line is touched. The line is written only if the
catalogue stays without contradictions, what was unknown of the entry's cell is then known, and no cell of its file that is read now would
be refused. --as takes a code, or a word of the catalogue that means one thing only; without it the text means what the nearest known
spelling means. The label of a row that is a part of another means it only below the label of that one. All entries with the same
text, there, are settled by it at the next refresh, or at once with --replay.`,
		Example: `  phuluc quarantine accept 3f0c2b19aa
  phuluc quarantine accept 3f0c2b19aa --as jobs_created --replay
  phuluc quarantine accept 77ab01c2d3 --as measure=plan --by "Lan" --reason "biên bản họp 12/3"`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			cfg, q, err := a.quarantine(ctx, "all")
			if err != nil {
				return err
			}
			defer q.Close()
			e, err := q.one(ctx, args[0])
			if err != nil {
				return err
			}
			var same []quarantineEntry
			var result acceptedJSON
			err = exclusively(ctx, cfg, "quarantine accept", func(book *ledger.Ledger) error {
				cat, err := ownWords(cfg)
				if err != nil {
					return err
				}
				if same, err = q.sameText(ctx, cat, e); err != nil {
					return err
				}
				refused, err := refusals(ctx, cfg, cat, e)
				if err != nil {
					return err
				}
				now, still := refused[e.place()]
				if !still || now.Code != e.Code || text.Key(now.Unknown()) != text.Key(e.Unknown) {
					return badInput("%q is known already", "a line of the catalogue came after the current generation was built, and gives the cell a meaning",
						"phuluc quarantine replay "+e.ID[:shortID]+"; to take the line back, delete it from its file", e.Unknown)
				}
				own := now.Below
				if below == "" {
					below = own // the label of a part means something only below what it is a part of
				}
				if below != "" {
					same = slices.DeleteFunc(same, func(o quarantineEntry) bool {
						return o.SHA256 != e.SHA256 || text.Key(refused[o.place()].Below) != text.Key(own)
					})
				}
				amended, row, err := amend(ctx, cfg, cat, e, refused, as, below, by)
				if err != nil {
					return err
				}
				shas := map[string]bool{}
				for _, s := range same {
					shas[s.SHA256] = true
				}
				cfg.Catalogue = filepath.Dir(amended.File)
				result = acceptedJSON{
					File: amended.File, Line: amended.LineNo, Added: amended.Line, Text: row.word, Target: row.target, Then: row.then,
					Entries: max(1, len(same)), Files: len(shas),
				}
				note := strings.TrimSpace(reason + fmt.Sprintf(" [%s:%d %s]", filepath.Base(amended.File), amended.LineNo, amended.Line))
				return writeAmendment(amended, func() error { return decide(ctx, book, same, stateAccepted, person(by), note) })
			})
			if err != nil {
				return err
			}
			var became *replayed
			if replay {
				if err := q.Close(); err != nil {
					return err
				}
				if became, err = a.replay(ctx, cfg, same); err != nil {
					return err
				}
				result.Replay = became
			}
			summary := fmt.Sprintf("%q is %s: %s", result.Text, result.Target, plural(int64(result.Entries), "entry", "entries"))
			return a.done(cmd, summary, result, func(out io.Writer) {
				fmt.Fprintf(out, "%s:%d  + %s\n", result.File, result.Line, result.Added)
				if result.Then != "" {
					fmt.Fprintln(out, "Ô này đọc theo dòng ấy vẫn bị từ chối: "+result.Then)
				}
				fmt.Fprintf(out, "%s in %s bear this text.\n", plural(int64(result.Entries), "entry", "entries"), plural(int64(result.Files), "file", "files"))
				if became != nil {
					became.print(out)
				} else {
					fmt.Fprintln(out, "The next refresh reads them by it; at once: phuluc quarantine replay --accepted")
				}
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&as, "as", "", "what the text means: an indicator, territory or unit, or dimension=value for a word of a header")
	flags.StringVar(&below, "below", "", "the text means this only below this label (default: that of the row it is a part of)")
	flags.StringVar(&by, "by", "", "who decides (default: the user of the machine)")
	flags.StringVar(&reason, "reason", "", "why, for the record")
	flags.BoolVar(&replay, "replay", false, "read the files concerned again at once")
	return cmd
}

// amend works out the line that settles an entry and refuses one that would harm or not help. refused is what is refused without it.
func amend(ctx context.Context, cfg config, before *catalogue.Catalogue, e quarantineEntry, refused map[cellPlace]record.Refusal, as, below, by string) (*catalogue.Amendment, amendRow, error) {
	row, err := propose(before, e, as, below)
	if err != nil {
		return nil, row, err
	}
	dir := cfg.Catalogue
	if dir == "" {
		dir = cfg.ownCatalogue()
	}
	row.cells["source"] = "quarantine " + e.ID[:shortID] + ", " + person(by)
	row.cells["note"] = row.cells["source"]
	for _, c := range []string{"source", "note"} {
		if header, _ := before.Table(row.table); !slices.Contains(header, c) {
			delete(row.cells, c)
		}
	}
	refuse := func(why, try string) error {
		return &failure{Exit: exitInput, What: fmt.Sprintf("%q is not accepted as %s; nothing was changed", row.word, row.target), Where: place(e), Why: why, Try: try}
	}
	try := "give another meaning with --as"
	if row.table == "indicator_synonyms" {
		try += ", or a label it stands below with --below"
	}
	amended, err := catalogue.Amend(dir, row.table, row.cells)
	if err != nil {
		return nil, row, refuse(err.Error(), try)
	}
	known := lint(before, catalogue.LintOptions{})
	for _, p := range lint(amended.Catalogue, catalogue.LintOptions{}) {
		if !slices.Contains(known, p) && (p.Severity == "error" || p.File == amended.File && p.Line == amended.LineNo) {
			return nil, row, refuse(fmt.Sprintf("%s:%d %q: %s / %s", filepath.Base(p.File), p.Line, p.Value, p.TextVi, p.TextEn), try)
		}
	}
	after, err := refusals(ctx, cfg, amended.Catalogue, e)
	if err != nil {
		return nil, row, err
	}
	const other = "give another meaning with --as"
	switch r := after[e.place()]; {
	case r.Code == e.Code && text.Key(r.Unknown()) == text.Key(e.Unknown):
		return nil, row, refuse("with this line the cell would be refused for the same reason", "look at the cell: phuluc quarantine show "+e.ID[:shortID])
	case r.Code == "unit.conflict" && row.table == "indicator_synonyms":
		return nil, row, refuse(told(r), "give an indicator that is counted in the unit of the row with --as")
	case r.Code == "unit.conflict" && row.table == "unit_words":
		return nil, row, refuse(told(r), "give a unit in which the indicator is counted with --as")
	case r.Code == "indicator.ambiguous" && row.table == "indicator_synonyms":
		return nil, row, refuse(told(r), "give an indicator that can be a part of the one that the row stands below with --as")
	case r.Code == "value.duplicate":
		return nil, row, refuse(told(r), other+"; if it is the right one, the file says two things and its sender must be asked")
	case r.Code == "value.out_of_range", r.Code == "value.type":
		return nil, row, refuse(told(r), other+"; if the number is wrong and the meaning right, accept another cell of the row")
	}
	for _, p := range slices.SortedFunc(maps.Keys(after), cellPlace.compare) {
		if _, before := refused[p]; !before {
			return nil, row, refuse(fmt.Sprintf("%s!%s, which is read now, would be refused: %s", p.sheet, p.cell, told(after[p])), other)
		}
	}
	if r, still := after[e.place()]; still {
		row.then = told(r)
	}
	return amended, row, nil
}

// told is why a cell is refused, in both languages.
func told(r record.Refusal) string { return r.Message("vi") + " / " + r.Message("en") }

// lint looks through a catalogue, asking the layout what it reads.
func lint(cat *catalogue.Catalogue, o catalogue.LintOptions) []catalogue.Problem {
	o.Reads, o.Plain = layout.NewReader(cat).Understand, builtInReader().Understand
	return cat.Lint(o)
}

// builtInReader reads by the built-in words alone.
var builtInReader = sync.OnceValue(func() *layout.Reader {
	cat, err := catalogue.Load("")
	if err != nil {
		panic(fmt.Sprintf("the embedded catalogue: %v", err)) // embedded at build time; a test loads it first
	}
	return layout.NewReader(cat)
})

// cellPlace is a cell of a workbook.
type cellPlace struct{ sheet, cell string }

func (p cellPlace) compare(o cellPlace) int {
	return cmp.Or(cmp.Compare(p.sheet, o.sheet), cmp.Compare(p.cell, o.cell))
}

func (e quarantineEntry) place() cellPlace { return cellPlace{e.Sheet, e.Cell} }

// refusals reads an entry's file by a catalogue and gives what it refuses, by the cells.
func refusals(ctx context.Context, cfg config, cat *catalogue.Catalogue, e quarantineEntry) (map[cellPlace]record.Refusal, error) {
	pipeline, err := pipelineOf(cfg, cat, "", false)
	if err != nil {
		return nil, err
	}
	store, err := landing.Open(filepath.Join(cfg.DataDir, "landing"))
	if err != nil {
		return nil, err
	}
	raws, err := store.List()
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(raws, func(r landing.Raw) bool { return r.SHA256 == e.SHA256 })
	if i < 0 {
		return nil, fmt.Errorf("the landed object %s is not there", e.SHA256)
	}
	f, err := store.Open(e.SHA256)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	file, err := pipeline.Read(ctx, raws[i], transform.NameOf(raws[i]), f)
	if err != nil {
		return nil, err
	}
	out := make(map[cellPlace]record.Refusal, len(file.Refusals))
	for _, r := range file.Refusals {
		p := cellPlace{r.Sheet, address(r.Origin)}
		if _, taken := out[p]; !taken || r.Code == e.Code && text.Key(r.Unknown()) == text.Key(e.Unknown) {
			out[p] = r
		}
	}
	return out, nil
}

// writeAmendment puts the line into its file and takes it back if then fails.
func writeAmendment(m *catalogue.Amendment, then func() error) error {
	disk := durable.Disk{}
	write := func(content []byte, mode os.FileMode) error {
		err := disk.WriteFile(m.File, content, mode)
		if errors.Is(err, fs.ErrPermission) {
			return &failure{Exit: exitEnvironment, What: "the line can not be written; nothing was changed", Where: m.File, Why: err.Error(),
				Try: "give this user write permission to the catalogue folder and its files, or have somebody who may add the line: " + m.Line, err: err}
		}
		return err
	}
	if err := disk.MkdirAll(filepath.Dir(m.File), 0o755); err != nil {
		return err
	}
	old, oldErr := os.ReadFile(m.File)
	mode := os.FileMode(0o644)
	if info, err := os.Stat(m.File); err == nil {
		mode = info.Mode().Perm()
	}
	if err := write(m.Content, mode); err != nil {
		return err
	}
	err := then()
	switch {
	case err == nil:
		return nil
	case oldErr != nil:
		return errors.Join(err, disk.Remove(m.File))
	}
	return errors.Join(err, write(old, mode))
}

// decide records one decision about entries.
func decide(ctx context.Context, book *ledger.Ledger, entries []quarantineEntry, state, by, note string) error {
	now := time.Now()
	states := make([]ledger.QuarantineState, len(entries))
	for i, e := range entries {
		states[i] = ledger.QuarantineState{QuarantineID: e.ID, State: state, ChangedAt: now, By: by, Note: note, Raw: e.Raw}
	}
	return book.SetQuarantineStates(ctx, states...)
}

func (a *app) quarantineRejectCommand() *cobra.Command {
	var by, reason, file string
	var same, reopen bool
	cmd := &cobra.Command{
		Use:   "reject ID… | --file NAME",
		Short: "Leave entries refused for good, with the reason why",
		Long: `A rejected entry stays refused and is no longer on the open list. It is open again when its cell is refused for another
reason or holds another text. A corrected file is another file: its entries are open, and those of the file that it corrects are settled by
--file. --reopen takes a decision back.`,
		Example: `  phuluc quarantine reject 3f0c2b19aa --reason "chỉ tiêu đã bãi bỏ"
  phuluc quarantine reject 3f0c2b19aa --same --reason "không thuộc ngành"
  phuluc quarantine reject --file "Quảng Bình.xlsx" --reason "đã gửi lại ngày 12/3"`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if (len(args) > 0) == (file != "") {
				return usageError{errors.New("reject needs ids or --file")}
			}
			if strings.TrimSpace(reason) == "" && !reopen {
				return badInput("a rejection needs its reason", "it is what others read later", "--reason \"…\"")
			}
			ctx := cmd.Context()
			cfg, q, err := a.quarantine(ctx, "all")
			if err != nil {
				return err
			}
			defer q.Close()
			cat, err := ownWords(cfg)
			if err != nil {
				return err
			}
			var entries []quarantineEntry
			for _, id := range args {
				e, err := q.one(ctx, id)
				if err != nil {
					return err
				}
				group := []quarantineEntry{e}
				if same && e.Unknown != "" {
					if group, err = q.sameText(ctx, cat, e); err != nil {
						return err
					}
				}
				entries = append(entries, group...)
			}
			state, from := stateRejected, stateOpen
			if reopen {
				state, from = from, state
			}
			if file != "" {
				if entries, err = q.entries(ctx, " WHERE state = "+sqlLiteral(from)+" AND "+plainText("file_name")+" = "+plainText(sqlLiteral(file))); err != nil {
					return err
				}
				if len(entries) == 0 {
					return badInput("no %s entry is of a file called %q", "", "phuluc quarantine list --file "+file, from, file)
				}
			}
			if err := standing(ctx, cfg, cat, entries); err != nil {
				return err
			}
			if err := exclusively(ctx, cfg, "quarantine reject", func(book *ledger.Ledger) error {
				return decide(ctx, book, entries, state, person(by), reason)
			}); err != nil {
				return err
			}
			ids := make([]string, len(entries))
			for i, e := range entries {
				ids[i] = e.ID
			}
			summary := plural(int64(len(entries)), "entry", "entries") + " " + state
			return a.done(cmd, summary, map[string]any{"state": state, "entries": ids}, func(out io.Writer) { fmt.Fprintln(out, summary) })
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&by, "by", "", "who decides (default: the user of the machine)")
	flags.StringVar(&reason, "reason", "", "why, for the record")
	flags.StringVar(&file, "file", "", "all entries of this file that are open (with --reopen: rejected)")
	flags.BoolVar(&same, "same", false, "also all other entries with the same unknown text")
	flags.BoolVar(&reopen, "reopen", false, "take the decision back")
	return cmd
}

// standing refuses to decide otherwise about entries that were accepted while the line of the catalogue stands: it would be read by it all the same.
func standing(ctx context.Context, cfg config, cat *catalogue.Catalogue, entries []quarantineEntry) error {
	files := map[string]map[cellPlace]record.Refusal{}
	for _, e := range entries {
		if e.State != stateAccepted {
			continue
		}
		if files[e.SHA256] == nil {
			refused, err := refusals(ctx, cfg, cat, e)
			if err != nil {
				return err
			}
			files[e.SHA256] = refused
		}
		if r, still := files[e.SHA256][e.place()]; !still || text.Key(r.Unknown()) != text.Key(e.Unknown) {
			return badInput("%s was accepted", "a line of the catalogue gives its text a meaning, and the next refresh reads the cell by it",
				"to take the acceptance back, delete the line that phuluc quarantine show "+e.ID[:shortID]+" names", e.ID[:shortID])
		}
	}
	return nil
}

func (a *app) quarantineReplayCommand() *cobra.Command {
	var code string
	var all, accepted bool
	cmd := &cobra.Command{
		Use:   "replay [ID…]",
		Short: "Read the files of entries again and say what became of each",
		Long: `Read the landed files of the entries again by the catalogue as it is now, and publish a new generation if anything
changed. Other files are read again only if the catalogue changed in a way that may touch them. Rejected entries are left alone
unless named. No new file of the inbox is taken in.`,
		Example: "  phuluc quarantine replay --accepted\n  phuluc quarantine replay --code indicator.unknown\n  phuluc quarantine replay 3f0c2b19aa",
		RunE: func(cmd *cobra.Command, args []string) error {
			ways := 0
			for _, given := range []bool{len(args) > 0, code != "", all, accepted} {
				if given {
					ways++
				}
			}
			if ways != 1 {
				return usageError{errors.New("replay needs ids, --code, --accepted or --all")}
			}
			ctx := cmd.Context()
			cfg, q, err := a.quarantine(ctx, "all")
			if err != nil {
				return err
			}
			defer q.Close()
			var entries []quarantineEntry
			switch {
			case code != "":
				entries, err = q.entries(ctx, " WHERE state <> 'rejected' AND code = ?", code)
			case accepted:
				entries, err = q.entries(ctx, " WHERE state = 'accepted'")
			case all:
				entries, err = q.entries(ctx, " WHERE state <> 'rejected'")
			}
			for _, id := range args {
				var e quarantineEntry
				if e, err = q.one(ctx, id); err != nil {
					break
				}
				entries = append(entries, e)
			}
			if err != nil {
				return err
			}
			if len(entries) == 0 {
				return badInput("no entry of the quarantine is meant", "", "phuluc quarantine list")
			}
			if err := q.Close(); err != nil {
				return err
			}
			became, err := a.replay(ctx, cfg, entries)
			if err != nil {
				return err
			}
			return a.done(cmd, became.summary(), became, became.print)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&code, "code", "", "entries refused for this reason, e.g. indicator.unknown")
	flags.BoolVar(&accepted, "accepted", false, "entries that were accepted")
	flags.BoolVar(&all, "all", false, "every entry that is not rejected")
	return cmd
}

// replayed says what became of entries.
type replayed struct {
	Generation int           `json:"generation"`
	Published  bool          `json:"published"`
	Reread     int           `json:"files_read"`
	Files      int           `json:"files_landed"`
	Loaded     int           `json:"loaded"`
	Refused    int           `json:"refused"`
	Skipped    int           `json:"skipped"`
	Entries    []replayEntry `json:"entries"`
}

type replayEntry struct {
	ID      string `json:"quarantine_id"`
	File    string `json:"file"`
	Sheet   string `json:"sheet"`
	Cell    string `json:"cell"`
	Outcome string `json:"outcome"` // loaded, refused, skipped
	Code    string `json:"code,omitempty"`
	Message string `json:"message_vi,omitempty"`
}

// replay reads the files of entries again, publishes what changed, and finds the entries again.
func (a *app) replay(ctx context.Context, cfg config, entries []quarantineEntry) (*replayed, error) {
	var objects []string
	for _, e := range entries {
		if !slices.Contains(objects, e.SHA256) {
			objects = append(objects, e.SHA256)
		}
	}
	report, err := a.refreshWith(ctx, cfg, false, "quarantine replay", func(o *refresh.Options) { o.Sources, o.Renew = nil, objects })
	if err != nil {
		return nil, err
	}
	out := &replayed{Generation: report.Generation, Published: !report.Unchanged, Reread: len(objects), Files: report.Landed}
	if out.Published {
		out.Reread += report.Landed - report.Cached // touched by the catalogue
	}
	q, err := openQuarantine(ctx, cfg, "all")
	if err != nil {
		return nil, err
	}
	defer q.Close()
	list, err := json.Marshal(objects)
	if err != nil {
		return nil, err
	}
	const ofObjects = ` WHERE list_contains(from_json(CAST(? AS JSON), '["VARCHAR"]'), source_sha256)`
	now, err := q.entries(ctx, ofObjects, string(list))
	if err != nil {
		return nil, err
	}
	type at struct{ sha, sheet, cell string }
	byID, byPlace := map[string]quarantineEntry{}, map[at]quarantineEntry{}
	for _, e := range now {
		byID[e.ID] = e
		byPlace[at{e.SHA256, e.Sheet, e.Cell}] = e
	}
	loaded := map[at]bool{}
	rows, err := q.Rows(ctx, "SELECT DISTINCT source_sha256, coalesce(sheet, ''), coalesce(cell, ''), coalesce(line_no, 0) FROM audit.lineage"+ofObjects, string(list))
	if err != nil {
		return nil, queryFailure(err)
	}
	defer rows.Close()
	for rows.Next() {
		var p at
		var line int64
		if err := rows.Scan(&p.sha, &p.sheet, &p.cell, &line); err != nil {
			return nil, err
		}
		loaded[p] = true
		loaded[at{p.sha, p.sheet, ""}] = true                           // what refused the whole sheet
		loaded[at{p.sha, "", ""}] = true                                // or the whole file
		loaded[at{p.sha, p.sheet, fmt.Sprintf("line %d", line)}] = true // a field of a feed gives its line a meaning
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for _, e := range entries {
		r := replayEntry{ID: e.ID, File: e.File, Sheet: e.Sheet, Cell: e.Cell, Outcome: "skipped"}
		p := at{e.SHA256, e.Sheet, e.Cell}
		still, refused := byID[e.ID]
		if !refused {
			still, refused = byPlace[p]
		}
		switch {
		case refused:
			r.Outcome, r.Code, r.Message = "refused", still.Code, still.MessageVi
			out.Refused++
		case loaded[p], e.Line > 0 && loaded[at{e.SHA256, e.Sheet, fmt.Sprintf("line %d", e.Line)}]:
			r.Outcome = "loaded"
			out.Loaded++
		default:
			out.Skipped++
		}
		out.Entries = append(out.Entries, r)
	}
	return out, nil
}

func (r *replayed) summary() string {
	s := fmt.Sprintf("%s: %d loaded, %d still refused", plural(int64(len(r.Entries)), "entry", "entries"), r.Loaded, r.Refused)
	if r.Skipped > 0 {
		s += fmt.Sprintf(", %d no value", r.Skipped)
	}
	if r.Published {
		return s + fmt.Sprintf("; generation %d published", r.Generation)
	}
	return s + fmt.Sprintf("; nothing changed, generation %d stays", r.Generation)
}

// maxShown is how many entries are told one by one.
const maxShown = 30

func (r *replayed) print(w io.Writer) {
	outcome := map[string]string{"loaded": "đã nạp", "refused": "vẫn bị từ chối", "skipped": "không phải số liệu"}
	for _, e := range r.Entries[:min(len(r.Entries), maxShown)] {
		line := fmt.Sprintf("  %s  %s  %s › %s", e.ID[:shortID], padTo(outcome[e.Outcome], 18), e.File, strings.Trim(e.Sheet+"!"+e.Cell, "!"))
		if e.Message != "" {
			line += "  " + e.Code + ": " + e.Message
		}
		fmt.Fprintln(w, line)
	}
	if more := len(r.Entries) - maxShown; more > 0 {
		fmt.Fprintf(w, "  … and %d more\n", more)
	}
	fmt.Fprintf(w, "%d of %s read again\n", r.Reread, plural(int64(r.Files), "file", "files"))
	fmt.Fprintln(w, r.summary())
}

// padTo fills a text with blanks to a display width.
func padTo(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-runewidth.StringWidth(s)))
}
