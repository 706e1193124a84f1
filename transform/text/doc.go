// Package text reads Vietnamese as clerks, word processors and old fonts leave it: letters, keys for matching, numbers,
// dates and periods. It knows nothing of workbooks or the catalogue.
//
//   - [Repair] turns damaged Unicode and TCVN3 bytes into NFC Vietnamese, and changes nothing else.
//   - [Key] is what two spellings of one label have in common; [Fold] is ASCII for file names; [Distance] ranks proposals.
//   - [Footnote] takes footnote marks off a label or a number.
//   - [ParseNumber], [DetectStyle] and [FromFloat] give exact decimals. A text with two readings is refused, never guessed.
//   - [ParseDate] and [Period] give ISO dates and SDMX-like periods.
//
// The syllable is the unit of repair: onset + rime + tone. onsets.csv and rimes.csv list the parts; with them a
// misplaced tone mark has one right place, and a legacy encoding betrays itself because only the right decoding gives
// syllables. Legacy encodings live in legacy.go, one table a charset; those that can be told by the font only (VNI,
// TCVN3 capitals) need the font name and so an entry point of their own beside Repair.
package text
