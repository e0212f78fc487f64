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
	db     *db.DB
	papers *paper.Store
	peer   *mirror.Peer
	answer func(after string) (status int, body string)
}

func follow(t testing.TB, d *db.DB) *follower {
	t.Helper()
	f := &follower{db: d, papers: paper.NewStore(d)}
	accounts := account.NewStore(d, account.Settings{}, func() time.Time { return now }, slog.New(slog.DiscardHandler))
	f.Store = mirror.NewStore(f.papers, edition.NewStore(f.papers, edition.Settings{}), discuss.NewStore(f.papers, accounts, nil), accounts)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status, body := f.answer(r.URL.Query().Get("after"))
		w.WriteHeader(status)
		io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	var err error
	if f.peer, err = mirror.NewPeer(server.URL, "test", func() time.Time { return now }, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	f.peer.Client.Pace.Gap = 0
	return f
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
		follows = fmt.Sprintf("%q, %q", "CCCC", own)
		if _, err := f.CatchUp(t.Context(), f.peer, nil); err == nil || !strings.Contains(err.Error(), "follows this instance") {
			t.Errorf("a peer that follows us: %v", err)
		}
		follows, instance = `"CCCC"`, own
		if _, err := f.CatchUp(t.Context(), f.peer, nil); err == nil || !strings.Contains(err.Error(), "this instance itself") {
			t.Errorf("we ourselves: %v", err)
		}
		instance = "BBBB"
		catchUp(1, 2, 5)
		if got, err := f.Follows(t.Context()); err != nil || fmt.Sprint(got) != "[BBBB CCCC]" {
			t.Errorf("it follows %v, %v", got, err)
		}
	})
}

// TestHostilePeers holds what is taken from peers that answer otherwise than a Broadsheet
// does: nothing, with a sentence that says why, and without waiting for ever.
func TestHostilePeers(t *testing.T) {
	t.Parallel()
	f := follow(t, dbtest.Open(t, dbtest.SQLite(t)))
	whole := func(changes, rest string) string {
		return `{"instance": "AAAA", "changes": [` + changes + `], ` + rest + `}`
	}
	for name, c := range map[string]struct {
		status int
		body   string
		says   string // "" when it is taken
	}{
		"a page":               {200, "<!doctype html><p>Hello", "does not answer as a Broadsheet"},
		"nothing there":        {404, `{}`, "404"},
		"not ours":             {200, `{"changes": [], "next": 0, "latest": 0}`, "which instance"},
		"null":                 {200, `null`, "which instance"},
		"it stands still":      {200, whole("", `"next": 0, "latest": 9`), "goes on at 0"},
		"it runs ahead":        {200, whole("", `"next": 9, "latest": 3`), "goes on at 9"},
		"backwards":            {200, whole(paperOf(2, 1, "")+","+paperOf(1, 1, ""), `"next": 2, "latest": 2`), "change 1 comes behind 2"},
		"twice":                {200, whole(paperOf(1, 1, "")+","+paperOf(1, 1, ""), `"next": 1, "latest": 1`), "change 1 comes behind 1"},
		"too many":             {200, whole(strings.TrimSuffix(strings.Repeat(`{"seq": 1},`, 1001), ","), `"next": 1, "latest": 1`), "1001 changes"},
		"negative votes":       {200, whole(paperOf(1, -5, ""), `"next": 1, "latest": 1`), ""},
		"absurd votes":         {200, whole(paperOf(1, 2_000_000_000, ""), `"next": 1, "latest": 1`), ""},
		"a long title":         {200, whole(paperOf(1, 1, `, "title": "`+strings.Repeat("x", 3000)+`"`), `"next": 1, "latest": 1`), ""},
		"a script as a link":   {200, whole(paperOf(1, 1, `, "links": [{"kind": "code", "url": "javascript:alert(1)"}]`), `"next": 1, "latest": 1`), ""},
		"a day that is none":   {200, whole(paperOf(1, 1, `, "announced": "2026-13-45"`), `"next": 1, "latest": 1`), ""},
		"an ancient day":       {200, whole(paperOf(1, 1, `, "submitted": "0003-01-01T00:00:00Z"`), `"next": 1, "latest": 1`), ""},
		"a comment of a megab": {200, whole(`{"seq": 1, "kind": "paper", "id": "2604.00001", "at": "2026-04-14T09:00:00Z", "comments": [{"id": "1", "body": "`+strings.Repeat("y", 1<<20)+`"}], "paper": {"title": "T", "identifiers": [{"scheme": "arxiv", "value": "2604.00001"}]}}`, `"next": 1, "latest": 1`), ""},
	} {
		if err := f.db.Transact(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE peer SET seq = 0`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		f.answer = func(string) (int, string) { return c.status, c.body }
		step, err := f.CatchUp(t.Context(), f.peer, nil)
		if c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) || c.says == "" && (err != nil || step.Bad != 1) {
			t.Errorf("%s: %+v, %v", name, step, err)
		}
		if n, err := f.papers.Count(t.Context()); err != nil || n != 0 {
			t.Fatalf("%s: %d papers were taken, %v", name, n, err)
		}
	}
}

// FuzzPeer takes in whatever a peer could answer: it ends, and what is held can be read.
func FuzzPeer(f *testing.F) {
	f.Add(`{"instance": "A", "changes": [` + paperOf(1, 3, `, "edition": {"date": "2026-04-14", "origin": "submitted", "by": "ada"}, "authors": [{"name": "Ada"}]`) + `], "next": 1, "latest": 1}`)
	f.Add(`{"instance": "A", "changes": [{"seq": 1, "kind": "paper", "id": "x/1", "at": "2026-04-14T09:00:00Z", "comments": [{"id": "1", "by": {"handle": "ada"}, "body": "<b>", "state": "shown"}, {"id": "2", "parent": "1", "state": "hidden"}], "paper": {"title": "T", "received": {"title": "$x$", "form": "tex", "authority": 90}}}], "next": 1, "latest": 1}`)
	f.Add(`{"instance": "A", "changes": [{"seq": 1}], "next": 1, "latest": 1}`)
	x := follow(f, dbtest.Open(f, dbtest.SQLite(f)))
	f.Fuzz(func(t *testing.T, body string) {
		if err := x.db.Transact(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE peer SET seq = 0, identity = ''`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
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
