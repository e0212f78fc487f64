package paper

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"broadsheet/db"
	"broadsheet/fault"
)

// Store keeps papers. It is safe for concurrent use.
type Store struct {
	db      *db.DB
	onMerge []func(ctx context.Context, tx *db.Tx, keep, gone int64) error
}

// NewStore returns the store of papers in d.
func NewStore(d *db.DB) *Store { return &Store{db: d} }

// DB returns the database that holds the papers.
func (s *Store) DB() *db.DB { return s.db }

// OnMerge has f called in the transaction of every merge, so that a room that
// points at papers moves its pointers from gone to keep. It must be called
// before the store is used.
func (s *Store) OnMerge(f func(ctx context.Context, tx *db.Tx, keep, gone int64) error) {
	s.onMerge = append(s.onMerge, f)
}

// update writes joined over held where they differ and reports whether they
// differ in more than the time of the last reading.
func (s *Store) update(ctx context.Context, tx *db.Tx, held, joined *Paper) (bool, error) {
	if k := joined.key(); k != "" {
		joined.Key = k // a paper of ours that turns out to stand on arXiv moves to its address there
	}
	was, err := held.row()
	if err != nil {
		return false, err
	}
	is, err := joined.row()
	if err != nil || is == was {
		return false, err
	}
	_, err = tx.Exec(ctx, `UPDATE paper SET key = $2, title = $3, abstract = $4, form = $5, categories = $6, authority = $7, withdrawn = $8,
		submitted = $9, revised = $10, announced = $11, votes = $12, comments = $13, stars = $14, read_at = $15, record = $16 WHERE id = $1`,
		append([]any{joined.ID}, is.values()...)...)
	if err != nil {
		return false, err
	}
	var added []any
	for _, id := range joined.Identifiers {
		if !slices.Contains(held.Identifiers, id) {
			added = append(added, id.Scheme, id.Value, joined.ID)
		}
	}
	if err := tx.InsertRows(ctx, `INSERT INTO identifier (scheme, value, paper) VALUES `, ``, 3, added); err != nil {
		return false, err
	}
	if was.key != is.key || joined.ArXiv() == "" && was.title != is.title {
		if err := entitle(ctx, tx, joined); err != nil {
			return false, err
		}
	}
	was.readAt = is.readAt
	return is != was, nil
}

// Find returns the paper that id names, also when it was merged into another one
// since. The error is a fault.NotFound when none does.
func (s *Store) Find(ctx context.Context, id Identifier) (*Paper, error) {
	var n int64
	err := s.db.QueryRow(ctx, `SELECT paper FROM identifier WHERE scheme = $1 AND value = $2`, id.Scheme, id.Value).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fault.NotFound("No paper here has the identifier %s.", id)
	}
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", id, err)
	}
	return s.load(ctx, s.db, n, "")
}

// NewestOf returns the highest arXiv identifier that is held of the month of another, such
// as 2511.17592, "" when none is, or that one is of the old form.
func (s *Store) NewestOf(ctx context.Context, id string) (string, error) {
	month, _, numbered := strings.Cut(id, ".")
	if !numbered || len(month) != 4 {
		return "", nil
	}
	var newest sql.NullString
	if err := s.db.QueryRow(ctx, `SELECT max(value) FROM identifier WHERE scheme = $1 AND value >= $2 AND value < $3`, ArXiv, month+".", month+"/").Scan(&newest); err != nil {
		return "", fmt.Errorf("find the newest of %s: %w", month, err)
	}
	return newest.String, nil
}

// Holders returns the papers that any of the identifiers names, those that the first ones
// name first.
func (s *Store) Holders(ctx context.Context, q db.Querier, ids ...Identifier) ([]*Paper, error) {
	var found []int64
	for _, id := range ids {
		var n int64
		err := q.QueryRow(ctx, `SELECT paper FROM identifier WHERE scheme = $1 AND value = $2`, id.Scheme, id.Value).Scan(&n)
		switch {
		case errors.Is(err, sql.ErrNoRows):
		case err != nil:
			return nil, fmt.Errorf("find %s: %w", id, err)
		case !slices.Contains(found, n):
			found = append(found, n)
		}
	}
	return s.list(ctx, q, found, "")
}

// load reads one paper.
func (s *Store) load(ctx context.Context, q db.Querier, id int64, clause string) (*Paper, error) {
	list, err := s.list(ctx, q, []int64{id}, clause)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fault.NotFound("No paper here has the number %d.", id)
	}
	return list[0], nil
}

// List returns the papers with the given numbers, in that order; a number that
// names none, or one that was merged away, is left out. At most 1,000 at once.
func (s *Store) List(ctx context.Context, q db.Querier, ids []int64) ([]*Paper, error) {
	return s.list(ctx, q, ids, "")
}

func (s *Store) list(ctx context.Context, q db.Querier, ids []int64, clause string) ([]*Paper, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	in := db.Places(1, len(ids))
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM paper WHERE id IN (`+in+`) AND merged_into IS NULL`+clause, args...)
	if err != nil {
		return nil, fmt.Errorf("read papers: %w", err)
	}
	found := make(map[int64]*Paper, len(ids))
	for rows.Next() {
		var r row
		if err := rows.Scan(r.fields()...); err != nil {
			rows.Close()
			return nil, err
		}
		if found[r.id], err = r.paper(); err != nil {
			rows.Close()
			return nil, err
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	if rows, err = q.Query(ctx, `SELECT scheme, value, paper FROM identifier WHERE paper IN (`+in+`)`, args...); err != nil {
		return nil, fmt.Errorf("read identifiers: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id Identifier
		var n int64
		if err := rows.Scan(&id.Scheme, &id.Value, &n); err != nil {
			return nil, err
		}
		if p := found[n]; p != nil {
			p.Identifiers = append(p.Identifiers, id)
		}
	}
	list := make([]*Paper, 0, len(ids))
	for _, id := range ids {
		if p := found[id]; p != nil {
			p.Identifiers = sortIdentifiers(p.Identifiers)
			list = append(list, p)
		}
	}
	return list, rows.Err()
}

// Count returns the number of papers held.
func (s *Store) Count(ctx context.Context) (int, error) {
	var n int
	err := s.db.QueryRow(ctx, `SELECT count(*) FROM paper WHERE merged_into IS NULL`).Scan(&n)
	return n, err
}

// Newest returns at most limit papers in the order in which they came to be held,
// the newest first; with numbers below before, unless that is 0.
func (s *Store) Newest(ctx context.Context, before int64, limit int) ([]*Paper, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	return s.choose(ctx, `SELECT id FROM paper WHERE id < $1 AND merged_into IS NULL ORDER BY id DESC LIMIT $2`, before, limit)
}

// choose returns the papers that a query names, in its order.
func (s *Store) choose(ctx context.Context, query string, args ...any) ([]*Paper, error) {
	rows, err := s.db.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("choose papers: %w", err)
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
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	return s.list(ctx, s.db, ids, "")
}
