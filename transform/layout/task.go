package layout

import (
	"strings"

	"github.com/phuluc/phuluc/transform/record"
)

// readTasks reads the rows of a task annex (form B2): every cell of a row belongs to one task and counts as loaded.
func (b *bookReader) readTasks(s *sheetReader, t *table) {
	g := s.g
	for _, rw := range t.rows {
		var task record.Task
		task.Table = t.number
		title := none
		var own []int32
		for c := range t.columns {
			i := g.cell(rw.r, c)
			if i == none {
				continue
			}
			if g.own(rw.r, c) == i {
				own = append(own, i)
			}
			x := strings.Join(strings.Fields(g.text[i]), " ")
			switch t.columns[c].role {
			case roleOrdinal:
				task.Number = x
			case roleTask:
				if title == none && g.own(rw.r, c) == i {
					title, task.Title = i, x
				}
			case roleOwner:
				task.Lead = x
			case rolePartner:
				task.Partner = x
			case roleDue:
				task.Due = x
			case roleLevel:
				task.Level = x
			}
		}
		if title == none || task.Title == "" || len(own) < 2 || !rw.values && task.Lead == "" && task.Due == "" && task.Partner == "" && task.Level == "" {
			continue // a heading over tasks: its cells keep their fate as labels, the rest is swept up
		}
		task.Origin = g.origin(title)
		for _, i := range own {
			if g.fates[i] == fateUnset {
				g.set(i, fateLoaded)
				task.Cells++
			}
		}
		b.tasks = append(b.tasks, task)
	}
}
