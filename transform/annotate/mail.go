package annotate

import (
	"fmt"
	"strings"

	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/record"
)

// mailPoints is how many points a mail lists; the attachment has all.
const mailPoints = 20

// Mail is the text of a mail that sends the copy back, in Vietnamese, first line "Tiêu đề: …". attachment is the file name
// of the copy. Where nothing is amiss it says so.
func Mail(cat *catalogue.Catalogue, f *record.File, attachment string) string {
	all := notes(f)
	place, round := names(cat, f.Identity)
	about := "Đề nghị kiểm tra lại số liệu"
	if len(all) == 0 {
		about = "Xác nhận đã nhận số liệu"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Tiêu đề: %s (%s)\n\n", about, strings.Join(nonEmpty(f.Name, place, round), ", "))
	to := f.Identity.Body
	if to == "" {
		to = "Quý đơn vị"
	}
	fmt.Fprintf(&b, "Kính gửi: %s\n\n", to)
	fmt.Fprintf(&b, "Chúng tôi đã nhận tệp %q. %s\n\n", f.Name, tally(f, all))
	if len(all) == 0 {
		b.WriteString("Không có điểm nào cần sửa.\n\nTrân trọng.\n")
		return b.String()
	}
	fmt.Fprintf(&b, "Các điểm cần kiểm tra:\n")
	points := group(all)
	for i, p := range points[:min(len(points), mailPoints)] {
		fmt.Fprintf(&b, "%d. %s\n", i+1, p.sentence())
	}
	if rest := len(points) - mailPoints; rest > 0 {
		fmt.Fprintf(&b, "… và %d điểm khác trong tệp đính kèm.\n", rest)
	}
	fmt.Fprintf(&b, "\nTệp đính kèm %q đánh dấu các ô này: màu đỏ là chưa nhận, màu vàng là cần xem lại; trang đầu liệt kê tất cả. "+
		"Đề nghị đơn vị sửa trên tệp gốc và gửi lại (xin đừng gửi lại tệp đã đánh dấu).\n\nTrân trọng.\n", attachment)
	return b.String()
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

func (p point) sentence() string {
	var b strings.Builder
	if len(p.cells) > 1 {
		p.Cell = fmt.Sprintf("%s (%d ô)", sheet.List(sheet.Ranges(p.cells), shownRanges), len(p.cells))
	}
	fmt.Fprintf(&b, "%s: %s", capital(p.where()), p.Problem)
	if len(p.cells) == 1 && p.Raw != "" && !p.tellsRaw() {
		fmt.Fprintf(&b, " (ghi: “%s”)", shorten(p.Raw, 80))
	}
	if p.Expected != "" {
		fmt.Fprintf(&b, "; số kiểm tra: %s", p.Expected)
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
	values := len(f.Observations) + len(f.Tasks) + len(f.Insurance)
	refused, doubtful := 0, 0
	for _, n := range all {
		switch {
		case !n.Refused:
			doubtful++
		case n.Cell == "" && n.Line == 0 && n.Sheet == "":
			if values == 0 {
				return "Tệp chưa đọc được."
			}
			refused++
		default:
			refused += max(n.Cells, 1)
		}
	}
	return fmt.Sprintf("Đã nhận %d giá trị; %d ô chưa nhận được; %d điểm cần xem lại.", values, refused, doubtful)
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
