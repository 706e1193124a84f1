// Package sql holds the warehouse as data: what the models read (inputs.csv), in which order they run (order.txt), the models
// themselves (staging, dw, audit, mart: one table or view a file), the checks that must pass before a generation may be
// published (checks), and the text of every table and column (docs). It has no logic; package load runs it.
//
// Names inside the models: input.* are the tables given to the build, staging.* are intermediate and thrown away,
// dw.*, audit.* and mart.* are kept in the generation. testdata/<schema>.<table>.test and testdata/checks.<name>.test say what
// each makes of given rows; load/models_test.go runs them and explains their form.
package sql

import "embed"

// Files is the content of this folder.
//
//go:embed order.txt inputs.csv */*.sql docs/*.csv
var Files embed.FS
