package corpus

import (
	"bytes"
	"fmt"
	"strconv"

	"github.com/xuri/excelize/v2"

	"github.com/phuluc/phuluc/extract/sheet"
)

func letters(col int) string { return sheet.ColumnName(col) }

// xlsx writes a book as a workbook.
func (b *book) xlsx() ([]byte, error) {
	f := excelize.NewFile()
	defer f.Close()
	type look struct {
		font, format string
		indent       int
	}
	looks := map[look]int{}
	for i, p := range b.pages {
		var err error
		if i == 0 {
			err = f.SetSheetName("Sheet1", p.name)
		} else {
			_, err = f.NewSheet(p.name)
		}
		if err != nil {
			return nil, fmt.Errorf("sheet %q: %w", p.name, err)
		}
		for _, a := range p.sorted() {
			c, name := p.cells[a], sheet.Address(a.row, a.col)
			if c.number {
				x, err := strconv.ParseFloat(c.text, 64)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", name, err)
				}
				if err := f.SetCellFloat(p.name, name, x, -1, 64); err != nil {
					return nil, err
				}
			} else if err := f.SetCellStr(p.name, name, c.text); err != nil {
				return nil, err
			}
			if c.formula != "" {
				if err := f.SetCellFormula(p.name, name, c.formula); err != nil {
					return nil, err
				}
			}
			l := look{c.font, c.format, c.indent}
			if l == (look{}) {
				continue
			}
			id, ok := looks[l]
			if !ok {
				s := &excelize.Style{Font: &excelize.Font{Family: "Times New Roman", Size: 12}}
				if c.font != "" {
					s.Font.Family = c.font
				}
				if c.format != "" {
					s.CustomNumFmt = &c.format
				}
				if c.indent > 0 {
					s.Alignment = &excelize.Alignment{Indent: c.indent, Horizontal: "left"}
				}
				if id, err = f.NewStyle(s); err != nil {
					return nil, err
				}
				looks[l] = id
			}
			if err := f.SetCellStyle(p.name, name, name, id); err != nil {
				return nil, err
			}
		}
		for _, m := range p.merges {
			if err := f.MergeCell(p.name, sheet.Address(m.row1, m.col1), sheet.Address(m.row2, m.col2)); err != nil {
				return nil, err
			}
		}
		for r := range p.hiddenRows {
			if err := f.SetRowVisible(p.name, r, false); err != nil {
				return nil, err
			}
		}
		for c := range p.hiddenCols {
			if err := f.SetColVisible(p.name, letters(c), false); err != nil {
				return nil, err
			}
		}
		if p.hidden {
			if err := f.SetSheetVisible(p.name, false); err != nil {
				return nil, err
			}
		}
		rows, cols := p.extent()
		if err := f.SetSheetDimension(p.name, "A1:"+sheet.Address(max(rows, 1), max(cols, 1))); err != nil {
			return nil, err
		}
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
