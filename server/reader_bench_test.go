package server

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"broadsheet/account"
	"broadsheet/account/accounttest"
	"broadsheet/db"
	"broadsheet/paper"
	"broadsheet/web/webtest"
)

// BenchmarkEdition asks for an edition of 28 papers over loopback, as browsers do
// (gzip, one connection kept): as a visitor; as a reader; and as a reader who has
// done something since, so that what they did is asked for again.
//
//	go test ./server -run '^$' -bench Edition -benchtime 2s
func BenchmarkEdition(b *testing.B) {
	day := time.Date(2026, 4, 14, 0, 0, 0, 0, time.UTC)
	h := openHouse(b, func(c *Config) { c.Now = func() time.Time { return day.Add(26 * time.Hour) } })
	list := webtest.Papers(28, day)
	for _, p := range list {
		p.Key, p.ID = "", 0
		p.Featured = &paper.Feature{Source: "upstream", At: day.Add(9 * time.Hour)}
	}
	err := h.DB.Transact(b.Context(), func(tx *db.Tx) error {
		_, err := h.Papers.Put(b.Context(), tx, "upstream", day, list...)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	if err := h.CatchUp(b.Context()); err != nil {
		b.Fatal(err)
	}
	s := httptest.NewServer(h.Handler())
	defer s.Close()
	ada := accounttest.Create(b, h.Accounts, h.DB, "ada", account.Reader)
	cookie := "session=" + accounttest.SignIn(b, h.Accounts, ada)
	get := func(cookie string) {
		r, err := http.NewRequest("GET", s.URL+"/papers/date/2026-04-14", nil)
		if err != nil {
			b.Fatal(err)
		}
		r.Header.Set("Accept-Encoding", "gzip")
		if cookie != "" {
			r.Header.Set("Cookie", cookie)
		}
		w, err := http.DefaultClient.Do(r)
		if err != nil {
			b.Fatal(err)
		}
		n, err := io.Copy(io.Discard, w.Body)
		w.Body.Close()
		if err != nil || w.StatusCode != 200 || n < 5000 {
			b.Fatalf("status %d, %d bytes, %v", w.StatusCode, n, err)
		}
	}
	b.Run("visitor", func(b *testing.B) {
		for b.Loop() {
			get("")
		}
	})
	b.Run("reader", func(b *testing.B) { compare(b, func() { get("") }, func() { get(cookie) }, nil) })
	b.Run("reader-after-an-act", func(b *testing.B) {
		on := 0
		compare(b, func() { get("") }, func() { get(cookie) }, func() {
			on = 1 - on
			r, err := http.NewRequest("POST", s.URL+"/save/"+list[7].ArXiv(), strings.NewReader("save="+strconv.Itoa(on)))
			if err != nil {
				b.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Accept", "application/json")
			r.Header.Set("Cookie", cookie)
			w, err := http.DefaultClient.Do(r)
			if err != nil {
				b.Fatal(err)
			}
			io.Copy(io.Discard, w.Body)
			if w.Body.Close(); w.StatusCode != 200 {
				b.Fatalf("saving: status %d", w.StatusCode)
			}
		})
	})
}

// compare reports how many times longer one thing takes than another, done in turns:
// the median of the one by the median of the other.
func compare(b *testing.B, base, other, before func()) {
	var times [2][]time.Duration
	for b.Loop() {
		if before != nil {
			before()
		}
		for i, f := range []func(){base, other} {
			began := time.Now()
			f()
			times[i] = append(times[i], time.Since(began))
		}
	}
	for i := range times {
		slices.Sort(times[i])
	}
	n := len(times[0]) / 2
	b.ReportMetric(float64(times[1][n])/float64(times[0][n]), "x")
	b.ReportMetric(float64(times[1][n].Nanoseconds()), "ns/other")
}
