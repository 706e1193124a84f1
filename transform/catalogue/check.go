package catalogue

import (
	"fmt"
	"slices"
	"strings"

	"github.com/phuluc/phuluc/transform/text"
)

// check holds the tables against each other, once every cell is known to be right by itself.
func (c *Catalogue) check(tables map[string]*loaded, bad *faults) {
	each := func(name string, f func(fields, fault)) {
		t := tables[name]
		for _, r := range t.rows {
			f(fields{t, r}, func(column, en, vi string) {
				v := ""
				if column != "" {
					v = r.cells[t.index(column)]
				}
				bad.add(&Error{File: r.file, Line: r.line, Column: column, Value: v, Reason: en, ReasonVi: vi})
			})
		}
	}
	each("units", func(f fields, fault fault) {
		if f.d("factor").Sign() <= 0 {
			fault("factor", "is not greater than zero", "phải lớn hơn 0")
		}
	})
	c.checkUnitWords(each)
	each("header_words", func(f fields, fault fault) {
		if v := headerValues(f.s("dimension")); v != nil && !slices.Contains(v, f.s("value")) {
			fault("value", "is none of "+strings.Join(v, ", "), "phải là một trong: "+strings.Join(v, ", "))
		}
		if text.Key(f.s("word")) == "" {
			fault("word", "has no letters", "không có chữ nào")
		}
		for _, h := range c.header[text.Key(f.s("word"))] {
			if h.Dimension == f.s("dimension") && h.Value != f.s("value") {
				fault("word", fmt.Sprintf("is %s and %s at once in dimension %s", f.s("value"), h.Value, h.Dimension), fmt.Sprintf("vừa là %s vừa là %s ở chiều %s", f.s("value"), h.Value, h.Dimension))
			}
		}
	})
	c.checkIndicators(each)
	c.checkLabels(each)
	c.checkTerritories(each)
	each("forms", func(f fields, fault fault) {
		k := text.Key(f.s("title"))
		if k == "" {
			fault("title", "has no letters", "không có chữ nào")
		}
		for _, o := range c.Forms {
			if o.Code != f.s("form_code") && text.Key(o.Title) == k {
				fault("title", fmt.Sprintf("is the title of %s and %s", f.s("form_code"), o.Code), fmt.Sprintf("là tên của cả %s và %s", f.s("form_code"), o.Code))
			}
			if o.Code == f.s("form_code") && o.InRounds != f.b("in_rounds") {
				fault("in_rounds", "differs within one form", "các dòng của cùng một biểu ghi khác nhau")
			}
		}
	})
	each("targets", func(f fields, fault fault) {
		in := c.indicators[f.s("indicator_code")]
		relative := f.s("kind") == "cumulative" && f.s("unit_code") == "percent" // a cut of a count by so many percent
		if c.units[f.s("unit_code")].Quantity != c.units[in.Unit].Quantity && !relative {
			fault("unit_code", fmt.Sprintf("measures another quantity than %s (%s)", in.Code, in.Unit), fmt.Sprintf("đo đại lượng khác với %s (%s)", in.Code, in.Unit))
		}
		if (f.s("comparator") == "between") != (f.s("value_max") != "") {
			fault("value_max", "is there if, and only if, the comparator is between", "chỉ ghi, và phải ghi, khi comparator là between")
		}
		if hi := f.d("value_max"); hi != nil && hi.LessThan(*f.d("value_min")) {
			fault("value_max", "is below value_min", "nhỏ hơn value_min")
		}
		if f.n("year_to") < f.n("year_from") {
			fault("year_to", "is before year_from", "trước year_from")
		}
	})
}

// fault tells what is wrong with a row, in both languages; column is "" for the whole row.
type fault func(column, en, vi string)

type checkEach func(string, func(fields, fault))

func (c *Catalogue) checkUnitWords(each checkEach) {
	each("unit_words", func(f fields, fault fault) {
		k := unitKey(f.s("word"))
		if k == "" {
			fault("word", "has no letters", "không có chữ nào")
			return
		}
		own := c.units[f.s("unit_code")]
		for _, u := range c.unitWords[k] {
			if u != own && u.Quantity == own.Quantity {
				fault("word", fmt.Sprintf("means %s and %s, two units of one quantity", own.Code, u.Code), fmt.Sprintf("chỉ cả %s và %s, hai đơn vị của cùng một đại lượng", own.Code, u.Code))
			}
		}
	})
}

func (c *Catalogue) checkIndicators(each checkEach) {
	each("indicators", func(f fields, fault fault) {
		if lo, hi := f.d("min_value"), f.d("max_value"); lo != nil && hi != nil && hi.LessThan(*lo) {
			fault("max_value", "is below min_value", "nhỏ hơn min_value")
		}
		if f.s("weight_code") != "" && f.s("aggregation") != "weighted_mean" {
			fault("weight_code", "is for aggregation weighted_mean only", "chỉ dùng khi aggregation là weighted_mean")
		}
		if f.s("weight_code") == f.s("code") {
			fault("weight_code", "is the indicator itself", "chính là chỉ tiêu này")
		}
		seen := []string{f.s("code")}
		for p := f.s("parent_code"); p != ""; p = c.indicators[p].Parent {
			if slices.Contains(seen, p) {
				circle := strings.Join(append(seen, p), " → ")
				fault("parent_code", "closes a circle: "+circle, "tạo thành vòng: "+circle)
				break
			}
			seen = append(seen, p)
		}
	})
	each("indicator_parts", func(f fields, fault fault) {
		whole, part := c.indicators[f.s("whole_code")], c.indicators[f.s("part_code")]
		if whole.Unit != part.Unit {
			fault("part_code", fmt.Sprintf("is kept in %s, the whole in %s: they can not be added", part.Unit, whole.Unit), fmt.Sprintf("tính bằng %s, còn tổng tính bằng %s: không cộng được", part.Unit, whole.Unit))
		}
		if part.Parent != whole.Code {
			fault("part_code", fmt.Sprintf("has the parent %q in indicators.csv, not %s", part.Parent, whole.Code), fmt.Sprintf("trong indicators.csv thuộc %q, không phải %s", part.Parent, whole.Code))
		}
		for _, p := range c.Parts {
			if p.Whole == whole.Code && p.Group == f.s("group_id") && p.Exhaustive != f.b("exhaustive") {
				fault("exhaustive", "differs within one group", "các dòng của cùng một nhóm ghi khác nhau")
			}
		}
	})
}

// checkLabels refuses a label that names two indicators with nothing to tell them apart.
func (c *Catalogue) checkLabels(each checkEach) {
	check := func(code, label, parent string, fault func(en, vi string)) {
		if text.Key(label) == "" {
			fault("has no letters", "không có chữ nào")
			return
		}
		p := text.Key(parent)
		pi := c.named(parent)
		for _, m := range c.labels[text.Key(label)] {
			if m.Indicator.Code == code {
				continue
			}
			if q := text.Key(m.ParentLabel); q == p || p != "" && pi != nil && pi == m.parent {
				en, vi := "", ""
				if parent != "" {
					en, vi = fmt.Sprintf(" below %q", parent), fmt.Sprintf(" dưới %q", parent)
				}
				fault(fmt.Sprintf("names %s and %s%s: give them parent labels that differ", code, m.Indicator.Code, en),
					fmt.Sprintf("chỉ cả %s và %s%s: hãy ghi parent_label khác nhau", code, m.Indicator.Code, vi))
			}
		}
	}
	each("indicators", func(f fields, fault fault) {
		for _, col := range []string{"name_vi", "name_en"} {
			check(f.s("code"), f.s(col), "", func(en, vi string) { fault(col, en, vi) })
		}
	})
	each("indicator_synonyms", func(f fields, fault fault) {
		check(f.s("indicator_code"), f.s("label"), f.s("parent_label"), func(en, vi string) { fault("label", en, vi) })
	})
}

func (c *Catalogue) checkTerritories(each checkEach) {
	overlap := func(a, b *Territory) bool {
		return (a.ValidFrom == "" || b.ValidTo == "" || a.ValidFrom <= b.ValidTo) && (b.ValidFrom == "" || a.ValidTo == "" || b.ValidFrom <= a.ValidTo)
	}
	type levelCode struct{ level, code string }
	byCode := map[levelCode][]*Territory{}
	for i := range c.Territories {
		if t := &c.Territories[i]; t.Code != "" {
			byCode[levelCode{t.Level, t.Code}] = append(byCode[levelCode{t.Level, t.Code}], t)
		}
	}
	each("territories", func(f fields, fault fault) {
		t := c.territories[f.s("territory_id")]
		if t.ValidFrom != "" && t.ValidTo != "" && t.ValidTo < t.ValidFrom {
			fault("valid_to", "is before valid_from", "trước valid_from")
		}
		if r := c.territories[t.Region]; r != nil && r.Level != "region" {
			fault("region_id", "is a "+r.Level, "không phải vùng mà là "+r.Level)
		}
		if t.Parent == t.ID {
			fault("parent_id", "is the territory itself", "chính là địa phương này")
		}
		for _, u := range byCode[levelCode{t.Level, t.Code}] {
			if u != t && overlap(t, u) {
				fault("code", "means "+u.ID+" at the same time", "cùng thời gian cũng là mã của "+u.ID)
			}
		}
	})
	name := func(id, name string, fault func(en, vi string)) {
		k := text.Key(name)
		if k == "" {
			fault("has no letters", "không có chữ nào")
			return
		}
		t := c.territories[id]
		for _, u := range c.places[k] {
			if u != t && u.Level == t.Level && u.Parent == t.Parent && overlap(t, u) {
				fault(fmt.Sprintf("names %s and %s at the same time", t.ID, u.ID), fmt.Sprintf("cùng thời gian là tên của cả %s và %s", t.ID, u.ID))
			}
		}
	}
	each("territories", func(f fields, fault fault) {
		for _, col := range []string{"name_vi", "full_name_vi", "name_en"} {
			name(f.s("territory_id"), f.s(col), func(en, vi string) { fault(col, en, vi) })
		}
	})
	each("territory_names", func(f fields, fault fault) {
		name(f.s("territory_id"), f.s("name"), func(en, vi string) { fault("name", en, vi) })
	})
	each("succession", func(f fields, fault fault) {
		p, s := c.territories[f.s("predecessor_id")], c.territories[f.s("successor_id")]
		if p == s {
			fault("successor_id", "is the predecessor itself", "chính là predecessor_id")
		}
		if p.ValidTo == "" || p.ValidTo >= f.s("date") {
			fault("date", fmt.Sprintf("is within the validity of %s (to %q)", p.ID, p.ValidTo), fmt.Sprintf("khi đó %s vẫn còn (đến %q)", p.ID, p.ValidTo))
		}
		if !s.ValidOn(f.s("date")) {
			fault("date", s.ID+" does not exist then", "khi đó chưa có hoặc không còn "+s.ID)
		}
	})
}
