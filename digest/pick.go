package digest

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"broadsheet/edition"
)

// Choosing. Let w(p) be the worth of a paper to a reader: the logarithm of its votes,
// and more for each interest that it meets. What a set S of papers is worth is
//
//	f(S) = Σ w(p) + λ Σ_u √( Σ w(p)/|U(p)| over the p in S that cover u )
//
// where U(p) are the topics that p covers. The root makes the second paper on a topic
// gain less than the first: f is monotone and submodular (H. Lin, J. Bilmes, "A Class
// of Submodular Functions for Document Summarization", ACL 2011), so that taking, n
// times, the paper that gains most comes to at least 1 − 1/e of the best set (G.
// Nemhauser, L. Wolsey, M. Fisher, 1978). With λ = 0 it is the n papers of most worth.
// Ties go to the better place in the edition, then to the key: the same papers and
// votes always make the same mail.

// lambda weighs coverage against votes; bench digest shows what it costs and brings.
const lambda = 5.0

func votesWorth(votes int) float64 { return math.Log2(1 + float64(max(votes, 0))) }

// Pick is a paper in a mail, with the reason for it.
type Pick struct {
	Paper int64
	Why   string
}

// pick chooses n of the options, all of them for n = 0, in the order in which they
// stand in the mail.
func (b *book) pick(options []option, n int, weight float64) []Pick {
	if n == 0 || n > len(options) {
		n = len(options)
	}
	slices.SortFunc(options, func(x, y option) int {
		if x.arrival == 0 != (y.arrival == 0) { // what only trends comes after the edition
			if y.arrival == 0 {
				return -1
			}
			return 1
		}
		if x.day != y.day {
			return strings.Compare(y.day, x.day)
		}
		if x.place != y.place {
			return x.place - y.place
		}
		return strings.Compare(x.key, y.key)
	})
	covered := make([]float64, len(b.features))
	// The gain of an option only falls, so the last known gain bounds it: most need not
	// be counted again (M. Minoux, 1978).
	bound := make([]float64, len(options))
	fresh := make([]int, len(options)) // for how many picks the bound was counted
	for i := range options {
		bound[i] = gain(&options[i], covered, weight)
	}
	chosen := make([]*option, 0, n)
	for len(chosen) < n {
		best := -1
		for i := range options {
			if bound[i] < 0 || best >= 0 && bound[i] <= bound[best] {
				continue
			}
			if fresh[i] < len(chosen) {
				bound[i], fresh[i] = gain(&options[i], covered, weight), len(chosen)
				if best >= 0 && bound[i] <= bound[best] {
					continue
				}
			}
			best = i
		}
		o := &options[best]
		chosen = append(chosen, o)
		for _, u := range o.features {
			covered[u] += o.worth / float64(len(o.features))
		}
		bound[best] = -1
	}
	asTheDesk(chosen)
	picks := make([]Pick, n)
	for i, o := range chosen {
		picks[i] = Pick{o.paper, b.why(o, chosen[:i])}
	}
	return picks
}

// asTheDesk puts the chosen papers to which the desk gave an order into that order,
// each at a place where one of them stands.
func asTheDesk(chosen []*option) {
	var places []int
	var ordered []*option
	for i, o := range chosen {
		if o.ord > 0 {
			places, ordered = append(places, i), append(ordered, o)
		}
	}
	slices.SortStableFunc(ordered, func(x, y *option) int {
		if x.day != y.day {
			return strings.Compare(y.day, x.day)
		}
		return x.ord - y.ord
	})
	for i, at := range places {
		chosen[at] = ordered[i]
	}
}

// gain is what an option adds to what is covered already.
func gain(o *option, covered []float64, weight float64) float64 {
	g := o.worth
	if n := float64(len(o.features)); n > 0 {
		for _, u := range o.features {
			g += weight * (math.Sqrt(covered[u]+o.worth/n) - math.Sqrt(covered[u]))
		}
	}
	return g
}

// why says, in one or two short sentences, why a paper stands at a place of a mail.
func (b *book) why(o *option, above []*option) string {
	var says []string
	switch {
	case o.note != "":
		says = append(says, "The desk: "+o.note)
	case o.ord == 1:
		says = append(says, "First by the choice of the desk.")
	case o.ord > 0:
		says = append(says, "Kept by the desk.")
	case o.arrival != 0 && !o.announced && o.votes > 0 && o.rank >= 1 && o.rank <= 3:
		says = append(says, []string{"First", "Second", "Third"}[o.rank-1]+" on votes.")
	}
	says = append(says, o.reasons...)
	if len(says) < 2 && len(above) > 0 {
		if topic := uncovered(o, above); topic != "" {
			says = append(says, "The first here on "+topic+".")
		}
	}
	if len(says) == 0 {
		switch {
		case o.votes > 0:
			return fmt.Sprintf("On votes; %s of its edition.", edition.Ordinal(o.rank))
		case len(o.categories) > 0:
			return "Announced in " + o.categories[0] + "."
		}
		return "By time of arrival."
	}
	return strings.Join(says[:min(2, len(says))], " ")
}

// uncovered returns the first topic of a paper when nothing above it is on any of its
// topics.
func uncovered(o *option, above []*option) string {
	for _, a := range above {
		for _, t := range a.topics {
			if slices.Contains(o.topics, t) {
				return ""
			}
		}
	}
	if len(o.topics) == 0 {
		return ""
	}
	return o.topics[0]
}
