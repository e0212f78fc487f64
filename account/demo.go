package account

import (
	"context"

	"broadsheet/db"
	"broadsheet/fault"
)

// demoHandle is the handle of the account of the demo that has a role.
func demoHandle(r Role) string { return "sample-" + r.String() }

// SeatDemo makes the two accounts of the demo that one can be: a reader and the
// desk.
func (s *Store) SeatDemo(ctx context.Context) error {
	return s.db.Transact(ctx, func(tx *db.Tx) error {
		for _, n := range []Newcomer{{Handle: demoHandle(Reader), Name: "A Sample Reader", Role: Reader, Sample: true}, {Handle: demoHandle(Desk), Name: "The Sample Desk", Role: Desk, Sample: true}} {
			if _, err := s.Create(ctx, tx, n); err != nil {
				return err
			}
		}
		return nil
	})
}

// SignInToDemo starts a session of the demo's reader or desk. The caller has made
// sure that whoever asks sits at this machine.
func (s *Store) SignInToDemo(ctx context.Context, r Role, from Place) (string, error) {
	if !s.settings.Demo {
		return "", fault.Forbidden("This is no demo.")
	}
	a, err := s.ByHandle(ctx, demoHandle(r))
	if err != nil {
		return "", err
	}
	return s.StartSession(ctx, a.ID, "demo", from)
}
