package discuss

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"broadsheet/account"
	"broadsheet/db"
	"broadsheet/paper"
)

// Voter is a reader who votes, and what the rule on clusters looks at.
type Voter struct {
	Account    int64
	Joined     time.Time // when the account was made
	Invitation int64     // by which it came; 0 for none
	Network    string    // from which it came; "" when not known
}

// VoterOf returns an account as the rule looks at it.
func VoterOf(a *account.Account) Voter {
	return Voter{Account: a.ID, Joined: a.Joined, Invitation: a.Invitation, Network: a.Network}
}

// Vote gives the voter's vote to a paper, or with on false takes it back, and
// returns the votes that readers here have now given it. A vote given twice is one
// and keeps its first instant. The number of votes is that of voices: readers of
// one new cluster are one voice (Clusters).
func (s *Store) Vote(ctx context.Context, now time.Time, id int64, v Voter, on bool) (votes int, err error) {
	err = s.db.Together(ctx, func(ctx context.Context, tx *db.Tx) error {
		id, err := s.papers.Hold(ctx, tx, id)
		if err != nil {
			return err
		}
		cast := s.give
		if !on {
			cast = s.take
		}
		delta, changed, err := cast(ctx, tx, now, id, v)
		if err != nil {
			return fmt.Errorf("vote of %d for paper %d: %w", v.Account, id, err)
		}
		if changed {
			if err := errors.Join(account.Touch(ctx, tx, v.Account), s.papers.AddHere(ctx, tx, now, id, paper.Tally{Votes: delta})); err != nil {
				return err
			}
		}
		return tx.QueryRow(ctx, `SELECT own_votes FROM paper WHERE id = $1`, id).Scan(&votes)
	})
	return votes, err
}

// give notes a vote and returns how many voices it adds.
func (s *Store) give(ctx context.Context, tx *db.Tx, now time.Time, id int64, v Voter) (delta int, changed bool, err error) {
	voice, err := voiceOf(ctx, tx, now, v)
	if err != nil {
		return 0, false, err
	}
	n, err := tx.Exec(ctx, `INSERT INTO vote (paper, account, at, voice) VALUES ($1, $2, $3, $4) ON CONFLICT (paper, account) DO NOTHING`,
		id, v.Account, db.Micros(now), voice)
	if err != nil || n == 0 {
		return 0, false, err
	}
	delta, err = others(ctx, tx, id, v.Account, voice)
	return delta, true, err
}

// take removes a vote and returns how many voices go with it, below zero.
func (s *Store) take(ctx context.Context, tx *db.Tx, _ time.Time, id int64, v Voter) (delta int, changed bool, err error) {
	var voice int64
	err = tx.QueryRow(ctx, `DELETE FROM vote WHERE paper = $1 AND account = $2 RETURNING voice`, id, v.Account).Scan(&voice)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, err
	}
	delta, err = others(ctx, tx, id, v.Account, voice)
	return -delta, true, err
}

// others returns 0 when somebody else speaks for the paper with the same voice,
// else 1.
func others(ctx context.Context, tx *db.Tx, id, account, voice int64) (int, error) {
	if voice == account {
		return 1, nil
	}
	var n int
	err := tx.QueryRow(ctx, `SELECT count(*) FROM vote WHERE paper = $1 AND voice = $2 AND account <> $3`, id, voice, account).Scan(&n)
	return max(0, 1-n), err
}

// voiceOf returns the voice with which a voter speaks: their own number, or, below
// zero, that of their cluster while the account is new. A first vote is noted for
// the rule to look at.
func voiceOf(ctx context.Context, tx *db.Tx, now time.Time, v Voter) (int64, error) {
	var cluster int64
	err := tx.QueryRow(ctx, `SELECT cluster FROM voter WHERE account = $1`+tx.Dialect.ForUpdate(), v.Account).Scan(&cluster)
	fresh := now.Sub(v.Joined) < freshFor
	switch {
	case errors.Is(err, sql.ErrNoRows):
		state := stateNew
		if !fresh {
			v.Invitation, v.Network, state = 0, "", stateFull // nobody will ask
		}
		_, err = tx.Exec(ctx, `INSERT INTO voter (account, joined, invitation, network, cluster, state) VALUES ($1, $2, $3, $4, 0, $5)`,
			v.Account, db.Micros(v.Joined), v.Invitation, v.Network, state)
		return v.Account, err
	case err != nil || cluster == 0 || !fresh:
		return v.Account, err
	}
	return -cluster, nil
}

// Voted returns those of the papers that have the reader's vote. At most 5,000 can be
// asked for at once. Its answer changes only with the version of the account.
func (s *Store) Voted(ctx context.Context, account int64, papers []int64) (voted []int64, err error) {
	if len(papers) == 0 {
		return nil, nil
	}
	args := []any{account}
	for _, p := range papers {
		args = append(args, p)
	}
	rows, err := s.db.Query(ctx, `SELECT paper FROM vote WHERE account = $1 AND paper IN (`+db.Places(2, len(papers))+`)`, args...)
	if err != nil {
		return nil, fmt.Errorf("read the votes of %d: %w", account, err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		voted = append(voted, id)
	}
	return voted, rows.Err()
}

// Given is one vote.
type Given struct {
	Paper, Account int64
	At             time.Time
	Weight         float64 // 1, or its share in the one voice of a cluster
}

const given = `SELECT paper, account, at, CASE WHEN voice > 0 THEN 1.0 ELSE
	1.0 / (SELECT count(*) FROM vote same WHERE same.paper = vote.paper AND same.voice = vote.voice) END FROM vote `

// VotesSince returns the votes given at from or later, ascending by time, at most
// 100,000. Votes taken back are not among them.
func (s *Store) VotesSince(ctx context.Context, from time.Time) ([]Given, error) {
	return s.votes(ctx, given+`WHERE at >= $1 ORDER BY at, paper, account LIMIT 100000`, db.Micros(from))
}

// VotesOf returns the newest votes of a reader, at most limit.
func (s *Store) VotesOf(ctx context.Context, account int64, limit int) ([]Given, error) {
	return s.votes(ctx, given+`WHERE account = $1 ORDER BY at DESC, paper DESC LIMIT $2`, account, limit)
}

// Voters returns who voted for a paper, the first to vote first, at most limit, and
// how many voted in all. Whether a name may be shown is the account's to say.
func (s *Store) Voters(ctx context.Context, id int64, limit int) (list []Given, all int, err error) {
	if err := s.db.QueryRow(ctx, `SELECT count(*) FROM vote WHERE paper = $1`, id).Scan(&all); err != nil {
		return nil, 0, fmt.Errorf("count the voters of paper %d: %w", id, err)
	}
	list, err = s.votes(ctx, given+`WHERE paper = $1 ORDER BY at, account LIMIT $2`, id, limit)
	return list, all, err
}

func (s *Store) votes(ctx context.Context, query string, args ...any) ([]Given, error) {
	rows, err := s.db.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read votes: %w", err)
	}
	defer rows.Close()
	var list []Given
	for rows.Next() {
		var g Given
		var at int64
		if err := rows.Scan(&g.Paper, &g.Account, &at, &g.Weight); err != nil {
			return nil, err
		}
		g.At = db.Time(at)
		list = append(list, g)
	}
	return list, rows.Err()
}
