package oai_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"broadsheet/harvest/oai"
)

// script answers each question with the next of some handlers.
func script(t *testing.T, answers ...http.HandlerFunc) (*oai.Client, *[]time.Duration) {
	t.Helper()
	asked := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked++; asked > len(answers) {
			t.Errorf("question %d: %s", asked, r.URL)
			return
		}
		answers[asked-1](w, r)
	}))
	t.Cleanup(func() {
		s.Close()
		if asked < len(answers) {
			t.Errorf("%d questions, want %d", asked, len(answers))
		}
	})
	var waits []time.Duration
	return &oai.Client{
		Base: s.URL, Agent: "test (mailto:a@example.org)", Gap: time.Nanosecond,
		Wait: func(_ context.Context, d time.Duration) error {
			if d > time.Millisecond { // not the gap
				waits = append(waits, d.Round(time.Second))
			}
			return nil
		},
	}, &waits
}

func says(status int, head, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if name, value, ok := strings.Cut(head, ": "); ok {
			w.Header().Set(name, value)
		}
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

const whole = head + `<record><header><identifier>oai:arXiv.org:2604.00001</identifier></header></record></ListRecords></OAI-PMH>`

// TestDoTriesAgain goes through the ways in which a server is busy.
func TestDoTriesAgain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		wait   time.Duration
	}{
		{"503 with Retry-After", says(503, "Retry-After: 17", "busy"), 17 * time.Second},
		{"429 with a date", says(429, "Retry-After: "+time.Now().Add(30*time.Second).UTC().Format(http.TimeFormat), ""), 30 * time.Second},
		{"a wait of a day is cut to an hour", says(503, "Retry-After: 86400", ""), time.Hour},
		{"the page for people", says(200, "Content-Type: text/html", "<html>\n<h1>Retry after 5 seconds</h1>"), 5 * time.Second},
		{"an answer that breaks off before its first record", says(200, "Content-Type: text/xml", head+"<record><head"), 10 * time.Second},
		{"an answer that is something else", says(200, "Content-Type: text/html", "It works!"), 10 * time.Second},
		{"a connection that ends", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, 10 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			client, waits := script(t, c.answer, says(200, "Content-Type: text/xml", whole))
			p, body, err := client.Do(t.Context(), oai.Request{Prefix: "arXivRaw"})
			if err != nil || len(p.Records) != 1 || string(body) != whole {
				t.Fatalf("%v, %v", p, err)
			}
			if w := *waits; len(w) != 1 || w[0] < c.wait-2*time.Second || w[0] > c.wait+c.wait/2+time.Second {
				t.Errorf("waited %v, want %v", w, c.wait)
			}
		})
	}
}

func TestDoGivesUp(t *testing.T) {
	t.Parallel()
	client, _ := script(t, says(503, "", ""), says(503, "", ""), says(503, "", ""))
	client.Tries = 3
	if _, _, err := client.Do(t.Context(), oai.Request{}); err == nil || !strings.Contains(err.Error(), "503") || !strings.Contains(err.Error(), "3 tries") {
		t.Errorf("error %v", err)
	}
	client, _ = script(t, says(404, "", "no such page"))
	if _, _, err := client.Do(t.Context(), oai.Request{}); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("error %v", err)
	}
	client, _ = script(t, says(400, "Content-Type: text/xml", `<OAI-PMH><error code="badArgument">illegal</error></OAI-PMH>`))
	_, _, err := client.Do(t.Context(), oai.Request{})
	if told := (*oai.Error)(nil); !errors.As(err, &told) || told.Code != "badArgument" {
		t.Errorf("error %v", err)
	}
	client.Agent = ""
	if _, _, err := client.Do(t.Context(), oai.Request{}); err == nil {
		t.Error("a client without a User-Agent asks")
	}
}

// TestDoIsHonest has a server that sees who asks, for what, and that nobody asks
// before the gap is over.
func TestDoIsHonest(t *testing.T) {
	t.Parallel()
	look := func(want string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.UserAgent() != "test (mailto:a@example.org)" {
				t.Errorf("User-Agent %q", r.UserAgent())
			}
			if r.URL.RawQuery != want {
				t.Errorf("asked for %s, want %s", r.URL.RawQuery, want)
			}
			says(200, "Content-Type: text/xml", whole)(w, r)
		}
	}
	client, waits := script(t, look("from=2026-04-13&metadataPrefix=arXivRaw&set=cs%3Acs%3ALG&until=2026-04-14&verb=ListRecords"), look("resumptionToken=a%7Cb&verb=ListRecords"))
	client.Gap = 0 // the usual one
	for _, r := range []oai.Request{{Prefix: "arXivRaw", Set: "cs:cs:LG", From: "2026-04-13", Until: "2026-04-14"}, {Prefix: "ignored", Token: "a|b"}} {
		if _, _, err := client.Do(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	if w := *waits; len(w) != 1 || w[0] != 3*time.Second {
		t.Errorf("waited %v between two questions, want 3 s", w)
	}
}
