package feed

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"broadsheet/db"
	"broadsheet/paper"
	"broadsheet/trend"
)

// mover is what the list of what is rising needs to know of a paper that moved. It
// is not altered once it is made.
type mover struct {
	paper      int64
	categories []string
	topics     []string
	waves      []string // authors and organisation
	submitter  string
	born       time.Time
	readings   []paper.Reading // each source's ascending by time
	growths    []trend.Growth  // what came by all of them
}

func moverOf(p *paper.Paper, readings []paper.Reading) *mover {
	m := &mover{paper: p.ID, categories: p.Categories, topics: p.Topics, born: p.Submitted, readings: readings}
	const most = 40 // of a collaboration's names, which no wave is made of
	for _, a := range p.Authors[:min(len(p.Authors), most)] {
		m.waves = append(m.waves, "author "+strings.ToLower(a.Name))
	}
	if o := p.Organisation; o != nil {
		m.waves = append(m.waves, "organisation "+o.Name)
	}
	slices.Sort(m.waves)
	m.waves = slices.Compact(m.waves)
	if p.Featured != nil {
		m.born, m.submitter = p.Featured.At, p.Featured.Submitter
	} else if at, err := time.Parse(time.DateOnly, p.Announced); err == nil {
		m.born = at
	}
	m.growths = trend.Growths(readings, m.born)
	return m
}

func (m *mover) field() string {
	if len(m.categories) == 0 {
		return ""
	}
	return m.categories[0]
}

// in reports whether the paper is of a category, or of an archive of categories, and
// of a topic.
func (m *mover) in(category, topic string) bool {
	return (category == "" || slices.ContainsFunc(m.categories, func(c string) bool {
		return c == category || strings.HasPrefix(c, category+".")
	})) && (topic == "" || slices.ContainsFunc(m.topics, func(t string) bool { return strings.EqualFold(t, topic) }))
}

// moved reports whether the paper was read after from, but not after to.
func (m *mover) moved(from, to time.Time) bool {
	return slices.ContainsFunc(m.readings, func(r paper.Reading) bool { return r.At.After(from) && !r.At.After(to) })
}

// until returns what had come at a moment, with votes of our own readers.
func (m *mover) until(at time.Time, votes []trend.Vote) []trend.Growth {
	growths := m.growths
	if slices.ContainsFunc(m.readings, func(r paper.Reading) bool { return r.At.After(at) }) {
		growths = trend.Growths(slices.DeleteFunc(slices.Clone(m.readings), func(r paper.Reading) bool { return r.At.After(at) }), m.born)
	}
	if len(votes) == 0 {
		return growths
	}
	return trend.Merge(slices.Clone(growths), slices.DeleteFunc(slices.Clone(votes), func(v trend.Vote) bool { return v.At.After(at) }))
}

// recent keeps the papers that moved in the last weeks as they are in the database:
// it reads the change log, and reads again what that names.
type recent struct {
	mu    sync.Mutex
	seq   int64
	since time.Time
	held  map[int64]*mover
}

// The weeks that are kept: the longest window that has a name, the day before it, and
// a few days so that they need not be read anew each day.
const keptFor = 40 * 24 * time.Hour

// movers returns the papers that moved after from, but not after to. Those of long
// ago are read for the occasion.
func (f *Feeds) movers(ctx context.Context, from, to, now time.Time) ([]*mover, error) {
	if now.Sub(from) > keptFor {
		return f.read(ctx, `paper IN (SELECT paper FROM reading WHERE at > $1 AND at <= $2)`, db.Micros(from), db.Micros(to))
	}
	r := &f.recent
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := f.refresh(ctx, r, from); err != nil {
		return nil, err
	}
	var list []*mover
	for _, m := range r.held {
		if m.moved(from, to) {
			list = append(list, m)
		}
	}
	return list, nil
}

// refresh brings what is kept up to date.
func (f *Feeds) refresh(ctx context.Context, r *recent, from time.Time) error {
	const most = 500 // changes, above which all is read anew
	changes, err := paper.Changes(ctx, f.db, r.seq, most)
	if err != nil {
		return err
	}
	if r.held == nil || from.Before(r.since) || len(changes) == most || from.Sub(r.since) > keptFor {
		seq, err := paper.Latest(ctx, f.db)
		if err != nil {
			return err
		}
		since := from.Add(-8 * 24 * time.Hour)
		list, err := f.read(ctx, `paper IN (SELECT paper FROM reading WHERE at > $1)`, db.Micros(since))
		if err != nil {
			return err
		}
		r.seq, r.since, r.held = seq, since, make(map[int64]*mover, len(list))
		for _, m := range list {
			r.held[m.paper] = m
		}
		return nil
	}
	var ids []any
	for _, c := range changes {
		if c.Kind == paper.ChangedPaper {
			ids = append(ids, c.Subject)
		}
	}
	if len(ids) > 0 {
		list, err := f.read(ctx, `paper IN (`+db.Places(1, len(ids))+`)`, ids...)
		if err != nil {
			return err
		}
		for _, id := range ids {
			delete(r.held, id.(int64))
		}
		for _, m := range list {
			r.held[m.paper] = m
		}
	}
	if n := len(changes); n > 0 {
		r.seq = changes[n-1].Seq
	}
	return nil
}

// read returns the papers with readings that a condition names.
func (f *Feeds) read(ctx context.Context, where string, args ...any) ([]*mover, error) {
	rows, err := f.db.Query(ctx, `SELECT paper, source, at, votes, comments, stars FROM reading WHERE `+where+` ORDER BY paper, source, at`, args...)
	if err != nil {
		return nil, fmt.Errorf("read what moved: %w", err)
	}
	defer rows.Close()
	readings := map[int64][]paper.Reading{}
	for rows.Next() {
		var r paper.Reading
		var at int64
		if err := rows.Scan(&r.Paper, &r.Source, &at, &r.Votes, &r.Comments, &r.Stars); err != nil {
			return nil, err
		}
		r.At = db.Time(at)
		readings[r.Paper] = append(readings[r.Paper], r)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	return f.moversOf(ctx, slices.Sorted(maps.Keys(readings)), readings)
}

// moversOf makes movers of papers that are held, with their readings.
func (f *Feeds) moversOf(ctx context.Context, ids []int64, readings map[int64][]paper.Reading) ([]*mover, error) {
	list := make([]*mover, 0, len(ids))
	for part := range slices.Chunk(ids, 500) {
		papers, err := f.papers.List(ctx, f.db, part)
		if err != nil {
			return nil, err
		}
		for _, p := range papers {
			list = append(list, moverOf(p, readings[p.ID]))
		}
	}
	return list, nil
}

// usuals keeps what is usual in each field, for the last days that were asked for.
type usuals struct {
	mu   sync.Mutex
	days map[usualKey]trend.Usual
}

// usualKey is a day and the number of readings of the time before it, of which more
// may still come in.
type usualKey struct {
	day      time.Time
	readings int
}

func (u *usuals) get(key usualKey, find func() (trend.Usual, error)) (trend.Usual, error) {
	const most = 8
	u.mu.Lock()
	defer u.mu.Unlock()
	if found, ok := u.days[key]; ok {
		return found, nil
	}
	found, err := find()
	if err != nil {
		return nil, err
	}
	if u.days == nil || len(u.days) == most {
		u.days = map[usualKey]trend.Usual{}
	}
	u.days[key] = found
	return found, nil
}
