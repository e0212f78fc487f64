package opensearch

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"broadsheet/search"
	"broadsheet/search/lexical"
)

// question is one search of an _msearch.
type question struct {
	Query   object   `json:"query"`
	Size    int      `json:"size"`
	From    int      `json:"from,omitempty"`
	Sort    []any    `json:"sort,omitempty"`
	After   []any    `json:"search_after,omitempty"`
	Count   any      `json:"track_total_hits"`  // false, true, or up to how many
	Source  any      `json:"_source,omitempty"` // the fields wanted of what was sent
	Stored  string   `json:"stored_fields,omitempty"`
	Numbers []string `json:"docvalue_fields,omitempty"`
	Aggs    object   `json:"aggs,omitempty"`
	Suggest object   `json:"suggest,omitempty"`
}

// reply is the answer to a question.
type reply struct {
	Hits struct {
		Total struct {
			Value int `json:"value"`
		} `json:"total"`
		Hits []found `json:"hits"`
	} `json:"hits"`
	Aggs    map[string]*aggregate `json:"aggregations"`
	Suggest map[string][]struct {
		Options []struct {
			Text string `json:"text"`
		} `json:"options"`
	} `json:"suggest"`
	Status int             `json:"status"`
	Error  json.RawMessage `json:"error"`
}

type found struct {
	Score  float64 `json:"_score"`
	Fields numbers `json:"fields"`
	Source stored  `json:"_source"`

	Matched []string `json:"matched_queries"` // the names of the clauses that matched
}

// numbers are the fields that are asked for as numbers: one each.
type numbers struct {
	Paper   [1]int64 `json:"paper"`
	Day     [1]int64 `json:"day"`
	Votes   [1]int64 `json:"votes"`
	Edition [1]int64 `json:"edition"`
}

// stored is what the index keeps of a document as it was sent.
type stored struct {
	Tag    *uint32 `json:"tag"`
	Vector []int8  `json:"vector"`
	Cursor int64   `json:"cursor"`
}

func (f *found) id() int64 { return f.Fields.Paper[0] }

func (f *found) number(name string) int64 {
	switch name {
	case search.NumberDay:
		return f.Fields.Day[0]
	case search.NumberVotes:
		return f.Fields.Votes[0]
	case search.NumberEdition:
		return f.Fields.Edition[0]
	}
	return 0
}

// aggregate is a count, alone or of each value.
type aggregate struct {
	Docs    int        `json:"doc_count"`
	Buckets []bucket   `json:"buckets"`
	Cat     *aggregate `json:"cat"`
	Topic   *aggregate `json:"topic"`
	Year    *aggregate `json:"year"`
}

type bucket struct {
	Key  string `json:"key"`
	Docs int    `json:"doc_count"`
}

// ask sends questions in one _msearch. Each is counted as a whole: a shard that is not
// there makes an error and no smaller answer.
func (c *Cluster) ask(ctx context.Context, call string, questions ...*question) ([]reply, error) {
	return c.askOf(ctx, c.Name, call, questions...)
}

// askOf asks one index, whether the alias leads to it or not.
func (c *Cluster) askOf(ctx context.Context, index, call string, questions ...*question) ([]reply, error) {
	kind := "query_then_fetch"
	if c.Shards > 1 { // words weigh the same on every shard
		kind = "dfs_query_then_fetch"
	}
	var body bytes.Buffer
	out := json.NewEncoder(&body)
	for _, q := range questions {
		if err := out.Encode(object{"search_type": kind, "allow_partial_search_results": false, "cancel_after_time_interval": "5s"}); err != nil {
			return nil, err
		}
		if q.Source == nil {
			q.Stored = "_none_" // not even the ID: it stands among the numbers, which are quicker to read
		}
		q.Numbers = append(q.Numbers[:len(q.Numbers):len(q.Numbers)], fieldPaper)
		if q.Count == nil {
			q.Count = false
		}
		if err := out.Encode(q); err != nil {
			return nil, err
		}
	}
	var told replies
	err := c.do(ctx, request{call: call, method: http.MethodPost, path: "/" + index + "/_msearch", body: body.Bytes(), lines: true, within: askFor}, &told)
	if err != nil {
		return nil, err
	}
	if len(told) != len(questions) {
		return nil, fmt.Errorf("%d searches have %d answers", len(questions), len(told))
	}
	for _, r := range told {
		if r.Error != nil {
			return nil, refusedPart(r.Status, r.Error)
		}
	}
	return told, nil
}

// refusedPart is the error of one search of several.
func refusedPart(status int, raw json.RawMessage) error {
	if status >= http.StatusInternalServerError || status == http.StatusTooManyRequests {
		return &away{reasonOf(status, raw)}
	}
	return reasonOf(status, raw)
}

// ranked returns what was found, equals by rising ID as the built-in engine has them.
func (r *reply) ranked() []found {
	list := r.Hits.Hits
	slices.SortStableFunc(list, func(a, b found) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.id(), b.id()))
	})
	return list
}

// descending orders by a number, equals by rising ID.
func descending(number string) []any {
	return []any{object{number: object{"order": "desc", "missing": 0}}, object{fieldPaper: "asc"}}
}

// and joins two queries that may be nil.
func and(a, b lexical.Query) lexical.Query {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return lexical.And{a, b}
}
