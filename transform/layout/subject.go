package layout

import (
	"slices"
	"strings"

	"github.com/phuluc/phuluc/transform/catalogue"
)

// A short name means the whole only in a table that is about the whole: "Số người có việc làm" among the results of job placement is who found work
// there, and "Hộ nghèo" among gifts is who was given one. What a table is about stands in its title, in headings above a row and in the name of the sheet;
// narrowing.csv tells of which domains, or of which indicators alone, the figures of a subject are.

// subjectsIn gives the subjects that a text names, each once.
func (rd *Reader) subjectsIn(s string) []narrowing {
	return rd.subjects.get(s, func() (found []narrowing) {
		if len(s) > 4*maxPhrase {
			s = s[:cutRune(s, 4*maxPhrase)]
		}
		toks, words := rd.tokenize(s), loadNarrowing()
		for i := 0; i < len(toks); {
			w, ok := words.at(narrowSubject, toks, i)
			if o, other := words.at(narrowOther, toks, i); other && o.n >= w.n {
				i += o.n
				continue
			}
			if !ok {
				i++
				continue
			}
			if !slices.ContainsFunc(found, func(n narrowing) bool { return n.value == w.value }) {
				found = append(found, narrowing{value: w.value, text: s[toks[i].start:toks[i+w.n-1].end]})
			}
			i += w.n
		}
		return found
	})
}

// How an indicator stands to a subject that a text names.
type standing uint8

const (
	standsOff    standing = iota // its figures are of other domains
	standsBeside                 // its figures are of no domain: what is done for some
	standsIn                     // they are those of the subject
	standsNever                  // they never are, whatever else the text names
	standsFree                   // the subject is all there is, or nothing is known of the indicator's domain
)

// subjectQuestion asks how an indicator stands to a subject.
type subjectQuestion struct {
	subject   string
	indicator *catalogue.Indicator
}

func (rd *Reader) standing(subject string, in *catalogue.Indicator) standing {
	return rd.standings.get(subjectQuestion{subject, in}, func() standing {
		words := loadNarrowing()
		some := func(kind string, ok func(*listed) bool) bool {
			return slices.ContainsFunc(words.kinds[kind], func(w listed) bool { return ok(&w) })
		}
		of := func(kind, value string) bool {
			return some(kind, func(w *listed) bool { return w.word == subject && w.value == value })
		}
		switch {
		case of(narrowAbout, "*"), !some(narrowAbout, func(w *listed) bool { return w.value == in.Domain }):
			return standsFree
		case of(narrowNever, in.Code):
			return standsNever
		case of(narrowAbout, in.Domain), of(narrowOnly, in.Code):
			return standsIn
		case some(narrowAbout, func(w *listed) bool { return w.word == subject }):
			return standsOff
		}
		return standsBeside
	})
}

// offSubject gives the first subject of a text that an indicator is none of, if the labels beside the cell and its own name do not name that subject too.
// A text that names several subjects is a list, and one of them is enough. Only what is counted over a time may be a part of what is done for some
// (gifts, prisoners, victims of a storm) beside another subject: who and how many there are at all is not told there.
func (rd *Reader) offSubject(subjects []narrowing, in *catalogue.Indicator, labels ...string) (narrowing, bool) {
	var off, beside *narrowing
	allowed := false
	for i := range subjects {
		n := &subjects[i]
		named := func(l string) bool {
			return slices.ContainsFunc(rd.subjectsIn(l), func(own narrowing) bool { return own.value == n.value })
		}
		switch st := rd.standing(n.value, in); {
		case st == standsFree:
			return narrowing{}, false
		case st == standsNever:
			return *n, true
		case st == standsIn, named(in.NameVi), slices.ContainsFunc(labels, named):
			allowed = true
		case st == standsOff:
			off = n
		default:
			beside = n
		}
	}
	switch {
	case beside != nil && !(allowed && in.StockFlow == "flow"):
		return *beside, true
	case off != nil && !allowed:
		return *off, true
	}
	return narrowing{}, false
}

// offSubject gives what the title of a table, else the name of its sheet, or a heading over the row or the column is about, if the indicator is not.
// A header can only say that it is: in most rows the label is enough, and nothing is asked of the headers.
func (s *sheetReader) offSubject(cx *cellContext, rw *row, in *catalogue.Indicator, label, header string) (narrowing, bool) {
	if rw.onSubject == in {
		return narrowing{}, false
	}
	if _, off := s.findSubject(cx, rw, in, label); !off {
		rw.onSubject = in
		return narrowing{}, false
	}
	return s.findSubject(cx, rw, in, label, header)
}

// findSubject finds what offSubject gives.
func (s *sheetReader) findSubject(cx *cellContext, rw *row, in *catalogue.Indicator, labels ...string) (narrowing, bool) {
	labels = append(labels, cx.title.nameOf(in))
	about := cx.title.subjects
	if len(about) == 0 && len(s.tables) == 1 { // which of several it speaks of is not told
		if !s.aboutRead {
			s.about, s.aboutRead = s.rd.subjectsIn(s.rd.repair(s.g.info.Name)), true
		}
		about = s.about
	}
	if len(about) > 0 {
		if n, ok := s.rd.offSubject(about, in, labels...); ok {
			return n, true
		}
	}
	for p := rw.parent; p != nil; p = p.parent {
		if above := s.rd.subjectsIn(s.rowText(p)); len(above) > 0 && p.mean.indicator != in && !s.rd.isUnder(in, p.mean.indicator) {
			if n, ok := s.rd.offSubject(above, in, labels...); ok {
				return n, true
			}
		}
	}
	return narrowing{}, false
}

// underUnknown gives the heading over a row, or the row that it is a part of, of which nobody knows what it is about: what stands below it may be a part of
// anything ("Tín dụng ưu đãi" over "Hộ nghèo"), unless the row says it again ("Thất nghiệp" over "Tỷ lệ thất nghiệp"). A row with figures of its own
// has only parts that are counted as it is, and one that is near the name of what the row is a part of is that.
func (v *valueCell) underUnknown() (narrowing, bool) {
	s, in := v.s, v.in
	for p := v.rw.parent; p != nil; p = p.parent {
		if p.mean.unknown == "" || len(p.labels) == 0 || p.values && (p.mean.unitCell == "" || p.mean.unitCell != v.rm.unitCell || s.rd.isUnder(in, v.b.proposal(p.mean.unknown))) {
			continue
		}
		own := s.parsed[p.labels[len(p.labels)-1]]
		if own.former || p.mean.unknown != own.body && p.mean.unknown != own.text { // inherited
			continue
		}
		if slices.ContainsFunc(s.rd.strange(p.mean.unknown), func(words string) bool {
			return !strings.Contains(lowKey(s.rd.tokenize(v.label)), words) && !strings.Contains(lowKey(s.rd.tokenize(in.NameVi)), words)
		}) {
			return narrowing{text: s.rowText(p)}, true
		}
	}
	return narrowing{}, false
}

// isUnder reports whether an indicator is a part of another one, or of one of its parts.
func (rd *Reader) isUnder(in, whole *catalogue.Indicator) bool {
	for whole != nil && in != nil && in.Parent != "" {
		if in = rd.cat.Indicator(in.Parent); in == whole {
			return true
		}
	}
	return false
}
