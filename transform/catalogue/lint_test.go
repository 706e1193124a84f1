package catalogue_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/layout"
)

// folder writes a user's files, given as name and content by turns.
func folder(t testing.TB, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		if err := os.WriteFile(filepath.Join(dir, files[i]), []byte(files[i+1]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func lint(t testing.TB, dir string, o catalogue.LintOptions) []string {
	t.Helper()
	c, err := catalogue.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	b, err := catalogue.Load("")
	if err != nil {
		t.Fatal(err)
	}
	o.Reads, o.Plain = layout.NewReader(c).Understand, layout.NewReader(b).Understand
	var got []string
	for _, p := range c.Lint(o) {
		if p.TextVi == "" || p.TextEn == "" || p.TextVi == p.TextEn {
			t.Errorf("%s:%d lacks a text", p.File, p.Line)
		}
		got = append(got, fmt.Sprintf("%s:%d %s %s %q", filepath.Base(p.File), p.Line, p.Severity, p.Kind, p.Value))
	}
	return got
}

// A label that is a year, a period or a heading of columns would be read in every table; a word of another unit is only told.
func TestTextsWithAMeaningOfTheirOwnAreAmbiguous(t *testing.T) {
	got := lint(t, folder(t, "indicator_synonyms.csv", `indicator_code,label,parent_label
jobs_created,2023,
jobs_created,Kế hoạch năm 2023,
jobs_created,6 tháng đầu năm,
jobs_created,(3)=(1)/(2),
jobs_created,2024,Số lao động được tạo việc làm
jobs_created,Số người có việc năm 2023,
jobs_created,Việc làm mới (thử),
jobs_created,Việc làm theo Đề án 1956,
jobs_created,12,
jobs_created,Tổng số,
jobs_created,Nam giới,Số lao động được tạo việc lam
jobs_created,Nam giới,Công tác việc làm
staff,Nhân viên y tế,
`, "indicators.csv", `code,name_vi,name_en,unit_code,domain,value_kind,direction_good,aggregation
pupils,Số học sinh,Pupils,pupil,education,count,none,sum
staff,Số nhân viên y tế,Health workers,worker,health,count,none,sum
`, "header_words.csv", `word,dimension,value
Năm 2023,measure,plan
Nghiệm thu,measure,actual
Giai đoạn 1 (thử),measure,plan
Dự toán giao năm 2020,measure,plan
`, "units.csv", "code,name_vi,name_en,quantity,factor\nbed,giường,bed,bed,1\npupil,học sinh,pupil,pupil,1\nworker,nhân viên y tế,health worker,worker,1\n",
		"unit_words.csv", "word,unit_code\ngiường,bed\nngười,bed\nem học sinh,pupil\nnhân viên y tế,worker\n"), catalogue.LintOptions{})
	want := []string{
		`header_words.csv:2 error ambiguous "Năm 2023"`,
		`header_words.csv:5 error ambiguous "Dự toán giao năm 2020"`,
		`indicator_synonyms.csv:2 error ambiguous "2023"`,
		`indicator_synonyms.csv:3 error ambiguous "Kế hoạch năm 2023"`,
		`indicator_synonyms.csv:4 error ambiguous "6 tháng đầu năm"`,
		`indicator_synonyms.csv:5 error ambiguous "(3)=(1)/(2)"`,
		`indicator_synonyms.csv:7 error ambiguous "Số người có việc năm 2023"`,
		`indicator_synonyms.csv:9 warning ambiguous "Việc làm theo Đề án 1956"`,
		`indicator_synonyms.csv:10 error ambiguous "12"`,
		`indicator_synonyms.csv:11 error ambiguous "Tổng số"`,
		`indicator_synonyms.csv:12 warning unreachable "Số lao động được tạo việc lam"`,
		`indicator_synonyms.csv:14 warning ambiguous "Nhân viên y tế"`,
		`indicators.csv:2 warning ambiguous "Số học sinh"`,
		`unit_words.csv:3 warning ambiguous "người"`,
		`unit_words.csv:5 warning ambiguous "nhân viên y tế"`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
}

// A file that can not be read is told by itself: dozens of rows that refer to it are not its readers' fault.
func TestAFileThatIsNotReadIsTheOnlyFault(t *testing.T) {
	const synonyms, words = "indicator_code,label\nnew_one,Chỉ tiêu mới\nnew_one,Chỉ tiêu mới nữa\n", "word,unit_code\ncon,piece\n"
	for name, c := range map[string]struct{ files, want []string }{
		"columns":   {[]string{"indicators.csv", "code,name_vi,unit_cod\nnew_one,Mới,person\n"}, []string{`column unit_cod: is not a column`, "column name_en: is missing"}},
		"encoding":  {[]string{"indicators.csv", "\xff\xfec\x00o\x00d\x00e\x00"}, []string{"is not UTF-8 text; save it as CSV UTF-8"}},
		"name":      {[]string{"indicator.csv", "code\nnew_one\n"}, []string{`did you mean "indicators.csv"?`}},
		"workbook":  {[]string{"indicators.xlsx", "PK"}, []string{"indicators.xlsx: is not read; save it as CSV UTF-8 under the name indicators.csv"}},
		"one row":   {[]string{"indicators.csv", "code,name_vi,name_en,unit_code,domain,value_kind,direction_good,aggregation\nnew_one,Mới\n"}, []string{"line 2: has 2 fields"}},
		"empty":     {[]string{"units.csv", "", "indicators.csv", "code,name_vi,name_en,unit_code,domain,value_kind,direction_good,aggregation\nnew_one,Mới,New,piece,x,count,up,sum\n"}, []string{"units.csv: is empty"}},
		"unrelated": {[]string{"units.csv", ""}, []string{"units.csv: is empty", `"new_one" is not in indicators.csv`}},
	} {
		_, err := catalogue.Load(folder(t, append(c.files, "indicator_synonyms.csv", synonyms, "unit_words.csv", words)...))
		if err == nil {
			t.Errorf("%s: the catalogue loads", name)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: no %q in\n%v", name, want, err)
			}
		}
		if name != "unrelated" && strings.Contains(err.Error(), "is not in indicators.csv") {
			t.Errorf("%s: what follows from it is told too:\n%v", name, err)
		}
	}
}

func TestTheEmbeddedCatalogueHasNoProblem(t *testing.T) {
	if got := lint(t, "", catalogue.LintOptions{}); len(got) > 0 {
		t.Error(strings.Join(got, "\n"))
	}
}

func TestLintTellsRowsThatDoNotDoWhatTheySay(t *testing.T) {
	dir := folder(t,
		"indicators.csv", `code,name_vi,name_en,unit_code,domain,value_kind,direction_good,aggregation
budget_revenue,Tổng thu ngân sách nhà nước,Total budget revenue,vnd_million,budget,currency_vnd,up,sum
budget_plan,Kế hoạch,Budget plan as such,vnd_million,budget,currency_vnd,up,sum
`,
		"indicator_synonyms.csv", `indicator_code,label,parent_label
budget_revenue,TỔNG THU NGÂN SÁCH NHÀ NƯỚC,
budget_revenue,Tổng thu NSNN,
budget_revenue,Tổng thu NSNN,Ngân sách
budget_revenue,Hà Giang,
budget_revenue,Thu ngân sách,
budget_revenue,(nghìn người),
jobs_created,Giải  quyết việc làm,
budget_revenue,Nữ,Ngân sách
`,
		"units.csv", "code,name_vi,name_en,quantity,factor\nload,xe,truckload,load,1\n",
		"unit_words.csv", "word,unit_code\nTriệu Đồng,vnd_million\nSố hộ nghèo,household\n",
		"header_words.csv", "word,dimension,value\nQuyết toán năm,measure,actual\nkế  hoạch,measure,plan\nThu ngân sách,measure,actual\n",
		"territory_names.csv", "territory_id,name\nprovince:22@2004,QUẢNG NINH\nprovince:22@2004,Vùng mỏ\nprovince:22@2004,Dân số\n",
		"rounds.csv", "round_id,year,kind,letter,title_vi\n2014-x,2014,plan,2364/LĐTBXH-KHTC,Xây dựng kế hoạch\n",
	)
	want := []string{
		`header_words.csv:3 warning shadowed "kế  hoạch"`,
		`header_words.csv:3 error ambiguous "kế  hoạch"`,
		`header_words.csv:4 error ambiguous "Thu ngân sách"`,
		`indicator_synonyms.csv:2 warning shadowed "TỔNG THU NGÂN SÁCH NHÀ NƯỚC"`,
		`indicator_synonyms.csv:4 warning shadowed "Tổng thu NSNN"`,
		`indicator_synonyms.csv:5 error ambiguous "Hà Giang"`,
		`indicator_synonyms.csv:6 error ambiguous "Thu ngân sách"`,
		`indicator_synonyms.csv:7 error ambiguous "(nghìn người)"`,
		`indicator_synonyms.csv:7 error unreachable "(nghìn người)"`,
		`indicator_synonyms.csv:8 warning shadowed "Giải  quyết việc làm"`,
		`indicators.csv:3 error ambiguous "Kế hoạch"`,
		`rounds.csv:2 error ambiguous "2364/LĐTBXH-KHTC"`,
		`territory_names.csv:2 warning shadowed "QUẢNG NINH"`,
		`territory_names.csv:4 error ambiguous "Dân số"`,
		`unit_words.csv:2 warning shadowed "Triệu Đồng"`,
		`unit_words.csv:3 error ambiguous "Số hộ nghèo"`,
		`units.csv:2 error unreachable "load"`,
	}
	got := lint(t, dir, catalogue.LintOptions{})
	slices.Sort(want)
	sorted := slices.Sorted(slices.Values(got))
	if !slices.Equal(sorted, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(sorted, "\n"), strings.Join(want, "\n"))
	}
}

func TestLintTellsRowsThatNoFileNeeds(t *testing.T) {
	dir := folder(t,
		"indicators.csv", "code,name_vi,name_en,unit_code,domain,value_kind,direction_good,aggregation\nbudget_revenue,Tổng thu ngân sách nhà nước,Total budget revenue,vnd_million,budget,currency_vnd,up,sum\n",
		"indicator_synonyms.csv", "indicator_code,label,parent_label\nbudget_revenue,Tổng thu NSNN,\nbudget_revenue,Thu cân đối,\nbudget_revenue,Trung ương,Thu ở đâu đó\n",
		"unit_words.csv", "word,unit_code\ntr.đ VN,vnd_million\n",
	)
	o := catalogue.LintOptions{
		Held:   func(s string) bool { return s == "Tổng thu NSNN" || s == "Trung ương" },
		Loaded: func(code string) bool { return code != "budget_revenue" },
	}
	want := []string{
		`indicator_synonyms.csv:3 warning unused "Thu cân đối"`, `indicator_synonyms.csv:4 warning unused "Thu ở đâu đó"`, `indicators.csv:2 warning unused "budget_revenue"`, `unit_words.csv:2 warning unused "tr.đ VN"`,
	}
	if got := lint(t, dir, o); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	same := folder(t, "units.csv", "code,name_vi,name_en,quantity,factor,replace\nperson,người,person,person,1,yes\n")
	if got, want := lint(t, same, catalogue.LintOptions{}), []string{`units.csv:2 warning shadowed "person"`}; !slices.Equal(got, want) {
		t.Errorf("a row that replaces by the same: %q", got)
	}
}

func TestFaultsThatKeepACatalogueFromLoadingAreProblemsWithTheirLine(t *testing.T) {
	dir := folder(t,
		"indicator_synonyms.csv", "indicator_code,label\njobs_creatd,Việc làm mới\npoverty_rate,Giải quyết việc làm\n",
		"indicators.csv", "code,name_vi,name_en,unit_code,domain,value_kind,direction_good,aggregation,parent_code\na,Thu A,Revenue A,vnd_mil,x,count,up,sum,b\nb,Thu B,Revenue B,person,x,count,up,sum,a\n",
	)
	_, err := catalogue.Load(dir)
	var got []string
	for _, p := range catalogue.Problems(err) {
		if p.Severity != "error" || p.Kind != catalogue.Invalid || p.TextVi == "" || p.TextEn == "" {
			t.Errorf("%+v", p)
		}
		got = append(got, fmt.Sprintf("%s:%d", filepath.Base(p.File), p.Line))
	}
	if want := []string{"indicators.csv:2", "indicator_synonyms.csv:2"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q\n%v", got, want, err)
	}
	if p := catalogue.Problems(errors.New("disk")); len(p) != 1 || p[0].TextEn != "disk" {
		t.Errorf("another error: %+v", p)
	}
}

// Every other byte of the file stays, and the line is as the file writes its own.
func TestAmendAddsOneLineAndTouchesNoOther(t *testing.T) {
	cells := map[string]string{"indicator_code": "jobs_created", "label": `Việc làm, "mới" lạ`, "parent_label": "", "source": "lan"}
	for name, c := range map[string]struct{ old, want, line string }{
		"no file": {"", "indicator_code,label,lang,parent_label,source\n", `jobs_created,"Việc làm, ""mới"" lạ",,,lan`},
		"order, byte order mark, line ends": {
			"\xef\xbb\xbflabel;source;indicator_code\r\nGQVL mới;x;jobs_created\r\n", "\xef\xbb\xbflabel;source;indicator_code\r\nGQVL mới;x;jobs_created\r\n", `"Việc làm, ""mới"" lạ";lan;jobs_created`,
		},
		"no end of the last line": {
			"indicator_code,label,source\n# a line\njobs_created,\"GQVL\nmới\",x", "indicator_code,label,source\n# a line\njobs_created,\"GQVL\nmới\",x\n", "",
		},
		"a last line without end": {
			"indicator_code,label,source\njobs_created,GQVL mới,x", "indicator_code,label,source\njobs_created,GQVL mới,x\n", `jobs_created,"Việc làm, ""mới"" lạ",lan`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "catalogue")
			path := filepath.Join(dir, "indicator_synonyms.csv")
			if c.old != "" {
				if err := os.MkdirAll(dir, 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(c.old), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			a, err := catalogue.Amend(dir, "indicator_synonyms", cells)
			if c.line == "" {
				if err == nil {
					t.Error("a file that is not valid is amended")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			end := "\n"
			if strings.Contains(c.old, "\r") {
				end = "\r\n"
			}
			if a.File != path || a.Line != c.line || string(a.Content) != c.want+c.line+end {
				t.Errorf("%s\n%q\n%q", a.File, a.Line, a.Content)
			}
			if a.LineNo != strings.Count(c.want, "\n")+1 {
				t.Errorf("line %d", a.LineNo)
			}
			if in := a.Catalogue.Resolve("việc làm mới lạ"); in == nil || in.Code != "jobs_created" {
				t.Errorf("the label names %v", in)
			}
			if now, _ := os.ReadFile(path); string(now) != c.old {
				t.Error("the file was written")
			}
			// What was promised is what loading the written file gives.
			if err := os.MkdirAll(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, a.Content, 0o644); err != nil {
				t.Fatal(err)
			}
			if c, err := catalogue.Load(dir); err != nil || c.Version() != a.Catalogue.Version() {
				t.Errorf("the written file gives another catalogue: %v", err)
			}
		})
	}
}

func TestAmendRefusesWhatWouldNotLoad(t *testing.T) {
	dir := folder(t, "indicator_synonyms.csv", "indicator_code,label\njobs_created,GQVL mới\n")
	for name, cells := range map[string]map[string]string{
		"two meanings":        {"indicator_code": "poverty_rate", "label": "GQVL mới"},
		"there already":       {"indicator_code": "jobs_created", "label": "GQVL mới"},
		"unknown indicator":   {"indicator_code": "jobs_creatd", "label": "GQVL nữa"},
		"no letters":          {"indicator_code": "jobs_created", "label": "—"},
		"a column that lacks": {"indicator_code": "jobs_created", "label": "GQVL nữa", "parent_label": "Việc làm"},
		"two lines":           {"indicator_code": "jobs_created", "label": "GQVL\nnữa"},
	} {
		if a, err := catalogue.Amend(dir, "indicator_synonyms", cells); err == nil {
			t.Errorf("%s: %q is added", name, a.Line)
		}
	}
	if _, err := catalogue.Amend(dir, "no_such", nil); err == nil {
		t.Error("a table that does not exist is amended")
	}
}
