package harvest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"broadsheet/fault"
	"broadsheet/paper"
)

// upstream reads the editions of a daily-papers site of Hugging Face's kind, which
// another Broadsheet is too: huggingface.co/api/daily_papers?date=….
//
// A run asks for today and for the days before it that may still move, then goes
// back a day at a time to the day of Settings.Since. The items are kept as received.
type upstream struct {
	base   string
	client Client
	since  string
	now    func() time.Time
}

// moving is how many days before today an edition is asked for again: papers and
// votes still come in.
const moving = 2

// itemsAtOnce is the most items that an upstream gives in one answer.
const itemsAtOnce = 100

// Name is the name under which items and figures are kept; that of Hugging Face is
// also that of imported files.
func (u *upstream) Name() string {
	a, err := url.Parse(u.base)
	if err != nil || u.base == HuggingFace {
		return "huggingface"
	}
	return a.Host
}

// span is how far an upstream has been read: from Low to High, both days.
type span struct{ Low, High string }

func (s span) String() string { return s.Low + ".." + s.High }

func (u *upstream) Fetch(ctx context.Context, place string, give func(*Batch) error) error {
	today := u.now().UTC().Truncate(24 * time.Hour)
	held := span{today.AddDate(0, 0, 1).Format(time.DateOnly), today.Format(time.DateOnly)}
	if place != "" {
		low, high, ok := strings.Cut(place, "..")
		if !ok || dayTime(low).IsZero() || dayTime(high).IsZero() {
			return fmt.Errorf("the place %q cannot be read", place)
		}
		held = span{low, high}
		to := dayTime(high).AddDate(0, 0, -moving)
		for at := today; !at.Before(to); at = at.AddDate(0, 0, -1) {
			after := held
			if at.Equal(to) {
				after.High = max(high, today.Format(time.DateOnly))
			}
			if err := u.day(ctx, at, held, after, give); err != nil {
				return err
			}
			held = after
		}
	}
	for at := dayTime(held.Low).AddDate(0, 0, -1); at.Format(time.DateOnly) >= u.since; at = at.AddDate(0, 0, -1) {
		after := span{at.Format(time.DateOnly), held.High}
		if err := u.day(ctx, at, held, after, give); err != nil {
			return err
		}
		held = after
	}
	return nil
}

// day gives the edition of a day; its last answer moves the place from before to
// after.
func (u *upstream) day(ctx context.Context, at time.Time, before, after span, give func(*Batch) error) error {
	day := at.Format(time.DateOnly)
	for page := 0; ; page++ {
		query := url.Values{"date": {day}, "limit": {strconv.Itoa(itemsAtOnce)}}
		if page > 0 {
			query.Set("p", strconv.Itoa(page))
		}
		b, more, err := u.page(ctx, query.Encode(), day)
		if err != nil {
			return fmt.Errorf("the edition of %s: %w", day, err)
		}
		last := !more || len(b.Items)+len(b.Bad) == 0
		b.Address, b.Place = query.Encode(), before.String()
		if last {
			b.Place = after.String()
		}
		if err := give(b); err != nil || last {
			return err
		}
	}
}

// page asks for some items of a day, and reports whether there are more behind them.
// A day that the upstream does not know has none.
func (u *upstream) page(ctx context.Context, query, day string) (b *Batch, more bool, err error) {
	err = u.client.Get(ctx, u.base+"/api/daily_papers?"+query, func(body []byte, head http.Header) (err error) {
		b, err = u.batch(body, day)
		more = strings.Contains(head.Get("Link"), `rel="next"`)
		return err
	})
	if answered(err, http.StatusBadRequest) || answered(err, http.StatusNotFound) {
		return &Batch{}, false, nil
	}
	return b, more, err
}

func (u *upstream) batch(body []byte, day string) (*Batch, error) {
	var items []json.RawMessage
	if err := json.Unmarshal(body, &items); err != nil {
		return nil, notJSON(err)
	}
	b := &Batch{Items: [][]byte{}}
	read := u.now()
	for _, raw := range items {
		var it item
		err := json.Unmarshal(raw, &it)
		if err != nil {
			err = notJSON(err)
		}
		var p *paper.Paper
		if err == nil {
			p, err = it.paper(u.Name(), read, day)
		}
		if err != nil {
			b.Bad = append(b.Bad, Bad{bytes.Clone(raw), fault.Message(err)})
			continue
		}
		b.Papers, b.Items = append(b.Papers, p), append(b.Items, raw)
	}
	return b, nil
}
