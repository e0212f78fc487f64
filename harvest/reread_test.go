package harvest

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/paper"
)

// TestReread reads figures again for two days of a clock of its own: what is young
// often, what is old seldom, never two questions in a minute; the votes that came in
// between stand in the paper's history, and the harvest's own place stays.
func TestReread(t *testing.T) {
	paper.Compress(nil) // what it keeps belongs to no bubble
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2026, 4, 14, 16, 0, 0, 0, time.UTC)))
		d, err := db.Open(t.Context(), dbtest.SQLite(t))
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		began := time.Now()
		h, _, up := kept(t, d, began.AddDate(0, 0, -60))
		up.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			day := r.URL.Query().Get("date")
			votes := int(time.Since(began).Hours())
			fmt.Fprintf(w, `[{"paper":{"id":"%s%s.000%s","title":"T","summary":"S","authors":[],"upvotes":%d},"title":"T","publishedAt":"%sT00:00:00.000Z"}]`, day[2:4], day[5:7], day[8:], votes, day)
		})
		ctx, stop := context.WithCancel(t.Context())
		go h.Reread(ctx)
		time.Sleep(48*time.Hour + time.Second)
		stop()
		synctest.Wait()
		asked := map[string]int{}
		for i, a := range up.asked {
			asked[a.what]++
			if i > 0 && a.at.Sub(up.asked[i-1].at) < time.Minute {
				t.Errorf("two questions within %s", a.at.Sub(up.asked[i-1].at))
			}
		}
		for day, bounds := range map[string][2]int{"2026-04-15": {60, 100}, "2026-04-10": {3, 8}, "2026-04-01": {1, 2}, "2026-02-20": {1, 1}} {
			if n := asked["/api/daily_papers?"+day]; n < bounds[0] || n > bounds[1] {
				t.Errorf("%s was read %d times in two days; want %d to %d", day, n, bounds[0], bounds[1])
			}
		}
		if len(up.asked) > 420 {
			t.Errorf("%d questions in two days", len(up.asked))
		}
		id, _, _ := paper.ParseIdentifier("2604.00015")
		p, err := h.Papers.Find(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if list, err := h.Papers.Readings(t.Context(), p.ID); err != nil || len(list) < 20 {
			t.Errorf("the history of a paper that gained a vote an hour for a day holds %d readings, %v", len(list), err)
		}
		if runs, err := Runs(t.Context(), d); err != nil || len(runs) != 0 {
			t.Errorf("reading figures left %d sources with a place, %v", len(runs), err)
		}
	})
}
