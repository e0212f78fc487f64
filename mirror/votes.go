package mirror

import (
	"context"
	"fmt"
	"time"

	v1 "broadsheet/api/v1"
	"broadsheet/db"
	"broadsheet/fault"
	"broadsheet/paper"
)

// Votes are kept by where they were given: upstream, or at one instance. A peer tells
// those of all the places that it knows, so what several peers tell of a third is one
// number here, and what was given here never comes back. Their sum makes the figures of
// the paper, which one source is said to have read.

// upstream is the place of votes that no instance has counted.
const upstream = ""

// tally are the votes on a paper at one place.
type tally struct {
	instance               string
	votes, comments, stars int
	at                     time.Time
}

// votesOf reads the votes of a paper by where they were given. A peer that names no
// places follows nobody: what was not given there was read upstream.
func (t *taking) votesOf(c *v1.Change) ([]tally, error) {
	const most, places = 1_000_000_000, 100
	said := c.Paper
	up := tally{instance: upstream, votes: said.Votes - said.Here.Votes, stars: said.Stars, at: c.At}
	if u := said.Upstream; u != nil {
		up.comments = u.Comments
		if !u.Read.IsZero() {
			up.at = u.Read
		}
	}
	list := []tally{up, {instance: t.known.identity, votes: said.Here.Votes, at: c.At}}
	if len(c.Votes) > places {
		return nil, fault.Invalid("Its votes come from more places than there are.")
	}
	for _, v := range c.Votes {
		switch v.Instance {
		case upstream:
			list[0].votes, list[0].at = v.Votes, v.At
		case t.known.identity, t.own:
		default:
			list = append(list, tally{instance: v.Instance, votes: v.Votes, at: v.At})
		}
	}
	for i := range list {
		x := &list[i]
		if x.votes < 0 || x.votes > most || x.comments < 0 || x.comments > most || x.stars < 0 || x.stars > most || x.at.IsZero() || t.odd(x.at) || long(64, x.instance) {
			return nil, fault.Invalid("Its votes make no sense.")
		}
		x.at = x.at.UTC().Truncate(time.Microsecond)
	}
	return list, nil
}

// count keeps the votes on a paper, and makes its figures of them.
func (t *taking) count(ctx context.Context, tx *db.Tx, id int64, c *change) error {
	if c.votes == nil {
		return nil
	}
	held, err := t.papers.List(ctx, tx, []int64{id})
	if err != nil || len(held) == 0 {
		return err
	}
	had := held[0].Figures
	for _, x := range c.votes {
		if err := t.keep(ctx, tx, id, x); err != nil {
			return err
		}
	}
	var made int64
	if err := tx.QueryRow(ctx, `SELECT coalesce(max(made), 0) FROM foreign_vote WHERE paper = $1`, id).Scan(&made); err != nil {
		return err
	}
	if !had.At.IsZero() && db.Micros(had.At) != made { // read by a source of our own meanwhile
		if err := t.keep(ctx, tx, id, tally{upstream, had.Votes, had.Comments, had.Stars, had.At}); err != nil {
			return err
		}
	}
	now := paper.Figures{At: c.At.UTC().Truncate(time.Microsecond)}
	if err := tx.QueryRow(ctx, `SELECT CAST(sum(votes) AS BIGINT), CAST(sum(comments) AS BIGINT), CAST(sum(stars) AS BIGINT) FROM foreign_vote WHERE paper = $1`, id).Scan(&now.Votes, &now.Comments, &now.Stars); err != nil {
		return err
	}
	if now.Votes == had.Votes && now.Comments == had.Comments && now.Stars == had.Stars && !had.At.IsZero() {
		return nil
	}
	if !now.At.After(had.At) {
		now.At = had.At.Add(time.Microsecond)
	}
	source := t.peer.Name()
	if err := tx.QueryRow(ctx, `SELECT coalesce((SELECT source FROM reading WHERE paper = $1 AND source IN (SELECT name FROM peer) ORDER BY at, source LIMIT 1), $2)`, id, source).Scan(&source); err != nil {
		return err
	}
	if err := t.papers.Read(ctx, tx, t.peer.Now(), paper.Reading{Paper: id, Source: source, Figures: now}); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE foreign_vote SET made = $2 WHERE paper = $1 AND instance = ''`, id, db.Micros(now.At))
	return err
}

// keep keeps the votes that were given at one place. The word of the peer on its own
// stands; of what it has heard of others and of upstream the newer word does, and nothing
// of an instance that is followed itself.
func (t *taking) keep(ctx context.Context, tx *db.Tx, id int64, x tally) error {
	_, err := tx.Exec(ctx, `INSERT INTO foreign_vote (paper, instance, votes, comments, stars, at, made)
		SELECT $1, $2, $3, $4, $5, $6, 0 WHERE $2 = $7 OR NOT EXISTS (SELECT 1 FROM peer WHERE identity = $2 AND stopped = 0 AND $2 <> '')
		ON CONFLICT (paper, instance) DO UPDATE SET votes = excluded.votes, comments = excluded.comments, stars = excluded.stars, at = excluded.at
		WHERE excluded.instance = $7 OR excluded.at >= foreign_vote.at`, id, x.instance, x.votes, x.comments, x.stars, db.Micros(x.at), t.known.identity)
	if err != nil {
		return fmt.Errorf("keep the votes of paper %d given at %q: %w", id, x.instance, err)
	}
	return nil
}

// Elsewhere returns the votes on a paper that were not given here, by where they were,
// none when all of them were read upstream.
func (s *Store) Elsewhere(ctx context.Context, p *paper.Paper) ([]v1.Votes, error) {
	rows, err := s.db.Query(ctx, `SELECT instance, votes, at, made FROM foreign_vote WHERE paper = $1 ORDER BY instance LIMIT 1000`, p.ID)
	if err != nil {
		return nil, fmt.Errorf("read where votes on paper %s were given: %w", p.Key, err)
	}
	defer rows.Close()
	var list []v1.Votes
	for rows.Next() {
		var v v1.Votes
		var at, made int64
		if err := rows.Scan(&v.Instance, &v.Votes, &at, &made); err != nil {
			return nil, err
		}
		v.At = db.Time(at)
		if f := p.Figures; v.Instance == upstream && db.Micros(f.At) != made && f.At.After(v.At) {
			v.Votes, v.At = f.Votes, f.At // read by a source of our own meanwhile
		}
		list = append(list, v)
	}
	return list, rows.Err()
}

// mergeVotes moves the votes of a paper to the one that stays.
func mergeVotes(ctx context.Context, tx *db.Tx, keep, gone int64) error {
	if _, err := tx.Exec(ctx, `INSERT INTO foreign_vote (paper, instance, votes, comments, stars, at, made)
		SELECT $1, instance, votes, comments, stars, at, made FROM foreign_vote WHERE paper = $2 ON CONFLICT (paper, instance) DO NOTHING`, keep, gone); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM foreign_vote WHERE paper = $1`, gone)
	return err
}
