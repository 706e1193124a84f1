package transform

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"sort"
	"strings"

	"github.com/phuluc/phuluc/extract"
)

// The source text of the packages that decide what a cell means; data files are hashed by the catalogue.
//
//go:embed *.go record layout mapping rule text catalogue/*.go
var sources embed.FS

// sourceVersion hashes every source file that can change a batch. Tests are left out: they change nothing.
func sourceVersion() string {
	h := sha256.New()
	for _, tree := range []fs.FS{sources, extract.Sources()} {
		var names []string
		err := fs.WalkDir(tree, ".", func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if !d.IsDir() && !strings.HasSuffix(path, "_test.go") && !strings.Contains(path, "testdata") {
				names = append(names, path)
			}
			return nil
		})
		if err != nil {
			panic(fmt.Sprintf("embedded sources: %v", err)) // embedded at build time, can not fail to be read
		}
		sort.Strings(names)
		for _, name := range names {
			text, err := fs.ReadFile(tree, name)
			if err != nil {
				panic(fmt.Sprintf("embedded sources: %v", err))
			}
			fmt.Fprintf(h, "%s %d\n", name, len(text))
			h.Write(text)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

func sortedKeys(m map[string]int) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
