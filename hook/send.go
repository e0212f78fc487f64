package hook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"

	"broadsheet/db"
	"broadsheet/fault"
)

const (
	patience = 15 * time.Second // for an answer
	lease    = time.Minute      // of a hook whose deliveries a process makes, and of that under way
)

// timetable is how long after a try that failed the next is made; the one after the last
// is not. All in all a delivery is tried for three days.
var timetable = []time.Duration{
	5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
}

const deliveryColumns = `id, hook, event, subject, at, state, due, until, tries, status, said`

func deliveries(rows *sql.Rows) ([]Delivery, error) {
	defer rows.Close()
	var list []Delivery
	for rows.Next() {
		var d Delivery
		var at, due int64
		if err := rows.Scan(&d.ID, &d.Hook, &d.Event, &d.Subject, &at, &d.State, &due, &d.until, &d.Tries, &d.Status, &d.Said); err != nil {
			return nil, err
		}
		d.At, d.Due = db.Time(at), db.Time(due)
		list = append(list, d)
	}
	return list, rows.Err()
}

// Run finds events and sends them until ctx ends.
func (s *Store) Run(ctx context.Context) {
	const often = time.Second
	tick := time.NewTicker(often)
	defer tick.Stop()
	var sending sync.WaitGroup
	defer sending.Wait()
	var forgotten time.Time
	for {
		_, err := s.Find(ctx)
		if err == nil {
			err = s.begin(ctx, &sending, func() {})
		}
		if now := s.Now(); err == nil && now.Sub(forgotten) > time.Hour {
			forgotten, err = now, s.Forget(ctx)
		}
		if err != nil && ctx.Err() == nil {
			s.Log.Error("hooks could not be told; it will be tried again", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Send makes the deliveries that are due and returns how many these were.
func (s *Store) Send(ctx context.Context) (int, error) {
	var made atomic.Int64
	var sending sync.WaitGroup
	err := s.begin(ctx, &sending, func() { made.Add(1) })
	sending.Wait()
	return int(made.Load()), err
}

// begin takes the hooks for which a delivery is due and that no process tells, and
// tells each of them beside the others. made is called for each delivery.
func (s *Store) begin(ctx context.Context, sending *sync.WaitGroup, made func()) error {
	taken, err := s.claim(ctx)
	for _, t := range taken {
		sending.Go(func() {
			if err := s.serve(ctx, t, made); err != nil && ctx.Err() == nil {
				s.Log.Error("a delivery to a hook could not be made or noted; it is made again", "hook", t.hook, "error", err)
			}
		})
	}
	return err
}

// turn is the right to tell a hook, until a moment that is also its mark.
type turn struct{ hook, until int64 }

// claim takes the hooks that can be told something, under a lease: after it another may.
func (s *Store) claim(ctx context.Context) (list []turn, err error) {
	now := s.Now()
	const ready = ` FROM hook WHERE state = 'active' AND until <= $1
		AND id IN (SELECT hook FROM hook_delivery WHERE state = 'waiting' AND due <= $1 AND until <= $1)`
	var n int
	if err := s.DB.QueryRow(ctx, `SELECT count(*)`+ready, db.Micros(now)).Scan(&n); err != nil {
		return nil, fmt.Errorf("look for what is due to hooks: %w", err)
	} else if n == 0 {
		return nil, nil // found out without the writer's lock
	}
	until := db.Micros(now.Add(lease))
	err = s.DB.Transact(ctx, func(tx *db.Tx) error {
		list = nil
		rows, err := tx.Query(ctx, `UPDATE hook SET until = $2 WHERE state = 'active' AND until <= $1 AND id IN (SELECT id`+ready+`) RETURNING id`, db.Micros(now), until)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			t := turn{until: until}
			if err := rows.Scan(&t.hook); err != nil {
				return err
			}
			list = append(list, t)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("take the hooks that are due: %w", err)
	}
	return list, nil
}

// serve makes the deliveries that are due to one hook, one by one.
func (s *Store) serve(ctx context.Context, t turn, made func()) (err error) {
	defer func() { // also when we stop, so that the next process need not wait
		free := context.WithoutCancel(ctx)
		left := s.DB.Transact(free, func(tx *db.Tx) error {
			for _, statement := range []string{`UPDATE hook_delivery SET until = 0 WHERE hook = $1 AND until = $2 AND state = 'waiting'`, `UPDATE hook SET until = 0 WHERE id = $1 AND until = $2`} {
				if _, err := tx.Exec(free, statement, t.hook, t.until); err != nil {
					return err
				}
			}
			return nil
		})
		err = errors.Join(err, left)
	}()
	for {
		d, err := s.take(ctx, &t)
		if d == nil || err != nil {
			return err
		}
		if err := s.deliver(ctx, d); fault.Is(err, fault.KindMissing) {
			return nil // nobody is left to be told
		} else if err != nil {
			return err
		}
		made()
	}
}

// take prolongs a turn and returns the hook's next delivery that is due; nil when there
// is none, or the turn has gone to another process.
func (s *Store) take(ctx context.Context, t *turn) (d *Delivery, err error) {
	now := s.Now()
	until := db.Micros(now.Add(lease))
	err = s.DB.Transact(ctx, func(tx *db.Tx) error {
		d = nil
		n, err := tx.Exec(ctx, `UPDATE hook SET until = $3 WHERE id = $1 AND until = $2 AND state = 'active'`, t.hook, t.until, until)
		if err != nil || n == 0 {
			return err
		}
		rows, err := tx.Query(ctx, `UPDATE hook_delivery SET until = $3 WHERE id = (
			SELECT id FROM hook_delivery WHERE hook = $1 AND state = 'waiting' AND due <= $2 AND until <= $2 ORDER BY due, at, id LIMIT 1) RETURNING `+deliveryColumns,
			t.hook, db.Micros(now), until)
		if err != nil {
			return err
		}
		list, err := deliveries(rows)
		if len(list) > 0 {
			d = &list[0]
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("take what is due to hook %d: %w", t.hook, err)
	}
	t.until = until
	return d, nil
}

// outcome is what came of a try.
type outcome struct {
	state  Fate
	status int
	said   string
	due    time.Time
	stop   string // why the hook is to be stopped; "" when it is not
	ours   bool   // the hook was not even asked
}

// deliver makes one try and notes what came of it. That the hook was removed meanwhile is
// a fault.NotFound.
func (s *Store) deliver(ctx context.Context, d *Delivery) error {
	h, err := s.Get(ctx, d.Hook)
	if err != nil {
		return err
	}
	var out outcome
	switch body, err := s.body(ctx, h, d); {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		s.Log.Error("what a hook is to be told could not be read; it will be tried again", "hook", h.ID, "event", d.ID, "error", err)
		out = later(d, s.Now(), 0, "It could not be read here.", 0)
		out.ours = true
	case body == nil:
		out = outcome{state: Dropped, said: "What happened is gone."}
	default:
		if out, err = s.try(ctx, h, d, body); err != nil {
			return err
		}
	}
	return s.note(ctx, h, d, out)
}

// body is what a hook is told; nil when there is nothing to tell any more.
func (s *Store) body(ctx context.Context, h *Hook, d *Delivery) ([]byte, error) {
	var data any = struct{}{}
	if d.Event != Test {
		var err error
		if data, err = s.Data(ctx, d.Event, h, d.Subject); err != nil || data == nil {
			return nil, err
		}
	}
	body, err := json.Marshal(struct {
		Type      Event     `json:"type"`
		Timestamp time.Time `json:"timestamp"`
		Data      any       `json:"data"`
	}{d.Event, d.At.UTC(), data})
	if err != nil {
		return nil, fmt.Errorf("write event %s: %w", d.ID, err)
	}
	return body, nil
}

// try posts body and judges the answer.
func (s *Store) try(ctx context.Context, h *Hook, d *Delivery, body []byte) (outcome, error) {
	var secret string
	if err := s.DB.QueryRow(ctx, `SELECT secret FROM hook WHERE id = $1`, h.ID).Scan(&secret); errors.Is(err, sql.ErrNoRows) {
		return outcome{}, missing(h.ID)
	} else if err != nil {
		return outcome{}, fmt.Errorf("read the secret of hook %d: %w", h.ID, err)
	}
	now := s.Now()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, bytes.NewReader(body))
	if err != nil {
		return outcome{}, fmt.Errorf("tell hook %d: %w", h.ID, err)
	}
	stamp := strconv.FormatInt(now.Unix(), 10)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Webhook-Id", d.ID)
	r.Header.Set("Webhook-Timestamp", stamp)
	r.Header.Set("Webhook-Signature", Sign(secret, d.ID, stamp, body))
	answer, err := s.client.Do(r)
	if err != nil {
		if ctx.Err() != nil {
			return outcome{}, ctx.Err() // we stop; it is made again
		}
		if named := (*url.Error)(nil); errors.As(err, &named) {
			err = named.Err // without the address, which may hold a key of the hook's owner
		}
		return later(d, now, 0, err.Error(), 0), nil
	}
	defer answer.Body.Close()
	io.Copy(io.Discard, io.LimitReader(answer.Body, 16<<10)) // so that the connection can be used again
	switch {
	case answer.StatusCode/100 == 2:
		return outcome{state: Delivered, status: answer.StatusCode}, nil
	case answer.StatusCode == http.StatusGone:
		return outcome{state: Failed, status: answer.StatusCode, said: plain(answer.Status), stop: "It answered 410: it is gone."}, nil
	}
	return later(d, now, answer.StatusCode, answer.Status, asked(answer.Header.Get("Retry-After"), now)), nil
}

// asked is how long a Retry-After, in seconds or as a date, asks to be left alone: a day
// at most.
func asked(retry string, now time.Time) time.Duration {
	const most = 24 * time.Hour
	if at, err := http.ParseTime(retry); err == nil {
		return max(0, min(at.Sub(now), most))
	}
	seconds, _ := strconv.Atoi(retry) // one too large for a number is the largest
	return time.Duration(max(0, min(seconds, int(most.Seconds())))) * time.Second
}

// plain is what a stranger said, fit for a terminal and for every database.
func plain(s string) string {
	return clip(strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, s), 200)
}

// later puts a delivery that failed off to its next time, a tenth earlier or later so
// that many do not come at once, and not before the hook asked for it.
func later(d *Delivery, now time.Time, status int, said string, asked time.Duration) outcome {
	out := outcome{state: Waiting, status: status, said: plain(said)}
	if d.Tries >= len(timetable) {
		out.state = Failed
		return out
	}
	wait := timetable[d.Tries]
	wait += time.Duration((rand.Float64() - 0.5) / 5 * float64(wait))
	out.due = now.Add(max(wait, asked))
	return out
}

// note writes what came of a try down, if the lease has not gone to another process. A
// hook that failed for a whole timetable is stopped, unless it took others meanwhile.
func (s *Store) note(ctx context.Context, h *Hook, d *Delivery, out outcome) error {
	ctx = context.WithoutCancel(ctx) // what was delivered is noted, also when we stop
	now := db.Micros(s.Now())
	noted := false
	err := s.DB.Transact(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE hook_delivery SET state = $3, due = $4, until = 0, tries = tries + 1, status = $5, said = $6 WHERE id = $1 AND until = $2 AND state = 'waiting'`,
			d.ID, d.until, out.state, db.Micros(out.due), out.status, out.said)
		if noted = n > 0; err != nil || !noted || out.state == Dropped || out.ours {
			return err
		}
		if out.state == Delivered {
			_, err = tx.Exec(ctx, `UPDATE hook SET succeeded = $2 WHERE id = $1 AND succeeded < $2`, h.ID, now)
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE hook SET failed = $2 WHERE id = $1 AND failed < $2`, h.ID, now); err != nil {
			return err
		}
		if out.state == Failed && out.stop == "" {
			out.stop = "It failed for three days."
		}
		if out.stop == "" {
			return nil
		}
		_, err = tx.Exec(ctx, `UPDATE hook SET state = $2, said = $3 WHERE id = $1 AND ($4 = 410 OR succeeded <= $5)`, h.ID, Stopped, out.stop, out.status, db.Micros(d.At))
		return err
	})
	if err != nil {
		return fmt.Errorf("note what came of event %s: %w", d.ID, err)
	}
	if !noted {
		return nil
	}
	if s.Sent != nil {
		s.Sent(out.state)
	}
	if out.state != Delivered {
		s.Log.Info("a hook did not take an event", "hook", h.ID, "event", d.ID, "try", d.Tries+1, "status", out.status, "said", out.said, "next", out.due)
	}
	return nil
}

const secretPrefix = "whsec_"

// Sign returns the signature of a delivery: v1, and the HMAC-SHA256 of its id, the time
// in seconds of this try and the body, with a point between them, in Base64.
func Sign(secret, id, stamp string, body []byte) string {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, secretPrefix))
	if err != nil {
		key = []byte(secret) // none of ours; whoever restored it knows it as it stands
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%s.", id, stamp)
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
