package digest

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func drawOptions(t *rapid.T) (*book, []option) {
	b := &book{}
	n := rapid.IntRange(0, 40).Draw(t, "papers")
	var list []option
	for i := range n {
		c := &candidate{
			arrival: int64(i + 1), paper: int64(i + 1), key: fmt.Sprintf("%03d", i), day: "2026-04-14", rank: i + 1,
			votes:  rapid.IntRange(0, 300).Draw(t, "votes"),
			topics: rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "f"}), 0, 4, rapid.ID[string]).Draw(t, "topics"),
		}
		b.list = append(b.list, c)
		list = append(list, option{candidate: c, worth: votesWorth(c.votes)})
	}
	b.cover()
	return b, list
}

// TestPickIsGreedy compares the bounded search with the plain one, and asks for the
// same picks from options in another order.
func TestPickIsGreedy(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b, list := drawOptions(t)
		n := rapid.IntRange(0, 12).Draw(t, "n")
		got := b.pick(slices.Clone(list), n, lambda)
		shuffled := rapid.Permutation(list).Draw(t, "order")
		if again := b.pick(shuffled, n, lambda); !slices.Equal(got, again) {
			t.Fatalf("in another order: %v, was %v", again, got)
		}
		want := len(list)
		if n > 0 {
			want = min(n, want)
		}
		if len(got) != want {
			t.Fatalf("%d picks of %d for %d", len(got), len(list), n)
		}
		covered := make([]float64, len(b.features))
		left := slices.Clone(list)
		for i, p := range got {
			best := 0
			for j := range left {
				if gain(&left[j], covered, lambda) > gain(&left[best], covered, lambda)+1e-12 {
					best = j
				}
			}
			at := slices.IndexFunc(left, func(o option) bool { return o.paper == p.Paper })
			if at < 0 || gain(&left[at], covered, lambda) < gain(&left[best], covered, lambda)-1e-9 {
				t.Fatalf("pick %d is %v, and %d gains more", i, p, left[best].paper)
			}
			for _, u := range left[at].features {
				covered[u] += left[at].worth / float64(len(left[at].features))
			}
			left = slices.Delete(left, at, at+1)
		}
	})
}

// TestWithoutCoverageItIsTopByVotes: λ = 0 is the n papers of most votes.
func TestWithoutCoverageItIsTopByVotes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b, list := drawOptions(t)
		got := b.pick(slices.Clone(list), 5, 0)
		slices.SortStableFunc(list, func(x, y option) int { return y.votes - x.votes })
		for i, p := range got {
			if list[i].votes != list[slices.IndexFunc(list, func(o option) bool { return o.paper == p.Paper })].votes {
				t.Fatalf("pick %d has not the votes of place %d", i, i+1)
			}
		}
	})
}

func TestQuery(t *testing.T) {
	t.Parallel()
	const text = "statistical learning theory of smart models, a survey"
	for q, want := range map[string]bool{
		`learning`: true, `model`: true, `art`: false, `"learning theory"`: true, `"theory learning"`: false,
		`learning -survey`: false, `quantum OR theory`: true, `quantum`: false, `theory quantum`: false,
		`or theory`: true, `-`: false, `"`: false, `"learning theory`: true, `a AND theory`: true,
	} {
		if got := parseQuery(q).match(text); got != want {
			t.Errorf("%s: %v, want %v", q, got, want)
		}
	}
}

func FuzzQuery(f *testing.F) {
	f.Add(`"learning theory" OR generalisation -survey`, "learning theory")
	f.Add(`" " - -- OR or "`, "")
	f.Fuzz(func(t *testing.T, q, text string) { parseQuery(q).match(text) })
}

func TestFarewell(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"\n\n Unsubscribe. \n": true, "stop the presses": false, "": false, "> stop": false} {
		if got := isFarewell("Re: Broadsheet", text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
