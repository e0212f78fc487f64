package digest

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"broadsheet/db"
)

// Limits of what anybody can make this server mail to an address that they type, in
// the database, so that they hold over all processes and restarts.
const (
	perAddress = 3 // mails a day to one address
	perNetwork = 30
	limitSpan  = 24 * time.Hour
)

var errTooMany = errors.New("too many")

// allow counts one request for each of the keys; it fails with errTooMany when there
// were too many. Keys are hashed: what is kept says of nobody that they asked.
func (s *Store) allow(ctx context.Context, tx *db.Tx, address string, network netip.Addr) error {
	now := s.Now()
	if _, err := tx.Exec(ctx, `DELETE FROM digest_limit WHERE until <= $1`, db.Micros(now)); err != nil {
		return err
	}
	for _, l := range []struct {
		key  string
		most int
	}{{"address " + address, perAddress}, {"network " + networkOf(network), perNetwork}} {
		var n int
		if err := tx.QueryRow(ctx, `INSERT INTO digest_limit (key, n, until) VALUES ($1, 1, $2)
			ON CONFLICT (key) DO UPDATE SET n = digest_limit.n + 1 RETURNING n`, s.limits.Sum(l.key, 40), db.Micros(now.Add(limitSpan))).Scan(&n); err != nil {
			return err
		}
		if n > l.most {
			return errTooMany
		}
	}
	return nil
}

// networkOf returns what one household or one office has of the net.
func networkOf(a netip.Addr) string {
	a = a.Unmap()
	bits := 24
	if a.Is6() {
		bits = 56
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return "unknown"
	}
	return p.String()
}
