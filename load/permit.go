package load

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrNotReading says that a text is not one query that only reads.
var ErrNotReading = errors.New("only one query that reads is answered: SELECT, FROM, WITH, VALUES, SHOW, DESCRIBE or SUMMARIZE")

// permit refuses what the engine's settings let through although it is no reading: PRAGMA and CALL change settings of the
// connection, and so do some table functions (enable_logging); others run text as SQL (query, json_execute_serialized_sql).
// The engine itself takes the text apart, so nothing is decided by how it looks. A text that is no SQL is let through: the
// engine says best what is wrong with it.
func (w *Warehouse) permit(ctx context.Context, query string) error {
	var text string
	if err := w.conn.QueryRowContext(ctx, "SELECT CAST(json_serialize_sql(CAST(? AS VARCHAR)) AS VARCHAR)", query).Scan(&text); err != nil {
		return err
	}
	var parsed struct {
		Error      bool   `json:"error"`
		ErrorType  string `json:"error_type"`
		Statements []any  `json:"statements"`
	}
	if err := json.Unmarshal([]byte(text), &parsed); err != nil {
		return fmt.Errorf("take the query apart: %w", err)
	}
	switch {
	case parsed.Error && parsed.ErrorType == "parser":
		return nil
	case parsed.Error, len(parsed.Statements) != 1:
		return ErrNotReading
	}
	for _, name := range tableFunctions(parsed.Statements[0], nil) {
		if !readingFunction(name) {
			return fmt.Errorf("the table function %s is not at hand: %w", name, ErrNotReading)
		}
	}
	return nil
}

// readingFunction lists the table functions that make rows out of nothing but their arguments and the catalogue of the
// warehouse.
func readingFunction(name string) bool {
	return slices.Contains([]string{
		"range", "generate_series", "unnest", "repeat", "json_each", "json_tree", "summary",
		"duckdb_columns", "duckdb_databases", "duckdb_functions", "duckdb_keywords", "duckdb_schemas", "duckdb_tables", "duckdb_types", "duckdb_views",
		"pragma_database_size", "pragma_show", "pragma_table_info", "pragma_version",
	}, strings.ToLower(name))
}

// tableFunctions collects the names of the table functions of a syntax tree as json_serialize_sql gives it.
func tableFunctions(node any, names []string) []string {
	switch n := node.(type) {
	case []any:
		for _, child := range n {
			names = tableFunctions(child, names)
		}
	case map[string]any:
		if n["type"] == "TABLE_FUNCTION" {
			function, _ := n["function"].(map[string]any)
			name, _ := function["function_name"].(string)
			names = append(names, name)
		}
		for _, child := range n {
			names = tableFunctions(child, names)
		}
	}
	return names
}
