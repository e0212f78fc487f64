package digest_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/digest"
	"broadsheet/edition"
	"broadsheet/feed"
	"broadsheet/mail"
	"broadsheet/paper"
)

// TestAMixOfSources: what trends may be older than the last mail, and comes once; what
// an account follows comes with its reason; authors come whatever the votes.
func TestAMixOfSources(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		old, loved, named, plain := newPaper("An old one", 3), newPaper("A followed one", 1), newPaper("A named one", 0), newPaper("A plain one", 90)
		named.Authors = []paper.Author{{Name: "José  Álvarez"}}
		h := open(t, d, func(c *digest.Config) {
			c.Trending = func(context.Context, time.Time, int) ([]digest.Trend, error) {
				return []digest.Trend{{Paper: old.ID, Why: "No. 1 of what rose this week."}}, nil
			}
			c.AccountOf = func(context.Context, mail.Address) (int64, error) { return 5, nil }
			c.Follows = func(_ context.Context, account int64, papers []int64) (map[int64]string, error) {
				if account != 5 {
					return nil, nil
				}
				return map[int64]string{loved.ID: "You follow Ada Byron."}, nil
			}
		})
		h.put(monday.AddDate(0, 0, -30), old)
		h.put(monday, plain, loved, named)
		c := digest.Standard()
		c.Edition, c.Trending, c.Follows, c.Authors, c.Least = false, true, true, []string{"jose alvarez"}, 1
		sub := h.subscribe("reader@university.example", c)
		if mine, err := h.digests.Of(t.Context(), 5); err != nil || len(mine) != 1 || mine[0].ID != sub.ID {
			t.Errorf("the account has adopted %v, %v", mine, err)
		}
		h.at(monday.AddDate(0, 0, 1).Add(3 * time.Hour))
		got := h.run()
		if len(got) != 1 || strings.Join(titles(got[0]), ", ") != "A named one, A followed one, An old one" {
			t.Fatalf("the mail has %v", titles(got[0]))
		}
		for _, why := range []string{"You named jose alvarez.", "You follow Ada Byron.", "No. 1 of what rose this week."} {
			if !strings.Contains(string(got[0].Body), why) {
				t.Errorf("nowhere stands %q", why)
			}
		}
		h.at(monday.AddDate(0, 0, 2).Add(3 * time.Hour))
		if again := h.run(); len(again) != 0 {
			t.Errorf("what trends came again: %v", titles(again[0]))
		}
		if err := d.Transact(t.Context(), func(tx *db.Tx) error { return h.digests.Part(t.Context(), tx, 5) }); err != nil {
			t.Fatal(err)
		}
		if held, err := h.digests.Find(t.Context(), sub.Address); err != nil || held != nil {
			t.Errorf("after the account has left: %v, %v", held, err)
		}
	})
}

// TestAMorningStandsAsItIsLikelyToEnd: before noon the forecast orders the day's
// papers, and the votes that are shown stay what they are.
func TestAMorningStandsAsItIsLikelyToEnd(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		hour int
		want string
	}{{"morning", 7, "Rising, Leading"}, {"afternoon", 15, "Leading, Rising"}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			leading, rising := newPaper("Leading", 9), newPaper("Rising", 3)
			h := open(t, dbtest.Open(t, dbtest.SQLite(t)), func(c *digest.Config) {
				c.Forecast = func(ctx context.Context, day string, _ time.Time) ([]feed.Item, error) {
					items, _, err := c.Feeds.List(ctx, feed.Query{Span: edition.DaySpan(day)})
					slices.Reverse(items)
					return items, err
				}
			})
			c := digest.Standard()
			c.Cadence.Hour = tt.hour
			h.subscribe("reader@university.example", c)
			day := monday.AddDate(0, 0, 1).Truncate(24 * time.Hour)
			h.at(day.Add(time.Hour))
			h.put(day.Add(time.Hour), leading, rising)
			h.at(day.Add(time.Duration(tt.hour) * time.Hour).Add(10 * time.Minute))
			got := h.run()
			if len(got) != 1 || strings.Join(titles(got[0]), ", ") != tt.want {
				t.Fatalf("%d mails; the first has %v, want %s", len(got), titles(got[0]), tt.want)
			}
			if body := string(got[0].Body); !strings.Contains(body, "9 votes") || !strings.Contains(body, "3 votes") {
				t.Error("the mail does not show the votes as they are")
			}
		})
	}
}
