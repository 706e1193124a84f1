package layout

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/phuluc/phuluc/transform/catalogue"
)

// documentDate is the date by which names of provinces are read: of the document, else of the round (the plan round of
// year N is of July N-1, the year-end round of December N).
func (b *bookReader) documentDate(year int) string {
	if b.identity.Date != "" {
		return b.identity.Date
	}
	for i := range b.rd.cat.Documents {
		if d := &b.rd.cat.Documents[i]; b.identity.Document != "" && d.Number == b.identity.Document && d.IssueDate != "" {
			return d.IssueDate
		}
	}
	if b.round != nil {
		if b.round.Kind == "plan" {
			return fmt.Sprintf("%d-07-15", b.round.Year-1)
		}
		return fmt.Sprintf("%d-12-15", b.round.Year)
	}
	if year != 0 && year != 2025 {
		return fmt.Sprintf("%d-07-15", year)
	}
	return ""
}

// laterThanRound gives the last year of which columns tell or estimate what was done, or the one before the last planned, if no plan round of the titles' year
// asked for it: the title is that of the year before then. 0 if the round holds, or a date tells.
func (b *bookReader) laterThanRound() (year int) {
	if b.round == nil || !b.titled || b.identity.Date != "" {
		return 0
	}
	told, planned := 0, 0
	for d := range b.columnDims() {
		switch {
		case d.toYear != 0 || cmp.Or(d.part, "Y") != "Y":
		case d.measure == "actual", d.measure == "estimate":
			told = max(told, d.year)
		case d.measure == "plan":
			planned = max(planned, d.year)
		}
	}
	if told < b.round.Year && planned != b.round.Year+1 { // a plan of several years goes on
		return 0
	}
	return max(told, planned-1)
}

// The provinces were merged on this date (202/2025/QH15).
const lastDayOf63 = "2025-06-30"

// evidence dates a workbook without date by its own tables: names that only the 63 provinces bear, a full set of the 34,
// else the last period that is not a plan, else the last year planned. "" when nothing decides. It is certain where figures are of a time
// after the provinces were merged: a letter or round of before asked for them.
func (b *bookReader) evidence() (date string, certain bool) {
	oldOnly, provinces := false, map[string]bool{}
	last, ahead, next, after := 0, 0, 0, false // next is the first year planned
	see := func(p *phrase, planned bool) {
		if p == nil {
			return
		}
		switch d := &p.dims; {
		case p.rest != "":
		case planned, isPlanned(d.measure):
			ahead = max(ahead, d.year, d.toYear)
			if d.year != 0 && d.measure != "target" && d.measure != "forecast" && (next == 0 || d.year < next) {
				next = d.year
			}
		default:
			last = max(last, d.year, d.toYear)
		}
		after = after || p.rest == "" && p.dims.measure == "actual" && isAfterMerger(&p.dims)
		if len(p.territories) == 0 || p.was || p.territories[0].Level != "province" || p.rest != "" || p.merger { // "Khu vực Bình Dương", "Bình Dương (cũ)" may be written at any time
			return
		}
		old := true
		for _, t := range p.territories {
			old = old && t.ValidTo != "" && t.ValidTo <= lastDayOf63
		}
		oldOnly = oldOnly || old
		provinces[p.territories[0].ID] = true
	}
	for _, s := range b.sheets {
		planned := s.headsOfPlans()
		for i, p := range s.parsed {
			if s.class[i] == classText || s.class[i] == classYear && s.standsForYear(int32(i)) {
				see(p, p != nil && p.dims.year != 0 && slices.Contains(planned, int32(i)))
			}
		}
	}
	title, planned := b.titlePeriod()
	if last == 0 && ahead == 0 {
		if ahead = title.year; !planned && ahead == 2025 {
			last = ahead
		}
	}
	if !planned && last <= title.year {
		after = after || isAfterMerger(&title)
	}
	before, since := false, false
	if max(last, title.year) >= 2025 { // before, it speaks of communes, or of a merger of old
		before, since = b.divisions()
	}
	switch {
	case (oldOnly || before) && (after || since):
		return "", true
	case before && (b.issued == "" || b.issued > lastDayOf63):
		return lastDayOf63, true
	case since:
		return "2025-12-31", true
	case oldOnly:
		return lastDayOf63, false
	case after:
		return fmt.Sprintf("%d-12-31", max(last, 2025)), true
	case len(provinces) >= 30 && len(provinces) <= 34:
		return "2025-12-31", false
	case last == 0 && ahead != 0 && ahead <= 2025:
		return fmt.Sprintf("%d-12-31", ahead-1), false // a plan is made before its year
	case last == 0 || last == 2025 || last < 2025 && next > 2025: // plans are made in the year before
		return "", false
	default:
		return fmt.Sprintf("%d-12-31", last), false
	}
}

// standsForYear reports whether a number like a year stands above a table, in its header or in a column of labels: 2036 people are no year.
func (s *sheetReader) standsForYear(i int32) bool {
	p := s.g.pos[i]
	for _, t := range s.tables {
		switch {
		case p.r >= t.zone && p.r <= t.bottom:
			return true
		case p.r > t.bottom && p.r < t.end && p.c < len(t.columns) && t.columns[p.c].role == roleLabel: // as its header says, or it is the first
			return p.c == 0 || slices.ContainsFunc(t.columns[p.c].stack, func(h *phrase) bool { return h.roleOf() == roleLabel })
		}
	}
	return false
}

// headsOfPlans gives the headers all of whose columns are of plans: "2025" below "Kế hoạch giai đoạn 2021-2025".
func (s *sheetReader) headsOfPlans() (planned []int32) {
	for _, t := range s.tables {
		for c := range t.columns {
			ahead := slices.ContainsFunc(t.columns[c].stack, func(p *phrase) bool { return isPlanned(p.dims.measure) })
			if !ahead && planned == nil {
				continue
			}
			for _, i := range t.columns[c].cells {
				switch k := slices.Index(planned, i); {
				case !ahead && k >= 0:
					planned = slices.Delete(planned, k, k+1)
				case ahead && k < 0 && s.g.pos[i].c == c:
					planned = append(planned, i)
				}
			}
		}
	}
	return planned
}

func isPlanned(measure string) bool {
	return measure == "plan" || measure == "target" || measure == "forecast"
}

// divisions reports whether titles say that the provinces of their tables are those before the merger, those since, or both.
func (b *bookReader) divisions() (before, since bool) {
	for _, s := range b.sheets {
		for _, i := range s.headCells() {
			if p := s.parsed[i]; p != nil {
				w := b.rd.titleWords(p.text)
				before, since = before || w.before, since || w.since
			}
		}
	}
	return before, since
}

// unchanged picks, in a workbook that nothing dates, one of the territories of a name if they are one province that the merger left as it
// was: any of them is right, the one of the time of the figures is the usual one. A name that only the later one bears for all time, and a
// town before, needs figures of that time.
func (b *bookReader) unchanged(cands []*catalogue.Territory) *catalogue.Territory {
	for _, t := range cands {
		if t.Level != "province" || t != cands[0] && !slices.ContainsFunc(b.rd.cat.Predecessors(t.ID), func(s catalogue.Succession) bool {
			return s.Kind == "unchanged" && s.Predecessor == cands[0].ID
		}) {
			return nil
		}
	}
	day := lastDayOf63
	done, bare := b.isOfMergerYear()
	if done || bare {
		day = "2025-12-31"
	}
	if !done && slices.ContainsFunc(cands, func(t *catalogue.Territory) bool { return t.NameVi != cands[0].NameVi }) {
		return nil
	}
	if i := slices.IndexFunc(cands, func(t *catalogue.Territory) bool { return t.ValidOn(day) }); i >= 0 {
		return cands[i]
	}
	return nil
}

// isOfMergerYear reports whether the workbook has figures of the year in which the provinces were merged: of what was done in it, or of
// which nothing says that they are planned.
func (b *bookReader) isOfMergerYear() (done, bare bool) {
	title, planned := b.titlePeriod()
	see := func(d *partial) {
		if d.year != 2025 || d.toYear != 0 || d.month() != 0 && d.month() <= 12*2025+6 {
			return
		}
		done = done || d.measure == "actual" || d.measure == "estimate"
		bare = bare || d.measure == "" && !planned
	}
	see(&title)
	for d := range b.columnDims() {
		see(&d)
	}
	return done, bare
}

// isAfterMerger reports whether what was done in a period can only be known after lastDayOf63.
func isAfterMerger(d *partial) bool {
	if d.year != 2025 || d.toYear != 0 {
		return false
	}
	switch part := d.part; {
	case part == "S2", part == "Q3", part == "Q4":
		return true
	case len(part) == 3 && (part[0] == 'C' || part[0] == 'M'):
		return part[1:] > "06"
	}
	return false
}

// unlike gives a province that was merged with another one and that the table names too, if only one of the two has a figure beside the
// other: a list of the 63 provinces that goes on after their merger may give what is left of them with new borders.
func (v *valueCell) unlike(t *catalogue.Territory) *catalogue.Territory {
	if t.Level != "province" || t.ValidTo != lastDayOf63 || max(v.d.year, v.d.toYear) < 2025 {
		return nil
	}
	cat, g := v.b.rd.cat, v.s.g
	own := g.hasFigure(v.rw.r, v.c)
	for _, now := range cat.Successors(t.ID) {
		for _, was := range cat.Predecessors(now.Successor) {
			other := cat.Territory(was.Predecessor)
			if other == nil || other == t {
				continue
			}
			for _, rw := range v.cx.t.rows {
				if slices.Contains(rw.mean.territories, other) && g.hasFigure(rw.r, v.c) != own {
					return other
				}
			}
			for c := range v.cx.columns {
				if slices.Contains(v.cx.columns[c].territories, other) && g.hasFigure(v.rw.r, c) != own {
					return other
				}
			}
		}
	}
	return nil
}

// isOfMerged reports whether the workbook is that of a province since the merger: for years to come it plans for nothing else.
func (b *bookReader) isOfMerged() bool {
	home := b.home.territory
	return home != nil && home.Level == "province" && home.ValidFrom > lastDayOf63
}

// saysBeforeMerger gives the header, the label, the heading or the note that says of a figure that it is of before the provinces were merged: "TH 2024 (trước
// sáp nhập)". The figures that a note speaks of are those of periods that were over by then, if it does not say that they were added up.
func (v *valueCell) saysBeforeMerger() string {
	rd := v.b.rd
	for _, p := range v.cx.t.columns[v.c].stack {
		if rd.titleWords(p.text).before {
			return p.text
		}
	}
	for rw := v.rw; rw != nil; rw = rw.parent {
		for _, i := range rw.labels {
			if text := v.s.parsed[i].text; rd.titleWords(text).before {
				return text
			}
		}
	}
	if max(v.d.year, v.d.toYear) > 2025 || v.d.year == 2025 && v.d.month() > 12*2025+6 {
		return ""
	}
	for _, r := range v.s.reserved {
		if r.before && (!r.borne || v.bears(r.mark)) {
			return r.text
		}
	}
	return ""
}

// hasFigure reports whether a number is in the cell; a zero may only say that there is none.
func (g *grid) hasFigure(r, c int) bool {
	i := g.cell(r, c)
	return i != none && strings.ContainsAny(g.text[i], "123456789")
}

// titlePeriod is the one period that the titles name, if they do not name several years, and whether it is that of a plan.
func (b *bookReader) titlePeriod() (period partial, planned bool) {
	done := false
	for _, s := range b.sheets {
		for _, i := range s.headCells() {
			p := s.parsed[i]
			if p == nil || p.opens != "" || b.rd.line(s.g.text[i]).dated {
				continue
			}
			w := b.rd.titleWords(p.text)
			for _, m := range w.measures {
				planned, done = planned || m == "plan" || m == "target" || m == "forecast", done || m == "actual"
			}
			for _, y := range w.years {
				if y.toYear != 0 || period.year != 0 && y.year != period.year {
					return partial{}, planned && !done
				}
				if period.year != 0 && y.part != period.part {
					y.part = ""
				}
				period = y
			}
		}
	}
	return period, planned && !done
}

// isPlanning reports whether a table of the workbook has the columns of a planning round: a plan for one year and
// estimated or actual figures of the year before.
func (b *bookReader) isPlanning() bool { return b.lastPlan() != 0 }

func (b *bookReader) lastPlan() int {
	plan, done := 0, map[int]bool{}
	for d := range b.columnDims() {
		switch d.measure {
		case "plan":
			plan = max(plan, d.year)
		case "estimate", "actual":
			done[d.year] = done[d.year] || d.part == "" || d.part == "Y" // a monthly report compares months with the year's plan
		}
	}
	if plan != 0 && done[plan-1] {
		return plan
	}
	return 0
}

// isDone reports whether a column holds what was done in the whole of a year, or nearly: plans for the year come before it.
func (b *bookReader) isDone(year int) bool {
	for d := range b.columnDims() {
		if d.year == year && d.toYear == 0 && (d.part == "" || d.part == "Y") && (d.measure == "actual" || d.measure == "estimate") {
			return true
		}
	}
	return false
}

// columnDims gives what each column header of each table says.
func (b *bookReader) columnDims() iter.Seq[partial] {
	return func(yield func(partial) bool) {
		for _, s := range b.sheets {
			for d := range s.columnDims() {
				if !yield(d) {
					return
				}
			}
		}
	}
}

func (s *sheetReader) columnDims() iter.Seq[partial] {
	return func(yield func(partial) bool) {
		for _, t := range s.tables {
			for c := range t.columns {
				var d partial
				for _, p := range t.columns[c].stack {
					d.merge(&p.dims)
				}
				if !yield(d) {
					return
				}
			}
		}
	}
}
