// Package mirror has this instance follow another one by its change stream, so that the
// other may vanish: its papers, editions, votes and comments are here then.
//
// It stores how far each peer has been read, which papers came from it, and who stands
// here for its readers. What it promises: reading may end at any moment and goes on
// where it stopped; a change that is told again changes nothing; what is taken away at
// the peer is taken away here; and what was done here is not touched. Votes of the peer,
// its own and those it counted upstream, are figures read at a source that has the name
// of the peer; its comments stand under the names of their writers with the peer's beside
// them; a paper that came from the peer stands in the edition in which the peer has it,
// and one that was here before stays where it stands.
package mirror

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"broadsheet/account"
	v1 "broadsheet/api/v1"
	"broadsheet/db"
	"broadsheet/discuss"
	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/harvest"
	"broadsheet/job"
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
	return s
}

func merge(ctx context.Context, tx *db.Tx, keep, gone int64) error {
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
	return &Peer{Address: u.Scheme + "://" + u.Host, Client: harvest.Client{Pace: harvest.NewPace(agent, time.Second)}, Now: now, Log: log}, nil
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
}

// State is how far a peer has been read.
type State struct {
	Name        string
	Seq, Latest int64
	Asked       time.Time
	Failed      string // why, "" when all went well
}

// States returns how far each peer has been read.
func States(ctx context.Context, q db.Querier) ([]State, error) {
	rows, err := q.Query(ctx, `SELECT name, seq, latest, asked, failed FROM peer ORDER BY name LIMIT 100`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []State
	for rows.Next() {
		var s State
		var asked int64
		if err := rows.Scan(&s.Name, &s.Seq, &s.Latest, &asked, &s.Failed); err != nil {
			return nil, err
		}
		s.Asked = db.Time(asked)
		list = append(list, s)
	}
	return list, rows.Err()
}

// CatchUp reads what the peer has told since it was last read, to its end. progress may
// be nil.
func (s *Store) CatchUp(ctx context.Context, p *Peer, progress func(Step)) (Step, error) {
	var sum Step
	for {
		step, err := s.next(ctx, p, 0)
		sum.Changes, sum.Papers, sum.Made, sum.Bad = sum.Changes+step.Changes, sum.Papers+step.Papers, sum.Made+step.Made, sum.Bad+step.Bad
		sum.Seq, sum.Latest = step.Seq, step.Latest
		if progress != nil {
			progress(sum)
		}
		if err != nil || step.Seq >= step.Latest {
			return sum, err
		}
	}
}

// leaseTime is how long a process that was killed keeps others from following a peer.
const leaseTime = 5 * time.Minute

// Alone runs do unless another process follows the peer into the same database, which
// is a fault.Busy.
func (s *Store) Alone(ctx context.Context, p *Peer, do func(context.Context) error) error {
	lease, holder := "mirror "+p.Name(), fmt.Sprintf("%d.%x", os.Getpid(), rand.Uint64())
	mine, err := job.Acquire(ctx, s.db, lease, holder, p.Now(), leaseTime)
	if err != nil {
		return err
	}
	if !mine {
		return fault.Busy("Another process follows %s into this database.", p.Name())
	}
	defer job.Release(context.WithoutCancel(ctx), s.db, lease, holder) // else it runs out
	job.Hold(ctx, s.db, lease, holder, p.Now, leaseTime, func(ctx context.Context) { err = do(ctx) })
	return err
}

// Keep follows the peer until ctx ends: it waits there for the next change. Of several
// processes with one database, one does so.
func (s *Store) Keep(ctx context.Context, p *Peer) {
	const waiting, pause = 8 * time.Second, 30 * time.Second // no peer lets anybody wait for longer
	for ctx.Err() == nil {
		err := s.Alone(ctx, p, func(ctx context.Context) error {
			for {
				if _, err := s.next(ctx, p, waiting); err != nil {
					return err
				}
			}
		})
		if ctx.Err() == nil && !fault.Is(err, fault.KindBusy) {
			p.Log.Error("the peer could not be followed; it will be tried again", "peer", p.Name(), "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

// next asks for the next changes, waiting for them if need be, and takes them in.
func (s *Store) next(ctx context.Context, p *Peer, wait time.Duration) (Step, error) {
	seq, known, err := s.place(ctx, p)
	if err != nil {
		return Step{}, err
	}
	told, err := ask(ctx, p, seq, wait)
	step := Step{Seq: seq}
	if err == nil {
		err = s.apart(ctx, p, told)
	}
	switch {
	case err != nil:
	case known != "" && told.Instance != known:
		p.Log.Warn("the peer is another instance than before; it is read from its beginning", "peer", p.Name(), "read", seq)
		told.Changes, told.Next = nil, 0
	case told.Latest < seq: // it was restored from a backup
		p.Log.Warn("the peer knows fewer changes than it told; it is read again from its beginning", "peer", p.Name(), "read", seq)
		told.Changes, told.Next = nil, 0
	}
	if err == nil {
		step, err = s.take(ctx, p, seq, told)
	}
	failed := ""
	if err != nil && ctx.Err() == nil {
		failed = err.Error()
	}
	if noted := s.note(context.WithoutCancel(ctx), p, step.Latest, failed); err == nil {
		err = noted
	}
	return step, err
}

// place returns how far the peer has been read, and which instance it was.
func (s *Store) place(ctx context.Context, p *Peer) (seq int64, identity string, err error) {
	err = s.db.Transact(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO peer (name, identity, follows, seq, latest, asked, failed) VALUES ($1, '', '', 0, 0, 0, '') ON CONFLICT (name) DO NOTHING`, p.Name()); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT seq, identity FROM peer WHERE name = $1`, p.Name()).Scan(&seq, &identity)
	})
	return seq, identity, err
}

// apart refuses to follow whoever follows us, directly or through others, and notes whom
// the peer follows: votes that went round would be counted again at each turn.
func (s *Store) apart(ctx context.Context, p *Peer, told *v1.Changes) error {
	own, err := s.db.Identity(ctx)
	if err != nil {
		return err
	}
	if told.Instance == own {
		return fault.Conflict("%s is this instance itself.", p.Address)
	}
	if slices.Contains(told.Follows, own) {
		return fault.Conflict("%s follows this instance, itself or through another one: votes would go round and be counted at each turn. Follow in one direction.", p.Address)
	}
	return s.db.Transact(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE peer SET follows = $2 WHERE name = $1 AND follows <> $2`, p.Name(), strings.Join(told.Follows, " "))
		return err
	})
}

// Follows returns the identities of the instances that this one follows, itself or
// through others.
func (s *Store) Follows(ctx context.Context) ([]string, error) {
	rows, err := s.db.Query(ctx, `SELECT identity, follows FROM peer ORDER BY name LIMIT 100`)
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

func (s *Store) note(ctx context.Context, p *Peer, latest int64, failed string) error {
	return s.db.Transact(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE peer SET asked = $2, failed = $3, latest = CASE WHEN $4 = 0 THEN latest ELSE $4 END WHERE name = $1`, p.Name(), db.Micros(p.Now()), failed, latest)
		return err
	})
}

// ask asks the peer for what comes after a number.
func ask(ctx context.Context, p *Peer, seq int64, wait time.Duration) (told *v1.Changes, err error) {
	address := fmt.Sprintf("%s/api/v1/changes?after=%d&limit=%d&include=comments,entries", strings.TrimRight(p.Address, "/"), seq, perAnswer)
	if wait > 0 {
		address += fmt.Sprintf("&wait=%d", int(wait.Seconds()))
	}
	err = p.Client.Get(ctx, address, func(body []byte, _ http.Header) error {
		told = &v1.Changes{}
		if err := json.Unmarshal(body, told); err != nil {
			return fault.Conflict("%s does not answer as a Broadsheet does: %s.", p.Address, err)
		}
		return sound(p, seq, told)
	})
	if err != nil {
		return nil, fmt.Errorf("follow %s: %w", p.Name(), err)
	}
	return told, nil
}

const (
	perAnswer   = 1000
	mostFollows = 100
)

// sound refuses an answer that no Broadsheet gives: whoever follows it must come to an end.
func sound(p *Peer, seq int64, told *v1.Changes) error {
	bad := func(why string) error {
		return fault.Conflict("%s does not answer as a Broadsheet does: %s.", p.Address, why)
	}
	switch {
	case told.Instance == "" || len(told.Instance) > 64 || strings.ContainsAny(told.Instance, " \t\n"):
		return bad("it does not say which instance it is")
	case len(told.Follows) > mostFollows || slices.ContainsFunc(told.Follows, func(f string) bool { return len(f) > 64 || strings.ContainsAny(f, " \t\n") }):
		return bad("whom it follows makes no sense")
	case told.Changes == nil || len(told.Changes) > perAnswer:
		return bad(fmt.Sprintf("it tells %d changes at once", len(told.Changes)))
	case told.Latest < seq:
		return nil // it knows fewer changes than it told: it is read anew
	case told.Next < seq || told.Next > told.Latest || told.Next == seq && told.Latest > seq:
		return bad(fmt.Sprintf("behind change %d of %d it goes on at %d", seq, told.Latest, told.Next))
	}
	for i, last := 0, seq; i < len(told.Changes); i++ {
		if told.Changes[i].Seq <= last || told.Changes[i].Seq > told.Next {
			return bad(fmt.Sprintf("change %d comes behind %d", told.Changes[i].Seq, last))
		}
		last = told.Changes[i].Seq
	}
	return nil
}

// atOnce is how many changes are taken in in one transaction, so that others who write
// do not wait long.
const atOnce = 100

// take takes in what the peer told and moves the place from which to go on, each part of
// it in one transaction.
func (s *Store) take(ctx context.Context, p *Peer, seq int64, told *v1.Changes) (Step, error) {
	sum := Step{Seq: seq, Latest: told.Latest, Changes: len(told.Changes)}
	for rest := told.Changes; ; {
		n := min(atOnce, len(rest))
		to := told.Next
		if n < len(rest) {
			to = rest[n-1].Seq
		}
		var part Step
		err := s.db.Transact(ctx, func(tx *db.Tx) (err error) {
			part, err = s.takePart(ctx, tx, p, rest[:n])
			if err != nil {
				return err
			}
			moved, err := tx.Exec(ctx, `UPDATE peer SET seq = $2, identity = $4 WHERE name = $1 AND seq = $3`, p.Name(), to, sum.Seq, told.Instance)
			if err == nil && moved == 0 {
				err = errors.New("another process has followed the peer meanwhile")
			}
			return err
		})
		if err != nil {
			return sum, fmt.Errorf("take in changes %d to %d of %s: %w", sum.Seq, to, p.Name(), err)
		}
		sum.Seq, sum.Papers, sum.Made, sum.Bad = to, sum.Papers+part.Papers, sum.Made+part.Made, sum.Bad+part.Bad
		if rest = rest[n:]; len(rest) == 0 {
			return sum, nil
		}
	}
}
