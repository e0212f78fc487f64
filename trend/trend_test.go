package trend_test

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"broadsheet/fault"
	"broadsheet/paper"
	"broadsheet/trend"

	"pgregory.net/rapid"
)

var now = time.Date(2026, 4, 15, 10, 0, 0, 0, time.UTC)

func week() trend.Window {
	w, err := trend.ParseWindow("week", now)
	if err != nil {
		panic(err)
	}
	return w
}

// history draws what came to a paper in the last ten days.
func history(t *rapid.T, name string) []trend.Growth {
	var list []trend.Growth
	for i := range rapid.IntRange(0, 6).Draw(t, name+" growths") {
		to := now.Add(-time.Duration(rapid.IntRange(0, 240*60).Draw(t, fmt.Sprint(name, i, " to"))) * time.Minute)
		g := trend.Growth{From: to.Add(-time.Duration(rapid.IntRange(0, 3000).Draw(t, fmt.Sprint(name, i, " long"))) * time.Minute), To: to}
		g.Votes = float64(rapid.IntRange(0, 40).Draw(t, fmt.Sprint(name, i, " votes")))
		g.Untried = float64(rapid.IntRange(0, 9).Draw(t, fmt.Sprint(name, i, " untried")))
		g.Comments = float64(rapid.IntRange(0, 30).Draw(t, fmt.Sprint(name, i, " comments")))
		g.Stars = float64(rapid.IntRange(0, 900).Draw(t, fmt.Sprint(name, i, " stars")))
		list = append(list, g)
	}
	return list
}

// candidates draws papers of a few fields, authors and organisations.
func candidates(t *rapid.T) []trend.Candidate {
	var list []trend.Candidate
	for i := range rapid.IntRange(1, 12).Draw(t, "papers") {
		c := trend.Candidate{Paper: int64(i + 1), Growths: history(t, fmt.Sprint("p", i, " "))}
		c.Field = rapid.SampledFrom([]string{"cs.LG", "math.CO", "q-bio"}).Draw(t, "field")
		c.Waves = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"ada", "bob", "cy", "org"}), 0, 2, rapid.ID).Draw(t, "waves")
		list = append(list, c)
	}
	return list
}

var usual = trend.Usual{"cs.LG": 2, "math.CO": .3}

func order(list []trend.Candidate, w trend.Window) []int64 {
	var ids []int64
	for _, r := range trend.Rank(list, w, usual) {
		ids = append(ids, r.Paper)
	}
	return ids
}

func TestMoreVotesNeverLowerAPaper(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		list := candidates(t)
		i := rapid.IntRange(0, len(list)-1).Draw(t, "which")
		before := slices.Index(order(list, week()), list[i].Paper)
		v := trend.Vote{At: now.Add(-time.Duration(rapid.IntRange(0, 200).Draw(t, "hours")) * time.Hour), Weight: rapid.SampledFrom([]float64{1, .3}).Draw(t, "weight")}
		list[i].Growths = trend.Merge(list[i].Growths, []trend.Vote{v})
		after := slices.Index(order(list, week()), list[i].Paper)
		if before >= 0 && (after < 0 || after > before) {
			t.Fatalf("a vote moved paper %d from %d to %d", list[i].Paper, before+1, after+1)
		}
	})
}

func TestUnrelatedPaperSwapsNoOthers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		list := candidates(t)
		before := order(list, week())
		more := append(slices.Clone(list), trend.Candidate{Paper: 99, Field: "cs.LG", Waves: []string{"stranger"}, Growths: history(t, "new ")})
		after := slices.DeleteFunc(order(more, week()), func(id int64) bool { return id == 99 })
		if !slices.Equal(before, after) {
			t.Fatalf("%v became %v", before, after)
		}
	})
}

func TestTimeSwapsNoEqualHistories(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		h := history(t, "both ")
		list := []trend.Candidate{{Paper: 7, Growths: h}, {Paper: 3, Growths: slices.Clone(h)}, {Paper: 5, Growths: history(t, "other ")}}
		for hour := range 300 {
			w := week()
			w.From, w.To = w.From.Add(time.Duration(hour)*time.Hour), w.To.Add(time.Duration(hour)*time.Hour)
			ids := order(list, w)
			three, seven := slices.Index(ids, 3), slices.Index(ids, 7)
			if (three < 0) != (seven < 0) || three > seven {
				t.Fatalf("after %d hours the order is %v", hour, ids)
			}
		}
	})
}

// TestTimeAloneKeepsTheOrder: as long as all that came lies in the window, the order
// of papers to which nothing more comes stays.
func TestTimeAloneKeepsTheOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var list []trend.Candidate
		for i := range rapid.IntRange(2, 8).Draw(t, "papers") {
			at := now.Add(-time.Duration(rapid.IntRange(1, 48*60).Draw(t, "minutes")) * time.Minute)
			votes := float64(rapid.IntRange(1, 50).Draw(t, "votes"))
			list = append(list, trend.Candidate{Paper: int64(i), Growths: []trend.Growth{{From: at, To: at, Sum: trend.Sum{Votes: votes, Comments: float64(rapid.IntRange(0, 80).Draw(t, "comments"))}}}})
		}
		later := week()
		later.From, later.To = later.From.Add(90*time.Hour), later.To.Add(90*time.Hour)
		a, b := trend.Rank(list, week(), nil), trend.Rank(list, later, nil)
		for i := range a {
			if a[i].Paper != b[i].Paper && math.Abs(a[i].Score/a[max(0, i-1)].Score-1) > 1e-9 && math.Abs(a[i].Score/a[min(i+1, len(a)-1)].Score-1) > 1e-9 {
				t.Fatalf("place %d: paper %d, and 90 hours later paper %d", i+1, a[i].Paper, b[i].Paper)
			}
		}
	})
}

func TestSharesOfAWindowAddUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		h := history(t, "paper ")
		w := trend.Window{From: now.Add(-100 * time.Hour), To: now}
		sum := 0.
		for _, s := range w.Steps(h, 25) {
			sum += s
		}
		if whole := w.Sum(h).All(); math.Abs(sum-whole) > 1e-6 {
			t.Fatalf("the parts hold %v votes, the whole %v", sum, whole)
		}
	})
}

func TestGrowths(t *testing.T) {
	t.Parallel()
	at := func(hours, votes, comments, stars int) paper.Reading {
		return paper.Reading{Source: "up", Figures: paper.Figures{At: now.Add(time.Duration(hours) * time.Hour), Votes: votes, Comments: comments, Stars: stars}}
	}
	other := at(-3, 5, 0, 0)
	other.Source = "other"
	week := trend.Window{From: now.AddDate(0, 0, -7), To: now}
	for _, c := range []struct {
		name     string
		readings []paper.Reading
		born     time.Time
		want     trend.Sum
	}{
		{"none", nil, now, trend.Sum{}},
		{"the first counts from birth", []paper.Reading{at(0, 14, 0, 0)}, now.AddDate(0, 0, -14), trend.Sum{Votes: 7}},
		{"a birth that is not known is a day before", []paper.Reading{at(0, 14, 2, 0)}, time.Time{}, trend.Sum{Votes: 14, Comments: 2}},
		{"a birth after the reading is not believed", []paper.Reading{at(-1, 14, 0, 0)}, now, trend.Sum{Votes: 14}},
		{"stars count as growth only", []paper.Reading{at(-9, 1, 0, 8000), at(-1, 1, 0, 8100)}, now.AddDate(0, 0, -1), trend.Sum{Votes: 1, Stars: 100}},
		{"what returns is not counted again", []paper.Reading{at(-9, 10, 0, 0), at(-6, 4, 0, 0), at(-1, 12, 0, 0)}, now.AddDate(0, 0, -1), trend.Sum{Votes: 12}},
		{"each source has people of its own", []paper.Reading{at(-9, 10, 0, 0), other}, now.AddDate(0, 0, -1), trend.Sum{Votes: 15}},
		{"what came before the window is not counted", []paper.Reading{at(-400, 90, 0, 0), at(-300, 95, 0, 0), at(-10, 96, 0, 0)}, now.AddDate(0, 0, -30), trend.Sum{Votes: 158. / 290}},
	} {
		got := week.Sum(trend.Growths(c.readings, c.born))
		if math.Abs(got.Votes-c.want.Votes) > 1e-9 || math.Abs(got.Stars-c.want.Stars) > 1e-9 || math.Abs(got.Comments-c.want.Comments) > 1e-9 {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestWorth(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		sum  trend.Sum
		want float64
	}{
		{"votes", trend.Sum{Votes: 12}, 12},
		{"talk adds a quarter", trend.Sum{Votes: 12, Comments: 4}, 13},
		{"a flood of comments adds a quarter at most", trend.Sum{Votes: 12, Comments: 900}, 15},
		{"talk alone is nothing", trend.Sum{Comments: 900}, 0},
		{"twenty stars are half a vote", trend.Sum{Votes: 12, Stars: 20}, 12.5},
		{"stars add a half at most", trend.Sum{Votes: 12, Stars: 9000}, 18},
		{"untried accounts alone", trend.Sum{Untried: 50}, 3},
		{"untried accounts beside others", trend.Sum{Votes: 10, Untried: 50}, 23},
	} {
		if got := c.sum.Worth(); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestWavesFade(t *testing.T) {
	t.Parallel()
	var list []trend.Candidate
	for i := range 10 {
		g := []trend.Growth{{From: now, To: now, Sum: trend.Sum{Votes: float64(100 - i)}}}
		list = append(list, trend.Candidate{Paper: int64(i), Waves: []string{"one lab"}, Growths: g})
	}
	for i := range 8 {
		g := []trend.Growth{{From: now, To: now, Sum: trend.Sum{Votes: float64(20 - i)}}}
		list = append(list, trend.Candidate{Paper: int64(100 + i), Waves: []string{fmt.Sprint("lab ", i)}, Growths: g})
	}
	got := order(list, week())[:8]
	if want := []int64{0, 1, 2, 3, 100, 101, 102, 103}; !slices.Equal(got, want) {
		t.Errorf("the list begins %v, want %v", got, want)
	}
}

func TestFieldsStandSideBySide(t *testing.T) {
	t.Parallel()
	gains := map[string][]float64{}
	for i := range 60 {
		gains["cs.LG"] = append(gains["cs.LG"], float64(10+i%40))
		gains["math.CO"] = append(gains["math.CO"], float64(1+i%5))
	}
	usual := trend.UsualOf(gains)
	list := []trend.Candidate{
		{Paper: 1, Field: "cs.LG", Growths: []trend.Growth{{From: now, To: now, Sum: trend.Sum{Votes: 60}}}},
		{Paper: 2, Field: "math.CO", Growths: []trend.Growth{{From: now, To: now, Sum: trend.Sum{Votes: 9}}}},
	}
	if raw := trend.Rank(list, week(), nil); raw[0].Paper != 1 {
		t.Error("without fields the paper with 60 votes is not first")
	}
	if fair := trend.Rank(list, week(), usual); fair[0].Paper != 2 || fair[1].Score < fair[0].Score/2 {
		t.Errorf("with fields the scores are %v and %v, want the mathematics paper first and both near", fair[0].Score, fair[1].Score)
	}
}

func TestParseWindow(t *testing.T) {
	t.Parallel()
	for name, long := range map[string]time.Duration{"": 168 * time.Hour, "day": 24 * time.Hour, "month": 720 * time.Hour, "2026-04-01..2026-04-14": 336 * time.Hour, "2026-04-01..2026-04-01": 24 * time.Hour} {
		w, err := trend.ParseWindow(name, now)
		if err != nil || w.To.Sub(w.From) != long {
			t.Errorf("window %q: %v, %v", name, w, err)
		}
	}
	for _, name := range []string{"year", "2026-04-14..2026-04-01", "2026-04-01..2027-04-14", "2026-04-31..2026-05-01", "2026-04-01...2026-04-1", strings.Repeat("x", 9000)} {
		if _, err := trend.ParseWindow(name, now); !fault.Is(err, fault.KindInvalid) || len(err.Error()) > 300 {
			t.Errorf("window %.40q: %v", name, err)
		}
	}
}

func FuzzParseWindow(f *testing.F) {
	for _, s := range []string{"", "day", "2026-04-01..2026-04-14", "..", "0000-00-00..9999-99-99"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		w, err := trend.ParseWindow(s, now)
		if err == nil && !w.From.Before(w.To) {
			t.Errorf("%q gives %v", s, w)
		}
	})
}

// TestAttack states what fifty new accounts gain that vote together.
func TestAttack(t *testing.T) {
	t.Parallel()
	var list []trend.Candidate
	for i, votes := range []int{120, 80, 60, 45, 30, 22, 16, 12, 9, 7, 5, 4, 3, 2, 1} { // a usual week
		at := now.Add(-time.Duration(5+7*i) * time.Hour)
		list = append(list, trend.Candidate{Paper: int64(i + 1), Growths: []trend.Growth{{From: at, To: at, Sum: trend.Sum{Votes: float64(votes)}}}})
	}
	ring := func(weight float64) int {
		var votes []trend.Vote
		for i := range 50 {
			votes = append(votes, trend.Vote{Paper: 99, At: now.Add(-time.Duration(i) * time.Second), Weight: weight})
		}
		more := append(slices.Clone(list), trend.Candidate{Paper: 99, Growths: trend.Merge(nil, votes)})
		return slices.Index(order(more, week()), 99) + 1
	}
	if trusted := ring(1); trusted > 4 {
		t.Errorf("fifty accounts that are believed stand at %d: the list does not move", trusted)
	}
	if gained := ring(.25); gained != 9 {
		t.Errorf("fifty new accounts voting together stand at %d of 16, want 9 as doc/ranking.md says", gained)
	}
}

// TestUsualIsOneNumber: the same gains give the same to the last digit, in whatever order
// they come, so that two processes show one page.
func TestUsualIsOneNumber(t *testing.T) {
	t.Parallel()
	gains := map[string][]float64{}
	for i := range 400 {
		field := string(rune('a' + i%23))
		gains[field] = append(gains[field], math.Exp(float64(i%7))+1/float64(i+1))
	}
	want := trend.UsualOf(gains)
	for range 50 {
		for _, list := range gains {
			rand.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		}
		if got := trend.UsualOf(gains); !maps.Equal(got, want) {
			t.Fatalf("%v, then %v", want, got)
		}
	}
}
