package xls

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/phuluc/phuluc/extract/sheet"
)

func commentsOf(t *testing.T, data []byte) (all [][]sheet.Comment, err error) {
	t.Helper()
	w, err := Open(t.Context(), bytes.NewReader(data), int64(len(data)), sheet.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for i := range w.Sheets() {
		for _, err := range w.Cells(t.Context(), i) {
			if err != nil {
				t.Fatal(err)
			}
		}
		found, err := w.Comments(t.Context(), i)
		if err != nil {
			return nil, err
		}
		all = append(all, found)
	}
	return all, nil
}

// noted writes the records of a note of BIFF8: the object that shows it, its text in records of at most so many characters, and the note.
func noted(object, row, col uint16, author, text string, most int) []byte {
	b := rec(idObject, uint16(0x15), uint16(0x12), uint16(objectNote), object, make([]byte, 14))
	units := []rune(text)
	b = append(b, rec(idObjectText, make([]byte, 10), uint16(len(units)), uint16(16), uint32(0))...)
	for part := range slices.Chunk(units, most) {
		b = append(b, rec(idContinue, wide(2, string(part))[2:])...)
	}
	b = append(b, rec(idContinue, make([]byte, 16))...)
	return append(b, rec(idNote, row, col, uint16(0), object, wide(2, author))...)
}

func TestCommentsAreToldWithTheirCells(t *testing.T) {
	cell := rec(idNumber, uint16(1), uint16(1), uint16(0), float64(7))
	drawn := rec(idObject, uint16(0x15), uint16(0x12), uint16(6), uint16(9), make([]byte, 14))
	drawn = append(drawn, rec(idObjectText, make([]byte, 10), uint16(2), uint16(16), uint32(0))...)
	drawn = append(drawn, rec(idContinue, wide(2, "ab")[2:])...)
	eight := slices.Concat(cell, drawn, noted(1, 1, 1, "Sở A", "Sở A:\nchưa gồm 2 huyện", 9), noted(2, 8, 3, "", "đơn vị: nghìn", 100))
	five := slices.Concat(cell, rec(idNote, uint16(1), uint16(1), uint16(20), []byte("chua gom ")), rec(idNote, uint16(0xFFFF), uint16(0), uint16(8), []byte("2 huyen")), rec(idNote, uint16(8), uint16(3), uint16(2), []byte("so")))
	for name, c := range map[string]struct {
		book []byte
		want []sheet.Comment
	}{
		"BIFF8": {book(biff8, nil, made{name: "1", records: eight}), []sheet.Comment{{Row: 2, Col: 2, Author: "Sở A", Text: "Sở A:\nchưa gồm 2 huyện"}, {Row: 9, Col: 4, Text: "đơn vị: nghìn"}}},
		"BIFF5": {book(biff5, nil, made{name: "1", records: five}), []sheet.Comment{{Row: 2, Col: 2, Text: "chua gom 2 huyen"}, {Row: 9, Col: 4, Text: "so"}}},
		"none":  {book(biff8, nil, made{name: "1", records: slices.Concat(cell, drawn)}), nil},
	} {
		got, err := commentsOf(t, file(c.book))
		if err != nil || !slices.Equal(got[0], c.want) {
			t.Errorf("%s: %+v %v", name, got, err)
		}
	}
}

func TestCommentsOfLibreOffice(t *testing.T) {
	data, err := os.ReadFile("testdata/ok_libreoffice_comments.xls")
	if err != nil {
		t.Fatal(err)
	}
	got, err := commentsOf(t, data)
	if err != nil || len(got) != 3 || len(got[0]) != 2 || got[1] != nil || len(got[2]) != 1 {
		t.Fatal(len(got), err)
	}
	for i, want := range []string{"B2 Sở A:\nchưa gồm 2 huyện", "D9 đơn vị: nghìn " + strings.TrimSpace(strings.Repeat("dài ", 3000))} {
		if c := got[0][i]; sheet.Address(c.Row, c.Col)+" "+strings.TrimSpace(c.Text) != want {
			t.Errorf("%+v", c)
		}
	}
	if c := got[2][0]; c.Text != "plain" || c.Row != 1 || c.Col != 1 {
		t.Errorf("%+v", c)
	}
}

func TestCommentsThatAreCutAreNotPassedOver(t *testing.T) {
	cell := rec(idNumber, uint16(1), uint16(1), uint16(0), float64(7))
	records := slices.Concat(cell, rec(idObject, uint16(0x15), uint16(0x12), uint16(objectNote), uint16(1), make([]byte, 14)),
		rec(idObjectText, make([]byte, 10), uint16(50), uint16(16), uint32(0)), rec(idContinue, wide(2, "chưa")[2:]), rec(idNote, uint16(1), uint16(1), uint16(0), uint16(1), wide(2, "A")))
	if _, err := commentsOf(t, file(book(biff8, nil, made{name: "1", records: records}))); code(err) != sheet.CodeDamaged {
		t.Error(err)
	}
}

func TestCommentsOfAllSheetsAreHeldAgainstTheirLimit(t *testing.T) {
	half := bytes.Repeat(rec(idNote, uint16(1), uint16(1), uint16(1), []byte("a")), maxComments/2)
	more := append(slices.Clip(half), rec(idNote, uint16(1), uint16(1), uint16(1), []byte("a"))...)
	for name, c := range map[string]struct {
		second []byte
		code   string
	}{"as many": {half, ""}, "one more": {more, sheet.CodeLimit}} {
		_, err := commentsOf(t, file(book(biff5, nil, made{name: "1", records: half}, made{name: "2", records: c.second})))
		if code(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
}
