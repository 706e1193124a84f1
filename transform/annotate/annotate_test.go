package annotate_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"github.com/phuluc/phuluc/extract"
	"github.com/phuluc/phuluc/extract/landing"
	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/phuluc/phuluc/extract/workbook"
	"github.com/phuluc/phuluc/transform"
	"github.com/phuluc/phuluc/transform/annotate"
	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/mapping"
	"github.com/phuluc/phuluc/transform/record"
	"github.com/phuluc/phuluc/transform/rule"
)

const badName = "HaGiang_2020.xlsx"

// bad is an annex with one cell of each kind of trouble: a total that does not add up (D7), a number with two readings
// (F8), a misspelt indicator (row 11), an unknown one (row 12).
func bad(t *testing.T) []byte {
	t.Helper()
	x := excelize.NewFile()
	defer x.Close()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(x.SetSheetName("Sheet1", "Biểu 1"))
	for i, row := range [][]any{
		{"UBND TỈNH HÀ GIANG"}, {"SỞ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI"}, {}, {"KẾ HOẠCH NĂM 2020 LĨNH VỰC LAO ĐỘNG, NGƯỜI CÓ CÔNG VÀ XÃ HỘI"}, {},
		{"TT", "Chỉ tiêu", "Đơn vị", "Thực hiện năm 2018", "Kế hoạch năm 2019", "Ước thực hiện năm 2019", "Kế hoạch năm 2020"},
		{1, "Số người tham gia BHXH", "người", 13000, nil, 14000, 15000},
		{nil, "Bắt buộc", "người", 10000, nil, "112,500", 12000},
		{nil, "Tự nguyện", "người", 3100, nil, 2800, 3000},
		{2, "Tỷ lệ lao động qua đào tạo", "%", 45.5, 47, "48,2", 50},
		{3, "Tỷ lệ lao động qua đào tạp", "%", 45.5, 47, "48,2", 50},
		{4, "Số chỉ tiêu lạ", "người", 1, 2, 3, 4},
	} {
		must(x.SetSheetRow("Biểu 1", sheet.Address(i+1, 1), &row))
	}
	thick, err := x.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true, Family: "Times New Roman"}, Border: []excelize.Border{{Type: "left", Color: "000000", Style: 5}}, NumFmt: 2})
	must(err)
	must(x.SetCellStyle("Biểu 1", "D11", "D11", thick))
	must(x.AddComment("Biểu 1", excelize.Comment{Cell: "D11", Author: "Sở", Text: "số tạm tính"}))
	must(x.AddComment("Biểu 1", excelize.Comment{Cell: "A1", Author: "Sở", Text: "đã ký"}))
	must(x.MergeCell("Biểu 1", "A4", "G4"))
	must(x.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: "'Biểu 1'!$6:$6", Scope: "Biểu 1"}))
	_, err = x.NewSheet("Ẩn")
	must(err)
	must(x.SetCellStr("Ẩn", "B2", "ghi chú"))
	must(x.SetSheetVisible("Ẩn", false))
	must(x.SetRowVisible("Biểu 1", 9, false))
	var b bytes.Buffer
	must(x.Write(&b))
	return b.Bytes()
}

type bench struct {
	t    *testing.T
	cat  *catalogue.Catalogue
	pipe *transform.Pipeline
}

func newBench(t *testing.T) bench {
	t.Helper()
	cat, err := catalogue.Load("")
	if err != nil {
		t.Fatal(err)
	}
	maps, err := mapping.LoadSet("")
	if err != nil {
		t.Fatal(err)
	}
	pipe, err := transform.New(transform.Options{Catalogue: cat, Mappings: maps})
	if err != nil {
		t.Fatal(err)
	}
	return bench{t, cat, pipe}
}

// annotated reads the bytes as the program does and gives what became of them with the copy.
func (b bench) annotated(name string, data []byte) (*record.File, []byte) {
	b.t.Helper()
	path := filepath.Join(b.t.TempDir(), filepath.Base(name))
	if err := os.WriteFile(path, data, 0o600); err != nil {
		b.t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		b.t.Fatal(err)
	}
	defer f.Close()
	kind, err := extract.DetectFile(f, int64(len(data)))
	if err != nil {
		b.t.Fatal(err)
	}
	file, err := b.pipe.Read(context.Background(), landing.Raw{Size: int64(len(data)), Type: kind}, name, f)
	if err != nil {
		b.t.Fatal(err)
	}
	var out bytes.Buffer
	src := annotate.Source{Kind: kind, Bytes: bytes.NewReader(data), Size: int64(len(data)), Limits: sheet.DefaultLimits()}
	if err := annotate.Workbook(context.Background(), &out, b.cat, src, file); err != nil {
		b.t.Fatal(err)
	}
	return file, out.Bytes()
}

func open(t *testing.T, data []byte) *excelize.File {
	t.Helper()
	x, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	return x
}

// cells gives every cell of the sheets from number first on, as "row,col,raw".
func cells(t *testing.T, kind string, data []byte, first int) [][]string {
	t.Helper()
	w, err := workbook.Open(context.Background(), kind, bytes.NewReader(data), int64(len(data)), sheet.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	var all [][]string
	for i := first; i < len(w.Sheets()); i++ {
		var lines []string
		for c, err := range w.Cells(context.Background(), i) {
			if err != nil {
				t.Fatal(err)
			}
			lines = append(lines, c.Address()+" "+c.Raw)
		}
		all = append(all, lines)
	}
	return all
}

func zipPart(t *testing.T, data []byte, name string) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	b, err := fs.ReadFile(z, name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func fill(t *testing.T, x *excelize.File, sheetName, cell string) string {
	t.Helper()
	id, err := x.GetCellStyle(sheetName, cell)
	if err != nil {
		t.Fatal(err)
	}
	s, err := x.GetStyle(id)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(s.Fill.Color, "")
}

func comments(t *testing.T, x *excelize.File, sheetName string) map[string]string {
	t.Helper()
	list, err := x.GetComments(sheetName)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, c := range list {
		text := c.Text
		for _, r := range c.Paragraph {
			text += r.Text
		}
		all[c.Cell] += text
	}
	return all
}

func TestTheCopyExplainsEveryRefusedOrDoubtfulCellAndChangesNoOther(t *testing.T) {
	b := newBench(t)
	data := bad(t)
	file, copied := b.annotated(badName, data)
	if len(file.Refusals) < 9 || len(file.Findings) != 1 {
		t.Fatalf("the annex gives %d refusals and %d findings", len(file.Refusals), len(file.Findings))
	}
	x := open(t, copied)
	if got := x.GetSheetList(); !slices.Equal(got, []string{"Kết quả kiểm tra", "Biểu 1", "Ẩn"}) {
		t.Fatalf("sheets %q", got)
	}
	if before, after := cells(t, "xlsx", data, 0), cells(t, "xlsx", copied, 1); !slices.EqualFunc(before, after, slices.Equal) {
		t.Errorf("cells changed:\n%q\n%q", before, after)
	}
	said := comments(t, x, "Biểu 1")
	marked := map[string]bool{}
	for _, r := range file.Refusals {
		marked[r.Cell] = true
		if !strings.Contains(said[r.Cell], "CHƯA NHẬN: "+r.Message("vi")) {
			t.Errorf("%s %s: comment %q", r.Code, r.Cell, said[r.Cell])
		}
		if got := fill(t, x, "Biểu 1", r.Cell); got != "FFC7CE" {
			t.Errorf("%s is filled with %q", r.Cell, got)
		}
	}
	for _, d := range file.Findings {
		marked[d.Cell] = true
		if c := said[d.Cell]; !strings.Contains(c, "CẦN XEM LẠI: "+rule.Message(d, "vi")) || !strings.Contains(c, "Số tính lại: 13.100 người") {
			t.Errorf("%s: comment %q", d.Cell, c)
		}
		if got := fill(t, x, "Biểu 1", d.Cell); got != "FFEB9C" {
			t.Errorf("%s is filled with %q", d.Cell, got)
		}
	}
	for cell := range said {
		if !marked[cell] && cell != "A1" {
			t.Errorf("%s has a comment without a reason: %q", cell, said[cell])
		}
	}
	if got := fill(t, x, "Biểu 1", "D10"); got != "" {
		t.Errorf("D10, of which nothing is said, is filled with %q", got)
	}
	if !strings.Contains(said["D11"], "Ghi chú cũ: số tạm tính") || said["A1"] != "đã ký" {
		t.Errorf("what the sender had written: D11 %q, A1 %q", said["D11"], said["A1"])
	}
	id, _ := x.GetCellStyle("Biểu 1", "D11")
	if s, err := x.GetStyle(id); err != nil || s.Font == nil || !s.Font.Bold || s.NumFmt != 2 || len(s.Border) != 1 {
		t.Errorf("D11 lost its looks: %+v %v", s, err)
	}
	if names := x.GetDefinedName(); len(names) != 1 || names[0].Scope != "Biểu 1" {
		t.Errorf("defined names %+v", names)
	}
	if v, err := x.GetRowVisible("Biểu 1", 9); v || err != nil {
		t.Errorf("the hidden row is visible: %v", err)
	}
}

func TestTheFirstSheetListsEveryPointWithALinkToItsCell(t *testing.T) {
	file, copied := newBench(t).annotated(badName, bad(t))
	x := open(t, copied)
	rows, err := x.GetRows("Kết quả kiểm tra")
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for i, r := range rows {
		if len(r) > 4 && r[1] == "Biểu 1" && r[2] != "" && strings.ContainsAny(r[2][:1], "DEFG") {
			listed[r[2]] = true
			if ok, to, err := x.GetCellHyperLink("Kết quả kiểm tra", sheet.Address(i+1, 3)); !ok || to != "'Biểu 1'!"+r[2] || err != nil {
				t.Errorf("line %d: link %q %v", i+1, to, err)
			}
		}
	}
	for _, r := range file.Refusals {
		if !listed[r.Cell] {
			t.Errorf("%s %s is not listed", r.Code, r.Cell)
		}
	}
	if !listed["D7"] || !strings.Contains(rows[3][0], "Đã nhận 12 số liệu; 9 ô chưa nhận được; 1 điểm cần xem lại.") {
		t.Errorf("D7 listed %v; tally %q", listed["D7"], rows[3][0])
	}
	// The header stays in sight, however long the list.
	head := 1 + slices.IndexFunc(rows, func(r []string) bool { return len(r) > 4 && r[0] == "STT" })
	if p, err := x.GetPanes("Kết quả kiểm tra"); err != nil || !p.Freeze || p.YSplit != head {
		t.Errorf("frozen below row %d: %+v, %v", head, p, err)
	}
}

// In a file without widths a header near its top widens its column as any row does; a title does not.
func TestColumnsOfAPlainCopyAreAsWideAsTheirHeaders(t *testing.T) {
	const title, header = "TÌNH HÌNH THỰC HIỆN KẾ HOẠCH NĂM 2019", "Ước thực hiện năm 2019"
	_, copied := newBench(t).annotated("HaGiang_2020/annex.csv", []byte("SỞ LAO ĐỘNG TỈNH HÀ GIANG\n"+title+"\nTT;Chỉ tiêu;Đơn vị tính;"+header+"\n1;Số lao động được tạo việc làmm;người;16.250\n"))
	x := open(t, copied)
	name := x.GetSheetList()[1]
	if w, err := x.GetColWidth(name, "D"); err != nil || int(w) < utf8.RuneCountInString(header) {
		t.Errorf("the header's column is %v letters wide, %v", w, err)
	}
	if w, err := x.GetColWidth(name, "A"); err != nil || int(w) >= utf8.RuneCountInString(title) {
		t.Errorf("the title's column is %v letters wide, %v", w, err)
	}
}

func TestAFileThatCanNotBeReadGivesOneSheetThatSaysWhy(t *testing.T) {
	data := bad(t)
	b := newBench(t)
	file, copied := b.annotated(badName, data[:len(data)/2])
	x := open(t, copied)
	rows, err := x.GetRows("Kết quả kiểm tra")
	if err != nil || len(x.GetSheetList()) != 1 {
		t.Fatalf("sheets %q %v", x.GetSheetList(), err)
	}
	if all := strings.Join(slices.Concat(rows...), "|"); !strings.Contains(all, file.Refusals[0].ForSender()) || !strings.Contains(all, "Tệp chưa đọc được.") {
		t.Errorf("the sheet says %q", all)
	}
}

func TestMailNamesEachPointOnceWithCellsControlTotalAndWhatToDo(t *testing.T) {
	b := newBench(t)
	file, _ := b.annotated(badName, bad(t))
	mail := annotate.Mail(b.cat, file, "HaGiang_2020_kiem-tra.xlsx")
	golden, err := os.ReadFile("testdata/mail.txt")
	if err != nil {
		t.Fatal(err)
	}
	if mail != string(golden) {
		t.Errorf("the mail is\n%s", mail)
	}
	file.Refusals, file.Findings = nil, nil
	mail = annotate.Mail(b.cat, file, "x.xlsx")
	if !strings.HasPrefix(mail, "Tiêu đề: Xác nhận đã nhận số liệu") || !strings.Contains(mail, "Đã nhận 12 số liệu") || !strings.Contains(mail, "Không có điểm nào cần sửa") {
		t.Errorf("nothing is amiss, but: %s", mail)
	}
}

// A control total is compared with what stands in the sheet, so it is written in the unit of the sheet: persons here, thousands in the
// catalogue.
func TestAControlTotalIsToldInTheUnitOfTheSheet(t *testing.T) {
	b := newBench(t)
	file := &record.File{
		Name: "a.xlsx", Sheets: []record.Sheet{{Name: "S", Read: 1, Loaded: 1}},
		Observations: []record.Observation{{Origin: record.Origin{Sheet: "S", Cell: "D5", Row: 5, Col: 4, Raw: "554256"}, Indicator: "labour_force_15plus", Unit: "thousand_person", Reported: "person"}},
		Findings: []record.Finding{
			{Origin: record.Origin{Sheet: "S", Cell: "D5", Row: 5, Col: 4, Raw: "554256"}, Rule: "sex_total", Expected: "543.17"},
			{Origin: record.Origin{Sheet: "S", Cell: "E5", Row: 5, Col: 5, Raw: "98"}, Rule: "achievement_differs", Expected: "102.5"},
		},
	}
	mail := annotate.Mail(b.cat, file, "b.xlsx")
	for _, want := range []string{"số tính lại: 543.170 người.", "số tính lại: 102,5 %."} {
		if !strings.Contains(mail, want) {
			t.Errorf("no %q in\n%s", want, mail)
		}
	}
}

// Who sends is the department, not the committee above it; a text in a font of its own is told as it is shown; what only the maintainer
// of the program understands is not told at all.
func TestMailSpeaksToTheSender(t *testing.T) {
	b := newBench(t)
	data := bad(t)
	cut, _ := b.annotated(badName, data[:len(data)/2])
	unsaid, _ := b.annotated("phu luc.zip", []byte("PK\x03\x04 and nothing"))
	empty := &record.File{Name: "ghi chú.xlsx", Sheets: []record.Sheet{{Name: "S", Read: 2}}}
	font := &record.File{Name: "x.xls", Sheets: []record.Sheet{{Name: "S", Read: 1, Quarantined: 1}}, Refusals: []record.Refusal{
		{Origin: record.Origin{Sheet: "S", Cell: "D5", Raw: "ch\u00ada râ 5"}, Code: "number.unreadable", Args: []string{"chưa rõ 5"}, Cells: 1}}}
	for name, c := range map[string]struct {
		file  *record.File
		want  []string
		never []string
	}{
		"cut":     {cut, []string{"Đề nghị gửi lại tệp số liệu", "Kính gửi: Quý đơn vị\n", "nhưng chưa đọc được", "Lý do: Tệp bị cắt cụt khi gửi hoặc sao chép"}, []string{"archive", "tô màu", "Kết quả kiểm tra"}},
		"damaged": {unsaid, []string{"Lý do: "}, []string{" the ", "directory"}},
		"empty":   {empty, []string{"không tìm thấy số liệu nào"}, []string{"Xác nhận"}},
		"font":    {font, []string{"Không đọc được con số: chưa rõ 5."}, []string{"ch\u00ada"}},
	} {
		mail := annotate.Mail(b.cat, c.file, "b.xlsx")
		for _, want := range c.want {
			if !strings.Contains(mail, want) {
				t.Errorf("%s: no %q in\n%s", name, want, mail)
			}
		}
		for _, never := range c.never {
			if strings.Contains(mail, never) {
				t.Errorf("%s: %q in\n%s", name, never, mail)
			}
		}
	}
}

// Senders correct the coloured copy and send that: it says what the original says, and its first sheet nothing.
func TestACopyThatComesBackSaysWhatTheOriginalSays(t *testing.T) {
	b := newBench(t)
	first, copied := b.annotated(badName, bad(t))
	again, twice := b.annotated(badName, copied)
	if notes := comments(t, open(t, twice), "Biểu 1"); strings.Count(notes["D11"], "CHƯA NHẬN") != 1 || strings.Count(notes["D11"], "số tạm tính") != 1 || notes["A1"] != "đã ký" {
		t.Errorf("a copy of the copy says %q, %q", notes["D11"], notes["A1"])
	}
	said := func(f *record.File) (list []string) {
		for _, o := range f.Observations {
			list = append(list, fmt.Sprint(o.Sheet, o.Cell, o.Indicator, o.Territory, o.Period, o.Measure, o.Value))
		}
		for _, r := range f.Refusals {
			list = append(list, r.Sheet+r.Cell+r.Message("vi"))
		}
		return list
	}
	if a, b := said(first), said(again); !slices.Equal(a, b) || len(a) < 20 {
		t.Errorf("the original says\n%s\nthe copy\n%s", strings.Join(a, "\n"), strings.Join(b, "\n"))
	}
	if again.Identity != first.Identity {
		t.Errorf("%+v is now %+v", first.Identity, again.Identity)
	}
	if list := again.Sheets[0]; list.Check() != nil || list.Skipped["note"] != list.Read || list.Read == 0 {
		t.Errorf("the list is counted as %+v", list)
	}
}

func TestEveryCodeOfTheRequestsIsRegistered(t *testing.T) {
	rows, err := csv.NewReader(strings.NewReader(readFile(t, "ask.csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, r := range rule.Registry() {
		known[r.Code] = true
	}
	for _, r := range rows[1:] {
		if _, ok := record.CodeOf(r[0]); !ok && !known[r[0]] {
			t.Errorf("%s is neither a refusal nor a rule", r[0])
		}
	}
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Another program opens the copy and finds every cell where it was.
func TestLibreOfficeReadsTheCopy(t *testing.T) {
	office, err := exec.LookPath("soffice")
	if err != nil {
		t.Skip("LibreOffice is not installed")
	}
	data := bad(t)
	_, copied := newBench(t).annotated(badName, data)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "copy.xlsx"), copied, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(office, "--headless", "-env:UserInstallation=file://"+dir+"/profile", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", filepath.Join(dir, "out"), filepath.Join(dir, "copy.xlsx"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	again := []byte(readFile(t, filepath.Join(dir, "out", "copy.xlsx")))
	if before, after := cells(t, "xlsx", data, 0), cells(t, "xlsx", again, 1); !slices.EqualFunc(before, after, slices.Equal) {
		t.Errorf("cells changed:\n%q\n%q", before, after)
	}
	x := open(t, again)
	if got, want := comments(t, x, "Biểu 1"), comments(t, open(t, copied), "Biểu 1"); len(got) != len(want) {
		t.Errorf("%d comments arrive, %d were written", len(got), len(want))
	}
}

// Workbooks of other programs with charts, comments, tables, controls and odd parts: the copy must be sound, whichever
// way it was made.
func TestCopiesOfRealWorkbooksAreSound(t *testing.T) {
	shared := os.Getenv("PHULUC_SHARED")
	if shared == "" {
		shared = "../../../shared"
	}
	names, _ := filepath.Glob(filepath.Join(shared, "data", "robustness", "*.xls*"))
	if len(names) == 0 {
		t.Skip("no real workbooks beside the repository")
	}
	b := newBench(t)
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if len(data) > 256<<10 {
			continue
		}
		t.Run(filepath.Base(name), func(t *testing.T) {
			_, copied := bench{t, b.cat, b.pipe}.annotated(filepath.Base(name), data)
			if !annotate.Intact(copied) {
				t.Error("the copy does not hold together")
			}
			if dir := os.Getenv("PHULUC_COPIES"); dir != "" { // to look at them with other programs
				if err := os.WriteFile(filepath.Join(dir, filepath.Base(name)+".xlsx"), copied, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// changed gives a package with its parts changed, one by one; a part without a name is left out.
func changed(t *testing.T, data []byte, change func(name, part string) (string, string)) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	for _, f := range z.File {
		name, part := change(f.Name, zipPart(t, data, f.Name))
		if name == "" {
			continue
		}
		w, err := out.Create(name)
		if err == nil {
			_, err = w.Write([]byte(part))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A picture in the header of a page is a drawing of the same kind as the boxes of comments, and stays what it is.
func TestPicturesOfHeadersAreNoComments(t *testing.T) {
	const picture = `<xml xmlns:v="urn:schemas-microsoft-com:vml"><v:shape id="LH" type="#_x0000_t75"/></xml>`
	withPicture := changed(t, bad(t), func(name, part string) (string, string) {
		switch name {
		case "xl/worksheets/sheet1.xml":
			part = strings.Replace(part, "</worksheet>", `<legacyDrawingHF xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="rId90"/></worksheet>`, 1)
		case "xl/worksheets/_rels/sheet1.xml.rels":
			part = strings.Replace(part, "</Relationships>", `<Relationship Id="rId90" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/vmlDrawing" Target="../drawings/vmlDrawing90.vml"/></Relationships>`, 1)
		}
		return name, part
	})
	withPicture = added(t, withPicture, "xl/drawings/vmlDrawing90.vml", picture)
	file, copied := newBench(t).annotated(badName, withPicture)
	if got := zipPart(t, copied, "xl/drawings/vmlDrawing90.vml"); got != picture {
		t.Errorf("the picture of the header is now %q", got)
	}
	y := open(t, copied)
	said := comments(t, y, "Biểu 1")
	for _, r := range file.Refusals {
		if said[r.Cell] == "" {
			t.Errorf("no comment on %s", r.Cell)
		}
	}
}

// added gives a package with one more part.
func added(t *testing.T, data []byte, name, part string) []byte {
	t.Helper()
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		if err := out.Copy(f); err != nil {
			t.Fatal(err)
		}
	}
	w, err := out.Create(name)
	if err == nil {
		_, err = w.Write([]byte(part))
	}
	if err := errors.Join(err, out.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// The macros of a workbook stay behind, with all that points at them; its sheets keep their looks.
func TestACopyHasTheLooksOfAMacroWorkbookAndNoMacros(t *testing.T) {
	x := open(t, bad(t))
	x.Pkg.Store("xl/vbaProject.bin", []byte("macros"))
	var in bytes.Buffer
	if err := x.Write(&in); err != nil {
		t.Fatal(err)
	}
	withMacros := changed(t, in.Bytes(), func(name, part string) (string, string) {
		switch name {
		case "[Content_Types].xml":
			part = strings.Replace(part, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml", "application/vnd.ms-excel.sheet.macroEnabled.main+xml", 1)
			part = strings.Replace(part, "</Types>", `<Override PartName="/xl/vbaProject.bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>`, 1)
		case "xl/_rels/workbook.xml.rels":
			part = strings.Replace(part, "</Relationships>", `<Relationship Id="rId77" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" Target="vbaProject.bin"/></Relationships>`, 1)
		}
		return name, part
	})
	_, copied := newBench(t).annotated("HaGiang_2020.xlsm", withMacros)
	for _, name := range []string{"[Content_Types].xml", "xl/_rels/workbook.xml.rels"} {
		if part := zipPart(t, copied, name); strings.Contains(part, "vbaProject.bin") || strings.Contains(part, "macroEnabled") {
			t.Errorf("%s speaks of macros: %s", name, part)
		}
	}
	y := open(t, copied)
	if _, macros := y.Pkg.Load("xl/vbaProject.bin"); macros || !annotate.Intact(copied) {
		t.Error("the copy holds macros, or does not hold together")
	}
	id, err := y.GetCellStyle("Biểu 1", "D11")
	if err != nil {
		t.Fatal(err)
	}
	if s, err := y.GetStyle(id); err != nil || s.Font == nil || !s.Font.Bold || len(s.Border) == 0 {
		t.Errorf("D11 looks like %+v, %v", s, err)
	}
}

// A workbook written anew counts its days as the original does, or every date in it would be four years off.
func TestAWorkbookWrittenAnewCountsDaysFrom1904AsTheOriginal(t *testing.T) {
	x := open(t, bad(t))
	early := true
	if err := errors.Join(x.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &early}), x.SetCellValue("Biểu 1", "B2", time.Date(2020, 1, 15, 0, 0, 0, 0, time.UTC))); err != nil {
		t.Fatal(err)
	}
	var in bytes.Buffer
	if err := x.Write(&in); err != nil {
		t.Fatal(err)
	}
	formControls := changed(t, in.Bytes(), func(name, part string) (string, string) {
		return name, strings.Replace(part, "<legacyDrawing", "<controls/><legacyDrawing", 1)
	})
	_, copied := newBench(t).annotated(badName, formControls)
	y := open(t, copied)
	if strings.Contains(zipPart(t, copied, "xl/worksheets/sheet2.xml"), "<controls") {
		t.Fatal("the copy was not written anew")
	}
	want, err := x.GetCellValue("Biểu 1", "B2")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := y.GetCellValue("Biểu 1", "B2"); err != nil || got != want || !strings.Contains(got, "20") {
		t.Errorf("the date is %q, was %q, %v", got, want, err)
	}
}

// A workbook in which thousands of cells are refused is still answered.
func TestManyRefusalsAreColouredAndListed(t *testing.T) {
	x := excelize.NewFile()
	defer x.Close()
	file := &record.File{Name: "a.xlsx", Sheets: []record.Sheet{{Name: "Sheet1"}}}
	for row := 1; row <= 3000; row++ {
		if err := x.SetCellInt("Sheet1", sheet.Address(row, 1), int64(row)); err != nil {
			t.Fatal(err)
		}
		file.Refusals = append(file.Refusals, record.Refusal{Origin: record.Origin{Sheet: "Sheet1", Cell: sheet.Address(row, 1), Row: row, Col: 1}, Code: "indicator.unknown", Cells: 1})
	}
	var in, out bytes.Buffer
	if err := x.Write(&in); err != nil {
		t.Fatal(err)
	}
	src := annotate.Source{Kind: "xlsx", Bytes: bytes.NewReader(in.Bytes()), Size: int64(in.Len()), Limits: sheet.DefaultLimits()}
	if err := annotate.Workbook(context.Background(), &out, newBench(t).cat, src, file); err != nil {
		t.Fatal(err)
	}
	y := open(t, out.Bytes())
	if got := fill(t, y, "Sheet1", "A3000"); got != "FFC7CE" {
		t.Errorf("A3000 is filled with %q", got)
	}
	if n := len(comments(t, y, "Sheet1")); n != 3000 {
		t.Errorf("%d comments", n)
	}
	shapes := map[string]bool{}
	for _, m := range regexp.MustCompile(`<v:shape id="([^"]*)"`).FindAllStringSubmatch(zipPart(t, out.Bytes(), "xl/drawings/vmlDrawing1.vml"), -1) {
		shapes[m[1]] = true
	}
	if len(shapes) != 3000 {
		t.Errorf("3000 shapes have %d ids", len(shapes))
	}
	rows, err := y.GetRows("Kết quả kiểm tra")
	if err != nil || len(rows) < 3000 {
		t.Errorf("%d lines are listed: %v", len(rows), err)
	}
}

// The same annex as LibreOffice saves it in other formats, and as delimited text: the copy is an .xlsx with the same cells and notes.
func TestOtherFormatsGiveAnAnnotatedWorkbookToo(t *testing.T) {
	b := newBench(t)
	var text strings.Builder
	x := open(t, bad(t))
	rows, err := x.GetRows("Biểu 1")
	if err != nil {
		t.Fatal(err)
	}
	w := csv.NewWriter(&text)
	w.Comma = ';'
	if err := w.WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, kind string
		data       string
	}{
		{"annex.xls", "xls", readFile(t, "testdata/quarantine_annex.xls")},
		{"annex.ods", "ods", readFile(t, "testdata/quarantine_annex.ods")},
		{"annex.csv", "csv", text.String()},
	} {
		t.Run(c.name, func(t *testing.T) {
			file, copied := bench{t, b.cat, b.pipe}.annotated("HaGiang_2020/"+c.name, []byte(c.data))
			if before, after := cells(t, c.kind, []byte(c.data), 0), cells(t, "xlsx", copied, 1); !slices.EqualFunc(before, after, slices.Equal) {
				t.Errorf("cells changed:\n%q\n%q", before, after)
			}
			if len(file.Refusals) < 9 {
				t.Fatalf("%d refusals", len(file.Refusals))
			}
			y := open(t, copied)
			name := y.GetSheetList()[1]
			said := comments(t, y, name)
			for _, r := range file.Refusals {
				if !strings.Contains(said[r.Cell], r.Message("vi")) || fill(t, y, name, r.Cell) != "FFC7CE" {
					t.Errorf("%s %s: comment %q, fill %q", r.Code, r.Cell, said[r.Cell], fill(t, y, name, r.Cell))
				}
			}
			if !annotate.Intact(copied) {
				t.Error("the copy does not hold together")
			}
			if c.kind == "xls" { // its looks are told
				id, err := y.GetCellStyle(name, "D11")
				if err != nil {
					t.Fatal(err)
				}
				if s, err := y.GetStyle(id); err != nil || s.Font == nil || !s.Font.Bold || s.Font.Family != "Times New Roman" || len(s.Border) != 1 || s.Border[0].Style != 5 {
					t.Errorf("D11 looks like %+v, %v", s, err)
				}
			}
		})
	}
}
