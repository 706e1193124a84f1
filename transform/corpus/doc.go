// Package corpus measures how annexes are read. It has no code of its own outside its tests: a generator that knows the
// truth of every value cell it writes, and a checker that reads the written bytes through transform.Pipeline and compares.
//
//	world (true observations) ─▶ layout (a table of sheets) ─▶ damage, composed ─▶ bytes of a file
//	     └──────────── truth of each value cell ────────────────────┘                  │ Pipeline.Read
//	                              └────────────── compare ◀────────────────────────────┘
//
// The truth of a cell is one of three, set by what a careful clerk would say who sees nothing but the file, whatever the
// program does today:
//
//	must    the information is in the file: the cell is loaded, every dimension and digit right
//	never   the information is not there, or contradicts itself: the cell is quarantined with one of the named codes
//	may     a clerk could ask back: loaded right, or quarantined with one of the named codes
//
// A cell that is no value (header, comparison, ordinal, note) is never loaded. Precision counts cells loaded wrongly; one
// is a failure. Recall counts must cells that were loaded.
//
// Files: model_test.go (cells, sheets, truths), world_test.go (true observations), wording_test.go (how people write
// indicators, headers and territories), table_test.go (a table from row and column meanings), layout_*_test.go (the
// layouts), damage_*_test.go (the damage), legacy_test.go (TCVN3 and VNI), write_test.go and format_test.go (bytes of
// .xlsx, .xls, .ods, .docx, .csv), check_test.go (the comparison and the report), corpus_test.go (the tests), real_test.go
// (published tables).
//
// The default tests read a small corpus of one seed. The full proof, the report by layout and by damage, and the cells
// that went wrong:
//
//	PHULUC_CORPUS=seed,count go test -tags duckdb_arrow -run TestCorpus -v ./transform/corpus
//	PHULUC_CORPUS=1..10,3000 PHULUC_CORPUS_MISSES=misses.txt go test -tags duckdb_arrow -run TestCorpus -v -timeout 2h ./transform/corpus
//	PHULUC_CORPUS_SHOW=seed,number go test -tags duckdb_arrow -run TestShow -v ./transform/corpus
//
// Published tables in .xls are read as well, where PHULUC_SHARED (or ../shared beside the repository) has them, and what is
// understood of each is compared with a report in testdata/published that a person has read beside the table.
package corpus
