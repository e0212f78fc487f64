package edition_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"broadsheet/account"
	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/paper"
)

// withDesk are settings under which the edition of a day is published at six.
var withDesk = edition.Settings{
	Categories: []string{"cs.LG"}, Desk: true, Hour: 6 * time.Hour,
	Submit: edition.Submitting{Window: 30, PerDay: 2, Direct: edition.DeskOnly},
}

const (
	ada  int64 = 1 // at the desk
	noor int64 = 2
	zed  int64 = 3 // a reader
)

// at is an hour of the Tuesday on which the desk begins, at nine.
func at(hour int) time.Time { return tuesday.Add(time.Duration(hour-9) * time.Hour) }

// began is a house whose desk has begun.
func began(t testing.TB, d *db.DB, s edition.Settings) house {
	t.Helper()
	h := build(d, s)
	if _, err := h.editions.Update(t.Context(), tuesday, 10); err != nil {
		t.Fatal(err)
	}
	return h
}

func (h house) id(t testing.TB, n int) int64 {
	t.Helper()
	p, err := h.papers.Find(context.Background(), paper.Identifier{Scheme: paper.ArXiv, Value: fmt.Sprintf("2604.%05d", n)})
	if err != nil {
		t.Fatal(err)
	}
	return p.ID
}

// do acts at the desk, by who has seen everything, and fails the test when refused.
func (h house) do(t testing.TB, now time.Time, r edition.Request) *edition.Act {
	t.Helper()
	if r.Day == "" {
		r.Day = "2026-04-15"
	}
	if r.Seen == 0 {
		r.Seen = 1 << 40
	}
	a, err := h.editions.Do(context.Background(), now, r)
	if err != nil {
		t.Fatalf("%+v: %v", r, err)
	}
	return a
}

// desk writes the candidates of a day: kept ones in order, the rest in brackets.
func (h house) desk(t testing.TB, day string) string {
	t.Helper()
	list, err := h.editions.Candidates(context.Background(), day)
	if err != nil {
		t.Fatal(err)
	}
	var kept, open, left []string
	for i, c := range list {
		key := strings.TrimPrefix(c.Paper.Key, "2604.0000")
		switch c.Pick {
		case edition.Kept:
			if kept = append(kept, key); c.Ord != i+1 {
				t.Errorf("%s is kept at %d, after %d others", key, c.Ord, i)
			}
		case edition.Left:
			left = append(left, key)
		default:
			if !c.Direct {
				key += "?"
			}
			open = append(open, key)
		}
	}
	slices.Sort(left)
	slices.Sort(open)
	return fmt.Sprintf("%s|%s|%s", strings.Join(kept, " "), strings.Join(open, " "), strings.Join(left, " "))
}

func (h house) submit(t testing.TB, now time.Time, n int, by int64) *edition.Submission {
	t.Helper()
	p, err := h.papers.Find(context.Background(), paper.Identifier{Scheme: paper.ArXiv, Value: fmt.Sprintf("2604.%05d", n)})
	if fault.Is(err, fault.KindMissing) {
		p, err = announced(n, "", "math.AG"), nil
	}
	if err != nil {
		t.Fatal(err)
	}
	x, err := h.editions.Submit(context.Background(), now, edition.Entry{Paper: p, By: edition.Submitter{Account: by, Handle: fmt.Sprint("r", by), Role: account.Reader}, Note: "Why not."})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// TestDesk makes an edition from its candidates to the printed page.
func TestDesk(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := began(t, d, withDesk)
		h.put(t, featured(1, at(7), 3)) // before there was a desk
		h.put(t, featured(2, at(10), 9), featured(3, at(11), 1), announced(4, "2026-04-15", "cs.LG"), announced(5, "2026-04-14", "cs.LG"), announced(6, "2026-04-15", "cs.LG"), featured(7, at(12), 5))
		h.submit(t, at(13), 8, zed)
		h.submit(t, at(13), 9, zed)
		if got, want := h.show(t), "04-14 No.1 1+1: 1 5\n"; got != want {
			t.Errorf("before publication:\n%swant:\n%s", got, want)
		}
		if got, want := h.desk(t, "2026-04-15"), "|2 3 4 6 7 8? 9?|"; got != want {
			t.Errorf("the desk has %s, want %s", got, want)
		}
		step := func(want string, r edition.Request) *edition.Act {
			t.Helper()
			a := h.do(t, at(14), r)
			if got := h.desk(t, "2026-04-15"); got != want {
				t.Errorf("after %s of %d: %s, want %s", r.Do, r.Paper, got, want)
			}
			return a
		}
		step("3|2 4 6 7 8? 9?|", edition.Request{Desk: ada, Do: edition.Keep, Paper: h.id(t, 3)})
		step("3 4|2 6 7 8? 9?|", edition.Request{Desk: noor, Do: edition.Keep, Paper: h.id(t, 4)})
		step("3 4 8|2 6 7 9?|", edition.Request{Desk: ada, Do: edition.Keep, Paper: h.id(t, 8)})
		step("3 8 4|2 6 7 9?|", edition.Request{Desk: ada, Do: edition.Up, Paper: h.id(t, 8)})
		step("4 3 8|2 6 7 9?|", edition.Request{Desk: noor, Do: edition.Lead, Paper: h.id(t, 4)})
		step("3 4 8|2 6 7 9?|", edition.Request{Desk: noor, Do: edition.Down, Paper: h.id(t, 4)})
		step("4 8 3|2 6 7 9?|", edition.Request{Desk: ada, Do: edition.Put, Paper: h.id(t, 3)})
		step("4 3 8|2 6 7 9?|", edition.Request{Desk: ada, Do: edition.Put, Paper: h.id(t, 3), Before: h.id(t, 8)})
		step("4 3 8|2 6 9?|7", edition.Request{Desk: ada, Do: edition.Skip, Paper: h.id(t, 7)})
		step("4 3 8|6 9?|7", edition.Request{Desk: ada, Do: edition.Later, Paper: h.id(t, 2)})
		step("4 3 8|6 9?|7", edition.Request{Desk: ada, Do: edition.Choose, Paper: h.id(t, 4), Text: "A"})
		step("4 3 8|6 9?|7", edition.Request{Desk: noor, Do: edition.Remark, Paper: h.id(t, 4), Text: "Read this.\r\n"})
		if a := h.do(t, at(14), edition.Request{Desk: ada, Do: edition.Keep, Paper: h.id(t, 4)}); a != nil {
			t.Errorf("what was done already was done again: %+v", a)
		}
		for name, r := range map[string]edition.Request{
			"another’s sentence": {Do: edition.Choose, Paper: h.id(t, 4), Text: "We solve everything."},
			"no deed":            {Do: "burn", Paper: h.id(t, 4)},
			"a long note":        {Do: edition.Remark, Paper: h.id(t, 4), Text: strings.Repeat("x", 1001)},
			"no day":             {Do: edition.Hold, Day: "tomorrow"},
		} {
			r.Desk, r.Day = ada, max(r.Day, "2026-04-15")
			if _, err := h.editions.Do(t.Context(), at(14), r); !fault.Is(err, fault.KindInvalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		h.do(t, at(20), edition.Request{Desk: noor, Do: edition.Publish})
		if got, want := h.show(t), "04-14 No.1 1+1: 1 5\n04-15 No.2 3+1: 4 3 8 6\n"; got != want {
			t.Errorf("published:\n%swant:\n%s", got, want)
		}
		if got, want := h.desk(t, "2026-04-16"), "|2 9?|"; got != want {
			t.Errorf("the next desk has %s, want %s", got, want)
		}
		pl, err := h.editions.Place(t.Context(), d, h.id(t, 4))
		if err != nil || pl.Claim != "A" || pl.Note != "Read this." || pl.Ord != 1 || pl.PickClaim("A").Text != "A" {
			t.Errorf("the lead stands as %+v, %v", pl, err)
		}
		if _, err := h.editions.Do(t.Context(), at(20), edition.Request{Desk: ada, Day: "2026-04-15", Do: edition.Keep, Paper: h.id(t, 6)}); !fault.Is(err, fault.KindClash) {
			t.Errorf("after publication: %v", err)
		}
		h.put(t, featured(7, at(12), 99), featured(2, at(10), 50)) // a skipped one stays skipped, whatever its upstream says
		if got, want := h.desk(t, "2026-04-16"), "|2 9?|"; got != want {
			t.Errorf("the next desk has %s, want %s", got, want)
		}
		fates(t, h, "8 printed 2026-04-15, 9 waiting 2026-04-16")

		entries, err := account.NewStore(d, account.Settings{}, nil, nil).Audited(t.Context(), 0, 100)
		acts, err2 := h.editions.Acts(t.Context(), "2026-04-15", 0, 100)
		if err := errors.Join(err, err2); err != nil || len(acts) != 13 || len(entries) != len(acts) {
			t.Errorf("%d acts, %d in the audit log, %v", len(acts), len(entries), err)
		}
	})
}

// fates checks what became of zed's submissions.
func fates(t *testing.T, h house, want string) {
	t.Helper()
	list, err := h.editions.SubmissionsOf(t.Context(), zed, 10)
	if err != nil {
		t.Fatal(err)
	}
	var parts []string
	for _, x := range list {
		papers, err := h.papers.List(t.Context(), h.papers.DB(), []int64{x.Paper})
		if err != nil || len(papers) != 1 {
			t.Fatal(papers, err)
		}
		parts = append(parts, fmt.Sprintf("%s %s %s", strings.TrimPrefix(papers[0].Key, "2604.0000"), x.State, x.Day))
	}
	slices.Sort(parts)
	if got := strings.Join(parts, ", "); got != want {
		t.Errorf("what was put in: %s, want %s", got, want)
	}
}

// TestSleepingDesk has editions publish themselves, and what waits for the desk wait.
func TestSleepingDesk(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := began(t, d, withDesk)
		h.put(t, featured(1, at(10), 3), featured(2, at(11), 5))
		h.submit(t, at(12), 3, zed)
		due := func(now time.Time, want int) {
			t.Helper()
			if n, err := h.editions.PublishDue(t.Context(), now); n != want || err != nil {
				t.Errorf("at %s %d were published, want %d; %v", now, n, want, err)
			}
		}
		due(at(24+5), 0)
		due(at(24+6), 1)
		due(at(24+6), 0)
		if got, want := h.show(t), "04-15 No.1 2+0: 2 1\n"; got != want {
			t.Errorf("%swant:\n%s", got, want)
		}
		fates(t, h, "3 waiting 2026-04-16")

		h.put(t, featured(4, at(24+7), 1))
		m, err := h.editions.Making(t.Context(), at(24+7))
		if err != nil || m.Day != "2026-04-16" || m.Held || !m.Due.Equal(at(48+6)) {
			t.Errorf("%+v, %v", m, err)
		}
		h.do(t, at(24+8), edition.Request{Desk: ada, Do: edition.Hold, Day: m.Day})
		due(at(48+7), 0)
		if m, err = h.editions.Making(t.Context(), at(48+7)); err != nil || m.Day != "2026-04-16" || !m.Held || !m.Due.Equal(at(48+18)) {
			t.Errorf("held back: %+v, %v", m, err)
		}
		h.put(t, featured(5, at(48+7), 1)) // after the hour: of the next edition
		due(at(48+18), 1)
		h.do(t, at(48+19), edition.Request{Desk: ada, Do: edition.Hold, Day: "2026-04-17"})
		h.do(t, at(48+19), edition.Request{Desk: noor, Do: edition.Release, Day: "2026-04-17"})
		due(at(72+6), 1)
		due(at(72+12+24*4), 4) // the server slept, too; days without a paper have no edition
		if got, want := h.show(t), "04-15 No.1 2+0: 2 1\n04-16 No.2 1+0: 4\n04-17 No.3 1+0: 5\n"; got != want {
			t.Errorf("%swant:\n%s", got, want)
		}
		h.put(t, announced(6, "2026-04-17", "cs.LG")) // late
		if got, want := h.show(t), "04-15 No.1 2+0: 2 1\n04-16 No.2 1+0: 4\n04-17 No.3 1+1: 5 6\n"; got != want {
			t.Errorf("%swant:\n%s", got, want)
		}
	})
}

// TestTwoAtTheDesk has two people act on what they saw a while ago.
func TestTwoAtTheDesk(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := began(t, d, withDesk)
		h.put(t, featured(1, at(10), 3), featured(2, at(11), 5), featured(3, at(11), 5))
		one, two := h.id(t, 1), h.id(t, 2)
		kept := h.do(t, at(12), edition.Request{Desk: ada, Do: edition.Keep, Paper: one})
		stale := func(do edition.Deed, text string, clash bool) {
			t.Helper()
			_, err := h.editions.Do(t.Context(), at(12), edition.Request{Desk: noor, Day: "2026-04-15", Do: do, Paper: one, Text: text})
			var c *edition.Clash
			if errors.As(err, &c) != clash || err == nil == clash || clash && (c.By.Account != ada || !fault.Is(err, fault.KindClash)) {
				t.Errorf("%s on what has changed since: %v", do, err)
			}
		}
		stale(edition.Skip, "", true)
		stale(edition.Later, "", true)
		stale(edition.Keep, "", false) // both want the same
		stale(edition.Remark, "Good.", false)
		h.do(t, at(12), edition.Request{Desk: ada, Do: edition.Remark, Paper: one, Text: "Better."})
		stale(edition.Remark, "Worse.", true)
		stale(edition.Choose, "A", false)
		h.do(t, at(12), edition.Request{Desk: ada, Do: edition.Keep, Paper: two})
		skipped := h.do(t, at(12), edition.Request{Desk: ada, Do: edition.Skip, Paper: one})
		stale(edition.Lead, "", true)

		undo := func(act int64) error {
			_, err := h.editions.Do(t.Context(), at(12), edition.Request{Desk: noor, Day: "2026-04-15", Do: edition.Undo, Act: act})
			return err
		}
		var c *edition.Clash
		if err := undo(kept.ID); !errors.As(err, &c) || c.By.ID != skipped.ID {
			t.Errorf("undone from below: %v", err)
		}
		if err := undo(skipped.ID); err != nil || h.desk(t, "2026-04-15") != "1 2|3|" {
			t.Errorf("%v: %s", err, h.desk(t, "2026-04-15"))
		}
		if err := undo(skipped.ID); err != nil { // twice
			t.Error(err)
		}
		if err := undo(kept.ID); err != nil || h.desk(t, "2026-04-15") != "2|1 3|" {
			t.Errorf("%v: %s", err, h.desk(t, "2026-04-15"))
		}
		acts, err := h.editions.Acts(t.Context(), "2026-04-15", 0, 1)
		if err != nil || acts[0].Do != edition.Undo {
			t.Fatal(acts, err)
		}
		if err := undo(acts[0].ID); err != nil || h.desk(t, "2026-04-15") != "1 2|3|" { // and done again
			t.Errorf("%v: %s", err, h.desk(t, "2026-04-15"))
		}
		if err := undo(kept.ID); err != nil || h.desk(t, "2026-04-15") != "2|1 3|" {
			t.Errorf("%v: %s", err, h.desk(t, "2026-04-15"))
		}
		later := h.do(t, at(12), edition.Request{Desk: noor, Do: edition.Later, Paper: two})
		if err := undo(later.ID); err != nil || h.desk(t, "2026-04-15") != "2|1 3|" {
			t.Errorf("%v: %s", err, h.desk(t, "2026-04-15"))
		}
		held := h.do(t, at(12), edition.Request{Desk: noor, Do: edition.Hold})
		if err := undo(held.ID); err != nil {
			t.Error(err)
		}
		if m, err := h.editions.Making(t.Context(), at(12)); err != nil || m.Held {
			t.Errorf("%+v, %v", m, err)
		}
		if err := undo(1 << 30); !fault.Is(err, fault.KindMissing) {
			t.Errorf("an act that was none: %v", err)
		}
	})
}

// TestConcurrentDesk lets two people act at once, each on what they last looked at:
// what was acknowledged is in the log, the log tells how everything came to stand as it
// does, the order has no holes, and nobody overruled what they had not seen.
func TestConcurrentDesk(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := began(t, d, withDesk)
		const papers, turns = 6, 40
		var ids []int64
		for i := range papers {
			h.put(t, featured(i+1, at(10), i))
			ids = append(ids, h.id(t, i+1))
		}
		var mu sync.Mutex
		acknowledged := map[int64]edition.Request{}
		var wg sync.WaitGroup
		for who, seed := range map[int64]int{ada: 1, noor: 2} {
			wg.Go(func() {
				draw := rapid.Custom(func(rt *rapid.T) edition.Request {
					return edition.Request{
						Do:    rapid.SampledFrom([]edition.Deed{edition.Keep, edition.Keep, edition.Skip, edition.Reopen, edition.Up, edition.Down, edition.Lead, edition.Put, edition.Remark, edition.Undo}).Draw(rt, "deed"),
						Paper: rapid.SampledFrom(ids).Draw(rt, "paper"), Before: rapid.SampledFrom(ids).Draw(rt, "before"),
						Text: rapid.StringMatching(`[a-z]{1,3}`).Draw(rt, "text"),
					}
				})
				var seen, mine int64
				for turn := range turns {
					r := draw.Example(seed*1000 + turn)
					r.Desk, r.Day, r.Seen, r.Act = who, "2026-04-15", seen, mine
					a, err := h.editions.Do(context.Background(), at(12), r)
					if k := fault.KindOf(err); err != nil && k != fault.KindClash && k != fault.KindMissing {
						t.Errorf("%+v: %v", r, err)
					}
					if a != nil {
						mu.Lock()
						acknowledged[a.ID] = r
						mu.Unlock()
						mine = a.ID
					}
					if turn%3 == 0 { // look again
						m, err := h.editions.Making(context.Background(), at(12))
						if err != nil {
							t.Error(err)
							return
						}
						seen = m.Act
					}
				}
			})
		}
		wg.Wait()
		acts, err := h.editions.Acts(t.Context(), "2026-04-15", 0, 1000)
		if err != nil || len(acts) != len(acknowledged) {
			t.Fatalf("%d acts in the log, %d acknowledged, %v", len(acts), len(acknowledged), err)
		}
		slices.Reverse(acts)
		touched := map[int64]map[string]edition.Act{} // who last changed what of a paper
		for _, a := range acts {
			r, ok := acknowledged[a.ID]
			if !ok || r.Desk != a.Account {
				t.Fatalf("%+v was never acknowledged", a)
			}
			what := "decision"
			switch a.Do {
			case edition.Undo:
				continue
			case edition.Remark:
				what = "note"
			}
			if last := touched[a.Paper][what]; last.ID > r.Seen && last.Account != a.Account && !last.Undone {
				t.Errorf("act %d (%s by %d on %d) overrules act %d, which it had not seen (%d)", a.ID, a.Do, a.Account, a.Paper, last.ID, r.Seen)
			}
			if touched[a.Paper] == nil {
				touched[a.Paper] = map[string]edition.Act{}
			}
			touched[a.Paper][what] = a
		}
		list, err := h.editions.Candidates(t.Context(), "2026-04-15")
		if err != nil || len(list) != papers {
			t.Fatal(len(list), err)
		}
		for _, c := range list {
			pick, note := edition.Replay(acts, c.Paper.ID)
			if pick != c.Pick || note != c.Note {
				t.Errorf("paper %d stands as %q %q, its acts made it %q %q", c.Paper.ID, c.Pick, c.Note, pick, note)
			}
		}
		h.desk(t, "2026-04-15") // checks the order
	})
}
