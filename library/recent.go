package library

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"broadsheet/edition"
	"broadsheet/paper"
)

// Sources are what the library asks other rooms. What is nil knows nothing.
type Sources struct {
	// Editions are those whose papers are looked through for what readers follow.
	Editions *edition.Store
	// Search returns which of some papers match words in the search's own language.
	Search func(ctx context.Context, words string, papers []int64) (map[int64]bool, error)
	// Votes returns the newest votes of an account, at most limit.
	Votes func(ctx context.Context, account int64, limit int) ([]Vote, error)
	// Arrived returns the papers that came into the editions after one arrival, and the
	// number of the newest arrival.
	Arrived func(ctx context.Context, after int64) (papers map[int64]bool, newest int64, err error)
	Now     func() time.Time // nil is time.Now
}

// Vote is a paper that a reader voted for, and when.
type Vote struct {
	Paper int64
	At    time.Time
}

// Ask says whom the library asks. It is called before the store is used.
func (s *Store) Ask(sources Sources) { s.sources = sources }

func (s *Store) now() time.Time {
	if s.sources.Now == nil {
		return time.Now()
	}
	return s.sources.Now()
}

// Window is how many days of editions are looked through for what a reader follows.
const Window = 30

// Facts are what can be followed of a paper. They are not altered once they are made.
type Facts struct {
	Paper      int64
	Day        string // of its edition; "" when it stands in none
	Authors    []string
	Categories []string // the primary one first
	Topics     []string // in small letters
	Votes      int

	folded []string // the authors as they are compared
}

func factsOf(p *paper.Paper, day string) *Facts {
	f := &Facts{Paper: p.ID, Day: day, Categories: p.Categories, Votes: p.Votes()}
	for _, a := range p.Authors {
		f.Authors = append(f.Authors, a.Name)
		f.folded = append(f.folded, paper.FoldName(a.Name))
	}
	for _, t := range p.Topics {
		f.Topics = append(f.Topics, strings.ToLower(t))
	}
	return f
}

// recent keeps the facts of the papers of the last editions as they are in the
// database: it reads the change log, and reads again what that names.
type recent struct {
	mu   sync.Mutex
	seq  int64
	from string
	list []*Facts // the newest day first, in it the paper held last; never altered, but replaced
}

// Recent returns the papers of the editions of the last Window days, the newest day
// first. The list must not be altered.
func (s *Store) Recent(ctx context.Context) ([]*Facts, error) {
	if s.sources.Editions == nil {
		return nil, nil
	}
	r := &s.recent
	r.mu.Lock()
	defer r.mu.Unlock()
	from := s.sources.Editions.Settings().DayOf(s.now().AddDate(0, 0, -Window))
	latest, err := paper.Latest(ctx, s.db)
	if err != nil {
		return nil, err
	}
	if r.list != nil && r.from == from && r.seq == latest {
		return r.list, nil
	}
	const most = 500 // changes, above which all is read anew
	held := map[int64]*Facts{}
	if r.list != nil {
		changes, err := paper.Changes(ctx, s.db, r.seq, most)
		if err != nil {
			return nil, err
		}
		if len(changes) < most {
			for _, f := range r.list {
				held[f.Paper] = f
			}
			for _, c := range changes {
				if c.Kind == paper.ChangedPaper {
					delete(held, c.Subject)
				}
			}
		}
	}
	list, err := s.readRecent(ctx, from, held)
	if err != nil {
		return nil, err
	}
	r.seq, r.from, r.list = latest, from, list
	return list, nil
}

// readRecent returns the facts of the papers that stand in the editions from a day on,
// those that are held as they are.
func (s *Store) readRecent(ctx context.Context, from string, held map[int64]*Facts) ([]*Facts, error) {
	e := s.sources.Editions
	days, err := e.Days(ctx, edition.Span{From: from, To: "9999-12-31"})
	if err != nil {
		return nil, err
	}
	list := []*Facts{}
	for _, d := range slices.Backward(days) {
		ids, err := e.PapersOf(ctx, s.db, d.Day)
		if err != nil {
			return nil, err
		}
		slices.Reverse(ids)
		facts, err := s.facts(ctx, ids, held, d.Day)
		if err != nil {
			return nil, fmt.Errorf("read the papers of %s: %w", d.Day, err)
		}
		list = append(list, facts...)
	}
	return list, nil
}

// facts returns the facts of papers of one day.
func (s *Store) facts(ctx context.Context, ids []int64, held map[int64]*Facts, day string) ([]*Facts, error) {
	var lacking []int64
	for _, id := range ids {
		if f := held[id]; f == nil || f.Day != day {
			lacking = append(lacking, id)
		}
	}
	fresh := map[int64]*Facts{}
	for part := range slices.Chunk(lacking, 500) {
		papers, err := s.papers.List(ctx, s.db, part)
		if err != nil {
			return nil, err
		}
		for _, p := range papers {
			fresh[p.ID] = factsOf(p, day)
		}
	}
	var list []*Facts
	for _, id := range ids {
		if f := fresh[id]; f != nil {
			list = append(list, f)
		} else if f := held[id]; f != nil && f.Day == day {
			list = append(list, f)
		}
	}
	return list, nil
}
