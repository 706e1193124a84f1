package sheet

// Limits bound what a workbook may ask of us. In every field 0 means no limit.
type Limits struct {
	CompressedBytes int64 // size of the file
	UnpackedBytes   int64 // sum over all parts; also of what is said about the cells of a file
	Ratio           int64 // unpacked : compressed size of one part …
	RatioGrace      int64 // … looked at only above this unpacked size
	Parts           int   // files in the archive; also what one part refers to
	Sheets          int
	Columns         int   // highest column that holds a value
	Cells           int   // cells with a value in all sheets read; also shared strings; formats that are held in memory take a part of it
	StringLength    int   // UTF-16 units of one text, as the file format counts them
	LaidOut         int   // cells of a workbook that are laid out, for which they are all held in memory: a sheet with which there would be more is refused
	Refusals        int   // refused cells of a workbook that are kept one by one: further ones of a sheet are one entry a reason
	SharedBytes     int64 // of all shared strings of a workbook, which are kept while it is read; of formats that are held in memory all texts
	Merges          int   // merged ranges of one sheet
	Styles          int   // cell formats, fonts and number formats, each
	Depth           int   // elements inside each other in one part
}

// DefaultLimits are far above any annex and low enough that the worst file within them costs some seconds and some
// 200 MB to read; a sheet of 200,000 rows and 15 columns is within them. To lay a cell out costs about a kilobyte, so that of each workbook
// only so many are as the largest annexes have, which go through 11,000 communes in some 25 columns. Lengths of strings and numbers of styles are what the format's own program allows; the ratio is the one other
// readers of untrusted workbooks use.
func DefaultLimits() Limits {
	return Limits{
		CompressedBytes: 32 << 20,
		UnpackedBytes:   256 << 20,
		Ratio:           100,
		RatioGrace:      100 << 10,
		Parts:           1000,
		Sheets:          200,
		Columns:         512,
		Cells:           5_000_000,
		StringLength:    32767,
		LaidOut:         300_000,
		Refusals:        50_000,
		SharedBytes:     64 << 20,
		Merges:          100_000,
		Styles:          65_536,
		Depth:           256,
	}
}
