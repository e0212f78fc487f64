package web_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/edition"
	"broadsheet/feed"
	"broadsheet/paper"
	"broadsheet/web"
	"broadsheet/web/webtest"
)

// TestTrendingPages asks for the list of what is rising in its ways. A page with a
// query is another page than the one without, also when both are held.
func TestTrendingPages(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil)
		list := webtest.Papers(30, now)
		for i, p := range list {
			p.Key, p.ID = "", 0
			p.Featured = &paper.Feature{Source: "upstream", At: now.Add(-20 * time.Hour)}
			p.Figures = paper.Figures{Votes: 100 - i, At: now.Add(-time.Hour)}
			p.Categories = []string{[]string{"cs.LG", "math.CO"}[i%2]}
		}
		s.put(list...)
		for range 2 { // the second time from what is held
			for _, c := range []struct {
				path   string
				status int
				want   string
				papers int
			}{
				{"/papers/trending", 200, "Seven days to Thursday 16 April, 10:00 UTC. A vote counts half after 36 hours.", 20},
				{"/papers/trending?nonsense=1", 200, "1 to 20 of 30.", 20},
				{"/papers/trending?window=day", 200, "The day to Thursday", 20},
				{"/papers/trending?window=month", 200, "half after six days", 20},
				{"/papers/trending?window=2026-04-01..2026-04-16", 200, "1 Apr 2026 to 16 Apr 2026. All votes count alike.", 20},
				{"/papers/trending?from=2026-04-01&to=2026-04-15", 200, `value="2026-04-15"`, 20},
				{"/papers/trending?from=2026-03-01&to=2026-03-15", 200, "No paper has moved in this time.", 0},
				{"/papers/trending?category=math", 200, "Only math.", 15},
				{"/papers/trending?category=phys", 200, "No paper has moved", 0},
				{"/papers/trending?min=95", 200, "From 95 votes up.", 6},
				{"/papers/trending?by=votes&page=2", 200, "21 to 30 of 30.", 10},
				{"/papers/trending?page=3", 404, "The list ends before page 3.", 0},
				{"/papers/trending?page=0", 400, "page is a whole number", 0},
				{"/papers/trending?min=many", 400, "min is a whole number", 0},
				{"/papers/trending?by=luck", 400, "by is field or votes", 0},
				{"/papers/trending?window=year", 400, "window is day, week, month", 0},
				{"/papers/trending?at=1", 400, "at comes from the page before", 0},
				{"/papers/trending?category=" + strings.Repeat("x", 300), 400, "so long a name", 0},
			} {
				w := s.get(c.path)
				body := w.Body.String()
				if w.Code != c.status || !strings.Contains(body, c.want) {
					t.Errorf("%s: status %d; want %d and %q in\n%.2500s", c.path, w.Code, c.status, c.want, body)
				}
				if n := strings.Count(body, "trendrow"); c.papers > 0 && n < c.papers {
					t.Errorf("%s: %d papers; want %d", c.path, n, c.papers)
				}
			}
		}
	})
}

// TestTrendingPagesHoldStill follows the links from page to page while votes come in:
// every paper stands on one page.
func TestTrendingPagesHoldStill(t *testing.T) {
	t.Parallel()
	s := open(t, dbtest.Open(t, dbtest.SQLite(t)), nil)
	list := webtest.Papers(50, now)
	for i, p := range list {
		p.Key, p.ID = "", 0
		p.Featured = &paper.Feature{Source: "upstream", At: now.Add(-20 * time.Hour)}
		p.Figures = paper.Figures{Votes: 100 - i, At: now.Add(-time.Hour)}
	}
	s.put(list...)
	var seen []string
	path := "/papers/trending"
	for n := 0; path != "" && n < 5; n++ {
		body := s.get(path).Body.String()
		for _, part := range strings.Split(body, `<h3 class="title"`)[1:] {
			_, rest, _ := strings.Cut(part, `href="/papers/`)
			key, _, _ := strings.Cut(rest, `"`)
			seen = append(seen, key)
		}
		last := *list[49]
		last.Figures = paper.Figures{Votes: 1000 + n, At: now.Add(time.Duration(n+1) * time.Microsecond)}
		s.put(&last)
		next := fmt.Sprintf(">%d to ", 20*(n+1)+1)
		path = ""
		for _, part := range strings.Split(body, `href="`)[1:] {
			if href, rest, _ := strings.Cut(part, `"`); strings.HasPrefix(rest, next) {
				path = strings.ReplaceAll(href, "&amp;", "&")
			}
		}
	}
	if len(seen) != 50 || len(slices.Compact(slices.Sorted(slices.Values(seen)))) != 50 {
		t.Errorf("the pages hold %d papers, %d different; want 50", len(seen), len(slices.Compact(slices.Sorted(slices.Values(seen)))))
	}
}

// TestMorning: before noon the day's edition stands in the order of the forecast, with
// its reasons and the plain counts; the days before, and the afternoon, go by votes.
func TestMorning(t *testing.T) {
	t.Parallel()
	var s *site
	at := now
	s = open(t, dbtest.Open(t, dbtest.SQLite(t)), func(c *web.Config) {
		c.Now = func() time.Time { return at }
		c.Forecast = func(ctx context.Context, day string, _ time.Time) ([]feed.Item, error) {
			items, _, err := feed.New(s.papers).List(ctx, feed.Query{Span: edition.DaySpan(day)})
			slices.Reverse(items)
			for i := range items {
				items[i].Rank, items[i].Why = i+1, "Likely to rise."
			}
			return items, err
		}
	})
	s.edition("2026-04-15", 5)
	s.edition("2026-04-16", 5)
	lead := func(path string) string {
		_, part, _ := strings.Cut(s.get(path).Body.String(), `<article class="lead"`)
		part, _, _ = strings.Cut(part, "</article>")
		return part
	}
	const most, fewest = ">214<", ">42<"
	for _, path := range []string{"/", "/papers/date/2026-04-16"} {
		if part := lead(path); !strings.Contains(part, fewest) || !strings.Contains(part, "Likely to rise.") {
			t.Errorf("%s in the morning leads with\n%s", path, part)
		}
	}
	if part := lead("/papers/date/2026-04-15"); !strings.Contains(part, most) || strings.Contains(part, "Likely") {
		t.Errorf("the day before leads with\n%s", part)
	}
	at = now.Add(3 * time.Hour)
	s.state.Add(1)
	if part := lead("/"); !strings.Contains(part, most) || strings.Contains(part, "Likely") {
		t.Errorf("in the afternoon the day leads with\n%s", part)
	}
}

// TestTrendingMeasuresAsTheInstanceSays: the setting holds until an address says
// otherwise, and links say only what differs from it.
func TestTrendingMeasuresAsTheInstanceSays(t *testing.T) {
	t.Parallel()
	s := open(t, dbtest.Open(t, dbtest.SQLite(t)), func(c *web.Config) { c.Feeds.Raw = true })
	s.edition("2026-04-14", 6)
	for path, want := range map[string]string{
		"/papers/trending":          `<a href="/papers/trending?by=field">By field</a><a href="/papers/trending" aria-current="true">By votes</a>`,
		"/papers/trending?by=field": `<a href="/papers/trending?by=field" aria-current="true">By field</a><a href="/papers/trending">By votes</a>`,
	} {
		if body := s.get(path).Body.String(); !strings.Contains(body, want) {
			t.Errorf("%s has no %s", path, want)
		}
	}
}
