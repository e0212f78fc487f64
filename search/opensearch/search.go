package opensearch

import (
	"context"
	"strconv"
	"strings"
	"sync"

	"broadsheet/fault"
	"broadsheet/search"
	"broadsheet/search/lexical"
)

// Search answers a question. By words and meaning the two legs are asked at once, with the
// counts beside the list, and then the scores that one of them did not give.
func (c *Cluster) Search(ctx context.Context, a search.Ask) (*search.Answer, error) {
	if a.Skip < 0 || a.Limit < 0 {
		return nil, fault.Invalid("A page of results has no negative number.")
	}
	v, err := c.ready(ctx)
	if err != nil {
		return nil, err
	}
	s := &asked{Cluster: c, Ask: a, view: v, form: search.Compile(a.Query)}
	r := &search.Answer{Mode: s.mode()}
	if a.Query.Empty() || s.form.Rank == nil && s.form.Filter == nil && r.Mode == search.WordsOnly {
		return r, nil
	}
	if a.Order != search.Newest && a.Order != search.MostVotes || r.Mode == search.MeaningOnly {
		err = s.best(ctx, r)
	} else {
		err = s.sorted(ctx, r)
	}
	if err != nil {
		return nil, err
	}
	return r, nil
}

// asked is a question with what is needed to answer it.
type asked struct {
	*Cluster
	search.Ask
	view view
	form search.Form
	of   map[string]weight // of the words that score

	worth map[string]float64 // of what scores, by name, when it is to be noted what documents have
	had   map[int64]float64  // which part of it a document has
}

// mode returns by what a question can be answered.
func (s *asked) mode() search.Mode {
	switch q := s.Query; {
	case len(q.Like) > 0 && s.view.model != nil:
		if len(q.Words) == 0 {
			return search.MeaningOnly
		}
		return search.Both
	case s.Mode == search.WordsOnly, s.view.model == nil, q.Meaning == "":
		return search.WordsOnly
	case s.Mode == search.MeaningOnly:
		return search.MeaningOnly
	}
	return search.Both
}

// byWords asks for the best by words. What only binds ranks nothing: of it the newest
// come first.
func (s *asked) byWords(skip, limit int) *question {
	if s.form.Rank == nil {
		return &question{Query: matching(s.form.Filter), Sort: descending(search.NumberDay), From: skip, Size: limit}
	}
	return &question{Query: s.ranks(), From: skip, Size: limit}
}

// ranks is the query that scores, with what binds.
func (s *asked) ranks() object {
	b := object{"must": []any{s.view.scoring(s.form.Rank, s.of, s.worth)}}
	if s.form.Filter != nil {
		b["filter"] = []any{matching(s.form.Filter)}
	}
	return object{"bool": b}
}

// best answers with the best, by the legs of the answer's mode.
func (s *asked) best(ctx context.Context, r *search.Answer) error {
	if r.Mode == search.WordsOnly {
		return s.bestByWords(ctx, r)
	}
	var told []reply
	var failed error
	var other sync.WaitGroup
	other.Go(func() { told, failed = s.beside(ctx, r.Mode) })
	vector, meant, err := s.meant(ctx)
	if other.Wait(); err == nil {
		err = failed
	}
	if err != nil {
		return err
	}
	var any *question
	if s.Facet {
		any = s.count(r, &told[len(told)-1])
	}
	hits := byMeaning(meant)
	if r.Mode == search.Both {
		s.note(told[0].Hits.Hits)
		words := scores(told[0].ranked(), 1, 0)
		missing, err := s.missing(ctx, r, vector, words, scores(meant, 2, -1), any)
		if err != nil {
			return err
		}
		hits = search.Blend(words, scores(meant, 2, -1), s.most(), missing)
	} else if err := s.countAny(ctx, r, any); err != nil {
		return err
	}
	if s.Order == search.Newest || s.Order == search.MostVotes {
		sortBy(hits, meant, numberOf(s.Order))
	}
	r.Found = len(hits)
	r.Hits = hits[min(s.Skip, len(hits)):min(s.Skip+s.Limit, len(hits))]
	return nil
}

// beside asks for what is found beside the nearest: the best by words, if the mode wants
// them, and the counts.
func (s *asked) beside(ctx context.Context, m search.Mode) ([]reply, error) {
	var questions []*question
	if m == search.Both {
		if err := s.weigh(ctx); err != nil {
			return nil, err
		}
		s.worth, s.had = worthOf(s.form.Plain, s.of), map[int64]float64{}
		questions = append(questions, s.byWords(0, search.Deepest))
	}
	if s.Facet {
		questions = append(questions, s.counts())
	}
	if len(questions) == 0 {
		return nil, nil
	}
	return s.ask(ctx, "search", questions...)
}

// meant asks for the nearest to what is asked, whose direction it returns.
func (s *asked) meant(ctx context.Context) (vector []int8, list []found, err error) {
	vector, like, err := s.vector(ctx)
	if err != nil || vector == nil {
		return nil, nil, err
	}
	replies, err := s.ask(ctx, "near", s.near(vector, like))
	if err != nil {
		return nil, nil, err
	}
	return vector, replies[0].ranked(), nil
}

// weigh finds out the weights of the words that score.
func (s *asked) weigh(ctx context.Context) (err error) {
	if s.form.Rank != nil {
		s.of, err = s.Cluster.weigh(ctx, s.view, tokensOf(s.form.Rank))
	}
	return err
}

// bestByWords answers with the best by words alone.
func (s *asked) bestByWords(ctx context.Context, r *search.Answer) error {
	if err := s.weigh(ctx); err != nil {
		return err
	}
	page := s.byWords(min(s.Skip, search.Deepest), min(s.Limit, search.Deepest-min(s.Skip, search.Deepest)))
	page.Count = search.Deepest
	questions := []*question{page}
	if s.Facet {
		questions = append(questions, s.counts())
	}
	replies, err := s.ask(ctx, "search", questions...)
	if err != nil {
		return err
	}
	r.Found = min(search.Deepest, replies[0].Hits.Total.Value)
	list := replies[0].Hits.Hits
	if s.form.Rank != nil {
		list = replies[0].ranked()
	}
	for i, f := range list {
		r.Hits = append(r.Hits, search.Hit{ID: f.id(), Score: f.Score, ByWords: s.Skip + i + 1, Words: f.Score})
	}
	if s.Facet {
		return s.countAny(ctx, r, s.count(r, &replies[1]))
	}
	return nil
}

// near asks for the nearest to a vector.
func (s *asked) near(vector []int8, not []string) *question {
	q := &question{Query: nearest(vector, s.form.Filter, not), Size: search.Deepest}
	if s.Order == search.Newest || s.Order == search.MostVotes {
		q.Numbers = []string{numberOf(s.Order)}
	}
	return q
}

// nearest is the query for the documents nearest to a vector among those that match,
// but for some.
func nearest(vector []int8, filter lexical.Query, not []string) object {
	knn := object{"vector": vector, "k": search.Deepest}
	b := object{}
	if filter != nil {
		b["filter"] = []any{matching(filter)}
	}
	if len(not) > 0 {
		b["must_not"] = []any{object{"ids": object{"values": not}}}
	}
	if len(b) > 0 {
		knn["filter"] = object{"bool": b}
	}
	return object{"knn": object{fieldVector: knn}}
}

// scores returns the scores of a leg. That of the nearest is half of one more than the
// cosine.
func scores(list []found, by, plus float64) []search.Scored {
	out := make([]search.Scored, min(len(list), search.Deepest))
	for i := range out {
		out[i] = search.Scored{ID: list[i].id(), Score: by*list[i].Score + plus}
	}
	return out
}

func byMeaning(list []found) []search.Hit {
	hits := make([]search.Hit, 0, len(list))
	for i, s := range scores(list, 2, -1) {
		hits = append(hits, search.Hit{ID: s.ID, Score: s.Score, ByMeaning: i + 1, Cosine: s.Score})
	}
	return hits
}

// vector returns the direction of what is asked: of its words, of the papers that it
// shall be like, or the middle of them all; and the IDs of these papers.
func (s *asked) vector(ctx context.Context) (vector []int8, like []string, err error) {
	sum := make([]float64, s.view.model.Dim())
	if s.Query.Meaning != "" {
		for i, x := range s.view.model.EncodeQuery(nil, s.Query.Meaning) {
			sum[i] += float64(x)
		}
	}
	if len(s.Query.Like) > 0 {
		var any lexical.Or
		for _, id := range s.Query.Like {
			any = append(any, lexical.Key(search.KeyID+id.String()))
		}
		const most = 100
		replies, err := s.ask(ctx, "like", &question{Query: matching(any), Size: most, Source: []string{fieldVector}})
		if err != nil {
			return nil, nil, err
		}
		for _, f := range replies[0].Hits.Hits {
			like = append(like, strconv.FormatInt(f.id(), 10))
			addTo(sum, f.Source.Vector)
		}
	}
	return direction(sum), like, nil
}

func direction(sum []float64) []int8 {
	wide := make([]float32, len(sum))
	for i, x := range sum {
		wide[i] = float32(x)
	}
	return bytesOf(wide)
}

// most returns the most that a document could score. The bonus for words side by side is
// not counted in, as in the built-in engine.
func (s *asked) most() float64 {
	if s.form.Rank == nil {
		return 1
	}
	return (search.K1 + 1) * sum(s.form.Plain, s.of)
}

// missing asks for the scores that the legs did not give, as far as they can matter for
// the page, and for the counts of any, if not nil.
func (s *asked) missing(ctx context.Context, r *search.Answer, vector []int8, words, meant []search.Scored, any *question) (tables, error) {
	if vector == nil {
		return tables{had: s.had}, s.countAny(ctx, r, any)
	}
	m := unknown(words, meant, s.had, s.most(), s.view.whole)
	onlyWords, onlyMeant := m.matter(s.Skip + s.Limit)
	t, err := s.scoresOf(ctx, r, vector, onlyWords, onlyMeant, any)
	if err == nil && len(t.cosines) < len(onlyWords) {
		// Some papers have no vector yet. They count as middling among all, so all are asked for.
		t, err = s.scoresOf(ctx, r, vector, m.onlyWords.ids(), m.onlyMeant.ids(), nil)
		return t, err
	}
	for _, c := range m.onlyWords {
		if _, known := t.cosines[c.id]; !known {
			t.cosines[c.id] = m.least
		}
	}
	return t, err
}

// scoresOf asks for cosines and scores by words of chosen documents.
func (s *asked) scoresOf(ctx context.Context, r *search.Answer, vector []int8, onlyWords, onlyMeant []string, any *question) (tables, error) {
	t := tables{map[int64]float64{}, map[int64]float64{}, s.had}
	var questions []*question
	if len(onlyMeant) > 0 {
		questions = append(questions, &question{Query: among(s.view.scoring(s.form.Rank, s.of, s.worth), onlyMeant), Size: len(onlyMeant)})
	}
	if len(onlyWords) > 0 {
		questions = append(questions, &question{Query: cosines(vector, onlyWords), Size: len(onlyWords)})
	}
	if any != nil {
		questions = append(questions, any)
	}
	if len(questions) == 0 {
		return t, nil
	}
	replies, err := s.ask(ctx, "scores", questions...)
	if err != nil {
		return t, err
	}
	if any != nil {
		s.facets(r, &replies[len(replies)-1])
	}
	if len(onlyMeant) > 0 {
		s.note(replies[0].Hits.Hits)
		for _, f := range replies[0].Hits.Hits {
			t.words[f.id()] = f.Score
		}
		replies = replies[1:]
	}
	if len(onlyWords) > 0 {
		for _, f := range replies[0].Hits.Hits {
			if f.Score > 0 { // a document without a vector has 0
				t.cosines[f.id()] = f.Score - 1
			}
		}
	}
	return t, nil
}

// among asks for the scores of chosen documents under a query.
func among(q object, ids []string) object {
	return object{"bool": object{"must": []any{q}, "filter": []any{object{"ids": object{"values": ids}}}}}
}

// cosines asks for one more than the cosine of chosen documents with a vector.
func cosines(vector []int8, ids []string) object {
	return object{"script_score": object{
		"query": object{"ids": object{"values": ids}},
		"script": object{"lang": "knn", "source": "knn_score", "params": object{
			"field": fieldVector, "query_value": vector, "space_type": "cosinesimil",
		}},
	}}
}

// side is the query for the plain words of a question side by side; nil for a single one.
func (s *asked) side() lexical.Query {
	if len(s.Query.Words) < 2 {
		return nil
	}
	return lexical.Exactly(strings.Join(s.Query.Words, " "), "")
}
