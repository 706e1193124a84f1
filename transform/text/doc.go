// Package text reads Vietnamese as clerks, word processors and old fonts leave it: letters, keys for matching, numbers,
// dates and periods. It knows nothing of workbooks or the catalogue.
//
//   - [Repair] turns damaged Unicode and TCVN3 bytes into NFC Vietnamese, and changes nothing else.
//   - [Decode] and [DecodeRuns] do so with the knowledge of the font: TCVN3 with its capital fonts, VNI, VPS, VISCII.
//   - [Key] is what two spellings of one label have in common; [Fold] is ASCII for file names; [Distance] ranks proposals.
//   - [Footnote] takes footnote marks off a label or a number.
//   - [ParseNumber], [DetectStyle] and [FromFloat] give exact decimals. A text with two readings is refused, never guessed.
//   - [ParseDate] and [Period] give ISO dates and SDMX-like periods.
//
// The syllable is the unit of repair: onset + rime + tone. onsets.csv and rimes.csv list the parts; with them a
// misplaced tone mark has one right place, and a legacy encoding betrays itself because only the right decoding gives
// syllables. Where both readings do, syllables.csv decides: the accented syllables of this field's labels, forms and
// names. What it does not list is not wrong, only unknown, and a word of which both readings are known stays as its
// neighbours are. Legacy encodings live in legacy.go, one table a charset; fonts.csv says which fonts show which. The
// tables are facts of the charsets. tcvn3.csv and vni.csv were checked against two public tables each. So was vps.csv,
// except Ẵ and seven capitals, each of which rests on one of the two. viscii.csv is from one public table and agrees
// in every code with that of the GNU C library, as do the small letters of tcvn3.csv.
package text
