package discuss_test

import (
	"testing"
	"time"

	"broadsheet/discuss"
	"broadsheet/fault"
)

// The numbers of the desk in the tests.
const noor, ilse = 901, 902

func ruling(desk int64, rule int) discuss.Ruling {
	return discuss.Ruling{Desk: desk, Rule: rule, Reason: "A reason that is printed."}
}

// TestReports follows reports from readers to the log.
func TestReports(t *testing.T) {
	t.Parallel()
	each(t, 1, func(t *testing.T, r *room) {
		ctx := t.Context()
		bad := r.write(noon, 0, 1, "Buy my course.")
		wantKind(t, "a report of one's own", r.Report(ctx, noon, r.ids[0], bad.ID, 1, "x"), fault.KindRefused)
		wantKind(t, "a report without words", r.Report(ctx, noon, r.ids[0], bad.ID, 2, " "), fault.KindInvalid)
		for _, reader := range []int64{2, 2, 3, noor} {
			check(t, r.Report(ctx, noon.Add(time.Duration(reader)*time.Second), r.ids[0], bad.ID, reader, "advertising"))
		}
		check(t, r.Report(ctx, noon.Add(time.Hour), r.ids[0], 0, 4, "old link"))
		waiting, err := r.Waiting(ctx)
		check(t, err)
		if len(waiting) != 2 || len(waiting[0].Reports) != 3 || waiting[0].Comment.ID != bad.ID || waiting[1].Comment != nil {
			t.Fatalf("waiting: %+v", waiting)
		}
		wantKind(t, "deciding a report of one's own", r.Decide(ctx, noon, r.ids[0], bad.ID, discuss.Remove, ruling(noor, 2)), fault.KindRefused)
		wantKind(t, "no reason", r.Decide(ctx, noon, r.ids[0], bad.ID, discuss.Remove, discuss.Ruling{Desk: ilse, Rule: 2}), fault.KindInvalid)
		wantKind(t, "no rule", r.Decide(ctx, noon, r.ids[0], bad.ID, discuss.Remove, ruling(ilse, 6)), fault.KindInvalid)
		check(t, r.Decide(ctx, noon, r.ids[0], bad.ID, discuss.Second, discuss.Ruling{Desk: ilse}))
		wantKind(t, "deciding after asking a second", r.Decide(ctx, noon, r.ids[0], bad.ID, discuss.Remove, ruling(ilse, 2)), fault.KindRefused)
		const tomas = 903
		for range 2 {
			check(t, r.Decide(ctx, noon.Add(5*time.Hour), r.ids[0], bad.ID, discuss.Remove, ruling(tomas, 2)))
		}
		check(t, r.Decide(ctx, noon.Add(5*time.Hour), r.ids[0], 0, discuss.Leave, ruling(tomas, 5)))
		c, err := r.Comment(ctx, bad.ID)
		check(t, err)
		acts, err := r.Acts(ctx, noon, noon.Add(24*time.Hour), 10)
		check(t, err)
		if c.State != discuss.Hidden || len(acts) != 2 || acts[1].Kind != discuss.CommentRemoved || acts[0].Kind != discuss.ReportLeft {
			t.Fatalf("the comment is %s; the log says %+v", c.State, acts)
		}
		if len(r.told) != 1 || r.told[0].To != 1 || r.told[0].News != discuss.Decided {
			t.Errorf("told: %+v", r.told)
		}
		wantKind(t, "an appeal of somebody else", r.Appeal(ctx, noon, acts[1].ID, 2, "But"), fault.KindRefused)
		wantKind(t, "an appeal too late", r.Appeal(ctx, noon.AddDate(0, 0, 15), acts[1].ID, 1, "But"), fault.KindClash)
		for range 2 {
			check(t, r.Appeal(ctx, noon.Add(6*time.Hour), acts[1].ID, 1, "It is free."))
		}
		wantKind(t, "an answer by who acted", r.Answer(ctx, noon, acts[1].ID, tomas, true, "No."), fault.KindRefused)
		check(t, r.Answer(ctx, noon.Add(7*time.Hour), acts[1].ID, noor, false, "It is free indeed."))
		if c, _ = r.Comment(ctx, bad.ID); c.State != discuss.Shown {
			t.Errorf("after the appeal the comment is %s", c.State)
		}
		n, err := r.Count(ctx, noon.Add(24*time.Hour))
		check(t, err)
		if n.All != 4 || n.Left != 1 || n.Reversed != 3 || n.Open != 0 || n.Weeks[11] != 4 || n.Half != 5*time.Hour-noor*time.Second && n.Half != 5*time.Hour-3*time.Second && n.Half != 5*time.Hour-2*time.Second {
			t.Errorf("counted: %+v", n)
		}
		agree(t, r.db)
	})
}

// TestHeldAndLocked releases a comment, hides it, and closes the discussion.
func TestHeldAndLocked(t *testing.T) {
	t.Parallel()
	each(t, 1, func(t *testing.T, r *room) {
		ctx := t.Context()
		c, err := r.Write(ctx, noon, discuss.Draft{Paper: r.ids[0], Body: "https://example.org", Writer: discuss.Writer{Account: 5, Joined: noon}})
		check(t, err)
		waiting, err := r.Waiting(ctx)
		check(t, err)
		if len(waiting) != 1 || waiting[0].Comment.State != discuss.Held {
			t.Fatalf("waiting: %+v", waiting)
		}
		check(t, r.Decide(ctx, noon, r.ids[0], c.ID, discuss.Leave, ruling(noor, 2)))
		for _, step := range []struct {
			on    bool
			shown int
		}{{true, 0}, {true, 0}, {false, 1}} {
			check(t, r.Hide(ctx, noon, c.ID, ruling(noor, 3), step.on))
			if n := r.paper(r.ids[0]).Here.Comments; n != step.shown {
				t.Errorf("%d comments are shown after hide=%v", n, step.on)
			}
		}
		for range 2 {
			check(t, r.Lock(ctx, noon, r.ids[0], ruling(noor, 1), true))
		}
		_, err = r.Write(ctx, noon, discuss.Draft{Paper: r.ids[0], Body: "x", Writer: writer(6)})
		wantKind(t, "writing in a closed discussion", err, fault.KindRefused)
		_, err = r.Edit(ctx, noon, c.ID, discuss.Writer{Account: 5, Joined: noon}, "y")
		wantKind(t, "changing in a closed discussion", err, fault.KindRefused)
		_, err = r.Write(ctx, noon, discuss.Draft{Paper: r.ids[0], Body: "Closed, see rule 1.", Writer: discuss.Writer{Account: noor, Trusted: true}})
		check(t, err)
		check(t, r.Lock(ctx, noon, r.ids[0], ruling(noor, 1), false))
		r.write(noon, 0, 6, "x")
		acts, err := r.Acts(ctx, noon, noon.Add(time.Hour), 20)
		check(t, err)
		var kinds []discuss.Kind
		for _, a := range acts {
			kinds = append(kinds, a.Kind)
		}
		want := []discuss.Kind{discuss.Unlocked, discuss.Locked, discuss.CommentRestored, discuss.CommentRemoved, discuss.CommentReleased}
		if len(kinds) != len(want) {
			t.Fatalf("the log says %v, want %v", kinds, want)
		}
		for i := range want {
			if kinds[i] != want[i] {
				t.Fatalf("the log says %v, want %v", kinds, want)
			}
		}
		agree(t, r.db)
	})
}

func TestClaims(t *testing.T) {
	t.Parallel()
	each(t, 1, func(t *testing.T, r *room) {
		ctx := t.Context()
		claim := func(author string, who discuss.Claimant) (*discuss.Claim, error) {
			return r.Claim(ctx, noon, r.ids[0], author, who, "I wrote it.")
		}
		claimed := func() map[string]string {
			m := map[string]string{}
			for _, a := range r.paper(r.ids[0]).Authors {
				if a.Claimed {
					m[a.Name] = a.User
				}
			}
			return m
		}
		handle := func(int64) (string, error) { return "ada", nil }
		_, err := claim("Nobody", discuss.Claimant{Account: 1})
		wantKind(t, "an author whom the paper does not name", err, fault.KindInvalid)

		ada := discuss.Claimant{Account: 1, Handle: "ada", Name: "ada lovelace", Address: "ada@mail.example.com"}
		c, err := claim("Ada B. Lovelace", ada)
		check(t, err)
		if c.State != discuss.Open || c.Way != discuss.ByDesk || len(claimed()) != 0 {
			t.Fatalf("a claim that nothing proves: %+v, %v", c, claimed())
		}
		if again, err := claim("Ada B. Lovelace", ada); err != nil || again.ID != c.ID {
			t.Errorf("asked twice: %+v, %v", again, err)
		}
		wantKind(t, "deciding on one's own", r.DecideClaim(ctx, noon, c.ID, handle, ruling(1, 5), true), fault.KindRefused)
		check(t, r.DecideClaim(ctx, noon, c.ID, handle, ruling(noor, 5), false))
		second, err := claim("Ada B. Lovelace", ada)
		check(t, err)
		if second.ID == c.ID {
			t.Error("who was refused cannot ask again")
		}
		for range 2 {
			check(t, r.DecideClaim(ctx, noon, second.ID, handle, ruling(ilse, 5), true))
		}
		if got := claimed(); got["Ada B. Lovelace"] != "ada" {
			t.Errorf("claimed: %v", got)
		}
		_, err = claim("Ada B. Lovelace", discuss.Claimant{Account: 2, Name: "Ada Lovelace", Address: "a@lab.example.org"})
		wantKind(t, "an author who is claimed", err, fault.KindClash)

		if c, err = claim("Émile Borel", discuss.Claimant{Account: 3, Handle: "emile", Name: "E. Borel", Address: "e@math.uni-here.edu"}); err != nil || c.State != discuss.Granted || c.Way != discuss.ByMail {
			t.Errorf("by mail: %+v, %v", c, err)
		}
		all, err := r.Claims(ctx, r.ids[0])
		check(t, err)
		if len(all) != 3 || all[0].State != discuss.Refused || all[0].Reason == "" || len(claimed()) != 2 {
			t.Errorf("on record: %+v; claimed %v", all, claimed())
		}
		check(t, r.DecideClaim(ctx, noon, c.ID, handle, ruling(noor, 5), false))
		if c, err = claim("Émile Borel", discuss.Claimant{Account: 4, Handle: "eb", Name: "Emile Borel", ORCID: "0000-0002-1825-0097"}); err != nil || c.Way != discuss.ByORCID || claimed()["Émile Borel"] != "eb" {
			t.Errorf("by ORCID: %+v, %v; claimed %v", c, err, claimed())
		}
		// Nobody of the desk acts on a paper that they have claimed.
		check(t, r.Report(ctx, noon, r.ids[0], 0, 9, "old link"))
		wantKind(t, "acting on one's own paper", r.Decide(ctx, noon, r.ids[0], 0, discuss.Leave, ruling(4, 5)), fault.KindRefused)
	})
}

func TestProofs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"Ada B. Lovelace", "Ada Lovelace", true},
		{"A. Lovelace", "Ada Lovelace", true},
		{"Émile Borel", "emile borel", true},
		{"Lovelace, Ada", "Ada Lovelace", true},
		{"Wei Wang", "Wang Wei", true},
		{"Ada Lovelace", "Ben Lovelace", false},
		{"Ada Lovelace", "Ada Byron", false},
		{"Lovelace", "Lovelace", false},
		{"", "", false},
		{"Al Gore", "Albert Gore", false},
	} {
		if discuss.SameName(c.a, c.b) != c.same || discuss.SameName(c.b, c.a) != c.same {
			t.Errorf("SameName(%q, %q) is not %v both ways", c.a, c.b, c.same)
		}
	}
}
