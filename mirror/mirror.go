// Package mirror has this instance follow another one by its change stream, so that the
// other may vanish: its papers, editions, votes and comments are here then.
//
// It stores how far each peer has been read, which papers came from it, who stands here
// for its readers, and the votes on a paper by where they were given. What it promises:
// reading may end at any moment and goes on where it stopped; a change that is told again
// changes nothing; what is taken away at the peer is taken away here; what was done here is
// not touched, and does not come back from elsewhere; what several peers tell of a third is
// there once; and no record of a peer stops those behind it. Votes given elsewhere are
// figures that were read at the first peer that told of them; comments stand under the
// names of their writers with the peer's beside them; a paper that came from the peer
// stands in the edition in which the peer has it, and one that was here before stays where
// it stands. A paper that is held from a better source than any peer is stays as it is.
//
// What a peer tells goes three ways: ask.go bounds and cleans the answer, read.go
// understands and judges it, take.go and votes.go keep it.
package mirror

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"time"

	"broadsheet/account"
	"broadsheet/db"
	"broadsheet/discuss"
	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/harvest"
	"broadsheet/paper"
)

// Store keeps what came from peers. It is safe for concurrent use.
type Store struct {
	papers   *paper.Store
	editions *edition.Store
	talk     *discuss.Store
	accounts *account.Store
	db       *db.DB
}

// NewStore returns the store.
func NewStore(papers *paper.Store, editions *edition.Store, talk *discuss.Store, accounts *account.Store) *Store {
	s := &Store{papers, editions, talk, accounts, papers.DB()}
	papers.OnMerge(merge)
	editions.RuledBy(fromPeer)
	return s
}

// fromPeer reports whether a paper came from an instance that is followed.
func fromPeer(ctx context.Context, q db.Querier, id int64) (bool, error) {
	var n int
	err := q.QueryRow(ctx, `SELECT count(*) FROM peer_paper JOIN peer ON peer.name = peer_paper.peer WHERE peer_paper.paper = $1 AND peer.stopped = 0`, id).Scan(&n)
	return n > 0, err
}

func merge(ctx context.Context, tx *db.Tx, keep, gone int64) error {
	if err := mergeVotes(ctx, tx, keep, gone); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO peer_paper (peer, paper) SELECT peer, $1 FROM peer_paper WHERE paper = $2 ON CONFLICT (peer, paper) DO NOTHING`, keep, gone); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM peer_paper WHERE paper = $1`, gone)
	return err
}

// Peer is an instance that is followed.
type Peer struct {
	Address string // https://papers.example.org
	Client  harvest.Client
	Now     func() time.Time
	Log     *slog.Logger
}

// NewPeer returns the peer at an address, which is asked over connections of its own:
// a question there waits for the next change. It may lie in a private network.
func NewPeer(address, agent string, now func() time.Time, log *slog.Logger) (*Peer, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil {
		return nil, fault.Invalid("%s: the address of a Broadsheet is wanted, such as https://papers.example.org.", address)
	}
	pace := harvest.NewPace(agent, time.Second)
	pace.Flowing = true
	return &Peer{Address: u.Scheme + "://" + u.Host, Client: harvest.Client{Pace: pace, Redirect: within}, Now: now, Log: log}, nil
}

// Name is the name under which what came from the peer is kept: its host.
func (p *Peer) Name() string {
	if u, err := url.Parse(p.Address); err == nil {
		return u.Host
	}
	return p.Address
}

// Step is how far a mirror has come.
type Step struct {
	Changes int   // told
	Papers  int   // of them papers
	Made    int   // that were not held before
	Bad     int   // that could not be used
	Seq     int64 // up to which the peer has been read
	Latest  int64 // of the peer
	Anew    bool  // the peer begins anew, and is read from its beginning
}

// State is how far a peer has been read.
type State struct {
	Name        string
	Seq, Latest int64
	Asked       time.Time
	Failed      string // why, "" when all went well
	Refused     int64  // records that could not be used, in all
	Anew        string // why it was read from its beginning last, "" for never
	AnewAt      time.Time
}

// Remembered is for how long it is said where one looks that a peer began anew.
const Remembered = 7 * 24 * time.Hour

// AnewSince says why the peer was read from its beginning, and when, if that was after a
// moment; else "".
func (s State) AnewSince(t time.Time) string {
	if s.Anew == "" || s.AnewAt.Before(t) {
		return ""
	}
	return "At " + s.AnewAt.UTC().Format("15:04 UTC on 2 January") + " " + s.Anew
}

// States returns how far each peer that is followed has been read, once it was asked.
func States(ctx context.Context, q db.Querier) ([]State, error) {
	rows, err := q.Query(ctx, `SELECT name, seq, latest, asked, failed, refused, anew, anew_at FROM peer WHERE stopped = 0 AND asked > 0 ORDER BY name LIMIT 100`)
	if err != nil {
		return nil, fmt.Errorf("list who is followed: %w", err)
	}
	defer rows.Close()
	var list []State
	for rows.Next() {
		var s State
		var asked, anew int64
		if err := rows.Scan(&s.Name, &s.Seq, &s.Latest, &asked, &s.Failed, &s.Refused, &s.Anew, &anew); err != nil {
			return nil, err
		}
		s.Asked, s.AnewAt = db.Time(asked), db.Time(anew)
		list = append(list, s)
	}
	return list, rows.Err()
}

// Follows returns the identities of the instances that this one follows, itself or
// through others.
func (s *Store) Follows(ctx context.Context) ([]string, error) {
	rows, err := s.db.Query(ctx, `SELECT identity, follows FROM peer WHERE stopped = 0 ORDER BY name LIMIT 100`)
	if err != nil {
		return nil, fmt.Errorf("list who is followed: %w", err)
	}
	defer rows.Close()
	var list []string
	for rows.Next() {
		var identity, follows string
		if err := rows.Scan(&identity, &follows); err != nil {
			return nil, err
		}
		list = append(list, strings.Fields(identity+" "+follows)...)
	}
	slices.Sort(list)
	return slices.Compact(list), rows.Err()
}

// Stop ends that a peer is followed: what came from it stays, and it may follow this
// instance. To follow it again is to follow it from its beginning.
func (s *Store) Stop(ctx context.Context, p *Peer) error {
	return s.Alone(ctx, p, func(ctx context.Context) error {
		err := s.db.Transact(ctx, func(tx *db.Tx) error {
			n, err := tx.Exec(ctx, `UPDATE peer SET stopped = $2, seq = 0, follows = '', failed = '' WHERE name = $1 AND stopped = 0`, p.Name(), db.Micros(p.Now()))
			if err == nil && n == 0 {
				err = fault.NotFound("%s is not followed here.", p.Name())
			}
			if err != nil {
				return err
			}
			return s.talk.Unfollow(ctx, tx, p.Name())
		})
		if err != nil {
			return fmt.Errorf("stop following %s: %w", p.Name(), err)
		}
		return nil
	})
}
