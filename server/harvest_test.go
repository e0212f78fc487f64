package server

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"broadsheet/db"
	"broadsheet/edition"
	"broadsheet/harvest"
	"broadsheet/harvest/oaitest"
	"broadsheet/job"
)

// harvestDay is the newest day of the fake arXiv, and its afternoon.
const harvestDay = "2026-04-14"

var harvestNow = time.Date(2026, 4, 14, 16, 0, 0, 0, time.UTC)

func harvesterOf(h *House, s harvest.Settings) *harvest.Harvester {
	s.Since = "2026-04-01"
	s.Arxiv, s.Other = harvest.NewPace("test", 0), harvest.NewPace("test", 0)
	return &harvest.Harvester{Papers: h.Papers, Settings: s, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return harvestNow }}
}

func runSource(t *testing.T, hv *harvest.Harvester, n int) {
	t.Helper()
	if _, err := hv.Run(t.Context(), hv.Settings.Sources(hv.Now)[n]); err != nil {
		t.Fatal(err)
	}
}

func body(t *testing.T, h http.Handler, path string) string {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	b, err := io.ReadAll(w.Result().Body)
	if err != nil || w.Code != http.StatusOK {
		t.Fatalf("%s: %d, %v\n%.500s", path, w.Code, err, b)
	}
	return string(b)
}

// TestPagesTellOfTheHarvest looks at the first-run page, the report and an edition
// while a harvest goes on, when it is behind, and when it has come to its end.
func TestPagesTellOfTheHarvest(t *testing.T) {
	t.Parallel()
	house := openHouse(t, func(c *Config) {
		c.Now = func() time.Time { return harvestNow }
		c.Edition = edition.Settings{Categories: []string{"cs", "math"}}
	})
	pages := house.Handler()
	beat := func() {
		t.Helper()
		if err := house.beat(t.Context(), new(int64)); err != nil {
			t.Fatal(err)
		}
	}
	says := func(path string, words ...string) {
		t.Helper()
		text := body(t, pages, path)
		for _, w := range words {
			if !strings.Contains(text, w) {
				t.Errorf("%s does not say %q:\n%.3000s", path, w, text)
			}
		}
	}
	says("/", "No edition yet", "no harvest is running")

	arxiv := oaitest.New(t, oaitest.Papers(1, 300, harvestNow.AddDate(0, 0, -9), harvestNow.AddDate(0, 0, -1)), oaitest.Faults{})
	hv := harvesterOf(house, harvest.Settings{Categories: []string{"cs", "math"}, OAI: arxiv.URL + "/oai", Feed: arxiv.URL})
	if _, err := job.Acquire(t.Context(), house.DB, "harvest", "somebody", harvestNow, time.Hour); err != nil {
		t.Fatal(err)
	}
	if err := house.DB.Transact(t.Context(), func(tx *db.Tx) error { // it has begun, and nothing has come
		_, err := tx.Exec(t.Context(), `INSERT INTO source (name, cursor, began, ended, got, expected, failed, next) VALUES ('arxiv-oai', '', $1, 0, 0, 0, '', 0)`, db.Micros(harvestNow.Add(-time.Minute)))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	says("/", "Harvesting the first papers")
	says("/status", "arXiv, OAI-PMH", "Fetching")

	runSource(t, hv, 0) // the feeds
	says("/", "Harvesting the first papers", "<th scope=\"row\">cs</th>", "Waiting")
	beat()
	says("/papers/date/"+harvestDay, " late.")
	l, err := harvest.LedgerOf(t.Context(), house.DB, harvestNow, harvestDay, harvestDay)
	if err != nil || l.Total.Late == 0 {
		t.Fatalf("%+v, %v", l, err)
	}
	says("/status", "Late or missing", "its record has not come yet")

	runSource(t, hv, 1) // the records
	beat()
	house.Config.Now = func() time.Time { return harvestNow.Add(time.Minute) } // what was kept for a moment is over
	told := &report{House: house}
	day, err := told.Ledger(t.Context(), edition.DaySpan(harvestDay))
	if err != nil || day.Total.Held != l.Total.Announced || day.Total.Late != 0 || day.Rebuilt {
		t.Errorf("%+v, %v", day, err)
	}
	status, err := told.Status(t.Context())
	if err != nil || len(status.Sources) != 2 || len(status.Missing) != 0 || len(status.Back["cs"]) != back || len(status.Back[""]) != back || status.Back["cs"][back-1].Announced == 0 || status.Harvested[back-1] == 0 {
		t.Errorf("%+v, %v", status, err)
	}
	if unknown, err := told.Ledger(t.Context(), edition.DaySpan("2020-01-01")); err != nil || unknown != nil {
		t.Errorf("a day that nobody knows: %+v, %v", unknown, err)
	}
}

// TestOneBroadsheetHarvestsAnother: what the second one answers is what the first one
// did, and what that one was given.
func TestOneBroadsheetHarvestsAnother(t *testing.T) {
	t.Parallel()
	one := openHouse(t, nil)
	var lines strings.Builder
	for i := range 230 { // more than a page for one of the days
		day := 1 + i%3/2
		fmt.Fprintf(&lines, `{"paper":{"id":"2604.%05d","authors":[{"_id":"a%d","name":"Cy %d","hidden":false}],"publishedAt":"2026-04-0%dT00:00:00.000Z","submittedOnDailyAt":"2026-04-0%dT01:30:00.000Z","title":"Item %d","summary":"Plain.","upvotes":%d,"unknownKey":{"x":[1,2.50]}},"publishedAt":"2026-03-31T20:00:00.000Z","title":"Item %d","numComments":%d,"submittedBy":{"_id":"z","name":"zed"}}`+"\n", i+1, i, i, day, day, i, i%7, i, i%3)
	}
	im := harvest.Importing{Papers: one.Papers}
	files := []string{"-"}
	days := []string{"2026-04-01", "2026-04-02"}
	since := "2026-04-01"
	if dir := os.Getenv("BROADSHEET_TEST_DATA"); dir != "" { // and a real month
		files = append(files, filepath.Join(dir, "hf_daily", "2024-11.jsonl.zst"))
		days = append(days, "2024-11-04", "2024-11-10", "2024-11-27")
		since = "2024-11-01"
	}
	if _, err := im.Import(t.Context(), strings.NewReader(lines.String()), files...); err != nil {
		t.Fatal(err)
	}
	if err := one.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(one.Handler())
	t.Cleanup(web.Close)

	two := openHouse(t, nil)
	hv := harvesterOf(two, harvest.Settings{Upstream: web.URL})
	hv.Settings.Since = since
	runSource(t, hv, 0)
	if err := two.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	a, err := one.Papers.Count(context.Background())
	b, err2 := two.Papers.Count(context.Background())
	if err != nil || err2 != nil || a != b || a < 230 {
		t.Fatalf("%d papers and %d, %v, %v", a, b, err, err2)
	}
	for _, day := range days {
		path := "/api/daily_papers?limit=100&date=" + day
		var first, second []map[string]any
		if err := json.Unmarshal([]byte(body(t, one.Handler(), path)), &first); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(body(t, two.Handler(), path)), &second); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first, second); diff != "" || len(first) == 0 {
			t.Errorf("%s: %d items (-first +second):\n%.2000s", day, len(first), diff)
		}
	}
}
