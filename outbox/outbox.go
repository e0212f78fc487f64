// Package outbox keeps the letters that are to go out and sees to it that each goes
// out once. Whoever writes one enqueues it in the transaction that holds the reason
// for it, so there is no letter without its reason and no reason without its letter.
//
// # The life of a letter
//
//	waiting ─▶ taken ─▶ handing ─▶ sent
//	   ▲         │         │
//	   └─────────┴─────────┘  refused for now, or the process died
//
//	refused  the server said never
//	expired  three days of refusals for now
//	dropped  nobody wants it any more, or the address must not be written to
//
// A process takes letters under a lease (holder, until). Before the final dot of a
// message, the letter becomes "handing" in a transaction that also proves that the
// lease still holds: a process that lost it cuts the connection, which takes the
// message back. So two processes never hand over the same letter.
//
// # The window in which nothing can be known
//
// Between that final dot and the noting of the server's answer, a process can be
// killed or a connection lost. SMTP has no way to ask whether the message was
// taken. Such a letter is sent again, with the same Message-ID, by which receivers
// that look for it can tell: a reader may get a letter twice, but never not at all.
// Each such case is counted on the letter (unsure). A letter whose process died
// before the final dot was certainly not taken, and is sent again without doubt.
//
// # While mail is paused
//
// Whoever runs the instance may hold the mail back. Letters that their recipient asked for
// this minute go all the same, such as a sign-in link; digests and notices wait.
//
// # Addresses that are not written to
//
// A farewell, a complaint and too many bounces put the keyed hash of the address on
// the suppression list; the address itself is not kept. The rule for bounces: one
// that is permanent counts 1, one that is not (a full mailbox, three days of
// refusals) counts ½, and what is counted halves every 60 days. From 2½ on nothing
// is sent: three bounces of daily, weekly or fortnightly mail reach that, and a
// mailbox that was full last year does not.
package outbox

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"broadsheet/db"
	"broadsheet/mail"
)

// Config says how letters go out. Dial and From must be set for any to go; without
// them they wait.
type Config struct {
	From    mail.Address // of every letter
	Host    string       // the domain of message IDs and return paths; "" for that of From
	Postal  string       // who sends, and where they are, for the foot of mails to lists
	Dial    func(context.Context) (mail.Session, error)
	Signers []*mail.Signer

	Connections int           // at once; 0 is 4
	PerMinute   int           // letters to one receiving domain, over all processes; 0 for no limit
	Lease       time.Duration // for which letters are taken; 0 is 2 minutes
	Answer      time.Duration // for which a handed-over letter waits for its answer; 0 is 10 minutes

	// Event is told of each thing that happens to a letter of a kind: enqueued, sent,
	// deferred, refused, expired, dropped, unsure, bounced, soft, complained. Nil is
	// none.
	Event func(kind, event string)
	Now   func() time.Time // nil is time.Now
	Log   *slog.Logger     // nil is slog.Default()
}

// Writer writes the letter of a kind when its turn to go out has come, from the
// reference that was enqueued. A fault.NotFound means that it is no longer wanted.
type Writer func(ctx context.Context, l *Letter) (*mail.Message, error)

// Stopped is told, in the transaction that decides it, that an address will not be
// written to any more; addresses are compared by their Hash.
type Stopped func(ctx context.Context, tx *db.Tx, address mail.Address, r Reason) error

// Outbox is the outbox of one database. It is safe for concurrent use.
type Outbox struct {
	Config
	db      *db.DB
	key     mail.Key
	derived struct{ messages, returns, addresses mail.Key } // of it, for what each letter needs
	holder  string
	writers map[string]Writer
	stopped []Stopped
	poked   chan struct{}
	mu      sync.Mutex // one Flush at a time
}

// Open returns the outbox in d; the key of its signatures is made at the first time.
func Open(ctx context.Context, d *db.DB, c Config) (*Outbox, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Event == nil {
		c.Event = func(string, string) {}
	}
	if c.Host == "" {
		c.Host = c.From.Domain
	}
	if c.Host == "" {
		c.Host = "localhost.localdomain"
	}
	for _, v := range []struct{ value, standard *time.Duration }{{&c.Lease, new(2 * time.Minute)}, {&c.Answer, new(10 * time.Minute)}} {
		if *v.value == 0 {
			*v.value = *v.standard
		}
	}
	if c.Connections == 0 {
		c.Connections = 4
	}
	key, err := secret(ctx, d)
	if err != nil {
		return nil, fmt.Errorf("open the outbox: %w", err)
	}
	host, _ := os.Hostname()
	o := &Outbox{
		Config: c, db: d, key: key, holder: fmt.Sprintf("%s %d %s", host, os.Getpid(), token()),
		writers: map[string]Writer{}, poked: make(chan struct{}, 1),
	}
	o.derived.messages, o.derived.returns, o.derived.addresses = o.Key("message id"), o.Key("return path"), o.Key("suppression")
	return o, nil
}

// secret returns the key of this instance, made on first use.
func secret(ctx context.Context, d *db.DB) (mail.Key, error) {
	var key []byte
	fresh := make([]byte, 32)
	rand.Read(fresh)
	err := d.Transact(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO mail_key (one, value) VALUES (1, $1) ON CONFLICT (one) DO NOTHING`, fresh); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT value FROM mail_key WHERE one = 1`).Scan(&key)
	})
	return key, err
}

func token() string {
	var b [6]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// Key returns a secret of this instance for a purpose.
func (o *Outbox) Key(purpose string) mail.Key { return o.key.Derive(purpose) }

// Write has letters of a kind written by w when they go out. It must be called
// before the outbox is used.
func (o *Outbox) Write(kind string, w Writer) { o.writers[kind] = w }

// OnStop has f called when an address is given up. It must be called before the
// outbox is used.
func (o *Outbox) OnStop(f Stopped) { o.stopped = append(o.stopped, f) }

// Letter is a letter to one recipient.
type Letter struct {
	ID    int64 // given by Enqueue
	Kind  string
	To    mail.Address
	Once  string    // no second letter with the same is taken; "" for any number
	Asked bool      // the recipient asked for it this minute: it goes before others, and neither a farewell nor a complaint stops it
	Due   time.Time // zero for at once
	Made  time.Time

	// What it says: a message, whose sender, recipient, date and ID the outbox sets;
	// or, for a kind that has a Writer, whatever that needs.
	Message *mail.Message
	Ref     []byte

	tries   int
	hasSlot bool // its domain has room for it now
}

// Enqueue puts a letter into the outbox as part of tx and returns its number; 0 when
// it was not taken, because its Once is known or its address must not be written to.
func (o *Outbox) Enqueue(ctx context.Context, tx *db.Tx, l Letter) (int64, error) {
	ids, err := o.enqueue(ctx, tx, []Letter{l})
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	return ids[0], nil
}

// rows are the letters of one statement, which then stays far below the places that an
// engine allows.
const rows = 50

// EnqueueAll is Enqueue for many letters; it returns how many were taken.
func (o *Outbox) EnqueueAll(ctx context.Context, tx *db.Tx, letters []Letter) (int, error) {
	taken := 0
	for part := range slices.Chunk(letters, rows) {
		ids, err := o.enqueue(ctx, tx, part)
		if err != nil {
			return 0, err
		}
		taken += len(ids)
	}
	return taken, nil
}

func (o *Outbox) enqueue(ctx context.Context, tx *db.Tx, letters []Letter) ([]int64, error) {
	now := o.Now()
	hashes := make([]any, len(letters))
	for i, l := range letters {
		hashes[i] = o.Hash(l.To)
	}
	suppressed, err := suppressedOf(ctx, tx, hashes)
	if err != nil {
		return nil, err
	}
	var places strings.Builder
	var args []any
	for i, l := range letters {
		if suppressed[hashes[i]] {
			if stop, err := o.stops(ctx, tx, l.To, l.Asked, now); err != nil {
				return nil, err
			} else if stop {
				continue
			}
		}
		row, err := l.row(now)
		if err != nil {
			return nil, err
		}
		if len(args) > 0 {
			places.WriteString(", ")
		}
		places.WriteString("(" + db.Places(len(args)+1, len(row)) + ", 'waiting', 0, 0, 0, '', 0, '', '')")
		args = append(args, row...)
	}
	if len(args) == 0 {
		return nil, nil
	}
	rows, err := tx.Query(ctx, `INSERT INTO outbox (kind, once, recipient, domain, rank, body, made, at, due, state, slot, tries, unsure, holder, until, said, returned)
		VALUES `+places.String()+` ON CONFLICT (once) WHERE once <> '' DO NOTHING RETURNING id`, args...)
	if err != nil {
		return nil, fmt.Errorf("enqueue %s letters: %w", letters[0].Kind, err)
	}
	defer rows.Close()
	var ids []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	tx.After(func() {
		for range ids {
			o.Event(letters[0].Kind, "enqueued")
		}
		o.poke()
	})
	return ids, rows.Err()
}

// The ranks of letters: those that somebody waits for go before all others.
const (
	askedFor = 0
	ordinary = 1
)

// row returns the columns of a letter that differ from one to the other.
func (l *Letter) row(now time.Time) ([]any, error) {
	body := l.Ref
	if l.Message != nil {
		var err error
		if body, err = json.Marshal(l.Message); err != nil {
			return nil, err
		}
	}
	due, rank := l.Due, ordinary
	if due.IsZero() {
		due = now
	}
	if l.Asked {
		rank = askedFor
	}
	to, err := json.Marshal(l.To)
	if err != nil {
		return nil, err
	}
	made := db.Micros(now)
	return []any{l.Kind, l.Once, string(to), l.To.Domain, rank, nonNil(body), made, made, db.Micros(due)}, nil
}

func nonNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// poke wakes the outbox up.
func (o *Outbox) poke() {
	select {
	case o.poked <- struct{}{}:
	default:
	}
}

// Message returns the letter as it will go out, or went, unsigned.
func (o *Outbox) Message(ctx context.Context, l *Letter) (*mail.Message, error) {
	m := l.Message
	if w := o.writers[l.Kind]; w != nil {
		var err error
		if m, err = w(ctx, l); err != nil {
			return nil, err
		}
	}
	if m == nil {
		return nil, fmt.Errorf("letter %d is of the kind %q, which nobody writes", l.ID, l.Kind)
	}
	m.To, m.Date = l.To, l.Made
	if m.From == (mail.Address{}) {
		m.From = o.From
	}
	m.ID = o.messageID(l.ID)
	if m.Feedback == "" {
		m.Feedback = l.Made.Format("20060102") + ":" + l.Kind + ":broadsheet:" + o.Host
	}
	return m, nil
}

// messageID is the same each time a letter is sent, and cannot be guessed.
func (o *Outbox) messageID(id int64) string {
	number := strconv.FormatInt(id, 36)
	return number + "." + o.derived.messages.Sum(number, 16) + "@" + o.Host
}

// returnPath is where reports about a letter are sent to.
func (o *Outbox) returnPath(id int64) mail.Address {
	return mail.Address{Local: mail.VERP(o.derived.returns, Bounces, id), Domain: o.Host}
}

// The local parts of addresses that the outbox reads mail of.
const (
	Bounces = "bounces" // reports of delivery
	Leave   = "leave"   // a letter to it is a farewell
	Reply   = "reply"   // what a reader answers
)
