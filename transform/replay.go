package transform

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/phuluc/phuluc/extract/landing"
	"github.com/phuluc/phuluc/extract/sheet"
	"github.com/phuluc/phuluc/transform/catalogue"
	"github.com/phuluc/phuluc/transform/layout"
	"github.com/phuluc/phuluc/transform/record"
	"github.com/phuluc/phuluc/transform/text"
)

// A new synonym of an indicator changes the rules version, but it can only change what a workbook became whose text holds it.
// So with the batch of a workbook lies its trace (record.Trace), and when nothing but synonyms came or went since the last
// run, the batches of all workbooks that they do not touch (layout.Touches) are renamed to the new version: reading those
// workbooks again would give the same batches. Words of headers, units, territories and everything else of the rules act in
// more places than a trace tells; when they change, everything is read again.

// rulesFile tells under which rules the batches beside it were made. It is written when a run has ended well.
const rulesFile = "rules.json"

// synonyms is the one table whose rows act on single workbooks.
const synonyms = "indicator_synonyms"

// ruleSet is what rulesFile holds.
type ruleSet struct {
	Version  string     `json:"version"`
	Others   string     `json:"others"`   // hash of all rules but synonyms
	Synonyms [][]string `json:"synonyms"` // code, label, parent label
}

func (p *Pipeline) rules() ruleSet {
	h := sha256.New()
	fmt.Fprintln(h, sourceVersion(), p.opt.Catalogue.VersionWithout(synonyms), p.opt.Mappings.Version(), p.opt.Limits)
	r := ruleSet{Version: p.version, Others: hex.EncodeToString(h.Sum(nil))}
	header, rows := p.opt.Catalogue.Table(synonyms)
	at := []int{slices.Index(header, "indicator_code"), slices.Index(header, "label"), slices.Index(header, "parent_label")}
	for _, row := range rows {
		r.Synonyms = append(r.Synonyms, []string{row[at[0]], row[at[1]], row[at[2]]})
	}
	return r
}

// changed gives the labels that one of two lists of synonyms has and the other has not; ok is false when a label among them may
// act on workbooks that do not hold it, or when the rest stands in another order.
func changed(before, after [][]string) (labels []string, ok bool) {
	id := func(s []string) string { return strings.Join(s, "\x1f") }
	set := func(list [][]string) map[string]bool {
		m := make(map[string]bool, len(list))
		for _, s := range list {
			m[id(s)] = true
		}
		return m
	}
	common := func(list [][]string, other map[string]bool) (both []string) {
		for _, s := range list {
			if other[id(s)] {
				both = append(both, id(s))
			} else {
				labels = append(labels, s[1])
			}
		}
		return both
	}
	if !slices.Equal(common(before, set(after)), common(after, set(before))) {
		return nil, false
	}
	// A label that is the parent of another decides what that other one means.
	parents := map[string]bool{}
	for _, s := range slices.Concat(before, after) {
		if k := text.Key(s[2]); k != "" {
			parents[k], parents[catalogue.WithoutLead(k)] = true, true
		}
	}
	return labels, !slices.ContainsFunc(labels, func(l string) bool { return parents[text.Key(l)] })
}

// carryOver renames the batches that the change of the rules since the last run does not touch.
func (p *Pipeline) carryOver(raws []landing.Raw) error {
	if err := p.makeCache(); err != nil || p.opt.CacheDir == "" || p.opt.Refill {
		return err
	}
	var before ruleSet
	data, err := os.ReadFile(filepath.Join(p.opt.CacheDir, rulesFile))
	if err != nil || json.Unmarshal(data, &before) != nil {
		return nil // a cache without its rules is read again
	}
	now := p.rules()
	if before.Version == now.Version || before.Others != now.Others {
		return nil
	}
	labels, ok := changed(before.Synonyms, now.Synonyms)
	if !ok {
		return nil
	}
	for _, h := range p.opt.Catalogue.HeaderWords { // "Thành thị" names what "TT" stands for
		k := text.Key(h.Word)
		if slices.ContainsFunc(labels, func(l string) bool { return text.Key(l) == k || text.Key(l) == catalogue.WithoutLead(k) }) {
			return nil
		}
	}
	labels = append(labels, layout.OnlyIn(p.opt.Catalogue, labels)...)
	for _, raw := range raws {
		to := p.cacheFile(raw)
		if _, err := os.Stat(to); err == nil {
			continue
		}
		from := p.cacheFileOf(raw, before.Version)
		t, err := readTrace(from)
		if err != nil || slices.ContainsFunc(labels, func(l string) bool { return layout.Touches(t, l) }) {
			continue
		}
		if err := os.Rename(from, to); err != nil {
			return fmt.Errorf("keep a normalised batch: %w", err)
		}
	}
	return nil
}

func (p *Pipeline) makeCache() error {
	if p.opt.CacheDir == "" {
		return nil
	}
	if err := os.MkdirAll(p.opt.CacheDir, 0o755); err != nil {
		return fmt.Errorf("create the folder for normalised batches: %w", err)
	}
	return nil
}

// noteRules writes down under which rules all batches were made.
func (p *Pipeline) noteRules() error {
	if p.opt.CacheDir == "" {
		return nil
	}
	data, err := json.Marshal(p.rules())
	if err != nil {
		return err
	}
	name := filepath.Join(p.opt.CacheDir, rulesFile)
	if old, err := os.ReadFile(name); err == nil && bytes.Equal(old, data) {
		return nil
	}
	if err := os.WriteFile(name+".new", data, 0o644); err != nil {
		return fmt.Errorf("write down the rules of the normalised batches: %w", err)
	}
	if err := os.Rename(name+".new", name); err != nil {
		return fmt.Errorf("write down the rules of the normalised batches: %w", err)
	}
	return nil
}

// Renew reads objects again although their batches are kept, and reports how many became something else than before. An object of
// which nothing was kept counts if it can be read now. It needs a cache.
func (p *Pipeline) Renew(ctx context.Context, store *landing.Store, raws []landing.Raw) (n int, err error) {
	if err := p.makeCache(); err != nil {
		return 0, err
	}
	for _, raw := range raws {
		other, err := p.renew(ctx, store, raw)
		if err != nil {
			return n, err
		}
		if other {
			n++
		}
	}
	return n, nil
}

func (p *Pipeline) renew(ctx context.Context, store *landing.Store, raw landing.Raw) (other bool, err error) {
	before, err := readBatch(p.opt.Memory, p.cacheFile(raw), raw.SHA256)
	if err == nil {
		defer before.Release()
	}
	again := *p
	again.opt.Refill = true
	r, err := again.one(ctx, store, raw)
	if err != nil {
		return false, err
	}
	defer r.Batch.Release()
	if r.Counts.FileCode == sheet.CodeTimeout {
		return false, nil // what was read when the machine was less busy stays
	}
	return before == nil || !array.RecordEqual(before, r.Batch), nil
}

// Traces gives the traces of the landed workbooks that the last run left in a cache; none when there is no cache.
func Traces(cacheDir string) ([]*record.Trace, error) {
	files, err := os.ReadDir(cacheDir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []*record.Trace
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), cacheSuffix) {
			continue
		}
		if t, err := readTrace(filepath.Join(cacheDir, f.Name())); err == nil {
			all = append(all, t)
		}
	}
	return all, nil
}
