package server

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestABrokenAnswerIsNoWholeOne: what breaks before its first byte is told as a failure;
// what breaks behind it breaks the connection.
func TestABrokenAnswerIsNoWholeOne(t *testing.T) {
	t.Parallel()
	h := openHouse(t, nil)
	s := httptest.NewServer(h.guard(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/before" {
			io.WriteString(w, strings.Repeat("a part, ", 1000))
			http.NewResponseController(w).Flush()
		}
		if r.URL.Path == "/aborted" {
			panic(http.ErrAbortHandler)
		}
		panic("broken")
	})))
	defer s.Close()
	for path, whole := range map[string]bool{"/before": true, "/behind": false, "/aborted": false} {
		a, err := http.Get(s.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(a.Body)
		a.Body.Close()
		if (err == nil) != whole || whole && a.StatusCode != http.StatusInternalServerError || !whole && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: %s with %d bytes, %v", path, a.Status, len(body), err)
		}
	}
}

// TestBrowsersStayWithTLS: where the public address is one of HTTPS, browsers are told to
// ask in no other way, and nowhere else.
func TestBrowsersStayWithTLS(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]string{"https://papers.test": "max-age=31536000", "http://papers.test": "", "": ""} {
		h := openHouse(t, func(c *Config) { c.Base = base })
		for _, path := range []string{"/", "/nothing", "/api/daily_papers", "/healthz"} {
			w := httptest.NewRecorder()
			h.Handler().ServeHTTP(w, httptest.NewRequest("GET", path, nil))
			if got := w.Header().Get("Strict-Transport-Security"); got != want {
				t.Errorf("%q: %s says %q, want %q", base, path, got, want)
			}
		}
	}
}
