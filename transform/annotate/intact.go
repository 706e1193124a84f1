package annotate

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"io"
	"path"
	"strings"
)

// intact reports whether a package we wrote holds together as spreadsheet programs demand before they open it without
// offering a repair (ECMA-376 part 2): every name once and without a leading slash, every part well-formed if it is XML,
// of a declared content type, every internal relationship with a target that is there and an id of its own.
func intact(data []byte) bool {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return false
	}
	parts := map[string]bool{}
	for _, f := range z.File {
		name := strings.ToLower(f.Name)
		if parts[name] || strings.HasPrefix(name, "/") {
			return false
		}
		parts[name] = true
	}
	var types struct {
		Default []struct {
			Extension string `xml:",attr"`
		}
		Override []struct {
			PartName string `xml:",attr"`
		}
	}
	if !decode(z, "[Content_Types].xml", &types) {
		return false
	}
	typed := map[string]bool{}
	for _, d := range types.Default {
		typed["."+strings.ToLower(d.Extension)] = true
	}
	for _, o := range types.Override {
		name := strings.ToLower(strings.TrimPrefix(o.PartName, "/"))
		if typed[name] || !parts[name] {
			return false
		}
		typed[name] = true
	}
	for _, f := range z.File {
		name := strings.ToLower(f.Name)
		if strings.HasSuffix(name, "/") || name == "[content_types].xml" {
			continue
		}
		if !typed[name] && !typed[path.Ext(name)] {
			return false
		}
		switch path.Ext(name) {
		case ".xml", ".rels", ".vml":
			if !wellFormed(f) {
				return false
			}
		}
		if path.Ext(name) == ".rels" && !related(z, f.Name, parts) {
			return false
		}
	}
	return true
}

// related checks the relationships of one part.
func related(z *zip.Reader, name string, parts map[string]bool) bool {
	var rels struct {
		Relationship []struct {
			ID         string `xml:"Id,attr"`
			Target     string `xml:",attr"`
			TargetMode string `xml:",attr"`
		}
	}
	if !decode(z, name, &rels) {
		return false
	}
	seen := map[string]bool{}
	for _, r := range rels.Relationship {
		if seen[r.ID] {
			return false
		}
		seen[r.ID] = true
		if r.TargetMode == "External" || strings.HasPrefix(r.Target, "#") {
			continue
		}
		target := r.Target
		if !strings.HasPrefix(target, "/") {
			target = path.Join(path.Dir(path.Dir(name)), target)
		}
		if !parts[strings.ToLower(strings.TrimPrefix(path.Clean(target), "/"))] {
			return false
		}
	}
	return true
}

func decode(z *zip.Reader, name string, into any) bool {
	f, err := z.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	return xml.NewDecoder(f).Decode(into) == nil
}

func wellFormed(f *zip.File) bool {
	r, err := f.Open()
	if err != nil {
		return false
	}
	defer r.Close()
	d := xml.NewDecoder(r)
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // names of encodings are not what is checked
	for {
		token, err := d.Token()
		if err == io.EOF {
			return true
		}
		if err != nil {
			return false
		}
		if start, ok := token.(xml.StartElement); ok && !bound(start) {
			return false
		}
	}
}

// bound reports whether the prefixes of a tag are declared; the decoder leaves those that are not in place of a namespace.
func bound(tag xml.StartElement) bool {
	declared := func(space string) bool { return space == "" || space == "xmlns" || strings.ContainsAny(space, ":/") }
	for _, a := range tag.Attr {
		if !declared(a.Name.Space) {
			return false
		}
	}
	return declared(tag.Name.Space)
}
