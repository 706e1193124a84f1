package layout

import "github.com/phuluc/phuluc/transform/catalogue"

// namedForm is the form that a title of the workbook tells, nil if none does.
func (b *bookReader) namedForm() *catalogue.Form {
	title := b.identity.Title
	return b.rd.forms.get(title, func() *catalogue.Form { return b.rd.cat.FormByTitle(title) })
}
