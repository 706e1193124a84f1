package xlsx

import (
	"testing"

	"github.com/phuluc/phuluc/extract/sheet"
)

// What is written white on white is not seen by whoever sends it.
func TestWhiteOnWhiteIsHidden(t *testing.T) {
	for name, c := range map[string]struct {
		color, fill string
		hidden      bool
	}{
		"black":                  {`<color rgb="FF000000"/>`, ``, false},
		"no colour":              {``, ``, false},
		"white":                  {`<color rgb="FFFFFFFF"/>`, ``, true},
		"white without alpha":    {`<color rgb="ffffff"/>`, `<patternFill patternType="none"/>`, true},
		"ground of the theme":    {`<color theme="0"/>`, `<patternFill/>`, true},
		"a grey of the theme":    {`<color theme="0" tint="-0.5"/>`, ``, false},
		"text of the theme":      {`<color theme="1"/>`, ``, false},
		"white of the palette":   {`<color indexed="9"/>`, `<patternFill patternType="solid"><fgColor rgb="FFFFFFFF"/></patternFill>`, true},
		"white on blue":          {`<color rgb="FFFFFFFF"/>`, `<patternFill patternType="solid"><fgColor rgb="FF0000FF"/><bgColor indexed="64"/></patternFill>`, false},
		"white on a pattern":     {`<color rgb="FFFFFFFF"/>`, `<patternFill patternType="gray125"/>`, false},
		"white on a gradient":    {`<color rgb="FFFFFFFF"/>`, `<gradientFill/>`, false},
		"white on an odd colour": {`<color rgb="FFFFFFFF"/>`, `<patternFill patternType="solid"><fgColor theme="4"/></patternFill>`, false},
	} {
		p := parts(`<sheetData><row r="1"><c r="A1" s="1"><v>5</v></c><c r="B1" s="1" t="inlineStr"><is><t>x</t></is></c><c r="C1"><v>6</v></c></row></sheetData>`)
		p["xl/styles.xml"] = `<styleSheet ` + nsMain + `><fonts><font/><font>` + c.color + `</font></fonts><fills><fill/><fill>` + c.fill + `</fill></fills><cellXfs><xf/><xf fontId="1" fillId="1"/></cellXfs></styleSheet>`
		p["xl/_rels/workbook.xml.rels"] = `<Relationships ` + nsRels + `><Relationship Id="rId1" Type="` + relURL + `worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId3" Type="` + relURL + `styles" Target="styles.xml"/></Relationships>`
		all, err := readAll(pack(t, p), sheet.DefaultLimits())
		cells := all["Biểu 1"]
		if err != nil || len(cells) != 3 || cells[0].Hidden != c.hidden || cells[1].Hidden != c.hidden || cells[2].Hidden {
			t.Errorf("%s: %+v %v", name, cells, err)
		}
	}
}
