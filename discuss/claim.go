package discuss

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"broadsheet/db"
	"broadsheet/fault"
	"broadsheet/paper"
)

// Claim says that a reader is an author of a paper.
type Claim struct {
	ID       int64
	Paper    int64
	Author   string // as the paper names them
	Account  int64
	Way      Way
	Evidence string // what the reader said, or what proved it
	At       time.Time
	State    string
	Decider  int64 // who of the desk decided; 0 for the server
	Decided  time.Time
	Reason   string
}

// Way is how a claim is proved.
type Way string

// The ways.
const (
	ByMail  Way = "mail"  // a verified address in the paper's domain, and the author's name
	ByORCID Way = "orcid" // an ORCID iD in the author's name
	ByDesk  Way = "desk"  // the desk decides
)

// The states of a claim.
const (
	Open    = "open"
	Granted = "granted"
	Refused = "refused" // the reader may ask again
)

// Claimant is who claims, and what is proved of them.
type Claimant struct {
	Account int64
	Handle  string
	Name    string
	Address string // of their mail, verified; "" for none
	ORCID   string // "" when none is proved
}

// Claim asks for the author of that name to be the claimant. Where their mail address
// or their ORCID iD proves it the claim is granted at once, else it waits for the
// desk. Asked again while it waits or stands, it changes nothing; after a refusal it
// is a new request, and the old one stays on record.
func (s *Store) Claim(ctx context.Context, now time.Time, id int64, author string, who Claimant, evidence string) (*Claim, error) {
	const longest, most = 2000, 10
	if evidence = strings.TrimSpace(evidence); len(evidence) > longest {
		return nil, fault.Invalid("What you say has %d bytes; at most %d fit.", len(evidence), longest)
	}
	var c *Claim
	err := s.db.Transact(ctx, func(tx *db.Tx) error {
		id, err := s.papers.Hold(ctx, tx, id)
		if err != nil {
			return err
		}
		list, err := s.papers.List(ctx, tx, []int64{id})
		if err != nil || len(list) == 0 {
			return err
		}
		p := list[0]
		if !slices.ContainsFunc(p.Authors, func(a paper.Author) bool { return a.Name == author }) {
			return fault.Invalid("The paper names no author %q.", author)
		}
		held, err := claims(ctx, tx, `WHERE paper = $1 AND (account = $2 OR state = 'granted') ORDER BY id`, id, who.Account)
		if err != nil {
			return err
		}
		for i := range held {
			switch h := &held[i]; {
			case h.Account == who.Account && h.Author == author && h.State != Refused:
				c = h
				return nil
			case h.Account == who.Account && h.State != Refused:
				return fault.Conflict("You have claimed to be %s already.", h.Author)
			case h.Author == author && h.State == Granted:
				return fault.Conflict("%s has been claimed by somebody else. Report a mistake in the record if that is one.", author)
			}
		}
		var open int
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM claim WHERE account = $1 AND state = 'open'`, who.Account).Scan(&open); err != nil {
			return err
		}
		if open >= most {
			return fault.TooOften("%d of your claims wait for the desk. Ask for this one later.", open)
		}
		c = &Claim{Paper: id, Author: author, Account: who.Account, Evidence: evidence, At: now.UTC().Truncate(time.Microsecond), State: Open}
		proof := ""
		if c.Way, proof = prove(p, author, who); proof != "" {
			c.Evidence = proof
		}
		return s.request(ctx, tx, now, c, who.Handle)
	})
	if err != nil {
		return nil, fmt.Errorf("claim paper %d: %w", id, err)
	}
	return c, nil
}

func (s *Store) request(ctx context.Context, tx *db.Tx, now time.Time, c *Claim, handle string) error {
	err := tx.QueryRow(ctx, `INSERT INTO claim (paper, author, account, way, evidence, at, state, decider, decided, reason)
		VALUES ($1, $2, $3, $4, $5, $6, 'open', 0, 0, '') RETURNING id`, c.Paper, c.Author, c.Account, c.Way, c.Evidence, db.Micros(now)).Scan(&c.ID)
	if err != nil {
		return err
	}
	logChange(tx, now, 0)
	if c.Way == ByDesk {
		return s.papers.AddHere(ctx, tx, now, c.Paper, noTally)
	}
	return s.settle(ctx, tx, now, c, handle, Granted, Ruling{Rule: 5, Reason: c.Evidence})
}

// DecideClaim grants or refuses a claim, or takes back one that was granted. Nobody
// decides on their own.
func (s *Store) DecideClaim(ctx context.Context, now time.Time, id int64, handle func(account int64) (string, error), r Ruling, grant bool) error {
	r.Rule = 5
	if err := r.check(); err != nil {
		return err
	}
	return s.db.Transact(ctx, func(tx *db.Tx) error {
		list, err := claims(ctx, tx, `WHERE id = $1`+tx.Dialect.ForUpdate(), id)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return fault.NotFound("There is no claim %d.", id)
		}
		c, to := &list[0], Refused
		if grant {
			to = Granted
		}
		switch {
		case c.Account == r.Desk:
			return fault.Forbidden("You cannot decide on your own claim.")
		case c.State == to:
			return nil // asked twice
		case c.State == Refused:
			return fault.Conflict("This claim was refused; the reader may ask again.")
		}
		name, err := handle(c.Account)
		if err != nil {
			return err
		}
		return s.settle(ctx, tx, now, c, name, to, r)
	})
}

// settle decides a claim, marks the author and logs why.
func (s *Store) settle(ctx context.Context, tx *db.Tx, now time.Time, c *Claim, handle, to string, r Ruling) error {
	was := c.State
	c.State, c.Decider, c.Decided, c.Reason = to, r.Desk, now, r.Reason
	if _, err := tx.Exec(ctx, `UPDATE claim SET state = $2, decider = $3, decided = $4, reason = $5 WHERE id = $1`, c.ID, to, r.Desk, db.Micros(now), r.Reason); err != nil {
		return err
	}
	kind := ClaimGranted
	switch {
	case to == Granted:
		if err := s.papers.SetClaim(ctx, tx, now, c.Paper, c.Author, handle); err != nil {
			return err
		}
	case was == Granted:
		if err := s.papers.SetClaim(ctx, tx, now, c.Paper, c.Author, ""); err != nil {
			return err
		}
		fallthrough
	default:
		kind = ClaimRefused
	}
	if err := s.papers.AddHere(ctx, tx, now, c.Paper, noTally); err != nil {
		return err
	}
	if _, err := logAct(ctx, tx, Act{At: now, Kind: kind, Paper: c.Paper, Account: r.Desk, Concerns: c.Account, Rule: r.Rule, Reason: r.Reason}); err != nil {
		return err
	}
	return s.decided(ctx, tx, c.Account, c.Paper, 0, fmt.Sprintf("Your claim to be %s is %s. %s", c.Author, to, r.Reason))
}

// Claims returns all claims of a paper, ascending by time.
func (s *Store) Claims(ctx context.Context, id int64) ([]Claim, error) {
	return claims(ctx, s.db, `WHERE paper = $1 ORDER BY id LIMIT 1000`, id)
}

// ClaimsOf returns the newest claims of a reader, at most limit.
func (s *Store) ClaimsOf(ctx context.Context, account int64, limit int) ([]Claim, error) {
	return claims(ctx, s.db, `WHERE account = $1 ORDER BY id DESC LIMIT $2`, account, limit)
}

// OpenClaims returns the claims that wait for the desk, the oldest first.
func (s *Store) OpenClaims(ctx context.Context) ([]Claim, error) {
	return claims(ctx, s.db, `WHERE state = 'open' ORDER BY at LIMIT 200`)
}

func claimedBy(ctx context.Context, q db.Querier, paper, account int64) (bool, error) {
	list, err := claims(ctx, q, `WHERE paper = $1 AND account = $2 AND state = 'granted' LIMIT 1`, paper, account)
	return len(list) > 0, err
}

func claims(ctx context.Context, q db.Querier, where string, args ...any) ([]Claim, error) {
	rows, err := q.Query(ctx, `SELECT id, paper, author, account, way, evidence, at, state, decider, decided, reason FROM claim `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("read claims: %w", err)
	}
	defer rows.Close()
	var list []Claim
	for rows.Next() {
		var c Claim
		var at, decided int64
		if err := rows.Scan(&c.ID, &c.Paper, &c.Author, &c.Account, &c.Way, &c.Evidence, &at, &c.State, &c.Decider, &decided, &c.Reason); err != nil {
			return nil, err
		}
		c.At, c.Decided = db.Time(at), db.Time(decided)
		list = append(list, c)
	}
	return list, rows.Err()
}
