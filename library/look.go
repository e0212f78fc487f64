package library

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"broadsheet/db"
	"broadsheet/paper"
)

// oneLook is how long a reader looks: who comes back sooner still sees as new what was
// new before.
const oneLook = time.Hour

// Look notes that an account looks at what it follows.
func (s *Store) Look(ctx context.Context, now time.Time, account int64) error {
	if s.sources.Arrived == nil {
		return nil
	}
	_, newest, err := s.sources.Arrived(ctx, 1<<62)
	if err != nil {
		return err
	}
	return s.db.Transact(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO looked (account, at, arrival, before) VALUES ($1, $2, $3, $3)
			ON CONFLICT (account) DO UPDATE SET at = excluded.at, arrival = excluded.arrival, before = looked.arrival WHERE looked.at < $4`,
			account, db.Micros(now), newest, db.Micros(now.Add(-oneLook)))
		return err
	})
}

// News returns how many papers are new, since the account last looked, of each thing that
// it follows. What it muted is not counted, and for who has never looked nothing is new.
func (s *Store) News(ctx context.Context, account int64) (map[Follow]int, error) {
	if s.sources.Arrived == nil {
		return nil, nil
	}
	var since int64
	err := s.db.QueryRow(ctx, `SELECT before FROM looked WHERE account = $1`, account).Scan(&since)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read when %d last looked: %w", account, err)
	}
	arrived, _, err := s.sources.Arrived(ctx, since)
	if err != nil || len(arrived) == 0 {
		return nil, err
	}
	recents, err := s.Recent(ctx)
	if err != nil {
		return nil, err
	}
	var fresh []*Facts
	var ids []int64
	for _, p := range recents {
		if arrived[p.Paper] {
			fresh, ids = append(fresh, p), append(ids, p.Paper)
		}
	}
	f, err := s.follower(ctx, account, ids)
	if err != nil || f == nil {
		return nil, err
	}
	follows, err := s.Follows(ctx, account)
	if err != nil {
		return nil, err
	}
	return s.count(ctx, account, f, follows, slices.DeleteFunc(fresh, func(p *Facts) bool { return f.why(p) == "" }))
}

// count counts papers for each follow, without those that are muted.
func (s *Store) count(ctx context.Context, account int64, f *follower, follows []Follow, fresh []*Facts) (map[Follow]int, error) {
	m, err := s.muter(ctx, account)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(fresh))
	facts := map[int64]*Facts{}
	for i, p := range fresh {
		ids[i], facts[p.Paper] = p.Paper, p
	}
	n := map[Follow]int{}
	for part := range slices.Chunk(ids, 500) {
		papers, err := s.papers.List(ctx, s.db, part)
		if err != nil {
			return nil, err
		}
		for _, p := range papers {
			if m.mutes(p) {
				continue
			}
			for _, w := range follows {
				if f.brings(w, facts[p.ID]) {
					n[Follow{Kind: w.Kind, Key: w.Key}]++
				}
			}
		}
	}
	return n, nil
}

// brings reports whether a paper concerns the reader because of one thing that they
// follow.
func (f *follower) brings(w Follow, p *Facts) bool {
	switch w.Kind {
	case Author:
		return slices.Contains(p.folded, paper.FoldName(w.Key))
	case Category:
		return slices.ContainsFunc(p.Categories, func(has string) bool { return inCategory(has, w.Key) })
	case Topic:
		return slices.Contains(p.Topics, w.Key)
	case Reader:
		return slices.Contains(f.readers[p.Paper], w.Name) || slices.ContainsFunc(f.shelves[p.Paper], func(c shelf) bool { return c.owner == w.Name })
	}
	return slices.ContainsFunc(f.searches, func(s found) bool { return s.words == w.Key && s.papers[p.Paper] })
}
