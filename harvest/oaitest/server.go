// Package oaitest is an arXiv on loopback, for tests: its OAI-PMH server, its API and
// its daily feeds, over invented papers, with every fault that the real one has shown.
// The shapes are those of recorded answers; the texts of errors are those of arXiv's
// own server program.
package oaitest

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Faults are the probabilities, from 0 to 1, with which an answer is faulty.
type Faults struct {
	Seed      uint64
	Busy      float64 // 503, with Retry-After or without
	TooMany   float64 // 429
	RetryPage float64 // the page for people that the old server sent
	Drop      float64 // the connection ends
	Cut       float64 // the answer ends anywhere
	Malformed float64 // one record is no XML
	Expire    float64 // the resumption token is no longer known
	Repeat    float64 // the records of the page before come again
	Move      float64 // a record gets a new datestamp while others page through
	OldTokens bool    // tokens with completeListSize and cursor, as until 2025
}

// Server answers as arXiv does. Its methods may be called while it serves.
type Server struct {
	URL   string // without a slash at the end; "" when made by NewHandler
	Pages int    // records of a page, 1000 when 0; set before the first question

	mu      sync.Mutex
	faults  Faults
	rand    *rand.Rand
	papers  []*Paper // by datestamp, then identifier
	served  []*Paper // in the last list
	byID    map[string]*Paper
	day     string // of the feeds, and of whatever changes now
	asked   int
	busy    int // questions being answered now
	crowd   int // the most at one time
	last    time.Time
	leastly time.Duration
}

// New starts a server on loopback, which ends with the test.
func New(tb testing.TB, papers []Paper, f Faults) *Server {
	tb.Helper()
	s := NewHandler(papers, f)
	web := httptest.NewServer(s)
	tb.Cleanup(web.Close)
	s.URL = web.URL
	return s
}

// NewHandler returns a server that is not listening.
func NewHandler(papers []Paper, f Faults) *Server {
	s := &Server{faults: f, rand: rand.New(rand.NewPCG(f.Seed, 1)), byID: map[string]*Paper{}, day: "2026-04-14", leastly: time.Hour}
	for i := range papers {
		p := papers[i]
		s.papers = append(s.papers, &p)
		s.byID[p.ID] = &p
	}
	s.sort()
	return s
}

func (s *Server) sort() {
	slices.SortFunc(s.papers, func(a, b *Paper) int {
		if c := strings.Compare(a.Datestamp, b.Datestamp); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
}

// SetDay sets the day of the feeds.
func (s *Server) SetDay(day string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.day = day
}

// SetFaults changes the faults.
func (s *Server) SetFaults(f Faults) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults, s.rand = f, rand.New(rand.NewPCG(f.Seed, 1))
}

// Asked returns how many questions came, the least time between the end of an answer
// and the next question, and the most that were asked at one time.
func (s *Server) Asked() (n int, gap time.Duration, crowd int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked, s.leastly, s.crowd
}

// Papers returns the papers as they are now.
func (s *Server) Papers() []Paper {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]Paper, len(s.papers))
	for i, p := range s.papers {
		list[i] = *p
	}
	return list
}

// ServeHTTP answers a question, or shows a fault.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.asked++
	s.busy++
	s.crowd = max(s.crowd, s.busy)
	if !s.last.IsZero() {
		s.leastly = min(s.leastly, time.Since(s.last))
	}
	status, kind, body := s.answer(r)
	fault := s.fault(r, status, &body)
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.busy--
		s.last = time.Now()
		s.mu.Unlock()
	}()
	switch fault {
	case "drop":
		panic(http.ErrAbortHandler)
	case "busy":
		w.Header().Set("Retry-After", "1")
		http.Error(w, "Service Unavailable", http.StatusServiceUnavailable)
	case "busy without a time":
		http.Error(w, "Service Unavailable", http.StatusServiceUnavailable)
	case "too many":
		w.Header().Set("Retry-After", time.Now().Add(time.Second).UTC().Format(http.TimeFormat))
		http.Error(w, "Rate exceeded.", http.StatusTooManyRequests)
	case "retry page":
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<html><body>\n<h1>Retry after 1 seconds</h1>\n</body></html>\n")
	default:
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		w.Write(body)
	}
}

// fault draws what goes wrong with an answer, and may change its body.
func (s *Server) fault(r *http.Request, status int, body *[]byte) string {
	hit := func(p float64) bool { return p > 0 && s.rand.Float64() < p }
	f := &s.faults
	oai := strings.HasPrefix(r.URL.Path, "/oai")
	switch {
	case hit(f.Busy):
		if s.rand.IntN(2) == 0 {
			return "busy without a time"
		}
		return "busy"
	case hit(f.TooMany):
		return "too many"
	case hit(f.Drop):
		return "drop"
	case oai && hit(f.RetryPage):
		return "retry page"
	}
	if status != http.StatusOK {
		return ""
	}
	if oai && hit(f.Malformed) {
		*body = []byte(strings.Replace(string(*body), "</submitter>", "</sub mitter>", 1))
	}
	if hit(f.Cut) {
		*body = (*body)[:s.rand.IntN(len(*body)+1)]
	}
	if oai && hit(f.Move) {
		s.move()
	}
	return ""
}

// move gives a paper of the last list a second version, whose datestamp is that of
// today: what stands behind it in the list moves up.
func (s *Server) move() {
	if len(s.served) == 0 {
		return
	}
	p := s.served[s.rand.IntN(len(s.served))]
	if p.Deleted || p.Datestamp >= s.day {
		return
	}
	at, err := time.Parse(time.DateOnly, s.day)
	if err != nil {
		panic(err) // a test has set it
	}
	p.Versions = append(p.Versions, at)
	p.Datestamp = s.day
	s.sort()
}

func (s *Server) answer(r *http.Request) (status int, kind string, body []byte) {
	path := r.URL.Path
	switch {
	case path == "/oai":
		return http.StatusOK, "text/xml", s.oai(r.URL.Query())
	case path == "/api/query":
		return s.api(r.URL.Query())
	case strings.HasPrefix(path, "/rss/"):
		return http.StatusOK, "application/rss+xml", s.rss(strings.TrimPrefix(path, "/rss/"))
	case strings.HasPrefix(path, "/atom/"):
		return http.StatusOK, "application/atom+xml", s.atom(strings.TrimPrefix(path, "/atom/"))
	}
	return http.StatusNotFound, "text/plain", []byte("not found\n")
}
