package docx

import (
	"encoding/xml"
	"strconv"

	"github.com/phuluc/phuluc/extract/markup"
	"github.com/phuluc/phuluc/extract/sheet"
)

// look is what the reader needs to know of how a run looks; nil and "" are said elsewhere.
type look struct {
	font                   string
	hidden, raised, struck *bool
}

// over gives l where it says something, and what is below it elsewhere.
func (l look) over(below look) look {
	if l.font == "" {
		l.font = below.font
	}
	if l.hidden == nil {
		l.hidden = below.hidden
	}
	if l.raised == nil {
		l.raised = below.raised
	}
	if l.struck == nil {
		l.struck = below.struck
	}
	return l
}

func yes(b *bool) bool { return b != nil && *b }

// styles are the looks of the styles by id; "" is that of the document.
type styles struct {
	looks  map[string]look
	parent map[string]string
	normal string // id of the default paragraph style
}

// of gives the look of a style with what it inherits.
func (s *styles) of(id string) look {
	var out look
	for range 16 { // far more than styles inherit from one another; a loop ends too
		if id == "" {
			break
		}
		out = out.over(s.looks[id])
		id = s.parent[id]
	}
	return out
}

// isWord reports whether an element is one of WordprocessingML, transitional or strict.
func isWord(e xml.StartElement, local string) bool {
	return e.Name.Local == local && wordSpace(e.Name.Space)
}

func wordSpace(space string) bool {
	return space == "http://schemas.openxmlformats.org/wordprocessingml/2006/main" || space == "http://purl.oclc.org/ooxml/wordprocessingml/main"
}

// word gives the attribute w:local.
func word(e xml.StartElement, local string) (string, bool) {
	for _, a := range e.Attr {
		if a.Name.Local == local && wordSpace(a.Name.Space) {
			return a.Value, true
		}
	}
	return "", false
}

// on reads a switch: <w:vanish/>, <w:vanish w:val="0"/>.
func on(e xml.StartElement) *bool {
	v, ok := word(e, "val")
	b := !ok || v != "0" && v != "false" && v != "off"
	return &b
}

// readLook reads w:rPr; style is the id of a character style, "" if none.
func readLook(r *markup.Reader) (l look, style string, err error) {
	err = r.Children(func(e xml.StartElement) error {
		if !wordSpace(e.Name.Space) {
			return r.Skip()
		}
		switch e.Name.Local {
		case "rStyle":
			style, _ = word(e, "val")
		case "rFonts":
			// Letters beyond ASCII, which legacy fonts redraw, are in the font hAnsi.
			l.font, _ = word(e, "hAnsi")
			if theme, _ := word(e, "hAnsiTheme"); l.font == "" && theme != "" {
				l.font = "+" + theme // not the font of a style
			}
			if l.font == "" {
				l.font, _ = word(e, "ascii")
			}
		case "vanish":
			l.hidden = on(e)
		case "strike", "dstrike":
			if b := on(e); l.struck == nil || *b {
				l.struck = b
			}
		case "vertAlign":
			v, _ := word(e, "val")
			b := v == "superscript"
			l.raised = &b
		case "position": // LibreOffice writes so what it raises
			v, _ := word(e, "val")
			n, err := strconv.Atoi(v)
			if b := err == nil && n > 0; b {
				l.raised = &b
			}
		}
		return r.Skip()
	})
	return l, style, err
}

// read reads the root element of the styles part.
func (s *styles) read(r *markup.Reader, limit int) error {
	return r.Children(func(e xml.StartElement) error {
		switch {
		case isWord(e, "docDefaults"):
			return s.defaults(r)
		case !isWord(e, "style"):
			return r.Skip()
		case limit > 0 && len(s.looks) >= limit:
			return r.Refuse(sheet.CodeLimit, "more than %d styles", limit)
		}
		id, _ := word(e, "styleId")
		kind, _ := word(e, "type")
		if d, _ := word(e, "default"); kind == "paragraph" && (d == "1" || d == "true") {
			s.normal = id
		}
		return r.Children(func(e xml.StartElement) (err error) {
			switch {
			case isWord(e, "basedOn"):
				s.parent[id], _ = word(e, "val")
			case isWord(e, "rPr"):
				s.looks[id], _, err = readLook(r)
				return err
			}
			return r.Skip()
		})
	})
}

func (s *styles) defaults(r *markup.Reader) error {
	return r.Children(func(e xml.StartElement) error {
		if !isWord(e, "rPrDefault") {
			return r.Skip()
		}
		return r.Children(func(e xml.StartElement) (err error) {
			if !isWord(e, "rPr") {
				return r.Skip()
			}
			s.looks[""], _, err = readLook(r)
			return err
		})
	})
}
