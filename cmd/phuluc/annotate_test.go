package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

func spoiledAnnex(t *testing.T) []byte {
	t.Helper()
	a := goodAnnex("Tỉnh Hà Giang")
	a.rows[1].label = "Số đĩa bay được cấp phép"
	return a.xlsx(t, nil)
}

// copyOf opens an annotated copy and gives the comments of its second sheet by cell, and the mail beside it.
func copyOf(t *testing.T, name string) (comments map[string]string, mail string) {
	t.Helper()
	x, err := excelize.OpenFile(name)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	list, err := x.GetComments(x.GetSheetList()[1])
	if err != nil {
		t.Fatal(err)
	}
	comments = map[string]string{}
	for _, c := range list {
		comments[c.Cell] = c.Text
		for _, r := range c.Paragraph {
			comments[c.Cell] += r.Text
		}
	}
	b, err := os.ReadFile(strings.TrimSuffix(name, ".xlsx") + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	return comments, string(b)
}

func TestCheckAnnotatesACopyForTheSender(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in, out := filepath.Join(dir, "a.xlsx"), filepath.Join(dir, "back.xlsx")
	write(t, in, spoiledAnnex(t))
	run(t, done, "check", in, "--annotate", out)
	comments, mail := copyOf(t, out)
	for _, cell := range []string{"D10", "E10", "F10", "G10"} {
		if !strings.HasPrefix(comments[cell], "CHƯA NHẬN: Chỉ tiêu không có trong danh mục") {
			t.Errorf("%s: %q", cell, comments[cell])
		}
	}
	if !strings.Contains(mail, "ô D10:G10 (4 ô)") || !strings.Contains(mail, "back.xlsx") {
		t.Errorf("the mail says %s", mail)
	}

	both := filepath.Join(dir, "copies")
	if err := os.Mkdir(both, 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "b.xlsx"), spoiledAnnex(t))
	run(t, done, "check", in, filepath.Join(dir, "b.xlsx"), "--annotate", both)
	for _, name := range []string{"a_kiem-tra.xlsx", "b_kiem-tra.xlsx"} {
		copyOf(t, filepath.Join(both, name))
	}

	// Files of one name do not write over each other's copies, and no mail over what was sent.
	twin := filepath.Join(dir, "twin", "a.xlsx")
	write(t, twin, spoiledAnnex(t))
	run(t, done, "check", in, twin, "--annotate", both)
	copyOf(t, filepath.Join(both, "a (2)_kiem-tra.xlsx"))
	sent := filepath.Join(dir, "sent.txt")
	write(t, sent, []byte("TT;Chỉ tiêu;Đơn vị;TH 2018;KH 2019\n1;Số hộ nghèo;hộ;10;9\n"))
	run(t, input, "check", sent, "--annotate", filepath.Join(dir, "sent.xlsx"))
	if b, _ := os.ReadFile(sent); !strings.HasPrefix(string(b), "TT;") {
		t.Errorf("what was sent is now %q", b)
	}

	for _, bad := range [][]string{{in, "--annotate", in}, {in, filepath.Join(dir, "b.xlsx"), "--annotate", out}, {in, "--annotate", filepath.Join(dir, "back.xls")}} {
		run(t, input, append([]string{"check"}, bad...)...)
	}
}

func TestRefreshAnnotatesEachTroubledFileOnce(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.put(t, "good.xlsx", goodAnnex("Tỉnh Cao Bằng").xlsx(t, nil))
	h.put(t, "2020/HaGiang.xlsx", spoiledAnnex(t))
	h.put(t, "broken.xlsx", spoiledAnnex(t)[:4000])
	back := h.path("back")
	type annotated struct {
		Annotated int `json:"files_annotated"`
	}
	first, _ := runJSON[annotated](t, done, "refresh", "--data", string(h), "--annotate", back)
	again, _ := runJSON[annotated](t, done, "refresh", "--data", string(h), "--annotate", back)
	if first.Annotated != 2 || again.Annotated != 0 {
		t.Errorf("%d copies, then %d", first.Annotated, again.Annotated)
	}
	copies, err := filepath.Glob(filepath.Join(back, "*", "*.xlsx"))
	if err != nil || len(copies) != 2 {
		t.Fatalf("%q %v", copies, err)
	}
	for _, name := range copies {
		if filepath.Base(name) == "HaGiang_kiem-tra.xlsx" {
			if comments, _ := copyOf(t, name); comments["D10"] == "" {
				t.Errorf("no comment on D10: %q", comments)
			}
		}
	}
	h.put(t, "2020/CaoBang.xlsx", func() []byte {
		a := goodAnnex("Tỉnh Cao Bằng")
		a.rows[1].label = "Số đĩa bay được cấp phép"
		return a.xlsx(t, nil)
	}())
	config := filepath.Join(t.TempDir(), "phuluc.yaml")
	write(t, config, []byte("data_dir: "+string(h)+"\nannotate: "+back+"\n"))
	if third, _ := runJSON[annotated](t, done, "refresh", "--config", config); third.Annotated != 1 {
		t.Errorf("%d copies for one new file", third.Annotated)
	}
	if places, _ := filepath.Glob(filepath.Join(back, "CaoBang *", "CaoBang_kiem-tra.txt")); len(places) != 1 {
		t.Errorf("the folder of a copy does not bear the name of the file: %q", places)
	}
	write(t, h.path("catalogue", "indicator_synonyms.csv"), []byte("indicator_code,label\npoverty_rate,Tỷ lệ nghèo (thử)\n"))
	if fourth, _ := runJSON[annotated](t, done, "refresh", "--config", config); fourth.Annotated != 0 {
		t.Errorf("%d copies for a word that no file holds", fourth.Annotated)
	}
}
