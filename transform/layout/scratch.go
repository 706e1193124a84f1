package layout

// scratch is what lists reading a workbook fills and needs no more behind it: the next workbook uses their room.
type scratch struct {
	pending []pending
	known   known
	firsts  firsts
	seen    bitset // see trace
	leader  []int  // see settle
	loaded  []int  // see settle
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
	rd.scratches.Put(s)
}
