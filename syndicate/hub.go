package syndicate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"broadsheet/db"
	"broadsheet/edition"
	"broadsheet/job"
	"broadsheet/paper"
)

// Hub is a WebSub hub (https://www.w3.org/TR/websub/), which hands on to readers of feeds
// what is new. It is told of the feeds of papers and of editions, whenever papers were
// put into an edition.
type Hub struct {
	URL    string
	Base   string // of the addresses of our feeds
	Client *http.Client
	DB     *db.DB
	Now    func() time.Time
}

// cursor is the name under which it is kept how far the hub has been told.
const cursor = "websub"

// Tell tells the hub when something changed since it was last told, and returns of how
// many feeds. When the hub does not take it, it is told again the next time.
func (h *Hub) Tell(ctx context.Context) (int, error) {
	from, err := job.Cursor(ctx, h.DB, cursor)
	if err != nil {
		return 0, err
	}
	last, err := paper.Latest(ctx, h.DB)
	if err != nil || last == from {
		return 0, err
	}
	var changed int
	if err := h.DB.QueryRow(ctx, `SELECT count(*) FROM change WHERE seq > $1 AND seq <= $2 AND kind = $3`, from, last, edition.ChangedEdition).Scan(&changed); err != nil {
		return 0, fmt.Errorf("look for changed editions: %w", err)
	}
	told := 0
	if changed > 0 {
		for _, list := range []string{"papers", "editions"} {
			for _, f := range Formats() {
				if err := h.publish(ctx, h.Base+"/feed/"+list+f.Ending); err != nil {
					return told, err
				}
				told++
			}
		}
	}
	err = h.DB.Transact(ctx, func(tx *db.Tx) error { return job.Advance(ctx, tx, cursor, from, last, h.Now()) })
	if errors.Is(err, job.ErrMoved) { // another process told it the same
		err = nil
	}
	return told, err
}

// publish tells the hub of one feed, by the names of WebSub and of its forerunner.
func (h *Hub) publish(ctx context.Context, feed string) error {
	form := url.Values{"hub.mode": {"publish"}, "hub.topic": {feed}, "hub.url": {feed}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, strings.NewReader(form.Encode()))
	if err != nil {
		return fmt.Errorf("tell the hub %s: %w", h.URL, err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := h.Client.Do(r)
	if err != nil {
		return fmt.Errorf("tell the hub %s: %w", h.URL, err)
	}
	defer answer.Body.Close()
	io.Copy(io.Discard, io.LimitReader(answer.Body, 1<<16)) // so that the connection can be used again
	if answer.StatusCode >= 300 {
		return fmt.Errorf("the hub %s does not take the feed %s: %s", h.URL, feed, answer.Status)
	}
	return nil
}
