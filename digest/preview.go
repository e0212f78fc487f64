package digest

import (
	"context"
	"sort"
	"time"

	"broadsheet/db"
	"broadsheet/edition"
	"broadsheet/feed"
	"broadsheet/mail"
)

// Preview is a mail that nobody is sent.
type Preview struct {
	*Letter
	Picks []Pick
	Of    int // from how many papers they were chosen
}

// Text returns the preview in plain text.
func (p *Preview) Text() string { return p.text() }

// HTML returns the preview as a page.
func (p *Preview) HTML() (string, error) { return p.html() }

// Next returns the mail that a subscription would be sent now.
func (s *Store) Next(ctx context.Context, held *Subscription) (*Preview, error) {
	now := s.Now()
	b, err := s.open(ctx, held.seen, now)
	if err != nil {
		return nil, err
	}
	r := held.reader()
	sent, err := sentIn(ctx, s.db, blockOf(r.id), b.papersAfter([]*reader{r}))
	if err != nil {
		return nil, err
	}
	said, err := s.ask(ctx, s.question(r), b.after(r.seen))
	if err != nil {
		return nil, err
	}
	c, err := s.choose(ctx, b, r, said, sent, now)
	if err != nil {
		return nil, err
	}
	return s.preview(ctx, c, held)
}

// On returns the mail that a subscription with these choices would have been sent on
// a day, had it got the one before: made of the editions of the days between.
func (s *Store) On(ctx context.Context, held *Subscription, day time.Time) (*Preview, error) {
	span := edition.Span{From: day.Format(time.DateOnly), To: day.Format(time.DateOnly)}
	switch held.Choice.Cadence.Every {
	case Weekly:
		span.From = day.AddDate(0, 0, -6).Format(time.DateOnly)
	case Monthly:
		span.From = day.AddDate(0, -1, 1).Format(time.DateOnly)
	}
	items, _, err := s.Feeds.List(ctx, feed.Query{Span: span, Limit: 5000})
	if err != nil {
		return nil, err
	}
	b := bookOf(items)
	b.day = span.To
	r := held.reader()
	r.seen = 0 // the numbers of this book are its own
	said, err := s.ask(ctx, s.question(r), b.after(r.seen))
	if err != nil {
		return nil, err
	}
	c, err := s.choose(ctx, b, r, said, nil, day.Add(time.Duration(held.Choice.Cadence.Hour)*time.Hour))
	if err != nil {
		return nil, err
	}
	c.Date = day.Format(time.DateOnly)
	return s.preview(ctx, c, held)
}

func (s *Store) preview(ctx context.Context, c *ref, held *Subscription) (*Preview, error) {
	l, err := s.lay(ctx, c, held)
	if err != nil {
		return nil, err
	}
	return &Preview{l, c.Picks, c.Of}, nil
}

// Sample returns a subscription that nobody has, to preview a choice with.
func (s *Store) Sample(c Choice) *Subscription {
	return &Subscription{Address: mail.Address{Local: "name", Domain: "university.example"}, State: Active, Choice: c}
}

func (v *Subscription) reader() *reader {
	return &reader{id: v.ID, address: v.Address, choice: v.Choice, account: v.Account, next: v.Next, seen: v.seen}
}

// bookOf returns a book of the papers in a list.
func bookOf(items []feed.Item) *book {
	b := &book{counts: map[string]int{}}
	for i, it := range items {
		c := candidateOf(it.Paper)
		c.arrival, c.day, c.rank, c.announced = int64(i+1), it.Day, it.Rank, it.Origin == edition.Announced
		b.list = append(b.list, c)
		b.counts[it.Day]++
	}
	b.rankDays()
	b.cover()
	return b
}

// rankDays numbers the papers of each day: in a list of several days they are
// numbered through.
func (b *book) rankDays() {
	days := map[string][]*candidate{}
	for _, c := range b.list {
		days[c.day] = append(days[c.day], c)
	}
	for _, list := range days {
		sort.SliceStable(list, func(i, j int) bool { return list[i].rank < list[j].rank })
		for i, c := range list {
			c.rank = i + 1
		}
	}
}

// Due says what Run would do now.
type Due struct {
	Readers int
	Next    time.Time // when the next mail is due after now, zero when none is
}

// Waiting counts the mails that are due, and says when the next one will be.
func (s *Store) Waiting(ctx context.Context) (Due, error) {
	var d Due
	var next int64
	now := s.Now().UnixMicro()
	if err := s.db.QueryRow(ctx, `SELECT count(*) FROM subscription WHERE state = 'active' AND next <= $1`, now).Scan(&d.Readers); err != nil {
		return d, err
	}
	if err := s.db.QueryRow(ctx, `SELECT coalesce(min(next), 0) FROM subscription WHERE state = 'active' AND next > $1`, now).Scan(&next); err != nil {
		return d, err
	}
	if next != 0 {
		d.Next = time.UnixMicro(next).UTC()
	}
	return d, nil
}

// ByHour returns how many mails are due in each of the 24 hours from a moment on.
func (s *Store) ByHour(ctx context.Context, from time.Time) ([]int, error) {
	return db.ByHour(ctx, s.db, `SELECT (next - $1) / 3600000000, count(*) FROM subscription WHERE state = 'active' AND next >= $1 AND next < $2 GROUP BY 1`, from)
}

// Figures counts the subscriptions by state.
func (s *Store) Figures(ctx context.Context) (map[State]int, error) {
	rows, err := s.db.Query(ctx, `SELECT state, count(*) FROM subscription GROUP BY state`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := map[State]int{}
	for rows.Next() {
		var st State
		var n int
		if err := rows.Scan(&st, &n); err != nil {
			return nil, err
		}
		found[st] = n
	}
	return found, rows.Err()
}
