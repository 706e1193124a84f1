// Package archive opens zip archives that strangers sent: the container of .xlsx, .ods and .docx. Limits come first. The
// directory is read before anything is inflated, what it announces is held against the limits, and a part may not grow
// beyond what was announced; its length, CRC and name must match.
package archive
