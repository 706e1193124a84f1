package extract

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func list(t *testing.T, s Source) (good, bad []string) {
	t.Helper()
	for it, err := range s.Items(context.Background()) {
		if err != nil {
			bad = append(bad, it.Origin+": "+err.Error())
			continue
		}
		r, err := it.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		r.Close()
		if err != nil || int64(len(b)) != it.Size || it.ModTime.IsZero() || it.Name != filepath.Base(it.Origin) {
			t.Errorf("%s: name %q, size %d, read %d, time %v, %v", it.Origin, it.Name, it.Size, len(b), it.ModTime, err)
		}
		good = append(good, it.Origin)
	}
	return good, bad
}

func TestFolderListsFilesInOrderAndLeavesOutWhatNobodySent(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "inbox")
	for _, n := range []string{
		"b.xlsx", "Hà Giang/PL I.xlsx", "Hà Giang/2019/z.csv", "a.XLSX",
		"~$b.xlsx", ".hidden.xlsx", ".git/config", "c.xlsx.part", "c.xlsx.crdownload", "d.TMP", "Thumbs.db", "x.csv~", "__MACOSX/._b.xlsx",
	} {
		write(t, filepath.Join(dir, n), n)
	}
	good, bad := list(t, Folder(dir))
	want := "inbox/Hà Giang/2019/z.csv inbox/Hà Giang/PL I.xlsx inbox/a.XLSX inbox/b.xlsx"
	if got := strings.Join(good, " "); got != want || len(bad) > 0 {
		t.Errorf("got  %s (errors %v)\nwant %s", got, bad, want)
	}
}

func TestFolderNeverLeavesItself(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("symbolic links need a privilege there")
	}
	base := t.TempDir()
	dir := filepath.Join(base, "inbox")
	write(t, filepath.Join(base, "secret.txt"), "secret")
	write(t, filepath.Join(dir, "real", "a.csv"), "a")
	for link, target := range map[string]string{
		"out.txt":    "../secret.txt",
		"abs.txt":    filepath.Join(base, "secret.txt"),
		"in.csv":     "real/a.csv",
		"linked-dir": "real",
		"ring":       ".",
		"outdir":     "..",
		"dangling":   "nowhere",
	} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	good, bad := list(t, Folder(dir))
	if got := strings.Join(good, " "); got != "inbox/in.csv inbox/real/a.csv" {
		t.Errorf("listed: %s", got)
	}
	for _, n := range []string{"abs.txt", "dangling", "out.txt", "outdir"} {
		if !strings.Contains(strings.Join(bad, "\n"), "inbox/"+n) {
			t.Errorf("%s was left out without a word: %v", n, bad)
		}
	}

	// A file exchanged for a link after it was listed.
	for it, err := range Folder(dir).Items(context.Background()) {
		if err != nil || it.Name != "a.csv" {
			continue
		}
		path := filepath.Join(dir, "real", "a.csv")
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink("../../secret.txt", path); err != nil {
			t.Fatal(err)
		}
		if r, err := it.Open(); err == nil {
			r.Close()
			t.Error("opened a file outside the folder")
		}
	}
}

func TestFolderStopsWhenAsked(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a"), "a")
	write(t, filepath.Join(dir, "b"), "b")
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	n := 0
	var last error
	for _, err := range Folder(dir).Items(ctx) {
		n++
		last = err
		cancel()
	}
	if n != 2 || last == nil {
		t.Errorf("%d results after cancellation, last error %v", n, last)
	}
	n = 0
	for range Folder(dir).Items(context.Background()) {
		n++
		break
	}
	if n != 1 {
		t.Errorf("%d results after break", n)
	}
}

func TestFolderThatIsMissingSaysSo(t *testing.T) {
	good, bad := list(t, Folder(filepath.Join(t.TempDir(), "absent")))
	if len(good) != 0 || len(bad) != 1 || !strings.Contains(bad[0], "absent") {
		t.Errorf("%v, %v", good, bad)
	}
}

func TestPrintableKeepsNamesApartAndOnOneLine(t *testing.T) {
	for in, want := range map[string]string{
		"Hà Giang.xlsx": "Hà Giang.xlsx",
		"a\nb":          `a\x0ab`,
		"\xff.csv":      `\xff.csv`,
		"x\u0085y":      `x\xc2\x85y`,
		"�":             "�",
	} {
		if got := printable(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
