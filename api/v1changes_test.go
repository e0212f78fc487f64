package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"broadsheet/account"
	"broadsheet/account/accounttest"
	"broadsheet/api"
	v1 "broadsheet/api/v1"
	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/discuss"
	"broadsheet/edition"
	"broadsheet/hook"
	"broadsheet/library"
	"broadsheet/paper"
)

// talking opens a service on which readers vote and write.
func talking(t *testing.T, d *db.DB) (*service, *account.Store, *discuss.Store) {
	t.Helper()
	var accounts *account.Store
	var talk *discuss.Store
	s := open(t, d, func(c *api.Config) {
		accounts = account.NewStore(d, account.Settings{}, c.Now, nil)
		talk = discuss.NewStore(c.Papers, accounts, nil)
		c.Accounts, c.Talk, c.Library, c.Lookup = accounts, talk, library.NewStore(c.Papers, accounts), &edition.Lookup{Papers: c.Papers, Accounts: accounts}
		c.Hooks = hook.New(hook.Config{DB: d, Now: c.Now})
	})
	return s, accounts, talk
}

// TestChangesTellAll follows the stream in small steps and has in the end what the
// server holds: every paper with its place, every edition, the acts, the comments.
func TestChangesTellAll(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, accounts, talk := talking(t, d)
		s.edition("2026-04-14", 5, "ada")
		s.edition("2026-04-15", 4, "ben")
		ada := accounttest.Create(t, accounts, d, "ada", account.Reader)
		desk := accounttest.Create(t, accounts, d, "desk", account.Desk)
		papers, err := s.papers.Newest(t.Context(), 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		first := papers[0]
		if _, err := talk.Vote(t.Context(), now, first.ID, discuss.VoterOf(ada), true); err != nil {
			t.Fatal(err)
		}
		writer := discuss.Writer{Account: ada.ID, Handle: ada.Handle, Joined: ada.Joined}
		said, err := talk.Write(t.Context(), now, discuss.Draft{Paper: first.ID, Body: "Well *done*.", Writer: writer})
		if err != nil {
			t.Fatal(err)
		}
		gone, err := talk.Write(t.Context(), now, discuss.Draft{Paper: first.ID, Body: "Buy now.", Writer: writer})
		if err != nil {
			t.Fatal(err)
		}
		if err := talk.Hide(t.Context(), now, gone.ID, discuss.Ruling{Desk: desk.ID, Rule: 2, Reason: "An advertisement."}, true); err != nil {
			t.Fatal(err)
		}
		got, editions, acts, entries := map[string]v1.Change{}, 0, 0, 0
		for after := int64(0); ; {
			var page v1.Changes
			s.read(fmt.Sprintf("/api/v1/changes?after=%d&limit=3&include=comments,entries", after), &page)
			if page.Next == after {
				if len(page.Changes) > 0 || page.Latest != after {
					t.Errorf("the end of the stream: %+v", page)
				}
				break
			}
			for _, c := range page.Changes {
				if c.Seq <= after {
					t.Fatalf("change %d comes after %d", c.Seq, after)
				}
				after = c.Seq
				switch {
				case c.Edition != nil:
					editions++
					entries += len(c.Entries)
				case c.Act != nil:
					acts++
				default:
					got[c.ID] = c
				}
			}
			after = page.Next
		}
		if len(got) != 9 || editions != 2 || acts != 1 || entries != 9 {
			t.Errorf("%d papers, %d editions with %d entries, %d acts; want 9, 2 with 9, 1", len(got), editions, entries, acts)
		}
		for _, p := range papers {
			c := got[p.Key].Paper
			if c == nil || c.Received == nil || c.Received.Title != p.Title || c.Edition == nil || c.Edition.Date == "" {
				t.Fatalf("paper %s is told as %+v", p.Key, c)
			}
		}
		c := got[first.Key]
		if c.Paper.Here != (v1.Tally{Votes: 1, Comments: 1}) || len(c.Comments) != 2 {
			t.Fatalf("votes and words are told as %+v, %+v", c.Paper.Here, c.Comments)
		}
		if x := c.Comments[0]; x.ID != fmt.Sprint(said.ID) || x.Body != said.Body || x.By == nil || x.By.Handle != "ada" {
			t.Errorf("a comment is told as %+v", x)
		}
		if x := c.Comments[1]; x.State != "hidden" || x.Body != "" || x.HTML != "" {
			t.Errorf("a hidden comment is told as %+v", x)
		}
	})
}

// TestMergedPapersAreToldOnce follows the stream across a merge: what is left is one
// paper with the identifiers of both and the one that was given out here.
func TestMergedPapersAreToldOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil)
		s.put(&paper.Paper{Identifiers: []paper.Identifier{{Scheme: paper.ArXiv, Value: "2604.00001"}}, Title: "T", Abstract: "A", Form: paper.TeX, Authority: paper.FromArXiv},
			&paper.Paper{Identifiers: []paper.Identifier{{Scheme: paper.DOI, Value: "10.1/x"}}, Title: "T", Abstract: "A", Form: paper.Plain, Authority: paper.FromFile})
		s.put(&paper.Paper{Identifiers: []paper.Identifier{{Scheme: paper.ArXiv, Value: "2604.00001"}, {Scheme: paper.DOI, Value: "10.1/x"}}, Title: "T", Abstract: "A", Form: paper.TeX, Authority: paper.FromArXiv})
		var page v1.Changes
		s.read("/api/v1/changes", &page)
		if len(page.Changes) != 1 || page.Changes[0].ID != "2604.00001" || len(page.Changes[0].Paper.Identifiers) != 3 || page.Next != page.Latest {
			t.Errorf("the stream after a merge: %s", s.get("/api/v1/changes").Body)
		}
	})
}

// TestChangesAreAwaited waits for a change by both ways, and has the waiting end with
// the server's.
func TestChangesAreAwaited(t *testing.T) {
	t.Parallel()
	s := open(t, dbtest.Open(t, dbtest.SQLite(t)), nil)
	s.edition("2026-04-14", 2, "ada")
	server := httptest.NewServer(s)
	defer server.Close()
	var all v1.Changes
	s.read("/api/v1/changes", &all)

	polled := make(chan v1.Changes)
	go func() {
		var page v1.Changes
		if res, err := http.Get(fmt.Sprintf("%s/api/v1/changes?after=%d&wait=8", server.URL, all.Next)); err == nil {
			json.NewDecoder(res.Body).Decode(&page)
			res.Body.Close()
		}
		polled <- page
	}()
	r, _ := http.NewRequestWithContext(t.Context(), "GET", server.URL+"/api/v1/changes?after=0", nil)
	r.Header.Set("Accept", "text/event-stream")
	r.Header.Set("Last-Event-ID", fmt.Sprint(all.Next-1))
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	events := bufio.NewScanner(res.Body)
	events.Buffer(nil, 1<<20)
	if name := res.Header.Get(v1.StreamHeader); name == "" || name != s.get("/api/v1/changes").Header().Get(v1.StreamHeader) {
		t.Errorf("the stream is called %q", name)
	}
	seq := func() (n int64) {
		t.Helper()
		for events.Scan() {
			if text, ok := strings.CutPrefix(events.Text(), "data: "); ok {
				var c v1.Change
				if err := json.Unmarshal([]byte(text), &c); err != nil {
					t.Fatal(err)
				}
				return c.Seq
			}
		}
		return 0
	}
	if n := seq(); n != all.Next {
		t.Errorf("the stream is resumed with %d, not %d", n, all.Next)
	}
	s.edition("2026-04-15", 1, "ben")
	if n := seq(); n != all.Next+1 {
		t.Errorf("the stream goes on with %d, not %d", n, all.Next+1)
	}
	if page := <-polled; len(page.Changes) == 0 || page.Changes[0].Seq != all.Next+1 {
		t.Errorf("who waited was told %+v", page)
	}
	s.Release()
	for n := seq(); n != 0; n = seq() { // what was still under way
	}
}

// TestWatchersAreCounted has one client wait too often.
func TestWatchersAreCounted(t *testing.T) {
	t.Parallel()
	s := open(t, dbtest.Open(t, dbtest.SQLite(t)), nil)
	server := httptest.NewServer(s)
	defer server.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	codes := make(chan int, 9)
	for range 9 {
		go func() {
			r, _ := http.NewRequestWithContext(ctx, "GET", server.URL+"/api/v1/changes", nil)
			r.Header.Set("Accept", "text/event-stream")
			res, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				codes <- 0
				return
			}
			codes <- res.StatusCode
			<-ctx.Done()
			res.Body.Close()
		}()
	}
	count := map[int]int{}
	for range 9 {
		count[<-codes]++
	}
	if count[200] != 8 || count[429] != 1 {
		t.Errorf("nine who wait are answered with %v", count)
	}
	cancel()
	for try := time.Now(); ; {
		if s.get("/api/v1/changes?wait=0").Code != 200 {
			t.Error("who asks without waiting is turned away")
		}
		r, _ := http.NewRequestWithContext(t.Context(), "GET", server.URL+"/api/v1/changes?wait=1", nil)
		res, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode == 200 {
			break
		}
		if time.Since(try) > time.Minute {
			t.Fatal("those who went away are still counted")
		}
	}
}

// TestProblems asks for what cannot be had.
func TestProblems(t *testing.T) {
	t.Parallel()
	s, _, _ := talking(t, dbtest.Open(t, dbtest.SQLite(t)))
	for _, c := range []struct {
		method, path string
		status       int
		says         string
	}{
		{"GET", "/api/v1/changes?after=-1", 400, "after is the number of a change"},
		{"GET", "/api/v1/changes?limit=1001", 400, "limit is a whole number from 1 to 1000"},
		{"GET", "/api/v1/changes?wait=9", 400, "from 0 to 8"},
		{"GET", "/api/v1/changes?include=all", 400, "include takes comments, entries"},
		{"GET", "/api/v1/papers?cursor=x", 400, "cursor is taken from next"},
		{"GET", "/api/v1/papers/2604.99999", 404, "2604.99999"},
		{"GET", "/api/v1/nothing", 404, "/api"},
		{"DELETE", "/api/v1/changes", 405, "GET"},
	} {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(c.method, c.path, nil))
		var p v1.Problem
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != c.status || p.Status != c.status || !strings.Contains(p.Detail, c.says) || w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s %s: %d %s", c.method, c.path, w.Code, w.Body)
		}
	}
}

// TestPapersArePaged reads all papers page by page.
func TestPapersArePaged(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil)
		s.edition("2026-04-14", 7, "ada")
		seen := map[string]bool{}
		for path := "/api/v1/papers?limit=3"; path != ""; {
			var page v1.Papers
			s.read(path, &page)
			for _, p := range page.Papers {
				seen[p.ID] = true
			}
			path = page.Next
		}
		if len(seen) != 7 {
			t.Errorf("%d papers on the pages, want 7", len(seen))
		}
	})
}
