package feed

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"broadsheet/db"
	"broadsheet/edition"
	"broadsheet/paper"
	"broadsheet/trend"
)

// The past that the forecast learns from: days that are long enough over for their
// votes to be in, and not so long that the community was another one.
const (
	settled   = 3            // days
	remembers = 3 * 366      // days
	counted   = 7 * 24       // hours after which votes are nearly those of the end
	opening   = 36 * 60 * 60 // seconds of a day in which moments are looked for
)

// Learn learns the forecast anew from the papers that were put in before now. It
// takes seconds for some ten thousand papers and is run once a night.
func (f *Feeds) Learn(ctx context.Context, now time.Time) error {
	day := now.UTC()
	rows, err := f.db.Query(ctx, `SELECT day, paper FROM entry WHERE origin = 'submitted' AND day BETWEEN $1 AND $2 ORDER BY day, paper LIMIT 100000`,
		day.AddDate(0, 0, -remembers).Format(time.DateOnly), day.AddDate(0, 0, -settled).Format(time.DateOnly))
	if err != nil {
		return fmt.Errorf("read the past editions: %w", err)
	}
	defer rows.Close()
	months := map[string]map[string][]int64{}
	for rows.Next() {
		var day string
		var id int64
		if err := rows.Scan(&day, &id); err != nil {
			return err
		}
		m := day[:7]
		if months[m] == nil {
			months[m] = map[string][]int64{}
		}
		months[m][day] = append(months[m][day], id)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	l := trend.NewLearner()
	for _, m := range slices.Sorted(maps.Keys(months)) {
		var outcomes []trend.Outcome
		var moments []trend.Moment
		for _, day := range slices.Sorted(maps.Keys(months[m])) {
			o, at, err := f.past(ctx, day, months[m][day])
			if err != nil {
				return fmt.Errorf("read how %s ended: %w", day, err)
			}
			outcomes, moments = append(outcomes, o...), append(moments, at...)
		}
		l.Learn(outcomes, moments)
	}
	f.learner.Store(l)
	return nil
}

// past returns how the papers of a day ended, and moments of the day.
func (f *Feeds) past(ctx context.Context, day string, ids []int64) ([]trend.Outcome, []trend.Moment, error) {
	var outcomes []trend.Outcome
	histories := map[int64][]paper.Reading{}
	start, err := edition.ParseDay(day)
	if err != nil {
		return nil, nil, err
	}
	for part := range slices.Chunk(ids, 500) {
		papers, err := f.papers.List(ctx, f.db, part)
		if err != nil {
			return nil, nil, err
		}
		for _, p := range papers {
			o := trend.Outcome{Paper: p, Day: day, Votes: p.Votes(), Belief: .7}
			if p.Figures.At.Sub(start).Hours() > counted {
				o.Belief = 1
			}
			outcomes = append(outcomes, o)
		}
		args := []any{db.Micros(start), db.Micros(start.Add(opening * time.Second))}
		for _, id := range part {
			args = append(args, id)
		}
		rows, err := f.db.Query(ctx, `SELECT paper, at, votes, comments, stars FROM reading
			WHERE paper IN (`+db.Places(3, len(part))+`) AND at BETWEEN $1 AND $2 ORDER BY paper, at`, args...)
		if err != nil {
			return nil, nil, err
		}
		defer rows.Close()
		for rows.Next() {
			var r paper.Reading
			var at int64
			if err := rows.Scan(&r.Paper, &at, &r.Votes, &r.Comments, &r.Stars); err != nil {
				return nil, nil, err
			}
			r.At = db.Time(at)
			histories[r.Paper] = append(histories[r.Paper], r)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return nil, nil, err
		}
	}
	return outcomes, momentsOf(day, outcomes, histories), nil
}

// momentsOf returns a few moments of a day at which most of its papers had been read
// within the hour, as they stood then.
func momentsOf(day string, outcomes []trend.Outcome, histories map[int64][]paper.Reading) []trend.Moment {
	const most, least = 4, 4
	hours := map[time.Time]int{}
	for _, list := range histories {
		seen := map[time.Time]bool{}
		for _, r := range list {
			if h := r.At.Truncate(time.Hour); !seen[h] {
				seen[h] = true
				hours[h]++
			}
		}
	}
	maps.DeleteFunc(hours, func(_ time.Time, n int) bool { return n < least || 2*n < len(histories) })
	times := slices.SortedFunc(maps.Keys(hours), time.Time.Compare)
	var moments []trend.Moment
	for i := range min(most, len(times)) {
		at := times[i*len(times)/min(most, len(times))].Add(time.Hour)
		m := trend.Moment{Day: day, At: at}
		for _, o := range outcomes {
			if e, ok := stood(o, histories[o.Paper.ID], at); ok {
				m.Entrants = append(m.Entrants, e)
			}
		}
		moments = append(moments, m)
	}
	return moments
}

// stood returns a paper as it stood at a moment, unless it had not been read by then.
func stood(o trend.Outcome, readings []paper.Reading, at time.Time) (trend.Entrant, bool) {
	e := trend.Entrant{Paper: o.Paper, Claimed: o.Paper.CountClaimed(), Final: o.Votes}
	for _, r := range readings {
		if r.At.After(at) {
			break
		}
		e.Figures = r.Figures
	}
	return e, !e.Figures.At.IsZero()
}

// Expect returns what may be expected of papers of a day by what is known of them
// now. It is for putting candidates into an order, and for nothing else.
func (f *Feeds) Expect(day string, now time.Time, papers []*paper.Paper) []trend.Forecast {
	l := f.learner.Load()
	if l == nil {
		l = trend.NewLearner()
	}
	m := trend.Moment{Day: day, At: now}
	for _, p := range papers {
		e := trend.Entrant{Paper: p, Figures: p.Figures, Claimed: p.CountClaimed(), Final: -1}
		e.Figures.Votes, e.Figures.Comments, e.Figures.Stars = p.Votes(), p.Comments(), p.Stars()
		m.Entrants = append(m.Entrants, e)
	}
	return l.Forecast(m)
}

// Forecast returns the papers that were put in for a day in the order in which they
// may be expected to end, by what is known now, each with the reason, behind those that
// the desk put into an order. The ranks are those of this order; the papers that were only announced are not among them.
func (f *Feeds) Forecast(ctx context.Context, day string, now time.Time) ([]Item, error) {
	items, _, err := f.List(ctx, Query{Span: edition.DaySpan(day), Origin: edition.Submitted})
	if err != nil {
		return nil, err
	}
	papers := make([]*paper.Paper, len(items))
	for i, it := range items {
		papers[i] = it.Paper
	}
	expected := f.Expect(day, now, papers)
	score := make(map[int64]float64, len(items))
	for i, e := range expected {
		if items[i].Ord == 0 {
			items[i].Why = e.Why
		}
		score[items[i].Paper.ID] = e.Score
	}
	slices.SortStableFunc(items, func(a, b Item) int {
		if a.Ord > 0 || b.Ord > 0 { // the desk's order stands
			return cmp.Compare(cmp.Or(a.Ord, math.MaxInt), cmp.Or(b.Ord, math.MaxInt))
		}
		return cmp.Compare(score[b.Paper.ID], score[a.Paper.ID])
	})
	for i := range items {
		items[i].Rank = i + 1
	}
	return items, nil
}
