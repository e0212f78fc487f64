package cli

import (
	"context"
	"io"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"broadsheet/account"
	"broadsheet/account/accounttest"
	"broadsheet/backup"
	"broadsheet/db/dbtest"
	"broadsheet/discuss"
	"broadsheet/paper"
	"broadsheet/server"
)

// sampleHouse opens a house on the database of dsn, whose clock stands still.
func sampleHouse(t *testing.T, dsn string) *server.House {
	t.Helper()
	h, err := server.Open(t.Context(), server.Config{
		DSN: dsn, Index: filepath.Join(t.TempDir(), "index"), Base: "http://papers.test", Version: "1.0",
		Now:     func() time.Time { return demoDay },
		Edition: demoEditions,
		Account: account.Settings{Join: account.Anyone, Link: true, Password: true},
	}, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close() })
	return h
}

// catchUp brings all that watches the change log up to date.
func catchUp(t *testing.T, h *server.House) {
	t.Helper()
	if err := h.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	for n := 1; n > 0; {
		var err error
		if n, err = h.Search.Update(t.Context(), 2000); err != nil {
			t.Fatal(err)
		}
	}
}

var inPage = regexp.MustCompile(`(?:href|action)="(?:http://papers\.test)?(/[^"#]*)`)

// onDisk is what the file takes on disk, which is less when it was written at once.
var onDisk = regexp.MustCompile(`<dt>Database</dt><dd>[^<]*</dd>`)

// crawl asks for the pages that are linked to from the first ones, as whoever has the
// session, "" for a visitor, and returns what is answered: the first ones, and every paper
// and edition, or of them as of all other kinds of pages (feeds, authors, forms) ten.
func crawl(h *server.House, session string, every bool, paths ...string) map[string]string {
	pages, kinds := map[string]string{}, map[string]int{}
	given := slices.Clone(paths)
	for len(paths) > 0 {
		path := paths[0]
		paths = paths[1:]
		if _, seen := pages[path]; seen {
			continue
		}
		address, _, query := strings.Cut(path, "?")
		kind := address[:strings.LastIndexByte(address, '/')+1] + map[bool]string{true: "?"}[query]
		if kinds[kind]++; kinds[kind] > 10 && (!every || kind != "/papers/") && !slices.Contains(given, path) {
			continue
		}
		pages[path] = ask(h, session, path)
		for _, link := range inPage.FindAllStringSubmatch(pages[path], -1) {
			paths = append(paths, strings.ReplaceAll(link[1], "&amp;", "&"))
		}
	}
	return pages
}

func ask(h *server.House, session, path string) string {
	r := httptest.NewRequest("GET", path, nil)
	if session != "" {
		r.Header.Set("Cookie", "session="+session)
	}
	w := httptest.NewRecorder()
	h.Handler().ServeHTTP(w, r)
	head := w.Header()
	if onDisk.MatchString(w.Body.String()) {
		head.Del("Etag")
	}
	return strings.Join([]string{w.Result().Status, onDisk.ReplaceAllString(w.Body.String(), ""), head.Get("Location"), head.Get("Content-Type"), head.Get("Etag"), head.Get("Link")}, "\n")
}

// entrances are where the crawl begins: pages, and what programs read.
var entrances = []string{
	"/", "/papers/2604.05015", "/status", "/archive", "/papers/trending", "/papers?q=learning", "/moderation", "/sitemap.xml",
	"/feed/papers.atom", "/feed/editions.rss", "/feed/trending.json", "/cite/trending.bib", "/index.md", "/archive.md", "/papers.md?q=learning", "/llms.txt",
	"/api", "/openapi.yaml", "/api/daily_papers?date=2026-04-14", "/api/daily_papers?week=2026-W16", "/api/papers?limit=100", "/api/papers/search?q=learning",
	"/api/v1/papers?limit=100", "/api/v1/editions", "/api/v1/editions/2026-04-14", "/api/v1/trending", "/api/v1/log", "/api/v1/search?q=learning",
	"/api/v1/changes?limit=1000&include=comments&include=entries",
}

// TestRestoredPagesAreTheSame: the sample instance is backed up, changes, is backed up
// again, destroyed and restored, on its own engine and on the other and as it was first,
// and answers each page, feed and question of a program byte for byte as before, to a
// visitor and to somebody who had signed in.
func TestRestoredPagesAreTheSame(t *testing.T) {
	t.Parallel()
	for name, engine := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dsn := engine(t)
			h := sampleHouse(t, dsn)
			if err := fillSample(t.Context(), h); err != nil {
				t.Fatal(err)
			}
			edith := accounttest.Create(t, h.Accounts, h.DB, "edith", account.Desk)
			if err := h.Accounts.SetProfile(t.Context(), edith.ID, edith.Handle, edith.Name, account.Shows{}); err != nil {
				t.Fatal(err) // what she opens is not marked as read: asking changes nothing
			}
			session := accounttest.SignIn(t, h.Accounts, edith)
			catchUp(t, h)
			look := func(every bool) map[string]map[string]string {
				catchUp(t, h)
				return map[string]map[string]string{"": crawl(h, "", every, entrances...), session: crawl(h, session, false, entrances...)}
			}
			v, err := backup.Open(t.TempDir(), nil)
			if err != nil {
				t.Fatal(err)
			}
			take := func(at time.Time) {
				t.Helper()
				if _, err := v.Take(t.Context(), h.DB, backup.Taking{Now: at}); err != nil {
					t.Fatal(err)
				}
			}
			first := look(false)
			if len(first[""]) < 200 {
				t.Fatalf("only %d pages were found", len(first[""]))
			}
			for _, path := range entrances {
				if !strings.HasPrefix(first[session][path], "200") {
					t.Errorf("%s: %.60q", path, first[session][path])
				}
			}
			take(demoDay)
			change(t, h, edith)
			h.Close()
			h = sampleHouse(t, dsn) // what it keeps ready is of the moment before
			then := look(name == "sqlite")
			if first[""]["/papers/2604.05015"] == then[""]["/papers/2604.05015"] {
				t.Error("nothing changed between the two backups")
			}
			take(demoDay.Add(time.Hour))
			h.Close()
			for to, target := range targets(t, dsn, name) {
				restoreAndCompare(t, v, time.Time{}, to, target, then)
			}
			restoreAndCompare(t, v, demoDay.Add(time.Minute), "the first backup", backup.Target{Data: t.TempDir()}, first)
		})
	}
}

// change has a reader vote, write and collect.
func change(t *testing.T, h *server.House, by *account.Account) {
	t.Helper()
	id, _, err := paper.ParseIdentifier("2604.05015")
	if err != nil {
		t.Fatal(err)
	}
	p, err := h.Papers.Find(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Talk.Vote(t.Context(), demoDay, p.ID, discuss.VoterOf(by), true); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Talk.Write(t.Context(), demoDay, discuss.Draft{Paper: p.ID, Writer: discuss.Writer{Account: by.ID, Handle: by.Handle, Joined: by.Joined, Trusted: true}, Body: "Said between two backups."}); err != nil {
		t.Fatal(err)
	}
	if err := h.Library.Save(t.Context(), demoDay, by.ID, p.ID, true); err != nil {
		t.Fatal(err)
	}
}

// targets are where the backup of an engine goes back to. What stood in a folder is
// destroyed before.
func targets(t *testing.T, dsn, engine string) map[string]backup.Target {
	t.Helper()
	data := t.TempDir()
	if engine == "sqlite" {
		data = filepath.Dir(dsn)
		if err := os.RemoveAll(data); err != nil {
			t.Fatal(err)
		}
	}
	list := map[string]backup.Target{"sqlite": {Data: data}}
	if os.Getenv("BROADSHEET_TEST_POSTGRES") != "" {
		list["postgres"] = backup.Target{Data: t.TempDir(), DSN: dbtest.Postgres(t)}
	}
	return list
}

func restoreAndCompare(t *testing.T, v *backup.Vault, at time.Time, to string, target backup.Target, asked map[string]map[string]string) {
	t.Helper()
	p, err := v.Point(context.Background(), at)
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Restore(t.Context(), p, target); err != nil {
		t.Fatal(err)
	}
	dsn := target.DSN
	if dsn == "" {
		dsn = filepath.Join(target.Data, "broadsheet.db")
	}
	h := sampleHouse(t, dsn)
	catchUp(t, h)
	for session, before := range asked {
		after := map[string]string{}
		for path := range before {
			after[path] = ask(h, session, path)
		}
		different := 0
		for path, want := range before {
			if after[path] == want {
				continue
			}
			if different++; different <= 3 {
				t.Errorf("restored to %s, %s is different:\n%s", to, path, firstDifference(want, after[path]))
			}
		}
		if different > 0 {
			t.Errorf("restored to %s, %d of %d pages are different", to, different, len(before))
		}
	}
}

// firstDifference shows two texts around where they begin to differ.
func firstDifference(a, b string) string {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	from := max(0, n-80)
	return a[from:min(len(a), n+200)] + "\n--- and now ---\n" + b[from:min(len(b), n+200)]
}
