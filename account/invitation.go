package account

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"broadsheet/db"
	"broadsheet/fault"
)

// Invitation lets people join who could not, or gives them a role as they do.
type Invitation struct {
	ID    int64
	Role  Role
	Note  string // for whom
	Left  int    // how many people may still use it
	Maker int64  // the account, or Operator
	Made  time.Time
	Ends  time.Time
}

// Invite makes an invitation and returns its code, which is not held and cannot be
// shown again.
func (s *Store) Invite(ctx context.Context, maker int64, role Role, note string, uses int, life time.Duration) (code string, err error) {
	note = strings.Join(strings.Fields(note), " ")
	switch {
	case role < Reader:
		return "", fault.Invalid("Choose what the invited shall be: reader, desk or administrator.")
	case len(note) > 200:
		return "", fault.Invalid("The note is too long.")
	case uses < 1 || uses > 1000:
		return "", fault.Invalid("An invitation is for 1 to 1,000 people.")
	case life <= 0 || life > 366*24*time.Hour:
		return "", fault.Invalid("An invitation lasts up to a year.")
	}
	code, sum := newSecret()
	now := s.now()
	return code, s.db.Transact(ctx, func(tx *db.Tx) error {
		if err := Audit(ctx, tx, now, maker, "invite", fmt.Sprintf("%d as %s", uses, role), note); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO invitation (hash, role, note, uses, maker, made, ends) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			sum, role.String(), note, uses, maker, db.Micros(now), db.Micros(now.Add(life)))
		return err
	})
}

// Invitation returns the invitation of a code, NotFound when it is used up, has
// ended or never was.
func (s *Store) Invitation(ctx context.Context, code string) (*Invitation, error) {
	list, err := s.invitations(ctx, s.db, `hash = $1 AND uses > 0 AND ends > $2`, sumOf(code), db.Micros(s.now()))
	if err == nil && len(list) == 0 {
		err = fault.NotFound("This invitation has been used or has ended. Ask for another.")
	}
	if err != nil {
		return nil, err
	}
	return &list[0], nil
}

// Invitations returns those that can still be used, the newest first.
func (s *Store) Invitations(ctx context.Context) ([]Invitation, error) {
	return s.invitations(ctx, s.db, `uses > 0 AND ends > $1`, db.Micros(s.now()))
}

func (s *Store) invitations(ctx context.Context, q db.Querier, where string, args ...any) ([]Invitation, error) {
	rows, err := q.Query(ctx, `SELECT id, role, note, uses, maker, made, ends FROM invitation WHERE `+where+` ORDER BY id DESC LIMIT 200`, args...)
	if err != nil {
		return nil, fmt.Errorf("list invitations: %w", err)
	}
	defer rows.Close()
	var list []Invitation
	for rows.Next() {
		var i Invitation
		var role string
		var made, ends int64
		if err := rows.Scan(&i.ID, &role, &i.Note, &i.Left, &i.Maker, &made, &ends); err != nil {
			return nil, err
		}
		if i.Role, err = ParseRole(role); err != nil {
			return nil, err
		}
		i.Made, i.Ends = db.Time(made), db.Time(ends)
		list = append(list, i)
	}
	return list, rows.Err()
}

// Uninvite ends an invitation.
func (s *Store) Uninvite(ctx context.Context, actor, invitation int64) error {
	return s.db.Transact(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE invitation SET uses = 0 WHERE id = $1 AND uses > 0`, invitation)
		if err == nil && n == 0 {
			return fault.NotFound("That invitation has ended already.")
		}
		if err != nil {
			return err
		}
		return Audit(ctx, tx, s.now(), actor, "end an invitation", fmt.Sprintf("invitation %d", invitation), "")
	})
}

// admit makes the account of a newcomer who was invited, or whom the settings let
// in; a fault when neither.
func (s *Store) admit(ctx context.Context, tx *db.Tx, n Newcomer) (*Account, error) {
	if n.Invitation != 0 && s.settings.Join != Nobody {
		var role string
		err := tx.QueryRow(ctx, `UPDATE invitation SET uses = uses - 1 WHERE id = $1 AND uses > 0 AND ends > $2 RETURNING role`, n.Invitation, db.Micros(s.now())).Scan(&role)
		switch {
		case err == nil:
			if n.Role, err = ParseRole(role); err != nil {
				return nil, err
			}
			return s.Create(ctx, tx, n)
		case !errors.Is(err, sql.ErrNoRows):
			return nil, err
		}
		n.Invitation = 0
	}
	if !s.settings.lets(n.Address) {
		return nil, s.closed()
	}
	return s.Create(ctx, tx, n)
}

// closed says who may join.
func (s *Store) closed() error {
	switch s.settings.Join {
	case ByInvitation:
		return fault.Forbidden("One joins here by invitation. Ask somebody who is here for one.")
	case ByDomain:
		return fault.Forbidden("One joins here with a mail address of %s.", strings.Join(s.settings.Domains, " or "))
	}
	return fault.Forbidden("Nobody can join here. Whoever runs this server makes the accounts.")
}
