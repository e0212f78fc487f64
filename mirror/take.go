package mirror

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"broadsheet/account"
	v1 "broadsheet/api/v1"
	"broadsheet/db"
	"broadsheet/discuss"
	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/paper"
)

// taken is what became of a part of an answer.
type taken struct {
	bad
	papers int
	made   int // of them
}

var errMeanwhile = errors.New("another process has followed the peer meanwhile")

// part takes in some changes and moves the place from which to go on, in one transaction.
// When the database does not take one of them, each goes alone, and that one is left out:
// no record of a peer may stop all that come after it.
func (t *taking) part(ctx context.Context, changes []change, from, to int64) (taken, error) {
	done, err := t.together(ctx, changes, from, to)
	if err == nil || !db.Unfit(err) && !fault.Is(err, fault.KindInvalid) {
		return done, err
	}
	if len(changes) == 1 {
		done, left := t.together(ctx, nil, from, to)
		done.add(1, err)
		done.papers = bit(changes[0].paper != nil)
		return done, left
	}
	done = taken{}
	for i := range changes {
		next := changes[i].Seq
		if i == len(changes)-1 {
			next = to
		}
		one, err := t.part(ctx, changes[i:i+1], from, next)
		if err != nil {
			return done, err
		}
		done.add(one.count, one.first)
		done.papers, done.made, from = done.papers+one.papers, done.made+one.made, next
	}
	return done, nil
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (t *taking) together(ctx context.Context, changes []change, from, to int64) (done taken, err error) {
	err = t.db.Transact(ctx, func(tx *db.Tx) (err error) {
		if done, err = t.papersOf(ctx, tx, changes); err != nil {
			return err
		}
		for i := range changes {
			if err := t.entries(ctx, tx, &changes[i]); err != nil {
				return err
			}
		}
		moved, err := tx.Exec(ctx, `UPDATE peer SET seq = $2, identity = $4, stream = $5 WHERE name = $1 AND seq = $3`, t.peer.Name(), to, from, t.known.identity, t.known.stream)
		if err == nil && moved == 0 {
			err = errMeanwhile
		}
		return err
	})
	return done, err
}

// papersOf takes in the papers among some changes, with their places, comments and votes.
func (t *taking) papersOf(ctx context.Context, tx *db.Tx, changes []change) (done taken, err error) {
	ids := make([]int64, len(changes))
	var said []*paper.Paper
	var of []int
	for i := range changes {
		c := &changes[i]
		if c.paper == nil {
			continue
		}
		done.papers++
		if ids[i], err = t.better(ctx, tx, c.paper); err != nil {
			return done, err
		}
		if ids[i] == 0 {
			x := *c.paper // a transaction may be run again, and Put writes into what it is given
			x.Identifiers = slices.Clone(x.Identifiers)
			said, of = append(said, &x), append(of, i)
		}
	}
	outcomes, err := t.papers.Put(ctx, tx, t.peer.Name(), t.peer.Now(), said...)
	if err != nil {
		return done, err
	}
	for n, i := range of {
		ids[i] = said[n].ID
		if outcomes[n] != paper.Made {
			continue
		}
		done.made++
		if _, err := tx.Exec(ctx, `INSERT INTO peer_paper (peer, paper) VALUES ($1, $2) ON CONFLICT (peer, paper) DO NOTHING`, t.peer.Name(), ids[i]); err != nil {
			return done, err
		}
	}
	for i := range changes {
		c := &changes[i]
		if ids[i] == 0 {
			continue
		}
		if err := t.stand(ctx, tx, ids[i], c.place); err != nil {
			return done, fmt.Errorf("place paper %s: %w", c.ID, err)
		}
		if err := t.hear(ctx, tx, ids[i], c); err != nil {
			return done, fmt.Errorf("keep the comments on paper %s: %w", c.ID, err)
		}
		if err := t.count(ctx, tx, ids[i], c); err != nil {
			return done, fmt.Errorf("keep the votes on paper %s: %w", c.ID, err)
		}
	}
	return done, nil
}

// better returns the number of the paper when it is held from a better source than any
// peer is, else 0. Of such a paper a peer changes nothing.
func (t *taking) better(ctx context.Context, tx *db.Tx, said *paper.Paper) (int64, error) {
	held, err := t.papers.Holders(ctx, tx, said.Identifiers...)
	if err != nil {
		return 0, err
	}
	for _, h := range held {
		if h.Authority > paper.FromPeer {
			return h.ID, nil
		}
	}
	return 0, nil
}

// stand puts a paper into the edition in which the peer has it, if it came from there or
// stands in none here.
func (t *taking) stand(ctx context.Context, tx *db.Tx, id int64, at *edition.Place) error {
	if at == nil {
		return nil
	}
	had, err := t.editions.Place(ctx, tx, id)
	if err != nil {
		return err
	}
	if had != nil {
		var n int
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM peer_paper WHERE peer = $1 AND paper = $2`, t.peer.Name(), id).Scan(&n); err != nil || n == 0 {
			return err
		}
	}
	return t.editions.Reflect(ctx, tx, t.peer.Now(), id, *at)
}

// entries puts the papers of an edition where the peer has them. One that is not held yet
// comes with a later change, and its place with it.
func (t *taking) entries(ctx context.Context, tx *db.Tx, c *change) error {
	for i := range c.entries {
		held, err := t.papers.Holders(ctx, tx, c.entries[i].paper)
		if err != nil {
			return err
		}
		for _, h := range held {
			if err := t.stand(ctx, tx, h.ID, &c.entries[i].Place); err != nil {
				return fmt.Errorf("place paper %s: %w", h.Key, err)
			}
		}
	}
	return nil
}

// hear keeps the comments of a paper.
func (t *taking) hear(ctx context.Context, tx *db.Tx, id int64, c *change) error {
	said := make([]discuss.Foreign, len(c.comments))
	for i, x := range c.comments {
		said[i] = x.Foreign
		said[i].Writer = func() (int64, error) {
			if x.by == nil {
				return 0, nil
			}
			return t.reader(ctx, tx, x.by)
		}
	}
	return t.talk.Reflect(ctx, tx, t.peer.Now(), t.peer.Name(), id, said)
}

// reader returns the account that stands for a reader of the peer. Nobody can sign in
// to it.
func (t *taking) reader(ctx context.Context, tx *db.Tx, r *v1.Reader) (int64, error) {
	var id int64
	host := t.peer.Name()
	err := tx.QueryRow(ctx, `SELECT account FROM peer_reader WHERE peer = $1 AND handle = $2`, host, r.Handle).Scan(&id)
	if err == nil || !errors.Is(err, sql.ErrNoRows) {
		return id, err
	}
	name := r.Name
	if name == "" {
		name = r.Handle
	}
	a, err := t.accounts.Create(ctx, tx, account.Newcomer{Handle: r.Handle + "-" + host, Name: clip(name, 50) + " (" + clip(host, 26) + ")", At: t.peer.Now()})
	if err != nil {
		return 0, fmt.Errorf("make an account for %s of %s: %w", r.Handle, host, err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO peer_reader (peer, handle, account) VALUES ($1, $2, $3)`, host, r.Handle, a.ID)
	return a.ID, err
}

// clip returns at most n characters of a text.
func clip(text string, n int) string {
	if r := []rune(text); len(r) > n {
		return string(r[:n])
	}
	return text
}
