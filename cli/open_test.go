package cli

import (
	"html"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"broadsheet/account"
	"broadsheet/account/accounttest"
	"broadsheet/db/dbtest"
)

// offered is a feed that a page names to programs.
var offered = regexp.MustCompile(`<link rel="alternate" type="application/(?:atom|rss|feed)(?:\+|&#43;)(?:xml|json)"[^>]*href="(?:http://papers\.test)?([^"]+)"`)

// TestNoListIsLocked: every kind of page of the sample instance that lists papers names
// its feed in each format and is there as Markdown, by its address and by the header
// Accept.
func TestNoListIsLocked(t *testing.T) {
	t.Parallel()
	h := sampleHouse(t, dbtest.SQLite(t))
	if err := fillSample(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	edith := accounttest.Create(t, h.Accounts, h.DB, "edith", account.Reader)
	session := accounttest.SignIn(t, h.Accounts, edith)
	catchUp(t, h)
	lists := []string{
		"/", "/papers/date/2026-04-14", "/papers/week/2026-W16", "/papers/month/2026-04", "/archive", "/papers/trending", "/papers/trending?window=week",
		"/papers?q=learning", "/papers?q=topic:agents", "/papers/similar?id=2604.05015", "/categories/cs.CL",
		"/authors/Yang%20Liu", "/@mira-sample", "/@mira-sample/reading-group", "/library", "/following",
	}
	get := func(path, accept string) (status int, kind, body string) {
		r := httptest.NewRequest("GET", path, nil)
		r.Header.Set("Cookie", "session="+session)
		r.Header.Set("Accept", accept)
		w := httptest.NewRecorder()
		h.Handler().ServeHTTP(w, r)
		return w.Code, w.Header().Get("Content-Type"), w.Body.String()
	}
	for _, path := range lists {
		_, _, page := get(path, "text/html")
		feeds := offered.FindAllStringSubmatch(page, -1)
		if own := path == "/library" || path == "/following"; len(feeds) < 3 && !own { // whose feeds have secret addresses
			t.Errorf("%s names %d feeds", path, len(feeds))
		}
		for _, f := range feeds {
			if status, _, _ := get(html.UnescapeString(f[1]), "*/*"); status != 200 {
				t.Errorf("%s names %s: status %d", path, f[1], status)
			}
		}
		address, query, _ := strings.Cut(path, "?")
		if address == "/" {
			address = "/index"
		}
		status, kind, body := get(address+".md?"+query, "*/*")
		if status != 200 || !strings.HasPrefix(kind, "text/markdown") || !strings.HasPrefix(body, "# ") {
			t.Errorf("%s.md: status %d, %s: %.200s", address, status, kind, body)
		}
		if _, kind, same := get(path, "text/markdown, */*;q=0.5"); same != body {
			t.Errorf("%s is not its Markdown for who asks for that: %s: %.200s", path, kind, same)
		}
	}
}
