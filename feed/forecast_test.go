package feed_test

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"broadsheet/account"
	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/discuss"
	"broadsheet/edition"
	"broadsheet/feed"
	"broadsheet/paper"
)

// TestForecast lets a community vote for one word and against another for some weeks:
// papers that stand alike in the morning are then put into that order, with the reason.
func TestForecast(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := paper.NewStore(d)
		f := feed.New(s)
		editions := edition.NewStore(s, edition.Settings{})
		put := func(day time.Time, i int, title string, hours, votes []int) {
			p := &paper.Paper{
				Identifiers: []paper.Identifier{{Scheme: paper.ArXiv, Value: fmt.Sprintf("%s.%02d%03d", day.Format("0601"), day.Day(), i)}},
				Title:       title, Abstract: "We study it.", Submitted: day.AddDate(0, 0, -2),
				Record: paper.Record{Featured: &paper.Feature{Source: "up", At: day.Add(time.Hour), Submitter: "zed"}},
			}
			err := d.Transact(t.Context(), func(tx *db.Tx) error {
				if _, err := s.Put(t.Context(), tx, "up", now, p); err != nil {
					return err
				}
				for k, h := range hours {
					r := paper.Reading{Paper: p.ID, Source: "up", Figures: paper.Figures{Votes: votes[k], At: day.Add(time.Duration(h) * time.Hour)}}
					if err := s.Read(t.Context(), tx, now, r); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		title := func(i int) string {
			return []string{"Whales that sing", "Gravel that rests"}[i%2]
		}
		today := now.Truncate(24 * time.Hour)
		for ago := 40; ago > 3; ago-- {
			for i := range 6 {
				put(today.AddDate(0, 0, -ago), i, title(i), []int{4, 9, 300}, []int{3 + i/2, 5 + i/2, []int{60, 8}[i%2] + i})
			}
		}
		for i := range 6 {
			put(today, i, title(i), []int{8}, []int{5})
		}
		for n := 1; n > 0; {
			var err error
			if n, err = editions.Update(t.Context(), now, 1000); err != nil {
				t.Fatal(err)
			}
		}
		before, err := f.Forecast(t.Context(), today.Format(time.DateOnly), now)
		if err != nil || len(before) != 6 || !strings.Contains(before[0].Why, "too little of the past is known") {
			t.Fatalf("before anything is learnt: %+v, %v", before, err)
		}
		if err := f.Learn(t.Context(), now); err != nil {
			t.Fatal(err)
		}
		after, err := f.Forecast(t.Context(), today.Format(time.DateOnly), now)
		if err != nil {
			t.Fatal(err)
		}
		var titles []string
		for i, e := range after {
			titles = append(titles, strings.Fields(e.Paper.Title)[0])
			if e.Rank != i+1 {
				t.Errorf("at place %d the rank is %d", i+1, e.Rank)
			}
		}
		if want := []string{"Whales", "Whales", "Whales", "Gravel", "Gravel", "Gravel"}; !slices.Equal(titles, want) {
			t.Errorf("the order is %v", titles)
		}
		if why := after[0].Why; !strings.HasPrefix(why, "5 votes in 9 hours. Words that did well here: ") || !strings.Contains(why, "whales") {
			t.Errorf("the reason of the first: %q", why)
		}
		if why := after[5].Why; !strings.Contains(why, "Its words have done less well here.") {
			t.Errorf("the reason of the last: %q", why)
		}
	})
}

// TestVotesOfOurs: a reader's vote moves the list at once, beside what was read
// upstream, and is counted by the same function.
func TestVotesOfOurs(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := paper.NewStore(d)
		f := feed.New(s)
		talk := discuss.NewStore(s, account.NewStore(d, account.Settings{}, func() time.Time { return now }, slog.New(slog.DiscardHandler)), nil)
		f.CountVotes(talk)
		say(t, s, "2604.00001", "cs.LG", [2]int{20, 3}, [2]int{1, 5})
		quiet := say(t, s, "1901.00002", "cs.LG", [2]int{20000, 0}) // nobody voted for it yet
		if list, _ := trending(t, f, feed.Trend{Raw: true}); !slices.Equal(keys(list), []string{"2604.00001"}) {
			t.Fatalf("before the votes: %v", keys(list))
		}
		for i := range 9 {
			v := discuss.Voter{Account: int64(i + 1), Joined: now.AddDate(-1, 0, 0)}
			if _, err := talk.Vote(t.Context(), now.Add(-time.Minute), quiet, v, true); err != nil {
				t.Fatal(err)
			}
		}
		list, _ := trending(t, f, feed.Trend{Raw: true})
		if !slices.Equal(keys(list), []string{"1901.00002", "2604.00001"}) || list[0].Came.Votes != 9 {
			t.Errorf("after nine votes: %v, with %+v", keys(list), list[0].Came)
		}
	})
}
