// Package rule judges what was read from one file: single values, totals inside a table, and columns against each other.
// A value that can not be right is moved to the refusals (severity error); a doubt becomes a finding and the value stays
// (severity warning). Rules that need more than one file run in SQL, where the data are joined (sql/staging/finding_*.sql);
// they are registered in rules.csv all the same, so that one list tells all of them.
package rule
