// Package layout turns the cells of a workbook into observations and tasks by reading its tables the way a person
// does. There is one algorithm for every form; no form has offsets or column maps.
//
//	cells ─▶ grid (merges spread) ─▶ title zone, tables: header band + body rows ─▶ dimensions of each value cell
//	      ─▶ number in the column's style, in the indicator's unit ─▶ Observation, or Refusal with the reason
//
// The files follow that path:
//
//   - texts: reader.go (what is remembered of them), reading.go (fonts and repair), token.go, words.go (the vocabulary), wordlist.go (words inside titles), phrase.go (what a text
//     means), partial.go (what it says about dimensions), grammar.go, period.go, standard.go (poverty standards), label.go (ordinals and bullets);
//   - cells: workbook.go (one workbook from its cells to the last fate), grid.go (cells and their fates), scratch.go (lists
//     that workbooks use one after the other), arrange.go (tables side by side or on
//     their side are laid out upright, one below the other), class.go (what a cell and a row look like);
//   - whose and when: identity.go (province, round and document of a workbook, sheets named after territories), path.go (what the name and folder of
//     a file say), letterhead.go (what the lines above the tables say), form.go (its form), dating.go (when a workbook was made, and by which provinces);
//   - tables: table.go (finding them), band.go (how far their headers reach), header.go (group headers that are not merged), column.go, row.go,
//     rank.go (the hierarchy of rows), continue.go (a form that goes on in the next sheet), structure.go (tables of which no header word is
//     known, all refused), task.go (form B2);
//   - what stands around a cell: title.go (the texts above a table), title_words.go (what the words of one of them tell), locality.go (parts of
//     provinces named there), narrow.go (titles that speak of a part of the population), subject.go (titles, headings and sheets that are about something else),
//     preliminary.go (what titles and notes say to be preliminary), reservation.go (what they take from the figures), comment.go (what is attached to cells), meaning.go (what a row, a column or a title says),
//     heading.go (rows above a row), sheetname.go, context.go (what is the same for all cells of a table), beside.go (headers that leave their
//     period to the columns beside), result.go (figures of results that no word says to be done), cumulative.go (counts of which only the end is told),
//     territory.go (whose a figure is);
//   - one cell: resolve.go (its dimensions), style.go (decimal marks), unit.go, value.go (its number), rate.go (rates beside counts), fraction.go
//     (percentages that may be fractions), achievement.go (percentages of the plan), settle.go (what is said twice), refuse.go (refusals and
//     proposals), trace.go (which labels of the catalogue it asked for), understand.go (what a text alone is read as, for synonyms of users).
//
// Rules that hold everywhere:
//
//   - A count over a time of which only the end is told ("đến 31/12/2018") is a year's only if something shows that it began with the year.
//   - A cell is loaded only if indicator, territory, period, measure type, sex, area and unit are known and no two
//     sources contradict. The nearest source wins over a farther one; two sources at the same distance (headers of
//     one column) must agree. What fails is refused with a code, an address and the texts that pointed at it.
//   - A percentage of the plan is loaded with the one value of its row that it speaks of, if no plan stands there to
//     recompute it from; other comparisons are skipped.
//   - What may have been lost is a gap, not a default: a heading that is not understood makes the rows below it doubtful, and so does a row
//     that stands above the first heading of a table whose other rows stand below headings.
//   - The name of a file, the notes of a sheet and the comments on its cells give no dimension, but they take one away: results of another year than the
//     titles tell, an end before that of the year, something left out, another unit; the name also a population, if it speaks of one table.
//   - A mark before exactly three digits is thousands or decimals: the column, else the sheet, must prove by another number which, and no count of
//     whole things there may prove the other. Where whole things are counted one by one it can only be thousands, and is refused where the style says decimals.
//   - In a table of which some headers say what kind of figure they head, one that names only a period is a gap, unless the title tells results
//     and the period was over before anything beside it was estimated, or it is a year before the estimated one, or a sum of months ("Lũy
//     kế"): then it is what was done.
//   - A near match of a name is a proposal inside a refusal, never a value (invariant 9).
//   - Every non-empty cell of every sheet has exactly one fate: loaded, quarantined or skipped with a reason
//     (invariant 1). The reasons are the constants of grid.go.
package layout
