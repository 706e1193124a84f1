package layout

import "slices"

// nameSays gives what the name of the sheet says if it is nothing but a period, a measure, a sex or an area: "KH 2020". nil if it is anything else.
func (s *sheetReader) nameSays() *partial {
	if !s.nameRead {
		s.nameRead = true
		if p := s.rd.phrase(s.rd.repair(s.g.info.Name)); p.rest == "" && p.dims.clash == "" && len(p.territories) == 0 && (len(p.indicators) == 0 || p.dims.sex+p.dims.area != "") && p.dims.any() {
			s.name = &p.dims
		}
	}
	return s.name
}

// contradicts reports whether the name of a sheet says something else than what a value has of a title, which may be that of the sheet it was
// copied from.
func (d *partial) contradicts(of *partial, ti *titleInfo) bool {
	other := func(a, b string) bool { return a != "" && b != "" && a != b }
	return d.year != 0 && of.year != 0 && d.toYear == 0 && d.year != of.year && !slices.ContainsFunc(ti.years, func(y partial) bool { return y.year == d.year }) ||
		other(d.part, of.part) && !slices.ContainsFunc(ti.parts, func(p titlePart) bool { return p.part == d.part }) ||
		d.year != 0 && d.year == of.year && other(d.measure, of.measure) || other(d.sex, of.sex) || other(d.area, of.area)
}
