package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/mattn/go-runewidth"
	"github.com/spf13/cobra"

	"github.com/phuluc/phuluc/extract"
	"github.com/phuluc/phuluc/extract/delimited"
	"github.com/phuluc/phuluc/extract/landing"
	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/phuluc/phuluc/transform"
	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/mapping"
	"github.com/phuluc/phuluc/transform/record"
)

func (a *app) checkCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "check FILE…",
		Short: "Read files and say what is understood and what would be quarantined; touch nothing",
		Long: `Read workbooks and feeds and say what was understood (tables, dimensions, values) and what would be
quarantined and why. Nothing is landed or published. With --json, one object a file on its own line.

With --annotate, a copy of the file in which every refused or doubtful cell is coloured and explained in Vietnamese is
written, with a first sheet that lists them all, and beside it the text of a mail that sends it back (.txt). The copy is
an .xlsx, whatever the format of the file.`,
		Example: "  phuluc check 2020/BieuMau_HaGiang.xlsx\n  phuluc check --json *.xlsx | jq .quarantine\n  phuluc check BieuMau.xls --annotate BieuMau_tra-lai.xlsx",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := a.config()
			if err != nil {
				return err
			}
			pipeline, err := newPipeline(cfg, "", false)
			if err != nil {
				return err
			}
			if err := checkCopies(args, out); err != nil {
				return err
			}
			loadable, copies := false, map[string]bool{}
			var first *failure
			for _, name := range args {
				file, err := checkFile(cmd.Context(), pipeline, name)
				if err != nil {
					return err
				}
				values := len(file.Observations) + len(file.Tasks) + len(file.Insurance)
				loadable = loadable || values > 0
				if values == 0 && first == nil {
					first = &failure{
						Exit: exitInput, What: "nothing could be loaded", Where: name, Why: "no figure stands in it",
						Try: "check that it is the annex and not the letter that goes with it",
					}
					if len(file.Refusals) > 0 {
						first.Why = file.Refusals[0].Code + ": " + file.Refusals[0].Message("en")
						first.Try = file.Refusals[0].Try("en")
					}
				}
				if a.json {
					if err := a.print(checkReport(name, file)); err != nil {
						return err
					}
				} else {
					printCheck(a.stdout, name, file)
				}
				if out == "" {
					continue
				}
				copied, mail, err := annotateFile(cmd.Context(), pipeline.Catalogue(), pipeline.Limits(), name, file, out, copies)
				if err != nil {
					return err
				}
				if !a.json && !a.quiet {
					fmt.Fprintf(a.stdout, "  → %s\n", strings.Join(nonEmpty(copied, mail), "\n  → "))
				}
			}
			if !loadable {
				if a.json {
					return silent{first}
				}
				return first
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&out, "annotate", "", "write a copy with every refused or doubtful cell explained: a file.xlsx, or a folder for several files")
	return cmd
}

// silent is an error that has been told already in the output; only its exit code counts.
type silent struct{ *failure }

func (s silent) Unwrap() error { return s.failure }

// newPipeline wires catalogue, feed mappings and limits of the configuration.
func newPipeline(cfg config, cacheDir string, refill bool) (*transform.Pipeline, error) {
	cat, err := ownWords(cfg)
	if err != nil {
		return nil, err
	}
	return pipelineOf(cfg, cat, cacheDir, refill)
}

// pipelineOf is newPipeline with a catalogue of its own.
func pipelineOf(cfg config, cat *catalogue.Catalogue, cacheDir string, refill bool) (*transform.Pipeline, error) {
	mappings, err := mapping.LoadSet(cfg.Catalogue)
	if err != nil {
		return nil, &failure{Exit: exitInput, What: "a feed mapping is not valid", Where: cfg.Catalogue, Why: err.Error(), Try: "correct the YAML named above", err: err}
	}
	return transform.New(transform.Options{
		Catalogue: cat, Mappings: mappings, CacheDir: cacheDir, Refill: refill,
		Timeout: time.Duration(cfg.FileTimeout), Limits: cfg.Limits.sheet(), Workers: cfg.Threads,
	})
}

func checkFile(ctx context.Context, p *transform.Pipeline, name string) (*record.File, error) {
	return checkFileAs(ctx, p, name, name)
}

// checkFileAs reads the file at path as if it had arrived under another name.
func checkFileAs(ctx context.Context, p *transform.Pipeline, path, name string) (*record.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, &failure{Exit: exitInput, What: "the file can not be opened", Where: name, Why: err.Error(), Try: "check the path", err: err}
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, badInput("%s is a folder", "check reads files", "phuluc check "+name+"/*.xlsx", name)
	}
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	kind, err := extract.DetectFile(f, info.Size())
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	raw := landing.Raw{SHA256: hex.EncodeToString(h.Sum(nil)), Size: info.Size(), Type: kind}
	return p.Read(ctx, raw, name, f)
}

// The JSON shapes of `check --json`.
type (
	checkJSON struct {
		File         string            `json:"file"`
		SHA256       string            `json:"sha256"`
		Type         string            `json:"type"`
		ReadAs       *checkDialect     `json:"read_as,omitempty"` // of delimited text
		Identity     checkIdentity     `json:"identity"`
		Sheets       []checkSheet      `json:"sheets"`
		Observations []checkValue      `json:"observations"`
		Tasks        []checkTask       `json:"tasks"`
		Insurance    []checkInsurance  `json:"insurance"`
		Quarantine   []checkQuarantine `json:"quarantine"`
		Findings     []checkFinding    `json:"findings"`
	}
	checkDialect struct {
		Separator string `json:"separator"`
		Encoding  string `json:"encoding"`
		Decimal   string `json:"decimal"`
		Ended     bool   `json:"ended"` // false: the last line has no line end, and may be cut
	}
	checkIdentity struct {
		Territory string `json:"territory"`
		Round     string `json:"round"`
		Form      string `json:"form"`
		Document  string `json:"document"`
		Date      string `json:"date"`
		Title     string `json:"title"`
	}
	checkSheet struct {
		Name        string         `json:"name"`
		Hidden      bool           `json:"hidden"`
		Tables      int            `json:"tables"`
		CellsRead   int            `json:"cells_read"`
		Loaded      int            `json:"loaded"`
		Quarantined int            `json:"quarantined"`
		Skipped     map[string]int `json:"skipped"`
	}
	checkValue struct {
		Indicator string  `json:"indicator"`
		Territory string  `json:"territory"`
		Period    string  `json:"period"`
		Measure   string  `json:"measure"`
		Sex       string  `json:"sex"`
		Area      string  `json:"area"`
		Value     *string `json:"value"`
		ValueHigh *string `json:"value_high"`
		Qualifier string  `json:"qualifier"`
		Empty     string  `json:"empty"`
		Status    string  `json:"obs_status"`
		Unit      string  `json:"unit"`
		Sheet     string  `json:"sheet"`
		Cell      string  `json:"cell"`
		Raw       string  `json:"raw"`
		Note      string  `json:"note,omitempty"`

		Achieved     *string `json:"achieved,omitempty"` // percentage of the plan that the sender states
		AchievedCell string  `json:"achieved_cell,omitempty"`
	}
	checkTask struct {
		Number  string `json:"number"`
		Title   string `json:"title"`
		Lead    string `json:"lead"`
		Partner string `json:"partner"`
		Due     string `json:"due"`
		Level   string `json:"level"`
		Sheet   string `json:"sheet"`
		Cell    string `json:"cell"`
	}
	checkInsurance struct {
		Territory string  `json:"territory"`
		Period    string  `json:"period"`
		Scheme    string  `json:"scheme"`
		Sex       string  `json:"sex"`
		AgeGroup  string  `json:"age_group"`
		Value     *string `json:"value"`
		Line      int64   `json:"line"`
		Field     string  `json:"field"`
		Raw       string  `json:"raw"`
	}
	checkQuarantine struct {
		Code      string `json:"code"`
		Sheet     string `json:"sheet"`
		Cell      string `json:"cell"`
		Line      int64  `json:"line,omitempty"`
		Field     string `json:"field,omitempty"`
		Raw       string `json:"raw"`
		Label     string `json:"label"`
		Header    string `json:"header"`
		Message   string `json:"message"`
		MessageEn string `json:"message_en"`
		Nearest   string `json:"nearest"`
		Try       string `json:"try"`
	}
	checkFinding struct {
		Rule     string `json:"rule"`
		Sheet    string `json:"sheet"`
		Cell     string `json:"cell"`
		Expected string `json:"expected"`
		Actual   string `json:"actual"`
	}
)

func checkReport(name string, f *record.File) checkJSON {
	out := checkJSON{
		File: name, SHA256: f.SHA256, Type: f.Type,
		Identity: checkIdentity{f.Identity.Territory, f.Identity.Round, f.Identity.Form, f.Identity.Document, f.Identity.Date, f.Identity.Title},
		Sheets:   []checkSheet{}, Observations: []checkValue{}, Tasks: []checkTask{}, Insurance: []checkInsurance{},
		Quarantine: []checkQuarantine{}, Findings: []checkFinding{},
	}
	if f.Dialect != nil {
		out.ReadAs = &checkDialect{f.Dialect.Separator, f.Dialect.Encoding, f.Dialect.Decimal, f.Dialect.Ended}
	}
	for _, s := range f.Sheets {
		skipped := s.Skipped
		if skipped == nil {
			skipped = map[string]int{}
		}
		out.Sheets = append(out.Sheets, checkSheet{s.Name, s.Hidden, s.Tables, s.Read, s.Loaded, s.Quarantined, skipped})
	}
	for _, o := range f.Observations {
		v := checkValue{
			Indicator: o.Indicator, Territory: o.Territory, Period: o.Period, Measure: o.Measure, Sex: o.Sex, Area: o.Area,
			Qualifier: o.Qualifier, Empty: o.Empty, Status: o.Status, Unit: o.Unit, Sheet: o.Sheet, Cell: address(o.Origin), Raw: o.Raw, Note: o.Note,
		}
		if o.Value.Valid {
			s := o.Value.Decimal.String()
			v.Value = &s
		}
		if o.High.Valid {
			s := o.High.Decimal.String()
			v.ValueHigh = &s
		}
		if o.Achieved.Valid {
			s := o.Achieved.Decimal.String()
			v.Achieved, v.AchievedCell = &s, o.AchievedCell
		}
		out.Observations = append(out.Observations, v)
	}
	for _, t := range f.Tasks {
		out.Tasks = append(out.Tasks, checkTask{t.Number, t.Title, t.Lead, t.Partner, t.Due, t.Level, t.Sheet, t.Cell})
	}
	for _, o := range f.Insurance {
		v := checkInsurance{Territory: o.Territory, Period: o.Period, Scheme: o.Scheme, Sex: o.Sex, AgeGroup: o.AgeGroup, Line: o.Line, Field: o.Field, Raw: o.Raw}
		if o.Value.Valid {
			s := o.Value.Decimal.String()
			v.Value = &s
		}
		out.Insurance = append(out.Insurance, v)
	}
	for _, r := range f.Refusals {
		out.Quarantine = append(out.Quarantine, checkQuarantine{
			Code: r.Code, Sheet: r.Sheet, Cell: r.Cell, Line: r.Line, Field: r.Field, Raw: r.Raw, Label: r.Label, Header: r.Header,
			Message: r.Message("vi"), MessageEn: r.Message("en"), Nearest: r.Nearest, Try: r.Try("vi"),
		})
	}
	for _, d := range f.Findings {
		out.Findings = append(out.Findings, checkFinding{d.Rule, d.Sheet, address(d.Origin), d.Expected, d.Actual})
	}
	return out
}

func address(o record.Origin) string {
	if o.Line > 0 {
		return fmt.Sprintf("L%d:%s", o.Line, o.Field)
	}
	return o.Cell
}

func printCheck(w io.Writer, name string, f *record.File) {
	fmt.Fprintf(w, "%s  (%s, sha256 %s…)\n", name, f.Type, f.SHA256[:12])
	if d := f.Dialect; d != nil {
		legacy := ""
		if d.Encoding == delimited.Windows1252 {
			legacy = " hoặc phông chữ cũ (TCVN3, VNI)"
		}
		decimal := "chưa có con số nào cho biết"
		switch d.Decimal {
		case ",":
			decimal = "dấu phẩy (1.234,5)"
		case ".":
			decimal = "dấu chấm (1,234.5)"
		case ",.":
			decimal = "lẫn cả hai kiểu (1.234,5 và 1,234.5)"
		}
		fmt.Fprintf(w, "  đọc như CSV: dấu phân cách %s, bảng mã %s%s, phần thập phân: %s\n", d.Separator, d.Encoding, legacy, decimal)
		if !d.Ended {
			fmt.Fprintln(w, "  lưu ý: dòng cuối của tệp không có dấu xuống dòng; hãy xem tệp có bị cắt cụt không")
		}
	}
	if id := f.Identity; id.Territory+id.Round+id.Title != "" {
		fmt.Fprintf(w, "  %s\n", strings.Join(nonEmpty(id.Territory, "round "+id.Round, id.Form, id.Document, id.Title), " · "))
	}
	for _, s := range f.Sheets {
		fmt.Fprintf(w, "  sheet %q: %s, %s read = %d loaded + %d quarantined + %d skipped%s\n", s.Name,
			plural(int64(s.Tables), "table", "tables"), plural(int64(s.Read), "cell", "cells"), s.Loaded, s.Quarantined,
			s.Read-s.Loaded-s.Quarantined, reasons(s.Skipped))
	}
	byIndicator := map[string][]string{}
	for _, o := range f.Observations {
		value := "—"
		if o.Value.Valid {
			value = o.Value.Decimal.String()
		}
		if o.High.Valid {
			value += "–" + o.High.Decimal.String()
		}
		if o.Qualifier != "" {
			value = o.Qualifier + " " + value
		}
		if o.Achieved.Valid {
			value += " (" + o.Achieved.Decimal.String() + " % of plan)"
		}
		byIndicator[o.Indicator] = append(byIndicator[o.Indicator], fmt.Sprintf("%s %s %s=%s", o.Territory, o.Period, o.Measure, value))
	}
	names := make([]string, 0, len(byIndicator))
	width := 0
	for k := range byIndicator {
		names = append(names, k)
		width = max(width, runewidth.StringWidth(k))
	}
	sort.Strings(names)
	for _, k := range names {
		values := byIndicator[k]
		shown := values[:min(len(values), 3)]
		more := ""
		if len(values) > len(shown) {
			more = fmt.Sprintf("  (+%d)", len(values)-len(shown))
		}
		fmt.Fprintf(w, "    %-*s  %s%s\n", width, k, strings.Join(shown, ";  "), more)
	}
	if n := len(f.Tasks); n > 0 {
		fmt.Fprintf(w, "    %s\n", plural(int64(n), "task", "tasks"))
	}
	if n := len(f.Insurance); n > 0 {
		fmt.Fprintf(w, "    %s\n", plural(int64(n), "insurance count", "insurance counts"))
	}
	for _, same := range alike(f.Refusals) {
		r := &same[0]
		what := "" // stands there
		switch n := max(len(same), r.Cells); {
		case r.Raw != "" && len(same) == 1:
			what = strconv.Quote(r.Raw)
		case n > 1:
			what = fmt.Sprintf("(%d ô)", n)
		}
		fmt.Fprintf(w, "  ✗ %s: %s\n", strings.Join(nonEmpty(r.Code, strings.Trim(r.Sheet+"!"+places(same), "!"), what), " "), r.Message("vi"))
		if r.Nearest != "" {
			fmt.Fprintf(w, "      gần nhất: %s\n", r.Nearest)
		}
		// Of a whole table, how it was read: its words may be those of several indicators.
		headers, labels := sameOf(same, func(r record.Refusal) string { return r.Header }), sameOf(same, func(r record.Refusal) string { return r.Label })
		if len(headers) > 1 && len(labels) > 1 {
			fmt.Fprintf(w, "      %d cột: %s\n      %d dòng: %s\n", len(headers), someOf(headers), len(labels), someOf(labels))
		}
	}
	told := map[string]bool{}
	for _, r := range f.Refusals {
		if try := r.Try("vi"); !told[r.Code] && try != "" {
			told[r.Code] = true
			fmt.Fprintf(w, "  cách sửa %s: %s\n", r.Code, try)
		}
	}
	for _, d := range f.Findings {
		fmt.Fprintf(w, "  ! %s %s!%s: expected %s, found %s\n", d.Rule, d.Sheet, address(d.Origin), d.Expected, d.Actual)
	}
}

// sameOf gives what refusals say of their place, each text once.
func sameOf(refusals []record.Refusal, text func(record.Refusal) string) (all []string) {
	seen := map[string]bool{}
	for _, r := range refusals {
		if s := strings.Join(strings.Fields(text(r)), " "); s != "" && !seen[s] {
			seen[s] = true
			all = append(all, s)
		}
	}
	return all
}

// someOf shows the first of many texts.
func someOf(texts []string) string {
	const shown = 3
	if len(texts) <= shown {
		return strings.Join(texts, "; ")
	}
	return strings.Join(texts[:shown], "; ") + "; …"
}

// alike puts together the refusals of a sheet that say the same, in the order in which each is said first.
func alike(refusals []record.Refusal) (groups [][]record.Refusal) {
	at := map[string]int{}
	for _, r := range refusals {
		key := strings.Join(append([]string{r.Sheet, r.Code, r.Nearest}, r.Args...), "\x00")
		k, seen := at[key]
		if !seen || r.Row == 0 { // a field of a feed stands for itself
			k = len(groups)
			at[key] = k
			groups = append(groups, nil)
		}
		groups[k] = append(groups[k], r)
	}
	return groups
}

// maxRanges is how many ranges of cells are named that were refused for one reason.
const maxRanges = 8

// places names where refusals of one sheet stand.
func places(refusals []record.Refusal) string {
	if refusals[0].Row == 0 {
		return address(refusals[0].Origin)
	}
	cells := make([]sheet.Position, len(refusals))
	for i := range refusals {
		cells[i] = sheet.Position{Row: refusals[i].Row, Col: refusals[i].Col}
	}
	return sheet.List(sheet.Ranges(cells), maxRanges)
}

func nonEmpty(parts ...string) []string {
	var out []string
	for _, p := range parts {
		if p != "" && p != "round " {
			out = append(out, p)
		}
	}
	return out
}

func reasons(skipped map[string]int) string {
	if len(skipped) == 0 {
		return ""
	}
	parts := make([]string, 0, len(skipped))
	for k, n := range skipped {
		parts = append(parts, fmt.Sprintf("%s %d", k, n))
	}
	sort.Strings(parts)
	return " (" + strings.Join(parts, ", ") + ")"
}
