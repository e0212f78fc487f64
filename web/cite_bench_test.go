package web_test

import (
	"fmt"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"broadsheet/db/dbtest"
	"broadsheet/edition"
	"broadsheet/feed"
	"broadsheet/paper"
	"broadsheet/web"
	"broadsheet/web/webtest"

	"broadsheet/db"
)

// nowhere counts what is sent to it.
type nowhere struct {
	*httptest.ResponseRecorder
	bytes int
}

func (n *nowhere) Write(b []byte) (int, error) { n.bytes += len(b); return len(b), nil }

// BenchmarkBibTeX sends the citations of a month of 10,000 papers, with abstracts as long
// as arXiv's, and measures the memory that is in use meanwhile.
func BenchmarkBibTeX(b *testing.B) {
	const papers = 10_000
	d := dbtest.Open(b, dbtest.SQLite(b))
	store := paper.NewStore(d)
	editions := edition.NewStore(store, edition.Settings{})
	for part := range 10 {
		list := webtest.Papers(papers/10, now)
		for i, p := range list {
			p.ID, p.Key = 0, ""
			p.Identifiers = []paper.Identifier{{Scheme: paper.ArXiv, Value: fmt.Sprintf("2604.%05d", part*papers/10+i)}}
			p.Abstract = strings.Repeat(p.Abstract+" We bound $\\alpha_i^2$ by \\'Etale means. ", 5)
			p.Featured = &paper.Feature{Source: "upstream", At: now}
		}
		if err := d.Transact(b.Context(), func(tx *db.Tx) error {
			_, err := store.Put(b.Context(), tx, "upstream", now, list...)
			return err
		}); err != nil {
			b.Fatal(err)
		}
	}
	for n := 1; n > 0; {
		var err error
		if n, err = editions.Update(b.Context(), now, 2000); err != nil {
			b.Fatal(err)
		}
	}
	h, err := web.New(web.Config{Papers: store, Editions: editions, Feeds: feed.New(store), State: func() uint64 { return 1 }, Base: "https://broadsheet.example", Now: func() time.Time { return now }})
	if err != nil {
		b.Fatal(err)
	}
	for _, path := range []string{"/cite/month/2026-04.bib?limit=1000", "/cite/month/2026-04.bib", "/cite/month/2026-04.ris", "/cite/month/2026-04.csl.json"} {
		b.Run(path, func(b *testing.B) {
			most := uint64(0)
			for b.Loop() {
				runtime.GC()
				stop, done := make(chan bool), make(chan bool)
				go func() {
					defer close(done)
					for {
						var m runtime.MemStats
						runtime.ReadMemStats(&m)
						most = max(most, m.HeapInuse)
						select {
						case <-stop:
							return
						case <-time.After(20 * time.Millisecond):
						}
					}
				}()
				w := &nowhere{ResponseRecorder: httptest.NewRecorder()}
				h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
				close(stop)
				<-done
				if w.Code != 200 || w.bytes < 1_000_000 {
					b.Fatalf("status %d, %d bytes", w.Code, w.bytes)
				}
				b.ReportMetric(float64(w.bytes)/1e6, "MB")
			}
			b.ReportMetric(float64(most)/1e6, "MB-heap")
		})
	}
}
