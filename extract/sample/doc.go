// Package sample holds figures that Vietnamese authorities really published about labour, people with merit and social
// affairs, and lays them out as the workbooks and feeds in which such figures travel, so that a new installation has
// something true to show and the pipeline something hard to read.
//
//	published/*.csv ─▶ Published() ─▶ plans (cells, merges, styles) ─▶ excelize ─▶ dir/<year>/*.xlsx, dir/feeds/*
//
// No figure is invented: a cell whose value nobody published stays blank. Where every row came from, what was left
// out and why, and the licences are in SOURCES.md. The layouts are those of public documents (annexes of decision
// 1240/QĐ-LĐTBXH, yearbook tables, the series of the social insurance) and, for the provinces' planning annexes, a
// reconstruction: the tables sent with the letters of 2013–2025 are not public, only their columns are described.
//
// Files: values.go (the figures), number.go (how a figure is written), plan.go (a workbook before it is written),
// form_plan.go (provinces' planning annexes), form_table.go (statistical tables, yearbooks), form_document.go
// (decisions, plans, reports), feed.go (feeds), render.go (excelize and the zip), write.go (the folder).
//
// Writing is deterministic: the same program writes the same bytes, on any number of threads. Every workbook carries
// the keyword of Keyword in its core properties; see IsSample.
package sample
