package trend

import (
	"hash/fnv"
	"math"
	"slices"
	"strings"

	"broadsheet/paper"
)

// words predicts from a paper's text, authors and submitter how far above the usual
// paper of its day it ends, in the logarithm of votes: a ridge regression over hashed
// words, pairs of words and names (Weinberger et al., "Feature Hashing for Large Scale
// Multitask Learning", 2009), weighted by their rarity, solved by conjugate gradients
// (Hestenes and Stiefel, 1952) from the last solution.
type words struct {
	docs    []doc
	seen    []float64 // in how many documents each term stands
	weights []float64
}

// doc is a paper of the past, as terms, and how far above its day it ended.
type doc struct {
	terms  []term
	above  float64
	belief float64
	month  int
}

type term struct {
	slot   uint32
	weight float32
}

const (
	slots      = 1 << 16
	wordsRidge = 2.
	wordsFade  = 12.   // months after which a paper's end counts half
	mostDocs   = 20000 // of the past; the oldest are forgotten
	wordsSteps = 12    // of conjugate gradients, from the last solution
)

func slot(kind, text string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(kind))
	h.Write([]byte(text))
	return h.Sum32() % slots
}

// split returns the words of a text in small letters: letters, digits and hyphens,
// at least two, the first a letter.
func split(text string) []string {
	return slices.DeleteFunc(strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-')
	}), func(w string) bool { return len(w) < 2 || w[0] < 'a' })
}

// termsOf returns what the regression sees of a paper.
func termsOf(p *paper.Paper) []term {
	at := map[uint32]float32{}
	put := func(kind string, list []string, once, pair float32) {
		had := map[string]bool{}
		for i, w := range list {
			if !had[w] {
				had[w] = true
				at[slot(kind, w)] += once
			}
			if i == 0 {
				continue
			}
			if two := list[i-1] + " " + w; !had[two] {
				had[two] = true
				at[slot(kind, two)] += pair
			}
		}
	}
	put("title ", split(p.Title), 1, 1)
	put("", split(p.Abstract), .5, .3)
	for _, a := range p.Authors {
		at[slot("author ", a.Name)] += .5
	}
	if s := submitterOf(p); s != "" {
		at[slot("submitter ", s)]++
	}
	terms := make([]term, 0, len(at))
	for s, w := range at {
		terms = append(terms, term{s, w})
	}
	slices.SortFunc(terms, func(a, b term) int { return int(a.slot) - int(b.slot) })
	return terms
}

// rarity returns the weight of a term by how many documents have it.
func (w *words) rarity(slot uint32) float64 {
	n := 0.
	if w.seen != nil {
		n = w.seen[slot]
	}
	return math.Log(float64(len(w.docs)+1) / (n + 1))
}

// vector weighs terms by rarity and brings them to length 1.
func (w *words) vector(terms []term) []float64 {
	v := make([]float64, len(terms))
	sum := 0.
	for i, t := range terms {
		v[i] = float64(t.weight) * w.rarity(t.slot)
		sum += v[i] * v[i]
	}
	if sum > 0 {
		for i := range v {
			v[i] /= math.Sqrt(sum)
		}
	}
	return v
}

// predict returns how far above its day a paper with such terms may end.
func (w *words) predict(terms []term) float64 {
	if w.weights == nil {
		return 0
	}
	sum := 0.
	for i, x := range w.vector(terms) {
		sum += x * w.weights[terms[i].slot]
	}
	return sum
}

// learn takes further documents in and solves again.
func (w *words) learn(docs []doc) {
	if w.seen == nil {
		w.seen, w.weights = make([]float64, slots), make([]float64, slots)
	}
	w.docs = append(w.docs, docs...)
	for _, d := range docs {
		for _, t := range d.terms {
			w.seen[t.slot]++
		}
	}
	if n := len(w.docs) - mostDocs; n > 0 {
		for _, d := range w.docs[:n] {
			for _, t := range d.terms {
				w.seen[t.slot]--
			}
		}
		w.docs = slices.Clone(w.docs[n:])
	}
	w.solve()
}

// solve moves the weights towards the least of Σ belief (x·weights − above)² +
// ridge |weights|².
func (w *words) solve() {
	n := len(w.docs)
	rows, belief, now := make([][]float64, n), make([]float64, n), 0
	for _, d := range w.docs {
		now = max(now, d.month)
	}
	for i, d := range w.docs {
		rows[i] = w.vector(d.terms)
		belief[i] = d.belief * math.Exp2(-float64(now-d.month)/wordsFade)
	}
	// apply sets out to (XᵀBX + ridge) v, or adds XᵀB(above − Xv) − ridge v when gap.
	apply := func(v, out []float64, gap bool) {
		for j := range out {
			out[j] = wordsRidge * v[j]
			if gap {
				out[j] = -out[j]
			}
		}
		for i, d := range w.docs {
			dot := 0.
			for k, t := range d.terms {
				dot += rows[i][k] * v[t.slot]
			}
			if gap {
				dot = d.above - dot
			}
			dot *= belief[i]
			for k, t := range d.terms {
				out[t.slot] += rows[i][k] * dot
			}
		}
	}
	gap, along, image := make([]float64, slots), make([]float64, slots), make([]float64, slots)
	apply(w.weights, gap, true)
	copy(along, gap)
	size := dot(gap, gap)
	for range wordsSteps {
		if size < 1e-9 {
			return
		}
		apply(along, image, false)
		step := size / dot(along, image)
		for j := range along {
			w.weights[j] += step * along[j]
			gap[j] -= step * image[j]
		}
		next := dot(gap, gap)
		for j := range along {
			along[j] = gap[j] + next/size*along[j]
		}
		size = next
	}
}

// best returns the words of a title that speak most for the paper, at most n.
func (w *words) best(title string, n int) []string {
	if w.weights == nil {
		return nil
	}
	list := split(title)
	slices.Sort(list)
	list = slices.Compact(list)
	speaks := func(word string) float64 {
		s := slot("title ", word)
		return w.rarity(s) * w.weights[s]
	}
	list = slices.DeleteFunc(list, func(word string) bool { return len(word) < 4 || speaks(word) <= 0 })
	slices.SortStableFunc(list, func(a, b string) int { return cmpFloat(speaks(b), speaks(a)) })
	return list[:min(n, len(list))]
}

func cmpFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func dot(a, b []float64) float64 {
	sum := 0.
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}
