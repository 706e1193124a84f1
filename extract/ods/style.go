package ods

import (
	"context"
	"encoding/xml"
	"math"
	"strconv"
	"strings"

	"github.com/phuluc/phuluc/extract/archive"
	"github.com/phuluc/phuluc/extract/markup"
	"github.com/phuluc/phuluc/extract/sheet"
)

// Namespaces of ODF 1.3 part 3, and that of the extension in which LibreOffice says that a value is an error.
const (
	nsOffice   = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
	nsStyle    = "urn:oasis:names:tc:opendocument:xmlns:style:1.0"
	nsTable    = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
	nsText     = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
	nsNumber   = "urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0"
	nsFo       = "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"
	nsSvg      = "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"
	nsMeta     = "urn:oasis:names:tc:opendocument:xmlns:meta:1.0"
	nsManifest = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
	nsCalcext  = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"
)

// style is what the reader needs of a style.
type style struct {
	parent string
	font   string
	indent int
	line   string // through the text: none, solid …; "" if that is said elsewhere
	raised bool
	hidden bool // of a sheet
	data   string
}

// styles holds the styles by family and name; the name "" is the default of the family. Fonts are by the names that
// styles use for them.
type styles struct {
	limit int
	named map[string]map[string]style
	fonts map[string]string
	data  map[string]dataStyle
}

// dataStyle is what the reader needs of a number format: how it scales what is shown (ODF 1.3 part 3, 19.347), and the formats that it
// changes to for some values.
type dataStyle struct {
	thousands int // times that the number is divided by a thousand
	others    []string
}

func newStyles(limit int) styles {
	return styles{limit: limit, named: map[string]map[string]style{"table": {}, "table-cell": {}, "text": {}}, fonts: map[string]string{}, data: map[string]dataStyle{}}
}

// read reads the children of office:document-styles, or those of office:document-content that hold styles.
func (s *styles) read(r *markup.Reader, e xml.StartElement) error {
	switch {
	case e.Name.Space == nsOffice && (e.Name.Local == "styles" || e.Name.Local == "automatic-styles" || e.Name.Local == "font-face-decls"):
		return r.Children(func(e xml.StartElement) error { return s.read(r, e) })
	case e.Name.Space == nsStyle && e.Name.Local == "font-face":
		name, _ := markup.Attr(e, nsStyle, "name")
		family, _ := markup.Attr(e, nsSvg, "font-family")
		s.fonts[name] = strings.Trim(family, `'"`)
	case e.Name.Space == nsStyle && (e.Name.Local == "style" || e.Name.Local == "default-style"):
		return s.one(r, e)
	case e.Name.Space == nsNumber:
		return s.number(r, e)
	}
	return r.Skip()
}

// number reads a style of the number formats.
func (s *styles) number(r *markup.Reader, e xml.StartElement) error {
	name, _ := markup.Attr(e, nsStyle, "name")
	if s.limit > 0 && len(s.data) >= s.limit {
		return r.Refuse(sheet.CodeLimit, "more than %d styles", s.limit)
	}
	var d dataStyle
	err := r.Children(func(e xml.StartElement) error {
		if factor, ok := markup.Attr(e, nsNumber, "display-factor"); ok {
			if f, err := strconv.ParseFloat(factor, 64); err != nil || f < 1 || f > 1e15 {
				d.thousands = 1 // it scales, but nothing tells how much
			} else {
				d.thousands = int(math.Ceil(math.Log10(f)/3 - 1e-9))
			}
		}
		if other, ok := markup.Attr(e, nsStyle, "apply-style-name"); ok {
			d.others = append(d.others, other)
		}
		return r.Skip()
	})
	s.data[name] = d
	return err
}

// scale gives the format code of a number that is shown divided: "0,", "0,,"; "" if it is shown as it is.
func (s *styles) scale(data string) string {
	d := s.data[data]
	most := d.thousands
	for _, o := range d.others {
		most = max(most, s.data[o].thousands)
	}
	if most == 0 {
		return ""
	}
	return "0" + strings.Repeat(",", most)
}

func (s *styles) one(r *markup.Reader, e xml.StartElement) error {
	family, _ := markup.Attr(e, nsStyle, "family")
	name, _ := markup.Attr(e, nsStyle, "name")
	known := s.named[family]
	if known == nil {
		return r.Skip()
	}
	if s.limit > 0 && len(known) >= s.limit {
		return r.Refuse(sheet.CodeLimit, "more than %d styles", s.limit)
	}
	var st style
	st.parent, _ = markup.Attr(e, nsStyle, "parent-style-name")
	st.data, _ = markup.Attr(e, nsStyle, "data-style-name")
	err := r.Children(func(e xml.StartElement) error {
		if e.Name.Space == nsStyle {
			switch e.Name.Local {
			case "text-properties":
				if f, ok := markup.Attr(e, nsStyle, "font-name"); ok {
					if st.font = s.fonts[f]; st.font == "" {
						st.font = f
					}
				} else if f, ok := markup.Attr(e, nsFo, "font-family"); ok {
					st.font = strings.Trim(f, `'"`)
				}
				position, _ := markup.Attr(e, nsStyle, "text-position")
				st.raised = raised(position)
				if st.line, _ = markup.Attr(e, nsStyle, "text-line-through-style"); st.line == "" {
					st.line, _ = markup.Attr(e, nsStyle, "text-line-through-type")
				}
			case "paragraph-properties":
				margin, _ := markup.Attr(e, nsFo, "margin-left")
				st.indent = indent(margin)
			case "table-properties":
				display, _ := markup.Attr(e, nsTable, "display")
				st.hidden = display == "false"
			}
		}
		return r.Skip()
	})
	known[name] = st
	return err
}

// of gives a style with what it inherits.
func (s *styles) of(family, name string) style {
	out := s.named[family][name]
	seen := out
	for range 16 { // far more than styles inherit from one another; a loop ends too
		if seen.parent == "" || out.font != "" && out.data != "" && out.line != "" {
			break
		}
		seen = s.named[family][seen.parent]
		if out.font == "" {
			out.font = seen.font
			if out.indent == 0 {
				out.indent = seen.indent
			}
		}
		if out.data == "" {
			out.data = seen.data
		}
		if out.line == "" {
			out.line = seen.line
		}
	}
	if out.font == "" && family == "table-cell" {
		out.font = s.named[family][""].font
	}
	return out
}

func (st style) struck() bool { return st.line != "" && st.line != "none" }

// raised reports whether style:text-position raises the text: "super 58%" or "33% 58%".
func raised(position string) bool {
	first, _, _ := strings.Cut(strings.TrimSpace(position), " ")
	percent, err := strconv.ParseFloat(strings.TrimSuffix(first, "%"), 64)
	return first == "super" || err == nil && percent > 0
}

// indent turns a left margin into steps of an alignment indent, each of 10 points.
func indent(length string) int {
	unit := map[string]float64{"pt": 1, "cm": 72 / 2.54, "mm": 7.2 / 2.54, "in": 72, "pc": 12}
	if len(length) < 3 {
		return 0
	}
	n, err := strconv.ParseFloat(length[:len(length)-2], 64)
	points := n * unit[length[len(length)-2:]]
	if err != nil || !(points > 0 && points < 10_000) {
		return 0
	}
	return int(math.Round(points / 10))
}

// parts opens a part and calls each for the children of its root element. A part that is not there has none.
func parts(ctx context.Context, a *archive.Archive, name string, lim sheet.Limits, each func(r *markup.Reader, e xml.StartElement) error) error {
	e := a.Find(name)
	if e == nil {
		return nil
	}
	r, err := markup.Open(ctx, a, e, lim)
	if err != nil {
		return err
	}
	defer r.Close()
	return r.Document(func(xml.StartElement) error {
		return r.Children(func(e xml.StartElement) error { return each(r, e) })
	})
}
