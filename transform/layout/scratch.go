package layout

// scratch is the lists that reading a workbook fills and that nothing needs behind it: the next workbook uses their room.
type scratch struct {
	pending []pending
	known   known
	firsts  firsts
	seen    bitset // see trace
	leader  []int  // see settle
	loaded  []int  // see settle

	// The sheets of a workbook cut theirs from these, see cut.
	positions []position
	indices   []int32
	numbers   []int
	texts     []string
	readings  []*reading
	phrases   []*phrase
	classes   []class
	views     []rowView
	columns   []column
	meanings  []meaning
	rows      []row
}

// maxScratch keeps one large workbook from filling the memory for good.
const maxScratch = 1 << 12

// takeScratch gives empty lists that an earlier workbook may have used.
func (rd *Reader) takeScratch() *scratch {
	if s, ok := rd.scratches.Get().(*scratch); ok {
		return s
	}
	return new(scratch)
}

func (rd *Reader) giveScratch(s *scratch) {
	if cap(s.pending) > maxScratch || cap(s.firsts) > 4*maxScratch || cap(s.known.columns) > maxScratch {
		return
	}
	clear(s.pending) // they would keep the observations
	s.pending = s.pending[:0]
	s.known.begin(0)
	leave(&s.positions)
	leave(&s.indices)
	leave(&s.numbers)
	leave(&s.texts)
	leave(&s.readings)
	leave(&s.phrases)
	leave(&s.classes)
	leave(&s.views)
	leave(&s.columns)
	leave(&s.meanings)
	leave(&s.rows)
	rd.scratches.Put(s)
}

// cut takes n empty elements of a list. Where it has too few left, another takes its place, and what was cut of it stays with those who have it.
func cut[T any](list *[]T, n int) []T {
	from := len(*list)
	if cap(*list)-from < n {
		*list, from = make([]T, 0, max(n, min(2*cap(*list), maxScratch))), 0
	}
	*list = (*list)[:from+n]
	return (*list)[from : from+n : from+n]
}

// leave empties a list for the next workbook.
func leave[T any](list *[]T) {
	if cap(*list) > maxScratch {
		*list = nil
		return
	}
	clear(*list)
	*list = (*list)[:0]
}
