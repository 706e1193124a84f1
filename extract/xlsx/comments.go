package xlsx

import (
	"context"
	"slices"
	"strconv"

	"github.com/phuluc/phuluc/extract/archive"
	"github.com/phuluc/phuluc/extract/sheet"
)

var _ sheet.Commented = (*Workbook)(nil)

// Comments gives the comments of sheet i. Those that Excel calls threaded stand beside notes of the old kind, which tell them in the language
// of the program: they take their place.
func (w *Workbook) Comments(ctx context.Context, i int) ([]sheet.Comment, error) {
	p, err := w.sheet(i)
	if err != nil || p.entry == nil {
		return nil, err
	}
	rels, err := w.relations(ctx, p.entry.Name)
	if err != nil {
		return nil, err
	}
	var notes, threads []sheet.Comment
	for _, r := range rels {
		into, parse := &notes, (*lexer).comments
		switch r.kind {
		case "comments":
		case "threadedComment":
			into, parse = &threads, (*lexer).threads
		default:
			continue
		}
		var e *archive.Entry
		if e = w.archive.Find(r.target); e == nil {
			return nil, sheet.Refuse(sheet.CodePartMissing, r.target, "the sheet names this part, but it is not in the archive")
		}
		if err := w.read(ctx, e, func(l *lexer) error { return parse(l, &w.said, into) }); err != nil {
			return nil, err
		}
	}
	if len(threads) > 0 {
		told := map[[2]int]bool{}
		for _, c := range threads {
			told[[2]int{c.Row, c.Col}] = true
		}
		notes = slices.DeleteFunc(notes, func(c sheet.Comment) bool { return told[[2]int{c.Row, c.Col}] })
	}
	return append(notes, threads...), nil
}

// maxComments is more than anybody writes into a workbook.
const maxComments = 1 << 16

// said is what the comments of a workbook take: several sheets may name one part, which is then kept for each.
type said struct {
	comments int
	bytes    int64
}

// comment appends the comment of the last start tag, without its text.
func (l *lexer) comment(all *said, list *[]sheet.Comment) (*sheet.Comment, error) {
	if all.comments++; all.comments > maxComments {
		return nil, sheet.Refuse(sheet.CodeLimit, l.part, "there are more than %d comments", maxComments)
	}
	ref, err := l.attr("ref")
	if err != nil {
		return nil, err
	}
	var c sheet.Comment
	if c.Row, c.Col, err = sheet.ParseAddress(ref); err != nil {
		return nil, l.damaged("a comment on no cell: %q", ref)
	}
	*list = append(*list, c)
	return &(*list)[len(*list)-1], nil
}

// budget counts the texts of comments.
func (l *lexer) budget(all *said, text []byte) error {
	if all.bytes += int64(len(text)); l.lim.SharedBytes > 0 && all.bytes > l.lim.SharedBytes {
		return sheet.Refuse(sheet.CodeLimit, l.part, "the comments have more than %d bytes", l.lim.SharedBytes)
	}
	return nil
}

// comments reads a part of notes.
func (l *lexer) comments(all *said, list *[]sheet.Comment) error {
	var authors []string
	var text []byte
	return l.document("comments", func(name string) error {
		switch name {
		case "authors":
			return l.children(func(name string) (err error) {
				if name != "author" {
					return l.skip()
				}
				if text, err = l.content(text[:0]); err != nil {
					return err
				}
				authors = append(authors, string(text))
				return l.budget(all, text)
			})
		case "commentList":
			return l.children(func(name string) error {
				if name != "comment" {
					return l.skip()
				}
				c, err := l.comment(all, list)
				if err != nil {
					return err
				}
				id, err := l.attr("authorId")
				if err != nil {
					return err
				}
				if k, err := strconv.Atoi(id); err == nil && k >= 0 && k < len(authors) {
					c.Author = authors[k]
				}
				return l.children(func(name string) (err error) {
					if name != "text" {
						return l.skip()
					}
					if text, _, err = l.richText(text[:0]); err != nil {
						return err
					}
					c.Text = string(text)
					return l.budget(all, text)
				})
			})
		}
		return l.skip()
	})
}

// threads reads a part of threaded comments. Their authors stand elsewhere.
func (l *lexer) threads(all *said, list *[]sheet.Comment) error {
	var text []byte
	return l.document("ThreadedComments", func(name string) error {
		if name != "threadedComment" {
			return l.skip()
		}
		c, err := l.comment(all, list)
		if err != nil {
			return err
		}
		return l.children(func(name string) (err error) {
			if name != "text" {
				return l.skip()
			}
			if text, err = l.content(text[:0]); err != nil {
				return err
			}
			c.Text = string(text)
			return l.budget(all, text)
		})
	})
}
