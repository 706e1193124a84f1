package main_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"
)

// bad is an input that must be refused with its code, as a whole or in one cell.
type bad struct {
	name string // file name; its extension is what the sender claims
	data []byte
	code string
	cell string // "" if the whole file is refused
	// loaded is how many values of the file load all the same.
	loaded int
}

// badInputs lists every kind of bad input of which the program must say what it is.
func badInputs(t testing.TB) []bad {
	t.Helper()
	good := goodAnnex("Tỉnh Hà Giang")
	spoil := func(edit func(*annex)) []byte {
		a := goodAnnex("Tỉnh Hà Giang")
		a.rows = slices.Clone(a.rows)
		for i := range a.rows {
			a.rows[i].values = slices.Clone(a.rows[i].values)
		}
		a.columns = slices.Clone(a.columns)
		edit(&a)
		return a.xlsx(t, nil)
	}
	whole := good.xlsx(t, nil)
	return []bad{
		{name: "empty.xlsx", data: nil, code: "file.empty"},
		{name: "text.xlsx", data: []byte("Kính gửi Bộ Lao động - Thương binh và Xã hội, xin gửi phụ lục sau.\n"), code: "file.not_workbook"},
		{name: "truncated.xlsx", data: whole[:len(whole)*2/3], code: "file.truncated"},
		{name: "bomb.xlsx", data: repack(t, whole, func(name string, data []byte) []byte {
			if !strings.HasSuffix(name, "sheet1.xml") {
				return data
			}
			return bytes.Replace(data, []byte("<sheetData>"), append([]byte("<sheetData>"), bytes.Repeat([]byte(" "), 50<<20)...), 1)
		}), code: "file.zip_bomb"},
		{name: "encrypted.xlsx", data: encryptedWorkbook(), code: "file.encrypted"},
		{name: "doctype.xlsx", data: repack(t, whole, func(name string, data []byte) []byte {
			if !strings.HasSuffix(name, "sheet1.xml") {
				return data
			}
			i := bytes.Index(data, []byte("<worksheet"))
			return slices.Concat(data[:i], []byte(`<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>`), data[i:])
		}), code: "file.doctype"},
		{name: "missing_sheet.xlsx", data: repack(t, whole, func(name string, data []byte) []byte {
			if strings.HasSuffix(name, "sheet1.xml") {
				return nil
			}
			return data
		}), code: "file.part_missing"},
		{name: "old.xls", data: []byte("\x09\x04\x06\x00\x00\x00\x10\x00\x00\x00"), code: "file.unsupported_xls"}, // begins as Excel 4 does
		{name: "damaged.xls", data: damagedXLS(), code: "file.damaged"},
		{name: "unknown_province.xlsx", data: spoil(func(a *annex) { a.body = "SỞ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI TỈNH PHÚ XUYÊN ĐÔNG" }), code: "identity.territory_unknown"},
		{name: "two_provinces.xlsx", data: spoil(func(a *annex) {
			a.title = "TỔNG HỢP CHỈ TIÊU KẾ HOẠCH NĂM 2020 TỈNH CAO BẰNG"
		}), code: "identity.territory_two"},
		{name: "unknown_indicator.xlsx", data: spoil(func(a *annex) { a.rows[1].label = "Số đĩa bay được cấp phép" }), code: "indicator.unknown", cell: "D10", loaded: 20},
		{name: "ambiguous_unit.xlsx", data: spoil(func(a *annex) { a.rows[1].unit = "" }), code: "unit.ambiguous", cell: "D10", loaded: 20},
		{name: "contradictory_header.xlsx", data: spoil(func(a *annex) { a.columns[0] = annexColumn{"TH 2018", "KH 2019"} }), code: "header.conflict", cell: "D9", loaded: 18},
		{name: "duplicate_value.xlsx", data: spoil(func(a *annex) {
			again := a.rows[1]
			again.values = []any{15021, 15501, 15621, 16001}
			a.rows = append(a.rows, again)
		}), code: "value.duplicate", cell: "D10", loaded: 20},
		{name: "unreadable_number.xlsx", data: spoil(func(a *annex) { a.rows[1].values[2] = "15.6 20 (?)" }), code: "number.unreadable", cell: "F10", loaded: 23},
	}
}

// repack writes a zip again; edit returns the new content of an entry, or nil to leave it out.
func repack(t testing.TB, data []byte, edit func(name string, data []byte) []byte) []byte {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range r.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		if content = edit(f.Name, content); content == nil {
			continue
		}
		to, err := w.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := to.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// compound writes an OLE2 container ([MS-CFB], version 3) with the streams named, each of one sector. It has the FAT in
// sector 0, the directory in sector 1 and the streams after them.
func compound(streams ...string) []byte {
	const sector = 512
	out := make([]byte, sector*(3+len(streams)))
	le := binary.LittleEndian
	copy(out, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")
	le.PutUint16(out[24:], 0x3E)
	le.PutUint16(out[26:], 3)
	le.PutUint16(out[28:], 0xFFFE)
	le.PutUint16(out[30:], 9)
	le.PutUint16(out[32:], 6)
	le.PutUint32(out[44:], 1)          // FAT sectors
	le.PutUint32(out[48:], 1)          // first directory sector
	le.PutUint32(out[60:], 0xFFFFFFFE) // no mini FAT
	le.PutUint32(out[68:], 0xFFFFFFFE) // no further DIFAT
	for i := range 109 {
		le.PutUint32(out[76+4*i:], 0xFFFFFFFF)
	}
	le.PutUint32(out[76:], 0)
	fat := out[sector : 2*sector]
	for i := range 128 {
		le.PutUint32(fat[4*i:], 0xFFFFFFFF)
	}
	le.PutUint32(fat, 0xFFFFFFFD)
	for i := range 1 + len(streams) {
		le.PutUint32(fat[4*(1+i):], 0xFFFFFFFE)
	}
	for i, name := range append([]string{"Root Entry"}, streams...) {
		entry := out[2*sector+128*i:][:128]
		for k, u := range utf16.Encode([]rune(name)) {
			le.PutUint16(entry[2*k:], u)
		}
		le.PutUint16(entry[64:], uint16(2*len(name)+2))
		entry[66], entry[67] = 2, 1
		for _, at := range []int{68, 72, 76} {
			le.PutUint32(entry[at:], 0xFFFFFFFF)
		}
		if i == 0 {
			entry[66] = 5
			le.PutUint32(entry[76:], 1)
			le.PutUint32(entry[116:], 0xFFFFFFFE)
			continue
		}
		le.PutUint32(entry[116:], uint32(1+i))
		le.PutUint64(entry[120:], sector)
	}
	return out
}

// encryptedWorkbook is what Excel writes for a workbook with a password: an OLE2 container with two streams.
func encryptedWorkbook() []byte { return compound("EncryptionInfo", "EncryptedPackage") }

// damagedXLS is the beginning of an .xls: an OLE2 container with the stream Workbook, which is too short to lie where it
// lies.
func damagedXLS() []byte {
	out := compound("Workbook")
	copy(out[3*512:], []byte{0x09, 0x08, 0x10, 0x00, 0x00, 0x06, 0x05, 0x00, 0xBB, 0x0D, 0xCC, 0x07})
	return out
}

// checked is one object of check --json.
type checked struct {
	File     string `json:"file"`
	SHA256   string `json:"sha256"`
	Identity struct{ Territory, Round string }
	Sheets   []struct {
		Name        string         `json:"name"`
		Tables      int            `json:"tables"`
		CellsRead   int            `json:"cells_read"`
		Loaded      int            `json:"loaded"`
		Quarantined int            `json:"quarantined"`
		Skipped     map[string]int `json:"skipped"`
	} `json:"sheets"`
	Observations []map[string]any `json:"observations"`
	Insurance    []map[string]any `json:"insurance"`
	Quarantine   []struct {
		Code, Sheet, Cell, Raw, Message, Nearest string
		MessageEn                                string `json:"message_en"`
		Try                                      string
		Line                                     int64
		Field                                    string
	} `json:"quarantine"`
}

// check calls check --json on files: one object each, in order.
func check(t testing.TB, code int, files ...string) []checked {
	t.Helper()
	o := run(t, code, append([]string{"check", "--json"}, files...)...)
	var out []checked
	d := json.NewDecoder(strings.NewReader(o.stdout))
	for d.More() {
		var c checked
		if err := d.Decode(&c); err != nil {
			t.Fatalf("%v\n%s", err, clip(o.stdout))
		}
		out = append(out, c)
	}
	if len(out) != len(files) {
		t.Fatalf("%d objects for %d files", len(out), len(files))
	}
	return out
}

func TestCheckSaysOfEveryBadInputWhatItIsAndLoadsTheRest(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, b := range badInputs(t) {
		t.Run(b.name, func(t *testing.T) {
			path := filepath.Join(dir, b.name)
			write(t, path, b.data)
			code := input
			if b.loaded > 0 {
				code = done
			}
			c := check(t, code, path)[0]
			found := false
			for _, q := range c.Quarantine {
				if q.Code != b.code {
					t.Errorf("also refused: %s %s %q", q.Code, q.Cell, q.Raw)
				}
				found = found || q.Code == b.code && (b.cell == "" || q.Cell == b.cell)
				if q.Message == "" || q.MessageEn == "" || q.Try == "" {
					t.Errorf("%s without a message or what to try: %+v", q.Code, q)
				}
			}
			if !found {
				t.Errorf("no %s at %q: %+v", b.code, b.cell, c.Quarantine)
			}
			if len(c.Observations) != b.loaded {
				t.Errorf("%d values loaded, want %d", len(c.Observations), b.loaded)
			}
			for _, s := range c.Sheets {
				n := s.Loaded + s.Quarantined
				for _, k := range s.Skipped {
					n += k
				}
				if n != s.CellsRead {
					t.Errorf("sheet %s: %d cells read, %d accounted for", s.Name, s.CellsRead, n)
				}
			}
		})
	}
}

func TestRefreshQuarantinesEveryBadInputAndLoadsTheGoodFileBesideIt(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	loaded, faults := 24, map[string]int{}
	for i, b := range badInputs(t) {
		// Each in a folder of its own: two senders, two origins.
		h.put(t, string(rune('a'+i))+"/"+b.name, b.data)
		loaded += b.loaded
		if b.cell == "" {
			faults[b.code]++
		}
	}
	h.put(t, "good.xlsx", goodAnnex("Tỉnh Lào Cai").xlsx(t, nil))
	r := h.refresh(t)
	if r.Values != int64(loaded) {
		t.Errorf("%d values loaded, want %d", r.Values, loaded)
	}
	o := run(t, done, "quarantine", "list", "--data", string(h), "--format", "jsonl", "--limit", "0")
	listed := map[string][]record{}
	for _, line := range lines(o.stdout) {
		var q record
		decode(t, []byte(line), &q)
		listed[q.text("file")] = append(listed[q.text("file")], q)
	}
	for _, b := range badInputs(t) {
		entries := listed[b.name]
		ok := len(entries) > 0
		for _, q := range entries {
			ok = ok && q.text("code") == b.code && q.text("message_vi") != "" && q.text("try_vi") != ""
		}
		if !ok {
			t.Errorf("%s: %v, want %s", b.name, entries, b.code)
		}
		delete(listed, b.name)
	}
	if len(listed) > 0 {
		t.Errorf("also quarantined: %v", slices.Collect(maps.Keys(listed)))
	}
	if n := h.one(t, "SELECT count(*) FROM dw.observation WHERE territory_id = 'province:10@2004'"); n != "24" {
		t.Errorf("%s values of the good file, want 24", n)
	}
	// Whatever was wrong with them, the files were received and are kept.
	if n := h.one(t, "SELECT count(*) FROM audit.source"); n != "17" {
		t.Errorf("%s files in the landing, want 17", n)
	}
}

// Exit code 2 only where nothing could be loaded.
func TestRefreshOfNothingButBadInputFailsAndNamesTheCodes(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.put(t, "empty.xlsx", nil)
	h.put(t, "encrypted.xlsx", encryptedWorkbook())
	_, e := runJSON[report](t, input, "refresh", "--data", string(h))
	if e.OK || e.Error == nil || !strings.Contains(e.Error.Why, "file.empty") || !strings.Contains(e.Error.Why, "file.encrypted") || e.Error.Try == "" {
		t.Errorf("%+v %+v", e, e.Error)
	}
	_, e = runJSON[report](t, input, "refresh", "--data", string(h))
	if e.OK || e.Error == nil || !strings.Contains(e.Error.Why, "nothing new") {
		t.Errorf("the same bad files again: %+v %+v", e, e.Error)
	}
	// Beside values that loaded before, new bad files are no failure.
	h.put(t, "good.xlsx", goodAnnex("Tỉnh Lào Cai").xlsx(t, nil))
	h.refresh(t)
	h.put(t, "cut.xlsx", goodAnnex("Tỉnh Lai Châu").xlsx(t, nil)[:2000])
	if r := h.refresh(t); r.New != 1 || r.FileFaults["file.truncated"] != 1 {
		t.Errorf("%+v", r)
	}
}

func TestRefreshOfAnEmptyInboxSaysWhereToPutFiles(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	_, e := runJSON[report](t, input, "refresh", "--data", string(h))
	if e.Error == nil || !strings.Contains(e.Error.Where, "inbox") || e.Error.Try == "" {
		t.Errorf("%+v", e.Error)
	}
}

// A workbook that does not name its province takes it from its path, the folder included; two that disagree are refused.
func TestIdentityComesFromTheWorkbookThenFromItsPath(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	a := goodAnnex("Tỉnh Hà Giang")
	a.body = "SỞ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI"
	h.put(t, "BieuMau_HaGiang.xlsx", a.xlsx(t, nil))
	a.rows[0].values = []any{501200, 505000, 504500, 509000}
	h.put(t, "Cao Bang/BieuMau.xlsx", a.xlsx(t, nil))
	h.put(t, "LangSon/BieuMau.xlsx", goodAnnex("Tỉnh Sơn La").xlsx(t, nil))
	h.refresh(t)
	got := map[string]string{}
	for _, r := range h.ask(t, "SELECT s.origin, d.territory_id FROM audit.source AS s JOIN dw.dim_source AS d USING (source_sha256)") {
		got[r.text("origin")] = r.text("territory_id")
	}
	want := map[string]string{"inbox/BieuMau_HaGiang.xlsx": "province:02@2004", "inbox/Cao Bang/BieuMau.xlsx": "province:04@2004", "inbox/LangSon/BieuMau.xlsx": ""}
	if !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if n := h.one(t, "SELECT count(*) FROM audit.quarantine WHERE code = 'identity.conflict_path'"); n != "1" {
		t.Errorf("%s files whose path contradicts them, want 1", n)
	}
}

// Guards invariant 9: what resembles a known name is proposed, never loaded.
func TestANearMissIsAProposalAndNeverAValue(t *testing.T) {
	t.Parallel()
	a := goodAnnex("Tỉnh Hà Giang")
	a.rows[1].label = "Số lao động được tạo việc lam mới"
	a.rows[4].label = "Số hộ nghẻo"
	name := filepath.Join(t.TempDir(), "a.xlsx")
	write(t, name, a.xlsx(t, nil))
	c := check(t, done, name)[0]
	if len(c.Observations) != 16 || len(c.Quarantine) != 8 {
		t.Errorf("%d values, %d refused, want 16 and 8", len(c.Observations), len(c.Quarantine))
	}
	proposals := map[string]bool{}
	for _, q := range c.Quarantine {
		if q.Code != "indicator.unknown" {
			t.Errorf("%+v", q)
		}
		proposals[q.Nearest] = true
	}
	for near := range proposals {
		if !strings.Contains(near, "việc làm") && !strings.Contains(near, "hộ nghèo") {
			t.Errorf("%q is proposed", near)
		}
	}
}

// A hidden sheet is read as well and says that it is hidden.
func TestHiddenSheetsAreReadAndMarked(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.put(t, "a.xlsx", goodAnnex("Tỉnh Hà Giang").xlsx(t, func(f *excelize.File) {
		if _, err := f.NewSheet("DM"); err != nil {
			t.Fatal(err)
		}
		if err := f.SetCellValue("DM", "A1", "người"); err != nil {
			t.Fatal(err)
		}
		if err := f.SetSheetVisible("DM", false); err != nil {
			t.Fatal(err)
		}
	}))
	h.refresh(t)
	if got := h.one(t, "SELECT string_agg(sheet || ' ' || cells_read || ' ' || hidden, ', ' ORDER BY sheet) FROM audit.sheet_count"); !strings.Contains(got, "DM 1 true") {
		t.Error(got)
	}
}
