package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

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
	mail = strings.TrimSuffix(out, filepath.Ext(out)) + ".txt"
	if err := disk.WriteFile(mail, []byte(text), 0o644); err != nil {
		return "", outputFailure(mail, err)
	}
	return mail, nil
}

func outputFailure(name string, err error) error {
	return &failure{Exit: exitEnvironment, What: "the file can not be written", Where: name, Why: err.Error(), Try: "check the folder, its permissions and the free disk space", err: err}
}

// annotateLanded writes a copy and a mail into a folder for every landed file of which something was
// refused or doubted, there in a folder called after its content and the rules under which it was read. What stands there already
// is left alone, so that a nightly run adds only what is new. It keeps the cache, so it is for one who holds the data folder's lock.
func annotateLanded(ctx context.Context, folder string, pipeline *transform.Pipeline, store *landing.Store) (written int, err error) {
	raws, err := store.List()
	if err != nil {
		return 0, err
	}
	var disk durable.Disk
	err = pipeline.Run(ctx, store, raws, func(r transform.Result) error {
		r.Batch.Release()
		if r.Counts.Refusals+r.Counts.Findings == 0 {
			return nil
		}
		place := filepath.Join(folder, r.Raw.SHA256[:12]+"-"+pipeline.Version()[:8])
		if _, err := os.Stat(place); err == nil {
			return nil
		}
		f, err := store.Open(r.Raw.SHA256)
		if err != nil {
			return err
		}
		defer f.Close()
		name := transform.NameOf(r.Raw)
		file, err := pipeline.Read(ctx, r.Raw, name, f)
		if err != nil {
			return err
		}
		unfinished := place + ".part"
		if err := os.MkdirAll(unfinished, 0o755); err != nil {
			return outputFailure(unfinished, err)
		}
		stem := strings.TrimSuffix(file.Name, filepath.Ext(file.Name))
		if _, err := writeBack(ctx, pipeline.Catalogue(), pipeline.Limits(), f, r.Raw.Type, file, filepath.Join(unfinished, stem+".xlsx")); err != nil {
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

// annotateFile writes the copy of the file called name to out, or into it if it is a folder.
func annotateFile(ctx context.Context, cat *catalogue.Catalogue, lim sheet.Limits, name string, file *record.File, out string) (copied, mail string, err error) {
	f, err := os.Open(name)
	if err != nil {
		return "", "", err
	}
	defer f.Close()
	if info, err := os.Stat(out); err == nil && info.IsDir() {
		stem := strings.TrimSuffix(filepath.Base(name), filepath.Ext(name))
		out = filepath.Join(out, stem+"_kiem-tra.xlsx")
	}
	mail, err = writeBack(ctx, cat, lim, f, file.Type, file, out)
	return out, mail, err
}
