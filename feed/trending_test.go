package feed_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/feed"
	"broadsheet/paper"
	"broadsheet/trend"

	"github.com/google/go-cmp/cmp"
)

var now = time.Date(2026, 4, 15, 10, 0, 0, 0, time.UTC)

func window(t testing.TB, name string) trend.Window {
	t.Helper()
	w, err := trend.ParseWindow(name, now)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// say stores a paper with its readings: hours before now, and votes.
func say(t testing.TB, s *paper.Store, key, category string, readings ...[2]int) int64 {
	t.Helper()
	p := &paper.Paper{
		Identifiers: []paper.Identifier{{Scheme: paper.ArXiv, Value: key}}, Title: "On " + key, Categories: []string{category},
		Record: paper.Record{Authors: []paper.Author{{Name: "Author of " + key}}, Topics: []string{"Topic of " + category}},
	}
	first := now.Add(-time.Duration(readings[0][0]+6) * time.Hour)
	p.Featured = &paper.Feature{Source: "up", At: first}
	err := s.DB().Transact(t.Context(), func(tx *db.Tx) error {
		if _, err := s.Put(t.Context(), tx, "up", now, p); err != nil {
			return err
		}
		for _, r := range readings {
			f := paper.Figures{At: now.Add(-time.Duration(r[0]) * time.Hour), Votes: r[1]}
			if err := s.Read(t.Context(), tx, now, paper.Reading{Paper: p.ID, Source: "up", Figures: f}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return p.ID
}

func keys(list []feed.Rising) []string {
	var out []string
	for _, r := range list {
		out = append(out, r.Item.Paper.Key)
	}
	return out
}

func trending(t testing.TB, f *feed.Feeds, q feed.Trend) ([]feed.Rising, int) {
	t.Helper()
	if q.Now.IsZero() {
		q.Now = now
	}
	if q.Window.To.IsZero() {
		q.Window = window(t, "week")
	}
	list, total, err := f.Trending(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return list, total
}

func TestTrending(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := paper.NewStore(d)
		f := feed.New(s)
		say(t, s, "2604.00001", "cs.LG", [2]int{150, 300}, [2]int{140, 310}) // much, long ago
		say(t, s, "2604.00002", "cs.LG", [2]int{20, 10}, [2]int{2, 60})      // rises now
		say(t, s, "2301.00003", "cs.CL", [2]int{9000, 40}, [2]int{170, 41}, [2]int{3, 71})
		math := say(t, s, "2604.00004", "math.CO", [2]int{30, 2}, [2]int{4, 9})
		say(t, s, "2604.00005", "cs.LG", [2]int{4000, 90}, [2]int{2000, 99}) // nothing came this week
		raw, total := trending(t, f, feed.Trend{Raw: true})
		if diff := cmp.Diff([]string{"2604.00002", "2604.00001", "2301.00003", "2604.00004"}, keys(raw)); diff != "" || total != 4 {
			t.Fatalf("%d in the list (-want +got):\n%s", total, diff)
		}
		if raw[0].Was != 0 || raw[1].Was != 1 || raw[2].Was != 3 || raw[3].Was != 2 {
			t.Errorf("a day ago they stood at %d, %d, %d and %d", raw[0].Was, raw[1].Was, raw[2].Was, raw[3].Was)
		}
		if day, _ := trending(t, f, feed.Trend{Raw: true, Window: window(t, "day")}); day[0].Item.Paper.Key != "2604.00002" || len(day) != 3 {
			t.Errorf("of the day: %v", keys(day))
		}
		if one, _ := trending(t, f, feed.Trend{Category: "math"}); !slices.Equal(keys(one), []string{"2604.00004"}) {
			t.Errorf("of mathematics: %v", keys(one))
		}
		if none, _ := trending(t, f, feed.Trend{Category: "mat"}); len(none) != 0 {
			t.Errorf("of a part of a category's name: %v", keys(none))
		}
		if one, _ := trending(t, f, feed.Trend{Topic: "topic OF math.CO"}); !slices.Equal(keys(one), []string{"2604.00004"}) {
			t.Errorf("of a topic: %v", keys(one))
		}
		if big, _ := trending(t, f, feed.Trend{Raw: true, Least: 30}); len(big) != 3 && len(big) != 2 {
			t.Errorf("with 30 votes: %v", keys(big))
		}
		f.Cast = func(context.Context, time.Time) ([]trend.Vote, error) {
			var votes []trend.Vote
			for range 100 {
				votes = append(votes, trend.Vote{Paper: math, At: now, Weight: 1})
			}
			return votes, nil
		}
		if at, _ := trending(t, f, feed.Trend{Raw: true}); at[0].Item.Paper.Key != "2604.00004" || at[0].Came.Votes != 109 {
			t.Errorf("with a hundred votes of ours the first is %s with %v", at[0].Item.Paper.Key, at[0].Came.Votes)
		}
	})
}

// TestTrendingSeesChanges: what a list remembers of a paper goes with the change.
func TestTrendingSeesChanges(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := paper.NewStore(d)
		f := feed.New(s)
		say(t, s, "2604.00001", "cs.LG", [2]int{3, 30})
		if list, _ := trending(t, f, feed.Trend{Category: "cs.LG"}); len(list) != 1 {
			t.Fatalf("%v", keys(list))
		}
		said := &paper.Paper{Identifiers: []paper.Identifier{{Scheme: paper.ArXiv, Value: "2604.00001"}}, Title: "On 2604.00001", Categories: []string{"math.CO"}, Authority: paper.FromArXiv}
		err := d.Transact(t.Context(), func(tx *db.Tx) error {
			_, err := s.Put(t.Context(), tx, "arxiv", now, said)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if list, _ := trending(t, f, feed.Trend{Category: "math.CO"}); len(list) != 1 {
			t.Errorf("after it became a paper of mathematics: %v", keys(list))
		}
	})
}

// TestPagingIsComplete: page by page every paper comes once, in one order, although
// votes come in between.
func TestPagingIsComplete(t *testing.T) {
	t.Parallel()
	var orders [][]string
	for _, open := range []func(testing.TB) string{dbtest.SQLite, dbtest.Postgres} {
		t.Run("", func(t *testing.T) {
			s := paper.NewStore(dbtest.Open(t, open(t)))
			f := feed.New(s)
			random := rand.New(rand.NewPCG(3, 4))
			for i := range 60 {
				hours := 1 + random.IntN(180)
				say(t, s, fmt.Sprintf("2604.%05d", i+1), []string{"cs.LG", "cs.CL", "math.CO"}[i%3], [2]int{hours + 20, random.IntN(9)}, [2]int{hours, 9 + random.IntN(80)})
			}
			whole, total := trending(t, f, feed.Trend{})
			if len(whole) < 40 || len(whole) != total {
				t.Fatalf("%d of %d in the list", len(whole), total)
			}
			var paged []string
			for skip := 0; skip < total; skip += 7 {
				page, n := trending(t, f, feed.Trend{Skip: skip, Limit: 7})
				if n != total || page[0].Rank != skip+1 {
					t.Fatalf("behind %d: %d papers, the first at %d", skip, n, page[0].Rank)
				}
				paged = append(paged, keys(page)...)
				voteNow(t, s, whole[len(whole)-1].Item.Paper.ID, 1000+skip)
			}
			if diff := cmp.Diff(keys(whole), paged); diff != "" {
				t.Errorf("pages and list differ (-list +pages):\n%s", diff)
			}
			orders = append(orders, paged)
			if after, _ := trending(t, f, feed.Trend{Now: now.Add(time.Second), Window: trend.Window{From: now.AddDate(0, 0, -7), To: now.Add(time.Second), HalfLife: 36 * time.Hour}}); after[0].Item.Paper.Key != paged[total-1] {
				t.Error("the votes that came between the pages are not in the list asked for later")
			}
		})
	}
	if len(orders) == 2 {
		if diff := cmp.Diff(orders[0], orders[1]); diff != "" {
			t.Errorf("the engines differ (-sqlite +postgres):\n%s", diff)
		}
	}
}

// voteNow has a paper read with many votes a moment after now.
func voteNow(t testing.TB, s *paper.Store, id int64, votes int) {
	t.Helper()
	err := s.DB().Transact(t.Context(), func(tx *db.Tx) error {
		at := now.Add(time.Duration(votes) * time.Microsecond)
		return s.Read(t.Context(), tx, at, paper.Reading{Paper: id, Source: "up", Figures: paper.Figures{At: at, Votes: votes}})
	})
	if err != nil {
		t.Fatal(err)
	}
}
