package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/phuluc/phuluc/extract/sheet"
)

// limits is the section of phuluc.yaml that bounds what one file may ask of the program. In every key 0 means no limit; the
// time limit is file_timeout.
type limits struct {
	FileSize     size  `yaml:"file_size"`
	UnpackedSize size  `yaml:"unpacked_size"`
	Ratio        count `yaml:"ratio"`
	RatioAbove   size  `yaml:"ratio_above"`
	Parts        count `yaml:"parts"`
	Sheets       count `yaml:"sheets"`
	Columns      count `yaml:"columns"`
	Cells        count `yaml:"cells"`
	LaidOut      count `yaml:"laid_out"`
	Refusals     count `yaml:"refusals"`
	StringLength count `yaml:"string_length"`
	SharedText   size  `yaml:"shared_text"`
	Merges       count `yaml:"merges"`
	Styles       count `yaml:"styles"`
	Depth        count `yaml:"depth"`
}

func defaultLimits() limits {
	d := sheet.DefaultLimits()
	return limits{
		FileSize: size(d.CompressedBytes), UnpackedSize: size(d.UnpackedBytes), Ratio: count(d.Ratio), RatioAbove: size(d.RatioGrace),
		Parts: count(d.Parts), Sheets: count(d.Sheets), Columns: count(d.Columns), Cells: count(d.Cells), StringLength: count(d.StringLength), LaidOut: count(d.LaidOut), Refusals: count(d.Refusals),
		SharedText: size(d.SharedBytes), Merges: count(d.Merges), Styles: count(d.Styles), Depth: count(d.Depth),
	}
}

func (l limits) sheet() sheet.Limits {
	return sheet.Limits{
		CompressedBytes: int64(l.FileSize), UnpackedBytes: int64(l.UnpackedSize), Ratio: int64(l.Ratio), RatioGrace: int64(l.RatioAbove),
		Parts: int(l.Parts), Sheets: int(l.Sheets), Columns: int(l.Columns), Cells: int(l.Cells), StringLength: int(l.StringLength), LaidOut: int(l.LaidOut), Refusals: int(l.Refusals),
		SharedBytes: int64(l.SharedText), Merges: int(l.Merges), Styles: int(l.Styles), Depth: int(l.Depth),
	}
}

// size is a number of bytes that reads "64MB" from YAML: B, KB, MB or GB, each 1024 of the one before.
type size int64

const sizeUnits = "KMG"

func (s *size) UnmarshalText(b []byte) error {
	digits := strings.TrimSuffix(strings.ToUpper(strings.TrimSpace(string(b))), "B")
	shift := 0
	if n := len(digits); n > 0 && strings.IndexByte(sizeUnits, digits[n-1]) >= 0 {
		shift = 10 * (1 + strings.IndexByte(sizeUnits, digits[n-1]))
		digits = digits[:n-1]
	}
	n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 64)
	if err != nil || n < 0 || n > math.MaxInt64>>shift {
		return fmt.Errorf("%q is not a size such as 500KB, 64MB or 1GB", b)
	}
	*s = size(n << shift)
	return nil
}

func (s size) MarshalText() ([]byte, error) {
	unit := "B"
	for _, u := range sizeUnits {
		if s == 0 || s%1024 != 0 {
			break
		}
		s, unit = s/1024, string(u)+"B"
	}
	return fmt.Appendf(nil, "%d%s", s, unit), nil
}

// count is a number that is not negative.
type count int

func (c *count) UnmarshalText(b []byte) error {
	n, err := strconv.ParseInt(strings.ReplaceAll(strings.TrimSpace(string(b)), "_", ""), 10, 32)
	if err != nil || n < 0 {
		return fmt.Errorf("%q is not a number from 0 on", b)
	}
	*c = count(n)
	return nil
}

// MarshalYAML writes it without quotes, as a person would.
func (c count) MarshalYAML() (any, error) { return int(c), nil }
