// Package feed says which papers, in which order: the lists that pages, the API,
// feeds and mails show. It stores nothing.
//
// The order of an edition: what somebody put in before what was only announced;
// then by votes, the most first; ties by the time at which the paper was put in,
// the earlier first; then by the order in which the papers came to be held. So
// only votes move a closed edition. What the desk put into an order stands before the
// rest of its edition, in that order, and no votes move it; in lists of several days
// it stands by votes like the others.
package feed

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"broadsheet/db"
	"broadsheet/edition"
	"broadsheet/paper"
	"broadsheet/trend"
)

// Item is a paper in a list.
type Item struct {
	Rank  int // from 1, in the whole list
	Paper *paper.Paper
	Why   string // why it stands there, where that is not by the list's usual order
	edition.Place
}

// orderOf is the order of the papers of a span.
func orderOf(span edition.Span) string {
	if span.From == span.To {
		return edition.ByRank
	}
	return `CASE WHEN entry.origin = 'submitted' THEN 0 ELSE 1 END, ` + edition.ByVotes
}

// Query asks for a list of the papers of some editions.
type Query struct {
	Span      edition.Span
	Origin    edition.Origin // "" for all
	Submitter string         // "" for all
	Least     int            // the fewest votes
	Newest    bool           // by the time of being put in, the newest first, instead of by votes
	Skip      int            // items to leave out at the beginning
	Limit     int            // the most items to return; 0 for all there are
}

// Feeds answers queries. It is safe for concurrent use.
type Feeds struct {
	// Cast returns the votes of our own readers since a moment. With nil there are
	// none. It is set before the lists are used.
	Cast func(ctx context.Context, since time.Time) ([]trend.Vote, error)

	// Raw says how trending counts when nobody asks otherwise: by votes as they are, not
	// measured by what is usual in the field. It is set before the lists are used.
	Raw bool

	db      *db.DB
	papers  *paper.Store
	recent  recent
	learner atomic.Pointer[trend.Learner]
	usuals  usuals
}

// New returns the lists over the papers of a store.
func New(papers *paper.Store) *Feeds { return &Feeds{db: papers.DB(), papers: papers} }

// List returns the papers of the query in their order, and how many the whole
// list has.
func (f *Feeds) List(ctx context.Context, q Query) ([]Item, int, error) {
	where := ` FROM entry JOIN paper ON paper.id = entry.paper
		WHERE ` + chosen
	args := q.args()
	var total int
	if err := f.db.QueryRow(ctx, `SELECT count(*)`+where, args...).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("count the papers of %s to %s: %w", q.Span.From, q.Span.To, err)
	}
	if total <= q.Skip {
		return nil, total, nil
	}
	limit := q.Limit
	if limit == 0 {
		limit = total
	}
	rows, err := f.db.Query(ctx, `SELECT entry.paper, `+edition.PlaceColumns+where+
		` ORDER BY `+q.order()+fmt.Sprintf(" LIMIT %d OFFSET %d", limit, q.Skip), args...)
	if err != nil {
		return nil, 0, fmt.Errorf("list the papers of %s to %s: %w", q.Span.From, q.Span.To, err)
	}
	defer rows.Close()
	var items []Item
	var ids []int64
	for rows.Next() {
		var id int64
		it := Item{Rank: q.Skip + len(items) + 1}
		if err := rows.Scan(append([]any{&id}, it.Into()...)...); err != nil {
			return nil, 0, err
		}
		items, ids = append(items, it), append(ids, id)
	}
	if err := rows.Err(); err != nil {
		return nil, 0, err
	}
	rows.Close()
	i := 0
	for part := range slices.Chunk(ids, 500) {
		papers, err := f.papers.List(ctx, f.db, part)
		if err != nil {
			return nil, 0, err
		}
		for _, p := range papers { // in the order asked for; one merged away this very moment is left out
			for i < len(items) && ids[i] != p.ID {
				i++
			}
			items[i].Paper = p
			i++
		}
	}
	return slices.DeleteFunc(items, func(it Item) bool { return it.Paper == nil }), total, nil
}

// chosen is the condition on the papers of a query, with args.
const chosen = `entry.day BETWEEN $1 AND $2 AND ($3 = '' OR entry.origin = $3) AND ($4 = '' OR entry.submitter = $4) AND paper.votes + paper.own_votes >= $5`

func (q Query) args() []any {
	return []any{q.Span.From, q.Span.To, string(q.Origin), q.Submitter, q.Least}
}

func (q Query) order() string {
	if q.Newest {
		return `entry.entered DESC, entry.paper DESC`
	}
	return orderOf(q.Span)
}

// Order returns the numbers of the papers of a span in the order of List.
func (f *Feeds) Order(ctx context.Context, span edition.Span) ([]int64, error) {
	return f.Numbers(ctx, Query{Span: span})
}

// Numbers returns the numbers of all papers of a query in their order; Skip and Limit
// are not looked at.
func (f *Feeds) Numbers(ctx context.Context, q Query) ([]int64, error) {
	rows, err := f.db.Query(ctx, `SELECT entry.paper FROM entry JOIN paper ON paper.id = entry.paper WHERE `+chosen+` ORDER BY `+q.order(), q.args()...)
	if err != nil {
		return nil, fmt.Errorf("order the papers of %s to %s: %w", q.Span.From, q.Span.To, err)
	}
	defer rows.Close()
	var list []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		list = append(list, id)
	}
	return list, rows.Err()
}

// Closed reports whether the feed day is over at now, so that nothing but votes
// moves its edition any more.
func Closed(s edition.Settings, day string, now time.Time) bool { return day < s.DayOf(now) }
