package search

import (
	"cmp"
	"math"
	"slices"
)

// Weight is what meaning counts in a blend; words count the rest. Whole is what a document
// counts above that which has all the words. Chosen on judged collections;
// doc/search-quality.md has the figures.
const (
	Weight = 0.40
	Whole  = 0.15
)

// Score is what a document counts. words is its BM25 as a part of the most that a document
// could score, cosine is its meaning's, and had, 0 to 1, is which part of the query's words
// it has, the rare ones counting more. It falls in none of them. That a document has nearly
// all of many words is hardly chance, and says more than BM25 does, which adds word to word:
// the sixth power is small until little is missing.
func Score(words, cosine, had float64) float64 {
	return (1-Weight)*words + Weight*cosine + Whole*math.Pow(had, 6)
}

// Scored is a document with a score of one leg.
type Scored struct {
	ID    int64
	Score float64
}

// candidate is a document with what both legs say of it.
type candidate struct {
	id        int64
	words     float64 // as a part of the most that a document could score, 0 to 1
	cosine    float64 // NaN while the document has no vector
	byWords   int     // rank in the leg by words, from 1; 0 when it did not find it
	byMeaning int
	score     float64
}

// Blend joins the best by words with the best by meaning into the hits of an answer, at
// most Deepest. most is the most that any document could score by words.
func Blend(words, meaning []Scored, most float64, missing Legs) []Hit {
	list := blend(words, meaning, max(most, 1e-9), missing)
	hits := make([]Hit, min(len(list), Deepest))
	for i, c := range list[:len(hits)] {
		hits[i] = Hit{c.id, c.score, c.byWords, c.byMeaning, c.words, c.cosine}
	}
	return hits
}

// blend joins the best by words with the best by meaning. Both scores are on an
// absolute scale: words are divided by the most that any document could score for
// the query, so that a document that holds all of its rare words stays above what a
// cosine can move. A document that has no vector yet counts as one of middling
// meaning among the candidates.
//
// missing gives the scores that a leg did not, of documents that only the other one
// found, and which part of the words each has.
func blend(words, meaning []Scored, most float64, missing Legs) []candidate {
	list := make([]candidate, 0, len(words)+len(meaning))
	at := make(map[int64]int, len(words)+len(meaning))
	for i, s := range words {
		at[s.ID] = len(list)
		list = append(list, candidate{id: s.ID, words: s.Score / most, cosine: math.NaN(), byWords: i + 1})
	}
	var onlyMeaning []int64
	for i, s := range meaning {
		k, known := at[s.ID]
		if !known {
			k = len(list)
			at[s.ID] = k
			list = append(list, candidate{id: s.ID})
			onlyMeaning = append(onlyMeaning, s.ID)
		}
		list[k].cosine, list[k].byMeaning = s.Score, i+1
	}
	var onlyWords []int64
	for _, c := range list {
		if c.byMeaning == 0 {
			onlyWords = append(onlyWords, c.id)
		}
	}
	ids := make([]int64, len(list))
	for i, c := range list {
		ids[i] = c.id
	}
	var scores, had []float64
	scored := beside(len(ids) > few, func() { scores, had = missing.Words(onlyMeaning), missing.Had(ids) })
	cosines := missing.Meaning(onlyWords)
	scored()
	for i, s := range scores {
		list[at[onlyMeaning[i]]].words = s / most
	}
	for i, s := range cosines {
		list[at[onlyWords[i]]].cosine = s
	}
	middle := middling(list)
	for i := range list {
		c := &list[i]
		cos := c.cosine
		if math.IsNaN(cos) {
			cos = middle
		}
		c.score = Score(c.words, cos, had[i])
	}
	slices.SortFunc(list, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.id, b.id))
	})
	return list
}

// few is how many scores are had sooner than somebody who makes them.
const few = 50

// Legs give the scores of chosen documents: 0 for one that the words do not match,
// NaN for one without a vector. Had is which part of the words a document has. Words and
// Had are asked while Meaning is.
type Legs interface {
	Words(ids []int64) []float64
	Had(ids []int64) []float64
	Meaning(ids []int64) []float64
}

// middling is the median cosine of the candidates that have one, 0 without any.
func middling(list []candidate) float64 {
	var known []float64
	for _, c := range list {
		if !math.IsNaN(c.cosine) {
			known = append(known, c.cosine)
		}
	}
	if len(known) == 0 {
		return 0
	}
	slices.Sort(known)
	return known[len(known)/2]
}
