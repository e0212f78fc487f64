package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"

	"broadsheet/account"
	"broadsheet/db"
	"broadsheet/fault"
)

const (
	replayedFor = 24 * time.Hour
	givenUp     = time.Minute // after which a deed that has left no answer is done again
	longestKey  = 255
)

// once does a deed unless it has been done under the key, and answers as then. What
// failed through no fault of the request is forgotten, so it can be tried again.
func (a *API) once(w http.ResponseWriter, r *http.Request, v *account.Viewer, key string, body []byte, f deed) {
	if len(key) > longestKey {
		a.Fail(w, r, fault.Invalid("An Idempotency-Key has at most %d letters.", longestKey))
		return
	}
	sum := sha256.New()
	fmt.Fprintf(sum, "%s %s\n", r.Method, r.URL.RequestURI())
	sum.Write(body)
	request := hex.EncodeToString(sum.Sum(nil))
	now := a.Now()
	past, err := a.claim(r.Context(), v.ID, key, request, now)
	switch {
	case err != nil:
		a.Fail(w, r, err)
	case past == nil:
		done := &recorder{header: w.Header(), status: http.StatusOK}
		func() {
			defer func() { // also when the deed breaks
				if err := a.keep(context.WithoutCancel(r.Context()), v.ID, key, done); err != nil {
					a.Log.Error("an answer could not be kept to be given again", "path", r.URL.Path, "error", err)
				}
			}()
			a.answer(done, r, v, f)
		}()
		w.WriteHeader(done.status)
		w.Write(done.body.Bytes())
	case past.request != request:
		a.problem(w, r, http.StatusUnprocessableEntity, "This Idempotency-Key was used for another request. Take a new one for each act.")
	case past.status == 0:
		w.Header().Set("Retry-After", "2")
		a.problem(w, r, http.StatusConflict, "The same request is being done at this moment. Send it again in a while.")
	default:
		w.Header().Set("Idempotency-Replayed", "true")
		w.Header().Set("Cache-Control", "private, no-cache")
		if past.kind != "" {
			w.Header().Set("Content-Type", past.kind)
		}
		w.WriteHeader(past.status)
		w.Write(past.body)
	}
}

// past is the answer to an act that was sent before.
type past struct {
	request string
	at      int64
	status  int
	kind    string
	body    []byte
}

// claim takes a key for a request, or returns what was answered under it.
func (a *API) claim(ctx context.Context, account int64, key, request string, now time.Time) (*past, error) {
	var held *past
	err := a.papers.DB().Transact(ctx, func(tx *db.Tx) error {
		held = nil
		if _, err := tx.Exec(ctx, `DELETE FROM idempotency WHERE at < $1`, db.Micros(now.Add(-replayedFor))); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `INSERT INTO idempotency (account, key, request, at, status, kind, body) VALUES ($1, $2, $3, $4, 0, '', $5)
			ON CONFLICT (account, key) DO NOTHING`, account, key, request, db.Micros(now), []byte{})
		if err != nil || n == 1 {
			return err
		}
		p := &past{}
		if err := tx.QueryRow(ctx, `SELECT request, at, status, kind, body FROM idempotency WHERE account = $1 AND key = $2`+tx.Dialect.ForUpdate(), account, key).
			Scan(&p.request, &p.at, &p.status, &p.kind, &p.body); err != nil {
			return err
		}
		if p.status == 0 && p.request == request && p.at < db.Micros(now.Add(-givenUp)) { // whoever did it is gone
			_, err := tx.Exec(ctx, `UPDATE idempotency SET at = $3 WHERE account = $1 AND key = $2`, account, key, db.Micros(now))
			return err
		}
		held = p
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("claim an idempotency key of account %d: %w", account, err)
	}
	return held, nil
}

// keep stores an answer to be given again.
func (a *API) keep(ctx context.Context, account int64, key string, done *recorder) error {
	return a.papers.DB().Transact(ctx, func(tx *db.Tx) error {
		if done.silent() || done.status >= 500 || done.status == http.StatusTooManyRequests {
			_, err := tx.Exec(ctx, `DELETE FROM idempotency WHERE account = $1 AND key = $2`, account, key)
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE idempotency SET status = $3, kind = $4, body = $5 WHERE account = $1 AND key = $2`,
			account, key, done.status, done.header.Get("Content-Type"), append([]byte{}, done.body.Bytes()...))
		return err
	})
}

// recorder holds an answer back until it can be kept.
type recorder struct {
	header http.Header
	status int
	wrote  bool
	body   bytes.Buffer
}

func (d *recorder) Header() http.Header { return d.header }

func (d *recorder) WriteHeader(status int) { d.status, d.wrote = status, true }

func (d *recorder) Write(b []byte) (int, error) {
	d.wrote = true
	return d.body.Write(b)
}

// silent reports whether nothing was answered: nobody listens any more, or the deed
// broke.
func (d *recorder) silent() bool { return !d.wrote }
