package annotate

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
)

var errShapes = errors.New("a sheet holds form controls or embedded objects")

// relationship is one line of a .rels part.
type relationship struct {
	ID         string `xml:"Id,attr"`
	Type       string `xml:"Type,attr"`
	Target     string `xml:"Target,attr"`
	TargetMode string `xml:"TargetMode,attr,omitempty"`
}

type relationships struct {
	XMLName xml.Name       `xml:"http://schemas.openxmlformats.org/package/2006/relationships Relationships"`
	List    []relationship `xml:"Relationship"`
}

// strip takes all comments out of a package that was opened and not yet used, to be written anew: the library adds to
// comments only where their parts are named and numbered as it would do itself, and leaves a package that spreadsheet
// programs want to repair everywhere else. The parts are taken out as a whole with what points at them.
func strip(x *excelize.File) error {
	var gone []string
	names := partNames(x)
	for _, name := range names {
		dir, file := path.Split(name)
		if dir != "xl/worksheets/_rels/" || !strings.HasSuffix(file, ".rels") {
			continue
		}
		var rels relationships
		if err := xml.Unmarshal(part(x, name), &rels); err != nil {
			return err
		}
		if !slices.ContainsFunc(rels.List, isComments) {
			continue
		}
		sheetPart := "xl/worksheets/" + strings.TrimSuffix(file, ".rels")
		body := part(x, sheetPart)
		if bytes.Contains(body, []byte("<controls")) || bytes.Contains(body, []byte("<oleObjects")) {
			return errShapes
		}
		drawing := legacyDrawing()
		id := ""
		if m := drawing.FindSubmatch(body); m != nil {
			id = string(m[1])
		}
		x.Pkg.Store(sheetPart, drawing.ReplaceAll(body, nil))
		rels.List = slices.DeleteFunc(rels.List, func(r relationship) bool {
			if !isComments(r) && r.ID != id {
				return false
			}
			gone = append(gone, resolve("xl/worksheets", r.Target))
			return true
		})
		b, err := xml.Marshal(rels)
		if err != nil {
			return err
		}
		x.Pkg.Store(name, append([]byte(xml.Header), b...))
	}
	types := part(x, contentTypes)
	for _, name := range gone {
		x.Pkg.Delete(name)
		override := regexp.MustCompile(`(?i)<Override\b[^>]*PartName="/` + regexp.QuoteMeta(name) + `"[^>]*>(\s*</Override>)?`)
		types = override.ReplaceAll(types, nil)
	}
	x.Pkg.Store(contentTypes, types)
	return nil
}

const contentTypes = "[Content_Types].xml"

// withoutMacros gives a package without its macros and what points at them, so that its sheets keep their looks; it gives nil when the
// package has none.
func withoutMacros(r io.ReaderAt, size int64) ([]byte, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, err
	}
	macro := func(name string) bool { return strings.Contains(strings.ToLower(name), "vbaproject") }
	if !slices.ContainsFunc(z.File, func(f *zip.File) bool { return macro(f.Name) }) {
		return nil, nil
	}
	pointer := regexp.MustCompile(`(?i)<(Relationship|Override)\b[^>]*vbaProject[^>]*>(\s*</(Relationship|Override)>)?`)
	const spreadsheetml = "application/vnd.openxmlformats-officedocument.spreadsheetml."
	renamed := strings.NewReplacer(
		"application/vnd.ms-excel.sheet.macroEnabled.main+xml", spreadsheetml+"sheet.main+xml",
		"application/vnd.ms-excel.template.macroEnabled.main+xml", spreadsheetml+"sheet.main+xml",
		"application/vnd.ms-office.vbaProject", spreadsheetml+"printerSettings") // what else is called .bin
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	for _, f := range z.File {
		switch {
		case macro(f.Name):
		case f.Name == contentTypes, path.Base(f.Name) == "workbook.xml.rels":
			in, err := f.Open()
			if err != nil {
				return nil, err
			}
			text, err := io.ReadAll(io.LimitReader(in, 1<<20))
			if err := errors.Join(err, in.Close()); err != nil {
				return nil, err
			}
			w, err := out.Create(f.Name)
			if err != nil {
				return nil, err
			}
			if _, err := renamed.WriteString(w, string(pointer.ReplaceAll(text, nil))); err != nil {
				return nil, err
			}
		default:
			if err := out.Copy(f); err != nil {
				return nil, err
			}
		}
	}
	if err := out.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func legacyDrawing() *regexp.Regexp {
	return regexp.MustCompile(`<legacyDrawing\b[^>]*\bid="([^"]*)"[^>]*>(\s*</legacyDrawing>)?`)
}

// isComments reports whether a relationship leads to the comments of a sheet, of the old kind or the new.
func isComments(r relationship) bool {
	kind := path.Base(r.Type)
	return kind == "comments" || kind == "threadedComment"
}

// resolve gives the name of the part that a target means, seen from a folder of the package.
func resolve(dir, target string) string {
	if !strings.HasPrefix(target, "/") {
		target = path.Join("/", dir, target)
	}
	return strings.TrimPrefix(path.Clean(target), "/")
}

func partNames(x *excelize.File) []string {
	var names []string
	x.Pkg.Range(func(key, _ any) bool {
		if name, ok := key.(string); ok {
			names = append(names, name)
		}
		return true
	})
	slices.Sort(names)
	return names
}

func part(x *excelize.File, name string) []byte {
	v, _ := x.Pkg.Load(name)
	b, _ := v.([]byte)
	return b
}
