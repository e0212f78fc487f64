package opensearch

import (
	"context"
	"math"
	"sync"
	"time"

	"broadsheet/search/lexical"
)

// weight is what the frequency of a word says, by the measure of search/lexical.
type weight struct {
	idf   float64 // in title and abstract together
	title float64 // this as a part of the idf that the cluster computes for the title alone
	known bool    // a document has the word
}

// weights remembers words' weights for a while: they change slowly, and every question
// needs them.
type weights struct {
	mu    sync.Mutex
	index string
	since time.Time
	list  map[string]weight
}

// Limits of what is remembered.
const (
	rememberFor  = 5 * time.Minute
	mostRemember = 100_000 // words
)

// weigh returns the weights of words, given as tokens, in the index that answers.
func (c *Cluster) weigh(ctx context.Context, v view, tokens []string) (map[string]weight, error) {
	list, asked := c.remembered.get(v.live, tokens)
	if len(asked) == 0 {
		return list, nil
	}
	replies, err := c.ask(ctx, "words", frequencies(asked)...)
	if err != nil {
		return nil, err
	}
	fresh := weightsOf(asked, replies)
	c.remembered.put(v.live, fresh)
	for t, w := range fresh {
		list[t] = w
	}
	return list, nil
}

// get returns what is remembered, and which words are to be asked for.
func (w *weights) get(index string, tokens []string) (list map[string]weight, ask []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	list = make(map[string]weight, len(tokens))
	if w.index != index || time.Since(w.since) > rememberFor || len(w.list) > mostRemember {
		w.index, w.since, w.list = index, time.Now(), map[string]weight{}
	}
	for _, t := range tokens {
		if known, ok := w.list[t]; ok {
			list[t] = known
		} else if _, twice := list[t]; !twice {
			list[t] = weight{}
			ask = append(ask, t)
		}
	}
	return list, ask
}

// put remembers words that a document has: one that none has may come any moment.
func (w *weights) put(index string, fresh map[string]weight) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for t, x := range fresh {
		if x.known && w.index == index {
			w.list[t] = x
		}
	}
}

// frequencies asks how many documents there are, then for each token in how many it
// stands, and in how many titles. Each is a search of its own: one that only counts what
// a word matches reads no more than the word's list, where an aggregation looks at every
// document.
func frequencies(tokens []string) []*question {
	count := func(q object) *question { return &question{Query: q, Count: true} }
	list := []*question{count(object{"match_all": object{}})}
	for _, t := range tokens {
		list = append(list, count(object{"term": object{fieldAll: t}}), count(object{"term": object{fieldTitle: t}}))
	}
	return list
}

// weightsOf reads the replies to frequencies.
func weightsOf(tokens []string, replies []reply) map[string]weight {
	const others = 1 // what is no document: the cursor
	n := float64(max(0, replies[0].Hits.Total.Value-others))
	idf := func(df int) float64 { return math.Log(1 + (n-float64(df)+.5)/(float64(df)+.5)) }
	list := make(map[string]weight, len(tokens))
	for i, t := range tokens {
		w := weight{title: 1}
		all, title := replies[2*i+1].Hits.Total.Value, replies[2*i+2].Hits.Total.Value
		if all > 0 { // a word that no paper has weighs nothing
			w = weight{idf: idf(all), title: 1, known: true}
		}
		if title > 0 {
			w.title = w.idf / idf(title)
		}
		list[t] = w
	}
	return list
}

// sum returns Σ boost · idf of what a query is scored by.
func sum(q lexical.Query, of map[string]weight) float64 {
	total := 0.0
	leaves(q, 1, func(token string, boost float64) {
		if token == "" {
			total += boost
		} else {
			total += boost * of[token].idf
		}
	})
	return total
}

// tokensOf are the words that queries are scored by, each once.
func tokensOf(queries ...lexical.Query) []string {
	var list []string
	seen := map[string]bool{}
	for _, q := range queries {
		leaves(q, 1, func(token string, _ float64) {
			if token != "" && !seen[token] && len(list) < lexical.MaxParts {
				seen[token] = true
				list = append(list, token)
			}
		})
	}
	return list
}
