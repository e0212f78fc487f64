package lexical

import "math"

// A sixteenth of a large part is ranked first, for its few best only: what the worst of
// these scores, about k documents of all will probably reach. With this guess the other
// windows have a high threshold from the first on. The guess is low, so that it rarely
// fails; then all is ranked again, under what k documents were found to score.
const guessStep = 16

// guessFrom is how many windows a part has at least for a guess.
var guessFrom = 64

// guessRank returns how many of the best of a share of the documents are ranked: were they
// drawn by chance, the last of them would be among the k best of all in one case of fifty.
func guessRank(k int, share float64) int {
	few := float64(k) * share
	return int(few + 2*math.Sqrt(few) + 2)
}

// run ranks the documents of the part.
func (f *pruner) run() {
	k, nw := f.r.k, windows(f.p.docs)
	first := guessRank(k, float64((nw+guessStep-1)/guessStep)/float64(nw))
	if nw < guessFrom || len(f.r.hits) > 0 || first >= k {
		f.pass(1, 0)
		return
	}
	f.r.k = first
	f.pass(guessStep, 0)
	guess, full := f.r.least(), len(f.r.hits) == first
	f.r.k = k
	f.floor = max(f.floor, guess)
	f.raise()
	f.pass(1, guessStep)
	if least := f.r.least(); full && least <= guess {
		f.floor = max(f.known(), least)
		f.r.hits = f.r.hits[:0]
		f.raise()
		f.pass(1, 0)
	}
}

// pass ranks the documents of every so many windows, but for every so many that are done.
func (f *pruner) pass(step, done int) {
	nw := windows(f.p.docs)
	for w := 0; w < nw; w++ {
		if w = f.nextWindow(w); w < 0 || w >= nw {
			return
		}
		switch {
		case w%step != 0:
			w += step - w%step - 1 // the one before the next of the pass
		case done > 0 && w%done == 0:
		case f.all:
			f.conjunction(w)
		case f.tree && f.need == 0:
			f.anything(w)
		default:
			f.disjunction(w)
		}
	}
}
