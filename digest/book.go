package digest

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"broadsheet/edition"
	"broadsheet/feed"
	"broadsheet/paper"
)

// candidate is a paper that could stand in a mail.
type candidate struct {
	arrival    int64 // 0 for one that trends and did not come in lately
	paper      int64
	key        string
	day        string
	rank       int // in its edition
	place      int // where it stands in a mail: its rank, on a morning the one it is likely to reach
	announced  bool
	ord        int    // in the desk's order, 0 for none
	note       string // of the desk
	votes      int
	likely     int      // the votes by which it is weighed: its own, on a morning those of its place
	topics     []string // in lower case
	categories []string
	authors    []string // folded
	names      []string // of the authors, as they write them
	text       string   // title and abstract, in lower case
	features   []int    // what it covers, by number in the book
	trend      string   // why it trends; "" when it does not
}

// book is what a run of mails is chosen from: the papers of the last arrivals.
type book struct {
	list     []*candidate // by arrival, then what trends
	last     int64        // the newest arrival
	closed   int64        // up to this arrival no paper of a day that goes on stands
	features []string
	day      string          // of the newest edition among the arrivals, "" when there is none
	counts   map[string]int  // papers in the edition of each day
	heads    map[string]head // of days; filled as they are asked for
}

// longestBook is the most arrivals that are looked back on. Only a reader who paused
// for months has more behind them.
const longestBook = 20000

// open reads the arrivals after one number, at a moment.
func (s *Store) open(ctx context.Context, after int64, now time.Time) (*book, error) {
	b := &book{counts: map[string]int{}}
	if err := s.db.QueryRow(ctx, `SELECT coalesce(max(n), 0) FROM arrival`).Scan(&b.last); err != nil {
		return nil, fmt.Errorf("find the newest arrival: %w", err)
	}
	after = max(after, b.last-longestBook)
	arrivals, days, err := s.arrivals(ctx, after)
	if err != nil {
		return nil, err
	}
	today := s.Editions.Settings().DayOf(now)
	tomorrow := s.Editions.Settings().DayOf(now.AddDate(0, 0, 1))
	b.closed = b.last
	for _, day := range days {
		if err := s.openDay(ctx, b, day, arrivals, now); err != nil {
			return nil, err
		}
		if day > b.day && day <= tomorrow {
			b.day = day
		}
	}
	for _, c := range b.list {
		if c.day >= today && c.day <= tomorrow && c.arrival-1 < b.closed { // a day further off is a mistake, and waiting for its end would be for ever
			b.closed = c.arrival - 1
		}
	}
	sort.Slice(b.list, func(i, j int) bool { return b.list[i].arrival < b.list[j].arrival })
	if err := s.addTrends(ctx, b, now); err != nil {
		return nil, err
	}
	b.cover()
	return b, nil
}

// Arrived returns the papers that came into the editions after one arrival, at most
// 20,000, and the number of the newest one.
func (s *Store) Arrived(ctx context.Context, after int64) (papers map[int64]bool, newest int64, err error) {
	if err := s.db.QueryRow(ctx, `SELECT coalesce(max(n), 0) FROM arrival`).Scan(&newest); err != nil {
		return nil, 0, fmt.Errorf("find the newest arrival: %w", err)
	}
	arrivals, _, err := s.arrivals(ctx, max(after, newest-longestBook))
	papers = make(map[int64]bool, len(arrivals))
	for id := range arrivals {
		papers[id] = true
	}
	return papers, newest, err
}

// arrivals returns the papers with their numbers after one, and their days.
func (s *Store) arrivals(ctx context.Context, after int64) (map[int64]int64, []string, error) {
	rows, err := s.db.Query(ctx, `SELECT n, paper, day FROM arrival WHERE n > $1 ORDER BY n LIMIT $2`, after, longestBook)
	if err != nil {
		return nil, nil, fmt.Errorf("read the arrivals after %d: %w", after, err)
	}
	defer rows.Close()
	arrivals, days := map[int64]int64{}, []string{}
	for rows.Next() {
		var n, p int64
		var day string
		if err := rows.Scan(&n, &p, &day); err != nil {
			return nil, nil, err
		}
		arrivals[p] = n
		if !slices.Contains(days, day) {
			days = append(days, day)
		}
	}
	slices.Sort(days)
	return arrivals, days, rows.Err()
}

func (s *Store) openDay(ctx context.Context, b *book, day string, arrivals map[int64]int64, now time.Time) error {
	items, total, err := s.Feeds.List(ctx, feed.Query{Span: edition.DaySpan(day)})
	if err != nil {
		return err
	}
	b.counts[day] = total
	votes := make([]int, len(items))
	for i, it := range items {
		votes[i] = it.Paper.Votes()
	}
	slices.SortFunc(votes, func(x, y int) int { return y - x })
	for _, it := range items {
		if n := arrivals[it.Paper.ID]; n != 0 {
			c := candidateOf(it.Paper)
			c.arrival, c.day, c.rank, c.place, c.announced = n, day, it.Rank, it.Rank, it.Origin == edition.Announced
			c.ord, c.note = it.Ord, it.Note
			if items[0].Ord > 0 { // as in foresee, by the votes of whoever would stand at its place
				c.likely = votes[it.Rank-1]
			}
			b.list = append(b.list, c)
		}
	}
	if settings := s.Editions.Settings(); s.Forecast != nil && settings.Morning(now) && day == settings.DayOf(now) {
		return s.foresee(ctx, b, items, day, now)
	}
	return nil
}

// foresee puts the papers of a day that has only begun into the order in which they
// are likely to end. Each is weighed by the votes of whoever stands at its place now:
// the forecast changes the order and no figure.
func (s *Store) foresee(ctx context.Context, b *book, items []feed.Item, day string, now time.Time) error {
	likely, err := s.Forecast(ctx, day, now)
	if err != nil {
		return fmt.Errorf("order the papers of a morning: %w", err)
	}
	place := make(map[int64]int, len(likely))
	for i, it := range likely {
		place[it.Paper.ID] = i + 1
	}
	for _, c := range b.list {
		if at := place[c.paper]; c.day == day && at > 0 && c.ord == 0 {
			c.place, c.likely = at, items[at-1].Paper.Votes()
		}
	}
	return nil
}

func (s *Store) numberOf(ctx context.Context, day string) (int, error) {
	if day == "" {
		return 0, nil
	}
	days, err := s.Editions.Days(ctx, edition.DaySpan(day))
	if err != nil || len(days) == 0 {
		return 0, err
	}
	return days[0].Number, nil
}

// addTrends marks what trends, and adds what came in before the arrivals.
func (s *Store) addTrends(ctx context.Context, b *book, now time.Time) error {
	if s.Trending == nil {
		return nil
	}
	trends, err := s.Trending(ctx, now, 50)
	if err != nil {
		return fmt.Errorf("find what trends: %w", err)
	}
	here := map[int64]*candidate{}
	for _, c := range b.list {
		here[c.paper] = c
	}
	var others []int64
	whys := map[int64]string{}
	for _, t := range trends {
		if c := here[t.Paper]; c != nil {
			c.trend = t.Why
		} else {
			others, whys[t.Paper] = append(others, t.Paper), t.Why
		}
	}
	papers, err := s.Papers.List(ctx, s.db, others)
	if err != nil {
		return err
	}
	for _, p := range papers {
		c := candidateOf(p)
		c.trend = whys[p.ID]
		b.list = append(b.list, c)
	}
	return nil
}

func candidateOf(p *paper.Paper) *candidate {
	c := &candidate{
		paper: p.ID, key: p.Key, votes: p.Votes(), likely: p.Votes(), categories: p.Categories,
		text: strings.ToLower(p.Form.Line(p.Title) + " " + p.Form.Line(p.Abstract)),
	}
	for _, t := range p.Topics {
		c.topics = append(c.topics, strings.ToLower(t))
	}
	for _, a := range p.Authors {
		c.authors, c.names = append(c.authors, paper.FoldName(a.Name)), append(c.names, a.Name)
	}
	return c
}

// covers is the most topics by which a paper counts as covering something; lists of
// keywords go on, from what it is about to what it touches.
const covers = 6

// cover numbers what the papers cover: their first topics, else their category.
func (b *book) cover() {
	numbers := map[string]int{}
	for _, c := range b.list {
		names := c.topics[:min(covers, len(c.topics))]
		if len(names) == 0 && len(c.categories) > 0 {
			names = c.categories[:1]
		}
		for _, name := range names {
			n, ok := numbers[name]
			if !ok {
				n = len(b.features)
				numbers[name] = n
				b.features = append(b.features, name)
			}
			c.features = append(c.features, n)
		}
	}
}

// after returns the candidates for a reader who has seen the arrivals up to one
// number.
func (b *book) after(seen int64) []*candidate {
	return b.list[sort.Search(len(b.list), func(i int) bool { return b.list[i].arrival > seen || b.list[i].arrival == 0 }):]
}
