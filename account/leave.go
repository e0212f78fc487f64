package account

import (
	"context"

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
