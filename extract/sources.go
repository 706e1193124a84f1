package extract

import "embed"

// The source text of the packages that read foreign bytes. Whoever caches what they read keys the cache by it, so that a
// changed reader reads again without anybody having to raise a number.
//
//go:embed archive/*.go delimited/*.go docx/*.go feed/*.go markup/*.go ods/*.go sheet/*.go workbook/*.go xls/*.go xlsx/*.go
var sources embed.FS

// Sources gives the source text of the readers.
func Sources() embed.FS { return sources }

// SampleKeyword marks what the program wrote itself for trying it out: it stands in the keywords of a sample workbook and
// as the source that a sample feed names.
const SampleKeyword = "phuluc sample"
