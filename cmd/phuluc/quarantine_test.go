package main_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

const unknownLabel = "Số lao động được tạo VL mới trong kỳ"

// withLabel is an annex whose second row bears another label.
func withLabel(province, label string) annex {
	a := goodAnnex(province)
	a.rows[1].label = label
	return a
}

type replayResult struct {
	Generation int
	Published  bool
	FilesRead  int `json:"files_read"`
	Loaded     int
	Refused    int
	Entries    []struct{ Cell, Outcome, Code string }
}

// A clerk's day: what is refused is seen as one line, shown, accepted into the catalogue by one line, and read again, and only
// where it stands. Guards invariants 4 and 9.
func TestAnAcceptedProposalReadsAgainWhatItTouches(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.put(t, "Ha Giang.xlsx", withLabel("Tỉnh Hà Giang", unknownLabel).xlsx(t, nil))
	h.put(t, "Lao Cai.xlsx", withLabel("Tỉnh Lào Cai", "SỐ LAO ĐỘNG được tạo VL mới  trong kỳ").xlsx(t, nil))
	h.put(t, "Yen Bai.xlsx", goodAnnex("Tỉnh Yên Bái").xlsx(t, nil))
	h.put(t, "Nghe An.xlsx", withLabel("Tỉnh Nghệ An", "Số trâu bò").xlsx(t, nil))
	if r := h.refresh(t); r.Quarantined != 12 {
		t.Fatalf("%d cells are quarantined, want the row of four in three files: %v", r.Quarantined, r.Reasons)
	}
	data := []string{"--data", string(h)}
	quarantine := func(args ...string) []string { return append(append([]string{"quarantine"}, args...), data...) }

	groups, _ := runJSON[[]record](t, done, quarantine("list", "--group")...)
	if len(groups) != 2 || groups[0].text("files") != "2" || groups[0].text("entries") != "8" || groups[1].text("text") != "Số trâu bò" {
		t.Fatalf("grouped: %v", groups)
	}
	id := groups[0].text("id")

	shown, _ := runJSON[record](t, done, quarantine("show", id)...)
	if shown.text("state") != "open" || shown.text("same_files") != "2" || shown.text("message_vi") == "" || shown.text("try_vi") == "" || shown.text("first_seen_run") != "1" {
		t.Errorf("shown: %v", shown)
	}
	if text := run(t, done, quarantine("show", id)...).stdout; !strings.Contains(text, "lý do") || !strings.Contains(text, unknownLabel) {
		t.Errorf("shown to people: %s", text)
	}

	// What would contradict or not help is not written.
	for _, as := range []string{"no_such_indicator", "poverty_rate --below"} {
		args := append(quarantine("accept", id, "--as"), strings.Fields(as)...)
		if strings.HasSuffix(as, "--below") {
			args = append(args, "Một nhóm không có trong biểu")
		}
		run(t, input, args...)
	}
	catalogue := h.path("catalogue", "indicator_synonyms.csv")
	if _, err := os.Stat(filepath.Dir(catalogue)); err == nil {
		t.Error("a refused acceptance leaves a catalogue behind")
	}
	kept := "indicator_code,label,parent_label\r\npoverty_rate,Tỷ lệ nghèo (thử),\r\n"
	write(t, catalogue, []byte(kept))
	h.refresh(t) // by this catalogue

	accepted, _ := runJSON[record](t, done, quarantine("accept", id, "--as", "jobs_created", "--by", "Lan", "--reason", "họp")...)
	line := "jobs_created," + accepted.text("added")[len("jobs_created,"):]
	got, err := os.ReadFile(catalogue)
	if err != nil || string(got) != kept+line+"\r\n" || !strings.Contains(line, "VL mới") || accepted.text("entries") != "8" || accepted.text("line") != "3" {
		t.Fatalf("the file is %q, accepted %v, %v", got, accepted, err)
	}
	run(t, input, quarantine("accept", id, "--as", "jobs_created")...) // it is one line, however often it is said
	run(t, input, quarantine("accept", id, "--as", "poverty_rate")...)
	if again, _ := os.ReadFile(catalogue); string(again) != string(got) {
		t.Errorf("a refused acceptance changed the file to %q", again)
	}

	became, _ := runJSON[replayResult](t, done, quarantine("replay", "--accepted")...)
	if !became.Published || became.Loaded != 8 || became.Refused != 0 || became.FilesRead != 2 {
		t.Errorf("replayed: %+v", became)
	}
	h.proveFull(t, became.Generation)
	if n := h.one(t, "SELECT count(*) FROM dw.observation WHERE indicator_code = 'jobs_created'"); n != "12" {
		t.Errorf("%s values of the indicator", n)
	}

	// What is gone is history, with who decided and why.
	gone, _ := runJSON[[]record](t, done, quarantine("list", "--state", "resolved")...)
	if len(gone) != 8 || gone[0].text("code") != "indicator.unknown" {
		t.Errorf("resolved: %v", gone)
	}
	for _, r := range h.ask(t, "SELECT * FROM audit.quarantine_history WHERE state = 'resolved'") {
		if r.text("decided_by") != "Lan" || !strings.HasPrefix(r.text("reason"), "họp") || r.text("decision") != "accepted" || r.text("first_seen_run") != "1" || r.text("resolved_run") == "" {
			t.Errorf("history: %v", r)
		}
	}
	if past, _ := runJSON[record](t, done, quarantine("show", id)...); past.text("state") != "resolved" || len(past["history"].([]any)) != 1 {
		t.Errorf("shown afterwards: %v", past)
	}

	// The others stay refused: a replay that changes nothing publishes nothing.
	still, _ := runJSON[replayResult](t, done, quarantine("replay", "--all")...)
	if still.Published || still.Refused != 4 || still.Entries[0].Code != "indicator.unknown" {
		t.Errorf("replayed again: %+v", still)
	}
	run(t, input, quarantine("replay")...)
	run(t, input, quarantine("replay", "--code", "no.such")...)
}

// A wrong meaning that the file itself contradicts is not written; one that nobody can see is taken back by deleting its line, and
// what it had settled is open again, with its history. Guards invariant 9.
func TestAWrongAcceptanceIsRefusedOrTakenBack(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.put(t, "Hà Giang.xlsx", withLabel("Tỉnh Hà Giang", "Số người tìm được việc trong kỳ").xlsx(t, nil))
	h.refresh(t)
	data := []string{"--data", string(h)}
	quarantine := func(args ...string) []string { return append(append([]string{"quarantine"}, args...), data...) }
	open, _ := runJSON[[]record](t, done, quarantine("list", "--file", "HA GIANG", "--sheet", "bieu so 01")...)
	if len(open) != 4 {
		t.Fatalf("open: %v", open)
	}
	if r := run(t, input, quarantine("list", "--code", "indicator.unknow")...); !strings.Contains(r.stderr, `"indicator.unknown"`) {
		t.Errorf("a misspelt reason: %s", r.stderr)
	}
	id := open[0].text("quarantine_id")
	if shown := run(t, done, quarantine("show", id)...).stdout; !strings.Contains(shown, "có thể là") || !strings.Contains(shown, "dim_indicator") {
		t.Errorf("what it may be is not shown:\n%s", shown)
	}

	// The labour force stands in the row above, with other numbers; the insured are counted in persons, too, two rows below.
	for _, as := range []string{"labour_force_15plus", "bhxh_participants"} {
		if r := run(t, input, quarantine("accept", id, "--as", as)...); !strings.Contains(r.stderr, "nothing was changed") {
			t.Errorf("%s: %s", as, r.stderr)
		}
	}
	if _, err := os.Stat(h.path("catalogue")); err == nil {
		t.Fatal("a refused acceptance leaves a catalogue behind")
	}
	run(t, done, quarantine("accept", id, "--as", "overseas_workers", "--by", "Lan")...)
	if accepted, _ := runJSON[[]record](t, done, quarantine("list", "--state", "accepted")...); len(accepted) != 4 {
		t.Errorf("accepted: %v", accepted)
	}
	if r := h.refresh(t); r.Quarantined != 0 {
		t.Errorf("%d cells are still refused", r.Quarantined)
	}
	if err := os.Remove(h.path("catalogue", "indicator_synonyms.csv")); err != nil {
		t.Fatal(err)
	}
	h.refresh(t)
	if again, _ := runJSON[[]record](t, done, quarantine("list")...); len(again) != 4 {
		t.Errorf("open after the line was deleted: %v", again)
	}
	if n := h.one(t, "SELECT count(*) FROM audit.quarantine WHERE state = 'open'"); n != "4" {
		t.Errorf("%s entries are open in the warehouse", n)
	}
	shown, _ := runJSON[record](t, done, quarantine("show", id)...)
	if history := shown["history"].([]any); shown.text("state") != "open" || len(history) != 1 {
		t.Errorf("shown: %v", shown)
	}
}

func TestARejectedEntryLeavesTheOpenListAndKeepsItsReason(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.put(t, "Nghe An.xlsx", withLabel("Tỉnh Nghệ An", "Số trâu bò").xlsx(t, nil))
	h.refresh(t)
	data := []string{"--data", string(h)}
	quarantine := func(args ...string) []string { return append(append([]string{"quarantine"}, args...), data...) }
	list := func(args ...string) []record {
		t.Helper()
		rows, _ := runJSON[[]record](t, done, quarantine(append([]string{"list"}, args...)...)...)
		return rows
	}
	entries := list()
	if len(entries) != 4 {
		t.Fatalf("open: %v", entries)
	}
	first := entries[0].text("quarantine_id")
	run(t, input, quarantine("reject", first)...) // without a reason
	run(t, input, quarantine("show", "")...)
	run(t, input, quarantine("show", "zz")...)
	run(t, input, quarantine("list", "--state", "opne")...)
	run(t, done, quarantine("reject", first[:10], "--reason", "không thuộc ngành", "--by", "Lan")...)
	if open, rejected := list(), list("--state", "rejected"); len(open) != 3 || len(rejected) != 1 || rejected[0].text("quarantine_id") != first {
		t.Errorf("%d open, rejected %v", len(open), rejected)
	}
	run(t, done, quarantine("reject", entries[1].text("quarantine_id")[:12], "--same", "--reason", "không thuộc ngành")...)
	if open := list(); len(open) != 0 {
		t.Errorf("open: %v", open)
	}
	if r := h.refresh(t); r.Unchanged {
		t.Error("the warehouse does not get the decisions")
	}
	if n := h.one(t, "SELECT count(*) FROM audit.quarantine WHERE state = 'rejected'"); n != "4" {
		t.Errorf("%s entries are rejected in the warehouse", n)
	}
	run(t, done, quarantine("reject", first, "--reopen")...)
	shown, _ := runJSON[struct {
		State   string
		History []struct{ State, By, Note string }
	}](t, done, quarantine("show", first)...)
	var states []string
	for _, d := range shown.History {
		states = append(states, d.State+" "+d.Note)
	}
	if want := []string{"rejected không thuộc ngành", "rejected không thuộc ngành", "open "}; shown.State != "open" || !slices.Equal(states, want) || shown.History[0].By != "Lan" {
		t.Errorf("%+v", shown)
	}

	// A corrected file takes nothing off the list, but is named.
	h.put(t, "Nghe An (sửa).xlsx", goodAnnex("Tỉnh Nghệ An").xlsx(t, nil))
	h.refresh(t)
	if shown, _ := runJSON[record](t, done, quarantine("show", first)...); shown.text("later_file") != "Nghe An (sửa).xlsx" {
		t.Errorf("shown after the corrected file came: %v", shown)
	}
	run(t, input, quarantine("reject", "--file", "Nghe An (sửa).xlsx", "--reason", "x")...)
	run(t, input, quarantine("reject", "--reason", "x")...)
	run(t, done, quarantine("reject", "--file", "NGHE AN.xlsx", "--reason", "đã gửi lại")...)
	if open := list(); len(open) != 0 {
		t.Errorf("open after the file was rejected: %v", open)
	}
	run(t, done, quarantine("reject", "--file", "Nghe An.xlsx", "--reopen")...)
	if open := list(); len(open) != 4 {
		t.Errorf("open after the decision was taken back: %v", open)
	}
}

func TestTheListForAMeetingOpensInExcelInVietnamese(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.put(t, "=Nghe An.xlsx", withLabel("Tỉnh Nghệ An", "Số trâu bò").xlsx(t, nil))
	h.refresh(t)
	dir := t.TempDir()
	name := filepath.Join(dir, "hop.csv")
	run(t, done, "quarantine", "export", name, "--data", string(h))
	text, err := os.ReadFile(name)
	if err != nil || !strings.HasPrefix(string(text), "\ufeffMã,") {
		t.Fatalf("%.80q %v", text, err)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(text), "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 5 || len(rows[1][0]) != 10 || rows[1][3] != "Số trâu bò" || rows[1][5] != "'=Nghe An.xlsx" {
		t.Errorf("%q %v", rows, err)
	}
	name = filepath.Join(dir, "hop.xlsx")
	run(t, done, "quarantine", "export", name, "--group", "--data", string(h))
	x, err := excelize.OpenFile(name)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	sheet, err := x.GetRows(x.GetSheetName(0))
	if err != nil || len(sheet) != 2 || sheet[1][2] != "Số trâu bò" || sheet[1][4] != "4" || !strings.HasPrefix(sheet[1][7], "=Nghe An.xlsx › Biểu số 01!") {
		t.Errorf("%q %v", sheet, err)
	}
	list := x.GetSheetName(0)
	layout, err := x.GetPageLayout(list)
	props, err2 := x.GetSheetProps(list)
	if err != nil || err2 != nil || *layout.Orientation != "landscape" || *layout.FitToHeight != 0 || props.FitToPage == nil || !*props.FitToPage {
		t.Errorf("it is not printed one page wide: %+v %+v", layout, props)
	}
	if names := x.GetDefinedName(); len(names) != 2 || names[1].RefersTo != "'"+list+"'!$1:$1" && names[0].RefersTo != "'"+list+"'!$1:$1" {
		t.Errorf("no header on each page: %+v", names)
	}
	for _, column := range []string{"J", "K"} { // for what is decided
		if w, err := x.GetColWidth(list, column); err != nil || w < 20 {
			t.Errorf("column %s is %v letters wide, %v", column, w, err)
		}
	}
	if h, err := x.GetRowHeight(list, 2); err != nil || h < 30 {
		t.Errorf("long texts have a row of height %v, %v", h, err)
	}
	run(t, input, "quarantine", "export", filepath.Join(dir, "hop.pdf"), "--data", string(h))
	if left, _ := os.ReadDir(dir); len(left) != 2 {
		t.Error(fmt.Sprint("left over: ", left))
	}
}

// proveFull holds a generation against the one that is built when everything is read again.
func (h home) proveFull(t testing.TB, generation int) {
	t.Helper()
	full := h.refresh(t, "--full")
	if full.Generation != generation+1 || full.Cached != 0 {
		t.Fatalf("generation %d after %d, %d files from the cache", full.Generation, generation, full.Cached)
	}
	sameTables(t, h.manifest(t, generation), h.manifest(t, full.Generation))
}

// Headers, units and places are accepted into their own files, and a place of a feed by its name. They act in more ways than by standing in
// a cell, so every file is read again. Guards invariant 4.
func TestEveryKindOfUnknownTextCanBeAccepted(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	a := goodAnnex("Tỉnh Hà Giang")
	a.columns[0].head = "Nghiệm thu năm 2018"
	a.rows[4].unit = "nóc nhà"
	h.put(t, "Ha Giang.xlsx", a.xlsx(t, nil))
	h.put(t, "bhxh.csv", []byte("thang;ma_tinh;ten_tinh;loai_hinh;so_nguoi\n2024-12;;Xứ Nghệ;BB;480.123\n"))
	h.put(t, "Yen Bai.xlsx", goodAnnex("Tỉnh Yên Bái").xlsx(t, nil))
	h.refresh(t)
	data := []string{"--data", string(h)}
	accept := func(code, as, file, line string) {
		t.Helper()
		rows, _ := runJSON[[]record](t, done, append([]string{"quarantine", "list", "--group", "--code", code}, data...)...)
		if len(rows) != 1 {
			t.Fatalf("%s: %v", code, rows)
		}
		id := rows[0].text("id")
		run(t, input, append([]string{"quarantine", "accept", id}, data...)...) // nothing is near
		run(t, done, append([]string{"quarantine", "accept", id, "--as", as, "--by", "Lan"}, data...)...)
		got, err := os.ReadFile(h.path("catalogue", file))
		if err != nil || !strings.Contains(string(got), "\n"+line) || len(lines(string(got))) != 2 {
			t.Errorf("%s: %q %v", file, got, err)
		}
	}
	accept("header.unknown", "measure=actual", "header_words.csv", "Nghiệm thu,measure,actual,")
	units, _ := runJSON[[]record](t, done, append([]string{"quarantine", "list", "--group", "--code", "unit.unknown"}, data...)...)
	if r := run(t, input, append([]string{"quarantine", "accept", units[0].text("id"), "--as", "person"}, data...)...); !strings.Contains(r.stderr, "a unit in which the indicator is counted") {
		t.Errorf("households are accepted as persons: %s", r.stderr)
	}
	if r := run(t, input, append([]string{"quarantine", "accept", units[0].text("id"), "--as", "vụ"}, data...)...); !strings.Contains(r.stderr, "case, strike") {
		t.Errorf("a word of two units: %s", r.stderr)
	}
	if r := run(t, input, append([]string{"quarantine", "accept", units[0].text("id"), "--as", "khongcogi"}, data...)...); strings.Contains(r.stderr, "did you mean") || !strings.Contains(r.stderr, "dim_unit") {
		t.Errorf("a word that is near nothing: %s", r.stderr)
	}
	accept("unit.unknown", "hộ", "unit_words.csv", "nóc nhà,household") // by a word that means one unit
	accept("territory.unknown", "province:40@2004", "territory_names.csv", "province:40@2004,Xứ Nghệ,alias")
	became, _ := runJSON[replayResult](t, done, append([]string{"quarantine", "replay", "--accepted"}, data...)...)
	if !became.Published || became.Refused != 0 || became.Loaded != len(became.Entries) || became.Loaded < 8 {
		t.Errorf("%+v", became)
	}
	if became.FilesRead != 3 {
		t.Errorf("%d files are read", became.FilesRead)
	}
	if n := h.one(t, "SELECT count(*) FROM audit.quarantine"); n != "0" {
		t.Errorf("%s entries are left", n)
	}
	h.proveFull(t, became.Generation)
}

// The label of a part means something only below what it is a part of, and no indicator is counted in another unit than its row.
func TestTheLabelOfAPartIsAcceptedBelowItsOwnRow(t *testing.T) {
	const whole = "Tỷ lệ thất nghiệp khu vực thành thị"
	t.Run("found", func(t *testing.T) { acceptPart(t, whole) })
	t.Run("said", func(t *testing.T) { acceptPart(t, whole, "--below", whole) })
}

// acceptPart accepts the label of the parts of a whole.
func acceptPart(t *testing.T, whole string, below ...string) {
	t.Parallel()
	h := newHome(t)
	a := goodAnnex("Tỉnh Hà Giang")
	a.rows = append(a.rows,
		annexRow{"7", whole, "%", []any{3.1, 3.2, 3.3, 3.4}},
		annexRow{"", "- Thanh niên", "%", []any{8.1, 8.2, 8.3, 8.4}})
	b := goodAnnex("Tỉnh Lào Cai")
	b.rows = slices.Insert(b.rows, 3, annexRow{"", "- Thanh niên", "%", []any{50.1, 50.2, 50.3, 50.4}})
	h.put(t, "Ha Giang.xlsx", a.xlsx(t, nil))
	h.put(t, "Lao Cai.xlsx", b.xlsx(t, nil))
	h.put(t, "Yen Bai.xlsx", goodAnnex("Tỉnh Yên Bái").xlsx(t, nil))
	h.refresh(t)
	data := []string{"--data", string(h)}
	rows, _ := runJSON[[]record](t, done, append([]string{"quarantine", "list", "--code", "indicator.unknown"}, data...)...)
	if len(rows) != 8 {
		t.Fatalf("listed: %v", rows)
	}
	i := slices.IndexFunc(rows, func(r record) bool { return strings.HasPrefix(r.text("raw"), "8") })
	accept := append([]string{"quarantine", "accept", rows[i].text("quarantine_id")}, data...)
	if r := run(t, input, append(accept, "--as", "jobs_created")...); !strings.Contains(r.stderr, "is not accepted as jobs_created") {
		t.Errorf("a share is accepted as a number of persons: %s", r.stderr)
	}
	if _, err := os.Stat(h.path("catalogue")); err == nil {
		t.Error("a refused acceptance leaves a catalogue behind")
	}
	accepted, _ := runJSON[record](t, done, append(append(accept, "--as", "unemp_rate_youth_urban", "--by", "Lan"), below...)...)
	if !strings.HasPrefix(accepted.text("added"), "unemp_rate_youth_urban,Thanh niên,,"+whole+",") || accepted.text("entries") != "4" || accepted.text("files") != "1" {
		t.Errorf("accepted: %v", accepted)
	}
	if r := h.refresh(t); r.Cached != 1 {
		t.Errorf("of three files, one of which does not hold the label, %d are not read again", r.Cached)
	} else {
		h.proveFull(t, r.Generation)
	}
	if n := h.one(t, "SELECT count(*) FROM dw.observation WHERE indicator_code = 'unemp_rate_youth_urban' AND territory_id LIKE 'province:02%'"); n != "4" {
		t.Errorf("%s values of the part", n)
	}
	if n := h.one(t, "SELECT count(*) FROM dw.observation WHERE indicator_code = 'unemp_rate_youth_urban'"); n != "4" {
		t.Errorf("%s values, also of a part of something else", n)
	}
	if open, _ := runJSON[[]record](t, done, append([]string{"quarantine", "list"}, data...)...); len(open) != 4 {
		t.Errorf("left open: %v", open)
	}
}

// A label that means something only below another is told with what it can mean, one line for all its columns, and accepted below its own
// row.
func TestAnAmbiguousLabelIsAcceptedBelowItsOwnRow(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	a := goodAnnex("Tỉnh Hà Giang")
	a.rows = append(a.rows,
		annexRow{"7", "Số lao động nông thôn được đào tạo nghề", "người", []any{8100, 8200, 8300, 8400}},
		annexRow{"", "- Cao đẳng", "người", []any{310, 320, 330, 340}})
	h.put(t, "Ha Giang.xlsx", a.xlsx(t, nil))
	h.put(t, "Yen Bai.xlsx", goodAnnex("Tỉnh Yên Bái").xlsx(t, nil))
	h.refresh(t)
	data := []string{"--data", string(h)}
	rows, _ := runJSON[[]record](t, done, append([]string{"quarantine", "list", "--group", "--code", "indicator.ambiguous"}, data...)...)
	if len(rows) != 1 || rows[0].text("entries") != "4" || rows[0].text("text") != "Cao đẳng" {
		t.Fatalf("grouped: %v", rows)
	}
	id := rows[0].text("id")
	if shown := run(t, done, append([]string{"quarantine", "show", id}, data...)...).stdout; !strings.Contains(shown, "voc_enrolment_college (Số người được tuyển sinh trình độ cao đẳng; khi đứng dưới “") {
		t.Errorf("what it can mean is not shown:\n%s", shown)
	}
	accept := append([]string{"quarantine", "accept", id}, data...)
	if r := run(t, input, accept...); !strings.Contains(r.stderr, "voc_enrolment_college") {
		t.Errorf("accepted without a meaning: %s", r.stderr)
	}
	accepted, _ := runJSON[record](t, done, append(accept, "--as", "voc_enrolment_college", "--by", "Lan")...)
	if !strings.HasPrefix(accepted.text("added"), "voc_enrolment_college,Cao đẳng,,Số lao động nông thôn được đào tạo nghề,") || accepted.text("entries") != "4" {
		t.Errorf("accepted: %v", accepted)
	}
	if r := h.refresh(t); r.Cached != 1 {
		t.Errorf("of two files, one of which does not hold the label, %d are not read again", r.Cached)
	} else {
		h.proveFull(t, r.Generation)
	}
	if n := h.one(t, "SELECT count(*) FROM dw.observation WHERE indicator_code = 'voc_enrolment_college'"); n != "4" {
		t.Errorf("%s values of the part", n)
	}
}

// A name near in letters that is another word of the catalogue is proposed and not taken for meant: unemployment insurance is no social insurance.
func TestOnlyASlipIsAcceptedWithoutAMeaning(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.put(t, "Ha Giang.xlsx", withLabel("Tỉnh Hà Giang", "Số người tham gia BHTN tự nguyện").xlsx(t, nil))
	h.put(t, "Nghe An.xlsx", withLabel("Tỉnh Nghệ An", "Số lao động có việc ổn định (mới)").xlsx(t, nil))
	h.put(t, "Lao Cai.xlsx", withLabel("Tỉnh Lào Cai", "Số người tham gia BHXH tự nguyênn").xlsx(t, nil))
	h.refresh(t)
	data := []string{"--data", string(h)}
	groups, _ := runJSON[[]record](t, done, append([]string{"quarantine", "list", "--group"}, data...)...)
	at := map[string]record{}
	for _, g := range groups {
		at[g.text("example_file")] = g
	}
	accept := func(file string, args ...string) []string {
		return append(append([]string{"quarantine", "accept", at[file].text("id")}, args...), data...)
	}
	if n := at["Ha Giang.xlsx"].text("nearest"); n != "Số người tham gia BHXH tự nguyện" {
		t.Fatalf("nearest is %q: %v", n, groups)
	}
	if r := run(t, input, accept("Ha Giang.xlsx")...); !strings.Contains(r.stderr, "--as") {
		t.Errorf("another insurance is accepted: %s", r.stderr)
	}
	if slip, _ := runJSON[record](t, done, accept("Lao Cai.xlsx")...); slip.text("target") != "bhxh_voluntary" {
		t.Errorf("a slip: %v", slip)
	}
	if whole, _ := runJSON[record](t, done, accept("Nghe An.xlsx", "--as", "jobs_created_new")...); whole.text("text") != "Số lao động có việc ổn định (mới)" {
		t.Errorf("the label loses a letter: %v", whole)
	}
}

// While the line of an acceptance stands, the next refresh reads by it: nothing else can be decided before it is deleted.
func TestWhatIsAcceptedIsNotRejectedWhileItsLineStands(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.put(t, "Ha Giang.xlsx", withLabel("Tỉnh Hà Giang", unknownLabel).xlsx(t, nil))
	h.refresh(t)
	data := []string{"--data", string(h)}
	quarantine := func(args ...string) []string { return append(append([]string{"quarantine"}, args...), data...) }
	groups, _ := runJSON[[]record](t, done, quarantine("list", "--group")...)
	id := groups[0].text("id")
	run(t, done, quarantine("accept", id, "--as", "jobs_created")...)
	for _, args := range [][]string{{"reject", id, "--reason", "nhầm"}, {"reject", id, "--reopen"}, {"reject", id, "--same", "--reason", "nhầm"}} {
		if r := run(t, input, quarantine(args...)...); !strings.Contains(r.stderr, "delete the line") {
			t.Errorf("%v: %s", args, r.stderr)
		}
	}
	if err := os.Remove(h.path("catalogue", "indicator_synonyms.csv")); err != nil {
		t.Fatal(err)
	}
	run(t, done, quarantine("reject", id, "--same", "--reason", "nhầm")...)
	if shown, _ := runJSON[record](t, done, quarantine("show", id)...); shown.text("state") != "rejected" || len(shown["history"].([]any)) != 2 {
		t.Errorf("%v", shown)
	}
}

// Two people decide at once: each decision is one line, and none is lost.
func TestTwoDecisionsAtOnceAreBothWritten(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.put(t, "Ha Giang.xlsx", withLabel("Tỉnh Hà Giang", unknownLabel).xlsx(t, nil))
	h.put(t, "Nghe An.xlsx", withLabel("Tỉnh Nghệ An", "Số lao động có việc ổn định").xlsx(t, nil))
	h.refresh(t)
	groups, _ := runJSON[[]record](t, done, "quarantine", "list", "--group", "--data", string(h))
	if len(groups) != 2 {
		t.Fatalf("%v", groups)
	}
	var both [2]*exec.Cmd
	for i := range both {
		both[i] = command(t, "quarantine", "accept", groups[i].text("id"), "--as", "jobs_created", "--data", string(h))
		if err := both[i].Start(); err != nil {
			t.Fatal(err)
		}
	}
	for i, c := range both {
		if err := c.Wait(); err != nil {
			t.Errorf("decision %d: %v", i+1, err)
		}
	}
	text, err := os.ReadFile(h.path("catalogue", "indicator_synonyms.csv"))
	if err != nil || len(lines(string(text))) != 3 {
		t.Errorf("%q %v", text, err)
	}
}
