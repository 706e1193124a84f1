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

// nameSetsAside gives which of the words that set the figures of a sheet aside its name is, with numbers beside them: sheetDraft or sheetOther;
// "" if it says anything else. "Chuẩn cũ" and "Hà Nội cũ" do.
func (s *sheetReader) nameSetsAside() string {
	if !s.asideRead {
		s.aside, s.asideRead = s.rd.asides.get(s.g.info.Name, func() string { return s.rd.setsAside(s.g.info.Name) }), true
	}
	return s.aside
}

func (rd *Reader) setsAside(name string) (kind string) {
	toks := rd.tokenize(rd.repair(name))
	for i := 0; i < len(toks); {
		if toks[i].punct || toks[i].num >= 0 {
			i++
			continue
		}
		w, ok := listed{}, false
		for _, k := range []string{sheetDraft, sheetOther} {
			if w, ok = loadTitleWords().at(k, toks, i); ok {
				kind = k
				break
			}
		}
		if !ok {
			return ""
		}
		i += w.n
	}
	return kind
}

// nameNarrows gives the populations that the name of the sheet names beside its title, "DTTS", and what it says not to be counted: "Rà soát lần 1". Sexes
// and areas are dimensions, see nameSays, and a fund ("Quỹ") has indicators of its own. The name of the file speaks of the only table in it.
func (s *sheetReader) nameNarrows() (found []narrowing) {
	name := s.rd.repair(s.g.info.Name)
	for _, n := range s.rd.narrowings(name, false) {
		if n.behind != "" {
			found = append(found, n)
		}
	}
	for _, value := range s.rd.populationsIn(name) {
		switch value {
		case "female", "rural", "urban", "fund":
		default:
			found = append(found, narrowing{value: value, text: s.g.info.Name})
		}
	}
	return append(found, s.ofFile...)
}

// contradicts reports whether the name of a sheet says something else than what a value has of a title, which may be that of the sheet it was
// copied from.
func (d *partial) contradicts(of *partial, ti *titleInfo) bool {
	other := func(a, b string) bool { return a != "" && b != "" && a != b }
	return d.year != 0 && of.year != 0 && d.toYear == 0 && d.year != of.year && !slices.ContainsFunc(ti.years, func(y partial) bool { return y.year == d.year }) ||
		other(d.part, of.part) && !slices.ContainsFunc(ti.parts, func(p titlePart) bool { return p.part == d.part }) ||
		(d.year == 0 || d.year == of.year) && other(d.measure, of.measure) || other(d.sex, of.sex) || other(d.area, of.area)
}
