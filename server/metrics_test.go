package server_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"broadsheet/server"
)

// TestTheDashboardShowsWhatThereIs holds the dashboard to figures that the program has.
func TestTheDashboardShowsWhatThereIs(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	h, err := server.Open(t.Context(), server.Config{DSN: filepath.Join(dir, "broadsheet.db"), Index: filepath.Join(dir, "index"), Metrics: true}, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	get := func(path string) string {
		w := httptest.NewRecorder()
		h.Handler().ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		if w.Code != 200 && w.Code != 503 {
			t.Fatalf("%s: %d", path, w.Code)
		}
		return w.Body.String()
	}
	get("/archive")
	get("/papers/trending")
	shown := get("/metrics")
	if !strings.Contains(shown, `broadsheet_http_seconds_count{room="page",status="2xx"} 1`) || !strings.Contains(shown, "broadsheet_papers 0") {
		t.Errorf("the figures are:\n%s", shown)
	}
	text, err := os.ReadFile("../deploy/grafana.json")
	if err != nil {
		t.Fatal(err)
	}
	var board struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(text, &board); err != nil || len(board.Panels) < 10 {
		t.Fatalf("%d panels, %v", len(board.Panels), err)
	}
	// What an instance has only once it does something: these are described before.
	later := []string{"broadsheet_source_age_seconds", "broadsheet_source_failing", "broadsheet_watcher_behind", "broadsheet_mail_letters", "broadsheet_mail_events_total", "broadsheet_hook_tries_total", "broadsheet_opensearch_call_seconds", "broadsheet_search_seconds", "broadsheet_standby_up", "broadsheet_standby_behind"}
	source := read(t, "gauges.go") + read(t, "metrics.go")
	name := regexp.MustCompile(`\b(broadsheet|process|go)_[a-z_]+`)
	for _, p := range board.Panels {
		for _, target := range p.Targets {
			for _, n := range name.FindAllString(target.Expr, -1) {
				plain := strings.TrimSuffix(strings.TrimSuffix(n, "_bucket"), "_count")
				there := strings.Contains(shown, "\n"+plain)
				for _, l := range later {
					there = there || plain == l && strings.Contains(source, `"`+l+`"`)
				}
				if !there {
					t.Errorf("%s shows %s, which there is not", p.Title, n)
				}
			}
		}
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
