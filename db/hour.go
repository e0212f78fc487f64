package db

import (
	"context"
	"fmt"
	"time"
)

// ByHour counts by the hour of a day: query takes the first moment ($1) and the end ($2)
// in microseconds, and returns the number of an hour and how many there are in it.
func ByHour(ctx context.Context, q Querier, query string, from time.Time) ([]int, error) {
	const hours = 24
	rows, err := q.Query(ctx, query, Micros(from), Micros(from.Add(hours*time.Hour)))
	if err != nil {
		return nil, fmt.Errorf("count by the hour: %w", err)
	}
	defer rows.Close()
	counts := make([]int, hours)
	for rows.Next() {
		var hour, n int
		if err := rows.Scan(&hour, &n); err != nil {
			return nil, err
		}
		counts[hour] = n
	}
	return counts, rows.Err()
}
