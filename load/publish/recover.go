package publish

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// recover brings the folder into the state that the last finished step means. The caller holds the lock, so nothing here
// belongs to a living process.
func (s *Store) recover() error {
	if err := s.sweep(); err != nil {
		return err
	}
	history, known, err := s.recall()
	if err != nil {
		return err
	}
	current, err := s.linked()
	if err != nil && !errors.Is(err, ErrNone) {
		return err
	}
	found, err := s.files()
	if err != nil {
		return err
	}
	if current != 0 && found[current] == nil || current == 0 && len(found) > 0 {
		if current, err = s.relink(history, known); err != nil {
			return err
		}
	}
	if err := s.rejoin(current); err != nil {
		return err
	}
	if known {
		if err := s.unpublish(found, history, current); err != nil {
			return err
		}
	}
	last := 0
	if len(history) > 0 {
		last = history[len(history)-1].Generation
	}
	if current != 0 && current != last {
		action := Published
		if slices.ContainsFunc(history, func(h Switch) bool { return h.Generation == current }) {
			action = RolledBack
		}
		history = append(history, Switch{Generation: current, Action: action, At: s.now().UTC(), Recovered: true})
	} else if known {
		return nil
	}
	return fail("record the switch", filepath.Join(s.dir, currentRecord), s.writeRecord(history))
}

// sweep takes away what is not finished: temporary files, candidates, halves of generations, and folders without one.
func (s *Store) sweep() error {
	if err := s.disk.Sweep(s.dir); err != nil {
		return fail("sweep", s.dir, err)
	}
	temp := filepath.Join(s.dir, linkTemp)
	if _, err := os.Lstat(temp); err == nil {
		if err := s.disk.Remove(temp); err != nil {
			return fail("sweep", temp, err)
		}
	}
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return fail("sweep", s.dir, err)
	}
	for _, e := range entries {
		if e.IsDir() && strings.HasPrefix(e.Name(), candidatePrefix) {
			if err := os.RemoveAll(filepath.Join(s.dir, e.Name())); err != nil {
				return fail("sweep", s.dir, err)
			}
		}
	}
	found, err := s.files()
	if err != nil {
		return err
	}
	current, err := s.linked()
	if err != nil && !errors.Is(err, ErrNone) {
		return err
	}
	for _, e := range entries {
		n, ext, ok := number(e.Name())
		if !ok || ext != "" || !e.IsDir() {
			continue
		}
		if found[n] == nil {
			found[n] = []string{}
		}
		os.Remove(filepath.Join(s.dir, e.Name())) // only an empty folder goes, and one that stays does no harm
	}
	for n, exts := range found {
		// The current generation stays whatever is missing of it: readers may be using it.
		if len(exts) == 2 || n == current {
			continue
		}
		if used, err := s.inUse(n); err != nil || used {
			continue
		}
		if err := s.remove(n); err != nil {
			return err
		}
	}
	return nil
}

// recall reads the record. known is false if there is none to go by: then no generation may be taken for unpublished. A
// record that cannot be read is put aside.
func (s *Store) recall() (history []Switch, known bool, err error) {
	path := filepath.Join(s.dir, currentRecord)
	r, err := s.readRecord()
	switch {
	case err == nil:
		return r.History, true, nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, false, nil
	case errors.Is(err, ErrUnreadable):
		err = s.disk.Rename(path, path+".damaged")
	}
	return nil, false, fail("read the record", path, err)
}

// relink makes a lost link anew: to the generation that was recorded last, else to the newest that can be used. Generations
// that were never current do not count if there is a record. 0: there is nothing to show.
func (s *Store) relink(history []Switch, known bool) (int, error) {
	list, err := s.List()
	if err != nil {
		return 0, err
	}
	usable := map[int]bool{}
	for _, g := range list {
		usable[g.Generation] = g.Problem == nil
	}
	for _, h := range slices.Backward(history) {
		if usable[h.Generation] {
			return h.Generation, fail("switch current", s.CurrentPath(), s.link(h.Generation))
		}
	}
	if known {
		return 0, nil
	}
	for _, g := range slices.Backward(list) {
		if usable[g.Generation] {
			return g.Generation, fail("switch current", s.CurrentPath(), s.link(g.Generation))
		}
	}
	return 0, nil
}

// unpublish takes away whole generations that never became current: their process died before the switch.
func (s *Store) unpublish(found map[int][]string, history []Switch, current int) error {
	newest := current
	for _, h := range history {
		newest = max(newest, h.Generation)
	}
	for n := range found {
		if n <= newest {
			continue
		}
		if err := s.remove(n); err != nil {
			return err
		}
	}
	return nil
}

// remove takes the manifest away first: from then on the generation is not listed, and a process killed here leaves half
// a generation, which sweep knows.
func (s *Store) remove(n int) error {
	for _, ext := range []string{"json", "duckdb"} {
		path := s.path(n, ext)
		if err := s.disk.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fail("remove", path, err)
		}
	}
	folder := filepath.Dir(s.shown(n))
	if _, err := os.Lstat(folder); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	// Beside the second name there may be what readers' engines put there.
	return fail("remove", folder, errors.Join(os.RemoveAll(folder), s.disk.SyncDir(s.dir)))
}
