package account

import (
	"archive/zip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"broadsheet/db"
)

// Room is another part of the house that holds something of a reader's: it hands
// that over when they take everything along, and lets go of it when they leave.
type Room interface {
	// Export adds what the room holds of an account, each part under the name of a
	// file without its ending ("votes"); what can be written as JSON.
	Export(ctx context.Context, account int64, add func(name string, part any) error) error
	// Leave erases what the room holds of an account. With words false, what they
	// wrote for others stays, as that of a former reader.
	Leave(ctx context.Context, tx *db.Tx, account int64, words bool) error
}

// Register makes a room take part in exports and leavings. It is called before the
// store is used.
func (s *Store) Register(r Room) { s.rooms = append(s.rooms, r) }

// OnAddress has f called in the transaction in which an account gets an address that
// its holder has proved, so that a room gives it what it holds for that address. It is
// called before the store is used.
func (s *Store) OnAddress(f func(ctx context.Context, tx *db.Tx, account int64, address string) error) {
	s.proved = append(s.proved, f)
}

func (s *Store) tellAddress(ctx context.Context, tx *db.Tx, account int64, address string) error {
	if address == "" {
		return nil
	}
	for _, f := range s.proved {
		if err := f(ctx, tx, account, address); err != nil {
			return fmt.Errorf("the address of account %d: %w", account, err)
		}
	}
	return nil
}

// exported is an account as its holder takes it along.
type exported struct {
	Handle, Name, Address, Role string
	Joined                      time.Time
	Shows                       Shows
	Sessions                    []Session
	Tokens                      []Token
	Ways                        []Way
}

// Export writes everything that the house holds of an account, as a ZIP of JSON
// files. Secrets are not in it: they are held as their sums alone.
func (s *Store) Export(ctx context.Context, account int64, w io.Writer) error {
	z := zip.NewWriter(w)
	add := func(name string, part any) error {
		f, err := z.CreateHeader(&zip.FileHeader{Name: name + ".json", Method: zip.Deflate, Modified: s.now()})
		if err != nil {
			return err
		}
		e := json.NewEncoder(f)
		e.SetIndent("", "  ")
		return e.Encode(part)
	}
	a, err := s.Get(ctx, account)
	if err != nil {
		return err
	}
	x := exported{Handle: a.Handle, Name: a.Name, Address: a.Address, Role: a.Role.String(), Joined: a.Joined, Shows: a.Shows}
	if x.Sessions, err = s.Sessions(ctx, account); err != nil {
		return err
	}
	if x.Tokens, err = s.Tokens(ctx, account); err != nil {
		return err
	}
	if x.Ways, err = s.Ways(ctx, a); err != nil {
		return err
	}
	if err := add("account", x); err != nil {
		return err
	}
	for _, r := range s.rooms {
		if err := r.Export(ctx, account, add); err != nil {
			return fmt.Errorf("export of account %d: %w", account, err)
		}
	}
	return z.Close()
}

// Leave ends an account: what it held is erased at once. With words true, so is what
// they wrote for others. The number of the account stays, as that of "a former
// reader", for what stays to point at.
func (s *Store) Leave(ctx context.Context, account int64, words bool) error {
	return s.db.Transact(ctx, func(tx *db.Tx) error {
		a, err := one(ctx, tx, `a.id = $1 AND a.gone = 0`, account)
		if err != nil {
			return err
		}
		if a.Role == Administrator {
			if err := othersAdminister(ctx, tx, account); err != nil {
				return err
			}
		}
		for _, r := range s.rooms {
			if err := r.Leave(ctx, tx, account, words); err != nil {
				return fmt.Errorf("account %d leaves: %w", account, err)
			}
		}
		for _, table := range []string{"session", "token", "passkey", "identity"} {
			if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE account = $1`, account); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `DELETE FROM letter WHERE account = $1 OR address = $2`, account, a.Address); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE account SET handle = $2, name = 'a former reader', address = NULL, role = 'reader', granted = '', password = '', network = '', sample = 0,
			show_votes = 0, followable = 0, listed = 0, show_comments = 0, show_papers = 0, gone = $3, version = version + 1 WHERE id = $1`, account, fmt.Sprintf("former-%d", account), db.Micros(s.now()))
		return err
	})
}
