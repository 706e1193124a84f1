package corpus

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

func placeDamages() []damage {
	return []damage{
		{"unknown_indicator_row", (*world).unknownIndicatorRow},
		{"unknown_territory_row", (*world).unknownTerritoryRow},
		{"page_subtotal", (*world).pageSubtotal},
		{"comparing_rows", (*world).comparingRows},
		{"comparing_column", (*world).comparingColumn},
		{"code_column", (*world).codeColumn},
		{"merged_values", (*world).mergedValues},
		{"stray_numbers", (*world).strayNumbers},
		{"column_codes", (*world).columnCodes},
		{"repeated_header", (*world).repeatedHeader},
		{"extra_text_rows", (*world).extraTextRows},
		{"note_column", (*world).noteColumn},
		{"blank_rows", (*world).blankRows},
		{"blank_columns", (*world).blankColumns},
		{"unmerged", (*world).unmerged},
		{"merged_sections", (*world).mergedSections},
		{"shifted", (*world).shifted},
		{"hidden_rows", (*world).hiddenRowsOf},
		{"hidden_columns", (*world).hiddenColumnsOf},
	}
}

// rowOf finds the places before which a row of the whole table may be written: no row below belongs to one above.
func (t *placed) freeRows() []int {
	var out []int
	for i := range t.lines {
		if l := &t.lines[i]; l.parent < 0 && !l.section && i > 0 {
			out = append(out, l.row)
		}
	}
	return out
}

// strange are indicators that no catalogue of labour knows.
var strange = []string{"Số lượt khách du lịch nội địa", "Sản lượng thủy sản khai thác", "Số giường bệnh trên một vạn dân", "Tổng mức bán lẻ hàng hóa", "Diện tích rừng trồng mới", "Số thuê bao điện thoại cố định"}

func (w *world) unknownIndicatorRow(b *book, name string) bool {
	return w.newRow(b, name, strange, func(l *line) bool { return l.about.indicator != "" }, "indicator.unknown")
}

// foreign are places that the catalogue does not know, among them districts whose name begins as a province's.
var foreign = []string{"Huyện Mèo Vạc", "Đặc khu Hoàng Sa", "Thị xã Bỉm Sơn", "Vân Phong", "Khu kinh tế Nghi Sơn", "Thành phố Thủ Đức", "Huyện Đồng Văn"}

func (w *world) unknownTerritoryRow(b *book, name string) bool {
	return w.newRow(b, name, foreign, func(l *line) bool { return l.about.territory != "" }, "territory.unknown", "territory.ambiguous")
}

// pageSubtotal is the sum of a printed page, carried over to the next: no territory and no indicator.
func (w *world) pageSubtotal(b *book, name string) bool {
	labels := []string{"Cộng trang", "Cộng trang 1", "Mang sang", "Cộng mang sang trang 2", "Trang trước chuyển sang"}
	return w.newRow(b, name, labels, func(*line) bool { return true }, "indicator.unknown", "territory.unknown", "indicator.ambiguous", "header.unknown", "dimension.missing")
}

// comparingRows are rows right below an indicator that compare its figures with others: none of their numbers is a value.
func (w *world) comparingRows(b *book, name string) bool {
	labels := []string{"So với cùng kỳ năm trước (%)", "Tốc độ tăng so với năm trước (%)", "Tăng (+), giảm (-) so với năm trước", "Tỷ lệ hoàn thành kế hoạch (%)",
		"Tỷ lệ đạt so với kế hoạch (%)", "Chênh lệch so với năm trước", "So với kế hoạch (%)", "Tỷ lệ tăng (%)", "Mức tăng so với năm trước"}
	done := false
	for p, t := range b.single() {
		rows := slices.DeleteFunc(t.freeRows(), func(r int) bool {
			return !slices.ContainsFunc(t.lines, func(l line) bool { return l.row == r && l.about.indicator != "" })
		})
		if len(rows) == 0 {
			continue
		}
		row := pick(w, rows...)
		labelAt := p.labelAt(t, row)
		p.insertRows(row, 1)
		p.put(row, labelAt, cell{kind: kindLabel, text: pick(w, "", "- ", "  ") + pick(w, labels...)})
		for col := t.values; col <= t.right; col++ {
			if c := p.cells[at{row + 1, col}]; c != nil && c.truth != nil {
				p.put(row, col, cell{kind: kindGarbage, text: pick(w, "104.5", "98.2", "3.7", "112", "-5", "12.4"), number: true})
			}
		}
		done = p.hit(name, must)
	}
	return done
}

// comparingColumn adds a column at the right that compares others or ranks the rows: none of its numbers is a value.
func (w *world) comparingColumn(b *book, name string) bool {
	done := false
	for p, t := range b.single() {
		if slices.ContainsFunc(t.columns, func(c column) bool { return c.note }) || slices.ContainsFunc(t.lines, func(l line) bool { return l.row < t.body }) || p.cells[at{t.top, t.right + 1}] != nil {
			continue
		}
		head := pick(w, "Tăng, giảm so với năm trước", "Chênh lệch", "So với cùng kỳ (%)", "Xếp hạng", "Tỷ trọng (%)", "Cơ cấu (%)", "Tốc độ tăng (%)", "Tỷ lệ đạt (%)", "Mức tăng", "Tăng (+), giảm (-)", "Tăng trưởng (%)", "Thứ hạng", "Mã số", "% đạt KH")
		p.put(t.top, t.right+1, cell{kind: kindStub, text: head})
		if t.merged {
			p.merge(t.top, t.right+1, t.body-1, t.right+1)
		}
		for row := t.body; row <= t.bottom; row++ {
			c := p.cells[at{row, t.right}]
			switch {
			case c != nil && c.copyOf != nil && p.cells[at{row, t.left}] != nil && p.cells[at{row, t.left}].text == p.cells[at{t.top, t.left}].text:
				p.put(row, t.right+1, cell{kind: kindStub, text: head})
			case c != nil && c.truth != nil:
				p.put(row, t.right+1, cell{kind: kindGarbage, text: pick(w, "104.5", "98.2", "3", "12", "-5", "1", "2"), number: true})
			}
		}
		t.right++
		done = p.hit(name, must)
	}
	return done
}

// codeColumn puts the codes of the rows behind their labels, as statistical forms do: they number wholes and parts alike.
func (w *world) codeColumn(b *book, name string) bool {
	done := false
	for p, t := range b.single() {
		first := slices.IndexFunc(t.lines, func(l line) bool { return !l.section })
		if first < 0 {
			continue
		}
		labelAt := p.labelAt(t, t.lines[first].row)
		if labelAt == t.values || slices.ContainsFunc(p.sorted(), func(a at) bool { return p.cells[a].copyOf != nil || p.cells[a].kind == kindStub && a.row > t.body }) ||
			slices.ContainsFunc(p.merges, func(m rect) bool { return m.row1 >= t.top && m.col1 <= labelAt && labelAt < m.col2 }) {
			continue
		}
		p.insertCols(labelAt+1, 1)
		p.put(t.top, labelAt+1, cell{kind: kindStub, text: pick(w, "Mã số", "Mã", "MÃ SỐ")})
		if t.merged {
			p.merge(t.top, labelAt+1, t.body-1, labelAt+1)
		}
		number := w.one(2)
		for i := range t.lines {
			if !t.lines[i].section {
				p.put(t.lines[i].row, labelAt+1, cell{kind: kindOrdinal, text: fmt.Sprintf("%02d", i+1), number: number})
			}
		}
		done = p.hit(name, must)
	}
	return done
}

// mergedValues merges a value over the column beside it, which loses its own: of which of the two it is nobody can say.
func (w *world) mergedValues(b *book, name string) bool {
	done := false
	for _, p := range b.pages {
		for _, a := range p.sorted() {
			c, next := p.cells[a], p.cells[at{a.row, a.col + 1}]
			if c == nil || c.truth == nil || next == nil || next.truth == nil || p.hiddenCols[a.col] || !w.one(20) {
				continue
			}
			if slices.ContainsFunc(p.merges, func(m rect) bool { return m.row1 <= a.row && a.row <= m.row2 }) {
				continue
			}
			delete(p.cells, at{a.row, a.col + 1})
			p.merge(a.row, a.col, a.row, a.col+1)
			c.truth.hit(name, never, "header.conflict", "dimension.missing")
			done = true
		}
	}
	return done
}

// newRow writes a row that nothing in the catalogue explains into the tables of a book.
func (w *world) newRow(b *book, name string, labels []string, ok func(*line) bool, codes ...string) bool {
	done := false
	for p, t := range b.single() {
		rows := t.freeRows()
		rows = slices.DeleteFunc(rows, func(r int) bool {
			return !slices.ContainsFunc(t.lines, func(l line) bool { return l.row == r && ok(&l) })
		})
		if len(rows) == 0 {
			continue
		}
		row := pick(w, rows...)
		labelAt := p.labelAt(t, row)
		like, values := map[int]*cell{}, false
		for col := t.left; col <= t.right; col++ {
			if c := p.cells[at{row, col}]; c != nil {
				like[col] = c
				values = values || plainValue(c)
			}
		}
		if !values {
			continue
		}
		p.insertRows(row, 1)
		l := p.put(row, labelAt, cell{kind: kindLabel, text: pick(w, labels...)})
		for col, c := range like {
			switch {
			case c.kind == kindUnit:
				p.put(row, col, cell{kind: kindUnit, text: c.text})
			case c.kind == kindOrdinal:
				p.put(row, col, cell{kind: kindOrdinal, text: c.text, number: c.number})
			case c.truth != nil && c.number:
				x := &truth{fact: c.truth.fact, unit: c.truth.unit}
				x.indicator += "?"
				x.hit(name, never, codes...)
				x.damages = append(x.damages, slices.DeleteFunc(slices.Clone(c.truth.damages), func(d string) bool { return d == name })...)
				for _, code := range c.truth.codes {
					x.hit(name, never, code)
				}
				p.cells[at{row, col}] = &cell{kind: kindValue, text: strconv.Itoa(3 + w.r.IntN(900)), number: true, truth: x}
				l.governs = append(l.governs, x)
			}
		}
		done = true
	}
	return done
}

// strayNumbers are a clerk's own sums beside and below a table: nothing says what they are.
func (w *world) strayNumbers(b *book, name string) bool {
	done := false
	for p, t := range b.single() {
		if w.one(2) {
			for row := t.body; row <= t.bottom; row += 1 + w.r.IntN(4) {
				p.put(row, t.right+2+w.r.IntN(2), cell{kind: kindGarbage, text: strconv.Itoa(w.r.IntN(90000)), number: true})
			}
		} else {
			rows, _ := p.extent()
			p.put(rows+2, t.values, cell{kind: kindGarbage, text: strconv.Itoa(w.r.IntN(90000)), number: true})
			p.text(rows+4, t.right, pick(w, "Trang 2/5", "2", "Trang 3"))
		}
		done = p.hit(name, must)
	}
	return done
}

func (w *world) columnCodes(b *book, name string) bool {
	done := false
	for p, t := range b.single() {
		if slices.ContainsFunc(p.sorted(), func(a at) bool { return p.cells[a].kind == kindCode }) {
			continue
		}
		row := t.body
		p.insertRows(row, 1)
		parentheses := w.one(2)
		for col := t.left; col <= t.right; col++ {
			code := strconv.Itoa(col - t.values + 1)
			if col < t.values {
				code = string(rune('A' + col - t.left))
			}
			if parentheses {
				code = "(" + strconv.Itoa(col-t.left+1) + ")"
				if col == t.right && col > t.values+1 && w.one(2) {
					code += fmt.Sprintf("=(%d)/(%d)", col-t.left, col-t.left-1)
				}
			}
			_, err := strconv.Atoi(code)
			p.put(row, col, cell{kind: kindCode, text: code, number: err == nil})
		}
		done = p.hit(name, must)
	}
	return done
}

// repeatedHeader copies the header into the body, as after a page break.
func (w *world) repeatedHeader(b *book, name string) bool {
	done := false
	for p, t := range b.single() {
		rows := t.freeRows()
		if len(rows) == 0 || slices.ContainsFunc(t.lines, func(l line) bool { return l.row < t.body }) {
			continue
		}
		row, top, n := pick(w, rows...), t.top, t.body-t.top
		p.insertRows(row, n)
		for a, c := range p.cells {
			if a.row >= top && a.row < top+n {
				twin := *c
				twin.governs, twin.copyOf = nil, c
				p.cells[at{a.row - top + row, a.col}] = &twin
			}
		}
		for _, m := range slices.Clone(p.merges) {
			if m.row1 >= top && m.row2 < top+n {
				p.merge(m.row1-top+row, m.col1, m.row2-top+row, m.col2)
			}
		}
		done = p.hit(name, must)
	}
	return done
}

// extraTextRows are lines of text between the rows.
func (w *world) extraTextRows(b *book, name string) bool {
	done := false
	for p, t := range b.single() {
		rows := t.freeRows()
		if len(rows) == 0 {
			continue
		}
		row := pick(w, rows...)
		p.insertRows(row, 1)
		p.text(row, t.left, pick(w, "Ghi chú: số liệu các dòng trên do Cục Thống kê cung cấp", "(*) Số liệu sơ bộ", "Nguồn: Niên giám thống kê"))
		done = p.hit(name, must)
	}
	return done
}

// noteColumn adds a column of remarks, with texts that look like figures among them.
func (w *world) noteColumn(b *book, name string) bool {
	done := false
	for p, t := range b.single() {
		if slices.ContainsFunc(t.columns, func(c column) bool { return c.note }) {
			continue
		}
		p.put(t.top, t.right+1, cell{kind: kindStub, text: pick(w, "Ghi chú", "Nguồn", "Diễn giải")})
		for row := t.body; row <= t.bottom; row++ {
			if c := p.cells[at{row, t.right}]; c != nil && c.copyOf != nil {
				p.put(row, t.right+1, cell{kind: kindStub, text: p.cells[at{t.top, t.right + 1}].text})
				continue
			}
			if w.one(3) && p.cells[at{row, t.left}] != nil {
				p.text(row, t.right+1, pick(w, "Số liệu Sở", "BC 12/7", "theo QĐ 1240", "tăng 5%", "Niên giám thống kê 2015"))
			}
		}
		t.right++
		done = p.hit(name, must)
	}
	return done
}

func (w *world) blankRows(b *book, name string) bool {
	done := false
	for _, p := range b.pages {
		for range 1 + w.r.IntN(3) {
			rows, _ := p.extent()
			p.insertRows(2+w.r.IntN(max(1, rows-1)), 1)
		}
		done = p.hit(name, must) || done
	}
	return done
}

func (w *world) blankColumns(b *book, name string) bool {
	done := false
	for _, p := range b.pages {
		_, cols := p.extent()
		p.insertCols(2+w.r.IntN(max(1, cols)), 1)
		done = p.hit(name, must) || done
	}
	return done
}

func (w *world) unmerged(b *book, name string) bool {
	done := false
	for _, p := range b.pages {
		if len(p.merges) > 0 && !slices.Contains(b.damages, "merged_values") {
			p.merges = nil
			done = p.hit(name, must)
			if slices.Contains(b.damages, "header_conflict") {
				p.hit(name, may, brokenHeader...)
			}
		}
	}
	return done
}

// mergedSections merges the headings of groups of rows over the whole table.
func (w *world) mergedSections(b *book, name string) bool {
	done := false
	for p, t := range b.single() {
		for _, a := range p.sorted() {
			if c := p.cells[a]; c.kind == kindSection && inBody(p, a) && t.right > a.col && !slices.ContainsFunc(p.merges, func(m rect) bool { return m.row1 <= a.row && a.row <= m.row2 }) {
				p.merge(a.row, a.col, a.row, t.right)
				done = p.hit(name, must)
			}
		}
	}
	return done
}

func (w *world) shifted(b *book, name string) bool {
	done := false
	for _, p := range b.pages {
		if w.one(2) {
			p.insertCols(1, 1+w.r.IntN(4))
		}
		p.insertRows(1, 1+w.r.IntN(12))
		done = p.hit(name, must) || done
	}
	return done
}

func (w *world) hiddenRowsOf(b *book, name string) bool {
	done := false
	for _, p := range b.pages {
		for _, t := range p.tables {
			for row := t.body; row <= t.bottom; row++ {
				if w.one(6) {
					p.hiddenRows[row] = true
				}
			}
		}
		for a, c := range p.cells {
			if c.truth != nil && p.hiddenRows[a.row] {
				c.truth.hit(name, must)
				c.truth.hidden, done = true, true
			}
		}
	}
	return done
}

func (w *world) hiddenColumnsOf(b *book, name string) bool {
	done := false
	for _, p := range b.pages {
		for _, t := range p.tables {
			p.hiddenCols[t.values+w.r.IntN(t.right-t.values+1)] = true
		}
		for a, c := range p.cells {
			if c.truth != nil && p.hiddenCols[a.col] {
				c.truth.hit(name, must)
				c.truth.hidden, done = true, true
			}
		}
	}
	return done
}

func bookDamages() []damage {
	return []damage{
		{"anonymous", (*world).anonymous},
		{"other_province_in_path", (*world).otherPath},
		{"duplicated_page", (*world).duplicatedPage},
		{"conflicting_page", (*world).conflictingPage},
		{"hidden_sheet", (*world).hiddenSheet},
		{"left_over_sheet", (*world).leftOverSheet},
		{"tcvn3", func(w *world, b *book, name string) bool { return w.legacy(b, name, "tcvn3") }},
		{"vni", func(w *world, b *book, name string) bool { return w.legacy(b, name, "vni") }},
	}
}

// byFile lists the values whose territory only the file names, not a row.
func byFile(b *book) bool {
	if b.home == "" || b.home == "vn" || len(b.pages) == 0 {
		return false
	}
	for _, p := range b.pages {
		for _, c := range p.cells {
			if c.names.territory != "" {
				return false
			}
		}
	}
	return true
}

func (w *world) anonymous(b *book, name string) bool {
	if !byFile(b) {
		return false
	}
	t := w.cat.Territory(b.home)
	b.path = "inbox/bieu 01.xlsx"
	for _, p := range b.pages {
		for a, c := range p.cells {
			if !inBody(p, a) && strings.Contains(strings.ToLower(c.text), strings.ToLower(t.NameVi)) {
				for _, s := range []string{t.FullNameVi, strings.ToUpper(t.FullNameVi), lowerFirst(t.FullNameVi), t.NameVi, strings.ToUpper(t.NameVi)} {
					c.text = strings.ReplaceAll(c.text, s, "...........")
				}
			}
		}
		p.hit(name, never, "identity.territory_unknown")
	}
	return true
}

func (w *world) otherPath(b *book, name string) bool {
	if !byFile(b) || slices.Contains(b.damages, "anonymous") { // then the path would be believed
		return false
	}
	other := pick(w, w.provinces...)
	for other.NameVi == w.cat.Territory(b.home).NameVi { // Hà Nội of either list
		other = pick(w, w.provinces...)
	}
	b.path = "inbox/" + fileName(other) + ".xlsx"
	for _, p := range b.pages {
		p.hit(name, never, "identity.conflict_path")
	}
	return true
}

// twin copies a sheet with its truths.
func (p *page) twin(name string) *page {
	q := &page{name: name, hidden: p.hidden, cells: map[at]*cell{}, hiddenRows: p.hiddenRows, hiddenCols: p.hiddenCols, merges: slices.Clone(p.merges), tables: p.tables}
	for a, c := range p.cells {
		d := *c
		d.governs = nil
		d.copyOf = nil
		if c.truth != nil {
			x := *c.truth
			x.damages, x.codes = slices.Clone(x.damages), slices.Clone(x.codes)
			d.truth = &x
		}
		q.cells[a] = &d
	}
	return q
}

// duplicatedPage sends one sheet twice: its values are loaded once.
func (w *world) duplicatedPage(b *book, name string) bool {
	q := b.pages[0].twin(pick(w, b.pages[0].name+" (2)", "Bản sao", "Copy of "+b.pages[0].name))
	b.pages = append(b.pages, q)
	b.pages[0].hit(name, must)
	q.hit(name, must)
	return true
}

// conflictingPage sends one sheet twice, the second time with some other figures: nobody can say which are right.
func (w *world) conflictingPage(b *book, name string) bool {
	p := b.pages[0]
	var sure []at
	for _, a := range p.sorted() {
		if c := p.cells[a]; plainValue(c) && c.truth.verdict == must && w.single(c.truth) {
			sure = append(sure, a)
		}
	}
	if len(sure) == 0 || len(b.pages) > 1 {
		return false
	}
	q := p.twin(p.name + " (sửa)")
	b.pages = append(b.pages, q)
	p.hit(name, must)
	q.hit(name, must)
	for _, a := range sampleOf(w, sure, 1+len(sure)/8) {
		c := q.cells[a]
		n, err := strconv.Atoi(c.text)
		if err != nil {
			continue
		}
		c.text = strconv.Itoa(n + 1 + w.r.IntN(9))
		for _, page := range []*page{p, q} {
			for _, x := range page.truths() {
				if x.point == c.truth.point {
					x.hit(name, never, "value.duplicate")
				}
			}
		}
	}
	return true
}

func (w *world) hiddenSheet(b *book, name string) bool {
	if len(b.pages) < 2 {
		return false
	}
	p := b.pages[len(b.pages)-1]
	p.hidden = true
	for _, x := range p.truths() {
		x.hidden = true
	}
	return p.hit(name, must)
}

// leftOverSheet is a list that somebody forgot.
func (w *world) leftOverSheet(b *book, name string) bool {
	p := b.page("DM")
	p.hidden = w.one(2)
	for i, s := range []string{"người", "hộ", "%", "tỷ đồng", "Hà Nội", "TP. Hồ Chí Minh"} {
		p.text(1+i, 1, s)
		p.put(1+i, 2, cell{kind: kindGarbage, text: strconv.Itoa(i + 1), number: true})
	}
	for _, q := range b.pages {
		q.hit(name, must)
	}
	return true
}
