package layout

import (
	"math/bits"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/record"
)

// pending is a value cell on its way to an observation.
type pending struct {
	g    *grid
	cell int32
	obs  *record.Observation
	// For the checks that look at neighbours.
	indicator *catalogue.Indicator
	row, col  int
	number    bool // stored as a number
	percent   bool
	part      bool // a part that stands in the cell of the pending before it
}

// hash is that of what is observed: of the lengths and both ends of codes and periods, in which they differ.
func (p *pending) hash() (h uint64) {
	const prime = 0x9e3779b97f4a7c15
	o := p.obs
	for _, s := range [...]string{o.Indicator, o.Territory, o.Period, o.Measure, o.Sex, o.Area} {
		h ^= uint64(len(s)) << 56
		if len(s) > 8 {
			h = (h ^ eight(s)) * prime
			s = s[len(s)-8:]
		}
		h = (h ^ eight(s)) * prime
		h ^= h >> 32
	}
	return h
}

// eight gives the first eight bytes of a text as a number.
func eight(s string) (n uint64) {
	if len(s) >= 8 {
		return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 | uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
	}
	for i := range len(s) {
		n = n<<8 | uint64(s[i])
	}
	return n
}

// isOfSame reports whether two values are of the same observation.
func (p *pending) isOfSame(q *pending) bool {
	a, b := p.obs, q.obs
	return a.Period == b.Period && a.Territory == b.Territory && a.Indicator == b.Indicator && a.Measure == b.Measure && a.Sex == b.Sex && a.Area == b.Area
}

// firsts finds which of many things are alike: a table of the first of each, by hash, of which at least half is free.
type firsts []int32

// clearedFor gives the empty table for n things, in the room of this one if it is large enough.
func (f firsts) clearedFor(n int) firsts {
	size := 1 << bits.Len(uint(2*n))
	if cap(f) < size {
		return make(firsts, size)
	}
	f = f[:size]
	clear(f)
	return f
}

// of gives the first thing that is like thing i, or i, which then is the first.
func (f firsts) of(i int, hash uint64, alike func(j int) bool) int {
	for at := hash; ; at++ {
		switch j := int(f[at%uint64(len(f))]) - 1; {
		case j < 0:
			f[at%uint64(len(f))] = int32(i + 1)
			return i
		case alike(j):
			return j
		}
	}
}

// maxMade bounds the list of observations that is made before it is known how many cells have a value that is understood.
const maxMade = 1 << 14

// observation gives room for an observation that may become pending: in a list that has room for one of each value cell.
// Values that are written in one cell may need more, and so may a large workbook.
func (b *bookReader) observation() *record.Observation {
	if b.made == nil {
		b.made = make([]record.Observation, 0, min(b.values, maxMade))
	}
	n := len(b.made)
	if b.spilled = b.spilled || n == cap(b.made); b.spilled {
		return new(record.Observation)
	}
	b.made = b.made[:n+1]
	return &b.made[n]
}

// settle loads what is pending. The same observation twice: equal values are one, the second a repeat; different values
// are all refused, since nothing says which is right. The values of one cell are loaded or refused together.
func (b *bookReader) settle() []record.Observation {
	leader := slices.Grow(b.leader[:0], len(b.pending))[:len(b.pending)] // the first that says the same
	b.firsts = b.firsts.clearedFor(len(b.pending))
	others := map[int][]int{} // by leader: all that say the same, if they are several
	clash := map[int]bool{}   // leaders
	for i := range b.pending {
		p := &b.pending[i]
		first := b.firsts.of(i, p.hash(), func(j int) bool { return b.pending[j].isOfSame(p) })
		if leader[i] = first; first == i {
			continue
		}
		clash[first] = clash[first] || !sameValue(p.obs, b.pending[first].obs)
		if others[first] == nil {
			others[first] = []int{first}
		}
		others[first] = append(others[first], i)
		if b.ctx.Err() != nil {
			return nil
		}
	}
	loaded := slices.Grow(b.loaded[:0], len(b.pending))
	var repeats []int
	rows := map[gridRow][]int{}
	for i := 0; i < len(b.pending); {
		p := &b.pending[i]
		end := i + 1
		for end < len(b.pending) && b.pending[end].part {
			end++
		}
		refused, some := false, false
		for j := i; j < end && !refused; j++ {
			if clash[leader[j]] {
				refused = true
				b.refuse(p.g, p.cell, "value.duplicate", p.obs.Label, p.obs.Header, "", b.others(others[leader[j]], j)...)
			}
		}
		for j := i; j < end && !refused; j++ {
			if same := others[leader[j]]; same != nil && b.first(same) != j {
				continue
			}
			some = true
			if len(b.claims) > 0 && j == i {
				rows[gridRow{p.g, p.row}] = append(rows[gridRow{p.g, p.row}], len(loaded))
			}
			loaded = append(loaded, j)
		}
		switch {
		case some:
			p.g.set(p.cell, fateLoaded)
		case !refused:
			repeats = append(repeats, i)
		}
		i = end
	}
	at := make(map[int]int, len(repeats)) // of what is loaded and repeated: its position
	if len(repeats) > 0 {
		for k, j := range loaded {
			if others[leader[j]] != nil {
				at[j] = k
			}
		}
	}
	for _, i := range repeats {
		p, same := &b.pending[i], others[leader[i]]
		k, ok := at[b.first(same)]
		if !ok { // refused with another value of its cell
			b.refuse(p.g, p.cell, "value.duplicate", p.obs.Label, p.obs.Header, "", b.others(same, i)...)
			continue
		}
		p.g.skip(p.cell, skipRepeat)
		b.repeats = append(b.repeats, record.Repeat{Origin: p.obs.Origin, Label: p.obs.Label, Header: p.obs.Header, Of: k})
	}
	out := b.made // what is pending lies there in the same order, each at its place or behind it
	if b.spilled {
		out = make([]record.Observation, len(loaded))
	}
	out = out[:len(loaded)]
	for k, j := range loaded {
		if o := b.pending[j].obs; o != &out[k] {
			out[k] = *o
		}
		b.pending[j].obs = nil // of a large workbook they are not all there twice
	}
	b.leader, b.loaded = leader, loaded
	b.settleClaims(out, rows)
	return out
}

// first picks the pending that is loaded of those that say the same: one with a cell of its own before a part in that of another.
func (b *bookReader) first(group []int) int {
	for _, j := range group {
		if !b.pending[j].part {
			return j
		}
	}
	return group[0]
}

// others tells where else a value was written, and how.
func (b *bookReader) others(group []int, but int) (out []string) {
	for _, j := range group {
		if j != but && len(out) < 5 {
			o := b.pending[j].obs
			out = append(out, o.Sheet+"!"+o.Cell+" = "+o.Raw)
		}
	}
	return out
}

func sameValue(a, b *record.Observation) bool {
	same := func(x, y decimal.NullDecimal) bool {
		return x.Valid == y.Valid && (!x.Valid || x.Decimal.Equal(y.Decimal))
	}
	return same(a.Value, b.Value) && same(a.High, b.High) && a.Qualifier == b.Qualifier && a.Empty == b.Empty
}
