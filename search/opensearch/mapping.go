package opensearch

import (
	"context"
	"encoding/json"
	"net/http"

	"broadsheet/fault"
	"broadsheet/search"
)

// object is a JSON object.
type object = map[string]any

// form is the number of the form of an index's documents. One that was made in another
// form is filled anew.
const form = 1

// made is of what an index is made; it stands in the index's mapping.
type made struct {
	Form   int    `json:"form"`
	Owner  string `json:"owner"`
	Model  string `json:"model"`
	Shards int    `json:"shards"`
}

func foreign(name string) error {
	return fault.Conflict("The search index %q on the cluster belongs to another database. Give this one another name with --opensearch-name, or delete that one.", name)
}

// Fields of a document. A key such as cat:cs.LG stands in a field of its own kind.
const (
	fieldAll      = "all" // the title twice and the abstract, in whose joint measure words are scored
	fieldTitle    = "title"
	fieldAbstract = "abstract"
	fieldPaper    = "paper" // the ID as a number
	fieldTag      = "tag"   // the sum of the text whose vector this is
	fieldVector   = "vector"
	fieldCursor   = "cursor" // in the one document of this ID
)

// mapping is the making of an index. Texts come as tokens between spaces; the forms of a
// token stand side by side, parted by bars: "stem|=word", and "nn|=nn|knn|=knn" where a
// compound ends.
func mapping(m made, copies, dim int) object {
	text := func(more object) object {
		f := object{"type": "text", "analyzer": "tokens", "similarity": "bm25"}
		for k, v := range more {
			f[k] = v
		}
		return f
	}
	word, number := object{"type": "keyword"}, object{"type": "long"}
	fields := object{
		fieldAll: text(nil), fieldTitle: text(object{"copy_to": fieldAll}), fieldAbstract: text(object{"copy_to": fieldAll}),
		fieldPaper: number, search.NumberDay: number, search.NumberVotes: number, search.NumberEdition: number,
		fieldTag: number, fieldCursor: object{"type": "long", "index": false},
	}
	for _, k := range keyFields {
		fields[k] = word
	}
	if dim > 0 {
		fields[fieldVector] = object{
			"type": "knn_vector", "dimension": dim, "data_type": "byte", "space_type": "cosinesimil",
			// Without a name of the engine another one is taken, which not every cluster has.
			"method": object{"name": "hnsw", "engine": "lucene", "parameters": object{"m": 16, "ef_construction": 100}},
		}
	}
	return object{
		"settings": object{
			"index": object{
				"number_of_shards": m.Shards, "number_of_replicas": copies, "knn": dim > 0,
				"refresh_interval": "1s",
				"gc_deletes":       "1h", // for so long a late batch cannot bring back what was deleted
				"similarity":       object{"bm25": object{"type": "BM25", "k1": search.K1, "b": search.B, "discount_overlaps": false}},
			},
			"analysis": object{
				"analyzer":  object{"tokens": object{"type": "custom", "tokenizer": "spaces", "filter": []string{"forms"}}},
				"tokenizer": object{"spaces": object{"type": "char_group", "tokenize_on_chars": []string{" "}, "max_token_length": 4096}},
				"filter":    object{"forms": object{"type": "pattern_capture", "preserve_original": false, "patterns": []string{"([^|]+)"}}},
			},
		},
		"mappings": object{
			"_meta": m, "dynamic": "strict", "_source": object{"includes": []string{fieldTag, fieldVector, fieldCursor}}, "properties": fields,
		},
	}
}

// create makes an index, unless it is there.
func (c *Cluster) create(ctx context.Context, name string, m made) error {
	dim := 0
	if c.model != nil {
		dim = c.model.Dim()
	}
	body, err := json.Marshal(mapping(m, c.Copies, dim))
	if err != nil {
		return err
	}
	err = c.do(ctx, request{call: "create", method: http.MethodPut, path: "/" + name, body: body, within: tendFor}, nil)
	if r, ok := err.(*refusal); ok && r.Type == "resource_already_exists_exception" {
		return nil
	}
	return err
}

// pointTo leads the alias to an index, and away from the one that answered before, which
// is deleted in the same step.
func (c *Cluster) pointTo(ctx context.Context, name, before string) error {
	actions := []object{{"add": object{"index": name, "alias": c.Name}}}
	if before != "" && before != name {
		actions = append(actions, object{"remove_index": object{"index": before}})
	}
	body, err := json.Marshal(object{"actions": actions})
	if err != nil {
		return err
	}
	defer c.lookSoon()
	return c.do(ctx, request{call: "alias", method: http.MethodPost, path: "/_aliases", body: body, within: tendFor}, nil)
}

// Delete removes the index and the alias.
func (c *Cluster) Delete(ctx context.Context) error {
	live, _, err := c.behind(ctx)
	if err != nil {
		return err
	}
	_, name := c.wanted()
	for _, n := range []string{live, name} {
		if n == "" {
			continue
		}
		if err := c.remove(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

// remove deletes an index, if it is there.
func (c *Cluster) remove(ctx context.Context, index string) error {
	defer c.lookSoon()
	err := c.do(ctx, request{call: "delete", method: http.MethodDelete, path: "/" + index, within: tendFor}, nil)
	if missing(err) {
		return nil
	}
	return err
}
