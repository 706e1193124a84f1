package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/phuluc/phuluc/extract/durable"
	"github.com/phuluc/phuluc/extract/landing"
	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/phuluc/phuluc/transform"
	"github.com/phuluc/phuluc/transform/annotate"
	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/record"
)

// writeBack writes the annotated copy of a file to out, and the text of the mail that sends it back beside it, as .txt. It
// gives the name of the mail.
func writeBack(ctx context.Context, cat *catalogue.Catalogue, lim sheet.Limits, f *os.File, kind string, file *record.File, out string) (mail string, err error) {
	var disk durable.Disk
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	if err := annotate.Workbook(ctx, &b, cat, annotate.Source{Kind: kind, Bytes: f, Size: info.Size(), Limits: lim}, file); err != nil {
		return "", fmt.Errorf("annotate %s: %w", file.Name, err)
	}
	if err := disk.WriteFile(out, b.Bytes(), 0o644); err != nil {
		return "", outputFailure(out, err)
	}
	text := annotate.Mail(cat, file, filepath.Base(out))
	mail = mailOf(out)
	if err := disk.WriteFile(mail, []byte(text), 0o644); err != nil {
		return "", outputFailure(mail, err)
	}
	return mail, nil
}

func outputFailure(name string, err error) error {
	return &failure{Exit: exitEnvironment, What: "the file can not be written", Where: name, Why: err.Error(), Try: "check the folder, its permissions and the free disk space", err: err}
}

// annotateLanded writes a copy and a mail into a folder for every landed file of which something was
// refused or doubted, there in a folder called after its name, its content and what is said of it. What stands there already
// is left alone, so that a nightly run adds only what is new. It keeps the cache, so it is for one who holds the data folder's lock.
func annotateLanded(ctx context.Context, folder string, pipeline *transform.Pipeline, store *landing.Store) (written int, err error) {
	raws, err := store.List()
	if err != nil {
		return 0, err
	}
	var disk durable.Disk
	err = pipeline.Run(ctx, store, raws, func(r transform.Result) error {
		defer r.Batch.Release()
		if r.Counts.Refusals+r.Counts.Findings == 0 {
			return nil
		}
		name := transform.NameOf(r.Raw)
		stem := copyStem(name)
		place := filepath.Join(folder, fmt.Sprintf("%s %s-%s", stem, r.Raw.SHA256[:8], troubles(r.Batch)[:8]))
		if _, err := os.Stat(place); err == nil {
			return nil
		}
		f, err := store.Open(r.Raw.SHA256)
		if err != nil {
			return err
		}
		defer f.Close()
		file, err := pipeline.Read(ctx, r.Raw, name, f)
		if err != nil {
			return err
		}
		unfinished := place + ".part"
		if err := os.MkdirAll(unfinished, 0o755); err != nil {
			return outputFailure(unfinished, err)
		}
		if _, err := writeBack(ctx, pipeline.Catalogue(), pipeline.Limits(), f, r.Raw.Type, file, filepath.Join(unfinished, stem+copySuffix)); err != nil {
			return err
		}
		if err := disk.Rename(unfinished, place); err != nil {
			return outputFailure(place, err)
		}
		written++
		return nil
	})
	return written, err
}

// copySuffix is what the name of a copy has that the sender's has not.
const copySuffix = "_kiem-tra.xlsx"

// copyStem is the beginning of the name of a copy: that of the file, not longer than a file system takes with what is added.
func copyStem(name string) string {
	stem := strings.TrimSuffix(filepath.Base(name), filepath.Ext(name))
	if r := []rune(stem); len(r) > 60 {
		stem = strings.TrimSpace(string(r[:60]))
	}
	return stem
}

// troubles identifies what the refusals and findings of a file say.
func troubles(b arrow.RecordBatch) string {
	h := sha256.New()
	kinds := b.Column(b.Schema().FieldIndices("kind")[0])
	for i := range int(b.NumRows()) {
		if kind := kinds.ValueStr(i); kind == "quarantine" || kind == "finding" {
			for _, c := range b.Columns() {
				fmt.Fprintf(h, "%q", c.ValueStr(i))
			}
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// checkCopies refuses a place for copies that can not hold them.
func checkCopies(names []string, out string) error {
	if out == "" {
		return nil
	}
	if info, err := os.Stat(out); err == nil && info.IsDir() {
		return nil
	}
	if len(names) > 1 {
		return badInput("%s is no folder", "several files give several copies", "mkdir "+out, out)
	}
	if ext := strings.ToLower(filepath.Ext(out)); ext != ".xlsx" {
		return badInput("%s is neither an .xlsx nor a folder", "the annotated copy is an .xlsx", "--annotate "+strings.TrimSuffix(out, filepath.Ext(out))+".xlsx", out)
	}
	a, errA := os.Stat(names[0])
	b, errB := os.Stat(out)
	if errA == nil && errB == nil && os.SameFile(a, b) {
		return badInput("%s is the file itself", "the copy would replace what the sender wrote", "give the copy another name", out)
	}
	return nil
}

// annotateFile writes the copy of the file called name to out, or into it if it is a folder. taken holds the names that were written there
// before: files of several folders, or of several formats, may bear one name.
func annotateFile(ctx context.Context, cat *catalogue.Catalogue, lim sheet.Limits, name string, file *record.File, out string, taken map[string]bool) (copied, mail string, err error) {
	f, err := os.Open(name)
	if err != nil {
		return "", "", err
	}
	defer f.Close()
	if info, err := os.Stat(out); err == nil && info.IsDir() {
		stem := filepath.Join(out, copyStem(name))
		out = stem + copySuffix
		for n := 2; taken[out]; n++ {
			out = fmt.Sprintf("%s (%d)%s", stem, n, copySuffix)
		}
		taken[out] = true
	}
	own, err := f.Stat()
	if err != nil {
		return "", "", err
	}
	if there, err := os.Stat(mailOf(out)); err == nil && os.SameFile(own, there) {
		return "", "", badInput("the mail would be written over %s", "it stands beside the copy, under its name with .txt", "give the copy another name", name)
	}
	mail, err = writeBack(ctx, cat, lim, f, file.Type, file, out)
	return out, mail, err
}

// mailOf is where the mail for a copy stands.
func mailOf(copied string) string { return strings.TrimSuffix(copied, filepath.Ext(copied)) + ".txt" }
