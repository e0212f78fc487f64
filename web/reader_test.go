package web_test

import (
	"compress/gzip"
	"context"
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"broadsheet/account"
	"broadsheet/db/dbtest"
	"broadsheet/library"
	"broadsheet/web"
	"broadsheet/web/webtest"
)

// as gets a page as somebody who has signed in.
func (s *site) as(v *account.Viewer, path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r.WithContext(account.With(r.Context(), v)))
	return w
}

// TestReadersShareAPage has a visitor and two readers look at one edition: each sees
// their own marks and nobody else's, whoever came first.
func TestReadersShareAPage(t *testing.T) {
	t.Parallel()
	asked := 0
	var kept *library.Store
	s := open(t, dbtest.Open(t, dbtest.SQLite(t)), func(c *web.Config) {
		kept = library.NewStore(c.Papers, account.NewStore(c.Papers.DB(), account.Settings{}, nil, nil))
		c.Library = kept
		c.Voted = func(context.Context, int64, []int64) ([]int64, error) {
			asked++
			return nil, nil
		}
	})
	s.edition("2026-04-14", 6)
	read := func(account int64, papers ...int64) {
		for _, id := range papers {
			if err := kept.MarkRead(t.Context(), webtest.Now(), account, id, true); err != nil {
				t.Fatal(err)
			}
		}
	}
	read(7, 1, 2)
	read(8, 3)
	viewer := func(id int64, name string) *account.Viewer {
		return &account.Viewer{Account: account.Account{ID: id, Name: name, Role: account.Reader, Shows: account.Shows{KeepsRead: true}}, Session: &account.Session{}}
	}
	ada, bo := viewer(7, "Ada Lovelace"), viewer(8, "Bo")
	for range 2 { // the page is made once, and held the second time
		a, b, visitor := s.as(ada, "/"), s.as(bo, "/"), s.get("/")
		for name, c := range map[string]struct {
			body string
			read int
			want string
		}{"ada": {a.Body.String(), 2, "· 2 read"}, "bo": {b.Body.String(), 1, "· 1 read"}, "a visitor": {visitor.Body.String(), 0, `href="/sign-in"`}} {
			if n := strings.Count(c.body, "data-read"); n != c.read || !strings.Contains(c.body, c.want) {
				t.Errorf("%s: %d papers are read, want %d and %q", name, n, c.read, c.want)
			}
		}
		if !strings.Contains(a.Body.String(), "Ada Lovelace") || strings.Contains(b.Body.String()+visitor.Body.String(), "Ada Lovelace") {
			t.Error("ada's name is not on her page, or on another's")
		}
		if got := a.Header().Get("Cache-Control"); got != "private, no-cache" {
			t.Errorf("a reader's page: Cache-Control %q", got)
		}
		if a.Header().Get("Etag") == visitor.Header().Get("Etag") || a.Header().Get("Etag") == b.Header().Get("Etag") {
			t.Error("two different pages have one ETag")
		}
	}
	if asked != 2 {
		t.Errorf("the marks of two readers were asked for %d times", asked)
	}

	packed := s.as(ada, "/", "Accept-Encoding", "gzip")
	z, err := gzip.NewReader(packed.Body)
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(z); err != nil || string(body) != s.as(ada, "/").Body.String() {
		t.Errorf("packed it is another page: %v", err)
	}
	etag := packed.Header().Get("Etag")
	if w := s.as(ada, "/", "If-None-Match", etag); w.Code != 304 || w.Body.Len() != 0 {
		t.Errorf("asked again: status %d", w.Code)
	}
	if w := s.as(bo, "/", "If-None-Match", etag); w.Code != 200 {
		t.Error("ada's ETag is taken for bo's page")
	}
	read(7, 3)
	ada.Version++
	if w := s.as(ada, "/", "If-None-Match", etag); w.Code != 200 || !strings.Contains(w.Body.String(), "· 3 read") {
		t.Errorf("after another act: status %d, and the old page", w.Code)
	}
	if w := s.as(ada, "/?show=unread"); strings.Count(w.Body.String(), "data-read hidden") != 3 || !strings.Contains(w.Body.String(), ">Show all<") {
		t.Error("asked for the unread, what is read shows")
	}
	if w := s.get("/?show=unread"); strings.Contains(w.Body.String(), "data-read hidden") {
		t.Error("a visitor has read something")
	}
	if w := s.as(ada, "/", "Cookie", "tracking=1; theme=dark; a=b"); !strings.Contains(w.Body.String(), `data-theme="dark"`) {
		t.Error("a reader has no theme")
	}
	if asked != 3 {
		t.Errorf("other cookies split what is held: asked %d times", asked)
	}
	ada.Shows.KeepsRead = false
	ada.Version++
	if w := s.as(ada, "/"); strings.Contains(w.Body.String(), "data-read") {
		t.Error("read marks show though the reader keeps none")
	}
	if w := s.as(ada, "/nothing"); w.Code != 404 || !strings.Contains(w.Body.String(), "Ada Lovelace") {
		t.Error("the page of a failure does not know its reader")
	}
}
