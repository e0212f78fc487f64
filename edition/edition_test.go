package edition_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/edition"
	"broadsheet/feed"
	"broadsheet/paper"
)

var tuesday = time.Date(2026, 4, 14, 9, 0, 0, 0, time.UTC)

type house struct {
	papers   *paper.Store
	editions *edition.Store
	feeds    *feed.Feeds
}

func build(d *db.DB, s edition.Settings) house {
	papers := paper.NewStore(d)
	return house{papers, edition.NewStore(papers, s), feed.New(papers)}
}

func (h house) put(t testing.TB, said ...*paper.Paper) {
	t.Helper()
	ctx := context.Background()
	if err := h.papers.DB().Transact(ctx, func(tx *db.Tx) error {
		_, err := h.papers.Put(ctx, tx, "up", tuesday, said...)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for {
		n, err := h.editions.Update(ctx, tuesday, 7)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// show writes the editions as "day No.n: keys in order".
func (h house) show(t testing.TB) string {
	t.Helper()
	ctx := context.Background()
	days, err := h.editions.Days(ctx, edition.Span{To: "9999"})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, d := range days {
		fmt.Fprintf(&b, "%s No.%d %d+%d:", d.Day[5:], d.Number, d.Submitted, d.Announced)
		items, total, err := h.feeds.List(ctx, feed.Query{Span: edition.DaySpan(d.Day)})
		if err != nil || total != d.Count() {
			t.Fatalf("%d items, %v; the edition counts %d", total, err, d.Count())
		}
		for i, it := range items {
			if it.Rank != i+1 {
				t.Errorf("item %d has rank %d", i+1, it.Rank)
			}
			b.WriteString(" " + strings.TrimPrefix(it.Paper.Key, "2604.0000"))
		}
		b.WriteString("\n")
	}
	return b.String()
}

// featured is paper n, put in at a time with votes.
func featured(n int, at time.Time, votes int) *paper.Paper {
	p := announced(n, "", "cs.LG")
	p.Featured = &paper.Feature{Source: "up", At: at, Submitter: "zed"}
	p.Figures = paper.Figures{Votes: votes, At: at.Add(time.Hour)}
	return p
}

func announced(n int, day string, categories ...string) *paper.Paper {
	return &paper.Paper{
		Identifiers: []paper.Identifier{{Scheme: paper.ArXiv, Value: fmt.Sprintf("2604.%05d", n)}},
		Title:       "T", Abstract: "A", Form: paper.TeX, Authority: paper.FromArXiv, Categories: categories, Announced: day,
	}
}

func TestEditions(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := build(d, edition.Settings{Categories: []string{"cs.LG", "math"}})
		check := func(step, want string) {
			t.Helper()
			if got := h.show(t); got != want {
				t.Errorf("%s:\n%swant:\n%s", step, got, want)
			}
		}
		h.put(t, featured(1, tuesday, 3), featured(2, tuesday.Add(time.Minute), 9), featured(3, tuesday.Add(-time.Minute), 3), featured(4, tuesday.AddDate(0, 0, 1), 1))
		check("by votes, ties by time", "04-14 No.1 3+0: 2 3 1\n04-15 No.2 1+0: 4\n")

		h.put(t, announced(5, "2026-04-14", "math.AG"), announced(6, "2026-04-14", "cs.CL", "cs.LG"), announced(7, "2026-04-14", "cs.CL"), announced(8, "2026-04-14", "mathematics"))
		check("announced ones in chosen categories stand behind", "04-14 No.1 3+2: 2 3 1 5 6\n04-15 No.2 1+0: 4\n")

		again := featured(2, tuesday.AddDate(0, 0, 3), 10)
		again.Revised = tuesday.AddDate(0, 0, 3)
		h.put(t, again)
		check("a new version put in again stays in its edition", "04-14 No.1 3+2: 2 3 1 5 6\n04-15 No.2 1+0: 4\n")

		h.put(t, featured(9, tuesday.AddDate(0, 0, -1), 0))
		check("a day before pushes the numbers up", "04-13 No.1 1+0: 9\n04-14 No.2 3+2: 2 3 1 5 6\n04-15 No.3 1+0: 4\n")

		h.put(t, featured(5, tuesday.AddDate(0, 0, 1), 0))
		check("an announced one that is put in moves to that day", "04-13 No.1 1+0: 9\n04-14 No.2 3+1: 2 3 1 6\n04-15 No.3 2+0: 4 5\n")

		one := featured(10, tuesday.AddDate(0, 0, 2), 1)
		one.Identifiers[0] = paper.Identifier{Scheme: paper.DOI, Value: "10.1000/ten"}
		h.put(t, one)
		both := featured(9, tuesday.AddDate(0, 0, 4), 1)
		both.Identifiers = append(both.Identifiers, one.Identifiers[0])
		h.put(t, both)
		check("two records of one paper leave one place, the older", "04-13 No.1 1+0: 9\n04-14 No.2 3+1: 2 3 1 6\n04-15 No.3 2+0: 4 5\n")
	})
}

func TestFeedDay(t *testing.T) {
	t.Parallel()
	york, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	late := time.Date(2026, 4, 14, 1, 30, 0, 0, time.UTC) // 21:30 of the day before in New York
	for _, c := range []struct {
		name string
		s    edition.Settings
		want string
	}{
		{"UTC by default", edition.Settings{}, "2026-04-14"},
		{"another zone", edition.Settings{Zone: york}, "2026-04-13"},
		{"turning at six", edition.Settings{Turn: 6 * time.Hour}, "2026-04-13"},
		{"turning before", edition.Settings{Zone: york, Turn: -3 * time.Hour}, "2026-04-14"},
	} {
		if got := c.s.DayOf(late); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestParsePeriods(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"2026-W16": "2026-04-13 2026-04-19",
		"2026-W01": "2025-12-29 2026-01-04",
		"2020-W53": "2020-12-28 2021-01-03",
		"2026-W53": "2026-12-28 2027-01-03",
		"2025-W53": "error", "2026-W00": "error", "2026-W54": "error", "2026-16": "error", "2026-W1": "error",
	} {
		s, err := edition.ParseWeek(in)
		got := s.From + " " + s.To
		if err != nil {
			got = "error"
		}
		if got != want {
			t.Errorf("week %s: %s, want %s", in, got, want)
		}
	}
	for in, want := range map[string]string{"2024-02": "2024-02-01 2024-02-29", "2026-13": "error", "2026-4": "error"} {
		s, err := edition.ParseMonth(in)
		got := s.From + " " + s.To
		if err != nil {
			got = "error"
		}
		if got != want {
			t.Errorf("month %s: %s, want %s", in, got, want)
		}
	}
}

// TestOnePlaceEach puts papers in under changing identifiers, versions and
// orders: at the end each stands in one edition, and the numbers count the days.
func TestOnePlaceEach(t *testing.T) {
	t.Parallel()
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		d, err := db.Open(t.Context(), fmt.Sprintf("%s/%d.db", t.TempDir(), n))
		if err != nil {
			rt.Fatal(err)
		}
		defer d.Close()
		h := build(d, edition.Settings{Categories: []string{"cs.LG"}})
		for range rapid.IntRange(1, 12).Draw(rt, "batches") {
			i := rapid.IntRange(1, 6).Draw(rt, "paper")
			at := tuesday.AddDate(0, 0, rapid.IntRange(-3, 3).Draw(rt, "day"))
			p := featured(i, at, rapid.IntRange(0, 4).Draw(rt, "votes"))
			if rapid.Bool().Draw(rt, "announced") {
				p = announced(i, at.Format(time.DateOnly), "cs.LG")
			}
			doi := paper.Identifier{Scheme: paper.DOI, Value: fmt.Sprintf("10.1000/%d", i)}
			switch rapid.IntRange(0, 2).Draw(rt, "identifiers") {
			case 1:
				p.Identifiers = append(p.Identifiers, doi)
			case 2:
				p.Identifiers[0] = doi
			}
			p.Revised = at
			h.put(t, p)
		}
		days, err := h.editions.Days(t.Context(), edition.Span{To: "9999"})
		if err != nil {
			rt.Fatal(err)
		}
		seen, held := map[string]string{}, 0
		for i, day := range days {
			if day.Number != i+1 || day.Count() == 0 {
				rt.Errorf("edition %d of %d is %+v", i+1, len(days), day)
			}
			items, _, err := h.feeds.List(t.Context(), feed.Query{Span: edition.DaySpan(day.Day)})
			if err != nil {
				rt.Fatal(err)
			}
			for _, it := range items {
				held++
				if other := seen[it.Paper.Key]; other != "" {
					rt.Errorf("%s stands in %s and in %s", it.Paper.Key, other, day.Day)
				}
				seen[it.Paper.Key] = day.Day
			}
		}
		if papers, _ := h.papers.Count(t.Context()); papers != held {
			rt.Errorf("%d papers are held, %d stand in editions", papers, held)
		}
	})
}
