package db

import (
	"context"
	"strings"
)

// Schema returns the schema as text that a person can review: every table with
// its columns, constraints and indexes, in one order.
func (d *DB) Schema(ctx context.Context) (string, error) {
	query := `SELECT sql || ';' FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE '%goose%' AND name NOT LIKE 'sqlite_%' ORDER BY tbl_name, type DESC, name`
	if d.Dialect == Postgres {
		query = `SELECT line FROM (
			SELECT c.relname AS tbl, 1 AS part, a.attnum AS place, c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
				|| CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END AS line
			FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
			WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
			UNION ALL
			SELECT c.relname, 2, 0, c.relname || ' ' || pg_get_constraintdef(k.oid)
			FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid WHERE c.relnamespace = current_schema()::regnamespace
			UNION ALL
			SELECT i.tablename, 3, 0, replace(i.indexdef, current_schema() || '.', '')
			FROM pg_indexes i WHERE i.schemaname = current_schema()) lines
			WHERE tbl NOT LIKE '%goose%' ORDER BY tbl, part, place, line`
	}
	rows, err := d.Query(ctx, query)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	var b strings.Builder
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return "", err
		}
		b.WriteString(line + "\n")
	}
	return b.String(), rows.Err()
}
