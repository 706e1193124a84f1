package transform

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"strings"

	"github.com/phuluc/phuluc/extract"
)

// The source text of the packages that decide what a cell means; data files are hashed by the catalogue.
//
//go:embed *.go record layout mapping rule text catalogue/*.go
var sources embed.FS

func sourceTrees() []fs.FS { return []fs.FS{sources, extract.Sources()} }

// sourceFiles lists what decides what a cell means, by path. Tests are left out: they change nothing.
func sourceFiles(tree fs.FS) ([]string, error) {
	var names []string
	err := fs.WalkDir(tree, ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !strings.HasSuffix(path, "_test.go") && !strings.Contains(path, "testdata/") {
			names = append(names, path)
		}
		return err
	})
	return names, err
}

// sourceVersion hashes every source file that can change a batch.
func sourceVersion() string {
	h := sha256.New()
	for _, tree := range sourceTrees() {
		names, err := sourceFiles(tree)
		for _, name := range names {
			var text []byte
			if text, err = fs.ReadFile(tree, name); err != nil {
				break
			}
			fmt.Fprintf(h, "%s %d\n", name, len(text))
			h.Write(text)
		}
		if err != nil {
			panic(fmt.Sprintf("embedded sources: %v", err)) // embedded at build time, can not fail to be read
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}
