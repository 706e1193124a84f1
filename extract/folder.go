package extract

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Folder is the source of all files in dir and below, in order of their paths.
//
// It leaves out, without a word, what no sender meant to send: names that start with "." or "~$" (the lock file
// beside an open workbook), unfinished downloads, and what file managers leave behind. It reports, as the error of
// that item, a symbolic link that leads out of dir and whatever is no regular file. Linked directories are not
// entered, so that a ring of links has an end. The source's name is the last element of dir.
func Folder(dir string) Source { return folder{dir: dir} }

type folder struct{ dir string }

func (f folder) Name() string {
	abs, err := filepath.Abs(f.dir)
	if err != nil {
		abs = f.dir
	}
	return filepath.Base(abs)
}

func (f folder) Items(ctx context.Context) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		root, err := os.OpenRoot(f.dir)
		if err != nil {
			yield(Item{}, fmt.Errorf("open the folder of incoming files: %w", err))
			return
		}
		defer root.Close()
		err = fs.WalkDir(root.FS(), ".", func(p string, d fs.DirEntry, err error) error {
			if ctxErr := ctx.Err(); ctxErr != nil {
				return ctxErr
			}
			if p != "." && skipped(path.Base(p)) {
				if d != nil && d.IsDir() {
					return fs.SkipDir
				}
				return nil
			}
			if err == nil && d.IsDir() {
				return nil
			}
			it := Item{Name: printable(path.Base(p)), Origin: path.Join(f.Name(), printable(p)), Size: -1}
			if err == nil {
				err = f.describe(root, p, &it)
			}
			if errors.Is(err, errLinkedDir) {
				return nil
			}
			if err != nil {
				if p == "." {
					return err
				}
				err = fmt.Errorf("%s: %w", it.Origin, err)
			}
			if !yield(it, err) {
				return fs.SkipAll
			}
			return nil
		})
		if err != nil {
			yield(Item{}, fmt.Errorf("list the folder %s: %w", f.dir, err))
		}
	}
}

var errLinkedDir = errors.New("link to a directory")

// describe fills in what the file system knows of p. Everything goes through root, which refuses to leave the folder
// even if a link is changed between listing and opening.
func (f folder) describe(root *os.Root, p string, it *Item) error {
	info, err := root.Stat(p)
	if err != nil {
		return err
	}
	if info.IsDir() {
		return errLinkedDir
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("not a regular file (%s)", info.Mode().Type())
	}
	it.Size, it.ModTime = info.Size(), info.ModTime()
	it.Open = func() (io.ReadCloser, error) {
		root, err := os.OpenRoot(f.dir)
		if err != nil {
			return nil, err
		}
		defer root.Close()
		return root.Open(p)
	}
	return nil
}

// skipped reports names that are never what somebody sent.
func skipped(name string) bool {
	if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "~$") {
		return true
	}
	name = strings.ToLower(name)
	switch name {
	case "thumbs.db", "desktop.ini", "__macosx":
		return true
	}
	switch path.Ext(name) {
	case ".part", ".partial", ".crdownload", ".download", ".opdownload", ".tmp", ".filepart", ".aria2", ".swp":
		return true
	}
	return strings.HasSuffix(name, "~")
}

// printable keeps names readable and distinct in manifests and reports: bytes that are no text, and control
// characters (a line break would split a list of origins), are written as \xNN.
func printable(s string) string {
	ok := func(r rune, size int) bool { return !(r == utf8.RuneError && size == 1) && !unicode.IsControl(r) }
	clean := true
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		clean = clean && ok(r, size)
		i += size
	}
	if clean {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if ok(r, size) {
			b.WriteString(s[i : i+size])
		} else {
			for _, c := range []byte(s[i : i+size]) {
				fmt.Fprintf(&b, `\x%02x`, c)
			}
		}
		i += size
	}
	return b.String()
}
