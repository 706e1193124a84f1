package layout

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/text"
)

// Decree 92/2006/NĐ-CP made the six regions of the catalogue of the eight before, four of which bear the same name although two of these
// hold other provinces. Later tables give the six for earlier years too; a table that knows no later year and no later date can mean them
// only if it names one of the two that are new.
const firstYearOfRegions = 2006

// namesNewRegion reports whether one of the territories is a region whose name the division before had not.
func namesNewRegion(ts []*catalogue.Territory) bool {
	return slices.ContainsFunc(ts, func(t *catalogue.Territory) bool { return t.ID == "region:tdmnpb" || t.ID == "region:btbdhmt" })
}

// former_regions.csv names regions of other divisions of the country: the eight before, which the yearly poverty reviews kept. Four of the
// six of the catalogue bear names of such, so that in a table of theirs no region is one of the six.
//
//go:embed former_regions.csv
var formerRegionsCSV string

var loadFormerRegions = sync.OnceValue(func() map[string]bool {
	rows, err := csv.NewReader(strings.NewReader(formerRegionsCSV)).ReadAll()
	if err != nil {
		panic(fmt.Sprintf("former_regions.csv: %v", err)) // embedded at build time; a test reads it first
	}
	names := map[string]bool{}
	for _, r := range rows[1:] {
		names[text.Key(r[0])] = true
	}
	return names
})

// formerOpenings are those of their names, and the word for a region that may stand before them.
var formerOpenings = sync.OnceValue(func() map[string]int {
	first := openings(maps.Keys(loadFormerRegions()))
	first[text.Key("Vùng")] = 1
	return first
})

// namesFormerRegion reports whether a label that is not understood, of which toks are the words, is the name of a region of another division, in one
// language or two.
func (p *phrase) namesFormerRegion(toks []token) bool {
	if p.rest == "" || len(p.territories) > 0 {
		return false
	}
	if first := formerOpenings(); areClean(toks) && !slices.ContainsFunc(toks, func(t token) bool { return first[t.key] > 0 }) {
		return false
	}
	for half := range strings.SplitSeq(p.body, " - ") {
		if loadFormerRegions()[strings.TrimPrefix(text.Key(half), text.Key("Vùng")+" ")] {
			return true
		}
	}
	return false
}

// formerProvince gives the province that a text, of which toks are the words, names as it was before the merger, "Tỉnh Hà Giang (cũ)"; nil if it says
// anything else.
func (rd *Reader) formerProvince(toks []token, s string) *catalogue.Territory {
	n := len(toks)
	for n > 0 && toks[n-1].punct {
		n--
	}
	if n < 2 || toks[n-1].low != "cũ" {
		return nil
	}
	for n--; n > 0 && toks[n-1].punct; n-- {
	}
	if n == 0 {
		return nil
	}
	cands := slices.DeleteFunc(slices.Clone(rd.cat.TerritoriesByKey(keyOf(s[toks[0].start:toks[n-1].end], toks[:n]))), func(t *catalogue.Territory) bool {
		return t.Level != "province" || t.ValidTo != lastDayOf63 || slices.ContainsFunc(rd.cat.Successors(t.ID), func(s catalogue.Succession) bool {
			return s.Kind == "unchanged" // "Hà Nội (cũ)" is of an earlier merger
		})
	})
	if len(cands) != 1 {
		return nil
	}
	return cands[0]
}

// joinTerritory decides the territory out of row, column, title, sheet and file, nearest first.
func (b *bookReader) joinTerritory(s *sheetReader, cx *cellContext, rw *row, cm *meaning) (*catalogue.Territory, string, []string) {
	home := s.home.territory
	rt, ct := rw.mean.territories, cm.territories
	if len(rt) > 0 && len(ct) > 0 {
		r, code := b.choose(rt, home, cx.onlyDistr)
		c, code2 := b.choose(ct, home, cx.onlyDistr)
		if code != "" || code2 != "" || r != c {
			return nil, "header.conflict", []string{rt[0].NameVi, ct[0].NameVi}
		}
		for k := range cx.columns { // from each place to each: those of its diagonal stayed
			if far := cx.columns[k].territories; len(far) > 0 && !slices.Contains(far, r) {
				return nil, "header.conflict", []string{r.NameVi, far[0].NameVi}
			}
		}
	}
	other := b.foreign(cx)
	for _, cands := range [][]*catalogue.Territory{rt, ct} {
		if len(cands) == 0 {
			continue
		}
		t, code := b.choose(cands, home, cx.onlyDistr)
		if code == "" && home != nil && t.Level == "province" && t.NameVi == home.NameVi && home.Type == "province" && b.rd.isTownName(s.rowText(rw)) {
			code = "territory.ambiguous" // "Thành phố Huế" in the annex of its province is a row of its districts
		}
		if code == "" && !t.IsLocal() && other != nil {
			if t.Level == "province" && !b.isSender(t) {
				other = t
			}
			return nil, "identity.territory_two", []string{b.sender[0].NameVi, other.NameVi}
		}
		if code != "" {
			return nil, code, []string{cands[0].NameVi}
		}
		return t, "", nil
	}
	if other != nil && !cx.provinces.migration { // the total of several provinces, or of where the sender's people are
		return nil, "identity.territory_two", []string{b.sender[0].NameVi, other.NameVi}
	}
	if rw.mean.dims.city && home != nil && home.Type == "province" {
		return nil, "territory.ambiguous", []string{s.rowText(rw)}
	}
	if cx.t.placed && !rw.mean.dims.total {
		return nil, "dimension.missing", []string{"no heading above the row names its territory"} // a heading may be lost
	}
	if local := cx.title.local; local != nil {
		at := b.seat(*local)
		return at.territory, at.code, at.args
	}
	if s.parts && len(cx.title.territories) == 0 && cx.title.other == nil {
		return nil, "dimension.missing", []string{"no title above the table names its territory"} // as those of the tables above do: it may be lost
	}
	if s.local != nil && len(cx.title.territories) > 0 && cx.title.territories[0].Level == "province" { // "PHÒNG LAO ĐỘNG HUYỆN …" above "TỈNH …"
		return s.home.territory, s.home.code, s.home.args
	}
	if title := cx.title.territories; len(title) > 0 && (b.identity.Territory == "" || title[0].Level == "province") {
		t, code := b.choose(title, home, cx.onlyDistr)
		if code == "" && len(b.sender) > 0 && t.Level == "province" && !b.isSender(t) {
			return nil, "identity.territory_two", []string{b.sender[0].NameVi, t.NameVi}
		}
		if code != "" {
			return nil, code, []string{title[0].NameVi}
		}
		return t, "", nil
	}
	if other := cx.title.other; other != nil && home != nil && home.Level == "province" && !slices.Contains(other.territories, home) {
		return nil, "identity.territory_two", []string{home.NameVi, other.name}
	}
	return home, s.home.code, s.home.args
}

// isTownName reports whether a name says that it is that of a town, district or commune.
func (rd *Reader) isTownName(s string) bool {
	return rd.towns.get(s, func() bool {
		return namesTown(rd.tokenize(s)) || len(s) <= maxPhrase && loadLocalities()[text.Key(s)] != ""
	})
}

func namesTown(toks []token) bool {
	for len(toks) > 0 && (toks[0].punct || toks[0].num >= 0) {
		toks = toks[1:]
	}
	n := localityLevel(toks)
	return n > 0 && n < len(toks) && !toks[n].punct && !isCommon(toks[n].low) // but "Xã, phường đạt tiêu chuẩn"
}

// foreign gives the province beside that of the sender that keeps a table's rows of both from being read: a province reports about itself,
// its parts, its region and the country, so that another one says where people are from or go to, and its own name then those who stay.
// A table may compare the provinces instead: it names the sender, and where people are counted one by one it also says that it compares, or
// names the region or the country, for "Địa phương" may head places of origin too. nil if nothing keeps them from it.
func (b *bookReader) foreign(cx *cellContext) *catalogue.Territory {
	if len(b.sender) == 0 {
		return nil
	}
	if cx.provinces == nil {
		cx.provinces = b.namedProvinces(cx)
	}
	n := cx.provinces
	if !n.migration && n.sender && (n.compares || n.wider && !n.total || !n.people) {
		return nil
	}
	return n.other
}

// namedProvinces is what the rows, headers and titles of a table say about provinces.
type namedProvinces struct {
	sender    bool                 // the sender is named
	other     *catalogue.Territory // a province that is not it nor was merged into it
	wider     bool                 // the region or the country is named
	total     bool                 // the rows add up to one of no name
	compares  bool                 // it is said that provinces are compared
	people    bool                 // people are counted one by one
	migration bool                 // the provinces are said to be places where people are from or go to
}

func (b *bookReader) namedProvinces(cx *cellContext) *namedProvinces {
	var n namedProvinces
	see := func(in *catalogue.Indicator, ts []*catalogue.Territory) {
		n.people = n.people || in != nil && b.rd.movesAbout(in)
		switch {
		case len(ts) == 0:
		case slices.ContainsFunc(ts, b.isSender):
			n.sender = true
		case ts[0].Level == "province" && n.other == nil:
			n.other = ts[0]
		case ts[0].Level == "region", ts[0].Level == "country":
			n.wider = true
		}
	}
	for _, text := range cx.title.texts {
		w := b.rd.provinceWords(text)
		n.compares, n.migration = n.compares || w.compares, n.migration || w.migration
	}
	see(cx.title.indicator, nil)
	for c := range cx.t.columns {
		see(cx.columns[c].indicator, nil)
		if cx.t.columns[c].role == roleLabel {
			n.migration = n.migration || holds(" "+strings.ToLower(cx.t.columns[c].header), " quê", " nguyên quán", " nơi ", "đến từ", "chuyển đi", "chuyển đến")
		}
		for _, p := range cx.t.columns[c].stack {
			if p.rest == "" {
				see(nil, p.territories)
			}
		}
	}
	for _, rw := range cx.t.rows {
		if rw.mean.unknown == "" {
			see(rw.mean.indicator, rw.mean.territories)
			n.total = n.total || rw.values && rw.mean.dims.total && len(rw.mean.territories) == 0
		}
	}
	return &n
}

// provinceWords is what the words of a title say about the provinces of its table.
type provinceWords struct{ compares, migration bool }

func (rd *Reader) provinceWords(title string) provinceWords {
	return rd.provinces.get(title, func() provinceWords {
		low := strings.ToLower(title)
		return provinceWords{
			compares:  holds(low, "so sánh", "trong vùng"),
			migration: holds(low, "theo quê", "nguyên quán", "theo nơi", "đến từ", "đi làm việc tại", "đến làm việc", "chuyển đi", "chuyển đến", "ngoại tỉnh", "ngoài tỉnh"),
		}
	})
}

// holds reports whether a text holds one of some words.
func holds(text string, words ...string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) })
}

// movesAbout reports whether an indicator counts people one by one, living or dead, or is a rate of people. Thousands of them are those of a
// territory, and households live where they are.
func (rd *Reader) movesAbout(in *catalogue.Indicator) bool {
	switch u := rd.cat.UnitOf(in); u.Quantity {
	case "person", "person_time", "remains":
		return u.IsSingle()
	case "percent", "per_mille":
		return in.Domain != "poverty" && in.Domain != "macro"
	}
	return false
}

func (b *bookReader) isSender(t *catalogue.Territory) bool {
	return slices.ContainsFunc(b.sender, func(own *catalogue.Territory) bool { return b.rd.isPartOf(t, own, 0) })
}

// isPartOf reports whether a province is another one or was merged into it. A chain of mergers is short.
func (rd *Reader) isPartOf(t, whole *catalogue.Territory, depth int) bool {
	if t == whole {
		return true
	}
	return depth < 3 && slices.ContainsFunc(rd.cat.Predecessors(whole.ID), func(s catalogue.Succession) bool {
		p := rd.cat.Territory(s.Predecessor)
		return p != nil && rd.isPartOf(t, p, depth+1)
	})
}

// choose picks one of the territories that bear a name: the one of the sheet's own province, then the one valid at the
// date the file speaks of. Among rows of districts the province's own name is a doubtful row.
func (b *bookReader) choose(cands []*catalogue.Territory, home *catalogue.Territory, districts bool) (*catalogue.Territory, string) {
	if home != nil && home.Level == "province" {
		if slices.ContainsFunc(cands, func(t *catalogue.Territory) bool { return b.rd.isWithin(t, home) }) {
			return b.atDate(slices.DeleteFunc(slices.Clone(cands), func(t *catalogue.Territory) bool { return !b.rd.isWithin(t, home) }))
		}
		if districts && slices.Contains(cands, home) {
			return nil, "territory.ambiguous"
		}
	}
	return b.atDate(cands)
}

// isWithin reports whether a territory is a district or commune of a province.
func (rd *Reader) isWithin(t, province *catalogue.Territory) bool {
	if !t.IsLocal() {
		return false
	}
	whole := rd.cat.Territory(t.Parent)
	return whole == province || whole != nil && whole.Parent == province.ID
}

func (b *bookReader) atDate(cands []*catalogue.Territory) (*catalogue.Territory, string) {
	if len(cands) == 1 {
		if b.asOf != "" && cands[0].ValidFrom > b.asOf { // nobody names what does not exist yet: a town of that name is meant
			return nil, "territory.ambiguous"
		}
		return cands[0], ""
	}
	if b.asOf == "" {
		if t := b.unchanged(cands); t != nil {
			return t, ""
		}
		return nil, "territory.ambiguous"
	}
	var found *catalogue.Territory
	for _, t := range cands {
		if !t.ValidOn(b.asOf) {
			continue
		}
		switch {
		case found == nil:
			found = t
		case found.Level == "province" && t.IsLocal():
		case found.IsLocal() && t.Level == "province":
			found = t
		default:
			return nil, "territory.ambiguous"
		}
	}
	if found == nil {
		return nil, "territory.ambiguous"
	}
	return found, ""
}
