package feed

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"broadsheet/db"
	"broadsheet/edition"
	"broadsheet/trend"
)

// Trend asks for the list of what is rising in a window.
type Trend struct {
	Now       time.Time // the list as it stood then; what came later is not looked at
	Window    trend.Window
	Category  string // cs.LG, or a whole archive: math; "" for all
	Topic     string // as a paper's sources write it, in whatever case; "" for all
	Submitter string // who put the paper in; "" for all
	Least     int    // the fewest votes in the window
	Raw       bool   // scores as they are, not measured by what is usual in the field
	Skip      int
	Limit     int // 0 for all
}

// Rising is a paper in that list.
type Rising struct {
	Item
	trend.Ranked
	Was int // its place a day before; 0 when it was not in the list
}

// Trending returns the papers to which votes came in the window, the highest score
// first, and how many the whole list has. It looks only at papers that moved. The
// answer is a function of what is held and of the query: asked again for the same Now,
// page by page, every paper comes once.
func (f *Feeds) Trending(ctx context.Context, q Trend) ([]Rising, int, error) {
	held, err := f.moved(ctx, q.Window.Before().From, q.Window.To, q.Now)
	if err != nil {
		return nil, 0, err
	}
	var usual trend.Usual
	if !q.Raw {
		if usual, err = f.usual(ctx, q.Now); err != nil {
			return nil, 0, err
		}
	}
	today := rank(q, held, q.Now, q.Window, usual)
	before := trend.Places(rank(q, held, q.Now.Add(-24*time.Hour), q.Window.Before(), usual))
	total := len(today)
	end := total
	if q.Limit > 0 {
		end = min(total, q.Skip+q.Limit)
	}
	list := make([]Rising, 0, max(0, end-q.Skip))
	for i := q.Skip; i < end; i++ {
		list = append(list, Rising{Item: Item{Rank: i + 1}, Ranked: today[i], Was: before[today[i].Paper]})
	}
	list, err = f.complete(ctx, list)
	return list, total, err
}

// voted is a paper that moved, with the votes of our own readers for it.
type voted struct {
	*mover
	votes []trend.Vote
}

// late is how long after a window a paper may be read whose votes came in it: old
// papers are read once a week.
const late = 8 * 24 * time.Hour

// moved returns the papers that moved after from and not long after to.
func (f *Feeds) moved(ctx context.Context, from, to, now time.Time) ([]voted, error) {
	last := to.Add(late)
	if last.After(now) {
		last = now
	}
	movers, err := f.movers(ctx, from, last, now)
	if err != nil {
		return nil, err
	}
	list, at := make([]voted, len(movers)), make(map[int64]int, len(movers))
	for i, m := range movers {
		list[i].mover, at[m.paper] = m, i
	}
	if f.Cast == nil {
		return list, nil
	}
	votes, err := f.Cast(ctx, from)
	if err != nil {
		return nil, fmt.Errorf("read the votes since %s: %w", from.Format(time.DateTime), err)
	}
	others := map[int64][]trend.Vote{} // for papers that no reading moved
	for _, v := range votes {
		if i, ok := at[v.Paper]; ok {
			list[i].votes = append(list[i].votes, v)
		} else {
			others[v.Paper] = append(others[v.Paper], v)
		}
	}
	more, err := f.moversOf(ctx, slices.Sorted(maps.Keys(others)), nil)
	for _, m := range more {
		list = append(list, voted{m, others[m.paper]})
	}
	return list, err
}

// rank orders papers as they were at a moment, with the query's filters.
func rank(q Trend, held []voted, at time.Time, w trend.Window, usual trend.Usual) []trend.Ranked {
	candidates := make([]trend.Candidate, 0, len(held))
	for _, m := range held {
		if m.in(q.Category, q.Topic) && (q.Submitter == "" || q.Submitter == m.submitter) {
			candidates = append(candidates, trend.Candidate{Paper: m.paper, Field: m.field(), Waves: m.waves, Growths: m.until(at, m.votes)})
		}
	}
	ranked := trend.Rank(candidates, w, usual)
	return slices.DeleteFunc(ranked, func(r trend.Ranked) bool { return r.Came.All() < float64(q.Least) })
}

// complete gives the papers of a list to it, and their places in editions. One
// merged away this very moment is left out.
func (f *Feeds) complete(ctx context.Context, list []Rising) ([]Rising, error) {
	at := make(map[int64]*Rising, len(list))
	ids := make([]int64, len(list))
	for i := range list {
		ids[i] = list[i].Ranked.Paper
		at[ids[i]] = &list[i]
	}
	for part := range slices.Chunk(ids, 500) {
		papers, err := f.papers.List(ctx, f.db, part)
		if err != nil {
			return nil, err
		}
		for _, p := range papers {
			at[p.ID].Item.Paper = p
		}
		if err := f.places(ctx, part, func(id int64, place edition.Place) { at[id].Place = place }); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(list, func(r Rising) bool { return r.Item.Paper == nil }), nil
}

// places tells where papers stand in editions, those that do.
func (f *Feeds) places(ctx context.Context, ids []int64, tell func(int64, edition.Place)) error {
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	rows, err := f.db.Query(ctx, `SELECT entry.paper, `+edition.PlaceColumns+` FROM entry WHERE entry.paper IN (`+db.Places(1, len(ids))+`)`, args...)
	if err != nil {
		return fmt.Errorf("read places in editions: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var p edition.Place
		if err := rows.Scan(append([]any{&id}, p.Into()...)...); err != nil {
			return err
		}
		tell(id, p)
	}
	return rows.Err()
}

// usual returns what is usual in each field: what the papers that moved gained in
// the four weeks before the day that now falls on. It is found once a day.
func (f *Feeds) usual(ctx context.Context, now time.Time) (trend.Usual, error) {
	day := now.UTC().Truncate(24 * time.Hour)
	w := trend.Window{From: day.AddDate(0, 0, -28), To: day}
	key := usualKey{day: day}
	if err := f.db.QueryRow(ctx, `SELECT count(*) FROM reading WHERE at > $1 AND at <= $2`, db.Micros(w.From), db.Micros(w.To)).Scan(&key.readings); err != nil {
		return nil, fmt.Errorf("count the readings before %s: %w", day.Format(time.DateOnly), err)
	}
	return f.usuals.get(key, func() (trend.Usual, error) {
		held, err := f.moved(ctx, w.From, w.To, day)
		if err != nil {
			return nil, err
		}
		gains := map[string][]float64{}
		for _, m := range held {
			if gain := w.Sum(m.until(day, m.votes)).All(); gain > 0 {
				gains[m.field()] = append(gains[m.field()], gain)
			}
		}
		return trend.UsualOf(gains), nil
	})
}
