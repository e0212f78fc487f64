package search

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"broadsheet/fault"
	"broadsheet/search/lexical"
)

// Mode says by what papers are found.
type Mode string

// The modes.
const (
	Both        Mode = "both"
	WordsOnly   Mode = "words"
	MeaningOnly Mode = "meaning"
)

// Order says how the found papers stand.
type Order string

// The orders.
const (
	Best      Order = "best"
	Newest    Order = "newest"
	MostVotes Order = "votes"
)

// Deepest is how many papers of a search can be looked at: each leg brings as many
// candidates, and the best of them are the list.
const Deepest = 1000

// Ask is a question to an engine.
type Ask struct {
	Query *Query
	Mode  Mode  // "" is Both
	Order Order // "" is Best
	Skip  int
	Limit int  // the most hits to return
	Facet bool // counts are wanted; where no hits are, All alone
	Plain bool // the papers alone are wanted, without marks, snippets and reasons
}

// Hit is a document found.
type Hit struct {
	ID                 int64
	Score              float64
	ByWords, ByMeaning int // ranks from 1 in each leg; 0 when it did not find it
	Words, Cosine      float64
}

// Answer is what an engine found.
type Answer struct {
	Hits   []Hit // of the page asked for
	Found  int   // how many can be looked at, at most Deepest
	All    int   // documents that have every word and all that binds
	Phrase int   // of these, those that have the plain words side by side
	About  bool  // Phrase is an estimate, since there are many
	Mode   Mode  // by what they were found: words alone while there are no vectors
	Facets Facets
}

// Facet is a property and how many documents have it.
type Facet struct {
	Value string
	Count int
}

// Facets count properties among the documents that have every word, or, when none
// has, among all that have any.
type Facets struct {
	Years      []Facet // ascending
	Categories []Facet // the most frequent first
	Topics     []Facet
	Code       int
}

// Engine is the two indexes over one set of documents. It is safe for concurrent
// use; what it was given last is found at once by words, and by meaning as soon as
// it has been encoded.
type Engine struct {
	dir     string
	reads   bool // another process writes
	words   *lexical.Index
	meaning atomic.Pointer[meaning] // nil: words alone
	next    atomic.Pointer[meaning] // what is being made to take its place
}

// Open opens the word index in a folder, and makes it when it is not there. A
// damaged index, or one made by another version, is removed and begun anew: its Seq
// is 0 then, and whoever fills it begins anew too. When another process writes to
// the folder, the engine only reads what that one has written. There is no leg by
// meaning before Attach.
func Open(dir string) (*Engine, error) {
	e := &Engine{dir: dir}
	folder := filepath.Join(dir, "words")
	var err error
	e.words, err = lexical.Open(folder, schema)
	if damage := (*lexical.Damage)(nil); errors.As(err, &damage) {
		if err = os.RemoveAll(folder); err == nil {
			e.words, err = lexical.Open(folder, schema)
		}
	}
	if errors.Is(err, lexical.ErrBusy) {
		e.reads = true
		e.words, err = lexical.OpenReader(folder, schema)
	}
	if err != nil {
		return nil, fmt.Errorf("open the word index: %w", err)
	}
	return e, nil
}

// Attach opens the vectors that an encoder makes, and from then on documents are
// found by meaning too. Called once.
func (e *Engine) Attach(m Encoder) error {
	opened, err := openMeaning(e.dir, m, e.reads)
	if err != nil {
		return fmt.Errorf("open the vectors: %w", err)
	}
	e.meaning.Store(opened)
	return nil
}

// Close writes what is in memory and closes the indexes.
func (e *Engine) Close() error {
	err := e.words.Close()
	for _, m := range []*meaning{e.meaning.Load(), e.next.Load()} {
		if m != nil {
			err = errors.Join(err, m.store.Close())
		}
	}
	return err
}

// Seq returns the number of the last change that the word index has.
func (e *Engine) Seq() int64 { return e.words.Seq() }

// Put takes in documents, each in the place of one of the same ID, and takes out
// those of the IDs in gone. It is durable, and found by words, when Put returns.
func (e *Engine) Put(docs []Document, gone []int64, seq int64) error {
	b := lexical.Batch{Delete: gone, Seq: seq, Put: make([]lexical.Document, len(docs))}
	for i := range docs {
		b.Put[i] = docs[i].entry()
	}
	return e.words.Apply(b)
}

// Docs returns how many documents can be found by words, and how many of them by
// meaning.
func (e *Engine) Docs() (words, meaning int) {
	words = e.words.Docs()
	if m := e.meaning.Load(); m != nil {
		meaning = m.store.Len()
	}
	return words, meaning
}

// Search answers a question.
func (e *Engine) Search(ctx context.Context, a Ask) (*Answer, error) {
	if a.Skip < 0 || a.Limit < 0 {
		return nil, fault.Invalid("A page of results has no negative number.")
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	snap := e.words.Snapshot()
	f := Compile(a.Query)
	m := e.meaning.Load()
	if m != nil && e.reads {
		if err := m.store.Refresh(); err != nil {
			return nil, fmt.Errorf("follow the vectors: %w", err)
		}
	}
	r := &Answer{Mode: mode(m, a)}
	if a.Query.Empty() || f.Rank == nil && f.Filter == nil && r.Mode == WordsOnly {
		return r, nil // nothing is asked, or only likeness while there are no vectors
	}
	counted := func() {}
	if a.Facet {
		counted = beside(r.Mode != WordsOnly || e.words.Docs() >= countBeside, func() { e.count(snap, a, f, r) })
	}
	list, err := e.rank(snap, m, a, f, r)
	counted()
	if err != nil {
		return nil, err
	}
	r.Found = max(r.Found, len(list))
	if a.Skip < len(list) {
		r.Hits = list[a.Skip:min(len(list), a.Skip+a.Limit)]
	}
	if err := sound(snap); err != nil {
		return nil, err
	}
	return r, nil
}

// countBeside is from how many documents on it takes so long to count that it is done beside
// the search by words.
const countBeside = 1_000_000

// mode returns by what an ask can be answered.
func mode(m *meaning, a Ask) Mode {
	switch {
	case len(a.Query.Like) > 0 && m != nil:
		if len(a.Query.Words) == 0 {
			return MeaningOnly
		}
		return Both
	case a.Mode == WordsOnly, m == nil, m.store.Len() == 0, a.Query.Meaning == "":
		return WordsOnly
	case a.Mode == MeaningOnly:
		return MeaningOnly
	}
	return Both
}

// rank returns the documents of an ask, at most Deepest, in their order.
func (e *Engine) rank(snap *lexical.Snapshot, m *meaning, a Ask, f Form, r *Answer) ([]Hit, error) {
	if a.Order == Newest || a.Order == MostVotes {
		if r.Mode != MeaningOnly {
			return e.sorted(snap, f, a.Order), nil
		}
	}
	var words []Scored
	found := func() {}
	if r.Mode != MeaningOnly {
		found = beside(r.Mode == Both, func() { words = e.byWords(snap, f, depth(a, r.Mode)) })
	}
	if r.Mode == WordsOnly {
		found()
		if a.Limit > 0 && len(words) == depth(a, r.Mode) {
			r.Found = min(Deepest, snap.Count(f.any(), Deepest))
		}
		return hitsOf(words), nil
	}
	vector, near, err := e.byMeaning(snap, m, a.Query, f, r.Mode)
	found()
	if err != nil {
		return nil, err
	}
	hits := hitsNear(near)
	if r.Mode != MeaningOnly {
		most := 1.0
		if f.Rank != nil {
			most = (K1 + 1) * snap.IDF(f.Plain)
		}
		legs := &bothLegs{m: m, snap: snap, f: f, vector: vector}
		if hits = Blend(words, near, most, legs); legs.err != nil {
			return nil, legs.err
		}
	}
	if a.Order == Newest || a.Order == MostVotes {
		sortBy(snap, hits, numberOf(a.Order))
	}
	return hits, nil
}

// The constants of the word index's BM25.
const (
	K1 = 1.2
	B  = 0.75
)

// depth is how many candidates the leg by words has to bring: alone, no more than are shown.
func depth(a Ask, m Mode) int {
	if m == WordsOnly {
		return min(Deepest, a.Skip+a.Limit)
	}
	return Deepest
}

func hitsNear(near []Scored) []Hit {
	hits := make([]Hit, len(near))
	for i, s := range near {
		hits[i] = Hit{ID: s.ID, Score: s.Score, ByMeaning: i + 1, Cosine: s.Score}
	}
	return hits
}

func hitsOf(words []Scored) []Hit {
	hits := make([]Hit, len(words))
	for i, s := range words {
		hits[i] = Hit{ID: s.ID, Score: s.Score, ByWords: i + 1, Words: s.Score}
	}
	return hits
}

// byWords returns the k best documents by words. What only binds ranks nothing: of
// it the newest come first.
func (e *Engine) byWords(snap *lexical.Snapshot, f Form, k int) []Scored {
	var res lexical.Result
	if f.Rank == nil {
		res = snap.Search(f.Filter, k, lexical.Options{Sort: NumberDay})
	} else {
		res = snap.Search(f.Rank, k, lexical.Options{Filter: f.Filter})
	}
	list := make([]Scored, len(res.Hits))
	for i, h := range res.Hits {
		list[i] = Scored{h.ID, h.Score}
	}
	return list
}

// byMeaning returns the vector of a query and the documents nearest to it.
func (e *Engine) byMeaning(snap *lexical.Snapshot, m *meaning, q *Query, f Form, mode Mode) ([]float32, []Scored, error) {
	like := e.held(snap, q)
	vector := m.query(q, like)
	if mode == MeaningOnly && !slices.ContainsFunc(vector, func(x float32) bool { return x != 0 }) {
		return vector, nil, nil // the papers named are not here, or have no vector yet
	}
	near, err := m.near(vector, snap, f.Filter, like)
	return vector, near, err
}

// bothLegs score chosen documents by words and by meaning.
type bothLegs struct {
	m      *meaning
	snap   *lexical.Snapshot
	f      Form
	vector []float32
	err    error
}

func (l *bothLegs) Words(ids []int64) []float64 {
	if l.f.Rank == nil {
		return make([]float64, len(ids))
	}
	return l.snap.Scores(l.f.Rank, ids)
}

func (l *bothLegs) Had(ids []int64) []float64 {
	if l.f.Plain == nil {
		return make([]float64, len(ids))
	}
	return l.snap.Shares(l.f.Plain, ids)
}

func (l *bothLegs) Meaning(ids []int64) []float64 {
	list, err := l.m.scores(l.vector, ids)
	if err != nil {
		l.err = err
		return make([]float64, len(ids))
	}
	return list
}

// held returns the documents that a query names as likes.
func (e *Engine) held(snap *lexical.Snapshot, q *Query) []int64 {
	var ids []int64
	for _, id := range q.Like {
		for at := range snap.Match(lexical.Key(KeyID + id.String())).All() {
			ids = append(ids, at)
		}
	}
	return ids
}

// Match implements Index.
func (e *Engine) Match(ctx context.Context, q *Query, ids []int64, seq int64) (map[int64]bool, error) {
	const tries, pause = 100, 50 * time.Millisecond
	for try := 1; e.words.Snapshot().Seq() < seq; try++ {
		if try == tries {
			return nil, fault.Busy("The search index is still being made.")
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(pause):
		}
	}
	matching := make(map[int64]bool, len(ids))
	if q.Empty() {
		return matching, nil
	}
	snap := e.words.Snapshot()
	set := snap.Match(Compile(q).All)
	for _, id := range ids {
		if set.Has(id) {
			matching[id] = true
		}
	}
	return matching, sound(snap)
}
