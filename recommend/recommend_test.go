package recommend_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"broadsheet/recommend"
)

var noon = time.Date(2026, 4, 14, 12, 0, 0, 0, time.UTC)

func paper(id int64, author, category, topic string, votes int) recommend.Paper {
	return recommend.Paper{ID: id, Authors: []string{author}, Categories: []string{category}, Topics: []string{topic}, Votes: votes}
}

// stock has papers of a few subjects, none of them about anything else.
func stock() []recommend.Paper {
	list := []recommend.Paper{
		paper(1, "Kaiming He", "cs.CV", "vision", 3), paper(2, "Nobody", "cs.CV", "vision", 9), paper(3, "Somebody", "math.NT", "primes", 50),
		paper(4, "Someone", "cs.RO", "robots", 2), paper(5, "Anybody", "q-bio.GN", "genomes", 7),
	}
	for i := range int64(20) {
		list = append(list, paper(10+i, "Author "+string(rune('a'+i)), "cs.DB", "storage", 1))
	}
	return list
}

func liked(p recommend.Paper, days int, saved bool) recommend.Liked {
	return recommend.Liked{Paper: p, Name: "TiDAR", Key: "2511.08923", At: noon.AddDate(0, 0, -days), Saved: saved}
}

func TestChoose(t *testing.T) {
	t.Parallel()
	he := liked(paper(90, "Kaiming He", "cs.CV", "vision", 0), 2, true)
	robots := liked(paper(91, "X", "cs.RO", "robots", 0), 3, false)
	for name, c := range map[string]struct {
		ask  func(*recommend.Question)
		want []int64
		why  string // of the first
	}{
		"nothing was liked":                           {func(q *recommend.Question) { q.Liked = nil }, nil, ""},
		"an author before a topic, then from outside": {func(*recommend.Question) {}, []int64{1, 2, 3}, "You saved a paper by Kaiming He."},
		"less of the author":                          {func(q *recommend.Question) { q.Turns = recommend.Turns{"author Kaiming He": -2} }, []int64{2, 1, 3}, "You saved a paper on vision."},
		"none of the subjects leaves what is outside": {func(q *recommend.Question) { q.Turns = recommend.Turns{"reason subjects": -2} }, []int64{3}, "Outside your subjects, on purpose: first in math.NT these weeks."},
		"nothing from outside":                        {func(q *recommend.Question) { q.Turns = recommend.Turns{"reason outside": -2} }, []int64{1, 2}, "You saved a paper by Kaiming He."},
		"two from outside":                            {func(q *recommend.Question) { q.Turns = recommend.Turns{"reason outside": 1} }, []int64{1, 2, 3, 5}, "You saved a paper by Kaiming He."},
		"close in meaning": {
			func(q *recommend.Question) {
				q.Close = map[int64]recommend.Close{5: {To: 0, Cosine: 0.97}}
				q.Turns = recommend.Turns{"reason meaning": 1, "reason outside": -2}
			},
			[]int64{5, 1, 2},
			"Close in meaning to TiDAR, which you saved.",
		},
		"by readers": {func(q *recommend.Question) {
			q.Also = map[int64]int{4: 900}
			q.Turns = recommend.Turns{"reason readers": 1, "reason outside": -2}
		}, []int64{4, 1, 2}, "900 readers who saved what you saved also saved it."},
		"what was liked long ago weighs less": {func(q *recommend.Question) { q.Liked = []recommend.Liked{liked(he.Paper, 400, true), robots} }, []int64{4, 2, 1, 3}, "You upvoted a paper on robots."},
		"no more than asked for":              {func(q *recommend.Question) { q.Limit = 2 }, []int64{1, 3}, "You saved a paper by Kaiming He."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			q := recommend.Question{Now: noon, Liked: []recommend.Liked{he}, Papers: stock(), Limit: 4}
			c.ask(&q)
			var got []int64
			why := ""
			for i, chosen := range recommend.Choose(q) {
				if got = append(got, chosen.Paper); i == 0 {
					why = chosen.Why
				}
			}
			if !slices.Equal(got, c.want) || why != c.why {
				t.Errorf("chosen are %v, the first because %q; want %v, %q", got, why, c.want, c.why)
			}
		})
	}
}

// TestNothingTwice: whatever is liked and in whatever order the papers come, none is
// chosen twice, no more than asked for are, each has its reason, one that is turned
// off gives none, and the same question has the same answer.
func TestNothingTwice(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		papers := stock()
		q := recommend.Question{Now: noon, Papers: papers, Limit: rapid.IntRange(0, 12).Draw(rt, "limit"), Turns: recommend.Turns{}}
		for _, i := range rapid.SliceOfN(rapid.IntRange(0, len(papers)-1), 0, 6).Draw(rt, "liked") {
			q.Liked = append(q.Liked, liked(papers[i], i, i%2 == 0))
		}
		for _, s := range recommend.Sorts() {
			q.Turns["reason "+string(s)] = rapid.IntRange(-2, 1).Draw(rt, string(s))
		}
		first := recommend.Choose(q)
		seen := map[int64]bool{}
		for _, c := range first {
			if seen[c.Paper] || c.Why == "" || !strings.Contains(c.Reason, " ") || q.Turns["reason "+string(c.Sort)] == -2 {
				rt.Fatalf("chosen is %+v of %+v", c, first)
			}
			seen[c.Paper] = true
		}
		if len(first) > q.Limit {
			rt.Fatalf("%d are chosen, at most %d were asked for", len(first), q.Limit)
		}
		rand.Shuffle(len(papers), func(i, j int) { papers[i], papers[j] = papers[j], papers[i] })
		if again := recommend.Choose(q); !slices.Equal(again, first) {
			rt.Fatalf("asked again, chosen are %+v and not %+v", again, first)
		}
	})
}
