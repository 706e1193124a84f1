package layout

import (
	"os"
	"testing"
)

// A value that is more than the number in its cell tells beside it why (invariant 3).
func TestNotesTellWhatNumberFormatsShow(t *testing.T) {
	data, err := os.ReadFile("testdata/quarantine_words_of_number_formats.tsv")
	if err != nil {
		t.Fatal(err)
	}
	f, err := NewReader(loadCatalogue(t)).Read(t.Context(), parseFixture(t, string(data)))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"D4": `(định dạng số của ô hiện "17 nghìn")`,
		"D9": `(định dạng số của ô hiện "… nghìn")`,
		"G6": `(định dạng số của ô hiện "<…")`,
		"D5": "",
		"F7": "",
	}
	for _, o := range f.Observations {
		note, asked := want[o.Cell]
		if asked && note != o.Note {
			t.Errorf("%s = %s of %q: note %q, want %q", o.Cell, o.Value.Decimal, o.Raw, o.Note, note)
		}
		delete(want, o.Cell)
	}
	if len(want) > 0 {
		t.Errorf("not loaded: %v", want)
	}
}

// What a comment says beside what is understood is kept with the figure; what this program wrote into a copy is not.
func TestNotesTellWhatCommentsSay(t *testing.T) {
	data, err := os.ReadFile("testdata/quarantine_comments_on_cells.tsv")
	if err != nil {
		t.Fatal(err)
	}
	f, err := NewReader(loadCatalogue(t)).Read(t.Context(), parseFixture(t, string(data)))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"E4": `(ghi chú ở ô: "Tăng do có khu công nghiệp mới")`, "F4": "", "E6": ""}
	for _, o := range f.Observations {
		if note, asked := want[o.Cell]; asked && o.Sheet == "Sheet1" {
			if note != o.Note {
				t.Errorf("%s: note %q, want %q", o.Cell, o.Note, note)
			}
			delete(want, o.Cell)
		}
	}
	if len(want) > 0 {
		t.Errorf("not loaded: %v", want)
	}
}
