package feed_test

import (
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/feed"
	"broadsheet/paper"
)

// BenchmarkTrending asks for the lists of a store of 300,000 papers: five years of 30
// papers a day that readers voted for, with readings thinned as Thin leaves them.
// Beside them stands the time of reading the papers of one page, which any list costs.
func BenchmarkTrending(b *testing.B) {
	s := paper.NewStore(dbtest.Open(b, dbtest.SQLite(b)))
	fill(b, s.DB(), 300_000)
	f := feed.New(s)
	for _, name := range []string{"day", "week", "month"} {
		q := feed.Trend{Now: now, Window: window(b, name), Limit: 50}
		list, total, err := f.Trending(b.Context(), q)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, _, err := f.Trending(b.Context(), q); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(total), "papers")
		})
		if name == "week" {
			var ids []int64
			for _, r := range list {
				ids = append(ids, r.Item.Paper.ID)
			}
			b.Run("one page's papers", func(b *testing.B) {
				for b.Loop() {
					if _, err := s.List(b.Context(), s.DB(), ids); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// fill makes a store of n papers, as if it had been kept for five years.
func fill(b *testing.B, d *db.DB, n int) {
	ctx := context.Background()
	const perDay = 30
	read := 5 * 365 * perDay // papers that were put in, the newest today
	fields := []string{"cs.LG cs.AI", "cs.CL", "cs.CV", "math.CO", "stat.ML"}
	err := d.Transact(ctx, func(tx *db.Tx) error {
		for i := 1; i <= n; i++ {
			age := time.Duration(n-i) * 24 * time.Hour / perDay
			record := fmt.Sprintf(`{"authors":[{"name":"Author %d"},{"name":"Author %d"},{"name":"Author %d"}],"featured":{"source":"up","at":%q}}`, i%70000, i%71000, i%72000, now.Add(-age).Format(time.RFC3339))
			if _, err := tx.Exec(ctx, `INSERT INTO paper (key, title, abstract, form, categories, authority, withdrawn, submitted, revised, announced, votes, comments, stars, read_at, record)
				VALUES ($1, $2, $3, 'plain', $4, 10, 0, $5, 0, '', 0, 0, 0, 0, $6)`, fmt.Sprintf("b%d", i), fmt.Sprintf("Paper %d", i), "We show it.", fields[i%5], db.Micros(now.Add(-age)), record); err != nil {
				return err
			}
			if i <= n-read {
				continue
			}
			final, had := 3+i*7919%97, -1
			for at := now.Add(-age).Add(time.Hour); !at.After(now); at = at.Add(step(now.Sub(at))) {
				votes := int(float64(final) * (1 - math.Exp(-at.Sub(now.Add(-age)).Hours()/20)))
				if votes == had {
					continue // of equal readings the store keeps two
				}
				had = votes
				if _, err := tx.Exec(ctx, `INSERT INTO reading (paper, source, at, votes, comments, stars) VALUES ($1, 'up', $2, $3, 1, 0)`, i, db.Micros(at), votes); err != nil {
					return err
				}
				if at.Sub(now.Add(-age)) > 400*time.Hour {
					break // nothing comes any more
				}
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}

// step is how far apart readings of an age are.
func step(age time.Duration) time.Duration {
	switch {
	case age < 9*24*time.Hour:
		return 2 * time.Hour
	case age < 60*24*time.Hour:
		return 24 * time.Hour
	}
	return 7 * 24 * time.Hour
}
