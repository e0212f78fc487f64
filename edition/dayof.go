package edition

import (
	"context"
	"fmt"
	"strings"

	"broadsheet/db"
)

// DaysOf returns the day in whose edition each of the papers stands; those that
// stand in none are left out.
func (s *Store) DaysOf(ctx context.Context, q db.Querier, ids []int64) (map[int64]string, error) {
	days := make(map[int64]string, len(ids))
	if len(ids) == 0 {
		return days, nil
	}
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	rows, err := q.Query(ctx, `SELECT paper, day FROM entry WHERE paper IN (`+db.Places(1, len(ids))+`)`, args...)
	if err != nil {
		return nil, fmt.Errorf("look up the editions of papers: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var day string
		if err := rows.Scan(&id, &day); err != nil {
			return nil, err
		}
		days[id] = day
	}
	return days, rows.Err()
}

// PapersOf returns the papers that stand in the edition of a day.
func (s *Store) PapersOf(ctx context.Context, q db.Querier, day string) ([]int64, error) {
	rows, err := q.Query(ctx, `SELECT paper FROM entry WHERE day = $1 ORDER BY paper`, day)
	if err != nil {
		return nil, fmt.Errorf("list the papers of %s: %w", day, err)
	}
	defer rows.Close()
	var ids []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// Standing is a paper that stands in an edition.
type Standing struct {
	Paper      int64
	Key        string
	Day        string
	Categories []string
	Comments   int
}

// Standing returns every paper of the editions of a span, by day.
func (s *Store) Standing(ctx context.Context, span Span) ([]Standing, error) {
	rows, err := s.db.Query(ctx, `SELECT entry.paper, paper.key, entry.day, paper.categories, paper.comments + paper.own_comments
		FROM entry JOIN paper ON paper.id = entry.paper WHERE entry.day BETWEEN $1 AND $2 ORDER BY entry.day, entry.paper`, span.From, span.To)
	if err != nil {
		return nil, fmt.Errorf("list the papers of editions: %w", err)
	}
	defer rows.Close()
	var list []Standing
	for rows.Next() {
		var x Standing
		var categories string
		if err := rows.Scan(&x.Paper, &x.Key, &x.Day, &categories, &x.Comments); err != nil {
			return nil, err
		}
		x.Categories = strings.Fields(categories)
		list = append(list, x)
	}
	return list, rows.Err()
}
