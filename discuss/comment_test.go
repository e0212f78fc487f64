package discuss_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"broadsheet/account"
	"broadsheet/account/accounttest"
	"broadsheet/db"
	"broadsheet/discuss"
	"broadsheet/fault"
)

func wantKind(t testing.TB, what string, err error, k fault.Kind) {
	t.Helper()
	if !fault.Is(err, k) {
		t.Errorf("%s: %v, want a fault of kind %d", what, err, k)
	}
}

func (r *room) write(at time.Time, parent int64, n int, body string) *discuss.Comment {
	r.t.Helper()
	c, err := r.Write(r.t.Context(), at, discuss.Draft{Paper: r.ids[0], Parent: parent, Body: body, Writer: writer(n)})
	check(r.t, err)
	return c
}

func TestComment(t *testing.T) {
	t.Parallel()
	each(t, 2, func(t *testing.T, r *room) {
		ctx := t.Context()
		first := r.write(noon, 0, 1, "  Is the noise fixed?\r\n ")
		if first.Body != "Is the noise fixed?" || first.State != discuss.Shown {
			t.Errorf("written: %+v", first)
		}
		if again := r.write(noon.Add(time.Minute), 0, 1, "Is the noise fixed?"); again.ID != first.ID {
			t.Errorf("a retry made a second comment: %+v", again)
		}
		answer := r.write(noon, first.ID, 2, "Annealed.")
		_, err := r.Write(ctx, noon, discuss.Draft{Paper: r.ids[1], Parent: first.ID, Body: "x", Writer: writer(2)})
		wantKind(t, "an answer under another paper", err, fault.KindInvalid)
		_, err = r.Write(ctx, noon, discuss.Draft{Paper: r.ids[0], Parent: 999, Body: "x", Writer: writer(2)})
		wantKind(t, "an answer to nothing", err, fault.KindMissing)
		for _, body := range []string{"", " \n", strings.Repeat("a", 65537), "\xff"} {
			_, err := r.Write(ctx, noon, discuss.Draft{Paper: r.ids[0], Body: body, Writer: writer(2)})
			wantKind(t, fmt.Sprintf("a body of %d bytes", len(body)), err, fault.KindInvalid)
		}

		_, err = r.Edit(ctx, noon.Add(time.Hour), answer.ID, writer(3), "no")
		wantKind(t, "changing another's", err, fault.KindRefused)
		_, err = r.Edit(ctx, noon.Add(time.Hour), answer.ID, writer(2), "Annealed, from 0.3.")
		check(t, err)
		history, err := r.History(ctx, answer.ID)
		check(t, err)
		if len(history) != 1 || history[0].Body != "Annealed." {
			t.Errorf("its history is %+v", history)
		}

		for _, re := range []discuss.Reaction{discuss.Up, discuss.Up, discuss.Doubt, discuss.NoReaction, discuss.Up} {
			_, err := r.React(ctx, noon, answer.ID, 3, re)
			check(t, err)
		}
		_, err = r.React(ctx, noon, answer.ID, 4, discuss.Doubt)
		check(t, err)
		_, err = r.React(ctx, noon, answer.ID, 2, discuss.Up)
		wantKind(t, "a reaction to one's own", err, fault.KindRefused)
		_, err = r.React(ctx, noon, answer.ID, 3, "love")
		wantKind(t, "another reaction", err, fault.KindInvalid)
		c, err := r.Comment(ctx, answer.ID)
		check(t, err)
		if c.Ups != 1 || c.Doubts != 1 {
			t.Errorf("%d ups and %d doubts", c.Ups, c.Doubts)
		}

		wantKind(t, "withdrawing another's", r.Withdraw(ctx, noon, first.ID, 2), fault.KindRefused)
		check(t, r.Withdraw(ctx, noon, first.ID, 1))
		check(t, r.Withdraw(ctx, noon, first.ID, 1))
		_, err = r.Write(ctx, noon, discuss.Draft{Paper: r.ids[0], Parent: first.ID, Body: "x", Writer: writer(2)})
		wantKind(t, "an answer to what was removed", err, fault.KindClash)
		if n := r.paper(r.ids[0]).Here.Comments; n != 1 {
			t.Errorf("%d comments are counted, one stands", n)
		}
		agree(t, r.db)
	})
}

func TestLimits(t *testing.T) {
	t.Parallel()
	each(t, 4, func(t *testing.T, r *room) {
		ctx := t.Context()
		fresh := discuss.Writer{Account: 7, Handle: "new", Joined: noon.Add(-time.Hour)}
		write := func(at time.Time, w discuss.Writer, paper int, body string) (*discuss.Comment, error) {
			return r.Write(ctx, at, discuss.Draft{Paper: r.ids[paper], Body: body, Writer: w})
		}
		c, err := write(noon, fresh, 0, "See https://gains.example for more")
		check(t, err)
		if c.State != discuss.Held {
			t.Errorf("a link from a new account is %s", c.State)
		}
		for i := range 3 {
			if c, err = write(noon, fresh, i+1, "Nice work, all of you."); err != nil {
				t.Fatal(err)
			}
		}
		if c.State != discuss.Held {
			t.Errorf("the same words a third time are %s", c.State)
		}
		_, err = write(noon, fresh, 0, "The fifth.")
		check(t, err)
		_, err = write(noon, fresh, 0, "The sixth.")
		wantKind(t, "the sixth of a day", err, fault.KindOften)
		_, err = write(noon.Add(25*time.Hour), fresh, 0, "The next day.")
		check(t, err)

		settled := writer(8)
		for i := range 3 {
			if c, err := write(noon, settled, 0, fmt.Sprint("Remark ", i)); err != nil || c.State != discuss.Shown {
				t.Fatalf("%+v, %v", c, err)
			}
		}
		if c, err = write(noon.Add(25*time.Hour), settled, 0, "See https://example.org"); err != nil || c.State != discuss.Shown {
			t.Errorf("a link from who is settled: %+v, %v", c, err)
		}
		for i := range 29 {
			_, err := write(noon.Add(25*time.Hour), settled, 1, fmt.Sprint("Many ", i))
			check(t, err)
		}
		_, err = write(noon.Add(25*time.Hour), settled, 1, "One more.")
		wantKind(t, "the 31st of an hour", err, fault.KindOften)
		_, err = write(noon, discuss.Writer{Account: 9, Handle: "desk", Joined: noon, Trusted: true}, 0, "https://example.org")
		check(t, err)
		if n := r.paper(r.ids[0]).Here.Comments; n != 7 {
			t.Errorf("%d comments are counted: those that are held are not", n)
		}
		agree(t, r.db)
	})
}

// TestThreads makes trees of random discussions and looks whether each comment is
// there once, at most three levels deep, after what it answers.
func TestThreads(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(0, 40).Draw(rt, "comments")
		var list []discuss.Comment
		for i := range n {
			list = append(list, discuss.Comment{
				ID: int64(i + 1), Parent: int64(rapid.IntRange(0, i).Draw(rt, "parent")), State: discuss.Shown,
				Ups: rapid.IntRange(0, 3).Draw(rt, "ups"), Doubts: rapid.IntRange(0, 3).Draw(rt, "doubts"),
			})
		}
		seen := map[int64]bool{}
		var walk func(threads []*discuss.Thread, under int64, depth int)
		walk = func(threads []*discuss.Thread, under int64, depth int) {
			if depth > 3 && len(threads) > 0 {
				rt.Fatalf("comment %d stands %d levels deep", threads[0].ID, depth)
			}
			for _, th := range threads {
				if seen[th.ID] {
					rt.Fatalf("comment %d stands twice", th.ID)
				}
				seen[th.ID] = true
				if to := th.Parent; th.To == nil && to != under || th.To != nil && (th.To.ID != to || depth != 3) {
					rt.Fatalf("comment %d, an answer to %d, stands under %d", th.ID, to, under)
				}
				walk(th.Replies, th.ID, depth+1)
			}
		}
		order := rapid.SampledFrom([]discuss.Order{discuss.Oldest, discuss.Newest, discuss.Best}).Draw(rt, "order")
		roots := discuss.Threads(list, order, func(*discuss.Comment) bool { return true })
		walk(roots, 0, 1)
		if len(seen) != n {
			rt.Fatalf("%d of %d comments stand", len(seen), n)
		}
		for i := 1; i < len(roots); i++ {
			a, b := roots[i-1], roots[i]
			if order == discuss.Best && discuss.Wilson(a.Ups, a.Doubts) < discuss.Wilson(b.Ups, b.Doubts) || order == discuss.Newest && a.ID < b.ID {
				rt.Fatalf("%d stands before %d", a.ID, b.ID)
			}
		}
	})
}

func TestWilson(t *testing.T) {
	t.Parallel()
	// Computed by hand from the formula: 1 of 1, 10 of 10, 90 of 100.
	for _, c := range []struct {
		ups, doubts int
		want        string
	}{{0, 0, "0.0000"}, {1, 0, "0.2065"}, {10, 0, "0.7225"}, {90, 10, "0.8256"}, {0, 5, "0.0000"}} {
		if got := fmt.Sprintf("%.4f", discuss.Wilson(c.ups, c.doubts)); got != c.want {
			t.Errorf("Wilson(%d, %d) = %s, want %s", c.ups, c.doubts, got, c.want)
		}
	}
}

func TestNotices(t *testing.T) {
	t.Parallel()
	each(t, 1, func(t *testing.T, r *room) {
		ada := accounttest.Create(t, r.accounts, r.db, "ada", account.Reader)
		ben := accounttest.Create(t, r.accounts, r.db, "ben", account.Reader)
		by := func(a *account.Account) discuss.Writer {
			return discuss.Writer{Account: a.ID, Handle: a.Handle, Joined: noon.AddDate(-1, 0, 0)}
		}
		write := func(a *account.Account, parent int64, body string) int64 {
			t.Helper()
			c, err := r.Write(t.Context(), noon, discuss.Draft{Paper: r.ids[0], Parent: parent, Body: body, Writer: by(a)})
			check(t, err)
			return c.ID
		}
		told := func(what string, want ...discuss.Notice) {
			t.Helper()
			for i := range r.told {
				r.told[i].Text, r.told[i].Comment = "", 0
			}
			if fmt.Sprint(r.told) != fmt.Sprint(want) {
				t.Errorf("%s: told %+v, want %+v", what, r.told, want)
			}
			r.told = nil
		}
		first := write(ada, 0, "Hello @ada and @nobody")
		told("nobody else is named")
		write(ben, first, "Well, @ada.")
		told("an answer that also names is told once", discuss.Notice{News: discuss.Replied, To: ada.ID, From: "ben", Paper: r.ids[0]})
		write(ada, 0, "What does @ben say? (@ben)")
		told("a mention", discuss.Notice{News: discuss.Mentioned, To: ben.ID, From: "ada", Paper: r.ids[0]})
		check(t, r.SetQuiet(t.Context(), ben.ID, true))
		write(ada, 0, "And @ben?")
		told("who wants quiet")
		check(t, r.SetQuiet(t.Context(), ben.ID, false))
		write(ada, 0, "And now, @ben?")
		told("who wants it no longer", discuss.Notice{News: discuss.Mentioned, To: ben.ID, From: "ada", Paper: r.ids[0]})
	})
}

// TestManyActsAtOnce has readers do everything at once, and counts.
func TestManyActsAtOnce(t *testing.T) {
	t.Parallel()
	each(t, 3, func(t *testing.T, r *room) {
		ctx := t.Context()
		c := r.write(noon, 0, 1, "To begin with.")
		var all sync.WaitGroup
		for n := range 40 {
			all.Go(func() {
				for i := range 5 {
					id := r.ids[(n+i)%3]
					_, err := r.Vote(ctx, noon, id, old(n+2), i%3 != 2)
					if err == nil {
						_, err = r.React(ctx, noon, c.ID, int64(n+2), []discuss.Reaction{discuss.Up, discuss.Doubt, discuss.NoReaction}[(n+i)%3])
					}
					if err == nil {
						var mine *discuss.Comment
						if mine, err = r.Write(ctx, noon, discuss.Draft{Paper: id, Body: fmt.Sprint("Remark ", n, i), Writer: writer(n + 2)}); err == nil && i%2 == 0 {
							err = r.Withdraw(ctx, noon, mine.ID, int64(n+2))
						}
					}
					if err != nil {
						t.Errorf("reader %d: %v", n, err)
					}
				}
			})
		}
		all.Wait()
		agree(t, r.db)
	})
}

// TestLeave looks at what stays of a reader who leaves, with and without their words.
func TestLeave(t *testing.T) {
	t.Parallel()
	for _, words := range []bool{false, true} {
		t.Run(fmt.Sprintf("words=%v", words), func(t *testing.T) {
			t.Parallel()
			each(t, 1, func(t *testing.T, r *room) {
				ctx := t.Context()
				mine := r.write(noon, 0, 1, "Mine.")
				r.write(noon, mine.ID, 2, "An answer.")
				_, err := r.Vote(ctx, noon, r.ids[0], old(1), true)
				check(t, err)
				theirs := r.write(noon, 0, 2, "Theirs.")
				_, err = r.React(ctx, noon, theirs.ID, 1, discuss.Up)
				check(t, err)
				parts := map[string]int{}
				check(t, r.Export(ctx, 1, func(name string, part any) error {
					parts[name] = len(fmt.Sprint(part))
					return nil
				}))
				if len(parts) != 3 || parts["votes"] < 10 || parts["comments"] < 10 {
					t.Errorf("taken along: %v", parts)
				}
				check(t, r.db.Transact(ctx, func(tx *db.Tx) error { return r.Leave(ctx, tx, 1, words) }))
				p := r.paper(r.ids[0])
				c, err := r.Comment(ctx, mine.ID)
				check(t, err)
				if words && (c.State != discuss.Withdrawn || c.Body != "" || p.Here.Comments != 2) || !words && (c.State != discuss.Shown || c.Body != "Mine." || p.Here.Comments != 3) {
					t.Errorf("the comment is %+v of %+v", c, p.Here)
				}
				if p.Here.Votes != 0 {
					t.Errorf("%d votes", p.Here.Votes)
				}
				agree(t, r.db)
			})
		})
	}
}
