package layout

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/phuluc/phuluc/transform/text"
)

// The bare names of localities must name nothing else: neither a province, nor an indicator, nor a word of the grammar.
func TestBareLocalitiesNameNothingElse(t *testing.T) {
	rd := NewReader(loadCatalogue(t))
	rows, err := csv.NewReader(strings.NewReader(localitiesCSV)).ReadAll()
	if err != nil || len(rows) < 2000 {
		t.Fatal(len(rows), err)
	}
	for _, r := range rows[1:] {
		for _, x := range rd.cat.TerritoriesByName(r[0]) {
			if x.Level != "district" {
				t.Errorf("%s is also %s", r[0], x.ID)
			}
		}
		if p := rd.phrase(r[0]); len(p.territories) == 0 && (p.rest == "" || p.opens != "") {
			t.Errorf("%s is a word of the forms: %+v", r[0], p)
		}
		if !rd.isTownName(strings.ToUpper(r[0])) || !rd.isPlace(r[0]) {
			t.Errorf("%s is not known for a place", r[0])
		}
		if level := loadLocalities()[text.Key(r[0])]; level != r[1] {
			t.Errorf("%s is a %s and a %s", r[0], r[1], level)
		}
	}
}

// Every locality is a district or a new commune of the public list that is named as its source.
func TestLocalitiesStandInTheirSource(t *testing.T) {
	shared := os.Getenv("PHULUC_SHARED")
	if shared == "" {
		shared = "../../../shared"
	}
	data, err := os.ReadFile(filepath.Join(shared, "data", "admin", "interim__convert_legacy_2025_simple.csv"))
	if err != nil {
		t.Skip(err)
	}
	list, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(data), "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	source := map[string]map[string]bool{"district": {}, "commune": {}}
	column := func(name string) int { return slices.Index(list[0], name) }
	for _, r := range list[1:] {
		source["district"][text.Key(strings.TrimPrefix(r[column("district")], r[column("districtType")]))] = true
		source["commune"][text.Key(r[column("newWardShort")])] = true
	}
	for name, level := range loadLocalities() {
		if !source[level][name] {
			t.Errorf("no %s is called %s", level, name)
		}
	}
}

func TestLocalitiesInARunningText(t *testing.T) {
	rd := NewReader(loadCatalogue(t))
	for s, want := range map[string]string{
		"KẾT QUẢ GIẢM NGHÈO MƯỜNG LA NĂM 2018":               "MƯỜNG LA",
		"Kết quả giảm nghèo Mường La năm 2018":               "Mường La",
		"Kết quả giảm nghèo của huyện Mường La":              "huyện Mường La",
		"SỞ LAO ĐỘNG - TB&XH TỈNH BÀ RỊA - VŨNG TÀU":         "",
		"SỞ LAO ĐỘNG - TB&XH THÀNH PHỐ HỒ CHÍ MINH":          "",
		"SỞ LAO ĐỘNG - TB&XH TỈNH PHÚ XUYÊN":                 "", // a province that is none, with the name of a district
		"Địa chỉ: Số 2 Hai Bà Trưng, Hà Nội":                 "",
		"KẾT QUẢ AN SINH XÃ HỘI NĂM 2025":                    "", // An Sinh is a ward
		"Tỷ lệ hộ nghèo các huyện nghèo":                     "",
		"Kết quả thực hiện chỉ tiêu lao động, người có công": "",
	} {
		m, _ := rd.locality(s)
		if m.name != want {
			t.Errorf("%q names %q, want %q", s, m.name, want)
		}
	}
}

func TestNamesOfSheetsThatMayBePlaces(t *testing.T) {
	rd := NewReader(loadCatalogue(t))
	for name, want := range map[string]bool{
		"Mộc Châu": true, "Moc Chau": true, "MocChau": true, "Thu Hường": true,
		"GiamNgheo": false, "Viec Lam": false, "DSGioiTinh": false, "TongHop": false, "Thu Huong": false, "Sheet1": false, "Trẻ em": false,
	} {
		if rd.mayBePlace(name) != want {
			t.Errorf("%q may be a place: %t, want %t", name, !want, want)
		}
	}
}

// What the catalogue knows is no region of another division.
func TestFormerRegionsAreNotInTheCatalogue(t *testing.T) {
	cat := loadCatalogue(t)
	if len(loadFormerRegions()) < 10 {
		t.Fatal(len(loadFormerRegions()))
	}
	for name := range loadFormerRegions() {
		if found := cat.TerritoriesByKey(name); len(found) > 0 {
			t.Errorf("%s is %s", name, found[0].ID)
		}
	}
}
