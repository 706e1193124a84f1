// Package catalogue holds what the program knows before it reads a file: indicators, units, territories, words of
// headers, targets, rounds and reporting bodies. All of it is data, in the CSV files beside this text. They are
// embedded and can be extended, with no code, by files of the same names in a folder of the user.
//
// # A user's own files
//
// A file of the user has a header line with the columns of the embedded file; columns may be left out (they are then
// empty) and stand in any order. Its rows are added. A row whose key exists already is an error, unless a further
// column "replace" says "yes" in that row. Unknown files, columns, codes and values are errors that name file, line
// and column and the nearest known value. Semicolons instead of commas, a byte-order mark and CRLF are read as well.
//
//	indicators.csv          code
//	indicator_parts.csv     whole_code, part_code
//	indicator_synonyms.csv  indicator_code, label, parent_label
//	units.csv               code
//	unit_words.csv          word, unit_code
//	territories.csv         territory_id
//	territory_names.csv     territory_id, name
//	succession.csv          predecessor_id, successor_id, date
//	header_words.csv        word, dimension, value
//	measure_types.csv       code
//	targets.csv             target_id
//	rounds.csv              round_id
//	forms.csv               form_code, title
//	bodies.csv              body_id
//	breaks.csv              indicator_code, year, kind, territory_id
//	documents.csv           document
//	population.csv          territory_id
//	bounds.csv              indicator_code
//
// # Labels
//
// A label is compared by text.Key, exactly. Some labels mean something only below another ("Bắt buộc" below "Số người
// tham gia BHXH", "Nữ", "Thành thị"): their rows carry a parent_label, and [Catalogue.Resolve] picks by the labels that
// stand above. Without its parent such a label names nothing. One label never names two indicators unless the parents
// tell them apart; a catalogue that breaks this does not load. An indicator whose sex or area column is set is
// restricted to it by its definition; the restriction is in the indicator, so its values are totals (sex T, area T) of it.
// One that the word for the sex or area names below its parent is its parent for them and nothing else; [Catalogue.Canonical] then gives
// an observation the name that it has in every layout and feed.
//
// # Forms
//
// How a table is laid out is found in the table. A form of forms.csv is told by its title; it names the workbooks of a family and says
// whether they answer the planning rounds. The embedded file has no rows: the planning annexes are told by what they hold.
//
// # Units
//
// Values convert between units of one quantity only. Persons, person-times (lượt người) and households are different
// quantities; a percentage point is not a percent. The word "điểm" means a percentage point or a place, and "%" below a
// rate of change means percentage points: [Catalogue.UnitFor] decides with the indicator in hand.
//
// # Territories
//
// Identity is never the bare code: seven province codes mean another province since 2025-07-01. Ids carry the year of
// their list (province:24@2004, province:24@2025), region ids of the division of 5 October 2025 end in _2025.
//
// # Header words
//
// Dimensions of header_words.csv: measure (a code of measure_types.csv), sex (M, F, T), area (U, R, T), period_part (Y
// whole year, S1, S2, Q1 … Q4, a month 01 … 12, or 01/09 for January to September), status (P preliminary, E
// estimate), period_ref (previous, reporting) and role (what the column or row holds: ordinal, label, unit, note, code: codes of the rows,
// comparison, plan_achievement: a percentage of the plan, owner, territory_label, period_label, of_which, total, section, task_title, task_lead, task_partner,
// task_due, task_level). A word of several dimensions has several rows.
package catalogue
