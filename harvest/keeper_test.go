package harvest

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/fault"
	"broadsheet/harvest/oaitest"
	"broadsheet/job"
	"broadsheet/paper"
)

// direct asks a handler without a network, so that time can stand still meanwhile.
type direct struct {
	handler http.Handler
	asked   []asked
}

type asked struct {
	at   time.Time
	what string
}

func (d *direct) RoundTrip(r *http.Request) (*http.Response, error) {
	d.asked = append(d.asked, asked{time.Now(), r.URL.Path + "?" + r.URL.Query().Get("date")})
	w := httptest.NewRecorder()
	d.handler.ServeHTTP(w, r)
	return w.Result(), nil
}

// kept is a harvester on the clock of the bubble, with a fake arXiv and a fake upstream
// of one paper a day.
func kept(t *testing.T, d *db.DB, since time.Time) (h *Harvester, arxiv, upstream *direct) {
	t.Helper()
	now := time.Now()
	fake := oaitest.NewHandler(oaitest.Papers(1, 300, now.AddDate(0, 0, -6), now.AddDate(0, 0, -1)), oaitest.Faults{})
	fake.SetDay(now.Format(time.DateOnly))
	arxiv = &direct{handler: fake}
	upstream = &direct{handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		day := r.URL.Query().Get("date")
		w.Write([]byte(`[{"paper":{"id":"` + strings.ReplaceAll(day[2:7], "-", "") + ".000" + day[8:] + `","title":"T","summary":"S","authors":[]},"title":"T","publishedAt":"` + day + `T00:00:00.000Z"}]`))
	})}
	h = &Harvester{
		Papers: paper.NewStore(d), Log: slog.New(slog.DiscardHandler),
		Settings: Settings{
			Categories: []string{"cs", "math"}, Since: since.Format(time.DateOnly),
			OAI: "http://arxiv/oai", Feed: "http://arxiv", API: "http://arxiv/api/query", Upstream: "http://upstream",
			Arxiv: newPace("t", ArxivGap, arxiv), Other: newPace("t", time.Second, upstream),
		},
	}
	return h, arxiv, upstream
}

// TestKeep runs the timetable for three days of a clock of its own: a first start asks
// at once, today first; arXiv is asked at its pace and again when it has announced.
func TestKeep(t *testing.T) {
	paper.Compress(nil) // what it keeps belongs to no bubble
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2026, 4, 14, 16, 0, 0, 0, time.UTC))) // a Tuesday
		d, err := db.Open(t.Context(), dbtest.SQLite(t))
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		began := time.Now()
		h, arxiv, upstream := kept(t, d, began.AddDate(0, 0, -5))
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { h.Keep(ctx); close(ended) }()

		time.Sleep(2 * time.Second) // a page stands within seconds
		if n, err := h.Papers.Count(ctx); err != nil || n == 0 {
			t.Errorf("%d papers after two seconds, %v", n, err)
		}
		time.Sleep(time.Hour)
		if first := upstream.asked[0]; !first.at.Equal(began) || first.what != "/api/daily_papers?2026-04-14" {
			t.Errorf("the first question to the upstream: %+v", first)
		}
		if first := arxiv.asked[0]; !first.at.Equal(began) || first.what != "/rss/cs?" {
			t.Errorf("the first question to arXiv: %+v", first)
		}
		time.Sleep(3 * 24 * time.Hour)
		stop()
		<-ended
		for i, a := range arxiv.asked[1:] {
			if gap := a.at.Sub(arxiv.asked[i].at); gap < ArxivGap {
				t.Errorf("question %d to arXiv comes after %s", i+2, gap)
			}
		}
		visits := func(d *direct, path string) (times []time.Time) { // with a pause of ten minutes before
			for _, a := range d.asked {
				if strings.HasPrefix(a.what, path) && (len(times) == 0 || a.at.Sub(times[len(times)-1]) > 10*time.Minute) {
					times = append(times, a.at)
				}
			}
			return times
		}
		// The start, and each of Tuesday to Thursday evening with the morning after it, until Friday 17:00.
		for path, first := range map[string]string{"/oai": "2026-04-15T02:30:00Z", "/rss": "2026-04-15T04:20:00Z"} {
			got := visits(arxiv, path)
			due, err := time.Parse(time.RFC3339, first)
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != 7 || got[1].Before(due) || got[1].After(due.Add(jitter+time.Minute)) {
				t.Errorf("%s was visited at %v", path, got)
			}
		}
		if got := visits(upstream, "/api"); len(got) < 20 || len(got) > 26 {
			t.Errorf("the upstream was visited %d times in three days", len(got))
		}
		if going, err := Going(t.Context(), d, time.Now()); err != nil || going {
			t.Errorf("something is still going on: %v, %v", going, err)
		}
		var leases int
		if err := d.QueryRow(t.Context(), `SELECT count(*) FROM lease`).Scan(&leases); err != nil || leases != 0 {
			t.Errorf("%d leases are left, %v", leases, err)
		}
	})
}

// TestKeepTakesOver: of two processes one harvests; when it is killed the other does
// once the lease has run out, and nobody does while somebody harvests by hand.
func TestKeepTakesOver(t *testing.T) {
	paper.Compress(nil)
	synctest.Test(t, func(t *testing.T) {
		d, err := db.Open(t.Context(), dbtest.SQLite(t))
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		began := time.Now()
		if mine, err := job.Acquire(t.Context(), d, lease, "a process that was killed", began, leaseTime); !mine || err != nil {
			t.Fatal(mine, err)
		}
		h, arxiv, _ := kept(t, d, began.AddDate(0, 0, -2))
		if err := h.Alone(t.Context(), func(context.Context) error { return nil }); !fault.Is(err, fault.KindBusy) {
			t.Errorf("harvesting beside another: %v", err)
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { h.Keep(ctx); close(ended) }()
		time.Sleep(time.Hour)
		if first := arxiv.asked[0].at.Sub(began); first < leaseTime || first > leaseTime+time.Minute {
			t.Errorf("the first question came after %s", first)
		}
		stop()
		<-ended
		// Now by hand, and the lease is lost on the way.
		err = h.Alone(t.Context(), func(ctx context.Context) error {
			if err := d.Transact(ctx, func(tx *db.Tx) error {
				_, err := tx.Exec(ctx, `UPDATE lease SET holder = 'another'`)
				return err
			}); err != nil {
				return err
			}
			<-ctx.Done()
			return ctx.Err()
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("harvesting without the lease: %v", err)
		}
	})
}

// TestAFailingSourceIsTriedAgainSoon: within the hour, not at its next time.
func TestAFailingSourceIsTriedAgainSoon(t *testing.T) {
	paper.Compress(nil)
	synctest.Test(t, func(t *testing.T) {
		d, err := db.Open(t.Context(), dbtest.SQLite(t))
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		h, arxiv, upstream := kept(t, d, time.Now().AddDate(0, 0, -2))
		broken := true
		whole := upstream.handler
		upstream.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if broken {
				http.Error(w, "gone", http.StatusForbidden)
				return
			}
			whole.ServeHTTP(w, r)
		})
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { h.Keep(ctx); close(ended) }()
		time.Sleep(10 * time.Minute)
		runs, err := Runs(ctx, d)
		i := slices.IndexFunc(runs, func(r Ran) bool { return r.Source == "upstream" })
		if err != nil || i < 0 || !strings.Contains(runs[i].Failed, "403") || !runs[i].Next.After(time.Now()) {
			t.Errorf("%+v, %v", runs, err)
		}
		if len(arxiv.asked) == 0 {
			t.Error("arXiv was not asked while the upstream failed")
		}
		broken = false
		time.Sleep(time.Hour)
		runs, err = Runs(ctx, d)
		if i = slices.IndexFunc(runs, func(r Ran) bool { return r.Source == "upstream" }); err != nil || i < 0 || runs[i].Failed != "" || runs[i].Got == 0 {
			t.Errorf("an hour later: %+v, %v", runs, err)
		}
		stop()
		<-ended
	})
}
