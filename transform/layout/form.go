package layout

import "github.com/phuluc/phuluc/transform/catalogue"

// namedForm is the form that a title of the workbook tells, nil if none does.
func (b *bookReader) namedForm() *catalogue.Form {
	title := b.identity.Title
	return b.rd.forms.get(title, func() *catalogue.Form { return b.rd.cat.FormByTitle(title) })
}

// form names the family of a workbook's layout by what its first tables hold.
func (b *bookReader) form() string {
	if f := b.namedForm(); f != nil {
		return f.Code
	}
	planning := b.isPlanning()
	for _, s := range b.sheets {
		for _, t := range s.tables {
			if t.isTask {
				return "B2"
			}
			if planning {
				return "D"
			}
			owner, target, verdict, years := false, false, false, 0
			for c := range t.columns {
				owner = owner || t.columns[c].role == roleOwner
				for _, p := range t.columns[c].stack {
					verdict = verdict || p.role == roleNote && p.comparison // "Đánh giá"
				}
				if t.columns[c].role != roleValue {
					continue
				}
				for _, p := range t.columns[c].stack {
					target = target || p.dims.measure == "target"
					if p.dims.year != 0 && p.dims.measure == "" {
						years++
						break
					}
				}
			}
			territories, districts, yearRows, indicators := 0, 0, 0, 0
			for _, rw := range t.rows {
				switch {
				case len(rw.mean.territories) > 0 && rw.mean.territories[0].IsLocal():
					districts++
				case len(rw.mean.territories) > 0:
					territories++
				case rw.mean.indicator != nil:
					indicators++
				case rw.mean.dims.year != 0:
					yearRows++
				}
			}
			switch {
			case owner && target:
				return "B1"
			case districts > 1:
				return "B13"
			case territories > indicators && years > 0:
				return "B11"
			case yearRows > 1:
				return "B10"
			case verdict && indicators > 0:
				return "B3"
			case years > 1 && indicators > 0:
				return "B6"
			}
		}
	}
	return ""
}
