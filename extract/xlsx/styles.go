package xlsx

import (
	"strconv"
	"strings"

	"github.com/phuluc/phuluc/extract/sheet"
)

// style is what a cell's format says about its value.
type style struct {
	format string // number format code, "" for General
	font   string
	indent int
	struck bool // by the font
	date   bool // the format shows a date or a time
	unseen bool // the text is white and the ground is not coloured
}

// parseStyles reads the styles part: cell formats in order of their index.
func parseStyles(l *lexer) ([]style, error) {
	formats, size := map[int]string{}, 0
	type font struct {
		name   string
		struck bool
		white  bool
	}
	var fonts []font
	var coloured []bool // fills
	type xf struct{ format, font, fill, indent int }
	var xfs []xf
	number := func(name string) (int, error) {
		s, err := l.attr(name)
		if err != nil || s == "" {
			return 0, err
		}
		n, err := strconv.ParseUint(s, 10, 31)
		if err != nil {
			return 0, l.damaged("%s=%q is not a number", name, s)
		}
		return int(n), nil
	}
	room := func(n int, what string) error {
		if l.lim.Styles > 0 && n > l.lim.Styles {
			return sheet.Refuse(sheet.CodeLimit, l.part, "there are more than %d %s", l.lim.Styles, what)
		}
		return nil
	}
	err := l.document("styleSheet", func(name string) error {
		switch name {
		case "numFmts":
			return l.children(func(string) error {
				id, err := number("numFmtId")
				if err != nil {
					return err
				}
				if formats[id], err = l.attr("formatCode"); err != nil {
					return err
				}
				if size += len(formats[id]); size > maxTexts {
					return sheet.Refuse(sheet.CodeLimit, l.part, "the number formats have more than %d bytes", maxTexts)
				}
				if err := room(len(formats), "number formats"); err != nil {
					return err
				}
				return l.skip()
			})
		case "fonts":
			return l.children(func(string) error {
				var f font
				err := l.children(func(name string) (err error) {
					switch name {
					case "name":
						f.name, err = l.fontName()
					case "strike":
						f.struck, err = l.on()
					case "color":
						f.white, err = l.isWhite()
					}
					if err != nil {
						return err
					}
					return l.skip()
				})
				fonts = append(fonts, f)
				if err == nil {
					err = room(len(fonts), "fonts")
				}
				return err
			})
		case "fills":
			return l.children(func(string) error {
				colour := false
				err := l.children(func(name string) error {
					if name != "patternFill" {
						colour = true // a gradient
						return l.skip()
					}
					kind, err := l.attr("patternType")
					if err != nil {
						return err
					}
					colour = kind != "" && kind != "none"
					return l.children(func(name string) error {
						if name == "fgColor" && kind == "solid" {
							white, err := l.isWhite()
							if err != nil {
								return err
							}
							colour = !white
						}
						return l.skip()
					})
				})
				coloured = append(coloured, colour)
				if err == nil {
					err = room(len(coloured), "fills")
				}
				return err
			})
		case "cellXfs":
			return l.children(func(string) error {
				var x xf
				var err error
				if x.format, err = number("numFmtId"); err != nil {
					return err
				}
				if x.font, err = number("fontId"); err != nil {
					return err
				}
				if x.fill, err = number("fillId"); err != nil {
					return err
				}
				err = l.children(func(name string) (err error) {
					if name == "alignment" {
						if x.indent, err = number("indent"); err != nil {
							return err
						}
					}
					return l.skip()
				})
				xfs = append(xfs, x)
				if err == nil {
					err = room(len(xfs), "cell formats")
				}
				return err
			})
		}
		return l.skip()
	})
	if err != nil {
		return nil, err
	}
	styles := make([]style, len(xfs))
	for i, x := range xfs {
		s := &styles[i]
		code, own := formats[x.format]
		if !own {
			code = sheet.BuiltinFormat(x.format)
		}
		if !strings.EqualFold(code, "General") {
			s.format = code
		}
		s.date = sheet.IsDateFormat(code)
		if x.font < len(fonts) {
			s.font, s.struck = fonts[x.font].name, fonts[x.font].struck
			s.unseen = fonts[x.font].white && !(x.fill < len(coloured) && coloured[x.fill])
		}
		s.indent = x.indent
	}
	return styles, nil
}

// isWhite reports whether the colour of the last start tag is white: by its parts, as the ground of the theme, or of the old palette.
func (l *lexer) isWhite() (bool, error) {
	var v [4]string
	for i, name := range []string{"rgb", "theme", "indexed", "tint"} {
		var err error
		if v[i], err = l.attr(name); err != nil {
			return false, err
		}
	}
	rgb := strings.ToUpper(v[0])
	return rgb == "FFFFFF" || len(rgb) == 8 && rgb[2:] == "FFFFFF" || (v[1] == "0" || v[2] == "1" || v[2] == "9") && (v[3] == "" || v[3] == "0"), nil
}
