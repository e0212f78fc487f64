package mirror

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"time"

	v1 "broadsheet/api/v1"
	"broadsheet/db"
	"broadsheet/fault"
	"broadsheet/job"
)

// CatchUp reads what the peer had told when it was first asked: what it adds meanwhile
// comes the next time. progress may be nil.
func (s *Store) CatchUp(ctx context.Context, p *Peer, progress func(Step)) (Step, error) {
	var sum Step
	for goal, anew := int64(-1), false; ; {
		step, err := s.next(ctx, p, 0)
		sum.Changes, sum.Papers, sum.Made, sum.Bad = sum.Changes+step.Changes, sum.Papers+step.Papers, sum.Made+step.Made, sum.Bad+step.Bad
		sum.Seq, sum.Latest, sum.Anew = step.Seq, step.Latest, sum.Anew || step.Anew
		if progress != nil {
			progress(sum)
		}
		switch {
		case err != nil:
			return sum, err
		case step.Anew && anew:
			return sum, fault.Conflict("%s begins anew again and again. Look at what answers at its address.", p.Address)
		case step.Anew || goal < 0:
			goal, anew = step.Latest, anew || step.Anew
		}
		if step.Seq >= goal {
			return sum, nil
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

// next asks for the next changes, waiting for them if need be, and takes them in as they
// come.
func (s *Store) next(ctx context.Context, p *Peer, wait time.Duration) (Step, error) {
	known, err := s.place(ctx, p)
	if err != nil {
		return Step{}, err
	}
	own, err := s.db.Identity(ctx)
	if err != nil {
		return Step{}, err
	}
	t := &taking{Store: s, peer: p, own: own, known: known, step: Step{Seq: known.seq}, latest: p.Now().Add(ahead), heard: map[string]bool{}}
	err = ask(ctx, p, known.seq, wait, func(told *answer) error { return t.take(ctx, told) })
	if t.why.count > 0 {
		p.Log.Warn("some of what the peer told could not be used", "peer", p.Name(), "records", t.why.count, "first", t.why.first)
	}
	t.step.Bad = t.why.count
	failed := ""
	if err != nil && ctx.Err() == nil {
		failed = err.Error()
	}
	if noted := s.note(context.WithoutCancel(ctx), p, t.step, failed, t.anew); err == nil {
		err = noted
	}
	return t.step, err
}

// known is what was known of a peer before it was asked.
type known struct {
	seq              int64 // how far it has been read
	identity, stream string
}

// begun says why what the peer tells cannot be the continuation of what was read up to
// seq, "" when it can, as far as it has told. An older program tells of no stream.
func begun(told *answer, seq int64, k known) string {
	switch {
	case k.identity != "" && told.Instance != k.identity:
		return "another instance answers at its address than before; it is read from its beginning."
	case k.stream != "" && told.stream != "" && told.stream != k.stream:
		return "it had been restored from a backup, or brought in from an export; it is read from its beginning."
	case told.whole && told.Latest < seq:
		return fmt.Sprintf("it knew %d changes where %d had been read, as one restored from a backup does; it is read from its beginning.", told.Latest, seq)
	}
	return ""
}

// place returns how far the peer has been read, and which instance it was.
func (s *Store) place(ctx context.Context, p *Peer) (k known, err error) {
	err = s.db.Transact(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO peer (name, identity, follows, seq, latest, asked, failed) VALUES ($1, '', '', 0, 0, 0, '') ON CONFLICT (name) DO UPDATE SET stopped = 0`, p.Name()); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT seq, identity, stream FROM peer WHERE name = $1`, p.Name()).Scan(&k.seq, &k.identity, &k.stream)
	})
	return k, err
}

// apart refuses to follow whoever follows us, directly or through others, and notes whom
// the peer follows: what went round would say nothing new at each turn, and never end.
func (s *Store) apart(ctx context.Context, p *Peer, told *answer) error {
	own, err := s.db.Identity(ctx)
	if err != nil {
		return err
	}
	if told.Instance == own {
		return fault.Conflict("%s is this instance itself.", p.Address)
	}
	if slices.Contains(told.Follows, own) {
		return fault.Conflict("%s follows this instance, itself or through another one. Follow in one direction: there, let it be said with broadsheet harvest --stop-mirror.", p.Address)
	}
	follows := strings.Join(told.Follows, " ")
	return s.db.Transact(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE peer SET follows = $2, identity = CASE WHEN identity = '' THEN $3 ELSE identity END WHERE name = $1 AND (follows <> $2 OR identity = '')`, p.Name(), follows, told.Instance)
		return err
	})
}

func (s *Store) note(ctx context.Context, p *Peer, step Step, failed, anew string) error {
	return s.db.Transact(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE peer SET asked = $2, failed = $3, latest = CASE WHEN $4 = 0 THEN latest ELSE $4 END, refused = refused + $5,
			anew = CASE WHEN $6 = '' THEN anew ELSE $6 END, anew_at = CASE WHEN $6 = '' THEN anew_at ELSE $2 END WHERE name = $1`,
			p.Name(), db.Micros(p.Now()), failed, step.Latest, step.Bad, anew)
		return err
	})
}

// atOnce is how many changes are taken in in one transaction, so that others who write
// do not wait long.
const atOnce = 100

// take takes in what the peer has told since it was last called, and moves the place from
// which to go on, each part of it in one transaction. Of a peer that begins anew it takes
// nothing: it is asked for its beginning next.
func (t *taking) take(ctx context.Context, told *answer) error {
	if err := t.apart(ctx, t.peer, told); err != nil {
		return err
	}
	if t.anew == "" {
		t.anew = begun(told, t.step.Seq, t.known)
	}
	if t.known.identity = told.Instance; told.stream != "" || t.anew != "" {
		t.known.stream = told.stream
	}
	if t.anew != "" {
		return t.restart(ctx, told)
	}
	if !told.whole && told.last <= t.step.Seq {
		return nil // it was taken in before the answer broke off
	}
	told.Changes.Changes = slices.DeleteFunc(told.Changes.Changes, func(c v1.Change) bool { return c.Seq <= t.step.Seq })
	t.step.Changes += len(told.Changes.Changes) + told.count
	t.step.Latest = told.Latest
	t.why.add(told.count, told.first)
	to := told.last
	if told.whole {
		to = max(told.Next, t.step.Seq)
	}
	for rest := t.understand(told.Changes.Changes); ; {
		n, part := min(atOnce, len(rest)), to
		if n < len(rest) {
			part = rest[n-1].Seq
		}
		done, err := t.part(ctx, rest[:n], t.step.Seq, part)
		if err != nil {
			return fmt.Errorf("take in changes %d to %d of %s: %w", t.step.Seq, part, t.peer.Name(), err)
		}
		t.why.add(done.count, done.first)
		t.step.Seq, t.step.Papers, t.step.Made = part, t.step.Papers+done.papers, t.step.Made+done.made
		if rest = rest[n:]; len(rest) == 0 {
			return nil
		}
	}
}

// restart has the peer be read from its beginning the next time, once all is read that it
// told: the number of its newest change comes last.
func (t *taking) restart(ctx context.Context, told *answer) error {
	if !told.whole {
		return nil
	}
	t.peer.Log.Warn("the peer is read from its beginning: "+t.anew, "peer", t.peer.Name(), "read", t.step.Seq)
	if _, err := t.part(ctx, nil, t.step.Seq, 0); err != nil {
		return fmt.Errorf("begin anew with %s: %w", t.peer.Name(), err)
	}
	t.step.Seq, t.step.Latest, t.step.Anew = 0, told.Latest, true
	return nil
}
