// Package backup keeps what cannot be had again: copies of a whole instance in a folder
// or in a bucket of an S3-compatible server, and the way back from them.
//
// A place of backups holds points and packs. A point (points/TIME) describes everything
// that there was at one moment as a list of chunks; a pack (packs/…) holds chunks that
// were new when it was written. A chunk is named by its content, so what has not changed
// since the point before is not written again. From SQLite the chunks are groups of
// pages, from PostgreSQL groups of lines of an export of everything. Point says how both
// lie there, so that another program could read them.
//
// What it promises: a point is of one moment, while others write; it stands under its
// name only after every pack it needs has been read back and compared; restoring gives
// the bytes that were backed up or an error; and with a key nothing lies there in clear
// but times and sizes. Whoever has the key can read the backups, and without it nobody
// can.
package backup

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"time"

	"broadsheet/db"
	"broadsheet/fault"
)

// Vault is a place where backups lie.
type Vault struct {
	address string
	store   store
	key     *Key
}

// Open opens a place: a folder, or s3://[key:secret@]host/bucket[/prefix]. With a key
// what is written there is encrypted; nil is none.
func Open(address string, key *Key) (*Vault, error) {
	s, err := openStore(address)
	if err != nil {
		return nil, err
	}
	return &Vault{address: address, store: s, key: key}, nil
}

// Place returns the address of the vault without a secret that stands in it.
func (v *Vault) Place() string {
	if u, err := url.Parse(v.address); err == nil && u.User != nil {
		return u.Redacted()
	}
	return v.address
}

// Taking says how a backup is taken.
type Taking struct {
	Now      time.Time
	Program  string // its version
	Settings string // a file that is backed up beside the database, if it is there
	Workers  int    // how many processors to use; 0 is 1
	Progress func(done, all int64)
}

// Taken is what taking a backup did.
type Taken struct {
	*Point
	Written int64 // bytes that were new in the place
}

// Take backs up what d holds at this moment.
func (v *Vault) Take(ctx context.Context, d *db.DB, t Taking) (*Taken, error) {
	taken, err := v.take(ctx, d, t)
	if err != nil {
		return nil, fmt.Errorf("back up to %s: %w", v.Place(), err)
	}
	return taken, nil
}

func (v *Vault) take(ctx context.Context, d *db.DB, t Taking) (*Taken, error) {
	identity, err := d.Identity(ctx)
	if err != nil {
		return nil, err
	}
	before, err := v.Point(ctx, time.Time{})
	switch {
	case fault.Is(err, fault.KindMissing):
		before = &Point{Instance: identity}
	case err != nil:
		return nil, err
	case before.Instance != identity:
		return nil, fault.Conflict("There are backups of another instance in it. Name an empty place, or one of this instance.")
	case !t.Now.After(before.At):
		return nil, fault.Conflict("It holds a backup of %s, which is not in the past: set the clock.", before.At.Format(time.RFC3339))
	}
	held, err := v.packs(ctx)
	if err != nil {
		return nil, err
	}
	p := &Point{Format: format, At: t.Now.UTC().Truncate(time.Microsecond), Program: t.Program, Instance: identity, Engine: d.Dialect.String(), Locked: v.key != nil}
	if before.Locked != p.Locked {
		before = &Point{} // what lies there in clear is not part of an encrypted backup
	}
	w := newWriter(ctx, v, p, before, held)
	defer w.stop()
	if err := w.run(ctx, d, t); err != nil {
		return nil, err
	}
	size, err := v.seal(ctx, p)
	return &Taken{p, w.written + size}, err
}

// packs returns the sizes of the packs that the place holds.
func (v *Vault) packs(ctx context.Context) (map[string]int64, error) {
	list, err := v.store.list(ctx, "packs/")
	if err != nil {
		return nil, err
	}
	held := make(map[string]int64, len(list))
	for _, o := range list {
		held[o.name] = o.size
	}
	return held, nil
}

// seal writes the point, once everything that it needs is there, and reads it back.
func (v *Vault) seal(ctx context.Context, p *Point) (int64, error) {
	held, err := v.packs(ctx)
	if err != nil {
		return 0, err
	}
	for _, k := range p.Packs {
		if held[k.name()] != k.Size {
			return 0, fmt.Errorf("pack %s has %d bytes there, and should have %d: was something removed meanwhile?", k.Sum, held[k.name()], k.Size)
		}
	}
	body, err := p.encode()
	if err != nil {
		return 0, err
	}
	if body, err = v.key.lock(body); err != nil {
		return 0, err
	}
	return int64(len(body)), v.putVerified(ctx, pointName(p.At), body)
}

// putVerified writes an object and reads it back.
func (v *Vault) putVerified(ctx context.Context, name string, body []byte) error {
	if err := v.store.put(ctx, name, body); err != nil {
		return err
	}
	again, err := v.store.get(ctx, name, int64(len(body)))
	if err != nil {
		return fmt.Errorf("read back what was just written: %w", err)
	}
	if !bytes.Equal(body, again) {
		return errors.Join(fmt.Errorf("%s reads differently from what was written there: that place loses data", name), v.store.remove(ctx, name))
	}
	return nil
}

// getPack returns the chunks in a pack, decrypted and compared with its name.
func (v *Vault) getPack(ctx context.Context, k pack) ([]byte, error) {
	body, err := v.store.get(ctx, k.name(), k.Size)
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(body); hex.EncodeToString(sum[:]) != k.Sum {
		return nil, fault.Invalid("%s is damaged: its bytes have another sum than its name says. Restore another point.", k.name())
	}
	return v.key.open(body)
}
