package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"broadsheet/account"
	"broadsheet/account/accounttest"
	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/discuss"
	"broadsheet/edition"
	"broadsheet/harvest"
	"broadsheet/mirror"
	"broadsheet/paper"
)

const mirrorDay = "2026-04-14"

var mirrorNow = time.Date(2026, 4, 14, 10, 0, 0, 0, time.UTC)

// instance is a server of a test, with a clock that its test moves.
type instance struct {
	*House
	t   *testing.T
	now time.Time
}

func newInstance(t *testing.T, dsn string) *instance {
	t.Helper()
	return newInstanceWith(t, dsn, edition.Settings{Fill: edition.FillSubmitted, Submit: edition.Submitting{PerDay: 3}})
}

func newInstanceWith(t *testing.T, dsn string, settings edition.Settings) *instance {
	t.Helper()
	i := &instance{t: t, now: mirrorNow}
	i.House = openHouse(t, func(c *Config) {
		c.DSN, c.Now = dsn, func() time.Time { return mirrorNow }
		c.Edition = settings
	})
	return i
}

// put puts papers in, with the edition of the day.
func (i *instance) put(from, to int) {
	i.t.Helper()
	if err := i.DB.Transact(i.t.Context(), func(tx *db.Tx) error {
		for n := from; n <= to; n++ {
			if _, err := i.Papers.Put(i.t.Context(), tx, "up", mirrorNow, &paper.Paper{
				Identifiers: []paper.Identifier{{Scheme: paper.ArXiv, Value: fmt.Sprintf("2604.%05d", n)}}, Title: fmt.Sprintf("On the number %d", n), Abstract: "We count.",
				Form: paper.TeX, Authority: paper.FromArXiv, Figures: paper.Figures{Votes: n, At: mirrorNow},
				Record: paper.Record{Featured: &paper.Feature{Source: "up", At: mirrorNow, Submitter: "carla"}},
			}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		i.t.Fatal(err)
	}
	if err := i.CatchUp(i.t.Context()); err != nil {
		i.t.Fatal(err)
	}
}

func (i *instance) paper(n int) *paper.Paper {
	i.t.Helper()
	p, err := i.Papers.Find(i.t.Context(), paper.Identifier{Scheme: paper.ArXiv, Value: fmt.Sprintf("2604.%05d", n)})
	if err != nil {
		i.t.Fatal(err)
	}
	return p
}

func (i *instance) join(handle string) *account.Account {
	i.t.Helper()
	return accounttest.Create(i.t, i.Accounts, i.DB, handle, account.Reader)
}

// say writes under a paper; every comment has a time of its own.
func (i *instance) say(a *account.Account, n int, parent int64, words string) int64 {
	i.t.Helper()
	i.now = i.now.Add(time.Minute)
	c, err := i.Talk.Write(i.t.Context(), i.now, discuss.Draft{Paper: i.paper(n).ID, Parent: parent, Body: words, Writer: discuss.Writer{Account: a.ID, Handle: a.Handle, Joined: a.Joined}})
	if err != nil {
		i.t.Fatal(err)
	}
	return c.ID
}

func (i *instance) vote(a *account.Account, n int) {
	i.t.Helper()
	i.now = i.now.Add(time.Minute)
	if _, err := i.Talk.Vote(i.t.Context(), i.now, i.paper(n).ID, discuss.VoterOf(a), true); err != nil {
		i.t.Fatal(err)
	}
}

// told returns the comments on a paper in one line each: who, in which state, what.
func (i *instance) told(n int) (lines []string) {
	i.t.Helper()
	list, err := i.Talk.Comments(i.t.Context(), i.paper(n).ID)
	if err != nil {
		i.t.Fatal(err)
	}
	for _, c := range list {
		a, err := i.Accounts.Get(i.t.Context(), c.Account)
		if err != nil {
			i.t.Fatal(err)
		}
		lines = append(lines, fmt.Sprintf("%s %s %t %s", a.Name, c.State, c.Parent != 0, c.Body))
	}
	return lines
}

func (i *instance) follow(p *mirror.Peer) (mirror.Step, error) {
	i.t.Helper()
	step, err := i.Mirror.CatchUp(i.t.Context(), p, nil)
	if err == nil {
		err = i.CatchUp(i.t.Context())
	}
	return step, err
}

func peerAt(t *testing.T, address string) *mirror.Peer {
	t.Helper()
	p, err := mirror.NewPeer(address, "test", func() time.Time { return mirrorNow }, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	p.Client = harvest.Client{Pace: harvest.NewPace("test", 0), Tries: 1}
	return p
}

// inParts has a server tell its changes seven at a time, and break off after so many
// questions.
func inParts(next http.Handler, left *atomic.Int64) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if left.Add(-1) < 0 {
			panic(http.ErrAbortHandler)
		}
		q := r.URL.Query()
		q.Set("limit", "7")
		r.URL.RawQuery = q.Encode()
		next.ServeHTTP(w, r)
	})
}

// TestMirror has one server follow another over HTTP, broken off and taken up again,
// through what is written and taken away there; then the other vanishes, and what it
// showed is shown still, apart from what was done at the mirror.
func TestMirror(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, public, lab *instance) {
		ada, ben := public.join("ada"), public.join("ben")
		public.put(1, 20)
		first := public.say(ada, 3, 0, "Is it *new*?")
		public.say(ben, 3, first, "It is.")
		unwise := public.say(ben, 3, 0, "I spoke too soon.")
		public.vote(ada, 3)
		public.vote(ben, 3)
		lab.put(20, 20) // held by both
		if _, err := public.Editions.Submit(t.Context(), mirrorNow.AddDate(0, 0, -1), edition.Entry{By: edition.Submitter{Account: ada.ID, Handle: ada.Handle, Role: ada.Role}, Paper: &paper.Paper{
			Identifiers: []paper.Identifier{{Scheme: paper.ArXiv, Value: "2604.00021"}}, Title: "On what a reader put in", Abstract: "We read.", Form: paper.TeX, Authority: paper.FromArXiv,
		}}); err != nil {
			t.Fatal(err)
		}

		var left atomic.Int64
		left.Store(2)
		s := httptest.NewUnstartedServer(inParts(public.Handler(), &left))
		s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
		s.Start()
		defer s.Close()
		p := peerAt(t, s.URL)
		broken, err := lab.follow(p)
		if err == nil {
			t.Fatal("an answer that broke off was taken for the end")
		}
		if n, err := lab.Papers.Count(t.Context()); err != nil || n < 2 || n >= 21 || broken.Seq == 0 {
			t.Fatalf("after the break %d papers are held, read to %d: %v", n, broken.Seq, err)
		}
		states, err := mirror.States(t.Context(), lab.DB)
		if err != nil || len(states) != 1 || states[0].Failed == "" || states[0].Seq != broken.Seq {
			t.Fatalf("after the break: %+v, %v", states, err)
		}
		left.Store(1000)
		step, err := lab.follow(p)
		if err != nil || step.Seq != step.Latest {
			t.Fatalf("taken up again: %+v, %v", step, err)
		}
		if step.Papers >= 21 {
			t.Errorf("taken up again it read %d papers, all once more", step.Papers)
		}
		host := " (" + p.Name() + ")"
		same(t, "the comments", lab.told(3), "ada"+host+" shown false Is it *new*?", "ben"+host+" shown true It is.", "ben"+host+" shown false I spoke too soon.")
		if got := lab.paper(3); got.Votes() != 5 || got.Here.Votes != 0 || got.Comments() != 3 {
			t.Errorf("%d votes, %d of them here, and %d comments; want 5, 0 and 3", got.Votes(), got.Here.Votes, got.Comments())
		}

		own := lab.join("own")
		lab.vote(own, 3)
		lab.say(own, 3, 0, "Seen from the lab.")
		if err := public.Talk.Withdraw(t.Context(), public.now, unwise, ben.ID); err != nil {
			t.Fatal(err)
		}
		for range 2 { // what is told again changes nothing
			if _, err := lab.follow(p); err != nil {
				t.Fatal(err)
			}
			same(t, "the comments after one was removed", lab.told(3), "ada"+host+" shown false Is it *new*?", "ben"+host+" shown true It is.", "ben"+host+" withdrawn false ", "own shown false Seen from the lab.")
			if got := lab.paper(3); got.Votes() != 6 || got.Here.Votes != 1 || got.Comments() != 3 {
				t.Errorf("%d votes, %d of them here, and %d comments; want 6, 1 and 3", got.Votes(), got.Here.Votes, got.Comments())
			}
			if err := lab.DB.Transact(t.Context(), func(tx *db.Tx) error {
				_, err := tx.Exec(t.Context(), `UPDATE peer SET seq = 0`)
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}

		s.Close()
		if _, err := lab.follow(p); err == nil {
			t.Error("a peer that is gone was followed")
		}
		page := body(t, lab.Handler(), "/papers/"+lab.paper(3).Key)
		for _, want := range []string{"On the number 3", "Is it <em>new</em>?", "It is.", p.Name(), "Seen from the lab."} {
			if !strings.Contains(page, want) {
				t.Errorf("the page of a paper has no %q", want)
			}
		}
		if strings.Contains(page, "too soon") {
			t.Error("the page of a paper shows what was taken away at the peer")
		}
		if at, err := lab.Editions.Place(t.Context(), lab.DB, lab.paper(21).ID); err != nil || at == nil || at.Day != "2026-04-13" || at.Submitter != "ada" || at.Origin != edition.Submitted {
			t.Errorf("what a reader of the peer put in stands in %+v, %v", at, err)
		}
		day := body(t, lab.Handler(), "/papers/date/"+mirrorDay)
		for n := 1; n <= 20; n++ {
			if !strings.Contains(day, fmt.Sprintf("On the number %d<", n)) {
				t.Errorf("the edition has no paper %d", n)
			}
			at, err := lab.Editions.Place(t.Context(), lab.DB, lab.paper(n).ID)
			if err != nil || at == nil || at.Day != mirrorDay || at.Submitter != "carla" {
				t.Errorf("paper %d stands in %+v, %v", n, at, err)
			}
		}
	})
}

// TestMirrorOfALogBegunAnew follows a server that was begun anew at the same address,
// and gives out the names of comments once more: its new log is read from the beginning.
func TestMirrorOfALogBegunAnew(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, old, lab *instance) {
		ada := old.join("ada")
		old.put(1, 30)
		old.say(ada, 3, 0, "Of old.")
		old.say(ada, 2, 0, "Lost with the old log.")
		anew := newInstance(t, path.Join(t.TempDir(), "anew.db"))
		eve := anew.join("eve")
		anew.put(2, 5)
		anew.say(eve, 4, 0, "Of late.")

		var at atomic.Pointer[House]
		at.Store(old.House)
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { at.Load().Handler().ServeHTTP(w, r) }))
		defer s.Close()
		p := peerAt(t, s.URL)
		before, err := lab.follow(p)
		if err != nil {
			t.Fatal(err)
		}
		at.Store(anew.House)
		after, err := lab.follow(p)
		if err != nil || after.Papers != 4 || after.Seq != after.Latest || after.Latest >= before.Latest {
			t.Fatalf("the new log is read as %+v after %+v: %v", after, before, err)
		}
		states, err := mirror.States(t.Context(), lab.DB)
		if err != nil || len(states) != 1 || states[0].Seq != after.Seq || states[0].Latest != after.Latest || states[0].Failed != "" {
			t.Errorf("then: %+v, %v", states, err)
		}
		if page := body(t, lab.Handler(), "/status"); !strings.Contains(page, p.Name()+" has begun anew.") || !strings.Contains(page, "another instance answers at its address") {
			t.Error("the status page does not say that the peer began anew")
		}
		same(t, "the new comments", lab.told(4), "eve ("+p.Name()+") shown false Of late.")
		same(t, "the comments whose name was given out again", lab.told(3), "ada ("+p.Name()+") withdrawn false ")
		same(t, "the comments that the new log has no more", lab.told(2), "ada ("+p.Name()+") withdrawn false ")
		if old, late := lab.paper(3).Here.Comments, lab.paper(4).Here.Comments; old != 0 || late != 1 {
			t.Errorf("%d and %d comments are counted, want 0 and 1", old, late)
		}

		anew.say(eve, 5, 0, "Later still.")
		if _, err := lab.follow(p); err != nil {
			t.Fatal(err)
		}
		same(t, "what came after", lab.told(5), "eve ("+p.Name()+") shown false Later still.")
	})
}

// TestMirrorAlone: of two that follow one peer into one database, one does.
func TestMirrorAlone(t *testing.T) {
	t.Parallel()
	lab := newInstance(t, path.Join(t.TempDir(), "lab.db"))
	p := peerAt(t, "http://peer.test")
	err := lab.Mirror.Alone(t.Context(), p, func(ctx context.Context) error {
		if err := lab.Mirror.Alone(ctx, p, func(context.Context) error { return nil }); err == nil {
			t.Error("two follow one peer")
		}
		return errors.New("what it did")
	})
	if err == nil || err.Error() != "what it did" {
		t.Errorf("who was alone returned %v", err)
	}
}

// each runs a test with two servers on each engine.
func each(t *testing.T, f func(t *testing.T, public, lab *instance)) {
	t.Helper()
	for name, dsn := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f(t, newInstance(t, dsn(t)), newInstance(t, dsn(t)))
		})
	}
}

func same(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s are\n%s\nwant\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
