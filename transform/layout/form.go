package layout

import "github.com/phuluc/phuluc/transform/catalogue"

// namedForm is the form that a title of the workbook tells, nil if none does.
func (b *bookReader) namedForm() *catalogue.Form { return b.rd.cat.FormByTitle(b.identity.Title) }
