package discuss_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"broadsheet/db"
	"broadsheet/discuss"
	"broadsheet/paper"
)

// TestThousandVoters has a thousand readers vote at once, each several times over
// and some back again, and counts.
func TestThousandVoters(t *testing.T) {
	t.Parallel()
	each(t, 2, func(t *testing.T, r *room) {
		const voters = 1000
		ctx := t.Context()
		var all sync.WaitGroup
		fail := make(chan error, voters)
		for n := 1; n <= voters; n++ {
			all.Go(func() {
				at := noon.Add(time.Duration(n) * time.Millisecond)
				for try := range 2 + n%2 { // a double click, a retry
					if _, err := r.Vote(ctx, at.Add(time.Duration(try)*time.Second), r.ids[0], old(n), true); err != nil {
						fail <- err
						return
					}
				}
				if n%10 == 0 {
					if _, err := r.Vote(ctx, at, r.ids[0], old(n), false); err != nil {
						fail <- err
					}
				}
			})
		}
		all.Wait()
		close(fail)
		for err := range fail {
			t.Fatal(err)
		}
		const left = voters - voters/10
		if n := r.paper(r.ids[0]).Here.Votes; n != left {
			t.Errorf("%d votes are counted, %d were given and kept", n, left)
		}
		if n := r.paper(r.ids[1]).Here.Votes; n != 0 {
			t.Errorf("%d votes are on another paper", n)
		}
		given, err := r.VotesSince(ctx, noon)
		check(t, err)
		if len(given) != left || given[0].At != noon.Add(time.Millisecond) || given[0].Account != 1 || given[0].Weight != 1 {
			t.Errorf("%d votes since noon, the first %+v: a vote keeps its first instant", len(given), given[0])
		}
		agree(t, r.db)
	})
}

// TestVotesModel has a few readers act at random and compares with a set.
func TestVotesModel(t *testing.T) {
	t.Parallel()
	each(t, 3, func(t *testing.T, r *room) {
		type key struct {
			paper   int64
			account int
		}
		held := map[key]bool{}
		at := noon
		rapid.Check(t, func(rt *rapid.T) {
			k := key{rapid.SampledFrom(r.ids).Draw(rt, "paper"), rapid.IntRange(1, 6).Draw(rt, "account")}
			on := rapid.Bool().Draw(rt, "on")
			at = at.Add(time.Second)
			n, err := r.Vote(t.Context(), at, k.paper, old(k.account), on)
			if err != nil {
				rt.Fatal(err)
			}
			delete(held, k)
			if on {
				held[k] = true
			}
			want := 0
			for other := range held {
				if other.paper == k.paper {
					want++
				}
			}
			if n != want {
				rt.Fatalf("the paper has %d votes, want %d", n, want)
			}
			voted, err := r.Voted(t.Context(), int64(k.account), r.ids)
			if err != nil || slices.Contains(voted, k.paper) != on {
				rt.Fatalf("votes are held for %v; that for %d should be: %v (%v)", voted, k.paper, on, err)
			}
		})
		agree(t, r.db)
	})
}

func TestClusters(t *testing.T) {
	t.Parallel()
	v := func(account int64, minute int, invitation int64, network string) discuss.Voter {
		return discuss.Voter{Account: account, Joined: noon.Add(time.Duration(minute) * time.Minute), Invitation: invitation, Network: network}
	}
	five := func(invitation int64, network string, gap int) []discuss.Voter {
		var list []discuss.Voter
		for i := range 5 {
			list = append(list, v(int64(10-i), i*gap, invitation, network))
		}
		return list
	}
	for _, c := range []struct {
		name   string
		voters []discuss.Voter
		in     int
	}{
		{"nobody", nil, 0},
		{"one network", five(0, "192.0.2.0/24", 30), 5},
		{"one invitation, many networks", append(five(3, "", 1)[:4], v(20, 2, 3, "198.51.100.0/24")), 5},
		{"too far apart", five(0, "192.0.2.0/24", 31), 0},
		{"too few", five(3, "", 1)[:4], 0},
		{"nothing is known of them", five(0, "", 0), 0},
		{"two invitations from one network", append(five(1, "192.0.2.0/24", 1)[:3], five(2, "192.0.2.0/24", 1)[:3]...), 0},
		{"a late one is not among them", append(five(0, "192.0.2.0/24", 1), v(30, 120, 0, "192.0.2.0/24")), 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			rand.Shuffle(len(c.voters), func(i, j int) { c.voters[i], c.voters[j] = c.voters[j], c.voters[i] })
			of := discuss.Clusters(c.voters)
			if len(of) != c.in {
				t.Errorf("%d are in clusters, want %d: %v", len(of), c.in, of)
			}
			for a, lowest := range of {
				if lowest > a {
					t.Errorf("account %d is in cluster %d", a, lowest)
				}
			}
		})
	}
}

// TestWeigh follows a cluster from its first votes to the desk's clearing it.
func TestWeigh(t *testing.T) {
	t.Parallel()
	each(t, 2, func(t *testing.T, r *room) {
		ctx := t.Context()
		vote := func(at time.Time, id int64, n int, on bool) int {
			t.Helper()
			joined := noon.Add(time.Duration(n) * time.Minute)
			votes, err := r.Vote(ctx, at, id, discuss.Voter{Account: int64(100 + n), Joined: joined, Network: "192.0.2.0/24"}, on)
			check(t, err)
			return votes
		}
		hour := noon.Add(time.Hour)
		_, err := r.Vote(ctx, hour, r.ids[0], old(1), true)
		check(t, err)
		for n := range 6 {
			vote(hour, r.ids[0], n, true)
		}
		var all sync.WaitGroup // replicas, of which one does it
		for range 4 {
			all.Go(func() { check(t, r.Weigh(ctx, hour)) })
		}
		all.Wait()
		if n := r.paper(r.ids[0]).Here.Votes; n != 2 {
			t.Errorf("%d votes: a reader and a cluster are two voices", n)
		}
		if n := vote(hour, r.ids[1], 0, true); n != 1 {
			t.Errorf("the first of a cluster is a voice: %d", n)
		}
		if n := vote(hour, r.ids[1], 1, true); n != 1 {
			t.Errorf("the second of a cluster adds none: %d", n)
		}
		if n := vote(hour, r.ids[1], 0, false); n != 1 {
			t.Errorf("one of the cluster still speaks: %d", n)
		}
		agree(t, r.db)
		given, err := r.VotesSince(ctx, noon)
		check(t, err)
		sum := map[int64]float64{}
		for _, g := range given {
			sum[g.Paper] += g.Weight
		}
		if len(given) != 8 || fmt.Sprintf("%.6f %.6f", sum[r.ids[0]], sum[r.ids[1]]) != "2.000000 1.000000" {
			t.Errorf("%d votes are held, with weights %v: all are, as two and one", len(given), sum)
		}
		if n := vote(hour.Add(15*24*time.Hour), r.ids[1], 3, true); n != 2 {
			t.Errorf("who is no longer new speaks alone: %d", n)
		}
		acts, err := r.Acts(ctx, noon, hour.Add(time.Hour), 10)
		check(t, err)
		if len(acts) != 1 || acts[0].Kind != discuss.VotesWeighed || acts[0].Account != 0 {
			t.Fatalf("the log says %+v", acts)
		}
		check(t, r.Clear(ctx, hour, 7, acts[0].Concerns, "A reading group; I know them."))
		check(t, r.Clear(ctx, hour, 7, acts[0].Concerns, "A reading group; I know them."))
		if n := r.paper(r.ids[0]).Here.Votes; n != 7 {
			t.Errorf("%d votes after the desk has cleared them", n)
		}
		acts, err = r.Acts(ctx, noon, hour.Add(time.Hour), 10)
		check(t, err)
		if len(acts) != 2 || acts[1].State != discuss.Reversed {
			t.Errorf("the log says %+v", acts)
		}
		agree(t, r.db)
	})
}

// TestMerge looks whether two papers that turn out to be one keep what readers did,
// once.
func TestMerge(t *testing.T) {
	t.Parallel()
	each(t, 2, func(t *testing.T, r *room) {
		ctx := t.Context()
		for n, ids := range map[int][]int64{1: r.ids, 2: r.ids[:1], 3: r.ids[1:]} {
			for i, id := range ids {
				_, err := r.Vote(ctx, noon.Add(time.Duration(10-i)*time.Minute), id, old(n), true)
				check(t, err)
			}
		}
		for i, id := range r.ids {
			_, err := r.Write(ctx, noon, discuss.Draft{Paper: id, Body: fmt.Sprint("Comment ", i), Writer: writer(1)})
			check(t, err)
		}
		check(t, r.Report(ctx, noon, r.ids[0], 0, 5, "a wrong link"))
		check(t, r.Report(ctx, noon, r.ids[1], 0, 5, "a wrong link"))
		check(t, r.db.Transact(ctx, func(tx *db.Tx) error { return r.papers.Merge(ctx, tx, noon, r.ids[0], r.ids[1]) }))
		p := r.paper(r.ids[0])
		if p.Here != (paper.Tally{Votes: 3, Comments: 2}) {
			t.Errorf("the merged paper has %+v", p.Here)
		}
		given, err := r.VotesOf(ctx, 1, 10)
		check(t, err)
		if len(given) != 1 || given[0].At != noon.Add(9*time.Minute) {
			t.Errorf("who voted for both has %+v: one vote, the earlier", given)
		}
		if n, err := r.Vote(ctx, noon, r.ids[1], old(4), true); err != nil || n != 4 {
			t.Errorf("a vote for the paper that was merged away: %d, %v", n, err)
		}
		agree(t, r.db)
	})
}

func writer(n int) discuss.Writer {
	return discuss.Writer{Account: int64(n), Handle: fmt.Sprint("reader-", n), Joined: noon.AddDate(-1, 0, 0)}
}
