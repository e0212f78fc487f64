package opensearch

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"broadsheet/fault"
	"broadsheet/search"
	"broadsheet/search/lexical"
)

// ready returns the view of the cluster, and fault.Busy while no index answers.
func (c *Cluster) ready(ctx context.Context) (view, error) {
	v, err := c.look(ctx)
	if err == nil && v.live == "" {
		err = fault.Busy("The search index is still being made.")
	}
	return v, err
}

// Listing returns the papers of an author, by the name as it is printed, or of a
// category; since is a day as 2026-04-14. Of a name that nobody has Total is 0.
func (c *Cluster) Listing(ctx context.Context, of search.Field, value, since string) (*search.Listing, error) {
	key, after, err := search.ListingOf(of, value, since)
	if err != nil {
		return nil, err
	}
	if _, err := c.ready(ctx); err != nil {
		return nil, err
	}
	numbers := []string{search.NumberDay, search.NumberEdition, search.NumberVotes}
	newest := counting(matching(key))
	newest.Size, newest.Sort, newest.Numbers = search.Deepest, descending(search.NumberDay), numbers
	replies, err := c.ask(ctx, "listing", newest)
	if err != nil {
		return nil, err
	}
	told := &replies[0]
	l := &search.Listing{Total: told.Hits.Total.Value}
	if l.Total == 0 {
		return l, nil
	}
	l.Newest = standings(told)
	l.Years, l.Categories, l.Topics = told.facets("year"), told.facets("cat"), told.facets("topic")
	const atOnce = 10_000 // what the cluster gives at once
	rest := &question{Query: matching(lexical.And{key, after}), Size: atOnce, Sort: []any{object{fieldPaper: "asc"}}, Numbers: numbers}
	for {
		if replies, err = c.ask(ctx, "listing", rest); err != nil {
			return nil, err
		}
		some := standings(&replies[0])
		l.Since = append(l.Since, some...)
		if len(some) < atOnce {
			return l, nil
		}
		rest.After = []any{some[len(some)-1].ID}
	}
}

func standings(r *reply) []search.Standing {
	var list []search.Standing
	for _, f := range r.Hits.Hits {
		list = append(list, search.StandingOf(f.id(), f.number(search.NumberDay), f.number(search.NumberVotes), f.number(search.NumberEdition)))
	}
	return list
}

// Nearest implements search.Index.
func (c *Cluster) Nearest(ctx context.Context, l search.Like) (*search.Neighbours, error) {
	v, err := c.ready(ctx)
	if err != nil {
		return nil, err
	}
	var of map[string]weight
	words, err := search.Telling(l.All, func(words []string) ([]float64, error) {
		tokens, idf := make([]string, len(words)), make([]float64, len(words))
		for i, w := range words {
			tokens[i] = lexical.Stem(w)
		}
		var err error
		of, err = c.weigh(ctx, v, tokens)
		for i, t := range tokens {
			if of[t].known {
				idf[i] = of[t].idf
			}
		}
		return idf, err
	})
	if err != nil {
		return nil, err
	}
	near, byMeaning, err := c.near(ctx, v, l.Text, names(l.Own), v.scoring(words, of, nil))
	if err != nil {
		return nil, err
	}
	r := &search.Neighbours{Total: len(near)}
	near = near[min(l.Skip, r.Total):min(l.Skip+l.Limit, r.Total)]
	shared := map[int64]float64{}
	if len(near) > 0 {
		replies, err := c.ask(ctx, "scores", &question{Query: among(v.scoring(words, of, nil), names(idsOf(near))), Size: len(near)})
		if err != nil {
			return nil, err
		}
		for _, f := range replies[0].Hits.Hits {
			shared[f.id()] = f.Score
		}
	}
	most := max((search.K1+1)*sum(words, of), 1e-9)
	for _, s := range near {
		n := search.Neighbour{ID: s.ID, Words: min(shared[s.ID]/most, 1)}
		if byMeaning {
			n.Meaning = min(max(s.Score, 0), 1)
		}
		r.List = append(r.List, n)
	}
	return r, nil
}

// near ranks the documents nearest to others and a text: by meaning, else by words.
func (c *Cluster) near(ctx context.Context, v view, text string, own []string, words object) ([]search.Scored, bool, error) {
	if v.model != nil {
		sum := make([]float64, v.model.Dim())
		if text != "" {
			for i, x := range v.model.EncodeQuery(nil, text) {
				sum[i] += float64(x)
			}
		}
		if len(own) > 0 {
			replies, err := c.ask(ctx, "like", &question{Query: object{"ids": object{"values": own}}, Size: len(own), Source: []string{fieldVector}})
			if err != nil {
				return nil, false, err
			}
			for _, f := range replies[0].Hits.Hits {
				addTo(sum, f.Source.Vector)
			}
		}
		if vector := direction(sum); vector != nil {
			replies, err := c.ask(ctx, "near", &question{Query: nearest(vector, nil, own), Size: search.Deepest})
			if err != nil {
				return nil, false, err
			}
			return scores(replies[0].ranked(), 2, -1), true, nil
		}
	}
	q := object{"bool": object{"must": []any{words}, "must_not": []any{object{"ids": object{"values": own}}}}}
	replies, err := c.ask(ctx, "near", &question{Query: q, Size: search.Deepest})
	if err != nil {
		return nil, false, err
	}
	return scores(replies[0].ranked(), 1, 0), false, nil
}

// Begun implements search.Index.
func (c *Cluster) Begun(ctx context.Context, typed string) (*search.Begun, error) {
	if _, err := c.ready(ctx); err != nil {
		return nil, err
	}
	t := search.ReadTyped(typed)
	voted := func(q lexical.Query, size int) *question {
		return &question{Query: matching(q), Size: size, Sort: descending(search.NumberVotes)}
	}
	questions := []*question{beginning(t.Topic, search.OfferedTopics), voted(t.Author, search.ReadAuthored), voted(t.Title, search.OfferedTitles)}
	if t.Name != "" {
		questions = append(questions, beginning(t.Name, search.OfferedNames))
	}
	replies, err := c.ask(ctx, "suggest", questions...)
	if err != nil {
		return nil, err
	}
	b := &search.Begun{Titled: ids(&replies[2])}
	for _, f := range replies[0].facets("begun") {
		b.Topics = append(b.Topics, f.Value)
	}
	if t.Name != "" {
		for _, f := range replies[3].facets("begun") {
			b.Names = append(b.Names, f.Value)
		}
	}
	if len(b.Names) < search.OfferedNames {
		b.Authored = ids(&replies[1])
	}
	return b, nil
}

// beginning asks for the most frequent keys that begin so.
func beginning(key string, size int) *question {
	field, value := fieldOf(key)
	return &question{Query: object{"prefix": object{field: value}}, Aggs: object{"begun": object{"terms": object{
		"field": field, "size": size, "shard_size": 100, "execution_hint": "map", "include": signs.ReplaceAllString(value, `\$0`) + ".*",
	}}}}
}

// signs are those of Lucene's regular expressions.
var signs = regexp.MustCompile(`[.?+*|{}\[\]()"\\#@&<>~^$-]`)

// names returns IDs as the cluster has them.
func names(ids []int64) []string {
	list := make([]string, len(ids))
	for i, id := range ids {
		list[i] = strconv.FormatInt(id, 10)
	}
	return list
}

func idsOf(list []search.Scored) []int64 {
	ids := make([]int64, len(list))
	for i, s := range list {
		ids[i] = s.ID
	}
	return ids
}

func ids(r *reply) []int64 {
	var list []int64
	for _, f := range r.Hits.Hits {
		list = append(list, f.id())
	}
	return list
}

// Spelling returns the text of a query with the words that no paper has, five at most,
// in the place of which stands one that is spelt nearly so; "" when there is none.
func (c *Cluster) Spelling(ctx context.Context, q *search.Query) (string, error) {
	if _, err := c.ready(ctx); err != nil {
		return "", err
	}
	return search.Respell(q, func(words []string) ([]string, error) {
		tokens, suggest := make([]string, len(words)), object{}
		for i, w := range words {
			tokens[i] = lexical.Stem(w)
			suggest[strconv.Itoa(i)] = object{"text": exact(w), "term": nearly(w)}
		}
		ask := frequencies(tokens)
		ask[0].Suggest = suggest
		replies, err := c.ask(ctx, "spelling", ask...)
		if err != nil {
			return nil, err
		}
		right, tried := make([]string, len(words)), 0
		of := weightsOf(tokens, replies)
		for i, t := range tokens {
			if of[t].known || tried == search.MostRespelt {
				continue
			}
			tried++
			if near := replies[0].Suggest[strconv.Itoa(i)]; len(near) > 0 && len(near[0].Options) > 0 {
				right[i] = strings.TrimPrefix(near[0].Options[0].Text, exact(""))
			}
		}
		return right, nil
	})
}

// nearly asks for words with the same first letter that are spelt nearly so: within one
// change, or two from five letters on.
func nearly(word string) object {
	edits := 1
	if utf8.RuneCountInString(word) >= 5 {
		edits = 2
	}
	return object{
		"field": fieldAll, "analyzer": "whitespace", "size": 5, "sort": "score", "suggest_mode": "always",
		"max_edits": edits, "prefix_length": 2, "min_word_length": 2, "max_inspections": 50,
	}
}

// Match implements search.Index.
func (c *Cluster) Match(ctx context.Context, q *search.Query, ids []int64, seq int64) (map[int64]bool, error) {
	if err := c.await(ctx, seq); err != nil {
		return nil, err
	}
	matches := make(map[int64]bool, len(ids))
	if q.Empty() || len(ids) == 0 {
		return matches, nil
	}
	const atOnce = 5000
	for at := 0; at < len(ids); at += atOnce {
		some := ids[at:min(at+atOnce, len(ids))]
		query := object{"bool": object{"filter": []any{matching(search.Compile(q).All), object{"ids": object{"values": names(some)}}}}}
		replies, err := c.ask(ctx, "match", &question{Query: query, Size: len(some)})
		if err != nil {
			return nil, err
		}
		for _, f := range replies[0].Hits.Hits {
			matches[f.id()] = true
		}
	}
	return matches, nil
}

// await waits a moment for the index to have a change, and makes it visible.
func (c *Cluster) await(ctx context.Context, seq int64) error {
	v, err := c.ready(ctx)
	if err != nil || c.shown.Load() >= seq {
		return err
	}
	const tries, pause = 50, 100 * time.Millisecond
	for try := 1; ; try++ {
		at, err := c.cursor(ctx, v.live)
		if err != nil {
			return err
		}
		if at >= seq {
			if err := c.refresh(ctx, v.live); err != nil {
				return err
			}
			c.shown.Store(at)
			return nil
		}
		if try == tries {
			return fault.Busy("The search index is still being made.")
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}
