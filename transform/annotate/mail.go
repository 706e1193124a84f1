package annotate

import (
	"fmt"
	"strings"

	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/record"
	"github.com/phuluc/phuluc/transform/text"
)

// mailPoints is how many points a mail lists; the attachment has all.
const mailPoints = 20

// Mail is the text of a mail that sends the copy back, in Vietnamese, first line "Tiêu đề: …". attachment is the file name
// of the copy. Where nothing is amiss it says so, and where nothing could be read it asks for the file again.
func Mail(cat *catalogue.Catalogue, f *record.File, attachment string) string {
	all := notes(cat, f)
	place, round := names(cat, f.Identity)
	var b strings.Builder
	begin := func(about string) {
		fmt.Fprintf(&b, "Tiêu đề: %s: %s\n\n", about, strings.Join(nonEmpty(f.Name, place), ", "))
		fmt.Fprintf(&b, "Kính gửi: %s\n\n", addressee(f.Identity.Body, place))
		fmt.Fprintf(&b, "Chúng tôi đã nhận được tệp %q của Quý đơn vị", f.Name)
		if round != "" {
			fmt.Fprintf(&b, " (%s)", round)
		}
	}
	points := group(all)
	switch {
	case unread(f, all):
		begin("Đề nghị gửi lại tệp số liệu")
		b.WriteString(" nhưng chưa đọc được.\n\n")
		for _, p := range points {
			fmt.Fprintf(&b, "Lý do: %s\n", p.saying())
		}
	case len(all) > 0:
		begin("Đề nghị kiểm tra, chỉnh sửa số liệu")
		fmt.Fprintf(&b, ". Kết quả kiểm tra: %s\n\nĐề nghị Quý đơn vị kiểm tra, chỉnh sửa các điểm sau:\n", tally(f, all))
		for i, p := range points[:min(len(points), mailPoints)] {
			fmt.Fprintf(&b, "%d. %s\n", i+1, p.sentence())
		}
		if rest := len(points) - mailPoints; rest > 0 {
			fmt.Fprintf(&b, "… và %d điểm khác nêu trong tệp đính kèm.\n", rest)
		}
		if copies(f) {
			fmt.Fprintf(&b, "\nTrong tệp đính kèm %q, các ô nêu trên được tô màu và có ghi chú (đỏ: chưa nhận được; vàng: cần xem lại); trang đầu liệt kê đầy đủ. "+
				"Đề nghị Quý đơn vị sửa trên tệp gốc rồi gửi lại, không sửa trên tệp đã tô màu.\n", attachment)
		} else {
			fmt.Fprintf(&b, "\nTệp đính kèm %q liệt kê đầy đủ các điểm. Đề nghị Quý đơn vị sửa trên tệp gốc rồi gửi lại.\n", attachment)
		}
	case len(f.Observations)+len(f.Tasks)+len(f.Insurance) == 0:
		begin("Đề nghị kiểm tra lại tệp đã gửi")
		b.WriteString(" nhưng không tìm thấy số liệu nào trong tệp. Đề nghị Quý đơn vị kiểm tra xem đã gửi đúng biểu số liệu chưa.\n")
	default:
		begin("Xác nhận đã nhận số liệu")
		fmt.Fprintf(&b, ". %s Không có điểm nào cần sửa.\n", capital(tally(f, all)))
	}
	b.WriteString("\nTrân trọng cảm ơn.\n")
	return b.String()
}

// addressee is who sent the file, with the place if the letterhead leaves it out.
func addressee(body, place string) string {
	if len(strings.Fields(body)) < 3 { // "UBND TỈNH …" with its name left blank
		body = "Quý đơn vị"
	}
	if place != "" && !strings.Contains(text.Key(body), text.Key(place)) {
		body += " (" + place + ")"
	}
	return body
}

// unread reports whether the file as a whole was refused.
func unread(f *record.File, all []note) bool {
	return len(all) > 0 && len(f.Sheets) == 0 && all[0].Sheet == "" && all[0].Cell == "" && all[0].Line == 0
}

// point is one or more notes of one sheet that say the same, such as those of a row with an unknown label.
type point struct {
	note
	cells []sheet.Position
}

func group(all []note) []point {
	type said struct {
		sheet, problem, expected, nearest string
		refused                           bool
	}
	var points []point
	at := map[said]int{}
	for _, n := range all {
		same := said{n.Sheet, n.Problem, n.Expected, n.Nearest, n.Refused}
		k, seen := at[same]
		if !seen || n.Cell == "" {
			k = len(points)
			points = append(points, point{note: n})
			at[same] = k
		}
		points[k].cells = append(points[k].cells, sheet.Position{Row: n.Row, Col: n.Col})
	}
	return points
}

// shownRanges is how many ranges of the cells of a point are named.
const shownRanges = 8

// named is the note with all of its cells in the place of its own.
func (p point) named() note {
	if len(p.cells) > 1 {
		p.Cell = fmt.Sprintf("%s (%d ô)", sheet.List(sheet.Ranges(p.cells), shownRanges), len(p.cells))
		p.Shown = ""
	}
	return p.note
}

// sentence names the place and says what is wrong there.
func (p point) sentence() string {
	return capital(p.named().where()) + ": " + p.saying()
}

func (p point) saying() string {
	var b strings.Builder
	b.WriteString(p.Problem)
	if len(p.cells) == 1 && p.Shown != "" {
		fmt.Fprintf(&b, " (ghi: “%s”)", shorten(p.Shown, 80))
	}
	if p.Expected != "" {
		fmt.Fprintf(&b, "; số tính lại: %s", p.Expected)
	}
	b.WriteString(".")
	if p.Nearest != "" {
		fmt.Fprintf(&b, " Có phải là: %s?", p.Nearest)
	}
	if p.Try != "" {
		fmt.Fprintf(&b, " %s.", p.Try)
	}
	return b.String()
}

// names gives territory and round as people call them, "" for what is not known.
func names(cat *catalogue.Catalogue, id record.Identity) (place, round string) {
	if t := cat.Territory(id.Territory); t != nil {
		place = t.NameVi
	}
	if r := cat.Round(id.Round); r != nil {
		round = r.TitleVi
	}
	return place, round
}

// tally says in one sentence what became of the file.
func tally(f *record.File, all []note) string {
	if unread(f, all) {
		return "tệp chưa đọc được."
	}
	refused, doubtful := 0, 0
	for _, n := range all {
		if n.Refused {
			refused += max(n.Cells, 1)
		} else {
			doubtful++
		}
	}
	said := []string{fmt.Sprintf("đã nhận %d số liệu", len(f.Observations)+len(f.Tasks)+len(f.Insurance))}
	if refused > 0 {
		said = append(said, fmt.Sprintf("%d ô chưa nhận được", refused))
	}
	if doubtful > 0 {
		said = append(said, fmt.Sprintf("%d điểm cần xem lại", doubtful))
	}
	return strings.Join(said, "; ") + "."
}

func capital(s string) string {
	r := []rune(s)
	return strings.ToUpper(string(r[:1])) + string(r[1:])
}

func nonEmpty(parts ...string) []string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return out
}
