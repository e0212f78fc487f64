package mirror_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/mirror"
)

// TestHostilePeers holds what is taken from peers that answer otherwise than a Broadsheet
// does: what makes no sense is refused with a sentence or counted, what can be used is
// taken, and no record stops those behind it.
func TestHostilePeers(t *testing.T) {
	t.Parallel()
	const end = `"next": 1, "latest": 1`
	one := func(more string) string { return whole("AAAA", paperOf(1, 1, more), end) }
	comments := func(list ...string) string {
		return whole("AAAA", strings.TrimSuffix(paperOf(1, 1, ""), "}")+`, "comments": [`+strings.Join(list, ",")+"]}", end)
	}
	comment := func(id, more string) string {
		return `{"id": "` + id + `", "at": "2026-04-14T09:00:00Z", "body": "Yes.", "state": "shown", "by": {"handle": "ada"}` + more + `}`
	}
	type want struct {
		says   string // the error, "" for none
		bad    int
		papers int
		talk   int // comments
	}
	refused, taken := want{bad: 1}, want{papers: 1}
	table := map[string]struct {
		body string
		want
	}{
		"a page":                     {"<!doctype html><p>Hello", want{says: "does not answer as a Broadsheet"}},
		"not ours":                   {`{"changes": [], "next": 0, "latest": 0}`, want{says: "which instance"}},
		"null":                       {`null`, want{says: "does not answer as a Broadsheet"}},
		"no changes":                 {`{"instance": "AAAA", "next": 0, "latest": 0}`, want{says: "no changes"}},
		"half an answer":             {`{"instance": "AAAA", "changes": [`, want{says: "does not answer as a Broadsheet"}},
		"changes that are no list":   {`{"instance": "AAAA", "changes": {"seq": 1}}`, want{says: "does not answer as a Broadsheet"}},
		"it stands still":            {whole("AAAA", "", `"next": 0, "latest": 9`), want{says: "goes on at 0"}},
		"it runs ahead":              {whole("AAAA", "", `"next": 9, "latest": 3`), want{says: "goes on at 9"}},
		"backwards":                  {whole("AAAA", paperOf(2, 1, "")+","+paperOf(1, 1, ""), `"next": 2, "latest": 2`), want{says: "change 1 comes behind 2"}},
		"twice":                      {whole("AAAA", paperOf(1, 1, "")+","+paperOf(1, 1, ""), end), want{says: "change 1 comes behind 1"}},
		"too many changes":           {whole("AAAA", acts(1001), `"next": 1001, "latest": 1001`), want{says: "more than 1000 changes"}},
		"it follows the whole world": {`{"instance": "AAAA", "follows": [` + strings.Repeat(`"B",`, 1000) + `"C"], "changes": [], "next": 0, "latest": 0}`, want{says: "follows makes no sense"}},
		"too much in a change":       {one(`, "authors": [` + strings.Repeat(`{},`, 300_000) + `{}]`), refused},
		"too much in all": {
			whole("AAAA", strings.TrimSuffix(strings.Repeat(`{"seq": 1, "entries": [`+strings.Repeat(`{},`, 290_000)+`{}]},`, 4), ","), end),
			want{says: "values at once"},
		},
		"a number that is none": {one(`, "votes": 1e400`), refused},

		"NUL in an author's name":      {one(`, "authors": [{"name": "A\u0000da"}]`), taken},
		"NUL in a title":               {one(`, "title": "On \u0000 zero"`), taken},
		"NUL behind a backslash":       {one(`, "title": "On \\\u0000 zero and \\u0000"`), taken},
		"NUL in a DOI":                 {one(`, "identifiers": [{"scheme": "doi", "value": "10.1234/a\u0000b"}]`), taken},
		"NUL in the submitter":         {one(`, "edition": {"date": "2026-04-14", "origin": "submitted", "entered": "2026-04-14T09:00:00Z", "by": "a\u0000da"}`), taken},
		"NUL in the source":            {one(`, "upstream": {"source": "a\u0000", "by": "\u0000", "featured": "2026-04-14T09:00:00Z"}`), taken},
		"NUL in the organisation":      {one(`, "organisation": {"name": "a\u0000", "full_name": "\u0000"}`), taken},
		"NUL in a comment":             {comments(comment("1", `, "body": "Yes\u0000."`)), want{papers: 1, talk: 1}},
		"NUL in the name of a writer":  {comments(comment("1", `, "by": {"handle": "a\u0000da", "name": "\u0000Ada"}`)), want{papers: 1, talk: 1}},
		"NUL in the name of a comment": {comments(comment(`1\u0000`, `, "parent": "\u0000"`)), want{papers: 1, talk: 1}},
		"no UTF-8":                     {one(", \"title\": \"On \xff zero\", \"comment\": \"\\ud800\""), taken},
		"an address that grows":        {one(`, "identifiers": [{"scheme": "url", "value": "https://x.test/` + strings.Repeat("ü", 900) + `"}]`), refused},

		"negative votes":             {whole("AAAA", paperOf(1, -5, ""), end), want{bad: 1, papers: 1}},
		"absurd votes":               {whole("AAAA", paperOf(1, 2_000_000_000, ""), end), want{bad: 1, papers: 1}},
		"a long title":               {one(`, "title": "` + strings.Repeat("x", 3000) + `"`), refused},
		"a script as a link":         {one(`, "links": [{"kind": "code", "url": "javascript:alert(1)"}]`), refused},
		"a day that is none":         {one(`, "announced": "2026-13-45"`), refused},
		"an ancient day":             {one(`, "submitted": "0003-01-01T00:00:00Z"`), refused},
		"a version of no number":     {one(`, "versions": [{"number": -1, "at": "2026-04-14T09:00:00Z"}]`), refused},
		"a long organisation":        {one(`, "organisation": {"name": "` + strings.Repeat("x", 3000) + `"}`), refused},
		"a long source":              {one(`, "upstream": {"source": "` + strings.Repeat("x", 3000) + `", "featured": "2026-04-14T09:00:00Z"}`), refused},
		"a comment of a megabyte":    {comments(comment("1", `, "body": "`+strings.Repeat("y", 1<<20)+`"`)), want{papers: 1, bad: 1}},
		"a comment with no time":     {comments(comment("1", `, "at": "0001-01-01T00:00:00Z"`)), want{papers: 1, bad: 1}},
		"a comment of the year 9000": {comments(comment("1", `, "at": "9000-01-01T00:00:00Z"`)), want{papers: 1, bad: 1}},
		"comments below and above":   {comments(comment("1", `, "ups": -1`), comment("2", `, "doubts": 2000000000`), comment("3", "")), want{papers: 1, bad: 2, talk: 1}},
		"a comment told twice":       {comments(comment("1", ""), comment("1", `, "body": "No."`)), want{papers: 1, bad: 1, talk: 1}},
		"one under two papers": {
			whole("AAAA", strings.TrimSuffix(paperOf(1, 1, ""), "}")+`, "comments": [`+comment("1", "")+"]},"+strings.TrimSuffix(paperOf(2, 1, ""), "}")+`, "comments": [`+comment("1", "")+"]}", `"next": 2, "latest": 2`),
			want{papers: 2, bad: 1, talk: 1},
		},
		"two of one origin":           {comments(comment("1", `, "origin": {"instance": "X", "id": "7"}`), comment("2", `, "origin": {"instance": "X", "id": "7"}`)), want{papers: 1, talk: 2}},
		"a comment of its own parent": {comments(comment("1", `, "parent": "1"`)), want{papers: 1, talk: 1}},
		"votes of nobody":             {strings.Replace(one(""), `"paper": {`, `"votes": [{"instance": "B", "votes": -3, "at": "2026-04-14T09:00:00Z"}], "paper": {`, 1), want{papers: 1, bad: 1}},

		"submitted tomorrow week":        {one(`, "submitted": "2026-04-21T00:00:00Z"`), refused},
		"revised tomorrow week":          {one(`, "revised": "2026-04-21T00:00:00Z"`), refused},
		"announced tomorrow week":        {one(`, "announced": "2026-04-21"`), refused},
		"featured tomorrow week":         {one(`, "upstream": {"featured": "2026-04-21T00:00:00Z"}`), refused},
		"read tomorrow week":             {one(`, "upstream": {"read": "2026-04-21T00:00:00Z"}`), want{papers: 1, bad: 1}},
		"changed tomorrow week":          {strings.Replace(one(""), "2026-04-14T09:01:00Z", "2026-04-21T09:01:00Z", 1), refused},
		"commented on tomorrow week":     {comments(comment("1", `, "at": "2026-04-21T00:00:00Z"`)), want{papers: 1, bad: 1}},
		"in an edition of tomorrow week": {one(`, "edition": {"date": "2026-04-21", "origin": "submitted", "entered": "2026-04-14T09:00:00Z"}`), want{papers: 1, bad: 1}},
		"in tomorrow's edition":          {one(`, "announced": "2026-04-15", "edition": {"date": "2026-04-15", "origin": "announced", "entered": "2026-04-15T00:00:00Z"}`), taken},
		"entries of tomorrow week":       {whole("AAAA", `{"seq": 1, "kind": "edition", "id": "2026-04-21", "at": "2026-04-14T09:00:00Z", "entries": [{"paper": "2604.00001", "date": "2026-04-21", "origin": "submitted"}]}`, end), refused},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := follow(t, d)
		for name, c := range table {
			t.Run(name, func(t *testing.T) {
				f.empty(t)
				f.answer = func(string) (int, string) { return 200, c.body }
				step, err := f.CatchUp(t.Context(), f.peer, nil)
				if c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) || c.says == "" && err != nil {
					t.Fatalf("%+v, %v; want an error that says %q", step, err, c.says)
				}
				if step.Bad != c.bad {
					t.Errorf("%d records were counted as bad, want %d", step.Bad, c.bad)
				}
				list, err := f.papers.Newest(t.Context(), 0, 100)
				if err != nil || len(list) != c.papers {
					t.Fatalf("%d papers were taken, %v; want %d", len(list), err, c.papers)
				}
				talk := 0
				for _, p := range list {
					talk += p.Here.Comments
					if strings.ContainsRune(p.Title, 0) || !utf8.ValidString(p.Title) {
						t.Errorf("the title %q was taken", p.Title)
					}
				}
				if talk != c.talk {
					t.Errorf("%d comments were taken, want %d", talk, c.talk)
				}
				states, err := mirror.States(t.Context(), d)
				if err != nil || len(states) != 1 || states[0].Refused != int64(c.bad) {
					t.Errorf("then: %+v, %v", states, err)
				}
			})
		}
	})
}

// empty takes everything away that was taken in.
func (f *follower) empty(t *testing.T) {
	t.Helper()
	var all []string
	for _, table := range strings.Fields("foreign_echo foreign_origin foreign_comment foreign_vote comment peer_paper peer_reader peer entry edition reading own_title identifier paper") {
		all = append(all, "DELETE FROM "+table)
	}
	f.run(t, all...)
}

// TestARecordThatTheDatabaseRefuses: it is counted, and those beside and behind it are
// taken.
func TestARecordThatTheDatabaseRefuses(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := follow(t, d)
		f.run(t, `CREATE UNIQUE INDEX one_title ON paper(title)`)
		step := f.tell(t, "AAAA", 4, paperOf(1, 1, ""), paperOf(2, 1, `, "title": "On 1"`), paperOf(3, 3, ""), paperOf(4, 4, "")) // 2 has the title of 1
		if step.Bad != 1 || step.Papers != 4 || step.Made != 3 || step.Seq != 4 {
			t.Errorf("%+v", step)
		}
		if n, err := f.papers.Count(t.Context()); err != nil || n != 3 {
			t.Errorf("%d papers are held, %v", n, err)
		}
	})
}

// TestALargeAnswer counts what an answer makes of memory: what it may not have is not
// made first.
func TestALargeAnswer(t *testing.T) {
	f := follow(t, dbtest.Open(t, dbtest.SQLite(t)))
	body := whole("AAAA", paperOf(1, 1, `, "authors": [`+strings.Repeat(`{},`, 450_000)+`{}]`), `"next": 1, "latest": 1`)
	f.answer = func(string) (int, string) { return 200, body }
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	step, err := f.CatchUp(t.Context(), f.peer, nil)
	runtime.ReadMemStats(&after)
	if err != nil || step.Bad != 1 {
		t.Errorf("%+v, %v", step, err)
	}
	if made := after.TotalAlloc - before.TotalAlloc; made > 30*uint64(len(body)) {
		t.Errorf("%d MB were made of %d", made>>20, len(body)>>20)
	}
}

// acts writes so many changes that are nothing to a mirror.
func acts(n int) string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf(`{"seq": %d}`, i+1)
	}
	return strings.Join(list, ",")
}

// TestAnAnswerFlows takes in 60 MB while they come, and looks meanwhile at what of them is
// held in memory.
func TestAnAnswerFlows(t *testing.T) {
	const changes, most = 320, 24 << 20
	f := follow(t, dbtest.Open(t, dbtest.SQLite(t)))
	long := strings.Repeat("We count. ", 4500)
	var held uint64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `{"instance": "AAAA", "changes": [`)
		for n := 1; n <= changes; n++ {
			fmt.Fprint(w, strings.TrimSuffix(paperOf(n, 1, ""), "}"), `, "comments": [`)
			for c := range 4 {
				fmt.Fprintf(w, `{"id": "%d.%d", "at": "2026-04-14T09:00:00Z", "state": "shown", "body": %q},`, n, c, long)
			}
			fmt.Fprintf(w, `{"id": "%d", "at": "2026-04-14T09:00:00Z", "state": "shown", "body": "Yes."}]}`, n)
			if n < changes {
				fmt.Fprint(w, ",")
			}
			if n%20 == 0 {
				held = max(held, inUse())
			}
		}
		fmt.Fprintf(w, `], "next": %d, "latest": %d}`, changes, changes)
	}))
	defer s.Close()
	f.peer.Address = s.URL
	before := inUse()
	step, err := f.CatchUp(t.Context(), f.peer, nil)
	if err != nil || step.Made != changes || step.Bad != 0 {
		t.Fatalf("%+v, %v", step, err)
	}
	if held > before+most {
		t.Errorf("%d MB were held of an answer that flows, want at most %d", (held-before)>>20, most>>20)
	}
}

// inUse returns how many bytes of memory are held.
func inUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestAnAnswerThatBreaksOff is asked for again: what came of it stays, and is neither taken
// nor counted twice.
func TestAnAnswerThatBreaksOff(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := follow(t, d)
		f.peer.Client.Tries, f.peer.Client.Wait = 3, func(context.Context, time.Duration) error { return nil }
		var list []string
		for n := 1; n <= 250; n++ {
			list = append(list, paperOf(n, 1, `}, "comments": [{"id": "`+fmt.Sprint(n)+`", "at": "2026-04-14T09:00:00Z", "body": "Yes.", "state": "shown"}], "x": {"y": 1`))
		}
		body := whole("AAAA", strings.Join(list, ","), `"next": 250, "latest": 250`)
		tries := 0
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if tries++; tries < 3 {
				io.WriteString(w, body[:len(body)*2*tries/5])
				http.NewResponseController(w).Flush()
				panic(http.ErrAbortHandler)
			}
			io.WriteString(w, body)
		}))
		s.Start()
		defer s.Close()
		f.peer.Address = s.URL
		step, err := f.CatchUp(t.Context(), f.peer, nil)
		if err != nil || tries != 3 || step.Made != 250 || step.Papers != 250 || step.Changes != 250 || step.Bad != 0 || step.Seq != 250 {
			t.Errorf("after %d tries: %+v, %v", tries, step, err)
		}
	})
}

// TestPeersThatLeadElsewhere: a question stays with the server that was named.
func TestPeersThatLeadElsewhere(t *testing.T) {
	t.Parallel()
	elsewhere := 0
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		elsewhere++
		fmt.Fprint(w, whole("EVIL", paperOf(1, 1, ""), `"next": 1, "latest": 1`))
	}))
	defer other.Close()
	to := ""
	near := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/moved") {
			fmt.Fprint(w, whole("AAAA", paperOf(1, 1, ""), `"next": 1, "latest": 1`))
			return
		}
		http.Redirect(w, r, to, http.StatusFound)
	}))
	defer near.Close()
	f := follow(t, dbtest.Open(t, dbtest.SQLite(t)))
	f.peer.Address = near.URL
	for _, to = range []string{other.URL + "/api/v1/changes", strings.Replace(near.URL, "http:", "https:", 1) + "/x", "file:///etc/passwd", "/again"} {
		if _, err := f.CatchUp(t.Context(), f.peer, nil); err == nil || to != "/again" && !strings.Contains(err.Error(), "leads to") {
			t.Errorf("led to %s: %v", to, err)
		}
	}
	if elsewhere > 0 {
		t.Errorf("another server was asked %d times", elsewhere)
	}
	to = "/moved"
	if step, err := f.CatchUp(t.Context(), f.peer, nil); err != nil || step.Made != 1 {
		t.Errorf("led to another address of the same server: %+v, %v", step, err)
	}
}

// TestAPeerWithoutEnd follows one that has told more at each question: its log at the
// first one is read, and no further; and one that begins anew each time.
func TestAPeerWithoutEnd(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := follow(t, d)
		f.answer = func(after string) (int, string) {
			var n int
			fmt.Sscan(after, &n)
			if f.asked > 20 {
				return 404, "" // so that this test ends
			}
			return 200, whole("AAAA", paperOf(n+1, 1, ""), fmt.Sprintf(`"next": %d, "latest": %d`, n+1, n+3))
		}
		step, err := f.CatchUp(t.Context(), f.peer, nil)
		if err != nil || step.Seq != 3 || f.asked != 3 {
			t.Errorf("asked %d times: %+v, %v", f.asked, step, err)
		}
		f.asked = 0
		f.answer = func(after string) (int, string) {
			var n int
			fmt.Sscan(after, &n)
			if f.asked > 20 {
				return 404, ""
			}
			return 200, whole(fmt.Sprint("I", f.asked), "", fmt.Sprintf(`"next": %d, "latest": 99`, n+1))
		}
		if step, err = f.CatchUp(t.Context(), f.peer, nil); err == nil || !strings.Contains(err.Error(), "again and again") {
			t.Errorf("asked %d times: %+v, %v", f.asked, step, err)
		}
	})
}
