package server

import (
	"encoding/json"
	"net/http/httptest"
	"path"
	"strings"
	"testing"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/discuss"
	"broadsheet/edition"
	"broadsheet/mirror"
)

// serve has an instance answer on loopback, and returns it as a peer.
func (i *instance) serve() (*mirror.Peer, func()) {
	i.t.Helper()
	s := httptest.NewServer(i.Handler())
	i.t.Cleanup(s.Close)
	return peerAt(i.t, s.URL), s.Close
}

// mustFollow follows a peer to its end.
func (i *instance) mustFollow(p *mirror.Peer) mirror.Step {
	i.t.Helper()
	step, err := i.follow(p)
	if err != nil {
		i.t.Fatal(err)
	}
	return step
}

// unlike are the names of fields in which a mirror differs from what it mirrors: numbers
// given out by each, the accounts that stand for readers there, and what was done where.
var unlike = map[string]bool{"id": true, "_id": true, "parent": true, "page": true, "by": true, "here": true, "upstream": true, "read": true, "origin": true, "author": true, "authority": true}

// alike returns an answer without the fields that may differ.
func alike(t *testing.T, text string) string {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v in %.200s", err, text)
	}
	var strip func(v any)
	strip = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for name := range v {
				if unlike[name] {
					delete(v, name)
				}
				strip(v[name])
			}
		case []any:
			for _, x := range v {
				strip(x)
			}
		}
	}
	strip(v)
	out, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// TestMirrorShowsTheSame has a server with a desk be followed through an edition that is
// made, votes and comments that are given and taken back, and compares what both answer;
// then the first one vanishes.
func TestMirrorShowsTheSame(t *testing.T) {
	t.Parallel()
	for name, dsn := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			public, lab := newInstanceWith(t, dsn(t), edition.Settings{Fill: edition.FillSubmitted, Desk: true, Hour: 6 * 3600e9}), newInstance(t, dsn(t))
			if err := public.CatchUp(t.Context()); err != nil { // the desk begins
				t.Fatal(err)
			}
			public.put(1, 6)
			ada, ben := public.join("ada"), public.join("ben")
			p, vanish := public.serve()
			lab.mustFollow(p)

			const day = "2026-04-15"
			do := func(n int, deed edition.Deed, text string) {
				t.Helper()
				r := edition.Request{Desk: ada.ID, Day: day, Do: deed, Seen: 1 << 40, Text: text}
				if n > 0 {
					r.Paper = public.paper(n).ID
				}
				if _, err := public.Editions.Do(t.Context(), mirrorNow, r); err != nil {
					t.Fatal(err)
				}
			}
			for n := 1; n <= 5; n++ {
				do(n, edition.Keep, "")
			}
			do(4, edition.Lead, "")
			do(4, edition.Remark, "Read it.")
			do(2, edition.Choose, "We count.")
			do(6, edition.Skip, "")
			do(0, edition.Publish, "")
			first := public.say(ada, 3, 0, "Is it *new*?")
			public.say(ben, 3, first, "It is.")
			unwise := public.say(ben, 4, 0, "I spoke too soon.")
			public.vote(ada, 3)
			public.vote(ben, 3)
			public.vote(ben, 4)
			compare := func(when string) {
				t.Helper()
				for _, at := range []string{
					"/api/daily_papers?date=" + day, "/api/papers/2604.00003", "/api/papers/2604.00004", "/api/papers/2604.00003/comments",
					"/api/v1/editions/" + day, "/api/v1/papers/2604.00003", "/api/v1/papers/2604.00004", "/api/v1/papers/2604.00002", "/api/v1/papers/2604.00003/comments", "/api/v1/papers/2604.00004/comments",
				} {
					if want, got := alike(t, body(t, public.Handler(), at)), alike(t, body(t, lab.Handler(), at)); got != want {
						t.Errorf("%s, %s answers\n%s\nwant\n%s", when, at, got, want)
					}
				}
			}
			lab.mustFollow(p)
			compare("at first")
			for n, want := range map[int]edition.Place{2: {Ord: 3, Claim: "We count."}, 4: {Ord: 1, Note: "Read it."}} {
				if at, err := lab.Editions.Place(t.Context(), lab.DB, lab.paper(n).ID); err != nil || at == nil || at.Day != day || at.Ord != want.Ord || at.Claim != want.Claim || at.Note != want.Note {
					t.Errorf("paper %d stands in %+v, %v", n, at, err)
				}
			}

			if _, err := public.Talk.Vote(t.Context(), public.now, public.paper(3).ID, discuss.VoterOf(ben), false); err != nil {
				t.Fatal(err)
			}
			if err := public.Talk.Withdraw(t.Context(), public.now, unwise, ben.ID); err != nil {
				t.Fatal(err)
			}
			lab.mustFollow(p)
			compare("after what was taken back")
			if got := lab.paper(3).Votes(); got != 4 {
				t.Errorf("paper 3 has %d votes, want 3 upstream and one", got)
			}

			vanish()
			if _, err := lab.follow(p); err == nil {
				t.Error("a peer that is gone was followed")
			}
			compare("when it is gone")
			for at, want := range map[string]string{"/papers/date/" + day: "On the number 4<", "/papers/2604.00003": "Is it <em>new</em>?", "/papers/2604.00004": "Read it."} {
				if got := body(t, lab.Handler(), at); !strings.Contains(got, want) {
					t.Errorf("%s has no %q", at, want)
				}
			}
		})
	}
}

// TestMirrorDiamond has one server follow two that follow a third, of which each counts a
// vote and keeps a comment of its own: nothing is there twice, from wherever one looks.
func TestMirrorDiamond(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, top, left *instance) {
		right, lab := newInstance(t, again(t, top)), newInstance(t, again(t, top))
		top.put(3, 3)
		ada := top.join("ada")
		first := top.say(ada, 3, 0, "Of the top.")
		top.vote(ada, 3)
		atTop, _ := top.serve()
		atLeft, leftEnds := left.serve()
		atRight, _ := right.serve()
		for name, i := range map[string]*instance{"ben": left, "eve": right} {
			i.mustFollow(atTop)
			who := i.join(name)
			i.vote(who, 3)
			i.say(who, 3, i.commentOf(3, "Of the top."), "An answer by "+name+".")
		}
		check := func(when string, votes int, comments ...string) {
			t.Helper()
			if got := lab.paper(3); got.Votes() != votes || got.Comments() != len(comments) {
				t.Errorf("%s: %d votes and %d comments, want %d and %d", when, got.Votes(), got.Comments(), votes, len(comments))
			}
			var said []string
			list, err := lab.Talk.Comments(t.Context(), lab.paper(3).ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range list {
				said = append(said, c.Body)
				if strings.HasPrefix(c.Body, "An answer") && c.Parent != lab.commentOf(3, "Of the top.") {
					t.Errorf("%s: %q answers %d", when, c.Body, c.Parent)
				}
			}
			same(t, when+": the comments", said, comments...)
			readings, err := lab.Papers.Readings(t.Context(), lab.paper(3).ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range readings {
				if r.Source != readings[0].Source {
					t.Errorf("%s: the votes were read at %s and at %s", when, r.Source, readings[0].Source)
				}
			}
		}
		for range 2 {
			lab.mustFollow(atLeft)
			lab.mustFollow(atRight)
			check("from both sides", 6, "Of the top.", "An answer by ben.", "An answer by eve.")
			restart(t, lab)
		}
		lab.mustFollow(atTop)
		check("from the top as well", 6, "Of the top.", "An answer by ben.", "An answer by eve.")
		if err := top.Talk.Withdraw(t.Context(), top.now, first, ada.ID); err != nil {
			t.Fatal(err)
		}
		late := top.join("late")
		top.vote(late, 3)
		lab.mustFollow(atTop)
		lab.mustFollow(atLeft) // which does not know yet
		if got := lab.paper(3); got.Votes() != 7 || got.Comments() != 2 {
			t.Errorf("after one was taken back: %d votes and %d comments, want 7 and 2", got.Votes(), got.Comments())
		}

		leftEnds()
		if err := lab.Mirror.Stop(t.Context(), atLeft); err != nil {
			t.Fatal(err)
		}
		if got := lab.paper(3); got.Votes() != 7 || got.Comments() != 2 {
			t.Errorf("after one was left: %d votes and %d comments, want 7 and 2", got.Votes(), got.Comments())
		}
	})
}

// TestMirrorTurnsRound has a lab follow a public server, then stop, and be followed by
// that: what was given in one place is counted once in both. While one follows the other,
// the other does not follow back.
func TestMirrorTurnsRound(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, public, lab *instance) {
		public.put(3, 3)
		ada := public.join("ada")
		public.say(ada, 3, 0, "Of the public one.")
		public.vote(ada, 3)
		atPublic, _ := public.serve()
		atLab, _ := lab.serve()
		lab.mustFollow(atPublic)
		own := lab.join("own")
		lab.vote(own, 3)
		lab.say(own, 3, lab.commentOf(3, "Of the public one."), "Of the lab.")
		for range 2 {
			if _, err := public.follow(atLab); err == nil || !strings.Contains(err.Error(), "follows this instance") {
				t.Fatalf("the one that is followed follows back: %v", err)
			}
			lab.mustFollow(atPublic)
		}
		if got := public.paper(3); got.Votes() != 4 || got.Comments() != 1 {
			t.Errorf("at the public one are %d votes and %d comments, want 4 and 1", got.Votes(), got.Comments())
		}

		if err := lab.Mirror.Stop(t.Context(), atPublic); err != nil {
			t.Fatal(err)
		}
		if err := lab.Mirror.Stop(t.Context(), atPublic); err == nil {
			t.Error("to stop twice is no mistake")
		}
		if list, err := mirror.States(t.Context(), lab.DB); err != nil || len(list) != 0 {
			t.Errorf("it follows %+v still, %v", list, err)
		}
		for range 2 {
			public.mustFollow(atLab)
			if got := public.paper(3); got.Votes() != 5 || got.Here.Votes != 1 || got.Comments() != 2 {
				t.Errorf("at the public one are %d votes, %d of them its own, and %d comments, want 5, 1 and 2", got.Votes(), got.Here.Votes, got.Comments())
			}
			same(t, "the comments at the public one", public.told(3), "ada shown false Of the public one.", "own ("+atLab.Name()+") shown true Of the lab.")
			restart(t, public)
		}
		if _, err := lab.follow(atPublic); err == nil || !strings.Contains(err.Error(), "follows this instance") {
			t.Errorf("the lab follows back: %v", err)
		}
		if err := public.Mirror.Stop(t.Context(), atLab); err != nil {
			t.Fatal(err)
		}
		lab.mustFollow(atPublic)
		if got := lab.paper(3); got.Votes() != 5 || got.Here.Votes != 1 || got.Comments() != 2 {
			t.Errorf("at the lab are %d votes, %d of them its own, and %d comments, want 5, 1 and 2", got.Votes(), got.Here.Votes, got.Comments())
		}
	})
}

// again returns the DSN of a new database on the engine of another.
func again(t *testing.T, like *instance) string {
	t.Helper()
	if like.DB.Dialect == db.Postgres {
		return dbtest.Postgres(t)
	}
	return path.Join(t.TempDir(), "again.db")
}

// restart has all peers be read from their beginning.
func restart(t *testing.T, i *instance) {
	t.Helper()
	if err := i.DB.Transact(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE peer SET seq = 0`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// commentOf returns the comment on a paper that says something, 0 for none.
func (i *instance) commentOf(n int, says string) int64 {
	i.t.Helper()
	list, err := i.Talk.Comments(i.t.Context(), i.paper(n).ID)
	if err != nil {
		i.t.Fatal(err)
	}
	for _, c := range list {
		if c.Body == says {
			return c.ID
		}
	}
	return 0
}
