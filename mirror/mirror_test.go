package mirror_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"broadsheet/account"
	v1 "broadsheet/api/v1"
	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/discuss"
	"broadsheet/edition"
	"broadsheet/mirror"
	"broadsheet/paper"
)

var now = time.Date(2026, 4, 14, 10, 0, 0, 0, time.UTC)

// follower is an instance that follows a peer whose answer the test writes.
type follower struct {
	*mirror.Store
	db       *db.DB
	papers   *paper.Store
	editions *edition.Store
	peer     *mirror.Peer
	answer   func(after string) (status int, body string)
	asked    int
	stream   string // which the peer tells
}

func follow(t testing.TB, d *db.DB) *follower {
	t.Helper()
	f := &follower{db: d, papers: paper.NewStore(d)}
	accounts := account.NewStore(d, account.Settings{}, func() time.Time { return now }, slog.New(slog.DiscardHandler))
	f.editions = edition.NewStore(f.papers, edition.Settings{})
	f.Store = mirror.NewStore(f.papers, f.editions, discuss.NewStore(f.papers, accounts, nil), accounts)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.asked++
		status, body := f.answer(r.URL.Query().Get("after"))
		if f.stream != "" {
			w.Header().Set(v1.StreamHeader, f.stream)
		}
		w.WriteHeader(status)
		io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	var err error
	if f.peer, err = mirror.NewPeer(server.URL, "test", func() time.Time { return now }, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	f.peer.Client.Pace.Gap, f.peer.Client.Tries = 0, 1
	return f
}

// forget has the peer read from its beginning.
func (f *follower) forget(t *testing.T) {
	t.Helper()
	f.run(t, `UPDATE peer SET seq = 0, identity = ''`)
}

func (f *follower) run(t testing.TB, statements ...string) {
	t.Helper()
	if err := f.db.Transact(t.Context(), func(tx *db.Tx) error {
		for _, one := range statements {
			if _, err := tx.Exec(t.Context(), one); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// tell has the peer tell all of these changes as its whole log, and reads it.
func (f *follower) tell(t *testing.T, instance string, last int, changes ...string) mirror.Step {
	t.Helper()
	f.forget(t)
	f.answer = func(string) (int, string) {
		return 200, whole(instance, strings.Join(changes, ","), fmt.Sprintf(`"next": %d, "latest": %d`, last, last))
	}
	step, err := f.CatchUp(t.Context(), f.peer, nil)
	if err != nil {
		t.Fatal(err)
	}
	return step
}

func (f *follower) held(t *testing.T, arxiv string) *paper.Paper {
	t.Helper()
	p, err := f.papers.Find(t.Context(), paper.Identifier{Scheme: paper.ArXiv, Value: arxiv})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func whole(instance, changes, rest string) string {
	return `{"instance": "` + instance + `", "changes": [` + changes + `], ` + rest + `}`
}

// paperOf writes a change that tells of a paper, the later the more votes it has.
func paperOf(seq, votes int, more string) string {
	return fmt.Sprintf(`{"seq": %d, "kind": "paper", "id": "2604.%05d", "at": "2026-04-14T09:%02d:00Z", "paper": {"id": "2604.%05d", "title": "On %d", "abstract": "We count.", "votes": %d,
		"identifiers": [{"scheme": "arxiv", "value": "2604.%05d"}]%s}}`, seq, seq, max(0, votes)%60, seq, seq, votes, seq, more)
}

// TestAPeerIsWatched follows a peer that tells the truth, is replaced, is restored, and
// follows us.
func TestAPeerIsWatched(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := follow(t, d)
		own, err := d.Identity(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		instance, follows, votes, known := "AAAA", "", 3, 2
		f.answer = func(after string) (int, string) {
			var list []string
			var from int
			fmt.Sscan(after, &from)
			for n := from + 1; n <= known; n++ {
				list = append(list, paperOf(n, votes, ""))
			}
			return 200, fmt.Sprintf(`{"instance": %q, "follows": [%s], "changes": [%s], "next": %d, "latest": %d}`, instance, follows, strings.Join(list, ","), max(from, known), known)
		}
		catchUp := func(seq int64, papers, votes int) {
			t.Helper()
			step, err := f.CatchUp(t.Context(), f.peer, nil)
			if err != nil || step.Seq != seq {
				t.Fatalf("read to %d, %v; want %d", step.Seq, err, seq)
			}
			list, err := f.papers.Newest(t.Context(), 0, 100)
			if err != nil || len(list) != papers {
				t.Fatalf("%d papers, %v; want %d", len(list), err, papers)
			}
			for _, p := range list {
				if p.Votes() != votes {
					t.Errorf("%s has %d votes, want %d", p.Key, p.Votes(), votes)
				}
			}
		}
		catchUp(2, 2, 3)
		instance, votes, known = "BBBB", 5, 2 // another database under the same address
		catchUp(2, 2, 5)
		known = 1 // restored to an earlier point
		catchUp(1, 2, 5)
		f.stream = "S1" // a newer program
		catchUp(1, 2, 5)
		f.stream, votes, known = "S2", 6, 3 // restored, and more was told since
		catchUp(3, 3, 6)
		votes = 7
		for _, f.stream = range []string{"S2", "", "S2"} { // an older program for a while
			catchUp(3, 3, 6)
		}
		f.stream = "S3"
		catchUp(3, 3, 7)
		follows = fmt.Sprintf("%q, %q", "CCCC", own)
		if _, err := f.CatchUp(t.Context(), f.peer, nil); err == nil || !strings.Contains(err.Error(), "follows this instance") {
			t.Errorf("a peer that follows us: %v", err)
		}
		follows, instance = `"CCCC"`, own
		if _, err := f.CatchUp(t.Context(), f.peer, nil); err == nil || !strings.Contains(err.Error(), "this instance itself") {
			t.Errorf("we ourselves: %v", err)
		}
		instance = "BBBB"
		catchUp(3, 3, 7)
		if got, err := f.Follows(t.Context()); err != nil || fmt.Sprint(got) != "[BBBB CCCC]" {
			t.Errorf("it follows %v, %v", got, err)
		}
	})
}

// FuzzPeer takes in whatever a peer could answer: it ends, and what is held can be read.
func FuzzPeer(f *testing.F) {
	f.Add(`{"instance": "A", "changes": [` + paperOf(1, 3, `, "edition": {"date": "2026-04-14", "origin": "submitted", "by": "ada"}, "authors": [{"name": "Ada"}]`) + `], "next": 1, "latest": 1}`)
	f.Add(`{"instance": "A", "changes": [{"seq": 1, "kind": "paper", "id": "x/1", "at": "2026-04-14T09:00:00Z", "comments": [{"id": "1", "by": {"handle": "ada"}, "body": "<b>", "state": "shown"}, {"id": "2", "parent": "1", "state": "hidden"}], "paper": {"title": "T", "received": {"title": "$x$", "form": "tex", "authority": 90}}}], "next": 1, "latest": 1}`)
	f.Add(`{"instance": "A", "changes": [{"seq": 1}], "next": 1, "latest": 1}`)
	x := follow(f, dbtest.Open(f, dbtest.SQLite(f)))
	f.Fuzz(func(t *testing.T, body string) {
		x.run(t, `UPDATE peer SET seq = 0, identity = ''`)
		asked := 0
		x.answer = func(string) (int, string) { asked++; return 200, body }
		if _, err := x.CatchUp(t.Context(), x.peer, nil); err != nil && strings.Contains(err.Error(), "constraint") {
			t.Errorf("%q: %v", body, err)
		}
		if asked > 3 {
			t.Errorf("asked %d times", asked)
		}
		if _, err := x.papers.Newest(t.Context(), 0, 100); err != nil {
			t.Errorf("%q: %v", body, err)
		}
	})
}
