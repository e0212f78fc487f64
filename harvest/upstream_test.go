package harvest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/harvest"
	"broadsheet/paper"
)

// dailyPapers answers as a daily-papers site does: perDay items a day from a first day
// on, in pages of pageSize. Every third answer is an error while broken is set.
type dailyPapers struct {
	first            string
	perDay, pageSize int
	broken           atomic.Bool
	asked            atomic.Int64
	days             chan string // of the questions, where a test wants to know
}

func (u *dailyPapers) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n := u.asked.Add(1)
	day := r.URL.Query().Get("date")
	if u.days != nil {
		u.days <- day
	}
	if u.broken.Load() && n%3 == 0 {
		http.Error(w, "busy", http.StatusTooManyRequests)
		return
	}
	if u.broken.Load() && n%7 == 0 {
		fmt.Fprint(w, `[{"paper":{"id":"260`) // it breaks off
		return
	}
	at, err := time.Parse(time.DateOnly, day)
	if err != nil || r.URL.Path != "/api/daily_papers" {
		http.Error(w, `{"error":"no such day"}`, http.StatusBadRequest)
		return
	}
	var items []map[string]any
	if day >= u.first && at.Weekday() != time.Saturday {
		for i := range u.perDay {
			id := fmt.Sprintf("%s.%02d%03d", at.Format("0601"), at.Day(), i)
			items = append(items, map[string]any{
				"paper":       map[string]any{"id": id, "title": "T " + id, "summary": "S", "authors": []any{}, "publishedAt": day + "T00:00:00.000Z", "upvotes": i, "submittedOnDailyAt": day + "T01:00:00.000Z"},
				"publishedAt": day + "T00:00:00.000Z", "title": "T " + id, "numComments": 0, "submittedBy": map[string]any{"name": "zed"},
			})
		}
	}
	var page int
	fmt.Sscan(r.URL.Query().Get("p"), &page)
	from, to := min(page*u.pageSize, len(items)), min((page+1)*u.pageSize, len(items))
	if to < len(items) {
		w.Header().Set("Link", `<https://example.org/next>; rel="next"`)
	}
	json.NewEncoder(w).Encode(append([]map[string]any{}, items[from:to]...))
}

// TestUpstreamIsFilledInBackwards harvests two years of a site that fails often, in
// many runs that go on where the one before stopped; then only what may have moved is
// asked for again.
func TestUpstreamIsFilledInBackwards(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		first := noon.AddDate(0, 0, -400)
		site := &dailyPapers{first: first.Format(time.DateOnly), perDay: 3, pageSize: 2}
		site.broken.Store(true)
		web := httptest.NewServer(site)
		t.Cleanup(web.Close)
		h := harvester(d, "", nil, noon.AddDate(-2, 0, 0))
		h.Settings.OAI, h.Settings.Feed, h.Settings.API, h.Settings.Upstream = "", "", "", web.URL+"/"
		source := h.Settings.Sources(h.Now)[0]
		name, err := url.Parse(web.URL)
		if err != nil || source.Name() != name.Host {
			t.Fatalf("source %s, %v", source.Name(), err)
		}
		runs := 0
		for {
			ctx, stop := newBudget(t.Context(), 25+runs) // it is stopped after so many answers
			h.Progress = stop
			_, err := h.Run(ctx, source)
			if runs++; err == nil {
				break
			}
			if runs > 200 {
				t.Fatal(err)
			}
		}
		want := 0
		for at := first; !at.After(noon); at = at.AddDate(0, 0, 1) {
			if at.Weekday() != time.Saturday {
				want += site.perDay
			}
		}
		s := paper.NewStore(d)
		if n, _ := s.Count(t.Context()); n != want || runs < 5 {
			t.Fatalf("%d papers after %d runs, want %d", n, runs, want)
		}
		for id, p := range papers(t, s) {
			if p.Featured == nil || p.Featured.Source != name.Host || p.Featured.Submitter != "zed" {
				t.Fatalf("%s: %+v", id, p.Featured)
			}
			if body, err := s.Received(t.Context(), p.ID, name.Host); err != nil || !json.Valid(body) {
				t.Fatalf("%s: received %s, %v", id, body, err)
			}
		}
		site.broken.Store(false)
		before := site.asked.Load()
		h.Progress = nil
		if step, err := h.Run(t.Context(), source); err != nil || step.Made != 0 {
			t.Errorf("once more: %+v, %v", step, err)
		}
		if n := site.asked.Load() - before; n > 6 {
			t.Errorf("%d questions for three days that may have moved", n)
		}
		if runs, err := harvest.Runs(t.Context(), d); err != nil || len(runs) != 1 || runs[0].Failed != "" {
			t.Errorf("%+v, %v", runs, err)
		}
	})
}
