package library

import (
	"context"
	"fmt"
	"time"

	"broadsheet/db"
	"broadsheet/paper"
)

// mutePaper mutes a paper until it has a newer version, or with on false no longer. name
// is any of its identifiers.
func (s *Store) mutePaper(ctx context.Context, now time.Time, account int64, name string, on bool) error {
	id, _, err := paper.ParseIdentifier(name)
	if err != nil {
		return err
	}
	p, err := s.papers.Find(ctx, id)
	if err != nil {
		return err
	}
	return s.keep(ctx, account, func(ctx context.Context, tx *db.Tx) (int64, error) {
		if !on {
			return tx.Exec(ctx, `DELETE FROM muted WHERE account = $1 AND paper = $2`, account, p.ID)
		}
		// What was muted long ago makes room: it has a newer version, or nobody follows it any more.
		if _, err := tx.Exec(ctx, `DELETE FROM muted WHERE account = $1 AND paper NOT IN (SELECT paper FROM muted WHERE account = $1 ORDER BY at DESC LIMIT $2)`, account, mostMutes-1); err != nil {
			return 0, err
		}
		return tx.Exec(ctx, `INSERT INTO muted (account, paper, version, at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (account, paper) DO UPDATE SET version = excluded.version, at = excluded.at WHERE muted.version <> excluded.version`,
			account, p.ID, newest(p), db.Micros(now))
	})
}

// newest is the number of a paper's newest version, 0 when nobody counts them.
func newest(p *paper.Paper) int {
	if n := len(p.Versions); n > 0 {
		return p.Versions[n-1].N
	}
	return 0
}

// mutedPapers returns the papers that an account has muted and that have no newer
// version yet, in order of time.
func (s *Store) mutedPapers(ctx context.Context, account int64) ([]Mute, error) {
	rows, err := s.db.Query(ctx, `SELECT paper, version, at FROM muted WHERE account = $1 ORDER BY at, paper`, account)
	if err != nil {
		return nil, fmt.Errorf("read which papers %d muted: %w", account, err)
	}
	defer rows.Close()
	var list []Mute
	var ids []int64
	for rows.Next() {
		m := Mute{Kind: Paper}
		var at int64
		if err := rows.Scan(&m.paper, &m.version, &at); err != nil {
			return nil, err
		}
		m.At = db.Time(at)
		list, ids = append(list, m), append(ids, m.paper)
	}
	if err := rows.Err(); err != nil || len(ids) == 0 {
		return nil, err
	}
	rows.Close()
	papers, err := s.papers.List(ctx, s.db, ids)
	if err != nil {
		return nil, err
	}
	held := map[int64]*paper.Paper{}
	for _, p := range papers {
		held[p.ID] = p
	}
	still := list[:0]
	for _, m := range list {
		if p := held[m.paper]; p != nil && newest(p) <= m.version {
			m.Key, m.Name = p.Key, p.Form.Line(p.Title)
			still = append(still, m)
		}
	}
	return still, nil
}
