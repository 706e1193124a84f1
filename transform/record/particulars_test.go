package record

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"testing"
)

// What a reader says of a file that its sender can do something about is said in Vietnamese. Where the bytes of a file contradict each other only who
// maintains the program understands how: such details stay English at the end of the message.
func TestWhatReadersSayToSendersIsVietnamese(t *testing.T) {
	technical := map[string]bool{"CodeDamaged": true, "CodeDoctype": true}
	root := os.DirFS("../../extract")
	found := 0
	err := fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := fs.ReadFile(root, path)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, source, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			code, format := "", ""
			for _, a := range call.Args {
				switch a := a.(type) {
				case *ast.SelectorExpr:
					if strings.HasPrefix(a.Sel.Name, "Code") {
						code = a.Sel.Name
					}
				case *ast.BasicLit:
					if s, err := strconv.Unquote(a.Value); err == nil && a.Kind == token.STRING && len(s) > len(format) {
						format = s
					}
				}
			}
			if code == "" || technical[code] || !strings.Contains(format, " ") {
				return true
			}
			found++
			said := func(word string) string {
				return strings.NewReplacer("%q", `"Biểu \"1\""`, "%04X", "0700", "%d", "7", "%s", word).Replace(format)
			}
			for _, word := range []string{"AB12", "fonts", "Excel 4"} {
				for _, form := range []string{"", " (byte 7)", "sheet \"a\", cell A1: ", "table 1, cell A1: "} {
					whole := form + said(word)
					if strings.HasPrefix(form, " ") {
						whole = said(word) + form
					}
					if vi, ok := particular(whole); ok && !strings.Contains(vi, "#") {
						return true
					}
				}
			}
			t.Errorf("%s: %s: %q has no Vietnamese", path, code, format)
			return true
		})
		return nil
	})
	if err != nil || found < 60 {
		t.Errorf("%d texts, %v", found, err)
	}
	for said, want := range map[string]string{
		"cell SS1 is beyond column 512":                                                                            "ô SS1 nằm ngoài cột thứ 512",
		"line 7: not UTF-8 text, although the rest is":                                                             "dòng 7 dùng bảng mã khác với các dòng còn lại",
		`sheet "Biểu 1", cell C5: the limit is 500000 cells`:                                                       `trang tính "Biểu 1", ô C5: giới hạn là 500000 ô có giá trị`,
		"the workbook has more than 200 sheets (byte 77)":                                                          "sổ có hơn 200 trang tính (byte 77)",
		`sheet "a \"b\"" has no part in the archive`:                                                               `không có nội dung của trang tính "a \"b\""`,
		"12 bytes unpack to 1500, more than 100 times as much":                                                     "12 byte giải nén thành 1500 byte, gấp hơn 100 lần",
		"there are more than 65536 number formats":                                                                 "sổ có hơn 65536 định dạng số",
		"what is said of its cells needs more than 268435456 bytes":                                                "phần giải thích cho các ô cần hơn 268435456 byte",
		"elements are nested deeper than 256 (byte 9)":                                                             "các phần của tệp lồng nhau quá 256 lớp (byte 9)",
		"the part unpacks to more than the 200 bytes it announces":                                                 "một phần của tệp giải nén ra nhiều hơn 200 byte như tệp khai báo",
		"table 3: a text of more than 32767 characters":                                                            "bảng 3: văn bản dài hơn 32767 ký tự",
		"a workbook of Excel 4 (before 1993); open it in LibreOffice and save it as .xlsx, or ask for it as .xlsx": "sổ của Excel 4, trước năm 1993",
		"Q4": "quý IV", "2018": "", `"TH 2018"`: "", "C5": "",
	} {
		if vi, _ := particular(said); vi != want {
			t.Errorf("%s: %q, want %q", said, vi, want)
		}
	}
}
