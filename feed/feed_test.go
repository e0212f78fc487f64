package feed_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/edition"
	"broadsheet/feed"
	"broadsheet/paper"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 4, 14, 12, 0, 0, 0, time.UTC)

// store stores papers of which some were put in and some announced, with few different
// votes and times, so that there are ties of every kind.
func store(t *testing.T, d *db.DB, n int) *feed.Feeds {
	t.Helper()
	papers := paper.NewStore(d)
	editions := edition.NewStore(papers, edition.Settings{Categories: []string{"cs"}})
	var list []*paper.Paper
	for i := range n {
		p := &paper.Paper{
			Identifiers: []paper.Identifier{{Scheme: paper.ArXiv, Value: fmt.Sprintf("2604.%05d", i)}}, Title: "T", Form: paper.Plain,
			Categories: []string{"cs.LG"}, Announced: noon.AddDate(0, 0, i%3).Format(time.DateOnly),
			Figures: paper.Figures{Votes: i * 7 % 5, At: noon},
		}
		if i%4 != 0 {
			p.Featured = &paper.Feature{Source: "s", At: noon.AddDate(0, 0, i%3).Add(time.Duration(i%2) * time.Hour), Submitter: []string{"ada", "bo"}[i%2]}
		}
		list = append(list, p)
	}
	ctx := t.Context()
	if err := d.Transact(ctx, func(tx *db.Tx) error { _, err := papers.Put(ctx, tx, "s", noon, list...); return err }); err != nil {
		t.Fatal(err)
	}
	for n := 1; n > 0; {
		var err error
		if n, err = editions.Update(ctx, noon, 1000); err != nil {
			t.Fatal(err)
		}
	}
	return feed.New(papers)
}

// before is the order of an edition, as the package states it.
func before(a, b feed.Item) int {
	put := func(it feed.Item) int {
		if it.Origin == edition.Submitted {
			return 0
		}
		return 1
	}
	return cmp.Or(put(a)-put(b), b.Paper.Figures.Votes-a.Paper.Figures.Votes, a.Entered.Compare(b.Entered), cmp.Compare(a.Paper.ID, b.Paper.ID))
}

// TestList: every part of a list, by whatever query, is that part of the whole, which
// is in the stated order; and Order has the same.
func TestList(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const papers = 60
		f := store(t, d, papers)
		ctx := t.Context()
		month := edition.Span{From: "2026-04-01", To: "2026-04-30"}
		whole, total, err := f.List(ctx, feed.Query{Span: month})
		if err != nil || total != papers || len(whole) != papers {
			t.Fatalf("%d of %d papers (%v); want %d", len(whole), total, err, papers)
		}
		if !slices.IsSortedFunc(whole, before) {
			t.Error("the list is not in the order that the package states")
		}
		order, err := f.Order(ctx, month)
		if err != nil {
			t.Fatal(err)
		}
		for i, it := range whole {
			if it.Rank != i+1 || order[i] != it.Paper.ID {
				t.Fatalf("place %d: rank %d, paper %d, in Order %d", i+1, it.Rank, it.Paper.ID, order[i])
			}
		}
		rapid.Check(t, func(t *rapid.T) {
			q := feed.Query{
				Span:      edition.DaySpan(noon.AddDate(0, 0, rapid.IntRange(0, 3).Draw(t, "day")).Format(time.DateOnly)),
				Origin:    rapid.SampledFrom([]edition.Origin{"", edition.Submitted, edition.Announced}).Draw(t, "origin"),
				Submitter: rapid.SampledFrom([]string{"", "ada", "eve"}).Draw(t, "submitter"),
				Skip:      rapid.IntRange(0, 25).Draw(t, "skip"), Limit: rapid.IntRange(0, 25).Draw(t, "limit"),
			}
			var want []int64
			for _, it := range whole {
				if it.Day == q.Span.From && (q.Origin == "" || it.Origin == q.Origin) && (q.Submitter == "" || it.Submitter == q.Submitter) {
					want = append(want, it.Paper.ID)
				}
			}
			all := len(want)
			want = want[min(q.Skip, all):]
			if q.Limit > 0 {
				want = want[:min(q.Limit, len(want))]
			}
			got, total, err := f.List(ctx, q)
			if err != nil || total != all {
				t.Fatalf("%+v: %d in all (%v); want %d", q, total, err, all)
			}
			var ids []int64
			for i, it := range got {
				ids = append(ids, it.Paper.ID)
				if it.Rank != q.Skip+i+1 {
					t.Fatalf("%+v: rank %d at %d", q, it.Rank, i)
				}
			}
			if !slices.Equal(ids, want) {
				t.Fatalf("%+v: %v; want %v", q, ids, want)
			}
		})
	})
}

func TestClosed(t *testing.T) {
	t.Parallel()
	s := edition.Settings{Turn: 6 * time.Hour}
	for day, want := range map[string]bool{"2026-04-13": true, "2026-04-14": false, "2026-04-15": false} {
		if got := feed.Closed(s, day, noon); got != want {
			t.Errorf("%s at noon of the 14th: closed is %v", day, got)
		}
	}
	if feed.Closed(s, "2026-04-14", noon.Add(17*time.Hour)) {
		t.Error("the date turns at six in the morning, and the 14th is closed at five")
	}
}
